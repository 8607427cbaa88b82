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

/// What people listen for, as far as connectors can use it.
#[must_use]
pub fn interests(rules: &Rules) -> Interests {
    let mut hashtags: Vec<String> = rules
        .watches
        .values()
        .filter_map(|watch| query::parse(&watch.query).ok())
        .flat_map(|query| query.hashtags())
        .collect();
    hashtags.sort();
    hashtags.dedup();
    Interests { hashtags }
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
