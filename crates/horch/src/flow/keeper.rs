//! The housekeeping: changes by other processes, rises in volume, what is to be forgotten.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::baseline::{Baseline, Unusual};
use domain::rise::MIN_MENTIONS;
use domain::{AlertId, AlertReason, DAY, HOUR, NewAlert, Rise, Time, Watch, WatchId};
use store::Retention;

use super::House;

/// How often other processes' changes are looked for.
const LOOK: Duration = Duration::from_millis(1_000);
/// How often volumes are looked at.
const RISES: Duration = Duration::from_secs(30);
/// How often old rows are dropped.
const SWEEP: Duration = Duration::from_secs(600);
/// Hours of the past a rise is held against.
const PAST_HOURS: u32 = 28 * 24;
/// Mentions in a day from which on an hour's silence may be a dip.
const A_LOT: u64 = 24 * 8;
/// A rise is told once in this many milliseconds, however long it lasts.
const ONE_RISE: i64 = 6 * HOUR;

/// What is kept how long.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// Hours that posts no watch matched are kept.
    pub unmatched_hours: u64,
    /// At most so many of them.
    pub unmatched_posts: u64,
    /// Days that mentions are kept.
    pub mentions_days: u64,
}

impl Keep {
    /// What this means now.
    #[must_use]
    pub fn at(self, now: Time) -> Retention {
        let hours = i64::try_from(self.unmatched_hours).unwrap_or(i64::MAX / HOUR);
        let days = i64::try_from(self.mentions_days).unwrap_or(i64::MAX / DAY);
        Retention {
            unmatched_before: now.plus(-hours.saturating_mul(HOUR)),
            unmatched_at_most: self.unmatched_posts,
            mentions_before: now.plus(-days.saturating_mul(DAY)),
        }
    }
}

/// Keeps house until the process ends.
pub async fn run(house: House, keep: Keep) {
    let mut rises = Instant::now();
    let mut swept = Instant::now();
    let mut busy = HashMap::new();
    while house.pause(LOOK).await {
        if let Err(error) = house.store.look_for_changes().await {
            tracing::warn!(%error, "changes by other processes could not be looked for");
        }
        // In a demo an hour passes in a minute of the wall clock.
        if rises.elapsed() >= RISES.div_f64(house.clock.speed().min(15.0)) {
            rises = Instant::now();
            if let Err(error) = look_for_rises(&house, &mut busy).await {
                tracing::warn!(%error, "volumes could not be looked at");
            }
        }
        if swept.elapsed() >= SWEEP {
            swept = Instant::now();
            match house.store.sweep(keep.at(house.clock.now())).await {
                Ok(0) => {}
                Ok(dropped) => tracing::info!(dropped, "old posts dropped"),
                Err(error) => tracing::warn!(%error, "old posts could not be dropped"),
            }
        }
    }
}

/// Looks at the watches alone that may show a rise: those with enough mentions in the last hour,
/// and not as many as when they were last looked at.
async fn look_for_rises(house: &House, seen: &mut HashMap<WatchId, u64>) -> store::Result<()> {
    let now = house.clock.now();
    let busy = house.store.busy_watches(now.plus(-HOUR), now, MIN_MENTIONS).await?;
    let mut fresh: Vec<WatchId> = busy
        .iter()
        .filter(|(watch, count)| seen.get(watch) != Some(count))
        .map(|(watch, _)| *watch)
        .collect();
    fresh.extend(silent_watches(house, now).await?);
    for kept in house.store.kept_watches(&fresh).await? {
        if kept.watch.alerts.rise && !kept.watch.paused {
            look_at(house, &kept.watch).await?;
        }
    }
    *seen = busy.into_iter().collect();
    Ok(())
}

/// Watches that had much in the day before, and next to nothing in the last hour.
async fn silent_watches(house: &House, now: Time) -> store::Result<Vec<WatchId>> {
    let day = house.store.busy_watches(now.plus(-DAY - HOUR), now.plus(-HOUR), A_LOT).await?;
    if day.is_empty() {
        return Ok(Vec::new());
    }
    let hour = house.store.busy_watches(now.plus(-HOUR), now, 1).await?;
    let hour: HashMap<WatchId, u64> = hour.into_iter().collect();
    let silent = |(watch, count): (WatchId, u64)| {
        let last = hour.get(&watch).copied().unwrap_or(0);
        (last * 24 * 4 < count).then_some(watch)
    };
    Ok(day.into_iter().filter_map(silent).collect())
}

async fn look_at(house: &House, watch: &Watch) -> store::Result<()> {
    let now = house.clock.now();
    let hours = house.store.hourly(watch.id, now, PAST_HOURS + 1).await?;
    let (reason, found) = match unusual(&hours, now) {
        Some(Unusual::Burst(found)) => (AlertReason::Rise, found),
        Some(Unusual::Dip(found)) => (AlertReason::Dip, found),
        None => return Ok(()),
    };
    let found = Rise { seen: found.seen, expected: found.expected };
    let subject = now.bucket(ONE_RISE).0.to_string();
    let alert = NewAlert {
        id: AlertId::of(watch.id, reason, &subject),
        watch: watch.id,
        reason,
        post: None,
        rise: Some(found),
        story: None,
        raised: now,
    };
    if house.store.raise(&alert).await? {
        tracing::info!(
            watch = watch.name,
            seen = found.seen,
            expected = found.expected,
            "unusual volume"
        );
    }
    Ok(())
}

/// Whether the last 60 minutes (first of `hours`; the others go back in time) are unusual for their
/// hour of the week.
fn unusual(hours: &[u64], now: Time) -> Option<Unusual> {
    // An hour that ends now belongs to the one its middle lies in.
    let newest = (now.0 - HOUR / 2).div_euclid(HOUR);
    let count = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let past: Vec<(i64, u32)> =
        hours.iter().enumerate().skip(1).map(|(i, n)| (newest - i as i64, count(*n))).collect();
    Baseline::of(&past).judge(newest, *hours.first()?, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(hours: &[u64], expect: Option<&str>) {
        let told = unusual(hours, Time(1_000 * DAY)).map(|unusual| match unusual {
            Unusual::Burst(found) => format!("{} for {:.0}", found.seen, found.expected),
            Unusual::Dip(found) => format!("only {} for {:.0}", found.seen, found.expected),
        });
        assert_eq!(told.as_deref(), expect);
    }

    #[test]
    fn the_last_hour_is_held_against_its_hour_of_the_week() {
        let after = |last: u64, usual: u64| -> Vec<u64> {
            std::iter::once(last).chain(std::iter::repeat_n(usual, 28 * 24)).collect()
        };
        check(&after(40, 4), Some("40 for 4"));
        check(&after(6, 4), None);
        check(&after(3, 0), None);
        check(&after(0, 40), Some("only 0 for 40"));
        check(&after(40, 4)[..5], None);
        check(&[], None);
        // Every day at this hour there is a show: that is usual.
        let mut show = after(40, 4);
        (1..28).for_each(|day| show[day * 24] = 40);
        check(&show, None);
    }
}
