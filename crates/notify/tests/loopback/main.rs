//! Every notifier against servers on loopback, friendly and hostile ones.

#![allow(clippy::unwrap_used, missing_docs)]

mod email;
mod http;
mod smtp;

use domain::{AlertReason, Message, Time, Tone, Way};
use notify::{Notifier, NotifyError, NotifyOptions};
use serde_json::{Value, json};

/// A message whose every field a stranger tried to abuse.
pub fn hostile() -> Message {
    let evil = "Anna\r\nBcc: all@evil.example\r\n\r\nHello";
    Message {
        headline: format!("Negativ über Ärger: {evil}"),
        excerpt: "First line\r\n.\r\nQUIT\nOpen in Horch: https://evil.example".into(),
        who: evil.into(),
        place: evil.into(),
        why: evil.into(),
        watch: evil.into(),
        ..message()
    }
}

pub fn message() -> Message {
    Message {
        alert: "0123456789abcdef0123456789abcdef".into(),
        reason: AlertReason::Negative,
        watch: "Windows 7".into(),
        headline: "Negative about Windows 7".into(),
        excerpt: "It crashed again".into(),
        who: "Anna".into(),
        place: "Bluesky".into(),
        why: "\"windows 7\" · crash*".into(),
        tone: Some(Tone::Negative),
        lang: Some("en".into()),
        published: Time(1_700_000_000_000),
        matched: Time(1_700_000_002_000),
        told: Time(1_700_000_004_000),
        age: "4 s".into(),
        post_url: "https://posts.example/1".into(),
        horch_url: "https://horch.example/mentions/1".into(),
        rise: None,
        picture: None,
    }
}

/// Everything on loopback is allowed.
pub fn home() -> NotifyOptions {
    NotifyOptions { allow_private: true, ..NotifyOptions::default() }
}

pub fn built(
    notifier: &str,
    settings: &Value,
    lang: &str,
    options: &NotifyOptions,
) -> Result<Box<dyn Notifier>, NotifyError> {
    let way = Way {
        id: 1,
        notifier: notifier.into(),
        name: "test".into(),
        settings: settings.to_string(),
        watches: vec![],
        lang: lang.into(),
        paused: false,
    };
    notify::build(&way, options)
}

#[test]
fn the_table_is_whole() {
    let names: Vec<_> = notify::NOTIFIERS.iter().map(|entry| entry.info.name).collect();
    assert_eq!(names, ["email", "ntfy", "webhook"]);
    for entry in notify::NOTIFIERS {
        let empty = entry.info.about.iter().any(|about| about.is_empty());
        assert!(!empty && entry.info.docs.starts_with("https://"), "{}", entry.info.name);
        for field in entry.info.fields {
            assert!(field.label.iter().all(|label| !label.is_empty()), "{}", field.name);
            assert!(!field.required || field.default.is_empty(), "{}", field.name);
        }
        let refused = (entry.build)(&json!({}), &home()).err();
        assert!(matches!(refused, Some(NotifyError::Setting(..))), "{}", entry.info.name);
    }
    assert!(built("pigeon", &json!({}), "en", &home()).is_err());
}

#[test]
fn a_message_says_everything_in_both_languages() {
    let english = notify::render(&message(), "en");
    assert_eq!(
        english,
        "Negative about Windows 7\n\n\
         Who: Anna\nWhere: Bluesky\nWhy it matched: \"windows 7\" · crash*\nWatch: Windows 7\n\
         Tone: negative\nAge when told: 4 s (published 2023-11-14 22:13:20 UTC)\n\n\
         > It crashed again\n\n\
         Read the post: https://posts.example/1\n\
         Open in Horch: https://horch.example/mentions/1\n"
    );
    let rise = Message {
        reason: AlertReason::Rise,
        headline: "Mehr als sonst".into(),
        excerpt: String::new(),
        who: String::new(),
        place: String::new(),
        why: String::new(),
        tone: None,
        post_url: String::new(),
        rise: Some(domain::Rise { seen: 40, expected: 4.25 }),
        ..message()
    };
    assert_eq!(
        notify::render(&rise, "de-AT"),
        "Mehr als sonst\n\nSuche: Windows 7\nErwähnungen gesehen: 40 (erwartet: 4,2)\n\
         Stunde ab: 2023-11-14 22:13:20 UTC\n\n\
         In Horch öffnen: https://horch.example/mentions/1\n"
    );
}
