//! What can go wrong, and the page that says so in words.

use askama::Template;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::WebError;
use crate::app::App;
use crate::frame::{Frame, page};
use crate::visit::Visit;

/// Why a request has no answer.
#[derive(Clone, Debug)]
pub enum Fail {
    /// There is nothing here.
    NotFound,
    /// This program was built without PDF.
    #[cfg_attr(feature = "pdf", allow(dead_code))]
    NoPdf,
    /// This address takes no such request.
    Method,
    /// Sign in first.
    SignIn,
    /// Not allowed; the key says why.
    Refused(&'static str),
    /// Too often; try again in a quarter of an hour.
    TooOften,
    /// Too many open pages.
    TooMany,
    /// Too many searches.
    Busy,
    /// The form is too large.
    TooLarge,
    /// A program's question cannot be read; the reason.
    Malformed(String),
    /// It took too long.
    Slow,
    /// Our own fault; logged.
    Store(String),
    /// Our own fault; logged.
    Web(#[allow(dead_code)] WebErrorText),
}

/// A [`WebError`] in words; errors themselves cannot be cloned.
pub type WebErrorText = std::sync::Arc<WebError>;

impl Fail {
    fn status(&self) -> StatusCode {
        match self {
            Fail::NotFound | Fail::NoPdf => StatusCode::NOT_FOUND,
            Fail::Method => StatusCode::METHOD_NOT_ALLOWED,
            Fail::SignIn => StatusCode::UNAUTHORIZED,
            Fail::Refused(_) => StatusCode::FORBIDDEN,
            Fail::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Fail::Malformed(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Fail::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Fail::Slow | Fail::TooMany | Fail::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Fail::Store(_) | Fail::Web(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn key(&self) -> &'static str {
        match self {
            Fail::NotFound => "fail-not-found",
            Fail::NoPdf => "fail-no-pdf",
            Fail::Method => "fail-method",
            Fail::SignIn => "fail-sign-in",
            Fail::Refused(key) => key,
            Fail::TooOften => "fail-too-often",
            Fail::TooMany => "fail-too-many",
            Fail::Busy => "fail-busy",
            Fail::TooLarge => "fail-too-large",
            Fail::Malformed(_) => "fail-malformed",
            Fail::Slow => "fail-slow",
            Fail::Store(_) | Fail::Web(_) => "fail-ours",
        }
    }
}

impl From<store::StoreError> for Fail {
    fn from(error: store::StoreError) -> Fail {
        match error {
            store::StoreError::Missing(_) => Fail::NotFound,
            other => Fail::Store(other.to_string()),
        }
    }
}

impl From<WebError> for Fail {
    fn from(error: WebError) -> Fail {
        match error {
            WebError::Store(error) => error.into(),
            other => Fail::Web(other.into()),
        }
    }
}

impl From<askama::Error> for Fail {
    fn from(error: askama::Error) -> Fail {
        Fail::Store(format!("a page could not be written: {error}"))
    }
}

impl IntoResponse for Fail {
    /// Only a marker: the layer that knows the visitor's language writes the page.
    fn into_response(self) -> Response {
        if let Fail::Store(error) = &self {
            tracing::error!(%error, "a page failed");
        }
        if let Fail::Web(error) = &self {
            tracing::error!(%error, "a page failed");
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    f: Frame,
    status: u16,
    text: String,
    sign_in: bool,
}

/// The page for a failure.
pub async fn error_page(app: &App, visit: &Visit, fail: &Fail) -> Response {
    let mut text = visit.words().say(fail.key()).into_owned();
    if let Fail::Malformed(reason) = fail {
        text = format!("{text} {reason}");
    }
    let frame = Frame::bare(app, visit, "title-error");
    let template = ErrorPage {
        f: frame,
        status: fail.status().as_u16(),
        text,
        sign_in: matches!(fail, Fail::SignIn),
    };
    let mut response = page(&template).unwrap_or_else(|_| Response::new(Body::empty()));
    *response.status_mut() = fail.status();
    if matches!(fail, Fail::TooOften | Fail::TooMany | Fail::Busy | Fail::Slow) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}
