//! Serves the screens over a small made-up world, to look at them: `cargo run -p web --example
//! seeded`. With `closed` it asks for sign-in and prints a set-up link; new posts arrive every
//! few seconds, with `still` none. A folder as second word keeps the world from start to start.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../tests/pages/seed.rs"]
mod seed;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::{SECOND, Time, Tone};
use store::{Archive, Ingest, Store};

fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Time(i64::try_from(since.as_millis()).unwrap())
}

#[tokio::main]
async fn main() {
    let word = std::env::args().nth(1).unwrap_or_default();
    let fleeting = tempfile::tempdir().unwrap();
    let kept = std::env::args().nth(2).map(std::path::PathBuf::from);
    let folder = kept.as_deref().unwrap_or(fleeting.path());
    let store = Store::open(folder).await.unwrap();
    let archive = seed::archive(&store, folder).await;
    if word != "empty" && store.watches().await.unwrap().is_empty() {
        seed::fill(&store, now()).await;
    }
    seed::catch_up(&archive, now()).await;
    let mut options = seed::options(&store, &archive, now());
    options.now = Arc::new(now);
    options.open = word != "closed";
    let listener = tokio::net::TcpListener::bind("127.0.0.1:7477").await.unwrap();
    options.public_url = "http://localhost:7477".into();
    if let Some(link) = web::setup_link(&store, &options.public_url, now()).await.unwrap() {
        println!("set up: {link}");
    }
    println!("http://localhost:7477");
    if word != "still" && word != "empty" {
        tokio::spawn(talk(store, archive));
    }
    let app = web::router(options).await.unwrap();
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await.unwrap();
}

/// Somebody says something every few seconds.
async fn talk(store: Store, archive: Archive) {
    let start = now().0;
    for n in 0.. {
        tokio::time::sleep(Duration::from_secs(4)).await;
        let watches = store.watches().await.unwrap();
        let body = format!("Falkenrot zum {n}. Mal: Die Aurelia 3 läuft.");
        let post = seed::plain_post(&format!("live-{start}-{n}"), &body, now().plus(-5 * SECOND));
        let tone = if n % 2 == 0 { (Tone::Negative, 0.43) } else { (Tone::Neutral, 0.6) };
        let posts = vec![seed::judge(post, Some(tone), &watches)];
        store.ingest(&Ingest { posts, ..Ingest::default() }, now()).await.unwrap();
        seed::catch_up(&archive, now()).await;
    }
}
