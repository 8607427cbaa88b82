//! How long a stream waits before it tries again.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// Waits that double from a first one up to a longest one, each shortened by up to a quarter so
/// that many installations do not come back in the same second. The jitter is a hash of stream
/// and try, so the same story replays the same waits.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    tries: u32,
    seed: u64,
}

impl Backoff {
    /// Waits from `first` to `longest` for the stream of that name.
    #[must_use]
    pub fn new(stream: &str, first: Duration, longest: Duration) -> Backoff {
        let mut hasher = DefaultHasher::new();
        stream.hash(&mut hasher);
        Backoff { first, longest, tries: 0, seed: hasher.finish() }
    }

    /// One second to one minute: for streams that are to be heard within seconds.
    #[must_use]
    pub fn stream(stream: &str) -> Backoff {
        Backoff::new(stream, Duration::from_secs(1), Duration::from_secs(60))
    }

    /// The next wait; at least `asked`, where the platform asked for one (`Retry-After`), but
    /// never more than an hour.
    pub fn next(&mut self, asked: Option<Duration>) -> Duration {
        let doubled = self.first.saturating_mul(1 << self.tries.min(20)).min(self.longest);
        let mut hasher = DefaultHasher::new();
        (self.seed, self.tries).hash(&mut hasher);
        let share = (hasher.finish() % 1_000) as f64 / 4_000.0;
        self.tries = self.tries.saturating_add(1);
        doubled.mul_f64(1.0 - share).max(asked.unwrap_or_default().min(Duration::from_secs(3_600)))
    }

    /// It works again: the next wait is the first one.
    pub fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_the_longest_and_start_over() {
        let mut backoff = Backoff::stream("bluesky");
        let waits: Vec<f64> = (0..10).map(|_| backoff.next(None).as_secs_f64()).collect();
        for (tries, wait) in waits.iter().enumerate() {
            let full = f64::from(1 << tries.min(10)).min(60.0);
            assert!(*wait <= full && *wait >= full * 0.75, "try {tries}: {wait}");
        }
        backoff.reset();
        assert!(backoff.next(None).as_secs_f64() <= 1.0);
    }

    #[test]
    fn what_the_platform_asks_for_is_kept_within_reason() {
        let mut backoff = Backoff::stream("bluesky");
        assert_eq!(backoff.next(Some(Duration::from_secs(90))), Duration::from_secs(90));
        assert_eq!(backoff.next(Some(Duration::from_secs(1 << 40))), Duration::from_secs(3_600));
    }

    #[test]
    fn two_streams_do_not_come_back_together() {
        let mut one = Backoff::stream("mastodon/one.example");
        let mut two = Backoff::stream("mastodon/two.example");
        assert_ne!(one.next(None), two.next(None));
    }
}
