//! `cargo xtask bench text`: what every step of reading a post costs, beside other libraries. The
//! work is done by `xtask/rivals/text`, a workspace of its own, so that nobody else compiles the
//! rivals.

use crate::bench_replay::data_folder;
use crate::figures::{Figure, Goal, tell};
use crate::rivals;

/// What has to hold, by the names of the figures.
const GOALS: &[(&str, Goal)] = &[
    ("encoder, batched: µs", Goal::AtMost(2_000.0)),
    ("encoder, one at a time: µs", Goal::AtMost(10_000.0)),
    ("mentions/s, all steps, two cores", Goal::AtLeast(500.0)),
];

/// Runs the bench. `--data DIR` names the folder of data.
///
/// # Errors
/// The data is not there, or a step fails.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let data = std::path::absolute(data_folder(args).join("match"))?;
    tell("text", &figures(&rivals::run("text", &data)?)?)
}

fn figures(told: &[u8]) -> anyhow::Result<Vec<Figure>> {
    rivals::figures(told, GOALS, |name| match name {
        name if name.ends_with("µs") => "µs",
        name if name.contains("to ours") => "times",
        name if name.contains("/s") => "mentions/s",
        _ => "",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_find_their_figures() {
        let told = br#"{"encoder, batched: \u00b5s": 2500.0, "language: lingua to ours": 20.0}"#;
        let told = figures(told).expect("an object of numbers");
        let said: Vec<_> = told.iter().map(|f| (f.name.as_str(), f.unit, f.holds())).collect();
        let slow = ("encoder, batched: µs", "µs", false);
        assert_eq!(said, [slow, ("language: lingua to ours", "times", true)]);
    }
}
