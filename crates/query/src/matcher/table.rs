//! The hash table of a dictionary: the number of a key, and the queries listed under it.

use std::hash::Hasher;
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::dictionary::{Id, Kind, NO_ID};
use super::postings;
use super::spine::{Spine, make_room};

/// Blocks of the hash table; the uppermost ten bits of a hash choose one.
const SHARDS: usize = 1024;

pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    mixed(hasher.finish())
}

/// Mixes all bits: the uppermost choose the shard, the lower ones the slot.
#[inline]
fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (bits ^ (bits >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

/// A place in the hash table, a quarter of what is fetched from memory at once. Short keys stand
/// in it whole, so that nearly every word is found or not with one look into memory, and it tells
/// where the queries listed under the word stand, so that these are one look away.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// Kind, length and up to seven bytes; of a longer key bits of its hash. What it is found by.
    name: u64,
    /// The number; its two highest bits say that some pair begins with it, and that queries are
    /// listed under it.
    id: u32,
    /// Where its words stand in the shard: the key if it is longer, then how many words are
    /// listed, then these. Nothing stands there for a short key that nothing is listed under.
    start: u32,
}

const LEADS: u32 = 1 << 31;
const LISTED: u32 = 1 << 30;
const EMPTY: Slot = Slot { name: 0, id: NO_ID, start: 0 };
/// Bytes of a key that stand in its slot.
const INLINE: usize = 7;
/// The length that tells a longer key.
const LONG: u64 = 0xf;
/// The length that tells a pair of numbers below [`PAIRED`].
const PAIR: u64 = 0xe;
const PAIRED: Id = 1 << 28;

impl Slot {
    #[inline]
    pub fn id(self) -> Id {
        self.id & !(LEADS | LISTED)
    }

    #[inline]
    fn is_long(self) -> bool {
        self.name >> 56 & 0xf == LONG
    }

    /// Its place where all are free.
    #[inline]
    fn home(self) -> usize {
        mixed(self.name) as u32 as usize
    }
}

/// Where queries are listed under a word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List {
    shard: u32,
    start: u32,
}

/// A number that was looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub id: Id,
    /// Some pair begins with it.
    pub leads: bool,
    /// The queries listed under it.
    pub list: Option<List>,
}

/// What is looked up: a key by its hash.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sought {
    name: u64,
    hash: u64,
}

impl Sought {
    #[inline]
    fn named(name: u64) -> Sought {
        Sought { name, hash: mixed(name) }
    }

    #[inline]
    fn shard(&self) -> usize {
        (self.hash >> 54) as usize
    }

    #[inline]
    fn home(&self) -> usize {
        self.hash as u32 as usize
    }

    /// What [`super::rough::Rough`] knows a beginning or pair by.
    #[inline]
    pub fn rough(&self) -> usize {
        (self.hash >> 32) as usize
    }
}

/// Where a key is to be looked for in a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way<'t> {
    /// Its block.
    slots: &'t [Slot],
    /// Its place where all are free.
    home: usize,
}

impl Way<'_> {
    /// Fetches the place from memory. Called for many keys in a row, the processor fetches them
    /// side by side instead of one after another.
    #[inline]
    pub fn touch(&self) -> u32 {
        self.slots.get(self.home).map_or(0, |slot| slot.id)
    }
}

/// Up to eight bytes of a key, the first in the lowest place.
#[inline]
fn first_bytes(key: &[u8]) -> u64 {
    if let Some(first) = key.first_chunk() {
        return u64::from_le_bytes(*first);
    }
    match (key.first_chunk(), key.last_chunk(), key) {
        (Some(first), Some(last), _) => {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            u64::from(first) | u64::from(last) << (8 * (key.len() - 4))
        }
        (_, _, [a, middle @ .., z]) => {
            let middle = middle.first().map_or(0, |byte| u64::from(*byte) << 8);
            u64::from(*a) | middle | u64::from(*z) << (8 * (key.len() - 1))
        }
        (_, _, [a]) => u64::from(*a),
        _ => 0,
    }
}

/// What to look up for beginnings of a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Starts<'k> {
    key: &'k [u8],
    first: u64,
}

impl<'k> Starts<'k> {
    #[inline]
    pub fn of(key: &'k [u8]) -> Starts<'k> {
        Starts { key, first: first_bytes(key) }
    }

    /// What to look up for its first `length` bytes, which it must have.
    #[inline]
    pub fn sought(&self, length: usize, kind: Kind) -> Sought {
        let name = if length <= INLINE {
            self.first & ((1 << (8 * length)) - 1) | (length as u64) << 56
        } else {
            hash(&self.key[..length]) >> 8 | LONG << 56
        };
        Sought::named(name | (kind as u64) << 60)
    }
}

#[inline]
pub(super) fn sought(key: &[u8], kind: Kind) -> Sought {
    Starts::of(key).sought(key.len(), kind)
}

/// The key of two words that stand one after another.
pub(super) fn pair(first: Id, second: Id) -> [u8; 8] {
    (u64::from(first) << 32 | u64::from(second)).to_le_bytes()
}

/// The numbers of a [`pair`].
pub(super) fn paired(key: &[u8]) -> Option<(Id, Id)> {
    let both = u64::from_le_bytes(key.try_into().ok()?);
    Some(((both >> 32) as Id, both as Id))
}

#[inline]
pub(super) fn sought_pair(first: Id, second: Id) -> Sought {
    if first.max(second) >= PAIRED {
        return sought(&pair(first, second), Kind::Pair);
    }
    let both = u64::from(first) << 28 | u64::from(second);
    Sought::named(both | PAIR << 56 | (Kind::Pair as u64) << 60)
}

/// The table as readers see it: blocks of slots, linear probing, and of what the slots point at.
#[derive(Clone, Debug)]
pub(super) struct Table {
    slots: Spine<[Slot]>,
    words: Spine<[u32]>,
}

/// What only the writer of a block knows.
#[derive(Clone, Copy, Debug, Default)]
struct Gauge {
    /// Slots that are taken.
    taken: usize,
    /// Words that are used, the gaps among them included.
    used: usize,
    /// Words in gaps.
    gaps: usize,
}

/// One for every block.
#[derive(Clone, Debug)]
pub(super) struct Gauges(Box<[Gauge]>);

impl Default for Gauges {
    fn default() -> Gauges {
        Gauges(vec![Gauge::default(); SHARDS].into())
    }
}

impl Default for Table {
    fn default() -> Table {
        let mut table = Table { slots: Spine::default(), words: Spine::default() };
        for _ in 0..SHARDS {
            table.slots.push([].into());
            table.words.push([].into());
        }
        table
    }
}

/// Words that are kept free for so many, so that a list that grows rarely moves.
fn room(len: usize) -> usize {
    len.next_multiple_of((len.next_power_of_two() / 8).max(2))
}

/// Words that a long key takes: its length in bytes, then four bytes a word.
fn key_words(bytes: usize) -> usize {
    1 + bytes.div_ceil(4)
}

fn packed(key: &[u8]) -> impl Iterator<Item = u32> + '_ {
    key.chunks(4).map(|bytes| {
        let mut word = [0; 4];
        word[..bytes.len()].copy_from_slice(bytes);
        u32::from_le_bytes(word)
    })
}

impl Table {
    #[inline]
    fn slots(&self, shard: usize) -> &[Slot] {
        self.slots.get(shard).unwrap_or_default()
    }

    #[inline]
    fn words(&self, shard: usize) -> &[u32] {
        self.words.get(shard).unwrap_or_default()
    }

    /// Where a key is to be looked for.
    #[inline]
    pub fn way(&self, sought: &Sought) -> Way<'_> {
        let slots = self.slots(sought.shard());
        Way { slots, home: sought.home() & slots.len().wrapping_sub(1) }
    }

    #[inline]
    pub fn find(&self, sought: &Sought, key: &[u8]) -> Option<Slot> {
        self.find_by(self.way(sought), sought, key)
    }

    #[inline]
    fn find_by(&self, way: Way<'_>, sought: &Sought, key: &[u8]) -> Option<Slot> {
        probe(way.slots, way.home, |slot| {
            slot.name == sought.name
                && (!slot.is_long() || has_key(self.words(sought.shard()), slot, key))
        })
        .map(|(_, slot)| slot)
    }

    /// What stands there.
    #[inline]
    pub fn found(&self, way: Way<'_>, sought: &Sought, key: &[u8]) -> Option<Known> {
        let slot = self.find_by(way, sought, key)?;
        let before = if slot.is_long() { key_words(key.len()) } else { 0 };
        let list = List { shard: sought.shard() as u32, start: slot.start + before as u32 };
        let list = (slot.id & LISTED != 0).then_some(list);
        Some(Known { id: slot.id(), leads: slot.id & LEADS != 0, list })
    }

    /// What is listed there.
    #[inline]
    pub fn listed(&self, list: List) -> &[u32] {
        let words = self.words(list.shard as usize).get(list.start as usize..);
        let Some((count, words)) = words.and_then(<[u32]>::split_first) else { return &[] };
        words.get(..*count as usize).unwrap_or_default()
    }

    /// The slot a number stands in.
    fn place(&self, sought: &Sought, id: Id) -> Option<usize> {
        probe(self.slots(sought.shard()), sought.home(), |slot| slot.id() == id).map(|(at, _)| at)
    }
}

/// The slot that is looked for and where it stands, from its home on up to the first free place.
#[inline]
fn probe(slots: &[Slot], home: usize, is: impl Fn(Slot) -> bool) -> Option<(usize, Slot)> {
    let mask = slots.len().wrapping_sub(1);
    let mut at = home & mask;
    loop {
        let slot = *slots.get(at)?;
        if slot.id == NO_ID {
            return None;
        }
        if is(slot) {
            return Some((at, slot));
        }
        at = (at + 1) & mask;
    }
}

fn has_key(words: &[u32], slot: Slot, key: &[u8]) -> bool {
    let words = words.get(slot.start as usize..).unwrap_or_default();
    words.split_first().is_some_and(|(bytes, words)| {
        *bytes as usize == key.len()
            && words.len() * 4 >= key.len()
            && packed(key).zip(words).all(|(ours, theirs)| ours == *theirs)
    })
}

/// Where what is listed in a slot begins with its count, and where it ends, behind the slot's
/// start.
fn extent(words: &[u32], slot: Slot) -> (usize, usize) {
    let at = |at: usize| words.get(slot.start as usize + at).copied().unwrap_or_default() as usize;
    let key = if slot.is_long() { key_words(at(0)) } else { 0 };
    match slot.id & LISTED != 0 {
        true => (key, key + 1 + at(key)),
        false => (key, key),
    }
}

/// The table as its writer sees it.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    pub table: &'a mut Table,
    pub gauges: &'a mut Gauges,
}

impl Writer<'_> {
    fn gauge(&mut self, shard: usize) -> &mut Gauge {
        &mut self.gauges.0[shard]
    }

    fn slots(&mut self, shard: usize) -> &mut [Slot] {
        self.table.slots.shared_mut(shard).map_or(&mut [], |slots| Arc::make_mut(slots))
    }

    fn words(&mut self, shard: usize) -> &mut [u32] {
        self.table.words.shared_mut(shard).map_or(&mut [], |words| Arc::make_mut(words))
    }

    /// The slot of a number.
    fn slot(&mut self, sought: &Sought, id: Id) -> Option<&mut Slot> {
        let at = self.table.place(sought, id)?;
        self.slots(sought.shard()).get_mut(at)
    }

    /// Enters a key that is not there.
    pub fn insert(&mut self, sought: &Sought, id: Id, key: &[u8]) {
        let shard = sought.shard();
        let (taken, there) = (self.gauge(shard).taken, self.table.slots(shard).len());
        if (taken + 1) * 4 > there * 3 {
            let mut bigger = vec![EMPTY; (there * 2).max(4)];
            let old = self.table.slots(shard).iter().filter(|slot| slot.id != NO_ID);
            old.for_each(|slot| put(&mut bigger, *slot));
            if let Some(slots) = self.table.slots.shared_mut(shard) {
                *slots = bigger.into();
            }
        }
        let mut slot = Slot { name: sought.name, id, start: 0 };
        if slot.is_long() {
            let start = self.take(shard, room(key_words(key.len())));
            slot.start = start as u32;
            let words = self.words(shard);
            words[start] = key.len() as u32;
            words[start + 1..].iter_mut().zip(packed(key)).for_each(|(to, from)| *to = from);
        }
        put(self.slots(shard), slot);
        self.gauge(shard).taken += 1;
    }

    /// Takes words behind all others; where they begin.
    fn take(&mut self, shard: usize, count: usize) -> usize {
        let used = self.gauge(shard).used;
        self.gauge(shard).used += count;
        if let Some(words) = self.table.words.shared_mut(shard) {
            make_room(words, used, count);
        }
        used
    }

    pub fn set_leads(&mut self, sought: &Sought, id: Id, leads: bool) {
        if let Some(slot) = self.slot(sought, id) {
            slot.id = if leads { slot.id | LEADS } else { slot.id & !LEADS };
        }
    }

    /// Takes a number out and moves up what stood behind it (Knuth, volume 3, algorithm 6.4 R).
    pub fn remove(&mut self, sought: &Sought, id: Id) {
        let Some(mut hole) = self.table.place(sought, id) else { return };
        let shard = sought.shard();
        let slot = self.table.slots(shard)[hole];
        let gap = room(extent(self.table.words(shard), slot).1);
        let slots = self.slots(shard);
        let mask = slots.len() - 1;
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let slot = slots[at];
            if slot.id == NO_ID || at == hole {
                break;
            }
            let home = slot.home() & mask;
            if (at.wrapping_sub(home) & mask) >= (at.wrapping_sub(hole) & mask) {
                slots[hole] = slot;
                hole = at;
            }
        }
        slots[hole] = EMPTY;
        self.gauge(shard).taken -= 1;
        self.leave(shard, gap);
    }

    /// Adds postings to what is listed under a number.
    pub fn post(&mut self, sought: &Sought, id: Id, postings: &[u32]) {
        let Some(slot) = self.slot(sought, id).map(|slot| *slot) else { return };
        let shard = sought.shard();
        let (key, end) = extent(self.table.words(shard), slot);
        let before = end.max(key + 1);
        let after = before + postings.len();
        let mut start = slot.start as usize;
        let moves = after > room(end);
        if moves {
            start = self.take(shard, room(after));
        }
        let words = self.words(shard);
        if moves {
            let from = slot.start as usize;
            words.copy_within(from..from + end, start);
        }
        words[start + key] = (after - key - 1) as u32;
        words[start + before..start + after].copy_from_slice(postings);
        if let Some(slot) = self.slot(sought, id) {
            (slot.start, slot.id) = (start as u32, slot.id | LISTED);
        }
        if moves {
            self.leave(shard, room(end));
        }
    }

    /// Takes a query out of what is listed under a number.
    pub fn strike(&mut self, sought: &Sought, id: Id, query: u32) {
        let Some(slot) = self.slot(sought, id).map(|slot| *slot) else { return };
        let (shard, start) = (sought.shard(), slot.start as usize);
        let (key, end) = extent(self.table.words(shard), slot);
        if end == key {
            return;
        }
        let words = self.words(shard);
        let left = postings::without(&mut words[start + key + 1..start + end], query);
        words[start + key] = left as u32;
        if left == 0
            && let Some(slot) = self.slot(sought, id)
        {
            slot.id &= !LISTED;
        }
        let now = if left == 0 { key } else { key + 1 + left };
        self.leave(shard, room(end) - room(now));
    }

    /// Leaves a gap, and closes all of them once they take half of the words.
    fn leave(&mut self, shard: usize, gap: usize) {
        let gauge = self.gauge(shard);
        gauge.gaps += gap;
        if gauge.gaps <= gauge.used / 2 {
            return;
        }
        let mut words: Vec<u32> = Vec::with_capacity(gauge.used - gauge.gaps);
        let Some(old) = self.table.words.shared_mut(shard).map(|old| Arc::clone(old)) else {
            return;
        };
        for slot in self.slots(shard).iter_mut().filter(|slot| slot.id != NO_ID) {
            let (from, (_, length)) = (slot.start as usize, extent(&old, *slot));
            slot.start = words.len() as u32;
            words.extend_from_slice(&old[from..from + length]);
            words.resize(slot.start as usize + room(length), 0);
        }
        *self.gauge(shard) = Gauge { used: words.len(), gaps: 0, ..*self.gauge(shard) };
        if let Some(new) = self.table.words.shared_mut(shard) {
            *new = words.into();
        }
    }
}

fn put(slots: &mut [Slot], slot: Slot) {
    let mask = slots.len() - 1;
    let mut at = slot.home() & mask;
    while slots[at].id != NO_ID {
        at = (at + 1) & mask;
    }
    slots[at] = slot;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_of_a_key_are_its_name() {
        let key = b"abcdefghij";
        for length in 0..=key.len() {
            let mut bytes = [0; 8];
            let kept = length.min(8);
            bytes[..kept].copy_from_slice(&key[..kept]);
            assert_eq!(first_bytes(&key[..length]), u64::from_le_bytes(bytes), "{length}");
            let (alone, start) = (sought(&key[..length], Kind::Prefix), Starts::of(key));
            assert_eq!(alone.name, start.sought(length, Kind::Prefix).name);
        }
    }
}
