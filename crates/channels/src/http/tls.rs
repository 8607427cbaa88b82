//! TLS: rustls with ring, the public roots of the Mozilla programme and the operator's own.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use super::HttpError;

/// Servers whose TLS sessions are kept for a cheaper next visit.
const SESSIONS: usize = 4_096;

/// A configuration that trusts the public roots and `extra` (DER), without ALPN.
pub(super) fn config(extra: &[Vec<u8>]) -> Result<ClientConfig, HttpError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for der in extra {
        roots.add(CertificateDer::from(der.clone())).map_err(|e| {
            HttpError::Address(format!("an extra root certificate is unusable: {e}"))
        })?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| HttpError::Address(format!("TLS cannot be set up: {e}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::in_memory_sessions(SESSIONS);
    Ok(config)
}
