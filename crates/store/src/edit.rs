//! Edits: the old version is kept, mentions are matched anew.

use std::collections::{HashMap, HashSet};

use domain::{Post, Tier};
use sqlx::Row;

use crate::ingest::{Gathered, Incoming, Watches, gather_alert, living};
use crate::known::{Known, watches_of};
use crate::mention::{MentionLine, spans_to_text};
use crate::open::Write;
use crate::post::{counts_of, extra_of, load_post};
use crate::rows::rows_of;
use crate::source::Kept;
use crate::{Result, StoreError};

/// Versions kept of one post. A page that changes at every visit must not fill the disk; the
/// first version always stays.
pub(crate) const VERSIONS_AT_MOST: i64 = 50;

/// Which of these were heard before: their text is an older version, told late by an overlap or
/// a replay. The newest text stays. (An author who goes back to an earlier wording is not told
/// from an overlap; the later wording stays until a third one comes.)
pub(crate) async fn heard_before(
    write: &mut Write,
    edited: &[(&Incoming<'_>, Known)],
) -> Result<HashSet<(i64, i64)>> {
    let posts: Vec<i64> =
        edited.iter().filter(|(_, known)| known.versions > 1).map(|(_, known)| known.row).collect();
    let head = "SELECT post, fingerprint FROM post_versions WHERE post";
    let rows = rows_of(write.conn(), head, "", &posts).await?;
    let kept: HashSet<(i64, i64)> =
        rows.iter().map(|r| Ok((r.try_get(0)?, r.try_get(1)?))).collect::<Result<_>>()?;
    Ok(edited
        .iter()
        .map(|(incoming, known)| (known.row, incoming.fingerprint))
        .filter(|version| kept.contains(version))
        .collect())
}

/// Puts a new version in the place of the old one.
pub(crate) async fn edit(
    write: &mut Write,
    incoming: &Incoming<'_>,
    known: Known,
    source: Kept,
    watches: &Watches,
    gathered: &mut Gathered,
) -> Result<()> {
    keep_version(write, incoming, known).await?;
    let counts = counts_of(&incoming.post().engagement);
    let post = incoming.post();
    sqlx::query(
        "UPDATE posts SET source = ?, fingerprint = ?, url = ?, channel = ?, author = ?, \
         title = ?, lead = ?, body = ?, lang = ?, published = ?, heard = ?, extra = ?, \
         likes = COALESCE(?, likes), reposts = COALESCE(?, reposts), \
         replies = COALESCE(?, replies), views = COALESCE(?, views) WHERE id = ?",
    )
    .bind(source.id)
    .bind(incoming.fingerprint)
    .bind(&post.url)
    .bind(post.channel.as_str())
    .bind(&post.author)
    .bind(&post.title)
    .bind(&post.lead)
    .bind(&post.body)
    .bind(&post.lang)
    .bind(post.published.0.min(known.received))
    .bind(post.received.0)
    .bind(extra_of(post))
    .bind(counts[0])
    .bind(counts[1])
    .bind(counts[2])
    .bind(counts[3])
    .bind(known.row)
    .execute(write.conn())
    .await?;
    crate::archive::changes::posts(write, &[(known.row, known.received)]).await?;
    match_anew(write, incoming, known, source, watches, gathered).await?;
    gathered.done.edited += 1;
    Ok(())
}

async fn keep_version(write: &mut Write, incoming: &Incoming<'_>, known: Known) -> Result<()> {
    let Some((_, heard, old)) = load_post(write.conn(), incoming.id).await? else { return Ok(()) };
    let content = serde_json::to_string(&old)
        .map_err(|e| StoreError::Unusable(format!("a post cannot be written as JSON: {e}")))?;
    sqlx::query(
        "INSERT INTO post_versions (post, version, fingerprint, heard, content) \
         SELECT ?1, COALESCE(max(version), 0) + 1, ?2, ?3, ?4 FROM post_versions WHERE post = ?1",
    )
    .bind(known.row)
    .bind(known.fingerprint)
    .bind(heard.0)
    .bind(content)
    .execute(write.conn())
    .await?;
    if known.versions >= VERSIONS_AT_MOST {
        sqlx::query(
            "DELETE FROM post_versions WHERE post = ?1 AND version = \
             (SELECT min(version) FROM post_versions WHERE post = ?1 AND version > 1)",
        )
        .bind(known.row)
        .execute(write.conn())
        .await?;
    }
    sqlx::query(
        "UPDATE posts SET versions = 1 + (SELECT count(*) FROM post_versions WHERE post = ?1) \
         WHERE id = ?1",
    )
    .bind(known.row)
    .execute(write.conn())
    .await?;
    Ok(())
}

/// Mentions that no longer match go, with messages not sent yet; those that still match keep
/// number and told; new ones may alert. A paused watch was not asked: its mention stays, without
/// the marks that point into the old text.
async fn match_anew(
    write: &mut Write,
    incoming: &Incoming<'_>,
    known: Known,
    source: Kept,
    watches: &Watches,
    gathered: &mut Gathered,
) -> Result<()> {
    // Mentions of an earlier wave of the same batch may still wait to be written.
    let waiting = std::mem::take(&mut gathered.mentions);
    crate::mention::add(write, &waiting)?;
    let rows = sqlx::query("SELECT watch, number FROM mentions WHERE post = ?")
        .bind(known.row)
        .fetch_all(write.conn())
        .await?;
    let old: HashMap<i64, i64> =
        rows.iter().map(|r| Ok((r.try_get(0)?, r.try_get(1)?))).collect::<Result<_>>()?;
    let new = living(incoming.judged, watches);
    let matched: HashSet<i64> = new.iter().map(|judged| judged.mention.watch.0).collect();
    let lost = || old.iter().filter(|(watch, _)| !matched.contains(watch));
    let asked = watches_of(write.direct(), lost().map(|(watch, _)| *watch))?;
    for (&watch, &number) in lost() {
        if asked.paused.get(&watch) == Some(&true) {
            clear_spans(write, number).await?;
        } else {
            remove(write, known.row, watch, number).await?;
            gathered.alerts.retain(|r| r.post != Some(known.row) || r.alert.watch.0 != watch);
            gathered.done.mentions.retain(|&told| told != number);
        }
    }
    let post = incoming.post();
    for judged in &new {
        match old.get(&judged.mention.watch.0) {
            Some(&number) => refresh(write, number, &judged.mention).await?,
            None => {
                write.numbers.mention += 1;
                let number = write.numbers.mention;
                gathered.done.mentions.push(number);
                // The text was not there when the post was published: no word about speed.
                let line = MentionLine::of(number, known.row, post, source, &judged.mention, false);
                gathered.mentions.push(line);
                gather_alert(judged.alert.as_ref(), known.row, watches, gathered);
            }
        }
    }
    let added = std::mem::take(&mut gathered.mentions);
    crate::mention::add(write, &added)?;
    copy_post_to_mentions(write, known, source, post).await?;
    crate::verdict::outrank(write, &[known.row]).await?;
    crate::kind::outrank(write, &[known.row]).await?;
    crate::mention::mark_mentioned(write, &[known.row]).await
}

async fn clear_spans(write: &mut Write, number: i64) -> Result<()> {
    sqlx::query("UPDATE mentions SET spans = ? WHERE number = ?")
        .bind(spans_to_text(&[]))
        .bind(number)
        .execute(write.conn())
        .await?;
    Ok(())
}

async fn remove(write: &mut Write, post: i64, watch: i64, number: i64) -> Result<()> {
    sqlx::query(
        "DELETE FROM deliveries WHERE state = 'waiting' AND alert IN \
         (SELECT number FROM alerts WHERE post = ? AND watch = ? AND reason NOT IN ('rise', 'dip'))",
    )
    .bind(post)
    .bind(watch)
    .execute(write.conn())
    .await?;
    sqlx::query("DELETE FROM mentions WHERE number = ?").bind(number).execute(write.conn()).await?;
    Ok(())
}

async fn refresh(write: &mut Write, number: i64, mention: &domain::NewMention) -> Result<()> {
    let (tone, confidence) = crate::mention::tone_columns(mention.sentiment);
    sqlx::query(
        "UPDATE mentions SET watch_version = ?, spans = ?, why = ?, tone = ?, confidence = ?, \
         quick = ?, kinds = ? WHERE number = ?",
    )
    .bind(i64::from(mention.watch_version))
    .bind(spans_to_text(&mention.spans))
    .bind(&mention.why)
    .bind(tone)
    .bind(confidence)
    .bind(mention.quick)
    .bind(i64::from(mention.kinds.bits()))
    .bind(number)
    .execute(write.conn())
    .await?;
    Ok(())
}

async fn copy_post_to_mentions(
    write: &mut Write,
    known: Known,
    source: Kept,
    post: &Post,
) -> Result<()> {
    sqlx::query(
        "UPDATE mentions SET channel = ?, lang = ?, tier = ?, source = ?, published = ? \
         WHERE post = ?",
    )
    .bind(post.channel.as_str())
    .bind(&post.lang)
    .bind(source.tier.map(Tier::as_str))
    .bind(source.id)
    .bind(post.published.0.min(known.received))
    .bind(known.row)
    .execute(write.conn())
    .await?;
    Ok(())
}
