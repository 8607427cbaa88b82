//! Search: what was said, in the whole archive?

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::Time;
use store::{Ask, Found, Hours};

use crate::app::App;
use crate::ask::Asked;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::found::FoundView;
use crate::frame::{Frame, page};
use crate::holdings::{ArchiveView, HoursView, window};
use crate::lang::Words;
use crate::records::Format;
use crate::said::Check;
use crate::show::moment;
use crate::visit::{Sent, Visit};

/// Posts on a page.
const ROWS: usize = 25;
/// Longest query in an address, in bytes: browsers and proxies take about so much.
const LONGEST: usize = 8_000;

/// What an address asks for.
pub struct Wanted {
    /// The query.
    pub q: String,
    since: String,
    until: String,
    /// What is asked of the archive.
    pub ask: Ask,
}

impl Wanted {
    /// Reads `q=…&since=2026-11-24&until=2026-11-24T12:00&before=CURSOR&limit=N`.
    pub fn read(app: &App, query: &Pairs, limit: usize) -> Wanted {
        let zone = &app.0.zone;
        let (since, until) = (query.get("since"), query.get("until"));
        Wanted {
            q: query.get("q").to_owned(),
            since: since.to_owned(),
            until: until.to_owned(),
            ask: Ask {
                since: moment(since, zone, false),
                until: moment(until, zone, true),
                before: query.get("before").parse().ok(),
                limit: query.get("limit").parse().unwrap_or(limit).clamp(1, 500),
            },
        }
    }

    /// `path?…` with the query and the time range, and more pairs behind.
    fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let own = [("q", &self.q), ("since", &self.since), ("until", &self.until)];
        let pairs = own.iter().filter(|(_, v)| !v.is_empty()).map(|(n, v)| (*n, v.as_str()));
        let owned = |(n, v): (&str, &str)| (n.to_owned(), v.to_owned());
        let pairs = pairs.chain(more.iter().copied()).map(owned).collect();
        format!("{path}?{}", Pairs(pairs).encode())
    }
}

struct Results {
    posts: Vec<FoundView>,
    looked: String,
    complete: bool,
    older: Option<String>,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    f: Frame,
    q: String,
    since: String,
    until: String,
    said: Check,
    archive: ArchiveView,
    results: Option<Results>,
    newest: Option<String>,
    hours: Option<HoursView>,
    hours_address: String,
    hours_page: String,
    watch_address: String,
    exports: Vec<(&'static str, String)>,
}

/// `GET /search?q=…&since=…&until=…&before=CURSOR`, with `hours=1` with the count per hour, which
/// the script fetches behind the page.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let f = Frame::inside(&app, &visit, "search", &query).await?;
    let wanted = Wanted::read(&app, &query, ROWS);
    let (w, clock) = (f.w, app.clock(visit.lang));
    let asked = asked(&app, &wanted.q).await?;
    let (mut results, mut hours) = (None, None);
    let said = match &asked {
        None => Check::silent(visit.lang),
        Some(Err(error)) => Check::refused(visit.lang, &wanted.q, error),
        Some(Ok(asked)) => {
            let found = search(&app, asked, wanted.ask).await?;
            let older = found.next.map(|next| next.to_string());
            results = Some(Results {
                looked: looked(w, &found),
                complete: found.complete,
                older: older.map(|next| wanted.address("/search", &[("before", &next)])),
                posts: (found.posts.iter())
                    .map(|post| FoundView::of(&clock, post, asked.hit(post).as_ref()))
                    .collect(),
            });
            if query.has("hours") {
                hours = Some(count_hours(&app, &visit, asked, &wanted).await?);
            }
            Check::of(visit.lang, &wanted.q, &asked.query)
        }
    };
    let status = app.archive().status().await?;
    page(&SearchPage {
        said,
        archive: ArchiveView::of(&clock, &status),
        results,
        newest: wanted.ask.before.map(|_| wanted.address("/search", &[])),
        hours,
        hours_address: wanted.address("/search/hours", &[]),
        hours_page: wanted.address("/search", &[("hours", "1")]),
        watch_address: {
            let pair = ("query".to_owned(), wanted.q.clone());
            format!("/watches/new?{}", Pairs(vec![pair]).encode())
        },
        exports: vec![
            ("CSV", wanted.address("/search.csv", &[])),
            ("JSON Lines", wanted.address("/search.jsonl", &[])),
            ("Parquet", wanted.address("/search.parquet", &[])),
        ],
        q: wanted.q,
        since: wanted.since,
        until: wanted.until,
        f,
    })
}

/// The query of an address, if there is one.
async fn asked(app: &App, q: &str) -> Result<Option<Result<Asked, query::QueryError>>, Fail> {
    if q.is_empty() {
        return Ok(None);
    }
    if q.len() > LONGEST {
        return Err(Fail::TooLarge);
    }
    Ok(Some(Asked::read(app.store(), q).await?))
}

/// Asks the archive, as many at a time as the machine can stand.
pub async fn search(app: &App, asked: &Asked, ask: Ask) -> Result<Found, Fail> {
    let _turn = app.turn().await?;
    Ok(app.archive().search(&asked.query.ast, ask, asked.decide()).await?)
}

/// What was looked at, in words.
pub fn looked(w: Words, found: &Found) -> String {
    w.n("looked-proposed", found.looked_at).into_owned()
}

async fn count_hours(
    app: &App,
    visit: &Visit,
    asked: &Asked,
    wanted: &Wanted,
) -> Result<HoursView, Fail> {
    let (since, until, hours) = hours_of(app, asked, wanted.ask.since, wanted.ask.until).await?;
    Ok(HoursView::of(&app.clock(visit.lang), since, until, &hours))
}

/// Counts per hour, and from when to when.
pub async fn hours_of(
    app: &App,
    asked: &Asked,
    since: Option<Time>,
    until: Option<Time>,
) -> Result<(Time, Time, Hours), Fail> {
    let status = app.archive().status().await?;
    let (since, until) = window(&status, since, until, app.now());
    let _turn = app.turn().await?;
    let hours = app.archive().hours(&asked.query.ast, since, until, asked.decide()).await?;
    Ok((since, until, hours))
}

/// `GET /search/hours?q=…&since=…&until=…`: the count per hour, which takes longer than the page.
pub async fn hours(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let wanted = Wanted::read(&app, &query, ROWS);
    match asked(&app, &wanted.q).await? {
        Some(Ok(asked)) => page(&count_hours(&app, &visit, &asked, &wanted).await?),
        _ => Err(Fail::NotFound),
    }
}

/// `POST /search/check`: what is to be said about a query, for the script while somebody types.
pub async fn check(State(app): State<App>, sent: Sent) -> Result<Response, Fail> {
    let (lang, text) = (sent.visit.lang, sent.form.get("query"));
    if text.is_empty() {
        return page(&Check::silent(lang));
    }
    page(&match Asked::read(app.store(), text).await? {
        Ok(asked) => Check::of(lang, text, &asked.query),
        Err(error) => Check::refused(lang, text, &error),
    })
}

/// `GET /search.csv`, `.jsonl`, `.parquet`: everything that matches, as a file.
pub async fn file(app: App, query: Option<String>, format: Format) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let wanted = Wanted::read(&app, &query, ROWS);
    match asked(&app, &wanted.q).await? {
        Some(Ok(asked)) => super::search_file::stream(app, asked, wanted.ask, format).await,
        _ => Err(Fail::NotFound),
    }
}
