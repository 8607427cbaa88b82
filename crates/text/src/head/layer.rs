//! One layer of a head: what it weighs, and its bytes.

use super::NAMES;
use crate::encoder::WIDE;
use crate::features;
use crate::model::{Broken, Model, probabilities};
use crate::sentiment::Reading;

/// Probabilities come in thousandths; a share of none counts as half of one.
const LEAST_SHARE: f32 = 0.000_5;

/// What a meaning is multiplied with, so that it weighs about as much as the features.
pub(super) const MEANING: f32 = 4.0;

/// Weights of the shipped judgement, of the meaning, and of hashed features.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    /// What each shipped score counts for each score here.
    pub base: [[f32; 3]; 3],
    /// One row of [`WIDE`] numbers a tone; none where no meaning was read.
    pub meaning: Vec<f32>,
    pub model: Model<'static>,
}

impl Layer {
    pub fn shares(&self, reading: &Reading, normal: &str) -> [f32; 3] {
        let shipped = logs(&reading.shares);
        let mut sums = self.model.sums();
        features::each_of_tone(normal, &mut sums);
        let own = sums.scores();
        let meaning = reading.embedding.as_ref().map_or(&[][..], |embedding| &embedding.0);
        let scores: [f32; 3] = std::array::from_fn(|tone| {
            let weights = self.meaning.get(tone * WIDE..(tone + 1) * WIDE).unwrap_or_default();
            mixed(&self.base[tone], &shipped) + own[tone] + MEANING * mixed(weights, meaning)
        });
        let shares = probabilities(&scores, self.model.temperature);
        [shares[0], shares[1], shares[2]]
    }

    /// Nine numbers, how many numbers of meaning follow, these, a weight file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.base.iter().flatten().flat_map(|n| n.to_le_bytes()).collect();
        bytes.extend((self.meaning.len() as u32).to_le_bytes());
        bytes.extend(self.meaning.iter().flat_map(|number| number.to_le_bytes()));
        bytes.extend(self.model.file());
        bytes
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Layer, Broken> {
        let (header, rest) = bytes.split_at_checked(9 * 4 + 4).ok_or(Broken::Length)?;
        let (base, len) = header.split_at(9 * 4);
        let base = numbers(base)?;
        let len = u32::from_le_bytes([len[0], len[1], len[2], len[3]]) as usize;
        if len != 0 && len != 3 * WIDE {
            return Err(Broken::Header);
        }
        let (meaning, file) = rest.split_at_checked(4 * len).ok_or(Broken::Length)?;
        let model = Model::read(file)?;
        if model.names.len() != NAMES.len() {
            return Err(Broken::Header);
        }
        Ok(Layer {
            base: std::array::from_fn(|row| std::array::from_fn(|at| base[3 * row + at])),
            meaning: numbers(meaning)?,
            model: model.owned(NAMES.to_vec()),
        })
    }
}

/// The shipped judgement as log-odds.
pub(super) fn logs(shares: &[f32; 3]) -> [f32; 3] {
    shares.map(|share| share.max(LEAST_SHARE).ln())
}

/// In a fixed order, so that every machine says the same.
pub(super) fn mixed(weights: &[f32], numbers: &[f32]) -> f32 {
    weights.iter().zip(numbers).map(|(weight, number)| weight * number).sum()
}

fn numbers(bytes: &[u8]) -> Result<Vec<f32>, Broken> {
    bytes
        .chunks_exact(4)
        .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        .map(|number| if number.is_finite() { Ok(number) } else { Err(Broken::Header) })
        .collect()
}
