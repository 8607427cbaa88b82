//! Throws made-up inputs at the query language, and at what is said of texts, for a while: `fuzz [--seconds N] [TARGET]`.
//!
//! The same instrumentation as `cargo fuzz --sanitizer none`, without having to install it.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

const TARGETS: [&str; 4] = ["parse", "import", "matches", "says"];
/// What `cargo fuzz` builds with: libFuzzer is told which branches an input took.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 -Clink-dead-code --cfg fuzzing";

pub fn run(args: &[String]) -> Result<()> {
    let (mut seconds, mut targets) = (60_u32, Vec::new());
    let mut args = args.iter().map(String::as_str);
    while let Some(arg) = args.next() {
        match arg {
            "--seconds" => {
                let said = args.next().context("--seconds takes a number")?;
                seconds = said.parse().context("--seconds takes a whole number")?;
            }
            name if TARGETS.contains(&name) => targets.push(name),
            other => bail!("no target {other:?}: say {}", TARGETS.join(", ")),
        }
    }
    if targets.is_empty() {
        targets.extend(TARGETS);
    }
    let host = nightly_host()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no folder above xtask")?;
    let fuzz = root.join("fuzz");
    build(&fuzz, &host)?;
    for target in targets {
        fuzz_target(&fuzz, &host, target, seconds)?;
    }
    Ok(())
}

/// The triple of this machine, told by the nightly compiler.
fn nightly_host() -> Result<String> {
    let asked = cargo().arg("-vV").stderr(Stdio::null()).output();
    let told = asked.ok().filter(|output| output.status.success());
    let told = told.context(
        "fuzzing needs a nightly compiler: `rustup toolchain install nightly --profile minimal`",
    )?;
    let told = String::from_utf8_lossy(&told.stdout);
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("cargo does not tell its host")?.to_owned())
}

/// Nightly's cargo, not the one that runs this.
fn cargo() -> Command {
    let mut cargo = Command::new("rustup");
    cargo.args(["run", "nightly", "cargo"]);
    for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "RUSTFLAGS"] {
        cargo.env_remove(name);
    }
    cargo
}

fn build(fuzz: &Path, host: &str) -> Result<()> {
    // With a target named, build scripts and macros are left without instrumentation.
    let status = cargo()
        .args(["build", "--release", "--locked", "--bins", "--target", host, "--target-dir"])
        .arg(fuzz.join("target"))
        .arg("--manifest-path")
        .arg(fuzz.join("Cargo.toml"))
        .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.split_whitespace().collect::<Vec<_>>().join("\x1f"))
        .status()?;
    ensure!(status.success(), "the fuzz targets do not build");
    Ok(())
}

/// What is found new goes to `target/`, so that the committed corpus stays small; an input that
/// fails is written to `artifacts/`.
fn fuzz_target(fuzz: &Path, host: &str, target: &str, seconds: u32) -> Result<()> {
    let found = fuzz.join("target/corpus").join(target);
    let artifacts = fuzz.join("artifacts").join(target);
    std::fs::create_dir_all(&found)?;
    std::fs::create_dir_all(&artifacts)?;
    let status = Command::new(fuzz.join("target").join(host).join("release").join(target))
        .arg(format!("-max_total_time={seconds}"))
        .args(["-max_len=4096", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"])
        .arg(format!("-dict={}", fuzz.join("query.dict").display()))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg(found)
        .arg(fuzz.join("corpus").join(target))
        .status()?;
    ensure!(
        status.success(),
        "{target} found something: see {}. Mend it and add the input to fuzz/corpus/{target}",
        artifacts.display()
    );
    Ok(())
}
