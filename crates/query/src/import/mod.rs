//! Queries as other tools write them, read into the same tree.
//!
//! An importer never guesses silently: what is written otherwise here, what means something a
//! little different, and what has no counterpart is each told in a [`Note`] at its place.
//!
//! ```
//! use query::import::{Dialect, NoteKind, import};
//!
//! let read = import(Dialect::Talkwalker, "lamp NEAR/3 fire").expect("it can be read");
//! assert_eq!(read.native, "lamp NEAR/2 fire");
//! assert_eq!(read.notes[0].kind, NoteKind::Converted);
//! ```

mod brandwatch;
mod clauses;
mod fields;
mod leaf;
mod lex;
mod lucene;
mod manticore;
mod meltwater;
mod note;
mod reader;
mod rules;
mod talkwalker;
mod x;

pub use note::{Note, NoteKind};

use crate::ast::{Node, Query};
use crate::error::{ErrorCode, QueryError};
use crate::parse::MAX_BYTES;
use reader::Reader;
use rules::Rules;

/// A way of writing queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// Brandwatch Consumer Research.
    Brandwatch,
    /// Talkwalker.
    Talkwalker,
    /// Meltwater.
    Meltwater,
    /// Lucene's and Elasticsearch's `query_string`.
    Lucene,
    /// Rules of X's filtered stream.
    X,
    /// Manticore Search.
    Manticore,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Dialect; 6] = [
        Dialect::Brandwatch,
        Dialect::Talkwalker,
        Dialect::Meltwater,
        Dialect::Lucene,
        Dialect::X,
        Dialect::Manticore,
    ];

    /// Its name for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Dialect::Brandwatch => "brandwatch",
            Dialect::Talkwalker => "talkwalker",
            Dialect::Meltwater => "meltwater",
            Dialect::Lucene => "lucene",
            Dialect::X => "x",
            Dialect::Manticore => "manticore",
        }
    }

    /// The dialect of that name, case aside.
    #[must_use]
    pub fn named(name: &str) -> Option<Dialect> {
        Dialect::ALL.into_iter().find(|dialect| dialect.as_str().eq_ignore_ascii_case(name))
    }
}

/// A query that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// What it asks for; places in its warnings are those of `native`.
    pub query: Query,
    /// The same in native spelling, fully bracketed.
    pub native: String,
    /// What its author should know, in the order of the text.
    pub notes: Vec<Note>,
}

/// Reads a query of another tool.
///
/// # Errors
/// Where and why it cannot be read, or cannot be asked for here; places are those of `text`.
pub fn import(dialect: Dialect, text: &str) -> Result<Imported, QueryError> {
    if text.len() > MAX_BYTES {
        let at = (0..=MAX_BYTES).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        return Err(QueryError::new(ErrorCode::TooLong, at..text.len(), text));
    }
    let (node, mut notes) = match dialect {
        Dialect::Brandwatch => read(text, &brandwatch::Brandwatch)?,
        Dialect::Talkwalker => talkwalker::read(text)?,
        Dialect::Meltwater => read(text, &meltwater::Meltwater)?,
        Dialect::Lucene => read(text, &lucene::Lucene)?,
        Dialect::X => read(text, &x::X)?,
        Dialect::Manticore => read(text, &manticore::Manticore)?,
    };
    let native = node.to_string();
    let query = crate::parse(&native).map_err(|error| {
        let mut whole = QueryError::new(error.code, 0..text.len(), text).expected(error.expected);
        whole.found = error.found;
        whole
    })?;
    notes.sort_by_key(|note| note.at.start);
    Ok(Imported { query, native, notes })
}

fn read(text: &str, rules: &dyn Rules) -> Result<(Node, Vec<Note>), QueryError> {
    let mut reader = Reader::new(text, rules)?;
    let node = reader.read()?;
    Ok((node, reader.notes))
}
