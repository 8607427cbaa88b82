//! Teaching a head: AdaGrad (Duchi, Hazan and Singer 2011) over a few passes, pulled towards the
//! model below.

use std::collections::HashSet;

use domain::{Kind, Tone};

use super::layer::{Layer, MEANING, logs, mixed};
use super::{BITS, KindLesson, Lesson, NAMES, either};
use crate::encoder::WIDE;
use crate::features;
use crate::kinds;
use crate::learn::shuffle;
use crate::model::{self, Filter, Model, bucket, length_factor};
use crate::sentiment::{Care, Reading, read};

/// How often each lesson is seen.
const PASSES: usize = 20;
/// Step width of the features' weights.
const RATE: f32 = 0.1;
/// Step width of the meaning's weights.
const MEANING_RATE: f32 = 0.05;
/// Step width of the nine numbers and the three biases.
const DENSE_RATE: f32 = 0.05;
/// Pull of weights towards zero, per step.
const PULL: f32 = 2e-3;
/// Bits of the filter of features that lessons had.
const FILTER_BITS: u32 = 16;

/// A lesson, read.
#[derive(Clone)]
pub(super) struct Row {
    pub tone: usize,
    /// Probabilities by the shipped judge.
    pub shipped: [f32; 3],
    /// The same by a quick look.
    quick: [f32; 3],
    scores: [f32; 3],
    meaning: Vec<f32>,
    weight: f32,
    words: Vec<u32>,
    chars: Vec<u32>,
}

impl Row {
    /// `None`: there is nothing to read.
    pub fn of(lesson: &Lesson<'_>, weight: f32) -> Option<Row> {
        let Reading { shares, embedding } = read(Care::Close, lesson.text, lesson.lang)?;
        // In languages of the encoder alone nothing is judged by a quick look.
        let quick =
            read(Care::Quick, lesson.text, lesson.lang).map_or([1.0 / 3.0; 3], |r| r.shares);
        let features::Bag { words, chars } = features::tone(&features::normalise(lesson.text));
        let tone = Tone::ALL.iter().position(|tone| *tone == lesson.tone)?;
        let (shipped, scores) = (shares, logs(&shares));
        let meaning = embedding.map(|embedding| embedding.0).unwrap_or_default();
        Some(Row { tone, shipped, quick, scores, meaning, weight, words, chars })
    }

    /// Whether a text is of that kind. `None`: there is nothing to read.
    pub fn of_kind(kind: Kind, lesson: &KindLesson<'_>, weight: f32) -> Option<Row> {
        let is = lesson.kinds.has(kind);
        let tone = if is { Tone::Positive } else { Tone::Negative };
        let (text, lang) = (lesson.text, lesson.lang);
        let row = Row::of(&Lesson { text, lang, tone }, weight)?;
        let likely = |shares: &[f32; 3]| {
            either(kinds::before(kind, kinds::points(text, lang, Some(shares))[kind as usize]))
        };
        let (shipped, quick) = (likely(&row.shipped), likely(&row.quick));
        Some(Row { shipped, quick, scores: logs(&shipped), ..row })
    }

    /// As a quick look reads it.
    pub fn quickly(&self) -> Row {
        let (shipped, scores) = (self.quick, logs(&self.quick));
        Row { shipped, scores, meaning: Vec::new(), ..self.clone() }
    }

    /// Counting that much.
    pub fn weighing(&self, weight: f32) -> Row {
        Row { weight, ..self.clone() }
    }

    fn groups(&self) -> [&[u32]; 2] {
        [&self.words, &self.chars]
    }

    fn hashes(&self) -> impl Iterator<Item = u32> {
        self.groups().into_iter().flatten().copied()
    }
}

/// What was learnt.
pub(super) struct Weights {
    bits: u32,
    base: [[f32; 3]; 3],
    biases: [f32; 3],
    meaning: Vec<f32>,
    weights: Vec<[f32; 3]>,
}

impl Weights {
    /// The scores of a row.
    pub fn scores(&self, row: &Row) -> [f32; 3] {
        let mut scores: [f32; 3] = std::array::from_fn(|tone| {
            let meaning = &self.meaning[tone * WIDE..(tone + 1) * WIDE];
            self.biases[tone]
                + mixed(&self.base[tone], &row.scores)
                + MEANING * mixed(meaning, &row.meaning)
        });
        for group in row.groups() {
            let value = length_factor(group.len());
            for &hash in group {
                let weights = &self.weights[bucket(hash, self.bits)];
                scores.iter_mut().zip(weights).for_each(|(score, weight)| *score += weight * value);
            }
        }
        scores
    }

    /// As a layer that knows the features of `rows`.
    pub fn layer(&self, temperature: f32, rows: &[&Row]) -> Layer {
        let filter = Filter::of(FILTER_BITS, rows.iter().flat_map(|row| row.hashes()));
        let flat: Vec<f32> = self.weights.iter().flatten().copied().collect();
        let file = model::write(&NAMES, self.bits, &filter, temperature, &self.biases, &flat);
        let model = Model::read(&file).expect("a file that was just written is whole");
        let knows_meaning = rows.iter().any(|row| !row.meaning.is_empty());
        let meaning = if knows_meaning { self.meaning.clone() } else { Vec::new() };
        Layer { base: self.base, meaning, model: model.owned(NAMES.to_vec()) }
    }
}

/// Teaches by rows, seen in a fixed shuffled order.
pub(super) fn teach(rows: &[&Row]) -> Weights {
    let bits = bits(rows);
    let mut weights = Weights {
        bits,
        base: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        biases: [0.0; 3],
        meaning: vec![0.0; 3 * WIDE],
        weights: vec![[0.0; 3]; 1 << bits],
    };
    let mut squares = Squares {
        base: [[1e-2; 3]; 3],
        biases: [1e-2; 3],
        meaning: vec![1e-2; 3 * WIDE],
        weights: vec![[1e-2; 3]; 1 << bits],
    };
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut seed = 1;
    for _ in 0..PASSES {
        shuffle(&mut order, &mut seed);
        for &i in &order {
            step(&mut weights, &mut squares, rows[i]);
        }
    }
    weights
}

/// So many that each feature has a row, within [`BITS`].
fn bits(rows: &[&Row]) -> u32 {
    let distinct = rows.iter().flat_map(|row| row.hashes()).collect::<HashSet<_>>().len();
    distinct.next_power_of_two().ilog2().clamp(*BITS.start(), *BITS.end())
}

struct Squares {
    base: [[f32; 3]; 3],
    biases: [f32; 3],
    meaning: Vec<f32>,
    weights: Vec<[f32; 3]>,
}

fn step(weights: &mut Weights, squares: &mut Squares, row: &Row) {
    let mut errors = shares(&weights.scores(row), 1.0).map(|share| -share);
    errors[row.tone] += 1.0;
    errors.iter_mut().for_each(|error| *error *= row.weight);
    let push = |weight: &mut f32, square: &mut f32, push: f32, rate: f32| {
        *square += push * push;
        *weight += rate * push / square.sqrt();
    };
    for (tone, &error) in errors.iter().enumerate() {
        push(&mut weights.biases[tone], &mut squares.biases[tone], error, DENSE_RATE);
        for (from, &score) in row.scores.iter().enumerate() {
            let (base, square) = (&mut weights.base[tone][from], &mut squares.base[tone][from]);
            push(base, square, error * score, DENSE_RATE);
        }
    }
    for (tone, &error) in errors.iter().enumerate() {
        let of_tone = tone * WIDE..(tone + 1) * WIDE;
        let own = weights.meaning[of_tone.clone()].iter_mut().zip(&mut squares.meaning[of_tone]);
        for ((weight, square), &number) in own.zip(&row.meaning) {
            let pulled = MEANING * error * number - PULL * *weight;
            push(weight, square, pulled, MEANING_RATE);
        }
    }
    for group in row.groups() {
        let value = length_factor(group.len());
        for &hash in group {
            let at = bucket(hash, weights.bits);
            for (tone, &error) in errors.iter().enumerate() {
                let weight = &mut weights.weights[at][tone];
                let pulled = error * value - PULL * *weight;
                push(weight, &mut squares.weights[at][tone], pulled, RATE);
            }
        }
    }
}

/// Probabilities of scores at a temperature.
pub(super) fn shares(scores: &[f32; 3], temperature: f32) -> [f32; 3] {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exps = scores.map(|score| ((score - top) / temperature).exp());
    let sum: f32 = exps.iter().sum();
    exps.map(|exp| exp / sum)
}
