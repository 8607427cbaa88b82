//! Mail by SMTP: plain text, and beside it the same with a picture where the message has one; one
//! connection a message, TLS unless the operator says otherwise.

mod pictured;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use domain::{Field, FieldKind, Message, PartInfo};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Mailboxes};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use serde_json::Value;

use crate::http::PATIENCE;
use crate::settings::Settings;
use crate::text::HEADLINE;
use crate::{Notifier, NotifyError, NotifyOptions, guard, one_line, render};

/// A whole conversation has several steps, each of them allowed [`PATIENCE`].
const WHOLE: Duration = Duration::from_secs(4 * PATIENCE.as_secs());
/// So many deliveries to single receivers are remembered, see [`DONE`].
const REMEMBERED: usize = 1_000;

pub(crate) const INFO: PartInfo = PartInfo {
    name: "email",
    title: "E-mail",
    about: [
        "Sends alerts as plain mails through your mail server, with the ladder where there is a story.",
        "Schickt Meldungen als schlichte Mails über Ihren Mailserver, mit der Leiter, wo es ein Thema gibt.",
    ],
    keyless: false,
    on_by_default: false,
    fields: &[
        Field {
            name: "host",
            kind: FieldKind::Text,
            default: "",
            required: true,
            label: ["Mail server", "Mailserver"],
        },
        Field {
            name: "port",
            kind: FieldKind::Number { min: 1, max: 65_535 },
            default: "587",
            required: false,
            label: ["Port", "Port"],
        },
        Field {
            name: "security",
            kind: FieldKind::Text,
            default: "starttls",
            required: false,
            label: [
                "Encryption: starttls, tls or none",
                "Verschlüsselung: starttls, tls oder none (keine)",
            ],
        },
        Field {
            name: "user",
            kind: FieldKind::Text,
            default: "",
            required: false,
            label: ["User name", "Benutzername"],
        },
        Field {
            name: "password",
            kind: FieldKind::Secret,
            default: "",
            required: false,
            label: ["Password", "Passwort"],
        },
        Field {
            name: "from",
            kind: FieldKind::Text,
            default: "",
            required: true,
            label: ["Sender", "Absender"],
        },
        Field {
            name: "to",
            kind: FieldKind::Lines,
            default: "",
            required: true,
            label: ["Receivers, one a line", "Empfänger, je Zeile einer"],
        },
    ],
    docs: "https://www.rfc-editor.org/rfc/rfc6409",
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Security {
    StartTls,
    Tls,
    None,
}

struct Email {
    host: String,
    port: u16,
    security: Security,
    login: Option<Credentials>,
    from: Mailbox,
    to: Vec<Mailbox>,
    open: bool,
    tls: TlsParameters,
    lang: String,
}

/// Who already has which alert, where a server put off only some of the receivers: the next try,
/// which may build a notifier anew, must not tell the others again.
static DONE: Mutex<VecDeque<(String, String)>> = Mutex::new(VecDeque::new());

pub(crate) fn build(
    settings: &Value,
    options: &NotifyOptions,
) -> Result<Box<dyn Notifier>, NotifyError> {
    let settings = Settings(settings);
    let security = match settings.text("security").to_ascii_lowercase().as_str() {
        "" | "starttls" => Security::StartTls,
        "tls" => Security::Tls,
        "none" => Security::None,
        other => {
            let reason = format!("{other:?} is none of starttls, tls, none");
            return Err(NotifyError::Setting("security", reason));
        }
    };
    let host = settings.required("host")?;
    let usual = match security {
        Security::StartTls => 587,
        Security::Tls => 465,
        Security::None => 25,
    };
    let port = settings.port("port", usual)?;
    options.check_host("host", &host, port)?;
    let user = settings.text("user");
    let login = (!user.is_empty()).then(|| Credentials::new(user, settings.text("password")));
    let to: Vec<Mailbox> =
        settings.lines("to").iter().map(|line| mailbox("to", line)).collect::<Result<_, _>>()?;
    if to.is_empty() {
        return Err(NotifyError::Setting("to", "is missing".into()));
    }
    Ok(Box::new(Email {
        open: options.opens(&host, port),
        tls: tls(&host, options)?,
        host,
        port,
        security,
        login,
        from: mailbox("from", &settings.required("from")?)?,
        to,
        lang: settings.lang(),
    }))
}

fn mailbox(setting: &'static str, text: &str) -> Result<Mailbox, NotifyError> {
    if text.chars().any(char::is_control) {
        return Err(NotifyError::Setting(setting, "holds control characters".into()));
    }
    text.parse().map_err(|_| NotifyError::Setting(setting, format!("{text:?} is no mail address")))
}

fn tls(host: &str, options: &NotifyOptions) -> Result<TlsParameters, NotifyError> {
    let wrong = |error: SmtpError| NotifyError::Setting("extra_roots", error.to_string());
    let mut builder = TlsParameters::builder(host.trim_matches(['[', ']']).to_owned());
    for root in &options.extra_roots {
        builder = builder.add_root_certificate(Certificate::from_der(root.clone()).map_err(wrong)?);
    }
    builder.build_rustls().map_err(wrong)
}

/// Says goodbye; what the server thinks of that changes nothing.
async fn part(mut connection: AsyncSmtpConnection) {
    let _ = tokio::time::timeout(Duration::from_secs(1), connection.abort()).await;
}

#[async_trait]
impl Notifier for Email {
    async fn send(&self, message: &Message) -> Result<String, NotifyError> {
        let mail = self.mail(message)?;
        let waiting: Vec<&Mailbox> =
            self.to.iter().filter(|to| !Self::has(&message.alert, to)).collect();
        let conversation = async {
            let mut connection = self.connect().await?;
            let result = self.deliver(&mut connection, &waiting, &mail, &message.alert).await;
            part(connection).await;
            result
        };
        self.in_time(conversation).await
    }

    fn shows_pictures(&self) -> bool {
        true
    }

    async fn probe(&self) -> Result<String, NotifyError> {
        let conversation = async {
            let connection = self.connect().await?;
            part(connection).await;
            let how = match (self.security, &self.login) {
                (Security::None, _) => "without encryption",
                (_, Some(_)) => "encrypted, the login is right",
                (_, None) => "encrypted",
            };
            Ok(format!("{} can be reached ({how})", self.place()))
        };
        self.in_time(conversation).await
    }
}

impl Email {
    fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, NotifyError>>,
    ) -> Result<T, NotifyError> {
        let late = || {
            let reason = format!("{} did not answer in time", self.place());
            NotifyError::Later { reason, after: None }
        };
        tokio::time::timeout(WHOLE, work).await.unwrap_or_else(|_| Err(late()))
    }

    /// One step of the conversation, with the same patience as an HTTP exchange.
    async fn step<T>(
        &self,
        what: &str,
        work: impl Future<Output = Result<T, SmtpError>>,
    ) -> Result<T, NotifyError> {
        match tokio::time::timeout(PATIENCE, work).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.judge(what, &error)),
            Err(_) => {
                let seconds = PATIENCE.as_secs();
                let reason = format!("{} did not answer {what} in {seconds} s", self.place());
                Err(NotifyError::Later { reason, after: None })
            }
        }
    }

    fn judge(&self, what: &str, error: &SmtpError) -> NotifyError {
        let mut words = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            let said = inner.to_string();
            if !words.contains(&said) {
                words = format!("{words}: {said}");
            }
            cause = inner.source();
        }
        let reason = one_line(&format!("{} on {what}: {words}", self.place()), 300);
        // `is_client`: the server lacks what the settings ask for, which does not pass by itself.
        if error.is_permanent() || error.is_client() {
            NotifyError::Refused(reason)
        } else {
            NotifyError::Later { reason, after: None }
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, NotifyError> {
        let addresses = guard::resolve(&self.host, self.port, self.open).await?;
        let hello = ClientId::default();
        let implicit = (self.security == Security::Tls).then(|| self.tls.clone());
        let mut connection = self
            .step(
                "connecting",
                AsyncSmtpConnection::connect_tokio1(
                    addresses.as_slice(),
                    Some(PATIENCE / 2),
                    &hello,
                    implicit,
                    None,
                ),
            )
            .await?;
        if self.security == Security::StartTls {
            if !connection.can_starttls() {
                let reason = format!("{} offers no STARTTLS; nothing was sent", self.place());
                part(connection).await;
                return Err(NotifyError::Refused(reason));
            }
            self.step("STARTTLS", connection.starttls(self.tls.clone(), &hello)).await?;
        }
        if let Some(login) = &self.login {
            self.log_in(&mut connection, login, &addresses).await?;
        }
        Ok(connection)
    }

    async fn log_in(
        &self,
        connection: &mut AsyncSmtpConnection,
        login: &Credentials,
        addresses: &[SocketAddr],
    ) -> Result<(), NotifyError> {
        if !connection.is_encrypted() && !addresses.iter().all(|a| a.ip().is_loopback()) {
            let reason = "none would send the password for everybody to read";
            return Err(NotifyError::Setting("security", reason.into()));
        }
        let known = [Mechanism::Plain, Mechanism::Login];
        self.step("the login", connection.auth(&known, login)).await?;
        Ok(())
    }

    async fn deliver(
        &self,
        connection: &mut AsyncSmtpConnection,
        waiting: &[&Mailbox],
        mail: &lettre::Message,
        alert: &str,
    ) -> Result<String, NotifyError> {
        let beyond = |mailbox: &&Mailbox| !mailbox.email.to_string().is_ascii();
        let utf8 = waiting.iter().chain([&&self.from]).any(beyond);
        if utf8 && !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let reason = format!("{} knows no addresses beyond ASCII", self.place());
            return Err(NotifyError::Refused(reason));
        }
        let how = if utf8 { vec![MailParameter::SmtpUtfEight] } else { vec![] };
        let from = Some(self.from.email.clone());
        self.step("the sender", connection.command(Mail::new(from, how))).await?;
        let mut taken = Vec::new();
        let (mut refused, mut put_off) = (Vec::new(), Vec::new());
        for to in waiting {
            let command = Rcpt::new(to.email.clone(), vec![]);
            match self.step("a receiver", connection.command(command)).await {
                Ok(_) => taken.push(*to),
                Err(NotifyError::Later { reason, .. }) => put_off.push(reason),
                Err(error) => refused.push(error.to_string()),
            }
        }
        if !taken.is_empty() {
            self.step("DATA", connection.command(Data)).await?;
            self.step("the mail", connection.message(&mail.formatted())).await?;
        }
        if let Some(reason) = put_off.pop() {
            Self::remember(alert, &taken);
            return Err(NotifyError::Later { reason, after: None });
        }
        let have = self.to.len() - refused.len();
        match refused.pop() {
            Some(reason) if have == 0 => Err(NotifyError::Refused(reason)),
            Some(reason) => {
                tracing::warn!(%reason, "a mail reached only some of its receivers");
                let all = self.to.len();
                Ok(format!("{} took it for {have} of {all} receivers ({reason})", self.place()))
            }
            None => Ok(format!("{} took it", self.place())),
        }
    }

    fn has(alert: &str, to: &Mailbox) -> bool {
        let done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
        done.iter().any(|(a, address)| a == alert && *address == to.email.to_string())
    }

    fn remember(alert: &str, taken: &[&Mailbox]) {
        let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
        done.extend(taken.iter().map(|to| (alert.to_owned(), to.email.to_string())));
        while done.len() > REMEMBERED {
            done.pop_front();
        }
    }

    /// The mail: the same message always gives the same one, byte for byte, and the same alert the
    /// same Message-ID, by which mail programs know a second copy.
    fn mail(&self, message: &Message) -> Result<lettre::Message, NotifyError> {
        let alert: String = message.alert.chars().filter(char::is_ascii_alphanumeric).collect();
        let told = u64::try_from(message.told.0).unwrap_or_default();
        let to: Mailboxes = self.to.iter().cloned().collect();
        let header = |name: &'static str, value: &str| {
            HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
        };
        let domain = self.from.email.domain();
        let plain = render(message, &self.lang);
        let mail = lettre::Message::builder()
            .from(self.from.clone())
            .mailbox(lettre::message::header::To::from(to))
            .subject(one_line(&message.headline, HEADLINE))
            .date(UNIX_EPOCH + Duration::from_millis(told))
            .message_id(Some(format!("<alert.{alert}@{domain}>")))
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("X-Auto-Response-Suppress", "All"));
        let whole = match &message.picture {
            Some(picture) => {
                let cid = format!("ladder.{alert}@{domain}");
                mail.multipart(pictured::body(message, picture, plain, &self.lang, &cid))
            }
            None => mail.header(ContentType::TEXT_PLAIN).body(plain),
        };
        whole.map_err(|error| NotifyError::Refused(format!("no mail could be made: {error}")))
    }
}
