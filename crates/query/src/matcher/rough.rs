//! What need not be looked up.

/// What beginnings and pairs there are, roughly, so that most words need not be looked up under
/// their beginnings, nor most neighbours as pairs. Bits are never taken back: they only spare
/// looking.
#[derive(Clone, Debug)]
pub(super) struct Rough {
    /// By a hash of the first letters: which lengths in bytes (1 to 32) beginnings have.
    lengths: Vec<u32>,
    /// Beginnings longer than that, in bytes, ascending.
    longer: Vec<usize>,
    /// One bit by the hash of a pair.
    pairs: Vec<u64>,
    /// Some beginning was ever asked for.
    any: bool,
}

/// Lists of lengths.
const HEADS: usize = 1 << 13;
/// Bits for pairs.
const PAIR_BITS: usize = 1 << 18;
/// Bytes that a list of lengths is chosen by.
const HEAD_BYTES: usize = 3;

impl Default for Rough {
    fn default() -> Rough {
        Rough {
            lengths: vec![0; HEADS],
            longer: Vec::new(),
            pairs: vec![0; PAIR_BITS / 64],
            any: false,
        }
    }
}

#[inline]
fn head(bytes: &[u8], length: usize) -> usize {
    let mut head = length as u32;
    for byte in bytes.iter().take(length) {
        head = head << 8 ^ u32::from(*byte);
    }
    (head.wrapping_mul(0x9e37_79b1) >> 19) as usize
}

impl Rough {
    pub fn has_beginning(&self, start: &[u8]) -> bool {
        match start.len() {
            0 => false,
            length @ 1..=32 => {
                self.lengths[head(start, length.min(HEAD_BYTES))] >> (length - 1) & 1 != 0
            }
            length => self.longer.binary_search(&length).is_ok(),
        }
    }

    pub fn add_beginning(&mut self, start: &[u8]) {
        self.any = true;
        match start.len() {
            0 => {}
            length @ 1..=32 => {
                self.lengths[head(start, length.min(HEAD_BYTES))] |= 1 << (length - 1);
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
        for length in 1..HEAD_BYTES.min(key.len() + 1) {
            if self.lengths[head(key, length)] >> (length - 1) & 1 != 0 {
                each(length);
            }
        }
        if key.len() < HEAD_BYTES {
            return;
        }
        let mut lengths = self.lengths[head(key, HEAD_BYTES)] & !0b11;
        if key.len() < 32 {
            lengths &= (1 << key.len()) - 1;
        }
        while lengths != 0 {
            each(lengths.trailing_zeros() as usize + 1);
            lengths &= lengths - 1;
        }
        self.longer.iter().take_while(|length| **length <= key.len()).for_each(|l| each(*l));
    }

    #[inline]
    pub fn may_be_pair(&self, hash: u64) -> bool {
        let bit = (hash >> 20) as usize & (PAIR_BITS - 1);
        self.pairs[bit / 64] >> (bit % 64) & 1 != 0
    }

    pub fn add_pair(&mut self, hash: u64) {
        let bit = (hash >> 20) as usize & (PAIR_BITS - 1);
        self.pairs[bit / 64] |= 1 << (bit % 64);
    }
}
