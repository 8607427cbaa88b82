//! Web sockets, guarded like every other fetch: the name is resolved by the guard and the
//! connection goes to what it let through; sizes and times are limited, redirects not followed.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::net::TcpStream;
use tokio::time::{Instant, Interval, MissedTickBehavior};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};
use url::Url;

use super::exchange::place;
use super::{Http, HttpError};

/// A larger message ends the connection.
pub const MAX_MESSAGE: usize = 1 << 20;
/// The other side is asked for a sign of life this often.
const PING: Duration = Duration::from_secs(20);
/// Without one for this long the connection is given up.
const IDLE: Duration = Duration::from_secs(60);
/// A connection that cannot say goodbye in this time is dropped.
const GOODBYE: Duration = Duration::from_secs(1);

/// Why a web socket could not be opened or has ended. Displays as words for the operator,
/// without paths and query strings.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// No connection within the limits of the guard.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The server answered, but opened no web socket.
    #[error("{place} answered {status}")]
    Refused {
        /// The server.
        place: String,
        /// Its answer; a redirect is one too.
        status: StatusCode,
        /// How long it asks to wait (`Retry-After` in seconds).
        retry_after: Option<Duration>,
    },
    /// A message larger than the limit, not UTF-8, or against the protocol. The same message
    /// would end the next connection too.
    #[error("{0} sent {1}")]
    Unreadable(String, &'static str),
    /// The connection has ended.
    #[error("the connection to {0} ended: {1}")]
    Ended(String, String),
}

/// An open web socket. Dropping it ends the connection.
#[derive(Debug)]
pub struct Socket {
    inner: WebSocketStream<MaybeTlsStream<TcpStream>>,
    place: String,
    alive: Instant,
    ping: Interval,
}

impl Http {
    /// Opens a web socket at a `ws` or `wss` address.
    ///
    /// # Errors
    /// [`SocketError::Http`], [`SocketError::Refused`] or [`SocketError::Ended`].
    pub async fn websocket(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
    ) -> Result<Socket, SocketError> {
        let wrong = |what: &str| HttpError::Address(what.to_owned());
        let url = Url::parse(url).map_err(|_| wrong("not an absolute address"))?;
        if !matches!(url.scheme(), "ws" | "wss") || url.host_str().is_none_or(str::is_empty) {
            return Err(wrong("only ws and wss addresses can be opened").into());
        }
        let limit = self.options().timeout;
        let opened = tokio::time::timeout(limit, self.open(&url, headers)).await;
        opened.map_err(|_| HttpError::Slow(place(&url), limit.as_secs().max(1)))?
    }

    async fn open(
        &self,
        url: &Url,
        headers: &[(&'static str, String)],
    ) -> Result<Socket, SocketError> {
        let place = place(url);
        let mut request =
            url.as_str().into_client_request().map_err(|error| failure(error, &place))?;
        let agent = ("user-agent", self.options().user_agent.clone());
        for (name, value) in headers.iter().chain([&agent]) {
            let wrong = || HttpError::Address(format!("the header {name} holds what it must not"));
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
            let mut value = HeaderValue::from_str(value).map_err(|_| wrong())?;
            value.set_sensitive(true);
            request.headers_mut().insert(name, value);
        }
        let stream = connect(&self.addresses(url).await?, &place).await?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE))
            .max_frame_size(Some(MAX_MESSAGE));
        let tls = Connector::Rustls(self.tls());
        let opened = client_async_tls_with_config(request, stream, Some(config), Some(tls)).await;
        let (inner, _) = opened.map_err(|error| failure(error, &place))?;
        let mut ping = tokio::time::interval_at(Instant::now() + PING, PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Socket { inner, place, alive: Instant::now(), ping })
    }
}

/// Connects to the first address that takes the call.
async fn connect(addresses: &[std::net::SocketAddr], place: &str) -> Result<TcpStream, HttpError> {
    let mut reason = "no address".to_owned();
    for address in addresses {
        let call = TcpStream::connect(address);
        match tokio::time::timeout(Duration::from_secs(10), call).await {
            Ok(Ok(stream)) => {
                // Latency counts here; a failure to ask for it changes nothing else.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => reason = error.to_string(),
            Err(_) => reason = "no answer within 10 s".to_owned(),
        }
    }
    Err(HttpError::Connect(place.to_owned(), reason))
}

impl Socket {
    /// The next text message. Signs of life are asked for and given on the way. May be dropped
    /// while it waits without losing a message.
    ///
    /// # Errors
    /// [`SocketError::Unreadable`] or [`SocketError::Ended`]; the socket is of no use then.
    pub async fn next(&mut self) -> Result<Utf8Bytes, SocketError> {
        loop {
            tokio::select! {
                message = self.inner.next() => {
                    let message = message.unwrap_or(Err(Error::ConnectionClosed));
                    self.alive = Instant::now();
                    match message.map_err(|error| failure(error, &self.place))? {
                        Message::Text(text) => return Ok(text),
                        Message::Binary(bytes) => match Utf8Bytes::try_from(bytes) {
                            Ok(text) => return Ok(text),
                            Err(_) => tracing::debug!(place = self.place, "binary message dropped"),
                        },
                        // Answers to pings are sent with the next flush or read.
                        _ => {}
                    }
                }
                _ = self.ping.tick() => self.ask_for_life().await?,
            }
        }
    }

    async fn ask_for_life(&mut self) -> Result<(), SocketError> {
        let ended = |reason: String| SocketError::Ended(self.place.clone(), reason);
        if self.alive.elapsed() >= IDLE {
            return Err(ended(format!("no sign of life for {} s", IDLE.as_secs())));
        }
        let ping = self.inner.send(Message::Ping(bytes::Bytes::new()));
        // A peer that reads nothing must not hold us: the next tick judges it.
        match tokio::time::timeout(GOODBYE, ping).await {
            Ok(Err(error)) => Err(failure(error, &self.place)),
            _ => Ok(()),
        }
    }

    /// Says goodbye.
    pub async fn close(mut self) {
        let _ = tokio::time::timeout(GOODBYE, self.inner.close(None)).await;
    }
}

/// An error of the protocol in the house's words.
fn failure(error: Error, place: &str) -> SocketError {
    let place = place.to_owned();
    match error {
        Error::Http(answer) => {
            let header = answer.headers().get(http::header::RETRY_AFTER);
            let seconds = header.and_then(|v| v.to_str().ok()).and_then(|v| v.trim().parse().ok());
            SocketError::Refused {
                place,
                status: answer.status(),
                retry_after: seconds.map(Duration::from_secs),
            }
        }
        Error::Capacity(_) => SocketError::Unreadable(place, "a message larger than 1 MiB"),
        Error::Utf8(_) => SocketError::Unreadable(place, "a message that is not UTF-8"),
        Error::ConnectionClosed | Error::AlreadyClosed => {
            SocketError::Ended(place, "closed by the server".to_owned())
        }
        Error::Io(error) => SocketError::Ended(place, error.to_string()),
        Error::Tls(error) => SocketError::Ended(place, error.to_string()),
        other => SocketError::Ended(place, other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio_rustls::TlsAcceptor;

    use super::*;
    use crate::http::HttpOptions;
    use crate::trial::{http, serve};

    #[tokio::test]
    async fn tls_trusts_the_operators_roots_and_nobody_else() {
        let names = vec!["jetstream.example".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let der = made.cert.der().to_vec();
        let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (address, _guard) = serve(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
                socket.send(Message::text("hello")).await.unwrap();
                let _ = socket.next().await;
            }
        })
        .await;
        let client = |extra_roots| {
            let resolve = [("jetstream.example".to_owned(), address)].into();
            Http::new(HttpOptions { resolve, extra_roots, ..HttpOptions::default() }).unwrap()
        };
        let trusting = client(vec![der]);
        let mut socket = trusting.websocket("wss://jetstream.example/x", &[]).await.unwrap();
        assert_eq!(socket.next().await.unwrap().as_str(), "hello");
        socket.close().await;
        let refused = client(Vec::new()).websocket("wss://jetstream.example/x?token=s", &[]).await;
        let words = refused.unwrap_err().to_string();
        assert!(words.contains("jetstream.example") && !words.contains("token"), "{words}");
    }

    #[tokio::test]
    async fn redirects_are_not_followed_and_nonsense_is_refused() {
        let (address, _guard) = crate::trial::http_server(|_, _| {
            (302, vec![("location", "http://192.168.0.1/".to_owned())], String::new())
        })
        .await;
        let opened = http().websocket(&format!("ws://{address}/"), &[]).await;
        assert!(matches!(
            opened,
            Err(SocketError::Refused { status: StatusCode::FOUND, retry_after: None, .. })
        ));
        for wrong in ["http://a.example/", "nonsense", "ws:///"] {
            let opened = http().websocket(wrong, &[]).await;
            assert!(matches!(opened, Err(SocketError::Http(HttpError::Address(_)))), "{wrong}");
        }
    }

    #[tokio::test]
    async fn messages_beyond_the_limit_and_not_in_utf8_end_the_connection() {
        for frame in [
            // A text frame that announces 2 MiB, and one with a byte that is not UTF-8.
            vec![0x81, 127, 0, 0, 0, 0, 0, 0x20, 0, 0],
            vec![0x81, 1, 0xff],
        ] {
            let (address, _guard) = serve(move |stream| {
                let frame = frame.clone();
                async move {
                    use tokio::io::AsyncWriteExt;
                    let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
                    socket.get_mut().write_all(&frame).await.unwrap();
                    let _ = socket.next().await;
                }
            })
            .await;
            let mut socket = http().websocket(&format!("ws://{address}/"), &[]).await.unwrap();
            assert!(matches!(socket.next().await, Err(SocketError::Unreadable(..))));
        }
    }
}
