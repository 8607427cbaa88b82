//! Where messages end: everything posted to `/sink/NAME` is kept with the time it came.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use bytes::Bytes;
use domain::Time;

const KEPT: usize = 100_000;

/// One message that arrived.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The path behind the sink's name (an ntfy topic), without leading slash.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, at most a megabyte.
    pub body: Bytes,
    /// When, by the fake internet's clock.
    pub at: Time,
    /// When, by the wall.
    pub wall: Instant,
}

impl Arrival {
    /// A header by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
pub(crate) struct Sink {
    arrived: BTreeMap<String, VecDeque<Arrival>>,
}

impl Sink {
    pub(crate) fn take(&mut self, name: &str, arrival: Arrival) {
        let kept = self.arrived.entry(name.to_owned()).or_default();
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(arrival);
    }

    pub(crate) fn arrivals(&self, name: &str) -> Vec<Arrival> {
        self.arrived.get(name).map(|kept| kept.iter().cloned().collect()).unwrap_or_default()
    }
}
