//! The screens of Horch: server-rendered pages that work without JavaScript and become live
//! with it.
//!
//! Every screen answers one question and has one file under `pages/`. A request passes through
//! `guard` (headers), `visit` (who asks; nobody gets further without the right to) and ends in a
//! page that an askama template writes in the reader's words (`lang`, Fluent). Whatever changes
//! anything takes a `visit::Sent` form, which proves that it comes from our own page.
//! Live pages follow `/events`: the same fragments that the page is made of, under ids from which
//! a broken connection goes on. `web` is the only crate that knows HTML; it knows no connector
//! and no notifier but by the tables that are handed in.
//!
//! ```
//! use std::sync::Arc;
//!
//! struct Quiet;
//!
//! #[async_trait::async_trait]
//! impl web::Hooks for Quiet {
//!     async fn try_way(&self, _: &domain::Way) -> Result<String, String> {
//!         Ok("taken".into())
//!     }
//!     fn check_way(&self, _: &domain::Way) -> Result<(), String> {
//!         Ok(())
//!     }
//!     fn check_connector(&self, _: &str, _: &serde_json::Value) -> Result<(), String> {
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let store = store::Store::open(folder.path()).await?;
//! let link = web::setup_link(&store, "http://localhost:7400", domain::Time(0)).await?;
//! assert!(link.is_some_and(|link| link.starts_with("http://localhost:7400/set-up/")));
//! let options = store::ArchiveOptions {
//!     folder: folder.path().join("archive"),
//!     days: 30,
//!     max_bytes: 1 << 30,
//! };
//! let archive = store::Archive::open(&store, options).await?;
//! let _router = web::router(web::Options {
//!     archive,
//!     store,
//!     now: Arc::new(|| domain::Time(0)),
//!     connectors: vec![],
//!     notifiers: vec![],
//!     public_url: "http://localhost:7400".into(),
//!     demo: None,
//!     open: false,
//!     hooks: Arc::new(Quiet),
//! })
//! .await?;
//! # Ok(())
//! # }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod app;
pub mod ask;
mod assets;
pub mod branches;
pub mod bulk;
mod chart;
mod fail;
mod filling;
mod filter;
mod form;
mod found;
mod frame;
mod guard;
mod holdings;
mod ladder;
mod lang;
pub mod learning;
mod limits;
pub mod near;
mod pages;
mod paint;
mod preview;
pub mod records;
mod routes;
mod said;
mod secrets;
mod show;
mod told;
#[cfg(feature = "pdf")]
mod typeset;
mod views;
mod visit;

use std::sync::Arc;

use async_trait::async_trait;
use domain::Time;
use store::{Archive, Store};

pub use pages::story::ladder_for_mail;
pub use show::moment;

/// Tells the time; in a demo it runs faster than the wall.
pub type Now = Arc<dyn Fn() -> Time + Send + Sync>;

/// What the screens need from the rest of the house.
#[derive(Clone)]
pub struct Options {
    /// Where everything is kept.
    pub store: Store,
    /// Every post that was heard, searchable.
    pub archive: Archive,
    /// The clock.
    pub now: Now,
    /// The table of connectors: Channels grows its settings forms from it.
    pub connectors: Vec<domain::PartInfo>,
    /// The table of notifiers: Settings grows its forms from it.
    pub notifiers: Vec<domain::PartInfo>,
    /// The address as people reach it (`https://horch.example`), without a path; decides whether
    /// cookies are `Secure`, and is what links begin with.
    pub public_url: String,
    /// The speed of a demo's clock; then a banner says so and sign-in is not asked.
    pub demo: Option<f64>,
    /// No sign-in is asked of peers on loopback that name a loopback host.
    pub open: bool,
    /// What the screens may ask of the rest of the house.
    pub hooks: Arc<dyn Hooks>,
}

/// What the screens may ask of the rest of the house.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// Sends a test message by this way and returns the receipt.
    ///
    /// # Errors
    /// Why it could not be delivered, in words, without secrets.
    async fn try_way(&self, way: &domain::Way) -> Result<String, String>;

    /// Checks a way's settings without sending anything.
    ///
    /// # Errors
    /// What is wrong, in words.
    fn check_way(&self, way: &domain::Way) -> Result<(), String>;

    /// Checks a connector's settings, a JSON object with the fields its form names.
    ///
    /// # Errors
    /// What is wrong, in words.
    fn check_connector(&self, name: &str, settings: &serde_json::Value) -> Result<(), String>;

    /// What the running house knows of a watch beyond what is stored.
    fn watch_state(&self, _watch: domain::WatchId) -> domain::WatchState {
        domain::WatchState::default()
    }

    /// The watches that take most of the matcher's work, the costliest first, at most `most`.
    fn costliest(&self, _most: usize) -> Vec<domain::WatchId> {
        Vec::new()
    }

    /// Whether what the house has learnt says which of this watch's mentions are of that kind.
    fn kind_head(&self, _watch: domain::WatchId, _kind: domain::Kind) -> bool {
        false
    }

    /// What the house has learnt, as it judges the mentions of this watch; `None`: nothing.
    fn head(&self, _watch: domain::WatchId) -> Option<Arc<text::head::Head>> {
        None
    }

    /// What this house's own finished stories taught the forecast of stories.
    fn calibration(&self) -> domain::forecast::Calibration {
        domain::forecast::Calibration::default()
    }

    /// The watches that are not matched: what they refer to is gone, say.
    fn troubled(&self) -> Vec<domain::WatchId> {
        Vec::new()
    }
}

/// Why the screens cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The operating system gives no randomness.
    #[error("no randomness: {0}")]
    Randomness(String),
    /// A setting of the screens is damaged.
    #[error("setting {0} is damaged")]
    Setting(&'static str),
    /// The public address is no address.
    #[error("public_url {0:?} is not an http or https address")]
    PublicUrl(String),
}

/// All pages. Serve it with `into_make_service_with_connect_info::<SocketAddr>()`: the peer's
/// address decides about open mode and rate limits.
///
/// # Errors
/// The store does not answer, or `public_url` is no address.
pub async fn router(options: Options) -> Result<axum::Router, WebError> {
    Ok(routes::all(app::App::new(options).await?))
}

/// A one-time link to the set-up page while there is no user yet, else `None`. Every call makes
/// a new link and ends the one before; the token is stored as its SHA-256 in the setting
/// `secret.setup`.
///
/// # Errors
/// The store does not answer, or there is no randomness.
pub async fn setup_link(
    store: &Store,
    public_url: &str,
    _now: Time,
) -> Result<Option<String>, WebError> {
    if !store.users().await?.is_empty() {
        return Ok(None);
    }
    let token = secrets::token()?;
    let kept = hex::encode(secrets::fingerprint(&token));
    store.set_setting(pages::setup::SETTING, &kept).await?;
    Ok(Some(format!("{}/set-up/{token}", public_url.trim_end_matches('/'))))
}
