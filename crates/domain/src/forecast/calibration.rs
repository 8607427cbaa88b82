//! What an installation's own finished stories teach the shipped forecast.
//!
//! For each horizon: a scale of the logarithm of growth (the least absolute errors through the
//! origin, so that a silent story stays silent), and a stretch of the lower and of the upper half of
//! the interval (the conformal 90 % quantiles of errors against those halves, Romano et al. 2019).
//! All are shrunk: `n` forecasts count as `n` against [`PRIOR`] of the kind that was started with.
//! The crossing gets an offset of its log-odds, the most probable one under a normal prior.
//!
//! The shipped model knows reposts of posts that became large. Stories of news grow far less:
//! [`Calibration::news`] is a start for them.

use serde::{Deserialize, Serialize};

use super::Horizon;

/// The calibration that is started with weighs as much as so many own forecasts.
pub const PRIOR: f32 = 30.0;

/// Standard deviation of the prior of the crossing's offset, in log-odds.
const CROSSING_SPREAD: f64 = 1.0;

/// Halves of an interval narrower than this (in logarithms) count as so wide.
const NARROW: f32 = 0.02;

/// Fitted to stories of news: see [`Calibration::news`].
const NEWS_SCALE: [f32; 4] = [0.57, 0.49, 0.29, 0.16];
const NEWS_STRETCH: [[f32; 2]; 4] = [[1.0, 0.66], [1.79, 0.54], [1.94, 0.99], [1.84, 2.46]];

/// One finished forecast against what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Which of [`HORIZONS`](super::HORIZONS), 0 to 3.
    pub horizon: usize,
    /// How many posts there were when it was said.
    pub size: u64,
    /// What the shipped model said: `Forecast::shipped`, not `Forecast::horizons`, or the
    /// calibration would correct its own corrections.
    pub said: Horizon,
    /// How many posts there were at that moment.
    pub came: u64,
    /// Crossing said and come, once per forecast (with whichever horizon); `None` elsewhere.
    pub crossed: Option<Crossed>,
}

/// Crossing as said by the shipped weights, and as it came.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crossed {
    /// `Crossing::shipped`: within a day and within a week.
    pub said: [f32; 2],
    /// Whether it crossed within a day and within a week.
    pub came: [bool; 2],
}

/// A calibration. The default changes nothing: it is that of the repost cascades.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Calibration {
    /// Times the logarithm of growth, by horizon.
    pub scale: [f32; 4],
    /// Times the lower and the upper half of the interval, by horizon.
    pub stretch: [[f32; 2]; 4],
    /// Added to the crossing's log-odds, within a day and within a week.
    pub crossing: [f32; 2],
    /// Own forecasts learnt from, by horizon.
    pub learnt: [u32; 4],
}

impl Default for Calibration {
    fn default() -> Calibration {
        Calibration { scale: [1.0; 4], stretch: [[1.0; 2]; 4], crossing: [0.0; 2], learnt: [0; 4] }
    }
}

impl Calibration {
    /// A start for stories of news: fitted to headlines of July and August 2021 in seven languages
    /// (`docs/accuracy.md`), of which it says nothing else.
    #[must_use]
    pub fn news() -> Calibration {
        Calibration { scale: NEWS_SCALE, stretch: NEWS_STRETCH, ..Calibration::default() }
    }

    /// Learns from finished forecasts, in any order, starting with the shipped calibration.
    #[must_use]
    pub fn of(outcomes: &[Outcome]) -> Calibration {
        Calibration::default().taught(outcomes)
    }

    /// Learns from finished forecasts, in any order, starting with this one. Always hand in all
    /// of them: what was learnt before is not added to. Outcomes of no horizon are left out.
    #[must_use]
    pub fn taught(&self, outcomes: &[Outcome]) -> Calibration {
        let mut own = *self;
        for i in 0..4 {
            let of: Vec<Growths> =
                outcomes.iter().filter(|o| o.horizon == i).map(Growths::of).collect();
            let weight = of.len() as f32 / (of.len() as f32 + PRIOR);
            let between = |start: f32, found: f32| {
                (weight * found.clamp(0.02, 50.0).ln() + (1.0 - weight) * start.ln()).exp()
            };
            own.scale[i] = between(self.scale[i], scale(&of).unwrap_or(self.scale[i]));
            for side in 0..2 {
                let scores = of.iter().map(|g| g.score(own.scale[i], side)).collect();
                // (n + 1)/n: the conformal correction for few stories.
                let level = (0.9 * (1.0 + 1.0 / of.len().max(1) as f32)).min(1.0);
                let start = self.stretch[i][side];
                own.stretch[i][side] = between(start, quantile(scores, level).unwrap_or(start));
            }
            own.learnt[i] = of.len() as u32;
        }
        let crossed: Vec<Crossed> = outcomes.iter().filter_map(|o| o.crossed).collect();
        let offsets = [0, 1].map(|k| offset(crossed.iter().map(|c| (c.said[k], c.came[k]))));
        own.crossing = [0, 1].map(|k| self.crossing[k] + offsets[k]);
        own
    }

    /// Applies scale and stretch to what the shipped model says of a story of `size` posts.
    #[must_use]
    pub fn horizons(&self, size: u64, shipped: [Horizon; 4]) -> [Horizon; 4] {
        let mut floor = Horizon { after: 0, low: size, expected: size, high: size };
        let mut out = shipped;
        for (i, h) in out.iter_mut().enumerate() {
            let (scale, stretch) = (self.scale[i], self.stretch[i]);
            // The shipped whole numbers stay what they are where nothing was learnt.
            if scale != 1.0 || stretch != [1.0; 2] {
                let g =
                    Growths::of(&Outcome { horizon: i, size, said: *h, came: 0, crossed: None });
                let times = |log: f32| size.max(1) as f32 * log.clamp(0.0, 12.0).exp();
                let [below, above] = g.halves(scale);
                h.expected = times(scale * g.said).round() as u64;
                h.low = times(scale * g.said - stretch[0] * below).ceil() as u64;
                h.high = times(scale * g.said + stretch[1] * above).floor() as u64;
            }
            h.expected = h.expected.max(floor.expected);
            h.low = h.low.max(floor.low).min(h.expected);
            h.high = h.high.max(floor.high).max(h.expected);
            floor = *h;
        }
        out
    }
}

/// One outcome in logarithms of growth.
#[derive(Clone, Copy, Debug)]
struct Growths {
    low: f32,
    said: f32,
    high: f32,
    came: f32,
}

impl Growths {
    fn of(o: &Outcome) -> Growths {
        let growth = |posts: u64| log(posts) - log(o.size);
        let [low, said, high] = [o.said.low, o.said.expected, o.said.high].map(growth);
        Growths { low, said, high, came: growth(o.came) }
    }

    /// The lower and the upper half of the interval at this scale.
    fn halves(&self, scale: f32) -> [f32; 2] {
        [self.said - self.low, self.high - self.said].map(|half| (scale * half).max(NARROW))
    }

    /// By how many halves what came lies below (side 0) or above (side 1).
    fn score(&self, scale: f32, side: usize) -> f32 {
        let off = self.came - scale * self.said;
        let outwards = if side == 0 { -off } else { off };
        (outwards / self.halves(scale)[side]).max(0.0)
    }
}

/// The scale with the least absolute errors: the median of came ÷ said, weighted by said.
fn scale(of: &[Growths]) -> Option<f32> {
    let mut ratios: Vec<(f32, f32)> =
        of.iter().filter(|g| g.said > NARROW).map(|g| (g.came / g.said, g.said)).collect();
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = ratios.iter().map(|r| r.1).sum::<f32>() / 2.0;
    let mut sum = 0.0;
    ratios
        .iter()
        .find(|r| {
            sum += r.1;
            sum >= half
        })
        .map(|r| r.0)
}

fn log(posts: u64) -> f32 {
    (posts.max(1) as f32).ln()
}

/// The smallest value with at least `level` of all values at or below it.
fn quantile(mut values: Vec<f32>, level: f32) -> Option<f32> {
    values.sort_by(f32::total_cmp);
    let rank = (level * values.len() as f32).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied()
}

/// The offset of log-odds under which the outcomes are most probable (Newton's method).
fn offset(said: impl Iterator<Item = (f32, bool)>) -> f32 {
    let odds = |p: f32| f64::from(p.clamp(0.001, 0.999));
    let pairs: Vec<(f64, bool)> =
        said.map(|(p, came)| ((odds(p) / (1.0 - odds(p))).ln(), came)).collect();
    let mut b = 0.0_f64;
    for _ in 0..50 {
        let (mut slope, mut curve) = (-b / CROSSING_SPREAD.powi(2), 1.0 / CROSSING_SPREAD.powi(2));
        for (x, came) in &pairs {
            let p = 1.0 / (1.0 + (-(x + b)).exp());
            slope += f64::from(u8::from(*came)) - p;
            curve += p * (1.0 - p);
        }
        b += (slope / curve).clamp(-1.0, 1.0);
    }
    b as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: Horizon = Horizon { after: 1, low: 80, expected: 100, high: 125 };

    fn outcomes(came: impl IntoIterator<Item = u64>) -> Vec<Outcome> {
        let of = |came| Outcome { horizon: 0, size: 50, said: SAID, came, crossed: None };
        came.into_iter().map(of).collect()
    }

    #[test]
    fn few_stories_change_little_and_many_decide() {
        let check = |stories: usize, from: u64, to: u64| {
            let calibration = Calibration::of(&outcomes(vec![200; stories]));
            let expected = calibration.horizons(50, [SAID; 4])[0].expected;
            assert!((from..=to).contains(&expected), "{stories}: {expected}");
        };
        check(0, 100, 100);
        check(1, 100, 104);
        check(1_000, 190, 200);
    }

    #[test]
    fn intervals_come_to_hold_four_in_five() {
        let came: Vec<u64> = (0..1_000).map(|i| 50 + i % 200).collect();
        let calibration = Calibration::of(&outcomes(came.iter().copied()));
        let h = calibration.horizons(50, [SAID; 4])[0];
        let held = came.iter().filter(|c| (h.low..=h.high).contains(c)).count();
        assert!((770..=830).contains(&held), "{held} {h:?}");
    }

    #[test]
    fn crossing_learns_its_level() {
        let crossed = |n: usize, came: bool| {
            let of = Crossed { said: [0.5, 0.5], came: [false, came] };
            Calibration::of(&vec![
                Outcome {
                    horizon: 3,
                    size: 50,
                    said: SAID,
                    came: 100,
                    crossed: Some(of)
                };
                n
            ])
        };
        assert_eq!(crossed(0, true).crossing, [0.0, 0.0]);
        let learnt = crossed(200, true).crossing;
        assert!(learnt[0] < -2.0 && learnt[1] > 2.0, "{learnt:?}");
        assert!(crossed(1, true).crossing[1] < 0.6);
    }

    #[test]
    fn news_grow_less_than_reposts() {
        let check = |i: usize, least: u64, most: u64| {
            let expected = Calibration::news().horizons(50, [SAID; 4])[i].expected;
            assert!((least..=most).contains(&expected), "{i}: {expected}");
        };
        check(0, 60, 90);
        check(3, 60, 90); // not below the first
        assert_eq!(Calibration::default().horizons(50, [SAID; 4]), [SAID; 4]);
    }

    #[test]
    fn nothing_shrinks_whatever_was_learnt() {
        let calibration = Calibration::of(&outcomes(vec![1; 500]));
        let h = calibration.horizons(90, [SAID; 4])[0];
        assert!(h.low >= 90 && h.expected >= h.low && h.high >= h.expected, "{h:?}");
    }
}
