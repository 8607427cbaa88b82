//! `horch stories`: what people speak of, how far it has climbed, how grave it is.

use anyhow::{Result, bail};
use domain::Time;
use domain::story::StoryId;
use serde_json::json;
use store::{Store, StoryFilter, StoryOrder, StoryRow};

use super::open_store;
use crate::cli::asking::{Order, Stories};
use crate::config::Config;
use crate::terminal;

/// Stories read at once.
const STEP: u32 = 200;

/// Prints stories, or one of them with its crossings.
///
/// # Errors
/// There is no such watch or story, or the store does not answer.
pub async fn run(config: &Config, wanted: &Stories) -> Result<()> {
    let store = open_store(config).await?;
    match wanted.number {
        Some(number) => one(&store, number, wanted.json).await?,
        None => list(&store, wanted).await?,
    }
    store.close().await;
    Ok(())
}

async fn list(store: &Store, wanted: &Stories) -> Result<()> {
    let mut filter = StoryFilter { least: Some(wanted.least.max(1)), ..StoryFilter::default() };
    if let Some(name) = &wanted.watch {
        let Some(watch) = store.watch_named(name).await? else {
            bail!("there is no watch {name:?}; `horch watch list` shows all");
        };
        filter.watch = Some(watch.id);
    }
    let order = match wanted.order {
        Order::Newest => StoryOrder::Newest,
        Order::Biggest => StoryOrder::Biggest,
        Order::Gravest => StoryOrder::Gravest,
    };
    let now = channels::Clock::wall().now();
    let mut skip = 0;
    while skip < wanted.limit {
        let rows = store.stories(&filter, order, skip, STEP.min(wanted.limit - skip)).await?;
        if rows.is_empty() {
            break;
        }
        skip += u32::try_from(rows.len()).unwrap_or(u32::MAX);
        for row in &rows {
            if wanted.json {
                anstream::println!("{}", as_json(row));
            } else {
                terminal::print_story(row, now);
            }
        }
    }
    Ok(())
}

async fn one(store: &Store, number: i64, json: bool) -> Result<()> {
    let Some(row) = store.story(StoryId(number)).await? else {
        bail!("there is no story {number}; `horch stories` shows them");
    };
    let crossings = store.crossings(row.id).await?;
    let who = |c: &store::CrossingRow| {
        c.source.as_ref().map(|source| source.display_name().to_owned()).unwrap_or_default()
    };
    if json {
        let mut told = as_json(&row);
        told["crossings"] = crossings
            .iter()
            .map(|c| json!({ "rung": c.tier, "at": moment(c.at), "after_ms": c.after, "by": who(c) }))
            .collect();
        anstream::println!("{told}");
        return Ok(());
    }
    terminal::print_story(&row, channels::Clock::wall().now());
    for crossing in &crossings {
        let after = match crossing.after {
            0 => "began there".to_owned(),
            after => format!("after {}", crate::flow::message::age(after, false)),
        };
        anstream::println!("    → {:<12} {after} ({})", crossing.tier.as_str(), who(crossing));
    }
    Ok(())
}

fn moment(at: Time) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(|_| String::new(), |t| t.to_string())
}

/// A story as scripts read it.
#[must_use]
pub fn as_json(row: &StoryRow) -> serde_json::Value {
    json!({
        "number": row.id.0,
        "title": row.title,
        "phrase": row.phrase,
        "headline": row.headline.as_ref().map(|post| post.text()),
        "state": row.state.as_str(),
        "first": moment(row.first),
        "last": moment(row.last),
        "posts": row.posts,
        "copies": row.copies,
        "negative": row.negative,
        "rung": row.rung,
        "severity": row.severity(),
        "assessment": row.assessment,
        "severity_by": row.said.as_ref().map(|said| &said.by),
        "watches": row.watches.iter().map(|(_, name)| name).collect::<Vec<_>>(),
    })
}
