//! Manticore: OR binds before AND, distances count one more than the words between, `@field`
//! holds until the next one.

use crate::ast::{At, Node};
use crate::error::{ErrorCode, QueryError};
use crate::fields::FieldName;
use crate::lex::MAX_GAP;

use super::fields::Target;
use super::lex::Lexis;
use super::note::NoteKind;
use super::reader::Reader;
use super::rules::{Level, Op, Rules};

pub(super) struct Manticore;

const PARTS: [FieldName; 3] = [FieldName::Title, FieldName::Lead, FieldName::Body];

impl Rules for Manticore {
    fn lexis(&self) -> Lexis {
        Lexis { bars: true, escapes: true, ..Lexis::default() }
    }

    fn levels(&self) -> &'static [Level] {
        &[Level::And, Level::Near, Level::Or]
    }

    fn operator(
        &self,
        reader: &mut Reader<'_>,
        word: &str,
        at: &At,
    ) -> Result<Option<Op>, QueryError> {
        Ok(match word {
            "SENTENCE" => Some(Op::Sentence { ordered: false }),
            "PARAGRAPH" => Some(Op::Paragraph { ordered: false }),
            "MAYBE" => Some(Op::Maybe),
            "<<" => {
                reader.note(
                    at,
                    NoteKind::Changed,
                    format!("“<<” asks for this order at any distance; here at most {MAX_GAP} words apart in one part of the text."),
                    format!("„<<“ verlangt diese Reihenfolge in beliebigem Abstand; hier höchstens {MAX_GAP} Wörter voneinander in einem Teil des Textes."),
                );
                Some(Op::Near { gap: MAX_GAP, ordered: true })
            }
            _ => {
                let Some((name @ ("NEAR" | "NOTNEAR"), number)) = word.split_once('/') else {
                    return Ok(None);
                };
                let gap = reader.distance(number, at)?.saturating_sub(1);
                reader.note(
                    at,
                    NoteKind::Converted,
                    format!("{word} allows fewer than {number} words between: {name}/{gap} here."),
                    format!(
                        "{word} erlaubt weniger als {number} Wörter dazwischen: hier {name}/{gap}."
                    ),
                );
                Some(match name {
                    "NEAR" => Op::Near { gap, ordered: false },
                    _ => Op::NotNear { gap },
                })
            }
        })
    }

    fn field(&self, name: &str) -> Option<Target> {
        matches!(name, "zone" | "zonespan").then_some(Target::Lost)
    }

    fn limit(&self, name: &str) -> Option<Vec<FieldName>> {
        let (name, not) = match name.strip_prefix('!') {
            Some(name) => (name, true),
            None => (name, false),
        };
        if name == "*" {
            return Some(Vec::new());
        }
        let names = name.trim_start_matches('(').trim_end_matches(')').split(',');
        let named = |name: &str| match name.trim() {
            "content" | "text" => Some(FieldName::Body),
            "subject" | "headline" => Some(FieldName::Title),
            "summary" => Some(FieldName::Lead),
            "author" => Some(FieldName::Author),
            "source" => Some(FieldName::Source),
            name => FieldName::named(name).filter(|field| PARTS.contains(field)),
        };
        let all: Vec<FieldName> = names.map(named).collect::<Option<_>>()?;
        match not {
            true => Some(PARTS.into_iter().filter(|part| !all.contains(part)).collect()),
            false => Some(all),
        }
    }

    fn word(&self, reader: &mut Reader<'_>, word: &str, at: At) -> Result<Node, QueryError> {
        if matches!(word, "AND" | "OR" | "NOT") {
            reader.note(
                &at,
                NoteKind::Converted,
                format!("“{word}” is a word there, not an operator."),
                format!("„{word}“ ist dort ein Wort, kein Operator."),
            );
        }
        if word.starts_with('@') {
            return Err(reader.error(ErrorCode::NestedField, at));
        }
        let word = word.replace('\\', "");
        let (bare, boost) = match word.rsplit_once('^') {
            Some((bare, n)) if !bare.is_empty() && n.starts_with(|c: char| c.is_ascii_digit()) => {
                (bare.to_owned(), word[bare.len()..].to_owned())
            }
            _ => (word.clone(), String::new()),
        };
        let (bare, starts) = match bare.strip_prefix('^') {
            Some(rest) => (rest.to_owned(), true),
            None => (bare, false),
        };
        let (bare, ends) = match bare.strip_suffix('$') {
            Some(rest) if !rest.is_empty() => (rest.to_owned(), true),
            _ => (bare, false),
        };
        let bare = bare.trim_start_matches('=').to_owned();
        if bare.contains('%') {
            return Err(reader.error(ErrorCode::NoWord, at).expected("?"));
        }
        let mut node = reader.plain(&bare, at.clone())?;
        if ends {
            node = Node::Ends(Box::new(node));
        }
        if starts {
            node = Node::Starts(Box::new(node));
        }
        reader.weighted(node, &boost, at)
    }

    fn quoted(
        &self,
        reader: &mut Reader<'_>,
        inner: &str,
        _: &str,
        tail: &str,
        at: At,
    ) -> Result<Node, QueryError> {
        let words: Vec<String> = inner
            .split_whitespace()
            .map(|word| word.trim_start_matches('=').replace('\\', ""))
            .collect();
        let starts = words.first().is_some_and(|word| word.len() > 1 && word.starts_with('^'));
        let ends = words.last().is_some_and(|word| word.len() > 1 && word.ends_with('$'));
        let inner = words.join(" ");
        let inner = if starts { &inner[1..] } else { &inner };
        let inner = if ends { &inner[..inner.len() - 1] } else { inner };
        if let Some(number) = tail.strip_prefix('/') {
            return quorum(reader, inner, number, at);
        }
        let mut node = match tail.strip_prefix('~') {
            Some(digits) => {
                let gap = reader.distance(digits, &at)?.saturating_sub(1);
                reader.note(
                    &at,
                    NoteKind::Converted,
                    format!(
                        "~{digits} leaves room for fewer than {digits} other words: ~{gap} here."
                    ),
                    format!(
                        "~{digits} lässt Raum für weniger als {digits} andere Wörter: hier ~{gap}."
                    ),
                );
                reader.phrase(inner, &format!("~{gap}"), at.clone())?
            }
            None => reader.phrase(inner, "", at.clone())?,
        };
        if ends {
            node = Node::Ends(Box::new(node));
        }
        if starts {
            node = Node::Starts(Box::new(node));
        }
        match tail.starts_with('~') {
            true => Ok(node),
            false => reader.weighted(node, tail, at),
        }
    }
}

/// `"a b c"/2` and `"a b c"/0.5`.
fn quorum(reader: &mut Reader<'_>, inner: &str, n: &str, at: At) -> Result<Node, QueryError> {
    let words = inner.split_whitespace().count();
    let wanted = match n.parse::<f64>() {
        Ok(share) if n.contains('.') && share > 0.0 && share <= 1.0 => {
            let wanted = ((words as f64 * share).ceil() as usize).max(1);
            reader.note(
                &at,
                NoteKind::Converted,
                format!("{n} of {words} words are {wanted}."),
                format!("{n} von {words} Wörtern sind {wanted}."),
            );
            wanted
        }
        Ok(wanted) if wanted.fract() == 0.0 && wanted >= 1.0 => wanted as usize,
        _ => return Err(reader.error(ErrorCode::BadNumber, at).expected(format!("1–{words}"))),
    };
    if wanted > words {
        reader.note(
            &at,
            NoteKind::Converted,
            format!("More than the {words} words there are cannot be asked for; all of them are."),
            format!(
                "Mehr als die {words} Wörter lassen sich nicht verlangen; verlangt werden alle."
            ),
        );
    }
    let wanted = wanted.min(words);
    reader.phrase(inner, &format!("/{wanted}"), at)
}
