//! Feeds of blogs and news sites.

pub(crate) mod charset;
pub(crate) mod dates;
pub(crate) mod entities;
pub(crate) mod html;
pub(crate) mod post;
pub(crate) mod read;
pub(crate) mod repair;
pub mod state;
