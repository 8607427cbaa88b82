//! How stories are born, take posts, and become one.

use super::grower::{Grower, Member, Story, WATCHES_OF};
use super::lessons::Lesson;
use super::score::{self, Score};
use super::sketch::Sketch;
use super::vector::{Entry, add, new_terms, norm, trim};
use super::{Merged, StoryId};
use crate::time::{DAY, Time};

/// A story's centroid keeps so many terms.
const MOST_CENTROID: usize = 160;
/// Weights of newer posts grow instead of older ones fading, up to this.
const REBASE: f32 = 1e5;
/// A sleeping story that wakes is listed under the terms of so many posts.
const LISTED: usize = 32;

impl Grower {
    /// A new story's slot.
    pub(super) fn bear(&mut self, at: Time) -> u32 {
        let id = self.next;
        self.next = self.next.saturating_add(1);
        self.bear_as(id, at)
    }

    pub(super) fn bear_as(&mut self, id: i64, at: Time) -> u32 {
        let story = Story { id, base: at, first: at, last: at, ..Story::default() };
        let slot = match self.free_stories.pop() {
            Some(slot) => {
                self.stories[slot as usize] = story;
                slot
            }
            None => {
                self.stories.push(story);
                self.stories.len() as u32 - 1
            }
        };
        self.by_id.insert(id, slot);
        slot
    }

    pub(super) fn join(
        &mut self,
        post: i64,
        watch: i64,
        at: Time,
        sketch: Sketch,
        vector: Box<[Entry]>,
        story: u32,
    ) {
        let member = Member { post, watch, at, story, vector, sketch };
        let slot = match self.free_members.pop() {
            Some(slot) => {
                self.members[slot as usize] = member;
                slot
            }
            None => {
                self.members.push(member);
                self.members.len() as u32 - 1
            }
        };
        let sketch = &self.members[slot as usize].sketch;
        self.by_post.insert(post, slot);
        self.by_own.insert(sketch.own, slot);
        if sketch.copy != 0 {
            self.by_copy.entry(sketch.copy).or_insert(slot);
        }
        for link in &sketch.links {
            self.by_link.entry(*link).or_insert(slot);
        }
        self.count(slot, story);
        self.weigh_in(slot, story);
        if std::mem::take(&mut self.stories[story as usize].asleep) {
            self.list(story);
        } else {
            self.list_member(slot, story);
        }
    }

    /// Counts the terms that a member brings to a story.
    fn count(&mut self, slot: u32, story: u32) {
        let member = &self.members[slot as usize];
        let story = &self.stories[story as usize];
        if story.members.is_empty() {
            self.rarity.see_story(member.sketch.lang);
        }
        for key in new_terms(&member.vector, &story.sum) {
            self.rarity.see_in_story(key, member.sketch.lang);
        }
    }

    /// Lists a story under the terms of its newest posts.
    pub(super) fn list(&mut self, story: u32) {
        let count = self.stories[story as usize].members.len();
        for i in count.saturating_sub(LISTED)..count {
            self.list_member(self.stories[story as usize].members[i], story);
        }
    }

    fn list_member(&mut self, member: u32, story: u32) {
        for (key, _) in &self.members[member as usize].vector {
            self.lists.touch(*key, story);
        }
    }

    /// Takes a story out of all lists.
    pub(super) fn unlist(&mut self, story: u32) {
        for member in &self.stories[story as usize].members {
            for (key, _) in &self.members[*member as usize].vector {
                self.lists.drop(*key, story);
            }
        }
    }

    /// Adds a member to a story and its sums.
    pub(super) fn weigh_in(&mut self, slot: u32, story: u32) {
        let meaning = self.centre.of(&self.members[slot as usize].sketch);
        let member = &mut self.members[slot as usize];
        member.story = story;
        let story = &mut self.stories[story as usize];
        let days = member.at.since(story.base) as f32 / DAY as f32;
        let mut weight = (days / self.tuning.fade_days).exp2();
        if weight > REBASE {
            story.sum.iter_mut().for_each(|entry| entry.1 /= weight);
            story.base = member.at;
            weight = 1.0;
        }
        add(&mut story.sum, &member.vector, weight, &mut self.room);
        trim(&mut story.sum, MOST_CENTROID);
        story.norm = norm(&story.sum);
        story.first = story.first.min(member.at);
        story.last = story.last.max(member.at);
        story.members.push(slot);
        if !story.langs.contains(&member.sketch.lang) {
            story.langs.push(member.sketch.lang);
        }
        if let Some(meaning) = meaning {
            let sum = story.meaning.get_or_insert_with(|| vec![0.0; meaning.len()].into());
            sum.iter_mut().zip(&meaning).for_each(|(sum, value)| *sum += value);
            story.meaning_norm = sum.iter().map(|sum| sum * sum).sum::<f32>().sqrt();
        }
    }

    /// Sums a story anew, after posts were taken out of it.
    pub(super) fn sum_anew(&mut self, slot: u32) {
        let story = &mut self.stories[slot as usize];
        let members = std::mem::take(&mut story.members);
        (story.sum, story.norm, story.meaning) = (Vec::new(), 0.0, None);
        story.langs.clear();
        let times = members.iter().map(|member| self.members[*member as usize].at);
        if let (Some(first), Some(last)) = (times.clone().min(), times.max()) {
            (story.base, story.first, story.last) = (first, first, last);
        }
        members.into_iter().for_each(|member| self.weigh_in(member, slot));
    }

    /// The price of the time between two stretches of time.
    pub(super) fn price(&self, a: [Time; 2], b: [Time; 2]) -> f32 {
        let gap = b[0].since(a[1]).max(a[0].since(b[1])).max(0);
        self.tuning.gap * self.tuning.doublings(gap)
    }

    /// Likeness of two stories and the price of the time between them.
    pub(super) fn compare(&self, a: u32, b: u32) -> (f32, f32) {
        let [a, b] = [a, b].map(|slot| &self.stories[slot as usize]);
        let likeness = score::between(a, b, &self.members, &self.tuning);
        (likeness, self.price([a.first, a.last], [b.first, b.last]))
    }

    /// What it costs that no watch finds both of two stories.
    fn strangeness(&self, a: u32, b: u32) -> f32 {
        let [a, b] = [a, b].map(|slot| &self.stories[slot as usize]);
        let watch = |slot: &u32| self.members[*slot as usize].watch;
        let mut last = b.members.iter().rev().take(WATCHES_OF).map(watch);
        if last.any(|watch| self.knows_watch(a, watch)) { 0.0 } else { self.tuning.strange }
    }

    /// Whether the machine may make two stories one.
    fn may_unite(&self, a: u32, b: u32) -> bool {
        let [one, other] = [a, b].map(|slot| &self.stories[slot as usize]);
        let open = |story: &Story| !story.closed && !story.members.is_empty();
        a != b && open(one) && open(other) && !one.apart.contains(&other.id)
    }

    /// Makes one of the story that has just grown and those of the others that are now like it.
    pub(super) fn grow_together(
        &mut self,
        mut story: u32,
        others: &[(u32, Score, f32)],
        lesson: &Lesson,
    ) -> (u32, Vec<Merged>) {
        let mut merged = Vec::new();
        let bar = self.tuning.merge + lesson.bar;
        for &(other, _, value) in others {
            if value < 0.5 * bar || !self.may_unite(story, other) {
                continue;
            }
            let (likeness, price) = self.compare(story, other);
            let strange = self.strangeness(story, other);
            if likeness - lesson.patience * price - strange >= bar {
                let step = self.unite(story, other);
                story = self.by_id[&step.into.0];
                merged.push(step);
            }
        }
        (story, merged)
    }

    /// Makes one of two stories: the older number stays.
    pub(super) fn unite(&mut self, a: u32, b: u32) -> Merged {
        let [id_a, id_b] = [a, b].map(|slot| self.stories[slot as usize].id);
        let (from, into) = if id_a < id_b { (b, a) } else { (a, b) };
        self.unlist(from);
        let gone = std::mem::take(&mut self.stories[from as usize]);
        self.free_stories.push(from);
        for id in gone.once.iter().chain([&gone.id]) {
            self.by_id.insert(*id, into);
            self.stories[into as usize].once.push(*id);
        }
        let id = self.stories[into as usize].id;
        for other in gone.apart {
            self.stories[into as usize].apart.push(other);
            if let Some(slot) = self.by_id.get(&other) {
                self.stories[*slot as usize].apart.push(id);
            }
        }
        for member in gone.members {
            self.weigh_in(member, into);
            if !self.stories[into as usize].asleep {
                self.list_member(member, into);
            }
        }
        // Members stand in the order in which they came, whichever story they came to.
        let members = &self.members;
        let story = &mut self.stories[into as usize];
        story
            .members
            .sort_by_key(|slot| (members[*slot as usize].at, members[*slot as usize].post));
        Merged { from: StoryId(gone.id), into: StoryId(id) }
    }
}
