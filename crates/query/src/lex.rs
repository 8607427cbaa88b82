//! From text to lexemes: brackets, operators, words, phrases.

use crate::ast::At;
use crate::error::{ErrorCode, QueryError, Warning, WarningCode};
use crate::fields::{FieldName, Holds, NOT_YET};

/// What the words after a colon belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Field(FieldName),
    /// `is:`
    Is,
    /// `has:`
    Has,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lex {
    Open,
    Close,
    Comma,
    And,
    Or,
    Not,
    Near {
        gap: Option<u32>,
        ordered: bool,
        not: bool,
    },
    Same {
        sentence: bool,
        ordered: bool,
    },
    /// What stands between the quotes, and the number after `~`.
    Phrase(At, Option<u32>),
    /// What stands between the braces.
    Raw(At),
    Scope(Scope),
    /// `COUNT`, right before a bracket.
    Count,
    /// `OF`, after a number and before a bracket.
    Of,
    Word,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lexeme {
    pub lex: Lex,
    pub at: At,
}

/// The largest distance that may be asked for.
pub(crate) const MAX_GAP: u32 = 1_000;

/// All lexemes of `text`.
pub(crate) fn lex(
    text: &str,
    lenient: bool,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Lexeme>, QueryError> {
    let mut lexer = Lexer { text, pos: 0, lenient, values: 0, all: Vec::new(), warnings };
    while lexer.next()? {}
    Ok(lexer.all)
}

struct Lexer<'a> {
    text: &'a str,
    pos: usize,
    lenient: bool,
    /// How many brackets are open within a field of values or addresses.
    values: u32,
    all: Vec<Lexeme>,
    warnings: &'a mut Vec<Warning>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.pos..]
    }

    fn push(&mut self, lex: Lex, len: usize) {
        self.all.push(Lexeme { lex, at: self.pos..self.pos + len });
        self.pos += len;
    }

    fn error<T>(&self, code: ErrorCode, at: At) -> Result<T, QueryError> {
        Err(QueryError::new(code, at, self.text))
    }

    /// Reads one lexeme; `false` at the end.
    fn next(&mut self) -> Result<bool, QueryError> {
        self.pos += self.rest().len() - self.rest().trim_start().len();
        let raw = self.values > 0 || self.after_value_scope();
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(false) };
        match first {
            '(' => {
                self.values += u32::from(raw);
                self.push(Lex::Open, 1);
            }
            ')' => {
                self.values = self.values.saturating_sub(1);
                self.push(Lex::Close, 1);
            }
            '"' => self.phrase(first)?,
            _ if raw => self.value()?,
            '“' | '”' | '„' | '‟' | '«' | '»' => self.phrase(first)?,
            '{' => self.raw()?,
            '}' => return self.error(ErrorCode::StrayBracket, self.pos..self.pos + 1),
            ',' => self.push(Lex::Comma, 1),
            _ if rest.starts_with("<<<") => self.comment()?,
            _ if rest.starts_with("&&") => self.push(Lex::And, 2),
            _ if rest.starts_with("||") => self.push(Lex::Or, 2),
            '!' => self.push(Lex::Not, 1),
            '-' | '+' if rest[1..].starts_with(|c: char| !c.is_whitespace() && c != ')') => {
                if first == '-' { self.push(Lex::Not, 1) } else { self.pos += 1 }
            }
            _ => self.word()?,
        }
        Ok(true)
    }

    fn after_value_scope(&self) -> bool {
        let Some(Lexeme { lex: Lex::Scope(Scope::Field(field)), .. }) = self.all.last() else {
            return false;
        };
        matches!(field.holds(), Holds::Values | Holds::Address)
    }

    fn phrase(&mut self, open: char) -> Result<(), QueryError> {
        let closers: &[char] = match open {
            '"' => &['"'],
            '„' => &['“', '”', '"'],
            '“' => &['”', '“', '"'],
            '«' => &['»'],
            '»' => &['«', '»'],
            _ => &['”', '"'],
        };
        let start = self.pos + open.len_utf8();
        let Some(len) = self.text[start..].find(closers) else {
            return self.error(ErrorCode::UnclosedQuote, self.pos..start);
        };
        let inner = start..start + len;
        let close = self.text[inner.end..].chars().next().map_or(1, char::len_utf8);
        let mut end = inner.end + close;
        let mut gap = None;
        let after = &self.text[end..];
        if let Some(tilde) = after.strip_prefix('~') {
            let digits = tilde.bytes().take_while(u8::is_ascii_digit).count();
            let at = end..end + 1 + digits;
            gap = Some(self.number(&tilde[..digits], at.clone())?);
            end = at.end;
        } else if after.starts_with('/') && after[1..].starts_with(|c: char| c.is_ascii_digit()) {
            let digits = after[1..].bytes().take_while(u8::is_ascii_digit).count();
            let words: Vec<&str> = self.text[inner].split_whitespace().collect();
            let suggestion = format!("{} OF ({})", &after[1..=digits], words.join(", "));
            return Err(QueryError::new(ErrorCode::NotYet, self.pos..end + 1 + digits, self.text)
                .expected("\"…\"/n")
                .suggest(suggestion));
        }
        self.push(Lex::Phrase(inner, gap), end - self.pos);
        Ok(())
    }

    fn number(&self, digits: &str, at: At) -> Result<u32, QueryError> {
        match digits.parse() {
            Ok(number) if number <= MAX_GAP => Ok(number),
            _ => Err(QueryError::new(ErrorCode::BadNumber, at, self.text)
                .expected(format!("0–{MAX_GAP}"))),
        }
    }

    fn raw(&mut self) -> Result<(), QueryError> {
        let start = self.pos + 1;
        let Some(len) = self.text[start..].find('}') else {
            return self.error(ErrorCode::UnclosedRaw, self.pos..start);
        };
        self.push(Lex::Raw(start..start + len), len + 2);
        Ok(())
    }

    fn comment(&mut self) -> Result<(), QueryError> {
        let Some(len) = self.rest().find(">>>") else {
            return self.error(ErrorCode::UnclosedComment, self.pos..self.pos + 3);
        };
        self.pos += len + 3;
        Ok(())
    }

    /// A value: everything up to a space, a bracket or a quote.
    fn value(&mut self) -> Result<(), QueryError> {
        let rest = self.rest();
        let len = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"'))
            .unwrap_or(rest.len());
        let word = &rest[..len];
        if self.values > 0 {
            let operator = match word {
                "&&" => Some(Lex::And),
                "||" => Some(Lex::Or),
                _ => self.operator(word, len)?,
            };
            if let Some(operator) = operator {
                self.push(operator, len);
                return Ok(());
            }
            if len > 1 && word.starts_with('-') {
                self.push(Lex::Not, 1);
                return Ok(());
            }
            let bare = word.trim_end_matches(',').len();
            if bare < len {
                match bare {
                    0 => self.push(Lex::Comma, 1),
                    _ => self.push(Lex::Word, bare),
                }
                return Ok(());
            }
        }
        self.push(Lex::Word, len);
        Ok(())
    }

    fn word(&mut self) -> Result<(), QueryError> {
        let len = self.word_len();
        let word = &self.rest()[..len];
        if let Some((scope, len)) = self.scope(word)? {
            self.push(Lex::Scope(scope), len);
            return Ok(());
        }
        if let Some(lex) = self.operator(word, len)? {
            self.push(lex, len);
            return Ok(());
        }
        self.push(Lex::Word, len);
        Ok(())
    }

    fn word_len(&self) -> usize {
        let rest = self.rest();
        let address = is_address(rest);
        let mut open = 0_u32;
        let mut before = ' ';
        for (i, c) in rest.char_indices() {
            let after = rest[i + c.len_utf8()..].chars().next().unwrap_or(' ');
            let ends = match c {
                '"' | '{' | '}' | '“' | '”' | '„' | '‟' | '«' | '»' => true,
                '(' if address => {
                    open += 1;
                    false
                }
                ')' if address && open > 0 => {
                    open -= 1;
                    false
                }
                '(' | ')' => true,
                '&' | '|' => !address && after == c,
                '<' => rest[i..].starts_with("<<<"),
                ',' => !(before.is_numeric() && after.is_numeric()),
                _ => c.is_whitespace(),
            };
            if ends && i > 0 {
                return i;
            }
            before = c;
        }
        rest.len()
    }

    /// `title:` and its kin at the start of a word.
    fn scope(&self, word: &str) -> Result<Option<(Scope, usize)>, QueryError> {
        let Some((name, value)) = word.split_once(':') else { return Ok(None) };
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !is_name || is_address(word) {
            return Ok(None);
        }
        let len = name.len() + 1;
        if let Some(field) = FieldName::named(name) {
            return Ok(Some((Scope::Field(field), len)));
        }
        let folded = name.to_ascii_lowercase();
        let at = self.pos..self.pos + name.len();
        match folded.as_str() {
            "is" => Ok(Some((Scope::Is, len))),
            "has" => Ok(Some((Scope::Has, len))),
            "raw" => Err(QueryError::new(ErrorCode::UnknownField, at, self.text)
                .suggest(format!("{{{value}}}"))),
            other if NOT_YET.contains(&other) => {
                let at = self.pos..self.pos + word.len();
                Err(QueryError::new(ErrorCode::NotYet, at, self.text).expected(format!("{other}:")))
            }
            other => {
                let error = QueryError::new(ErrorCode::UnknownField, at, self.text);
                Err(error.suggest(match field_like(other) {
                    Some(field) => format!("{}:{value}", field.as_str()),
                    None if value.is_empty() => name.to_owned(),
                    None => format!("\"{word}\""),
                }))
            }
        }
    }

    fn operator(&mut self, word: &str, len: usize) -> Result<Option<Lex>, QueryError> {
        let at = self.pos..self.pos + len;
        let upper = word.to_ascii_uppercase();
        let is_upper = !word.split('/').next().unwrap_or(word).contains(char::is_lowercase);
        let (name, number) = match upper.split_once('/') {
            Some((name, number)) => (name, Some(number)),
            None => (upper.as_str(), None),
        };
        let near = matches!(name, "NEAR" | "ONEAR" | "NOTNEAR");
        let lex = match name {
            "AND" if number.is_none() => Lex::And,
            "OR" if number.is_none() => Lex::Or,
            "NOT" if number.is_none() => Lex::Not,
            "SENTENCE" | "OSENTENCE" if number.is_none() && is_upper => {
                Lex::Same { sentence: true, ordered: name.starts_with('O') }
            }
            "PARAGRAPH" | "OPARAGRAPH" if number.is_none() && is_upper => {
                Lex::Same { sentence: false, ordered: name.starts_with('O') }
            }
            "COUNT" if is_upper && self.text[at.end..].starts_with('(') => Lex::Count,
            "OF" if is_upper && self.stands_between_number_and_bracket(at.end) => Lex::Of,
            _ if near && (number.is_some() || is_upper) => {
                Lex::Near { gap: None, ordered: name == "ONEAR", not: name == "NOTNEAR" }
            }
            _ => return Ok(None),
        };
        if !is_upper {
            // `Not` begins many a German sentence; only `not` looks like the operator.
            if word.bytes().any(|b| b.is_ascii_uppercase()) {
                return Ok(None);
            }
            let code = match self.lenient {
                true => WarningCode::LowerCaseOperator,
                false => WarningCode::LowerCaseWord,
            };
            let found = word.to_owned();
            self.warnings.push(Warning { code, at: at.clone(), found, suggestion: upper.clone() });
            if !self.lenient {
                return Ok(None);
            }
        }
        let Lex::Near { ordered, not, .. } = lex else { return Ok(Some(lex)) };
        let Some(number) = number else {
            return Err(QueryError::new(ErrorCode::MissingDistance, at, self.text)
                .expected(format!("{upper}/5"))
                .suggest(format!("{upper}/5")));
        };
        if let Some(digits) = number.strip_suffix('F') {
            return Err(QueryError::new(ErrorCode::BadNumber, at, self.text)
                .expected(format!("0–{MAX_GAP}"))
                .suggest(format!("ONEAR/{digits}")));
        }
        let gap = Some(self.number(number, at)?);
        Ok(Some(Lex::Near { gap, ordered, not }))
    }

    fn stands_between_number_and_bracket(&self, end: usize) -> bool {
        let number = self.all.last().is_some_and(|lexeme| {
            lexeme.lex == Lex::Word && self.text[lexeme.at.clone()].parse::<u32>().is_ok()
        });
        number && self.text[end..].trim_start().starts_with('(')
    }
}

/// An address begins here.
pub(crate) fn is_address(text: &str) -> bool {
    ["https://", "http://", "www."].iter().any(|head| {
        text.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head))
            && text[head.len()..].starts_with(char::is_alphanumeric)
    })
}

/// The field that `name` was probably meant to be: as other tools call it, or misspelled.
fn field_like(name: &str) -> Option<FieldName> {
    Some(match name {
        "from" | "user" | "username" => FieldName::Author,
        "to" | "mentions" => FieldName::Mention,
        "language" | "sprache" => FieldName::Lang,
        "domain" | "host" | "domainurl" | "website" => FieldName::Site,
        "text" | "content" => FieldName::Body,
        "headline" | "titel" => FieldName::Title,
        "ingress" => FieldName::Lead,
        "links" => FieldName::Link,
        "location" | "land" | "sourcecountry" => FieldName::Country,
        "sourcetype" | "kanal" => FieldName::Channel,
        "hashtags" => FieldName::Hashtag,
        _ => return nearest(name, FieldName::ALL.into_iter().map(|f| (f.as_str(), f))),
    })
}

/// The candidate that at most two slips of the pen part from `word` (one, in short words).
pub(crate) fn nearest<T>(word: &str, all: impl Iterator<Item = (&'static str, T)>) -> Option<T> {
    let most = if word.chars().count() < 5 { 1 } else { 2 };
    all.map(|(name, value)| (slips(word, name), value))
        .filter(|(slips, _)| *slips <= most)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, value)| value)
}

/// Levenshtein's distance.
fn slips(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let here = (diagonal + usize::from(x != *y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = here;
        }
    }
    row[b.len()]
}
