//! What the page of one story asks.

use domain::forecast::Appearance;
use domain::story::{Because, StoryId};
use domain::{Kind, Platform, PostId, SourceId, Tier, Time, Tone};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Bin, CrossingRow, Dot, Foretold, Voice, Voices};
use crate::kind::kinds_from;
use crate::post::{named, named_or_none, source_from};
use crate::rows::{bytes16, damaged, to_u64};
use crate::{Result, Store};

/// Of so many of the newest posts kinds and tones are counted for an assessment.
const COUNTED: i64 = 2_000;

/// Counts of a story that an assessment rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Who speaks.
    pub sources: u64,
    /// Of them without a known tier.
    pub unknown: u64,
    /// Their followers together, as far as known.
    pub reach: Option<u64>,
    /// Posts whose tone is known, of the newest 2,000.
    pub judged: u64,
    /// Negative ones among them.
    pub negative: u64,
    /// Posts of each kind, of the newest 2,000.
    pub kinds: [u64; Kind::COUNT],
}

impl Store {
    /// On which rungs a story appeared first, in order.
    pub async fn crossings(&self, story: StoryId) -> Result<Vec<CrossingRow>> {
        let rows = sqlx::query(
            "SELECT c.tier, c.at, c.after, c.told, c.post, p.hash, s.id AS source_row, \
             s.key AS source_key, s.name AS source_name, s.handle AS source_handle, \
             s.url AS source_url, s.tier AS source_tier, s.followers, s.country, s.verified, s.bot \
             FROM crossings c LEFT JOIN posts p ON p.id = c.post LEFT JOIN sources s ON \
             s.id = c.source WHERE c.story = ? ORDER BY c.at, c.after",
        )
        .bind(story.0)
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(crossing_from).collect()
    }

    /// The newest `limit` appearances, oldest first.
    pub async fn dots(&self, story: StoryId, limit: u32) -> Result<Vec<Dot>> {
        let rows = sqlx::query(
            "SELECT n.*, s.name, s.followers, m.number AS mention, m.kinds FROM (SELECT post, at, \
             tier, tone, source, copy_of, because FROM story_posts WHERE story = ? \
             ORDER BY at DESC, post DESC LIMIT ?) n JOIN sources s ON s.id = n.source \
             LEFT JOIN mentions m ON m.post = n.post ORDER BY n.at, n.post, m.number",
        )
        .bind(story.0)
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await?;
        let mut dots: Vec<Dot> = Vec::with_capacity(rows.len());
        for row in &rows {
            let next = dot_from(row)?;
            match dots.last_mut() {
                // Several watches' mentions of one post stand in a row.
                Some(dot) if dot.row == next.row => {
                    dot.kinds = dot.kinds.iter().chain(next.kinds.iter()).collect();
                }
                _ => dots.push(next),
            }
        }
        Ok(dots)
    }

    /// Appearances by rung and stretch of time: `slots` stretches of equal length from `from` to
    /// `to`.
    pub async fn bins(&self, story: StoryId, from: Time, to: Time, slots: u32) -> Result<Vec<Bin>> {
        let slots = i64::from(slots.max(1));
        let rows = sqlx::query(
            "SELECT tier, min(?4 - 1, (at - ?2) * ?4 / ?3) AS slot, count(*) AS posts, \
             sum(tone IS 'negative') AS negative, sum(copy_of IS NOT NULL) AS copies \
             FROM story_posts WHERE story = ?1 AND at >= ?2 AND at <= ?2 + ?3 GROUP BY tier, slot \
             ORDER BY tier, slot",
        )
        .bind(story.0)
        .bind(from.0)
        .bind(to.since(from).max(1))
        .bind(slots)
        .fetch_all(self.readers())
        .await?;
        let bin = |row: &SqliteRow| {
            let count =
                |name: &str| -> Result<u64> { Ok(row.try_get::<i64, _>(name)?.unsigned_abs()) };
            Ok(Bin {
                tier: named_or_none(row, "tier", Tier::named)?,
                slot: u32::try_from(row.try_get::<i64, _>("slot")?).unwrap_or(0),
                posts: count("posts")?,
                negative: count("negative")?,
                copies: count("copies")?,
            })
        };
        rows.iter().map(bin).collect()
    }

    /// The voices that weigh most: higher rungs first, then more followers, then who was first; and
    /// all of them together.
    pub async fn voices(&self, story: StoryId, limit: u32) -> Result<Voices> {
        let rows = sqlx::query(
            "SELECT v.posts, v.first, v.sources, v.reach, s.platform, s.key AS source_key, \
             s.name AS source_name, s.handle AS source_handle, s.url AS source_url, \
             s.tier AS source_tier, s.followers, s.country, s.verified, s.bot FROM (SELECT \
             n.source, n.posts, n.first, count(*) OVER () AS sources, sum(s.followers) OVER () AS \
             reach, CASE s.tier WHEN 'leading' THEN 5 WHEN 'trade' THEN 4 WHEN 'professional' \
             THEN 3 WHEN 'community' THEN 2 WHEN 'private' THEN 1 ELSE 0 END AS rung, \
             COALESCE(s.followers, 0) AS weight FROM (SELECT source, count(*) AS posts, \
             min(at) AS first FROM story_posts WHERE story = ? GROUP BY source) n \
             JOIN sources s ON s.id = n.source ORDER BY rung DESC, weight DESC, first LIMIT ?) v \
             JOIN sources s ON s.id = v.source ORDER BY v.rung DESC, v.weight DESC, v.first",
        )
        .bind(story.0)
        .bind(i64::from(limit.max(1)))
        .fetch_all(self.readers())
        .await?;
        let mut all = Voices::default();
        for row in &rows {
            all.sources = row.try_get::<i64, _>("sources")?.unsigned_abs();
            all.reach = to_u64(row.try_get("reach")?);
            all.loudest.push(Voice {
                source: source_from(row)?,
                platform: Platform::named(row.try_get("platform")?),
                posts: row.try_get::<i64, _>("posts")?.unsigned_abs(),
                first: Time(row.try_get("first")?),
            });
        }
        Ok(all)
    }

    /// The oldest `limit` appearances with what a forecast asks of them, oldest first.
    pub async fn heard(&self, story: StoryId, limit: u32) -> Result<Vec<Appearance>> {
        let rows = sqlx::query(
            "SELECT n.at, n.tier, n.copy_of, s.followers, s.hash FROM story_posts n JOIN sources s \
             ON s.id = n.source WHERE n.story = ? ORDER BY n.at LIMIT ?",
        )
        .bind(story.0)
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Appearance {
                    at: Time(row.try_get("at")?),
                    reach: to_u64(row.try_get("followers")?),
                    rung: named_or_none(row, "tier", Tier::named)?,
                    copy: row.try_get::<Option<i64>, _>("copy_of")?.is_some(),
                    source: Some(SourceId(bytes16(row.try_get("hash")?)?)),
                })
            })
            .collect()
    }

    /// How many posts of a story were published in a stretch of time, both ends included.
    pub async fn story_posts_between(&self, story: StoryId, from: Time, to: Time) -> Result<u64> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM story_posts WHERE story = ? AND at >= ? AND at <= ?",
        )
        .bind(story.0)
        .bind(from.0)
        .bind(to.0)
        .fetch_one(self.readers())
        .await?;
        Ok(count.unsigned_abs())
    }

    /// What an assessment rests on.
    pub async fn story_sums(&self, story: StoryId) -> Result<Sums> {
        let who = sqlx::query(
            "SELECT count(*) AS sources, COALESCE(sum(s.tier IS NULL), 0) AS unknown, \
             sum(s.followers) AS reach FROM (SELECT DISTINCT source FROM story_posts \
             WHERE story = ?) n JOIN sources s ON s.id = n.source",
        )
        .bind(story.0)
        .fetch_one(self.readers())
        .await?;
        let mut sums = Sums {
            sources: who.try_get::<i64, _>("sources")?.unsigned_abs(),
            unknown: who.try_get::<i64, _>("unknown")?.unsigned_abs(),
            reach: to_u64(who.try_get("reach")?),
            ..Sums::default()
        };
        // Each post once, whichever watch's mention says most of it.
        let what: Vec<(i64, Option<String>, i64)> = sqlx::query_as(
            "SELECT n.post, n.tone, m.kinds FROM (SELECT post, tone FROM story_posts \
             WHERE story = ? ORDER BY at DESC LIMIT ?) n JOIN mentions m ON m.post = n.post \
             ORDER BY n.post",
        )
        .bind(story.0)
        .bind(COUNTED)
        .fetch_all(self.readers())
        .await?;
        for one in what.chunk_by(|a, b| a.0 == b.0) {
            sums.judged += u64::from(one[0].1.is_some());
            sums.negative += u64::from(one[0].1.as_deref() == Some(Tone::Negative.as_str()));
            let kinds = one.iter().fold(0, |all, (_, _, kinds)| all | kinds);
            for (count, kind) in sums.kinds.iter_mut().zip(Kind::ALL) {
                *count += u64::from(kinds >> (kind as i64) & 1 == 1);
            }
        }
        Ok(sums)
    }

    /// What was foretold, the newest first: of one story, or of all whose outcome is known.
    pub async fn foretold(&self, story: Option<StoryId>, limit: u32) -> Result<Vec<Foretold>> {
        let rows = sqlx::query(
            "SELECT * FROM forecasts WHERE story = ?1 OR (?1 IS NULL AND came IS NOT NULL) \
             ORDER BY made DESC, story, horizon LIMIT ?2",
        )
        .bind(story.map(|story| story.0))
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(foretold_from).collect()
    }

    /// What was foretold and is over at that time, its outcome not known yet.
    pub async fn foretold_and_over(&self, now: Time, limit: u32) -> Result<Vec<Foretold>> {
        let rows = sqlx::query(
            "SELECT * FROM forecasts WHERE came IS NULL AND made + horizon * 60000 <= ? \
             ORDER BY made LIMIT ?",
        )
        .bind(now.0)
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(foretold_from).collect()
    }

    /// When somebody last looked at a story.
    pub async fn story_seen(&self, story: StoryId, person: &str) -> Result<Option<Time>> {
        let at: Option<i64> =
            sqlx::query_scalar("SELECT at FROM story_seen WHERE story = ? AND person = ?")
                .bind(story.0)
                .bind(person)
                .fetch_optional(self.readers())
                .await?;
        Ok(at.map(Time))
    }
}

fn crossing_from(row: &SqliteRow) -> Result<CrossingRow> {
    let hash: Option<&[u8]> = row.try_get("hash")?;
    let post = match (row.try_get::<Option<i64>, _>("post")?, hash) {
        (Some(post), Some(hash)) => Some((post, PostId(bytes16(hash)?))),
        _ => None,
    };
    let known = row.try_get::<Option<i64>, _>("source_row")?.is_some();
    Ok(CrossingRow {
        tier: named(row, "tier", Tier::named)?,
        at: Time(row.try_get("at")?),
        after: row.try_get("after")?,
        post,
        source: if known { Some(source_from(row)?) } else { None },
        told: Time(row.try_get("told")?),
    })
}

fn dot_from(row: &SqliteRow) -> Result<Dot> {
    let because: &str = row.try_get("because")?;
    Ok(Dot {
        row: row.try_get("post")?,
        mention: row.try_get::<Option<i64>, _>("mention")?.unwrap_or_default(),
        kinds: kinds_from(row, "kinds")?.unwrap_or_default(),
        at: Time(row.try_get("at")?),
        tier: named_or_none(row, "tier", Tier::named)?,
        tone: named_or_none(row, "tone", Tone::named)?,
        followers: to_u64(row.try_get("followers")?),
        name: row.try_get("name")?,
        copy_of: row.try_get("copy_of")?,
        because: serde_json::from_str::<Because>(because)
            .map_err(|_| damaged("why a post is in a story", because))?,
    })
}

fn foretold_from(row: &SqliteRow) -> Result<Foretold> {
    let shipped: &str = row.try_get("shipped")?;
    Ok(Foretold {
        story: StoryId(row.try_get("story")?),
        mark: row.try_get("mark")?,
        made: Time(row.try_get("made")?),
        posts: row.try_get::<i64, _>("posts")?.unsigned_abs(),
        horizon: row.try_get("horizon")?,
        low: row.try_get("low")?,
        expected: row.try_get("expected")?,
        high: row.try_get("high")?,
        crossing: row.try_get("crossing")?,
        shipped: serde_json::from_str(shipped).map_err(|_| damaged("a forecast", shipped))?,
        came: to_u64(row.try_get("came")?),
        crossed: row.try_get("crossed")?,
    })
}
