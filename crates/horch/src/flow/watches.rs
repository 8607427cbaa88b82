//! Keeps the rules up to date: a watch added on a screen, by `horch watch add` or by another
//! process counts for the next post. Only what changed is read, and only that is changed.

use std::collections::HashSet;
use std::sync::Arc;

use arc_swap::ArcSwap;
use channels::Interests;
use domain::{Watch, WatchId};
use query::{Frequencies, Lang, QueryError};
use store::{KeptWatch, Store};
use tokio::sync::watch as signal;

use super::House;
use super::fill::{Job, Jobs};
use super::interests::Wishes;
use super::names::{Lookup, Names};
use super::rules::{Rules, Writer};
use super::state::State;

/// Watches taken in at once, when many changed.
const STEP: usize = 1_000;

/// What is known of the watches beside the rules, so that a change is small.
#[derive(Default)]
pub struct Book {
    /// Up to which [`store::Change::settings`] everything was read.
    seen: i64,
    rules: Writer,
    names: Names,
    wishes: Wishes,
}

impl Book {
    /// Nothing read yet; the matcher chooses words by these frequencies.
    #[must_use]
    pub fn new(frequencies: Frequencies) -> Book {
        Book { rules: Writer::new(frequencies), ..Book::default() }
    }

    /// What people listen for.
    #[must_use]
    pub fn interests(&self) -> Interests {
        self.wishes.interests()
    }

    /// Takes in what changed since the last time; returns the watches that are to be filled from
    /// the posts heard before. After an error everything is read again.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn refresh(
        &mut self,
        store: &Store,
        rules: &ArcSwap<Rules>,
        state: &State,
    ) -> store::Result<Vec<Job>> {
        let outcome = self.take_changes(store, rules, state).await;
        if outcome.is_err() {
            // The published rules count until everything was read.
            *self = Book::new(state.frequencies());
        }
        outcome
    }

    async fn take_changes(
        &mut self,
        store: &Store,
        rules: &ArcSwap<Rules>,
        state: &State,
    ) -> store::Result<Vec<Job>> {
        let changes = store.watches_since(self.seen).await?;
        let mut stale = self.names.stale(store, &changes).await?;
        for gone in &changes.gone {
            stale.remove(gone);
            self.drop_watch(*gone, state);
        }
        // Whoever refers to something that changed is forgotten before any of them is looked at:
        // a name stands for the same thing for all of them. The old rules count until then.
        let changed: HashSet<WatchId> = changes.changed.iter().map(|kept| kept.watch.id).collect();
        let mut anew: HashSet<WatchId> =
            changed.iter().copied().filter(|id| self.names.refers(*id)).collect();
        anew.extend(&stale);
        anew.iter().for_each(|watch| self.names.forget(*watch));
        let mut lookup = Lookup::default();
        let mut jobs = Vec::new();
        let first = self.seen == 0;
        let heads = self.rules.heads().refreshed(store).await?;
        self.rules.set_heads(Arc::new(heads));
        let stale: Vec<WatchId> = stale.into_iter().filter(|id| !changed.contains(id)).collect();
        let mut others = stale.chunks(STEP);
        let mut waiting = changes.changed.chunks(STEP);
        loop {
            // What counts first is what was taken in so far; on a start, only all of it.
            if !first {
                rules.store(Arc::new(self.rules.publish()));
                tokio::task::yield_now().await;
            }
            let some = match (waiting.next(), others.next()) {
                (None, None) => break,
                (changed, stale) => {
                    let mut some = changed.unwrap_or_default().to_vec();
                    some.extend(store.kept_watches(stale.unwrap_or_default()).await?);
                    some
                }
            };
            for kept in &some {
                let KeptWatch { watch, .. } = kept;
                let same =
                    self.rules.get(watch.id).is_some_and(|rule| rule.version == watch.version);
                if same && !watch.paused && !first && !anew.contains(&watch.id) {
                    self.rules.set(watch);
                    continue;
                }
                let job = self.take(store, kept, &mut lookup, state).await?;
                jobs.extend(job.map(|job| Job { at: changes.settings, ..job }));
            }
        }
        if first {
            rules.store(Arc::new(self.rules.publish()));
        }
        self.seen = changes.settings;
        Ok(jobs)
    }

    /// Takes a watch in as it is now; tells whether it is to be filled.
    async fn take(
        &mut self,
        store: &Store,
        kept: &KeptWatch,
        lookup: &mut Lookup,
        state: &State,
    ) -> store::Result<Option<Job>> {
        let watch = &kept.watch;
        if watch.paused {
            self.drop_watch(watch.id, state);
            return Ok(None);
        }
        self.names.forget(watch.id);
        let resolved = match query::parse(&watch.query) {
            Ok(query) => self.names.resolve(store, watch.id, query, lookup).await?,
            Err(error) => Err(error),
        };
        match resolved {
            Ok(resolved) => {
                self.wishes.add(watch.id, &resolved.query);
                self.rules.insert(watch, &resolved.query);
                state.set_trouble(watch.id, None);
                let filled = kept.filled == watch.version && resolved.revision <= kept.filled_at;
                let job = Job { watch: watch.id, version: watch.version, at: 0 };
                Ok((!filled).then_some(job))
            }
            Err(error) => {
                self.rules.remove(watch.id);
                self.wishes.remove(watch.id);
                state.set_trouble(watch.id, Some(told(watch, &error)));
                Ok(None)
            }
        }
    }

    fn drop_watch(&mut self, watch: WatchId, state: &State) {
        self.rules.remove(watch);
        self.names.forget(watch);
        self.wishes.remove(watch);
        state.forget(watch);
    }
}

/// Nothing a person saved is dropped silently.
fn told(watch: &Watch, error: &QueryError) -> (String, String) {
    let (german, english) = (error.message(Lang::De), error.message(Lang::En));
    tracing::error!(watch = watch.name, "the query cannot be read and is not matched: {english}");
    (german, english)
}

/// Rules over the store's watches, and what must be known to keep them up to date.
///
/// # Errors
/// The store does not answer.
pub async fn load(store: &Store, state: &State) -> store::Result<(Rules, Book, Vec<Job>)> {
    let mut book = Book::new(state.frequencies());
    let rules = ArcSwap::from_pointee(Rules::default());
    let jobs = book.refresh(store, &rules, state).await?;
    let rules = Arc::try_unwrap(rules.into_inner()).unwrap_or_else(|rules| Rules::clone(&rules));
    Ok((rules, book, jobs))
}

/// Follows the store's changes until the process ends.
pub async fn keep(
    house: House,
    mut book: Book,
    rules: Arc<ArcSwap<Rules>>,
    state: Arc<State>,
    jobs: Jobs,
    interests: signal::Sender<Arc<Interests>>,
) {
    let mut changes = house.store.changes_beside_mentions();
    loop {
        let settings = changes.borrow_and_update().settings;
        if book.seen != settings {
            match book.refresh(&house.store, &rules, &state).await {
                Ok(fresh) => {
                    fresh.iter().for_each(|job| {
                        state.set_filling(job.watch, Some(Arc::default()));
                    });
                    jobs.add(fresh);
                    tell_interests(&book, &interests);
                }
                Err(error) => {
                    tracing::error!(%error, "watches could not be read");
                    if !house.pause(std::time::Duration::from_secs(1)).await {
                        return;
                    }
                    continue;
                }
            }
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = house.stop.cancelled() => return,
        }
    }
}

fn tell_interests(book: &Book, interests: &signal::Sender<Arc<Interests>>) {
    let wanted = book.interests();
    interests.send_if_modified(|current| {
        let changed = **current != wanted;
        if changed {
            *current = Arc::new(wanted);
        }
        changed
    });
}
