//! Queries listed under a word, one behind the other.
//!
//! A posting is two words of 32 bits and its filter: the query's slot; then the guard, how many
//! words the posting takes and what is left to be looked at (with a third word for an alternative).
//! What a post must have beside the word is asked here, where it is read in a row, and not in the
//! query's program, which lies elsewhere in memory.

use smallvec::SmallVec;

use super::anchors::Left;
use super::dictionary::Id;
use super::occurrences::{Occurrences, trace};

const LEFT_SHIFT: u32 = 30;
const ALL: u32 = 0;
const ALTERNATIVE: u32 = 1;
const REST: u32 = 2;
const NOTHING: u32 = 3;
const LENGTH_SHIFT: u32 = 26;
const LENGTH: u32 = 0xf;
pub(super) const NO_GUARD: u32 = (1 << LENGTH_SHIFT) - 1;

/// What else a post must have, roughly: clauses, of each of which it has a word. A word is known
/// by its [`trace`], 15 bits that few others share; the last of a clause has the sixteenth set.
pub(crate) type Filter = SmallVec<[u16; 12]>;

/// Traces that a filter may have.
pub(crate) const MAX_FILTER: usize = 2 * (LENGTH as usize - 3);

const LAST: u16 = 1 << 15;

/// Adds a clause, unless it is too long.
pub(crate) fn add_clause(filter: &mut Filter, ids: &[Id]) {
    // An even number, so that clauses fill whole words: a word twice asks for nothing more.
    let length = ids.len().next_multiple_of(2);
    if ids.is_empty() || filter.len() + length > MAX_FILTER {
        return;
    }
    if length != ids.len() {
        filter.push(trace(ids[0]));
    }
    filter.extend(ids.iter().map(|id| trace(*id)));
    if let Some(last) = filter.last_mut() {
        *last |= LAST;
    }
}

/// A query listed under a word, to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Posting {
    /// Its slot.
    pub slot: u32,
    /// A word that must be there too.
    pub guard: Option<Id>,
    /// What is left to be looked at.
    pub left: Left,
    /// What else must be there.
    pub filter: Filter,
}

impl Posting {
    /// Writes it behind others.
    pub fn write(&self, into: &mut Vec<u32>) {
        let guard = self.guard.filter(|id| *id < NO_GUARD);
        // A guard that cannot be written is not asked for: the program has to.
        let (left, place) = match self.left {
            _ if guard != self.guard => (ALL, None),
            Left::All => (ALL, None),
            Left::Alternative(place) => (ALTERNATIVE, Some(place)),
            Left::Rest => (REST, None),
            Left::Nothing => (NOTHING, None),
        };
        let length = 2 + u32::from(place.is_some()) + self.filter.len() as u32 / 2;
        into.push(self.slot);
        into.push(left << LEFT_SHIFT | length << LENGTH_SHIFT | guard.unwrap_or(NO_GUARD));
        into.extend(place);
        let pairs = self.filter.chunks_exact(2);
        into.extend(pairs.map(|pair| u32::from(pair[0]) | u32::from(pair[1]) << 16));
    }
}

/// A query listed under a word, as it is read: no more of it than is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listed<'a> {
    /// The query's slot.
    pub slot: u32,
    head: u32,
    /// All words that it takes.
    words: &'a [u32],
}

impl Listed<'_> {
    /// Whether guard and filter let a post with the word pass that may have the guard.
    #[inline]
    fn passes(&self, words: &Occurrences) -> bool {
        let guard = self.head & NO_GUARD;
        (guard == NO_GUARD || words.has(guard))
            && (self.words.len() <= 2 || filter_passes(self.filter(), words))
    }

    #[inline]
    fn filter(&self) -> &[u32] {
        let place = usize::from(self.head >> LEFT_SHIFT == ALTERNATIVE);
        self.words.get(2 + place..).unwrap_or_default()
    }

    /// What is left to be looked at.
    #[inline]
    pub fn left(&self) -> Left {
        match (self.head >> LEFT_SHIFT, self.words) {
            (ALTERNATIVE, [_, _, place, ..]) => Left::Alternative(*place),
            (REST, _) => Left::Rest,
            (NOTHING, _) => Left::Nothing,
            _ => Left::All,
        }
    }

    /// Words that it takes.
    pub fn len(&self) -> usize {
        self.words.len()
    }
}

#[inline]
fn filter_passes(filter: &[u32], words: &Occurrences) -> bool {
    let mut has = false;
    for pair in filter {
        has |= words.may_have(*pair as u16);
        has |= words.may_have((pair >> 16) as u16);
        if pair >> 31 != 0 {
            if !has {
                return false;
            }
            has = false;
        }
    }
    true
}

#[inline]
fn length(head: u32) -> usize {
    (head >> LENGTH_SHIFT & LENGTH) as usize
}

/// Postings that stand one behind the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Postings<'a>(&'a [u32]);

impl<'a> Postings<'a> {
    #[inline]
    pub fn of(words: &'a [u32]) -> Postings<'a> {
        Postings(words)
    }

    /// Calls `each` with those whose guard and filter let a post with the word pass. Most are left
    /// at their guards.
    #[inline]
    pub fn each_passing(self, words: &Occurrences, mut each: impl FnMut(Listed<'a>)) {
        let mut rest = self.0;
        while let [slot, head, ..] = *rest {
            let may = words.may_have(trace(head & NO_GUARD));
            let Some((this, others)) = rest.split_at_checked(length(head)) else { return };
            rest = others;
            if may {
                let listed = Listed { slot, head, words: this };
                if listed.passes(words) {
                    each(listed);
                }
            }
        }
    }

    /// Fetches the first of them from memory.
    #[inline]
    pub fn touch(&self) -> u32 {
        self.0.first().copied().unwrap_or_default()
    }
}

impl<'a> Iterator for Postings<'a> {
    type Item = Listed<'a>;

    #[inline]
    fn next(&mut self) -> Option<Listed<'a>> {
        let [slot, head, ..] = self.0 else { return None };
        let (this, others) = self.0.split_at_checked(length(*head))?;
        self.0 = others;
        Some(Listed { slot: *slot, head: *head, words: this })
    }
}

/// Moves up the postings of all other queries; how many words these take.
pub(super) fn without(words: &mut [u32], query: u32) -> usize {
    let (mut from, mut to) = (0, 0);
    while let Some(head) = words.get(from + 1) {
        let end = (from + length(*head).max(2)).min(words.len());
        if words[from] != query {
            words.copy_within(from..end, to);
            to += end - from;
        }
        from = end;
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posting(slot: u32, clauses: &[&[Id]]) -> Posting {
        let mut filter = Filter::new();
        clauses.iter().for_each(|ids| add_clause(&mut filter, ids));
        let left = match slot {
            1 => Left::Nothing,
            2 => Left::Rest,
            slot => Left::Alternative(slot + 7),
        };
        Posting { slot, guard: Some(slot + 1), left, filter }
    }

    #[test]
    fn what_is_written_is_read_and_struck() {
        let all = [posting(1, &[]), posting(2, &[&[7], &[8, 9, 10]]), posting(3, &[&[1, 2]])];
        let mut words = Vec::new();
        all.iter().for_each(|posting| posting.write(&mut words));
        let read = |words: &[u32]| -> Vec<(u32, Id, Left, usize)> {
            let read = Postings::of(words);
            read.map(|p| (p.slot, p.head & NO_GUARD, p.left(), p.filter().len())).collect()
        };
        let first = (1, 2, Left::Nothing, 0);
        let second = (2, 3, Left::Rest, 3);
        let third = (3, 4, Left::Alternative(10), 1);
        assert_eq!(read(&words), [first, second, third]);
        let kept = without(&mut words, 2);
        assert_eq!(read(&words[..kept]), [first, third]);
    }

    #[test]
    fn a_filter_asks_for_a_word_of_each_clause() {
        let mut words = Vec::new();
        posting(2, &[&[7], &[8, 9, 10]]).write(&mut words);
        let passes = |ids: &[Id]| {
            let mut found = Occurrences::default();
            found.begin(64);
            for id in ids {
                found.note(*id);
            }
            let mut passed = 0;
            Postings::of(&words).each_passing(&found, |_| passed += 1);
            passed == 1
        };
        assert!(passes(&[3, 7, 10]) && passes(&[3, 7, 8, 9]));
        assert!(!passes(&[3, 7]) && !passes(&[3, 8]) && !passes(&[7, 8]));
    }

    #[test]
    fn a_clause_that_is_too_long_is_left_out() {
        let mut filter = Filter::new();
        add_clause(&mut filter, &(0..25).collect::<Vec<_>>());
        assert!(filter.is_empty());
        add_clause(&mut filter, &(0..23).collect::<Vec<_>>());
        add_clause(&mut filter, &[1]);
        assert_eq!(filter.len(), 24);
    }
}
