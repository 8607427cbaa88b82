//! Finding the best relative among many prints.

use super::Kinship;
use super::compare::{Newer, View};
use super::print::{BYTES, LEAST_WORDS, Print, mix};

/// Shingles under which a print is listed.
const LISTED: usize = 4;
/// Chains a print is in: by its number, by its exact hash, and by shingles.
const CHAINS: usize = 2 + LISTED;
/// So many prints are listed under one hash or shingle, the first that came.
const MOST_LISTED: usize = 12;
/// Prints in one block of memory.
const BLOCK: usize = 1024;
/// Mean length of a chain, of which several keys share each.
const CHAIN: usize = 4;
/// Chains are asked for so many at a time.
const CHAINS_AT_ONCE: usize = 1 << 15;
/// A look-up follows so many shingles.
const MOST_FOLLOWED: usize = 14;
/// A look-up walks over so many links.
const MOST_STEPS: usize = 200;
/// Between the numbers of two records' links: a power of two above [`CHAINS`].
const STRIDE: u32 = 8;
/// No link.
const END: u32 = u32::MAX;
/// Not listed.
const UNLISTED: u8 = u8::MAX;

/// Prints by number, and the best relative of another one among them: about 98 bytes a print,
/// and work that is bounded however alike the texts are.
///
/// A print is listed under its smallest shingles, those aside that twelve others are
/// listed under. So of a text that came a thousand times the first copies are found.
#[derive(Clone, Debug, Default)]
pub struct Index {
    blocks: Vec<Vec<Record>>,
    /// The first link of every chain. Of a linear hash table (Litwin 1980): it grows by one
    /// chain at a time.
    heads: Vec<u32>,
    free: Vec<u32>,
    live: usize,
}

/// A print and its links. A link is the number of a record times [`STRIDE`], plus the number of
/// one of its chains.
#[derive(Clone, Copy, Debug)]
struct Record {
    id: [u8; 8],
    print: Print,
    /// Which of its shingles it is listed under.
    ranks: [u8; LISTED],
    next: [u32; CHAINS],
}

const _: () = assert!(size_of::<Record>() == 8 + BYTES + LISTED + 4 * CHAINS);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Id(u64),
    Exact(u64),
    Shingle(u32),
}

impl Key {
    fn hash(self) -> u64 {
        match self {
            Key::Id(id) => mix(id ^ 1 << 63),
            Key::Exact(hash) => mix(hash),
            Key::Shingle(shingle) => mix(u64::from(shingle) | 1 << 62),
        }
    }
}

impl Index {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Index {
        Index::default()
    }

    /// How many prints there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Bytes of memory that it has asked for.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let records: usize = self.blocks.iter().map(Vec::capacity).sum();
        records * size_of::<Record>()
            + self.blocks.capacity() * size_of::<Vec<Record>>()
            + (self.heads.capacity() + self.free.capacity()) * size_of::<u32>()
    }

    /// Adds a print under a number; one that was there under it is replaced.
    pub fn add(&mut self, id: u64, print: Print) {
        self.remove(id);
        while self.heads.len() * CHAIN < (self.live + 1) * CHAINS {
            self.split();
        }
        let view = View::of(&print);
        let mut record =
            Record { id: id.to_le_bytes(), print, ranks: [UNLISTED; LISTED], next: [END; CHAINS] };
        let room = |key: &Key| self.listed(*key) < MOST_LISTED;
        let exact = print.words() > 0 && room(&Key::Exact(print.exact()));
        if print.words() >= LEAST_WORDS {
            let free = view.listing().filter(|(_, shingle)| room(&Key::Shingle(*shingle)));
            record.ranks.iter_mut().zip(free).for_each(|(to, (rank, _))| *to = rank);
        }
        let slot = self.place(record);
        self.link(slot, 0, Key::Id(id));
        if exact {
            self.link(slot, 1, Key::Exact(print.exact()));
        }
        for (i, rank) in record.ranks.into_iter().enumerate() {
            if let Some(shingle) = print.shingle(rank) {
                self.link(slot, 2 + i, Key::Shingle(shingle));
            }
        }
        self.live += 1;
    }

    /// Takes the print of a number out; whether there was one.
    pub fn remove(&mut self, id: u64) -> bool {
        let Some(link) = self.links(Key::Id(id)).next() else { return false };
        let slot = link / STRIDE;
        for chain in 0..CHAINS {
            let link = slot * STRIDE + chain as u32;
            if let Some(key) = self.key(link) {
                self.unlink(link, key);
            }
        }
        self.free.push(slot);
        self.live -= 1;
        true
    }

    /// The closest relative of a newer text among those looked at, of several as close the one
    /// with the smallest number; `None` when none was found.
    #[must_use]
    pub fn find(&self, print: &Print) -> Option<(u64, Kinship)> {
        if self.live == 0 || print.words() == 0 {
            return None;
        }
        let exact = self.links(Key::Exact(print.exact())).map(|link| self.record(link));
        let exact = exact.filter(|record| record.print.words() == print.words());
        if let Some(id) = exact.map(Record::id).min() {
            return Some((id, Kinship::Exact));
        }
        if print.words() < LEAST_WORDS {
            return None;
        }
        self.near(&Newer::of(print))
    }

    fn near(&self, newer: &Newer) -> Option<(u64, Kinship)> {
        let mut best: Option<(u64, Kinship)> = None;
        let mut compared = Vec::with_capacity(MOST_STEPS);
        for (link, shingle) in self.walk(newer) {
            let slot = link / STRIDE;
            if self.key(link) != Some(Key::Shingle(shingle)) || compared.contains(&slot) {
                continue;
            }
            compared.push(slot);
            let record = self.record(link);
            let (id, kinship) = (record.id(), newer.compare(&record.print));
            let closer =
                best.is_none_or(|(least, known)| (kinship.rank(), least) > (known.rank(), id));
            if closer && kinship != Kinship::None {
                best = Some((id, kinship));
            }
        }
        best
    }

    /// The links in the chains of a text's shingles, the newest first, and which shingle each is
    /// followed for. The chains are walked side by side, so that memory is waited for side by
    /// side too.
    fn walk(&self, newer: &Newer) -> Vec<(u32, u32)> {
        let mut ends: Vec<(u32, u32)> = newer
            .view
            .listing()
            .take(MOST_FOLLOWED)
            .map(|(_, shingle)| (self.heads[self.bucket(Key::Shingle(shingle).hash())], shingle))
            .collect();
        let mut walked = Vec::with_capacity(MOST_STEPS + MOST_FOLLOWED);
        while !ends.is_empty() && walked.len() < MOST_STEPS {
            ends.retain(|&(link, _)| link != END);
            for (link, shingle) in &mut ends {
                walked.push((*link, *shingle));
                let record = self.record(*link);
                *link = record.next[(*link % STRIDE) as usize];
                // What is asked of it later lies on other lines of memory: fetched here, too.
                std::hint::black_box((record.print.words(), record.ranks[0]));
            }
        }
        walked
    }

    /// How many are listed under a key, at most twelve.
    fn listed(&self, key: Key) -> usize {
        self.links(key).take(MOST_LISTED).count()
    }

    /// The links under a key.
    fn links(&self, key: Key) -> impl Iterator<Item = u32> {
        let mut link = match self.heads.is_empty() {
            true => END,
            false => self.heads[self.bucket(key.hash())],
        };
        std::iter::from_fn(move || {
            let here = (link != END).then_some(link)?;
            link = self.record(here).next[(here % STRIDE) as usize];
            Some(here)
        })
        .filter(move |&link| self.key(link) == Some(key))
    }

    fn key(&self, link: u32) -> Option<Key> {
        let record = self.record(link);
        match (link % STRIDE) as usize {
            0 => Some(Key::Id(record.id())),
            1 => Some(Key::Exact(record.print.exact())),
            chain => record.print.shingle(record.ranks[chain - 2]).map(Key::Shingle),
        }
    }

    fn record(&self, link: u32) -> &Record {
        let slot = (link / STRIDE) as usize;
        &self.blocks[slot / BLOCK][slot % BLOCK]
    }

    fn next_mut(&mut self, link: u32) -> &mut u32 {
        let slot = (link / STRIDE) as usize;
        &mut self.blocks[slot / BLOCK][slot % BLOCK].next[(link % STRIDE) as usize]
    }

    fn place(&mut self, record: Record) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.blocks[slot as usize / BLOCK][slot as usize % BLOCK] = record;
            return slot;
        }
        if self.blocks.last().is_none_or(|block| block.len() == BLOCK) {
            self.blocks.push(Vec::with_capacity(BLOCK));
        }
        let before = (self.blocks.len() - 1) * BLOCK;
        let block = self.blocks.last_mut().expect("one was pushed");
        block.push(record);
        (before + block.len() - 1) as u32
    }

    fn bucket(&self, hash: u64) -> usize {
        let all = self.heads.len().next_power_of_two();
        let bucket = hash as usize & (all - 1);
        if bucket < self.heads.len() { bucket } else { bucket & (all / 2 - 1) }
    }

    fn link(&mut self, slot: u32, chain: usize, key: Key) {
        let link = slot * STRIDE + chain as u32;
        let bucket = self.bucket(key.hash());
        *self.next_mut(link) = std::mem::replace(&mut self.heads[bucket], link);
    }

    fn unlink(&mut self, link: u32, key: Key) {
        let behind = *self.next_mut(link);
        let bucket = self.bucket(key.hash());
        let mut at = self.heads[bucket];
        if at == link {
            self.heads[bucket] = behind;
            return;
        }
        while at != END {
            let next = *self.next_mut(at);
            if next == link {
                *self.next_mut(at) = behind;
                return;
            }
            at = next;
        }
    }

    /// One chain more: what belongs into it is taken out of the one that had it.
    fn split(&mut self) {
        if self.heads.len() == self.heads.capacity() {
            self.heads.reserve_exact(CHAINS_AT_ONCE);
        }
        let new = self.heads.len();
        self.heads.push(END);
        if new == 0 {
            return;
        }
        let old = new & ((new + 1).next_power_of_two() / 2 - 1);
        let mut link = std::mem::replace(&mut self.heads[old], END);
        while link != END {
            let next = *self.next_mut(link);
            let bucket = self.key(link).map_or(old, |key| self.bucket(key.hash()));
            *self.next_mut(link) = std::mem::replace(&mut self.heads[bucket], link);
            link = next;
        }
    }
}

impl Record {
    fn id(&self) -> u64 {
        u64::from_le_bytes(self.id)
    }
}
