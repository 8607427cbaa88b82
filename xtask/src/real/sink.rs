//! A webhook's receiver that stumbles over the first delivery and checks every signature, and
//! a button with which the browser's round asks for one more post.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use domain::{Message, Time};

use super::publish::Anna;

/// The secret of the signatures.
pub const SECRET: &str = "a secret between two machines";

/// What came in.
#[derive(Clone, Default)]
pub struct Sink(Arc<Mutex<Inside>>);

#[derive(Default)]
struct Inside {
    tries: u32,
    wrong: Vec<String>,
    messages: HashMap<String, Vec<Message>>,
}

impl Sink {
    /// Starts the receiver at `/webhook` and the button at `/publish`; returns its port.
    pub async fn start(anna: Anna, text: &'static str) -> anyhow::Result<(u16, Sink)> {
        let sink = Sink::default();
        let button = move || async move {
            match anna.post(text, "en").await {
                Ok(_) => (StatusCode::OK, text.to_owned()),
                Err(error) => (StatusCode::BAD_GATEWAY, format!("{error:#}")),
            }
        };
        let app = Router::new()
            .route("/webhook", post(take))
            .with_state(sink.clone())
            .route("/publish", post(button));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok((port, sink))
    }

    /// Deliveries taken, by alert; and everything that was wrong with any of them.
    pub fn taken(&self) -> (HashMap<String, Vec<Message>>, Vec<String>) {
        let inside = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (inside.messages.clone(), inside.wrong.clone())
    }

    /// How often somebody tried to deliver.
    pub fn tries(&self) -> u32 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).tries
    }
}

async fn take(State(sink): State<Sink>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let mut inside = sink.0.lock().unwrap_or_else(PoisonError::into_inner);
    inside.tries += 1;
    if inside.tries == 1 {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    match read(&headers, &body) {
        Ok(message) => inside.messages.entry(message.alert.clone()).or_default().push(message),
        Err(wrong) => inside.wrong.push(wrong),
    }
    StatusCode::NO_CONTENT
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Message, String> {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    let (stamp, signature) = (header("horch-timestamp"), header("horch-signature"));
    notify::webhook::verify(SECRET, stamp, signature, body, now).map_err(|e| e.to_string())?;
    let message: Message = serde_json::from_slice(body).map_err(|e| e.to_string())?;
    if message.alert != header("horch-delivery") {
        return Err("Horch-Delivery is not the alert's id".to_owned());
    }
    Ok(message)
}
