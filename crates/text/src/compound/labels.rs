//! Words labelled by hand, and how many of them come out right.

use super::parts;

const WORDS: &str = include_str!("../../tests/german/compounds.tsv");

/// How a set of words came out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measured {
    /// How many words.
    pub words: usize,
    /// Of them with every part that is wanted and no wrong one.
    pub right: usize,
    /// Parts wanted.
    pub wanted: usize,
    /// Of them found.
    pub hit: usize,
    /// Parts found.
    pub found: usize,
    /// Of them right.
    pub found_right: usize,
}

impl Measured {
    /// The share of words that are right.
    #[must_use]
    pub fn exact(&self) -> f64 {
        self.right as f64 / self.words as f64
    }

    /// The share of the wanted parts that are found.
    #[must_use]
    pub fn recall(&self) -> f64 {
        self.hit as f64 / self.wanted as f64
    }

    /// The share of the found parts that are right.
    #[must_use]
    pub fn precision(&self) -> f64 {
        self.found_right as f64 / self.found as f64
    }
}

/// The words looked at while the splitter was made, and those that were not.
#[must_use]
pub fn measure() -> [Measured; 2] {
    let mut sets = [Measured::default(); 2];
    let mut held_out = 0;
    for line in WORDS.lines() {
        if line.starts_with('#') {
            held_out |= usize::from(line.contains("Held out"));
            continue;
        }
        let mut fields = line.split('\t');
        let mut field = || fields.next().unwrap_or_default();
        add(&mut sets[held_out], field(), field(), field());
    }
    sets
}

fn add(set: &mut Measured, word: &str, wanted: &str, allowed: &str) {
    let found = parts(word);
    let wanted: Vec<Vec<&str>> =
        wanted.split_whitespace().map(|part| part.split('/').collect()).collect();
    let is_right = |part: &&&str| {
        wanted.iter().flatten().any(|w| w == *part)
            || allowed.split_whitespace().any(|a| a == **part)
    };
    let right = found.iter().filter(is_right).count();
    let hit = wanted.iter().filter(|forms| forms.iter().any(|f| found.contains(f))).count();
    set.words += 1;
    set.right += usize::from(hit == wanted.len() && right == found.len());
    set.wanted += wanted.len();
    set.hit += hit;
    set.found += found.len();
    set.found_right += right;
}
