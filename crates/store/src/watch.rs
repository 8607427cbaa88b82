//! Watches and the versions of their queries.

use std::collections::HashSet;

use domain::{AlertRules, Time, Watch, WatchId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::delete;
use crate::open::Write;
use crate::rows::{fold, rows_of, write_rows};
use crate::{KeptWatch, NewWatch, Result, Store, StoreError, WatchChanges};

/// Mentions a transaction when a watch is removed: live posts must get in between.
const STEP: i64 = 2_000;
/// Watches a transaction when many are made.
const ADD: usize = 1_000;

pub(crate) fn watch_from(row: &SqliteRow) -> Result<Watch> {
    Ok(Watch {
        id: WatchId(row.try_get("id")?),
        name: row.try_get("name")?,
        query: row.try_get("query")?,
        version: row.try_get("version")?,
        alerts: AlertRules {
            every: row.try_get("tell_every")?,
            negative: row.try_get("tell_negative")?,
            rise: row.try_get("tell_rise")?,
            crossing: row.try_get("tell_crossing")?,
        },
        paused: row.try_get("paused")?,
        created: Time(row.try_get("created")?),
        changed: Time(row.try_get("changed")?),
    })
}

fn kept_from(row: &SqliteRow) -> Result<KeptWatch> {
    Ok(KeptWatch {
        watch: watch_from(row)?,
        revision: row.try_get("revision")?,
        filled: row.try_get("filled")?,
        filled_at: row.try_get("filled_at")?,
    })
}

impl Store {
    /// All, by name.
    pub async fn watches(&self) -> Result<Vec<Watch>> {
        let rows =
            sqlx::query("SELECT * FROM watches ORDER BY folded").fetch_all(self.readers()).await?;
        rows.iter().map(watch_from).collect()
    }

    /// One.
    pub async fn watch(&self, id: WatchId) -> Result<Option<Watch>> {
        let row = sqlx::query("SELECT * FROM watches WHERE id = ?")
            .bind(id.0)
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(watch_from).transpose()
    }

    /// One by name, case aside.
    pub async fn watch_named(&self, name: &str) -> Result<Option<Watch>> {
        let row = sqlx::query("SELECT * FROM watches WHERE folded = ?")
            .bind(fold(name))
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(watch_from).transpose()
    }

    /// What happened to watches after [`crate::Change::settings`] was `since` (0: all there are).
    pub async fn watches_since(&self, since: i64) -> Result<WatchChanges> {
        let mut read = self.readers().begin().await?;
        let settings: i64 =
            sqlx::query_scalar("SELECT settings FROM numbers").fetch_one(&mut *read).await?;
        // Watches older than revisions have none.
        let rows = sqlx::query("SELECT * FROM watches WHERE revision > ? ORDER BY id")
            .bind(if since == 0 { -1 } else { since })
            .fetch_all(&mut *read)
            .await?;
        let gone: Vec<i64> =
            sqlx::query_scalar("SELECT watch FROM gone_watches WHERE revision > ?")
                .bind(since)
                .fetch_all(&mut *read)
                .await?;
        read.commit().await?;
        let changed = rows.iter().map(kept_from).collect::<Result<_>>()?;
        Ok(WatchChanges { settings, changed, gone: gone.into_iter().map(WatchId).collect() })
    }

    /// The watches of these numbers, in any order; those that are gone are left out.
    pub async fn kept_watches(&self, numbers: &[WatchId]) -> Result<Vec<KeptWatch>> {
        let mut conn = self.readers().acquire().await?;
        let numbers: Vec<i64> = numbers.iter().map(|watch| watch.0).collect();
        let rows = rows_of(&mut conn, "SELECT * FROM watches WHERE id", "", &numbers).await?;
        rows.iter().map(kept_from).collect()
    }

    /// Remembers that these versions of queries were filled from the past, which began when
    /// [`crate::Change::settings`] was `at`. Nobody is woken: nothing that is shown changed.
    pub async fn mark_filled(&self, watches: &[(WatchId, u32)], at: i64) -> Result<()> {
        for some in watches.chunks(ADD) {
            let mut write = self.write().await?;
            for (watch, version) in some {
                sqlx::query("UPDATE watches SET filled = ?, filled_at = ? WHERE id = ?")
                    .bind(version)
                    .bind(at)
                    .bind(watch.0)
                    .execute(write.conn())
                    .await?;
            }
            write.commit().await?;
        }
        Ok(())
    }

    /// Makes one; [`StoreError::Taken`] when the name is.
    pub async fn add_watch(
        &self,
        name: &str,
        query: &str,
        alerts: AlertRules,
        now: Time,
    ) -> Result<Watch> {
        let new = NewWatch { name: name.to_owned(), query: query.to_owned(), alerts };
        let mut added = self.add_some(std::slice::from_ref(&new), now).await?;
        added.pop().ok_or_else(|| StoreError::Missing(format!("watch {name:?}")))
    }

    /// Makes many, 1,000 a transaction. At a name that is taken it ends with
    /// [`StoreError::Taken`]; the thousands before stay.
    pub async fn add_watches(&self, new: &[NewWatch], now: Time) -> Result<Vec<Watch>> {
        let mut added = Vec::with_capacity(new.len());
        for some in new.chunks(ADD) {
            added.extend(self.add_some(some, now).await?);
        }
        Ok(added)
    }

    async fn add_some(&self, new: &[NewWatch], now: Time) -> Result<Vec<Watch>> {
        let mut write = self.write().await?;
        write.numbers.settings += 1;
        let mut names: HashSet<String> = HashSet::with_capacity(new.len());
        let mut added = Vec::with_capacity(new.len());
        for NewWatch { name, query, alerts } in new {
            if !names.insert(fold(name)) {
                return Err(StoreError::Taken(name.clone()));
            }
            write.numbers.watch += 1;
            added.push(Watch {
                id: WatchId(write.numbers.watch),
                name: name.trim().to_owned(),
                query: query.clone(),
                version: 1,
                alerts: *alerts,
                paused: false,
                created: now,
                changed: now,
            });
        }
        let folded: Vec<String> = names.into_iter().collect();
        let taken =
            rows_of(write.conn(), "SELECT folded FROM watches WHERE folded", "", &folded).await?;
        if let Some(row) = taken.first() {
            let taken: String = row.try_get(0)?;
            let name = new.iter().find(|new| fold(&new.name) == taken);
            return Err(StoreError::Taken(name.map_or(taken, |new| new.name.clone())));
        }
        let revision = write.numbers.settings;
        write_rows(
            write.conn(),
            "INSERT INTO watches (id, name, folded, query, version, tell_every, tell_negative, \
             tell_rise, tell_crossing, paused, created, changed, revision) ",
            "",
            &added,
            |row, watch| {
                row.push_bind(watch.id.0)
                    .push_bind(&watch.name)
                    .push_bind(fold(&watch.name))
                    .push_bind(&watch.query)
                    .push_bind(watch.version)
                    .push_bind(watch.alerts.every)
                    .push_bind(watch.alerts.negative)
                    .push_bind(watch.alerts.rise)
                    .push_bind(watch.alerts.crossing)
                    .push_bind(watch.paused)
                    .push_bind(now.0)
                    .push_bind(now.0)
                    .push_bind(revision);
            },
        )
        .await?;
        keep_versions(&mut write, &added).await?;
        write.commit().await?;
        Ok(added)
    }

    /// Changes one (id and created stay; the version counts up by itself when the query changed).
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Taken`].
    pub async fn change_watch(&self, watch: &Watch, now: Time) -> Result<Watch> {
        let mut write = self.write().await?;
        let row = sqlx::query("SELECT * FROM watches WHERE id = ?")
            .bind(watch.id.0)
            .fetch_optional(write.conn())
            .await?;
        let old = row.as_ref().map(watch_from).transpose()?;
        let old = old.ok_or_else(|| StoreError::Missing(format!("watch {}", watch.id.0)))?;
        check_name(&mut write, &watch.name, Some(watch.id)).await?;
        let edited = old.query != watch.query;
        let new = Watch {
            name: watch.name.trim().to_owned(),
            version: old.version + u32::from(edited),
            created: old.created,
            changed: now,
            ..watch.clone()
        };
        write.numbers.settings += 1;
        let revision = write.numbers.settings;
        sqlx::query(
            "UPDATE watches SET name = ?, folded = ?, query = ?, version = ?, tell_every = ?, \
             tell_negative = ?, tell_rise = ?, tell_crossing = ?, paused = ?, changed = ?, revision = ? WHERE id = ?",
        )
        .bind(&new.name)
        .bind(fold(&new.name))
        .bind(&new.query)
        .bind(new.version)
        .bind(new.alerts.every)
        .bind(new.alerts.negative)
        .bind(new.alerts.rise)
        .bind(new.alerts.crossing)
        .bind(new.paused)
        .bind(now.0)
        .bind(revision)
        .bind(new.id.0)
        .execute(write.conn())
        .await?;
        if edited {
            keep_versions(&mut write, std::slice::from_ref(&new)).await?;
        }
        write.commit().await?;
        Ok(new)
    }

    /// Removes one with its mentions and alerts; [`StoreError::Missing`] when there is none.
    ///
    /// Ways that carried this watch alone keep its number in their list, so that they do not
    /// suddenly carry everything; numbers are never given twice.
    pub async fn remove_watch(&self, id: WatchId) -> Result<()> {
        loop {
            let mut write = self.write().await?;
            let mentions = delete::mentions_of_watch(&mut write, id.0, STEP).await?;
            let alerts = delete::alerts_of_watch(&mut write, id.0, STEP).await?;
            if mentions.max(alerts) == STEP.unsigned_abs() {
                write.commit().await?;
                continue;
            }
            let removed = sqlx::query("DELETE FROM watches WHERE id = ?")
                .bind(id.0)
                .execute(write.conn())
                .await?
                .rows_affected();
            if removed == 0 {
                return Err(StoreError::Missing(format!("watch {}", id.0)));
            }
            sqlx::query("DELETE FROM head_choices WHERE watch = ?")
                .bind(id.0)
                .execute(write.conn())
                .await?;
            write.numbers.settings += 1;
            write.numbers.revision += 1;
            note_gone(&mut write, id).await?;
            return write.commit().await;
        }
    }

    /// All versions of its query, oldest first: version, query, when.
    pub async fn watch_versions(&self, id: WatchId) -> Result<Vec<(u32, String, Time)>> {
        let rows: Vec<(u32, String, i64)> = sqlx::query_as(
            "SELECT version, query, at FROM watch_versions WHERE watch = ? ORDER BY version",
        )
        .bind(id.0)
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(|(version, query, at)| (version, query, Time(at))).collect())
    }
}

async fn check_name(write: &mut Write, name: &str, but: Option<WatchId>) -> Result<()> {
    let owner: Option<i64> = sqlx::query_scalar("SELECT id FROM watches WHERE folded = ?")
        .bind(fold(name))
        .fetch_optional(write.conn())
        .await?;
    match owner {
        Some(owner) if but != Some(WatchId(owner)) => Err(StoreError::Taken(name.to_owned())),
        _ => Ok(()),
    }
}

async fn keep_versions(write: &mut Write, watches: &[Watch]) -> Result<()> {
    write_rows(
        write.conn(),
        "INSERT INTO watch_versions (watch, version, query, at) ",
        "",
        watches,
        |row, watch| {
            row.push_bind(watch.id.0)
                .push_bind(watch.version)
                .push_bind(&watch.query)
                .push_bind(watch.changed.0);
        },
    )
    .await?;
    Ok(())
}

async fn note_gone(write: &mut Write, id: WatchId) -> Result<()> {
    let revision = write.numbers.settings;
    sqlx::query("INSERT INTO gone_watches (watch, revision) VALUES (?, ?)")
        .bind(id.0)
        .bind(revision)
        .execute(write.conn())
        .await?;
    Ok(())
}
