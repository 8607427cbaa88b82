//! Fills new and changed watches from the posts heard before, without alerts.
//!
//! A few are filled one by one from the archive, whose index tells which posts may match; many at
//! once in one pass over all posts kept, and so is everybody while the archive is far behind.
//!
//! A watch is filled after its rule counts and everything judged by older rules is stored: a post
//! is found by the live matcher, or here, or by both, which is harmless. What was filled is marked
//! on the watch when it is done; a restart goes on with what is not.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use domain::{Filling, NewMention, Post, PostId, Time, Watch, WatchId};
use query::{Document, Query, Scratch};
use store::{Archive, ArchiveStatus, Ask, Decide, Store};
use tokio::sync::{mpsc, watch as signal};

use super::heads::Heads;
use super::names::{Lookup, Names};
use super::rules::Writer;
use super::{House, Rules, Settled, State, judge};

/// So many watches are filled one after another; more of them together, in one pass over all
/// posts.
const FEW: usize = 32;
/// Posts read at once.
const STEP: u32 = 1_000;
/// How long the archive may take to have what is stored.
const PATIENCE: Duration = Duration::from_secs(20);
/// Pause after the store did not answer.
const RETRY: Duration = Duration::from_secs(5);

/// A watch that is to be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// The watch.
    pub watch: WatchId,
    /// The version of its query.
    pub version: u32,
    /// [`store::Change::settings`] when its rule was made.
    pub at: i64,
}

/// How far a filling is; many watches may share one.
#[derive(Debug, Default)]
pub struct Progress {
    looked_at: AtomicU64,
    of: AtomicU64,
}

impl Progress {
    /// As screens show it.
    #[must_use]
    pub fn with(&self, found: u64) -> Filling {
        let looked_at = self.looked_at.load(Ordering::Relaxed);
        Filling { found, looked_at, of: self.of.load(Ordering::Relaxed).max(looked_at) }
    }

    /// Everything newer than this was looked at: as many posts as lie in that share of the time.
    fn at(&self, published: Time, archive: &ArchiveStatus) {
        let (Some(oldest), Some(newest)) = (archive.oldest, archive.newest) else { return };
        let all = newest.since(oldest).max(1) as f64;
        let share = (newest.since(published) as f64 / all).clamp(0.0, 1.0);
        self.looked_at.store((share * archive.posts as f64) as u64, Ordering::Relaxed);
    }
}

/// Watches that wait to be filled, each once.
#[derive(Clone)]
pub struct Jobs {
    waiting: Arc<Mutex<BTreeMap<WatchId, Job>>>,
    count: signal::Sender<usize>,
}

impl Default for Jobs {
    fn default() -> Jobs {
        Jobs { waiting: Arc::default(), count: signal::Sender::new(0) }
    }
}

impl Jobs {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<WatchId, Job>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds some; the latest word about a watch counts.
    pub fn add(&self, jobs: impl IntoIterator<Item = Job>) {
        let mut waiting = self.lock();
        waiting.extend(jobs.into_iter().map(|job| (job.watch, job)));
        self.count.send_replace(waiting.len());
    }

    /// Takes all, as soon as there are `wanted` many.
    async fn take(&self, wanted: impl Fn(usize) -> bool) -> Vec<Job> {
        let mut count = self.count.subscribe();
        loop {
            // The sender lives as long as we do.
            let _ = count.wait_for(|count| wanted(*count)).await;
            let mut waiting = self.lock();
            if wanted(waiting.len()) {
                self.count.send_replace(0);
                return std::mem::take(&mut *waiting).into_values().collect();
            }
        }
    }
}

/// What filling needs.
#[derive(Clone)]
pub struct Filler {
    /// Where the few are looked for.
    pub archive: Archive,
    /// Store, clock and end.
    pub house: House,
    /// What is matched.
    pub rules: Arc<ArcSwap<Rules>>,
    /// Where progress is shown.
    pub state: Arc<State>,
    /// When what was judged by older rules is stored.
    pub settled: Settled,
    /// What is to be done.
    pub jobs: Jobs,
}

impl Filler {
    /// Fills until the process ends. One new watch does not wait for a thousand others.
    pub async fn run(self) {
        let few = self.clone();
        let filling = async {
            tokio::join!(few.fill_all(|n| (1..=FEW).contains(&n)), self.fill_all(|n| n > FEW))
        };
        tokio::select! {
            _ = filling => {}
            () = self.house.stop.cancelled() => {}
        }
    }

    async fn fill_all(&self, wanted: impl Fn(usize) -> bool + Copy) {
        loop {
            let jobs = self.jobs.take(wanted).await;
            if !self.settled.clone().wait().await {
                return;
            }
            if let Err(error) = self.fill(&jobs).await {
                tracing::error!(%error, "watches could not be filled; this is tried again");
                tokio::time::sleep(RETRY).await;
                self.jobs.add(jobs);
            }
        }
    }

    async fn fill(&self, jobs: &[Job]) -> store::Result<()> {
        if jobs.len() <= FEW && self.archive_follows().await? {
            for job in jobs {
                let progress = self.begin(std::slice::from_ref(job));
                let found = self.fill_one(*job, &progress).await?;
                self.done(std::slice::from_ref(job), found).await?;
            }
            return Ok(());
        }
        let progress = self.begin(jobs);
        let rules = self.rules.load_full();
        let (store, now) = (&self.house.store, self.house.clock.now());
        let each = |watch| self.state.add_found(watch);
        let found = look_through(store, rules, jobs, &progress, now, each).await?;
        self.done(jobs, found).await
    }

    fn begin(&self, jobs: &[Job]) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        for job in jobs {
            self.state.set_filling(job.watch, Some(Arc::clone(&progress)));
        }
        progress
    }

    async fn done(&self, jobs: &[Job], found: u64) -> store::Result<()> {
        mark(&self.house.store, jobs).await?;
        for job in jobs {
            self.state.set_filling(job.watch, None);
        }
        tracing::info!(watches = jobs.len(), found, "filled from the posts heard before");
        Ok(())
    }

    /// Whether the archive soon has everything that is stored now.
    async fn archive_follows(&self) -> store::Result<bool> {
        let moment = self.archive.moment().await?;
        let since = Instant::now();
        while !self.archive.reached(moment) {
            if since.elapsed() > PATIENCE {
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(true)
    }

    /// Fills one watch from the archive, newest posts first.
    async fn fill_one(&self, job: Job, progress: &Progress) -> store::Result<u64> {
        let store = &self.house.store;
        let heads = Arc::clone(&self.rules.load().heads);
        let Some((rules, query)) = alone(store, job, heads).await? else { return Ok(0) };
        let status = self.archive.status().await?;
        progress.of.store(status.posts, Ordering::Relaxed);
        let (rules, now) = (Arc::new(rules), self.house.clock.now());
        let (sink, mut posts) = mpsc::channel(STEP as usize);
        let ask = Ask { limit: usize::MAX, ..Ask::default() };
        let asking = self.archive.each(&query.ast, ask, decide(Arc::clone(&rules)), sink);
        let adding = async {
            let (mut added, mut some) = (0, Vec::new());
            while posts.recv_many(&mut some, STEP as usize).await > 0 {
                if let Some(last) = some.last() {
                    progress.at(last.published, &status);
                }
                let mentions = judge::look_back(&rules, &some, |_, _| true, now);
                let each = |watch| self.state.add_found(watch);
                added += add(store, &mentions, now, &each).await?;
                some.clear();
            }
            store::Result::Ok(added)
        };
        let (asked, added) = tokio::join!(asking, adding);
        asked?;
        added
    }
}

/// Rules of one watch alone, and its query; `None` when it is gone, changed, or cannot be read any
/// more: then another job or a word on its page says so.
async fn alone(
    store: &Store,
    job: Job,
    heads: Arc<Heads>,
) -> store::Result<Option<(Rules, Query)>> {
    let kept = store.kept_watches(&[job.watch]).await?.pop();
    let Some(watch) = kept.map(|kept| kept.watch).filter(|watch| watch.version == job.version)
    else {
        return Ok(None);
    };
    let Ok(query) = query::parse(&watch.query) else { return Ok(None) };
    let mut names = Names::default();
    let resolved = names.resolve(store, watch.id, query, &mut Lookup::default()).await?;
    let Ok(resolved) = resolved else { return Ok(None) };
    let mut rules = Writer::default();
    rules.set_heads(heads);
    rules.insert(&watch, &resolved.query);
    Ok(Some((rules.publish(), resolved.query)))
}

fn decide(rules: Arc<Rules>) -> Decide {
    thread_local! {
        static SCRATCH: RefCell<Scratch> = RefCell::default();
    }
    Arc::new(move |post: &Post| {
        SCRATCH.with_borrow_mut(|scratch| {
            !rules.matcher.watches(&Document::of(post), scratch).is_empty()
        })
    })
}

async fn mark(store: &Store, jobs: &[Job]) -> store::Result<()> {
    let mut by_time: BTreeMap<i64, Vec<(WatchId, u32)>> = BTreeMap::new();
    for job in jobs {
        by_time.entry(job.at).or_default().push((job.watch, job.version));
    }
    for (at, watches) in by_time {
        store.mark_filled(&watches, at).await?;
    }
    Ok(())
}

/// One pass over all posts kept, newest first; `found` hears of every mention found.
async fn look_through(
    store: &Store,
    rules: Arc<Rules>,
    jobs: &[Job],
    progress: &Progress,
    now: Time,
    found: impl Fn(WatchId),
) -> store::Result<u64> {
    let wanted: Arc<BTreeMap<WatchId, u32>> =
        Arc::new(jobs.iter().map(|job| (job.watch, job.version)).collect());
    progress.of.store(store.totals().await?.posts, Ordering::Relaxed);
    let mut before: Option<(Time, PostId)> = None;
    let mut added = 0;
    loop {
        let posts = store.recent_posts(before, STEP).await?;
        let Some(last) = posts.last() else { return Ok(added) };
        before = Some((last.received, last.id()));
        let count = posts.len() as u64;
        let (rules, wanted) = (Arc::clone(&rules), Arc::clone(&wanted));
        let looking = tokio::task::spawn_blocking(move || {
            let is_wanted = |watch, version| wanted.get(&watch) == Some(&version);
            judge::look_back(&rules, &posts, is_wanted, now)
        });
        let mentions = looking.await.map_err(|error| {
            store::StoreError::Unusable(format!("looking back ended early: {error}"))
        })?;
        added += add(store, &mentions, now, &found).await?;
        progress.looked_at.fetch_add(count, Ordering::Relaxed);
    }
}

async fn add(
    store: &Store,
    mentions: &[(PostId, NewMention)],
    now: Time,
    found: &impl Fn(WatchId),
) -> store::Result<u64> {
    if mentions.is_empty() {
        return Ok(0);
    }
    let added = store.backfill(mentions, now).await?;
    mentions.iter().for_each(|(_, mention)| found(mention.watch));
    Ok(added)
}

/// Fills these watches from all posts kept and marks them: for commands that run beside no house.
/// Returns the mentions added. A watch that cannot be read is left alone.
///
/// # Errors
/// The store does not answer; filling starts anew next time.
pub async fn fill(store: &Store, watches: Vec<Watch>, now: Time) -> store::Result<u64> {
    let at = store.changes().borrow().settings;
    let (mut names, mut lookup) = (Names::default(), Lookup::default());
    let (mut rules, mut jobs) = (Writer::default(), Vec::new());
    rules.set_heads(Arc::new(Heads::default().refreshed(store).await?));
    for watch in watches.iter().filter(|watch| !watch.paused) {
        let Ok(query) = query::parse(&watch.query) else { continue };
        if let Ok(resolved) = names.resolve(store, watch.id, query, &mut lookup).await? {
            rules.insert(watch, &resolved.query);
            jobs.push(Job { watch: watch.id, version: watch.version, at });
        }
    }
    if jobs.is_empty() {
        return Ok(0);
    }
    let progress = Progress::default();
    let added =
        look_through(store, Arc::new(rules.publish()), &jobs, &progress, now, |_| {}).await?;
    mark(store, &jobs).await?;
    Ok(added)
}
