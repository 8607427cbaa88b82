//! The forecast of a story, or why there is none.

use domain::MINUTE;
use domain::forecast::{Calibration, Crossing, Forecast, History, Outlook, forecast};
use fluent_bundle::FluentArgs;
use store::{Foretold, Result, Store, StoryRow, StoryState};

use crate::ladder::{Fan, Step};
use crate::show::{Clock, When};
use crate::told::{basis, factor, too_early};

/// A story of more posts is not forecast anew for people: a page may not take that long. What was
/// foretold last is shown.
const ANEW: u64 = 5_000;

/// A story of more posts is not forecast anew at all.
const MOST: u64 = 20_000;

/// A size to come.
pub struct Size {
    /// How much later.
    pub after: String,
    /// Posts then.
    pub expected: String,
    /// Eight of ten end between …
    pub low: String,
    /// … and this.
    pub high: String,
}

/// Whether leading media will take it up.
pub struct Chance {
    /// Within a day.
    pub day: String,
    /// Within a week.
    pub week: String,
    /// What moved it, the strongest first.
    pub factors: Vec<String>,
}

/// What can be said of its future.
#[derive(Default)]
pub struct Foreseen {
    /// Why nothing is.
    pub none: Option<String>,
    /// Sizes, the nearest first.
    pub sizes: Vec<Size>,
    /// The crossing, where a rung is known and it has not come yet.
    pub chance: Option<Chance>,
    /// What it rests on.
    pub basis: Vec<String>,
    /// When it was made, if not just now.
    pub made: Option<When>,
    /// For the ladder.
    pub fan: Option<Fan>,
}

/// The forecast as domain says it; `None` where the story grows no more or is too large.
pub async fn outlook(
    store: &Store,
    learnt: &Calibration,
    clock: &Clock,
    row: &StoryRow,
) -> Result<Option<Outlook>> {
    if row.state != StoryState::Growing || row.posts > MOST {
        return Ok(None);
    }
    let appearances = store.heard(row.id, MOST as u32).await?;
    let zone = Some(clock.offset());
    let history = History { first: row.first, appearances: &appearances, zone };
    Ok(Some(forecast(&history, clock.now, learnt)))
}

/// The forecast for people; `learnt` is what this house's own finished stories taught it.
pub async fn of(
    store: &Store,
    learnt: &Calibration,
    clock: &Clock,
    row: &StoryRow,
) -> Result<Foreseen> {
    let w = clock.words;
    let outlook = match row.posts {
        ..=ANEW => outlook(store, learnt, clock, row).await?,
        _ => None,
    };
    match outlook {
        Some(Outlook::Seen(seen)) => Ok(seen_now(clock, &seen)),
        Some(Outlook::TooEarly(why)) => {
            Ok(Foreseen { none: Some(too_early(clock, &why)), ..Foreseen::default() })
        }
        None if row.state == StoryState::Growing => {
            Ok(foretold(clock, row, &store.foretold(Some(row.id), 40).await?))
        }
        None => {
            let key = format!("forecast-none-{}", row.state.as_str());
            Ok(Foreseen { none: Some(w.say(&key).into_owned()), ..Foreseen::default() })
        }
    }
}

fn seen_now(clock: &Clock, seen: &Forecast) -> Foreseen {
    let steps: Vec<Step> = seen
        .horizons
        .iter()
        .map(|h| Step { after: h.after, low: h.low, expected: h.expected, high: h.high })
        .collect();
    // A story that leading media have is no question any more.
    let open = seen.crossing.as_ref().filter(|crossing| crossing.within_day < 1.0);
    Foreseen {
        none: None,
        sizes: sizes(clock, &steps),
        chance: open.map(|crossing| chance(clock, crossing)),
        basis: seen.reasons.iter().map(|reason| basis(clock, reason)).collect(),
        made: None,
        fan: Some(Fan {
            size: seen.size,
            steps,
            crossing: open.map(|crossing| crossing.within_week),
        }),
    }
}

/// What was foretold last.
fn foretold(clock: &Clock, row: &StoryRow, all: &[Foretold]) -> Foreseen {
    let Some(newest) = all.iter().map(|told| told.made).max() else {
        let none = Some(clock.words.say("forecast-none-large").into_owned());
        return Foreseen { none, ..Foreseen::default() };
    };
    let mut last: Vec<&Foretold> = all.iter().filter(|told| told.made == newest).collect();
    last.sort_by_key(|told| told.horizon);
    // What has come since is no longer foretold.
    let least = |posts: f64| (posts.max(0.0).round() as u64).max(row.posts);
    let steps: Vec<Step> = last
        .iter()
        .filter(|told| newest.plus(told.horizon * MINUTE) > clock.now)
        .map(|told| Step {
            after: newest.plus(told.horizon * MINUTE).since(clock.now),
            low: least(told.low),
            expected: least(told.expected),
            high: least(told.high),
        })
        .collect();
    if steps.is_empty() {
        let none = Some(clock.words.say("forecast-none-large").into_owned());
        return Foreseen { none, ..Foreseen::default() };
    }
    let crossing = last.iter().rev().find_map(|told| told.crossing).map(|p| p as f32);
    Foreseen {
        sizes: sizes(clock, &steps),
        made: Some(clock.when(newest)),
        fan: Some(Fan { size: row.posts, steps, crossing: crossing.filter(|p| *p < 1.0) }),
        ..Foreseen::default()
    }
}

fn sizes(clock: &Clock, steps: &[Step]) -> Vec<Size> {
    let w = clock.words;
    let size = |step: &Step| Size {
        after: clock.horizon(step.after),
        expected: w.number(step.expected),
        low: w.number(step.low),
        high: w.number(step.high),
    };
    steps.iter().map(size).collect()
}

fn chance(clock: &Clock, crossing: &Crossing) -> Chance {
    let w = clock.words;
    let share = |p: f32| match p {
        ..0.01 => w.say("chance-least").into_owned(),
        p => w.percent(f64::from(p)),
    };
    let weighed = |(named, weight): &(domain::forecast::Factor, f32)| {
        let mut args = FluentArgs::new();
        args.set("factor", factor(w, named));
        args.set("times", w.decimal_or_whole((f64::from(weight.exp()) * 10.0).round() / 10.0));
        w.with("factor-weighed", Some(&args)).into_owned()
    };
    Chance {
        day: share(crossing.within_day),
        week: share(crossing.within_week),
        factors: crossing.factors.iter().map(weighed).collect(),
    }
}
