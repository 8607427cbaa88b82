//! What a list of sources asks for.

use crate::ast::Node;

/// Any of these sites (`example.org`: `site:`) and voices (all else: `source:`), as a list of
/// sources holds them; `None` without a readable entry. Live matching, archive and preview ask a
/// list through this one reading.
///
/// ```
/// let node = query::any_source(&["press.example".into(), "The Voice".into()]);
/// let query = query::parse("site:press.example OR source:\"The Voice\"").expect("a good query");
/// assert_eq!(node, Some(query.ast));
/// ```
#[must_use]
pub fn any_source(entries: &[String]) -> Option<Node> {
    let nodes: Vec<Node> = entries.iter().filter_map(|entry| one_source(entry)).collect();
    (!nodes.is_empty()).then(|| Node::or(nodes))
}

fn one_source(entry: &str) -> Option<Node> {
    let entry = entry.trim();
    let is_site = entry.contains('.') && !entry.contains(['@', '/', ':', ' ']);
    let field = if is_site { "site" } else { "source" };
    let text = format!("{field}:\"{}\"", entry.replace('"', " "));
    crate::parse(&text).ok().map(|query| query.ast)
}
