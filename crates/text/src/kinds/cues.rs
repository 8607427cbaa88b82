//! Words and turns of phrase, and where they stand.
//!
//! A cue is a row of words: `word` as it is written, `begin*` for every word that begins so, `~`
//! for up to [`GAP`] words of any kind. A cue of no points says that what it covers is none.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::Kind;

use crate::words::{self, Token, Words, fold};

/// So many words fit into a `~`.
const GAP: usize = 3;

/// More hits than this of one post are not looked at.
const MOST_HITS: usize = 256;

/// A cue in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub kind: Kind,
    pub points: i32,
    /// Its first and last token.
    pub first: usize,
    pub last: usize,
}

impl Hit {
    pub fn overlaps(&self, other: &Hit) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Word(String),
    Begin(String),
    Gap,
}

#[derive(Debug)]
struct Cue {
    kind: Kind,
    points: i32,
    pieces: Vec<Piece>,
}

/// The cues of one language, by their first word, or the first characters of it.
#[derive(Default)]
struct Table {
    words: HashMap<String, Vec<Cue>>,
    begins: HashMap<String, Vec<Cue>>,
    /// The lengths of `begins`, shortest first.
    lengths: Vec<usize>,
}

static TABLE: &str = include_str!("cues.tsv");
static GERMAN: LazyLock<Table> = LazyLock::new(|| Table::read(TABLE, "de"));
static ENGLISH: LazyLock<Table> = LazyLock::new(|| Table::read(TABLE, "en"));

impl Table {
    fn read(file: &str, lang: &str) -> Table {
        let mut table = Table::default();
        for line in file.lines().skip(1) {
            let mut cells = line.split('\t');
            if cells.next() != Some(lang) {
                continue;
            }
            let kind = cells.next().and_then(Kind::named);
            let points = cells.next().and_then(|points| points.parse().ok());
            let (Some(kind), Some(points), Some(cue)) = (kind, points, cells.next()) else {
                continue;
            };
            table.add(Cue { kind, points, pieces: cue.split(' ').map(piece).collect() });
        }
        table.lengths = table.begins.keys().map(|begin| begin.len()).collect();
        table.lengths.sort_unstable();
        table.lengths.dedup();
        table
    }

    fn add(&mut self, cue: Cue) {
        match cue.pieces.first() {
            Some(Piece::Word(word)) => self.words.entry(word.clone()).or_default().push(cue),
            Some(Piece::Begin(begin)) => self.begins.entry(begin.clone()).or_default().push(cue),
            Some(Piece::Gap) | None => {}
        }
    }

    /// The cues that may begin with this word.
    fn beginning<'t>(&'t self, word: &'t str) -> impl Iterator<Item = &'t Cue> {
        let begins = self.lengths.iter().filter_map(|len| word.get(..*len));
        let begun = begins.filter_map(|begin| self.begins.get(begin)).flatten();
        self.words.get(word).into_iter().flatten().chain(begun)
    }
}

fn piece(text: &str) -> Piece {
    match text.strip_suffix('*') {
        _ if text == "~" => Piece::Gap,
        Some(begin) => Piece::Begin(fold(begin)),
        None => Piece::Word(fold(text)),
    }
}

/// Every cue of that language in the words.
pub(super) fn hits(words: &Words, lang: &str) -> Vec<Hit> {
    let table: &Table = if lang == "de" { &GERMAN } else { &ENGLISH };
    let mut hits = Vec::new();
    for (first, token) in words.tokens().iter().enumerate() {
        if matches!(token.kind, words::Kind::Mention | words::Kind::Url) {
            continue;
        }
        for cue in table.beginning(words.lower(token)) {
            if let Some(last) = end(words, token.sentence, &cue.pieces[1..], first + 1) {
                hits.push(Hit { kind: cue.kind, points: cue.points, first, last });
            }
        }
        if hits.len() >= MOST_HITS {
            break;
        }
    }
    hits
}

/// The last token of what is left of a cue, if that stands at `next`, in the same sentence.
fn end(words: &Words, sentence: u32, pieces: &[Piece], next: usize) -> Option<usize> {
    let Some((piece, rest)) = pieces.split_first() else { return Some(next - 1) };
    let is = |at: usize, fits: &dyn Fn(&str) -> bool| {
        let token: Option<&Token> = words.tokens().get(at);
        token.is_some_and(|token| token.sentence == sentence && fits(words.lower(token)))
    };
    match piece {
        Piece::Word(word) if is(next, &|said| said == word) => end(words, sentence, rest, next + 1),
        Piece::Begin(begin) if is(next, &|said| said.starts_with(begin.as_str())) => {
            end(words, sentence, rest, next + 1)
        }
        Piece::Word(_) | Piece::Begin(_) => None,
        Piece::Gap => (0..=GAP).find_map(|skipped| end(words, sentence, rest, next + skipped)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, lang: &str, kind: Kind, expect: &[&str]) {
        let mut words = Words::new();
        words.push(text);
        let tokens = words.tokens();
        let said: Vec<&str> = hits(&words, lang)
            .iter()
            .filter(|hit| hit.kind == kind)
            .map(|hit| &text[tokens[hit.first].start as usize..tokens[hit.last].end as usize])
            .collect();
        for cue in expect {
            assert!(said.contains(cue), "{text:?}: {said:?}");
        }
        assert!(!expect.is_empty() || said.is_empty(), "{text:?}: {said:?}");
    }

    #[test]
    fn cues_are_found_where_they_stand() {
        check("Please sign the petition!", "en", Kind::Call, &["sign the petition"]);
        check("It keeps crashing", "en", Kind::Complaint, &["keeps crashing"]);
        check("Sie stürzt ständig ab", "de", Kind::Complaint, &["stürzt ständig ab"]);
        check("Sie stürzt. Ab jetzt nicht mehr", "de", Kind::Call, &[]);
        check("The boycotted shop", "en", Kind::Call, &["boycotted"]);
        check("@boycott http://boycott.example", "en", Kind::Call, &[]);
        check("ä ö ü ß 漢字 👍🏽", "de", Kind::Call, &[]);
    }

    #[test]
    fn the_table_is_sound() {
        let mut seen = std::collections::HashSet::new();
        for (at, line) in TABLE.lines().enumerate().skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            let [lang, kind, points, cue] = cells[..] else { panic!("line {}: {line}", at + 1) };
            assert!(super::super::LANGUAGES.contains(&lang), "line {}: {lang}", at + 1);
            assert!(Kind::named(kind).is_some(), "line {}: {kind}", at + 1);
            assert!((0..=5).contains(&points.parse::<i32>().unwrap()), "line {}", at + 1);
            assert!(seen.insert((lang, kind, cue)), "line {}: {cue:?} twice", at + 1);
            for piece in cue.split(' ').filter(|piece| *piece != "~") {
                let word = piece.trim_end_matches('*');
                let mut words = Words::new();
                words.push(word);
                let [token] = words.tokens() else { panic!("line {}: {piece:?}", at + 1) };
                assert_eq!(words.lower(token), fold(word), "line {}: {piece:?}", at + 1);
            }
        }
    }
}
