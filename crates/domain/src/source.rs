//! A source: who speaks. Its tier is the rung it stands on.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::post::{Platform, digest16, parse_hex16};

/// The rung a source stands on, from our own voices up to the leading media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// One of our own people's channels; never counted as outside opinion.
    Own,
    /// A private person.
    Private,
    /// A community: a forum, a group, a club.
    Community,
    /// Somebody who publishes for a living, or an organisation.
    Professional,
    /// Trade and regional media.
    Trade,
    /// Leading media.
    Leading,
}

impl Tier {
    /// Every tier, lowest rung first.
    pub const ALL: [Tier; 6] =
        [Tier::Own, Tier::Private, Tier::Community, Tier::Professional, Tier::Trade, Tier::Leading];

    /// The name used in queries, addresses and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Tier::Own => "own",
            Tier::Private => "private",
            Tier::Community => "community",
            Tier::Professional => "professional",
            Tier::Trade => "trade",
            Tier::Leading => "leading",
        }
    }

    /// The tier of that name, case aside.
    #[must_use]
    pub fn named(name: &str) -> Option<Tier> {
        Tier::ALL.into_iter().find(|t| t.as_str().eq_ignore_ascii_case(name))
    }
}

/// A source's identity: the first 128 bits of SHA-256 over platform and key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub [u8; 16]);

impl SourceId {
    /// The identity of the source that `platform` knows under `key`.
    #[must_use]
    pub fn of(platform: &Platform, key: &str) -> SourceId {
        SourceId(digest16(&[b"source", platform.as_str().as_bytes(), key.as_bytes()]))
    }

    /// Reads the 32 hexadecimal digits that `Display` writes.
    #[must_use]
    pub fn parse(hex: &str) -> Option<SourceId> {
        parse_hex16(hex).map(SourceId)
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceId({self})")
    }
}

/// Who speaks, as far as it is known. `None` is "not known", never "no".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Source {
    /// Unique on the platform and stable: a DID, an account address, a domain.
    pub key: String,
    /// The name people read; may equal `handle` or be empty until the platform told it.
    pub name: String,
    /// The handle without `@`; empty where the platform has none.
    pub handle: String,
    /// The source's own page.
    pub url: String,
    /// The rung it stands on.
    pub tier: Option<Tier>,
    /// Followers or subscribers.
    pub followers: Option<u64>,
    /// ISO 3166 alpha-2 country, upper case.
    pub country: Option<String>,
    /// The platform calls it verified.
    pub verified: Option<bool>,
    /// The platform calls it automated.
    pub bot: Option<bool>,
}

impl Source {
    /// The best name there is for people: name, else handle, else key.
    #[must_use]
    pub fn display_name(&self) -> &str {
        [&self.name, &self.handle, &self.key]
            .into_iter()
            .find(|s| !s.is_empty())
            .map_or("", |s| s.as_str())
    }
}
