//! One guarded POST: no redirects, no proxy from the environment, ten seconds, a small answer.

use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url};

use crate::guard::{self, Blocked};
use crate::{NotifyError, NotifyOptions, one_line};

/// Limit for a whole exchange.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// As much of an answer is read; the rest says nothing to us.
const MAX_ANSWER: usize = 64 << 10;
/// Nobody may put us off for longer than this many seconds.
const LONGEST_PAUSE: u64 = 24 * 3_600;

/// One address and the client that may reach it.
pub(crate) struct Target {
    pub url: Url,
    client: Client,
}

impl Target {
    /// Checks the address and builds the client; `setting` is named in errors.
    pub fn new(
        setting: &'static str,
        address: &str,
        options: &NotifyOptions,
    ) -> Result<Target, NotifyError> {
        let wrong = |reason: &str| NotifyError::Setting(setting, reason.to_owned());
        let url = Url::parse(address).map_err(|_| wrong("not an address such as https://…"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("only http and https addresses are possible"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("a name or password does not belong into the address"));
        }
        let host = url.host_str().ok_or_else(|| wrong("names no host"))?;
        let port = url.port_or_known_default().unwrap_or(443);
        options.check_host(setting, host, port)?;
        let client = client(options, options.opens(host, port))?;
        Ok(Target { url, client })
    }

    /// Host and port, for receipts and errors: the rest of an address may be a secret.
    pub fn place(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// POSTs JSON to `url`; on success the beginning of the answer.
    pub async fn post(
        &self,
        url: Url,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<(StatusCode, Vec<u8>), NotifyError> {
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .headers(headers)
            .body(body);
        self.exchange(request).await
    }

    /// GETs `url`; on success the beginning of the answer.
    pub async fn get(&self, url: Url) -> Result<(StatusCode, Vec<u8>), NotifyError> {
        self.exchange(self.client.get(url)).await
    }

    /// Asks for `url` with HEAD; whatever is answered.
    pub async fn head(&self, url: Url) -> Result<StatusCode, NotifyError> {
        let answer = self.client.head(url).send().await.map_err(|e| self.unreachable(&e))?;
        Ok(answer.status())
    }

    async fn exchange(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<(StatusCode, Vec<u8>), NotifyError> {
        let answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok((status, beginning(answer).await));
        }
        let after = retry_after(answer.headers(), domain_now());
        let words = self.words(status, &beginning(answer).await);
        Err(judge(status, words, after))
    }

    fn words(&self, status: StatusCode, answer: &[u8]) -> String {
        let said = one_line(&String::from_utf8_lossy(answer), 200);
        let place = self.place();
        match (status.is_redirection(), said.is_empty()) {
            (true, _) => format!(
                "{place} answered {status} and points elsewhere, which is not followed: put the \
                 final address into the settings"
            ),
            (false, true) => format!("{place} answered {status}"),
            (false, false) => format!("{place} answered {status}: {said}"),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> NotifyError {
        let place = self.place();
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        let mut last = String::new();
        while let Some(this) = cause {
            if let Some(blocked) = this.downcast_ref::<Blocked>()
                && matches!(blocked, Blocked::Private(_))
            {
                return NotifyError::Refused(blocked.to_string());
            }
            // Only the innermost cause is shown: outer ones quote the whole address.
            last = this.to_string();
            cause = this.source();
        }
        let reason = if error.is_timeout() {
            format!("{place} did not answer within {} s", PATIENCE.as_secs())
        } else {
            format!("{place} could not be reached: {}", one_line(&last, 200))
        };
        NotifyError::Later { reason, after: None }
    }
}

/// What a failed status means: our fault stays our fault, theirs may pass.
fn judge(status: StatusCode, reason: String, after: Option<u64>) -> NotifyError {
    let passing = matches!(
        status,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
    );
    if passing || status.is_server_error() {
        NotifyError::Later { reason, after }
    } else {
        NotifyError::Refused(reason)
    }
}

/// The first bytes of an answer. The status has already said what counts: an answer that breaks
/// off or drips is cut short, it changes nothing.
async fn beginning(mut answer: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        let room = MAX_ANSWER - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == MAX_ANSWER {
            break;
        }
    }
    body
}

/// Seconds to wait by a Retry-After of either form.
fn retry_after(headers: &HeaderMap, now: domain::Time) -> Option<u64> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = match value.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
            u64::try_from(domain::Time(date.as_millisecond()).since(now) / 1_000).unwrap_or(0)
        }
    };
    Some(seconds.min(LONGEST_PAUSE))
}

pub(crate) fn domain_now() -> domain::Time {
    domain::Time(jiff::Timestamp::now().as_millisecond())
}

fn client(options: &NotifyOptions, open: bool) -> Result<Client, NotifyError> {
    let mut roots = rustls::RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for root in &options.extra_roots {
        roots
            .add(root.clone().into())
            .map_err(|error| NotifyError::Setting("extra_roots", error.to_string()))?;
    }
    let broken = |error: String| NotifyError::Refused(format!("no HTTP client: {error}"));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| broken(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Arc::new(Guarded { open }))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .user_agent(concat!("Horch/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| broken(error.to_string()))
}

/// DNS whose private answers are dropped before anything connects.
struct Guarded {
    open: bool,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let open = self.open;
        Box::pin(async move {
            // Port 0 is replaced by the address's own port.
            let found = guard::resolve(name.as_str(), 0, open).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Time;

    #[test]
    fn a_pause_is_read_in_both_forms_and_bounded() {
        let check = |value: &str, expect: Option<u64>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            assert_eq!(retry_after(&headers, Time(1_445_412_480_000)), expect, "{value}");
        };
        check("120", Some(120));
        check("99999999", Some(86_400));
        check("Wed, 21 Oct 2015 07:29:00 GMT", Some(60));
        check("Wed, 21 Oct 2015 07:00:00 GMT", Some(0));
        check("soon", None);
        check("-5", None);
    }

    #[test]
    fn addresses_that_cannot_be_meant_are_refused() {
        for bad in [
            "",
            "newsroom.example",
            "ftp://newsroom.example/",
            "https://user:secret@newsroom.example/",
            "http://127.0.0.1/",
            "http://0x7f000001/",
            "http://[::1]/",
            "http://localhost:8080/",
            "http://169.254.169.254/latest/meta-data",
        ] {
            let refused = Target::new("url", bad, &NotifyOptions::default()).err();
            assert!(matches!(refused, Some(NotifyError::Setting("url", _))), "{bad}");
        }
    }
}
