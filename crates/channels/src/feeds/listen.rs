//! The round of visits: which feed is due, who is asked at once, what is handed over.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{
    Batch, Condition, CursorMove, GapReason, GapReport, HOUR, Health, SECOND, Time, host_of,
};
use tokio::task::JoinSet;

use super::catalogue::FeedSpec;
use super::pace::{self, Pace};
use super::state::State;
use super::visit::{Outcome, Visit, visit};
use crate::connector::Context;

/// The stream that sums all feeds up.
const STREAM: &str = "web";
/// Feeds visited at once.
const AT_ONCE: usize = 32;
/// After so many feeds in a row without any answer it is taken that we are offline ourselves.
const OFFLINE: usize = 12;
/// Then each feed is tried again after so long, in seconds.
const OFFLINE_WAIT: u64 = 60;
/// A feed that is gone is asked once more after so long, in seconds.
const GONE_WAIT: u64 = 7 * 86_400;
/// Between two summaries passes at least this time of the wall.
const SUMMARY: Duration = Duration::from_secs(2);

/// One feed in the round.
struct Feed {
    spec: Arc<FeedSpec>,
    state: State,
    health: Health,
    /// When its memory was last handed over.
    saved: Time,
    /// It was heard before this start and has not been visited since.
    awaited: bool,
}

impl Feed {
    fn stream(&self) -> &str {
        &self.health.stream
    }

    /// The host asked at the next visit.
    fn host(&self) -> String {
        host_of(self.state.moved.as_deref().unwrap_or(&self.spec.url)).to_owned()
    }
}

pub(crate) struct Round<'a> {
    context: &'a Context,
    base: u64,
    feeds: Vec<Feed>,
    /// When each feed is due; every feed is here, waiting for its host, or under way.
    due: BinaryHeap<Reverse<(Time, usize)>>,
    /// Hosts that are asked now, with the feeds that wait for them.
    busy: HashMap<String, VecDeque<usize>>,
    under_way: JoinSet<(usize, String, Visit)>,
    /// Feeds in a row that gave no answer at all.
    silent: usize,
    stopped_gap: Option<GapReport>,
    heard: u64,
    broken: u64,
    newest: Option<Time>,
    last_ok: Option<Time>,
    summed_up: Option<Instant>,
    /// Something has happened since the last summary.
    news: bool,
}

impl<'a> Round<'a> {
    pub fn new(context: &'a Context, specs: &[Arc<FeedSpec>], base: u64) -> Round<'a> {
        let now = context.clock.now();
        let mut due = BinaryHeap::new();
        let mut feeds = Vec::with_capacity(specs.len());
        for (at, spec) in specs.iter().enumerate() {
            let stream = format!("{STREAM}/{}", spec.url);
            let cursor = context.cursor(&stream);
            let state = cursor.map(State::read).unwrap_or_default();
            // A feed never visited is a newcomer's first impression: it does not wait.
            let known = state.last_ok.is_some();
            let span = Duration::from_secs(base.min(120));
            let first = if known { now.plus(pace::spread(&spec.url, span)) } else { now };
            let first = if state.gone { first.max(state.next) } else { first };
            due.push(Reverse((first, at)));
            let health = Health::starting(&stream, now);
            let saved = state.last_ok.unwrap_or_default();
            feeds.push(Feed { spec: Arc::clone(spec), state, health, saved, awaited: known });
        }
        let stopped = context.last_run.filter(|_| feeds.iter().any(|feed| feed.awaited));
        let stopped_gap = stopped.map(|from| GapReport {
            stream: STREAM.to_owned(),
            from: from.min(now),
            until: Some(now),
            reason: GapReason::Stopped,
            detail: "Horch was not running".to_owned(),
            made_up: false,
        });
        Round {
            context,
            base,
            feeds,
            due,
            busy: HashMap::new(),
            under_way: JoinSet::new(),
            silent: 0,
            stopped_gap,
            heard: 0,
            broken: 0,
            newest: None,
            last_ok: None,
            summed_up: None,
            news: true,
        }
    }

    /// Goes round until stopped.
    pub async fn run(mut self) {
        self.context.health(Health::starting(STREAM, self.context.clock.now()));
        if let Some(gap) = self.stopped_gap.clone() {
            self.context.send(Batch { gaps: vec![gap], ..Batch::default() }).await;
        }
        loop {
            self.start_due();
            self.sum_up();
            let wait = self.wait();
            tokio::select! {
                () = self.context.stopped() => return,
                Some(done) = self.under_way.join_next(), if !self.under_way.is_empty() => {
                    // A visit neither panics nor is it cancelled; if one were, its feed would be
                    // lost for this run, so it is told loudly.
                    match done {
                        Ok((at, host, visit)) => {
                            if !self.finish(at, &host, visit).await {
                                return;
                            }
                        }
                        Err(error) => tracing::error!(%error, "a visit to a feed was lost"),
                    }
                }
                _ = self.context.sleep(wait), if self.under_way.len() < AT_ONCE => {}
                () = tokio::time::sleep(SUMMARY), if self.news => {}
            }
        }
    }

    /// How long nothing is due.
    fn wait(&self) -> Duration {
        let now = self.context.clock.now();
        let next = self.due.peek().map_or(HOUR, |Reverse((due, _))| due.since(now));
        Duration::from_millis(u64::try_from(next).unwrap_or(0).max(1))
    }

    fn start_due(&mut self) {
        let now = self.context.clock.now();
        while self.under_way.len() < AT_ONCE {
            match self.due.peek() {
                Some(Reverse((due, _))) if *due <= now => {}
                _ => return,
            }
            let Some(Reverse((_, at))) = self.due.pop() else { return };
            let host = self.feeds[at].host();
            match self.busy.get_mut(&host) {
                // One visit to a host at a time; a large host must not fill all places.
                Some(waiting) => waiting.push_back(at),
                None => self.start(at, host),
            }
        }
    }

    fn start(&mut self, at: usize, host: String) {
        self.busy.entry(host.clone()).or_default();
        let feed = &self.feeds[at];
        let (spec, state) = (Arc::clone(&feed.spec), feed.state.clone());
        let (http, clock) = (self.context.http.clone(), self.context.clock);
        self.under_way.spawn(async move {
            let visit = visit(&http, &spec, &state, &clock).await;
            (at, host, visit)
        });
    }

    /// Takes a visit's result; `false` when the flow has ended.
    async fn finish(&mut self, at: usize, host: &str, visit: Visit) -> bool {
        let batch = self.judge(at, visit);
        self.news = true;
        let due = self.feeds[at].state.next;
        self.due.push(Reverse((due, at)));
        match self.busy.get_mut(host).and_then(VecDeque::pop_front) {
            Some(next) => self.start(next, host.to_owned()),
            None => drop(self.busy.remove(host)),
        }
        batch.is_empty() || self.context.send(batch).await
    }

    /// What a visit means for its feed, and what is to be handed over.
    fn judge(&mut self, at: usize, mut visit: Visit) -> Batch {
        let mut batch = Batch { observations: visit.observations(), ..Batch::default() };
        let feed = &mut self.feeds[at];
        let now = visit.at;
        let before = std::mem::replace(&mut feed.state, visit.state.clone());
        feed.health.heard += batch.observations.len() as u64;
        feed.health.broken += visit.broken.len() as u64;
        feed.health.newest_post = feed.health.newest_post.max(visit.newest);
        self.heard += batch.observations.len() as u64;
        self.broken += visit.broken.len() as u64;
        self.newest = self.newest.max(visit.newest);
        for reason in &visit.broken {
            tracing::debug!(stream = feed.stream(), reason, "broken item dropped");
        }
        match &visit.outcome {
            Outcome::Read { .. } | Outcome::Unchanged => {
                self.silent = 0;
                self.last_ok = self.last_ok.max(Some(now));
                answered(feed, &visit, &before, self.base, &mut batch);
            }
            Outcome::Gone => {
                self.silent = 0;
                feed.state.gone = true;
                feed.state.failures += 1;
                feed.state.next = now.plus(GONE_WAIT as i64 * SECOND);
                tell(feed, self.context, Condition::Off, "410 Gone: the feed is no more", now);
            }
            Outcome::Failed { reason, detail, offline, lasting } => {
                self.silent = if *offline { self.silent + 1 } else { 0 };
                let we_are_offline = self.silent >= OFFLINE;
                failed(feed, *reason, detail, &mut batch, now);
                let mut wait = pace::after_failure(self.base, feed.state.failures, *lasting);
                if we_are_offline {
                    wait = wait.min(OFFLINE_WAIT);
                }
                let wait = Duration::from_secs(wait).max(visit.retry_after.unwrap_or_default());
                feed.state.next = now.plus(i64::try_from(wait.as_millis()).unwrap_or(HOUR));
                let condition =
                    if feed.state.failures > 1 { Condition::Down } else { Condition::Limping };
                let detail = format!("{detail}, next try in {} s", wait.as_secs());
                tell(feed, self.context, condition, &detail, now);
            }
        }
        if feed.health.condition != Condition::Well
            && matches!(visit.outcome, Outcome::Read { .. } | Outcome::Unchanged)
        {
            let was_starting = feed.health.condition == Condition::Starting;
            feed.health.condition = Condition::Well;
            if !was_starting {
                tell(feed, self.context, Condition::Well, "it answers again", now);
            }
        }
        save(feed, &before, &mut batch, now);
        self.made_up(at, &mut batch);
        batch
    }

    /// Closes the gap of the time when Horch did not run, once every feed heard before was
    /// visited: what is still in a feed was made up for; a feed that turned over or did not
    /// answer has a gap of its own.
    fn made_up(&mut self, at: usize, batch: &mut Batch) {
        self.feeds[at].awaited = false;
        if self.stopped_gap.is_some() && !self.feeds.iter().any(|feed| feed.awaited) {
            batch
                .gaps
                .extend(self.stopped_gap.take().map(|gap| GapReport { made_up: true, ..gap }));
        }
    }

    /// One word about all feeds, when it has changed, but not all the time.
    fn sum_up(&mut self) {
        let due = self.summed_up.is_none_or(|at| at.elapsed() >= SUMMARY);
        if !self.news || !due {
            return;
        }
        (self.news, self.summed_up) = (false, Some(Instant::now()));
        let mut counts = [0_usize; 5];
        for feed in &self.feeds {
            counts[match feed.health.condition {
                Condition::Starting => 0,
                Condition::Well => 1,
                Condition::Limping => 2,
                Condition::Down => 3,
                Condition::Off => 4,
            }] += 1;
        }
        let [starting, well, limping, down, off] = counts;
        let now = self.context.clock.now();
        let asked = well + limping + down;
        let condition = if self.feeds.is_empty() {
            Condition::Off
        } else if asked == 0 && starting > 0 {
            Condition::Starting
        } else if well == 0 {
            Condition::Down
        } else if well * 10 < asked * 8 {
            Condition::Limping
        } else {
            Condition::Well
        };
        let mut detail = format!("{well} feeds well, {limping} limping, {down} down, {off} off");
        if starting > 0 {
            detail.push_str(&format!(", {starting} not visited yet"));
        }
        if self.feeds.is_empty() {
            "no feeds: the list is empty and the catalogue is off".clone_into(&mut detail);
        }
        self.context.health(Health {
            stream: STREAM.to_owned(),
            condition,
            detail,
            last_ok: self.last_ok,
            newest_post: self.newest,
            next_try: self.due.peek().map(|Reverse((due, _))| *due),
            heard: self.heard,
            broken: self.broken,
            errors: u32::try_from(limping + down).unwrap_or(u32::MAX),
            at: now,
        });
    }
}

/// A feed answered well.
fn answered(feed: &mut Feed, visit: &Visit, before: &State, base: u64, batch: &mut Batch) {
    let now = visit.at;
    let (turned_over, overflow) = match visit.outcome {
        Outcome::Read { turned_over, overflow } => (turned_over, overflow),
        _ => (false, false),
    };
    let gap = |from, reason, detail: &str, made_up| GapReport {
        stream: feed.stream().to_owned(),
        from,
        until: Some(now),
        reason,
        detail: detail.to_owned(),
        made_up,
    };
    if let Some((from, reason)) = before.gap {
        let detail = if turned_over {
            "it answers again, but what stood in it before is gone"
        } else {
            "it answers again, and nothing is missing"
        };
        batch.gaps.push(gap(from, reason, detail, !turned_over));
    } else if let Some(from) = before.last_ok.filter(|_| turned_over) {
        let reason = if overflow { GapReason::Overflow } else { GapReason::TooLate };
        let detail =
            "nothing of the last visit is in the feed any more: posts may have been missed";
        batch.gaps.push(gap(from, reason, detail, false));
    }
    let pace = Pace {
        base,
        last: before.wait,
        fresh: !batch.observations.is_empty(),
        newest: feed.health.newest_post,
        own: feed.spec.own,
    };
    let state = &mut feed.state;
    (state.gap, state.failures, state.gone, state.last_ok) = (None, 0, false, Some(now));
    state.wait = pace::next(pace, now);
    let wait = Duration::from_secs(state.wait).max(visit.retry_after.unwrap_or_default());
    state.next = now.plus(i64::try_from(wait.as_millis()).unwrap_or(HOUR));
}

/// A feed failed.
fn failed(feed: &mut Feed, reason: GapReason, detail: &str, batch: &mut Batch, now: Time) {
    let stream = feed.stream().to_owned();
    let state = &mut feed.state;
    state.failures = state.failures.saturating_add(1);
    // One failure misses nothing: what was published meanwhile is still in the feed next time.
    let unheard = state.last_ok.filter(|_| state.failures == 2 && state.gap.is_none());
    if let Some(from) = unheard {
        state.gap = Some((from.min(now), reason));
        batch.gaps.push(GapReport {
            stream,
            from: from.min(now),
            until: None,
            reason,
            detail: detail.to_owned(),
            made_up: false,
        });
    }
    // The new address does not work: back to the one that people gave.
    if state.failures >= 3 && state.moved.take().is_some() {
        (state.etag, state.last_modified) = (None, None);
    }
}

fn tell(feed: &mut Feed, context: &Context, condition: Condition, detail: &str, now: Time) {
    feed.health.condition = condition;
    detail.clone_into(&mut feed.health.detail);
    feed.health.last_ok = feed.state.last_ok;
    feed.health.next_try = Some(feed.state.next);
    feed.health.errors = feed.state.failures;
    feed.health.at = now;
    tracing::debug!(stream = feed.stream(), ?condition, detail, "feed");
    context.health(feed.health.clone());
}

/// Moves the cursor where there is something to keep: with whatever was brought, after a change
/// of the feed's fortunes, and once an hour. An answer "nothing new" costs no transaction.
fn save(feed: &mut Feed, before: &State, batch: &mut Batch, now: Time) {
    let state = &feed.state;
    let changed = !batch.observations.is_empty()
        || !batch.gaps.is_empty()
        || state.body != before.body
        || state.seen != before.seen
        || state.moved != before.moved
        || state.failures != before.failures
        || state.gone != before.gone
        || before.last_ok.is_none() != state.last_ok.is_none();
    if changed || now.since(feed.saved) >= HOUR {
        feed.saved = now;
        batch.cursors.push(CursorMove { stream: feed.stream().to_owned(), value: state.write() });
    }
}
