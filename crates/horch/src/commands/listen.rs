//! `horch listen WORD…`: from a word to what is said about it, without any questions.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use domain::{AlertRules, Time, Watch};
use store::{MentionFilter, Page, Store};

use super::{asked_to_end, open_store, show_query_error};
use crate::cli::Listen;
use crate::config::Config;
use crate::flow::House;
use crate::house::{self, Plan};
use crate::terminal;

/// Mentions printed that were there before.
const FROM_BEFORE: u32 = 10;
/// How often a quiet terminal hears that Horch still listens.
const STILL_HERE: Duration = Duration::from_secs(15);

/// Listens until Ctrl-C.
///
/// # Errors
/// The query does not parse, or the house does not start.
pub async fn run(config: &Config, listen: &Listen) -> Result<()> {
    let query = query_of(&listen.words);
    if let Err(error) = query::parse(&query) {
        bail!("this cannot be listened for:\n{}", show_query_error(&query, &error));
    }
    let lock = house::lock(config)?;
    let store = open_store(config).await?;
    let plan = Plan { open: true, ..Plan::real(config) };
    let clock = plan.clock;
    let name = listen.name.clone().unwrap_or_else(|| listen.words.join(" "));
    let watch = save(&store, &name, &query, clock.now()).await?;
    let running = house::start(config, store, plan, lock).await?;
    anstream::println!(
        "Listening for {query} on every platform that needs no account. Screens: {}  (Ctrl-C ends)",
        running.public_url
    );
    let printing = tokio::spawn(print_mentions(running.house.clone(), watch));
    running.end_after(asked_to_end()).await?;
    let _ = printing.await;
    anstream::println!("Ended; what was heard is kept in {}.", config.data.display());
    Ok(())
}

/// The words as one query: any of them; one with spaces but no operators is a phrase.
#[must_use]
pub fn query_of(words: &[String]) -> String {
    let queries: Vec<String> = words.iter().map(|word| one_query(word)).collect();
    match queries.as_slice() {
        [one] => one.clone(),
        many => many.join(" OR "),
    }
}

fn one_query(word: &str) -> String {
    let word = word.trim();
    let operators = word.split_whitespace().any(|part| {
        matches!(part, "AND" | "OR" | "NOT") || part.starts_with("NEAR/") || part.starts_with('-')
    });
    let marks = word.contains(['"', '(', ')', '*', ':', '{', '~', '“', '„']);
    if operators || marks {
        // Several of these are joined by OR: each keeps its own reading.
        return if operators { format!("({word})") } else { word.to_owned() };
    }
    if word.contains(char::is_whitespace) { format!("\"{word}\"") } else { word.to_owned() }
}

/// The watch of that name with this query, made or changed.
async fn save(store: &Store, name: &str, query: &str, now: Time) -> Result<Watch> {
    let name: String = name.chars().take(80).collect();
    match store.watch_named(&name).await? {
        Some(watch) if watch.query == query && !watch.paused => Ok(watch),
        Some(watch) => {
            let changed = Watch { query: query.to_owned(), paused: false, ..watch };
            Ok(store.change_watch(&changed, now).await?)
        }
        None => Ok(store.add_watch(&name, query, AlertRules::default(), now).await?),
    }
}

async fn print_mentions(house: House, watch: Watch) {
    let store = &house.store;
    let filter = MentionFilter { watches: vec![watch.id], ..MentionFilter::default() };
    let mut last = 0;
    if let Ok(mut before) = store.mentions(&filter, Page::Newest, FROM_BEFORE).await {
        before.reverse();
        last = before.last().map_or(0, |row| row.number);
        for row in &before {
            terminal::print_mention(row, house.clock.now());
        }
    }
    let mut changes = store.changes();
    let mut spoke = Instant::now();
    while !house.stop.is_cancelled() {
        match store.mentions(&filter, Page::After(last), 100).await {
            Ok(rows) if rows.is_empty() => {}
            Ok(rows) => {
                let now = house.clock.now();
                rows.iter().for_each(|row| terminal::print_mention(row, now));
                last = rows.last().map_or(last, |row| row.number);
                let numbers: Vec<i64> = rows.iter().map(|row| row.number).collect();
                if let Err(error) = store.told(&numbers, now).await {
                    tracing::warn!(%error, "that these were told could not be kept");
                }
                spoke = Instant::now();
                continue;
            }
            Err(error) => tracing::warn!(%error, "mentions could not be read"),
        }
        if spoke.elapsed() >= STILL_HERE {
            spoke = Instant::now();
            still_here(store).await;
        }
        tokio::select! {
            _ = changes.changed() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = house.stop.cancelled() => {}
        }
    }
}

/// One line for a quiet terminal: how much was heard, and what is not heard.
async fn still_here(store: &Store) {
    let (Ok(totals), Ok(health)) = (store.totals().await, store.health().await) else { return };
    let silent: Vec<String> = health
        .iter()
        .filter(|word| matches!(word.condition, domain::Condition::Down | domain::Condition::Off))
        .take(3)
        .map(|word| format!("{}: {}", word.stream, word.detail))
        .collect();
    let problem = if silent.is_empty() {
        String::new()
    } else {
        format!("; not heard: {}", silent.join("; "))
    };
    anstream::eprintln!(
        "… still listening: {} posts heard and kept, {} mentions so far{problem}",
        totals.posts,
        totals.mentions
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_a_query() {
        let check = |words: &[&str], expect: &str| {
            let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
            let query = query_of(&words);
            assert_eq!(query, expect);
            assert!(query::parse(&query).is_ok(), "{query} parses");
        };
        check(&["windows"], "windows");
        check(&["your brand"], "\"your brand\"");
        check(&["windows", "linux kernel"], "windows OR \"linux kernel\"");
        check(&["a AND b"], "(a AND b)");
        check(&["a AND b", "c"], "(a AND b) OR c");
        check(&["#tag", "@name"], "#tag OR @name");
        check(&["title:crash"], "title:crash");
    }
}
