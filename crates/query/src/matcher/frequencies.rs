//! How many posts have a word: guessed at first, then as it was observed.

use text::words::Words;

use crate::document::Document;
use crate::fields::{FieldName, Holds, PROPERTY_MARK};

/// Cells of the table.
const CELLS: usize = 1 << 17;
/// Posts from which on observation outweighs the guess.
const TRUSTED: f32 = 500.0;

/// Shares of posts that have a word, as observed; only the order of words counts, so a small
/// table that a few words share is good enough (a count-min sketch with one row,
/// Cormode & Muthukrishnan 2005).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frequencies {
    posts: u32,
    cells: Vec<u16>,
}

impl Frequencies {
    /// Nothing observed yet: shares are guessed from length and from lists of common words.
    #[must_use]
    pub fn new() -> Frequencies {
        Frequencies::default()
    }

    /// Posts observed.
    #[must_use]
    pub fn posts(&self) -> u32 {
        self.posts
    }

    /// Counts a post's words. Old counts fade: all are halved when they would not fit any more.
    pub fn observe(&mut self, document: &Document<'_>) {
        if self.cells.is_empty() {
            self.cells = vec![0; CELLS];
        }
        if self.posts >= u32::from(u16::MAX) {
            self.cells.iter_mut().for_each(|cell| *cell /= 2);
            self.posts /= 2;
        }
        self.posts += 1;
        let words: &Words = document.words();
        let mut seen: Vec<usize> = Vec::with_capacity(words.tokens().len());
        for token in words.tokens() {
            words.each_key(token, |key| seen.push(cell(key)));
        }
        seen.sort_unstable();
        seen.dedup();
        for cell in seen {
            self.cells[cell] = self.cells[cell].saturating_add(1);
        }
    }

    /// The table as bytes, to be kept over a restart.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let posts = self.posts.to_le_bytes();
        posts.into_iter().chain(self.cells.iter().flat_map(|cell| cell.to_le_bytes())).collect()
    }

    /// The table that [`Frequencies::to_bytes`] wrote; `None` for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Frequencies> {
        let (posts, cells) = bytes.split_first_chunk::<4>()?;
        let cells: Vec<u16> =
            cells.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        let fits = bytes.len().is_multiple_of(2) && (cells.is_empty() || cells.len() == CELLS);
        let posts = u32::from_le_bytes(*posts);
        fits.then_some(Frequencies { posts: if cells.is_empty() { 0 } else { posts }, cells })
    }

    /// The share of posts that have a key, 0 to 1; never 0.
    pub(crate) fn share(&self, key: &str, prefix: bool) -> f32 {
        let guess = guess(key, prefix);
        let observable = !prefix && !key.starts_with(|c: char| c < ' ');
        if !observable || self.posts == 0 {
            return guess;
        }
        let seen = f32::from(self.cells[cell(key)]);
        // The guess counts like so many posts observed.
        let weight = TRUSTED / 10.0;
        (seen + guess * weight) / (self.posts as f32 + weight)
    }
}

fn cell(key: &str) -> usize {
    super::table::hash(key.as_bytes()) as usize & (CELLS - 1)
}

/// The commonest words of German and English, sorted.
#[rustfmt::skip]
const COMMON: [&str; 122] = [
    "a", "ab", "aber", "about", "all", "als", "also", "am", "an", "and", "are", "as", "at", "auch",
    "auf", "aus", "be", "bei", "bin", "but", "by", "can", "da", "das", "dass", "dem", "den", "der",
    "des", "die", "do", "du", "ein", "eine", "einen", "er", "es", "for", "from", "für", "get",
    "got", "had", "has", "have", "he", "his", "how", "i", "ich", "if", "ihr", "im", "in", "is",
    "ist", "it", "its", "ja", "just", "kein", "like", "man", "me", "mehr", "mein", "mich", "mit",
    "my", "nach", "nicht", "no", "noch", "not", "now", "nur", "of", "on", "one", "or", "our", "out",
    "s", "sich", "sie", "sind", "so", "than", "that", "the", "their", "them", "there", "they",
    "this", "to", "too", "u", "um", "und", "uns", "up", "von", "vor", "war", "was", "we", "wenn",
    "werden", "what", "when", "who", "wie", "will", "wir", "with", "would", "you", "your", "zu",
    "zum", "zur",
];

/// A guess at the share of posts that have a key. Only the order counts: it chooses which words
/// of a query bring a post to it.
fn guess(key: &str, prefix: bool) -> f32 {
    if key.starts_with(PROPERTY_MARK) {
        return 0.3;
    }
    if let Some(first) = key.chars().next().filter(|c| *c < ' ')
        && let Some(field) = FieldName::ALL.into_iter().find(|f| f.mark() == first)
    {
        return match field {
            FieldName::Id => 1e-6,
            FieldName::Site if key.contains('.') => 1e-3,
            FieldName::Community | FieldName::Tag => 1e-2,
            field if field.holds() == Holds::Values => 0.4,
            _ => guess_word(&key[1..], prefix) + 1e-3,
        };
    }
    match key.strip_prefix(['#', '@', '$']) {
        Some(bare) => guess_word(bare, prefix) / 5.0,
        None => guess_word(key, prefix),
    }
}

fn guess_word(word: &str, prefix: bool) -> f32 {
    let is_common = || word.len() < 8 && COMMON.binary_search(&word).is_ok();
    let share = match word.chars().count() {
        _ if !prefix && is_common() => 0.4,
        0 | 1 => 0.15,
        2 => 0.06,
        3 => 0.03,
        4 => 0.016,
        5 => 0.008,
        6 => 0.004,
        7 => 0.002,
        8 | 9 => 0.001,
        _ => 0.0005,
    };
    if prefix { share * 4.0 } else { share }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_sorted_and_found() {
        assert!(COMMON.is_sorted());
        for (word, prefix, share) in
            [("the", false, 0.4), ("für", false, 0.4), ("thy", false, 0.03)]
        {
            assert_eq!(guess(word, prefix), share, "{word}");
        }
        assert_eq!(guess("the", true), 0.12);
    }
}
