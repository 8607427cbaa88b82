//! How often somebody may try: a bounded table of counts a window.

use std::collections::HashMap;
use std::sync::Mutex;

use domain::{MINUTE, Time};

const WINDOW: i64 = 15 * MINUTE;
const MOST_KEYS: usize = 20_000;

/// Counts tries per key over a window of 15 minutes.
#[derive(Debug)]
pub struct Limit {
    most: u32,
    tries: Mutex<HashMap<String, (Time, u32)>>,
}

impl Limit {
    /// Allows `most` tries a window.
    pub fn new(most: u32) -> Limit {
        Limit { most, tries: Mutex::new(HashMap::new()) }
    }

    /// Counts a try; `false` when there were too many. A try counts before it is judged, so that
    /// many at once do not slip through.
    pub fn try_once(&self, key: &str, now: Time) -> bool {
        let mut tries = self.tries.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if tries.len() >= MOST_KEYS && !tries.contains_key(key) {
            tries.retain(|_, (since, _)| now.since(*since) < WINDOW);
            if tries.len() >= MOST_KEYS {
                // Somebody floods us with names: better nobody for a while than everybody.
                return false;
            }
        }
        let entry = tries.entry(key.to_owned()).or_insert((now, 0));
        if now.since(entry.0) >= WINDOW {
            *entry = (now, 0);
        }
        entry.1 = entry.1.saturating_add(1);
        entry.1 <= self.most
    }

    /// Forgets a key's tries: it was the right person.
    pub fn forget(&self, key: &str) {
        self.tries.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_tries_wait_for_the_next_window() {
        let limit = Limit::new(2);
        let tries: Vec<bool> = (0..4).map(|i| limit.try_once("a", Time(i))).collect();
        assert_eq!(tries, [true, true, false, false]);
        assert!(limit.try_once("b", Time(4)));
        assert!(limit.try_once("a", Time(WINDOW)));
        limit.forget("a");
        assert!(limit.try_once("a", Time(WINDOW + 1)));
    }
}
