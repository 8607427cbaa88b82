//! Connectors: one file per platform, plus politeness, charset and feed repair.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod clock;
pub mod connector;
pub mod http;
pub mod table;

pub use clock::Clock;
pub use connector::{Connector, ConnectorError, Context, Interests};
pub use http::{Answer, Get, Http, HttpError, HttpOptions};
pub use table::{CONNECTORS, Entry};
