//! What is done around the house and never shipped: tests, rules, evaluation, training, benches.
//! `cargo xtask --help` lists it.

mod bench_archive;
mod bench_feeds;
mod bench_flow;
mod bench_idle;
mod bench_ladder;
mod bench_latency;
mod bench_match;
mod bench_replay;
mod bench_text;
mod catalogue;
mod eval;
mod figures;
mod fuzz;
mod process;
mod real;
mod rivals;
mod test;
mod tidy;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// As in the product, which the benches measure.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Horch's workshop
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run every test that needs Rust alone
    Test {
        /// Also the real servers and the browser (see tests/real/README.md for what they need)
        #[arg(long)]
        real: bool,
        /// Only the real servers and the browser
        #[arg(long)]
        only_real: bool,
    },
    /// Check the rules of the house: imports, purity, licences, sizes, locales, labels
    Tidy,
    /// Measure the models against labelled texts: language, sentiment, encoder, words, text
    Eval(Rest),
    /// Rebuild a model from labelled texts: language, sentiment; encoder-texts
    Train(Rest),
    /// Measure a figure: replay, archive, feeds, idle, ladder, latency
    Bench(Rest),
    /// Throw made-up inputs at the query language: [--seconds N] [parse|import|matches] (nightly)
    Fuzz(Rest),
    /// Rebuild the starter catalogue of feeds from public lists
    Catalogue(Rest),
}

#[derive(clap::Args)]
struct Rest {
    /// Name and options
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "NAME…")]
    args: Vec<String>,
}

fn main() -> ExitCode {
    let command = Cli::parse().command;
    if cfg!(debug_assertions) && command.wants_release() {
        return in_release();
    }
    let result = match command {
        Command::Test { only_real: true, .. } => real::run(),
        Command::Test { real, .. } => test::run(real),
        Command::Tidy => tidy::run(),
        Command::Eval(rest) => eval::run(&rest.args),
        Command::Train(rest) => train::run(&rest.args),
        Command::Bench(rest) => bench(&rest.args),
        Command::Fuzz(rest) => fuzz::run(&rest.args),
        Command::Catalogue(rest) => catalogue::run(&rest.args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Command {
    /// Figures and models come from optimised code only.
    const fn wants_release(&self) -> bool {
        matches!(self, Command::Eval(_) | Command::Train(_) | Command::Bench(_))
    }
}

/// The same command once more, built with optimisation.
fn in_release() -> ExitCode {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = std::process::Command::new(cargo)
        .args(["run", "--release", "--quiet", "--package", "xtask", "--"])
        .args(std::env::args_os().skip(1))
        .status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: cargo cannot be started: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bench(args: &[String]) -> anyhow::Result<()> {
    let (name, rest) = args.split_first().map_or(("", args), |(name, rest)| (name.as_str(), rest));
    match name {
        "archive" => bench_archive::run(rest),
        "replay" => bench_replay::run(rest),
        "flow" => bench_flow::run(rest),
        "feeds" => bench_feeds::run(rest),
        "idle" => bench_idle::run(rest),
        "ladder" => bench_ladder::run(rest),
        "latency" => bench_latency::run(rest),
        "match" => bench_match::run(rest),
        "text" => bench_text::run(rest),
        other => {
            anyhow::bail!(
                "no bench {other:?}: say replay, flow, match, text, archive, feeds, idle, ladder or latency"
            )
        }
    }
}
