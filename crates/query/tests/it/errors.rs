//! What is refused, where, and with which help.

use query::{ErrorCode, Lang, parse};

/// The error of a query whose wrong place is marked `⟦so⟧`.
fn error(marked: &str, code: ErrorCode, suggestion: Option<&str>) {
    let start = marked.find('⟦').unwrap();
    let text = marked.replace('⟦', "");
    let end = text.find('⟧').unwrap();
    let text = text.replace('⟧', "");
    let error = parse(&text).map(|query| query.to_string()).expect_err(&text);
    assert_eq!((error.code, error.at.clone()), (code, start..end), "{text}: {error}");
    assert_eq!(error.suggestion.as_deref(), suggestion, "{text}");
    assert!(!error.message(Lang::En).is_empty());
    assert_ne!(error.message(Lang::En), error.message(Lang::De), "{text}");
}

#[test]
fn errors_point_at_the_place_and_help() {
    use ErrorCode::*;
    for (marked, code, suggestion) in [
        ("⟦⟧", Empty, None),
        ("⟦  ⟧", Empty, None),
        ("⟦<<< a >>>⟧", Empty, None),
        ("a ⟦()⟧", Empty, None),
        ("a ⟦\"⟧b c", UnclosedQuote, None),
        ("ä ⟦„⟧b c", UnclosedQuote, None),
        ("a ⟦(⟧b OR c", UnclosedBracket, None),
        ("a (b) ⟦(⟧", UnclosedBracket, None),
        ("a⟦)⟧", StrayBracket, None),
        ("a ⟦}⟧", StrayBracket, None),
        ("⟦)⟧ a", StrayBracket, None),
        ("a ⟦{⟧b", UnclosedRaw, None),
        ("a ⟦<<<⟧ b", UnclosedComment, None),
        ("a ⟦AND⟧", MissingOperand, None),
        ("a ⟦OR⟧ ", MissingOperand, None),
        ("⟦OR⟧ a", MissingOperand, None),
        ("a AND ⟦AND⟧ b", MissingOperand, None),
        ("(a ⟦OR⟧)", MissingOperand, None),
        ("a ⟦NOT⟧", MissingOperand, None),
        ("a ⟦NEAR/3⟧", MissingOperand, None),
        ("a ⟦SENTENCE⟧", MissingOperand, None),
        ("a ⟦NEAR⟧ b", MissingDistance, Some("NEAR/5")),
        ("a ⟦ONEAR⟧ b", MissingDistance, Some("ONEAR/5")),
        ("a ⟦NEAR/x⟧ b", BadNumber, None),
        ("a ⟦NEAR/2000⟧ b", BadNumber, None),
        ("a ⟦NEAR/5f⟧ b", BadNumber, Some("ONEAR/5")),
        ("\"a b\"⟦~⟧", BadNumber, None),
        ("\"a b\"⟦~99999⟧", BadNumber, None),
        ("⟦4⟧ OF (a, b)", BadNumber, None),
        ("⟦COUNT(a)⟧", BadNumber, None),
        ("COUNT(a)⟦ >= x⟧", BadNumber, None),
        ("a ⟦&⟧ b", NoWord, Some("AND")),
        ("a ⟦-⟧ b", NoWord, None),
        ("⟦\"…\"⟧", NoWord, None),
        ("⟦\"* *\"⟧", NoWord, None),
        ("⟦{++}⟧", NoWord, None),
        ("⟦-windows⟧", OnlyNegative, Some("lang:de -windows")),
        ("⟦-a -b⟧", OnlyNegative, Some("lang:de -a -b")),
        ("⟦a OR -b⟧", OnlyNegative, None),
        ("⟦NOT (a b)⟧", OnlyNegative, Some("lang:de NOT (a b)")),
        ("⟦titel⟧:x", UnknownField, Some("title:x")),
        ("⟦titles⟧:x", UnknownField, Some("title:x")),
        ("⟦language⟧:de", UnknownField, Some("lang:de")),
        ("⟦foobar⟧:x", UnknownField, Some("\"foobar:x\"")),
        ("a ⟦Achtung⟧: b", UnknownField, Some("Achtung")),
        ("⟦raw⟧:X", UnknownField, Some("{X}")),
        ("a ⟦title:⟧", MissingValue, None),
        ("⟦title:⟧ AND b", MissingValue, None),
        ("⟦title:⟧-b", MissingValue, None),
        ("lang:⟦german⟧", BadValue, Some("de")),
        ("lang:⟦x1⟧", BadValue, None),
        ("country:⟦UK⟧", BadValue, Some("gb")),
        ("country:⟦Germany⟧", BadValue, None),
        ("channel:⟦blogs⟧", BadValue, Some("blog")),
        ("channel:(news OR ⟦xyz⟧)", BadValue, None),
        ("tier:⟦top⟧", BadValue, None),
        ("site:⟦example.com/x⟧", BadValue, Some("url:example.com/x")),
        ("site:⟦*.example.com⟧", BadValue, Some("example.com")),
        ("platform:⟦\"hacker news\"⟧", BadValue, Some("hacker-news")),
        ("hashtag:⟦S-Bahn⟧", BadValue, None),
        ("has:⟦picture⟧", BadValue, None),
        ("is:⟦replay⟧", BadValue, Some("reply")),
        ("title:(a ⟦site:⟧x)", NestedField, None),
        ("a NEAR/3 ⟦-b⟧", NoPlace, Some("NOTNEAR/3")),
        ("⟦lang:de⟧ NEAR/3 b", NoPlace, None),
        ("COUNT⟦(-a)⟧ >= 2", NoPlace, None),
        ("hashtag:⟦\"a b\"⟧", NotInField, None),
        ("lang:(de ⟦SENTENCE⟧ en)", NotInField, None),
        ("author:⟦{X}⟧", NotInField, None),
        ("author:(a ⟦SENTENCE⟧ b)", NotInField, None),
        ("⟦*suffix⟧", NeedsWord, None),
        ("⟦word~1⟧", NeedsWord, None),
        ("a OR ⟦word~⟧", NeedsWord, None),
        ("⟦/reg.ex/⟧", NeedsWord, None),
        ("sentiment:⟦negative⟧", NeedsWord, None),
        ("⟦reach:>=1000⟧", NeedsWord, None),
        ("⟦?a?⟧ -b", NeedsWord, None),
        ("⟦*⟧", NoWord, None),
        ("a ⟦?⟧", NoWord, None),
        ("\"a ⟦mid*dle⟧\"", NotInPhrase, Some("mid*")),
        ("\"a ⟦mid?dle⟧\"", NotInPhrase, None),
        ("⟦\"a * b\"~3⟧", NotInPhrase, None),
        ("a word⟦~3⟧", BadNumber, None),
        ("a ⟦/(/⟧", BadRegex, None),
        ("a ⟦/a{99}{99}{99}/⟧", BadRegex, None),
        ("⟦\"a b c\"/4⟧", BadNumber, None),
        ("stem:⟦S-Bahn⟧", OneWord, None),
        ("author:⟦ja?e⟧", NotInField, None),
        ("title:(a ⟦reach:5⟧)", NestedField, None),
        ("a ⟦followers:⟧", MissingValue, None),
        ("a followers:[200 TO ⟦x⟧]", BadNumber, None),
        ("a published:⟦2026-02-30⟧", BadNumber, None),
        ("a sentiment:⟦grim⟧", BadValue, None),
        ("⟦gender:female⟧", NotEvaluable, None),
        ("a ⟦gender:⟧", MissingValue, None),
        ("STARTS⟦(-a)⟧", NoPlace, None),
        ("STARTS⟦()⟧", Empty, None),
        ("a ⟦list:⟧", MissingValue, None),
        ("⟦folowers⟧:5", UnknownField, Some("followers:5")),
    ] {
        error(marked, code, suggestion);
    }
}

#[test]
fn limits_hold() {
    let code = |text: &str| parse(text).map(|_| ()).expect_err("over the limit").code;
    let ok = |text: &str| assert!(parse(text).is_ok());
    let nested = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
    ok(&nested(64));
    assert_eq!(code(&nested(65)), ErrorCode::TooDeep);
    assert_eq!(code(&nested(30_000)), ErrorCode::TooDeep);
    assert_eq!(code(&format!("a {}b", "NOT ".repeat(10_000))), ErrorCode::TooDeep);
    assert_eq!(code(&format!("a {}", "NEAR/1 a ".repeat(5_000))), ErrorCode::TooDeep);
    ok(&"a ".repeat(10_000));
    assert_eq!(code(&"a ".repeat(10_001)), ErrorCode::TooManyTerms);
    assert_eq!(code(&"ä".repeat(40_000)), ErrorCode::TooLong);
}
