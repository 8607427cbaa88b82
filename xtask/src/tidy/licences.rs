//! Licences: everything that is built in may be given on under permissive terms.

use cargo_metadata::Metadata;

const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates under other terms, and why they may stay.
const NAMED: &[(&str, &str)] = &[
    ("cssparser", "MPL-2.0: binds changes to its own files alone, and we change none"),
    ("dtoa-short", "MPL-2.0: as cssparser, which uses it"),
];

/// Name and licence of every package that goes into the workspace.
pub fn of(metadata: &Metadata) -> Vec<(String, String)> {
    let licence = |p: &cargo_metadata::Package| p.license.clone().unwrap_or_default();
    metadata.packages.iter().map(|p| (p.name.to_string(), licence(p))).collect()
}

/// Packages whose licence is not permissive.
pub fn check(packages: &[(String, String)]) -> Vec<String> {
    packages
        .iter()
        .filter(|(name, licence)| {
            !permissive(licence) && !NAMED.iter().any(|(known, _)| known == name)
        })
        .map(|(name, licence)| format!("licences: {name} is under {licence:?}"))
        .collect()
}

/// Reads an SPDX expression (and cargo's old `A/B`): one permissive choice is enough, of parts
/// that hold together all must be permissive.
fn permissive(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    either(&mut rest) && rest.is_empty()
}

fn either(rest: &mut &[&str]) -> bool {
    let mut good = both(rest);
    while let [first, tail @ ..] = *rest
        && *first == "OR"
    {
        *rest = tail;
        good |= both(rest);
    }
    good
}

fn both(rest: &mut &[&str]) -> bool {
    let mut good = one(rest);
    while let [first, tail @ ..] = *rest
        && *first == "AND"
    {
        *rest = tail;
        good &= one(rest);
    }
    good
}

fn one(rest: &mut &[&str]) -> bool {
    match *rest {
        ["(", tail @ ..] => {
            *rest = tail;
            let good = either(rest);
            let closed = rest.first() == Some(&")");
            *rest = rest.get(1..).unwrap_or_default();
            good && closed
        }
        [licence, "WITH", exception, tail @ ..] => {
            *rest = tail;
            PERMISSIVE.contains(&format!("{licence} WITH {exception}").as_str())
        }
        [licence, tail @ ..] => {
            *rest = tail;
            PERMISSIVE.contains(licence)
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read() {
        let check = |expression: &str, expect: bool| {
            assert_eq!(permissive(expression), expect, "{expression:?}");
        };
        check("MIT", true);
        check("MIT OR Apache-2.0", true);
        check("MIT/Apache-2.0", true);
        check("Apache-2.0 OR GPL-2.0-only", true);
        check("GPL-3.0 AND MIT", false);
        check("(MIT OR GPL-3.0) AND Unicode-3.0", true);
        check("(MIT AND GPL-3.0) OR (AGPL-3.0)", false);
        check("Apache-2.0 WITH LLVM-exception OR MIT", true);
        check("GPL-2.0 WITH Classpath-exception-2.0", false);
        check("MIT OR", true);
        check("(MIT", false);
        check("MIT MIT", false);
        check("", false);
    }

    #[test]
    fn a_copyleft_crate_is_noticed() {
        let package = |name: &str, licence: &str| vec![(name.to_owned(), licence.to_owned())];
        assert_eq!(check(&package("evil", "AGPL-3.0-only")).len(), 1);
        assert_eq!(check(&package("nameless", "")).len(), 1);
        assert_eq!(check(&package("good", "ISC")).len(), 0);
    }
}
