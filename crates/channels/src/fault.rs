//! Why a platform's API gave nothing this time, and what follows from it.

use std::time::Duration;

use domain::GapReason;
use http::HeaderMap;
use serde_json::Value;

use crate::http::{Answer, Get, Http, HttpError};
use crate::json;

/// A failed request.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// In words for the operator.
    pub(crate) words: String,
    /// The line in the gap ledger.
    pub(crate) reason: GapReason,
    /// How long the platform asks to wait.
    pub(crate) wait: Option<Duration>,
    /// The status, where there was an answer.
    pub(crate) status: Option<u16>,
    /// Only this request is hopeless; others to the same host may work.
    pub(crate) only_this: bool,
}

/// Asks an API for JSON.
pub(crate) async fn ask(http: &Http, get: Get) -> Result<(Value, HeaderMap), Fault> {
    let answer = http.get(get).await.map_err(|error| Fault {
        words: error.to_string(),
        reason: GapReason::Unreachable,
        wait: None,
        status: None,
        only_this: !matches!(
            error,
            HttpError::Slow(..) | HttpError::Connect(..) | HttpError::Name(_)
        ),
    })?;
    if !answer.status.is_success() {
        return Err(refused(&answer));
    }
    match json::body(&answer) {
        Ok(value) => Ok((value, answer.headers)),
        Err(words) => Err(Fault {
            words,
            reason: GapReason::Broken,
            wait: None,
            status: None,
            only_this: true,
        }),
    }
}

fn refused(answer: &Answer) -> Fault {
    let status = answer.status.as_u16();
    let limited = status == 429;
    Fault {
        words: answer.status.to_string(),
        reason: if limited { GapReason::RateLimited } else { GapReason::Unreachable },
        wait: retry_after(&answer.headers),
        status: Some(status),
        only_this: !limited && status < 500,
    }
}

/// `Retry-After` in seconds or as a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    let answered = headers.get(http::header::DATE)?.to_str().ok()?;
    let answered = jiff::fmt::rfc2822::parse(answered).ok()?.timestamp();
    let seconds = date.as_second().checked_sub(answered.as_second())?;
    u64::try_from(seconds).ok().map(Duration::from_secs)
}
