//! The fake internet itself: one port on loopback that answers for every host of the story.

mod answer;
mod bluesky;
mod feeds;
mod hackernews;
mod listen;
mod live;
mod mastodon;
mod sink;
mod state;

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use channels::{Clock, HttpOptions};
use domain::Time;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::fault::{Fault, Lasts, Route};
use crate::post::{FakePost, Place, Published, Site};
use state::State;

pub use sink::Arrival;
pub use state::Request;

/// The host of the fake Bluesky's Jetstream.
pub const JETSTREAM_HOST: &str = "jetstream.example";
/// The host of the fake Bluesky's public API.
pub const BLUESKY_API_HOST: &str = "api.bluesky.example";
/// The host of the fake Hacker News.
pub const HACKERNEWS_HOST: &str = "hackernews.example";
/// The Mastodon servers that exist from the start.
pub const MASTODON_HOSTS: [&str; 2] = ["kachelofen.example", "troete.example"];
/// The token that opens Mastodon's streaming.
pub const MASTODON_TOKEN: &str = "token-of-the-fake-internet";

/// A small internet on loopback that misbehaves on demand and remembers the truth.
///
/// Clones share it; it ends with the last one.
#[derive(Clone)]
pub struct FakeInternet {
    shared: Arc<Shared>,
    _guard: Arc<DropGuard>,
}

pub(crate) struct Shared {
    state: Mutex<State>,
    clock: RwLock<Clock>,
    /// Counts up with everything published; streams wait for it.
    changed: watch::Sender<u64>,
    /// Hosts whose open streams are to be cut.
    cut: broadcast::Sender<String>,
    address: SocketAddr,
    canary: SocketAddr,
    canary_hits: AtomicU64,
    authority: Vec<u8>,
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Time {
        self.clock.read().unwrap_or_else(PoisonError::into_inner).now()
    }

    fn tell(&self) {
        self.changed.send_modify(|n| *n += 1);
    }
}

impl FakeInternet {
    /// Starts on random ports of loopback, with Bluesky, Hacker News and
    /// [`MASTODON_HOSTS`], on the wall clock. Feeds come with [`FakeInternet::add_site`].
    ///
    /// # Errors
    /// Loopback cannot be listened on.
    pub async fn start() -> std::io::Result<FakeInternet> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let canary = match TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), 0)).await {
            Ok(canary) => canary,
            // Only Linux has the whole of 127/8 on its loopback.
            Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?,
        };
        let certificates = listen::Certificates::new().map_err(std::io::Error::other)?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(&MASTODON_HOSTS)),
            clock: RwLock::new(Clock::wall()),
            changed: watch::Sender::new(0),
            cut: broadcast::Sender::new(16),
            address: listener.local_addr()?,
            canary: canary.local_addr()?,
            canary_hits: AtomicU64::new(0),
            authority: certificates.authority(),
        });
        let stop = CancellationToken::new();
        listen::serve(listener, certificates, Arc::clone(&shared), stop.clone());
        listen::watch_canary(canary, Arc::clone(&shared), stop.clone());
        Ok(FakeInternet { shared, _guard: Arc::new(stop.drop_guard()) })
    }

    /// Lives by this clock from now on: what is published without a time is published at its now.
    pub fn set_clock(&self, clock: Clock) {
        *self.shared.clock.write().unwrap_or_else(PoisonError::into_inner) = clock;
    }

    /// Adds a blog or news site (or changes it); what it published stays.
    pub fn add_site(&self, site: Site) {
        self.shared.state().feeds.add(site);
    }

    /// Adds a Mastodon server.
    pub fn add_mastodon(&self, host: &str) {
        self.shared.state().mastodon.entry(host.to_owned()).or_default();
    }

    /// Every host that answers, in order.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        let state = self.shared.state();
        let fixed = [JETSTREAM_HOST, BLUESKY_API_HOST, HACKERNEWS_HOST];
        let mut hosts: BTreeSet<String> = fixed.iter().map(|h| (*h).to_owned()).collect();
        hosts.extend(state.mastodon.keys().cloned());
        hosts.extend(state.feeds.sites().map(|site| site.host.clone()));
        hosts.into_iter().collect()
    }

    /// Where all hosts really live.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// Options of an HTTP client that reaches every host there is now (by `http` and by
    /// `https`), and nothing else on private networks.
    #[must_use]
    pub fn http_options(&self) -> HttpOptions {
        let address = self.shared.address;
        HttpOptions {
            resolve: self.hosts().into_iter().map(|host| (host, address)).collect(),
            extra_roots: vec![self.shared.authority.clone()],
            timeout: Duration::from_secs(10),
            host_interval: Duration::from_millis(1),
            ..HttpOptions::default()
        }
    }

    /// The settings under which every connector listens to this internet: connector name and
    /// settings object, one for each connector.
    #[must_use]
    pub fn connector_settings(&self) -> Vec<(&'static str, Value)> {
        let state = self.shared.state();
        let feeds: Vec<String> = state.feeds.sites().map(feeds::setting_line).collect();
        let servers: Vec<String> = state.mastodon.keys().map(|h| format!("http://{h}")).collect();
        vec![
            (
                "bluesky",
                json!({
                    "endpoint": format!("ws://{JETSTREAM_HOST}/subscribe"),
                    "api": format!("http://{BLUESKY_API_HOST}"),
                }),
            ),
            ("mastodon", json!({"servers": servers.join("\n"), "interval": 5})),
            ("hackernews", json!({"endpoint": format!("http://{HACKERNEWS_HOST}/v0")})),
            ("web", json!({"feeds": feeds.join("\n"), "catalogue": false, "interval": 60})),
        ]
    }

    /// Publishes and returns the place's own id. A feed's site is added where it is new.
    pub fn publish(&self, place: &Place, post: FakePost) -> String {
        let now = self.shared.now();
        let id = self.shared.state().publish(place, post, now);
        self.shared.tell();
        id
    }

    /// Changes the text of what was published; `false` when there is no such thing (any more).
    pub fn edit(&self, place: &Place, native_id: &str, text: &str) -> bool {
        let now = self.shared.now();
        let done = self.shared.state().edit(place, native_id, text, now);
        self.shared.tell();
        done
    }

    /// Takes back what was published; `false` when there is no such thing (any more).
    pub fn delete(&self, place: &Place, native_id: &str) -> bool {
        let now = self.shared.now();
        let done = self.shared.state().delete(place, native_id, now);
        self.shared.tell();
        done
    }

    /// Closes an account of Bluesky with all its posts; the number of posts.
    pub fn close_account(&self, handle: &str) -> usize {
        let now = self.shared.now();
        let gone = self.shared.state().close_account(handle, now);
        self.shared.tell();
        gone
    }

    /// Forgets the past of a stream: replay (Jetstream) starts now, timelines and feeds are empty
    /// but for what comes. The truth stays: what was not heard before is lost for good.
    pub fn forget_past(&self, place: &Place) {
        self.shared.state().forget_past(place);
    }

    /// The truth: everything ever published, in order.
    #[must_use]
    pub fn published(&self) -> Vec<Published> {
        self.shared.state().published().to_vec()
    }

    /// Lets a fault strike.
    pub fn fault(&self, route: Route, fault: Fault, lasts: Lasts) {
        self.shared.state().faults.add(route, fault, lasts);
    }

    /// Ends every fault.
    pub fn heal(&self) {
        self.shared.state().faults.clear();
    }

    /// Cuts the open streams of a place.
    pub fn cut(&self, place: &Place) {
        let host = match place {
            Place::Bluesky => JETSTREAM_HOST,
            Place::HackerNews => HACKERNEWS_HOST,
            Place::Mastodon(host) | Place::Feed(host) => host,
        };
        // An error means that no stream is open.
        let _ = self.shared.cut.send(host.to_owned());
    }

    /// The last requests (at most 10,000), oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.shared.state().requests.iter().cloned().collect()
    }

    /// An address in a private network that nobody may reach: who does is counted.
    #[must_use]
    pub fn canary_url(&self) -> String {
        format!("http://{}/latest/meta-data/", self.shared.canary)
    }

    /// How often the canary was reached.
    #[must_use]
    pub fn canary_hits(&self) -> u64 {
        self.shared.canary_hits.load(Ordering::SeqCst)
    }

    /// The address of a sink that takes every POST and PUT and remembers it. `name` is one path
    /// segment: `webhook`, `ntfy`.
    #[must_use]
    pub fn sink_url(&self, name: &str) -> String {
        format!("http://{}/sink/{name}", self.shared.address)
    }

    /// What arrived in a sink (at most 100,000), oldest first.
    #[must_use]
    pub fn arrivals(&self, name: &str) -> Vec<Arrival> {
        self.shared.state().sink.arrivals(name)
    }
}
