//! Horch's matcher, and the floor below it.

use std::hash::{BuildHasher, BuildHasherDefault};
use std::time::Instant;

use domain::{Post, WatchId};
use query::{Document, Frequencies, Live, Matcher, Query, Scratch, Snapshot};
use rustc_hash::FxHasher;
use text::words::Words;

use crate::measure::{cpu_seconds, with_bytes};

/// A matcher over queries and what it took.
pub struct Built {
    pub matcher: Matcher,
    pub seconds: f64,
    pub bytes: f64,
}

/// Builds a matcher whose words are chosen by what was observed before.
pub fn build(queries: &[Query], observed: &Frequencies) -> Built {
    let began = cpu_seconds();
    let (matcher, bytes) = with_bytes(|| {
        let mut matcher = Matcher::with(observed.clone());
        for (n, query) in queries.iter().enumerate() {
            matcher.insert(WatchId(n as i64), query);
        }
        matcher
    });
    Built { matcher, seconds: cpu_seconds() - began, bytes }
}

pub fn observe(posts: &[Post]) -> Frequencies {
    let mut observed = Frequencies::new();
    posts.iter().for_each(|post| observed.observe(&Document::of(post)));
    observed
}

/// Posts a second and matches, text preparation included.
pub fn rate(snapshot: &Snapshot, posts: &[Post]) -> (f64, u64) {
    let mut scratch = Scratch::default();
    let run = |scratch: &mut Scratch, posts: &[Post]| -> u64 {
        posts.iter().map(|p| snapshot.watches(&Document::of(p), scratch).len() as u64).sum()
    };
    run(&mut scratch, &posts[..posts.len() / 10]);
    let began = cpu_seconds();
    let matches = run(&mut scratch, posts);
    (posts.len() as f64 / (cpu_seconds() - began), matches)
}

/// Which post matches which query.
pub fn pairs(snapshot: &Snapshot, posts: &[Post]) -> Vec<(usize, usize)> {
    let mut scratch = Scratch::default();
    let mut pairs = Vec::new();
    for (n, post) in posts.iter().enumerate() {
        let found = snapshot.watches(&Document::of(post), &mut scratch);
        pairs.extend(found.iter().map(|watch| (n, watch.0 as usize)));
    }
    pairs
}

/// Posts a second with spans and reasons for each match.
pub fn rate_explained(snapshot: &Snapshot, posts: &[Post]) -> f64 {
    let mut scratch = Scratch::default();
    let began = cpu_seconds();
    let matches: usize =
        posts.iter().map(|p| snapshot.matches(&Document::of(p), &mut scratch).len()).sum();
    std::hint::black_box(matches);
    posts.len() as f64 / (cpu_seconds() - began)
}

/// Posts a second by the wall clock on so many threads over one snapshot.
pub fn rate_threads(snapshot: &Snapshot, posts: &[Post], threads: usize) -> f64 {
    let began = Instant::now();
    std::thread::scope(|scope| {
        for part in posts.chunks(posts.len().div_ceil(threads)) {
            scope.spawn(move || {
                let mut scratch = Scratch::default();
                for post in part {
                    std::hint::black_box(snapshot.watches(&Document::of(post), &mut scratch));
                }
            });
        }
    });
    posts.len() as f64 / began.elapsed().as_secs_f64()
}

/// Microseconds a post, sorted.
pub fn latencies(snapshot: &Snapshot, posts: &[Post]) -> Vec<f64> {
    let mut scratch = Scratch::default();
    let mut took = Vec::with_capacity(posts.len());
    for post in posts {
        let began = Instant::now();
        std::hint::black_box(snapshot.watches(&Document::of(post), &mut scratch));
        took.push(began.elapsed().as_secs_f64() * 1e6);
    }
    took.sort_by(f64::total_cmp);
    took
}

/// Microseconds to add and to remove a query while all the others are there.
pub fn changes(live: &Live, queries: &[Query]) -> (f64, f64) {
    let first = 10_000_000;
    let began = cpu_seconds();
    for (n, query) in queries.iter().enumerate() {
        live.insert(WatchId(first + n as i64), query);
    }
    let added = cpu_seconds() - began;
    let began = cpu_seconds();
    for n in 0..queries.len() {
        live.remove(WatchId(first + n as i64));
    }
    let each = 1e6 / queries.len() as f64;
    (added * each, (cpu_seconds() - began) * each)
}

/// The floor: posts a second that are only tokenised, and every key of every word hashed.
pub fn floor(posts: &[Post]) -> f64 {
    let hasher = BuildHasherDefault::<FxHasher>::default();
    let run = || -> u64 {
        let mut sum = 0_u64;
        for post in posts {
            let mut words = Words::for_text(post.body.len());
            words.push(&post.body);
            for token in words.tokens() {
                words.each_key(token, |key| sum = sum.wrapping_add(hasher.hash_one(key)));
            }
        }
        sum
    };
    std::hint::black_box(run());
    let began = cpu_seconds();
    std::hint::black_box(run());
    posts.len() as f64 / (cpu_seconds() - began)
}
