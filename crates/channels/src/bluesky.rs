//! Bluesky, heard whole through [Jetstream](https://github.com/bluesky-social/jetstream):
//! every public post of the network as JSON over one WebSocket.
//!
//! The cursor is Jetstream's `time_us`. After a break the stream is replayed from five seconds
//! before it; while it was broken a gap stands in the ledger, made up for when the replay has
//! reached the moment of reconnection. Jetstream keeps a day or three: where the first event of
//! a replay is more than a minute newer than the cursor, the rest was too late.

mod event;
mod profiles;
mod record;
mod session;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use domain::{Field, FieldKind, PartInfo, Source};
use serde_json::Value;
use url::Url;

use crate::connector::{Connector, ConnectorError, Context};
use crate::http::Http;
use crate::http::websocket::MAX_MESSAGE;
use crate::settings;
use crate::table::Entry;

/// The stream's name, for cursor, health and gaps.
pub const STREAM: &str = "bluesky";

const ENDPOINT: &str = "wss://jetstream2.us-east.bsky.network/subscribe";
const API: &str = "https://public.api.bsky.app";

/// The line of the table of connectors.
pub const ENTRY: Entry = Entry {
    info: PartInfo {
        name: STREAM,
        title: "Bluesky",
        about: [
            "Hears every public post on Bluesky within a second, without an account.",
            "Hört jeden öffentlichen Beitrag auf Bluesky binnen einer Sekunde, ohne Konto.",
        ],
        keyless: true,
        on_by_default: true,
        fields: &[
            Field {
                name: "endpoint",
                kind: FieldKind::Url,
                default: ENDPOINT,
                required: false,
                label: ["Jetstream server", "Jetstream-Server"],
            },
            Field {
                name: "api",
                kind: FieldKind::Url,
                default: API,
                required: false,
                label: ["Server for profiles", "Server für Profile"],
            },
        ],
        docs: "https://docs.bsky.app/blog/jetstream",
    },
    build: |settings| Ok(Box::new(Bluesky::new(settings)?)),
};

/// The connector.
#[derive(Clone, Debug)]
pub struct Bluesky {
    endpoint: Url,
    api: Url,
}

impl Bluesky {
    /// Builds it from its settings.
    ///
    /// # Errors
    /// `endpoint` is no `ws`/`wss` address or `api` no `http`/`https` address.
    pub fn new(settings: &Value) -> Result<Bluesky, ConnectorError> {
        Ok(Bluesky {
            endpoint: settings::url(settings, "endpoint", &["wss", "ws"], ENDPOINT)?,
            api: settings::url(settings, "api", &["https", "http"], API)?,
        })
    }

    /// The address to subscribe at, from `cursor` (microseconds) on or live.
    fn subscription(&self, cursor: Option<u64>) -> String {
        let mut url = self.endpoint.clone();
        let mut query = url.query_pairs_mut();
        query.append_pair("wantedCollections", event::POSTS);
        // Larger messages would end the connection: Jetstream leaves them out by itself.
        query.append_pair("maxMessageSizeBytes", &MAX_MESSAGE.to_string());
        if let Some(cursor) = cursor {
            query.append_pair("cursor", &cursor.to_string());
        }
        drop(query);
        url.into()
    }
}

#[async_trait]
impl Connector for Bluesky {
    async fn run(&self, context: Context) -> Result<(), ConnectorError> {
        session::Session::starting(self, &context).run().await;
        Ok(())
    }

    async fn probe(&self, http: &Http) -> Result<String, ConnectorError> {
        session::probe(self, http).await
    }

    async fn profiles(&self, http: &Http, keys: &[String]) -> Result<Vec<Source>, ConnectorError> {
        profiles::look_up(&self.api, http, keys).await
    }
}
