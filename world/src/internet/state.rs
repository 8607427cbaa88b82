//! What the fake internet holds: the truth, and each platform's view of it.

use std::collections::{BTreeMap, HashMap, VecDeque};

use domain::Time;

use super::bluesky::Bluesky;
use super::feeds::Feeds;
use super::hackernews::HackerNews;
use super::mastodon::Server;
use super::sink::Sink;
use crate::fault::Faults;
use crate::post::{FakePost, Place, Published};

const REQUESTS_KEPT: usize = 10_000;

/// One request that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The host asked.
    pub host: String,
    /// The path.
    pub path: String,
    /// The query, without `?`; empty for none.
    pub query: String,
    /// When, by the fake internet's clock.
    pub at: Time,
    /// When it was made, by the wall.
    pub wall: std::time::Instant,
    /// The status of the answer; 0 where the connection was dropped.
    pub status: u16,
}

pub(crate) struct State {
    truth: Vec<Published>,
    index: HashMap<(Place, String), usize>,
    pub(crate) bluesky: Bluesky,
    pub(crate) mastodon: BTreeMap<String, Server>,
    pub(crate) hackernews: HackerNews,
    pub(crate) feeds: Feeds,
    pub(crate) faults: Faults,
    pub(crate) requests: VecDeque<Request>,
    pub(crate) sink: Sink,
}

impl State {
    pub(crate) fn new(mastodon: &[&str]) -> State {
        State {
            truth: Vec::new(),
            index: HashMap::new(),
            bluesky: Bluesky::default(),
            mastodon: mastodon.iter().map(|h| ((*h).to_owned(), Server::default())).collect(),
            hackernews: HackerNews::default(),
            feeds: Feeds::default(),
            faults: Faults::default(),
            requests: VecDeque::new(),
            sink: Sink::default(),
        }
    }

    pub(crate) fn published(&self) -> &[Published] {
        &self.truth
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Published> {
        self.truth.get(index)
    }

    pub(crate) fn find(&self, place: &Place, native_id: &str) -> Option<usize> {
        self.index.get(&(place.clone(), native_id.to_owned())).copied()
    }

    pub(crate) fn record(&mut self, request: Request) {
        if self.requests.len() >= REQUESTS_KEPT {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
    }

    pub(crate) fn publish(&mut self, place: &Place, post: FakePost, now: Time) -> String {
        let index = self.truth.len();
        let (native_id, url) = match place {
            Place::Bluesky => self.bluesky.address(&post, now),
            Place::Mastodon(host) => {
                self.mastodon.entry(host.clone()).or_default().address(host, &post, index, now)
            }
            Place::HackerNews => self.hackernews.address(index),
            Place::Feed(host) => self.feeds.address(host, &post, index),
        };
        let published = post.published.unwrap_or(now);
        let item = Published {
            place: place.clone(),
            native_id: native_id.clone(),
            url,
            post,
            published,
            taken: now,
            edited: None,
            deleted: None,
        };
        match place {
            Place::Bluesky => self.bluesky.created(&item, now),
            Place::Mastodon(host) => self.server(host).tell("update", index),
            Place::HackerNews => self.hackernews.changed(index, &item),
            Place::Feed(_) => {}
        }
        self.index.insert((place.clone(), native_id.clone()), index);
        self.truth.push(item);
        native_id
    }

    pub(crate) fn edit(&mut self, place: &Place, native_id: &str, text: &str, now: Time) -> bool {
        let Some(index) = self.find(place, native_id) else { return false };
        let Some(item) = self.truth.get_mut(index).filter(|item| item.stands()) else {
            return false;
        };
        text.clone_into(&mut item.post.text);
        item.edited = Some(now);
        let item = item.clone();
        match place {
            Place::Bluesky => self.bluesky.updated(&item, now),
            Place::Mastodon(host) => self.server(host).tell("status.update", index),
            Place::HackerNews => self.hackernews.changed(index, &item),
            Place::Feed(host) => self.feeds.changed(host),
        }
        true
    }

    pub(crate) fn delete(&mut self, place: &Place, native_id: &str, now: Time) -> bool {
        let Some(index) = self.find(place, native_id) else { return false };
        let Some(item) = self.truth.get_mut(index).filter(|item| item.stands()) else {
            return false;
        };
        item.deleted = Some(now);
        let item = item.clone();
        match place {
            Place::Bluesky => self.bluesky.deleted(&item, now),
            Place::Mastodon(host) => self.server(host).tell("delete", index),
            Place::HackerNews => self.hackernews.changed(index, &item),
            Place::Feed(host) => self.feeds.changed(host),
        }
        true
    }

    pub(crate) fn close_account(&mut self, handle: &str, now: Time) -> usize {
        let mut gone = 0;
        for item in &mut self.truth {
            let his = item.place == Place::Bluesky && item.post.voice.handle == handle;
            if his && item.stands() {
                item.deleted = Some(now);
                gone += 1;
            }
        }
        self.bluesky.account_closed(handle, now);
        gone
    }

    pub(crate) fn forget_past(&mut self, place: &Place) {
        match place {
            Place::Bluesky => self.bluesky.forget_past(),
            Place::Mastodon(host) => self.server(host).forget_past(),
            Place::HackerNews => {}
            Place::Feed(host) => self.feeds.forget_past(host),
        }
    }

    fn server(&mut self, host: &str) -> &mut Server {
        self.mastodon.entry(host.to_owned()).or_default()
    }
}
