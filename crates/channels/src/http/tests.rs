//! Small servers on loopback, each with one fault.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// Answers every request with what `answer` makes of its head, then closes.
async fn server<F>(answer: F) -> SocketAddr
where
    F: Fn(String) -> Vec<u8> + Send + Sync + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let head = read_head(&mut stream).await;
                let _ = stream.write_all(&answer(head)).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    address
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0; 1];
    while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).await.is_ok() {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

fn ok(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut answer =
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n{headers}\r\n").into_bytes();
    answer.extend_from_slice(body);
    answer
}

fn redirect(status: u16, to: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} There\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into_bytes()
}

/// Options for loopback: `*.example` names lead to `address`, nothing private is allowed.
fn options(address: SocketAddr) -> HttpOptions {
    let names = ["blog.example", "other.example"].map(|name| (name.to_owned(), address));
    HttpOptions {
        resolve: names.into(),
        host_interval: Duration::ZERO,
        timeout: Duration::from_millis(600),
        max_body: 10_000,
        ..HttpOptions::default()
    }
}

async fn get(options: HttpOptions, url: &str) -> Result<Answer, HttpError> {
    let http = Http::new(options).unwrap();
    http.get(Get { url: url.to_owned(), ..Get::default() }).await
}

async fn check(answer: Vec<u8>, expect: HttpError) {
    let address = server(move |_| answer.clone()).await;
    let error = get(options(address), "http://blog.example/feed?key=secret").await.unwrap_err();
    assert_eq!(error, expect);
    assert!(!error.to_string().contains("secret"));
}

#[tokio::test]
async fn a_name_of_the_operators_leads_to_the_port_given_there() {
    let address = server(|head| ok("", head.as_bytes())).await;
    let answer = get(options(address), "http://Blog.example/feed#part").await.unwrap();
    let head = String::from_utf8_lossy(&answer.body).to_lowercase();
    assert!(head.starts_with("get /feed http/1.1\r\n"), "{head}");
    assert!(head.contains("host: blog.example\r\n"), "{head}");
    assert!(head.contains("user-agent: horch/"), "{head}");
    assert_eq!((answer.status.as_u16(), answer.moved), (200, false));
    assert_eq!(answer.url, "http://blog.example/feed");
}

#[tokio::test]
async fn private_networks_are_out_of_reach() {
    let address = server(|_| ok("", b"inside")).await;
    let port = address.port();
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://2130706433:{port}/"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://[fd00:ec2::254]/".to_owned(),
        "https://10.0.0.1/".to_owned(),
    ] {
        let error = get(options(address), &url).await.unwrap_err();
        assert!(matches!(error, HttpError::Private(_)), "{url}: {error}");
    }
    let open = HttpOptions { allow_private: true, ..options(address) };
    assert!(get(open, &format!("http://127.0.0.1:{port}/")).await.is_ok());
}

#[tokio::test]
async fn an_allowed_host_opens_that_port_only() {
    let address = server(|_| ok("", b"inside")).await;
    let other = server(|_| ok("", b"inside too")).await;
    for host in ["127.0.0.1", "localhost"] {
        let allowed = format!("{host}:{}", address.port());
        let options = HttpOptions { allow_hosts: vec![allowed.clone()], ..options(address) };
        assert!(get(options.clone(), &format!("http://{allowed}/")).await.is_ok(), "{allowed}");
        let error = get(options, &format!("http://{host}:{}/", other.port())).await.unwrap_err();
        assert!(matches!(error, HttpError::Private(_)), "{error}");
    }
}

#[tokio::test]
async fn a_redirect_into_a_private_network_is_not_followed() {
    let inside = server(|_| ok("", b"inside")).await;
    let to = format!("http://127.0.0.1:{}/", inside.port());
    check(redirect(302, &to), HttpError::Private(inside.to_string())).await;
    let to = format!("http://localhost:{}/", inside.port());
    let place = format!("localhost:{}", inside.port());
    check(redirect(301, &to), HttpError::Private(place)).await;
}

#[tokio::test]
async fn redirects_end() {
    check(redirect(301, "/feed?key=secret"), HttpError::Redirects("blog.example".into())).await;
    let count = AtomicUsize::new(0);
    let endless = move |_| redirect(302, &format!("/{}", count.fetch_add(1, Ordering::Relaxed)));
    let error = get(options(server(endless).await), "http://blog.example/").await.unwrap_err();
    assert_eq!(error, HttpError::Redirects("blog.example".into()));
    check(
        redirect(302, "file:///etc/passwd"),
        HttpError::Address("only http and https addresses can be fetched".into()),
    )
    .await;
}

#[tokio::test]
async fn only_lasting_redirects_are_called_moved() {
    for (status, moved) in [(301, true), (308, true), (302, false), (307, false)] {
        let address =
            server(
                move |head| {
                    if head.contains("/new") { ok("", b"here") } else { redirect(status, "/new") }
                },
            );
        let answer = get(options(address.await), "http://blog.example/old").await.unwrap();
        assert_eq!(answer.moved, moved, "{status}");
        assert_eq!(answer.url, "http://blog.example/new");
    }
}

#[tokio::test]
async fn secrets_stay_with_their_origin() {
    let address = server(|head| {
        let there = head.to_lowercase().contains("host: other.example");
        if there { ok("", head.as_bytes()) } else { redirect(302, "http://other.example/x") }
    })
    .await;
    let http = Http::new(options(address)).unwrap();
    let headers = vec![
        ("authorization", "Bearer secret".to_owned()),
        ("x-api-key", "secret".to_owned()),
        ("if-none-match", "\"tag\"".to_owned()),
    ];
    let get = Get { url: "http://blog.example/".into(), headers, api: false };
    let head = String::from_utf8_lossy(&http.get(get).await.unwrap().body).into_owned();
    assert!(!head.contains("secret"), "{head}");
    assert!(head.contains("\"tag\""), "{head}");
}

#[tokio::test]
async fn a_large_body_is_cut_off() {
    let large = || HttpError::Large("blog.example".into(), 10_000);
    check(ok("", &[b'x'; 10_001]), large()).await;
    let unannounced = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &[b'x'; 20_000]].concat();
    check(unannounced, large()).await;
}

#[tokio::test]
async fn a_bomb_is_counted_unpacked() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&vec![0; 4 << 20]).unwrap();
    let bomb = gzip.finish().unwrap();
    assert!(bomb.len() < 10_000, "small enough on the wire");
    let expect = HttpError::Large("blog.example".into(), 10_000);
    check(ok("content-encoding: gzip\r\n", &bomb), expect).await;
}

#[tokio::test]
async fn a_packed_body_is_unpacked() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(b"hello").unwrap();
    let body = gzip.finish().unwrap();
    let address = server(move |_| ok("content-encoding: gzip\r\n", &body)).await;
    let answer = get(options(address), "http://blog.example/").await.unwrap();
    assert_eq!(&answer.body[..], b"hello");
}

#[tokio::test]
async fn a_broken_off_answer_is_told() {
    let cut = || HttpError::Cut("blog.example".into());
    check(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_vec(), cut()).await;
    check(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhal".to_vec(), cut()).await;
    check(b"HTTP/1.1 200 OK\r\ncont".to_vec(), cut()).await;
    check(Vec::new(), cut()).await;
    let broken = ok("content-encoding: gzip\r\n", b"this is not gzip");
    check(broken, cut()).await;
}

#[tokio::test]
async fn a_slow_body_ends_by_the_clock() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n").await;
        // Never silent for long, so only a limit on the whole can end it.
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let error = get(options(address), "http://blog.example/").await.unwrap_err();
    assert_eq!(error, HttpError::Slow("blog.example".into(), 1));
}

#[tokio::test]
async fn nobody_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = get(options(address), "http://blog.example/?key=secret").await.unwrap_err();
    assert!(matches!(&error, HttpError::Connect(host, _) if host == "blog.example"), "{error}");
    assert!(!error.to_string().contains("secret"));
    let error = get(options(address), "http://no-such-name.invalid/").await.unwrap_err();
    assert_eq!(error, HttpError::Name("no-such-name.invalid".into()));
    for address in ["feed", "/feed", "ftp://blog.example/", "http://", "https:///x", "data:,x"] {
        let http = Http::new(HttpOptions::default()).unwrap();
        let answer = http.get(Get { url: address.into(), ..Get::default() }).await;
        assert!(answer.is_err(), "{address}");
    }
}

#[tokio::test]
async fn https_needs_a_trusted_root() {
    let made = rcgen::generate_simple_self_signed(vec!["blog.example".to_owned()]).unwrap();
    let der = made.cert.der().to_vec();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut head = [0; 1024];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(&ok("", b"sealed")).await;
            let _ = stream.shutdown().await;
        }
    });
    let trusting = HttpOptions { extra_roots: vec![der], ..options(address) };
    let answer = get(trusting.clone(), "https://blog.example/").await.unwrap();
    assert_eq!(&answer.body[..], b"sealed");
    let error = get(trusting, "https://other.example/").await.unwrap_err();
    assert!(matches!(error, HttpError::Connect(..)), "a wrong name: {error}");
    let error = get(options(address), "https://blog.example/").await.unwrap_err();
    assert!(matches!(error, HttpError::Connect(..)), "an unknown root: {error}");
}

#[tokio::test]
async fn addresses_for_other_protocols_pass_the_same_guard() {
    let http = Http::new(options("127.0.0.1:4711".parse().unwrap())).unwrap();
    let ask = async |url: &str| http.addresses(&Url::parse(url).unwrap()).await;
    assert_eq!(ask("wss://blog.example/").await.unwrap()[0].port(), 4711);
    assert_eq!(ask("wss://blog.example:99/").await.unwrap()[0].port(), 99);
    assert_eq!(ask("wss://1.1.1.1/").await.unwrap()[0].to_string(), "1.1.1.1:443");
    assert!(matches!(ask("ws://127.0.0.1/").await, Err(HttpError::Private(_))));
    assert!(matches!(ask("ws://localhost/").await, Err(HttpError::Private(_))));
}
