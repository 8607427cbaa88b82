//! The screens, asked as a browser would ask, over a real store in a temporary folder.
#![allow(clippy::unwrap_used)]

mod browser;
mod doors;
mod judging;
mod live;
mod looks;
#[cfg(feature = "pdf")]
mod paper;
mod searching;
mod seed;
mod stories;
mod work;
