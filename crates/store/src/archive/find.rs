//! Pages: newest first by the time of publishing, over all days.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::{Duration, Instant};

use domain::{Post, Time};
use query::Node;
use tantivy::columnar::Column;
use tantivy::query::{EnableScoring, Weight};
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, Searcher, SegmentReader};
use tokio::sync::mpsc;

use super::day::broken;
use super::plan::{Plan, plan};
use super::{Archive, Ask, Cursor, Decide, Found, read, schema};
use crate::aside;
use crate::{Result, StoreError};

/// Posts fetched and looked at together.
const TOGETHER: usize = 256;
/// Proposals asked for at first, and at most, where the matcher may refuse some.
const FIRST: usize = 256;
const MOST: usize = 8_192;
/// How long a page may take.
const PAGE: Duration = Duration::from_secs(3);

/// Which times a question is about; both ends within.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub first: i64,
    pub last: i64,
}

impl Span {
    pub fn of(since: Option<Time>, until: Option<Time>) -> Span {
        Span {
            first: since.map_or(i64::MIN, |at| at.0),
            last: until.map_or(i64::MAX, |at| at.0.saturating_sub(1)),
        }
    }
}

/// A piece of a day with its columns.
pub(super) struct Piece {
    pub day: i64,
    searcher: Searcher,
    number: usize,
    published: Column<i64>,
    row: Column<i64>,
}

impl Piece {
    fn reader(&self) -> &SegmentReader {
        &self.searcher.segment_readers()[self.number]
    }

    fn newest(&self) -> i64 {
        self.published.max_value()
    }

    /// Posts in it, and when the oldest and the newest were published.
    pub fn extent(&self) -> (u64, Time, Time) {
        let posts = u64::from(self.reader().num_docs());
        (posts, Time(self.published.min_value()), Time(self.newest()))
    }

    fn meets(&self, span: Span) -> bool {
        self.published.min_value() <= span.last && self.newest() >= span.first
    }

    /// Calls `each` with the time and row of every post proposed in this piece.
    pub fn each(
        &self,
        weight: &dyn Weight,
        each: &mut dyn FnMut(i64, &dyn Fn() -> i64),
    ) -> Result<()> {
        let reader = self.reader();
        let alive = reader.alive_bitset();
        let mut scorer = weight.scorer(reader, 1.0).map_err(|e| broken(self.day, &e))?;
        let mut docs: [DocId; COLLECT_BLOCK_BUFFER_LEN] = [0; COLLECT_BLOCK_BUFFER_LEN];
        let mut times = [None; COLLECT_BLOCK_BUFFER_LEN];
        loop {
            let count = scorer.fill_buffer(&mut docs);
            self.published.first_vals(&docs[..count], &mut times[..count]);
            for (doc, time) in docs[..count].iter().zip(&times[..count]) {
                let Some(time) = time.filter(|_| alive.is_none_or(|alive| alive.is_alive(*doc)))
                else {
                    continue;
                };
                each(time, &|| self.row.first(*doc).unwrap_or(0));
            }
            if count < docs.len() {
                return Ok(());
            }
        }
    }
}

impl Archive {
    /// The pieces that hold something of a span, the newest first.
    pub(super) fn pieces(&self, span: Span) -> Result<Vec<Piece>> {
        let days: Vec<super::day::Day> = self.inner.days().values().cloned().collect();
        let mut pieces = Vec::new();
        for day in days {
            let searcher = day.searcher();
            for (number, reader) in searcher.segment_readers().iter().enumerate() {
                let failed = |e| broken(day.number, &e);
                let column =
                    |name| self.suspect(day.number, reader.fast_fields().i64(name).map_err(failed));
                let piece = Piece {
                    day: day.number,
                    searcher: searcher.clone(),
                    number,
                    published: column("published")?,
                    row: column("row")?,
                };
                if reader.num_docs() > 0 && piece.meets(span) {
                    pieces.push(piece);
                }
            }
        }
        pieces.sort_by_key(|piece| Reverse(piece.newest()));
        Ok(pieces)
    }

    /// The `most` newest proposals before a place, newest first.
    fn newest(
        &self,
        weight: &dyn Weight,
        span: Span,
        before: Option<Cursor>,
        most: usize,
    ) -> Result<Vec<Cursor>> {
        let last = before.map_or(span.last, |before| before.published.0.min(span.last));
        let span = Span { last, ..span };
        let mut best: BinaryHeap<Reverse<Cursor>> = BinaryHeap::with_capacity(most + 1);
        for piece in self.pieces(span)? {
            let full = |best: &BinaryHeap<Reverse<Cursor>>| {
                best.peek().filter(|_| best.len() >= most).map(|worst| worst.0)
            };
            if full(&best).is_some_and(|worst| worst.published.0 > piece.newest()) {
                break;
            }
            let mut worst = full(&best).map_or(i64::MIN, |worst| worst.published.0);
            let found = piece.each(weight, &mut |time, row| {
                if time < worst || time < span.first || time > span.last {
                    return;
                }
                let place = Cursor { published: Time(time), row: row() };
                if before.is_some_and(|before| place >= before) {
                    return;
                }
                best.push(Reverse(place));
                if best.len() > most {
                    best.pop();
                    worst = best.peek().map_or(i64::MIN, |worst| worst.0.published.0);
                }
            });
            self.suspect(piece.day, found)?;
        }
        Ok(best.into_sorted_vec().into_iter().map(|place| place.0).collect())
    }

    /// Notes a day that could not be read: whoever follows looks at it.
    pub(super) fn suspect<T>(&self, day: i64, found: Result<T>) -> Result<T> {
        if found.is_err() {
            self.inner.suspects().push(day);
        }
        found
    }

    pub(super) fn weight(&self, plan: &Plan) -> Result<Box<dyn Weight>> {
        let (schema, _) = schema::schema();
        plan.question()
            .weight(EnableScoring::disabled_from_schema(&schema))
            .map_err(|e| StoreError::Unusable(format!("archive: {e}")))
    }

    /// Fetches proposals and asks the matcher; in the order of the places.
    pub(super) async fn decide(
        &self,
        places: &[Cursor],
        decide: &Decide,
    ) -> Result<Vec<Option<Post>>> {
        let rows: Vec<i64> = places.iter().map(|place| place.row).collect();
        let posts = read::rows(&self.inner.store, &rows).await?;
        let decide = std::sync::Arc::clone(decide);
        aside::blocking(move || {
            let mut posts: HashMap<i64, Post> =
                posts.into_iter().filter(|(_, post)| decide(post)).collect();
            Ok(rows.iter().map(|row| posts.remove(row)).collect())
        })
        .await
    }

    /// Proposals before a place, found away from the runtime.
    async fn propose(
        &self,
        weight: &std::sync::Arc<dyn Weight>,
        span: Span,
        before: Option<Cursor>,
        most: usize,
    ) -> Result<Vec<Cursor>> {
        let archive = self.clone();
        let weight = std::sync::Arc::clone(weight);
        aside::blocking(move || archive.newest(weight.as_ref(), span, before, most)).await
    }

    pub(super) async fn page(&self, ast: &Node, ask: Ask, decide: Decide) -> Result<Found> {
        self.refresh().await?;
        let began = Instant::now();
        let plan = plan(&self.inner.fields, ast);
        let weight: std::sync::Arc<dyn Weight> = self.weight(&plan)?.into();
        let span = Span::of(ask.since, ask.until);
        let mut found = Found { next: ask.before, complete: true, ..Found::default() };
        if ask.limit == 0 {
            return Ok(found);
        }
        let mut most = if plan.exact { ask.limit + 1 } else { FIRST.max(ask.limit) };
        loop {
            let places = self.propose(&weight, span, found.next, most).await?;
            let is_last = places.len() < most;
            let mut left = places.as_slice();
            while !left.is_empty() {
                let (now, later) = left.split_at(left.len().min(TOGETHER));
                left = later;
                for (place, post) in now.iter().zip(self.decide(now, &decide).await?) {
                    // One more than fits tells that there is another page.
                    if found.posts.len() == ask.limit {
                        return Ok(found);
                    }
                    found.next = Some(*place);
                    found.looked_at += 1;
                    found.posts.extend(post);
                }
                if began.elapsed() > PAGE && !(left.is_empty() && is_last) {
                    found.complete = found.posts.len() == ask.limit;
                    return Ok(found);
                }
            }
            if is_last {
                found.next = None;
                return Ok(found);
            }
            if found.posts.len() == ask.limit {
                return Ok(found);
            }
            most = (most * 2).min(MOST).max(most);
        }
    }

    pub(super) async fn stream(
        &self,
        ast: &Node,
        ask: Ask,
        decide: Decide,
        sink: mpsc::Sender<Post>,
    ) -> Result<u64> {
        self.refresh().await?;
        let plan = plan(&self.inner.fields, ast);
        let weight: std::sync::Arc<dyn Weight> = self.weight(&plan)?.into();
        let span = Span::of(ask.since, ask.until);
        let mut before = ask.before;
        let mut sent = 0;
        loop {
            let places = self.propose(&weight, span, before, MOST).await?;
            for now in places.chunks(TOGETHER) {
                for post in self.decide(now, &decide).await?.into_iter().flatten() {
                    if sent == ask.limit as u64 || sink.send(post).await.is_err() {
                        return Ok(sent);
                    }
                    sent += 1;
                }
            }
            match places.last() {
                Some(last) if places.len() == MOST => before = Some(*last),
                _ => return Ok(sent),
            }
        }
    }
}
