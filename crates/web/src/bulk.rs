//! Many queries from one text: a line is `name<TAB>query`, or a query that is its own name.
//!
//! ```
//! use web::bulk::{lines, Dialect};
//!
//! let read: Vec<_> = lines("Lamp\tlamp AND fire\n# a comment\n(broken", Dialect::Native).collect();
//! assert_eq!((read[0].name.as_str(), read[0].number), ("Lamp", 1));
//! assert!(read[0].query.is_ok() && read[1].query.is_err());
//! assert_eq!(read[1].number, 3);
//! ```

use std::collections::HashSet;

use query::QueryError;
use query::import::{self, Imported};

use crate::pages::watches::LONGEST_NAME;

/// Whose query language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Our own.
    Native,
    /// Another tool's.
    Of(import::Dialect),
}

impl Dialect {
    /// Our own, then all others.
    pub fn all() -> impl Iterator<Item = Dialect> {
        std::iter::once(Dialect::Native).chain(import::Dialect::ALL.map(Dialect::Of))
    }

    /// Its name for machines: `native`, `brandwatch`, …
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Dialect::Native => "native",
            Dialect::Of(dialect) => dialect.as_str(),
        }
    }

    /// The dialect of that name, case aside.
    #[must_use]
    pub fn named(name: &str) -> Option<Dialect> {
        Dialect::all().find(|dialect| dialect.as_str().eq_ignore_ascii_case(name))
    }

    /// The name of the tool, for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Dialect::Native => "Horch",
            Dialect::Of(import::Dialect::Brandwatch) => "Brandwatch",
            Dialect::Of(import::Dialect::Talkwalker) => "Talkwalker",
            Dialect::Of(import::Dialect::Meltwater) => "Meltwater",
            Dialect::Of(import::Dialect::Lucene) => "Lucene, Elasticsearch, OpenSearch",
            Dialect::Of(import::Dialect::X) => "X (Twitter)",
            Dialect::Of(import::Dialect::Manticore) => "Manticore, Sphinx",
        }
    }

    /// Reads a query in this dialect.
    ///
    /// # Errors
    /// Where and why it cannot be read.
    pub fn read(self, text: &str) -> Result<Imported, QueryError> {
        match self {
            Dialect::Of(dialect) => import::import(dialect, text),
            Dialect::Native => query::parse(text).map(|query| Imported {
                native: query.to_string(),
                query,
                notes: Vec::new(),
            }),
        }
    }
}

/// One line.
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// The name it gives, or the query cut to a name's length.
    pub name: String,
    /// The query as written.
    pub text: String,
    /// What it says, or why it cannot be read.
    pub query: Result<Imported, QueryError>,
}

/// Reads a text line by line; empty lines and those that begin with `#` followed by a blank are
/// passed over.
pub fn lines(text: &str, dialect: Dialect) -> impl Iterator<Item = Line> {
    let text = text.trim_start_matches('\u{feff}');
    text.lines().enumerate().filter_map(move |(i, line)| {
        let line = line.trim();
        if line.is_empty() || line == "#" || line.starts_with("# ") {
            return None;
        }
        let (name, text) = match line.split_once('\t') {
            Some((name, text)) => (name.trim(), text.trim()),
            None => (line, line),
        };
        Some(Line {
            number: i + 1,
            name: short(name),
            text: text.to_owned(),
            query: dialect.read(text),
        })
    })
}

/// A text as one query, without a name.
#[must_use]
pub fn whole(text: &str, dialect: Dialect) -> Line {
    let text = text.trim_start_matches('\u{feff}').trim().to_owned();
    Line { number: 1, name: short(&text), query: dialect.read(&text), text }
}

/// Names that are given already, case aside.
#[derive(Default)]
pub struct Taken(HashSet<String>);

impl Taken {
    /// These names are given.
    pub fn of<'n>(names: impl Iterator<Item = &'n str>) -> Taken {
        Taken(names.map(folded).collect())
    }

    /// Gives a name; `false` when it was given before.
    pub fn give(&mut self, name: &str) -> bool {
        self.0.insert(folded(name))
    }
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

fn short(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    let cut: String = name.chars().take(LONGEST_NAME - 1).collect();
    format!("{}…", cut.trim_end())
}
