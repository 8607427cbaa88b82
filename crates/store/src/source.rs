//! Sources: kept once, however many posts they wrote.

use std::collections::{BTreeSet, HashMap};

use domain::{Platform, Source, Tier};
use rusqlite::params;

use crate::known::sources_of;
use crate::open::Write;
use crate::post::{merge, source_hash};
use crate::rows::to_i64;
use crate::{Result, Store};

/// A source's row number and tier.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    pub id: i64,
    pub tier: Option<Tier>,
}

struct Line {
    id: i64,
    hash: [u8; 16],
    platform: Platform,
    source: Source,
}

/// Stores what is heard of sources, of which those of `kept` are there. `add` says whether others
/// are added.
pub(crate) async fn keep(
    write: &mut Write,
    heard: &[(Platform, [u8; 16], &Source)],
    kept: Vec<(i64, [u8; 16], Source)>,
    add: bool,
) -> Result<HashMap<[u8; 16], Kept>> {
    let mut renamed = Vec::new();
    let mut known: HashMap<[u8; 16], (i64, Source, bool)> = HashMap::with_capacity(heard.len());
    for (id, hash, source) in kept {
        known.insert(hash, (id, source, false));
    }
    let tiers: HashMap<i64, Option<Tier>> =
        known.values().map(|(id, source, _)| (*id, source.tier)).collect();
    let mut platforms = HashMap::new();
    for (platform, hash, source) in heard {
        platforms.entry(*hash).or_insert(platform);
        match known.get_mut(hash) {
            Some((id, old, changed)) => {
                let merged = merge(old, source);
                if tiers.contains_key(id) && words_differ(old, &merged) {
                    renamed.push(*id);
                }
                *changed |= merged != *old;
                *old = merged;
            }
            None if add => {
                write.numbers.source += 1;
                known.insert(*hash, (write.numbers.source, (*source).clone(), true));
            }
            None => {}
        }
    }
    let mut lines = Vec::new();
    for (hash, (id, source, changed)) in &known {
        let Some(platform) = platforms.get(hash).filter(|_| *changed) else { continue };
        let platform = (*platform).clone();
        lines.push(Line { id: *id, hash: *hash, platform, source: source.clone() });
    }
    lines.sort_unstable_by_key(|line| line.id);
    write_lines(write, &lines)?;
    crate::archive::changes::sources(write, renamed).await?;
    for line in &lines {
        if tiers.get(&line.id).is_some_and(|old| *old != line.source.tier) {
            sqlx::query("UPDATE mentions SET tier = ? WHERE source = ?")
                .bind(line.source.tier.map(Tier::as_str))
                .bind(line.id)
                .execute(write.conn())
                .await?;
        }
    }
    Ok(known
        .into_iter()
        .map(|(hash, (id, source, _))| (hash, Kept { id, tier: source.tier }))
        .collect())
}

/// Whether posts are found under other words now. Counts are no words.
fn words_differ(old: &Source, new: &Source) -> bool {
    let words = |s: &Source| Source { followers: None, bot: None, ..s.clone() };
    words(old) != words(new)
}

fn write_lines(write: &mut Write, lines: &[Line]) -> Result<()> {
    let mut insert = write.direct().statement(
        "INSERT INTO sources (id, hash, platform, key, name, handle, url, tier, followers, \
         country, verified, bot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (hash) DO UPDATE SET name = excluded.name, handle = excluded.handle, \
         url = excluded.url, tier = excluded.tier, followers = excluded.followers, \
         country = excluded.country, verified = excluded.verified, bot = excluded.bot",
    )?;
    for Line { id, hash, platform, source } in lines {
        insert.execute(params![
            id,
            hash,
            platform.as_str(),
            source.key,
            source.name,
            source.handle,
            source.url,
            source.tier.map(Tier::as_str),
            to_i64(source.followers),
            source.country,
            source.verified,
            source.bot,
        ])?;
    }
    Ok(())
}

/// Stores what is newly known of sources that have posts here; of others there is nothing to
/// know.
pub(crate) async fn profiles(write: &mut Write, profiles: &[(Platform, Source)]) -> Result<()> {
    if profiles.is_empty() {
        return Ok(());
    }
    let heard: Vec<_> = profiles
        .iter()
        .map(|(platform, source)| (platform.clone(), source_hash(platform, &source.key), source))
        .collect();
    let hashes: BTreeSet<[u8; 16]> = heard.iter().map(|(_, hash, _)| *hash).collect();
    let kept = sources_of(write.direct(), hashes.iter())?;
    keep(write, &heard, kept, false).await?;
    Ok(())
}

impl Store {
    /// Source keys of mentions on this platform whose name is not known yet, newest first.
    ///
    /// Looks through the newest 5,000 mentions of the platform: older ones nobody reads first.
    pub async fn nameless_sources(&self, platform: &Platform, limit: u32) -> Result<Vec<String>> {
        let keys = sqlx::query_scalar(
            "SELECT s.key FROM (SELECT source, number FROM mentions WHERE platform = ? \
             ORDER BY number DESC LIMIT 5000) m JOIN sources s ON s.id = m.source \
             WHERE s.name = '' GROUP BY s.id, s.key ORDER BY max(m.number) DESC LIMIT ?",
        )
        .bind(platform.as_str())
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await?;
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_kept_is_read_back_whatever_its_letters() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let platform = Platform::named("web");
        let odd = "\0\u{1}\"\\ ,]\n'é🚂\u{2028}";
        let source = Source {
            key: format!("k{odd}"),
            name: odd.into(),
            handle: "@h".into(),
            url: "https://a.example/?b=\"c\"".into(),
            tier: Some(Tier::Leading),
            followers: Some(1 << 60),
            country: None,
            verified: Some(true),
            bot: Some(false),
        };
        let hash = source_hash(&platform, &source.key);
        let heard = [(platform, hash, &source)];
        let mut write = store.write().await.unwrap();
        let first = keep(&mut write, &heard, vec![], true).await.unwrap()[&hash];
        write.commit().await.unwrap();
        let mut write = store.write().await.unwrap();
        let before = write.numbers;
        let known = sources_of(write.direct(), [hash].iter()).unwrap();
        let again = keep(&mut write, &heard, known, true).await.unwrap()[&hash];
        assert_eq!((again.id, again.tier), (first.id, Some(Tier::Leading)));
        assert_eq!(write.numbers, before);
        let kept = sources_of(write.direct(), [hash].iter()).unwrap();
        assert_eq!(kept, [(first.id, hash, source)]);
    }
}
