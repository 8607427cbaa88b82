//! English: irregular forms by a table, regular endings by the steps of Porter's second stemmer
//! that take inflection away. Its further steps join words that are no forms of one another
//! (`organ` and `organization`, `custom` and `customer`); they are left out.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::rows;

/// Form → base.
static IRREGULAR: LazyLock<FxHashMap<&str, &str>> = LazyLock::new(|| {
    rows(include_str!("english.txt"))
        .filter_map(|row| row.split_once(' '))
        .flat_map(|(base, forms)| forms.split(' ').map(move |form| (form, base)))
        .collect()
});

/// Words that only look inflected.
const WHOLE: &[&str] = &[
    "news",
    "during",
    "evening",
    "morning",
    "nothing",
    "something",
    "anything",
    "everything",
    "ceiling",
    "pudding",
    "wedding",
    "sterling",
    "series",
    "species",
    "always",
    "perhaps",
    "business",
    "hundred",
    "kindred",
    "sacred",
    "indeed",
    "succeed",
    "exceed",
    "proceed",
];

pub(super) fn stem(word: &str) -> Cow<'_, str> {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix('\'')).unwrap_or(word);
    let base = IRREGULAR.get(word).copied().unwrap_or(word);
    if base.len() < 3 || !base.is_ascii() || WHOLE.contains(&base) {
        return Cow::Borrowed(base);
    }
    Cow::Owned(Word::new(base).stem())
}

/// A word in the making; a `y` that is a consonant is `Y`.
struct Word(Vec<u8>);

impl Word {
    fn new(word: &str) -> Word {
        let mut letters = word.as_bytes().to_vec();
        for i in 0..letters.len() {
            if letters[i] == b'y' && (i == 0 || is_vowel(letters[i - 1])) {
                letters[i] = b'Y';
            }
        }
        Word(letters)
    }

    fn stem(mut self) -> String {
        self.plural();
        self.past();
        self.final_y();
        self.final_e();
        self.0.make_ascii_lowercase();
        String::from_utf8(self.0).unwrap_or_default()
    }

    fn ends(&self, end: &str) -> bool {
        self.0.ends_with(end.as_bytes())
    }

    fn cut(&mut self, letters: usize) {
        self.0.truncate(self.0.len().saturating_sub(letters));
    }

    fn has_vowel(&self, before: usize) -> bool {
        self.0[..before].iter().any(|&c| is_vowel(c))
    }

    fn plural(&mut self) {
        if self.ends("sses") {
            self.cut(2);
        } else if self.ends("ies") {
            self.cut(if self.0.len() > 4 { 2 } else { 1 });
        } else if self.ends("s") && !["us", "ss", "is"].iter().any(|end| self.ends(end)) {
            let before = self.0.len() - 2;
            if self.has_vowel(before) {
                self.cut(1);
            }
        }
        // `boxes`, `crashes`: the `e` is of the ending.
        if ["xe", "che", "she", "zze"].iter().any(|end| self.ends(end)) && self.0.len() > 4 {
            self.cut(1);
        }
    }

    fn past(&mut self) {
        if self.ends("eed") {
            if self.r1() + 3 <= self.0.len() {
                self.cut(1);
            }
            return;
        }
        let Some(end) = ["ed", "ing"].into_iter().find(|end| self.ends(end)) else { return };
        if !self.has_vowel(self.0.len() - end.len()) {
            return;
        }
        self.cut(end.len());
        let doubled = |w: &[u8]| w.len() > 2 && w[w.len() - 1] == w[w.len() - 2];
        if ["at", "bl", "iz"].iter().any(|end| self.ends(end)) {
            self.0.push(b'e');
        } else if doubled(&self.0) && self.0.last().is_some_and(|c| b"bdfgmnprt".contains(c)) {
            self.cut(1);
        } else if self.r1() >= self.0.len() && self.ends_short() {
            self.0.push(b'e');
        }
    }

    fn final_y(&mut self) {
        let n = self.0.len();
        if n > 2 && matches!(self.0[n - 1], b'y' | b'Y') && !is_vowel(self.0[n - 2]) {
            self.0[n - 1] = b'i';
        }
    }

    fn final_e(&mut self) {
        let n = self.0.len();
        let (r1, r2) = (self.r1(), self.r2());
        let e = self.ends("e") && (r2 < n || (r1 < n && !short(&self.0[..n - 1])));
        if e || (self.ends("ll") && r2 < n) {
            self.cut(1);
        }
    }

    fn ends_short(&self) -> bool {
        short(&self.0)
    }

    /// Where the part after the first vowel and consonant begins.
    fn r1(&self) -> usize {
        after_syllable(&self.0, 0)
    }

    fn r2(&self) -> usize {
        after_syllable(&self.0, self.r1())
    }
}

fn is_vowel(c: u8) -> bool {
    matches!(c, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

fn after_syllable(word: &[u8], from: usize) -> usize {
    let rest = &word[from.min(word.len())..];
    let at = rest.windows(2).position(|w| is_vowel(w[0]) && !is_vowel(w[1]));
    at.map_or(word.len(), |at| from + at + 2)
}

/// Whether it ends in a short syllable, as in `hop` or `at`.
fn short(word: &[u8]) -> bool {
    match word {
        [vowel, last] => is_vowel(*vowel) && !is_vowel(*last),
        [.., before, vowel, last] => {
            !is_vowel(*before)
                && is_vowel(*vowel)
                && !is_vowel(*last)
                && !matches!(last, b'w' | b'x' | b'Y')
        }
        _ => false,
    }
}
