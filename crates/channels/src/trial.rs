//! What the connectors' tests share: a context whose other end is read here, posts in short, and
//! a small server on loopback that answers as a test says.

use std::collections::HashMap;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::{Batch, Condition, GapReport, Health, Observation, Post, Time};
use proptest::prelude::*;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::{Clock, Connector, Context, Http, HttpOptions, Interests};

/// The recorded sample of a platform.
pub(crate) fn sample(platform: &str, name: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("samples").join(platform).join(format!("{name}.json"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A post in short, one line for every member that says something.
pub(crate) fn brief(post: &Post) -> String {
    let mut lines = vec![
        format!("id {}", post.native_id),
        format!("url {}", post.url),
        format!("at {}", jiff::Timestamp::from_millisecond(post.published.0).unwrap()),
        format!("by {} | {} | {}", post.source.key, post.source.display_name(), post.source.url),
    ];
    let mut add = |name: &str, text: String| {
        if !text.is_empty() {
            lines.push(format!("{name} {text}"));
        }
    };
    add("followers", post.source.followers.map(|n| n.to_string()).unwrap_or_default());
    add("bot", post.source.bot.filter(|bot| *bot).map(|_| "yes".to_owned()).unwrap_or_default());
    add("lang", post.lang.clone().unwrap_or_default());
    add("title", post.title.clone());
    add("lead", post.lead.clone());
    add("body", format!("{:?}", post.body));
    add("links", post.links.join(" "));
    add("tags", post.hashtags.join(" "));
    add("names", post.mentions.join(" "));
    let relation = post.relation.as_ref().map(|r| format!("{:?} {}", r.kind, r.to));
    add("relation", relation.unwrap_or_default());
    let counts = [post.engagement.likes, post.engagement.reposts, post.engagement.replies];
    if counts.iter().any(Option::is_some) {
        add("counts", format!("{counts:?}").replace("Some", "").replace("None", "-"));
    }
    for media in &post.media {
        add("media", format!("{:?} {} {:?}", media.kind, media.url, media.alt));
    }
    lines.join("\n")
}

/// Lines without indentation: for expectations written in a test.
pub(crate) fn lines(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A guarded client for loopback tests.
pub(crate) fn http() -> Http {
    Http::new(HttpOptions {
        allow_private: true,
        timeout: Duration::from_secs(5),
        host_interval: Duration::ZERO,
        max_body: 1 << 20,
        ..HttpOptions::default()
    })
    .unwrap()
}

/// A running connector and everything it handed over.
pub(crate) struct Trial {
    batches: mpsc::Receiver<Batch>,
    health: mpsc::Receiver<Health>,
    /// The cursors as the flow would have stored them.
    pub(crate) cursors: HashMap<String, String>,
    /// Everything seen, in order.
    pub(crate) seen: Vec<Observation>,
    /// The gap ledger: the last word on every gap.
    pub(crate) gaps: Vec<GapReport>,
    /// Every health report.
    pub(crate) reports: Vec<Health>,
    /// Told to the connector; sending changes what people listen for.
    pub(crate) interests: watch::Sender<Arc<Interests>>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<Result<(), crate::ConnectorError>>,
}

impl Trial {
    /// Starts a connector on a clock that runs `speed` times faster than the wall, an hour ago.
    pub(crate) fn start(
        connector: impl Connector,
        speed: f64,
        cursors: &[(&str, &str)],
        last_run: Option<Time>,
    ) -> Trial {
        let clock = if speed > 1.0 {
            Clock::fast(Clock::wall().now().plus(-domain::DAY), speed)
        } else {
            Clock::wall()
        };
        let cursors: HashMap<String, String> =
            cursors.iter().map(|(s, v)| ((*s).to_owned(), (*v).to_owned())).collect();
        let (outlet, batches) = mpsc::channel(4);
        let (health_outlet, health) = mpsc::channel(1_000);
        let (interests, heard) = watch::channel(Arc::new(Interests::default()));
        let stop = CancellationToken::new();
        let context = Context::new(
            http(),
            clock,
            heard,
            cursors.clone(),
            last_run,
            outlet,
            health_outlet,
            stop.clone(),
        );
        let task = tokio::spawn(async move { connector.run(context).await });
        Trial {
            batches,
            health,
            cursors,
            seen: Vec::new(),
            gaps: Vec::new(),
            reports: Vec::new(),
            interests,
            stop,
            task,
        }
    }

    /// Takes batches until `done` or ten seconds are over.
    pub(crate) async fn until(&mut self, what: &str, done: impl Fn(&Trial) -> bool) {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        while !done(self) {
            let next = tokio::time::timeout_at(deadline, async {
                tokio::select! {
                    batch = self.batches.recv() => (batch, None),
                    health = self.health.recv() => (None, health),
                }
            });
            match next.await {
                Ok((Some(batch), _)) => self.store(batch),
                Ok((None, Some(health))) => self.reports.push(health),
                _ => panic!(
                    "{what}: seen {:#?}\ngaps {:#?}\nhealth {:#?}",
                    self.ids(),
                    self.gaps,
                    self.reports
                ),
            }
        }
    }

    fn store(&mut self, batch: Batch) {
        self.seen.extend(batch.observations);
        for gap in batch.gaps {
            self.gaps.retain(|old| (&old.stream, old.from) != (&gap.stream, gap.from));
            self.gaps.push(gap);
        }
        for cursor in batch.cursors {
            self.cursors.insert(cursor.stream, cursor.value);
        }
    }

    /// What was seen: `id` for a post, `-id` for a deletion, `!key` and `?key` for a source.
    pub(crate) fn ids(&self) -> Vec<String> {
        let short = |observation: &Observation| match observation {
            Observation::Seen(post) => post.native_id.clone(),
            Observation::Deleted { native_id, .. } => format!("-{native_id}"),
            Observation::SourceDeleted { key, .. } => format!("!{key}"),
            Observation::Profile { source, .. } => format!("?{}", source.key),
        };
        self.seen.iter().map(short).collect()
    }

    /// Whether all of these were seen.
    pub(crate) fn has(&self, ids: &[&str]) -> bool {
        let seen = self.ids();
        ids.iter().all(|id| seen.iter().any(|other| other == id))
    }

    /// The last health report of a stream.
    pub(crate) fn health(&self, stream: &str) -> Option<&Health> {
        self.reports.iter().rev().find(|health| health.stream == stream)
    }

    /// Whether a stream's last word is this.
    pub(crate) fn is(&self, stream: &str, condition: Condition) -> bool {
        self.health(stream).is_some_and(|health| health.condition == condition)
    }

    /// Stops it; it must end soon.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        let ended = tokio::time::timeout(Duration::from_secs(3), self.task).await;
        ended.expect("it ends soon after it is stopped").unwrap().unwrap();
    }
}

/// Serves every connection on loopback with `serve` until the returned guard is dropped.
pub(crate) async fn serve<F, Fut>(serve: F) -> (SocketAddr, tokio::task::JoinSet<()>)
where
    F: Fn(TcpStream) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut guard = tokio::task::JoinSet::new();
    guard.spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(serve(stream));
        }
    });
    (address, guard)
}

/// An answer of the small HTTP server: status, headers, body.
pub(crate) type Reply = (u16, Vec<(&'static str, String)>, String);

/// A plain 200 with this JSON.
pub(crate) fn ok(json: impl ToString) -> Reply {
    (200, Vec::new(), json.to_string())
}

/// A small HTTP server: `answer` is asked with the path and query of every request and the
/// value of its `Authorization` header.
pub(crate) async fn http_server<A>(answer: A) -> (SocketAddr, tokio::task::JoinSet<()>)
where
    A: Fn(&str, Option<&str>) -> Reply + Send + Sync + 'static,
{
    let answer = Arc::new(answer);
    serve(move |mut stream| {
        let answer = Arc::clone(&answer);
        async move {
            let mut kept = Vec::new();
            while let Some(request) = read_head(&mut stream, &mut kept).await {
                let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
                let bearer = header(&request, "authorization");
                let (status, headers, body) = answer(&path, bearer);
                let date = jiff::fmt::rfc2822::DateTimePrinter::new()
                    .timestamp_to_rfc9110_string(&jiff::Timestamp::now())
                    .unwrap();
                let mut head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: {}\r\ndate: {date}\r\n",
                    body.len()
                );
                for (name, value) in headers {
                    head.push_str(&format!("{name}: {value}\r\n"));
                }
                let reply = format!("{head}\r\n{body}");
                if stream.write_all(reply.as_bytes()).await.is_err() {
                    return;
                }
            }
        }
    })
    .await
}

/// The value of a header in a request's head.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The value of a query parameter.
pub(crate) fn query(path: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(&format!("http://x{path}")).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

async fn read_head(stream: &mut TcpStream, kept: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(end) = kept.windows(4).position(|four| four == b"\r\n\r\n") {
            let head: Vec<u8> = kept.drain(..end + 4).collect();
            return String::from_utf8(head).ok();
        }
        let mut some = [0; 4_096];
        match stream.read(&mut some).await {
            Ok(count) if count > 0 => kept.extend_from_slice(&some[..count]),
            _ => return None,
        }
    }
}

/// Any small JSON document.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~äß€]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-zA-Z$]{1,8}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Puts `with` in the place of the `at`-th value of a document.
pub(crate) fn replace(value: &mut Value, at: &mut usize, with: &Value) {
    if *at == 0 {
        *value = with.clone();
    }
    *at = at.wrapping_sub(1);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, at, with)),
        Value::Object(members) => members.values_mut().for_each(|item| replace(item, at, with)),
        _ => {}
    }
}
