//! One line of a table of parts (connectors, notifiers): settings page, documents, status page
//! and conformance tests grow from it.

/// What a setting holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// One entry a line.
    Lines,
    /// An absolute address (`https://…`).
    Url,
    /// Never shown again once saved.
    Secret,
    /// A whole number in this range.
    Number {
        /// Smallest allowed.
        min: i64,
        /// Largest allowed.
        max: i64,
    },
    /// Yes or no.
    Switch,
}

/// One setting of a part, stored as a JSON object's member of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in JSON, and in locale keys `field-<part>-<name>`.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// What counts when it is not set; empty for none. Numbers and switches are written out.
    pub default: &'static str,
    /// It must be set before the part works.
    pub required: bool,
    /// Its label for people: English, German.
    pub label: [&'static str; 2],
}

/// A connector or a notifier, as the rest of the house sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartInfo {
    /// Short lower-case name: `bluesky`, `webhook`.
    pub name: &'static str,
    /// The name people know.
    pub title: &'static str,
    /// What it does, one sentence: English, German.
    pub about: [&'static str; 2],
    /// It works without any account or key.
    pub keyless: bool,
    /// On in a new installation.
    pub on_by_default: bool,
    /// Its settings.
    pub fields: &'static [Field],
    /// The platform's own documentation.
    pub docs: &'static str,
}
