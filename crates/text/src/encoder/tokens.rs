//! From a text to pieces of the vocabulary: the most likely way to cut it (a unigram model, Kudo
//! 2018), by Viterbi over whole numbers. `tools/train/encoder/pieces.py` does the same.

use super::weights::Weights;
use crate::features;

/// What no piece stands for; a run of it counts as one.
const UNKNOWN: u32 = 0;
const BEGIN: u32 = 1;
const END: u32 = 2;

/// A text is cut to as many pieces, begin and end among them: some 100 words.
pub const MOST_PIECES: usize = 128;

/// No more than this many bytes of a tidied text are cut into pieces.
const READ_BYTES: usize = 1024;

/// No piece is longer, in bytes: a guard, since the walk ends with the longest match anyway.
const MOST_BYTES: usize = 64;

/// Keys of a first byte: one for the piece of that byte alone, one for each second byte.
const KEYS: usize = 257;

/// The vocabulary: pieces sorted by their bytes, and where those with each two first bytes begin.
#[derive(Clone, Debug)]
pub(super) struct Vocabulary {
    /// By [`key`]; the last number is how many pieces there are.
    begins: Vec<u32>,
}

/// Pieces in order have keys in order.
fn key(bytes: &[u8]) -> usize {
    let second = bytes.get(1).map_or(0, |second| usize::from(*second) + 1);
    bytes.first().map_or(0, |first| usize::from(*first) * KEYS + second)
}

/// The best way to a place in a text.
#[derive(Clone, Copy)]
struct Way {
    score: i32,
    from: usize,
    piece: u32,
}

impl Vocabulary {
    pub fn of(weights: &Weights<'_>) -> Vocabulary {
        let mut begins = Vec::with_capacity(256 * KEYS + 1);
        for id in 0..weights.pieces {
            let piece = weights.piece(id);
            while !piece.is_empty() && begins.len() <= key(piece) {
                begins.push(id as u32);
            }
        }
        begins.resize(256 * KEYS + 1, weights.pieces as u32);
        Vocabulary { begins }
    }

    /// The pieces of a text, begin and end included.
    pub fn pieces(&self, weights: &Weights<'_>, text: &str) -> Vec<u32> {
        let tidy = features::cased(text);
        let tidy = &tidy[..tidy.floor_char_boundary(READ_BYTES)];
        let mut out = vec![BEGIN];
        if !tidy.is_empty() {
            for piece in self.cut(weights, &format!(" {tidy}")) {
                if piece != UNKNOWN || out.last() != Some(&UNKNOWN) {
                    out.push(piece);
                }
            }
        }
        out.truncate(MOST_PIECES - 1);
        out.push(END);
        out
    }

    fn cut(&self, weights: &Weights<'_>, text: &str) -> Vec<u32> {
        let mut ways: Vec<Option<Way>> = vec![None; text.len() + 1];
        ways[0] = Some(Way { score: 0, from: 0, piece: UNKNOWN });
        for (at, char) in text.char_indices() {
            // Every beginning of a character can be reached: character by character at worst.
            let Some(Way { score, .. }) = ways[at] else { continue };
            let next = at + char.len_utf8();
            let mut single = false;
            let mut arrive = |end: usize, score: i32, piece: u32| {
                // Of equals the one that came first, from farther back.
                if ways[end].is_none_or(|way| score > way.score) {
                    ways[end] = Some(Way { score, from: at, piece });
                }
            };
            self.walk(weights, &text.as_bytes()[at..], |length, id| {
                single |= at + length == next;
                arrive(at + length, score + weights.score(id), id as u32);
            });
            if !single {
                arrive(next, score + weights.unknown_score, UNKNOWN);
            }
        }
        let mut out = Vec::new();
        let mut end = text.len();
        while end > 0 {
            let Some(way) = ways[end] else { break };
            out.push(way.piece);
            end = way.from;
        }
        out.reverse();
        out
    }

    /// Tells every piece that `bytes` begin with, the shortest first: the range of the sorted
    /// pieces with the same beginning narrows with each byte.
    fn walk(&self, weights: &Weights<'_>, bytes: &[u8], mut tell: impl FnMut(usize, usize)) {
        let of = |key: usize| self.begins[key] as usize..self.begins[key + 1] as usize;
        let Some((first, rest)) = bytes.split_first() else { return };
        let alone = of(key(&[*first]));
        if !alone.is_empty() {
            tell(1, alone.end - 1);
        }
        if rest.is_empty() {
            return;
        }
        let mut range = of(key(bytes));
        for (depth, &byte) in bytes.iter().enumerate().take(MOST_BYTES).skip(1) {
            if depth > 1 {
                let lower = |id: usize, than: u16| {
                    weights.piece(id).get(depth).is_none_or(|b| u16::from(*b) < than)
                };
                let start = below(range.clone(), |id| lower(id, u16::from(byte)));
                range = start..below(start..range.end, |id| lower(id, u16::from(byte) + 1));
            }
            if range.is_empty() {
                return;
            }
            if weights.piece(range.start).len() == depth + 1 {
                tell(depth + 1, range.start);
            }
        }
    }
}

/// The first of the range for which `is` no longer holds.
fn below(range: std::ops::Range<usize>, is: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low + (high - low) / 2;
        if is(middle) { low = middle + 1 } else { high = middle }
    }
    low
}
