//! How alike two partitions of the same posts are.

use std::collections::BTreeMap;

/// Sizes of the found parts, of the true ones, and of what each has in common with each.
struct Parts {
    found: BTreeMap<i64, f64>,
    truth: BTreeMap<i64, f64>,
    both: BTreeMap<(i64, i64), f64>,
}

impl Parts {
    fn of(found: &[i64], truth: &[i64]) -> Parts {
        let mut parts =
            Parts { found: BTreeMap::new(), truth: BTreeMap::new(), both: BTreeMap::new() };
        for (a, b) in found.iter().zip(truth) {
            *parts.found.entry(*a).or_default() += 1.0;
            *parts.truth.entry(*b).or_default() += 1.0;
            *parts.both.entry((*a, *b)).or_default() += 1.0;
        }
        parts
    }
}

/// B-cubed precision, recall and F1 (Bagga & Baldwin 1998): of each post, which share of its found
/// story is of its true one, and the reverse; the mean over posts.
pub fn bcubed(found: &[i64], truth: &[i64]) -> (f64, f64, f64) {
    let parts = Parts::of(found, truth);
    let (mut precision, mut recall) = (0.0, 0.0);
    for ((a, b), n) in &parts.both {
        precision += n * n / parts.found[a];
        recall += n * n / parts.truth[b];
    }
    let all = found.len().max(1) as f64;
    let (precision, recall) = (precision / all, recall / all);
    (precision, recall, 2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE))
}

/// F1 over pairs of posts that are in one story.
pub fn pairwise(found: &[i64], truth: &[i64]) -> f64 {
    let parts = Parts::of(found, truth);
    let pairs = |n: &f64| n * (n - 1.0) / 2.0;
    let right: f64 = parts.both.values().map(pairs).sum();
    let said: f64 = parts.found.values().map(pairs).sum();
    let true_ones: f64 = parts.truth.values().map(pairs).sum();
    2.0 * right / (said + true_ones).max(f64::MIN_POSITIVE)
}

/// How many stories there are.
pub fn count(stories: &[i64]) -> usize {
    let mut stories = stories.to_vec();
    stories.sort_unstable();
    stories.dedup();
    stories.len()
}

/// The share of posts whose two stories differ.
pub fn differing(a: &[i64], b: &[i64]) -> f64 {
    a.iter().zip(b).filter(|(a, b)| a != b).count() as f64 / a.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_compared() {
        let check = |found: &[i64], truth: &[i64], expect: [f64; 4]| {
            let (precision, recall, f1) = bcubed(found, truth);
            let got = [precision, recall, f1, pairwise(found, truth)];
            let near = got.iter().zip(expect).all(|(a, b)| (a - b).abs() < 1e-9);
            assert!(near, "{found:?} {truth:?}: {got:?}");
        };
        check(&[1, 1, 2], &[7, 7, 9], [1.0, 1.0, 1.0, 1.0]);
        check(&[1, 1, 1, 1], &[7, 7, 9, 9], [0.5, 1.0, 2.0 / 3.0, 0.5]);
        check(&[1, 2, 3, 4], &[7, 7, 9, 9], [1.0, 0.5, 2.0 / 3.0, 0.0]);
        assert_eq!((count(&[3, 1, 3]), differing(&[1, 2], &[1, 3])), (2, 0.5));
    }
}
