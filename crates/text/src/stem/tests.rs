//! Stems of pairs labelled by hand (`tests/stems.tsv`), of spellings, and of anything.

use proptest::prelude::*;

use super::*;
use crate::words::{fold_german, fold_plain};

#[test]
fn forms_of_one_word_share_a_stem() {
    let check = |lang: &str, held_out: usize, joined: f64, parted: f64| {
        let m = &labels::measure(lang)[held_out];
        assert!(m.same + m.other >= 20, "{m:?}");
        assert!(m.joined as f64 >= joined * m.same as f64, "{m:?}");
        assert!(m.parted as f64 >= parted * m.other as f64, "{m:?}");
    };
    check("de", 0, 0.98, 0.9);
    check("de", 1, 0.9, 0.5);
    check("en", 0, 0.98, 0.94);
    check("en", 1, 0.8, 0.85);
}

#[test]
fn all_spellings_share_a_stem() {
    let check = |word: &str| {
        assert_eq!(stem(word, "de"), stem(&fold_german(word), "de"), "{word}");
    };
    ["läuft", "häuser", "größe", "verspätungen", "maß", "fährst", "übernähme", "schlössern"]
        .iter()
        .for_each(|word| check(word));
    for word in ["verspätungen", "größe", "straßen", "erhöhung", "bücher"] {
        assert_eq!(stem(word, "de"), stem(&fold_plain(word), "de"), "{word}");
    }
}

#[test]
fn other_languages_are_stemmed_or_left() {
    let check = |lang: &str, a: &str, b: &str| assert_eq!(stem(a, lang), stem(b, lang), "{lang}");
    check("fr", "retards", "retard");
    check("es", "trenes", "tren");
    check("it", "ritardi", "ritardo");
    check("pt", "preços", "preço");
    check("nl", "prijzen", "prijzen");
    check("sv", "bilar", "bil");
    check("da", "togene", "togenes");
    check("no", "bilene", "bil");
    check("pl", "pociągami", "pociągam");
    check("ru", "поезда", "поездов");
    check("hu", "házak", "ház");
    check("ar", "كتاب", "الكتاب");
    assert_eq!(stem("bilar", "xx"), "bilar");
    for lang in LANGUAGES {
        assert!(matches!(*lang, "de" | "en") || algorithm(lang).is_some(), "{lang}");
    }
}

proptest! {
    #[test]
    fn nothing_is_too_odd(word in "\\PC{0,40}|[a-zäöüß]{0,40}|(ge|zu|ver|auf|lauf|mach|t|en|ä|ue){0,10}") {
        for lang in LANGUAGES.iter().chain(&["", "xx"]) {
            prop_assert!(stem(&word, lang).len() <= 2 * word.len() + 8);
        }
    }
}
