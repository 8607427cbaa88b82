//! Feeds of blogs and news sites: RSS 0.9x, 1.0 and 2.0, Atom and JSON Feed, sick or well.
//!
//! The way of a feed: [`visit()`] asks for it (with its ETag, through the guarded client);
//! `charset` makes characters of its bytes; `repair` makes strict XML of what is none; `read`
//! parses the items that were not known yet; `post` makes posts of them, with `html` for their
//! texts and `dates` for their times. `listen` decides when which feed is visited (`pace`) and
//! hands over what came, together with the feed's memory ([`state::State`]), which is its cursor.
//!
//! Per feed no more is asked than needed: an unchanged feed costs one short answer, and an item
//! whose source text was seen before is not parsed again.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{Field, FieldKind, PartInfo};

use crate::clock::Clock;
use crate::connector::{Connector, ConnectorError, Context};
use crate::http::Http;
use crate::settings;
use crate::table::Entry;

pub mod catalogue;
pub(crate) mod charset;
pub(crate) mod dates;
pub(crate) mod entities;
pub(crate) mod html;
pub(crate) mod listen;
pub(crate) mod pace;
pub(crate) mod post;
pub(crate) mod read;
pub(crate) mod repair;
pub mod state;
#[cfg(test)]
mod tests;
pub mod visit;

pub use catalogue::FeedSpec;
pub use visit::{Outcome, Visit, visit};

/// The wait between two visits where the settings say nothing, in seconds.
const INTERVAL: i64 = 300;
const LANGUAGES: &str = "de,en";

/// The table's line.
pub(crate) const ENTRY: Entry = Entry {
    info: PartInfo {
        name: "web",
        title: "Feeds",
        about: [
            "Reads blogs and news sites through their feeds (RSS, Atom, JSON Feed).",
            "Liest Blogs und Nachrichtenseiten über ihre Feeds (RSS, Atom, JSON Feed).",
        ],
        keyless: true,
        on_by_default: true,
        fields: &[
            Field {
                name: "feeds",
                kind: FieldKind::Lines,
                default: "",
                required: false,
                label: [
                    "Feeds of your own, one a line: address | name | language | tier | channel",
                    "Eigene Feeds, einer je Zeile: Adresse | Name | Sprache | Stufe | Kanal",
                ],
            },
            Field {
                name: "catalogue",
                kind: FieldKind::Switch,
                default: "true",
                required: false,
                label: ["Listen to the starter catalogue", "Den mitgelieferten Katalog hören"],
            },
            Field {
                name: "languages",
                kind: FieldKind::Text,
                default: LANGUAGES,
                required: false,
                label: ["Languages from the catalogue", "Sprachen aus dem Katalog"],
            },
            Field {
                name: "interval",
                kind: FieldKind::Number { min: 60, max: 86_400 },
                default: "300",
                required: false,
                label: [
                    "Seconds between two visits to a feed",
                    "Sekunden zwischen zwei Besuchen eines Feeds",
                ],
            },
        ],
        docs: "https://www.rssboard.org/rss-specification",
    },
    build: |settings| Ok(Box::new(Feeds::new(settings)?)),
};

/// The connector.
#[derive(Debug)]
pub struct Feeds {
    specs: Vec<Arc<FeedSpec>>,
    /// Seconds.
    interval: u64,
}

impl Feeds {
    /// Builds it from its settings: `feeds`, `catalogue`, `languages`, `interval`.
    ///
    /// # Errors
    /// The setting that is wrong, and what would be right.
    pub fn new(settings: &serde_json::Value) -> Result<Feeds, ConnectorError> {
        let lines = settings::lines(settings, "feeds", "");
        let catalogue = settings::switch(settings, "catalogue", true);
        let languages = settings::text(settings, "languages", LANGUAGES);
        let interval = settings::number(settings, "interval", 60..=86_400, INTERVAL)?;
        catalogue::specs(&[], catalogue, languages)
            .map_err(|reason| ConnectorError::Setting { field: "languages", reason })?;
        let specs = catalogue::specs(&lines, catalogue, languages)
            .map_err(|reason| ConnectorError::Setting { field: "feeds", reason })?;
        let specs = specs.into_iter().map(Arc::new).collect();
        Ok(Feeds { specs, interval: interval.unsigned_abs() })
    }

    /// The feeds it listens to, in the order of their first visit.
    #[must_use]
    pub fn specs(&self) -> &[Arc<FeedSpec>] {
        &self.specs
    }
}

#[async_trait]
impl Connector for Feeds {
    async fn run(&self, context: Context) -> Result<(), ConnectorError> {
        listen::Round::new(&context, &self.specs, self.interval).run().await;
        Ok(())
    }

    async fn probe(&self, http: &Http) -> Result<String, ConnectorError> {
        let mut failure = "no feeds: the list is empty and the catalogue is off".to_owned();
        // One feed may have a bad day; three seldom have it together.
        for spec in self.specs.iter().take(3) {
            let visit = visit(http, spec, &state::State::default(), &Clock::wall()).await;
            match visit.outcome {
                Outcome::Read { .. } | Outcome::Unchanged => {
                    let (posts, feeds) = (visit.posts.len(), self.specs.len());
                    return Ok(format!(
                        "{} answers with {posts} posts; {feeds} feeds in all",
                        spec.site
                    ));
                }
                Outcome::Gone => failure = format!("{} is gone (410)", spec.url),
                Outcome::Failed { detail, .. } => failure = format!("{}: {detail}", spec.site),
            }
        }
        Err(ConnectorError::Unreachable(failure))
    }
}
