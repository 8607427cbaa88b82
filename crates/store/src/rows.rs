//! Many rows at once: every statement is a trip to SQLite's thread, so batches use few.

use serde::de::DeserializeOwned;
use sqlx::query_builder::{QueryBuilder, Separated};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, SqliteConnection};

use crate::{Result, StoreError};

/// Rows a statement. Some sizes, so that SQLite's thread prepares each only once, and so many that
/// nearly all batches take one trip or two.
const CHUNKS: [usize; 26] = [
    128, 112, 96, 80, 64, 56, 48, 40, 32, 28, 24, 20, 16, 14, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1,
];
/// Keys a question; unused places are NULL, which equals nothing.
const KEYS: [usize; 8] = [512, 384, 256, 192, 128, 64, 32, 8];

/// Places in a list that holds so many keys.
fn length(keys: usize) -> usize {
    KEYS.into_iter().rev().find(|&n| n >= keys).unwrap_or(KEYS[0])
}

/// Binds the columns of one row.
pub(crate) type Binder<'a> = Separated<'a, Sqlite, &'static str>;

/// Runs `head VALUES (…), (…) tail` over all rows; returns rows touched.
pub(crate) async fn write_rows<T>(
    conn: &mut SqliteConnection,
    head: &'static str,
    tail: &'static str,
    rows: &[T],
    bind: impl Fn(&mut Binder<'_>, &T),
) -> Result<u64> {
    let mut touched = 0;
    let mut rest = rows;
    while !rest.is_empty() {
        let size = CHUNKS.into_iter().find(|&n| n <= rest.len()).unwrap_or(1);
        let (now, later) = rest.split_at(size);
        let mut sql = QueryBuilder::new(head);
        sql.push_values(now, |mut row, value| bind(&mut row, value)).push(tail);
        touched += sql.build().execute(&mut *conn).await?.rows_affected();
        rest = later;
    }
    Ok(touched)
}

/// Runs `head IN (…) tail` over all keys and gathers the rows.
pub(crate) async fn rows_of<K>(
    conn: &mut SqliteConnection,
    head: &str,
    tail: &str,
    keys: &[K],
) -> Result<Vec<SqliteRow>>
where
    K: Clone + for<'q> sqlx::Encode<'q, Sqlite> + sqlx::Type<Sqlite>,
{
    let mut found = Vec::new();
    for some in keys.chunks(KEYS[0]) {
        let size = length(some.len());
        let mut sql = QueryBuilder::new(head);
        sql.push(" IN (");
        let mut list = sql.separated(", ");
        for key in some {
            list.push_bind(key.clone());
        }
        for _ in some.len()..size {
            list.push_bind(None::<K>);
        }
        sql.push(")").push(tail);
        found.extend(sql.build().fetch_all(&mut *conn).await?);
    }
    Ok(found)
}

/// What a column tells in which SQLite wrote many rows as one text, `SELECT
/// json_group_array(json_array(…))`: a row each would wake both threads once a row.
pub(crate) fn told<T: DeserializeOwned>(row: &SqliteRow, column: usize) -> Result<Vec<T>> {
    let told: &str = row.try_get(column)?;
    serde_json::from_str(told).map_err(|_| damaged("a list of rows", told))
}

/// Platforms' counts as SQLite's signed integers.
pub(crate) fn to_i64(count: Option<u64>) -> Option<i64> {
    count.map(|n| i64::try_from(n).unwrap_or(i64::MAX))
}

pub(crate) fn to_u64(count: Option<i64>) -> Option<u64> {
    count.map(|n| u64::try_from(n).unwrap_or(0))
}

/// 16 bytes as they lie in a column.
pub(crate) fn bytes16(bytes: &[u8]) -> Result<[u8; 16]> {
    bytes.try_into().map_err(|_| damaged("an identity", &format!("{} bytes", bytes.len())))
}

/// What was stored cannot be read back: nobody but Horch writes this file, so it is damaged.
pub(crate) fn damaged(what: &str, found: &str) -> StoreError {
    StoreError::Unusable(format!("the database is damaged: {what} reads {found:?}"))
}

/// Names are unique case aside.
pub(crate) fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}
