//! From text to lexemes: brackets, operators, words, phrases.

use crate::ast::{At, Bound, SavedKind};
use crate::error::{ErrorCode, QueryError, Warning, WarningCode};
use crate::fields::{FieldName, Holds, NOT_EVALUABLE, NumberField};
use crate::like::{field_like, operator_like};
use crate::range;

/// What the words after a colon belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Field(FieldName),
    /// `is:`
    Is,
    /// `has:`
    Has,
    /// `stem:`, or `part:`.
    Form {
        part: bool,
    },
    /// `query:`, `watch:`, `list:`
    Saved(SavedKind),
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
    /// What stands between the quotes, and what comes after them.
    Phrase(At, After),
    /// What stands between the slashes.
    Regex(At),
    /// A field's bounds.
    Range(NumberField, Bound, Bound),
    /// A field that no post can answer, as it is printed.
    NotEvaluable(String),
    /// `^9`, in thousandths.
    Weight(u32),
    /// `STARTS` or `ENDS`, right before a bracket.
    Edge {
        end: bool,
    },
    /// What stands between the braces.
    Raw(At),
    Scope(Scope),
    /// `COUNT`, right before a bracket.
    Count,
    /// `OF`, after a number and before a bracket.
    Of,
    Word,
}

/// What stands right behind a closing quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    Nothing,
    /// `~5`
    Window(u32),
    /// `~~5`
    Slop(u32),
    /// `/2`
    Quorum(u32),
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
    comments: &mut Vec<(At, String)>,
) -> Result<Vec<Lexeme>, QueryError> {
    let all = Vec::new();
    let mut lexer = Lexer { text, pos: 0, lenient, values: 0, all, warnings, comments };
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
    comments: &'a mut Vec<(At, String)>,
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
            '^' if self.follows_bracket() && self.weight()? => {}
            _ if raw => self.value()?,
            '“' | '”' | '„' | '‟' | '«' | '»' => self.phrase(first)?,
            '{' => self.raw()?,
            '}' => return self.error(ErrorCode::StrayBracket, self.pos..self.pos + 1),
            ',' => self.push(Lex::Comma, 1),
            _ if rest.starts_with("<<<") => self.comment()?,
            _ if rest.starts_with("&&") => self.push(Lex::And, 2),
            _ if rest.starts_with("||") => self.push(Lex::Or, 2),
            '!' => self.push(Lex::Not, 1),
            '/' if self.regex_len().is_some() => {
                let len = self.regex_len().unwrap_or(2);
                self.push(Lex::Regex(self.pos + 1..self.pos + len - 1), len);
            }
            '^' if self.follows_directly() && self.weight()? => {}
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

    /// The length of `/…/`, slashes included, where it stands for itself.
    fn regex_len(&self) -> Option<usize> {
        let mut escaped = false;
        let inner = self.rest().strip_prefix('/')?;
        for (i, c) in inner.char_indices() {
            match c {
                '\\' if !escaped => {
                    escaped = true;
                    continue;
                }
                '/' if !escaped && i > 0 => {
                    let after = inner[i + 1..].chars().next().unwrap_or(' ');
                    let ends = after.is_whitespace() || matches!(after, ')' | '^' | ',');
                    return ends.then_some(i + 2);
                }
                _ if c.is_whitespace() => return None,
                _ => {}
            }
            escaped = false;
        }
        None
    }

    /// A bracket closed right here.
    fn follows_bracket(&self) -> bool {
        let last = self.all.last();
        last.is_some_and(|last| last.lex == Lex::Close && last.at.end == self.pos)
    }

    /// Nothing stands between the lexeme before and here.
    fn follows_directly(&self) -> bool {
        self.all.last().is_some_and(|lexeme| lexeme.at.end == self.pos)
    }

    /// `^9` behind something; `false` where no number follows.
    fn weight(&mut self) -> Result<bool, QueryError> {
        let digits = &self.rest()[1..];
        let len = digits.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let Some(weight) = weight(&digits[..len]) else {
            if len == 0 {
                return Ok(false);
            }
            return Err(QueryError::new(
                ErrorCode::BadNumber,
                self.pos..self.pos + 1 + len,
                self.text,
            )
            .expected("^1–^1000"));
        };
        self.push(Lex::Weight(weight), len + 1);
        Ok(true)
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
        let mut behind = After::Nothing;
        let rest = &self.text[end..];
        let sign = match rest {
            _ if rest.starts_with("~~") => "~~",
            _ if rest.starts_with('~') => "~",
            _ if rest.starts_with('/') && rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                "/"
            }
            _ => "",
        };
        if !sign.is_empty() {
            let digits = rest[sign.len()..].bytes().take_while(u8::is_ascii_digit).count();
            let at = end..end + sign.len() + digits;
            let number = self.number(&rest[sign.len()..sign.len() + digits], at.clone())?;
            behind = match sign {
                "~~" => After::Slop(number),
                "~" => After::Window(number),
                _ => After::Quorum(number),
            };
            end = at.end;
        }
        self.push(Lex::Phrase(inner, behind), end - self.pos);
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
        let comment = self.rest()[3..len.max(3)].trim().to_owned();
        self.comments.push((self.pos..self.pos + len + 3, comment));
        self.pos += len + 3;
        Ok(())
    }

    /// A value: everything up to a space, a bracket or a quote; a comma at its end stands between values.
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
        }
        match word.trim_end_matches(',').len() {
            0 => self.push(Lex::Comma, 1),
            bare => self.push(Lex::Word, bare),
        }
        Ok(())
    }

    fn word(&mut self) -> Result<(), QueryError> {
        let len = self.word_len();
        let word = &self.rest()[..len];
        if self.range(word)? || self.not_evaluable(word)? {
            return Ok(());
        }
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

    /// `reach:>=1000` and its kin.
    fn range(&mut self, word: &str) -> Result<bool, QueryError> {
        let Some((name, _)) = word.split_once(':') else { return Ok(false) };
        let Some(field) = NumberField::named(name) else { return Ok(false) };
        let from = self.pos + name.len() + 1;
        let Some(len) = range::length(field, &self.text[from..]) else {
            if field == NumberField::Sentiment {
                return Ok(false);
            }
            return self.error(ErrorCode::MissingValue, self.pos..from);
        };
        let (lo, hi) = range::read(field, &self.text[from..from + len]).map_err(|at| {
            let expected = match field {
                NumberField::Published => range::EXPECTED_TIME,
                _ => range::EXPECTED,
            };
            QueryError::new(ErrorCode::BadNumber, from + at.start..from + at.end, self.text)
                .expected(expected)
        })?;
        self.push(Lex::Range(field, lo, hi), from + len - self.pos);
        Ok(true)
    }

    /// `gender:female` and its kin.
    fn not_evaluable(&mut self, word: &str) -> Result<bool, QueryError> {
        let Some((name, _)) = word.split_once(':') else { return Ok(false) };
        let name = name.to_ascii_lowercase();
        if !NOT_EVALUABLE.contains(&name.as_str()) {
            return Ok(false);
        }
        let from = self.pos + name.len() + 1;
        let from = from + self.text[from..].len() - self.text[from..].trim_start().len();
        let value = &self.text[from..];
        let len = match value.chars().next() {
            None | Some(')') => 0,
            Some('(') => balanced(value).unwrap_or(0),
            Some('"') => value[1..].find('"').map_or(0, |len| len + 2),
            Some(_) => value.find(|c: char| c.is_whitespace() || c == ')').unwrap_or(value.len()),
        };
        if len == 0 {
            return self.error(ErrorCode::MissingValue, self.pos..self.pos + name.len() + 1);
        }
        let value = value[..len].split_whitespace().collect::<Vec<_>>().join(" ");
        let told = format!("{name}:{value}");
        let len = from + len - self.pos;
        self.warnings.push(Warning {
            code: WarningCode::NotEvaluable,
            at: self.pos..self.pos + len,
            found: told.clone(),
            suggestion: String::new(),
        });
        self.push(Lex::NotEvaluable(told), len);
        Ok(true)
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
                '^' => !address && weight(&rest[i + 1..][..digits_of(&rest[i + 1..])]).is_some(),
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
            "stem" => Ok(Some((Scope::Form { part: false }, len))),
            "part" => Ok(Some((Scope::Form { part: true }, len))),
            "query" => Ok(Some((Scope::Saved(SavedKind::Query), len))),
            "watch" => Ok(Some((Scope::Saved(SavedKind::Watch), len))),
            "list" => Ok(Some((Scope::Saved(SavedKind::List), len))),
            other => {
                let error = QueryError::new(ErrorCode::UnknownField, at, self.text);
                Err(error.suggest(match field_like(other) {
                    Some(field) => format!("{field}:{value}"),
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
            "STARTS" | "ENDS" if is_upper && self.text[at.end..].starts_with('(') => {
                Lex::Edge { end: name == "ENDS" }
            }
            "OF" if is_upper && self.stands_between_number_and_bracket(at.end) => Lex::Of,
            _ if near && (number.is_some() || is_upper) => {
                Lex::Near { gap: None, ordered: name == "ONEAR", not: name == "NOTNEAR" }
            }
            _ => {
                if let Some(suggestion) = operator_like(name, number).filter(|_| is_upper) {
                    let (code, found) = (WarningCode::LowerCaseWord, word.to_owned());
                    self.warnings.push(Warning { code, at, found, suggestion });
                }
                return Ok(None);
            }
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
            && text[head.len()..].starts_with(|c: char| c.is_alphanumeric() && c != 'ʼ')
    })
}

fn digits_of(text: &str) -> usize {
    text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count()
}

/// A weight of 1 to 1,000, in thousandths.
fn weight(digits: &str) -> Option<u32> {
    let weight: f64 = digits.parse().ok()?;
    (0.001..=1_000.0).contains(&weight).then(|| (weight * 1_000.0).round() as u32)
}

/// The length of what stands between `(` at the beginning and its `)`, both included.
fn balanced(text: &str) -> Option<usize> {
    let mut open = 0_u32;
    for (i, c) in text.char_indices() {
        match c {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(i + 1);
        }
    }
    None
}
