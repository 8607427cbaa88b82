//! A status of the API as a post.

use domain::{
    Channel, Engagement, Media, MediaKind, Platform, Post, Relation, RelationKind, Source, Time,
};
use serde_json::Value;

use crate::json;
use crate::plain::plain;

const MOST: usize = 50;

/// What a status is to us.
#[derive(Debug)]
pub(super) struct Status {
    /// The server's own number of it; orders the server's timelines.
    pub(super) id: Id,
    /// When it was last edited, as the server writes it; empty when never.
    pub(super) edited: String,
    /// The post; `None` where it is not public.
    pub(super) post: Option<Post>,
}

/// A server's number of a status: a number of growing length, or letters of fixed length whose
/// order is their bytes' (Mastodon says: compare lengths first, then texts).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Id(String);

impl Id {
    /// An id of the letters that servers use.
    pub(super) fn new(text: &str) -> Option<Id> {
        let sound = (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        sound.then(|| Id(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The id `ms` milliseconds earlier, where the id is a snowflake (48 bits of milliseconds,
    /// 16 bits of sequence) of a sensible time. Posts may become visible in another order than
    /// their numbers say.
    pub(super) fn earlier(&self, ms: u64) -> Option<Id> {
        const YEAR_2016: u64 = 1_451_606_400_000;
        let number: u64 = self.0.parse().ok()?;
        let made = number >> 16;
        (made >= YEAR_2016).then(|| Id(((made - ms) << 16).to_string()))
    }
}

impl PartialOrd for Id {
    fn partial_cmp(&self, other: &Id) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Id {
    fn cmp(&self, other: &Id) -> std::cmp::Ordering {
        (self.0.len(), &self.0).cmp(&(other.0.len(), &other.0))
    }
}

/// Reads a status that `server` (host, with its port where it is unusual) gave. `known` says
/// what is known of the server's numbers: the address of the status with that number.
///
/// # Errors
/// Why it cannot be used.
pub(super) fn read(
    server: &str,
    status: &Value,
    received: Time,
    known: impl Fn(&str) -> Option<String>,
) -> Result<Status, &'static str> {
    let id = Id::new(json::text(status, "id")).ok_or("a status without number")?;
    let edited = json::text(status, "edited_at").to_owned();
    // Public timelines hold nothing else; what a faulty server gives beyond it is none of ours.
    let public = matches!(json::text(status, "visibility"), "public" | "unlisted");
    let post = if public { Some(post(server, status, received, known)?) } else { None };
    Ok(Status { id, edited, post })
}

fn post(
    server: &str,
    status: &Value,
    received: Time,
    known: impl Fn(&str) -> Option<String>,
) -> Result<Post, &'static str> {
    let native_id = json::text(status, "uri");
    if native_id.is_empty() || native_id.len() > 2_048 {
        return Err("a status without address");
    }
    let source = source(server, status.get("account").unwrap_or(&Value::Null))?;
    let created = json::moment(json::text(status, "created_at"));
    let published = created.ok_or("a status without time")?;
    let reblog = status.get("reblog").filter(|inner| inner.is_object());
    // A boost has no words of its own: it says what it passes on.
    let said = reblog.unwrap_or(status);
    let content = plain(json::text(said, "content"));
    let mut post = Post {
        platform: Platform::MASTODON,
        native_id: native_id.to_owned(),
        url: [json::text(status, "url"), json::text(said, "url"), native_id]
            .into_iter()
            .find_map(json::web_address)
            .unwrap_or_default(),
        channel: Channel::Microblog,
        source,
        author: None,
        title: String::new(),
        lead: plain(json::text(said, "spoiler_text")).text,
        body: content.text,
        lang: json::language(json::text(said, "language")),
        published: published.min(received),
        received,
        links: content.links.into_iter().take(MOST).collect(),
        hashtags: Vec::new(),
        mentions: Vec::new(),
        relation: relation(server, status, known),
        engagement: Engagement {
            likes: json::count(said, "favourites_count"),
            reposts: json::count(said, "reblogs_count"),
            replies: json::count(said, "replies_count"),
            views: None,
        },
        media: json::list(said, "media_attachments").iter().take(16).filter_map(media).collect(),
    };
    let card = said.get("card").map_or("", |card| json::text(card, "url"));
    if let Some(link) = json::web_address(card) {
        json::push_new(&mut post.links, link, MOST);
    }
    for tag in json::list(said, "tags") {
        json::push_new(&mut post.hashtags, json::text(tag, "name").trim().to_owned(), MOST);
    }
    for name in json::list(said, "mentions") {
        json::push_new(&mut post.mentions, json::text(name, "acct").trim().to_owned(), MOST);
    }
    Ok(post)
}

fn source(server: &str, account: &Value) -> Result<Source, &'static str> {
    let acct = json::text(account, "acct").trim().trim_start_matches('@');
    if acct.is_empty() || acct.len() > 500 {
        return Err("a status without account");
    }
    // Names of the server's own accounts come without their server.
    let key = if acct.contains('@') { acct.to_owned() } else { format!("{acct}@{server}") };
    Ok(Source {
        name: json::text(account, "display_name").trim().to_owned(),
        handle: key.clone(),
        key,
        url: json::web_address(json::text(account, "url")).unwrap_or_default(),
        followers: json::count(account, "followers_count"),
        bot: account.get("bot").and_then(Value::as_bool),
        ..Source::default()
    })
}

/// A boost, an answer or a quote. Answers name the other status by the server's own number; its
/// address stands in where the status itself was not heard.
fn relation(
    server: &str,
    status: &Value,
    known: impl Fn(&str) -> Option<String>,
) -> Option<Relation> {
    let uri = |inner: &Value| Some(json::text(inner, "uri").to_owned()).filter(|u| !u.is_empty());
    let named = |id: &str| {
        let id = Id::new(id)?;
        let address = || format!("https://{server}/web/statuses/{}", id.as_str());
        Some(known(id.as_str()).unwrap_or_else(address))
    };
    if let Some(to) = status.get("reblog").and_then(uri) {
        return Some(Relation { kind: RelationKind::Repost, to });
    }
    if let Some(to) = named(json::text(status, "in_reply_to_id")) {
        return Some(Relation { kind: RelationKind::Reply, to });
    }
    let quote = status.get("quote").filter(|q| json::text(q, "state") == "accepted")?;
    let whole = quote.get("quoted_status").and_then(uri);
    let to = whole.or_else(|| named(json::text(quote, "quoted_status_id")))?;
    Some(Relation { kind: RelationKind::Quote, to })
}

fn media(attachment: &Value) -> Option<Media> {
    let kind = match json::text(attachment, "type") {
        "image" => MediaKind::Image,
        "video" | "gifv" => MediaKind::Video,
        "audio" => MediaKind::Audio,
        _ => return None,
    };
    let url = json::web_address(json::text(attachment, "url"))
        .or_else(|| json::web_address(json::text(attachment, "remote_url")))?;
    Some(Media { kind, url, alt: json::text(attachment, "description").trim().to_owned() })
}
