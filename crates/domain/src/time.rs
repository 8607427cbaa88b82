//! Points in time as values. `domain` knows no clock: whoever needs "now" passes it in.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z. May be negative; never saturates silently in
/// practice, because arithmetic is saturating at the ends of `i64`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Time(pub i64);

/// One second in milliseconds.
pub const SECOND: i64 = 1_000;
/// One minute in milliseconds.
pub const MINUTE: i64 = 60 * SECOND;
/// One hour in milliseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// One day in milliseconds.
pub const DAY: i64 = 24 * HOUR;

impl Time {
    /// The moment `ms` milliseconds later (earlier when negative).
    #[must_use]
    pub const fn plus(self, ms: i64) -> Time {
        Time(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`; negative when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Time) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The start of the bucket of `width` milliseconds (at least 1) that holds this moment.
    #[must_use]
    pub const fn bucket(self, width: i64) -> Time {
        let width = if width < 1 { 1 } else { width };
        Time(self.0.div_euclid(width) * width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_moments_before_1970_too() {
        assert_eq!(Time(-1).bucket(HOUR), Time(-HOUR));
        assert_eq!(Time(HOUR + 5).bucket(HOUR), Time(HOUR));
    }

    #[test]
    fn arithmetic_does_not_overflow() {
        assert_eq!(Time(i64::MAX).plus(1), Time(i64::MAX));
        assert_eq!(Time(i64::MIN).since(Time(1)), i64::MIN);
    }
}
