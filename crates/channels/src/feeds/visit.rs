//! One visit to one feed: ask, read, find out what is new.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::{GapReason, Platform, Post, Time, host_of};
use http::{HeaderMap, StatusCode, header};
use url::Url;

use super::catalogue::FeedSpec;
use super::post::{Voice, address, native_id_of, post};
use super::read::{Document, Unreadable, hash_of, read};
use super::state::{Record, State};
use super::{dates, post};
use crate::clock::Clock;
use crate::http::{Answer, Get, Http};

/// On the very first visit no more than the newest posts are handed over.
const FIRST: usize = 100;
/// Bodies larger than this are read beside the runtime's own threads, in bytes.
const LARGE: usize = 256 << 10;
/// No server makes us wait longer.
const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

const ACCEPT: &str = "application/rss+xml, application/atom+xml, application/feed+json, \
                      application/rdf+xml;q=0.9, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5";

/// How a visit went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The feed was read; whether anything in it had changed.
    Read {
        /// None of the items of the last visit is in it any more.
        turned_over: bool,
        /// It held more items than are read at one visit.
        overflow: bool,
    },
    /// Nothing has changed since the last visit.
    Unchanged,
    /// The server says that the feed is gone for good (410).
    Gone,
    /// It could not be read.
    Failed {
        /// For the gap ledger.
        reason: GapReason,
        /// In words, without secrets.
        detail: String,
        /// Nothing came back at all: perhaps it is us who are offline.
        offline: bool,
        /// The server said a no that will hardly change within the hour (404, 403).
        lasting: bool,
    },
}

/// What a visit brought.
#[derive(Clone, Debug)]
pub struct Visit {
    /// How it went.
    pub outcome: Outcome,
    /// New and edited posts, oldest first.
    pub posts: Vec<Post>,
    /// Native ids of posts that the feed says were deleted.
    pub deleted: Vec<String>,
    /// Why items were dropped, one reason each.
    pub broken: Vec<String>,
    /// When the newest item in the feed was published, as far as it was read.
    pub newest: Option<Time>,
    /// The server asked to wait so long (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// When the answer came.
    pub at: Time,
    /// The feed's memory after this visit; times and failures are the scheduler's.
    pub state: State,
}

/// Visits a feed. Never fails: what went wrong is in [`Visit::outcome`].
pub async fn visit(http: &Http, spec: &FeedSpec, state: &State, clock: &Clock) -> Visit {
    let url = state.moved.as_deref().unwrap_or(&spec.url);
    let mut visit = ask(http, spec, state, clock, url).await;
    if let Err(page) = visit {
        // A page that names its feed: the operator gave the address of the blog itself.
        visit =
            ask(http, spec, &State { moved: Some(page.clone()), ..state.clone() }, clock, &page)
                .await;
    }
    visit.unwrap_or_else(|_| {
        let visit = Visit::empty(state.clone(), clock.now());
        visit.failed(GapReason::Broken, "it is a web page, not a feed".to_owned(), true)
    })
}

/// Asks one address; the error is the address of the feed that a page names.
async fn ask(
    http: &Http,
    spec: &FeedSpec,
    state: &State,
    clock: &Clock,
    url: &str,
) -> Result<Visit, String> {
    let mut headers = vec![("accept", ACCEPT.to_owned())];
    // What was kept from another address means nothing here.
    if !state.seen.0.is_empty() {
        headers.extend(state.etag.clone().map(|tag| ("if-none-match", tag)));
        headers.extend(state.last_modified.clone().map(|date| ("if-modified-since", date)));
    }
    let get = Get { url: url.to_owned(), headers, api: false };
    let answer = http.get(get).await;
    let mut visit = Visit::empty(state.clone(), clock.now());
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            use crate::http::HttpError::{Connect, Large, Name, Slow};
            let reason = if matches!(error, Large(..)) {
                GapReason::Overflow
            } else {
                GapReason::Unreachable
            };
            let offline = matches!(error, Connect(..) | Name(_) | Slow(..));
            let mut visit = visit.failed(reason, error.to_string(), false);
            if let Outcome::Failed { offline: is, .. } = &mut visit.outcome {
                *is = offline;
            }
            return Ok(visit);
        }
    };
    visit.retry_after = retry_after(&answer.headers, visit.at);
    match answer.status {
        StatusCode::NOT_MODIFIED => {
            visit.outcome = Outcome::Unchanged;
            Ok(visit)
        }
        StatusCode::GONE => {
            visit.outcome = Outcome::Gone;
            Ok(visit)
        }
        status if status.is_success() => visit.take(spec, answer, url).await,
        status => {
            let limited = status == StatusCode::TOO_MANY_REQUESTS;
            let reason = if limited { GapReason::RateLimited } else { GapReason::Unreachable };
            let lasting =
                status.is_client_error() && !limited && status != StatusCode::REQUEST_TIMEOUT;
            Ok(visit.failed(reason, status.to_string(), lasting))
        }
    }
}

impl Visit {
    fn empty(state: State, at: Time) -> Visit {
        Visit {
            outcome: Outcome::Unchanged,
            posts: Vec::new(),
            deleted: Vec::new(),
            broken: Vec::new(),
            newest: None,
            retry_after: None,
            at,
            state,
        }
    }

    fn failed(mut self, reason: GapReason, detail: String, lasting: bool) -> Visit {
        self.outcome = Outcome::Failed { reason, detail, offline: false, lasting };
        self
    }

    /// Takes a good answer.
    async fn take(mut self, spec: &FeedSpec, answer: Answer, asked: &str) -> Result<Visit, String> {
        if answer.moved && answer.url != asked {
            self.state.moved = Some(answer.url.clone());
        }
        let text = |name| {
            let value = answer.headers.get(name)?.to_str().ok()?;
            (value.len() <= 1_000).then(|| value.to_owned())
        };
        self.state.etag = text(header::ETAG);
        self.state.last_modified = text(header::LAST_MODIFIED);
        let hash = hash_of(&answer.body[..]);
        if hash == self.state.body && !self.state.seen.0.is_empty() {
            self.outcome = Outcome::Unchanged;
            return Ok(self);
        }
        self.state.body = hash;
        if answer.body.len() <= LARGE {
            return self.digest(spec, &answer);
        }
        let (before, spec) = (self.clone(), spec.clone());
        let digest = tokio::task::spawn_blocking(move || self.digest(&spec, &answer));
        digest.await.unwrap_or_else(|_| {
            Ok(before.failed(GapReason::Broken, "reading it failed".to_owned(), true))
        })
    }

    /// Reads the body and finds out what is new.
    fn digest(mut self, spec: &FeedSpec, answer: &Answer) -> Result<Visit, String> {
        let Ok(url) = Url::parse(&answer.url) else {
            return Ok(self.failed(GapReason::Broken, "it has no address".to_owned(), true));
        };
        let kind = answer.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let known: HashSet<u64> = self.state.seen.0.iter().map(|record| record.source).collect();
        let is_known = |hash| hash != 0 && known.contains(&hash);
        match read(&answer.body, kind, &url, is_known) {
            Ok(document) => {
                self.sort_out(spec, document, &url);
                Ok(self)
            }
            Err(Unreadable::Page(Some(feed))) if feed != answer.url => Err(feed),
            Err(error) => {
                // The next visit must not take the same nonsense for "unchanged".
                (self.state.body, self.state.etag, self.state.last_modified) = (0, None, None);
                Ok(self.failed(GapReason::Broken, error.to_string(), true))
            }
        }
    }

    fn sort_out(&mut self, spec: &FeedSpec, mut document: Document, url: &Url) {
        self.state.weak_ids |= has_doubles(&document, url);
        let voice = voice(spec, &document, self.state.weak_ids);
        let first = self.state.last_ok.is_none();
        let before: HashMap<u64, Record> =
            self.state.seen.0.iter().map(|record| (record.id, *record)).collect();
        let known: HashSet<u64> = document.known.iter().copied().collect();
        let mut present: Vec<Record> =
            before.values().filter(|record| known.contains(&record.source)).copied().collect();
        let mut overlaps = !present.is_empty();
        for (source, entry) in std::mem::take(&mut document.fresh) {
            let post = match post(entry, &voice, url, self.at) {
                Ok(post) => post,
                Err(reason) => {
                    document.broken.push(reason.to_owned());
                    continue;
                }
            };
            self.newest = self.newest.max(Some(post.published));
            let id = hash_of(&post.native_id);
            let content = post.fingerprint() as u32;
            present.push(Record { source, id, content });
            let heard = before.get(&id);
            overlaps |= heard.is_some();
            if heard.is_none_or(|record| record.content != content) {
                self.posts.push(post);
            }
        }
        self.deleted =
            document.deleted.iter().map(|id| native_id_of(&voice.site, id.trim())).collect();
        self.broken = document.broken;
        let turned_over = !before.is_empty() && !present.is_empty() && !overlaps;
        self.outcome = Outcome::Read { turned_over, overflow: document.overflow > 0 };
        self.state.seen.renew(present);
        self.posts.sort_by_key(|post| post.published);
        if first {
            let old = self.posts.len().saturating_sub(FIRST);
            self.posts.drain(..old);
        }
    }

    /// What was seen, for the flow.
    #[must_use]
    pub fn observations(&mut self) -> Vec<domain::Observation> {
        let posts = std::mem::take(&mut self.posts).into_iter();
        let seen = posts.map(|post| domain::Observation::Seen(Box::new(post)));
        let deleted = std::mem::take(&mut self.deleted).into_iter();
        seen.chain(
            deleted.map(|native_id| domain::Observation::Deleted {
                platform: Platform::WEB,
                native_id,
            }),
        )
        .collect()
    }
}

/// Whether two items with different addresses share an id.
fn has_doubles(document: &Document, url: &Url) -> bool {
    let mut ids: HashMap<&str, String> = HashMap::new();
    document.fresh.iter().filter(|(_, entry)| !entry.id.trim().is_empty()).any(|(_, entry)| {
        let address = address(entry, url);
        let before = ids.insert(entry.id.trim(), address.clone());
        before.is_some_and(|before| before != address)
    })
}

/// Hosts that carry other people's feeds: there the feed's own page says whose it is.
const CARRIERS: &[&str] = &["feedburner.com", "feedproxy.google.com", "rss.app", "feedblitz.com"];

fn voice(spec: &FeedSpec, document: &Document, weak_ids: bool) -> Voice {
    let home = document.home.clone().unwrap_or_default();
    let host = host_of(&spec.url);
    let is_carried =
        CARRIERS.iter().any(|carrier| host == *carrier || host.ends_with(&format!(".{carrier}")));
    let carried = is_carried && spec.own && !host_of(&home).is_empty();
    let site = if carried { post::site_of(&home) } else { spec.site.clone() };
    // A feed that gives another site as its home does not become that site.
    let home = if post::site_of(&home) == site { home } else { String::new() };
    let name = [&spec.name, &document.title, &site].into_iter().find(|name| !name.is_empty());
    Voice {
        name: name.cloned().unwrap_or_default(),
        site,
        home,
        country: spec.country.clone(),
        lang: spec.lang.clone(),
        declared: document.lang.clone(),
        tier: spec.tier,
        channel: spec.channel,
        weak_ids,
    }
}

/// Seconds or a date; at most a day.
fn retry_after(headers: &HeaderMap, now: Time) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match value.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let wait = dates::parse(value)?.since(now);
            Duration::from_millis(u64::try_from(wait).unwrap_or(0))
        }
    };
    Some(wait.min(LONGEST_WAIT))
}
