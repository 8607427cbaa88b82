//! The one connection that writes.
//!
//! A pool asks every connection that is given back whether it still lives, in a task of its own,
//! and the next one in line waits for that: two turns of a thread more in each transaction. So this
//! connection stays with the store from one transaction to the next. Whoever is done with it keeps
//! it; whoever is not (an error, a caller who gave up) has it closed, which is the one way to undo
//! that works after every error: SQLite may have rolled back by itself (disk full), and a ROLLBACK
//! would then fail and leave sqlx believing in an open transaction.

use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Sqlite, SqliteConnection, SqlitePool};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::Result;
use crate::direct::Direct;

type Slot = Option<Wired>;

/// The two ways to the connection. The first is dropped first: see [`Direct`].
#[derive(Debug)]
struct Wired {
    direct: Direct,
    conn: PoolConnection<Sqlite>,
}

/// The connection, and who may have it next: first come, first served.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    /// Of one connection: several writing connections in one process would wait for each other
    /// inside SQLite's busy handler and block their tasks.
    pool: SqlitePool,
    slot: Arc<Mutex<Slot>>,
    patience: Duration,
}

impl Writer {
    /// Whoever waits longer than `patience` for his turn gets an error.
    pub fn new(pool: SqlitePool, patience: Duration) -> Writer {
        Writer { pool, slot: Arc::default(), patience }
    }

    /// Waits for the connection; opens one where there is none.
    pub async fn take(&self) -> Result<Held> {
        let turn = tokio::time::timeout(self.patience, Arc::clone(&self.slot).lock_owned()).await;
        let mut slot = turn.map_err(|_| sqlx::Error::PoolTimedOut)?;
        let wired = match slot.take() {
            Some(wired) => wired,
            None => {
                let mut conn = self.pool.acquire().await?;
                Wired { direct: Direct::to(&mut conn).await?, conn }
            }
        };
        Ok(Held { slot, wired: Some(wired) })
    }

    /// Closes it after the last one is done with it.
    pub async fn close(&self) {
        self.slot.lock().await.take();
        self.pool.close().await;
    }
}

const TAKEN: &str = "taken only when it is given back";

/// The connection in somebody's hands.
pub(crate) struct Held {
    slot: OwnedMutexGuard<Slot>,
    wired: Option<Wired>,
}

impl Held {
    /// To ask and write.
    pub fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.wired.as_mut().expect(TAKEN).conn
    }

    /// To ask and write on this thread.
    pub fn direct(&mut self) -> &Direct {
        &self.wired.as_ref().expect(TAKEN).direct
    }

    /// Gives it back for the next one: nothing is left open on it.
    pub fn keep(mut self) {
        *self.slot = self.wired.take();
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(Wired { direct, conn }) = self.wired.take() {
            drop(direct);
            drop(conn.detach());
        }
    }
}
