//! What went through the flow, and how long it took: counters and histograms of fixed size.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Steps each doubling is parted into: a value is known to within 3 %.
const STEPS: usize = 32;
/// Doublings from a microsecond on: up to more than an hour.
const DOUBLINGS: usize = 32;

/// Counters of what went through, since the flow was started.
#[derive(Debug, Default)]
pub struct Counters {
    /// Posts stored for the first time.
    pub new: AtomicU64,
    /// Posts known before.
    pub known: AtomicU64,
    /// Posts whose text had changed.
    pub edited: AtomicU64,
    /// Posts removed.
    pub deleted: AtomicU64,
    /// Mentions stored.
    pub mentions: AtomicU64,
    /// Transactions.
    pub transactions: AtomicU64,
    /// Posts that came in and are not stored yet.
    pub waiting: AtomicU64,
    /// From a post's arrival in the inlet to the matcher's word on it.
    pub matched: Histogram,
    /// From a post's arrival in the inlet to the commit of its transaction.
    pub committed: Histogram,
}

/// Durations by size, in memory of fixed size; any number of threads add to it.
pub struct Histogram {
    buckets: Box<[AtomicU64]>,
    longest: AtomicU64,
}

impl Default for Histogram {
    fn default() -> Histogram {
        let buckets = (0..STEPS * DOUBLINGS).map(|_| AtomicU64::new(0)).collect();
        Histogram { buckets, longest: AtomicU64::new(0) }
    }
}

impl std::fmt::Debug for Histogram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Histogram")
            .field("count", &self.count())
            .field("median", &self.quantile(0.5))
            .field("longest", &self.longest())
            .finish()
    }
}

impl Histogram {
    /// Adds a duration, `times` times.
    pub fn add(&self, duration: Duration, times: u64) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.buckets[bucket(micros)].fetch_add(times, Ordering::Relaxed);
        self.longest.fetch_max(micros, Ordering::Relaxed);
    }

    /// How many were added.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).sum()
    }

    /// The duration that this share (0 to 1) of all did not exceed, to within 3 %; zero while
    /// there is none.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Duration {
        self.since(&[], share)
    }

    /// All counts, to be handed to [`Histogram::since`] later.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u64> {
        self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect()
    }

    /// [`Histogram::quantile`] of what was added after a snapshot.
    #[must_use]
    pub fn since(&self, before: &[u64], share: f64) -> Duration {
        let counts: Vec<u64> = self
            .snapshot()
            .into_iter()
            .enumerate()
            .map(|(i, now)| now.saturating_sub(before.get(i).copied().unwrap_or(0)))
            .collect();
        quantile(&counts, share).min(self.longest())
    }

    /// The longest.
    #[must_use]
    pub fn longest(&self) -> Duration {
        Duration::from_micros(self.longest.load(Ordering::Relaxed))
    }
}

/// [`Histogram::quantile`] of a snapshot.
#[must_use]
pub fn quantile(snapshot: &[u64], share: f64) -> Duration {
    let all: u64 = snapshot.iter().sum();
    let wanted = (all as f64 * share.clamp(0.0, 1.0)).ceil().max(1.0) as u64;
    let mut seen = 0;
    for (i, count) in snapshot.iter().enumerate() {
        seen += count;
        if seen >= wanted {
            return Duration::from_micros(upper(i));
        }
    }
    Duration::ZERO
}

/// The bucket of so many microseconds: one each up to [`STEPS`], then that many a doubling.
fn bucket(micros: u64) -> usize {
    let steps = STEPS as u64;
    if micros < steps {
        return micros as usize;
    }
    let doubling = micros.ilog2() - steps.ilog2();
    let step = (micros >> doubling) as usize - STEPS;
    ((doubling as usize + 1) * STEPS + step).min(STEPS * DOUBLINGS - 1)
}

/// The largest number of microseconds that falls into a bucket.
fn upper(bucket: usize) -> u64 {
    if bucket < STEPS {
        return bucket as u64;
    }
    let (doubling, step) = (bucket / STEPS - 1, bucket % STEPS);
    (((STEPS + step + 1) as u64) << doubling) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_within_three_percent() {
        let histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.5), Duration::ZERO);
        for micros in 1..=100_000 {
            histogram.add(Duration::from_micros(micros), 1);
        }
        for share in [0.001, 0.25, 0.5, 0.99, 1.0] {
            let found = histogram.quantile(share).as_micros() as f64;
            let exact = 100_000.0 * share;
            assert!((found - exact).abs() / exact < 0.035, "{share}: {found} not {exact}");
        }
        assert_eq!(histogram.longest(), Duration::from_millis(100));
        let before = histogram.snapshot();
        histogram.add(Duration::from_secs(7_000_000), 3);
        assert_eq!(histogram.count(), 100_003);
        assert!(histogram.since(&before, 0.5) > Duration::from_secs(3_600));
    }

    #[test]
    fn every_duration_has_one_bucket() {
        for micros in (0..5_000).chain([1 << 20, u64::MAX]) {
            let at = bucket(micros);
            assert!(at == STEPS * DOUBLINGS - 1 || upper(at) >= micros);
            assert!(at == 0 || upper(at - 1) < micros);
        }
    }
}
