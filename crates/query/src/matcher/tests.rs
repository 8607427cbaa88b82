//! Versions and changes of a matcher.

use domain::{Channel, Engagement, Platform, Post, Source, Time, WatchId};

use super::anchors::{anchors, share};
use super::dictionary::{Book, Kind};
use super::{Frequencies, Live, Match, Matcher, Scratch, Snapshot};
use crate::ast::Query;
use crate::code::Compiler;
use crate::document::Document;
use crate::parse::MAX_NESTING;

const WORDS: [&str; 8] = ["train", "late", "crash", "windows", "7", "sale", "storm", "harbour"];

fn post(body: &str) -> Post {
    Post {
        platform: Platform::MASTODON,
        native_id: "1".into(),
        url: "https://social.example/1".into(),
        channel: Channel::Microblog,
        source: Source::default(),
        author: None,
        title: String::new(),
        lead: String::new(),
        body: body.into(),
        lang: None,
        published: Time(0),
        received: Time(0),
        links: vec![],
        hashtags: vec![],
        mentions: vec![],
        relation: None,
        engagement: Engagement::default(),
        media: vec![],
    }
}

fn query(text: &str) -> Query {
    crate::parse(text).unwrap()
}

fn ask(snapshot: &Snapshot, body: &str, scratch: &mut Scratch) -> Vec<Match> {
    snapshot.matches(&Document::of(&post(body)), scratch)
}

/// Numbers that look random and are the same in every run (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.below(WORDS.len())]
    }

    fn query(&mut self) -> String {
        let (a, b, c) = (self.word(), self.word(), self.word());
        match self.below(7) {
            0 => a.to_owned(),
            1 => format!("({a} OR {b}) AND NOT {c}x"),
            2 => format!("\"{a} {b}\""),
            3 => format!("{a} NEAR/2 {b}"),
            4 => format!("{}* AND {b}", &a[..1]),
            5 => format!("2 OF ({a}, {b}, {c})"),
            _ => format!("{a} AND \"{b} {c}\""),
        }
    }

    fn body(&mut self) -> String {
        let words: Vec<&str> = (0..12).map(|_| self.word()).collect();
        words.join(" ")
    }
}

#[test]
fn a_version_does_not_see_later_changes() {
    let live = Live::new(Matcher::new());
    live.insert(WatchId(1), &query("train"));
    let before = live.load();
    live.insert(WatchId(2), &query("train AND late"));
    live.insert(WatchId(1), &query("storm"));
    let mut scratch = Scratch::default();
    let mut found = |snapshot: &Snapshot| -> Vec<i64> {
        ask(snapshot, "the train is late", &mut scratch).iter().map(|m| m.watch.0).collect()
    };
    assert_eq!((found(&before), found(&live.load())), (vec![1], vec![2]));
    assert!(live.remove(WatchId(2)) && !live.remove(WatchId(2)));
    assert_eq!((found(&before), found(&live.load())), (vec![1], vec![]));
    assert_eq!((before.len(), live.load().len()), (1, 1));
}

#[test]
fn changed_and_built_afresh_are_the_same() {
    let mut dice = Dice(7);
    let (mut changed, mut queries) = (Matcher::new(), std::collections::BTreeMap::new());
    let mut kept = Vec::new();
    let mut scratch = Scratch::default();
    let mut matches = 0;
    for round in 0..600 {
        let watch = WatchId(dice.below(60) as i64);
        if dice.below(3) == 0 {
            assert_eq!(changed.remove(watch), queries.remove(&watch).is_some());
        } else {
            let text = dice.query();
            changed.insert(watch, &query(&text));
            queries.insert(watch, text);
        }
        if round % 20 == 0 {
            let mut fresh = Matcher::new();
            queries.iter().for_each(|(watch, text)| fresh.insert(*watch, &query(text)));
            let body = dice.body();
            let found = ask(&changed.snapshot(), &body, &mut scratch);
            assert_eq!(found, ask(&fresh.snapshot(), &body, &mut Scratch::default()), "{body}");
            matches += found.len();
            kept.push((changed.snapshot(), body, found));
        }
    }
    assert!(matches > 100, "{matches}");
    for (snapshot, body, found) in kept {
        assert_eq!(ask(&snapshot, &body, &mut scratch), found, "{body}");
    }
}

#[test]
fn nothing_is_left_of_removed_queries() {
    let mut dice = Dice(11);
    let mut matcher = Matcher::new();
    for n in 0..200 {
        matcher.insert(WatchId(n), &query(&dice.query()));
    }
    (0..200).for_each(|n| assert!(matcher.remove(WatchId(n))));
    let snapshot = matcher.snapshot();
    assert!(
        snapshot.is_empty() && ask(&snapshot, &WORDS.join(" "), &mut Scratch::default()).is_empty()
    );
    let words = snapshot.dictionary.len();
    for n in 0..20 {
        matcher.insert(WatchId(n), &query("train AND late"));
    }
    assert_eq!(matcher.snapshot().dictionary.len(), words, "numbers are used again");
}

#[test]
fn what_a_query_cost_is_counted() {
    let mut matcher = Matcher::new();
    matcher.insert(WatchId(1), &query("train AND late AND (crash OR storm OR sale)"));
    matcher.insert(WatchId(2), &query("harbour"));
    let (snapshot, mut scratch) = (matcher.snapshot(), Scratch::default());
    for _ in 0..super::COUNTED {
        ask(&snapshot, "the train is late", &mut scratch);
    }
    let costs = snapshot.take_costs(&mut scratch);
    assert_eq!(costs.len(), 1, "{costs:?}");
    assert!(costs[0].0 == WatchId(1) && costs[0].1 > 0, "{costs:?}");
    assert_eq!(snapshot.take_costs(&mut scratch), []);
}

#[test]
fn many_ways_to_a_query_under_one_word() {
    let others: Vec<String> = (0..12).map(|n| format!("storm NEAR/1 w{n}x")).collect();
    let both = format!("({}) AND (late OR crash)", others.join(" OR "));
    let mut matcher = Matcher::new();
    matcher.insert(WatchId(1), &query(&others.join(" OR ")));
    matcher.insert(WatchId(2), &query(&both));
    let mut scratch = Scratch::default();
    let mut watches = |body: &str| -> Vec<i64> {
        let found = ask(&matcher.snapshot(), body, &mut scratch);
        found.iter().map(|found| found.watch.0).collect()
    };
    assert_eq!(watches("storm w11x late"), [1, 2]);
    assert_eq!(watches("w3x and storm crash, w5x far away"), [1, 2]);
    assert_eq!(watches("w3x, storm"), [1]);
    assert!(watches("storm a b c w3x late").is_empty());
}

fn observed(text: &str) -> Frequencies {
    let mut frequencies = Frequencies::new();
    (0..1_000).for_each(|_| frequencies.observe(&Document::of(&post(text))));
    frequencies
}

#[test]
fn a_share_follows_what_was_observed_last() {
    let mut book = Book::default();
    let id = book.add("harbour", Kind::Word);
    let guessed = book.share(id);
    book.set_frequencies(observed("the harbour"));
    let seen = book.share(id);
    assert!(guessed < 0.1 && seen > 0.9, "{guessed} {seen}");
    assert_eq!(book.add("harbour", Kind::Word), id);
    assert_eq!(book.share(id), seen);
    book.set_frequencies(observed("the sea"));
    assert!(book.share(id) < guessed);
}

#[test]
fn a_branch_is_as_likely_as_its_ways() {
    let mut book = Book::default();
    book.set_frequencies(observed("storm in the harbour"));
    for text in [
        "train",
        "train OR storm OR harbour",
        "train AND (storm OR \"late sale\" OR cra*)",
        "(train NEAR/3 storm) OR harbour",
        "train AND NOT storm",
        "2 OF (train, storm, harbour)",
        "lang:de OR storm",
    ] {
        let code = Compiler::new(&mut book).compile(&query(text).ast);
        let ways = anchors(&code, &book).map_or(f32::INFINITY, |ways| ways.share);
        assert_eq!(share(&code, &book), ways, "{text}");
    }
}

#[test]
fn a_deeply_nested_query_is_listed_at_once() {
    // The rarest branch is always the nested one: looked at twice on each level, it would never end.
    let nested = (0..MAX_NESTING / 2 - 1).fold("harbourmaster".to_owned(), |inner, n| {
        format!("(the AND (seldomness{n} OR {inner}))")
    });
    let mut matcher = Matcher::new();
    matcher.insert(WatchId(1), &query(&nested));
    assert_eq!(matcher.len(), 1);
}
