//! One file per command.

pub mod archive;
pub mod demo;
pub mod doctor;
pub mod learning;
pub mod list;
pub mod listen;
pub mod mentions;
pub mod query;
pub mod replay;
pub mod serve;
pub mod stories;
pub mod watch;

use std::process::ExitCode;

use anyhow::Context;
use store::Store;
use tracing_subscriber::EnvFilter;

use crate::cli::{Cli, Command, DataFolder};
use crate::config::Config;

/// Runs the command.
///
/// # Errors
/// In words that say what failed, where, and what to do.
pub async fn run(cli: Cli, config: Config, folder: DataFolder) -> anyhow::Result<ExitCode> {
    start_log(&config)?;
    let done = |()| ExitCode::SUCCESS;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(&config).await.map(done),
        Command::Listen(listen) => listen::run(&config, &listen).await.map(done),
        Command::Demo(demo) => demo::run(&config, &demo, folder).await.map(done),
        Command::Replay(replay) => replay::run(&config, &replay).await,
        Command::Watch(watch) => watch::run(&config, watch).await,
        Command::Query(query) => query::run(&config, query).await,
        Command::Archive(archive) => archive::run(&config, archive).await.map(done),
        Command::Learning(learning) => learning::run(&config, learning).await.map(done),
        Command::List(list) => list::run(&config, list).await.map(done),
        Command::Stories(stories) => stories::run(&config, &stories).await.map(done),
        Command::Mentions(mentions) => mentions::run(&config, &mentions).await.map(done),
        Command::Doctor(doctor) => doctor::run(&config, &doctor).await,
    }
}

fn start_log(config: &Config) -> anyhow::Result<()> {
    let filter = config.text("log");
    let filter = EnvFilter::try_new(filter)
        .with_context(|| format!("setting log: {filter:?} is not a filter"))?;
    // A second start in one process (tests) keeps the first log.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false)
        .try_init();
    Ok(())
}

/// Opens the store of the data folder, which is made where it is missing.
///
/// # Errors
/// The folder cannot be made, or the database in it cannot be used.
pub async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let folder = &config.data;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("the data folder {} cannot be made", folder.display()))?;
    Store::open(folder)
        .await
        .with_context(|| format!("the database in {} cannot be opened", folder.display()))
}

/// Resolves at Ctrl-C or when the system asks the process to end.
pub async fn asked_to_end() {
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminate = async {
            match signal(SignalKind::terminate()) {
                Ok(mut asked) => {
                    asked.recv().await;
                }
                Err(_) => std::future::pending::<()>().await,
            }
        };
        tokio::select! {
            () = interrupt => {}
            () = terminate => {}
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}

/// A query error as a terminal shows it: the query, a caret under the place, what would be right.
#[must_use]
pub fn show_query_error(text: &str, error: &::query::QueryError) -> String {
    let start = floor(text, error.at.start);
    let end = floor(text, error.at.end.max(start));
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let indent = text[line_start..start].chars().count();
    let width = text[start..end.min(line_end).max(start)].chars().count().max(1);
    format!(
        "{}\n{}{}\n{}",
        &text[line_start..line_end],
        " ".repeat(indent),
        "^".repeat(width),
        error.message(::query::Lang::En)
    )
}

/// A query error in the form of every error here: what, where with a caret under the place, and
/// what to do.
#[must_use]
pub fn told(text: &str, error: &::query::QueryError) -> String {
    format!("the query cannot be read:\n{}", show_query_error(text, error))
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
