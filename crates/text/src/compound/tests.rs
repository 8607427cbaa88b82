//! The splitter against words labelled by hand (`tests/german/compounds.tsv`).

use proptest::prelude::*;

use super::*;

#[test]
fn everyday_words_are_split() {
    let check = |word: &str, expect: &[&str]| assert_eq!(parts(word), expect, "{word}");
    check("bahnhof", &["bahn", "hof"]);
    check("bahnhofsuhr", &["bahnhof", "bahn", "hof", "uhr"]);
    check("bahnstreik", &["bahn", "streik"]);
    check("gehaltserhöhung", &["gehalt", "erhöhung"]);
    check("gehaltserhoehung", &["gehalt", "erhoehung"]);
    check("straßenbahn", &["straße", "bahn"]);
    check("strassenbahn", &["strasse", "bahn"]);
    check("windowsabsturz", &["windows", "absturz"]);
}

#[test]
fn prefixes_and_endings_are_no_parts() {
    let check = |word: &str| assert!(parts(word).is_empty(), "{word}: {:?}", parts(word));
    ["anbahnen", "verwaltung", "überraschung", "freundlichkeit", "gesellschaft", "freitag"]
        .iter()
        .for_each(|word| check(word));
    ["", "bahn", "zug", "bahn-hof", "bahnhof2", "вокзал", "北京市政府大楼", "\u{ad}bahnhof"]
        .iter()
        .for_each(|word| check(word));
    check(&"bahnhof".repeat(20));
}

/// Words right in all, found parts of those wanted, right parts of those found.
#[test]
fn most_labelled_words_are_right() {
    let [dev, held_out] = crate::compound::labels::measure();
    for (part, exact, recall, precision) in [(dev, 0.95, 0.95, 0.97), (held_out, 0.94, 0.94, 0.97)]
    {
        assert!(part.words >= 80);
        assert!(part.exact() >= exact, "{part:?}");
        assert!(part.recall() >= recall, "{part:?}");
        assert!(part.precision() >= precision, "{part:?}");
    }
}

proptest! {
    #[test]
    fn parts_are_pieces_of_any_text(word in "\\PC{0,80}|[a-zäöüß]{0,70}|(bahn|hof|s|en|ä){0,20}") {
        let found = parts(&word);
        prop_assert!(found.len() <= 2 * MOST_LETTERS / LEAST_PART);
        for part in found {
            prop_assert!(word.contains(part));
            prop_assert!(part.chars().count() >= LEAST_PART && part.len() < word.len());
        }
    }
}
