//! The flow: everything between a connector's outlet and a person's pocket, wired together.
//!
//! ```text
//! connectors ─► inlet (bounded) ─► judge (a thread of its own) ─► store (ONE transaction)
//!                                      ▲ rules                        │ changes
//!         learn ─► watches ────────────┘                              ├─► archive
//!                  fill ◄── new and changed ones                      ▼
//!                                                   tell (outbox) ─► notify ─► people
//! ```
//!
//! Nothing waits for company: a transaction is begun as soon as a post is judged, and takes what
//! came meanwhile. When more comes than can be stored, what waits inside is bounded (400 posts or
//! one batch): whoever listens has to wait at the door, so nothing is lost and whatever is inside
//! is stored within moments. Under such pressure the archive steps back and follows later.
//!
//! Absences: no stage holds more than a bounded queue; no cursor moves outside the transaction
//! that stores what it brought; no message leaves without a row.

pub mod archive;
pub mod care;
pub mod connectors;
pub mod fill;
pub mod frequencies;
pub mod gauge;
pub mod handover;
pub mod heads;
pub mod interests;
pub mod judge;
pub mod keeper;
pub mod learn;
pub mod message;
pub mod names;
pub mod rules;
pub mod state;
pub mod stories;
pub mod tell;
pub mod watches;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use channels::Clock;
use domain::{Batch, Observation};
use store::{Ingest, Store, StoreError};
use tokio::sync::{Semaphore, mpsc, watch as signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use gauge::Counters;
use handover::{Handover, Parcel};
pub use judge::{Judge, Telling};
pub use rules::Rules;
pub use state::State;

/// Batches that may wait between connectors and judge.
const INLET: usize = 64;
/// Posts that may be inside, from the door to the commit: fewer cost speed, more cost time.
const INSIDE: u32 = 400;
/// How often what the judge observed is told.
const TELL: Duration = Duration::from_secs(10);
/// First pause after a failed transaction; doubles up to a minute.
const RETRY: Duration = Duration::from_millis(200);

/// A running flow from inlet to store.
pub struct Flow {
    /// Where batches go in; dropping every copy ends the flow once it has drained.
    pub inlet: mpsc::Sender<Batch>,
    /// What is matched; swapped as a whole when watches change.
    pub rules: Arc<ArcSwap<Rules>>,
    /// What went through.
    pub counters: Arc<Counters>,
    /// Tells when what was judged is stored.
    pub settled: Settled,
    storing: JoinHandle<Result<(), StoreError>>,
}

/// Tells when everything judged so far is stored.
#[derive(Clone)]
pub struct Settled {
    taken: Arc<AtomicU64>,
    stored: signal::Receiver<u64>,
}

impl Settled {
    /// Waits until every batch that may have been judged by rules older than the present ones is
    /// stored. `false` when the flow ended before.
    pub async fn wait(&mut self) -> bool {
        let taken = self.taken.load(Ordering::SeqCst);
        self.stored.wait_for(|stored| *stored >= taken).await.is_ok()
    }
}

/// A batch, when it came in, and its place inside.
struct Arrival {
    at: Instant,
    batch: Batch,
    place: Place,
}

/// Given back when it is dropped: after the commit.
type Place = tokio::sync::OwnedSemaphorePermit;

impl Flow {
    /// Starts judge and storer over the store's watches. What matching costs is added to `state`.
    #[must_use]
    pub fn start(
        store: Store,
        clock: Clock,
        rules: Rules,
        telling: Telling,
        state: Arc<State>,
    ) -> Flow {
        // The inlet itself holds one batch: what waits, waits with its time of arrival.
        let (inlet, batches) = mpsc::channel(1);
        let (arrived, arrivals) = mpsc::channel(INLET);
        let rules = Arc::new(ArcSwap::from_pointee(rules));
        let counters = Arc::new(Counters::default());
        let handover = Arc::new(Handover::default());
        let (stored, when_stored) = signal::channel(0);
        let settled = Settled { taken: Arc::default(), stored: when_stored };
        on_its_own(receive(batches, arrived, Arc::clone(&counters)));
        let bench = Bench {
            handover: Arc::clone(&handover),
            rules: Arc::clone(&rules),
            counters: Arc::clone(&counters),
            taken: Arc::clone(&settled.taken),
            state,
            clock,
        };
        std::thread::Builder::new()
            .name("judge".to_owned())
            .spawn(move || bench.judge_all(arrivals, telling))
            .expect("the system starts a thread");
        let storing = on_its_own(store_all(store, clock, handover, Arc::clone(&counters), stored));
        Flow { inlet, rules, counters, settled, storing }
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

/// Runs on a thread of its own what waits a thousand times a second, for batches and for SQLite's
/// answers: each time the runtime would wake a worker and, in case there is more to do, another.
fn on_its_own<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(task))
}

/// Notes when batches come in, and lets in as many as there is room for.
async fn receive(
    mut batches: mpsc::Receiver<Batch>,
    arrived: mpsc::Sender<Arrival>,
    counters: Arc<Counters>,
) {
    let inside = Arc::new(Semaphore::new(INSIDE as usize));
    while let Some(batch) = batches.recv().await {
        let at = Instant::now();
        let posts = posts_in(&batch);
        counters.waiting.fetch_add(posts, Ordering::Relaxed);
        let places = u32::try_from(posts).unwrap_or(INSIDE).clamp(1, INSIDE);
        let Ok(place) = Arc::clone(&inside).acquire_many_owned(places).await else { return };
        if arrived.send(Arrival { at, batch, place }).await.is_err() {
            return;
        }
    }
}

fn posts_in(batch: &Batch) -> u64 {
    let seen = |observation: &&Observation| matches!(observation, Observation::Seen(_));
    batch.observations.iter().filter(seen).count() as u64
}

/// Where posts are judged.
struct Bench {
    handover: Arc<Handover>,
    rules: Arc<ArcSwap<Rules>>,
    counters: Arc<Counters>,
    taken: Arc<AtomicU64>,
    state: Arc<State>,
    clock: Clock,
}

impl Bench {
    fn judge_all(self, mut arrivals: mpsc::Receiver<Arrival>, telling: Telling) {
        let mut judge = Judge::with(telling, self.state.frequencies());
        let mut told = Instant::now();
        while let Some(Arrival { at, batch, place }) = arrivals.blocking_recv() {
            // Counted before the rules are looked at: see [`Settled::wait`].
            self.taken.fetch_add(1, Ordering::SeqCst);
            let rules = self.rules.load();
            let posts = posts_in(&batch);
            let mut ingest = Ingest::default();
            judge.see(self.counters.waiting.load(Ordering::Relaxed));
            judge.judge(&rules, batch, self.clock.now(), &mut ingest);
            self.counters.matched.add(at.elapsed(), posts);
            if told.elapsed() >= TELL {
                told = Instant::now();
                judge.tell(&rules, &self.state);
            }
            if !self.handover.give(Parcel {
                ingest,
                arrived: vec![(at, posts)],
                places: vec![place],
            }) {
                return;
            }
        }
        judge.tell(&self.rules.load(), &self.state);
    }
}

impl Drop for Bench {
    /// However the judge ends: the storer must not wait for it.
    fn drop(&mut self) {
        self.handover.end();
    }
}

/// However the storer ends: the judge must not wait for it.
struct Refuse(Arc<Handover>);

impl Drop for Refuse {
    fn drop(&mut self) {
        self.0.refuse();
    }
}

async fn store_all(
    store: Store,
    clock: Clock,
    handover: Arc<Handover>,
    counters: Arc<Counters>,
    stored: signal::Sender<u64>,
) -> Result<(), StoreError> {
    let handover = Refuse(handover);
    while let Some(parcel) = handover.0.take().await {
        let began = Instant::now();
        let done = store_until_done(&store, clock, &parcel.ingest).await?;
        let mut posts = 0;
        for (at, count) in &parcel.arrived {
            counters.committed.add(at.elapsed(), *count);
            posts += count;
        }
        counters.waiting.fetch_sub(posts, Ordering::Relaxed);
        counters.new.fetch_add(done.new, Ordering::Relaxed);
        counters.known.fetch_add(done.known, Ordering::Relaxed);
        counters.edited.fetch_add(done.edited, Ordering::Relaxed);
        counters.deleted.fetch_add(done.deleted, Ordering::Relaxed);
        counters.mentions.fetch_add(done.mentions.len() as u64, Ordering::Relaxed);
        counters.transactions.fetch_add(1, Ordering::Relaxed);
        stored.send_modify(|stored| *stored += parcel.arrived.len() as u64);
        tracing::debug!(
            posts,
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
