//! How many mentions a watch gets at each hour of the week, and what is far from it.
//!
//! **The usual.** 168 cells, one per hour of the week, are too many for a few weeks of counts.
//! So each is a Gamma–Poisson estimate shrunk towards the same hour of all weekdays or of the
//! weekend, and that towards the overall mean: a new watch has one mean, an old one has 168. How much
//! is the stream's own affair (credibility, Bühlmann & Straub 1970): by how far its hours differ
//! against how far the same hour differs from week to week. Older weeks fade with a half-life of [`HALF_LIFE`]. Past outbreaks weigh less, by their Anscombe residual,
//! as in Noufaily et al. (Statistics in Medicine 2013, the successor of Farrington et al. 1996),
//! lest one flood hides the next.
//!
//! **The unusual.** The count is held against a negative binomial law whose spread is that of the
//! watch's own past together with the uncertainty of the cell. A burst must be improbable
//! ([`CHANCE`]), at least [`rise::MIN_MENTIONS`](crate::rise::MIN_MENTIONS) mentions and several
//! times the usual; a dip is a quarter of the usual or less, at an hour of the week seen twice. Without a day of history only [`WITHOUT_HISTORY`]
//! is a burst, and the answer says that this rule was used.

use serde::{Deserialize, Serialize};

use crate::rise::MIN_MENTIONS;

mod law;

/// A burst or dip is told when chance alone shows it less than once in so many judgements.
pub const CHANCE: f64 = 50_000.0;
/// Fewer known hours than this are no history.
pub const MIN_HOURS: usize = 24;
/// Without history, so many mentions within one hour are told all the same.
pub const WITHOUT_HISTORY: u64 = 50;
/// After so many hours a count weighs half: four weeks.
pub const HALF_LIFE: f64 = 4.0 * WEEK as f64;
/// Counts older than this many hours are not read: a year.
pub const OLDEST: i64 = 365 * 24;
/// Where fewer mentions than this were to be expected, silence is no dip.
pub const LEAST_FOR_DIP: f64 = 12.0;

const WEEK: usize = 168;
/// Cells differ from their parents by at least this relative variance, at most by the other.
const LEAST_RHYTHM: f64 = 0.002;
/// See [`LEAST_RHYTHM`].
const MOST_RHYTHM: f64 = 10.0;
/// Anscombe residuals beyond this are outbreaks (Noufaily et al. 2013).
const OUTBREAK: f64 = 2.58;
/// No stream of posts is taken to be steadier than this: dispersion (variance − mean) ÷ mean².
const LEAST_DISPERSION: f64 = 0.02;

/// What is usual for a watch, by hour of the week. Hours are counted from 1970-01-01T00:00 of
/// any one clock (UTC, or local time: better, since people live by it).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// Known hours.
    hours: usize,
    /// Mean by hour of the week, Monday 0:00 first; empty without history.
    cells: Vec<Cell>,
    /// (variance − mean) ÷ mean², over all cells.
    dispersion: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Cell {
    /// Mentions an hour.
    mean: f64,
    /// Weighted hours of this very cell that were seen.
    seen: f64,
    /// Relative variance of the mean itself.
    doubt: f64,
    /// Hours the mean rests on, its parent's credit among them.
    rests: f64,
}

/// Something unusual.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Unusual {
    /// More than usual.
    Burst(Finding),
    /// Less than usual.
    Dip(Finding),
}

/// What was seen and by which rule it is unusual.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Mentions in the hour so far.
    pub seen: u64,
    /// Mentions to be expected in the same part of the hour; 0 without history.
    pub expected: f64,
    /// Probability of so many (so few) or more (fewer); 1 where no history says.
    pub probability: f64,
    /// By which rule.
    pub rule: Rule,
}

/// The rule behind a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    /// The tail of a negative binomial law about the usual.
    Tail,
    /// No history yet: [`WITHOUT_HISTORY`] mentions in an hour.
    Absolute,
}

impl Baseline {
    /// Learns from pairs of hour and mentions in it, in any order. Hours that are not listed are
    /// unknown (nobody listened), not empty: list hours with 0 mentions, too. Of an hour listed
    /// twice the last pair counts. The hour under judgement does not belong in here.
    #[must_use]
    pub fn of(counts: &[(i64, u32)]) -> Baseline {
        let newest = counts.iter().map(|c| c.0).max().unwrap_or(0);
        let by_hour: std::collections::BTreeMap<i64, u32> =
            counts.iter().copied().filter(|c| newest - c.0 < OLDEST).collect();
        let hours = by_hour.len();
        if hours < MIN_HOURS {
            return Baseline { hours, cells: Vec::new(), dispersion: 0.0 };
        }
        let mut counted: Vec<Counted> = by_hour
            .into_iter()
            .map(|(hour, n)| Counted {
                cell: of_week(hour),
                n: f64::from(n),
                weight: 0.5_f64.powf((newest - hour) as f64 / HALF_LIFE),
                trust: 1.0,
            })
            .collect();
        let mut cells = means(&counted, LEAST_DISPERSION);
        set_aside(&mut counted, &cells);
        cells = means(&counted, LEAST_DISPERSION);
        let mut dispersion = spread(&counted, &cells);
        // Twice: outbreaks hide behind the spread that they cause.
        for _ in 0..2 {
            distrust(&mut counted, &cells, dispersion);
            cells = means(&counted, dispersion);
            dispersion = spread(&counted, &cells);
        }
        Baseline { hours, cells, dispersion }
    }

    /// Whether there is enough history to judge by.
    #[must_use]
    pub fn knows(&self) -> bool {
        !self.cells.is_empty()
    }

    /// Mentions to be expected in a whole hour; `None` without history.
    #[must_use]
    pub fn expected(&self, hour: i64) -> Option<f64> {
        self.cells.get(of_week(hour)).map(|cell| cell.mean)
    }

    /// Judges `seen` mentions in the first `part` (0 to 1) of the hour `hour`. May be asked as often
    /// as one likes within an hour.
    #[must_use]
    pub fn judge(&self, hour: i64, seen: u64, part: f64) -> Option<Unusual> {
        let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
        let Some(cell) = self.cells.get(of_week(hour)) else {
            let finding = Finding { seen, expected: 0.0, probability: 1.0, rule: Rule::Absolute };
            return (seen >= WITHOUT_HISTORY).then_some(Unusual::Burst(finding));
        };
        let expected = cell.mean * part;
        let law = law::NegativeBinomial::new(expected, self.dispersion + cell.doubt);
        let finding = |probability| Finding { seen, expected, probability, rule: Rule::Tail };
        // An hour of the week that was not seen twice may have a rhythm nobody knows yet.
        let well_known = cell.seen >= 1.5;
        let times = if well_known { 2.0 } else { 3.0 };
        if seen >= MIN_MENTIONS && seen as f64 >= times * expected {
            let probability = law.at_least(seen);
            if probability < 1.0 / CHANCE {
                return Some(Unusual::Burst(finding(probability)));
            }
        }
        if well_known && expected >= LEAST_FOR_DIP && seen as f64 <= expected / 4.0 {
            let probability = law.at_most(seen);
            if probability < 1.0 / CHANCE {
                return Some(Unusual::Dip(finding(probability)));
            }
        }
        None
    }
}

/// An hour that was counted.
struct Counted {
    cell: usize,
    n: f64,
    /// By age, 0 to 1.
    weight: f64,
    /// Less than 1 for outbreaks.
    trust: f64,
}

/// The hour of the week, Monday 0:00 being 0. 1970-01-01 was a Thursday.
fn of_week(hour: i64) -> usize {
    (hour.rem_euclid(WEEK as i64) as usize + 3 * 24) % WEEK
}

/// The parent of a cell: its hour of the day, on weekdays (0 to 23) or the weekend (24 to 47).
fn of_day(cell: usize) -> usize {
    cell % 24 + if cell / 24 >= 5 { 24 } else { 0 }
}

/// Weighted mentions and hours of one group of counts.
#[derive(Clone, Copy, Default)]
struct Sum {
    mentions: f64,
    hours: f64,
}

impl Sum {
    fn add(&mut self, c: &Counted) {
        self.mentions += c.weight * c.trust * c.n;
        self.hours += c.weight * c.trust;
    }

    /// The Gamma–Poisson mean under a parent worth `credit` hours.
    fn under(self, parent: f64, credit: f64) -> f64 {
        (self.mentions + credit * parent) / (self.hours + credit)
    }
}

/// By how much children differ from their parents beyond chance, as a relative variance: the
/// moment estimate of Bühlmann and Straub.
fn rhythm(children: impl Iterator<Item = (Sum, f64)>, dispersion: f64) -> f64 {
    let (mut excess, mut squares) = (0.0, 0.0);
    for (child, parent) in children.filter(|(child, _)| child.hours > 0.0) {
        let off = child.mentions / child.hours - parent;
        excess += child.hours * off * off - (parent + dispersion * parent * parent);
        squares += child.hours * parent * parent;
    }
    (excess / squares.max(1e-9)).clamp(LEAST_RHYTHM, MOST_RHYTHM)
}

fn means(counted: &[Counted], dispersion: f64) -> Vec<Cell> {
    let mut all = Sum::default();
    let (mut days, mut cells) = ([Sum::default(); 48], [Sum::default(); WEEK]);
    for c in counted {
        all.add(c);
        days[of_day(c.cell)].add(c);
        cells[c.cell].add(c);
    }
    // Half a mention in all keeps a silent watch's mean above zero.
    let overall = (all.mentions + 0.5) / (all.hours + 1.0);
    let credit = |parent: f64, rhythm: f64| (1.0 / parent + dispersion) / rhythm;
    let daily = rhythm(days.iter().map(|&d| (d, overall)), dispersion);
    let days = days.map(|d| d.under(overall, credit(overall, daily)));
    let weekly = rhythm(cells.iter().enumerate().map(|(i, &c)| (c, days[of_day(i)])), dispersion);
    let cell = |(i, sum): (usize, &Sum)| {
        let parent = days[of_day(i)];
        let credit = credit(parent, weekly);
        let mean = sum.under(parent, credit);
        let rests = (sum.hours + credit).min(all.hours).max(1.0);
        Cell { mean, seen: sum.hours, doubt: (1.0 / mean + dispersion) / rests, rests }
    };
    cells.iter().enumerate().map(cell).collect()
}

/// Moment estimate of (variance − mean) ÷ mean² about the cells. An hour pulls its own cell's mean
/// towards itself, so its distance is taken as if it had been left out.
fn spread(counted: &[Counted], cells: &[Cell]) -> f64 {
    let (mut excess, mut squares) = (0.0, 0.0);
    for c in counted {
        let cell = cells[c.cell];
        let weight = c.weight * c.trust;
        let others = (1.0 - weight / cell.rests).max(0.2);
        excess += weight * ((c.n - cell.mean).powi(2) / others - cell.mean);
        squares += weight * cell.mean * cell.mean;
    }
    (excess / squares.max(1e-9)).clamp(LEAST_DISPERSION, 10.0)
}

/// The highest fiftieth of all hours, against their means, is left out of the first look.
fn set_aside(counted: &mut [Counted], cells: &[Cell]) {
    let ratio = |c: &Counted| (c.n + 0.5) / (cells[c.cell].mean + 0.5);
    let mut ratios: Vec<f64> = counted.iter().map(ratio).collect();
    ratios.sort_by(f64::total_cmp);
    let limit = ratios.get(counted.len() * 49 / 50).copied().unwrap_or(f64::INFINITY);
    for c in counted.iter_mut() {
        c.trust = if ratio(c) > limit { 0.0 } else { 1.0 };
    }
}

/// Outbreaks weigh by (2.58 ÷ residual)², the residual being Anscombe's for a Poisson law whose
/// scale is widened to the stream's own spread.
fn distrust(counted: &mut [Counted], cells: &[Cell], dispersion: f64) {
    for c in counted {
        let mean = cells[c.cell].mean;
        let scale = (1.0 + dispersion * mean).sqrt();
        let residual = 1.5 * (c.n.powf(2.0 / 3.0) - mean.powf(2.0 / 3.0)) / mean.powf(1.0 / 6.0);
        let residual = residual / scale;
        c.trust = if residual > OUTBREAK { (OUTBREAK / residual).powi(2) } else { 1.0 };
    }
}

#[cfg(test)]
mod tests;
