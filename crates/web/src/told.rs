//! What the machine says of stories, in words: severity with its reasons, the forecast with what
//! it rests on.

use domain::assessment::{Assessment, Reason};
use domain::forecast::{self, Factor, Why};
use fluent_bundle::FluentArgs;

use crate::lang::Words;
use crate::show::Clock;

/// A severity: a sign and a word, so that colour is never alone.
#[derive(Clone, Debug)]
pub struct Severity {
    /// 1 to 5.
    pub number: u8,
    /// So many of five discs are full.
    pub sign: String,
    /// The word.
    pub word: String,
}

impl Severity {
    /// Shows a severity of 1 to 5.
    pub fn of(words: Words, number: u8) -> Severity {
        let number = number.clamp(1, 5);
        let full = usize::from(number);
        Severity {
            number,
            sign: format!("{}{}", "●".repeat(full), "○".repeat(5 - full)),
            word: words.say(&format!("severity-{number}")).into_owned(),
        }
    }
}

/// One reason of an assessment.
#[derive(Clone, Debug)]
pub struct Point {
    /// As a sentence.
    pub text: String,
    /// What it counts, with its sign: `+3`, `−1`.
    pub points: String,
}

/// The reasons of an assessment, the weightiest first.
pub fn points(words: Words, told: &Assessment) -> Vec<Point> {
    let point = |(reason, points): &(Reason, i8)| Point {
        text: sentence(words, reason),
        points: if *points < 0 {
            format!("−{}", points.unsigned_abs())
        } else {
            format!("+{points}")
        },
    };
    told.reasons.iter().map(point).collect()
}

fn sentence(w: Words, reason: &Reason) -> String {
    let two = |key: &str, first: (&'static str, String), second: (&'static str, String)| {
        let mut args = FluentArgs::new();
        args.set(first.0, first.1);
        args.set(second.0, second.1);
        w.with(key, Some(&args)).into_owned()
    };
    match reason {
        Reason::Rung { tier } => {
            let rung = w.say(&format!("rung-{}", tier.as_str()));
            w.name("assess-rung", &rung).into_owned()
        }
        Reason::Danger { posts } => w.n("assess-danger", *posts).into_owned(),
        Reason::Claim { posts } => w.n("assess-claim", *posts).into_owned(),
        Reason::Call { posts } => w.n("assess-call", *posts).into_owned(),
        Reason::Abuse { posts } => w.n("assess-abuse", *posts).into_owned(),
        Reason::Tone { percent } => {
            w.name("assess-tone", &w.percent(f64::from(*percent) / 100.0)).into_owned()
        }
        Reason::Reach { followers } => w.n("assess-reach", *followers).into_owned(),
        Reason::Speed { hour, usual } => two(
            "assess-speed",
            ("seen", w.number(*hour)),
            ("usual", w.decimal_or_whole((usual * 10.0).round() / 10.0)),
        ),
        Reason::Growth { expected } => {
            w.n("assess-growth", expected.max(0.0).round() as u64).into_owned()
        }
        Reason::Crossing { percent } => {
            w.name("assess-crossing", &w.percent(f64::from(*percent) / 100.0)).into_owned()
        }
        Reason::Similar { stories, severity } => two(
            "assess-similar",
            ("stories", w.number(*stories)),
            ("severity", w.say(&format!("severity-{}", severity.clamp(&1, &5))).into_owned()),
        ),
        Reason::FewVoices { sources } => w.n("assess-few", *sources).into_owned(),
        Reason::Praise { posts } => w.n("assess-praise", *posts).into_owned(),
        Reason::Unknown { sources } => w.n("assess-unknown", *sources).into_owned(),
    }
}

/// What a forecast rests on, as a sentence.
pub fn basis(clock: &Clock, reason: &forecast::Reason) -> String {
    let w = clock.words;
    let pair = |key: &str, last: usize, before: usize| {
        let mut args = FluentArgs::new();
        args.set("last", last as u64);
        args.set("before", before as u64);
        w.with(key, Some(&args)).into_owned()
    };
    match reason {
        forecast::Reason::Rising { last, before } => pair("basis-rising", *last, *before),
        forecast::Reason::Fading { last, before } => pair("basis-fading", *last, *before),
        forecast::Reason::Silent { since } => {
            w.name("basis-silent", &clock.after(*since)).into_owned()
        }
        forecast::Reason::Night => w.say("basis-night").into_owned(),
        forecast::Reason::Evening => w.say("basis-evening").into_owned(),
        forecast::Reason::LoudStart { reach } => w.n("basis-loud", *reach).into_owned(),
        forecast::Reason::Copies { share } => {
            w.name("basis-copies", &w.percent(f64::from(*share))).into_owned()
        }
    }
}

/// What moved the probability of a crossing, in words.
pub fn factor(w: Words, factor: &Factor) -> String {
    match factor {
        Factor::Rung(tier) => {
            let rung = w.say(&format!("rung-{}", tier.as_str()));
            w.name("factor-rung", &rung).into_owned()
        }
        Factor::IndependentSources(sources) => w.n("factor-sources", *sources).into_owned(),
        Factor::Speed(times) => {
            let times = (f64::from(*times) * 10.0).round() / 10.0;
            w.name("factor-speed", &w.decimal_or_whole(times)).into_owned()
        }
        Factor::Agency(posts) => w.n("factor-agency", *posts).into_owned(),
        Factor::HighShare(share) => {
            w.name("factor-high", &w.percent(f64::from(*share))).into_owned()
        }
    }
}

/// Why it is too early for a forecast.
pub fn too_early(clock: &Clock, why: &Why) -> String {
    let w = clock.words;
    let mut args = FluentArgs::new();
    match why {
        Why::FewPosts { seen } => {
            args.set("n", *seen as u64);
            args.set("least", forecast::MIN_POSTS as u64);
            w.with("early-few", Some(&args)).into_owned()
        }
        Why::Young { age } => {
            args.set("age", clock.took(*age));
            args.set("least", clock.took(forecast::MIN_AGE));
            w.with("early-young", Some(&args)).into_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Tier;
    use domain::assessment::{Desk, Engagement};

    use super::*;
    use crate::lang::Lang;

    /// Every reason there is.
    fn reasons() -> Vec<Reason> {
        vec![
            Reason::Rung { tier: Tier::Leading },
            Reason::Danger { posts: 1 },
            Reason::Claim { posts: 2 },
            Reason::Call { posts: 3 },
            Reason::Abuse { posts: 1 },
            Reason::Tone { percent: 80 },
            Reason::Reach { followers: 1_200_000 },
            Reason::Speed { hour: 12, usual: 1.25 },
            Reason::Growth { expected: 340.4 },
            Reason::Crossing { percent: 35 },
            Reason::Similar { stories: 4, severity: 4 },
            Reason::FewVoices { sources: 1 },
            Reason::Praise { posts: 9 },
            Reason::Unknown { sources: 5 },
        ]
    }

    #[test]
    fn every_reason_is_a_sentence_in_both_languages() {
        for lang in Lang::ALL {
            let words = Words(lang);
            let told = Assessment {
                severity: 4,
                reasons: reasons().into_iter().map(|reason| (reason, -1)).collect(),
                desk: Desk::Safety,
                engagement: Engagement::Answer,
            };
            let points = points(words, &told);
            assert_eq!(points.len(), 14);
            for point in points {
                assert!(point.text.ends_with('.') && !point.text.contains(['⟦', '{']), "{point:?}");
                assert_eq!(point.points, "−1");
            }
        }
        let speed = sentence(Words(Lang::De), &Reason::Speed { hour: 12, usual: 1.25 });
        assert!(speed.contains("12") && speed.contains("1,3"), "{speed}");
    }

    #[test]
    fn severities_have_a_sign_and_a_word() {
        let view = Severity::of(Words(Lang::De), 2);
        assert_eq!((view.sign.as_str(), view.word.as_str()), ("●●○○○", "beobachten"));
        assert_eq!(Severity::of(Words(Lang::En), 9).number, 5);
    }
}
