//! The newest version of all queries, for any number of threads.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};
use domain::WatchId;

use super::{Matcher, QueryCost, Snapshot};
use crate::ast::Query;

/// A matcher that changes while others read it. Readers take the newest [`Snapshot`] without a
/// lock and keep it as long as they like; writers take turns.
///
/// ```
/// use domain::WatchId;
/// use query::{Live, Matcher};
///
/// let live = Live::new(Matcher::new());
/// let before = live.load();
/// live.insert(WatchId(1), &query::parse("train*").expect("a good query"));
/// assert_eq!((before.len(), live.load().len()), (0, 1));
/// ```
#[derive(Debug)]
pub struct Live {
    current: ArcSwap<Snapshot>,
    writer: Mutex<Matcher>,
}

impl Live {
    /// Starts with these queries.
    #[must_use]
    pub fn new(matcher: Matcher) -> Live {
        Live { current: ArcSwap::from_pointee(matcher.snapshot()), writer: Mutex::new(matcher) }
    }

    /// The newest version. Never waits.
    #[must_use]
    pub fn load(&self) -> Guard<Arc<Snapshot>> {
        self.current.load()
    }

    /// Adds a query, in place of the one the watch had; the next post sees it.
    pub fn insert(&self, watch: WatchId, query: &Query) {
        self.change(|matcher| matcher.insert(watch, query));
    }

    /// Removes a watch's query; `false` when there was none.
    pub fn remove(&self, watch: WatchId) -> bool {
        self.change(|matcher| matcher.remove(watch))
    }

    /// Makes several changes that readers see all at once.
    pub fn change<T>(&self, change: impl FnOnce(&mut Matcher) -> T) -> T {
        // A writer that died in between left whole queries: each step leaves the matcher usable.
        let mut matcher = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = change(&mut matcher);
        self.current.store(Arc::new(matcher.snapshot()));
        changed
    }

    /// What a watch's query costs.
    #[must_use]
    pub fn cost(&self, watch: WatchId) -> Option<QueryCost> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).cost(watch)
    }
}
