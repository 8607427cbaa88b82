//! What all pages share.

use std::sync::Arc;
use std::time::Duration;

use domain::Time;
use jiff::tz::TimeZone;
use store::{Archive, Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::fail::Fail;
use crate::lang::{Lang, Words};
use crate::limits::Limit;
use crate::preview::Recent;
use crate::secrets::Prover;
use crate::show::Clock;
use crate::{Options, WebError};

/// Longest wait for an answer.
pub const SLOWEST: Duration = Duration::from_secs(30);
/// Largest form taken, in bytes: a query may have 64 KiB, percent-encoded three times as much.
pub const LARGEST_FORM: usize = 256 * 1024;
/// Largest file taken, in bytes: a hundred thousand queries.
pub const LARGEST_FILE: usize = 64 * 1024 * 1024;
/// Open event streams at a time.
const MOST_STREAMS: usize = 128;
/// Searches of the archive at a time; more wait for their turn.
const MOST_SEARCHES: usize = 4;
/// Longest wait for a turn.
pub const TURN: Duration = Duration::from_secs(10);
/// Questions that a program may ask in 15 minutes.
const QUESTIONS: u32 = 3_000;
/// Tries to sign in under one name in 15 minutes.
const TRIES_PER_NAME: u32 = 10;
/// Tries to sign in from one address in 15 minutes.
const TRIES_PER_PEER: u32 = 30;

/// A handle to what all pages share.
#[derive(Clone)]
pub struct App(pub Arc<Shared>);

/// See [`App`].
pub struct Shared {
    /// What the rest of the house handed in.
    pub options: Options,
    /// Proofs that forms come from our pages.
    pub prover: Prover,
    /// The operator's time zone.
    pub zone: TimeZone,
    /// People reach us by https.
    pub https: bool,
    /// The host people reach us by.
    pub host: String,
    /// Names of the cookies; several instances on one host keep apart by port.
    pub cookies: Cookies,
    /// Tries per name.
    pub names: Limit,
    /// Tries per address.
    pub peers: Limit,
    /// Password hashes worked on at a time.
    pub hashing: Semaphore,
    /// Open event streams.
    pub streams: Arc<Semaphore>,
    /// Held while the first person is added.
    pub first_person: tokio::sync::Mutex<()>,
    /// Recent posts for previews.
    pub recent: Recent,
    /// Searches of the archive at a time.
    pub searches: Arc<Semaphore>,
    /// Questions of programs per person or address.
    pub questions: Limit,
}

/// Names of our cookies.
pub struct Cookies {
    /// Holds a session's token.
    pub session: String,
    /// Holds a visitor's token before sign-in.
    pub visit: String,
    /// Holds the set-up token.
    pub setup: String,
    /// Holds the language of somebody who is not signed in.
    pub lang: String,
}

impl Cookies {
    fn new(https: bool, port: u16) -> Cookies {
        // `__Host-` makes browsers insist on Secure, our host alone and the whole path.
        let prefix = if https { "__Host-" } else { "" };
        let name = |what: &str| format!("{prefix}horch-{what}-{port}");
        Cookies {
            session: name("session"),
            visit: name("visit"),
            setup: name("setup"),
            lang: name("lang"),
        }
    }
}

impl App {
    /// Gets everything ready.
    pub async fn new(options: Options) -> Result<App, WebError> {
        let bad = || WebError::PublicUrl(options.public_url.clone());
        let url = url::Url::parse(&options.public_url).map_err(|_| bad())?;
        let https = url.scheme() == "https";
        let port = url.port_or_known_default().ok_or_else(bad)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad());
        }
        let host = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str().ok_or_else(bad)?),
            None => url.host_str().ok_or_else(bad)?.to_owned(),
        };
        let key = options.store.setting_or("secret.csrf", &Prover::fresh_key()?).await?;
        Ok(App(Arc::new(Shared {
            prover: Prover::new(&key)?,
            zone: TimeZone::system(),
            https,
            host,
            cookies: Cookies::new(https, port),
            names: Limit::new(TRIES_PER_NAME),
            peers: Limit::new(TRIES_PER_PEER),
            hashing: Semaphore::new(2),
            streams: Arc::new(Semaphore::new(MOST_STREAMS)),
            first_person: tokio::sync::Mutex::new(()),
            recent: Recent::default(),
            searches: Arc::new(Semaphore::new(MOST_SEARCHES)),
            questions: Limit::new(QUESTIONS),
            options,
        })))
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.0.options.store
    }

    /// The archive.
    pub fn archive(&self) -> &Archive {
        &self.0.options.archive
    }

    /// Waits for a turn to search the archive: it lasts until what is returned is dropped.
    pub async fn turn(&self) -> Result<OwnedSemaphorePermit, Fail> {
        match tokio::time::timeout(TURN, self.0.searches.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Fail::Busy),
        }
    }

    /// Now.
    pub fn now(&self) -> Time {
        (self.0.options.now)()
    }

    /// Now, for a page in this language.
    pub fn clock(&self, lang: Lang) -> Clock {
        Clock { now: self.now(), zone: self.0.zone.clone(), words: Words(lang) }
    }

    /// Marks mentions as told: they stand on an open page.
    pub async fn told(&self, mentions: &[i64]) {
        if mentions.is_empty() {
            return;
        }
        if let Err(error) = self.store().told(mentions, self.now()).await {
            tracing::warn!(%error, "mentions on an open page could not be marked as told");
        }
    }
}
