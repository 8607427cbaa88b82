//! The words that queries name, numbered, and which queries each of them brings up.
//!
//! [`Dictionary`] is what readers see: shared blocks, see [`Spine`]. [`Book`] is its writer, with
//! what only a writer needs: how often a word is used, and which numbers are free.

use std::hash::Hasher;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};
use smallvec::SmallVec;

use super::frequencies::Frequencies;
use super::pattern::Pattern;
use super::spine::Spine;
use crate::fields::{FieldName, PROPERTY_MARK};

/// The number of a word, beginning, pattern or pair of words.
pub(crate) type Id = u32;

/// No number.
pub(crate) const NO_ID: Id = u32::MAX;

/// Words in a block.
const CHUNK: usize = 64;
/// Blocks of the hash table; the uppermost ten bits of a hash choose one.
const SHARDS: usize = 1024;

pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    // The uppermost bits choose the shard, the lower ones the slot: both must be mixed.
    let hash = hasher.finish();
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

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

impl Kind {
    const fn salt(self) -> u64 {
        match self {
            Kind::Word => 0,
            Kind::Prefix => 0x51ed_2701_3c6e_f372,
            Kind::Pattern => 0xa54f_f53a_5f1d_36f1,
            Kind::Pair | Kind::Free => 0x9b05_688c_2b3e_6c1f,
        }
    }
}

/// A query listed under a word: its slot, a word that must be there too, and whether these two
/// are all it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Posting(u64);

impl Posting {
    const EXACT: u64 = 1 << 63;
    const GUARD: u32 = u32::MAX >> 1;

    pub fn new(slot: u32, guard: Option<Id>, exact: bool) -> Posting {
        let guard = guard.filter(|id| *id < Posting::GUARD).unwrap_or(Posting::GUARD);
        let exact = if exact { Posting::EXACT } else { 0 };
        Posting(exact | u64::from(guard) << 32 | u64::from(slot))
    }

    #[inline]
    pub fn slot(self) -> u32 {
        self.0 as u32
    }

    #[inline]
    pub fn guard(self) -> Option<Id> {
        let guard = (self.0 >> 32) as u32 & Posting::GUARD;
        (guard != Posting::GUARD).then_some(guard)
    }

    /// Nothing else needs to be looked at.
    #[inline]
    pub fn is_exact(self) -> bool {
        self.0 & Posting::EXACT != 0
    }
}

#[derive(Clone, Debug)]
struct Word {
    start: u32,
    len: u32,
    kind: Kind,
    /// Some pair begins with it.
    leads: bool,
    postings: SmallVec<[Posting; 2]>,
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
        let word = Word { start, len, kind, leads: false, postings: SmallVec::new(), pattern };
        match self.words.get_mut(at) {
            Some(old) => *old = word,
            None => self.words.push(word),
        }
    }

    fn clear(&mut self, at: usize) {
        let Some(word) = self.words.get_mut(at) else { return };
        word.kind = Kind::Free;
        word.pattern = None;
        word.leads = false;
        word.postings = SmallVec::new();
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

/// A block of the hash table: the lower half of a hash and the number; linear probing.
#[derive(Clone, Debug, Default)]
struct Shard {
    slots: Vec<(u32, Id)>,
    len: usize,
}

impl Shard {
    fn insert(&mut self, tag: u32, id: Id) {
        if (self.len + 1) * 4 > self.slots.len() * 3 {
            let bigger = vec![(0, NO_ID); (self.slots.len() * 2).max(8)];
            let old = std::mem::replace(&mut self.slots, bigger);
            old.into_iter().filter(|(_, id)| *id != NO_ID).for_each(|(tag, id)| self.put(tag, id));
        }
        self.put(tag, id);
        self.len += 1;
    }

    fn put(&mut self, tag: u32, id: Id) {
        let mask = self.slots.len() - 1;
        let mut at = tag as usize & mask;
        while self.slots[at].1 != NO_ID {
            at = (at + 1) & mask;
        }
        self.slots[at] = (tag, id);
    }

    /// Takes a number out and moves up what stood behind it (Knuth, volume 3, algorithm 6.4 R).
    fn remove(&mut self, tag: u32, id: Id) {
        let mask = self.slots.len().wrapping_sub(1);
        let mut hole = tag as usize & mask;
        loop {
            match self.slots.get(hole) {
                None | Some((_, NO_ID)) => return,
                Some((_, other)) if *other == id => break,
                _ => hole = (hole + 1) & mask,
            }
        }
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let (tag, other) = self.slots[at];
            if other == NO_ID || at == hole {
                break;
            }
            let home = tag as usize & mask;
            if (at.wrapping_sub(home) & mask) >= (at.wrapping_sub(hole) & mask) {
                self.slots[hole] = self.slots[at];
                hole = at;
            }
        }
        self.slots[hole] = (0, NO_ID);
        self.len -= 1;
    }
}

/// What beginnings there are, so that most words need not be looked up under theirs.
#[derive(Clone, Debug, Default)]
struct Beginnings {
    /// One bit for each pair of first bytes that beginnings have; most words have none of them.
    heads: Vec<u64>,
    /// The lengths in bytes that beginnings have, ascending, and how many have each.
    lengths: Vec<(usize, u32)>,
}

/// Words of 64 bits that all pairs of bytes need.
const HEADS: usize = 256 * 256 / 64;

#[inline]
fn head(first: u8, second: u8) -> (usize, u64) {
    let pair = usize::from(first) << 8 | usize::from(second);
    (pair / 64, 1 << (pair % 64))
}

impl Beginnings {
    /// Bits are never taken back: they only spare looking.
    fn add(&mut self, start: &[u8]) {
        self.heads.resize(HEADS, 0);
        match start {
            [] => self.heads.fill(u64::MAX),
            [first] => (0..=255).for_each(|second| {
                let (word, bit) = head(*first, second);
                self.heads[word] |= bit;
            }),
            [first, second, ..] => {
                let (word, bit) = head(*first, *second);
                self.heads[word] |= bit;
            }
        }
        match self.lengths.binary_search_by_key(&start.len(), |(length, _)| *length) {
            Ok(at) => self.lengths[at].1 += 1,
            Err(at) => self.lengths.insert(at, (start.len(), 1)),
        }
    }

    fn remove(&mut self, length: usize) {
        if let Ok(at) = self.lengths.binary_search_by_key(&length, |(length, _)| *length) {
            self.lengths[at].1 -= 1;
            if self.lengths[at].1 == 0 {
                self.lengths.remove(at);
            }
        }
    }

    #[inline]
    fn may_begin(&self, key: &str) -> bool {
        let bytes = key.as_bytes();
        let first = bytes.first().copied().unwrap_or_default();
        let second = bytes.get(1).copied().unwrap_or_default();
        let (word, bit) = head(first, second);
        self.heads.get(word).is_some_and(|bits| bits & bit != 0)
    }
}

/// The words as readers see them.
#[derive(Clone, Debug)]
pub(crate) struct Dictionary {
    shards: Spine<Shard>,
    chunks: Spine<Chunk>,
    beginnings: Arc<Beginnings>,
    /// How many words belong to the field or property with this mark.
    marks: [u32; 32],
    len: u32,
}

impl Default for Dictionary {
    fn default() -> Dictionary {
        let mut shards = Spine::default();
        (0..SHARDS).for_each(|_| shards.push(Shard::default()));
        Dictionary {
            shards,
            chunks: Spine::default(),
            beginnings: Arc::default(),
            marks: [0; 32],
            len: 0,
        }
    }
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
    fn look_up(&self, key: &[u8], kind: Kind) -> Option<(Id, &Word)> {
        let hash = hash(key) ^ kind.salt();
        let shard = self.shards.get((hash >> 54) as usize)?;
        let mask = shard.slots.len().wrapping_sub(1);
        let tag = hash as u32;
        let mut at = tag as usize & mask;
        loop {
            let (other, id) = *shard.slots.get(at)?;
            if id == NO_ID {
                return None;
            }
            if other == tag
                && let Some((chunk, word)) = self.word(id)
                && word.kind == kind
                && chunk.key(word) == key
            {
                return Some((id, word));
            }
            at = (at + 1) & mask;
        }
    }

    /// Calls `each` with every number that `key` stands for, its own and its beginnings', and
    /// whether a pair begins with it.
    #[inline]
    pub fn find(&self, key: &str, mut each: impl FnMut(Id, bool)) {
        if let Some((id, word)) = self.look_up(key.as_bytes(), Kind::Word) {
            each(id, word.leads);
        }
        if !self.beginnings.may_begin(key) {
            return;
        }
        for (length, _) in &self.beginnings.lengths {
            let Some(start) = key.get(..*length) else {
                if *length > key.len() {
                    break;
                }
                continue;
            };
            if let Some((id, word)) = self.look_up(start.as_bytes(), Kind::Prefix) {
                each(id, word.leads);
            }
        }
    }

    /// The number of two words that stand one after another.
    #[inline]
    pub fn find_pair(&self, first: Id, second: Id) -> Option<Id> {
        self.look_up(&pair(first, second), Kind::Pair).map(|(id, _)| id)
    }

    /// The queries listed under a number.
    #[inline]
    pub fn postings(&self, id: Id) -> &[Posting] {
        self.word(id).map_or(&[], |(_, word)| &word.postings)
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

fn pair(first: Id, second: Id) -> [u8; 8] {
    (u64::from(first) << 32 | u64::from(second)).to_le_bytes()
}

fn mark(key: &[u8]) -> Option<usize> {
    key.first().map(|first| usize::from(*first)).filter(|first| *first < 32)
}

/// The words as their writer sees them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    pub dictionary: Dictionary,
    pub frequencies: Frequencies,
    uses: Vec<u32>,
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
            *self.pairs.entry(first).or_default() += 1;
            self.set_leads(first, true);
        }
        id
    }

    fn add_bytes(&mut self, key: &[u8], kind: Kind, pattern: Option<Pattern>) -> Id {
        if let Some((id, _)) = self.dictionary.look_up(key, kind) {
            self.uses[id as usize] += 1;
            return id;
        }
        let id = self.free.pop().unwrap_or_else(|| {
            if (self.dictionary.len as usize).is_multiple_of(CHUNK) {
                self.dictionary.chunks.push(Chunk::default());
            }
            self.uses.push(0);
            self.dictionary.len += 1;
            self.dictionary.len - 1
        });
        self.uses[id as usize] = 1;
        if let Some(chunk) = self.dictionary.chunks.get_mut(id as usize / CHUNK) {
            chunk.set(id as usize % CHUNK, key, kind, pattern.map(Arc::new));
        }
        let hash = hash(key) ^ kind.salt();
        if let Some(shard) = self.dictionary.shards.get_mut((hash >> 54) as usize) {
            shard.insert(hash as u32, id);
        }
        match kind {
            Kind::Prefix => Arc::make_mut(&mut self.dictionary.beginnings).add(key),
            Kind::Word | Kind::Pattern | Kind::Pair | Kind::Free => {}
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
        let hash = hash(&key) ^ kind.salt();
        if let Some(shard) = self.dictionary.shards.get_mut((hash >> 54) as usize) {
            shard.remove(hash as u32, id);
        }
        if let Some(chunk) = self.dictionary.chunks.get_mut(id as usize / CHUNK) {
            chunk.clear(id as usize % CHUNK);
        }
        match kind {
            Kind::Prefix => Arc::make_mut(&mut self.dictionary.beginnings).remove(key.len()),
            Kind::Pair => self.forget_pair(&key),
            Kind::Word | Kind::Pattern | Kind::Free => {}
        }
        if let Some(mark) = mark(&key).filter(|_| kind != Kind::Pair) {
            self.dictionary.marks[mark] -= 1;
        }
        self.free.push(id);
    }

    fn forget_pair(&mut self, key: &[u8]) {
        let Ok(bytes) = <[u8; 8]>::try_from(key) else { return };
        let first = (u64::from_le_bytes(bytes) >> 32) as Id;
        let Some(pairs) = self.pairs.get_mut(&first) else { return };
        *pairs -= 1;
        if *pairs == 0 {
            self.pairs.remove(&first);
            self.set_leads(first, false);
        }
    }

    fn set_leads(&mut self, id: Id, leads: bool) {
        if self.dictionary.word(id).is_some_and(|(_, word)| word.leads == leads) {
            return;
        }
        if let Some(word) = self.word_mut(id) {
            word.leads = leads;
        }
    }

    fn word_mut(&mut self, id: Id) -> Option<&mut Word> {
        self.dictionary.chunks.get_mut(id as usize / CHUNK)?.words.get_mut(id as usize % CHUNK)
    }

    /// Lists a query under a number.
    pub fn post(&mut self, id: Id, posting: Posting) {
        if let Some(word) = self.word_mut(id) {
            word.postings.push(posting);
        }
    }

    /// Strikes a query from under a number.
    pub fn strike(&mut self, id: Id, slot: u32) {
        if let Some(word) = self.word_mut(id) {
            word.postings.retain(|posting| posting.slot() != slot);
        }
    }

    /// The share of posts that have what a number stands for.
    pub fn share(&self, id: Id) -> f32 {
        let (kind, key) = self.dictionary.key(id);
        self.frequencies.share(key, kind == Kind::Prefix)
    }
}
