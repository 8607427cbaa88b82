//! What a piece says whatever stands beside it: its projection, and what it adds to each order's
//! first convolution. Three fifths of all products are these, and the same few thousand pieces make
//! up most of what is written: what was computed lately is kept.

use std::array::from_fn;
use std::sync::Arc;

use super::dot;
use super::layers::{normalise, whole};
use super::recent::Recent;
use super::weights::{Convolution, Dense, ORDERS, PART, WIDE, Weights};

/// So many pieces of each generation, of some 7 KB.
const GENERATION: usize = 2048;

/// Pieces that were read lately.
#[derive(Debug)]
pub(super) struct Lately(Recent<u32, Alone>);

/// Of one piece, order by order: the piece itself ([`PART`] numbers), and what it adds to a piece by
/// where it stands in that one's sight, first to last (as many times [`PART`] as the order is long).
#[derive(Debug)]
pub(super) struct Alone {
    numbers: Box<[i16]>,
    /// Of each order what one of its numbers is worth, of its own and of those it gives.
    worths: [[f32; 2]; ORDERS.len()],
}

/// Where each order begins in the numbers, and where the last one ends.
const BEGINS: [usize; ORDERS.len() + 1] = {
    let mut begins = [0; ORDERS.len() + 1];
    let mut order = 0;
    while order < ORDERS.len() {
        begins[order + 1] = begins[order] + (1 + ORDERS[order].0) * PART;
        order += 1;
    }
    begins
};

impl Default for Lately {
    fn default() -> Lately {
        Lately(Recent::new(GENERATION))
    }
}

impl Lately {
    /// Each of the pieces of a text.
    pub fn of(&self, weights: &Weights<'_>, pieces: &[u32]) -> Vec<Arc<Alone>> {
        self.0.all(pieces, |unknown| read(weights, unknown))
    }
}

impl Alone {
    /// Writes what the piece is to an order, [`PART`] numbers.
    pub fn own(&self, order: usize, out: &mut [f32]) {
        let worth = self.worths[order][0];
        let numbers = &self.numbers[BEGINS[order]..][..PART];
        out.iter_mut().zip(numbers).for_each(|(x, n)| *x = f32::from(*n) * worth);
    }

    /// Adds what it gives to a piece that sees it in that place, [`PART`] numbers.
    pub fn give(&self, order: usize, place: usize, out: &mut [f32]) {
        let worth = self.worths[order][1];
        let numbers = &self.numbers[BEGINS[order] + (1 + place) * PART..][..PART];
        out.iter_mut().zip(numbers).for_each(|(x, n)| *x += f32::from(*n) * worth);
    }
}

fn read(weights: &Weights<'_>, pieces: &[u32]) -> Vec<Alone> {
    let rows = project(weights, pieces);
    let orders = &weights.layers.orders;
    let given: [Vec<i32>; ORDERS.len()] = from_fn(|order| {
        // A row of weights sees all places one after the other; taken apart, each is a row of its
        // own.
        let Dense { inputs, rows: weights, .. } = orders[order][0].weights;
        let mut sums = vec![0; pieces.len() * inputs];
        dot::products(&rows.numbers[order], PART, weights, PART, &mut sums);
        sums
    });
    let mut gives = Vec::new();
    let alone = |at: usize| {
        let mut numbers = Vec::with_capacity(BEGINS[ORDERS.len()]);
        let worths = from_fn(|order| {
            let own = rows.worths[order][at];
            numbers.extend(&rows.numbers[order][at * PART..(at + 1) * PART]);
            let Dense { inputs, scales, .. } = &orders[order][0].weights;
            let sums = &given[order][at * inputs..(at + 1) * inputs];
            let places = inputs / PART;
            gives.clear();
            for place in 0..places {
                let sums = sums.iter().skip(place).step_by(places);
                gives.extend(sums.zip(scales).map(|(sum, scale)| *sum as f32 * (scale * own)));
            }
            [own, whole(&gives, 0, 0, &mut numbers)]
        });
        Alone { numbers: numbers.into(), worths }
    };
    (0..pieces.len()).map(alone).collect()
}

/// Rows of [`PART`] whole numbers for each order, each with what one of its numbers is worth.
#[derive(Default)]
struct Rows {
    numbers: [Vec<i16>; ORDERS.len()],
    worths: [Vec<f32>; ORDERS.len()],
}

/// The pieces' embeddings, projected and normalised.
fn project(weights: &Weights<'_>, pieces: &[u32]) -> Rows {
    let Convolution { weights: project, biases } = &weights.layers.project;
    let (mut x, mut left) = (vec![0.0; WIDE], Vec::with_capacity(pieces.len() * WIDE));
    let worths: Vec<f32> = (pieces.iter())
        .map(|piece| {
            weights.embed(*piece as usize, &mut x);
            whole(&x, 0, 0, &mut left)
        })
        .collect();
    let outputs = project.scales.len();
    let mut sums = vec![0; pieces.len() * outputs];
    dot::products(&left, WIDE, project.rows, WIDE, &mut sums);
    let (mut rows, mut row) = (Rows::default(), Vec::new());
    for (sums, worth) in sums.chunks_exact(outputs).zip(worths) {
        let scaled = sums.iter().zip(&project.scales).map(|(sum, s)| *sum as f32 * (s * worth));
        row.clear();
        row.extend(scaled.zip(biases).map(|(y, bias)| y + bias));
        normalise(&mut row, &weights.layers.first_norm);
        for (order, own) in row.chunks_exact(PART).enumerate() {
            let worth = whole(own, 0, 0, &mut rows.numbers[order]);
            rows.worths[order].push(worth);
        }
    }
    rows
}
