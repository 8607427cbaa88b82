//! The archive finds what the matcher matches: no more, no less, whatever happened to the posts.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use domain::{DAY, HOUR, Platform, Post, PostId, Source, Time, WatchId};
use query::{Document, Matcher, Node, Query, Scratch};
use store::{Archive, ArchiveOptions, Ask, Counted, Cursor, Decide, Ingest, JudgedPost, Store};

use super::archive_random::{Random, some_post, text, tree};
use super::{NOW, batch, opened};

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
