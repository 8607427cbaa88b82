//! What need not be looked up.

use std::sync::Arc;

use super::spine::Spine;

/// What beginnings and pairs there are, roughly, so that most words need not be looked up under
/// their beginnings, nor most neighbours as pairs. Bits are never taken back: they only spare
/// looking.
#[derive(Clone, Debug)]
pub(super) struct Rough {
    /// By a hash of the first letters: which lengths in bytes (1 to 32) beginnings have.
    lengths: Spine<[u32; BLOCK]>,
    /// Beginnings longer than that, in bytes, ascending.
    longer: Vec<usize>,
    /// One bit by the hash of a beginning or pair.
    keys: Spine<[u64; BLOCK]>,
    /// Some beginning was ever asked for.
    any: bool,
    /// Some was of fewer than [`HEAD_BYTES`] bytes.
    short: bool,
}

/// Entries that are copied when one of them changes.
const BLOCK: usize = 64;
/// Lists of lengths.
const HEADS: usize = 1 << 13;
/// Bits for beginnings and pairs: at 100,000 queries fewer than a tenth of them are set.
const KEY_BITS: usize = 1 << 20;
/// Bytes that a list of lengths is chosen by.
const HEAD_BYTES: usize = 3;

impl Default for Rough {
    fn default() -> Rough {
        let (mut lengths, mut keys) = (Spine::default(), Spine::default());
        (0..HEADS / BLOCK).for_each(|_| lengths.push(Arc::new([0; BLOCK])));
        (0..KEY_BITS / 64 / BLOCK).for_each(|_| keys.push(Arc::new([0; BLOCK])));
        Rough { lengths, longer: Vec::new(), keys, any: false, short: false }
    }
}

#[inline]
fn head(bytes: &[u8]) -> usize {
    let mut head = bytes.len() as u32;
    for byte in bytes {
        head = head << 8 ^ u32::from(*byte);
    }
    (head.wrapping_mul(0x9e37_79b1) >> 19) as usize
}

impl Rough {
    #[inline]
    fn lengths(&self, head: usize) -> u32 {
        self.lengths.get(head / BLOCK).map_or(0, |block| block[head % BLOCK])
    }

    /// Notes a beginning: its bytes, and the hash it is looked up by.
    pub fn add_beginning(&mut self, start: &[u8], hash: usize) {
        self.any = true;
        self.short |= start.len() < HEAD_BYTES;
        self.add(hash);
        match start.len() {
            0 => {}
            length @ 1..=32 => {
                let head = head(&start[..length.min(HEAD_BYTES)]);
                if let Some(block) = self.lengths.get_mut(head / BLOCK) {
                    block[head % BLOCK] |= 1 << (length - 1);
                }
            }
            length => {
                if let Err(at) = self.longer.binary_search(&length) {
                    self.longer.insert(at, length);
                }
            }
        }
    }

    /// Calls `each` with every length that a beginning of `key` may have.
    #[inline]
    pub fn each_length(&self, key: &[u8], mut each: impl FnMut(usize)) {
        if !self.any {
            return;
        }
        if self.short {
            for length in 1..HEAD_BYTES.min(key.len() + 1) {
                if self.lengths(head(&key[..length])) >> (length - 1) & 1 != 0 {
                    each(length);
                }
            }
        }
        let Some(start) = key.first_chunk::<HEAD_BYTES>() else { return };
        let mut lengths = self.lengths(head(start)) & !0b11;
        if key.len() < 32 {
            lengths &= (1 << key.len()) - 1;
        }
        while lengths != 0 {
            each(lengths.trailing_zeros() as usize + 1);
            lengths &= lengths - 1;
        }
        self.longer.iter().take_while(|length| **length <= key.len()).for_each(|l| each(*l));
    }

    /// Whether there may be a beginning or pair with this hash.
    #[inline]
    pub fn may_have(&self, hash: usize) -> bool {
        let bit = hash & (KEY_BITS - 1);
        let block = self.keys.get(bit / 64 / BLOCK);
        block.is_some_and(|block| block[bit / 64 % BLOCK] >> (bit % 64) & 1 != 0)
    }

    /// Notes a pair, by the hash it is looked up by.
    pub fn add(&mut self, hash: usize) {
        let bit = hash & (KEY_BITS - 1);
        if let Some(block) = self.keys.get_mut(bit / 64 / BLOCK) {
            block[bit / 64 % BLOCK] |= 1 << (bit % 64);
        }
    }
}
