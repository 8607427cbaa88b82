//! Counts per hour.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::{HOUR, Time};
use query::Node;
use tantivy::query::Weight;

use super::find::Span;
use super::plan::plan;
use super::{Archive, Counted, Cursor, Decide, HourCount, Hours};
use crate::aside;
use crate::{Result, StoreError};

/// Candidates that are looked at, where the index alone cannot tell.
const SAMPLE: usize = 10_000;
/// How long they are looked at.
const LOOK: Duration = Duration::from_millis(700);
/// Candidates fetched together.
const TOGETHER: usize = 512;
/// Hours in a question: ten years.
const HOURS: i64 = 24 * 3_660;

/// What the index counts.
struct Counts {
    hours: Vec<u64>,
    all: u64,
    /// Candidates, drawn by a hash of their rows: in no order that has to do with time or words.
    sample: Vec<Cursor>,
}

impl Archive {
    pub(super) async fn count_hours(
        &self,
        ast: &Node,
        since: Time,
        until: Time,
        decide: Decide,
    ) -> Result<Hours> {
        self.refresh().await?;
        let first = since.bucket(HOUR);
        let hours = until.since(first).saturating_add(HOUR - 1).div_euclid(HOUR).max(0);
        if hours > HOURS {
            return Err(StoreError::Missing("such a long time in the archive".into()));
        }
        let plan = plan(&self.inner.fields, ast);
        let weight = self.weight(&plan)?;
        let archive = self.clone();
        let span = Span::of(Some(since), Some(until));
        let exact = plan.exact;
        let counts = aside::blocking(move || {
            archive.count(weight.as_ref(), span, first, hours as usize, exact)
        })
        .await?;
        let told = |hours: &[u64]| -> Vec<HourCount> {
            let at = |i: usize| first.plus(i as i64 * HOUR);
            hours.iter().enumerate().map(|(i, n)| HourCount { at: at(i), posts: *n }).collect()
        };
        if exact {
            return Ok(Hours { hours: told(&counts.hours), how: Counted::Exact });
        }
        let (looked_at, matched) = self.look(&counts.sample, &decide).await?;
        if looked_at as u64 == counts.all {
            let mut hours = vec![0; counts.hours.len()];
            for place in &matched {
                if let Some(hour) = hours.get_mut(hour_of(place.published.0, first)) {
                    *hour += 1;
                }
            }
            return Ok(Hours { hours: told(&hours), how: Counted::Verified });
        }
        let share = matched.len() as f64 / (looked_at as f64).max(1.0);
        let hours: Vec<u64> =
            counts.hours.iter().map(|n| (*n as f64 * share).round() as u64).collect();
        let how = Counted::Estimated { looked_at: looked_at as u64, of: counts.all };
        Ok(Hours { hours: told(&hours), how })
    }

    /// Counts what the index proposes.
    fn count(
        &self,
        weight: &dyn Weight,
        span: Span,
        first: Time,
        hours: usize,
        exact: bool,
    ) -> Result<Counts> {
        let mut counts = Counts { hours: vec![0; hours], all: 0, sample: Vec::new() };
        // Of the hashes, those below this are drawn; halved when there are too many.
        let mut below = u64::MAX;
        for piece in self.pieces(span)? {
            let found = piece.each(weight, &mut |time, row| {
                if time < span.first || time > span.last {
                    return;
                }
                if let Some(hour) = counts.hours.get_mut(hour_of(time, first)) {
                    *hour += 1;
                }
                counts.all += 1;
                if exact {
                    return;
                }
                let row = row();
                if hash(row) <= below {
                    counts.sample.push(Cursor { published: Time(time), row });
                    if counts.sample.len() > 2 * SAMPLE {
                        below /= 2;
                        counts.sample.retain(|place| hash(place.row) <= below);
                    }
                }
            });
            self.suspect(piece.day, found)?;
        }
        counts.sample.sort_unstable_by_key(|place| hash(place.row));
        Ok(counts)
    }

    /// Looks at candidates while there is time; how many, and those that match.
    async fn look(&self, sample: &[Cursor], decide: &Decide) -> Result<(usize, Vec<Cursor>)> {
        let began = Instant::now();
        let mut looked_at = 0;
        let mut matched = Vec::new();
        for now in sample.chunks(TOGETHER) {
            let posts = self.decide(now, decide).await?;
            looked_at += now.len();
            matched
                .extend(now.iter().zip(&posts).filter(|(_, post)| post.is_some()).map(|(p, _)| *p));
            if began.elapsed() > LOOK {
                break;
            }
        }
        Ok((looked_at, matched))
    }

    pub(super) async fn tell(&self) -> Result<super::ArchiveStatus> {
        self.refresh().await?;
        let archive = self.clone();
        let mut status = aside::blocking(move || archive.measure()).await?;
        status.behind = self.behind().await?;
        status.store_bytes = self.store_bytes().await?;
        Ok(status)
    }

    fn measure(&self) -> Result<super::ArchiveStatus> {
        let mut status = super::ArchiveStatus {
            index_bytes: super::day::bytes_below(&self.inner.options.folder),
            ..Default::default()
        };
        let mut days = HashMap::new();
        for piece in self.pieces(Span { first: i64::MIN, last: i64::MAX })? {
            let (posts, oldest, newest) = piece.extent();
            status.posts += posts;
            days.insert(piece.day, ());
            status.oldest = status.oldest.into_iter().chain([oldest]).min();
            status.newest = status.newest.into_iter().chain([newest]).max();
        }
        status.days = days.len() as u64;
        Ok(status)
    }
}

fn hour_of(time: i64, first: Time) -> usize {
    usize::try_from((time - first.0).div_euclid(HOUR)).unwrap_or(usize::MAX)
}

/// A number that has nothing to do with the order of rows (the finaliser of SplitMix64).
fn hash(row: i64) -> u64 {
    let mut n = row.unsigned_abs().wrapping_add(0x9e37_79b9_7f4a_7c15);
    n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}
