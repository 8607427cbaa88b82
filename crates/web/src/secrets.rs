//! Tokens, passwords and proofs.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::WebError;

/// A fresh token of 256 bits, as text for cookies and addresses.
pub fn token() -> Result<String, WebError> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<32>()?))
}

fn bytes<const N: usize>() -> Result<[u8; N], WebError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| WebError::Randomness(e.to_string()))?;
    Ok(bytes)
}

/// What the store keeps of a token.
pub fn fingerprint(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// Proves that a form comes from a page that we made for this visitor. Every page carries
/// another proof (a nonce goes in), so compression betrays nothing of it.
#[derive(Clone)]
pub struct Prover {
    key: [u8; 32],
}

impl Prover {
    /// With a key in hexadecimal.
    pub fn new(hex: &str) -> Result<Prover, WebError> {
        let mut key = [0; 32];
        hex::decode_to_slice(hex, &mut key).map_err(|_| WebError::Setting("secret.csrf"))?;
        Ok(Prover { key })
    }

    /// A fresh key in hexadecimal.
    pub fn fresh_key() -> Result<String, WebError> {
        Ok(hex::encode(bytes::<32>()?))
    }

    /// A proof for the visitor with this cookie.
    pub fn prove(&self, cookie: &str) -> Result<String, WebError> {
        let nonce = bytes::<16>()?;
        let mut proof = nonce.to_vec();
        proof.extend(self.mac(&nonce, cookie).finalize().into_bytes());
        Ok(URL_SAFE_NO_PAD.encode(proof))
    }

    /// Whether a proof is ours and for the visitor with this cookie.
    pub fn holds(&self, proof: &str, cookie: &str) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(proof) else { return false };
        let Some((nonce, tag)) = bytes.split_at_checked(16) else { return false };
        self.mac(nonce, cookie).verify_slice(tag).is_ok()
    }

    fn mac(&self, nonce: &[u8], cookie: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes any key length");
        mac.update(nonce);
        mac.update(cookie.as_bytes());
        mac
    }
}

/// Shortest password taken, in characters.
pub const SHORTEST_PASSWORD: usize = 10;
/// Longest password taken, in bytes.
pub const LONGEST_PASSWORD: usize = 200;

/// Hashes a password with argon2id, away from the threads that answer requests.
pub async fn hash(password: String) -> Result<String, WebError> {
    let hash = move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|h| h.to_string())
            .map_err(|e| WebError::Randomness(e.to_string()))
    };
    tokio::task::spawn_blocking(hash).await.map_err(|e| WebError::Randomness(e.to_string()))?
}

/// A hash that no password meets: names nobody has must cost the same time as those somebody has.
pub const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA\
                          $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Whether a password is the one that was hashed.
pub async fn verify(password: String, hash: String) -> bool {
    let verify = move || {
        PasswordHash::new(&hash)
            .is_ok_and(|h| Argon2::default().verify_password(password.as_bytes(), &h).is_ok())
    };
    tokio::task::spawn_blocking(verify).await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn passwords() {
        let hash = hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(verify("correct horse".into(), hash.clone()).await);
        assert!(!verify("wrong".into(), hash).await);
        assert!(PasswordHash::new(NOBODY).is_ok(), "else nobody is refused faster than somebody");
        assert!(!verify(String::new(), NOBODY.into()).await);
    }

    #[test]
    fn a_proof_holds_for_its_visitor_only() {
        let prover = Prover::new(&Prover::fresh_key().unwrap()).unwrap();
        let proof = prover.prove("cookie").unwrap();
        assert!(prover.holds(&proof, "cookie"));
        assert!(!prover.holds(&proof, "another"));
        assert!(!prover.holds("", "cookie") && !prover.holds("AAAA", "cookie"));
        assert_ne!(proof, prover.prove("cookie").unwrap());
        let other = Prover::new(&Prover::fresh_key().unwrap()).unwrap();
        assert!(!other.holds(&proof, "cookie"));
    }
}
