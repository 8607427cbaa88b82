//! From foreign text to lexemes: what all dialects have in common.

use crate::ast::At;
use crate::error::{ErrorCode, QueryError};

/// What a dialect's text is made of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lexis {
    /// `{…}` is one piece of exact text.
    pub braces: bool,
    /// `<<<…>>>` is a comment.
    pub comments: bool,
    /// `\` takes the meaning of the next sign away.
    pub escapes: bool,
    /// `/…/` is an expression.
    pub regex: bool,
    /// `|` stands for OR even without spaces.
    pub bars: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    /// What stands between quotes.
    Quoted(At),
    /// What stands between braces.
    Braced(At),
    /// What stands between slashes.
    Regex(At),
    /// `-`, `+` or `!` right before something.
    Sign(char),
    Bar,
    Word,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub token: Token,
    pub at: At,
}

pub(super) fn lex(text: &str, start: usize, lexis: Lexis) -> Result<Vec<Lexeme>, QueryError> {
    let mut lexer = Lexer { text, lexis, pos: start, all: Vec::new() };
    while lexer.next()? {}
    Ok(lexer.all)
}

struct Lexer<'a> {
    text: &'a str,
    lexis: Lexis,
    pos: usize,
    all: Vec<Lexeme>,
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»')
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.pos..]
    }

    fn push(&mut self, token: Token, len: usize) {
        self.all.push(Lexeme { token, at: self.pos..self.pos + len });
        self.pos += len;
    }

    fn error<T>(&self, code: ErrorCode, len: usize) -> Result<T, QueryError> {
        Err(QueryError::new(code, self.pos..self.pos + len, self.text))
    }

    fn next(&mut self) -> Result<bool, QueryError> {
        self.pos += self.rest().len() - self.rest().trim_start().len();
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(false) };
        let starts_something =
            rest[first.len_utf8()..].starts_with(|c: char| !c.is_whitespace() && c != ')');
        match first {
            '(' => self.push(Token::Open, 1),
            ')' => self.push(Token::Close, 1),
            c if is_quote(c) => self.quoted(c)?,
            '{' if self.lexis.braces => {
                let Some(len) = rest.find('}') else {
                    return self.error(ErrorCode::UnclosedRaw, 1);
                };
                self.push(Token::Braced(self.pos + 1..self.pos + len), len + 1);
            }
            '<' if self.lexis.comments && rest.starts_with("<<<") => {
                let Some(len) = rest.find(">>>") else {
                    return self.error(ErrorCode::UnclosedComment, 3);
                };
                self.pos += len + 3;
            }
            '|' if self.lexis.bars => {
                let len = if rest.starts_with("||") { 2 } else { 1 };
                self.push(Token::Bar, len);
            }
            '-' | '+' | '!' if starts_something => self.push(Token::Sign(first), 1),
            '/' if self.lexis.regex && self.regex() => {}
            _ => self.word(),
        }
        Ok(true)
    }

    fn quoted(&mut self, open: char) -> Result<(), QueryError> {
        let closers: &[char] = match open {
            '"' => &['"'],
            '«' => &['»'],
            '»' => &['«', '»'],
            '„' | '“' => &['”', '“', '"'],
            _ => &['”', '"'],
        };
        let start = open.len_utf8();
        let rest = self.rest();
        let mut escaped = false;
        let end = rest[start..].char_indices().find(|(_, c)| {
            let here = !escaped && closers.contains(c);
            escaped = self.lexis.escapes && *c == '\\' && !escaped;
            here
        });
        let Some((len, close)) = end else {
            return self.error(ErrorCode::UnclosedQuote, start);
        };
        let inner = self.pos + start..self.pos + start + len;
        self.push(Token::Quoted(inner), start + len + close.len_utf8());
        Ok(())
    }

    /// `/…/` up to a slash that ends a word; `false` where there is none.
    fn regex(&mut self) -> bool {
        let rest = self.rest();
        let mut escaped = false;
        for (i, c) in rest.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '/' if i > 1 => {
                    self.push(Token::Regex(self.pos + 1..self.pos + i), i + 1);
                    return true;
                }
                c if c.is_whitespace() || c == '/' => return false,
                _ => {}
            }
        }
        false
    }

    /// Up to a space, bracket or quote; bounds after a colon belong to the word.
    fn word(&mut self) {
        let rest = self.rest();
        let mut escaped = false;
        let mut before = ' ';
        let mut chars = rest.char_indices();
        let mut end = rest.len();
        while let Some((i, c)) = chars.next() {
            let bounds = matches!(c, '[' | '{') && matches!(before, ':' | '@');
            if bounds && let Some(close) = rest[i..].find([']', '}']) {
                while chars.clone().next().is_some_and(|(at, _)| at <= i + close) {
                    chars.next();
                }
                before = ']';
                continue;
            }
            let regex = c == '/' && before == ':' && self.lexis.regex;
            let ends = match c {
                _ if escaped => false,
                '(' | ')' => true,
                '{' | '}' => self.lexis.braces,
                '|' => self.lexis.bars,
                c => c.is_whitespace() || is_quote(c) || regex,
            };
            escaped = self.lexis.escapes && c == '\\' && !escaped;
            before = c;
            if ends && i > 0 {
                end = i;
                break;
            }
        }
        self.push(Token::Word, end);
    }
}
