//! What is said in the fake internet, where, and by whom.

use std::fmt;

use domain::{Channel, Platform, Tier, Time};
use serde::{Deserialize, Serialize};

/// A place posts are published in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Place {
    /// The feed of the site on this host.
    Feed(String),
    /// The Bluesky network.
    Bluesky,
    /// The Mastodon server on this host.
    Mastodon(String),
    /// Hacker News.
    HackerNews,
}

impl Place {
    /// The feed of the site on `host`.
    #[must_use]
    pub fn feed(host: &str) -> Place {
        Place::Feed(host.to_owned())
    }

    /// The Mastodon server on `host`.
    #[must_use]
    pub fn mastodon(host: &str) -> Place {
        Place::Mastodon(host.to_owned())
    }

    /// The platform Horch files its posts under.
    #[must_use]
    pub const fn platform(&self) -> Platform {
        match self {
            Place::Feed(_) => Platform::WEB,
            Place::Bluesky => Platform::BLUESKY,
            Place::Mastodon(_) => Platform::MASTODON,
            Place::HackerNews => Platform::HACKERNEWS,
        }
    }

    /// The connector that hears it.
    #[must_use]
    pub const fn connector(&self) -> &'static str {
        match self {
            Place::Feed(_) => "web",
            Place::Bluesky => "bluesky",
            Place::Mastodon(_) => "mastodon",
            Place::HackerNews => "hackernews",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Feed(host) | Place::Mastodon(host) => f.write_str(host),
            Place::Bluesky => f.write_str("bluesky"),
            Place::HackerNews => f.write_str("hackernews"),
        }
    }
}

/// Who speaks. Fictional, always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// The handle without `@` and without the server; unique in its place.
    pub handle: String,
    /// The name people read; for a feed the byline.
    pub name: String,
    /// Followers.
    pub followers: u64,
    /// An automated account.
    pub bot: bool,
}

impl Voice {
    /// A person with a few followers.
    #[must_use]
    pub fn new(handle: &str, name: &str) -> Voice {
        let digits: u64 = handle.bytes().map(u64::from).sum();
        Voice {
            handle: handle.to_owned(),
            name: name.to_owned(),
            followers: 20 + digits % 480,
            bot: false,
        }
    }
}

/// What somebody publishes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FakePost {
    /// Who.
    pub voice: Voice,
    /// Headline; empty on microblogs.
    pub title: String,
    /// The text, plain; paragraphs are parted by `\n\n`.
    pub text: String,
    /// BCP 47 primary language.
    pub lang: String,
    /// Addresses the post links to, besides those in its text.
    pub links: Vec<String>,
    /// The native id of the post it answers.
    pub reply_to: Option<String>,
    /// When it says it was published; `None` is the internet's now.
    pub published: Option<Time>,
}

impl FakePost {
    /// A short English message.
    #[must_use]
    pub fn new(handle: &str, text: &str) -> FakePost {
        FakePost {
            voice: Voice::new(handle, handle),
            text: text.to_owned(),
            lang: "en".to_owned(),
            ..FakePost::default()
        }
    }

    /// The same with a headline.
    #[must_use]
    pub fn titled(mut self, title: &str) -> FakePost {
        self.title = title.to_owned();
        self
    }

    /// The same in another language.
    #[must_use]
    pub fn in_lang(mut self, lang: &str) -> FakePost {
        self.lang = lang.to_owned();
        self
    }

    /// The hashtags in its text, without `#`, in order.
    #[must_use]
    pub fn hashtags(&self) -> Vec<String> {
        self.text.split_whitespace().filter_map(hashtag).map(str::to_owned).collect()
    }
}

/// The tag in a word that starts with `#`, without what ends the sentence.
pub(crate) fn hashtag(word: &str) -> Option<&str> {
    let tag = word.strip_prefix('#')?.trim_end_matches(|c: char| !c.is_alphanumeric());
    (!tag.is_empty()).then_some(tag)
}

/// A blog's or news site's feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Its host name.
    pub host: String,
    /// Its name.
    pub name: String,
    /// Its language.
    pub lang: String,
    /// The rung it stands on.
    pub tier: Tier,
    /// The kind of place.
    pub channel: Channel,
    /// The form of its feed.
    pub format: Format,
    /// How many of its newest posts the feed shows.
    pub window: usize,
}

impl Site {
    /// A private blog in English with an RSS feed of its 30 newest posts.
    #[must_use]
    pub fn blog(host: &str) -> Site {
        Site {
            host: host.to_owned(),
            name: host.to_owned(),
            lang: "en".to_owned(),
            tier: Tier::Private,
            channel: Channel::Blog,
            format: Format::Rss,
            window: 30,
        }
    }

    /// The same with its feed in another form.
    #[must_use]
    pub fn in_format(mut self, format: Format) -> Site {
        self.format = format;
        self
    }

    /// The path of its feed.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        match self.format {
            Format::Rss => "/feed.xml",
            Format::Atom => "/atom.xml",
            Format::Json => "/feed.json",
        }
    }
}

/// The form of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// RSS 2.0.
    Rss,
    /// Atom 1.0.
    Atom,
    /// JSON Feed 1.1.
    Json,
}

/// The truth about one published item: what an oracle holds against the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Where.
    pub place: Place,
    /// The place's own id.
    pub native_id: String,
    /// The address a person opens.
    pub url: String,
    /// What it says now.
    pub post: FakePost,
    /// When it says it was published.
    pub published: Time,
    /// When the fake internet took it, by its clock.
    pub taken: Time,
    /// When it was last edited.
    pub edited: Option<Time>,
    /// When it was deleted.
    pub deleted: Option<Time>,
}

impl Published {
    /// Whether it still stands.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.deleted.is_none()
    }

    /// The identity Horch gives it.
    #[must_use]
    pub fn id(&self) -> domain::PostId {
        domain::PostId::of(&self.place.platform(), &self.native_id)
    }
}
