//! What is kept of a feed between two visits: the value of its cursor stream `web/<address>`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use domain::{GapReason, Time};
use serde::{Deserialize, Serialize};

/// Items remembered beyond those that are in the feed now.
const PAST: usize = 200;

/// A feed's memory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The server's tag of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The server's date of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// Hash of the last body, for servers that know neither.
    pub body: u64,
    /// Items heard, newest visit first.
    pub seen: Seen,
    /// When it is asked next, milliseconds.
    pub next: Time,
    /// The wait between two visits that its pace asks for, in seconds; 0 before the first.
    pub wait: u64,
    /// Visits in a row that failed.
    pub failures: u32,
    /// When it last answered well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_ok: Option<Time>,
    /// Where the feed has moved to for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<String>,
    /// Its ids are not unique.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub weak_ids: bool,
    /// The server said that it is gone for good.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// A gap that lasts: since when and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<(Time, GapReason)>,
}

/// One item heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Hash of its source text; 0 where it is not known.
    pub source: u64,
    /// Hash of its native id.
    pub id: u64,
    /// Part of its post's fingerprint.
    pub content: u32,
}

/// The items heard, as one compact text in JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub struct Seen(pub Vec<Record>);

impl Seen {
    /// Whether an item with that source text was heard.
    #[must_use]
    pub fn has_source(&self, source: u64) -> bool {
        source != 0 && self.0.iter().any(|record| record.source == source)
    }

    /// The record of an id.
    #[must_use]
    pub fn of_id(&self, id: u64) -> Option<&Record> {
        self.0.iter().find(|record| record.id == id)
    }

    /// Puts the items of a visit first and forgets the oldest beyond the bound.
    pub fn renew(&mut self, present: Vec<Record>) {
        let ids: std::collections::HashSet<u64> = present.iter().map(|record| record.id).collect();
        let past = self.0.iter().filter(|record| !ids.contains(&record.id)).take(PAST).copied();
        let past: Vec<Record> = past.collect();
        self.0 = present;
        self.0.extend(past);
    }
}

impl From<Seen> for String {
    fn from(seen: Seen) -> String {
        let bytes: Vec<u8> = seen
            .0
            .iter()
            .flat_map(|record| {
                let (source, id) = (record.source.to_le_bytes(), record.id.to_le_bytes());
                source.into_iter().chain(id).chain(record.content.to_le_bytes())
            })
            .collect();
        STANDARD_NO_PAD.encode(bytes)
    }
}

impl From<String> for Seen {
    /// A text that cannot be read is an empty memory: items are handed over again, which is
    /// harmless.
    fn from(text: String) -> Seen {
        let bytes = STANDARD_NO_PAD.decode(text).unwrap_or_default();
        let number = |bytes: &[u8]| {
            bytes.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
        };
        let records = bytes.chunks_exact(20).map(|record| Record {
            source: number(&record[..8]),
            id: number(&record[8..16]),
            content: number(&record[16..]) as u32,
        });
        Seen(records.collect())
    }
}

impl State {
    /// Reads a cursor; one that cannot be read is an empty memory.
    #[must_use]
    pub fn read(cursor: &str) -> State {
        serde_json::from_str(cursor).unwrap_or_default()
    }

    /// The cursor's text.
    #[must_use]
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_survives_a_restart_and_nonsense_is_forgotten() {
        let records = vec![
            Record { source: 1, id: u64::MAX, content: 7 },
            Record { source: 1 << 60, id: 3, content: u32::MAX },
        ];
        let state = State {
            etag: Some("\"x\"".into()),
            seen: Seen(records),
            gap: Some((Time(5), GapReason::RateLimited)),
            ..State::default()
        };
        assert_eq!(State::read(&state.write()), state);
        assert_eq!(State::read("nonsense"), State::default());
        assert_eq!(State::read("{\"seen\":\"!!\"}"), State::default());
    }

    #[test]
    fn memory_is_bounded() {
        let record = |id| Record { source: id + 1, id, content: 0 };
        let mut seen = Seen::default();
        for visit in 0..50_u64 {
            seen.renew((0..20).map(|n| record(visit * 20 + n)).collect());
        }
        assert_eq!(seen.0.len(), 20 + PAST);
        assert!(seen.has_source(981) && !seen.has_source(0) && seen.of_id(5).is_none());
    }
}
