//! `cargo xtask tidy`: the rules of the house that a machine can check. Every rule is a function
//! from what it looks at to the list of what breaks it, and has a test that plants a violation.
//! The same check over the real tree is a test, so `cargo test` keeps the rules too.

mod counts;
mod files;
mod imports;
mod labels;
mod licences;
mod locales;
mod lock;
mod purity;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};
use cargo_metadata::{CargoOpt, Metadata, MetadataCommand};

/// Checks every rule and lists what breaks them.
///
/// # Errors
/// A rule is broken, or the tree cannot be read.
#[allow(clippy::print_stdout, reason = "a command for people at a terminal")]
pub fn run() -> anyhow::Result<()> {
    let broken = check()?;
    for line in &broken {
        println!("{line}");
    }
    if !broken.is_empty() {
        bail!("{} rules of the house are broken, see above", broken.len());
    }
    println!("all rules hold");
    Ok(())
}

/// Everything in the tree that breaks a rule.
///
/// # Errors
/// The tree cannot be read.
pub fn check() -> anyhow::Result<Vec<String>> {
    let tree = Tree::read()?;
    let metadata = metadata()?;
    let mut broken = imports::check(&imports::of(&metadata));
    broken.extend(purity::check(&tree.files, &imports::external(&metadata)));
    broken.extend(lock::check(tree.text("Cargo.lock")?)?);
    broken.extend(licences::check(&licences::of(&metadata)));
    broken.extend(files::check(&tree.files));
    broken.extend(locales::check(&tree.files));
    broken.extend(labels::check(&labels::all()));
    broken.extend(files::overviews(&tree.files));
    broken.extend(counts::check(&tree.files));
    Ok(broken)
}

/// A text file of the repository: its path from the root, with `/`, and its text.
pub struct File {
    /// The path.
    pub path: String,
    /// The text.
    pub text: String,
}

struct Tree {
    files: Vec<File>,
}

impl Tree {
    /// Reads every text file that git tracks or would track.
    fn read() -> anyhow::Result<Tree> {
        let root = root();
        let output = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&root)
            .output()
            .context("git is needed to list the repository's files")?;
        if !output.status.success() {
            bail!("git ls-files failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        let names = String::from_utf8(output.stdout)?;
        let mut files = Vec::new();
        for path in names.split('\0').filter(|path| !path.is_empty()) {
            // A file deleted but not yet committed is listed too; bytes that are no text are not
            // looked into.
            let Ok(bytes) = std::fs::read(root.join(path)) else { continue };
            if let Ok(text) = String::from_utf8(bytes) {
                files.push(File { path: path.to_owned(), text });
            }
        }
        Ok(Tree { files })
    }

    fn text(&self, path: &str) -> anyhow::Result<&str> {
        let file = self.files.iter().find(|file| file.path == path);
        file.map(|file| file.text.as_str()).with_context(|| format!("{path} is missing"))
    }
}

fn root() -> PathBuf {
    crate::figures::root()
}

/// What cargo knows of the workspace and of everything that goes into it on this machine's kind
/// (packages for other systems need not even be downloaded).
fn metadata() -> anyhow::Result<Metadata> {
    let version = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .arg("-vV")
        .output()
        .context("rustc cannot be started")?;
    let version = String::from_utf8(version.stdout)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not say its host")?;
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        // What only a feature brings in is given on as well.
        .features(CargoOpt::AllFeatures)
        .other_options(["--filter-platform".to_owned(), host.to_owned()])
        .exec()
        .context("cargo metadata failed")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_rules_of_the_house_hold() {
        let broken = super::check().expect("the tree can be read");
        assert!(broken.is_empty(), "broken rules:\n{}", broken.join("\n"));
    }
}
