//! Rules of X: a space is AND and binds before OR, `-` stands before single operators.

use crate::ast::{At, Node};
use crate::error::QueryError;
use crate::fields::{FieldName, NumberField};

use super::fields::{COUNTRIES, Names, Target};
use super::lex::Lexis;
use super::note::NoteKind;
use super::reader::Reader;
use super::rules::{Op, Rules};

pub(super) struct X;

const IS: Names = &[
    ("retweet", "is:repost"),
    ("reply", "is:reply"),
    ("quote", "is:quote"),
    ("verified", "is:verified"),
];
const HAS: Names = &[
    ("links", "has:link"),
    ("images", "has:image"),
    ("videos", "has:video"),
    ("video_link", "has:video"),
    ("media", "(has:image OR has:video)"),
];

impl Rules for X {
    fn lexis(&self) -> Lexis {
        Lexis::default()
    }

    fn operator(&self, _: &mut Reader<'_>, word: &str, _: &At) -> Result<Option<Op>, QueryError> {
        Ok((word == "OR").then_some(Op::Or))
    }

    fn field(&self, name: &str) -> Option<Target> {
        Some(match name {
            "from" => Target::Field(FieldName::Author),
            "to" => Target::Field(FieldName::Mention),
            "url" => Target::Field(FieldName::Link),
            "lang" => Target::Field(FieldName::Lang),
            "is" => Target::Property(IS),
            "has" => Target::Property(HAS),
            "keyword" => Target::Text,
            "place_country" | "profile_country" => Target::Named(FieldName::Country, COUNTRIES),
            "followers_count" => Target::Number(NumberField::Followers),
            "retweets_of"
            | "retweets_of_user"
            | "retweets_of_tweet_id"
            | "in_reply_to_tweet_id"
            | "quotes_of_tweet_id"
            | "conversation_id"
            | "context"
            | "entity"
            | "place"
            | "point_radius"
            | "bounding_box"
            | "sample"
            | "bio"
            | "bio_name"
            | "bio_location"
            | "user_bio"
            | "tweets_count"
            | "following_count"
            | "listed_count"
            | "url_title"
            | "url_description"
            | "url_contains"
            | "source"
            | "list"
            | "embedding"
            | "embedding_threshold"
            | "profile_region"
            | "profile_locality"
            | "profile_subregion"
            | "geocode" => Target::Lost,
            _ => return None,
        })
    }

    fn word(&self, reader: &mut Reader<'_>, word: &str, at: At) -> Result<Node, QueryError> {
        if let Some(Target::Number(_)) = reader.scope {
            return reader.plain(word, at);
        }
        if reader.scope == Some(Target::Field(FieldName::Author)) {
            return account(reader, word, at);
        }
        if reader.scope == Some(Target::Field(FieldName::Mention)) {
            reader.note(
                &at,
                NoteKind::Changed,
                "Asked for replies to this account; here every post that names it is found.",
                "Gefragt war nach Antworten an dieses Konto; hier zählt jeder Beitrag, der es nennt.",
            );
        }
        // Signs such as * and ? have no meaning there.
        reader.phrase(&word.replace('*', " "), "", at)
    }
}

/// An account is named with or without `@`.
fn account(reader: &mut Reader<'_>, word: &str, at: At) -> Result<Node, QueryError> {
    let name = word.trim_start_matches('@');
    if !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit()) {
        reader.note(
            &at,
            NoteKind::Changed,
            format!("“{name}” is looked for among names and handles, not among account numbers."),
            format!("„{name}“ wird unter Namen gesucht, nicht unter Kontonummern."),
        );
    }
    reader.native(&format!("\"@{}\"", super::reader::clean(name)), &at)
}
