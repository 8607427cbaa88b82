//! Lists of sources: what `list:"Trade press"` stands for.

use std::collections::{HashMap, HashSet};

use domain::Time;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::rows::fold;
use crate::{Result, SourceList, Store, StoreError};

fn list_from(row: &SqliteRow) -> Result<SourceList> {
    let entries: String = row.try_get("entries")?;
    Ok(SourceList {
        name: row.try_get("name")?,
        entries: entries.lines().map(str::to_owned).collect(),
        revision: row.try_get("revision")?,
        changed: Time(row.try_get("changed")?),
    })
}

/// Entries as they are kept: without empty lines, doubles and blanks around, in their order.
fn tidy(entries: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    entries
        .iter()
        .flat_map(|entry| entry.lines())
        .map(str::trim)
        .filter(|entry| !entry.is_empty() && seen.insert(fold(entry)))
        .map(str::to_owned)
        .collect()
}

impl Store {
    /// All, by name.
    pub async fn lists(&self) -> Result<Vec<SourceList>> {
        let rows = sqlx::query("SELECT * FROM source_lists ORDER BY folded")
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(list_from).collect()
    }

    /// One by name, case aside.
    pub async fn list(&self, name: &str) -> Result<Option<SourceList>> {
        let row = sqlx::query("SELECT * FROM source_lists WHERE folded = ?")
            .bind(fold(name))
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(list_from).transpose()
    }

    /// [`SourceList::revision`] of every list by its name in lower case.
    pub async fn list_revisions(&self) -> Result<HashMap<String, i64>> {
        let rows: Vec<(String, i64)> = sqlx::query_as("SELECT folded, revision FROM source_lists")
            .fetch_all(self.readers())
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// Keeps a list under a name, in place of the one that had it (case aside; the new spelling
    /// counts). Empty lines and doubles are left out; an entry with line ends is several.
    pub async fn set_list(&self, name: &str, entries: &[String], now: Time) -> Result<SourceList> {
        let mut write = self.write().await?;
        write.numbers.settings += 1;
        let list = SourceList {
            name: name.trim().to_owned(),
            entries: tidy(entries),
            revision: write.numbers.settings,
            changed: now,
        };
        sqlx::query(
            "INSERT INTO source_lists (folded, name, entries, revision, changed) \
             VALUES (?, ?, ?, ?, ?) ON CONFLICT (folded) DO UPDATE SET name = excluded.name, \
             entries = excluded.entries, revision = excluded.revision, changed = excluded.changed",
        )
        .bind(fold(name))
        .bind(&list.name)
        .bind(list.entries.join("\n"))
        .bind(list.revision)
        .bind(now.0)
        .execute(write.conn())
        .await?;
        write.commit().await?;
        Ok(list)
    }

    /// Removes one; [`StoreError::Missing`] when there is none. Watches that refer to it stay and
    /// say that they cannot be matched.
    pub async fn remove_list(&self, name: &str) -> Result<()> {
        let mut write = self.write().await?;
        let removed = sqlx::query("DELETE FROM source_lists WHERE folded = ?")
            .bind(fold(name))
            .execute(write.conn())
            .await?
            .rows_affected();
        if removed == 0 {
            return Err(StoreError::Missing(format!("list {name:?}")));
        }
        write.numbers.settings += 1;
        write.commit().await
    }
}
