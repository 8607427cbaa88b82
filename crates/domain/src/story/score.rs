//! How like a post is to a story, and a story to another one.

use super::grower::{Member, Story};
use super::tuning::Tuning;
use super::vector::{Entry, dot};
use crate::time::Time;

/// So many of a story's newest posts are looked at one by one.
const LOOKED_AT: usize = 32;
/// Of the smaller of two stories, so many.
const COMPARED: usize = 8;
/// More nearest posts are never averaged.
const MOST_NEAREST: usize = 4;

/// A likeness, and the post that is nearest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Score {
    /// 0 to about 1, before the price of time.
    pub value: f32,
    /// The member that is nearest.
    pub nearest: u32,
    /// How much of the value is meaning's.
    pub meaning: f32,
}

/// Likeness of a post, by its vector and meaning, with a story.
pub(super) fn of(
    vector: &[Entry],
    meaning: Option<&[f32]>,
    lang: u16,
    at: Time,
    story: &Story,
    members: &[Member],
    tuning: &Tuning,
) -> Score {
    let words = dot(vector, &story.sum) / story.norm.max(1e-6);
    let mut near = Nearest::default();
    for &slot in story.members.iter().rev().take(LOOKED_AT) {
        let member = &members[slot as usize];
        let far = tuning.each * tuning.doublings(at.since(member.at).saturating_abs());
        near.see(slot, dot(vector, &member.vector) - far);
    }
    let value = (1.0 - tuning.near) * words + tuning.near * near.mean(tuning.nearest);
    let (value, meaning) = with_meaning(
        value,
        meaning,
        story.meaning.as_deref(),
        tuning,
        !story.langs.contains(&lang),
    );
    Score { value, nearest: near.slots[0], meaning }
}

/// Likeness of two stories.
pub(super) fn between(a: &Story, b: &Story, members: &[Member], tuning: &Tuning) -> f32 {
    let words = dot(&a.sum, &b.sum) / (a.norm * b.norm).max(1e-6);
    let foreign = !a.langs.iter().any(|lang| b.langs.contains(lang));
    let (small, large) = if a.members.len() <= b.members.len() { (a, b) } else { (b, a) };
    let (mut sum, mut n) = (0.0, 0);
    for &slot in small.members.iter().rev().take(COMPARED) {
        let mut near = Nearest::default();
        let vector = &members[slot as usize].vector;
        for &other in large.members.iter().rev().take(LOOKED_AT) {
            near.see(other, dot(vector, &members[other as usize].vector));
        }
        sum += near.mean(tuning.nearest);
        n += 1;
    }
    let value = (1.0 - tuning.near) * words + tuning.near * sum / n.max(1) as f32;
    with_meaning(value, a.meaning.as_deref(), b.meaning.as_deref(), tuning, foreign).0
}

/// A likeness of words and that of meanings together, where both have one; and meaning's share.
fn with_meaning(
    words: f32,
    a: Option<&[f32]>,
    b: Option<&[f32]>,
    tuning: &Tuning,
    foreign: bool,
) -> (f32, f32) {
    let (Some(a), Some(b)) = (a, b) else { return (words, 0.0) };
    let product: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    let cosine = product / (length(a) * length(b)).max(1e-6);
    let over = (cosine - tuning.meaning_floor).max(0.0) / (1.0 - tuning.meaning_floor);
    let weight = if foreign { tuning.foreign } else { tuning.meaning };
    let share = weight * over;
    ((1.0 - weight) * words + share, share)
}

fn length(a: &[f32]) -> f32 {
    a.iter().map(|a| a * a).sum::<f32>().sqrt()
}

/// The nearest posts so far.
#[derive(Default)]
struct Nearest {
    best: [f32; MOST_NEAREST],
    slots: [u32; MOST_NEAREST],
    seen: usize,
}

impl Nearest {
    fn see(&mut self, slot: u32, nearness: f32) {
        let known = &self.best[..self.seen.min(MOST_NEAREST)];
        let place = known.partition_point(|best| *best >= nearness);
        self.seen += 1;
        if place < MOST_NEAREST {
            self.best[place..].rotate_right(1);
            self.slots[place..].rotate_right(1);
            self.best[place] = nearness;
            self.slots[place] = slot;
        }
    }

    /// Over the `k` nearest, or all where there are fewer.
    fn mean(&self, k: usize) -> f32 {
        let k = k.min(self.seen).clamp(1, MOST_NEAREST);
        self.best[..k].iter().sum::<f32>() / k as f32
    }
}
