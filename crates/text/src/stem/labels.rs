//! Pairs of words labelled by hand, and how many of them come out right.

use super::stem;

const PAIRS: &str = include_str!("../../tests/stems.tsv");

/// How the pairs of one language came out.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// Pairs of forms of one word.
    pub same: usize,
    /// Of them with one stem.
    pub joined: usize,
    /// Pairs of different words.
    pub other: usize,
    /// Of them with two stems.
    pub parted: usize,
    /// The pairs that came out wrong.
    pub wrong: Vec<(&'static str, &'static str)>,
}

/// Measures the pairs of one language, `de` or `en`: those that were looked at while the stemmer
/// was made, and those that were not.
#[must_use]
pub fn measure(lang: &str) -> [Measured; 2] {
    let (dev, held_out) = PAIRS.split_once("# Held out").unwrap_or((PAIRS, ""));
    let after_heading = held_out.split_once('\n').map_or("", |(_, rest)| rest);
    [dev, after_heading].map(|pairs| measure_pairs(pairs, lang))
}

fn measure_pairs(pairs: &'static str, lang: &str) -> Measured {
    let mut measured = Measured::default();
    for line in pairs.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let mut field = || fields.next().unwrap_or_default();
        let (of, label, a, b) = (field(), field(), field(), field());
        if of != lang {
            continue;
        }
        let one = stem(a, lang) == stem(b, lang);
        if label == "=" {
            measured.same += 1;
            measured.joined += usize::from(one);
        } else {
            measured.other += 1;
            measured.parted += usize::from(!one);
        }
        if one != (label == "=") {
            measured.wrong.push((a, b));
        }
    }
    measured
}
