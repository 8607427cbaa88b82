//! A watch: a saved query and what to do when it matches.

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// A watch's number; stays the same over edits.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct WatchId(pub i64);

/// When a watch tells somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertRules {
    /// Every mention.
    pub every: bool,
    /// Every negative mention.
    pub negative: bool,
    /// A rise or a dip in volume against the watch's own past.
    pub rise: bool,
    /// A story of its mentions that reaches leading media.
    pub crossing: bool,
}

impl Default for AlertRules {
    /// Negative mentions, rises and crossings: what an early warning is for.
    fn default() -> Self {
        AlertRules { every: false, negative: true, rise: true, crossing: true }
    }
}

/// A saved query and what to do when it matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// Its number.
    pub id: WatchId,
    /// Its name; unique, 1 to 80 characters.
    pub name: String,
    /// The query in native syntax.
    pub query: String,
    /// Counts up with every edit of the query, from 1; every mention says which version matched.
    pub version: u32,
    /// When it tells somebody.
    pub alerts: AlertRules,
    /// Not matched while paused.
    pub paused: bool,
    /// When it was made.
    pub created: Time,
    /// When it was last changed.
    pub changed: Time,
}

/// How far a new or changed watch is filled from the posts heard before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filling {
    /// Mentions found so far.
    pub found: u64,
    /// Posts looked at so far.
    pub looked_at: u64,
    /// Posts there are to look at, as far as known.
    pub of: u64,
}

/// What a running house knows of a watch beyond what is stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WatchState {
    /// Is being filled, or waits for it.
    pub filling: Option<Filling>,
    /// Why it is not matched, in German and in English: a name it refers to is gone, say.
    pub trouble: Option<(String, String)>,
    /// Its share (0 to 1) of the work that matching takes, since the start; `None` while nothing
    /// was measured.
    pub share: Option<f64>,
}
