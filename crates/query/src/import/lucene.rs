//! Lucene and Elasticsearch `query_string`: clauses that are wished for, required or forbidden;
//! `"…"~n` is slop; ranges, escapes, expressions.

use crate::ast::{At, Node};
use crate::error::{ErrorCode, QueryError};
use crate::fields::{FieldName, NumberField};

use super::fields::{COUNTRIES, LANGUAGES, Target};
use super::lex::Lexis;
use super::note::NoteKind;
use super::reader::Reader;
use super::rules::{Op, Rules};

pub(super) struct Lucene;

impl Rules for Lucene {
    fn lexis(&self) -> Lexis {
        Lexis { escapes: true, regex: true, ..Lexis::default() }
    }

    fn has_clauses(&self) -> bool {
        true
    }

    fn operator(&self, _: &mut Reader<'_>, word: &str, _: &At) -> Result<Option<Op>, QueryError> {
        Ok(match word {
            "AND" | "&&" => Some(Op::And),
            "OR" | "||" => Some(Op::Or),
            "NOT" | "!" => Some(Op::Not),
            _ => None,
        })
    }

    fn field(&self, name: &str) -> Option<Target> {
        Some(match name {
            "title" | "headline" | "subject" => Target::Field(FieldName::Title),
            "lead" | "summary" | "abstract" | "description" => Target::Field(FieldName::Lead),
            "body" | "content" => Target::Field(FieldName::Body),
            "text" | "message" | "_all" => Target::Text,
            "author" | "user" => Target::Field(FieldName::Author),
            "source" => Target::Field(FieldName::Source),
            "url" => Target::Field(FieldName::Url),
            "link" | "links" => Target::Field(FieldName::Link),
            "site" | "host" | "domain" => Target::Field(FieldName::Site),
            "hashtag" | "hashtags" => Target::Field(FieldName::Hashtag),
            "mention" | "mentions" => Target::Field(FieldName::Mention),
            "tag" | "tags" => Target::Field(FieldName::Tag),
            "lang" | "language" => Target::Named(FieldName::Lang, LANGUAGES),
            "country" => Target::Named(FieldName::Country, COUNTRIES),
            "id" | "_id" => Target::Field(FieldName::Id),
            "sentiment" => Target::Field(FieldName::Sentiment),
            "date" | "published" | "created_at" | "timestamp" | "@timestamp" => {
                Target::Number(NumberField::Published)
            }
            "followers" => Target::Number(NumberField::Followers),
            "reach" => Target::Number(NumberField::Reach),
            "engagement" => Target::Number(NumberField::Engagement),
            "rating" => Target::Number(NumberField::Rating),
            "_exists_" | "_missing_" | "status" | "age" | "count" | "name" | "mod_date" => {
                Target::Lost
            }
            _ => return None,
        })
    }

    fn word(&self, reader: &mut Reader<'_>, word: &str, at: At) -> Result<Node, QueryError> {
        if word == "*" {
            return Err(reader.error(ErrorCode::NoWord, at));
        }
        if word.starts_with(['[', '{']) && word.ends_with([']', '}']) {
            return Err(reader.error(ErrorCode::BadValue, at).expected("reach:[1 TO 2]"));
        }
        let (bare, boost) = split(word, '^');
        let (bare, fuzzy) = split(bare, '~');
        let place = at.start..at.start + bare.len();
        let node = if bare.contains('\\') {
            reader.phrase(&unescaped(bare), "", place)?
        } else if let Some(edits) = fuzzy.strip_prefix('~') {
            fuzzied(reader, bare, edits, &(at.start..at.start + bare.len() + fuzzy.len()))?
        } else {
            reader.plain(bare, place)?
        };
        reader.weighted(node, boost, at)
    }

    fn quoted(
        &self,
        reader: &mut Reader<'_>,
        inner: &str,
        _: &str,
        tail: &str,
        at: At,
    ) -> Result<Node, QueryError> {
        let inner = unescaped(inner);
        let (slop, boost) = match tail.find('^') {
            Some(i) => tail.split_at(i),
            None => (tail, ""),
        };
        let place = at.start..at.end - boost.len();
        let node = match slop.strip_prefix('~') {
            Some(digits) => {
                let slop = reader.distance(digits, &place)?;
                reader.note(
                    &place,
                    NoteKind::Converted,
                    format!("~{slop} moves words by {slop} places in all; it is written ~~{slop} here."),
                    format!("~{slop} verschiebt Wörter um insgesamt {slop} Stellen; hier schreibt man ~~{slop}."),
                );
                reader.phrase(&inner, &format!("~~{slop}"), place)?
            }
            None if slop.is_empty() => reader.phrase(&inner, "", place)?,
            None => return Err(reader.error(ErrorCode::BadNumber, place).expected("~5, ^9")),
        };
        reader.weighted(node, boost, at)
    }
}

/// A word and what follows its last such sign, escapes aside.
fn split(word: &str, sign: char) -> (&str, &str) {
    match word.rfind(sign).filter(|&i| i > 0 && !word[..i].ends_with('\\')) {
        Some(i) if word[i + 1..].bytes().all(|b| b.is_ascii_digit() || b == b'.') => {
            word.split_at(i)
        }
        _ => (word, ""),
    }
}

fn fuzzied(reader: &mut Reader<'_>, word: &str, edits: &str, at: &At) -> Result<Node, QueryError> {
    let edits = match edits {
        "" => {
            // AUTO: none up to two letters, one up to five, two beyond.
            let edits = match word.chars().count() {
                0..=2 => 0,
                3..=5 => 1,
                _ => 2,
            };
            reader.note(
                at,
                NoteKind::Converted,
                format!("“{word}~” allows {edits} slips at this length."),
                format!("„{word}~“ erlaubt bei dieser Länge {edits} Fehler."),
            );
            edits
        }
        digits => match digits.parse::<f64>() {
            Ok(edits) if edits.fract() == 0.0 && edits <= 2.0 => edits as u32,
            _ => return Err(reader.error(ErrorCode::BadNumber, at.clone()).expected("~1, ~2")),
        },
    };
    match edits {
        0 => reader.plain(word, at.clone()),
        _ => reader.native(&format!("{word}~{edits}"), at),
    }
}

/// The text without its escapes.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            out.push(c);
            escaped = false;
        }
    }
    out
}
