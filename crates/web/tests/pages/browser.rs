//! A small browser: keeps cookies, fills in forms, knows the proof of the last page.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use domain::{HOUR, Time};
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use store::{Archive, Store};
use tempfile::TempDir;
use tower::ServiceExt as _;
use web::Options;

/// The moment at which all tests happen.
pub const NOW: Time = Time(1_795_500_000_000 + 20 * HOUR);

/// An answer.
pub struct Page {
    pub status: StatusCode,
    pub headers: http::HeaderMap,
    pub text: String,
}

impl Page {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|h| h.to_str().ok()).unwrap_or("")
    }

    pub fn has(&self, part: &str) -> &Page {
        assert!(self.text.contains(part), "{part:?} is missing in {}", self.text);
        self
    }

    pub fn lacks(&self, part: &str) -> &Page {
        assert!(!self.text.contains(part), "{part:?} stands in {}", self.text);
        self
    }

    pub fn leads_to(&self, place: &str) {
        assert!(self.status.is_redirection(), "{} {}", self.status, self.text);
        assert_eq!(self.header("location"), place);
    }
}

/// A browser in front of one Horch.
pub struct Browser {
    pub app: Router,
    pub store: Store,
    pub archive: Archive,
    pub cookies: BTreeMap<String, String>,
    pub peer: SocketAddr,
    pub host: String,
    pub headers: Vec<(&'static str, String)>,
    pub proof: String,
    _folder: std::sync::Arc<TempDir>,
}

impl Browser {
    /// In front of an empty Horch, its options changed.
    pub async fn new(change: impl FnOnce(&mut Options)) -> Browser {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let archive = crate::seed::archive(&store, folder.path()).await;
        let mut options = crate::seed::options(&store, &archive, NOW);
        change(&mut options);
        Browser {
            app: web::router(options).await.unwrap(),
            store,
            archive,
            cookies: BTreeMap::new(),
            peer: SocketAddr::from(([127, 0, 0, 1], 50_000)),
            host: "localhost:7400".into(),
            headers: Vec::new(),
            proof: String::new(),
            _folder: folder.into(),
        }
    }

    /// In front of a Horch with an open door and something to show.
    pub async fn seeded() -> Browser {
        let browser = Browser::new(|o| o.open = true).await;
        crate::seed::fill(&browser.store, NOW).await;
        crate::seed::catch_up(&browser.archive, NOW).await;
        browser
    }

    /// Another browser in front of the same Horch.
    pub fn stranger(&self) -> Browser {
        Browser {
            app: self.app.clone(),
            store: self.store.clone(),
            archive: self.archive.clone(),
            cookies: BTreeMap::new(),
            peer: SocketAddr::from(([192, 0, 2, 7], 50_000)),
            host: self.host.clone(),
            headers: Vec::new(),
            proof: String::new(),
            _folder: self._folder.clone(),
        }
    }

    fn request(&self, method: Method, path: &str, body: Body) -> Request<Body> {
        let jar: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.host)
            .header(header::COOKIE, jar.join("; "))
            .extension(ConnectInfo(self.peer));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request.body(body).unwrap()
    }

    /// Asks and leaves the body where it is: for streams.
    pub async fn open(&self, path: &str) -> http::Response<Body> {
        self.app.clone().oneshot(self.request(Method::GET, path, Body::empty())).await.unwrap()
    }

    async fn ask(&mut self, method: Method, path: &str, body: Body) -> Page {
        let request = self.request(method, path, body);
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let (pair, rest) = cookie.to_str().unwrap().split_once("; ").unwrap();
            assert!(rest.contains("HttpOnly") && rest.contains("SameSite=Lax"), "{rest}");
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        if let Some((_, rest)) = text.split_once("name=\"proof\" value=\"") {
            self.proof = rest.split('"').next().unwrap().to_owned();
        }
        Page { status: parts.status, headers: parts.headers, text }
    }

    pub async fn get(&mut self, path: &str) -> Page {
        self.ask(Method::GET, path, Body::empty()).await
    }

    /// What stands in a file that is no text.
    pub async fn bytes(&self, path: &str) -> Vec<u8> {
        let response = self.open(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.into_body().collect().await.unwrap().to_bytes().to_vec()
    }

    /// Sends a body as it is.
    pub async fn post(&mut self, path: &str, body: String) -> Page {
        self.ask(Method::POST, path, Body::from(body)).await
    }

    /// Sends a form with the proof of the last page.
    pub async fn send(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        let proof = self.proof.clone();
        let mut all = vec![("proof", proof.as_str())];
        all.extend(form);
        self.send_bare(path, &all).await
    }

    /// Sends a form as it is.
    pub async fn send_bare(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.ask(Method::POST, path, Body::from(body)).await
    }

    pub fn speak(&mut self, lang: &str) {
        self.headers.retain(|(name, _)| *name != "accept-language");
        self.headers.push(("accept-language", lang.to_owned()));
    }

    /// Adds a person and signs in.
    pub async fn sign_in(&mut self, name: &str, password: &str) -> Page {
        self.get("/sign-in").await;
        self.send("/sign-in", &[("name", name), ("password", password)]).await
    }
}
