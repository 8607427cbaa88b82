//! Random queries on random posts.

use domain::{Part, Post, WatchId};
use proptest::prelude::*;
use query::{
    Document, FieldName, Hit, Matcher, Node, Property, Query, Scratch, Slot, Warning, WarningCode,
    matches_one, parse,
};
use text::words::Words;

use crate::oracle::Text;
use crate::post;

/// What posts are made of: several scripts, accents, signs, emoji, ends of sentences.
const BITS: [&str; 34] = [
    "windows",
    "Windows",
    "win",
    "crash",
    "crashed",
    "a",
    "b",
    "c",
    "Müller",
    "mueller",
    "muller",
    "Mu\u{308}ller",
    "Straße",
    "strasse",
    "#windows",
    "#Müller",
    "@jane",
    "@jane@b.example",
    "$AAPL",
    "👍",
    "👍🏽",
    "❤️",
    "新聞",
    "новости",
    "ёлка",
    "हिन्दी",
    "عربي",
    "S-Bahn",
    "don’t",
    "https://a.example/b",
    "b's",
    "\n\n",
    ". A",
    "e\u{301}",
];

/// What queries ask for, as keys.
const KEYS: [&str; 27] = [
    "windows",
    "win",
    "crash",
    "crashed",
    "a",
    "b",
    "c",
    "müller",
    "mueller",
    "muller",
    "straße",
    "strasse",
    "#windows",
    "#müller",
    "@jane",
    "jane",
    "aapl",
    "$aapl",
    "👍",
    "👍🏽",
    "❤",
    "新",
    "новости",
    "елка",
    "bahn",
    "don't",
    "é",
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&BITS[..]), 0..14).prop_map(|bits| bits.join(" "))
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(&KEYS[..]).prop_map(str::to_owned)
}

fn start() -> impl Strategy<Value = String> {
    let starts = ["w", "win", "cra", "mu", "mü", "#w", "@ja", "s", "нов", "新"];
    prop::sample::select(starts.to_vec()).prop_map(str::to_owned)
}

fn slots(gaps: bool) -> impl Strategy<Value = Vec<Slot>> {
    let weight = u32::from(gaps);
    let slot = prop_oneof![
        6 => key().prop_map(Slot::Word),
        2 => start().prop_map(Slot::Prefix),
        weight => Just(Slot::Gap),
    ];
    prop::collection::vec(slot, 2..4)
        .prop_filter("no word", |slots| slots.iter().any(|slot| *slot != Slot::Gap))
}

/// Nodes that have a place in the text. Windows stand alone: which of their words make a place is
/// left open.
fn placed() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        6 => key().prop_map(Node::Term),
        2 => start().prop_map(Node::Prefix),
        2 => slots(true).prop_map(Node::Phrase),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Node::or),
            prop::collection::vec(inner, 2..3).prop_map(Node::and),
            (two, 0_u32..4, any::<bool>(), 0..4).prop_map(|((a, b), gap, ordered, kind)| {
                let (a, b) = (Box::new(a), Box::new(b));
                match kind {
                    0 | 1 => Node::Near { gap, ordered, a, b },
                    2 => Node::NotNear { gap, a, b },
                    _ if ordered => Node::SameSentence { ordered: gap > 1, a, b },
                    _ => Node::SameParagraph { ordered: gap > 1, a, b },
                }
            }),
        ]
    })
}

/// Any tree over the text, negations included.
fn tree() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        8 => placed(),
        1 => (0_u32..4, slots(false)).prop_map(|(gap, words)| Node::Window { gap, words }),
        1 => (1_u32..4, placed()).prop_map(|(n, expr)| Node::MinCount { n, expr: Box::new(expr) }),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(Node::or),
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(Node::and),
            2 => inner.clone().prop_map(|node| Node::Not(Box::new(node))),
            1 => (1_u32..3, prop::collection::vec(inner, 2..5))
                .prop_map(|(n, of)| Node::AtLeast { n, of }),
        ]
    })
}

fn closed() -> impl Strategy<Value = Node> {
    tree().prop_filter("matches nearly everything", |node| !node.is_open())
}

fn field() -> impl Strategy<Value = Node> {
    let of = |name: FieldName, values: &'static [&'static str]| {
        let value = prop::sample::select(values).prop_map(|v| Node::Value(v.to_owned()));
        let many = prop::collection::vec(value, 1..3).prop_map(Node::or);
        many.prop_map(move |expr| Node::Field { name, expr: Box::new(expr) })
    };
    prop_oneof![
        of(FieldName::Lang, &["de", "en"]),
        of(FieldName::Site, &["example", "a.example", "b.example"]),
        of(FieldName::Id, &["a b", "(x", "-5", "AND", "at://x/1", "„q“", "x,"]),
        prop::sample::select(&Property::ALL[..]).prop_map(Node::Is),
        (prop::sample::select(vec![FieldName::Title, FieldName::Lead, FieldName::Body]), tree())
            .prop_map(|(name, expr)| Node::Field { name, expr: Box::new(expr) }),
        (
            prop::sample::select(vec![FieldName::Author, FieldName::Link]),
            placed().prop_filter("kept as it is", |node| !format!("{node:?}").contains("Same"))
        )
            .prop_map(|(name, expr)| Node::Field { name, expr: Box::new(plain(expr)) }),
    ]
}

/// The tree with words that are the same in every field.
fn plain(node: Node) -> Node {
    let plain_slot = |slot| if slot == Slot::Gap { Slot::Gap } else { Slot::Word("x".into()) };
    let both = |a: Box<Node>, b: Box<Node>| (Box::new(plain(*a)), Box::new(plain(*b)));
    match node {
        Node::Term(_) | Node::Prefix(_) => Node::Term("b".into()),
        Node::Phrase(slots) => Node::Phrase(slots.into_iter().map(plain_slot).collect()),
        Node::Or(all) => Node::or(all.into_iter().map(plain).collect()),
        Node::And(all) => Node::and(all.into_iter().map(plain).collect()),
        Node::Near { gap, ordered, a, b } => {
            let (a, b) = both(a, b);
            Node::Near { gap, ordered, a, b }
        }
        Node::NotNear { gap, a, b } => {
            let (a, b) = both(a, b);
            Node::NotNear { gap, a, b }
        }
        other => other,
    }
}

fn query(ast: Node) -> Query {
    Query { ast, warnings: vec![], comments: vec![], references: vec![] }
}

fn sound(hit: &Hit, post: &Post) {
    let order = |part| [Part::Title, Part::Lead, Part::Body].iter().position(|p| *p == part);
    for pair in hit.spans.windows(2) {
        assert!((order(pair[0].part), pair[0].end) <= (order(pair[1].part), pair[1].start));
    }
    for span in &hit.spans {
        let text = match span.part {
            Part::Title => &post.title,
            Part::Lead => &post.lead,
            Part::Body => &post.body,
        };
        assert!(
            span.start < span.end && text.get(span.start as usize..span.end as usize).is_some()
        );
    }
    assert!(!hit.why.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_matcher_says_what_the_words_mean(
        nodes in prop::collection::vec(closed(), 1..8),
        bodies in prop::collection::vec(text(), 1..6),
        removed in 0_usize..8,
    ) {
        let mut matcher = Matcher::new();
        for (i, node) in nodes.iter().enumerate() {
            matcher.insert(WatchId(i as i64), &query(node.clone()));
        }
        matcher.remove(WatchId(removed as i64));
        let mut scratch = Scratch::default();
        for body in &bodies {
            let post = post(body);
            let document = Document::of(&post);
            let text = Text::of(body);
            let found = matcher.matches(&document, &mut scratch);
            let ids: Vec<i64> = found.iter().map(|found| found.watch.0).collect();
            let meant: Vec<i64> = nodes
                .iter()
                .enumerate()
                .filter(|(i, node)| *i != removed && text.matches(node))
                .map(|(i, _)| i as i64)
                .collect();
            prop_assert_eq!(&ids, &meant, "{:?} on {:?}", nodes, body);
            for found in found {
                let alone = matches_one(&query(nodes[found.watch.0 as usize].clone()), &document);
                prop_assert_eq!(Some(&found.hit), alone.as_ref());
                sound(&found.hit, &post);
            }
        }
    }

    /// Parts of a post are texts of their own.
    #[test]
    fn a_part_is_a_text(node in closed(), title in text(), body in text()) {
        let mut post = post(&body);
        post.title = title.clone();
        let document = Document::of(&post);
        for (name, part) in [(FieldName::Title, &title), (FieldName::Body, &body)] {
            let within = Node::Field { name, expr: Box::new(node.clone()) };
            let found = matches_one(&query(within), &document).is_some();
            prop_assert_eq!(found, Text::of(part).matches(&node), "{} {}", name.as_str(), node);
        }
    }

    #[test]
    fn what_is_printed_parses_back(
        node in prop_oneof![3 => closed(), 1 => (closed(), field())
            .prop_map(|(a, b)| Node::and(vec![a, b]))],
    ) {
        let text = node.to_string();
        let again = parse(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        prop_assert_eq!(&again.ast, &node, "{}", text);
        let surprises = |w: &&Warning| w.code != WarningCode::NoData;
        prop_assert_eq!(again.warnings.iter().find(surprises), None, "{}", text);
    }

    #[test]
    fn words_survive_printing(text in "\\PC{1,20}") {
        let mut words = Words::new();
        words.push(&text);
        for token in words.tokens() {
            let node = Node::Term(words.lower(token).to_owned());
            if let Ok(again) = parse(&node.to_string()) {
                // What a folded word's words are may differ; it must not become something else.
                if let Node::Term(again) = again.ast {
                    prop_assert_eq!(Node::Term(again), node);
                }
            }
        }
    }

    #[test]
    fn the_parser_never_panics(text in "\\PC{0,60}") {
        holds_together(&text)?;
    }

    #[test]
    fn the_parser_never_panics_on_what_queries_are_made_of(
        bits in prop::collection::vec(prop::sample::select(vec![
            "a", "ä", "windows", " ", " ", " AND ", " OR ", "NOT ", "-", "+", "!", "(", ")", "\"",
            "„", "“", "{", "}", "*", "?", "~", "~3", "/", "^", " NEAR/3 ", " ONEAR/1 ", " NEAR ",
            " NOTNEAR/2 ", " SENTENCE ", "title:", "lang:", "de", "url:", "is:", "reply", "foo:",
            "#", "@", "$", "👍", ",", "2 OF ", "COUNT", " >= 2", "<<<", ">>>", "&&", "||", "AND",
            "https://", "a.example", "\u{301}", "\n", "site:", "hashtag:", "…", "[", "]",
        ]), 0..20),
    ) {
        holds_together(&bits.concat())?;
    }
}

fn holds_together(text: &str) -> Result<(), TestCaseError> {
    for read in [query::parse, query::parse_lenient] {
        match read(text) {
            Ok(query) => {
                let printed = query.to_string();
                let again = parse(&printed)
                    .map_err(|e| TestCaseError::fail(format!("{text:?} {printed:?}: {e}")))?;
                prop_assert_eq!(&again.ast, &query.ast, "{:?} {:?}", text, printed);
                prop_assert!(query.warnings.iter().all(|w| text.get(w.at.clone()).is_some()));
                let post = post(text);
                let _ = matches_one(&query, &Document::of(&post));
            }
            Err(error) => prop_assert!(text.get(error.at).is_some(), "{:?}", text),
        }
    }
    Ok(())
}
