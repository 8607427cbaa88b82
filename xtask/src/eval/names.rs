//! `cargo xtask eval names`: names in posts labelled by hand. Needs no data folder.

use std::collections::BTreeMap;
use std::time::Instant;

use text::names::{Kind, names};

use super::Figures;

const SETS: [(&str, &str); 2] = [
    ("de", include_str!("../../../crates/text/tests/names/de.tsv")),
    ("en", include_str!("../../../crates/text/tests/names/en.tsv")),
];

/// How often the posts are read for the time of one.
const ROUNDS: usize = 50;

#[derive(Default)]
struct Tally {
    wanted: usize,
    /// At the same bytes, of the same kind.
    found: usize,
    /// At the same bytes, of any kind.
    seen: usize,
    said: usize,
}

/// Prints and keeps the figures.
pub(super) fn find_names(figures: &mut Figures) {
    println!("# Names\n");
    println!("posts          kind             wanted  recall  of any kind  told  precision");
    for part in ["building", "held out"] {
        for (lang, table) in SETS {
            let mut tallies: BTreeMap<Kind, Tally> = BTreeMap::new();
            for (text, labels) in posts(table, part) {
                count(text, labels, lang, &mut tallies);
            }
            for (kind, tally) in &tallies {
                row(&format!("{lang} {part}"), &format!("{kind:?}"), tally);
            }
            // A guess that does not say of what is no answer that could be wrong.
            let told = tallies.iter().filter(|(kind, _)| **kind != Kind::Unknown);
            let all = told.fold(Tally::default(), |a, (_, b)| Tally {
                wanted: a.wanted + b.wanted,
                found: a.found + b.found,
                seen: a.seen + b.seen,
                said: a.said + b.said,
            });
            row(&format!("{lang} {part}"), "all but unknown", &all);
            if part == "held out" {
                let share = |a: usize, b: usize| a as f64 / b.max(1) as f64;
                let (precision, recall) =
                    (share(all.found, all.said), share(all.found, all.wanted));
                figures.at_least(
                    &format!("names {lang}, held out, precision"),
                    precision,
                    "share",
                    0.8,
                );
                figures.at_least(&format!("names {lang}, held out, recall"), recall, "share", 0.75);
            }
        }
    }
    let texts: Vec<(&str, &str)> = SETS
        .iter()
        .flat_map(|(lang, table)| posts(table, "building").map(|(text, _)| (text, *lang)))
        .collect();
    let start = Instant::now();
    let total: usize =
        (0..ROUNDS).flat_map(|_| &texts).map(|(text, lang)| names(text, lang).len()).sum();
    std::hint::black_box(total);
    let each = start.elapsed().as_secs_f64() * 1e6 / (ROUNDS * texts.len()) as f64;
    figures.at_most("names, a post", each, "µs", 50.0);
}

/// The texts of one half, with their labels.
fn posts<'t>(table: &'t str, part: &str) -> impl Iterator<Item = (&'t str, &'t str)> {
    table.lines().filter_map(move |line| {
        let mut cells = line.split('\t');
        (cells.next() == Some(part)).then_some((cells.next()?, cells.next()?))
    })
}

fn count(text: &str, labels: &str, lang: &str, tallies: &mut BTreeMap<Kind, Tally>) {
    let labels = labels.split(';').filter_map(|label| label.split_once(':'));
    let mut wanted: Vec<(Kind, usize, usize)> = Vec::new();
    for (kind, name) in labels {
        let kind = match kind {
            "person" => Kind::Person,
            "org" => Kind::Organisation,
            "place" => Kind::Place,
            "product" => Kind::Product,
            _ => Kind::Number,
        };
        let start = text.find(name).unwrap_or_default();
        wanted.push((kind, start, start + name.len()));
    }
    let found = names(text, lang);
    for &(kind, start, end) in &wanted {
        let same = found.iter().find(|name| name.range == (start..end));
        let tally = tallies.entry(kind).or_default();
        tally.wanted += 1;
        tally.seen += usize::from(same.is_some());
        tally.found += usize::from(same.is_some_and(|name| name.kind == kind));
    }
    let told = |kind: Kind| !matches!(kind, Kind::Account | Kind::Topic);
    for name in found.iter().filter(|name| told(name.kind)) {
        tallies.entry(name.kind).or_default().said += 1;
    }
}

fn row(posts: &str, kind: &str, tally: &Tally) {
    let share = |part: usize, of: usize| match of {
        0 => "–".to_owned(),
        _ => format!("{:.2}", part as f64 / of as f64),
    };
    println!(
        "{posts:14} {kind:16} {:6}  {:>6}  {:>11}  {:4}  {:>9}",
        tally.wanted,
        share(tally.found, tally.wanted),
        share(tally.seen, tally.wanted),
        tally.said,
        share(tally.found, tally.said),
    );
}
