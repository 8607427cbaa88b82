//! Names by example; and that nothing makes them fail.

use proptest::prelude::*;

use super::*;

/// Every name as `Kind:text`.
fn check(text: &str, lang: &str, expect: &str) {
    let found: Vec<String> = names(text, lang)
        .iter()
        .map(|name| format!("{:?}:{}", name.kind, &text[name.range.clone()]))
        .collect();
    assert_eq!(found.join("|"), expect, "{text:?}");
}

#[test]
fn german_names() {
    check(
        "Gestern sprach Angela Merkel in Berlin über Europa.",
        "de",
        "Person:Angela Merkel|Place:Berlin|Place:Europa",
    );
    check("Der Hund frisst den Kuchen im Garten.", "de", "");
    check("Bundeskanzler Scholz reist nach Polen", "de", "Person:Scholz|Place:Polen");
    check(
        "Ursula von der Leyen leitet die EU-Kommission",
        "de",
        "Person:Ursula von der Leyen|Organisation:EU-Kommission",
    );
    check("Die Infineon Technologies AG wächst", "de", "Organisation:Infineon Technologies AG");
    check("Das Essen in Essen war gut", "de", "Place:Essen");
    check("Deutschlands Züge", "de", "Place:Deutschlands");
}

#[test]
fn english_names() {
    check("Yesterday Barack Obama spoke in Chicago.", "en", "Person:Barack Obama|Place:Chicago");
    check("This is a great day for all of us.", "en", "");
    check(
        "The University of Oxford and Delta Air Lines agree",
        "en",
        "Organisation:University of Oxford|Organisation:Delta Air Lines",
    );
    check(
        "I love my iPhone 15 Pro and my Galaxy S24",
        "en",
        "Product:iPhone 15 Pro|Product:Galaxy S24",
    );
    check("Microsoft's Windows 11 crashed", "en", "Organisation:Microsoft|Product:Windows 11");
    check("hey @jane look #sunset", "en", "Account:@jane|Topic:#sunset");
    check("They paid $3.5 million", "en", "Number:$3.5 million");
}

#[test]
fn normal_forms() {
    let check = |text: &str, lang: &str, expect: &str| {
        let found: Vec<String> = names(text, lang).into_iter().map(|name| name.normal).collect();
        assert_eq!(found.join("|"), expect, "{text:?}");
    };
    check("Er wohnt in München.", "de", "Munich");
    check("Österreichs Bahnen", "de", "Austria");
    check("VW zahlt 3,5 Mio. Euro", "de", "Volkswagen|3500000 EUR");
}

#[test]
fn hostile_texts() {
    let texts = [
        "A".repeat(10_000_000),
        "A-".repeat(1_000_000),
        "Anna ".repeat(1_000_000),
        "New York ".repeat(100_000),
        "1,".repeat(100_000),
        "€".repeat(100_000),
        "\u{200b}\u{200d}\u{feff}\u{202e}".repeat(1000),
        "😀👩‍💻".repeat(1000),
        "مرحبا بالعالم ".repeat(1000),
        "É\u{301}\u{301} ".repeat(10_000),
        "ǅ İ ß ẞ ﬁ ŉ ".repeat(1000),
        String::from_utf8_lossy(&[0xff, 0xfe, 0x00, 0x41].repeat(1000)).into_owned(),
    ];
    for text in &texts {
        for lang in ["de", "en", ""] {
            holds(text, lang);
        }
    }
}

fn holds(text: &str, lang: &str) {
    let found = names(text, lang);
    assert!(found.len() <= MOST_NAMES);
    let mut end = 0;
    for name in found {
        assert!(end <= name.range.start && name.range.start < name.range.end);
        assert!(text.get(name.range.clone()).is_some() && !name.normal.is_empty());
        end = name.range.end;
    }
}

proptest! {
    #[test]
    fn never_panics(text in "\\PC{0,80}") {
        holds(&text, "de");
        holds(&text, "en");
    }

    #[test]
    fn never_panics_on_what_names_are_made_of(
        text in "(Anna|von|der|Dr\\.|Herr|AG|Berlin|New|York|S24|11|3,5|Mio\\.|€|%|in|of|[A-Z]| |-|'s|’s|\\.|:|\"|é|ẞ){0,30}",
    ) {
        holds(&text, "de");
        holds(&text, "en");
        holds(&text, "fr");
    }
}
