//! Starts and ends the whole house: flow, connectors, outbox, housekeeping and screens.

use std::fs::File;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use arc_swap::ArcSwap;
use async_trait::async_trait;
use channels::{CONNECTORS, Clock, Http, HttpOptions};
use domain::{WatchId, WatchState, Way};
use notify::{NOTIFIERS, NotifyOptions};
use store::{Archive, ArchiveOptions, Store};
use tokio::net::TcpListener;
use tokio::sync::watch as signal;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::flow::connectors::Outfit;
use crate::flow::fill::{Filler, Jobs};
use crate::flow::keeper::Keep;
use crate::flow::message::message;
use crate::flow::{
    Flow, House, Rules, State, Telling, archive as follow, care, connectors, frequencies, keeper,
    learn, stories, tell, watches,
};

/// Longest wait for open pages when the house ends.
const GOODBYE: Duration = Duration::from_secs(3);

/// How the house is run.
pub struct Plan {
    /// The time.
    pub clock: Clock,
    /// What fetching may reach.
    pub http: HttpOptions,
    /// No sign-in is asked on this machine.
    pub open: bool,
    /// The speed of a demo.
    pub demo: Option<f64>,
}

impl Plan {
    /// A plan for the real world under these settings.
    #[must_use]
    pub fn real(config: &Config) -> Plan {
        Plan { clock: Clock::wall(), http: http_options(config), open: false, demo: None }
    }
}

/// What fetching may reach under these settings.
#[must_use]
pub fn http_options(config: &Config) -> HttpOptions {
    let mut options = HttpOptions {
        allow_private: config.switch("allow-private"),
        allow_hosts: config.list("allow-hosts"),
        ..HttpOptions::default()
    };
    let home = config.text("public-url");
    if !home.is_empty() {
        // Whoever runs a site we read can see whom to ask.
        options.user_agent = format!("{} (+{home})", options.user_agent);
    }
    options
}

/// What notifiers may reach: the same as fetching.
#[must_use]
pub fn notify_options(http: &HttpOptions) -> NotifyOptions {
    NotifyOptions {
        allow_private: http.allow_private,
        allow_hosts: http.allow_hosts.clone(),
        extra_roots: http.extra_roots.clone(),
    }
}

/// A data folder that no other Horch is listening over: two would tell everything twice.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Takes the data folder for this process.
///
/// # Errors
/// The folder cannot be made or written, or another Horch listens over it.
pub fn lock(config: &Config) -> anyhow::Result<Lock> {
    let folder = &config.data;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("the data folder {} cannot be made", folder.display()))?;
    let path = folder.join("listening.lock");
    let file = File::create(&path)
        .with_context(|| format!("the data folder {} cannot be written", folder.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(_) => bail!(
            "another Horch is listening over {}: end it first, or choose another folder with \
             --data",
            folder.display()
        ),
    }
}

/// A running house.
pub struct Running {
    /// What everything shares.
    pub house: House,
    /// The flow; batches may be put into its inlet.
    pub flow: Flow,
    /// Where the screens are, as people on this machine reach them.
    pub address: SocketAddr,
    /// The address links begin with.
    pub public_url: String,
    tasks: Vec<JoinHandle<()>>,
    screens: JoinHandle<()>,
    _lock: Lock,
}

/// Starts everything over an open store.
///
/// # Errors
/// The port is taken, the store does not answer, or a setting does not fit.
pub async fn start(
    config: &Config,
    store: Store,
    plan: Plan,
    lock: Lock,
) -> anyhow::Result<Running> {
    let stop = CancellationToken::new();
    let house = House { store: store.clone(), clock: plan.clock, stop };
    let archive = open_archive(config, &store).await?;
    let listener = listen_on(config).await?;
    let address = listener.local_addr()?;
    let public_url = public_url(config, address);

    let young = i64::try_from(config.number("alert-within-hours")).unwrap_or(24) * domain::HOUR;
    let state = Arc::new(State::new(frequencies::read(&config.data)));
    let (rules, book, unfilled) = watches::load(&store, &state).await?;
    let (interests_out, interests) = signal::channel(Arc::new(book.interests()));
    let telling = Telling::Younger(young);
    let flow = Flow::start(store.clone(), plan.clock, rules, telling, Arc::clone(&state));
    let jobs = Jobs::default();
    jobs.add(unfilled);
    let filler = Filler {
        archive: archive.clone(),
        house: house.clone(),
        rules: Arc::clone(&flow.rules),
        state: Arc::clone(&state),
        settled: flow.settled.clone(),
        jobs: jobs.clone(),
    };

    let http = Http::new(plan.http.clone())?;
    let options = notify_options(&plan.http);
    let outfit = Outfit { http, inlet: flow.inlet.clone(), interests };
    let telling = tell::Telling {
        public_url: public_url.clone(),
        options: options.clone(),
        state: Arc::clone(&state),
        painting: Arc::new(tokio::sync::Semaphore::new(1)),
    };
    let keep = Keep {
        unmatched_hours: config.number("keep-unmatched-hours"),
        unmatched_posts: config.number("keep-unmatched-posts"),
        mentions_days: config.number("keep-mentions-days"),
    };
    let tasks = vec![
        tokio::spawn(watches::keep(
            house.clone(),
            book,
            Arc::clone(&flow.rules),
            Arc::clone(&state),
            jobs,
            interests_out,
        )),
        tokio::spawn(filler.run()),
        tokio::spawn(frequencies::keep(house.clone(), Arc::clone(&state), config.data.clone())),
        tokio::spawn(follow::keep(house.clone(), archive.clone(), Arc::clone(&flow.counters))),
        tokio::spawn(connectors::run(house.clone(), outfit)),
        tokio::spawn(tell::run(house.clone(), telling)),
        tokio::spawn(keeper::run(house.clone(), keep)),
        tokio::spawn(learn::keep(house.clone())),
        tokio::spawn(stories::keep(
            house.clone(),
            Arc::clone(&state),
            Arc::clone(&flow.counters),
            Telling::Younger(young),
        )),
        tokio::spawn(care::keep(
            house.clone(),
            Arc::clone(&flow.rules),
            Arc::clone(&flow.counters),
            Telling::Younger(young),
        )),
    ];
    let rules = Arc::clone(&flow.rules);
    let hooks = Hooks { clock: plan.clock, public_url: public_url.clone(), options, state, rules };
    let screens = serve_screens(&house, &plan, archive, &public_url, hooks, listener).await?;
    Ok(Running { house, flow, address, public_url, tasks, screens, _lock: lock })
}

impl Running {
    /// Waits until `until` resolves or nothing can be stored any more, then ends everything in
    /// order: connectors, what they handed over, messages under way, screens, store.
    ///
    /// # Errors
    /// The store is damaged, or a stage died.
    pub async fn end_after(mut self, until: impl Future<Output = ()>) -> anyhow::Result<()> {
        let failed = tokio::select! {
            () = until => None,
            error = self.flow.failed() => Some(error),
        };
        self.house.stop.cancel();
        for task in self.tasks {
            let _ = task.await;
        }
        if let Some(error) = failed {
            return Err(error.context("nothing can be stored any more"));
        }
        self.flow.finish().await?;
        let aborter = self.screens.abort_handle();
        if tokio::time::timeout(GOODBYE, self.screens).await.is_err() {
            aborter.abort();
        }
        self.house.store.close().await;
        Ok(())
    }
}

async fn listen_on(config: &Config) -> anyhow::Result<TcpListener> {
    let (address, port) = (config.text("address"), config.number("port"));
    let bound = TcpListener::bind((address, u16::try_from(port).unwrap_or(0))).await;
    bound.with_context(|| {
        format!(
            "the screens cannot be served on {address} port {port}: is it taken? Choose another \
             with --port, or 0 for a free one"
        )
    })
}

/// The archive beside the store of the data folder.
///
/// # Errors
/// Its folder cannot be written.
pub async fn open_archive(config: &Config, store: &Store) -> anyhow::Result<Archive> {
    let options = ArchiveOptions {
        folder: config.data.join("archive"),
        days: u32::try_from(config.number("archive-days")).unwrap_or(u32::MAX),
        max_bytes: config.number("archive-gigabytes").saturating_mul(1_000_000_000),
    };
    Ok(Archive::open(store, options).await?)
}

fn public_url(config: &Config, address: SocketAddr) -> String {
    let given = config.text("public-url").trim_end_matches('/');
    if !given.is_empty() {
        return given.to_owned();
    }
    let host = match address.ip() {
        ip if ip.is_unspecified() || ip.is_loopback() => "localhost".to_owned(),
        ip if ip.is_ipv6() => format!("[{ip}]"),
        ip => ip.to_string(),
    };
    format!("http://{host}:{}", address.port())
}

async fn serve_screens(
    house: &House,
    plan: &Plan,
    archive: Archive,
    public_url: &str,
    hooks: Hooks,
    listener: TcpListener,
) -> anyhow::Result<JoinHandle<()>> {
    let clock = plan.clock;
    let router = web::router(web::Options {
        archive,
        store: house.store.clone(),
        now: Arc::new(move || clock.now()),
        connectors: CONNECTORS.iter().map(|entry| entry.info).collect(),
        notifiers: NOTIFIERS.iter().map(|entry| entry.info).collect(),
        public_url: public_url.to_owned(),
        demo: plan.demo,
        open: plan.open,
        hooks: Arc::new(hooks),
    })
    .await?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stop = house.stop.clone();
    Ok(tokio::spawn(async move {
        let served = axum::serve(listener, service)
            .with_graceful_shutdown(async move { stop.cancelled().await })
            .await;
        if let Err(error) = served {
            tracing::error!(%error, "the screens are no longer served");
        }
    }))
}

/// What the screens ask of the rest of the house.
struct Hooks {
    clock: Clock,
    public_url: String,
    options: NotifyOptions,
    state: Arc<State>,
    rules: Arc<ArcSwap<Rules>>,
}

#[async_trait]
impl web::Hooks for Hooks {
    async fn try_way(&self, way: &Way) -> Result<String, String> {
        let notifier = notify::build(way, &self.options).map_err(|error| error.to_string())?;
        let test = test_message(&way.lang, &self.public_url, self.clock);
        notifier.send(&test).await.map_err(|error| error.to_string())
    }

    fn check_way(&self, way: &Way) -> Result<(), String> {
        notify::build(way, &self.options).map(drop).map_err(|error| error.to_string())
    }

    fn check_connector(&self, name: &str, settings: &serde_json::Value) -> Result<(), String> {
        let entry = CONNECTORS
            .iter()
            .find(|entry| entry.info.name == name)
            .ok_or_else(|| format!("there is no connector {name:?}"))?;
        (entry.build)(settings).map(drop).map_err(|error| error.to_string())
    }

    fn kind_head(&self, watch: WatchId, kind: domain::Kind) -> bool {
        self.rules.load().heads.of_kind(watch, kind).is_some()
    }

    fn head(&self, watch: WatchId) -> Option<Arc<text::head::Head>> {
        self.rules.load().heads.of(watch).cloned()
    }

    fn calibration(&self) -> domain::forecast::Calibration {
        self.state.calibration()
    }

    fn watch_state(&self, watch: WatchId) -> WatchState {
        self.state.of(watch)
    }

    fn costliest(&self, most: usize) -> Vec<WatchId> {
        self.state.costliest(most).into_iter().map(|(watch, _)| watch).collect()
    }

    fn troubled(&self) -> Vec<WatchId> {
        self.state.troubles().into_iter().map(|(watch, _)| watch).collect()
    }
}

/// The message "Send a test" sends: the shape of a real one, and it says that it is a test.
fn test_message(lang: &str, public_url: &str, clock: Clock) -> domain::Message {
    let now = clock.now();
    let german = lang == "de";
    let alert = store::AlertRow {
        number: 0,
        id: domain::AlertId::of(
            domain::WatchId(0),
            domain::AlertReason::Mention,
            &format!("test {}", now.0),
        ),
        watch: domain::WatchId(0),
        watch_name: "Horch".to_owned(),
        reason: domain::AlertReason::Rise,
        mention: None,
        rise: Some(domain::Rise { seen: 1, expected: 0.0 }),
        story: None,
        raised: now,
        told: None,
        acknowledged: None,
    };
    let mut test = message(&alert, lang, public_url, now).expect("a rise needs no post");
    test.reason = domain::AlertReason::Mention;
    test.rise = None;
    test.horch_url = public_url.to_owned();
    test.headline =
        if german { "Test: dieser Weg funktioniert" } else { "Test: this way works" }.to_owned();
    test.excerpt = if german {
        "So kommen Meldungen von Horch hier an."
    } else {
        "This is how messages from Horch arrive here."
    }
    .to_owned();
    test
}
