//! What connectors hand over: observations, and the cursor that moves with them.

use serde::{Deserialize, Serialize};

use crate::health::GapReport;
use crate::post::{Platform, Post};
use crate::source::Source;

/// One thing a connector saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Observation {
    /// A post, new or edited: the same id again with another fingerprint is an edit.
    Seen(Box<Post>),
    /// A post is gone. Removing what was never heard is harmless.
    Deleted {
        /// The platform that told it.
        platform: Platform,
        /// The platform's own id of the post.
        native_id: String,
    },
    /// A source is gone with all its posts.
    SourceDeleted {
        /// The platform that told it.
        platform: Platform,
        /// The source's key on that platform.
        key: String,
    },
    /// More is known about a source (its name, its followers). Unknown fields change nothing.
    Profile {
        /// The platform that told it.
        platform: Platform,
        /// What is known.
        source: Box<Source>,
    },
}

/// Where a stream stands after a batch. Stored in the transaction that stores the batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CursorMove {
    /// The stream: the connector's name, or `name/part` (`web/https://blog.example/feed`).
    pub stream: String,
    /// The position, in the connector's own words (JSON or a number); opaque to everyone else.
    pub value: String,
}

/// What a connector hands over at once: stored together or not at all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// What was seen, oldest first.
    pub observations: Vec<Observation>,
    /// Cursors that move with it.
    pub cursors: Vec<CursorMove>,
    /// Gaps that were found or made up for.
    pub gaps: Vec<GapReport>,
}

impl Batch {
    /// Nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.observations.is_empty() && self.cursors.is_empty() && self.gaps.is_empty()
    }
}
