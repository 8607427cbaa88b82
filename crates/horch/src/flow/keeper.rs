//! The housekeeping: changes by other processes, rises in volume, what is to be forgotten.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::rise::{MIN_MENTIONS, rise};
use domain::{AlertId, AlertReason, DAY, HOUR, NewAlert, Time, Watch, WatchId};
use store::Retention;

use super::House;

/// How often other processes' changes are looked for.
const LOOK: Duration = Duration::from_millis(1_000);
/// How often volumes are looked at.
const RISES: Duration = Duration::from_secs(30);
/// How often old rows are dropped.
const SWEEP: Duration = Duration::from_secs(600);
/// Hours of the past a rise is held against.
const PAST_HOURS: u32 = 7 * 24;
/// A rise is told once in this many milliseconds, however long it lasts.
const ONE_RISE: i64 = 6 * HOUR;

/// What is kept how long.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// Hours that posts no watch matched are kept.
    pub unmatched_hours: u64,
    /// At most so many of them.
    pub unmatched_posts: u64,
    /// Days that mentions are kept.
    pub mentions_days: u64,
}

impl Keep {
    /// What this means now.
    #[must_use]
    pub fn at(self, now: Time) -> Retention {
        let hours = i64::try_from(self.unmatched_hours).unwrap_or(i64::MAX / HOUR);
        let days = i64::try_from(self.mentions_days).unwrap_or(i64::MAX / DAY);
        Retention {
            unmatched_before: now.plus(-hours.saturating_mul(HOUR)),
            unmatched_at_most: self.unmatched_posts,
            mentions_before: now.plus(-days.saturating_mul(DAY)),
        }
    }
}

/// Keeps house until the process ends.
pub async fn run(house: House, keep: Keep) {
    let mut rises = Instant::now();
    let mut swept = Instant::now();
    let mut busy = HashMap::new();
    while house.pause(LOOK).await {
        if let Err(error) = house.store.look_for_changes().await {
            tracing::warn!(%error, "changes by other processes could not be looked for");
        }
        // In a demo an hour passes in a minute of the wall clock.
        if rises.elapsed() >= RISES.div_f64(house.clock.speed().min(15.0)) {
            rises = Instant::now();
            if let Err(error) = look_for_rises(&house, &mut busy).await {
                tracing::warn!(%error, "volumes could not be looked at");
            }
        }
        if swept.elapsed() >= SWEEP {
            swept = Instant::now();
            match house.store.sweep(keep.at(house.clock.now())).await {
                Ok(0) => {}
                Ok(dropped) => tracing::info!(dropped, "old posts dropped"),
                Err(error) => tracing::warn!(%error, "old posts could not be dropped"),
            }
        }
    }
}

/// Looks at the watches alone that may show a rise: those with enough mentions in the last hour,
/// and not as many as when they were last looked at.
async fn look_for_rises(house: &House, seen: &mut HashMap<WatchId, u64>) -> store::Result<()> {
    let now = house.clock.now();
    let busy = house.store.busy_watches(now.plus(-HOUR), now, MIN_MENTIONS).await?;
    let fresh: Vec<WatchId> = busy
        .iter()
        .filter(|(watch, count)| seen.get(watch) != Some(count))
        .map(|(watch, _)| *watch)
        .collect();
    for kept in house.store.kept_watches(&fresh).await? {
        if kept.watch.alerts.rise && !kept.watch.paused {
            look_at(house, &kept.watch).await?;
        }
    }
    *seen = busy.into_iter().collect();
    Ok(())
}

async fn look_at(house: &House, watch: &Watch) -> store::Result<()> {
    let now = house.clock.now();
    let hours = house.store.hourly(watch.id, now, PAST_HOURS + 1).await?;
    let Some((last, past)) = hours.split_first() else { return Ok(()) };
    let Some(found) = rise(*last, past) else { return Ok(()) };
    let subject = now.bucket(ONE_RISE).0.to_string();
    let alert = NewAlert {
        id: AlertId::of(watch.id, AlertReason::Rise, &subject),
        watch: watch.id,
        reason: AlertReason::Rise,
        post: None,
        rise: Some(found),
        raised: now,
    };
    if house.store.raise(&alert).await? {
        tracing::info!(watch = watch.name, seen = found.seen, expected = found.expected, "a rise");
    }
    Ok(())
}
