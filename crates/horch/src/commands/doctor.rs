//! `horch doctor`: what is well, what is not, and what to do about it.

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use channels::{CONNECTORS, Get, Http};
use store::Store;

use super::open_store;
use crate::cli::Doctor;
use crate::config::Config;
use crate::flow::connectors;
use crate::house;

/// Limit for one question over the network.
const LIMIT: Duration = Duration::from_secs(15);
/// Largest difference between our clock and another one's that does no harm, in seconds.
const CLOCK_OFF: u64 = 30;
/// Changes that may wait for the archive without a word: a second of a busy stream.
const BEHIND: u64 = 10_000;

/// Prints findings and counts the bad ones.
#[derive(Default)]
struct Findings {
    bad: u32,
}

impl Findings {
    fn good(&mut self, what: &str, found: &str) {
        let style = anstyle::Style::new().fg_color(Some(anstyle::AnsiColor::Green.into()));
        anstream::println!("{style}✓{style:#} {what}: {found}");
    }

    fn note(&mut self, what: &str, found: &str) {
        anstream::println!("○ {what}: {found}");
    }

    fn bad(&mut self, what: &str, found: &str, advice: &str) {
        self.bad += 1;
        let style = anstyle::Style::new().fg_color(Some(anstyle::AnsiColor::Red.into()));
        anstream::println!("{style}✗{style:#} {what}: {found}\n    → {advice}");
    }
}

/// Checks everything; fails when something needs mending.
///
/// # Errors
/// Only when not even the report can be made.
pub async fn run(config: &Config, doctor: &Doctor) -> Result<ExitCode> {
    let mut findings = Findings::default();
    let store = data_folder(config, &mut findings).await;
    if let Some(store) = &store {
        archive(config, store, &mut findings).await;
    }
    port(config, &mut findings).await;
    let http = Http::new(house::http_options(config))?;
    if doctor.offline {
        findings.note("network", "not asked (--offline)");
    } else {
        clock(&http, &mut findings).await;
        if let Some(store) = &store {
            platforms(store, &http, &mut findings).await;
            ways(store, config, &mut findings).await;
        }
    }
    if let Some(store) = store {
        store.close().await;
    }
    match findings.bad {
        0 => anstream::println!("All is well."),
        1 => anstream::println!("One thing needs mending."),
        n => anstream::println!("{n} things need mending."),
    }
    Ok(if findings.bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn data_folder(config: &Config, findings: &mut Findings) -> Option<Store> {
    let folder = config.data.display().to_string();
    match house::lock(config) {
        Ok(_) => findings.good("data folder", &format!("{folder} can be written")),
        Err(error) if format!("{error:#}").contains("another Horch") => {
            findings.note("data folder", &format!("{folder} is in use by a running Horch"));
        }
        Err(error) => {
            findings.bad(
                "data folder",
                &format!("{error:#}"),
                "choose a folder you may write with --data DIR, or mend its rights",
            );
            return None;
        }
    }
    match open_store(config).await {
        Ok(store) => {
            match store.totals().await {
                Ok(totals) => findings.good(
                    "database",
                    &format!("{} posts, {} mentions", totals.posts, totals.mentions),
                ),
                Err(error) => findings.bad("database", &error.to_string(), "restore a backup"),
            }
            Some(store)
        }
        Err(error) => {
            findings.bad(
                "database",
                &format!("{error:#}"),
                "move horch.db aside to start anew, or run the Horch that wrote it",
            );
            None
        }
    }
}

async fn archive(config: &Config, store: &Store, findings: &mut Findings) {
    let status = match house::open_archive(config, store).await {
        Ok(archive) => archive.status().await.map_err(anyhow::Error::from),
        Err(error) => Err(error),
    };
    match status {
        Ok(status) if status.behind > BEHIND => findings.note(
            "archive",
            &format!(
                "{} posts of {} days; {} changes wait until Horch listens",
                status.posts, status.days, status.behind
            ),
        ),
        Ok(status) => {
            let found = format!("{} posts of {} days", status.posts, status.days);
            findings.good("archive", &found);
        }
        Err(error) => findings.bad(
            "archive",
            &format!("{error:#}"),
            "make its index anew from the posts kept: horch archive rebuild",
        ),
    }
}

async fn port(config: &Config, findings: &mut Findings) {
    let (address, port) = (config.text("address"), config.number("port"));
    let bound = tokio::net::TcpListener::bind((address, u16::try_from(port).unwrap_or(0))).await;
    match bound {
        Ok(_) => findings.good("port", &format!("{address}:{port} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => findings.note(
            "port",
            &format!(
                "{address}:{port} is taken; by a running Horch, or choose another with --port"
            ),
        ),
        Err(error) => findings.bad(
            "port",
            &format!("{address}:{port}: {error}"),
            "choose an address of this machine with --address and a port above 1023 with --port",
        ),
    }
}

/// Holds our clock against the Date of a platform's answer.
async fn clock(http: &Http, findings: &mut Findings) {
    let get = Get {
        url: "https://hacker-news.firebaseio.com/v0/maxitem.json".into(),
        api: true,
        ..Get::default()
    };
    let answer = tokio::time::timeout(LIMIT, http.get(get)).await;
    let date = answer.ok().and_then(Result::ok).and_then(|answer| {
        let date = answer.headers.get("date")?.to_str().ok()?.to_owned();
        jiff::fmt::rfc2822::parse(&date).ok()
    });
    let Some(date) = date else {
        findings.note("clock", "no other clock could be asked");
        return;
    };
    let theirs = u64::try_from(date.timestamp().as_second()).unwrap_or(0);
    let ours = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let off = ours.abs_diff(theirs);
    if off <= CLOCK_OFF {
        findings.good("clock", "right");
    } else {
        findings.bad(
            "clock",
            &format!("{off} s off"),
            "let the system keep time (systemd-timesyncd, chrony): ages and latencies are wrong otherwise",
        );
    }
}

async fn platforms(store: &Store, http: &Http, findings: &mut Findings) {
    for entry in CONNECTORS {
        let name = entry.info.title;
        let settings = match connectors::settings_of(store, entry).await {
            Ok(settings) => settings,
            Err(error) => {
                findings.bad(name, &error.to_string(), "see database above");
                continue;
            }
        };
        if !connectors::is_on(entry, &settings) {
            findings.note(name, "switched off");
            continue;
        }
        let probed = match (entry.build)(&settings) {
            Ok(connector) => tokio::time::timeout(LIMIT, connector.probe(http)).await,
            Err(error) => {
                findings.bad(name, &error.to_string(), "mend it under Channels");
                continue;
            }
        };
        match probed {
            Ok(Ok(found)) => findings.good(name, &found),
            Ok(Err(error)) => findings.bad(name, &error.to_string(), REACH),
            Err(_) => findings.bad(name, &format!("no answer in {} s", LIMIT.as_secs()), REACH),
        }
    }
}

const REACH: &str = "check this machine's way to the internet (DNS, proxy, firewall for outgoing \
                     443), or switch the platform off under Channels";

async fn ways(store: &Store, config: &Config, findings: &mut Findings) {
    let ways = match store.ways().await {
        Ok(ways) => ways,
        Err(error) => {
            return findings.bad("ways to be told", &error.to_string(), "see database above");
        }
    };
    if ways.is_empty() {
        findings.note(
            "ways to be told",
            "only the web page; add e-mail, ntfy or a webhook under Settings",
        );
    }
    let options = house::notify_options(&house::http_options(config));
    for way in ways {
        let what = format!("{} ({})", way.name, way.notifier);
        if way.paused {
            findings.note(&what, "paused");
            continue;
        }
        let probed = match notify::build(&way, &options) {
            Ok(notifier) => tokio::time::timeout(LIMIT, notifier.probe()).await,
            Err(error) => {
                findings.bad(&what, &error.to_string(), "mend it under Settings");
                continue;
            }
        };
        match probed {
            Ok(Ok(found)) => findings.good(&what, &found),
            Ok(Err(error)) => findings.bad(&what, &error.to_string(), "mend it under Settings"),
            Err(_) => findings.bad(&what, "no answer", "is the server running and reachable?"),
        }
    }
}
