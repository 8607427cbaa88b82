//! One watch: does its query catch what it should? The editor, with everything that can be tried
//! on the query before it is saved.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use domain::{AlertRules, WatchId};
use store::StoreError;

use crate::app::App;
use crate::ask;
use crate::fail::Fail;
use crate::filling::FillingView;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::pages::done;
use crate::pages::trial::{self, Tested, Translated, Why};
use crate::pages::watches::{Choice, LONGEST_NAME, find, share_words};
use crate::preview::{self, Preview};
use crate::show::When;
use crate::visit::{Sent, Visit};

/// Versions listed at most, the newest.
const VERSIONS: usize = 20;

/// What stands in the editor.
#[derive(Clone, Default)]
struct Draft {
    id: Option<i64>,
    name: String,
    query: String,
    alerts: AlertRules,
    paused: bool,
    /// A query of another tool.
    foreign: String,
    /// The dialect it is written in.
    dialect: String,
    /// The address of a post to be asked about.
    post: String,
}

struct Version {
    number: u32,
    query: String,
    when: When,
}

/// What was asked for besides the preview.
#[derive(Default)]
struct Tried {
    translated: Option<Translated>,
    tested: Option<Tested>,
    why: Option<Why>,
}

#[derive(Template)]
#[template(path = "watch.html")]
struct EditorPage {
    f: Frame,
    draft: Draft,
    mentions: u64,
    share: String,
    filling: Option<FillingView>,
    preview: Preview,
    dialects: Vec<Choice>,
    translated: Option<Translated>,
    tested: Option<Tested>,
    why: Option<Why>,
    problem: Option<String>,
    versions: Vec<Version>,
}

/// `GET /watches/new?query=…`
pub async fn new(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let draft = Draft { query: query.get("query").to_owned(), ..Draft::default() };
    editor(&app, &visit, draft, None, Tried::default(), &query).await
}

/// `GET /watches/{id}`
pub async fn edit(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let watch = find(&app, &id).await?;
    let draft = Draft {
        id: Some(watch.id.0),
        name: watch.name,
        query: watch.query,
        alerts: watch.alerts,
        paused: watch.paused,
        ..Draft::default()
    };
    editor(&app, &visit, draft, None, Tried::default(), &query).await
}

async fn editor(
    app: &App,
    visit: &Visit,
    draft: Draft,
    problem: Option<String>,
    tried: Tried,
    query: &Pairs,
) -> Result<Response, Fail> {
    let mut f = Frame::inside(app, visit, "watches", query).await?;
    let clock = app.clock(visit.lang);
    let (mut versions, mut mentions) = (Vec::new(), 0);
    let (mut share, mut filling) = (String::new(), None);
    match draft.id.map(WatchId) {
        None => f.title = f.w.say("watch-new").into_owned(),
        Some(id) => {
            f.title = f.w.name("title-watch", &draft.name).into_owned();
            versions = app.store().watch_versions(id).await?;
            let of_watch =
                store::MentionFilter { watches: vec![id], ..store::MentionFilter::default() };
            mentions = app.store().count_mentions(&of_watch).await?;
            let state = app.0.options.hooks.watch_state(id);
            share = state.share.map(|share| share_words(f.w, share)).unwrap_or_default();
            filling = state.filling.map(|filling| FillingView::of(f.w, id, filling));
        }
    }
    let version = |(number, query, at)| Version { number, query, when: clock.when(at) };
    let template = EditorPage {
        preview: preview::preview(app, visit.lang, &draft.query).await?,
        versions: versions.into_iter().rev().take(VERSIONS).map(version).collect(),
        mentions,
        share,
        filling,
        dialects: trial::dialects(&draft.dialect),
        translated: tried.translated,
        tested: tried.tested,
        why: tried.why,
        draft,
        problem,
        f,
    };
    page(&template)
}

fn read(form: &Pairs, id: Option<i64>) -> Draft {
    Draft {
        id,
        name: form.get("name").to_owned(),
        query: form.get("query").to_owned(),
        alerts: AlertRules {
            every: form.has("every"),
            negative: form.has("negative"),
            rise: form.has("rise"),
            crossing: form.has("crossing"),
        },
        paused: form.has("paused"),
        foreign: form.get("foreign").to_owned(),
        dialect: form.get("dialect").to_owned(),
        post: form.get("post").to_owned(),
    }
}

/// Whether one of the buttons was pressed that only look; then the editor with what they show.
async fn looked(app: &App, sent: &Sent, mut draft: Draft) -> Result<Result<Response, Draft>, Fail> {
    let (form, visit) = (&sent.form, &sent.visit);
    let has = |name: &str| form.0.iter().any(|(n, _)| n == name);
    let mut tried = Tried::default();
    if has("take") {
        form.raw("take").clone_into(&mut draft.query);
        draft.foreign.clear();
    } else if has("translate") {
        tried.translated = Some(trial::translated(visit.lang, &draft.dialect, &draft.foreign));
    } else if has("test") {
        tried.tested = Some(trial::tested(app, visit, &draft.query).await?);
    } else if has("why") {
        tried.why = Some(trial::why(app, visit, &draft.query, form).await?);
    } else if !has("preview") {
        return Ok(Err(draft));
    }
    editor(app, visit, draft, None, tried, &Pairs::default()).await.map(Ok)
}

/// Why a draft cannot be saved, in words.
async fn problem(app: &App, visit: &Visit, draft: &Draft) -> Result<Option<String>, Fail> {
    let w = visit.words();
    if draft.name.is_empty() || draft.name.chars().count() > LONGEST_NAME {
        return Ok(Some(w.n("watch-name-bad", LONGEST_NAME).into_owned()));
    }
    let kind = query::SavedKind::Watch;
    let read = ask::read_as(app.store(), &draft.query, kind, &draft.name).await?;
    Ok(read.err().map(|_| w.say("watch-query-bad").into_owned()))
}

/// `POST /watches` makes one, `POST /watches/{id}` changes one; the buttons "Preview",
/// "Translate", "Use this query", "Test" and "Why?" only look.
pub async fn create(State(app): State<App>, sent: Sent) -> Result<Response, Fail> {
    let draft = match looked(&app, &sent, read(&sent.form, None)).await? {
        Ok(response) => return Ok(response),
        Err(draft) => draft,
    };
    if let Some(problem) = problem(&app, &sent.visit, &draft).await? {
        return refused(&app, &sent.visit, draft, problem).await;
    }
    let added = app.store().add_watch(&draft.name, &draft.query, draft.alerts, app.now()).await;
    let mut watch = match added {
        Err(StoreError::Taken(_)) => return taken(&app, &sent.visit, draft).await,
        other => other?,
    };
    if draft.paused {
        watch.paused = true;
        app.store().change_watch(&watch, app.now()).await?;
    }
    Ok(done("/watches", "watch-saved"))
}

/// See [`create`].
pub async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Fail> {
    let mut watch = find(&app, &id).await?;
    let draft = match looked(&app, &sent, read(&sent.form, Some(watch.id.0))).await? {
        Ok(response) => return Ok(response),
        Err(draft) => draft,
    };
    if let Some(problem) = problem(&app, &sent.visit, &draft).await? {
        return refused(&app, &sent.visit, draft, problem).await;
    }
    watch.name.clone_from(&draft.name);
    watch.query.clone_from(&draft.query);
    (watch.alerts, watch.paused) = (draft.alerts, draft.paused);
    match app.store().change_watch(&watch, app.now()).await {
        Err(StoreError::Taken(_)) => taken(&app, &sent.visit, draft).await,
        other => other.map(|_| done("/watches", "watch-saved")).map_err(Fail::from),
    }
}

async fn taken(app: &App, visit: &Visit, draft: Draft) -> Result<Response, Fail> {
    let problem = visit.words().name("watch-name-taken", &draft.name).into_owned();
    refused(app, visit, draft, problem).await
}

async fn refused(
    app: &App,
    visit: &Visit,
    draft: Draft,
    problem: String,
) -> Result<Response, Fail> {
    editor(app, visit, draft, Some(problem), Tried::default(), &Pairs::default()).await
}

/// `POST /watches/preview`: the fragment that the script puts under the text while typing.
pub async fn fragment(State(app): State<App>, sent: Sent) -> Result<Response, Fail> {
    page(&preview::preview(&app, sent.visit.lang, sent.form.get("query")).await?)
}
