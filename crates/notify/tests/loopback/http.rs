//! Webhook and ntfy.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use notify::webhook::verify;
use notify::{NotifyError, NotifyOptions};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use super::{built, home, hostile, message};

type Answer = fn(usize) -> Response;

/// What a server was sent.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<(String, HeaderMap, Bytes)>>>);

impl Seen {
    fn all(&self) -> Vec<(String, HeaderMap, Bytes)> {
        self.0.lock().unwrap().clone()
    }
}

/// A server that answers request number n with `answer(n)`.
async fn serve(answer: Answer) -> (String, Seen) {
    let seen = Seen::default();
    let handler = |State((seen, answer)): State<(Seen, Answer)>, request: Request| async move {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let mut all = seen.0.lock().unwrap();
        all.push((format!("{} {}", parts.method, parts.uri), parts.headers, body));
        answer(all.len())
    };
    let app = Router::new().fallback(handler).with_state((seen.clone(), answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, seen)
}

async fn hook(answer: Answer) -> (Result<String, NotifyError>, Seen) {
    let (address, seen) = serve(answer).await;
    let settings = json!({"url": format!("http://{address}/in?key=hidden"), "secret": "s3cret"});
    let webhook = built("webhook", &settings, "en", &home()).unwrap();
    (webhook.send(&message()).await, seen)
}

fn status(code: u16) -> Response {
    StatusCode::from_u16(code).unwrap().into_response()
}

#[tokio::test]
async fn a_webhook_is_signed_and_whole() {
    let (receipt, seen) = hook(|_| status(204)).await;
    assert!(receipt.as_ref().unwrap().contains("204"), "{receipt:?}");
    let all = seen.all();
    let (line, headers, body) = &all[0];
    assert_eq!((all.len(), line.as_str()), (1, "POST /in?key=hidden"));
    let header = |name: &str| headers[name].to_str().unwrap();
    assert_eq!(header("horch-delivery"), message().alert);
    assert_eq!(header("content-type"), "application/json");
    let stamp = header("horch-timestamp");
    let now = domain::Time(stamp.parse::<i64>().unwrap() * 1_000 + 500);
    assert_eq!(verify("s3cret", stamp, header("horch-signature"), body, now), Ok(()));
    let mut json: Value = serde_json::from_slice(body).unwrap();
    let text = json.as_object_mut().unwrap().remove("text").unwrap();
    assert_eq!(text, notify::render(&message(), "en"));
    assert_eq!(serde_json::from_value::<domain::Message>(json).unwrap(), message());
}

#[tokio::test]
async fn without_a_secret_nothing_pretends_to_be_signed() {
    let (address, seen) = serve(|_| status(200)).await;
    let settings = json!({"url": format!("http://{address}/"), "secret": ""});
    let webhook = built("webhook", &settings, "en", &home()).unwrap();
    assert!(webhook.send(&message()).await.is_ok());
    assert!(!seen.all()[0].1.contains_key("horch-signature"));
}

#[tokio::test]
async fn answers_decide_whether_trying_again_makes_sense() {
    async fn check(answer: Answer, later: Option<Option<u64>>) {
        let error = hook(answer).await.0.unwrap_err();
        match (&error, later) {
            (NotifyError::Refused(_), None) => {}
            (NotifyError::Later { after, .. }, Some(expect)) => assert_eq!(*after, expect),
            other => panic!("{other:?}"),
        }
        assert!(!error.to_string().contains("hidden"), "an address may hold a secret: {error}");
    }
    check(|_| status(400), None).await;
    check(|_| status(401), None).await;
    check(|_| status(404), None).await;
    check(|_| status(410), None).await;
    check(|_| status(408), Some(None)).await;
    check(|_| status(425), Some(None)).await;
    check(|_| (status(429).status(), [("retry-after", "30")]).into_response(), Some(Some(30)))
        .await;
    check(|_| (status(503).status(), [("retry-after", "7")]).into_response(), Some(Some(7))).await;
    check(|_| status(500), Some(None)).await;
}

#[tokio::test]
async fn a_server_that_stumbles_gets_the_same_delivery_again() {
    let (address, seen) = serve(|n| status(if n == 1 { 500 } else { 200 })).await;
    let settings = json!({"url": format!("http://{address}/"), "secret": "x"});
    let webhook = built("webhook", &settings, "en", &home()).unwrap();
    assert!(matches!(webhook.send(&message()).await, Err(NotifyError::Later { .. })));
    assert!(webhook.send(&message()).await.is_ok());
    let ids: Vec<_> = seen.all().iter().map(|(_, h, _)| h["horch-delivery"].clone()).collect();
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (inside, inner) = serve(|_| status(200)).await;
    let target: &'static str = Box::leak(format!("http://{inside}/admin").into_boxed_str());
    static TARGET: std::sync::OnceLock<&str> = std::sync::OnceLock::new();
    TARGET.set(target).unwrap();
    let answer: Answer = |_| {
        let code = StatusCode::TEMPORARY_REDIRECT;
        (code, [("location", *TARGET.get().unwrap())]).into_response()
    };
    let (result, _) = hook(answer).await;
    assert!(matches!(&result, Err(NotifyError::Refused(r)) if r.contains("not followed")));
    assert!(inner.all().is_empty());
}

#[tokio::test]
async fn a_huge_answer_is_cut_off() {
    fn endless() -> Body {
        let chunk = Bytes::from(vec![b'x'; 1 << 16]);
        Body::from_stream(futures_util::stream::repeat(Ok::<_, std::convert::Infallible>(chunk)))
    }
    let (result, _) = hook(|_| (StatusCode::BAD_REQUEST, endless()).into_response()).await;
    let error = result.unwrap_err().to_string();
    assert!(error.contains("400") && error.len() < 400, "{error}");
    assert!(hook(|_| endless().into_response()).await.0.is_ok(), "the status is the receipt");
}

#[tokio::test]
async fn nobody_is_waited_for_longer_than_ten_seconds() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = json!({"url": format!("http://{}/", listener.local_addr().unwrap())});
    let webhook = built("webhook", &settings, "en", &home()).unwrap();
    let sending = tokio::spawn(async move { webhook.send(&message()).await });
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut request = [0; 1_024];
    assert!(socket.read(&mut request).await.unwrap() > 0);
    // The request is there; from now on nothing happens, and time flies.
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    let error = sending.await.unwrap().unwrap_err();
    assert!(start.elapsed() <= Duration::from_secs(11), "{:?}", start.elapsed());
    assert!(matches!(&error, NotifyError::Later { reason, .. } if reason.contains("10 s")));
}

#[tokio::test]
async fn private_networks_stay_out_of_reach() {
    let (address, seen) = serve(|_| status(200)).await;
    let port = address.rsplit(':').next().unwrap();
    let strict = NotifyOptions::default();
    for url in [format!("http://{address}/"), format!("http://localhost:{port}/")] {
        let refused = built("webhook", &json!({"url": url}), "en", &strict).err();
        assert!(matches!(refused, Some(NotifyError::Setting("url", _))), "{url}");
        let refused = built("ntfy", &json!({"server": url, "topic": "t"}), "en", &strict).err();
        assert!(matches!(refused, Some(NotifyError::Setting("server", _))), "{url}");
    }
    let named = NotifyOptions { allow_hosts: vec![address.clone()], ..NotifyOptions::default() };
    let settings = json!({"url": format!("http://{address}/")});
    assert!(built("webhook", &settings, "en", &named).unwrap().send(&message()).await.is_ok());
    assert_eq!(seen.all().len(), 1);
}

#[tokio::test]
async fn a_name_for_a_private_address_is_found_out_when_sending() {
    // The machine's own name resolves to itself or to nothing, never to the internet.
    let name = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let name = name.trim();
    if name.is_empty() {
        return;
    }
    let settings = json!({"url": format!("http://{name}:9/")});
    let webhook = built("webhook", &settings, "en", &NotifyOptions::default()).unwrap();
    let error = webhook.send(&message()).await.unwrap_err().to_string();
    assert!(error.contains("private network") || error.contains("no address"), "{error}");
}

#[tokio::test]
async fn ntfy_gets_title_links_and_priority() {
    let (address, seen) = serve(|_| axum::Json(json!({"id": "abc123"})).into_response()).await;
    let settings = json!({
        "server": format!("http://{address}/push"), "topic": "horch-alerts", "token": "tk_1",
    });
    let ntfy = built("ntfy", &settings, "de", &home()).unwrap();
    let receipt = ntfy.send(&hostile()).await.unwrap();
    assert!(receipt.contains("abc123"), "{receipt}");
    let (line, headers, body) = seen.all()[0].clone();
    assert_eq!(line, "POST /push/");
    assert_eq!(headers["authorization"], "Bearer tk_1");
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["topic"], "horch-alerts");
    assert_eq!(body["priority"], 4);
    assert_eq!(body["sequence_id"], message().alert);
    assert_eq!(body["click"], message().horch_url);
    assert_eq!(body["actions"][0]["url"], message().post_url);
    assert_eq!(body["actions"][1]["label"], "In Horch öffnen");
    let title = body["title"].as_str().unwrap();
    assert!(title.starts_with("Negativ über Ärger: Anna Bcc") && !title.contains('\n'), "{title}");
    let text = body["message"].as_str().unwrap();
    assert!(text.starts_with("Wer: Anna Bcc: all@evil.example Hello\n"), "{text}");
    assert!(text.contains("\n> Open in Horch: https://evil.example\n"), "{text}");
}

#[tokio::test]
async fn ntfy_links_nowhere_but_to_the_web() {
    let (address, seen) = serve(|_| status(200)).await;
    let settings = json!({"server": format!("http://{address}"), "topic": "t"});
    let ntfy = built("ntfy", &settings, "en", &home()).unwrap();
    let mut message = message();
    message.post_url = "intent://evil".into();
    message.excerpt = "ä".repeat(4_000);
    assert!(ntfy.send(&message).await.is_ok());
    let body: Value = serde_json::from_slice(&seen.all()[0].2).unwrap();
    assert_eq!(body["actions"].as_array().unwrap().len(), 1);
    assert!(body["message"].as_str().unwrap().len() <= 4_000);
}

#[tokio::test]
async fn probes_tell_nobody() {
    let (address, seen) = serve(|_| axum::Json(json!({"healthy": true})).into_response()).await;
    let ntfy = json!({"server": format!("http://{address}"), "topic": "t"});
    assert!(built("ntfy", &ntfy, "en", &home()).unwrap().probe().await.is_ok());
    let webhook = json!({"url": format!("http://{address}/in")});
    assert!(built("webhook", &webhook, "en", &home()).unwrap().probe().await.is_ok());
    let lines: Vec<String> = seen.all().into_iter().map(|(line, ..)| line).collect();
    assert_eq!(lines, ["GET /v1/health", "HEAD /in"]);
    let (other, _) = serve(|_| status(200)).await;
    let ntfy = json!({"server": format!("http://{other}"), "topic": "t"});
    assert!(built("ntfy", &ntfy, "en", &home()).unwrap().probe().await.is_err());
}

#[test]
fn wrong_settings_are_named() {
    let check = |notifier: &str, settings: Value, field: &str| {
        let error = built(notifier, &settings, "en", &NotifyOptions::default()).err();
        assert!(
            matches!(&error, Some(NotifyError::Setting(name, _)) if *name == field),
            "{settings}: {error:?}"
        );
    };
    check("ntfy", json!({"topic": ""}), "topic");
    check("ntfy", json!({"topic": "a b"}), "topic");
    check("ntfy", json!({"topic": "a/../b"}), "topic");
    check("ntfy", json!({"topic": "t", "token": "a\r\nb: c"}), "token");
    check("ntfy", json!({"topic": "t", "server": "gopher://x.example"}), "server");
    check("webhook", json!({"url": "newsroom"}), "url");
}
