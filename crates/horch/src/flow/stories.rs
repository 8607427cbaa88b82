//! Grows stories behind the store: every new mention is placed within moments of its commit, what
//! people mended is taken over, crossings are told in the transaction that stores them.
//!
//! One follower writes what the machine says of stories. It reads mentions by their number and stores
//! how far it got with what it says: after a crash it goes on there, and nothing is placed twice.
//! What it knows lives in memory and is made again from the store at the start.

mod foresee;
mod subjects;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use domain::story::{Grower, Sketch, StoryId};
use domain::{Part, Post, Span, Time, WatchId};
use store::{Growth, Mend, MendRow, Named, Placing, Store, StoreError, ToPlace};
use text::encoder::{self, Embedding};

use super::judge::Telling;
use super::{Counters, House, State};
use foresee::Foresight;
use subjects::Subjects;

/// Mentions a transaction.
const STEP: u32 = 200;
/// Posts that a grower remembers from before a restart.
const REMEMBERED: u32 = 50_000;
/// They are read so many at a time.
const READ: u32 = 1_000;
/// Of so many mentions at once the meaning is read.
const MEANT: usize = 50;
/// Numbers of stories reserved at once.
const BLOCK: u32 = 2_000;
/// What comes within this is placed together: every step is a transaction, and posts wait for it.
const PACE: Duration = Duration::from_millis(100);
/// Between two looks when nothing wakes it.
const PAUSE: Duration = Duration::from_secs(1);
/// After a failure.
const RETRY: Duration = Duration::from_secs(5);
/// Of a growing story headline and phrase are found anew when it has grown to so many posts.
const RENAME_AT: [usize; 10] = [2, 3, 5, 8, 15, 30, 60, 120, 500, 2_000];
/// Of a post that many watches find, so many are counted as finding it together.
const MOST_WATCHES: usize = 16;
/// The setting that keeps what people's corrections taught, by subject.
const LESSONS: &str = "story.lessons";
/// Telling words of a story.
const PHRASE_TERMS: usize = 8;
/// Between two looks at which stories went to sleep.
const SLEEP: Duration = Duration::from_secs(60);
/// Posts waiting in the flow from which on growing steps back, for so long at most.
const PRESSURE: u64 = 200;
const STEP_BACK: Duration = Duration::from_secs(5);

/// Grows stories until the process ends.
pub async fn keep(house: House, state: Arc<State>, counters: Arc<Counters>, telling: Telling) {
    let mut changes = house.store.changes();
    let mut follower = None;
    loop {
        let began = Instant::now();
        while counters.waiting.load(Ordering::Relaxed) >= PRESSURE && began.elapsed() < STEP_BACK {
            if !house.pause(Duration::from_millis(50)).await {
                return;
            }
        }
        changes.mark_unchanged();
        let stepping = Instant::now();
        let stepped = step(&house, &mut follower, telling).await;
        if let Some(follower) = &follower {
            state.set_calibration(follower.foresight.calibration);
        }
        let pause = match stepped {
            Ok(placed) if placed == STEP as usize => continue,
            Ok(_) => PAUSE,
            Err(error) => {
                tracing::error!(%error, "stories cannot grow and are tried again");
                // What it knows may be ahead of the store.
                follower = None;
                RETRY
            }
        };
        if !house.pause(PACE.saturating_sub(stepping.elapsed())).await {
            return;
        }
        let woken = async {
            if pause == RETRY || changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(pause) => {}
            () = house.stop.cancelled() => return,
        }
    }
}

async fn step(
    house: &House,
    follower: &mut Option<Follower>,
    telling: Telling,
) -> store::Result<usize> {
    if follower.is_none() {
        *follower = Some(Follower::begin(&house.store).await?);
    }
    let Some(follower) = follower else { return Ok(0) };
    let placed = follower.grow(&house.store, house.clock.now(), telling).await?;
    if placed < STEP as usize {
        follower.look_ahead(house).await?;
    }
    Ok(placed)
}

/// Grows stories from the mentions of a store.
pub struct Follower {
    /// Away while it works in another thread.
    mind: Option<Box<Mind>>,
    /// Mentions up to this number are placed.
    placed: i64,
    /// What people did up to this number is known.
    mended: i64,
    /// The number after the last one reserved.
    reserved: i64,
    /// Stories that are asleep, as far as the store was told.
    asleep: BTreeSet<StoryId>,
    slept: Instant,
    foresight: Foresight,
}

impl Follower {
    /// Remembers what the store knows.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn begin(store: &Store) -> store::Result<Follower> {
        let (alone, together) = store.found_together(REMEMBERED).await?;
        let mut subjects = Subjects::default();
        alone.into_iter().for_each(|(watch, posts)| subjects.count(watch, posts));
        together.into_iter().for_each(|(a, b, posts)| subjects.count_both(a, b, posts));
        subjects.settle();
        // Lessons that cannot be read are learnt anew.
        let lessons = store.setting(LESSONS).await?;
        let lessons = lessons.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        let grower = Grower::new(StoryId(1)).with_lessons(lessons);
        let mut mind = remember(store, Mind { grower, subjects }).await?;
        // Who was told apart stays apart; what was moved lies where it was moved to.
        let mends = store.mends_since(0).await?;
        for mend in &mends {
            match (mend.what, mend.other) {
                (Mend::Apart | Mend::Split, Some(other)) => {
                    mind.grower.still_not_same(mend.story, other);
                }
                (Mend::Close, _) => mind.grower.never_again(mend.story),
                (Mend::Open, _) => mind.grower.open_again(mend.story),
                _ => {}
            }
        }
        Ok(Follower {
            mind: Some(Box::new(mind)),
            placed: store.placed_up_to().await?,
            mended: mends.last().map_or(0, |mend| mend.number),
            reserved: 0,
            asleep: BTreeSet::new(),
            slept: Instant::now(),
            foresight: Foresight::begin(store).await?,
        })
    }

    /// Places the next mentions; how many there were, at most 200.
    ///
    /// # Errors
    /// The store does not answer; what was placed meanwhile is not known to it.
    pub async fn grow(
        &mut self,
        store: &Store,
        now: Time,
        telling: Telling,
    ) -> store::Result<usize> {
        let mends = store.mends_since(self.mended).await?;
        let mentions = store.to_place(self.placed, STEP).await?;
        let sleeping = self.slept.elapsed() >= SLEEP;
        if mends.is_empty() && mentions.is_empty() && !sleeping {
            return Ok(0);
        }
        let (count, taught) = (mentions.len(), !mends.is_empty());
        let up_to = mentions.last().map_or(self.placed, |mention| mention.mention);
        let mut mind = self.mind.take().ok_or_else(lost)?;
        if mind.grower.next_number().0 + i64::from(STEP) > self.reserved {
            let first = store.reserve_stories(BLOCK).await?;
            mind.grower.number_from(first);
            self.reserved = first.0 + i64::from(BLOCK);
        }
        if let Some(last) = mends.last() {
            self.mended = last.number;
        }
        let mut grown = work(move || {
            let grown = place_all(&mut mind, &mends, mentions, telling, now);
            (mind, grown)
        })
        .await
        .map(|(mind, grown)| {
            self.mind = Some(mind);
            grown
        })?;
        if sleeping && let Some(mind) = &self.mind {
            self.slept = Instant::now();
            let asleep: BTreeSet<StoryId> = mind.grower.asleep(now).into_iter().collect();
            grown.growth.asleep = asleep.difference(&self.asleep).copied().collect();
            self.asleep = asleep;
        }
        grown.growth.up_to = up_to;
        let told = store.grow(&grown.growth, now).await?;
        if !told.is_empty() {
            tracing::info!(alerts = told.len(), "a story reached leading media");
        }
        if taught && let Some(mind) = &self.mind {
            let lessons = serde_json::to_string(mind.grower.lessons()).unwrap_or_default();
            store.set_setting(LESSONS, &lessons).await?;
        }
        self.placed = up_to;
        self.foresight.touch(grown.touched);
        Ok(count)
    }

    /// Assesses what has grown, foretells, and looks at what came.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn look_ahead(&mut self, house: &House) -> store::Result<()> {
        self.foresight.look(house).await
    }
}

/// What decides where a post goes.
struct Mind {
    grower: Grower,
    subjects: Subjects,
}

/// What one step brought.
struct Grown {
    growth: Growth,
    touched: BTreeSet<StoryId>,
}

/// Tells a grower what was placed before, some posts at a time.
async fn remember(store: &Store, mut mind: Mind) -> store::Result<Mind> {
    let mut after = store.before_last_placed(REMEMBERED).await?;
    loop {
        let some = store.remembered(after, READ).await?;
        let Some(last) = some.last() else { return Ok(mind) };
        after = last.row;
        mind = work(move || {
            for known in some {
                let mut sketch = sketch(&known.post, &known.spans, None);
                for watch in known.watches.iter().filter(|watch| mind.subjects.is_narrow(**watch)) {
                    text::sketch::found_by(&mut sketch, watch.0);
                }
                let (at, subject) = (known.post.published, mind.subjects.of(known.watch).0);
                mind.grower.remember(known.row, subject, at, sketch, known.story);
            }
            mind
        })
        .await?;
    }
}

fn place_all(
    mind: &mut Mind,
    mends: &[MendRow],
    mentions: Vec<ToPlace>,
    telling: Telling,
    now: Time,
) -> Grown {
    let Mind { grower, subjects } = mind;
    mends.iter().for_each(|mend| take_over(grower, mend));
    learn_subjects(subjects, &mentions);
    let mut growth = Growth::default();
    let mut touched: BTreeSet<StoryId> = mends.iter().map(|mend| mend.story).collect();
    // The texts of this step: what new stories are named from.
    let mut texts: BTreeMap<i64, Post> = BTreeMap::new();
    let mut named: BTreeSet<StoryId> = BTreeSet::new();
    let meanings = meanings(&mentions);
    let found = found_by(subjects, &mentions);
    for (ToPlace { row, watch, post, spans, .. }, meaning) in mentions.into_iter().zip(meanings) {
        // Of a post that has its story, the grower asks nothing more.
        let mut sketch = match grower.story_of(row) {
            Some(_) => Sketch::default(),
            None => sketch(&post, &spans, meaning.as_ref()),
        };
        let narrow = found.get(&row).into_iter().flatten();
        narrow.for_each(|watch| text::sketch::found_by(&mut sketch, watch.0));
        let placed = grower.place(row, subjects.of(watch).0, post.published, sketch);
        growth.placed.push(Placing {
            row,
            watch,
            story: placed.story,
            copy_of: placed.copy_of,
            because: placed.because,
            tell: telling.wants(&post, now),
        });
        touched.insert(placed.story);
        let size = grower.posts(placed.story).len();
        if RENAME_AT.contains(&size) || !placed.merged.is_empty() {
            named.insert(placed.story);
        }
        for merged in &placed.merged {
            touched.remove(&merged.from);
            named.remove(&merged.from);
        }
        growth.merged.extend(placed.merged);
        texts.insert(row, post);
    }
    growth.named = named.into_iter().map(|story| name(grower, story, &texts)).collect();
    Grown { growth, touched }
}

/// Which watches found the same posts. A post's mentions stand in a row.
fn learn_subjects(subjects: &mut Subjects, mentions: &[ToPlace]) {
    for same in mentions.chunk_by(|a, b| a.row == b.row) {
        let same = &same[..same.len().min(MOST_WATCHES)];
        for (i, one) in same.iter().enumerate() {
            subjects.count(one.watch, 1);
            for other in &same[i + 1..] {
                subjects.count_both(one.watch, other.watch, 1);
            }
        }
    }
    subjects.settle_now_and_then();
}

/// The narrow watches that found each post, by its row.
fn found_by(subjects: &Subjects, mentions: &[ToPlace]) -> BTreeMap<i64, Vec<WatchId>> {
    let mut found: BTreeMap<i64, Vec<WatchId>> = BTreeMap::new();
    for mention in mentions.iter().filter(|mention| subjects.is_narrow(mention.watch)) {
        found.entry(mention.row).or_default().push(mention.watch);
    }
    found
}

/// What posts mean, while few come: reading one takes as long as placing fifty by their words.
fn meanings(mentions: &[ToPlace]) -> Vec<Option<Embedding>> {
    if mentions.len() > MEANT {
        return vec![None; mentions.len()];
    }
    // A post's mentions stand in a row; the first one places it.
    let first = |i: usize| i == 0 || mentions[i - 1].row != mentions[i].row;
    let read = |i: usize| encoder::recall(&mentions[i].post.text()).embedding.clone();
    (0..mentions.len()).map(|i| first(i).then(|| read(i))).collect()
}

/// What of a post says where it belongs. The words that the watch listens for are in all its
/// mentions and say little.
fn sketch(post: &Post, spans: &[Span], meaning: Option<&Embedding>) -> Sketch {
    let mut sketch = text::sketch::of(post, post.lang.as_deref(), meaning);
    let word = |span: &Span| {
        let part = match span.part {
            Part::Title => &post.title,
            Part::Lead => &post.lead,
            Part::Body => &post.body,
        };
        part.get(span.start as usize..span.end as usize)
    };
    let matched: Vec<&str> = spans.iter().filter_map(word).collect();
    text::sketch::soften(&mut sketch, &matched, post.lang.as_deref().unwrap_or_default());
    sketch
}

/// The post that speaks for a story, and its most telling words where a text is at hand.
fn name(grower: &Grower, story: StoryId, texts: &BTreeMap<i64, Post>) -> Named {
    let headline = grower.headline(story, None);
    let terms = grower.terms(story, PHRASE_TERMS);
    let posts = grower.posts(story);
    let own: Vec<&Post> = posts.iter().filter_map(|row| texts.get(row)).collect();
    let lang = own.first().and_then(|post| post.lang.clone()).unwrap_or_default();
    let alike = |post: &&&Post| post.lang.as_deref().unwrap_or_default() == lang;
    let own: Vec<String> = own.iter().filter(alike).map(|post| post.text()).collect();
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let phrase = text::sketch::phrase(&own, &lang, &terms);
    Named { story, headline, phrase }
}

fn take_over(grower: &mut Grower, mend: &MendRow) {
    match (mend.what, mend.other) {
        (Mend::Merge, Some(other)) => {
            grower.merge(mend.story, other);
        }
        (Mend::Split, Some(other)) => {
            grower.split_as(mend.story, &mend.posts, other);
        }
        (Mend::Move, Some(other)) => {
            for post in &mend.posts {
                grower.move_post(*post, other);
            }
        }
        (Mend::Apart, Some(other)) => grower.not_same(mend.story, other),
        (Mend::Close, _) => grower.never_again(mend.story),
        (Mend::Open, _) => grower.open_again(mend.story),
        _ => {}
    }
}

fn lost() -> StoreError {
    StoreError::Unusable("growing stories ended early".into())
}

/// Runs work that takes its time behind everything that is in a hurry.
async fn work<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> store::Result<T> {
    store::behind("stories", job).await
}
