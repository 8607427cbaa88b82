//! Counts of mentions. They are kept per watch and hour (`mentions_by_hour`): of a stretch of time
//! whole hours are read there, and its two ends alone are counted one by one.

use std::collections::{BTreeMap, HashMap};

use domain::{HOUR, Time, Tone, Watch, WatchId};
use sqlx::query_builder::QueryBuilder;
use sqlx::{Sqlite, SqliteConnection};

use crate::filter::{self, Need};
use crate::open::Write;
use crate::{Count, MentionFilter, Result, Store};

/// Mentions that wait until they are counted by the hour.
const WAIT: i64 = 4_096;

/// It is looked how many wait once in so many.
const LOOK: i64 = 1_024;

/// All mentions of something, and the negative ones among them.
type Counts = (i64, i64);

impl Store {
    /// How many.
    pub async fn count_mentions(&self, filter: &MentionFilter) -> Result<u64> {
        let mut conn = self.readers().acquire().await?;
        if !is_kept(filter) {
            return Ok(one_by_one(&mut conn, filter).await?.unsigned_abs());
        }
        let Stretch { whole, ends } = Stretch::of(filter);
        let mut count = 0;
        if let Some(whole) = &whole {
            let mut sql = QueryBuilder::new("SELECT COALESCE(sum(mentions), 0), ");
            sql.push("COALESCE(sum(negative), 0) FROM mentions_by_hour m");
            push_hours(&mut sql, whole);
            let sums = sql.build_query_as().persistent(false).fetch_one(&mut *conn).await?;
            count += asked(filter, sums).0;
        }
        for end in &ends {
            count += one_by_one(&mut conn, end).await?;
        }
        Ok(count.unsigned_abs())
    }

    /// How many per watch (published at or after `since`), for every watch (zero included), in the
    /// order of [`Store::watches`].
    pub async fn mentions_per_watch(&self, since: Option<Time>) -> Result<Vec<(Watch, u64)>> {
        let counts = self.per_watch(MentionFilter { since, ..MentionFilter::default() }).await?;
        let count = |watch: &Watch| counts.get(&watch.id).copied().unwrap_or(0);
        let watches = self.watches().await?.into_iter();
        Ok(watches.map(|watch| (watch.clone(), count(&watch))).collect())
    }

    /// The watches with at least `least` mentions published after `since` and up to `until`, with
    /// how many.
    pub async fn busy_watches(
        &self,
        since: Time,
        until: Time,
        least: u64,
    ) -> Result<Vec<(WatchId, u64)>> {
        let (since, until) = (Some(since.plus(1)), Some(until.plus(1)));
        let counts = self.per_watch(MentionFilter { since, until, ..Default::default() }).await?;
        Ok(counts.into_iter().filter(|(_, count)| *count >= least).collect())
    }

    /// Of a filter with nothing but times.
    async fn per_watch(&self, filter: MentionFilter) -> Result<HashMap<WatchId, u64>> {
        let mut conn = self.readers().acquire().await?;
        let Stretch { whole, ends } = Stretch::of(&filter);
        let mut asking = Vec::new();
        if let Some(whole) = &whole {
            let mut sql =
                QueryBuilder::new("SELECT m.watch, sum(mentions) FROM mentions_by_hour m");
            push_hours(&mut sql, whole);
            asking.push(sql);
        }
        for end in &ends {
            let mut sql = QueryBuilder::new("SELECT m.watch, count(*) FROM mentions m");
            filter::push(&mut sql, end);
            asking.push(sql);
        }
        let mut counts: HashMap<WatchId, u64> = HashMap::new();
        for mut sql in asking {
            sql.push(" GROUP BY m.watch");
            let rows: Vec<(i64, i64)> =
                sql.build_query_as().persistent(false).fetch_all(&mut *conn).await?;
            for (watch, count) in rows {
                *counts.entry(WatchId(watch)).or_default() += count.unsigned_abs();
            }
        }
        Ok(counts)
    }

    /// Counts per bucket of `width` ms (at least 1) by published time, oldest first; empty buckets
    /// are left out.
    pub async fn timeline(&self, filter: &MentionFilter, width: i64) -> Result<Vec<Count>> {
        let width = width.max(1);
        let mut conn = self.readers().acquire().await?;
        let mut buckets: BTreeMap<i64, Counts> = BTreeMap::new();
        let mut add = |rows: Vec<(i64, i64, i64)>| {
            for (bucket, all, negative) in rows {
                let counts = buckets.entry(bucket).or_default();
                *counts = (counts.0 + all, counts.1 + negative);
            }
        };
        if is_kept(filter) && width % HOUR == 0 {
            let Stretch { whole, ends } = Stretch::of(filter);
            if let Some(whole) = &whole {
                let mut sql = QueryBuilder::new("SELECT ");
                push_bucket(&mut sql, "m.hour", width / HOUR);
                sql.push(", sum(mentions), sum(negative) FROM mentions_by_hour m");
                push_hours(&mut sql, whole);
                sql.push(" GROUP BY 1");
                let rows: Vec<(i64, i64, i64)> =
                    sql.build_query_as().persistent(false).fetch_all(&mut *conn).await?;
                let asked = |(bucket, all, negative)| {
                    let (all, negative) = asked(filter, (all, negative));
                    (bucket, all, negative)
                };
                add(rows.into_iter().map(asked).filter(|(_, all, _)| *all > 0).collect());
            }
            for end in &ends {
                add(in_buckets(&mut conn, end, width).await?);
            }
        } else {
            add(in_buckets(&mut conn, filter, width).await?);
        }
        let count = |(bucket, (all, negative)): (i64, Counts)| Count {
            at: Time(bucket.saturating_mul(width)),
            all: all.unsigned_abs(),
            negative: negative.unsigned_abs(),
        };
        Ok(buckets.into_iter().map(count).collect())
    }
}

/// Counts by the hour what waits for it, once that is much. All mentions up to the highest number
/// that was given are there.
pub(crate) async fn roll(write: &mut Write) -> Result<()> {
    let last = write.numbers.mention;
    if last / LOOK == write.began().mention / LOOK {
        return Ok(());
    }
    let upto: i64 =
        sqlx::query_scalar("SELECT upto FROM mentions_counted").fetch_one(write.conn()).await?;
    if last - upto < WAIT {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO mention_hours (watch, hour, mentions, negative) \
         SELECT watch, published / 3600000 - (published % 3600000 < 0), count(*), \
         count(CASE WHEN tone = 'negative' THEN 1 END) \
         FROM mentions NOT INDEXED WHERE number > ? GROUP BY 1, 2 \
         ON CONFLICT (watch, hour) DO UPDATE SET mentions = mentions + excluded.mentions, \
         negative = negative + excluded.negative",
    )
    .bind(upto)
    .execute(write.conn())
    .await?;
    sqlx::query("UPDATE mentions_counted SET upto = ?").bind(last).execute(write.conn()).await?;
    Ok(())
}

/// Whether what such a filter asks for is counted per watch and hour.
fn is_kept(filter: &MentionFilter) -> bool {
    let MentionFilter { watches, tones, since, until, .. } = filter.clone();
    let tones_kept = tones.is_empty() || tones == [Tone::Negative];
    tones_kept && *filter == MentionFilter { watches, tones, since, until, ..Default::default() }
}

/// What of an hour's counts such a filter asks for.
fn asked(filter: &MentionFilter, (all, negative): Counts) -> Counts {
    if filter.tones.is_empty() { (all, negative) } else { (negative, negative) }
}

/// A stretch of publishing times: its whole hours, from `since` to `until` counted in hours, and
/// what is left of it before and after them, each as a filter.
struct Stretch {
    whole: Option<Hours>,
    ends: Vec<MentionFilter>,
}

/// Whole hours of some watches.
struct Hours {
    watches: Vec<WatchId>,
    since: Option<i64>,
    until: Option<i64>,
}

impl Stretch {
    fn of(filter: &MentionFilter) -> Stretch {
        let first =
            filter.since.map(|at| at.0.div_euclid(HOUR) + i64::from(at.0.rem_euclid(HOUR) > 0));
        let last = filter.until.map(|at| at.0.div_euclid(HOUR));
        if first.zip(last).is_some_and(|(first, last)| first >= last) {
            return Stretch { whole: None, ends: vec![filter.clone()] };
        }
        let time = |hour: i64| Time(hour.saturating_mul(HOUR));
        let (begin, end) = (first.map(time), last.map(time));
        let before = MentionFilter { until: begin, ..filter.clone() };
        let after = MentionFilter { since: end, ..filter.clone() };
        let ends = [(before, filter.since != begin), (after, filter.until != end)];
        Stretch {
            whole: Some(Hours { watches: filter.watches.clone(), since: first, until: last }),
            ends: ends.into_iter().filter(|(_, is_left)| *is_left).map(|(end, _)| end).collect(),
        }
    }
}

/// Appends ` WHERE …` for `mentions_by_hour m`.
fn push_hours(sql: &mut QueryBuilder<Sqlite>, hours: &Hours) {
    sql.push(" WHERE TRUE");
    filter::one_of(sql, "m.watch", hours.watches.iter().map(|watch| watch.0));
    if let Some(since) = hours.since {
        sql.push(" AND m.hour >= ").push_bind(since);
    }
    if let Some(until) = hours.until {
        sql.push(" AND m.hour < ").push_bind(until);
    }
}

/// `number` divided by `width`, rounded down, before 1970 too. The cast keeps absurd times (beyond
/// 64 bits) whole numbers.
fn push_bucket(sql: &mut QueryBuilder<Sqlite>, number: &'static str, width: i64) {
    sql.push("CAST((").push(number).push(" - CASE WHEN ").push(number).push(" < 0 THEN ");
    sql.push_bind(width - 1).push(" ELSE 0 END) / ").push_bind(width).push(" AS BIGINT)");
}

/// How many, each looked at.
async fn one_by_one(conn: &mut SqliteConnection, filter: &MentionFilter) -> Result<i64> {
    let lead = filter::lead(conn, filter, Need::All).await?;
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT count(*) FROM mentions m");
    sql.push(lead.hint());
    filter::push(&mut sql, filter);
    Ok(sql.build_query_scalar().persistent(false).fetch_one(conn).await?)
}

/// How many per bucket of published time, and how many negative ones, each looked at.
async fn in_buckets(
    conn: &mut SqliteConnection,
    filter: &MentionFilter,
    width: i64,
) -> Result<Vec<(i64, i64, i64)>> {
    let lead = filter::lead(conn, filter, Need::All).await?;
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT ");
    push_bucket(&mut sql, "m.published", width);
    sql.push(", count(*), count(CASE WHEN m.tone = 'negative' THEN 1 END) FROM mentions m");
    sql.push(lead.hint());
    filter::push(&mut sql, filter);
    sql.push(" GROUP BY 1");
    Ok(sql.build_query_as().persistent(false).fetch_all(conn).await?)
}
