//! Talkwalker: distances count jumps from word to word, lines of keywords are alternatives,
//! lines that exclude subtract, `+"…"` is raw and `word~` stands for its spellings.

use crate::ast::{At, Node};
use crate::error::{ErrorCode, QueryError};
use crate::fields::{FieldName, NumberField};

use super::fields::{CHANNELS, COUNTRIES, LANGUAGES, Names, Target};
use super::lex::Lexis;
use super::note::{Note, NoteKind};
use super::reader::Reader;
use super::rules::{Op, Rules};

/// What NEAR without a number allows, in jumps.
const JUMPS: u32 = 15;

pub(super) struct Talkwalker;

const IS: Names = &[
    ("retweet", "is:repost"),
    ("repost", "is:repost"),
    ("share", "is:repost"),
    ("reply", "is:reply"),
    ("quote", "is:quote"),
    ("comment", "is:comment"),
    ("question", "is:question"),
    ("verified", "is:verified"),
    ("owned", "is:own"),
];
const CONTAINS: Names = &[
    ("image", "has:image"),
    ("images", "has:image"),
    ("video", "has:video"),
    ("link", "has:link"),
];

/// Reads a query, or lines of queries.
pub(super) fn read(text: &str) -> Result<(Node, Vec<Note>), QueryError> {
    let read = |text: &str, start: usize| -> Result<(Node, Vec<Note>), QueryError> {
        let mut reader = Reader::starting_at(text, start, &Talkwalker)?;
        let node = reader.read()?;
        Ok((node, reader.notes))
    };
    let Some(lines) = lines(text) else { return read(text, 0) };
    let (mut included, mut excluded, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    for (start, line, excludes) in lines {
        let (node, mut more) = read(&text[..start + line.len()], start)?;
        notes.append(&mut more);
        match excludes {
            true => excluded.push(Node::Not(Box::new(node))),
            false => included.push(node),
        }
    }
    if included.is_empty() {
        return Err(QueryError::new(ErrorCode::OnlyNegative, 0..text.len(), text));
    }
    notes.push(Note {
        at: 0..text.len(),
        kind: NoteKind::Converted,
        en: "Lines are alternatives; lines that exclude are taken out of all of them.".into(),
        de: "Zeilen sind Alternativen; ausschließende Zeilen gelten für alle.".into(),
    });
    let all = std::iter::once(Node::or(included)).chain(excluded).collect();
    Ok((Node::and(all), notes))
}

/// Lines that are queries of their own: where they begin, and whether they exclude. `None` where
/// the text is one query.
fn lines(text: &str) -> Option<Vec<(usize, &str, bool)>> {
    let mut all = Vec::new();
    for line in text.lines() {
        let whole = line.matches('(').count() == line.matches(')').count()
            && line.matches('"').count() % 2 == 0;
        let words: Vec<&str> = line.split_whitespace().collect();
        let joins = |word: Option<&&str>| {
            word.is_some_and(|word| {
                let name = word.split('/').next().unwrap_or(word);
                matches!(name, "AND" | "OR" | "NEAR" | "ONEAR" | "SENTENCE" | "OSENTENCE")
            })
        };
        if !whole || joins(words.first()) || joins(words.last()) || words.last() == Some(&"NOT") {
            return None;
        }
        let start = line.as_ptr() as usize - text.as_ptr() as usize;
        let space = line.len() - line.trim_start().len();
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let excluded = ["exclude:", "Exclude:", "EXCLUDE:"]
            .into_iter()
            .find_map(|sign| line.strip_prefix(sign))
            .or_else(|| {
                // A sign takes only what stands right behind it: "-a b" is a line with b in it.
                let signs = ["AND NOT ", "NOT ", "-"];
                let rest = signs.into_iter().find_map(|sign| line.strip_prefix(sign))?;
                is_one(rest.trim()).then_some(rest)
            });
        match excluded {
            Some(rest) => all.push((start + space + line.len() - rest.len(), rest, true)),
            None => all.push((start + space, line, false)),
        }
    }
    (all.len() > 1).then_some(all)
}

/// One word, one phrase or one bracket.
fn is_one(text: &str) -> bool {
    let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let text = match text.split_once(':').filter(|(name, _)| is_name(name)) {
        Some((_, value)) => value.trim_start(),
        None => text,
    };
    let ends_it = |close: char| text.find(close) == Some(text.len() - close.len_utf8());
    match text.chars().next() {
        Some('(') => {
            let mut open = 0_i32;
            text.char_indices().all(|(i, c)| {
                open += i32::from(c == '(') - i32::from(c == ')');
                open > 0 || i + 1 == text.len()
            })
        }
        Some('"') => text.len() > 1 && text[1..].find('"') == Some(text.len() - 2),
        Some('“' | '„') => ends_it('”') || text.ends_with('“'),
        Some(_) => !text.contains(char::is_whitespace),
        None => false,
    }
}

impl Rules for Talkwalker {
    fn lexis(&self) -> Lexis {
        Lexis { bars: true, ..Lexis::default() }
    }

    fn operator(
        &self,
        reader: &mut Reader<'_>,
        word: &str,
        at: &At,
    ) -> Result<Option<Op>, QueryError> {
        let (name, number) = match word.split_once('/') {
            Some((name, number)) => (name, Some(number)),
            None => (word, None),
        };
        Ok(match (name, number) {
            ("AND" | "&&", None) => Some(Op::And),
            ("OR", None) => Some(Op::Or),
            ("NOT", None) => Some(Op::Not),
            ("SENTENCE" | "OSENTENCE", None) => {
                Some(Op::Sentence { ordered: name.starts_with('O') })
            }
            ("PARAGRAPH" | "OPARAGRAPH", None) => {
                Some(Op::Paragraph { ordered: name.starts_with('O') })
            }
            ("NEAR" | "ONEAR", number) => {
                let jumps = match number {
                    Some(digits) => reader.distance(digits, at)?,
                    None => JUMPS,
                };
                let gap = between(jumps);
                let ordered = name == "ONEAR";
                reader.note(
                    at,
                    NoteKind::Converted,
                    format!("{jumps} jumps are at most {gap} words between: {name}/{gap} here."),
                    format!(
                        "{jumps} Sprünge sind höchstens {gap} Wörter dazwischen: hier {name}/{gap}."
                    ),
                );
                Some(Op::Near { gap, ordered })
            }
            _ => None,
        })
    }

    fn field(&self, name: &str) -> Option<Target> {
        Some(match name {
            "title" => Target::Field(FieldName::Title),
            "content" => Target::Field(FieldName::Body),
            "author" | "authorname" | "username" => Target::Field(FieldName::Author),
            "url" => Target::Field(FieldName::Url),
            "link" | "links" | "urls" => Target::Field(FieldName::Link),
            "site" | "domainurl" | "host_url" | "root_url" | "domain" => {
                Target::Field(FieldName::Site)
            }
            "hashtag" | "tag_hashtag" => Target::Field(FieldName::Hashtag),
            "mention" | "mentions" => Target::Field(FieldName::Mention),
            "lang" | "language" => Target::Named(FieldName::Lang, LANGUAGES),
            "sourcecountry" | "country" => Target::Named(FieldName::Country, COUNTRIES),
            "sourcetype" => Target::Named(FieldName::Channel, CHANNELS),
            "sentiment" => Target::Field(FieldName::Sentiment),
            "source" | "sourcetitle" => Target::Field(FieldName::Source),
            "tag" | "customtag" => Target::Field(FieldName::Tag),
            "is" => Target::Property(IS),
            "contains" => Target::Property(CONTAINS),
            "reach" => Target::Number(NumberField::Reach),
            "followers" | "sourcefollowers" => Target::Number(NumberField::Followers),
            "engagement" => Target::Number(NumberField::Engagement),
            "published" => Target::Number(NumberField::Published),
            "gender" | "age" | "authorgender" | "authorage" | "job" | "interest" | "region"
            | "city" | "image" | "logo" | "scene" | "object" | "device" | "family" | "emotion"
            | "entity" | "topic" | "cluster" | "parentid" | "noise" | "pagemonitoring"
            | "sourcestate" | "sourcecity" | "bio" | "virality" | "provider" => Target::Lost,
            _ => return None,
        })
    }

    fn word(&self, reader: &mut Reader<'_>, word: &str, at: At) -> Result<Node, QueryError> {
        if let Some((bare, edits)) = word.rsplit_once('~').filter(|(bare, _)| !bare.is_empty()) {
            if edits.is_empty() {
                return spellings(reader, bare, at);
            }
            if edits.bytes().all(|b| b.is_ascii_digit()) {
                return reader.native(word, &at);
            }
        }
        reader.plain(word, at)
    }

    fn quoted(
        &self,
        reader: &mut Reader<'_>,
        inner: &str,
        signs: &str,
        tail: &str,
        at: At,
    ) -> Result<Node, QueryError> {
        if !signs.is_empty() {
            return raw(reader, inner, signs == "++", at);
        }
        match tail.strip_prefix('~') {
            None => {
                let node = reader.phrase(inner, "", at.clone())?;
                reader.weighted(node, tail, at)
            }
            Some("") => spellings(reader, inner, at),
            Some(digits) => {
                let jumps = reader.distance(digits, &at)?;
                let words = u32::try_from(inner.split_whitespace().count()).unwrap_or(u32::MAX);
                let gap = jumps.saturating_sub(words.saturating_sub(1));
                reader.note(
                    &at,
                    NoteKind::Converted,
                    format!("{jumps} jumps leave room for {gap} other words: ~{gap} here."),
                    format!("{jumps} Sprünge lassen Raum für {gap} andere Wörter: hier ~{gap}."),
                );
                reader.phrase(inner, &format!("~{gap}"), at)
            }
        }
    }
}

/// Words between two words that so many jumps part.
fn between(jumps: u32) -> u32 {
    jumps.saturating_sub(1)
}

/// `+"Raw"` in any case, `++"Raw"` in this one.
fn raw(reader: &mut Reader<'_>, text: &str, exact: bool, at: At) -> Result<Node, QueryError> {
    let text = text.replace(['{', '}'], "");
    if exact {
        return reader.native(&format!("{{{text}}}"), &at);
    }
    let lower = text.to_lowercase();
    let mut letters = lower.chars();
    let title: String =
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let mut forms = vec![text.clone()];
    for form in [lower.clone(), text.to_uppercase(), title] {
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    if forms.len() > 1 {
        reader.note(
            &at,
            NoteKind::Changed,
            "Exact text keeps its case here; it is looked for as written, in capitals, in small letters and with a capital first.",
            "Genauer Text achtet hier auf Groß- und Kleinschreibung; gesucht wird wie geschrieben, groß, klein und mit großem Anfang.",
        );
    }
    let nodes: Result<Vec<Node>, QueryError> =
        forms.iter().map(|form| reader.native(&format!("{{{form}}}"), &at)).collect();
    Ok(Node::or(nodes?))
}

/// `e-mail~`: joined, with a hyphen, in two words.
fn spellings(reader: &mut Reader<'_>, text: &str, at: At) -> Result<Node, QueryError> {
    let parts: Vec<&str> = text.split([' ', '-']).filter(|part| !part.is_empty()).collect();
    if parts.len() < 2 {
        reader.note(
            &at,
            NoteKind::Changed,
            format!("Where “{text}” may be parted is not known; only this spelling is looked for."),
            format!("Wo man „{text}“ trennen kann, ist nicht bekannt; gesucht wird nur diese Schreibweise."),
        );
        return reader.plain(text, at);
    }
    let apart = reader.phrase(&parts.join(" "), "", at.clone())?;
    let joined = reader.plain(&parts.concat(), at.clone())?;
    reader.note(
        &at,
        NoteKind::Converted,
        "With a space, a hyphen or in one word: written as alternatives.",
        "Getrennt, mit Bindestrich oder in einem Wort: als Alternativen geschrieben.",
    );
    Ok(Node::or(vec![apart, joined]))
}
