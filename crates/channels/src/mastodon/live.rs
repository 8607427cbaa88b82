//! The public timeline as a stream, for servers that gave us a token.

use std::time::Duration;

use domain::{Batch, GapReason};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use super::server::{Next, OFF, Server};
use super::status::Id;
use super::timeline::Timeline;
use crate::backoff::Backoff;
use crate::fault::Fault;
use crate::http::websocket::{Socket, SocketError};
use crate::settings;

/// A batch is handed over when it holds this many observations …
const FULL: usize = 200;
/// … or is this old.
const LONGEST: Duration = Duration::from_millis(250);

/// The server's stream.
pub(super) struct Stream<'a> {
    server: &'a Server,
    token: &'a str,
    /// Not tried before this: the server refused it.
    refused: Option<Instant>,
}

#[derive(Deserialize)]
struct Event {
    event: String,
    payload: Option<Value>,
}

impl<'a> Stream<'a> {
    pub(super) fn new(server: &'a Server, token: &'a str) -> Stream<'a> {
        Stream { server, token, refused: None }
    }

    /// Whether it is to be tried now.
    pub(super) fn is_due(&self) -> bool {
        self.refused.is_none_or(|until| until <= Instant::now())
    }

    /// Opens the stream, catches up and listens until it breaks. [`Next::Wait`] where the server
    /// refuses it: the timeline is then asked for like without a token.
    pub(super) async fn listen(
        &mut self,
        timeline: &mut Timeline<'_>,
        backoff: &mut Backoff,
    ) -> Next {
        let lost = match self.open(timeline).await {
            // Live messages wait in the connection while the past is caught up with.
            Ok(mut socket) => match catch_up(timeline).await {
                Ok(Next::Stop) => return Next::Stop,
                Ok(_) => match hear(&mut socket, timeline, backoff).await {
                    Some(lost) => fault(&lost),
                    None => return Next::Stop,
                },
                Err(fault) => fault,
            },
            Err(error) => fault(&error),
        };
        if lost.only_this && lost.status.is_some() {
            self.refused = Some(Instant::now() + OFF);
            tracing::info!(server = self.server.name, words = lost.words, "no stream");
            return Next::Wait;
        }
        let wait = backoff.next(lost.wait);
        if timeline.report(&lost, wait).await && timeline.context.rest(wait).await {
            Next::More
        } else {
            Next::Stop
        }
    }

    async fn open(&self, timeline: &Timeline<'_>) -> Result<Socket, SocketError> {
        let http = &timeline.context.http;
        let base = self.server.streaming(http).await;
        let mut url = settings::join(&base, "/api/v1/streaming");
        url.set_query(None);
        let stream = if self.server.local_only { "public:local" } else { "public" };
        url.query_pairs_mut().append_pair("stream", stream);
        let bearer = ("authorization", format!("Bearer {}", self.token));
        http.websocket(url.as_str(), &[bearer]).await
    }
}

/// Everything up to now, however many visits it takes.
async fn catch_up(timeline: &mut Timeline<'_>) -> Result<Next, Fault> {
    loop {
        match timeline.visit().await? {
            Next::More => {}
            done => return Ok(done),
        }
    }
}

/// Hears the stream to its end; `None` when stopped.
async fn hear(
    socket: &mut Socket,
    timeline: &mut Timeline<'_>,
    backoff: &mut Backoff,
) -> Option<SocketError> {
    timeline.pulse.well(timeline.context, "streaming", None);
    backoff.reset();
    let mut batch = Batch::default();
    let mut due: Option<Instant> = None;
    loop {
        let flush = async {
            match due {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let lost = tokio::select! {
            message = socket.next() => match message {
                Ok(text) => {
                    take(&text, timeline, &mut batch);
                    due = due.or_else(|| Some(Instant::now() + LONGEST));
                    None
                }
                Err(error) => Some(error),
            },
            () = flush => None,
            () = timeline.context.stopped() => return None,
        };
        let full = batch.observations.len() >= FULL;
        if full || lost.is_some() || due.is_some_and(|at| at <= Instant::now()) {
            due = None;
            let heard = !batch.observations.is_empty();
            if heard && !timeline.close(std::mem::take(&mut batch)).await {
                return None;
            }
            if heard {
                timeline.pulse.well(timeline.context, "streaming", None);
            }
        }
        if lost.is_some() {
            return lost;
        }
    }
}

/// Takes one event of the stream. Payloads are JSON written as text; a deletion's is a number.
fn take(text: &str, timeline: &mut Timeline<'_>, batch: &mut Batch) {
    let Ok(event) = serde_json::from_str::<Event>(text) else {
        timeline.pulse.broken("no event of a stream");
        return;
    };
    let payload = event.payload.unwrap_or_default();
    match event.event.as_str() {
        "update" | "status.update" => {
            let status = match &payload {
                Value::String(text) => serde_json::from_str(text).ok(),
                Value::Object(_) => Some(payload),
                _ => None,
            };
            match status {
                Some(status) => batch.observations.extend(timeline.take(&status)),
                None => timeline.pulse.broken("an event without status"),
            }
        }
        "delete" => {
            let number = match &payload {
                Value::String(text) => Id::new(text.trim()),
                Value::Number(number) => Id::new(&number.to_string()),
                _ => None,
            };
            batch.observations.extend(number.and_then(|id| timeline.deleted(&id)));
        }
        _ => {}
    }
}

fn fault(lost: &SocketError) -> Fault {
    let (status, wait) = match lost {
        SocketError::Refused { status, retry_after, .. } => (Some(status.as_u16()), *retry_after),
        _ => (None, None),
    };
    let limited = status == Some(429);
    Fault {
        words: lost.to_string(),
        reason: if limited { GapReason::RateLimited } else { GapReason::Unreachable },
        wait,
        status,
        only_this: status.is_some_and(|status| status < 500 && !limited),
    }
}
