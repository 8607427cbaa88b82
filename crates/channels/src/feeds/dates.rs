//! Dates as feeds write them: by the standards, and in the ways the standards forbid.

use domain::{DAY, HOUR, MINUTE, SECOND, Time};
use jiff::civil::Date;

/// Starts of month names in the languages whose feeds use them.
#[rustfmt::skip]
const MONTHS: &[(&str, i8)] = &[
    ("jan", 1), ("jän", 1), ("gen", 1), ("ene", 1), ("sty", 1), ("oca", 1),
    ("feb", 2), ("fév", 2), ("fev", 2), ("lut", 2), ("şub", 2),
    ("mär", 3), ("mrz", 3), ("mar", 3), ("maa", 3), ("maer", 3), ("mrt", 3),
    ("apr", 4), ("avr", 4), ("abr", 4), ("kwi", 4), ("nis", 4),
    ("mai", 5), ("may", 5), ("maj", 5), ("mei", 5), ("mag", 5), ("mayo", 5),
    ("juin", 6), ("jun", 6), ("giu", 6), ("cze", 6), ("haz", 6),
    ("juil", 7), ("jul", 7), ("lug", 7), ("lip", 7), ("tem", 7),
    ("aug", 8), ("aoû", 8), ("aou", 8), ("ago", 8), ("sie", 8), ("ağu", 8),
    ("sep", 9), ("set", 9), ("wrz", 9), ("eyl", 9),
    ("oct", 10), ("okt", 10), ("ott", 10), ("out", 10), ("paź", 10), ("eki", 10),
    ("nov", 11), ("lis", 11), ("kas", 11),
    ("dec", 12), ("dez", 12), ("déc", 12), ("dic", 12), ("gru", 12), ("ara", 12),
];

/// Zones by name, in minutes east of Greenwich.
#[rustfmt::skip]
const ZONES: &[(&str, i64)] = &[
    ("z", 0), ("gmt", 0), ("utc", 0), ("ut", 0), ("wet", 0),
    ("cet", 60), ("mez", 60), ("bst", 60), ("west", 60), ("met", 60),
    ("cest", 120), ("mesz", 120), ("eet", 120), ("sast", 120), ("mest", 120),
    ("eest", 180), ("msk", 180), ("trt", 180), ("ist", 330), ("sgt", 480), ("hkt", 480),
    ("awst", 480), ("jst", 540), ("kst", 540), ("acst", 570), ("aest", 600), ("acdt", 630),
    ("aedt", 660), ("nzst", 720), ("nzdt", 780), ("brt", -180), ("art", -180), ("adt", -180),
    ("ast", -240), ("edt", -240), ("est", -300), ("cdt", -300), ("cst", -360), ("mdt", -360),
    ("mst", -420), ("pdt", -420), ("pst", -480), ("akdt", -480), ("akst", -540), ("hst", -600),
];

/// Texts longer than this are no dates.
const LONGEST: usize = 80;

/// Reads a date; without a zone it is taken as UTC, without a time as midnight. `None` where it
/// is no date between 1990 and 2199: feeds write "1970" and "0001" for "not known".
pub(crate) fn parse(text: &str) -> Option<Time> {
    let text = text.trim();
    if text.len() > LONGEST || text.len() < 6 {
        return None;
    }
    let time = if text.bytes().all(|b| b.is_ascii_digit()) { digits(text) } else { words(text) };
    // 1990-01-01 to 2200-01-01
    time.filter(|t| (631_152_000_000..7_258_118_400_000).contains(&t.0))
}

/// Seconds or milliseconds since 1970, or `20261123`, or `20261123100500`.
fn digits(text: &str) -> Option<Time> {
    let number: i64 = text.parse().ok()?;
    match text.len() {
        8 => Found { date: Some(packed_date(text)?), ..Found::default() }.moment(),
        14 => {
            let mut found = Found { date: Some(packed_date(&text[..8])?), ..Found::default() };
            found.clock(&text[8..])?;
            found.moment()
        }
        9 | 10 => Some(Time(number * SECOND)),
        12 | 13 => Some(Time(number)),
        _ => None,
    }
}

fn words(text: &str) -> Option<Time> {
    let mut found = Found::default();
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')'))
        .try_for_each(|word| found.word(word.trim_end_matches('.')))?;
    found.moment()
}

/// What was read so far.
#[derive(Default)]
struct Found {
    /// Year, month, day.
    date: Option<(i64, i64, i64)>,
    /// The last month named: "mar, 3 nov" is a Tuesday in November.
    month: Option<i64>,
    /// Numbers that stand alone: day and year.
    numbers: Vec<i64>,
    /// Milliseconds since midnight.
    time: Option<i64>,
    afternoon: Option<bool>,
    /// Minutes east of Greenwich; a number outranks a name.
    zone: Option<i64>,
}

impl Found {
    /// Takes one word; `None` where it makes the whole no date.
    fn word(&mut self, word: &str) -> Option<()> {
        match word.chars().next() {
            None => {}
            Some(c) if c.is_ascii_digit() => return self.number(word),
            Some('+' | '-') if self.time.is_some() => self.zone = Some(offset(word)?),
            Some(_) => self.name(&word.to_lowercase()),
        }
        Some(())
    }

    fn number(&mut self, word: &str) -> Option<()> {
        if let Some((date, time)) = word.split_once(['T', 't'])
            && date.len() >= 8
        {
            self.whole_date(date)?;
            return self.clock(time);
        }
        if word.contains(':') {
            return self.clock(word);
        }
        if word.contains(['-', '/', '.']) && word.len() > 5 {
            // 23-Nov-2026
            if word.contains(char::is_alphabetic) {
                return word.split(['-', '/', '.']).try_for_each(|part| self.word(part));
            }
            return self.whole_date(word);
        }
        // 1st, 23rd
        let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
        self.numbers.push(digits.parse().ok()?);
        (self.numbers.len() <= 3).then_some(())
    }

    fn name(&mut self, name: &str) {
        if let "am" | "a.m" | "pm" | "p.m" = name {
            self.afternoon = Some(name.starts_with('p'));
        } else if let Some(zone) = self.time.and_then(|_| zone(name)) {
            self.zone.get_or_insert(zone);
        } else if let Some((_, month)) = MONTHS.iter().find(|(start, _)| name.starts_with(start)) {
            self.month = Some(i64::from(*month));
        }
    }

    fn whole_date(&mut self, word: &str) -> Option<()> {
        if word.bytes().all(|b| b.is_ascii_digit()) {
            self.date = Some(packed_date(word)?);
            return Some(());
        }
        let mut parts = word.split(['-', '/', '.']).map(|part| part.parse::<i64>().ok());
        let (a, b, c) = (parts.next()??, parts.next()??, parts.next()??);
        self.date = Some(match () {
            () if a > 31 || word.find(['-', '/', '.']) == Some(4) => (a, b, c),
            // Only Americans write the month first, and only with slashes.
            () if word.contains('/') && a <= 12 => (full_year(c), a, b),
            () => (full_year(c), b, a),
        });
        Some(())
    }

    /// `10:00`, `10:00:30.5`, `100030`, each with a zone at its end or without.
    fn clock(&mut self, word: &str) -> Option<()> {
        let end = word.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ','));
        let (time, rest) = word.split_at(end.unwrap_or(word.len()));
        let (whole, fraction) = time.split_once(['.', ',']).unwrap_or((time, ""));
        let packed = !whole.contains(':');
        let part = |at: usize| -> Option<i64> {
            let part =
                if packed { whole.get(at * 2..at * 2 + 2) } else { whole.split(':').nth(at) };
            part.map_or(Some(0), |digits| digits.parse().ok())
        };
        let (hours, minutes, seconds) = (part(0)?, part(1)?, part(2)?);
        if hours > 24 || minutes > 59 || seconds > 60 {
            return None;
        }
        let milli: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
        self.time = Some(hours * HOUR + minutes * MINUTE + seconds * SECOND + milli);
        if rest.starts_with(['+', '-']) {
            self.zone = Some(offset(rest)?);
        } else {
            self.name(&rest.to_lowercase());
        }
        Some(())
    }

    fn moment(&self) -> Option<Time> {
        let (year, month, day) = self.date.or_else(|| {
            let month = self.month?;
            let [a, b, ..] = self.numbers[..] else { return None };
            Some(if a > 31 { (a, month, b) } else { (full_year(b), month, a) })
        })?;
        let (year, month) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?);
        let date = Date::new(year, month, i8::try_from(day).ok()?).ok()?;
        let days = date.duration_since(Date::constant(1970, 1, 1)).as_secs() * SECOND / DAY;
        let mut time = self.time.unwrap_or(0);
        match self.afternoon {
            Some(true) if time < 12 * HOUR => time += 12 * HOUR,
            Some(false) if time >= 12 * HOUR => time -= 12 * HOUR,
            _ => {}
        }
        Some(Time(days * DAY + time - self.zone.unwrap_or(0) * MINUTE))
    }
}

/// `20261123`
fn packed_date(text: &str) -> Option<(i64, i64, i64)> {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse().ok();
    (text.len() == 8).then_some((part(0..4)?, part(4..6)?, part(6..8)?))
}

/// Two digits are years from 1970 to 2069.
fn full_year(year: i64) -> i64 {
    match year {
        0..70 => year + 2_000,
        70..100 => year + 1_900,
        _ => year,
    }
}

/// Minutes east of a zone's name: `cest`, `gmt+2`.
fn zone(name: &str) -> Option<i64> {
    let (base, rest) = name.split_at(name.find(['+', '-']).unwrap_or(name.len()));
    let minutes = ZONES.iter().find(|(zone, _)| *zone == base)?.1;
    if rest.is_empty() { Some(minutes) } else { Some(minutes + offset(rest)?) }
}

/// Minutes of `+0100`, `+01:00`, `-5`.
fn offset(text: &str) -> Option<i64> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
    if digits.len() > 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    let (hours, minutes) =
        if digits.len() > 2 { (number / 100, number % 100) } else { (number, 0) };
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(texts: &[&str], expect: Option<&str>) {
        let expect =
            expect.map(|text| Time(text.parse::<jiff::Timestamp>().unwrap().as_millisecond()));
        for text in texts {
            assert_eq!(parse(text), expect, "{text}");
        }
    }

    #[test]
    fn dates_by_the_standards() {
        check(
            &[
                "Mon, 23 Nov 2026 10:05:00 GMT",
                "Mon, 23 Nov 2026 11:05:00 +0100",
                "23 Nov 26 05:05:00 EST",
                "2026-11-23T10:05:00Z",
                "2026-11-23T10:05:00.000+00:00",
                "2026-11-23t11:05:00+01:00",
                "Monday, 23-Nov-26 10:05:00 GMT",
            ],
            Some("2026-11-23T10:05:00Z"),
        );
        check(&["2026-11-23T10:05:00.25Z"], Some("2026-11-23T10:05:00.250Z"));
    }

    #[test]
    fn dates_as_feeds_write_them() {
        check(
            &[
                "Mo, 23 Nov 2026 11:05:00 +0100",
                "Montag, 23. November 2026 11:05 MEZ",
                "Mo., 23. Nov. 2026, 11:05 CET",
                "lun, 23 nov 2026 11:05:00 +0100",
                "lun., 23 novembre 2026 10:05:00 +0000",
                "Mon, 23 November 2026 10:05 UTC",
                "Mon Nov 23 10:05:00 UTC 2026",
                "Mon Nov 23 2026 11:05:00 GMT+0100 (CET)",
                "November 23, 2026 10:05 am",
                "Nov 23rd, 2026 10:05AM",
                "2026-11-23 10:05",
                "2026-11-23 10:05:00 +0000 UTC",
                "2026/11/23 10:05:00",
                "23.11.2026 10:05",
                "11/23/2026 10:05:00 AM",
                "23/11/2026 10:05",
                "20261123T100500Z",
                "20261123100500",
                "1795428300",
                "1795428300000",
                "  Mon,  23   Nov 2026 10:05:00 Z ",
            ],
            Some("2026-11-23T10:05:00Z"),
        );
        check(
            &["Fr, 24 Jul 2026 12:00:00 CEST", "24. Juli 2026 12:00 MESZ"],
            Some("2026-07-24T10:00:00Z"),
        );
        check(
            &["Di, 3 Mär 2026 08:00:00 +0100", "mar., 3 mars 2026 07:00 GMT"],
            Some("2026-03-03T07:00:00Z"),
        );
        check(&["Mi, 13 Mai 2026 24:00:00 +0000"], Some("2026-05-14T00:00:00Z"));
        check(
            &["Do, 3 Dez 2026", "2026-12-03", "20261203", "3 déc. 2026"],
            Some("2026-12-03T00:00:00Z"),
        );
        check(&["mar, 3 nov 2026 12:00:00 GMT"], Some("2026-11-03T12:00:00Z"));
        check(&["Nov 23, 2026 12:30 AM"], Some("2026-11-23T00:30:00Z"));
    }

    #[test]
    fn no_dates() {
        check(
            &[
                "",
                "yesterday",
                "0",
                "32 Nov 2026",
                "2026-13-01",
                "2026-02-30",
                "10:05",
                "Nov",
                "Thu, 01 Jan 1970 00:00:00 GMT",
                "0001-01-01T00:00:00Z",
                "2026-11-23T99:00",
                "99999999999999999999",
                "23 Nov 999999999999999999999",
                "+",
                "-1",
                "1:2:3:4:5:6",
            ],
            None,
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_met(text in ".{0,90}", close in "[0-9TZ:+. ,/a-cmnovMNOV-]{0,40}") {
            parse(&text);
            parse(&close);
        }
    }
}
