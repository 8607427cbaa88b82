//! The fan: how large a story will be in an hour, six hours, a day and a week, and whether it
//! will cross into leading media.
//!
//! Size is the number of posts of the story, the first among them. A small committee of networks
//! ([`model`]) reads temporal, self-exciting and circadian features ([`features`](mod@features)) and says a low,
//! a most likely and a high size; the interval is conformal (Romano et al., NeurIPS 2019) and
//! holds the truth in 80 of 100 stories of the kind it was fitted on. The kind is reposts of one
//! post (Liu et al. 2015); an installation's own finished stories recalibrate it
//! ([`Calibration`]). What was measured stands in `docs/accuracy.md`.
//!
//! ```
//! use domain::forecast::{Appearance, Calibration, History, Outlook, forecast};
//! use domain::{HOUR, MINUTE, Time};
//!
//! let posts: Vec<Appearance> =
//!     (0..40).map(|i| Appearance { at: Time(i * MINUTE), ..Appearance::default() }).collect();
//! let history = History { first: Time(0), appearances: &posts, zone: None };
//! let Outlook::Seen(seen) = forecast(&history, Time(HOUR), &Calibration::default()) else {
//!     panic!("forty posts in an hour are enough")
//! };
//! assert!(seen.horizons.iter().all(|h| 40 <= h.low && h.low <= h.expected && h.expected <= h.high));
//! assert_eq!(seen.crossing, None); // no rung is known
//! ```

pub mod calibration;
pub mod clock;
pub mod crossing;
pub mod features;
pub mod model;
pub mod reach;
#[rustfmt::skip]
#[allow(clippy::approx_constant, reason = "learnt numbers, whatever they resemble")]
mod weights;

use serde::{Deserialize, Serialize};

use crate::source::{SourceId, Tier};
use crate::time::{DAY, HOUR, MINUTE, Time};
pub use calibration::{Calibration, Crossed, Outcome};
pub use crossing::{Crossing, Factor};
use features::{Seen, features};
use model::{Growth, Model};

/// The horizons of a forecast in milliseconds from now.
pub const HORIZONS: [i64; 4] = [HOUR, 6 * HOUR, DAY, 7 * DAY];

/// With fewer posts than this nothing is said.
pub const MIN_POSTS: usize = 5;

/// Younger stories than this many milliseconds are not judged.
pub const MIN_AGE: i64 = 10 * MINUTE;

/// One post of a story.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appearance {
    /// When it was published.
    pub at: Time,
    /// Followers of its source.
    pub reach: Option<u64>,
    /// The rung of its source.
    pub rung: Option<Tier>,
    /// It repeats another post of the story: a repost, a near-copy, agency text.
    pub copy: bool,
    /// Who spoke; an unknown source counts as one of its own.
    #[serde(skip)]
    pub source: Option<SourceId>,
}

/// A story until now.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    /// When its first post was published.
    pub first: Time,
    /// Its posts, the first among them, in any order. What comes after "now" is ignored.
    pub appearances: &'a [Appearance],
    /// Local time of its audience minus UTC in milliseconds; `None`: no daily rhythm is assumed.
    pub zone: Option<i64>,
}

/// What can be said of a story's future.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "one at a time, never in a list")]
pub enum Outlook {
    /// Nothing yet.
    TooEarly(Why),
    /// A forecast.
    Seen(Forecast),
}

/// Why it is too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// Fewer than [`MIN_POSTS`].
    FewPosts {
        /// Posts so far.
        seen: usize,
    },
    /// Younger than [`MIN_AGE`].
    Young {
        /// Milliseconds since the first post.
        age: i64,
    },
}

/// A story's future.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// Posts so far.
    pub size: u64,
    /// One horizon for each of [`HORIZONS`].
    pub horizons: [Horizon; 4],
    /// The same before the installation's own calibration: what [`Outcome`] wants.
    pub shipped: [Horizon; 4],
    /// The size in the end (after 90 days), before the installation's own calibration.
    pub end: Horizon,
    /// Whether leading media will take it up; `None` where no rung is known.
    pub crossing: Option<Crossing>,
    /// What the forecast rests on, most telling first.
    pub reasons: Vec<Reason>,
}

/// The number of posts at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Horizon {
    /// Milliseconds from now.
    pub after: i64,
    /// One story in ten stays below.
    pub low: u64,
    /// The most likely size: the one with the least typical relative error.
    pub expected: u64,
    /// One story in ten goes beyond.
    pub high: u64,
}

/// What a forecast rests on, in numbers that a screen puts into words.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reason {
    /// More posts in the last third of its life than in the third before.
    Rising {
        /// Posts of the last third.
        last: usize,
        /// Posts of the third before.
        before: usize,
    },
    /// Fewer than half as many.
    Fading {
        /// Posts of the last third.
        last: usize,
        /// Posts of the third before.
        before: usize,
    },
    /// No post for a quarter of its life or longer.
    Silent {
        /// Milliseconds since the last post.
        since: i64,
    },
    /// Its audience sleeps, or wakes within six hours.
    Night,
    /// Its audience is awake now and will sleep within six hours.
    Evening,
    /// The first source has many followers.
    LoudStart {
        /// Followers.
        reach: u64,
    },
    /// Mostly copies.
    Copies {
        /// Share of copies, 0 to 1.
        share: f32,
    },
}

/// Forecasts `history` as known at `now`.
#[must_use]
pub fn forecast(history: &History<'_>, now: Time, calibration: &Calibration) -> Outlook {
    forecast_with(&Model::shipped(), history, now, calibration)
}

/// The same with another model; for cross-validation.
#[must_use]
pub fn forecast_with(
    model: &Model<'_>,
    history: &History<'_>,
    now: Time,
    calibration: &Calibration,
) -> Outlook {
    let posts = history.appearances.iter().filter(|a| a.at <= now).count();
    let age = now.since(history.first);
    if age < MIN_AGE {
        return Outlook::TooEarly(Why::Young { age });
    }
    if posts < MIN_POSTS {
        return Outlook::TooEarly(Why::FewPosts { seen: posts });
    }
    let growth = model.growth(&features(history, now), age as f64 / HOUR as f64);
    let size = posts as u64;
    let shipped: [Horizon; 4] = std::array::from_fn(|i| horizon(HORIZONS[i], size, growth[i]));
    let horizons = calibration.horizons(size, shipped);
    Outlook::Seen(Forecast {
        size,
        horizons,
        shipped,
        end: horizon(90 * DAY, size, growth[4]),
        crossing: crossing::crossing(history, now, &horizons, calibration),
        reasons: reasons(history, now),
    })
}

/// Growth as whole numbers of posts of a story of `size` posts.
#[must_use]
pub fn horizon(after: i64, size: u64, growth: Growth) -> Horizon {
    // Beyond e¹² nothing was ever seen; it keeps the product within whole numbers.
    let times = |log: f32| size as f64 * f64::from(log.clamp(0.0, 12.0)).exp();
    let expected = times(growth.expected).round() as u64;
    // Whole numbers within the ends: rounding outwards would hold more than it says.
    Horizon {
        after,
        low: (times(growth.low).ceil() as u64).min(expected),
        expected,
        high: (times(growth.high).floor() as u64).max(expected),
    }
}

fn reasons(history: &History<'_>, now: Time) -> Vec<Reason> {
    let seen = Seen::of(history, now);
    let (last, both) = (seen.last(seen.age / 3.0), seen.last(seen.age * 2.0 / 3.0));
    let before = both - last;
    let mut found = Vec::new();
    let silent = seen.age - seen.posts.last().copied().unwrap_or(0.0);
    if silent >= seen.age / 4.0 {
        found.push(Reason::Silent { since: (silent * HOUR as f64) as i64 });
    } else if last > before {
        found.push(Reason::Rising { last, before });
    }
    if 2 * last < before {
        found.push(Reason::Fading { last, before });
    }
    if seen.clock.known() {
        let (here, ahead) = (seen.clock.activity(seen.age), seen.clock.activity(seen.age + 6.0));
        if here < 0.7 {
            found.push(Reason::Night);
        } else if ahead < 0.7 {
            found.push(Reason::Evening);
        }
    }
    let known: Vec<&Appearance> = history.appearances.iter().filter(|a| a.at <= now).collect();
    let first = known.iter().min_by_key(|a| a.at).and_then(|a| a.reach);
    found.extend(first.filter(|&n| n >= 10_000).map(|reach| Reason::LoudStart { reach }));
    let share = known.iter().filter(|a| a.copy).count() as f32 / known.len().max(1) as f32;
    if share > 0.5 {
        found.push(Reason::Copies { share });
    }
    found
}

#[cfg(test)]
mod tests;
