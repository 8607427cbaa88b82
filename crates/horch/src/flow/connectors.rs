//! Runs the connectors that are switched on, restarts one when its settings change, and keeps
//! what they say of their health.

use std::collections::HashMap;
use std::sync::Arc;

use channels::{CONNECTORS, Connector, Context, Entry, Http, Interests};
use domain::{Batch, Condition, GapReport, Health, Observation};
use serde_json::Value;
use store::Store;
use tokio::sync::{mpsc, watch as signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::House;
use super::judge::platform_of;

/// Words about health that may wait to be stored.
const HEALTH_QUEUE: usize = 1_024;
/// How often health is written.
const HEALTH_EVERY: std::time::Duration = std::time::Duration::from_millis(1_000);
/// How often names of speakers are looked up.
const PROFILES_EVERY: std::time::Duration = std::time::Duration::from_secs(3);

/// A connector's settings as stored: `{"on": true, …fields}`.
///
/// # Errors
/// The store does not answer.
pub async fn settings_of(store: &Store, entry: &Entry) -> store::Result<Value> {
    let stored = store.setting(&setting_name(entry.info.name)).await?;
    let parsed = stored.and_then(|text| serde_json::from_str(&text).ok());
    Ok(parsed.unwrap_or_else(|| serde_json::json!({ "on": entry.info.on_by_default })))
}

/// The name a connector's settings are stored under.
#[must_use]
pub fn setting_name(connector: &str) -> String {
    format!("connector.{connector}")
}

/// Whether the settings say that it listens.
#[must_use]
pub fn is_on(entry: &Entry, settings: &Value) -> bool {
    settings.get("on").and_then(Value::as_bool).unwrap_or(entry.info.on_by_default)
}

struct Running {
    settings: Value,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// What connectors are given.
#[derive(Clone)]
pub struct Outfit {
    /// Guarded HTTP.
    pub http: Http,
    /// Where batches go.
    pub inlet: mpsc::Sender<Batch>,
    /// What people listen for.
    pub interests: signal::Receiver<Arc<Interests>>,
}

/// Runs connectors until the process ends.
pub async fn run(house: House, outfit: Outfit) {
    close_gaps(&house, &outfit).await;
    let (health, said) = mpsc::channel(HEALTH_QUEUE);
    let writer = tokio::spawn(write_health(house.clone(), said));
    let names = tokio::spawn(look_up_names(house.clone(), outfit.clone()));
    let mut running: HashMap<&'static str, Running> = HashMap::new();
    let mut changes = house.store.changes_beside_mentions();
    let mut seen = None;
    loop {
        let settings = changes.borrow_and_update().settings;
        if seen != Some(settings) {
            seen = Some(settings);
            if let Err(error) = adjust(&house, &outfit, &health, &mut running).await {
                tracing::error!(%error, "connector settings could not be read");
                seen = None;
            }
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { break },
            () = house.stop.cancelled() => break,
        }
    }
    for (_, connector) in running {
        end(connector).await;
    }
    drop((outfit, health));
    names.abort();
    let _ = names.await;
    let _ = writer.await;
}

/// Gaps that were open when the process last ended: they are closed at the last thing stored
/// then. What was missed after that is each connector's to find out and report as its own gap.
async fn close_gaps(house: &House, outfit: &Outfit) {
    let (Ok(last), Ok(gaps)) = (house.store.last_ingest().await, house.store.gaps(1_000).await)
    else {
        return;
    };
    let gaps = gaps
        .into_iter()
        .filter(|gap| gap.until.is_none())
        .map(|gap| GapReport { until: Some(last.unwrap_or(gap.from).max(gap.from)), ..gap })
        .collect();
    let batch = Batch { gaps, ..Batch::default() };
    if !batch.is_empty() {
        let _ = outfit.inlet.send(batch).await;
    }
}

/// Starts, ends and restarts connectors so that what runs is what the settings say.
async fn adjust(
    house: &House,
    outfit: &Outfit,
    health: &mpsc::Sender<Health>,
    running: &mut HashMap<&'static str, Running>,
) -> store::Result<()> {
    for entry in CONNECTORS {
        let name = entry.info.name;
        let settings = settings_of(&house.store, entry).await?;
        if running.get(name).is_some_and(|now| now.settings == settings) {
            continue;
        }
        if let Some(old) = running.remove(name) {
            end(old).await;
        }
        if is_on(entry, &settings) {
            let started = start(house, outfit, health, entry, settings).await?;
            running.insert(name, started);
        } else {
            let mut off = Health::starting(name, house.clock.now());
            off.condition = Condition::Off;
            off.detail = "switched off".to_owned();
            let _ = health.try_send(off);
        }
    }
    Ok(())
}

async fn end(connector: Running) {
    connector.stop.cancel();
    let aborter = connector.task.abort_handle();
    if tokio::time::timeout(std::time::Duration::from_secs(5), connector.task).await.is_err() {
        aborter.abort();
    }
}

async fn start(
    house: &House,
    outfit: &Outfit,
    health: &mpsc::Sender<Health>,
    entry: &'static Entry,
    settings: Value,
) -> store::Result<Running> {
    let name = entry.info.name;
    let stop = house.stop.child_token();
    let cursors = house.store.cursors(name).await?;
    let context = Context::new(
        outfit.http.clone(),
        house.clock,
        outfit.interests.clone(),
        cursors.into_iter().map(|cursor| (cursor.stream, cursor.value)).collect(),
        house.store.last_ingest().await?,
        outfit.inlet.clone(),
        health.clone(),
        stop.clone(),
    );
    let built = (entry.build)(&settings);
    let clock = house.clock;
    let health = health.clone();
    let task = tokio::spawn(async move {
        let outcome = match built {
            Ok(connector) => connector.run(context).await,
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            tracing::error!(connector = name, %error, "the connector gave up");
            let mut off = Health::starting(name, clock.now());
            off.condition = Condition::Off;
            off.detail = error.to_string();
            let _ = health.send(off).await;
        }
    });
    Ok(Running { settings, stop, task })
}

/// Writes the last word about each stream once a second.
async fn write_health(house: House, mut said: mpsc::Receiver<Health>) {
    let mut latest: HashMap<String, Health> = HashMap::new();
    let mut ended = false;
    while !ended {
        let until = tokio::time::Instant::now() + HEALTH_EVERY;
        loop {
            match tokio::time::timeout_at(until, said.recv()).await {
                Ok(Some(word)) => {
                    latest.insert(word.stream.clone(), word);
                }
                Ok(None) => {
                    ended = true;
                    break;
                }
                Err(_) => break,
            }
        }
        if latest.is_empty() {
            continue;
        }
        let words: Vec<Health> = latest.drain().map(|(_, word)| word).collect();
        if let Err(error) = house.store.save_health(&words).await {
            tracing::warn!(%error, "health could not be kept");
        }
    }
}

/// Asks platforms whose posts come without names who stands behind the mentions.
async fn look_up_names(house: House, outfit: Outfit) {
    let mut asked: HashMap<(&'static str, String), u32> = HashMap::new();
    while house.pause(PROFILES_EVERY).await {
        for entry in CONNECTORS {
            if let Err(error) = look_up(&house, &outfit, entry, &mut asked).await {
                tracing::debug!(connector = entry.info.name, %error, "names are not known yet");
            }
        }
    }
}

async fn look_up(
    house: &House,
    outfit: &Outfit,
    entry: &'static Entry,
    asked: &mut HashMap<(&'static str, String), u32>,
) -> anyhow::Result<()> {
    let name = entry.info.name;
    let settings = settings_of(&house.store, entry).await?;
    if !is_on(entry, &settings) {
        return Ok(());
    }
    let platform = platform_of(name);
    let mut keys = house.store.nameless_sources(&platform, 100).await?;
    // A key that stayed unknown three times is left alone until the next start.
    keys.retain(|key| asked.get(&(name, key.clone())).is_none_or(|times| *times < 3));
    if keys.is_empty() {
        return Ok(());
    }
    if asked.len() > 50_000 {
        asked.clear();
    }
    for key in &keys {
        *asked.entry((name, key.clone())).or_default() += 1;
    }
    let connector: Box<dyn Connector> = (entry.build)(&settings)?;
    let sources = connector.profiles(&outfit.http, &keys).await?;
    let observations = sources
        .into_iter()
        .map(|source| Observation::Profile { platform: platform.clone(), source: Box::new(source) })
        .collect();
    let batch = Batch { observations, ..Batch::default() };
    if !batch.is_empty() {
        let _ = outfit.inlet.send(batch).await;
    }
    Ok(())
}
