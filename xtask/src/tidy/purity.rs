//! Pure crates know no clock, no file, no network, no randomness: such things come in as values.

use std::collections::BTreeMap;

use super::File;

const PURE: &[&str] = &["domain", "text", "query"];

/// Words that may not stand in the code of a pure crate (comments aside).
const WORDS: &[&str] = &[
    "tokio",
    "sqlx",
    "reqwest",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "SystemTime",
    "Instant",
    "rand",
    "getrandom",
    "RandomState",
];

/// Crates that a pure crate may not use.
const CRATES: &[&str] = &[
    "async-trait",
    "axum",
    "getrandom",
    "jiff",
    "lettre",
    "rand",
    "reqwest",
    "sqlx",
    "tokio",
    "uuid",
];

/// What breaks purity in these files, or in what each crate uses from outside.
pub fn check(files: &[File], external: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut broken = Vec::new();
    for name in PURE {
        let used = external.get(*name).into_iter().flatten();
        let wrong = used.filter(|used| CRATES.contains(&used.as_str()));
        broken.extend(wrong.map(|used| format!("purity: {name} may not use {used}")));
        let inside = format!("crates/{name}/src/");
        for file in files.iter().filter(|f| f.path.starts_with(&inside) && f.path.ends_with(".rs"))
        {
            for (number, line) in file.text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for word in words_in(code) {
                    broken.push(format!("purity: {}:{} says {word}", file.path, number + 1));
                }
            }
        }
    }
    broken
}

fn words_in(code: &str) -> Vec<&'static str> {
    let ends_word = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    // `use std::{fs, io}` says `std::fs` too.
    let grouped = code.split_once("std::{").map(|(_, list)| {
        let list = list.split('}').next().unwrap_or_default();
        list.split(',').map(|item| format!(" std::{}", item.trim())).collect::<String>()
    });
    let code = format!("{code}{}", grouped.unwrap_or_default());
    let stands = |word: &&&str| {
        code.match_indices(**word).any(|(at, _)| {
            ends_word(code[..at].chars().next_back())
                && ends_word(code[at + word.len()..].chars().next())
        })
    };
    WORDS.iter().filter(stands).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impure_word_is_noticed() {
        let check_line = |line: &str, expect: usize| {
            let file = File { path: "crates/text/src/a.rs".into(), text: line.into() };
            let broken = check(&[file], &BTreeMap::new());
            assert_eq!(broken.len(), expect, "{line}: {broken:?}");
        };
        check_line("let x = std::fs::read(p);", 1);
        check_line("use std::{collections::HashMap, net};", 1);
        check_line("use std::{collections::HashMap, fmt};", 0);
        check_line("use std::time::{Duration, Instant};", 1);
        check_line("let now = SystemTime::now();", 1);
        check_line("// tokio is not used here", 0);
        check_line("let brand = operand;", 0);
        check_line("rand::random()", 1);
        check_line("async fn f() { tokio::spawn(g()).await }", 1);
    }

    #[test]
    fn other_crates_may_be_impure() {
        let file = File { path: "crates/store/src/a.rs".into(), text: "std::fs::read(p)".into() };
        assert!(check(&[file], &BTreeMap::new()).is_empty());
    }

    #[test]
    fn an_impure_crate_is_noticed() {
        let uses = |name: &str| BTreeMap::from([("query".to_owned(), vec![name.to_owned()])]);
        assert_eq!(check(&[], &uses("tokio")).len(), 1);
        assert_eq!(check(&[], &uses("memchr")).len(), 0);
    }
}
