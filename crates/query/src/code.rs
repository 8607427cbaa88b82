//! A query as it is looked at closely: the tree with numbers for words.

use domain::{Part, Tone};
use text::words::Words;

use crate::ast::{Bound, Node, Slot};
use crate::fields::{FieldName, Holds, NumberField, PROPERTY_MARK, STEM_MARK};
use crate::german;
use crate::guard;
use crate::matcher::dictionary::{Book, Id, Kind};
use crate::matcher::pattern::Pattern;

/// A node. [`Code::tree`] makes it a tree again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// A word or a beginning.
    Word(Id),
    /// A shape of words; where it begins with letters enough, words that begin so can tell.
    Pattern {
        id: Id,
        head: Option<Id>,
    },
    /// A word in any of its forms, or as a part of others: one of these keys.
    Form {
        part: bool,
        word: Box<str>,
        ids: Box<[Id]>,
    },
    /// One after another; `None` is any word.
    Phrase(Box<[Option<Id>]>),
    /// A phrase whose words may be moved by so many places in all.
    Slop {
        slop: u32,
        words: Box<[Option<Id>]>,
    },
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
    /// At the beginning, or at the end, of a part or field.
    Edge {
        end: bool,
        inner: Box<Code>,
    },
    /// Something about the post that is asked last.
    Fact(Fact),
}

/// Something about a post that no word of it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// A number within bounds.
    Range { field: NumberField, lo: Bound, hi: Bound },
    /// The tone.
    Tone(Tone),
}

impl Code {
    /// What no post fulfils.
    pub fn never() -> Code {
        Code::Or(Box::new([]))
    }

    /// Calls `each` with every number that the code names, as often as it names it.
    pub fn each_id(&self, each: &mut dyn FnMut(Id)) {
        match self {
            Code::Word(id) => each(*id),
            Code::Pattern { id, head } => {
                each(*id);
                head.iter().for_each(|head| each(*head));
            }
            Code::Form { ids, .. } => ids.iter().for_each(|id| each(*id)),
            Code::Phrase(words) | Code::Slop { words, .. } | Code::Raw { words, .. } => {
                words.iter().flatten().for_each(|id| each(*id));
            }
            Code::Window { words, .. } => words.iter().for_each(|id| each(*id)),
            Code::And(all) | Code::Or(all) | Code::AtLeast { of: all, .. } => {
                all.iter().for_each(|code| code.each_id(each));
            }
            Code::Not(inner)
            | Code::MinCount { inner, .. }
            | Code::In(_, inner)
            | Code::Edge { inner, .. } => inner.each_id(each),
            Code::Near { sides, .. } | Code::NotNear { sides, .. } | Code::Same { sides, .. } => {
                sides.iter().for_each(|code| code.each_id(each));
            }
            Code::Fact(_) => {}
        }
    }
}

/// Turns a tree into code; every word it names is numbered, and used once more.
pub(crate) struct Compiler<'b> {
    book: &'b mut Book,
    field: Option<FieldName>,
}

impl<'b> Compiler<'b> {
    pub fn new(book: &'b mut Book) -> Compiler<'b> {
        Compiler { book, field: None }
    }

    pub fn compile(&mut self, node: &Node) -> Code {
        self.node(node).unwrap_or_else(Code::never)
    }

    /// `None`: it cannot be evaluated and is left out of what stands around it.
    fn node(&mut self, node: &Node) -> Option<Code> {
        Some(match node {
            Node::Term(word) => self.term(word),
            Node::Value(value) => self.value(value),
            Node::Prefix(start) => Code::Word(self.key(start, Kind::Prefix)),
            Node::Wildcard(pattern) => self.pattern(Pattern::Wildcard(pattern.clone())),
            Node::Fuzzy { word, edits } => self.pattern(Pattern::Fuzzy(word.clone(), *edits)),
            Node::Regex(expression) => self.pattern(Pattern::regex(expression)),
            Node::Stem(word) => self.stem(word),
            Node::CompoundPart(word) => self.compound_part(word),
            Node::Phrase(slots) => Code::Phrase(self.slots(slots)),
            Node::Slop { slop, words } => Code::Slop { slop: *slop, words: self.slots(words) },
            Node::Window { gap, words } => Code::Window {
                gap: *gap,
                words: words.iter().filter_map(|slot| self.slot(slot)).collect(),
            },
            Node::And(all) => Code::And(some(self.all(all))?),
            Node::Or(all) => Code::Or(some(self.all(all))?),
            Node::Not(inner) => Code::Not(Box::new(self.node(inner)?)),
            Node::Near { gap, ordered, a, b } => {
                Code::Near { gap: *gap, ordered: *ordered, sides: self.sides(a, b)? }
            }
            Node::NotNear { gap, a, b } => Code::NotNear { gap: *gap, sides: self.sides(a, b)? },
            Node::SameSentence { ordered, a, b } => {
                Code::Same { sentence: true, ordered: *ordered, sides: self.sides(a, b)? }
            }
            Node::SameParagraph { ordered, a, b } => {
                Code::Same { sentence: false, ordered: *ordered, sides: self.sides(a, b)? }
            }
            Node::AtLeast { n, of } => {
                let of = some(self.all(of))?;
                Code::AtLeast { n: (*n as usize).min(of.len()), of }
            }
            Node::MinCount { n, expr } => {
                Code::MinCount { n: *n as usize, inner: Box::new(self.node(expr)?) }
            }
            Node::Raw(text) => self.raw(text),
            Node::Field { name, expr } => self.in_field(*name, expr)?,
            Node::Is(property) => {
                let key = format!("{PROPERTY_MARK}{}", property.as_str());
                Code::Word(self.book.add(&key, Kind::Word))
            }
            Node::Starts(inner) => Code::Edge { end: false, inner: Box::new(self.node(inner)?) },
            Node::Ends(inner) => Code::Edge { end: true, inner: Box::new(self.node(inner)?) },
            Node::Range { field, lo, hi } => {
                Code::Fact(Fact::Range { field: *field, lo: *lo, hi: *hi })
            }
            Node::Highlight { expr, .. } | Node::Saved { of: Some(expr), .. } => self.node(expr)?,
            Node::Saved { of: None, .. } => Code::never(),
            Node::NotEvaluable(_) => return None,
        })
    }

    fn all(&mut self, nodes: &[Node]) -> Vec<Code> {
        nodes.iter().filter_map(|node| self.node(node)).collect()
    }

    fn sides(&mut self, a: &Node, b: &Node) -> Option<Box<[Code; 2]>> {
        Some(Box::new([self.node(a)?, self.node(b)?]))
    }

    fn in_field(&mut self, name: FieldName, expr: &Node) -> Option<Code> {
        if name.holds() != Holds::Text {
            let outer = self.field.replace(name);
            let code = self.node(expr);
            self.field = outer;
            return code;
        }
        let part = match name {
            FieldName::Title => Part::Title,
            FieldName::Lead => Part::Lead,
            _ => Part::Body,
        };
        Some(Code::In(part, Box::new(self.node(expr)?)))
    }

    fn term(&mut self, word: &str) -> Code {
        match self.field {
            Some(FieldName::Sentiment) => self.value(word),
            _ => Code::Word(self.key(word, Kind::Word)),
        }
    }

    fn value(&mut self, value: &str) -> Code {
        match (self.field, Tone::named(value)) {
            (Some(FieldName::Sentiment), Some(tone)) => Code::Fact(Fact::Tone(tone)),
            (Some(FieldName::Sentiment), None) => Code::never(),
            _ => Code::Word(self.key(value, Kind::Word)),
        }
    }

    fn pattern(&mut self, pattern: Pattern) -> Code {
        // Shapes are those of words of the text; the parser lets none into other fields.
        let head = match &pattern {
            Pattern::Wildcard(pattern) => guard::head(pattern),
            _ => None,
        };
        let head = head.map(|head| self.book.add(head, Kind::Prefix));
        Code::Pattern { id: self.book.add_pattern(pattern), head }
    }

    fn stem(&mut self, word: &str) -> Code {
        let mut keys = Vec::new();
        german::each_stem(word, None, &mut |lang, stem| {
            keys.push(format!("{STEM_MARK}{lang}:{stem}"));
        });
        self.form(false, word, keys)
    }

    fn compound_part(&mut self, word: &str) -> Code {
        self.form(true, word, german::part_keys(word))
    }

    fn form(&mut self, part: bool, word: &str, mut keys: Vec<String>) -> Code {
        keys.sort();
        keys.dedup();
        let ids = keys.iter().map(|key| self.book.add(key, Kind::Word)).collect();
        Code::Form { part, word: word.into(), ids }
    }

    fn raw(&mut self, text: &str) -> Code {
        let mut words = Words::new();
        words.push(text);
        let ids =
            words.tokens().iter().map(|t| Some(self.key(words.lower(t), Kind::Word))).collect();
        let (first, last) = edges(&words, text);
        Code::Raw { words: ids, text: text.into(), edges: (first, last) }
    }

    fn slots(&mut self, slots: &[Slot]) -> Box<[Option<Id>]> {
        slots.iter().map(|slot| self.slot(slot)).collect()
    }

    fn slot(&mut self, slot: &Slot) -> Option<Id> {
        match slot {
            Slot::Word(word) => Some(self.key(word, Kind::Word)),
            Slot::Prefix(start) => Some(self.key(start, Kind::Prefix)),
            Slot::Gap => None,
        }
    }

    fn key(&mut self, key: &str, kind: Kind) -> Id {
        match self.field {
            Some(field) => self.book.add(&format!("{}{key}", field.mark()), kind),
            None => self.book.add(key, kind),
        }
    }
}

/// Bytes before the first word of a raw text and after its last one.
pub(crate) fn edges(words: &Words, text: &str) -> (usize, usize) {
    let first = words.tokens().first().map_or(0, |token| token.start as usize);
    let last = words.tokens().last().map_or(0, |token| text.len() - token.end as usize);
    (first, last)
}

fn some(all: Vec<Code>) -> Option<Box<[Code]>> {
    (!all.is_empty()).then(|| all.into())
}
