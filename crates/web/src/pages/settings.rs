//! Settings: ways to be told, the delivery log, the own account.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::{DeliveryState, PartInfo, Way};
use http::header;
use store::{DeliveryRow, Page};

use crate::app::App;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::lang::Lang;
use crate::pages::{done, signin};
use crate::secrets;
use crate::show::{Clock, When};
use crate::visit::{Sent, Visit, set_cookie};

const LOG: u32 = 50;

struct WayView {
    way: Way,
    kind: String,
    watches: String,
}

struct Delivery {
    number: i64,
    way: String,
    what: String,
    mention: Option<i64>,
    state: &'static str,
    sign: &'static str,
    text: String,
    tries: u32,
    raised: When,
    told: Option<When>,
    next_try: Option<When>,
    answer: String,
}

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    f: Frame,
    ways: Vec<WayView>,
    notifiers: Vec<PartInfo>,
    lang: Lang,
    log: Vec<Delivery>,
    older: Option<String>,
    problem: Option<String>,
    posts: u64,
    mentions: u64,
    address: String,
    shortest: usize,
}

/// `GET /settings?before=N` (of the delivery log)
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    settings(&app, &visit, &query, None).await
}

async fn settings(
    app: &App,
    visit: &Visit,
    query: &Pairs,
    problem: Option<String>,
) -> Result<Response, Fail> {
    let f = Frame::inside(app, visit, "settings", query).await?;
    let clock = app.clock(visit.lang);
    let store = app.store();
    let all_ways = store.ways().await?;
    let named: Vec<_> = all_ways.iter().flat_map(|way| way.watches.iter().copied()).collect();
    let watches = store.watches_of(&named).await?;
    let notifiers = &app.0.options.notifiers;
    let kind =
        |name: &str| notifiers.iter().find(|i| i.name == name).map_or(name, |i| i.title).to_owned();
    let view = |way: Way| {
        let names = watches.iter().filter(|w| way.watches.contains(&w.id)).map(|w| w.name.as_str());
        let names: Vec<&str> = names.collect();
        let all = way.watches.is_empty();
        let watches = if all { f.w.say("way-all").into_owned() } else { names.join(", ") };
        WayView { kind: kind(&way.notifier), watches, way }
    };
    let ways = all_ways.into_iter().map(view).collect();
    let from = query.get("before").parse().map_or(Page::Newest, Page::Before);
    let mut log = store.deliveries(None, from, LOG + 1).await?;
    let more = log.len() > LOG as usize;
    log.truncate(LOG as usize);
    let older = log.last().filter(|_| more).map(|d| format!("/settings?before={}#log", d.number));
    let totals = store.totals().await?;
    let template = SettingsPage {
        ways,
        notifiers: notifiers.clone(),
        lang: visit.lang,
        log: log.iter().map(|row| delivery(&clock, row)).collect(),
        older,
        problem,
        posts: totals.posts,
        mentions: totals.mentions,
        address: app.0.options.public_url.clone(),
        shortest: secrets::SHORTEST_PASSWORD,
        f,
    };
    page(&template)
}

fn delivery(clock: &Clock, row: &DeliveryRow) -> Delivery {
    let w = clock.words;
    let state = row.state.as_str();
    let reason = w.say(&format!("reason-{}", row.alert.reason.as_str()));
    let waiting = row.state == DeliveryState::Waiting;
    Delivery {
        number: row.number,
        way: row.way.name.clone(),
        what: format!("{} · {reason}", row.alert.watch_name),
        mention: row.alert.mention.as_ref().map(|m| m.number),
        state,
        sign: match row.state {
            DeliveryState::Waiting => "…",
            DeliveryState::Delivered => "✓",
            DeliveryState::Failed => "✕",
        },
        text: w.say(&format!("delivery-{state}")).into_owned(),
        tries: row.tries,
        raised: clock.when(row.alert.raised),
        told: row.delivered.map(|t| clock.when(t)),
        next_try: (waiting && row.next_try > clock.now).then(|| clock.when(row.next_try)),
        answer: row.answer.clone(),
    }
}

/// `POST /settings/language`
pub async fn language(State(app): State<App>, sent: Sent) -> Result<Response, Fail> {
    let lang = Lang::named(sent.form.get("lang")).ok_or(Fail::NotFound)?;
    let mut response = done("/settings", "saved");
    match sent.visit.user {
        Some(mut user) => {
            lang.code().clone_into(&mut user.lang);
            app.store().change_user(&user).await?;
        }
        None => {
            let value = set_cookie(&app, &app.0.cookies.lang, lang.code(), Some(31_536_000));
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    Ok(response)
}

/// `POST /settings/password`: ends every session and opens a new one here.
pub async fn password(State(app): State<App>, sent: Sent) -> Result<Response, Fail> {
    let Sent { visit, form } = sent;
    let mut user = visit.user.clone().ok_or(Fail::SignIn)?;
    if !app.0.names.try_once(&signin::name_key(&user.name), app.now()) {
        return Err(Fail::TooOften);
    }
    let w = visit.words();
    let (old, new) = (form.raw("old").to_owned(), form.raw("new").to_owned());
    let _one = app.0.hashing.acquire().await;
    if old.len() > secrets::LONGEST_PASSWORD
        || !secrets::verify(old, user.password_hash.clone()).await
    {
        let problem = Some(w.say("password-wrong").into_owned());
        return settings(&app, &visit, &Pairs::default(), problem).await;
    }
    if let Some(problem) = signin::password_problem(w, &new) {
        return settings(&app, &visit, &Pairs::default(), Some(problem)).await;
    }
    user.password_hash = secrets::hash(new).await?;
    app.store().change_user(&user).await?;
    app.store().end_sessions(user.id).await?;
    app.0.names.forget(&signin::name_key(&user.name));
    signin::open_session(&app, &user, done("/settings", "password")).await
}
