//! Who asks: a person with a session, somebody at the open door of this machine, or nobody yet.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, header};
use store::User;

use crate::app::{App, LARGEST_FILE, LARGEST_FORM, SLOWEST};
use crate::fail::{Fail, error_page};
use crate::form::Pairs;
use crate::lang::{Lang, Words};
use crate::secrets;

/// Who asks, known once per request.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The person, when signed in.
    pub user: Option<User>,
    /// May see what is inside.
    pub inside: bool,
    /// May change things: in a demo only people at its own machine may.
    pub may_change: bool,
    /// The language to answer in.
    pub lang: Lang,
    /// The cookie that forms are bound to.
    pub cookie: String,
    /// Where the request comes from.
    pub peer: IpAddr,
}

impl Visit {
    /// The name that stands beside what this visitor does.
    pub fn who(&self) -> String {
        match &self.user {
            Some(user) => user.name.clone(),
            None => Words(self.lang).say("somebody-here").into_owned(),
        }
    }

    /// Counts a question of a program; too many have to wait.
    pub fn count_question(&self, app: &App) -> Result<(), Fail> {
        let key = match &self.user {
            Some(user) => format!("user {}", user.id),
            None => format!("peer {}", self.peer),
        };
        if app.0.questions.try_once(&key, app.now()) { Ok(()) } else { Err(Fail::TooOften) }
    }

    /// The words to answer in.
    pub fn words(&self) -> Words {
        Words(self.lang)
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visit, Fail> {
        parts.extensions.get::<Visit>().cloned().ok_or(Fail::Refused("refused-visit"))
    }
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(n, v)| (n == name && !v.is_empty()).then_some(v))
}

/// A `Set-Cookie` for one of our cookies; no age ends it with the browser, 0 takes it away.
pub fn set_cookie(app: &App, name: &str, value: &str, age: Option<i64>) -> HeaderValue {
    let secure = if app.0.https { "; Secure" } else { "" };
    let age = age.map_or_else(String::new, |s| format!("; Max-Age={s}"));
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Layer: finds out who asks, limits the time an answer may take and turns failures into pages.
pub async fn know_visitor(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let wanted = Pairs::parse(request.uri().query().unwrap_or("").as_bytes());
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip().to_canonical());
    let local = at_this_machine(peer, headers);
    let (user, session) = match person(&app, headers).await {
        Ok(found) => found,
        Err(fail) => return fail.into_response(),
    };
    let options = &app.0.options;
    let demo = options.demo.is_some() && (local || is_our_host(&app, headers));
    let lang = lang_of(&app, headers, user.as_ref(), wanted.get("language"));
    let known = session.or_else(|| cookie(headers, &app.0.cookies.visit).map(str::to_owned));
    let fresh = known.is_none();
    let cookie = match known.map_or_else(secrets::token, Ok) {
        Ok(cookie) => cookie,
        Err(error) => return Fail::from(error).into_response(),
    };
    let visit = Visit {
        inside: user.is_some() || demo || (options.open && local),
        may_change: user.is_some() || local || options.demo.is_none(),
        user,
        lang,
        cookie,
        peer: forwarded_peer(peer, headers),
    };
    request.extensions_mut().insert(visit.clone());
    let mut response = match tokio::time::timeout(SLOWEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Fail::Slow.into_response(),
    };
    if let Some(fail) = response.extensions_mut().remove::<Fail>() {
        response = error_page(&app, &visit, &fail).await;
    }
    if fresh {
        let value = set_cookie(&app, &app.0.cookies.visit, &visit.cookie, None);
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    if Lang::named(wanted.get("language")).is_some() && visit.user.is_none() {
        let value = set_cookie(&app, &app.0.cookies.lang, lang.code(), Some(31_536_000));
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

async fn person(app: &App, headers: &HeaderMap) -> Result<(Option<User>, Option<String>), Fail> {
    let Some(token) = cookie(headers, &app.0.cookies.session) else { return Ok((None, None)) };
    let user = app.store().session(&secrets::fingerprint(token), app.now()).await?;
    let session = user.is_some().then(|| token.to_owned());
    Ok((user, session))
}

fn lang_of(app: &App, headers: &HeaderMap, user: Option<&User>, wanted: &str) -> Lang {
    let kept = || cookie(headers, &app.0.cookies.lang).and_then(Lang::named);
    let accepted = || {
        let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|h| h.to_str().ok());
        Lang::accepted(header.unwrap_or(""))
    };
    match user {
        Some(user) => Lang::named(&user.lang).unwrap_or_else(accepted),
        None => Lang::named(wanted).or_else(kept).unwrap_or_else(accepted),
    }
}

/// Somebody sits at this machine: the peer is on loopback, the browser asked for a loopback host
/// (a foreign page that points its own name here cannot do that), and nobody passed it on.
fn at_this_machine(peer: IpAddr, headers: &HeaderMap) -> bool {
    const PASSED_ON: [&str; 5] =
        ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];
    peer.is_loopback()
        && is_loopback_host(host(headers))
        && !PASSED_ON.iter().any(|name| headers.contains_key(*name))
}

fn host(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or("")
}

fn is_our_host(app: &App, headers: &HeaderMap) -> bool {
    host(headers).eq_ignore_ascii_case(&app.0.host)
}

fn is_loopback_host(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => host.split(':').next().unwrap_or(""),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Behind a proxy on this machine every peer is that proxy; the last address it names is the one
/// it saw itself.
fn forwarded_peer(peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let named = || {
        let list = headers.get("x-forwarded-for")?.to_str().ok()?;
        list.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
    };
    if peer.is_loopback() { named().unwrap_or(peer) } else { peer }
}

/// Layer: lets nobody in who may not see what is inside.
pub async fn only_inside(
    State(app): State<App>,
    visit: Visit,
    req: Request,
    next: Next,
) -> Response {
    if visit.inside {
        return next.run(req).await;
    }
    let path = req.uri().path();
    if path == "/events" || path.starts_with("/api/") || req.method() != Method::GET {
        return Fail::SignIn.into_response();
    }
    let nobody = matches!(app.store().users().await, Ok(users) if users.is_empty());
    if path == "/" || nobody {
        return Redirect::to("/sign-in").into_response();
    }
    let next = req.uri().path_and_query().map_or("/", |p| p.as_str());
    let query = Pairs(vec![("next".into(), next.into())]).encode();
    Redirect::to(&format!("/sign-in?{query}")).into_response()
}

/// A form that came from one of our own pages, made for this visitor. Whatever changes anything
/// takes this, so no such handler can forget the proof.
pub struct Sent {
    /// Who sent it.
    pub visit: Visit,
    /// What was filled in.
    pub form: Pairs,
}

impl FromRequest<App> for Sent {
    type Rejection = Fail;

    async fn from_request(request: Request, app: &App) -> Result<Sent, Fail> {
        let (visit, _, body) = body_of(request, app, LARGEST_FORM).await?;
        let form = Pairs::parse(&body);
        prove(app, &visit, &form)?;
        Ok(Sent { visit, form })
    }
}

/// The same with a file in it.
pub struct SentFile {
    /// Who sent it.
    pub visit: Visit,
    /// What was filled in.
    pub form: Pairs,
    /// The file; what is no UTF-8 in it is replaced.
    pub file: String,
}

impl FromRequest<App> for SentFile {
    type Rejection = Fail;

    async fn from_request(request: Request, app: &App) -> Result<SentFile, Fail> {
        let (visit, headers, body) = body_of(request, app, LARGEST_FILE).await?;
        let kind = headers.get(header::CONTENT_TYPE).and_then(|h| h.to_str().ok()).unwrap_or("");
        let (form, file) = match multer::parse_boundary(kind) {
            Ok(boundary) => parts_of(body, boundary).await?,
            Err(_) => (Pairs::parse(&body), String::new()),
        };
        prove(app, &visit, &form)?;
        Ok(SentFile { visit, form, file })
    }
}

/// The fields of a form that holds a file, and the file.
async fn parts_of(body: Bytes, boundary: String) -> Result<(Pairs, String), Fail> {
    let stream = futures_util::stream::once(async { Ok::<_, std::io::Error>(body) });
    let mut parts = multer::Multipart::new(stream, boundary);
    let (mut form, mut file) = (Pairs::default(), String::new());
    while let Ok(Some(part)) = parts.next_field().await {
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().is_some();
        let bytes = part.bytes().await.map_err(|_| Fail::TooLarge)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if is_file {
            file = text;
        } else if form.0.len() < 1_000 {
            form.0.push((name, text));
        }
    }
    Ok((form, file))
}

/// Who sends what, from one of our own pages.
async fn body_of(
    request: Request,
    app: &App,
    largest: usize,
) -> Result<(Visit, HeaderMap, Bytes), Fail> {
    let (mut parts, body) = request.into_parts();
    let visit = Visit::from_request_parts(&mut parts, app).await?;
    if !from_our_pages(app, &parts.headers) {
        return Err(Fail::Refused("refused-origin"));
    }
    let body = axum::body::to_bytes(body, largest).await.map_err(|_| Fail::TooLarge)?;
    Ok((visit, parts.headers, body))
}

fn prove(app: &App, visit: &Visit, form: &Pairs) -> Result<(), Fail> {
    if !app.0.prover.holds(form.get("proof"), &visit.cookie) {
        return Err(Fail::Refused("refused-proof"));
    }
    if !visit.may_change {
        return Err(Fail::Refused("refused-demo"));
    }
    Ok(())
}

/// A question that a program asks in JSON. It changes nothing, and no foreign page can send it:
/// browsers ask before they send JSON elsewhere, and we never agree.
pub struct Question<T> {
    /// What is asked.
    pub asked: T,
}

impl<T: serde::de::DeserializeOwned> FromRequest<App> for Question<T> {
    type Rejection = Fail;

    async fn from_request(request: Request, app: &App) -> Result<Question<T>, Fail> {
        let (visit, headers, body) = body_of(request, app, LARGEST_FORM).await?;
        let kind = headers.get(header::CONTENT_TYPE).and_then(|h| h.to_str().ok()).unwrap_or("");
        if !kind.starts_with("application/json") {
            return Err(Fail::Refused("refused-json"));
        }
        visit.count_question(app)?;
        let asked = serde_json::from_slice(&body).map_err(|e| Fail::Malformed(e.to_string()))?;
        Ok(Question { asked })
    }
}

/// Browsers say where a form comes from; what says nothing is no browser and still needs a proof.
fn from_our_pages(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|h| h.to_str().ok());
    if !matches!(text("sec-fetch-site"), None | Some("same-origin" | "none")) {
        return false;
    }
    let Some(origin) = text("origin") else { return true };
    // Our own pages send no referrer, so browsers write `null` for them, and over plain http they
    // do not say the site either: then the proof alone decides.
    let from = origin.split_once("://").map_or("", |(_, host)| host);
    origin == "null"
        || from.eq_ignore_ascii_case(host(headers))
        || from.eq_ignore_ascii_case(&app.0.host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_this_machine() {
        let local: IpAddr = "127.0.0.1".parse().unwrap();
        let check = |peer: IpAddr, host: &str, extra: Option<&'static str>, expect: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            if let Some(name) = extra {
                headers.insert(name, HeaderValue::from_static("1.2.3.4"));
            }
            assert_eq!(at_this_machine(peer, &headers), expect, "{peer} {host} {extra:?}");
        };
        check(local, "localhost:7400", None, true);
        check(local, "127.0.0.1:7400", None, true);
        check("::1".parse().unwrap(), "[::1]:7400", None, true);
        check(local, "rebound.example:7400", None, false);
        check(local, "localhost.evil.example", None, false);
        check("192.0.2.1".parse().unwrap(), "localhost:7400", None, false);
        check(local, "localhost:7400", Some("x-forwarded-for"), false);
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("xa=0; a=1;b=; c = 2"));
        assert_eq!(cookie(&headers, "a"), Some("1"));
        assert_eq!(cookie(&headers, "b"), None);
    }
}
