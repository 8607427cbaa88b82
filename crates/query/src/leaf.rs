//! The leaves of the tree: words, phrases and values, folded into keys.

use domain::{Channel, Platform, Tier, host_of};
use text::words::{Kind, Token, Words};

use crate::ast::{At, Node, Reference, SavedKind, Slot};
use crate::error::{ErrorCode, QueryError, Warning, WarningCode};
use crate::fields::{FieldName, Holds, Property};
use crate::lex::{After, Scope, is_address};
use crate::like::nearest;
use crate::matcher::pattern;
use crate::parse::{MAX_TERMS, Parser};

/// What a scope is called in messages.
pub(crate) fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Field(field) => field.as_str(),
        Scope::Is => "is",
        Scope::Has => "has",
        Scope::Form { part: false } => "stem",
        Scope::Form { part: true } => "part",
        Scope::Saved(kind) => kind.as_str(),
    }
}

/// Whether the words within a scope stand one after another (in sentences, if `same`).
pub(crate) fn has_order(scope: Scope, same: bool) -> bool {
    match scope {
        Scope::Field(field) => match field.holds() {
            Holds::Text => true,
            Holds::Words | Holds::Address => !same,
            Holds::Sign(_) | Holds::Values => false,
        },
        Scope::Form { .. } => true,
        Scope::Is | Scope::Has | Scope::Saved(_) => false,
    }
}

fn holds(parser: &Parser<'_>) -> Holds {
    match parser.scope {
        Some(Scope::Field(field)) => field.holds(),
        _ => Holds::Text,
    }
}

fn count(parser: &mut Parser<'_>, terms: usize, at: &At) -> Result<(), QueryError> {
    parser.terms += terms;
    if parser.terms > MAX_TERMS {
        return Err(parser.error(ErrorCode::TooManyTerms, at.clone()));
    }
    Ok(())
}

/// A word without quotes.
pub(crate) fn word(parser: &mut Parser<'_>, at: At) -> Result<Node, QueryError> {
    let text = &parser.text[at.clone()];
    match parser.scope {
        Some(Scope::Is) => return property(parser, "is", text, at),
        Some(Scope::Has) => return property(parser, "has", text, at),
        Some(Scope::Field(field)) if field.holds() == Holds::Values => {
            count(parser, 1, &at)?;
            return value(parser, field, text, at);
        }
        Some(Scope::Form { part }) => return form(parser, part, text, at),
        Some(Scope::Saved(kind)) => return saved(parser, kind, text, at),
        _ => {}
    }
    if let Some(node) = shape(parser, text, &at)? {
        count(parser, 1, &at)?;
        return Ok(node);
    }
    let slots = slots(parser, text, at.clone(), false)?;
    count(parser, slots.len(), &at)?;
    Ok(of_slots(slots))
}

fn of_slots(mut slots: Vec<Slot>) -> Node {
    match slots.as_slice() {
        [Slot::Word(_) | Slot::Prefix(_)] => match slots.remove(0) {
            Slot::Prefix(start) => Node::Prefix(start),
            Slot::Word(word) => Node::Term(word),
            Slot::Gap => Node::Phrase(slots),
        },
        _ => Node::Phrase(slots),
    }
}

/// What stands between quotes.
pub(crate) fn phrase(
    parser: &mut Parser<'_>,
    inner: At,
    after: After,
    at: At,
) -> Result<Node, QueryError> {
    let text = &parser.text[inner.clone()];
    match parser.scope {
        Some(Scope::Form { part }) => return form(parser, part, text.trim(), at),
        Some(Scope::Saved(kind)) => return saved(parser, kind, text, at),
        Some(Scope::Is) => return property(parser, "is", text.trim(), at),
        Some(Scope::Has) => return property(parser, "has", text.trim(), at),
        Some(Scope::Field(field)) if field.holds() == Holds::Values => {
            count(parser, 1, &at)?;
            return value(parser, field, text.trim(), at);
        }
        _ => {}
    }
    let mut all = Vec::new();
    for piece in text.split_whitespace() {
        let start = inner.start + (piece.as_ptr() as usize - text.as_ptr() as usize);
        match piece {
            "*" => all.push(Slot::Gap),
            _ => all.extend(slots(parser, piece, start..start + piece.len(), true)?),
        }
    }
    count(parser, all.len(), &at)?;
    if all.iter().all(|slot| *slot == Slot::Gap) {
        return Err(parser.error(ErrorCode::NoWord, at));
    }
    if all.len() > 1
        && let (Holds::Sign(_), Some(scope)) = (holds(parser), parser.scope)
    {
        return Err(parser.error(ErrorCode::NotInField, at).expected(scope_name(scope)));
    }
    let gapped = all.contains(&Slot::Gap);
    let not_here =
        |expected: &str| Err(parser.error(ErrorCode::NotInPhrase, at.clone()).expected(expected));
    match after {
        After::Window(_) | After::Slop(_) | After::Quorum(_) if gapped => not_here("*"),
        After::Window(gap) if all.len() > 1 => Ok(Node::Window { gap, words: all }),
        After::Slop(slop) if all.len() > 1 => Ok(Node::Slop { slop, words: all }),
        After::Quorum(n) => {
            let of: Vec<Node> = all.into_iter().map(|slot| of_slots(vec![slot])).collect();
            if n < 1 || n as usize > of.len() {
                let expected = format!("1–{}", of.len());
                return Err(parser.error(ErrorCode::BadNumber, at).expected(expected));
            }
            Ok(Node::AtLeast { n, of })
        }
        _ => Ok(of_slots(all)),
    }
}

/// What stands between slashes.
pub(crate) fn regex(parser: &mut Parser<'_>, inner: At, at: At) -> Result<Node, QueryError> {
    if !is_text(parser) {
        return not_in_field(parser, at);
    }
    count(parser, 1, &at)?;
    let expression = &parser.text[inner];
    match pattern::compile(expression) {
        Ok(_) => {
            parser.loose.push(at);
            Ok(Node::Regex(expression.to_owned()))
        }
        Err(_) => Err(parser.error(ErrorCode::BadRegex, at)),
    }
}

/// Shapes of words are those of the text.
fn is_text(parser: &Parser<'_>) -> bool {
    match parser.scope {
        None => true,
        Some(Scope::Field(field)) => field.holds() == Holds::Text,
        Some(_) => false,
    }
}

fn not_in_field<T>(parser: &Parser<'_>, at: At) -> Result<T, QueryError> {
    let name = parser.scope.map_or("", scope_name);
    Err(parser.error(ErrorCode::NotInField, at).expected(name))
}

/// The one word of a piece, as a key; `None` where it is none or several.
fn one_word(text: &str) -> Option<String> {
    let mut words = Words::new();
    words.push(text);
    match words.tokens() {
        [token] => Some(words.lower(token).to_owned()),
        _ => None,
    }
}

/// `stem:laufen`, `part:bahn`.
fn form(parser: &mut Parser<'_>, part: bool, text: &str, at: At) -> Result<Node, QueryError> {
    count(parser, 1, &at)?;
    let is_word = text
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '\'' | '’' | '\u{301}'..='\u{36f}'));
    match one_word(text).filter(|_| is_word) {
        Some(word) if part => Ok(Node::CompoundPart(word)),
        Some(word) => Ok(Node::Stem(word)),
        None => {
            let expected = parser.scope.map_or("", scope_name);
            Err(parser.error(ErrorCode::OneWord, at).expected(expected))
        }
    }
}

/// `query:"Name"`, `watch:"Name"`, `list:"Name"`.
fn saved(parser: &mut Parser<'_>, kind: SavedKind, text: &str, at: At) -> Result<Node, QueryError> {
    count(parser, 1, &at)?;
    let name = text.trim();
    if name.is_empty() {
        return Err(parser.error(ErrorCode::MissingValue, at));
    }
    parser.references.push(Reference { kind, name: name.to_owned(), at });
    Ok(Node::Saved { kind, name: name.to_owned(), of: None })
}

/// `mid?dle`, `*suffix`, `word~1`: a word known by its shape.
fn shape(parser: &mut Parser<'_>, piece: &str, at: &At) -> Result<Option<Node>, QueryError> {
    if is_address(piece) {
        return Ok(None);
    }
    // Any number of stars at the end is one: the beginning of a word.
    let body = piece.trim_end_matches('*');
    let starred = body.contains(['*', '?']) || body.is_empty() && !piece.is_empty();
    if starred {
        if !is_text(parser) {
            return not_in_field(parser, at.clone());
        }
        return wildcard(parser, piece, at).map(Some);
    }
    let Some((word, edits)) = piece
        .rsplit_once('~')
        .filter(|(word, edits)| !word.is_empty() && edits.bytes().all(|b| b.is_ascii_digit()))
    else {
        return Ok(None);
    };
    if !is_text(parser) {
        return not_in_field(parser, at.clone());
    }
    let edits = if edits.is_empty() { 1 } else { edits.parse().unwrap_or(0) };
    let number = at.end - (piece.len() - word.len())..at.end;
    if !(1..=2).contains(&edits) {
        return Err(parser.error(ErrorCode::BadNumber, number).expected("~1, ~2"));
    }
    match one_word(word).filter(|_| word.chars().all(char::is_alphanumeric)) {
        Some(word) => {
            parser.loose.push(at.clone());
            Ok(Some(Node::Fuzzy { word, edits }))
        }
        None => Err(parser.error(ErrorCode::OneWord, at.clone()).expected("~")),
    }
}

/// The letters of a wildcard are folded like every word.
fn wildcard(parser: &mut Parser<'_>, piece: &str, at: &At) -> Result<Node, QueryError> {
    let letters = piece.chars().filter(|c| !matches!(c, '*' | '?')).count();
    if letters == 0 {
        return Err(parser.error(ErrorCode::NoWord, at.clone()));
    }
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '*' | '?' | '_' | '#' | '@' | '$');
    let mut pattern = text::words::fold(piece);
    if !pattern.chars().all(|c| fits(c) || !c.is_ascii() && !c.is_whitespace()) {
        return Err(parser.error(ErrorCode::OneWord, at.clone()).expected("*, ?"));
    }
    // `warum?` is a question in nearly every query.
    if let Some(word) = piece.strip_suffix('?').filter(|word| !word.contains(['*', '?'])) {
        parser.warnings.push(Warning {
            code: WarningCode::QuestionMark,
            at: at.clone(),
            found: piece.to_owned(),
            suggestion: word.to_owned(),
        });
    }
    if crate::guard::head(piece).is_none() {
        parser.loose.push(at.clone());
    }
    while pattern.contains("**") {
        pattern = pattern.replace("**", "*");
    }
    Ok(Node::Wildcard(pattern))
}

/// What stands between braces.
pub(crate) fn raw(parser: &mut Parser<'_>, inner: At, at: At) -> Result<Node, QueryError> {
    if !is_text(parser) {
        return not_in_field(parser, at);
    }
    let text = &parser.text[inner];
    let mut words = Words::new();
    words.push(text);
    count(parser, words.tokens().len(), &at)?;
    match words.tokens().is_empty() {
        true => Err(parser.error(ErrorCode::NoWord, at)),
        false => Ok(Node::Raw(text.to_owned())),
    }
}

/// The words in one piece without spaces; a star at its end makes the last one a beginning.
fn slots(
    parser: &mut Parser<'_>,
    piece: &str,
    at: At,
    quoted: bool,
) -> Result<Vec<Slot>, QueryError> {
    let holds = holds(parser);
    let (stem, open) = (piece.trim_end_matches('*'), piece.ends_with('*'));
    if quoted && holds != Holds::Address && !is_address(piece) {
        refuse_shapes(parser, stem, &at)?;
    }
    let mut words = Words::new();
    match holds {
        Holds::Address => words.push_address(stem),
        Holds::Sign(sign) => {
            words.push(&format!("{sign}{}", stem.strip_prefix(sign).unwrap_or(stem)));
        }
        _ => words.push(stem),
    }
    let tokens = words.tokens();
    if let Holds::Sign(sign) = holds {
        let kind = if sign == '#' { Kind::Hashtag } else { Kind::Mention };
        return match tokens {
            [token] if token.kind == kind => {
                let key = words.lower(token).strip_prefix(sign).unwrap_or_default().to_owned();
                Ok(vec![if open { Slot::Prefix(key) } else { Slot::Word(key) }])
            }
            _ => Err(parser.error(ErrorCode::BadValue, at).expected(format!("{sign}…"))),
        };
    }
    // A mark that stands alone folds to one that belongs to the letter before it.
    let said = |token: &Token| {
        token.kind != Kind::Word || words.lower(token).contains(char::is_alphanumeric)
    };
    let Some(last) = tokens.last().filter(|_| tokens.iter().all(said)) else {
        // A quoted "Dolce & Gabbana" is about its words; alone, a sign can never be found.
        if quoted && !open {
            return Ok(Vec::new());
        }
        let error = parser.error(ErrorCode::NoWord, at);
        return Err(if piece == "&" { error.suggest("AND") } else { error });
    };
    warn_of_dropped_signs(parser, stem, &words, &at, holds);
    let mut all: Vec<Slot> =
        tokens.iter().map(|token| Slot::Word(words.lower(token).to_owned())).collect();
    if open {
        let mut start = words.lower(last).to_owned();
        // A tokenised word ends before underscores; its beginning does not.
        let rest = stem.get(last.end as usize..).unwrap_or_default();
        if rest.bytes().all(|b| b == b'_') {
            start.push_str(rest);
        }
        all.pop();
        all.push(Slot::Prefix(start));
    }
    Ok(all)
}

/// What cannot stand in one word between quotes.
fn refuse_shapes(parser: &Parser<'_>, stem: &str, at: &At) -> Result<(), QueryError> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let error = |what: &str| parser.error(ErrorCode::NotInPhrase, at.clone()).expected(what);
    if stem.contains('*') {
        let head = stem.split('*').next().unwrap_or_default();
        return Err(match head.chars().filter(|c| word(*c)).count() {
            0 => error("*"),
            _ => error("*").suggest(format!("{head}*")),
        });
    }
    // Within quotes a question mark at the end of a word is punctuation.
    match stem.find('?').filter(|&i| stem[i + 1..].starts_with(word)) {
        Some(_) => Err(error("?")),
        None => Ok(()),
    }
}

/// Signs such as those in `C++` count for nothing outside braces: its author should know.
fn warn_of_dropped_signs(
    parser: &mut Parser<'_>,
    stem: &str,
    words: &Words,
    at: &At,
    holds: Holds,
) {
    if holds == Holds::Address {
        return;
    }
    let mut dropped = false;
    let mut from = 0;
    for token in words.tokens() {
        dropped |= stem.get(from..token.start as usize).is_some_and(has_sign);
        from = token.end as usize;
    }
    dropped |= stem.get(from..).is_some_and(has_sign);
    if dropped {
        let found = parser.text[at.clone()].to_owned();
        let suggestion = format!("{{{stem}}}");
        let code = WarningCode::SignsDropped;
        parser.warnings.push(Warning { code, at: at.clone(), found, suggestion });
    }
}

fn has_sign(between: &str) -> bool {
    between.contains(|c: char| {
        matches!(
            c,
            '+' | '&'
                | '%'
                | '#'
                | '@'
                | '$'
                | '€'
                | '£'
                | '§'
                | '='
                | '<'
                | '>'
                | '\\'
                | '~'
                | '^'
                | '|'
                | '['
                | ']'
        )
    })
}

fn property(parser: &mut Parser<'_>, scope: &str, name: &str, at: At) -> Result<Node, QueryError> {
    let wanted = format!("{scope}:{}", name.to_ascii_lowercase());
    if let Some(property) = Property::ALL.into_iter().find(|p| p.as_str() == wanted) {
        if matches!(property, Property::Reviewed | Property::Deleted) {
            parser.warn_of_no_data(at, wanted);
        }
        return Ok(Node::Is(property));
    }
    let prefix = format!("{scope}:");
    let all: Vec<&'static str> =
        Property::ALL.iter().filter_map(|p| p.as_str().strip_prefix(prefix.as_str())).collect();
    let near = nearest(&name.to_ascii_lowercase(), all.iter().map(|name| (*name, *name)));
    let error = parser.error(ErrorCode::BadValue, at).expected(all.join(", "));
    Err(match near {
        Some(near) => error.suggest(near),
        None => error,
    })
}

/// The whole value of a field, in the one spelling it is compared in.
fn value(
    parser: &mut Parser<'_>,
    field: FieldName,
    text: &str,
    at: At,
) -> Result<Node, QueryError> {
    let bad = |expected: &str| parser.error(ErrorCode::BadValue, at.clone()).expected(expected);
    let lower = text.to_lowercase();
    if text.is_empty() {
        return Err(parser.error(ErrorCode::MissingValue, at));
    }
    let value = match field {
        FieldName::Lang => return lang(parser, &lower, at),
        FieldName::Country => match lower.as_str() {
            "uk" => return Err(bad("ISO 3166: de, at, ch, gb, us …").suggest("gb")),
            _ if lower.len() == 2 && lower.bytes().all(|b| b.is_ascii_lowercase()) => lower,
            _ => return Err(bad("ISO 3166: de, at, ch, gb, us …")),
        },
        FieldName::Channel => match Channel::named(text) {
            Some(channel) => channel.as_str().to_owned(),
            None => {
                let names = Channel::ALL.map(Channel::as_str);
                let near = nearest(&lower, names.into_iter().map(|name| (name, name)));
                let error = bad(&names.join(", "));
                return Err(match near {
                    Some(near) => error.suggest(near),
                    None => error,
                });
            }
        },
        FieldName::Tier => match Tier::named(text) {
            Some(tier) => tier.as_str().to_owned(),
            None => return Err(bad(&Tier::ALL.map(Tier::as_str).join(", "))),
        },
        FieldName::Platform => {
            let folded = Platform::named(text).as_str().to_owned();
            if folded != lower {
                return Err(bad("bluesky, mastodon, hackernews, web …").suggest(folded));
            }
            folded
        }
        FieldName::Site => {
            let host = if lower.contains("://") { host_of(&lower) } else { &lower };
            let host = host.strip_prefix("www.").unwrap_or(host).trim_matches('.');
            if let Some((_, path)) = text.split_once('/')
                && !lower.contains("://")
                && !path.is_empty()
            {
                return Err(bad("example.com").suggest(format!("url:{text}")));
            }
            let host = host.trim_end_matches('/');
            if let Some(domain) = host.strip_prefix("*.") {
                return Err(bad("example.com").suggest(domain));
            }
            let fits =
                |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '[' | ']' | ':');
            if host.is_empty() || !host.chars().all(fits) || host.starts_with('-') {
                return Err(bad("example.com"));
            }
            host.to_owned()
        }
        FieldName::Sentiment => {
            const NAMES: [(&str, &str); 5] = [
                ("negative", "negative"),
                ("negativ", "negative"),
                ("neutral", "neutral"),
                ("positive", "positive"),
                ("positiv", "positive"),
            ];
            match NAMES.iter().find(|(name, _)| *name == lower) {
                Some((_, tone)) => {
                    parser.loose.push(at);
                    (*tone).to_owned()
                }
                None => {
                    let error = bad("negative, neutral, positive, <-0.5");
                    return Err(match nearest(&lower, NAMES.into_iter()) {
                        Some(tone) => error.suggest(tone),
                        None => error,
                    });
                }
            }
        }
        FieldName::Tag => {
            parser.warn_of_no_data(at, format!("tag:{text}"));
            text::words::fold(text)
        }
        FieldName::Community => lower,
        _ => text.to_owned(),
    };
    Ok(Node::Value(value))
}

fn lang(parser: &mut Parser<'_>, lower: &str, at: At) -> Result<Node, QueryError> {
    const NAMES: [(&str, &str); 16] = [
        ("german", "de"),
        ("deutsch", "de"),
        ("english", "en"),
        ("englisch", "en"),
        ("french", "fr"),
        ("französisch", "fr"),
        ("spanish", "es"),
        ("spanisch", "es"),
        ("italian", "it"),
        ("italienisch", "it"),
        ("dutch", "nl"),
        ("portuguese", "pt"),
        ("turkish", "tr"),
        ("türkisch", "tr"),
        ("polish", "pl"),
        ("russian", "ru"),
    ];
    let primary = lower.split(['-', '_']).next().unwrap_or_default();
    if !(2..=3).contains(&primary.len()) || !primary.bytes().all(|b| b.is_ascii_lowercase()) {
        let error = parser.error(ErrorCode::BadValue, at).expected("ISO 639: de, en, fr …");
        let code = NAMES.iter().find(|(name, _)| *name == lower).map(|(_, code)| *code);
        return Err(match code {
            Some(code) => error.suggest(code),
            None => error,
        });
    }
    if primary.len() < lower.len() {
        parser.warnings.push(Warning {
            code: WarningCode::LangNarrowed,
            at: at.clone(),
            found: parser.text[at].to_owned(),
            suggestion: primary.to_owned(),
        });
    }
    Ok(Node::Value(primary.to_owned()))
}
