//! What the file knows of posts that come in, asked for in one trip to SQLite's thread: while
//! others use the processors, each trip waits for its turn twice.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::ops::Range;

use domain::Source;
use sqlx::sqlite::SqliteRow;

use crate::Result;
use crate::ingest::{Incoming, Watches};
use crate::open::Write;
use crate::rows::{self, KEYS, damaged, told};
use crate::source::{SOURCE_LINE, SourceLine, source_line};

/// What the file knows of a post that comes in.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    pub row: i64,
    pub fingerprint: i64,
    pub versions: i64,
    pub received: i64,
    pub counts: [Option<i64>; 4],
}

/// What it knows of a wave of posts.
#[derive(Default)]
pub(crate) struct KnownOf {
    /// The watches that they match.
    pub watches: Watches,
    /// Those that are there.
    pub posts: HashMap<[u8; 16], Known>,
    /// Posts and sources that were deleted, with the time.
    pub buried: HashMap<[u8; 16], i64>,
    /// Their sources that are there, with their numbers.
    pub sources: Vec<(i64, [u8; 16], Source)>,
}

/// A post as SQLite tells it: identity, row, fingerprint, versions, received, counts.
type PostLine = (String, i64, i64, i64, i64, Option<i64>, Option<i64>, Option<i64>, Option<i64>);

/// Asks for everything at once.
pub(crate) async fn known_of(write: &mut Write, wave: &[Incoming<'_>]) -> Result<KnownOf> {
    let posts: Vec<[u8; 16]> = wave.iter().map(|incoming| incoming.id.0).collect();
    let sources: HashSet<[u8; 16]> = wave.iter().map(|incoming| incoming.source).collect();
    let sources: Vec<[u8; 16]> = sources.into_iter().collect();
    let watches: HashSet<i64> = (wave.iter().flat_map(|incoming| &incoming.judged.mentions))
        .map(|judged| judged.mention.watch.0)
        .collect();
    let watches: Vec<i64> = watches.into_iter().collect();
    let mut known = KnownOf::default();
    let (mut posts, mut sources, mut watches) = (&posts[..], &sources[..], &watches[..]);
    while !(posts.is_empty() && sources.is_empty() && watches.is_empty()) {
        let (p, s) = (next(&mut posts), next(&mut sources));
        let row = ask(write, p, s, next(&mut watches)).await?;
        known.add(&row)?;
    }
    Ok(known)
}

/// The next keys that one question has room for.
fn next<'k, K>(keys: &mut &'k [K]) -> &'k [K] {
    let (now, later) = keys.split_at(keys.len().min(KEYS[0]));
    *keys = later;
    now
}

async fn ask(
    write: &mut Write,
    posts: &[[u8; 16]],
    sources: &[[u8; 16]],
    watches: &[i64],
) -> Result<SqliteRow> {
    // Of the same length, so that there are few statements.
    let hashes = rows::length(posts.len().max(sources.len()));
    let numbers = rows::length(watches.len());
    let (p, s) = (places(0..hashes), places(hashes..2 * hashes));
    let w = places(2 * hashes..2 * hashes + numbers);
    let sql = format!(
        "SELECT (SELECT json_group_array(json_array(id, paused)) FROM watches WHERE id IN ({w})), \
         (SELECT json_group_array(json_array(hex(hash), id, fingerprint, versions, received, \
         likes, reposts, replies, views)) FROM posts WHERE hash IN ({p})), \
         (SELECT json_group_array(json_array(hex(hash), at)) FROM tombstones \
         WHERE hash IN ({p},{s})), \
         (SELECT json_group_array({SOURCE_LINE}) FROM sources WHERE hash IN ({s}))"
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
    for keys in [posts, sources] {
        for place in 0..hashes {
            query = query.bind(keys.get(place).map(|key| key.to_vec()));
        }
    }
    for place in 0..numbers {
        query = query.bind(watches.get(place).copied());
    }
    Ok(query.fetch_one(write.conn()).await?)
}

/// The places of a list, numbered from 1, as some keys stand in two lists.
fn places(places: Range<usize>) -> String {
    places.fold(String::new(), |mut list, place| {
        let comma = if list.is_empty() { "" } else { "," };
        let _ = write!(list, "{comma}?{}", place + 1);
        list
    })
}

impl KnownOf {
    fn add(&mut self, row: &SqliteRow) -> Result<()> {
        for (id, paused) in told::<(i64, i64)>(row, 0)? {
            self.watches.paused.insert(id, paused != 0);
        }
        for (hash, row, fingerprint, versions, received, a, b, c, d) in told::<PostLine>(row, 1)? {
            let counts = [a, b, c, d];
            self.posts
                .insert(hash_told(&hash)?, Known { row, fingerprint, versions, received, counts });
        }
        for (hash, at) in told::<(String, i64)>(row, 2)? {
            self.buried.insert(hash_told(&hash)?, at);
        }
        for line in told::<SourceLine>(row, 3)? {
            self.sources.push(source_line(line)?);
        }
        Ok(())
    }
}

/// An identity that SQLite wrote as hexadecimal digits.
fn hash_told(hex: &str) -> Result<[u8; 16]> {
    let number = u128::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 32);
    number.map(u128::to_be_bytes).ok_or_else(|| damaged("an identity", hex))
}
