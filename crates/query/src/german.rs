//! Inflected forms and parts of compounds, as keys.

use text::{compound, stem};

use crate::fields::PART_MARK;

/// Stands for any language in the key of a stem: the word as it is.
const ANY: &str = "-";

/// Calls `each` with a language and a stem for everything a word may be a form of: in the post's
/// language where that is known and stemmed, in every one where no language is known, and the word
/// as it is.
pub(crate) fn each_stem(word: &str, lang: Option<&str>, each: &mut dyn FnMut(&str, &str)) {
    each(ANY, word);
    for &known in stem::LANGUAGES {
        if lang.is_none_or(|lang| lang.eq_ignore_ascii_case(known)) {
            each(known, &stem::stem(word, known));
        }
    }
}

/// Calls `each` with the stems of the parts of a German compound.
pub(crate) fn each_part(word: &str, each: &mut dyn FnMut(&str)) {
    for part in compound::parts(word) {
        each(&stem::stem(part, "de"));
    }
}

/// The keys one of which every post has that has a word alone or as a part of a compound.
pub(crate) fn part_keys(word: &str) -> Vec<String> {
    vec![format!("{PART_MARK}{}", stem::stem(word, "de")), word.to_owned()]
}
