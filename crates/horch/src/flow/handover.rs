//! Between judge and storer: what is judged waits here until the transaction before it is through,
//! and then goes as a whole. While little happens a post is stored at once; when much does,
//! transactions grow with what waits, up to a bound at which the judge has to wait.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use store::Ingest;
use tokio::sync::{Notify, OwnedSemaphorePermit};

/// Posts stored in one transaction at most (more only where one batch alone is larger).
pub const TRANSACTION: usize = 500;
/// Transactions that may wait.
const WAITING: usize = 2;

/// What one transaction stores, and since when it waits.
#[derive(Debug, Default)]
pub struct Parcel {
    /// What is to be stored.
    pub ingest: Ingest,
    /// When batches came in, and how many posts each held.
    pub arrived: Vec<(Instant, u64)>,
    /// Their places inside, free again when the parcel is gone.
    pub places: Vec<OwnedSemaphorePermit>,
}

impl Parcel {
    /// A parcel that already deletes takes no more posts: within one transaction posts are stored
    /// before deletions are carried out, and a post heard again after its deletion must not be
    /// swallowed by it.
    fn takes(&self, more: &Ingest) -> bool {
        let deletes = !self.ingest.deleted.is_empty() || !self.ingest.deleted_sources.is_empty();
        !deletes && self.ingest.posts.len() + more.posts.len() <= TRANSACTION
    }

    fn add(&mut self, more: Parcel) {
        let Ingest { posts, deleted, deleted_sources, profiles, cursors, gaps } = more.ingest;
        let into = &mut self.ingest;
        into.posts.extend(posts);
        into.deleted.extend(deleted);
        into.deleted_sources.extend(deleted_sources);
        into.profiles.extend(profiles);
        into.cursors.extend(cursors);
        into.gaps.extend(gaps);
        self.arrived.extend(more.arrived);
        self.places.extend(more.places);
    }
}

/// A short queue of parcels; the last one grows while it waits.
#[derive(Default)]
pub struct Handover {
    waiting: Mutex<Waiting>,
    filled: Notify,
    emptied: Condvar,
}

#[derive(Default)]
struct Waiting {
    parcels: VecDeque<Parcel>,
    /// Nothing more comes.
    ended: bool,
    /// Nobody takes any more.
    refused: bool,
}

impl Handover {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a batch over; blocks while too much waits. `false` when nobody takes any more.
    pub fn give(&self, parcel: Parcel) -> bool {
        let mut waiting = self.lock();
        loop {
            if waiting.refused {
                return false;
            }
            let count = waiting.parcels.len();
            match waiting.parcels.back_mut() {
                Some(last) if last.takes(&parcel.ingest) => {
                    last.add(parcel);
                    return true;
                }
                _ if count < WAITING => {
                    waiting.parcels.push_back(parcel);
                    drop(waiting);
                    self.filled.notify_one();
                    return true;
                }
                _ => {}
            }
            waiting = self.emptied.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes all that waits, up to one transaction; `None` when nothing more comes.
    pub async fn take(&self) -> Option<Parcel> {
        loop {
            {
                let mut waiting = self.lock();
                if let Some(parcel) = waiting.parcels.pop_front() {
                    drop(waiting);
                    self.emptied.notify_one();
                    return Some(parcel);
                }
                if waiting.ended {
                    return None;
                }
            }
            self.filled.notified().await;
        }
    }

    /// Nothing more comes: what waits is still taken.
    pub fn end(&self) {
        self.lock().ended = true;
        self.filled.notify_one();
    }

    /// Nobody takes any more: whoever waits to hand over is let go.
    pub fn refuse(&self) {
        self.lock().refused = true;
        self.emptied.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use domain::{CursorMove, PostId};

    use super::*;

    fn cursor(n: usize) -> Ingest {
        let cursor = CursorMove { stream: n.to_string(), value: String::new() };
        Ingest { cursors: vec![cursor], ..Ingest::default() }
    }

    #[tokio::test]
    async fn what_waits_goes_as_a_whole_and_in_order() {
        let handover = Handover::default();
        let give = |ingest| assert!(handover.give(Parcel { ingest, ..Parcel::default() }));
        (0..3).for_each(|n| give(cursor(n)));
        give(Ingest { deleted: vec![PostId([1; 16])], ..Ingest::default() });
        // A parcel that deletes takes nothing more.
        give(cursor(4));
        let first = handover.take().await.expect("a parcel").ingest;
        assert_eq!((first.cursors.len(), first.deleted.len()), (3, 1));
        handover.end();
        let second = handover.take().await.expect("a parcel").ingest;
        assert_eq!(second.cursors[0].stream, "4");
        assert!(handover.take().await.is_none());
    }

    #[tokio::test]
    async fn whoever_brings_too_much_waits() {
        let handover = Arc::new(Handover::default());
        let deleting = || Ingest { deleted: vec![PostId([1; 16])], ..Ingest::default() };
        let giving = Arc::clone(&handover);
        let giver = std::thread::spawn(move || {
            (0..9)
                .take_while(|_| giving.give(Parcel { ingest: deleting(), ..Parcel::default() }))
                .count()
        });
        std::thread::sleep(Duration::from_millis(30));
        assert_eq!(handover.lock().parcels.len(), WAITING);
        assert!(handover.take().await.is_some());
        std::thread::sleep(Duration::from_millis(30));
        handover.refuse();
        assert_eq!(giver.join().expect("ends"), WAITING + 1);
    }
}
