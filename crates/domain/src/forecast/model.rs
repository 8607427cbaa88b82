//! A committee of small networks: one hidden layer and a straight way past it.
//!
//! Each network gives, for each of [`AHEAD`](super::features::AHEAD), three logarithms of growth
//! (size then ÷ size now): the lower end, the most likely value and the upper end. The committee
//! says the mean. How they are fitted stands in `xtask/src/train/forecast.rs`.

use super::weights;

/// Moments ahead that are forecast: four horizons and the end.
pub const MOMENTS: usize = 5;
/// Numbers per network: low, expected, high for each moment.
pub const OUTPUTS: usize = 3 * MOMENTS;
/// Bands of age with a conformal correction of their own; see [`band`].
pub const BANDS: usize = 4;
/// A feature further from its mean than this many standard deviations counts as so far.
const FAR: f32 = 4.0;

/// The band of an age in hours: to 2, to 8, to 30, and older.
#[must_use]
pub fn band(age: f64) -> usize {
    [2.0, 8.0, 30.0].iter().take_while(|&&end| age > end).count()
}

/// The numbers of a committee. Layout: mean and scale of every input; then network by network
/// the hidden layer (`hidden` × `inputs`), its offsets, the outputs ([`OUTPUTS`] × `hidden`), the
/// straight way ([`OUTPUTS`] × `inputs`), the outputs' offsets.
#[derive(Clone, Copy, Debug)]
pub struct Model<'a> {
    /// How many numbers a story is described by.
    pub inputs: usize,
    /// How wide the hidden layer is.
    pub hidden: usize,
    /// The numbers.
    pub numbers: &'a [f32],
    /// Conformal corrections (Romano et al., NeurIPS 2019): by so much, in logarithms of growth,
    /// the ends move outwards.
    pub widen: [[f32; MOMENTS]; BANDS],
}

impl Model<'static> {
    /// The model that is shipped.
    #[must_use]
    pub const fn shipped() -> Model<'static> {
        Model {
            inputs: super::features::INPUTS,
            hidden: weights::HIDDEN,
            numbers: &weights::NUMBERS,
            widen: weights::WIDEN,
        }
    }
}

/// Logarithms of growth until one moment ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Growth {
    /// The 10 % quantile.
    pub low: f32,
    /// The most likely value.
    pub expected: f32,
    /// The 90 % quantile.
    pub high: f32,
}

impl Model<'_> {
    /// How many numbers one network has.
    #[must_use]
    pub const fn per_network(inputs: usize, hidden: usize) -> usize {
        hidden * inputs + hidden + OUTPUTS * hidden + OUTPUTS * inputs + OUTPUTS
    }

    /// An input as the networks read it.
    #[must_use]
    pub fn scaled(&self, x: &[f32]) -> Vec<f32> {
        let (mean, rest) = self.numbers.split_at(self.inputs);
        x.iter()
            .zip(mean.iter().zip(rest))
            .map(|(v, (m, s))| ((v - m) / s).clamp(-FAR, FAR))
            .collect()
    }

    /// The committee's mean, without corrections.
    #[must_use]
    pub fn raw(&self, x: &[f32]) -> [Growth; MOMENTS] {
        let x = self.scaled(x);
        let mut sum = [0.0_f32; OUTPUTS];
        let size = Model::per_network(self.inputs, self.hidden);
        let networks = self.numbers[2 * self.inputs..].chunks_exact(size);
        let count = networks.len().max(1) as f32;
        for network in networks {
            add_outputs(network, &x, self.hidden, &mut sum);
        }
        std::array::from_fn(|m| Growth {
            low: sum[3 * m] / count,
            expected: sum[3 * m + 1] / count,
            high: sum[3 * m + 2] / count,
        })
    }

    /// What is said: ends moved by the corrections, no shrinking, low ≤ expected ≤ high, and no
    /// later moment below an earlier one.
    #[must_use]
    pub fn growth(&self, x: &[f32], age: f64) -> [Growth; MOMENTS] {
        let mut said = self.raw(x);
        let mut floor = Growth::default();
        for (growth, widen) in said.iter_mut().zip(self.widen[band(age)]) {
            growth.expected = growth.expected.max(floor.expected);
            growth.low = (growth.low - widen).max(floor.low).min(growth.expected);
            growth.high = (growth.high + widen).max(floor.high).max(growth.expected);
            floor = *growth;
        }
        said
    }
}

/// Adds one network's outputs to `sum`.
fn add_outputs(network: &[f32], x: &[f32], hidden: usize, sum: &mut [f32; OUTPUTS]) {
    let inputs = x.len();
    let (into, rest) = network.split_at(hidden * inputs);
    let (offsets, rest) = rest.split_at(hidden);
    let (out, rest) = rest.split_at(OUTPUTS * hidden);
    let (straight, last) = rest.split_at(OUTPUTS * inputs);
    let cells: Vec<f32> =
        into.chunks_exact(inputs).zip(offsets).map(|(row, o)| (dot(row, x) + o).tanh()).collect();
    for (i, total) in sum.iter_mut().enumerate() {
        *total += dot(&out[i * hidden..(i + 1) * hidden], &cells)
            + dot(&straight[i * inputs..(i + 1) * inputs], x)
            + last[i];
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_numbers_fit_their_shape() {
        let model = Model::shipped();
        let rest = model.numbers.len() - 2 * model.inputs;
        assert_eq!(rest % Model::per_network(model.inputs, model.hidden), 0);
        assert!(rest > 0 && model.numbers.iter().all(|n| n.is_finite()));
    }

    #[test]
    fn ages_fall_into_bands() {
        let check = |age: f64, expect: usize| assert_eq!(band(age), expect, "{age}");
        check(0.5, 0);
        check(6.0, 1);
        check(24.0, 2);
        check(100.0, 3);
    }
}
