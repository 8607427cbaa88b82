//! `cargo xtask bench latency`: from the fake internet's "published" to the delivered webhook,
//! through the real connectors, the whole flow and the real notifier.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, bail};
use domain::{AlertRules, Way};
use horch::config::Config;
use horch::flow::connectors::setting_name;
use horch::house::{self, Plan};
use serde_json::Value;
use store::Store;
use world::{FakeInternet, FakePost, Place};

use crate::bench_replay::option;
use crate::figures::{Figure, Goal, tell};

/// Time between two posts: 20 a second, each told by its own message.
const PACE: Duration = Duration::from_millis(50);
/// Longest wait for the last messages.
const LAST: Duration = Duration::from_secs(20);

/// Runs the bench. `--posts N` says how many posts are published.
///
/// # Errors
/// A step fails, or messages are missing at the end.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let posts: usize = option(args, "--posts").map_or(Ok(600), str::parse)?;
    tokio::runtime::Runtime::new()?.block_on(measure(posts))
}

async fn measure(posts: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let internet = FakeInternet::start().await?;
    let config = Config::defaults(folder.path().to_owned()).with("port", "0");
    let lock = house::lock(&config)?;
    let store = Store::open(&config.data).await?;
    furnish(&store, &internet).await?;
    let mut http = internet.http_options();
    http.allow_hosts.push(internet.address().to_string());
    let plan = Plan { http, ..Plan::real(&config) };
    let running = house::start(&config, store, plan, lock).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;

    for n in 0..posts {
        internet
            .publish(&Place::Bluesky, FakePost::new("sender", &format!("benchmarked post {n}")));
        tokio::time::sleep(PACE).await;
    }
    let waited = std::time::Instant::now();
    while internet.arrivals("webhook").len() < posts && waited.elapsed() < LAST {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut took = latencies(&internet)?;
    running.end_after(async {}).await?;
    if took.len() < posts {
        bail!("only {} of {posts} posts were told", took.len());
    }
    took.sort_unstable();
    let share = |p| domain::latency::percentile(&took, p).unwrap_or(i64::MAX) as f64 / 1_000.0;
    tell(
        "latency",
        &[
            Figure::new("posts told", took.len() as f64, "posts", Goal::AtLeast(posts as f64)),
            Figure::new("published to webhook, median", share(0.5), "s", Goal::AtMost(1.0)),
            Figure::new("published to webhook, p99", share(0.99), "s", Goal::AtMost(3.0)),
            Figure::new("published to webhook, slowest", share(1.0), "s", Goal::None),
        ],
    )
}

async fn furnish(store: &Store, internet: &FakeInternet) -> anyhow::Result<()> {
    for (name, mut settings) in internet.connector_settings() {
        settings["on"] = (name == "bluesky").into();
        store.set_setting(&setting_name(name), &settings.to_string()).await?;
    }
    let every = AlertRules { every: true, negative: false, rise: false, crossing: false };
    store.add_watch("bench", "benchmarked", every, channels::Clock::wall().now()).await?;
    let settings =
        serde_json::json!({"url": internet.sink_url("webhook"), "secret": "of-the-bench"});
    let way = Way {
        id: 0,
        notifier: "webhook".to_owned(),
        name: "sink".to_owned(),
        settings: settings.to_string(),
        watches: Vec::new(),
        lang: "en".to_owned(),
        paused: false,
    };
    store.add_way(&way).await?;
    Ok(())
}

/// Milliseconds from publication to the first arrival of each post's message.
fn latencies(internet: &FakeInternet) -> anyhow::Result<Vec<i64>> {
    let published: HashMap<String, i64> = internet
        .published()
        .into_iter()
        .map(|post| (post.post.text.clone(), post.published.0))
        .collect();
    let mut first: HashMap<String, i64> = HashMap::new();
    for arrival in internet.arrivals("webhook") {
        let body: Value = serde_json::from_slice(&arrival.body)?;
        let text = body["excerpt"].as_str().context("a message without excerpt")?.to_owned();
        first.entry(text).or_insert(arrival.at.0);
    }
    Ok(first.iter().filter_map(|(text, at)| Some(at - published.get(text)?)).collect())
}
