//! One server: how it is asked, and the loops that listen to it.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::GapReason;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::known::Known;
use super::live::Stream;
use super::timeline::Timeline;
use super::{NAME, tags};
use crate::backoff::Backoff;
use crate::connector::{ConnectorError, Context};
use crate::fault::{Fault, ask, limit};
use crate::http::{Get, Http};
use crate::{json, settings};

/// The most statuses a server gives at once.
pub(super) const PAGE: usize = 40;
/// A server that said no is asked again after this.
pub(super) const OFF: Duration = Duration::from_secs(3_600);

/// A server and what is shared by those who listen to it.
pub(super) struct Server {
    /// Its host, with its port where that is unusual.
    pub(super) name: String,
    pub(super) base: Url,
    pub(super) token: Option<String>,
    pub(super) interval: Duration,
    pub(super) local_only: bool,
    /// No request before this: the server's rate limit is used up.
    pause: Mutex<Option<Instant>>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = self.token.as_ref().map(|_| "…");
        f.debug_struct("Server").field("name", &self.name).field("token", &token).finish()
    }
}

/// How a loop goes on after a visit.
pub(super) enum Next {
    /// Wait for the next visit.
    Wait,
    /// There is more: go on at once.
    More,
    /// The flow has ended.
    Stop,
}

impl Server {
    /// The server of a line in Settings: a host, or an address.
    pub(super) fn named(line: &str) -> Result<Server, ConnectorError> {
        let wrong = || ConnectorError::Setting {
            field: "servers",
            reason: format!("“{line}” is neither a host nor an http(s) address"),
        };
        let line = line.trim().trim_start_matches('@');
        let address =
            if line.contains("://") { line.to_owned() } else { format!("https://{line}") };
        let mut base = Url::parse(&address).map_err(|_| wrong())?;
        let host = base.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
        if !matches!(base.scheme(), "http" | "https") || host.contains(['<', '>', '"']) {
            return Err(wrong());
        }
        let name = base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        base.set_query(None);
        base.set_fragment(None);
        Ok(Server {
            name,
            base,
            token: None,
            interval: Duration::from_secs(20),
            local_only: true,
            pause: Mutex::default(),
        })
    }

    /// The stream of its public timeline.
    pub(super) fn stream(&self) -> String {
        format!("{NAME}/{}", self.name)
    }

    /// Asks the API; waits first where the rate limit is used up.
    pub(super) async fn ask(
        &self,
        http: &Http,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Value, Fault> {
        let pause = *self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = pause {
            tokio::time::sleep_until(until).await;
        }
        let mut url = settings::join(&self.base, path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let bearer = self.token.iter().map(|token| ("authorization", format!("Bearer {token}")));
        let get = Get { url: url.into(), headers: bearer.collect(), api: true };
        let (answer, wait) = match ask(http, get).await {
            Ok((value, headers)) => (Ok(value), limit(&headers)),
            Err(fault) => {
                // The limit holds for all that is asked of the server.
                let wait = fault.wait.filter(|_| fault.status == Some(429));
                (Err(fault), wait)
            }
        };
        if let Some(wait) = wait {
            let mut pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
            *pause = pause.max(Some(Instant::now() + wait));
        }
        answer
    }

    /// What a lasting "no" means here, in words; `None` where the fault is none.
    pub(super) fn no(&self, fault: &Fault) -> Option<String> {
        let words = match (fault.status?, &self.token) {
            (401 | 403 | 422, None) => {
                "shows this timeline to members only; add a token for it in Settings"
            }
            (401 | 403 | 422, Some(_)) => "does not take the token; renew it in Settings",
            (404 | 410, _) => "has no such timeline; is it a Mastodon server?",
            _ => return None,
        };
        Some(format!("{} {words} (it answered {})", self.name, fault.words))
    }

    /// Listens to its timelines until stopped.
    pub(super) async fn listen(&self, context: &Context) {
        let known = Mutex::new(Known::default());
        tokio::join!(self.listen_public(context, &known), tags::listen(self, context, &known));
    }

    async fn listen_public(&self, context: &Context, known: &Mutex<Known>) {
        let mut timeline = Timeline::public(self, context, known);
        if !timeline.announce().await {
            return;
        }
        let mut backoff = Backoff::stream(&timeline.stream);
        let mut stream = self.token.as_ref().map(|token| Stream::new(self, token));
        loop {
            if let Some(open) = &mut stream
                && open.is_due()
            {
                match open.listen(&mut timeline, &mut backoff).await {
                    Next::Stop => return,
                    Next::More => continue,
                    // No stream for now: ask as if there were no token.
                    Next::Wait => {}
                }
            }
            let next = match timeline.visit().await {
                Ok(next) => {
                    backoff.reset();
                    next
                }
                Err(fault) => timeline.failed(&fault, &mut backoff).await,
            };
            let go_on = match next {
                Next::Stop => false,
                Next::More => !context.is_stopped(),
                Next::Wait => timeline.wait().await,
            };
            if !go_on {
                return;
            }
        }
    }

    /// Asks once for its newest post.
    pub(super) async fn probe(&self, http: &Http) -> Result<String, String> {
        let local = if self.local_only { "true" } else { "false" };
        let query = [("limit", "1"), ("local", local)];
        match self.ask(http, "/api/v1/timelines/public", &query).await {
            Ok(Value::Array(_)) => Ok(format!("{} is heard", self.name)),
            Ok(_) => Err(format!("{} answered something that is no timeline", self.name)),
            Err(fault) => {
                Err(self.no(&fault).unwrap_or_else(|| format!("{}: {}", self.name, fault.words)))
            }
        }
    }

    /// Where the server streams: what it says itself, else the server as it stands.
    pub(super) async fn streaming(&self, http: &Http) -> Url {
        let told = self.ask(http, "/api/v2/instance", &[]).await.ok();
        let told = told.as_ref().and_then(|v| v.get("configuration")?.get("urls"));
        let told = told.and_then(|urls| Url::parse(json::text(urls, "streaming")).ok());
        let scheme = if self.base.scheme() == "https" { "wss" } else { "ws" };
        // The token is not sent over a weaker connection than the server's own.
        if let Some(url) = told.filter(|url| url.scheme() == "wss" || url.scheme() == scheme) {
            return url;
        }
        let mut url = self.base.clone();
        // `ws` and `http` are both special schemes: the change cannot fail.
        let _ = url.set_scheme(scheme);
        url
    }
}

/// An answer that should have been a list.
pub(super) fn no_list() -> Fault {
    Fault {
        words: "the answer was no list of statuses".to_owned(),
        reason: GapReason::Broken,
        wait: None,
        status: None,
        only_this: true,
    }
}
