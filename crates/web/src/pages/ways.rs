//! Ways to be told: add, change, pause, try, remove.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use domain::{PartInfo, WatchId, Way};
use serde_json::Value;

use crate::app::App;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::lang::Lang;
use crate::pages::channels::typed;
use crate::pages::done;
use crate::pages::parts::{Input, inputs, read};
use crate::pages::remove::RemovePage;
use crate::show::link;
use crate::visit::{Sent, Visit};

const LONGEST_NAME: usize = 80;
/// Watches offered beside those that are ticked.
const OFFERED: u32 = 100;

struct Choice {
    id: i64,
    name: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "way.html")]
struct WayPage {
    f: Frame,
    way: Way,
    kind: String,
    about: String,
    docs: Option<String>,
    inputs: Vec<Input>,
    watches: Vec<Choice>,
    problem: Option<String>,
    receipt: Option<String>,
}

/// What was said about the form that was sent.
#[derive(Default)]
struct Said {
    typed: Option<Value>,
    problem: Option<String>,
    receipt: Option<String>,
}

/// `GET /settings/ways/new?notifier=NAME`
pub async fn new(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let info = info(&app, query.get("notifier"))?;
    form(&app, &visit, &info, blank(&info, visit.lang), Said::default()).await
}

/// `GET /settings/ways/{id}`
pub async fn edit(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Fail> {
    let way = find(&app, &id).await?;
    let info = info(&app, &way.notifier)?;
    form(&app, &visit, &info, way, Said::default()).await
}

fn info(app: &App, name: &str) -> Result<PartInfo, Fail> {
    app.0.options.notifiers.iter().find(|i| i.name == name).copied().ok_or(Fail::NotFound)
}

async fn find(app: &App, id: &str) -> Result<Way, Fail> {
    let id: i64 = id.parse().map_err(|_| Fail::NotFound)?;
    app.store().ways().await?.into_iter().find(|w| w.id == id).ok_or(Fail::NotFound)
}

fn blank(info: &PartInfo, lang: Lang) -> Way {
    Way {
        id: 0,
        notifier: info.name.to_owned(),
        name: String::new(),
        settings: "{}".into(),
        watches: Vec::new(),
        lang: lang.code().to_owned(),
        paused: false,
    }
}

async fn form(
    app: &App,
    visit: &Visit,
    info: &PartInfo,
    way: Way,
    said: Said,
) -> Result<Response, Fail> {
    let mut f = Frame::inside(app, visit, "settings", &Pairs::default()).await?;
    f.title = match way.id {
        0 => f.w.name("way-new", info.title).into_owned(),
        _ => f.w.name("title-way", &way.name).into_owned(),
    };
    let saved = serde_json::from_str(&way.settings).unwrap_or(Value::Null);
    // Secrets of the saved way still count as kept while something else is mended.
    let shown = said.typed.map_or(saved.clone(), |typed| over(info, saved, typed));
    let choice =
        |w: domain::Watch| Choice { id: w.id.0, on: way.watches.contains(&w.id), name: w.name };
    let template = WayPage {
        kind: info.title.to_owned(),
        about: visit.lang.of(&info.about).to_owned(),
        docs: link(info.docs),
        inputs: inputs(info, &shown, visit.lang),
        watches: offered(app, &way).await?.into_iter().map(choice).collect(),
        problem: said.problem,
        receipt: said.receipt,
        way,
        f,
    };
    page(&template)
}

/// The watches that may be ticked: those that are, and the first by name.
async fn offered(app: &App, way: &Way) -> Result<Vec<domain::Watch>, Fail> {
    let mut watches = app.store().watches_like("", None, OFFERED).await?;
    let missing: Vec<_> =
        way.watches.iter().filter(|id| !watches.iter().any(|w| w.id == **id)).copied().collect();
    let mut ticked = app.store().watches_of(&missing).await?;
    ticked.append(&mut watches);
    Ok(ticked)
}

/// What was typed over what is saved, secrets that were left empty excepted.
fn over(info: &PartInfo, mut saved: Value, typed: Value) -> Value {
    let (Some(saved_map), Value::Object(typed)) = (saved.as_object_mut(), typed.clone()) else {
        return typed;
    };
    for field in info.fields {
        let value = typed.get(field.name).cloned().unwrap_or(Value::Null);
        let secret = matches!(field.kind, domain::FieldKind::Secret);
        if !secret || value.as_str().is_some_and(|v| !v.is_empty()) {
            saved_map.insert(field.name.to_owned(), value);
        }
    }
    saved
}

/// `POST /settings/ways` and `POST /settings/ways/{id}`; the button "Send a test" sends one with
/// what stands in the form and saves nothing.
pub async fn save(
    State(app): State<App>,
    id: Option<Path<String>>,
    sent: Sent,
) -> Result<Response, Fail> {
    let (visit, sent_form) = (&sent.visit, &sent.form);
    let mut way = match id {
        Some(Path(id)) => find(&app, &id).await?,
        None => blank(&info(&app, sent_form.get("notifier"))?, visit.lang),
    };
    let info = info(&app, &way.notifier)?;
    let saved: Value = serde_json::from_str(&way.settings).unwrap_or(Value::Null);
    way.name = sent_form.get("name").chars().take(LONGEST_NAME).collect();
    way.paused = sent_form.has("paused");
    way.lang = Lang::named(sent_form.get("lang")).unwrap_or(visit.lang).code().to_owned();
    way.watches = sent_form.all("watch").filter_map(|w| w.parse().ok().map(WatchId)).collect();
    let said = |problem: String| Said {
        typed: Some(typed(&info, sent_form)),
        problem: Some(problem),
        receipt: None,
    };
    let settings = match read(&info, sent_form, &saved, visit.lang) {
        Ok(map) => Value::Object(map),
        Err((label, key)) => {
            let problem = visit.words().name(key, &label).into_owned();
            return form(&app, visit, &info, way, said(problem)).await;
        }
    };
    let was = std::mem::replace(&mut way.settings, settings.to_string());
    if way.name.is_empty() {
        way.name = info.title.to_owned();
    }
    let hooks = &app.0.options.hooks;
    if let Err(problem) = hooks.check_way(&way) {
        way.settings = was;
        return form(&app, visit, &info, way, said(problem)).await;
    }
    if sent_form.has("try") {
        let outcome = hooks.try_way(&way).await;
        way.settings = was;
        let (problem, receipt) = match outcome {
            Ok(receipt) => (None, Some(receipt)),
            Err(problem) => (Some(problem), None),
        };
        let said = Said { typed: Some(typed(&info, sent_form)), problem, receipt };
        return form(&app, visit, &info, way, said).await;
    }
    match way.id {
        0 => drop(app.store().add_way(&way).await?),
        _ => app.store().change_way(&way).await?,
    }
    Ok(done("/settings", "way-saved"))
}

/// `GET /settings/ways/{id}/remove`: asks first.
pub async fn ask_remove(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Fail> {
    let way = find(&app, &id).await?;
    let mut f = Frame::inside(&app, &visit, "settings", &Pairs::default()).await?;
    f.title = f.w.name("way-remove-title", &way.name).into_owned();
    let template = RemovePage {
        text: f.w.say("way-remove-text").into_owned(),
        action: format!("/settings/ways/{}/remove", way.id),
        back: format!("/settings/ways/{}", way.id),
        f,
    };
    page(&template)
}

/// `POST /settings/ways/{id}/remove`
pub async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    _sent: Sent,
) -> Result<Response, Fail> {
    app.store().remove_way(find(&app, &id).await?.id).await?;
    Ok(done("/settings", "way-removed"))
}
