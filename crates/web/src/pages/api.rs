//! Reading for programs: the same filters, JSON answers.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use store::Page;

use crate::app::App;
use crate::fail::Fail;
use crate::filter::Wanted;
use crate::form::Pairs;
use crate::pages::export::Record;
use crate::show::iso;

/// Rows an answer holds at most.
const MOST: u32 = 500;

#[derive(Serialize)]
struct Answer<'m> {
    /// Newest first; with `after`, oldest first.
    mentions: Vec<Record<'m>>,
    /// What to ask with `before` for the next page; none on the last.
    next: Option<i64>,
}

/// `GET /api/mentions?…filter&limit=100&before=N` or `&after=N`
pub async fn mentions(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let filter = Wanted::read(&query, &app.0.zone).filter;
    let limit = query.get("limit").parse().unwrap_or(100).clamp(1, MOST);
    let number = |name: &str| query.get(name).parse::<i64>().ok();
    let from = match (number("after"), number("before")) {
        (Some(after), _) => Page::After(after),
        (None, Some(before)) => Page::Before(before),
        (None, None) => Page::Newest,
    };
    let rows = app.store().mentions(&filter, from, limit).await?;
    let full = rows.len() == limit as usize && !matches!(from, Page::After(_));
    let next = rows.last().filter(|_| full).map(|r| r.number);
    let answer = Answer { mentions: rows.iter().map(Record::of).collect(), next };
    Ok(Json(answer).into_response())
}

#[derive(Serialize)]
struct WatchRecord {
    number: i64,
    name: String,
    query: String,
    version: u32,
    paused: bool,
    alerts: domain::AlertRules,
    mentions: u64,
    created: String,
    changed: String,
}

/// `GET /api/watches`
pub async fn watches(State(app): State<App>) -> Result<Response, Fail> {
    let watches = app.store().mentions_per_watch(None).await?;
    let record = |(w, mentions): (domain::Watch, u64)| WatchRecord {
        number: w.id.0,
        name: w.name,
        query: w.query,
        version: w.version,
        paused: w.paused,
        alerts: w.alerts,
        mentions,
        created: iso(w.created),
        changed: iso(w.changed),
    };
    Ok(Json(watches.into_iter().map(record).collect::<Vec<_>>()).into_response())
}
