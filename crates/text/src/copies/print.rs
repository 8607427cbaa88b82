//! What is kept of a text.

use crate::words::{Kind, Token, Words};

/// Bytes of a print.
pub const BYTES: usize = 56;
/// Texts of up to so many words are kept word by word.
pub const SHORT: usize = 28;
/// Texts of fewer words have no relatives but exact copies.
pub const LEAST_WORDS: usize = 5;
/// The beginning of a longer text that has a sketch of its own, in words.
pub const HEAD_WORDS: usize = 32;
/// What lies behind is not read.
pub const MOST_BYTES: usize = 64 * 1024;

/// Smallest shingles kept of a whole text.
pub(super) const WHOLE: usize = 10;
/// Smallest shingles kept of its beginning.
pub(super) const HEAD: usize = 4;
/// Bits of a word's code, of which the highest marks numbers.
const CODE_BITS: usize = 12;
/// The mark of a number.
pub(super) const NUMBER: u16 = 1 << (CODE_BITS - 1);
/// Bits of a shingle: the octave of its hash in four, and what follows its first bit.
const SHINGLE_BITS: usize = 24;
/// Stands where there is no shingle.
const EMPTY: u32 = (1 << SHINGLE_BITS) - 1;
/// Where codes or shingles begin; before them exact hash, words, numbers and their hash.
const BODY: usize = 14;

/// The print of a text: all that is needed to compare it with another, the same on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Print {
    bytes: [u8; BYTES],
}

impl Print {
    /// The print of a text; of a longer one than [`MOST_BYTES`], of its beginning.
    #[must_use]
    pub fn of(text: &str) -> Print {
        let text = without_place(&text[..text.floor_char_boundary(MOST_BYTES)]);
        let mut words = Words::for_text(text.len());
        words.push(text);
        let mut read = Reading::default();
        for token in whole_tokens(&words, text) {
            read.word(words.german(token), token.kind);
        }
        read.print()
    }

    /// As it is kept in a column of a database.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; BYTES] {
        self.bytes
    }

    /// A print that was kept; `None` for what has another length.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Print> {
        Some(Print { bytes: bytes.try_into().ok()? })
    }

    /// The hash of the row of words: the same for exact copies.
    #[must_use]
    pub fn exact(&self) -> u64 {
        (0..8).fold(0, |sum, i| sum | u64::from(self.bytes[i]) << (8 * i))
    }

    /// How many words the text has, at most 65,535.
    #[must_use]
    pub fn words(&self) -> usize {
        usize::from(u16::from_le_bytes([self.bytes[8], self.bytes[9]]))
    }

    /// How many of them are numbers, at most 255, and the hash of their values in any order.
    pub(super) fn numbers(&self) -> (u8, u32) {
        let [count, a, b, c] = [10, 11, 12, 13].map(|at| self.bytes[at]);
        (count, u32::from_le_bytes([a, b, c, 0]))
    }

    /// The codes of a short text's words, 0 where there are no more, and how many there are;
    /// none of a longer text.
    pub(super) fn codes(&self) -> ([u16; SHORT], usize) {
        let mut codes = [0; SHORT];
        if self.words() > SHORT {
            return (codes, 0);
        }
        for (two, pair) in codes.chunks_exact_mut(2).zip(self.triples()) {
            two[0] = (pair & 0xfff) as u16;
            two[1] = (pair >> CODE_BITS) as u16;
        }
        (codes, self.words())
    }

    /// A longer text's smallest shingles, in rising order: of the whole and of its beginning.
    pub(super) fn sketches(&self) -> [impl Iterator<Item = u32>; 2] {
        [(0, WHOLE), (WHOLE, HEAD)].map(|(from, count)| {
            self.triples().skip(from).take(count).filter(|&shingle| shingle != EMPTY)
        })
    }

    /// A shingle by its rank: of a short text the place of its first word, of a longer one the
    /// place in its sketches.
    pub(super) fn shingle(&self, rank: u8) -> Option<u32> {
        let rank = usize::from(rank);
        if self.words() <= SHORT {
            let code = |i: usize| {
                let pair = self.triple(i / 2);
                (pair >> (i % 2 * CODE_BITS)) as u16 & 0xfff
            };
            return (rank + 1 < self.words()).then(|| shingle(code(rank), code(rank + 1)));
        }
        let shingle = if rank < WHOLE + HEAD { self.triple(rank) } else { EMPTY };
        (shingle != EMPTY).then_some(shingle)
    }

    fn triples(&self) -> impl Iterator<Item = u32> {
        (0..(BYTES - BODY) / 3).map(|i| self.triple(i))
    }

    #[inline]
    fn triple(&self, i: usize) -> u32 {
        let at = BODY + 3 * i;
        u32::from_le_bytes([self.bytes[at], self.bytes[at + 1], self.bytes[at + 2], 0])
    }

    fn set_triple(&mut self, i: usize, value: u32) {
        let at = BODY + 3 * i;
        self.bytes[at..at + 3].copy_from_slice(&value.to_le_bytes()[..3]);
    }
}

/// The shingle of two words in a row. Smaller hashes are finer told apart, as only the smallest
/// are kept; the order is that of the hashes.
pub(super) fn shingle(first: u16, second: u16) -> u32 {
    let hash = mix(u64::from(first) << CODE_BITS | u64::from(second));
    let zeros = hash.leading_zeros().min(15);
    let behind = if zeros < 15 { hash << (zeros + 1) } else { hash << 15 };
    (15 - zeros) << (SHINGLE_BITS - 4) | (behind >> (64 - (SHINGLE_BITS - 4))) as u32
}

/// The words that count: no links, no user names, no emoji, no words of the medium, and no word
/// cut off by dots at the end.
fn whole_tokens<'w>(words: &'w Words, text: &str) -> impl Iterator<Item = &'w Token> {
    let counts = |token: &&Token| match token.kind {
        Kind::Word => !matches!(words.lower(token), "rt" | "via" | "http" | "https" | "amp"),
        Kind::Hashtag | Kind::Ticker => true,
        Kind::Mention | Kind::Url | Kind::Emoji => false,
    };
    let last = words.tokens().iter().rfind(counts).map_or(0, |token| token.end as usize);
    let behind = text.get(last..).unwrap_or_default();
    let cut = behind.starts_with('…') || behind.starts_with("...");
    words.tokens().iter().filter(counts).filter(move |t| !cut || t.end as usize != last)
}

/// The text without a place line like `BERLIN (agency) –`.
fn without_place(text: &str) -> &str {
    let head = &text[..text.floor_char_boundary(72)];
    let Some((place, rest)) = head.split_once('(') else { return text };
    let Some((agency, rest)) = rest.split_once(')') else { return text };
    let dash = rest.trim_start();
    let is_line = place.split_whitespace().count() <= 4
        && agency.split_whitespace().count() <= 2
        && dash.starts_with(['-', '–', '—', ':']);
    let read = head.len() - dash.len() + dash.chars().next().map_or(0, char::len_utf8);
    if is_line { &text[read..] } else { text }
}

/// A text as far as it is read.
#[derive(Default)]
struct Reading {
    exact: u64,
    words: u16,
    numbers: u8,
    values: u32,
    codes: Vec<u16>,
}

impl Reading {
    fn word(&mut self, german: &str, kind: Kind) {
        let letters = || german.chars().filter(|c| c.is_alphanumeric());
        if kind == Kind::Word && letters().next().is_none() {
            return;
        }
        let number = number_word(german).map_or_else(|| is_number(german), |_| true);
        let value = hash(number_word(german).unwrap_or(german));
        let code = if number {
            self.numbers = self.numbers.saturating_add(1);
            self.values = self.values.wrapping_add((value >> 13) as u32);
            NUMBER | (value as u16 & (NUMBER - 1))
        } else {
            letters_code(letters()).unwrap_or(value as u16 & (NUMBER - 1))
        };
        self.exact = mix(self.exact ^ value).wrapping_add(1);
        self.words = self.words.saturating_add(1);
        self.codes.push(code);
    }

    fn print(&self) -> Print {
        let mut print = Print { bytes: [0; BYTES] };
        print.bytes[..8].copy_from_slice(&self.exact.to_le_bytes());
        print.bytes[8..10].copy_from_slice(&self.words.to_le_bytes());
        print.bytes[10] = self.numbers;
        print.bytes[11..14].copy_from_slice(&self.values.to_le_bytes()[..3]);
        if self.codes.len() <= SHORT {
            for (i, two) in self.codes.chunks(2).enumerate() {
                let second = two.get(1).map_or(0, |&code| u32::from(code) << CODE_BITS);
                print.set_triple(i, u32::from(two[0]) | second);
            }
            return print;
        }
        let head = &self.codes[..HEAD_WORDS.min(self.codes.len())];
        let kept = smallest(&self.codes, WHOLE).into_iter().chain(smallest(head, HEAD));
        for (i, shingle) in kept.enumerate() {
            print.set_triple(i, shingle);
        }
        print
    }
}

/// The smallest shingles in rising order, filled up with [`EMPTY`].
fn smallest(codes: &[u16], count: usize) -> Vec<u32> {
    let mut all: Vec<u32> = codes.windows(2).map(|two| shingle(two[0], two[1])).collect();
    all.sort_unstable();
    all.dedup();
    all.resize(count, EMPTY);
    all
}

/// The classes of letters that occur an odd number of times; `None` for one or two letters of
/// another alphabet than ours, which may be a word.
fn letters_code(letters: impl Iterator<Item = char>) -> Option<u16> {
    let (mut code, mut count, mut beyond) = (0, 0, false);
    for letter in letters {
        let class = match letter {
            // The commonest letters have a class of their own.
            'a'..='z' => CLASSES[letter as usize - 'a' as usize],
            other => {
                beyond = true;
                mix(other.into()) as u8 % 11
            }
        };
        code ^= 1 << class;
        count += 1;
    }
    (count > 2 || !beyond).then_some(code)
}

/// Of `a` to `z`: `eq`, `nx`, `ijy`, `ak`, `tgz`, `rf`, `svw`, `op`, `hm`, `dc`, `ulb`.
const CLASSES: [u8; 26] =
    [3, 10, 9, 9, 0, 5, 4, 8, 2, 2, 3, 10, 8, 1, 7, 7, 0, 5, 6, 4, 10, 6, 6, 1, 2, 4];

fn is_number(word: &str) -> bool {
    word.contains(|c: char| c.is_numeric())
}

/// Small numbers that are written out. `Ein` and `one` are articles too.
fn number_word(german: &str) -> Option<&'static str> {
    Some(match german {
        "two" | "zwei" => "2",
        "three" | "drei" => "3",
        "four" | "vier" => "4",
        "five" | "fuenf" => "5",
        "six" | "sechs" => "6",
        "seven" | "sieben" => "7",
        "eight" | "acht" => "8",
        "nine" | "neun" => "9",
        "ten" | "zehn" => "10",
        "eleven" | "elf" => "11",
        "twelve" | "zwoelf" => "12",
        _ => return None,
    })
}

/// FNV-1a over letters and digits, mixed. A comma in a number is a full stop.
fn hash(word: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for c in word.chars() {
        let c = if c == ',' { '.' } else { c };
        if c.is_alphanumeric() || c == '.' {
            hash = (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3);
        }
    }
    mix(hash)
}

/// The finaliser of SplitMix64.
pub(super) fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
