//! Guarded HTTP: every fetch of the house by address goes through here.
//!
//! - **Private networks** are out of reach: names are checked where they are resolved, literal
//!   addresses and every redirect before they are asked ([`address`]). The environment's proxies
//!   are not used, because a proxy would resolve names behind the guard's back.
//! - **Limits** hold for every exchange: time for the whole of it, bytes after decompression,
//!   ten redirects.
//! - **Politeness**: a host is asked in its rhythm and by at most two requests at once.
//! - **Secrets**: headers beyond the harmless ones do not follow a redirect to another origin;
//!   errors name hosts, never paths or queries.
//!
//! ```no_run
//! # async fn run() -> Result<(), channels::HttpError> {
//! let http = channels::Http::new(channels::HttpOptions::default())?;
//! let get = channels::Get { url: "https://blog.example/feed".into(), ..Default::default() };
//! let answer = http.get(get).await?;
//! println!("{} bytes", answer.body.len());
//! # Ok(()) }
//! ```

pub mod address;
mod exchange;
mod polite;
mod resolve;
#[cfg(test)]
mod tests;
mod tls;
pub mod websocket;

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::time::Instant;
use url::Url;

use exchange::{Step, ask, place};
use polite::{Polite, Turn};
use resolve::{NoAddress, Resolver};

/// More redirects than this end a fetch.
const MAX_REDIRECTS: usize = 10;

/// Headers that may follow a redirect to another origin; every other one may hold a secret.
const HARMLESS: &[&str] = &["accept", "accept-language", "if-none-match", "if-modified-since"];
/// What the client may reach and how patiently.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Named to every server, with a way to complain.
    pub user_agent: String,
    /// Private networks may be reached (the operator's decision).
    pub allow_private: bool,
    /// These `host:port` may be reached even where they resolve to private networks.
    pub allow_hosts: Vec<String>,
    /// Answers given instead of DNS, by host name; the port is taken from the address here
    /// where the URL names none. Such hosts count as allowed.
    pub resolve: HashMap<String, SocketAddr>,
    /// Certificates trusted besides the public roots (DER).
    pub extra_roots: Vec<Vec<u8>>,
    /// Limit for a whole exchange.
    pub timeout: Duration,
    /// Limit for a body after decompression, in bytes.
    pub max_body: usize,
    /// Least time between two requests to one host.
    pub host_interval: Duration,
}

impl Default for HttpOptions {
    fn default() -> Self {
        HttpOptions {
            user_agent: concat!("Horch/", env!("CARGO_PKG_VERSION")).to_owned(),
            allow_private: false,
            allow_hosts: Vec::new(),
            resolve: HashMap::new(),
            extra_roots: Vec::new(),
            timeout: Duration::from_secs(30),
            max_body: 8 << 20,
            host_interval: Duration::from_millis(1_000),
        }
    }
}

/// A guarded client; clones share connections and politeness.
#[derive(Clone)]
pub struct Http {
    inner: Arc<Inner>,
}

struct Inner {
    options: HttpOptions,
    /// Sees public addresses only.
    guarded: Side,
    /// Sees every address; for hosts that the operator allowed.
    open: Side,
    polite: Polite,
    tls: Arc<rustls::ClientConfig>,
}

/// A client with the resolver it uses. The two sides share no connections.
struct Side {
    client: reqwest::Client,
    resolver: Resolver,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("timeout", &self.inner.options.timeout).finish_non_exhaustive()
    }
}

/// One GET.
#[derive(Clone, Debug, Default)]
pub struct Get {
    /// Absolute `http` or `https` address.
    pub url: String,
    /// Headers besides the client's own.
    pub headers: Vec<(&'static str, String)>,
    /// Skips the per-host interval (APIs with documented limits of their own).
    pub api: bool,
}

/// An answer, whole and within the limits.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The body after decompression.
    pub body: Bytes,
    /// The address after redirects.
    pub url: String,
    /// Every redirect on the way was permanent (301, 308): the new address may be kept.
    pub moved: bool,
}

/// Why there was no answer. Displays as words for the operator, without query strings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// Not an absolute http(s) address.
    #[error("{0}")]
    Address(String),
    /// It leads into a private network.
    #[error("{0} leads into a private network, which is not allowed")]
    Private(String),
    /// The name is not known.
    #[error("the name {0} could not be resolved")]
    Name(String),
    /// No connection, or TLS failed.
    #[error("no connection to {0}: {1}")]
    Connect(String, String),
    /// Slower than the limit.
    #[error("{0} did not answer within {1} s")]
    Slow(String, u64),
    /// Larger than the limit.
    #[error("{0} sent more than {1} bytes")]
    Large(String, usize),
    /// More than ten redirects, or in a circle.
    #[error("{0} redirects without end")]
    Redirects(String),
    /// The connection ended in the middle of an answer.
    #[error("the answer of {0} broke off")]
    Cut(String),
}

impl Http {
    /// Builds the client.
    ///
    /// # Errors
    /// [`HttpError::Address`] where an option is unusable (a certificate, the user agent).
    pub fn new(options: HttpOptions) -> Result<Http, HttpError> {
        let tls = tls::config(&options.extra_roots)?;
        let overrides = options.resolve.iter().map(|(host, to)| (host.to_ascii_lowercase(), *to));
        let overrides: Arc<HashMap<String, SocketAddr>> = Arc::new(overrides.collect());
        let side = |guarded| {
            let resolver = Resolver { overrides: Arc::clone(&overrides), guarded };
            Ok::<Side, HttpError>(Side { client: client(&options, &tls, &resolver)?, resolver })
        };
        let (guarded, open) = (side(true)?, side(false)?);
        let polite = Polite::new(options.host_interval);
        let tls = Arc::new(tls);
        Ok(Http { inner: Arc::new(Inner { options, guarded, open, polite, tls }) })
    }

    /// Fetches, following redirects. Any status is an answer; see [`Answer::status`].
    ///
    /// # Errors
    /// [`HttpError`]: there is no whole answer within the limits.
    pub async fn get(&self, get: Get) -> Result<Answer, HttpError> {
        let options = &self.inner.options;
        let mut url = parse(&get.url)?;
        let mut headers = header_map(&get.headers)?;
        let mut visited: Vec<Url> = Vec::new();
        let mut left = options.timeout;
        let mut moved = true;
        let mut turn: Option<(String, Turn)> = None;
        loop {
            let side = self.side(&url)?;
            let place = place(&url);
            // A redirect within a host belongs to the same turn.
            if turn.as_ref().is_none_or(|(host, _)| *host != place) {
                drop(turn.take());
                turn = Some((place.clone(), self.inner.polite.turn(&place, get.api).await));
            }
            let started = Instant::now();
            let seconds = options.timeout.as_secs().max(1);
            let asked = ask(&side.client, &url, &headers, options.max_body, seconds);
            let step = tokio::time::timeout(left, asked)
                .await
                .map_err(|_| HttpError::Slow(place.clone(), seconds))??;
            left = left.saturating_sub(started.elapsed());
            match step {
                Step::Answer { status, headers, body } => {
                    let moved = moved && !visited.is_empty();
                    return Ok(Answer { status, headers, body, url: url.into(), moved });
                }
                Step::Elsewhere { location, permanent } => {
                    let next = follow(&url, &location)?;
                    let downgrade = url.scheme() == "https" && next.scheme() == "http";
                    moved &= permanent && !downgrade;
                    if url.origin() != next.origin() {
                        keep_harmless(&mut headers);
                    }
                    visited.push(url);
                    if visited.len() > MAX_REDIRECTS || visited.contains(&next) {
                        return Err(HttpError::Redirects(place));
                    }
                    url = next;
                }
            }
        }
    }

    /// The addresses that a client of another protocol may connect to for `url`, after the same
    /// guard; with the port of `url` or of [`HttpOptions::resolve`]. For web sockets.
    ///
    /// # Errors
    /// [`HttpError::Address`], [`HttpError::Private`], [`HttpError::Name`].
    pub async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, HttpError> {
        let side = self.side(url)?;
        let usual = if matches!(url.scheme(), "https" | "wss") { 443 } else { 80 };
        let host = url.host_str().unwrap_or_default();
        if let Some(ip) = address::literal(host) {
            return Ok(vec![SocketAddr::new(ip, url.port().unwrap_or(usual))]);
        }
        let found = side.resolver.addresses(host).await.map_err(|error| match error {
            NoAddress::Blocked => HttpError::Private(place(url)),
            NoAddress::Unknown => HttpError::Name(place(url)),
        })?;
        let with_port = |mut address: SocketAddr| {
            let port = url.port().or((address.port() != 0).then_some(address.port()));
            address.set_port(port.unwrap_or(usual));
            address
        };
        Ok(found.into_iter().map(with_port).collect())
    }

    /// The TLS configuration (roots, ring), without ALPN. For web sockets.
    #[must_use]
    pub fn tls(&self) -> Arc<rustls::ClientConfig> {
        Arc::clone(&self.inner.tls)
    }

    /// What this client was built with.
    #[must_use]
    pub fn options(&self) -> &HttpOptions {
        &self.inner.options
    }

    /// The side that may ask `url`.
    fn side(&self, url: &Url) -> Result<&Side, HttpError> {
        let host = url.host_str().unwrap_or_default();
        if self.is_allowed(url, host) {
            return Ok(&self.inner.open);
        }
        match address::literal(host) {
            Some(ip) if address::is_private(ip) => Err(HttpError::Private(place(url))),
            _ => Ok(&self.inner.guarded),
        }
    }

    /// Whether the operator allowed the address wherever it leads. An entry without a port
    /// allows every port of its host.
    fn is_allowed(&self, url: &Url, host: &str) -> bool {
        let options = &self.inner.options;
        let usual = if matches!(url.scheme(), "https" | "wss") { 443 } else { 80 };
        let with_port = format!("{host}:{}", url.port().unwrap_or(usual));
        options.allow_private
            || options.allow_hosts.iter().any(|entry| {
                entry.eq_ignore_ascii_case(&with_port) || entry.eq_ignore_ascii_case(host)
            })
    }
}

fn client(
    options: &HttpOptions,
    tls: &rustls::ClientConfig,
    resolver: &Resolver,
) -> Result<reqwest::Client, HttpError> {
    let mut tls = tls.clone();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(resolver.clone())
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .user_agent(&options.user_agent)
        .connect_timeout(options.timeout.min(Duration::from_secs(10)))
        .pool_max_idle_per_host(2)
        .pool_idle_timeout(Duration::from_secs(60))
        .build()
        .map_err(|error| HttpError::Address(format!("the client cannot be built: {error}")))
}

/// An absolute http(s) address with a host, without its fragment.
fn parse(text: &str) -> Result<Url, HttpError> {
    let wrong = |what: &str| HttpError::Address(what.to_owned());
    let mut url = Url::parse(text.trim()).map_err(|_| wrong("not an absolute address"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("only http and https addresses can be fetched"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("the address names no host"));
    }
    url.set_fragment(None);
    Ok(url)
}

fn follow(from: &Url, location: &str) -> Result<Url, HttpError> {
    let next = from.join(location.trim());
    let next = next.map_err(|_| {
        HttpError::Address(format!("{} redirects to something that is no address", place(from)))
    })?;
    parse(next.as_str())
}

fn header_map(headers: &[(&'static str, String)]) -> Result<HeaderMap, HttpError> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let wrong = |_| HttpError::Address(format!("the header {name} holds what it must not"));
        let mut held = HeaderValue::from_str(value).map_err(wrong)?;
        held.set_sensitive(!HARMLESS.contains(name));
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| HttpError::Address(format!("{name} is no header")))?;
        map.append(name, held);
    }
    Ok(map)
}

fn keep_harmless(headers: &mut HeaderMap) {
    let kept = headers.iter().filter(|(name, _)| HARMLESS.contains(&name.as_str()));
    *headers = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
}
