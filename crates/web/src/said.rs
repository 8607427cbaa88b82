//! What is to be said about a query: errors and warnings at their place, and how it is read.

use askama::Template;
use domain::Post;
use query::{Query, QueryError};

use crate::branches::{self, BranchLine};
use crate::lang::{Lang, Words};

/// What is to be said about a query, pointing at its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// In words.
    pub message: String,
    /// The line of the query that it is about, before the place.
    pub before: String,
    /// The place; empty at the end of the text.
    pub place: String,
    /// The line after the place.
    pub after: String,
    /// The number of the line, from 1; 0 when the query has only one.
    pub line: usize,
}

/// One branch of a query in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// How deep it lies, up to 6.
    pub depth: usize,
    /// In words.
    pub words: String,
    /// What it costs, in words.
    pub cost: String,
    /// The same for the style sheet.
    pub class: &'static str,
    /// Whether it holds for the post that was asked about.
    pub hit: Option<bool>,
}

/// Errors, warnings and the reading of a query. Drawn under the field, by the page itself or by
/// the script while somebody types.
#[derive(Clone, Template)]
#[template(path = "check.html")]
pub struct Check {
    /// The reader's words.
    pub w: Words,
    /// Why it cannot be read.
    pub error: Option<Note>,
    /// What may surprise.
    pub warnings: Vec<Note>,
    /// How it is read.
    pub reading: Vec<Branch>,
}

impl askama::filters::HtmlSafe for Check {}

impl Check {
    /// Nothing is to be said.
    pub fn silent(lang: Lang) -> Check {
        Check { w: Words(lang), error: None, warnings: Vec::new(), reading: Vec::new() }
    }

    /// The query cannot be read.
    pub fn refused(lang: Lang, text: &str, error: &QueryError) -> Check {
        let error = note(text, error.at.clone(), error.message(tongue(lang)));
        Check { error: Some(error), ..Check::silent(lang) }
    }

    /// The query was read.
    pub fn of(lang: Lang, text: &str, query: &Query) -> Check {
        let say = |w: &query::Warning| note(text, w.at.clone(), w.message(tongue(lang)));
        Check {
            warnings: query.warnings.iter().map(say).collect(),
            reading: branches(lang, query, None),
            ..Check::silent(lang)
        }
    }
}

/// The branches of a query in words, with what each of them costs; with a post, whether each of
/// them holds for it.
pub fn branches(lang: Lang, query: &Query, post: Option<&Post>) -> Vec<Branch> {
    let w = Words(lang);
    let say = |line: BranchLine| Branch {
        depth: line.depth.min(6),
        words: line.words,
        cost: match line.class {
            "" => String::new(),
            class => w.say(&format!("cost-{class}")).into_owned(),
        },
        class: line.class,
        hit: line.hit,
    };
    branches::lines(query, tongue(lang), post).into_iter().map(say).collect()
}

/// The language of the query crate's messages.
pub fn tongue(lang: Lang) -> query::Lang {
    match lang {
        Lang::En => query::Lang::En,
        Lang::De => query::Lang::De,
    }
}

/// Points at a place in a text that may have several lines.
pub fn note(text: &str, at: std::ops::Range<usize>, message: String) -> Note {
    let floor = |i: usize| (0..=i.min(text.len())).rev().find(|&i| text.is_char_boundary(i));
    let start = floor(at.start).unwrap_or(0);
    let end = floor(at.end).unwrap_or(start).max(start);
    let from = text[..start].rfind('\n').map_or(0, |i| i + 1);
    let to = text[start..].find('\n').map_or(text.len(), |i| start + i);
    let end = end.min(to);
    let line = text[..start].matches('\n').count() + 1;
    Note {
        message,
        before: tail(&text[from..start], 60),
        place: head(&text[start..end], 80),
        after: head(&text[end..to], 60),
        line: if text.contains('\n') { line } else { 0 },
    }
}

fn head(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

fn tail(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    format!("…{}", text.chars().skip(count - most).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_points_at_its_place() {
        let check = |text: &str, at, expect: (&str, &str, &str, usize)| {
            let n = note(text, at, String::new());
            assert_eq!((&*n.before, &*n.place, &*n.after, n.line), expect, "{text}");
        };
        check("a AND (b", 6..7, ("a AND ", "(", "b", 0));
        check("a\nb OR\nc", 4..6, ("b ", "OR", "", 2));
        check("über", 5..5, ("über", "", "", 0));
        check("über", 1..99, ("", "über", "", 0));
        let long = "x".repeat(300);
        let n = note(&long, 200..201, String::new());
        assert_eq!((n.before.chars().count(), n.after.chars().count()), (61, 61));
    }
}
