//! Open streams: Jetstream and Mastodon's streaming, over one kind of session.

use std::sync::Arc;

use axum::extract::FromRequestParts as _;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header, request::Parts};

use super::answer::{Asked, Content, missing, plain};
use super::listen::Peer;
use super::{JETSTREAM_HOST, MASTODON_TOKEN, Shared, mastodon};
use crate::fault::Fault;

/// At most so many events are sent before the state is looked at again.
const STREAM_PAGE: usize = 200;

pub(crate) fn is_upgrade(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Faults that strike inside an open stream; the others strike instead of it.
pub(crate) const fn can_stream(fault: &Fault) -> bool {
    matches!(fault, Fault::Truncate | Fault::Huge { .. })
}

/// Opens the stream that is asked for, or says why not.
pub(crate) async fn upgrade(
    shared: &Arc<Shared>,
    asked: &Asked,
    parts: &mut Parts,
    in_content: Vec<Fault>,
    on_the_way: Vec<Fault>,
    peer: Peer,
) -> Response {
    let Ok(upgrade) = WebSocketUpgrade::from_request_parts(parts, &()).await else {
        return plain(StatusCode::BAD_REQUEST, "no websocket", &[]);
    };
    let host = asked.host.clone();
    let source = if host == JETSTREAM_HOST && asked.path == "/subscribe" {
        match jetstream(shared, asked) {
            Ok(source) => source,
            Err(response) => return *response,
        }
    } else if asked.path.starts_with("/api/v1/streaming") {
        match streaming(shared, asked, &parts.headers) {
            Ok(source) => source,
            Err(response) => return *response,
        }
    } else {
        return plain(StatusCode::NOT_FOUND, "no such stream", &[]);
    };
    let protocol = parts.headers.get(header::SEC_WEBSOCKET_PROTOCOL).cloned();
    let session = Session {
        shared: Arc::clone(shared),
        host,
        source,
        content: Content::of(&in_content),
        on_the_way,
        peer,
    };
    let mut response = upgrade.on_upgrade(move |socket| session.run(socket)).into_response();
    if let Some(protocol) = protocol {
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    response
}

/// What a stream tells, and how far it has told it.
enum Source {
    Jetstream { next_us: i64, collections: Vec<String> },
    Mastodon { next: usize, tag: Option<String> },
}

type Refused = Box<Response>;

fn jetstream(shared: &Shared, asked: &Asked) -> Result<Source, Refused> {
    let next_us = match asked.one("cursor").map(|c| c.parse::<i64>()) {
        None => shared.state().bluesky.newest() + 1,
        Some(Ok(cursor)) if cursor >= 0 => cursor,
        Some(_) => return Err(Box::new(plain(StatusCode::BAD_REQUEST, "bad cursor", &[]))),
    };
    Ok(Source::Jetstream { next_us, collections: asked.all("wantedCollections") })
}

fn streaming(shared: &Shared, asked: &Asked, headers: &HeaderMap) -> Result<Source, Refused> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let protocol = headers.get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|v| v.to_str().ok());
    let token = bearer
        .and_then(|v| v.strip_prefix("Bearer "))
        .or(protocol)
        .map(str::to_owned)
        .or_else(|| asked.one("access_token"));
    if token.as_deref() != Some(MASTODON_TOKEN) {
        return Err(Box::new(plain(StatusCode::UNAUTHORIZED, "no valid token", &[])));
    }
    let state = shared.state();
    let Some(server) = state.mastodon.get(&asked.host) else { return Err(Box::new(missing())) };
    let tagged = asked.one("stream").is_some_and(|stream| stream.starts_with("hashtag"));
    let tag = asked.one("tag").filter(|_| tagged);
    Ok(Source::Mastodon { next: server.next_event(), tag })
}

struct Session {
    shared: Arc<Shared>,
    host: String,
    source: Source,
    content: Content,
    on_the_way: Vec<Fault>,
    peer: Peer,
}

impl Session {
    async fn run(mut self, mut socket: WebSocket) {
        let mut changed = self.shared.changed.subscribe();
        let mut cut = self.shared.cut.subscribe();
        if self.spoilt(&mut socket).await {
            return;
        }
        loop {
            changed.mark_unchanged();
            loop {
                let page = self.page();
                if page.is_empty() {
                    break;
                }
                for text in page {
                    if !self.tell(&mut socket, text).await {
                        return;
                    }
                }
            }
            tokio::select! {
                changed = changed.changed() => if changed.is_err() { return },
                host = cut.recv() => if host.is_ok_and(|host| host == self.host) {
                    self.peer.cut.cancel();
                    return;
                },
                () = self.peer.cut.cancelled() => return,
                heard = socket.recv() => match heard {
                    Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return,
                    Some(Ok(_)) => {}
                },
            }
        }
    }

    /// Faults that end the stream right after it opened.
    async fn spoilt(&self, socket: &mut WebSocket) -> bool {
        for fault in &self.on_the_way {
            match fault {
                Fault::Truncate => {
                    self.peer.cut.cancel();
                    return true;
                }
                Fault::Huge { bytes } => {
                    let length = usize::try_from(*bytes).unwrap_or(usize::MAX).min(256 << 20);
                    let _ = socket.send(Message::text(" ".repeat(length))).await;
                    let close = CloseFrame { code: 1000, reason: "".into() };
                    let _ = socket.send(Message::Close(Some(close))).await;
                    return true;
                }
                _ => {}
            }
        }
        false
    }

    async fn tell(&self, socket: &mut WebSocket, text: String) -> bool {
        if self.content.malformed {
            let half: String = text.chars().take(text.chars().count() / 2).collect();
            if socket.send(Message::text(half)).await.is_err() {
                return false;
            }
        }
        let times = if self.content.doubles { 2 } else { 1 };
        for _ in 0..times {
            let message = if self.content.latin1 {
                Message::Binary(
                    Content { malformed: false, ..self.content.clone() }.bytes(text.clone()),
                )
            } else {
                Message::text(text.clone())
            };
            if socket.send(message).await.is_err() {
                return false;
            }
        }
        true
    }

    /// The next events, as they are sent; moves the position.
    fn page(&mut self) -> Vec<String> {
        let state = self.shared.state();
        match &mut self.source {
            Source::Jetstream { next_us, collections } => loop {
                let events = state.bluesky.since(*next_us, STREAM_PAGE);
                let Some(last) = events.last() else { return Vec::new() };
                *next_us = last.time_us + 1;
                let wanted = events.iter().filter(|event| event.wanted(collections));
                let texts: Vec<String> =
                    wanted.map(|event| event.json(&self.content).to_string()).collect();
                if !texts.is_empty() {
                    return texts;
                }
            },
            Source::Mastodon { next, tag } => loop {
                let Some(server) = state.mastodon.get(&self.host) else { return Vec::new() };
                let events = server.events_since(*next, STREAM_PAGE);
                if events.is_empty() {
                    return Vec::new();
                }
                *next += events.len();
                let tagged = |event: &mastodon::Event| {
                    let Some(tag) = tag.as_deref() else { return true };
                    state.get(event.index).is_some_and(|item| {
                        item.post.hashtags().iter().any(|t| t.eq_ignore_ascii_case(tag))
                    })
                };
                let texts: Vec<String> = events
                    .into_iter()
                    .filter(tagged)
                    .filter_map(|event| mastodon::message(&state, &self.host, event, &self.content))
                    .map(|message| message.to_string())
                    .collect();
                if !texts.is_empty() {
                    return texts;
                }
            },
        }
    }
}
