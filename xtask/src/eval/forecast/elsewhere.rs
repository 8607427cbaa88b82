//! The same forecast on stories of another kind: news in seven languages. Nothing was fitted to
//! them; their own ended stories recalibrate as they would in an installation.

use std::collections::BTreeMap;
use std::path::Path;

use domain::forecast::{
    Appearance, Calibration, HORIZONS, History, Horizon, Outcome, Outlook, forecast,
};
use domain::{HOUR, Time};

use super::super::{Figures, languages};
use super::median;

/// Hours after the first post at which every story is forecast.
const AGES: [i64; 4] = [1, 3, 6, 24];

/// One forecast against what came.
struct Said {
    due: Time,
    /// One of two halves of all stories.
    half: bool,
    /// As the shipped model said it.
    outcome: Outcome,
    /// Under what the stories that had ended by then taught.
    own: Horizon,
}

/// Measures coverage and error as shipped, with a start from the other half of the stories, and
/// with what ended stories teach on the way.
///
/// # Errors
/// Data that are missing or unreadable.
pub(super) fn news(folder: &Path, figures: &mut Figures) -> anyhow::Result<()> {
    let mut stories: BTreeMap<String, Vec<Appearance>> = BTreeMap::new();
    let mut end = Time(i64::MIN);
    for post in languages::posts(folder)? {
        end = end.max(post.at);
        let appearance = Appearance { at: post.at, ..Appearance::default() };
        stories.entry(post.story).or_default().push(appearance);
    }
    let mut questions: Vec<(Time, bool, &[Appearance])> = stories
        .values()
        .enumerate()
        .flat_map(|(i, s)| AGES.map(|age| (s[0].at.plus(age * HOUR), i % 2 == 0, s.as_slice())))
        .collect();
    questions.sort_by_key(|q| (q.0, q.2[0].at));
    let mut said: Vec<Said> = Vec::new();
    for (now, half, story) in questions {
        let known = said.iter().filter(|s| s.due <= now).map(|s| s.outcome);
        let calibration = Calibration::of(&known.collect::<Vec<_>>());
        said.extend(ask(story, half, now, end, &calibration));
    }
    tell(&said, figures);
    Ok(())
}

fn ask(story: &[Appearance], half: bool, now: Time, end: Time, own: &Calibration) -> Vec<Said> {
    let history = History { first: story[0].at, appearances: story, zone: None };
    let Outlook::Seen(seen) = forecast(&history, now, own) else { return Vec::new() };
    let due = |i: usize| now.plus(HORIZONS[i]);
    let one = |i: usize| {
        let came = story.iter().filter(|a| a.at <= due(i)).count() as u64;
        let (size, said) = (seen.size, seen.shipped[i]);
        let outcome = Outcome { horizon: i, size, said, came, crossed: None };
        Said { due: due(i), half, outcome, own: seen.horizons[i] }
    };
    (0..HORIZONS.len()).filter(|&i| due(i) <= end).map(one).collect()
}

/// One of the intervals that a forecast is held against.
type Way<'a> = &'a dyn Fn(&Said) -> Horizon;

fn tell(said: &[Said], figures: &mut Figures) {
    let start = |keep: &dyn Fn(&Said) -> bool| {
        let of: Vec<Outcome> = said.iter().filter(|s| keep(s)).map(|s| s.outcome).collect();
        Calibration::of(&of)
    };
    let (even, odd) = (start(&|s| s.half), start(&|s| !s.half));
    let other = |s: &Said| {
        let o = s.outcome;
        let mut all = [Horizon { low: o.size, expected: o.size, high: o.size, after: 0 }; 4];
        all[o.horizon] = o.said;
        (if s.half { odd } else { even }).horizons(o.size, all)[o.horizon]
    };
    let ways: [(&str, Way<'_>); 3] =
        [("shipped", &|s| s.outcome.said), ("other_half", &other), ("own", &|s| s.own)];
    println!("\nNews stories, nothing fitted: horizon, forecasts; 80 % holds and median error as");
    println!("shipped, with the other half of the stories as a start, with own ended stories");
    for (i, name) in ["1h", "6h", "24h", "7d"].into_iter().enumerate() {
        let of: Vec<&Said> = said.iter().filter(|s| s.outcome.horizon == i).collect();
        print!("+{name:4} {:6}", of.len());
        for (way, say) in ways {
            let (held, error) = measured(&of, say);
            print!("   {held:.3} {error:.3}");
            figures.told(&format!("forecast_news_interval_plus_{name}_{way}"), held, "share");
        }
        println!();
    }
    let all = start(&|_| true);
    println!("All of them as a start: scale {:.2?}, stretch {:.2?}", all.scale, all.stretch);
}

/// The share that the interval held, and the median relative error.
fn measured(of: &[&Said], say: Way<'_>) -> (f64, f64) {
    let holds = |s: &&&Said| {
        let h = say(s);
        h.low <= s.outcome.came && s.outcome.came <= h.high
    };
    let error =
        |s: &&Said| say(s).expected.abs_diff(s.outcome.came) as f64 / s.outcome.came.max(1) as f64;
    let held = of.iter().filter(holds).count() as f64 / of.len().max(1) as f64;
    (held, median(of.iter().map(error).collect()))
}
