//! A small SMTP server that keeps what it is sent and misbehaves when told to.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, crypto::ring};

/// How the server behaves.
#[derive(Clone, Default)]
pub struct Manners {
    /// Offers STARTTLS.
    pub starttls: bool,
    /// Speaks TLS from the first byte.
    pub implicit: bool,
    /// Answers to commands that begin so, instead of the usual.
    pub answers: Vec<(&'static str, &'static str)>,
    /// Never answers commands that begin so.
    pub silent_on: Option<&'static str>,
}

/// What the server was told.
#[derive(Default)]
pub struct Heard {
    pub commands: Vec<String>,
    pub mails: Vec<String>,
    pub encrypted: bool,
}

pub struct Sink {
    pub port: u16,
    pub root: Vec<u8>,
    heard: Arc<Mutex<Heard>>,
}

impl Sink {
    pub async fn start(manners: Manners) -> Sink {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let root = made.cert.der().to_vec();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let tls = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let sink = Sink { port, root, heard: heard.clone() };
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (tls, manners, heard) = (tls.clone(), manners.clone(), heard.clone());
                tokio::spawn(async move {
                    if manners.implicit {
                        if let Ok(stream) = tls.accept(socket).await {
                            heard.lock().unwrap().encrypted = true;
                            talk(stream, &manners, &heard, true).await;
                        }
                        return;
                    }
                    if let Some(plain) = talk(socket, &manners, &heard, true).await
                        && let Ok(stream) = tls.accept(plain).await
                    {
                        heard.lock().unwrap().encrypted = true;
                        talk(stream, &manners, &heard, false).await;
                    }
                });
            }
        });
        sink
    }

    pub fn heard<T>(&self, read: impl FnOnce(&Heard) -> T) -> T {
        read(&self.heard.lock().unwrap())
    }

    pub fn mails(&self) -> Vec<String> {
        self.heard(|heard| heard.mails.clone())
    }
}

/// One conversation; gives the stream back when TLS shall start on it.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    manners: &Manners,
    heard: &Mutex<Heard>,
    greet: bool,
) -> Option<S> {
    let mut stream = BufReader::new(stream);
    if greet {
        stream.write_all(b"220 sink.example\r\n").await.ok()?;
    }
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let command = line.trim_end().to_owned();
        heard.lock().unwrap().commands.push(command.clone());
        if manners.silent_on.is_some_and(|silent| command.starts_with(silent)) {
            std::future::pending::<()>().await;
        }
        let planned = manners.answers.iter().find(|(start, _)| command.starts_with(start));
        let usual = match command.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" if manners.starttls && greet => {
                "250-sink.example\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS"
            }
            "EHLO" => "250-sink.example\r\n250 AUTH PLAIN LOGIN",
            "AUTH" => "235 welcome",
            "STARTTLS" => "220 go on",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        let answer = planned.map_or(usual, |(_, answer)| answer);
        stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        match (command.as_str(), answer.get(..3)) {
            ("STARTTLS", Some("220")) => return Some(stream.into_inner()),
            ("DATA", Some("354")) => {
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    stream.read_line(&mut mail).await.ok()?;
                }
                heard.lock().unwrap().mails.push(mail);
                stream.write_all(b"250 kept\r\n").await.ok()?;
            }
            ("QUIT", _) => return None,
            _ => {}
        }
    }
}
