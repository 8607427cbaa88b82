//! Holds what was heard against the truth.

use std::collections::{HashMap, HashSet};
use std::fmt;

use domain::Post;

use crate::post::{Place, Published};

/// What is wrong with what was heard. Empty lists: nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Stands on its platform and was not heard.
    pub missing: Vec<Published>,
    /// Is there more than once, under one id.
    pub doubled: Vec<Published>,
    /// Was deleted, the platform told it, and it is still there.
    pub lingering: Vec<Published>,
    /// Was edited, and the old words are still there.
    pub stale: Vec<Published>,
    /// Native ids that nobody ever published: invented, or one post under two ids.
    pub invented: Vec<String>,
}

impl Verdict {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        *self == Verdict::default()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            return f.write_str("nothing is wrong");
        }
        let lists = [
            ("missing", &self.missing),
            ("doubled", &self.doubled),
            ("lingering", &self.lingering),
            ("stale", &self.stale),
        ];
        for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            let ids: Vec<&str> = list.iter().take(5).map(|item| item.native_id.as_str()).collect();
            write!(f, "{} {name} ({}) ", list.len(), ids.join(", "))?;
        }
        if !self.invented.is_empty() {
            write!(f, "{} invented ({})", self.invented.len(), self.invented.join(", "))?;
        }
        Ok(())
    }
}

/// Judges what a store holds: `truth` is everything that should be known
/// ([`crate::FakeInternet::published`], or the part of it that could be heard), `heard` every
/// stored post in its latest version.
///
/// Feeds tell no deletions: a feed's deleted post may stay.
#[must_use]
pub fn judge<'a>(truth: &[Published], heard: impl IntoIterator<Item = &'a Post>) -> Verdict {
    let mut held: HashMap<(String, &str), Vec<&Post>> = HashMap::new();
    for post in heard {
        let key = (post.platform.as_str().to_owned(), post.native_id.as_str());
        held.entry(key).or_default().push(post);
    }
    let mut verdict = Verdict::default();
    let mut known = HashSet::new();
    for item in truth {
        let key = (item.place.platform().as_str().to_owned(), item.native_id.as_str());
        let posts = held.get(&key).map_or(&[][..], Vec::as_slice);
        known.insert(key);
        match (item.stands(), posts) {
            (true, []) => verdict.missing.push(item.clone()),
            (false, [_, ..]) if !matches!(item.place, Place::Feed(_)) => {
                verdict.lingering.push(item.clone());
            }
            (true, [post, ..]) if item.edited.is_some() && !says(post, &item.post.text) => {
                verdict.stale.push(item.clone());
            }
            _ => {}
        }
        if posts.len() > 1 {
            verdict.doubled.push(item.clone());
        }
    }
    let strangers = held.keys().filter(|key| !known.contains(*key));
    verdict.invented = strangers.map(|(_, native_id)| (*native_id).to_owned()).collect();
    verdict.invented.sort_unstable();
    verdict
}

/// Whether a post says this, as far as letters and digits go: connectors clean the rest.
#[must_use]
pub fn says(post: &Post, text: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let whole = format!("{}{}{}", post.title, post.lead, post.body);
    letters(&whole).contains(&letters(text))
}

#[cfg(test)]
mod tests {
    use domain::{Channel, Engagement, Platform, Source, Time};

    use super::*;
    use crate::post::FakePost;

    fn published(id: &str) -> Published {
        Published {
            place: Place::HackerNews,
            native_id: id.to_owned(),
            url: String::new(),
            post: FakePost::new("kim", "new words"),
            published: Time(0),
            taken: Time(0),
            edited: None,
            deleted: None,
        }
    }

    fn post(id: &str, body: &str) -> Post {
        Post {
            platform: Platform::HACKERNEWS,
            native_id: id.to_owned(),
            url: String::new(),
            channel: Channel::Forum,
            source: Source::default(),
            author: None,
            title: String::new(),
            lead: String::new(),
            body: body.to_owned(),
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
    fn every_kind_of_wrong_is_told_apart() {
        let mut gone = published("3");
        gone.deleted = Some(Time(1));
        let mut edited = published("4");
        edited.edited = Some(Time(1));
        let truth = [published("1"), published("2"), gone, edited];
        let heard =
            [post("2", "x"), post("2", "x"), post("3", "x"), post("4", "old"), post("9", "x")];
        let verdict = judge(&truth, &heard);
        let ids = |list: &[Published]| {
            list.iter().map(|item| item.native_id.clone()).collect::<Vec<_>>().join(",")
        };
        assert_eq!(ids(&verdict.missing), "1");
        assert_eq!(ids(&verdict.doubled), "2");
        assert_eq!(ids(&verdict.lingering), "3");
        assert_eq!(ids(&verdict.stale), "4");
        assert_eq!(verdict.invented, ["9"]);
        assert!(!verdict.is_clean());
        let heard = [post("1", ""), post("2", ""), post("4", "<new>, words!")];
        assert_eq!(judge(&truth, &heard), Verdict::default());
    }
}
