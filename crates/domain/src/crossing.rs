//! Crossings: a story's first appearance on a higher rung; *the* crossing is into leading media.
//!
//! A rung is a [`Tier`]; own voices stand on none and do not begin a story. Only a rung above all that the
//! story stood on before is reached: who follows later on a lower one is no news. A source whose tier is
//! not known stands somewhere below: of most private voices nobody says where they stand, and a story
//! that they told first has crossed. What nobody had spoken of before has not crossed, it began there.

use crate::source::Tier;
use crate::time::Time;

/// How a story came to stand on a rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// Its oldest post stands there.
    Began,
    /// It came from below, so many milliseconds after its oldest post.
    Crossed {
        /// Milliseconds, more than 0.
        after: i64,
    },
}

/// Whether an appearance brings a story to a higher rung: `highest` so far (own voices aside),
/// `first` is when its oldest post by others than us was published, this one aside; `None` where it is
/// the first.
#[must_use]
pub fn reaches(
    highest: Option<Tier>,
    first: Option<Time>,
    tier: Option<Tier>,
    at: Time,
) -> Option<Reached> {
    let tier = tier.filter(|tier| *tier != Tier::Own)?;
    if highest.is_some_and(|highest| tier <= highest) {
        return None;
    }
    match first.map(|first| at.since(first)) {
        Some(after) if after > 0 => Some(Reached::Crossed { after }),
        _ => Some(Reached::Began),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Tier::{Community, Leading, Own, Private, Trade};

    fn check(highest: Option<Tier>, first: i64, tier: Option<Tier>, at: i64, expect: &str) {
        let told = match reaches(highest, Some(Time(first)), tier, Time(at)) {
            None => "-".to_owned(),
            Some(Reached::Began) => "began".to_owned(),
            Some(Reached::Crossed { after }) => format!("after {after}"),
        };
        assert_eq!(told, expect, "{highest:?} {tier:?}");
    }

    #[test]
    fn only_a_higher_rung_is_reached() {
        check(Some(Private), 10, Some(Leading), 60, "after 50");
        check(Some(Private), 10, Some(Community), 11, "after 1");
        check(Some(Private), 10, Some(Private), 60, "-");
        check(Some(Leading), 10, Some(Trade), 60, "-");
        check(Some(Trade), 10, Some(Leading), 60, "after 50");
        check(Some(Private), 10, None, 60, "-");
        check(Some(Private), 10, Some(Own), 60, "-");
    }

    #[test]
    fn what_began_there_has_not_crossed() {
        // Of who spoke before, nobody knows where they stand.
        check(None, 10, Some(Leading), 60, "after 50");
        check(None, 10, Some(Leading), 10, "began");
        check(Some(Private), 10, Some(Leading), 10, "began");
        // A feed that was read late: what it brings was there before.
        check(Some(Private), 10, Some(Leading), 5, "began");
        assert_eq!(reaches(None, None, Some(Leading), Time(0)), Some(Reached::Began));
    }
}
