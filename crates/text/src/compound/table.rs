//! The parts that compounds are made of, as numbers: per part a fingerprint and how readily it
//! begins or ends a compound.

/// How costs are counted: eighths of a nat.
const STEP: u16 = 10;
const CHEAPEST: u16 = 26;

/// The bytes of one slot: fingerprint (two, little end first) and [`Entry`].
const SLOT: usize = 3;
/// Slots for 4 entries.
const SLOTS_PER_FOUR: usize = 5;

/// What is known of a part.
///
/// Bits 0 to 2: how dear it is as the first part, 0 where it is none; bits 3 to 5: as the last;
/// bit 6: it is never split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry(u8);

impl Entry {
    /// An entry from costs in eighths of a nat; `None`: not in that place.
    #[must_use]
    pub fn new(first: Option<u16>, last: Option<u16>, whole: bool) -> Entry {
        Entry(level(first) | (level(last) << 3) | (u8::from(whole) << 6))
    }

    /// What it costs before another part, in eighths of a nat.
    #[must_use]
    pub fn first(self) -> Option<u16> {
        cost(self.0 & 7)
    }

    /// What it costs as the last part, in eighths of a nat.
    #[must_use]
    pub fn last(self) -> Option<u16> {
        cost((self.0 >> 3) & 7)
    }

    /// Whether it is never split.
    #[must_use]
    pub fn whole(self) -> bool {
        self.0 & 64 != 0
    }
}

fn level(cost: Option<u16>) -> u8 {
    cost.map_or(0, |c| (c.saturating_sub(CHEAPEST) / STEP).clamp(1, 7) as u8)
}

fn cost(level: u8) -> Option<u16> {
    (level > 0).then(|| CHEAPEST + u16::from(level) * STEP)
}

/// The hash of the letters read so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash(u64);

impl Hash {
    /// Of nothing.
    pub const START: Hash = Hash(0xcbf2_9ce4_8422_2325);

    /// With one more byte.
    #[must_use]
    pub fn with(self, byte: u8) -> Hash {
        Hash((self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    }

    /// Of a word in the spelling of [`letter`](super::letter).
    #[must_use]
    pub fn of(word: &str) -> Hash {
        word.bytes().fold(Hash::START, Hash::with)
    }

    /// The slot to begin at, and the fingerprint.
    fn place(self, slots: usize) -> (usize, u16) {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let slot = ((mixed >> 32) * slots as u64) >> 32;
        (slot as usize, mixed as u16)
    }
}

/// Open addressing over slots of three bytes.
#[derive(Clone, Copy, Debug)]
pub struct Table<'b>(&'b [u8]);

impl<'b> Table<'b> {
    /// A table over what [`build`] made. Any other bytes make a table with senseless entries.
    #[must_use]
    pub const fn new(bytes: &'b [u8]) -> Table<'b> {
        Table(bytes)
    }

    /// What is known of a part; once in some ten thousand of a word that is none, since
    /// fingerprints are short.
    #[must_use]
    #[inline]
    pub fn get(&self, hash: Hash) -> Option<Entry> {
        let slots = self.0.len() / SLOT;
        let (mut slot, print) = hash.place(slots);
        for _ in 0..slots {
            let &[low, high, entry] = self.0.get(slot * SLOT..slot * SLOT + SLOT)? else {
                return None;
            };
            if entry == 0 {
                return None;
            }
            if u16::from_le_bytes([low, high]) == print {
                return Some(Entry(entry));
            }
            slot = if slot + 1 == slots { 0 } else { slot + 1 };
        }
        None
    }
}

/// The bytes of a table. The order of the entries decides between those of one fingerprint: the
/// first stays.
#[must_use]
pub fn build(entries: &[(Hash, Entry)]) -> Vec<u8> {
    let slots = entries.len() * SLOTS_PER_FOUR / 4 + 1;
    let mut bytes = vec![0; slots * SLOT];
    for &(hash, entry) in entries.iter().filter(|(_, e)| e.0 != 0) {
        let (mut slot, print) = hash.place(slots);
        loop {
            let at = slot * SLOT;
            if bytes[at + 2] == 0 {
                bytes[at..at + 2].copy_from_slice(&print.to_le_bytes());
                bytes[at + 2] = entry.0;
                break;
            }
            if bytes[at..at + 2] == print.to_le_bytes() {
                break;
            }
            slot = (slot + 1) % slots;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_again() {
        let words: Vec<String> = (0..5_000).map(|i| format!("wort{i}")).collect();
        let entry = Entry::new(Some(60), None, true);
        let entries: Vec<(Hash, Entry)> = words.iter().map(|w| (Hash::of(w), entry)).collect();
        let bytes = build(&entries);
        let table = Table::new(&bytes);
        assert!(words.iter().all(|w| table.get(Hash::of(w)) == Some(entry)));
        let wrong = (0..5_000).filter(|i| table.get(Hash::of(&format!("nie{i}"))).is_some());
        assert!(wrong.count() < 10);
        assert_eq!(Table::new(&[]).get(Hash::START), None);
    }

    #[test]
    fn costs_keep_their_order_and_absence() {
        let entry = Entry::new(None, Some(10), false);
        assert_eq!((entry.first(), entry.last(), entry.whole()), (None, Some(36), false));
        let entry = Entry::new(Some(500), Some(70), true);
        assert_eq!((entry.first(), entry.last(), entry.whole()), (Some(96), Some(66), true));
    }
}
