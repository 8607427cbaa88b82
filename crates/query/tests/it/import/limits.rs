//! What is too big, too deep or ambiguous in queries of other tools is refused or told, never
//! guessed, and never brings anything down.

use query::import::{Dialect, NoteKind, import};
use query::{Document, ErrorCode, matches_one, parse};

use crate::post;

fn code(dialect: Dialect, text: &str) -> ErrorCode {
    match import(dialect, text) {
        Ok(read) => panic!("{} bytes were read as {} bytes", text.len(), read.native.len()),
        Err(error) => {
            assert!(text.get(error.at.clone()).is_some(), "{:?}", error.at);
            error.code
        }
    }
}

#[test]
fn chains_and_brackets_without_end_are_refused() {
    let chain = |operator: &str| {
        let step = format!("a {operator} ");
        format!("{}a", step.repeat(60_000 / step.len()))
    };
    for (dialect, operator) in [
        (Dialect::Brandwatch, "NEAR/1"),
        (Dialect::Talkwalker, "NEAR"),
        (Dialect::Talkwalker, "SENTENCE"),
        (Dialect::Meltwater, "ONEAR"),
        (Dialect::Manticore, "<<"),
        (Dialect::Manticore, "NOTNEAR/2"),
    ] {
        assert_eq!(code(dialect, &chain(operator)), ErrorCode::TooDeep, "{operator}");
    }
    let listed = format!("({})~2", "a ".repeat(20_000));
    assert_eq!(code(Dialect::Brandwatch, &listed), ErrorCode::TooDeep);
    // Chains within brackets within chains.
    let inner = "b NEAR/1 ".repeat(60);
    let both = format!("{}a{}", "(".repeat(40), format!(" NEAR/1 {inner}b)").repeat(40));
    assert_eq!(code(Dialect::Meltwater, &both), ErrorCode::TooDeep);
    for dialect in Dialect::ALL {
        assert_eq!(code(dialect, &"(".repeat(60_000)), ErrorCode::TooDeep, "{dialect:?}");
        assert_eq!(code(dialect, &"a".repeat(70_000)), ErrorCode::TooLong, "{dialect:?}");
        let signs = format!("a {}b", "-".repeat(60_000));
        assert_eq!(code(dialect, &signs), ErrorCode::TooDeep, "{dialect:?}");
        let words: String = (0..12_000).map(|n| format!("w{n:x} ")).collect();
        let code = code(dialect, &words[..words.len().min(65_000)]);
        // With its operators written out it may be too long before its terms are counted.
        assert!(matches!(code, ErrorCode::TooManyTerms | ErrorCode::TooLong), "{dialect:?}");
    }
}

#[test]
fn limits_to_fields_do_not_multiply() {
    let nested = format!("{}a{}", "@(title,lead,body) (".repeat(40), ")".repeat(40));
    assert_eq!(code(Dialect::Manticore, &nested), ErrorCode::NestedField);
    let error = import(Dialect::Manticore, "@title (a @body b)").unwrap_err();
    assert_eq!((error.code, error.at), (ErrorCode::NestedField, 10..15));
    let read = import(Dialect::Manticore, "(@title a) (@body b)").unwrap();
    assert_eq!(read.native, "title:a AND body:b");
}

#[test]
fn lines_without_number_are_read_in_time() {
    let lines = "a\n".repeat(30_000);
    // Written natively, it is longer than it was.
    assert_eq!(code(Dialect::Talkwalker, &lines), ErrorCode::TooLong);
}

#[test]
fn a_sign_before_a_line_excludes_the_line_only_where_it_reaches_over_it() {
    for (text, native) in [
        ("bmw\n-bike", "bmw AND NOT bike"),
        ("bmw\naudi\n-(bike OR bus)", "(bmw OR audi) AND NOT (bike OR bus)"),
        ("bmw\n-title:(bike OR bus)", "bmw AND NOT title:(bike OR bus)"),
        ("bmw\n-\"red bike\"", "bmw AND NOT \"red bike\""),
        ("bmw\nNOT bike", "bmw AND NOT bike"),
        ("bmw\nexclude: bike bus", "bmw AND NOT (bike AND bus)"),
        ("bmw\n-swiss chocolate", "bmw OR (NOT swiss AND chocolate)"),
    ] {
        assert_eq!(import(Dialect::Talkwalker, text).unwrap().native, native, "{text}");
    }
    // Places are those of the whole text.
    let error = import(Dialect::Talkwalker, "bmw\n\n  audi nosuch:b").unwrap_err();
    assert_eq!((error.code, error.at), (ErrorCode::UnknownField, 12..18));
}

#[test]
fn what_reads_otherwise_is_told() {
    for (dialect, text, native, kinds) in [
        (Dialect::Brandwatch, "a or b", "a OR b", &[NoteKind::Converted][..]),
        (Dialect::Meltwater, "a not b", "a AND NOT b", &[NoteKind::Converted]),
        (Dialect::Manticore, "a OR b", "a AND \"or\" AND b", &[NoteKind::Converted]),
        (Dialect::X, "a to:roe", "a AND mention:roe", &[NoteKind::Changed]),
        (Dialect::Lucene, "+a +/b<1-5>/", "a AND /b<1-5>/", &[NoteKind::Changed]),
    ] {
        let read = import(dialect, text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let found: Vec<NoteKind> = read.notes.iter().map(|note| note.kind).collect();
        assert_eq!((read.native.as_str(), found.as_slice()), (native, kinds), "{text}");
    }
}

#[test]
fn more_of_what_the_makers_say() {
    for (dialect, text, body, expect) in [
        // "the span is exactly 8 words long"
        (Dialect::Manticore, "\"cat dog mouse\"~5", "CAT aaa bbb ccc DOG eee fff MOUSE", false),
        (Dialect::Manticore, "\"cat dog mouse\"~5", "CAT aaa bbb ccc DOG eee MOUSE", true),
        (
            Dialect::Brandwatch,
            "((cake OR \"ice cream\") AND (birthday OR birthdays))~5",
            "ice cream on birthdays",
            true,
        ),
        (
            Dialect::Brandwatch,
            "((cake OR \"ice cream\") AND (birthday OR birthdays))~5",
            "cake 1 2 3 4 5 6 birthday",
            false,
        ),
        (
            Dialect::Meltwater,
            "(”Golden State Warriors” OR “GSW”) AND basketball",
            "GSW basketball",
            true,
        ),
        (
            Dialect::Meltwater,
            "(”Golden State Warriors” OR “GSW”) AND basketball",
            "Golden State basketball",
            false,
        ),
        (Dialect::X, "(😃 OR 😡) 😬", "so 😡 and 😬", true),
        (Dialect::X, "(😃 OR 😡) 😬", "so 😡", false),
        (Dialect::X, "(\"X API\" OR #v2) -\"filtered stream\"", "the X API", true),
        (
            Dialect::X,
            "(\"X API\" OR #v2) -\"filtered stream\"",
            "the X API, a filtered stream",
            false,
        ),
        (Dialect::X, "$twtr OR @XDevelopers -$fb", "buy $FB, says @XDevelopers", false),
    ] {
        let read = import(dialect, text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(parse(&read.native).unwrap().ast, read.query.ast, "{text}");
        let found = matches_one(&read.query, &Document::of(&post(body))).is_some();
        assert_eq!(found, expect, "{text} → {} on {body:?}", read.native);
    }
}
