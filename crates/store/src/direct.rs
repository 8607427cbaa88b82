//! SQLite without sqlx's thread, for the transaction that runs a hundred times a second.
//!
//! sqlx hands every statement to a thread of the connection and waits for its answer: two turns of
//! a thread each, which where processors are busy take longer than the statement. Here statements
//! run on the thread that asks, each prepared once and run once for every row. Whoever asks waits
//! for the disk himself: short work only.

use std::time::Duration;

use rusqlite::{CachedStatement, Connection, ErrorCode, OptionalExtension, Params, Row};
use sqlx::SqliteConnection;

use crate::Result;
use crate::open::BUSY;

/// Statements kept ready.
const STATEMENTS: usize = 32;

/// A second way to a connection of sqlx. It must end before the connection does, as a connection
/// with statements cannot be closed.
#[derive(Debug)]
pub(crate) struct Direct(Connection);

impl Direct {
    /// The way to a connection that was opened `serialized`.
    pub async fn to(conn: &mut SqliteConnection) -> Result<Direct> {
        let handle = conn.lock_handle().await?.as_raw_handle().as_ptr();
        // SAFETY: the handle is open, and stays so while `Direct` lives (see above; `Wired` drops it
        // first). It is never closed here. Being serialized, it may be used by several threads: sqlx's
        // own may still be at work when somebody gave up waiting for it.
        #[expect(unsafe_code, reason = "measured: a transaction of 40 posts takes half the time")]
        let direct = unsafe { Connection::from_handle(handle)? };
        direct.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Direct(direct))
    }

    /// Begins the writing transaction; `false` where another process writes, which is not waited for
    /// here.
    pub fn begin(&self) -> Result<bool> {
        self.0.busy_timeout(Duration::ZERO)?;
        let begun = self.statement("BEGIN IMMEDIATE")?.execute([]);
        self.0.busy_timeout(BUSY)?;
        match begun {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(false),
            begun => Ok(begun.map(|_| true)?),
        }
    }

    /// A statement that is run for many rows.
    pub fn statement(&self, sql: &str) -> Result<CachedStatement<'_>> {
        Ok(self.0.prepare_cached(sql)?)
    }

    /// Runs a statement; returns rows touched.
    pub fn run(&self, sql: &str, params: impl Params) -> Result<usize> {
        Ok(self.statement(sql)?.execute(params)?)
    }

    /// The one row of an answer.
    pub fn one<T>(
        &self,
        sql: &str,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        Ok(self.statement(sql)?.query_row([], read)?)
    }
}

/// The row that a statement finds, if it does.
pub(crate) fn found<T>(
    statement: &mut CachedStatement<'_>,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>> {
    Ok(statement.query_row(params, read).optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    #[tokio::test]
    async fn sqlite_is_built_as_the_repository_says() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let mut write = store.write().await.unwrap();
        let mut used = |option: &str| -> bool {
            let sql = "SELECT sqlite_compileoption_used(?)";
            let mut statement = write.direct().statement(sql).unwrap();
            found(&mut statement, [option], |row| row.get(0)).unwrap().unwrap()
        };
        assert!(used("THREADSAFE=1"));
        for option in ["ENABLE_MEMORY_MANAGEMENT", "ENABLE_STAT4"] {
            assert!(!used(option), "{option}: see .cargo/config.toml");
        }
    }

    #[tokio::test]
    async fn both_ways_are_one_transaction() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let value = "SELECT value FROM cursors WHERE stream = 's'";
        let mut write = store.write_directly().await.unwrap();
        write.direct().run("INSERT INTO cursors VALUES ('s', '1')", []).unwrap();
        let seen: String = sqlx::query_scalar(value).fetch_one(write.conn()).await.unwrap();
        sqlx::query("UPDATE cursors SET value = '2'").execute(write.conn()).await.unwrap();
        let after = write.direct().one(value, |row| row.get::<_, String>(0)).unwrap();
        assert_eq!((&*seen, &*after), ("1", "2"));
        // Whoever gives up undoes both.
        drop(write);
        assert_eq!(store.cursors("s").await.unwrap(), []);
        let mut write = store.write().await.unwrap();
        write.direct().run("INSERT INTO cursors VALUES ('s', '3')", []).unwrap();
        write.commit_directly().unwrap();
        assert_eq!(store.cursors("s").await.unwrap()[0].value, "3");
    }
}
