//! The archive: every post heard, found again by its words.
//!
//! SQLite keeps the posts; the archive keeps an index of their words, values and times beside it,
//! one a day of receipt. The index proposes, the matcher decides: whoever asks passes the decision
//! ([`Decide`]), and what the index proposes is looked at in its latest version before it is shown.
//! So an index that lags behind by a moment shows nothing that is gone.

pub(crate) mod changes;
mod day;
mod find;
mod follow;
mod hours;
mod near;
mod plan;
mod position;
mod read;
mod roll;
mod schema;
mod without;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use domain::{Post, Time};
use query::Node;
use tokio::sync::mpsc;

pub use position::Moment;

use crate::aside;
use crate::{Result, Store, StoreError};

/// Whether a post matches: the caller's matcher over the post's latest version.
pub type Decide = Arc<dyn Fn(&Post) -> bool + Send + Sync>;

/// Where the archive lies and how much it keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveOptions {
    /// Its folder, made where there is none: `archive` in the data folder.
    pub folder: PathBuf,
    /// How many days it keeps, today included; at least 1.
    pub days: u32,
    /// At most so many bytes of index and posts together; whole days go until it fits. Today stays.
    pub max_bytes: u64,
}

/// The index of every post heard. Clones share it.
#[derive(Clone)]
pub struct Archive {
    inner: Arc<Inner>,
}

/// What clones share.
struct Inner {
    store: Store,
    options: ArchiveOptions,
    fields: schema::Fields,
    days: RwLock<BTreeMap<i64, day::Day>>,
    writing: Arc<tokio::sync::Mutex<follow::Writing>>,
    /// This process writes the index, so it knows the days there are.
    follows: AtomicBool,
    /// When a process that only reads looked for news last.
    refreshed: Mutex<Option<Instant>>,
    /// Days that could not be read.
    suspects: Mutex<Vec<i64>>,
}

impl Inner {
    fn days(&self) -> RwLockReadGuard<'_, BTreeMap<i64, day::Day>> {
        self.days.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn days_mut(&self) -> RwLockWriteGuard<'_, BTreeMap<i64, day::Day>> {
        self.days.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn suspects(&self) -> MutexGuard<'_, Vec<i64>> {
        self.suspects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archive").field("options", &self.inner.options).finish_non_exhaustive()
    }
}

/// A process that only reads looks for news this often.
const REFRESH: Duration = Duration::from_millis(500);

/// Which posts are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Published at or after.
    pub since: Option<Time>,
    /// Published before.
    pub until: Option<Time>,
    /// Older than this place: [`Found::next`] of the page before.
    pub before: Option<Cursor>,
    /// At most so many.
    pub limit: usize,
}

impl Default for Ask {
    /// The newest 50 posts.
    fn default() -> Ask {
        Ask { since: None, until: None, before: None, limit: 50 }
    }
}

/// A place in the order of the archive: newest first by the time of publishing. Written as
/// `published.row`; for addresses and command lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// When the post was published.
    pub published: Time,
    /// The post's number in the store; parts posts of one moment.
    pub row: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.published.0, self.row)
    }
}

impl FromStr for Cursor {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Cursor> {
        let parts = text.split_once('.').and_then(|(published, row)| {
            Some(Cursor { published: Time(published.parse().ok()?), row: row.parse().ok()? })
        });
        parts.ok_or_else(|| StoreError::Missing("such place in the archive".into()))
    }
}

/// A page of the archive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The posts in their latest version, newest first.
    pub posts: Vec<Post>,
    /// Where the next page begins; `None`: there is nothing older.
    pub next: Option<Cursor>,
    /// How many posts were looked at for these.
    pub looked_at: u64,
    /// Whether everything asked for was looked at. `false`: the page is not full because looking
    /// any further would take too long; [`Found::next`] goes on.
    pub complete: bool,
}

/// Posts in one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourCount {
    /// When the hour begins (UTC).
    pub at: Time,
    /// How many posts; an estimate where [`Hours::how`] says so.
    pub posts: u64,
}

/// How far counts can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// The index alone tells: exact.
    Exact,
    /// Every candidate was looked at: exact.
    Verified,
    /// `looked_at` of `of` candidates were looked at and the rest was reckoned from their share.
    Estimated {
        /// Candidates looked at.
        looked_at: u64,
        /// Candidates there are.
        of: u64,
    },
}

/// Posts an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Every hour from that of `since` to that before `until`, oldest first, empty ones included.
    pub hours: Vec<HourCount>,
    /// How far they can be trusted.
    pub how: Counted,
}

impl Hours {
    /// All hours together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.hours.iter().map(|hour| hour.posts).sum()
    }
}

/// What one step of following did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaughtUp {
    /// Posts put into the index, new or again.
    pub indexed: u64,
    /// Posts taken out.
    pub removed: u64,
    /// New posts, edits and deletions still waiting; 0: nothing to do for now.
    pub behind: u64,
    /// Another process follows; this one only reads.
    pub elsewhere: bool,
}

/// How the archive is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArchiveStatus {
    /// Posts in the index.
    pub posts: u64,
    /// Bytes of the index on the disk.
    pub index_bytes: u64,
    /// Bytes of the store's file.
    pub store_bytes: u64,
    /// When the oldest post in it was published.
    pub oldest: Option<Time>,
    /// When the newest post in it was published.
    pub newest: Option<Time>,
    /// New posts, edits and deletions that are not in the index yet.
    pub behind: u64,
    /// Days it holds.
    pub days: u64,
}

/// What was dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Days.
    pub days: u64,
    /// Posts that no watch matched, dropped from the store with them.
    pub posts: u64,
}

impl Archive {
    /// Opens the archive beside a store. A damaged or older index is put away and told; the next
    /// [`Archive::catch_up`]s make it anew from the stored posts.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] where the folder cannot be written.
    pub async fn open(store: &Store, options: ArchiveOptions) -> Result<Archive> {
        let folder = &options.folder;
        std::fs::create_dir_all(folder).map_err(|e| day::failed(folder, &e))?;
        let archive = Archive {
            inner: Arc::new(Inner {
                store: store.clone(),
                options,
                fields: schema::schema().1,
                days: RwLock::default(),
                writing: Arc::default(),
                follows: AtomicBool::new(false),
                refreshed: Mutex::default(),
                suspects: Mutex::default(),
            }),
        };
        archive.refresh().await?;
        Ok(archive)
    }

    /// Sees what another process wrote since. Who follows knows it already.
    async fn refresh(&self) -> Result<()> {
        if self.inner.follows.load(Ordering::Relaxed) {
            return Ok(());
        }
        {
            let mut at = self.inner.refreshed.lock().unwrap_or_else(PoisonError::into_inner);
            if at.is_some_and(|at| at.elapsed() < REFRESH) {
                return Ok(());
            }
            *at = Some(Instant::now());
        }
        let archive = self.clone();
        aside::blocking(move || {
            archive.look_again();
            Ok(())
        })
        .await
    }

    async fn refresh_at_once(&self) -> Result<()> {
        *self.inner.refreshed.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.refresh().await
    }

    /// A day that cannot be opened may be about to be made; whoever follows looks after it.
    fn look_again(&self) {
        let folder = &self.inner.options.folder;
        let there = day::days_in(folder);
        self.inner.days_mut().retain(|number, _| there.contains(number));
        for number in there {
            let known = self.inner.days().get(&number).cloned();
            if let Some(day) = known {
                if let Err(error) = day.reload() {
                    tracing::debug!("{error}");
                    self.inner.days_mut().remove(&number);
                }
                continue;
            }
            if !day::folder_of(folder, number).join("meta.json").exists() {
                continue;
            }
            match day::Day::open(folder, number) {
                Ok(day) => {
                    self.inner.days_mut().insert(number, day);
                }
                Err(error) => tracing::warn!("{error}"),
            }
        }
    }

    /// Takes in what happened in the store since: a bounded number of posts, so call it again while
    /// [`CaughtUp::behind`] is not 0, and otherwise every second or when [`Store::changes`] wakes.
    /// `now` says which days are over.
    pub async fn catch_up(&self, now: Time) -> Result<CaughtUp> {
        self.follow(now).await
    }

    /// A page of posts that match, newest first by the time of publishing. `ast` is a resolved tree.
    pub async fn search(&self, ast: &Node, ask: Ask, decide: Decide) -> Result<Found> {
        self.page(ast, ask, decide).await
    }

    /// How many posts that match were published in each hour.
    pub async fn hours(
        &self,
        ast: &Node,
        since: Time,
        until: Time,
        decide: Decide,
    ) -> Result<Hours> {
        self.count_hours(ast, since, until, decide).await
    }

    /// Sends every post that matches, newest first, at most `ask.limit`: for exports and for filling
    /// a watch. Ends early when nobody receives any more. Returns how many were sent.
    pub async fn each(
        &self,
        ast: &Node,
        ask: Ask,
        decide: Decide,
        sink: mpsc::Sender<Post>,
    ) -> Result<u64> {
        self.stream(ast, ask, decide, sink).await
    }

    /// Makes the index anew from the stored posts; `progress` gets posts done and posts in all.
    /// Listening goes on meanwhile; searches find what is indexed so far. Returns posts indexed.
    pub async fn rebuild(&self, progress: impl FnMut(u64, u64) + Send) -> Result<u64> {
        self.make_anew(progress).await
    }

    /// How it is.
    pub async fn status(&self) -> Result<ArchiveStatus> {
        self.tell().await
    }

    /// Drops days older than [`ArchiveOptions::days`], and the oldest ones while everything together
    /// is larger than [`ArchiveOptions::max_bytes`]. Their posts that no watch matched go from the
    /// store too.
    pub async fn drop_old(&self, now: Time) -> Result<Dropped> {
        self.roll(now).await
    }
}
