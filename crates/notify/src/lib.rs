//! Ways to reach a person or a system: one file per notifier, and one table that lists them.
//!
//! A [`domain::Way`] names a notifier and holds its settings; [`build`] makes it ready to send.
//! Sending answers with a receipt in words, or says whether trying again makes sense
//! ([`NotifyError`]). The alert's id travels along in every message (mail: `Message-ID`, ntfy:
//! `sequence_id`, webhook: `Horch-Delivery`), so that a message sent twice is seen once.
//!
//! Rules that hold for every notifier: private networks are out of reach unless
//! [`NotifyOptions`] say otherwise, redirects are not followed, ten seconds are the limit for an
//! exchange, and nothing that strangers wrote can add a header or a line of its own.
//!
//! ```
//! use notify::{NotifyError, NotifyOptions};
//!
//! let way = domain::Way {
//!     id: 1,
//!     notifier: "webhook".into(),
//!     name: "Newsroom".into(),
//!     settings: r#"{"url": "https://newsroom.example/horch", "secret": "s3cret"}"#.into(),
//!     watches: vec![],
//!     lang: "en".into(),
//!     paused: false,
//! };
//! assert!(notify::build(&way, &NotifyOptions::default()).is_ok());
//!
//! let inside = domain::Way { settings: r#"{"url": "http://10.0.0.1/"}"#.into(), ..way };
//! let refused = notify::build(&inside, &NotifyOptions::default()).err();
//! assert!(matches!(refused, Some(NotifyError::Setting("url", _))));
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

use async_trait::async_trait;
use domain::{Message, PartInfo, Way};

mod email;
mod guard;
mod http;
mod ntfy;
mod settings;
mod text;
pub mod webhook;

pub use guard::is_public;
pub use text::{one_line, render};

/// Sends one message to one address.
#[async_trait]
pub trait Notifier: Send + Sync + 'static {
    /// Sends; returns the receipt in words.
    ///
    /// # Errors
    /// See [`NotifyError`]: whether trying again makes sense.
    async fn send(&self, message: &Message) -> Result<String, NotifyError>;

    /// Whether a message's picture is worth making: this notifier shows it.
    fn shows_pictures(&self) -> bool {
        false
    }

    /// Checks without telling anybody whether the other side can be reached (for `horch doctor`).
    ///
    /// # Errors
    /// What was tried and how it failed.
    async fn probe(&self) -> Result<String, NotifyError>;
}

/// Why a message was not taken; words for the operator, no secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// A setting is missing or wrong.
    #[error("setting {0}: {1}")]
    Setting(&'static str, String),
    /// A lasting no: trying again is pointless.
    #[error("{0}")]
    Refused(String),
    /// Try again later; `after` seconds where the other side said so.
    #[error("{reason}")]
    Later {
        /// What happened.
        reason: String,
        /// The other side's Retry-After.
        after: Option<u64>,
    },
}

/// What notifiers may reach.
#[derive(Clone, Debug, Default)]
pub struct NotifyOptions {
    /// Private networks may be reached (an SMTP relay or ntfy in the house): the operator's
    /// decision.
    pub allow_private: bool,
    /// These `host:port` may be reached even where private.
    pub allow_hosts: Vec<String>,
    /// Certificates trusted besides the public roots (DER).
    pub extra_roots: Vec<Vec<u8>>,
}

/// One notifier.
pub struct Entry {
    /// What the rest of the house sees.
    pub info: PartInfo,
    /// Builds it from a way's settings. Besides the form's fields a member `lang` (`de`, `en`)
    /// says in which language to write; [`build`] puts it in.
    pub build: Build,
}

/// Builds a notifier from settings.
pub type Build = fn(&serde_json::Value, &NotifyOptions) -> Result<Box<dyn Notifier>, NotifyError>;

/// All notifiers.
pub static NOTIFIERS: &[Entry] = &[
    Entry { info: email::INFO, build: email::build },
    Entry { info: ntfy::INFO, build: ntfy::build },
    Entry { info: webhook::INFO, build: webhook::build },
];

/// The notifier of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Entry> {
    NOTIFIERS.iter().find(|entry| entry.info.name == name)
}

/// Makes a way ready to send, in the way's own language.
///
/// # Errors
/// [`NotifyError::Setting`]: no such notifier, or a setting is missing, wrong, or names a
/// private network that may not be reached.
pub fn build(way: &Way, options: &NotifyOptions) -> Result<Box<dyn Notifier>, NotifyError> {
    let entry = find(&way.notifier)
        .ok_or_else(|| NotifyError::Setting("notifier", format!("unknown: {}", way.notifier)))?;
    let mut settings: serde_json::Value = serde_json::from_str(&way.settings)
        .map_err(|_| NotifyError::Setting("settings", "not a JSON object".into()))?;
    settings
        .as_object_mut()
        .ok_or_else(|| NotifyError::Setting("settings", "not a JSON object".into()))?
        .insert("lang".into(), way.lang.as_str().into());
    (entry.build)(&settings, options)
}
