//! Stories: mentions that speak of the same thing, grown by the machine as posts come and mended
//! by people.
//!
//! [`Grower`] is an online clustering in one pass (Allan, Papka & Lavrenko 1998; for news in
//! several languages Miranda et al. 2018; merging as in Staykovski et al. 2019): a post joins the
//! story that it is most like, or starts one, at once and without looking ahead; then stories that
//! have become alike are made one. Likeness is half the cosine with the story's fading centroid,
//! half the mean of the three nearest posts, over terms weighted by how rare they have been of
//! late; the time that has passed since is taken off. Copies, reposts, quotes, answers and shared
//! pages need no likeness.
//!
//! Pure and the same everywhere: no clock (time is the posts' own), no randomness. The caller keeps
//! what was answered, and after a restart tells it again ([`Grower::remember`]).
//!
//! ```
//! use domain::story::{Grower, Sketch, StoryId, Term, TermKind};
//! use domain::Time;
//!
//! // `text::sketch::of` makes sketches of posts.
//! let sketch = |keys: [u32; 3]| Sketch {
//!     terms: keys.map(|key| Term { key, kind: TermKind::Word, weight: 64 }).into(),
//!     ..Sketch::default()
//! };
//! let mut grower = Grower::new(StoryId(1));
//! let first = grower.place(101, 7, Time(0), sketch([1, 2, 3]));
//! let second = grower.place(102, 7, Time(60_000), sketch([1, 2, 4]));
//! let third = grower.place(103, 7, Time(90_000), sketch([7, 8, 9]));
//! assert!(first.born && !second.born && third.born);
//! assert_eq!(first.story, second.story);
//!
//! // A person says that the second is another story: it stays one.
//! let parted = grower.split(first.story, &[102]);
//! assert_eq!(grower.story_of(102), Some(parted));
//! ```

mod age;
mod given;
mod grower;
mod growth;
mod hash;
mod lessons;
mod lists;
mod meaning;
mod people;
mod rarity;
mod score;
mod show;
mod sketch;
#[cfg(test)]
mod tests;
mod tuning;
mod vector;

use serde::{Deserialize, Serialize};

use crate::time::Time;

pub use age::{ASLEEP_AFTER, FORGOTTEN_AFTER, MOST_POSTS};
pub use grower::Grower;
pub use lessons::{Lesson, Lessons};
pub use sketch::{MOST_LINKS, MOST_TERMS, Passing, Sketch, Term, TermKind};
pub use tuning::Tuning;

/// A story's number. The older of two stories that become one keeps its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoryId(pub i64);

/// Why a post is in its story: the strongest evidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Because {
    /// It is the first of its story.
    First,
    /// Word by word the text of this post.
    Copy(i64),
    /// It passes this post on.
    Repost(i64),
    /// It quotes this post.
    Quote(i64),
    /// It answers this post.
    Reply(i64),
    /// It links to the page that this post links to or is.
    Link(i64),
    /// Its words are like those of the story, most of all those of this post.
    Words(i64),
    /// Its meaning is like that of the story, most of all that of this post.
    Meaning(i64),
    /// It had been placed before, or a person said so.
    Known,
}

/// Two stories became one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// The number that is no more.
    pub from: StoryId,
    /// The number that all its posts have now.
    pub into: StoryId,
}

/// Where a post was placed.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Its story.
    pub story: StoryId,
    /// The story began with it.
    pub born: bool,
    /// The post it is a copy of.
    pub copy_of: Option<i64>,
    /// Why it is there.
    pub because: Because,
    /// How like the story it is, 0 to 1; 1 where a copy, link or repost decided, 0 for the first.
    pub score: f32,
    /// Stories that became one because of it, in this order.
    pub merged: Vec<Merged>,
}
