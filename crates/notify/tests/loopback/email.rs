//! Mail.

use std::time::Duration;

use base64::Engine as _;
use domain::Picture;
use notify::{NotifyError, NotifyOptions};
use serde_json::{Value, json};

use super::smtp::{Manners, Sink};
use super::{built, home, hostile, message};

fn settings(sink: &Sink, security: &str) -> Value {
    json!({
        "host": "127.0.0.1", "port": sink.port, "security": security,
        "from": "Horch <horch@example.org>", "to": "anna@example.org\nBen <ben@example.org>",
    })
}

async fn send(sink: &Sink, security: &str) -> Result<String, NotifyError> {
    built("email", &settings(sink, security), "en", &home())?.send(&message()).await
}

fn trusting(sink: &Sink) -> NotifyOptions {
    NotifyOptions { extra_roots: vec![sink.root.clone()], ..home() }
}

#[tokio::test]
async fn a_mail_says_who_sent_it_and_that_a_machine_did() {
    let sink = Sink::start(Manners::default()).await;
    let receipt = send(&sink, "none").await.unwrap();
    assert!(receipt.contains("took it"), "{receipt}");
    let mail = &sink.mails()[0];
    for line in [
        "From: Horch <horch@example.org>",
        "To: anna@example.org, Ben <ben@example.org>",
        "Subject: Negative about Windows 7",
        "Message-ID: <alert.0123456789abcdef0123456789abcdef@example.org>",
        "Auto-Submitted: auto-generated",
        "Content-Type: text/plain; charset=utf-8",
    ] {
        assert!(mail.contains(&format!("{line}\r\n")), "{line} is missing in {mail}");
    }
    assert!(mail.contains("Date: Tue, 14 Nov 2023 22:13:24 +0000"), "{mail}");
    let receivers = sink.heard(|h| h.commands.iter().filter(|c| c.starts_with("RCPT")).count());
    assert_eq!(receivers, 2);
}

/// A mail's or a part's header by its name, and its body.
fn parted(part: &str) -> (impl Fn(&str) -> String, &str) {
    let (head, body) = part.split_once("\r\n\r\n").unwrap();
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let header = move |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name} in {head}")).to_owned()
    };
    (header, body)
}

/// The parts of a multipart body.
fn parts<'b>(kind: &str, body: &'b str) -> Vec<&'b str> {
    let boundary = kind.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut parts: Vec<&str> = body.split(&format!("--{boundary}")).collect();
    assert!(parts.pop().unwrap().starts_with("--"), "the last boundary is missing");
    parts.drain(1..).map(|part| part.strip_prefix("\r\n").unwrap()).collect()
}

fn unquoted(body: &str) -> String {
    let body = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'=', [a, b, more @ ..]) => {
                let hex = String::from_utf8_lossy(&[*a, *b]).into_owned();
                bytes.push(u8::from_str_radix(&hex, 16).unwrap());
                more
            }
            _ => {
                bytes.push(*first);
                tail
            }
        };
    }
    String::from_utf8(bytes).unwrap()
}

/// A part's text, whatever way it travelled.
fn decoded(encoding: &str, body: &str) -> Vec<u8> {
    match encoding {
        "base64" => {
            let plain: String = body.split_whitespace().collect();
            base64::engine::general_purpose::STANDARD.decode(plain).unwrap()
        }
        "quoted-printable" => unquoted(body).into_bytes(),
        _ => body.as_bytes().to_vec(),
    }
}

#[tokio::test]
async fn a_picture_stands_in_the_mail_and_its_words_beside_it() {
    let sink = Sink::start(Manners::default()).await;
    let png: Vec<u8> = (0..3_000_u32).map(|n| (n * 7 % 256) as u8).collect();
    let picture = Picture {
        png: png.clone(),
        width: 600,
        height: 500,
        alt: "Leiter: 4 Beiträge \" <b>".into(),
        link: "https://horch.example/stories/3".into(),
    };
    let evil = "javascript:alert(1)".into();
    let message = domain::Message {
        picture: Some(picture),
        alert: "a11".into(),
        post_url: evil,
        ..hostile()
    };
    for _ in 0..2 {
        let email = built("email", &settings(&sink, "none"), "de", &home()).unwrap();
        assert!(email.shows_pictures());
        email.send(&message).await.unwrap();
    }
    let mails = sink.mails();
    assert_eq!(mails[0], mails[1], "the same message gives the same mail");
    let (header, body) = parted(&mails[0]);
    assert!(header("Content-Type").starts_with("multipart/alternative;"));
    let alternatives = parts(&header("Content-Type"), body);
    let [plain, shown] = alternatives[..] else { panic!("{alternatives:?}") };
    let (header, body) = parted(plain);
    assert_eq!(header("Content-Type"), "text/plain; charset=utf-8");
    let text = String::from_utf8(decoded(&header("Content-Transfer-Encoding"), body)).unwrap();
    let text = text.replace("\r\n", "\n");
    assert!(text.contains("\n\nLeiter: 4 Beiträge \" <b>\n"), "{text}");
    assert!(text.contains("Zum Thema: https://horch.example/stories/3"), "{text}");
    assert!(text.contains("\n> First line") && text.contains("\n> Open in Horch"), "{text}");

    let (header, body) = parted(shown);
    assert!(header("Content-Type").starts_with("multipart/related;"));
    let related = parts(&header("Content-Type"), body);
    let [html, image] = related[..] else { panic!("{related:?}") };
    let (header, body) = parted(html);
    assert_eq!(header("Content-Type"), "text/html; charset=utf-8");
    let html = String::from_utf8(decoded(&header("Content-Transfer-Encoding"), body)).unwrap();
    let (header, body) = parted(image);
    assert_eq!(header("Content-Type"), "image/png");
    assert!(header("Content-Disposition").starts_with("inline"));
    let cid = header("Content-ID");
    let cid = cid.strip_prefix('<').unwrap().strip_suffix('>').unwrap();
    assert!(html.contains(&format!("src=\"cid:{cid}\"")), "{html}");
    assert!(html.contains("alt=\"Leiter: 4 Beiträge &quot; &lt;b&gt;\""), "{html}");
    assert!(html.contains("<html lang=\"de\">") && html.contains("In Horch öffnen"), "{html}");
    assert!(!html.contains("href=\"javascript") && !html.contains("<script"), "{html}");
    assert_eq!(html.matches("src=").count(), 1, "nothing is fetched from anywhere");
    assert_eq!(decoded(&header("Content-Transfer-Encoding"), body), png);
}

#[tokio::test]
async fn the_same_alert_gives_the_same_mail() {
    let sink = Sink::start(Manners::default()).await;
    send(&sink, "none").await.unwrap();
    send(&sink, "none").await.unwrap();
    let mails = sink.mails();
    assert_eq!((mails.len(), &mails[0]), (2, &mails[1]));
}

#[tokio::test]
async fn strangers_add_no_header_and_no_command() {
    let sink = Sink::start(Manners::default()).await;
    let email = built("email", &settings(&sink, "none"), "de", &home()).unwrap();
    email.send(&hostile()).await.unwrap();
    let mails = sink.mails();
    let (head, _) = mails[0].split_once("\r\n\r\n").unwrap();
    assert!(!head.to_lowercase().contains("\r\nbcc"), "{head}");
    assert_eq!(mails.len(), 1);
    let commands = sink.heard(|heard| heard.commands.clone());
    let verbs: Vec<_> = commands.iter().map(|c| c.split([' ', ':']).next().unwrap()).collect();
    assert_eq!(verbs, ["EHLO", "MAIL", "RCPT", "RCPT", "DATA", "QUIT"]);
}

#[tokio::test]
async fn both_kinds_of_encryption_are_spoken() {
    for (security, manners) in [
        ("starttls", Manners { starttls: true, ..Manners::default() }),
        ("tls", Manners { implicit: true, ..Manners::default() }),
    ] {
        let sink = Sink::start(manners).await;
        let mut settings = settings(&sink, security);
        settings["user"] = "horch".into();
        settings["password"] = "pa55".into();
        let email = built("email", &settings, "en", &trusting(&sink)).unwrap();
        email.send(&message()).await.unwrap();
        assert!(sink.heard(|heard| heard.encrypted), "{security}");
        assert!(sink.heard(|h| h.commands.iter().any(|c| c.starts_with("AUTH PLAIN"))));
        let stranger = built("email", &settings, "en", &home()).unwrap();
        let error = stranger.send(&message()).await.unwrap_err();
        assert!(!error.to_string().contains("pa55"), "{error}");
        assert_eq!(sink.mails().len(), 1, "an unknown certificate must not be trusted");
    }
}

#[tokio::test]
async fn without_starttls_nothing_is_sent() {
    let sink = Sink::start(Manners::default()).await;
    let result = send(&sink, "starttls").await;
    assert!(matches!(&result, Err(NotifyError::Refused(r)) if r.contains("STARTTLS")));
    assert!(sink.heard(|h| h.commands.iter().all(|c| !c.starts_with("MAIL"))));
}

#[tokio::test]
async fn the_servers_word_decides_about_trying_again() {
    async fn check(command: &'static str, answer: &'static str, again: bool) {
        let manners = Manners { answers: vec![(command, answer)], ..Manners::default() };
        let sink = Sink::start(manners).await;
        let error = send(&sink, "none").await.unwrap_err();
        let later = matches!(error, NotifyError::Later { .. });
        assert_eq!(later, again, "{command} {answer}: {error:?}");
    }
    check("MAIL", "550 not you", false).await;
    check("MAIL", "451 not now", true).await;
    check("RCPT", "550 nobody here", false).await;
    check("RCPT", "450 greylisted", true).await;
    check("DATA", "554 no", false).await;
    check("EHLO", "421 too busy", true).await;
}

#[tokio::test]
async fn one_wrong_receiver_does_not_cost_the_others_their_mail() {
    let answers = vec![("RCPT TO:<anna", "550 nobody here")];
    let sink = Sink::start(Manners { answers, ..Manners::default() }).await;
    let receipt = send(&sink, "none").await.unwrap();
    assert!(receipt.contains("1 of 2"), "{receipt}");
    assert_eq!(sink.mails().len(), 1);
}

#[tokio::test]
async fn who_has_the_mail_does_not_get_it_again_with_the_others() {
    let answers = vec![("RCPT TO:<anna", "450 greylisted")];
    let sink = Sink::start(Manners { answers, ..Manners::default() }).await;
    // An alert of its own: what is remembered holds for the whole process.
    let alert = "a1e47".to_owned();
    let message = domain::Message { alert, ..message() };
    for _ in 0..2 {
        let email = built("email", &settings(&sink, "none"), "en", &home()).unwrap();
        let result = email.send(&message).await;
        assert!(matches!(result, Err(NotifyError::Later { .. })), "{result:?}");
    }
    assert_eq!(sink.mails().len(), 1, "only Ben got it, and only once");
    let asked = sink.heard(|h| h.commands.iter().filter(|c| c.contains("ben@")).count());
    assert_eq!(asked, 1);
}

/// Sends, and lets time fly once the server has fallen silent: what came of it, and how long it
/// took.
async fn send_into_silence(silent: &'static str) -> (Result<String, NotifyError>, Duration, Sink) {
    let sink = Sink::start(Manners { silent_on: Some(silent), ..Manners::default() }).await;
    let email = built("email", &settings(&sink, "none"), "en", &home()).unwrap();
    let sending = tokio::spawn(async move { email.send(&message()).await });
    while !sink.heard(|h| h.commands.last().is_some_and(|c| c.starts_with(silent))) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    let result = sending.await.unwrap();
    let took = start.elapsed();
    tokio::time::resume();
    (result, took, sink)
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for() {
    for silent in ["EHLO", "MAIL", "DATA"] {
        let (result, took, _) = send_into_silence(silent).await;
        assert!(matches!(result, Err(NotifyError::Later { .. })), "{silent}: {result:?}");
        assert!(took <= Duration::from_secs(12), "{silent}: {took:?}");
    }
}

#[tokio::test]
async fn a_mail_taken_is_taken_even_when_the_goodbye_hangs() {
    let (result, took, sink) = send_into_silence("QUIT").await;
    assert!(result.is_ok(), "{result:?}");
    assert!(took <= Duration::from_secs(2), "{took:?}");
    assert_eq!(sink.mails().len(), 1);
}

#[tokio::test]
async fn probing_sends_nothing() {
    let sink = Sink::start(Manners::default()).await;
    let email = built("email", &settings(&sink, "none"), "en", &home()).unwrap();
    assert!(email.probe().await.is_ok());
    let verbs = sink.heard(|heard| heard.commands.clone());
    assert!(verbs.iter().all(|c| c.starts_with("EHLO") || c == "QUIT"), "{verbs:?}");
}

#[tokio::test]
async fn a_relay_in_a_private_network_must_be_allowed() {
    let sink = Sink::start(Manners::default()).await;
    let strict = NotifyOptions::default();
    let refused = built("email", &settings(&sink, "none"), "en", &strict).err();
    assert!(matches!(refused, Some(NotifyError::Setting("host", _))), "{refused:?}");
    let hosts = vec![format!("127.0.0.1:{}", sink.port)];
    let named = NotifyOptions { allow_hosts: hosts, ..NotifyOptions::default() };
    let email = built("email", &settings(&sink, "none"), "en", &named).unwrap();
    assert!(email.send(&message()).await.is_ok());
}

#[test]
fn wrong_settings_are_named() {
    let check = |field: &str, value: Value| {
        let mut settings = json!({"host": "mail.example.org", "from": "a@b.org", "to": "c@d.org"});
        settings[field] = value;
        let error = built("email", &settings, "en", &NotifyOptions::default()).err();
        assert!(
            matches!(&error, Some(NotifyError::Setting(name, _)) if *name == field),
            "{field}: {error:?}"
        );
    };
    check("host", json!(""));
    check("host", json!("10.0.0.1"));
    check("port", json!(0));
    check("security", json!("ssl"));
    check("from", json!("nobody"));
    check("from", json!("Horch\r\nBcc: x@y.org <a@b.org>"));
    check("to", json!(""));
    check("to", json!(["a@b.org", "nobody"]));
}
