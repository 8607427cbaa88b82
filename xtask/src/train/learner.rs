//! Multinomial logistic regression over hashed binary features, by AdaGrad (Duchi, Hazan and
//! Singer 2011), and temperature scaling (Guo et al. 2017).

use std::collections::HashMap;

use text::features::Bag;
use text::learn::{self, shuffle};
use text::model::{Filter, Model, bucket, length_factor};

/// One labelled text.
pub struct Row {
    /// Its features.
    pub bag: Bag,
    /// The right class.
    pub class: usize,
    /// The classes that can be meant, the right one among them.
    pub allowed: Vec<usize>,
    /// How much it counts.
    pub weight: f32,
}

/// How to learn.
pub struct Settings {
    /// The table gets 2^bits rows.
    pub bits: u32,
    /// The filter of known features gets 2^bits bits.
    pub filter_bits: u32,
    /// Features of fewer texts than this are left out.
    pub least_texts: u32,
    /// How often each text is seen.
    pub epochs: u32,
    /// Step width of AdaGrad.
    pub rate: f32,
    /// Pull of every touched weight towards zero.
    pub l2: f32,
    /// Seed of the order in which the texts are seen.
    pub seed: u64,
}

/// What was learnt.
pub struct Learnt {
    /// 2^bits rows of one weight per class.
    pub weights: Vec<f32>,
    /// One per class.
    pub biases: Vec<f32>,
}

/// Leaves out what fewer than `least_texts` of the rows have, and says what is left.
pub fn keep_common(rows: &mut [Row], settings: &Settings) -> Filter<'static> {
    let mut texts: HashMap<u32, u32> = HashMap::new();
    for row in rows.iter() {
        for hash in row.bag.words.iter().chain(&row.bag.chars) {
            *texts.entry(*hash).or_default() += 1;
        }
    }
    let common = texts.iter().filter(|(_, n)| **n >= settings.least_texts).map(|(hash, _)| *hash);
    let filter = Filter::of(settings.filter_bits, common);
    for row in rows {
        row.bag.words.retain(|hash| filter.holds(*hash));
        row.bag.chars.retain(|hash| filter.holds(*hash));
    }
    filter
}

/// Learns from `rows`; `tell` hears the mean loss after each epoch.
pub fn learn(
    rows: &[Row],
    classes: usize,
    settings: &Settings,
    mut tell: impl FnMut(u32, f64),
) -> Learnt {
    let size = classes << settings.bits;
    let mut state = State {
        classes,
        weights: vec![0.0; size],
        squares: vec![1e-6; size],
        biases: vec![0.0; classes],
        bias_squares: vec![1e-6; classes],
    };
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut seed = settings.seed;
    for epoch in 1..=settings.epochs {
        shuffle(&mut order, &mut seed);
        let mut loss = 0.0;
        for &i in &order {
            loss += state.step(&rows[i], settings);
        }
        tell(epoch, loss / rows.len().max(1) as f64);
    }
    Learnt { weights: state.weights, biases: state.biases }
}

struct State {
    classes: usize,
    weights: Vec<f32>,
    squares: Vec<f32>,
    biases: Vec<f32>,
    bias_squares: Vec<f32>,
}

impl State {
    /// One step along the gradient of one row; returns its loss.
    fn step(&mut self, row: &Row, settings: &Settings) -> f64 {
        let groups = [&row.bag.words, &row.bag.chars];
        let mut scores = self.biases.clone();
        for group in groups {
            let value = length_factor(group.len());
            for &hash in group {
                let at = bucket(hash, settings.bits) * self.classes;
                for (score, weight) in scores.iter_mut().zip(&self.weights[at..]) {
                    *score += weight * value;
                }
            }
        }
        let errors = errors(&scores, row);
        let loss = -f64::from(1.0 - errors[row.class]).max(1e-9).ln();
        for (class, error) in errors.iter().enumerate() {
            let push = error * row.weight;
            self.bias_squares[class] += push * push;
            self.biases[class] += settings.rate * push / self.bias_squares[class].sqrt() * 0.1;
        }
        for group in groups {
            let value = length_factor(group.len()) * row.weight;
            for &hash in group {
                let at = bucket(hash, settings.bits) * self.classes;
                let weights = &mut self.weights[at..at + self.classes];
                let squares = &mut self.squares[at..at + self.classes];
                for ((weight, square), error) in weights.iter_mut().zip(squares).zip(&errors) {
                    let push = error * value - settings.l2 * *weight;
                    *square += push * push;
                    *weight += settings.rate * push / square.sqrt();
                }
            }
        }
        loss * f64::from(row.weight)
    }
}

/// Truth less probability, per class; 0 for classes that cannot be meant.
fn errors(scores: &[f32], row: &Row) -> Vec<f32> {
    let top = row.allowed.iter().map(|&c| scores[c]).fold(f32::NEG_INFINITY, f32::max);
    let mut errors = vec![0.0; scores.len()];
    let mut sum = 0.0;
    for &class in &row.allowed {
        errors[class] = (scores[class] - top).exp();
        sum += errors[class];
    }
    errors.iter_mut().for_each(|e| *e /= -sum);
    errors[row.class] += 1.0;
    errors
}

/// The temperature under which the rows' classes are most likely.
pub fn temperature(model: &Model<'_>, rows: &[Row]) -> f32 {
    let scored: Vec<(Vec<f32>, &Row)> =
        rows.iter().map(|row| (model.scores(&row.bag), row)).collect();
    learn::temperature(0.1, 10.0, 1e-3, |temperature| {
        let of_row = |(scores, row): &(Vec<f32>, &Row)| {
            let scaled: Vec<f32> = scores.iter().map(|s| s / temperature).collect();
            let right = f64::from(1.0 - errors(&scaled, row)[row.class]);
            -right.max(1e-9).ln() * f64::from(row.weight)
        };
        scored.iter().map(of_row).sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        let row = |hash: u32, class: usize| Row {
            bag: Bag { words: vec![hash, 9], chars: vec![] },
            class,
            allowed: vec![0, 1],
            weight: 1.0,
        };
        (0..40).map(|i| row(i % 2, (i % 2) as usize)).collect()
    }

    #[test]
    fn what_can_be_learnt_is_learnt_the_same_way_twice() {
        let settings = Settings {
            bits: 4,
            filter_bits: 4,
            least_texts: 1,
            epochs: 5,
            rate: 0.5,
            l2: 0.0,
            seed: 1,
        };
        let first = learn(&rows(), 2, &settings, |_, _| {});
        let second = learn(&rows(), 2, &settings, |_, _| {});
        assert_eq!(first.weights, second.weights);
        assert!(first.weights[0] > first.weights[1] && first.weights[2] < first.weights[3]);
    }

    #[test]
    fn the_temperature_cools_what_is_too_sure() {
        let weights: Vec<f32> = [vec![9.0, -9.0, -9.0, 9.0], vec![0.0; 28]].concat();
        let file =
            text::model::write(&["a", "b"], 4, &Filter::of(3, [0]), 1.0, &[0.0, 0.0], &weights);
        let model = Model::read(&file).expect("just written");
        let mut mixed = rows();
        mixed.iter_mut().take(10).for_each(|row| row.class = 1 - row.class);
        assert!(temperature(&model, &mixed) > 2.0);
    }
}
