//! How a request is answered: by host, with the faults in force.

use std::convert::Infallible;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State as Extract};
use axum::response::Response;
use bytes::Bytes;
use domain::Time;
use futures_util::StreamExt as _;
use futures_util::stream;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use serde_json::Value;

use super::listen::Peer;
use super::mastodon::Question;
use super::{
    BLUESKY_API_HOST, HACKERNEWS_HOST, JETSTREAM_HOST, Shared, feeds, hackernews, live, mastodon,
    sink, state,
};
use crate::fault::Fault;

/// A sink takes no more than this.
const SINK_LIMIT: usize = 1 << 20;

pub(crate) fn app(shared: Arc<Shared>) -> Router {
    Router::new().fallback(handle).with_state(shared)
}

/// How a document's content is spoilt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    pub(crate) skew: i64,
    pub(crate) doubles: bool,
    pub(crate) malformed: bool,
    pub(crate) latin1: bool,
}

impl Content {
    pub(crate) fn of(faults: &[Fault]) -> Content {
        let mut content = Content::default();
        for fault in faults {
            match fault {
                Fault::ClockSkew(ms) => content.skew = *ms,
                Fault::Duplicates => content.doubles = true,
                Fault::Malformed => content.malformed = true,
                Fault::WrongCharset => content.latin1 = true,
                _ => {}
            }
        }
        content
    }

    pub(crate) const fn is_plain(&self) -> bool {
        self.skew == 0 && !self.doubles && !self.malformed && !self.latin1
    }

    /// The text as it is sent.
    pub(crate) fn bytes(&self, mut text: String) -> Bytes {
        if self.malformed {
            // What is cut off in the middle is valid in no format.
            let mut end = text.len() * 3 / 5;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
        }
        if self.latin1 {
            let narrow = |c: char| u8::try_from(u32::from(c)).unwrap_or(b'?');
            return text.chars().map(narrow).collect::<Vec<u8>>().into();
        }
        text.into()
    }
}

/// `2026-01-01T09:30:00.000Z`
pub(crate) fn rfc3339(time: Time) -> String {
    jiff::Timestamp::from_millisecond(time.0)
        .map(|t| t.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
        .unwrap_or_default()
}

/// `Thu, 01 Jan 2026 09:30:00 +0000`
pub(crate) fn rfc2822(time: Time) -> String {
    strftime(time, "%a, %d %b %Y %H:%M:%S +0000")
}

fn http_date(time: Time) -> String {
    strftime(time, "%a, %d %b %Y %H:%M:%S GMT")
}

fn strftime(time: Time, format: &str) -> String {
    jiff::Timestamp::from_millisecond(time.0)
        .map(|t| t.strftime(format).to_string())
        .unwrap_or_default()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

async fn handle(
    Extract(shared): Extract<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let asked = Asked::new(&request);
    let faults = shared.state().faults.strike(&asked.host, &asked.path);
    let (in_content, on_the_way): (Vec<_>, Vec<_>) =
        faults.into_iter().partition(Fault::is_in_content);
    if on_the_way.contains(&Fault::Drop) {
        record(&shared, &asked, 0);
        peer.cut.cancel();
        return std::future::pending().await;
    }
    let (mut parts, body) = request.into_parts();
    if live::is_upgrade(&parts.headers) && on_the_way.iter().all(live::can_stream) {
        let response =
            live::upgrade(&shared, &asked, &mut parts, in_content, on_the_way, peer).await;
        record(&shared, &asked, response.status().as_u16());
        return response;
    }
    let response = match on_the_way.iter().find_map(|fault| instead(fault, &asked)) {
        Some(response) => response,
        None => {
            let content = Content::of(&in_content);
            let response = answer(&shared, &asked, &parts, body, &content).await;
            spoil(response, &on_the_way).await
        }
    };
    record(&shared, &asked, response.status().as_u16());
    response
}

/// What is asked for.
pub(crate) struct Asked {
    pub(crate) host: String,
    pub(crate) path: String,
    query: String,
}

impl Asked {
    fn new(request: &Request) -> Asked {
        let named = request.headers().get(header::HOST).and_then(|h| h.to_str().ok());
        let host = request.uri().host().or(named).unwrap_or_default();
        Asked {
            host: host.split(':').next().unwrap_or_default().to_ascii_lowercase(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
        }
    }

    /// Every value of a parameter, `name[]` included.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        url::form_urlencoded::parse(self.query.as_bytes())
            .filter(|(key, _)| key.trim_end_matches("[]") == name)
            .map(|(_, value)| value.into_owned())
            .collect()
    }

    pub(crate) fn one(&self, name: &str) -> Option<String> {
        self.all(name).into_iter().next()
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.one(name)?.parse().ok()
    }
}

fn record(shared: &Shared, asked: &Asked, status: u16) {
    let at = shared.now();
    shared.state().record(state::Request {
        host: asked.host.clone(),
        path: asked.path.clone(),
        query: asked.query.clone(),
        at,
        wall: Instant::now(),
        status,
    });
}

/// An answer that takes the place of the real one.
fn instead(fault: &Fault, asked: &Asked) -> Option<Response> {
    let redirect = |to: &str| plain(StatusCode::FOUND, "", &[(header::LOCATION, to)]);
    Some(match fault {
        Fault::Status { code, retry_after } => {
            let status = StatusCode::from_u16(*code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = plain(status, "not now", &[]);
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
            response
        }
        Fault::RedirectLoop if asked.query.is_empty() => redirect(&asked.path),
        Fault::RedirectLoop => redirect(&format!("{}?{}", asked.path, asked.query)),
        Fault::RedirectTo(to) => redirect(to),
        Fault::Huge { bytes } => huge(*bytes),
        Fault::GzipBomb { bytes } => gzip_bomb(*bytes),
        _ => return None,
    })
}

fn huge(bytes: u64) -> Response {
    const CHUNK: usize = 64 << 10;
    let chunk = Bytes::from(vec![b' '; CHUNK]);
    let chunks = usize::try_from(bytes / CHUNK as u64).unwrap_or(usize::MAX);
    let body = stream::repeat(Ok::<_, Infallible>(chunk)).take(chunks);
    Response::new(Body::from_stream(body))
}

fn gzip_bomb(bytes: u64) -> Response {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..bytes >> 20 {
        // Writing into memory does not fail.
        let _ = gzip.write_all(&zeros);
    }
    let body = gzip.finish().unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response
}

/// What happens to an answer on its way.
async fn spoil(response: Response, faults: &[Fault]) -> Response {
    let Some(fault) = faults.iter().find(|f| matches!(f, Fault::Drip { .. } | Fault::Truncate))
    else {
        return response;
    };
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let body = match fault {
        Fault::Drip { bytes: drop, pause } => drip(bytes, (*drop).max(1), *pause),
        _ => {
            let half = bytes.slice(..bytes.len() / 2);
            let broken = Err(io::Error::from(io::ErrorKind::ConnectionReset));
            Body::from_stream(stream::iter([Ok(half), broken]))
        }
    };
    Response::from_parts(parts, body)
}

/// The last drop is held back long enough for every limit on time to strike.
fn drip(bytes: Bytes, drop: usize, pause: Duration) -> Body {
    let drops = stream::unfold((bytes, false), move |(mut left, started)| async move {
        if left.is_empty() {
            return None;
        }
        let last = left.len() <= drop;
        if last {
            tokio::time::sleep(pause * 100).await;
        } else if started {
            tokio::time::sleep(pause).await;
        }
        let now = left.split_to(drop.min(left.len()));
        Some((Ok::<_, Infallible>(now), (left, true)))
    });
    Body::from_stream(drops)
}

pub(crate) fn plain(
    status: StatusCode,
    text: impl Into<Body>,
    headers: &[(header::HeaderName, &str)],
) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name.clone(), value);
        }
    }
    response
}

fn json(value: &Value, content: &Content) -> Response {
    let body = content.bytes(value.to_string());
    plain(StatusCode::OK, body, &[(header::CONTENT_TYPE, "application/json; charset=utf-8")])
}

pub(crate) fn missing() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    plain(StatusCode::NOT_FOUND, r#"{"error":"Record not found"}"#, &headers)
}

async fn answer(
    shared: &Shared,
    asked: &Asked,
    parts: &Parts,
    body: Body,
    content: &Content,
) -> Response {
    if let Some(rest) = asked.path.strip_prefix("/sink/") {
        return take(shared, rest, parts, body).await;
    }
    if parts.method != Method::GET && parts.method != Method::HEAD {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "", &[]);
    }
    match asked.host.as_str() {
        BLUESKY_API_HOST => bluesky_api(shared, asked, content),
        HACKERNEWS_HOST => hackernews_api(shared, asked, content),
        JETSTREAM_HOST => plain(StatusCode::OK, "Jetstream: see /subscribe", &[]),
        host if shared.state().mastodon.contains_key(host) => mastodon_api(shared, asked, content),
        host if shared.state().feeds.knows(host) => site(shared, asked, &parts.headers, content),
        _ => plain(StatusCode::NOT_FOUND, "no such host", &[]),
    }
}

async fn take(shared: &Shared, rest: &str, parts: &Parts, body: Body) -> Response {
    if parts.method != Method::POST && parts.method != Method::PUT {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "", &[]);
    }
    let Ok(body) = axum::body::to_bytes(body, SINK_LIMIT).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "", &[]);
    };
    let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
    let headers = parts.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let arrival = sink::Arrival {
        path: path.to_owned(),
        headers: headers.collect(),
        body,
        at: shared.now(),
        wall: Instant::now(),
    };
    shared.state().sink.take(name, arrival);
    plain(StatusCode::OK, r#"{"id":"taken"}"#, &[(header::CONTENT_TYPE, "application/json")])
}

fn bluesky_api(shared: &Shared, asked: &Asked, content: &Content) -> Response {
    match asked.path.as_str() {
        "/xrpc/app.bsky.actor.getProfiles" => {
            json(&shared.state().bluesky.profiles(&asked.all("actors")), content)
        }
        "/xrpc/_health" => json(&serde_json::json!({"version": "fake"}), content),
        _ => missing(),
    }
}

fn hackernews_api(shared: &Shared, asked: &Asked, content: &Content) -> Response {
    let path = asked.path.strip_prefix("/v0").unwrap_or(&asked.path);
    let path = path.strip_suffix(".json").unwrap_or(path);
    let state = shared.state();
    match path.trim_start_matches('/').split_once('/') {
        None if path == "/maxitem" => json(&state.hackernews.max().into(), content),
        None if path == "/updates" => json(&state.hackernews.updates(content), content),
        Some(("item", id)) => match id.parse() {
            Ok(id) => json(&hackernews::item(&state, id, content), content),
            Err(_) => missing(),
        },
        Some(("user", name)) => json(&hackernews::user(&state, name), content),
        _ => missing(),
    }
}

fn mastodon_api(shared: &Shared, asked: &Asked, content: &Content) -> Response {
    let (host, path) = (asked.host.as_str(), asked.path.as_str());
    let state = shared.state();
    let tag = path.strip_prefix("/api/v1/timelines/tag/").map(percent_decoded);
    if path == "/api/v1/timelines/public" || tag.is_some() {
        let question = Question {
            tag,
            min_id: asked.number("min_id"),
            since_id: asked.number("since_id"),
            max_id: asked.number("max_id"),
            limit: asked.number("limit"),
        };
        let Some((page, link)) = mastodon::timeline(&state, host, path, &question, content) else {
            return missing();
        };
        let mut response = json(&page, content);
        if let Some(link) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
            response.headers_mut().insert(header::LINK, link);
        }
        return response;
    }
    if let Some(id) = path.strip_prefix("/api/v1/statuses/") {
        return mastodon::one(&state, host, id, content)
            .map_or_else(missing, |status| json(&status, content));
    }
    match path {
        "/api/v1/instance" => json(
            &serde_json::json!({
                "uri": host, "title": host, "version": "4.4.0",
                "urls": {"streaming_api": format!("ws://{host}")},
            }),
            content,
        ),
        "/api/v2/instance" => json(
            &serde_json::json!({
                "domain": host, "title": host, "version": "4.4.0",
                "configuration": {"urls": {"streaming": format!("ws://{host}")}},
            }),
            content,
        ),
        "/api/v1/streaming/health" => plain(StatusCode::OK, "OK", &[]),
        _ => missing(),
    }
}

fn percent_decoded(text: &str) -> String {
    // A path holds `+` as itself; everything else decodes as in a form.
    let form = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(form.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn site(shared: &Shared, asked: &Asked, headers: &HeaderMap, content: &Content) -> Response {
    let mut state = shared.state();
    let Some(document) = feeds::feed(&mut state, &asked.host, &asked.path, content) else {
        return match feeds::page(&state, &asked.host, &asked.path) {
            Some(html) => {
                plain(StatusCode::OK, html, &[(header::CONTENT_TYPE, "text/html; charset=utf-8")])
            }
            None => plain(StatusCode::NOT_FOUND, "no such page", &[]),
        };
    };
    drop(state);
    let modified = http_date(document.modified);
    let known = match headers.get(header::IF_NONE_MATCH) {
        Some(etag) => etag.as_bytes() == document.etag.as_bytes(),
        // Two posts in one second leave the date as it is: only the ETag is exact.
        None => false,
    };
    let headers = [(header::ETAG, document.etag.as_str()), (header::LAST_MODIFIED, &modified)];
    if known {
        return plain(StatusCode::NOT_MODIFIED, "", &headers);
    }
    let mut response = plain(StatusCode::OK, document.body, &headers);
    let content_type = HeaderValue::from_static(document.content_type);
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}
