//! What the encoder computes of a text's pieces: three orders of convolutions, each of two layers,
//! their sum, six dense layers. Products are of whole numbers ([`dot`]); all else is done in a fixed
//! order without fused operations, so that every machine gives the same bytes.

use super::alone::Lately;
use super::dot;
use super::weights::{Convolution, Dense, Layers, ORDERS, PART, READ, SEEN, WIDE, Weights};

/// What is multiplied lies within ± this: 1,280 products with signed bytes stay below 2^31.
pub(super) const TOP: f32 = 8191.0;

/// Keeps a variance off zero, as in the base model.
const EPSILON: f32 = 1e-12;

/// Sums run in as many lanes, then over the lanes.
const LANES: usize = 8;

/// What the tone's embedding counts against the mean of what was seen, as in training.
const LOUD: f32 = 4.0;

/// Room for one text; used again for the next.
#[derive(Default)]
pub(super) struct Room {
    numbers: Vec<i16>,
    sums: Vec<i32>,
    x: Vec<f32>,
    y: Vec<f32>,
    seen: Vec<f32>,
}

/// What was computed of one text.
pub(super) struct Read {
    /// [`WIDE`] numbers of length one.
    pub embedding: Vec<f32>,
    /// Scores of negative, neutral, positive before the temperature.
    pub scores: [f32; 3],
}

/// Reads the pieces of one text, at least one.
pub(super) fn read(
    weights: &Weights<'_>,
    lately: &Lately,
    pieces: &[u32],
    room: &mut Room,
) -> Read {
    let (n, layers) = (pieces.len(), &weights.layers);
    see(weights, lately, pieces, room);
    let mut total = vec![0f32; SEEN];
    for row in room.seen.chunks_exact(SEEN) {
        total.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
    let count = n as f32;
    let mut m = layers.gather.weights.times(&total, room);
    let root = count.sqrt();
    for (m, bias) in m.iter_mut().zip(&layers.gather.biases) {
        *m = (*m + count * bias) / root;
    }
    let y0 = positive(layers.d0.times(&m, room));
    let y1 = positive(plus(layers.p1.times(&m, room), &layers.d1.times(&y0, room)));
    let y2 = positive(layers.d2.times(&y1, room));
    let mut z = plus(layers.p3.times(&y1, room), &layers.d3.times(&y2, room));
    z.iter_mut().for_each(|z| *z = tanh(*z));
    let length = sum(z.iter().map(|z| z * z)).max(EPSILON).sqrt();
    z.iter_mut().for_each(|z| *z /= length);
    total.iter_mut().for_each(|sum| *sum /= count);
    Read { scores: tone(layers, &z, &total), embedding: z }
}

/// Fills `room.seen` with [`SEEN`] numbers a piece: its embedding and what each order saw around
/// it, normalised.
fn see(weights: &Weights<'_>, lately: &Lately, pieces: &[u32], room: &mut Room) {
    let (n, layers) = (pieces.len(), &weights.layers);
    room.seen.clear();
    room.seen.resize(n * SEEN, 0.0);
    for (piece, seen) in pieces.iter().zip(room.seen.chunks_exact_mut(SEEN)) {
        weights.embed(*piece as usize, &mut seen[..WIDE]);
    }
    let alone = lately.of(weights, pieces);
    let (mut x, mut y) = (std::mem::take(&mut room.x), std::mem::take(&mut room.y));
    x.resize(n * PART, 0.0);
    for (i, (&(length, before), [first, second])) in ORDERS.iter().zip(&layers.orders).enumerate() {
        y.clear();
        for (at, own) in x.chunks_exact_mut(PART).enumerate() {
            alone[at].own(i, own);
            let sees = y.len();
            y.extend(&first.biases);
            for place in before.saturating_sub(at)..length.min(n + before - at) {
                alone[at + place - before].give(i, place, &mut y[sees..]);
            }
        }
        x.iter_mut().zip(&y).for_each(|(x, y)| *x += y.max(0.0));
        second.over(&x, before, length, room, &mut y);
        x.iter_mut().zip(&y).for_each(|(x, y)| *x += y.max(0.0));
        let at = WIDE + i * PART;
        for (seen, row) in room.seen.chunks_exact_mut(SEEN).zip(x.chunks_exact(PART)) {
            seen[at..at + PART].copy_from_slice(row);
        }
    }
    for row in room.seen.chunks_exact_mut(SEEN) {
        normalise(row, &layers.second_norm);
    }
    (room.x, room.y) = (x, y);
}

impl Dense<'_> {
    /// The outputs of one row of inputs.
    fn times(&self, x: &[f32], room: &mut Room) -> Vec<f32> {
        let mut out = Vec::with_capacity(self.scales.len());
        self.rows_times(x, 0, 1, room, &mut out);
        out
    }

    /// For each of the rows of `x` (each `inputs` / `length` wide) the outputs of the `length`
    /// rows that begin `before` rows before it; beyond the ends there are zeros.
    fn rows_times(
        &self,
        x: &[f32],
        before: usize,
        length: usize,
        room: &mut Room,
        out: &mut Vec<f32>,
    ) {
        let wide = self.inputs / length;
        room.numbers.clear();
        let scale = whole(x, before * wide, (length - 1 - before) * wide, &mut room.numbers);
        let rows = x.len() / wide;
        room.sums.clear();
        room.sums.resize(rows * self.scales.len(), 0);
        dot::products(&room.numbers, wide, self.rows, self.inputs, &mut room.sums);
        out.clear();
        for sums in room.sums.chunks_exact(self.scales.len()) {
            out.extend(sums.iter().zip(&self.scales).map(|(sum, s)| *sum as f32 * (s * scale)));
        }
    }
}

impl Convolution<'_> {
    /// As [`Dense::rows_times`], and the biases added.
    fn over(&self, x: &[f32], before: usize, length: usize, room: &mut Room, out: &mut Vec<f32>) {
        self.weights.rows_times(x, before, length, room, out);
        for row in out.chunks_exact_mut(self.biases.len()) {
            row.iter_mut().zip(&self.biases).for_each(|(y, bias)| *y += bias);
        }
    }
}

/// Appends `x` as whole numbers within ±[`TOP`] between zeros; returns what one of them is worth.
pub(super) fn whole(x: &[f32], before: usize, behind: usize, out: &mut Vec<i16>) -> f32 {
    let mut tops = [0f32; LANES];
    for chunk in x.chunks(LANES) {
        tops.iter_mut().zip(chunk).for_each(|(top, x)| *top = top.max(x.abs()));
    }
    let top = tops.into_iter().fold(0f32, f32::max);
    // An all-zero text of numbers is worth nothing, whatever its scale.
    let top = if top > 0.0 && top.is_finite() { top } else { 1.0 };
    let per = TOP / top;
    out.resize(out.len() + before, 0);
    out.extend(x.iter().map(|x| nearest(x * per)));
    out.resize(out.len() + behind, 0);
    top / TOP
}

/// The nearest whole number of one within ±[`TOP`], of halves the even one: adding 1.5 · 2^23
/// leaves it in the lowest bits, on every machine and in few steps.
fn nearest(x: f32) -> i16 {
    const SHIFT: f32 = 12_582_912.0;
    ((x.clamp(-TOP, TOP) + SHIFT).to_bits() as i32 - SHIFT.to_bits() as i32) as i16
}

/// Layer normalisation (Ba, Kiros and Hinton 2016), in place.
pub(super) fn normalise(row: &mut [f32], [gain, shift]: &[Vec<f32>; 2]) {
    let count = row.len() as f32;
    let mean = lanes(row, |x| x) / count;
    row.iter_mut().for_each(|x| *x -= mean);
    let factor = 1.0 / (lanes(row, |x| x * x) / count + EPSILON).sqrt();
    for ((x, gain), shift) in row.iter_mut().zip(gain).zip(shift) {
        *x = *x * factor * gain + shift;
    }
}

/// The sum of `f` of each, in a fixed order; the length is a multiple of [`LANES`].
fn lanes(row: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0f32; LANES];
    for chunk in row.chunks_exact(LANES) {
        sums.iter_mut().zip(chunk).for_each(|(sum, x)| *sum += f(*x));
    }
    sum(sums.into_iter())
}

fn sum(numbers: impl Iterator<Item = f32>) -> f32 {
    numbers.fold(0.0, |sum, x| sum + x)
}

fn positive(mut x: Vec<f32>) -> Vec<f32> {
    x.iter_mut().for_each(|x| *x = x.max(0.0));
    x
}

fn plus(mut x: Vec<f32>, y: &[f32]) -> Vec<f32> {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
    x
}

fn tone(layers: &Layers<'_>, z: &[f32], mean: &[f32]) -> [f32; 3] {
    std::array::from_fn(|class| {
        let row = &layers.tone[class * READ..(class + 1) * READ];
        let said = sum(z.iter().zip(row).map(|(z, w)| z * LOUD * w));
        let seen = sum(mean.iter().zip(&row[WIDE..]).map(|(x, w)| x * w));
        layers.tone_biases[class] + said + seen
    })
}

/// The hyperbolic tangent, by [`exp`].
fn tanh(x: f32) -> f32 {
    let e = exp(-2.0 * x.abs());
    ((1.0 - e) / (1.0 + e)).copysign(x)
}

/// e^x for x ≤ 0, off by less than 3 · 10^-7 of itself, the same on every machine: 2^n times a
/// polynomial (Taylor, seventh order) of what is left, at most half of ln 2.
pub(super) fn exp(x: f32) -> f32 {
    if x < -87.0 {
        return 0.0;
    }
    let n = (x * std::f32::consts::LOG2_E).round();
    // ln 2 in two parts, the first exact times n.
    let r = (x - n * 0.693_359_4) + n * 2.121_944_4e-4;
    let terms = [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    let value = terms.into_iter().fold(0f32, |value, term| value * r + term);
    value * f32::from_bits(((n as i32 + 127) as u32) << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_functions_follow_the_exact_ones() {
        for i in 0..=8000 {
            let x = -f64::from(i) / 100.0;
            let off = (f64::from(exp(x as f32)) / f64::from(x as f32).exp() - 1.0).abs();
            assert!(off < 3e-7, "exp {x}: {off}");
            for x in [x / 10.0, -x / 10.0] {
                let off = (f64::from(tanh(x as f32)) - f64::from(x as f32).tanh()).abs();
                assert!(off < 2e-7, "tanh {x}: {off}");
            }
        }
        assert_eq!((exp(0.0), exp(-1e9), tanh(0.0), tanh(1e9)), (1.0, 0.0, 0.0, 1.0));
    }

    #[test]
    fn numbers_become_whole_ones_between_zeros() {
        let mut out = Vec::new();
        let worth = whole(&[-2.0, 1.0, 0.0], 1, 2, &mut out);
        assert_eq!(out, [0, -8191, 4096, 0, 0, 0]);
        assert!((worth * 8191.0 - 2.0).abs() < 1e-6);
        whole(&[0.0, f32::NAN], 0, 0, &mut out);
        assert_eq!(out[6], 0);
    }
}
