//! One item of the API: a story, comment, job or poll.

use domain::{Channel, Engagement, Platform, Post, Relation, RelationKind, Source, Time};
use serde_json::Value;

use crate::json;
use crate::plain::plain;

/// What an item is to us.
#[derive(Debug, PartialEq)]
pub(super) enum Item {
    /// A post.
    Post(Box<Post>),
    /// Deleted by its author, or dead by the house's rules.
    Gone,
    /// Nothing that speaks by itself: a poll's option, a kind we do not know.
    Nothing,
}

/// Reads item `id`, received at `received`.
///
/// # Errors
/// Why it cannot be used.
pub(super) fn read(id: u64, item: &Value, received: Time) -> Result<Item, &'static str> {
    if json::count(item, "id") != Some(id) {
        return Err("an item without its own number");
    }
    let is = |name| item.get(name).and_then(Value::as_bool) == Some(true);
    if is("deleted") || is("dead") {
        return Ok(Item::Gone);
    }
    let kind = json::text(item, "type");
    if !matches!(kind, "story" | "comment" | "job" | "poll") {
        return Ok(Item::Nothing);
    }
    let by = json::text(item, "by");
    if by.is_empty() || by.len() > 100 {
        return Err("an item without author");
    }
    let seconds = item.get("time").and_then(Value::as_i64).filter(|s| *s > 0);
    let published = Time(seconds.ok_or("an item without time")?.saturating_mul(1_000));
    let text = plain(json::text(item, "text"));
    let title = plain(json::text(item, "title")).text;
    let mut links = text.links;
    if let Some(link) = json::web_address(json::text(item, "url")) {
        links.retain(|other| *other != link);
        links.insert(0, link);
    }
    if title.is_empty() && text.text.is_empty() && links.is_empty() {
        return Err("an item that says nothing");
    }
    let parent = json::count(item, "parent");
    Ok(Item::Post(Box::new(Post {
        platform: Platform::HACKERNEWS,
        native_id: id.to_string(),
        url: format!("https://news.ycombinator.com/item?id={id}"),
        channel: Channel::Forum,
        source: source(by),
        author: None,
        title,
        lead: String::new(),
        body: text.text,
        lang: None,
        published: published.min(received),
        received,
        links,
        hashtags: Vec::new(),
        mentions: Vec::new(),
        relation: parent.map(|to| Relation { kind: RelationKind::Reply, to: to.to_string() }),
        engagement: Engagement {
            likes: json::count(item, "score"),
            replies: json::count(item, "descendants"),
            ..Engagement::default()
        },
        media: Vec::new(),
    })))
}

fn source(by: &str) -> Source {
    let mut url = url::Url::parse("https://news.ycombinator.com/user").ok();
    if let Some(url) = &mut url {
        url.query_pairs_mut().append_pair("id", by);
    }
    Source {
        key: by.to_owned(),
        name: by.to_owned(),
        handle: by.to_owned(),
        url: url.map(String::from).unwrap_or_default(),
        ..Source::default()
    }
}
