//! From named fields to one normalised post.

use domain::{
    Channel, Engagement, Platform, Post, Relation, RelationKind, Source, Tier, Time, host_of,
};

use super::columns::Field;
use super::when;

/// Longest text of one field that is kept, in bytes.
const TEXT_LIMIT: usize = 256 << 10;

/// Builds a post from what `get` says of each field (plain text; `None` or empty is "not told").
///
/// # Errors
/// Nothing to read in it, or a time that cannot be read: the reason in words.
pub fn build(get: impl Fn(Field) -> Option<String>, now: Time) -> Result<Post, String> {
    let told = |field| get(field).map(|text| clean(&text)).filter(|text| !text.is_empty());
    let (title, lead, body) = (
        told(Field::Title).unwrap_or_default(),
        told(Field::Lead).unwrap_or_default(),
        told(Field::Body).unwrap_or_default(),
    );
    if title.is_empty() && lead.is_empty() && body.is_empty() {
        return Err("no text: neither title, lead nor body is filled".to_owned());
    }
    let published = match told(Field::Published) {
        Some(text) => {
            when::read(&text).ok_or_else(|| format!("the time {text:?} is not readable"))?
        }
        None => now,
    };
    let url = told(Field::Url).unwrap_or_default();
    let handle = told(Field::Author).unwrap_or_default().trim_start_matches('@').to_owned();
    let outlet = told(Field::Source);
    let (platform, channel) = place(told(Field::Platform), told(Field::Channel), &url);
    let site = host_of(&url);
    let key = [handle.as_str(), outlet.as_deref().unwrap_or(""), site]
        .into_iter()
        .find(|key| !key.is_empty())
        .unwrap_or("unknown")
        .to_owned();
    let name = told(Field::Name).or(outlet).unwrap_or_else(|| handle.clone());
    let native_id = told(Field::Id)
        .or_else(|| told(Field::Url))
        .unwrap_or_else(|| format!("{key}\n{}\n{title}\n{lead}\n{body}", published.0));
    let number = |field| told(field).and_then(|text| count(&text));
    let found = found_in(&body);
    let listed = |field| told(field).map(|text| split(&text));
    Ok(Post {
        platform,
        native_id,
        channel,
        source: Source {
            key,
            name,
            handle,
            url: String::new(),
            tier: told(Field::Tier).and_then(|name| Tier::named(&name)),
            followers: number(Field::Followers),
            country: told(Field::Country).filter(|c| c.len() == 2).map(|c| c.to_uppercase()),
            verified: None,
            bot: None,
        },
        url,
        author: None,
        title,
        lead,
        lang: told(Field::Lang).and_then(|lang| language(&lang)),
        published: published.min(now),
        received: now,
        links: listed(Field::Links).unwrap_or(found.links),
        hashtags: listed(Field::Hashtags).unwrap_or(found.hashtags),
        mentions: listed(Field::Mentions).unwrap_or(found.mentions),
        relation: found.repost_of.map(|to| Relation { kind: RelationKind::Repost, to }),
        engagement: Engagement {
            likes: number(Field::Likes),
            reposts: number(Field::Reposts),
            replies: number(Field::Replies),
            views: number(Field::Views),
        },
        media: Vec::new(),
        body,
    })
}

/// Without control characters, and not longer than the limit.
fn clean(text: &str) -> String {
    let mut text: String =
        text.trim().chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    if text.len() > TEXT_LIMIT {
        let mut end = TEXT_LIMIT;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    text
}

/// Platform and channel from what a file says, else from the address.
fn place(platform: Option<String>, channel: Option<String>, url: &str) -> (Platform, Channel) {
    let word = platform.as_deref().unwrap_or("").to_lowercase();
    let said = channel
        .as_deref()
        .and_then(|name| Channel::named(name).or_else(|| kind_of_place(&name.to_lowercase())));
    let channel = said.or_else(|| kind_of_place(&word)).unwrap_or(if url.is_empty() {
        Channel::Microblog
    } else {
        Channel::Blog
    });
    let platform = match word.as_str() {
        "" if url.is_empty() => Platform::named("recorded"),
        "" | "news" | "blog" | "online" | "web" | "rss" => Platform::WEB,
        other => Platform::named(other),
    };
    (platform, channel)
}

fn kind_of_place(word: &str) -> Option<Channel> {
    const WORDS: &[(&str, Channel)] = &[
        ("twitter", Channel::Microblog),
        ("bluesky", Channel::Microblog),
        ("mastodon", Channel::Microblog),
        ("threads", Channel::Microblog),
        ("microblog", Channel::Microblog),
        ("facebook", Channel::Social),
        ("linkedin", Channel::Social),
        ("social", Channel::Social),
        ("instagram", Channel::Photovideo),
        ("tiktok", Channel::Photovideo),
        ("youtube", Channel::Photovideo),
        ("video", Channel::Photovideo),
        ("photo", Channel::Photovideo),
        ("reddit", Channel::Forum),
        ("forum", Channel::Forum),
        ("hackernews", Channel::Forum),
        ("review", Channel::Forum),
        ("blog", Channel::Blog),
        ("news", Channel::News),
        ("print", Channel::News),
        ("online", Channel::News),
        ("mail", Channel::Mail),
        ("usenet", Channel::Mail),
    ];
    if word == "x" {
        return Some(Channel::Microblog);
    }
    WORDS.iter().find(|(part, _)| word.contains(part)).map(|(_, channel)| *channel)
}

/// A language's primary subtag, from a tag or an English or German name.
fn language(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let named = match text.as_str() {
        "english" | "englisch" => "en",
        "german" | "deutsch" => "de",
        "french" | "französisch" => "fr",
        "spanish" | "spanisch" => "es",
        "italian" | "italienisch" => "it",
        _ => text.split(['-', '_']).next().unwrap_or(""),
    };
    let fits = (2..=3).contains(&named.len()) && named.bytes().all(|b| b.is_ascii_lowercase());
    (fits && named != "und").then(|| named.to_owned())
}

/// `1,234`, `1.234`, `12.0` and `12` as a count.
fn count(text: &str) -> Option<u64> {
    if let Ok(n) = text.parse::<u64>() {
        return Some(n);
    }
    if let Some(whole) = text.strip_suffix(".0") {
        return whole.parse().ok();
    }
    let grouped = text.split([',', '.', '\u{a0}', ' ']).skip(1).all(|group| group.len() == 3);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    grouped.then(|| digits.parse().ok()).flatten()
}

fn split(text: &str) -> Vec<String> {
    text.split([',', ' ', '\n', ';', '|'])
        .map(|word| word.trim_start_matches(['#', '@']))
        .filter(|word| !word.is_empty())
        .take(200)
        .map(str::to_owned)
        .collect()
}

#[derive(Default)]
struct Found {
    links: Vec<String>,
    hashtags: Vec<String>,
    mentions: Vec<String>,
    repost_of: Option<String>,
}

/// Links, tags and names that stand in a text.
fn found_in(text: &str) -> Found {
    let mut found = Found::default();
    for word in text.split_whitespace().take(5_000) {
        let name = |mark: char| {
            let rest = word.trim_start_matches(['(', '"', '“', '\'', '.']).strip_prefix(mark)?;
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            (end > 0).then(|| rest[..end].to_owned())
        };
        if word.starts_with("http://") || word.starts_with("https://") {
            found.links.push(word.trim_end_matches(['.', ',', ')', '"', '”']).to_owned());
        } else if let Some(tag) = name('#') {
            found.hashtags.push(tag);
        } else if let Some(name) = name('@') {
            found.mentions.push(name);
        }
    }
    found.repost_of = text.strip_prefix("RT @").map(|rest| {
        rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("").to_owned()
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(fields: &[(Field, &str)]) -> Result<Post, String> {
        let get = |field| fields.iter().find(|(f, _)| *f == field).map(|(_, v)| (*v).to_owned());
        build(get, Time(1_800_000_000_000))
    }

    #[test]
    fn a_tweet() {
        let post = post(&[
            (Field::Id, "7"),
            (Field::Platform, "twitter"),
            (Field::Author, "@ann"),
            (Field::Body, "RT @bob: late again #fail (@air) https://t.example/x."),
            (Field::Published, "2015-02-24T11:35:00Z"),
            (Field::Reposts, "1,234"),
        ])
        .expect("post");
        assert_eq!(post.channel, Channel::Microblog);
        assert_eq!(post.source.key, "ann");
        assert_eq!(post.links, ["https://t.example/x"]);
        assert_eq!(post.hashtags, ["fail"]);
        assert_eq!(post.mentions, ["bob", "air"]);
        assert_eq!(post.engagement.reposts, Some(1_234));
        assert_eq!(post.relation.map(|r| r.to).as_deref(), Some("bob"));
    }

    #[test]
    fn without_an_id_the_same_line_is_the_same_post() {
        let line = [(Field::Body, "x"), (Field::Author, "a"), (Field::Published, "2020-01-01")];
        let other = [(Field::Body, "x"), (Field::Author, "b"), (Field::Published, "2020-01-01")];
        assert_eq!(post(&line).expect("post").id(), post(&line).expect("post").id());
        assert_ne!(post(&line).expect("post").id(), post(&other).expect("post").id());
    }

    #[test]
    fn reasons_in_words() {
        assert!(post(&[]).expect_err("empty").contains("no text"));
        let error = post(&[(Field::Body, "x"), (Field::Published, "soon")]).expect_err("time");
        assert!(error.contains("\"soon\""), "{error}");
    }

    #[test]
    fn the_future_is_clamped() {
        let post = post(&[(Field::Body, "x"), (Field::Published, "2999-01-01")]).expect("post");
        assert_eq!(post.published, post.received);
    }

    #[test]
    fn counts_and_languages() {
        assert_eq!(count("1.234"), Some(1_234));
        assert_eq!(count("12.0"), Some(12));
        assert_eq!(count("1.5"), None);
        assert_eq!(language("de-AT").as_deref(), Some("de"));
        assert_eq!(language("English").as_deref(), Some("en"));
        assert_eq!(language("und"), None);
    }
}
