//! Keeps the rules up to date: a watch added on a screen, by `horch watch add` or by another
//! process counts for the next post, and is filled from the posts kept.

use std::collections::HashSet;
use std::sync::Arc;

use arc_swap::ArcSwap;
use channels::Interests;
use domain::{PostId, Time, Watch};
use store::Store;
use tokio::sync::watch as signal;

use super::{House, Rules, judge};

/// Posts looked back into when a watch is new or its query changed.
const LOOK_BACK: usize = 200_000;
/// Tags that connectors are asked to follow at most.
const TAGS: usize = 24;
/// Posts read at once while looking back.
const STEP: u32 = 1_000;

/// Rules over the store's watches; queries that no longer parse are logged.
///
/// # Errors
/// The store does not answer.
pub async fn load(store: &Store) -> store::Result<Rules> {
    let (rules, broken) = Rules::over(store.watches().await?);
    for (watch, error) in broken {
        tracing::error!(
            watch = watch.name,
            "the query no longer parses and is not matched: {}",
            error.message(query::Lang::En)
        );
    }
    Ok(rules)
}

/// What people listen for, as far as connectors can use it: the hashtags that queries name, and
/// their plain words, because who writes about a thing tags it with its name. At most 24,
/// named ones first: every tag costs every server a question.
#[must_use]
pub fn interests(rules: &Rules) -> Interests {
    let queries: Vec<query::Query> =
        rules.watches.values().filter_map(|watch| query::parse(&watch.query).ok()).collect();
    let mut named: Vec<String> = queries.iter().flat_map(query::Query::hashtags).collect();
    let mut words = Vec::new();
    queries.iter().for_each(|query| plain_words(&query.ast, &mut words));
    named.sort();
    named.dedup();
    words.sort();
    words.dedup();
    words.retain(|word| named.binary_search(word).is_err());
    named.extend(words);
    named.truncate(TAGS);
    named.sort();
    Interests { hashtags: named }
}

/// Words that a query asks for wherever they stand, in default fields only.
fn plain_words(node: &query::Node, words: &mut Vec<String>) {
    match node {
        query::Node::Term(word)
            if word.chars().count() >= 3 && word.chars().all(char::is_alphanumeric) =>
        {
            words.push(word.clone());
        }
        query::Node::Or(nodes) | query::Node::And(nodes) => {
            nodes.iter().for_each(|node| plain_words(node, words));
        }
        _ => {}
    }
}

/// Follows the store's changes until the process ends.
pub async fn keep(
    house: House,
    rules: Arc<ArcSwap<Rules>>,
    interests_out: signal::Sender<Arc<Interests>>,
) {
    let mut changes = house.store.changes();
    let mut seen = None;
    loop {
        let settings = changes.borrow_and_update().settings;
        if seen != Some(settings) {
            seen = Some(settings);
            if let Err(error) = refresh(&house, &rules, &interests_out).await {
                tracing::error!(%error, "watches could not be read");
                seen = None;
            }
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = house.stop.cancelled() => return,
        }
    }
}

async fn refresh(
    house: &House,
    rules: &ArcSwap<Rules>,
    interests_out: &signal::Sender<Arc<Interests>>,
) -> store::Result<()> {
    let fresh = load(&house.store).await?;
    let wanted = Arc::new(interests(&fresh));
    let unfilled = unfilled(&house.store, &fresh).await?;
    // The new rules count before looking back: a post that arrives meanwhile is matched by one
    // of both, or by both, which is harmless.
    rules.store(Arc::new(fresh));
    interests_out.send_if_modified(|current| {
        let changed = **current != *wanted;
        *current = wanted;
        changed
    });
    if !unfilled.is_empty() {
        fill(&house.store, unfilled, house.clock.now()).await?;
    }
    Ok(())
}

fn mark(watch: &Watch) -> String {
    format!("filled.{}", watch.id.0)
}

async fn unfilled(store: &Store, rules: &Rules) -> store::Result<Vec<Watch>> {
    let mut unfilled = Vec::new();
    for watch in rules.watches.values() {
        let filled = store.setting(&mark(watch)).await?;
        if filled.as_deref() != Some(watch.version.to_string().as_str()) {
            unfilled.push(watch.clone());
        }
    }
    Ok(unfilled)
}

/// Fills watches from the posts kept, newest first, without alerts; remembers that it was done.
///
/// # Errors
/// The store does not answer; filling starts anew next time.
pub async fn fill(store: &Store, watches: Vec<Watch>, now: Time) -> store::Result<u64> {
    let (rules, _) = Rules::over(watches.clone());
    let rules = Arc::new(rules);
    let mut before: Option<(Time, PostId)> = None;
    let mut seen = HashSet::new();
    let mut found = 0;
    while seen.len() < LOOK_BACK {
        let posts = store.recent_posts(before, STEP).await?;
        let Some(last) = posts.last() else { break };
        before = Some((last.received, last.id()));
        let fresh = posts.iter().filter(|post| seen.insert(post.id())).count();
        if fresh == 0 {
            break;
        }
        let looking = Arc::clone(&rules);
        let mentions =
            tokio::task::spawn_blocking(move || judge::look_back(&looking, &posts, now)).await;
        let mentions = mentions.unwrap_or_default();
        if !mentions.is_empty() {
            found += store.backfill(&mentions, now).await?;
        }
    }
    for watch in &watches {
        store.set_setting(&mark(watch), &watch.version.to_string()).await?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use domain::{AlertRules, WatchId};

    use super::*;

    #[test]
    fn words_and_tags_are_followed() {
        let watch = |id: i64, query: &str| Watch {
            id: WatchId(id),
            name: query.to_owned(),
            query: query.to_owned(),
            version: 1,
            alerts: AlertRules::default(),
            paused: false,
            created: Time(0),
            changed: Time(0),
        };
        let watches = vec![
            watch(1, "lumo OR #LumoOne"),
            watch(2, "(heizung AND lumo) -#werbung site:a.example"),
        ];
        let (rules, broken) = Rules::over(watches);
        assert!(broken.is_empty());
        assert_eq!(interests(&rules).hashtags, ["heizung", "lumo", "lumoone"]);
    }
}
