//! The story: three people speak of the same thing in three places, and whoever should know does.

use std::io::BufRead;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use domain::Way;
use serde_json::json;
use store::Store;

use super::publish::{Anna, Paper, toot};
use super::servers::{self, Server};
use super::sink::{SECRET, Sink};
use super::tools;
use crate::figures::root;
use crate::test::cargo;

const ON_BLUESKY: &str =
    "The Fluxomat update deleted all my settings again, I hate this broken thing";
const ON_MASTODON: &str = "Der Fluxomat ist schon wieder abgestürzt, furchtbar schlechter Service";
const IN_THE_PAPER: &str = "Fluxomat im Test: eine große Enttäuschung";
/// Says the same as the voice on Mastodon: both are one story.
const UNDER_IT: &str = "Furchtbar schlechter Service: Auch hier ist der Fluxomat abgestürzt.";
const WHILE_OPEN: &str = "Another Fluxomat crash while the page was open, terrible";
const NOISE: &str = "What a lovely morning at the lake";

/// What tells the three posts apart.
const FRAGMENTS: [&str; 3] =
    ["deleted all my settings", "schon wieder abgestürzt", "große Enttäuschung"];

/// As long as anything may take to reach people; a feed is visited once a minute.
const PATIENCE: Duration = Duration::from_secs(150);

/// Tells it.
#[allow(clippy::print_stdout, reason = "a command for people at a terminal")]
pub async fn tell() -> anyhow::Result<()> {
    let start = Instant::now();
    let say = |words: &str| println!("real [{:>3} s] {words}", start.elapsed().as_secs());
    let folder = tempfile::tempdir()?;
    let binary = build()?;
    say("horch is built");

    let bluesky = servers::bluesky()?;
    let (mastodon, _mastodon) = servers::mastodon(folder.path())?;
    let files = folder.path().join("files");
    let mut paper = Paper::found(&files)?;
    let (nginx, _nginx) = servers::nginx(folder.path(), &files)?;
    let (smtp, maildir, _mail) = servers::mail(folder.path())?;
    let anna = Anna::join(&bluesky.pds).await?;
    let (sink_port, sink) = Sink::start(anna.clone(), WHILE_OPEN).await?;
    say("Bluesky, Mastodon, nginx, mail and webhook answer");

    let data = folder.path().join("data");
    let connectors = [
        ("bluesky", json!({"on": true, "endpoint": bluesky.jetstream, "api": bluesky.api})),
        (
            "mastodon",
            json!({
                "on": true, "servers": format!("http://127.0.0.1:{mastodon}"), "interval": 5,
            }),
        ),
        (
            "web",
            json!({
                "on": true, "catalogue": false, "interval": 60,
                "feeds": format!("http://127.0.0.1:{nginx}/feed.xml | Beispielblatt | de | trade"),
            }),
        ),
        ("hackernews", json!({"on": false})),
    ];
    let ways = [
        way(
            "email",
            "de",
            json!({
                "host": "127.0.0.1", "port": smtp, "security": "none",
                "from": "horch@horch.example", "to": "newsroom@horch.example",
            }),
        ),
        way(
            "webhook",
            "en",
            json!({
                "url": format!("http://127.0.0.1:{sink_port}/webhook"), "secret": SECRET,
            }),
        ),
    ];
    furnish(&data, &connectors, &ways).await?;
    horch(&binary, &data, &["watch", "add", "Fluxomat", "fluxomat", "--alert", "every"])?;
    let (base, setup, _horch) = serve(&binary, &data)?;
    say(&format!("horch serves {base}"));

    let uri = anna.post(ON_BLUESKY, "en").await?;
    anna.post(NOISE, "en").await?;
    toot(mastodon, ON_MASTODON, "de").await?;
    // What stands in a feed at the first visit is no change: let there be a first visit.
    tokio::time::sleep(Duration::from_secs(3)).await;
    paper.print(IN_THE_PAPER, UNDER_IT)?;
    until("three deliveries at the webhook", || sink.taken().0.len() >= 3).await?;
    until("three posts in the mailbox", || {
        let all = mails(&maildir).concat();
        FRAGMENTS.iter().all(|text| all.contains(text))
    })
    .await?;
    say("three posts reached webhook and mailbox");
    // Whoever would be told twice would be told by now.
    tokio::time::sleep(Duration::from_secs(8)).await;
    check_webhook(&sink)?;
    check_mailbox(&maildir)?;
    say("each once, signed, with what, who, where, why, how old, and links");

    let publish = format!("http://127.0.0.1:{sink_port}/publish");
    browse(&base, &setup, &publish)?;
    say("the screens hold in the browser");

    anna.delete(&uri).await?;
    let gone = || {
        let listed = horch(&binary, &data, &["mentions", "--json"]).unwrap_or_default();
        listed.contains(WHILE_OPEN) && !listed.contains("deleted all my settings")
    };
    until("the deleted post to be gone", gone).await?;
    say("what was deleted on Bluesky is deleted here");
    Ok(())
}

fn build() -> anyhow::Result<std::path::PathBuf> {
    // The whole workspace, so that dependencies keep the features they were tested with.
    let status = cargo().args(["build", "--workspace", "--bins"]).status()?;
    ensure!(status.success(), "horch does not build");
    // This very program lies in the same folder.
    Ok(std::env::current_exe()?.with_file_name("horch"))
}

fn way(notifier: &str, lang: &str, settings: serde_json::Value) -> Way {
    Way {
        id: 0,
        notifier: notifier.to_owned(),
        name: format!("{notifier} of the newsroom"),
        settings: settings.to_string(),
        watches: Vec::new(),
        lang: lang.to_owned(),
        paused: false,
    }
}

async fn furnish(
    data: &Path,
    connectors: &[(&str, serde_json::Value)],
    ways: &[Way],
) -> anyhow::Result<()> {
    std::fs::create_dir_all(data)?;
    // Everything in this story lies on loopback.
    std::fs::write(data.join("horch.toml"), "allow-private = true\n")?;
    let store = Store::open(data).await?;
    for (name, settings) in connectors {
        store.set_setting(&format!("connector.{name}"), &settings.to_string()).await?;
    }
    for way in ways {
        store.add_way(way).await?;
    }
    store.close().await;
    Ok(())
}

/// Runs a command of horch and returns what it prints.
fn horch(binary: &Path, data: &Path, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(binary).args(args).arg("--data").arg(data).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "horch {args:?} failed: {said}");
    Ok(String::from_utf8(output.stdout)?)
}

/// Starts horch; its address and the one-time link to set it up.
fn serve(binary: &Path, data: &Path) -> anyhow::Result<(String, String, Server)> {
    let port = servers::free_port()?;
    let mut command = Command::new(binary);
    command.args(["serve", "--port", &port.to_string(), "--data"]).arg(data);
    let mut server = Server::start("horch", command.stdout(Stdio::piped()))?;
    let mut output = server.output()?;
    server.wait(port)?;
    let setup = loop {
        let mut line = String::new();
        if output.read_line(&mut line)? == 0 {
            bail!("horch printed no link to set it up, see target/real/horch.log");
        }
        let link = line.split_whitespace().find(|word| word.contains("/set-up/"));
        if let Some(link) = link {
            break link.to_owned();
        }
    };
    std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    let base = setup.split("/set-up/").next().unwrap_or_default().to_owned();
    Ok((base, setup, server))
}

async fn until(what: &str, done: impl Fn() -> bool) -> anyhow::Result<()> {
    let start = Instant::now();
    while !done() {
        ensure!(start.elapsed() < PATIENCE, "waited {} s in vain for {what}", PATIENCE.as_secs());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

fn check_webhook(sink: &Sink) -> anyhow::Result<()> {
    let (taken, wrong) = sink.taken();
    ensure!(wrong.is_empty(), "wrong deliveries: {wrong:?}");
    ensure!(taken.len() == 3, "{} alerts instead of 3: {taken:?}", taken.len());
    ensure!(sink.tries() > 3, "the delivery that was refused with 503 was not tried again");
    for (alert, times) in &taken {
        ensure!(times.len() == 1, "alert {alert} was told {} times", times.len());
    }
    let all: Vec<_> = taken.values().flatten().collect();
    for (text, who, link) in [
        // Bluesky's stream knows speakers by number; the name is looked up while telling goes on
        // (the browser's round waits for it on the screen).
        ("deleted all my settings", "", "https://bsky.app/"),
        ("schon wieder abgestürzt", "Ben", "http://localhost:"),
        ("große Enttäuschung", "Beispielblatt", "https://beispielblatt.example/2"),
    ] {
        let said = |m: &&&domain::Message| m.excerpt.contains(text) || m.headline.contains(text);
        let message = all.iter().find(said).with_context(|| format!("{text:?} was not told"))?;
        ensure!(!message.who.is_empty() && message.who.contains(who), "who: {message:?}");
        ensure!(message.post_url.starts_with(link), "link: {message:?}");
        ensure!(message.why.to_lowercase().contains("fluxomat"), "why: {message:?}");
        ensure!(message.watch == "Fluxomat" && !message.place.is_empty(), "{message:?}");
        ensure!(!message.age.is_empty() && message.horch_url.contains("/mentions/"), "{message:?}");
        let late = message.told.since(message.published);
        ensure!(late < 150_000, "told {late} ms after it was published: {message:?}");
    }
    Ok(())
}

/// Everything in the Maildir, decoded.
fn mails(maildir: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(maildir.join("new")) else { return Vec::new() };
    let bytes = entries.flatten().filter_map(|entry| std::fs::read(entry.path()).ok());
    bytes.map(|bytes| decode(&bytes)).collect()
}

/// Undoes quoted-printable.
fn decode(mail: &[u8]) -> String {
    let mut plain = Vec::new();
    let mut rest = mail;
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'=', [b'\r', b'\n', more @ ..] | [b'\n', more @ ..]) => more,
            (b'=', [high, low, more @ ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                let digit = |c: &u8| char::from(*c).to_digit(16).unwrap_or(0) as u8;
                plain.push(digit(high) << 4 | digit(low));
                more
            }
            _ => {
                plain.push(*first);
                tail
            }
        };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Mails that come close together go out as one: what counts is that every post is told once.
fn check_mailbox(maildir: &Path) -> anyhow::Result<()> {
    let mails = mails(maildir);
    for text in FRAGMENTS {
        let times = mails.iter().filter(|mail| mail.contains(text)).count();
        ensure!(times == 1, "{text:?} stands in {times} mails");
    }
    let id = |mail: &String| {
        let line = mail.lines().find(|line| line.to_lowercase().starts_with("message-id:"));
        line.map(str::to_owned).unwrap_or_default()
    };
    let ids: std::collections::BTreeSet<String> = mails.iter().map(id).collect();
    ensure!(ids.len() == mails.len() && ids.iter().all(|id| id.contains("<alert.")), "{ids:?}");
    for mail in &mails {
        ensure!(
            mail.contains("Auto-Submitted: auto-generated"),
            "not marked as a machine's: {mail}"
        );
        ensure!(mail.contains("To: newsroom@horch.example"), "to nobody: {mail}");
        ensure!(mail.contains("In Horch öffnen: http"), "not German, or no link: {mail}");
        ensure!(!mail.contains(NOISE), "noise was told: {mail}");
    }
    Ok(())
}

fn browse(base: &str, setup: &str, publish: &str) -> anyhow::Result<()> {
    let shots = root().join("target/screenshots");
    let words =
        json!(["anna.test", "deleted all my settings", "schon wieder abgestürzt", IN_THE_PAPER]);
    let status = Command::new("node")
        .arg("pages.mjs")
        .current_dir(tools::folder())
        .env("BASE", base)
        .env("SETUP", setup)
        .env("PUBLISH", publish)
        .env("WORDS", words.to_string())
        .env("SHOTS", shots)
        .env("CHROMIUM", tools::chromium())
        .status()?;
    ensure!(status.success(), "the screens have problems, see above");
    Ok(())
}
