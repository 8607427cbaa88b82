//! Shapes of words: wildcards, words a few letters away, expressions.

use regex::{Regex, RegexBuilder};

/// Memory that one compiled expression may take, in bytes.
pub(crate) const REGEX_BYTES: usize = 1 << 20;

/// A shape that single words may have.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    /// `*` any letters, `?` one.
    Wildcard(String),
    /// A word at most so many edits away.
    Fuzzy(String, u8),
    /// A whole word; `None` where the expression is no good, which the parser refuses.
    Regex(String, Option<Box<Regex>>),
}

impl Pattern {
    pub fn regex(expression: &str) -> Pattern {
        Pattern::Regex(expression.to_owned(), compile(expression).ok().map(Box::new))
    }

    /// Two patterns of the same key are the same.
    pub fn key(&self) -> String {
        match self {
            Pattern::Wildcard(pattern) => format!("w{pattern}"),
            Pattern::Fuzzy(word, edits) => format!("f{edits}{word}"),
            Pattern::Regex(expression, _) => format!("r{expression}"),
        }
    }

    pub fn fits(&self, key: &str) -> bool {
        match self {
            Pattern::Wildcard(pattern) => is_wildcard(pattern, key),
            Pattern::Fuzzy(word, edits) => is_near(word, key, usize::from(*edits)),
            Pattern::Regex(_, regex) => regex.as_ref().is_some_and(|regex| regex.is_match(key)),
        }
    }
}

/// Compiles an expression for whole words. A bracket within brackets stands for itself.
///
/// # Errors
/// It is no expression, or it is too big.
pub(crate) fn compile(expression: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!("^(?:{})$", with_flat_classes(expression)))
        .size_limit(REGEX_BYTES)
        .dfa_size_limit(REGEX_BYTES)
        .case_insensitive(true)
        .nest_limit(64)
        .build()
}

/// The expression with `[` inside of `[…]` as a letter like any other, as elsewhere than in Rust: a
/// class within a class within a class takes ten milliseconds for each of them to compile.
fn with_flat_classes(expression: &str) -> String {
    let mut flat = String::with_capacity(expression.len() + 4);
    let mut inside = false;
    let mut rest = expression.chars();
    while let Some(c) = rest.next() {
        let named = || rest.as_str().strip_prefix(':').and_then(|name| name.find(":]"));
        match c {
            '\\' => {
                flat.push(c);
                flat.extend(rest.next());
                continue;
            }
            '[' if !inside => {
                inside = true;
                flat.push(c);
                // A `]` that comes first is a letter.
                for first in ['^', ']'] {
                    if rest.as_str().starts_with(first) {
                        flat.extend(rest.next());
                    }
                }
                continue;
            }
            '[' => match named() {
                // [:alpha:]
                Some(end) => {
                    let (name, behind) = rest.as_str().split_at(end + 3);
                    flat.push(c);
                    flat.push_str(name);
                    rest = behind.chars();
                    continue;
                }
                None => flat.push('\\'),
            },
            ']' => inside = false,
            _ => {}
        }
        flat.push(c);
    }
    flat
}

/// Greedy with one step back: linear for what people write, never worse than pattern × word.
fn is_wildcard(pattern: &str, word: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let word: Vec<char> = word.chars().collect();
    let (mut p, mut w) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while w < word.len() {
        match pattern.get(p) {
            Some('*') => {
                back = Some((p, w));
                p += 1;
            }
            Some(c) if *c == '?' || *c == word[w] => {
                p += 1;
                w += 1;
            }
            _ => {
                let Some((star, from)) = back else { return false };
                back = Some((star, from + 1));
                p = star + 1;
                w = from + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// Optimal string alignment distance at most `most`: letters put in, left out, changed, or two
/// neighbours swapped.
fn is_near(a: &str, b: &str, most: usize) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return false;
    }
    let (mut before, mut last): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..=b.len()).collect());
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        if row.iter().all(|edits| *edits > most) {
            return false;
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()] <= most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let wild = |pattern: &str, word: &str| Pattern::Wildcard(pattern.into()).fits(word);
        assert!(wild("mid?dle", "midddle") && !wild("mid?dle", "middle"));
        assert!(wild("*bahn", "s-bahn") && wild("*bahn", "bahn") && !wild("*bahn", "bahnhof"));
        assert!(wild("a*b*c", "axxbyybc") && !wild("a*b*c", "axxbyybd") && wild("*", ""));
        let near = |word: &str, n, other: &str| Pattern::Fuzzy(word.into(), n).fits(other);
        assert!(near("roam", 1, "foam") && near("roam", 1, "raom") && near("roam", 1, "roams"));
        assert!(!near("roam", 1, "rams") && near("roam", 2, "rams") && !near("roam", 2, "zoo"));
        let regex = |expression: &str, word: &str| Pattern::regex(expression).fits(word);
        assert!(regex("win(dows)?", "windows") && !regex("win(dows)?", "window"));
        assert!(!regex("(", "("));
    }

    #[test]
    fn a_bracket_within_brackets_is_a_letter() {
        for (expression, flat) in [
            ("[ab]c", "[ab]c"),
            ("[[a]b", "[\\[a]b"),
            ("[^[[^a]]b", "[^\\[\\[^a]]b"),
            ("[]a[]b", "[]a\\[]b"),
            ("[^]a]", "[^]a]"),
            ("[[:alpha:]_]", "[[:alpha:]_]"),
            ("[[:a]", "[\\[:a]"),
            ("\\[a[b\\][]", "\\[a[b\\]\\[]"),
        ] {
            assert_eq!(with_flat_classes(expression), flat, "{expression}");
        }
        assert!(Pattern::regex("[[a]b").fits("[b") && Pattern::regex("[[:alpha:]]").fits("x"));
    }
}
