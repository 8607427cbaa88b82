//! Assessment: what a story may lead to, with its reasons.
//!
//! Points for what is known to make stories grow and hurt — who speaks, how many hear it, how fast it
//! comes against what is usual, how it sounds, what is claimed, whether it will cross — add up to a
//! severity of 1 to 5. Every point has a reason that a page can put in words, so that whoever
//! disagrees knows with what. What is not known counts against us: if unsure, assume the worse. The
//! weights are set by hand and stand here; people set the final severity, and both are kept.

use serde::{Deserialize, Serialize};

use crate::kind::Kind;
use crate::source::Tier;

/// What is known of a story when it is judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Its posts, copies included.
    pub posts: u64,
    /// Of them, copies of others.
    pub copies: u64,
    /// Who speaks.
    pub sources: u64,
    /// Sources whose tier is not known.
    pub unknown: u64,
    /// Followers of its sources together, as far as platforms tell.
    pub reach: Option<u64>,
    /// Highest rung so far.
    pub highest: Option<Tier>,
    /// Posts whose tone is known, and negative ones among them.
    pub judged: u64,
    /// See `judged`.
    pub negative: u64,
    /// Posts of each kind, in the order of [`Kind::ALL`].
    pub kinds: [u64; Kind::COUNT],
    /// Posts of the last hour.
    pub hour: u64,
    /// Mentions an hour that its watches usually have at this hour; `None` while nothing is known.
    pub usual: Option<f64>,
    /// Posts expected within a day from now, these not counted.
    pub expected: Option<f64>,
    /// Probability that it reaches leading media within a week.
    pub crossing: Option<f64>,
    /// Severities that people gave finished stories of the same watches that had as many posts at
    /// this age.
    pub similar: Vec<u8>,
}

/// One reason, with what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Reason {
    /// It stands on this rung.
    Rung {
        /// The highest so far.
        tier: Tier,
    },
    /// Dangers to people, recalls, leaks, crimes are spoken of.
    Danger {
        /// In so many posts.
        posts: u64,
    },
    /// Facts are claimed that can be checked.
    Claim {
        /// In so many posts.
        posts: u64,
    },
    /// Others are called upon to act.
    Call {
        /// In so many posts.
        posts: u64,
    },
    /// People are insulted or threatened.
    Abuse {
        /// In so many posts.
        posts: u64,
    },
    /// It sounds negative.
    Tone {
        /// Share of the posts whose tone is known, in per cent.
        percent: u8,
    },
    /// So many can have heard it.
    Reach {
        /// Followers together.
        followers: u64,
    },
    /// It comes faster than usual.
    Speed {
        /// Posts in the last hour.
        hour: u64,
        /// Against so many.
        usual: f64,
    },
    /// It is expected to grow.
    Growth {
        /// Posts within a day from now.
        expected: f64,
    },
    /// It may reach leading media.
    Crossing {
        /// Within a week, in per cent.
        percent: u8,
    },
    /// Stories like it were judged so.
    Similar {
        /// How many.
        stories: u64,
        /// The middle one of their severities.
        severity: u8,
    },
    /// Few speak so far.
    FewVoices {
        /// So many.
        sources: u64,
    },
    /// It is mostly praise.
    Praise {
        /// Of so many posts.
        posts: u64,
    },
    /// Of most sources it is not known where they stand: the worse is assumed.
    Unknown {
        /// So many.
        sources: u64,
    },
}

/// How much to engage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engagement {
    /// Watch and say nothing.
    Observe,
    /// Answer who asks.
    Answer,
    /// Take part in the talk.
    Converse,
    /// Speak first: a place of our own for questions and answers.
    Host,
}

/// Who should own it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Desk {
    /// The press office.
    Communication,
    /// Whoever answers customers.
    Support,
    /// Whoever makes what is spoken of.
    Product,
    /// Safety, security and law.
    Safety,
    /// Whoever looks after communities.
    Community,
}

/// What a story may lead to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// 1 (no need to act) to 5 (a crisis).
    pub severity: u8,
    /// Why, the weightiest first, each with its points (negative: speaks for less).
    pub reasons: Vec<(Reason, i8)>,
    /// Who should own it.
    pub desk: Desk,
    /// How much to engage.
    pub engagement: Engagement,
}

/// Points from which on the severity is 2, 3, 4, 5.
const STEPS: [i8; 4] = [2, 4, 7, 10];

/// Judges a story.
#[must_use]
pub fn assess(facts: &Facts) -> Assessment {
    let mut reasons = Vec::new();
    let mut add = |points: i8, reason: Reason| {
        if points != 0 {
            reasons.push((reason, points));
        }
    };
    who(facts, &mut add);
    what(facts, &mut add);
    how_much(facts, &mut add);
    reasons.sort_by_key(|(_, points): &(Reason, i8)| -points.abs());
    let points: i8 = reasons.iter().map(|(_, points)| *points).sum();
    let severity = 1 + STEPS.iter().filter(|step| points >= **step).count() as u8;
    let severity = if calm(facts) { severity.min(2) } else { severity };
    let (desk, engagement) = (desk(facts, severity), engagement(facts, severity));
    Assessment { severity, reasons, desk, engagement }
}

fn who(facts: &Facts, add: &mut impl FnMut(i8, Reason)) {
    if let Some(tier) = facts.highest {
        let points = match tier {
            Tier::Leading => 4,
            Tier::Trade => 2,
            Tier::Professional => 1,
            Tier::Community | Tier::Private | Tier::Own => 0,
        };
        add(points, Reason::Rung { tier });
    }
    // Half of them or more: what they are could be anything.
    if facts.unknown * 2 >= facts.sources && facts.sources >= 3 {
        add(1, Reason::Unknown { sources: facts.unknown });
    }
    if let Some(followers) = facts.reach {
        let points = match followers {
            1_000_000.. => 3,
            100_000.. => 2,
            10_000.. => 1,
            _ => 0,
        };
        add(points, Reason::Reach { followers });
    }
    if facts.sources <= 2 && facts.highest < Some(Tier::Trade) {
        add(-1, Reason::FewVoices { sources: facts.sources });
    }
}

fn what(facts: &Facts, add: &mut impl FnMut(i8, Reason)) {
    let of = |kind: Kind| facts.kinds[kind as usize];
    let danger = of(Kind::Crisis);
    add(if danger == 0 { 0 } else { 3 }, Reason::Danger { posts: danger });
    let claims = of(Kind::Claim);
    add(i8::from(claims > 0 && mostly_negative(facts)), Reason::Claim { posts: claims });
    let calls = of(Kind::Call);
    add(if calls == 0 { 0 } else { 1 + i8::from(calls >= 10) }, Reason::Call { posts: calls });
    let abuse = of(Kind::Abuse);
    add(i8::from(abuse > 0), Reason::Abuse { posts: abuse });
    let praise = of(Kind::Praise);
    if calm(facts) && praise * 2 > facts.posts {
        add(-2, Reason::Praise { posts: praise });
    }
    if let Some(percent) = (100 * facts.negative.min(facts.judged)).checked_div(facts.judged) {
        let percent = percent as u8;
        let points = match percent {
            _ if facts.negative < 2 => 0,
            75.. => 2,
            40.. => 1,
            _ => 0,
        };
        add(points, Reason::Tone { percent });
    }
}

fn how_much(facts: &Facts, add: &mut impl FnMut(i8, Reason)) {
    if let Some(usual) = facts.usual {
        // A story of three posts is no flood, however quiet the hour is.
        let times = facts.hour as f64 / usual.max(1.0);
        let points = match facts.hour {
            0..4 => 0,
            _ if times >= 10.0 => 3,
            _ if times >= 3.0 => 2,
            _ if times >= 1.5 => 1,
            _ => 0,
        };
        add(points, Reason::Speed { hour: facts.hour, usual });
    }
    if let Some(expected) = facts.expected {
        let points = if expected >= 1_000.0 { 2 } else { i8::from(expected >= 100.0) };
        add(points, Reason::Growth { expected });
    }
    if let Some(crossing) = facts.crossing.filter(|_| facts.highest < Some(Tier::Leading)) {
        let percent = (100.0 * crossing.clamp(0.0, 1.0)).round() as u8;
        let points = if percent >= 50 { 2 } else { i8::from(percent >= 20) };
        add(points, Reason::Crossing { percent });
    }
    if facts.similar.len() >= 3 {
        let mut similar = facts.similar.clone();
        similar.sort_unstable();
        let severity = similar[similar.len() / 2];
        let points = i8::try_from(severity).unwrap_or(0).clamp(1, 5) - 3;
        add(points, Reason::Similar { stories: similar.len() as u64, severity });
    }
}

fn mostly_negative(facts: &Facts) -> bool {
    facts.judged == 0 || facts.negative * 2 >= facts.judged
}

/// Nothing bad is said of us in it.
fn calm(facts: &Facts) -> bool {
    let bad = [Kind::Complaint, Kind::Call, Kind::Crisis, Kind::Abuse];
    let bad: u64 = bad.iter().map(|kind| facts.kinds[*kind as usize]).sum();
    facts.judged > 0 && facts.negative == 0 && bad == 0
}

fn desk(facts: &Facts, severity: u8) -> Desk {
    let of = |kind: Kind| facts.kinds[kind as usize];
    if of(Kind::Crisis) > 0 {
        return Desk::Safety;
    }
    if severity >= 4 || facts.highest >= Some(Tier::Trade) {
        return Desk::Communication;
    }
    let asks = of(Kind::Question);
    match of(Kind::Complaint) {
        complaints if complaints > asks && complaints * 3 > facts.posts => Desk::Product,
        complaints if complaints + asks > 0 => Desk::Support,
        _ => Desk::Community,
    }
}

fn engagement(facts: &Facts, severity: u8) -> Engagement {
    let asks = facts.kinds[Kind::Question as usize] + facts.kinds[Kind::Complaint as usize];
    match severity {
        5 => Engagement::Host,
        4 => Engagement::Converse,
        3 => Engagement::Answer,
        _ if asks > 0 => Engagement::Answer,
        _ => Engagement::Observe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(facts: Facts, severity: u8, desk: Desk, engagement: Engagement) {
        let told = assess(&facts);
        assert_eq!(
            (told.severity, told.desk, told.engagement),
            (severity, desk, engagement),
            "{told:?}"
        );
    }

    fn kinds(of: &[(Kind, u64)]) -> [u64; Kind::COUNT] {
        let mut kinds = [0; Kind::COUNT];
        of.iter().for_each(|(kind, n)| kinds[*kind as usize] = *n);
        kinds
    }

    fn some(posts: u64, sources: u64, highest: Tier) -> Facts {
        Facts { posts, sources, highest: Some(highest), judged: posts, ..Facts::default() }
    }

    #[test]
    fn severity_grows_with_who_speaks_and_of_what() {
        let talk = some(3, 3, Tier::Private);
        check(talk.clone(), 1, Desk::Community, Engagement::Observe);
        let asked = Facts { kinds: kinds(&[(Kind::Question, 2)]), ..talk.clone() };
        check(asked, 1, Desk::Support, Engagement::Answer);
        let angry = Facts { negative: 3, kinds: kinds(&[(Kind::Complaint, 3)]), ..talk.clone() };
        check(angry.clone(), 2, Desk::Product, Engagement::Answer);
        let heard = Facts { reach: Some(150_000), ..angry.clone() };
        check(heard, 3, Desk::Product, Engagement::Answer);
        let burning =
            Facts { kinds: kinds(&[(Kind::Complaint, 2), (Kind::Crisis, 1)]), ..angry.clone() };
        check(burning.clone(), 3, Desk::Safety, Engagement::Answer);
        let climbed = Facts { highest: Some(Tier::Leading), ..burning };
        check(climbed.clone(), 4, Desk::Safety, Engagement::Converse);
        let flood = Facts { hour: 60, usual: Some(2.0), posts: 60, sources: 50, ..climbed };
        check(flood, 5, Desk::Safety, Engagement::Host);
    }

    #[test]
    fn praise_is_never_a_crisis_and_the_unknown_counts_against_us() {
        let praised = Facts {
            kinds: kinds(&[(Kind::Praise, 3)]),
            reach: Some(5_000_000),
            ..some(3, 3, Tier::Leading)
        };
        check(praised, 2, Desk::Communication, Engagement::Observe);
        let known = Facts { negative: 3, ..some(4, 4, Tier::Private) };
        let unknown = Facts { highest: None, unknown: 4, ..known.clone() };
        assert!(assess(&known).reasons.len() < assess(&unknown).reasons.len());
        let points = |facts: &Facts| -> i8 { assess(facts).reasons.iter().map(|r| r.1).sum() };
        assert!(points(&known) < points(&unknown));
    }

    #[test]
    fn what_may_come_counts() {
        let now = Facts { negative: 2, judged: 4, ..some(4, 4, Tier::Private) };
        let before: i8 = assess(&now).reasons.iter().map(|r| r.1).sum();
        for (facts, more) in [
            (Facts { expected: Some(2_000.0), ..now.clone() }, 2),
            (Facts { crossing: Some(0.6), ..now.clone() }, 2),
            (Facts { crossing: Some(0.05), ..now.clone() }, 0),
            (Facts { similar: vec![5, 4, 5], ..now.clone() }, 2),
            (Facts { similar: vec![1, 1, 2], ..now.clone() }, -2),
            (Facts { similar: vec![5, 5], ..now.clone() }, 0),
            (Facts { hour: 3, usual: Some(0.1), ..now.clone() }, 0),
            (Facts { hour: 4, usual: Some(0.1), ..now.clone() }, 2),
        ] {
            let points: i8 = assess(&facts).reasons.iter().map(|r| r.1).sum();
            assert_eq!(points - before, more, "{facts:?}");
        }
    }
}
