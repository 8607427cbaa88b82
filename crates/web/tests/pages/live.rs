//! Live pages: the event stream, where it goes on, what it leaves to a reload.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use domain::Tone;
use futures_util::StreamExt as _;
use http::StatusCode;
use store::{Ingest, MentionFilter, Page};

use crate::browser::{Browser, NOW};
use crate::seed;

/// One event.
#[derive(Debug, Default, PartialEq)]
pub struct Event {
    pub kind: String,
    id: String,
    data: String,
}

pub struct Stream {
    body: BodyDataStream,
    rest: String,
}

impl Stream {
    pub fn of(response: http::Response<Body>) -> Stream {
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Stream { body: response.into_body().into_data_stream(), rest: String::new() }
    }

    /// The next event, or `None` when nothing comes for two seconds.
    pub async fn next(&mut self) -> Option<Event> {
        while !self.rest.contains("\n\n") {
            let next = tokio::time::timeout(Duration::from_secs(2), self.body.next()).await;
            let bytes = next.ok()??.unwrap();
            self.rest.push_str(std::str::from_utf8(&bytes).unwrap());
        }
        let (block, rest) = self.rest.split_once("\n\n").unwrap();
        let mut event = Event::default();
        for line in block.lines() {
            let (field, value) = line.split_once(':').unwrap();
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => event.kind = value.into(),
                "id" => event.id = value.into(),
                "data" => event.data.push_str(&format!("{value}\n")),
                _ => {}
            }
        }
        self.rest = rest.to_owned();
        Some(event)
    }

    /// Events until nothing comes.
    async fn all(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

async fn say(browser: &Browser, id: &str, body: &str) {
    let watches = browser.store.watches().await.unwrap();
    let post = seed::plain_post(id, body, NOW);
    let posts = vec![seed::judge(post, Some((Tone::Negative, 0.9)), &watches)];
    browser.store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
}

/// The address of the stream that a page follows.
async fn address(browser: &mut Browser, page: &str) -> String {
    let page = browser.get(page).await;
    let address = page.text.split("data-events=\"").nth(1).unwrap().split('"').next().unwrap();
    address.replace("&#38;", "&")
}

#[tokio::test]
async fn what_is_said_appears_on_the_open_page_and_counts_as_told() {
    let mut browser = Browser::seeded().await;
    let address = address(&mut browser, "/").await;
    let mut stream = Stream::of(browser.open(&address).await);
    assert_eq!(stream.next().await, None, "the page has everything already");
    say(&browser, "live", "Falkenrot <b>live</b>\r\nline two").await;
    let mention = stream.next().await.unwrap();
    assert_eq!(mention.kind, "mention");
    assert!(mention.data.starts_with("<li class=\"mention negative\" id=\"m"), "{}", mention.data);
    assert!(mention.data.contains("<mark>Falkenrot</mark> &#60;b&#62;live"), "{}", mention.data);
    let alert = stream.next().await.unwrap();
    assert_eq!(alert.kind, "alert");
    assert!(alert.data.contains("name=\"proof\" value=\""), "it can be acknowledged");
    assert_eq!(stream.next().await, None);
    let rows = browser.store.mentions(&MentionFilter::default(), Page::Newest, 1).await.unwrap();
    assert_eq!(rows[0].told, Some(NOW));
    // The page draws it with the same words.
    let page = browser.get("/mentions").await;
    assert!(page.text.contains("<mark>Falkenrot</mark> &#60;b&#62;live"));
}

#[tokio::test]
async fn a_broken_connection_goes_on_where_it_stopped() {
    let mut browser = Browser::seeded().await;
    let address = address(&mut browser, "/").await;
    for n in 0..5 {
        say(&browser, &format!("n{n}"), &format!("Falkenrot Nummer {n}")).await;
    }
    let mut stream = Stream::of(browser.open(&address).await);
    let first = stream.all().await;
    let mentions: Vec<&Event> = first.iter().filter(|e| e.kind == "mention").collect();
    assert_eq!(mentions.len(), 5, "what came after the page was made is not lost");
    assert_eq!(first.iter().filter(|e| e.kind == "alert").count(), 5);
    drop(stream);
    // The browser comes back with the id of the third mention.
    browser.headers = vec![("last-event-id", mentions[2].id.clone())];
    let mut stream = Stream::of(browser.open(&address).await);
    let again = stream.all().await;
    let numbers: Vec<&Event> = again.iter().filter(|e| e.kind == "mention").collect();
    let ids = |events: &[&Event]| events.iter().map(|e| e.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&numbers), ids(&mentions[3..]));
    assert_eq!(again.iter().filter(|e| e.kind == "alert").count(), 5, "alerts were not seen yet");
    browser.headers = vec![("last-event-id", first.last().unwrap().id.clone())];
    let mut stream = Stream::of(browser.open(&address).await);
    assert_eq!(stream.all().await, []);
}

#[tokio::test]
async fn a_flood_and_a_foreign_past_ask_for_a_reload() {
    let mut browser = Browser::seeded().await;
    browser.headers = vec![("last-event-id", "m1-a1".into())];
    let watches = browser.store.watches().await.unwrap();
    let judged =
        |n| seed::judge(seed::plain_post(&format!("f{n}"), "falkenrot", NOW), None, &watches);
    let posts = (0..150).map(judged).collect();
    browser.store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
    let mut stream = Stream::of(browser.open("/events").await);
    let events = stream.all().await;
    assert_eq!(events.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(), ["reload"]);
    browser.headers = vec![("last-event-id", events[0].id.clone())];
    assert_eq!(Stream::of(browser.open("/events").await).all().await, []);
    browser.headers = vec![("last-event-id", "m999999-a1".into())];
    let mut stream = Stream::of(browser.open("/events").await);
    assert_eq!(stream.next().await.unwrap().kind, "reload");
    say(&browser, "later", "Falkenrot").await;
    assert_eq!(stream.next().await.unwrap().kind, "mention", "and goes on from there");
}

#[tokio::test]
async fn a_filtered_page_hears_only_what_it_shows() {
    let mut browser = Browser::seeded().await;
    let address = address(&mut browser, "/mentions?words=needle").await;
    let mut stream = Stream::of(browser.open(&address).await);
    say(&browser, "a", "Falkenrot hay").await;
    say(&browser, "b", "Falkenrot needle").await;
    let events = stream.all().await;
    let kinds: Vec<&str> =
        events.iter().map(|e| e.kind.as_str()).filter(|k| *k != "changed").collect();
    assert_eq!(kinds, ["mention"], "no alert where none is shown");
    assert!(events.iter().any(|e| e.kind == "changed"), "but the count of open alerts moves");
    let hay = MentionFilter { words: Some("hay".into()), ..MentionFilter::default() };
    let rows = browser.store.mentions(&hay, Page::Newest, 1).await.unwrap();
    assert_eq!(rows[0].told, None, "what is not shown is not told");
}

#[tokio::test]
async fn changes_and_deletions_are_told_and_streams_are_bounded() {
    let browser = Browser::seeded().await;
    let mut stream = Stream::of(browser.open("/events").await);
    assert_eq!(stream.next().await, None);
    let gone = browser.store.mentions(&MentionFilter::default(), Page::Newest, 1).await.unwrap();
    let deleted = vec![gone[0].post.id()];
    browser.store.ingest(&Ingest { deleted, ..Ingest::default() }, NOW).await.unwrap();
    assert_eq!(stream.next().await.unwrap().kind, "changed");
    let mut open = Vec::new();
    loop {
        let response = browser.open("/events").await;
        if response.status() != StatusCode::OK {
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert!(response.headers().contains_key("retry-after"));
            break;
        }
        open.push(response);
        assert!(open.len() < 1_000, "streams are not bounded");
    }
    drop(open);
    assert_eq!(browser.open("/events").await.status(), StatusCode::OK);
}
