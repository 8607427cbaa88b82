//! `horch watch`: the same as the screen, for scripts.

use std::process::ExitCode;

use anyhow::{Result, bail};
use domain::{AlertRules, Post, Watch};
use query::{Document, Query};
use store::{MentionRow, NewWatch, Store};
use web::bulk::{self, Taken};

use super::query::{dialect_of, file_text};
use super::{open_store, show_query_error};
use crate::cli::{AlertRule, WatchAdd, WatchCommand, WatchImport};
use crate::config::Config;
use crate::{flow, terminal};

/// Posts read at once by `test`.
const STEP: u32 = 1_000;

/// Runs a watch command.
///
/// # Errors
/// A query that does not parse, a name that is not there, or the store does not answer.
pub async fn run(config: &Config, command: WatchCommand) -> Result<ExitCode> {
    let store = open_store(config).await?;
    match command {
        WatchCommand::Add(watch) => add(&store, &watch).await?,
        WatchCommand::List { json } => list(&store, json).await?,
        WatchCommand::Test { query, limit, json } => test(&store, &query, limit, json).await?,
        WatchCommand::Import(wanted) => return import(&store, &wanted).await,
        WatchCommand::Remove { name } => remove(&store, &name).await?,
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn parse(text: &str) -> Result<Query> {
    match query::parse(text) {
        Ok(query) => {
            for warning in &query.warnings {
                anstream::eprintln!("note: {}", warning.message(query::Lang::En));
            }
            Ok(query)
        }
        Err(error) => bail!("the query cannot be read:\n{}", show_query_error(text, &error)),
    }
}

fn rules(chosen: &[AlertRule]) -> AlertRules {
    let has = |rule| chosen.contains(&rule);
    AlertRules {
        every: has(AlertRule::Every),
        negative: has(AlertRule::Negative),
        rise: has(AlertRule::Rise),
        crossing: has(AlertRule::Crossing),
    }
}

async fn add(store: &Store, wanted: &WatchAdd) -> Result<()> {
    parse(&wanted.query)?;
    let name = wanted.name.trim();
    if name.is_empty() || name.chars().count() > 80 {
        bail!("a watch's name has 1 to 80 characters");
    }
    let now = channels::Clock::wall().now();
    let alerts = rules(&wanted.alert);
    match store.watch_named(name).await? {
        Some(watch) => {
            let changed = Watch { query: wanted.query.clone(), alerts, ..watch };
            let watch = store.change_watch(&changed, now).await?;
            anstream::println!("{} changed (version {})", watch.name, watch.version);
        }
        None => {
            let watch = store.add_watch(name, &wanted.query, alerts, now).await?;
            anstream::println!("{} added", watch.name);
        }
    }
    // A running Horch notices by itself; without one the posts kept are looked through here.
    let fresh = store.watch_named(name).await?.into_iter().collect();
    let found = flow::fill::fill(store, fresh, now).await?;
    if found > 0 {
        anstream::println!("{found} mentions among the posts kept");
    }
    Ok(())
}

async fn list(store: &Store, json: bool) -> Result<()> {
    let counted = store.mentions_per_watch(None).await?;
    if counted.is_empty() && !json {
        anstream::println!("No watches yet. `horch watch add NAME QUERY` makes one.");
    }
    for (watch, mentions) in counted {
        if json {
            let line = serde_json::json!({
                "id": watch.id, "name": watch.name, "query": watch.query,
                "version": watch.version, "alerts": watch.alerts, "paused": watch.paused,
                "mentions": mentions,
            });
            anstream::println!("{line}");
        } else {
            let paused = if watch.paused { "  (paused)" } else { "" };
            anstream::println!(
                "{:>9}  {}{paused}\n           {}",
                mentions,
                watch.name,
                watch.query
            );
        }
    }
    Ok(())
}

async fn test(store: &Store, text: &str, limit: usize, json: bool) -> Result<()> {
    let query = parse(text)?;
    let mut before = None;
    let (mut tried, mut matched) = (0_u64, 0_u64);
    let mut shown: Vec<MentionRow> = Vec::new();
    loop {
        let posts = store.recent_posts(before, STEP).await?;
        let Some(last) = posts.last() else { break };
        before = Some((last.received, last.id()));
        tried += posts.len() as u64;
        for post in posts {
            if let Some(row) = matching(&query, post) {
                matched += 1;
                shown.push(row);
            }
        }
        // Only the newest by publication are shown; the rest is counted.
        shown.sort_by_key(|row| std::cmp::Reverse(row.post.published));
        shown.truncate(limit);
    }
    let now = channels::Clock::wall().now();
    for row in &shown {
        if json {
            anstream::println!("{}", super::mentions::as_json(row));
        } else {
            terminal::print_mention(row, now);
        }
    }
    anstream::eprintln!("{matched} of {tried} posts kept match");
    Ok(())
}

fn matching(query: &Query, post: Post) -> Option<MentionRow> {
    let hit = query::matches_one(query, &Document::of(&post))?;
    Some(MentionRow {
        number: 0,
        watch: domain::WatchId(0),
        watch_name: String::new(),
        watch_version: 0,
        versions: 1,
        spans: hit.spans,
        why: hit.why,
        sentiment: flow::judge::tone(&post),
        quick: false,
        verdict: None,
        kinds: flow::judge::kinds(&post),
        kind_verdict: None,
        matched: post.received,
        told: None,
        story: None,
        copy: false,
        original: None,
        post,
    })
}

async fn import(store: &Store, wanted: &WatchImport) -> Result<ExitCode> {
    let text = file_text(&wanted.file)?;
    let watches = store.watches().await?;
    let mut taken = Taken::of(watches.iter().map(|watch| watch.name.as_str()));
    let (alerts, dialect) = (rules(&wanted.alert), dialect_of(wanted.dialect));
    let (mut new, mut refused) = (Vec::new(), 0_u64);
    for line in bulk::lines(&text, dialect) {
        let at = line.number;
        match line.query {
            Err(error) => {
                refused += 1;
                anstream::eprintln!("line {at}: {}", show_query_error(&line.text, &error));
            }
            Ok(_) if !taken.give(&line.name) => {
                refused += 1;
                anstream::eprintln!("line {at}: the name {:?} is taken", line.name);
            }
            Ok(imported) => {
                for note in &imported.notes {
                    let (kind, text) = (note.kind.as_str(), note.text(query::Lang::En));
                    anstream::eprintln!("line {at}: {kind}: {text}");
                }
                let native = dialect == bulk::Dialect::Native;
                let query = if native { line.text } else { imported.native };
                new.push(NewWatch { name: line.name, query, alerts });
            }
        }
    }
    if wanted.check {
        anstream::println!("{} can be added, {refused} refused", new.len());
    } else {
        let added = store.add_watches(&new, channels::Clock::wall().now()).await?;
        anstream::println!("{} added, {refused} refused", added.len());
    }
    store.close().await;
    Ok(if refused > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn remove(store: &Store, name: &str) -> Result<()> {
    let Some(watch) = store.watch_named(name).await? else {
        bail!("there is no watch {name:?}; `horch watch list` shows all");
    };
    store.remove_watch(watch.id).await?;
    anstream::println!("{} removed", watch.name);
    Ok(())
}
