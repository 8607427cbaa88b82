//! Saved queries: what `query:"Name"` stands for.

use std::collections::HashMap;

use domain::Time;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::rows::fold;
use crate::{Result, SavedQuery, Store, StoreError};

fn saved_from(row: &SqliteRow) -> Result<SavedQuery> {
    Ok(SavedQuery {
        name: row.try_get("name")?,
        query: row.try_get("query")?,
        revision: row.try_get("revision")?,
        changed: Time(row.try_get("changed")?),
    })
}

impl Store {
    /// All, by name.
    pub async fn saved_queries(&self) -> Result<Vec<SavedQuery>> {
        let rows = sqlx::query("SELECT * FROM saved_queries ORDER BY folded")
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(saved_from).collect()
    }

    /// One by name, case aside.
    pub async fn saved_query(&self, name: &str) -> Result<Option<SavedQuery>> {
        let row = sqlx::query("SELECT * FROM saved_queries WHERE folded = ?")
            .bind(fold(name))
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(saved_from).transpose()
    }

    /// [`SavedQuery::revision`] of every saved query by its name in lower case.
    pub async fn saved_query_revisions(&self) -> Result<HashMap<String, i64>> {
        let rows: Vec<(String, i64)> = sqlx::query_as("SELECT folded, revision FROM saved_queries")
            .fetch_all(self.readers())
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// Saves a query under a name, in place of the one that had it (case aside; the new spelling
    /// counts).
    pub async fn set_saved_query(&self, name: &str, query: &str, now: Time) -> Result<SavedQuery> {
        let mut write = self.write().await?;
        write.numbers.settings += 1;
        let saved = SavedQuery {
            name: name.trim().to_owned(),
            query: query.to_owned(),
            revision: write.numbers.settings,
            changed: now,
        };
        sqlx::query(
            "INSERT INTO saved_queries (folded, name, query, revision, changed) \
             VALUES (?, ?, ?, ?, ?) ON CONFLICT (folded) DO UPDATE SET name = excluded.name, \
             query = excluded.query, revision = excluded.revision, changed = excluded.changed",
        )
        .bind(fold(name))
        .bind(&saved.name)
        .bind(query)
        .bind(saved.revision)
        .bind(now.0)
        .execute(write.conn())
        .await?;
        write.commit().await?;
        Ok(saved)
    }

    /// Removes one; [`StoreError::Missing`] when there is none. Watches that refer to it stay and
    /// say that they cannot be matched.
    pub async fn remove_saved_query(&self, name: &str) -> Result<()> {
        let mut write = self.write().await?;
        let removed = sqlx::query("DELETE FROM saved_queries WHERE folded = ?")
            .bind(fold(name))
            .execute(write.conn())
            .await?
            .rows_affected();
        if removed == 0 {
            return Err(StoreError::Missing(format!("saved query {name:?}")));
        }
        write.numbers.settings += 1;
        write.commit().await
    }
}
