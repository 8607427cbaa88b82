//! The archive finds what the matcher matches: no more, no less, whatever happened to the posts.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use domain::{
    Channel, DAY, Engagement, HOUR, Media, MediaKind, Platform, Post, PostId, Relation,
    RelationKind, Source, Tier, Time, WatchId,
};
use query::{
    Bound, Document, FieldName, Matcher, Node, NumberField, Property, Query, Scratch, Slot,
};
use store::{Archive, ArchiveOptions, Ask, Counted, Cursor, Decide, Ingest, JudgedPost, Store};

use super::{NOW, batch, opened};

/// A small generator (SplitMix64): the same seed, the same run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut n = self.0;
        n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        n ^ (n >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u64) as usize]
    }

    fn chance(&mut self, percent: u64) -> bool {
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

fn text(random: &mut Random, most: u64) -> String {
    let words: Vec<&str> = (0..random.below(most)).map(|_| random.of(&BITS)).collect();
    words.join(" ")
}

fn some_post(random: &mut Random, id: u64) -> Post {
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

fn tree(random: &mut Random, deep: u64) -> Node {
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

fn query_of(ast: Node) -> Query {
    let mut query = query::parse("a").unwrap();
    query.ast = ast;
    query
}

fn options(folder: &Path) -> ArchiveOptions {
    ArchiveOptions { folder: folder.join("archive"), days: 30, max_bytes: u64::MAX }
}

async fn follow(archive: &Archive) {
    for _ in 0..1_000 {
        let done = archive.catch_up(NOW).await.unwrap();
        assert!(!done.elsewhere);
        if done.behind == 0 {
            return;
        }
    }
    panic!("the archive never catches up");
}

fn decide(query: &Query) -> Decide {
    let mut matcher = Matcher::new();
    matcher.insert(WatchId(0), query);
    Arc::new(move |post| !matcher.matches(&Document::of(post), &mut Scratch::default()).is_empty())
}

/// What the latest versions in the store say, by matching each live.
struct Truth {
    posts: HashMap<PostId, Post>,
}

impl Truth {
    async fn of(store: &Store, ids: &[PostId]) -> Truth {
        let mut posts = HashMap::new();
        for id in ids {
            if let Some(post) = store.post(*id).await.unwrap() {
                posts.insert(*id, post);
            }
        }
        Truth { posts }
    }

    fn matches(&self, queries: &[Query]) -> Vec<Vec<PostId>> {
        let mut matcher = Matcher::new();
        for (i, query) in queries.iter().enumerate() {
            matcher.insert(WatchId(i as i64), query);
        }
        let mut found = vec![Vec::new(); queries.len()];
        let mut scratch = Scratch::default();
        for (id, post) in &self.posts {
            for hit in matcher.matches(&Document::of(post), &mut scratch) {
                found[hit.watch.0 as usize].push(*id);
            }
        }
        found.iter_mut().for_each(|ids| ids.sort_unstable());
        found
    }
}

async fn agree(archive: &Archive, truth: &Truth, random: &mut Random, many: usize) -> [u64; 3] {
    let queries: Vec<Query> = (0..many).map(|_| query_of(tree(random, 3))).collect();
    let mut kinds = [0; 3];
    for (n, (query, meant)) in queries.iter().zip(truth.matches(&queries)).enumerate() {
        let decide = decide(query);
        let ask = Ask { limit: 10_000, ..Ask::default() };
        let found = archive.search(&query.ast, ask, Arc::clone(&decide)).await.unwrap();
        assert!(found.complete && found.next.is_none());
        let times: Vec<Time> = found.posts.iter().map(|post| post.published).collect();
        assert!(times.is_sorted_by(|a, b| a >= b), "{}", query.ast);
        let mut ids: Vec<PostId> = found.posts.iter().map(Post::id).collect();
        ids.sort_unstable();
        assert_eq!(ids, meant, "{} {:?}", query.ast, query.ast);

        if n % 3 > 0 {
            continue;
        }
        let (since, until) = (NOW.plus(-6 * DAY), NOW.plus(HOUR));
        let hours = archive.hours(&query.ast, since, until, decide).await.unwrap();
        assert_eq!(hours.total(), meant.len() as u64, "{} {:?}", query.ast, query.ast);
        let mut counts: BTreeMap<Time, u64> = BTreeMap::new();
        for post in &found.posts {
            *counts.entry(post.published.bucket(HOUR)).or_default() += 1;
        }
        for hour in &hours.hours {
            assert_eq!(hour.posts, counts.remove(&hour.at).unwrap_or(0), "{}", query.ast);
        }
        kinds[match hours.how {
            Counted::Exact => 0,
            Counted::Verified => 1,
            Counted::Estimated { .. } => 2,
        }] += 1;
    }
    kinds
}

/// Thousands of random queries over posts that come, change and go.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn archive_and_live_matching_agree() {
    let (folder, store) = opened().await;
    let archive = Archive::open(&store, options(folder.path())).await.unwrap();
    let mut random = Random(7);
    let mut ids: Vec<PostId> = Vec::new();
    let mut kept: Vec<Post> = Vec::new();
    let mut kinds = [0; 3];
    for round in 0..6 {
        let mut ingest = Ingest::default();
        for n in 0..50 {
            let post = some_post(&mut random, round * 50 + n);
            ids.push(post.id());
            kept.push(post.clone());
            ingest.posts.push(JudgedPost { post, mentions: vec![] });
        }
        if round > 0 {
            for _ in 0..15 {
                let at = random.below(kept.len() as u64) as usize;
                let post = &mut kept[at];
                post.body = text(&mut random, 14);
                post.title = text(&mut random, 5);
                post.source.name = format!("Voice {} anew", random.below(6));
                ingest.posts.push(JudgedPost { post: post.clone(), mentions: vec![] });
            }
            for _ in 0..7 {
                ingest.deleted.push(ids[random.below(ids.len() as u64) as usize]);
            }
            let key = format!("voice{}.example", random.below(6));
            let name = format!("Renamed windows {round}");
            let profile = Source { key, name, ..Source::default() };
            ingest.profiles.push((Platform::WEB, profile));
        }
        store.ingest(&ingest, NOW).await.unwrap();
        follow(&archive).await;
        let truth = Truth::of(&store, &ids).await;
        assert_eq!(archive.status().await.unwrap().posts, truth.posts.len() as u64);
        for (sum, more) in kinds.iter_mut().zip(agree(&archive, &truth, &mut random, 350).await) {
            *sum += more;
        }
    }
    assert!(kinds[0] > 150 && kinds[1] > 150 && kinds[2] == 0, "{kinds:?}");
}

async fn find(archive: &Archive, text: &str) -> Vec<String> {
    let query = query::parse(text).unwrap();
    let found =
        archive.search(&query.ast, Ask { limit: 1_000, ..Ask::default() }, decide(&query)).await;
    let mut ids: Vec<String> =
        found.unwrap().posts.into_iter().map(|post| post.native_id).collect();
    ids.sort_unstable();
    ids
}

/// How many posts the index alone counts: what it holds, whatever the store says.
async fn counted(archive: &Archive, text: &str) -> u64 {
    let query = query::parse(text).unwrap();
    let (since, until) = (NOW.plus(-40 * DAY), NOW.plus(HOUR));
    let hours = archive.hours(&query.ast, since, until, decide(&query)).await.unwrap();
    assert_eq!(hours.how, Counted::Exact);
    hours.total()
}

fn received(id: &str, body: &str, days_ago: i64) -> JudgedPost {
    let mut post = super::post(id, body);
    post.received = NOW.plus(-days_ago * DAY);
    post.published = post.received.plus(-1_000);
    JudgedPost { post, mentions: vec![] }
}

#[tokio::test]
async fn pages_follow_each_other() {
    let (folder, store) = opened().await;
    let archive = Archive::open(&store, options(folder.path())).await.unwrap();
    let mut random = Random(3);
    let posts: Vec<JudgedPost> = (0..60)
        .map(|n| {
            let mut judged = received(&n.to_string(), "train", 0);
            // Many share a moment.
            judged.post.published = NOW.plus(-((random.below(10) as i64) * HOUR) - 2 * DAY);
            judged
        })
        .collect();
    store.ingest(&batch(posts), NOW).await.unwrap();
    follow(&archive).await;
    for text in ["train", "train NEAR/3 train OR train"] {
        let query = query::parse(text).unwrap();
        let mut ask = Ask { limit: 7, ..Ask::default() };
        let mut seen: Vec<Post> = Vec::new();
        loop {
            let page = archive.search(&query.ast, ask, decide(&query)).await.unwrap();
            assert!(page.complete);
            seen.extend(page.posts);
            match page.next {
                Some(next) => ask.before = Some(next.to_string().parse::<Cursor>().unwrap()),
                None => break,
            }
        }
        assert_eq!(seen.len(), 60, "{text}");
        assert!(seen.is_sorted_by(|a, b| a.published >= b.published));
        let ids: std::collections::HashSet<PostId> = seen.iter().map(Post::id).collect();
        assert_eq!(ids.len(), 60);

        let (sink, mut posts) = tokio::sync::mpsc::channel(100);
        let ask = Ask { limit: 50, ..Ask::default() };
        assert_eq!(archive.each(&query.ast, ask, decide(&query), sink).await.unwrap(), 50);
        assert_eq!(posts.recv().await, seen.first().cloned());
    }
    let query = query::parse("train").unwrap();
    let (since, until) = (NOW.plus(-2 * DAY - 5 * HOUR), NOW.plus(-2 * DAY - 2 * HOUR));
    let ask = Ask { since: Some(since), until: Some(until), limit: 99, ..Ask::default() };
    let page = archive.search(&query.ast, ask, decide(&query)).await.unwrap();
    assert!(page.posts.iter().all(|post| post.published >= since && post.published < until));
    let hours = archive.hours(&query.ast, since, until, decide(&query)).await.unwrap();
    assert_eq!(hours.total(), page.posts.len() as u64);
    assert_eq!(hours.hours.len(), 4);
}

#[test]
fn only_places_are_read_as_places() {
    let place = Cursor { published: Time(-5), row: 7 };
    assert_eq!(place.to_string().parse::<Cursor>().unwrap(), place);
    for text in ["", "5", "a.b", "1.", ".1", "1.2.3"] {
        assert!(text.parse::<Cursor>().is_err(), "{text:?}");
    }
}

/// A process that dies after the days were committed and before the position was written or the
/// changes were trimmed finds the index ahead of the position. Played by putting the older database
/// and position back beside the newer days.
#[tokio::test]
async fn an_index_ahead_of_its_position_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("horch.db");
    let place = folder.path().join("archive/position.json");
    {
        let store = Store::open(folder.path()).await.unwrap();
        let archive = Archive::open(&store, options(folder.path())).await.unwrap();
        let posts = vec![received("1", "old train", 0), received("2", "old train", 1)];
        store.ingest(&batch(posts), NOW).await.unwrap();
        follow(&archive).await;
        // What the index is about to take in: an edit, a deletion, new posts on two days.
        let posts = vec![
            received("1", "new bus", 0),
            received("3", "train", 0),
            received("4", "train", 1),
            received("5", "train", 1),
        ];
        let deleted = vec![super::post("2", "").id()];
        store.ingest(&Ingest { posts, deleted, ..Ingest::default() }, NOW).await.unwrap();
        store.close().await;
    }
    let (database_then, place_then) =
        (std::fs::read(&database).unwrap(), std::fs::read(&place).unwrap());
    {
        let store = Store::open(folder.path()).await.unwrap();
        let archive = Archive::open(&store, options(folder.path())).await.unwrap();
        follow(&archive).await;
        store.close().await;
    }
    std::fs::write(&database, database_then).unwrap();
    std::fs::write(&place, place_then).unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    // What is in the index by then may change or go before it is taken in again.
    let posts = vec![received("4", "edited bus", 1)];
    let deleted = vec![super::post("5", "").id()];
    store.ingest(&Ingest { posts, deleted, ..Ingest::default() }, NOW).await.unwrap();
    let archive = Archive::open(&store, options(folder.path())).await.unwrap();
    follow(&archive).await;
    assert_eq!(find(&archive, "train").await, ["3"]);
    assert_eq!(find(&archive, "bus").await, ["1", "4"]);
    assert_eq!((counted(&archive, "train").await, counted(&archive, "bus").await), (1, 2));
    assert_eq!(archive.status().await.unwrap().posts, 3);
}

#[tokio::test]
async fn what_is_damaged_or_missing_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let path = folder.path().join("archive");
    {
        let archive = Archive::open(&store, options(folder.path())).await.unwrap();
        let posts = (0..20).map(|n| received(&n.to_string(), "train", n % 3)).collect();
        store.ingest(&batch(posts), NOW).await.unwrap();
        follow(&archive).await;
        assert_eq!(counted(&archive, "train").await, 20);
    }
    let days = || -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path());
        let mut days: Vec<_> = entries.filter(|path| path.is_dir()).collect();
        days.sort();
        days
    };
    let damages: [&dyn Fn(); 5] = [
        &|| std::fs::remove_dir_all(&days()[0]).unwrap(),
        &|| std::fs::write(days()[1].join("meta.json"), "{").unwrap(),
        &|| std::fs::write(path.join("position.json"), "{\"format\":0}").unwrap(),
        &|| std::fs::remove_dir_all(&path).unwrap(),
        &|| {
            for entry in std::fs::read_dir(&days()[2]).unwrap() {
                let file = entry.unwrap().path();
                if file.extension().is_some_and(|kind| kind == "term" || kind == "idx") {
                    std::fs::write(file, "").unwrap();
                }
            }
        },
    ];
    for damage in damages {
        damage();
        let archive = Archive::open(&store, options(folder.path())).await.unwrap();
        // Whoever searches before it is mended is told, or finds less; nobody is hurt.
        let query = query::parse("train").unwrap();
        let _ = archive.search(&query.ast, Ask::default(), decide(&query)).await;
        follow(&archive).await;
        assert_eq!(counted(&archive, "train").await, 20);
        assert_eq!(find(&archive, "train").await.len(), 20);
    }
}

#[tokio::test]
async fn a_rebuild_finds_everything_again_while_posts_come() {
    let (folder, store) = opened().await;
    let archive = Archive::open(&store, options(folder.path())).await.unwrap();
    let posts = (0..50).map(|n| received(&n.to_string(), "train", n % 3)).collect();
    store.ingest(&batch(posts), NOW).await.unwrap();
    follow(&archive).await;
    // Another process asks; the one who follows does it.
    let other = Archive::open(&store, options(folder.path())).await.unwrap();
    assert!(other.catch_up(NOW).await.unwrap().elsewhere);
    assert_eq!(find(&other, "train").await.len(), 50);
    let goes_on = tokio::spawn({
        let archive = archive.clone();
        async move {
            loop {
                archive.catch_up(NOW).await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }
    });
    store.ingest(&batch(vec![received("new", "train", 0)]), NOW).await.unwrap();
    let mut told = Vec::new();
    let done = other.rebuild(|done, all| told.push((done, all))).await.unwrap();
    goes_on.abort();
    assert_eq!((done, told.last()), (51, Some(&(51, 51))));
    assert_eq!(counted(&archive, "train").await, 51);
}

#[tokio::test]
async fn old_days_go_with_their_posts_and_mentioned_posts_stay() {
    let (folder, store) = opened().await;
    let watch = super::add_watch(&store, "w").await;
    let few = ArchiveOptions { days: 3, ..options(folder.path()) };
    let archive = Archive::open(&store, few.clone()).await.unwrap();
    let mut posts: Vec<JudgedPost> =
        (0..30).map(|n| received(&n.to_string(), "train", n % 6)).collect();
    posts.push(super::judged(received("kept", "train", 5).post, &[&watch]));
    store.ingest(&batch(posts), NOW).await.unwrap();
    follow(&archive).await;
    assert_eq!(archive.status().await.unwrap().days, 6);
    let dropped = archive.drop_old(NOW).await.unwrap();
    assert_eq!((dropped.days, dropped.posts), (3, 15));
    follow(&archive).await;
    let status = archive.status().await.unwrap();
    assert_eq!((status.days, status.posts, status.behind), (3, 15, 0));
    assert_eq!(store.totals().await.unwrap().posts, 16);
    assert_eq!(find(&archive, "train").await.len(), 15);
    // What comes late for a day that is gone stays out.
    store.ingest(&batch(vec![received("late", "train", 5)]), NOW).await.unwrap();
    follow(&archive).await;
    assert_eq!(archive.status().await.unwrap().days, 3);
    // However small the cap is, today stays.
    drop(archive);
    let archive = Archive::open(&store, ArchiveOptions { max_bytes: 1, ..few }).await.unwrap();
    follow(&archive).await;
    assert_eq!(archive.drop_old(NOW).await.unwrap().days, 2);
    assert_eq!(find(&archive, "train").await.len(), 5);
}

const FOLDER: &str = "HORCH_ARCHIVE_TEST_FOLDER";

/// Does nothing unless it is the child: stores, edits, deletes and follows until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let folder = Path::new(&folder);
    let store = Store::open(folder).await.unwrap();
    let archive = Archive::open(&store, options(folder)).await.unwrap();
    let follows = async {
        loop {
            archive.catch_up(NOW).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let stores = async {
        for n in store.totals().await.unwrap().posts.. {
            let mut posts: Vec<JudgedPost> =
                (0..20).map(|k| received(&format!("{n} {k}"), "train", k % 3)).collect();
            if n > 0 {
                posts.push(received(&format!("{} 1", n - 1), "bus", 1));
            }
            let deleted = vec![super::post(&format!("{} 2", n.saturating_sub(1)), "").id()];
            let ingest = Ingest { posts, deleted, ..Ingest::default() };
            store.ingest(&ingest, NOW).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::join!(follows, stores);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_kill_at_any_moment_leaves_index_and_store_at_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut moment = u64::from(std::process::id());
    for _ in 0..5 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["archive::child", "--exact", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        tokio::time::sleep(std::time::Duration::from_millis(400 + moment % 1_500)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let archive = Archive::open(&store, options(folder.path())).await.unwrap();
        follow(&archive).await;
        let posts = store.totals().await.unwrap().posts;
        assert_eq!(archive.status().await.unwrap().posts, posts);
        for word in ["train", "bus"] {
            let query = query::parse(word).unwrap();
            let ask = Ask { limit: 100_000, ..Ask::default() };
            let found = archive.search(&query.ast, ask, decide(&query)).await.unwrap();
            assert_eq!(counted(&archive, word).await, found.posts.len() as u64, "{word}");
        }
        assert_eq!(counted(&archive, "train OR bus").await, posts);
        store.close().await;
    }
    let store = Store::open(folder.path()).await.unwrap();
    assert!(store.totals().await.unwrap().posts > 40, "the children did nothing");
}
