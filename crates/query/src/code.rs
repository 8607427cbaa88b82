//! A query as the matcher runs it: the tree with numbers for words, and the words one of which
//! every matching post has.

use domain::Part;
use text::words::Words;

use crate::ast::{Node, Slot};
use crate::dictionary::{Dictionary, Id};
use crate::fields::{FieldName, Holds, PROPERTY_MARK};

/// A node; runs parallel to the tree it was made of.
#[derive(Clone, Debug)]
pub(crate) enum Code {
    /// A word or a beginning.
    Word(Id),
    /// One after another; `None` is any word.
    Phrase(Box<[Option<Id>]>),
    Window {
        gap: u32,
        words: Box<[Id]>,
    },
    And(Box<[Code]>),
    Or(Box<[Code]>),
    Not(Box<Code>),
    Near {
        gap: u32,
        ordered: bool,
        sides: Box<[Code; 2]>,
    },
    NotNear {
        gap: u32,
        sides: Box<[Code; 2]>,
    },
    Same {
        sentence: bool,
        ordered: bool,
        sides: Box<[Code; 2]>,
    },
    AtLeast {
        n: usize,
        of: Box<[Code]>,
    },
    MinCount {
        n: usize,
        inner: Box<Code>,
    },
    /// Words one after another whose text is exactly this.
    Raw {
        words: Box<[Option<Id>]>,
        text: Box<str>,
        /// Bytes before the first word and after the last one.
        edges: (usize, usize),
    },
    /// Within one part of the text.
    In(Part, Box<Code>),
}

/// Turns a tree into code; every word it names is numbered, and listed in `ids`.
pub(crate) struct Compiler<'d> {
    pub dictionary: &'d mut Dictionary,
    pub ids: Vec<Id>,
    field: Option<FieldName>,
}

impl<'d> Compiler<'d> {
    pub fn new(dictionary: &'d mut Dictionary) -> Compiler<'d> {
        Compiler { dictionary, ids: Vec::new(), field: None }
    }

    pub fn compile(&mut self, node: &Node) -> Code {
        match node {
            Node::Term(word) | Node::Value(word) => Code::Word(self.word(word)),
            Node::Prefix(start) => Code::Word(self.prefix(start)),
            Node::Phrase(slots) => Code::Phrase(slots.iter().map(|s| self.slot(s)).collect()),
            Node::Window { gap, words } => Code::Window {
                gap: *gap,
                words: words.iter().filter_map(|slot| self.slot(slot)).collect(),
            },
            Node::And(all) => Code::And(self.all(all)),
            Node::Or(all) => Code::Or(self.all(all)),
            Node::Not(inner) => Code::Not(Box::new(self.compile(inner))),
            Node::Near { gap, ordered, a, b } => {
                Code::Near { gap: *gap, ordered: *ordered, sides: self.sides(a, b) }
            }
            Node::NotNear { gap, a, b } => Code::NotNear { gap: *gap, sides: self.sides(a, b) },
            Node::SameSentence { ordered, a, b } => {
                Code::Same { sentence: true, ordered: *ordered, sides: self.sides(a, b) }
            }
            Node::SameParagraph { ordered, a, b } => {
                Code::Same { sentence: false, ordered: *ordered, sides: self.sides(a, b) }
            }
            Node::AtLeast { n, of } => Code::AtLeast { n: *n as usize, of: self.all(of) },
            Node::MinCount { n, expr } => {
                Code::MinCount { n: *n as usize, inner: Box::new(self.compile(expr)) }
            }
            Node::Raw(text) => self.raw(text),
            Node::Field { name, expr } => self.field(*name, expr),
            Node::Highlight { expr, .. } | Node::Saved { of: Some(expr), .. } => self.compile(expr),
            Node::Wildcard(_)
            | Node::Fuzzy { .. }
            | Node::Regex(_)
            | Node::Stem(_)
            | Node::CompoundPart(_)
            | Node::Slop { .. }
            | Node::Starts(_)
            | Node::Ends(_)
            | Node::Range { .. }
            | Node::Saved { of: None, .. }
            | Node::NotEvaluable(_) => Code::Or(Box::new([])),
            Node::Is(property) => {
                Code::Word(self.id(&format!("{PROPERTY_MARK}{}", property.as_str()), false))
            }
        }
    }

    fn all(&mut self, nodes: &[Node]) -> Box<[Code]> {
        nodes.iter().map(|node| self.compile(node)).collect()
    }

    fn sides(&mut self, a: &Node, b: &Node) -> Box<[Code; 2]> {
        Box::new([self.compile(a), self.compile(b)])
    }

    fn field(&mut self, name: FieldName, expr: &Node) -> Code {
        if name.holds() != Holds::Text {
            let outer = self.field.replace(name);
            let code = self.compile(expr);
            self.field = outer;
            return code;
        }
        let part = match name {
            FieldName::Title => Part::Title,
            FieldName::Lead => Part::Lead,
            _ => Part::Body,
        };
        Code::In(part, Box::new(self.compile(expr)))
    }

    fn raw(&mut self, text: &str) -> Code {
        let mut words = Words::new();
        words.push(text);
        let ids = words.tokens().iter().map(|t| Some(self.word(words.lower(t)))).collect();
        let first = words.tokens().first().map_or(0, |token| token.start as usize);
        let last = words.tokens().last().map_or(0, |token| text.len() - token.end as usize);
        Code::Raw { words: ids, text: text.into(), edges: (first, last) }
    }

    fn slot(&mut self, slot: &Slot) -> Option<Id> {
        match slot {
            Slot::Word(word) => Some(self.word(word)),
            Slot::Prefix(start) => Some(self.prefix(start)),
            Slot::Gap => None,
        }
    }

    fn word(&mut self, word: &str) -> Id {
        match self.field {
            Some(field) => self.id(&format!("{}{word}", field.mark()), false),
            None => self.id(word, false),
        }
    }

    fn prefix(&mut self, start: &str) -> Id {
        match self.field {
            Some(field) => self.id(&format!("{}{start}", field.mark()), true),
            None => self.id(start, true),
        }
    }

    fn id(&mut self, key: &str, prefix: bool) -> Id {
        let id = self.dictionary.add(key, prefix);
        self.ids.push(id);
        id
    }
}

impl Code {
    /// Words one of which every matching post has, the rarest choice there is, and how likely a
    /// post is to have one. `None` where a post may match without any.
    pub fn anchors(&self, dictionary: &Dictionary) -> Option<(f32, Vec<Id>)> {
        match self {
            Code::Word(id) => Some((dictionary.share(*id), vec![*id])),
            Code::Phrase(words) | Code::Raw { words, .. } => {
                rarest(words.iter().flatten().map(|id| (dictionary.share(*id), vec![*id])))
            }
            Code::Window { words, .. } => {
                rarest(words.iter().map(|id| (dictionary.share(*id), vec![*id])))
            }
            Code::And(all) => rarest(all.iter().filter_map(|code| code.anchors(dictionary))),
            Code::Or(all) => every(all.iter().map(|code| code.anchors(dictionary))),
            Code::Not(_) => None,
            Code::Near { sides, .. } | Code::Same { sides, .. } => {
                rarest(sides.iter().filter_map(|code| code.anchors(dictionary)))
            }
            Code::NotNear { sides, .. } => sides[0].anchors(dictionary),
            Code::AtLeast { n, of } => {
                let mut all: Vec<Option<(f32, Vec<Id>)>> =
                    of.iter().map(|code| code.anchors(dictionary)).collect();
                let share = |a: &Option<(f32, Vec<Id>)>| a.as_ref().map_or(f32::MAX, |a| a.0);
                all.sort_by(|a, b| share(a).total_cmp(&share(b)));
                // Who has n of k has at least one of any k - n + 1.
                let enough = (of.len() + 1).saturating_sub(*n);
                every(all.into_iter().take(enough))
            }
            Code::MinCount { inner, .. } | Code::In(_, inner) => inner.anchors(dictionary),
        }
    }
}

fn rarest(all: impl Iterator<Item = (f32, Vec<Id>)>) -> Option<(f32, Vec<Id>)> {
    all.min_by(|a, b| a.0.total_cmp(&b.0))
}

fn every(all: impl Iterator<Item = Option<(f32, Vec<Id>)>>) -> Option<(f32, Vec<Id>)> {
    let (mut share, mut ids) = (0.0, Vec::new());
    for one in all {
        let (more, some) = one?;
        share += more;
        ids.extend(some);
    }
    (!ids.is_empty()).then_some((share, ids))
}
