//! The flow: everything between a connector's outlet and a person's pocket, wired together.
//!
//! ```text
//! connectors ─► inlet (bounded) ─► judge (a thread of its own) ─► store (ONE transaction)
//!                                      ▲ rules                        │ changes
//!                  watches ────────────┘                              ▼
//!                                                   tell (outbox) ─► notify ─► people
//! ```
//!
//! Absences: no stage holds more than a bounded queue; no cursor moves outside the transaction
//! that stores what it brought; no message leaves without a row.

pub mod connectors;
pub mod judge;
pub mod keeper;
pub mod message;
pub mod tell;
pub mod watches;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use channels::Clock;
use domain::Batch;
use store::{Ingest, Store, StoreError};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use judge::{Judge, Rules, Telling};

/// Batches that may wait between connectors and judge.
const INLET: usize = 64;
/// Posts stored in one transaction at most (more only where one batch alone is larger).
const TRANSACTION: usize = 1_000;
/// First pause after a failed transaction; doubles up to a minute.
const RETRY: Duration = Duration::from_millis(200);

/// Counters of what went through, since the flow was started.
#[derive(Debug, Default)]
pub struct Counters {
    /// Posts stored for the first time.
    pub new: AtomicU64,
    /// Posts known before.
    pub known: AtomicU64,
    /// Posts whose text had changed.
    pub edited: AtomicU64,
    /// Posts removed.
    pub deleted: AtomicU64,
    /// Mentions stored.
    pub mentions: AtomicU64,
}

/// A running flow from inlet to store.
pub struct Flow {
    /// Where batches go in; dropping every copy ends the flow once it has drained.
    pub inlet: mpsc::Sender<Batch>,
    /// What is matched; swapped as a whole when watches change.
    pub rules: Arc<ArcSwap<Rules>>,
    /// What went through.
    pub counters: Arc<Counters>,
    storing: JoinHandle<Result<(), StoreError>>,
}

impl Flow {
    /// Starts judge and storer over the store's watches.
    #[must_use]
    pub fn start(store: Store, clock: Clock, rules: Rules, telling: Telling) -> Flow {
        let (inlet, batches) = mpsc::channel(INLET);
        // One transaction is prepared while another one is written: no more.
        let (ready, to_store) = mpsc::channel(1);
        let rules = Arc::new(ArcSwap::from_pointee(rules));
        let counters = Arc::new(Counters::default());
        let judged_by = Arc::clone(&rules);
        std::thread::Builder::new()
            .name("judge".to_owned())
            .spawn(move || judge_all(batches, &ready, &judged_by, clock, telling))
            .expect("the system starts a thread");
        let storing = tokio::spawn(store_all(store, clock, to_store, Arc::clone(&counters)));
        Flow { inlet, rules, counters, storing }
    }

    /// Closes the inlet and waits until everything in it is stored. Other copies of the inlet
    /// must be dropped before.
    ///
    /// # Errors
    /// The store is damaged, or the judge died: nothing after that was stored.
    pub async fn finish(self) -> anyhow::Result<()> {
        drop(self.inlet);
        Ok(self.storing.await??)
    }

    /// Resolves when the flow can no longer store anything.
    pub async fn failed(&mut self) -> anyhow::Error {
        match (&mut self.storing).await {
            Ok(Ok(())) => anyhow::anyhow!("the flow ended: the judge stopped"),
            Ok(Err(error)) => error.into(),
            Err(error) => error.into(),
        }
    }
}

fn judge_all(
    mut batches: mpsc::Receiver<Batch>,
    ready: &mpsc::Sender<Ingest>,
    rules: &ArcSwap<Rules>,
    clock: Clock,
    telling: Telling,
) {
    let mut judge = Judge::new(telling);
    while let Some(first) = batches.blocking_recv() {
        let rules = rules.load();
        let now = clock.now();
        let mut ingest = Ingest::default();
        judge.judge(&rules, first, now, &mut ingest);
        while let Some(batch) = next_fitting(&mut batches, &ingest) {
            judge.judge(&rules, batch, now, &mut ingest);
        }
        if ready.blocking_send(ingest).is_err() {
            return;
        }
    }
}

/// Another waiting batch, as long as the transaction is not full. A transaction that already
/// deletes takes no more posts: within one, posts are stored before deletions are carried out,
/// and a post heard again after its deletion must not be swallowed by it.
fn next_fitting(batches: &mut mpsc::Receiver<Batch>, so_far: &Ingest) -> Option<Batch> {
    let deletes = !so_far.deleted.is_empty() || !so_far.deleted_sources.is_empty();
    if so_far.posts.len() >= TRANSACTION || deletes {
        return None;
    }
    batches.try_recv().ok()
}

async fn store_all(
    store: Store,
    clock: Clock,
    mut ready: mpsc::Receiver<Ingest>,
    counters: Arc<Counters>,
) -> Result<(), StoreError> {
    while let Some(ingest) = ready.recv().await {
        let began = Instant::now();
        let done = store_until_done(&store, clock, &ingest).await?;
        counters.new.fetch_add(done.new, Ordering::Relaxed);
        counters.known.fetch_add(done.known, Ordering::Relaxed);
        counters.edited.fetch_add(done.edited, Ordering::Relaxed);
        counters.deleted.fetch_add(done.deleted, Ordering::Relaxed);
        counters.mentions.fetch_add(done.mentions.len() as u64, Ordering::Relaxed);
        tracing::debug!(
            posts = ingest.posts.len(),
            mentions = done.mentions.len(),
            ms = began.elapsed().as_millis() as u64,
            "stored"
        );
    }
    Ok(())
}

/// Tries until the transaction is through: a locked file or a full disk passes, and meanwhile
/// the bounded queues hold connectors back. A damaged file does not pass: it ends the flow.
async fn store_until_done(
    store: &Store,
    clock: Clock,
    ingest: &Ingest,
) -> Result<store::Ingested, StoreError> {
    let mut pause = RETRY;
    loop {
        match store.ingest(ingest, clock.now()).await {
            Ok(done) => return Ok(done),
            Err(StoreError::Database(error)) => {
                tracing::error!(%error, "a transaction failed and is tried again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(60));
            }
            Err(error) => return Err(error),
        }
    }
}

/// Everything a long-running command shares with its tasks.
#[derive(Clone)]
pub struct House {
    /// Where everything is kept.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Resolves when the process should end.
    pub stop: CancellationToken,
}

impl House {
    /// Waits on the wall clock; `false` when the process should end.
    pub async fn pause(&self, duration: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(duration) => true,
            () = self.stop.cancelled() => false,
        }
    }
}
