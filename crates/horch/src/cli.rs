//! The command line. Settings flags grow from [`crate::config::SETTINGS`].

pub mod asking;

use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{self, Config};
use crate::recorded;

const EXAMPLES: &str = "\
First steps:
  horch demo                          a told story, no network needed: watch it climb
  horch listen \"your brand\"           what is being said about it, right now
  horch                               start for real and open the set-up link it prints

For scripts:
  horch watch add Brand '\"your brand\" AND (crash* OR broken)'
  horch replay posts.jsonl.gz --json
  horch mentions --watch Brand --json | head

  horch query import --dialect brandwatch boolean.txt
  horch query search 'lamp AND fire' --json > fires.jsonl

Queries: words, \"phrases\", AND OR NOT, ( ), NEAR/5, SENTENCE, prefix*, #tag, @name,
  title: author: site: lang: channel: platform: link: list: query:";

/// Horch listens: early warning for public opinion.
#[derive(Parser, Debug)]
#[command(name = "horch", version, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Start everything: listen, match, tell, and serve the screens (the default)
    Serve,
    /// Listen for words without any questions and print what is said
    ///
    /// Makes a watch, turns on every platform that needs no account, prints mentions as they
    /// come and serves the screens beside it, without sign-in, for this machine alone. Several
    /// words mean any of them; one with spaces is a phrase; operators are understood.
    Listen(Listen),
    /// Play a told story through the real connectors, without any network
    ///
    /// A product launch, a rant on a hobby blog, the climb into a trade magazine and on to the
    /// evening news: two days in about 40 minutes, the first hours of them in one.
    Demo(Demo),
    /// Send recorded posts through the whole flow (JSON Lines or CSV, gzip or not)
    ///
    /// Reads Horch's own exports and those of other tools. Running it twice changes nothing.
    /// Broken lines are counted with their numbers and reasons and never end it.
    Replay(Replay),
    /// Add, list, test and remove watches
    #[command(subcommand)]
    Watch(WatchCommand),
    /// Explain, import, test and compare queries; search with them
    #[command(subcommand)]
    Query(asking::QueryCommand),
    /// What the archive holds: status, search, export, rebuild
    #[command(subcommand)]
    Archive(asking::ArchiveCommand),
    /// Source lists and saved queries, for list:"…" and query:"…"
    #[command(subcommand)]
    List(asking::ListCommand),
    /// What was learnt from people's verdicts on tones, and which version judges
    #[command(subcommand)]
    Learning(asking::LearningCommand),
    /// Print stories: what people speak of, how far it has climbed, how grave it is
    Stories(asking::Stories),
    /// Print mentions, newest first
    Mentions(Mentions),
    /// Check data folder, clock, port, platforms and ways to be told, and say what to do
    Doctor(Doctor),
}

/// `horch listen`.
#[derive(Args, Debug)]
pub struct Listen {
    /// What to listen for
    #[arg(required = true, value_name = "WORD")]
    pub words: Vec<String>,
    /// Name of the watch [default: the words]
    #[arg(long)]
    pub name: Option<String>,
}

/// `horch demo`.
#[derive(Args, Debug)]
pub struct Demo {
    /// How many times faster than the wall clock the story runs (1 to 5000)
    #[arg(long, default_value = "60", value_parser = parse_speed)]
    pub speed: f64,
    /// End by itself after so many seconds
    #[arg(long, value_name = "SECONDS")]
    pub seconds: Option<u64>,
}

/// `horch replay`.
#[derive(Args, Debug)]
pub struct Replay {
    /// The file: .jsonl, .csv, either with .gz
    pub file: PathBuf,
    /// Which column or member holds what, such as body="Full Text"; may be given several times
    #[arg(long = "map", value_name = "FIELD=COLUMN")]
    pub map: Vec<recorded::Entry>,
    /// Keep the pace of the recording, so many times faster (10 or 10x) [default: at once]
    #[arg(long, value_parser = parse_speed)]
    pub speed: Option<f64>,
    /// Raise alerts too, however old the posts are
    #[arg(long)]
    pub tell: bool,
    /// End with one line of JSON on standard output
    #[arg(long)]
    pub json: bool,
}

/// `horch watch …`.
#[derive(Subcommand, Debug)]
pub enum WatchCommand {
    /// Make a watch, or give a watch of that name a new query
    Add(WatchAdd),
    /// List all watches with their queries and counts
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Try a query on the posts kept, without saving it
    Test {
        /// The query
        query: String,
        /// Newest matches shown
        #[arg(long, default_value_t = 10)]
        limit: usize,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Make many watches from a file: a name, a tab, the query; or a query a line
    ///
    /// Lines that cannot be read or whose name is taken are told and left out; then it ends with
    /// an error.
    #[command(after_help = "\
Examples:
  horch watch import queries.tsv
  horch watch import --dialect talkwalker --alert none export.tsv
  horch watch import --check queries.tsv")]
    Import(WatchImport),
    /// Remove a watch with its mentions
    Remove {
        /// Its name
        name: String,
    },
}

/// `horch watch add`.
#[derive(Args, Debug)]
pub struct WatchAdd {
    /// Its name
    pub name: String,
    /// The query
    pub query: String,
    /// When it tells somebody: any of every, negative, rise, crossing, or none
    #[arg(long, value_delimiter = ',', default_value = "negative,rise,crossing")]
    pub alert: Vec<AlertRule>,
}

/// `horch watch import`.
#[derive(Args, Debug)]
pub struct WatchImport {
    /// The file; - reads standard input
    pub file: PathBuf,
    /// The tool the queries were written for
    #[arg(long, value_enum, default_value = "native")]
    pub dialect: asking::Dialect,
    /// When the watches tell somebody: any of every, negative, rise, crossing, or none
    #[arg(long, value_delimiter = ',', default_value = "negative,rise,crossing")]
    pub alert: Vec<AlertRule>,
    /// Only say what would be added
    #[arg(long)]
    pub check: bool,
}

/// One alert rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum AlertRule {
    /// Every mention
    Every,
    /// Negative mentions
    Negative,
    /// A rise in volume
    Rise,
    /// A story that reaches leading media.
    Crossing,
    /// Nothing
    None,
}

/// `horch mentions`.
#[derive(Args, Debug)]
pub struct Mentions {
    /// Only of this watch
    #[arg(long, value_name = "NAME")]
    pub watch: Option<String>,
    /// At most so many [default: 50; with --json all]
    #[arg(long)]
    pub limit: Option<u64>,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// `horch doctor`.
#[derive(Args, Debug)]
pub struct Doctor {
    /// Do not ask platforms and notifiers over the network
    #[arg(long)]
    pub offline: bool,
}

fn parse_speed(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches(['x', 'X', '×']);
    match number.parse::<f64>() {
        Ok(speed) if (0.01..=100_000.0).contains(&speed) => Ok(speed),
        _ => Err(format!("{text:?} is not a speed: 10 or 10x is expected")),
    }
}

/// The command line with its settings flags.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command().args(config::flags())
}

/// Reads the process's arguments, environment and settings file.
///
/// # Errors
/// A setting that does not fit. Wrong arguments and `--help` end the process as clap does.
pub fn read() -> anyhow::Result<(Cli, Config, DataFolder)> {
    let matches = command().get_matches();
    let config = Config::load(&matches)?;
    let given = matches.value_source("data").is_some_and(|source| {
        matches!(
            source,
            clap::parser::ValueSource::CommandLine | clap::parser::ValueSource::EnvVariable
        )
    });
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    Ok((cli, config, if given { DataFolder::Given } else { DataFolder::Default }))
}

/// Whether somebody named the data folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataFolder {
    /// By flag or environment.
    Given,
    /// Nobody did.
    Default,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn global_settings_work_behind_commands() {
        let matches = command()
            .try_get_matches_from(["horch", "watch", "list", "--port", "1", "--data", "d"])
            .expect("parses");
        let config = Config::load(&matches).expect("loads");
        assert_eq!((config.number("port"), config.data.to_str()), (1, Some("d")));
    }

    #[test]
    fn speeds() {
        assert_eq!(parse_speed("10x"), Ok(10.0));
        assert_eq!(parse_speed("2.5×"), Ok(2.5));
        assert!(parse_speed("fast").is_err());
        assert!(parse_speed("0").is_err());
    }
}
