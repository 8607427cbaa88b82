//! `cargo xtask test`: every test that needs Rust alone; with `--real` those of the feature `pdf`, the
//! real servers and the browser too.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};

/// Runs the tests and closes with a summary.
///
/// # Errors
/// A test fails, or something that the real tests need is missing.
#[allow(clippy::print_stdout, reason = "a command for people at a terminal")]
pub fn run(real: bool) -> anyhow::Result<()> {
    if real {
        // Before half an hour of tests, not after.
        crate::real::check_tools()?;
    }
    let start = Instant::now();
    let (mut sum, mut good) = cargo_test(&["--workspace"])?;
    if real {
        // The library that sets papers takes minutes to build: not for every run.
        let (papers, set) = cargo_test(&["--package", "web", "--features", "pdf", "--tests"])?;
        sum.add(&papers);
        good &= set;
    }
    println!();
    println!("Rust tests: {} in {} s", sum.words(), start.elapsed().as_secs());
    let told = if real { crate::real::run() } else { Ok(()) };
    if real {
        let words = if told.is_ok() { "passed" } else { "FAILED" };
        println!("real servers and browser: {words}");
    } else {
        println!("real servers and browser: not run (cargo xtask test --real)");
    }
    told?;
    if !good {
        bail!("tests failed");
    }
    Ok(())
}

/// Cargo, as if called from a terminal: what `cargo xtask` itself was told about this package
/// would make build scripts (ring's, for one) think that everything has changed.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let told = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
            .iter()
            .any(|start| told.starts_with(start))
        {
            command.env_remove(&name);
        }
    }
    command.current_dir(crate::figures::root());
    command
}

/// Runs `cargo test`, shows what it says, and counts.
#[allow(clippy::print_stdout, reason = "a command for people at a terminal")]
fn cargo_test(what: &[&str]) -> anyhow::Result<(Sum, bool)> {
    let mut child = cargo()
        .args(["test", "--no-fail-fast"])
        .args(what)
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo cannot be started")?;
    let mut sum = Sum::default();
    let output = child.stdout.take().context("cargo has no output")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        sum.count(&line);
        // The thousands that passed are not worth a line each.
        if !line.ends_with("... ok") {
            println!("{line}");
        }
    }
    let good = child.wait()?.success();
    Ok((sum, good))
}

/// What cargo's `test result:` lines add up to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sum {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Sum {
    fn count(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        let of = |what: &str| {
            let mut words = result.split([' ', '.', ';']).filter(|word| !word.is_empty()).rev();
            words.find(|word| *word == what)?;
            words.next()?.parse::<u64>().ok()
        };
        self.passed += of("passed").unwrap_or(0);
        self.failed += of("failed").unwrap_or(0);
        self.ignored += of("ignored").unwrap_or(0);
    }

    fn add(&mut self, other: &Sum) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }

    fn words(&self) -> String {
        let Sum { passed, failed, ignored } = self;
        format!("{passed} passed, {failed} failed, {ignored} left out")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_add_up() {
        let mut sum = Sum::default();
        for line in [
            "test result: ok. 11 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; \
             finished in 0.01s",
            "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out",
            "test a_result ... ok",
        ] {
            sum.count(line);
        }
        assert_eq!(sum, Sum { passed: 13, failed: 3, ignored: 1 });
    }
}
