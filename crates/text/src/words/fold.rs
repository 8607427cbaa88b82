//! Folding: the forms under which a word is found.

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};
use unicode_segmentation::UnicodeSegmentation;

use super::letters::{self, Changes};

/// The folded form of a word, accents kept: NFKC, lower case, one kind of apostrophe, one sigma,
/// no style marks. A sign that NFKC would take apart into several words (`½`, `㏂`) stays whole.
/// Folding what is folded changes nothing.
#[must_use]
pub fn fold(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    fold_onto(word, &mut out);
    out
}

/// Appends [`fold`] of a word; where it is of ASCII and [`letters`] alone, how its forms differ.
pub(super) fn fold_onto(word: &str, out: &mut String) -> Option<Changes> {
    if word.is_ascii() {
        ascii_onto(word, out);
        return Some(Changes::default());
    }
    let changes = letters::onto(word, out);
    if changes.is_none() {
        fold_slowly(word, out);
    }
    changes
}

/// The same for any word, by Unicode's tables.
fn fold_slowly(word: &str, out: &mut String) {
    let simple = until_stable(word, |text| text.nfc().collect());
    if is_nfkc_quick(simple.chars()) == IsNormalized::Yes {
        out.push_str(&simple);
        return;
    }
    let wide = until_stable(&simple, |text| text.nfkc().collect());
    out.push_str(if is_one_word(&wide) { &wide } else { &simple });
}

/// Appends a word of ASCII alone in lower case.
#[inline]
pub(super) fn ascii_onto(word: &str, out: &mut String) {
    let start = out.len();
    out.push_str(word);
    if let Some(new) = out.get_mut(start..) {
        new.make_ascii_lowercase();
    }
}

/// Lower case can be taken apart differently once composed: normalise until it stays as it is.
fn until_stable(word: &str, normalise: fn(&str) -> String) -> String {
    let mut text = normalise(word);
    for _ in 0..4 {
        let lower: String =
            text.chars().flat_map(char::to_lowercase).filter_map(one_sort).collect();
        let again = normalise(&lower);
        if again == text {
            break;
        }
        text = again;
    }
    text
}

fn is_one_word(folded: &str) -> bool {
    let word = folded.trim_start_matches(['#', '@', '$']);
    word.split_word_bounds().nth(1).is_none()
        && !word.contains(|c: char| c.is_whitespace() || matches!(c, '.' | ':' | '·' | '⁄'))
}

/// What folds into one kind of apostrophe, which is one of them.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '＇')
}

fn one_sort(c: char) -> Option<char> {
    match c {
        c if is_apostrophe(c) => Some('\''),
        'ς' => Some('σ'),
        '\u{fe0e}' | '\u{fe0f}' | '\u{ad}' => None,
        _ => Some(c),
    }
}

/// A folded word without accents: `müller` → `muller`, `straße` → `strasse`, `👍🏽` → `👍`.
#[must_use]
pub fn fold_plain(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    plain_onto(folded, &mut out);
    out
}

/// A folded word without accents in German spelling: `müller` → `mueller`.
#[must_use]
pub fn fold_german(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len() + 2);
    german_onto(folded, &mut out);
    out
}

/// Appends [`fold_plain`] of a folded word.
pub(super) fn plain_onto(folded: &str, out: &mut String) {
    let mut base = ' ';
    let bare = folded.nfd().filter(move |&c| {
        if !is_combining_mark(c) {
            base = c;
        }
        !is_accent(c, base)
    });
    let start = out.len();
    for c in bare.nfc() {
        match simple(c) {
            Some(letters) => out.push_str(letters),
            None => out.push(c),
        }
    }
    if out.len() == start {
        out.push_str(folded);
    }
}

/// Appends [`fold_german`] of a folded word.
pub(super) fn german_onto(folded: &str, out: &mut String) {
    let umlaut = |c| match c {
        'ä' => Some("ae"),
        'ö' => Some("oe"),
        'ü' => Some("ue"),
        _ => None,
    };
    let mut spelled = String::with_capacity(folded.len() + 2);
    for c in folded.chars() {
        match umlaut(c) {
            Some(letters) => spelled.push_str(letters),
            None => spelled.push(c),
        }
    }
    plain_onto(&spelled, out);
}

/// Marks that a reader may leave out: not the vowel signs of Indic scripts, not the breve that
/// makes й of и.
fn is_accent(c: char, base: char) -> bool {
    match c {
        '\u{306}' => base != 'и',
        '\u{300}'..='\u{36f}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20dc}'
        | '\u{591}'..='\u{5c7}'
        | '\u{64b}'..='\u{65f}'
        | '\u{670}'
        | '\u{1f3fb}'..='\u{1f3ff}' => true,
        _ => false,
    }
}

/// Letters whose stroke is part of them.
fn simple(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        'ħ' => "h",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What is known of letters one by one is what Unicode's tables say of the word.
        #[test]
        fn both_ways_of_folding_agree(word in "[aZ_'1À-ſЀ-џ’‘]{1,12}") {
            let mut quick = String::new();
            if let Some(changes) = letters::onto(&word, &mut quick) {
                let mut slow = String::new();
                fold_slowly(&word, &mut slow);
                prop_assert_eq!(&quick, &slow);
                let (plain, german) = (fold_plain(&slow), fold_german(&slow));
                prop_assert_eq!(changes.plain, plain != slow);
                prop_assert_eq!(changes.german, german != plain);
                let mut out = String::new();
                letters::plain_onto(&word, &mut out);
                prop_assert_eq!(&out, &plain);
                out.clear();
                letters::german_onto(&word, &mut out);
                prop_assert_eq!(&out, &german);
            }
        }
    }
}
