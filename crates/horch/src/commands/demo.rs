//! `horch demo`: a told story through the real connectors, without any network.

use std::time::Duration;

use anyhow::{Context, Result};
use channels::Clock;
use domain::{AlertRules, Time, Way};
use store::Store;
use world::{FakeInternet, Story};

use super::{asked_to_end, open_store};
use crate::cli::{DataFolder, Demo};
use crate::config::Config;
use crate::flow::connectors::setting_name;
use crate::house::{self, Plan};

/// The story's first hours pass in a minute, so that there is something to see at once. Not
/// faster: what a connector gathers for a quarter of a second would look minutes late.
const OPENING: i64 = 10 * domain::HOUR;
/// How fast they pass.
const OPENING_SPEED: f64 = 600.0;

/// Plays the story until Ctrl-C or its time is up.
///
/// # Errors
/// Loopback cannot be listened on, or the house does not start.
pub async fn run(config: &Config, demo: &Demo, folder: DataFolder) -> Result<()> {
    // A demo starts anew every time and leaves nothing behind, unless a folder is named.
    let passing = match folder {
        DataFolder::Given => None,
        DataFolder::Default => Some(tempfile::tempdir().context("no folder for passing data")?),
    };
    let mut config = config.clone();
    if let Some(folder) = &passing {
        config.data = folder.path().to_owned();
    }
    let speed = demo.speed.clamp(1.0, 5_000.0);
    let story = Story::demo();
    let length = story.duration_ms();
    let start = morning_before(Clock::wall().now().plus(-length));
    let clock = Clock::with_opening(start, OPENING, speed.max(OPENING_SPEED), speed);
    let internet = FakeInternet::start().await.context("loopback cannot be listened on")?;
    internet.set_clock(clock);
    story.furnish(&internet);

    let lock = house::lock(&config)?;
    let store = open_store(&config).await?;
    furnish(&store, &internet, clock.now()).await?;
    let mut http = internet.http_options();
    http.allow_hosts.push(internet.address().to_string());
    let plan = Plan { clock, http, open: true, demo: Some(speed) };
    let running = house::start(&config, store, plan, lock).await?;
    anstream::println!(
        "A told story: two days in {}. No network is used; nothing is real but the software.\n\
         Screens: {}  (Ctrl-C ends)",
        minutes(length, speed),
        running.public_url
    );
    let stop = running.house.stop.clone();
    let playing = tokio::spawn(async move {
        world::play(&internet, &story, clock, start, stop.clone()).await;
        // The fake internet lives on until the demo ends.
        stop.cancelled().await;
        drop(internet);
    });
    let until = demo.seconds.map(Duration::from_secs);
    running
        .end_after(async move {
            tokio::select! {
                () = asked_to_end() => {}
                () = time_is_up(until) => {}
            }
        })
        .await?;
    playing.abort();
    anstream::println!("The demo ended.");
    Ok(())
}

/// The last six o'clock in the morning, by this machine's time zone, at or before `at`: the
/// story's days then look like days.
fn morning_before(at: Time) -> Time {
    let morning = || {
        let zoned = jiff::Timestamp::from_millisecond(at.0)
            .ok()?
            .to_zoned_datetime(jiff::tz::TimeZone::system());
        let six = zoned.with().hour(6).minute(0).second(0).subsec_nanosecond(0).build().ok()?;
        let six = Time(six.timestamp().as_millisecond());
        Some(if six <= at { six } else { six.plus(-domain::DAY) })
    };
    morning().unwrap_or(at)
}

async fn time_is_up(after: Option<Duration>) {
    match after {
        Some(after) => tokio::time::sleep(after).await,
        None => std::future::pending().await,
    }
}

fn minutes(length: i64, speed: f64) -> String {
    let opening = OPENING as f64 / speed.max(OPENING_SPEED);
    let minutes = (opening + (length - OPENING) as f64 / speed) / 60_000.0;
    if minutes < 2.0 {
        format!("{:.0} seconds", minutes * 60.0)
    } else {
        format!("{minutes:.0} minutes")
    }
}

/// Watches, a way to be told and the settings of the connectors.
async fn furnish(store: &Store, internet: &FakeInternet, now: Time) -> Result<()> {
    for (name, settings) in internet.connector_settings() {
        let mut settings = settings;
        settings["on"] = true.into();
        store.set_setting(&setting_name(name), &settings.to_string()).await?;
    }
    for (name, query) in Story::watches() {
        if store.watch_named(name).await?.is_none() {
            store.add_watch(name, query, AlertRules::default(), now).await?;
        }
    }
    if store.ways().await?.is_empty() {
        let settings = serde_json::json!({
            "url": internet.sink_url("webhook"),
            "secret": "a-secret-of-the-demo",
        });
        let way = Way {
            id: 0,
            notifier: "webhook".to_owned(),
            name: "Newsroom webhook".to_owned(),
            settings: settings.to_string(),
            watches: Vec::new(),
            lang: "en".to_owned(),
            paused: false,
        };
        store.add_way(&way).await?;
    }
    Ok(())
}
