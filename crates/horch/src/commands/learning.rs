//! `horch learning`: what was learnt from verdicts, and which version judges.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use domain::{Kind, WatchId};
use serde_json::json;
use store::{Store, StoreError, Subject};
use web::learning::{check_of, choice, in_use};

use super::open_store;
use crate::cli::asking::LearningCommand;
use crate::config::Config;

/// Runs a learning command.
///
/// # Errors
/// A watch or a version that is not there, or the store does not answer.
pub async fn run(config: &Config, command: LearningCommand) -> Result<()> {
    let store = open_store(config).await?;
    match command {
        LearningCommand::Show { json } => show(&store, json).await?,
        LearningCommand::Use { version, watch, kind } => {
            choose(&store, &version, watch, kind).await?;
        }
    }
    store.close().await;
    Ok(())
}

async fn show(store: &Store, as_json: bool) -> Result<()> {
    let (rows, choices) = (store.heads().await?, store.head_choices().await?);
    let used = in_use(&rows, &choices);
    let ids: Vec<WatchId> = rows.iter().filter_map(|row| row.subject.watch).collect();
    let names: BTreeMap<i64, String> =
        store.watches_of(&ids).await?.into_iter().map(|w| (w.id.0, w.name)).collect();
    let verdicts: u64 = store.verdicts_per_watch().await?.values().sum::<u64>()
        + store.kind_verdicts_per_watch().await?.values().sum::<u64>();
    if !as_json {
        anstream::println!("{verdicts} verdicts");
    }
    for row in &rows {
        let Some(check) = check_of(row) else { continue };
        let name = row.subject.watch.map(|w| names.get(&w.0).cloned().unwrap_or_default());
        let judges = used.get(&row.subject) == Some(&row.id);
        let kind = row.subject.kind.map(Kind::as_str);
        if as_json {
            let line = json!({
                "version": row.id, "watch": name, "kind": kind, "in_use": judges,
                "check": check,
            });
            anstream::println!("{line}");
            continue;
        }
        anstream::println!(
            "{:>5}  {:20}  {:9}  {:>5} verdicts  right {:.0} % → {:.0} %  {}",
            row.id,
            name.as_deref().unwrap_or("the whole house"),
            kind.unwrap_or("tone"),
            check.lessons,
            100.0 * check.before.right,
            100.0 * check.after.right,
            if judges {
                "judges"
            } else if check.better {
                ""
            } else {
                "not better"
            }
        );
    }
    Ok(())
}

async fn choose(
    store: &Store,
    version: &str,
    watch: Option<String>,
    kind: Option<String>,
) -> Result<()> {
    let Some(choice) = choice(version) else {
        bail!(
            "{version:?} is no version\nwhere: VERSION\nwhat to do: give a number that `horch \
             learning show` lists, newest or none"
        )
    };
    let id = match &watch {
        None => None,
        Some(name) => {
            let Some(found) = store.watch_named(name).await? else {
                bail!(
                    "there is no watch {name:?}\nwhere: --watch\nwhat to do: `horch watch list` \
                     shows all names"
                )
            };
            Some(found.id)
        }
    };
    let kind = match &kind {
        None => None,
        Some(name) => {
            let Some(kind) = Kind::named(name) else {
                let known = Kind::ALL.map(Kind::as_str).join(", ");
                bail!("{name:?} is no kind\nwhere: --kind\nwhat to do: say one of {known}")
            };
            Some(kind)
        }
    };
    match store.choose_head(Subject { watch: id, kind }, choice).await {
        Err(StoreError::Missing(_)) => bail!(
            "version {version} is not one of {}\nwhere: VERSION\nwhat to do: `horch learning \
             show` lists all",
            watch.as_deref().unwrap_or("the whole house")
        ),
        chosen => chosen?,
    }
    anstream::println!("chosen; it counts from the next post on");
    Ok(())
}
