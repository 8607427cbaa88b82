//! What a head brought, measured on lessons that its judge had not seen.

use serde::{Deserialize, Serialize};

use super::teach::{Row, shares, teach};
use crate::learn::{self, shuffle};

/// Parts of the cross-validation.
const PARTS: usize = 5;
/// The numbers of lessons whose worth is told.
const POINTS: [usize; 6] = [50, 100, 300, 1_000, 2_000, 4_000];
/// Fewer texts of a tone than this say nothing about it.
const LEAST_OF_A_TONE: usize = 3;

/// How often a judge was right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Share of lessons whose tone was the likeliest, 0 to 1.
    pub right: f32,
    /// The same per tone, of tones that a few lessons have, and then their mean (macro-recall).
    pub recall: f32,
    /// Mean of minus the logarithm of the right tone's probability; lower is better.
    pub loss: f32,
}

/// What so many lessons bring.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Lessons that the judges were taught by.
    pub lessons: usize,
    /// How they judged others.
    pub score: Score,
}

/// What a head brought. Every lesson was judged by a head taught without it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Lessons.
    pub lessons: usize,
    /// Of these, the ones of each tone: negative, neutral, positive.
    pub tones: [usize; 3],
    /// Of these, the ones that the judge before had right.
    pub confirmed: usize,
    /// The judge without the head: the shipped model, or for a watch the house's head.
    pub before: Score,
    /// The head.
    pub after: Score,
    /// What fewer lessons would have brought.
    pub points: Vec<Point>,
    /// Whether the head judges better beyond doubt: its loss is lower by more than the standard
    /// error of the difference, and it is not less often right.
    pub better: bool,
}

/// The check, and the temperature at which the judgements of the unseen are likeliest.
pub(super) fn cross_validate(own: &[Row], others: &[Row]) -> (Check, f32) {
    let parts = parts(own.len());
    let scores = judged(own, others, &parts, usize::MAX);
    let temperature = temperature(own, &scores);
    let at = |scores: &[[f32; 3]], temperature: f32| -> Vec<[f32; 3]> {
        scores.iter().map(|scores| shares(scores, temperature)).collect()
    };
    let before = if others.is_empty() {
        own.iter().map(|row| row.shipped).collect()
    } else {
        // Without a head of its own the house's judges, taught by all alike.
        let alike: Vec<Row> = others.iter().map(|row| row.weighing(1.0)).collect();
        let scores = judged(own, &alike, &parts, usize::MAX);
        at(&scores, self::temperature(own, &scores))
    };
    let after = at(&scores, temperature);
    let mut tones = [0; 3];
    own.iter().for_each(|row| tones[row.tone] += 1);
    let points = POINTS
        .into_iter()
        .filter(|&point| point * PARTS <= own.len() * (PARTS - 1))
        .map(|point| {
            let judged = at(&judged(own, others, &parts, point), temperature);
            Point { lessons: point, score: score(own, &judged) }
        })
        .collect();
    let (was, is) = (score(own, &before), score(own, &after));
    let check = Check {
        lessons: own.len(),
        tones,
        confirmed: own.iter().zip(&before).filter(|(row, shares)| is_right(row, shares)).count(),
        before: was,
        after: is,
        points,
        better: is.right >= was.right && lower_beyond_doubt(own, &before, &after),
    };
    (check, temperature)
}

/// Which part each lesson is in.
fn parts(len: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    shuffle(&mut order, &mut 7);
    let mut parts = vec![0; len];
    order.iter().enumerate().for_each(|(at, &i)| parts[i] = at % PARTS);
    parts
}

/// Every own lesson's scores by a head taught by the others and at most so many own lessons of the
/// other parts.
fn judged(own: &[Row], others: &[Row], parts: &[usize], most: usize) -> Vec<[f32; 3]> {
    let mut scores = vec![[0.0; 3]; own.len()];
    for part in 0..PARTS {
        let mut seen: Vec<usize> = (0..own.len()).filter(|&i| parts[i] != part).collect();
        shuffle(&mut seen, &mut 11);
        let seen = seen.iter().take(most).map(|&i| &own[i]);
        let weights = teach(&others.iter().chain(seen).collect::<Vec<_>>());
        for i in (0..own.len()).filter(|&i| parts[i] == part) {
            scores[i] = weights.scores(&own[i]);
        }
    }
    scores
}

/// The temperature at which the rows' tones are likeliest.
fn temperature(rows: &[Row], scores: &[[f32; 3]]) -> f32 {
    learn::temperature(0.3, 5.0, 1e-2, |temperature| {
        rows.iter()
            .zip(scores)
            .map(|(row, scores)| loss_of(row, &shares(scores, temperature)))
            .sum()
    })
}

fn loss_of(row: &Row, shares: &[f32; 3]) -> f64 {
    -f64::from(shares[row.tone]).max(1e-6).ln()
}

fn is_right(row: &Row, shares: &[f32; 3]) -> bool {
    (0..3).all(|other| other == row.tone || shares[other] < shares[row.tone])
}

fn score(rows: &[Row], judged: &[[f32; 3]]) -> Score {
    let (mut of, mut right) = ([0usize; 3], [0usize; 3]);
    let mut loss = 0.0;
    for (row, shares) in rows.iter().zip(judged) {
        of[row.tone] += 1;
        right[row.tone] += usize::from(is_right(row, shares));
        loss += loss_of(row, shares);
    }
    let told: Vec<usize> = (0..3).filter(|&tone| of[tone] >= LEAST_OF_A_TONE).collect();
    let recalls: f32 = told.iter().map(|&tone| right[tone] as f32 / of[tone] as f32).sum();
    Score {
        right: right.iter().sum::<usize>() as f32 / rows.len().max(1) as f32,
        recall: recalls / told.len().max(1) as f32,
        loss: (loss / rows.len().max(1) as f64) as f32,
    }
}

fn lower_beyond_doubt(rows: &[Row], before: &[[f32; 3]], after: &[[f32; 3]]) -> bool {
    let gains: Vec<f64> = rows
        .iter()
        .zip(before.iter().zip(after))
        .map(|(row, (before, after))| loss_of(row, before) - loss_of(row, after))
        .collect();
    let n = gains.len() as f64;
    let mean = gains.iter().sum::<f64>() / n;
    let variance = gains.iter().map(|gain| (gain - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    mean > (variance / n).sqrt()
}
