//! Lists of stories.

use std::collections::HashMap;

use domain::story::StoryId;
use domain::{Tier, Time, WatchId};
use sqlx::query_builder::QueryBuilder;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, SqliteConnection};

use super::{Said, StoryFilter, StoryOrder, StoryRow, StoryState};
use crate::post::{POST_COLUMNS, named, named_or_none, post_from};
use crate::rows::rows_of;
use crate::{Result, Store};

/// Of a watch's stories so many of the newest are looked at.
const LOOK_AT: i64 = 5_000;

pub(super) const COLUMNS: &str = "t.id, t.state, t.title, t.phrase, t.first, t.last, t.posts, \
    t.copies, t.negative, t.rung, t.headline, t.assessment, t.severity_said, t.severity_by, \
    t.severity_at, t.severity_note";

/// A story, and the row of the post that speaks for it.
fn bare_from(row: &SqliteRow) -> Result<(StoryRow, Option<i64>)> {
    let count = |name: &str| -> Result<u64> {
        Ok(u64::try_from(row.try_get::<i64, _>(name)?).unwrap_or(0))
    };
    let assessment: Option<&str> = row.try_get("assessment")?;
    let said: Option<i64> = row.try_get("severity_said")?;
    let said = match said {
        None => None,
        Some(severity) => Some(Said {
            severity: severity.clamp(1, 5) as u8,
            by: row.try_get("severity_by")?,
            at: Time(row.try_get("severity_at")?),
            note: row.try_get("severity_note")?,
        }),
    };
    let story = StoryRow {
        id: StoryId(row.try_get("id")?),
        state: named(row, "state", StoryState::named)?,
        title: row.try_get("title")?,
        phrase: row.try_get("phrase")?,
        headline: None,
        first: Time(row.try_get("first")?),
        last: Time(row.try_get("last")?),
        posts: count("posts")?,
        copies: count("copies")?,
        negative: count("negative")?,
        rung: named_or_none(row, "rung", Tier::named)?,
        // Reasons of an older Horch that this one does not know are made anew.
        assessment: assessment.and_then(|json| serde_json::from_str(json).ok()),
        said,
        watches: Vec::new(),
    };
    Ok((story, row.try_get("headline")?))
}

/// Reads stories, with their headlines and watches.
pub(super) async fn whole(
    conn: &mut SqliteConnection,
    rows: &[SqliteRow],
) -> Result<Vec<StoryRow>> {
    let bare: Vec<_> = rows.iter().map(bare_from).collect::<Result<_>>()?;
    let headlines: Vec<i64> = bare.iter().filter_map(|(_, headline)| *headline).collect();
    let head = format!(
        "SELECT p.id, {POST_COLUMNS} FROM posts p JOIN sources s ON s.id = p.source WHERE p.id"
    );
    let mut posts = HashMap::new();
    for row in rows_of(&mut *conn, &head, "", &headlines).await? {
        posts.insert(row.try_get::<i64, _>("id")?, post_from(&row)?);
    }
    let ids: Vec<i64> = bare.iter().map(|(story, _)| story.id.0).collect();
    let head = "SELECT s.story, w.id, w.name FROM story_watches s JOIN watches w ON w.id = s.watch \
        WHERE s.story";
    let mut watches: HashMap<i64, Vec<(WatchId, String)>> = HashMap::new();
    for row in rows_of(conn, head, " ORDER BY w.name", &ids).await? {
        let watch = (WatchId(row.try_get(1)?), row.try_get(2)?);
        watches.entry(row.try_get(0)?).or_default().push(watch);
    }
    Ok(bare
        .into_iter()
        .map(|(mut story, headline)| {
            story.headline = headline.and_then(|row| posts.remove(&row));
            story.watches = watches.remove(&story.id.0).unwrap_or_default();
            story
        })
        .collect())
}

/// Appends ` WHERE …` for `stories t`.
fn push(sql: &mut QueryBuilder<Sqlite>, filter: &StoryFilter) {
    // Said with a number of its own: SQLite uses the index for it.
    let least = i64::try_from(filter.least.unwrap_or(2)).unwrap_or(i64::MAX);
    if least > 1 {
        sql.push(" WHERE t.posts > 1 AND t.posts >= ").push_bind(least);
    } else {
        sql.push(" WHERE t.posts > 0");
    }
    if let Some(rung) = filter.rung {
        sql.push(" AND t.rung IN (");
        let mut list = sql.separated(", ");
        for tier in Tier::ALL.into_iter().filter(|tier| *tier >= rung) {
            list.push_bind(tier.as_str());
        }
        sql.push(")");
    }
    if let Some(severity) = filter.severity {
        sql.push(" AND COALESCE(t.severity_said, t.severity) >= ").push_bind(i64::from(severity));
    }
    if let Some(since) = filter.since {
        sql.push(" AND t.last >= ").push_bind(since.0);
    }
}

impl Store {
    /// Stories, at most `limit`, the first `skip` left out.
    pub async fn stories(
        &self,
        filter: &StoryFilter,
        order: StoryOrder,
        skip: u32,
        limit: u32,
    ) -> Result<Vec<StoryRow>> {
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT ");
        sql.push(COLUMNS);
        match filter.watch {
            None => {
                sql.push(" FROM stories t");
            }
            Some(watch) => {
                sql.push(" FROM (SELECT story FROM story_watches WHERE watch = ");
                sql.push_bind(watch.0).push(" ORDER BY story DESC LIMIT ").push_bind(LOOK_AT);
                sql.push(") n CROSS JOIN stories t ON t.id = n.story");
            }
        }
        push(&mut sql, filter);
        sql.push(match order {
            StoryOrder::Newest => " ORDER BY t.last DESC, t.id DESC",
            StoryOrder::Biggest => " ORDER BY t.posts DESC, t.id DESC",
            StoryOrder::Gravest => {
                " ORDER BY COALESCE(t.severity_said, t.severity, 0) DESC, t.last DESC, t.id DESC"
            }
        });
        sql.push(" LIMIT ").push_bind(i64::from(limit)).push(" OFFSET ").push_bind(i64::from(skip));
        let mut conn = self.readers().acquire().await?;
        let rows = sql.build().persistent(false).fetch_all(&mut *conn).await?;
        whole(&mut conn, &rows).await
    }

    /// One story; a merged one is the one that it went to.
    pub async fn story(&self, id: StoryId) -> Result<Option<StoryRow>> {
        let mut conn = self.readers().acquire().await?;
        let sql = format!(
            "SELECT {COLUMNS} FROM stories t WHERE t.id = \
             (SELECT COALESCE(merged_into, id) FROM stories WHERE id = ?)"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.0).fetch_all(&mut *conn).await?;
        Ok(whole(&mut conn, &rows).await?.pop())
    }

    /// The severities that people gave other stories of the same watches with half to twice as many
    /// posts, the newest first, at most 20.
    pub async fn similar_severities(&self, story: StoryId) -> Result<Vec<u8>> {
        let said: Vec<i64> = sqlx::query_scalar(
            "SELECT o.severity_said FROM stories t JOIN stories o ON o.id <> t.id \
             AND o.posts BETWEEN t.posts / 2 AND t.posts * 2 AND EXISTS (SELECT 1 FROM \
             story_watches a JOIN story_watches b ON b.watch = a.watch AND b.story = o.id \
             WHERE a.story = t.id) WHERE t.id = ? AND o.severity_said IS NOT NULL \
             ORDER BY o.severity_at DESC LIMIT 20",
        )
        .bind(story.0)
        .fetch_all(self.readers())
        .await?;
        Ok(said.into_iter().map(|severity| severity.clamp(1, 5) as u8).collect())
    }
}
