//! Meanings against what all posts have in common.

use super::sketch::Sketch;

/// The mean follows the last posts, about so many.
const MEMORY: f32 = 2000.0;

/// The mean of all meanings. Posts that one watch found are all of one topic: what sets them apart
/// is how they differ from their mean (Mu & Viswanath 2018).
#[derive(Clone, Debug, Default)]
pub(super) struct Centre {
    mean: Vec<f32>,
    seen: f32,
}

impl Centre {
    /// A post came.
    pub fn see(&mut self, sketch: &Sketch) {
        let Some(meaning) = &sketch.meaning else { return };
        self.mean.resize(meaning.len(), 0.0);
        self.seen = (self.seen + 1.0).min(MEMORY);
        for (mean, value) in self.mean.iter_mut().zip(meaning) {
            *mean += (f32::from(*value) - *mean) / self.seen;
        }
    }

    /// A meaning less the mean, of length one.
    pub fn of(&self, sketch: &Sketch) -> Option<Box<[f32]>> {
        let meaning = sketch.meaning.as_ref()?;
        let pairs = meaning.iter().zip(&self.mean);
        let mut own: Box<[f32]> = pairs.map(|(value, mean)| f32::from(*value) - mean).collect();
        let length = own.iter().map(|value| value * value).sum::<f32>().sqrt().max(1e-6);
        own.iter_mut().for_each(|value| *value /= length);
        Some(own)
    }
}
