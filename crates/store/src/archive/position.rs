//! How far the index has come: a file beside it, and who may move it.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::Archive;
use super::day::failed;
use super::schema::FORMAT;
use crate::{Result, StoreError};

/// How far the index has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    pub format: u32,
    pub epoch: String,
    /// Posts up to this row are in.
    pub row: i64,
    /// Changes up to this one are in.
    pub seq: i64,
    /// Days there are.
    pub days: Vec<i64>,
}

/// A moment in the life of a store, as the archive counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    row: i64,
    seq: i64,
}

impl Archive {
    /// The store as it is now, to be asked about with [`Archive::reached`].
    pub async fn moment(&self) -> Result<Moment> {
        let (_, row) = self.identity().await?;
        let seq: Option<i64> = sqlx::query_scalar("SELECT max(seq) FROM archive_changes")
            .fetch_one(self.inner.store.readers())
            .await?;
        Ok(Moment { row, seq: seq.unwrap_or(0) })
    }

    /// Whether everything that was in the store at a moment can be found in the index.
    #[must_use]
    pub fn reached(&self, moment: Moment) -> bool {
        read_position(&self.inner.options.folder).is_some_and(|position| {
            position.format == FORMAT && position.row >= moment.row && position.seq >= moment.seq
        })
    }

    pub(super) async fn identity(&self) -> Result<(String, i64)> {
        let row = sqlx::query("SELECT epoch, (SELECT post FROM numbers) FROM archive")
            .fetch_one(self.inner.store.readers())
            .await?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    }

    /// New posts and changes not committed to the index.
    pub(super) async fn behind(&self) -> Result<u64> {
        match read_position(&self.inner.options.folder) {
            Some(position) => self.behind_of(&position).await,
            None => {
                let (_, newest) = self.identity().await?;
                Ok(newest.unsigned_abs())
            }
        }
    }

    pub(super) async fn behind_of(&self, position: &Position) -> Result<u64> {
        let (_, newest) = self.identity().await?;
        let last: Option<i64> = sqlx::query_scalar("SELECT max(seq) FROM archive_changes")
            .fetch_one(self.inner.store.readers())
            .await?;
        let changes = last.map_or(0, |last| (last - position.seq).max(0));
        Ok(((newest - position.row).max(0) + changes).unsigned_abs())
    }

    /// How far the committed index has come: rows done, and rows there are.
    pub(super) async fn progress(&self) -> Result<(u64, u64)> {
        let (_, newest) = self.identity().await?;
        let row = read_position(&self.inner.options.folder).map_or(0, |position| position.row);
        Ok((row.unsigned_abs(), newest.unsigned_abs()))
    }

    /// Makes everything anew, here or where the archive is followed.
    pub(super) async fn begin_anew(&self) -> Result<()> {
        let folder = &self.inner.options.folder;
        let flag = folder.join(REBUILD);
        std::fs::write(&flag, b"").map_err(|e| failed(&flag, &e))
    }

    pub(super) fn is_begun_anew(&self) -> bool {
        !self.inner.options.folder.join(REBUILD).exists()
    }
}

/// Says where the index has come to.
pub(super) const POSITION: &str = "position.json";
/// Asks the one who follows to begin anew.
pub(super) const REBUILD: &str = "rebuild";
const LOCK: &str = "lock";

pub(super) fn lock(folder: &Path) -> Result<Option<File>> {
    let path = folder.join(LOCK);
    let file = File::create(&path).map_err(|e| failed(&path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(e)) => Err(failed(&path, &e)),
    }
}

pub(super) fn read_position(folder: &Path) -> Option<Position> {
    serde_json::from_slice(&std::fs::read(folder.join(POSITION)).ok()?).ok()
}

/// Replaces the file in one go: half a position is none.
pub(super) fn write_position(folder: &Path, position: &Position) -> Result<()> {
    let path: PathBuf = folder.join(POSITION);
    let fresh = folder.join("position.new");
    let text =
        serde_json::to_vec(position).map_err(|e| StoreError::Unusable(format!("archive: {e}")))?;
    let written = (|| {
        let mut file = File::create(&fresh)?;
        std::io::Write::write_all(&mut file, &text)?;
        file.sync_all()?;
        std::fs::rename(&fresh, &path)
    })();
    written.map_err(|e| failed(&path, &e))
}
