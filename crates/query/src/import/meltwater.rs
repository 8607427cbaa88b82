//! Meltwater: NEAR without a number allows four words between, `ingress:` is the lead, `^9`
//! weighs what is shown.

use crate::ast::{At, Node};
use crate::error::QueryError;
use crate::fields::{FieldName, NumberField};

use super::fields::{CHANNELS, COUNTRIES, LANGUAGES, Names, Target};
use super::lex::Lexis;
use super::note::NoteKind;
use super::reader::Reader;
use super::rules::{Op, Rules};

/// What NEAR without a number allows between.
const GAP: u32 = 4;

pub(super) struct Meltwater;

const METADATA: Names = &[
    ("retweet", "is:repost"),
    ("repost", "is:repost"),
    ("reply", "is:reply"),
    ("quote", "is:quote"),
    ("comment", "is:comment"),
];

impl Rules for Meltwater {
    fn lexis(&self) -> Lexis {
        Lexis { comments: true, ..Lexis::default() }
    }

    fn operator(
        &self,
        reader: &mut Reader<'_>,
        word: &str,
        at: &At,
    ) -> Result<Option<Op>, QueryError> {
        let upper = word.to_ascii_uppercase();
        if matches!(upper.as_str(), "AND" | "OR" | "NOT") {
            reader.lower_case(word, at);
        }
        let (name, number) = match upper.split_once('/') {
            Some((name, number)) => (name, Some(number)),
            None => (upper.as_str(), None),
        };
        Ok(match (name, number) {
            ("AND", None) => Some(Op::And),
            ("OR", None) => Some(Op::Or),
            ("NOT", None) => Some(Op::Not),
            ("NEAR" | "ONEAR", number) => {
                // In small letters it is a word.
                if number.is_none() && word != name {
                    return Ok(None);
                }
                let gap = match number {
                    Some(digits) => reader.distance(digits, at)?,
                    None => {
                        reader.note(
                            at,
                            NoteKind::Converted,
                            format!("{name} alone allows {GAP} words between: {name}/{GAP} here."),
                            format!(
                                "{name} allein erlaubt {GAP} Wörter dazwischen: hier {name}/{GAP}."
                            ),
                        );
                        GAP
                    }
                };
                Some(Op::Near { gap, ordered: name == "ONEAR" })
            }
            _ => None,
        })
    }

    fn field(&self, name: &str) -> Option<Target> {
        Some(match name {
            "title" | "headline" => Target::Field(FieldName::Title),
            "ingress" | "lead" | "opening" => Target::Field(FieldName::Lead),
            "body" | "content" => Target::Field(FieldName::Body),
            "author" | "byline" | "user" | "from" => Target::Field(FieldName::Author),
            "sourcename" | "source" => Target::Field(FieldName::Source),
            "url" => Target::Field(FieldName::Url),
            "link" | "links" => Target::Field(FieldName::Link),
            "site" | "domain" => Target::Field(FieldName::Site),
            "hashtag" | "hashtags" => Target::Field(FieldName::Hashtag),
            "mention" | "mentions" | "to" => Target::Field(FieldName::Mention),
            "subreddit" => Target::Field(FieldName::Community),
            "language" | "lang" => Target::Named(FieldName::Lang, LANGUAGES),
            "country" | "sourcecountry" => Target::Named(FieldName::Country, COUNTRIES),
            "sourcetype" | "channel" => Target::Named(FieldName::Channel, CHANNELS),
            "sentiment" => Target::Field(FieldName::Sentiment),
            "metadata" | "posttype" => Target::Property(METADATA),
            "reach" => Target::Number(NumberField::Reach),
            "followers" | "followerscount" => Target::Number(NumberField::Followers),
            "engagement" => Target::Number(NumberField::Engagement),
            "gender" | "age" | "bio" | "city" | "region" | "state" | "ave" | "keyphrase"
            | "entity" | "image" | "logo" | "circulation" | "tier" | "influence" | "device"
            | "occupation" | "interest" | "concept" | "sourceid" => Target::Lost,
            _ => return None,
        })
    }

    fn word(&self, reader: &mut Reader<'_>, word: &str, at: At) -> Result<Node, QueryError> {
        if let Some((bare, _)) = word.rsplit_once('^').filter(|(bare, _)| !bare.is_empty()) {
            let node = reader.plain(bare, at.start..at.start + bare.len())?;
            return reader.weighted(node, &word[bare.len()..], at);
        }
        reader.plain(word, at)
    }
}
