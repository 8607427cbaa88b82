//! The words that queries name, numbered, and which queries each of them brings up.
//!
//! [`Dictionary`] is what readers see: shared blocks, see [`Spine`]. [`Book`] is its writer, with
//! what only a writer needs: how often a word is used, and which numbers are free.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::frequencies::Frequencies;
use super::pattern::Pattern;
use super::postings::Postings;
use super::rough::Rough;
use super::spine::Spine;
use super::table::{
    Gauges, Known, List, Slot, Sought, Starts, Table, Way, Writer, pair, paired, sought,
    sought_pair,
};
use crate::fields::{FieldName, PROPERTY_MARK};

/// The number of a word, beginning, pattern or pair of words.
pub(crate) type Id = u32;

/// No number.
pub(crate) const NO_ID: Id = u32::MAX;

/// Words in a block.
const CHUNK: usize = 64;

/// What a number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// A word, or a field's whole value behind the field's mark.
    Word,
    /// Any word that begins so.
    Prefix,
    /// Any word of a shape; found only when a query that names it is looked at.
    Pattern,
    /// Two words one after another.
    Pair,
    /// Nothing at present.
    Free,
}

#[derive(Clone, Debug)]
struct Word {
    start: u32,
    len: u32,
    kind: Kind,
    pattern: Option<Arc<Pattern>>,
}

/// A block of words with their keys.
#[derive(Clone, Debug, Default)]
struct Chunk {
    keys: Vec<u8>,
    garbage: usize,
    words: Vec<Word>,
}

impl Chunk {
    fn key(&self, word: &Word) -> &[u8] {
        self.keys.get(word.start as usize..(word.start + word.len) as usize).unwrap_or_default()
    }

    fn set(&mut self, at: usize, key: &[u8], kind: Kind, pattern: Option<Arc<Pattern>>) {
        let start = self.keys.len() as u32;
        self.keys.extend_from_slice(key);
        let len = key.len() as u32;
        let word = Word { start, len, kind, pattern };
        match self.words.get_mut(at) {
            Some(old) => *old = word,
            None => self.words.push(word),
        }
    }

    fn clear(&mut self, at: usize) {
        let Some(word) = self.words.get_mut(at) else { return };
        word.kind = Kind::Free;
        word.pattern = None;
        self.garbage += word.len as usize;
        if self.garbage > self.keys.len() / 2 {
            self.tidy();
        }
    }

    fn tidy(&mut self) {
        let mut keys = Vec::with_capacity(self.keys.len() - self.garbage);
        for word in &mut self.words {
            let old = word.start as usize..(word.start + word.len) as usize;
            word.start = keys.len() as u32;
            if word.kind == Kind::Free {
                word.len = 0;
            }
            keys.extend_from_slice(&self.keys[old.start..old.start + word.len as usize]);
        }
        self.keys = keys;
        self.garbage = 0;
    }
}

/// The words as readers see them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dictionary {
    table: Table,
    chunks: Spine<Chunk>,
    rough: Rough,
    /// How many words belong to the field or property with this mark.
    marks: [u32; 32],
    len: u32,
}

impl Dictionary {
    /// How many numbers are given out, free ones included.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    #[inline]
    fn word(&self, id: Id) -> Option<(&Chunk, &Word)> {
        let chunk = self.chunks.get(id as usize / CHUNK)?;
        Some((chunk, chunk.words.get(id as usize % CHUNK)?))
    }

    #[inline]
    fn look_up(&self, key: &[u8], kind: Kind) -> Option<Slot> {
        let sought = sought_as(key, kind);
        self.table.find(&sought, key)
    }

    /// Calls `each` with every number that `key` stands for, its own and its beginnings'.
    #[inline]
    pub fn find(&self, key: &str, mut each: impl FnMut(Known)) {
        self.each_sought(key, |sought, key| {
            if let Some(known) = self.found(self.way(&sought), &sought, key) {
                each(known);
            }
        });
    }

    /// Calls `each` with everything that has to be looked up for a key: the key itself, and those
    /// of its beginnings that may be known.
    #[inline]
    pub fn each_sought<'k>(&self, key: &'k str, mut each: impl FnMut(Sought, &'k [u8])) {
        let key = key.as_bytes();
        let starts = Starts::of(key);
        each(starts.sought(key.len(), Kind::Word), key);
        self.rough.each_length(key, |length| {
            let sought = starts.sought(length, Kind::Prefix);
            if self.rough.may_have(sought.rough()) {
                each(sought, &key[..length]);
            }
        });
    }

    /// Where a key is to be looked for.
    #[inline]
    pub fn way(&self, sought: &Sought) -> Way<'_> {
        self.table.way(sought)
    }

    /// The number of a key.
    #[inline]
    pub fn found(&self, way: Way<'_>, sought: &Sought, key: &[u8]) -> Option<Known> {
        self.table.found(way, sought, key)
    }

    /// What has to be looked up for two words that stand one after another, where they may be known
    /// as a pair.
    #[inline]
    pub fn sought_pair(&self, first: Id, second: Id) -> Option<(Sought, [u8; 8])> {
        let sought = sought_pair(first, second);
        self.rough.may_have(sought.rough()).then(|| (sought, pair(first, second)))
    }

    /// The queries listed there.
    #[inline]
    pub fn postings(&self, list: List) -> Postings<'_> {
        Postings::of(self.table.listed(list))
    }

    /// What a number stands for.
    pub fn key(&self, id: Id) -> (Kind, &str) {
        let Some((chunk, word)) = self.word(id) else { return (Kind::Free, "") };
        (word.kind, std::str::from_utf8(chunk.key(word)).unwrap_or_default())
    }

    pub fn pattern(&self, id: Id) -> Option<&Pattern> {
        self.word(id)?.1.pattern.as_deref()
    }

    /// Some query asks for keys behind this mark.
    pub fn asks_for(&self, mark: char) -> bool {
        self.marks.get(mark as usize).is_some_and(|uses| *uses > 0)
    }

    /// Some query asks for this field.
    pub fn asks_for_field(&self, field: FieldName) -> bool {
        self.asks_for(field.mark())
    }

    /// Some query asks for a property.
    pub fn asks_for_property(&self) -> bool {
        self.asks_for(PROPERTY_MARK)
    }
}

/// What a key of this kind is looked up by.
fn sought_as(key: &[u8], kind: Kind) -> Sought {
    match paired(key).filter(|_| kind == Kind::Pair) {
        Some((first, second)) => sought_pair(first, second),
        None => sought(key, kind),
    }
}

fn mark(key: &[u8]) -> Option<usize> {
    key.first().map(|first| usize::from(*first)).filter(|first| *first < 32)
}

/// The words as their writer sees them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    pub dictionary: Dictionary,
    frequencies: Frequencies,
    gauges: Gauges,
    uses: Vec<u32>,
    /// The share of posts that have each word, looked up when a query names it; NaN where it was
    /// looked up by older frequencies.
    shares: Vec<f32>,
    free: Vec<Id>,
    /// How many pairs begin with a word.
    pairs: FxHashMap<Id, u32>,
}

impl Book {
    /// The number of a key; counts one more use of it.
    pub fn add(&mut self, key: &str, kind: Kind) -> Id {
        self.add_bytes(key.as_bytes(), kind, None)
    }

    /// The number of a pattern; counts one more use of it.
    pub fn add_pattern(&mut self, pattern: Pattern) -> Id {
        let key = pattern.key();
        self.add_bytes(key.as_bytes(), Kind::Pattern, Some(pattern))
    }

    /// The number of two words that stand one after another; counts one more use of it.
    pub fn add_pair(&mut self, first: Id, second: Id) -> Id {
        let id = self.add_bytes(&pair(first, second), Kind::Pair, None);
        if self.uses[id as usize] == 1 {
            let pairs = self.pairs.entry(first).or_default();
            *pairs += 1;
            if *pairs == 1 {
                self.set_leads(first, true);
            }
        }
        id
    }

    fn add_bytes(&mut self, key: &[u8], kind: Kind, pattern: Option<Pattern>) -> Id {
        if let Some(slot) = self.dictionary.look_up(key, kind) {
            let id = slot.id();
            self.uses[id as usize] += 1;
            if self.shares[id as usize].is_nan() {
                self.shares[id as usize] = self.share_of(kind, key);
            }
            return id;
        }
        let id = self.free.pop().unwrap_or_else(|| {
            if (self.dictionary.len as usize).is_multiple_of(CHUNK) {
                self.dictionary.chunks.push(Arc::default());
            }
            self.uses.push(0);
            self.shares.push(f32::NAN);
            self.dictionary.len += 1;
            self.dictionary.len - 1
        });
        self.uses[id as usize] = 1;
        self.shares[id as usize] = self.share_of(kind, key);
        if let Some(chunk) = self.dictionary.chunks.get_mut(id as usize / CHUNK) {
            chunk.set(id as usize % CHUNK, key, kind, pattern.map(Arc::new));
        }
        let sought = sought_as(key, kind);
        self.table().insert(&sought, id, key);
        let rough = &mut self.dictionary.rough;
        match kind {
            Kind::Prefix => rough.add_beginning(key, sought.rough()),
            Kind::Pair => rough.add(sought.rough()),
            _ => {}
        }
        if let Some(mark) = mark(key).filter(|_| kind != Kind::Pair) {
            self.dictionary.marks[mark] += 1;
        }
        id
    }

    /// One use less; the number is free again after the last one.
    pub fn remove(&mut self, id: Id) {
        let uses = &mut self.uses[id as usize];
        *uses = uses.saturating_sub(1);
        if *uses > 0 {
            return;
        }
        let Some((chunk, word)) = self.dictionary.word(id) else { return };
        let (key, kind) = (chunk.key(word).to_vec(), word.kind);
        let sought = sought_as(&key, kind);
        self.table().remove(&sought, id);
        if let Some(chunk) = self.dictionary.chunks.get_mut(id as usize / CHUNK) {
            chunk.clear(id as usize % CHUNK);
        }
        if kind == Kind::Pair {
            self.forget_pair(&key);
        }
        if let Some(mark) = mark(&key).filter(|_| kind != Kind::Pair) {
            self.dictionary.marks[mark] -= 1;
        }
        self.free.push(id);
    }

    fn forget_pair(&mut self, key: &[u8]) {
        let Some((first, _)) = paired(key) else { return };
        let Some(pairs) = self.pairs.get_mut(&first) else { return };
        *pairs -= 1;
        if *pairs == 0 {
            self.pairs.remove(&first);
            self.set_leads(first, false);
        }
    }

    fn table(&mut self) -> Writer<'_> {
        Writer { table: &mut self.dictionary.table, gauges: &mut self.gauges }
    }

    /// What a number is looked up by.
    fn sought(&self, id: Id) -> Option<Sought> {
        let (chunk, word) = self.dictionary.word(id)?;
        Some(sought_as(chunk.key(word), word.kind))
    }

    fn set_leads(&mut self, id: Id, leads: bool) {
        if let Some(sought) = self.sought(id) {
            self.table().set_leads(&sought, id, leads);
        }
    }

    /// Lists a query under a number, by words that [`super::postings::Posting::write`] wrote.
    pub fn post(&mut self, id: Id, postings: &[u32]) {
        if let Some(sought) = self.sought(id) {
            self.table().post(&sought, id, postings);
        }
    }

    /// Strikes a query from under a number.
    pub fn strike(&mut self, id: Id, slot: u32) {
        if let Some(sought) = self.sought(id) {
            self.table().strike(&sought, id, slot);
        }
    }

    /// From now on words are as frequent as this.
    pub fn set_frequencies(&mut self, frequencies: Frequencies) {
        self.frequencies = frequencies;
        self.shares.fill(f32::NAN);
    }

    /// The share of posts that have what a number stands for; of pairs it is not known.
    #[inline]
    pub fn share(&self, id: Id) -> f32 {
        let known = self.shares.get(id as usize).copied().unwrap_or(f32::NAN);
        if !known.is_nan() {
            return known;
        }
        let (kind, key) = self.dictionary.key(id);
        self.share_of(kind, key.as_bytes())
    }

    fn share_of(&self, kind: Kind, key: &[u8]) -> f32 {
        let key = std::str::from_utf8(key).unwrap_or_default();
        match kind {
            Kind::Pair => f32::NAN,
            kind => self.frequencies.share(key, kind == Kind::Prefix),
        }
    }
}
