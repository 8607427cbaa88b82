//! Alerts: raised once, told by every way that carries them, acknowledged.

use std::collections::{HashMap, HashSet};

use domain::story::StoryId;
use domain::{AlertId, AlertReason, NewAlert, Rise, Time, WatchId};
use sqlx::query_builder::QueryBuilder;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, SqliteConnection};

use crate::open::Write;
use crate::post::named;
use crate::rows::{bytes16, rows_of, to_i64, write_rows};
use crate::{AlertRow, Page, Result, Store, StoreError, delivery, mention};

/// The columns of [`bare_from`]; the mention is looked up by its number. The alert of a mention
/// that an edit or a deletion took has none.
const COLUMNS: &str = "a.number, a.hash, a.watch, w.name AS watch_name, a.reason, a.seen, \
    a.expected, a.story, a.raised, a.told, a.acknowledged_by, a.acknowledged_at, \
    m.number AS mention";
const TABLES: &str = "alerts a CROSS JOIN watches w ON w.id = a.watch \
    LEFT JOIN mentions m ON m.number = CASE WHEN a.reason IN ('rise', 'dip') THEN NULL ELSE COALESCE(\
    (SELECT x.number FROM mentions x WHERE x.post = a.post AND x.watch = a.watch), \
    CASE a.reason WHEN 'crossing' THEN (SELECT min(x.number) FROM mentions x \
    WHERE x.post = a.post) END) END";

/// An alert that is to be raised, and the row of its post.
pub(crate) struct Raising {
    pub alert: NewAlert,
    pub post: Option<i64>,
}

/// Raises what is not raised yet; returns the new numbers. Every way that carries the watch and
/// is not paused gets a delivery: a row before a message.
pub(crate) async fn raise_all(write: &mut Write, alerts: &[Raising]) -> Result<Vec<i64>> {
    if alerts.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<Vec<u8>> = alerts.iter().map(|raising| raising.alert.id.0.to_vec()).collect();
    let mut known = HashSet::new();
    for row in rows_of(write.conn(), "SELECT hash FROM alerts WHERE hash", "", &keys).await? {
        known.insert(bytes16(row.try_get(0)?)?);
    }
    let mut new = Vec::new();
    for raising in alerts {
        if known.insert(raising.alert.id.0) {
            write.numbers.alert += 1;
            new.push((write.numbers.alert, raising));
        }
    }
    write_rows(
        write.conn(),
        "INSERT INTO alerts (number, hash, watch, reason, post, seen, expected, story, \
         raised) ",
        "",
        &new,
        |row, (number, Raising { alert, post })| {
            row.push_bind(*number)
                .push_bind(alert.id.0.to_vec())
                .push_bind(alert.watch.0)
                .push_bind(alert.reason.as_str())
                .push_bind(*post)
                .push_bind(to_i64(alert.rise.map(|rise| rise.seen)))
                .push_bind(alert.rise.map(|rise| rise.expected).filter(|n| n.is_finite()))
                .push_bind(alert.story.map(|story| story.0))
                .push_bind(alert.raised.0);
        },
    )
    .await?;
    delivery::add(write, &new).await?;
    Ok(new.into_iter().map(|(number, _)| number).collect())
}

/// An alert and its mention's number.
fn bare_from(row: &SqliteRow) -> Result<(AlertRow, Option<i64>)> {
    let seen: Option<i64> = row.try_get("seen")?;
    let by: Option<String> = row.try_get("acknowledged_by")?;
    let at: Option<i64> = row.try_get("acknowledged_at")?;
    let expected: Option<f64> = row.try_get("expected")?;
    let alert = AlertRow {
        number: row.try_get("number")?,
        id: AlertId(bytes16(row.try_get("hash")?)?),
        watch: WatchId(row.try_get("watch")?),
        watch_name: row.try_get("watch_name")?,
        reason: named(row, "reason", AlertReason::named)?,
        mention: None,
        rise: seen
            .map(|seen| Rise { seen: seen.unsigned_abs(), expected: expected.unwrap_or_default() }),
        story: row.try_get::<Option<i64>, _>("story")?.map(StoryId),
        raised: Time(row.try_get("raised")?),
        told: row.try_get::<Option<i64>, _>("told")?.map(Time),
        acknowledged: by.zip(at.map(Time)),
    };
    Ok((alert, row.try_get("mention")?))
}

/// Reads alerts and puts their mentions in.
async fn whole(conn: &mut SqliteConnection, rows: &[SqliteRow]) -> Result<Vec<AlertRow>> {
    let bare: Vec<_> = rows.iter().map(bare_from).collect::<Result<_>>()?;
    let numbers: Vec<i64> = bare.iter().filter_map(|(_, mention)| *mention).collect();
    let mentions = mention::by_numbers(conn, &numbers).await?;
    Ok(bare
        .into_iter()
        .map(|(mut alert, number)| {
            alert.mention = number.and_then(|number| mentions.get(&number).cloned());
            alert
        })
        .collect())
}

/// The alerts of these numbers.
pub(crate) async fn by_numbers(
    conn: &mut SqliteConnection,
    numbers: &[i64],
) -> Result<HashMap<i64, AlertRow>> {
    let head = format!("SELECT {COLUMNS} FROM {TABLES} WHERE a.number");
    let rows = rows_of(conn, &head, "", numbers).await?;
    Ok(whole(conn, &rows).await?.into_iter().map(|alert| (alert.number, alert)).collect())
}

impl Store {
    /// Raises an alert that no post brought (a rise). `false` when it is known.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when its watch is gone.
    pub async fn raise(&self, alert: &NewAlert) -> Result<bool> {
        let mut write = self.write().await?;
        let post = match alert.post {
            None => None,
            Some(id) => {
                sqlx::query_scalar("SELECT id FROM posts WHERE hash = ?")
                    .bind(id.0.to_vec())
                    .fetch_optional(write.conn())
                    .await?
            }
        };
        let watch: Option<i64> = sqlx::query_scalar("SELECT id FROM watches WHERE id = ?")
            .bind(alert.watch.0)
            .fetch_optional(write.conn())
            .await?;
        if watch.is_none() {
            return Err(StoreError::Missing(format!("watch {}", alert.watch.0)));
        }
        let raised = raise_all(&mut write, &[Raising { alert: alert.clone(), post }]).await?;
        write.commit().await?;
        Ok(!raised.is_empty())
    }

    /// Alerts, a page of at most `limit`.
    pub async fn alerts(&self, open_only: bool, page: Page, limit: u32) -> Result<Vec<AlertRow>> {
        let mut conn = self.readers().acquire().await?;
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT ");
        sql.push(COLUMNS).push(" FROM ").push(TABLES).push(" WHERE TRUE");
        if open_only {
            sql.push(" AND a.acknowledged_at IS NULL");
        }
        push_page(&mut sql, "a.number", page, limit);
        let rows = sql.build().fetch_all(&mut *conn).await?;
        whole(&mut conn, &rows).await
    }

    /// One alert.
    pub async fn alert(&self, id: AlertId) -> Result<Option<AlertRow>> {
        let mut conn = self.readers().acquire().await?;
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT ");
        sql.push(COLUMNS).push(" FROM ").push(TABLES).push(" WHERE a.hash = ");
        sql.push_bind(id.0.to_vec());
        let rows = sql.build().fetch_all(&mut *conn).await?;
        Ok(whole(&mut conn, &rows).await?.pop())
    }

    /// Somebody takes note of an alert; only the first one counts. [`StoreError::Missing`] when
    /// there is none.
    pub async fn acknowledge(&self, id: AlertId, who: &str, at: Time) -> Result<()> {
        let mut write = self.write().await?;
        let known: Option<i64> = sqlx::query_scalar("SELECT number FROM alerts WHERE hash = ?")
            .bind(id.0.to_vec())
            .fetch_optional(write.conn())
            .await?;
        let number = known.ok_or_else(|| StoreError::Missing(format!("alert {id}")))?;
        let noted = sqlx::query(
            "UPDATE alerts SET acknowledged_by = ?, acknowledged_at = ? \
             WHERE number = ? AND acknowledged_at IS NULL",
        )
        .bind(who)
        .bind(at.0)
        .bind(number)
        .execute(write.conn())
        .await?
        .rows_affected();
        // Other people's open pages must hear of it.
        write.numbers.revision += i64::from(noted > 0);
        write.commit().await
    }

    /// Somebody takes note of all alerts up to this number; returns how many were open.
    pub async fn acknowledge_all(&self, up_to: i64, who: &str, at: Time) -> Result<u64> {
        let mut write = self.write().await?;
        let noted = sqlx::query(
            "UPDATE alerts SET acknowledged_by = ?, acknowledged_at = ? \
             WHERE number <= ? AND acknowledged_at IS NULL",
        )
        .bind(who)
        .bind(at.0)
        .bind(up_to)
        .execute(write.conn())
        .await?
        .rows_affected();
        write.numbers.revision += i64::from(noted > 0);
        write.commit().await?;
        Ok(noted)
    }
}

/// Appends the conditions, order and limit of a page.
pub(crate) fn push_page(sql: &mut QueryBuilder<Sqlite>, column: &str, page: Page, limit: u32) {
    let order = match page {
        Page::Newest => " DESC",
        Page::Before(number) => {
            sql.push(" AND ").push(column).push(" < ").push_bind(number);
            " DESC"
        }
        Page::After(number) => {
            sql.push(" AND ").push(column).push(" > ").push_bind(number);
            ""
        }
    };
    sql.push(" ORDER BY ").push(column).push(order);
    sql.push(" LIMIT ").push_bind(i64::from(limit));
}
