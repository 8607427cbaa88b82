//! A bench for one trial: an internet, a connector, and a flow in miniature that stores what it
//! hands over, batch by batch, whole or not at all.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use channels::{CONNECTORS, Clock, Connector, Context, Http, Interests};
use domain::{Batch, Condition, DAY, GapReport, Health, Observation, Post, Time};
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use world::{FakeInternet, FakePost, Fault, Lasts, MASTODON_TOKEN, Random, Route, oracle};

use crate::mutants::{Mutant, Mutation};
use crate::subjects::Subject;

/// How long anything may take that should happen by itself.
pub const PATIENCE: Duration = Duration::from_secs(25);

/// What is stored.
#[derive(Default)]
pub struct Memory {
    pub posts: HashMap<String, Post>,
    pub cursors: HashMap<String, String>,
    pub gaps: BTreeMap<(String, i64), GapReport>,
    pub health: Vec<Health>,
    pub batches: usize,
    stored: Option<Time>,
}

impl Memory {
    fn store(&mut self, batch: Batch, now: Time) {
        for observation in batch.observations {
            match observation {
                Observation::Seen(post) => {
                    self.posts.insert(post.native_id.clone(), *post);
                }
                Observation::Deleted { native_id, .. } => {
                    self.posts.remove(&native_id);
                }
                Observation::SourceDeleted { key, .. } => {
                    self.posts.retain(|_, post| post.source.key != key);
                }
                Observation::Profile { .. } => {}
            }
        }
        self.cursors.extend(batch.cursors.into_iter().map(|c| (c.stream, c.value)));
        let gaps = batch.gaps.into_iter().map(|gap| ((gap.stream.clone(), gap.from.0), gap));
        self.gaps.extend(gaps);
        self.batches += 1;
        self.stored = Some(now);
    }

    /// Somebody looking at the screen can see that something is or was wrong.
    pub fn trouble_was_told(&self) -> bool {
        let bad = |h: &Health| h.errors > 0 || h.broken > 0 || h.condition == Condition::Down;
        self.health.iter().any(bad) || !self.gaps.is_empty()
    }

    pub fn broken(&self) -> u64 {
        self.health.iter().map(|h| h.broken).max().unwrap_or(0)
    }
}

struct Running {
    connector: JoinHandle<()>,
    flow: JoinHandle<()>,
    stop: CancellationToken,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.connector.abort();
        self.flow.abort();
    }
}

pub struct Bench {
    pub subject: &'static Subject,
    pub internet: FakeInternet,
    pub memory: Arc<Mutex<Memory>>,
    pub random: Random,
    clock: Clock,
    http: Http,
    settings: Value,
    mutation: Option<Mutation>,
    running: Option<Running>,
    said: usize,
}

impl Bench {
    pub async fn new(subject: &'static Subject, mutation: Option<Mutation>) -> Bench {
        let internet = FakeInternet::start().await.unwrap();
        let origin = Clock::wall().now().plus(-30 * DAY);
        let clock = Clock::fast(origin, subject.speed);
        internet.set_clock(clock);
        let settings = subject.settings(&internet);
        let mut options = internet.http_options();
        options.timeout = Duration::from_secs(2);
        Bench {
            subject,
            internet,
            memory: Arc::default(),
            random: Random::new(subject.name.len() as u64),
            clock,
            http: Http::new(options).unwrap(),
            settings,
            mutation,
            running: None,
            said: 0,
        }
    }

    fn build(&self) -> Box<dyn Connector> {
        let entry = CONNECTORS.iter().find(|e| e.info.name == self.subject.connector).unwrap();
        let build = || (entry.build)(&self.settings).unwrap();
        match self.mutation {
            Some(mutation) => Box::new(Mutant::new(build(), mutation)),
            None => build(),
        }
    }

    /// Starts the connector from what is stored.
    pub fn start(&mut self) {
        self.start_until(usize::MAX);
    }

    /// The same, but the flow dies right after it has stored so many more batches.
    pub fn start_until(&mut self, batches: usize) {
        let (outlet, mut batches_in) = mpsc::channel::<Batch>(1);
        let (health, mut health_in) = mpsc::channel::<Health>(256);
        let (_, interests) = watch::channel(Arc::new(Interests::default()));
        let stop = CancellationToken::new();
        let (cursors, last_run) = {
            let memory = self.memory.lock().unwrap();
            (memory.cursors.clone(), memory.stored)
        };
        let context = Context::new(
            self.http.clone(),
            self.clock,
            interests,
            cursors,
            last_run,
            outlet,
            health,
            stop.clone(),
        );
        let connector = self.build();
        let connector = tokio::spawn(async move {
            // Every fault of these trials passes: giving up is wrong and shows as posts missing.
            let _ = connector.run(context).await;
        });
        let (memory, clock) = (Arc::clone(&self.memory), self.clock);
        let flow = tokio::spawn(async move {
            let mut left = batches;
            while left > 0 {
                tokio::select! {
                    batch = batches_in.recv() => match batch {
                        Some(batch) => {
                            memory.lock().unwrap().store(batch, clock.now());
                            left -= 1;
                        }
                        None => return,
                    },
                    Some(health) = health_in.recv() => memory.lock().unwrap().health.push(health),
                }
            }
        });
        self.running = Some(Running { connector, flow, stop });
    }

    /// Kills the connector and the flow: what was on the way is lost.
    pub async fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            running.connector.abort();
            running.flow.abort();
        }
        tokio::task::yield_now().await;
    }

    /// Starts and waits until the platform is heard.
    pub async fn listen(&mut self) -> Result<(), String> {
        self.start();
        self.until("it never said that it hears", |memory| {
            memory.health.iter().any(|h| h.condition == Condition::Well)
        })
        .await
    }

    /// Publishes so many posts, in the subject's places by turns.
    pub fn publish(&mut self, posts: usize) {
        let places = self.subject.places();
        for _ in 0..posts {
            let number = self.said;
            self.said += 1;
            let text = format!("Post number {number}: Grüße aus der Küche, naïve café, 14 Grad");
            let post = FakePost::new("kim", &text).titled(&format!("Größe {number}"));
            self.internet.publish(&places[number % places.len()], post);
        }
    }

    /// Lets a fault strike everything the subject reads.
    pub fn fault(&self, fault: &Fault, lasts: Lasts) {
        for place in self.subject.places() {
            self.internet.fault(Route::of(&place), fault.clone(), lasts);
            if self.subject.streams {
                self.internet.cut(&place);
            }
        }
    }

    /// Waits until `shown`.
    pub async fn until(&self, else_: &str, shown: impl Fn(&Memory) -> bool) -> Result<(), String> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if shown(&self.memory.lock().unwrap()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(else_.to_owned())
    }

    /// Waits until everything that stands is heard, and nothing else.
    pub async fn hears_all(&self) -> Result<(), String> {
        let verdict = || {
            let memory = self.memory.lock().unwrap();
            oracle::judge(&self.internet.published(), memory.posts.values())
        };
        match self
            .until("", |memory| {
                oracle::judge(&self.internet.published(), memory.posts.values()).is_clean()
            })
            .await
        {
            Ok(()) => Ok(()),
            Err(_) => Err(verdict().to_string()),
        }
    }

    /// What must hold at the end of every trial: it stops when asked, clocks are not believed,
    /// no secret is told.
    pub async fn finish(&mut self) -> Result<(), String> {
        if let Some(mut running) = self.running.take() {
            running.stop.cancel();
            let stopped = tokio::time::timeout(Duration::from_secs(2), &mut running.connector);
            if stopped.await.is_err() {
                return Err("it does not stop within two seconds".to_owned());
            }
        }
        let memory = self.memory.lock().unwrap();
        if let Some(post) = memory.posts.values().find(|post| post.published > post.received) {
            return Err(format!("{} was published after it was received", post.native_id));
        }
        let words = memory.health.iter().map(|h| &h.detail);
        let mut words = words.chain(memory.gaps.values().map(|gap| &gap.detail));
        if let Some(words) = words.find(|w| w.contains(MASTODON_TOKEN) || w.contains("cursor=")) {
            return Err(format!("it tells a secret or a query: {words}"));
        }
        if memory.health.iter().any(|h| h.condition != Condition::Starting && h.detail.is_empty()) {
            return Err("it speaks of its health without words".to_owned());
        }
        Ok(())
    }

    /// The last words about health, for whoever mends a failure.
    pub fn last_words(&self) -> String {
        let memory = self.memory.lock().unwrap();
        let health: Vec<String> = memory
            .health
            .iter()
            .rev()
            .take(2)
            .map(|h| format!("{}: {:?} {}", h.stream, h.condition, h.detail))
            .collect();
        format!("{} heard, {} gaps, {}", memory.posts.len(), memory.gaps.len(), health.join("; "))
    }
}
