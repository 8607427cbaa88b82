//! What the store notes down for the archive, in the transaction that changes it.

use domain::DAY;

use crate::Result;
use crate::open::Write;
use crate::rows::write_rows;

/// The day of receipt, counted from 1970.
pub(crate) const fn day_of(received: i64) -> i64 {
    received.div_euclid(DAY)
}

/// Notes posts (row and time of receipt) that were edited or are gone.
pub(crate) async fn posts(write: &mut Write, posts: &[(i64, i64)]) -> Result<()> {
    if posts.is_empty() {
        return Ok(());
    }
    // Whole days are dropped without a note for each post.
    let floor: i64 =
        sqlx::query_scalar("SELECT floor FROM archive").fetch_one(write.conn()).await?;
    let lines: Vec<(i64, i64)> = posts
        .iter()
        .map(|(row, received)| (*row, day_of(*received)))
        .filter(|(_, day)| *day >= floor)
        .collect();
    write_rows(
        write.conn(),
        "INSERT INTO archive_changes (post, day) ",
        "",
        &lines,
        |line, (post, day)| {
            line.push_bind(*post).push_bind(*day);
        },
    )
    .await?;
    Ok(())
}

/// Notes sources whose posts are found under other words now.
pub(crate) async fn sources(write: &mut Write, mut sources: Vec<i64>) -> Result<()> {
    sources.sort_unstable();
    sources.dedup();
    write_rows(
        write.conn(),
        "INSERT INTO archive_changes (source) ",
        "",
        &sources,
        |line, source| {
            line.push_bind(*source);
        },
    )
    .await?;
    Ok(())
}
