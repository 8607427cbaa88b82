//! What is wrong with a query, or may surprise its author: where, what and how to mend it, as
//! data for the editor and in words, German and English.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ast::At;

/// A language that messages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

/// What kind of error it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// Nothing to look for.
    Empty,
    /// Longer than 64 KiB.
    TooLong,
    /// More than 10,000 terms.
    TooManyTerms,
    /// Nested deeper than 64.
    TooDeep,
    /// A quote that never closes.
    UnclosedQuote,
    /// `(` without `)`.
    UnclosedBracket,
    /// `)` without `(`.
    StrayBracket,
    /// `{` without `}`.
    UnclosedRaw,
    /// `<<<` without `>>>`.
    UnclosedComment,
    /// An operator with nothing on one side.
    MissingOperand,
    /// `NEAR` without a number.
    MissingDistance,
    /// A number that is no number or out of range.
    BadNumber,
    /// Only punctuation where a word should be.
    NoWord,
    /// The query says only what must not be.
    OnlyNegative,
    /// No field of that name.
    UnknownField,
    /// `field:` with nothing after it.
    MissingValue,
    /// A value that this field never has.
    BadValue,
    /// A field inside a field.
    NestedField,
    /// A side of `NEAR` and its kin that has no place in the text.
    NoPlace,
    /// Something this field cannot hold.
    NotInField,
    /// Something that cannot stand between quotes.
    NotInPhrase,
    /// Several words where one must stand.
    OneWord,
    /// An expression between slashes that is none, or too big.
    BadRegex,
    /// Nothing in the query can be looked up: every post would have to be read.
    NeedsWord,
    /// Nothing in the query can be answered by any post here.
    NotEvaluable,
    /// A name that stands for nothing.
    UnknownName,
    /// Names that refer to each other in a circle.
    Circle,
}

impl ErrorCode {
    /// Its name for machines: `unclosed-quote`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ErrorCode::Empty => "empty",
            ErrorCode::TooLong => "too-long",
            ErrorCode::TooManyTerms => "too-many-terms",
            ErrorCode::TooDeep => "too-deep",
            ErrorCode::UnclosedQuote => "unclosed-quote",
            ErrorCode::UnclosedBracket => "unclosed-bracket",
            ErrorCode::StrayBracket => "stray-bracket",
            ErrorCode::UnclosedRaw => "unclosed-raw",
            ErrorCode::UnclosedComment => "unclosed-comment",
            ErrorCode::MissingOperand => "missing-operand",
            ErrorCode::MissingDistance => "missing-distance",
            ErrorCode::BadNumber => "bad-number",
            ErrorCode::NoWord => "no-word",
            ErrorCode::OnlyNegative => "only-negative",
            ErrorCode::UnknownField => "unknown-field",
            ErrorCode::MissingValue => "missing-value",
            ErrorCode::BadValue => "bad-value",
            ErrorCode::NestedField => "nested-field",
            ErrorCode::NoPlace => "no-place",
            ErrorCode::NotInField => "not-in-field",
            ErrorCode::NotInPhrase => "not-in-phrase",
            ErrorCode::OneWord => "one-word",
            ErrorCode::BadRegex => "bad-regex",
            ErrorCode::NeedsWord => "needs-word",
            ErrorCode::NotEvaluable => "not-evaluable",
            ErrorCode::UnknownName => "unknown-name",
            ErrorCode::Circle => "circle",
        }
    }
}

/// Why a query was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryError {
    /// What kind of error.
    pub code: ErrorCode,
    /// Where in the query's text, in bytes, on character boundaries. Empty at the end of the
    /// text when something is missing there.
    pub at: At,
    /// What would be right there: a word of syntax or the allowed values; may be empty.
    pub expected: String,
    /// What stands there; empty at the end of the text.
    pub found: String,
    /// What to write instead of `found`, where a good guess exists.
    pub suggestion: Option<String>,
}

impl QueryError {
    pub(crate) fn new(code: ErrorCode, at: At, text: &str) -> QueryError {
        let found = text.get(at.clone()).unwrap_or_default();
        let found = match found.char_indices().nth(80) {
            Some((cut, _)) => format!("{}…", &found[..cut]),
            None => found.to_owned(),
        };
        QueryError { code, at, expected: String::new(), found, suggestion: None }
    }

    pub(crate) fn expected(mut self, expected: impl Into<String>) -> QueryError {
        self.expected = expected.into();
        self
    }

    pub(crate) fn suggest(mut self, suggestion: impl Into<String>) -> QueryError {
        self.suggestion = Some(suggestion.into());
        self
    }

    /// The error in one or two sentences.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let mut message = match lang {
            Lang::En => self.english(),
            Lang::De => self.german(),
        };
        if let Some(suggestion) = &self.suggestion {
            message.push_str(match lang {
                Lang::En => " Try: ",
                Lang::De => " Vorschlag: ",
            });
            message.push_str(suggestion);
        }
        message
    }

    fn english(&self) -> String {
        let QueryError { found, expected, .. } = self;
        match self.code {
            ErrorCode::Empty => "There is nothing to look for.".into(),
            ErrorCode::TooLong => "The query is longer than 64 KiB.".into(),
            ErrorCode::TooManyTerms => "The query has more than 10,000 terms.".into(),
            ErrorCode::TooDeep => "The query is nested deeper than 64 levels.".into(),
            ErrorCode::UnclosedQuote => "This quotation mark is never closed.".into(),
            ErrorCode::UnclosedBracket => "This bracket is never closed.".into(),
            ErrorCode::StrayBracket => "This bracket closes nothing.".into(),
            ErrorCode::UnclosedRaw => "This brace is never closed.".into(),
            ErrorCode::UnclosedComment => "This comment is never closed with >>>.".into(),
            ErrorCode::MissingOperand => format!("{expected} needs something on both sides."),
            ErrorCode::MissingDistance => {
                format!("{found} needs a number: how many words may stand between.")
            }
            ErrorCode::BadNumber => format!("“{found}” should be {expected}."),
            ErrorCode::NoWord => format!("“{found}” has no letter or digit to look for."),
            ErrorCode::OnlyNegative => {
                "The query only says what must not be there; it needs something that must.".into()
            }
            ErrorCode::UnknownField => format!("There is no field “{found}”."),
            ErrorCode::MissingValue => format!("{found} needs a value after the colon."),
            ErrorCode::BadValue => format!("“{found}” is no such value; expected {expected}."),
            ErrorCode::NestedField => "A field cannot stand inside another field.".into(),
            ErrorCode::NoPlace => {
                format!("{expected} needs words on both sides; “{found}” has no place in the text.")
            }
            ErrorCode::NotInField => format!("The field {expected}: cannot hold “{found}”."),
            ErrorCode::NotInPhrase => format!(
                "Between quotes stand words, beginnings (pre*) and gaps (a single *), with ~ or / behind \
                 them only words; “{found}” has {expected}."
            ),
            ErrorCode::OneWord => format!("{expected} takes a single word, not “{found}”."),
            ErrorCode::BadRegex => {
                format!("“{found}” is no expression for a single word, or it is too big.")
            }
            ErrorCode::NeedsWord => {
                "Nothing here can be looked up, so every post would have to be read: add a word, a \
                 phrase or a field such as lang: or site: that must be there."
                    .into()
            }
            ErrorCode::NotEvaluable => {
                format!("No post here can answer “{found}”; the query needs something else.")
            }
            ErrorCode::UnknownName => match expected.as_str() {
                "list" => format!("There is no list of sources named “{found}”."),
                "watch" => format!("There is no watch named “{found}”."),
                _ => format!("There is no saved query named “{found}”."),
            },
            ErrorCode::Circle => format!("“{found}” refers to itself: {expected}."),
        }
    }

    fn german(&self) -> String {
        let QueryError { found, expected, .. } = self;
        match self.code {
            ErrorCode::Empty => "Es gibt nichts zu suchen.".into(),
            ErrorCode::TooLong => "Die Abfrage ist länger als 64 KiB.".into(),
            ErrorCode::TooManyTerms => "Die Abfrage hat mehr als 10.000 Begriffe.".into(),
            ErrorCode::TooDeep => "Die Abfrage ist tiefer als 64 Ebenen geschachtelt.".into(),
            ErrorCode::UnclosedQuote => "Dieses Anführungszeichen wird nie geschlossen.".into(),
            ErrorCode::UnclosedBracket => "Diese Klammer wird nie geschlossen.".into(),
            ErrorCode::StrayBracket => "Diese Klammer schließt nichts.".into(),
            ErrorCode::UnclosedRaw => "Diese geschweifte Klammer wird nie geschlossen.".into(),
            ErrorCode::UnclosedComment => "Dieser Kommentar wird nie mit >>> geschlossen.".into(),
            ErrorCode::MissingOperand => format!("{expected} braucht auf beiden Seiten etwas."),
            ErrorCode::MissingDistance => {
                format!("{found} braucht eine Zahl: wie viele Wörter dazwischen stehen dürfen.")
            }
            ErrorCode::BadNumber => format!("„{found}“ ist keine erlaubte Zahl ({expected})."),
            ErrorCode::NoWord => format!("„{found}“ enthält weder Buchstabe noch Ziffer."),
            ErrorCode::OnlyNegative => {
                "Die Abfrage sagt nur, was nicht vorkommen darf; es fehlt, was vorkommen muss."
                    .into()
            }
            ErrorCode::UnknownField => format!("Ein Feld „{found}“ gibt es nicht."),
            ErrorCode::MissingValue => format!("{found} braucht einen Wert nach dem Doppelpunkt."),
            ErrorCode::BadValue => {
                format!("„{found}“ ist hier kein möglicher Wert; erwartet: {expected}.")
            }
            ErrorCode::NestedField => {
                "Ein Feld kann nicht innerhalb eines anderen Feldes stehen.".into()
            }
            ErrorCode::NoPlace => format!(
                "{expected} braucht auf beiden Seiten Wörter; „{found}“ hat keinen Platz im Text."
            ),
            ErrorCode::NotInField => {
                format!("Das Feld {expected}: kann „{found}“ nicht enthalten.")
            }
            ErrorCode::NotInPhrase => format!(
                "Zwischen Anführungszeichen stehen Wörter, Wortanfänge (pre*) und Lücken (ein einzelner *), \
                 mit ~ oder / dahinter nur Wörter; „{found}“ enthält {expected}."
            ),
            ErrorCode::OneWord => format!("{expected} nimmt ein einzelnes Wort, nicht „{found}“."),
            ErrorCode::BadRegex => {
                format!("„{found}“ ist kein regulärer Ausdruck für ein einzelnes Wort, oder er ist zu groß.")
            }
            ErrorCode::NeedsWord => {
                "Nichts davon lässt sich nachschlagen, jeder Beitrag müsste gelesen werden: Ergänzen \
                 Sie ein Wort, eine Wortfolge oder ein Feld wie lang: oder site:, das zutreffen muss."
                    .into()
            }
            ErrorCode::NotEvaluable => {
                format!("Kein Beitrag hier kann „{found}“ beantworten; die Abfrage braucht noch etwas anderes.")
            }
            ErrorCode::UnknownName => match expected.as_str() {
                "list" => format!("Eine Quellenliste „{found}“ gibt es nicht."),
                "watch" => format!("Eine Beobachtung „{found}“ gibt es nicht."),
                _ => format!("Eine gespeicherte Abfrage „{found}“ gibt es nicht."),
            },
            ErrorCode::Circle => format!("„{found}“ verweist auf sich selbst: {expected}."),
        }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}

impl std::error::Error for QueryError {}

/// What kind of warning it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WarningCode {
    /// `AND` and `OR` side by side without brackets.
    MixedAndOr,
    /// `and`, `or`, `not` in lower case and `UND` are words.
    LowerCaseWord,
    /// `and`, `or`, `not` in lower case were read as operators.
    LowerCaseOperator,
    /// Signs that are not matched.
    SignsDropped,
    /// `pt-BR` was read as `pt`.
    LangNarrowed,
    /// A field that no post here can answer.
    NotEvaluable,
    /// A field that no post has yet.
    NoData,
    /// `word?` asks for one more letter.
    QuestionMark,
}

impl WarningCode {
    /// Its name for machines: `mixed-and-or`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            WarningCode::MixedAndOr => "mixed-and-or",
            WarningCode::LowerCaseWord => "lower-case-word",
            WarningCode::LowerCaseOperator => "lower-case-operator",
            WarningCode::SignsDropped => "signs-dropped",
            WarningCode::LangNarrowed => "lang-narrowed",
            WarningCode::NotEvaluable => "not-evaluable",
            WarningCode::NoData => "no-data",
            WarningCode::QuestionMark => "question-mark",
        }
    }
}

/// A query was read in a way that may surprise its author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// What kind of warning.
    pub code: WarningCode,
    /// Where in the query's text, in bytes.
    pub at: At,
    /// What stands there.
    pub found: String,
    /// The reading, or what to write to get the other one.
    pub suggestion: String,
}

impl Warning {
    /// The warning in one sentence.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let Warning { found, suggestion, .. } = self;
        match (self.code, lang) {
            (WarningCode::MixedAndOr, Lang::En) => {
                format!("AND binds before OR; this is read as: {suggestion}")
            }
            (WarningCode::MixedAndOr, Lang::De) => {
                format!("AND bindet stärker als OR; gelesen wird: {suggestion}")
            }
            (WarningCode::LowerCaseWord, Lang::En) => {
                format!("“{found}” is looked for as a word; the operator is written {suggestion}.")
            }
            (WarningCode::LowerCaseWord, Lang::De) => {
                format!("„{found}“ wird als Wort gesucht; als Operator schreibt man {suggestion}.")
            }
            (WarningCode::LowerCaseOperator, Lang::En) => {
                format!("“{found}” was read as the operator {suggestion}.")
            }
            (WarningCode::LowerCaseOperator, Lang::De) => {
                format!("„{found}“ wurde als Operator {suggestion} gelesen.")
            }
            (WarningCode::SignsDropped, Lang::En) => {
                format!("Signs are not matched in “{found}”; exactly so is written {suggestion}.")
            }
            (WarningCode::SignsDropped, Lang::De) => {
                format!(
                    "In „{found}“ zählen Sonderzeichen nicht; genau so schreibt man {suggestion}."
                )
            }
            (WarningCode::LangNarrowed, Lang::En) => {
                format!("“{found}” is read as {suggestion}: languages are kept without region.")
            }
            (WarningCode::LangNarrowed, Lang::De) => {
                format!("„{found}“ wird als {suggestion} gelesen: Sprachen ohne Region.")
            }
            (WarningCode::NotEvaluable, Lang::En) => {
                format!("No post here can answer “{found}”; the rest of the query decides.")
            }
            (WarningCode::NotEvaluable, Lang::De) => {
                format!(
                    "Kein Beitrag hier kann „{found}“ beantworten; der Rest der Abfrage entscheidet."
                )
            }
            (WarningCode::NoData, Lang::En) => {
                format!("No post has a value for “{found}” yet, so it holds for none.")
            }
            (WarningCode::NoData, Lang::De) => {
                format!("Noch hat kein Beitrag einen Wert für „{found}“; es trifft auf keinen zu.")
            }
            (WarningCode::QuestionMark, Lang::En) => {
                format!(
                    "“{found}” asks for exactly one more letter; the word alone is {suggestion}."
                )
            }
            (WarningCode::QuestionMark, Lang::De) => {
                format!(
                    "„{found}“ verlangt genau einen weiteren Buchstaben; nur das Wort heißt {suggestion}."
                )
            }
        }
    }
}
