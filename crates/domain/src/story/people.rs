//! What people say of stories: it holds, and it teaches.

use super::StoryId;
use super::grower::{Grower, Story};
use super::lessons::Lessons;
use super::{Merged, Time};

impl Grower {
    /// These two are one story, whatever was said before; `None` when one is not remembered or
    /// they are one already.
    pub fn merge(&mut self, a: StoryId, b: StoryId) -> Option<Merged> {
        let (a, b) = self.two(a, b)?;
        self.teach(a, b, true);
        let ids = [a, b].map(|slot| self.stories[slot as usize].id);
        for (slot, other) in [(a, ids[1]), (b, ids[0])] {
            self.stories[slot as usize].apart.retain(|id| *id != other);
        }
        Some(self.unite(a, b))
    }

    /// These posts of a story are another one, which gets a new number; the two are never made
    /// one again by the machine. Where none or all of the story's posts are named, or the story
    /// is not remembered, nothing changes and its own number is given back.
    pub fn split(&mut self, story: StoryId, posts: &[i64]) -> StoryId {
        let Some(&old) = self.by_id.get(&story.0) else { return story };
        let (gone, stay): (Vec<u32>, Vec<u32>) = self.stories[old as usize]
            .members
            .iter()
            .partition(|slot| posts.contains(&self.members[**slot as usize].post));
        if gone.is_empty() || stay.is_empty() {
            return self.id_of(old);
        }
        self.unlist(old);
        let at = self.members[gone[0] as usize].at;
        let new = self.bear(at);
        self.stories[old as usize].members = stay;
        self.stories[new as usize].members = gone;
        for slot in [old, new] {
            self.sum_anew(slot);
            self.list(slot);
            self.stories[slot as usize].asleep = false;
        }
        self.teach(old, new, false);
        self.keep_apart(old, new);
        self.id_of(new)
    }

    /// This post belongs to that story; whether both are remembered and it was elsewhere.
    pub fn move_post(&mut self, post: i64, to: StoryId) -> bool {
        let (Some(&member), Some(&to)) = (self.by_post.get(&post), self.by_id.get(&to.0)) else {
            return false;
        };
        let old = self.members[member as usize].story;
        if old == to {
            return false;
        }
        self.take_out(member);
        if !self.stories[old as usize].members.is_empty() {
            self.teach_post(member, old, false);
        }
        self.teach_post(member, to, true);
        self.weigh_in(member, to);
        self.list_if_open(to);
        self.drop_if_empty(old);
        true
    }

    /// These two are not the same: the machine never makes one of them.
    pub fn not_same(&mut self, a: StoryId, b: StoryId) {
        if let Some((a, b)) = self.two(a, b) {
            self.teach(a, b, false);
            self.keep_apart(a, b);
        }
    }

    /// This is no story: it takes nothing more and is made one with none.
    pub fn never_again(&mut self, story: StoryId) {
        if let Some(&slot) = self.by_id.get(&story.0) {
            self.stories[slot as usize].closed = true;
            self.unlist(slot);
        }
    }

    /// The post was deleted: nothing of it stays but what its terms counted in rarity. A story
    /// without posts is gone.
    pub fn forget(&mut self, post: i64) {
        if let Some(&member) = self.by_post.get(&post) {
            let story = self.members[member as usize].story;
            self.take_out(member);
            self.drop_member(member);
            self.drop_if_empty(story);
        }
    }

    /// What was taught so far.
    #[must_use]
    pub fn lessons(&self) -> &Lessons {
        &self.lessons
    }

    /// The same grower, taught what was kept.
    #[must_use]
    pub fn with_lessons(mut self, lessons: Lessons) -> Grower {
        self.lessons = lessons;
        self
    }

    /// The slots of two different stories.
    pub(super) fn two(&self, a: StoryId, b: StoryId) -> Option<(u32, u32)> {
        let (a, b) = (*self.by_id.get(&a.0)?, *self.by_id.get(&b.0)?);
        (a != b).then_some((a, b))
    }

    pub(super) fn keep_apart(&mut self, a: u32, b: u32) {
        let ids = [a, b].map(|slot| self.stories[slot as usize].id);
        self.stories[a as usize].apart.push(ids[1]);
        self.stories[b as usize].apart.push(ids[0]);
    }

    /// Takes a member out of its story's sums and lists.
    fn take_out(&mut self, member: u32) {
        let story = self.members[member as usize].story;
        self.unlist(story);
        self.stories[story as usize].members.retain(|other| *other != member);
        self.sum_anew(story);
        self.list_if_open(story);
    }

    fn list_if_open(&mut self, story: u32) {
        let Story { asleep, closed, .. } = self.stories[story as usize];
        if !asleep && !closed {
            self.list(story);
        }
    }

    fn drop_if_empty(&mut self, story: u32) {
        if self.stories[story as usize].members.is_empty() {
            self.drop_story(story);
        }
    }

    /// Teaches the watch of the younger story's last post.
    fn teach(&mut self, a: u32, b: u32, same: bool) {
        let (likeness, price) = self.compare(a, b);
        let younger = if self.id_of(a) > self.id_of(b) { a } else { b };
        let Some(&member) = self.stories[younger as usize].members.last() else { return };
        let watch = self.members[member as usize].watch;
        let bar = self.tuning.merge;
        self.lessons.0.entry(watch).or_default().learn(same, likeness, price, bar);
    }

    /// Teaches a post's watch.
    fn teach_post(&mut self, member: u32, story: u32, same: bool) {
        let (watch, at): (i64, Time) = {
            let member = &self.members[member as usize];
            (member.watch, member.at)
        };
        let (likeness, price) = self.compare_post(member, at, story);
        let bar = self.tuning.join;
        self.lessons.0.entry(watch).or_default().learn(same, likeness, price, bar);
    }

    fn compare_post(&self, member: u32, at: Time, story: u32) -> (f32, f32) {
        let member = &self.members[member as usize];
        let story = &self.stories[story as usize];
        let meaning = self.centre.of(&member.sketch);
        let score = super::score::of(
            &member.vector,
            meaning.as_deref(),
            member.sketch.lang,
            at,
            story,
            &self.members,
            &self.tuning,
        );
        (score.value, self.price([at, at], [story.first, story.last]))
    }
}
