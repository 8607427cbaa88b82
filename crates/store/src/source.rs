//! Sources: kept once, however many posts they wrote.

use std::collections::HashMap;

use domain::{Platform, Source, Tier};

use crate::open::Write;
use crate::post::{SourceTold, merge, source_hash, source_told};
use crate::rows::{to_i64, told_of, write_rows};
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
    write_lines(write, &lines).await?;
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

/// A source as a text tells it: number, platform, the rest.
pub(crate) const SOURCE_LINE: &str = "json_array(id, platform, json_array(key, name, handle, url, \
    tier, followers, country, verified, bot))";
pub(crate) type SourceLine = (i64, String, SourceTold);

/// Number, identity and what is kept.
pub(crate) fn source_line(line: SourceLine) -> Result<(i64, [u8; 16], Source)> {
    let (id, platform, source) = line;
    let source = source_told(source)?;
    let hash = source_hash(&Platform::named(&platform), &source.key);
    Ok((id, hash, source))
}

/// What is kept of the sources with these identities, with their numbers.
async fn kept(write: &mut Write, keys: &[[u8; 16]]) -> Result<Vec<(i64, [u8; 16], Source)>> {
    let mut blobs: Vec<Vec<u8>> = keys.iter().map(|key| key.to_vec()).collect();
    blobs.sort_unstable();
    blobs.dedup();
    let head = format!("SELECT json_group_array({SOURCE_LINE}) FROM sources WHERE hash");
    let told = told_of(write.conn(), &head, &blobs).await?;
    told.into_iter().map(source_line).collect()
}

/// Whether posts are found under other words now. Counts are no words.
fn words_differ(old: &Source, new: &Source) -> bool {
    let words = |s: &Source| Source { followers: None, bot: None, ..s.clone() };
    words(old) != words(new)
}

async fn write_lines(write: &mut Write, lines: &[Line]) -> Result<()> {
    write_rows(
        write.conn(),
        "INSERT INTO sources (id, hash, platform, key, name, handle, url, tier, followers, \
         country, verified, bot) ",
        " ON CONFLICT (hash) DO UPDATE SET name = excluded.name, handle = excluded.handle, \
         url = excluded.url, tier = excluded.tier, followers = excluded.followers, \
         country = excluded.country, verified = excluded.verified, bot = excluded.bot",
        lines,
        |row, line| {
            let source = &line.source;
            row.push_bind(line.id)
                .push_bind(line.hash.to_vec())
                .push_bind(line.platform.as_str())
                .push_bind(&source.key)
                .push_bind(&source.name)
                .push_bind(&source.handle)
                .push_bind(&source.url)
                .push_bind(source.tier.map(Tier::as_str))
                .push_bind(to_i64(source.followers))
                .push_bind(&source.country)
                .push_bind(source.verified)
                .push_bind(source.bot);
        },
    )
    .await?;
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
    let hashes: Vec<[u8; 16]> = heard.iter().map(|(_, hash, _)| *hash).collect();
    let kept = kept(write, &hashes).await?;
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
        let known = kept(&mut write, &[hash]).await.unwrap();
        let again = keep(&mut write, &heard, known, true).await.unwrap()[&hash];
        assert_eq!((again.id, again.tier), (first.id, Some(Tier::Leading)));
        assert_eq!(write.numbers, before);
        assert_eq!(kept(&mut write, &[hash]).await.unwrap(), [(first.id, hash, source)]);
    }
}
