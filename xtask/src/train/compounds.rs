//! The table of German parts: which words begin or end compounds, and how readily.
//!
//! Nothing is labelled. Candidates come from a lexicon: nouns and their forms, stems of verbs,
//! adjectives. The splitter itself, with the costs found so far, splits all nouns; parts are
//! counted where they were used, and the counts make the next costs.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::path::Path;

use anyhow::Context;
use text::compound::table::{Entry, Hash, Table, build};
use text::compound::{self, first_split, is_affix};

/// Parts of three letters that are safe, written for this program: most of the lexicon's are
/// rather endings or abbreviations. With a hyphen before: as the last part alone.
const SHORT: &str = include_str!("../../data/german-short-parts.txt");
/// Stems of verbs, adjectives and the like that stand first, written for this program: the lexicon
/// lacks some, and the forms of many.
const FIRST: &str = include_str!("../../data/german-first-parts.txt");
/// Words that look like compounds and are none, or none that a reader would think of.
const WHOLE: &str = include_str!("../../data/german-no-compounds.txt");

const ROUNDS: usize = 5;
/// What every candidate costs at first, in eighths of a nat.
const AT_FIRST: u16 = 66;
/// Parts that are no simple nouns are kept when so many nouns have them.
const LEAST_NOUNS: u32 = 3;
/// Adjectives that end compounds (`umweltfreundlich`) have so many letters.
const LEAST_ADJECTIVE: usize = 5;

/// What the lexicon says, in the table's spelling: `ae` for `ä`, `ss` for `ß`.
struct Lexicon {
    nouns: BTreeSet<String>,
    words: BTreeSet<String>,
}

/// The words that may stand first and last, with what they are counted as.
#[derive(Default)]
struct Candidates {
    first: BTreeMap<String, String>,
    last: BTreeMap<String, String>,
}

/// How often each is used.
#[derive(Default)]
struct Counts {
    first: HashMap<String, u32>,
    last: HashMap<String, u32>,
}

/// Learns the table from `german/nouns.txt.gz` and `german/words.txt.gz` below a folder.
///
/// # Errors
/// A file that is missing or no gzipped UTF-8.
pub fn train(data: &Path) -> anyhow::Result<Vec<u8>> {
    let folder = data.join("german");
    let lexicon = Lexicon::read(&folder)?;
    let candidates = lexicon.candidates();
    println!(
        "{} nouns, {} forms; {} may stand first, {} last",
        lexicon.nouns.len(),
        lexicon.words.len(),
        candidates.first.len(),
        candidates.last.len()
    );
    let mut counts = None;
    for round in 0..ROUNDS {
        let bytes = build(&entries(&candidates, counts.as_ref(), |_| true));
        let (now, split) = count(&lexicon, &candidates, &Table::new(&bytes));
        println!("round {}: {split} nouns are compounds", round + 1);
        counts = Some(now);
    }
    let counts = counts.unwrap_or_default();
    let bytes = build(&entries(&candidates, Some(&counts), |_| true));
    let kept = kept(&lexicon, &candidates, &counts, &Table::new(&bytes));
    let mut table = entries(&candidates, Some(&counts), |word| kept.contains(word));
    let protected = protected(&lexicon, &build(&table), &kept);
    println!("{} parts, {} words kept whole", kept.len(), protected.len());
    table.extend(protected.iter().map(|w| (Hash::of(w), Entry::new(None, None, true))));
    Ok(build(&table))
}

impl Lexicon {
    fn read(folder: &Path) -> anyhow::Result<Lexicon> {
        let words = lines(&folder.join("words.txt.gz"))?;
        let nouns = lines(&folder.join("nouns.txt.gz"))?;
        let is_abbreviation = |w: &str| w.chars().filter(|c| c.is_uppercase()).count() > 1;
        Ok(Lexicon {
            words: words.iter().filter_map(|w| spelled(w)).collect(),
            nouns: nouns
                .iter()
                .filter(|w| !is_abbreviation(w))
                .filter_map(|w| spelled(w))
                .collect(),
        })
    }

    fn has(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    fn candidates(&self) -> Candidates {
        let (last_only, both): (Vec<_>, Vec<_>) =
            SHORT.split_whitespace().partition(|w| w.starts_with('-'));
        let short: BTreeSet<String> = both.into_iter().filter_map(spelled).collect();
        let fits = |w: &str| !is_affix(w) && (w.len() > 3 || short.contains(w));
        let mut found = Candidates::default();
        for noun in last_only.iter().filter_map(|w| spelled(&w[1..])) {
            found.last.insert(noun.clone(), noun);
        }
        for name in &short {
            found.first.insert(name.clone(), name.clone());
            found.last.insert(name.clone(), name.clone());
        }
        for noun in self.nouns.iter().filter(|n| fits(n)) {
            found.first.insert(noun.clone(), noun.clone());
            found.last.insert(noun.clone(), noun.clone());
        }
        for noun in self.nouns.iter().filter(|n| fits(n)) {
            for (form, changed) in self.forms(noun) {
                if fits(&form) {
                    found.last.entry(form.clone()).or_insert_with(|| noun.clone());
                    if changed {
                        found.first.entry(form.clone()).or_insert(form);
                    }
                }
            }
            if let Some(bare) = noun.strip_suffix('e').filter(|b| fits(b)) {
                found.first.entry(bare.to_owned()).or_insert_with(|| bare.to_owned());
            }
        }
        for stem in self.words.iter().filter_map(|w| w.strip_suffix("en")).filter(|s| fits(s)) {
            let verb = self.has(&format!("{stem}t")) || self.has(&format!("{stem}e"));
            let adjective =
                ["e", "em", "er", "es"].iter().all(|end| self.has(&format!("{stem}{end}")));
            if verb || adjective {
                found.first.entry(stem.to_owned()).or_insert_with(|| stem.to_owned());
            }
            if adjective && self.has(stem) && stem.len() >= LEAST_ADJECTIVE {
                for end in ["", "e", "em", "en", "er", "es"] {
                    found.last.entry(format!("{stem}{end}")).or_insert_with(|| stem.to_owned());
                }
            }
        }
        // The lexicon lacks the forms of many adjectives: whatever does not look inflected.
        let ends = ["em", "en", "s", "et", "st", "te"];
        let inflected = |w: &str| ends.iter().any(|end| w.ends_with(end));
        let other = |w: &str| !found.last.contains_key(w) && !inflected(w);
        let bare: Vec<&String> = self.words.iter().filter(|w| other(w)).collect();
        let by_hand: Vec<String> = FIRST.split_whitespace().filter_map(spelled).collect();
        for word in bare.into_iter().chain(&by_hand).filter(|w| fits(w)) {
            found.first.entry(word.clone()).or_insert_with(|| word.clone());
        }
        found
    }

    /// A noun's forms that the lexicon has, and whether its vowel is changed in them.
    fn forms(&self, noun: &str) -> Vec<(String, bool)> {
        let ends = ["s", "es", "e", "en", "n", "er", "ern", "se", "sen", "nen"];
        let plain = ends.iter().map(|end| (format!("{noun}{end}"), false));
        let changed = changed(noun).into_iter().flat_map(|stem| {
            ["", "e", "en", "er", "ern", "n"].map(|end| (format!("{stem}{end}"), true))
        });
        let latin = ["um", "us", "a", "is", "on"].iter().find_map(|end| noun.strip_suffix(end));
        let latin = latin.filter(|l| l.len() > 3).map(|stem| (format!("{stem}en"), true));
        plain.chain(changed).chain(latin).filter(|(form, _)| self.has(form)).collect()
    }
}

/// A noun with its last vowel changed: `haus` → `haeus`, `hof` → `hoef`.
fn changed(noun: &str) -> Option<String> {
    let at = noun.rfind(['a', 'o', 'u'])?;
    let (at, new) = match (&noun[at..=at], noun[..at].ends_with('a')) {
        ("u", true) => (at - 1, "aeu"),
        ("a", _) => (at, "ae"),
        ("o", _) => (at, "oe"),
        _ => (at, "ue"),
    };
    let rest = at + if new == "aeu" { 2 } else { 1 };
    (!noun[rest..].starts_with('e')).then(|| format!("{}{new}{}", &noun[..at], &noun[rest..]))
}

/// In the table's spelling; nothing for what has other letters than German or is too short.
pub(super) fn spelled(word: &str) -> Option<String> {
    let mut out = String::with_capacity(word.len() + 2);
    for c in word.to_lowercase().chars() {
        out.extend(compound::letter(c)?.iter().filter(|&&b| b != 0).map(|&b| char::from(b)));
    }
    (out.len() >= compound::LEAST_PART).then_some(out)
}

/// The lines of a gzipped file.
pub(super) fn lines(path: &Path) -> anyhow::Result<Vec<String>> {
    let name = || path.display().to_string();
    let file = std::fs::File::open(path).with_context(name)?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).with_context(name)?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// The table's entries: costs are those of a code that is shorter for what is used more often.
fn entries(
    candidates: &Candidates,
    counts: Option<&Counts>,
    keep: impl Fn(&str) -> bool,
) -> Vec<(Hash, Entry)> {
    let all = |used: &HashMap<String, u32>| used.values().sum::<u32>();
    let totals = counts.map(|c| (all(&c.first), all(&c.last)));
    let cost = |used: Option<(&HashMap<String, u32>, u32)>, as_word: &str| match used {
        None => AT_FIRST,
        Some((used, total)) => {
            let n = used.get(as_word).copied().unwrap_or_default();
            (8.0 * (f64::from(total) / (f64::from(n) + 0.5)).ln()).round() as u16
        }
    };
    let words: BTreeSet<&String> = candidates.first.keys().chain(candidates.last.keys()).collect();
    let entry = |word: &String| {
        let first = counts.zip(totals).map(|(c, (total, _))| (&c.first, total));
        let last = counts.zip(totals).map(|(c, (_, total))| (&c.last, total));
        let first = candidates.first.get(word).map(|as_word| cost(first, as_word));
        let last = candidates.last.get(word).map(|as_word| cost(last, as_word));
        (Hash::of(word), Entry::new(first, last, is_whole(word)))
    };
    words.into_iter().filter(|w| keep(w)).map(entry).collect()
}

fn is_whole(word: &str) -> bool {
    static WORDS: std::sync::LazyLock<BTreeSet<String>> =
        std::sync::LazyLock::new(|| WHOLE.split_whitespace().filter_map(spelled).collect());
    WORDS.contains(word)
}

/// Splits every noun and counts the parts.
fn count(lexicon: &Lexicon, candidates: &Candidates, table: &Table<'_>) -> (Counts, usize) {
    let mut counts = Counts::default();
    let mut split = 0;
    for noun in &lexicon.nouns {
        let parts = first_split(table, noun);
        let Some((last, before)) = parts.split_last() else { continue };
        split += 1;
        let as_word = candidates.last.get(*last).map_or(*last, String::as_str);
        *counts.last.entry(as_word.to_owned()).or_default() += 1;
        for part in before {
            let as_word = candidates.first.get(*part).map_or(*part, String::as_str);
            *counts.first.entry(as_word.to_owned()).or_default() += 1;
        }
    }
    (counts, split)
}

/// What is worth its place: parts that are used, and nouns that are no compounds.
fn kept(
    lexicon: &Lexicon,
    candidates: &Candidates,
    counts: &Counts,
    table: &Table<'_>,
) -> BTreeSet<String> {
    let used = |counts: &HashMap<String, u32>, as_word: Option<&String>| {
        as_word.and_then(|w| counts.get(w)).copied().unwrap_or_default() >= LEAST_NOUNS
    };
    let is_simple = |word: &String| {
        candidates
            .last
            .get(word)
            .is_some_and(|noun| lexicon.nouns.contains(noun) && first_split(table, noun).is_empty())
    };
    let words: BTreeSet<&String> = candidates.first.keys().chain(candidates.last.keys()).collect();
    let keep = |word: &&String| {
        used(&counts.first, candidates.first.get(*word))
            || used(&counts.last, candidates.last.get(*word))
            || is_simple(word)
            || is_whole(word)
    };
    words.into_iter().filter(keep).cloned().collect()
}

/// Words of the lexicon that would be taken for a name and a part, and those named by hand.
fn protected(lexicon: &Lexicon, table: &[u8], kept: &BTreeSet<String>) -> BTreeSet<String> {
    let table = Table::new(table);
    let by_hand = WHOLE.split_whitespace().filter_map(spelled);
    let by_mistake = lexicon.words.iter().filter(|w| !lexicon.nouns.contains(*w)).filter(|word| {
        matches!(first_split(&table, word)[..], [name, _] if table.get(Hash::of(name)).is_none())
    });
    by_hand.chain(by_mistake.cloned()).filter(|w| !kept.contains(w)).collect()
}
