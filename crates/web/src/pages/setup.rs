//! The first visit: language, a name and a password, then the words to listen for. The one-time
//! link that Horch prints at its start opens it; nobody without it can set up.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::AlertRules;
use http::{HeaderMap, header};
use store::StoreError;

use crate::app::App;
use crate::ask::Asked;
use crate::fail::Fail;
use crate::frame::{Frame, page};
use crate::lang::Lang;
use crate::pages::signin::{open_session, password_problem};
use crate::preview::{self, Preview};
use crate::secrets;
use crate::visit::{Sent, Visit, cookie, set_cookie};

/// The setting that holds the fingerprint of the one-time token.
pub const SETTING: &str = "secret.setup";
/// Longest sign-in name, in characters.
const LONGEST_NAME: usize = 80;
/// The set-up cookie lasts this many seconds.
const HOUR: i64 = 3_600;

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage {
    f: Frame,
    lang: Lang,
    name: String,
    problem: Option<String>,
    shortest: usize,
}

#[derive(Template)]
#[template(path = "setup-words.html")]
struct WordsPage {
    f: Frame,
    words: String,
    preview: Preview,
    problem: Option<String>,
}

/// Whether this is the one-time token and there is nobody yet.
async fn allowed(app: &App, token: Option<&str>) -> Result<bool, Fail> {
    let Some(token) = token else { return Ok(false) };
    let kept = app.store().setting(SETTING).await?.unwrap_or_default();
    let right = secrets::same(&kept, &hex::encode(secrets::fingerprint(token)));
    Ok(right && app.store().users().await?.is_empty())
}

/// `GET /set-up/{token}`: takes the token out of the address into a cookie.
pub async fn open(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Fail> {
    if !allowed(&app, Some(&token)).await? {
        return Err(Fail::Refused("refused-setup"));
    }
    let mut response = Redirect::to("/set-up").into_response();
    let value = set_cookie(&app, &app.0.cookies.setup, &token, Some(HOUR));
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(response)
}

/// `GET /set-up`
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Fail> {
    if !allowed(&app, cookie(&headers, &app.0.cookies.setup)).await? {
        return Err(Fail::Refused("refused-setup"));
    }
    form(&app, &visit, String::new(), None)
}

fn form(app: &App, visit: &Visit, name: String, problem: Option<String>) -> Result<Response, Fail> {
    let f = Frame::bare(app, visit, "title-setup");
    let shortest = secrets::SHORTEST_PASSWORD;
    page(&SetupPage { f, lang: visit.lang, name, problem, shortest })
}

/// `POST /set-up`: adds the first person and signs them in. The token is spent.
pub async fn create(
    State(app): State<App>,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Fail> {
    let Sent { mut visit, form: sent } = sent;
    if !app.0.peers.try_once(&visit.peer.to_string(), app.now()) {
        return Err(Fail::TooOften);
    }
    // Two at once with the same link: only one of them is the first.
    let _alone = app.0.first_person.lock().await;
    if !allowed(&app, cookie(&headers, &app.0.cookies.setup)).await? {
        return Err(Fail::Refused("refused-setup"));
    }
    visit.lang = Lang::named(sent.get("lang")).unwrap_or(visit.lang);
    let w = visit.words();
    let (name, password) = (sent.get("name").to_owned(), sent.raw("password").to_owned());
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        let problem = w.n("name-bad", LONGEST_NAME).into_owned();
        return form(&app, &visit, name, Some(problem));
    }
    if let Some(problem) = password_problem(w, &password) {
        return form(&app, &visit, name, Some(problem));
    }
    let hash = {
        let _one = app.0.hashing.acquire().await;
        secrets::hash(password).await?
    };
    let user = app.store().add_user(&name, &hash, visit.lang.code()).await?;
    app.store().set_setting(SETTING, "").await?;
    let mut response = Redirect::to("/set-up/words").into_response();
    let gone = set_cookie(&app, &app.0.cookies.setup, "", Some(0));
    response.headers_mut().append(header::SET_COOKIE, gone);
    open_session(&app, &user, response).await
}

/// `GET /set-up/words` (inside): the words to listen for, with what they would have caught.
pub async fn words(State(app): State<App>, visit: Visit) -> Result<Response, Fail> {
    words_form(&app, &visit, String::new(), None).await
}

async fn words_form(
    app: &App,
    visit: &Visit,
    words: String,
    problem: Option<String>,
) -> Result<Response, Fail> {
    let f = Frame::bare(app, visit, "title-words");
    let preview = preview::preview(app, visit.lang, &words).await?;
    page(&WordsPage { f, words, preview, problem })
}

/// `POST /set-up/words`
pub async fn listen(State(app): State<App>, sent: Sent) -> Result<Response, Fail> {
    let Sent { visit, form } = sent;
    let words = form.get("query").to_owned();
    if form.has("preview") || words.is_empty() {
        return words_form(&app, &visit, words, None).await;
    }
    if Asked::read(app.store(), &words).await?.is_err() {
        let problem = visit.words().say("watch-query-bad").into_owned();
        return words_form(&app, &visit, words, Some(problem)).await;
    }
    let name: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let name: String = name.chars().take(60).collect();
    match app.store().add_watch(&name, &words, AlertRules::default(), app.now()).await {
        Ok(_) | Err(StoreError::Taken(_)) => Ok(Redirect::to("/").into_response()),
        Err(other) => Err(other.into()),
    }
}
