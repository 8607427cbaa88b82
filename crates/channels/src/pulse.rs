//! What a connector remembers of one stream to tell how well it is heard: its health and the
//! gap that is open.

use std::time::Duration;

use domain::{Condition, GapReason, GapReport, Health, Time};

use crate::connector::Context;

impl Context {
    /// Waits by the wall's clock, as the network does; `false` when stopped meanwhile.
    pub(crate) async fn rest(&self, wait: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(wait) => true,
            () = self.stopped() => false,
        }
    }
}

/// Health and open gap of one stream.
#[derive(Debug)]
pub(crate) struct Pulse {
    health: Health,
    gap: Option<GapReport>,
    /// Where the gap before began: the ledger knows a gap by its beginning.
    before: Option<Time>,
}

impl Pulse {
    /// A stream that starts now. Where it ran before, what was said since then is a gap until it
    /// is made up for.
    pub(crate) fn starting(context: &Context, stream: &str) -> Pulse {
        let now = context.clock.now();
        let health = Health::starting(stream, now);
        context.health(health.clone());
        let stopped = context.last_run.filter(|_| context.cursor(stream).is_some());
        let gap = stopped.map(|from| GapReport {
            stream: stream.to_owned(),
            from: from.min(now),
            until: Some(now),
            reason: GapReason::Stopped,
            detail: "Horch was not running".to_owned(),
            made_up: false,
        });
        Pulse { health, gap, before: None }
    }

    /// The gap that is open now.
    pub(crate) fn gap(&self) -> Option<&GapReport> {
        self.gap.as_ref()
    }

    /// Changes the open gap, if there is one.
    pub(crate) fn change_gap(&mut self, change: impl FnOnce(&mut GapReport)) {
        if let Some(gap) = &mut self.gap {
            change(gap);
        }
    }

    /// Opens a gap, unless one is open already; returns it for the ledger when it is new.
    pub(crate) fn open_gap(
        &mut self,
        from: Time,
        reason: GapReason,
        detail: &str,
    ) -> Option<GapReport> {
        if self.gap.is_some() {
            return None;
        }
        let earliest = self.before.map_or(from, |before| before.plus(1));
        self.gap = Some(GapReport {
            stream: self.health.stream.clone(),
            from: from.max(earliest),
            until: None,
            reason,
            detail: detail.to_owned(),
            made_up: false,
        });
        self.gap.clone()
    }

    /// Ends the open gap and returns its last word for the ledger.
    pub(crate) fn end_gap(&mut self, until: Time, made_up: bool) -> Option<GapReport> {
        let mut gap = self.gap.take()?;
        self.before = Some(gap.from);
        gap.until = Some(gap.until.unwrap_or(until).max(gap.from));
        gap.made_up = made_up;
        Some(gap)
    }

    /// Since when the stream would be unheard if it broke now: its last good answer, or its
    /// start.
    pub(crate) fn heard_until(&self) -> Time {
        self.health.last_ok.unwrap_or(self.health.at)
    }

    /// When the newest post heard was published.
    pub(crate) fn newest(&self) -> Option<Time> {
        self.health.newest_post
    }

    /// Posts were heard, the newest of them published at `newest`.
    pub(crate) fn heard(&mut self, posts: usize, newest: Option<Time>) {
        self.health.heard += posts as u64;
        self.health.newest_post = self.health.newest_post.max(newest);
    }

    /// An item was too broken to read: counted and logged with its reason.
    pub(crate) fn broken(&mut self, reason: &str) {
        self.health.broken += 1;
        tracing::debug!(stream = self.health.stream, reason, "broken item dropped");
    }

    /// The stream answered well; `next` is when it is asked again.
    pub(crate) fn well(&mut self, context: &Context, detail: &str, next: Option<Duration>) {
        let now = context.clock.now();
        self.health.last_ok = Some(now);
        self.health.errors = 0;
        self.say(context, Condition::Well, detail, next);
    }

    /// The stream works, but not as it should; no answer failed.
    pub(crate) fn limps(&mut self, context: &Context, detail: &str, next: Option<Duration>) {
        self.say(context, Condition::Limping, detail, next);
    }

    /// The stream failed; one failure limps, more are down.
    pub(crate) fn failed(&mut self, context: &Context, detail: &str, next: Duration) {
        self.health.errors = self.health.errors.saturating_add(1);
        let condition = if self.health.errors > 1 { Condition::Down } else { Condition::Limping };
        tracing::info!(stream = self.health.stream, detail, "stream failed");
        self.say(context, condition, detail, Some(next));
    }

    /// The platform said a lasting no.
    pub(crate) fn off(&mut self, context: &Context, detail: &str, next: Option<Duration>) {
        self.health.errors = self.health.errors.saturating_add(1);
        tracing::warn!(stream = self.health.stream, detail, "stream is off");
        self.say(context, Condition::Off, detail, next);
    }

    fn say(
        &mut self,
        context: &Context,
        condition: Condition,
        detail: &str,
        next: Option<Duration>,
    ) {
        let now = context.clock.now();
        self.health.condition = condition;
        self.health.detail = detail.to_owned();
        self.health.next_try =
            next.map(|wait| now.plus(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)));
        self.health.at = now;
        context.health(self.health.clone());
    }
}
