//! What can go wrong on demand: faults, where they strike and how often.

use std::time::Duration;

use crate::post::Place;

/// A way to misbehave.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// An error instead of an answer, with `Retry-After` in seconds where given.
    Status {
        /// 429, 500, 503, 401, 410 …
        code: u16,
        /// Seconds.
        retry_after: Option<u64>,
    },
    /// The body comes in drops: so many bytes, then a pause, without end in sight.
    Drip {
        /// Bytes a drop.
        bytes: usize,
        /// Wall time between drops.
        pause: Duration,
    },
    /// The connection ends after half of the promised body.
    Truncate,
    /// The connection is dropped without an answer; open streams are cut.
    Drop,
    /// A body of so many bytes in front of nothing useful.
    Huge {
        /// Bytes sent at most.
        bytes: u64,
    },
    /// A small gzip body that unpacks to so many bytes.
    GzipBomb {
        /// Bytes after unpacking.
        bytes: u64,
    },
    /// A redirect to the same address, for ever.
    RedirectLoop,
    /// A redirect to another address ([`crate::FakeInternet::canary_url`], a metadata server).
    RedirectTo(String),
    /// Texts are sent in windows-1252 with nothing (or a lie) said about it.
    WrongCharset,
    /// Published times are wrong by so many milliseconds.
    ClockSkew(i64),
    /// Everything is told twice.
    Duplicates,
    /// The document is no valid JSON or XML; a stream gets broken messages between good ones.
    Malformed,
}

impl Fault {
    /// An error without `Retry-After`.
    #[must_use]
    pub const fn status(code: u16) -> Fault {
        Fault::Status { code, retry_after: None }
    }

    /// 429 with `Retry-After` in seconds.
    #[must_use]
    pub const fn too_many(retry_after: u64) -> Fault {
        Fault::Status { code: 429, retry_after: Some(retry_after) }
    }

    /// It changes what a document says, not how it travels.
    pub(crate) const fn is_in_content(&self) -> bool {
        matches!(
            self,
            Fault::WrongCharset | Fault::ClockSkew(_) | Fault::Duplicates | Fault::Malformed
        )
    }
}

/// Which requests a fault strikes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    host: String,
    path: String,
}

impl Route {
    /// Requests to `host` whose path starts with `path`.
    #[must_use]
    pub fn new(host: &str, path: &str) -> Route {
        Route { host: host.to_owned(), path: path.to_owned() }
    }

    /// Everything a connector reads of a place.
    #[must_use]
    pub fn of(place: &Place) -> Route {
        match place {
            Place::Feed(host) => Route::new(host, "/"),
            Place::Bluesky => Route::new(crate::JETSTREAM_HOST, "/"),
            Place::Mastodon(host) => Route::new(host, "/api/v1/"),
            Place::HackerNews => Route::new(crate::HACKERNEWS_HOST, "/"),
        }
    }

    pub(crate) fn strikes(&self, host: &str, path: &str) -> bool {
        self.host == host && path.starts_with(&self.path)
    }
}

/// How long a fault lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasts {
    /// So many requests.
    Requests(u32),
    /// So long from now, in wall time.
    For(Duration),
    /// Until [`crate::FakeInternet::heal`].
    UntilHealed,
}

/// The faults in force.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    active: Vec<Active>,
}

#[derive(Debug)]
struct Active {
    route: Route,
    fault: Fault,
    left: Option<u32>,
    until: Option<std::time::Instant>,
}

impl Faults {
    pub(crate) fn add(&mut self, route: Route, fault: Fault, lasts: Lasts) {
        let (left, until) = match lasts {
            Lasts::Requests(n) => (Some(n), None),
            Lasts::For(time) => (None, Some(std::time::Instant::now() + time)),
            Lasts::UntilHealed => (None, None),
        };
        self.active.push(Active { route, fault, left, until });
    }

    pub(crate) fn clear(&mut self) {
        self.active.clear();
    }

    /// The faults that strike this request; counts them down.
    pub(crate) fn strike(&mut self, host: &str, path: &str) -> Vec<Fault> {
        let now = std::time::Instant::now();
        self.active.retain(|a| a.left != Some(0) && a.until.is_none_or(|until| now < until));
        let mut found = Vec::new();
        for active in self.active.iter_mut().filter(|a| a.route.strikes(host, path)) {
            if let Some(left) = &mut active.left {
                *left -= 1;
            }
            found.push(active.fault.clone());
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_count_down_and_keep_to_their_route() {
        let mut faults = Faults::default();
        faults.add(Route::new("a.example", "/x"), Fault::Drop, Lasts::Requests(2));
        assert_eq!(faults.strike("b.example", "/x"), []);
        assert_eq!(faults.strike("a.example", "/y"), []);
        assert_eq!(faults.strike("a.example", "/x/1"), [Fault::Drop]);
        assert_eq!(faults.strike("a.example", "/x"), [Fault::Drop]);
        assert_eq!(faults.strike("a.example", "/x"), []);
        faults.add(Route::new("a.example", "/"), Fault::Malformed, Lasts::UntilHealed);
        faults.clear();
        assert_eq!(faults.strike("a.example", "/"), []);
    }
}
