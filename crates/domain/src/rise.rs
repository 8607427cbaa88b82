//! A rise or a dip in volume: how many mentions were seen, and how many were to be expected.
//! [`baseline`](crate::baseline) says when the difference is worth telling.

use serde::{Deserialize, Serialize};

/// Fewer mentions in an hour than this never count as a rise: three posts are no alarm.
pub const MIN_MENTIONS: u64 = 8;

/// What was seen and what was to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rise {
    /// Mentions in the last 60 minutes.
    pub seen: u64,
    /// Mentions expected in 60 minutes, from the past; 0 while the past says nothing.
    pub expected: f64,
}
