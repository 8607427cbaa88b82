//! An `app.bsky.feed.post` record as a post.
//!
//! Nobody checks records before they reach the stream: only the text is needed, every other
//! member may be missing, of another kind or nonsense, and is then left out.

use domain::{
    Channel, Engagement, Media, MediaKind, Platform, Post, Relation, RelationKind, Source, Time,
};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::event::{POSTS, is_did, profile_url};
use crate::json;

/// No post can be older: the network's own archives of other platforms begin here (2006).
const EARLIEST: Time = Time(1_136_073_600_000);
const MOST: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    text: String,
    #[serde(borrow)]
    created_at: Option<&'a RawValue>,
    #[serde(borrow)]
    facets: Option<&'a RawValue>,
    #[serde(borrow)]
    langs: Option<&'a RawValue>,
    #[serde(borrow)]
    tags: Option<&'a RawValue>,
    #[serde(borrow)]
    reply: Option<&'a RawValue>,
    #[serde(borrow)]
    embed: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Facet {
    index: Slice,
    features: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Slice {
    byte_start: usize,
    byte_end: usize,
}

/// Reads a post's record. `heard` is Jetstream's time of the event.
///
/// The author's `createdAt` counts as the time of publication, since records may be written
/// later than the post they hold (imports). Clocks are wrong, though: a `createdAt` after
/// Jetstream heard the post, before 2006 or unreadable gives way to Jetstream's time.
pub(super) fn post(
    did: &str,
    rkey: &str,
    native_id: String,
    raw: &RawValue,
    heard: Time,
    received: Time,
) -> Result<Post, &'static str> {
    let record: Record<'_> =
        serde_json::from_str(raw.get()).map_err(|_| "a post whose record has no text")?;
    let created = lenient::<String>(record.created_at).and_then(|text| json::moment(&text));
    let published = created.filter(|t| (EARLIEST..=heard).contains(t)).unwrap_or(heard);
    let mut post = Post {
        platform: Platform::BLUESKY,
        native_id,
        url: format!("{}/post/{rkey}", profile_url(did)),
        channel: Channel::Microblog,
        source: Source { key: did.to_owned(), url: profile_url(did), ..Source::default() },
        author: None,
        title: String::new(),
        lead: String::new(),
        body: String::new(),
        lang: None,
        published: published.min(received),
        received,
        links: Vec::new(),
        hashtags: Vec::new(),
        mentions: Vec::new(),
        relation: None,
        engagement: Engagement::default(),
        media: Vec::new(),
    };
    let langs: Vec<Value> = lenient(record.langs).unwrap_or_default();
    post.lang = langs.iter().filter_map(Value::as_str).find_map(json::language);
    for facet in lenient::<Vec<Value>>(record.facets).unwrap_or_default() {
        if let Ok(facet) = Facet::deserialize(facet) {
            add_facet(&mut post, &record.text, &facet);
        }
    }
    for tag in lenient::<Vec<Value>>(record.tags).unwrap_or_default() {
        add_tag(&mut post, tag.as_str().unwrap_or(""));
    }
    let parent = lenient::<Value>(record.reply)
        .and_then(|reply| post_uri(reply.get("parent")?).map(str::to_owned));
    post.relation = parent.map(|to| Relation { kind: RelationKind::Reply, to });
    if let Some(embed) = lenient::<Value>(record.embed) {
        add_embed(&mut post, did, &embed);
    }
    post.body = record.text;
    Ok(post)
}

/// The member, where it is what it should be.
fn lenient<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

/// A stretch of the text that is a link, a tag or a name. Its byte offsets come from outside:
/// they may lie beyond the text or inside a character.
fn add_facet(post: &mut Post, text: &str, facet: &Facet) {
    let shown = text.get(facet.index.byte_start..facet.index.byte_end);
    for feature in facet.features.iter().take(8) {
        match json::text(feature, "$type") {
            "app.bsky.richtext.facet#link" => add_link(post, json::text(feature, "uri")),
            "app.bsky.richtext.facet#tag" => add_tag(post, json::text(feature, "tag")),
            "app.bsky.richtext.facet#mention" => {
                // The handle as it was written is what people search for; without it the DID.
                let handle = shown.and_then(|s| s.strip_prefix('@'));
                let did = Some(json::text(feature, "did")).filter(|did| is_did(did));
                let name = handle.or(did).unwrap_or("").trim().to_owned();
                json::push_new(&mut post.mentions, name, MOST);
            }
            _ => {}
        }
    }
}

fn add_tag(post: &mut Post, tag: &str) {
    let tag = tag.trim().trim_start_matches(['#', '＃']);
    if tag.len() <= 640 {
        json::push_new(&mut post.hashtags, tag.to_owned(), MOST);
    }
}

fn add_link(post: &mut Post, link: &str) {
    if let Some(link) = json::web_address(link) {
        json::push_new(&mut post.links, link, MOST);
    }
}

fn add_embed(post: &mut Post, did: &str, embed: &Value) {
    match json::text(embed, "$type") {
        "app.bsky.embed.images" => {
            for image in json::list(embed, "images").iter().take(16) {
                let url = blob(image.get("image")).map(|cid| {
                    format!("https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{cid}@jpeg")
                });
                add_media(post, MediaKind::Image, url, json::text(image, "alt"));
            }
        }
        "app.bsky.embed.video" => {
            let url = blob(embed.get("video"))
                .map(|cid| format!("https://video.bsky.app/watch/{did}/{cid}/playlist.m3u8"));
            add_media(post, MediaKind::Video, url, json::text(embed, "alt"));
        }
        "app.bsky.embed.external" => {
            let card = embed.get("external").unwrap_or(&Value::Null);
            add_link(post, json::text(card, "uri"));
        }
        "app.bsky.embed.record" => add_quote(post, embed.get("record")),
        "app.bsky.embed.recordWithMedia" => {
            add_quote(post, embed.get("record").and_then(|inner| inner.get("record")));
            // The inner embed is one of the plain kinds: no deeper nesting is followed.
            let media = embed.get("media").unwrap_or(&Value::Null);
            if json::text(media, "$type") != "app.bsky.embed.recordWithMedia" {
                add_embed(post, did, media);
            }
        }
        _ => {}
    }
}

/// A quoted post. Embedded lists and feeds are no quotes; an answer that also quotes stays an
/// answer and links to what it quotes.
fn add_quote(post: &mut Post, record: Option<&Value>) {
    let Some(uri) = record.and_then(post_uri) else { return };
    if post.relation.is_none() {
        post.relation = Some(Relation { kind: RelationKind::Quote, to: uri.to_owned() });
    } else if let Some((did, rkey)) = split(uri) {
        add_link(post, &format!("{}/post/{rkey}", profile_url(did)));
    }
}

fn add_media(post: &mut Post, kind: MediaKind, url: Option<String>, alt: &str) {
    if let Some(url) = url {
        post.media.push(Media { kind, url, alt: alt.trim().to_owned() });
    }
}

/// The address of a post in a strong reference.
fn post_uri(reference: &Value) -> Option<&str> {
    let uri = json::text(reference, "uri");
    split(uri).map(|_| uri)
}

fn split(uri: &str) -> Option<(&str, &str)> {
    let (did, path) = uri.strip_prefix("at://")?.split_once('/')?;
    let rkey = path.strip_prefix(POSTS)?.strip_prefix('/')?;
    (is_did(did) && !rkey.is_empty() && !rkey.contains('/')).then_some((did, rkey))
}

/// The content id of a blob.
fn blob(blob: Option<&Value>) -> Option<&str> {
    let cid = blob?.get("ref")?.get("$link")?.as_str()?;
    let sound = (8..=128).contains(&cid.len()) && cid.bytes().all(|b| b.is_ascii_alphanumeric());
    sound.then_some(cid)
}
