//! `cargo xtask bench match`: the matcher beside mokaccino, Lucene's Monitor and its floor. The
//! work is done by `xtask/rivals/match`, a workspace of its own, so that nobody else compiles the
//! rivals.

use crate::bench_replay::data_folder;
use crate::figures::{Figure, Goal, tell};
use crate::rivals;

/// What has to hold, by the names of the figures.
const GOALS: &[(&str, Goal)] = &[
    ("1k: share of floor", Goal::AtLeast(0.45)),
    ("10k: share of floor", Goal::AtLeast(0.3)),
    ("100k: share of floor", Goal::AtLeast(0.15)),
    ("100k: bytes a query", Goal::AtMost(400.0)),
    ("100k: built/s", Goal::AtLeast(100_000.0)),
    ("100k: p99 µs", Goal::AtMost(50.0)),
    ("add: µs", Goal::AtMost(50.0)),
    ("remove: µs", Goal::AtMost(50.0)),
    ("ten times the queries cost", Goal::AtMost(5.0)),
    ("compared: wrong matches", Goal::AtMost(0.0)),
    ("mokaccino 100k: ours to it", Goal::AtLeast(30.0)),
    ("mokaccino articles: ours to it", Goal::AtLeast(20.0)),
    ("lucene 100k: ours to it", Goal::AtLeast(700.0)),
    ("lucene heavy: ours to it", Goal::AtLeast(1_000.0)),
];

/// Runs the bench. `--data DIR` names the folder of data.
///
/// # Errors
/// The data is not there, or a step fails.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let data = std::path::absolute(data_folder(args).join("match"))?;
    tell("match", &figures(&rivals::run("match", &data)?)?)
}

fn figures(told: &[u8]) -> anyhow::Result<Vec<Figure>> {
    rivals::figures(told, GOALS, |name| match name {
        name if name.contains("posts/s") => "posts/s",
        name if name.contains("built/s") => "queries/s",
        name if name.ends_with("µs") => "µs",
        name if name.contains("bytes") => "bytes",
        name if name.contains("to it") || name.ends_with("cost") => "times",
        _ => "",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_find_their_figures() {
        let told = br#"{"100k: p99 \u00b5s": 60.0, "100k: p50 \u00b5s": 20.0}"#;
        let told = figures(told).expect("an object of numbers");
        let said: Vec<_> = told.iter().map(|f| (f.name.as_str(), f.unit, f.holds())).collect();
        assert_eq!(said, [("100k: p50 µs", "µs", true), ("100k: p99 µs", "µs", false)]);
    }
}
