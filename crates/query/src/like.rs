//! What a misspelt name was probably meant to be.

use crate::fields::{FieldName, NumberField};

/// Names of other tools and of other languages, and ours.
const OTHERS: [(&str, &str); 34] = [
    ("from", "author"),
    ("user", "author"),
    ("username", "author"),
    ("to", "mention"),
    ("mentions", "mention"),
    ("language", "lang"),
    ("sprache", "lang"),
    ("domain", "site"),
    ("host", "site"),
    ("domainurl", "site"),
    ("website", "site"),
    ("text", "body"),
    ("content", "body"),
    ("headline", "title"),
    ("titel", "title"),
    ("ingress", "lead"),
    ("links", "link"),
    ("location", "country"),
    ("land", "country"),
    ("sourcecountry", "country"),
    ("sourcetype", "channel"),
    ("kanal", "channel"),
    ("hashtags", "hashtag"),
    ("subreddit", "community"),
    ("gruppe", "community"),
    ("authorfollowers", "followers"),
    ("authorfollowerscount", "followers"),
    ("date", "published"),
    ("datum", "published"),
    ("reichweite", "reach"),
    ("stimmung", "sentiment"),
    ("tonality", "sentiment"),
    ("liste", "list"),
    ("wort", "stem"),
];

/// The field that `name` (lower case) was probably meant to be.
pub(crate) fn field_like(name: &str) -> Option<&'static str> {
    if let Some((_, ours)) = OTHERS.iter().find(|(other, _)| *other == name) {
        return Some(ours);
    }
    let fields = FieldName::ALL.into_iter().map(FieldName::as_str);
    let numbers = NumberField::ALL.into_iter().map(NumberField::as_str);
    let rest = ["is", "has", "stem", "part", "query", "watch", "list"];
    nearest(name, fields.chain(numbers).chain(rest).map(|name| (name, name)))
}

/// The operator that a word in capitals was probably meant to be: in German, or misspelt.
pub(crate) fn operator_like(name: &str, number: Option<&str>) -> Option<String> {
    if let Some(number) = number.filter(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    {
        let ours = ["NEAR", "ONEAR", "NOTNEAR"].map(|name| (name, name));
        return nearest(name, ours.into_iter()).map(|near| format!("{near}/{number}"));
    }
    let near = match name {
        "UND" => "AND",
        "ODER" => "OR",
        "NICHT" | "ANDNOT" => "NOT",
        _ if number.is_some() || name.len() < 6 => return None,
        _ => {
            let ours = ["SENTENCE", "OSENTENCE", "PARAGRAPH", "OPARAGRAPH", "NOTNEAR"];
            nearest(name, ours.into_iter().map(|name| (name, name)))?
        }
    };
    Some(near.to_owned())
}

/// The candidate that at most two slips of the pen part from `word` (one, in short words).
pub(crate) fn nearest<T>(word: &str, all: impl Iterator<Item = (&'static str, T)>) -> Option<T> {
    let most = if word.chars().count() < 5 { 1 } else { 2 };
    all.map(|(name, value)| (slips(word, name), value))
        .filter(|(slips, _)| *slips <= most)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, value)| value)
}

/// Levenshtein's distance.
fn slips(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let here = (diagonal + usize::from(x != *y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = here;
        }
    }
    row[b.len()]
}
