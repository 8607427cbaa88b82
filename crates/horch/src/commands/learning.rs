//! `horch learning`: what was learnt from verdicts, and which version judges.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use domain::WatchId;
use serde_json::json;
use store::{Store, StoreError};
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
        LearningCommand::Use { version, watch } => choose(&store, &version, watch).await?,
    }
    store.close().await;
    Ok(())
}

async fn show(store: &Store, as_json: bool) -> Result<()> {
    let (rows, choices) = (store.heads().await?, store.head_choices().await?);
    let used = in_use(&rows, &choices);
    let ids: Vec<WatchId> = rows.iter().filter_map(|row| row.watch).collect();
    let names: BTreeMap<i64, String> =
        store.watches_of(&ids).await?.into_iter().map(|w| (w.id.0, w.name)).collect();
    let verdicts: u64 = store.verdicts_per_watch().await?.values().sum();
    if !as_json {
        anstream::println!("{verdicts} verdicts");
    }
    for row in &rows {
        let Some(check) = check_of(row) else { continue };
        let name = row.watch.map(|w| names.get(&w.0).cloned().unwrap_or_default());
        let judges = used.get(&row.watch) == Some(&row.id);
        if as_json {
            let line = json!({
                "version": row.id, "watch": name, "in_use": judges, "check": check,
            });
            anstream::println!("{line}");
            continue;
        }
        anstream::println!(
            "{:>5}  {:20}  {:>5} verdicts  right {:.0} % → {:.0} %  {}",
            row.id,
            name.as_deref().unwrap_or("the whole house"),
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

async fn choose(store: &Store, version: &str, watch: Option<String>) -> Result<()> {
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
    match store.choose_head(id, choice).await {
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
