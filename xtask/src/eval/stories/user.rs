//! A person who mends stories while they grow, and what the machine learns of it.
//!
//! The person looks at a page of the largest stories, of what has been seen so far, and mends what
//! is most wrong there: joins two stories that are one, parts one that is two, moves a post. They
//! know the truth of the posts they see, and of no other.

use std::collections::BTreeMap;

use domain::story::{Grower, Lessons, StoryId};

use super::Told;
use super::measure::bcubed;
use crate::eval::Figures;

/// So many corrections are made.
const CORRECTIONS: usize = 50;
/// So many of the largest stories stand on the page.
const ON_PAGE: usize = 60;

/// Whether the machine keeps what it was taught.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Memory {
    Learns,
    Forgets,
}

/// Teaches all through the stream, and in its first half, and tells what became of both.
pub(super) fn lessons(told: &[Told], figures: &mut Figures) {
    println!("Corrections on the UCI headlines: B-cubed F1");
    println!("{:54} whole stream  second half", "");
    let n = told.len();
    let line = |name: &str, (whole, half): (f64, f64)| {
        println!("{name:54} {whole:12.3} {half:12.3}");
        (whole, half)
    };
    let none = line("none", grow(told, 0, n, Memory::Learns));
    let all = line("50 through the stream", grow(told, CORRECTIONS, n, Memory::Learns));
    let mended = grow(told, CORRECTIONS, n, Memory::Forgets);
    line("the same, nothing learnt but what was said", mended);
    let half = line("50 in its first half", grow(told, CORRECTIONS, n / 2, Memory::Learns));
    let mended = grow(told, CORRECTIONS, n / 2, Memory::Forgets);
    line("the same, nothing learnt but what was said", mended);
    println!();
    figures.at_least("stories_50_corrections_f1", all.0, "B-cubed F1", 0.78);
    figures.at_least("stories_after_corrections_f1", half.1, "B-cubed F1", 0.78);
    figures.at_least("stories_corrections_gain", all.0 - none.0, "B-cubed F1", 0.0);
}

/// Grows the stream with so many corrections, evenly until the post `until`; B-cubed F1 of the
/// whole stream, and of its second half.
fn grow(told: &[Told], corrections: usize, until: usize, memory: Memory) -> (f64, f64) {
    let mut grower = Grower::new(StoryId(1));
    let mut known: Vec<i64> = Vec::with_capacity(told.len());
    let mut became: BTreeMap<i64, i64> = BTreeMap::new();
    let every = until.checked_div(corrections).map_or(usize::MAX, |every| every.max(1));
    let mut made = 0;
    for (i, post) in told.iter().enumerate() {
        let placed = grower.place(i as i64, 1, post.at, post.sketch.clone());
        became.extend(placed.merged.iter().map(|merged| (merged.from.0, merged.into.0)));
        known.push(placed.story.0);
        if made < corrections && (i + 1).is_multiple_of(every) {
            made += 1;
            mend(&mut grower, &mut became, &told[..=i]);
            if memory == Memory::Forgets {
                grower = grower.with_lessons(Lessons::default());
            }
            refresh(&grower, &became, &mut known);
        }
    }
    refresh(&grower, &became, &mut known);
    let truth: Vec<i64> = told.iter().map(|told| told.truth).collect();
    let half = told.len() / 2;
    (bcubed(&known, &truth).2, bcubed(&known[half..], &truth[half..]).2)
}

/// The stories as they are now; forgotten ones as they were last known.
fn refresh(grower: &Grower, became: &BTreeMap<i64, i64>, known: &mut [i64]) {
    for (id, post) in known.iter_mut().zip(0..) {
        *id = grower.story_of(post).map_or_else(|| super::follow(*id, became), |story| story.0);
    }
}

/// A story on the page: its number and its posts by their true stories, the most first.
struct Shown {
    id: StoryId,
    parts: Vec<(i64, Vec<i64>)>,
}

/// What can be done, and how many pairs of posts it sets right.
enum Mend {
    Join(StoryId, StoryId),
    Part(StoryId, Vec<i64>),
    Move(i64, StoryId),
}

/// Makes the correction that sets most right.
fn mend(grower: &mut Grower, became: &mut BTreeMap<i64, i64>, told: &[Told]) {
    let page = page(grower, told);
    let mut best: Option<(usize, Mend)> = None;
    let mut offer = |worth: usize, mend: Mend| {
        if best.as_ref().is_none_or(|(most, _)| worth > *most) {
            best = Some((worth, mend));
        }
    };
    let mut homes: BTreeMap<i64, (StoryId, usize)> = BTreeMap::new();
    for story in &page {
        let Some((truth, posts)) = story.parts.first() else { continue };
        match homes.get(truth) {
            Some((home, size)) => offer(size * posts.len(), Mend::Join(*home, story.id)),
            None => {
                homes.insert(*truth, (story.id, posts.len()));
            }
        }
    }
    for story in &page {
        let rest: usize = story.parts.iter().map(|(_, posts)| posts.len()).sum();
        for (truth, posts) in story.parts.iter().skip(1) {
            let worth = posts.len() * (rest - posts.len());
            match (posts.as_slice(), homes.get(truth)) {
                ([post], Some((home, _))) => offer(worth, Mend::Move(*post, *home)),
                _ => offer(worth, Mend::Part(story.id, posts.clone())),
            }
        }
    }
    match best {
        Some((_, Mend::Join(a, b))) => {
            if let Some(merged) = grower.merge(a, b) {
                became.insert(merged.from.0, merged.into.0);
            }
        }
        Some((_, Mend::Part(story, posts))) => {
            grower.split(story, &posts);
        }
        Some((_, Mend::Move(post, to))) => {
            grower.move_post(post, to);
        }
        None => {}
    }
}

/// The largest stories of what has been seen.
fn page(grower: &Grower, told: &[Told]) -> Vec<Shown> {
    let mut stories: BTreeMap<StoryId, BTreeMap<i64, Vec<i64>>> = BTreeMap::new();
    for (told, post) in told.iter().zip(0..) {
        if let Some(story) = grower.story_of(post) {
            stories.entry(story).or_default().entry(told.truth).or_default().push(post);
        }
    }
    let mut page: Vec<(usize, Shown)> = stories
        .into_iter()
        .map(|(id, parts)| {
            let mut parts: Vec<(i64, Vec<i64>)> = parts.into_iter().collect();
            parts.sort_by_key(|(truth, posts)| (std::cmp::Reverse(posts.len()), *truth));
            (parts.iter().map(|(_, posts)| posts.len()).sum(), Shown { id, parts })
        })
        .collect();
    page.sort_by_key(|(size, story)| (std::cmp::Reverse(*size), story.id));
    page.truncate(ON_PAGE);
    page.into_iter().map(|(_, story)| story).collect()
}
