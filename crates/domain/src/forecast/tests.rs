//! What must hold for every forecast.

use super::*;

fn story(minutes: impl IntoIterator<Item = i64>) -> Vec<Appearance> {
    let post = |m: i64| Appearance { at: Time(m * MINUTE), ..Appearance::default() };
    minutes.into_iter().map(post).collect()
}

fn at(posts: &[Appearance], minute: i64) -> Outlook {
    let history = History { first: Time(0), appearances: posts, zone: Some(8 * HOUR) };
    forecast(&history, Time(minute * MINUTE), &Calibration::default())
}

#[test]
fn too_early_is_an_answer() {
    let check = |posts: Vec<Appearance>, minute: i64, expect: Why| {
        assert_eq!(at(&posts, minute), Outlook::TooEarly(expect));
    };
    check(story([0, 1, 2]), 60, Why::FewPosts { seen: 3 });
    check(story(0..9), 9, Why::Young { age: 9 * MINUTE });
    check(story([0, 10, 20, 30, 90]), 60, Why::FewPosts { seen: 4 });
    check(vec![], 60, Why::FewPosts { seen: 0 });
    check(story(0..9), -5, Why::Young { age: -5 * MINUTE });
}

#[test]
fn intervals_are_ordered_and_stories_never_shrink() {
    let check = |posts: Vec<Appearance>, minute: i64| {
        let Outlook::Seen(seen) = at(&posts, minute) else { panic!("{minute}: enough is known") };
        let mut before = Horizon { low: seen.size, expected: seen.size, high: seen.size, after: 0 };
        for h in seen.horizons.into_iter().chain([seen.end]) {
            assert!(h.low <= h.expected && h.expected <= h.high, "{h:?}");
            assert!(before.low <= h.low && before.expected <= h.expected, "{before:?} {h:?}");
            assert!(before.high <= h.high && before.after < h.after, "{before:?} {h:?}");
            before = h;
        }
    };
    check(story(0..60), 60);
    check(story((0..600).step_by(7)), 700);
    check(story([0; 40]), 10);
    check(story(0..5), 60 * 24 * 400);
    check(story((0..100_000).map(|i| i / 100)), 1_000);
}

#[test]
fn a_fresh_story_grows_more_than_a_silent_one() {
    let day = |posts: Vec<Appearance>, minute: i64| match at(&posts, minute) {
        Outlook::Seen(seen) => seen.horizons[2].expected,
        Outlook::TooEarly(why) => panic!("{why:?}"),
    };
    let (fresh, silent) = (day(story(0..60), 60), day(story(0..60), 60 * 48));
    assert!(fresh > silent && silent < 75, "{fresh} {silent}");
}

#[test]
fn reasons_say_what_was_seen() {
    let check = |posts: Vec<Appearance>, minute: i64, expect: fn(&Reason) -> bool| {
        let Outlook::Seen(seen) = at(&posts, minute) else { panic!("{minute}: enough is known") };
        assert!(seen.reasons.iter().any(expect), "{:?}", seen.reasons);
    };
    check(story((0..20).chain(40..80)), 80, |r| matches!(r, Reason::Rising { last: 26, .. }));
    check(story(0..20), 60, |r| matches!(r, Reason::Silent { .. }));
    check(story((0..40).chain([70, 89])), 90, |r| matches!(r, Reason::Fading { last: 2, .. }));
    // 00:00 UTC is eight in the morning there; nineteen hours later it is three at night.
    check(story((0..1_141).step_by(60)), 1_141, |r| *r == Reason::Night);
    check(story((0..961).step_by(60)), 1_020, |r| *r == Reason::Night);
    let mut loud = story(0..60);
    loud[0].reach = Some(500_000);
    check(loud, 60, |r| *r == Reason::LoudStart { reach: 500_000 });
    let mut copies = story(0..60);
    copies[1..].iter_mut().for_each(|a| a.copy = true);
    check(copies, 60, |r| matches!(r, Reason::Copies { .. }));
}
