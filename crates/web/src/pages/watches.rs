//! Watches: what do we listen for, and does the query catch it?

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::{AlertRules, DAY, Watch, WatchId};
use store::StoreError;

use crate::app::App;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::pages::done;
use crate::preview::{self, Preview};
use crate::show::When;
use crate::visit::{Sent, Visit};

/// Longest name, in characters.
const LONGEST_NAME: usize = 80;

struct Line {
    watch: Watch,
    day: u64,
    all: u64,
    alerts: String,
}

#[derive(Template)]
#[template(path = "watches.html")]
struct WatchesPage {
    f: Frame,
    lines: Vec<Line>,
}

/// `GET /watches`
pub async fn list(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let f = Frame::inside(&app, &visit, "watches", &query).await?;
    let day = app.store().mentions_per_watch(Some(app.now().plus(-DAY))).await?;
    let all = app.store().mentions_per_watch(None).await?;
    let of = |id: WatchId, counts: &[(Watch, u64)]| {
        counts.iter().find(|(w, _)| w.id == id).map_or(0, |(_, n)| *n)
    };
    let line = |(watch, all): (Watch, u64)| Line {
        day: of(watch.id, &day),
        all,
        alerts: rules(f.w, watch.alerts),
        watch,
    };
    let lines = all.into_iter().map(line).collect();
    page(&WatchesPage { lines, f })
}

/// The alert rules in words.
fn rules(w: crate::lang::Words, rules: AlertRules) -> String {
    let on = [
        (rules.every, "rule-every-short"),
        (rules.negative, "rule-negative-short"),
        (rules.rise, "rule-rise-short"),
    ];
    let words: Vec<_> = on.iter().filter(|(on, _)| *on).map(|(_, key)| w.say(key)).collect();
    if words.is_empty() { w.say("rule-none-short").into_owned() } else { words.join(", ") }
}

/// What stands in the editor.
#[derive(Clone, Default)]
struct Draft {
    id: Option<i64>,
    name: String,
    query: String,
    alerts: AlertRules,
    paused: bool,
}

struct Version {
    number: u32,
    query: String,
    when: When,
}

#[derive(Template)]
#[template(path = "watch.html")]
struct EditorPage {
    f: Frame,
    draft: Draft,
    mentions: u64,
    preview: Preview,
    problem: Option<String>,
    versions: Vec<Version>,
}

/// `GET /watches/new`
pub async fn new(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let draft = Draft { query: query.get("query").to_owned(), ..Draft::default() };
    editor(&app, &visit, draft, None, &query).await
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
    };
    editor(&app, &visit, draft, None, &query).await
}

async fn find(app: &App, id: &str) -> Result<Watch, Fail> {
    let id = id.parse().map(WatchId).map_err(|_| Fail::NotFound)?;
    app.store().watch(id).await?.ok_or(Fail::NotFound)
}

async fn editor(
    app: &App,
    visit: &Visit,
    draft: Draft,
    problem: Option<String>,
    query: &Pairs,
) -> Result<Response, Fail> {
    let mut f = Frame::inside(app, visit, "watches", query).await?;
    let clock = app.clock(visit.lang);
    let (mut versions, mut mentions) = (Vec::new(), 0);
    match draft.id.map(WatchId) {
        None => f.title = f.w.say("watch-new").into_owned(),
        Some(id) => {
            f.title = f.w.name("title-watch", &draft.name).into_owned();
            versions = app.store().watch_versions(id).await?;
            let of_watch =
                store::MentionFilter { watches: vec![id], ..store::MentionFilter::default() };
            mentions = app.store().count_mentions(&of_watch).await?;
        }
    }
    let version = |(number, query, at)| Version { number, query, when: clock.when(at) };
    let template = EditorPage {
        preview: preview::preview(app, visit.lang, &draft.query).await?,
        versions: versions.into_iter().rev().map(version).collect(),
        mentions,
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
        },
        paused: form.has("paused"),
    }
}

/// Why a draft cannot be saved, in words.
fn problem(visit: &Visit, draft: &Draft) -> Option<String> {
    let w = visit.words();
    if draft.name.is_empty() || draft.name.chars().count() > LONGEST_NAME {
        return Some(w.n("watch-name-bad", LONGEST_NAME).into_owned());
    }
    preview::error(visit.lang, &draft.query).map(|_| w.say("watch-query-bad").into_owned())
}

/// `POST /watches` makes one, `POST /watches/{id}` changes one; the button "Preview" only looks.
pub async fn create(State(app): State<App>, sent: Sent) -> Result<Response, Fail> {
    let draft = read(&sent.form, None);
    if sent.form.has("preview") {
        return editor(&app, &sent.visit, draft, None, &Pairs::default()).await;
    }
    if let Some(problem) = problem(&sent.visit, &draft) {
        return editor(&app, &sent.visit, draft, Some(problem), &Pairs::default()).await;
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
    let draft = read(&sent.form, Some(watch.id.0));
    if sent.form.has("preview") {
        return editor(&app, &sent.visit, draft, None, &Pairs::default()).await;
    }
    if let Some(problem) = problem(&sent.visit, &draft) {
        return editor(&app, &sent.visit, draft, Some(problem), &Pairs::default()).await;
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
    editor(app, visit, draft, Some(problem), &Pairs::default()).await
}

/// `POST /watches/{id}/pause`: paused becomes listening, and back.
pub async fn pause(
    State(app): State<App>,
    Path(id): Path<String>,
    _sent: Sent,
) -> Result<Response, Fail> {
    let mut watch = find(&app, &id).await?;
    watch.paused = !watch.paused;
    app.store().change_watch(&watch, app.now()).await?;
    Ok(Redirect::to("/watches").into_response())
}

#[derive(Template)]
#[template(path = "remove.html")]
struct RemovePage {
    f: Frame,
    text: String,
    action: String,
    back: String,
}

/// `GET /watches/{id}/remove`: asks first.
pub async fn ask_remove(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Fail> {
    let watch = find(&app, &id).await?;
    let mut f = Frame::inside(&app, &visit, "watches", &Pairs::default()).await?;
    f.title = f.w.name("watch-remove-title", &watch.name).into_owned();
    let of_watch = store::MentionFilter { watches: vec![watch.id], ..Default::default() };
    let mentions = app.store().count_mentions(&of_watch).await?;
    let template = RemovePage {
        text: f.w.n("watch-remove-text", mentions).into_owned(),
        action: format!("/watches/{}/remove", watch.id.0),
        back: format!("/watches/{}", watch.id.0),
        f,
    };
    page(&template)
}

/// `POST /watches/{id}/remove`
pub async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    _sent: Sent,
) -> Result<Response, Fail> {
    app.store().remove_watch(find(&app, &id).await?.id).await?;
    Ok(done("/watches", "watch-removed"))
}

/// `POST /watches/preview`: the fragment that the script puts under the text while typing.
pub async fn fragment(State(app): State<App>, sent: Sent) -> Result<Response, Fail> {
    page(&preview::preview(&app, sent.visit.lang, sent.form.get("query")).await?)
}
