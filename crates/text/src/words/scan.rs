//! Finding the tokens of a text.

use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use super::fold::{ascii_onto, fold_onto, german_onto, is_apostrophe, plain_onto};
use super::letters::{self, is_curly, is_letter};
use super::{Key, Kind, Short, Token, Words};

/// Words before a full stop that ends no sentence.
const ABBREVIATIONS: [&str; 22] = [
    "dr", "mr", "mrs", "ms", "st", "prof", "nr", "no", "bzw", "ca", "vs", "inc", "ltd", "abs",
    "art", "bsp", "evtl", "ggf", "inkl", "mio", "mrd", "vgl",
];

/// ASCII letters, digits and the underscore.
static IN_WORD: [bool; 256] = {
    let mut all = [false; 256];
    let mut byte = 0;
    while byte < all.len() {
        all[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    all
};

pub(super) fn scan(words: &mut Words, text: &str, signs: bool) {
    Scan::new(words, text, signs, true).run();
}

#[cfg(test)]
pub(super) fn scan_slowly(words: &mut Words, text: &str) {
    Scan::new(words, text, true, false).run();
}

/// What a word is made of; the later holds what stands before it, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Made {
    /// ASCII alone, without an apostrophe.
    Ascii,
    /// [`letters`], without an apostrophe.
    Letters,
    /// Apostrophes as well.
    Apostrophe,
}

struct Scan<'a> {
    words: &'a mut Words,
    text: &'a str,
    bytes: &'a [u8],
    /// Tags, names, tickers and addresses are tokens.
    signs: bool,
    /// Words of ASCII and of common letters are found without UAX 29's tables.
    fast: bool,
    /// Where the last token ended.
    last: usize,
    /// The text's first token was found.
    begun: bool,
}

impl<'a> Scan<'a> {
    fn new(words: &'a mut Words, text: &'a str, signs: bool, fast: bool) -> Scan<'a> {
        Scan { words, text, bytes: text.as_bytes(), signs, fast, last: 0, begun: false }
    }

    fn run(mut self) {
        let mut at = 0;
        while let Some(&byte) = self.bytes.get(at) {
            if self.words.text.len() > (u32::MAX / 2) as usize || at > (u32::MAX / 2) as usize {
                break;
            }
            at = if byte.is_ascii_alphanumeric() {
                self.word(at, byte)
            } else if byte.is_ascii() {
                self.sign(at, byte)
            } else {
                self.beyond_ascii(at)
            };
        }
        if self.begun {
            self.words.sentences += 1;
            self.words.paragraphs += 1;
        }
    }

    /// A word or address that begins with an ASCII letter or digit.
    fn word(&mut self, at: usize, byte: u8) -> usize {
        if self.signs
            && matches!(byte, b'h' | b'H' | b'w' | b'W')
            && let Some(end) = self.address_end(at)
        {
            self.token(at, end, Kind::Url, Short::Whole);
            return end;
        }
        self.lettered(at)
    }

    /// A word that begins with an ASCII letter or digit, or with one of [`letters`].
    fn lettered(&mut self, at: usize) -> usize {
        match self.fast.then(|| self.quick_word_end(at)).flatten() {
            Some((end, Made::Ascii)) => {
                self.ascii_token(at, end);
                end
            }
            Some((end, Made::Letters)) => {
                self.token(at, end, Kind::Word, Short::Whole);
                end
            }
            Some((end, Made::Apostrophe)) => {
                self.plain_word(at, end);
                end
            }
            None => {
                let end = self.uax_word_end(at);
                self.plain_word(at, end);
                end
            }
        }
    }

    /// The end of a word of ASCII and of [`letters`] alone, and what it is made of; `None` when
    /// UAX 29 must look at it.
    fn quick_word_end(&self, at: usize) -> Option<(usize, Made)> {
        let (bytes, mut end, mut made) = (self.bytes, at, Made::Ascii);
        loop {
            while bytes.get(end).is_some_and(|b| IN_WORD[usize::from(*b)]) {
                end += 1;
            }
            let Some(&joint) = bytes.get(end) else { break };
            let apostrophe = match joint {
                b'\'' => 1,
                b'.' | b',' | b';' if bytes[end - 1].is_ascii_digit() => {
                    match bytes.get(end + 1) {
                        Some(after) if after.is_ascii_digit() => end += 1,
                        // A mark there counts for nothing, and a digit may follow.
                        Some(after) if !after.is_ascii() => return None,
                        _ => break,
                    }
                    continue;
                }
                _ if joint.is_ascii() => break,
                _ if is_letter(bytes, end) => {
                    made = made.max(Made::Letters);
                    end += 2;
                    continue;
                }
                _ if is_curly(bytes, end) => 3,
                _ => return None,
            };
            let next = end + apostrophe;
            if !self.joins(end, next)? {
                break;
            }
            made = Made::Apostrophe;
            end = next;
        }
        while bytes[end - 1] == b'_' {
            end -= 1;
        }
        Some((end, made))
    }

    /// Whether an apostrophe from `from` to `to` joins what stands around it, see
    /// [`apostrophe_joins`]; `None` when UAX 29 must look at it.
    fn joins(&self, from: usize, to: usize) -> Option<bool> {
        let (before, after) = (self.bytes[from - 1], self.bytes.get(to).copied());
        let letter_before = before.is_ascii_alphabetic() || !before.is_ascii();
        match after {
            Some(after) if !after.is_ascii() => is_letter(self.bytes, to).then_some(letter_before),
            Some(after) if after.is_ascii_alphabetic() => Some(letter_before),
            Some(after) => Some(before.is_ascii_digit() && after.is_ascii_digit()),
            None => Some(false),
        }
    }

    fn uax_word_end(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        let word = rest.split_word_bounds().next().unwrap_or(rest);
        let mut chars = word.char_indices().peekable();
        let mut before = ' ';
        while let Some((i, c)) = chars.next() {
            let after = chars.peek().map_or(' ', |&(_, c)| c);
            // The Greek one (U+0387) folds into the middle dot.
            let parts = matches!(c, '.' | ':' | '·' | '\u{387}' | '．' | '：');
            let parts = parts && i > 0 && !(before.is_numeric() && after.is_numeric());
            // A letter that folds into an apostrophe joins what that joins.
            if parts || is_apostrophe(c) && !apostrophe_joins(before, after) {
                return self.trimmed(at, at + i);
            }
            if !is_combining_mark(c) {
                before = c;
            }
        }
        self.trimmed(at, at + word.len())
    }

    /// Without underscores and apostrophes at the end.
    fn trimmed(&self, at: usize, end: usize) -> usize {
        at + self.text[at..end].trim_end_matches(is_trimmed).len()
    }

    fn plain_word(&mut self, at: usize, end: usize) {
        let word = &self.text[at..end];
        let short = match word.bytes().any(|b| b == b'\'' || !b.is_ascii()) {
            true => short_form(word),
            false => Short::Whole,
        };
        self.token(at, end, Kind::Word, short);
    }

    /// A tag, name or ticker, or one sign that is passed over.
    fn sign(&mut self, at: usize, byte: u8) -> usize {
        let found = match byte {
            b'#' if self.begins(at) => self.tag_end(at + 1).map(|end| (end, Kind::Hashtag)),
            b'@' if self.begins(at) => self.name_end(at + 1).map(|end| (end, Kind::Mention)),
            b'$' if self.begins(at) => self.ticker_end(at + 1).map(|end| (end, Kind::Ticker)),
            _ => None,
        };
        match found {
            Some((end, kind)) => {
                self.token(at, end, kind, Short::Sign);
                end
            }
            None => at + 1,
        }
    }

    /// Signs count, and this one does not stand inside or behind a word.
    fn begins(&self, at: usize) -> bool {
        self.signs
            && match at.checked_sub(1).map(|before| self.bytes[before]) {
                None => true,
                Some(before) if before.is_ascii() => !before.is_ascii_alphanumeric(),
                Some(_) => {
                    let before = self.text[..at].chars().next_back().unwrap_or(' ');
                    !before.is_alphanumeric()
                }
            }
    }

    fn tag_end(&self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        // Letters that fold into an apostrophe end a tag as that does.
        let goes_on =
            |c: char| (c.is_alphanumeric() || c == '_' || is_mark(c)) && !matches!(c, 'ʼ' | 'ŉ');
        let end = rest.find(|c: char| !goes_on(c)).unwrap_or(rest.len());
        // Vowel points of Hebrew are alphabetic, but nothing is left of them without accents.
        let says = |c: char| c.is_alphanumeric() && !is_combining_mark(c);
        rest[..end].contains(says).then_some(at + end)
    }

    fn name_end(&self, at: usize) -> Option<usize> {
        let one = |from: usize| {
            let mut end = from;
            while let Some(byte) = self.bytes.get(end) {
                let inside = byte.is_ascii_alphanumeric() || *byte == b'_';
                let joint = matches!(byte, b'.' | b'-')
                    && end > from
                    && self.bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric);
                if !inside && !joint {
                    break;
                }
                end += 1;
            }
            (end > from).then_some(end)
        };
        let end = one(at)?;
        if !self.text[at..end].contains(|c: char| c.is_ascii_alphanumeric()) {
            return None;
        }
        match self.bytes.get(end) {
            Some(b'@') => Some(one(end + 1).unwrap_or(end)),
            _ => Some(end),
        }
    }

    fn ticker_end(&self, at: usize) -> Option<usize> {
        let letters = self.bytes[at..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let end = at + letters;
        let ends = self.text[end..].chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '_');
        ((1..=6).contains(&letters) && ends).then_some(end)
    }

    /// The end of an address that begins here.
    fn address_end(&self, at: usize) -> Option<usize> {
        let starts = |with: &str| {
            let head = self.bytes.get(at..at + with.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(with.as_bytes()))
        };
        let head = ["https://", "http://", "www."].into_iter().find(|head| starts(head))?;
        let rest = &self.text[at + head.len()..];
        let end = rest
            .find(|c: char| c.is_whitespace() || c.is_control() || ends_address(c))
            .unwrap_or(rest.len());
        let mut link = &rest[..end];
        loop {
            let cut = link.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '…', '’', '~']);
            let cut = match cut.strip_suffix(')') {
                Some(inner) if inner.matches('(').count() <= inner.matches(')').count() => inner,
                _ => cut.strip_suffix([']', '“']).unwrap_or(cut),
            };
            if cut.len() == link.len() {
                break;
            }
            link = cut;
        }
        let first = link.chars().next()?;
        let begins = first.is_alphanumeric() && first != 'ʼ';
        begins.then_some(at + head.len() + link.len())
    }

    fn beyond_ascii(&mut self, at: usize) -> usize {
        if self.fast && is_letter(self.bytes, at) {
            return self.lettered(at);
        }
        let Some(c) = self.text[at..].chars().next() else { return at + 1 };
        if c.is_alphanumeric() && c != 'ʼ' && !is_combining_mark(c) {
            let end = self.uax_word_end(at).max(at + c.len_utf8());
            self.plain_word(at, end);
            return end;
        }
        if is_emoji(c) {
            let grapheme = self.text[at..].graphemes(true).next().unwrap_or_default();
            let end = at + grapheme.len().max(c.len_utf8());
            self.token(at, end, Kind::Emoji, Short::Whole);
            return end;
        }
        at + c.len_utf8()
    }

    /// A word of ASCII alone: it has one key.
    fn ascii_token(&mut self, start: usize, end: usize) {
        self.count(start);
        let from = self.words.text.len();
        ascii_onto(&self.text[start..end], &mut self.words.text);
        let lower = key(from, self.words.text.len());
        self.push(start, end, Kind::Word, [lower; 3], Short::Whole);
    }

    fn token(&mut self, start: usize, end: usize, kind: Kind, short: Short) {
        self.count(start);
        let word = &self.text[start..end];
        let words = &mut *self.words;
        let from = words.text.len();
        let changes = match kind {
            Kind::Emoji => {
                words.text.extend(word.chars().filter(|c| !is_style(*c)));
                None
            }
            _ => fold_onto(word, &mut words.text),
        };
        if let Some(changes) = changes {
            let keys = lettered_keys(word, &mut words.text, from, changes);
            self.push(start, end, kind, keys, short);
            return;
        }
        let lower = key(from, words.text.len());
        let (mut plain, mut german) = (lower, lower);
        if !words.text[from..].is_ascii() {
            let folded = words.text[from..].to_owned();
            plain = variant(&mut words.text, &folded, plain_onto, &[lower]);
            german = variant(&mut words.text, &folded, german_onto, &[lower, plain]);
        }
        self.push(start, end, kind, [lower, plain, german], short);
    }

    fn push(&mut self, start: usize, end: usize, kind: Kind, keys: [Key; 3], short: Short) {
        let [lower, plain, german] = keys;
        let (sentence, paragraph) = (self.words.sentences, self.words.paragraphs);
        let (from, to) = (start as u32, end as u32);
        self.words.tokens.push(Token {
            start: from,
            end: to,
            kind,
            sentence,
            paragraph,
            lower,
            plain,
            german,
            short,
        });
        self.last = end;
        self.begun = true;
    }

    /// Counts sentences and paragraphs that end between the last token and the one at `start`.
    fn count(&mut self, start: usize) {
        if !self.begun {
            return;
        }
        let between = &self.bytes[self.last..start];
        if let [byte] = between
            && *byte != b'\n'
        {
            return;
        }
        let mut lines = between.split(|b| *b == b'\n');
        lines.next();
        let lines: Vec<&[u8]> = lines.collect();
        if lines.is_empty() {
            self.words.sentences += u32::from(self.ends_sentence(start));
            return;
        }
        self.words.sentences += 1;
        let blank = lines.len() > 1
            && lines[..lines.len() - 1].iter().any(|l| l.iter().all(u8::is_ascii_whitespace));
        self.words.paragraphs += u32::from(blank);
    }

    fn ends_sentence(&self, start: usize) -> bool {
        let between = &self.text[self.last..start];
        if between.contains(['。', '！', '？']) {
            return true;
        }
        let Some(stop) = between.find(['.', '!', '?', '…']) else { return false };
        let begins_small = self.text[start..].chars().next().is_some_and(char::is_lowercase);
        if begins_small || !between[stop..].contains(char::is_whitespace) {
            return false;
        }
        !between[stop..].starts_with('.') || !self.is_abbreviated()
    }

    /// The full stop after the last token belongs to it: `Dr.`, `z.`, `3.`.
    fn is_abbreviated(&self) -> bool {
        let Some(token) = self.words.tokens.last() else { return false };
        let word = self.words.lower(token);
        let mut chars = word.chars();
        let single = chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none();
        let ordinal = word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit());
        single || ordinal || ABBREVIATIONS.contains(&word)
    }
}

fn key(start: usize, end: usize) -> Key {
    Key { start: start as u32, end: end as u32 }
}

/// The keys of a word of [`letters`], whose folded form begins at `from` and ends the text; the
/// others are appended where they differ.
fn lettered_keys(
    word: &str,
    text: &mut String,
    from: usize,
    changes: letters::Changes,
) -> [Key; 3] {
    let lower = key(from, text.len());
    let mut appended = |onto: fn(&str, &mut String)| {
        let from = text.len();
        onto(word, text);
        key(from, text.len())
    };
    let plain = if changes.plain { appended(letters::plain_onto) } else { lower };
    let german = if changes.german { appended(letters::german_onto) } else { plain };
    [lower, plain, german]
}

/// Appends a form of `folded`, unless it is one of `known`.
fn variant(text: &mut String, folded: &str, onto: fn(&str, &mut String), known: &[Key]) -> Key {
    let from = text.len();
    onto(folded, text);
    let same = |k: &&Key| text[k.start as usize..k.end as usize] == text[from..];
    match known.iter().find(same).copied() {
        Some(known) => {
            text.truncate(from);
            known
        }
        None => key(from, text.len()),
    }
}

/// `microsoft's` and `l'avion`.
fn short_form(word: &str) -> Short {
    let Some((before, after)) = word.rsplit_once(['\'', '’', '＇']) else { return Short::Whole };
    if matches!(after, "s" | "S") && !before.is_empty() {
        return Short::Possessive;
    }
    let elided = ["l", "d", "j", "c", "n", "s", "m", "t", "qu"];
    let elides = elided.iter().any(|e| before.eq_ignore_ascii_case(e)) && after.len() > 1;
    if elides { Short::Elision } else { Short::Whole }
}

/// What no address contains.
fn ends_address(c: char) -> bool {
    matches!(c, '<' | '>' | '"' | '{' | '}' | '`' | '*' | '|' | '\\' | '^')
        || matches!(c, '“' | '”' | '„' | '«' | '»')
}

fn is_mark(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}')
}

/// Asks for an emoji's colourful or plain picture.
fn is_style(c: char) -> bool {
    matches!(c, '\u{fe0e}' | '\u{fe0f}')
}

/// Characters that begin an emoji. Signs like ™ and → that are text unless styled are not.
fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{1f000}'..='\u{1f2ff}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f680}'..='\u{1f6ff}'
        | '\u{1f7e0}'..='\u{1f7ff}'
        | '\u{1f900}'..='\u{1f9ff}'
        | '\u{1fa70}'..='\u{1faff}'
        | '\u{2600}'..='\u{27bf}'
        | '\u{231a}'..='\u{231b}'
        | '\u{23e9}'..='\u{23fa}'
        | '\u{2b1b}'..='\u{2b1c}'
        | '\u{2b50}' | '\u{2b55}' | '\u{303d}'
    )
}

/// Whether an apostrophe between these is a part of the word (UAX 29, WB 6, 7, 11 and 12).
fn apostrophe_joins(before: char, after: char) -> bool {
    let letter = |c: char| c.is_alphabetic() && c != 'ʼ';
    letter(before) && letter(after) || before.is_numeric() && after.is_numeric()
}

/// What joins inside a word and counts for nothing at its end: the underscore, everything that
/// folds to one, and the letter apostrophe.
fn is_trimmed(c: char) -> bool {
    matches!(c, '_' | 'ʼ' | '\u{fe33}' | '\u{fe34}' | '\u{fe4d}'..='\u{fe4f}' | '\u{ff3f}')
}
