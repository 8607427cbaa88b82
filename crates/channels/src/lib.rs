//! Connectors: one file per platform, plus politeness, charset and feed repair.

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
