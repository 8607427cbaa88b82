//! `horch query`: what a query means, whether it can be read, and what it finds.

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use domain::{DAY, HOUR, Post, Time};
use query::{Change, Document, Lang, Query, SavedKind};
use serde_json::{Value, json};
use store::{Archive, Counted, Store};
use web::ask::{self, Asked, post_named};
use web::branches::{self, BranchLine, only_in};
use web::bulk;
use web::near::near_misses;
use web::records::json_line;

use super::{open_store, show_query_error, told};
use crate::cli::asking::{Ask, Dialect, QueryCommand};
use crate::config::Config;
use crate::{house, terminal};

/// Runs a query command.
///
/// # Errors
/// A query that cannot be read, a post that is not kept, or the store does not answer.
pub async fn run(config: &Config, command: QueryCommand) -> Result<ExitCode> {
    match command {
        QueryCommand::Parse { query, lenient, json } => parse(&text_of(&query)?, lenient, json)?,
        QueryCommand::Print { query } => anstream::println!("{}", read(&text_of(&query)?)?),
        QueryCommand::Import { dialect, file, lines, json } => {
            return import(dialect, &file, lines, json);
        }
        QueryCommand::Explain { query, post: None, json } => {
            let query = read(&text_of(&query)?)?;
            say(&explained(&query, None), json, || {
                anstream::print!("{}", query::explain(&query, Lang::En));
            });
        }
        QueryCommand::Explain { query, post: Some(post), json } => {
            let house = Asking::open(config).await?;
            explain_post(&house, &text_of(&query)?, &post, json).await?;
        }
        QueryCommand::WhyNot { query, post, json } => {
            let house = Asking::open(config).await?;
            why_not(&house, &text_of(&query)?, &post, json).await?;
        }
        QueryCommand::Diff { old, new, limit, json } => {
            let house = Asking::open(config).await?;
            diff(&house, &old, &new, limit, json).await?;
        }
        QueryCommand::Test(ask) => test(&Asking::open(config).await?, &ask).await?,
        QueryCommand::Search(ask) => search(&Asking::open(config).await?, &ask).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What is asked: store and archive of the data folder.
pub struct Asking {
    /// Where everything is kept.
    pub store: Store,
    /// Every post heard.
    pub archive: Archive,
}

impl Asking {
    /// Opens both. Where no Horch is running the archive takes in what was stored since.
    ///
    /// # Errors
    /// The data folder cannot be used.
    pub async fn open(config: &Config) -> Result<Asking> {
        let store = open_store(config).await?;
        let archive = house::open_archive(config, &store).await?;
        let now = channels::Clock::wall().now();
        loop {
            let done = archive.catch_up(now).await?;
            if done.behind == 0 || done.elsewhere {
                break;
            }
        }
        Ok(Asking { store, archive })
    }

    /// A query, everything it refers to looked up.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn read(&self, text: &str) -> Result<Asked> {
        match Asked::read(&self.store, text).await? {
            Ok(asked) => {
                note_warnings(text, &asked.query);
                Ok(asked)
            }
            Err(error) => bail!(told(text, &error)),
        }
    }

    async fn post(&self, named: &str) -> Result<Post> {
        let found = post_named(&self.store, &self.archive, named).await?;
        found.with_context(|| {
            format!(
                "no post {named:?} is kept\nwhere: --post\nwhat to do: give the address of a post \
                 that was heard, or its id (`horch query search QUERY --json` shows both)"
            )
        })
    }
}

/// A query given as text, or on standard input.
///
/// # Errors
/// Standard input cannot be read.
pub fn text_of(given: &str) -> Result<String> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
    Ok(text)
}

fn read(text: &str) -> Result<Query> {
    match query::parse(text) {
        Ok(query) => {
            note_warnings(text, &query);
            Ok(query)
        }
        Err(error) => bail!(told(text, &error)),
    }
}

fn note_warnings(text: &str, query: &Query) {
    for warning in &query.warnings {
        let place = text.get(warning.at.clone()).unwrap_or_default();
        let place = terminal::safe(place);
        anstream::eprintln!("note: {} ({place})", warning.message(Lang::En));
    }
}

/// Prints one JSON value, or what is meant for people.
fn say(value: &Value, as_json: bool, people: impl FnOnce()) {
    if as_json { anstream::println!("{value}") } else { people() }
}

fn parse(text: &str, lenient: bool, as_json: bool) -> Result<()> {
    let read = if lenient { query::parse_lenient(text) } else { query::parse(text) };
    match read {
        Ok(query) => {
            let said = json!({
                "ok": true, "native": query.to_string(), "ast": query.ast,
                "warnings": warnings(&query), "branches": explained(&query, None)["branches"],
            });
            say(&said, as_json, || {
                note_warnings(text, &query);
                anstream::println!("understood as: {query}");
            });
            Ok(())
        }
        Err(error) => {
            if as_json {
                anstream::println!("{}", json!({ "ok": false, "error": error_json(&error) }));
            }
            bail!(told(text, &error))
        }
    }
}

fn warnings(query: &Query) -> Vec<Value> {
    let one = |w: &query::Warning| json!({ "at": [w.at.start, w.at.end], "message": w.message(Lang::En) });
    query.warnings.iter().map(one).collect()
}

fn error_json(error: &query::QueryError) -> Value {
    json!({
        "code": error.code.as_str(), "at": [error.at.start, error.at.end],
        "expected": error.expected, "found": error.found, "suggestion": error.suggestion,
        "message": error.message(Lang::En),
    })
}

/// A query's branches with what each costs; with a post, whether each holds.
fn explained(query: &Query, post: Option<&Post>) -> Value {
    let branch = |b: &BranchLine| json!({ "depth": b.depth, "words": b.words, "cost": b.class, "holds": b.hit });
    let branches: Vec<Value> = branches::lines(query, Lang::En, post).iter().map(branch).collect();
    json!({ "branches": branches })
}

async fn explain_post(house: &Asking, text: &str, named: &str, as_json: bool) -> Result<()> {
    let asked = house.read(text).await?;
    let post = house.post(named).await?;
    let mut said = explained(&asked.query, Some(&post));
    said["matches"] = asked.hit(&post).is_some().into();
    say(&said, as_json, || print_branches(&asked.query, &post));
    Ok(())
}

fn print_branches(query: &Query, post: &Post) {
    for branch in branches::lines(query, Lang::En, Some(post)) {
        let sign = if branch.hit == Some(true) { "✓" } else { "✕" };
        let indent = " ".repeat(branch.depth * 2);
        anstream::println!("{sign} {indent}{}", branch.words);
    }
}

async fn why_not(house: &Asking, text: &str, named: &str, as_json: bool) -> Result<()> {
    let asked = house.read(text).await?;
    let post = house.post(named).await?;
    let failed = query::why_not(&asked.query, &Document::of(&post), Lang::En);
    let failed: Vec<String> = failed.into_iter().map(|branch| branch.native).collect();
    let matches = asked.hit(&post).is_some();
    let said = json!({ "matches": matches, "failed": failed });
    say(&said, as_json, || {
        if matches {
            anstream::println!("The post matches.");
        } else {
            anstream::println!("The post does not match. It would if this held:");
            failed.iter().for_each(|branch| anstream::println!("  {branch}"));
        }
        print_branches(&asked.query, &post);
    });
    Ok(())
}

async fn diff(house: &Asking, old: &str, new: &str, limit: usize, as_json: bool) -> Result<()> {
    let (old, new) = (house.read(old).await?, house.read(new).await?);
    let mut sides = Vec::new();
    for (name, sign, keeps, drops) in [("gained", '+', &new, &old), ("lost", '−', &old, &new)] {
        let only = only_in(keeps, drops);
        let ask = store::Ask { limit, ..store::Ask::default() };
        let found = house.archive.search(&only.query.ast, ask, only.decide()).await?;
        sides.push((name, sign, only, found));
    }
    let lines = |found: &store::Found| -> Vec<Value> {
        found.posts.iter().filter_map(|p| serde_json::from_str(&json_line(p)).ok()).collect()
    };
    let changes = query::diff(&old.query, &new.query, Lang::En);
    let said = json!({
        "changes": changes,
        "gained": lines(&sides[0].3), "lost": lines(&sides[1].3),
    });
    say(&said, as_json, || {
        if changes.is_empty() {
            anstream::println!("Both say the same.");
        }
        for Change { kind, words, .. } in &changes {
            anstream::println!("{} {words}", kind.sign());
        }
        for (name, sign, only, found) in &sides {
            let count = found.posts.len();
            let more = if found.next.is_some() { " or more" } else { "" };
            anstream::println!("{name}: {count}{more} in the archive");
            for post in &found.posts {
                anstream::print!("{sign} ");
                terminal::print_post(post, only.hit(post).as_ref());
            }
        }
    });
    Ok(())
}

/// From when to when a search looks.
///
/// # Errors
/// A moment that is none.
pub fn bounds(ask: &Ask) -> Result<store::Ask> {
    let zone = jiff::tz::TimeZone::system();
    let moment = |given: &Option<String>, name: &str, end: bool| match given {
        None => Ok(None),
        Some(text) => web::moment(text, &zone, end).map(Some).with_context(|| {
            format!(
                "{text:?} is no moment\nwhere: --{name}\nwhat to do: write 2026-11-24 or \
                 2026-11-24T07:15"
            )
        }),
    };
    Ok(store::Ask {
        since: moment(&ask.since, "since", false)?,
        until: moment(&ask.until, "until", true)?,
        before: None,
        limit: ask.limit,
    })
}

/// Searches the archive and prints what it finds, newest first.
///
/// # Errors
/// The query cannot be read, or the archive does not answer.
pub async fn search(house: &Asking, ask: &Ask) -> Result<()> {
    let asked = house.read(&text_of(&ask.query)?).await?;
    let wanted = bounds(ask)?;
    let (into, mut posts) = tokio::sync::mpsc::channel(64);
    let (archive, ast, decide) = (house.archive.clone(), asked.query.ast.clone(), asked.decide());
    let searching = tokio::spawn(async move { archive.each(&ast, wanted, decide, into).await });
    while let Some(post) = posts.recv().await {
        if !print(&post, &asked, ask.json) {
            break;
        }
    }
    drop(posts);
    let found = searching.await??;
    if !ask.json {
        anstream::eprintln!("{found} found");
    }
    Ok(())
}

/// `false` when nobody reads any more (`| head`).
fn print(post: &Post, asked: &Asked, as_json: bool) -> bool {
    if as_json {
        use std::io::Write as _;
        return writeln!(std::io::stdout(), "{}", json_line(post)).is_ok();
    }
    terminal::print_post(post, asked.hit(post).as_ref());
    true
}

async fn test(house: &Asking, ask: &Ask) -> Result<()> {
    let asked = house.read(&text_of(&ask.query)?).await?;
    let wanted = bounds(ask)?;
    let status = house.archive.status().await?;
    let now = channels::Clock::wall().now();
    let newest = status.newest.unwrap_or(now);
    let until = wanted.until.unwrap_or(newest.bucket(HOUR).plus(HOUR));
    let since = wanted.since.or(status.oldest).unwrap_or(until.plus(-HOUR));
    // Old posts may be heard late; further back nothing is counted.
    let since = since.max(until.plus(-3_650 * DAY));
    let ast = &asked.query.ast;
    let hours = house.archive.hours(ast, since, until, asked.decide()).await?;
    let found = house.archive.search(ast, wanted, asked.decide()).await?;
    let near = near_misses(&house.archive, &asked).await?;
    let how = match hours.how {
        Counted::Exact | Counted::Verified => "exact".to_owned(),
        Counted::Estimated { looked_at, .. } => format!("estimated from a sample of {looked_at}"),
    };
    if ask.json {
        let value = |post: &Post| serde_json::from_str::<Value>(&json_line(post)).ok();
        let said = json!({
            "posts": hours.total(), "how": how, "looked_at": found.looked_at,
            "days": days(&hours), "newest": found.posts.iter().filter_map(value).collect::<Vec<_>>(),
            "near": near.iter().map(|(post, branch)| json!({ "post": value(post), "misses": branch.to_string() })).collect::<Vec<_>>(),
        });
        anstream::println!("{said}");
        return Ok(());
    }
    anstream::println!("{} posts in the archive ({how})", hours.total());
    for (day, posts) in days(&hours) {
        anstream::println!("  {day}  {posts:>8}");
    }
    for post in &found.posts {
        terminal::print_post(post, asked.hit(post).as_ref());
    }
    if !near.is_empty() {
        anstream::println!("Near misses:");
    }
    for (post, branch) in &near {
        terminal::print_post(post, None);
        anstream::println!("    misses: {branch}");
    }
    Ok(())
}

fn days(hours: &store::Hours) -> Vec<(String, u64)> {
    let mut days: Vec<(String, u64)> = Vec::new();
    for hour in hours.hours.iter().filter(|hour| hour.posts > 0) {
        let day = terminal::day(hour.at);
        match days.last_mut() {
            Some((last, posts)) if *last == day => *posts += hour.posts,
            _ => days.push((day, hour.posts)),
        }
    }
    days
}

/// The dialect as the query crate names it.
#[must_use]
pub fn dialect_of(dialect: Dialect) -> bulk::Dialect {
    use query::import;
    match dialect {
        Dialect::Native => bulk::Dialect::Native,
        Dialect::Brandwatch => bulk::Dialect::Of(import::Dialect::Brandwatch),
        Dialect::Talkwalker => bulk::Dialect::Of(import::Dialect::Talkwalker),
        Dialect::Meltwater => bulk::Dialect::Of(import::Dialect::Meltwater),
        Dialect::Lucene => bulk::Dialect::Of(import::Dialect::Lucene),
        Dialect::X => bulk::Dialect::Of(import::Dialect::X),
        Dialect::Manticore => bulk::Dialect::Of(import::Dialect::Manticore),
    }
}

/// A file's text; `-` is standard input.
///
/// # Errors
/// It cannot be read.
pub fn file_text(file: &Path) -> Result<String> {
    if file == Path::new("-") {
        return text_of("-");
    }
    let bytes = std::fs::read(file)
        .with_context(|| format!("the file {} cannot be read", file.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn import(dialect: Dialect, file: &Path, lines: bool, as_json: bool) -> Result<ExitCode> {
    let text = file_text(file)?;
    let dialect = dialect_of(dialect);
    let read: Vec<bulk::Line> = match lines {
        true => bulk::lines(&text, dialect).collect(),
        false => vec![bulk::whole(&text, dialect)],
    };
    let mut refused = 0;
    for line in &read {
        refused += usize::from(line.query.is_err());
        if as_json {
            anstream::println!("{}", import_json(line));
        } else {
            print_import(line, lines);
        }
    }
    if refused > 0 {
        anstream::eprintln!("{refused} of {} cannot be read", read.len());
    }
    Ok(if refused > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn import_json(line: &bulk::Line) -> Value {
    let mut said = json!({ "line": line.number, "name": line.name, "original": line.text });
    match &line.query {
        Ok(imported) => {
            said["native"] = imported.native.clone().into();
            said["ast"] = json!(imported.query.ast);
            said["notes"] = json!(imported.notes);
        }
        Err(error) => said["error"] = error_json(error),
    }
    said
}

fn print_import(line: &bulk::Line, named: bool) {
    match &line.query {
        Ok(imported) => {
            let name = if named && line.name != line.text {
                format!("{}\t", line.name)
            } else {
                String::new()
            };
            anstream::println!("{name}{}", imported.native);
            for note in &imported.notes {
                let place = terminal::safe(line.text.get(note.at.clone()).unwrap_or_default());
                let (kind, text) = (note.kind.as_str(), note.text(Lang::En));
                anstream::eprintln!("line {}: {kind}: {text} ({place})", line.number);
            }
        }
        Err(error) => {
            anstream::eprintln!("line {}: {}", line.number, show_query_error(&line.text, error));
        }
    }
}

/// Says why a name cannot stand for a query, if so.
///
/// # Errors
/// The store does not answer, or the query cannot be read under this name.
pub async fn check_saved(store: &Store, name: &str, text: &str) -> Result<()> {
    match ask::read_as(store, text, SavedKind::Query, name).await? {
        Ok(_) => Ok(()),
        Err(error) => bail!(told(text, &error)),
    }
}

/// A moment as people read it in a table.
#[must_use]
pub fn shown(at: Option<Time>) -> String {
    at.map_or_else(|| "–".to_owned(), terminal::clock_time)
}
