//! The fields and properties a query can ask for, each listed once.

use serde::{Deserialize, Serialize};

/// A field of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldName {
    /// The headline.
    Title,
    /// The lead.
    Lead,
    /// The text.
    Body,
    /// The byline, and the source's name and handle.
    Author,
    /// The source: its name, handle and key.
    Source,
    /// The words of the post's own address.
    Url,
    /// The words of the addresses it links to.
    Link,
    /// Hashtags.
    Hashtag,
    /// Names it addresses.
    Mention,
    /// The host of its address; a domain covers its subdomains.
    Site,
    /// Its language, ISO 639.
    Lang,
    /// The source's country, ISO 3166.
    Country,
    /// The kind of place.
    Channel,
    /// Who runs the place.
    Platform,
    /// The rung its source stands on.
    Tier,
    /// The platform's own id, or ours.
    Id,
    /// The community it was said in: a group, a forum, a server.
    Community,
    /// What people tagged it with.
    Tag,
    /// Its tone: `negative`, `neutral`, `positive`; judged only where the text matched.
    Sentiment,
}

/// What may stand in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// A part of the post's text: everything that can be asked of a text.
    Text,
    /// Words of its own.
    Words,
    /// The words of addresses.
    Address,
    /// Tags or names: words with this sign before them.
    Sign(char),
    /// Whole values.
    Values,
}

impl FieldName {
    /// Every field.
    pub const ALL: [FieldName; 19] = [
        FieldName::Title,
        FieldName::Lead,
        FieldName::Body,
        FieldName::Author,
        FieldName::Source,
        FieldName::Url,
        FieldName::Link,
        FieldName::Hashtag,
        FieldName::Mention,
        FieldName::Site,
        FieldName::Lang,
        FieldName::Country,
        FieldName::Channel,
        FieldName::Platform,
        FieldName::Tier,
        FieldName::Id,
        FieldName::Community,
        FieldName::Tag,
        FieldName::Sentiment,
    ];

    /// The name used in queries.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            FieldName::Title => "title",
            FieldName::Lead => "lead",
            FieldName::Body => "body",
            FieldName::Author => "author",
            FieldName::Source => "source",
            FieldName::Url => "url",
            FieldName::Link => "link",
            FieldName::Hashtag => "hashtag",
            FieldName::Mention => "mention",
            FieldName::Site => "site",
            FieldName::Lang => "lang",
            FieldName::Country => "country",
            FieldName::Channel => "channel",
            FieldName::Platform => "platform",
            FieldName::Tier => "tier",
            FieldName::Id => "id",
            FieldName::Community => "community",
            FieldName::Tag => "tag",
            FieldName::Sentiment => "sentiment",
        }
    }

    /// The field of that name, case aside.
    #[must_use]
    pub fn named(name: &str) -> Option<FieldName> {
        FieldName::ALL.into_iter().find(|f| f.as_str().eq_ignore_ascii_case(name))
    }

    pub(crate) const fn holds(self) -> Holds {
        match self {
            FieldName::Title | FieldName::Lead | FieldName::Body => Holds::Text,
            FieldName::Author | FieldName::Source => Holds::Words,
            FieldName::Url | FieldName::Link => Holds::Address,
            FieldName::Hashtag => Holds::Sign('#'),
            FieldName::Mention => Holds::Sign('@'),
            _ => Holds::Values,
        }
    }

    /// The character that keeps this field's keys apart from the words of the text.
    pub(crate) const fn mark(self) -> char {
        match self {
            FieldName::Title | FieldName::Lead | FieldName::Body => '\0',
            FieldName::Hashtag => '#',
            FieldName::Mention => '@',
            FieldName::Author => '\x01',
            FieldName::Source => '\x02',
            FieldName::Url => '\x03',
            FieldName::Link => '\x04',
            FieldName::Site => '\x05',
            FieldName::Lang => '\x06',
            FieldName::Country => '\x07',
            FieldName::Channel => '\x08',
            FieldName::Platform => '\x0e',
            FieldName::Tier => '\x0f',
            FieldName::Id => '\x10',
            FieldName::Community => '\x12',
            FieldName::Tag => '\x13',
            FieldName::Sentiment => '\x14',
        }
    }
}

/// The mark of stems among the keys.
pub(crate) const STEM_MARK: char = '\x15';
/// The mark of parts of compounds among the keys.
pub(crate) const PART_MARK: char = '\x16';

/// The mark of properties among the keys.
pub(crate) const PROPERTY_MARK: char = '\x11';

/// A property of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Property {
    /// It answers another post.
    Reply,
    /// It passes another post on unchanged.
    Repost,
    /// It passes another post on with words of its own.
    Quote,
    /// Its source is verified by the platform.
    Verified,
    /// It is one of our own people's.
    Own,
    /// It carries a picture.
    Image,
    /// It carries a film.
    Video,
    /// It links to a page.
    Link,
    /// It comments on something published: a reply that is no reply among equals.
    Comment,
    /// It asks something.
    Question,
    /// A person has looked at it.
    Reviewed,
    /// It was deleted where it was published.
    Deleted,
}

impl Property {
    /// Every property.
    pub const ALL: [Property; 12] = [
        Property::Reply,
        Property::Repost,
        Property::Quote,
        Property::Verified,
        Property::Own,
        Property::Image,
        Property::Video,
        Property::Link,
        Property::Comment,
        Property::Question,
        Property::Reviewed,
        Property::Deleted,
    ];

    /// As it is written in a query: `is:reply`, `has:image`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Property::Reply => "is:reply",
            Property::Repost => "is:repost",
            Property::Quote => "is:quote",
            Property::Verified => "is:verified",
            Property::Own => "is:own",
            Property::Image => "has:image",
            Property::Video => "has:video",
            Property::Link => "has:link",
            Property::Comment => "is:comment",
            Property::Question => "is:question",
            Property::Reviewed => "is:reviewed",
            Property::Deleted => "is:deleted",
        }
    }
}

/// A number of a post that a query can bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberField {
    /// How many people it may have reached: views where the platform tells them, else followers.
    Reach,
    /// Followers of its source.
    Followers,
    /// The relevance of its source, 0 to 100.
    Relevance,
    /// Likes, reposts and replies together.
    Engagement,
    /// Stars it gives, 0 to 5.
    Rating,
    /// Its tone from -1 to 1: P(positive) - P(negative); judged only where the text matched.
    Sentiment,
    /// When it was published.
    Published,
    /// The minute of the day it was published in, UTC, 0 to 1439.
    MinuteOfDay,
}

impl NumberField {
    /// Every number.
    pub const ALL: [NumberField; 8] = [
        NumberField::Reach,
        NumberField::Followers,
        NumberField::Relevance,
        NumberField::Engagement,
        NumberField::Rating,
        NumberField::Sentiment,
        NumberField::Published,
        NumberField::MinuteOfDay,
    ];

    /// The name used in queries.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            NumberField::Reach => "reach",
            NumberField::Followers => "followers",
            NumberField::Relevance => "relevance",
            NumberField::Engagement => "engagement",
            NumberField::Rating => "rating",
            NumberField::Sentiment => "sentiment",
            NumberField::Published => "published",
            NumberField::MinuteOfDay => "minuteofday",
        }
    }

    /// The number of that name, case aside.
    #[must_use]
    pub fn named(name: &str) -> Option<NumberField> {
        NumberField::ALL.into_iter().find(|f| f.as_str().eq_ignore_ascii_case(name))
    }
}

/// What people ask for in other tools and no post here can answer.
pub(crate) const NOT_EVALUABLE: [&str; 20] = [
    "condition",
    "gender",
    "age",
    "agegroup",
    "interest",
    "interests",
    "profession",
    "familystatus",
    "accounttype",
    "device",
    "imagelogo",
    "logo",
    "imagetype",
    "imageobject",
    "imagescene",
    "emotion",
    "demographics",
    "sourcerank",
    "ave",
    "circulation",
];
