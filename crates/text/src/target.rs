//! What of a post speaks of one name, where it speaks of several: "Acme is great, but Umbra never
//! answers" says one thing of Acme and another of Umbra.
//!
//! Between two names the text is cut at the strongest boundary there is, of equals the last: what
//! stands between belongs to the name before ("Acme … They …"). A sentence's end is strongest, then
//! a contrast ("but", "während"), then a comma or dash, then "and". Where there is none ("Acme is
//! worse than Umbra") nothing is cut, and both share the judgement. The idea of judging a target by
//! the clause around it goes back to Hu and Liu 2004; no grammar is read.
//!
//! ```
//! let post = "Acme is great, but Umbra never answers.";
//! let own = text::target::own(post, &[0..4], &[19..24]);
//! assert_eq!(own.as_deref(), Some("Acme is great,"));
//! ```

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Words that set two clauses against each other; the cut is before them.
const CONTRASTS: &[&str] = &[
    "but",
    "while",
    "whereas",
    "though",
    "although",
    "however",
    "yet",
    "unlike",
    "instead",
    "aber",
    "doch",
    "jedoch",
    "während",
    "hingegen",
    "dagegen",
    "sondern",
    "obwohl",
    "allerdings",
    "trotzdem",
    "dafür",
];

/// Words that put two clauses beside each other.
const JOINTS: &[&str] = &["and", "or", "und", "oder", "sowie"];

/// More names than this are not told apart.
const MOST_NAMES: usize = 64;

/// The stretches of `text` that speak of `own` names and not of `others`, joined by spaces.
/// `None`: there are no others, or they cannot be told apart; the whole text counts then.
///
/// Ranges are bytes of the text; those that are none, or cut a character, are left out. Names of
/// both kinds at one place count as own, and others that do not look like names are none.
#[must_use]
pub fn own(text: &str, own: &[Range<usize>], others: &[Range<usize>]) -> Option<String> {
    let names = names(text, own, others);
    if names.iter().all(|name| name.own) || names.iter().all(|name| !name.own) {
        return None;
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut start = 0;
    let mut joined_with_others = false;
    for (i, name) in names.iter().enumerate() {
        let Some(next) = names.get(i + 1) else {
            if name.own && !joined_with_others {
                kept.push(text[start..].trim());
            }
            break;
        };
        if next.own == name.own {
            continue;
        }
        match cut(text, name.range.end, next.range.start) {
            Some(at) => {
                if name.own && !joined_with_others {
                    kept.push(text[start..at].trim());
                }
                start = at;
                joined_with_others = false;
            }
            // One clause speaks of both: it says nothing of one alone.
            None => joined_with_others = true,
        }
    }
    kept.retain(|piece| !piece.is_empty());
    (!kept.is_empty()).then(|| kept.join(" "))
}

struct Name {
    range: Range<usize>,
    own: bool,
}

/// Names in order, without overlaps.
fn names(text: &str, own: &[Range<usize>], others: &[Range<usize>]) -> Vec<Name> {
    let sound =
        |range: &&Range<usize>| range.start < range.end && text.get((*range).clone()).is_some();
    let own: Vec<&Range<usize>> = own.iter().filter(sound).collect();
    let overlaps = |other: &Range<usize>| {
        own.iter().any(|range| range.start < other.end && other.start < range.end)
    };
    let mut names: Vec<Name> = others
        .iter()
        .filter(sound)
        .filter(|other| !overlaps(other) && looks_like_a_name(text, other))
        .map(|range| Name { range: range.clone(), own: false })
        .chain(own.iter().map(|range| Name { range: (*range).clone(), own: true }))
        .collect();
    names.sort_by_key(|name| (name.range.start, name.range.end));
    names.dedup_by(|later, earlier| later.range.start < earlier.range.end);
    names.truncate(MOST_NAMES);
    names
}

/// Written with a capital, or as an account or a hashtag: other words that somebody looks for
/// ("awful", "recall") are no other subject.
fn looks_like_a_name(text: &str, range: &Range<usize>) -> bool {
    let is_sign = |c: char| c == '@' || c == '#';
    text[range.clone()].starts_with(|c: char| c.is_uppercase() || is_sign(c))
        || text[..range.start].ends_with(is_sign)
}

/// Where the text between two names is cut, if it can be.
fn cut(text: &str, from: usize, to: usize) -> Option<usize> {
    let between = text.get(from..to)?;
    sentence_end(between)
        .or_else(|| word(between, CONTRASTS))
        .or_else(|| between.char_indices().rev().find(|(_, c)| ",;–—:".contains(*c)).map(after))
        .or_else(|| word(between, JOINTS))
        .map(|at| from + at)
}

fn after((at, c): (usize, char)) -> usize {
    at + c.len_utf8()
}

/// Behind the last end of a line, or of a sentence: marks, white space, and nothing that goes on
/// in lower case ("e.g. this").
fn sentence_end(between: &str) -> Option<usize> {
    let is_mark = |c: char| ".!?…\"”“»')".contains(c);
    between.char_indices().rev().find_map(|(at, c)| {
        let rest = &between[at + c.len_utf8()..];
        if c == '\n' {
            return Some(at + 1);
        }
        let behind = rest.trim_start_matches(is_mark);
        let next = behind.trim_start();
        let ends = ".!?…".contains(c)
            && next.len() < behind.len()
            && !next.starts_with(char::is_lowercase);
        ends.then_some(between.len() - behind.len())
    })
}

/// Where the last of these words begins.
fn word(between: &str, words: &[&str]) -> Option<usize> {
    between
        .unicode_word_indices()
        .rfind(|(_, word)| words.iter().any(|w| w.eq_ignore_ascii_case(word)))
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Own names are in [square] brackets, others in {curly} ones.
    fn check(marked: &str, expect: Option<&str>) {
        let (mut text, mut names, mut rivals) = (String::new(), Vec::new(), Vec::new());
        let mut start = 0;
        for c in marked.chars() {
            match c {
                '[' | '{' => start = text.len(),
                ']' => names.push(start..text.len()),
                '}' => rivals.push(start..text.len()),
                c => text.push(c),
            }
        }
        assert_eq!(own(&text, &names, &rivals).as_deref(), expect, "{marked}");
    }

    #[test]
    fn each_name_has_its_own_part() {
        check("[Acme] is great. {Umbra} is awful.", Some("Acme is great."));
        check("{Acme} is great. [Umbra] is awful.", Some("Umbra is awful."));
        check("[Acme] is great but {Umbra} is awful", Some("Acme is great"));
        check("{Acme} is great but [Umbra] is awful", Some("but Umbra is awful"));
        check("[Acme] hilft, {Umbra} schweigt", Some("Acme hilft,"));
        check("[Acme] hilft und {Umbra} schweigt", Some("Acme hilft"));
        check("Während {Umbra} schweigt, hilft [Acme].", Some("hilft Acme."));
        check("[Acme]\n{Umbra} is bad", Some("Acme"));
        check("Nice. [Acme] is great. {Umbra} is awful. Bye.", Some("Nice. Acme is great."));
        check("[Acme] ok. {Umbra} bad. [Acme] good.", Some("Acme ok. Acme good."));
        check("[Acme] rang. They were kind. {Umbra} was not.", Some("Acme rang. They were kind."));
    }

    #[test]
    fn what_cannot_be_told_apart_counts_as_a_whole() {
        check("[Acme] is great", None);
        check("{Acme} is great", None);
        check("[Acme] is worse than {Umbra}", None);
        check("nothing here", None);
        check("[Acme] is nice. What an {awful} day", None);
        check("[Acme] is nice. @{umbra} is awful", Some("Acme is nice."));
        check("[Acme] beats {Umbra}. [Acme] is nice.", Some("Acme is nice."));
    }

    #[test]
    fn hostile_ranges_are_left_out() {
        let check = |text: &str, name: Range<usize>, other: Range<usize>| {
            assert_eq!(own(text, std::slice::from_ref(&name), std::slice::from_ref(&other)), None);
        };
        check("äö", 0..1, 2..4);
        check("ab", 5..9, 0..1);
        check("a, b", 0..1, 0..1);
        let every =
            |from: usize| -> Vec<_> { (0..450).map(|i| 6 * i + from).map(|i| i..i + 1).collect() };
        let text = "A. ".repeat(900);
        let told = own(&text, &every(0), &every(3)).unwrap();
        assert_eq!(told.len(), "A. ".repeat(MOST_NAMES / 2).len() - 1);
    }
}
