//! Words, phrases and values of other tools in native spelling.

use crate::ast::{At, Node};
use crate::error::{ErrorCode, QueryError, WarningCode};
use crate::fields::FieldName;

use super::fields::Target;
use super::note::NoteKind;
use super::reader::{Reader, clean};

impl Reader<'_> {
    /// What no data here can answer.
    pub fn unanswerable(&mut self, asked: &str, at: &At) -> Node {
        self.note(
            at,
            NoteKind::Lost,
            format!("No data here can answer “{asked}”; it is left out."),
            format!(
                "„{asked}“ lässt sich aus den Daten nicht beantworten und bleibt unberücksichtigt."
            ),
        );
        let asked = asked.replace(['"', '(', ')', '\n', '\r'], " ");
        let asked: Vec<&str> = asked.split_whitespace().collect();
        Node::NotEvaluable(format!("condition:\"{}\"", asked.join(" ")))
    }

    /// A word or phrase in native spelling, read by the native parser.
    pub fn native(&mut self, text: &str, at: &At) -> Result<Node, QueryError> {
        let field = match self.scope {
            Some(Target::Field(name)) => Some(name),
            Some(Target::Named(name, _)) => Some(name),
            _ => None,
        };
        let text = match field {
            Some(field) => format!("x {}:{text}", field.as_str()),
            None => format!("x {text}"),
        };
        let query = crate::parse(&text).map_err(|error| {
            let mut own = self.error(error.code, at.clone()).expected(error.expected);
            own.suggestion = error.suggestion.filter(|suggestion| !suggestion.starts_with("x "));
            own
        })?;
        for warning in query.warnings.iter().filter(|w| w.code == WarningCode::SignsDropped) {
            let found = self.text[at.clone()].to_owned();
            let _ = warning;
            self.note(
                at,
                NoteKind::Changed,
                format!("Signs are not matched in “{found}”."),
                format!("In „{found}“ zählen Sonderzeichen nicht."),
            );
        }
        let Node::And(mut all) = query.ast else {
            return Err(self.error(ErrorCode::NoWord, at.clone()));
        };
        all.remove(0);
        Ok(match Node::and(all) {
            Node::Field { name, expr } if field == Some(name) => *expr,
            other => other,
        })
    }

    /// A word as it stands, wildcards included.
    pub fn plain(&mut self, word: &str, at: At) -> Result<Node, QueryError> {
        match self.scope {
            Some(Target::Named(name, values)) => {
                let lower = word.trim().to_lowercase();
                if let Some((_, ours)) = values.iter().find(|(theirs, _)| *theirs == lower) {
                    return self.native(&format!("\"{ours}\""), &at);
                }
                if matches!(name, FieldName::Channel | FieldName::Country) && lower.len() != 2 {
                    return Ok(self.unanswerable(&format!("{}:{word}", name.as_str()), &at));
                }
                return self.native(&format!("\"{}\"", clean(word)), &at);
            }
            Some(Target::Property(values)) => {
                let lower = word.trim().to_lowercase();
                let found = values.iter().find(|(theirs, _)| *theirs == lower);
                return match found {
                    Some((_, ours)) => self.native(ours, &at),
                    None => Ok(self.unanswerable(word, &at)),
                };
            }
            _ => {}
        }
        let body = word.strip_suffix('*').unwrap_or(word);
        let is_shape = body.contains(['*', '?']) && !crate::lex::is_address(word);
        let text = match is_shape && self.is_text() {
            true => word.to_owned(),
            false => format!("\"{}\"", clean(word)),
        };
        self.native(&text, &at)
    }

    fn is_text(&self) -> bool {
        matches!(
            self.scope,
            None | Some(
                Target::Text | Target::Field(FieldName::Title | FieldName::Lead | FieldName::Body)
            )
        )
    }

    /// A phrase in native spelling: `"…"` and what is to stand behind it.
    pub fn phrase(&mut self, inner: &str, behind: &str, at: At) -> Result<Node, QueryError> {
        match self.scope {
            Some(Target::Named(..) | Target::Property(_)) => self.plain(inner.trim(), at),
            _ => {
                let behind = if inner.split_whitespace().nth(1).is_some() { behind } else { "" };
                self.native(&format!("\"{}\"{behind}", clean(inner)), &at)
            }
        }
    }

    /// `^9` behind something.
    pub fn weighted(&mut self, node: Node, tail: &str, at: At) -> Result<Node, QueryError> {
        let Some(number) = tail.strip_prefix('^') else {
            return match tail.is_empty() {
                true => Ok(node),
                false => {
                    let place = at.end - tail.len()..at.end;
                    Err(self.error(ErrorCode::BadNumber, place).expected("~5, ^9"))
                }
            };
        };
        let weight = crate::range::thousandths(number)
            .and_then(|n| u32::try_from(n).ok())
            .filter(|n| (1..=1_000_000).contains(n));
        let place = at.end - tail.len()..at.end;
        let Some(weight) = weight else {
            return Err(self.error(ErrorCode::BadNumber, place).expected("^1–^1000"));
        };
        self.note(
            &place,
            NoteKind::Converted,
            "The weight decides what is shown first, not what matches.",
            "Das Gewicht bestimmt, was zuerst gezeigt wird, nicht, was gefunden wird.",
        );
        Ok(Node::Highlight { expr: Box::new(node), weight })
    }
}
