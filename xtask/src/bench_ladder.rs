//! `cargo xtask bench ladder`: the screens of stories over a store with many mentions: 1,000 open
//! stories, one of them with 100,000 posts. Pages are asked as a browser asks them, over HTTP, so
//! that queries, drawing and writing all count.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use async_trait::async_trait;
use domain::story::{Because, StoryId};
use domain::{
    AlertRules, Channel, DAY, Engagement, Kinds, NewMention, Platform, Post, Sentiment, Source,
    Tier, Time, Tone, Watch, Way,
};
use store::{Archive, ArchiveOptions, Growth, Ingest, JudgedMention, JudgedPost, Placing, Store};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::bench_replay::option;
use crate::figures::{Figure, Goal, tell};

const NOW: Time = Time(1_790_000_000_000);
/// Posts of the large one.
const LARGE: u64 = 100_000;
/// Posts a transaction.
const BATCH: u64 = 2_000;
/// Sources there are.
const SOURCES: u64 = 40_000;
/// So often each page is asked.
const TIMES: u64 = 100;
/// Stretches of time of the wide drawing.
const SLOTS: u32 = 32;

/// Screens beside, over the same store.
const OTHERS: [(&str, &str); 5] = [
    ("now", "/"),
    ("mentions", "/mentions"),
    ("negative mentions", "/mentions?tone=negative"),
    ("watches", "/watches"),
    ("settings", "/settings"),
];

struct House;

#[async_trait]
impl web::Hooks for House {
    async fn try_way(&self, _: &Way) -> Result<String, String> {
        Err("not here".into())
    }

    fn check_way(&self, _: &Way) -> Result<(), String> {
        Ok(())
    }

    fn check_connector(&self, _: &str, _: &serde_json::Value) -> Result<(), String> {
        Ok(())
    }
}

/// How much there is.
#[derive(Clone, Copy)]
struct Shape {
    mentions: u64,
    /// Open stories; the first is the large one.
    stories: u64,
}

/// Runs the bench. `--mentions N` says how many there are, `--stories N` in how many stories: with
/// the same mentions in each, a smaller store shows what a large one costs a page. `--keep FOLDER`
/// keeps what was stored, and finds it again there.
///
/// # Errors
/// A step fails.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let mentions: u64 = option(args, "--mentions").map_or(Ok(1_000_000), str::parse)?;
    let stories: u64 = option(args, "--stories").map_or(Ok(1_000), str::parse)?;
    ensure!(mentions >= 2 * LARGE, "--mentions needs {} or more", 2 * LARGE);
    ensure!((2..=10_000).contains(&stories), "--stories needs 2 to 10,000");
    let temporary = tempfile::tempdir()?;
    let folder = option(args, "--keep").map_or(temporary.path().to_owned(), PathBuf::from);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(&folder, Shape { mentions, stories }))
}

async fn measure(folder: &Path, shape: Shape) -> anyhow::Result<()> {
    let store = Store::open(folder).await?;
    let filled = fill_once(&store, folder, shape).await?;
    let address = serve(&store, folder).await?;
    let ask = async |path: String| ask(address, &path).await;
    let mut lists = Vec::new();
    let kinds = ["", "?order=biggest", "?order=gravest", "?watch=1", "?rung=trade&grew=1"];
    for n in 0..TIMES {
        lists.push(ask(format!("/stories{}", kinds[n as usize % kinds.len()])).await?);
    }
    let mut pages = Vec::new();
    for n in 0..TIMES {
        pages.push(ask(format!("/stories/{}", 2 + n * 9 % (shape.stories - 1))).await?);
    }
    let (mut large, mut bins) = (Vec::new(), Vec::new());
    for _ in 0..TIMES / 5 {
        large.push(ask("/stories/1".into()).await?);
        let began = Instant::now();
        let found = store.bins(StoryId(1), NOW.plus(-DAY), NOW, SLOTS).await?;
        bins.push(began.elapsed());
        let posts: u64 = found.iter().map(|bin| bin.posts).sum();
        ensure!(posts == LARGE, "the bins hold {posts} posts");
    }
    let mut others = Vec::new();
    for (name, path) in OTHERS {
        let mut took = Vec::new();
        for _ in 0..TIMES / 5 {
            took.push(ask(path.into()).await?);
        }
        others.push(Figure::new(format!("{name}, p95"), p95(&mut took), "ms", Goal::None));
    }
    let mut figures = vec![
        Figure::new("mentions", shape.mentions as f64, "", Goal::None),
        Figure::new("stories", shape.stories as f64, "", Goal::None),
        Figure::new("list of stories, p95", p95(&mut lists), "ms", Goal::AtMost(100.0)),
        Figure::new("page of a story, p95", p95(&mut pages), "ms", Goal::AtMost(100.0)),
        Figure::new("bins of 100,000 posts, p95", p95(&mut bins), "ms", Goal::AtMost(200.0)),
        Figure::new("page of 100,000 posts, p95", p95(&mut large), "ms", Goal::AtMost(200.0)),
    ];
    figures.extend(others);
    if let Some(rate) = filled {
        figures.push(Figure::new("stored and placed a second", rate, "mentions", Goal::None));
    }
    tell("bench-ladder", &figures)
}

/// How long a page takes to come whole.
async fn ask(address: SocketAddr, path: &str) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let took = began.elapsed();
    let answer = String::from_utf8_lossy(&answer);
    ensure!(answer.starts_with("HTTP/1.1 200"), "{path}: {}", answer.lines().next().unwrap_or(""));
    ensure!(answer.contains("</html>"), "{path} has no end");
    Ok(took)
}

/// The 95th percentile in milliseconds.
fn p95(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    let at = (times.len() * 95).div_ceil(100).saturating_sub(1);
    times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

/// The pages, on a port of their own.
async fn serve(store: &Store, folder: &Path) -> anyhow::Result<SocketAddr> {
    let options = ArchiveOptions { folder: folder.join("archive"), days: 30, max_bytes: 1 << 30 };
    let archive = Archive::open(store, options).await?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let router = web::router(web::Options {
        store: store.clone(),
        archive,
        now: Arc::new(|| NOW),
        connectors: Vec::new(),
        notifiers: Vec::new(),
        public_url: format!("http://{address}"),
        demo: None,
        open: true,
        hooks: Arc::new(House),
    })
    .await?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    Ok(address)
}

/// Which story the `n`-th mention is of: the large one takes every so many, the others take turns.
fn story_of(n: u64, shape: Shape) -> u64 {
    let every = shape.mentions / LARGE;
    if n.is_multiple_of(every) && n / every < LARGE {
        return 1;
    }
    let before = (n / every + 1).min(LARGE);
    2 + (n - before) % (shape.stories - 1)
}

/// Fills a store that was not filled before; returns how many mentions it took a second.
async fn fill_once(store: &Store, folder: &Path, shape: Shape) -> anyhow::Result<Option<f64>> {
    let Shape { mentions, stories } = shape;
    let (mark, text) = (folder.join("ladder"), format!("{mentions} mentions, {stories} stories\n"));
    match std::fs::read_to_string(&mark) {
        Ok(held) if held == text => return Ok(None),
        Ok(held) => bail!("{} holds {}; give another folder", folder.display(), held.trim()),
        Err(_) => {
            let held = store.to_place(0, 1).await?.len();
            ensure!(held == 0, "{} was left half filled; remove it", folder.display());
        }
    }
    let began = Instant::now();
    fill(store, shape).await?;
    let seconds = began.elapsed().as_secs_f64();
    std::fs::write(&mark, text)?;
    Ok(Some(mentions as f64 / seconds))
}

async fn fill(store: &Store, shape: Shape) -> anyhow::Result<()> {
    let Shape { mentions, stories } = shape;
    let rules = AlertRules { every: false, negative: false, rise: false, crossing: false };
    let before = NOW.plus(-2 * DAY);
    let watch = store.add_watch("Falkenrot", "falkenrot", rules, before).await?;
    ensure!(watch.id.0 == 1, "the watch has another number");
    let first = store.reserve_stories(stories as u32).await?;
    ensure!(first.0 == 1, "stories begin with another number");
    let mut firsts = vec![None; stories as usize + 1];
    let mut n = 0;
    while n < mentions {
        let end = (n + BATCH).min(mentions);
        let posts = (n..end).map(|n| judged(n, mentions, &watch)).collect();
        store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await?;
        if n == 0 {
            // Rows count up from 1, in the order of posts.
            let placed = store.to_place(0, 3).await?;
            ensure!(placed.iter().map(|one| one.row).eq(1..=3), "rows have other numbers");
        }
        let placed = (n..end).map(|n| placing(n, shape, &watch, &mut firsts)).collect();
        let growth = Growth { placed, up_to: end as i64, ..Growth::default() };
        store.grow(&growth, NOW).await?;
        n = end;
    }
    let told = store.story(StoryId(1)).await?.context("the large story is missing")?;
    ensure!(told.posts == LARGE, "the large story has {} posts", told.posts);
    Ok(())
}

fn placing(n: u64, shape: Shape, watch: &Watch, firsts: &mut [Option<i64>]) -> Placing {
    let (row, story) = (n as i64 + 1, story_of(n, shape));
    let first = *firsts[story as usize].get_or_insert(row);
    let copy = n % 5 == 1 && first != row;
    Placing {
        row,
        watch: watch.id,
        story: StoryId(story as i64),
        copy_of: copy.then_some(first),
        because: match (first == row, copy) {
            (true, _) => Because::First,
            (false, true) => Because::Copy(first),
            (false, false) => Because::Words(first),
        },
        tell: false,
    }
}

/// The `n`-th post: all within a day, from 40,000 sources on every rung.
fn judged(n: u64, mentions: u64, watch: &Watch) -> JudgedPost {
    let published = NOW.plus(-DAY + (DAY as u64 * n / mentions) as i64);
    // A prime step spreads sources over stories.
    let source = n * 7_919 % SOURCES;
    let tier = match source % 1_000 {
        0 => Some(Tier::Leading),
        1..10 => Some(Tier::Trade),
        10..50 => Some(Tier::Professional),
        50..150 => Some(Tier::Community),
        150..700 => Some(Tier::Private),
        _ => None,
    };
    let tone = [Tone::Negative, Tone::Neutral, Tone::Neutral, Tone::Positive][n as usize % 4];
    let body = format!("Die Maschine von Falkenrot tropft, schreibt Nummer {n}. Wer noch?");
    let post = Post {
        platform: Platform::BLUESKY,
        native_id: n.to_string(),
        url: format!("https://post.example/{n}"),
        channel: Channel::Microblog,
        source: Source {
            key: format!("did:{source}"),
            name: format!("Stimme {source}"),
            tier,
            followers: Some(source * 37 % 50_000),
            ..Source::default()
        },
        author: None,
        title: String::new(),
        lead: String::new(),
        body,
        lang: Some("de".into()),
        published,
        received: published.plus(900),
        links: Vec::new(),
        hashtags: Vec::new(),
        mentions: Vec::new(),
        relation: None,
        engagement: Engagement::default(),
        media: Vec::new(),
    };
    let mention = NewMention {
        watch: watch.id,
        watch_version: watch.version,
        spans: Vec::new(),
        why: "falkenrot".into(),
        sentiment: Some(Sentiment { tone, confidence: 0.9 }),
        kinds: if n.is_multiple_of(9) {
            [domain::Kind::Question].into_iter().collect()
        } else {
            Kinds::NONE
        },
        quick: false,
        matched: published.plus(1_200),
    };
    JudgedPost { mentions: vec![JudgedMention { mention, alert: None }], post }
}
