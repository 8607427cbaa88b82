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
        wait: retry_after(&answer.headers).or_else(|| reset(&answer.headers)),
        status: Some(status),
        only_this: !limited && status < 500,
    }
}

/// `Retry-After` in seconds or as a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(u64::min(seconds, 3_600)));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    let answered = headers.get(http::header::DATE)?.to_str().ok()?;
    let answered = jiff::fmt::rfc2822::parse(answered).ok()?.timestamp();
    let seconds = date.as_second().checked_sub(answered.as_second())?;
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

/// How long nothing may be asked, where the answer says that the rate limit is used up now.
pub(crate) fn limit(headers: &HeaderMap) -> Option<Duration> {
    let left: u64 = headers.get("x-ratelimit-remaining")?.to_str().ok()?.trim().parse().ok()?;
    reset(headers).filter(|_| left == 0)
}

/// The time from the answer's date to `X-RateLimit-Reset`, by the server's own clock; at most
/// 15 minutes.
fn reset(headers: &HeaderMap) -> Option<Duration> {
    let answered = headers.get(http::header::DATE)?.to_str().ok()?;
    let answered = jiff::fmt::rfc2822::parse(answered).ok()?.timestamp();
    let reset = json::moment(headers.get("x-ratelimit-reset")?.to_str().ok()?)?;
    let wait = u64::try_from(reset.0.checked_sub(answered.as_millisecond())?).ok()?;
    Some(Duration::from_millis(wait).min(Duration::from_secs(900)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn waits_that_servers_ask_for() {
        const DATE: (&str, &str) = ("date", "Mon, 23 Nov 2026 10:00:00 GMT");
        let seconds = |pairs: &[_]| retry_after(&headers(pairs)).map(|wait| wait.as_secs());
        assert_eq!(seconds(&[("retry-after", "7")]), Some(7));
        assert_eq!(seconds(&[("retry-after", "Mon, 23 Nov 2026 10:00:30 GMT"), DATE]), Some(30));
        assert_eq!(seconds(&[("retry-after", "soon")]), None);
        assert_eq!(seconds(&[]), None);
        let reset = ("x-ratelimit-reset", "2026-11-23T10:01:00.000000Z");
        let used_up = limit(&headers(&[DATE, reset, ("x-ratelimit-remaining", "0")]));
        assert_eq!(used_up, Some(Duration::from_secs(60)));
        assert_eq!(limit(&headers(&[DATE, reset, ("x-ratelimit-remaining", "3")])), None);
        let past = ("x-ratelimit-reset", "2026-11-23T09:00:00Z");
        assert_eq!(limit(&headers(&[DATE, past, ("x-ratelimit-remaining", "0")])), None);
    }
}
