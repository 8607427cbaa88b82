//! Ways to reach people, and deliveries: one alert by one way.

use domain::{DeliveryState, Time, WatchId, Way};
use sqlx::query_builder::QueryBuilder;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite};

use crate::alert::{Raising, push_page};
use crate::open::Write;
use crate::post::named;
use crate::rows::{damaged, write_rows};
use crate::{DeliveryRow, Page, Result, Store, StoreError, alert};

/// An answer from outside is kept this long (characters).
const ANSWER_AT_MOST: usize = 500;

const WAY_COLUMNS: &str = "y.id AS way_id, y.notifier, y.name AS way_name, y.settings, \
    y.watches AS way_watches, y.lang AS way_lang, y.paused";
const COLUMNS: &str = "d.number, d.alert, d.state, d.tries, d.next_try, d.delivered, d.answer, ";

fn way_from(row: &SqliteRow) -> Result<Way> {
    Ok(Way {
        id: row.try_get("way_id")?,
        notifier: row.try_get("notifier")?,
        name: row.try_get("way_name")?,
        settings: row.try_get("settings")?,
        watches: watches_from(row.try_get("way_watches")?)?,
        lang: row.try_get("way_lang")?,
        paused: row.try_get("paused")?,
    })
}

fn watches_from(json: &str) -> Result<Vec<WatchId>> {
    serde_json::from_str(json).map_err(|_| damaged("a way's watches", json))
}

fn watches_to_json(watches: &[WatchId]) -> String {
    let numbers: Vec<i64> = watches.iter().map(|watch| watch.0).collect();
    serde_json::to_string(&numbers).unwrap_or_else(|_| "[]".into())
}

/// Adds a delivery of each alert by each way that carries it.
pub(crate) async fn add(write: &mut Write, alerts: &[(i64, &Raising)]) -> Result<()> {
    if alerts.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query("SELECT id, watches FROM ways WHERE paused = FALSE ORDER BY id")
        .fetch_all(write.conn())
        .await?;
    let mut ways: Vec<(i64, Vec<WatchId>)> = Vec::new();
    for row in &rows {
        ways.push((row.try_get("id")?, watches_from(row.try_get("watches")?)?));
    }
    let mut lines = Vec::new();
    for (number, Raising { alert, .. }) in alerts {
        for (way, watches) in &ways {
            if watches.is_empty() || watches.contains(&alert.watch) {
                write.numbers.delivery += 1;
                lines.push((write.numbers.delivery, *number, *way, alert.raised.0));
            }
        }
    }
    write_rows(
        write.conn(),
        "INSERT INTO deliveries (number, alert, way, state, tries, next_try, answer) ",
        "",
        &lines,
        |row, (number, alert, way, next_try)| {
            row.push_bind(*number)
                .push_bind(*alert)
                .push_bind(*way)
                .push_bind(DeliveryState::Waiting.as_str())
                .push_bind(0_i64)
                .push_bind(*next_try)
                .push_bind("");
        },
    )
    .await?;
    Ok(())
}

impl Store {
    /// Deliveries whose next try is due, oldest first.
    ///
    /// Deliveries by a paused way wait until it is switched on again.
    pub async fn due(&self, now: Time, limit: u32) -> Result<Vec<DeliveryRow>> {
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT ");
        sql.push(COLUMNS).push(WAY_COLUMNS);
        sql.push(
            " FROM deliveries d JOIN ways y ON y.id = d.way \
             WHERE d.state = 'waiting' AND y.paused = FALSE AND d.next_try <= ",
        );
        sql.push_bind(now.0).push(" ORDER BY d.next_try, d.number LIMIT ");
        sql.push_bind(i64::from(limit));
        self.deliveries_of(sql).await
    }

    /// The delivery log, a page of at most `limit`.
    pub async fn deliveries(
        &self,
        way: Option<i64>,
        page: Page,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>> {
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT ");
        sql.push(COLUMNS).push(WAY_COLUMNS);
        sql.push(" FROM deliveries d JOIN ways y ON y.id = d.way WHERE TRUE");
        if let Some(way) = way {
            sql.push(" AND d.way = ").push_bind(way);
        }
        push_page(&mut sql, "d.number", page, limit);
        self.deliveries_of(sql).await
    }

    async fn deliveries_of(&self, mut sql: QueryBuilder<Sqlite>) -> Result<Vec<DeliveryRow>> {
        let mut conn = self.readers().acquire().await?;
        let rows = sql.build().fetch_all(&mut *conn).await?;
        let numbers: Vec<i64> =
            rows.iter().map(|row| Ok(row.try_get("alert")?)).collect::<Result<_>>()?;
        let alerts = alert::by_numbers(&mut conn, &numbers).await?;
        let mut deliveries = Vec::with_capacity(rows.len());
        for (row, number) in rows.iter().zip(&numbers) {
            // An alert that went in between takes its deliveries along.
            let Some(alert) = alerts.get(number) else { continue };
            deliveries.push(DeliveryRow {
                number: row.try_get("number")?,
                alert: alert.clone(),
                way: way_from(row)?,
                state: named(row, "state", DeliveryState::named)?,
                tries: row.try_get("tries")?,
                next_try: Time(row.try_get("next_try")?),
                delivered: row.try_get::<Option<i64>, _>("delivered")?.map(Time),
                answer: row.try_get("answer")?,
            });
        }
        Ok(deliveries)
    }

    /// The other side took it: also marks alert and mention as told. A delivery that went meanwhile
    /// (its post was deleted) is no error.
    pub async fn delivered(&self, number: i64, receipt: &str, at: Time) -> Result<()> {
        let mut write = self.write().await?;
        let done = sqlx::query(
            "UPDATE deliveries SET state = 'delivered', tries = tries + 1, delivered = ?, \
             answer = ? WHERE number = ? AND state <> 'delivered'",
        )
        .bind(at.0)
        .bind(short(receipt))
        .bind(number)
        .execute(write.conn())
        .await?
        .rows_affected();
        if done > 0 {
            mark_told(&mut write, number, at).await?;
        }
        write.commit().await
    }

    /// It failed: counts a try; waits until `next_try`, or is given up where that is `None`.
    pub async fn delivery_failed(
        &self,
        number: i64,
        error: &str,
        next_try: Option<Time>,
        at: Time,
    ) -> Result<()> {
        let state = next_try.map_or(DeliveryState::Failed, |_| DeliveryState::Waiting);
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE deliveries SET state = ?, tries = tries + 1, next_try = ?, answer = ? \
             WHERE number = ? AND state = 'waiting'",
        )
        .bind(state.as_str())
        .bind(next_try.unwrap_or(at).0)
        .bind(short(error))
        .bind(number)
        .execute(write.conn())
        .await?;
        write.commit().await
    }

    /// All ways, oldest first.
    pub async fn ways(&self) -> Result<Vec<Way>> {
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT ");
        sql.push(WAY_COLUMNS).push(" FROM ways y ORDER BY y.id");
        let rows = sql.build().fetch_all(self.readers()).await?;
        rows.iter().map(way_from).collect()
    }

    /// Adds a way (its id is ignored) and returns it with its id.
    pub async fn add_way(&self, way: &Way) -> Result<Way> {
        let mut write = self.write().await?;
        write.numbers.way += 1;
        write.numbers.settings += 1;
        let id = write.numbers.way;
        sqlx::query(
            "INSERT INTO ways (id, notifier, name, settings, watches, lang, paused) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(id)
        .bind(&way.notifier)
        .bind(&way.name)
        .bind(&way.settings)
        .bind(watches_to_json(&way.watches))
        .bind(&way.lang)
        .bind(way.paused)
        .execute(write.conn())
        .await?;
        write.commit().await?;
        Ok(Way { id, ..way.clone() })
    }

    /// Changes a way; [`StoreError::Missing`] when there is none.
    pub async fn change_way(&self, way: &Way) -> Result<()> {
        let mut write = self.write().await?;
        let changed = sqlx::query(
            "UPDATE ways SET notifier = ?, name = ?, settings = ?, watches = ?, lang = ?, \
             paused = ? WHERE id = ?",
        )
        .bind(&way.notifier)
        .bind(&way.name)
        .bind(&way.settings)
        .bind(watches_to_json(&way.watches))
        .bind(&way.lang)
        .bind(way.paused)
        .bind(way.id)
        .execute(write.conn())
        .await?
        .rows_affected();
        if changed == 0 {
            return Err(StoreError::Missing(format!("way {}", way.id)));
        }
        write.numbers.settings += 1;
        write.commit().await
    }

    /// Removes a way with its deliveries; [`StoreError::Missing`] when there is none.
    pub async fn remove_way(&self, id: i64) -> Result<()> {
        let mut write = self.write().await?;
        let gone = sqlx::query("DELETE FROM ways WHERE id = ?")
            .bind(id)
            .execute(write.conn())
            .await?
            .rows_affected();
        if gone == 0 {
            return Err(StoreError::Missing(format!("way {id}")));
        }
        write.numbers.settings += 1;
        write.commit().await
    }
}

/// The first receipt is the moment somebody was told.
async fn mark_told(write: &mut Write, delivery: i64, at: Time) -> Result<()> {
    sqlx::query(
        "UPDATE alerts SET told = COALESCE(told, ?) \
         WHERE number = (SELECT alert FROM deliveries WHERE number = ?)",
    )
    .bind(at.0)
    .bind(delivery)
    .execute(write.conn())
    .await?;
    sqlx::query(
        "UPDATE mentions SET told = ? WHERE told IS NULL AND number = \
         (SELECT m.number FROM deliveries d JOIN alerts a ON a.number = d.alert \
          JOIN mentions m ON m.post = a.post AND m.watch = a.watch \
          WHERE d.number = ? AND a.reason NOT IN ('rise', 'dip'))",
    )
    .bind(at.0)
    .bind(delivery)
    .execute(write.conn())
    .await?;
    Ok(())
}

fn short(answer: &str) -> String {
    answer.chars().take(ANSWER_AT_MOST).collect()
}
