//! Samples in the shapes of Jetstream's and the network's documentation, and the life of a
//! subscription against a small Jetstream on loopback.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::{Condition, GapReason, Observation, Time};
use futures_util::{SinkExt, StreamExt};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

use super::{Bluesky, STREAM, event};
use crate::connector::Connector;
use crate::trial::{
    Trial, any_json, brief, http, http_server, lines, ok, query, replace, sample, serve,
};

/// 2026-11-23T10:00:01Z: half a second after the samples' events.
const RECEIVED: Time = Time(1_795_428_001_000);

fn check(name: &str, expect: &str) {
    let said = match event::read(&sample("bluesky", name), RECEIVED) {
        Err(broken) => format!("broken: {}", broken.reason),
        Ok(event) => {
            assert_eq!(event.time_us, 1_795_428_000_500_000);
            match event.observation {
                None => "nothing".to_owned(),
                Some(Observation::Seen(post)) => brief(&post),
                Some(Observation::Deleted { native_id, .. }) => format!("deleted {native_id}"),
                Some(Observation::SourceDeleted { key, .. }) => format!("source deleted {key}"),
                Some(Observation::Profile { source, .. }) => {
                    format!("profile {} {} {}", source.key, source.handle, source.url)
                }
            }
        }
    };
    // A post's first lines are the same in all samples.
    let common = lines(
        "id at://did:plc:miaq4xample7horch2kunde/app.bsky.feed.post/3mdaaa2kq7b2b
         url https://bsky.app/profile/did:plc:miaq4xample7horch2kunde/post/3mdaaa2kq7b2b",
    );
    let by = "by did:plc:miaq4xample7horch2kunde | did:plc:miaq4xample7horch2kunde | https://bsky.app/profile/did:plc:miaq4xample7horch2kunde";
    let said = said.replace(&format!("{common}\n"), "").replace(&format!("{by}\n"), "");
    assert_eq!(said, lines(expect), "{name}");
}

#[test]
fn posts() {
    let full = "at 2026-11-23T09:59:58.123Z
        lang de
        body \"Der Föhn 300 von @werk.example ist laut! Mehr: werk.example/foehn… #Föhn\"
        links https://werk.example/foehn-300?ref=bsky https://magazin.example/test/foehn
        tags Föhn Haushalt
        names werk.example";
    check("create", full);
    check(
        "update",
        "at 2026-11-23T09:59:58.123Z
        lang de
        body \"Edited\"
        links https://magazin.example/test/foehn
        tags Haushalt Föhn",
    );
    check(
        "reply_and_quote",
        "at 2026-11-23T10:00:00Z
        body \"No.\"
        links https://bsky.app/profile/did:plc:quotedxample/post/3mquoted
        relation Reply at://did:plc:parentxample/app.bsky.feed.post/3mparent",
    );
    check(
        "quote_with_media",
        "at 2026-11-23T10:00:00Z
        body \"Look\"
        relation Quote at://did:plc:quotedxample/app.bsky.feed.post/3mquoted
        media Image https://cdn.bsky.app/img/feed_fullsize/plain/did:plc:miaq4xample7horch2kunde/bafkreiimageexample@jpeg \"A melted plug\"",
    );
    check(
        "video",
        "at 2026-11-23T10:00:00Z
        body \"\"
        media Video https://video.bsky.app/watch/did:plc:miaq4xample7horch2kunde/bafkreivideoexample/playlist.m3u8 \"Smoke\"",
    );
    check("list_embed_is_no_quote", "at 2026-11-23T10:00:00Z\nbody \"My list\"");
}

#[test]
fn offsets_and_members_that_are_nonsense_are_left_out() {
    check(
        "broken_facets",
        "at 2026-11-23T10:00:00Z
        body \"äö\"
        names did:plc:inside",
    );
}

#[test]
fn clocks_that_are_wrong_give_way_to_jetstreams() {
    check("clock_ahead", "at 2026-11-23T10:00:00.5Z\nbody \"clock\"");
    check("clock_absurd", "at 2026-11-23T10:00:00.5Z\nbody \"clock\"");
    check("clock_unreadable", "at 2026-11-23T10:00:00.5Z\nbody \"clock\"");
    check("clock_imported", "at 2015-06-01T10:00:00Z\nbody \"clock\"");
    let early = event::read(&sample("bluesky", "create"), Time(5)).unwrap();
    let Some(Observation::Seen(post)) = early.observation else { panic!("a post") };
    assert_eq!(post.published, Time(5), "never after it was received");
}

#[test]
fn deletions_and_what_is_no_post() {
    let did = "did:plc:miaq4xample7horch2kunde";
    check("delete", &format!("deleted at://{did}/app.bsky.feed.post/3mdaaa2kq7b2b"));
    check("account_deleted", &format!("source deleted {did}"));
    check("account_takendown", &format!("source deleted {did}"));
    check("account_deactivated", "nothing");
    check("account_active", "nothing");
    let profile = format!("profile {did} mia.example https://bsky.app/profile/{did}");
    check("identity", &profile);
    check("identity_without_handle", "nothing");
    check("other_collection", "nothing");
    check("unknown_kind", "nothing");
    check("no_text", "broken: a post whose record has no text");
    check("no_record", "broken: a post without record");
    check("bad_rkey", "broken: no record key");
}

proptest! {
    #[test]
    fn no_event_ends_the_stream(
        name in prop::sample::select(vec!["create", "quote_with_media", "broken_facets", "identity"]),
        at in 0_usize..60,
        with in any_json(),
        cut in 0_usize..2_000,
    ) {
        let text = sample("bluesky", name);
        let mut value: Value = serde_json::from_str(&text).unwrap();
        replace(&mut value, &mut at.clone(), &with);
        let _ = event::read(&value.to_string(), RECEIVED);
        let _ = event::read(&with.to_string(), RECEIVED);
        prop_assert!(event::read(&text[..text.floor_char_boundary(cut.min(text.trim().len() - 1))], RECEIVED).is_err());
    }
}

/// A small Jetstream: keeps its events and replays them from a cursor on; sends what is pushed
/// later; hangs up when told.
#[derive(Clone, Default)]
struct Jetstream {
    events: Arc<Mutex<Vec<(u64, String)>>>,
    asked: Arc<Mutex<Vec<Option<u64>>>>,
    hang_up: Arc<tokio::sync::Notify>,
    refuse: Arc<Mutex<Option<(u16, &'static str)>>>,
}

impl Jetstream {
    fn post(&self, ms_ago: i64, rkey: &str) -> u64 {
        let time_us = (crate::Clock::wall().now().plus(-ms_ago).0 as u64) * 1_000;
        let record =
            json!({"$type": event::POSTS, "text": rkey, "createdAt": "2026-11-23T09:00:00Z"});
        let event = json!({
            "did": "did:plc:mia", "time_us": time_us, "kind": "commit",
            "commit": {"operation": "create", "collection": event::POSTS, "rkey": rkey, "record": record},
        });
        self.say(time_us, event.to_string());
        time_us
    }

    fn say(&self, time_us: u64, text: String) {
        self.events.lock().unwrap().push((time_us, text));
    }

    #[allow(clippy::result_large_err, reason = "the handshake's callback is shaped like that")]
    async fn speak(self, stream: TcpStream) {
        let asked = Arc::clone(&self.asked);
        let refuse = self.refuse.lock().unwrap().take();
        let shake = move |request: &Request, response: Response| {
            let path = request.uri().to_string();
            assert_eq!(query(&path, "wantedCollections").as_deref(), Some(event::POSTS));
            asked.lock().unwrap().push(query(&path, "cursor").map(|c| c.parse().unwrap()));
            match refuse {
                None => Ok(response),
                Some((status, retry)) => Err(http::Response::builder()
                    .status(status)
                    .header("retry-after", retry)
                    .body(None)
                    .unwrap()),
            }
        };
        let Ok(mut socket) = tokio_tungstenite::accept_hdr_async(stream, shake).await else {
            return;
        };
        let cursor = *self.asked.lock().unwrap().last().unwrap();
        let live = self.events.lock().unwrap().len();
        let mut at = if cursor.is_some() { 0 } else { live };
        loop {
            let next = self.events.lock().unwrap().get(at).cloned();
            if let Some((time_us, text)) = next {
                at += 1;
                if cursor.is_none_or(|cursor| time_us >= cursor) {
                    let _ = socket.send(Message::text(text)).await;
                }
                continue;
            }
            tokio::select! {
                () = self.hang_up.notified() => return,
                () = tokio::time::sleep(Duration::from_millis(10)) => {}
                gone = socket.next() => if gone.is_none_or(|m| m.is_err()) { return },
            }
        }
    }

    async fn start(&self) -> (Bluesky, tokio::task::JoinSet<()>) {
        let jetstream = self.clone();
        let (address, guard) = serve(move |stream| jetstream.clone().speak(stream)).await;
        let endpoint = format!("ws://{address}/subscribe");
        (Bluesky::new(&json!({"endpoint": endpoint})).unwrap(), guard)
    }
}

fn uri(rkey: &str) -> String {
    format!("at://did:plc:mia/app.bsky.feed.post/{rkey}")
}

#[tokio::test]
async fn a_lost_connection_is_replayed_with_overlap_and_made_up_for() {
    let jetstream = Jetstream::default();
    let (bluesky, _guard) = jetstream.start().await;
    jetstream.post(60_000, "before");
    let mut trial = Trial::start(bluesky, 1.0, &[], None);
    trial.until("connected", |t| t.is(STREAM, Condition::Well)).await;
    let first = jetstream.post(0, "first");
    trial.until("live", |t| t.has(&[&uri("first")])).await;
    assert!(!trial.has(&[&uri("before")]), "a first start is live");
    assert_eq!(trial.cursors[STREAM], first.to_string());

    jetstream.hang_up.notify_one();
    trial.until("a gap", |t| !t.gaps.is_empty()).await;
    assert_eq!(trial.gaps[0].reason, GapReason::Unreachable);
    assert_eq!(trial.gaps[0].until, None);
    jetstream.post(0, "missed");
    trial.until("made up", |t| t.has(&[&uri("missed")]) && t.gaps[0].made_up).await;
    assert_eq!(*jetstream.asked.lock().unwrap(), [None, Some(first - 5_000_000)]);
    assert_eq!(trial.gaps.len(), 1);
    assert!(trial.gaps[0].until.unwrap() >= trial.gaps[0].from);
    trial.stop().await;
}

#[tokio::test]
async fn a_first_connection_lost_before_it_brought_anything_is_replayed_too() {
    let jetstream = Jetstream::default();
    let (bluesky, _guard) = jetstream.start().await;
    let mut trial = Trial::start(bluesky, 1.0, &[], None);
    trial.until("connected", |t| t.is(STREAM, Condition::Well)).await;
    jetstream.hang_up.notify_one();
    trial.until("a gap", |t| !t.gaps.is_empty()).await;
    jetstream.post(0, "missed");
    trial.until("made up", |t| t.has(&[&uri("missed")]) && t.gaps[0].made_up).await;
    trial.stop().await;
}

#[tokio::test]
async fn what_was_said_while_horch_was_stopped_is_made_up_for() {
    let jetstream = Jetstream::default();
    let (bluesky, _guard) = jetstream.start().await;
    let cursor = jetstream.post(120_000, "heard").to_string();
    jetstream.post(60_000, "missed");
    let last_run = crate::Clock::wall().now().plus(-110_000);
    let mut trial = Trial::start(bluesky, 1.0, &[(STREAM, &cursor)], Some(last_run));
    trial.until("replayed", |t| t.has(&[&uri("heard"), &uri("missed")])).await;
    trial.until("made up", |t| t.gaps.first().is_some_and(|gap| gap.made_up)).await;
    assert_eq!((trial.gaps[0].reason, trial.gaps[0].from), (GapReason::Stopped, last_run));
    trial.stop().await;
}

#[tokio::test]
async fn a_cursor_that_jetstream_no_longer_has_is_a_gap() {
    let jetstream = Jetstream::default();
    let (bluesky, _guard) = jetstream.start().await;
    let now = crate::Clock::wall().now();
    let cursor = (now.plus(-5 * domain::DAY).0 * 1_000).to_string();
    jetstream.post(domain::DAY, "oldest");
    let last_run = now.plus(-5 * domain::DAY);
    let mut trial = Trial::start(bluesky, 1.0, &[(STREAM, &cursor)], Some(last_run));
    let late = |t: &Trial| t.gaps.iter().any(|gap| gap.reason == GapReason::TooLate);
    trial.until("too late", late).await;
    assert!(!trial.gaps[0].made_up);
    assert_eq!(trial.gaps[0].from, last_run);
    assert!(trial.gaps[0].until.unwrap() < now.plus(-domain::DAY + 1_000));
    trial.stop().await;
}

#[tokio::test]
async fn a_refusal_is_met_with_patience() {
    let jetstream = Jetstream::default();
    *jetstream.refuse.lock().unwrap() = Some((429, "2"));
    let (bluesky, _guard) = jetstream.start().await;
    let started = tokio::time::Instant::now();
    let mut trial = Trial::start(bluesky, 1.0, &[(STREAM, "nonsense")], None);
    trial.until("limping", |t| t.is(STREAM, Condition::Limping)).await;
    let detail = trial.health(STREAM).unwrap().detail.clone();
    assert!(detail.contains("429") && detail.ends_with("next try in 2 s"), "{detail}");
    trial.until("well again", |t| t.is(STREAM, Condition::Well)).await;
    assert!(started.elapsed() >= Duration::from_secs(2));
    trial.until("the gap", |t| t.gaps.first().is_some_and(|gap| gap.until.is_some())).await;
    assert_eq!(trial.gaps[0].reason, GapReason::RateLimited);
    assert!(!trial.gaps[0].made_up, "without a cursor nothing can be replayed");
    trial.stop().await;
}

#[tokio::test]
async fn a_message_nobody_can_read_is_stepped_over() {
    let jetstream = Jetstream::default();
    let (bluesky, _guard) = jetstream.start().await;
    let before = jetstream.post(3_000, "before");
    jetstream.say(before + 500_000, "x".repeat(2 << 20));
    jetstream.post(1_000, "after");
    let cursor = before.to_string();
    let mut trial = Trial::start(bluesky, 1.0, &[(STREAM, &cursor)], None);
    trial.until("stepped over", |t| t.has(&[&uri("after")])).await;
    trial.until("the gap ends", |t| t.gaps.iter().any(|gap| gap.until.is_some())).await;
    assert_eq!(trial.gaps[0].reason, GapReason::Broken);
    assert!(!trial.gaps[0].made_up);
    trial.stop().await;
}

#[tokio::test]
async fn broken_events_are_counted_and_batches_are_bounded() {
    let jetstream = Jetstream::default();
    let (bluesky, _guard) = jetstream.start().await;
    let mut trial = Trial::start(bluesky, 1.0, &[], None);
    trial.until("connected", |t| t.is(STREAM, Condition::Well)).await;
    let now = crate::Clock::wall().now().0 as u64 * 1_000;
    jetstream.say(now, "{]".to_owned());
    jetstream
        .say(now, json!({"did": "did:plc:a", "time_us": now + 5, "kind": "commit"}).to_string());
    for number in 0..1_000 {
        jetstream.post(0, &format!("p{number}"));
    }
    trial.until("all", |t| t.seen.len() == 1_000).await;
    trial.until("counted", |t| t.health(STREAM).is_some_and(|h| h.heard == 1_000)).await;
    assert_eq!(trial.health(STREAM).unwrap().broken, 2);
    trial.stop().await;
}

#[tokio::test]
async fn private_networks_are_out_of_reach() {
    let (address, _guard) = serve(|_stream| async { panic!("nobody may call") }).await;
    let guarded = crate::Http::new(crate::HttpOptions::default()).unwrap();
    for endpoint in [format!("ws://{address}/"), format!("ws://localhost:{}/", address.port())] {
        let bluesky = Bluesky::new(&json!({"endpoint": endpoint})).unwrap();
        let error = bluesky.probe(&guarded).await.unwrap_err().to_string();
        assert!(error.contains("private network"), "{error}");
    }
}

#[tokio::test]
async fn profiles_are_looked_up_25_at_a_time() {
    let (address, _guard) = http_server(|path, _| {
        let url = url::Url::parse(&format!("http://x{path}")).unwrap();
        let dids: Vec<String> = url.query_pairs().map(|(_, did)| did.into_owned()).collect();
        assert!(url.path() == "/xrpc/app.bsky.actor.getProfiles" && dids.len() <= 25);
        let known = dids.iter().filter(|did| !did.ends_with("0"));
        let profiles: Vec<Value> = known
            .map(|did| json!({"did": did, "handle": "a.example", "followersCount": 3}))
            .collect();
        ok(json!({"profiles": profiles}))
    })
    .await;
    let bluesky = Bluesky::new(&json!({"api": format!("http://{address}")})).unwrap();
    let mut keys: Vec<String> = (1..=60).map(|n| format!("did:plc:n{n}")).collect();
    keys.push("not a did".to_owned());
    let found = bluesky.profiles(&http(), &keys).await.unwrap();
    assert_eq!(found.len(), 54);
    assert_eq!(found[0].followers, Some(3));
}
