//! One event of Jetstream's `/subscribe`: the envelope.
//!
//! The firehose is thousands of events a second at its peak: names are borrowed from the text,
//! and a record is parsed only where it is a post's.

use std::borrow::Cow;

use domain::{Observation, Platform, Source, Time};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::record;

/// The collection that holds posts.
pub(super) const POSTS: &str = "app.bsky.feed.post";

/// What one event told.
#[derive(Debug)]
pub(super) struct Event {
    /// Jetstream's time of the event in microseconds since 1970: the cursor.
    pub(super) time_us: u64,
    /// What is to be handed over; much of the stream is nothing of ours.
    pub(super) observation: Option<Observation>,
}

/// An event that cannot be used.
#[derive(Debug)]
pub(super) struct Broken {
    /// Its time, where the envelope could be read: the cursor moves past it.
    pub(super) time_us: Option<u64>,
    /// Why, without anything of its content.
    pub(super) reason: &'static str,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    did: Cow<'a, str>,
    time_us: u64,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    commit: Option<&'a RawValue>,
    #[serde(borrow)]
    identity: Option<&'a RawValue>,
    #[serde(borrow)]
    account: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Commit<'a> {
    #[serde(borrow)]
    operation: Cow<'a, str>,
    #[serde(borrow)]
    collection: Cow<'a, str>,
    #[serde(borrow)]
    rkey: Cow<'a, str>,
    #[serde(borrow)]
    record: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Identity {
    handle: Option<String>,
}

#[derive(Deserialize)]
struct Account {
    active: Option<bool>,
    status: Option<String>,
}

/// Reads one event that was received at `received`.
pub(super) fn read(text: &str, received: Time) -> Result<Event, Broken> {
    let envelope: Envelope<'_> = serde_json::from_str(text)
        .map_err(|_| Broken { time_us: None, reason: "no Jetstream event" })?;
    let time_us = envelope.time_us;
    let broken = |reason| Broken { time_us: Some(time_us), reason };
    if !is_did(&envelope.did) {
        return Err(broken("no DID"));
    }
    let observation = match &*envelope.kind {
        "commit" => commit(&envelope, received).map_err(broken)?,
        "identity" => identity(&envelope),
        "account" => account(&envelope),
        _ => None,
    };
    Ok(Event { time_us, observation })
}

fn commit(event: &Envelope<'_>, received: Time) -> Result<Option<Observation>, &'static str> {
    let raw = event.commit.ok_or("a commit event without commit")?;
    let commit: Commit<'_> =
        serde_json::from_str(raw.get()).map_err(|_| "a commit that is none")?;
    if commit.collection != POSTS {
        return Ok(None);
    }
    if !is_record_key(&commit.rkey) {
        return Err("no record key");
    }
    let native_id = format!("at://{}/{POSTS}/{}", event.did, commit.rkey);
    match &*commit.operation {
        "create" | "update" => {
            let raw = commit.record.ok_or("a post without record")?;
            let heard = moment(event.time_us);
            let post = record::post(&event.did, &commit.rkey, native_id, raw, heard, received)?;
            Ok(Some(Observation::Seen(Box::new(post))))
        }
        "delete" => Ok(Some(Observation::Deleted { platform: Platform::BLUESKY, native_id })),
        _ => Err("an unknown operation"),
    }
}

/// A new handle. Identity events without one only say that something changed.
fn identity(event: &Envelope<'_>) -> Option<Observation> {
    let identity: Identity = serde_json::from_str(event.identity?.get()).ok()?;
    let handle = identity.handle.filter(|h| h.contains('.') && h != "handle.invalid")?;
    Some(Observation::Profile {
        platform: Platform::BLUESKY,
        source: Box::new(Source {
            key: event.did.clone().into_owned(),
            handle,
            url: profile_url(&event.did),
            ..Source::default()
        }),
    })
}

/// A deleted or taken-down account is gone with its posts; a deactivated or suspended one may
/// come back and is left alone.
fn account(event: &Envelope<'_>) -> Option<Observation> {
    let account: Account = serde_json::from_str(event.account?.get()).ok()?;
    let gone = account.active == Some(false)
        && matches!(account.status.as_deref(), Some("deleted" | "takendown"));
    gone.then(|| Observation::SourceDeleted {
        platform: Platform::BLUESKY,
        key: event.did.clone().into_owned(),
    })
}

/// The page of an account.
pub(super) fn profile_url(did: &str) -> String {
    format!("https://bsky.app/profile/{did}")
}

/// Jetstream's microseconds as a moment.
pub(super) fn moment(time_us: u64) -> Time {
    Time(i64::try_from(time_us / 1_000).unwrap_or(i64::MAX))
}

/// `did:method:id` of the characters and the length that the standard allows.
pub(super) fn is_did(did: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._:%-".contains(&b);
    let mut parts = did.splitn(3, ':');
    parts.next() == Some("did")
        && parts.next().is_some_and(|m| !m.is_empty() && m.bytes().all(|b| b.is_ascii_lowercase()))
        && parts.next().is_some_and(|id| !id.is_empty())
        && did.len() <= 2_048
        && did.bytes().all(allowed)
}

fn is_record_key(rkey: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._:~-".contains(&b);
    (1..=512).contains(&rkey.len()) && rkey.bytes().all(allowed)
}
