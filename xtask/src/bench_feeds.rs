//! `cargo xtask bench feeds`: fetching and parsing feeds over loopback HTTPS, with the real
//! client and the real feed reader.
//!
//! The servers are a process of their own, so that their work is not counted. Every feed has a
//! host name of its own. In each round a share of the feeds has a new item; the others answer
//! "304 Not Modified". Counted is the processor time of the client's process, once with a new TLS
//! connection for each visit, as real rounds minutes apart need it (this is the figure), and once
//! with connections that are kept from round to round. Beside it runs a rival without guard, repair and posts: plain reqwest and feed-rs.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use channels::feeds::state::State;
use channels::feeds::{FeedSpec, Outcome, visit};
use channels::{Clock, Http, HttpOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::figures::{Figure, Goal, tell};

/// Items in a feed, each with a text of about a thousand characters.
const ITEMS: usize = 20;
/// Of so many feeds in a round, `CHANGED` have something new.
const OF: usize = 20;
const CHANGED: usize = 3;
/// Visits at once.
const AT_ONCE: usize = 32;
/// Names of the argument that makes this process the servers.
const SERVE: &str = "--serve";

/// Runs the bench. `--feeds N` (2,000) and `--rounds N` (5) say how much.
///
/// # Errors
/// The servers do not start, or a visit goes wrong: a bench of failures measures nothing.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let number = |name: &str, default: usize| {
        let value = args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1));
        value.map_or(Ok(default), |value| value.parse())
    };
    let (feeds, rounds) = (number("--feeds", 2_000)?, number("--rounds", 5)?);
    let runtime = tokio::runtime::Runtime::new()?;
    if args.iter().any(|arg| arg == SERVE) {
        return runtime.block_on(serve(feeds));
    }
    runtime.block_on(measure(feeds.max(OF), rounds.max(1)))
}

fn host(feed: usize) -> String {
    format!("feed-{feed}.bench.example")
}

/// The process of the servers and what the clients need to know of it.
struct Servers {
    child: Child,
    address: SocketAddr,
    /// The certificate's DER.
    root: Vec<u8>,
}

impl Servers {
    fn start(feeds: usize) -> anyhow::Result<Servers> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["bench", "feeds", SERVE, "--feeds", &feeds.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().context("the servers have no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let (address, root) = line.trim().split_once(' ').context("the servers did not start")?;
        let bytes = root
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap_or_default(), 16));
        let (address, root) = (address.parse()?, bytes.collect::<Result<_, _>>()?);
        Ok(Servers { child, address, root })
    }

    /// The next round begins: other feeds have something new.
    fn next_round(&mut self) -> anyhow::Result<()> {
        let input = self.child.stdin.as_mut().context("the servers have no input")?;
        input.write_all(b"next\n")?;
        input.flush()?;
        // The line arrives within a blink; nothing is measured meanwhile.
        std::thread::sleep(Duration::from_millis(100));
        Ok(())
    }

    fn options(&self, feeds: usize) -> HttpOptions {
        HttpOptions {
            resolve: (0..feeds).map(|feed| (host(feed), self.address)).collect(),
            extra_roots: vec![self.root.clone()],
            host_interval: Duration::ZERO,
            ..HttpOptions::default()
        }
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a series of rounds cost.
#[derive(Default)]
struct Cost {
    visits: usize,
    wall: f64,
    cpu: f64,
    fresh: usize,
}

impl Cost {
    fn per_second(&self) -> f64 {
        self.visits as f64 / self.wall
    }

    fn per_core(&self) -> f64 {
        self.visits as f64 / self.cpu
    }
}

async fn measure(feeds: usize, rounds: usize) -> anyhow::Result<()> {
    let mut servers = Servers::start(feeds)?;
    let options = servers.options(feeds);
    let (first, kept) = ours(&mut servers, &options, feeds, rounds, true).await?;
    let (_, anew) = ours(&mut servers, &options, feeds, rounds, false).await?;
    let rival = self::rival(&mut servers, feeds, rounds, true).await?;
    let rival_anew = self::rival(&mut servers, feeds, rounds, false).await?;
    let goal = Goal::AtLeast(1_000.0);
    let changed = |cost: &Cost| 100.0 * cost.fresh as f64 / cost.visits as f64;
    tell(
        "feeds",
        &[
            Figure::new("feeds per second and core", anew.per_core(), "feeds/s/core", goal),
            Figure::new("feeds per second", anew.per_second(), "feeds/s", Goal::None),
            Figure::new("feeds changed", changed(&anew), "%", Goal::AtLeast(14.0)),
            Figure::new(
                "rival, per second and core",
                rival_anew.per_core(),
                "feeds/s/core",
                Goal::None,
            ),
            Figure::new("ours to rival", anew.per_core() / rival_anew.per_core(), "×", Goal::None),
            Figure::new(
                "kept connections, per second and core",
                kept.per_core(),
                "feeds/s/core",
                goal,
            ),
            Figure::new("rival, kept connections", rival.per_core(), "feeds/s/core", Goal::None),
            Figure::new(
                "ours to rival, kept connections",
                kept.per_core() / rival.per_core(),
                "×",
                Goal::None,
            ),
            Figure::new(
                "first visit, per second and core",
                first.per_core(),
                "feeds/s/core",
                Goal::None,
            ),
        ],
    )
}

/// The first visit to all feeds, and the rounds after it.
async fn ours(
    servers: &mut Servers,
    options: &HttpOptions,
    feeds: usize,
    rounds: usize,
    keep: bool,
) -> anyhow::Result<(Cost, Cost)> {
    let mut http = Http::new(options.clone())?;
    let mut memories: Vec<State> = vec![State::default(); feeds];
    let mut first = Cost::default();
    our_round(&http, &mut memories, &mut first).await?;
    let mut later = Cost::default();
    for _ in 0..rounds {
        servers.next_round()?;
        if !keep {
            http = Http::new(options.clone())?;
        }
        our_round(&http, &mut memories, &mut later).await?;
    }
    Ok((first, later))
}

async fn our_round(http: &Http, memories: &mut [State], cost: &mut Cost) -> anyhow::Result<()> {
    let specs = Arc::new(AtomicU32::new(0));
    let old: Arc<Vec<State>> = Arc::new(memories.to_vec());
    let (wall, cpu) = (Instant::now(), cpu_seconds()?);
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..AT_ONCE {
        let (http, next, old) = (http.clone(), Arc::clone(&specs), Arc::clone(&old));
        workers.spawn(async move {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed) as usize;
                let Some(state) = old.get(at) else { return done };
                let spec = FeedSpec {
                    url: format!("https://{}/feed", host(at)),
                    site: host(at),
                    lang: Some("de".to_owned()),
                    ..FeedSpec::default()
                };
                done.push((at, visit(&http, &spec, state, &Clock::wall()).await));
            }
        });
    }
    while let Some(done) = workers.join_next().await {
        for (at, visit) in done? {
            match visit.outcome {
                Outcome::Read { .. } if !visit.posts.is_empty() => cost.fresh += 1,
                Outcome::Unchanged => {}
                other => bail!("{} went wrong: {other:?} {:?}", host(at), visit.broken),
            }
            memories[at] = State { last_ok: Some(visit.at), ..visit.state };
        }
    }
    cost.visits += memories.len();
    cost.wall += wall.elapsed().as_secs_f64();
    cost.cpu += cpu_seconds()? - cpu;
    Ok(())
}

/// Plain reqwest and feed-rs: what the same visits cost at the least.
async fn rival(
    servers: &mut Servers,
    feeds: usize,
    rounds: usize,
    keep: bool,
) -> anyhow::Result<Cost> {
    let mut client = plain_client(servers, feeds)?;
    let mut tags: Vec<Option<String>> = vec![None; feeds];
    rival_round(&client, &mut tags, &mut Cost::default()).await?;
    let mut cost = Cost::default();
    for _ in 0..rounds {
        servers.next_round()?;
        if !keep {
            client = plain_client(servers, feeds)?;
        }
        rival_round(&client, &mut tags, &mut cost).await?;
    }
    Ok(cost)
}

fn plain_client(servers: &Servers, feeds: usize) -> anyhow::Result<reqwest::Client> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(servers.root.clone().into())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    let mut builder = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy();
    for feed in 0..feeds {
        builder = builder.resolve(&host(feed), servers.address);
    }
    Ok(builder.build()?)
}

async fn rival_round(
    client: &reqwest::Client,
    tags: &mut [Option<String>],
    cost: &mut Cost,
) -> anyhow::Result<()> {
    let next = Arc::new(AtomicU32::new(0));
    let old = Arc::new(tags.to_vec());
    let (wall, cpu) = (Instant::now(), cpu_seconds()?);
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..AT_ONCE {
        let (client, next, old) = (client.clone(), Arc::clone(&next), Arc::clone(&old));
        workers.spawn(async move {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed) as usize;
                let Some(tag) = old.get(at) else { return anyhow::Ok(done) };
                let mut request = client.get(format!("https://{}/feed", host(at)));
                if let Some(tag) = tag {
                    request = request.header("if-none-match", tag);
                }
                let response = request.send().await?;
                if response.status() == reqwest::StatusCode::NOT_MODIFIED {
                    continue;
                }
                let tag = response.headers().get("etag").and_then(|tag| tag.to_str().ok());
                let tag = tag.map(str::to_owned);
                let body = response.bytes().await?;
                let feed = feed_rs::parser::parse(&body[..])?;
                done.push((at, tag, feed.entries.len()));
            }
        });
    }
    while let Some(done) = workers.join_next().await {
        for (at, tag, entries) in done?? {
            if entries != ITEMS {
                bail!("{} has {entries} entries", host(at));
            }
            tags[at] = tag;
            cost.fresh += 1;
        }
    }
    cost.visits += tags.len();
    cost.wall += wall.elapsed().as_secs_f64();
    cost.cpu += cpu_seconds()? - cpu;
    Ok(())
}

/// Processor time of this process so far, in seconds, from `/proc`.
fn cpu_seconds() -> anyhow::Result<f64> {
    // Nanoseconds of every thread: `stat` counts in hundredths of a second only.
    let mut total = 0_u64;
    for task in std::fs::read_dir("/proc/self/task").context("this bench needs /proc")? {
        // A thread may end between the two reads.
        let Ok(line) = std::fs::read_to_string(task?.path().join("schedstat")) else { continue };
        let time = line.split(' ').next().unwrap_or_default();
        total += time.parse::<u64>().context("schedstat starts with a number")?;
    }
    Ok(total as f64 / 1e9)
}

/// The servers: prints `ADDRESS CERTIFICATE`, then begins a new round with every line it reads.
#[allow(clippy::print_stdout)]
async fn serve(feeds: usize) -> anyhow::Result<()> {
    let names: HashMap<String, usize> = (0..feeds).map(|feed| (host(feed), feed)).collect();
    let made = rcgen::generate_simple_self_signed(vec!["*.bench.example".to_owned()])?;
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der())
        .map_err(|error| anyhow::anyhow!("no key: {error}"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let root: String = made.cert.der().iter().map(|byte| format!("{byte:02x}")).collect();
    println!("{} {root}", listener.local_addr()?);
    let round = Arc::new(AtomicU32::new(0));
    let turn = Arc::clone(&round);
    std::thread::spawn(move || {
        // The end of the input is the end of the bench.
        for _ in std::io::stdin().lines().map_while(Result::ok) {
            turn.fetch_add(1, Ordering::SeqCst);
        }
        std::process::exit(0);
    });
    let names = Arc::new(names);
    loop {
        let (stream, _) = listener.accept().await?;
        let (acceptor, names, round) = (acceptor.clone(), Arc::clone(&names), Arc::clone(&round));
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            if let Ok(stream) = acceptor.accept(stream).await {
                let _ = answer(stream, &names, &round).await;
            }
        });
    }
}

/// Answers the requests of one connection until it is closed.
async fn answer(
    mut stream: tokio_rustls::server::TlsStream<tokio::net::TcpStream>,
    names: &HashMap<String, usize>,
    round: &AtomicU32,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let length = stream.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        head.extend_from_slice(&buffer[..length]);
        if !head.ends_with(b"\r\n\r\n") {
            continue;
        }
        let text = String::from_utf8_lossy(&head).to_lowercase();
        let header =
            |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let feed = header("host").and_then(|host| names.get(host)).copied().unwrap_or(0);
        let version = version_of(feed, round.load(Ordering::SeqCst) as usize);
        let tag = format!("\"{version}\"");
        let answer = if header("if-none-match") == Some(&tag) {
            format!("HTTP/1.1 304 Not Modified\r\netag: {tag}\r\n\r\n")
        } else {
            let body = feed_text(feed, version);
            let length = body.len();
            format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/rss+xml\r\netag: {tag}\r\ncontent-length: {length}\r\n\r\n{body}"
            )
        };
        stream.write_all(answer.as_bytes()).await?;
        stream.flush().await?;
        head.clear();
    }
}

/// How often a feed has changed until this round: each changes in `CHANGED` of `OF` rounds.
fn version_of(feed: usize, round: usize) -> usize {
    (1..=round).filter(|round| (feed + round * CHANGED) % OF < CHANGED).count()
}

/// A feed with as many items as ever; each version has one new item at its head.
fn feed_text(feed: usize, version: usize) -> String {
    let sentence = "Der Zug nach München hatte gestern wieder Verspätung, und die Fahrgäste \
                    warteten &lt;b&gt;fast eine Stunde&lt;/b&gt; auf dem Bahnsteig. ";
    let items: String = (version..version + ITEMS)
        .rev()
        .map(|item| {
            let minute = item % 60;
            format!(
                "<item><title>Beitrag {item} von {feed}</title><link>https://{host}/{item}</link>\
                 <guid>https://{host}/{item}</guid><pubDate>Mon, 23 Nov 2026 10:{minute:02}:00 +0100</pubDate>\
                 <description>&lt;p&gt;{text}&lt;/p&gt;&lt;p&gt;&lt;a href=\"https://other.example/{item}\"&gt;mehr&lt;/a&gt;&lt;/p&gt;</description></item>\n",
                host = host(feed),
                text = sentence.repeat(7),
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>Feed {feed}</title>\
         <link>https://{}/</link><language>de</language>\n{items}</channel></rss>\n",
        host(feed)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_feeds_change_in_each_round() {
        for round in 1..30 {
            let changed =
                (0..200).filter(|feed| version_of(*feed, round) != version_of(*feed, round - 1));
            assert_eq!(changed.count(), 200 * CHANGED / OF, "round {round}");
        }
    }
}
