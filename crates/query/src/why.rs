//! Why a post matches a query, and why it does not.

use domain::Span;

use crate::ast::{Node, Query};
use crate::document::Document;
use crate::error::Lang;
use crate::explain::explain;
use crate::fields::FieldName;
use crate::matcher::matches_one;

/// A branch of a query and what a post says to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The way to it: the number of the child at every level, from the whole query down.
    pub path: Vec<usize>,
    /// The branch in native spelling, with the field it stands in.
    pub native: String,
    /// The branch in words.
    pub words: String,
    /// Whether it holds.
    pub holds: bool,
    /// Where its words stand; empty where it does not hold or asks for something beside the text.
    pub spans: Vec<Span>,
}

/// Every branch that stands for itself, in the order of the tree, with whether it holds for the
/// post and where. Branches of distances are one: they hold together or not.
///
/// ```
/// # use domain::{Channel, Engagement, Platform, Post, Source, Time};
/// # let post = Post {
/// #     platform: Platform::WEB, native_id: "1".into(), url: String::new(),
/// #     channel: Channel::News, source: Source::default(), author: None, title: String::new(),
/// #     lead: String::new(), body: "The lamp burns".into(), lang: Some("en".into()),
/// #     published: Time(0), received: Time(0), links: vec![], hashtags: vec![],
/// #     mentions: vec![], relation: None, engagement: Engagement::default(), media: vec![],
/// # };
/// use query::{Document, Lang, explain_hit, parse, why_not};
///
/// let document = Document::of(&post); // "The lamp burns"
/// let query = parse("lamp AND (fire OR burn*)").expect("a good query");
/// let branches = explain_hit(&query, &document, Lang::En);
/// let held: Vec<&str> =
///     branches.iter().filter(|b| b.holds).map(|b| b.native.as_str()).collect();
/// assert_eq!(held, ["lamp", "burn*"]);
///
/// let query = parse("lamp recall (fire OR smoke) -burns").expect("a good query");
/// let failed = why_not(&query, &document, Lang::En);
/// let failed: Vec<&str> = failed.iter().map(|b| b.native.as_str()).collect();
/// assert_eq!(failed, ["recall", "fire", "NOT burns"]);
/// ```
#[must_use]
pub fn explain_hit(query: &Query, document: &Document<'_>, lang: Lang) -> Vec<Branch> {
    let mut asked = Asked { document, lang, branches: Vec::new() };
    asked.each(&query.ast, None, &mut Vec::new());
    asked.branches
}

/// The smallest set of branches that must change for the post to match; empty where it does.
/// Of alternatives the one that fails in the fewest branches is named, of equals the first.
#[must_use]
pub fn why_not(query: &Query, document: &Document<'_>, lang: Lang) -> Vec<Branch> {
    let mut asked = Asked { document, lang, branches: Vec::new() };
    asked.failed(&query.ast, None, &mut Vec::new())
}

struct Asked<'a, 'p> {
    document: &'a Document<'p>,
    lang: Lang,
    branches: Vec<Branch>,
}

impl Asked<'_, '_> {
    fn query(node: &Node, field: Option<FieldName>) -> Query {
        let ast = match field {
            Some(name) => Node::Field { name, expr: Box::new(node.clone()) },
            None => node.clone(),
        };
        Query { ast, warnings: Vec::new(), comments: Vec::new(), references: Vec::new() }
    }

    fn holds(&self, node: &Node, field: Option<FieldName>) -> bool {
        matches_one(&Self::query(node, field), self.document).is_some()
    }

    fn branch(&self, node: &Node, field: Option<FieldName>, path: &[usize]) -> Branch {
        let query = Self::query(node, field);
        let hit = matches_one(&query, self.document);
        let told = explain(&query, self.lang).to_string();
        let words: Vec<&str> = told.lines().map(str::trim).collect();
        Branch {
            path: path.to_vec(),
            native: query.ast.to_string(),
            words: words.join(" "),
            holds: hit.is_some(),
            spans: hit.map(|hit| hit.spans).unwrap_or_default(),
        }
    }

    /// Every branch that stands for itself.
    fn each(&mut self, node: &Node, field: Option<FieldName>, path: &mut Vec<usize>) {
        if let Some((children, field)) = parts(node, field) {
            for (i, child) in children.into_iter().enumerate() {
                path.push(i);
                self.each(child, field, path);
                path.pop();
            }
            return;
        }
        if !matches!(node, Node::NotEvaluable(_)) {
            let branch = self.branch(node, field, path);
            self.branches.push(branch);
        }
    }

    /// What must change for `node` to hold.
    fn failed(
        &mut self,
        node: &Node,
        field: Option<FieldName>,
        path: &mut Vec<usize>,
    ) -> Vec<Branch> {
        if matches!(node, Node::NotEvaluable(_)) || self.holds(node, field) {
            return Vec::new();
        }
        let Some((children, field)) = parts(node, field) else {
            return vec![self.branch(node, field, path)];
        };
        let mut each = Vec::with_capacity(children.len());
        for (i, child) in children.into_iter().enumerate() {
            if crate::guard::evaluable(child).is_none() {
                continue;
            }
            path.push(i);
            each.push(self.failed(child, field, path));
            path.pop();
        }
        let wanted = match node {
            Node::Or(_) => 1,
            Node::AtLeast { n, .. } => (*n as usize).min(each.len()),
            _ => each.len(),
        };
        // What holds already costs nothing; then the alternatives that lack the least.
        each.sort_by_key(Vec::len);
        each.truncate(wanted);
        let mut failed: Vec<Branch> = each.concat();
        failed.sort_by(|a, b| a.path.cmp(&b.path));
        failed
    }
}

/// The branches of a node that stand for themselves, and the field they stand in. `None` where the
/// node holds or fails as a whole.
fn parts(node: &Node, field: Option<FieldName>) -> Option<(Vec<&Node>, Option<FieldName>)> {
    match node {
        Node::And(all) | Node::Or(all) | Node::AtLeast { of: all, .. } => {
            Some((all.iter().collect(), field))
        }
        Node::Field { name, expr } => Some((vec![expr], Some(*name))),
        Node::Highlight { expr, .. } | Node::Saved { of: Some(expr), .. } => {
            Some((vec![expr], field))
        }
        _ => None,
    }
}
