//! The store: everything that must outlive the process, in one SQLite file.
//!
//! Only this crate has SQL. A file per noun holds the questions about it; [`Store`] is the one
//! handle to all of them.
//!
//! - **One writer.** Every change is one `BEGIN IMMEDIATE` transaction on the one writing
//!   connection; readers stand beside it and never wait for it (WAL). Another process may write
//!   to the same file: both wait for each other's transactions, which are short.
//! - **Nothing half stored.** [`Store::ingest`] stores posts, mentions, alerts with their
//!   deliveries and the moved cursors together or not at all. A commit is on the disk before it
//!   is reported (`synchronous=FULL`).
//! - **Hearing a post again** is harmless. With the same fingerprint it is known and its counts
//!   are refreshed; with another one it is an edit: the old version is kept and its mentions are
//!   matched anew. A text that equals an older kept version is an overlap told late and changes
//!   nothing.
//! - **A deletion lasts.** It is remembered for 30 days, so that an overlap or a replay does not
//!   bring the post back; so is the deletion of a source, for what it published before. Posts
//!   met this way count as known. The alerts of a deleted post stay as rows without content:
//!   their identity keeps anybody from being told twice.
//! - **Numbers** of mentions, alerts, deliveries and watches grow and are never given twice.
//!
//! ```
//! use domain::{AlertRules, Channel, Platform, Post, Source, Time};
//! use store::{Ingest, JudgedPost, Store};
//!
//! # let runtime = tokio::runtime::Runtime::new().unwrap();
//! # runtime.block_on(async {
//! let folder = tempfile::tempdir().unwrap();
//! let store = Store::open(folder.path()).await?;
//! let watch = store.add_watch("Trains", "train*", AlertRules::default(), Time(0)).await?;
//! assert_eq!(watch.version, 1);
//!
//! let post = Post {
//!     platform: Platform::WEB,
//!     native_id: "https://blog.example/1".into(),
//!     url: "https://blog.example/1".into(),
//!     channel: Channel::Blog,
//!     source: Source { key: "blog.example".into(), ..Source::default() },
//!     author: None,
//!     title: "Late again".into(),
//!     lead: String::new(),
//!     body: "The train was late.".into(),
//!     lang: Some("en".into()),
//!     published: Time(1_000),
//!     received: Time(2_000),
//!     links: vec![],
//!     hashtags: vec![],
//!     mentions: vec![],
//!     relation: None,
//!     engagement: Default::default(),
//!     media: vec![],
//! };
//! let batch = Ingest {
//!     posts: vec![JudgedPost { post: post.clone(), mentions: vec![] }],
//!     ..Ingest::default()
//! };
//! assert_eq!(store.ingest(&batch, Time(2_000)).await?.new, 1);
//! assert_eq!(store.ingest(&batch, Time(3_000)).await?.known, 1);
//! assert_eq!(store.post(post.id()).await?, Some(post));
//! store.close().await;
//! # Ok::<(), store::StoreError>(())
//! # }).unwrap();
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod alert;
pub mod archive;
mod aside;
mod channel;
mod checkpoint;
mod delete;
mod delivery;
mod direct;
mod edit;
mod error;
mod filter;
mod head;
mod hours;
mod ingest;
mod kind;
mod known;
mod list;
mod mention;
mod open;
mod people;
mod post;
mod retention;
mod rows;
mod saved;
mod setting;
mod source;
mod story;
mod verdict;
mod watch;
mod watch_page;
mod writer;

pub use archive::{
    Archive, ArchiveOptions, ArchiveStatus, Ask, CaughtUp, Counted, Cursor, Decide, Dropped, Found,
    HourCount, Hours, Moment,
};
pub use aside::behind;
pub use error::{Result, StoreError};
pub use story::{
    Bin, CrossingRow, Dot, Foretold, Growth, Mend, MendRow, Named, Placing, Remembered, Said,
    StoryFilter, StoryOrder, StoryRow, StoryState, Sums, ToPlace, Voice, Voices,
};
pub use watch_page::MOST_COUNTED;

use std::fmt;
use std::sync::Arc;

use domain::story::StoryId;
use domain::{
    AlertId, AlertReason, AlertRules, Channel, CursorMove, DeliveryState, GapReport, Kind, Kinds,
    NewAlert, NewMention, Platform, Post, PostId, Rise, Sentiment, Source, SourceId, Span, Tier,
    Time, Tone, Watch, WatchId, Way,
};

/// A handle to the store; clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<open::Inner>,
}

/// What changed last, for live pages: the highest numbers so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Highest mention number.
    pub mention: i64,
    /// Highest alert number.
    pub alert: i64,
    /// Counts up with every change of watches, ways or settings.
    pub settings: i64,
    /// Counts up with every deletion or edit.
    pub revision: i64,
    /// Counts up with every change of stories.
    pub stories: i64,
}

/// What one transaction stores.
#[derive(Clone, Debug, Default)]
pub struct Ingest {
    /// Posts with what matched them, oldest first.
    pub posts: Vec<JudgedPost>,
    /// Posts that are gone.
    pub deleted: Vec<PostId>,
    /// Sources that are gone with their posts.
    pub deleted_sources: Vec<SourceId>,
    /// What is newly known of sources (`None` fields and empty texts change nothing).
    pub profiles: Vec<(Platform, Source)>,
    /// Cursors that move.
    pub cursors: Vec<CursorMove>,
    /// Lines of the gap ledger.
    pub gaps: Vec<GapReport>,
}

/// A post and its mentions.
#[derive(Clone, Debug)]
pub struct JudgedPost {
    /// The post.
    pub post: Post,
    /// One entry for each watch that matched it.
    pub mentions: Vec<JudgedMention>,
}

/// A mention and the alert it calls for. The alert is raised only when the mention is new.
#[derive(Clone, Debug)]
pub struct JudgedMention {
    /// The mention.
    pub mention: NewMention,
    /// The alert, if the watch's rules want one.
    pub alert: Option<NewAlert>,
}

/// What one transaction did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Posts never heard before.
    pub new: u64,
    /// Posts known already, unchanged (counts refreshed).
    pub known: u64,
    /// Posts known already whose text changed: a new version was kept, mentions were matched anew.
    pub edited: u64,
    /// Posts removed.
    pub deleted: u64,
    /// Numbers of the new mentions, in order.
    pub mentions: Vec<i64>,
    /// Numbers of the new alerts.
    pub alerts: Vec<i64>,
}

/// A mention with its post, as screens and exports show it.
#[derive(Clone, Debug, PartialEq)]
pub struct MentionRow {
    /// Its number; grows with time of storing; used for paging and as event id.
    pub number: i64,
    /// The watch.
    pub watch: WatchId,
    /// The watch's name.
    pub watch_name: String,
    /// The version of the query that matched.
    pub watch_version: u32,
    /// The post in its latest version, source included.
    pub post: Post,
    /// Versions of the post kept (1 = never edited).
    pub versions: u32,
    /// Matched words.
    pub spans: Vec<Span>,
    /// Why it matched.
    pub why: String,
    /// Tone: by a person where there is a [`MentionRow::verdict`], else by the machine.
    pub sentiment: Option<Sentiment>,
    /// The tone comes from a quick look and is to be judged again.
    pub quick: bool,
    /// What a person said of its tone.
    pub verdict: Option<Verdict>,
    /// What it is: by a person where there is a [`MentionRow::kind_verdict`], else by the machine.
    pub kinds: Kinds,
    /// What a person said of its kinds.
    pub kind_verdict: Option<KindVerdict>,
    /// When the matcher said so.
    pub matched: Time,
    /// When the first person or system was told.
    pub told: Option<Time>,
    /// Its story where others are in it too, with its name or most telling words.
    pub story: Option<(StoryId, Option<String>)>,
    /// Its text was there before, in another post.
    pub copy: bool,
    /// A mention of that post, while there is one.
    pub original: Option<i64>,
}

/// What a person said of a mention's tone.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Who.
    pub by: String,
    /// When.
    pub at: Time,
    /// What the machine had said.
    pub was: Option<Sentiment>,
}

/// What a person said of a mention's kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindVerdict {
    /// Who.
    pub by: String,
    /// When.
    pub at: Time,
    /// What the machine had said.
    pub was: Kinds,
}

/// A mention that was judged anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadAgain {
    /// Its number.
    pub mention: i64,
    /// Versions of the post when it was read.
    pub versions: u32,
    /// How it sounds.
    pub sentiment: Option<Sentiment>,
    /// What it is.
    pub kinds: Kinds,
}

/// A verdict as one learns from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// The watch whose mention it was.
    pub watch: WatchId,
    /// What was said.
    pub tone: Tone,
    /// What the machine had said.
    pub was: Option<Tone>,
    /// The post's text.
    pub text: String,
    /// The post's language.
    pub lang: Option<String>,
    /// [`Change::settings`] when it was said.
    pub revision: i64,
}

/// What was said of a mention's kinds, as one learns from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindLesson {
    /// The watch whose mention it was.
    pub watch: WatchId,
    /// What it is; all others it is not.
    pub kinds: Kinds,
    /// The post's text.
    pub text: String,
    /// The post's language.
    pub lang: Option<String>,
    /// [`Change::settings`] when it was said.
    pub revision: i64,
}

/// What a head judges: mentions of one watch or of the whole house, their tone or whether they are
/// of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// Of this watch; `None`: of the whole house.
    pub watch: Option<WatchId>,
    /// Whether they are of this kind; `None`: how they sound.
    pub kind: Option<Kind>,
}

impl Subject {
    /// How a watch's mentions sound, or the house's.
    #[must_use]
    pub const fn tone(watch: Option<WatchId>) -> Subject {
        Subject { watch, kind: None }
    }
}

/// A version of what was learnt, to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHead {
    /// What it judges.
    pub subject: Subject,
    /// When it was made.
    pub made: Time,
    /// Revision of the newest verdict it knows.
    pub revision: i64,
    /// What it brought, as JSON.
    pub check: String,
    /// Its weights.
    pub bytes: Vec<u8>,
}

/// A version of what was learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadRow {
    /// Its number; grows.
    pub id: i64,
    /// What it judges.
    pub subject: Subject,
    /// When it was made.
    pub made: Time,
    /// Revision of the newest verdict it knows.
    pub revision: i64,
    /// What it brought, as JSON.
    pub check: String,
}

/// Which version judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The newest, if it is better.
    Newest,
    /// None: what lies below judges.
    None,
    /// This one.
    Version(i64),
}

/// Which mentions. Empty vectors and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MentionFilter {
    /// Of these watches.
    pub watches: Vec<WatchId>,
    /// On these platforms.
    pub platforms: Vec<Platform>,
    /// In these channels.
    pub channels: Vec<Channel>,
    /// In these languages.
    pub langs: Vec<String>,
    /// With these tones.
    pub tones: Vec<Tone>,
    /// Of at least one of these kinds.
    pub kinds: Kinds,
    /// Of none of these kinds.
    pub without: Kinds,
    /// From sources on these tiers.
    pub tiers: Vec<Tier>,
    /// From this source.
    pub source: Option<SourceId>,
    /// Of this post.
    pub post: Option<PostId>,
    /// Of this story.
    pub story: Option<StoryId>,
    /// Copies alone, or none of them.
    pub copies: Option<bool>,
    /// Holding these words (plain substring match on title, lead, body; case aside).
    pub words: Option<String>,
    /// Published at or after.
    pub since: Option<Time>,
    /// Published before.
    pub until: Option<Time>,
}

/// A stretch of a list, newest first unless `after` is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The newest.
    Newest,
    /// Older than this number, newest first.
    Before(i64),
    /// Newer than this number, OLDEST first (live pages catch up with it).
    After(i64),
}

/// One bar of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Start of the bucket.
    pub at: Time,
    /// Mentions.
    pub all: u64,
    /// Negative ones among them.
    pub negative: u64,
}

/// An alert as screens show it.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRow {
    /// Its number; grows.
    pub number: i64,
    /// Its identity.
    pub id: AlertId,
    /// Watch and its name.
    pub watch: WatchId,
    /// The watch's name.
    pub watch_name: String,
    /// Why.
    pub reason: AlertReason,
    /// The mention it speaks of; `None` for a rise or when the post was deleted.
    pub mention: Option<MentionRow>,
    /// For a rise.
    pub rise: Option<Rise>,
    /// For a crossing: the story, as its number was then.
    pub story: Option<StoryId>,
    /// When it was raised.
    pub raised: Time,
    /// When the first person or system was told.
    pub told: Option<Time>,
    /// Who acknowledged it, and when.
    pub acknowledged: Option<(String, Time)>,
}

/// One delivery: one alert by one way.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryRow {
    /// Its number.
    pub number: i64,
    /// The alert.
    pub alert: AlertRow,
    /// The way.
    pub way: Way,
    /// What became of it.
    pub state: DeliveryState,
    /// Tries so far.
    pub tries: u32,
    /// When it is tried next, while waiting.
    pub next_try: Time,
    /// When the other side took it.
    pub delivered: Option<Time>,
    /// The last answer in words (receipt or error), no secrets.
    pub answer: String,
}

/// A person who may sign in. The hash is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Number.
    pub id: i64,
    /// Sign-in name; unique, case aside.
    pub name: String,
    /// argon2 hash in PHC format.
    pub password_hash: String,
    /// `de` or `en`.
    pub lang: String,
}

/// What to forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Posts that no watch matched, received before this, are dropped.
    pub unmatched_before: Time,
    /// At most so many unmatched posts are kept.
    pub unmatched_at_most: u64,
    /// Mentions (and their posts) received before this are dropped.
    pub mentions_before: Time,
}

/// A query saved under a name, for `query:"Name"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedQuery {
    /// Its name; unique, case aside.
    pub name: String,
    /// The query in native syntax.
    pub query: String,
    /// [`Change::settings`] at its last change.
    pub revision: i64,
    /// When it was last changed.
    pub changed: Time,
}

/// A list of sources, for `list:"Name"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceList {
    /// Its name; unique, case aside.
    pub name: String,
    /// Sites (`example.org`) and names of sources, as written.
    pub entries: Vec<String>,
    /// [`Change::settings`] at its last change.
    pub revision: i64,
    /// When it was last changed.
    pub changed: Time,
}

/// A watch that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWatch {
    /// Its name; unique, case aside.
    pub name: String,
    /// The query in native syntax.
    pub query: String,
    /// When it tells somebody.
    pub alerts: AlertRules,
}

/// A watch and how far it was filled from the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptWatch {
    /// The watch.
    pub watch: Watch,
    /// [`Change::settings`] at its last change.
    pub revision: i64,
    /// The version of its query that was filled; 0: none.
    pub filled: u32,
    /// [`Change::settings`] when that filling began.
    pub filled_at: i64,
}

/// What happened to watches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchChanges {
    /// [`Change::settings`] up to which this tells everything.
    pub settings: i64,
    /// New and changed ones, in the order of their numbers.
    pub changed: Vec<KeptWatch>,
    /// Removed ones.
    pub gone: Vec<WatchId>,
}

/// Totals for the screens' heads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Posts kept.
    pub posts: u64,
    /// Mentions kept.
    pub mentions: u64,
    /// Alerts nobody acknowledged.
    pub open_alerts: u64,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("lang", &self.lang)
            .finish_non_exhaustive()
    }
}
