//! The port everybody connects to: plain HTTP and TLS side by side, connections that can be
//! dropped on purpose, and the canary.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::{Shared, answer};

/// A certificate authority of its own, and certificates for whatever host is asked for.
#[derive(Debug)]
pub(crate) struct Certificates {
    authority: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    made: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl Certificates {
    pub(crate) fn new() -> Result<Certificates, rcgen::Error> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = params.self_signed(&key)?.der().clone();
        Ok(Certificates { authority, issuer: Issuer::new(params, key), made: Mutex::default() })
    }

    pub(crate) fn authority(&self) -> Vec<u8> {
        self.authority.to_vec()
    }

    fn make(&self, host: &str) -> Result<CertifiedKey, Box<dyn std::error::Error>> {
        let key = KeyPair::generate()?;
        let params = CertificateParams::new(vec![host.to_owned()])?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let private = PrivateKeyDer::try_from(key.serialize_der())?;
        let signing = rustls::crypto::ring::sign::any_supported_type(&private)?;
        Ok(CertifiedKey::new(vec![certificate.der().clone()], signing))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let host = hello.server_name()?;
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = made.get(host) {
            return Some(Arc::clone(key));
        }
        let key = Arc::new(self.make(host).ok()?);
        made.insert(host.to_owned(), Arc::clone(&key));
        Some(key)
    }
}

/// Serves until `stop`.
pub(crate) fn serve(
    listener: TcpListener,
    certificates: Certificates,
    shared: Arc<Shared>,
    stop: CancellationToken,
) {
    let address = shared.address;
    let (accepted, connections) = mpsc::channel(64);
    tokio::spawn(accept(listener, certificates, accepted, stop.clone()));
    let app = answer::app(shared).into_make_service_with_connect_info::<Peer>();
    tokio::spawn(async move {
        tokio::select! {
            _ = axum::serve(Connections { connections, address }, app) => {}
            () = stop.cancelled() => {}
        }
    });
}

/// Counts who comes to the address that nobody may reach.
pub(crate) fn watch_canary(canary: TcpListener, shared: Arc<Shared>, stop: CancellationToken) {
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = canary.accept() => shared.canary_hits.fetch_add(1, Ordering::SeqCst),
                () = stop.cancelled() => return,
            };
        }
    });
}

async fn accept(
    listener: TcpListener,
    certificates: Certificates,
    accepted: mpsc::Sender<Connection>,
    stop: CancellationToken,
) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let Ok(builder) =
        rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()
    else {
        return;
    };
    let config = builder.with_no_client_auth().with_cert_resolver(Arc::new(certificates));
    let tls = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    loop {
        let stream = tokio::select! {
            stream = listener.accept() => stream,
            () = stop.cancelled() => return,
        };
        let Ok((stream, _)) = stream else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (tls, accepted, stop) = (tls.clone(), accepted.clone(), stop.clone());
        tokio::spawn(async move {
            let opened = tokio::time::timeout(Duration::from_secs(10), open(stream, tls)).await;
            if let Ok(Ok(stream)) = opened {
                let cut = stop.child_token();
                let waits = Box::pin(cut.clone().cancelled_owned());
                let _ = accepted.send(Connection { stream, cut, waits }).await;
            }
        });
    }
}

/// TLS starts with the byte 22; nothing in HTTP does.
async fn open(stream: TcpStream, tls: tokio_rustls::TlsAcceptor) -> io::Result<BoxedStream> {
    stream.set_nodelay(true)?;
    let mut first = [0];
    stream.peek(&mut first).await?;
    if first[0] == 22 {
        return Ok(Box::new(tls.accept(stream).await?));
    }
    Ok(Box::new(stream))
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}
type BoxedStream = Box<dyn Stream>;

/// A connection that can be dropped from outside.
pub(crate) struct Connection {
    stream: BoxedStream,
    cut: CancellationToken,
    waits: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Connection {
    fn cut_off(&mut self, cx: &mut Context<'_>) -> bool {
        self.cut.is_cancelled() || self.waits.as_mut().poll(cx).is_ready()
    }
}

fn reset<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.cut_off(cx) {
            return reset();
        }
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.cut.is_cancelled() {
            return reset();
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

struct Connections {
    connections: mpsc::Receiver<Connection>,
    address: SocketAddr,
}

impl axum::serve::Listener for Connections {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        match self.connections.recv().await {
            Some(connection) => (connection, self.address),
            // The end: `serve` is stopped beside this.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// What a handler knows of its connection.
#[derive(Clone)]
pub(crate) struct Peer {
    /// Drops the connection.
    pub(crate) cut: CancellationToken,
}

impl Connected<IncomingStream<'_, Connections>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Connections>) -> Peer {
        Peer { cut: stream.io().cut.clone() }
    }
}
