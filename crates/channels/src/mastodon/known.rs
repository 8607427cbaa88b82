//! What is remembered of a server's statuses while the process runs.

use std::collections::{HashMap, VecDeque};

use super::status::Id;

/// No more statuses than this are remembered per server.
const MOST: usize = 20_000;

/// The server's numbers of the statuses heard lately, and which posts they are. Deletions and
/// answers name statuses by these numbers only. Bounded: what is older, or was heard before the
/// process started and no longer stands among the newest, is not found.
#[derive(Debug, Default)]
pub(super) struct Known {
    statuses: HashMap<Id, Remembered>,
    order: VecDeque<Id>,
}

#[derive(Debug)]
struct Remembered {
    uri: String,
    edited: String,
    /// It stands in the public timeline, so it can be missed there.
    public: bool,
    /// It is missing there, but is no deletion.
    settled: bool,
}

impl Known {
    /// The post's native id.
    pub(super) fn uri(&self, id: &str) -> Option<String> {
        self.statuses.get(&Id::new(id)?).map(|status| status.uri.clone())
    }

    /// Whether this very version was heard already.
    pub(super) fn has(&self, id: &Id, edited: &str) -> bool {
        self.statuses.get(id).is_some_and(|status| status.edited == edited)
    }

    /// Remembers a status.
    pub(super) fn remember(&mut self, id: Id, uri: &str, edited: String, public: bool) {
        if let Some(status) = self.statuses.get_mut(&id) {
            status.edited = edited;
            status.public |= public;
            return;
        }
        if self.order.len() >= MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.statuses.remove(&oldest);
        }
        self.order.push_back(id.clone());
        let status = Remembered { uri: uri.to_owned(), edited, public, settled: false };
        self.statuses.insert(id, status);
    }

    /// Forgets a deleted status and says which post it was.
    pub(super) fn forget(&mut self, id: &Id) -> Option<String> {
        // Its place in the order stays until its turn comes.
        self.statuses.remove(id).map(|status| status.uri)
    }

    /// It was missed, but is still there.
    pub(super) fn settle(&mut self, id: &Id) {
        if let Some(status) = self.statuses.get_mut(id) {
            status.settled = true;
        }
    }

    /// Statuses of the public timeline between two numbers that are not among `there`.
    pub(super) fn missing(&self, from: &Id, to: &Id, there: &[Id]) -> Vec<Id> {
        let within = self.statuses.iter().filter(|(id, status)| {
            status.public && !status.settled && *id >= from && *id <= to && !there.contains(id)
        });
        let mut missing: Vec<Id> = within.map(|(id, _)| id.clone()).collect();
        missing.sort();
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> Id {
        Id::new(&number.to_string()).unwrap()
    }

    #[test]
    fn memory_is_bounded_and_the_newest_are_kept() {
        let mut known = Known::default();
        for number in 0..MOST * 2 {
            known.remember(id(number), "u", String::new(), true);
        }
        assert_eq!(known.statuses.len(), MOST);
        assert_eq!(known.uri("0"), None);
        assert!(known.has(&id(MOST * 2 - 1), ""));
    }

    #[test]
    fn only_what_stood_in_the_public_timeline_is_missed() {
        let mut known = Known::default();
        for (number, public) in [(1, true), (2, true), (3, false), (4, true), (5, true)] {
            known.remember(id(number), "u", String::new(), public);
        }
        assert_eq!(known.missing(&id(2), &id(5), &[id(5)]), [id(2), id(4)]);
        known.settle(&id(2));
        assert_eq!(known.forget(&id(4)).as_deref(), Some("u"));
        assert!(known.missing(&id(2), &id(5), &[id(5)]).is_empty());
    }
}
