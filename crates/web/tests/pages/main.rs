#![allow(clippy::unwrap_used)]
//! The screens, asked as a browser would ask, over a real store in a temporary folder.
mod seed;
