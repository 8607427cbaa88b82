//! The event stream that makes pages live: mentions and alerts as ready fragments, under ids from
//! which a broken connection goes on (`m123-a45`: the last mention and the last alert seen).

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use askama::Template as _;
use axum::extract::{RawQuery, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::unfold;
use http::{HeaderMap, HeaderName, HeaderValue};
use store::{AlertRow, Change, MentionFilter, MentionRow, Page, StoreError};
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::app::App;
use crate::fail::Fail;
use crate::filter::Wanted;
use crate::form::Pairs;
use crate::lang::Lang;
use crate::views::{AlertView, MentionView};
use crate::visit::Visit;

/// More than this many at once are not sent one by one: the page is fetched anew.
const MOST_AT_ONCE: u32 = 100;
/// A flood of changes is looked at this often.
const PACE: Duration = Duration::from_millis(300);
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The filter of pages that show stories alone: they hear that something changed, and no mention
/// counts as told by them.
pub const STORIES: &str = "only=stories";

/// The last mention and the last alert that a page has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Mention number.
    pub mention: i64,
    /// Alert number.
    pub alert: i64,
}

impl Seen {
    /// Reads what `Display` writes.
    pub fn parse(id: &str) -> Option<Seen> {
        let (mention, alert) = id.strip_prefix('m')?.split_once("-a")?;
        Some(Seen { mention: mention.parse().ok()?, alert: alert.parse().ok()? })
    }

    fn of(change: Change) -> Seen {
        Seen { mention: change.mention, alert: change.alert }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m{}-a{}", self.mention, self.alert)
    }
}

/// The address of the stream for a page made now that shows what `filter` (a query string) lets
/// through. Taken before the page's rows are read: what comes in between is sent twice rather
/// than never, and the script drops what stands on the page already.
pub async fn address(app: &App, filter: &str) -> Result<String, Fail> {
    let seen = Seen::of(*app.store().changes().borrow());
    let and = if filter.is_empty() { "" } else { "&" };
    Ok(format!("/events?after={seen}{and}{filter}"))
}

/// `GET /events?after=m1-a2&…filter`, with `alerts=no` for pages that show none, and
/// `only=stories` for those that show stories alone.
pub async fn follow(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Fail> {
    let permit = app.0.streams.clone().try_acquire_owned().map_err(|_| Fail::TooMany)?;
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let wanted = Wanted::read(&query, &app.0.zone);
    let proof = app.0.prover.prove(&visit.cookie)?;
    let changes = app.store().changes();
    let now = *changes.borrow();
    // A browser that comes back says where it stopped; that outranks the page's own mark.
    let last = headers.get("last-event-id").and_then(|h| h.to_str().ok()).and_then(Seen::parse);
    let seen = last.or_else(|| Seen::parse(query.get("after"))).unwrap_or(Seen::of(now));
    let stream = Follower {
        filter: wanted.filter,
        with_alerts: query.get("alerts") != "no",
        only_stories: query.get("only") == "stories",
        stories: now.stories,
        seen,
        settings: now.settings,
        revision: now.revision,
        lang: visit.lang,
        proof,
        queue: VecDeque::new(),
        written: Vec::new(),
        changes,
        first: true,
        app,
        _permit: permit,
    };
    let events = unfold(stream, |mut s| async move { s.next().await.map(|event| (Ok(event), s)) });
    let sse = Sse::new(Box::pin(events) as std::pin::Pin<Box<dyn Events>>)
        .keep_alive(KeepAlive::new().interval(HEARTBEAT).text("still here"));
    let mut response = sse.into_response();
    // nginx buffers answers unless told otherwise.
    let name = HeaderName::from_static("x-accel-buffering");
    response.headers_mut().insert(name, HeaderValue::from_static("no"));
    Ok(response)
}

trait Events: futures_util::Stream<Item = Result<Event, Infallible>> + Send {}
impl<S: futures_util::Stream<Item = Result<Event, Infallible>> + Send> Events for S {}

/// One open page.
struct Follower {
    app: App,
    filter: MentionFilter,
    /// The page shows alerts.
    with_alerts: bool,
    /// The page shows stories and nothing else.
    only_stories: bool,
    stories: i64,
    seen: Seen,
    settings: i64,
    revision: i64,
    lang: Lang,
    proof: String,
    queue: VecDeque<(Event, Vec<i64>)>,
    /// Mentions handed to the connection; told once it asks for more.
    written: Vec<i64>,
    changes: watch::Receiver<Change>,
    first: bool,
    _permit: OwnedSemaphorePermit,
}

impl Follower {
    /// The next event; `None` ends the stream (the browser comes back with its last id).
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, mentions)) = self.queue.pop_front() {
                self.written.extend(mentions);
                return Some(event);
            }
            // The connection took everything: it stands on an open page.
            self.app.told(&std::mem::take(&mut self.written)).await;
            if !std::mem::take(&mut self.first) {
                self.changes.changed().await.ok()?;
                tokio::time::sleep(PACE).await;
            }
            let change = *self.changes.borrow_and_update();
            if let Err(error) = self.catch_up(change).await {
                tracing::warn!(%error, "an open page could not be kept live");
                return None;
            }
        }
    }

    async fn catch_up(&mut self, change: Change) -> Result<(), StoreError> {
        let store = self.app.store().clone();
        let now = Seen::of(change);
        if self.seen.mention > now.mention || self.seen.alert > now.alert {
            // The page knows numbers that we do not: another database.
            self.say("reload", now, String::new(), Vec::new());
            self.seen = now;
            return Ok(());
        }
        if self.only_stories {
            let marks = (change.settings, change.revision, change.stories);
            if marks != (self.settings, self.revision, self.stories) || now.alert > self.seen.alert
            {
                self.say("changed", now, String::new(), Vec::new());
            }
            (self.settings, self.revision, self.stories) = marks;
            self.seen = now;
            return Ok(());
        }
        let page = Page::After(self.seen.mention);
        let mentions = store.mentions(&self.filter, page, MOST_AT_ONCE + 1).await?;
        let page = Page::After(self.seen.alert);
        let alerts = store.alerts(true, page, MOST_AT_ONCE + 1).await?;
        if mentions.len().max(alerts.len()) > MOST_AT_ONCE as usize {
            self.say("reload", now, String::new(), Vec::new());
            self.seen = now;
            return Ok(());
        }
        let clock = self.app.clock(self.lang);
        let mut moved = (change.settings, change.revision) != (self.settings, self.revision);
        (self.settings, self.revision) = (change.settings, change.revision);
        // An event's id is the number of the first mention in it: whoever comes back after it may
        // get the others again, which the script drops, but misses none in between.
        let untold = untold(&mentions, &alerts);
        for view in MentionView::list(&clock, &mentions) {
            self.seen.mention = self.seen.mention.max(view.number);
            let html = view.render().unwrap_or_default();
            let numbers = numbers(&view).filter(|n| untold.contains(n)).collect();
            self.say("mention", self.seen, html, numbers);
        }
        // Where no alerts are shown only the count in the navigation moves.
        moved |= !self.with_alerts && !alerts.is_empty();
        let shown = if self.with_alerts { &alerts[..] } else { &[] };
        for view in AlertView::list(&clock, shown, &self.proof) {
            self.seen.alert = self.seen.alert.max(view.number);
            let html = view.render().unwrap_or_default();
            let of = view.mention.iter().flat_map(numbers);
            let numbers = of.filter(|n| untold.contains(n)).collect();
            self.say("alert", self.seen, html, numbers);
        }
        self.seen.mention = self.seen.mention.max(now.mention);
        self.seen.alert = self.seen.alert.max(now.alert);
        if moved {
            self.say("changed", self.seen, String::new(), Vec::new());
        }
        Ok(())
    }

    fn say(&mut self, kind: &str, seen: Seen, html: String, mentions: Vec<i64>) {
        // Fragments hold line breaks; a carriage return would end the field.
        let html = html.replace('\r', "");
        let event = Event::default().event(kind).id(seen.to_string()).data(html);
        self.queue.push_back((event, mentions));
    }
}

/// Numbers of the mentions that nobody has been told of.
fn untold(mentions: &[MentionRow], alerts: &[AlertRow]) -> BTreeSet<i64> {
    let all = mentions.iter().chain(alerts.iter().filter_map(|a| a.mention.as_ref()));
    all.filter(|m| m.told.is_none()).map(|m| m.number).collect()
}

/// Numbers of the mentions that one entry shows.
fn numbers(view: &MentionView) -> impl Iterator<Item = i64> + '_ {
    std::iter::once(view.number).chain(view.also.iter().map(|other| other.number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_go_round() {
        let seen = Seen { mention: 123, alert: 45 };
        assert_eq!(seen.to_string(), "m123-a45");
        assert_eq!(Seen::parse("m123-a45"), Some(seen));
        for bad in ["", "m-a", "123-45", "m1-b2", "m1-a2x"] {
            assert_eq!(Seen::parse(bad), None, "{bad}");
        }
    }
}
