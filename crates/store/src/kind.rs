//! What people said posts are: complaints, questions, praise … They outrank the machine, and teach
//! it, as what they say of tones does.

use std::collections::HashMap;

use domain::{Kinds, Time, WatchId};
use sqlx::Row;
use sqlx::query_builder::QueryBuilder;
use sqlx::sqlite::SqliteRow;

use crate::open::Write;
use crate::{KindLesson, KindVerdict, Result, Store, StoreError};

impl Store {
    /// Says what a mention is, and is not, in place of what was said before; returns whether
    /// anything changed. The machine's judgement is kept beside it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] without such a mention.
    pub async fn say_kinds(&self, mention: i64, kinds: Kinds, by: &str, now: Time) -> Result<bool> {
        let mut write = self.write().await?;
        let spoken = spoken_of(&mut write, mention).await?;
        if spoken.said == Some(kinds) {
            return Ok(false);
        }
        write.numbers.settings += 1;
        let revision = write.numbers.settings;
        sqlx::query(
            "INSERT INTO kind_verdicts (watch, post, fingerprint, kinds, was, by_person, at, \
             revision) SELECT m.watch, m.post, p.fingerprint, ?2, m.kinds, ?3, ?4, ?5 \
             FROM mentions m JOIN posts p ON p.id = m.post WHERE m.number = ?1 \
             ON CONFLICT (watch, post) DO UPDATE SET kinds = excluded.kinds, \
             was = CASE WHEN kind_verdicts.fingerprint = excluded.fingerprint \
             AND kind_verdicts.kinds IS NOT NULL THEN kind_verdicts.was ELSE excluded.was END, \
             fingerprint = excluded.fingerprint, by_person = excluded.by_person, \
             at = excluded.at, revision = excluded.revision",
        )
        .bind(mention)
        .bind(i64::from(kinds.bits()))
        .bind(by)
        .bind(now.0)
        .bind(revision)
        .execute(write.conn())
        .await?;
        set_kinds(&mut write, mention, kinds).await?;
        write.numbers.revision += 1;
        write.commit().await?;
        Ok(true)
    }

    /// Takes back what was said: the machine's judgement counts again, and nothing is learnt from
    /// it. Returns whether there was anything.
    ///
    /// # Errors
    /// [`StoreError::Missing`] without such a mention.
    pub async fn take_kinds_back(&self, mention: i64, by: &str, now: Time) -> Result<bool> {
        let mut write = self.write().await?;
        let spoken = spoken_of(&mut write, mention).await?;
        if spoken.said.is_none() {
            return Ok(false);
        }
        write.numbers.settings += 1;
        let revision = write.numbers.settings;
        sqlx::query(
            "UPDATE kind_verdicts SET kinds = NULL, by_person = ?, at = ?, revision = ? \
             WHERE watch = ? AND post = ?",
        )
        .bind(by)
        .bind(now.0)
        .bind(revision)
        .bind(spoken.watch)
        .bind(spoken.post)
        .execute(write.conn())
        .await?;
        set_kinds(&mut write, mention, spoken.was).await?;
        write.numbers.revision += 1;
        write.commit().await?;
        Ok(true)
    }

    /// The highest revision at which anything was said of kinds, 0 if nothing was.
    pub async fn last_kind_verdict(&self) -> Result<i64> {
        let last: Option<i64> = sqlx::query_scalar("SELECT max(revision) FROM kind_verdicts")
            .fetch_one(self.readers())
            .await?;
        Ok(last.unwrap_or(0))
    }

    /// The newest of what was said of kinds and still speaks of a post's present text, at most so
    /// many, oldest first; of one watch, or of all.
    pub async fn kind_lessons(&self, watch: Option<WatchId>, most: u32) -> Result<Vec<KindLesson>> {
        let mut sql = QueryBuilder::new(
            "SELECT v.watch, v.kinds, v.revision, p.title, p.lead, p.body, p.lang \
             FROM kind_verdicts v JOIN posts p ON p.id = v.post \
             AND p.fingerprint = v.fingerprint WHERE v.kinds IS NOT NULL",
        );
        if let Some(watch) = watch {
            sql.push(" AND v.watch = ").push_bind(watch.0);
        }
        sql.push(" ORDER BY v.revision DESC LIMIT ").push_bind(i64::from(most));
        let rows = sql.build().fetch_all(self.readers()).await?;
        let lesson = |row: &SqliteRow| -> Result<KindLesson> {
            let parts: [String; 3] =
                [row.try_get("title")?, row.try_get("lead")?, row.try_get("body")?];
            Ok(KindLesson {
                watch: WatchId(row.try_get("watch")?),
                kinds: kinds_from(row, "kinds")?.unwrap_or_default(),
                text: domain::joined(parts.each_ref().map(String::as_str)),
                lang: row.try_get("lang")?,
                revision: row.try_get("revision")?,
            })
        };
        let mut lessons = rows.iter().map(lesson).collect::<Result<Vec<_>>>()?;
        lessons.reverse();
        Ok(lessons)
    }

    /// Of how many mentions people said what they are, per watch.
    pub async fn kind_verdicts_per_watch(&self) -> Result<HashMap<WatchId, u64>> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT watch, count(*) FROM kind_verdicts WHERE kinds IS NOT NULL GROUP BY watch",
        )
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(|(watch, n)| (WatchId(watch), n.unsigned_abs())).collect())
    }
}

/// Kinds from a column, `None` where it holds nothing.
pub(crate) fn kinds_from(row: &SqliteRow, column: &str) -> Result<Option<Kinds>> {
    let bits: Option<i64> = row.try_get(column)?;
    Ok(bits.map(|bits| Kinds::of_bits(u8::try_from(bits & 0xff).unwrap_or_default())))
}

/// What a person said, of a row with the columns `kinds_by`, `kinds_at` and `kinds_was`.
pub(crate) fn kind_verdict_from(row: &SqliteRow) -> Result<Option<KindVerdict>> {
    let Some(by) = row.try_get::<Option<String>, _>("kinds_by")? else { return Ok(None) };
    let was = kinds_from(row, "kinds_was")?.unwrap_or_default();
    Ok(Some(KindVerdict { by, at: Time(row.try_get("kinds_at")?), was }))
}

/// What is known of a mention that is spoken of.
struct Spoken {
    watch: i64,
    post: i64,
    said: Option<Kinds>,
    was: Kinds,
}

async fn spoken_of(write: &mut Write, mention: i64) -> Result<Spoken> {
    let row = sqlx::query(
        "SELECT m.watch, m.post, v.kinds, v.was FROM mentions m JOIN posts p ON p.id = m.post \
         LEFT JOIN kind_verdicts v ON v.watch = m.watch AND v.post = m.post \
         AND v.fingerprint = p.fingerprint WHERE m.number = ?",
    )
    .bind(mention)
    .fetch_optional(write.conn())
    .await?
    .ok_or_else(|| StoreError::Missing(format!("mention {mention}")))?;
    Ok(Spoken {
        watch: row.try_get("watch")?,
        post: row.try_get("post")?,
        said: kinds_from(&row, "kinds")?,
        was: kinds_from(&row, "was")?.unwrap_or_default(),
    })
}

async fn set_kinds(write: &mut Write, mention: i64, kinds: Kinds) -> Result<()> {
    sqlx::query("UPDATE mentions SET kinds = ? WHERE number = ?")
        .bind(i64::from(kinds.bits()))
        .bind(mention)
        .execute(write.conn())
        .await?;
    Ok(())
}

/// Puts back what people said where mentions of these posts were judged anew by the machine. What
/// was said of a text that was edited since is void.
pub(crate) async fn outrank(write: &mut Write, posts: &[i64]) -> Result<()> {
    crate::rows::rows_of(
        write.conn(),
        "UPDATE mentions SET kinds = v.kinds FROM kind_verdicts v JOIN posts p ON p.id = v.post \
         AND p.fingerprint = v.fingerprint WHERE v.watch = mentions.watch \
         AND v.post = mentions.post AND v.kinds IS NOT NULL AND mentions.post",
        "",
        posts,
    )
    .await?;
    Ok(())
}
