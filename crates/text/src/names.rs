//! Names in a text: people, organisations, places, products; and numbers with their units.
//!
//! No model, but what can be said and looked up: capitals, words that go before or with names
//! (titles, `AG`, `in`), lists of well-known places, organisations, products and given names
//! (`names/*.tsv`, `given.txt`; facts, written for Horch), and the lexicon of German nouns
//! ([`compound`](crate::compound)), since in German every noun has a capital. In languages other
//! than German and English only capitals and lists speak, and nothing is called sure but what is
//! listed. Texts without capitals have no names but listed ones written as in the list. How often
//! it is right stands in `docs/accuracy.md`; it is meant for proposing stories and searches, not
//! for deciding anything about people.
//!
//! ```
//! use text::names::{Kind, names};
//!
//! let found = names("Siemens zahlt 3,5 Mio. Euro an die Stadt München.", "de");
//! let found: Vec<(Kind, &str)> = found.iter().map(|name| (name.kind, &*name.normal)).collect();
//! assert_eq!(found, [
//!     (Kind::Organisation, "Siemens"),
//!     (Kind::Number, "3500000 EUR"),
//!     (Kind::Place, "Munich"),
//! ]);
//! ```

mod find;
mod lists;
mod numbers;
#[cfg(test)]
mod tests;
mod tokens;

use std::ops::Range;

/// What lies behind is not read.
pub const MOST_BYTES: usize = 64 * 1024;
/// No more are told of one text.
pub const MOST_NAMES: usize = 1000;

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A person.
    Person,
    /// A company, authority, party, club or medium.
    Organisation,
    /// A country, town, region or water.
    Place,
    /// Something that is made and sold.
    Product,
    /// A number with a unit or a word of size.
    Number,
    /// An account: `@name`.
    Account,
    /// A topic: `#tag`.
    Topic,
    /// A name, of what is not known.
    Unknown,
}

/// A name in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Its bytes in the text; no two names share one.
    pub range: Range<usize>,
    /// What it is of.
    pub kind: Kind,
    /// The same for all forms of a listed name (`München` is `Munich`); of a number its value
    /// without separators and the unit (`3500000 EUR`); of others as written, a German genitive
    /// without its `s` where that is known.
    pub normal: String,
    /// A list or a firm sign says so; the others are guesses.
    pub sure: bool,
}

/// The names in a text in a language (ISO 639-1, empty when not known), in their order: of a
/// text longer than [`MOST_BYTES`] of its beginning, and at most [`MOST_NAMES`].
#[must_use]
pub fn names(text: &str, lang: &str) -> Vec<Name> {
    let text = &text[..text.floor_char_boundary(MOST_BYTES)];
    let mut found = find::find(text, lang);
    found.sort_by_key(|name| (name.range.start, name.range.end));
    let mut end = 0;
    found.retain(|name| {
        let apart = name.range.start >= end;
        end = if apart { name.range.end } else { end };
        apart
    });
    found.truncate(MOST_NAMES);
    found
}
