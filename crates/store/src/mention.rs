//! Mentions: stored, read, counted.

use std::collections::HashMap;

use domain::story::StoryId;
use domain::{HOUR, NewMention, Part, Post, PostId, Sentiment, Span, Tier, Time, Tone, WatchId};
use rusqlite::params;
use sqlx::query_builder::QueryBuilder;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, SqliteConnection};

use crate::filter::{self, Need};
use crate::kind::{kind_verdict_from, kinds_from};
use crate::known::watches_of;
use crate::open::Write;
use crate::post::{POST_COLUMNS, named_or_none, post_from};
use crate::rows::{bytes16, damaged, rows_of};
use crate::source::Kept;
use crate::{
    MentionFilter, MentionRow, Page, ReadAgain, Result, Store, StoreError, Totals, Verdict,
};

/// The columns of [`row_from`].
const COLUMNS: &str = "m.number, m.watch, w.name AS watch_name, m.watch_version, p.versions, \
    m.spans, m.why, m.tone, m.confidence, m.matched, m.told, m.quick, m.kinds, \
    k.by_person AS kinds_by, k.at AS kinds_at, k.was AS kinds_was, \
    v.by_person, v.at AS said_at, v.was, v.confidence AS was_confidence, t.id AS story, \
    COALESCE(t.title, t.phrase) AS story_name, sp.copy_of IS NOT NULL AS copy, \
    (SELECT min(o.number) FROM mentions o WHERE o.post = sp.copy_of) AS original, ";
const TABLES: &str = " CROSS JOIN posts p ON p.id = m.post CROSS JOIN sources s ON s.id = p.source \
    CROSS JOIN watches w ON w.id = m.watch LEFT JOIN verdicts v ON v.watch = m.watch \
    AND v.post = m.post AND v.fingerprint = p.fingerprint AND v.tone IS NOT NULL \
    LEFT JOIN kind_verdicts k ON k.watch = m.watch AND k.post = m.post \
    AND k.fingerprint = p.fingerprint AND k.kinds IS NOT NULL \
    LEFT JOIN story_posts sp ON sp.post = m.post LEFT JOIN stories t ON t.id = sp.story \
    AND t.posts > 1 ";
/// Posts a transaction when the past is filled in: live posts must get in between.
const BACKFILL: usize = 500;

/// A mention on its way into the file.
pub(crate) struct MentionLine {
    number: i64,
    post: i64,
    platform: String,
    channel: &'static str,
    lang: Option<String>,
    tier: Option<&'static str>,
    source: i64,
    published: i64,
    live: bool,
    mention: NewMention,
}

impl MentionLine {
    pub(crate) fn of(
        number: i64,
        row: i64,
        post: &Post,
        source: Kept,
        mention: &NewMention,
        live: bool,
    ) -> MentionLine {
        MentionLine {
            number,
            post: row,
            platform: post.platform.as_str().to_owned(),
            channel: post.channel.as_str(),
            lang: post.lang.clone(),
            tier: source.tier.map(Tier::as_str),
            source: source.id,
            published: post.published.0,
            live,
            mention: mention.clone(),
        }
    }
}

pub(crate) fn add(write: &mut Write, lines: &[MentionLine]) -> Result<()> {
    let mut insert = write.direct().statement(
        "INSERT INTO mentions (number, watch, post, platform, channel, lang, tone, tier, source, \
         published, matched, live, confidence, watch_version, spans, why, quick, kinds) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    for line in lines {
        let (tone, confidence) = tone_columns(line.mention.sentiment);
        insert.execute(params![
            line.number,
            line.mention.watch.0,
            line.post,
            line.platform,
            line.channel,
            line.lang,
            tone,
            line.tier,
            line.source,
            line.published,
            line.mention.matched.0,
            line.live,
            confidence,
            line.mention.watch_version,
            spans_to_text(&line.mention.spans),
            line.mention.why,
            line.mention.quick,
            i64::from(line.mention.kinds.bits()),
        ])?;
    }
    Ok(())
}

/// Says of posts again whether a mention speaks of them.
pub(crate) async fn mark_mentioned(write: &mut Write, posts: &[i64]) -> Result<()> {
    rows_of(
        write.conn(),
        "UPDATE posts SET mentioned = \
         (SELECT count(*) FROM (SELECT 1 FROM mentions WHERE post = posts.id LIMIT 1)) WHERE id",
        "",
        posts,
    )
    .await?;
    Ok(())
}

/// The columns `tone` and `confidence`. SQLite knows no NaN.
pub(crate) fn tone_columns(sentiment: Option<Sentiment>) -> (Option<&'static str>, Option<f64>) {
    let Some(Sentiment { tone, confidence }) = sentiment else { return (None, None) };
    let confidence = if confidence.is_finite() { f64::from(confidence) } else { 0.0 };
    (Some(tone.as_str()), Some(confidence))
}

/// Spans as `[[part,start,end],…]`, part 0 title, 1 lead, 2 body.
pub(crate) fn spans_to_text(spans: &[Span]) -> String {
    let lists: Vec<(u8, u32, u32)> = spans
        .iter()
        .map(|span| {
            let part = match span.part {
                Part::Title => 0,
                Part::Lead => 1,
                Part::Body => 2,
            };
            (part, span.start, span.end)
        })
        .collect();
    serde_json::to_string(&lists).unwrap_or_else(|_| "[]".into())
}

pub(crate) fn spans_from_text(text: &str) -> Result<Vec<Span>> {
    let lists: Vec<(u8, u32, u32)> =
        serde_json::from_str(text).map_err(|_| damaged("marked words", text))?;
    lists
        .into_iter()
        .map(|(part, start, end)| {
            let part = match part {
                0 => Part::Title,
                1 => Part::Lead,
                2 => Part::Body,
                _ => return Err(damaged("marked words", text)),
            };
            Ok(Span { part, start, end })
        })
        .collect()
}

fn row_from(row: &SqliteRow) -> Result<MentionRow> {
    let tone = named_or_none(row, "tone", Tone::named)?;
    let confidence: Option<f64> = row.try_get("confidence")?;
    let sentiment =
        tone.map(|tone| Sentiment { tone, confidence: confidence.unwrap_or_default() as f32 });
    Ok(MentionRow {
        number: row.try_get("number")?,
        watch: WatchId(row.try_get("watch")?),
        watch_name: row.try_get("watch_name")?,
        watch_version: row.try_get("watch_version")?,
        post: post_from(row)?,
        versions: row.try_get("versions")?,
        spans: spans_from_text(row.try_get("spans")?)?,
        why: row.try_get("why")?,
        sentiment,
        quick: row.try_get("quick")?,
        kinds: kinds_from(row, "kinds")?.unwrap_or_default(),
        verdict: verdict_from(row)?,
        kind_verdict: kind_verdict_from(row)?,
        matched: Time(row.try_get("matched")?),
        told: row.try_get::<Option<i64>, _>("told")?.map(Time),
        story: match row.try_get::<Option<i64>, _>("story")? {
            Some(story) => Some((StoryId(story), row.try_get("story_name")?)),
            None => None,
        },
        copy: row.try_get("copy")?,
        original: row.try_get("original")?,
    })
}

fn verdict_from(row: &SqliteRow) -> Result<Option<Verdict>> {
    let Some(by) = row.try_get::<Option<String>, _>("by_person")? else { return Ok(None) };
    let confidence: Option<f64> = row.try_get("was_confidence")?;
    let was = named_or_none(row, "was", Tone::named)?
        .map(|tone| Sentiment { tone, confidence: confidence.unwrap_or_default() as f32 });
    Ok(Some(Verdict { by, at: Time(row.try_get("said_at")?), was }))
}

/// The mentions of these numbers.
pub(crate) async fn by_numbers(
    conn: &mut SqliteConnection,
    numbers: &[i64],
) -> Result<HashMap<i64, MentionRow>> {
    let head = format!("SELECT {COLUMNS}{POST_COLUMNS} FROM mentions m{TABLES}WHERE m.number");
    let rows = rows_of(conn, &head, "", numbers).await?;
    rows.iter().map(row_from).map(|row| row.map(|row| (row.number, row))).collect()
}

impl Store {
    /// Mentions, a page of at most `limit`.
    pub async fn mentions(
        &self,
        filter: &MentionFilter,
        page: Page,
        limit: u32,
    ) -> Result<Vec<MentionRow>> {
        let mut conn = self.readers().acquire().await?;
        let lead = filter::lead(&mut conn, filter, Need::Page).await?;
        let order = if matches!(page, Page::After(_)) { "" } else { " DESC" };
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT ");
        sql.push(COLUMNS).push(POST_COLUMNS);
        sql.push(" FROM (SELECT m.number FROM mentions m").push(lead.hint());
        filter::push(&mut sql, filter);
        match page {
            Page::Newest => {}
            Page::Before(number) => {
                sql.push(" AND m.number < ").push_bind(number);
            }
            Page::After(number) => {
                sql.push(" AND m.number > ").push_bind(number);
            }
        }
        sql.push(" ORDER BY m.number").push(order).push(" LIMIT ").push_bind(i64::from(limit));
        sql.push(") n CROSS JOIN mentions m ON m.number = n.number").push(TABLES);
        sql.push(" ORDER BY m.number").push(order);
        let rows = sql.build().persistent(false).fetch_all(&mut *conn).await?;
        rows.iter().map(row_from).collect()
    }

    /// One mention.
    pub async fn mention(&self, number: i64) -> Result<Option<MentionRow>> {
        let mut conn = self.readers().acquire().await?;
        Ok(by_numbers(&mut conn, &[number]).await?.remove(&number))
    }

    /// The newest mentions judged by a quick look and matched since then, newest first.
    pub async fn unread(&self, most: u32, since: Time) -> Result<Vec<MentionRow>> {
        let sql = format!(
            "SELECT {COLUMNS}{POST_COLUMNS} FROM (SELECT number FROM mentions INDEXED BY \
             mentions_quick WHERE quick = 1 AND matched >= ? ORDER BY number DESC LIMIT ?) n \
             CROSS JOIN mentions m ON m.number = n.number{TABLES}ORDER BY m.number DESC"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(since.0)
            .bind(i64::from(most))
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(row_from).collect()
    }

    /// How many mentions were judged by a quick look and matched since then, counted up to `most`.
    pub async fn count_unread(&self, most: u32, since: Time) -> Result<u64> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM (SELECT 1 FROM mentions INDEXED BY mentions_quick \
             WHERE quick = 1 AND matched >= ? LIMIT ?)",
        )
        .bind(since.0)
        .bind(i64::from(most))
        .fetch_one(self.readers())
        .await?;
        Ok(count.unsigned_abs())
    }

    /// Sets tones that were judged anew. What a person said, and a post that was edited meanwhile,
    /// stay as they are.
    pub async fn read_again(&self, read: &[ReadAgain]) -> Result<()> {
        if read.is_empty() {
            return Ok(());
        }
        let mut write = self.write().await?;
        for read in read {
            let (tone, confidence) = tone_columns(read.sentiment);
            sqlx::query(
                "UPDATE mentions SET tone = ?2, confidence = ?3, quick = 0, kinds = CASE WHEN EXISTS \
                 (SELECT 1 FROM kind_verdicts v WHERE v.watch = mentions.watch AND v.post = \
                 mentions.post AND v.kinds IS NOT NULL) THEN kinds ELSE ?5 END \
                 WHERE number = ?1 AND quick = 1 AND EXISTS (SELECT 1 FROM posts p WHERE p.id = mentions.post AND \
                 p.versions = ?4)",
            )
            .bind(read.mention)
            .bind(tone)
            .bind(confidence)
            .bind(i64::from(read.versions))
            .bind(i64::from(read.kinds.bits()))
            .execute(write.conn())
            .await?;
        }
        write.numbers.revision += 1;
        write.commit().await
    }

    /// Counts of one watch per full hour by published time (an archive replayed now is no rise
    /// now), the last `hours` hours before `now`, newest first, empty hours included, the first
    /// entry being the last 60 minutes; hours before the watch was made are left out.
    ///
    /// # Errors
    /// [`StoreError::Missing`] without such a watch.
    pub async fn hourly(&self, watch: WatchId, now: Time, hours: u32) -> Result<Vec<u64>> {
        let found = self.watch(watch).await?;
        let watch = found.ok_or_else(|| StoreError::Missing(format!("watch {}", watch.0)))?;
        let past = i64::from(hours).saturating_mul(HOUR);
        let lived = now.since(watch.created).max(0) / HOUR;
        let entries = lived.clamp(1, i64::from(hours).max(1)).min(i64::from(hours));
        let mut counts = vec![0; usize::try_from(entries).unwrap_or(0)];
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT (? - published) / ? AS hour, count(*) FROM mentions \
             WHERE watch = ? AND published > ? AND published <= ? GROUP BY hour",
        )
        .bind(now.0)
        .bind(HOUR)
        .bind(watch.id.0)
        .bind(now.plus(-past).0)
        .bind(now.0)
        .fetch_all(self.readers())
        .await?;
        for (hour, count) in rows {
            let slot = usize::try_from(hour).ok().and_then(|hour| counts.get_mut(hour));
            if let Some(slot) = slot {
                *slot = count.unsigned_abs();
            }
        }
        Ok(counts)
    }

    /// Marks mentions as told (only the first time counts).
    pub async fn told(&self, mentions: &[i64], at: Time) -> Result<()> {
        if mentions.is_empty() {
            return Ok(());
        }
        let mut write = self.write().await?;
        for some in mentions.chunks(512) {
            let mut sql = QueryBuilder::<Sqlite>::new("UPDATE mentions SET told = ");
            sql.push_bind(at.0).push(" WHERE told IS NULL AND number IN (");
            let mut list = sql.separated(", ");
            for number in some {
                list.push_bind(*number);
            }
            sql.push(")");
            sql.build().persistent(false).execute(write.conn()).await?;
        }
        write.commit().await
    }

    /// Totals.
    pub async fn totals(&self) -> Result<Totals> {
        let (posts, mentions, open): (i64, i64, i64) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM posts), \
             (SELECT COALESCE(sum(mentions), 0) FROM mentions_by_hour), \
             (SELECT count(*) FROM alerts WHERE acknowledged_at IS NULL)",
        )
        .fetch_one(self.readers())
        .await?;
        Ok(Totals {
            posts: posts.unsigned_abs(),
            mentions: mentions.unsigned_abs(),
            open_alerts: open.unsigned_abs(),
        })
    }

    /// How many alerts nobody acknowledged, alone: [`Store::totals`] counts every post.
    pub async fn open_alerts(&self) -> Result<u64> {
        let sql = "SELECT count(*) FROM alerts WHERE acknowledged_at IS NULL";
        let count: i64 = sqlx::query_scalar(sql).fetch_one(self.readers()).await?;
        Ok(count.unsigned_abs())
    }

    /// Adds mentions of posts already stored (a new watch is filled from the past). No alerts, and
    /// nothing for the latency ledger. Posts and watches that are gone and mentions that are known
    /// are left out; returns mentions added.
    pub async fn backfill(&self, mentions: &[(PostId, NewMention)], now: Time) -> Result<u64> {
        let mut added = 0;
        for some in mentions.chunks(BACKFILL) {
            added += self.fill_in_some(some).await?;
        }
        tracing::debug!(added, at = now.0, "filled mentions in from the past");
        Ok(added)
    }

    async fn fill_in_some(&self, mentions: &[(PostId, NewMention)]) -> Result<u64> {
        let mut write = self.write().await?;
        let keys: Vec<Vec<u8>> = mentions.iter().map(|(id, _)| id.0.to_vec()).collect();
        let head = format!(
            "SELECT p.id, p.hash, p.source, {POST_COLUMNS} \
             FROM posts p JOIN sources s ON s.id = p.source WHERE p.hash"
        );
        let mut posts = HashMap::new();
        let mut rows = Vec::new();
        for row in rows_of(write.conn(), &head, "", &keys).await? {
            let post = post_from(&row)?;
            let kept = Kept { id: row.try_get("source")?, tier: post.source.tier };
            let id: i64 = row.try_get("id")?;
            rows.push(id);
            posts.insert(bytes16(row.try_get("hash")?)?, (id, kept, post));
        }
        let head = "SELECT post, watch FROM mentions WHERE post";
        let mut taken = std::collections::HashSet::<(i64, i64)>::new();
        for row in rows_of(write.conn(), head, "", &rows).await? {
            taken.insert((row.try_get(0)?, row.try_get(1)?));
        }
        let asked = mentions.iter().map(|(_, mention)| mention.watch.0);
        let watches = watches_of(write.direct(), asked)?;
        let mut lines = Vec::new();
        for (id, mention) in mentions {
            let Some((row, source, post)) = posts.get(&id.0) else { continue };
            if watches.has(mention.watch) && taken.insert((*row, mention.watch.0)) {
                write.numbers.mention += 1;
                let number = write.numbers.mention;
                lines.push(MentionLine::of(number, *row, post, *source, mention, false));
            }
        }
        add(&mut write, &lines)?;
        mark_mentioned(&mut write, &rows).await?;
        crate::verdict::outrank(&mut write, &rows).await?;
        crate::kind::outrank(&mut write, &rows).await?;
        crate::hours::roll(&mut write).await?;
        write.commit().await?;
        Ok(lines.len() as u64)
    }
}
