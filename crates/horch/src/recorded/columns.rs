//! Which column or member holds what: the names that Horch and other tools give their fields.

use std::collections::BTreeMap;
use std::str::FromStr;

/// What a column can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The platform's own id.
    Id,
    /// Who runs the place.
    Platform,
    /// The kind of place.
    Channel,
    /// The post's address.
    Url,
    /// When it was published.
    Published,
    /// Handle of who speaks.
    Author,
    /// Readable name of who speaks.
    Name,
    /// Outlet or domain.
    Source,
    /// Headline.
    Title,
    /// Lead.
    Lead,
    /// Text.
    Body,
    /// Language.
    Lang,
    /// Country of the source.
    Country,
    /// Rung of the source.
    Tier,
    /// Followers of the source.
    Followers,
    /// Likes.
    Likes,
    /// Reposts.
    Reposts,
    /// Replies.
    Replies,
    /// Views.
    Views,
    /// Links in the post.
    Links,
    /// Hashtags of the post.
    Hashtags,
    /// Names it addresses.
    Mentions,
}

/// Every field with its own name first, then the names other tools give it, in the order they
/// are tried. Compared without case, spaces and punctuation (`Full Text` = `full_text`).
/// Sources: the field lists in the export documentation of Brandwatch, Talkwalker and Meltwater,
/// and the public APIs of the platforms.
const NAMES: &[(Field, &[&str])] = &[
    (
        Field::Id,
        &[
            "native_id",
            "id",
            "post_id",
            "tweet_id",
            "status_id",
            "id_str",
            "guid",
            "uri",
            "mention_id",
            "resource_id",
            "document_id",
            "external_id",
            "n",
        ],
    ),
    (Field::Platform, &["platform", "network", "content_source_name", "source_type", "page_type"]),
    (Field::Channel, &["channel", "media_type", "content_source", "source_category"]),
    (
        Field::Url,
        &["url", "permalink", "link", "mention_url", "article_url", "post_url", "adresse"],
    ),
    (
        Field::Published,
        &[
            "published",
            "published_at",
            "published_date",
            "created_at",
            "createdat",
            "date",
            "datetime",
            "timestamp",
            "time",
            "date_utc",
            "datum",
            "zeit",
            "veröffentlicht",
        ],
    ),
    (
        Field::Author,
        &[
            "handle",
            "author",
            "username",
            "user",
            "screen_name",
            "author_handle",
            "autor",
            "influencer",
        ],
    ),
    (
        Field::Name,
        &["author_name", "full_name", "display_name", "name", "extra_author_attributes_name"],
    ),
    (
        Field::Source,
        &[
            "source",
            "source_name",
            "outlet",
            "publication",
            "domain",
            "site",
            "site_name",
            "quelle",
        ],
    ),
    (Field::Title, &["title", "headline", "subject", "titel", "überschrift"]),
    (Field::Lead, &["lead", "ingress", "summary", "opening_text", "teaser", "description"]),
    (
        Field::Body,
        &[
            "body",
            "text",
            "full_text",
            "content",
            "message",
            "post",
            "tweet",
            "snippet",
            "hit_sentence",
            "sound_bite_text",
            "inhalt",
            "volltext",
        ],
    ),
    (Field::Lang, &["lang", "language", "sprache"]),
    (Field::Country, &["country", "country_code", "source_country", "land"]),
    (Field::Tier, &["tier"]),
    (
        Field::Followers,
        &["followers", "followers_count", "author_followers", "twitter_followers", "x_followers"],
    ),
    (Field::Likes, &["likes", "like_count", "favorites", "favorite_count", "favourites", "score"]),
    (Field::Reposts, &["reposts", "retweets", "retweet_count", "shares", "repost_count"]),
    (Field::Replies, &["replies", "reply_count", "comments", "comment_count"]),
    (Field::Views, &["views", "view_count", "impressions"]),
    (Field::Links, &["links", "expanded_urls"]),
    (Field::Hashtags, &["hashtags"]),
    (Field::Mentions, &["mentions", "mentioned_authors"]),
];

impl Field {
    fn named(name: &str) -> Option<Field> {
        let name = fold(name);
        NAMES.iter().find(|(_, names)| fold(names[0]) == name).map(|(field, _)| *field).or(
            match name.as_str() {
                "id" => Some(Field::Id),
                "author" => Some(Field::Author),
                "text" => Some(Field::Body),
                "name" => Some(Field::Name),
                _ => None,
            },
        )
    }
}

/// Which column holds what, over what is recognised by itself.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    named: BTreeMap<Field, String>,
}

/// One `field=Column`.
#[derive(Clone, Debug)]
pub struct Entry(Field, String);

impl FromStr for Entry {
    type Err = String;

    fn from_str(text: &str) -> Result<Entry, String> {
        let (field, column) = text.split_once('=').ok_or_else(|| {
            format!("{text:?}: FIELD=COLUMN is expected, such as body=\"Full Text\"")
        })?;
        let known = || {
            let names: Vec<&str> = NAMES.iter().map(|(_, names)| names[0]).collect();
            format!("there is no field {field:?}; known are {}", names.join(", "))
        };
        Ok(Entry(Field::named(field).ok_or_else(known)?, column.trim().to_owned()))
    }
}

impl From<Vec<Entry>> for Mapping {
    fn from(entries: Vec<Entry>) -> Mapping {
        Mapping { named: entries.into_iter().map(|Entry(field, column)| (field, column)).collect() }
    }
}

impl Mapping {
    /// Where each field stands among these column names.
    pub fn columns(&self, header: &[String]) -> BTreeMap<Field, usize> {
        let folded: Vec<String> = header.iter().map(|name| fold(name)).collect();
        let position = |name: &str| folded.iter().position(|column| *column == fold(name));
        NAMES
            .iter()
            .filter_map(|(field, names)| {
                let at = match self.named.get(field) {
                    Some(column) => position(column),
                    None => names.iter().find_map(|name| position(name)),
                };
                at.map(|at| (*field, at))
            })
            .collect()
    }

    /// The first name of `field` for which `get` has something.
    pub fn find<T>(&self, field: Field, get: impl Fn(&str) -> Option<T>) -> Option<T> {
        if let Some(column) = self.named.get(&field) {
            return get(column);
        }
        let (_, names) = NAMES.iter().find(|(known, _)| *known == field)?;
        names.iter().find_map(|name| get(name))
    }
}

/// A name without case, spaces and punctuation.
pub fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_recognised_in_order() {
        let header: Vec<String> =
            ["Full Text", "Date", "n", "ID", "Twitter Followers"].map(String::from).to_vec();
        let columns = Mapping::default().columns(&header);
        assert_eq!(columns.get(&Field::Body), Some(&0));
        assert_eq!(columns.get(&Field::Id), Some(&3), "a real id outranks a running number");
        assert_eq!(columns.get(&Field::Followers), Some(&4));
        assert_eq!(columns.get(&Field::Title), None);
    }

    #[test]
    fn a_wrong_mapping_says_what_fits() {
        let error = "bdoy=x".parse::<Entry>().expect_err("no such field");
        assert!(error.contains("body"), "{error}");
        assert!("body".parse::<Entry>().is_err());
    }
}
