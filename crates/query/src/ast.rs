//! The tree every query becomes, whatever dialect it was written in. Later work only adds to it.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::error::Warning;
use crate::fields::{FieldName, NumberField, Property};

/// A query that was understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// What it asks for.
    pub ast: Node,
    /// What its author should know: it was read in a way that may surprise.
    pub warnings: Vec<Warning>,
    /// What its author wrote between `<<<` and `>>>`, and where.
    #[serde(default)]
    pub comments: Vec<(At, String)>,
    /// What it refers to by name, and where.
    #[serde(default)]
    pub references: Vec<Reference>,
}

/// Something that a query refers to by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// What it is.
    pub kind: SavedKind,
    /// Its name, as written.
    pub name: String,
    /// Where the name stands in the query's text, in bytes.
    pub at: At,
}

impl Query {
    /// Hashtags the query listens for (not those it excludes), folded, without `#`, sorted,
    /// without doubles: platforms with tag timelines are asked for them.
    ///
    /// ```
    /// let query = query::parse("(#Windows OR hashtag:linux) -#sale").expect("a good query");
    /// assert_eq!(query.hashtags(), ["linux", "windows"]);
    /// ```
    #[must_use]
    pub fn hashtags(&self) -> Vec<String> {
        let mut tags = Vec::new();
        collect_tags(&self.ast, false, &mut tags);
        tags.sort_unstable();
        tags.dedup();
        tags
    }
}

fn collect_tags(node: &Node, in_tag_field: bool, tags: &mut Vec<String>) {
    match node {
        Node::Term(word) => match word.strip_prefix('#') {
            Some(tag) => tags.push(tag.to_owned()),
            None if in_tag_field => tags.push(word.clone()),
            None => {}
        },
        Node::Not(_) => {}
        Node::Field { name, expr } => collect_tags(expr, *name == FieldName::Hashtag, tags),
        Node::NotNear { a, .. } => collect_tags(a, in_tag_field, tags),
        other => other.children().for_each(|child| collect_tags(child, in_tag_field, tags)),
    }
}

/// One node of the tree. Words are held as keys (see `text::words`): folded, accents kept.
/// Distances are the largest number of words between.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Node {
    /// One of them; two or more, none of them an `Or`.
    Or(Vec<Node>),
    /// All of them; two or more, none of them an `And`.
    And(Vec<Node>),
    /// Not this.
    Not(Box<Node>),
    /// One word, `#tag`, `@name`, `$TICKER`, emoji or address.
    Term(String),
    /// Any word that begins so.
    Prefix(String),
    /// Any word of this shape: `*` stands for any letters, `?` for one. Folded; not only a trailing
    /// `*`, which is a [`Node::Prefix`].
    Wildcard(String),
    /// Any word at most `edits` letters away: put in, left out, changed, or two neighbours swapped
    /// (optimal string alignment over characters).
    Fuzzy {
        /// The word, folded.
        word: String,
        /// Most edits; 1 or 2.
        edits: u8,
    },
    /// Any single word that this expression describes as a whole (syntax of the `regex` crate).
    Regex(String),
    /// Any inflected form of this word.
    Stem(String),
    /// This word, alone or as a part of a German compound.
    CompoundPart(String),
    /// Words one after another; two slots or more, at least one of them no gap.
    Phrase(Vec<Slot>),
    /// A phrase whose words may be moved: by at most `slop` places in all (Lucene's sloppy phrase).
    Slop {
        /// Most places in all.
        slop: u32,
        /// The words; two or more, no gaps.
        words: Vec<Slot>,
    },
    /// All these words in any order, with at most `gap` other words among them (`"a b c"~5`).
    Window {
        /// Most other words between the first and the last.
        gap: u32,
        /// The words; two or more, no gaps.
        words: Vec<Slot>,
    },
    /// `a` and `b` close to each other.
    Near {
        /// Most words between.
        gap: u32,
        /// `a` comes first.
        ordered: bool,
        /// One side.
        a: Box<Node>,
        /// The other side.
        b: Box<Node>,
    },
    /// `a` at a place where no `b` is close (or overlaps it).
    NotNear {
        /// Most words between that count as close.
        gap: u32,
        /// What is looked for.
        a: Box<Node>,
        /// What must not be close.
        b: Box<Node>,
    },
    /// `a` and `b` in one sentence.
    SameSentence {
        /// `a` comes first.
        ordered: bool,
        /// One side.
        a: Box<Node>,
        /// The other side.
        b: Box<Node>,
    },
    /// `a` and `b` in one paragraph.
    SameParagraph {
        /// `a` comes first.
        ordered: bool,
        /// One side.
        a: Box<Node>,
        /// The other side.
        b: Box<Node>,
    },
    /// At least `n` of these (`2 OF (a, b, c)`).
    AtLeast {
        /// How many; 1 to the number of them.
        n: u32,
        /// Of what.
        of: Vec<Node>,
    },
    /// At least `n` times (`COUNT(word) >= 3`).
    MinCount {
        /// How often; at least 1.
        n: u32,
        /// What.
        expr: Box<Node>,
    },
    /// Exactly these characters, case and punctuation and accents included, at word ends.
    Raw(String),
    /// `expr` within one field.
    Field {
        /// The field.
        name: FieldName,
        /// What must stand in it.
        expr: Box<Node>,
    },
    /// The whole value of a field such as `lang:`; stands only inside a [`Node::Field`].
    Value(String),
    /// A property of the post (`is:reply`, `has:image`).
    Is(Property),
    /// At the beginning of a part of the text or of a field.
    Starts(Box<Node>),
    /// At the end of a part of the text or of a field.
    Ends(Box<Node>),
    /// A number of the post within bounds; does not hold where the post has none.
    Range {
        /// Which number.
        field: NumberField,
        /// From where.
        lo: Bound,
        /// To where.
        hi: Bound,
    },
    /// Something saved under a name.
    Saved {
        /// What it is.
        kind: SavedKind,
        /// Its name, as written.
        name: String,
        /// What it says; `None` until it is looked up, and then it holds for no post.
        of: Option<Box<Node>>,
    },
    /// `expr`, whose words weigh more when a match is shown; matches the same.
    Highlight {
        /// What is meant.
        expr: Box<Node>,
        /// The weight in thousandths.
        weight: u32,
    },
    /// What no data here can answer (`gender:female`): neither holds nor fails, and is left out
    /// of what stands around it.
    NotEvaluable(String),
}

/// One end of a range: numbers in thousandths, `published` in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bound {
    /// No end.
    Open,
    /// This value included.
    Incl(i64),
    /// This value excluded.
    Excl(i64),
}

/// What is saved under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SavedKind {
    /// A saved query: `query:"Name"`.
    Query,
    /// A watch: `watch:"Name"`.
    Watch,
    /// A list of sources: `list:"Name"`.
    List,
}

impl SavedKind {
    /// The name used in queries.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            SavedKind::Query => "query",
            SavedKind::Watch => "watch",
            SavedKind::List => "list",
        }
    }
}

/// One place in a phrase.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Slot {
    /// This word.
    Word(String),
    /// A word that begins so.
    Prefix(String),
    /// Any one word.
    Gap,
}

impl Node {
    /// All of `nodes`: flattened, and the node itself where there is only one.
    #[must_use]
    pub fn and(nodes: Vec<Node>) -> Node {
        flat(nodes, Node::And, |node| match node {
            Node::And(inner) => Ok(inner),
            other => Err(other),
        })
    }

    /// One of `nodes`: flattened, and the node itself where there is only one.
    #[must_use]
    pub fn or(nodes: Vec<Node>) -> Node {
        flat(nodes, Node::Or, |node| match node {
            Node::Or(inner) => Ok(inner),
            other => Err(other),
        })
    }

    /// The nodes directly below.
    pub fn children(&self) -> impl Iterator<Item = &Node> {
        let (many, a, b): (&[Node], Option<&Node>, Option<&Node>) = match self {
            Node::Or(all) | Node::And(all) | Node::AtLeast { of: all, .. } => (all, None, None),
            Node::Not(a)
            | Node::MinCount { expr: a, .. }
            | Node::Field { expr: a, .. }
            | Node::Starts(a)
            | Node::Ends(a)
            | Node::Highlight { expr: a, .. }
            | Node::Saved { of: Some(a), .. } => (&[], Some(a), None),
            Node::Near { a, b, .. }
            | Node::NotNear { a, b, .. }
            | Node::SameSentence { a, b, .. }
            | Node::SameParagraph { a, b, .. } => (&[], Some(a), Some(b)),
            _ => (&[], None, None),
        };
        many.iter().chain(a).chain(b)
    }

    /// Whether a post with nothing in it would match: such a query would match nearly everything.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            Node::Not(inner) => !inner.is_open(),
            Node::And(all) => all.iter().all(Node::is_open),
            Node::Or(all) => all.iter().any(Node::is_open),
            Node::AtLeast { n, of } => {
                let open = of.iter().filter(|node| node.is_open()).count();
                u32::try_from(open).unwrap_or(u32::MAX) >= *n
            }
            Node::Field { expr, .. }
            | Node::Highlight { expr, .. }
            | Node::Saved { of: Some(expr), .. } => expr.is_open(),
            // Left out of what stands around it: alone it says nothing.
            Node::NotEvaluable(_) => true,
            _ => false,
        }
    }
}

fn flat(
    nodes: Vec<Node>,
    build: fn(Vec<Node>) -> Node,
    open: fn(Node) -> Result<Vec<Node>, Node>,
) -> Node {
    let mut all = Vec::with_capacity(nodes.len());
    for node in nodes {
        match open(node) {
            Ok(inner) => all.extend(inner),
            Err(node) => all.push(node),
        }
    }
    if all.len() == 1 { all.remove(0) } else { build(all) }
}

/// A stretch of the query's text in bytes.
pub type At = Range<usize>;

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ast.fmt(f)
    }
}
