//! One visit after the other: what is new, what was not there before, what has changed.

use std::collections::HashMap;
use std::time::Duration;

use domain::{Batch, CursorMove, GapReason, GapReport, Observation, Platform, Time};
use futures_util::{StreamExt, stream};
use serde_json::Value;

use super::cursor::Cursor;
use super::item::{self, Item};
use super::{HackerNews, INTERVAL, STREAM};
use crate::backoff::Backoff;
use crate::connector::Context;
use crate::fault::{Fault, ask};
use crate::json;
use crate::pulse::Pulse;

/// Requests at once.
const AT_ONCE: usize = 8;
/// Items handed over together.
const CHUNK: u64 = 100;
/// New items taken in one visit.
const VISIT: u64 = 2_000;
/// Further behind than this (a day or two), the oldest are given up.
const FARTHEST: u64 = 20_000;
/// A first start begins this far before the newest item.
const FIRST: u64 = 200;
/// An item that is not there is asked for this often.
const TRIES: u32 = 6;
/// More items than this never wait to be asked for again.
const WAITING: usize = 200;
/// A server error at one item this often in a row is the item's own.
const STUCK: u32 = 3;
/// Changed items asked for in one visit.
const CHANGES: usize = 200;
/// A changed item that stays in the list is asked for again after this long (milliseconds).
const CHANGED_AGAIN: i64 = domain::MINUTE;

/// The connector while it runs.
pub(super) struct Listener<'a> {
    news: &'a HackerNews,
    context: &'a Context,
    pulse: Pulse,
    cursor: Option<Cursor>,
    /// Where a server error stopped the last visits, and how many.
    stuck: (u64, u32),
    /// Changed items and when they were last asked for.
    changes: HashMap<u64, Time>,
}

/// How a visit ended.
enum End {
    /// Everything there is was heard.
    CaughtUp,
    /// There is more.
    More,
    /// Stopped, or the flow has ended.
    Stopped,
}

/// Whether an item is asked for the first time or again, because it changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    First,
    Again,
}

/// What asking for one item brought.
enum Asked {
    Heard(Option<Observation>),
    /// Not there yet, or unreadable this time.
    Absent(String),
    /// Broken for good.
    Broken(&'static str),
}

impl<'a> Listener<'a> {
    pub(super) fn starting(news: &'a HackerNews, context: &'a Context) -> Listener<'a> {
        Listener {
            news,
            context,
            pulse: Pulse::starting(context, STREAM),
            cursor: context.cursor(STREAM).and_then(Cursor::read),
            stuck: (0, 0),
            changes: HashMap::new(),
        }
    }

    /// Listens until stopped.
    pub(super) async fn run(mut self) {
        let mut backoff = Backoff::stream(STREAM);
        let context = self.context;
        let gaps = self.pulse.gap().cloned().into_iter().collect();
        if !self.send(Batch { gaps, ..Batch::default() }).await {
            return;
        }
        let mut rested = true;
        while !self.context.is_stopped() {
            let ended = tokio::select! {
                ended = self.visit(rested) => ended,
                () = context.stopped() => return,
            };
            match ended {
                Ok(End::Stopped) => return,
                Ok(End::More) => {
                    backoff.reset();
                    rested = false;
                }
                Ok(End::CaughtUp) => {
                    backoff.reset();
                    rested = true;
                    if !context.sleep(INTERVAL).await {
                        return;
                    }
                }
                Err(fault) => {
                    rested = true;
                    let wait = backoff.next(fault.wait);
                    if !self.failed(&fault, wait).await || !context.rest(wait).await {
                        return;
                    }
                }
            }
        }
    }

    async fn failed(&mut self, fault: &Fault, wait: Duration) -> bool {
        let from = self.pulse.heard_until();
        let words = format!("{}, next try in {} s", fault.words, wait.as_secs().max(1));
        self.pulse.failed(self.context, &words, wait);
        let gap = self.pulse.open_gap(from, fault.reason, &fault.words);
        self.send(Batch { gaps: gap.into_iter().collect(), ..Batch::default() }).await
    }

    async fn send(&self, batch: Batch) -> bool {
        batch.is_empty() || self.context.send(batch).await
    }

    async fn json(&self, path: &str) -> Result<Value, Fault> {
        Ok(ask(&self.context.http, self.news.get(path)).await?.0)
    }

    async fn visit(&mut self, rested: bool) -> Result<End, Fault> {
        let newest = self.json("/maxitem.json").await?;
        let newest = newest.as_u64().ok_or_else(|| Fault {
            words: "the newest item has no number".to_owned(),
            reason: GapReason::Broken,
            wait: None,
            status: None,
            only_this: false,
        })?;
        let first = Cursor { at: newest.saturating_sub(FIRST), ..Cursor::default() };
        let mut at = self.cursor.get_or_insert(first).at;
        let mut batch = Batch::default();
        if newest.saturating_sub(at) > FARTHEST {
            batch.gaps.push(self.give_up(at, newest - FARTHEST));
            at = newest - FARTHEST;
            self.cursor.get_or_insert_default().at = at;
        }
        let last = newest.min(at.saturating_add(VISIT));
        if last < newest {
            let from = self.pulse.newest().unwrap_or(self.pulse.heard_until());
            let detail = format!("{} items behind, catching up", newest - at);
            batch.gaps.extend(self.pulse.open_gap(from, GapReason::Overflow, &detail));
        }
        if !self.send(batch).await || (rested && !self.ask_again().await?) {
            return Ok(End::Stopped);
        }
        while at < last {
            let end = last.min(at + CHUNK);
            if !self.chunk(at + 1, end).await? {
                return Ok(End::Stopped);
            }
            at = end;
        }
        if last < newest {
            self.pulse.limps(self.context, &format!("{} items behind", newest - last), None);
            return Ok(End::More);
        }
        let gaps = self.pulse.end_gap(self.context.clock.now(), true).into_iter().collect();
        if !self.send(Batch { gaps, ..Batch::default() }).await {
            return Ok(End::Stopped);
        }
        if !self.changed().await? {
            return Ok(End::Stopped);
        }
        self.pulse.well(self.context, &format!("heard up to item {newest}"), Some(INTERVAL));
        Ok(End::CaughtUp)
    }

    /// The line for items that are too far back to catch up with.
    fn give_up(&mut self, at: u64, resume: u64) -> GapReport {
        let now = self.context.clock.now();
        let detail = format!("items {} to {resume} were given up", at + 1);
        self.pulse.open_gap(self.pulse.heard_until(), GapReason::Overflow, &detail);
        self.pulse.change_gap(|gap| {
            gap.reason = GapReason::Overflow;
            gap.detail = detail;
        });
        let open = self.pulse.end_gap(now, false);
        open.unwrap_or_else(|| GapReport {
            stream: STREAM.to_owned(),
            from: now,
            until: Some(now),
            reason: GapReason::Overflow,
            detail: String::new(),
            made_up: false,
        })
    }

    /// Asks for the items from `first` to `last` and hands them over with the moved cursor;
    /// `false` when the flow has ended. At a server's failure everything before it is handed
    /// over first.
    async fn chunk(&mut self, first: u64, last: u64) -> Result<bool, Fault> {
        let mut batch = Batch::default();
        let mut fault = None;
        for (id, asked) in self.ask_all((first..=last).collect()).await {
            match asked {
                Ok(asked) => self.take(id, asked, Visit::First, &mut batch),
                Err(error) if self.is_stuck(id) => {
                    self.take(id, Asked::Absent(error.words), Visit::First, &mut batch);
                }
                Err(error) => {
                    fault = Some(error);
                    break;
                }
            }
            self.cursor.get_or_insert_default().at = id;
        }
        if !self.hand_over(batch).await {
            return Ok(false);
        }
        fault.map_or(Ok(true), Err)
    }

    /// Whether the server has failed at this very item often enough to pass it by.
    fn is_stuck(&mut self, id: u64) -> bool {
        let times = if self.stuck.0 == id { self.stuck.1 + 1 } else { 1 };
        self.stuck = (id, times);
        times > STUCK
    }

    /// Asks for the items that were not there before.
    async fn ask_again(&mut self) -> Result<bool, Fault> {
        let waiting: Vec<u64> = self.cursor.iter().flat_map(|c| c.again.keys().copied()).collect();
        if waiting.is_empty() {
            return Ok(true);
        }
        let mut batch = Batch::default();
        let mut given_up = Vec::new();
        let mut fault = None;
        for (id, asked) in self.ask_all(waiting).await {
            match asked {
                Ok(Asked::Absent(reason)) => {
                    let again = &mut self.cursor.get_or_insert_default().again;
                    let tries = again.entry(id).or_insert(0);
                    *tries += 1;
                    if *tries >= TRIES {
                        again.remove(&id);
                        self.pulse.broken(&reason);
                        given_up.push(id.to_string());
                    }
                }
                Ok(asked) => {
                    self.cursor.get_or_insert_default().again.remove(&id);
                    self.take(id, asked, Visit::First, &mut batch);
                }
                Err(error) => {
                    fault = Some(error);
                    break;
                }
            }
        }
        if !given_up.is_empty() {
            let now = self.context.clock.now();
            batch.gaps.push(GapReport {
                stream: STREAM.to_owned(),
                from: now,
                until: Some(now),
                reason: GapReason::Broken,
                detail: format!("never there: item {}", given_up.join(", ")),
                made_up: false,
            });
        }
        if !self.hand_over(batch).await {
            return Ok(false);
        }
        fault.map_or(Ok(true), Err)
    }

    /// Asks for what was edited, deleted or answered since; `false` when the flow has ended.
    async fn changed(&mut self) -> Result<bool, Fault> {
        let updates = self.json("/updates.json").await?;
        let now = self.context.clock.now();
        let known = self.cursor.as_ref().map_or(0, |cursor| cursor.at);
        let listed = json::list(&updates, "items").iter().filter_map(Value::as_u64);
        let listed: Vec<u64> = listed.filter(|id| *id <= known).take(CHANGES).collect();
        self.changes.retain(|id, _| listed.contains(id));
        let mut due: Vec<u64> = listed
            .into_iter()
            .filter(|id| self.changes.get(id).is_none_or(|at| now.since(*at) >= CHANGED_AGAIN))
            .collect();
        due.sort_unstable();
        due.dedup();
        let mut batch = Batch::default();
        let mut fault = None;
        for (id, asked) in self.ask_all(due).await {
            match asked {
                Ok(Asked::Absent(_)) => {}
                Ok(asked) => self.take(id, asked, Visit::Again, &mut batch),
                Err(error) => {
                    fault = Some(error);
                    break;
                }
            }
            self.changes.insert(id, now);
        }
        if !self.send(batch).await {
            return Ok(false);
        }
        fault.map_or(Ok(true), Err)
    }

    /// Only a first visit counts as heard: what changed was heard before.
    fn take(&mut self, id: u64, asked: Asked, visit: Visit, batch: &mut Batch) {
        match asked {
            Asked::Heard(observation) => {
                if let Some(Observation::Seen(post)) = &observation {
                    self.pulse.heard(usize::from(visit == Visit::First), Some(post.published));
                }
                batch.observations.extend(observation);
            }
            Asked::Broken(reason) => self.pulse.broken(reason),
            Asked::Absent(reason) => {
                let again = &mut self.cursor.get_or_insert_default().again;
                if again.len() < WAITING {
                    again.insert(id, 1);
                } else {
                    self.pulse.broken(&reason);
                }
            }
        }
    }

    async fn hand_over(&mut self, mut batch: Batch) -> bool {
        let value = self.cursor.as_ref().map(Cursor::write);
        batch.cursors.extend(value.map(|value| CursorMove { stream: STREAM.to_owned(), value }));
        self.send(batch).await
    }

    /// Asks for items, a few at once; the answers keep their order.
    async fn ask_all(&self, ids: Vec<u64>) -> Vec<(u64, Result<Asked, Fault>)> {
        let asked = stream::iter(ids).map(|id| async move { (id, self.ask_one(id).await) });
        let mut answers = asked.buffered(AT_ONCE);
        let mut all = Vec::new();
        while let Some((id, answer)) = answers.next().await {
            let failed = answer.is_err();
            all.push((id, answer));
            // A server in trouble is not asked for the rest.
            if failed {
                break;
            }
        }
        all
    }

    async fn ask_one(&self, id: u64) -> Result<Asked, Fault> {
        let value = match self.json(&format!("/item/{id}.json")).await {
            Ok(value) => value,
            Err(fault) if fault.only_this => return Ok(Asked::Absent(fault.words)),
            Err(fault) => return Err(fault),
        };
        if value.is_null() {
            return Ok(Asked::Absent("an item that is not there".to_owned()));
        }
        Ok(match item::read(id, &value, self.context.clock.now()) {
            Ok(Item::Post(post)) => Asked::Heard(Some(Observation::Seen(post))),
            Ok(Item::Gone) => Asked::Heard(Some(Observation::Deleted {
                platform: Platform::HACKERNEWS,
                native_id: id.to_string(),
            })),
            Ok(Item::Nothing) => Asked::Heard(None),
            Err(reason) => Asked::Broken(reason),
        })
    }
}
