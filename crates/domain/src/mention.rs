//! A mention: a post that a watch matched, and what the machine thinks of it.

use serde::{Deserialize, Serialize};

use crate::kind::Kinds;
use crate::time::Time;
use crate::watch::WatchId;

/// Tone in three steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Negative.
    Negative,
    /// Neither.
    Neutral,
    /// Positive.
    Positive,
}

impl Tone {
    /// Every tone.
    pub const ALL: [Tone; 3] = [Tone::Negative, Tone::Neutral, Tone::Positive];

    /// The name used in queries, addresses and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Tone::Negative => "negative",
            Tone::Neutral => "neutral",
            Tone::Positive => "positive",
        }
    }

    /// The tone of that name, case aside.
    #[must_use]
    pub fn named(name: &str) -> Option<Tone> {
        Tone::ALL.into_iter().find(|t| t.as_str().eq_ignore_ascii_case(name))
    }
}

/// A judged tone. `None` where a [`Sentiment`] is optional means the language is not one the
/// model can judge: an honest "unknown", not "neutral".
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sentiment {
    /// The most likely tone.
    pub tone: Tone,
    /// Probability of that tone, 0 to 1.
    pub confidence: f32,
}

/// The part of a post that matched words stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The headline.
    Title,
    /// The lead.
    Lead,
    /// The text.
    Body,
}

/// A matched stretch of a post's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// In which part.
    pub part: Part,
    /// First byte.
    pub start: u32,
    /// The byte after the last one. Both lie on character boundaries of the part.
    pub end: u32,
}

/// A post that a watch matched, as the flow hands it to the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewMention {
    /// The watch.
    pub watch: WatchId,
    /// The version of its query that matched.
    pub watch_version: u32,
    /// The words that matched, in order.
    pub spans: Vec<Span>,
    /// Why it matched, short, as a person reads it (`"windows 7" · crash*`).
    pub why: String,
    /// The tone; `None` when no model judges the post's language.
    pub sentiment: Option<Sentiment>,
    /// What it is.
    #[serde(default)]
    pub kinds: Kinds,
    /// The tone comes from a quick look and is to be judged again.
    #[serde(default)]
    pub quick: bool,
    /// When the matcher said so.
    pub matched: Time,
}
