//! Names become addresses here, and answers that lead into private networks are thrown away
//! before anybody connects: a check before the connection alone could be fooled by a DNS server
//! that answers differently the second time.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::is_private;

/// Every answer led into a private network.
#[derive(Debug, thiserror::Error)]
#[error("leads into a private network")]
pub(super) struct Blocked;

/// The name has no address.
#[derive(Debug, thiserror::Error)]
#[error("the name could not be resolved")]
pub(super) struct Unknown;

/// Why a name gave no address.
#[derive(Debug)]
pub(super) enum NoAddress {
    Blocked,
    Unknown,
}

/// Looks names up, guarded or not.
#[derive(Clone, Debug)]
pub(super) struct Resolver {
    /// Answers given instead of DNS; names in lower case.
    pub overrides: Arc<HashMap<String, SocketAddr>>,
    /// Answers into private networks are thrown away.
    pub guarded: bool,
}

impl Resolver {
    /// The addresses of `name`; port 0 where the caller's own port counts.
    pub async fn addresses(&self, name: &str) -> Result<Vec<SocketAddr>, NoAddress> {
        let name = name.to_ascii_lowercase();
        if let Some(address) = self.overrides.get(&name) {
            return Ok(vec![*address]);
        }
        let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0))
            .await
            .map_err(|_| NoAddress::Unknown)?
            .collect();
        if found.is_empty() {
            return Err(NoAddress::Unknown);
        }
        let allowed: Vec<SocketAddr> =
            found.into_iter().filter(|a| !self.guarded || !is_private(a.ip())).collect();
        if allowed.is_empty() { Err(NoAddress::Blocked) } else { Ok(allowed) }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            match resolver.addresses(name.as_str()).await {
                Ok(found) => Ok(Box::new(found.into_iter()) as Addrs),
                Err(NoAddress::Blocked) => Err(Box::new(Blocked) as _),
                Err(NoAddress::Unknown) => Err(Box::new(Unknown) as _),
            }
        })
    }
}
