//! From a body to the entries of a feed: RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed.

use std::hash::{DefaultHasher, Hash, Hasher};

use feed_rs::model::{Entry, Feed};
use feed_rs::parser::Builder;
use serde_json::Value;
use url::Url;

use super::{charset, dates, html, repair};

/// More items than this are not read at one visit; the first ones are.
pub(crate) const ITEMS: usize = 1_000;

/// What a body held.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// The feed's name.
    pub title: String,
    /// The page it belongs to.
    pub home: Option<String>,
    /// The language it declares.
    pub lang: Option<String>,
    /// Items that were not known, in the feed's order, each with the hash of its source text.
    pub fresh: Vec<(u64, Entry)>,
    /// Hashes of the items that were known and therefore not read again.
    pub known: Vec<u64>,
    /// Ids of entries that the feed says were deleted.
    pub deleted: Vec<String>,
    /// Why items were dropped, one reason each.
    pub broken: Vec<String>,
    /// Items beyond [`ITEMS`].
    pub overflow: usize,
}

/// Why a body is no feed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// A page; the feed it points at, if any.
    #[error("it is a web page, not a feed")]
    Page(Option<String>),
    /// Something else.
    #[error("it is not a feed: {0}")]
    Nonsense(String),
}

/// A hash of an item's source text, the same on every machine and after every restart.
pub(crate) fn hash_of(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Reads a body that came from `url`. Items whose hash `is_known` are not read again.
pub(crate) fn read(
    body: &[u8],
    content_type: Option<&str>,
    url: &Url,
    is_known: impl Fn(u64) -> bool,
) -> Result<Document, Unreadable> {
    let text = charset::decode(body, content_type);
    let start =
        text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}');
    if start.starts_with('{') {
        return read_json(start, url, is_known);
    }
    let Some(mended) = repair::mend(&text) else {
        let page = text.get(..text.floor_char_boundary(64 << 10)).unwrap_or_default();
        let is_page = page.to_ascii_lowercase().contains("<html");
        return Err(if is_page {
            Unreadable::Page(discover(page, url))
        } else if text.trim().is_empty() {
            Unreadable::Nonsense("it is empty".to_owned())
        } else {
            Unreadable::Nonsense("it has no root element of a feed".to_owned())
        });
    };
    read_xml(&mended, url, is_known)
}

fn parse(source: &str, url: &Url) -> Result<Feed, String> {
    let parser = Builder::new()
        .base_uri(Some(url.as_str()))
        .sanitize_content(false)
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(|text| {
            dates::parse(text).and_then(|t| chrono::DateTime::from_timestamp_millis(t.0))
        })
        .build();
    // The parser slices some texts (authors) at bytes that need not be characters' edges.
    let parse = std::panic::AssertUnwindSafe(|| parser.parse(source.as_bytes()));
    match std::panic::catch_unwind(parse) {
        Ok(parsed) => parsed.map_err(|error| error.to_string()),
        Err(_) => Err("the parser gave up".to_owned()),
    }
}

fn read_xml(
    mended: &repair::Mended,
    url: &Url,
    is_known: impl Fn(u64) -> bool,
) -> Result<Document, Unreadable> {
    let xml = mended.xml.as_str();
    let mut document = Document { deleted: mended.deleted.clone(), ..Document::default() };
    if mended.cut {
        document.broken.push("the end of the feed was cut off".to_owned());
    }
    document.overflow = mended.items.len().saturating_sub(ITEMS);
    let items = mended.items.iter().take(ITEMS).map(|range| &xml[range.clone()]);
    let mut fresh = Vec::new();
    for item in items {
        let hash = hash_of(item);
        if is_known(hash) { document.known.push(hash) } else { fresh.push((hash, item)) }
    }
    let head = &xml[..mended.items.first().map_or(xml.len(), |first| first.start)];
    let tail = mended.items.last().map_or("", |last| &xml[last.end..]);
    let whole = |items: &[(u64, &str)]| {
        let texts = items.iter().map(|(_, text)| *text);
        std::iter::once(head).chain(texts).chain(std::iter::once(tail)).collect::<String>()
    };
    match parse(&whole(&fresh), url) {
        Ok(mut feed) => {
            let entries = std::mem::take(&mut feed.entries);
            document.describe(feed);
            document.take(&fresh, entries);
        }
        // One item that the parser refuses must not cost the others.
        Err(reason) => {
            let feed = parse(&whole(&[]), url).map_err(|_| Unreadable::Nonsense(reason))?;
            document.describe(feed);
            for item in fresh {
                match parse(&whole(&[item]), url) {
                    Ok(feed) => document.take(&[item], feed.entries),
                    Err(reason) => document.broken.push(reason),
                }
            }
        }
    }
    Ok(document)
}

/// JSON Feed: fields of the wrong kind are mended before the parser sees them.
fn read_json(
    text: &str,
    url: &Url,
    is_known: impl Fn(u64) -> bool,
) -> Result<Document, Unreadable> {
    let nonsense = |reason: String| Unreadable::Nonsense(reason);
    let mut feed: Value = serde_json::from_str(text).map_err(|e| nonsense(e.to_string()))?;
    let Some(Value::Array(items)) = feed.get_mut("items").map(Value::take) else {
        return Err(nonsense("it has no items".to_owned()));
    };
    if !feed["version"].as_str().is_some_and(|v| v.starts_with("https://jsonfeed.org/version/1")) {
        feed["version"] = "https://jsonfeed.org/version/1.1".into();
    }
    let mut document = Document::default();
    mend_strings(&mut feed);
    if !feed["title"].is_string() {
        feed["title"] = "".into();
    }
    document.overflow = items.len().saturating_sub(ITEMS);
    feed["items"] = Value::Array(Vec::new());
    document.describe(parse(&feed.to_string(), url).map_err(nonsense)?);
    for mut item in items.into_iter().take(ITEMS) {
        let hash = hash_of(item.to_string());
        if is_known(hash) {
            document.known.push(hash);
            continue;
        }
        mend_strings(&mut item);
        feed["items"] = Value::Array(vec![item]);
        match parse(&feed.to_string(), url) {
            Ok(feed) => document.take(&[(hash, "")], feed.entries),
            Err(reason) => document.broken.push(reason),
        }
    }
    Ok(document)
}

/// Numbers where texts belong become texts; other wrong kinds are left out.
fn mend_strings(object: &mut Value) {
    let Value::Object(members) = object else { return };
    for (name, value) in members.iter_mut() {
        let is_list = matches!(name.as_str(), "authors" | "tags" | "attachments" | "items");
        let fits = match value {
            Value::String(_) | Value::Null => true,
            Value::Array(_) => is_list,
            Value::Object(_) => name == "author",
            _ => false,
        };
        if !fits {
            *value = match value {
                Value::Number(number) => Value::String(number.to_string()),
                _ => Value::Null,
            };
        }
    }
}

impl Document {
    fn describe(&mut self, feed: Feed) {
        self.title = feed.title.map(|title| html::headline(&title.content)).unwrap_or_default();
        let is_page = |link: &&feed_rs::model::Link| {
            let rel = link.rel.as_deref().unwrap_or("alternate");
            let kind = link.media_type.as_deref().unwrap_or("text/html");
            rel == "alternate" && kind.contains("html")
        };
        self.home = feed.links.iter().find(is_page).and_then(|l| html::absolute(&l.href, None));
        self.lang = feed.language;
    }

    /// Takes the entries that became of `sources`.
    fn take(&mut self, sources: &[(u64, &str)], entries: Vec<Entry>) {
        // RSS 1.0 items without an address are left out by the parser; then nobody knows which
        // entry came of which source, and they are all read again next time.
        let same = sources.len() == entries.len();
        if entries.len() < sources.len() {
            let lost = sources.len() - entries.len();
            self.broken.extend((0..lost).map(|_| "an item without an address".to_owned()));
        }
        for (at, entry) in entries.into_iter().enumerate() {
            self.fresh.push((if same { sources[at].0 } else { 0 }, entry));
        }
    }
}

/// The first feed that a page names.
fn discover(page: &str, url: &Url) -> Option<String> {
    let mut rest = page;
    while let Some(at) = rest.find("<link") {
        rest = &rest[at + 5..];
        let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
        let kind = html::attribute(tag, "type").unwrap_or_default().to_ascii_lowercase();
        let is_feed = ["application/rss+xml", "application/atom+xml", "application/feed+json"]
            .contains(&kind.as_str());
        if is_feed && let Some(href) = html::attribute(tag, "href") {
            return html::absolute(&href, Some(url));
        }
    }
    None
}
