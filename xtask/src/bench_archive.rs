//! `cargo xtask bench archive`: everything heard, stored and indexed, then asked: rates, bytes a
//! post, first pages, counts per hour, and how soon a deleted post is gone.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use domain::{Channel, DAY, Engagement, HOUR, Platform, Post, Source, Time, WatchId};
use flate2::read::GzDecoder;
use query::{Document, Matcher, Query, Scratch};
use store::{Archive, ArchiveOptions, Ask, Counted, Decide, Ingest, JudgedPost, Store};

use crate::bench_replay::option;
use crate::figures::{Figure, Goal, root, tell};
use crate::process::cpu_seconds;

/// The posts lie so.
const DATA: &str = "../shared/data/match/posts.txt.gz";
/// Posts a batch, as a busy flow stores them.
const BATCH: u64 = 1_000;
/// Posts lie in so many days before this moment.
const DAYS: i64 = 30;
const NOW: Time = Time(1_760_000_000_000);
/// Sources there are.
const SOURCES: u64 = 50_000;
/// Questions of a kind, each asked so often.
const QUESTIONS: usize = 12;
const TIMES: usize = 3;

/// Runs the bench. `--posts N` says how many there are, `--keep FOLDER` where they are kept and
/// found again the next time.
///
/// # Errors
/// A step fails.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let posts: u64 = option(args, "--posts").map_or(Ok(1_000_000), str::parse)?;
    let temporary = tempfile::tempdir()?;
    let folder = option(args, "--keep").map_or(temporary.path().to_owned(), PathBuf::from);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(&folder, posts))
}

async fn measure(folder: &Path, posts: u64) -> anyhow::Result<()> {
    let corpus = Corpus::read()?;
    let mut figures = vec![Figure::new("posts", posts as f64, "", Goal::None)];
    let store = Store::open(folder).await?;
    fill(&store, &corpus, posts, &mut figures).await?;
    let options = ArchiveOptions {
        folder: folder.join("archive"),
        days: 10 * DAYS as u32,
        max_bytes: u64::MAX,
    };
    let archive = Archive::open(&store, options).await?;
    index(&archive, &mut figures).await?;
    let status = archive.status().await?;
    let each = |bytes: u64| bytes as f64 / status.posts.max(1) as f64;
    figures.push(Figure::new("index", each(status.index_bytes), "bytes a post", Goal::None));
    figures.push(Figure::new("store", each(status.store_bytes), "bytes a post", Goal::None));
    ask(&archive, &corpus, &mut figures).await?;
    delete(&store, &archive, &corpus, posts, &mut figures).await?;
    tell("archive", &figures)?;
    store.close().await;
    Ok(())
}

/// Stores what is not there yet.
async fn fill(
    store: &Store,
    corpus: &Corpus,
    posts: u64,
    figures: &mut Vec<Figure>,
) -> anyhow::Result<()> {
    let there = store.totals().await?.posts;
    let mut mark = (Instant::now(), there);
    let mut n = there;
    while n < posts {
        let end = (n + BATCH).min(posts);
        let ingest = Ingest {
            posts: (n..end)
                .map(|n| JudgedPost { post: corpus.post(n, posts), mentions: vec![] })
                .collect(),
            ..Ingest::default()
        };
        store.ingest(&ingest, NOW).await?;
        n = end;
        if n % 1_000_000 == 0 || n == posts {
            let rate = (n - mark.1) as f64 / mark.0.elapsed().as_secs_f64();
            eprintln!("stored {n}: {rate:.0} posts/s");
            let name = format!("stored, up to {n}");
            figures.push(Figure::new(name, rate, "posts/s", Goal::AtLeast(10_000.0)));
            mark = (Instant::now(), n);
        }
    }
    Ok(())
}

/// Indexes what is not indexed yet.
async fn index(archive: &Archive, figures: &mut Vec<Figure>) -> anyhow::Result<()> {
    let began = Instant::now();
    let me = std::process::id();
    let cpu = cpu_seconds(me).unwrap_or_default();
    let mut indexed = 0;
    let mut told = 0;
    loop {
        let done = archive.catch_up(NOW.plus(-DAY)).await?;
        indexed += done.indexed;
        if indexed / 1_000_000 > told {
            told = indexed / 1_000_000;
            let rate = indexed as f64 / began.elapsed().as_secs_f64();
            eprintln!("indexed {indexed}: {rate:.0} posts/s");
        }
        if done.behind == 0 {
            break;
        }
    }
    let wall = began.elapsed().as_secs_f64();
    let core = cpu_seconds(me).unwrap_or_default() - cpu;
    if indexed > 0 {
        let rate = indexed as f64;
        figures.push(Figure::new("indexed", rate / wall, "posts/s", Goal::None));
        let goal = Goal::AtLeast(10_000.0);
        figures.push(Figure::new("indexed", rate / core, "posts/s and core", goal));
    }
    // Days that are over are put into one piece each.
    let began = Instant::now();
    for _ in 0..=DAYS {
        archive.catch_up(NOW.plus(2 * DAY)).await?;
    }
    figures.push(Figure::new("days sealed in", began.elapsed().as_secs_f64(), "s", Goal::None));
    Ok(())
}

async fn ask(archive: &Archive, corpus: &Corpus, figures: &mut Vec<Figure>) -> anyhow::Result<()> {
    for (kind, questions) in corpus.questions() {
        let mut pages = Vec::new();
        let mut counts = Vec::new();
        let mut estimated = 0;
        let mut most = 0;
        for text in questions {
            let query = query::parse(&text).map_err(|e| anyhow::anyhow!("{text}: {e:?}"))?;
            let decide = decide(&query);
            for _ in 0..TIMES {
                let began = Instant::now();
                archive.search(&query.ast, Ask::default(), Arc::clone(&decide)).await?;
                pages.push(began.elapsed());
            }
            let began = Instant::now();
            let since = NOW.plus(-DAYS * DAY);
            let hours = archive.hours(&query.ast, since, NOW, Arc::clone(&decide)).await?;
            counts.push(began.elapsed());
            estimated += u64::from(matches!(hours.how, Counted::Estimated { .. }));
            most = most.max(hours.total());
        }
        figures.push(Figure::new(format!("{kind}: matches at most"), most as f64, "", Goal::None));
        let page = |p| millis(&pages, p);
        figures.push(Figure::new(format!("{kind}: first page, p50"), page(50), "ms", Goal::None));
        let goal = Goal::AtMost(100.0);
        figures.push(Figure::new(format!("{kind}: first page, p95"), page(95), "ms", goal));
        let count = |p| millis(&counts, p);
        figures.push(Figure::new(format!("{kind}: 30 days, p50"), count(50), "ms", Goal::None));
        let goal = Goal::AtMost(1_000.0);
        figures.push(Figure::new(format!("{kind}: 30 days, p95"), count(95), "ms", goal));
        let name = format!("{kind}: counts estimated");
        figures.push(Figure::new(name, estimated as f64, "", Goal::None));
    }
    Ok(())
}

/// How long a deleted post is still counted.
async fn delete(
    store: &Store,
    archive: &Archive,
    corpus: &Corpus,
    posts: u64,
    figures: &mut Vec<Figure>,
) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for n in 0..5 {
        let post = corpus.post(posts - 1 - n * 7, posts);
        let query = query::parse(&format!("id:{}", post.native_id))
            .map_err(|e| anyhow::anyhow!("{e:?}"))?;
        let decide = decide(&query);
        let count =
            || archive.hours(&query.ast, NOW.plus(-DAY), NOW.plus(HOUR), Arc::clone(&decide));
        if count().await?.total() == 0 {
            continue;
        }
        let began = Instant::now();
        let ingest = Ingest { deleted: vec![post.id()], ..Ingest::default() };
        store.ingest(&ingest, NOW).await?;
        while count().await?.total() > 0 {
            archive.catch_up(NOW).await?;
            anyhow::ensure!(began.elapsed() < Duration::from_secs(60), "a deleted post stays");
        }
        times.push(began.elapsed());
    }
    let goal = Goal::AtMost(60_000.0);
    figures.push(Figure::new("deleted and gone after", millis(&times, 100), "ms", goal));
    Ok(())
}

fn decide(query: &Query) -> Decide {
    let mut matcher = Matcher::new();
    matcher.insert(WatchId(0), query);
    Arc::new(move |post| !matcher.matches(&Document::of(post), &mut Scratch::default()).is_empty())
}

fn millis(times: &[Duration], percent: usize) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    let at = (times.len() * percent).div_ceil(100).saturating_sub(1);
    times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
}

/// Texts, and how often their words are in them.
struct Corpus {
    texts: Vec<String>,
    words: Vec<(String, usize)>,
    pairs: Vec<((String, String), usize)>,
}

impl Corpus {
    fn read() -> anyhow::Result<Corpus> {
        let path = root().join(DATA);
        let file =
            std::fs::File::open(&path).with_context(|| format!("{} is needed", path.display()))?;
        let texts: Vec<String> =
            BufReader::new(GzDecoder::new(file)).lines().collect::<Result<_, _>>()?;
        let mut words: HashMap<String, usize> = HashMap::new();
        let mut pairs: HashMap<(String, String), usize> = HashMap::new();
        for text in &texts {
            let all: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
            let is_word =
                |word: &str| word.len() > 2 && word.bytes().all(|b| b.is_ascii_lowercase());
            let distinct: HashSet<&String> = all.iter().filter(|word| is_word(word)).collect();
            for word in distinct {
                *words.entry(word.clone()).or_default() += 1;
            }
            let near: HashSet<(String, String)> = all
                .windows(2)
                .filter(|pair| pair.iter().all(|word| is_word(word)) && pair[0] != pair[1])
                .map(|pair| (pair[0].clone(), pair[1].clone()))
                .collect();
            for pair in near {
                *pairs.entry(pair).or_default() += 1;
            }
        }
        let mut words: Vec<_> = words.into_iter().collect();
        words.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(Corpus { texts, words, pairs })
    }

    /// Post number `n` of `all`: the first half of one text, the second half of another.
    fn post(&self, n: u64, all: u64) -> Post {
        let half = |text: &str, second: bool| -> String {
            let words: Vec<&str> = text.split(' ').collect();
            let (a, b) = words.split_at(words.len() / 2);
            if second { b.join(" ") } else { a.join(" ") }
        };
        let pick = |salt: u64| &self.texts[(mix(n ^ salt) % self.texts.len() as u64) as usize];
        let body = format!("{} {}", half(pick(1 << 40), false), half(pick(1 << 41), true));
        let source = mix(n ^ (1 << 42)) % SOURCES;
        // A few speak often, most seldom.
        let source = source * source / SOURCES;
        let received =
            NOW.plus(-DAYS * DAY + (n as i128 * (DAYS * DAY) as i128 / all as i128) as i64);
        let native_id = format!("{:016x}", mix(n));
        Post {
            platform: Platform::named("bluesky"),
            url: format!("https://social.example/@voice{source}/{native_id}"),
            native_id,
            channel: Channel::Microblog,
            source: Source {
                key: format!("did:plc:{:020}", source),
                name: format!("Voice {source}"),
                handle: format!("voice{source}.social.example"),
                ..Source::default()
            },
            author: None,
            title: String::new(),
            lead: String::new(),
            body,
            lang: Some("en".into()),
            published: received.plus(-((mix(n ^ (1 << 43)) % 20_000) as i64)),
            received,
            links: vec![],
            hashtags: vec![],
            mentions: vec![],
            relation: None,
            engagement: Engagement::default(),
            media: vec![],
        }
    }

    /// Questions of each kind: from the most frequent words to rare ones.
    fn questions(&self) -> Vec<(&'static str, Vec<String>)> {
        let words = spread(&self.words);
        let pairs = spread(&self.pairs);
        // Frequent words that seldom stand together are the hardest.
        let hard = (0..4).map(|n| {
            let (a, b) = (&self.words[n * 3].0, &self.words[n * 3 + 1].0);
            format!("{a} NEAR/5 {b}")
        });
        vec![
            ("term", words.iter().map(|(word, _)| word.clone()).collect()),
            ("phrase", pairs.iter().map(|((a, b), _)| format!("\"{a} {b}\"")).collect()),
            (
                "near",
                pairs.iter().map(|((a, b), _)| format!("{a} NEAR/5 {b}")).chain(hard).collect(),
            ),
            ("sentence", pairs.iter().map(|((a, b), _)| format!("{a} SENTENCE {b}")).collect()),
        ]
    }
}

/// Some of a list, closer together at its beginning.
fn spread<T>(all: &[T]) -> Vec<&T> {
    let last = all.len().saturating_sub(1) as f64;
    (0..QUESTIONS)
        .filter_map(|i| {
            let share = i as f64 / (QUESTIONS - 1) as f64;
            all.get((last.powf(share) - 1.0).max(0.0) as usize)
        })
        .collect()
}

/// A number spread over all numbers (the finaliser of SplitMix64).
fn mix(n: u64) -> u64 {
    let mut n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}
