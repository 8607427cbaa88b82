//! Looking up what a query refers to by name: saved queries, watches, lists of sources.

use crate::ast::{Node, Query, SavedKind};
use crate::error::{ErrorCode, QueryError};
use crate::guard;
use crate::parse::{MAX_NESTING, MAX_TERMS};

/// Fills in everything the query refers to; `look_up` tells what a name stands for, which may
/// refer to further names.
///
/// # Errors
/// A name that stands for nothing, names that refer to each other in a circle, or more terms or
/// levels than a query may have, each at the place of the reference; a query that no word of a
/// post can bring up once it is whole.
///
/// ```
/// use query::{Node, SavedKind, parse, resolve};
///
/// let query = parse("query:\"Trains\" strike").expect("a good query");
/// let trains = parse("train* OR rail").expect("a good query").ast;
/// let mut names = |kind, name: &str| {
///     (kind == SavedKind::Query && name == "Trains").then(|| trains.clone())
/// };
/// assert!(resolve(&query, &mut names).is_ok());
/// let error = resolve(&query, &mut |_, _| None).expect_err("nobody knows it");
/// assert_eq!((error.found.as_str(), error.at), ("Trains", 6..14));
/// ```
pub fn resolve(
    query: &Query,
    look_up: &mut dyn FnMut(SavedKind, &str) -> Option<Node>,
) -> Result<Query, QueryError> {
    if query.references.is_empty() && references(&query.ast).is_empty() {
        return Ok(query.clone());
    }
    let mut resolver = Resolver { query, look_up, open: Vec::new(), terms: 0, at: 0 };
    let ast = resolver.node(&query.ast, 0)?;
    let whole = guard::evaluable(&ast);
    if !whole.is_some_and(|whole| !whole.is_open() && guard::is_indexed(&whole)) {
        return Err(resolver.error(ErrorCode::NeedsWord, ""));
    }
    Ok(Query { ast, ..query.clone() })
}

/// What a tree refers to by name and that is not looked up yet, as often as it does.
#[must_use]
pub fn references(node: &Node) -> Vec<(SavedKind, &str)> {
    let mut names = Vec::new();
    gather(node, &mut names);
    names
}

fn gather<'n>(node: &'n Node, names: &mut Vec<(SavedKind, &'n str)>) {
    match node {
        Node::Saved { kind, name, of: None } => names.push((*kind, name)),
        other => other.children().for_each(|child| gather(child, names)),
    }
}

struct Resolver<'a> {
    query: &'a Query,
    look_up: &'a mut dyn FnMut(SavedKind, &str) -> Option<Node>,
    /// The names that are being filled in, outermost first.
    open: Vec<(SavedKind, String)>,
    terms: usize,
    /// References of the query itself met so far.
    at: usize,
}

impl Resolver<'_> {
    /// An error at the outermost reference.
    fn error(&self, code: ErrorCode, found: &str) -> QueryError {
        let met = self.at.checked_sub(1).and_then(|at| self.query.references.get(at));
        QueryError {
            code,
            at: met.map_or(0..0, |reference| reference.at.clone()),
            expected: String::new(),
            found: found.to_owned(),
            suggestion: None,
        }
    }

    fn node(&mut self, node: &Node, level: u32) -> Result<Node, QueryError> {
        if level > MAX_NESTING * 2 {
            return Err(self.error(ErrorCode::TooDeep, ""));
        }
        let below = level + 1;
        let boxed = |resolver: &mut Self, inner: &Node| -> Result<Box<Node>, QueryError> {
            resolver.node(inner, below).map(Box::new)
        };
        Ok(match node {
            Node::Saved { kind, name, of: None } => return self.saved(*kind, name, below),
            Node::Or(all) => Node::Or(self.all(all, below)?),
            Node::And(all) => Node::And(self.all(all, below)?),
            Node::AtLeast { n, of } => Node::AtLeast { n: *n, of: self.all(of, below)? },
            Node::Not(inner) => Node::Not(boxed(self, inner)?),
            Node::Highlight { expr, weight } => {
                Node::Highlight { expr: boxed(self, expr)?, weight: *weight }
            }
            // References have no place in a text: they stand in nothing else.
            other => {
                self.terms += 1;
                if self.terms > MAX_TERMS {
                    return Err(self.error(ErrorCode::TooManyTerms, ""));
                }
                other.clone()
            }
        })
    }

    fn all(&mut self, nodes: &[Node], level: u32) -> Result<Vec<Node>, QueryError> {
        nodes.iter().map(|node| self.node(node, level)).collect()
    }

    fn saved(&mut self, kind: SavedKind, name: &str, level: u32) -> Result<Node, QueryError> {
        if self.open.is_empty() {
            self.at += 1;
        }
        let key = (kind, name.to_lowercase());
        if self.open.contains(&key) {
            let circle: Vec<&str> = self.open.iter().map(|(_, name)| name.as_str()).collect();
            let circle = format!("{} → {}", circle.join(" → "), key.1);
            return Err(self.error(ErrorCode::Circle, name).expected(circle));
        }
        let Some(found) = (self.look_up)(kind, name) else {
            return Err(self.error(ErrorCode::UnknownName, name).expected(kind.as_str()));
        };
        self.open.push(key);
        let of = self.node(&found, level)?;
        self.open.pop();
        Ok(Node::Saved { kind, name: name.to_owned(), of: Some(Box::new(of)) })
    }
}
