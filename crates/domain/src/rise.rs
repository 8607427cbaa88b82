//! A rise in volume: more mentions in the last hour than the watch's own past explains.
//!
//! The number of mentions in an hour is held against a Poisson law whose mean is the watch's
//! hourly mean over the past days (at least [`MIN_HISTORY_HOURS`] of them). A rise is told when
//! so many mentions or more would be seen by chance less than once in [`CHANCE`] hours. The tail
//! is exact (a sum, no approximation). Three posts never raise an alarm: see [`MIN_MENTIONS`].
//! Real streams are burstier than Poisson, so the mean is raised by one standard error and the
//! excess must also be at least twofold.

use serde::{Deserialize, Serialize};

/// Fewer mentions in an hour than this never count as a rise.
pub const MIN_MENTIONS: u64 = 8;
/// Without this many hours of history nothing is said.
pub const MIN_HISTORY_HOURS: usize = 12;
/// By chance alone, one false alarm in this many hours.
pub const CHANCE: f64 = 10_000.0;

/// What was seen and what was to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rise {
    /// Mentions in the last 60 minutes.
    pub seen: u64,
    /// Mentions expected in 60 minutes, from the past.
    pub expected: f64,
}

/// Says whether `last_hour` mentions are a rise, given the counts of full past hours (any
/// order, the last 60 minutes not among them).
#[must_use]
pub fn rise(last_hour: u64, past_hours: &[u64]) -> Option<Rise> {
    if last_hour < MIN_MENTIONS || past_hours.len() < MIN_HISTORY_HOURS {
        return None;
    }
    let hours = past_hours.len() as f64;
    let mean = past_hours.iter().sum::<u64>() as f64 / hours;
    let variance = past_hours.iter().map(|&n| (n as f64 - mean).powi(2)).sum::<f64>() / hours;
    let spread = variance.max(mean).max(1.0).sqrt();
    let cautious = mean + spread / hours.sqrt();
    let twofold = last_hour as f64 >= 2.0 * cautious;
    let unusual = poisson_tail(last_hour, cautious) < 1.0 / CHANCE;
    (twofold && unusual).then_some(Rise { seen: last_hour, expected: mean })
}

/// Probability of `n` or more under a Poisson law of the given mean.
fn poisson_tail(n: u64, mean: f64) -> f64 {
    // Sum the head in log space term by term; means beyond 700 would underflow `exp(-mean)`.
    let mut log_term = -mean;
    let mut head = 0.0;
    for k in 0..n {
        head += log_term.exp();
        log_term += mean.ln() - ((k + 1) as f64).ln();
    }
    (1.0 - head).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(last_hour: u64, past: &[u64], expect: bool) {
        assert_eq!(rise(last_hour, past).is_some(), expect, "{last_hour} after {past:?}");
    }

    #[test]
    fn three_posts_are_no_alarm() {
        check(3, &[0; 48], false);
    }

    #[test]
    fn without_history_nothing_is_said() {
        check(500, &[0; 5], false);
    }

    #[test]
    fn a_flood_is_told_and_the_usual_is_not() {
        check(40, &[4; 48], true);
        check(9, &[4; 48], false);
        check(130, &[100; 48], false);
        check(400, &[100; 48], true);
        check(8, &[0; 48], true);
    }

    #[test]
    fn the_tail_is_exact_for_small_means() {
        assert!((poisson_tail(1, 1.0) - (1.0 - (-1.0_f64).exp())).abs() < 1e-12);
        assert!((poisson_tail(0, 3.0) - 1.0).abs() < 1e-12);
    }
}
