//! Who stands behind a DID: `app.bsky.actor.getProfiles`, 25 at a time.

use domain::Source;
use serde_json::Value;
use url::Url;

use super::event::{is_did, profile_url};
use crate::connector::ConnectorError;
use crate::http::{Get, Http};
use crate::{json, settings};

const AT_ONCE: usize = 25;

/// Looks the DIDs up; those the server does not know are left out.
pub(super) async fn look_up(
    api: &Url,
    http: &Http,
    keys: &[String],
) -> Result<Vec<Source>, ConnectorError> {
    let dids: Vec<&String> = keys.iter().filter(|key| is_did(key)).collect();
    let mut sources = Vec::with_capacity(dids.len());
    for some in dids.chunks(AT_ONCE) {
        let mut url = settings::join(api, "/xrpc/app.bsky.actor.getProfiles");
        url.query_pairs_mut().extend_pairs(some.iter().map(|did| ("actors", did)));
        let get = Get { url: url.into(), headers: Vec::new(), api: true };
        let unreachable = ConnectorError::Unreachable;
        let answer = http.get(get).await.map_err(|error| unreachable(error.to_string()))?;
        if !answer.status.is_success() {
            return Err(unreachable(format!("the server for profiles said {}", answer.status)));
        }
        let profiles = json::body(&answer).map_err(unreachable)?;
        let asked = |source: &Source| some.iter().any(|did| **did == source.key);
        sources.extend(json::list(&profiles, "profiles").iter().filter_map(source).filter(asked));
    }
    Ok(sources)
}

fn source(profile: &Value) -> Option<Source> {
    let did = json::text(profile, "did");
    let handle = Some(json::text(profile, "handle")).filter(|h| *h != "handle.invalid");
    is_did(did).then(|| Source {
        key: did.to_owned(),
        name: json::text(profile, "displayName").trim().to_owned(),
        handle: handle.unwrap_or("").to_owned(),
        url: profile_url(did),
        followers: json::count(profile, "followersCount"),
        verified: verified(profile),
        ..Source::default()
    })
}

/// The network's own word on verification, where it gives one.
fn verified(profile: &Value) -> Option<bool> {
    let status = json::text(profile.get("verification")?, "verifiedStatus");
    Some(status == "valid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_read_and_nonsense_left_out() {
        let profile = serde_json::json!({
            "did": "did:plc:mia", "handle": "mia.example", "displayName": " Mia ",
            "followersCount": 12, "verification": {"verifiedStatus": "valid"},
        });
        let mia = source(&profile).unwrap();
        assert_eq!((mia.name.as_str(), mia.handle.as_str()), ("Mia", "mia.example"));
        assert_eq!((mia.followers, mia.verified), (Some(12), Some(true)));
        assert_eq!(mia.url, "https://bsky.app/profile/did:plc:mia");
        assert!(source(&serde_json::json!({"did": 5})).is_none());
        assert!(source(&Value::Null).is_none());
    }
}
