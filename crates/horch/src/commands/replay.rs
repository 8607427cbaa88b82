//! `horch replay FILE`: recorded posts through the whole flow.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Result;
use channels::Clock;
use domain::{Batch, Observation, Time};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc;

use super::open_store;
use crate::cli::Replay;
use crate::config::Config;
use crate::flow::{Flow, State, Telling, watches};
use crate::recorded::{Mapping, Recording};

/// Posts handed over at once.
const BATCH: usize = 250;
/// Broken lines whose reasons are printed; the rest is counted.
const REASONS: usize = 20;

/// What a replay did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Lines read, broken ones included.
    pub read: u64,
    /// Posts never heard before.
    pub new: u64,
    /// Posts known before, those with a changed text included.
    pub known: u64,
    /// Lines that are no post.
    pub broken: u64,
    /// The first broken lines with their numbers and reasons.
    pub reasons: Vec<(u64, String)>,
    /// Mentions of every watch now in the store.
    pub mentions: BTreeMap<String, u64>,
    /// How long it took.
    pub seconds: f64,
}

/// Replays a file and says what became of it.
///
/// # Errors
/// The file cannot be opened or recognised, or the store is damaged.
pub async fn run(config: &Config, replay: &Replay) -> Result<ExitCode> {
    let store = open_store(config).await?;
    if store.watches().await?.is_empty() {
        anstream::eprintln!("note: there are no watches yet; posts are kept and matched later");
    }
    let outcome = replay_into(&store, replay).await?;
    store.close().await;
    for (line, reason) in &outcome.reasons {
        anstream::eprintln!("line {line}: {reason}");
    }
    let more = outcome.broken.saturating_sub(outcome.reasons.len() as u64);
    if more > 0 {
        anstream::eprintln!("… and {more} more broken lines");
    }
    if replay.json {
        let line = serde_json::json!({
            "read": outcome.read, "new": outcome.new, "known": outcome.known,
            "broken": outcome.broken, "mentions": outcome.mentions, "seconds": outcome.seconds,
        });
        anstream::println!("{line}");
    } else {
        print(&outcome);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(outcome: &Outcome) {
    anstream::println!(
        "{} lines read in {:.1} s: {} new posts, {} known before, {} broken",
        outcome.read,
        outcome.seconds,
        outcome.new,
        outcome.known,
        outcome.broken
    );
    for (watch, mentions) in &outcome.mentions {
        anstream::println!("{mentions:>9}  {watch}");
    }
}

/// Replays a file into an open store.
///
/// # Errors
/// The file cannot be opened or recognised, or the store is damaged.
pub async fn replay_into(store: &store::Store, replay: &Replay) -> Result<Outcome> {
    let clock = Clock::wall();
    let began = Instant::now();
    let mapping: Mapping = replay.map.clone().into();
    let recording = Recording::open(&replay.file, &mapping, clock.now())?;
    let telling = if replay.tell { Telling::All } else { Telling::Nothing };
    let state = Arc::new(State::default());
    let (rules, ..) = watches::load(store, &state).await?;
    let flow = Flow::start(store.clone(), clock, rules, telling, state);
    let counters = Arc::clone(&flow.counters);
    let bar = progress_bar(&recording, replay.json);
    let (inlet, speed) = (flow.inlet.clone(), replay.speed);
    let reading = tokio::task::spawn_blocking(move || read(recording, &inlet, speed, &bar));
    let (read, broken, reasons) = reading.await?;
    flow.finish().await?;
    let mentions = store.mentions_per_watch(None).await?;
    Ok(Outcome {
        read,
        new: counters.new.load(Ordering::Relaxed),
        known: counters.known.load(Ordering::Relaxed) + counters.edited.load(Ordering::Relaxed),
        broken,
        reasons,
        mentions: mentions.into_iter().map(|(watch, count)| (watch.name, count)).collect(),
        seconds: began.elapsed().as_secs_f64(),
    })
}

fn progress_bar(recording: &Recording, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(recording.size);
    let form = "{bar:30} {percent:>3} %  {msg}  {eta} left";
    if let Ok(style) = ProgressStyle::with_template(form) {
        bar.set_style(style);
    }
    bar
}

/// Reads the file to its end into the flow; returns lines read, lines broken, first reasons.
fn read(
    recording: Recording,
    inlet: &mpsc::Sender<Batch>,
    speed: Option<f64>,
    bar: &ProgressBar,
) -> (u64, u64, Vec<(u64, String)>) {
    let progress = recording.progress();
    let began = Instant::now();
    let mut pace = Pace::new(speed);
    let (mut read, mut broken, mut reasons) = (0, 0, Vec::new());
    let mut batch = Batch::default();
    for item in recording {
        read += 1;
        match item.post {
            Ok(post) => {
                if let Some(wait) = pace.wait(post.published) {
                    // What came before is stored before a pause, not after it.
                    if !send(inlet, &mut batch) {
                        break;
                    }
                    std::thread::sleep(wait);
                }
                batch.observations.push(Observation::Seen(Box::new(post)));
            }
            Err(reason) => {
                broken += 1;
                if reasons.len() < REASONS {
                    reasons.push((item.line, reason));
                }
            }
        }
        if batch.observations.len() >= BATCH {
            bar.set_position(progress.load(Ordering::Relaxed));
            let rate = read as f64 / began.elapsed().as_secs_f64().max(0.001);
            bar.set_message(format!("{read} lines, {rate:.0} a second, {broken} broken"));
            if !send(inlet, &mut batch) {
                break;
            }
        }
    }
    send(inlet, &mut batch);
    bar.finish_and_clear();
    (read, broken, reasons)
}

fn send(inlet: &mpsc::Sender<Batch>, batch: &mut Batch) -> bool {
    let batch = std::mem::take(batch);
    batch.is_empty() || inlet.blocking_send(batch).is_ok()
}

/// Keeps a recording's pace, so many times faster.
struct Pace {
    speed: Option<f64>,
    start: Option<(Instant, Time)>,
}

impl Pace {
    fn new(speed: Option<f64>) -> Pace {
        Pace { speed, start: None }
    }

    /// How long to wait before a post published then; recordings need not be in order.
    fn wait(&mut self, published: Time) -> Option<Duration> {
        let speed = self.speed?;
        let (began, first) = *self.start.get_or_insert((Instant::now(), published));
        let due = published.since(first).max(0) as f64 / 1_000.0 / speed;
        let wait = Duration::from_secs_f64(due.min(1e9)).saturating_sub(began.elapsed());
        (wait > Duration::from_millis(1)).then_some(wait)
    }
}
