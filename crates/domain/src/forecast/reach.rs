//! Whether a story that is told in one language will be told in another.
//!
//! A logistic regression of a few named inputs that starts from weights set by hand and learns
//! online from stories that have ended (AdaGrad, Duchi et al. 2011). What other languages already
//! spoke of is remembered as words: names, numbers and loan words look alike in many languages, at
//! least within one script. A story that is already told in two languages is certain.
//!
//! ```
//! use domain::{HOUR, Time};
//! use domain::forecast::reach::{Reach, Voice};
//!
//! let mut reach = Reach::default();
//! reach.hear("es", "Simone Biles se retira de la final");
//! reach.hear("pt", "Simone Biles desiste da final");
//! let voice = |language, title| Voice { at: Time(0), language, title };
//! let known = reach.chance(&[voice("fr", "Simone Biles renonce")], Time(6 * HOUR));
//! let local = reach.chance(&[voice("fr", "Le maire de Brive invite")], Time(6 * HOUR));
//! assert!(known > local);
//! let both = [voice("fr", "Biles renonce"), voice("es", "Biles se retira")];
//! assert_eq!(reach.chance(&both, Time(6 * HOUR)), 1.0);
//! ```

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::time::{HOUR, Time};

/// Inputs of the regression, the constant among them.
pub const INPUTS: usize = 7;

/// Weights before anything was learnt: one story in six reaches another language, more of them
/// when its words are known elsewhere; the rest is left to learn.
const START: [f32; INPUTS] = [-1.6, -0.2, 0.0, 0.0, 0.4, 0.0, 0.8];

/// The step of learning.
const RATE: f32 = 0.1;

/// Words longer than this are cut: names and loan words differ in their endings.
const STEM: usize = 6;

/// More words than this are not remembered: rare ones go first.
const MOST_WORDS: usize = 200_000;

/// A language's own rate weighs as much as its stories against so many of all languages.
const RATE_PRIOR: f32 = 20.0;

/// One post of a story.
#[derive(Clone, Copy, Debug)]
pub struct Voice<'a> {
    /// When it was published.
    pub at: Time,
    /// Its language, by any one code.
    pub language: &'a str,
    /// Its title or text.
    pub title: &'a str,
}

/// What is remembered and learnt. The default knows nothing but the starting weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reach {
    weights: [f32; INPUTS],
    /// Sums of squared slopes, for AdaGrad.
    slopes: [f32; INPUTS],
    /// In which languages a word was heard, as bits, and how often.
    words: BTreeMap<String, (u64, u32)>,
    /// The languages by bit; those after the 64th share the last.
    languages: Vec<String>,
    /// Titles heard.
    heard: u32,
    /// Ended stories by language: how many, and how many reached another.
    ended: BTreeMap<String, (u32, u32)>,
}

impl Default for Reach {
    fn default() -> Reach {
        Reach {
            weights: START,
            slopes: [1.0; INPUTS],
            words: BTreeMap::new(),
            languages: Vec::new(),
            heard: 0,
            ended: BTreeMap::new(),
        }
    }
}

impl Reach {
    /// Hears a title of any story. Call it for every post, in the order of time.
    pub fn hear(&mut self, language: &str, title: &str) {
        let bit = self.bit(language).unwrap_or_else(|| {
            self.languages.push(language.to_owned());
            bit_of(self.languages.len() - 1)
        });
        self.heard = self.heard.saturating_add(1);
        for word in stems(title) {
            let entry = self.words.entry(word).or_default();
            *entry = (entry.0 | bit, entry.1.saturating_add(1));
        }
        let mut rare = 1;
        while self.words.len() > MOST_WORDS {
            self.words.retain(|_, (_, times)| *times > rare);
            rare *= 2;
        }
    }

    /// The probability, 0 to 1, that the story will be told in a second language, by its posts
    /// until `now`; 1 when it is already, 0 when there is no post.
    #[must_use]
    pub fn chance(&self, posts: &[Voice<'_>], now: Time) -> f32 {
        match self.inputs(posts, now) {
            Told::Nowhere => 0.0,
            Told::InSeveral => 1.0,
            Told::InOne(x) => logistic(dot(&self.weights, &x)),
        }
    }

    /// What the regression reads, to be kept until the story has ended and then learnt.
    #[must_use]
    pub fn inputs(&self, posts: &[Voice<'_>], now: Time) -> Told {
        let posts: Vec<&Voice<'_>> = posts.iter().filter(|v| v.at <= now).collect();
        let Some(first) = posts.iter().min_by_key(|v| v.at) else { return Told::Nowhere };
        if posts.iter().any(|v| v.language != first.language) {
            return Told::InSeveral;
        }
        let last = posts.iter().map(|v| v.at).max().unwrap_or(first.at);
        let recent = posts.iter().filter(|v| now.since(v.at) <= 3 * HOUR).count();
        let stems: BTreeSet<String> = posts.iter().flat_map(|v| stems(v.title)).collect();
        let digits = stems.iter().any(|s| s.chars().all(char::is_numeric));
        Told::InOne([
            1.0,
            (posts.len() as f32).ln(),
            (recent as f32).ln_1p(),
            last.since(first.at) as f32 / (6 * HOUR) as f32,
            self.elsewhere(&stems, first.language),
            f32::from(u8::from(digits)),
            self.leaning(first.language),
        ])
    }

    /// Learns from a story that has ended: what [`inputs`](Reach::inputs) gave while it was told
    /// in one language, and whether it reached another.
    pub fn learn(&mut self, language: &str, x: &[f32; INPUTS], reached: bool) {
        let error = f32::from(u8::from(reached)) - logistic(dot(&self.weights, x));
        for ((weight, slopes), x) in self.weights.iter_mut().zip(&mut self.slopes).zip(x) {
            let slope = error * x;
            *slopes += slope * slope;
            *weight += RATE * slope / slopes.sqrt();
        }
        let entry = self.ended.entry(language.to_owned()).or_default();
        *entry = (entry.0.saturating_add(1), entry.1.saturating_add(u32::from(reached)));
    }

    /// In how many other languages the words are known, weighted by rarity.
    fn elsewhere(&self, stems: &BTreeSet<String>, language: &str) -> f32 {
        let own = self.bit(language).unwrap_or(0);
        let (mut sum, mut all) = (0.0, 0.0);
        for stem in stems {
            let (bits, times) = self.words.get(stem).copied().unwrap_or_default();
            let rarity = (self.heard as f32 / (times as f32 + 1.0)).ln_1p();
            sum += rarity * (bits & !own).count_ones() as f32;
            all += rarity;
        }
        if all > 0.0 { sum / all } else { 0.0 }
    }

    /// Log-odds of the language's own rate against that of all, shrunk.
    fn leaning(&self, language: &str) -> f32 {
        let (n, hits) = self.ended.values().fold((0, 0), |(n, h), e| (n + e.0, h + e.1));
        let rate = (hits as f32 + 1.0) / (n as f32 + 6.0);
        let own = self.ended.get(language).copied().unwrap_or_default();
        let shrunk = (own.1 as f32 + RATE_PRIOR * rate) / (own.0 as f32 + RATE_PRIOR);
        let odds = |p: f32| (p / (1.0 - p)).ln();
        odds(shrunk) - odds(rate)
    }

    fn bit(&self, language: &str) -> Option<u64> {
        self.languages.iter().position(|l| l == language).map(bit_of)
    }
}

/// In how many languages a story is told, and what is to be read of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    /// No post yet.
    Nowhere,
    /// Told in two languages.
    InSeveral,
    /// Told in one: constant, log of posts, log of posts in three hours, span ÷ 6 h, languages
    /// that know its words, a number in it, the language's own rate.
    InOne([f32; INPUTS]),
}

fn bit_of(place: usize) -> u64 {
    1 << place.min(63)
}

fn stems(title: &str) -> BTreeSet<String> {
    title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| w.chars().count() >= 3 || w.chars().any(char::is_numeric))
        .map(|w| w.to_lowercase().chars().take(STEM).collect())
        .collect()
}

fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

fn dot(a: &[f32; INPUTS], b: &[f32; INPUTS]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice<'a>(hour: i64, language: &'a str, title: &'a str) -> Voice<'a> {
        Voice { at: Time(hour * HOUR), language, title }
    }

    #[test]
    fn only_what_was_said_until_now_counts() {
        let posts = [voice(0, "de", "Streik"), voice(7, "en", "Strike")];
        let check = |hour: i64, expect: bool| {
            assert_eq!(Reach::default().chance(&posts, Time(hour * HOUR)) == 1.0, expect, "{hour}");
        };
        check(6, false);
        check(7, true);
        assert_eq!(Reach::default().chance(&posts, Time(-1)), 0.0);
    }

    #[test]
    fn it_learns_which_languages_stay_at_home() {
        let mut reach = Reach::default();
        for i in 0..200 {
            let (language, title) = if i % 2 == 0 { ("sl", "doma") } else { ("fr", "ailleurs") };
            if let Told::InOne(x) = reach.inputs(&[voice(0, language, title)], Time(HOUR)) {
                reach.learn(language, &x, language == "fr");
            }
        }
        let said = |l: &str| reach.chance(&[voice(0, l, "x")], Time(HOUR));
        assert!(said("fr") > 0.6 && said("sl") < 0.2, "{} {}", said("fr"), said("sl"));
    }

    #[test]
    fn stems_are_numbers_and_beginnings_of_words() {
        let check = |title: &str, expect: &[&str]| {
            assert_eq!(stems(title).into_iter().collect::<Vec<_>>(), expect);
        };
        check("JO 2020 : les sportives", &["2020", "les", "sporti"]);
        check("Олимпиада в Токио", &["олимпи", "токио"]);
        check("", &[]);
    }
}
