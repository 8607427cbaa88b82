//! Told stories: who says what, where and when, and the truth about it.

mod everyday;
mod parse;
mod play;

use std::fmt;

use domain::{Tier, Tone};

use crate::post::{FakePost, Place, Site};

pub use play::{Played, play};

const DEMO: &str = include_str!("../stories/gradiola.txt");
const EVERYDAY: &str = include_str!("../stories/everyday.txt");
const DEMO_SEED: u64 = 7;

/// The demo's watches: name and query.
const WATCHES: [(&str, &str); 3] = [
    ("Gradiola", "gradiola OR #gradiola"),
    (
        "Gradiola: kalte Nacht",
        "(gradiola OR #gradiola) AND (nacht* OR nächt* OR midnight OR mitternacht OR kalt* OR \
         cold OR frier* OR gefror* OR freez*)",
    ),
    ("Thermostate", "thermostat* AND NOT gradiola"),
];

/// A told story: events in order of time, with known truth.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    sites: Vec<Site>,
    events: Vec<Event>,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Milliseconds after the story's start (06:00 on its first day).
    pub at_ms: i64,
    /// Where.
    pub place: Place,
    /// What.
    pub what: What,
    /// The truth about it.
    pub truth: Truth,
    /// The story's own name of the post, for answers, edits and deletions; empty where nothing
    /// refers to it.
    pub key: String,
}

/// What happens in an event.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A post is published. Its `reply_to` is a key of the story until it is played.
    Publish(FakePost),
    /// The post of the event's key gets a new text.
    Edit(String),
    /// The post of the event's key is taken back.
    Delete,
}

impl Event {
    /// The post, where the event publishes one.
    #[must_use]
    pub const fn post(&self) -> Option<&FakePost> {
        match &self.what {
            What::Publish(post) => Some(post),
            What::Edit(_) | What::Delete => None,
        }
    }
}

/// What is true of an event's post, by its author's hand and not by any model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// Names of the demo's watches that match it, in order.
    pub watches: Vec<&'static str>,
    /// Its tone towards the product; `None` where it speaks of something else.
    pub tone: Option<Tone>,
    /// The rung its voice stands on.
    pub tier: Tier,
}

/// A line of a story that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for StoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for StoryError {}

impl Story {
    /// The demo: a thermostat is launched, switches the heating off at night, and climbs in two
    /// days from a hobby blog to the evening news. The same every time.
    #[must_use]
    pub fn demo() -> Story {
        Story::told(DEMO, EVERYDAY, DEMO_SEED).expect("the built-in story is read by a test")
    }

    /// Reads a story and the everyday life around it, made from the seed. Both texts explain
    /// their form in their first lines (`stories/` beside this crate's sources).
    ///
    /// # Errors
    /// The first line that cannot be read.
    pub fn told(story: &str, everyday: &str, seed: u64) -> Result<Story, StoryError> {
        let mut told = parse::read(story)?;
        told.events.extend(everyday::around(everyday, &told.sites, seed)?);
        told.events.sort_by_key(|event| event.at_ms);
        Ok(told)
    }

    /// Everything that happens, in order of time.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The blogs and news sites that speak in it.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// How long it lasts, in milliseconds.
    #[must_use]
    pub const fn duration_ms(&self) -> i64 {
        2 * domain::DAY
    }

    /// The demo's watches: name and query.
    #[must_use]
    pub const fn watches() -> [(&'static str, &'static str); 3] {
        WATCHES
    }

    /// When each tier first spoke badly of the product, in milliseconds after the start: the
    /// rungs the story climbs, in order of time.
    #[must_use]
    pub fn crossings(&self) -> Vec<(Tier, i64)> {
        let mut crossings: Vec<(Tier, i64)> = Vec::new();
        for event in self.events.iter().filter(|e| e.truth.tone == Some(Tone::Negative)) {
            if crossings.iter().all(|(tier, _)| *tier != event.truth.tier) {
                crossings.push((event.truth.tier, event.at_ms));
            }
        }
        crossings
    }
}

/// The watches that match a text, by a plain look at its words: an opinion of its own, so that
/// a test can hold the query language against it.
fn matching(title: &str, text: &str) -> Vec<&'static str> {
    const COLD: [&str; 6] = ["nacht", "nächt", "kalt", "frier", "gefror", "freez"];
    let whole = format!("{title} {text}").to_lowercase();
    let words: Vec<&str> =
        whole.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let named = words.contains(&"gradiola");
    let cold = words.iter().any(|word| {
        ["midnight", "mitternacht", "cold"].contains(word)
            || COLD.iter().any(|start| word.starts_with(start))
    });
    let thermostat = words.iter().any(|word| word.starts_with("thermostat"));
    [named, named && cold, thermostat && !named]
        .into_iter()
        .zip(WATCHES)
        .filter_map(|(matches, (name, _))| matches.then_some(name))
        .collect()
}

/// The rung of a place's voices.
fn tier_of(place: &Place, sites: &[Site]) -> Tier {
    match place {
        Place::Feed(host) => {
            sites.iter().find(|site| site.host == *host).map_or(Tier::Private, |site| site.tier)
        }
        Place::HackerNews => Tier::Community,
        Place::Bluesky | Place::Mastodon(_) => Tier::Private,
    }
}

#[cfg(test)]
mod tests;
