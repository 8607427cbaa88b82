//! Copies: whether two texts are one text, retyped, cut, framed anew or only quoted.
//!
//! Of every text a [`Print`] of [`BYTES`] bytes is kept, and two prints are [`compare`]d without
//! their texts. Case, accents of German spelling, links, user names, the sign of a hashtag,
//! punctuation, white space, emoji, `RT` and a place line (`BERLIN (agency) –`) do not matter.
//! Another number does: what has other numbers is no copy.
//!
//! Three methods, each for what it can do:
//! - **Exact** copies have the same 64-bit hash of the row of their words.
//! - **Short texts** (up to [`SHORT`] words) are kept as a row of word codes and aligned word by
//!   word. The code of a word tells which letters occur in it an odd number of times, so that a
//!   slip of the finger moves one or two bits of it and another word moves many. So a retyped
//!   `Hambrug` is still the same text, and `Bremen` in its place is another one.
//! - **Longer texts** are kept as the smallest hashes of their shingles (two words in a row), which
//!   estimate resemblance and containment: Broder, *On the resemblance and containment of
//!   documents*, 1997, his sketch of the `s` smallest values under one permutation; two sketches
//!   are compared below the smaller of their thresholds, as in Beyer et al., *On synopses for
//!   distinct-value estimation under multiset operations*, 2007. A second small sketch of the
//!   first [`HEAD_WORDS`] words finds teasers. No SimHash (Charikar 2002; Manku et al. 2007): one
//!   word of ten replaced and two of ten mistyped turn about as many of its bits. No
//!   one-permutation bins (Li et al. 2012): they do not tell containment of a part in a whole.
//!
//! Shingles of short texts are made of the same codes, so that a short text is found in a long one.
//! [`Index`] finds the best relative among many prints.
//!
//! What it cannot tell: from [`SHORT`]` + 1` words on, a text in which one name was replaced is
//! near to the first; one `not` more or less is near too; and a translation is another text.
//!
//! ```
//! use text::copies::{Index, Kinship, Print, compare};
//!
//! let first = Print::of("Train to Hamburg cancelled again, 300 people are waiting in the rain");
//! let retyped = Print::of("RT @jane: train to hambrug cancelled again 300 people are waiting in the rain");
//! let other = Print::of("Train to Bremen cancelled again, 300 people are waiting in the rain");
//! assert_eq!(compare(&first, &retyped), Kinship::Near);
//! assert_eq!(compare(&first, &other), Kinship::None);
//!
//! let mut index = Index::new();
//! index.add(7, first);
//! assert_eq!(index.find(&retyped), Some((7, Kinship::Near)));
//! ```

mod align;
mod compare;
mod index;
mod print;
#[cfg(test)]
mod tests;

pub use compare::compare;
pub use index::Index;
pub use print::{BYTES, HEAD_WORDS, LEAST_WORDS, MOST_BYTES, Print, SHORT};

/// How a newer text is related to an older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kinship {
    /// Word by word the same.
    Exact,
    /// The same but for slips of the finger, or a few words more or less.
    Near,
    /// The older text in another frame: another lead, headline or closing; at least six tenths
    /// of the newer one are of the older.
    Framed,
    /// A part of the older text, with little besides.
    Shortened,
    /// The newer one has words of the older in it, and more of its own: a quotation, no copy.
    Quoted,
    /// None that could be found.
    None,
}

impl Kinship {
    /// Whether the newer text counts as a copy.
    #[must_use]
    pub fn is_copy(self) -> bool {
        !matches!(self, Kinship::Quoted | Kinship::None)
    }

    /// Closer ones are larger.
    fn rank(self) -> u8 {
        match self {
            Kinship::Exact => 5,
            Kinship::Near => 4,
            Kinship::Framed => 3,
            Kinship::Shortened => 2,
            Kinship::Quoted => 1,
            Kinship::None => 0,
        }
    }
}
