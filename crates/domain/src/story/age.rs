//! Stories fall asleep and are forgotten, so that memory is bounded.

use super::StoryId;
use super::grower::{Grower, Member, Story};
use super::sketch::Sketch;
use super::vector::Entry;
use crate::time::{DAY, HOUR, Time};

/// A story without a new post for so long is asleep: likeness finds it no more, but a copy, a
/// repost, a quote, an answer or a shared page wakes it. In milliseconds.
pub const ASLEEP_AFTER: i64 = 7 * DAY;
/// A story without a new post for so long is forgotten. In milliseconds.
pub const FORGOTTEN_AFTER: i64 = 30 * DAY;
/// No more posts are remembered; when there are more, the stories that are quiet for longest are
/// forgotten.
pub const MOST_POSTS: usize = 1_000_000;

impl Grower {
    /// Stories that are asleep at a time, in rising order.
    #[must_use]
    pub fn asleep(&self, now: Time) -> Vec<StoryId> {
        let quiet =
            |story: &&Story| !story.members.is_empty() && now.since(story.last) > ASLEEP_AFTER;
        let mut ids: Vec<StoryId> =
            self.stories.iter().filter(quiet).map(|story| StoryId(story.id)).collect();
        ids.sort_unstable();
        ids
    }

    /// Bytes of memory that it has asked for, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let member = |member: &Member| {
            let own = size_of::<Member>() - size_of::<Sketch>() + member.sketch.bytes();
            own + member.vector.len() * size_of::<Entry>()
        };
        let story = |story: &Story| {
            size_of::<Story>()
                + story.members.capacity() * size_of::<u32>()
                + story.sum.capacity() * size_of::<Entry>()
                + story.meaning.as_ref().map_or(0, |sum| size_of_val(&**sum))
        };
        let maps = self.by_post.capacity() + self.by_own.capacity() + self.by_copy.capacity();
        let maps = maps + self.by_link.capacity() + self.by_id.capacity();
        self.members.iter().map(member).sum::<usize>()
            + self.stories.iter().map(story).sum::<usize>()
            + maps * (size_of::<(u64, u32)>() + 1)
            + self.lists.bytes()
            + self.rarity.bytes()
    }

    /// Once in an hour of the stream's own time: puts quiet stories to sleep and forgets those
    /// that slept long.
    pub(super) fn tidy(&mut self, at: Time) {
        let now = self.clock.map_or(at, |clock| clock.max(at));
        self.clock = Some(now);
        let full = self.by_post.len() >= MOST_POSTS;
        if !full && self.tidied.is_some_and(|last| now.since(last) < HOUR) {
            return;
        }
        self.tidied = Some(now);
        for slot in 0..self.stories.len() as u32 {
            let story = &self.stories[slot as usize];
            if story.members.is_empty() {
                continue;
            }
            let quiet = now.since(story.last);
            if quiet > FORGOTTEN_AFTER {
                self.drop_story(slot);
            } else if quiet > ASLEEP_AFTER && !story.asleep {
                self.unlist(slot);
                self.stories[slot as usize].asleep = true;
            }
        }
        if full {
            self.make_room();
        }
    }

    /// Forgets the stories that are quiet for longest, until a tenth of the room is free.
    fn make_room(&mut self) {
        let filled = |slot: &u32| !self.stories[*slot as usize].members.is_empty();
        let mut slots: Vec<u32> = (0..self.stories.len() as u32).filter(filled).collect();
        slots.sort_by_key(|slot| {
            let story = &self.stories[*slot as usize];
            (story.last, story.id)
        });
        for slot in slots {
            if self.by_post.len() <= MOST_POSTS / 10 * 9 {
                break;
            }
            self.drop_story(slot);
        }
    }

    /// Forgets a story and all its posts.
    pub(super) fn drop_story(&mut self, slot: u32) {
        self.unlist(slot);
        let story = std::mem::take(&mut self.stories[slot as usize]);
        self.free_stories.push(slot);
        for id in story.once.iter().chain([&story.id]) {
            self.by_id.remove(id);
        }
        for other in story.apart {
            if let Some(other) = self.by_id.get(&other) {
                self.stories[*other as usize].apart.retain(|id| *id != story.id);
            }
        }
        story.members.into_iter().for_each(|member| self.drop_member(member));
    }

    /// Forgets a post that is in no story any more.
    pub(super) fn drop_member(&mut self, slot: u32) {
        let member = &mut self.members[slot as usize];
        let sketch = std::mem::take(&mut member.sketch);
        member.vector = Box::default();
        self.by_post.remove(&member.post);
        let own = |map: &mut super::hash::Map<u64, u32>, key: u64| {
            if map.get(&key) == Some(&slot) {
                map.remove(&key);
            }
        };
        own(&mut self.by_own, sketch.own);
        own(&mut self.by_copy, sketch.copy);
        sketch.links.iter().for_each(|link| own(&mut self.by_link, *link));
        self.free_members.push(slot);
    }
}
