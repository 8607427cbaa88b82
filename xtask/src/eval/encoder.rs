//! The encoder's tone beside the linear model's, and both together, on texts that neither learnt.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use serde_json::Value;
use text::encoder::{self, Encoder};
use text::model;
use text::sentiment::{self, Linear};

use super::measure::{Confusion, Judged, auc};
use super::{Figures, reliable, summary};
use crate::process;
use crate::train::data::{self, Part, Sample};

/// Of the tweets by which other languages are looked at, one in so many.
const SOME: usize = 8;

/// What the linear model, the encoder, and both together say of one text.
struct Three {
    linear: Judged,
    own: Judged,
    both: Judged,
}

/// How one of the three is read.
type Side = fn(&Three) -> &Judged;

const SIDES: [(&str, Side); 3] =
    [("tier 0", |t| &t.linear), ("tier 1", |t| &t.own), ("both", |t| &t.both)];

/// Measures tone and time.
pub(super) fn encoder(folder: &Path, figures: &mut Figures) -> anyhow::Result<()> {
    let samples = data::tones_in(folder, encoder::LEARNT)?;
    let test: Vec<&Sample> = samples.iter().filter(|s| s.part == Part::Test).collect();
    let texts: Vec<&str> = test.iter().map(|s| s.text.as_str()).collect();
    let labels: Vec<&str> = test.iter().map(|s| s.label).collect();
    let langs: Vec<&str> = test.iter().map(|s| s.lang).collect();
    println!("\n# Tone by the encoder: {} held-out texts\n", texts.len());
    let judged = judge(&texts, &labels, &langs);
    held_out(&test, &judged, figures);
    lengths(&test, &judged);
    elsewhere(folder, figures)?;
    others(folder)?;
    speed(&texts, figures);
    Ok(())
}

/// Judges texts whose labels and languages are known.
fn judge(texts: &[&str], labels: &[&str], langs: &[&str]) -> Vec<Three> {
    let encoder = Encoder::shared();
    let read = encoder.read(texts);
    let of_one = |((reading, text), (label, lang)): ((encoder::Reading, &&str), (&&str, &&str))| {
        let truth = data::tone_class(label);
        let neutral = [0.0, 1.0, 0.0];
        let say = |shares: Option<[f32; 3]>| Judged { shares: shares.unwrap_or(neutral), truth };
        Three {
            linear: say(linear(text, lang)),
            own: say(reading.scores.map(|scores| encoder.alone(&scores))),
            both: say(reading.scores.map(|scores| sentiment::both(&scores, text, lang))),
        }
    };
    read.into_iter().zip(texts).zip(labels.iter().zip(langs)).map(of_one).collect()
}

/// What the linear model of a language says, the second one without a temperature.
fn linear(text: &str, lang: &str) -> Option<[f32; 3]> {
    match Linear::of(lang)? {
        Linear::First => sentiment::shares(text),
        Linear::More => model::probabilities(&Linear::More.scores(text)?, 1.0).try_into().ok(),
    }
}

fn held_out(test: &[&Sample], judged: &[Three], figures: &mut Figures) {
    let mut groups: BTreeMap<(&str, &str), Vec<&Three>> = BTreeMap::new();
    for (sample, three) in test.iter().zip(judged) {
        groups.entry((sample.set, sample.lang)).or_default().push(three);
    }
    println!("set       language  texts  macro-F1: tier 0, tier 1, both   macro-recall: the same");
    let mut balanced = Vec::new();
    for ((set, lang), some) in &groups {
        let [f1, recall] = [Confusion::macro_f1, Confusion::macro_recall]
            .map(|measure| SIDES.map(|(_, side)| measure(&confusion(some, side))));
        println!(
            "{set:9} {lang:8} {:6} {:17.3} {:7.3} {:6.3} {:15.3} {:7.3} {:6.3}",
            some.len(),
            f1[0],
            f1[1],
            f1[2],
            recall[0],
            recall[1],
            recall[2]
        );
        match *set {
            "umsab" => {
                balanced.push(f1[2]);
                let goal = if matches!(*lang, "en" | "de") { 0.73 } else { 0.60 };
                figures.at_least(&format!("encoder_umsab_{lang}_macro_f1"), f1[2], "F1", goal);
            }
            "semeval" => {
                figures.at_least(
                    "encoder_semeval_held_out_macro_recall",
                    recall[2],
                    "recall",
                    0.72,
                );
            }
            _ => figures.at_least("encoder_sb10k_held_out_macro_f1", f1[2], "F1", 0.60),
        }
    }
    let mean = balanced.iter().sum::<f64>() / balanced.len().max(1) as f64;
    figures.at_least("encoder_umsab_mean_of_seven_macro_f1", mean, "F1", 0.66);
    for (name, of_umsab) in [("balanced", true), ("natural", false)] {
        let some = test.iter().zip(judged).filter(|(s, _)| (s.set == "umsab") == of_umsab);
        let both: Vec<&Judged> = some.map(|(_, three)| &three.both).collect();
        println!("\nReliability, both together, {name} posts");
        figures.at_most(
            &format!("encoder_calibration_error_{name}"),
            reliable(&both),
            "share",
            0.03,
        );
    }
}

fn confusion(judged: &[&Three], side: Side) -> Confusion {
    summary(&judged.iter().map(|three| side(three)).collect::<Vec<_>>()).0
}

fn lengths(test: &[&Sample], judged: &[Three]) {
    println!("\nBy length: words, texts, macro-recall of both together");
    for (from, to) in [(1, 6), (6, 11), (11, 21), (21, 1000)] {
        let fits = |s: &Sample| (from..to).contains(&s.text.split_whitespace().count());
        let some: Vec<&Three> =
            test.iter().zip(judged).filter(|(s, _)| fits(s)).map(|(_, three)| three).collect();
        let recall = confusion(&some, |t| &t.both).macro_recall();
        println!("{from:3}-{:<4} {:6} {recall:.3}", to - 1, some.len());
    }
}

/// Sets of other kinds and times, of which nothing was learnt.
fn elsewhere(folder: &Path, figures: &mut Figures) -> anyhow::Result<()> {
    println!("\nNothing of these was learnt: macro-recall and AUC of negative against rest\n");
    println!("set                        texts  tier 0       tier 1       both");
    let airlines = data::unpack(&std::fs::read(folder.join("replay/airlines_2015.jsonl.gz"))?)?;
    let mut posts = Vec::new();
    for line in airlines.lines() {
        let post: Value = serde_json::from_str(line)?;
        let cell = |name: &str| post[name].as_str().unwrap_or_default().to_owned();
        posts.push((cell("sentiment"), cell("text")));
    }
    let area = report("airlines 2015 (en)", &posts, "en");
    figures.at_least("encoder_airlines_negative_auc", area, "AUC", 0.89);
    let cells = |name: &str, text: usize| -> anyhow::Result<Vec<(String, String)>> {
        let rows = data::rows(&folder.join("sentiment").join(name))?;
        Ok(rows.into_iter().map(|row| (row[0].clone(), row[text].clone())).collect())
    };
    let posts = cells("germeval2017_dev_NOSHIP.tsv.gz", 2)?;
    let area = report("GermEval 2017 dev (de)", &posts, "de");
    figures.at_least("encoder_germeval2017_negative_auc", area, "AUC", 0.65);
    report("One Million Posts (de)", &cells("one_million_posts_NOSHIP.tsv.gz", 1)?, "de");
    Ok(())
}

/// Prints one set's figures; returns the area of both together.
fn report(name: &str, posts: &[(String, String)], lang: &str) -> f64 {
    let known = posts.iter().filter(|(label, _)| data::TONES.contains(&label.as_str()));
    let (labels, texts): (Vec<&str>, Vec<&str>) =
        known.map(|(label, text)| (label.as_str(), text.as_str())).unzip();
    let judged = judge(&texts, &labels, &vec![lang; texts.len()]);
    let list: Vec<&Three> = judged.iter().collect();
    let cells = SIDES.map(|(_, side)| {
        let negative: Vec<(f32, bool)> =
            list.iter().map(|t| (side(t).shares[0], side(t).truth == 0)).collect();
        (confusion(&list, side).macro_recall(), auc(&negative))
    });
    let shown = cells.map(|(recall, area)| format!("{recall:.3} {area:.3}"));
    println!("{name:24} {:7}  {}", judged.len(), shown.join("  "));
    cells[2].1
}

/// How the encoder orders tweets in other languages, of which nothing was learnt.
fn others(folder: &Path) -> anyhow::Result<()> {
    println!("\nTweets in 13 languages, negative against positive (Mozetič et al.): AUC of tier 1");
    let rows = data::rows(&folder.join("sentiment/mozetic_languages_dev.tsv.gz"))?;
    let rows: Vec<&Vec<String>> =
        rows.iter().filter(|row| row[1] != "neutral").step_by(SOME).collect();
    let texts: Vec<&str> = rows.iter().map(|row| row[2].as_str()).collect();
    let mut by_language: BTreeMap<&str, Vec<(f32, bool)>> = BTreeMap::new();
    for (row, tone) in rows.iter().zip(Encoder::shared().tone(&texts)) {
        if let Some(shares) = tone {
            let list = by_language.entry(&row[0]).or_default();
            list.push((shares[0] - shares[2], row[1] == "negative"));
        }
    }
    for (lang, list) in &by_language {
        let shown = if encoder::LANGUAGES.contains(lang) { "shown" } else { "" };
        println!("{lang:3} {:6} {:.3} {shown}", list.len(), auc(list));
    }
    Ok(())
}

/// Milliseconds a post: of many together by the processor's time, of each alone by the clock, the
/// least of five rounds.
fn speed(texts: &[&str], figures: &mut Figures) {
    const ROUNDS: usize = 5;
    let some: Vec<&str> = texts.iter().copied().step_by(16).collect();
    let encoder = Encoder::shared();
    let processor = || process::cpu_seconds(std::process::id());
    let (start, before) = (Instant::now(), processor());
    let read: usize = (0..ROUNDS).map(|_| encoder.read(&some).len()).sum();
    let took = before.zip(processor()).map(|(before, after)| after - before);
    let batched = took.unwrap_or(start.elapsed().as_secs_f64()) * 1e3 / read.max(1) as f64;
    let once = |text: &str| {
        let start = Instant::now();
        encoder.read(&[text]).len() as f64 * start.elapsed().as_secs_f64() * 1e3
    };
    let least = |text: &&str| (0..ROUNDS).map(|_| once(text)).fold(f64::MAX, f64::min);
    let mut each: Vec<f64> = some.iter().map(least).collect();
    each.sort_by(f64::total_cmp);
    let late = each.get(each.len() * 99 / 100).copied().unwrap_or_default();
    figures.at_most("encoder_ms_a_post_batched", batched, "ms", 2.0);
    figures.at_most("encoder_ms_single_99th_of_100", late, "ms", 10.0);
}
