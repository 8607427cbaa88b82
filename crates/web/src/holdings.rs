//! What the archive holds and what it counted, in words and as pictures.

use askama::Template;
use domain::{DAY, HOUR, Time};
use fluent_bundle::FluentArgs;
use store::{ArchiveStatus, Counted, Hours};

use crate::chart;
use crate::lang::Words;
use crate::show::Clock;

/// Hours drawn at most: 62 days.
const MOST_HOURS: i64 = 62 * 24;

/// What the archive holds.
#[derive(Clone, Debug, Template)]
#[template(path = "archive.html")]
pub struct ArchiveView {
    /// In one line.
    pub short: String,
    /// Name and value.
    facts: Vec<(String, String)>,
}

impl askama::filters::HtmlSafe for ArchiveView {}

impl ArchiveView {
    /// Shows it.
    pub fn of(clock: &Clock, status: &ArchiveStatus) -> ArchiveView {
        let w = clock.words;
        let day = |at: Option<Time>| at.map_or_else(|| "–".to_owned(), |at| clock.full(at));
        let mut args = FluentArgs::new();
        args.set("n", status.posts);
        args.set("since", status.oldest.map(|at| clock.date(at)).unwrap_or_default());
        let behind = match status.behind {
            0 => w.say("archive-behind-none").into_owned(),
            n => w.number(n),
        };
        let fact = |key: &str, value: String| (w.say(key).into_owned(), value);
        ArchiveView {
            short: w.with("archive-short", Some(&args)).into_owned(),
            facts: vec![
                fact("archive-posts", w.number(status.posts)),
                fact("archive-oldest", day(status.oldest)),
                fact("archive-newest", day(status.newest)),
                fact("archive-days", w.number(status.days)),
                fact("archive-size", w.bytes(status.index_bytes)),
                fact("archive-post-size", w.bytes(status.store_bytes)),
                fact("archive-behind", behind),
            ],
        }
    }
}

/// Counts per hour.
#[derive(Clone, Debug, Template)]
#[template(path = "hours.html")]
pub struct HoursView {
    w: Words,
    total: String,
    total_words: String,
    how: String,
    chart: String,
    from: String,
    most: String,
    to: String,
    days: Vec<(String, String)>,
}

impl askama::filters::HtmlSafe for HoursView {}

impl HoursView {
    /// Draws the hours from `since` to `until`.
    pub fn of(clock: &Clock, since: Time, until: Time, hours: &Hours) -> HoursView {
        let w = clock.words;
        let last = Time(until.0 - 1).bucket(HOUR);
        let first = since.bucket(HOUR).max(last.plus(-(MOST_HOURS - 1) * HOUR));
        let count = (last.since(first) / HOUR + 1).clamp(1, MOST_HOURS) as usize;
        let mut bars = vec![0_u64; count];
        for hour in &hours.hours {
            let slot = usize::try_from(hour.at.since(first).div_euclid(HOUR)).ok();
            if let Some(bar) = slot.and_then(|i| bars.get_mut(i)) {
                *bar += hour.posts;
            }
        }
        let total: u64 = bars.iter().sum();
        let most = bars.iter().max().copied().unwrap_or(0);
        let (shown, how) = match hours.how {
            Counted::Exact | Counted::Verified => (w.number(total), w.say("hours-exact")),
            Counted::Estimated { looked_at, .. } => {
                (w.name("about", &w.number(total)).into_owned(), w.n("hours-estimated", looked_at))
            }
        };
        let mut args = FluentArgs::new();
        args.set("n", total);
        args.set("from", clock.date(first));
        args.set("to", clock.date(last));
        args.set("most", most);
        HoursView {
            w,
            total: shown,
            total_words: w.n("hours-posts", total).into_owned(),
            how: how.into_owned(),
            chart: chart::hours(&bars, &w.with("hours-label", Some(&args))),
            from: clock.minute(first),
            most: w.n("hours-most", most).into_owned(),
            to: clock.minute(last.plus(HOUR)),
            days: days(clock, first, &bars),
        }
    }
}

/// The same per day, the newest first, in the operator's time zone.
fn days(clock: &Clock, first: Time, bars: &[u64]) -> Vec<(String, String)> {
    let mut days: Vec<(String, u64)> = Vec::new();
    for (i, n) in bars.iter().enumerate() {
        let day = clock.date(first.plus(i as i64 * HOUR));
        match days.last_mut() {
            Some((last, sum)) if *last == day => *sum += n,
            _ => days.push((day, *n)),
        }
    }
    days.reverse();
    days.into_iter().map(|(day, n)| (day, clock.words.number(n))).collect()
}

/// The stretch of time that a search without bounds looks at: what the archive holds, up to the
/// end of its newest hour, ten years at most (recordings of old posts may lie in it).
pub fn window(
    status: &ArchiveStatus,
    since: Option<Time>,
    until: Option<Time>,
    now: Time,
) -> (Time, Time) {
    let until = until.unwrap_or_else(|| status.newest.unwrap_or(now).bucket(HOUR).plus(HOUR));
    let since = since.or(status.oldest).unwrap_or_else(|| until.plus(-DAY));
    (since.min(until.plus(-HOUR)).max(until.plus(-3_650 * DAY)), until)
}
