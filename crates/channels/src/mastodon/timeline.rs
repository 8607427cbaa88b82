//! A timeline read by pages: from the cursor on, oldest first; the newest ones again for edits
//! and deletions.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{Batch, CursorMove, GapReason, Observation, Platform, Time};
use serde_json::Value;

use super::known::Known;
use super::server::{Next, OFF, PAGE, Server, no_list};
use super::status::{self, Id};
use crate::backoff::Backoff;
use crate::connector::Context;
use crate::fault::Fault;
use crate::pulse::Pulse;

/// Pages read in one visit.
const PAGES: usize = 25;
/// After this many full visits in a row the timeline is too fast to catch up with.
const VISITS: u32 = 10;
/// Read again from this far before the cursor: posts may become visible out of order
/// (milliseconds; those of other servers arrive later).
const OVERLAP: [u64; 2] = [5_000, 15_000];
/// The newest statuses are read again this often, …
const AGAIN: i64 = 2 * domain::MINUTE;
/// … this many pages of them, …
const PAGES_AGAIN: usize = 3;
/// … and no more missing ones are asked for by number.
const SINGLE: usize = 20;

/// One timeline of a server.
pub(super) struct Timeline<'a> {
    pub(super) server: &'a Server,
    pub(super) context: &'a Context,
    pub(super) stream: String,
    pub(super) pulse: Pulse,
    known: &'a Mutex<Known>,
    path: String,
    local: &'static str,
    public: bool,
    cursor: Option<Id>,
    full_visits: u32,
    /// When the newest statuses were last read again.
    again: Option<Time>,
    /// The server said no: nothing is asked before then.
    off: Option<Time>,
    /// The cursor that was handed over last.
    sent: Option<Id>,
}

impl<'a> Timeline<'a> {
    /// The server's public timeline.
    pub(super) fn public(
        server: &'a Server,
        context: &'a Context,
        known: &'a Mutex<Known>,
    ) -> Timeline<'a> {
        let path = "/api/v1/timelines/public".to_owned();
        let local = if server.local_only { "true" } else { "false" };
        Timeline::new(server, context, known, server.stream(), path, local)
    }

    /// The timeline of a hashtag (without `#`), from all servers that the server knows.
    pub(super) fn tag(
        server: &'a Server,
        context: &'a Context,
        known: &'a Mutex<Known>,
        tag: &str,
    ) -> Timeline<'a> {
        let stream = format!("{}/tag/{tag}", server.stream());
        let path = format!("/api/v1/timelines/tag/{tag}");
        Timeline::new(server, context, known, stream, path, "false")
    }

    fn new(
        server: &'a Server,
        context: &'a Context,
        known: &'a Mutex<Known>,
        stream: String,
        path: String,
        local: &'static str,
    ) -> Timeline<'a> {
        Timeline {
            server,
            context,
            pulse: Pulse::starting(context, &stream),
            known,
            public: path.ends_with("/public"),
            path,
            local,
            sent: context.cursor(&stream).and_then(|cursor| Id::new(cursor.trim())),
            cursor: context.cursor(&stream).and_then(|cursor| Id::new(cursor.trim())),
            stream,
            full_visits: 0,
            again: None,
            off: None,
        }
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the gap since the last run, if there is one.
    pub(super) async fn announce(&self) -> bool {
        let gaps = self.pulse.gap().cloned().into_iter().collect();
        self.send(Batch { gaps, ..Batch::default() }).await
    }

    pub(super) async fn send(&self, batch: Batch) -> bool {
        batch.is_empty() || self.context.send(batch).await
    }

    /// Waits for the next visit; `false` when stopped meanwhile.
    pub(super) async fn wait(&self) -> bool {
        self.context.sleep(if self.is_off() { OFF } else { self.server.interval }).await
    }

    /// Whether the server said no here, and is not to be asked again yet.
    pub(super) fn is_off(&self) -> bool {
        self.off.is_some_and(|until| self.context.clock.now() < until)
    }

    /// One visit: what is new, and now and then the newest again.
    pub(super) async fn visit(&mut self) -> Result<Next, Fault> {
        let next = self.catch_up().await?;
        if !matches!(next, Next::Wait) {
            return Ok(next);
        }
        self.pulse.well(self.context, "heard", Some(self.server.interval));
        if self.public && !self.read_again().await? {
            return Ok(Next::Stop);
        }
        Ok(Next::Wait)
    }

    /// Reads from the cursor on until there is nothing newer; [`Next::Wait`] when caught up.
    pub(super) async fn catch_up(&mut self) -> Result<Next, Fault> {
        let Some(cursor) = self.cursor.clone() else {
            let newest = self.page(&[]).await?;
            return Ok(self.caught_up(newest).await);
        };
        let overlap = OVERLAP[usize::from(self.local == "false")];
        let mut from = cursor.earlier(overlap).unwrap_or(cursor);
        for _ in 0..PAGES {
            let page = self.page(&[("min_id", from.as_str())]).await?;
            let newest = ids(&page).max();
            let more = page.len() >= PAGE && newest.as_ref().is_some_and(|id| *id > from);
            if !more {
                return Ok(self.caught_up(page).await);
            }
            if !self.hand_over(page, Vec::new()).await {
                return Ok(Next::Stop);
            }
            from = newest.unwrap_or(from);
        }
        self.overflow().await
    }

    async fn caught_up(&mut self, page: Vec<Value>) -> Next {
        self.full_visits = 0;
        self.off = None;
        let gaps = self.pulse.end_gap(self.context.clock.now(), true).into_iter().collect();
        if self.hand_over(page, gaps).await { Next::Wait } else { Next::Stop }
    }

    /// More came than one visit may take: it goes on at once, but not for ever.
    async fn overflow(&mut self) -> Result<Next, Fault> {
        let from = self.pulse.newest().unwrap_or(self.pulse.heard_until());
        let detail = format!("more than {} posts in one visit", PAGES * PAGE);
        let gaps = self.pulse.open_gap(from, GapReason::Overflow, &detail).into_iter().collect();
        let mut batch = Batch { gaps, ..Batch::default() };
        self.full_visits += 1;
        self.pulse.limps(self.context, "far behind, catching up", None);
        if self.full_visits >= VISITS {
            // What is new is worth more than what is left: begin anew with the newest page.
            self.pulse.change_gap(|gap| {
                gap.reason = GapReason::Overflow;
                gap.detail = "faster than it could be read".to_owned();
            });
            batch.gaps.extend(self.pulse.end_gap(self.context.clock.now(), false));
            self.cursor = None;
            self.full_visits = 0;
        }
        Ok(if self.send(batch).await { Next::More } else { Next::Stop })
    }

    /// A page of the timeline as the server gave it.
    async fn page(&self, query: &[(&str, &str)]) -> Result<Vec<Value>, Fault> {
        let limit = PAGE.to_string();
        let mut all = vec![("local", self.local), ("limit", limit.as_str())];
        all.extend(query);
        match self.server.ask(&self.context.http, &self.path, &all).await {
            Ok(Value::Array(statuses)) => Ok(statuses),
            Ok(_) => Err(no_list()),
            // Nobody has used the hashtag there yet.
            Err(fault) if !self.public && fault.status == Some(404) => Ok(Vec::new()),
            Err(fault) => Err(fault),
        }
    }

    /// Hands a page's unheard statuses over, oldest first, with the moved cursor.
    async fn hand_over(&mut self, page: Vec<Value>, gaps: Vec<domain::GapReport>) -> bool {
        let mut statuses: Vec<(Option<Id>, &Value)> =
            page.iter().map(|value| (id(value), value)).collect();
        statuses.sort_by(|a, b| a.0.cmp(&b.0));
        let mut batch = Batch { gaps, ..Batch::default() };
        for (_, value) in statuses {
            batch.observations.extend(self.take(value));
        }
        self.close(batch).await
    }

    /// Hands a batch over with the cursor.
    pub(super) async fn close(&mut self, mut batch: Batch) -> bool {
        if let Some(cursor) = self.cursor.clone().filter(|_| self.cursor != self.sent) {
            let value = cursor.as_str().to_owned();
            batch.cursors.push(CursorMove { stream: self.stream.clone(), value });
            self.sent = Some(cursor);
        }
        self.send(batch).await
    }

    /// Reads a status, moves the cursor past it and remembers it; `None` where there is nothing
    /// new in it.
    pub(super) fn take(&mut self, value: &Value) -> Option<Observation> {
        let received = self.context.clock.now();
        // A broken status must not be met again and again: the cursor moves past it too.
        if let Some(id) = id(value) {
            self.cursor = self.cursor.take().max(Some(id));
        }
        let known = |id: &str| self.known().uri(id);
        let status = match status::read(&self.server.name, value, received, known) {
            Ok(status) => status,
            Err(reason) => {
                self.pulse.broken(reason);
                return None;
            }
        };
        let post = status.post.filter(|_| !self.known().has(&status.id, &status.edited))?;
        self.known().remember(status.id, &post.native_id, status.edited, self.public);
        self.pulse.heard(1, Some(post.published));
        Some(Observation::Seen(Box::new(post)))
    }

    /// Reads the newest statuses again when it is time: edits are handed over, and what has
    /// gone is asked for by number. `false` when the flow has ended.
    async fn read_again(&mut self) -> Result<bool, Fault> {
        let now = self.context.clock.now();
        if self.again.is_some_and(|at| now.since(at) < AGAIN) {
            return Ok(true);
        }
        self.again = Some(now);
        let mut all: Vec<Value> = Vec::new();
        let mut complete = false;
        for _ in 0..PAGES_AGAIN {
            let oldest = ids(&all).min();
            let query: Vec<(&str, &str)> =
                oldest.iter().map(|oldest| ("max_id", oldest.as_str())).collect();
            let page = self.page(&query).await?;
            complete = page.is_empty();
            // A server that does not page gives the same again.
            let older = ids(&page).min().is_some_and(|id| oldest.is_none_or(|o| id < o));
            all.extend(page);
            if complete || !older {
                break;
            }
        }
        let there: Vec<Id> = ids(&all).collect();
        let mut batch = Batch::default();
        // What is newer than the newest or, where all pages were read, older than the oldest is
        // missing too.
        let newest = there.iter().max().max(self.cursor.as_ref()).cloned();
        let oldest = if complete { Id::new("0") } else { there.iter().min().cloned() };
        if let Some((from, to)) = oldest.zip(newest) {
            let missing = self.known().missing(&from, &to, &there);
            for id in missing.into_iter().take(SINGLE) {
                batch.observations.extend(self.gone(&id).await);
            }
        }
        // What is new among them is heard now, but the cursor stays where nothing was left out.
        let cursor = self.cursor.clone();
        let seen: Vec<_> = all.iter().rev().filter_map(|status| self.take(status)).collect();
        self.cursor = cursor;
        batch.observations.extend(seen);
        Ok(self.send(batch).await)
    }

    /// Asks for a status that is missing; its deletion where it is gone.
    async fn gone(&self, id: &Id) -> Option<Observation> {
        let path = format!("/api/v1/statuses/{}", id.as_str());
        match self.server.ask(&self.context.http, &path, &[]).await {
            Err(fault) if matches!(fault.status, Some(404 | 410)) => self.deleted(id),
            Ok(_) => {
                self.known().settle(id);
                None
            }
            Err(_) => None,
        }
    }

    /// The deletion of the post with the server's number `id`, if it is known.
    pub(super) fn deleted(&self, id: &Id) -> Option<Observation> {
        let native_id = self.known().forget(id)?;
        Some(Observation::Deleted { platform: Platform::MASTODON, native_id })
    }

    /// Reports a failed visit and waits; says how to go on.
    pub(super) async fn failed(&mut self, fault: &Fault, backoff: &mut Backoff) -> Next {
        if let Some(no) = self.server.no(fault) {
            self.off = Some(self.context.clock.now().plus(OFF.as_millis() as i64));
            self.pulse.off(self.context, &no, Some(OFF));
            let from = self.pulse.heard_until();
            // A server that was never heard is off, and that is all there is to say.
            let gap = self
                .cursor
                .as_ref()
                .and_then(|_| self.pulse.open_gap(from, GapReason::Unreachable, &no));
            let gaps = gap.into_iter().collect();
            let told = self.send(Batch { gaps, ..Batch::default() }).await;
            return if told { Next::Wait } else { Next::Stop };
        }
        let wait = backoff.next(fault.wait);
        if self.report(fault, wait).await && self.context.rest(wait).await {
            Next::More
        } else {
            Next::Stop
        }
    }

    /// Reports a failure with health and gap; `false` when the flow has ended.
    pub(super) async fn report(&mut self, fault: &Fault, wait: Duration) -> bool {
        let from = self.pulse.heard_until();
        let words = format!("{}, next try in {} s", fault.words, wait.as_secs().max(1));
        self.pulse.failed(self.context, &words, wait);
        let gaps = self.pulse.open_gap(from, fault.reason, &fault.words).into_iter().collect();
        self.send(Batch { gaps, ..Batch::default() }).await
    }
}

fn id(status: &Value) -> Option<Id> {
    Id::new(crate::json::text(status, "id"))
}

fn ids(page: &[Value]) -> impl Iterator<Item = Id> {
    page.iter().filter_map(id)
}
