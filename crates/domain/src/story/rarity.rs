//! How rare a term is: inverse document frequency (Spärck Jones 1972), counted as posts come and
//! fading with time (Allan, Papka & Lavrenko 1998), for each language by itself.

use super::hash::Map;
use super::sketch::Sketch;
use crate::time::{DAY, Time};

/// Counts are halved in this time, in milliseconds.
const HALF_LIFE: f64 = 30.0 * DAY as f64;
/// Counts of newer posts grow instead of older ones fading; they are scaled back when one post
/// counts so much.
const REBASE: f32 = 1e5;
/// What counts less than this part of a post of today is forgotten.
const LEAST: f32 = 0.05;

/// How often terms were seen of late.
#[derive(Clone, Debug)]
pub(super) struct Rarity {
    /// By term and language: posts and stories.
    seen: Map<u64, [f32; 2]>,
    /// Posts and stories by language.
    all: Map<u32, [f32; 2]>,
    /// When a post counted 1, and the newest time.
    base: Option<(Time, Time)>,
    /// What a post of the newest time counts.
    today: f32,
}

impl Default for Rarity {
    fn default() -> Rarity {
        Rarity { seen: Map::default(), all: Map::default(), base: None, today: 1.0 }
    }
}

impl Rarity {
    /// A post came.
    pub fn see(&mut self, sketch: &Sketch, at: Time) {
        self.to(at);
        self.all.entry(u32::from(sketch.lang)).or_default()[0] += self.today;
        for term in &sketch.terms {
            self.seen.entry(key(term.key, sketch.lang)).or_default()[0] += self.today;
        }
    }

    /// A story began in a language.
    pub fn see_story(&mut self, lang: u16) {
        self.all.entry(u32::from(lang)).or_default()[1] += self.today;
    }

    /// A story has a term that it had not.
    pub fn see_in_story(&mut self, term: u32, lang: u16) {
        self.seen.entry(key(term, lang)).or_default()[1] += self.today;
    }

    /// How many posts in a language came of late, faded ones in part.
    pub fn posts(&self, lang: u16) -> f32 {
        self.all.get(&u32::from(lang)).map_or(0.0, |all| all[0] / self.today)
    }

    /// How telling a term is in a language: the logarithm of one in how many has it, of posts and
    /// of stories. Until there are many, `prior` unseen ones are counted with them.
    pub fn of(&self, term: u32, lang: u16, prior: f32, by_story: f32) -> f32 {
        let all = self.all.get(&u32::from(lang)).copied().unwrap_or_default();
        let seen = self.seen.get(&key(term, lang)).copied().unwrap_or_default();
        let [posts, stories] = [0, 1]
            .map(|i| ((all[i] + prior * self.today) / (seen[i] + 0.5 * self.today)).max(1.0).ln());
        (1.0 - by_story) * posts + by_story * stories
    }

    /// Bytes of memory that it has asked for, about.
    pub fn bytes(&self) -> usize {
        (self.seen.capacity() + self.all.capacity()) * (size_of::<(u64, [f32; 2])>() + 1)
    }

    fn to(&mut self, at: Time) {
        let (base, newest) = self.base.unwrap_or((at, at));
        let newest = newest.max(at);
        self.base = Some((base, newest));
        self.today = (newest.since(base) as f64 / HALF_LIFE).exp2().min(f64::from(f32::MAX)) as f32;
        if self.today > REBASE {
            let scale = 1.0 / self.today;
            self.seen.retain(|_, count| {
                *count = count.map(|count| count * scale);
                count[0] > LEAST
            });
            self.all.values_mut().for_each(|count| *count = count.map(|count| count * scale));
            self.base = Some((newest, newest));
            self.today = 1.0;
        }
    }
}

fn key(term: u32, lang: u16) -> u64 {
    u64::from(lang) << 32 | u64::from(term)
}
