//! Random posts and random queries, for the archive's tests.

use domain::{
    Channel, Engagement, HOUR, Media, MediaKind, Platform, Post, Relation, RelationKind, Source,
    Tier,
};
use query::{Bound, FieldName, Node, NumberField, Property, Slot};

use super::NOW;

/// A small generator (SplitMix64): the same seed, the same run.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut n = self.0;
        n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        n ^ (n >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize].clone()
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

const BITS: [&str; 36] = [
    "windows",
    "Windows",
    "win",
    "crash",
    "crashed",
    "crashes",
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
    "عربي",
    "S-Bahn",
    "don’t",
    "https://a.example/b",
    "b's",
    "\n\n",
    ". A",
    "e\u{301}",
    "Bahnhof",
    "why?",
];

const KEYS: [&str; 28] = [
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
    "https://a.example/b",
];

const STARTS: [&str; 10] = ["w", "win", "cra", "mu", "mü", "#w", "@ja", "s", "нов", "新"];

pub fn text(random: &mut Random, most: u64) -> String {
    let words: Vec<&str> = (0..random.below(most)).map(|_| random.of(&BITS)).collect();
    words.join(" ")
}

pub fn some_post(random: &mut Random, id: u64) -> Post {
    let received = NOW.plus(-((random.below(4 * 24) as i64) * HOUR));
    let n = random.below(6);
    let tier = [None, Some(Tier::Private), Some(Tier::Trade)][random.below(3) as usize];
    let kinds = [RelationKind::Reply, RelationKind::Repost, RelationKind::Quote];
    let kind = kinds[random.below(3) as usize];
    Post {
        platform: if random.chance(50) { Platform::MASTODON } else { Platform::WEB },
        native_id: id.to_string(),
        url: format!("https://{}.example/r/{}/{id}", random.of(&["a", "b", "www.c"]), n),
        channel: if random.chance(50) { Channel::Microblog } else { Channel::News },
        source: Source {
            key: format!("voice{n}.example"),
            name: format!("Voice {n} {}", random.of(&["", "windows"])),
            handle: if random.chance(50) { format!("voice{n}") } else { String::new() },
            url: format!("https://voice{n}.example"),
            tier,
            followers: Some(random.below(1_000)),
            country: random.chance(50).then(|| "DE".into()),
            verified: Some(random.chance(50)),
            bot: None,
        },
        author: random.chance(30).then(|| "Müller windows".into()),
        title: if random.chance(40) { text(random, 6) } else { String::new() },
        lead: if random.chance(20) { text(random, 6) } else { String::new() },
        body: text(random, 14),
        lang: random.chance(80).then(|| random.of(&["de", "en", "pt-BR"]).to_owned()),
        published: received.plus(-(random.below(3_000_000) as i64)),
        received,
        links: if random.chance(20) { vec!["https://win.example/crash".into()] } else { vec![] },
        hashtags: if random.chance(20) { vec!["Windows".into()] } else { vec![] },
        mentions: if random.chance(20) { vec!["jane".into()] } else { vec![] },
        relation: random.chance(30).then(|| Relation { kind, to: "1".into() }),
        engagement: Engagement { likes: Some(random.below(50)), ..Engagement::default() },
        media: if random.chance(20) {
            vec![Media {
                kind: MediaKind::Image,
                url: "https://a.example/i".into(),
                alt: String::new(),
            }]
        } else {
            vec![]
        },
    }
}

fn slots(random: &mut Random, gaps: bool) -> Vec<Slot> {
    let mut slots: Vec<Slot> = (0..2 + random.below(2))
        .map(|_| match random.below(9) {
            0 | 1 => Slot::Prefix(random.of(&STARTS).into()),
            2 if gaps => Slot::Gap,
            _ => Slot::Word(random.of(&KEYS).into()),
        })
        .collect();
    if slots.iter().all(|slot| *slot == Slot::Gap) {
        slots[0] = Slot::Word("a".into());
    }
    slots
}

fn leaf(random: &mut Random) -> Node {
    match random.below(20) {
        0 | 1 => Node::Prefix(random.of(&STARTS).into()),
        2 | 3 => Node::Phrase(slots(random, true)),
        4 => Node::Window { gap: random.below(4) as u32, words: slots(random, false) },
        5 => Node::Slop { slop: random.below(4) as u32, words: slots(random, false) },
        6 => Node::Wildcard(random.of(&["w*s", "cr?sh", "m*ller", "*bahn*"]).into()),
        7 => Node::Fuzzy { word: random.of(&["windws", "crahs", "müler"]).into(), edits: 1 },
        8 => Node::Regex(random.of(&["win(dows)?", "cra.*d", "[ab]"]).into()),
        9 => Node::Stem(random.of(&["crash", "crashed", "windows"]).into()),
        10 => Node::CompoundPart(random.of(&["bahn", "hof", "windows"]).into()),
        11 => Node::Raw(random.of(&["S-Bahn", "Windows", "crash"]).into()),
        _ => Node::Term(random.of(&KEYS).into()),
    }
}

fn field(random: &mut Random) -> Node {
    let value = |name, values: &[&str], random: &mut Random| Node::Field {
        name,
        expr: Box::new(Node::Value(random.of(values).into())),
    };
    let words = |name, random: &mut Random| Node::Field {
        name,
        expr: Box::new(match random.below(4) {
            0 => Node::Phrase(vec![Slot::Word("voice".into()), Slot::Word("1".into())]),
            1 => Node::Prefix("vo".into()),
            2 => Node::Term(random.of(&["windows", "voice3", "@voice2", "crash", "b"]).into()),
            _ => Node::or(vec![Node::Term("windows".into()), Node::Term("müller".into())]),
        }),
    };
    match random.below(16) {
        0 => value(FieldName::Lang, &["de", "en", "pt"], random),
        1 => value(FieldName::Site, &["example", "a.example", "voice1.example"], random),
        2 => value(FieldName::Id, &["1", "17", "x"], random),
        3 => value(FieldName::Tier, &["trade", "private"], random),
        4 => value(FieldName::Country, &["de", "at"], random),
        5 => value(FieldName::Community, &["1", "a.example"], random),
        6 => value(FieldName::Platform, &["web", "mastodon"], random),
        7 => value(FieldName::Channel, &["news", "microblog"], random),
        8 => words(FieldName::Author, random),
        9 => words(FieldName::Source, random),
        10 => words(FieldName::Url, random),
        11 => words(FieldName::Link, random),
        12 => Node::Field {
            name: FieldName::Hashtag,
            expr: Box::new(Node::Term(random.of(&["windows", "müller"]).into())),
        },
        13 => Node::Is(Property::ALL[random.below(Property::ALL.len() as u64) as usize]),
        14 => {
            let at = NOW.plus(-(random.below(96) as i64) * HOUR).0;
            let range = (Bound::Incl(at), Bound::Excl(at + 30 * HOUR));
            Node::Range { field: NumberField::Published, lo: range.0, hi: range.1 }
        }
        _ => Node::Range {
            field: NumberField::Followers,
            lo: Bound::Excl(random.below(1_000_000) as i64),
            hi: Bound::Open,
        },
    }
}

pub fn tree(random: &mut Random, deep: u64) -> Node {
    if deep == 0 || random.chance(25) {
        return if random.chance(75) { leaf(random) } else { field(random) };
    }
    let inner = |random: &mut Random| tree(random, deep - 1);
    let boxed = |random: &mut Random| Box::new(tree(random, deep - 1));
    let many = |random: &mut Random| -> Vec<Node> {
        (0..2 + random.below(2)).map(|_| inner(random)).collect()
    };
    match random.below(16) {
        0..=3 => Node::and(many(random)),
        4..=6 => Node::or(many(random)),
        7 => Node::and(vec![inner(random), Node::Not(boxed(random))]),
        8 => Node::Not(boxed(random)),
        9 => {
            let gap = random.below(4) as u32;
            Node::Near { gap, ordered: random.chance(50), a: near(random), b: near(random) }
        }
        10 => Node::NotNear { gap: random.below(4) as u32, a: near(random), b: near(random) },
        11 => Node::SameSentence { ordered: random.chance(50), a: near(random), b: near(random) },
        12 => Node::SameParagraph { ordered: random.chance(50), a: near(random), b: near(random) },
        13 => Node::AtLeast { n: 1 + random.below(2) as u32, of: many(random) },
        14 => Node::MinCount { n: 1 + random.below(2) as u32, expr: Box::new(leaf(random)) },
        _ => {
            let parts = [FieldName::Title, FieldName::Lead, FieldName::Body];
            Node::Field { name: parts[random.below(3) as usize], expr: text_only(random) }
        }
    }
}

fn near(random: &mut Random) -> Box<Node> {
    Box::new(match random.below(4) {
        0 => Node::or(vec![leaf(random), leaf(random)]),
        1 => leaf(random),
        _ => Node::Term(random.of(&KEYS).into()),
    })
}

fn text_only(random: &mut Random) -> Box<Node> {
    Box::new(match random.below(3) {
        0 => Node::and(vec![leaf(random), Node::Not(Box::new(leaf(random)))]),
        1 => Node::Near { gap: 2, ordered: false, a: near(random), b: near(random) },
        _ => leaf(random),
    })
}
