//! The list of regular German verbs, from the lexicon: stems that have their infinitive, present,
//! past and participle there.

use std::collections::BTreeSet;
use std::path::Path;

use super::compounds::{lines, spelled};

/// Stems of three letters that are safe, and verbs that the lexicon lacks; written for this
/// program.
const MORE: &str = include_str!("../../data/german-verbs.txt");

/// The list, a stem a line, from `german/words.txt.gz` below a folder.
///
/// # Errors
/// A file that is missing or no gzipped UTF-8.
pub fn train(data: &Path) -> anyhow::Result<Vec<u8>> {
    let lines = lines(&data.join("german").join("words.txt.gz"))?;
    let words: BTreeSet<String> = lines.iter().filter_map(|w| spelled(w)).collect();
    let (out, more): (Vec<_>, Vec<_>) =
        MORE.split_whitespace().partition(|stem| stem.starts_with('-'));
    let left_out = |stem: &str| out.iter().any(|o| o[1..] == *stem);
    let mut stems: BTreeSet<String> =
        words.iter().filter_map(|w| verb(w, &words)).filter(|s| !left_out(s)).collect();
    stems.extend(more.into_iter().filter_map(spelled));
    println!("{} regular verbs", stems.len());
    let mut list = String::from("# German regular verbs, by `cargo xtask train verbs`.\n");
    stems.iter().for_each(|stem| list.extend([stem.as_str(), "\n"]));
    Ok(list.into_bytes())
}

fn verb(word: &str, words: &BTreeSet<String>) -> Option<String> {
    let stem = match word.strip_suffix("en") {
        Some(stem) => stem,
        None => word.strip_suffix('n').filter(|s| s.ends_with("el") || s.ends_with("er"))?,
    };
    let e = if stem.ends_with(['t', 'd']) { "e" } else { "" };
    let has = |form: String| words.contains(&form);
    let all =
        has(format!("{stem}{e}t")) && has(format!("{stem}{e}te")) && has(format!("ge{stem}{e}t"));
    (all && stem.len() > 3).then(|| stem.to_owned())
}
