//! The branches of a query, line by line: in words, with what each costs and whether it holds for
//! a post. Every branch is asked on its own, by the matcher that runs live.

use std::collections::HashSet;

use domain::{Post, WatchId};
use query::{Document, Explanation, FieldName, Lang, Matcher, Node, Query, Scratch};

use crate::ask::{Asked, query_of};

/// Lines at most.
const LINES: usize = 200;

/// One branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchLine {
    /// How deep it lies.
    pub depth: usize,
    /// In words.
    pub words: String,
    /// What it costs, for machines: `exact`, `indexed`, `broad`, `unindexed`.
    pub class: &'static str,
    /// Whether it holds for the post that was asked about.
    pub hit: Option<bool>,
}

/// The branches of a query; with a post, whether each of them holds for it.
#[must_use]
pub fn lines(query: &Query, lang: Lang, post: Option<&Post>) -> Vec<BranchLine> {
    let told = query::explain(query, lang);
    let mut walk = Walk { lines: Vec::new(), matcher: Matcher::new() };
    walk.branch(&query.ast, &told, None, 0);
    let Walk { mut lines, matcher } = walk;
    let held = post.map(|post| {
        let found = matcher.matches(&Document::of(post), &mut Scratch::default());
        found.into_iter().map(|found| found.watch).collect::<HashSet<_>>()
    });
    for (n, line) in lines.iter_mut().enumerate() {
        let id = WatchId(n as i64);
        line.hit = held.as_ref().map(|held| held.contains(&id));
        line.class = matcher.cost(id).map_or("", |cost| cost.class.as_str());
    }
    lines
}

/// Gathers branches: as lines to be read, and as queries of their own under the line's number.
struct Walk {
    lines: Vec<BranchLine>,
    matcher: Matcher,
}

impl Walk {
    fn branch(&mut self, node: &Node, told: &Explanation, field: Option<FieldName>, depth: usize) {
        if self.lines.len() >= LINES {
            return;
        }
        let ast = match field {
            Some(name) => Node::Field { name, expr: Box::new(node.clone()) },
            None => node.clone(),
        };
        let alone = query_of(ast);
        self.matcher.insert(WatchId(self.lines.len() as i64), &alone);
        let words = told.words.clone();
        self.lines.push(BranchLine { depth, words, class: "", hit: None });
        let field = match node {
            Node::Field { name, .. } => Some(*name),
            _ => field,
        };
        for (child, told) in node.children().zip(&told.children) {
            self.branch(child, told, field, depth + 1);
        }
    }
}

/// What matches one query and not the other.
#[must_use]
pub fn only_in(query: &Asked, other: &Asked) -> Asked {
    let not = Node::Not(Box::new(other.query.ast.clone()));
    Asked::of_node(Node::and(vec![query.query.ast.clone(), not]))
}
