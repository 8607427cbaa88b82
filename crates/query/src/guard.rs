//! The cost guard: a query is accepted only when the words of a post can bring it up.

use crate::ast::Node;
use crate::fields::FieldName;

/// The tree without what cannot be evaluated; `None` where nothing is left.
pub(crate) fn evaluable(node: &Node) -> Option<Node> {
    let all = |nodes: &[Node]| -> Vec<Node> { nodes.iter().filter_map(evaluable).collect() };
    let some = |nodes: Vec<Node>| (!nodes.is_empty()).then_some(nodes);
    Some(match node {
        Node::NotEvaluable(_) => return None,
        Node::And(nodes) => Node::and(some(all(nodes))?),
        Node::Or(nodes) => Node::or(some(all(nodes))?),
        Node::AtLeast { n, of } => {
            let of = some(all(of))?;
            Node::AtLeast { n: (*n).min(u32::try_from(of.len()).unwrap_or(u32::MAX)), of }
        }
        Node::Not(inner) => Node::Not(Box::new(evaluable(inner)?)),
        Node::Highlight { expr, .. } | Node::Saved { of: Some(expr), .. } => evaluable(expr)?,
        other => other.clone(),
    })
}

/// Whether every post that the tree holds for has one of some words that are known beforehand.
/// What is referred to by name and not looked up yet is taken for good: it was checked itself.
pub(crate) fn is_indexed(node: &Node) -> bool {
    match node {
        Node::Not(inner) => is_indexed_denied(inner),
        Node::Fuzzy { .. } | Node::Regex(_) | Node::Range { .. } => false,
        Node::NotEvaluable(_) | Node::Field { name: FieldName::Sentiment, .. } => false,
        Node::Wildcard(pattern) => head(pattern).is_some(),
        Node::Saved { of: None, .. } => true,
        Node::Or(all) => all.iter().all(is_indexed),
        Node::AtLeast { n, of } => {
            of.iter().filter(|node| is_indexed(node)).count() + *n as usize > of.len()
        }
        Node::NotNear { a, .. } => is_indexed(a),
        other => {
            let mut children = other.children().peekable();
            children.peek().is_none() || children.any(is_indexed)
        }
    }
}

fn is_indexed_denied(node: &Node) -> bool {
    match node {
        Node::Not(inner) => is_indexed(inner),
        Node::Or(all) => all.iter().any(is_indexed_denied),
        Node::And(all) => all.iter().all(is_indexed_denied),
        _ => false,
    }
}

/// Letters a wildcard begins with, where they are enough to look words up by.
pub(crate) fn head(pattern: &str) -> Option<&str> {
    let head = pattern.split(['*', '?']).next().unwrap_or_default();
    (head.chars().filter(|c| c.is_alphanumeric()).count() >= 2).then_some(head)
}
