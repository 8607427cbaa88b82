//! Heads: what was learnt from verdicts, version by version, and which one judges.

use domain::{Kind, Time, WatchId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::{Choice, HeadRow, NewHead, Result, Store, StoreError, Subject};

/// Versions kept of the house's head and of each watch's, and the chosen one.
const KEPT: i64 = 20;

/// The house's place in `head_choices`.
const HOUSE: i64 = 0;

impl Store {
    /// Adds a version and forgets the oldest ones; returns its number, which grows.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the watch is gone.
    pub async fn add_head(&self, head: &NewHead) -> Result<i64> {
        let mut write = self.write().await?;
        if let Some(watch) = head.subject.watch {
            let there: Option<i64> = sqlx::query_scalar("SELECT id FROM watches WHERE id = ?")
                .bind(watch.0)
                .fetch_optional(write.conn())
                .await?;
            there.ok_or_else(|| StoreError::Missing(format!("watch {}", watch.0)))?;
        }
        let id = sqlx::query_scalar(
            "INSERT INTO heads (watch, kind, made, revision, \"check\", bytes) \
             VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        )
        .bind(head.subject.watch.map(|watch| watch.0))
        .bind(kind_name(head.subject))
        .bind(head.made.0)
        .bind(head.revision)
        .bind(&head.check)
        .bind(&head.bytes)
        .fetch_one(write.conn())
        .await?;
        sqlx::query(
            "DELETE FROM heads WHERE watch IS ?1 AND kind = ?3 AND id NOT IN (SELECT id FROM heads \
             WHERE watch IS ?1 AND kind = ?3 ORDER BY id DESC LIMIT ?2) \
             AND id NOT IN (SELECT head FROM head_choices WHERE head IS NOT NULL)",
        )
        .bind(head.subject.watch.map(|watch| watch.0))
        .bind(KEPT)
        .bind(kind_name(head.subject))
        .execute(write.conn())
        .await?;
        write.numbers.settings += 1;
        write.commit().await?;
        Ok(id)
    }

    /// All versions, newest first, without their weights.
    pub async fn heads(&self) -> Result<Vec<HeadRow>> {
        let rows = sqlx::query(
            "SELECT id, watch, kind, made, revision, \"check\" FROM heads ORDER BY id DESC",
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(head_from).collect()
    }

    /// The weights of a version.
    pub async fn head_bytes(&self, id: i64) -> Result<Option<Vec<u8>>> {
        let bytes = sqlx::query_scalar("SELECT bytes FROM heads WHERE id = ?")
            .bind(id)
            .fetch_optional(self.readers())
            .await?;
        Ok(bytes)
    }

    /// What people chose: for the house and for watches.
    pub async fn head_choices(&self) -> Result<Vec<(Subject, Choice)>> {
        let rows: Vec<(i64, String, Option<i64>)> =
            sqlx::query_as("SELECT watch, kind, head FROM head_choices ORDER BY watch, kind")
                .fetch_all(self.readers())
                .await?;
        let choices = rows.into_iter().map(|(watch, kind, head)| {
            let watch = (watch != HOUSE).then_some(WatchId(watch));
            let subject = Subject { watch, kind: Kind::named(&kind) };
            (subject, head.map_or(Choice::None, Choice::Version))
        });
        Ok(choices.collect())
    }

    /// Chooses which version judges.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the house or the watch has no such version.
    pub async fn choose_head(&self, subject: Subject, choice: Choice) -> Result<()> {
        let mut write = self.write().await?;
        let place = subject.watch.map_or(HOUSE, |watch| watch.0);
        let head = match choice {
            Choice::Newest => {
                sqlx::query("DELETE FROM head_choices WHERE watch = ? AND kind = ?")
                    .bind(place)
                    .bind(kind_name(subject))
                    .execute(write.conn())
                    .await?;
                write.numbers.settings += 1;
                return write.commit().await;
            }
            Choice::None => None,
            Choice::Version(id) => Some(id),
        };
        if let Some(id) = head {
            let there: Option<i64> =
                sqlx::query_scalar("SELECT id FROM heads WHERE id = ? AND watch IS ? AND kind = ?")
                    .bind(id)
                    .bind(subject.watch.map(|watch| watch.0))
                    .bind(kind_name(subject))
                    .fetch_optional(write.conn())
                    .await?;
            there.ok_or_else(|| StoreError::Missing(format!("version {id}")))?;
        }
        sqlx::query(
            "INSERT INTO head_choices (watch, kind, head) VALUES (?, ?, ?) \
             ON CONFLICT (watch, kind) DO UPDATE SET head = excluded.head",
        )
        .bind(place)
        .bind(kind_name(subject))
        .bind(head)
        .execute(write.conn())
        .await?;
        write.numbers.settings += 1;
        write.commit().await
    }
}

/// The kind as the database has it: nothing for tones.
fn kind_name(subject: Subject) -> &'static str {
    subject.kind.map_or("", Kind::as_str)
}

fn head_from(row: &SqliteRow) -> Result<HeadRow> {
    Ok(HeadRow {
        id: row.try_get("id")?,
        subject: Subject {
            watch: row.try_get::<Option<i64>, _>("watch")?.map(WatchId),
            kind: Kind::named(row.try_get("kind")?),
        },
        made: Time(row.try_get("made")?),
        revision: row.try_get("revision")?,
        check: row.try_get("check")?,
    })
}
