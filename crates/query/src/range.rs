//! Numbers and times within bounds: how they are read and written.

use std::fmt::{self, Formatter};

use crate::ast::{At, Bound};
use crate::fields::NumberField;

const DAY: i64 = 86_400_000;

/// What a range must look like, in messages.
pub(crate) const EXPECTED: &str = ">=1, <1, 1, [1 TO 2], {1 TO *}";
/// The same for times.
pub(crate) const EXPECTED_TIME: &str = ">=2026-11-01, [2026-11-01 TO 2026-11-07}";

/// How much of `text` (what follows `field:`) belongs to the range; `None` where none begins.
pub(crate) fn length(field: NumberField, text: &str) -> Option<usize> {
    let start = text.len() - text.trim_start().len();
    let rest = &text[start..];
    let first = rest.chars().next()?;
    if matches!(first, '[' | '{') {
        return Some(start + rest.find([']', '}'])? + 1);
    }
    let signs = rest.bytes().take_while(|b| matches!(b, b'<' | b'>' | b'=')).count();
    let space = rest[signs..].len() - rest[signs..].trim_start().len();
    let from = signs + if signs > 0 { space } else { 0 };
    let value = &rest[from..];
    let end = value
        .find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '^' | '"'))
        .unwrap_or(value.len());
    let numeric = value[..end].starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.'));
    let fits = signs > 0 || numeric || field != NumberField::Sentiment;
    (end > 0 && fits).then_some(start + from + end)
}

/// Reads what [`length`] found. The error is the place that is wrong, counted within `text`.
pub(crate) fn read(field: NumberField, text: &str) -> Result<(Bound, Bound), At> {
    let start = text.len() - text.trim_start().len();
    let rest = text.trim();
    let whole = start..start + rest.len();
    let value = |text: &str| -> Result<(i64, i64), At> {
        let from = text.as_ptr() as usize - rest.as_ptr() as usize + start;
        let space = text.len() - text.trim_start().len();
        let bare = text.trim();
        point(field, bare).ok_or(from + space..from + space + bare.len())
    };
    let (lo, hi) = if rest.starts_with(['[', '{']) {
        let inner = rest.get(1..rest.len() - 1).ok_or(whole.clone())?;
        let (from, to) = halves(inner).ok_or(whole.clone())?;
        let open = |text: &str| matches!(text.trim(), "*" | "");
        let lo = match open(from) {
            true => Bound::Open,
            false => lower(value(from)?, rest.starts_with('[')),
        };
        let hi = match open(to) {
            true => Bound::Open,
            false => upper(value(to)?, rest.ends_with(']')),
        };
        (lo, hi)
    } else if let Some(text) = rest.strip_prefix(">=") {
        (lower(value(text)?, true), Bound::Open)
    } else if let Some(text) = rest.strip_prefix("<=") {
        (Bound::Open, upper(value(text)?, true))
    } else if let Some(text) = rest.strip_prefix('>') {
        (lower(value(text)?, false), Bound::Open)
    } else if let Some(text) = rest.strip_prefix('<') {
        (Bound::Open, upper(value(text)?, false))
    } else {
        let both = value(rest.strip_prefix('=').unwrap_or(rest))?;
        (lower(both, true), upper(both, true))
    };
    let (Some(a), Some(b)) = (inside(lo, 1), inside(hi, -1)) else { return Ok((lo, hi)) };
    if a > b { Err(whole) } else { Ok((lo, hi)) }
}

/// `a TO b`, case aside.
fn halves(text: &str) -> Option<(&str, &str)> {
    let mut words = text.split_whitespace();
    let (_, to) = (words.next()?, words.next()?);
    if !to.eq_ignore_ascii_case("to") {
        return None;
    }
    let at = to.as_ptr() as usize - text.as_ptr() as usize;
    Some((&text[..at], &text[at + to.len()..]))
}

fn inside(bound: Bound, step: i64) -> Option<i64> {
    match bound {
        Bound::Open => None,
        Bound::Incl(at) => Some(at),
        Bound::Excl(at) => Some(at.saturating_add(step)),
    }
}

/// From a value on; a day begins at its first moment and is over at its last.
fn lower((first, next): (i64, i64), included: bool) -> Bound {
    match included {
        true => Bound::Incl(first),
        false if next > first => Bound::Incl(next),
        false => Bound::Excl(first),
    }
}

fn upper((first, next): (i64, i64), included: bool) -> Bound {
    match included {
        true if next > first => Bound::Excl(next),
        true => Bound::Incl(first),
        false => Bound::Excl(first),
    }
}

/// The first moment of what is named, and the first one after it; numbers have no extent.
fn point(field: NumberField, text: &str) -> Option<(i64, i64)> {
    match field {
        NumberField::Published => time(text),
        _ => thousandths(text).map(|n| (n, n)),
    }
}

/// A number with up to three decimals, in thousandths.
pub(crate) fn thousandths(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let bad = whole.is_empty() && decimals.is_empty()
        || whole.len() > 15
        || decimals.len() > 3
        || digits.ends_with('.')
        || !all_digits(whole)
        || !all_digits(decimals);
    if bad {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let decimals: i64 = format!("{decimals:0<3}").parse().ok()?;
    let number = whole * 1_000 + decimals;
    Some(if negative { -number } else { number })
}

/// `2026-11-01`, `2026-11-01T12:30`, with seconds, milliseconds and `Z`.
fn time(text: &str) -> Option<(i64, i64)> {
    let (date, clock) = match text.split_once(['T', 't']) {
        Some((date, clock)) => (date, Some(clock)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let number = |text: &str, len: usize| -> Option<i64> {
        let good = text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
        good.then(|| text.parse().ok()).flatten()
    };
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    let start = days(year, month, day) * DAY;
    if parts.next().is_some() || civil(start.div_euclid(DAY)) != (year, month, day) {
        return None;
    }
    let Some(clock) = clock else { return Some((start, start + DAY)) };
    let clock = clock.strip_suffix(['Z', 'z']).unwrap_or(clock);
    let mut parts = clock.split(':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let second = parts.next().unwrap_or("00");
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    let second = number(second, 2)?;
    let fraction = match fraction.len() {
        1..=3 => number(&format!("{fraction:0<3}"), 3)?,
        _ => return None,
    };
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let at = start + ((hour * 60 + minute) * 60 + second) * 1_000 + fraction;
    Some((at, at))
}

/// Days since 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms").
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day (the inverse of [`days`]).
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days - era * 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Writes a range so that it reads back the same.
pub(crate) fn print(
    f: &mut Formatter<'_>,
    field: NumberField,
    lo: Bound,
    hi: Bound,
) -> fmt::Result {
    let value = |at: i64, as_day: bool| match field {
        NumberField::Published => print_time(at, as_day),
        _ => print_thousandths(at),
    };
    let (open, from) = match lo {
        Bound::Open => ('[', "*".to_owned()),
        Bound::Incl(at) => ('[', value(at, true)),
        Bound::Excl(at) => ('{', value(at, false)),
    };
    let (close, to) = match hi {
        Bound::Open => (']', "*".to_owned()),
        Bound::Incl(at) => (']', value(at, false)),
        Bound::Excl(at) => ('}', value(at, true)),
    };
    write!(f, "{}:{open}{from} TO {to}{close}", field.as_str())
}

/// A number in thousandths as it is written.
pub(crate) fn print_thousandths(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let (whole, rest) = (number.unsigned_abs() / 1_000, number.unsigned_abs() % 1_000);
    let text = format!("{sign}{whole}.{rest:03}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub(crate) fn print_time(at: i64, as_day: bool) -> String {
    let (year, month, day) = civil(at.div_euclid(DAY));
    let date = format!("{year:04}-{month:02}-{day:02}");
    let rest = at.rem_euclid(DAY);
    if rest == 0 && as_day {
        return date;
    }
    let (seconds, ms) = (rest / 1_000, rest % 1_000);
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match ms {
        0 => format!("{date}T{clock}Z"),
        _ => format!("{date}T{clock}.{ms:03}Z"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days() {
        assert_eq!(time("1970-01-02"), Some((DAY, 2 * DAY)));
        assert_eq!(time("2026-11-01").map(|t| t.0), Some(1_793_491_200_000));
        assert_eq!(time("2026-02-29"), None);
        assert_eq!(time("2026-11-01T24:00"), None);
        for day in (-200_000..200_000).step_by(37) {
            let (year, month, date) = civil(day);
            assert_eq!(days(year, month, date), day);
        }
    }

    #[test]
    fn numbers_have_three_decimals() {
        for (text, number) in [("1", 1_000), ("-0.5", -500), (".25", 250), ("+3.001", 3_001)] {
            assert_eq!(thousandths(text), Some(number), "{text}");
            assert_eq!(thousandths(&print_thousandths(number)), Some(number));
        }
        for text in ["", "-", "1.", "1.2345", "x", "1e3", "9999999999999999"] {
            assert_eq!(thousandths(text), None, "{text}");
        }
    }
}
