//! What the file knows of posts that come in.

use std::collections::{HashMap, HashSet};

use domain::Source;
use rusqlite::Row;

use crate::Result;
use crate::direct::{Direct, found};
use crate::ingest::{Incoming, Watches};
use crate::post::{SourceTold, source_told};

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

/// Asks for everything.
pub(crate) fn known_of(direct: &Direct, wave: &[Incoming<'_>]) -> Result<KnownOf> {
    let sources: HashSet<[u8; 16]> = wave.iter().map(|incoming| incoming.source).collect();
    let watches = (wave.iter().flat_map(|incoming| &incoming.judged.mentions))
        .map(|judged| judged.mention.watch.0);
    let mut known = KnownOf {
        watches: watches_of(direct, watches)?,
        sources: sources_of(direct, sources.iter())?,
        ..KnownOf::default()
    };
    let mut post = direct.statement(
        "SELECT id, fingerprint, versions, received, likes, reposts, replies, views FROM posts \
         WHERE hash = ?",
    )?;
    let mut grave = direct.statement("SELECT at FROM tombstones WHERE hash = ?")?;
    for incoming in wave {
        if let Some(found) = found(&mut post, [incoming.id.0], known_from)? {
            known.posts.insert(incoming.id.0, found);
        }
    }
    for hash in wave.iter().map(|incoming| incoming.id.0).chain(sources) {
        if let Some(at) = found(&mut grave, [hash], |row| row.get(0))? {
            known.buried.insert(hash, at);
        }
    }
    Ok(known)
}

fn known_from(row: &Row<'_>) -> rusqlite::Result<Known> {
    Ok(Known {
        row: row.get(0)?,
        fingerprint: row.get(1)?,
        versions: row.get(2)?,
        received: row.get(3)?,
        counts: [row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?],
    })
}

/// What is known of these watches; there may be a hundred thousand others.
pub(crate) fn watches_of(direct: &Direct, asked: impl Iterator<Item = i64>) -> Result<Watches> {
    let mut statement = direct.statement("SELECT paused FROM watches WHERE id = ?")?;
    let mut watches = Watches::default();
    let mut seen = HashSet::new();
    for number in asked.filter(|number| seen.insert(*number)) {
        if let Some(paused) = found(&mut statement, [number], |row| row.get(0))? {
            watches.paused.insert(number, paused);
        }
    }
    Ok(watches)
}

/// What is kept of the sources with these identities, with their numbers.
pub(crate) fn sources_of<'h>(
    direct: &Direct,
    hashes: impl Iterator<Item = &'h [u8; 16]>,
) -> Result<Vec<(i64, [u8; 16], Source)>> {
    let mut statement = direct.statement(
        "SELECT id, key, name, handle, url, tier, followers, country, verified, bot FROM sources \
         WHERE hash = ?",
    )?;
    let mut sources = Vec::new();
    for hash in hashes {
        if let Some((id, told)) = found(&mut statement, [hash], source_from)? {
            sources.push((id, *hash, source_told(told)?));
        }
    }
    Ok(sources)
}

fn source_from(row: &Row<'_>) -> rusqlite::Result<(i64, SourceTold)> {
    let told = (
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
        row.get(5)?,
        row.get(6)?,
        row.get(7)?,
        row.get(8)?,
        row.get(9)?,
    );
    Ok((row.get(0)?, told))
}
