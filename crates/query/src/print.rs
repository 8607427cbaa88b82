//! From tree to text, fully bracketed; what it writes parses back to the same tree.

use std::fmt::{self, Display, Formatter, Write};

use crate::ast::{Node, Slot};
use crate::fields::{FieldName, Holds};
use crate::lex::is_address;
use crate::range;

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Node::Or(all) => joined(f, all, " OR "),
            Node::And(all) => joined(f, all, " AND "),
            Node::Not(inner) => {
                f.write_str("NOT ")?;
                operand(f, inner)
            }
            Node::Term(word) => term(f, word),
            Node::Prefix(start) => prefix(f, start),
            Node::Phrase(slots) => phrase(f, slots),
            Node::Window { gap, words } => {
                phrase(f, words)?;
                write!(f, "~{gap}")
            }
            Node::Near { gap, ordered, a, b } => {
                let name = if *ordered { "ONEAR" } else { "NEAR" };
                between(f, a, &format!("{name}/{gap}"), b)
            }
            Node::NotNear { gap, a, b } => between(f, a, &format!("NOTNEAR/{gap}"), b),
            Node::SameSentence { ordered, a, b } => {
                between(f, a, if *ordered { "OSENTENCE" } else { "SENTENCE" }, b)
            }
            Node::SameParagraph { ordered, a, b } => {
                between(f, a, if *ordered { "OPARAGRAPH" } else { "PARAGRAPH" }, b)
            }
            Node::AtLeast { n, of } => {
                write!(f, "{n} OF (")?;
                for (i, node) in of.iter().enumerate() {
                    f.write_str(if i > 0 { ", " } else { "" })?;
                    node.fmt(f)?;
                }
                f.write_char(')')
            }
            Node::MinCount { n, expr } => write!(f, "COUNT({expr}) >= {n}"),
            Node::Raw(text) => write!(f, "{{{text}}}"),
            Node::Field { name, expr } => field(f, *name, expr),
            Node::Value(value) => value_text(f, value),
            Node::Is(property) => f.write_str(property.as_str()),
            Node::Wildcard(pattern) => f.write_str(pattern),
            Node::Fuzzy { word, edits } => write!(f, "{word}~{edits}"),
            Node::Regex(expression) => write!(f, "/{expression}/"),
            Node::Stem(word) => write!(f, "stem:{word}"),
            Node::CompoundPart(word) => write!(f, "part:{word}"),
            Node::Slop { slop, words } => {
                phrase(f, words)?;
                write!(f, "~~{slop}")
            }
            Node::Starts(inner) => write!(f, "STARTS({inner})"),
            Node::Ends(inner) => write!(f, "ENDS({inner})"),
            Node::Range { field, lo, hi } => range::print(f, *field, *lo, *hi),
            Node::Saved { kind, name, .. } => write!(f, "{}:\"{name}\"", kind.as_str()),
            Node::Highlight { expr, weight } => {
                write!(f, "({expr})^{}", f64::from(*weight) / 1_000.0)
            }
            Node::NotEvaluable(text) => f.write_str(text),
        }
    }
}

fn joined(f: &mut Formatter<'_>, all: &[Node], between: &str) -> fmt::Result {
    for (i, node) in all.iter().enumerate() {
        f.write_str(if i > 0 { between } else { "" })?;
        operand(f, node)?;
    }
    Ok(())
}

fn between(f: &mut Formatter<'_>, a: &Node, operator: &str, b: &Node) -> fmt::Result {
    operand(f, a)?;
    write!(f, " {operator} ")?;
    operand(f, b)
}

/// A node that stands beside an operator: in brackets where it has an operator of its own.
fn operand(f: &mut Formatter<'_>, node: &Node) -> fmt::Result {
    if is_single(node) || matches!(node, Node::Not(_)) {
        node.fmt(f)
    } else {
        write!(f, "({node})")
    }
}

fn is_single(node: &Node) -> bool {
    matches!(
        node,
        Node::Term(_)
            | Node::Prefix(_)
            | Node::Phrase(_)
            | Node::Window { .. }
            | Node::Raw(_)
            | Node::Field { .. }
            | Node::Value(_)
            | Node::Is(_)
            | Node::AtLeast { .. }
            | Node::MinCount { .. }
            | Node::Wildcard(_)
            | Node::Fuzzy { .. }
            | Node::Regex(_)
            | Node::Stem(_)
            | Node::CompoundPart(_)
            | Node::Slop { .. }
            | Node::Starts(_)
            | Node::Ends(_)
            | Node::Range { .. }
            | Node::Saved { .. }
            | Node::Highlight { .. }
            | Node::NotEvaluable(_)
    )
}

fn field(f: &mut Formatter<'_>, name: FieldName, expr: &Node) -> fmt::Result {
    let bare = match expr {
        Node::AtLeast { .. } | Node::MinCount { .. } | Node::Highlight { .. } => false,
        // After the colon everything up to a bracket belongs to an address.
        Node::Starts(_) | Node::Ends(_) if name.holds() == Holds::Address => false,
        other => is_single(other),
    };
    match bare {
        true => write!(f, "{}:{expr}", name.as_str()),
        false => write!(f, "{}:({expr})", name.as_str()),
    }
}

/// A word as it may stand without quotes.
fn is_safe(word: &str) -> bool {
    let safe = |c: char| {
        c.is_alphanumeric() || matches!(c, '_' | '\'' | '.' | ',' | '@' | '#' | '$') || {
            !c.is_ascii() && !matches!(c, '“' | '”' | '„' | '‟' | '«' | '»') && !c.is_whitespace()
        }
    };
    word.chars().all(safe) && !matches!(word, "and" | "or" | "not") && !is_address(word)
}

fn term(f: &mut Formatter<'_>, word: &str) -> fmt::Result {
    if is_safe(word) { f.write_str(word) } else { write!(f, "\"{word}\"") }
}

fn prefix(f: &mut Formatter<'_>, start: &str) -> fmt::Result {
    if is_safe(start) { write!(f, "{start}*") } else { write!(f, "\"{start}*\"") }
}

fn phrase(f: &mut Formatter<'_>, slots: &[Slot]) -> fmt::Result {
    f.write_char('"')?;
    for (i, slot) in slots.iter().enumerate() {
        f.write_str(if i > 0 { " " } else { "" })?;
        match slot {
            Slot::Word(word) => f.write_str(word)?,
            Slot::Prefix(start) => write!(f, "{start}*")?,
            Slot::Gap => f.write_char('*')?,
        }
    }
    f.write_char('"')
}

fn value_text(f: &mut Formatter<'_>, value: &str) -> fmt::Result {
    let safe = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '/' | ':' | '@');
    if value.chars().all(safe) && !matches!(value, "AND" | "OR" | "NOT") {
        f.write_str(value)
    } else {
        write!(f, "\"{value}\"")
    }
}
