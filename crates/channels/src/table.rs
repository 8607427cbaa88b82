//! The table of connectors: everything that grows from it (settings, documents, status page,
//! conformance test) reads it here.

use domain::PartInfo;

use crate::connector::{Connector, ConnectorError};
use crate::{bluesky, feeds, hackernews, mastodon};

/// One connector.
pub struct Entry {
    /// What the rest of the house sees.
    pub info: PartInfo,
    /// Builds it from its settings (a JSON object with the fields of `info.fields`; missing ones
    /// take their defaults).
    pub build: fn(&serde_json::Value) -> Result<Box<dyn Connector>, ConnectorError>,
}

/// All connectors, in the order screens list them.
pub static CONNECTORS: &[Entry] =
    &[feeds::ENTRY, bluesky::ENTRY, mastodon::ENTRY, hackernews::ENTRY];
