//! Many standing queries against one post.
//!
//! - [`Matcher`] is the writer: it adds and removes queries.
//! - [`Snapshot`] is what readers ask; it shares its blocks with the matcher it was taken from and
//!   never changes.
//! - [`Live`] holds the newest snapshot for any number of threads.
//!
//! Each query is listed under words one of which every matching post has (see [`anchors`]). A post
//! brings up the queries listed under its words; each of these is first asked by its flat program
//! ([`program`]), and looked at closely ([`crate::eval`]) only where that does not tell.

pub(crate) mod anchors;
pub(crate) mod dictionary;
mod filed;
mod frequencies;
mod live;
pub(crate) mod occurrences;
pub(crate) mod pattern;
mod postings;
pub(crate) mod program;
mod rough;
mod scan;
mod spine;
mod table;
#[cfg(test)]
mod tests;
mod tree;

use std::sync::Arc;

use domain::{Span, WatchId};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

pub use frequencies::Frequencies;
pub use live::Live;

use crate::ast::Query;
use crate::code::{Code, Compiler};
use crate::document::Document;
use crate::eval::Eval;
use anchors::{Anchor, Left, Listing};
use dictionary::{Book, Dictionary, Id};
use filed::Filed;
use occurrences::Occurrences;
use postings::{Filter, Listed, Posting, Postings};
use program::{Quick, pack, unpack, unpack_holding};

/// A watch that a post matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The watch.
    pub watch: WatchId,
    /// What matched, and why.
    pub hit: Hit,
}

/// What matched in a post, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hit {
    /// The words that matched: sorted, without overlaps, at most [`MAX_SPANS`]. Empty where only
    /// fields hit.
    pub spans: Vec<Span>,
    /// Which branches hit, short, as a person reads it: `"windows 7" · crash*`.
    pub why: String,
}

/// The most spans that a [`Hit`] lists.
pub const MAX_SPANS: usize = 32;

/// Memory that matching needs and keeps; one a thread, for any matcher.
#[derive(Debug, Default)]
pub struct Scratch {
    words: Occurrences,
    /// One bit a slot: was the query brought up by this post?
    seen: Vec<u64>,
    /// Slots that are to be looked at, and what is left of them.
    candidates: Vec<(u32, Left)>,
    /// Slots whose bit is set.
    touched: Vec<u32>,
    key: String,
    /// Known words that pairs begin with, and their tokens.
    leads: Vec<(Id, u32)>,
    /// Posts so far.
    posts: u32,
    /// Words read for a query, by its slot; see [`Snapshot::take_costs`].
    steps: Vec<u32>,
}

/// Costs are counted on every post of so many.
const COUNTED: u32 = 16;

impl Scratch {
    /// Costs are counted on this post.
    fn counts(&self) -> bool {
        self.posts.is_multiple_of(COUNTED)
    }
}

/// A query that a post brought up.
struct Candidate<'a> {
    slot: u32,
    left: Left,
    plain: bool,
    program: &'a [u32],
}

impl Candidate<'_> {
    /// Fetches what is read of it from memory.
    #[inline]
    fn touch(&self) -> u32 {
        let place = if let Left::Alternative(place) = self.left { place } else { 0 };
        let at = |at: usize| self.program.get(at).copied().unwrap_or_default();
        at(0) ^ at(place as usize)
    }

    /// Words that are read of it, at most.
    fn steps(&self) -> u32 {
        let all = self.program.len() as u32;
        match self.left {
            Left::All | Left::Nothing => all,
            Left::Rest | Left::Alternative(_) => all - program::rarest(self.program).len() as u32,
        }
    }
}

/// How a query is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CostClass {
    /// Its words tell alone: nothing is looked at.
    Exact,
    /// Its words bring up a few posts, which are looked at.
    Indexed,
    /// Its words bring up more than one post in fifty.
    Broad,
    /// No word of it must be there: every post is looked at.
    Unindexed,
}

impl CostClass {
    /// Its name for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            CostClass::Exact => "exact",
            CostClass::Indexed => "indexed",
            CostClass::Broad => "broad",
            CostClass::Unindexed => "unindexed",
        }
    }
}

/// What a query costs the matcher.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QueryCost {
    /// How it is found.
    pub class: CostClass,
    /// The share of posts expected to bring it up, 0 to 1.
    pub share: f32,
}

/// Ways to a query under one word that are told apart.
const MAX_WAYS: usize = 8;

/// A way that every post with the word comes.
fn anything(slot: u32) -> Posting {
    Posting { slot, guard: None, left: Left::All, filter: Filter::new() }
}

/// The share of posts from which on a query is broad.
const BROAD: f32 = 0.02;

/// Standing queries as readers see them: a version that never changes. Threads share it, each with
/// a [`Scratch`] of its own; a copy costs a few counters.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    dictionary: Dictionary,
    filed: Filed,
    /// Slots of queries that no word brings up.
    always: Arc<Vec<u32>>,
    len: usize,
}

/// Standing queries, and how to change them.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    book: Book,
    filed: Filed,
    gauges: Vec<filed::Gauge>,
    always: Arc<Vec<u32>>,
    slots: FxHashMap<WatchId, u32>,
    entries: Vec<Entry>,
    free: Vec<u32>,
}

/// What the writer knows of a query.
#[derive(Clone, Debug, Default)]
struct Entry {
    /// The numbers it is listed under.
    anchors: Box<[Id]>,
    share: f32,
    class: Option<CostClass>,
}

impl Matcher {
    /// No query in it.
    #[must_use]
    pub fn new() -> Matcher {
        Matcher::default()
    }

    /// No query in it; words are chosen by these frequencies.
    #[must_use]
    pub fn with(frequencies: Frequencies) -> Matcher {
        let mut matcher = Matcher::new();
        matcher.set_frequencies(frequencies);
        matcher
    }

    /// Chooses words by these frequencies from now on; queries that are there keep theirs.
    pub fn set_frequencies(&mut self, frequencies: Frequencies) {
        self.book.set_frequencies(frequencies);
    }

    /// Adds a query, in place of the one the watch had. A reference in it that was not looked up
    /// ([`crate::resolve`]) holds for no post.
    pub fn insert(&mut self, watch: WatchId, query: &Query) {
        self.remove(watch);
        let code = Compiler::new(&mut self.book).compile(&query.ast);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.entries.push(Entry::default());
            (self.entries.len() - 1) as u32
        });
        let mut program = Vec::new();
        pack(&code, &|code| anchors::share(code, &self.book), &mut program);
        let entry = self.list(slot, &code, &program);
        let plain = program::is_plain(&code);
        self.filed.set(&mut self.gauges, slot, watch, (plain, &program));
        self.entries[slot as usize] = entry;
        self.slots.insert(watch, slot);
    }

    /// Lists a query under its words.
    fn list(&mut self, slot: u32, code: &Code, program: &[u32]) -> Entry {
        let Some(found) = anchors::ways(code, &self.book) else {
            Arc::make_mut(&mut self.always).push(slot);
            return Entry { anchors: [].into(), share: 1.0, class: Some(CostClass::Unindexed) };
        };
        let exact = found.listings.iter().all(|listing| listing.exact);
        let mut listed: Vec<(Id, Posting)> = Vec::with_capacity(found.listings.len());
        let places = program::alternatives(program);
        for Listing { anchor, guard, filter, left, .. } in found.listings {
            let id = match anchor {
                Anchor::One(id) => id,
                Anchor::Two(first, second) => self.book.add_pair(first, second),
            };
            let left = match left {
                Left::Alternative(n) => {
                    places.get(n as usize).map_or(Left::All, |place| Left::Alternative(*place))
                }
                left => left,
            };
            listed.push((id, Posting { slot, guard, left, filter }));
        }
        let anchors = listed.iter().map(|(id, _)| *id).collect();
        listed.sort_by_key(|(id, posting)| (*id, posting.guard));
        let mut words = Vec::new();
        for same in listed.chunk_by(|a, b| a.0 == b.0) {
            words.clear();
            match same.len() <= MAX_WAYS {
                true => same.iter().for_each(|(_, posting)| posting.write(&mut words)),
                false => anything(slot).write(&mut words),
            }
            self.book.post(same[0].0, &words);
        }
        let class = match () {
            () if found.share > BROAD => CostClass::Broad,
            () if exact => CostClass::Exact,
            () => CostClass::Indexed,
        };
        Entry { anchors, share: found.share.min(1.0), class: Some(class) }
    }

    /// Removes a watch's query; `false` when there was none.
    pub fn remove(&mut self, watch: WatchId) -> bool {
        let Some(slot) = self.slots.remove(&watch) else { return false };
        let entry = std::mem::take(&mut self.entries[slot as usize]);
        for anchor in &entry.anchors {
            self.book.strike(*anchor, slot);
            if self.book.dictionary.key(*anchor).0 == dictionary::Kind::Pair {
                self.book.remove(*anchor);
            }
        }
        if entry.class == Some(CostClass::Unindexed) {
            Arc::make_mut(&mut self.always).retain(|other| *other != slot);
        }
        let code = unpack(self.filed.program(slot));
        code.each_id(&mut |id| self.book.remove(id));
        self.filed.clear(&mut self.gauges, slot);
        self.free.push(slot);
        true
    }

    /// The number of queries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// No query in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// What a watch's query costs.
    #[must_use]
    pub fn cost(&self, watch: WatchId) -> Option<QueryCost> {
        let entry = self.entries.get(*self.slots.get(&watch)? as usize)?;
        Some(QueryCost { class: entry.class?, share: entry.share })
    }

    /// The queries as they are now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            dictionary: self.book.dictionary.clone(),
            filed: self.filed.clone(),
            always: Arc::clone(&self.always),
            len: self.len(),
        }
    }

    /// The watches that a post matches, by ascending id; see [`Snapshot::matches`].
    #[must_use]
    pub fn matches(&self, document: &Document<'_>, scratch: &mut Scratch) -> Vec<Match> {
        self.snapshot().matches(document, scratch)
    }
}

impl Snapshot {
    /// The number of queries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// No query in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The watches that a post matches, by ascending id.
    #[must_use]
    pub fn matches(&self, document: &Document<'_>, scratch: &mut Scratch) -> Vec<Match> {
        let mut slots = Vec::new();
        self.find(document, scratch, &mut slots);
        let mut matches: Vec<Match> =
            slots.into_iter().map(|slot| self.hit(slot, document, scratch)).collect();
        matches.sort_unstable_by_key(|found| found.watch);
        matches
    }

    /// The watches that a post matches, by ascending id, without saying where and why.
    #[must_use]
    pub fn watches(&self, document: &Document<'_>, scratch: &mut Scratch) -> Vec<WatchId> {
        let mut slots = Vec::new();
        self.find(document, scratch, &mut slots);
        let mut watches: Vec<WatchId> =
            slots.into_iter().map(|slot| self.filed.watch(slot)).collect();
        watches.sort_unstable();
        watches
    }

    fn find(&self, document: &Document<'_>, scratch: &mut Scratch, slots: &mut Vec<u32>) {
        scan::scan(&self.dictionary, document, scratch);
        self.bring_up(scratch, slots);
        // Fetched from memory side by side, then read one after another.
        let candidates: SmallVec<[Candidate<'_>; 32]> = (scratch.candidates.iter())
            .map(|(slot, left)| {
                let (plain, program) = self.filed.program_of(*slot);
                Candidate { slot: *slot, left: *left, plain, program }
            })
            .collect();
        scan::fetch(candidates.iter().map(Candidate::touch));
        if scratch.counts() {
            for candidate in &candidates {
                let steps = &mut scratch.steps[candidate.slot as usize];
                *steps = steps.saturating_add(candidate.steps());
            }
        }
        for Candidate { slot, left, plain, program } in candidates {
            let quick = Quick { document, words: &scratch.words };
            let may = match left {
                Left::Alternative(place) => {
                    let bit = 1 << (slot % 64);
                    let seen = &mut scratch.seen[slot as usize / 64];
                    if *seen & bit != 0 || !quick.may_at(program, place) {
                        continue;
                    }
                    *seen |= bit;
                    scratch.touched.push(slot);
                    quick.may_but_rarest(program)
                }
                Left::Rest => quick.may_but_rarest(program),
                _ => quick.may(program),
            };
            if may && (plain || self.holds(program, document, scratch)) {
                slots.push(slot);
            }
        }
    }

    /// Gathers the queries that the words of the post bring up, each once; those that are found by
    /// their words alone go into `slots`.
    fn bring_up(&self, scratch: &mut Scratch, slots: &mut Vec<u32>) {
        scratch.posts = scratch.posts.wrapping_add(1);
        scratch.steps.resize(scratch.steps.len().max(self.filed.len()), 0);
        let counts = scratch.counts();
        let Scratch { words, seen, candidates, touched, steps, .. } = scratch;
        for slot in touched.drain(..) {
            seen[slot as usize / 64] = 0;
        }
        candidates.clear();
        seen.resize(seen.len().max(self.filed.len().div_ceil(64)), 0);
        let listed: SmallVec<[Postings<'_>; 64]> =
            words.listed().iter().map(|list| self.dictionary.postings(*list)).collect();
        scan::fetch(listed.iter().map(Postings::touch));
        if counts {
            for posting in listed.iter().copied().flatten() {
                let steps = &mut steps[posting.slot as usize];
                *steps = steps.saturating_add(posting.len() as u32);
            }
        }
        let mut bring = |posting: Listed<'_>| {
            let slot = posting.slot;
            let (word, bit) = (&mut seen[slot as usize / 64], 1 << (slot % 64));
            if *word & bit != 0 {
                return;
            }
            let left = posting.left();
            // Where an alternative fails, another may hold.
            if !matches!(left, Left::Alternative(_)) {
                *word |= bit;
                touched.push(slot);
            }
            match left {
                Left::Nothing => slots.push(slot),
                left => candidates.push((slot, left)),
            }
        };
        for postings in listed {
            postings.each_passing(words, &mut bring);
        }
        candidates.extend(self.always.iter().map(|slot| (*slot, Left::All)));
    }

    /// Looks closely.
    fn holds(&self, program: &[u32], document: &Document<'_>, scratch: &mut Scratch) -> bool {
        let code = unpack(program);
        scan::patterns(&self.dictionary, document, &code, &mut scratch.words);
        Eval { document, words: &scratch.words }.holds(&code)
    }

    fn hit(&self, slot: u32, document: &Document<'_>, scratch: &mut Scratch) -> Match {
        let watch = self.filed.watch(slot);
        let (plain, program) = self.filed.program_of(slot);
        if plain {
            let code = unpack_holding(program, &Quick { document, words: &scratch.words });
            let tree = tree::tree(&code, &self.dictionary);
            let told = Eval { document, words: &scratch.words }.told(&tree, &code);
            if let Some(hit) = told {
                return Match { watch, hit };
            }
        }
        let code = unpack(program);
        scan::patterns(&self.dictionary, document, &code, &mut scratch.words);
        let tree = tree::tree(&code, &self.dictionary);
        let hit = Eval { document, words: &scratch.words }.hit(&tree, &code);
        Match { watch, hit }
    }

    /// How much was read for each watch since the last call with this scratch, in words of
    /// postings and programs, watches with nothing left out: the measured share of each query in the cost of
    /// matching. The snapshot must be a version of the matcher the scratch was used with.
    pub fn take_costs(&self, scratch: &mut Scratch) -> Vec<(WatchId, u64)> {
        let mut costs = Vec::new();
        for (slot, steps) in scratch.steps.iter_mut().enumerate().filter(|(_, n)| **n > 0) {
            let slot = slot as u32;
            if self.filed.is_used(slot) {
                costs.push((self.filed.watch(slot), u64::from(*steps)));
            }
            *steps = 0;
        }
        costs.iter_mut().for_each(|(_, steps)| *steps *= u64::from(COUNTED));
        costs
    }
}

/// Whether a query matches a post, and where. Asking many posts, keep a [`Matcher`] of one.
#[must_use]
pub fn matches_one(query: &Query, document: &Document<'_>) -> Option<Hit> {
    let mut matcher = Matcher::new();
    matcher.insert(WatchId(0), query);
    matcher.matches(document, &mut Scratch::default()).pop().map(|found| found.hit)
}
