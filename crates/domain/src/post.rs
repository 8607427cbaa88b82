//! A post: one published item, normalised. It can be edited (a new version) and deleted.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::source::Source;
use crate::time::Time;

/// Who runs the place: `bluesky`, `mastodon`, `hackernews`, `web` (feeds), or the name a
/// recorded file gives (`twitter`). Lower case, 1 to 40 bytes of `[a-z0-9._-]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Platform(Cow<'static, str>);

impl Platform {
    /// Feeds of blogs and news sites.
    pub const WEB: Platform = Platform(Cow::Borrowed("web"));
    /// The Bluesky network, heard through Jetstream.
    pub const BLUESKY: Platform = Platform(Cow::Borrowed("bluesky"));
    /// Servers that speak Mastodon's API.
    pub const MASTODON: Platform = Platform(Cow::Borrowed("mastodon"));
    /// Hacker News.
    pub const HACKERNEWS: Platform = Platform(Cow::Borrowed("hackernews"));

    /// Any name, folded into the allowed alphabet; an empty name becomes `other`.
    #[must_use]
    pub fn named(name: &str) -> Platform {
        let folded: String = name
            .trim()
            .chars()
            .map(|c| c.to_ascii_lowercase())
            .map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' })
            .take(40)
            .collect();
        if folded.is_empty() { Platform(Cow::Borrowed("other")) } else { Platform(folded.into()) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The kind of place a post stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A weblog.
    Blog,
    /// A forum or discussion board.
    Forum,
    /// Short public messages.
    Microblog,
    /// A social network.
    Social,
    /// A photo or video community.
    Photovideo,
    /// Classic media and news sites.
    News,
    /// Mailing lists and Usenet.
    Mail,
    /// Our own people's channels.
    Own,
}

impl Channel {
    /// Every channel, in the order screens list them.
    pub const ALL: [Channel; 8] = [
        Channel::News,
        Channel::Blog,
        Channel::Forum,
        Channel::Microblog,
        Channel::Social,
        Channel::Photovideo,
        Channel::Mail,
        Channel::Own,
    ];

    /// The name used in queries, addresses and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Channel::Blog => "blog",
            Channel::Forum => "forum",
            Channel::Microblog => "microblog",
            Channel::Social => "social",
            Channel::Photovideo => "photovideo",
            Channel::News => "news",
            Channel::Mail => "mail",
            Channel::Own => "own",
        }
    }

    /// The channel of that name, case aside.
    #[must_use]
    pub fn named(name: &str) -> Option<Channel> {
        Channel::ALL.into_iter().find(|c| c.as_str().eq_ignore_ascii_case(name))
    }
}

/// A post's identity: the first 128 bits of SHA-256 over `platform`, a zero byte and the
/// platform's own id. Deterministic, so hearing a post twice is harmless.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostId(pub [u8; 16]);

impl PostId {
    /// The identity of the item that `platform` calls `native_id`.
    #[must_use]
    pub fn of(platform: &Platform, native_id: &str) -> PostId {
        PostId(digest16(&[platform.as_str().as_bytes(), native_id.as_bytes()]))
    }

    /// Reads the 32 hexadecimal digits that `Display` writes.
    #[must_use]
    pub fn parse(hex: &str) -> Option<PostId> {
        parse_hex16(hex).map(PostId)
    }
}

impl fmt::Display for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostId({self})")
    }
}

/// The first 16 bytes of SHA-256 over the parts, each ended by a zero byte.
pub(crate) fn digest16(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    let mut id = [0; 16];
    id.copy_from_slice(&hash.finalize()[..16]);
    id
}

/// 32 hexadecimal digits as 16 bytes.
pub(crate) fn parse_hex16(hex: &str) -> Option<[u8; 16]> {
    if hex.len() != 32 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut id = [0; 16];
    for (byte, digits) in id.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(id)
}

/// How a post relates to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RelationKind {
    /// An answer or comment.
    Reply,
    /// The same post passed on unchanged.
    Repost,
    /// Passed on with words of one's own.
    Quote,
}

/// The post this one answers, passes on or quotes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Relation {
    /// In what way.
    pub kind: RelationKind,
    /// The other post's native id on the same platform (or its address where only that is known).
    pub to: String,
}

/// Counts a platform gives for a post; `None` where it gives none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Engagement {
    /// Likes, favourites, points.
    pub likes: Option<u64>,
    /// Reposts, shares, boosts.
    pub reposts: Option<u64>,
    /// Replies, comments.
    pub replies: Option<u64>,
    /// Views.
    pub views: Option<u64>,
}

/// What an attachment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// A still picture.
    Image,
    /// A film.
    Video,
    /// Sound.
    Audio,
}

/// One attachment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// Where it lies.
    pub url: String,
    /// Its description, if the author gave one.
    pub alt: String,
}

/// One normalised post. All texts are plain (HTML was cleaned when it was heard).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Post {
    /// Who runs the place.
    pub platform: Platform,
    /// The platform's own id; unique on the platform, stable over edits.
    pub native_id: String,
    /// The address a person opens; empty where there is none.
    pub url: String,
    /// The kind of place.
    pub channel: Channel,
    /// Who speaks: the account, blog or outlet.
    pub source: Source,
    /// The person's name where it differs from the source (an article's byline).
    pub author: Option<String>,
    /// Headline; empty on microblogs.
    pub title: String,
    /// Lead or summary; empty where there is none.
    pub lead: String,
    /// The text. Paragraphs are parted by `\n\n`.
    pub body: String,
    /// BCP 47 primary language, lower case (`de`), as declared or recognised.
    pub lang: Option<String>,
    /// When its author published it, by the platform's word (clamped: never after `received`).
    pub published: Time,
    /// When Horch first held it in its hands.
    pub received: Time,
    /// Addresses of pages it links to.
    pub links: Vec<String>,
    /// Hashtags without `#`.
    pub hashtags: Vec<String>,
    /// Names it addresses, without `@`.
    pub mentions: Vec<String>,
    /// Reply, repost or quote.
    pub relation: Option<Relation>,
    /// Counts.
    pub engagement: Engagement,
    /// Attachments.
    pub media: Vec<Media>,
}

/// Stands between the parts of a post in its text: an empty line.
const BETWEEN: &str = "\n\n";

/// Title, lead and body as one text, an empty line between those that are not empty.
#[must_use]
pub fn joined(parts: [&str; 3]) -> String {
    let filled: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    filled.join(BETWEEN)
}

impl Post {
    /// The post's identity.
    #[must_use]
    pub fn id(&self) -> PostId {
        PostId::of(&self.platform, &self.native_id)
    }

    /// The host of the post's address without `www.`, or the source's key for a web source.
    #[must_use]
    pub fn site(&self) -> &str {
        let host = host_of(&self.url);
        if host.is_empty() { host_of(&self.source.url) } else { host }
    }

    /// Title, lead and body as one text, an empty line between them.
    #[must_use]
    pub fn text(&self) -> String {
        joined([&self.title, &self.lead, &self.body])
    }

    /// Where title, lead and body begin in [`Post::text`].
    #[must_use]
    pub fn starts(&self) -> [usize; 3] {
        let behind = |part: &str| if part.is_empty() { 0 } else { part.len() + BETWEEN.len() };
        let lead = behind(&self.title);
        [0, lead, lead + behind(&self.lead)]
    }

    /// A fingerprint of what a reader sees (title, lead, body, links). A post heard again with
    /// another fingerprint was edited; counts alone make no edit.
    #[must_use]
    pub fn fingerprint(&self) -> i64 {
        let links = self.links.join("\n");
        let parts: [&[u8]; 4] =
            [self.title.as_bytes(), self.lead.as_bytes(), self.body.as_bytes(), links.as_bytes()];
        let bytes = digest16(&parts);
        i64::from_le_bytes([
            bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7],
        ])
    }
}

/// The host in an address, without scheme, user, port and leading `www.`; empty if there is none.
#[must_use]
pub fn host_of(url: &str) -> &str {
    let Some((_, rest)) = url.split_once("://") else { return "" };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit('@').next().unwrap_or("");
    let host = if host.starts_with('[') {
        host.split_inclusive(']').next().unwrap_or("")
    } else {
        host.split(':').next().unwrap_or("")
    };
    host.strip_prefix("www.").unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_deterministic_and_part_platform_from_native_id() {
        let a = PostId::of(&Platform::BLUESKY, "x");
        assert_eq!(a, PostId::of(&Platform::named("Bluesky"), "x"));
        assert_ne!(a, PostId::of(&Platform::MASTODON, "x"));
        assert_ne!(
            PostId::of(&Platform::named("ab"), "c"),
            PostId::of(&Platform::named("a"), "bc")
        );
        assert_eq!(PostId::parse(&a.to_string()), Some(a));
        assert_eq!(PostId::parse("zz"), None);
    }

    #[test]
    fn hosts() {
        for (url, host) in [
            ("https://www.example.org/a?b", "example.org"),
            ("http://u:p@example.org:8080", "example.org"),
            ("https://[::1]:80/x", "[::1]"),
            ("at://did:plc:abc/app", "did"),
            ("nothing", ""),
        ] {
            assert_eq!(host_of(url), host, "{url}");
        }
    }

    #[test]
    fn parts_begin_in_the_text_where_they_are_said_to() {
        let check = |title: &str, lead: &str, body: &str| {
            let parts = [title, lead, body];
            let post =
                Post { title: title.into(), lead: lead.into(), body: body.into(), ..bare_post() };
            for (part, start) in parts.into_iter().zip(post.starts()) {
                assert!(part.is_empty() || post.text()[start..].starts_with(part), "{parts:?}");
            }
        };
        check("title", "lead", "body");
        check("", "lead", "body");
        check("title", "", "body");
        check("", "", "body");
        check("title", "", "");
    }

    fn bare_post() -> Post {
        Post {
            platform: Platform::WEB,
            native_id: String::new(),
            url: String::new(),
            channel: Channel::Blog,
            source: Source::default(),
            author: None,
            title: String::new(),
            lead: String::new(),
            body: String::new(),
            lang: None,
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

    #[test]
    fn platform_names_are_folded() {
        assert_eq!(Platform::named(" Stack Exchange ").as_str(), "stack-exchange");
        assert_eq!(Platform::named("").as_str(), "other");
    }
}
