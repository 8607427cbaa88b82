//! Copying what was committed from SQLite's log into its file, beside the writer.
//!
//! SQLite by itself does this inside the transaction that makes the log too long, and everybody
//! behind that transaction waits for it: at 6,000 posts a second a tenth of a second every other
//! second. Here a connection of its own copies while the writer goes on; what is left then, where
//! the log has grown so long that it has to start anew, is little, and copied between two
//! transactions. See "Checkpointing" in SQLite's documentation of its write-ahead log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sqlx::{Row, SqliteConnection, SqlitePool};

use crate::open::Numbers;
use crate::writer::Writer;

/// Pages written, by a rough count, after which they are copied. Identities are random, so a batch
/// touches pages all over their index: the rarer they are copied, the more batches share the copy,
/// and the more of what is copied lies side by side.
const PAGES: u64 = 32_768;
/// Pages in the log (of 4 KiB) from which on it is to start anew.
pub(crate) const LONG: i64 = 3 * PAGES as i64;

/// What the clones of a store share of it.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    /// Copies beside the writer.
    pool: SqlitePool,
    writer: Writer,
    /// Pages in the log from which on it is to start anew.
    long: i64,
    pages: AtomicU64,
    runs: AtomicBool,
}

impl Checkpoints {
    pub fn new(pool: SqlitePool, writer: Writer, long: i64) -> Checkpoints {
        Checkpoints { pool, writer, long, pages: AtomicU64::new(0), runs: AtomicBool::new(false) }
    }

    /// Notes a transaction that was committed; begins to copy when there is enough.
    pub fn committed(self: &Arc<Self>, before: &Numbers, after: &Numbers) {
        let pages = self.pages.fetch_add(pages(before, after), Ordering::Relaxed);
        if pages < PAGES || self.runs.swap(true, Ordering::AcqRel) {
            return;
        }
        self.pages.store(0, Ordering::Relaxed);
        let this = Arc::clone(self);
        tokio::spawn(async move {
            // Nothing is lost where it fails: the log stays, and the next one copies it.
            if let Err(error) = this.copy().await {
                tracing::debug!(%error, "the log could not be copied into the file");
            }
            this.runs.store(false, Ordering::Release);
        });
    }

    async fn copy(&self) -> crate::Result<()> {
        let log = copy(&mut *self.pool.acquire().await?).await?;
        if log > self.long {
            // Nobody writes as long as the one writing connection is here: all is copied, and the
            // next transaction writes to the beginning of the log.
            let mut held = self.writer.take().await?;
            copy(held.conn()).await?;
            held.keep();
        }
        Ok(())
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Copies what no reader needs any more; the length of the log in pages.
async fn copy(conn: &mut SqliteConnection) -> sqlx::Result<i64> {
    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(conn).await?.try_get(1)
}

/// How many pages a transaction wrote, roughly.
fn pages(before: &Numbers, after: &Numbers) -> u64 {
    let rows = (after.post - before.post)
        + (after.mention - before.mention)
        + (after.alert - before.alert)
        + (after.source - before.source);
    2 * u64::try_from(rows).unwrap_or_default() + 8
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Store;

    async fn fill(store: &Store) {
        let mut write = store.write().await.unwrap();
        let rows = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500) \
            INSERT INTO filler SELECT randomblob(4000) FROM n";
        sqlx::query(rows).execute(write.conn()).await.unwrap();
        write.commit().await.unwrap();
    }

    #[tokio::test]
    async fn a_long_log_starts_anew() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let log = || std::fs::metadata(folder.path().join("horch.db-wal")).unwrap().len();
        let mut write = store.write().await.unwrap();
        sqlx::query("CREATE TABLE filler (row BLOB)").execute(write.conn()).await.unwrap();
        write.commit().await.unwrap();
        for _ in 0..3 {
            fill(&store).await;
        }
        let checkpoints = Arc::new(store.checkpoints_from(&folder.path().join("horch.db"), 1_000));
        let (none, many) = (Numbers::default(), Numbers { post: 20_000, ..Numbers::default() });
        let before = log();
        // The second one sees that there is enough.
        checkpoints.committed(&none, &many);
        fill(&store).await;
        assert!(log() > before, "nothing was copied yet");
        let grown = log();
        checkpoints.committed(&none, &many);
        while checkpoints.runs.load(Ordering::Acquire) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        fill(&store).await;
        assert_eq!(log(), grown, "the log begins anew");
        checkpoints.close().await;
        store.close().await;
    }
}
