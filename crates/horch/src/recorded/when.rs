//! Times as exports write them.

use domain::Time;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Forms of date and time without a zone; read as UTC.
const FORMS: &[&str] = &[
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d-%b-%Y %I:%M%p",
    "%d-%b-%Y %H:%M",
    "%d %b %Y %H:%M",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%a %b %d %H:%M:%S %Y",
];

/// Forms of a day alone; read as its first moment in UTC.
const DAYS: &[&str] = &["%Y-%m-%d", "%d.%m.%Y", "%d-%b-%Y", "%m/%d/%Y", "%d %b %Y"];

/// Reads a point in time: RFC 3339, RFC 2822, X's `Tue Feb 24 11:35:52 +0000 2015`, seconds or
/// milliseconds since 1970, and the usual forms without a zone (UTC is assumed; `a/b/2026` is
/// read month first).
pub fn read(text: &str) -> Option<Time> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return epoch(number);
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(Time(at.as_millisecond()));
    }
    if let Ok(zoned) = jiff::fmt::rfc2822::parse(text) {
        return Some(Time(zoned.timestamp().as_millisecond()));
    }
    for form in ["%a %b %d %H:%M:%S %z %Y", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S%:z"] {
        if let Ok(at) = jiff::Timestamp::strptime(form, text) {
            return Some(Time(at.as_millisecond()));
        }
    }
    let civil = FORMS
        .iter()
        .find_map(|form| DateTime::strptime(form, text).ok())
        .or_else(|| text.parse::<DateTime>().ok());
    let civil = civil.or_else(|| {
        DAYS.iter().find_map(|form| Date::strptime(form, text).ok()).map(DateTime::from)
    })?;
    let zoned = civil.to_zoned_datetime(TimeZone::UTC).ok()?;
    Some(Time(zoned.timestamp().as_millisecond()))
}

/// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size: years 1973
/// to 5138 in seconds.
pub fn epoch(number: f64) -> Option<Time> {
    let ms = match number.abs() {
        n if !n.is_finite() || n < 1e8 => return None,
        n if n < 1e11 => number * 1e3,
        n if n < 1e14 => number,
        n if n < 1e17 => number / 1e3,
        _ => number / 1e6,
    };
    Some(Time(ms as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let at = Some(Time(1_424_777_752_000));
        for text in [
            "2015-02-24T11:35:52Z",
            "2015-02-24T12:35:52+01:00",
            "Tue, 24 Feb 2015 11:35:52 +0000",
            "Tue Feb 24 11:35:52 +0000 2015",
            "2015-02-24 11:35:52",
            "2015-02-24 11:35:52 +0000",
            "24.02.2015 11:35:52",
            "02/24/2015 11:35:52",
            "1424777752",
            "1424777752000",
        ] {
            assert_eq!(read(text), at, "{text}");
        }
        assert_eq!(read("2015-02-24"), Some(Time(1_424_736_000_000)));
        for text in ["", "soon", "12", "2015-13-45", "NaN", "inf"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
