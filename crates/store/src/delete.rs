//! Deletions: a post that is gone on its platform is gone here, and stays so.

use std::collections::HashSet;

use domain::{PostId, SourceId, Time};
use sqlx::Row;

use crate::Result;
use crate::open::Write;
use crate::rows::{rows_of, write_rows};

/// Removes posts and all posts of sources; returns posts removed. What was never heard is
/// remembered as deleted all the same.
pub(crate) async fn posts_and_sources(
    write: &mut Write,
    posts: &[PostId],
    sources: &[SourceId],
    now: Time,
) -> Result<u64> {
    if posts.is_empty() && sources.is_empty() {
        return Ok(0);
    }
    let mut graves: HashSet<Vec<u8>> = posts.iter().map(|id| id.0.to_vec()).collect();
    let keys: Vec<Vec<u8>> = graves.iter().cloned().collect();
    let mut rows = HashSet::new();
    for row in rows_of(write.conn(), "SELECT id FROM posts WHERE hash", "", &keys).await? {
        rows.insert(row.try_get::<i64, _>(0)?);
    }
    let keys: Vec<Vec<u8>> = sources.iter().map(|id| id.0.to_vec()).collect();
    graves.extend(keys.iter().cloned());
    let head = "SELECT p.id, p.hash FROM sources s JOIN posts p ON p.source = s.id WHERE s.hash";
    for row in rows_of(write.conn(), head, "", &keys).await? {
        rows.insert(row.try_get(0)?);
        graves.insert(row.try_get(1)?);
    }
    let graves: Vec<_> = graves.into_iter().collect();
    write_rows(
        write.conn(),
        "INSERT INTO tombstones (hash, at) ",
        " ON CONFLICT (hash) DO UPDATE SET at = excluded.at",
        &graves,
        |row, hash| {
            row.push_bind(hash).push_bind(now.0);
        },
    )
    .await?;
    let rows: Vec<i64> = rows.into_iter().collect();
    remove_posts(write, &rows).await
}

/// Removes posts with their versions, mentions and messages not sent yet, and sources that no
/// post is left of. Alerts stay as rows without content: their identity keeps the same fact from
/// being told twice.
pub(crate) async fn remove_posts(write: &mut Write, posts: &[i64]) -> Result<u64> {
    if posts.is_empty() {
        return Ok(0);
    }
    rows_of(
        write.conn(),
        "DELETE FROM deliveries WHERE state = 'waiting' AND alert IN \
         (SELECT number FROM alerts WHERE reason NOT IN ('rise', 'dip') AND post",
        ")",
        posts,
    )
    .await?;
    let tail = " RETURNING source, id, received";
    let gone = rows_of(write.conn(), "DELETE FROM posts WHERE id", tail, posts).await?;
    let lines: Vec<(i64, i64)> =
        gone.iter().map(|row| Ok((row.try_get(1)?, row.try_get(2)?))).collect::<Result<_>>()?;
    crate::archive::changes::posts(write, &lines).await?;
    let sources: HashSet<i64> =
        gone.iter().map(|row| Ok(row.try_get(0)?)).collect::<Result<_>>()?;
    let sources: Vec<i64> = sources.into_iter().collect();
    rows_of(
        write.conn(),
        "DELETE FROM sources WHERE NOT EXISTS (SELECT 1 FROM posts WHERE source = sources.id) \
         AND id",
        "",
        &sources,
    )
    .await?;
    Ok(gone.len() as u64)
}

/// Removes at most `step` mentions of a watch, oldest first; returns how many.
pub(crate) async fn mentions_of_watch(write: &mut Write, watch: i64, step: i64) -> Result<u64> {
    let posts: Vec<i64> = sqlx::query_scalar(
        "DELETE FROM mentions WHERE number IN \
         (SELECT number FROM mentions WHERE watch = ? ORDER BY number LIMIT ?) RETURNING post",
    )
    .bind(watch)
    .bind(step)
    .fetch_all(write.conn())
    .await?;
    crate::mention::mark_mentioned(write, &posts).await?;
    Ok(posts.len() as u64)
}

/// Removes at most `step` alerts of a watch with their deliveries; returns how many.
pub(crate) async fn alerts_of_watch(write: &mut Write, watch: i64, step: i64) -> Result<u64> {
    let gone = sqlx::query(
        "DELETE FROM alerts WHERE number IN (SELECT number FROM alerts WHERE watch = ? LIMIT ?)",
    )
    .bind(watch)
    .bind(step)
    .execute(write.conn())
    .await?;
    Ok(gone.rows_affected())
}
