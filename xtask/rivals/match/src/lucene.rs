//! Lucene's Monitor 9.9.2, built by Maven and run in a process of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;

/// Its harness.
pub struct Lucene {
    folder: PathBuf,
}

/// What it measured.
pub struct Told {
    /// Posts a second.
    pub rate: f64,
    /// Queries a second.
    pub built: f64,
    /// Which of the first posts match which query.
    pub pairs: Vec<(usize, usize)>,
}

/// Its presearchers; the better one counts.
pub const PRESEARCHERS: [&str; 2] = ["term", "multipass"];

impl Lucene {
    /// Builds the harness.
    ///
    /// # Errors
    /// There is no Maven or no JVM, or it cannot be built.
    pub fn build() -> anyhow::Result<Lucene> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
        let harness = root.join("xtask/rivals/lucene");
        let told = Command::new("mvn")
            .args(["-q", "-B", "package"])
            .current_dir(harness)
            .output()
            .context("there is no Maven")?;
        if !told.status.success() {
            bail!("Maven: {}", String::from_utf8_lossy(&told.stdout));
        }
        Ok(Lucene { folder: root.join("target/rivals/lucene") })
    }

    /// Runs it on one thread for so many seconds.
    ///
    /// # Errors
    /// There is no JVM, or it failed.
    pub fn run(
        &self,
        (posts, compared): (&Path, usize),
        (queries, n): (&Path, usize),
        presearcher: &str,
        seconds: u32,
    ) -> anyhow::Result<Told> {
        let pairs = self.folder.join("pairs.txt");
        let classes = format!("{0}/classes:{0}/lib/*", self.folder.display());
        let output = Command::new("java")
            .args(["-Xmx6g", "-cp", &classes, "Bench"])
            .args([posts, queries])
            .args([&n.to_string(), presearcher, &seconds.to_string()])
            .arg(&pairs)
            .arg(compared.to_string())
            .output()
            .context("there is no JVM")?;
        if !output.status.success() {
            bail!("Lucene: {}", String::from_utf8_lossy(&output.stderr));
        }
        let told: Value = serde_json::from_slice(&output.stdout)?;
        let number = |name: &str| told[name].as_f64().context("a figure is missing");
        let pairs = std::fs::read_to_string(&pairs)?
            .lines()
            .filter_map(|line| {
                let (post, query) = line.split_once(' ')?;
                Some((post.parse().ok()?, query.parse().ok()?))
            })
            .collect();
        Ok(Told { rate: number("posts_per_second")?, built: number("built_per_second")?, pairs })
    }
}
