//! How well everything is heard: cursors, health, gaps, latency.

use std::collections::BTreeMap;

use domain::{
    Condition, CursorMove, GapReason, GapReport, Health, Latency, Moments, Platform, Time, latency,
};
use sqlx::Row;

use crate::open::Write;
use crate::post::named;
use crate::rows::write_rows;
use crate::{Result, Store};

/// The latency ledger sums up at most so many of the newest mentions.
const LEDGER_AT_MOST: i64 = 200_000;

/// Writes the gap ledger; the same stream and start again updates the line.
pub(crate) async fn report_gaps(write: &mut Write, gaps: &[GapReport]) -> Result<()> {
    let mut last: BTreeMap<(&str, Time), &GapReport> = BTreeMap::new();
    for gap in gaps {
        last.insert((&gap.stream, gap.from), gap);
    }
    let last: Vec<_> = last.into_values().collect();
    write_rows(
        write.conn(),
        "INSERT INTO gaps (stream, started, ended, reason, detail, made_up) ",
        " ON CONFLICT (stream, started) DO UPDATE SET ended = excluded.ended, \
         reason = excluded.reason, detail = excluded.detail, made_up = excluded.made_up",
        &last,
        |row, gap| {
            row.push_bind(&gap.stream)
                .push_bind(gap.from.0)
                .push_bind(gap.until.map(|time| time.0))
                .push_bind(gap.reason.as_str())
                .push_bind(&gap.detail)
                .push_bind(gap.made_up);
        },
    )
    .await?;
    Ok(())
}

impl Store {
    /// Every cursor whose stream is `connector` or starts with `connector/`, by stream.
    pub async fn cursors(&self, connector: &str) -> Result<Vec<CursorMove>> {
        // The streams between `name/` and `name0` are those that start with `name/`: `0` follows
        // `/` in the alphabet, and no letter of the name is a wildcard this way.
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT stream, value FROM cursors WHERE stream = ?1 OR (stream >= ?1 || '/' \
             AND stream < ?1 || '0') ORDER BY stream",
        )
        .bind(connector)
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(|(stream, value)| CursorMove { stream, value }).collect())
    }

    /// Keeps the last word about streams.
    pub async fn save_health(&self, health: &[Health]) -> Result<()> {
        if health.is_empty() {
            return Ok(());
        }
        let mut last: BTreeMap<&str, &Health> = BTreeMap::new();
        for health in health {
            last.insert(&health.stream, health);
        }
        let last: Vec<_> = last.into_values().collect();
        let mut write = self.write().await?;
        write_rows(
            write.conn(),
            "INSERT INTO health (stream, condition, detail, last_ok, newest_post, next_try, \
             heard, broken, errors, at) ",
            " ON CONFLICT (stream) DO UPDATE SET condition = excluded.condition, \
             detail = excluded.detail, last_ok = excluded.last_ok, \
             newest_post = excluded.newest_post, next_try = excluded.next_try, \
             heard = excluded.heard, broken = excluded.broken, errors = excluded.errors, \
             at = excluded.at",
            &last,
            |row, health| {
                row.push_bind(&health.stream)
                    .push_bind(health.condition.as_str())
                    .push_bind(&health.detail)
                    .push_bind(health.last_ok.map(|time| time.0))
                    .push_bind(health.newest_post.map(|time| time.0))
                    .push_bind(health.next_try.map(|time| time.0))
                    .push_bind(i64::try_from(health.heard).unwrap_or(i64::MAX))
                    .push_bind(i64::try_from(health.broken).unwrap_or(i64::MAX))
                    .push_bind(i64::from(health.errors))
                    .push_bind(health.at.0);
            },
        )
        .await?;
        write.commit().await
    }

    /// The last word about every stream, by stream name.
    pub async fn health(&self) -> Result<Vec<Health>> {
        let rows =
            sqlx::query("SELECT * FROM health ORDER BY stream").fetch_all(self.readers()).await?;
        let time = |value: Option<i64>| value.map(Time);
        rows.iter()
            .map(|row| {
                Ok(Health {
                    stream: row.try_get("stream")?,
                    condition: named(row, "condition", Condition::named)?,
                    detail: row.try_get("detail")?,
                    last_ok: time(row.try_get("last_ok")?),
                    newest_post: time(row.try_get("newest_post")?),
                    next_try: time(row.try_get("next_try")?),
                    heard: row.try_get::<i64, _>("heard")?.unsigned_abs(),
                    broken: row.try_get::<i64, _>("broken")?.unsigned_abs(),
                    errors: row.try_get("errors")?,
                    at: Time(row.try_get("at")?),
                })
            })
            .collect()
    }

    /// Forgets the health of streams that are gone (a feed taken off the list).
    pub async fn forget_health(&self, stream: &str) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM health WHERE stream = ?")
            .bind(stream)
            .execute(write.conn())
            .await?;
        write.commit().await
    }

    /// The gap ledger, newest first.
    pub async fn gaps(&self, limit: u32) -> Result<Vec<GapReport>> {
        let rows = sqlx::query("SELECT * FROM gaps ORDER BY started DESC, stream LIMIT ?")
            .bind(i64::from(limit))
            .fetch_all(self.readers())
            .await?;
        rows.iter()
            .map(|row| {
                Ok(GapReport {
                    stream: row.try_get("stream")?,
                    from: Time(row.try_get("started")?),
                    until: row.try_get::<Option<i64>, _>("ended")?.map(Time),
                    reason: named(row, "reason", GapReason::named)?,
                    detail: row.try_get("detail")?,
                    made_up: row.try_get("made_up")?,
                })
            })
            .collect()
    }

    /// The latency ledger per platform, mentions matched since (the newest 200,000). Posts whose
    /// `received` lies more than a day after `published` when first heard (archives, replays) do not
    /// count, nor do mentions that a backfill or an edit brought.
    pub async fn latency(&self, since: Time) -> Result<Vec<(Platform, Latency)>> {
        let rows: Vec<(String, i64, i64, i64, Option<i64>)> = sqlx::query_as(
            "SELECT m.platform, m.published, p.received, m.matched, m.told FROM mentions m \
             CROSS JOIN posts p ON p.id = m.post WHERE m.matched >= ? AND m.live = TRUE \
             ORDER BY m.matched DESC LIMIT ?",
        )
        .bind(since.0)
        .bind(LEDGER_AT_MOST)
        .fetch_all(self.readers())
        .await?;
        let mut platforms: BTreeMap<String, Vec<Moments>> = BTreeMap::new();
        for (platform, published, received, matched, told) in rows {
            platforms.entry(platform).or_default().push(Moments {
                published: Time(published),
                received: Time(received),
                matched: Time(matched),
                told: told.map(Time),
            });
        }
        Ok(platforms
            .into_iter()
            .filter_map(|(name, moments)| {
                Some((Platform::named(&name), latency::summarise(&moments)?))
            })
            .collect())
    }
}
