//! The keys a post is found under, for an index: the same ones the matcher looks for.

use text::words::Kind;

use crate::document::Document;
use crate::fields::{FieldName, Holds, PART_MARK, PROPERTY_MARK, Property, STEM_MARK};
use crate::german;

/// Keeps the words of the title apart from the same words elsewhere.
const TITLE_MARK: char = '\x17';
/// Keeps the words of the lead apart from the same words elsewhere.
const LEAD_MARK: char = '\x18';

/// What an index is told of a post, in order of its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexKey<'a> {
    /// The words of another field begin, with keys that no other field has: places may be counted
    /// from the beginning again.
    Field,
    /// The next word begins a run of its own: no phrase and no distance reaches over it.
    Run,
    /// The next word.
    Word,
    /// The word that began last is found under this key.
    Key(&'a str),
    /// The post is found under this key, at no place.
    Value(&'a str),
}

impl Document<'_> {
    /// Tells an index everything that the post is found under.
    pub fn each_index_key(&self, each: &mut dyn FnMut(IndexKey<'_>)) {
        let mut marked = String::new();
        self.each_text_key(&mut marked, each);
        let fields = self.fields();
        let mut first = 0;
        let mut before = None;
        for (field, end) in &fields.runs {
            if before.replace(*field) != Some(*field) {
                each(IndexKey::Field);
            }
            for at in first..*end {
                each(if at == first { IndexKey::Run } else { IndexKey::Word });
                let Some(token) = fields.words.tokens().get(at as usize) else { continue };
                for key in fields.words.keys(token) {
                    each(IndexKey::Key(mark(&mut marked, field.mark(), key)));
                }
            }
            first = *end;
        }
        for field in FieldName::ALL.into_iter().filter(|field| field.holds() == Holds::Values) {
            self.values(field, &mut |value| {
                each(IndexKey::Value(mark(&mut marked, field.mark(), value)));
            });
        }
        for property in Property::ALL.into_iter().filter(|property| self.is(*property)) {
            each(IndexKey::Value(mark(&mut marked, PROPERTY_MARK, property.as_str())));
        }
    }

    fn each_text_key(&self, marked: &mut String, each: &mut dyn FnMut(IndexKey<'_>)) {
        let words = self.words();
        let mut before = None;
        for (number, token) in words.tokens().iter().enumerate() {
            let part = self.part(number);
            let goes_on = part.is_some() && before == part;
            each(if goes_on { IndexKey::Word } else { IndexKey::Run });
            before = part;
            let part_mark = match part {
                Some(domain::Part::Title) => Some(TITLE_MARK),
                Some(domain::Part::Lead) => Some(LEAD_MARK),
                _ => None,
            };
            words.each_key(token, |key| {
                each(IndexKey::Key(key));
                if let Some(part_mark) = part_mark {
                    each(IndexKey::Key(mark(marked, part_mark, key)));
                }
            });
            if !matches!(token.kind, Kind::Word | Kind::Hashtag) {
                continue;
            }
            let word = words.word(token);
            german::each_stem(word, self.lang(), &mut |lang, stem| {
                // Words that are their own stem stand there already.
                if stem != word {
                    stem_key(marked, lang, stem);
                    each(IndexKey::Key(marked));
                }
            });
            german::each_part(word, &mut |part| {
                each(IndexKey::Key(mark(marked, PART_MARK, part)));
            });
        }
    }
}

/// The key of a word, of the beginning of one or of a value within a field. Words of the text that
/// may stand in any part, and those of the body, go without a mark.
#[must_use]
pub fn index_key(field: Option<FieldName>, word: &str) -> String {
    match field {
        None | Some(FieldName::Body) => word.to_owned(),
        Some(FieldName::Title) => format!("{TITLE_MARK}{word}"),
        Some(FieldName::Lead) => format!("{LEAD_MARK}{word}"),
        Some(field) => format!("{}{word}", field.mark()),
    }
}

/// The key of a property.
#[must_use]
pub fn index_key_of_property(property: Property) -> String {
    format!("{PROPERTY_MARK}{}", property.as_str())
}

/// The keys one of which every inflected form of a word has.
#[must_use]
pub fn index_keys_of_stem(word: &str) -> Vec<String> {
    let mut keys = vec![word.to_owned()];
    german::each_stem(word, None, &mut |lang, stem| {
        let mut key = String::new();
        stem_key(&mut key, lang, stem);
        keys.extend([key, stem.to_owned()]);
    });
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The keys one of which every word has that holds this one as a part.
#[must_use]
pub fn index_keys_of_part(word: &str) -> Vec<String> {
    german::part_keys(word)
}

/// The keys of the words of a raw text, one after another.
#[must_use]
pub fn index_keys_of_raw(text: &str) -> Vec<String> {
    let mut words = text::words::Words::new();
    words.push(text);
    words.tokens().iter().map(|token| words.lower(token).to_owned()).collect()
}

fn stem_key(key: &mut String, lang: &str, stem: &str) {
    key.clear();
    key.push(STEM_MARK);
    key.push_str(lang);
    key.push(':');
    key.push_str(stem);
}

fn mark<'k>(marked: &'k mut String, mark: char, key: &str) -> &'k str {
    marked.clear();
    marked.push(mark);
    marked.push_str(key);
    marked
}
