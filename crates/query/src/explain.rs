//! A query in words.

use std::fmt;

use crate::ast::{Node, Query, SavedKind};
use crate::error::Lang;
use crate::fields::FieldName;
use crate::guard;

/// How the matcher treats a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// Its words can bring a post to the query.
    Indexed,
    /// It is looked at once another branch brought the post.
    Verified,
    /// It is asked last, of posts whose text matched.
    Last,
}

/// A branch of a query in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// This node in words.
    pub words: String,
    /// How the matcher treats it.
    pub cost: Cost,
    /// What lies below it.
    pub children: Vec<Explanation>,
}

/// Says in words what a query asks for.
///
/// ```
/// let query = query::parse("title:crash* -sale").expect("a good query");
/// let said = query::explain(&query, query::Lang::En).to_string();
/// assert_eq!(said, "all of\n  in title\n    words that begin with “crash”\n  not\n    “sale”\n");
/// ```
#[must_use]
pub fn explain(query: &Query, lang: Lang) -> Explanation {
    said(&query.ast, lang)
}

fn said(node: &Node, lang: Lang) -> Explanation {
    let de = lang == Lang::De;
    let pick = |en: String, german: String| if de { german } else { en };
    let words = match node {
        Node::Or(_) => pick("one of".into(), "eines von".into()),
        Node::And(_) => pick("all of".into(), "alles von".into()),
        Node::Not(_) => pick("not".into(), "nicht".into()),
        Node::Term(word) | Node::Value(word) => quoted(word, de),
        Node::Prefix(start) => {
            let start = quoted(start, de);
            pick(
                format!("words that begin with {start}"),
                format!("Wörter, die mit {start} beginnen"),
            )
        }
        Node::Phrase(_) => {
            pick(format!("the exact phrase {node}"), format!("genau die Wortfolge {node}"))
        }
        Node::Window { gap, .. } => pick(
            format!("these words in any order, at most {gap} others among them: {node}"),
            format!("diese Wörter in beliebiger Folge, höchstens {gap} andere darunter: {node}"),
        ),
        Node::Near { gap, ordered: false, .. } => pick(
            format!("at most {gap} words apart"),
            format!("höchstens {gap} Wörter voneinander entfernt"),
        ),
        Node::Near { gap, .. } => pick(
            format!("one after the other, at most {gap} words apart"),
            format!("nacheinander, höchstens {gap} Wörter voneinander entfernt"),
        ),
        Node::NotNear { gap, .. } => pick(
            format!("the first without the second within {gap} words"),
            format!("das erste ohne das zweite im Abstand von {gap} Wörtern"),
        ),
        Node::SameSentence { ordered, .. } => pick(
            format!("in one sentence{}", if *ordered { ", in this order" } else { "" }),
            format!("in einem Satz{}", if *ordered { ", in dieser Folge" } else { "" }),
        ),
        Node::SameParagraph { ordered, .. } => pick(
            format!("in one paragraph{}", if *ordered { ", in this order" } else { "" }),
            format!("in einem Absatz{}", if *ordered { ", in dieser Folge" } else { "" }),
        ),
        Node::AtLeast { n, .. } => pick(format!("at least {n} of"), format!("mindestens {n} von")),
        Node::MinCount { n, .. } => {
            pick(format!("at least {n} times"), format!("mindestens {n}-mal"))
        }
        Node::Raw(text) => pick(
            format!("exactly {}", quoted(text, de)),
            format!("genau so geschrieben {}", quoted(text, de)),
        ),
        Node::Field { name, .. } => {
            pick(format!("in {}", name.as_str()), format!("im Feld {}", name.as_str()))
        }
        Node::Is(property) => property.as_str().to_owned(),
        Node::Wildcard(pattern) => {
            let pattern = quoted(pattern, de);
            pick(
                format!("words of the shape {pattern} (* any letters, ? exactly one)"),
                format!("Wörter der Form {pattern} (* beliebige Buchstaben, ? genau einer)"),
            )
        }
        Node::Fuzzy { word, edits } => {
            let word = quoted(word, de);
            pick(
                format!("{word} with at most {}", counted(*edits, "wrong letter", "wrong letters")),
                format!("{word} mit höchstens {}", counted(*edits, "Tippfehler", "Tippfehlern")),
            )
        }
        Node::Regex(expression) => pick(
            format!("words that fit the expression /{expression}/"),
            format!("Wörter, die auf den Ausdruck /{expression}/ passen"),
        ),
        Node::Stem(word) => {
            let word = quoted(word, de);
            pick(format!("any inflected form of {word}"), format!("jede gebeugte Form von {word}"))
        }
        Node::CompoundPart(word) => {
            let word = quoted(word, de);
            pick(
                format!("{word}, alone or as a part of a compound"),
                format!("{word}, allein oder als Teil eines zusammengesetzten Wortes"),
            )
        }
        Node::Slop { slop, words } => {
            let phrase = Node::Phrase(words.clone());
            pick(
                format!("the phrase {phrase}, its words moved by at most {slop} places in all"),
                format!("die Wortfolge {phrase}, Wörter um insgesamt höchstens {slop} verschoben"),
            )
        }
        Node::Starts(_) => pick("at the beginning".into(), "am Anfang".into()),
        Node::Ends(_) => pick("at the end".into(), "am Ende".into()),
        Node::Range { field, .. } => {
            let range = node.to_string();
            let bounds = range.split_once(':').map_or("", |(_, bounds)| bounds);
            pick(
                format!("{} within {bounds}", field.as_str()),
                format!("{} im Bereich {bounds}", field.as_str()),
            )
        }
        Node::Saved { kind, name, .. } => {
            let name = quoted(name, de);
            match kind {
                SavedKind::Query => pick(
                    format!("what the saved query {name} asks for"),
                    format!("was die gespeicherte Abfrage {name} verlangt"),
                ),
                SavedKind::Watch => pick(
                    format!("what the watch {name} listens for"),
                    format!("worauf die Beobachtung {name} hört"),
                ),
                SavedKind::List => pick(
                    format!("from a source on the list {name}"),
                    format!("aus einer Quelle der Liste {name}"),
                ),
            }
        }
        Node::Highlight { weight, .. } => {
            let weight = f64::from(*weight) / 1_000.0;
            pick(format!("shown with weight {weight}"), format!("gezeigt mit Gewicht {weight}"))
        }
        Node::NotEvaluable(text) => pick(
            format!("{text} (no post here can answer this; left out)"),
            format!("{text} (kann hier kein Beitrag beantworten; bleibt außer Acht)"),
        ),
    };
    let cost = match node {
        Node::Field { name: FieldName::Sentiment, .. } | Node::Range { .. } => Cost::Last,
        _ if guard::is_indexed(node) => Cost::Indexed,
        _ => Cost::Verified,
    };
    Explanation { words, cost, children: node.children().map(|child| said(child, lang)).collect() }
}

fn quoted(word: &str, de: bool) -> String {
    if de { format!("„{word}“") } else { format!("“{word}”") }
}

fn counted(n: u8, one: &str, more: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { more })
}

impl fmt::Display for Explanation {
    /// One node a line, indented by two spaces a level.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self, f, 0)
    }
}

fn write(node: &Explanation, f: &mut fmt::Formatter<'_>, level: usize) -> fmt::Result {
    writeln!(f, "{:level$}{}", "", node.words, level = level * 2)?;
    node.children.iter().try_for_each(|child| write(child, f, level + 1))
}
