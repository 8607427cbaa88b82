//! One day of the archive: an index of its own, in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};

use domain::Post;
use tantivy::directory::MmapDirectory;
use tantivy::indexer::IndexWriterOptions;
use tantivy::store::Compressor;
use tantivy::{Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher};

use super::schema::{self, Fields};
use crate::{Result, StoreError};

/// Memory of the posts that are not written out yet.
const WRITER_BYTES: usize = 64 << 20;
/// Lies beside the index of a day that is being made anew.
const UNFINISHED: &str = "unfinished";

/// A day's index, open for questions.
#[derive(Clone)]
pub(crate) struct Day {
    /// Counted from 1970.
    pub number: i64,
    index: Index,
    reader: IndexReader,
}

impl Day {
    /// Opens a day's index, and makes it where there is none.
    pub fn open(folder: &Path, number: i64) -> Result<Day> {
        let path = folder_of(folder, number);
        fs::create_dir_all(&path).map_err(|e| failed(&path, &e))?;
        let (schema, _) = schema::schema();
        let directory = MmapDirectory::open(&path).map_err(|e| broken(number, &e))?;
        let exists = Index::exists(&directory).map_err(|e| broken(number, &e))?;
        let mut index = if exists {
            Index::open(directory).map_err(|e| broken(number, &e))?
        } else {
            let settings = IndexSettings {
                docstore_compression: Compressor::None,
                docstore_compress_dedicated_thread: false,
                ..IndexSettings::default()
            };
            Index::create(directory, schema.clone(), settings).map_err(|e| broken(number, &e))?
        };
        if index.schema() != schema {
            return Err(StoreError::Unusable(format!("archive: day {number} has another shape")));
        }
        index.set_tokenizers(schema::tokenizers());
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(|e| broken(number, &e))?;
        Ok(Day { number, index, reader })
    }

    pub fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// Sees what was committed since.
    pub fn reload(&self) -> Result<()> {
        self.reader.reload().map_err(|e| broken(self.number, &e))
    }

    /// How many pieces it lies in.
    pub fn pieces(&self) -> usize {
        self.reader.searcher().segment_readers().len()
    }

    /// Whether its files are what was written; reads all of them.
    pub fn is_sound(&self) -> bool {
        self.index.validate_checksum().is_ok_and(|damaged| damaged.is_empty())
    }

    /// Begins writing; at most one writer a day at a time.
    pub fn write(&self, fields: Fields) -> Result<DayWriter> {
        let options = IndexWriterOptions::builder()
            .memory_budget_per_thread(WRITER_BYTES)
            .num_worker_threads(1)
            .num_merge_threads(1)
            .build();
        let writer =
            self.index.writer_with_options(options).map_err(|e| broken(self.number, &e))?;
        let metas = self.index.load_metas().map_err(|e| broken(self.number, &e))?;
        let written = metas.payload.and_then(|row| row.parse().ok()).unwrap_or(0);
        Ok(DayWriter { number: self.number, fields, writer, written, changed: false })
    }
}

/// A day's index, open for writing.
pub(crate) struct DayWriter {
    pub number: i64,
    fields: Fields,
    writer: IndexWriter,
    /// The highest row that a commit of this index spoke of: posts up to it may be here already.
    written: i64,
    changed: bool,
}

impl DayWriter {
    /// Puts in a post that is new, or may be here from before a crash.
    pub fn add(&mut self, row: i64, post: &Post) -> Result<()> {
        if row <= self.written {
            self.remove(row);
        }
        let document = schema::document(&self.fields, row, post);
        self.writer.add_document(document).map_err(|e| broken(self.number, &e))?;
        self.changed = true;
        Ok(())
    }

    /// Takes out a post, if it is here.
    pub fn remove(&mut self, row: i64) {
        self.writer.delete_term(schema::row_term(&self.fields, row));
        self.changed = true;
    }

    pub fn has_changed(&self) -> bool {
        self.changed
    }

    /// Writes everything to the disk, with the row up to which new posts are in.
    pub fn commit(&mut self, row: i64) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        let failed = |e| broken(self.number, &e);
        let mut commit = self.writer.prepare_commit().map_err(failed)?;
        commit.set_payload(&row.to_string());
        commit.commit().map_err(failed)?;
        self.written = row;
        self.changed = false;
        Ok(())
    }

    /// Puts a day that is over into one piece: fewer pieces answer faster.
    pub fn seal(mut self) -> Result<()> {
        let failed = |e| broken(self.number, &e);
        let pieces = self.writer.index().searchable_segment_ids().map_err(failed)?;
        if pieces.len() > 1 {
            self.writer.merge(&pieces).wait().map_err(failed)?;
        }
        self.writer.garbage_collect_files().wait().map_err(failed)?;
        Ok(())
    }
}

/// The days that have a folder, oldest first.
pub(crate) fn days_in(folder: &Path) -> Vec<i64> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut days: Vec<i64> =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    days.sort_unstable();
    days
}

pub(crate) fn folder_of(folder: &Path, number: i64) -> PathBuf {
    folder.join(number.to_string())
}

/// Removes a day. Who still reads it keeps its files until done.
pub(crate) fn remove(folder: &Path, number: i64) -> Result<()> {
    let path = folder_of(folder, number);
    match fs::remove_dir_all(&path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed(&path, &e)),
        _ => Ok(()),
    }
}

/// Marks a day as not whole until [`set_finished`].
pub(crate) fn set_unfinished(folder: &Path, number: i64) -> Result<()> {
    let path = folder_of(folder, number);
    fs::create_dir_all(&path).map_err(|e| failed(&path, &e))?;
    fs::write(path.join(UNFINISHED), b"").map_err(|e| failed(&path, &e))
}

pub(crate) fn set_finished(folder: &Path, number: i64) -> Result<()> {
    let path = folder_of(folder, number).join(UNFINISHED);
    fs::remove_file(&path).map_err(|e| failed(&path, &e))
}

pub(crate) fn is_unfinished(folder: &Path, number: i64) -> bool {
    folder_of(folder, number).join(UNFINISHED).exists()
}

/// Bytes of all files below a folder.
pub(crate) fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => bytes_below(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        })
        .sum()
}

pub(crate) fn failed(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unusable(format!("{}: {error}", path.display()))
}

pub(crate) fn broken(day: i64, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unusable(format!("archive: day {day}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_keeps_what_was_put_in_and_not_taken_out() {
        let folder = tempfile::tempdir().unwrap();
        let day = Day::open(folder.path(), 7).unwrap();
        let mut writer = day.write(schema::schema().1).unwrap();
        for row in 1..=3 {
            writer.add(row, &post("one two")).unwrap();
        }
        writer.remove(2);
        writer.commit(3).unwrap();
        day.reload().unwrap();
        assert_eq!(day.searcher().num_docs(), 2);
        assert!(day.is_sound());
        assert_eq!(days_in(folder.path()), [7]);
        // Put in again after a crash, a post does not stand there twice.
        drop(writer);
        let mut writer = day.write(schema::schema().1).unwrap();
        writer.add(3, &post("three")).unwrap();
        writer.add(4, &post("four")).unwrap();
        writer.commit(4).unwrap();
        writer.seal().unwrap();
        day.reload().unwrap();
        assert_eq!((day.searcher().num_docs(), day.pieces()), (3, 1));
    }

    fn post(body: &str) -> Post {
        Post {
            platform: domain::Platform::WEB,
            native_id: "1".into(),
            url: String::new(),
            channel: domain::Channel::Blog,
            source: domain::Source::default(),
            author: None,
            title: String::new(),
            lead: String::new(),
            body: body.into(),
            lang: None,
            published: domain::Time(1),
            received: domain::Time(2),
            links: vec![],
            hashtags: vec![],
            mentions: vec![],
            relation: None,
            engagement: domain::Engagement::default(),
            media: vec![],
        }
    }
}
