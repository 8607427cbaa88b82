//! Style sheet, script and icon: compiled in, served under addresses that hold a hash of what
//! they are, and kept by browsers for a year.

use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use http::{StatusCode, header};
use sha2::{Digest as _, Sha256};

struct Asset {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
    path: String,
}

static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        asset("horch", "css", "text/css; charset=utf-8", include_str!("../assets/horch.css")),
        asset("horch", "js", "text/javascript; charset=utf-8", include_str!("../assets/horch.js")),
        asset("horch", "svg", "image/svg+xml", include_str!("../assets/horch.svg")),
    ]
});

fn asset(stem: &str, name: &'static str, kind: &'static str, text: &'static str) -> Asset {
    let hash = hex::encode(&Sha256::digest(text.as_bytes())[..6]);
    Asset { name, kind, text, path: format!("{stem}-{hash}.{name}") }
}

/// The address of the `css`, `js` or `svg`.
pub fn address(name: &str) -> String {
    let found = ASSETS.iter().find(|a| a.name == name);
    found.map_or_else(String::new, |a| format!("/assets/{}", a.path))
}

/// `GET /assets/…`
pub async fn serve(Path(path): Path<String>) -> Response {
    let Some(asset) = ASSETS.iter().find(|a| a.path == path) else {
        return status(StatusCode::NOT_FOUND, "not found");
    };
    let mut response = Response::new(Body::from(asset.text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(asset.kind));
    let keep = "public, max-age=31536000, immutable";
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static(keep));
    response
}

/// A bare answer in plain text.
pub fn status(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let plain = header::HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}
