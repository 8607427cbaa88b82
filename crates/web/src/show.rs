//! How facts look: times with their age, stretches of time, texts with their matched words
//! marked, addresses that may become links.

use std::fmt::{self, Write as _};

use domain::{DAY, HOUR, MINUTE, Part, SECOND, Span, Time};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::lang::{Lang, Words};

/// The moment a page is made, in the reader's language and the operator's time zone.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Now.
    pub now: Time,
    /// The operator's time zone.
    pub zone: TimeZone,
    /// The reader's words.
    pub words: Words,
}

impl Clock {
    /// A moment, ready to be shown.
    pub fn when(&self, at: Time) -> When {
        When { iso: iso(at), full: self.full(at), age: self.age(at) }
    }

    /// Date, hour and minute, for the ends of an axis: `24 Nov 2026, 07:00`.
    pub fn minute(&self, at: Time) -> String {
        self.written(at, ", %H:%M")
    }

    /// A moment as date and time of day: `24 Nov 2026, 07:15:03`.
    pub fn full(&self, at: Time) -> String {
        self.written(at, ", %H:%M:%S")
    }

    /// A moment's day: `24 Nov 2026`.
    pub fn date(&self, at: Time) -> String {
        self.written(at, "")
    }

    /// Hour and minute: `07:15`.
    pub fn hour(&self, at: Time) -> String {
        self.formatted(at, "%H:%M")
    }

    /// A day without its year: `24 Nov`.
    pub fn short_day(&self, at: Time) -> String {
        self.formatted(at, if self.words.0 == Lang::En { "%-d %b" } else { "%d.%m." })
    }

    /// Local time of the house minus UTC, in milliseconds.
    pub fn offset(&self) -> i64 {
        let Ok(now) = Timestamp::from_millisecond(self.now.0) else { return 0 };
        i64::from(self.zone.to_offset(now).seconds()) * SECOND
    }

    /// How far the house's time is from UTC: `UTC+01:00`.
    pub fn utc(&self) -> String {
        self.formatted(self.now, "UTC%:z")
    }

    /// The day as the reader writes it, and behind it what `time` says of the moment.
    fn written(&self, at: Time, time: &str) -> String {
        let day = match self.words.0 {
            Lang::En => "%-d %b %Y",
            Lang::De => "%d.%m.%Y",
        };
        self.formatted(at, &format!("{day}{time}"))
    }

    fn formatted(&self, at: Time, format: &str) -> String {
        let Ok(stamp) = Timestamp::from_millisecond(at.0) else { return String::new() };
        stamp.to_zoned_datetime(self.zone.clone()).strftime(format).to_string()
    }

    /// A moment's age in words: `4 min. ago`. The script writes the same words with
    /// `Intl.RelativeTimeFormat`.
    pub fn age(&self, at: Time) -> String {
        let ms = self.now.since(at);
        if ms.abs() < 5 * SECOND {
            return self.words.say("age-now").into_owned();
        }
        let (key, n) = unit(ms.abs());
        let tense = if ms < 0 { "in" } else { "ago" };
        self.words.n(&format!("age-{tense}-{key}"), n).into_owned()
    }

    /// A horizon: in hours up to two days, `24 h`, and in days beyond.
    pub fn horizon(&self, ms: i64) -> String {
        match ms {
            DAY..172_800_000 => self.words.n("took-hour", ms / HOUR).into_owned(),
            _ => self.took(ms),
        }
    }

    /// The same behind a preposition (`after`, `since`): German bends the days.
    pub fn after(&self, ms: i64) -> String {
        match ms {
            ..172_800_000 => self.horizon(ms),
            _ => self.words.n("after-day", ms / DAY).into_owned(),
        }
    }

    /// A stretch of time: `0.8 s`, `12 s`, `4 min`, `3 h`, `2 d`.
    pub fn took(&self, ms: i64) -> String {
        let ms = ms.max(0);
        match ms {
            ..10_000 => format!("{}\u{a0}s", self.words.decimal(ms as f64 / 1_000.0)),
            _ => {
                let (key, n) = unit(ms);
                self.words.n(&format!("took-{key}"), n).into_owned()
            }
        }
    }
}

fn unit(ms: i64) -> (&'static str, i64) {
    match ms {
        ..MINUTE => ("second", ms / SECOND),
        MINUTE..HOUR => ("minute", ms / MINUTE),
        HOUR..DAY => ("hour", ms / HOUR),
        _ => ("day", ms / DAY),
    }
}

/// A moment as RFC 3339 in UTC, to the millisecond.
pub fn iso(at: Time) -> String {
    Timestamp::from_millisecond(at.0)
        .map(|t| t.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
        .unwrap_or_default()
}

/// A moment in an address or a form: RFC 3339, `2026-11-24T07:15` or `2026-11-24` in the
/// operator's time zone. A bare date is its first moment, or with `end` the first of the day
/// after: "until 24 November" includes that day.
pub fn moment(text: &str, zone: &TimeZone, end: bool) -> Option<Time> {
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Some(Time(stamp.as_millisecond()));
    }
    let bare = !text.contains(['T', ' ']);
    let mut at = text.parse::<jiff::civil::DateTime>().ok()?;
    if bare && end {
        at = at.tomorrow().ok()?;
    }
    let stamp = zone.to_timestamp(at).ok()?;
    Some(Time(stamp.as_millisecond()))
}

/// A moment as pages show it: writes `<time>` with its age, the full moment on hovering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// RFC 3339.
    pub iso: String,
    /// Date and time of day.
    pub full: String,
    /// Its age in words.
    pub age: String,
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Digits, letters of our own words and punctuation only: nothing here needs escaping.
        let When { iso, full, age } = self;
        write!(f, "<time datetime=\"{iso}\" title=\"{full}\" data-age>{age}</time>")
    }
}

impl askama::filters::HtmlSafe for When {}
impl askama::FastWritable for When {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        write!(dest, "{self}").map_err(Into::into)
    }
}

/// A stretch of text, marked or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// It matched.
    pub marked: bool,
    /// It made the tone.
    pub made: bool,
}

/// A part of a post cut at its matched words. Where it is longer than `limit` bytes it is cut
/// so that the first matched word stays in sight. Spans that do not fit the text (it was edited
/// meanwhile) are left out.
pub fn pieces(text: &str, spans: &[Span], part: Part, limit: usize) -> Vec<Piece> {
    let spans: Vec<(usize, usize)> = spans
        .iter()
        .filter(|s| s.part == part)
        .map(|s| (s.start as usize, s.end as usize))
        .filter(|&(a, b)| a < b && text.get(a..b).is_some())
        .collect();
    let (from, to) = window(text, spans.first().map_or(0, |s| s.0), limit);
    let mut out = Vec::new();
    let mut at = from;
    let mut push = |text: &str, marked: bool| {
        if !text.is_empty() {
            out.push(Piece { text: text.to_owned(), marked, made: false });
        }
    };
    if from > 0 {
        push("… ", false);
    }
    for (start, end) in spans {
        if start < at || start >= to {
            continue;
        }
        let end = end.min(to);
        push(&text[at..start], false);
        push(&text[start..end], true);
        at = end;
    }
    push(&text[at..to], false);
    if to < text.len() {
        push(" …", false);
    }
    out
}

/// Cuts pieces of a whole part again, at the words that made its tone (bytes of the part).
pub fn with_reasons(pieces: Vec<Piece>, reasons: &[std::ops::Range<usize>]) -> Vec<Piece> {
    let mut out = Vec::with_capacity(pieces.len() + 2 * reasons.len());
    let mut from = 0;
    for piece in pieces {
        let to = from + piece.text.len();
        let mut at = from;
        for reason in reasons {
            let (start, end) = (reason.start.clamp(at, to), reason.end.clamp(at, to));
            let inside = piece.text.get(start - from..end - from).is_some();
            if start >= end || !inside {
                continue;
            }
            for (stretch, made) in [(at..start, false), (start..end, true)] {
                if !stretch.is_empty() {
                    let text = piece.text[stretch.start - from..stretch.end - from].to_owned();
                    out.push(Piece { text, marked: piece.marked, made });
                }
            }
            at = end;
        }
        if at < to {
            let text = piece.text[at - from..].to_owned();
            out.push(Piece { text, marked: piece.marked, made: false });
        }
        from = to;
    }
    out
}

/// The stretch of at most about `limit` bytes that shows `focus`, cut between words.
fn window(text: &str, focus: usize, limit: usize) -> (usize, usize) {
    if text.len() <= limit {
        return (0, text.len());
    }
    let mut from = if focus > limit * 2 / 3 { focus - limit / 3 } else { 0 };
    if from > 0 {
        from = floor(text, from);
        let ahead = &text[from..floor(text, focus)];
        from += ahead.find(' ').map_or(0, |i| i + 1);
    }
    let mut to = floor(text, from + limit);
    if to < text.len()
        && let Some(space) = text[from..to].rfind(' ').filter(|&i| from + i > focus)
    {
        to = from + space;
    }
    (from, to)
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The address where it may become a link: http or https with a host.
pub fn link(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then(|| url.into())
}

/// What changed between two versions of a text, word by word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The words.
    pub text: String,
    /// `same`, `gone` or `new`.
    pub kind: &'static str,
}

/// Longer texts than this many words are shown as replaced whole.
const COMPARED_WORDS: usize = 1_500;

/// Compares two texts by the longest common run of words.
pub fn changes(old: &str, new: &str) -> Vec<Changed> {
    let (a, b): (Vec<&str>, Vec<&str>) = (words(old), words(new));
    let mut out = Changes(Vec::new());
    if a.len() > COMPARED_WORDS || b.len() > COMPARED_WORDS {
        out.push(old, "gone");
        out.push(new, "new");
        return out.0;
    }
    // Lengths of the longest common run of the tails a[i..] and b[j..].
    let width = b.len() + 1;
    let mut common = vec![0_u16; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i * width + j] = if a[i] == b[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            out.push(a[i], "same");
            (i, j) = (i + 1, j + 1);
        } else if i < a.len()
            && (j == b.len() || common[(i + 1) * width + j] >= common[i * width + j + 1])
        {
            out.push(a[i], "gone");
            i += 1;
        } else {
            out.push(b[j], "new");
            j += 1;
        }
    }
    out.0
}

/// Words with the white space that follows them.
fn words(text: &str) -> Vec<&str> {
    text.split_inclusive(char::is_whitespace).collect()
}

struct Changes(Vec<Changed>);

impl Changes {
    fn push(&mut self, text: &str, kind: &'static str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.kind == kind => {
                let _ = last.text.write_str(text);
            }
            _ => self.0.push(Changed { text: text.to_owned(), kind }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(lang: Lang) -> Clock {
        Clock { now: Time(10 * DAY), zone: TimeZone::UTC, words: Words(lang) }
    }

    #[test]
    fn ages_are_said_as_people_say_them() {
        for (ms, en, de) in [
            (1_000, "just now", "gerade eben"),
            (12_000, "12 sec. ago", "vor 12 Sek."),
            (4 * MINUTE, "4 min. ago", "vor 4 Min."),
            (3 * HOUR, "3 hr. ago", "vor 3 Std."),
            (DAY, "1 day ago", "vor 1 Tag"),
            (2 * DAY, "2 days ago", "vor 2 Tagen"),
            (-3 * MINUTE, "in 3 min.", "in 3 Min."),
        ] {
            let at = Time(10 * DAY - ms);
            assert_eq!(clock(Lang::En).age(at), en);
            assert_eq!(clock(Lang::De).age(at), de);
        }
        assert_eq!(clock(Lang::De).took(840), "0,8\u{a0}s");
        assert_eq!(clock(Lang::De).horizon(DAY), "24\u{a0}h");
        assert_eq!(clock(Lang::De).horizon(7 * DAY), "7 Tage");
        assert_eq!(clock(Lang::De).after(7 * DAY), "7 Tagen");
        assert_eq!(clock(Lang::De).after(30 * HOUR), "30\u{a0}h");
        assert_eq!(clock(Lang::En).after(7 * DAY), clock(Lang::En).took(7 * DAY));
        assert_eq!(clock(Lang::En).took(90_000), "1\u{a0}min");
    }

    #[test]
    fn moments_in_addresses() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        for (text, end, expect) in [
            ("1970-01-02T00:00:00Z", false, Some(DAY)),
            ("1970-01-02", false, Some(DAY - HOUR)),
            ("1970-01-02", true, Some(2 * DAY - HOUR)),
            ("1970-01-02T03:00", true, Some(DAY + 2 * HOUR)),
            ("soon", false, None),
        ] {
            assert_eq!(moment(text, &zone, end), expect.map(Time), "{text}");
        }
    }

    #[test]
    fn matched_words_are_marked_and_stay_in_sight() {
        let span = |start, end| Span { part: Part::Body, start, end };
        let check = |text: &str, spans: &[Span], limit, expect: &str| {
            let shown: String = pieces(text, spans, Part::Body, limit)
                .iter()
                .map(|p| if p.marked { format!("[{}]", p.text) } else { p.text.clone() })
                .collect();
            assert_eq!(shown, expect);
        };
        check("ein Äh-Wort", &[span(4, 7)], 99, "ein [Äh]-Wort");
        check("Äh", &[span(1, 2)], 99, "Äh");
        check("abc", &[span(1, 200)], 99, "abc");
        check("one two three four five six", &[], 12, "one two …");
        let long = format!("{} needle {}", "hay ".repeat(50), "straw ".repeat(50));
        let shown = pieces(&long, &[span(201, 207)], Part::Body, 60);
        assert!(shown.iter().any(|p| p.marked && p.text == "needle"), "{shown:?}");
        assert!(shown.len() == 5 && shown[0].text == "… ", "{shown:?}");
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(link("https://a.example/x"), Some("https://a.example/x".into()));
        for bad in ["javascript:alert(1)", "data:text/html,x", "//a", "at://did:plc:x/y", ""] {
            assert_eq!(link(bad), None, "{bad}");
        }
    }

    #[test]
    fn changes_keep_what_stayed() {
        let kinds: Vec<_> =
            changes("a b c", "a x c").into_iter().map(|c| (c.kind, c.text)).collect();
        assert_eq!(
            kinds,
            [
                ("same", "a ".into()),
                ("gone", "b ".into()),
                ("new", "x ".into()),
                ("same", "c".into())
            ]
        );
    }
}
