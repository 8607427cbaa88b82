//! Following: the index takes in what the store has.
//!
//! New posts are found by their numbers, which grow; edits, deletions and renamed sources by
//! `archive_changes`. How far the index has come stands in a file beside it that is written after
//! every day's commit, and only then are the changes trimmed. Whatever happens in between is done
//! again and comes to the same: a post is taken out before it is put in anew.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::time::{Duration, Instant};

use domain::{Post, Time};
use sqlx::Row;
use tokio::sync::OwnedMutexGuard;

use super::changes::day_of;
use super::day::{self, Day, DayWriter};
use super::position::{POSITION, Position, REBUILD, lock, read_position, write_position};
use super::read;
use super::schema::FORMAT;
use super::{Archive, CaughtUp};
use crate::Result;

/// Posts read at once.
const CHUNK: i64 = 2_000;
/// How long one call works before it returns.
const CALL: Duration = Duration::from_millis(900);
/// Time between commits while few posts come in, and while many do.
const COMMIT_FEW: Duration = Duration::from_millis(200);
const COMMIT_MANY: Duration = Duration::from_secs(1);
const MANY: u64 = 500;
/// Time between commits while far behind: fewer and larger pieces.
const COMMIT_BEHIND: Duration = Duration::from_secs(8);
/// Days written at once.
const WRITERS: usize = 3;
/// Pieces a day that is over may lie in.
const PIECES: usize = 2;
/// A day that is over is put into one piece at most so often.
const SEAL_EVERY: Duration = Duration::from_secs(3_600);

/// What the one who writes the index holds.
#[derive(Default)]
pub(crate) struct Writing {
    /// The system frees it when the process dies. `None`: another process follows, or nobody yet.
    lock: Option<File>,
    /// What is committed.
    committed: Position,
    /// What is in the writers.
    staged: Position,
    writers: BTreeMap<i64, DayWriter>,
    uncommitted: u64,
    last_commit: Option<Instant>,
    /// Days to be made anew, with the rows left, highest first.
    repairs: BTreeMap<i64, Option<Vec<i64>>>,
    /// A source whose posts are being taken in anew: its change, and the last row done.
    source: Option<(i64, i64)>,
    sealed: HashMap<i64, Instant>,
}

/// What a step brings to the index.
#[derive(Default)]
struct Step {
    gone: Vec<(i64, i64)>,
    posts: Vec<(i64, Post)>,
    /// These may be in the index already.
    again: Vec<(i64, Post)>,
}

struct Change {
    seq: i64,
    post: Option<i64>,
    day: i64,
    source: Option<i64>,
}

impl Archive {
    pub(super) async fn follow(&self, now: Time) -> Result<CaughtUp> {
        let mut writing = std::sync::Arc::clone(&self.inner.writing).lock_owned().await;
        if !self.begin(&mut writing).await? {
            return Ok(CaughtUp {
                behind: self.behind().await?,
                elsewhere: true,
                ..CaughtUp::default()
            });
        }
        let result = self.follow_locked(&mut writing, now).await;
        if result.is_err() {
            // What is uncommitted is read again next time, from where the file says.
            writing.forget();
        }
        result
    }

    async fn follow_locked(
        &self,
        writing: &mut OwnedMutexGuard<Writing>,
        now: Time,
    ) -> Result<CaughtUp> {
        let began = Instant::now();
        let mut done = CaughtUp::default();
        self.look_at_suspects(writing).await?;
        self.drop_below_floor(writing).await?;
        loop {
            let (step, more) = self.next_step(writing).await?;
            done.indexed += (step.posts.len() + step.again.len()) as u64;
            done.removed += step.gone.len() as u64;
            let is_empty = step.is_empty();
            self.apply(writing, step).await?;
            let rest = writing.pause();
            if more && began.elapsed() < CALL {
                if writing.commit_due(COMMIT_BEHIND) {
                    self.commit(writing).await?;
                }
                continue;
            }
            if more {
                if writing.commit_due(COMMIT_BEHIND) {
                    self.commit(writing).await?;
                }
                break;
            }
            if writing.uncommitted > 0 && !rest.is_zero() && !is_empty {
                tokio::time::sleep(rest).await;
                continue;
            }
            self.commit(writing).await?;
            break;
        }
        done.behind = self.behind_of(&writing.committed).await? + writing.repairs.len() as u64;
        if done.behind == 0 && done.indexed == 0 {
            self.seal_one(writing, now).await?;
        }
        Ok(done)
    }

    /// Takes the lock and reads how far the index has come; `false`: another process follows.
    async fn begin(&self, writing: &mut Writing) -> Result<bool> {
        if writing.lock.is_none() {
            let Some(lock) = lock(&self.inner.options.folder)? else { return Ok(false) };
            writing.lock = Some(lock);
            writing.staged = Position::default();
        }
        let folder = &self.inner.options.folder;
        if folder.join(REBUILD).exists() {
            self.wipe(writing).await?;
            let _ = std::fs::remove_file(folder.join(REBUILD));
        }
        if writing.staged != Position::default() {
            return Ok(true);
        }
        let (epoch, newest) = self.identity().await?;
        let kept = read_position(folder);
        let fits = |p: &Position| p.format == FORMAT && p.epoch == epoch && p.row <= newest;
        match kept {
            Some(position) if fits(&position) => {
                writing.committed = position.clone();
                writing.staged = position;
                self.look_at_days(writing)?;
            }
            kept => {
                if kept.is_some() || !day::days_in(folder).is_empty() {
                    tracing::warn!("the archive's index is of another shape or store: made anew");
                }
                self.wipe(writing).await?;
            }
        }
        self.inner.follows.store(true, std::sync::atomic::Ordering::Relaxed);
        Ok(true)
    }

    /// Begins anew: no days, nothing taken in.
    pub(super) async fn wipe(&self, writing: &mut Writing) -> Result<()> {
        writing.forget();
        writing.repairs.clear();
        let folder = &self.inner.options.folder;
        let _ = std::fs::remove_file(folder.join(POSITION));
        self.inner.days_mut().clear();
        for number in day::days_in(folder) {
            day::remove(folder, number)?;
        }
        let (epoch, _) = self.identity().await?;
        // What changed so far is read with the posts themselves.
        let seq: Option<i64> = sqlx::query_scalar("SELECT max(seq) FROM archive_changes")
            .fetch_one(self.inner.store.readers())
            .await?;
        let position =
            Position { format: FORMAT, epoch, row: 0, seq: seq.unwrap_or(0), days: Vec::new() };
        write_position(folder, &position)?;
        writing.committed = position.clone();
        writing.staged = position;
        Ok(())
    }

    /// Opens every day that should be there; what is missing or broken is made anew.
    fn look_at_days(&self, writing: &mut Writing) -> Result<()> {
        let folder = &self.inner.options.folder;
        let numbers: HashSet<i64> = day::days_in(folder)
            .into_iter()
            .chain(writing.committed.days.iter().copied())
            .collect();
        for number in numbers {
            let is_there = day::folder_of(folder, number).join("meta.json").exists();
            let opened = self
                .inner
                .days()
                .get(&number)
                .cloned()
                .map_or_else(|| Day::open(folder, number), Ok);
            match opened {
                Ok(day) if is_there && !day::is_unfinished(folder, number) => {
                    self.inner.days_mut().insert(number, day);
                }
                Ok(_) => self.repair(writing, number)?,
                Err(error) => {
                    tracing::warn!("{error}: the day is made anew");
                    self.repair(writing, number)?;
                }
            }
        }
        Ok(())
    }

    fn repair(&self, writing: &mut Writing, number: i64) -> Result<()> {
        let folder = &self.inner.options.folder;
        writing.writers.remove(&number);
        self.inner.days_mut().remove(&number);
        day::remove(folder, number)?;
        day::set_unfinished(folder, number)?;
        writing.repairs.insert(number, None);
        Ok(())
    }

    /// Days that could not be read while somebody searched.
    async fn look_at_suspects(&self, writing: &mut Writing) -> Result<()> {
        let suspects = std::mem::take(&mut *self.inner.suspects());
        for number in suspects {
            let Some(day) = self.inner.days().get(&number).cloned() else { continue };
            let is_sound = tokio::task::spawn_blocking(move || day.is_sound()).await;
            if !is_sound.unwrap_or(false) {
                tracing::warn!("archive: day {number} is damaged: it is made anew");
                self.repair(writing, number)?;
            }
        }
        Ok(())
    }

    async fn drop_below_floor(&self, writing: &mut Writing) -> Result<()> {
        let floor = self.floor().await?;
        let folder = &self.inner.options.folder;
        for number in day::days_in(folder).into_iter().filter(|number| *number < floor) {
            writing.writers.remove(&number);
            writing.repairs.remove(&number);
            self.inner.days_mut().remove(&number);
            day::remove(folder, number)?;
        }
        writing.committed.days.retain(|number| *number >= floor);
        writing.staged.days.retain(|number| *number >= floor);
        Ok(())
    }

    /// Days before this one are dropped.
    pub(super) async fn floor(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("SELECT floor FROM archive")
            .fetch_one(self.inner.store.readers())
            .await?)
    }

    /// Reads what comes next; whether there is more after it.
    async fn next_step(&self, writing: &mut Writing) -> Result<(Step, bool)> {
        let floor = self.floor().await?;
        let mut step = Step::default();
        let mut more = self.read_changes(writing, floor, &mut step).await?;
        more |= self.read_repairs(writing, &mut step).await?;
        let (_, newest) = self.identity().await?;
        if newest > writing.staged.row {
            let posts = read::after(&self.inner.store, writing.staged.row, CHUNK).await?;
            let is_last = (posts.len() as i64) < CHUNK;
            // Numbers of posts that are gone already are passed over.
            let last = posts.last().map_or(0, |(row, _)| *row);
            writing.staged.row =
                if is_last { newest.max(last) } else { last.max(writing.staged.row) };
            step.posts =
                posts.into_iter().filter(|(_, post)| day_of(post.received.0) >= floor).collect();
            more |= !is_last;
        }
        Ok((step, more))
    }

    async fn read_changes(
        &self,
        writing: &mut Writing,
        floor: i64,
        step: &mut Step,
    ) -> Result<bool> {
        if let Some((source, after)) = writing.source {
            return self.read_source(writing, source, after, step).await;
        }
        let changes = changes_after(self, writing.staged.seq).await?;
        let is_full = changes.len() as i64 == CHUNK;
        let mut again = Vec::new();
        for change in changes {
            if let Some(source) = change.source {
                // A source of many posts takes many steps; what comes after it waits.
                writing.source = Some((source, 0));
                writing.staged.seq = change.seq;
                self.read_again(&again, step).await?;
                return Ok(true);
            }
            writing.staged.seq = change.seq;
            let Some(post) = change.post.filter(|_| change.day >= floor) else { continue };
            step.gone.push((post, change.day));
            if post <= writing.staged.row {
                again.push(post);
            }
        }
        self.read_again(&again, step).await?;
        Ok(is_full)
    }

    /// Posts in their latest version; what is gone by now is only taken out.
    async fn read_again(&self, rows: &[i64], step: &mut Step) -> Result<()> {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        rows.dedup();
        step.again.extend(read::rows(&self.inner.store, &rows).await?);
        Ok(())
    }

    async fn read_source(
        &self,
        writing: &mut Writing,
        source: i64,
        after: i64,
        step: &mut Step,
    ) -> Result<bool> {
        let rows: Vec<i64> = sqlx::query_scalar(
            "SELECT id FROM posts WHERE source = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?",
        )
        .bind(source)
        .bind(after)
        .bind(writing.staged.row)
        .bind(CHUNK)
        .fetch_all(self.inner.store.readers())
        .await?;
        writing.source = match rows.last() {
            Some(last) if rows.len() as i64 == CHUNK => Some((source, *last)),
            _ => None,
        };
        self.read_again(&rows, step).await?;
        Ok(true)
    }

    async fn read_repairs(&self, writing: &mut Writing, step: &mut Step) -> Result<bool> {
        let undone = |left: &Option<Vec<i64>>| left.as_ref().is_none_or(|left| !left.is_empty());
        let mut repairs = writing.repairs.iter();
        let Some((&number, left)) = repairs.find(|(_, left)| undone(left)) else {
            return Ok(false);
        };
        let mut left = match left {
            Some(left) => left.clone(),
            None => read::rows_of_day(&self.inner.store, number, writing.staged.row).await?,
        };
        let now = left.split_off(left.len().saturating_sub(CHUNK as usize));
        self.read_again(&now, step).await?;
        writing.repairs.insert(number, Some(left));
        Ok(true)
    }

    /// Brings a step to the writers.
    async fn apply(&self, writing: &mut OwnedMutexGuard<Writing>, step: Step) -> Result<()> {
        if step.is_empty() {
            return Ok(());
        }
        let mut days: Vec<i64> = (step.posts.iter().chain(&step.again))
            .map(|(_, post)| day_of(post.received.0))
            .collect();
        // A post that is gone is taken out of its day only where there is one.
        let known = self.inner.days().keys().copied().collect::<HashSet<i64>>();
        days.extend(step.gone.iter().map(|(_, day)| *day).filter(|day| known.contains(day)));
        days.sort_unstable();
        days.dedup();
        for number in days.iter().copied() {
            self.writer(writing, number).await?;
            if writing.writers.len() > WRITERS {
                let done: Vec<i64> =
                    writing.writers.keys().copied().filter(|day| !days.contains(day)).collect();
                for number in done {
                    self.close(writing, number).await?;
                }
            }
        }
        let mut writers = std::mem::take(&mut writing.writers);
        let (writers, count) = indexing(move || {
            let mut count = 0;
            for (row, day) in &step.gone {
                if let Some(writer) = writers.get_mut(day) {
                    writer.remove(*row);
                    count += 1;
                }
            }
            for (row, post) in &step.again {
                if let Some(writer) = writers.get_mut(&day_of(post.received.0)) {
                    writer.remove(*row);
                    writer.add(*row, post)?;
                    count += 1;
                }
            }
            for (row, post) in &step.posts {
                if let Some(writer) = writers.get_mut(&day_of(post.received.0)) {
                    writer.add(*row, post)?;
                    count += 1;
                }
            }
            Ok((writers, count))
        })
        .await?;
        writing.writers = writers;
        writing.uncommitted += count;
        Ok(())
    }

    /// Opens the writer of a day.
    async fn writer(&self, writing: &mut Writing, number: i64) -> Result<()> {
        if writing.writers.contains_key(&number) {
            return Ok(());
        }
        let known = self.inner.days().get(&number).cloned();
        let day = match known {
            Some(day) => day,
            None => {
                let day = Day::open(&self.inner.options.folder, number)?;
                self.inner.days_mut().insert(number, day.clone());
                day
            }
        };
        let fields = self.inner.fields;
        // Its own threads stand behind as well: they come from this one.
        let writer = indexing(move || day.write(fields)).await?;
        writing.writers.insert(number, writer);
        if !writing.staged.days.contains(&number) {
            writing.staged.days.push(number);
        }
        Ok(())
    }

    /// Commits a day and closes its writer: it is not written for a while.
    async fn close(&self, writing: &mut Writing, number: i64) -> Result<()> {
        let Some(mut writer) = writing.writers.remove(&number) else { return Ok(()) };
        let row = writing.staged.row;
        indexing(move || writer.commit(row)).await?;
        self.reload(number)
    }

    fn reload(&self, number: i64) -> Result<()> {
        let day = self.inner.days().get(&number).cloned();
        day.map_or(Ok(()), |day| day.reload())
    }

    /// Days first, then the position, then the changes that nobody needs any more.
    async fn commit(&self, writing: &mut Writing) -> Result<()> {
        if writing.staged == writing.committed && writing.uncommitted == 0 {
            return Ok(());
        }
        let row = writing.staged.row;
        let mut writers = std::mem::take(&mut writing.writers);
        let (writers, changed) = indexing(move || {
            let mut changed = Vec::new();
            for (number, writer) in &mut writers {
                if writer.has_changed() {
                    writer.commit(row)?;
                    changed.push(*number);
                }
            }
            Ok((writers, changed))
        })
        .await?;
        writing.writers = writers;
        for number in &changed {
            self.reload(*number)?;
        }
        for (number, left) in std::mem::take(&mut writing.repairs) {
            if left.as_ref().is_some_and(Vec::is_empty) {
                day::set_finished(&self.inner.options.folder, number)?;
            } else {
                writing.repairs.insert(number, left);
            }
        }
        let mut position = writing.staged.clone();
        if writing.source.is_some() {
            // The source is begun again after a crash.
            position.seq -= 1;
        }
        write_position(&self.inner.options.folder, &position)?;
        let trim = position.seq > writing.committed.seq;
        writing.committed = position;
        writing.uncommitted = 0;
        writing.last_commit = Some(Instant::now());
        let newest = writing.writers.keys().next_back().copied();
        writing.writers.retain(|number, _| Some(*number) == newest || changed.contains(number));
        if trim {
            let mut write = self.inner.store.write().await?;
            sqlx::query("DELETE FROM archive_changes WHERE seq <= ?")
                .bind(writing.committed.seq)
                .execute(write.conn())
                .await?;
            write.commit().await?;
        }
        Ok(())
    }

    /// Puts one day that is over into one piece, when there is nothing else to do.
    async fn seal_one(&self, writing: &mut Writing, now: Time) -> Result<()> {
        let today = day_of(now.0);
        let over: Vec<Day> = self
            .inner
            .days()
            .values()
            .filter(|day| day.number < today && day.pieces() > PIECES)
            .filter(|day| {
                writing.sealed.get(&day.number).is_none_or(|at| at.elapsed() > SEAL_EVERY)
            })
            .cloned()
            .collect();
        let Some(day) = over.into_iter().next_back() else { return Ok(()) };
        writing.sealed.insert(day.number, Instant::now());
        self.writer(writing, day.number).await?;
        let Some(writer) = writing.writers.remove(&day.number) else { return Ok(()) };
        indexing(move || writer.seal()).await?;
        self.reload(day.number)
    }
}

/// Runs what builds the index behind everything else.
async fn indexing<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    crate::behind("archive", work).await?
}

impl Writing {
    /// Forgets what is not committed.
    fn forget(&mut self) {
        self.writers.clear();
        self.staged = Position::default();
        self.uncommitted = 0;
        self.source = None;
        for left in self.repairs.values_mut() {
            *left = None;
        }
    }

    /// How long the next commit should still wait.
    fn pause(&self) -> Duration {
        let every = if self.uncommitted < MANY { COMMIT_FEW } else { COMMIT_MANY };
        self.last_commit.map_or(Duration::ZERO, |at| every.saturating_sub(at.elapsed()))
    }

    fn commit_due(&mut self, every: Duration) -> bool {
        let last = *self.last_commit.get_or_insert_with(Instant::now);
        last.elapsed() >= every
    }
}

impl Step {
    fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.posts.is_empty() && self.again.is_empty()
    }
}

async fn changes_after(archive: &Archive, seq: i64) -> Result<Vec<Change>> {
    let rows = sqlx::query(
        "SELECT seq, post, day, source FROM archive_changes WHERE seq > ? ORDER BY seq LIMIT ?",
    )
    .bind(seq)
    .bind(CHUNK)
    .fetch_all(archive.inner.store.readers())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Change {
                seq: row.try_get(0)?,
                post: row.try_get(1)?,
                day: row.try_get::<Option<i64>, _>(2)?.unwrap_or(0),
                source: row.try_get(3)?,
            })
        })
        .collect()
}
