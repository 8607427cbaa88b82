#![allow(missing_docs, dead_code)]
use domain::{HOUR, Post, Time};
use query::Node;
use std::sync::Arc;
use store::{Result, Store};
pub type Decide = Arc<dyn Fn(&Post) -> bool + Send + Sync>;
#[derive(Clone)]
pub struct Archive(pub Store);
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub Time, pub domain::PostId);
impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.0.0, self.1)
    }
}
impl Cursor {
    pub fn parse(t: &str) -> Option<Cursor> {
        let (a, b) = t.split_once('-')?;
        Some(Cursor(Time(a.parse().ok()?), domain::PostId::parse(b)?))
    }
}
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub since: Option<Time>,
    pub until: Option<Time>,
    pub before: Option<Cursor>,
    pub limit: usize,
}
#[derive(Debug)]
pub struct Found {
    pub posts: Vec<Post>,
    pub next: Option<Cursor>,
    pub looked_at: u64,
    pub complete: bool,
}
#[derive(Debug)]
pub struct Hours {
    pub counts: Vec<(Time, u64)>,
    pub exact: bool,
    pub sample: u64,
}
#[derive(Debug)]
pub struct ArchiveStatus {
    pub posts: u64,
    pub index_bytes: u64,
    pub post_bytes: u64,
    pub oldest: Option<Time>,
    pub newest: Option<Time>,
    pub behind: u64,
    pub days: u64,
}
impl Archive {
    async fn all(&self, ask: &Ask, decide: &Decide) -> Result<(Vec<Post>, u64)> {
        let mut posts = self.0.recent_posts(None, 5000).await?;
        let n = posts.len() as u64;
        posts.retain(|p| {
            decide(p)
                && ask.since.is_none_or(|s| p.published >= s)
                && ask.until.is_none_or(|u| p.published < u)
        });
        posts.sort_by_key(|p| std::cmp::Reverse((p.published, p.id())));
        posts.retain(|p| ask.before.is_none_or(|c| (p.published, p.id()) < (c.0, c.1)));
        Ok((posts, n))
    }
    pub async fn search(&self, _: &Node, ask: Ask, decide: Decide) -> Result<Found> {
        let (mut posts, looked_at) = self.all(&ask, &decide).await?;
        let more = posts.len() > ask.limit;
        posts.truncate(ask.limit);
        let next = posts.last().filter(|_| more).map(|p| Cursor(p.published, p.id()));
        Ok(Found { posts, next, looked_at, complete: true })
    }
    pub async fn hours(&self, _: &Node, since: Time, until: Time, decide: Decide) -> Result<Hours> {
        let ask = Ask { since: Some(since), until: Some(until), ..Ask::default() };
        let (posts, _) = self.all(&ask, &decide).await?;
        let mut counts = std::collections::BTreeMap::new();
        for p in &posts {
            *counts.entry(p.published.bucket(HOUR)).or_insert(0) += 1;
        }
        Ok(Hours { counts: counts.into_iter().collect(), exact: true, sample: 0 })
    }
    pub async fn each(
        &self,
        _: &Node,
        ask: Ask,
        decide: Decide,
        sink: tokio::sync::mpsc::Sender<Post>,
    ) -> Result<u64> {
        let (posts, _) = self.all(&ask, &decide).await?;
        let n = posts.len() as u64;
        for p in posts {
            if sink.send(p).await.is_err() {
                break;
            }
        }
        Ok(n)
    }
    pub async fn status(&self) -> Result<ArchiveStatus> {
        let posts = self.0.recent_posts(None, 5000).await?;
        Ok(ArchiveStatus {
            posts: posts.len() as u64,
            index_bytes: 123_456,
            post_bytes: 987_654,
            oldest: posts.iter().map(|p| p.published).min(),
            newest: posts.iter().map(|p| p.published).max(),
            behind: 0,
            days: 30,
        })
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Native,
    Brandwatch,
    Talkwalker,
    Meltwater,
    Lucene,
    X,
    Manticore,
}
impl Dialect {
    pub const ALL: [Dialect; 7] = [
        Dialect::Native,
        Dialect::Brandwatch,
        Dialect::Talkwalker,
        Dialect::Meltwater,
        Dialect::Lucene,
        Dialect::X,
        Dialect::Manticore,
    ];
    pub fn as_str(self) -> &'static str {
        ["native", "brandwatch", "talkwalker", "meltwater", "lucene", "x", "manticore"]
            [self as usize]
    }
    pub fn named(n: &str) -> Option<Dialect> {
        Dialect::ALL.into_iter().find(|d| d.as_str() == n)
    }
}
pub struct Note {
    pub at: std::ops::Range<usize>,
    pub text: String,
    pub lost: bool,
}
pub struct Imported {
    pub query: query::Query,
    pub notes: Vec<Note>,
}
pub fn import(_: Dialect, text: &str) -> std::result::Result<Imported, query::QueryError> {
    query::parse(text).map(|query| Imported { query, notes: vec![] })
}
