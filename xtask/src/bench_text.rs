//! `cargo xtask bench text`: what every step of reading a post costs, beside other libraries. The
//! work is done by `xtask/rivals/text`, a workspace of its own, so that nobody else compiles the
//! rivals.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::bench_replay::data_folder;
use crate::figures::{Figure, Goal, root, tell};

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
    tell("text", &figures(&rival("text", &data)?)?)
}

/// What the workspace `xtask/rivals/NAME` prints when it is given the folder of data.
///
/// # Errors
/// It cannot be built or fails.
pub fn rival(name: &str, data: &std::path::Path) -> anyhow::Result<Vec<u8>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--release", "--quiet", "--locked", "--manifest-path"])
        .arg(root().join("xtask/rivals").join(name).join("Cargo.toml"))
        .arg("--target-dir")
        .arg(root().join("target/rivals").join(name))
        .arg("--")
        .arg(data)
        .stderr(Stdio::inherit())
        .output()
        .context("cargo cannot be started")?;
    if !output.status.success() {
        bail!("the bench failed: {}", output.status);
    }
    Ok(output.stdout)
}

fn figures(told: &[u8]) -> anyhow::Result<Vec<Figure>> {
    let told: BTreeMap<String, f64> = serde_json::from_slice(told)?;
    let figure = |(name, value): (String, f64)| {
        let goal = GOALS.iter().find(|(of, _)| *of == name).map_or(Goal::None, |(_, goal)| *goal);
        let unit = match name.as_str() {
            name if name.ends_with("µs") => "µs",
            name if name.contains("to ours") => "times",
            name if name.contains("/s") => "mentions/s",
            _ => "",
        };
        Figure::new(name, value, unit, goal)
    };
    Ok(told.into_iter().map(figure).collect())
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
