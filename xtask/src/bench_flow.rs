//! `cargo xtask bench flow`: the whole way of a post at 100,000 watches, as a running house goes
//! it: inlet, matcher, tone, one transaction, archive. Posts come in at a steady rate, with one
//! burst at three times the rate; at the end every post and every mention must be there.

mod feed;
mod watches;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Context;
use domain::Time;
use horch::config::Config;
use horch::flow::Counters;
use horch::flow::connectors::setting_name;
use horch::house::{self, Plan};

use crate::bench_replay::{data_folder, lines, option};
use crate::figures::{Figure, Goal, tell};
use crate::process::{cpu_seconds, memory_mib};
use feed::{Feed, Sent};
use watches::Chosen;

/// Seconds the burst lasts.
const BURST: u64 = 20;
/// How many times the rate.
const TIMES: u64 = 3;
/// How long the last posts may take to be stored.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the bench. `--data DIR` names the folder of data; `--seconds`, `--watches` and `--rate`
/// change what is asked for; `--all` takes the queries as they come, however many posts they
/// match.
///
/// # Errors
/// The data is not there, or something was lost.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let number = |name: &str, or: u64| option(args, name).map_or(Ok(or), str::parse);
    let (seconds, rate) = (number("--seconds", 60)?.max(BURST + 10), number("--rate", 6_000)?);
    let wanted = number("--watches", 100_000)?;
    let data = data_folder(args).join("match");
    let texts: Vec<String> = lines(&data.join("posts.txt.gz"))?.collect::<Result<_, _>>()?;
    let as_they_come = args.iter().any(|arg| arg == "--all");
    let queries = data.join("queries_100k.tsv.gz");
    let chosen = watches::choose(&queries, usize::try_from(wanted)?, &texts, as_they_come)?;
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let added = runtime.block_on(furnish(folder.path(), &chosen))?;
    let run = Run { seconds, rate, added, texts: Arc::new(texts), chosen };
    runtime.block_on(run.measure(folder.path()))
}

/// Makes the watches as an import does, switches every connector off, and returns how long the
/// watches took.
async fn furnish(folder: &Path, chosen: &Chosen) -> anyhow::Result<Duration> {
    let store = store::Store::open(folder).await?;
    for entry in channels::CONNECTORS {
        store.set_setting(&setting_name(entry.info.name), "{\"on\":false}").await?;
    }
    let began = Instant::now();
    let watches = store.add_watches(&chosen.watches, Time(0)).await?;
    let added = began.elapsed();
    // There is nothing to fill them from.
    let ids: Vec<_> = watches.iter().map(|watch| (watch.id, watch.version)).collect();
    let at = store.changes().borrow().settings;
    store.mark_filled(&ids, at).await?;
    store.close().await;
    Ok(added)
}

struct Run {
    seconds: u64,
    rate: u64,
    added: Duration,
    texts: Arc<Vec<String>>,
    chosen: Chosen,
}

/// What was seen while posts came in.
#[derive(Default)]
struct Seen {
    memory: f64,
    steady_depth: u64,
    burst_depth: u64,
    /// Latencies up to the burst, and until the burst was digested.
    marks: [Option<(Vec<u64>, Vec<u64>)>; 2],
    digested: Option<Duration>,
}

impl Run {
    async fn measure(self, folder: &Path) -> anyhow::Result<()> {
        let config = Config::defaults(folder.to_owned())
            .with("port", "0")
            .with("keep-unmatched-posts", "1000000000");
        let store = store::Store::open(folder).await?;
        let began = Instant::now();
        let lock = house::lock(&config)?;
        let running = house::start(&config, store.clone(), Plan::real(&config), lock).await?;
        let started = began.elapsed();
        let counters = Arc::clone(&running.flow.counters);
        let feed = Feed {
            texts: Arc::clone(&self.texts),
            rate: self.rate,
            seconds: self.seconds,
            burst: self.burst(),
            inlet: running.flow.inlet.clone(),
        };
        let cpu = cpu_seconds(std::process::id()).context("no account of processor time")?;
        let began = Instant::now();
        let feeding = std::thread::spawn(move || feed.run());
        let seen = self.watch(&counters, &feeding, began).await;
        let sent: Sent = feeding.join().map_err(|_| anyhow::anyhow!("the feed died"))?;
        let known =
            || counters.new.load(Ordering::Relaxed) + counters.known.load(Ordering::Relaxed);
        let patience = Instant::now();
        while known() < sent.posts && patience.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let wall = began.elapsed();
        let cores = (cpu_seconds(std::process::id()).unwrap_or(cpu) - cpu) / wall.as_secs_f64();
        let lost = self.check(&store, &sent).await?;
        let figures = self.figures(&counters, &seen, &sent, lost, wall, cores, started);
        tell("flow", &figures)?;
        running.end_after(std::future::ready(())).await?;
        Ok(())
    }

    /// The seconds in which the burst comes: in the middle.
    fn burst(&self) -> std::ops::Range<u64> {
        let from = (self.seconds / 2).saturating_sub(BURST / 2);
        from..from + BURST
    }

    async fn watch(
        &self,
        counters: &Counters,
        feeding: &std::thread::JoinHandle<Sent>,
        began: Instant,
    ) -> Seen {
        let mut seen = Seen::default();
        let burst = self.burst();
        while !feeding.is_finished() {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let depth = counters.waiting.load(Ordering::Relaxed);
            let at = began.elapsed();
            let marks = || (counters.matched.snapshot(), counters.committed.snapshot());
            if at.as_secs() >= burst.start && seen.marks[0].is_none() {
                seen.marks[0] = Some(marks());
            }
            let stored = counters.new.load(Ordering::Relaxed);
            let due = self.due(at);
            let digested = at.as_secs() >= burst.end && stored + self.rate / 5 >= due;
            if digested && seen.marks[1].is_none() {
                seen.marks[1] = Some(marks());
                seen.digested = Some(at.saturating_sub(Duration::from_secs(burst.end)));
            }
            if seen.marks[0].is_some() && seen.marks[1].is_none() {
                seen.burst_depth = seen.burst_depth.max(depth);
            } else {
                seen.steady_depth = seen.steady_depth.max(depth);
            }
            if let Some((now, _)) = memory_mib(std::process::id()) {
                seen.memory = seen.memory.max(now);
            }
        }
        seen
    }

    fn due(&self, at: Duration) -> u64 {
        feed::due(at, self.rate, &self.burst(), self.seconds)
    }

    /// Every post and every mention must be there, and no other: how many are amiss.
    async fn check(&self, store: &store::Store, sent: &Sent) -> anyhow::Result<u64> {
        let totals = store.totals().await?;
        let mut amiss = totals.posts.abs_diff(sent.posts);
        let texts = self.texts.len() as u64;
        let (rounds, rest) = (sent.posts / texts, (sent.posts % texts) as usize);
        let expected = |hits: &[u32]| {
            let in_rest = hits.partition_point(|text| (*text as usize) < rest) as u64;
            hits.len() as u64 * rounds + in_rest
        };
        let mut all = 0_u64;
        for (watch, stored) in store.mentions_per_watch(None).await? {
            let hits = self.chosen.hits.get(&watch.name).map_or(&[][..], Vec::as_slice);
            amiss += stored.abs_diff(expected(hits));
            all += stored;
        }
        Ok(amiss + all.abs_diff(totals.mentions))
    }

    #[expect(clippy::too_many_arguments, reason = "each is one thing that was measured")]
    fn figures(
        &self,
        counters: &Counters,
        seen: &Seen,
        sent: &Sent,
        lost: u64,
        wall: Duration,
        cores: f64,
        started: Duration,
    ) -> Vec<Figure> {
        let ms = |duration: Duration| duration.as_secs_f64() * 1_000.0;
        let none = Vec::new();
        let (matched, committed) = seen.marks[1].as_ref().map_or((&none, &none), |(m, c)| (m, c));
        let mentions = counters.mentions.load(Ordering::Relaxed) as f64;
        let figure = |name: &str, value, unit, goal| Figure::new(name, value, unit, goal);
        let mut figures = vec![
            figure("watches", self.chosen.watches.len() as f64, "watches", Goal::None),
            figure("mentions a post, queries as they come", self.chosen.before, "", Goal::None),
            figure("queries narrowed by one word", self.chosen.narrowed as f64, "", Goal::None),
            figure(
                "mentions a post, as measured here",
                mentions / sent.posts as f64,
                "",
                Goal::None,
            ),
            figure("watches asked alone as well", self.chosen.alone as f64, "", Goal::None),
            figure("adding the watches", self.added.as_secs_f64(), "s", Goal::None),
            figure("starting with the watches", started.as_secs_f64(), "s", Goal::None),
            figure("posts", sent.posts as f64, "posts", Goal::None),
            figure("rate asked for", self.rate as f64, "posts/s", Goal::None),
            figure(
                "posts a second, burst included",
                sent.posts as f64 / wall.as_secs_f64(),
                "posts/s",
                Goal::AtLeast(self.rate as f64),
            ),
            figure("posts and mentions lost or doubled", lost as f64, "", Goal::AtMost(0.0)),
            figure("cores used", cores, "cores", Goal::AtMost(2.0)),
            figure("memory at its highest", seen.memory, "MiB", Goal::None),
            figure(
                "posts a transaction",
                sent.posts as f64 / counters.transactions.load(Ordering::Relaxed).max(1) as f64,
                "posts",
                Goal::None,
            ),
        ];
        for (name, histogram, mark) in
            [("matched", &counters.matched, matched), ("committed", &counters.committed, committed)]
        {
            let all = |share| ms(histogram.quantile(share));
            let after = |share| ms(histogram.since(mark, share));
            let entry = |of: &str, value, goal| {
                Figure::new(format!("inlet to {name}, {of}"), value, "ms", goal)
            };
            figures.push(entry("p50", all(0.5), Goal::AtMost(5.0)));
            figures.push(entry("p99", all(0.99), Goal::AtMost(50.0)));
            figures.push(entry("longest", ms(histogram.longest()), Goal::None));
            figures.push(entry("p50 after the burst", after(0.5), Goal::None));
            figures.push(entry("p99 after the burst", after(0.99), Goal::None));
        }
        if let Some((matched, committed)) = &seen.marks[0] {
            for (name, mark) in [("matched", matched), ("committed", committed)] {
                let quantile = |share| ms(horch::flow::gauge::quantile(mark, share));
                figures.push(Figure::new(
                    format!("inlet to {name}, p50 before the burst"),
                    quantile(0.5),
                    "ms",
                    Goal::None,
                ));
                figures.push(Figure::new(
                    format!("inlet to {name}, p99 before the burst"),
                    quantile(0.99),
                    "ms",
                    Goal::None,
                ));
            }
        }
        figures.extend([
            figure("waiting posts, steady", seen.steady_depth as f64, "posts", Goal::None),
            figure("waiting posts, burst", seen.burst_depth as f64, "posts", Goal::None),
            figure("senders held back at most", ms(sent.held), "ms", Goal::None),
            figure(
                "burst digested after its end",
                seen.digested.map_or(f64::NAN, |digested| digested.as_secs_f64()),
                "s",
                Goal::AtMost(BURST as f64 * TIMES as f64),
            ),
        ]);
        figures
    }
}
