//! Benches beside other libraries, which live in workspaces of their own under `xtask/rivals`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::figures::{Figure, Goal, root};

/// What the workspace `xtask/rivals/NAME` prints when it is given the folder of data.
///
/// # Errors
/// It cannot be built or fails.
pub fn run(name: &str, data: &Path) -> anyhow::Result<Vec<u8>> {
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

/// The figures in what was printed, one JSON object of numbers, with their goals and units.
///
/// # Errors
/// It is no such object.
pub fn figures(
    told: &[u8],
    goals: &[(&str, Goal)],
    unit: impl Fn(&str) -> &'static str,
) -> anyhow::Result<Vec<Figure>> {
    let told: BTreeMap<String, f64> = serde_json::from_slice(told)?;
    let figure = |(name, value): (String, f64)| {
        let goal = goals.iter().find(|(of, _)| *of == name).map_or(Goal::None, |(_, goal)| *goal);
        let unit = unit(&name);
        Figure::new(name, value, unit, goal)
    };
    Ok(told.into_iter().map(figure).collect())
}
