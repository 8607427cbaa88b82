//! Sign-in and sign-out.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::DAY;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use store::User;

use crate::app::App;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::lang::Words;
use crate::secrets;
use crate::visit::{Sent, Visit, cookie, set_cookie};

/// A session lasts this long.
const SESSION_DAYS: i64 = 30;
/// Longest name looked up, in bytes.
const LONGEST_NAME: usize = 200;

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInPage {
    f: Frame,
    name: String,
    next: String,
    wrong: bool,
    nobody: bool,
}

/// `GET /sign-in?next=/mentions`
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    if visit.inside {
        return Ok(Redirect::to("/").into_response());
    }
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    form(&app, &visit, String::new(), query.get("next"), false).await
}

async fn form(
    app: &App,
    visit: &Visit,
    name: String,
    next: &str,
    wrong: bool,
) -> Result<Response, Fail> {
    let nobody = app.store().users().await?.is_empty();
    let next = ours(next).to_owned();
    let f = Frame::bare(app, visit, "title-sign-in");
    let mut response = page(&SignInPage { f, name, next, wrong, nobody })?;
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// A path on this host, else `/`: nobody is led elsewhere after signing in. Backslashes and
/// control characters are left out because browsers read them as slashes or not at all.
fn ours(next: &str) -> &str {
    let path = next.starts_with('/') && !next.starts_with("//");
    let plain = next.bytes().all(|b| (0x21..0x7f).contains(&b) && b != b'\\');
    if path && plain { next } else { "/" }
}

/// The key under which tries for a name are counted.
pub fn name_key(name: &str) -> String {
    name.to_lowercase()
}

/// `POST /sign-in`
pub async fn enter(State(app): State<App>, sent: Sent) -> Result<Response, Fail> {
    let Sent { visit, form: sent } = sent;
    let (name, password) = (sent.get("name").to_owned(), sent.raw("password").to_owned());
    if name.len() > LONGEST_NAME || password.len() > secrets::LONGEST_PASSWORD {
        return form(&app, &visit, String::new(), sent.get("next"), true).await;
    }
    let now = app.now();
    let (by_peer, by_name) = (visit.peer.to_string(), name_key(&name));
    if !app.0.peers.try_once(&by_peer, now) || !app.0.names.try_once(&by_name, now) {
        tracing::warn!(peer = by_peer, "too many tries to sign in");
        return Err(Fail::TooOften);
    }
    let user = app.store().user_named(&name).await?;
    let hash = user.as_ref().map_or(secrets::NOBODY, |u| &u.password_hash).to_owned();
    let right = {
        let _one = app.0.hashing.acquire().await;
        secrets::verify(password, hash).await
    };
    match user.filter(|_| right) {
        Some(user) => {
            app.0.names.forget(&by_name);
            app.0.peers.forget(&by_peer);
            let to = Redirect::to(ours(sent.get("next"))).into_response();
            open_session(&app, &user, to).await
        }
        None => {
            tracing::info!(peer = by_peer, "a sign-in was refused");
            form(&app, &visit, name, sent.get("next"), true).await
        }
    }
}

/// Opens a session and hands its token to the browser with this answer.
pub async fn open_session(
    app: &App,
    user: &User,
    mut response: Response,
) -> Result<Response, Fail> {
    let token = secrets::token()?;
    let until = app.now().plus(SESSION_DAYS * DAY);
    app.store().add_session(&secrets::fingerprint(&token), user.id, until).await?;
    let age = SESSION_DAYS * DAY / 1_000;
    let value = set_cookie(app, &app.0.cookies.session, &token, Some(age));
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(response)
}

/// `POST /sign-out`
pub async fn leave(
    State(app): State<App>,
    headers: HeaderMap,
    _sent: Sent,
) -> Result<Response, Fail> {
    if let Some(token) = cookie(&headers, &app.0.cookies.session) {
        app.store().end_session(&secrets::fingerprint(token)).await?;
    }
    let mut response = Redirect::to("/sign-in").into_response();
    let value = set_cookie(&app, &app.0.cookies.session, "", Some(0));
    response.headers_mut().append(header::SET_COOKIE, value);
    // Nothing that was seen inside stays in the browser.
    let clear = HeaderValue::from_static("\"cache\"");
    response.headers_mut().insert("clear-site-data", clear);
    Ok(response)
}

/// What is wrong with a new password, in words.
pub fn password_problem(w: Words, password: &str) -> Option<String> {
    if password.chars().count() < secrets::SHORTEST_PASSWORD {
        return Some(w.n("password-short", secrets::SHORTEST_PASSWORD).into_owned());
    }
    (password.len() > secrets::LONGEST_PASSWORD).then(|| w.say("password-long").into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere() {
        assert_eq!(ours("/mentions?watch=1"), "/mentions?watch=1");
        for next in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\nb"] {
            assert_eq!(ours(next), "/", "{next:?}");
        }
    }
}
