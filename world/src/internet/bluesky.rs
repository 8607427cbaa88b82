//! The fake Bluesky: Jetstream's `/subscribe` and `app.bsky.actor.getProfiles`.

use std::collections::{HashMap, VecDeque};

use domain::Time;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::answer::{Content, rfc3339};
use crate::post::{FakePost, Published, Voice, hashtag};

/// As many events are kept for replay.
const HISTORY: usize = 50_000;
const COLLECTION: &str = "app.bsky.feed.post";

/// One event; what is shown of it depends on the faults in force.
#[derive(Clone)]
pub(crate) struct Event {
    pub(crate) time_us: i64,
    did: String,
    what: What,
}

#[derive(Clone)]
enum What {
    Create { rkey: String, item: Box<Published> },
    Update { rkey: String, item: Box<Published> },
    Delete { rkey: String },
    Account { status: &'static str },
    Identity { handle: String },
}

#[derive(Default)]
pub(crate) struct Bluesky {
    events: VecDeque<Event>,
    last_us: i64,
    voices: HashMap<String, Voice>,
}

/// The DID of a handle.
pub(crate) fn did(handle: &str) -> String {
    format!("did:plc:{}", &base32(&Sha256::digest(handle.as_bytes()))[..24])
}

fn full_handle(handle: &str) -> String {
    if handle.contains('.') { handle.to_owned() } else { format!("{handle}.bluesky.example") }
}

fn base32(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut out = String::new();
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(DIGITS[(buffer >> bits) as usize & 31]));
        }
    }
    out
}

/// A record key: 13 sortable digits of 5 bits that hold a time in microseconds.
fn tid(us: i64) -> String {
    const DIGITS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    let value = us.unsigned_abs() << 10;
    (0..13).rev().map(|i| char::from(DIGITS[(value >> (i * 5)) as usize & 31])).collect()
}

fn cid(text: &str) -> String {
    format!("bafyrei{}", base32(&Sha256::digest(text.as_bytes())))
}

fn rkey_of(native_id: &str) -> String {
    native_id.rsplit('/').next().unwrap_or_default().to_owned()
}

impl Bluesky {
    /// The next event's time: later than every one before.
    fn next_us(&mut self, now: Time) -> i64 {
        self.last_us = (self.last_us + 1).max(now.0.saturating_mul(1_000));
        self.last_us
    }

    pub(crate) fn address(&mut self, post: &FakePost, now: Time) -> (String, String) {
        let did = did(&post.voice.handle);
        let rkey = tid(self.next_us(now));
        let handle = full_handle(&post.voice.handle);
        let url = format!("https://bsky.app/profile/{handle}/post/{rkey}");
        (format!("at://{did}/{COLLECTION}/{rkey}"), url)
    }

    pub(crate) fn created(&mut self, item: &Published, now: Time) {
        let voice = &item.post.voice;
        let did = did(&voice.handle);
        if self.voices.insert(did.clone(), voice.clone()).is_none() {
            let handle = full_handle(&voice.handle);
            self.push(did.clone(), What::Identity { handle }, now);
        }
        let rkey = rkey_of(&item.native_id);
        self.push(did, What::Create { rkey, item: Box::new(item.clone()) }, now);
    }

    pub(crate) fn updated(&mut self, item: &Published, now: Time) {
        let rkey = rkey_of(&item.native_id);
        let what = What::Update { rkey, item: Box::new(item.clone()) };
        self.push(did(&item.post.voice.handle), what, now);
    }

    pub(crate) fn deleted(&mut self, item: &Published, now: Time) {
        let what = What::Delete { rkey: rkey_of(&item.native_id) };
        self.push(did(&item.post.voice.handle), what, now);
    }

    pub(crate) fn account_closed(&mut self, handle: &str, now: Time) {
        self.push(did(handle), What::Account { status: "deleted" }, now);
        self.voices.remove(&did(handle));
    }

    pub(crate) fn forget_past(&mut self) {
        self.events.clear();
    }

    fn push(&mut self, did: String, what: What, now: Time) {
        let time_us = self.next_us(now);
        if self.events.len() >= HISTORY {
            self.events.pop_front();
        }
        self.events.push_back(Event { time_us, did, what });
    }

    /// The time of the newest event.
    pub(crate) const fn newest(&self) -> i64 {
        self.last_us
    }

    /// At most `limit` events at or after `from_us`, oldest first.
    pub(crate) fn since(&self, from_us: i64, limit: usize) -> Vec<Event> {
        let start = self.events.partition_point(|e| e.time_us < from_us);
        self.events.iter().skip(start).take(limit).cloned().collect()
    }

    /// The answer of `app.bsky.actor.getProfiles`.
    pub(crate) fn profiles(&self, actors: &[String]) -> Value {
        let known = |actor: &String| {
            let voice = self.voices.get(actor)?;
            Some(json!({
                "did": actor,
                "handle": full_handle(&voice.handle),
                "displayName": voice.name,
                "description": "",
                "followersCount": voice.followers,
                "followsCount": 120,
                "postsCount": 340,
                "labels": if voice.bot { json!([{"val": "bot"}]) } else { json!([]) },
                "createdAt": "2024-02-06T18:00:00.000Z",
            }))
        };
        json!({"profiles": actors.iter().take(25).filter_map(known).collect::<Vec<_>>()})
    }
}

impl Event {
    /// Whether somebody who asked for these collections hears it (none asked for: all).
    pub(crate) fn wanted(&self, collections: &[String]) -> bool {
        let commit = !matches!(self.what, What::Account { .. } | What::Identity { .. });
        let asked = |c: &String| {
            c == COLLECTION || c.strip_suffix('*').is_some_and(|p| COLLECTION.starts_with(p))
        };
        !commit || collections.is_empty() || collections.iter().any(asked)
    }

    pub(crate) fn json(&self, content: &Content) -> Value {
        let time = rfc3339(Time(self.time_us / 1_000));
        let commit = |operation: &str, rkey: &str, record: Option<Value>| {
            let mut commit = json!({
                "rev": tid(self.time_us), "operation": operation,
                "collection": COLLECTION, "rkey": rkey,
            });
            if let Some(record) = record {
                commit["cid"] = json!(cid(&record.to_string()));
                commit["record"] = record;
            }
            json!({"did": self.did, "time_us": self.time_us, "kind": "commit", "commit": commit})
        };
        match &self.what {
            What::Create { rkey, item } => commit("create", rkey, Some(record(item, content))),
            What::Update { rkey, item } => commit("update", rkey, Some(record(item, content))),
            What::Delete { rkey } => commit("delete", rkey, None),
            What::Account { status } => json!({
                "did": self.did, "time_us": self.time_us, "kind": "account",
                "account": {
                    "active": false, "did": self.did, "seq": self.time_us,
                    "status": status, "time": time,
                },
            }),
            What::Identity { handle } => json!({
                "did": self.did, "time_us": self.time_us, "kind": "identity",
                "identity": {
                    "did": self.did, "handle": handle, "seq": self.time_us, "time": time,
                },
            }),
        }
    }
}

fn record(item: &Published, content: &Content) -> Value {
    let post = &item.post;
    let mut record = json!({
        "$type": COLLECTION,
        "createdAt": rfc3339(item.published.plus(content.skew)),
        "langs": [post.lang],
        "text": post.text,
        "facets": facets(&post.text),
    });
    if let Some(parent) = &post.reply_to {
        let reference = json!({"uri": parent, "cid": cid(parent)});
        record["reply"] = json!({"root": reference, "parent": reference});
    }
    if let Some(link) = post.links.first() {
        record["embed"] = json!({
            "$type": "app.bsky.embed.external",
            "external": {"uri": link, "title": post.title, "description": ""},
        });
    }
    record
}

/// Hashtags and addresses with the bytes they stand in.
fn facets(text: &str) -> Vec<Value> {
    let mut facets = Vec::new();
    for word in text.split_whitespace() {
        // The word is a slice of `text`, so its place is the distance of the two.
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let (length, feature) = if let Some(tag) = hashtag(word) {
            (tag.len() + 1, json!({"$type": "app.bsky.richtext.facet#tag", "tag": tag}))
        } else if word.starts_with("https://") || word.starts_with("http://") {
            (word.len(), json!({"$type": "app.bsky.richtext.facet#link", "uri": word}))
        } else {
            continue;
        };
        let index = json!({"byteStart": start, "byteEnd": start + length});
        facets.push(json!({"index": index, "features": [feature]}));
    }
    facets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_by_time_and_dids_have_their_form() {
        assert!(tid(1_700_000_000_000_000) < tid(1_700_000_000_000_001));
        assert_eq!(tid(5).len(), 13);
        assert_eq!(did("kim").len(), "did:plc:".len() + 24);
    }

    #[test]
    fn facets_name_bytes() {
        let facets = facets("Ärger mit #Ofen.");
        assert_eq!(facets[0]["index"], json!({"byteStart": 11, "byteEnd": 16}));
        assert_eq!(facets[0]["features"][0]["tag"], "Ofen");
    }
}
