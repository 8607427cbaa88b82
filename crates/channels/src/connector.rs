//! The contract that every connector keeps. `CONTRACT.md` beside this crate says it for people;
//! `world` holds the one conformance test that all connectors run.
//!
//! 1. **Cursor.** A connector starts from [`Context::cursor`] and hands each move of it over in
//!    the same [`Batch`] as what it brought. It keeps no other state across restarts.
//! 2. **Idempotence.** Handing the same post over twice is harmless; losing one is not: when in
//!    doubt, overlap.
//! 3. **Back-pressure.** [`Context::send`] waits while the flow is full. Nothing is buffered
//!    without bound.
//! 4. **Health.** Every success and every failure is reported with [`Context::health`].
//! 5. **Gaps.** What could not be heard is reported as a [`domain::GapReport`], and again when it
//!    was made up for.
//! 6. **Deletions and edits** are handed over when the platform tells them.
//! 7. **Limits.** Every answer is bounded in size and time (see [`crate::http`]); a broken item
//!    is counted with its reason and dropped, it never ends the stream.
//! 8. **Stopping.** `run` returns soon after [`Context::stopped`] resolves. Every other error is
//!    met by backing off inside `run`; it returns `Err` only when trying again is pointless.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{Batch, Health, Source, Time};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::http::Http;

/// Reads one platform from a cursor into an outlet.
#[async_trait]
pub trait Connector: Send + Sync + 'static {
    /// Listens until stopped.
    ///
    /// # Errors
    /// Only when trying again is pointless: wrong settings, a lasting "no".
    async fn run(&self, context: Context) -> Result<(), ConnectorError>;

    /// Asks once whether the platform can be reached (for `horch doctor`); says in words what it
    /// found.
    ///
    /// # Errors
    /// What was tried and how it failed, in words for the operator.
    async fn probe(&self, http: &Http) -> Result<String, ConnectorError>;

    /// Looks up who stands behind these source keys, where posts come without names. Keys it
    /// cannot resolve are left out. The default knows nobody.
    ///
    /// # Errors
    /// The platform did not answer; ask again later.
    async fn profiles(
        &self,
        _http: &Http,
        _keys: &[String],
    ) -> Result<Vec<Source>, ConnectorError> {
        Ok(Vec::new())
    }
}

/// Why a connector gave up, in words for the operator (English, no secrets).
#[derive(Debug, thiserror::Error)]
pub enum ConnectorError {
    /// A setting is missing or wrong: mend it in Settings.
    #[error("setting {field}: {reason}")]
    Setting {
        /// The setting's name.
        field: &'static str,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// The platform said a lasting no.
    #[error("{0}")]
    Refused(String),
    /// The platform could not be reached or answered nonsense.
    #[error("{0}")]
    Unreachable(String),
}

/// What people listen for, as far as a platform can use it to listen better (tag timelines).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interests {
    /// Hashtags that watches name, without `#`, folded, sorted, without doubles.
    pub hashtags: Vec<String>,
}

/// Everything a connector may touch.
#[derive(Clone)]
pub struct Context {
    /// Guarded HTTP: private networks, sizes, times, politeness per host.
    pub http: Http,
    /// Time; in a demo it runs faster than the wall.
    pub clock: Clock,
    /// What people listen for; changes while running.
    pub interests: watch::Receiver<Arc<Interests>>,
    /// The connector's cursors at start, by stream name.
    pub cursors: Arc<std::collections::HashMap<String, String>>,
    /// When the flow last stored anything before this start; `None` on the very first start.
    pub last_run: Option<Time>,
    pub(crate) outlet: mpsc::Sender<Batch>,
    pub(crate) health: mpsc::Sender<Health>,
    pub(crate) stop: CancellationToken,
}

impl Context {
    /// Puts a context together; the flow does this once per connector.
    #[must_use]
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        http: Http,
        clock: Clock,
        interests: watch::Receiver<Arc<Interests>>,
        cursors: std::collections::HashMap<String, String>,
        last_run: Option<Time>,
        outlet: mpsc::Sender<Batch>,
        health: mpsc::Sender<Health>,
        stop: CancellationToken,
    ) -> Context {
        Context {
            http,
            clock,
            interests,
            cursors: Arc::new(cursors),
            last_run,
            outlet,
            health,
            stop,
        }
    }

    /// The stored cursor of a stream.
    #[must_use]
    pub fn cursor(&self, stream: &str) -> Option<&str> {
        self.cursors.get(stream).map(String::as_str)
    }

    /// Hands a batch over; waits while the flow is full. `false` when the flow has ended and the
    /// connector should return.
    pub async fn send(&self, batch: Batch) -> bool {
        tokio::select! {
            sent = self.outlet.send(batch) => sent.is_ok(),
            () = self.stop.cancelled() => false,
        }
    }

    /// Reports a stream's health; dropped when nobody reads it in time.
    pub fn health(&self, health: Health) {
        let _ = self.health.try_send(health);
    }

    /// Resolves when the connector should stop.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// Whether the connector should stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Sleeps on the context's clock; `false` when stopped meanwhile.
    pub async fn sleep(&self, duration: Duration) -> bool {
        tokio::select! {
            () = self.clock.sleep(duration) => true,
            () = self.stop.cancelled() => false,
        }
    }
}
