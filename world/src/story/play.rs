//! Plays a story: publishes each event when the clock passes it.

use std::collections::HashMap;
use std::time::Duration;

use channels::Clock;
use domain::Time;
use tokio_util::sync::CancellationToken;

use super::{Story, What};
use crate::internet::FakeInternet;
use crate::post::Place;

/// What was played.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Events that happened.
    pub events: usize,
    /// Where each keyed post went: its place and the place's own id.
    pub keys: HashMap<String, (Place, String)>,
}

impl Story {
    /// Adds the story's sites and Mastodon servers to an internet. Do it before asking for
    /// [`FakeInternet::http_options`] and [`FakeInternet::connector_settings`].
    pub fn furnish(&self, internet: &FakeInternet) {
        for site in self.sites() {
            internet.add_site(site.clone());
        }
        for event in self.events() {
            if let Place::Mastodon(host) = &event.place {
                internet.add_mastodon(host);
            }
        }
    }
}

/// Publishes each event when `clock` passes it, counted from `start`; what lies before the
/// clock's now is published at once, in order. Returns at the story's end or when stopped.
pub async fn play(
    internet: &FakeInternet,
    story: &Story,
    clock: Clock,
    start: Time,
    stop: CancellationToken,
) -> Played {
    story.furnish(internet);
    let mut played = Played::default();
    for event in story.events() {
        let due = start.plus(event.at_ms);
        loop {
            let wait = due.since(clock.now());
            if stop.is_cancelled() {
                return played;
            }
            if wait <= 0 {
                break;
            }
            // A clock may change its pace: sleep in small steps and look again.
            let wait = Duration::from_millis(u64::try_from(wait).unwrap_or(0));
            let step = wait.min(Duration::from_secs_f64(clock.speed()));
            tokio::select! {
                () = clock.sleep(step) => {}
                () = stop.cancelled() => return played,
            }
        }
        happen(internet, event, due, &mut played);
        played.events += 1;
    }
    played
}

fn happen(internet: &FakeInternet, event: &super::Event, due: Time, played: &mut Played) {
    let known = |key: &str| played.keys.get(key).cloned();
    match &event.what {
        What::Publish(post) => {
            let mut post = post.clone();
            // An answer to something on another platform stands alone.
            let parent = post.reply_to.as_deref().and_then(known);
            post.reply_to = parent.filter(|(place, _)| *place == event.place).map(|(_, id)| id);
            post.published = Some(due);
            let id = internet.publish(&event.place, post);
            if !event.key.is_empty() {
                played.keys.insert(event.key.clone(), (event.place.clone(), id));
            }
        }
        What::Edit(text) => {
            if let Some((place, id)) = known(&event.key) {
                internet.edit(&place, &id, text);
            }
        }
        What::Delete => {
            if let Some((place, id)) = known(&event.key) {
                internet.delete(&place, &id);
            }
        }
    }
}
