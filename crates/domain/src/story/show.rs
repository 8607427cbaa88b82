//! What is told of a story: its headline and its terms.

use super::StoryId;
use super::grower::{Grower, Member, Story};
use super::sketch::Sketch;
use super::vector::dot;
use crate::source::Tier;

/// Of a long story, so many posts are looked at for its headline: half the first, half the last.
const LOOKED_AT: usize = 200;

impl Grower {
    /// The post whose headline (or first sentence) tells the story best: near its centroid,
    /// early, from a high rung, neither short nor long; in the reader's language (ISO 639-1)
    /// where there is one. `None` when the story is not remembered.
    #[must_use]
    pub fn headline(&self, story: StoryId, lang: Option<&str>) -> Option<i64> {
        let story = &self.stories[*self.by_id.get(&story.0)? as usize];
        let lang = lang.map_or(0, Sketch::lang_of);
        let count = story.members.len();
        let looked_at = |i: &usize| *i < LOOKED_AT / 2 || *i + LOOKED_AT / 2 >= count;
        let posts = (0..count).filter(looked_at).map(|i| {
            let member = &self.members[story.members[i] as usize];
            let fits = lang != 0 && member.sketch.lang == lang;
            (fits, telling(member, story, i as f32 / count as f32), member.post)
        });
        let best = posts.max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(b.2.cmp(&a.2)));
        best.map(|(_, _, post)| post)
    }

    /// A story's most telling terms and their weights, 0 to 1, the heaviest first.
    /// `text::sketch::phrase` finds words for them.
    #[must_use]
    pub fn terms(&self, story: StoryId, most: usize) -> Vec<(u32, f32)> {
        let Some(slot) = self.by_id.get(&story.0) else { return Vec::new() };
        let story = &self.stories[*slot as usize];
        let length = story.norm.max(1e-6);
        let mut terms: Vec<(u32, f32)> =
            story.sum.iter().map(|&(key, weight)| (key, weight / length)).collect();
        terms.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        terms.truncate(most);
        terms
    }
}

/// How well a post tells its story; `late` is its place in it, 0 to 1.
fn telling(member: &Member, story: &Story, late: f32) -> f32 {
    let near = dot(&member.vector, &story.sum) / story.norm.max(1e-6);
    let rung = match member.sketch.tier {
        Some(Tier::Leading) => 0.15,
        Some(Tier::Trade) => 0.1,
        Some(Tier::Professional) => 0.05,
        _ => 0.0,
    };
    let passed_on = if member.sketch.passes.is_some() { 0.2 } else { 0.0 };
    let length = match member.sketch.length {
        0..=3 => 0.3,
        4..=18 => 0.0,
        _ => 0.1,
    };
    near + rung - 0.1 * late - length - passed_on
}
