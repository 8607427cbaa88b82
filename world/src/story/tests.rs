//! The demo's promises.

use std::collections::{BTreeMap, HashSet};

use domain::{HOUR, Tier, Tone};

use super::*;
use crate::internet::FakeInternet;

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

/// The post as a connector would hand it over, as far as queries look at it.
fn heard(event: &Event, post: &FakePost) -> domain::Post {
    domain::Post {
        platform: event.place.platform(),
        native_id: String::new(),
        url: String::new(),
        channel: domain::Channel::Microblog,
        source: domain::Source::default(),
        author: None,
        title: post.title.clone(),
        lead: String::new(),
        body: post.text.clone(),
        lang: Some(post.lang.clone()),
        published: domain::Time(0),
        received: domain::Time(0),
        links: vec![],
        hashtags: post.hashtags(),
        mentions: vec![],
        relation: None,
        engagement: domain::Engagement::default(),
        media: vec![],
    }
}

#[test]
fn watches_agree_with_the_query_language() {
    let queries: Vec<_> = Story::watches()
        .into_iter()
        .map(|(name, text)| (name, query::parse(text).unwrap_or_else(|e| panic!("{name}: {e:?}"))))
        .collect();
    let mut wrong = Vec::new();
    for event in Story::demo().events() {
        let Some(post) = event.post() else { continue };
        let heard = heard(event, post);
        let document = query::Document::of(&heard);
        let matches = queries.iter().filter(|(_, q)| query::matches_one(q, &document).is_some());
        let found: Vec<&str> = matches.map(|(name, _)| *name).collect();
        if found != event.truth.watches {
            wrong.push(format!("{found:?}, not {:?}: {}", event.truth.watches, post.text));
        }
    }
    assert!(wrong.is_empty(), "{} disagree:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn a_story_that_lies_in_the_past_is_told_at_once_and_whole() {
    let internet = FakeInternet::start().await.unwrap();
    let story = Story::demo();
    let clock = channels::Clock::wall();
    let start = clock.now().plus(-3 * domain::DAY);
    let stop = tokio_util::sync::CancellationToken::new();
    let played = play(&internet, &story, clock, start, stop).await;
    assert_eq!(played.events, story.events().len());
    let told = internet.published();
    assert_eq!(told.len(), texts(&story).len());
    assert_eq!(told.iter().filter(|item| !item.stands()).count(), 1);
    assert_eq!(told.iter().filter(|item| item.edited.is_some()).count(), 1);
    let times: Vec<_> = story.events().iter().filter(|e| e.post().is_some()).collect();
    for (item, event) in told.iter().zip(times) {
        assert_eq!(item.published, start.plus(event.at_ms));
    }
    let answers = told.iter().filter(|item| item.post.reply_to.is_some()).count();
    assert!(answers > 20, "{answers}");
}

#[tokio::test]
async fn a_story_stops_when_asked() {
    let internet = FakeInternet::start().await.unwrap();
    let clock = channels::Clock::wall();
    let stop = tokio_util::sync::CancellationToken::new();
    stop.cancel();
    let played = play(&internet, &Story::demo(), clock, clock.now(), stop).await;
    assert_eq!(played.events, 0);
}
