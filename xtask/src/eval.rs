//! `cargo xtask eval text [--data DIR]` (or `language`, `sentiment`, `encoder`, `learning`, `words`,
//! `copies`, `names`, `kinds`, `stories` alone): measures what the product says about texts against what people said, on
//! texts no model was trained on; `forecast` and `crossing-language` measure forecasts. Writes the figures to
//! `target/figures/eval-text.json`.
//! `docs/accuracy.md` states and explains them.

#![allow(clippy::print_stdout, reason = "a command for people at a terminal")]

mod copies;
mod crossing;
mod encoder;
mod forecast;
mod kinds;
mod languages;
mod learning;
mod measure;
mod names;
mod stories;
mod words;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::bail;
use serde_json::Value;
use text::sentiment::Care;
use text::{language, sentiment};

use crate::figures::{Figure, Goal, tell};
use crate::train::Options;
use crate::train::data::{self, Part, Sample};
use measure::{Confusion, Judged, auc, calibration_error, reliability};

/// Short sentences in languages the model has not learnt, written for this program.
const STRANGERS: &str = include_str!("../../crates/text/tests/strangers.tsv");

/// Runs the evaluation named first in `args`.
///
/// # Errors
/// An unknown evaluation, data that are missing or unreadable, or a folder that cannot be written.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let options = Options::parse(args)?;
    let known = [
        "text",
        "language",
        "sentiment",
        "encoder",
        "learning",
        "words",
        "copies",
        "names",
        "kinds",
        "stories",
        "forecast",
        "crossing",
        "crossing-language",
    ];
    let name = options.name.as_str();
    if !known.contains(&name) {
        bail!("no evaluation {name:?}: say {}", known.join(", "));
    }
    let wanted = |part: &str| name == "text" || name == part;
    let mut figures = Figures::default();
    if wanted("language") {
        languages(&options.data, &mut figures)?;
    }
    if wanted("sentiment") {
        tones(&options.data, &mut figures)?;
        elsewhere(&options.data, &mut figures)?;
    }
    if wanted("encoder") {
        encoder::encoder(&options.data, &mut figures)?;
    }
    if wanted("learning") {
        learning::lessons(&options.data, &mut figures)?;
        learning::off_topic(&options.data, &mut figures)?;
        learning::targets(&options.data, &mut figures)?;
    }
    if wanted("words") {
        words::words(&mut figures);
    }
    if wanted("copies") {
        copies::copies(&options.data, &mut figures)?;
    }
    if wanted("names") {
        names::find_names(&mut figures);
    }
    if wanted("kinds") {
        kinds::kinds(&options.data, Care::Quick, &mut figures)?;
        kinds::kinds(&options.data, Care::Close, &mut figures)?;
    }
    match name {
        "stories" => stories::stories(&options.data, &mut figures)?,
        "forecast" => forecast::forecast(&options.data, &mut figures)?,
        "crossing" => crossing::crossing(100, &mut figures)?,
        "crossing-language" => languages::crossing(&options.data, &mut figures)?,
        _ => {}
    }
    println!();
    tell(&format!("eval-{}", options.name), &figures.0)
}

/// The figures that are kept.
#[derive(Default)]
struct Figures(Vec<Figure>);

impl Figures {
    /// A figure that should be at least `goal`.
    fn at_least(&mut self, name: &str, value: f64, unit: &'static str, goal: f64) {
        self.0.push(Figure::new(name, rounded(value), unit, Goal::AtLeast(goal)));
    }

    /// A figure that should be at most `goal`.
    fn at_most(&mut self, name: &str, value: f64, unit: &'static str, goal: f64) {
        self.0.push(Figure::new(name, rounded(value), unit, Goal::AtMost(goal)));
    }

    /// A figure told beside the others.
    fn told(&mut self, name: &str, value: f64, unit: &'static str) {
        self.0.push(Figure::new(name, rounded(value), unit, Goal::None));
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

fn languages(folder: &Path, figures: &mut Figures) -> anyhow::Result<()> {
    let samples = data::languages(folder)?;
    let test: Vec<&Sample> = samples
        .iter()
        .filter(|s| s.part == Part::Test)
        .filter(|s| s.text.chars().filter(|c| c.is_alphabetic()).count() >= 4)
        .collect();
    let start = Instant::now();
    let guesses: Vec<Option<language::Guess>> =
        test.iter().map(|s| language::detect(&s.text)).collect();
    let each = start.elapsed().as_secs_f64() * 1e6 / test.len() as f64;
    println!("# Language: {} held-out texts, {each:.0} µs each\n", test.len());

    let mut by_language: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (i, sample) in test.iter().enumerate() {
        by_language.entry((sample.set, sample.label)).or_default().push(i);
    }
    let guess = |i: usize| guesses[i].map_or("?", |g| g.lang);
    println!("set       language  texts  right  unknown  most often taken for");
    for ((set, label), texts) in &by_language {
        let right = share(texts, |i| guess(i) == *label);
        let unknown = share(texts, |i| guess(i) == "?");
        let mut wrong: BTreeMap<&str, usize> = BTreeMap::new();
        texts.iter().map(|&i| guess(i)).filter(|g| g != label && *g != "?").for_each(|g| {
            *wrong.entry(g).or_default() += 1;
        });
        let mut wrong: Vec<_> = wrong.into_iter().collect();
        wrong.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let wrong: Vec<String> = wrong.iter().take(3).map(|(l, n)| format!("{l} {n}")).collect();
        let (n, wrong) = (texts.len(), wrong.join(", "));
        println!("{set:9} {label:8} {n:6} {:6.1} {:8.1}  {wrong}", 100.0 * right, 100.0 * unknown);
    }

    let all = |keep: &dyn Fn(&Sample) -> bool| -> Vec<usize> {
        (0..test.len()).filter(|&i| keep(test[i])).collect()
    };
    let right = |texts: &[usize]| share(texts, |i| guess(i) == test[i].label);
    let tweets = all(&|s| matches!(s.set, "mozetic" | "umsab") && s.label != "hi");
    let german = all(&|s| matches!(s.set, "mozetic" | "umsab") && s.label == "de");
    println!("\ntweets {:.1} %, German {:.1} %", 100.0 * right(&tweets), 100.0 * right(&german));
    for (name, from, to) in
        [("1-4 words", 0, 5), ("5-9", 5, 10), ("10-19", 10, 20), ("20 and more", 20, usize::MAX)]
    {
        let texts: Vec<usize> = tweets
            .iter()
            .copied()
            .filter(|&i| (from..to).contains(&test[i].text.split_whitespace().count()))
            .collect();
        let known: Vec<usize> = texts.iter().copied().filter(|&i| guesses[i].is_some()).collect();
        let (of_all, of_known) = (100.0 * right(&texts), 100.0 * right(&known));
        println!(
            "{name:12} {:6} texts {of_all:6.1} %, of the answered {of_known:5.1} %",
            texts.len()
        );
    }
    let judged: Vec<(f32, bool)> = (0..test.len())
        .filter_map(|i| guesses[i].map(|g| (g.probability, g.lang == test[i].label)))
        .collect();
    println!("expected calibration error {:.3}", calibration_error(&judged));
    figures.at_least("language_strangers_unknown", strangers(), "share", 0.75);
    figures.at_least("language_tweets_accuracy", right(&tweets), "share", 0.97);
    figures.at_least("language_german_accuracy", right(&german), "share", 0.95);
    figures.at_most("language_calibration_error", calibration_error(&judged), "share", 0.03);
    Ok(())
}

/// The share of sentences in languages that were not learnt for which "unknown" is said.
fn strangers() -> f64 {
    let mut by_language: BTreeMap<&str, Vec<Option<language::Guess>>> = BTreeMap::new();
    for (lang, text) in STRANGERS.lines().filter_map(|line| line.split_once('\t')) {
        by_language.entry(lang).or_default().push(language::detect(text));
    }
    println!("\nnot learnt  sentences  unknown  taken for");
    let (mut all, mut unknown) = (0, 0);
    for (lang, guesses) in &by_language {
        let told = guesses.iter().flatten().map(|g| format!("{} {:.2}", g.lang, g.probability));
        let told: Vec<String> = told.collect();
        let refused = guesses.len() - told.len();
        println!("{lang:10} {:10} {refused:8}  {}", guesses.len(), told.join(", "));
        all += guesses.len();
        unknown += refused;
    }
    unknown as f64 / all.max(1) as f64
}

fn share(texts: &[usize], right: impl Fn(usize) -> bool) -> f64 {
    texts.iter().filter(|&&i| right(i)).count() as f64 / texts.len().max(1) as f64
}

fn tones(folder: &Path, figures: &mut Figures) -> anyhow::Result<()> {
    let samples = data::tones(folder)?;
    let test: Vec<&Sample> = samples.iter().filter(|s| s.part == Part::Test).collect();
    let start = Instant::now();
    let judged: Vec<Judged> = test.iter().filter_map(|s| judge(s.label, &s.text)).collect();
    let each = start.elapsed().as_secs_f64() * 1e6 / test.len() as f64;
    println!("\n# Tone: {} held-out texts, {each:.0} µs each\n", test.len());
    println!("set       language  texts  macro-recall  macro-F1  accuracy  calibration error");
    let mut groups: BTreeMap<(&str, &str), Vec<&Judged>> = BTreeMap::new();
    for (sample, judged) in test.iter().zip(&judged) {
        groups.entry((sample.set, sample.lang)).or_default().push(judged);
    }
    for ((set, lang), judged) in &groups {
        let (confusion, error) = summary(judged);
        println!(
            "{set:9} {lang:8} {:6} {:13.3} {:9.3} {:9.3} {error:18.3}",
            judged.len(),
            confusion.macro_recall(),
            confusion.macro_f1(),
            confusion.accuracy(),
        );
        match (*set, *lang) {
            ("umsab", "en" | "de") => {
                let name = format!("tone_umsab_{lang}_macro_f1");
                figures.at_least(&name, confusion.macro_f1(), "F1", 0.60);
            }
            ("semeval", _) => {
                let value = confusion.macro_recall();
                figures.at_least("tone_semeval_held_out_macro_recall", value, "recall", 0.629);
            }
            ("sb10k", _) => {
                let value = confusion.macro_f1();
                figures.at_least("tone_sb10k_held_out_macro_f1", value, "F1", 0.60);
            }
            _ => {}
        }
    }
    println!(
        "\nPublished, on test parts that are not these: TweetEval macro-recall SVM and fastText \
         .629, RoBERTa-base .713, BERTweet .734; UMSAB macro-F1 fastText .509 (en) .596 (de), \
         XLM-R .685 and .728."
    );
    let all: Vec<(&Sample, &Judged)> = test.iter().copied().zip(&judged).collect();
    let balanced = all.iter().filter(|(s, _)| s.set == "umsab").map(|(_, j)| *j);
    let balanced: Vec<&Judged> = balanced.collect();
    println!("\nReliability, balanced posts (UMSAB)");
    figures.at_most("tone_calibration_error_balanced", reliable(&balanced), "share", 0.03);
    let natural: Vec<&Judged> =
        all.iter().filter(|(s, _)| s.set != "umsab").map(|(_, j)| *j).collect();
    println!("\nReliability, posts as they come (SemEval, SB10k)");
    figures.at_most("tone_calibration_error_natural", reliable(&natural), "share", 0.03);
    println!("\nBy length (German and English): words, texts, macro-recall");
    for (from, to) in [(1, 6), (6, 11), (11, 21), (21, 1000)] {
        let fits = |s: &Sample| (from..to).contains(&s.text.split_whitespace().count());
        let some: Vec<&Judged> = all.iter().filter(|(s, _)| fits(s)).map(|(_, j)| *j).collect();
        let (confusion, _) = summary(&some);
        println!("{from:3}-{:<4} {:6} {:.3}", to - 1, some.len(), confusion.macro_recall());
    }
    Ok(())
}

/// Sets of other kinds and times, of which nothing was learnt.
fn elsewhere(folder: &Path, figures: &mut Figures) -> anyhow::Result<()> {
    println!("\n# Tone elsewhere: nothing of these was learnt\n");
    println!("set                        texts  macro-recall  macro-F1  accuracy  AUC negative");
    let airlines = data::unpack(&std::fs::read(folder.join("replay/airlines_2015.jsonl.gz"))?)?;
    let mut judged = Vec::new();
    for line in airlines.lines() {
        let post: Value = serde_json::from_str(line)?;
        let cell = |name: &str| post[name].as_str().unwrap_or_default();
        judged.extend(judge(cell("sentiment"), cell("text")));
    }
    let value = report("airlines 2015 (en)", &judged);
    figures.at_least("tone_airlines_negative_auc", value, "AUC", 0.86);

    let table = data::rows(&folder.join("sentiment/germeval2017_dev_NOSHIP.tsv.gz"))?;
    let judged: Vec<Judged> = table.iter().filter_map(|row| judge(&row[0], &row[2])).collect();
    let value = report("GermEval 2017 dev (de)", &judged);
    figures.at_least("tone_germeval2017_negative_auc", value, "AUC", 0.65);

    let table = data::rows(&folder.join("sentiment/one_million_posts_NOSHIP.tsv.gz"))?;
    let judged: Vec<Judged> = table.iter().filter_map(|row| judge(&row[0], &row[1])).collect();
    report("One Million Posts (de)", &judged);

    println!("\nTweets in 13 languages, negative against positive (Mozetič et al.): AUC");
    let mut by_language: BTreeMap<String, Vec<(f32, bool)>> = BTreeMap::new();
    for row in data::rows(&folder.join("sentiment/mozetic_languages_dev.tsv.gz"))? {
        if let Some(shares) = sentiment::shares(&row[2]) {
            let list = by_language.entry(row[0].clone()).or_default();
            list.push((shares[0] - shares[2], row[1] == "negative"));
        }
    }
    for (lang, list) in &by_language {
        let shown = if sentiment::LANGUAGES.contains(&lang.as_str()) { "shown" } else { "" };
        println!("{lang:3} {:6} {:.3} {shown}", list.len(), auc(list));
    }
    Ok(())
}

fn judge(label: &str, text: &str) -> Option<Judged> {
    let shares = sentiment::shares(text).unwrap_or([0.0, 1.0, 0.0]);
    data::TONES.contains(&label).then(|| Judged { shares, truth: data::tone_class(label) })
}

fn summary(judged: &[&Judged]) -> (Confusion, f64) {
    let mut confusion = Confusion::default();
    judged.iter().for_each(|j| confusion.add(j.truth, j.class()));
    let sure: Vec<(f32, bool)> = judged.iter().map(|j| (j.confidence(), j.right())).collect();
    (confusion, calibration_error(&sure))
}

fn reliable(judged: &[&Judged]) -> f64 {
    let sure: Vec<(f32, bool)> = judged.iter().map(|j| (j.confidence(), j.right())).collect();
    println!("said      texts  mean said  right  (the bar should end at its mark)");
    for bin in reliability(&sure) {
        let (from, to) = (bin.from, bin.from + 0.1);
        let (said, right) = (bin.said, bin.right);
        println!("{from:.1}-{to:.1} {:8} {said:10.3} {right:6.3}  {}", bin.texts, bin.drawn());
    }
    let error = calibration_error(&sure);
    println!("expected calibration error {error:.3}");
    error
}

fn report(name: &str, judged: &[Judged]) -> f64 {
    let list: Vec<&Judged> = judged.iter().collect();
    let (confusion, _) = summary(&list);
    let negative: Vec<(f32, bool)> = judged.iter().map(|j| (j.shares[0], j.truth == 0)).collect();
    let area = auc(&negative);
    println!(
        "{name:24} {:7} {:13.3} {:9.3} {:9.3} {area:13.3}",
        judged.len(),
        confusion.macro_recall(),
        confusion.macro_f1(),
        confusion.accuracy(),
    );
    area
}
