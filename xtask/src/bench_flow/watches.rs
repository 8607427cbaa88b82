//! A hundred thousand watches of which few match a post.
//!
//! The queries of the file were drawn from posts like these: as they come, dozens of them match
//! every post, as no house's watches do. So the commonest are narrowed by a rare word of another
//! query until all together match about a third of the posts.

use std::collections::HashMap;
use std::path::Path;

use anyhow::bail;
use domain::{AlertRules, Channel, Engagement, Platform, Post, Source, Time, WatchId};
use query::{Document, Matcher, Query, Scratch};
use store::NewWatch;

use crate::bench_replay::{lines, native};

/// Mentions a post, at most.
const RATE: f64 = 0.3;
/// Watches asked alone, to check the many.
const ALONE: usize = 200;

/// The watches, and what they match.
pub struct Chosen {
    /// The watches.
    pub watches: Vec<NewWatch>,
    /// The texts each watch matches, ascending, by its name; those that match none left out.
    pub hits: HashMap<String, Vec<u32>>,
    /// Mentions a post before any was narrowed.
    pub before: f64,
    /// How many were narrowed.
    pub narrowed: usize,
    /// How many were asked alone as well, with the same result.
    pub alone: usize,
}

/// Draws so many watches from the file.
///
/// # Errors
/// The file is not there or too short, or a watch asked alone finds other texts than among all.
pub fn choose(
    file: &Path,
    wanted: usize,
    texts: &[String],
    as_they_come: bool,
) -> anyhow::Result<Chosen> {
    let mut queries = read(file, wanted)?;
    let posts: Vec<Post> = texts.iter().map(|text| post(text)).collect();
    let documents: Vec<Document<'_>> = posts.iter().map(Document::of).collect();
    let mut hits = all_hits(&queries, &documents);
    let rate =
        |hits: &[Vec<u32>]| hits.iter().map(Vec::len).sum::<usize>() as f64 / texts.len() as f64;
    let before = rate(&hits);
    let mut narrowed = 0;
    if !as_they_come && before > RATE {
        narrowed = narrow(&mut queries, &hits, texts.len())?;
        hits = all_hits(&queries, &documents);
    }
    let alone = ask_alone(&queries, &hits, &documents)?;
    let name = |n: usize| format!("watch {n}");
    let watches = queries.iter().enumerate().map(|(n, (text, _))| NewWatch {
        name: name(n),
        query: text.clone(),
        alerts: AlertRules::default(),
    });
    let watches = watches.collect();
    let hits = hits.into_iter().enumerate().filter(|(_, hits)| !hits.is_empty());
    let hits = hits.map(|(n, hits)| (name(n), hits)).collect();
    Ok(Chosen { watches, hits, before, narrowed, alone })
}

fn read(file: &Path, wanted: usize) -> anyhow::Result<Vec<(String, Query)>> {
    let mut queries = Vec::with_capacity(wanted);
    for line in lines(file)? {
        let line = line?;
        let mut fields = line.split('\t').skip(2);
        let text = native(fields.next().unwrap_or(""), fields.next().unwrap_or(""));
        if let Ok(query) = query::parse(&text) {
            queries.push((text, query));
        }
        if queries.len() == wanted {
            return Ok(queries);
        }
    }
    // The language refuses some; others stand in for them, a little changed.
    let found = queries.len();
    for n in 0..wanted - found {
        let text = format!("({}) NOT zq{n}", queries[n % found].0);
        match query::parse(&text) {
            Ok(query) => queries.push((text, query)),
            Err(error) => bail!("{text}: {}", error.message(query::Lang::En)),
        }
    }
    Ok(queries)
}

/// The texts that each query matches, all queries in one matcher.
fn all_hits(queries: &[(String, Query)], documents: &[Document<'_>]) -> Vec<Vec<u32>> {
    let mut matcher = Matcher::new();
    for (n, (_, query)) in queries.iter().enumerate() {
        matcher.insert(WatchId(n as i64), query);
    }
    let (snapshot, mut scratch) = (matcher.snapshot(), Scratch::default());
    let mut hits = vec![Vec::new(); queries.len()];
    for (text, document) in documents.iter().enumerate() {
        for watch in snapshot.watches(document, &mut scratch) {
            hits[watch.0 as usize].push(text as u32);
        }
    }
    hits
}

/// Narrows the commonest queries, each by a query that matches next to nothing.
fn narrow(
    queries: &mut [(String, Query)],
    hits: &[Vec<u32>],
    texts: usize,
) -> anyhow::Result<usize> {
    let mut order: Vec<usize> = (0..queries.len()).collect();
    order.sort_by_key(|n| (hits[*n].len(), *n));
    let most = (texts as f64 * RATE * 0.8) as usize;
    let mut sum = 0;
    let keep = order
        .iter()
        .take_while(|n| {
            sum += hits[**n].len();
            sum <= most
        })
        .count();
    let (rare, common) = order.split_at(keep);
    if rare.is_empty() {
        bail!("every query is common");
    }
    let rare: Vec<String> = rare.iter().map(|n| queries[*n].0.clone()).collect();
    for (i, n) in common.iter().enumerate() {
        let text = format!("({}) AND ({})", queries[*n].0, rare[i * 7 % rare.len()]);
        match query::parse(&text) {
            Ok(query) => queries[*n] = (text, query),
            Err(error) => bail!("{text}: {}", error.message(query::Lang::En)),
        }
    }
    Ok(common.len())
}

/// Asks some watches one by one: among a hundred thousand they must find the same.
fn ask_alone(
    queries: &[(String, Query)],
    hits: &[Vec<u32>],
    documents: &[Document<'_>],
) -> anyhow::Result<usize> {
    let step = (queries.len() / ALONE).max(1);
    let mut asked = 0;
    for n in (0..queries.len()).step_by(step) {
        let mut matcher = Matcher::new();
        matcher.insert(WatchId(1), &queries[n].1);
        let (snapshot, mut scratch) = (matcher.snapshot(), Scratch::default());
        let found: Vec<u32> = documents
            .iter()
            .enumerate()
            .filter(|(_, document)| !snapshot.watches(document, &mut scratch).is_empty())
            .map(|(text, _)| text as u32)
            .collect();
        if found != hits[n] {
            bail!("{}: {} texts alone, {} among all", queries[n].0, found.len(), hits[n].len());
        }
        asked += 1;
    }
    Ok(asked)
}

fn post(text: &str) -> Post {
    Post {
        platform: Platform::named("bench"),
        native_id: String::new(),
        url: String::new(),
        channel: Channel::Microblog,
        source: Source::default(),
        author: None,
        title: String::new(),
        lead: String::new(),
        body: text.to_owned(),
        lang: None,
        published: Time(0),
        received: Time(0),
        links: vec![],
        hashtags: vec![],
        mentions: vec![],
        relation: None,
        engagement: Engagement::default(),
        media: vec![],
    }
}
