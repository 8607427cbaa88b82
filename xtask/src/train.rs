//! `cargo xtask train language|sentiment|sentiment-more|compounds|verbs|forecast [--data DIR] [--out DIR]`: rebuilds the weight files of
//! `crates/text/models` from labelled texts; `encoder-texts` writes what `tools/train/encoder` learns from. One thread, a fixed order and a fixed seed: the same
//! data give the same file. Build with `--release`, or it takes an hour instead of a minute.
//!
//! The data folder holds the folders `sentiment` and `german` that `docs/accuracy.md` describes; it defaults to
//! the environment's `HORCH_EVAL_DATA`, then to `../shared/data` beside the repository.

#![allow(clippy::print_stdout, reason = "a command for people at a terminal")]

pub mod compounds;
pub mod data;
pub mod forecast;
pub mod learner;
pub mod made_up;
pub mod verbs;

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::{Context, bail};
use text::features;
use text::language;
use text::model::{self, Model};
use text::script;
use text::sentiment;

use crate::figures;
use data::{Part, Sample, TONES};
use learner::{Row, Settings};

/// 2^16 rows of 18 classes and the filter are 1.3 MB.
const LANGUAGE: Settings = Settings {
    bits: 16,
    filter_bits: 18,
    least_texts: 20,
    epochs: 4,
    rate: 0.3,
    l2: 2e-6,
    seed: 15,
};

/// 2^19 rows of three classes and the filter are 1.8 MB.
const SENTIMENT: Settings = Settings {
    bits: 19,
    filter_bits: 21,
    least_texts: 3,
    epochs: 6,
    rate: 0.05,
    l2: 1e-5,
    seed: 3,
};

/// 2^17 rows of three classes and the filter are half a megabyte.
const MORE: Settings = Settings { bits: 17, filter_bits: 19, least_texts: 2, ..SENTIMENT };

/// How much more a German text counts than an English one, of which there are six times as many.
const GERMAN: f32 = 2.0;

/// How much a single German word counts against a whole text.
const WORD: f32 = 1.0;

/// No language is trained with more whole texts than this, lest the common ones are guessed too
/// often; English, the most common, with [`MOST_ENGLISH`].
const MOST_PER_LANGUAGE: usize = 9_000;

/// See [`MOST_PER_LANGUAGE`].
const MOST_ENGLISH: usize = 20_000;

/// Of a text at least twice as long, so many words are a further text, since many posts are
/// short.
const SNIPPET_WORDS: usize = 3;

/// Trains the model named first in `args` and writes its weights.
///
/// # Errors
/// An unknown model, data that are missing or unreadable, or a folder that cannot be written.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let options = Options::parse(args)?;
    let file = match options.name.as_str() {
        "language" => train_language(&options)?,
        "sentiment" => train_sentiment(&options, sentiment::LANGUAGES, &SENTIMENT)?,
        "sentiment-more" => train_sentiment(&options, sentiment::MORE_LANGUAGES, &MORE)?,
        "compounds" => compounds::train(&options.data)?,
        "verbs" => verbs::train(&options.data)?,
        "encoder-texts" => data::encoder_texts(&options.data)?,
        "forecast" => forecast::train(&options.data)?.into_bytes(),
        other => bail!(
            "no model {other:?}: say language, sentiment, sentiment-more, compounds, verbs, forecast, or \
             encoder-texts for tools/train/encoder"
        ),
    };
    let ending = match options.name.as_str() {
        "verbs" => "txt",
        "encoder-texts" => "tsv",
        "forecast" => "rs",
        _ => "bin",
    };
    let path = options.out.join(format!("{}.{ending}", options.name));
    std::fs::write(&path, &file).with_context(|| format!("writing {}", path.display()))?;
    println!("{} ({} bytes)", path.display(), file.len());
    Ok(())
}

/// What `train` and `eval` are told.
pub struct Options {
    /// Which model or evaluation.
    pub name: String,
    /// Where the labelled texts lie.
    pub data: PathBuf,
    /// Where results go.
    pub out: PathBuf,
}

impl Options {
    /// Reads `NAME [--data DIR] [--out DIR]`.
    ///
    /// # Errors
    /// No name, an option without its value, or an unknown option.
    pub fn parse(args: &[String]) -> anyhow::Result<Options> {
        let root = figures::root();
        let mut name = None;
        let mut data = std::env::var_os("HORCH_EVAL_DATA").map(PathBuf::from);
        let mut out = None;
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("{arg} needs a folder"));
            match arg.as_str() {
                "--data" => data = Some(value()?.into()),
                "--out" => out = Some(value()?.into()),
                word if !word.starts_with('-') && name.is_none() => name = Some(word.to_owned()),
                other => bail!("unknown argument {other:?}"),
            }
        }
        Ok(Options {
            name: name.context("say which: language, sentiment, text")?,
            data: data.unwrap_or_else(|| root.join("../shared/data")),
            out: out.unwrap_or_else(|| root.join("crates/text/models")),
        })
    }
}

fn train_language(options: &Options) -> anyhow::Result<Vec<u8>> {
    let mut samples = data::languages(&options.data)?;
    samples.extend(made_up::texts(&samples));
    let mut names: Vec<&str> = samples.iter().map(|s| s.label).collect();
    names.sort_unstable();
    names.dedup();
    let class = |name: &str| names.iter().position(|n| *n == name).unwrap_or_default();
    let row = |sample: &Sample| -> Option<Row> {
        let bare = features::bare(&sample.text);
        let script = script::of(&bare)?.script;
        language::may_be(sample.label, script).then(|| Row {
            bag: features::language(&bare),
            class: class(sample.label),
            allowed: (0..names.len()).filter(|&c| language::may_be(names[c], script)).collect(),
            weight: 1.0,
        })
    };
    let mut taken: HashMap<&str, usize> = HashMap::new();
    let mut train = Vec::new();
    let mut calibrate = Vec::new();
    for sample in &samples {
        match sample.part {
            Part::Train => {
                let most = if sample.label == "en" { MOST_ENGLISH } else { MOST_PER_LANGUAGE };
                let taken = taken.entry(sample.label).or_default();
                *taken += 1;
                if *taken <= most {
                    train.extend(row(sample));
                }
                train.extend(snippet(sample).as_ref().and_then(row));
            }
            Part::Calibrate => calibrate.extend(row(sample)),
            Part::Test => {}
        }
    }
    println!("{} texts of {} classes: {names:?}", train.len(), names.len());
    fit(&names, train, &calibrate, &LANGUAGE)
}

/// [`SNIPPET_WORDS`] from the middle of a text.
fn snippet(sample: &Sample) -> Option<Sample> {
    let plain = |word: &&str| !word.contains(['@', '#']) && *word != "http";
    let words: Vec<&str> = sample.text.split_whitespace().filter(plain).collect();
    let middle = words.get(words.len() / 2..words.len() / 2 + SNIPPET_WORDS)?.join(" ");
    (words.len() >= 2 * SNIPPET_WORDS).then(|| Sample { text: middle, ..sample.clone() })
}

fn train_sentiment(
    options: &Options,
    languages: &[&str],
    settings: &Settings,
) -> anyhow::Result<Vec<u8>> {
    let samples = data::tones_in(&options.data, languages)?;
    let rows = |part: Part| -> Vec<Row> {
        let of_part: Vec<&Sample> = samples.iter().filter(|s| s.part == part).collect();
        let mut counts: HashMap<(&str, &str), usize> = HashMap::new();
        for sample in of_part.iter().filter(|s| s.set != data::WORDS) {
            *counts.entry((sample.lang, sample.label)).or_default() += 1;
        }
        let all =
            |lang: &str| -> usize { TONES.iter().filter_map(|t| counts.get(&(lang, *t))).sum() };
        let row = |sample: &&Sample| {
            let tone = counts.get(&(sample.lang, sample.label)).copied().unwrap_or(1);
            let balance = all(sample.lang) as f32 / (3 * tone) as f32;
            let weight = match (sample.set, sample.lang) {
                (data::WORDS, _) => WORD,
                (_, "de") => GERMAN * balance,
                _ => balance,
            };
            Row {
                bag: features::tone(&features::normalise(&sample.text)),
                class: data::tone_class(sample.label),
                allowed: vec![0, 1, 2],
                weight,
            }
        };
        of_part.iter().map(row).collect()
    };
    let (train, calibrate) = (rows(Part::Train), rows(Part::Calibrate));
    println!("{} texts, {} to calibrate", train.len(), calibrate.len());
    fit(&TONES, train, &calibrate, settings)
}

/// Learns, makes bytes of the weights, and calibrates what the bytes say.
fn fit(
    names: &[&str],
    mut train: Vec<Row>,
    calibrate: &[Row],
    settings: &Settings,
) -> anyhow::Result<Vec<u8>> {
    let filter = learner::keep_common(&mut train, settings);
    let learnt = learner::learn(&train, names.len(), settings, |epoch, loss| {
        println!("epoch {epoch}: loss {loss:.4}");
    });
    let write = |temperature| {
        model::write(names, settings.bits, &filter, temperature, &learnt.biases, &learnt.weights)
    };
    let raw = write(1.0);
    let model = Model::read(&raw).map_err(|why| anyhow::anyhow!("own weights: {why:?}"))?;
    let temperature = learner::temperature(&model, calibrate);
    println!("temperature {temperature:.3}");
    Ok(write(temperature))
}
