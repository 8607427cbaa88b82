//! From a text to hashed n-grams: the one place where training and use read a text.
//!
//! Both models are linear over binary features: the hashes of the words (and word pairs) and of
//! the character n-grams of a text, each once; a model keeps as many low bits of a hash as its
//! table has rows. A text is told feature by feature to whatever [`Take`]s them: training gathers
//! them in a [`Bag`], a model in use adds their weights up.

use unicode_normalization::UnicodeNormalization;

/// No more than this many bytes at the beginning of a text are read, so that the cost of a post
/// is bounded: a tone or a language shows long before.
pub const READ_BYTES: usize = 8 * 1024;

/// Longer words than this are cut for the character n-grams.
const WORD_CHARS: usize = 60;

/// How far a negation reaches, in words.
const NEGATION_REACH: usize = 4;

/// The features of one text: each hash once, in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bag {
    /// Hashes of words and what is built of words.
    pub words: Vec<u32>,
    /// Hashes of character n-grams inside words, word ends included.
    pub chars: Vec<u32>,
}

/// What takes the features of a text, repeated ones as often as they come.
pub trait Take {
    /// A word, or what is built of words.
    fn word(&mut self, hash: u32);
    /// A character n-gram.
    fn chars(&mut self, hash: u32);
}

impl Take for Bag {
    fn word(&mut self, hash: u32) {
        self.words.push(hash);
    }

    fn chars(&mut self, hash: u32) {
        self.chars.push(hash);
    }
}

impl Bag {
    /// Whether nothing was found to judge by.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.chars.is_empty()
    }

    fn settle(mut self) -> Bag {
        for list in [&mut self.words, &mut self.chars] {
            list.sort_unstable();
            list.dedup();
        }
        self
    }
}

/// The first [`READ_BYTES`] of `text`, ending on a character.
#[must_use]
pub fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(READ_BYTES)]
}

/// Lower case, compatibility forms folded (𝗯𝗮𝗱 → bad), invisible characters dropped, user names
/// → `@user`, links → `http`, white space → one space, a letter repeated more than three times
/// → three times. Reads the [`head`] only.
///
/// ```
/// assert_eq!(
///     text::features::normalise("Danke,  @bahn_ag! Sooooo gut: https://a.example/b"),
///     "danke, @user! sooo gut: http"
/// );
/// ```
#[must_use]
pub fn normalise(text: &str) -> String {
    tidied(text, |out, piece| {
        // Most words are plain letters, which need no tables.
        if piece.bytes().all(|b| b.is_ascii_alphanumeric()) {
            push_plain(out, piece);
        } else if piece.chars().all(is_settled) {
            push_chars(out, piece, piece.chars().map(settled_lower));
        } else {
            push_chars(out, piece, piece.nfkc().flat_map(char::to_lowercase));
        }
    })
}

/// As [`normalise`], with capitals kept: what the encoder reads.
///
/// ```
/// assert_eq!(text::features::cased("Danke,  @bahn_ag! Sooooo GUT"), "Danke, @user! Sooo GUT");
/// ```
#[must_use]
pub fn cased(text: &str) -> String {
    tidied(text, |out, piece| match piece.chars().all(is_settled) {
        true => push_chars(out, piece, piece.chars()),
        false => push_chars(out, piece, piece.nfkc()),
    })
}

fn tidied(text: &str, push: impl Fn(&mut String, &str)) -> String {
    let mut out = String::with_capacity(head(text).len().min(READ_BYTES) + 16);
    for piece in head(text).split_whitespace() {
        if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        push(&mut out, piece);
    }
    out.truncate(out.trim_end().len());
    out
}

/// The letters of a text for telling its language: [`normalise`]d, without links, user names and
/// hashtags (`#fail` says nothing about the language), digits and marks as spaces.
#[must_use]
pub fn bare(text: &str) -> String {
    let full = normalise(text);
    let mut out = String::with_capacity(full.len());
    for piece in full.split(' ') {
        let skip = piece == "http" || piece == "rt" || piece.starts_with(['#', '@']);
        if skip {
            continue;
        }
        if piece.bytes().all(|byte| byte.is_ascii_lowercase()) {
            push_word(&mut out, piece);
        } else if piece.bytes().any(|byte| byte == b'@') {
            piece.split("@user").for_each(|piece| push_words(&mut out, piece));
        } else {
            push_words(&mut out, piece);
        }
    }
    out
}

fn push_words(out: &mut String, piece: &str) {
    piece.split(|c| !in_word(c)).for_each(|word| push_word(out, word.trim_matches('\'')));
}

fn push_word(out: &mut String, word: &str) {
    if word.is_empty() {
        return;
    }
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(word);
}

/// The features that tell a language: character 1- to 4-grams and words of [`bare`] text.
#[must_use]
pub fn language(bare: &str) -> Bag {
    let mut bag = Bag::default();
    each_of_language(bare, &mut bag);
    bag.settle()
}

/// Tells the features of [`language`].
pub fn each_of_language(bare: &str, take: &mut impl Take) {
    for word in bare.split(' ').filter(|w| !w.is_empty()) {
        take.word(hash(word.as_bytes(), 1));
        char_grams(word, 1..=4, take);
    }
}

/// The features that tell a tone, of [`normalise`]d text: words and marks, pairs of them, words
/// under a negation, and character 2- to 5-grams.
#[must_use]
pub fn tone(normal: &str) -> Bag {
    let mut bag = Bag::default();
    each_of_tone(normal, &mut bag);
    bag.settle()
}

/// Tells the features of [`tone`].
pub fn each_of_tone(normal: &str, take: &mut impl Take) {
    let mut before: Option<&str> = None;
    let mut negated = 0;
    for token in tokens(normal) {
        take.word(hash(token.as_bytes(), 1));
        if let Some(before) = before {
            take.word(hash(before.as_bytes(), 2) ^ hash(token.as_bytes(), 3));
        }
        let is_word = token.chars().next().is_some_and(is_letter);
        if negates(token) {
            negated = NEGATION_REACH;
        } else if matches!(token, "." | "," | "!" | "?" | ";" | ":") {
            negated = 0;
        } else if is_word && negated > 0 {
            negated -= 1;
            take.word(hash(token.as_bytes(), 5));
        }
        before = Some(token);
    }
    for word in normal.split(' ').filter(|w| !w.is_empty()) {
        char_grams(word, 2..=5, take);
    }
}

/// Whether the following words count as negated.
fn negates(word: &str) -> bool {
    // Patterns, since the compiler parts them by length and compares whole numbers.
    matches!(
        word,
        "not"
            | "no"
            | "never"
            | "nothing"
            | "nobody"
            | "without"
            | "cannot"
            | "cant"
            | "dont"
            | "doesnt"
            | "didnt"
            | "isnt"
            | "wasnt"
            | "wont"
            | "wouldnt"
            | "aint"
            | "t"
            | "nicht"
            | "nich"
            | "nix"
            | "kein"
            | "keine"
            | "keinen"
            | "keiner"
            | "keinem"
            | "keines"
            | "nie"
            | "niemals"
            | "nichts"
            | "ohne"
            | "niemand"
            | "weder"
    )
}

/// [`push_chars`] for ASCII letters and digits.
fn push_plain(out: &mut String, piece: &str) {
    let mut last = [0; 3];
    for byte in piece.bytes().map(|b| b.to_ascii_lowercase()) {
        if last != [byte; 3] {
            last = [last[1], last[2], byte];
            out.push(char::from(byte));
        }
    }
}

/// Whether a character stays as it is in NFKC beside others of this kind, so that no table is
/// asked: ASCII, letters of western and Russian words, common marks.
fn is_settled(c: char) -> bool {
    matches!(c, '\0'..='\u{7f}' | 'À'..='ÿ' | 'А'..='я' | '«' | '»' | '‘'..='‚' | '“'..='„' | '–' | '—' | '€')
}

/// The lower case of a character that [`is_settled`].
fn settled_lower(c: char) -> char {
    match c {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'А'..='Я' => {
            char::from_u32(u32::from(c) + 32).unwrap_or(c)
        }
        c => c,
    }
}

/// Pushes `http` where `piece` is a link, else its characters as `folded`.
fn push_chars(out: &mut String, piece: &str, folded: impl Iterator<Item = char>) {
    let lower = |s: &str| s.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("http"));
    if lower(piece) && (piece.contains("://") || piece.len() == 4) || piece.starts_with("www.") {
        out.push_str("http");
        return;
    }
    let mut last = [' '; 3];
    let mut in_name = false;
    for c in folded {
        let c = match c {
            '’' | '‘' | '´' | '`' => '\'',
            '„' | '“' | '”' | '«' | '»' => '"',
            c => c,
        };
        if is_invisible(c) {
            continue;
        }
        if in_name && (is_letter(c) || c == '.' || c == '-') {
            continue;
        }
        in_name = false;
        if c == '@' && !is_letter(last[2]) {
            out.push_str("@user");
            in_name = true;
            last = [' ', ' ', 'r'];
            continue;
        }
        if last == [c; 3] {
            continue;
        }
        last = [last[1], last[2], c];
        out.push(if c.is_whitespace() { ' ' } else { c });
    }
}

/// Words (letters, digits, `_`) and single other marks.
fn tokens(normal: &str) -> impl Iterator<Item = &str> {
    let mut rest = normal;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let len = if is_letter(first) {
            rest.find(|c| !is_letter(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(len);
        rest = after;
        Some(token)
    })
}

fn char_grams(word: &str, lengths: std::ops::RangeInclusive<usize>, take: &mut impl Take) {
    // Eight bytes beyond the end may be read, and masked off.
    let mut bytes = [0u8; 4 * (WORD_CHARS + 2) + 8];
    let mut ends = [0usize; WORD_CHARS + 3];
    let mut chars = 0;
    let framed =
        std::iter::once(' ').chain(word.chars().take(WORD_CHARS)).chain(std::iter::once(' '));
    for c in framed {
        let from = ends[chars];
        ends[chars + 1] = from + c.encode_utf8(&mut bytes[from..]).len();
        chars += 1;
    }
    for n in lengths {
        for i in 0..(chars + 1).saturating_sub(n) {
            let (from, to) = (ends[i], ends[i + n]);
            let is_space = n == 1 && bytes[from] == b' ';
            if !is_space {
                take.chars(hash_padded(&bytes, from, to, 4));
            }
        }
    }
}

fn in_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic() || c == '\'';
    }
    c.is_alphabetic() || unicode_normalization::char::is_combining_mark(c)
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Zero-width and direction characters, soft hyphens and emoji variation marks.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{fe0e}' | '\u{fe0f}' | '\u{feff}')
}

/// Eight bytes at a time, multiplied and folded; fixed for ever, since the weights depend on it.
fn hash(bytes: &[u8], seed: u64) -> u32 {
    let chunks = bytes.chunks(8).map(|chunk| {
        let mut eight = [0u8; 8];
        eight[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(eight)
    });
    hash_eights(chunks, seed)
}

/// [`hash`] of `bytes[from..to]`, behind which eight more bytes can be read: several times as
/// fast as copying pieces of odd lengths.
#[inline]
fn hash_padded(bytes: &[u8], from: usize, to: usize, seed: u64) -> u32 {
    let eights = (from..to).step_by(8).map(|at| {
        let mut eight = [0u8; 8];
        eight.copy_from_slice(&bytes[at..at + 8]);
        let beyond = 64 - 8 * (to - at).min(8);
        u64::from_le_bytes(eight) & (u64::MAX >> beyond)
    });
    hash_eights(eights, seed)
}

fn hash_eights(eights: impl Iterator<Item = u64>, seed: u64) -> u32 {
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0xcbf2_9ce4_8422_2325;
    for eight in eights {
        x = (x ^ eight).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        x ^= x >> 29;
    }
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (x >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_normalised_as_in_training() {
        let check = |text: &str, expect: &str| assert_eq!(normalise(text), expect, "{text:?}");
        check("", "");
        check("  Hallo\n\tWelt ", "hallo welt");
        check("@jetblue's plane", "@user's plane");
        check("(@some_one) hi", "(@user) hi");
        check("mail me: a@b.example", "mail me: a@b.example");
        check("see https://x.example/?a=1 now", "see http now");
        check("HTTP://X.EXAMPLE", "http");
        check("www.x.example", "http");
        check("http", "http");
        check("neeeeeeein!!!!!!", "neeein!!!");
        check("𝗯𝗮𝗱 ﬁne", "bad fine");
        check("zero\u{200b}width", "zerowidth");
        check("Gro\u{308}ße", "größe");
        check("it’s", "it's");
        check("@user@social.example hi", "@user@social.example hi");
    }

    #[test]
    fn what_is_settled_needs_no_tables() {
        for c in ('\0'..char::MAX).filter(|c| is_settled(*c)) {
            let (mark, word) = (c.to_string(), format!("a{c}b{c}и{c}"));
            assert_eq!(mark.nfkc().collect::<String>(), mark);
            assert_eq!(word.nfkc().collect::<String>(), word);
            assert_eq!(c.to_lowercase().collect::<Vec<_>>(), [settled_lower(c)]);
        }
    }

    #[test]
    fn only_letters_tell_a_language() {
        let check = |text: &str, expect: &str| assert_eq!(bare(text), expect, "{text:?}");
        check("RT @a: Das ist #toll, http://x.example 3,5 Mio.!", "das ist mio");
        check("can't 'quote'", "can't quote");
        check("😀 123", "");
        check("हिन्दी", "हिन्दी");
    }

    #[test]
    fn words_and_marks_are_tokens() {
        let list: Vec<&str> = tokens("don't go:) now_2").collect();
        assert_eq!(list, ["don", "'", "t", "go", ":", ")", "now_2"]);
    }

    #[test]
    fn long_texts_are_read_in_part() {
        let long = "ä".repeat(READ_BYTES);
        assert_eq!(head(&long).len(), READ_BYTES);
        let odd = format!("x{long}");
        assert_eq!(head(&odd).len(), READ_BYTES - 1);
    }

    #[test]
    fn a_feature_counts_once() {
        let bag = language("ja ja ja");
        assert_eq!(bag.words.len(), 1);
        assert_eq!(bag, language("ja"));
        assert!(language("").is_empty() && tone("").is_empty());
    }

    #[test]
    fn a_negation_changes_the_words_behind_it() {
        let plain = tone("das ist gut");
        let negated = tone("das ist nicht gut");
        let marked = hash(b"gut", 5);
        assert!(!plain.words.contains(&marked) && negated.words.contains(&marked));
        assert!(!tone("nicht . gut").words.contains(&marked));
    }

    #[test]
    fn the_hash_never_changes() {
        assert_eq!(hash(b"horch", 1), HORCH);
    }

    #[test]
    fn both_hashes_are_one() {
        let padded = b"abcdefghijklmnopqrstuvwxyz0123456789";
        for from in 0..8 {
            for to in from + 1..=28 {
                assert_eq!(hash_padded(padded, from, to, 4), hash(&padded[from..to], 4));
            }
        }
    }

    /// The shipped weights were trained with it.
    const HORCH: u32 = 226_191_500;
}
