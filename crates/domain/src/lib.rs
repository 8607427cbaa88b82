//! Nouns and rules of Horch: posts, sources, watches, mentions, alerts, health.
//!
//! Pure: `domain` knows no clock, no file, no network and no randomness; time and seeds come in
//! as values, and nothing here can fail but parsing a name.
//!
//! ```
//! use domain::{AlertRules, NewMention, Platform, PostId, Sentiment, Time, Tone, Watch, WatchId};
//!
//! let watch = Watch {
//!     id: WatchId(1),
//!     name: "Windows 7".into(),
//!     query: "\"windows 7\"".into(),
//!     version: 1,
//!     alerts: AlertRules::default(),
//!     paused: false,
//!     created: Time(0),
//!     changed: Time(0),
//! };
//! let mention = NewMention {
//!     watch: watch.id,
//!     watch_version: 1,
//!     spans: vec![],
//!     why: "windows 7".into(),
//!     sentiment: Some(Sentiment { tone: Tone::Negative, confidence: 0.9 }),
//!     kinds: domain::Kinds::NONE,
//!     quick: false,
//!     matched: Time(1_000),
//! };
//! let post = PostId::of(&Platform::BLUESKY, "at://did:plc:abc/app.bsky.feed.post/1");
//! let alert = domain::alert_for(watch.alerts, &mention, post).expect("negative mentions are told");
//! assert_eq!(alert.reason, domain::AlertReason::Negative);
//! ```

pub mod alert;
pub mod assessment;
pub mod baseline;
pub mod crossing;
pub mod forecast;
pub mod health;
pub mod kind;
pub mod latency;
pub mod mention;
pub mod observation;
pub mod part;
pub mod post;
pub mod rise;
pub mod source;
pub mod story;
pub mod time;
pub mod watch;

pub use alert::{
    AlertId, AlertReason, DeliveryState, Message, NewAlert, Picture, Way, alert_for, retry_after,
};
pub use health::{Condition, GapReason, GapReport, Health};
pub use kind::{Kind, Kinds};
pub use latency::{Latency, Moments};
pub use mention::{NewMention, Part, Sentiment, Span, Tone};
pub use observation::{Batch, CursorMove, Observation};
pub use part::{Field, FieldKind, PartInfo};
pub use post::{
    Channel, Engagement, Media, MediaKind, Platform, Post, PostId, Relation, RelationKind, host_of,
    joined,
};
pub use rise::Rise;
pub use source::{Source, SourceId, Tier};
pub use time::{DAY, HOUR, MINUTE, SECOND, Time};
pub use watch::{AlertRules, Filling, Watch, WatchId, WatchState};
