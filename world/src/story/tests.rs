//! The demo's promises.

use std::collections::{BTreeMap, HashSet};

use domain::{HOUR, Tier, Tone};

use super::*;

fn texts(story: &Story) -> Vec<&FakePost> {
    story.events().iter().filter_map(Event::post).collect()
}

#[test]
fn it_is_the_same_every_time_and_another_with_another_seed() {
    assert_eq!(Story::demo(), Story::demo());
    assert_ne!(Story::demo(), Story::told(DEMO, EVERYDAY, 8).unwrap());
}

#[test]
fn it_has_several_hundred_different_posts_and_more_noise_than_matches() {
    let story = Story::demo();
    let posts = texts(&story);
    assert!((400..=800).contains(&posts.len()), "{}", posts.len());
    let different: HashSet<&str> = posts.iter().map(|post| post.text.as_str()).collect();
    assert_eq!(different.len(), posts.len(), "a text is said twice");
    let about = story.events().iter().filter(|e| e.truth.watches.contains(&"Gradiola")).count();
    assert!(about >= 200, "{about}");
    assert!(about * 2 <= story.events().len() + 2, "{about} of {}", story.events().len());
    for event in story.events().iter().filter(|event| event.post().is_some()) {
        let named = event.truth.watches.contains(&"Gradiola");
        assert_eq!(named, event.truth.tone.is_some(), "{event:?}");
    }
}

#[test]
fn it_climbs_rung_by_rung_to_the_evening_news() {
    let crossings = Story::demo().crossings();
    let at = |tier: Tier| {
        let found = crossings.iter().find(|(t, _)| *t == tier);
        found.map(|(_, at)| at / HOUR).unwrap()
    };
    assert_eq!(at(Tier::Private), 8, "the rant, 14:55 on the first day");
    assert!(at(Tier::Private) <= at(Tier::Community));
    assert!(at(Tier::Community) < at(Tier::Trade));
    assert_eq!(at(Tier::Leading), 38, "the evening news, 20:00 on the second day");
    assert!(at(Tier::Trade) < at(Tier::Leading));
}

#[test]
fn it_keeps_a_day_as_people_do() {
    let story = Story::demo();
    let mut hours: BTreeMap<i64, usize> = BTreeMap::new();
    for event in story.events() {
        assert!((0..=story.duration_ms()).contains(&event.at_ms), "{event:?}");
        *hours.entry((event.at_ms / HOUR + 6) % 24).or_default() += 1;
    }
    let said = |range: std::ops::Range<i64>| {
        range.map(|hour| hours.get(&hour).copied().unwrap_or(0)).sum::<usize>()
    };
    assert!(said(18..22) > 3 * said(2..6), "{hours:?}");
}

#[test]
fn it_has_both_languages_all_tones_all_places_an_edit_and_a_deletion() {
    let story = Story::demo();
    let count = |test: &dyn Fn(&Event) -> bool| story.events().iter().filter(|e| test(e)).count();
    for lang in ["de", "en"] {
        let matching =
            |e: &Event| e.truth.tone.is_some() && e.post().is_some_and(|p| p.lang == lang);
        assert!(count(&matching) >= 40, "{lang}");
    }
    for tone in Tone::ALL {
        assert!(count(&|e| e.truth.tone == Some(tone)) >= 20, "{tone:?}");
    }
    assert!(count(&|e| e.place == Place::Bluesky) > 100);
    assert!(count(&|e| matches!(e.place, Place::Mastodon(_))) > 60);
    assert!(count(&|e| e.place == Place::HackerNews) > 20);
    assert!(count(&|e| matches!(e.place, Place::Feed(_))) > 50);
    assert!(count(&|e| matches!(e.what, What::Edit(_))) >= 1);
    assert_eq!(count(&|e| e.what == What::Delete), 1);
}

#[test]
fn a_wrong_line_is_named() {
    let check = |story: &str, line: usize, reason: &str| {
        let error = Story::told(story, "", 1).unwrap_err();
        assert_eq!((error.line, error.reason.contains(reason)), (line, true), "{error}");
    };
    check("= sites\na.example | A", 2, "six fields");
    check("= posts\n+1 05:00 bluesky kim de neutral\nzu früh", 2, "no moment");
    check("= posts\n+1 07:00 bluesky kim de grumpy\nx", 2, "tone");
    check("= posts\n-1 07:00 nobody", 2, "key");
    check("= pots\nx", 2, "section");
}

#[test]
fn watches_agree_with_the_query_language() {
    for (name, text) in Story::watches() {
        let query = query::parse(text).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let _ = query;
    }
}
