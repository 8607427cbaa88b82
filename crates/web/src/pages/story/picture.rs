//! From what is stored to what is drawn.

use std::collections::BTreeMap;

use domain::story::StoryId;
use domain::{MINUTE, Tier, Time};
use store::{Bin, CrossingRow, StoryRow, StoryState};

use crate::app::App;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::ladder::{
    Bubble, Crossed, Dot, Fan, Marks, Picture, SINGLE, SINGLE_NARROW, Size, bubble_words,
    dot_words, draw,
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
pub async fn dots(app: &App, row: &StoryRow) -> Result<Vec<store::Dot>, Fail> {
    Ok(app.store().dots(row.id, NEWEST).await?)
}

/// Draws the ladder.
pub async fn drawn(
    app: &App,
    clock: &Clock,
    row: &StoryRow,
    crossings: &[CrossingRow],
    fan: Option<Fan>,
    dots: &[store::Dot],
) -> Result<Drawn, Fail> {
    let end = if row.state == StoryState::Growing { row.last.max(clock.now) } else { row.last };
    let (from, until) = (row.first, end.max(row.first.plus(SHORTEST)));
    let single = row.posts <= SINGLE;
    let bins = match row.posts {
        ..=SINGLE_NARROW => Vec::new(),
        _ => app.store().bins(row.id, from, until, Size::Wide.slots()).await?,
    };
    let marks = if single {
        Marks::Dots(dots.iter().map(dot).collect())
    } else {
        bubbles(row.id, &bins, from, until, Size::Wide)
    };
    let mut picture = Picture {
        from,
        until,
        posts: row.posts,
        marks,
        crossings: crossings
            .iter()
            .map(|row| Crossed { tier: row.tier, at: row.at, after: row.after })
            .collect(),
        fan,
    };
    let wide = draw(&picture, Size::Wide, clock);
    let lines = lines(&picture.marks, clock);
    if row.posts > SINGLE_NARROW {
        picture.marks = bubbles(row.id, &halved(&bins), from, until, Size::Narrow);
    }
    let narrow = draw(&picture, Size::Narrow, clock);
    Ok(Drawn { wide, narrow, lines })
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
