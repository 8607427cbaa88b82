//! Settings of the grower: one set for all languages and kinds of post.

use crate::time::HOUR;

/// How much each kind of evidence counts. [`Tuning::default`] is what the product uses;
/// `docs/accuracy.md` says what it was chosen by.
#[derive(Clone, Debug, PartialEq)]
pub struct Tuning {
    /// What a term of each kind counts: word, name, sound, number, place, tag, pair.
    pub kinds: [f32; 7],
    /// Unseen posts that are counted with those that came, see rarity.
    pub prior: f32,
    /// Rarity is counted by stories to this part, the rest by posts.
    pub by_story: f32,
    /// Share of the nearest posts in the score; the rest is the cosine with the centroid.
    pub near: f32,
    /// The mean of so many nearest posts is taken.
    pub nearest: usize,
    /// From this score on a post joins.
    pub join: f32,
    /// From this score on two stories become one.
    pub merge: f32,
    /// The score loses so much for each doubling of the time since the story's last post.
    pub gap: f32,
    /// Nearness of a single post loses so much for each doubling of the time to it.
    pub each: f32,
    /// The first doubling is at so many hours.
    pub gap_hours: f32,
    /// The score loses so much where none of the story's last posts was found by the same watch.
    pub strange: f32,
    /// A story's older posts count half after so many days.
    pub fade_days: f32,
    /// Share of meaning in the score, where both have it.
    pub meaning: f32,
    /// The same where the story has no post in the post's language.
    pub foreign: f32,
    /// Likeness of meaning that says nothing.
    pub meaning_floor: f32,
}

impl Tuning {
    /// How often a time of so many milliseconds, at least 0, has doubled.
    pub(super) fn doublings(&self, time: i64) -> f32 {
        (1.0 + time as f32 / HOUR as f32 / self.gap_hours).log2()
    }
}

impl Default for Tuning {
    fn default() -> Tuning {
        Tuning {
            kinds: [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5],
            prior: 50.0,
            by_story: 0.5,
            near: 0.5,
            nearest: 3,
            join: 0.11,
            merge: 0.25,
            gap: 0.2,
            each: 0.1,
            gap_hours: 12.0,
            strange: 0.3,
            fade_days: 3.0,
            meaning: 0.12,
            foreign: 0.4,
            meaning_floor: 0.05,
        }
    }
}
