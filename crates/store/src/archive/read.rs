//! Posts by their rows, as the archive reads them from the store.

use domain::{DAY, Post};
use sqlx::Row;
use sqlx::query_builder::QueryBuilder;
use sqlx::sqlite::SqliteRow;

use crate::post::{POST_COLUMNS, POST_TOLD, PostTold, SourceTold, post_from, post_told};
use crate::rows::{rows_of, told};
use crate::{Result, Store};

/// Posts after a row, ascending.
pub(crate) async fn after(store: &Store, row: i64, limit: i64) -> Result<Vec<(i64, Post)>> {
    let mut sql = QueryBuilder::<sqlx::Sqlite>::new("SELECT json_group_array(json_array(p.id, ");
    sql.push(POST_TOLD).push(
        ")) FROM (SELECT id FROM posts WHERE id > ? ORDER BY id LIMIT ?) n \
         CROSS JOIN posts p ON p.id = n.id CROSS JOIN sources s ON s.id = p.source",
    );
    let all = sqlx::query(sqlx::AssertSqlSafe(sql.into_string()))
        .bind(row)
        .bind(limit)
        .fetch_one(store.readers())
        .await?;
    let mut posts: Vec<(i64, PostTold, SourceTold)> = told(&all, 0)?;
    posts.sort_unstable_by_key(|(row, ..)| *row);
    posts.into_iter().map(|(row, post, source)| Ok((row, post_told(post, source)?))).collect()
}

/// The posts of these rows that still are, in no order.
pub(crate) async fn rows(store: &Store, rows: &[i64]) -> Result<Vec<(i64, Post)>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let head = format!(
        "SELECT p.id, {POST_COLUMNS} FROM posts p CROSS JOIN sources s ON s.id = p.source \
         WHERE p.id"
    );
    let mut conn = store.readers().acquire().await?;
    let found = rows_of(&mut conn, &head, "", rows).await?;
    found.iter().map(read).collect()
}

/// The rows of the posts received on a day, ascending.
pub(crate) async fn rows_of_day(store: &Store, day: i64, last: i64) -> Result<Vec<i64>> {
    let mut rows: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM posts WHERE mentioned IN (0, 1) AND received >= ? AND received < ? \
         AND id <= ?",
    )
    .bind(day.saturating_mul(DAY))
    .bind((day + 1).saturating_mul(DAY))
    .bind(last)
    .fetch_all(store.readers())
    .await?;
    rows.sort_unstable();
    Ok(rows)
}

fn read(row: &SqliteRow) -> Result<(i64, Post)> {
    Ok((row.try_get("id")?, post_from(row)?))
}
