//! Texts in no language, for the class [`language::OTHER`]: they teach the language model that
//! letters which look like a language, or a few of its words, do not make a text of it.

use text::language;
use text::{features, script};

use super::data::{Part, Sample};

/// So many texts are taken from for one that is made up; the smaller, the more is held for unknown.
const EVERY: usize = 10;

/// Made-up texts of the words of `samples`, each from texts of the same part and script, so that
/// what is held out stays so. Three kinds in turn: the front of each word and the end of a word of
/// another language; words of many languages; words with their letters turned round.
#[must_use]
pub fn texts(samples: &[Sample]) -> Vec<Sample> {
    let mut made = Vec::new();
    for part in [Part::Train, Part::Calibrate, Part::Test] {
        for wanted in [script::Script::Latin, script::Script::Cyrillic] {
            let words: Vec<(&str, String)> = samples
                .iter()
                .filter(|s| s.part == part)
                .map(|s| (s.label, features::bare(&s.text)))
                .filter(|(_, bare)| script::of(bare).is_some_and(|mix| mix.script == wanted))
                .collect();
            made.extend((0..words.len()).step_by(EVERY).filter_map(|i| {
                let text = match i / EVERY % 3 {
                    0 => crossed(&words, i),
                    1 => mixed(&words, i),
                    _ => turned(&words, i),
                };
                let set = "made up";
                (!text.is_empty()).then_some(Sample {
                    set,
                    lang: language::OTHER,
                    label: language::OTHER,
                    text,
                    part,
                })
            }));
        }
    }
    made
}

/// The `n`th text of another language behind text `i`.
fn other<'a>(texts: &'a [(&str, String)], i: usize, n: usize) -> Option<&'a str> {
    let behind = (1..texts.len()).map(|step| &texts[(i + step) % texts.len()]);
    behind.filter(|(label, _)| *label != texts[i].0).nth(n).map(|(_, text)| text.as_str())
}

fn crossed(texts: &[(&str, String)], i: usize) -> String {
    let Some(ends) = other(texts, i, 0) else { return String::new() };
    let pairs = texts[i].1.split(' ').zip(ends.split(' ').cycle());
    let word = |(front, end): (&str, &str)| {
        let front: Vec<char> = front.chars().collect();
        let end: Vec<char> = end.chars().collect();
        front[..front.len().div_ceil(2)].iter().chain(&end[end.len() / 2..]).collect::<String>()
    };
    pairs.map(word).collect::<Vec<_>>().join(" ")
}

fn mixed(texts: &[(&str, String)], i: usize) -> String {
    let count = texts[i].1.split(' ').count();
    let word = |n: usize| {
        let words: Vec<&str> = other(texts, i, n)?.split(' ').collect();
        words.get(n % words.len()).copied()
    };
    if count < 4 {
        String::new()
    } else {
        (0..count).filter_map(word).collect::<Vec<_>>().join(" ")
    }
}

fn turned(texts: &[(&str, String)], i: usize) -> String {
    let words = texts[i].1.split(' ').filter(|word| word.chars().count() > 3);
    words.map(|word| word.chars().rev().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_crossed_mixed_and_turned() {
        let texts: Vec<(&str, String)> = [
            ("de", "morgen kommt regen"),
            ("en", "today was sunny"),
            ("fr", "le temps est beau"),
            ("de", "heute scheint keine sonne"),
            ("en", "nobody knows the reason"),
            ("fr", "il pleut encore demain"),
            ("de", "gestern war nebel"),
        ]
        .map(|(label, text)| (label, text.to_owned()))
        .into();
        assert_eq!(crossed(&texts, 0), "morday komas regnny");
        assert_eq!(mixed(&texts, 3), "nobody pleut sunny beau");
        assert_eq!(mixed(&texts, 0), "", "too short to be of many languages");
        assert_eq!(turned(&texts, 6), "nretseg leben");
    }

    #[test]
    fn what_is_made_up_stays_in_its_part() {
        let sample = |i: usize| Sample {
            set: "x",
            lang: "de",
            label: if i.is_multiple_of(2) { "de" } else { "en" },
            text: format!("morgen kommt regen {}", "x".repeat(i)),
            part: if i < 30 { Part::Train } else { Part::Test },
        };
        let made = texts(&(0..60).map(sample).collect::<Vec<_>>());
        let parts: Vec<Part> = made.iter().map(|s| s.part).collect();
        assert_eq!(parts, [[Part::Train; 3], [Part::Test; 3]].concat());
        assert!(made.iter().all(|s| s.label == language::OTHER));
    }
}
