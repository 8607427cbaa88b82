//! The query language and the matcher, asked from outside.
#![allow(clippy::unwrap_used, missing_docs)]

mod corpus;
mod errors;
mod import;
mod language;
mod oracle;
mod random;
mod scripts;
mod table;
mod why;

use domain::{Channel, Engagement, Platform, Post, Source, Time};

/// A post of this text and nothing else.
pub fn post(body: &str) -> Post {
    Post {
        platform: Platform::BLUESKY,
        native_id: "at://did:plc:abc/app.bsky.feed.post/1".into(),
        url: "https://bsky.example/profile/jane/post/1".into(),
        channel: Channel::Microblog,
        source: Source::default(),
        author: None,
        title: String::new(),
        lead: String::new(),
        body: body.into(),
        lang: Some("en".into()),
        published: Time(0),
        received: Time(0),
        links: vec![],
        hashtags: vec![],
        mentions: vec![],
        relation: None,
        engagement: Engagement::default(),
        media: vec![],
    }
}
