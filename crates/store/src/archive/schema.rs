//! What the index holds of a post, and how it gets there.
//!
//! Keys come ready from `query` ([`query::IndexKey`]); they are handed to the index as one string
//! that a tokenizer of two lines takes apart again, so that no key is copied on its own.

use domain::Post;
use query::{Document, IndexKey};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};
use tantivy::{TantivyDocument, Term};

/// Counts up with every change of what the index holds: an older one is made anew.
pub(crate) const FORMAT: u32 = 2;
/// Longer keys are cut, in the index and in questions to it.
pub(crate) const KEY_BYTES: usize = 200;
/// Places between two runs of words. Phrases and distances that could reach over it are left to the
/// matcher; a wider gap would cost bytes in every post.
pub(crate) const RUN_GAP: usize = 256;
/// Bytes of an identity that are kept: identities are long, differ everywhere and are seldom asked
/// for.
const ID_BYTES: usize = 5;

const TOKENIZER: &str = "keys";
/// The next word.
const WORD: char = '\n';
/// The next word, beginning a run.
const RUN: char = '\x0c';
/// Another field: places are counted from the beginning.
const FIELD: char = '\x0b';
/// One more key of the same word, or the next value.
const KEY: char = '\t';
const SIGNS: [char; 4] = [WORD, RUN, FIELD, KEY];

/// The fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    /// The post's number in the store.
    pub row: Field,
    /// When it was published, in milliseconds.
    pub published: Field,
    /// Keys with places.
    pub words: Field,
    /// Keys without places.
    pub values: Field,
}

/// The one schema every day has.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let keys = |option| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(TOKENIZER)
                .set_fieldnorms(false)
                .set_index_option(option),
        )
    };
    let fields = Fields {
        row: builder.add_i64_field("row", NumericOptions::from(FAST) | INDEXED),
        published: builder.add_i64_field("published", FAST),
        words: builder.add_text_field("words", keys(IndexRecordOption::WithFreqsAndPositions)),
        values: builder.add_text_field("values", keys(IndexRecordOption::Basic)),
    };
    (builder.build(), fields)
}

pub(crate) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::new();
    manager.register(TOKENIZER, Keys::default());
    // Asked for by fields without text, which never use it.
    manager.register("default", Keys::default());
    manager
}

/// The term of a post's row.
pub(crate) fn row_term(fields: &Fields, row: i64) -> Term {
    Term::from_field_i64(fields.row, row)
}

/// A key as it stands in the index, and whether it is the whole key.
pub(crate) fn cut(key: &str) -> (&str, bool) {
    if key.len() <= KEY_BYTES {
        return (key, true);
    }
    let end = (0..=KEY_BYTES).rev().find(|end| key.is_char_boundary(*end)).unwrap_or(0);
    (&key[..end], false)
}

/// A post as the index takes it.
pub(crate) fn document(fields: &Fields, row: i64, post: &Post) -> TantivyDocument {
    let mut words = String::with_capacity(post.body.len() * 2 + 256);
    let mut values = String::with_capacity(128);
    Document::of(post).each_index_key(&mut |key| match key {
        IndexKey::Field => words.push(FIELD),
        IndexKey::Run => words.push(RUN),
        IndexKey::Word => words.push(WORD),
        IndexKey::Key(key) => push(&mut words, key),
        IndexKey::Value(key) => match short_id(key) {
            Some(short) => push(&mut values, &short),
            None => push(&mut values, key),
        },
    });
    let mut document = TantivyDocument::default();
    document.add_i64(fields.row, row);
    document.add_i64(fields.published, post.published.0);
    document.add_text(fields.words, words);
    document.add_text(fields.values, values);
    document
}

/// The key that stands for an identity's; `None` for every other key.
pub(crate) fn short_id(key: &str) -> Option<String> {
    let mark = query::index_key(Some(query::FieldName::Id), "");
    let id = key.strip_prefix(mark.as_str())?;
    // FNV-1a: the same on every machine and in every version.
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let digits = (0..ID_BYTES).map(|i| char::from(b'0' + (hash >> (34 + 6 * i) & 0x3f) as u8));
    Some(mark.chars().chain(digits).collect())
}

fn push(all: &mut String, key: &str) {
    let (key, _) = cut(key);
    all.push(KEY);
    if key.contains(SIGNS) {
        all.extend(key.chars().map(plain));
    } else {
        all.push_str(key);
    }
}

/// Characters that part keys do not stand in them.
pub(crate) fn plain(c: char) -> char {
    if SIGNS.contains(&c) { ' ' } else { c }
}

/// Takes keys apart.
#[derive(Clone, Default)]
struct Keys {
    token: Token,
}

struct KeyStream<'a> {
    rest: &'a str,
    /// `None`: no word of the field stood yet.
    place: Option<usize>,
    token: &'a mut Token,
}

impl Tokenizer for Keys {
    type TokenStream<'a> = KeyStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> KeyStream<'a> {
        self.token.reset();
        KeyStream { rest: text, place: None, token: &mut self.token }
    }
}

impl TokenStream for KeyStream<'_> {
    fn advance(&mut self) -> bool {
        while let Some(sign) = self.rest.chars().next() {
            // The signs are one byte each.
            let after = self.rest.get(1..).unwrap_or_default();
            if sign != KEY {
                self.place = match sign {
                    FIELD => None,
                    RUN => Some(self.place.map_or(0, |place| place + RUN_GAP)),
                    _ => Some(self.place.map_or(0, |place| place + 1)),
                };
                self.rest = after;
                continue;
            }
            let end = after.find(SIGNS).unwrap_or(after.len());
            let (key, rest) = after.split_at(end);
            self.rest = rest;
            self.token.text.clear();
            self.token.text.push_str(key);
            self.token.position = self.place.unwrap_or(0);
            return true;
        }
        false
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_out_at_their_places() {
        let mut keys = Keys::default();
        let mut stream = keys.token_stream("\x0c\ta\tä\n\tb\x0c\n\tc\x0b\x0c\td\n\te");
        let mut found = Vec::new();
        while stream.advance() {
            found.push((stream.token().text.clone(), stream.token().position));
        }
        let expected = [("a", 0), ("ä", 0), ("b", 1), ("c", 258), ("d", 0), ("e", 1)];
        assert_eq!(found, expected.map(|(key, place)| (key.to_owned(), place)));
    }

    #[test]
    fn identities_are_shortened_and_nothing_else() {
        let id = |id| query::index_key(Some(query::FieldName::Id), id);
        let short = short_id(&id("at://did:plc:abc/app.bsky.feed.post/3k")).unwrap();
        assert_eq!(short.chars().count(), 1 + ID_BYTES);
        assert_ne!(Some(short), short_id(&id("at://did:plc:abc/app.bsky.feed.post/3l")));
        assert_eq!(short_id("word"), None);
    }

    #[test]
    fn long_keys_are_cut_between_characters() {
        assert_eq!(cut("short"), ("short", true));
        let long = "ä".repeat(KEY_BYTES);
        let (key, whole) = cut(&long);
        assert!(!whole && key.len() <= KEY_BYTES && long.starts_with(key));
    }
}
