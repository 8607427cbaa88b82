//! Processes that are killed at any moment, and processes beside each other.
//!
//! The child is this test binary again, told by the environment what to do.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use domain::CursorMove;
use store::{Ingest, MentionFilter, Page, Store};

use super::{NOW, add_watch, judged, post, way};

const FOLDER: &str = "HORCH_STORE_TEST_FOLDER";
const BATCHES: &str = "HORCH_STORE_TEST_BATCHES";
const POSTS: u64 = 20;

fn spawn(folder: &Path, batches: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["crash::child", "--exact", "--nocapture"])
        .env(FOLDER, folder)
        .env(BATCHES, batches.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Does nothing unless it is the child.
#[tokio::test]
async fn child() {
    let (Ok(folder), Ok(batches)) = (std::env::var(FOLDER), std::env::var(BATCHES)) else {
        return;
    };
    let store = Store::open(Path::new(&folder)).await.unwrap();
    let watch = store.watch_named("w").await.unwrap().unwrap();
    let first = cursor(&store).await;
    for n in first..first.saturating_add(batches.parse().unwrap()) {
        let mut posts: Vec<_> = (0..POSTS)
            .map(|k| {
                let watches: &[_] = if k % 2 == 0 { &[&watch] } else { &[] };
                judged(post(&format!("{n} {k}"), "text"), watches)
            })
            .collect();
        // One post of the batch before is edited, one is deleted, one comes twice.
        let mut deleted = Vec::new();
        if n > 0 {
            posts.push(judged(post(&format!("{} 0", n - 1), "edited"), &[&watch]));
            posts.push(judged(post(&format!("{} 1", n - 1), "text"), &[]));
            deleted.push(post(&format!("{} 2", n - 1), "").id());
        }
        let cursors = vec![CursorMove { stream: "test".into(), value: (n + 1).to_string() }];
        let ingest = Ingest { posts, deleted, cursors, ..Ingest::default() };
        store.ingest(&ingest, NOW).await.unwrap();
    }
    store.close().await;
}

async fn cursor(store: &Store) -> u64 {
    store.cursors("test").await.unwrap().first().map_or(0, |c| c.value.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_kill_at_any_moment_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    add_watch(&store, "w").await;
    store.add_way(&way("all", &[])).await.unwrap();
    store.close().await;
    let mut before = 0;
    let mut moment = u64::from(std::process::id());
    for round in 0..6 {
        let mut child = spawn(folder.path(), u64::MAX);
        // Killed while it works: not before it has stored something, then at a random moment.
        let store = Store::open(folder.path()).await.unwrap();
        let started = Instant::now();
        while cursor(&store).await <= before {
            assert!(started.elapsed() < Duration::from_secs(60), "the child stores nothing");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // In half of the rounds nobody else has the file open, and the kill is found by the next.
        if round % 2 == 0 {
            store.close().await;
        }
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        tokio::time::sleep(Duration::from_micros(moment % 150_000)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let batches = cursor(&store).await;
        assert!(batches > before);
        check(&store, batches).await;
        store.close().await;
        before = batches;
        sound(folder.path()).await;
    }
}

/// The cursor says how much must be there: exactly that is.
async fn check(store: &Store, batches: u64) {
    let totals = store.totals().await.unwrap();
    assert_eq!(totals.posts, batches * POSTS - (batches - 1), "posts");
    assert_eq!(totals.mentions, batches * POSTS / 2 - (batches - 1), "mentions");
    assert_eq!(totals.open_alerts, batches * POSTS / 2, "alerts");
    let waiting = store.due(NOW, u32::MAX).await.unwrap().len() as u64;
    assert_eq!(waiting, totals.mentions, "messages that wait");
    let newest = store.mentions(&MentionFilter::default(), Page::Newest, 1).await.unwrap();
    assert_eq!(newest[0].number.unsigned_abs(), batches * POSTS / 2, "numbers");
    for n in 0..batches {
        let text = store.post(post(&format!("{n} 0"), "").id()).await.unwrap().unwrap().body;
        assert_eq!(text, if n + 1 < batches { "edited" } else { "text" });
    }
}

async fn sound(folder: &Path) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("horch.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let words: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&pool).await.unwrap();
    assert_eq!(words, "ok");
    let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&pool).await.unwrap();
    assert!(broken.is_empty());
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn two_processes_write_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    add_watch(&store, "w").await;
    let mut child = spawn(folder.path(), 40);
    let mut added = 0;
    while child.try_wait().unwrap().is_none() {
        add_watch(&store, &format!("watch {added}")).await;
        added += 1;
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(cursor(&store).await, 40);
    assert_eq!(store.watches().await.unwrap().len(), added + 1);
    let totals = store.totals().await.unwrap();
    assert_eq!((totals.posts, totals.mentions), (40 * 20 - 39, 40 * 10 - 39));
}

#[tokio::test]
async fn a_new_folder_may_be_opened_by_many_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Store::open(folder.path());
    let (a, b, c) = tokio::join!(open(), open(), open());
    for store in [a, b, c] {
        assert_eq!(store.unwrap().watches().await.unwrap(), []);
    }
}
