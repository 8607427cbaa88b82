//! Who may import whom: the table of the design, held against `cargo metadata`.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, Metadata};

/// May import; `None` means anything. Whoever is missing here is not allowed to exist.
const TABLE: &[(&str, Option<&[&str]>)] = &[
    ("domain", Some(&[])),
    ("text", Some(&["domain"])),
    ("query", Some(&["domain", "text"])),
    ("channels", Some(&["domain", "text"])),
    ("store", Some(&["domain", "query"])),
    ("notify", Some(&["domain"])),
    ("web", Some(&["domain", "text", "query", "store"])),
    ("horch", None),
    ("world", None),
    ("xtask", None),
];

/// A crate of the workspace and what it uses.
pub struct Uses {
    name: String,
    /// Crates of the workspace, for the product.
    house: Vec<String>,
    /// Crates of the workspace, for tests alone.
    tests: Vec<String>,
}

/// What every crate of the workspace uses of the workspace.
pub fn of(metadata: &Metadata) -> Vec<Uses> {
    let packages = metadata.workspace_packages();
    let mut all = Vec::new();
    for package in &packages {
        let inside = package.dependencies.iter().filter(|d| d.path.is_some());
        let (tests, house): (Vec<_>, Vec<_>) =
            inside.partition(|d| d.kind == DependencyKind::Development);
        let names = |list: Vec<&cargo_metadata::Dependency>| {
            list.into_iter().map(|d| d.name.clone()).collect()
        };
        let name = package.name.to_string();
        all.push(Uses { name, house: names(house), tests: names(tests) });
    }
    all
}

/// What every crate of the workspace uses from outside, for the product.
pub fn external(metadata: &Metadata) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for package in metadata.workspace_packages() {
        let outside = package
            .dependencies
            .iter()
            .filter(|d| d.path.is_none() && d.kind != DependencyKind::Development)
            .map(|d| d.name.clone());
        all.insert(package.name.to_string(), outside.collect());
    }
    all
}

/// What breaks the table. Tests may use `world` besides what their crate may use.
pub fn check(crates: &[Uses]) -> Vec<String> {
    let mut broken = Vec::new();
    for Uses { name, house, tests } in crates {
        let Some((_, allowed)) = TABLE.iter().find(|(known, _)| known == name) else {
            broken.push(format!("imports: the crate {name} is not in the table"));
            continue;
        };
        let Some(allowed) = allowed else { continue };
        let wrong = house.iter().filter(|used| !allowed.contains(&used.as_str()));
        broken.extend(wrong.map(|used| format!("imports: {name} may not import {used}")));
        let known = |used: &&String| used.as_str() != "world" && !allowed.contains(&used.as_str());
        let wrong = tests.iter().filter(known);
        broken.extend(wrong.map(|used| format!("imports: tests of {name} may not use {used}")));
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_one(name: &str, house: &[&str], tests: &[&str], expect: usize) {
        let own = |list: &[&str]| list.iter().map(|&s| s.to_owned()).collect();
        let uses = Uses { name: name.into(), house: own(house), tests: own(tests) };
        let broken = check(&[uses]);
        assert_eq!(broken.len(), expect, "{broken:?}");
    }

    #[test]
    fn a_forbidden_import_is_noticed() {
        check_one("domain", &[], &[], 0);
        check_one("domain", &["text"], &[], 1);
        check_one("query", &["text", "domain"], &["world"], 0);
        check_one("query", &["store"], &["web"], 2);
        check_one("store", &["domain", "query", "text"], &[], 1);
        check_one("web", &["channels", "notify"], &[], 2);
        check_one("horch", &["web", "world"], &["channels"], 0);
        check_one("utils", &[], &[], 1);
    }
}
