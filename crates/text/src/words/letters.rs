//! Letters beyond ASCII that are folded one by one, without Unicode's tables: those of Latin and
//! Cyrillic alphabets that stay one letter whatever is done with them, and the curly apostrophes.
//! In most posts they are nearly all that is not ASCII; everything else is left to [`super::fold`].

use std::sync::LazyLock;

use super::fold::{fold_german, fold_plain};

/// Latin-1 Supplement with Latin Extended-A, and what of Cyrillic today's alphabets need: two
/// bytes each in UTF-8.
const BLOCKS: [(u32, u32); 2] = [(0xc0, 0x17f), (0x400, 0x45f)];

/// Up to two characters.
type Few = (char, Option<char>);

/// A letter's forms.
#[derive(Clone, Copy, Debug)]
struct Letter {
    lower: char,
    plain: Few,
    german: Few,
}

/// All from the first of the first block to the last of the last one.
static LETTERS: LazyLock<Box<[Option<Letter>]>> = LazyLock::new(|| {
    let all = BLOCKS[0].0..=BLOCKS[1].1;
    all.map(|code| char::from_u32(code).and_then(forms)).collect()
});

/// The forms of a letter that has simple ones.
fn forms(c: char) -> Option<Letter> {
    let known = BLOCKS.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(c)));
    // Signs that are no letters, and letters that NFKC takes apart.
    if !known || matches!(c, '×' | '÷' | 'Ĳ' | 'ĳ' | 'Ŀ' | 'ŀ' | 'ŉ' | 'ſ') {
        return None;
    }
    let few = |text: &str| {
        let mut chars = text.chars();
        let few = (chars.next()?, chars.next());
        chars.next().is_none().then_some(few)
    };
    let folded: String = c.to_lowercase().collect();
    let (lower, None) = few(&folded)? else { return None };
    Some(Letter { lower, plain: few(&fold_plain(&folded))?, german: few(&fold_german(&folded))? })
}

/// The letter that the two bytes at a place are.
#[inline]
fn letter(letters: &[Option<Letter>], bytes: &[u8], at: usize) -> Option<Letter> {
    let [first, second] = *bytes.get(at..)?.first_chunk()?;
    let code = u32::from(first & 0x1f) << 6 | u32::from(second & 0x3f);
    let place = code.checked_sub(BLOCKS[0].0).filter(|_| first & 0xe0 == 0xc0)?;
    *letters.get(place as usize)?
}

/// Whether one of these letters stands at a place: two bytes.
#[inline]
pub(super) fn is_letter(bytes: &[u8], at: usize) -> bool {
    letter(&LETTERS, bytes, at).is_some()
}

/// Whether a curly apostrophe stands at a place: three bytes.
#[inline]
pub(super) fn is_curly(bytes: &[u8], at: usize) -> bool {
    matches!(
        bytes.get(at..).and_then(|rest| rest.first_chunk()),
        Some(b"\xe2\x80\x98" | b"\xe2\x80\x99")
    )
}

/// How the forms of a word differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// It is another one without accents.
    pub plain: bool,
    /// It is a third one in German spelling.
    pub german: bool,
}

/// Appends [`super::fold()`] of a word of these letters and ASCII alone; `None`, and nothing
/// appended, where it is of others.
pub(super) fn onto(word: &str, out: &mut String) -> Option<Changes> {
    let (start, mut changes) = (out.len(), Changes::default());
    let known = each(word, |c, letter| {
        out.push(letter.map_or(c, |letter| letter.lower));
        if let Some(letter) = letter {
            changes.plain |= letter.plain != (letter.lower, None);
            changes.german |= letter.german != letter.plain;
        }
    });
    if known {
        return Some(changes);
    }
    out.truncate(start);
    None
}

/// Appends [`fold_plain`] of such a word, folded or not.
pub(super) fn plain_onto(word: &str, out: &mut String) {
    each(word, |c, letter| push(out, letter.map_or((c, None), |letter| letter.plain)));
}

/// Appends [`fold_german`] of such a word, folded or not.
pub(super) fn german_onto(word: &str, out: &mut String) {
    each(word, |c, letter| push(out, letter.map_or((c, None), |letter| letter.german)));
}

fn push(out: &mut String, (first, second): Few) {
    out.push(first);
    out.extend(second);
}

/// Calls `one` with each letter's forms, or what stands there in lower case; whether all was known.
fn each(word: &str, mut one: impl FnMut(char, Option<Letter>)) -> bool {
    let (bytes, letters) = (word.as_bytes(), &**LETTERS);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii() {
            one(char::from(byte.to_ascii_lowercase()), None);
            at += 1;
        } else if let Some(letter) = letter(letters, bytes, at) {
            one(letter.lower, Some(letter));
            at += 2;
        } else if is_curly(bytes, at) {
            one('\'', None);
            at += 3;
        } else {
            return false;
        }
    }
    true
}
