//! `horch mentions`: what was said, newest first.

use std::io::Write;

use anyhow::{Result, bail};
use store::{MentionFilter, MentionRow, Page};

use super::open_store;
use crate::cli::Mentions;
use crate::config::Config;
use crate::terminal;

/// Rows read at once.
const STEP: u64 = 500;

/// Prints mentions.
///
/// # Errors
/// There is no watch of that name, or the store does not answer.
pub async fn run(config: &Config, mentions: &Mentions) -> Result<()> {
    let store = open_store(config).await?;
    let mut filter = MentionFilter::default();
    if let Some(name) = &mentions.watch {
        let Some(watch) = store.watch_named(name).await? else {
            bail!("there is no watch {name:?}; `horch watch list` shows all");
        };
        filter.watches.push(watch.id);
    }
    let limit = mentions.limit.unwrap_or(if mentions.json { u64::MAX } else { 50 });
    let mut page = Page::Newest;
    let mut left = limit;
    while left > 0 {
        let rows = store.mentions(&filter, page, left.min(STEP) as u32).await?;
        let Some(last) = rows.last() else { break };
        page = Page::Before(last.number);
        left -= rows.len() as u64;
        if !print(&rows, mentions.json)? {
            break;
        }
    }
    store.close().await;
    Ok(())
}

/// `false` when nobody reads any more (`| head`).
fn print(rows: &[MentionRow], json: bool) -> Result<bool> {
    let now = channels::Clock::wall().now();
    if !json {
        rows.iter().for_each(|row| terminal::print_mention(row, now));
        return Ok(true);
    }
    let mut out = std::io::stdout().lock();
    for row in rows {
        match writeln!(out, "{}", as_json(row)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

/// A mention as scripts read it. Times are milliseconds since 1970 and RFC 3339.
#[must_use]
pub fn as_json(row: &MentionRow) -> serde_json::Value {
    let post = &row.post;
    let time = |at: domain::Time| {
        jiff::Timestamp::from_millisecond(at.0).map_or_else(|_| String::new(), |t| t.to_string())
    };
    serde_json::json!({
        "number": row.number,
        "watch": row.watch_name,
        "watch_version": row.watch_version,
        "post": post.id().to_string(),
        "platform": post.platform.as_str(),
        "native_id": post.native_id,
        "url": post.url,
        "channel": post.channel,
        "source": post.source.display_name(),
        "source_key": post.source.key,
        "handle": post.source.handle,
        "tier": post.source.tier,
        "followers": post.source.followers,
        "author": post.author,
        "title": post.title,
        "lead": post.lead,
        "body": post.body,
        "lang": post.lang,
        "tone": row.sentiment.map(|s| s.tone),
        "kinds": row.kinds.iter().collect::<Vec<_>>(),
        "confidence": row.sentiment.map(|s| s.confidence),
        "why": row.why,
        "spans": row.spans,
        "published": time(post.published),
        "received": time(post.received),
        "matched": time(row.matched),
        "told": row.told.map(time),
        "versions": row.versions,
        "story": row.story.as_ref().map(|(story, _)| story.0),
        "copy": row.copy,
        "links": post.links,
        "hashtags": post.hashtags,
        "mentions": post.mentions,
        "relation": post.relation,
        "engagement": post.engagement,
    })
}
