//! Helpers for JSON from outside, where any member may be missing or of another kind.

use domain::Time;
use serde_json::Value;

use crate::http::Answer;

/// Parses an answer's body: UTF-8, or whatever charset the server declares; undecodable bytes
/// are replaced, never fatal.
///
/// # Errors
/// It is no JSON; in words, without any of its content.
pub(crate) fn body(answer: &Answer) -> Result<Value, String> {
    let declared = answer.headers.get(http::header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let charset = declared
        .and_then(|kind| kind.split(';').find_map(|part| part.trim().strip_prefix("charset=")))
        .and_then(|name| encoding_rs::Encoding::for_label(name.trim_matches('"').as_bytes()))
        .unwrap_or(encoding_rs::UTF_8);
    // JSON is UTF-8 by its standard: what reads as UTF-8 is UTF-8, whatever the header claims.
    let encoding =
        if std::str::from_utf8(&answer.body).is_ok() { encoding_rs::UTF_8 } else { charset };
    let (mut text, _, broken) = encoding.decode(&answer.body);
    // Nothing but ASCII and bytes that are no UTF-8: latin-1 that somebody calls UTF-8.
    if broken && text.chars().all(|c| c.is_ascii() || c == char::REPLACEMENT_CHARACTER) {
        text = encoding_rs::WINDOWS_1252.decode(&answer.body).0;
    }
    serde_json::from_str(&text).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => "the answer broke off in the middle".to_owned(),
        _ => "the answer was no JSON".to_owned(),
    })
}

/// The text at `name`; empty where there is none.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or("")
}

/// The members of the array at `name`.
pub(crate) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The count at `name`.
pub(crate) fn count(value: &Value, name: &str) -> Option<u64> {
    value.get(name).and_then(Value::as_u64)
}

/// A moment written by RFC 3339; without an offset it counts as UTC.
pub(crate) fn moment(text: &str) -> Option<Time> {
    let text = text.trim();
    let stamp = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let civil = text.parse::<jiff::civil::DateTime>().ok()?;
        jiff::tz::Offset::UTC.to_timestamp(civil).ok()
    })?;
    Some(Time(stamp.as_millisecond()))
}

/// A BCP 47 tag's primary language, lower case; `None` where it is none.
pub(crate) fn language(tag: &str) -> Option<String> {
    let primary = tag.split(['-', '_']).next()?;
    let sound = (2..=3).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_alphabetic())
        && !primary.eq_ignore_ascii_case("und");
    sound.then(|| primary.to_ascii_lowercase())
}

/// An absolute web address as it was given, if it is one.
pub(crate) fn web_address(text: &str) -> Option<String> {
    let text = text.trim();
    let url = url::Url::parse(text).ok().filter(|_| text.len() <= 4_096)?;
    (matches!(url.scheme(), "http" | "https") && url.host_str().is_some()).then(|| text.to_owned())
}

/// Adds what is not there yet, up to `most` members.
pub(crate) fn push_new(list: &mut Vec<String>, item: String, most: usize) {
    if list.len() < most && !item.is_empty() && !list.contains(&item) {
        list.push(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        for (text, expect) in [
            ("1970-01-01T00:00:01Z", Some(1_000)),
            ("1970-01-01T01:00:00.250+01:00", Some(250)),
            ("1970-01-01T00:00:02", Some(2_000)),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(moment(text).map(|t| t.0), expect, "{text}");
        }
    }

    #[test]
    fn languages() {
        for (tag, expect) in
            [("de", Some("de")), ("en-US", Some("en")), ("", None), ("und", None), ("<x>", None)]
        {
            assert_eq!(language(tag).as_deref(), expect, "{tag}");
        }
    }

    #[test]
    fn a_body_in_another_charset_is_read() {
        let mut answer = Answer {
            status: http::StatusCode::OK,
            headers: http::HeaderMap::new(),
            body: bytes::Bytes::from_static(b"[\"M\xfcller\"]"),
            url: String::new(),
            moved: false,
        };
        assert_eq!(body(&answer).unwrap()[0], "Müller", "it calls itself nothing");
        let latin = http::HeaderValue::from_static("application/json; charset=iso-8859-1");
        answer.headers.insert(http::header::CONTENT_TYPE, latin);
        assert_eq!(body(&answer).unwrap()[0], "Müller");
        answer.body = bytes::Bytes::from_static(b"[{\"a\":");
        assert_eq!(body(&answer).unwrap_err(), "the answer broke off in the middle");
    }
}
