//! How often a feed is visited: often where much is said, seldom where little is, and less and
//! less where nobody answers.

use std::time::Duration;

use domain::{DAY, HOUR, Time};

use super::read::hash_of;

/// A silent feed of the catalogue is visited at least so often, in seconds.
const SLOWEST: u64 = 3_600;
/// A busy feed is visited at most so often, in seconds.
const FASTEST: u64 = 60;

/// What the next wait depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// The wait that the settings ask for, in seconds.
    pub base: u64,
    /// The last wait, in seconds; 0 before the first.
    pub last: u64,
    /// The visit brought something new.
    pub fresh: bool,
    /// When the newest post heard was published.
    pub newest: Option<Time>,
    /// The operator named the feed: it is never left alone for long.
    pub own: bool,
}

/// The next wait in seconds after a visit that went well.
pub(crate) fn next(pace: Pace, now: Time) -> u64 {
    let last = if pace.last == 0 { pace.base } else { pace.last };
    let silent_for = pace.newest.map_or(30 * DAY, |newest| now.since(newest));
    let slowest = match silent_for {
        ..HOUR => pace.base,
        HOUR..DAY => pace.base * 2,
        DAY.. => SLOWEST,
    };
    let slowest = if pace.own { slowest.min(pace.base * 3) } else { slowest };
    let fastest = (pace.base / 3).max(FASTEST).min(pace.base);
    let wait = if pace.fresh { last.min(pace.base) * 2 / 3 } else { last * 3 / 2 };
    wait.clamp(fastest, slowest.min(SLOWEST).max(pace.base))
}

/// The wait in seconds after `failures` failed visits in a row (at least 1).
pub(crate) fn after_failure(base: u64, failures: u32, lasting: bool) -> u64 {
    let longest = if lasting { 86_400 } else { SLOWEST };
    let doubled = base.saturating_mul(1 << failures.saturating_sub(1).min(16));
    doubled.clamp(FASTEST, longest.max(base))
}

/// A moment within `span` that depends on the address alone: spreads visits without chance.
pub(crate) fn spread(url: &str, span: Duration) -> i64 {
    let span = u64::try_from(span.as_millis()).unwrap_or(u64::MAX).max(1);
    i64::try_from(hash_of(url) % span).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(visits: &[bool], age: i64, own: bool, expect: u64) {
        let now = Time(100 * DAY);
        let mut wait = 0;
        for &fresh in visits {
            let newest = Some(now.plus(-age));
            wait = next(Pace { base: 300, last: wait, fresh, newest, own }, now);
        }
        assert_eq!(wait, expect, "{visits:?} {age}");
    }

    #[test]
    fn busy_feeds_are_visited_more_often_and_silent_ones_less() {
        check(&[true], 0, false, 200);
        check(&[true; 10], 0, false, 100);
        check(&[false; 10], 0, false, 300);
        check(&[false; 10], 2 * HOUR, false, 600);
        check(&[false; 20], 3 * DAY, false, 3_600);
        check(&[false; 20], 3 * DAY, true, 900);
        let mut silent_then_busy = vec![false; 20];
        silent_then_busy.push(true);
        check(&silent_then_busy, 3 * DAY, false, 200);
    }

    #[test]
    fn a_slow_wish_is_kept() {
        let pace = Pace { base: 86_400, last: 0, fresh: false, newest: None, own: false };
        assert_eq!(next(pace, Time(0)), 86_400);
    }

    #[test]
    fn failures_back_off() {
        assert_eq!(after_failure(300, 1, false), 300);
        assert_eq!(after_failure(300, 3, false), 1_200);
        assert_eq!(after_failure(300, 30, false), 3_600);
        assert_eq!(after_failure(300, 30, true), 86_400);
    }

    #[test]
    fn feeds_are_spread() {
        let span = Duration::from_secs(60);
        let moments: Vec<i64> =
            (0..100).map(|n| spread(&format!("https://{n}.example"), span)).collect();
        assert!(moments.iter().all(|moment| (0..60_000).contains(moment)));
        assert!((30..70).contains(&moments.iter().filter(|moment| **moment < 30_000).count()));
    }
}
