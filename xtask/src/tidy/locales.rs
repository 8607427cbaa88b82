//! Both languages say the same things: the same files, the same keys, the same variables.

use std::collections::{BTreeMap, BTreeSet};

use super::File;

const FOLDER: &str = "crates/web/locales/";
const LANGUAGES: [&str; 2] = ["de", "en"];

/// Variables by key.
type Messages = BTreeMap<String, BTreeSet<String>>;

/// Keys that one language lacks, keys said twice, and keys whose variables differ.
pub fn check(files: &[File]) -> Vec<String> {
    let mut broken = Vec::new();
    let [german, english] = LANGUAGES.map(|lang| read(files, lang, &mut broken));
    if german.is_empty() && english.is_empty() {
        broken.push(format!("locales: {FOLDER} holds no messages"));
    }
    let keys: BTreeSet<&String> = german.keys().chain(english.keys()).collect();
    for key in keys {
        match (german.get(key), english.get(key)) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => {
                broken.push(format!("locales: {key} uses {a:?} in German, {b:?} in English"));
            }
            (None, _) => broken.push(format!("locales: {key} is missing in German")),
            (_, None) => broken.push(format!("locales: {key} is missing in English")),
        }
    }
    broken
}

fn read(files: &[File], lang: &str, broken: &mut Vec<String>) -> Messages {
    let inside = format!("{FOLDER}{lang}/");
    let mut messages = Messages::new();
    for file in files {
        let Some(name) = file.path.strip_prefix(&inside).filter(|n| n.ends_with(".ftl")) else {
            continue;
        };
        let mut current = None;
        for line in file.text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(key) = key_of(line) {
                let key = format!("{name} {key}");
                if messages.insert(key.clone(), BTreeSet::new()).is_some() {
                    broken.push(format!("locales: {lang}/{key} is said twice"));
                }
                current = Some(key);
            }
            let variables = current.as_ref().and_then(|key| messages.get_mut(key));
            if let Some(variables) = variables {
                variables.extend(variables_of(line));
            }
        }
    }
    messages
}

/// The key of a line that begins a message or a term; attributes belong to their message.
fn key_of(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim_end();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let begins = line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-');
    (begins && !key.is_empty() && key.chars().all(fits)).then_some(key)
}

fn variables_of(line: &str) -> Vec<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let pieces = line.split('$').skip(1);
    pieces
        .map(|piece| piece.chars().take_while(|&c| fits(c)).collect::<String>())
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_pair(german: &str, english: &str, expect: usize) {
        let file = |lang: &str, text: &str| File {
            path: format!("{FOLDER}{lang}/main.ftl"),
            text: text.to_owned(),
        };
        let broken = check(&[file("de", german), file("en", english)]);
        assert_eq!(broken.len(), expect, "{broken:?}");
    }

    #[test]
    fn a_difference_is_noticed() {
        check_pair("a = Eins\n", "a = One\n", 0);
        check_pair("a = Eins\nb = Zwei\n", "a = One\n", 1);
        check_pair("a = { $n } Dinge\n", "a = { $m } things\n", 1);
        check_pair("a = { $n } Dinge\n", "a = things\n", 1);
        check_pair("a = Eins\na = Zwei\n", "a = One\n", 1);
        check_pair("", "", 1);
    }

    #[test]
    fn plurals_and_lines_that_go_on_belong_to_their_message() {
        let german =
            "a =\n    { $n ->\n        [one] ein Ding\n       *[other] { $n } Dinge\n    }\n";
        check_pair(german, "a = { $n } things\n", 0);
        check_pair("# b = nichts\na = x = y\n", "a = x\n", 0);
    }
}
