//! Opening the file, and the one door to writing it.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::Time;
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection, SqlitePool};
use tokio::sync::watch;

use crate::checkpoint::{Checkpoints, LONG};
use crate::direct::Direct;
use crate::writer::{Held, Writer};
use crate::{Change, Result, Store, StoreError};

/// Another process may hold the write lock for a while (a sweep step, a checkpoint on a slow
/// disk); nobody holds it for this long unless something is wrong.
pub(crate) const BUSY: Duration = Duration::from_secs(30);
const READERS: u32 = 4;

/// What the clones of a [`Store`] share.
pub(crate) struct Inner {
    writer: Writer,
    readers: SqlitePool,
    checkpoints: Arc<Checkpoints>,
    changes: Arc<Changes>,
}

impl Store {
    /// Opens (and creates or migrates) `horch.db` in the folder; the file is its owner's alone.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] where the folder cannot be written, the file is no database, is damaged,
    /// or was written by a newer Horch.
    pub async fn open(folder: &Path) -> Result<Store> {
        std::fs::create_dir_all(folder).map_err(|e| unusable(folder, &e))?;
        let path = folder.join("horch.db");
        // Two processes that open a new folder at once must not both migrate it.
        let _lock = lock(folder.join("horch.lock")).await?;
        private_file(&path).map_err(|e| unusable(&path, &e))?;
        migrate(&path).await?;
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(2 * BUSY)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            // What a statement of many rows would need to be taken back, some hundred pages, stays in
            // memory instead of going into a file that is deleted right after.
            // `serialized`: see `Direct`.
            .connect_with(writer_options(&path).serialized(true).pragma("temp_store", "MEMORY"))
            .await?;
        let writer = Writer::new(writer, 2 * BUSY);
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(BUSY)
            .idle_timeout(Duration::from_secs(60))
            .test_before_acquire(false)
            .connect_lazy_with(reader_options(&path));
        let checkpoints = Arc::new(Checkpoints::new(copier(&path), writer.clone(), LONG));
        let changes = Arc::default();
        let store = Store { inner: Arc::new(Inner { writer, readers, checkpoints, changes }) };
        store.look_for_changes().await?;
        Ok(store)
    }

    #[cfg(test)]
    pub(crate) fn checkpoints_from(&self, path: &Path, long: i64) -> Checkpoints {
        Checkpoints::new(copier(path), self.inner.writer.clone(), long)
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.inner.readers
    }

    /// Closes all connections after the last write.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.checkpoints.close().await;
        self.inner.writer.close().await;
    }

    /// What changed last; wakes at every change made through this handle and its clones.
    pub fn changes(&self) -> watch::Receiver<Change> {
        self.inner.changes.all.subscribe()
    }

    /// As [`Store::changes`], but wakes at those of alerts and settings alone: in a flood
    /// mentions come with every transaction.
    pub fn changes_beside_mentions(&self) -> watch::Receiver<Change> {
        self.inner.changes.beside_mentions.subscribe()
    }

    /// Looks for changes made by other processes (`horch watch add` beside a running server)
    /// and wakes [`Store::changes`] if there are any. Reads one row; call it every second.
    pub async fn look_for_changes(&self) -> Result<()> {
        let numbers = read_numbers(&mut *self.readers().acquire().await?).await?;
        self.inner.changes.announce(&numbers);
        Ok(())
    }

    /// Begins the one writing transaction. Dropping it without [`Write::commit`] undoes it.
    pub(crate) async fn write(&self) -> Result<Write> {
        let mut write = self.turn().await?;
        write.begin().await?;
        Ok(write)
    }

    /// As [`Store::write`], on this thread unless another process writes.
    pub(crate) async fn write_directly(&self) -> Result<Write> {
        let mut write = self.turn().await?;
        if write.direct().begin()? {
            write.numbers = write.direct().one("SELECT * FROM numbers", numbers_read)?;
            write.began = write.numbers;
        } else {
            write.begin().await?;
        }
        Ok(write)
    }

    /// The guard comes before BEGIN, so that a caller who gives up leaves nothing open.
    async fn turn(&self) -> Result<Write> {
        Ok(Write {
            held: self.inner.writer.take().await?,
            numbers: Numbers::default(),
            began: Numbers::default(),
            checkpoints: Arc::clone(&self.inner.checkpoints),
            changes: Arc::clone(&self.inner.changes),
        })
    }

    /// Runs one statement on the writing connection outside a transaction (vacuum).
    pub(crate) async fn pragma(&self, sql: &'static str) -> Result<Vec<i64>> {
        let mut held = self.inner.writer.take().await?;
        let rows = sqlx::query(sql).fetch_all(held.conn()).await?;
        held.keep();
        Ok(rows.iter().filter_map(|row| row.try_get(0).ok()).collect())
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").finish_non_exhaustive()
    }
}

/// The highest numbers given so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub post: i64,
    pub source: i64,
    pub mention: i64,
    pub alert: i64,
    pub delivery: i64,
    pub watch: i64,
    pub way: i64,
    pub settings: i64,
    pub revision: i64,
    pub story: i64,
    pub stories: i64,
    pub ingested: Option<i64>,
}

const UPDATE_NUMBERS: &str = "UPDATE numbers SET post = ?, source = ?, mention = ?, alert = ?, \
    delivery = ?, watch = ?, way = ?, settings = ?, revision = ?, story = ?, stories = ?, \
    ingested = ?";

impl Numbers {
    /// As [`UPDATE_NUMBERS`] asks for them.
    fn columns(&self) -> [Option<i64>; 12] {
        let Numbers { post, source, mention, alert, delivery, watch, .. } = *self;
        let Numbers { way, settings, revision, story, stories, ingested, .. } = *self;
        let numbers = [post, source, mention, alert, delivery, watch];
        let [a, b, c, d, e, f] = numbers.map(Some);
        let [g, h, i, j, k] = [way, settings, revision, story, stories].map(Some);
        [a, b, c, d, e, f, g, h, i, j, k, ingested]
    }
}

/// A writing transaction. Dropped before it is committed, it is undone.
pub(crate) struct Write {
    held: Held,
    pub numbers: Numbers,
    began: Numbers,
    checkpoints: Arc<Checkpoints>,
    changes: Arc<Changes>,
}

impl Write {
    async fn begin(&mut self) -> Result<()> {
        // One trip to SQLite's thread for both.
        let sql = "BEGIN IMMEDIATE; SELECT * FROM numbers";
        self.numbers = numbers_from(&sqlx::query(sql).fetch_one(self.conn()).await?)?;
        self.began = self.numbers;
        Ok(())
    }

    pub(crate) fn conn(&mut self) -> &mut SqliteConnection {
        self.held.conn()
    }

    /// SQLite on this thread, within the same transaction.
    pub(crate) fn direct(&mut self) -> &Direct {
        self.held.direct()
    }

    /// The highest numbers when it began.
    pub(crate) fn began(&self) -> Numbers {
        self.began
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        if self.numbers == self.began {
            sqlx::query("COMMIT").execute(self.conn()).await?;
        } else {
            // One trip to SQLite's thread for both.
            let mut query = sqlx::query(sqlx::AssertSqlSafe(format!("{UPDATE_NUMBERS}; COMMIT")));
            for number in self.numbers.columns() {
                query = query.bind(number);
            }
            query.execute(self.conn()).await?;
        }
        self.committed();
        Ok(())
    }

    /// As [`Write::commit`], on this thread.
    pub(crate) fn commit_directly(mut self) -> Result<()> {
        if self.numbers != self.began {
            let numbers = self.numbers.columns();
            self.direct().run(UPDATE_NUMBERS, rusqlite::params_from_iter(numbers))?;
        }
        self.direct().run("COMMIT", [])?;
        self.committed();
        Ok(())
    }

    fn committed(self) {
        self.changes.announce(&self.numbers);
        self.held.keep();
        self.checkpoints.committed(&self.began, &self.numbers);
    }
}

/// Who waits for what.
#[derive(Default)]
struct Changes {
    all: watch::Sender<Change>,
    beside_mentions: watch::Sender<Change>,
}

impl Changes {
    fn announce(&self, numbers: &Numbers) {
        let later = |change: &Change| Change {
            mention: change.mention.max(numbers.mention),
            alert: change.alert.max(numbers.alert),
            settings: change.settings.max(numbers.settings),
            revision: change.revision.max(numbers.revision),
            stories: change.stories.max(numbers.stories),
        };
        self.all.send_if_modified(|change| {
            let before = std::mem::replace(change, later(change));
            before != *change
        });
        self.beside_mentions.send_if_modified(|change| {
            let before = std::mem::replace(change, later(change));
            (before.alert, before.settings) != (change.alert, change.settings)
        });
    }
}

async fn read_numbers(conn: &mut SqliteConnection) -> Result<Numbers> {
    numbers_from(&sqlx::query("SELECT * FROM numbers").fetch_one(conn).await?)
}

fn numbers_from(row: &SqliteRow) -> Result<Numbers> {
    Ok(Numbers {
        post: row.try_get("post")?,
        source: row.try_get("source")?,
        mention: row.try_get("mention")?,
        alert: row.try_get("alert")?,
        delivery: row.try_get("delivery")?,
        watch: row.try_get("watch")?,
        way: row.try_get("way")?,
        settings: row.try_get("settings")?,
        revision: row.try_get("revision")?,
        story: row.try_get("story")?,
        stories: row.try_get("stories")?,
        ingested: row.try_get("ingested")?,
    })
}

/// As [`numbers_from`], of a row that was read directly.
fn numbers_read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Numbers> {
    Ok(Numbers {
        post: row.get("post")?,
        source: row.get("source")?,
        mention: row.get("mention")?,
        alert: row.get("alert")?,
        delivery: row.get("delivery")?,
        watch: row.get("watch")?,
        way: row.get("way")?,
        settings: row.get("settings")?,
        revision: row.get("revision")?,
        story: row.get("story")?,
        stories: row.get("stories")?,
        ingested: row.get("ingested")?,
    })
}

impl Store {
    /// When anything was last ingested.
    pub async fn last_ingest(&self) -> Result<Option<Time>> {
        Ok(read_numbers(&mut *self.readers().acquire().await?).await?.ingested.map(Time))
    }
}

/// Brings the file's tables up to date. Sorting for them goes into files.
async fn migrate(path: &Path) -> Result<()> {
    // How a file is vacuumed is said when it is made.
    let options = writer_options(path).auto_vacuum(SqliteAutoVacuum::Incremental);
    let mut conn = options.connect().await?;
    let migrated = sqlx::migrate!().run(&mut conn).await;
    let closed = conn.close().await;
    migrated.map_err(migration_error)?;
    Ok(closed?)
}

/// What copies the log beside the writer.
fn copier(path: &Path) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(BUSY)
        .idle_timeout(Duration::from_secs(60))
        .test_before_acquire(false)
        .connect_lazy_with(writer_options(path))
}

/// Full synchronisation: what was committed (a receipt, an acknowledgement, a watch) survives a
/// power cut, at the price of one fsync a batch. Memory is bounded by the page caches; mapping
/// the file would count towards the process and is off.
fn writer_options(path: &Path) -> SqliteConnectOptions {
    common_options(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // A batch has some ten statements, each for eight lengths of its list.
        .statement_cache_capacity(256)
        // Grows to this only where many posts are stored: their identities are random, and a page
        // that is not here is looked up in the log first.
        .pragma("cache_size", "-65536")
        // A net only, 1 GiB wide: see `checkpoint`.
        .pragma("wal_autocheckpoint", "262144")
        .pragma("journal_size_limit", "536870912")
}

fn reader_options(path: &Path) -> SqliteConnectOptions {
    // Holds what stands above the leaves of the large tables' trees at ten million mentions.
    common_options(path).pragma("cache_size", "-8192").pragma("query_only", "ON")
}

fn common_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY)
        .foreign_keys(true)
        .pragma("mmap_size", "0")
        .pragma("trusted_schema", "OFF")
        .statement_cache_capacity(64)
        // Rows come from SQLite's thread in one go instead of waking both sides again and again.
        .row_buffer_size(1_024)
        .disable_statement_logging()
        .log_slow_statements(tracing::log::LevelFilter::Warn, Duration::from_secs(2))
}

/// Waits for the lock without blocking the runtime; the system frees it when a process dies.
async fn lock(path: PathBuf) -> Result<File> {
    tokio::task::spawn_blocking(move || {
        let file = options().open(&path).map_err(|e| unusable(&path, &e))?;
        file.lock().map_err(|e| unusable(&path, &e))?;
        Ok(file)
    })
    .await
    .map_err(|e| StoreError::Unusable(format!("the lock was not taken: {e}")))?
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The file holds password hashes and secrets of notifiers: its owner alone may read it. SQLite
/// gives its side files the same mode.
fn private_file(path: &Path) -> io::Result<()> {
    let file = options().open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    drop(file);
    Ok(())
}

fn unusable(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Unusable(format!("{}: {error}", path.display()))
}

fn migration_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => StoreError::Unusable(
            "the database was written by a newer Horch; start that version, or another data folder"
                .into(),
        ),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => StoreError::Unusable(format!("the database could not be prepared: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use domain::{CursorMove, Time};

    use super::*;
    use crate::Ingest;

    /// A full disk, played by a limit on the file's size.
    #[tokio::test]
    async fn a_full_disk_stores_nothing_by_halves_and_passes() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let pages = store.pragma("PRAGMA page_count").await.unwrap()[0];
        store.pragma("PRAGMA max_page_count = 1").await.unwrap();
        assert!(pages > 1);
        let cursor = |value: &str| CursorMove { stream: "s".into(), value: value.into() };
        let big = Ingest {
            cursors: vec![
                cursor("1"),
                CursorMove { stream: "t".into(), value: "x".repeat(99_999) },
            ],
            ..Ingest::default()
        };
        let error = store.ingest(&big, Time(1)).await.unwrap_err();
        assert!(matches!(&error, StoreError::Database(e) if e.to_string().contains("full")));
        assert_eq!(store.cursors("s").await.unwrap(), []);
        assert_eq!(store.last_ingest().await.unwrap(), None);
        // The connection that failed is gone, and with it the limit: the next batch is stored.
        store.ingest(&big, Time(2)).await.unwrap();
        assert_eq!(store.cursors("s").await.unwrap(), [cursor("1")]);
    }

    #[test]
    fn the_latest_change_is_never_taken_back() {
        let changes = Changes::default();
        changes.announce(&Numbers { mention: 5, revision: 1, ..Numbers::default() });
        changes.announce(&Numbers { mention: 4, settings: 2, ..Numbers::default() });
        let expected = Change { mention: 5, alert: 0, settings: 2, revision: 1, stories: 0 };
        assert_eq!(*changes.all.borrow(), expected);
        assert_eq!(*changes.beside_mentions.borrow(), expected);
    }

    #[test]
    fn who_does_not_wait_for_mentions_is_not_woken_by_them() {
        let changes = Changes::default();
        let (all, beside) = (changes.all.subscribe(), changes.beside_mentions.subscribe());
        changes.announce(&Numbers { mention: 5, stories: 2, revision: 1, ..Numbers::default() });
        assert!(all.has_changed().unwrap() && !beside.has_changed().unwrap());
        changes.announce(&Numbers { mention: 5, stories: 2, alert: 1, ..Numbers::default() });
        assert!(beside.has_changed().unwrap());
    }
}
