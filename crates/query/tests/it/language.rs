//! The whole language: shapes, forms, numbers, edges, references.

use domain::{Engagement, Post, Relation, RelationKind, Time};
use query::{
    Document, ErrorCode, Facts, Node, SavedKind, WarningCode, matches_one, parse, resolve,
};

use crate::post;

fn check_post(query: &str, post: &Post, expect: bool) {
    let parsed = parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let found = matches_one(&parsed, &Document::of(post)).is_some();
    assert_eq!(found, expect, "{query} on {:?}", post.body);
    let printed = parsed.to_string();
    let again = parse(&printed).unwrap_or_else(|error| panic!("{printed}: {error}"));
    assert_eq!(again.ast, parsed.ast, "{query} → {printed}");
}

fn check(query: &str, body: &str, expect: bool) {
    check_post(query, &post(body), expect);
}

fn check_german(query: &str, body: &str, expect: bool) {
    let mut post = post(body);
    post.lang = Some("de".into());
    check_post(query, &post, expect);
}

#[test]
fn shapes() {
    for (query, body, expect) in [
        ("mid?dle", "the midddle", true),
        ("mid?dle", "the middle", false),
        ("win*s", "Windows crashed", true),
        ("win*s", "window", false),
        ("crash *dows", "a Windows crash", true),
        ("crash *dows", "Windows", false),
        ("crash roam~1", "crash of the foam", true),
        ("crash roam~", "crash of the roams", true),
        ("crash roam~1", "crash of the rams", false),
        ("crash roam~2", "crash of the rams", true),
        ("crash /win(dows)?/", "Win crash", true),
        ("crash /win(dows)?/", "winds crash", false),
        ("crash /WIN.*/", "windows crash", true),
        ("crash NEAR/1 *dows", "crash of windows", true),
        ("crash NEAR/1 *dows", "crash of the windows", false),
        ("title:crash* OR (crash -*dows)", "crash windows", false),
        ("crash mü?ler", "crash bei Müller", true),
        ("crash mu?ler", "crash bei Müller", true),
    ] {
        check(query, body, expect);
    }
}

#[test]
fn forms() {
    for (query, body, expect) in [
        ("stem:laufen", "Er läuft seit Stunden", true),
        ("stem:laufen", "der Laufsteg", false),
        ("stem:bahn", "alle Bahnen stehen", true),
        ("part:bahn", "Bahn", true),
        ("part:bahn", "das S-Bahn-Chaos", true),
        ("part:bahn", "der Bahnstreik dauert an", true),
        ("part:streik", "der Bahnstreik dauert an", true),
        ("part:bahn", "wir bahnen uns an", false),
        ("part:windows", "der Windows-7-Absturz", true),
        ("part:absturz", "ein Windowsabsturz", true),
        ("part:erhöhung", "die Gehaltserhöhung", true),
        ("part:erhoehung", "die Gehaltserhöhung", true),
        ("part:bahn NEAR/2 chaos", "Bahnstreik bringt Chaos", true),
        ("stem:(laufen OR gehen)", "sie ging", true),
    ] {
        check_german(query, body, expect);
    }
    check("stem:crash", "it crashed", true);
    check("stem:crash", "crashing", true);
}

#[test]
fn phrases_that_give() {
    for (query, body, expect) in [
        ("\"a b\"~~0", "a b", true),
        ("\"a b\"~~1", "a x b", true),
        ("\"a b\"~~1", "b a", false),
        ("\"a b\"~~2", "b a", true),
        ("\"quick fox\"~~1", "quick brown fox", true),
        ("\"quick fox\"~~1", "quick big brown fox", false),
        ("\"a b c\"/2", "c a", true),
        ("\"a b c\"/2", "c", false),
        ("STARTS(breaking)", "Breaking: a thing", true),
        ("STARTS(breaking)", "now breaking", false),
        ("ENDS(news)", "the news", true),
        ("ENDS(news)", "the news today", false),
        ("STARTS(\"a b\")", "a b c", true),
        ("(windows OR linux)^9 crash", "linux crash", true),
        ("windows^2.5 crash", "linux crash", false),
    ] {
        check(query, body, expect);
    }
}

#[test]
fn numbers_and_facts() {
    let mut post = post("Windows crashed, is that so?");
    post.source.followers = Some(1_500);
    post.engagement = Engagement { likes: Some(3), replies: Some(4), ..Engagement::default() };
    post.published = Time(1_793_491_200_000 + 540 * 60_000); // 2026-11-01T09:00
    post.relation = Some(Relation { kind: RelationKind::Reply, to: "x".into() });
    for (query, expect) in [
        ("windows followers:>=1500", true),
        ("windows followers:>1500", false),
        ("windows followers:[200 TO 2000]", true),
        ("windows followers:{1500 TO *]", false),
        ("windows reach:1500", true),
        ("windows -reach:>2000", true),
        ("windows engagement:7", true),
        ("windows engagement:<7", false),
        ("windows published:2026-11-01", true),
        ("windows published:[2026-11-01 TO 2026-11-07}", true),
        ("windows published:<2026-11-01", false),
        ("windows published:>2026-11-01", false),
        ("windows published:>=2026-11-01T09:00", true),
        ("windows published:>2026-11-01T09:00Z", false),
        ("windows minuteofday:[540 TO 600]", true),
        ("windows minuteofday:<540", false),
        ("windows relevance:>60", false),
        ("windows OR rating:5", false),
        ("windows is:question", true),
        ("windows is:reply", true),
        ("windows is:comment", false),
        ("windows is:deleted", false),
        ("windows community:bsky.example", true),
        ("windows gender:female", true),
        ("windows (gender:female OR crashed)", true),
        ("windows NOT gender:female", true),
    ] {
        match parse(query) {
            Ok(_) => check_post(query, &post, expect),
            Err(error) => {
                assert!(!expect && error.code == ErrorCode::NeedsWord, "{query}: {error}");
            }
        }
    }
    let known = Facts { relevance: Some(70), tags: vec!["Launch".into()], ..Facts::default() };
    let document = Document::with(&post, known);
    assert!(matches_one(&parse("windows relevance:>60").unwrap(), &document).is_some());
    assert!(matches_one(&parse("windows tag:launch").unwrap(), &document).is_some());
}

#[test]
fn tone_is_asked_last() {
    let bad = "This phone is awful, the worst I ever had, it broke again and I hate it.";
    check("phone sentiment:negative", bad, true);
    check("phone sentiment:positive", bad, false);
    check("phone sentiment:<-0.3", bad, true);
    check("phone -sentiment:negative", bad, false);
    check("phone sentiment:(neutral OR negative)", bad, true);
}

#[test]
fn what_nobody_has_yet_is_told() {
    let code = |text: &str| parse(text).unwrap().warnings.first().map(|warning| warning.code);
    assert_eq!(code("a relevance:>60"), Some(WarningCode::NoData));
    assert_eq!(code("a tag:x"), Some(WarningCode::NoData));
    assert_eq!(code("a is:reviewed"), Some(WarningCode::NoData));
    assert_eq!(code("a gender:female"), Some(WarningCode::NotEvaluable));
    assert_eq!(code("warum?"), Some(WarningCode::QuestionMark));
    assert_eq!(code("a reach:>60"), None);
}

#[test]
fn references_are_looked_up() {
    let node = |text: &str| parse(text).unwrap().ast;
    let mut names = |kind: SavedKind, name: &str| match (kind, name) {
        (SavedKind::Query, "trains") => Some(node("train* OR rail")),
        (SavedKind::Query, "late") => Some(node("query:trains late")),
        (SavedKind::Query, "a") => Some(node("x query:b")),
        (SavedKind::Query, "b") => Some(node("y query:A")),
        (SavedKind::Query, "A") => Some(node("x query:b")),
        (SavedKind::Watch, "delay") => Some(node("delay*")),
        (SavedKind::List, "press") => query::any_source(&["press.example".into()]),
        _ => None,
    };
    let mut check = |text: &str, body: &str, expect: bool| {
        let query = resolve(&parse(text).unwrap(), &mut names).unwrap();
        assert_eq!(matches_one(&query, &Document::of(&post(body))).is_some(), expect, "{text}");
        assert_eq!(parse(&query.to_string()).unwrap().ast, parse(text).unwrap().ast);
    };
    check("query:late", "the train is late", true);
    check("query:late", "late", false);
    check("watch:delay -query:trains", "delays", true);
    check("rail list:press", "rail", false);
    let mut error =
        |text: &str| resolve(&parse(text).unwrap(), &mut names).map(|_| ()).unwrap_err();
    let unknown = error("rail query:\"no one\"");
    assert_eq!(
        (unknown.code, unknown.at, &*unknown.found),
        (ErrorCode::UnknownName, 11..19, "no one")
    );
    let circle = error("rail query:a");
    assert_eq!(
        (circle.code, circle.at, &*circle.expected),
        (ErrorCode::Circle, 11..12, "a → b → a")
    );
}

#[test]
fn an_unresolved_name_holds_for_nothing() {
    check("windows query:x", "windows", false);
    assert!(matches!(parse("query:x").unwrap().ast, Node::Saved { of: None, .. }));
}

#[test]
fn comments_and_references_keep_their_place() {
    let query = parse("<<< the brand >>> windows list:\"Trade press\"").unwrap();
    assert_eq!(query.comments, [(0..17, "the brand".to_owned())]);
    assert_eq!(query.references[0].at, 31..44);
    assert_eq!(query.references[0].name, "Trade press");
}
