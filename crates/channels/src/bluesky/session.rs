//! The life of the subscription: connect, replay, listen, lose, wait, again.

use std::time::Duration;

use domain::{Batch, CursorMove, GapReason, Observation, Time};
use tokio::time::Instant;

use super::event::{self, Event};
use super::{Bluesky, STREAM};
use crate::backoff::Backoff;
use crate::connector::{ConnectorError, Context};
use crate::http::Http;
use crate::http::websocket::{Socket, SocketError};
use crate::pulse::Pulse;

/// A batch is handed over when it holds this many events …
const FULL: usize = 200;
/// … or is this old.
const LONGEST: Duration = Duration::from_millis(250);
/// Replay starts this much before the cursor (microseconds).
const OVERLAP: u64 = 5_000_000;
/// A replay that starts this much later than asked has lost something: instances differ by
/// seconds (microseconds).
const LATE: u64 = 60_000_000;
/// A cursor further in the future than this is a lie of the event's clock (milliseconds).
const AHEAD: i64 = domain::HOUR;
/// A connection that lasted this long did not fail at once.
const LASTING: Duration = Duration::from_secs(60);
/// A replay ends with this long a silence at the latest, …
const SILENCE: Duration = Duration::from_secs(3);
/// … and one that brings nothing at all after this.
const NOTHING: Duration = Duration::from_secs(10);

/// The subscription and what it stands at.
pub(super) struct Session<'a> {
    bluesky: &'a Bluesky,
    context: &'a Context,
    pulse: Pulse,
    cursor: Option<u64>,
    /// A moment before the first connection: where a replay starts while there is no cursor.
    floor: Option<u64>,
    pending: Batch,
    /// Events since the last batch, with and without an observation.
    events: usize,
    /// Unreadable messages met in a row without the cursor moving.
    stuck: u32,
}

/// One connection and how far its replay is.
struct Connection {
    socket: Socket,
    since: Time,
    opened: Instant,
    heard: Option<Instant>,
    replaying: bool,
}

impl<'a> Session<'a> {
    pub(super) fn starting(bluesky: &'a Bluesky, context: &'a Context) -> Session<'a> {
        let cursor = context.cursor(STREAM).and_then(|cursor| cursor.trim().parse().ok());
        Session {
            bluesky,
            context,
            pulse: Pulse::starting(context, STREAM),
            cursor,
            floor: None,
            pending: Batch::default(),
            events: 0,
            stuck: 0,
        }
    }

    /// Listens until stopped.
    pub(super) async fn run(mut self) {
        let mut backoff = Backoff::stream(STREAM);
        self.pending.gaps.extend(self.pulse.gap().cloned());
        while !self.context.is_stopped() {
            let lost = match self.connect().await {
                Some(Ok(socket)) => {
                    let opened = Instant::now();
                    let Some(lost) = self.listen(socket, &mut backoff).await else { return };
                    // A quiet connection that lasted was a good one.
                    if opened.elapsed() > LASTING {
                        backoff.reset();
                    }
                    lost
                }
                Some(Err(error)) => error,
                None => return,
            };
            if !self.flush().await {
                return;
            }
            let asked = match &lost {
                SocketError::Refused { retry_after, .. } => *retry_after,
                _ => None,
            };
            let wait = backoff.next(asked);
            if !self.lose(&lost, wait).await || !self.context.rest(wait).await {
                return;
            }
        }
    }

    /// Where the next replay starts. A message that nobody can read would end every connection
    /// that replays it: it is stepped over, first by skipping the overlap, then by leaps.
    fn start(&self) -> Option<u64> {
        let cursor = self.cursor.or(self.floor)?;
        Some(match self.stuck {
            0 => cursor.saturating_sub(OVERLAP),
            1 => cursor.saturating_add(1),
            leaps => cursor.saturating_add(1_000_000 << (leaps - 2).min(12)),
        })
    }

    async fn connect(&self) -> Option<Result<Socket, SocketError>> {
        let address = self.bluesky.subscription(self.start());
        tokio::select! {
            opened = self.context.http.websocket(&address, &[]) => Some(opened),
            () = self.context.stopped() => None,
        }
    }

    /// Hears one connection to its end; `None` when stopped.
    async fn listen(&mut self, socket: Socket, backoff: &mut Backoff) -> Option<SocketError> {
        let since = self.context.clock.now();
        self.pulse.change_gap(|gap| gap.until = Some(since.max(gap.from)));
        self.pulse.well(self.context, "connected", None);
        let from = self.cursor.or(self.floor);
        let replaying = from.is_some() && self.pulse.gap().is_some();
        if from.is_none() {
            self.floor = u64::try_from(since.plus(-domain::MINUTE).0).ok().map(|ms| ms * 1_000);
        }
        let opened = Instant::now();
        let mut on = Connection { socket, since, opened, heard: None, replaying };
        if !on.replaying {
            // Nothing to replay from: what was missed before this connection stays missed.
            let gap = self.pulse.end_gap(since, false);
            self.pending.gaps.extend(gap);
        }
        let mut due = (!self.pending.is_empty()).then(|| Instant::now() + LONGEST);
        let lost = loop {
            let deadline = due.or(on.judgement());
            let wait = async {
                match deadline {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                message = on.socket.next() => match message {
                    Ok(text) => {
                        backoff.reset();
                        self.take(&text, &mut on);
                        due = due.or_else(|| Some(Instant::now() + LONGEST));
                    }
                    Err(error) => break error,
                },
                () = wait => {}
                () = self.context.stopped() => {
                    on.socket.close().await;
                    return None;
                }
            }
            if on.judgement().is_some_and(|at| at <= Instant::now()) {
                self.replayed(&mut on);
                due = due.or_else(|| Some(Instant::now()));
            }
            if self.events >= FULL || due.is_some_and(|at| at <= Instant::now()) {
                due = None;
                if !self.flush().await {
                    return None;
                }
            }
        };
        Some(lost)
    }

    /// Takes one message.
    fn take(&mut self, text: &str, on: &mut Connection) {
        let received = self.context.clock.now();
        let (time_us, observation) = match event::read(text, received) {
            Ok(Event { time_us, observation }) => (Some(time_us), observation),
            Err(broken) => {
                self.pulse.broken(broken.reason);
                (broken.time_us, None)
            }
        };
        self.events += 1;
        if let Some(time_us) = time_us {
            self.judge_replay(time_us, on);
            if event::moment(time_us) <= received.plus(AHEAD) && self.cursor < Some(time_us) {
                self.cursor = Some(time_us);
                self.stuck = 0;
            }
        }
        on.heard = Some(Instant::now());
        if let Some(observation) = observation {
            let newest = match &observation {
                Observation::Seen(post) => Some(post.published),
                _ => None,
            };
            self.pulse.heard(usize::from(newest.is_some()), newest);
            self.pending.observations.push(observation);
        }
    }

    /// Whether an event of a replay shows that it came too late or is complete.
    fn judge_replay(&mut self, time_us: u64, on: &mut Connection) {
        if !on.replaying {
            return;
        }
        let first = on.heard.is_none() && on.opened.elapsed() < NOTHING;
        let asked = self.cursor.unwrap_or(time_us);
        if first && time_us > asked.saturating_add(LATE) {
            let until = event::moment(time_us);
            let gap = self.pulse.end_gap(until, false).map(|mut gap| {
                gap.from = gap.from.min(event::moment(asked));
                gap.until = Some(until.max(gap.from));
                gap.reason = GapReason::TooLate;
                gap.detail = "Jetstream no longer had what was asked for".to_owned();
                gap
            });
            self.pending.gaps.extend(gap);
            on.replaying = false;
        } else if event::moment(time_us) >= on.since.plus(-domain::SECOND) {
            self.replayed(on);
        }
    }

    /// The replay has reached the moment of connection: what was missed is made up for.
    fn replayed(&mut self, on: &mut Connection) {
        on.replaying = false;
        let made_up = self.pulse.gap().is_none_or(|gap| gap.reason != GapReason::Broken);
        self.pending.gaps.extend(self.pulse.end_gap(on.since, made_up));
    }

    /// Hands over what is pending; `false` when the flow has ended.
    async fn flush(&mut self) -> bool {
        self.events = 0;
        let mut batch = std::mem::take(&mut self.pending);
        let value = self.cursor.map(|cursor| cursor.to_string());
        batch.cursors.extend(value.map(|value| CursorMove { stream: STREAM.to_owned(), value }));
        if batch.is_empty() {
            return true;
        }
        let heard = !batch.observations.is_empty();
        if !self.context.send(batch).await {
            return false;
        }
        if heard {
            self.pulse.well(self.context, "listening", None);
        }
        true
    }

    /// The connection is lost, or there was none.
    async fn lose(&mut self, lost: &SocketError, wait: Duration) -> bool {
        let words = format!("{lost}, next try in {} s", wait.as_secs().max(1));
        let mut reason = match lost {
            SocketError::Refused { status, .. } if status.as_u16() == 429 => GapReason::RateLimited,
            _ => GapReason::Unreachable,
        };
        if matches!(lost, SocketError::Unreadable(..)) {
            self.stuck = self.stuck.saturating_add(1);
            self.pulse.broken("a message that cannot be read");
            reason = GapReason::Broken;
        }
        let from = self.pulse.heard_until();
        self.pulse.failed(self.context, &words, wait);
        // A replay that broke off leaves its gap open: it lasts on.
        self.pulse.change_gap(|gap| {
            gap.until = None;
            if reason == GapReason::Broken {
                gap.reason = reason;
            }
        });
        self.pulse.open_gap(from, reason, &lost.to_string());
        self.pending.gaps.extend(self.pulse.gap().cloned());
        self.flush().await
    }
}

impl Connection {
    /// When a silent replay counts as complete.
    fn judgement(&self) -> Option<Instant> {
        let silent = self.heard.map_or(self.opened + NOTHING, |heard| heard + SILENCE);
        self.replaying.then_some(silent)
    }
}

/// Asks once whether the stream can be heard.
pub(super) async fn probe(bluesky: &Bluesky, http: &Http) -> Result<String, ConnectorError> {
    let host = bluesky.endpoint.host_str().unwrap_or_default().to_owned();
    let mut socket = http
        .websocket(&bluesky.subscription(None), &[])
        .await
        .map_err(|error| ConnectorError::Unreachable(error.to_string()))?;
    let first = tokio::time::timeout(Duration::from_secs(5), socket.next()).await;
    socket.close().await;
    match first {
        Ok(Ok(_)) => Ok(format!("{host} is heard: posts arrive")),
        Ok(Err(error)) => Err(ConnectorError::Unreachable(error.to_string())),
        Err(_) => Ok(format!("{host} took the connection; nothing was said within 5 s")),
    }
}
