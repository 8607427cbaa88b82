//! Politeness: how often and how many at once a single host is asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Requests at once to a host that serves pages and feeds.
const PAGES_AT_ONCE: usize = 2;
/// Requests at once to an API with documented limits of its own.
const API_AT_ONCE: usize = 8;
/// More hosts than this are not remembered while idle.
const HOSTS: usize = 4_096;

/// The waiting room of all hosts.
#[derive(Debug)]
pub(super) struct Polite {
    interval: Duration,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

#[derive(Debug)]
struct Host {
    pages: Arc<Semaphore>,
    api: Arc<Semaphore>,
    /// When the next request may start.
    next: Mutex<Instant>,
}

/// The right to ask a host now; ends with its drop.
#[derive(Debug)]
pub(super) struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
    /// Keeps the host's entry from being forgotten while it is asked.
    _host: Arc<Host>,
}

impl Polite {
    pub fn new(interval: Duration) -> Polite {
        Polite { interval, hosts: Mutex::default() }
    }

    /// Waits for the right to ask `host`.
    pub async fn turn(&self, host: &str, api: bool) -> Turn {
        let host = self.host(host);
        let room = if api { &host.api } else { &host.pages };
        // The semaphores are never closed; an error would only mean no limit.
        let permit = Arc::clone(room).acquire_owned().await.ok();
        if !api {
            let start = host.reserve(self.interval);
            tokio::time::sleep_until(start).await;
        }
        Turn { _permit: permit, _host: host }
    }

    fn host(&self, name: &str) -> Arc<Host> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(name) {
            return Arc::clone(host);
        }
        if hosts.len() >= HOSTS {
            let now = Instant::now();
            hosts.retain(|_, host| Arc::strong_count(host) > 1 || host.next() > now);
        }
        let host = Arc::new(Host {
            pages: Arc::new(Semaphore::new(PAGES_AT_ONCE)),
            api: Arc::new(Semaphore::new(API_AT_ONCE)),
            next: Mutex::new(Instant::now()),
        });
        hosts.insert(name.to_owned(), Arc::clone(&host));
        host
    }
}

impl Host {
    fn next(&self) -> Instant {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next start for this host and moves it on.
    fn reserve(&self, interval: Duration) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let start = (*next).max(Instant::now());
        *next = start + interval;
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_host_is_asked_in_its_rhythm_and_others_do_not_wait() {
        let polite = Polite::new(Duration::from_secs(1));
        let start = Instant::now();
        drop(polite.turn("a.example", false).await);
        drop(polite.turn("b.example", false).await);
        assert_eq!(start.elapsed(), Duration::ZERO);
        drop(polite.turn("a.example", false).await);
        assert_eq!(start.elapsed().as_secs(), 1);
        drop(polite.turn("a.example", true).await);
        assert_eq!(start.elapsed().as_secs(), 1, "an API keeps its own limits");
    }

    #[tokio::test(start_paused = true)]
    async fn two_at_once() {
        let polite = Polite::new(Duration::ZERO);
        let one = polite.turn("a.example", false).await;
        let two = polite.turn("a.example", false).await;
        let third = polite.turn("a.example", false);
        assert!(tokio::time::timeout(Duration::from_secs(60), third).await.is_err());
        drop(one);
        drop(polite.turn("a.example", false).await);
        drop(two);
    }

    #[tokio::test(start_paused = true)]
    async fn forgotten_hosts_bound_the_memory() {
        let polite = Polite::new(Duration::ZERO);
        let held = polite.turn("held.example", false).await;
        for n in 0..HOSTS * 3 {
            drop(polite.turn(&format!("{n}.example"), false).await);
        }
        let hosts = polite.hosts.lock().unwrap();
        assert!(hosts.len() <= HOSTS);
        assert!(hosts.contains_key("held.example"));
        drop(held);
    }
}
