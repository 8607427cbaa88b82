//! Samples in the shapes of the API's documentation, and visits to a small Hacker News on
//! loopback.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use domain::{Condition, GapReason, Time};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::item::{self, Item};
use super::{HackerNews, STREAM};
use crate::connector::Connector;
use crate::trial::{Reply, Trial, any_json, brief, http, http_server, lines, ok, replace, sample};

/// 2026-11-23T12:00:00Z, after the samples.
const RECEIVED: Time = Time(1_795_435_200_000);

fn check(id: u64, name: &str, expect: &str) {
    let value = serde_json::from_str(&sample("hackernews", name)).unwrap();
    let said = match item::read(id, &value, RECEIVED) {
        Err(reason) => format!("broken: {reason}"),
        Ok(Item::Gone) => "gone".to_owned(),
        Ok(Item::Nothing) => "nothing".to_owned(),
        Ok(Item::Post(post)) => brief(&post),
    };
    assert_eq!(said, lines(expect), "{name}");
}

#[test]
fn items() {
    check(
        9001,
        "story",
        "id 9001
        url https://news.ycombinator.com/item?id=9001
        at 2026-11-23T10:00:00Z
        by jo_builds | jo_builds | https://news.ycombinator.com/user?id=jo_builds
        title Show HN: A hair dryer that does not smoke & stink
        body \"\"
        links https://werk.example/launch
        counts [(111), -, (71)]",
    );
    check(
        9002,
        "ask",
        "id 9002
        url https://news.ycombinator.com/item?id=9002
        at 2026-11-23T10:00:01Z
        by mia | mia | https://news.ycombinator.com/user?id=mia
        title Ask HN: Dryers?
        body \"or HN: which one?\\n\\nSee https://magazin.example/test > here\"
        links https://magazin.example/test
        counts [(1), -, (0)]",
    );
    check(
        9003,
        "comment",
        "id 9003
        url https://news.ycombinator.com/item?id=9003
        at 2026-11-23T10:00:02Z
        by ro.w | ro.w | https://news.ycombinator.com/user?id=ro.w
        body \"Aw, it's loud.\\n\\n  dB = 90\\n\\nReally.\"
        relation Reply 9001",
    );
    check(
        9004,
        "job",
        "id 9004
        url https://news.ycombinator.com/item?id=9004
        at 2026-11-23T10:00:03Z
        by werk | werk | https://news.ycombinator.com/user?id=werk
        title Werk (Example) is hiring
        body \"\"
        links https://werk.example/jobs
        counts [(6), -, -]",
    );
    check(
        9012,
        "ahead",
        "id 9012
        url https://news.ycombinator.com/item?id=9012
        at 2026-11-23T12:00:00Z
        by a | a | https://news.ycombinator.com/user?id=a
        title From the future
        body \"\"",
    );
}

#[test]
fn what_is_no_post() {
    check(9006, "pollopt", "nothing");
    check(9007, "deleted", "gone");
    check(9008, "dead", "gone");
    check(9009, "no_author", "broken: an item without author");
    check(9010, "no_time", "broken: an item without time");
    check(9011, "says_nothing", "broken: an item that says nothing");
    check(9999, "other_number", "broken: an item without its own number");
}

proptest! {
    #[test]
    fn no_item_ends_the_stream(
        name in prop::sample::select(vec!["story", "ask", "comment", "poll"]),
        at in 0_usize..14,
        with in any_json(),
    ) {
        let mut value: Value = serde_json::from_str(&sample("hackernews", name)).unwrap();
        let id = value["id"].as_u64().unwrap();
        replace(&mut value, &mut at.clone(), &with);
        if let Ok(Item::Post(post)) = item::read(id, &value, RECEIVED) {
            prop_assert!(post.published <= post.received);
        }
        let _ = item::read(id, &with, RECEIVED);
    }
}

/// A small Hacker News.
#[derive(Clone, Default)]
struct News {
    items: Arc<Mutex<BTreeMap<u64, Value>>>,
    /// How often a request for this path is still answered so.
    trouble: Arc<Mutex<HashMap<String, (u32, Reply)>>>,
    newest: Arc<Mutex<u64>>,
    updates: Arc<Mutex<Vec<u64>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl News {
    fn with(range: std::ops::RangeInclusive<u64>) -> News {
        let news = News::default();
        *news.newest.lock().unwrap() = *range.end();
        range.for_each(|id| news.put(id, "hello"));
        news
    }

    fn put(&self, id: u64, text: &str) {
        let item = json!({"id": id, "type": "comment", "by": "mia", "time": 1_795_428_000_u64, "text": text});
        self.items.lock().unwrap().insert(id, item);
    }

    fn trouble(&self, path: &str, times: u32, reply: Reply) {
        self.trouble.lock().unwrap().insert(path.to_owned(), (times, reply));
    }

    fn answer(&self, path: &str) -> Reply {
        self.asked.lock().unwrap().push(path.to_owned());
        if let Some((times, reply)) = self.trouble.lock().unwrap().get_mut(path)
            && *times > 0
        {
            *times -= 1;
            return reply.clone();
        }
        if path == "/v0/maxitem.json" {
            return ok(*self.newest.lock().unwrap());
        }
        if path == "/v0/updates.json" {
            return ok(json!({"items": *self.updates.lock().unwrap(), "profiles": ["mia"]}));
        }
        let id = path.trim_start_matches("/v0/item/").trim_end_matches(".json");
        let items = self.items.lock().unwrap();
        ok(items.get(&id.parse().unwrap()).unwrap_or(&Value::Null))
    }

    async fn start(&self) -> (HackerNews, tokio::task::JoinSet<()>) {
        let news = self.clone();
        let (address, guard) = http_server(move |path, _| news.answer(path)).await;
        let endpoint = format!("http://{address}/v0/");
        (HackerNews::new(&json!({"endpoint": endpoint})).unwrap(), guard)
    }
}

#[tokio::test]
async fn a_first_start_hears_the_newest_and_then_everything_new() {
    let news = News::with(1..=500);
    let (connector, _guard) = news.start().await;
    assert!(connector.probe(&http()).await.unwrap().contains("500"));
    let mut trial = Trial::start(connector, 200.0, &[], None);
    trial.until("the newest", |t| t.cursors.get(STREAM).is_some_and(|c| c == "500")).await;
    assert_eq!(trial.ids(), (301..=500).map(|id| id.to_string()).collect::<Vec<_>>());
    news.put(501, "new");
    *news.newest.lock().unwrap() = 501;
    trial.until("the new one", |t| t.has(&["501"])).await;
    trial.until("well", |t| t.is(STREAM, Condition::Well)).await;
    assert!(trial.gaps.is_empty());
    trial.stop().await;
}

#[tokio::test]
async fn it_goes_on_where_it_was_killed_and_tells_the_gap() {
    let news = News::with(1..=250);
    let (connector, _guard) = news.start().await;
    let last_run = crate::Clock::wall().now().plus(-2 * domain::DAY);
    let mut trial = Trial::start(connector, 200.0, &[(STREAM, "100")], Some(last_run));
    trial.until("made up", |t| t.gaps.first().is_some_and(|gap| gap.made_up)).await;
    assert_eq!(trial.ids(), (101..=250).map(|id| id.to_string()).collect::<Vec<_>>());
    assert_eq!((trial.gaps[0].reason, trial.gaps[0].from), (GapReason::Stopped, last_run));
    assert_eq!(trial.cursors[STREAM], "250");
    trial.stop().await;
}

#[tokio::test]
async fn edits_and_deletions_are_heard_from_updates() {
    let news = News::with(1..=10);
    let (connector, _guard) = news.start().await;
    let mut trial = Trial::start(connector, 200.0, &[(STREAM, "9")], None);
    trial.until("started", |t| t.has(&["10"])).await;
    news.put(3, "edited");
    news.items.lock().unwrap().insert(4, json!({"id": 4, "deleted": true, "type": "comment"}));
    *news.updates.lock().unwrap() = vec![4, 3, 77, 4];
    trial.until("both", |t| t.has(&["3", "-4"])).await;
    trial.stop().await;
}

#[tokio::test]
async fn items_that_are_not_there_yet_are_asked_for_again() {
    let news = News::with(1..=10);
    news.trouble("/v0/item/7.json", 2, ok("null"));
    news.trouble("/v0/item/8.json", 1_000, ok("null"));
    let (connector, _guard) = news.start().await;
    let mut trial = Trial::start(connector, 1_000.0, &[(STREAM, "5")], None);
    trial.until("all but two", |t| t.has(&["6", "9", "10"])).await;
    assert!(trial.cursors[STREAM].contains("again"));
    trial.until("the late one", |t| t.has(&["7"])).await;
    trial.until("given up", |t| t.cursors[STREAM] == "10" && !t.gaps.is_empty()).await;
    assert_eq!(trial.gaps[0].reason, GapReason::Broken);
    assert!(trial.gaps[0].detail.contains("item 8"));
    trial.until("counted", |t| t.health(STREAM).is_some_and(|h| h.broken == 1)).await;
    trial.stop().await;
}

#[tokio::test]
async fn a_tired_server_is_given_the_time_it_asks_for() {
    let news = News::with(1..=20);
    let slow_down = (429, vec![("retry-after", "2".to_owned())], String::new());
    news.trouble("/v0/item/15.json", 1, slow_down);
    let (connector, _guard) = news.start().await;
    let started = tokio::time::Instant::now();
    let mut trial = Trial::start(connector, 200.0, &[(STREAM, "10")], None);
    trial.until("the first ones", |t| t.cursors.get(STREAM).is_some_and(|c| c == "14")).await;
    trial.until("the rest", |t| t.has(&["20"]) && t.gaps.iter().any(|gap| gap.made_up)).await;
    assert!(started.elapsed().as_secs() >= 2);
    assert_eq!(trial.gaps[0].reason, GapReason::RateLimited);
    assert_eq!(trial.ids(), (11..=20).map(|id| id.to_string()).collect::<Vec<_>>());
    trial.stop().await;
}

#[tokio::test]
async fn nonsense_and_errors_are_survived() {
    let news = News::with(1..=20);
    news.trouble("/v0/maxitem.json", 1, (200, Vec::new(), "<html>".to_owned()));
    news.trouble("/v0/item/12.json", 1, (500, Vec::new(), String::new()));
    news.trouble("/v0/item/13.json", 1, (200, Vec::new(), "{\"id\":13,".to_owned()));
    news.trouble("/v0/item/14.json", 1, (200, Vec::new(), "x".repeat(2 << 20)));
    news.trouble(
        "/v0/item/15.json",
        1,
        (302, vec![("location", "/v0/item/15.json".to_owned())], String::new()),
    );
    news.items.lock().unwrap().insert(16, json!({"id": 16, "type": "story"}));
    let (connector, _guard) = news.start().await;
    let mut trial = Trial::start(connector, 1_000.0, &[(STREAM, "10")], None);
    let all = ["11", "12", "13", "14", "15", "17", "18", "19", "20"];
    trial.until("all", |t| t.has(&all)).await;
    trial.until("well", |t| t.is(STREAM, Condition::Well)).await;
    trial.until("made up", |t| t.gaps.iter().all(|gap| gap.made_up)).await;
    assert_eq!(trial.health(STREAM).unwrap().broken, 1);
    trial.stop().await;
}

#[tokio::test]
async fn what_is_far_behind_is_caught_up_with_in_parts_or_given_up() {
    let news = News::with(1..=2_300);
    let (connector, _guard) = news.start().await;
    let mut trial = Trial::start(connector, 200.0, &[(STREAM, "10")], None);
    trial.until("caught up", |t| t.cursors.get(STREAM).is_some_and(|c| c == "2300")).await;
    trial.until("made up", |t| t.gaps.first().is_some_and(|gap| gap.made_up)).await;
    assert_eq!((trial.seen.len(), trial.gaps[0].reason), (2_290, GapReason::Overflow));
    trial.stop().await;

    let news = News::with(99_900..=100_000);
    let (connector, _guard) = news.start().await;
    let mut trial = Trial::start(connector, 200.0, &[(STREAM, "10")], None);
    trial.until("given up", |t| t.gaps.iter().any(|gap| gap.until.is_some())).await;
    let gap = &trial.gaps[0];
    assert!(!gap.made_up && gap.detail == "items 11 to 80000 were given up", "{gap:?}");
    trial.stop().await;
}
