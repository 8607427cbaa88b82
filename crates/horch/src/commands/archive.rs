//! `horch archive`: what it holds, its index made anew, and what matches as a file.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use tokio::sync::mpsc;
use web::records::{Format, Records};

use super::query::{Asking, search, shown, text_of};
use crate::cli::asking::{ArchiveCommand, Ask, Export, FileFormat};
use crate::config::Config;

/// Runs an archive command.
///
/// # Errors
/// The archive does not answer, a query cannot be read, or a file cannot be written.
pub async fn run(config: &Config, command: ArchiveCommand) -> Result<()> {
    let house = Asking::open(config).await?;
    match command {
        ArchiveCommand::Status { json } => status(&house, json).await,
        ArchiveCommand::Rebuild => rebuild(&house).await,
        ArchiveCommand::Search(ask) => search(&house, &ask).await,
        ArchiveCommand::Export(wanted) => export(&house, &wanted).await,
    }
}

async fn status(house: &Asking, as_json: bool) -> Result<()> {
    let status = house.archive.status().await?;
    if as_json {
        let at = |t: Option<domain::Time>| t.map(|t| t.0);
        let said = serde_json::json!({
            "posts": status.posts, "days": status.days, "behind": status.behind,
            "index_bytes": status.index_bytes, "store_bytes": status.store_bytes,
            "oldest": at(status.oldest), "newest": at(status.newest),
        });
        anstream::println!("{said}");
        return Ok(());
    }
    let mega = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
    for (name, value) in [
        ("posts", status.posts.to_string()),
        ("days", status.days.to_string()),
        ("oldest", shown(status.oldest)),
        ("newest", shown(status.newest)),
        ("index", mega(status.index_bytes)),
        ("store", mega(status.store_bytes)),
        ("waiting", status.behind.to_string()),
    ] {
        anstream::println!("{name:>8}  {value}");
    }
    Ok(())
}

async fn rebuild(house: &Asking) -> Result<()> {
    let bar = indicatif::ProgressBar::new(0);
    let progress = bar.clone();
    let posts = house
        .archive
        .rebuild(move |done, all| {
            progress.set_length(all);
            progress.set_position(done);
        })
        .await?;
    bar.finish_and_clear();
    anstream::println!("the index holds {posts} posts");
    Ok(())
}

async fn export(house: &Asking, wanted: &Export) -> Result<()> {
    let format = format_of(wanted)?;
    let ask = Ask {
        query: text_of(&wanted.query)?,
        since: wanted.since.clone(),
        until: wanted.until.clone(),
        limit: usize::MAX,
        json: false,
    };
    let asked = house.read(&ask.query).await?;
    let bounds = super::query::bounds(&ask)?;
    let mut out: Box<dyn Write> = match wanted.file == Path::new("-") {
        true => Box::new(std::io::stdout().lock()),
        false => Box::new(
            std::fs::File::create(&wanted.file)
                .with_context(|| format!("the file {} cannot be written", wanted.file.display()))?,
        ),
    };
    let (into, mut posts) = mpsc::channel(256);
    let archive = house.archive.clone();
    let (ast, decide) = (asked.query.ast.clone(), asked.decide());
    let searching = tokio::spawn(async move { archive.each(&ast, bounds, decide, into).await });
    let mut records = Records::begin(format)?;
    while let Some(post) = posts.recv().await {
        records.add(post)?;
        match out.write_all(&records.take()) {
            Ok(()) => {}
            // Nobody reads any more (`| head`).
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    let found = searching.await??;
    out.write_all(&records.finish()?)?;
    out.flush()?;
    anstream::eprintln!("{found} posts written");
    Ok(())
}

fn format_of(wanted: &Export) -> Result<Format> {
    let ending = wanted.file.extension().and_then(|e| e.to_str()).unwrap_or_default();
    match wanted.format {
        Some(FileFormat::Csv) => Ok(Format::Csv),
        Some(FileFormat::Jsonl) => Ok(Format::Lines),
        Some(FileFormat::Parquet) => Ok(Format::Parquet),
        None => match Format::named(ending) {
            Some(format) => Ok(format),
            None => bail!(
                "the format of {} is not known\nwhere: FILE\nwhat to do: let its name end in \
                 .csv, .jsonl or .parquet, or say --format",
                wanted.file.display()
            ),
        },
    }
}
