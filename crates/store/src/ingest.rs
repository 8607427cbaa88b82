//! One batch, one transaction: posts, mentions, alerts with their deliveries, cursors, gaps.

use std::collections::{HashMap, HashSet};

use domain::{CursorMove, NewAlert, Post, PostId, Time};
use rusqlite::params;

use crate::alert::Raising;
use crate::known::{Known, KnownOf, known_of};
use crate::mention::MentionLine;
use crate::open::Write;
use crate::post::{counts_of, extra_of, source_hash};
use crate::source::Kept;
use crate::{Ingest, Ingested, JudgedPost, Result, Store};

/// A post on its way in, with what costs time to know.
pub(crate) struct Incoming<'a> {
    pub judged: &'a JudgedPost,
    pub id: PostId,
    pub fingerprint: i64,
    pub source: [u8; 16],
}

impl Incoming<'_> {
    pub(crate) fn post(&self) -> &Post {
        &self.judged.post
    }
}

/// What a batch needs to know of the watches it speaks of.
#[derive(Default)]
pub(crate) struct Watches {
    /// Number → paused.
    pub paused: HashMap<i64, bool>,
}

impl Watches {
    pub(crate) fn has(&self, watch: domain::WatchId) -> bool {
        self.paused.contains_key(&watch.0)
    }
}

/// What a batch gathers on its way.
#[derive(Default)]
pub(crate) struct Gathered {
    pub done: Ingested,
    pub mentions: Vec<MentionLine>,
    pub alerts: Vec<Raising>,
}

impl Store {
    /// Stores a batch in ONE transaction: posts, mentions, alerts with their deliveries, cursors.
    /// An error stores nothing of it.
    ///
    /// Mentions and alerts of watches that are gone are left out. Deletions come after the posts.
    pub async fn ingest(&self, ingest: &Ingest, now: Time) -> Result<Ingested> {
        if is_empty(ingest) {
            return Ok(Ingested::default());
        }
        let mut gathered = Gathered::default();
        let waves = waves(ingest, now, &mut gathered.done);
        let mut write = self.write_directly().await?;
        for wave in &waves {
            store_wave(&mut write, wave, &mut gathered).await?;
        }
        crate::mention::add(&mut write, &gathered.mentions)?;
        crate::hours::roll(&mut write).await?;
        let alerts = crate::alert::raise_all(&mut write, &gathered.alerts).await?;
        gathered.done.alerts = alerts;
        gathered.done.deleted = crate::delete::posts_and_sources(
            &mut write,
            &ingest.deleted,
            &ingest.deleted_sources,
            now,
        )
        .await?;
        crate::source::profiles(&mut write, &ingest.profiles).await?;
        move_cursors(&mut write, &ingest.cursors)?;
        crate::channel::report_gaps(&mut write, &ingest.gaps).await?;
        write.numbers.ingested = Some(now.0);
        if gathered.done.edited + gathered.done.deleted > 0 {
            write.numbers.revision += 1;
        }
        write.commit_directly()?;
        Ok(gathered.done)
    }
}

fn is_empty(ingest: &Ingest) -> bool {
    ingest.posts.is_empty()
        && ingest.deleted.is_empty()
        && ingest.deleted_sources.is_empty()
        && ingest.profiles.is_empty()
        && ingest.cursors.is_empty()
        && ingest.gaps.is_empty()
}

/// Parts the posts so that no wave holds a post twice: a post, its edit and the edit of that
/// edit may come in one batch. Repeats of what came just before are known and need no wave, and
/// what the same batch deletes is not stored first.
fn waves<'a>(ingest: &'a Ingest, now: Time, done: &mut Ingested) -> Vec<Vec<Incoming<'a>>> {
    let dead: HashSet<[u8; 16]> = (ingest.deleted.iter().map(|id| id.0))
        .chain(ingest.deleted_sources.iter().map(|id| id.0))
        .collect();
    let mut waves: Vec<Vec<Incoming<'a>>> = Vec::new();
    let mut last: HashMap<PostId, (usize, &Post)> = HashMap::with_capacity(ingest.posts.len());
    for judged in &ingest.posts {
        let post = &judged.post;
        let id = post.id();
        let source = source_hash(&post.platform, &post.source.key);
        if dead.contains(&id.0) || (dead.contains(&source) && post.published <= now) {
            done.known += 1;
            continue;
        }
        let wave = match last.get(&id) {
            None => 0,
            Some((_, before)) if same(before, post) => {
                done.known += 1;
                continue;
            }
            Some((wave, _)) => wave + 1,
        };
        last.insert(id, (wave, post));
        if waves.len() == wave {
            waves.push(Vec::new());
        }
        waves[wave].push(Incoming { judged, id, fingerprint: post.fingerprint(), source });
    }
    waves
}

fn same(a: &Post, b: &Post) -> bool {
    a.engagement == b.engagement
        && a.body == b.body
        && a.title == b.title
        && a.lead == b.lead
        && a.links == b.links
}

async fn store_wave(
    write: &mut Write,
    wave: &[Incoming<'_>],
    gathered: &mut Gathered,
) -> Result<()> {
    let KnownOf { watches, posts: known, buried, sources: kept } = known_of(write.direct(), wave)?;
    let mut new = Vec::new();
    let mut same = Vec::new();
    let mut edited = Vec::new();
    for incoming in wave {
        let dead_source =
            buried.get(&incoming.source).is_some_and(|at| incoming.post().published.0 <= *at);
        match known.get(&incoming.id.0) {
            Some(known) if known.fingerprint == incoming.fingerprint => {
                same.push((incoming, *known))
            }
            Some(known) => edited.push((incoming, *known)),
            None if dead_source || buried.contains_key(&incoming.id.0) => gathered.done.known += 1,
            None => new.push(incoming),
        }
    }
    let old = crate::edit::heard_before(write, &edited).await?;
    edited.retain(|(incoming, known)| !old.contains(&(known.row, incoming.fingerprint)));
    gathered.done.known += (same.len() + old.len()) as u64;
    gathered.done.new += new.len() as u64;

    let heard: Vec<_> = (new.iter().copied())
        .chain(same.iter().map(|(incoming, _)| *incoming))
        .chain(edited.iter().map(|(incoming, _)| *incoming))
        .map(|incoming| {
            (incoming.post().platform.clone(), incoming.source, &incoming.post().source)
        })
        .collect();
    let sources = crate::source::keep(write, &heard, kept, true).await?;
    add_posts(write, &new, &sources, &watches, gathered)?;
    refresh_counts(write, &same)?;
    for (incoming, known) in edited {
        let source = sources[&incoming.source];
        crate::edit::edit(write, incoming, known, source, &watches, gathered).await?;
    }
    Ok(())
}

fn add_posts(
    write: &mut Write,
    new: &[&Incoming<'_>],
    sources: &HashMap<[u8; 16], Kept>,
    watches: &Watches,
    gathered: &mut Gathered,
) -> Result<()> {
    let mut lines = Vec::with_capacity(new.len());
    for incoming in new {
        write.numbers.post += 1;
        let row = write.numbers.post;
        let source = sources[&incoming.source];
        let mentions = living(incoming.judged, watches);
        lines.push((*incoming, row, source.id, !mentions.is_empty()));
        for judged in mentions {
            write.numbers.mention += 1;
            let number = write.numbers.mention;
            gathered.done.mentions.push(number);
            let post = incoming.post();
            let line = MentionLine::of(number, row, post, source, &judged.mention, is_live(post));
            gathered.mentions.push(line);
            gather_alert(judged.alert.as_ref(), row, watches, gathered);
        }
    }
    insert_posts(write, &lines)
}

/// A batch's mentions of watches that still are, each watch once.
pub(crate) fn living<'a>(
    judged: &'a JudgedPost,
    watches: &Watches,
) -> Vec<&'a crate::JudgedMention> {
    let mut seen = HashSet::new();
    judged
        .mentions
        .iter()
        .filter(|m| watches.has(m.mention.watch) && seen.insert(m.mention.watch))
        .collect()
}

pub(crate) fn gather_alert(
    alert: Option<&NewAlert>,
    row: i64,
    watches: &Watches,
    gathered: &mut Gathered,
) {
    if let Some(alert) = alert.filter(|alert| watches.has(alert.watch)) {
        gathered.alerts.push(Raising { alert: alert.clone(), post: Some(row) });
    }
}

/// Archives and replays say nothing about how fast Horch is.
fn is_live(post: &Post) -> bool {
    post.received.since(post.published) <= domain::DAY
}

fn insert_posts(write: &mut Write, lines: &[(&Incoming<'_>, i64, i64, bool)]) -> Result<()> {
    let mut insert = write.direct().statement(
        "INSERT INTO posts (id, hash, source, fingerprint, versions, mentioned, platform, \
         native_id, url, channel, author, title, lead, body, lang, published, received, heard, \
         extra, likes, reposts, replies, views) \
         VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    for (incoming, id, source, mentioned) in lines {
        let post = incoming.post();
        let [likes, reposts, replies, views] = counts_of(&post.engagement);
        insert.execute(params![
            id,
            incoming.id.0,
            source,
            incoming.fingerprint,
            mentioned,
            post.platform.as_str(),
            post.native_id,
            post.url,
            post.channel.as_str(),
            post.author,
            post.title,
            post.lead,
            post.body,
            post.lang,
            post.published.0,
            post.received.0,
            post.received.0,
            extra_of(post),
            likes,
            reposts,
            replies,
            views,
        ])?;
    }
    Ok(())
}

/// Counts that the platform no longer gives stay as they were.
fn refresh_counts(write: &mut Write, same: &[(&Incoming<'_>, Known)]) -> Result<()> {
    let mut update = write.direct().statement(
        "UPDATE posts SET likes = ?, reposts = ?, replies = ?, views = ? WHERE id = ?",
    )?;
    for (incoming, known) in same {
        let mut counts = counts_of(&incoming.post().engagement);
        for (count, old) in counts.iter_mut().zip(known.counts) {
            *count = count.or(old);
        }
        if counts != known.counts {
            let [likes, reposts, replies, views] = counts;
            update.execute(params![likes, reposts, replies, views, known.row])?;
        }
    }
    Ok(())
}

/// The last word about a stream counts.
fn move_cursors(write: &mut Write, cursors: &[CursorMove]) -> Result<()> {
    let last: HashMap<&str, &str> =
        cursors.iter().map(|cursor| (&*cursor.stream, &*cursor.value)).collect();
    for (stream, value) in last {
        write.direct().run(
            "INSERT INTO cursors (stream, value) VALUES (?, ?) \
             ON CONFLICT (stream) DO UPDATE SET value = excluded.value",
            [stream, value],
        )?;
    }
    Ok(())
}
