//! Whether leading media will take a story up: a logistic with named factors.
//!
//! No data set with known crossings may be fitted, so the weights are set by hand from what is
//! reported: stories climb rung by rung, news values (Harcup & O'Neill 2017) reward many
//! independent voices and speed, and trade and regional media feed the leading ones (intermedia
//! agenda setting, Vonbun et al. 2016). They are a start: an installation's own finished stories
//! correct the level ([`Calibration`]). Every factor is shown with its contribution.

use serde::{Deserialize, Serialize};

use super::{Appearance, Calibration, History, Horizon};
use crate::source::Tier;
use crate::time::Time;

/// Log-odds within a day of a story of private voices that speeds at nothing: about 1 in 250.
const START: f32 = -5.5;
/// Log-odds per rung climbed above private voices.
const RUNG: f32 = 0.7;
/// Log-odds per doubling of independent sources.
const SOURCES: f32 = 0.25;
/// Log-odds per doubling expected within a day.
const SPEED: f32 = 0.35;
/// Log-odds when agency text is copied by trade media or professionals.
const AGENCY: f32 = 1.2;
/// Log-odds when every independent post stands on a rung above communities.
const HIGH: f32 = 1.5;
/// Log-odds that a week has over a day.
const WEEK: f32 = 0.7;

/// The probability that leading media take a story up. A story that they have is 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    /// Within 24 hours, 0 to 1.
    pub within_day: f32,
    /// Within 7 days, 0 to 1; never less than within a day.
    pub within_week: f32,
    /// Both before the installation's own calibration: what [`Crossed`](super::Crossed) wants.
    pub shipped: [f32; 2],
    /// What moved it, in log-odds, strongest first.
    pub factors: Vec<(Factor, f32)>,
}

/// A named factor with its input.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Factor {
    /// The highest rung so far.
    Rung(Tier),
    /// Sources that do not merely copy.
    IndependentSources(usize),
    /// How many times larger it is expected to be in a day.
    Speed(f32),
    /// Copies by professionals or trade media: agency text spreads.
    Agency(usize),
    /// The share of independent posts from professionals and trade media.
    HighShare(f32),
}

/// The crossing of `history` at `now`; `None` where no rung is known. Own voices do not count.
#[must_use]
pub fn crossing(
    history: &History<'_>,
    now: Time,
    horizons: &[Horizon; 4],
    calibration: &Calibration,
) -> Option<Crossing> {
    let seen = history.appearances.iter().filter(|a| a.at <= now && a.rung != Some(Tier::Own));
    let seen: Vec<&Appearance> = seen.collect();
    let top = seen.iter().filter_map(|a| a.rung).max()?;
    let factors = factors(&seen, top, horizons[2]);
    let log_odds = START + factors.iter().map(|(_, weight)| weight).sum::<f32>();
    let said = |more: f32, own: f32| match top {
        Tier::Leading => 1.0,
        _ => 1.0 / (1.0 + (-(log_odds + more + own)).exp()),
    };
    let within_day = said(0.0, calibration.crossing[0]);
    Some(Crossing {
        within_day,
        within_week: said(WEEK, calibration.crossing[1]).max(within_day),
        shipped: [said(0.0, 0.0), said(WEEK, 0.0)],
        factors,
    })
}

fn factors(seen: &[&Appearance], top: Tier, day: Horizon) -> Vec<(Factor, f32)> {
    let independent: Vec<&&Appearance> = seen.iter().filter(|a| !a.copy).collect();
    let mut named: Vec<_> = independent.iter().filter_map(|a| a.source).collect();
    named.sort_unstable();
    named.dedup();
    let sources = named.len() + independent.iter().filter(|a| a.source.is_none()).count();
    let high = |a: &Appearance| matches!(a.rung, Some(Tier::Professional | Tier::Trade));
    let ranked = independent.iter().filter(|a| a.rung.is_some()).count();
    let share = independent.iter().filter(|a| high(a)).count() as f32 / ranked.max(1) as f32;
    let agency = seen.iter().filter(|a| a.copy && high(a)).count();
    let speed = day.expected.max(1) as f32 / seen.len().max(1) as f32;
    let rungs = Tier::ALL.iter().filter(|t| **t > Tier::Private && **t <= top).count();
    let mut factors = vec![
        (Factor::Rung(top), RUNG * rungs as f32),
        (Factor::IndependentSources(sources), SOURCES * (sources.max(1) as f32).log2().min(10.0)),
        (Factor::Speed(speed), SPEED * speed.max(1.0).log2().min(6.0)),
        (Factor::Agency(agency), AGENCY * (agency as f32 / 3.0).min(1.0)),
        (Factor::HighShare(share), HIGH * share),
    ];
    factors.retain(|(_, weight)| *weight > 0.0);
    factors.sort_by(|a, b| b.1.total_cmp(&a.1));
    factors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Platform;
    use crate::source::SourceId;

    fn post(rung: Tier, source: usize, copy: bool) -> Appearance {
        let source = Some(SourceId::of(&Platform::BLUESKY, &source.to_string()));
        Appearance { rung: Some(rung), source, copy, ..Appearance::default() }
    }

    fn said(posts: &[Appearance], expected: u64) -> Option<Crossing> {
        let history = History { first: Time(0), appearances: posts, zone: None };
        let horizon = Horizon { after: 1, low: 1, expected, high: expected };
        crossing(&history, Time(1), &[horizon; 4], &Calibration::default())
    }

    fn day(posts: &[Appearance], expected: u64) -> f32 {
        said(posts, expected).map_or(-1.0, |c| c.within_day)
    }

    #[test]
    fn every_factor_raises_it() {
        let private: Vec<_> = (0..20).map(|i| post(Tier::Private, i, false)).collect();
        let with = |more: &[Appearance]| [&private[..], more].concat();
        let base = day(&private, 20);
        let check = |posts: &[Appearance], expected: u64| {
            assert!(day(posts, expected) > base * 1.2, "{} {base}", day(posts, expected));
        };
        check(&private, 200);
        check(&with(&[post(Tier::Trade, 30, false)]), 21);
        let others: Vec<_> = (40..100).map(|i| post(Tier::Private, i, false)).collect();
        check(&with(&others), 80);
        check(&with(&[post(Tier::Professional, 30, true), post(Tier::Professional, 31, true)]), 22);
        assert!((0.002..0.05).contains(&base), "{base}");
    }

    #[test]
    fn copies_and_one_loud_voice_are_no_crowd() {
        let crowd: Vec<_> = (0..64).map(|i| post(Tier::Private, i, false)).collect();
        let voice: Vec<_> = (0..64).map(|_| post(Tier::Private, 1, false)).collect();
        let copies: Vec<_> = (0..64).map(|i| post(Tier::Private, i, i > 0)).collect();
        assert!(day(&voice, 64) < day(&crowd, 64));
        assert!(day(&copies, 64) < day(&crowd, 64));
    }

    #[test]
    fn unknown_rungs_and_own_voices_say_nothing() {
        let check = |posts: &[Appearance], expect: Option<f32>| {
            assert_eq!(said(posts, 10).map(|c| c.within_week), expect);
        };
        check(&[Appearance::default()], None);
        check(&[post(Tier::Own, 1, false)], None);
        check(&[post(Tier::Leading, 1, false)], Some(1.0));
    }

    #[test]
    fn a_week_is_never_less_than_a_day() {
        let posts = [post(Tier::Private, 1, false)];
        let history = History { first: Time(0), appearances: &posts, zone: None };
        let own = Calibration { crossing: [3.0, -3.0], ..Calibration::default() };
        let c =
            crossing(&history, Time(1), &[Horizon::default(); 4], &own).expect("a rung is known");
        assert!(c.within_week >= c.within_day && c.shipped[0] < c.within_day);
    }
}
