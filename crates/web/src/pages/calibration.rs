//! Calibration: how good were the forecasts, held against what came?

mod scatter;

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::{DAY, MINUTE};
use store::Foretold;

use crate::app::App;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::lang::Words;
use crate::show::Clock;
use crate::visit::Visit;

/// Forecasts looked at, the newest.
const MOST: u32 = 4_000;
/// Ends of the bins of probability.
const BINS: [f64; 5] = [0.05, 0.2, 0.5, 0.8, 1.0];

/// How good the forecasts of one horizon were.
struct Horizon {
    after: String,
    forecasts: String,
    /// Half of them were nearer than this.
    error: String,
    /// The share that ended within the interval that should hold 80 of 100.
    within: String,
}

/// Crossings foretold with about the same probability.
struct Bin {
    range: String,
    forecasts: String,
    said: String,
    came: String,
}

#[derive(Template)]
#[template(path = "calibration.html")]
struct CalibrationPage {
    f: Frame,
    count: usize,
    horizons: Vec<Horizon>,
    scatter: String,
    bins: Vec<Bin>,
}

/// `GET /calibration`
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let mut f = Frame::inside(&app, &visit, "stories", &query).await?;
    f.title = f.w.say("title-calibration").into_owned();
    let clock = app.clock(visit.lang);
    let over = app.store().foretold(None, MOST).await?;
    page(&CalibrationPage {
        count: over.len(),
        horizons: horizons(&clock, &over),
        scatter: scatter::draw(&over, &clock),
        bins: bins(f.w, &over),
        f,
    })
}

fn horizons(clock: &Clock, over: &[Foretold]) -> Vec<Horizon> {
    let w = clock.words;
    let mut each: BTreeMap<i64, Vec<(&Foretold, f64)>> = BTreeMap::new();
    for told in over {
        if let Some(came) = told.came {
            each.entry(told.horizon).or_default().push((told, came as f64));
        }
    }
    let horizon = |(horizon, all): (i64, Vec<(&Foretold, f64)>)| {
        let mut errors: Vec<f64> =
            all.iter().map(|(told, came)| (told.expected - came).abs() / came.max(1.0)).collect();
        errors.sort_by(f64::total_cmp);
        let within =
            all.iter().filter(|(told, came)| told.low <= *came && *came <= told.high).count();
        Horizon {
            after: clock.horizon(horizon * MINUTE),
            forecasts: w.number(all.len()),
            error: whole_percent(w, errors[errors.len() / 2]),
            within: w.percent(within as f64 / all.len() as f64),
        }
    };
    each.into_iter().map(horizon).collect()
}

/// A share that may be more than all of it.
fn whole_percent(w: Words, share: f64) -> String {
    if share <= 1.0 {
        return w.percent(share);
    }
    let whole = w.number((share * 100.0).round() as i64);
    if w.0 == crate::lang::Lang::De { format!("{whole}\u{a0}%") } else { format!("{whole}%") }
}

/// Crossings within the longest horizon of each forecast, so that each counts once.
fn bins(w: Words, over: &[Foretold]) -> Vec<Bin> {
    let week = 7 * DAY / MINUTE;
    let known: Vec<(f64, bool)> = over
        .iter()
        .filter(|told| told.horizon == week)
        .filter_map(|told| Some((told.crossing?, told.crossed?)))
        .collect();
    let mut bins = Vec::new();
    let mut from = 0.0;
    for to in BINS {
        let inside: Vec<&(f64, bool)> =
            known.iter().filter(|(p, _)| *p >= from && (*p < to || to >= 1.0)).collect();
        if !inside.is_empty() {
            let n = inside.len() as f64;
            bins.push(Bin {
                range: format!("{}–{}", w.percent(from), w.percent(to)),
                forecasts: w.number(inside.len()),
                said: w.percent(inside.iter().map(|(p, _)| p).sum::<f64>() / n),
                came: w.percent(inside.iter().filter(|(_, came)| *came).count() as f64 / n),
            });
        }
        from = to;
    }
    bins
}

#[cfg(test)]
mod tests {
    use domain::Time;
    use domain::story::StoryId;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::lang::Lang;

    fn told(expected: f64, came: u64, horizon: i64, crossing: f64, crossed: bool) -> Foretold {
        Foretold {
            story: StoryId(1),
            mark: 60,
            made: Time(0),
            posts: 10,
            horizon,
            low: expected / 2.0,
            expected,
            high: expected * 2.0,
            crossing: Some(crossing),
            shipped: [expected / 2.0, expected, expected * 2.0, crossing],
            came: Some(came),
            crossed: Some(crossed),
        }
    }

    #[test]
    fn errors_intervals_and_probabilities_are_counted() {
        let week = 7 * DAY / MINUTE;
        let over = [
            told(100.0, 100, 60, 0.1, false),
            told(100.0, 125, 60, 0.1, false),
            told(100.0, 300, 60, 0.1, false),
            told(100.0, 10, week, 0.1, false),
            told(100.0, 100, week, 0.1, true),
            told(100.0, 100, week, 1.0, true),
        ];
        let clock = Clock { now: Time(0), zone: TimeZone::UTC, words: Words(Lang::En) };
        let horizons = horizons(&clock, &over);
        assert_eq!(horizons.len(), 2);
        assert_eq!((horizons[0].error.as_str(), horizons[0].within.as_str()), ("20%", "67%"));
        let bins = bins(clock.words, &over);
        let shown: Vec<_> = bins
            .iter()
            .map(|bin| (bin.range.as_str(), bin.forecasts.as_str(), bin.came.as_str()))
            .collect();
        assert_eq!(shown, [("5%–20%", "2", "50%"), ("80%–100%", "1", "100%")]);
        assert_eq!(whole_percent(clock.words, 9.0), "900%");
    }
}
