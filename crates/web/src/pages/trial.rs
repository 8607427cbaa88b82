//! What can be tried on a query before it is saved: taking it over from another tool, testing it
//! on the archive, asking why a post matches or does not. Each is a fragment that the editor
//! draws by itself or the script puts into it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::{Post, WatchId};
use http::{HeaderName, HeaderValue};
use query::Document;
use query::import::{Note, NoteKind};
use store::Ask;

use crate::app::App;
use crate::ask::{Asked, post_named};
use crate::bulk::Dialect;
use crate::fail::Fail;
use crate::filling::FillingView;
use crate::form::Pairs;
use crate::found::FoundView;
use crate::frame::page;
use crate::holdings::HoursView;
use crate::lang::{Lang, Words};
use crate::near::near_misses;
use crate::pages::search::{hours_of, looked, search};
use crate::pages::watches::Choice;
use crate::said::{Branch, Check, branches, tongue};
use crate::visit::{Sent, Visit};

/// Newest matches that a test shows.
const NEWEST: usize = 5;
/// Branches shown that fail.
const FAILED: usize = 12;
/// Seconds until the progress of a filling is asked for again.
const AGAIN: &str = "2";

// -- taking over

/// A note of an importer.
pub struct ImportNote {
    /// For the style sheet: `converted`, `changed`, `lost`.
    class: &'static str,
    /// The sign.
    sign: &'static str,
    /// In words.
    text: String,
    /// The place in the original.
    place: String,
}

/// A query of another tool and what it became, side by side.
#[derive(Template)]
#[template(path = "translated.html")]
pub struct Translated {
    w: Words,
    empty: bool,
    error: Option<Check>,
    original: String,
    native: String,
    notes: Vec<ImportNote>,
}

impl askama::filters::HtmlSafe for Translated {}

/// The dialects, the one of that name chosen.
pub fn dialects(chosen: &str) -> Vec<Choice> {
    let choice = |dialect: Dialect| Choice {
        value: dialect.as_str(),
        name: dialect.title().to_owned(),
        on: dialect.as_str() == chosen,
    };
    Dialect::all().filter(|dialect| *dialect != Dialect::Native).map(choice).collect()
}

/// Reads a query of another tool.
pub fn translated(lang: Lang, dialect: &str, text: &str) -> Translated {
    let mut translated = Translated {
        w: Words(lang),
        empty: text.trim().is_empty(),
        error: None,
        original: text.to_owned(),
        native: String::new(),
        notes: Vec::new(),
    };
    if translated.empty {
        return translated;
    }
    match Dialect::named(dialect).unwrap_or(Dialect::Native).read(text) {
        Ok(imported) => {
            let place = |n: &Note| text.get(n.at.clone()).unwrap_or_default();
            let note = |n: &Note| ImportNote {
                class: n.kind.as_str(),
                sign: match n.kind {
                    NoteKind::Converted => "→",
                    NoteKind::Changed => "!",
                    NoteKind::Lost => "✕",
                },
                text: n.text(tongue(lang)).to_owned(),
                place: place(n).chars().take(60).collect(),
            };
            translated.notes = imported.notes.iter().map(note).collect();
            translated.native = imported.native;
        }
        Err(error) => translated.error = Some(Check::refused(lang, text, &error)),
    }
    translated
}

/// `POST /watches/translate`: the fragment while somebody types or pastes.
pub async fn translate(sent: Sent) -> Result<Response, Fail> {
    let (form, lang) = (&sent.form, sent.visit.lang);
    page(&translated(lang, form.get("dialect"), form.get("query")))
}

// -- testing on the archive

/// What the archive says to a query.
#[derive(Template)]
#[template(path = "tested.html")]
pub struct Tested {
    w: Words,
    said: Option<Check>,
    hours: Option<HoursView>,
    looked: String,
    posts: Vec<FoundView>,
    near: Vec<FoundView>,
}

impl askama::filters::HtmlSafe for Tested {}

/// Tests a query on the archive.
pub async fn tested(app: &App, visit: &Visit, text: &str) -> Result<Tested, Fail> {
    let lang = visit.lang;
    let mut tested = Tested {
        w: Words(lang),
        said: None,
        hours: None,
        looked: String::new(),
        posts: Vec::new(),
        near: Vec::new(),
    };
    let asked = match Asked::read(app.store(), text).await? {
        Ok(asked) => asked,
        Err(error) => {
            tested.said = Some(Check::refused(lang, text, &error));
            return Ok(tested);
        }
    };
    let clock = app.clock(lang);
    let ask = Ask { limit: NEWEST, ..Ask::default() };
    let found = search(app, &asked, ask).await?;
    tested.looked = looked(tested.w, &found);
    let show = |post: &Post| FoundView {
        askable: true,
        ..FoundView::of(&clock, post, asked.hit(post).as_ref())
    };
    tested.posts = found.posts.iter().map(show).collect();
    let (since, until, hours) = hours_of(app, &asked, None, None).await?;
    tested.hours = Some(HoursView::of(&clock, since, until, &hours));
    let _turn = app.turn().await?;
    for (post, missed) in near_misses(app.archive(), &asked).await? {
        tested.near.push(FoundView {
            askable: true,
            missed: missed.to_string(),
            ..FoundView::of(&clock, &post, None)
        });
    }
    Ok(tested)
}

/// `POST /watches/test`
pub async fn test(State(app): State<App>, sent: Sent) -> Result<Response, Fail> {
    page(&tested(&app, &sent.visit, sent.form.get("query")).await?)
}

// -- why, why not

/// Why a post matches, or why not.
#[derive(Template)]
#[template(path = "why.html")]
pub struct Why {
    w: Words,
    problem: Option<String>,
    said: Option<Check>,
    matches: bool,
    post: Option<FoundView>,
    failed: Vec<String>,
    branches: Vec<Branch>,
}

impl askama::filters::HtmlSafe for Why {}

/// Asks about the post that `why` (an id) or `post` (an address or an id) names.
pub async fn why(app: &App, visit: &Visit, text: &str, form: &Pairs) -> Result<Why, Fail> {
    let lang = visit.lang;
    let mut why = Why {
        w: Words(lang),
        problem: None,
        said: None,
        matches: false,
        post: None,
        failed: Vec::new(),
        branches: Vec::new(),
    };
    let asked = match Asked::read(app.store(), text).await? {
        Ok(asked) => asked,
        Err(error) => {
            why.said = Some(Check::refused(lang, text, &error));
            return Ok(why);
        }
    };
    let named = if form.has("why") { form.get("why") } else { form.get("post") };
    let turn = app.turn().await?;
    let found = post_named(app.store(), app.archive(), named).await?;
    drop(turn);
    let Some(post) = found else {
        why.problem = Some(why.w.say("why-unknown").into_owned());
        return Ok(why);
    };
    let hit = asked.hit(&post);
    why.matches = hit.is_some();
    why.post = Some(FoundView::of(&app.clock(lang), &post, hit.as_ref()));
    why.branches = branches(lang, &asked.query, Some(&post));
    if hit.is_none() {
        let failed = query::why_not(&asked.query, &Document::of(&post), tongue(lang));
        why.failed = failed.into_iter().take(FAILED).map(|branch| branch.native).collect();
    }
    Ok(why)
}

/// `POST /watches/why`
pub async fn ask_why(State(app): State<App>, sent: Sent) -> Result<Response, Fail> {
    page(&why(&app, &sent.visit, sent.form.get("query"), &sent.form).await?)
}

// -- filling

/// `GET /watches/{id}/filling`: how far it is; the script asks again while it lasts.
pub async fn filling(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Fail> {
    let id = id.parse().map(WatchId).map_err(|_| Fail::NotFound)?;
    let Some(filling) = app.0.options.hooks.watch_state(id).filling else {
        return Ok(Response::new(axum::body::Body::empty()));
    };
    let mut response = page(&FillingView::of(visit.words(), id, filling))?;
    let again = HeaderName::from_static("x-again");
    response.headers_mut().insert(again, HeaderValue::from_static(AGAIN));
    Ok(response)
}
