//! One request and its answer, within the limits and without following anything.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use reqwest::{Client, Response};
use url::Url;

use super::HttpError;
use super::resolve::{Blocked, Unknown};

/// What one request brought.
pub(super) enum Step {
    /// An answer.
    Answer { status: StatusCode, headers: HeaderMap, body: Bytes },
    /// It is elsewhere, for good or for now.
    Elsewhere { location: String, permanent: bool },
}

/// Asks `url` once. `seconds` only names the limit in the words of an error.
pub(super) async fn ask(
    client: &Client,
    url: &Url,
    headers: &HeaderMap,
    max_body: usize,
    seconds: u64,
) -> Result<Step, HttpError> {
    let place = place(url);
    let send = || client.get(url.clone()).headers(headers.clone()).send();
    let response = match send().await {
        // A kept connection may have been closed by the server a moment before it was used.
        Err(error) if is_broken_off(&error) => send().await,
        first => first,
    };
    let response = response.map_err(|error| failure(&error, &place, seconds))?;
    if let Some(step) = elsewhere(&response) {
        return Ok(step);
    }
    let status = response.status();
    let mut headers = response.headers().clone();
    let body = body(response, &place, max_body, seconds).await?;
    headers.remove(http::header::SET_COOKIE);
    Ok(Step::Answer { status, headers, body })
}

/// The host, with its port where it is not the usual one: all that is said of an address in
/// words, because paths and queries may hold secrets.
pub(super) fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn elsewhere(response: &Response) -> Option<Step> {
    let permanent = match response.status().as_u16() {
        301 | 308 => true,
        302 | 303 | 307 => false,
        _ => return None,
    };
    // Some servers write Latin-1 or raw UTF-8 here; the address parser escapes it.
    let location = response.headers().get(http::header::LOCATION)?;
    let location = String::from_utf8_lossy(location.as_bytes()).into_owned();
    Some(Step::Elsewhere { location, permanent })
}

/// Reads the body; the limit counts what it is after decompression, so a bomb is cut off early.
async fn body(
    mut response: Response,
    place: &str,
    max_body: usize,
    seconds: u64,
) -> Result<Bytes, HttpError> {
    let large = || HttpError::Large(place.to_owned(), max_body);
    let announced = response.content_length().unwrap_or(0);
    if announced > max_body as u64 {
        return Err(large());
    }
    let mut body = BytesMut::with_capacity((announced as usize).min(64 << 10));
    while let Some(chunk) =
        response.chunk().await.map_err(|error| failure(&error, place, seconds))?
    {
        if body.len() + chunk.len() > max_body {
            return Err(large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn is_broken_off(error: &reqwest::Error) -> bool {
    error.is_request() && !error.is_connect() && !error.is_timeout()
}

/// An error of the client in the house's words.
fn failure(error: &reqwest::Error, place: &str, seconds: u64) -> HttpError {
    let place = place.to_owned();
    let chain = || std::iter::successors(std::error::Error::source(error), |e| e.source());
    if chain().any(|e| e.is::<Blocked>()) {
        return HttpError::Private(place);
    }
    if chain().any(|e| e.is::<Unknown>()) {
        return HttpError::Name(place);
    }
    if error.is_timeout() {
        return HttpError::Slow(place, seconds);
    }
    if error.is_connect() || error.is_builder() {
        let reason = chain().last().map_or_else(|| "no reason given".to_owned(), |e| e.to_string());
        return HttpError::Connect(place, reason);
    }
    HttpError::Cut(place)
}
