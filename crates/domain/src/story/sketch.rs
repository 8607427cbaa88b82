//! What of a post decides which story it belongs to.

use serde::{Deserialize, Serialize};

use crate::source::Tier;

/// A sketch keeps no more terms than this; of a longer text the heaviest.
pub const MOST_TERMS: usize = 48;
/// A sketch keeps no more addresses than this.
pub const MOST_LINKS: usize = 6;

/// What a term is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TermKind {
    /// A word's stem.
    Word,
    /// A word with a capital inside a sentence, or a name that a list knows.
    Name,
    /// The sounds of a name in any alphabet: what one language's posts share with another's.
    Sound,
    /// A number.
    Number,
    /// A country, town or region.
    Place,
    /// A hashtag, or an account that is addressed.
    Tag,
    /// Two words in a row.
    Pair,
}

/// One term of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// A hash of the term; the same in every language that writes it so.
    pub key: u32,
    /// What it is.
    pub kind: TermKind,
    /// How much it counts before its rarity is known, in 64ths of a word of the headline; 1 to
    /// 255.
    pub weight: u8,
}

/// How a post passes another one on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Passing {
    /// Unchanged.
    Repost,
    /// With words of one's own.
    Quote,
    /// An answer: weaker evidence, since threads drift.
    Reply,
}

/// What of a post decides which story it belongs to: about 300 bytes, and 512 more with meaning.
/// `text::sketch::of` makes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sketch {
    /// In rising order of the key, each key once, at most [`MOST_TERMS`].
    pub terms: Box<[Term]>,
    /// Hashes of the post's own address and of those that it links to, in rising order; at most
    /// [`MOST_LINKS`].
    pub links: Box<[u64]>,
    /// The two letters of the language (ISO 639-1) as a number; 0 when not known.
    pub lang: u16,
    /// A hash of the row of words; 0 for a text that is too short to be known again.
    pub copy: u64,
    /// A hash of platform and native id.
    pub own: u64,
    /// The post that this one passes on: how, and its [`Sketch::own`].
    pub passes: Option<(Passing, u64)>,
    /// The rung its source stands on.
    pub tier: Option<Tier>,
    /// Words of the headline (of the text, where there is none), at most 255.
    pub length: u8,
    /// Its meaning as a direction: signed bytes in any scale, all sketches alike. Optional.
    pub meaning: Option<Box<[i8]>>,
}

impl Sketch {
    /// The number that stands for a language of two letters; 0 for everything else.
    #[must_use]
    pub fn lang_of(lang: &str) -> u16 {
        match lang.as_bytes() {
            [a, b] => u16::from_be_bytes([*a, *b]),
            _ => 0,
        }
    }

    /// Bytes of memory it has, itself included.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Sketch>()
            + size_of_val(&*self.terms)
            + size_of_val(&*self.links)
            + self.meaning.as_ref().map_or(0, |meaning| meaning.len())
    }
}
