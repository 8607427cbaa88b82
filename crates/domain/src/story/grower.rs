//! The grower: places each post, at once, in one pass.

use super::hash::Map;
use super::lessons::{Lesson, Lessons};
use super::lists::Lists;
use super::meaning::Centre;
use super::rarity::Rarity;
use super::score::{self, Score};
use super::sketch::{Passing, Sketch};
use super::tuning::Tuning;
use super::vector::{self, Entry};
use super::{Because, Merged, Placed, StoryId};
use crate::time::{DAY, Time};

/// So many stories are compared with a post closely.
const CLOSELY: usize = 10;
/// So many of a story's last posts say which watches find it.
pub(super) const WATCHES_OF: usize = 8;

/// How much more likeness is asked for of the first posts in a language.
const CAUTION: f32 = 0.1;
/// After so many posts, half of that.
const SETTLED: f32 = 10.0;
/// And so many that are nearest in meaning, where it has one.
const BY_MEANING: usize = 6;
/// Of stories that were spoken of within so long, in milliseconds.
const MEANT_WITHIN: i64 = 3 * DAY;

/// A post that is remembered. Its sketch has no terms: its vector says more.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub post: i64,
    pub watch: i64,
    pub at: Time,
    /// The story's slot.
    pub story: u32,
    pub vector: Box<[Entry]>,
    pub sketch: Sketch,
}

/// A story that is remembered; one without members is a free slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Story {
    pub id: i64,
    /// Numbers of stories that have become this one.
    pub once: Vec<i64>,
    /// In the order in which they came.
    pub members: Vec<u32>,
    /// Σ of the posts' vectors, the weight of each growing with its time.
    pub sum: Vec<Entry>,
    /// Length of the sum.
    pub norm: f32,
    /// When a post's weight was 1.
    pub base: Time,
    /// Time of its earliest and its latest post.
    pub first: Time,
    pub last: Time,
    /// Σ of the posts' meanings, those aside that have none.
    pub meaning: Option<Box<[f32]>>,
    /// Languages of its posts.
    pub langs: Vec<u16>,
    /// Length of that sum.
    pub meaning_norm: f32,
    /// Numbers of stories that a person said are others.
    pub apart: Vec<i64>,
    /// It takes nothing more.
    pub closed: bool,
    /// It is in no list of terms.
    pub asleep: bool,
}

/// Grows stories: every post joins the story it belongs to, or starts one.
///
/// Copies, reposts, quotes, answers and shared pages decide at once. Otherwise a post is compared
/// with the stories that have its rarest terms; it joins the one it is most like, where that is
/// enough. Two stories that have become alike are made one.
///
/// The same calls in the same order give the same answers.
#[derive(Clone, Debug)]
pub struct Grower {
    pub(super) tuning: Tuning,
    pub(super) next: i64,
    pub(super) clock: Option<Time>,
    pub(super) tidied: Option<Time>,
    pub(super) rarity: Rarity,
    pub(super) centre: Centre,
    pub(super) stories: Vec<Story>,
    pub(super) members: Vec<Member>,
    pub(super) free_stories: Vec<u32>,
    pub(super) free_members: Vec<u32>,
    pub(super) by_id: Map<i64, u32>,
    pub(super) by_post: Map<i64, u32>,
    pub(super) by_own: Map<u64, u32>,
    pub(super) by_copy: Map<u64, u32>,
    pub(super) by_link: Map<u64, u32>,
    pub(super) lists: Lists,
    pub(super) lessons: Lessons,
    /// Of each story, how much of a post its terms have; all zero between posts.
    hits: Vec<f32>,
    /// The stories that a post is compared with.
    found: Vec<u32>,
    /// Stories near in meaning.
    near: Vec<(f32, u32)>,
    pub(super) room: Vec<Entry>,
}

impl Grower {
    /// Nothing yet; the first story has the number `first`.
    #[must_use]
    pub fn new(first: StoryId) -> Grower {
        Grower::tuned(first, Tuning::default())
    }

    /// The same with other settings, for evaluation.
    #[must_use]
    pub fn tuned(first: StoryId, tuning: Tuning) -> Grower {
        Grower {
            tuning,
            next: first.0,
            clock: None,
            tidied: None,
            rarity: Rarity::default(),
            centre: Centre::default(),
            stories: Vec::new(),
            members: Vec::new(),
            free_stories: Vec::new(),
            free_members: Vec::new(),
            by_id: Map::default(),
            by_post: Map::default(),
            by_own: Map::default(),
            by_copy: Map::default(),
            by_link: Map::default(),
            lists: Lists::default(),
            lessons: Lessons::default(),
            hits: Vec::new(),
            found: Vec::new(),
            near: Vec::new(),
            room: Vec::new(),
        }
    }

    /// Places a post that a watch found, published or heard at `at`. A post that has a story
    /// keeps it. The judgement is that of the watch's [`Lessons`].
    ///
    /// Times may be out of order; a post far from all others in time starts a story.
    pub fn place(&mut self, post: i64, watch: i64, at: Time, sketch: Sketch) -> Placed {
        if let Some(story) = self.story_of(post) {
            return Placed::sure(story, Because::Known, None);
        }
        let (sketch, vector) = self.see(at, sketch);
        let copy = self.copy_of(&sketch);
        let copy_of = copy.map(|slot| self.members[slot as usize].post);
        if let Some((because, slot)) = self.told(&sketch, copy) {
            let story = self.members[slot as usize].story;
            self.join(post, watch, at, sketch, vector, story);
            return Placed::sure(self.id_of(story), because, copy_of);
        }
        let lesson = self.lessons.of(watch);
        let meaning = self.centre.of(&sketch);
        self.candidates(&vector);
        if let Some(meaning) = &meaning {
            self.candidates_by_meaning(meaning, at);
        }
        let scores = self.scores(&vector, meaning.as_deref(), sketch.lang, at, watch, &lesson);
        let best = scores.iter().max_by(|a, b| {
            let ids = [a, b].map(|(slot, ..)| self.stories[*slot as usize].id);
            a.2.total_cmp(&b.2).then(ids[1].cmp(&ids[0]))
        });
        let (story, because, score, born) = match best {
            Some((slot, score, value))
                if *value >= self.tuning.join + lesson.bar + self.caution(sketch.lang) =>
            {
                let nearest = self.members[score.nearest as usize].post;
                let meant = score.meaning > 0.5 * score.value;
                let because =
                    if meant { Because::Meaning(nearest) } else { Because::Words(nearest) };
                (*slot, because, value.clamp(0.0, 1.0), false)
            }
            _ => (self.bear(at), Because::First, 0.0, true),
        };
        self.join(post, watch, at, sketch, vector, story);
        let (story, merged) = self.grow_together(story, &scores, &lesson);
        Placed { story: self.id_of(story), born, copy_of, because, score, merged }
    }

    /// A post that was placed before a restart, and its story. Calls in the order in which posts
    /// were placed make a grower that answers as the old one would have: rarities, members and
    /// sums are the same but for rounding. What is not told here must be given back beside it:
    /// [`Grower::not_same`], [`Grower::never_again`], [`Grower::with_lessons`]. Numbers of stories
    /// that have become others are not known any more, and of terms that more than 64 stories
    /// have, which of them are looked at may differ after merges.
    pub fn remember(&mut self, post: i64, watch: i64, at: Time, sketch: Sketch, story: StoryId) {
        if self.by_post.contains_key(&post) {
            return;
        }
        let (sketch, vector) = self.see(at, sketch);
        self.next = self.next.max(story.0.saturating_add(1));
        let slot = match self.by_id.get(&story.0) {
            Some(slot) => *slot,
            None => self.bear_as(story.0, at),
        };
        self.join(post, watch, at, sketch, vector, slot);
    }

    /// The story of a post.
    #[must_use]
    pub fn story_of(&self, post: i64) -> Option<StoryId> {
        let member = &self.members[*self.by_post.get(&post)? as usize];
        Some(self.id_of(member.story))
    }

    /// The number that a story has now, under whichever it was known once; `None` when it is not
    /// remembered.
    #[must_use]
    pub fn now(&self, story: StoryId) -> Option<StoryId> {
        Some(self.id_of(*self.by_id.get(&story.0)?))
    }

    /// Its posts, in the order in which they came; none when it is not remembered.
    #[must_use]
    pub fn posts(&self, story: StoryId) -> Vec<i64> {
        let Some(slot) = self.by_id.get(&story.0) else { return Vec::new() };
        let members = &self.stories[*slot as usize].members;
        members.iter().map(|slot| self.members[*slot as usize].post).collect()
    }

    /// How many posts and stories are remembered.
    #[must_use]
    pub fn len(&self) -> (usize, usize) {
        let stories = self.stories.len() - self.free_stories.len();
        (self.by_post.len(), stories)
    }

    /// Whether nothing is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_post.is_empty()
    }

    pub(super) fn id_of(&self, slot: u32) -> StoryId {
        StoryId(self.stories[slot as usize].id)
    }

    /// Counts a post's terms and weighs them; its sketch without them, and its vector.
    fn see(&mut self, at: Time, mut sketch: Sketch) -> (Sketch, Box<[Entry]>) {
        self.tidy(at);
        self.rarity.see(&sketch, at);
        let vector = vector::of(&sketch, &self.rarity, &self.tuning);
        sketch.terms = Box::default();
        self.centre.see(&sketch);
        (sketch, vector)
    }

    /// How much more is asked for while too few posts came to know which words are common.
    fn caution(&self, lang: u16) -> f32 {
        CAUTION / (1.0 + self.rarity.posts(lang) / SETTLED)
    }

    fn copy_of(&self, sketch: &Sketch) -> Option<u32> {
        if sketch.copy == 0 { None } else { self.by_copy.get(&sketch.copy).copied() }
    }

    /// Evidence that needs no likeness, and the post that it points to. It wakes sleeping
    /// stories; closed ones take nothing.
    fn told(&self, sketch: &Sketch, copy: Option<u32>) -> Option<(Because, u32)> {
        let post = |slot: u32| self.members[slot as usize].post;
        let passed = sketch.passes.and_then(|(how, own)| {
            let slot = *self.by_own.get(&own)?;
            let because = match how {
                Passing::Repost => Because::Repost(post(slot)),
                Passing::Quote => Because::Quote(post(slot)),
                Passing::Reply => Because::Reply(post(slot)),
            };
            Some((because, slot))
        });
        let copied = copy.map(|slot| (Because::Copy(post(slot)), slot));
        let linked = || sketch.links.iter().find_map(|link| self.by_link.get(link).copied());
        let told =
            passed.or(copied).or_else(|| linked().map(|slot| (Because::Link(post(slot)), slot)));
        told.filter(|(_, slot)| !self.story_at(*slot).closed)
    }

    pub(super) fn story_at(&self, member: u32) -> &Story {
        &self.stories[self.members[member as usize].story as usize]
    }

    /// Finds the stories that have most of the vector in common.
    fn candidates(&mut self, vector: &[Entry]) {
        let Grower { hits, found, lists, stories, .. } = self;
        found.clear();
        hits.resize(stories.len(), 0.0);
        for &(key, weight) in vector {
            for &slot in lists.of(key) {
                let hits = &mut hits[slot as usize];
                if *hits == 0.0 {
                    found.push(slot);
                }
                *hits += weight * weight;
            }
        }
        if found.len() > CLOSELY {
            found.select_nth_unstable_by(CLOSELY, |a, b| {
                let ids = [*a, *b].map(|slot| stories[slot as usize].id);
                hits[*b as usize].total_cmp(&hits[*a as usize]).then(ids[0].cmp(&ids[1]))
            });
        }
        found.iter().for_each(|slot| hits[*slot as usize] = 0.0);
        found.truncate(CLOSELY);
        found.sort_unstable_by_key(|slot| stories[*slot as usize].id);
    }

    /// Adds the stories that are nearest in meaning, of those that are awake and were spoken of
    /// within [`MEANT_WITHIN`]. Reading a meaning costs more than looking at them all.
    fn candidates_by_meaning(&mut self, meaning: &[f32], at: Time) {
        let Grower { found, stories, near, .. } = self;
        near.clear();
        for (slot, story) in stories.iter().enumerate() {
            let open = !story.members.is_empty() && !story.asleep && !story.closed;
            if !open || at.since(story.last) > MEANT_WITHIN {
                continue;
            }
            if let Some(sum) = &story.meaning {
                let product: f32 = meaning.iter().zip(sum).map(|(a, b)| a * b).sum();
                near.push((product / story.meaning_norm.max(1e-6), slot as u32));
            }
        }
        let order = |a: &(f32, u32), b: &(f32, u32)| {
            let ids = [a.1, b.1].map(|slot| stories[slot as usize].id);
            b.0.total_cmp(&a.0).then(ids[0].cmp(&ids[1]))
        };
        if near.len() > BY_MEANING {
            near.select_nth_unstable_by(BY_MEANING, order);
            near.truncate(BY_MEANING);
        }
        for (_, slot) in near.iter() {
            if !found.contains(slot) {
                found.push(*slot);
            }
        }
        found.sort_unstable_by_key(|slot| stories[*slot as usize].id);
    }

    /// Those stories' slots, their likeness with a post, and that less the price of time.
    /// Whether one of a story's last posts was found by this watch.
    pub(super) fn knows_watch(&self, story: &Story, watch: i64) -> bool {
        let last = story.members.iter().rev().take(WATCHES_OF);
        last.map(|slot| self.members[*slot as usize].watch).any(|other| other == watch)
    }

    fn scores(
        &self,
        vector: &[Entry],
        meaning: Option<&[f32]>,
        lang: u16,
        at: Time,
        watch: i64,
        lesson: &Lesson,
    ) -> Vec<(u32, Score, f32)> {
        let open = |slot: &&u32| {
            let story = &self.stories[**slot as usize];
            !story.closed && !story.members.is_empty()
        };
        let score = |slot: &u32| {
            let story = &self.stories[*slot as usize];
            let score = score::of(vector, meaning, lang, at, story, &self.members, &self.tuning);
            let price = self.price([at, at], [story.first, story.last]);
            let strange = if self.knows_watch(story, watch) { 0.0 } else { self.tuning.strange };
            (*slot, score, score.value - lesson.patience * price - strange)
        };
        self.found.iter().filter(open).map(score).collect()
    }
}

impl Placed {
    fn sure(story: StoryId, because: Because, copy_of: Option<i64>) -> Placed {
        Placed { story, born: false, copy_of, because, score: 1.0, merged: Vec::<Merged>::new() }
    }
}
