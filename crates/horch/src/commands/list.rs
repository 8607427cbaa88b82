//! `horch list`: source lists and saved queries, for scripts.

use anyhow::{Result, bail};
use query::SavedKind;
use serde_json::json;
use store::{Store, StoreError};
use web::ask;

use super::open_store;
use super::query::{check_saved, text_of};
use crate::cli::asking::ListCommand;
use crate::config::Config;

/// Runs a list command.
///
/// # Errors
/// A name that is not there, a query that cannot be read, or the store does not answer.
pub async fn run(config: &Config, command: ListCommand) -> Result<()> {
    let store = open_store(config).await?;
    let now = channels::Clock::wall().now();
    match command {
        ListCommand::Set { name, entries } => {
            let given = match entries.as_slice() {
                [one] if one == "-" => vec![text_of("-")?],
                _ => entries,
            };
            let list = store.set_list(checked(&name)?, &given, now).await?;
            anstream::println!("{}: {} sources", list.name, list.entries.len());
        }
        ListCommand::Save { name, query } => {
            let text = text_of(&query)?;
            check_saved(&store, checked(&name)?, &text).await?;
            let saved = store.set_saved_query(&name, text.trim(), now).await?;
            anstream::println!("{} saved", saved.name);
        }
        ListCommand::Show { json } => show(&store, json).await?,
        ListCommand::Remove { name } => gone(store.remove_list(&name).await, &name)?,
        ListCommand::Forget { name } => gone(store.remove_saved_query(&name).await, &name)?,
    }
    store.close().await;
    Ok(())
}

fn checked(name: &str) -> Result<&str> {
    if name.trim().is_empty() || name.chars().count() > 80 {
        bail!("{name:?} is no name\nwhere: NAME\nwhat to do: give 1 to 80 characters");
    }
    Ok(name)
}

fn gone(removed: Result<(), StoreError>, name: &str) -> Result<()> {
    match removed {
        Ok(()) => anstream::println!("{name} removed"),
        Err(StoreError::Missing(what)) => {
            bail!("there is no {what}\nwhere: NAME\nwhat to do: `horch list show` shows all names")
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn show(store: &Store, as_json: bool) -> Result<()> {
    let watches = store.watches().await?;
    let queries = store.saved_queries().await?;
    let users = |kind: SavedKind, name: &str| -> Vec<String> {
        let watches = watches.iter().map(|w| (&w.name, &w.query));
        let all = watches.chain(queries.iter().map(|q| (&q.name, &q.query)));
        all.filter(|(_, text)| ask::refers(text, kind, name)).map(|(n, _)| n.clone()).collect()
    };
    for list in store.lists().await? {
        let users = users(SavedKind::List, &list.name);
        if as_json {
            anstream::println!(
                "{}",
                json!({ "kind": "list", "name": list.name, "entries": list.entries, "used_by": users })
            );
        } else {
            anstream::println!("list:\"{}\"  {}", list.name, list.entries.join(", "));
            print_users(&users);
        }
    }
    for saved in &queries {
        let users = users(SavedKind::Query, &saved.name);
        if as_json {
            anstream::println!(
                "{}",
                json!({ "kind": "query", "name": saved.name, "query": saved.query, "used_by": users })
            );
        } else {
            anstream::println!("query:\"{}\"  {}", saved.name, saved.query);
            print_users(&users);
        }
    }
    Ok(())
}

fn print_users(users: &[String]) {
    if !users.is_empty() {
        anstream::println!("    used by {}", users.join(", "));
    }
}
