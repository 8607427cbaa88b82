//! The parts of German compounds: `bahnhofsuhr` → `bahnhof`, `bahn`, `hof`, `uhr`.
//!
//! A compound is read as a row of known parts with linking letters between them, the cheapest row
//! in the sense of description length: every part has a cost that tells how readily it begins or
//! ends a compound, and a split must be cheaper than spelling the word out. Parts and costs were
//! learnt from a public-domain lexicon (`cargo xtask train compounds`; model card in
//! `docs/model-cards/compounds.md`). A part that is a compound itself is split further, and both
//! are told.
//!
//! Prefixes (`ver`, `an`, `über`) and suffixes (`lich`, `schaft`) are no parts: `anbahnen` has no
//! `bahn`. A name that is not known may stand before a well-known part: `windowsabsturz` →
//! `windows`, `absturz`.
//!
//! # For whoever makes keys of the parts
//! Parts are stretches of the word as it was given, so `erhöhung` of `gehaltserhöhung` and
//! `erhoehung` of `gehaltserhoehung`; `ä ö ü ß` and `ae oe ue ss` are split alike, spellings
//! without umlauts (`gehaltserhohung`) are not. Give the folded form with accents
//! ([`Words::lower`](crate::words::Words::lower)), and compare parts as
//! [`stem`](crate::stem::stem)s in `de` on both sides: then one key serves all spellings, `hof`
//! meets `bahnhöfe`, and `schule` meets `schulhof`, whose first part is `schul`.
//!
//! ```
//! assert_eq!(text::compound::parts("bahnstreik"), ["bahn", "streik"]);
//! assert_eq!(text::compound::parts("gehaltserhöhung"), ["gehalt", "erhöhung"]);
//! assert!(text::compound::parts("verwaltung").is_empty());
//! ```

pub mod labels;
pub mod table;
#[cfg(test)]
mod tests;

use table::{Entry, Hash, Table};

/// Shorter words are never split.
pub const LEAST_LETTERS: usize = 6;
/// Longer ones neither.
pub const MOST_LETTERS: usize = 64;
/// No part is shorter.
pub const LEAST_PART: usize = 3;

/// What spelling out one letter costs, in eighths of a nat.
const SPELL: u16 = 16;
/// What spelling out a word costs on top.
const SPELL_WORD: u16 = 8;
/// An unknown name before a known part has so many letters at least.
const LEAST_NAME: usize = 4;
/// A part after an unknown name has so many letters at least.
const LEAST_AFTER_NAME: usize = 5;
/// A part after an unknown name is at least as common as this, in eighths of a nat; a part of
/// [`LEAST_AFTER_NAME`] letters as the first.
const MOST_AFTER_NAME: (u16, u16) = (66, 86);

/// Linking letters and what they cost, in eighths of a nat.
const LINKS: &[(&[u8], u16)] =
    &[(b"s", 6), (b"n", 8), (b"en", 10), (b"es", 12), (b"er", 16), (b"e", 16), (b"ens", 24)];

static TABLE: Table<'static> = Table::new(include_bytes!("../models/compounds.bin"));

/// The parts of a folded German compound, linking letters removed, each before its own parts and
/// otherwise in their order; nothing for a word that is none, has fewer than [`LEAST_LETTERS`] or
/// more than [`MOST_LETTERS`] letters, or letters that German does not write.
#[must_use]
pub fn parts(word: &str) -> Vec<&str> {
    parts_by(&TABLE, word)
}

/// [`parts`] by another table, for training.
#[must_use]
pub fn parts_by<'w>(table: &Table<'_>, word: &'w str) -> Vec<&'w str> {
    let mut found = Vec::new();
    if word.len() >= LEAST_LETTERS
        && let Some(letters) = Letters::of(word)
    {
        letters.split(table, 0, letters.count, &mut found);
    }
    found
}

/// Whether a folded word is in the lexicon of nouns, or is made of words in it. An ending of the
/// plural or genitive may be wanting in the lexicon; some forms of adjectives and verbs are in it.
#[must_use]
pub fn is_noun(word: &str) -> bool {
    let known = |word: &str| {
        let mut hash = Hash::START;
        for c in word.chars() {
            let Some([first, second]) = letter(c) else { return false };
            hash = hash.with(first);
            hash = if second > 0 { hash.with(second) } else { hash };
        }
        TABLE.get(hash).is_some()
    };
    let endings = ["n", "en", "s", "es", "e", "er", "ern", "innen"];
    word.len() <= 4 * MOST_LETTERS
        && (known(word)
            || endings.iter().any(|ending| {
                word.strip_suffix(ending)
                    .is_some_and(|stem| stem.len() >= LEAST_PART && known(stem))
            })
            || !parts(word).is_empty())
}

/// The parts of the whole word alone, not those of its parts: what training counts.
#[must_use]
pub fn first_split<'w>(table: &Table<'_>, word: &'w str) -> Vec<&'w str> {
    let Some(letters) = Letters::of(word) else { return Vec::new() };
    let row = letters.row(table, 0, letters.count);
    row.spans().map(|(from, to)| letters.text(from, to)).collect()
}

/// How a letter is spelled in the table: `ä` as `ae`, `ß` as `ss`; the second byte is 0 where
/// there is none. `None`: German does not write it.
#[must_use]
pub fn letter(c: char) -> Option<[u8; 2]> {
    Some(match c {
        'a'..='z' => [c as u8, 0],
        'ä' => *b"ae",
        'ö' => *b"oe",
        'ü' => *b"ue",
        'ß' => *b"ss",
        'é' | 'è' | 'ê' | 'ë' => [b'e', 0],
        'á' | 'à' | 'â' => [b'a', 0],
        'ç' => [b'c', 0],
        'ñ' => [b'n', 0],
        'ó' | 'ô' => [b'o', 0],
        'í' | 'ï' => [b'i', 0],
        _ => return None,
    })
}

/// A word's letters.
struct Letters<'w> {
    word: &'w str,
    count: usize,
    /// The byte at which each begins; one more for the end.
    starts: [u8; MOST_LETTERS + 1],
    spelled: [[u8; 2]; MOST_LETTERS],
}

/// Where parts may begin, and the cheapest way there.
struct Row {
    /// Per letter: cost, the start of the part before, the end of that part.
    best: [(u16, u8, u8); MOST_LETTERS + 1],
    last_start: usize,
    end: usize,
    from: usize,
}

impl Row {
    /// The parts' spans in order; none when unsplit.
    fn spans(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let mut spans = [(0, 0); MOST_LETTERS / LEAST_PART + 1];
        let mut count = 0;
        let (mut start, mut end) = (self.last_start, self.end);
        while start > self.from && count < spans.len() {
            spans[count] = (start, end);
            count += 1;
            let (_, before, before_end) = self.best[start];
            (start, end) = (usize::from(before), usize::from(before_end));
            if start == self.from && count < spans.len() {
                spans[count] = (start, end);
                count += 1;
            }
        }
        (0..count).rev().map(move |i| spans[i])
    }
}

impl<'w> Letters<'w> {
    fn of(word: &'w str) -> Option<Letters<'w>> {
        let mut letters = Letters {
            word,
            count: 0,
            starts: [0; MOST_LETTERS + 1],
            spelled: [[0; 2]; MOST_LETTERS],
        };
        for (at, c) in word.char_indices() {
            *letters.spelled.get_mut(letters.count)? = letter(c)?;
            letters.starts[letters.count] = at as u8;
            letters.count += 1;
        }
        letters.starts[letters.count] = u8::try_from(word.len()).ok()?;
        (letters.count >= LEAST_LETTERS).then_some(letters)
    }

    fn text(&self, from: usize, to: usize) -> &'w str {
        &self.word[usize::from(self.starts[from])..usize::from(self.starts[to])]
    }

    fn hash(&self, hash: Hash, at: usize) -> Hash {
        match self.spelled[at] {
            [one, 0] => hash.with(one),
            [one, two] => hash.with(one).with(two),
        }
    }

    fn split(&self, table: &Table<'_>, from: usize, to: usize, found: &mut Vec<&'w str>) {
        for (start, end) in self.row(table, from, to).spans() {
            found.push(self.text(start, end));
            if end - start >= LEAST_LETTERS {
                self.split(table, start, end, found);
            }
        }
    }

    /// The cheapest row of parts; unsplit where that is cheaper.
    fn row(&self, table: &Table<'_>, from: usize, to: usize) -> Row {
        let mut row =
            Row { best: [(u16::MAX, 0, 0); MOST_LETTERS + 1], last_start: from, end: to, from };
        row.best[from].0 = 0;
        let mut least = spelling(to - from);
        let mut known = false;
        for start in from..to.saturating_sub(LEAST_PART - 1) {
            let so_far = row.best[start].0;
            if so_far >= least {
                continue;
            }
            let mut hash = Hash::START;
            for at in start..to {
                hash = self.hash(hash, at);
                let end = at + 1;
                if end - start < LEAST_PART {
                    continue;
                }
                let Some(entry) = table.get(hash) else { continue };
                if end < to {
                    self.go_on(&mut row, (start, end, to), entry, so_far);
                } else if start == from {
                    known = true;
                    if entry.whole() {
                        row.last_start = from;
                        return row;
                    }
                } else if let Some(cost) = entry.last()
                    && so_far + cost < least
                {
                    least = so_far + cost;
                    row.last_start = start;
                }
            }
        }
        if row.last_start == from && !known && from == 0 && to == self.count {
            self.after_a_name(table, &mut row, to);
        }
        row
    }

    /// Notes where the next part may begin after one from `start` to `end`.
    fn go_on(
        &self,
        row: &mut Row,
        (start, end, to): (usize, usize, usize),
        entry: Entry,
        so_far: u16,
    ) {
        let Some(cost) = entry.first() else { return };
        let mut note = |next: usize, cost: u16| {
            if next + LEAST_PART <= to && cost < row.best[next].0 {
                row.best[next] = (cost, start as u8, end as u8);
            }
        };
        note(end, so_far + cost);
        for &(link, dear) in LINKS {
            let after = end + link.len();
            if after < to && (end..after).zip(link).all(|(i, &l)| self.spelled[i] == [l, 0]) {
                note(after, so_far + cost + dear);
            }
        }
    }

    /// An unknown word that ends in a common part: a name and that part.
    fn after_a_name(&self, table: &Table<'_>, row: &mut Row, to: usize) {
        let mut least = spelling(to);
        if ADJECTIVES.iter().any(|end| self.text(0, to).ends_with(end)) {
            return;
        }
        for start in LEAST_NAME..to.saturating_sub(LEAST_AFTER_NAME - 1) {
            let hash = (start..to).fold(Hash::START, |hash, at| self.hash(hash, at));
            let short = to - start == LEAST_AFTER_NAME;
            let most = if short { MOST_AFTER_NAME.0 } else { MOST_AFTER_NAME.1 };
            // Inflected forms stand last alone: too many look like endings (`antisemi|tischen`).
            let entry = table.get(hash).filter(|e| e.first().is_some());
            let last = entry.and_then(Entry::last).filter(|&c| c <= most);
            let Some(cost) = last.map(|c| c + spelling(start)) else { continue };
            if cost < least && !is_affix(self.text(0, start)) {
                least = cost;
                row.last_start = start;
                row.best[start] = (cost, 0, start as u8);
            }
        }
    }
}

fn spelling(letters: usize) -> u16 {
    SPELL_WORD + SPELL * letters as u16
}

/// Whether it is a prefix, suffix or small word that is never a part.
#[must_use]
pub fn is_affix(part: &str) -> bool {
    AFFIXES.contains(&part)
}

/// What unknown words end in that are rather adjectives than names with a part (`japa|nische`).
const ADJECTIVES: &[&str] = &["ische", "ischem", "ischen", "ischer", "isches"];

/// Prefixes, suffixes and small words.
const AFFIXES: &[&str] = &[
    "ver",
    "ent",
    "emp",
    "rück",
    "rueck",
    "zer",
    "miss",
    "miß",
    "über",
    "ueber",
    "unter",
    "wider",
    "wieder",
    "durch",
    "hinter",
    "gegen",
    "auf",
    "aus",
    "ein",
    "vor",
    "mit",
    "nach",
    "bei",
    "zum",
    "zur",
    "zusammen",
    "zurück",
    "zurueck",
    "fort",
    "los",
    "her",
    "hin",
    "hinaus",
    "heraus",
    "herein",
    "hinein",
    "herauf",
    "hinauf",
    "herab",
    "hinab",
    "herum",
    "umher",
    "vorbei",
    "vorüber",
    "vorueber",
    "voran",
    "voraus",
    "vorher",
    "darauf",
    "daran",
    "davon",
    "dagegen",
    "darüber",
    "darunter",
    "entgegen",
    "empor",
    "ohne",
    "zwischen",
    "außen",
    "aussen",
    "innen",
    "oben",
    "unten",
    "neben",
    "nieder",
    "ung",
    "ungen",
    "heit",
    "heiten",
    "keit",
    "keiten",
    "schaft",
    "schaften",
    "lich",
    "liche",
    "lichen",
    "licher",
    "liches",
    "isch",
    "ische",
    "ischen",
    "ischer",
    "haft",
    "sam",
    "bar",
    "bare",
    "baren",
    "tum",
    "tümer",
    "ling",
    "linge",
    "chen",
    "lein",
    "ismus",
    "ist",
    "isten",
    "ion",
    "ionen",
    "ität",
    "itaet",
    "ieren",
    "iert",
    "ierung",
    "ierungen",
    "erung",
    "erungen",
    "erin",
    "erinnen",
    "ern",
    "ens",
    "est",
    "end",
    "ende",
    "enden",
    "ender",
    "endes",
    "ige",
    "igen",
    "iger",
    "iges",
    "der",
    "die",
    "das",
    "den",
    "dem",
    "des",
    "ich",
    "sie",
    "und",
    "von",
    "bis",
    "wie",
    "was",
    "wer",
    "als",
    "man",
    "nur",
    "nun",
    "per",
    "pro",
    "anti",
    "inter",
    "trans",
    "ab",
    "an",
    "um",
    "un",
    "ur",
    "zu",
    "in",
    "be",
    "er",
    "ge",
    "dar",
    "ster",
    "ler",
    "ner",
    "ten",
    "ter",
    "tes",
    "vers",
    "eine",
    "einen",
    "einer",
    "sein",
    "sich",
    "selbst",
    "ziger",
    "zigern",
    "nicht",
    "mehr",
    "viel",
    "sehr",
    "alle",
    "aller",
    "allen",
    "eigen",
    "ober",
    "sonder",
    "hervor",
    "hinunter",
    "herunter",
    "hinweg",
    "hinzu",
    "heran",
    "hinüber",
    "herüber",
    "dazu",
    "dabei",
    "daher",
    "dahin",
    "davor",
    "dazwischen",
    "beisammen",
    "bevor",
    "überein",
    "quer",
];
