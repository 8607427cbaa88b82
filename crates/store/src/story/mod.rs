//! Stories: what the grower says, what people mend, and what screens ask of them.
//!
//! A story holds posts, each in one story; whose mentions they are stands in `story_watches`. Counts
//! are kept by triggers, so that deletions, edits and verdicts need not think of them. A merged story
//! stays as a row that points to where its posts went: old links work.

mod grow;
mod list;
mod mend;
mod page;

pub use page::Sums;

use domain::assessment::Assessment;
use domain::story::{Because, Merged, StoryId};
use domain::{Kinds, Post, PostId, Source, Span, Tier, Time, Tone, WatchId};

/// A mention whose post has no story yet, or a post that another watch found too.
#[derive(Clone, Debug, PartialEq)]
pub struct ToPlace {
    /// The mention's number.
    pub mention: i64,
    /// The post's row: what stories know it by.
    pub row: i64,
    /// The watch.
    pub watch: WatchId,
    /// The post.
    pub post: Post,
    /// The words by which the watch found it.
    pub spans: Vec<Span>,
}

/// A post that was placed before, for a grower that begins anew.
#[derive(Clone, Debug, PartialEq)]
pub struct Remembered {
    /// The post's row.
    pub row: i64,
    /// The first watch that found it.
    pub watch: WatchId,
    /// All that did.
    pub watches: Vec<WatchId>,
    /// Its story.
    pub story: StoryId,
    /// The post.
    pub post: Post,
    /// The words by which that watch found it.
    pub spans: Vec<Span>,
}

/// Where the grower puts a post.
#[derive(Clone, Debug, PartialEq)]
pub struct Placing {
    /// The post's row.
    pub row: i64,
    /// The watch that found it.
    pub watch: WatchId,
    /// Its story.
    pub story: StoryId,
    /// The post it is a copy of.
    pub copy_of: Option<i64>,
    /// Why it is there.
    pub because: Because,
    /// Fresh enough that a crossing is told.
    pub tell: bool,
}

/// What speaks for a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The story.
    pub story: StoryId,
    /// The row of the post that speaks for it.
    pub headline: Option<i64>,
    /// Its most telling words.
    pub phrase: Option<String>,
}

/// What one transaction tells of stories.
#[derive(Clone, Debug, Default)]
pub struct Growth {
    /// Posts, in the order in which they were placed.
    pub placed: Vec<Placing>,
    /// Stories that became one, in order; after the posts.
    pub merged: Vec<Merged>,
    /// What speaks for stories.
    pub named: Vec<Named>,
    /// Stories that went to sleep.
    pub asleep: Vec<StoryId>,
    /// Mentions up to this number have their story.
    pub up_to: i64,
}

/// Whether a story takes more posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoryState {
    /// It grows.
    Growing,
    /// Nothing came for long; strong evidence wakes it.
    Asleep,
    /// Its posts went to another.
    Merged,
    /// A person said that it takes nothing more.
    Closed,
}

impl StoryState {
    /// The name in the file and in locale keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            StoryState::Growing => "growing",
            StoryState::Asleep => "asleep",
            StoryState::Merged => "merged",
            StoryState::Closed => "closed",
        }
    }

    fn named(name: &str) -> Option<StoryState> {
        [StoryState::Growing, StoryState::Asleep, StoryState::Merged, StoryState::Closed]
            .into_iter()
            .find(|state| state.as_str() == name)
    }
}

/// What a person says of a story's severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// 1 to 5.
    pub severity: u8,
    /// Who.
    pub by: String,
    /// When.
    pub at: Time,
    /// Why.
    pub note: String,
}

/// A story as lists show it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoryRow {
    /// Its number.
    pub id: StoryId,
    /// Whether it takes more.
    pub state: StoryState,
    /// A name that a person gave it.
    pub title: Option<String>,
    /// Its most telling words.
    pub phrase: Option<String>,
    /// The post that speaks for it.
    pub headline: Option<Post>,
    /// When its oldest post was published.
    pub first: Time,
    /// When its newest post was published.
    pub last: Time,
    /// Its posts.
    pub posts: u64,
    /// Copies among them.
    pub copies: u64,
    /// Negative ones among them.
    pub negative: u64,
    /// Its highest rung.
    pub rung: Option<Tier>,
    /// What the machine says it may lead to.
    pub assessment: Option<Assessment>,
    /// What a person said.
    pub said: Option<Said>,
    /// Whose mentions are in it, by name.
    pub watches: Vec<(WatchId, String)>,
}

impl StoryRow {
    /// The severity that counts: a person's, or else the machine's.
    #[must_use]
    pub fn severity(&self) -> Option<u8> {
        let by_machine = || self.assessment.as_ref().map(|told| told.severity);
        self.said.as_ref().map(|said| said.severity).or_else(by_machine)
    }
}

/// Which stories.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoryFilter {
    /// With mentions of this watch.
    pub watch: Option<WatchId>,
    /// That stand on this rung or a higher one.
    pub rung: Option<Tier>,
    /// Of this severity or more.
    pub severity: Option<u8>,
    /// With so many posts or more; 2 where none is given.
    pub least: Option<u64>,
    /// Whose newest post was published at or after this.
    pub since: Option<Time>,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoryOrder {
    /// Whose newest post is newest.
    #[default]
    Newest,
    /// Most posts.
    Biggest,
    /// Gravest.
    Gravest,
}

/// A first appearance on a higher rung.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossingRow {
    /// The rung.
    pub tier: Tier,
    /// When it appeared there.
    pub at: Time,
    /// Milliseconds after the story's first post; 0: it began there.
    pub after: i64,
    /// In which post, if it is still there.
    pub post: Option<(i64, PostId)>,
    /// Through whom.
    pub source: Option<Source>,
    /// When that was noticed.
    pub told: Time,
}

/// One appearance, as the ladder draws it.
#[derive(Clone, Debug, PartialEq)]
pub struct Dot {
    /// The post's row.
    pub row: i64,
    /// A mention of it.
    pub mention: i64,
    /// What its mentions say it is.
    pub kinds: Kinds,
    /// When it was published.
    pub at: Time,
    /// The rung.
    pub tier: Option<Tier>,
    /// The tone.
    pub tone: Option<Tone>,
    /// Followers of its source.
    pub followers: Option<u64>,
    /// Who speaks.
    pub name: String,
    /// The text was there before, in the post of this row.
    pub copy_of: Option<i64>,
    /// Why it is in the story.
    pub because: Because,
}

/// Appearances on one rung within one stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bin {
    /// The rung.
    pub tier: Option<Tier>,
    /// Which stretch, from 0.
    pub slot: u32,
    /// Posts.
    pub posts: u64,
    /// Negative ones.
    pub negative: u64,
    /// Copies.
    pub copies: u64,
}

/// Who speaks in a story.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Voices {
    /// Those that weigh most.
    pub loudest: Vec<Voice>,
    /// How many there are.
    pub sources: u64,
    /// Their followers together, as far as known.
    pub reach: Option<u64>,
}

/// One who speaks in a story.
#[derive(Clone, Debug, PartialEq)]
pub struct Voice {
    /// The source.
    pub source: Source,
    /// On which platform.
    pub platform: domain::Platform,
    /// Its posts in the story.
    pub posts: u64,
    /// When its first one was published.
    pub first: Time,
}

/// What was foretold of a story, and what came.
#[derive(Clone, Debug, PartialEq)]
pub struct Foretold {
    /// The story.
    pub story: StoryId,
    /// At this age, in minutes.
    pub mark: i64,
    /// When.
    pub made: Time,
    /// Posts at that time.
    pub posts: u64,
    /// So many minutes later.
    pub horizon: i64,
    /// Posts then: in one of ten cases fewer.
    pub low: f64,
    /// Posts then, as expected.
    pub expected: f64,
    /// In one of ten cases more.
    pub high: f64,
    /// Probability that it reaches leading media within the horizon.
    pub crossing: Option<f64>,
    /// Low, expected, high and crossing before the house's own calibration: what it learns from.
    pub shipped: [f64; 4],
    /// Posts when the horizon was over.
    pub came: Option<u64>,
    /// Whether it had reached leading media then.
    pub crossed: Option<bool>,
}

/// What a person did to stories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mend {
    /// `other` became part of `story`.
    Merge,
    /// Posts left `story` and became `other`.
    Split,
    /// Posts left `story` for `other`.
    Move,
    /// These two are not the same: they are never joined.
    Apart,
    /// Takes nothing more.
    Close,
    /// Takes posts again.
    Open,
}

impl Mend {
    /// The name in the file and in locale keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Mend::Merge => "merge",
            Mend::Split => "split",
            Mend::Move => "move",
            Mend::Apart => "apart",
            Mend::Close => "close",
            Mend::Open => "open",
        }
    }

    fn named(name: &str) -> Option<Mend> {
        [Mend::Merge, Mend::Split, Mend::Move, Mend::Apart, Mend::Close, Mend::Open]
            .into_iter()
            .find(|mend| mend.as_str() == name)
    }
}

/// What a person did to stories, when and to which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MendRow {
    /// Its number; grows.
    pub number: i64,
    /// What.
    pub what: Mend,
    /// The story.
    pub story: StoryId,
    /// The other one, where there are two.
    pub other: Option<StoryId>,
    /// Rows of posts that moved.
    pub posts: Vec<i64>,
    /// Who.
    pub by: String,
    /// When.
    pub at: Time,
}
