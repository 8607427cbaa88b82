//! One reader for all dialects: precedence, brackets, fields. What a word, a phrase or an operator
//! means is each dialect's own.

use crate::ast::{At, Node};
use crate::error::{ErrorCode, QueryError};
use crate::fields::FieldName;
use crate::lex::MAX_GAP;
use crate::parse::MAX_NESTING;

use super::fields::Target;
use super::lex::{Lexeme, Token, lex};
use super::note::{Note, NoteKind};
use super::rules::{Level, Op, Rules};

pub(super) struct Reader<'a> {
    pub text: &'a str,
    rules: &'a dyn Rules,
    pub lexemes: Vec<Lexeme>,
    pub next: usize,
    depth: u32,
    /// What the words belong to.
    pub scope: Option<Target>,
    pub notes: Vec<Note>,
    /// What the bracket that is being read leaves out.
    left_out: Vec<Node>,
    /// What is being read stands under a limit to fields already.
    limited: bool,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, rules: &'a dyn Rules) -> Result<Reader<'a>, QueryError> {
        Reader::starting_at(text, 0, rules)
    }

    /// Reads what follows `start`; places are those of the whole text.
    pub fn starting_at(
        text: &'a str,
        start: usize,
        rules: &'a dyn Rules,
    ) -> Result<Reader<'a>, QueryError> {
        let lexemes = lex(text, start, rules.lexis())?;
        Ok(Reader {
            text,
            rules,
            lexemes,
            next: 0,
            depth: 0,
            scope: None,
            notes: Vec::new(),
            left_out: Vec::new(),
            limited: false,
        })
    }

    pub fn error(&self, code: ErrorCode, at: At) -> QueryError {
        QueryError::new(code, at, self.text)
    }

    /// A number of words.
    pub fn distance(&self, digits: &str, at: &At) -> Result<u32, QueryError> {
        let number = digits.parse().ok().filter(|n| *n <= MAX_GAP);
        number.ok_or_else(|| {
            self.error(ErrorCode::BadNumber, at.clone()).expected(format!("0–{MAX_GAP}"))
        })
    }

    pub fn note(&mut self, at: &At, kind: NoteKind, en: impl Into<String>, de: impl Into<String>) {
        let note = Note { at: at.clone(), kind, en: en.into(), de: de.into() };
        // An operator is looked at more than once before it is taken; its notes are the latest.
        if !self.notes.iter().rev().take(16).any(|other| *other == note) {
            self.notes.push(note);
        }
    }

    /// A word in small letters that is an operator there.
    pub fn lower_case(&mut self, word: &str, at: &At) {
        let upper = word.to_ascii_uppercase();
        if upper != word {
            self.note(
                at,
                NoteKind::Converted,
                format!("“{word}” was read as the operator {upper}."),
                format!("„{word}“ wurde als Operator {upper} gelesen."),
            );
        }
    }

    /// The whole text.
    pub fn read(&mut self) -> Result<Node, QueryError> {
        if self.lexemes.is_empty() {
            return Err(self.error(ErrorCode::Empty, 0..self.text.len()));
        }
        let node = self.whole()?;
        match self.lexemes.get(self.next) {
            Some(extra) => Err(self.error(ErrorCode::StrayBracket, extra.at.clone())),
            None => Ok(node),
        }
    }

    pub fn peek(&self) -> Option<&Lexeme> {
        self.lexemes.get(self.next)
    }

    fn take(&mut self) -> Option<Lexeme> {
        let lexeme = self.lexemes.get(self.next).cloned();
        self.next += usize::from(lexeme.is_some());
        lexeme
    }

    /// The operator that comes next, without taking it.
    pub fn peek_op(&mut self) -> Result<Option<Op>, QueryError> {
        let Some(Lexeme { token, at }) = self.peek().cloned() else { return Ok(None) };
        match token {
            Token::Bar => Ok(Some(Op::Or)),
            Token::Word => {
                let text = self.text;
                let rules = self.rules;
                rules.operator(self, &text[at.clone()], &at)
            }
            _ => Ok(None),
        }
    }

    /// What stands in one bracket.
    fn whole(&mut self) -> Result<Node, QueryError> {
        let outer = std::mem::take(&mut self.left_out);
        let start = self.peek().map_or(self.text.len(), |lexeme| lexeme.at.start);
        let node = match self.rules.has_clauses() {
            true => self.clauses(),
            false => self.level(0),
        };
        let left_out = std::mem::replace(&mut self.left_out, outer);
        let node = node?;
        if left_out.is_empty() {
            return Ok(node);
        }
        if matches!(node, Node::Or(_)) {
            let end = self.next.checked_sub(1).map_or(start, |last| self.lexemes[last].at.end);
            self.note(
                &(start..end),
                NoteKind::Converted,
                "NOT leaves out of the whole expression, not only of what stands beside it.",
                "NOT schließt aus dem ganzen Ausdruck aus, nicht nur aus dem, was daneben steht.",
            );
        }
        let nots = left_out.into_iter().map(|node| Node::Not(Box::new(node)));
        Ok(Node::and(std::iter::once(node).chain(nots).collect()))
    }

    fn level(&mut self, level: usize) -> Result<Node, QueryError> {
        match self.rules.levels().get(level) {
            None => self.unary(),
            Some(Level::Or) => self.or(level),
            Some(Level::And) => self.and(level),
            Some(Level::Near) => self.near(level),
        }
    }

    fn or(&mut self, level: usize) -> Result<Node, QueryError> {
        let mut all = vec![self.level(level + 1)?];
        while self.peek_op()? == Some(Op::Or) {
            self.operator_taken()?;
            all.push(self.level(level + 1)?);
        }
        Ok(Node::or(all))
    }

    fn and(&mut self, level: usize) -> Result<Node, QueryError> {
        let start = self.peek().map_or(self.text.len(), |lexeme| lexeme.at.start);
        let from_whole = self.rules.not_takes_from_the_whole();
        let mut all = Vec::new();
        let mut limit: Vec<FieldName> = Vec::new();
        loop {
            if let Some(fields) = self.limit()? {
                limit = fields;
                continue;
            }
            let op = self.peek_op()?;
            match op {
                Some(Op::And) if !all.is_empty() || !self.left_out.is_empty() => {
                    self.operator_taken()?;
                }
                Some(Op::Maybe) if !all.is_empty() => {
                    let at = self.operator_taken()?;
                    self.level(level + 1)?;
                    self.note(
                        &at,
                        NoteKind::Lost,
                        "What follows MAYBE only ranks; it was left out.",
                        "Was auf MAYBE folgt, ordnet nur die Treffer; es blieb unberücksichtigt.",
                    );
                    continue;
                }
                Some(Op::Not) if from_whole => {}
                Some(Op::Not) | None => {
                    if self.peek().is_none_or(|l| l.token == Token::Close) {
                        break;
                    }
                }
                Some(_) if all.is_empty() => {
                    let at = self.peek().map_or(start..start, |lexeme| lexeme.at.clone());
                    return Err(self.missing(at));
                }
                Some(_) => break,
            }
            if from_whole && self.peek_op()? == Some(Op::Not) {
                self.operator_taken()?;
                let node = self.level(level + 1)?;
                self.left_out.push(node);
            } else {
                let outer = self.limited;
                self.limited = outer || !limit.is_empty();
                let node = self.level(level + 1);
                self.limited = outer;
                let node = node?;
                let places = limit.iter().map(|name| super::fields::within(*name, node.clone()));
                all.push(match limit.is_empty() {
                    true => node,
                    false => Node::or(places.collect()),
                });
            }
        }
        if all.is_empty() {
            let end = self.next.checked_sub(1).map_or(start, |last| self.lexemes[last].at.end);
            let code = match self.left_out.is_empty() {
                true => ErrorCode::MissingOperand,
                false => ErrorCode::OnlyNegative,
            };
            return Err(self.error(code, start.min(end)..end.max(start)));
        }
        Ok(Node::and(all))
    }

    /// `@title`, `@(title,body)`, `@!title`, `@*`, `@body[50]`, `@@relaxed`.
    fn limit(&mut self) -> Result<Option<Vec<FieldName>>, QueryError> {
        let Some(Lexeme { token: Token::Word, mut at }) = self.peek().cloned() else {
            return Ok(None);
        };
        let (rules, text) = (self.rules, self.text);
        if rules.limit("*").is_none() || !text[at.clone()].starts_with('@') {
            return Ok(None);
        }
        self.take();
        if text[at.clone()].starts_with("@@") {
            return Ok(Some(Vec::new()));
        }
        if let Some(Lexeme { token: Token::Open, at: open }) = self.peek().cloned()
            && open.start == at.end
            && matches!(&text[at.clone()], "@" | "@!")
        {
            while let Some(lexeme) = self.take() {
                at.end = lexeme.at.end;
                if lexeme.token == Token::Close {
                    break;
                }
            }
        }
        let name = &text[at.start + 1..at.end];
        if let Some(i) = name.find('[') {
            self.note(
                &(at.start + 1 + i..at.end),
                NoteKind::Lost,
                "How far from the beginning words may stand is not asked here; it was left out.",
                "Wie weit vom Anfang Wörter stehen dürfen, wird hier nicht gefragt; es blieb unberücksichtigt.",
            );
        }
        let name = name.split('[').next().unwrap_or(name);
        match rules.limit(name) {
            // Every field repeats what stands under it: nested, that would grow without bound.
            Some(fields) if self.limited && !fields.is_empty() => {
                Err(self.error(ErrorCode::NestedField, at))
            }
            Some(fields) => Ok(Some(fields)),
            None => Err(self.error(ErrorCode::UnknownField, at)),
        }
    }

    fn near(&mut self, level: usize) -> Result<Node, QueryError> {
        let mut a = self.level(level + 1)?;
        loop {
            let op = self.peek_op()?;
            let Some(
                op @ (Op::Near { .. }
                | Op::NotNear { .. }
                | Op::Sentence { .. }
                | Op::Paragraph { .. }),
            ) = op
            else {
                return Ok(a);
            };
            let at = self.operator_taken()?;
            let b = self.level(level + 1)?;
            let (left, right) = (Box::new(a), Box::new(b));
            for side in [&left, &right] {
                if !crate::parse::has_place(side) {
                    let name = self.text[at.clone()].to_owned();
                    return Err(self.error(ErrorCode::NoPlace, at).expected(name));
                }
            }
            a = match op {
                Op::NotNear { gap } => Node::NotNear { gap, a: left, b: right },
                Op::Sentence { ordered } => Node::SameSentence { ordered, a: left, b: right },
                Op::Paragraph { ordered } => Node::SameParagraph { ordered, a: left, b: right },
                Op::Near { gap, ordered } => Node::Near { gap, ordered, a: left, b: right },
                Op::And | Op::Or | Op::Not | Op::Maybe => return Err(self.missing(at)),
            };
            self.not_too_high(&a, &at)?;
        }
    }

    /// Chains of distances nest without brackets; what is too high would overflow the stack later.
    pub fn not_too_high(&self, node: &Node, at: &At) -> Result<(), QueryError> {
        fn fits(node: &Node, levels: u32) -> bool {
            levels > 0 && node.children().all(|child| fits(child, levels - 1))
        }
        match fits(node, MAX_NESTING) {
            true => Ok(()),
            false => Err(self.error(ErrorCode::TooDeep, at.clone())),
        }
    }

    pub fn missing(&self, at: At) -> QueryError {
        let name = self.text.get(at.clone()).unwrap_or_default().to_owned();
        self.error(ErrorCode::MissingOperand, at).expected(name)
    }

    /// Takes an operator after which something must come.
    pub fn operator_taken(&mut self) -> Result<At, QueryError> {
        let at = self.take().map_or(0..0, |lexeme| lexeme.at);
        match self.peek() {
            None | Some(Lexeme { token: Token::Close, .. }) => Err(self.missing(at)),
            _ => Ok(at),
        }
    }

    fn deeper<T>(
        &mut self,
        at: &At,
        read: impl FnOnce(&mut Self) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        if self.depth >= MAX_NESTING {
            return Err(self.error(ErrorCode::TooDeep, at.clone()));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    pub fn unary(&mut self) -> Result<Node, QueryError> {
        if self.peek_op()? == Some(Op::Not) {
            let at = self.operator_taken()?;
            let node = self.deeper(&at, Reader::unary)?;
            return Ok(Node::Not(Box::new(node)));
        }
        let Some(Lexeme { token, at }) = self.peek().cloned() else {
            let end = self.text.trim_end().len();
            return Err(self.error(ErrorCode::MissingOperand, end..end));
        };
        match token {
            Token::Sign('-' | '!') => {
                self.operator_taken()?;
                let node = self.deeper(&at, Reader::unary)?;
                Ok(Node::Not(Box::new(node)))
            }
            Token::Sign(_) => {
                self.operator_taken()?;
                let mut signs = String::from("+");
                while let Some(Lexeme { token: Token::Sign('+'), .. }) = self.peek() {
                    self.operator_taken()?;
                    signs.push('+');
                }
                match self.peek().cloned() {
                    Some(Lexeme { token: Token::Quoted(inner), at: quotes }) => {
                        self.take();
                        self.quoted(inner, &signs, at.start..quotes.end)
                    }
                    _ => self.deeper(&at, Reader::unary),
                }
            }
            Token::Open => self.bracket(),
            Token::Quoted(inner) => {
                self.take();
                self.quoted(inner, "", at)
            }
            Token::Braced(inner) => {
                self.take();
                let text = format!("{{{}}}", &self.text[inner]);
                self.native(&text, &at)
            }
            Token::Regex(inner) => {
                self.take();
                let expression = &self.text[inner];
                if expression.contains(['#', '@', '&', '<', '~', '"']) {
                    self.note(
                        &at,
                        NoteKind::Changed,
                        "The signs # @ & < ~ \" mean something of their own there; here they stand for themselves.",
                        "Die Zeichen # @ & < ~ \" haben dort eine eigene Bedeutung; hier stehen sie für sich selbst.",
                    );
                }
                let text = format!("/{expression}/");
                self.native(&text, &at)
            }
            Token::Word => {
                if self.peek_op()?.is_some() {
                    return Err(self.missing(at));
                }
                self.take();
                self.worded(at)
            }
            Token::Bar => Err(self.missing(at)),
            Token::Close if self.depth == 0 => Err(self.error(ErrorCode::StrayBracket, at)),
            Token::Close => Err(self.error(ErrorCode::MissingOperand, at)),
        }
    }

    fn bracket(&mut self) -> Result<Node, QueryError> {
        let open = self.take().map_or(0..0, |lexeme| lexeme.at);
        if let Some(Lexeme { token: Token::Close, at }) = self.peek() {
            return Err(self.error(ErrorCode::Empty, open.start..at.end));
        }
        if self.peek().is_none() {
            return Err(self.error(ErrorCode::UnclosedBracket, open).expected(")"));
        }
        let node = self.deeper(&open, Reader::whole)?;
        let Some(Lexeme { token: Token::Close, at: close }) = self.take() else {
            return Err(self.error(ErrorCode::UnclosedBracket, open).expected(")"));
        };
        let tail = self.tail(close.end);
        let (rules, text) = (self.rules, self.text);
        let at = open.start..tail.end.max(close.end);
        rules.bracket(self, node, &text[tail], at)
    }

    /// What is glued behind a phrase or a bracket: `~5`, `^9`, `/2`.
    fn tail(&mut self, end: usize) -> At {
        match self.peek() {
            Some(Lexeme { token: Token::Word, at })
                if at.start == end && self.text[at.clone()].starts_with(['~', '^', '/']) =>
            {
                let at = at.clone();
                self.take();
                at
            }
            _ => end..end,
        }
    }

    fn quoted(&mut self, inner: At, signs: &str, at: At) -> Result<Node, QueryError> {
        let tail = self.tail(at.end);
        let (rules, text) = (self.rules, self.text);
        rules.quoted(self, &text[inner], signs, &text[tail.clone()], at.start..tail.end.max(at.end))
    }

    /// A word, or a field and what belongs to it.
    fn worded(&mut self, at: At) -> Result<Node, QueryError> {
        let (rules, text) = (self.rules, self.text);
        let word = &text[at.clone()];
        if let Some((name, value)) = word.split_once(':')
            && !crate::lex::is_address(word)
            && !name.is_empty()
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
            && (!value.is_empty() || self.peek().is_some())
        {
            let lower = name.to_lowercase();
            if let Some(target) = rules.field(&lower) {
                let name_at = at.start..at.start + name.len() + 1;
                return self.in_field(&lower, target, value, name_at, at);
            }
            let known = name.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
            if known && !value.starts_with("//") {
                let place = at.start..at.start + name.len();
                let error = self.error(ErrorCode::UnknownField, place);
                return Err(error.suggest(format!("\"{word}\"")));
            }
        }
        rules.word(self, word, at)
    }

    fn in_field(
        &mut self,
        name: &str,
        target: Target,
        value: &str,
        name_at: At,
        at: At,
    ) -> Result<Node, QueryError> {
        if self.scope.is_some() {
            return Err(self.error(ErrorCode::NestedField, name_at));
        }
        if let Target::Lost = target {
            let value = self.skip_value(value, &at)?;
            return Ok(self.unanswerable(&format!("{name}:{value}"), &at));
        }
        if let Target::Number(number) = target {
            let value = self.skip_value(value, &at)?;
            let value = value.trim_matches('"');
            return self.native(&super::fields::bounds(number, value), &at);
        }
        self.scope = Some(target);
        let node = match value.is_empty() {
            true => match self.peek().map(|l| l.token.clone()) {
                Some(
                    Token::Open
                    | Token::Quoted(_)
                    | Token::Word
                    | Token::Braced(_)
                    | Token::Regex(_)
                    | Token::Sign(_),
                ) => self.unary(),
                _ => Err(self.error(ErrorCode::MissingValue, name_at)),
            },
            false => {
                let (rules, text) = (self.rules, self.text);
                let from = at.end - value.len();
                rules.word(self, &text[from..at.end], from..at.end)
            }
        };
        self.scope = None;
        let node = node?;
        Ok(match target {
            Target::Field(name) | Target::Named(name, _) => super::fields::within(name, node),
            _ => node,
        })
    }

    /// The value of a field as it stands, whatever it is.
    fn skip_value(&mut self, value: &str, at: &At) -> Result<String, QueryError> {
        if !value.is_empty() {
            return Ok(value.to_owned());
        }
        let start = self.peek().map_or(self.text.len(), |lexeme| lexeme.at.start);
        let mut open = 0_u32;
        loop {
            let Some(lexeme) = self.take() else {
                let code =
                    if open > 0 { ErrorCode::UnclosedBracket } else { ErrorCode::MissingValue };
                return Err(self.error(code, at.clone()));
            };
            match lexeme.token {
                Token::Open => open += 1,
                Token::Close if open == 0 => {
                    return Err(self.error(ErrorCode::MissingValue, at.clone()));
                }
                Token::Close => open -= 1,
                _ => {}
            }
            if open == 0 {
                return Ok(self.text[start..lexeme.at.end].to_owned());
            }
        }
    }
}

/// Text between quotes without what would end them.
pub(super) fn clean(text: &str) -> String {
    text.replace(['"', '“', '”', '„', '‟', '«', '»'], " ")
}
