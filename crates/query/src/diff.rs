//! What changed between two versions of a query.

use serde::Serialize;

use crate::ast::{Node, Query};
use crate::error::Lang;
use crate::explain::explain;

/// What happened to a branch. For machines in lower case: `added`, `removed`, `changed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It asks for something else.
    Changed,
}

impl Kind {
    /// Its sign before a line: `+`, `−`, `±`.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Kind::Added => "+",
            Kind::Removed => "−",
            Kind::Changed => "±",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What happened.
    pub kind: Kind,
    /// The branch as it was, in native spelling; empty where it is new.
    pub before: String,
    /// The branch as it is; empty where it is gone.
    pub after: String,
    /// The difference in words.
    pub words: String,
}

/// What was added, removed and changed from `old` to `new`; empty where both mean the same apart
/// from order and doubles.
///
/// ```
/// use query::{ChangeKind, Lang, diff, parse};
///
/// let old = parse("lamp AND (fire OR smoke)").expect("a good query");
/// let new = parse("(smoke OR fire OR burn*) lamp -sale").expect("a good query");
/// let changes = diff(&old, &new, Lang::En);
/// let words: Vec<&str> = changes.iter().map(|change| change.words.as_str()).collect();
/// assert_eq!(words, [
///     "added to one of: words that begin with “burn”",
///     "added to all of: not “sale”",
/// ]);
/// assert!(changes.iter().all(|change| change.kind == ChangeKind::Added));
/// ```
#[must_use]
pub fn diff(old: &Query, new: &Query, lang: Lang) -> Vec<Change> {
    let mut changes = Vec::new();
    compare(&normal(&old.ast), &normal(&new.ast), lang, &mut changes);
    changes
}

/// The tree with its branches in one order and without doubles.
fn normal(node: &Node) -> Node {
    let all = |nodes: &[Node]| -> Vec<Node> {
        let mut nodes: Vec<Node> = nodes.iter().map(normal).collect();
        nodes.sort_by_cached_key(Node::to_string);
        nodes
    };
    let boxed = |node: &Node| Box::new(normal(node));
    // Without order, the sides of a distance may be exchanged.
    let sides = |a: &Node, b: &Node, ordered: bool| {
        let (a, b) = (normal(a), normal(b));
        match !ordered && a.to_string() > b.to_string() {
            true => (Box::new(b), Box::new(a)),
            false => (Box::new(a), Box::new(b)),
        }
    };
    match node {
        Node::And(nodes) => {
            let mut nodes = all(nodes);
            nodes.dedup();
            Node::and(nodes)
        }
        Node::Or(nodes) => {
            let mut nodes = all(nodes);
            nodes.dedup();
            Node::or(nodes)
        }
        Node::AtLeast { n, of } => Node::AtLeast { n: *n, of: all(of) },
        Node::Not(inner) => Node::Not(boxed(inner)),
        Node::Field { name, expr } => Node::Field { name: *name, expr: boxed(expr) },
        Node::Highlight { expr, weight } => Node::Highlight { expr: boxed(expr), weight: *weight },
        Node::MinCount { n, expr } => Node::MinCount { n: *n, expr: boxed(expr) },
        Node::Near { gap, ordered, a, b } => {
            let (a, b) = sides(a, b, *ordered);
            Node::Near { gap: *gap, ordered: *ordered, a, b }
        }
        Node::SameSentence { ordered, a, b } => {
            let (a, b) = sides(a, b, *ordered);
            Node::SameSentence { ordered: *ordered, a, b }
        }
        Node::SameParagraph { ordered, a, b } => {
            let (a, b) = sides(a, b, *ordered);
            Node::SameParagraph { ordered: *ordered, a, b }
        }
        other => other.clone(),
    }
}

fn compare(old: &Node, new: &Node, lang: Lang, changes: &mut Vec<Change>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Node::And(a), Node::And(b)) | (Node::Or(a), Node::Or(b)) => {
            branches(a, b, new, lang, changes);
        }
        (Node::AtLeast { n, of: a }, Node::AtLeast { n: m, of: b }) if n == m => {
            branches(a, b, new, lang, changes);
        }
        // One branch that became several of which it is one, and the reverse.
        (a, Node::And(b) | Node::Or(b)) if is_among(a, b) => {
            branches(std::slice::from_ref(a), b, new, lang, changes);
        }
        (Node::And(a) | Node::Or(a), b) if is_among(b, a) => {
            branches(a, std::slice::from_ref(b), old, lang, changes);
        }
        (Node::Not(a), Node::Not(b)) => compare(a, b, lang, changes),
        (Node::Field { name: x, expr: a }, Node::Field { name: y, expr: b }) if x == y => {
            compare(a, b, lang, changes);
        }
        (Node::Highlight { expr: a, weight: x }, Node::Highlight { expr: b, weight: y })
            if x == y =>
        {
            compare(a, b, lang, changes);
        }
        _ => changes.push(changed(old, new, lang)),
    }
}

/// What became of the branches of `inside`.
fn branches(old: &[Node], new: &[Node], inside: &Node, lang: Lang, changes: &mut Vec<Change>) {
    let mut gone: Vec<&Node> = old.iter().filter(|node| !new.contains(node)).collect();
    let mut come: Vec<&Node> = new.iter().filter(|node| !old.contains(node)).collect();
    // Of one kind, one that went and one that came are the same branch, changed.
    let mut at = 0;
    while at < gone.len() {
        match come.iter().position(|node| is_kin(gone[at], node)) {
            Some(other) => compare(gone.remove(at), come.remove(other), lang, changes),
            None => at += 1,
        }
    }
    let place = words(&shell(inside), lang);
    for node in gone {
        changes.push(Change {
            kind: Kind::Removed,
            before: node.to_string(),
            after: String::new(),
            words: match lang {
                Lang::En => format!("removed from {place}: {}", words(node, lang)),
                Lang::De => format!("entfernt aus {place}: {}", words(node, lang)),
            },
        });
    }
    for node in come {
        changes.push(Change {
            kind: Kind::Added,
            before: String::new(),
            after: node.to_string(),
            words: match lang {
                Lang::En => format!("added to {place}: {}", words(node, lang)),
                Lang::De => format!("hinzugefügt zu {place}: {}", words(node, lang)),
            },
        });
    }
}

/// Whether a branch, or a version of it, is one of several.
fn is_among(node: &Node, all: &[Node]) -> bool {
    all.iter().any(|other| other == node || is_kin(other, node))
}

/// Whether two branches are versions of one: alike apart from what lies below or a number.
fn is_kin(old: &Node, new: &Node) -> bool {
    match (old, new) {
        (Node::And(a), Node::And(b)) | (Node::Or(a), Node::Or(b)) => {
            a.iter().any(|node| b.contains(node))
        }
        (Node::Field { name: a, .. }, Node::Field { name: b, .. }) => a == b,
        (Node::Not(a), Node::Not(b)) => is_kin(a, b),
        (Node::Range { field: a, .. }, Node::Range { field: b, .. }) => a == b,
        (Node::AtLeast { of: a, .. }, Node::AtLeast { of: b, .. }) => {
            a.iter().any(|node| b.contains(node))
        }
        (Node::Near { a, b, .. }, Node::Near { a: x, b: y, .. })
        | (Node::NotNear { a, b, .. }, Node::NotNear { a: x, b: y, .. }) => a == x || b == y,
        (Node::Window { words: a, .. }, Node::Window { words: b, .. })
        | (Node::Slop { words: a, .. }, Node::Slop { words: b, .. }) => a == b,
        (Node::MinCount { expr: a, .. }, Node::MinCount { expr: b, .. })
        | (Node::Highlight { expr: a, .. }, Node::Highlight { expr: b, .. }) => a == b,
        (Node::Fuzzy { word: a, .. }, Node::Fuzzy { word: b, .. }) => a == b,
        _ => false,
    }
}

fn changed(old: &Node, new: &Node, lang: Lang) -> Change {
    let (before, after) = (words(old, lang), words(new, lang));
    Change {
        kind: Kind::Changed,
        before: old.to_string(),
        after: new.to_string(),
        words: match lang {
            Lang::En => format!("changed: {before} → {after}"),
            Lang::De => format!("geändert: {before} → {after}"),
        },
    }
}

/// A node without what lies below it.
fn shell(node: &Node) -> Node {
    match node {
        Node::And(_) => Node::And(Vec::new()),
        Node::Or(_) => Node::Or(Vec::new()),
        Node::AtLeast { n, .. } => Node::AtLeast { n: *n, of: Vec::new() },
        other => other.clone(),
    }
}

/// A tree in words on one line.
fn words(node: &Node, lang: Lang) -> String {
    let ast = node.clone();
    let query = Query { ast, warnings: Vec::new(), comments: Vec::new(), references: Vec::new() };
    let told = explain(&query, lang).to_string();
    let mut line = String::new();
    let mut level = 0;
    for said in told.lines() {
        let words = said.trim_start();
        let depth = said.len() - words.len();
        let sign = match () {
            () if line.is_empty() => "",
            () if depth > level => " ",
            () => ", ",
        };
        line.push_str(sign);
        line.push_str(words);
        level = depth;
    }
    line
}
