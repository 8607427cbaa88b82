//! Labelled texts: read, mapped to our labels, freed of copies, and split for good.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::Path;

use anyhow::Context;
use text::sentiment::Linear;
use text::{encoder, features, sentiment};

/// The tones in the order of the model's classes.
pub const TONES: [&str; 3] = ["negative", "neutral", "positive"];

/// The set of single words.
pub const WORDS: &str = "words";

/// German words that have a tone by themselves, in the frames of [`FRAMES`]: the German posts are
/// too few to have met them all. Written for this program.
const GERMAN_WORDS: &str = include_str!("../../data/german-tone-words.txt");

/// Texts that the encoder and its training framework must read alike.
const PARITY: &str = include_str!("../../../tools/train/encoder/parity.txt");

/// English texts by other labels, which are not read.
const UNLABELLED: [&str; 4] = ["emotion", "hate", "irony", "offensive"];

/// Languages other than those learnt whose meaning the encoder shall keep.
const KEPT: [&str; 9] = ["bg", "hu", "pl", "ru", "sh", "sk", "sl", "sq", "sv"];

/// So many texts of each of [`KEPT`].
const KEPT_TEXTS: usize = 2_000;

/// Frames without a tone of their own.
const FRAMES: [&str; 3] = ["", "so ", "das ist "];

/// What a text may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Learning.
    Train,
    /// Fitting the temperature and choosing settings.
    Calibrate,
    /// Figures only.
    Test,
}

/// One labelled text.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The set it is of.
    pub set: &'static str,
    /// ISO 639-1 code of its language.
    pub lang: &'static str,
    /// Its label: a language or one of [`TONES`].
    pub label: &'static str,
    /// The text.
    pub text: String,
    /// What it is used for.
    pub part: Part,
}

/// Every text that may teach the language model, in an order fixed by their hashes.
///
/// # Errors
/// A file that is missing or no gzipped UTF-8.
pub fn languages(data: &Path) -> anyhow::Result<Vec<Sample>> {
    let mut samples = Vec::new();
    let mut add = |set, lang: &str, text: &str| {
        if let Some(lang) = language_code(lang) {
            samples.push(Sample {
                set,
                lang,
                label: lang,
                text: text.to_owned(),
                part: Part::Train,
            });
        }
    };
    // Bosnian, Croatian and Serbian tweets, nearly all in Latin letters, were labelled by where
    // people live, not by what the texts show: they are one class.
    for row in rows(&data.join("sentiment/mozetic_languages_dev.tsv.gz"))? {
        let south_slavic = matches!(row[0].as_str(), "bs" | "hr" | "sr");
        add("mozetic", if south_slavic { "sh" } else { &row[0] }, &row[2]);
    }
    for row in rows(&data.join("sentiment/umsab_train_val.tsv.gz"))? {
        if row[0] != "hindi" || is_romanised_hindi(&row[3]) {
            add("umsab", &row[0], &row[3]);
        }
    }
    for row in rows(&data.join("sentiment/semeval2013_2016_train.tsv.gz"))? {
        add("semeval", "en", &row[1]);
    }
    for row in rows(&data.join("sentiment/sb10k_train.tsv.gz"))? {
        add("sb10k", "de", &row[1]);
    }
    Ok(split(samples, features::bare))
}

/// Every text of [`sentiment::LANGUAGES`] that may teach the tone model, in an order fixed by their hashes.
///
/// # Errors
/// A file that is missing or no gzipped UTF-8.
pub fn tones(data: &Path) -> anyhow::Result<Vec<Sample>> {
    tones_in(data, sentiment::LANGUAGES)
}

/// Every text of these languages that may teach a tone model. Which part a text is of depends on
/// the text alone: what one model is measured by no other has learnt.
///
/// # Errors
/// A file that is missing or no gzipped UTF-8.
pub fn tones_in(data: &Path, languages: &[&str]) -> anyhow::Result<Vec<Sample>> {
    let mut samples = Vec::new();
    let mut add = |set, lang: &str, label: &str, text: &str, part| {
        let label = TONES.into_iter().find(|t| *t == label);
        let lang = language_code(lang).filter(|lang| languages.contains(lang));
        if let (Some(lang), Some(label)) = (lang, label) {
            samples.push(Sample { set, lang, label, text: text.to_owned(), part });
        }
    };
    for row in rows(&data.join("sentiment/umsab_train_val.tsv.gz"))? {
        let part = if row[1] == "val" { Part::Test } else { Part::Train };
        add("umsab", &row[0], &row[2], &row[3], part);
    }
    for row in rows(&data.join("sentiment/semeval2013_2016_train.tsv.gz"))? {
        add("semeval", "en", &row[0], &row[1], Part::Train);
    }
    for row in rows(&data.join("sentiment/sb10k_train.tsv.gz"))? {
        add("sb10k", "de", &row[0], &row[1], Part::Train);
    }
    for line in GERMAN_WORDS.lines() {
        let (tone, words) = line.split_once(':').context("a line of words begins with a tone")?;
        for word in words.split_whitespace() {
            for frame in FRAMES {
                add(WORDS, "de", tone, &format!("{frame}{word}"), Part::Train);
            }
        }
    }
    Ok(split(samples, |text| features::bare(text) + "|" + &marks(text)))
}

/// What `tools/train/encoder` learns from: per text its part, set, language, class, the text as the
/// encoder reads it, and the scores of its language's linear model. Then texts whose tone a teacher
/// says, none of them a copy of one with a label; texts that hold the meaning; those of `parity.txt`.
///
/// # Errors
/// A file that is missing or no gzipped UTF-8.
pub fn encoder_texts(data: &Path) -> anyhow::Result<Vec<u8>> {
    let mut out = String::new();
    let mut add = |part: &str, set: &str, lang: &str, class: usize, text: &str| {
        let linear = Linear::of(lang).and_then(|linear| linear.scores(text));
        let [a, b, c] = linear.unwrap_or_default();
        let cased = features::cased(text);
        out += &format!("{part}\t{set}\t{lang}\t{class}\t{cased}\t{a}\t{b}\t{c}\n");
    };
    let mut seen = HashSet::new();
    for s in tones_in(data, encoder::LEARNT)? {
        add(&format!("{:?}", s.part), s.set, s.lang, tone_class(s.label), &s.text);
        seen.insert(features::bare(&s.text));
    }
    for set in UNLABELLED {
        let name = format!("sentiment/tweeteval_{set}_train_val.tsv.gz");
        // The validation part measures other things.
        for row in rows(&data.join(name))?.iter().filter(|row| row[0] == "train") {
            if seen.insert(features::bare(&row[2])) {
                add("Unlabelled", set, "en", 1, &row[2]);
            }
        }
    }
    let mut left: HashMap<&str, usize> = KEPT.iter().map(|lang| (*lang, KEPT_TEXTS)).collect();
    for s in languages(data)?.iter().filter(|s| s.part == Part::Train) {
        if let Some(left) = left.get_mut(s.lang).filter(|left| **left > 0) {
            *left -= 1;
            add("Held", s.set, s.lang, 1, &s.text);
        }
    }
    PARITY.lines().for_each(|text| add("Parity", "parity", "", 1, text));
    Ok(out.into_bytes())
}

/// The class of a tone's name.
#[must_use]
pub fn tone_class(label: &str) -> usize {
    TONES.iter().position(|t| *t == label).unwrap_or(1)
}

/// The rows behind the heading of a gzipped table with tabs, each with as many cells as the
/// heading; the last cell takes what is left.
///
/// # Errors
/// A file that is missing or no gzipped UTF-8.
pub fn rows(path: &Path) -> anyhow::Result<Vec<Vec<String>>> {
    let read = || -> anyhow::Result<Vec<Vec<String>>> {
        let table = unpack(&std::fs::read(path)?)?;
        let mut lines = table.lines();
        let cells = lines.next().context("empty")?.split('\t').count();
        let row = |line: &str| line.splitn(cells, '\t').map(str::to_owned).collect::<Vec<_>>();
        Ok(lines.map(row).filter(|row| row.len() == cells).collect())
    };
    read().with_context(|| format!("reading {}", path.display()))
}

/// The text in a gzip file.
///
/// # Errors
/// Bytes that are no gzipped UTF-8.
pub fn unpack(bytes: &[u8]) -> anyhow::Result<String> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text)?;
    Ok(text)
}

/// Whether a text of the Hindi set is Hindi: many are English posts from India.
fn is_romanised_hindi(text: &str) -> bool {
    const COMMON: &[&str] = &[
        "aap", "apna", "apne", "aur", "bhai", "bhi", "ek", "hai", "hain", "hi", "ho", "hoga",
        "hua", "hum", "isko", "jo", "ka", "kar", "karo", "ke", "ki", "kia", "kiya", "ko", "koi",
        "kr", "kuch", "kya", "kyu", "kyun", "main", "mein", "meri", "mera", "nahi", "ne", "nhi",
        "par", "pe", "raha", "rahe", "sab", "se", "tha", "toh", "tum", "wo", "woh", "ye", "yeh",
    ];
    let bare = features::bare(text);
    let words = bare.split(' ').count();
    let common = bare.split(' ').filter(|word| COMMON.contains(word)).count();
    common >= 2 && common * 10 >= words
}

/// Our code of a label of the data.
fn language_code(label: &str) -> Option<&'static str> {
    const CODES: &[&str] = &[
        "ar", "bg", "de", "en", "es", "fr", "hi", "hu", "it", "pl", "pt", "ru", "sh", "sk", "sl",
        "sq", "sv",
    ];
    const NAMES: &[(&str, &str)] = &[
        ("arabic", "ar"),
        ("english", "en"),
        ("french", "fr"),
        ("german", "de"),
        ("hindi", "hi"),
        ("italian", "it"),
        ("portuguese", "pt"),
        ("spanish", "es"),
    ];
    let named = NAMES.iter().find(|(name, _)| *name == label);
    named.map(|(_, code)| *code).or_else(|| CODES.iter().copied().find(|code| *code == label))
}

/// Copies out (by what `key` leaves of a text: retweets, changed links), then 10 % for testing
/// and 5 % for calibration by the key's hash, sorted by it. Of copies the one for testing stays.
fn split(mut samples: Vec<Sample>, key: impl Fn(&str) -> String) -> Vec<Sample> {
    samples.sort_by_key(|s| s.part != Part::Test);
    let mut seen = HashSet::new();
    let mut keyed: Vec<(u64, Sample)> = Vec::new();
    for mut sample in samples {
        let hash = stable_hash(&key(&sample.text));
        if !seen.insert(hash) {
            continue;
        }
        sample.part = match (sample.part, hash % 100) {
            (Part::Test, _) | (_, 0..10) if sample.set != WORDS => Part::Test,
            (_, 10..15) if sample.set != WORDS => Part::Calibrate,
            _ => Part::Train,
        };
        keyed.push((hash, sample));
    }
    keyed.sort_by_key(|(hash, _)| hash.rotate_left(32));
    keyed.into_iter().map(|(_, sample)| sample).collect()
}

/// The marks and emoji of a text, which make a tone where letters do not.
fn marks(text: &str) -> String {
    text.chars().filter(|c| !c.is_alphanumeric() && !c.is_whitespace()).take(40).collect()
}

/// FNV-1a, finished by a multiplication so that low digits are good too.
fn stable_hash(key: &str) -> u64 {
    let fnv = key.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (fnv ^ (fnv >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_never_lie_on_both_sides() {
        let sample = |text: &str, part| Sample {
            set: "x",
            lang: "en",
            label: "neutral",
            text: text.to_owned(),
            part,
        };
        let list = vec![
            sample("RT @a: one and the same http://x.example", Part::Train),
            sample("one and the same", Part::Test),
        ];
        let kept = split(list, features::bare);
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].part, Part::Test);
    }

    #[test]
    fn labels_are_mapped_and_strange_ones_left_out() {
        assert_eq!(language_code("german"), Some("de"));
        assert_eq!(language_code("sl"), Some("sl"));
        assert_eq!(language_code("zz"), None);
    }
}
