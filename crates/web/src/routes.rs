//! Which address leads where, and what every answer passes through.

use axum::Router;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{get, post};
use http::{StatusCode, header};
use tower_http::compression::CompressionLayer;

use crate::app::App;
use crate::fail::Fail;
use crate::pages::{
    api, api_query, calibration, channels, editor, events, export, import, learning, mention,
    mentions, now, saved, search, search_file, settings, setup, signin, stories, story, trial,
    versions, watches, ways,
};
use crate::{assets, guard, visit};

/// All pages.
pub fn all(app: App) -> Router {
    let known = inside(&app)
        .merge(outside())
        .fallback(|| async { Fail::NotFound })
        .method_not_allowed_fallback(|| async { Fail::Method })
        .layer(from_fn_with_state(app.clone(), visit::know_visitor));
    Router::new()
        .route("/health", get(|| async { "ok\n" }))
        .route("/assets/{file}", get(assets::serve))
        .route("/favicon.ico", get(|| async { assets::status(StatusCode::NOT_FOUND, "none") }))
        .route("/robots.txt", get(|| async { "User-agent: *\nDisallow: /\n" }))
        .merge(known)
        .layer(from_fn_with_state(app.clone(), guard::headers))
        .layer(map_response(unsniffable))
        // Pages and exports travel compressed, the event stream never: it would wait in a buffer.
        .layer(CompressionLayer::new())
        .with_state(app)
}

/// For everybody.
fn outside() -> Router<App> {
    Router::new()
        .route("/sign-in", get(signin::show).post(signin::enter))
        .route("/set-up", get(setup::show).post(setup::create))
        .route("/set-up/{token}", get(setup::open))
}

/// For people who may see what is inside.
fn inside(app: &App) -> Router<App> {
    Router::new()
        .route("/", get(now::show))
        .route("/alerts/{id}/acknowledge", post(now::acknowledge))
        .route("/alerts/acknowledge", post(now::acknowledge_all))
        .route("/mentions", get(mentions::show))
        .route("/mentions.csv", get(export::csv))
        .route("/mentions.jsonl", get(export::jsonl))
        .route("/mentions/{number}", get(mention::show))
        .route("/mentions/{number}/tone", post(learning::say))
        .route("/mentions/{number}/kinds", post(learning::say_kinds))
        .route("/stories", get(stories::show))
        .route("/stories/{id}", get(story::show))
        .route("/stories/{id}/name", post(story::name))
        .route("/stories/{id}/severity", post(story::severity))
        .route("/stories/{id}/mend", post(story::mend))
        .route("/calibration", get(calibration::show))
        .route("/learning", get(learning::show).post(learning::choose))
        .route("/watches", get(watches::list).post(editor::create))
        .route("/watches/new", get(editor::new))
        .route("/watches/import", get(import::show).post(import::add))
        .route("/watches/preview", post(editor::fragment))
        .route("/watches/translate", post(trial::translate))
        .route("/watches/test", post(trial::test))
        .route("/watches/why", post(trial::ask_why))
        .route("/watches/{id}", get(editor::edit).post(editor::change))
        .route("/watches/{id}/versions", get(versions::show))
        .route("/watches/{id}/effect", get(versions::effect))
        .route("/watches/{id}/filling", get(trial::filling))
        .route("/watches/{id}/pause", post(watches::pause))
        .route("/watches/{id}/remove", get(watches::ask_remove).post(watches::remove))
        .route("/saved", get(saved::all))
        .route("/saved/{kind}", get(saved::edit).post(saved::save))
        .route("/saved/{kind}/remove", get(saved::ask_remove).post(saved::remove))
        .route("/search", get(search::show))
        .route("/search.csv", get(search_file::csv))
        .route("/search.jsonl", get(search_file::lines))
        .route("/search.parquet", get(search_file::parquet))
        .route("/search/hours", get(search::hours))
        .route("/search/check", post(search::check))
        .route("/channels", get(channels::show))
        .route("/channels/{connector}", post(channels::change))
        .route("/settings", get(settings::show))
        .route("/settings/language", post(settings::language))
        .route("/settings/password", post(settings::password))
        .route("/settings/ways", post(ways::save))
        .route("/settings/ways/new", get(ways::new))
        .route("/settings/ways/{id}", get(ways::edit).post(ways::save))
        .route("/settings/ways/{id}/remove", get(ways::ask_remove).post(ways::remove))
        .route("/set-up/words", get(setup::words).post(setup::listen))
        .route("/events", get(events::follow))
        .route("/api/mentions", get(api::mentions))
        .route("/api/stories", get(stories::api))
        .route("/api/stories/{id}", get(story::api))
        .route("/api/watches", get(api::watches))
        .route("/api/learning", get(learning::api))
        .route("/api/search", get(api_query::search))
        .route("/api/search/hours", get(api_query::hours))
        .route("/api/query/parse", post(api_query::parse))
        .route("/api/query/explain", post(api_query::explain))
        .route("/api/query/why-not", post(api_query::why_not))
        .route("/api/query/import", post(api_query::import))
        .route("/api/query/diff", post(api_query::diff))
        .route("/sign-out", post(signin::leave))
        .route_layer(from_fn_with_state(app.clone(), visit::only_inside))
}

/// An answer without a kind is plain text, so that no browser guesses.
async fn unsniffable(mut response: Response) -> Response {
    let plain = http::HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().entry(header::CONTENT_TYPE).or_insert(plain);
    response
}
