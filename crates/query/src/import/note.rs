//! What an importer has to say about its reading.

use serde::{Deserialize, Serialize};

use crate::ast::At;
use crate::error::Lang;

/// How much a note matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoteKind {
    /// Written otherwise here, with the same meaning.
    Converted,
    /// The nearest that can be asked for here; other posts may match.
    Changed,
    /// It has no counterpart here and was left out.
    Lost,
}

impl NoteKind {
    /// Its name for machines: `changed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            NoteKind::Converted => "converted",
            NoteKind::Changed => "changed",
            NoteKind::Lost => "lost",
        }
    }
}

/// One remark on how a query was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Where in the text that was read, in bytes.
    pub at: At,
    /// How much it matters.
    pub kind: NoteKind,
    /// In English.
    pub en: String,
    /// In German.
    pub de: String,
}

impl Note {
    /// The remark in one sentence.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::De => &self.de,
        }
    }
}
