//! `cargo xtask bench idle`: what a listening Horch costs while nothing is said: every connector
//! on, connected to a fake internet (in the parent process) that has nothing new.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use channels::HttpOptions;
use domain::{AlertRules, Time};
use horch::config::Config;
use horch::flow::connectors::setting_name;
use horch::house::{self, Plan};
use store::Store;
use world::{FakeInternet, FakePost, Place};

use crate::bench_replay::option;
use crate::figures::{Figure, Goal, tell};
use crate::process::{cpu_seconds, memory_mib};

/// Time to settle before anything is measured.
const SETTLE: Duration = Duration::from_secs(15);

/// Runs the bench. `--seconds N` says how long is measured.
///
/// # Errors
/// A step fails.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match option(args, "--listen-to") {
        Some(address) => runtime.block_on(listen(address, args)),
        None => runtime.block_on(measure(args)),
    }
}

async fn measure(args: &[String]) -> anyhow::Result<()> {
    let seconds: u64 = option(args, "--seconds").map_or(Ok(60), str::parse)?;
    let folder = tempfile::tempdir()?;
    let internet = FakeInternet::start().await?;
    for n in 0..50 {
        let host = format!("blog{n}.example");
        internet.publish(
            &Place::feed(&host),
            FakePost::new("writer", "nothing to see").titled("Quiet"),
        );
    }
    let store = Store::open(folder.path()).await?;
    for (name, mut settings) in internet.connector_settings() {
        settings["on"] = true.into();
        if name == "web" {
            settings["interval"] = 300.into();
        }
        store.set_setting(&setting_name(name), &settings.to_string()).await?;
    }
    for n in 0..1_000 {
        let query = format!("word{n} AND (crash* OR \"falls over\")");
        store.add_watch(&format!("watch {n}"), &query, AlertRules::default(), Time(0)).await?;
    }
    store.close().await;

    let mut child = Command::new(std::env::current_exe()?)
        .args(["bench", "idle", "--listen-to", &internet.address().to_string(), "--data"])
        .arg(folder.path())
        .args(["--hosts", &internet.hosts().join(",")])
        .stdin(Stdio::piped())
        .spawn()?;
    tokio::time::sleep(SETTLE).await;
    let before = cpu_seconds(child.id()).context("the child ended")?;
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let after = cpu_seconds(child.id()).context("the child ended")?;
    let (resident, highest) = memory_mib(child.id()).context("the child ended")?;
    drop(child.stdin.take());
    child.wait()?;
    tell(
        "idle",
        &[
            Figure::new("memory resident", resident, "MiB", Goal::AtMost(60.0)),
            Figure::new("memory at its highest", highest, "MiB", Goal::None),
            Figure::new(
                "share of a core",
                (after - before) / seconds as f64 * 100.0,
                "%",
                Goal::AtMost(1.0),
            ),
            Figure::new("measured for", seconds as f64, "s", Goal::None),
        ],
    )
}

/// The measured process: the whole house, until standard input is closed.
async fn listen(address: &str, args: &[String]) -> anyhow::Result<()> {
    let address: SocketAddr = address.parse()?;
    let data = option(args, "--data").context("--data is missing")?;
    let hosts = option(args, "--hosts").context("--hosts is missing")?;
    let config = Config::defaults(data.into()).with("port", "0");
    let lock = house::lock(&config)?;
    let store = Store::open(&config.data).await?;
    let http = HttpOptions {
        resolve: hosts.split(',').map(|host| (host.to_owned(), address)).collect(),
        ..HttpOptions::default()
    };
    let plan = Plan { http, ..Plan::real(&config) };
    let running = house::start(&config, store, plan, lock).await?;
    running
        .end_after(async {
            let mut nothing = [0_u8; 1];
            let _ = tokio::io::AsyncReadExt::read(&mut tokio::io::stdin(), &mut nothing).await;
        })
        .await
}
