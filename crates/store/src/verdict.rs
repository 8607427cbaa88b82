//! Verdicts: what people said of the tone of a mention. They outrank the machine, and teach it.

use std::collections::HashMap;

use domain::{Sentiment, Time, Tone, WatchId};
use sqlx::Row;
use sqlx::query_builder::QueryBuilder;

use crate::mention::tone_columns;
use crate::open::Write;
use crate::post::named_or_none;
use crate::{Lesson, Result, Store, StoreError};

impl Store {
    /// Says how a mention sounds, in place of what was said before; returns whether anything
    /// changed. The machine's judgement is kept beside it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] without such a mention.
    pub async fn say_tone(&self, mention: i64, tone: Tone, by: &str, now: Time) -> Result<bool> {
        let mut write = self.write().await?;
        let spoken = spoken_of(&mut write, mention).await?;
        if spoken.said == Some(tone) {
            return Ok(false);
        }
        write.numbers.settings += 1;
        let revision = write.numbers.settings;
        // What the machine had said stays from verdict to verdict.
        sqlx::query(
            "INSERT INTO verdicts (watch, post, fingerprint, tone, was, confidence, by_person, at, \
             revision) SELECT m.watch, m.post, p.fingerprint, ?2, m.tone, m.confidence, ?3, ?4, ?5 \
             FROM mentions m JOIN posts p ON p.id = m.post WHERE m.number = ?1 \
             ON CONFLICT (watch, post) DO UPDATE SET tone = excluded.tone, \
             was = CASE WHEN verdicts.fingerprint = excluded.fingerprint AND verdicts.tone IS NOT \
             NULL THEN verdicts.was ELSE excluded.was END, \
             confidence = CASE WHEN verdicts.fingerprint = excluded.fingerprint AND verdicts.tone \
             IS NOT NULL THEN verdicts.confidence ELSE excluded.confidence END, \
             fingerprint = excluded.fingerprint, by_person = excluded.by_person, \
             at = excluded.at, revision = excluded.revision",
        )
        .bind(mention)
        .bind(tone.as_str())
        .bind(by)
        .bind(now.0)
        .bind(revision)
        .execute(write.conn())
        .await?;
        set_tone(&mut write, mention, Some(Sentiment { tone, confidence: 1.0 })).await?;
        write.numbers.revision += 1;
        write.commit().await?;
        Ok(true)
    }

    /// Takes a verdict back: the machine's judgement counts again, and nothing is learnt from what
    /// was said. Returns whether there was one.
    ///
    /// # Errors
    /// [`StoreError::Missing`] without such a mention.
    pub async fn take_tone_back(&self, mention: i64, by: &str, now: Time) -> Result<bool> {
        let mut write = self.write().await?;
        let spoken = spoken_of(&mut write, mention).await?;
        if spoken.said.is_none() {
            return Ok(false);
        }
        write.numbers.settings += 1;
        let revision = write.numbers.settings;
        sqlx::query(
            "UPDATE verdicts SET tone = NULL, by_person = ?, at = ?, revision = ? \
             WHERE watch = ? AND post = ?",
        )
        .bind(by)
        .bind(now.0)
        .bind(revision)
        .bind(spoken.watch)
        .bind(spoken.post)
        .execute(write.conn())
        .await?;
        set_tone(&mut write, mention, spoken.was).await?;
        write.numbers.revision += 1;
        write.commit().await?;
        Ok(true)
    }

    /// The highest revision of a verdict, 0 without one: whoever learns looks here first.
    pub async fn last_verdict(&self) -> Result<i64> {
        let last: Option<i64> = sqlx::query_scalar("SELECT max(revision) FROM verdicts")
            .fetch_one(self.readers())
            .await?;
        Ok(last.unwrap_or(0))
    }

    /// The newest verdicts that still speak of a post's present text, at most so many, oldest
    /// first; of one watch, or of all.
    pub async fn lessons(&self, watch: Option<WatchId>, most: u32) -> Result<Vec<Lesson>> {
        let mut sql = QueryBuilder::new(
            "SELECT v.watch, v.tone, v.was, v.revision, p.title, p.lead, p.body, p.lang \
             FROM verdicts v JOIN posts p ON p.id = v.post AND p.fingerprint = v.fingerprint \
             WHERE v.tone IS NOT NULL",
        );
        if let Some(watch) = watch {
            sql.push(" AND v.watch = ").push_bind(watch.0);
        }
        sql.push(" ORDER BY v.revision DESC LIMIT ").push_bind(i64::from(most));
        let rows = sql.build().fetch_all(self.readers()).await?;
        let mut lessons = rows
            .iter()
            .map(|row| {
                let parts: [String; 3] =
                    [row.try_get("title")?, row.try_get("lead")?, row.try_get("body")?];
                let missing = || StoreError::Unusable("a verdict without its tone".into());
                Ok(Lesson {
                    watch: WatchId(row.try_get("watch")?),
                    tone: named_or_none(row, "tone", Tone::named)?.ok_or_else(missing)?,
                    was: named_or_none(row, "was", Tone::named)?,
                    text: domain::joined(parts.each_ref().map(String::as_str)),
                    lang: row.try_get("lang")?,
                    revision: row.try_get("revision")?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        lessons.reverse();
        Ok(lessons)
    }

    /// How many verdicts there are per watch.
    pub async fn verdicts_per_watch(&self) -> Result<HashMap<WatchId, u64>> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT watch, count(*) FROM verdicts WHERE tone IS NOT NULL GROUP BY watch",
        )
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(|(watch, n)| (WatchId(watch), n.unsigned_abs())).collect())
    }
}

/// What is known of a mention that is spoken of.
struct Spoken {
    watch: i64,
    post: i64,
    said: Option<Tone>,
    was: Option<Sentiment>,
}

async fn spoken_of(write: &mut Write, mention: i64) -> Result<Spoken> {
    let row = sqlx::query(
        "SELECT m.watch, m.post, v.tone, v.was, v.confidence FROM mentions m \
         JOIN posts p ON p.id = m.post LEFT JOIN verdicts v ON v.watch = m.watch \
         AND v.post = m.post AND v.fingerprint = p.fingerprint WHERE m.number = ?",
    )
    .bind(mention)
    .fetch_optional(write.conn())
    .await?
    .ok_or_else(|| StoreError::Missing(format!("mention {mention}")))?;
    let confidence: Option<f64> = row.try_get("confidence")?;
    let was = named_or_none(&row, "was", Tone::named)?
        .map(|tone| Sentiment { tone, confidence: confidence.unwrap_or_default() as f32 });
    Ok(Spoken {
        watch: row.try_get("watch")?,
        post: row.try_get("post")?,
        said: named_or_none(&row, "tone", Tone::named)?,
        was,
    })
}

async fn set_tone(write: &mut Write, mention: i64, said: Option<Sentiment>) -> Result<()> {
    let (tone, confidence) = tone_columns(said);
    sqlx::query("UPDATE mentions SET tone = ?, confidence = ?, quick = 0 WHERE number = ?")
        .bind(tone)
        .bind(confidence)
        .bind(mention)
        .execute(write.conn())
        .await?;
    Ok(())
}

/// Puts verdicts back where mentions of these posts were judged anew by the machine. A verdict on a
/// text that was edited since is void.
pub(crate) async fn outrank(write: &mut Write, posts: &[i64]) -> Result<()> {
    crate::rows::rows_of(
        write.conn(),
        "UPDATE mentions SET tone = v.tone, confidence = 1.0, quick = 0 FROM verdicts v \
         JOIN posts p ON p.id = v.post AND p.fingerprint = v.fingerprint \
         WHERE v.watch = mentions.watch AND v.post = mentions.post AND v.tone IS NOT NULL \
         AND mentions.post",
        "",
        posts,
    )
    .await?;
    Ok(())
}
