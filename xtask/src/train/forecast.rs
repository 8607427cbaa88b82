//! `cargo xtask train forecast`: fits the forecast's committee and its conformal corrections to
//! repost cascades and writes `forecast.rs`, the source of `crates/domain/src/forecast/weights.rs`.
//!
//! Every cascade is seen at many ages ([`AGES`]) and by one model, which is worth more than one
//! model per age (shared windows are shares of the age). The most likely size minimises a smooth
//! count of misses in relative error, 1 − exp(−(p/N − 1)²/2s²), since the figure that matters is
//! the median of |p/N − 1|; the ends minimise the quantile loss. A quarter of the rows lack the
//! hour, the followers or the rung, so that the model knows what to do without. Adam, fixed
//! order and seed; the folds run beside each other.

use std::fmt::Write as _;
use std::path::Path;

use domain::forecast::features::{AHEAD, features};
use domain::forecast::model::{BANDS, Growth, MOMENTS, Model, OUTPUTS, band};
use domain::forecast::{Appearance, History, MIN_POSTS};
use domain::{HOUR, SECOND, Tier, Time};
use serde::Deserialize;

use super::data;

/// Ages in hours at which every cascade is seen.
pub const AGES: [f64; 16] =
    [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0, 12.0, 18.0, 24.0, 36.0, 48.0, 96.0];
/// Parts of the cross-validation, by a hash of the cascade's name.
pub const FOLDS: usize = 5;
/// Networks in the committee.
const NETWORKS: usize = 3;
/// Cells of the hidden layer.
const HIDDEN: usize = 16;
const EPOCHS: usize = 15;
const BATCH: usize = 128;
const RATE: f32 = 0.01;
const DECAY: f32 = 0.05;
/// Width of a miss in relative error.
const MISS: f32 = 0.5;
/// How much absolute logarithmic error counts beside misses, so that far rows still pull.
const PULL: f32 = 0.05;

/// A cascade as it lies in the file; what the product has not is not read.
#[derive(Debug, Deserialize)]
pub struct Cascade {
    /// Hexadecimal.
    pub id: String,
    hour_local: u8,
    followers: u64,
    verified: bool,
    /// Ages of the reposts in seconds, ascending.
    pub seconds: Vec<i64>,
    /// Which repost a repost repeats; −1 is the first post.
    pub parent: Vec<i64>,
}

impl Cascade {
    /// Its part of the cross-validation.
    pub fn fold(&self) -> usize {
        // FNV-1a: stable over versions of the standard library.
        let hash = self.id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
        });
        (hash >> 32) as usize % FOLDS
    }

    /// Reposts until an age in hours.
    pub fn until(&self, hours: f64) -> usize {
        self.seconds.partition_point(|&s| s as f64 <= hours * 3600.0)
    }

    /// Its posts as the product sees them.
    pub fn appearances(&self) -> Vec<Appearance> {
        let rung = Some(if self.verified { Tier::Professional } else { Tier::Private });
        let first = Appearance { reach: Some(self.followers), rung, ..Appearance::default() };
        let later = self.seconds.iter().map(|&s| Appearance {
            at: Time(s * SECOND),
            copy: true,
            ..Appearance::default()
        });
        std::iter::once(first).chain(later).collect()
    }

    /// Local time, of which the file says only the hour: its middle is taken.
    pub fn zone(&self) -> Option<i64> {
        Some(i64::from(self.hour_local) * HOUR + HOUR / 2)
    }
}

/// Reads the cascades of a data folder.
///
/// # Errors
/// The file is missing or unreadable.
pub fn cascades(folder: &Path) -> anyhow::Result<Vec<Cascade>> {
    let text = data::unpack(&std::fs::read(folder.join("cascades/weibo_ced_dev.jsonl.gz"))?)?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// A cascade at one age.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which cascade.
    pub cascade: usize,
    /// Its part.
    pub fold: usize,
    /// Hours since the first post.
    pub age: f64,
    /// Posts then, the first among them.
    pub size: usize,
    /// What the model reads.
    pub x: Vec<f32>,
    /// Logarithms of growth until each moment ahead.
    pub y: [f32; MOMENTS],
    /// Something was hidden: such rows teach and are not measured.
    pub hidden: bool,
}

/// Every cascade at every age, where the product would speak. With `structure` the model also
/// reads who reposted whom, which the product does not have.
pub fn rows(cascades: &[Cascade], structure: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    for (i, cascade) in cascades.iter().enumerate() {
        let posts = cascade.appearances();
        for (j, &age) in AGES.iter().enumerate() {
            let size = cascade.until(age) + 1;
            if size < MIN_POSTS {
                continue;
            }
            let y = AHEAD.map(|h| {
                let then = if h > 1000.0 { cascade.seconds.len() } else { cascade.until(age + h) };
                ((then + 1) as f32 / size as f32).ln()
            });
            let hide = (i + j) % 4 == 0;
            for hidden in [false, true].into_iter().take(1 + usize::from(hide)) {
                let x =
                    describe(cascade, &posts, age, hidden.then_some((i / 4 + j) % 4), structure);
                rows.push(Row { cascade: i, fold: cascade.fold(), age, size, x, y, hidden });
            }
        }
    }
    rows
}

/// The model's numbers for a cascade at an age, with one thing or all things hidden.
fn describe(
    cascade: &Cascade,
    posts: &[Appearance],
    age: f64,
    hide: Option<usize>,
    structure: bool,
) -> Vec<f32> {
    let mut posts = posts.to_vec();
    if matches!(hide, Some(1 | 3)) {
        posts[0].reach = None;
    }
    if matches!(hide, Some(2 | 3)) {
        posts[0].rung = None;
    }
    let zone = if matches!(hide, Some(0 | 3)) { None } else { cascade.zone() };
    let history = History { first: Time(0), appearances: &posts, zone };
    let now = Time((age * HOUR as f64) as i64);
    let mut x = features(&history, now).to_vec();
    if structure {
        x.extend(tree(cascade, age));
    }
    x
}

/// Depth and branching: share of direct reposts, deepest, mean depth, widest, parents.
fn tree(cascade: &Cascade, age: f64) -> [f32; 6] {
    let n = cascade.until(age);
    let parents = &cascade.parent[..n];
    let (mut depth, mut children) = (vec![0.0_f32; n], vec![0.0_f32; n]);
    for (i, &parent) in parents.iter().enumerate() {
        if let Some(p) = usize::try_from(parent).ok().filter(|&p| p < i) {
            depth[i] = depth[p] + 1.0;
            children[p] += 1.0;
        }
    }
    let all = n.max(1) as f32;
    let direct = depth.iter().filter(|d| **d == 0.0).count() as f32;
    let third = cascade.until(age * 2.0 / 3.0);
    let late = depth[third..].iter().filter(|d| **d > 0.0).count() as f32;
    [
        direct / all,
        depth.iter().copied().fold(0.0, f32::max).ln_1p(),
        depth.iter().sum::<f32>() / all,
        children.iter().copied().fold(0.0, f32::max).ln_1p(),
        children.iter().filter(|c| **c > 0.0).count() as f32 / all,
        ((0.5 + late) / (0.5 + all / 3.0)).ln(),
    ]
}

/// A fitted committee.
#[derive(Debug)]
pub struct Fitted {
    inputs: usize,
    numbers: Vec<f32>,
    /// Conformal corrections; zero until they are known.
    pub widen: [[f32; MOMENTS]; BANDS],
}

impl Fitted {
    /// As the product evaluates it.
    pub fn model(&self) -> Model<'_> {
        Model { inputs: self.inputs, hidden: HIDDEN, numbers: &self.numbers, widen: self.widen }
    }
}

/// Fits a committee to rows (at least one).
pub fn fit(rows: &[&Row]) -> Fitted {
    let inputs = rows[0].x.len();
    let mut numbers = scales(rows, inputs);
    let scaled: Vec<(Vec<f32>, [f32; MOMENTS])> = {
        let model = Model { inputs, hidden: HIDDEN, numbers: &numbers, widen: Default::default() };
        rows.iter().map(|r| (model.scaled(&r.x), r.y)).collect()
    };
    for seed in 0..NETWORKS {
        numbers.extend(network(&scaled, inputs, seed as u64));
    }
    Fitted { inputs, numbers, widen: Default::default() }
}

fn scales(rows: &[&Row], inputs: usize) -> Vec<f32> {
    let n = rows.len() as f32;
    let mean = |i: usize| rows.iter().map(|r| r.x[i]).sum::<f32>() / n;
    let means: Vec<f32> = (0..inputs).map(mean).collect();
    let spread = |i: usize| {
        let squares = rows.iter().map(|r| (r.x[i] - means[i]).powi(2)).sum::<f32>();
        (squares / n).sqrt().max(1e-3)
    };
    let spreads: Vec<f32> = (0..inputs).map(spread).collect();
    means.into_iter().chain(spreads).collect()
}

/// SplitMix64: the same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between −1 and 1.
    fn even(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u32 << 23) as f32 - 1.0
    }

    fn shuffle(&mut self, order: &mut [usize]) {
        for i in (1..order.len()).rev() {
            order.swap(i, (self.next() % (i as u64 + 1)) as usize);
        }
    }
}

/// One network by Adam with decoupled decay (Loshchilov & Hutter 2019) and a cosine rate.
fn network(rows: &[(Vec<f32>, [f32; MOMENTS])], inputs: usize, seed: u64) -> Vec<f32> {
    let mut dice = Dice(seed);
    let mut w = start(inputs, rows, &mut dice);
    let (mut m, mut v) = (vec![0.0_f32; w.len()], vec![0.0_f32; w.len()]);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let steps = EPOCHS * order.len().div_ceil(BATCH);
    let mut step = 0;
    let mut cells = vec![0.0; HIDDEN];
    for _ in 0..EPOCHS {
        dice.shuffle(&mut order);
        for batch in order.chunks(BATCH) {
            let done = step as f32 / steps as f32;
            // A wide miss first, lest rows that start far away are given up.
            let miss = MISS * (1.0 + 6.0 * (1.0 - done / 0.3).max(0.0));
            let mut g = vec![0.0_f32; w.len()];
            for &i in batch {
                add_slope(&w, &rows[i], inputs, miss, &mut cells, &mut g);
            }
            step += 1;
            let rate = RATE
                * (step as f32 / 50.0).min(1.0)
                * (0.5 + 0.5 * (std::f32::consts::PI * done).cos());
            let (c1, c2) = (1.0 - 0.9_f32.powi(step), 1.0 - 0.999_f32.powi(step));
            for i in 0..w.len() {
                let slope = g[i] / batch.len() as f32;
                m[i] = 0.9 * m[i] + 0.1 * slope;
                v[i] = 0.999 * v[i] + 0.001 * slope * slope;
                w[i] -= rate * ((m[i] / c1) / ((v[i] / c2).sqrt() + 1e-8) + DECAY * w[i]);
            }
        }
    }
    w
}

fn start(inputs: usize, rows: &[(Vec<f32>, [f32; MOMENTS])], dice: &mut Dice) -> Vec<f32> {
    let mut w = vec![0.0; Model::per_network(inputs, HIDDEN)];
    let wide = (3.0 / inputs as f32).sqrt();
    w[..HIDDEN * inputs].iter_mut().for_each(|v| *v = wide * dice.even());
    let out = HIDDEN * inputs + HIDDEN;
    w[out..out + OUTPUTS * HIDDEN].iter_mut().for_each(|v| *v = 0.15 * dice.even());
    let last = w.len() - OUTPUTS;
    for m in 0..MOMENTS {
        let mean = rows.iter().map(|r| r.1[m]).sum::<f32>() / rows.len() as f32;
        w[last + 3 * m..last + 3 * m + 3].fill(mean);
    }
    w
}

/// Adds the slope of one row's loss to `g`.
fn add_slope(
    w: &[f32],
    (x, y): &(Vec<f32>, [f32; MOMENTS]),
    inputs: usize,
    miss: f32,
    cells: &mut [f32],
    g: &mut [f32],
) {
    let (into, offsets) = (HIDDEN * inputs, HIDDEN * inputs + HIDDEN);
    let (straight, last) = (offsets + OUTPUTS * HIDDEN, w.len() - OUTPUTS);
    for (h, cell) in cells.iter_mut().enumerate() {
        *cell = (dot(&w[h * inputs..(h + 1) * inputs], x) + w[into + h]).tanh();
    }
    let mut back = [0.0_f32; HIDDEN];
    for o in 0..OUTPUTS {
        let row = &w[offsets + o * HIDDEN..offsets + (o + 1) * HIDDEN];
        let line = &w[straight + o * inputs..straight + (o + 1) * inputs];
        let slope = loss(o % 3, dot(row, cells) + dot(line, x) + w[last + o] - y[o / 3], miss);
        back.iter_mut().zip(row).for_each(|(b, r)| *b += slope * r);
        add(&mut g[offsets + o * HIDDEN..offsets + (o + 1) * HIDDEN], cells, slope);
        add(&mut g[straight + o * inputs..straight + (o + 1) * inputs], x, slope);
        g[last + o] += slope;
    }
    for h in 0..HIDDEN {
        let slope = back[h] * (1.0 - cells[h] * cells[h]);
        add(&mut g[h * inputs..(h + 1) * inputs], x, slope);
        g[into + h] += slope;
    }
}

/// The slope of the loss of the low end, the most likely value, the high end.
fn loss(kind: usize, error: f32, miss: f32) -> f32 {
    let above = f32::from(u8::from(error > 0.0));
    match kind {
        0 => above - 0.1,
        2 => above - 0.9,
        _ => {
            let error = error.clamp(-3.0, 3.0);
            let relative = error.exp_m1();
            let weight = (-(relative / miss).powi(2) / 2.0).max(-30.0).exp();
            weight * relative * error.exp() / miss + PULL * error.signum()
        }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn add(into: &mut [f32], what: &[f32], times: f32) {
    into.iter_mut().zip(what).for_each(|(i, w)| *i += times * w);
}

/// One committee per fold, fitted on the other folds.
///
/// # Errors
/// A fold's thread ends early.
pub fn folds(rows: &[Row]) -> anyhow::Result<Vec<Fitted>> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..FOLDS)
            .map(|fold| {
                scope
                    .spawn(move || fit(&rows.iter().filter(|r| r.fold != fold).collect::<Vec<_>>()))
            })
            .collect();
        threads
            .into_iter()
            .map(|t| t.join().map_err(|_| anyhow::anyhow!("a fold failed")))
            .collect()
    })
}

/// Conformal corrections (Romano et al. 2019) from what models said of rows they had not seen.
pub fn widen(said: &[(&Row, [Growth; MOMENTS])]) -> [[f32; MOMENTS]; BANDS] {
    std::array::from_fn(|b| {
        std::array::from_fn(|m| {
            let of = said.iter().filter(|(r, _)| band(r.age) == b);
            let mut scores: Vec<f32> =
                of.map(|(r, g)| (g[m].low - r.y[m]).max(r.y[m] - g[m].high)).collect();
            scores.sort_by(f32::total_cmp);
            let rank = (0.8 * (scores.len() as f32 + 1.0)).ceil() as usize;
            scores.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
        })
    })
}

/// Fits everything and writes the source of the weights.
///
/// # Errors
/// Data that are missing or unreadable.
pub fn train(folder: &Path) -> anyhow::Result<String> {
    let rows = rows(&cascades(folder)?, false);
    let folds = folds(&rows)?;
    let open = rows.iter().filter(|r| !r.hidden);
    let said: Vec<_> = open.map(|r| (r, folds[r.fold].model().raw(&r.x))).collect();
    let all = fit(&rows.iter().collect::<Vec<_>>());
    Ok(source(&all, &widen(&said)))
}

fn source(all: &Fitted, widen: &[[f32; MOMENTS]; BANDS]) -> String {
    let mut out = String::from(
        "//! Made by `cargo xtask train forecast` from repost cascades (Liu et al. 2015).\n\n\
         use super::model::{BANDS, MOMENTS};\n\n",
    );
    let _ = writeln!(out, "pub(super) const HIDDEN: usize = {HIDDEN};\n");
    let _ = writeln!(out, "pub(super) const WIDEN: [[f32; MOMENTS]; BANDS] = [");
    for row in widen {
        let row: Vec<String> = row.iter().map(|v| format!("{v:.4}")).collect();
        let _ = writeln!(out, "    [{}],", row.join(", "));
    }
    let _ = writeln!(out, "];\n\npub(super) static NUMBERS: [f32; {}] = [", all.numbers.len());
    for line in all.numbers.chunks(16) {
        let line: Vec<String> = line.iter().map(|v| format!("{v:.4}")).collect();
        let _ = writeln!(out, "    {},", line.join(", "));
    }
    out + "];\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fit_finds_what_decides() {
        let mut dice = Dice(1);
        let rows: Vec<Row> = (0..600)
            .map(|cascade| {
                let x = vec![dice.even(), dice.even()];
                let y = [0.2, 0.4, 0.6, 0.8, 1.0].map(|scale: f32| scale * (1.0 + x[0]));
                Row { cascade, fold: cascade % FOLDS, age: 1.0, size: 9, x, y, hidden: false }
            })
            .collect();
        let fitted = fit(&rows.iter().collect::<Vec<_>>());
        let check = |x: [f32; 2], expect: f32| {
            let said = fitted.model().raw(&x)[4].expected;
            assert!((said - expect).abs() < 0.15, "{x:?}: {said} for {expect}");
        };
        check([-0.5, 0.3], 0.5);
        check([0.5, -0.3], 1.5);
    }
}
