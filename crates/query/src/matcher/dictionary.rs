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
use super::rough::Rough;
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
        let word = Word { start, len, kind, postings: SmallVec::new(), pattern };
        match self.words.get_mut(at) {
            Some(old) => *old = word,
            None => self.words.push(word),
        }
    }

    fn clear(&mut self, at: usize) {
        let Some(word) = self.words.get_mut(at) else { return };
        word.kind = Kind::Free;
        word.pattern = None;
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

/// A place in the hash table. Short keys stand in it whole, so that nearly every word is found or
/// not with one look into memory.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// The lower half of the hash.
    tag: u32,
    /// The number; its two highest bits say that some pair begins with it, and that queries are
    /// listed under it: most words of a post bring nothing up, and what lies behind their numbers
    /// need not be fetched from memory.
    id: u32,
    /// Kind, length and up to seven bytes; of longer keys more bits of the hash.
    inline: u64,
}

const LEADS: u32 = 1 << 31;
const LISTED: u32 = 1 << 30;
const EMPTY: Slot = Slot { tag: 0, id: NO_ID, inline: 0 };
/// Bytes of a key that stand in its slot.
const INLINE: usize = 7;

impl Slot {
    #[inline]
    fn id(self) -> Id {
        self.id & !(LEADS | LISTED)
    }

    #[inline]
    fn known(self) -> Known {
        Known { id: self.id(), leads: self.id & LEADS != 0, listed: self.id & LISTED != 0 }
    }

    #[inline]
    fn is_long(self) -> bool {
        self.inline >> 56 & 0xf == 0xf
    }
}

/// A number that was looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub id: Id,
    /// Some pair begins with it.
    pub leads: bool,
    /// Queries are listed under it.
    pub listed: bool,
}

/// What is looked up: a key by its hash.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sought {
    tag: u32,
    shard: usize,
    inline: u64,
}

#[inline]
fn sought(key: &[u8], kind: Kind) -> Sought {
    let hash = hash(key) ^ kind.salt();
    let inline = if key.len() <= INLINE {
        let mut bytes = [0; 8];
        bytes[..key.len()].copy_from_slice(key);
        u64::from_le_bytes(bytes) | (key.len() as u64) << 56
    } else {
        hash.rotate_left(24) >> 8 | 0xf << 56
    };
    Sought { tag: hash as u32, shard: (hash >> 54) as usize, inline: inline | (kind as u64) << 60 }
}

/// A block of the hash table; linear probing.
#[derive(Clone, Debug, Default)]
struct Shard {
    slots: Vec<Slot>,
    len: usize,
}

impl Shard {
    fn insert(&mut self, slot: Slot) {
        if (self.len + 1) * 4 > self.slots.len() * 3 {
            let bigger = vec![EMPTY; (self.slots.len() * 2).max(8)];
            let old = std::mem::replace(&mut self.slots, bigger);
            old.into_iter().filter(|slot| slot.id != NO_ID).for_each(|slot| self.put(slot));
        }
        self.put(slot);
        self.len += 1;
    }

    fn put(&mut self, slot: Slot) {
        let mask = self.slots.len() - 1;
        let mut at = slot.tag as usize & mask;
        while self.slots[at].id != NO_ID {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }

    fn place(&self, tag: u32, id: Id) -> Option<usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = tag as usize & mask;
        loop {
            let slot = self.slots.get(at)?;
            if slot.id == NO_ID {
                return None;
            }
            if slot.id() == id {
                return Some(at);
            }
            at = (at + 1) & mask;
        }
    }

    /// Takes a number out and moves up what stood behind it (Knuth, volume 3, algorithm 6.4 R).
    fn remove(&mut self, tag: u32, id: Id) {
        let Some(mut hole) = self.place(tag, id) else { return };
        let mask = self.slots.len() - 1;
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let slot = self.slots[at];
            if slot.id == NO_ID || at == hole {
                break;
            }
            let home = slot.tag as usize & mask;
            if (at.wrapping_sub(home) & mask) >= (at.wrapping_sub(hole) & mask) {
                self.slots[hole] = slot;
                hole = at;
            }
        }
        self.slots[hole] = EMPTY;
        self.len -= 1;
    }
}

/// The words as readers see them.
#[derive(Clone, Debug)]
pub(crate) struct Dictionary {
    shards: Spine<Shard>,
    chunks: Spine<Chunk>,
    rough: Arc<Rough>,
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
            rough: Arc::default(),
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
    fn slots(&self, sought: &Sought) -> &[Slot] {
        self.shards.get(sought.shard).map_or(&[], |shard| &shard.slots)
    }

    #[inline]
    fn probe(&self, slots: &[Slot], sought: &Sought, key: &[u8]) -> Option<Slot> {
        let mask = slots.len().wrapping_sub(1);
        let mut at = sought.tag as usize & mask;
        loop {
            let slot = *slots.get(at)?;
            if slot.tag == sought.tag
                && slot.inline == sought.inline
                && slot.id != NO_ID
                && (!slot.is_long() || self.has_key(slot.id(), key))
            {
                return Some(slot);
            }
            if slot.id == NO_ID {
                return None;
            }
            at = (at + 1) & mask;
        }
    }

    fn has_key(&self, id: Id, key: &[u8]) -> bool {
        self.word(id).is_some_and(|(chunk, word)| chunk.key(word) == key)
    }

    #[inline]
    fn look_up(&self, key: &[u8], kind: Kind) -> Option<Slot> {
        let sought = sought(key, kind);
        self.probe(self.slots(&sought), &sought, key)
    }

    /// Calls `each` with every number that `key` stands for, its own and its beginnings'.
    #[inline]
    pub fn find(&self, key: &str, mut each: impl FnMut(Known)) {
        self.each_sought(key, |sought, key| {
            if let Some(known) = self.found(&sought, key) {
                each(known);
            }
        });
    }

    /// Calls `each` with everything that has to be looked up for a key: the key itself, and those
    /// of its beginnings that may be known.
    #[inline]
    pub fn each_sought<'k>(&self, key: &'k str, mut each: impl FnMut(Sought, &'k [u8])) {
        let key = key.as_bytes();
        each(sought(key, Kind::Word), key);
        self.rough.each_length(key, |length| {
            let start = &key[..length];
            each(sought(start, Kind::Prefix), start);
        });
    }

    /// Fetches the place where a key would stand from memory. Called for many keys in a row, the
    /// processor fetches them side by side instead of one after another.
    #[inline]
    pub fn touch(&self, sought: &Sought) -> u32 {
        let slots = self.slots(sought);
        slots.get(sought.tag as usize & slots.len().wrapping_sub(1)).map_or(0, |slot| slot.tag)
    }

    /// The number of a key.
    #[inline]
    pub fn found(&self, sought: &Sought, key: &[u8]) -> Option<Known> {
        self.probe(self.slots(sought), sought, key).map(Slot::known)
    }

    /// The number of two words that stand one after another.
    #[inline]
    pub fn find_pair(&self, first: Id, second: Id) -> Option<Known> {
        let key = pair(first, second);
        let sought = sought(&key, Kind::Pair);
        self.rough.may_be_pair(u64::from(sought.tag) << 20 ^ sought.inline).then_some(())?;
        self.probe(self.slots(&sought), &sought, &key).map(Slot::known)
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
            let pairs = self.pairs.entry(first).or_default();
            *pairs += 1;
            if *pairs == 1 {
                self.set_flag(first, LEADS, true);
            }
        }
        id
    }

    fn add_bytes(&mut self, key: &[u8], kind: Kind, pattern: Option<Pattern>) -> Id {
        if let Some(slot) = self.dictionary.look_up(key, kind) {
            self.uses[slot.id() as usize] += 1;
            return slot.id();
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
        let Sought { tag, shard, inline } = sought(key, kind);
        if let Some(shard) = self.dictionary.shards.get_mut(shard) {
            shard.insert(Slot { tag, id, inline });
        }
        match kind {
            Kind::Prefix if !self.dictionary.rough.has_beginning(key) => {
                Arc::make_mut(&mut self.dictionary.rough).add_beginning(key);
            }
            Kind::Pair => {
                let hash = u64::from(tag) << 20 ^ inline;
                if !self.dictionary.rough.may_be_pair(hash) {
                    Arc::make_mut(&mut self.dictionary.rough).add_pair(hash);
                }
            }
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
        let sought = sought(&key, kind);
        if let Some(shard) = self.dictionary.shards.get_mut(sought.shard) {
            shard.remove(sought.tag, id);
        }
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
        let Ok(bytes) = <[u8; 8]>::try_from(key) else { return };
        let first = (u64::from_le_bytes(bytes) >> 32) as Id;
        let Some(pairs) = self.pairs.get_mut(&first) else { return };
        *pairs -= 1;
        if *pairs == 0 {
            self.pairs.remove(&first);
            self.set_flag(first, LEADS, false);
        }
    }

    fn set_flag(&mut self, id: Id, flag: u32, set: bool) {
        let Some((chunk, word)) = self.dictionary.word(id) else { return };
        let sought = sought(chunk.key(word), word.kind);
        let Some(shard) = self.dictionary.shards.get_mut(sought.shard) else { return };
        let Some(at) = shard.place(sought.tag, id) else { return };
        let slot = &mut shard.slots[at];
        slot.id = if set { slot.id | flag } else { slot.id & !flag };
    }

    fn word_mut(&mut self, id: Id) -> Option<&mut Word> {
        self.dictionary.chunks.get_mut(id as usize / CHUNK)?.words.get_mut(id as usize % CHUNK)
    }

    /// Lists a query under a number.
    pub fn post(&mut self, id: Id, posting: Posting) {
        let Some(word) = self.word_mut(id) else { return };
        word.postings.push(posting);
        if word.postings.len() == 1 {
            self.set_flag(id, LISTED, true);
        }
    }

    /// Strikes a query from under a number.
    pub fn strike(&mut self, id: Id, slot: u32) {
        let Some(word) = self.word_mut(id) else { return };
        word.postings.retain(|posting| posting.slot() != slot);
        if word.postings.is_empty() {
            self.set_flag(id, LISTED, false);
        }
    }

    /// The share of posts that have what a number stands for.
    pub fn share(&self, id: Id) -> f32 {
        let (kind, key) = self.dictionary.key(id);
        self.frequencies.share(key, kind == Kind::Prefix)
    }
}
