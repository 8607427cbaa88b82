//! From what is stored to what is drawn.

use std::collections::BTreeMap;

use domain::story::StoryId;
use domain::{MINUTE, Tier, Time};
use store::{Bin, CrossingRow, Result, Store, StoryRow, StoryState};

use crate::form::Pairs;
use crate::ladder::{
    Bubble, Crossed, Dot, Fan, Marks, Picture, SINGLE_NARROW, Size, bubble_words, dot_words, draw,
};
use crate::show::{Clock, iso};

/// The shortest stretch of time that is drawn.
const SHORTEST: i64 = 10 * MINUTE;

/// A mark of the ladder in words, with where it leads.
pub struct Line {
    /// In words.
    pub words: String,
    /// Where it leads.
    pub link: String,
}

/// The ladder for both widths, and the same in words.
pub struct Drawn {
    /// For desks.
    pub wide: String,
    /// For phones.
    pub narrow: String,
    /// Every mark in words, oldest first.
    pub lines: Vec<Line>,
}

/// Appearances that are looked at one by one: of a larger story the newest.
const NEWEST: u32 = 2_000;

/// Appearances, oldest first; of a large story the newest.
pub async fn dots(store: &Store, row: &StoryRow) -> Result<Vec<store::Dot>> {
    store.dots(row.id, NEWEST).await
}

/// Its appearances by rung and time, where there are too many to be drawn one by one.
pub async fn bins(store: &Store, row: &StoryRow, now: Time) -> Result<Vec<Bin>> {
    let (from, until) = stretch(row, now);
    match row.posts {
        ..=SINGLE_NARROW => Ok(Vec::new()),
        _ => store.bins(row.id, from, until, Size::Wide.slots()).await,
    }
}

/// The time that is drawn: to now while it grows.
fn stretch(row: &StoryRow, now: Time) -> (Time, Time) {
    let end = if row.state == StoryState::Growing { row.last.max(now) } else { row.last };
    (row.first, end.max(row.first.plus(SHORTEST)))
}

/// What is drawn of a story, but for what stands on the rungs: that differs by width.
pub struct Scene<'a> {
    row: &'a StoryRow,
    dots: &'a [store::Dot],
    bins: Vec<Bin>,
    picture: Picture,
}

impl<'a> Scene<'a> {
    /// Gathers it.
    pub async fn of(
        store: &Store,
        row: &'a StoryRow,
        now: Time,
        crossings: &[CrossingRow],
        fan: Option<Fan>,
        dots: &'a [store::Dot],
    ) -> Result<Scene<'a>> {
        let bins = bins(store, row, now).await?;
        Ok(Scene::made(row, now, crossings, fan, dots, bins))
    }

    /// What was gathered, put together.
    pub fn made(
        row: &'a StoryRow,
        now: Time,
        crossings: &[CrossingRow],
        fan: Option<Fan>,
        dots: &'a [store::Dot],
        bins: Vec<Bin>,
    ) -> Scene<'a> {
        let (from, until) = stretch(row, now);
        let crossed = |row: &CrossingRow| Crossed { tier: row.tier, at: row.at, after: row.after };
        let crossings = crossings.iter().map(crossed).collect();
        let marks = Marks::Dots(Vec::new());
        let picture = Picture { from, until, posts: row.posts, marks, crossings, fan };
        Scene { row, dots, bins, picture }
    }

    /// What is drawn for this width.
    pub fn picture(&self, size: Size) -> Picture {
        let Picture { from, until, posts, .. } = self.picture;
        let marks = if posts <= size.single() {
            Marks::Dots(self.dots.iter().map(dot).collect())
        } else if size == Size::Wide {
            bubbles(self.row.id, &self.bins, from, until, size)
        } else {
            bubbles(self.row.id, &halved(&self.bins), from, until, size)
        };
        Picture { marks, ..self.picture.clone() }
    }
}

/// Draws the ladder for the page.
pub fn drawn(scene: &Scene, clock: &Clock) -> Drawn {
    let wide = scene.picture(Size::Wide);
    Drawn {
        lines: lines(&wide.marks, clock),
        wide: draw(&wide, Size::Wide, clock),
        narrow: draw(&scene.picture(Size::Narrow), Size::Narrow, clock),
    }
}

/// Two stretches as one: the narrow drawing has half as many.
fn halved(bins: &[Bin]) -> Vec<Bin> {
    let mut halved: BTreeMap<(Option<Tier>, u32), Bin> = BTreeMap::new();
    for bin in bins {
        let slot = bin.slot / 2;
        let empty = Bin { tier: bin.tier, slot, posts: 0, negative: 0, copies: 0 };
        let half = halved.entry((bin.tier, slot)).or_insert(empty);
        half.posts += bin.posts;
        half.negative += bin.negative;
        half.copies += bin.copies;
    }
    halved.into_values().collect()
}

fn dot(dot: &store::Dot) -> Dot {
    Dot {
        at: dot.at,
        tier: dot.tier,
        tone: dot.tone,
        followers: dot.followers,
        copy: dot.copy_of.is_some(),
        name: dot.name.clone(),
        link: format!("/mentions/{}", dot.mention),
    }
}

fn bubbles(story: StoryId, bins: &[Bin], from: Time, until: Time, size: Size) -> Marks {
    let slots = i64::from(size.slots());
    let span = until.since(from).max(1);
    // The first millisecond of a stretch, as the store divides them.
    let begins = |slot: i64| from.plus((slot * span + slots - 1) / slots);
    let mut bubbles: Vec<Bubble> = bins
        .iter()
        .map(|bin| {
            let slot = i64::from(bin.slot);
            let end = if slot + 1 == slots { until.plus(1) } else { begins(slot + 1) };
            bubble(story, bin, begins(slot), end)
        })
        .collect();
    bubbles.sort_by_key(|bubble| bubble.from);
    Marks::Bubbles(bubbles)
}

fn bubble(story: StoryId, bin: &Bin, from: Time, until: Time) -> Bubble {
    let mut pairs = Pairs(vec![
        ("story".into(), story.0.to_string()),
        ("since".into(), iso(from)),
        ("until".into(), iso(until)),
    ]);
    pairs.0.extend(bin.tier.map(|tier| ("tier".into(), tier.as_str().into())));
    Bubble {
        from,
        until,
        tier: bin.tier,
        posts: bin.posts,
        negative: bin.negative,
        link: format!("/mentions?{}", pairs.encode()),
    }
}

fn lines(marks: &Marks, clock: &Clock) -> Vec<Line> {
    match marks {
        Marks::Dots(dots) => dots
            .iter()
            .map(|dot| Line { words: dot_words(dot, clock), link: dot.link.clone() })
            .collect(),
        Marks::Bubbles(bubbles) => bubbles
            .iter()
            .map(|bubble| Line { words: bubble_words(bubble, clock), link: bubble.link.clone() })
            .collect(),
    }
}
