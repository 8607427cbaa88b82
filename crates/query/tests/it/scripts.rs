//! Random posts in ten scripts and random queries over the whole language, held against the oracle.
//! `HORCH_CASES` says how many; a failure names its case.

use std::sync::LazyLock;

use domain::{
    Channel, Engagement, Media, MediaKind, Platform, Post, Relation, RelationKind, Tier, Time,
    WatchId,
};
use query::{
    Bound, Document, Facts, FieldName, Matcher, Node, NumberField, Property, SavedKind, Scratch,
    Slot, matches_one,
};
use text::words::Words;

use crate::oracle::Said;
use crate::random::{query, sound};

const BITS: &[&str] = &[
    // Latin, with marks that stand alone, and words that are forms or parts of each other.
    "Bahn",
    "Bahnen",
    "Bahnstreik",
    "S-Bahn-Chaos",
    "laufen",
    "läuft",
    "Läufer",
    "crash",
    "crashed",
    "Crash’s",
    "roam",
    "foam",
    "Müller",
    "Mu\u{308}ller",
    "mueller",
    "Straße",
    "STRASSE",
    "İstanbul",
    "ﬁne",
    "l’avion",
    "AC/DC",
    "C++",
    "AT&T",
    "3.14",
    "foo_bar",
    "e\u{301}\u{323}",
    "a",
    "b",
    "c",
    // Cyrillic, Greek, Arabic, Hebrew, Devanagari, Thai, Chinese, Japanese, Korean.
    "новости",
    "новость",
    "Ёлка",
    "й",
    "Ελλάδα",
    "ΟΔΟΣ",
    "οδός",
    "عربي",
    "مَدْرَسَة",
    "الأخبار",
    "שלום",
    "שָׁלוֹם",
    "हिन्दी",
    "समाचार",
    "नमस्ते",
    "ข่าว",
    "ภาษาไทย",
    "新聞",
    "今日の新聞",
    "ニュース",
    "がぎ",
    "か\u{3099}",
    "한국어",
    "뉴스",
    "한",
    // Emoji with colours and joined ones.
    "👍",
    "👍🏽",
    "👨‍👩‍👧",
    "❤️",
    "🏳️‍🌈",
    "🇩🇪🇫🇷",
    "1️⃣",
    // What cannot be seen.
    "cra\u{200b}sh",
    "ba\u{ad}hn",
    "a\u{200d}b",
    "\u{202e}abc\u{202c}",
    "\u{feff}x",
    "zero\u{200c}width",
    // Tags, names, addresses.
    "#Bahn",
    "#Müller",
    "#новости",
    "#新聞",
    "@jane",
    "@jane@b.example",
    "$AAPL",
    "https://a.example/bahn?x=1",
    "www.b.example",
    "jane@c.example",
    "?",
    "so?",
    "!",
    "…",
    "(",
    "\"",
];

const GAPS: &[&str] = &[
    " ", " ", " ", " ", " ", " ", "", ". ", "! X", "\n", "\n\n", ", ", "-", "\u{200b}", "\u{a0}",
    "。",
];

/// Every key that a bit is found under, bit by bit.
static KEYS: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    let keys = |bit: &&str| {
        let mut words = Words::new();
        words.push(bit);
        let keys = words.tokens().iter().flat_map(|t| words.keys(t).map(str::to_owned));
        keys.collect::<Vec<String>>()
    };
    BITS.iter().map(keys).collect()
});

/// Splitmix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.roll(n) == 0
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len())]
    }

    fn many<T>(&mut self, from: usize, to: usize, mut each: impl FnMut(&mut Dice) -> T) -> Vec<T> {
        let n = from + self.roll(to - from + 1);
        (0..n).map(|_| each(self)).collect()
    }
}

/// One case: a few words that its posts say and its queries ask for.
struct Maker {
    dice: Dice,
    bits: Vec<usize>,
}

impl Maker {
    fn new(case: u64) -> Maker {
        let mut dice = Dice(case.wrapping_mul(0x1234_5678_9abc_def1));
        let bits = dice.many(3, 10, |dice| dice.roll(BITS.len()));
        Maker { dice, bits }
    }

    fn text(&mut self, most: usize) -> String {
        let words = self.dice.many(0, most, |dice| (*dice.of(&self.bits), *dice.of(GAPS)));
        words.into_iter().flat_map(|(bit, gap)| [BITS[bit], gap]).collect()
    }

    fn post(&mut self) -> Post {
        let mut post = crate::post("");
        post.title = if self.dice.one_in(2) { self.text(5) } else { String::new() };
        post.lead = if self.dice.one_in(3) { self.text(4) } else { String::new() };
        post.body = self.text(14);
        let d = &mut self.dice;
        post.platform = [Platform::BLUESKY, Platform::MASTODON][d.roll(2)].clone();
        post.channel = *d.of(&Channel::ALL);
        post.url = (*d.of(&[
            "https://www.News.example.org/local/Train.html",
            "https://b.example/r/Bahn/1",
            "https://b.example/groups//x",
            "https://a.example/c/новости?x#y",
            "",
        ]))
        .to_owned();
        post.lang = d
            .of(&[None, Some("de"), Some("de-AT"), Some("EN"), Some("ru"), Some("xx")])
            .map(str::to_owned);
        post.author = d.of(&[None, Some("Jane Müller"), Some("")]).map(str::to_owned);
        post.source.name = (*d.of(&["", "Bahn News", "新聞"])).to_owned();
        post.source.handle = (*d.of(&["", "jane", "news.example.org"])).to_owned();
        post.source.key = (*d.of(&["", "did:plc:xyz", "b.example"])).to_owned();
        post.source.tier = [None, Some(*d.of(&Tier::ALL))][d.roll(2)];
        post.source.country = d.of(&[None, Some("DE"), Some("at")]).map(str::to_owned);
        post.source.verified = *d.of(&[None, Some(true), Some(false)]);
        let counts = [None, Some(0), Some(1), Some(7), Some(1_500), Some(u64::MAX)];
        post.source.followers = *d.of(&counts);
        post.engagement = Engagement {
            likes: *d.of(&counts),
            reposts: *d.of(&counts),
            replies: *d.of(&counts),
            views: *d.of(&counts),
        };
        post.published =
            Time(*d.of(&[0, -1, 59_999, 60_000, 1_793_523_600_000, i64::MIN, i64::MAX]));
        post.links = d.many(0, 2, |d| {
            (*d.of(&["https://a.example/bahn", "https://b.example/?q=crash"])).to_owned()
        });
        post.hashtags = d.many(0, 2, |d| (*d.of(&["Bahn", "bahn", "mehr", "новости"])).to_owned());
        post.mentions = d.many(0, 1, |d| (*d.of(&["jane", "rail@b.example"])).to_owned());
        let relation = *d.of(&[RelationKind::Reply, RelationKind::Repost, RelationKind::Quote]);
        post.relation = d.one_in(2).then(|| Relation { kind: relation, to: "x".into() });
        post.media = d.many(0, 1, |d| Media {
            kind: *d.of(&[MediaKind::Image, MediaKind::Video]),
            url: String::new(),
            alt: String::new(),
        });
        post
    }

    fn facts(&mut self) -> Facts {
        let d = &mut self.dice;
        Facts {
            relevance: *d.of(&[None, Some(0), Some(70), Some(100)]),
            rating: *d.of(&[None, Some(1), Some(5)]),
            tags: d.many(0, 2, |d| (*d.of(&["Launch", "später"])).to_owned()),
            reviewed: d.one_in(2),
            deleted: d.one_in(2),
        }
    }

    fn key(&mut self) -> String {
        for _ in 0..8 {
            // Sometimes a word that no post of this case says.
            let bit = if self.dice.one_in(8) {
                self.dice.roll(BITS.len())
            } else {
                *self.dice.of(&self.bits)
            };
            if !KEYS[bit].is_empty() {
                return self.dice.of(&KEYS[bit]).clone();
            }
        }
        "a".to_owned()
    }

    fn start(&mut self) -> String {
        let key = self.key();
        let letters = key.chars().count();
        key.chars().take(1 + self.dice.roll(letters)).collect()
    }

    fn slots(&mut self, prefixes: bool, gaps: bool) -> Vec<Slot> {
        let mut slots: Vec<Slot> = Vec::new();
        for _ in 0..2 + self.dice.roll(2) {
            slots.push(match self.dice.roll(7) {
                0 if prefixes => Slot::Prefix(self.start()),
                1 if gaps => Slot::Gap,
                _ => Slot::Word(self.key()),
            });
        }
        if slots.iter().all(|slot| *slot == Slot::Gap) {
            slots[0] = Slot::Word(self.key());
        }
        slots
    }

    /// A word whose letters were changed, or are not told.
    fn shape(&mut self) -> Node {
        let mut letters: Vec<char> = self.key().chars().collect();
        let (at, last) = (self.dice.roll(letters.len()), letters.len() - 1);
        match self.dice.roll(6) {
            0 => {
                letters[at] = '?';
                Node::Wildcard(letters.into_iter().collect())
            }
            1 => {
                letters.splice(at..at + self.dice.roll(letters.len() - at + 1), ['*']);
                if self.dice.one_in(2) {
                    letters.insert(0, '*');
                }
                Node::Wildcard(letters.into_iter().collect())
            }
            2 | 3 => {
                match self.dice.roll(4) {
                    0 => letters[at] = 'x',
                    1 => letters.insert(at, 'é'),
                    2 if letters.len() > 1 => drop(letters.remove(at)),
                    _ => letters.swap(at, last),
                }
                let edits = 1 + self.dice.roll(2) as u8;
                Node::Fuzzy { word: letters.into_iter().collect(), edits }
            }
            _ => {
                let part: String = letters[..at].iter().collect();
                let part = regex::escape(&part);
                let of = ["ba|bahn", "CRA.*", "[[:alpha:]]{4}", r"\p{Han}", r".+\d", "(?-i:M).*"];
                match self.dice.roll(2) {
                    0 => Node::Regex(format!("{part}.*")),
                    _ => Node::Regex((*self.dice.of(&of)).to_owned()),
                }
            }
        }
    }

    /// What stands at a place that is told by what it says.
    fn placed(&mut self, depth: usize) -> Node {
        if depth == 0 || self.dice.one_in(3) {
            return match self.dice.roll(14) {
                0..=4 => Node::Term(self.key()),
                5 => Node::Prefix(self.start()),
                6 | 7 => Node::Phrase(self.slots(true, true)),
                8 | 9 => self.shape(),
                10 => Node::Stem(self.key()),
                11 => Node::CompoundPart(self.key()),
                12 => self.raw(),
                _ => Node::Starts(Box::new(Node::Prefix(self.start()))),
            };
        }
        let gap = self.dice.roll(4) as u32;
        let ordered = self.dice.one_in(2);
        match self.dice.roll(9) {
            0 => Node::or(self.several(depth, Maker::placed)),
            1 => Node::and(self.several(depth, Maker::placed)),
            2 => Node::Starts(Box::new(self.placed(depth - 1))),
            3 => Node::Ends(Box::new(self.placed(depth - 1))),
            4 => Node::Highlight { expr: Box::new(self.placed(depth - 1)), weight: 2_000 },
            kind => {
                let (a, b) = (Box::new(self.placed(depth - 1)), Box::new(self.placed(depth - 1)));
                match kind {
                    5 => Node::NotNear { gap, a, b },
                    6 => Node::SameSentence { ordered, a, b },
                    7 => Node::SameParagraph { ordered, a, b },
                    _ => Node::Near { gap, ordered, a, b },
                }
            }
        }
    }

    fn raw(&mut self) -> Node {
        let bit = *self.dice.of(&self.bits);
        if KEYS[bit].is_empty() { Node::Term(self.key()) } else { Node::Raw(BITS[bit].to_owned()) }
    }

    fn several(&mut self, depth: usize, each: fn(&mut Maker, usize) -> Node) -> Vec<Node> {
        (0..2 + self.dice.roll(2)).map(|_| each(self, depth - 1)).collect()
    }

    /// A tree over the text.
    fn said(&mut self, depth: usize) -> Node {
        if depth == 0 || self.dice.one_in(4) {
            return match self.dice.roll(8) {
                0 => Node::Window { gap: self.dice.roll(4) as u32, words: self.slots(true, false) },
                1 => Node::Slop { slop: self.dice.roll(5) as u32, words: self.slots(true, false) },
                2 => Node::MinCount {
                    n: 1 + self.dice.roll(3) as u32,
                    expr: Box::new(self.placed(1)),
                },
                _ => self.placed(2),
            };
        }
        self.joined(depth, Maker::said)
    }

    fn joined(&mut self, depth: usize, each: fn(&mut Maker, usize) -> Node) -> Node {
        match self.dice.roll(8) {
            0..=2 => Node::or(self.several(depth, each)),
            3 | 4 => Node::and(self.several(depth, each)),
            5 => {
                let of = self.several(depth, each);
                Node::AtLeast { n: 1 + self.dice.roll(of.len()) as u32, of }
            }
            _ => Node::Not(Box::new(each(self, depth - 1))),
        }
    }

    /// Any tree.
    fn any(&mut self, depth: usize) -> Node {
        if depth == 0 || self.dice.one_in(5) {
            return match self.dice.roll(12) {
                0..=4 => self.said(2),
                5 | 6 => self.field(),
                7 => Node::Is(*self.dice.of(&Property::ALL)),
                8 => self.range(),
                9 => Node::NotEvaluable("gender:female".into()),
                10 => Node::Highlight { expr: Box::new(self.said(1)), weight: 9_000 },
                _ => {
                    let of = (!self.dice.one_in(4)).then(|| Box::new(self.said(1)));
                    Node::Saved { kind: SavedKind::Query, name: "x".into(), of }
                }
            };
        }
        self.joined(depth, Maker::any)
    }

    fn field(&mut self) -> Node {
        let name = *self.dice.of(&FieldName::ALL);
        let values: &[&str] = match name {
            FieldName::Title | FieldName::Lead | FieldName::Body => {
                return Node::Field { name, expr: Box::new(self.said(2)) };
            }
            FieldName::Hashtag | FieldName::Mention => {
                &["bahn", "jane", "новости", "müller", "rail"]
            }
            FieldName::Author | FieldName::Source => {
                &["jane", "muller", "bahn", "news", "example", "did", "xyz", "新", "@jane"]
            }
            FieldName::Url | FieldName::Link => &["bahn", "example", "b", "local", "q", "crash"],
            FieldName::Site => &["example", "example.org", "b.example", "www.news.example.org"],
            FieldName::Lang => &["de", "en", "ru", "xx"],
            FieldName::Country => &["de", "at"],
            FieldName::Channel => &["news", "forum", "microblog", "own"],
            FieldName::Platform => &["bluesky", "mastodon"],
            FieldName::Tier => &["own", "leading", "private"],
            FieldName::Id => &["at://did:plc:abc/app.bsky.feed.post/1", "1"],
            FieldName::Community => &["bahn", "новости", "b.example", "x"],
            FieldName::Tag => &["launch", "später", "spater"],
            FieldName::Sentiment => &["negative", "neutral", "positive"],
        };
        let is_worded = [
            FieldName::Author,
            FieldName::Source,
            FieldName::Url,
            FieldName::Link,
            FieldName::Hashtag,
            FieldName::Mention,
        ]
        .contains(&name);
        let has_order = is_worded && ![FieldName::Hashtag, FieldName::Mention].contains(&name);
        let mut one = |dice: &mut Dice| {
            let value = (*dice.of(values)).to_owned();
            let slots =
                |dice: &mut Dice| dice.many(2, 2, |dice| Slot::Word((*dice.of(values)).to_owned()));
            match dice.roll(8) {
                _ if !is_worded => Node::Value(value),
                0 => Node::Prefix(value.chars().take(2).collect()),
                1 if has_order => Node::Phrase(slots(dice)),
                2 if has_order => Node::Starts(Box::new(Node::Term(value))),
                3 if has_order => Node::Near {
                    gap: 2,
                    ordered: dice.one_in(2),
                    a: Box::new(Node::Term(value)),
                    b: Box::new(Node::Term((*dice.of(values)).to_owned())),
                },
                _ => Node::Term(value),
            }
        };
        let mut all = self.dice.many(1, 2, &mut one);
        if self.dice.one_in(4) {
            all[0] = Node::Not(Box::new(all[0].clone()));
        }
        Node::Field { name, expr: Box::new(Node::or(all)) }
    }

    fn range(&mut self) -> Node {
        let field = *self.dice.of(&NumberField::ALL);
        let ends: &[i64] = match field {
            NumberField::Published => &[i64::MIN, -1, 0, 60_000, 1_793_523_600_000],
            NumberField::Sentiment => &[-1_000, -500, 0, 500, 1_000],
            _ => &[0, 1_000, 7_000, 70_000, 540_000, 1_500_000, 1_439_000],
        };
        let mut bound = || match self.dice.roll(3) {
            0 => Bound::Open,
            1 => Bound::Incl(*self.dice.of(ends)),
            _ => Bound::Excl(*self.dice.of(ends)),
        };
        Node::Range { field, lo: bound(), hi: bound() }
    }
}

fn cases() -> u64 {
    std::env::var("HORCH_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(400)
}

#[test]
fn the_whole_language_means_what_is_said_of_it() {
    let (mut held, mut asked) = (0_u64, 0_u64);
    for case in 0..cases() {
        let mut maker = Maker::new(case);
        let mut matcher = Matcher::new();
        let mut scratch = Scratch::default();
        // What each watch asks for now.
        let mut nodes: Vec<Option<Node>> = vec![None; 6];
        let mut before = Vec::new();
        for _ in 0..3 {
            for (watch, node) in nodes.iter_mut().enumerate() {
                let id = WatchId(watch as i64);
                match maker.dice.roll(4) {
                    0 => {
                        let there = node.take().is_some();
                        assert_eq!(matcher.remove(id), there, "case {case}");
                    }
                    1 if node.is_some() => {}
                    _ => {
                        let other = maker.any(3);
                        matcher.insert(id, &query(other.clone()));
                        *node = Some(other);
                    }
                }
            }
            let (post, facts) = (maker.post(), maker.facts());
            let document = Document::with(&post, facts.clone());
            let said = Said::of(&post, &facts);
            let found = matcher.matches(&document, &mut scratch);
            for (watch, node) in nodes.iter().enumerate() {
                let hit = found.iter().find(|found| found.watch.0 == watch as i64);
                let Some(node) = node else {
                    assert!(hit.is_none(), "case {case}: removed");
                    continue;
                };
                let meant = said.matches(node);
                assert_eq!(
                    hit.is_some(),
                    meant,
                    "case {case}: {node}\n{node:?}\n{post:?}\n{facts:?}"
                );
                let alone = matches_one(&query(node.clone()), &document);
                assert_eq!(hit.map(|hit| &hit.hit), alone.as_ref(), "case {case}: {node}");
                alone.iter().for_each(|hit| sound(hit, &post));
                (held, asked) = (held + u64::from(meant), asked + 1);
            }
            // Versions that readers still hold never change.
            before.push((matcher.snapshot(), nodes.clone()));
            for (snapshot, nodes) in &before {
                let meant: Vec<i64> = (0..)
                    .zip(nodes)
                    .filter(|(_, node)| node.as_ref().is_some_and(|node| said.matches(node)))
                    .map(|(watch, _)| watch)
                    .collect();
                let watches = snapshot.watches(&document, &mut Scratch::default());
                let watches: Vec<i64> = watches.iter().map(|watch| watch.0).collect();
                assert_eq!(watches, meant, "case {case}: an old version");
            }
        }
    }
    // Neither nearly all nor nearly none: both answers are tried.
    assert!((held * 10).clamp(asked * 2, asked * 8) == held * 10, "{held} of {asked}");
}

/// Posts of ten thousand words, with queries that the oracle can afford.
#[test]
fn long_posts() {
    for case in 0..4 {
        let mut maker = Maker::new(1_000_000 + case);
        maker.bits = (0..BITS.len()).collect();
        let mut post = maker.post();
        let mut body = String::new();
        for _ in 0..10_000 {
            body.push_str(BITS[maker.dice.roll(BITS.len())]);
            let gap = maker.dice.roll(GAPS.len());
            body.push_str(GAPS[gap]);
        }
        post.body = body;
        let document = Document::of(&post);
        let said = Said::of(&post, &Facts::default());
        let mut matcher = Matcher::new();
        let mut nodes = Vec::new();
        for watch in 0..30 {
            let rare = [Node::Term("nowhere".into()), Node::Term(maker.key())];
            let near = [maker.key(), maker.key()].map(|key| Box::new(Node::Term(key)));
            let [a, b] = near;
            let node = match watch % 5 {
                0 => Node::Phrase(maker.slots(true, true)),
                1 => Node::and(vec![Node::Phrase(maker.slots(true, true)), rare[1].clone()]),
                2 => Node::Near { gap: 0, ordered: true, a, b },
                3 => {
                    Node::AtLeast { n: 2, of: [&rare[..], &[Node::Prefix(maker.start())]].concat() }
                }
                _ => Node::and(vec![maker.placed(0), Node::Not(Box::new(maker.placed(0)))]),
            };
            matcher.insert(WatchId(watch), &query(node.clone()));
            nodes.push(node);
        }
        let watches = matcher.snapshot().watches(&document, &mut Scratch::default());
        for (watch, node) in (0..).zip(&nodes) {
            assert_eq!(
                watches.contains(&WatchId(watch)),
                said.matches(node),
                "case {case}: {node}"
            );
        }
    }
}
