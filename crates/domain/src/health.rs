//! How well a stream is heard: its health and its gaps. The screen never pretends to have
//! heard everything.

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// How a stream is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// Started, nothing heard yet.
    Starting,
    /// Heard as it should be.
    Well,
    /// Works, but late, slowed by the platform or with recent errors.
    Limping,
    /// Nothing is heard now; it is tried again by itself.
    Down,
    /// Switched off by a person or by the platform's lasting "no" (410, 401).
    Off,
}

impl Condition {
    /// The name used in the database and in locale keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Condition::Starting => "starting",
            Condition::Well => "well",
            Condition::Limping => "limping",
            Condition::Down => "down",
            Condition::Off => "off",
        }
    }

    /// The condition of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Condition> {
        [Condition::Starting, Condition::Well, Condition::Limping, Condition::Down, Condition::Off]
            .into_iter()
            .find(|c| c.as_str() == name)
    }
}

/// The last word of a connector about one stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The stream, as in [`crate::CursorMove::stream`].
    pub stream: String,
    /// How it is doing.
    pub condition: Condition,
    /// What happened last, in words, English, no secrets: `429 Too Many Requests, next try in 60 s`.
    pub detail: String,
    /// When the stream last answered well.
    pub last_ok: Option<Time>,
    /// When the newest post heard on it was published.
    pub newest_post: Option<Time>,
    /// When it is tried next, where it is polled or backing off.
    pub next_try: Option<Time>,
    /// Posts heard since the process started.
    pub heard: u64,
    /// Items dropped as broken since the process started.
    pub broken: u64,
    /// Errors since it last answered well.
    pub errors: u32,
    /// When this was said.
    pub at: Time,
}

impl Health {
    /// The health of a stream that has just been started.
    #[must_use]
    pub fn starting(stream: &str, at: Time) -> Health {
        Health {
            stream: stream.to_owned(),
            condition: Condition::Starting,
            detail: String::new(),
            last_ok: None,
            newest_post: None,
            next_try: None,
            heard: 0,
            broken: 0,
            errors: 0,
            at,
        }
    }
}

/// Why something was not heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapReason {
    /// Horch was not running.
    Stopped,
    /// The connection was lost or the server failed.
    Unreachable,
    /// The platform slowed us down (429).
    RateLimited,
    /// The platform no longer had what we asked for (a cursor too old, a feed that turned over
    /// completely between two visits).
    TooLate,
    /// More came than the limit on one visit allows.
    Overflow,
    /// Items were too broken to read.
    Broken,
}

impl GapReason {
    /// Every reason.
    pub const ALL: [GapReason; 6] = [
        GapReason::Stopped,
        GapReason::Unreachable,
        GapReason::RateLimited,
        GapReason::TooLate,
        GapReason::Overflow,
        GapReason::Broken,
    ];

    /// The name used in the database and in locale keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            GapReason::Stopped => "stopped",
            GapReason::Unreachable => "unreachable",
            GapReason::RateLimited => "rate-limited",
            GapReason::TooLate => "too-late",
            GapReason::Overflow => "overflow",
            GapReason::Broken => "broken",
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<GapReason> {
        GapReason::ALL.into_iter().find(|r| r.as_str() == name)
    }
}

/// A line for the gap ledger. The same stream and `from` again updates the line: a gap is
/// reported when it is found, once more when it ends, and once more when it is made up for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapReport {
    /// The stream.
    pub stream: String,
    /// From when on nothing was heard.
    pub from: Time,
    /// Until when; `None` while it lasts.
    pub until: Option<Time>,
    /// Why.
    pub reason: GapReason,
    /// More in words, English, no secrets.
    pub detail: String,
    /// What was missed was fetched afterwards.
    pub made_up: bool,
}
