//! Random queries on random posts.

use domain::{Part, Post, WatchId};
use proptest::prelude::*;
use query::{
    Bound, Document, Facts, FieldName, Hit, Matcher, Node, NumberField, Property, Query, SavedKind,
    Scratch, Slot, Warning, WarningCode, matches_one, parse,
};
use text::words::Words;

use crate::oracle::holds;
use crate::post;

/// What posts are made of: several scripts, accents, signs, emoji, ends of sentences.
const BITS: [&str; 48] = [
    "lief",
    "running",
    "runs",
    "Bahnhofsuhr",
    "Bahnstreik",
    "house",
    "horse",
    "עברית",
    "ไทย",
    "한국어",
    "ქართული",
    "Ελληνικά",
    "a\u{304}\u{323}b",
    "AC/DC",
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

/// Words known by their shape or their form.
fn shape() -> impl Strategy<Value = Node> {
    let wild = ["w*s", "c?ash", "*bahn", "?indows", "h?use*", "*o*", "нов*и", "m?ller", "*👍*"];
    let regex = ["win(dows)?", "[abc]", "h.+se", ".*ß.*", "#w.*", "\\w+ed", "(?i)CRASH"];
    let near = ["house", "windows", "crash", "müller", "новости", "ab"];
    let stems = ["running", "run", "crash", "laufen", "house"];
    let parts = ["bahn", "uhr", "bahnhof", "streik", "haus"];
    prop_oneof![
        prop::sample::select(wild.to_vec()).prop_map(|p| Node::Wildcard(p.to_owned())),
        prop::sample::select(regex.to_vec()).prop_map(|e| Node::Regex(e.to_owned())),
        (prop::sample::select(near.to_vec()), 1_u8..3)
            .prop_map(|(word, edits)| Node::Fuzzy { word: word.to_owned(), edits }),
        prop::sample::select(stems.to_vec()).prop_map(|w| Node::Stem(w.to_owned())),
        prop::sample::select(parts.to_vec()).prop_map(|w| Node::CompoundPart(w.to_owned())),
        prop::sample::select(vec!["Windows", "S-Bahn", "AC/DC", "Müller", "b's"])
            .prop_map(|w| Node::Raw(w.to_owned())),
    ]
    .boxed()
}

/// Nodes that have a place in the text. Windows stand alone: which of their words make a place is
/// left open.
fn placed() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        6 => key().prop_map(Node::Term),
        2 => start().prop_map(Node::Prefix),
        2 => slots(true).prop_map(Node::Phrase),
        2 => shape(),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            (inner.clone(), any::<bool>()).prop_map(|(node, end)| match end {
                true => Node::Ends(Box::new(node)),
                false => Node::Starts(Box::new(node)),
            }),
            (inner.clone(), 1_u32..5_000)
                .prop_map(|(node, weight)| Node::Highlight { expr: Box::new(node), weight }),
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
        1 => (0_u32..5, slots(false)).prop_map(|(slop, words)| Node::Slop { slop, words }),
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

/// What is asked beside the text.
fn beside() -> impl Strategy<Value = Node> {
    let bound = prop_oneof![
        Just(Bound::Open),
        (-5_000_i64..5_000_000).prop_map(Bound::Incl),
        (-5_000_i64..5_000_000).prop_map(Bound::Excl),
    ];
    let range = (prop::sample::select(&NumberField::ALL[..]), bound.clone(), bound);
    let bounds = range.prop_filter("a way between", |(_, lo, hi)| match (lo, hi) {
        (Bound::Incl(a) | Bound::Excl(a), Bound::Incl(b) | Bound::Excl(b)) => a + 1 < *b,
        _ => true,
    });
    let saved = (
        prop::sample::select(vec![SavedKind::Query, SavedKind::Watch, SavedKind::List]),
        prop::sample::select(vec!["Trade press", "a (b", "x, y", "AND", "ä*"]),
    );
    prop_oneof![
        3 => bounds.prop_map(|(field, lo, hi)| Node::Range { field, lo, hi }),
        1 => saved.prop_map(|(kind, name)| Node::Saved { kind, name: name.into(), of: None }),
        1 => prop::sample::select(vec!["gender:female", "device:\"a phone\""])
            .prop_map(|asked| Node::NotEvaluable(asked.into())),
        1 => prop::sample::select(vec!["negative", "neutral", "positive"]).prop_map(|tone| {
            Node::Field { name: FieldName::Sentiment, expr: Box::new(Node::Value(tone.into())) }
        }),
    ]
}

/// The tree with words that are the same in every field.
fn plain(node: Node) -> Node {
    let plain_slot = |slot| if slot == Slot::Gap { Slot::Gap } else { Slot::Word("x".into()) };
    let both = |a: Box<Node>, b: Box<Node>| (Box::new(plain(*a)), Box::new(plain(*b)));
    match node {
        Node::Starts(inner) => Node::Starts(Box::new(plain(*inner))),
        Node::Ends(inner) => Node::Ends(Box::new(plain(*inner))),
        Node::Highlight { expr, weight } => {
            Node::Highlight { expr: Box::new(plain(*expr)), weight }
        }
        node if node.children().next().is_none() && !matches!(node, Node::Phrase(_)) => {
            Node::Term("b".into())
        }
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

/// Cases of every property: many more where `HORCH_CASES` asks for them.
fn cases() -> u32 {
    std::env::var("HORCH_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(512)
}

pub fn query(ast: Node) -> Query {
    Query { ast, warnings: vec![], comments: vec![], references: vec![] }
}

pub fn sound(hit: &Hit, post: &Post) {
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
    #![proptest_config(ProptestConfig::with_cases(cases()))]

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
            let found = matcher.matches(&document, &mut scratch);
            let ids: Vec<i64> = found.iter().map(|found| found.watch.0).collect();
            let meant: Vec<i64> = nodes
                .iter()
                .enumerate()
                .filter(|(i, node)| *i != removed && holds(node, &post, &Facts::default()))
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
            prop_assert_eq!(found, holds(&node, &crate::post(part), &Facts::default()), "{} {}", name.as_str(), node);
        }
    }

    #[test]
    fn what_is_printed_parses_back(
        node in prop_oneof![3 => closed(), 1 => (closed(), prop_oneof![field(), beside()])
            .prop_map(|(a, b)| Node::and(vec![a, b]))],
    ) {
        // With a word that every match has, so that shapes are not refused.
        let node = Node::and(vec![Node::Term("word".into()), node]);
        let text = node.to_string();
        let again = parse(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        prop_assert_eq!(&again.ast, &node, "{}", text);
        let surprises = |w: &&Warning| {
            !matches!(w.code, WarningCode::NoData | WarningCode::NotEvaluable)
        };
        prop_assert_eq!(again.warnings.iter().find(surprises), None, "{}", text);
    }

    /// A number within bounds, beside a word of the text.
    #[test]
    fn numbers_are_compared(
        asked in beside(),
        followers in prop::option::of(0_u64..6_000),
        views in prop::option::of(0_u64..6_000),
        likes in prop::option::of(0_u64..3_000),
        replies in prop::option::of(0_u64..3_000),
        published in -5_000_i64..5_000_000,
    ) {
        let Node::Range { field, lo, hi } = asked else { return Ok(()) };
        let mut post = post("windows");
        post.source.followers = followers;
        post.engagement.views = views;
        post.engagement.likes = likes;
        post.engagement.replies = replies;
        post.published = domain::Time(published);
        let number = match field {
            NumberField::Reach => views.or(followers).map(|n| n as i64 * 1_000),
            NumberField::Followers => followers.map(|n| n as i64 * 1_000),
            NumberField::Engagement if likes.is_none() && replies.is_none() => None,
            NumberField::Engagement => {
                Some((likes.unwrap_or(0) + replies.unwrap_or(0)) as i64 * 1_000)
            }
            NumberField::Published => Some(published),
            NumberField::MinuteOfDay => {
                Some(published.div_euclid(60_000).rem_euclid(24 * 60) * 1_000)
            }
            NumberField::Relevance | NumberField::Rating => None,
            NumberField::Sentiment => return Ok(()),
        };
        let above = |n: i64| match lo {
            Bound::Open => true,
            Bound::Incl(lo) => n >= lo,
            Bound::Excl(lo) => n > lo,
        };
        let below = |n: i64| match hi {
            Bound::Open => true,
            Bound::Incl(hi) => n <= hi,
            Bound::Excl(hi) => n < hi,
        };
        let meant = number.is_some_and(|n| above(n) && below(n));
        let ast = Node::and(vec![Node::Term("windows".into()), Node::Range { field, lo, hi }]);
        let mut matcher = Matcher::new();
        matcher.insert(WatchId(1), &query(ast.clone()));
        let document = Document::of(&post);
        let found = matcher.matches(&document, &mut Scratch::default());
        prop_assert_eq!(!found.is_empty(), meant, "{}", ast);
        prop_assert_eq!(matches_one(&query(ast), &document).is_some(), meant);
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
            "ʼ", "ŉ", "'", "_",
        ]), 0..20),
    ) {
        holds_together(&bits.concat())?;
    }
}

#[test]
fn stars_at_the_end_of_a_word_are_one() {
    for text in
        ["a**", "\u{119a0}a**", "\"a b**\"", "#a**", "url:a.example**", "title:a**", "b**c**"]
    {
        holds_together(text).unwrap();
    }
    let of = |text: &str| parse(text).unwrap().ast;
    assert_eq!(of("crash**"), of("crash*"));
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
