//! Questions of programs about queries and the archive, in JSON.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use query::{Document, Lang, QueryError};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Ask, Counted, Found};

use crate::app::App;
use crate::ask::{Asked, post_named};
use crate::branches::{self, only_in};
use crate::bulk::{self, Dialect};
use crate::fail::Fail;
use crate::form::Pairs;
use crate::pages::search::{Wanted, hours_of, search as ask_archive};
use crate::records::json_line;
use crate::show::iso;
use crate::visit::{Question, Visit};

/// Posts an answer holds when nobody says how many.
const ROWS: usize = 100;
/// Posts of a difference when nobody says how many.
const EXAMPLES: usize = 5;

fn answer(value: Value) -> Result<Response, Fail> {
    Ok(Json(value).into_response())
}

/// The error as data, in an answer with status 422: what, where, what to do.
fn refused(error: &QueryError) -> Response {
    let status = http::StatusCode::UNPROCESSABLE_ENTITY;
    (status, Json(json!({ "error": error_json(error) }))).into_response()
}

fn error_json(error: &QueryError) -> Value {
    json!({
        "code": error.code.as_str(), "at": [error.at.start, error.at.end],
        "expected": error.expected, "found": error.found, "suggestion": error.suggestion,
        "message": error.message(Lang::En), "message_de": error.message(Lang::De),
    })
}

fn posts(found: &Found) -> Vec<Value> {
    found.posts.iter().filter_map(|post| serde_json::from_str(&json_line(post)).ok()).collect()
}

/// `GET /api/search?q=…&since=…&until=…&limit=100&before=CURSOR`
pub async fn search(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    visit.count_question(&app)?;
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let wanted = Wanted::read(&app, &query, ROWS);
    let asked = match Asked::read(app.store(), &wanted.q).await? {
        Ok(asked) => asked,
        Err(error) => return Ok(refused(&error)),
    };
    let found = ask_archive(&app, &asked, wanted.ask).await?;
    answer(json!({
        "posts": posts(&found), "next": found.next.map(|next| next.to_string()),
        "looked_at": found.looked_at, "complete": found.complete,
    }))
}

/// `GET /api/search/hours?q=…&since=…&until=…`
pub async fn hours(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    visit.count_question(&app)?;
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let wanted = Wanted::read(&app, &query, ROWS);
    let asked = match Asked::read(app.store(), &wanted.q).await? {
        Ok(asked) => asked,
        Err(error) => return Ok(refused(&error)),
    };
    let (since, until, hours) = hours_of(&app, &asked, wanted.ask.since, wanted.ask.until).await?;
    let sample = match hours.how {
        Counted::Exact | Counted::Verified => Value::Null,
        Counted::Estimated { looked_at, of } => json!({ "looked_at": looked_at, "of": of }),
    };
    let counts = hours.hours.iter().filter(|hour| hour.posts > 0);
    answer(json!({
        "since": iso(since), "until": iso(until), "posts": hours.total(),
        "exact": sample.is_null(), "sample": sample,
        "hours": counts.map(|hour| json!([iso(hour.at), hour.posts])).collect::<Vec<_>>(),
    }))
}

/// A query.
#[derive(Deserialize)]
pub struct OneQuery {
    query: String,
    /// Lower-case operators count too.
    #[serde(default)]
    lenient: bool,
}

/// `POST /api/query/parse` `{"query": "…", "lenient": false}`
pub async fn parse(question: Question<OneQuery>) -> Result<Response, Fail> {
    let OneQuery { query: text, lenient } = question.asked;
    let read = if lenient { query::parse_lenient(&text) } else { query::parse(&text) };
    match read {
        Err(error) => Ok(refused(&error)),
        Ok(query) => {
            let warning = |w: &query::Warning| {
                json!({
                    "at": [w.at.start, w.at.end], "message": w.message(Lang::En),
                    "message_de": w.message(Lang::De),
                })
            };
            answer(json!({
                "native": query.to_string(), "ast": query.ast,
                "warnings": query.warnings.iter().map(warning).collect::<Vec<_>>(),
            }))
        }
    }
}

/// A query and a post: its address or its id.
#[derive(Deserialize)]
pub struct QueryAndPost {
    query: String,
    #[serde(default)]
    post: String,
}

/// `POST /api/query/explain` `{"query": "…", "post": "https://…"}`; without a post only what the
/// branches say and cost.
pub async fn explain(
    State(app): State<App>,
    question: Question<QueryAndPost>,
) -> Result<Response, Fail> {
    let asked = match Asked::read(app.store(), &question.asked.query).await? {
        Ok(asked) => asked,
        Err(error) => return Ok(refused(&error)),
    };
    let post = match question.asked.post.as_str() {
        "" => None,
        named => Some(find_post(&app, named).await?),
    };
    let lines = branches::lines(&asked.query, Lang::En, post.as_ref());
    let line = |b: &branches::BranchLine| json!({ "depth": b.depth, "words": b.words, "cost": b.class, "holds": b.hit });
    let hit = post.as_ref().and_then(|post| asked.hit(post));
    answer(json!({
        "branches": lines.iter().map(line).collect::<Vec<_>>(),
        "matches": post.is_some().then_some(hit.is_some()),
        "spans": hit.map(|hit| hit.spans),
    }))
}

async fn find_post(app: &App, named: &str) -> Result<domain::Post, Fail> {
    let _turn = app.turn().await?;
    post_named(app.store(), app.archive(), named).await?.ok_or(Fail::NotFound)
}

/// `POST /api/query/why-not` `{"query": "…", "post": "https://…"}`
pub async fn why_not(
    State(app): State<App>,
    question: Question<QueryAndPost>,
) -> Result<Response, Fail> {
    let asked = match Asked::read(app.store(), &question.asked.query).await? {
        Ok(asked) => asked,
        Err(error) => return Ok(refused(&error)),
    };
    let post = find_post(&app, &question.asked.post).await?;
    let failed = query::why_not(&asked.query, &Document::of(&post), Lang::En);
    answer(json!({
        "matches": asked.hit(&post).is_some(),
        "failed": failed.iter().map(|branch| &branch.native).collect::<Vec<_>>(),
    }))
}

/// A query of another tool.
#[derive(Deserialize)]
pub struct Foreign {
    query: String,
    dialect: String,
}

/// `POST /api/query/import` `{"query": "…", "dialect": "brandwatch"}`
pub async fn import(question: Question<Foreign>) -> Result<Response, Fail> {
    let Foreign { query: text, dialect } = question.asked;
    let Some(dialect) = Dialect::named(&dialect) else {
        let names: Vec<&str> = Dialect::all().map(Dialect::as_str).collect();
        return Err(Fail::Malformed(format!("dialect is one of {}", names.join(", "))));
    };
    match bulk::whole(&text, dialect).query {
        Err(error) => Ok(refused(&error)),
        Ok(imported) => answer(json!({
            "native": imported.native, "ast": imported.query.ast, "notes": imported.notes,
        })),
    }
}

/// Two queries.
#[derive(Deserialize)]
pub struct TwoQueries {
    old: String,
    new: String,
    /// Posts shown of each side.
    limit: Option<usize>,
}

/// `POST /api/query/diff` `{"old": "…", "new": "…", "limit": 5}`
pub async fn diff(
    State(app): State<App>,
    question: Question<TwoQueries>,
) -> Result<Response, Fail> {
    let TwoQueries { old, new, limit } = question.asked;
    let mut both = Vec::new();
    for text in [&old, &new] {
        match Asked::read(app.store(), text).await? {
            Ok(asked) => both.push(asked),
            Err(error) => return Ok(refused(&error)),
        }
    }
    let limit = limit.unwrap_or(EXAMPLES).min(ROWS);
    let mut sides = Vec::new();
    for (keeps, drops) in [(&both[1], &both[0]), (&both[0], &both[1])] {
        let only = only_in(keeps, drops);
        let (_, _, hours) = hours_of(&app, &only, None, None).await?;
        let found = ask_archive(&app, &only, Ask { limit, ..Ask::default() }).await?;
        let exact = !matches!(hours.how, Counted::Estimated { .. });
        sides.push(json!({ "posts": hours.total(), "exact": exact, "newest": posts(&found) }));
    }
    let changes = query::diff(&both[0].query, &both[1].query, Lang::En);
    answer(json!({
        "changes": changes,
        "gained": sides[0], "lost": sides[1],
    }))
}
