//! Samples in the shapes of the API's documentation, and visits to small servers on loopback.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::{Condition, GapReason, Time};
use futures_util::{SinkExt, StreamExt};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

use super::Mastodon;
use super::status::{self, Id};
use crate::Interests;
use crate::trial::{
    Reply, Trial, any_json, brief, http_server, lines, ok, query, replace, sample, serve,
};

/// 2026-11-23T12:00:00Z, after the samples.
const RECEIVED: Time = Time(1_795_435_200_000);

fn known(id: &str) -> Option<String> {
    (id == "115599999999999999").then(|| "https://far.example/users/a/statuses/1".to_owned())
}

fn check(name: &str, expect: &str) {
    let value = serde_json::from_str(&sample("mastodon", name)).unwrap();
    let said = match status::read("social.example", &value, RECEIVED, known) {
        Err(reason) => format!("broken: {reason}"),
        Ok(status) => status.post.map_or("nothing".to_owned(), |post| brief(&post)),
    };
    // Most samples have these lines in common.
    let said = said
        .replace("id https://social.example/users/jo/statuses/115600000000000001\n", "")
        .replace("url https://social.example/@jo/115600000000000001\n", "")
        .replace("at 2026-11-23T09:59:57Z\n", "")
        .replace("by jo@social.example | Jo Beispiel | https://social.example/@jo\n", "")
        .replace("followers 321\nlang de\n", "")
        .replace("\ncounts [(3), (2), (1)]", "");
    assert_eq!(said, lines(expect), "{name}");
}

#[test]
fn statuses() {
    check(
        "full",
        "lead Ärger & Technik
        body \"Mein Föhn von @werk raucht.\\nSchon wieder!\\n\\nMehr: https://magazin.example/foehn?a=1&b=2 #foehn\"
        links https://magazin.example/foehn?a=1&b=2
        tags foehn
        names werk@other.example
        media Image https://files.social.example/5.jpg \"Ein rauchender Föhn\"",
    );
    check(
        "remote",
        "id https://far.example/objects/77
        url https://far.example/objects/77
        by jo@far.example | jo@far.example | https://social.example/@jo
        bot yes
        lang en
        body \"Hallo\"",
    );
    check("reply", "body \"Hallo\"\nrelation Reply https://far.example/users/a/statuses/1");
    check("reply_unknown", "body \"Hallo\"\nrelation Reply https://social.example/web/statuses/42");
    check(
        "boost",
        "id https://social.example/users/jo/statuses/115600000000000001/activity
        url https://far.example/@a/7
        followers 321
        lang en
        body \"Original\"
        relation Repost https://far.example/users/a/statuses/7
        counts [(70), (2), (1)]",
    );
    check("quote", "body \"Hallo\"\nrelation Quote https://far.example/users/a/statuses/8");
    check("quote_pending", "body \"Hallo\"");
    check("edited", "body \"Hallo, Welt\"");
    check("unlisted", "body \"Hallo\"");
    check("clock_ahead", "at 2026-11-23T12:00:00Z\nbody \"Hallo\"");
    check("wrong_kinds", "followers 321\nbody \"Hallo\"\ncounts [(3), (2), -]");
}

#[test]
fn what_is_no_public_post() {
    check("private", "nothing");
    check("direct", "nothing");
    check("no_time", "broken: a status without time");
    check("no_uri", "broken: a status without address");
    check("no_account", "broken: a status without account");
    check("bad_id", "broken: a status without number");
}

#[test]
fn ids_are_in_order_and_know_their_time() {
    let id = |text: &str| Id::new(text).unwrap();
    assert!(id("99") < id("100"));
    assert!(id("9xAbCdEfGhIjKlMnOp") > id("9xAbCdEfGhIjKlMnOA"));
    assert_eq!(id("77").earlier(5_000), None);
    assert_eq!(id("01ARZ3NDEKTSV4RRFFQ69G5FAV").earlier(5_000), None);
    let snowflake: u64 = 1_795_428_000_000 << 16 | 77;
    let earlier = id(&snowflake.to_string()).earlier(5_000).unwrap();
    assert_eq!(earlier.as_str(), (1_795_427_995_000_u64 << 16).to_string());
}

proptest! {
    #[test]
    fn no_status_ends_the_stream(
        name in prop::sample::select(vec!["full", "boost", "quote", "reply"]),
        at in 0_usize..70,
        with in any_json(),
    ) {
        let mut value: Value = serde_json::from_str(&sample("mastodon", name)).unwrap();
        replace(&mut value, &mut at.clone(), &with);
        if let Ok(status) = status::read("social.example", &value, RECEIVED, known)
            && let Some(post) = status.post
        {
            prop_assert!(post.published <= post.received);
        }
        let _ = status::read("social.example", &with, RECEIVED, known);
    }
}

/// A small server: its public timeline, which it pages by `min_id` and `max_id`.
#[derive(Clone, Default)]
struct Small {
    statuses: Arc<Mutex<Vec<Value>>>,
    tagged: Arc<Mutex<Vec<Value>>>,
    /// Answers given first.
    trouble: Arc<Mutex<Vec<Reply>>>,
    asked: Arc<Mutex<Vec<String>>>,
    token: Option<&'static str>,
    /// What is said to the streams.
    stream: Arc<Mutex<Vec<String>>>,
    hang_up: Arc<tokio::sync::Notify>,
}

fn status(number: u64, text: &str) -> Value {
    json!({
        "id": number.to_string(), "uri": format!("u{number}"), "visibility": "public",
        "created_at": "2026-11-23T09:00:00Z", "content": format!("<p>{text}</p>"),
        "account": {"acct": "jo"}, "edited_at": null,
    })
}

fn number(status: &Value) -> u64 {
    status["id"].as_str().unwrap().parse().unwrap()
}

impl Small {
    fn post(&self, numbers: std::ops::RangeInclusive<u64>) {
        self.statuses.lock().unwrap().extend(numbers.map(|n| status(n, "hello")));
    }

    fn answer(&self, path: &str, bearer: Option<&str>) -> Reply {
        self.asked.lock().unwrap().push(path.to_owned());
        let wanted = self.token.map(|token| format!("Bearer {token}"));
        if wanted.is_some() && bearer != wanted.as_deref() {
            let error = json!({"error": "This method requires an authenticated user"});
            return (422, Vec::new(), error.to_string());
        }
        if let Some(reply) = self.trouble.lock().unwrap().pop() {
            return reply;
        }
        if path.starts_with("/api/v1/timelines/public?") {
            return ok(page(&self.statuses.lock().unwrap(), path));
        }
        if path.starts_with("/api/v1/timelines/tag/f%C3%B6hn?") {
            return ok(page(&self.tagged.lock().unwrap(), path));
        }
        let id = path.rsplit('/').next().unwrap_or("");
        let statuses = self.statuses.lock().unwrap();
        match statuses.iter().find(|s| s["id"] == id) {
            Some(status) if path.starts_with("/api/v1/statuses/") => ok(status),
            _ => (404, Vec::new(), json!({"error": "Record not found"}).to_string()),
        }
    }

    /// Serves the API and, on the same port, the stream.
    async fn start(&self) -> (String, tokio::task::JoinSet<()>) {
        let small = self.clone();
        let (address, guard) = http_server(move |path, bearer| small.answer(path, bearer)).await;
        (address.to_string(), guard)
    }
}

/// The page of a timeline that a query asks for, newest first.
fn page(statuses: &[Value], path: &str) -> Value {
    let bound = |name| query(path, name).map(|id| id.parse::<u64>().unwrap());
    let (min, max, limit) = (bound("min_id"), bound("max_id"), bound("limit").unwrap_or(20));
    let mut found: Vec<&Value> = statuses
        .iter()
        .filter(|s| min.is_none_or(|min| number(s) > min) && max.is_none_or(|max| number(s) < max))
        .collect();
    found.sort_by_key(|status| number(status));
    if min.is_none() {
        found.reverse();
    }
    found.truncate(limit as usize);
    if min.is_some() {
        found.reverse();
    }
    json!(found)
}

fn connector(server: &str, token: &str) -> Mastodon {
    let tokens = if token.is_empty() { String::new() } else { format!("{server} {token}") };
    let settings = json!({"servers": format!("http://{server}"), "tokens": tokens, "interval": 5});
    Mastodon::new(&settings).unwrap()
}

fn uris(numbers: impl Iterator<Item = u64>) -> Vec<String> {
    numbers.map(|n| format!("u{n}")).collect()
}

#[tokio::test]
async fn a_newcomer_sees_the_newest_page_and_then_everything() {
    let small = Small::default();
    small.post(1..=100);
    let (server, _guard) = small.start().await;
    let stream = format!("mastodon/{server}");
    let mut trial = Trial::start(connector(&server, ""), 100.0, &[], None);
    trial.until("the newest page", |t| t.cursors.get(&stream).is_some_and(|c| c == "100")).await;
    assert_eq!(trial.ids(), uris(61..=100));
    small.post(101..=190);
    trial.until("all new ones", |t| t.cursors[&stream] == "190").await;
    let seen = trial.ids();
    assert!(uris(101..=190).iter().all(|id| seen.contains(id)));
    assert!(small.asked.lock().unwrap().iter().all(|path| path.contains("local=true")));
    trial.stop().await;
}

#[tokio::test]
async fn it_pages_from_the_cursor_oldest_first() {
    let small = Small::default();
    small.post(1..=150);
    let (server, _guard) = small.start().await;
    let stream = format!("mastodon/{server}");
    let last_run = crate::Clock::wall().now().plus(-2 * domain::DAY);
    let mut trial = Trial::start(connector(&server, ""), 100.0, &[(&stream, "20")], Some(last_run));
    trial.until("made up", |t| t.gaps.first().is_some_and(|gap| gap.made_up)).await;
    assert_eq!(trial.gaps[0].reason, GapReason::Stopped);
    assert_eq!(trial.ids()[..130], uris(21..=150));
    assert_eq!(trial.cursors[&stream], "150");
    trial.stop().await;
}

#[tokio::test]
async fn edits_and_deletions_are_found_without_a_token() {
    let small = Small::default();
    small.post(1..=30);
    let (server, _guard) = small.start().await;
    let mut trial = Trial::start(connector(&server, ""), 300.0, &[], None);
    trial.until("heard", |t| t.has(&["u30"])).await;
    let heard = trial.seen.len();
    {
        let mut statuses = small.statuses.lock().unwrap();
        statuses.retain(|s| s["id"] != "12" && s["id"] != "30");
        let edited = statuses.iter_mut().find(|s| s["id"] == "7").unwrap();
        edited["edited_at"] = json!("2026-11-23T10:00:00Z");
        edited["content"] = json!("<p>better</p>");
    }
    trial.until("both", |t| t.has(&["-u12", "-u30"]) && t.seen.len() > heard + 2).await;
    assert_eq!(trial.ids()[heard..].iter().filter(|id| *id == "u7").count(), 1);
    trial.stop().await;
}

#[tokio::test]
async fn a_server_that_wants_a_token_is_off_and_others_go_on() {
    let closed = Small { token: Some("secret"), ..Small::default() };
    let open = Small::default();
    open.post(1..=3);
    let (shut, _one) = closed.start().await;
    let (free, _two) = open.start().await;
    let servers = format!("http://{shut}\nhttp://{free}");
    let mastodon = Mastodon::new(&json!({"servers": servers, "interval": 5})).unwrap();
    let said = crate::Connector::probe(&mastodon, &crate::trial::http()).await.unwrap();
    assert!(said.contains("add a token") && said.contains(&format!("{free} is heard")), "{said}");
    let mut trial = Trial::start(mastodon, 1.0, &[], None);
    let stream = format!("mastodon/{shut}");
    trial.until("off", |t| t.is(&stream, Condition::Off) && t.has(&["u3"])).await;
    let health = trial.health(&stream).unwrap();
    assert!(health.detail.contains("add a token"), "{}", health.detail);
    assert!(health.next_try.is_some());
    trial.stop().await;
}

#[tokio::test]
async fn a_server_that_closes_its_timeline_leaves_a_gap() {
    let small = Small::default();
    small.post(1..=3);
    let (server, _guard) = small.start().await;
    let stream = format!("mastodon/{server}");
    let mut trial = Trial::start(connector(&server, ""), 100.0, &[], None);
    trial.until("heard", |t| t.has(&["u3"])).await;
    let closed = (401, Vec::new(), json!({"error": "The access token is invalid"}).to_string());
    small.trouble.lock().unwrap().push(closed);
    trial.until("off", |t| t.is(&stream, Condition::Off)).await;
    trial.until("a gap", |t| t.gaps.first().is_some_and(|gap| gap.until.is_none())).await;
    trial.stop().await;
}

#[tokio::test]
async fn limits_and_failures_are_met_with_patience() {
    let small = Small::default();
    small.post(1..=3);
    let slow_down = (429, vec![("retry-after", "2".to_owned())], String::new());
    *small.trouble.lock().unwrap() = vec![(503, Vec::new(), String::new()), slow_down];
    let (server, _guard) = small.start().await;
    let stream = format!("mastodon/{server}");
    let started = tokio::time::Instant::now();
    let mut trial = Trial::start(connector(&server, ""), 100.0, &[], None);
    trial.until("down", |t| t.is(&stream, Condition::Down)).await;
    assert!(started.elapsed() >= Duration::from_secs(2));
    trial.until("made up", |t| t.has(&["u3"]) && t.gaps.first().is_some_and(|g| g.made_up)).await;
    assert_eq!(trial.gaps[0].reason, GapReason::RateLimited);
    trial.stop().await;
}

#[tokio::test]
async fn broken_statuses_are_counted_and_passed() {
    let small = Small::default();
    small.post(1..=2);
    small.statuses.lock().unwrap().push(json!({"id": "3", "uri": 5, "visibility": "public"}));
    small.statuses.lock().unwrap().push({
        let mut private = status(4, "psst");
        private["visibility"] = json!("private");
        private
    });
    let (server, _guard) = small.start().await;
    let stream = format!("mastodon/{server}");
    let mut trial = Trial::start(connector(&server, ""), 100.0, &[], None);
    trial.until("passed", |t| t.cursors.get(&stream).is_some_and(|c| c == "4")).await;
    trial.until("counted", |t| t.health(&stream).is_some_and(|h| h.broken >= 1)).await;
    assert_eq!(trial.ids(), ["u1", "u2"]);
    trial.stop().await;
}

#[tokio::test]
async fn hashtags_that_people_watch_are_asked_for() {
    let small = Small::default();
    small.tagged.lock().unwrap().push(status(50, "#föhn"));
    let (server, _guard) = small.start().await;
    let mut trial = Trial::start(connector(&server, ""), 100.0, &[], None);
    let hashtags = vec!["../admin".to_owned(), "föhn".to_owned()];
    trial.interests.send(Arc::new(Interests { hashtags })).unwrap();
    trial.until("the tag", |t| t.has(&["u50"])).await;
    let stream = format!("mastodon/{server}/tag/föhn");
    assert_eq!(trial.cursors[&stream], "50");
    assert!(!small.asked.lock().unwrap().iter().any(|path| path.contains("admin")));
    trial.stop().await;
}

#[tokio::test]
async fn what_is_faster_than_it_can_be_read_is_a_gap() {
    // Always a full page more, however far one reads.
    let (address, _guard) = http_server(|path, _| {
        let bound = |name| query(path, name).map(|id| id.parse::<u64>().unwrap());
        let from = bound("min_id").or(bound("max_id").map(|max| max - 41)).unwrap_or(1_000_000);
        ok(json!((from + 1..=from + 40).rev().map(|n| status(n, "x")).collect::<Vec<_>>()))
    })
    .await;
    let server = address.to_string();
    let stream = format!("mastodon/{server}");
    let mut trial = Trial::start(connector(&server, ""), 100.0, &[(&stream, "1")], None);
    trial.until("anew", |t| t.gaps.iter().any(|gap| gap.until.is_some())).await;
    assert_eq!(trial.seen.len(), 10_000);
    trial.until("the newest", |t| t.cursors[&stream] == "1000040").await;
    assert_eq!(trial.gaps[0].reason, GapReason::Overflow);
    assert!(!trial.gaps[0].made_up);
    trial.stop().await;
}

/// A stream on its own port, as servers may have it.
#[allow(clippy::result_large_err, reason = "the handshake's callback is shaped like that")]
async fn streaming(small: &Small) -> (String, tokio::task::JoinSet<()>) {
    let small = small.clone();
    let (address, guard) = serve(move |stream| {
        let small = small.clone();
        async move {
            let shake = |request: &Request, response: Response| {
                assert_eq!(request.headers()["authorization"], "Bearer secret");
                let uri = request.uri().to_string();
                assert_eq!(
                    uri, "/api/v1/streaming?stream=public%3Alocal",
                    "no token in the address"
                );
                Ok(response)
            };
            let mut socket = tokio_tungstenite::accept_hdr_async(stream, shake).await.unwrap();
            loop {
                let said: Vec<String> = std::mem::take(&mut *small.stream.lock().unwrap());
                for text in said {
                    let _ = socket.send(Message::text(text)).await;
                }
                tokio::select! {
                    () = small.hang_up.notified() => return,
                    () = tokio::time::sleep(Duration::from_millis(10)) => {}
                    gone = socket.next() => if gone.is_none_or(|m| m.is_err()) { return },
                }
            }
        }
    })
    .await;
    (format!("ws://{address}"), guard)
}

#[tokio::test]
async fn with_a_token_it_streams_and_catches_up_after_every_reconnection() {
    let small = Small { token: Some("secret"), ..Small::default() };
    small.post(1..=2);
    let (stream_url, _stream_guard) = streaming(&small).await;
    let api = small.clone();
    let (address, _guard) = http_server(move |path, bearer| {
        if path == "/api/v2/instance" {
            return ok(json!({"configuration": {"urls": {"streaming": stream_url}}}));
        }
        api.answer(path, bearer)
    })
    .await;
    let server = address.to_string();
    let stream = format!("mastodon/{server}");
    let mut trial = Trial::start(connector(&server, "secret"), 1.0, &[], None);
    let live = |t: &Trial| t.health(&stream).is_some_and(|h| h.detail == "streaming");
    trial.until("streaming", live).await;
    assert_eq!(trial.ids(), ["u1", "u2"]);

    let say = |event: &str, payload: String| {
        let text = json!({"stream": ["public:local"], "event": event, "payload": payload});
        small.stream.lock().unwrap().push(text.to_string());
    };
    let mut edited = status(3, "live, edited");
    edited["edited_at"] = json!("2026-11-23T10:00:00Z");
    say("update", status(3, "live").to_string());
    say("status.update", edited.to_string());
    say("filters_changed", String::new());
    say("update", "{broken".to_owned());
    say("delete", "1".to_owned());
    say("delete", "777".to_owned());
    trial.until("live", |t| t.has(&["u3", "-u1"])).await;
    assert_eq!(trial.ids(), ["u1", "u2", "u3", "u3", "-u1"]);
    assert_eq!(trial.cursors[&stream], "3");

    small.statuses.lock().unwrap().retain(|s| s["id"] != "1");
    small.post(3..=4);
    small.hang_up.notify_one();
    trial.until("caught up", |t| t.has(&["u4"]) && t.gaps.first().is_some_and(|g| g.made_up)).await;
    assert_eq!(trial.gaps[0].reason, GapReason::Unreachable);
    say("update", status(5, "live again").to_string());
    trial.until("live again", |t| t.has(&["u5"])).await;
    assert!(small.asked.lock().unwrap().iter().all(|path| !path.contains("secret")));
    trial.stop().await;
}

#[tokio::test]
async fn a_server_without_a_stream_is_asked_like_without_a_token() {
    let small = Small { token: Some("secret"), ..Small::default() };
    small.post(1..=2);
    let (server, _guard) = small.start().await;
    let mut trial = Trial::start(connector(&server, "secret"), 100.0, &[], None);
    trial.until("heard", |t| t.has(&["u2"])).await;
    small.post(3..=3);
    trial.until("polled", |t| t.has(&["u3"])).await;
    trial.stop().await;
}
