//! One file per screen.

pub mod api;
pub mod api_query;
pub mod calibration;
pub mod channels;
pub mod editor;
pub mod events;
pub mod export;
pub mod import;
pub mod learning;
pub mod mention;
pub mod mentions;
pub mod now;
pub mod parts;
pub mod remove;
pub mod saved;
pub mod search;
pub mod search_file;
pub mod settings;
pub mod setup;
pub mod signin;
pub mod stories;
pub mod story;
pub mod trial;
pub mod versions;
pub mod watches;
pub mod ways;

use axum::response::{IntoResponse as _, Redirect, Response};

/// After something was done: back to a page of ours that says so.
pub fn done(path: &str, what: &str) -> Response {
    Redirect::to(&format!("{path}?done={what}")).into_response()
}
