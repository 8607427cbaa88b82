//! What the forecast reads of a story: counts in windows, trend, self-excitation, hour, the
//! first source. Windows are mostly shares of the age, so that one model serves every age.
//!
//! The selection follows Cheng et al. (WWW 2014, temporal and root features) and Mishra et al.
//! (CIKM 2016: feature models and point processes are worth about the same and more together);
//! the self-exciting sums are the intensity of a Hawkes process with a power-law memory.

use super::History;
use super::clock::DayClock;
use crate::source::Tier;
use crate::time::{HOUR, Time};

/// How many numbers [`features`] gives.
pub const INPUTS: usize = 38;

/// Ages ahead of now in hours at which sizes are learnt; the last stands for "in the end".
pub const AHEAD: [f64; 5] = [1.0, 6.0, 24.0, 168.0, 2160.0];

const EARLY: [f64; 6] = [1.0 / 60.0, 1.0 / 20.0, 0.1, 0.2, 1.0 / 3.0, 2.0 / 3.0];
const RECENT: [f64; 6] = [1.0 / 60.0, 1.0 / 20.0, 0.1, 0.2, 1.0 / 3.0, 0.5];
const LAST_HOURS: [f64; 3] = [1.0, 6.0, 24.0];

/// What was seen of a story until now, in hours since its first post.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Hours since the first post.
    pub(crate) age: f64,
    /// Ages of the later posts, ascending, none beyond `age`.
    pub(crate) posts: Vec<f64>,
    /// The audience's clock.
    pub(crate) clock: DayClock,
}

impl Seen {
    /// What `history` tells until `now`. The earliest appearance is the first post.
    pub(crate) fn of(history: &History<'_>, now: Time) -> Seen {
        let hours = |from: Time, to: Time| to.since(from) as f64 / HOUR as f64;
        let seen = history.appearances.iter().filter(|a| a.at <= now);
        let mut posts: Vec<f64> = seen.map(|a| hours(history.first, a.at).max(0.0)).collect();
        posts.sort_by(f64::total_cmp);
        if !posts.is_empty() {
            posts.remove(0);
        }
        let local = history.zone.map(|z| history.first.plus(z).0.rem_euclid(24 * HOUR));
        let start = local.map(|ms| ms as f64 / HOUR as f64);
        let age = hours(history.first, now).max(1.0 / 60.0);
        Seen { age, posts, clock: DayClock::new(start) }
    }

    /// Later posts no older than `hours` before now.
    pub(crate) fn last(&self, hours: f64) -> usize {
        self.posts.len() - self.until(self.age - hours)
    }

    fn until(&self, age: f64) -> usize {
        self.posts.partition_point(|&s| s <= age)
    }
}

/// What the model reads of a story at `now`; every number is finite.
///
/// In this order: log of later posts; early counts and recent counts by shares of the age; counts
/// of the last hour, six hours and day; two self-exciting sums; mean age of posts; silence; longest
/// gap; what typical fading and the clock still promise until each of [`AHEAD`]; activity now and
/// ahead; the hour as a circle; followers and rung of the first source; the age.
#[must_use]
pub fn features(history: &History<'_>, now: Time) -> [f32; INPUTS] {
    let seen = Seen::of(history, now);
    let mut x = Vec::with_capacity(INPUTS);
    windows(&seen, &mut x);
    memory(&seen, &mut x);
    rhythm(&seen, &mut x);
    let first = history.appearances.iter().filter(|a| a.at <= now).min_by_key(|a| a.at);
    let reach = first.and_then(|a| a.reach);
    x.push(reach.map_or(0.0, |n| (n as f64).ln_1p()));
    x.push(f64::from(u8::from(reach.is_none())));
    x.push(
        first
            .and_then(|a| a.rung)
            .map_or(0.0, |t| if t >= Tier::Professional { 1.0 } else { -1.0 }),
    );
    x.push(seen.age.ln());
    x.push(f64::from(u8::from(!seen.clock.known())));
    let mut out = [0.0; INPUTS];
    out.iter_mut().zip(x).for_each(|(o, v)| *o = if v.is_finite() { v as f32 } else { 0.0 });
    out
}

fn windows(seen: &Seen, x: &mut Vec<f64>) {
    let (age, n) = (seen.age, seen.posts.len() as f64);
    x.push(n.ln_1p());
    x.extend(EARLY.map(|w| (seen.until(w * age) as f64).ln_1p() - n.ln_1p()));
    x.extend(RECENT.map(|w| ((0.5 + seen.last(w * age) as f64) / (0.5 + n * w)).ln()));
    x.extend(LAST_HOURS.map(|h| ((0.5 + seen.last(h) as f64) / (1.0 + n)).ln()));
}

fn memory(seen: &Seen, x: &mut Vec<f64>) {
    let (age, n) = (seen.age, seen.posts.len() as f64);
    let sum = |scale: f64, power: f64| -> f64 {
        seen.posts.iter().map(|s| (1.0 + (age - s) / scale).powf(-power)).sum()
    };
    x.push(((0.5 + sum(1.0 / 12.0, 0.5)) / (n + 1.0)).ln());
    x.push(((0.5 + sum(0.5, 1.0)) / (n + 1.0)).ln());
    let mean = seen.posts.iter().sum::<f64>() / n.max(1.0);
    x.push(if n > 0.0 { mean / age } else { 0.5 });
    let silent = age - seen.posts.last().copied().unwrap_or(0.0);
    x.push((silent * 60.0).ln_1p());
    let gap = seen.posts.windows(2).map(|w| w[1] - w[0]).fold(0.0, f64::max);
    x.push((if n > 1.0 { gap } else { age } * 60.0).ln_1p());
}

fn rhythm(seen: &Seen, x: &mut Vec<f64>) {
    let (age, clock) = (seen.age, seen.clock);
    let so_far = clock.expected(0.0, age);
    x.extend(AHEAD.map(|h| (clock.expected(age, age + h) / so_far).max(1e-6).ln()));
    x.push(clock.mean(age * 2.0 / 3.0, age).ln());
    x.push(clock.mean(age, age + 6.0).ln());
    x.push(clock.mean(age + 6.0, age + 24.0).ln());
    let turn = clock.hour(age).map(|h| std::f64::consts::TAU * h / 24.0);
    x.extend(turn.map_or([0.0; 4], |t| [t.sin(), t.cos(), (2.0 * t).sin(), (2.0 * t).cos()]));
}

#[cfg(test)]
mod tests {
    use super::super::{Appearance, History};
    use super::*;
    use crate::time::MINUTE;

    fn story(minutes: &[i64]) -> Vec<Appearance> {
        let post = |m: &i64| Appearance { at: Time(m * MINUTE), ..Appearance::default() };
        minutes.iter().map(post).collect()
    }

    #[test]
    fn the_order_of_appearances_changes_nothing() {
        let (ordered, mixed) = (story(&[0, 5, 9, 30]), story(&[30, 0, 9, 5]));
        let read = |a: &[Appearance]| {
            features(&History { first: Time(0), appearances: a, zone: Some(0) }, Time(HOUR))
        };
        assert_eq!(read(&ordered), read(&mixed));
    }

    #[test]
    fn what_comes_after_now_is_not_seen() {
        let check = |minutes: &[i64], expect: f32| {
            let posts = story(minutes);
            let history = History { first: Time(0), appearances: &posts, zone: None };
            let x = features(&history, Time(HOUR));
            assert!((x[0] - expect.ln_1p()).abs() < 1e-6, "{minutes:?}");
            assert!(x.iter().all(|v| v.is_finite()));
        };
        check(&[0, 5, 61], 1.0);
        check(&[0], 0.0);
        check(&[], 0.0);
    }
}
