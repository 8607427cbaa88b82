//! The words that made a judgement: those without which it would be less sure.
//!
//! Each word is left out in turn and the rest judged again (occlusion, Zeiler and Fergus 2014;
//! leave-one-out, Li, Monroe and Jurafsky 2016). That says the truth about any judge, a learnt head
//! included, at the price of one judgement a word.
//!
//! ```
//! use text::{sentiment, why};
//!
//! let post = "Worst airline ever, I was in seat 12";
//! let words = why::influences(post, &sentiment::shares);
//! assert_eq!(&post[words[0].range.clone()], "Worst");
//! ```

use std::ops::Range;

use crate::{features, sentiment};

/// More words than this of a text are not tried.
const MOST_TRIED: usize = 60;
/// So many are told at most.
const MOST_TOLD: usize = 6;
/// A word that moves the log-odds by less made nothing.
const LEAST: f32 = 0.15;
/// Nor one that moves them by less than this share of the strongest.
const LEAST_SHARE: f32 = 0.25;
/// Probabilities come in thousandths; their ends are drawn in, so that log-odds are finite.
const END: f32 = 0.000_5;

/// A word that made a judgement.
#[derive(Clone, Debug, PartialEq)]
pub struct Influence {
    /// Its bytes in the text, without marks around it.
    pub range: Range<usize>,
    /// By how much the log-odds of the judged tone are lower without it; above 0.
    pub weight: f32,
}

/// The words that made the likeliest tone, strongest first; `judge` gives the probabilities of
/// negative, neutral and positive. Of a long text the first 60 words are tried. A judgement that
/// no single word made (or "neutral", which is the lack of others) has none.
pub fn influences(text: &str, judge: &dyn Fn(&str) -> Option<[f32; 3]>) -> Vec<Influence> {
    let head = features::head(text);
    let Some(all) = judge(head) else { return Vec::new() };
    let tone = sentiment::top(&all).tone as usize;
    if tone == 1 {
        return Vec::new();
    }
    let sure = log_odds(all[tone]);
    let mut found: Vec<Influence> = pieces(head)
        .take(MOST_TRIED)
        .filter_map(|piece| {
            let range = bare(head, piece.clone())?;
            let without = format!("{} {}", &head[..piece.start], &head[piece.end..]);
            let left = judge(&without).map_or(0.0, |shares| log_odds(shares[tone]));
            Some(Influence { range, weight: sure - left })
        })
        .filter(|found| found.weight >= LEAST)
        .collect();
    found.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.range.start.cmp(&b.range.start)));
    let least = found.first().map_or(0.0, |first| first.weight * LEAST_SHARE);
    found.retain(|found| found.weight >= least);
    found.truncate(MOST_TOLD);
    found
}

fn log_odds(share: f32) -> f32 {
    let share = share.clamp(END, 1.0 - END);
    (share / (1.0 - share)).ln()
}

/// The stretches between white space.
fn pieces(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_whitespace().map(|piece| {
        let start = piece.as_ptr() as usize - text.as_ptr() as usize;
        start..start + piece.len()
    })
}

/// A piece without quotes, commas and brackets around it; all of it where it is nothing else (an
/// emoji, a row of exclamation marks).
fn bare(text: &str, piece: Range<usize>) -> Option<Range<usize>> {
    let whole = &text[piece.clone()];
    let is_frame = |c: char| !c.is_alphanumeric() && c.is_ascii() || "„“”»«’…".contains(c);
    let from = whole.find(|c| !is_frame(c));
    let to = whole.rfind(|c| !is_frame(c));
    match (from, to) {
        (Some(from), Some(to)) => {
            let last = whole[to..].chars().next()?;
            Some(piece.start + from..piece.start + to + last.len_utf8())
        }
        _ => (!whole.is_empty()).then_some(piece),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let found = influences(text, &sentiment::shares);
        let words: Vec<&str> = found.iter().map(|found| &text[found.range.clone()]).collect();
        for word in expect {
            assert!(words.contains(word), "{text:?}: {words:?}");
        }
        assert!(words.len() <= MOST_TOLD);
        assert!(found.is_sorted_by(|a, b| a.weight >= b.weight));
    }

    #[test]
    fn words_that_made_the_tone_are_told() {
        check("Worst flight ever, lost my bag in Berlin", &["Worst"]);
        check("„Schrecklich“, sagt der Fahrgast aus Bonn.", &["Schrecklich"]);
        check("Danke, das war wunderbar! Bis morgen in Bonn", &["wunderbar"]);
        check("Der Zug fährt um acht", &[]);
        check("", &[]);
        check(" \u{200b} ", &[]);
    }

    #[test]
    fn words_without_weight_are_not_told() {
        let text = "The worst airline in Ohio";
        let found = influences(text, &sentiment::shares);
        assert!(found.iter().all(|found| &text[found.range.clone()] != "Ohio"), "{found:?}");
    }

    #[test]
    fn a_judge_that_knows_nothing_has_no_reasons() {
        assert!(influences("some words", &|_| None).is_empty());
        let same = |_: &str| Some([0.9, 0.05, 0.05]);
        assert!(influences("some words", &same).is_empty());
    }

    #[test]
    fn frames_are_left_out() {
        let check = |text: &str, expect: &str| {
            let range = bare(text, 0..text.len()).unwrap();
            assert_eq!(&text[range], expect);
        };
        check("(bad),", "bad");
        check("„böse“!", "böse");
        check("!!!", "!!!");
        check("😡", "😡");
        check("it's", "it's");
    }
}
