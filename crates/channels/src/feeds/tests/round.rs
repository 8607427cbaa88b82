//! The round of visits against small servers on loopback.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::{Batch, Condition, GapReason, Health, Observation, Post, Time};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::super::state::State;
use super::super::{FeedSpec, Feeds, Outcome, Visit, visit};
use super::sample;
use crate::clock::Clock;
use crate::connector::{Connector, Context, Interests};
use crate::http::{Http, HttpOptions};

/// Answers requests one after the other, the last one again and again; keeps what was asked.
struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

async fn server(answers: Vec<Vec<u8>>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heads = Arc::clone(&asked);
    tokio::spawn(async move {
        let mut next = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            let mut byte = [0; 1];
            while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).await.is_ok() {
                head.push(byte[0]);
            }
            heads.lock().unwrap().push(String::from_utf8(head).unwrap().to_lowercase());
            let answer = &answers[next.min(answers.len() - 1)];
            next += 1;
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        }
    });
    Server { address, asked }
}

impl Server {
    fn asked(&self, at: usize) -> String {
        self.asked.lock().unwrap()[at].clone()
    }

    fn http(&self) -> Http {
        let resolve = HashMap::from([("garten.example".to_owned(), self.address)]);
        let options =
            HttpOptions { resolve, host_interval: Duration::ZERO, ..HttpOptions::default() };
        Http::new(options).unwrap()
    }
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// A feed with these items, each with a text.
fn feed(items: &[(u32, &str)]) -> Vec<u8> {
    let items: String = items
        .iter()
        .map(|(n, text)| {
            format!("<item><title>{text}</title><guid>{n}</guid><link>http://garten.example/{n}</link></item>")
        })
        .collect();
    let feed =
        format!("<rss version=\"2.0\"><channel><title>Garten</title>{items}</channel></rss>");
    answer("200 OK", "etag: \"1\"\r\n", feed.as_bytes())
}

fn spec() -> FeedSpec {
    FeedSpec {
        url: "http://garten.example/feed".into(),
        site: "garten.example".into(),
        ..FeedSpec::default()
    }
}

/// Visits once for each answer; the memory of one visit goes into the next.
async fn visits(answers: Vec<Vec<u8>>) -> (Vec<Visit>, Server) {
    let count = answers.len();
    let server = server(answers).await;
    let http = server.http();
    let mut state = State::default();
    let mut visits = Vec::new();
    for _ in 0..count {
        let mut visit = visit(&http, &spec(), &state, &Clock::wall()).await;
        visit.state.last_ok = Some(visit.at);
        state = State::read(&visit.state.write());
        visits.push(visit);
    }
    (visits, server)
}

fn titles(visit: &Visit) -> Vec<&str> {
    visit.posts.iter().map(|post: &Post| post.title.as_str()).collect()
}

#[tokio::test]
async fn only_what_is_new_or_edited_is_handed_over() {
    let answers = vec![
        feed(&[(1, "one"), (2, "two")]),
        answer("304 Not Modified", "", b""),
        feed(&[(1, "one"), (2, "two")]),
        feed(&[(1, "one, edited"), (2, "two"), (3, "three")]),
    ];
    let (visits, server) = visits(answers).await;
    assert_eq!(titles(&visits[0]), ["one", "two"]);
    assert_eq!(visits[1].outcome, Outcome::Unchanged);
    assert_eq!(visits[2].outcome, Outcome::Unchanged, "the same body again");
    assert_eq!(titles(&visits[3]), ["one, edited", "three"]);
    assert_eq!(visits[3].outcome, Outcome::Read { turned_over: false, overflow: false });
    assert!(!server.asked(0).contains("if-none-match"));
    assert!(server.asked(1).contains("if-none-match: \"1\""));
}

#[tokio::test]
async fn a_feed_that_turned_over_is_noticed() {
    let answers = vec![feed(&[(1, "one"), (2, "two")]), feed(&[(3, "three"), (4, "four")])];
    let (visits, _) = visits(answers).await;
    assert_eq!(visits[0].outcome, Outcome::Read { turned_over: false, overflow: false });
    assert_eq!(visits[1].outcome, Outcome::Read { turned_over: true, overflow: false });
}

#[tokio::test]
async fn ids_that_are_not_unique_are_not_used() {
    let body = sample("same-guid.rss");
    let (visits, _) = visits(vec![answer("200 OK", "", &body)]).await;
    let ids: Vec<&str> = visits[0].posts.iter().map(|post| post.native_id.as_str()).collect();
    assert_eq!(
        ids,
        ["garten.example#https://garten.example/1", "garten.example#https://garten.example/2"]
    );
    assert!(visits[0].state.weak_ids);
}

#[tokio::test]
async fn a_page_leads_to_its_feed_and_a_moved_feed_is_followed() {
    let page = answer("200 OK", "content-type: text/html\r\n", &sample("a-page.html"));
    let (found, server) = visits(vec![page, feed(&[(1, "one")])]).await;
    assert_eq!(titles(&found[0]), ["one"]);
    assert_eq!(found[0].state.moved.as_deref(), Some("http://garten.example/feed.xml"));
    assert!(server.asked(1).starts_with("get /feed.xml "));
    let moved = answer("301 Moved Permanently", "location: /new\r\n", b"");
    let (found, server) = visits(vec![moved, feed(&[(1, "one")]), feed(&[(2, "two")])]).await;
    assert_eq!(found[0].state.moved.as_deref(), Some("http://garten.example/new"));
    assert!(server.asked(2).starts_with("get /new "));
}

#[tokio::test]
async fn what_servers_refuse_is_told_in_words() {
    for (status, headers, expect) in [
        ("404 Not Found", "", (GapReason::Unreachable, "404 Not Found", true)),
        ("503 Service Unavailable", "", (GapReason::Unreachable, "503 Service Unavailable", false)),
        (
            "429 Too Many Requests",
            "retry-after: 90\r\n",
            (GapReason::RateLimited, "429 Too Many Requests", false),
        ),
    ] {
        let (visits, _) = visits(vec![answer(status, headers, b"")]).await;
        let Outcome::Failed { reason, detail, lasting, .. } = &visits[0].outcome else {
            panic!("{status}")
        };
        assert_eq!((*reason, detail.as_str(), *lasting), expect);
        let wait = (!headers.is_empty()).then(|| Duration::from_secs(90));
        assert_eq!(visits[0].retry_after, wait);
    }
    let (visits, _) = visits(vec![answer("410 Gone", "", b"")]).await;
    assert_eq!(visits[0].outcome, Outcome::Gone);
}

/// Runs the connector in fast time until `until` says so; returns what it handed over.
async fn listen(
    server: &Server,
    cursors: HashMap<String, String>,
    last_run: Option<Time>,
    until: impl Fn(&[Batch], &[Health]) -> bool,
) -> (Vec<Batch>, Vec<Health>) {
    let settings = serde_json::json!({"feeds": "http://garten.example/feed | Garten | de", "catalogue": false});
    let connector = Feeds::new(&settings).unwrap();
    let (outlet, mut batches) = mpsc::channel(8);
    let (health, mut healths) = mpsc::channel(100);
    let (_keep, interests) = watch::channel(Arc::new(Interests::default()));
    let stop = CancellationToken::new();
    let clock = Clock::fast(Time(1_577_836_800_000), 20_000.0);
    let context = Context::new(
        server.http(),
        clock,
        interests,
        cursors,
        last_run,
        outlet,
        health,
        stop.clone(),
    );
    let run = tokio::spawn(async move { connector.run(context).await });
    let (mut got, mut said) = (Vec::new(), Vec::new());
    let waiting = async {
        while !until(&got, &said) {
            tokio::select! {
                Some(batch) = batches.recv() => got.push(batch),
                Some(health) = healths.recv() => said.push(health),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("it comes in time");
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(2), run).await.expect("it stops").unwrap().unwrap();
    (got, said)
}

fn seen(batches: &[Batch]) -> usize {
    let all = batches.iter().flat_map(|batch| &batch.observations);
    all.filter(|observation| matches!(observation, Observation::Seen(_))).count()
}

const STREAM: &str = "web/http://garten.example/feed";

#[tokio::test]
async fn the_cursor_comes_with_the_posts_and_a_restart_goes_on_from_it() {
    let first = server(vec![feed(&[(1, "one"), (2, "two")])]).await;
    let (batches, _) = listen(&first, HashMap::new(), None, |got, _| seen(got) == 2).await;
    let cursor = batches[0].cursors[0].clone();
    assert_eq!((cursor.stream.as_str(), batches[0].observations.len()), (STREAM, 2));
    assert!(batches[0].gaps.is_empty());

    let second = server(vec![feed(&[(2, "two"), (3, "three")])]).await;
    let cursors = HashMap::from([(cursor.stream, cursor.value)]);
    let last_run = Some(Time(1_577_836_000_000));
    let made_up = |got: &[Batch], _: &[Health]| {
        got.iter().flat_map(|batch| &batch.gaps).any(|gap| gap.made_up)
    };
    let (batches, _) = listen(&second, cursors, last_run, made_up).await;
    assert_eq!(seen(&batches), 1, "one new post");
    let gaps: Vec<_> = batches.iter().flat_map(|batch| &batch.gaps).collect();
    assert_eq!(
        (gaps[0].stream.as_str(), gaps[0].reason, gaps[0].made_up),
        ("web", GapReason::Stopped, false)
    );
    assert_eq!((gaps[1].from, gaps[1].made_up), (gaps[0].from, true));
}

#[tokio::test]
async fn an_outage_is_a_gap_until_it_is_over() {
    let down = answer("500 Internal Server Error", "", b"");
    let up = [(1, "one")];
    let server = server(vec![feed(&up), down.clone(), down, feed(&[(1, "one"), (2, "two")])]).await;
    let (batches, said) = listen(&server, HashMap::new(), None, |got, _| seen(got) == 2).await;
    let gaps: Vec<_> = batches.iter().flat_map(|batch| &batch.gaps).collect();
    assert_eq!(gaps.len(), 2, "{gaps:?}");
    assert_eq!((gaps[0].reason, gaps[0].until), (GapReason::Unreachable, None));
    assert!(gaps[1].made_up && gaps[1].until.is_some() && gaps[1].from == gaps[0].from);
    let conditions: Vec<Condition> = said
        .iter()
        .filter(|health| health.stream == STREAM)
        .map(|health| health.condition)
        .collect();
    assert_eq!(conditions[..2], [Condition::Limping, Condition::Down]);
}

#[tokio::test]
async fn a_gap_is_told_when_a_feed_turned_over_and_a_gone_feed_is_off() {
    let server =
        server(vec![feed(&[(1, "one")]), feed(&[(9, "nine")]), answer("410 Gone", "", b"")]).await;
    let off =
        |_: &[Batch], said: &[Health]| said.iter().any(|health| health.condition == Condition::Off);
    let (batches, _) = listen(&server, HashMap::new(), None, off).await;
    let gaps: Vec<_> = batches.iter().flat_map(|batch| &batch.gaps).collect();
    assert_eq!((gaps.len(), gaps[0].reason, gaps[0].made_up), (1, GapReason::TooLate, false));
    assert_eq!(server.asked.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_server_that_asks_to_wait_is_obeyed() {
    let busy = answer("429 Too Many Requests", "retry-after: 7000\r\n", b"");
    let server = server(vec![busy]).await;
    let told = |_: &[Batch], said: &[Health]| said.iter().any(|health| health.stream == STREAM);
    let (_, said) = listen(&server, HashMap::new(), None, told).await;
    let health = said.iter().find(|health| health.stream == STREAM).unwrap();
    assert_eq!(health.condition, Condition::Limping);
    assert!(
        health.detail.starts_with("429 Too Many Requests, next try in 7000 s"),
        "{}",
        health.detail
    );
    assert_eq!(health.next_try.unwrap().since(health.at), 7_000_000);
}

#[tokio::test]
async fn one_word_sums_all_feeds_up() {
    let server = server(vec![feed(&[(1, "one")])]).await;
    let told = |_: &[Batch], said: &[Health]| {
        said.iter().any(|health| health.stream == "web" && health.condition == Condition::Well)
    };
    let (_, said) = listen(&server, HashMap::new(), None, told).await;
    let last = said.last().unwrap();
    assert_eq!((last.heard, last.detail.as_str()), (1, "1 feeds well, 0 limping, 0 down, 0 off"));
}
