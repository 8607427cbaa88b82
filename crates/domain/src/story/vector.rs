//! Sparse vectors: terms with weights, in rising order of the key.

use super::rarity::Rarity;
use super::sketch::Sketch;
use super::tuning::Tuning;

/// A term and its weight.
pub(super) type Entry = (u32, f32);

/// A post's terms weighted by kind and rarity, of length one; empty where nothing tells.
pub(super) fn of(sketch: &Sketch, rarity: &Rarity, tuning: &Tuning) -> Box<[Entry]> {
    let weigh = |term: &super::Term| {
        let rare = rarity.of(term.key, sketch.lang, tuning.prior, tuning.by_story);
        (term.key, f32::from(term.weight) / 64.0 * tuning.kinds[term.kind as usize] * rare)
    };
    let mut entries: Box<[Entry]> = sketch.terms.iter().map(weigh).collect();
    let length = norm(&entries);
    if length > 0.0 {
        entries.iter_mut().for_each(|(_, weight)| *weight /= length);
    }
    entries
}

/// Length of a vector.
pub(super) fn norm(entries: &[Entry]) -> f32 {
    entries.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt()
}

/// Scalar product of two vectors of about the same size.
pub(super) fn dot(a: &[Entry], b: &[Entry]) -> f32 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        if x.0 == y.0 {
            sum += x.1 * y.1;
        }
        i += usize::from(x.0 <= y.0);
        j += usize::from(y.0 <= x.0);
    }
    sum
}

/// Adds `scale` times a vector to another one.
pub(super) fn add(to: &mut Vec<Entry>, entries: &[Entry], scale: f32, room: &mut Vec<Entry>) {
    room.clear();
    let mut rest = entries.iter().peekable();
    for &(key, weight) in to.iter() {
        while let Some(&(other, more)) = rest.next_if(|entry| entry.0 < key) {
            room.push((other, more * scale));
        }
        let more = rest.next_if(|entry| entry.0 == key).map_or(0.0, |entry| entry.1 * scale);
        room.push((key, weight + more));
    }
    room.extend(rest.map(|&(key, weight)| (key, weight * scale)));
    std::mem::swap(to, room);
}

/// The terms of the first that the second has not.
pub(super) fn new_terms(of: &[Entry], than: &[Entry]) -> impl Iterator<Item = u32> {
    let mut rest = than.iter().peekable();
    of.iter().map(|entry| entry.0).filter(move |key| {
        while rest.next_if(|entry| entry.0 < *key).is_some() {}
        rest.peek().is_none_or(|entry| entry.0 != *key)
    })
}

/// Keeps the `most` heaviest terms.
pub(super) fn trim(entries: &mut Vec<Entry>, most: usize) {
    if entries.len() <= most {
        return;
    }
    let mut weights: Vec<f32> = entries.iter().map(|entry| entry.1).collect();
    let (_, &mut least, _) = weights.select_nth_unstable_by(most, |a, b| b.total_cmp(a));
    entries.retain(|entry| entry.1 > least);
}
