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
    fn made_up_texts_are_no_text_they_were_made_of() {
        let sample = |label: &'static str, text: &str| Sample {
            set: "x",
            lang: label,
            label,
            text: text.to_owned(),
            part: Part::Train,
        };
        let given = vec![
            sample("de", "morgen kommt regen"),
            sample("en", "today was sunny"),
            sample("fr", "le temps est beau"),
            sample("de", "heute scheint keine sonne"),
            sample("en", "nobody knows the reason"),
            sample("fr", "il pleut encore demain"),
            sample("de", "gestern war nebel"),
        ];
        let made: Vec<String> = texts(&given).into_iter().map(|s| s.text).collect();
        assert_eq!(made, ["morday komas regnny", "reason pleut war today", "nretseg lebe"]);
        assert_eq!(texts(&given).len(), made.len());
    }
}
