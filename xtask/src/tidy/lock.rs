//! What Cargo.lock may hold: one TLS stack, one registry, one version of each crate.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// ring is the only provider of cryptography for TLS.
const NEVER: &[&str] =
    &["aws-lc-fips-sys", "aws-lc-rs", "aws-lc-sys", "native-tls", "openssl", "openssl-sys"];

/// Crates that stand in the lock in several versions, and who keeps the older one.
const SEVERAL: &[(&str, &str)] = &[
    ("base64", "axum and sqlx still use 0.22"),
    ("bit-vec", "bit-set, for typst, is one version behind yasna"),
    ("block-buffer", "digest 0.10, for sqlx and tungstenite"),
    ("cpufeatures", "sha2 0.10, for sqlx and tungstenite"),
    ("crypto-common", "digest 0.10, for sqlx and tungstenite"),
    ("digest", "sha1 and sha2 0.10, for sqlx and tungstenite"),
    ("getrandom", "ring keeps 0.2, rand_core 0.9 keeps 0.3"),
    ("hashbrown", "sqlx and hashlink keep 0.16"),
    ("miniz_oxide", "png is one version behind flate2"),
    ("nom", "lettre and x509 parsing are one version apart"),
    ("num-bigint", "parquet is one version ahead of x509 parsing"),
    ("phf", "typst is one version behind html5ever"),
    ("phf_generator", "phf's versions"),
    ("phf_shared", "phf's versions"),
    ("quick-xml", "citationberg, for typst, keeps 0.38"),
    ("r-efi", "getrandom's versions, for UEFI alone"),
    ("rand", "tungstenite keeps 0.9, lipsum, for typst, 0.8"),
    ("rand_chacha", "rand's versions"),
    ("rand_core", "rand's versions"),
    ("roxmltree", "fontconfig-parser, which nothing here calls, keeps 0.20"),
    ("serde_spanned", "toml's versions"),
    ("sha1", "axum and tungstenite keep 0.10"),
    ("sha2", "sqlx keeps 0.10"),
    ("syn", "derive macros move to 3 one by one"),
    ("synstructure", "syn's versions"),
    ("toml", "typst keeps 0.8"),
    ("toml_datetime", "toml's versions"),
    ("webpki-roots", "tungstenite keeps 0.26, an alias of 1.0"),
    ("windows-sys", "ring keeps 0.52, for Windows alone"),
    ("winnow", "toml's versions"),
];

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    source: Option<String>,
}

/// What breaks the rules in this Cargo.lock.
///
/// # Errors
/// It is no Cargo.lock.
pub fn check(lock: &str) -> anyhow::Result<Vec<String>> {
    let lock: Lock = toml::from_str(lock)?;
    let mut broken = Vec::new();
    let mut versions: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for Package { name, version, source } in &lock.package {
        if NEVER.contains(&name.as_str()) {
            broken.push(format!("lock: {name} is a second TLS stack"));
        }
        // The name of crates.io's index in every Cargo.lock, whichever mirror is asked.
        let known = "registry+https://github.com/rust-lang/crates.io-index";
        if source.as_deref().is_some_and(|source| source != known) {
            broken.push(format!("lock: {name} does not come from crates.io"));
        }
        versions.entry(name).or_default().insert(series(version));
    }
    for (name, series) in &versions {
        let allowed = SEVERAL.iter().any(|(known, _)| known == name);
        if series.len() > 1 && !allowed {
            let list = series.iter().cloned().collect::<Vec<_>>().join(", ");
            broken
                .push(format!("lock: {name} comes in several versions ({list}) without a reason"));
        }
    }
    for (name, _) in SEVERAL {
        if versions.get(name).is_none_or(|series| series.len() < 2) {
            broken.push(format!("lock: {name} no longer needs its exception"));
        }
    }
    Ok(broken)
}

/// Versions of one series can stand for each other: `1`, or `0.9`.
fn series(version: &str) -> String {
    let mut parts = version.split('.');
    match (parts.next(), parts.next()) {
        (Some("0"), Some(minor)) => format!("0.{minor}"),
        (Some(major), _) => major.to_owned(),
        (None, _) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lock in which every exception is needed, with these packages besides.
    fn check_with(more: &[(&str, &str)]) -> Vec<String> {
        let usual = SEVERAL.iter().flat_map(|(name, _)| [(*name, "1.0.0"), (*name, "2.0.0")]);
        let package = |(name, version): (&str, &str)| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n")
        };
        let lock: String = usual.chain(more.iter().copied()).map(package).collect();
        check(&lock).expect("a lock")
    }

    #[test]
    fn a_second_tls_stack_is_noticed() {
        assert!(check_with(&[("ring", "0.17.0")]).is_empty());
        assert_eq!(check_with(&[("openssl-sys", "0.9.0")]).len(), 1);
        assert_eq!(check_with(&[("aws-lc-rs", "1.0.0")]).len(), 1);
    }

    #[test]
    fn a_double_is_noticed() {
        assert!(check_with(&[("serde", "1.0.0"), ("serde", "1.2.0")]).is_empty());
        assert_eq!(check_with(&[("serde", "1.0.0"), ("serde", "2.0.0")]).len(), 1);
        assert_eq!(check_with(&[("http", "0.2.0"), ("http", "0.3.0")]).len(), 1);
    }

    #[test]
    fn an_exception_nobody_needs_is_noticed() {
        assert_eq!(check("package = []").expect("a lock").len(), SEVERAL.len());
    }

    #[test]
    fn another_source_is_noticed() {
        let lock =
            "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"git+https://a.example\"";
        let broken = check(lock).expect("a lock");
        assert!(broken[0].contains("crates.io"), "{broken:?}");
    }
}
