//! How far a new or changed watch is filled from the archive.

use askama::Template;
use domain::{Filling, WatchId};
use fluent_bundle::FluentArgs;

use crate::lang::Words;

/// See the module.
#[derive(Clone, Debug, Template)]
#[template(path = "filling.html")]
pub struct FillingView {
    /// The watch's number.
    pub watch: i64,
    /// In words.
    pub text: String,
    /// Posts looked at.
    pub value: u64,
    /// Posts there are.
    pub max: u64,
}

impl askama::filters::HtmlSafe for FillingView {}

impl FillingView {
    /// Shows it.
    pub fn of(w: Words, watch: WatchId, filling: Filling) -> FillingView {
        let mut args = FluentArgs::new();
        args.set("n", filling.found);
        args.set("looked", w.number(filling.looked_at));
        args.set("of", w.number(filling.of.max(filling.looked_at)));
        FillingView {
            watch: watch.0,
            text: w.with("filling-running", Some(&args)).into_owned(),
            value: filling.looked_at,
            max: filling.of.max(filling.looked_at).max(1),
        }
    }
}
