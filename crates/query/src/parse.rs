//! From text to tree: recursive descent over the lexemes.

use crate::ast::{At, Node, Query, Reference};
use crate::error::{ErrorCode, QueryError, Warning, WarningCode};
use crate::fields::{Holds, NumberField};
use crate::guard;
use crate::leaf;
use crate::lex::{Lex, Lexeme, Scope, lex};

/// The longest query in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// The most terms in a query.
pub const MAX_TERMS: usize = 10_000;
/// The deepest nesting of a query.
pub const MAX_NESTING: u32 = 64;

/// Reads a query in native syntax.
///
/// # Errors
/// Where and why it was not understood; the first error only.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    read(text, false)
}

/// Reads a query in native syntax, with `and`, `or`, `not` and `near/5` in lower case read as
/// operators (each with a warning that says so).
///
/// # Errors
/// Where and why it was not understood; the first error only.
pub fn parse_lenient(text: &str) -> Result<Query, QueryError> {
    read(text, true)
}

fn read(text: &str, lenient: bool) -> Result<Query, QueryError> {
    if text.len() > MAX_BYTES {
        let at = (0..=MAX_BYTES).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        return Err(QueryError::new(ErrorCode::TooLong, at..text.len(), text));
    }
    let (mut warnings, mut comments) = (Vec::new(), Vec::new());
    let lexemes = lex(text, lenient, &mut warnings, &mut comments)?;
    let mut parser = Parser {
        text,
        lexemes,
        next: 0,
        nesting: 0,
        terms: 0,
        scope: None,
        in_list: false,
        warnings,
        references: Vec::new(),
        loose: Vec::new(),
    };
    let piece = parser.query()?;
    let Parser { mut warnings, references, .. } = parser;
    warnings.sort_by_key(|warning| warning.at.start);
    Ok(Query { ast: piece.node, warnings, comments, references })
}

/// A part of the tree, how high it is, and where it was written.
struct Piece {
    node: Node,
    height: u32,
    at: At,
    /// Alternatives or requirements written side by side without brackets.
    bare: bool,
}

impl Piece {
    fn leaf(node: Node, at: At) -> Piece {
        Piece { node, height: 0, at, bare: false }
    }
}

pub(crate) struct Parser<'a> {
    pub text: &'a str,
    lexemes: Vec<Lexeme>,
    next: usize,
    nesting: u32,
    pub terms: usize,
    pub scope: Option<Scope>,
    in_list: bool,
    pub warnings: Vec<Warning>,
    pub references: Vec<Reference>,
    /// What no index finds by itself, and where it stands.
    pub loose: Vec<At>,
}

impl Parser<'_> {
    /// What was understood and no post has yet.
    pub fn warn_of_no_data(&mut self, at: At, found: String) {
        let code = WarningCode::NoData;
        self.warnings.push(Warning { code, at, found, suggestion: String::new() });
    }

    pub fn error(&self, code: ErrorCode, at: At) -> QueryError {
        QueryError::new(code, at, self.text)
    }

    fn peek(&self) -> Option<&Lex> {
        self.lexemes.get(self.next).map(|lexeme| &lexeme.lex)
    }

    fn take(&mut self) -> Option<Lexeme> {
        let lexeme = self.lexemes.get(self.next).cloned();
        self.next += usize::from(lexeme.is_some());
        lexeme
    }

    fn end(&self) -> At {
        let end = self.text.trim_end().len();
        end..end
    }

    fn query(&mut self) -> Result<Piece, QueryError> {
        if self.lexemes.iter().all(|l| l.lex == Lex::Comma) {
            return Err(self.error(ErrorCode::Empty, 0..self.text.len()));
        }
        let piece = self.or()?;
        if let Some(extra) = self.take() {
            return Err(self.error(ErrorCode::StrayBracket, extra.at));
        }
        let Some(asked) = guard::evaluable(&piece.node) else {
            return Err(self.error(ErrorCode::NotEvaluable, piece.at));
        };
        if asked.is_open() {
            let error = self.error(ErrorCode::OnlyNegative, piece.at.clone());
            let whole = matches!(&piece.node, Node::Not(_)) || matches!(&piece.node, Node::And(_));
            return Err(match whole {
                true => error.suggest(format!("lang:de {}", &self.text[piece.at])),
                false => error,
            });
        }
        if !guard::is_indexed(&asked) {
            let at = self.loose.first().cloned().unwrap_or(piece.at);
            return Err(self.error(ErrorCode::NeedsWord, at));
        }
        Ok(piece)
    }

    fn or(&mut self) -> Result<Piece, QueryError> {
        let first = self.and()?;
        if self.peek() != Some(&Lex::Or) {
            return Ok(first);
        }
        let mut pieces = vec![first];
        while self.peek() == Some(&Lex::Or) {
            let operator = self.take();
            pieces.push(self.right_of(operator, "OR", Parser::and)?);
        }
        let mixed = pieces.iter().any(|piece| piece.bare);
        let piece = self.join(pieces, Node::or)?;
        if mixed {
            self.warnings.push(Warning {
                code: WarningCode::MixedAndOr,
                at: piece.at.clone(),
                found: self.text[piece.at.clone()].to_owned(),
                suggestion: piece.node.to_string(),
            });
        }
        Ok(piece)
    }

    fn and(&mut self) -> Result<Piece, QueryError> {
        let mut pieces = vec![self.near()?];
        loop {
            match self.peek() {
                Some(Lex::And) => {
                    let operator = self.take();
                    pieces.push(self.right_of(operator, "AND", Parser::near)?);
                }
                Some(Lex::Comma) if !self.in_list => {
                    self.take();
                }
                None | Some(Lex::Or | Lex::Close | Lex::Comma) => break,
                _ => pieces.push(self.near()?),
            }
        }
        if pieces.len() == 1 {
            return Ok(pieces.remove(0));
        }
        let mut piece = self.join(pieces, Node::and)?;
        piece.bare = true;
        Ok(piece)
    }

    fn near(&mut self) -> Result<Piece, QueryError> {
        let mut a = self.unary()?;
        while let Some(Lex::Near { .. } | Lex::Same { .. }) = self.peek() {
            let Some(operator) = self.take() else { break };
            let name = self.text[operator.at.clone()].to_owned();
            let b = self.right_of(Some(operator.clone()), &name, Parser::unary)?;
            self.fits_scope(&operator)?;
            for side in [&a, &b] {
                if !has_place(&side.node) {
                    let error = self.error(ErrorCode::NoPlace, side.at.clone()).expected(&name);
                    return Err(match (&side.node, operator.lex.clone()) {
                        (Node::Not(_), Lex::Near { gap: Some(gap), not: false, .. }) => {
                            error.suggest(format!("NOTNEAR/{gap}"))
                        }
                        _ => error,
                    });
                }
            }
            let at = a.at.start..b.at.end;
            let height = self.height(a.height.max(b.height), &operator.at)?;
            let (a_node, b_node) = (Box::new(a.node), Box::new(b.node));
            let node = match operator.lex {
                Lex::Near { gap, not: true, .. } => {
                    Node::NotNear { gap: gap.unwrap_or(0), a: a_node, b: b_node }
                }
                Lex::Near { gap, ordered, .. } => {
                    Node::Near { gap: gap.unwrap_or(0), ordered, a: a_node, b: b_node }
                }
                Lex::Same { sentence: true, ordered } => {
                    Node::SameSentence { ordered, a: a_node, b: b_node }
                }
                Lex::Same { ordered, .. } => Node::SameParagraph { ordered, a: a_node, b: b_node },
                _ => return Err(self.error(ErrorCode::MissingOperand, operator.at)),
            };
            a = Piece { node, height, at, bare: false };
        }
        Ok(a)
    }

    /// An operand, and how much it weighs.
    fn unary(&mut self) -> Result<Piece, QueryError> {
        let piece = self.operand()?;
        let Some(Lex::Weight(weight)) = self.peek().cloned() else { return Ok(piece) };
        let Some(lexeme) = self.take() else { return Ok(piece) };
        let height = self.height(piece.height, &lexeme.at)?;
        let at = piece.at.start..lexeme.at.end;
        let node = Node::Highlight { expr: Box::new(piece.node), weight };
        Ok(Piece { node, height, at, bare: false })
    }

    fn operand(&mut self) -> Result<Piece, QueryError> {
        while !self.in_list && self.peek() == Some(&Lex::Comma) {
            self.take();
        }
        let Some(lexeme) = self.take() else {
            return Err(self.error(ErrorCode::MissingOperand, self.end()));
        };
        let at = lexeme.at.clone();
        match lexeme.lex {
            Lex::Not => {
                let operator = Some(lexeme);
                let inner = self
                    .deeper(at.clone(), |parser| parser.right_of(operator, "NOT", Parser::unary))?;
                let height = self.height(inner.height, &at)?;
                let at = at.start..inner.at.end;
                Ok(Piece { node: Node::Not(Box::new(inner.node)), height, at, bare: false })
            }
            Lex::Open => self.bracket(at),
            Lex::Scope(scope) => self.scoped(scope, at),
            Lex::Count => self.count(at),
            Lex::Word if self.peek() == Some(&Lex::Of) => self.at_least(at),
            Lex::Word => Ok(Piece::leaf(leaf::word(self, at.clone())?, at)),
            Lex::Phrase(inner, gap) => {
                Ok(Piece::leaf(leaf::phrase(self, inner, gap, at.clone())?, at))
            }
            Lex::Raw(inner) => Ok(Piece::leaf(leaf::raw(self, inner, at.clone())?, at)),
            Lex::Regex(inner) => Ok(Piece::leaf(leaf::regex(self, inner, at.clone())?, at)),
            Lex::Edge { end } => self.edge(end, at),
            Lex::Range(..) | Lex::NotEvaluable(_) if self.scope.is_some() => {
                Err(self.error(ErrorCode::NestedField, at))
            }
            Lex::Range(field, lo, hi) => {
                if matches!(field, NumberField::Relevance | NumberField::Rating) {
                    self.warn_of_no_data(at.clone(), field.as_str().to_owned());
                }
                self.terms += 1;
                self.loose.push(at.clone());
                Ok(Piece::leaf(Node::Range { field, lo, hi }, at))
            }
            Lex::NotEvaluable(text) => Ok(Piece::leaf(Node::NotEvaluable(text), at)),
            Lex::Weight(_) => Err(self.error(ErrorCode::MissingOperand, at).expected("^")),
            Lex::Close if self.nesting == 0 => Err(self.error(ErrorCode::StrayBracket, at)),
            Lex::Close => {
                self.next -= 1;
                Err(self.error(ErrorCode::MissingOperand, at))
            }
            Lex::And | Lex::Or | Lex::Near { .. } | Lex::Same { .. } | Lex::Of | Lex::Comma => {
                let name = operator_name(&lexeme.lex, &self.text[at.clone()]);
                Err(self.error(ErrorCode::MissingOperand, at).expected(name))
            }
        }
    }

    /// What stands right of an operator; without it, the operator is what is wrong.
    fn right_of(
        &mut self,
        operator: Option<Lexeme>,
        name: &str,
        read: fn(&mut Self) -> Result<Piece, QueryError>,
    ) -> Result<Piece, QueryError> {
        match (self.peek(), operator) {
            (None | Some(Lex::Close), Some(operator)) => {
                Err(self.error(ErrorCode::MissingOperand, operator.at).expected(name))
            }
            _ => read(self),
        }
    }

    fn deeper<T>(
        &mut self,
        at: At,
        read: impl FnOnce(&mut Self) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        if self.nesting >= MAX_NESTING {
            return Err(self.error(ErrorCode::TooDeep, at));
        }
        self.nesting += 1;
        let read = read(self);
        self.nesting -= 1;
        read
    }

    fn height(&self, below: u32, at: &At) -> Result<u32, QueryError> {
        if below >= MAX_NESTING {
            return Err(self.error(ErrorCode::TooDeep, at.clone()));
        }
        Ok(below + 1)
    }

    fn join(&self, pieces: Vec<Piece>, build: fn(Vec<Node>) -> Node) -> Result<Piece, QueryError> {
        let start = pieces.first().map_or(0, |piece| piece.at.start);
        let end = pieces.last().map_or(0, |piece| piece.at.end);
        let below = pieces.iter().map(|piece| piece.height).max().unwrap_or(0);
        let height = self.height(below, &(start..end))?;
        let node = build(pieces.into_iter().map(|piece| piece.node).collect());
        Ok(Piece { node, height, at: start..end, bare: false })
    }

    /// What stands in the bracket that opened at `open`.
    fn bracket(&mut self, open: At) -> Result<Piece, QueryError> {
        let list = std::mem::replace(&mut self.in_list, false);
        while self.peek() == Some(&Lex::Comma) {
            self.take();
        }
        if self.peek() == Some(&Lex::Close) {
            let at = open.start..self.lexemes[self.next].at.end;
            return Err(self.error(ErrorCode::Empty, at));
        }
        if self.peek().is_none() {
            return Err(self.error(ErrorCode::UnclosedBracket, open).expected(")"));
        }
        let mut piece = self.deeper(open.clone(), Parser::or)?;
        self.in_list = list;
        piece.at = open.start..self.close(open)?.end;
        piece.bare = false;
        Ok(piece)
    }

    fn close(&mut self, open: At) -> Result<At, QueryError> {
        match self.take() {
            Some(Lexeme { lex: Lex::Close, at }) => Ok(at),
            _ => Err(self.error(ErrorCode::UnclosedBracket, open).expected(")")),
        }
    }

    fn scoped(&mut self, scope: Scope, at: At) -> Result<Piece, QueryError> {
        let outer = self.scope;
        let is_text = |scope| matches!(scope, Scope::Field(field) if field.holds() == Holds::Text);
        match (outer, scope) {
            (None, _) => {}
            (Some(outer), Scope::Form { .. }) if is_text(outer) => {}
            _ => return Err(self.error(ErrorCode::NestedField, at)),
        }
        match self.peek() {
            Some(Lex::Scope(Scope::Form { .. })) if is_text(scope) => {}
            Some(
                Lex::Open
                | Lex::Word
                | Lex::Phrase(..)
                | Lex::Raw(_)
                | Lex::Regex(_)
                | Lex::Count
                | Lex::Edge { .. },
            ) => {}
            _ => return Err(self.error(ErrorCode::MissingValue, at)),
        }
        self.scope = Some(scope);
        let inner = self.operand();
        self.scope = outer;
        let inner = inner?;
        let at = at.start..inner.at.end;
        match scope {
            Scope::Is | Scope::Has | Scope::Form { .. } | Scope::Saved(_) => {
                Ok(Piece { at, ..inner })
            }
            Scope::Field(name) => {
                let height = self.height(inner.height, &at)?;
                let node = Node::Field { name, expr: Box::new(inner.node) };
                Ok(Piece { node, height, at, bare: false })
            }
        }
    }

    /// `STARTS(…)`, `ENDS(…)`.
    fn edge(&mut self, end: bool, at: At) -> Result<Piece, QueryError> {
        let name = if end { "ENDS" } else { "STARTS" };
        let Some(Lexeme { lex: Lex::Open, at: open }) = self.take() else {
            return Err(self.error(ErrorCode::MissingOperand, at).expected(name));
        };
        if let Some(scope) = self.scope.filter(|scope| !leaf::has_order(*scope, false)) {
            let error = self.error(ErrorCode::NotInField, at);
            return Err(error.expected(leaf::scope_name(scope)));
        }
        let inner = self.bracket(open)?;
        if !has_place(&inner.node) {
            return Err(self.error(ErrorCode::NoPlace, inner.at).expected(name));
        }
        let height = self.height(inner.height, &at)?;
        let expr = Box::new(inner.node);
        let node = if end { Node::Ends(expr) } else { Node::Starts(expr) };
        Ok(Piece { node, height, at: at.start..inner.at.end, bare: false })
    }

    /// `COUNT(…) >= n`.
    fn count(&mut self, at: At) -> Result<Piece, QueryError> {
        let Some(Lexeme { lex: Lex::Open, at: open }) = self.take() else {
            return Err(self.error(ErrorCode::MissingOperand, at).expected("COUNT"));
        };
        let inner = self.bracket(open)?;
        if !has_place(&inner.node) {
            return Err(self.error(ErrorCode::NoPlace, inner.at).expected("COUNT"));
        }
        let expected = ">= 1, 2, 3 …";
        let mut said = String::new();
        let mut end = inner.at.end;
        while let Some(Lex::Word) = self.peek()
            && !said.ends_with(|c: char| c.is_ascii_digit())
            && said.len() < 16
        {
            let Some(word) = self.take() else { break };
            said.push_str(&self.text[word.at.clone()]);
            end = word.at.end;
        }
        let n = said.strip_prefix(">=").and_then(|n| n.parse().ok()).filter(|n| *n >= 1_u32);
        let Some(n) = n else {
            let at = if said.is_empty() { at.start..inner.at.end } else { inner.at.end..end };
            return Err(self.error(ErrorCode::BadNumber, at).expected(expected));
        };
        let height = self.height(inner.height, &at)?;
        let node = Node::MinCount { n, expr: Box::new(inner.node) };
        Ok(Piece { node, height, at: at.start..end, bare: false })
    }

    /// `n OF (a, b, c)`.
    fn at_least(&mut self, number: At) -> Result<Piece, QueryError> {
        self.take();
        let Some(Lexeme { lex: Lex::Open, at: open }) = self.take() else {
            return Err(self.error(ErrorCode::MissingOperand, number).expected("OF"));
        };
        let list = std::mem::replace(&mut self.in_list, true);
        let pieces = self.deeper(open.clone(), |parser| {
            let mut pieces = vec![parser.or()?];
            while parser.peek() == Some(&Lex::Comma) {
                parser.take();
                pieces.push(parser.or()?);
            }
            Ok(pieces)
        })?;
        self.in_list = list;
        let close = self.close(open)?;
        let n = self.text[number.clone()].parse().unwrap_or(0);
        if n < 1 || n as usize > pieces.len() {
            let expected = format!("1–{}", pieces.len());
            return Err(self.error(ErrorCode::BadNumber, number).expected(expected));
        }
        let below = pieces.iter().map(|piece| piece.height).max().unwrap_or(0);
        let height = self.height(below, &number)?;
        let of = pieces.into_iter().map(|piece| piece.node).collect();
        let node = Node::AtLeast { n, of };
        Ok(Piece { node, height, at: number.start..close.end, bare: false })
    }

    /// Operators of distance need a text around them.
    fn fits_scope(&self, operator: &Lexeme) -> Result<(), QueryError> {
        let same = matches!(operator.lex, Lex::Same { .. });
        match self.scope {
            Some(scope) if !leaf::has_order(scope, same) => Err(self
                .error(ErrorCode::NotInField, operator.at.clone())
                .expected(leaf::scope_name(scope))),
            _ => Ok(()),
        }
    }
}

fn operator_name(lex: &Lex, text: &str) -> String {
    match lex {
        Lex::And => "AND".into(),
        Lex::Or => "OR".into(),
        _ => text.to_owned(),
    }
}

/// A node whose matches stand somewhere in a text.
pub(crate) fn has_place(node: &Node) -> bool {
    match node {
        Node::Term(_)
        | Node::Prefix(_)
        | Node::Wildcard(_)
        | Node::Fuzzy { .. }
        | Node::Regex(_)
        | Node::Stem(_)
        | Node::CompoundPart(_)
        | Node::Phrase(_)
        | Node::Slop { .. }
        | Node::Window { .. }
        | Node::Raw(_) => true,
        Node::Or(_)
        | Node::And(_)
        | Node::Near { .. }
        | Node::NotNear { .. }
        | Node::SameSentence { .. }
        | Node::SameParagraph { .. }
        | Node::Starts(_)
        | Node::Ends(_)
        | Node::Highlight { .. } => node.children().all(has_place),
        _ => false,
    }
}
