//! What a text says: words, language, sentiment.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod language;
pub mod sentiment;
pub mod words;
