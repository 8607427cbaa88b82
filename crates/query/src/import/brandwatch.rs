//! Brandwatch: `NEAR/n` and `NEAR/nf` count the words between, a trailing NOT takes out of the
//! whole, `{…}` and `raw:` are exact.

use crate::ast::{At, Node};
use crate::error::{ErrorCode, QueryError};
use crate::fields::{FieldName, NumberField};

use super::fields::{CHANNELS, COUNTRIES, LANGUAGES, Names, Target};
use super::lex::Lexis;
use super::note::NoteKind;
use super::reader::Reader;
use super::rules::{Op, Rules};

pub(super) struct Brandwatch;

const ENGAGEMENT: Names = &[
    ("reply", "is:reply"),
    ("replies", "is:reply"),
    ("retweet", "is:repost"),
    ("repost", "is:repost"),
    ("share", "is:repost"),
    ("quote", "is:quote"),
    ("comment", "is:comment"),
];
const VERIFIED: Names = &[("true", "is:verified"), ("yes", "is:verified")];

impl Rules for Brandwatch {
    fn lexis(&self) -> Lexis {
        Lexis { braces: true, comments: true, ..Lexis::default() }
    }

    fn not_takes_from_the_whole(&self) -> bool {
        true
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
        Ok(match upper.as_str() {
            "AND" => Some(Op::And),
            "OR" => Some(Op::Or),
            "NOT" => Some(Op::Not),
            _ => match upper.strip_prefix("NEAR/") {
                Some(number) => {
                    let (digits, ordered) = match number.strip_suffix('F') {
                        Some(digits) => (digits, true),
                        None => (number, false),
                    };
                    let gap = reader.distance(digits, at)?;
                    if ordered {
                        reader.note(
                            at,
                            NoteKind::Converted,
                            format!("{word} is written ONEAR/{gap} here: in this order."),
                            format!("{word} schreibt man hier ONEAR/{gap}: in dieser Reihenfolge."),
                        );
                    }
                    Some(Op::Near { gap, ordered })
                }
                None => None,
            },
        })
    }

    fn field(&self, name: &str) -> Option<Target> {
        Some(match name {
            "title" => Target::Field(FieldName::Title),
            "author" => Target::Field(FieldName::Author),
            "weblogtitle" => Target::Field(FieldName::Source),
            "url" => Target::Field(FieldName::Url),
            "links" | "link" => Target::Field(FieldName::Link),
            "site" | "domain" | "topleveldomain" => Target::Field(FieldName::Site),
            "hashtags" | "hashtag" => Target::Field(FieldName::Hashtag),
            "at_mentions" | "mentions" | "mentionedauthors" => Target::Field(FieldName::Mention),
            "subreddit" => Target::Field(FieldName::Community),
            "language" | "lang" => Target::Named(FieldName::Lang, LANGUAGES),
            "country" => Target::Named(FieldName::Country, COUNTRIES),
            "pagetype" | "contentsource" => Target::Named(FieldName::Channel, CHANNELS),
            "engagementtype" => Target::Property(ENGAGEMENT),
            "authorverified" => Target::Property(VERIFIED),
            "sentiment" => Target::Field(FieldName::Sentiment),
            "authorfollowers" => Target::Number(NumberField::Followers),
            "reachestimate" | "reach" | "impressions" => Target::Number(NumberField::Reach),
            "rating" => Target::Number(NumberField::Rating),
            "minuteofday" => Target::Number(NumberField::MinuteOfDay),
            "tag" => Target::Field(FieldName::Tag),
            // Of the words after the colon, as they are written: see `word`.
            "raw" => Target::Text,
            "city" | "county" | "state" | "region" | "continent" | "location" | "gender"
            | "authorgender" | "authortype" | "accounttype" | "profession" | "interest"
            | "authorinterest" | "imagetype" | "imagelogo" | "image" | "logo" | "guid"
            | "channelid" | "publishersubtype" | "sensitivecontent" | "blogname" | "emotion"
            | "device" | "latitude" | "longitude" | "coordinates" | "authorverifiedtype" => {
                Target::Lost
            }
            _ => return None,
        })
    }

    fn word(&self, reader: &mut Reader<'_>, word: &str, at: At) -> Result<Node, QueryError> {
        if reader.scope == Some(Target::Text) {
            return raw(reader, word, at);
        }
        reader.plain(word, at)
    }

    fn quoted(
        &self,
        reader: &mut Reader<'_>,
        inner: &str,
        _: &str,
        tail: &str,
        at: At,
    ) -> Result<Node, QueryError> {
        if reader.scope == Some(Target::Text) {
            return raw(reader, inner, at);
        }
        let Some(digits) = tail.strip_prefix('~') else {
            let node = reader.phrase(inner, "", at.clone())?;
            return reader.weighted(node, tail, at);
        };
        let gap = reader.distance(digits, &at)?;
        reader.phrase(inner, &format!("~{gap}"), at)
    }

    fn bracket(
        &self,
        reader: &mut Reader<'_>,
        node: Node,
        tail: &str,
        at: At,
    ) -> Result<Node, QueryError> {
        let Some(digits) = tail.strip_prefix('~') else { return reader.weighted(node, tail, at) };
        let gap = reader.distance(digits, &at)?;
        let Node::And(all) = node else {
            return Err(reader.error(ErrorCode::NoPlace, at).expected(format!("~{gap}")));
        };
        if !all.iter().all(crate::parse::has_place) {
            return Err(reader.error(ErrorCode::NoPlace, at).expected(format!("~{gap}")));
        }
        reader.note(
            &at,
            NoteKind::Converted,
            format!("“(…)~{gap}” is written NEAR/{gap} here."),
            format!("„(…)~{gap}“ schreibt man hier NEAR/{gap}."),
        );
        if all.len() > crate::parse::MAX_NESTING as usize {
            return Err(reader.error(ErrorCode::TooDeep, at));
        }
        let sides = all.into_iter().reduce(|a, b| Node::Near {
            gap,
            ordered: false,
            a: Box::new(a),
            b: Box::new(b),
        });
        sides.ok_or_else(|| reader.error(ErrorCode::MissingOperand, at))
    }
}

/// Exactly so.
fn raw(reader: &mut Reader<'_>, text: &str, at: At) -> Result<Node, QueryError> {
    reader.native(&format!("{{{}}}", text.replace(['{', '}'], "")), &at)
}
