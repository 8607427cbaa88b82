//! Hacker News through its [public API](https://github.com/HackerNews/API): every story, comment,
//! job and poll by its number, in order, and what changed since.
//!
//! Items are numbered without holes: the cursor is the last number asked for. A number whose
//! item is not there yet is asked for again a few times and then given up with a line in the gap
//! ledger. `updates.json` names what was edited, deleted or answered in the last minutes.

mod cursor;
mod item;
#[cfg(test)]
mod tests;
mod visit;

use std::time::Duration;

use async_trait::async_trait;
use domain::{Field, FieldKind, PartInfo};
use serde_json::Value;
use url::Url;

use crate::connector::{Connector, ConnectorError, Context};
use crate::http::{Get, Http};
use crate::table::Entry;
use crate::{json, settings};

/// The stream's name, for cursor, health and gaps.
pub const STREAM: &str = "hackernews";

const ENDPOINT: &str = "https://hacker-news.firebaseio.com/v0";
/// How often new items are asked for.
const INTERVAL: Duration = Duration::from_secs(10);

/// The line of the table of connectors.
pub const ENTRY: Entry = Entry {
    info: PartInfo {
        name: STREAM,
        title: "Hacker News",
        about: [
            "Hears every story and comment on Hacker News within seconds, without an account.",
            "Hört jeden Beitrag und Kommentar auf Hacker News binnen Sekunden, ohne Konto.",
        ],
        keyless: true,
        on_by_default: true,
        fields: &[Field {
            name: "endpoint",
            kind: FieldKind::Url,
            default: ENDPOINT,
            required: false,
            label: ["API address", "Adresse der Schnittstelle"],
        }],
        docs: "https://github.com/HackerNews/API",
    },
    build: |settings| Ok(Box::new(HackerNews::new(settings)?)),
};

/// The connector.
#[derive(Clone, Debug)]
pub struct HackerNews {
    endpoint: Url,
}

impl HackerNews {
    /// Builds it from its settings.
    ///
    /// # Errors
    /// `endpoint` is no `http`/`https` address.
    pub fn new(settings: &Value) -> Result<HackerNews, ConnectorError> {
        let endpoint = settings::url(settings, "endpoint", &["https", "http"], ENDPOINT)?;
        Ok(HackerNews { endpoint })
    }

    fn get(&self, path: &str) -> Get {
        let url = settings::join(&self.endpoint, path).into();
        Get { url, headers: Vec::new(), api: true }
    }
}

#[async_trait]
impl Connector for HackerNews {
    async fn run(&self, context: Context) -> Result<(), ConnectorError> {
        visit::Listener::starting(self, &context).run().await;
        Ok(())
    }

    async fn probe(&self, http: &Http) -> Result<String, ConnectorError> {
        let unreachable = ConnectorError::Unreachable;
        let answer =
            http.get(self.get("/maxitem.json")).await.map_err(|e| unreachable(e.to_string()))?;
        if !answer.status.is_success() {
            return Err(unreachable(format!("Hacker News answered {}", answer.status)));
        }
        let newest = json::body(&answer).map_err(unreachable)?.as_u64();
        let newest = newest.ok_or_else(|| unreachable("the newest item has no number".into()))?;
        Ok(format!("Hacker News is heard: its newest item is {newest}"))
    }
}
