//! Lucene's way of joining: clauses instead of operators.

use crate::ast::{At, Node};
use crate::error::{ErrorCode, QueryError};

use super::lex::{Lexeme, Token};
use super::note::NoteKind;
use super::reader::Reader;
use super::rules::Op;

#[derive(PartialEq)]
enum Occur {
    Must,
    Should,
    Not,
}

impl Reader<'_> {
    /// Lucene's clauses: `+` and AND make clauses required, `-` and NOT forbid, the others are
    /// wished for; where nothing is required, one of them must hold.
    pub fn clauses(&mut self) -> Result<Node, QueryError> {
        let mut all: Vec<(Occur, Node, At)> = Vec::new();
        loop {
            let op = self.peek_op()?;
            let Some(Lexeme { token, at: start }) = self.peek().cloned() else { break };
            if token == Token::Close {
                break;
            }
            let mut occur = Occur::Should;
            if let Some(op) = op {
                if all.is_empty() && op != Op::Not {
                    return Err(self.missing(start));
                }
                if op != Op::Not {
                    self.operator_taken()?;
                }
                if op == Op::And {
                    if let Some(last) = all.last_mut().filter(|(occur, ..)| *occur != Occur::Not) {
                        last.0 = Occur::Must;
                    }
                    occur = Occur::Must;
                }
            }
            let from = self.peek().map_or(start.clone(), |lexeme| lexeme.at.clone());
            match self.peek_op()? {
                Some(Op::Not) => {
                    self.operator_taken()?;
                    occur = Occur::Not;
                }
                Some(_) => return Err(self.missing(from)),
                None => match self.peek().map(|lexeme| lexeme.token.clone()) {
                    Some(Token::Sign('+')) => {
                        self.operator_taken()?;
                        occur = Occur::Must;
                    }
                    Some(Token::Sign(_)) => {
                        self.operator_taken()?;
                        occur = Occur::Not;
                    }
                    _ => {}
                },
            }
            let node = self.unary()?;
            let end = self.next.checked_sub(1).map_or(from.end, |last| self.lexemes[last].at.end);
            all.push((occur, node, from.start..end));
        }
        if all.is_empty() {
            let end = self.text.trim_end().len();
            return Err(self.error(ErrorCode::MissingOperand, end..end));
        }
        let required = all.iter().any(|(occur, ..)| *occur == Occur::Must);
        let (mut must, mut should, mut not) = (Vec::new(), Vec::new(), Vec::new());
        for (occur, node, at) in all {
            match occur {
                Occur::Must => must.push(node),
                Occur::Not => not.push(Node::Not(Box::new(node))),
                Occur::Should if required => self.note(
                    &at,
                    NoteKind::Lost,
                    "Beside required clauses this one only ranks; it was left out.",
                    "Neben Pflichtteilen ordnet dieser Teil nur die Treffer; er blieb unberücksichtigt.",
                ),
                Occur::Should => should.push(node),
            }
        }
        if !should.is_empty() {
            must.push(Node::or(should));
        }
        must.extend(not);
        Ok(Node::and(must))
    }
}
