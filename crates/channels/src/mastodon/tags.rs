//! Hashtags that watches name, one timeline each.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use super::known::Known;
use super::server::{Next, Server};
use super::timeline::Timeline;
use crate::backoff::Backoff;
use crate::connector::Context;

/// No more hashtags than this are asked for at one server.
const MOST: usize = 30;
/// A round takes at least this long for every hashtag: a server allows 300 requests in five
/// minutes, and the public timeline needs its share.
const EACH: Duration = Duration::from_secs(2);

/// Visits the timelines of all hashtags in turn until stopped.
pub(super) async fn listen(server: &Server, context: &Context, known: &Mutex<Known>) {
    let mut interests = context.interests.clone();
    let mut timelines: BTreeMap<String, (Timeline<'_>, Backoff)> = BTreeMap::new();
    loop {
        let wanted: Vec<String> = interests.borrow_and_update().hashtags.clone();
        let wanted: Vec<String> = wanted.into_iter().filter(|tag| is_tag(tag)).take(MOST).collect();
        timelines.retain(|tag, _| wanted.contains(tag));
        for tag in wanted {
            if timelines.contains_key(&tag) {
                continue;
            }
            let timeline = Timeline::tag(server, context, known, &tag);
            if !timeline.announce().await {
                return;
            }
            let backoff = Backoff::stream(&timeline.stream);
            timelines.insert(tag, (timeline, backoff));
        }
        for (timeline, backoff) in timelines.values_mut() {
            if !visit(timeline, backoff).await {
                return;
            }
        }
        let tags = u32::try_from(timelines.len()).unwrap_or(u32::MAX);
        let round = server.interval.max(EACH.saturating_mul(tags));
        let changed = async {
            if interests.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            slept = context.sleep(round) => if !slept { return },
            () = changed => {}
        }
    }
}

/// One visit, bounded: what is left waits for the next round. `false` when the flow has ended.
async fn visit(timeline: &mut Timeline<'_>, backoff: &mut Backoff) -> bool {
    if timeline.is_off() {
        return true;
    }
    match timeline.visit().await {
        Ok(Next::Stop) => false,
        Ok(_) => {
            backoff.reset();
            true
        }
        Err(fault) => !matches!(timeline.failed(&fault, backoff).await, Next::Stop),
    }
}

/// Letters, digits, `_` and `·` of any script: what Mastodon takes for a hashtag, and nothing
/// that changes a path.
fn is_tag(tag: &str) -> bool {
    (1..=200).contains(&tag.len())
        && tag.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '·')
}
