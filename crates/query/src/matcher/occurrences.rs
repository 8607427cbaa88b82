//! Which known words a post has, and where.

use std::cell::OnceCell;

use super::dictionary::Id;
use super::postings::NO_GUARD;
use super::table::{Known, List};

/// Which known words a post has, and the numbers of the tokens they stand at.
#[derive(Debug, Default)]
pub(crate) struct Occurrences {
    /// One bit a word: does the post have it? Small enough to stay near the processor.
    present: Vec<u64>,
    /// One bit a trace of a word that the post has.
    traces: Traces,
    found: Vec<Id>,
    /// What is listed under them.
    listed: Vec<List>,
    /// Word and token, in the order of tokens; of shapes behind all others.
    placed: Vec<(Id, u32)>,
    /// The same by words, of posts too long to be read through for each of them.
    sorted: OnceCell<Vec<(Id, u32)>>,
    /// Shapes that were looked for in this post.
    asked: Vec<Id>,
}

/// Bits of a trace.
const TRACE_BITS: u32 = 15;

/// A fixed size: no place in it needs to be checked.
#[derive(Debug)]
struct Traces(Box<[u64; 1 << TRACE_BITS >> 6]>);

impl Default for Traces {
    fn default() -> Traces {
        Traces(Box::new([0; 1 << TRACE_BITS >> 6]))
    }
}

impl Traces {
    /// Which word a trace's bit is in, and the bit.
    #[inline]
    fn place(trace: u16) -> (usize, u64) {
        let trace = trace & ((1 << TRACE_BITS) - 1);
        (usize::from(trace / 64), 1 << (trace % 64))
    }
}

/// Fifteen bits that a word is roughly known by.
#[inline]
pub(crate) fn trace(id: Id) -> u16 {
    (id.wrapping_mul(0x9e37_79b1) >> (u32::BITS - TRACE_BITS)) as u16
}

/// Occurrences up to which reading all of them is faster than sorting them.
const FEW: usize = 96;

impl Occurrences {
    /// Forgets the post before.
    pub fn begin(&mut self, ids: usize) {
        for id in self.found.drain(..) {
            self.present[id as usize / 64] = 0;
            self.traces.0[Traces::place(trace(id)).0] = 0;
        }
        // Whatever asks for no guard passes it.
        let (at, bit) = Traces::place(trace(NO_GUARD));
        self.traces.0[at] |= bit;
        self.present.resize(self.present.len().max(ids.div_ceil(64)), 0);
        self.listed.clear();
        self.placed.clear();
        self.sorted.take();
        self.asked.clear();
    }

    /// What is listed under the words of the post, each once.
    pub fn listed(&self) -> &[List] {
        &self.listed
    }

    /// Word and token of every occurrence, in the order they were noted.
    pub fn placed(&self) -> &[(Id, u32)] {
        &self.placed
    }

    /// Notes that a word is there. Tokens of a word come in ascending order.
    #[inline]
    pub fn add(&mut self, known: Known, token: u32) {
        self.mark(known);
        let here = self.placed.iter().rev().take_while(|(_, other)| *other == token);
        if here.take(8).all(|(other, _)| *other != known.id) {
            self.placed.push((known.id, token));
        }
    }

    /// Notes that a word is there, no matter where.
    #[inline]
    pub fn mark(&mut self, known: Known) {
        if self.note(known.id) {
            self.listed.extend(known.list);
        }
    }

    /// Notes that a number is there; whether that is new.
    #[inline]
    pub fn note(&mut self, id: Id) -> bool {
        let (word, bit) = (&mut self.present[id as usize / 64], 1 << (id % 64));
        if *word & bit != 0 {
            return false;
        }
        *word |= bit;
        let (at, bit) = Traces::place(trace(id));
        self.traces.0[at] |= bit;
        self.found.push(id);
        true
    }

    /// Whether the post may have a word with this trace; the sixteenth bit says nothing.
    #[inline]
    pub fn may_have(&self, trace: u16) -> bool {
        let (at, bit) = Traces::place(trace);
        self.traces.0[at] & bit != 0
    }

    /// Whether a shape still has to be looked for in this post; asked once, it has not.
    pub fn ask(&mut self, id: Id) -> bool {
        let fresh = !self.asked.contains(&id);
        if fresh {
            self.asked.push(id);
            self.sorted.take();
        }
        fresh
    }

    #[inline]
    pub fn has(&self, id: Id) -> bool {
        self.present.get(id as usize / 64).is_some_and(|word| word >> (id % 64) & 1 != 0)
    }

    /// Every token a word stands at, ascending.
    #[inline]
    pub fn every(&self, id: Id) -> impl Iterator<Item = u32> {
        self.some(id).iter().filter(move |(other, _)| *other == id).map(|(_, token)| *token)
    }

    /// Occurrences among which are all of a word.
    #[inline]
    fn some(&self, id: Id) -> &[(Id, u32)] {
        if self.placed.len() <= FEW {
            return &self.placed;
        }
        let sorted = self.sorted.get_or_init(|| {
            let mut sorted = self.placed.clone();
            sorted.sort_unstable();
            sorted
        });
        let from = sorted.partition_point(|(other, _)| *other < id);
        let length = sorted[from..].iter().take_while(|(other, _)| *other == id).count();
        &sorted[from..from + length]
    }

    /// Whether a word stands at a token.
    #[inline]
    pub fn is_at(&self, id: Id, token: u32) -> bool {
        self.some(id).contains(&(id, token))
    }

    /// The tokens a word stands at, within `range`, ascending.
    pub fn at(&self, id: Id, range: (u32, u32)) -> impl Iterator<Item = u32> {
        self.every(id).filter(move |token| range.0 <= *token && *token < range.1)
    }
}
