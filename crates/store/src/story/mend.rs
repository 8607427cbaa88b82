//! What people do to stories. It is done at once, and written down for the grower, which learns from
//! it and never undoes it.

use domain::Time;
use domain::assessment::Assessment;
use domain::story::{Because, Merged, StoryId};
use sqlx::Row;

use super::grow::{merge, path};
use super::{Foretold, Mend, MendRow};
use crate::open::Write;
use crate::rows::{damaged, rows_of, write_rows};
use crate::{Result, Store, StoreError};

impl Store {
    /// Joins two stories; the older number stays. Returns it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] without one of them, or where both are the same.
    pub async fn merge_stories(
        &self,
        one: StoryId,
        other: StoryId,
        by: &str,
        now: Time,
    ) -> Result<StoryId> {
        let mut write = self.write().await?;
        let (one, other) = (real(&mut write, one).await?, real(&mut write, other).await?);
        if one == other {
            return Err(StoreError::Missing("other story".into()));
        }
        let (into, from) = (one.min(other), one.max(other));
        merge(&mut write, Merged { from, into }).await?;
        path(&mut write, into.0, false, now).await?;
        note(&mut write, Mend::Merge, into, Some(from), &[], by, now).await?;
        done(write).await?;
        Ok(into)
    }

    /// Takes posts out of a story: into another one, or a new one. Returns which.
    ///
    /// # Errors
    /// [`StoreError::Missing`] without the story, the other one, or any of the posts in it.
    pub async fn move_posts(
        &self,
        story: StoryId,
        posts: &[i64],
        to: Option<StoryId>,
        by: &str,
        now: Time,
    ) -> Result<StoryId> {
        let mut write = self.write().await?;
        let story = real(&mut write, story).await?;
        let head = format!("SELECT post, at FROM story_posts WHERE story = {} AND post", story.0);
        let rows = rows_of(write.conn(), &head, " ORDER BY at, post", posts).await?;
        let posts: Vec<i64> = rows.iter().map(|row| Ok(row.try_get(0)?)).collect::<Result<_>>()?;
        let Some(first) = rows.first() else {
            return Err(StoreError::Missing("post in this story".into()));
        };
        let (what, to) = match to {
            Some(to) => (Mend::Move, real(&mut write, to).await?),
            None => {
                write.numbers.story += 1;
                let (new, at): (i64, i64) = (write.numbers.story, first.try_get(1)?);
                sqlx::query(
                    "INSERT INTO stories (id, state, first, last, headline) \
                     VALUES (?, 'growing', ?, ?, ?)",
                )
                .bind(new)
                .bind(at)
                .bind(at)
                .bind(posts[0])
                .execute(write.conn())
                .await?;
                (Mend::Split, StoryId(new))
            }
        };
        if to == story {
            return Err(StoreError::Missing("other story".into()));
        }
        let because = serde_json::to_string(&Because::Known).unwrap_or_default();
        let head =
            format!("UPDATE story_posts SET story = {}, because = '{because}' WHERE post", to.0);
        rows_of(write.conn(), &head, "", &posts).await?;
        let head = format!(
            "INSERT OR IGNORE INTO story_watches (watch, story) \
             SELECT DISTINCT watch, {} FROM mentions WHERE post",
            to.0
        );
        rows_of(write.conn(), &head, "", &posts).await?;
        for changed in [story, to] {
            path(&mut write, changed.0, false, now).await?;
        }
        note(&mut write, what, story, Some(to), &posts, by, now).await?;
        done(write).await?;
        Ok(to)
    }

    /// Says that two stories are not the same: the machine never joins them.
    ///
    /// # Errors
    /// [`StoreError::Missing`] without one of them, or where both are the same.
    pub async fn keep_apart(
        &self,
        one: StoryId,
        other: StoryId,
        by: &str,
        now: Time,
    ) -> Result<()> {
        let mut write = self.write().await?;
        let (one, other) = (real(&mut write, one).await?, real(&mut write, other).await?);
        if one == other {
            return Err(StoreError::Missing("other story".into()));
        }
        note(&mut write, Mend::Apart, one, Some(other), &[], by, now).await?;
        done(write).await
    }

    /// Closes a story, which then takes nothing more, or opens it again. Returns whether that
    /// changed anything.
    ///
    /// # Errors
    /// [`StoreError::Missing`] without it.
    pub async fn close_story(
        &self,
        story: StoryId,
        closed: bool,
        by: &str,
        now: Time,
    ) -> Result<bool> {
        let mut write = self.write().await?;
        let story = real(&mut write, story).await?;
        let (state, what) = if closed { ("closed", Mend::Close) } else { ("growing", Mend::Open) };
        let changed =
            sqlx::query("UPDATE stories SET state = ?2 WHERE id = ?1 AND (state = 'closed') <> ?3")
                .bind(story.0)
                .bind(state)
                .bind(closed)
                .execute(write.conn())
                .await?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        note(&mut write, what, story, None, &[], by, now).await?;
        done(write).await?;
        Ok(true)
    }

    /// Gives a story a name; an empty one takes it away.
    ///
    /// # Errors
    /// [`StoreError::Missing`] without it.
    pub async fn name_story(&self, story: StoryId, title: &str) -> Result<()> {
        let mut write = self.write().await?;
        let story = real(&mut write, story).await?;
        let title = Some(title.trim()).filter(|title| !title.is_empty());
        sqlx::query("UPDATE stories SET title = ? WHERE id = ?")
            .bind(title)
            .bind(story.0)
            .execute(write.conn())
            .await?;
        done(write).await
    }

    /// Sets what a person says of a story's severity (1 to 5); `None` takes it back. The machine's
    /// stays beside it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] without the story.
    pub async fn say_severity(
        &self,
        story: StoryId,
        severity: Option<u8>,
        why: &str,
        by: &str,
        now: Time,
    ) -> Result<()> {
        let mut write = self.write().await?;
        let story = real(&mut write, story).await?;
        let severity = severity.map(|severity| i64::from(severity.clamp(1, 5)));
        sqlx::query(
            "UPDATE stories SET severity_said = ?2, severity_by = ?3, severity_at = ?4, \
             severity_note = ?5 WHERE id = ?1",
        )
        .bind(story.0)
        .bind(severity)
        .bind(severity.map(|_| by))
        .bind(severity.map(|_| now.0))
        .bind(severity.map(|_| why.trim()))
        .execute(write.conn())
        .await?;
        done(write).await
    }

    /// Keeps what the machine says of stories, and what it foretells.
    pub async fn assess_stories(
        &self,
        told: &[(StoryId, Assessment)],
        foretold: &[Foretold],
    ) -> Result<()> {
        if told.is_empty() && foretold.is_empty() {
            return Ok(());
        }
        let mut write = self.write().await?;
        for (story, assessment) in told {
            sqlx::query("UPDATE stories SET severity = ?2, assessment = ?3 WHERE id = ?1")
                .bind(story.0)
                .bind(i64::from(assessment.severity))
                .bind(serde_json::to_string(assessment).unwrap_or_default())
                .execute(write.conn())
                .await?;
        }
        write_rows(
            write.conn(),
            "INSERT INTO forecasts (story, mark, made, posts, horizon, low, expected, high, \
             crossing, shipped) ",
            " ON CONFLICT DO NOTHING",
            foretold,
            |row, told| {
                row.push_bind(told.story.0)
                    .push_bind(told.mark)
                    .push_bind(told.made.0)
                    .push_bind(i64::try_from(told.posts).unwrap_or(i64::MAX))
                    .push_bind(told.horizon)
                    .push_bind(told.low)
                    .push_bind(told.expected)
                    .push_bind(told.high)
                    .push_bind(told.crossing)
                    .push_bind(serde_json::to_string(&told.shipped).unwrap_or_default());
            },
        )
        .await?;
        done(write).await
    }

    /// Keeps what came of what was foretold ([`Foretold::came`], [`Foretold::crossed`]).
    pub async fn forecasts_came(&self, over: &[Foretold]) -> Result<()> {
        if over.is_empty() {
            return Ok(());
        }
        let mut write = self.write().await?;
        for told in over {
            sqlx::query(
                "UPDATE forecasts SET came = ?4, crossed = ?5 WHERE story = ?1 AND mark = ?2 AND \
                 horizon = ?3",
            )
            .bind(told.story.0)
            .bind(told.mark)
            .bind(told.horizon)
            .bind(told.came.map(|came| i64::try_from(came).unwrap_or(i64::MAX)))
            .bind(told.crossed)
            .execute(write.conn())
            .await?;
        }
        write.commit().await
    }

    /// Notes that somebody looks at a story now.
    pub async fn see_story(&self, story: StoryId, person: &str, now: Time) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO story_seen (person, story, at) VALUES (?, ?, ?) \
             ON CONFLICT DO UPDATE SET at = excluded.at",
        )
        .bind(person)
        .bind(story.0)
        .bind(now.0)
        .execute(write.conn())
        .await?;
        write.commit().await
    }

    /// What people did after that number, in order.
    pub async fn mends_since(&self, number: i64) -> Result<Vec<MendRow>> {
        let rows = sqlx::query("SELECT * FROM story_mends WHERE number > ? ORDER BY number")
            .bind(number)
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(mend_from).collect()
    }

    /// What people did to a story, newest first.
    pub async fn mends_of(&self, story: StoryId) -> Result<Vec<MendRow>> {
        let rows = sqlx::query(
            "SELECT * FROM story_mends WHERE story = ?1 OR other = ?1 ORDER BY number DESC LIMIT 50",
        )
        .bind(story.0)
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(mend_from).collect()
    }
}

fn mend_from(row: &sqlx::sqlite::SqliteRow) -> Result<MendRow> {
    let (what, posts): (&str, &str) = (row.try_get("what")?, row.try_get("posts")?);
    Ok(MendRow {
        number: row.try_get("number")?,
        what: Mend::named(what).ok_or_else(|| damaged("what was done to a story", what))?,
        story: StoryId(row.try_get("story")?),
        other: row.try_get::<Option<i64>, _>("other")?.map(StoryId),
        posts: serde_json::from_str(posts).map_err(|_| damaged("posts that moved", posts))?,
        by: row.try_get("by_person")?,
        at: Time(row.try_get("at")?),
    })
}

/// The story of that number, or the one that it went to.
async fn real(write: &mut Write, story: StoryId) -> Result<StoryId> {
    let id: Option<i64> =
        sqlx::query_scalar("SELECT COALESCE(merged_into, id) FROM stories WHERE id = ?")
            .bind(story.0)
            .fetch_optional(write.conn())
            .await?;
    id.map(StoryId).ok_or_else(|| StoreError::Missing(format!("story {}", story.0)))
}

async fn note(
    write: &mut Write,
    what: Mend,
    story: StoryId,
    other: Option<StoryId>,
    posts: &[i64],
    by: &str,
    now: Time,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO story_mends (what, story, other, posts, by_person, at) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(what.as_str())
    .bind(story.0)
    .bind(other.map(|other| other.0))
    .bind(serde_json::to_string(posts).unwrap_or_default())
    .bind(by)
    .bind(now.0)
    .execute(write.conn())
    .await?;
    Ok(())
}

async fn done(mut write: Write) -> Result<()> {
    write.numbers.stories += 1;
    write.commit().await
}
