//! The latency ledger: how long from published to received, matched and told.

use serde::{Deserialize, Serialize};

use crate::time::{MINUTE, Time};

/// The four moments of a mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moments {
    /// By the platform's word.
    pub published: Time,
    /// When Horch held it in its hands.
    pub received: Time,
    /// When a watch matched it.
    pub matched: Time,
    /// When the first person or system was told (a receipt, an open page, a terminal);
    /// `None` while nobody was.
    pub told: Option<Time>,
}

/// What the ledger says of a set of mentions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// Mentions counted.
    pub mentions: u64,
    /// Share known (matched) within five minutes of publication, 0 to 1.
    pub within_five_minutes: f64,
    /// Median from published to matched, in milliseconds.
    pub median_ms: i64,
    /// 99th percentile from published to matched, in milliseconds.
    pub p99_ms: i64,
    /// Median from published to told, in milliseconds, over those that were told.
    pub told_median_ms: Option<i64>,
}

/// Sums up a set of mentions; `None` for an empty one.
#[must_use]
pub fn summarise(moments: &[Moments]) -> Option<Latency> {
    if moments.is_empty() {
        return None;
    }
    let mut known: Vec<i64> = moments.iter().map(|m| m.matched.since(m.published).max(0)).collect();
    known.sort_unstable();
    let mut told: Vec<i64> =
        moments.iter().filter_map(|m| Some(m.told?.since(m.published).max(0))).collect();
    told.sort_unstable();
    let soon = known.iter().filter(|&&ms| ms <= 5 * MINUTE).count();
    Some(Latency {
        mentions: known.len() as u64,
        within_five_minutes: soon as f64 / known.len() as f64,
        median_ms: percentile(&known, 0.5)?,
        p99_ms: percentile(&known, 0.99)?,
        told_median_ms: percentile(&told, 0.5),
    })
}

/// The nearest-rank percentile (0 to 1) of ascending values.
#[must_use]
pub fn percentile(ascending: &[i64], share: f64) -> Option<i64> {
    let rank = (share.clamp(0.0, 1.0) * ascending.len() as f64).ceil() as usize;
    ascending.get(rank.max(1) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_rank() {
        let values = [1, 2, 3, 4];
        assert_eq!(percentile(&values, 0.5), Some(2));
        assert_eq!(percentile(&values, 0.99), Some(4));
        assert_eq!(percentile(&values, 0.0), Some(1));
        assert_eq!(percentile(&[], 0.5), None);
    }

    #[test]
    fn a_clock_ahead_of_ours_is_not_a_negative_latency() {
        let m = Moments { published: Time(9), received: Time(5), matched: Time(6), told: None };
        let sum = summarise(&[m]).expect("one mention");
        assert_eq!((sum.median_ms, sum.told_median_ms), (0, None));
    }
}
