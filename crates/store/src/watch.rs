//! Watches and the versions of their queries.

use domain::{AlertRules, Time, Watch, WatchId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::delete;
use crate::open::Write;
use crate::rows::fold;
use crate::{Result, Store, StoreError};

/// Mentions a transaction when a watch is removed: live posts must get in between.
const STEP: i64 = 2_000;

fn watch_from(row: &SqliteRow) -> Result<Watch> {
    Ok(Watch {
        id: WatchId(row.try_get("id")?),
        name: row.try_get("name")?,
        query: row.try_get("query")?,
        version: row.try_get("version")?,
        alerts: AlertRules {
            every: row.try_get("tell_every")?,
            negative: row.try_get("tell_negative")?,
            rise: row.try_get("tell_rise")?,
        },
        paused: row.try_get("paused")?,
        created: Time(row.try_get("created")?),
        changed: Time(row.try_get("changed")?),
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

    /// Makes one; [`StoreError::Taken`] when the name is.
    pub async fn add_watch(
        &self,
        name: &str,
        query: &str,
        alerts: AlertRules,
        now: Time,
    ) -> Result<Watch> {
        let mut write = self.write().await?;
        check_name(&mut write, name, None).await?;
        write.numbers.watch += 1;
        write.numbers.settings += 1;
        let watch = Watch {
            id: WatchId(write.numbers.watch),
            name: name.trim().to_owned(),
            query: query.to_owned(),
            version: 1,
            alerts,
            paused: false,
            created: now,
            changed: now,
        };
        sqlx::query(
            "INSERT INTO watches (id, name, folded, query, version, tell_every, tell_negative, \
             tell_rise, paused, created, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(watch.id.0)
        .bind(&watch.name)
        .bind(fold(name))
        .bind(&watch.query)
        .bind(watch.version)
        .bind(alerts.every)
        .bind(alerts.negative)
        .bind(alerts.rise)
        .bind(watch.paused)
        .bind(now.0)
        .bind(now.0)
        .execute(write.conn())
        .await?;
        keep_version(&mut write, &watch).await?;
        write.commit().await?;
        Ok(watch)
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
        sqlx::query(
            "UPDATE watches SET name = ?, folded = ?, query = ?, version = ?, tell_every = ?, \
             tell_negative = ?, tell_rise = ?, paused = ?, changed = ? WHERE id = ?",
        )
        .bind(&new.name)
        .bind(fold(&new.name))
        .bind(&new.query)
        .bind(new.version)
        .bind(new.alerts.every)
        .bind(new.alerts.negative)
        .bind(new.alerts.rise)
        .bind(new.paused)
        .bind(now.0)
        .bind(new.id.0)
        .execute(write.conn())
        .await?;
        if edited {
            keep_version(&mut write, &new).await?;
        }
        write.numbers.settings += 1;
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
            write.numbers.settings += 1;
            write.numbers.revision += 1;
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

async fn keep_version(write: &mut Write, watch: &Watch) -> Result<()> {
    sqlx::query("INSERT INTO watch_versions (watch, version, query, at) VALUES (?, ?, ?, ?)")
        .bind(watch.id.0)
        .bind(watch.version)
        .bind(&watch.query)
        .bind(watch.changed.0)
        .execute(write.conn())
        .await?;
    Ok(())
}
