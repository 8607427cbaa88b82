//! Connectors: one file per platform, plus politeness, charset and feed repair.
//!
//! Untrusted bytes stop here: what leaves this crate are posts in one shape, in plain text.
//! `CONTRACT.md` says what every connector keeps and how to write a new one.
//!
//! - [`connector`] is the contract, [`table`] the list of all that keep it.
//! - [`http`] is the only way out: guarded, limited, polite.
//! - [`feeds`], [`bluesky`], [`mastodon`] and [`hackernews`] read one platform each.
//! - [`clock`] and [`backoff`] tell and spend the time.
//!
//! ```
//! let entry = channels::CONNECTORS.iter().find(|entry| entry.info.name == "web").unwrap();
//! let settings = serde_json::json!({"feeds": "https://blog.example/feed | Blog | de"});
//! let connector = (entry.build)(&settings).expect("the settings are right");
//! # let _: Box<dyn channels::Connector> = connector;
//!
//! let wrong = serde_json::json!({"feeds": "https://blog.example/feed | Blog | deutsch"});
//! let error = (entry.build)(&wrong).err().expect("no such language");
//! assert_eq!(error.to_string(), "setting feeds: line 1: deutsch is no language, like de");
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod backoff;
pub mod bluesky;
pub mod clock;
pub mod connector;
mod fault;
pub mod feeds;
pub mod hackernews;
pub mod http;
mod json;
pub mod mastodon;
mod plain;
mod pulse;
mod settings;
pub mod table;
#[cfg(test)]
mod trial;

pub use clock::Clock;
pub use connector::{Connector, ConnectorError, Context, Interests};
pub use http::{Answer, Get, Http, HttpError, HttpOptions};
pub use table::{CONNECTORS, Entry};
