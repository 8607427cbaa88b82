//! Why a post matches, why it does not, and what changed between two queries.

use domain::Post;
use query::{ChangeKind, Document, Lang, diff, explain_hit, matches_one, parse, why_not};

use crate::post;

fn lamp() -> Post {
    let mut post = post("The lamp burns. A recall is near.");
    post.title = "Fire at night".into();
    post
}

/// The branches that hold, with the words they hold by.
#[test]
fn branches_tell_where_they_hold() {
    let post = lamp();
    let document = Document::of(&post);
    for (text, expect) in [
        ("lamp AND (fire OR smoke)", "lamp=lamp fire=Fire"),
        ("title:(fire OR lamp)", "title:fire=Fire"),
        ("lamp NEAR/1 burns", "lamp NEAR/1 burns=lamp,burns"),
        ("lamp -smoke", "lamp=lamp NOT smoke="),
        ("2 OF (lamp, smoke, fire)", "lamp=lamp fire=Fire"),
        ("lang:en (lamp)^2", "lang:en= lamp=lamp"),
        ("gender:female lamp", "lamp=lamp"),
        ("smoke OR sale", ""),
    ] {
        let query = parse(text).unwrap();
        let held: Vec<String> = explain_hit(&query, &document, Lang::En)
            .into_iter()
            .filter(|branch| branch.holds)
            .map(|branch| {
                let words: Vec<&str> = branch
                    .spans
                    .iter()
                    .map(|span| {
                        let whole = match span.part {
                            domain::Part::Title => &post.title,
                            domain::Part::Lead => &post.lead,
                            domain::Part::Body => &post.body,
                        };
                        &whole[span.start as usize..span.end as usize]
                    })
                    .collect();
                format!("{}={}", branch.native, words.join(","))
            })
            .collect();
        assert_eq!(held.join(" "), expect, "{text}");
    }
}

#[test]
fn the_smallest_set_that_failed_is_named() {
    let post = lamp();
    let document = Document::of(&post);
    for (text, expect) in [
        ("lamp", ""),
        ("smoke", "smoke"),
        ("lamp smoke sale", "smoke; sale"),
        ("smoke OR sale", "smoke"),
        ("(smoke sale) OR (lamp smoke)", "smoke"),
        ("lamp -recall", "NOT recall"),
        ("lamp -(recall OR smoke)", "NOT (recall OR smoke)"),
        ("3 OF (lamp, smoke, fire, a sale)", "smoke"),
        ("title:(lamp fire)", "title:lamp"),
        ("(lamp NEAR/0 recall) AND fire", "lamp NEAR/0 recall"),
        ("lang:de lamp", "lang:de"),
        ("gender:female AND smoke", "smoke"),
        ("COUNT(lamp) >= 2", "COUNT(lamp) >= 2"),
        ("lamp reach:>5", "reach:{5 TO *]"),
    ] {
        let query = parse(text).unwrap();
        let failed = why_not(&query, &document, Lang::En);
        let native: Vec<&str> = failed.iter().map(|branch| branch.native.as_str()).collect();
        assert_eq!(native.join("; "), expect, "{text}");
        assert_eq!(failed.is_empty(), matches_one(&query, &document).is_some(), "{text}");
        assert!(failed.iter().all(|branch| !branch.holds && !branch.words.is_empty()));
    }
    let query = parse("lamp AND (smoke OR sale)").unwrap();
    assert_eq!(why_not(&query, &document, Lang::De)[0].path, [1, 0]);
}

#[test]
fn versions_differ_in_words() {
    for (old, new, expect) in [
        ("a b", "b a", ""),
        ("a OR b OR a", "b OR a", ""),
        ("a NEAR/3 b", "b NEAR/3 a", ""),
        ("a ONEAR/3 b", "b ONEAR/3 a", "~ONEAR"),
        ("a", "a b", "+b"),
        ("a b", "a", "-b"),
        ("a", "a OR b", "+b"),
        ("a AND (b OR c)", "a AND (b OR d)", "-c +d"),
        ("a OR b", "(a OR c) AND d", "-b +c +d"),
        ("(a OR c) AND d", "a OR b", "-c +b -d"),
        ("a NEAR/3 b", "a NEAR/5 b", "~NEAR"),
        ("a lang:de", "a lang:en", "~de"),
        ("a reach:>5", "a reach:>9", "~reach"),
        ("a -b", "a -b -c", "+NOT c"),
        ("title:(a OR b)", "title:(b OR a OR c)", "+c"),
        ("a", "b", "~a"),
    ] {
        let (old, new) = (parse(old).unwrap(), parse(new).unwrap());
        let changes = diff(&old, &new, Lang::En);
        let said: Vec<String> = changes
            .iter()
            .map(|change| match change.kind {
                ChangeKind::Added => format!("+{}", change.after),
                ChangeKind::Removed => format!("-{}", change.before),
                ChangeKind::Changed => format!("~{}", change.before),
            })
            .collect();
        let fits = match expect.strip_prefix('~') {
            Some(part) => said.len() == 1 && said[0].starts_with('~') && said[0].contains(part),
            None => said.join(" ") == expect,
        };
        assert!(fits, "{old} → {new}: {said:?}");
        let german = diff(&old, &new, Lang::De);
        assert_eq!(german.len(), changes.len());
        assert!(german.iter().zip(&changes).all(|(de, en)| de.words != en.words));
    }
}
