//! Forgetting, in steps so small that live posts get in between.

use domain::{DAY, Time};

use crate::open::Write;
use crate::{Result, Retention, Store, delete};

/// Rows a transaction.
const STEP: i64 = 500;
/// How long a deletion is remembered: longer than any overlap, replay or feed is late.
const TOMBSTONES_FOR: i64 = 30 * DAY;
/// How many deletions are remembered (about 60 MB); the oldest go first.
const TOMBSTONES_AT_MOST: i64 = 1_000_000;
/// Lines kept of the gap ledger.
const GAPS_AT_MOST: i64 = 100_000;
/// The file is made smaller when so many pages, and a quarter of all, lie idle.
const IDLE_PAGES: i64 = 4_096;

/// What one small transaction forgets. (An enum instead of async closures: those are not `Send`
/// for every lifetime, and a sweep must be spawnable.)
#[derive(Clone, Copy)]
enum Step {
    /// Posts received before; matched ones or those no watch matched.
    Posts { mentioned: bool, before: Time },
    /// Rows of this statement, which takes a value and a number of rows.
    Rows(&'static str, i64),
}

const FINISHED_DELIVERIES: &str = "DELETE FROM deliveries WHERE number IN \
    (SELECT d.number FROM alerts a JOIN deliveries d ON d.alert = a.number \
     WHERE a.raised < ? AND d.state <> 'waiting' LIMIT ?)";
const CLOSED_GAPS: &str = "DELETE FROM gaps WHERE (stream, started) IN \
    (SELECT stream, started FROM gaps WHERE started < ? AND ended IS NOT NULL LIMIT ?)";
const EXCESS_GAPS: &str = "DELETE FROM gaps WHERE (stream, started) IN (SELECT stream, started \
    FROM gaps WHERE ended IS NOT NULL ORDER BY started LIMIT \
    min(?2, max(0, (SELECT count(*) FROM gaps) - ?1)))";
const OLD_TOMBSTONES: &str = "DELETE FROM tombstones WHERE hash IN \
    (SELECT hash FROM tombstones WHERE at < ? ORDER BY at LIMIT ?)";
const EXCESS_TOMBSTONES: &str = "DELETE FROM tombstones WHERE hash IN \
    (SELECT hash FROM tombstones ORDER BY at LIMIT \
     min(?2, max(0, (SELECT count(*) FROM tombstones) - ?1)))";
/// Stories whose posts are all gone, or went to another story long ago.
const EMPTY_STORIES: &str = "DELETE FROM stories WHERE id IN \
    (SELECT id FROM stories WHERE posts = 0 AND last < ? ORDER BY last LIMIT ?)";
const ENDED_SESSIONS: &str = "DELETE FROM sessions WHERE token_hash IN \
    (SELECT token_hash FROM sessions WHERE until < ? LIMIT ?)";

impl Store {
    /// Forgets what retention says; returns posts dropped. Many small transactions: other writers
    /// get in between.
    ///
    /// Also goes: deletions remembered for 30 days, ended sessions, old finished deliveries, closed
    /// gaps, stories without posts. Alerts stay as rows, so that an old post heard again is not told again.
    pub async fn sweep(&self, retention: Retention) -> Result<u64> {
        let unmatched = |before| Step::Posts { mentioned: false, before };
        let matched = Step::Posts { mentioned: true, before: retention.mentions_before };
        let mut dropped = self.forget(unmatched(retention.unmatched_before), i64::MAX).await?;
        let excess = self.unmatched().await? - to_i64(retention.unmatched_at_most);
        dropped += self.forget(unmatched(Time(i64::MAX)), excess.max(0)).await?;
        dropped += self.forget(matched, i64::MAX).await?;
        let old = retention.mentions_before.0;
        for rows in [
            Step::Rows(FINISHED_DELIVERIES, old),
            Step::Rows(CLOSED_GAPS, old),
            Step::Rows(EMPTY_STORIES, old),
            Step::Rows(EXCESS_GAPS, GAPS_AT_MOST),
            Step::Rows(EXCESS_TOMBSTONES, TOMBSTONES_AT_MOST),
        ] {
            self.forget(rows, i64::MAX).await?;
        }
        // The store has no clock: the last batch says how late it is.
        if let Some(now) = self.last_ingest().await? {
            let long_ago = now.plus(-TOMBSTONES_FOR).0;
            self.forget(Step::Rows(OLD_TOMBSTONES, long_ago), i64::MAX).await?;
            self.forget(Step::Rows(ENDED_SESSIONS, now.0), i64::MAX).await?;
        }
        self.shrink().await?;
        Ok(dropped)
    }

    /// Repeats a step, each in its own transaction, until it finds less than a full one or `most`
    /// rows are gone.
    async fn forget(&self, step: Step, most: i64) -> Result<u64> {
        let mut all = 0;
        loop {
            let rows = STEP.min(most - to_i64(all));
            if rows <= 0 {
                return Ok(all);
            }
            let mut write = self.write().await?;
            let gone = match step {
                Step::Posts { mentioned, before } => {
                    posts(&mut write, i64::from(mentioned), before, rows).await?
                }
                Step::Rows(sql, value) => run(&mut write, sql, value).await?,
            };
            if matches!(step, Step::Posts { mentioned: true, .. }) {
                write.numbers.revision += i64::from(gone > 0);
            }
            write.commit().await?;
            all += gone;
            if to_i64(gone) < rows {
                return Ok(all);
            }
            tokio::task::yield_now().await;
        }
    }

    async fn unmatched(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM posts WHERE mentioned = 0")
            .fetch_one(self.readers())
            .await?)
    }

    /// Gives idle pages back to the disk where a good part of the file is idle.
    async fn shrink(&self) -> Result<()> {
        let idle = |pages: Vec<i64>| pages.first().copied().unwrap_or(0);
        let all = idle(self.pragma("PRAGMA page_count").await?);
        let mut left = idle(self.pragma("PRAGMA freelist_count").await?);
        if left < IDLE_PAGES || left < all / 4 {
            return Ok(());
        }
        while left > 0 {
            self.pragma("PRAGMA incremental_vacuum(1024)").await?;
            let now = idle(self.pragma("PRAGMA freelist_count").await?);
            if now >= left {
                break;
            }
            left = now;
        }
        Ok(())
    }
}

/// Removes what no watch matched and was received before, in small steps; returns how many.
pub(crate) async fn unmatched_before(store: &Store, before: Time) -> Result<u64> {
    store.forget(Step::Posts { mentioned: false, before }, i64::MAX).await
}

/// Removes at most `step` posts, oldest first.
async fn posts(write: &mut Write, mentioned: i64, before: Time, step: i64) -> Result<u64> {
    let posts: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM posts WHERE mentioned = ? AND received < ? \
         ORDER BY received, hash LIMIT ?",
    )
    .bind(mentioned)
    .bind(before.0)
    .bind(step)
    .fetch_all(write.conn())
    .await?;
    delete::remove_posts(write, &posts).await
}

async fn run(write: &mut Write, sql: &'static str, value: i64) -> Result<u64> {
    Ok(sqlx::query(sql).bind(value).bind(STEP).execute(write.conn()).await?.rows_affected())
}

fn to_i64(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
