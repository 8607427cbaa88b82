//! Stems: one form for all inflected forms of a word, for the operator `stem:`.
//!
//! Snowball's stemmers (crate `frostem`, as in tantivy) take endings away. In German and English
//! tables of our own come first, since endings tell nothing of `ging` or `went`: irregular verbs
//! and nouns, and the stems of regular German verbs, so that `gemacht`, `machte` and `abzumachen`
//! lose what is before and after the verb.
//!
//! A stem is no word, and it is not one meaning: `stem:messe` also finds `messen`. What the tables
//! do not have keeps its vowels (`schwoll` without a table would not be `schwellen`), and of a
//! separated verb (`kauft … ein`) the two halves are two words.
//!
//! All spellings of a German word have one stem: `ä` and `ae`, `ß` and `ss` are the same here; a
//! spelling without the dots (`verspatung`) is too, except for forms that only the tables know.
//!
//! ```
//! use text::stem::stem;
//!
//! assert_eq!(stem("läuft", "de"), stem("gelaufen", "de"));
//! assert_eq!(stem("häuser", "de"), stem("haeusern", "de"));
//! assert_eq!(stem("went", "en"), stem("going", "en"));
//! assert_eq!(stem("слово", "el"), "слово");
//! ```

mod english;
mod german;
pub mod labels;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use frostem::{Algorithm, Stemmer};

/// The languages (ISO 639-1) that are stemmed; in every other one a word is its own stem.
pub const LANGUAGES: &[&str] =
    &["ar", "da", "de", "en", "es", "fr", "hu", "it", "nl", "no", "pl", "pt", "ru", "sv"];

/// Longer words are their own stems.
pub const MOST_BYTES: usize = 128;

/// The stem of a folded word ([`fold`](crate::words::fold), accents kept) in a language of
/// [`LANGUAGES`]; the word itself in every other.
#[must_use]
pub fn stem<'w>(word: &'w str, lang: &str) -> Cow<'w, str> {
    if word.len() > MOST_BYTES || !word.chars().all(|c| c.is_alphabetic() || c == '\'') {
        return Cow::Borrowed(word);
    }
    match lang {
        "de" => Cow::Owned(german::stem(word)),
        "en" => english::stem(word),
        _ => match algorithm(lang) {
            Some(algorithm) => Stemmer::new(algorithm).stem(word),
            None => Cow::Borrowed(word),
        },
    }
}

fn algorithm(lang: &str) -> Option<Algorithm> {
    Some(match lang {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "es" => Algorithm::Spanish,
        "fr" => Algorithm::French,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "nl" => Algorithm::Dutch,
        "no" | "nb" | "nn" => Algorithm::Norwegian,
        "pl" => Algorithm::Polish,
        "pt" => Algorithm::Portuguese,
        "ru" => Algorithm::Russian,
        "sv" => Algorithm::Swedish,
        _ => return None,
    })
}

/// The lines of a table, without comments.
fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}
