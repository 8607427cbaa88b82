//! Webhooks: a signed POST to a system of the operator's.
//!
//! # For receivers
//! Every alert comes as `POST` with `Content-Type: application/json`. The body is the alert's
//! [`domain::Message`] as JSON (times in milliseconds since 1970) with one more member, `text`:
//! the message as [`crate::render`] writes it for people. Three headers go with it:
//!
//! | header | holds |
//! |---|---|
//! | `Horch-Delivery` | the alert's id; the same alert sent again has the same id: drop what you know |
//! | `Horch-Timestamp` | seconds since 1970 at which this try was made |
//! | `Horch-Signature` | `v1=` and the hexadecimal HMAC-SHA-256, keyed with the secret, of the timestamp, a full stop and the body's bytes; missing where no secret is set |
//!
//! Check the signature over the raw bytes before parsing them, compare in constant time and
//! refuse what is older than five minutes; [`verify`] does all of it. Answer 2xx within ten
//! seconds once the alert is safe with you. 408, 425, 429 and 5xx mean "again later"
//! (`Retry-After` is kept), every other answer is taken as a lasting no. Redirects are not
//! followed.

use async_trait::async_trait;
use domain::{Field, FieldKind, Message, PartInfo, Time};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;
use sha2::Sha256;

use crate::http::{Target, domain_now};
use crate::settings::Settings;
use crate::{Notifier, NotifyError, NotifyOptions, render};

/// How far a timestamp may lie from the receiver's clock, in milliseconds.
pub const FRESH: i64 = 5 * domain::MINUTE;

pub(crate) const INFO: PartInfo = PartInfo {
    name: "webhook",
    title: "Webhook",
    about: [
        "Posts every alert as signed JSON to an address of yours.",
        "Schickt jede Meldung als signiertes JSON an eine Adresse von Ihnen.",
    ],
    keyless: true,
    on_by_default: false,
    fields: &[
        Field {
            name: "url",
            kind: FieldKind::Url,
            default: "",
            required: true,
            label: ["Address", "Adresse"],
        },
        Field {
            name: "secret",
            kind: FieldKind::Secret,
            default: "",
            required: false,
            label: ["Secret for the signature", "Geheimnis für die Signatur"],
        },
    ],
    docs: "https://www.rfc-editor.org/rfc/rfc2104",
};

struct Webhook {
    target: Target,
    secret: Option<String>,
    lang: String,
}

pub(crate) fn build(
    settings: &Value,
    options: &NotifyOptions,
) -> Result<Box<dyn Notifier>, NotifyError> {
    let settings = Settings(settings);
    let target = Target::new("url", &settings.required("url")?, options)?;
    let secret = Some(settings.text("secret")).filter(|secret| !secret.is_empty());
    Ok(Box::new(Webhook { target, secret, lang: settings.lang() }))
}

#[async_trait]
impl Notifier for Webhook {
    async fn send(&self, message: &Message) -> Result<String, NotifyError> {
        let body = body(message, &self.lang)?;
        let timestamp = (domain_now().0 / 1_000).to_string();
        let mut headers = HeaderMap::new();
        headers.insert("horch-delivery", header(&message.alert)?);
        headers.insert("horch-timestamp", header(&timestamp)?);
        if let Some(secret) = &self.secret {
            headers.insert("horch-signature", header(&sign(secret, &timestamp, &body))?);
        }
        let (status, _) = self.target.post(self.target.url.clone(), headers, body).await?;
        Ok(format!("{} answered {status}", self.target.place()))
    }

    async fn probe(&self) -> Result<String, NotifyError> {
        let status = self.target.head(self.target.url.clone()).await?;
        Ok(format!("{} can be reached (HEAD: {status})", self.target.place()))
    }
}

fn body(message: &Message, lang: &str) -> Result<Vec<u8>, NotifyError> {
    let broken = |error: serde_json::Error| NotifyError::Refused(format!("no JSON: {error}"));
    let mut value = serde_json::to_value(message).map_err(broken)?;
    if let Some(object) = value.as_object_mut() {
        object.insert("text".into(), render(message, lang).into());
    }
    serde_json::to_vec(&value).map_err(broken)
}

fn header(value: &str) -> Result<HeaderValue, NotifyError> {
    HeaderValue::from_str(value)
        .map_err(|_| NotifyError::Refused("the alert's id is no header value".into()))
}

fn mac(secret: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes())
        .expect("HMAC takes keys of any length");
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

/// The value of `Horch-Signature` for a body sent at `timestamp` (seconds since 1970, as text).
#[must_use]
pub fn sign(secret: &str, timestamp: &str, body: &[u8]) -> String {
    format!("v1={}", hex::encode(mac(secret, timestamp, body).finalize().into_bytes()))
}

/// Why a delivery must not be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The timestamp is no whole number of seconds.
    #[error("the timestamp cannot be read")]
    Timestamp,
    /// The timestamp lies more than [`FRESH`] before or after now: perhaps a recorded delivery
    /// sent again.
    #[error("the delivery is too old, or the clocks disagree")]
    Stale,
    /// The signature is missing, of another version, or wrong.
    #[error("the signature is wrong")]
    Signature,
}

/// Checks a delivery as a receiver should: `timestamp` and `signature` are the headers' values,
/// `body` the raw bytes, `now` the receiver's clock.
///
/// ```
/// use domain::Time;
/// use notify::webhook::{VerifyError, sign, verify};
///
/// let body = br#"{"alert":"0a1b"}"#;
/// let signature = sign("s3cret", "1700000000", body);
/// let now = Time(1_700_000_030_000);
/// assert_eq!(verify("s3cret", "1700000000", &signature, body, now), Ok(()));
/// let forged = verify("s3cret", "1700000000", &signature, b"{}", now);
/// assert_eq!(forged, Err(VerifyError::Signature));
/// ```
///
/// # Errors
/// See [`VerifyError`].
pub fn verify(
    secret: &str,
    timestamp: &str,
    signature: &str,
    body: &[u8],
    now: Time,
) -> Result<(), VerifyError> {
    let digits = signature.strip_prefix("v1=").ok_or(VerifyError::Signature)?;
    let claimed = hex::decode(digits).map_err(|_| VerifyError::Signature)?;
    // `verify_slice` compares in constant time.
    mac(secret, timestamp, body).verify_slice(&claimed).map_err(|_| VerifyError::Signature)?;
    let seconds: i64 = timestamp.parse().map_err(|_| VerifyError::Timestamp)?;
    let sent = Time(seconds.saturating_mul(1_000));
    if now.since(sent).unsigned_abs() > FRESH.unsigned_abs() {
        return Err(VerifyError::Stale);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_plain_hmac_sha256() {
        // RFC 4231, test case 2 ("Jefe"), its data split at our full stop.
        let theirs = Hmac::<Sha256>::new_from_slice(b"Jefe")
            .unwrap()
            .chain_update(b"what do ya want for nothing?")
            .finalize()
            .into_bytes();
        assert_eq!(
            hex::encode(theirs),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        let ours = sign("Jefe", "12", b"{}");
        let whole = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap().chain_update(b"12.{}");
        assert_eq!(ours, format!("v1={}", hex::encode(whole.finalize().into_bytes())));
    }

    #[test]
    fn only_fresh_and_whole_deliveries_are_believed() {
        let now = Time(1_700_000_000_000);
        let good = sign("key", "1700000000", b"body");
        let check = |secret: &str, stamp: &str, signature: &str, body: &[u8], expect| {
            assert_eq!(verify(secret, stamp, signature, body, now), expect, "{stamp} {signature}");
        };
        check("key", "1700000000", &good, b"body", Ok(()));
        check("other", "1700000000", &good, b"body", Err(VerifyError::Signature));
        check("key", "1700000001", &good, b"body", Err(VerifyError::Signature));
        check("key", "1700000000", &good, b"Body", Err(VerifyError::Signature));
        check("key", "1700000000", &good[3..], b"body", Err(VerifyError::Signature));
        check("key", "1700000000", &good[..40], b"body", Err(VerifyError::Signature));
        check("key", "1700000000", "", b"body", Err(VerifyError::Signature));
        for (stamp, expect) in [
            ("1699999700", Ok(())),
            ("1699999699", Err(VerifyError::Stale)),
            ("1700000300", Ok(())),
            ("1700000301", Err(VerifyError::Stale)),
            ("9223372036854775807", Err(VerifyError::Stale)),
            ("now", Err(VerifyError::Timestamp)),
        ] {
            check("key", stamp, &sign("key", stamp, b"body"), b"body", expect);
        }
    }
}
