//! Watches a page at a time: there may be a hundred thousand.

use domain::{Time, Watch, WatchId};
use sqlx::query_builder::QueryBuilder;
use sqlx::{Row, Sqlite};

use crate::rows::{fold, rows_of};
use crate::watch::watch_from;
use crate::{Result, Store};

/// Mentions of a watch counted at most: more are "more than that", whatever their number.
pub const MOST_COUNTED: u64 = 10_000;

/// Pushes the condition "name or query contains `words`", case aside; empty words hold for all.
fn push_like(sql: &mut QueryBuilder<Sqlite>, words: &str) {
    if !words.is_empty() {
        sql.push(" AND (instr(folded, ")
            .push_bind(fold(words))
            .push(") > 0 OR instr(lower(query), ")
            .push_bind(words.to_lowercase())
            .push(") > 0)");
    }
}

impl Store {
    /// Watches whose name or query contains `words` (case aside; empty: all), in the order of
    /// their names, from the one behind `after` (a name) on.
    pub async fn watches_like(
        &self,
        words: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Watch>> {
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT * FROM watches WHERE folded > ");
        sql.push_bind(after.map(fold).unwrap_or_default());
        push_like(&mut sql, words);
        sql.push(" ORDER BY folded LIMIT ").push_bind(limit);
        let rows = sql.build().fetch_all(self.readers()).await?;
        rows.iter().map(watch_from).collect()
    }

    /// How many watches there are whose name or query contains `words` (empty: all).
    pub async fn count_watches(&self, words: &str) -> Result<u64> {
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT count(*) FROM watches WHERE true");
        push_like(&mut sql, words);
        let count: i64 = sql.build_query_scalar().fetch_one(self.readers()).await?;
        Ok(count.unsigned_abs())
    }

    /// These watches, in the order asked for; those that are gone are left out.
    pub async fn watches_of(&self, ids: &[WatchId]) -> Result<Vec<Watch>> {
        let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let mut read = self.readers().acquire().await?;
        let rows = rows_of(&mut read, "SELECT * FROM watches WHERE id", "", &numbers).await?;
        let mut watches = rows.iter().map(watch_from).collect::<Result<Vec<Watch>>>()?;
        watches.sort_by_key(|watch| numbers.iter().position(|id| *id == watch.id.0));
        Ok(watches)
    }

    /// How many mentions a watch has, counted up to one more than [`MOST_COUNTED`]; with `since`
    /// only those published after it.
    pub async fn mentions_up_to(&self, watch: WatchId, since: Option<Time>) -> Result<u64> {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "SELECT count(*) AS n FROM (SELECT 1 FROM mentions WHERE watch = ",
        );
        sql.push_bind(watch.0);
        if let Some(since) = since {
            sql.push(" AND published > ").push_bind(since.0);
        }
        let most = i64::try_from(MOST_COUNTED).unwrap_or(i64::MAX).saturating_add(1);
        sql.push(" LIMIT ").push_bind(most).push(")");
        let row = sql.build().fetch_one(self.readers()).await?;
        Ok(row.try_get::<i64, _>("n")?.unsigned_abs())
    }
}
