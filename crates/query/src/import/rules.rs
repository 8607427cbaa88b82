//! What a dialect tells the reader about itself.

use crate::ast::{At, Node};
use crate::error::QueryError;
use crate::fields::FieldName;

use super::fields::Target;
use super::lex::Lexis;
use super::reader::Reader;

/// An operator that joins two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    And,
    Or,
    Not,
    /// The right side wishes, it does not ask.
    Maybe,
    Near {
        gap: u32,
        ordered: bool,
    },
    NotNear {
        gap: u32,
    },
    Sentence {
        ordered: bool,
    },
    Paragraph {
        ordered: bool,
    },
}

/// How tightly operators bind, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Or,
    And,
    Near,
}

/// What is a dialect's own.
pub(super) trait Rules {
    fn lexis(&self) -> Lexis;

    fn levels(&self) -> &'static [Level] {
        &[Level::Or, Level::And, Level::Near]
    }

    /// `NOT` takes out of the whole bracket, whatever stands beside it.
    fn not_takes_from_the_whole(&self) -> bool {
        false
    }

    /// Clauses with signs instead of operators that bind (Lucene).
    fn has_clauses(&self) -> bool {
        false
    }

    /// The operator that a word is, and what is to be said about it.
    fn operator(
        &self,
        reader: &mut Reader<'_>,
        word: &str,
        at: &At,
    ) -> Result<Option<Op>, QueryError>;

    /// What a field of that name (lower case) asks for.
    fn field(&self, name: &str) -> Option<Target>;

    /// The fields that hold from here to the next such word (Manticore's `@title`); none for all.
    fn limit(&self, _word: &str) -> Option<Vec<FieldName>> {
        None
    }

    /// A word without quotes.
    fn word(&self, reader: &mut Reader<'_>, word: &str, at: At) -> Result<Node, QueryError> {
        reader.plain(word, at)
    }

    /// A phrase: what stands in the quotes, the signs before and the text glued behind it: `~5`
    /// for words so close, or a weight.
    fn quoted(
        &self,
        reader: &mut Reader<'_>,
        inner: &str,
        _signs: &str,
        tail: &str,
        at: At,
    ) -> Result<Node, QueryError> {
        if let Some(digits) = tail.strip_prefix('~') {
            let gap = reader.distance(digits, &at)?;
            return reader.phrase(inner, &format!("~{gap}"), at);
        }
        let node = reader.phrase(inner, "", at.clone())?;
        reader.weighted(node, tail, at)
    }

    /// A bracket and the text glued behind it.
    fn bracket(
        &self,
        reader: &mut Reader<'_>,
        node: Node,
        tail: &str,
        at: At,
    ) -> Result<Node, QueryError> {
        reader.weighted(node, tail, at)
    }
}
