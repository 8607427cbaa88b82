//! What the store promises, told through its public face.
#![allow(clippy::unwrap_used, missing_docs)]

mod alerts;
mod archive;
mod archive_random;
mod crash;
mod hours;
mod kinds;
mod learning;
mod mentions;
mod model;
mod posts;
mod rest;
mod stories;
mod watches;

use domain::{
    AlertRules, Channel, NewMention, Part, Platform, Post, Sentiment, Source, Span, Time, Tone,
    Watch, WatchId, Way,
};
use store::{Ingest, JudgedMention, JudgedPost, Store};
use tempfile::TempDir;

pub const NOW: Time = Time(1_700_000_000_000);

pub async fn opened() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    (folder, store)
}

pub fn post(id: &str, body: &str) -> Post {
    Post {
        platform: Platform::MASTODON,
        native_id: id.into(),
        url: format!("https://social.example/{id}"),
        channel: Channel::Microblog,
        source: Source { key: "https://social.example/@ada".into(), ..Source::default() },
        author: None,
        title: String::new(),
        lead: String::new(),
        body: body.into(),
        lang: Some("en".into()),
        published: NOW.plus(-2_000),
        received: NOW.plus(-1_000),
        links: vec![],
        hashtags: vec![],
        mentions: vec![],
        relation: None,
        engagement: Default::default(),
        media: vec![],
    }
}

pub fn mention(watch: WatchId) -> NewMention {
    NewMention {
        watch,
        watch_version: 1,
        spans: vec![Span { part: Part::Body, start: 0, end: 3 }],
        why: "why".into(),
        sentiment: Some(Sentiment { tone: Tone::Negative, confidence: 0.75 }),
        kinds: domain::Kinds::NONE,
        quick: false,
        matched: NOW,
    }
}

/// The post, matched by these watches, each telling every mention.
pub fn judged(post: Post, watches: &[&Watch]) -> JudgedPost {
    let mentions = watches
        .iter()
        .map(|watch| {
            let mention = mention(watch.id);
            let alert = domain::alert_for(watch.alerts, &mention, post.id());
            JudgedMention { mention, alert }
        })
        .collect();
    JudgedPost { post, mentions }
}

pub fn batch(posts: Vec<JudgedPost>) -> Ingest {
    Ingest { posts, ..Ingest::default() }
}

pub async fn add_watch(store: &Store, name: &str) -> Watch {
    let rules = AlertRules { every: true, negative: true, rise: true, crossing: true };
    store.add_watch(name, "query", rules, NOW.plus(-100 * domain::DAY)).await.unwrap()
}

pub fn way(name: &str, watches: &[&Watch]) -> Way {
    Way {
        id: 0,
        notifier: "webhook".into(),
        name: name.into(),
        settings: r#"{"secret":"hush"}"#.into(),
        watches: watches.iter().map(|watch| watch.id).collect(),
        lang: "de".into(),
        paused: false,
    }
}
