//! Keeps the archive's index behind the store: what was stored, edited or deleted is in it within
//! seconds, and days that are over go.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use store::Archive;

use super::{Counters, House};

/// Between two looks when nothing waits.
const PAUSE: Duration = Duration::from_secs(1);
/// After a failure.
const RETRY: Duration = Duration::from_secs(10);
/// Between two looks at what is too old.
const SWEEP: Duration = Duration::from_secs(600);

/// Posts waiting in the flow from which on the archive steps back.
const PRESSURE: u64 = 200;
/// Between two looks at the pressure.
const LOOK: Duration = Duration::from_millis(100);
/// How long it steps back at most.
const STEP_BACK: Duration = Duration::from_secs(60);

/// Follows the store until the process ends. While more comes in than can be stored, the archive
/// follows later: what it has to do waits in the store.
pub async fn keep(house: House, archive: Archive, counters: Arc<Counters>) {
    let mut swept: Option<Instant> = None;
    loop {
        let stepped_back = Instant::now();
        while counters.waiting.load(Ordering::Relaxed) >= PRESSURE
            && stepped_back.elapsed() < STEP_BACK
        {
            if !house.pause(LOOK).await {
                return;
            }
        }
        let now = house.clock.now();
        let pause = match archive.catch_up(now).await {
            Ok(done) if done.behind > 0 && !done.elsewhere => Duration::ZERO,
            Ok(_) => PAUSE,
            Err(error) => {
                tracing::error!(%error, "the archive cannot follow and tries again");
                RETRY
            }
        };
        if swept.is_none_or(|at| at.elapsed() >= SWEEP) {
            swept = Some(Instant::now());
            match archive.drop_old(now).await {
                Ok(gone) if gone.days > 0 => {
                    tracing::info!(
                        days = gone.days,
                        posts = gone.posts,
                        "old days left the archive"
                    );
                }
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "old days could not leave the archive"),
            }
        }
        if !house.pause(pause).await {
            return;
        }
    }
}
