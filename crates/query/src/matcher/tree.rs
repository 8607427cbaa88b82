//! From code back to the tree, for saying why: no matcher keeps the trees of its queries.

use domain::Part;

use super::dictionary::{Dictionary, Id, Kind};
use super::pattern::Pattern;
use crate::ast::{Node, Slot};
use crate::code::{Code, Fact};
use crate::fields::{FieldName, Holds, PROPERTY_MARK, Property};

/// The tree that the code was made of, but for what does not change what it matches (highlights,
/// names of saved queries, what cannot be evaluated).
pub(crate) fn tree(code: &Code, dictionary: &Dictionary) -> Node {
    Back { dictionary }.node(code)
}

struct Back<'d> {
    dictionary: &'d Dictionary,
}

impl Back<'_> {
    fn node(&self, code: &Code) -> Node {
        match code {
            Code::Word(id) => self.word(*id),
            Code::Pattern { id, .. } => self.pattern(*id),
            Code::Form { part: false, word, .. } => Node::Stem(word.to_string()),
            Code::Form { word, .. } => Node::CompoundPart(word.to_string()),
            Code::Phrase(words) => self.slots(words, Node::Phrase),
            Code::Slop { slop, words } => {
                self.slots(words, |words| Node::Slop { slop: *slop, words })
            }
            Code::Window { gap, words } => {
                let words: Vec<Option<Id>> = words.iter().map(|id| Some(*id)).collect();
                self.slots(&words, |words| Node::Window { gap: *gap, words })
            }
            Code::And(all) => Node::And(self.all(all)),
            Code::Or(all) => Node::Or(self.all(all)),
            Code::AtLeast { n, of } => Node::AtLeast { n: *n as u32, of: self.all(of) },
            Code::Not(inner) => Node::Not(Box::new(self.node(inner))),
            Code::MinCount { n, inner } => {
                self.within([inner], |[expr]| Node::MinCount { n: *n as u32, expr: Box::new(expr) })
            }
            Code::Near { gap, ordered, sides } => self.within([&sides[0], &sides[1]], |[a, b]| {
                Node::Near { gap: *gap, ordered: *ordered, a: Box::new(a), b: Box::new(b) }
            }),
            Code::NotNear { gap, sides } => self.within([&sides[0], &sides[1]], |[a, b]| {
                Node::NotNear { gap: *gap, a: Box::new(a), b: Box::new(b) }
            }),
            Code::Same { sentence, ordered, sides } => {
                let ordered = *ordered;
                self.within([&sides[0], &sides[1]], |[a, b]| {
                    let (a, b) = (Box::new(a), Box::new(b));
                    match sentence {
                        true => Node::SameSentence { ordered, a, b },
                        false => Node::SameParagraph { ordered, a, b },
                    }
                })
            }
            Code::Raw { text, .. } => Node::Raw(text.to_string()),
            Code::In(part, inner) => {
                let name = match part {
                    Part::Title => FieldName::Title,
                    Part::Lead => FieldName::Lead,
                    Part::Body => FieldName::Body,
                };
                Node::Field { name, expr: Box::new(self.node(inner)) }
            }
            Code::Edge { end, inner } => self.within([inner], |[expr]| match end {
                true => Node::Ends(Box::new(expr)),
                false => Node::Starts(Box::new(expr)),
            }),
            Code::Fact(Fact::Range { field, lo, hi }) => {
                Node::Range { field: *field, lo: *lo, hi: *hi }
            }
            Code::Fact(Fact::Tone(tone)) => Node::Field {
                name: FieldName::Sentiment,
                expr: Box::new(Node::Value(tone.as_str().to_owned())),
            },
        }
    }

    fn all(&self, all: &[Code]) -> Vec<Node> {
        all.iter().map(|code| self.node(code)).collect()
    }

    /// A node over others. Where all of them stand in one field, the field stands around it: in
    /// code only words know theirs.
    fn within<const N: usize>(
        &self,
        inner: [&Code; N],
        build: impl FnOnce([Node; N]) -> Node,
    ) -> Node {
        let nodes = inner.map(|code| self.node(code));
        let mut names = nodes.iter().map(common_field);
        let name = names.next().flatten();
        match name.filter(|name| names.all(|other| other == Some(*name))) {
            Some(name) => Node::Field { name, expr: Box::new(build(nodes.map(without_field))) },
            None => build(nodes),
        }
    }

    fn word(&self, id: Id) -> Node {
        let (kind, key) = self.dictionary.key(id);
        if let Some(property) = key.strip_prefix(PROPERTY_MARK) {
            let property = Property::ALL.into_iter().find(|p| p.as_str() == property);
            return property.map_or_else(|| Node::Term(key.to_owned()), Node::Is);
        }
        let (field, key) = field_of(key);
        let node = match field.map(FieldName::holds) {
            Some(Holds::Values) => Node::Value(key.to_owned()),
            _ if kind == Kind::Prefix => Node::Prefix(key.to_owned()),
            _ => Node::Term(key.to_owned()),
        };
        in_field(field, node)
    }

    fn pattern(&self, id: Id) -> Node {
        match self.dictionary.pattern(id) {
            Some(Pattern::Wildcard(pattern)) => Node::Wildcard(pattern.clone()),
            Some(Pattern::Fuzzy(word, edits)) => Node::Fuzzy { word: word.clone(), edits: *edits },
            Some(Pattern::Regex(expression, _)) => Node::Regex(expression.clone()),
            None => Node::Term(String::new()),
        }
    }

    fn slots(&self, words: &[Option<Id>], build: impl FnOnce(Vec<Slot>) -> Node) -> Node {
        let mut field = None;
        let slots = words.iter().map(|id| {
            let Some(id) = id else { return Slot::Gap };
            let (kind, key) = self.dictionary.key(*id);
            let (of, key) = field_of(key);
            field = of.or(field);
            match kind {
                Kind::Prefix => Slot::Prefix(key.to_owned()),
                _ => Slot::Word(key.to_owned()),
            }
        });
        let slots = slots.collect();
        in_field(field, build(slots))
    }
}

fn in_field(field: Option<FieldName>, node: Node) -> Node {
    match field {
        Some(name) => Node::Field { name, expr: Box::new(node) },
        None => node,
    }
}

/// The field that a key belongs to by its mark, and the key without it.
fn field_of(key: &str) -> (Option<FieldName>, &str) {
    let Some(first) = key.chars().next().filter(|first| *first < ' ') else { return (None, key) };
    match FieldName::ALL.into_iter().find(|field| field.mark() == first && first != '\0') {
        Some(field) => (Some(field), &key[first.len_utf8()..]),
        None => (None, key),
    }
}

fn common_field(node: &Node) -> Option<FieldName> {
    match node {
        Node::Field { name, .. } if name.holds() != Holds::Text => Some(*name),
        Node::And(all) | Node::Or(all) => {
            let name = common_field(all.first()?)?;
            all.iter().all(|node| common_field(node) == Some(name)).then_some(name)
        }
        _ => None,
    }
}

fn without_field(node: Node) -> Node {
    match node {
        Node::Field { expr, .. } => *expr,
        Node::And(all) => Node::And(all.into_iter().map(without_field).collect()),
        Node::Or(all) => Node::Or(all.into_iter().map(without_field).collect()),
        other => other,
    }
}
