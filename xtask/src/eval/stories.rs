//! `cargo xtask eval stories`: grows stories of public headlines whose stories are known, in the
//! order of their times, in one pass, and tells how well they are what people said they are.
//!
//! Nothing but the settings ([`domain::story::Tuning`]) was chosen with these headlines in view;
//! `docs/accuracy.md` says which.

mod measure;
mod sets;
mod user;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use domain::Time;
use domain::story::{Grower, Sketch, StoryId};
use text::encoder::Encoder;

use super::Figures;
use crate::process::cpu_seconds;
use measure::{bcubed, count, differing, pairwise};
use sets::{Headline, Set};

/// A headline and what the grower is told of it.
pub struct Told {
    /// When it was published or heard.
    pub at: Time,
    /// Its true story.
    pub truth: i64,
    /// What decides.
    pub sketch: Sketch,
}

/// What became of a stream.
pub struct Grown {
    /// Each post's story as told when it was placed.
    pub first: Vec<i64>,
    /// Each post's story at the end.
    pub last: Vec<i64>,
    /// What the first ones have become, merges followed.
    pub followed: Vec<i64>,
    /// Bytes of memory at the end.
    pub bytes: usize,
    /// Seconds of placing.
    pub seconds: f64,
}

/// Grows all sets without and with meaning, and teaches on one of them.
pub(super) fn stories(folder: &Path, figures: &mut Figures) -> anyhow::Result<()> {
    let (sets, uci) = sets::load(folder)?;
    println!("\n# Stories: one pass, one set of parameters\n");
    let quick = grow_all("words alone", &sets, false, figures);
    let meant = grow_all("words and meaning", &sets, true, figures);
    for (name, scores) in [("stories", quick), ("stories_meaning", meant)] {
        let of = |set: &str| scores.get(set).copied().unwrap_or_default();
        let mean = ["es", "pt", "fr", "ru"].map(of).iter().sum::<f64>() / 4.0;
        figures.at_least(&format!("{name}_es_pt_fr_ru_f1"), mean, "B-cubed F1", 0.82);
        figures.at_least(&format!("{name}_mixed_f1"), of("mixed"), "B-cubed F1", 0.70);
    }
    let told = sketches(&uci.headlines, false).0;
    user::lessons(&told, figures);
    Ok(())
}

/// Grows every set and prints a line each; B-cubed F1 by set.
fn grow_all(
    title: &str,
    sets: &[Set],
    meaning: bool,
    figures: &mut Figures,
) -> BTreeMap<&'static str, f64> {
    println!("{title}");
    println!(
        "set     posts  precision recall    F1  pairs F1  at placing  stories  true  renamed  \
         of them lost  sketch µs  place µs  bytes a post"
    );
    let mut scores = BTreeMap::new();
    let (start, clock) = (cpu(), Instant::now());
    let mut posts = 0;
    for set in sets {
        let (told, sketching) = sketches(&set.headlines, meaning);
        let grown = grow(&told);
        let truth: Vec<i64> = told.iter().map(|told| told.truth).collect();
        let (precision, recall, f1) = bcubed(&grown.last, &truth);
        let n = told.len();
        println!(
            "{:6} {n:6} {precision:10.3} {recall:6.3} {f1:5.3} {:9.3} {:11.3} {:8} {:5} {:7.1}% \
             {:12.1}% {:10.1} {:9.1} {:13}",
            set.name,
            pairwise(&grown.last, &truth),
            bcubed(&grown.first, &truth).2,
            count(&grown.last),
            count(&truth),
            100.0 * differing(&grown.first, &grown.last),
            100.0 * differing(&grown.followed, &grown.last),
            sketching * 1e6 / n as f64,
            grown.seconds * 1e6 / n as f64,
            grown.bytes / n.max(1),
        );
        scores.insert(set.name, f1);
        posts += n;
    }
    // Other programs' work does not count where the system tells our own.
    let seconds = match (start, cpu()) {
        (Some(start), Some(end)) => end - start,
        _ => clock.elapsed().as_secs_f64(),
    };
    let rate = posts as f64 / seconds.max(1e-9);
    println!("{rate:.0} posts a second and core, sketches included\n");
    if !meaning {
        figures.at_least("stories_posts_a_second", rate, "posts/s", 10_000.0);
        let uci = scores.get("uci").copied().unwrap_or_default();
        figures.at_least("stories_uci_f1", uci, "B-cubed F1", 0.78);
    }
    scores
}

/// Processor time used so far, in seconds.
fn cpu() -> Option<f64> {
    cpu_seconds(std::process::id())
}

/// Sketches of a stream, and the seconds they took.
fn sketches(headlines: &[Headline], meaning: bool) -> (Vec<Told>, f64) {
    let start = Instant::now();
    let told = headlines.iter().zip(0..).map(|(headline, number)| {
        let post = headline.post(number);
        let read = meaning.then(|| Encoder::shared().embed(&[&headline.title]));
        let meaning = read.as_ref().and_then(|read| read.first());
        let sketch = text::sketch::of(&post, Some(headline.lang), meaning);
        Told { at: headline.at, truth: headline.truth, sketch }
    });
    let told = told.collect();
    (told, start.elapsed().as_secs_f64())
}

/// Grows stories of a stream; posts are numbered by their place in it.
fn grow(told: &[Told]) -> Grown {
    let mut grower = Grower::new(StoryId(1));
    let mut first = Vec::with_capacity(told.len());
    let mut became: BTreeMap<i64, i64> = BTreeMap::new();
    let copies: Vec<Sketch> = told.iter().map(|told| told.sketch.clone()).collect();
    let start = Instant::now();
    for ((told, post), sketch) in told.iter().zip(0..).zip(copies) {
        let placed = grower.place(post, 1, told.at, sketch);
        became.extend(placed.merged.iter().map(|merged| (merged.from.0, merged.into.0)));
        first.push(placed.story.0);
    }
    let seconds = start.elapsed().as_secs_f64();
    let followed: Vec<i64> = first.iter().map(|id| follow(*id, &became)).collect();
    // A story that was forgotten since keeps the last number that was told.
    let last = followed.iter().zip(0..);
    let last = last.map(|(id, post)| grower.story_of(post).map_or(*id, |story| story.0)).collect();
    Grown { first, last, followed, bytes: grower.bytes(), seconds }
}

/// What a number has become.
fn follow(mut id: i64, became: &BTreeMap<i64, i64>) -> i64 {
    while let Some(next) = became.get(&id) {
        id = *next;
    }
    id
}
