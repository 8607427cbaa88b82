//! What is over goes, day by day; and everything made anew.

use std::time::Duration;

use domain::{DAY, Time};

use super::changes::day_of;
use super::{Archive, Dropped, day};
use crate::{Result, retention};

/// How long to wait for the one who follows.
const WAIT: Duration = Duration::from_millis(200);

impl Archive {
    pub(super) async fn roll(&self, now: Time) -> Result<Dropped> {
        let today = day_of(now.0);
        let days = i64::from(self.inner.options.days.max(1));
        let mut dropped = Dropped::default();
        let old_floor = self.floor().await?;
        let mut floor = old_floor.max(today - days + 1);
        loop {
            dropped.posts += self.drop_before(floor).await?;
            let left: Vec<i64> = self.kept(floor);
            let too_large = self.bytes().await? > self.inner.options.max_bytes;
            // Whatever its size, today stays.
            match left.first() {
                Some(oldest) if too_large && *oldest < today => floor = oldest + 1,
                _ => break,
            }
        }
        dropped.days = (self.inner.days().keys().copied())
            .filter(|number| (old_floor..floor).contains(number))
            .count() as u64;
        self.inner.days_mut().retain(|number, _| *number >= floor);
        for number in day::days_in(&self.inner.options.folder) {
            // Who follows drops them too; who comes first is of no account.
            if number < floor && self.inner.follows.load(std::sync::atomic::Ordering::Relaxed) {
                day::remove(&self.inner.options.folder, number)?;
            }
        }
        Ok(dropped)
    }

    fn kept(&self, floor: i64) -> Vec<i64> {
        day::days_in(&self.inner.options.folder)
            .into_iter()
            .filter(|number| *number >= floor)
            .collect()
    }

    /// Bytes of the days that are kept and of what is used of the store's file.
    async fn bytes(&self) -> Result<u64> {
        let floor = self.floor().await?;
        let folder = &self.inner.options.folder;
        let index: u64 = self
            .kept(floor)
            .into_iter()
            .map(|number| day::bytes_below(&day::folder_of(folder, number)))
            .sum();
        Ok(index + self.used_bytes().await?)
    }

    /// Bytes of the store's file.
    pub(super) async fn store_bytes(&self) -> Result<u64> {
        self.pages("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").await
    }

    async fn used_bytes(&self) -> Result<u64> {
        self.pages(
            "SELECT (page_count - freelist_count) * page_size \
             FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
        )
        .await
    }

    async fn pages(&self, sql: &'static str) -> Result<u64> {
        let bytes: i64 = sqlx::query_scalar(sql).fetch_one(self.inner.store.readers()).await?;
        Ok(bytes.unsigned_abs())
    }

    /// Moves the floor first, so that no note is made for each post that goes.
    async fn drop_before(&self, floor: i64) -> Result<u64> {
        if floor <= self.floor().await? {
            return Ok(0);
        }
        let mut write = self.inner.store.write().await?;
        sqlx::query("UPDATE archive SET floor = ?").bind(floor).execute(write.conn()).await?;
        write.commit().await?;
        retention::unmatched_before(&self.inner.store, Time(floor.saturating_mul(DAY))).await
    }

    pub(super) async fn make_anew(&self, mut progress: impl FnMut(u64, u64) + Send) -> Result<u64> {
        self.begin_anew().await?;
        loop {
            // The times of days matter only for those that are over, and no day is put into one
            // piece while there is something to take in.
            let done = self.catch_up(Time(0)).await?;
            if !self.is_begun_anew() {
                tokio::time::sleep(WAIT).await;
                continue;
            }
            let (rows, all) = self.progress().await?;
            progress(rows, all);
            if done.behind == 0 {
                self.refresh_at_once().await?;
                return Ok(self.status().await?.posts);
            }
            if done.elsewhere {
                tokio::time::sleep(WAIT).await;
            }
        }
    }
}
