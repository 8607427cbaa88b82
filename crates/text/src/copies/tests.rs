//! What copies are, by example; and that nothing makes them fail.

use proptest::prelude::*;

use super::*;

const POST: &str = "Train to Hamburg cancelled again, 300 people are waiting in the rain";

#[test]
fn examples() {
    let check = |older: &str, newer: &str, expect: Kinship| {
        let kinship = compare(&Print::of(older), &Print::of(newer));
        assert_eq!(kinship, expect, "{older:?} {newer:?}");
    };
    check(POST, POST, Kinship::Exact);
    check(
        POST,
        "RT @jane: train to #Hamburg cancelled  AGAIN 300 people are waiting in the rain https://a.example/1",
        Kinship::Exact,
    );
    check(
        "Größe fällt, Straße gesperrt, Züge aus",
        "Groesse faellt Strasse gesperrt Zuege aus",
        Kinship::Exact,
    );
    check(
        "BERLIN (agency) - Der Bund zahlt den Bauern mehr",
        "Der Bund zahlt den Bauern mehr",
        Kinship::Exact,
    );
    check(
        POST,
        "Trian to Hambrug cancelled again, 300 people are waiting in the rain",
        Kinship::Near,
    );
    check(
        POST,
        "Train to Hamburg cancelled again, 300 people are waiting in the ra…",
        Kinship::Near,
    );
    check(POST, "Train to Hamburg cancelled again, 300 people", Kinship::Shortened);
    check(
        POST,
        "BREAKING +++ just in, we are told: train to Hamburg cancelled again, 300 people are waiting in the rain",
        Kinship::Framed,
    );
    check(
        POST,
        "Why do they never learn, this happens every single week: train to Hamburg cancelled again, 300 people are waiting in the rain. I am so done with this company",
        Kinship::Quoted,
    );
    check(
        POST,
        "Train to Hamburg cancelled again, 400 people are waiting in the rain",
        Kinship::None,
    );
    check(
        POST,
        "Train to Bremen cancelled again, 300 people are waiting in the rain",
        Kinship::None,
    );
    check("Drei Tote bei Unfall auf der A7", "Fünf Tote bei Unfall auf der A7", Kinship::None);
    check(
        "The CDU wins the vote in the north",
        "The CSU wins the vote in the north",
        Kinship::None,
    );
    check("good morning all", "good mornign all", Kinship::None);
    check("good morning all", "Good morning, all!", Kinship::Exact);
    check("", "", Kinship::None);
    check("😀😀", "😀😀", Kinship::None);
    check("今日はとても良い天気ですね散歩", "今日はとても良い天気ですね散歩！", Kinship::Exact);
}

/// A longer text: sentences of made-up words, in which no two shingles are alike.
fn long(from: u32, words: u32) -> String {
    let word = |i: u32| {
        let letter = |k: u32| char::from(b'a' + (print::mix(u64::from(i * 8 + k)) % 26) as u8);
        (0..7).map(letter).collect::<String>()
    };
    (from..from + words).map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn longer_texts() {
    let check = |newer: &str, expect: Kinship| {
        let kinship = compare(&Print::of(&long(0, 200)), &Print::of(newer));
        assert_eq!(kinship, expect, "{newer:?}");
    };
    check(&long(0, 200), Kinship::Exact);
    check(&long(0, 199), Kinship::Near);
    check(&long(0, 80), Kinship::Shortened);
    check(&long(0, 30), Kinship::Shortened);
    check(&long(0, 20), Kinship::Shortened);
    check(&format!("{} {}", long(900, 80), long(0, 200)), Kinship::Framed);
    check(&format!("{} {}", long(900, 200), long(0, 150)), Kinship::Quoted);
    check(&long(300, 200), Kinship::None);
    check(&long(300, 20), Kinship::None);
    let with = |number: &str| format!("{} {number} {}", long(0, 100), long(100, 100));
    assert_eq!(compare(&Print::of(&with("17")), &Print::of(&with("18"))), Kinship::None);
}

#[test]
fn prints_are_kept_as_bytes() {
    for text in [POST, &long(0, 200), ""] {
        let print = Print::of(text);
        assert_eq!(Print::from_bytes(&print.to_bytes()), Some(print));
    }
    assert_eq!(Print::from_bytes(&[0; 10]), None);
    // Kept in databases: it may not change without a new column.
    assert_eq!(Print::of(POST).exact(), 14_063_881_855_993_436_537);
}

#[test]
fn an_index_finds_the_closest() {
    let mut index = Index::new();
    assert_eq!(index.find(&Print::of(POST)), None);
    let texts = [POST.to_owned(), format!("{POST} tonight"), long(0, 200), "good morning".into()];
    (10..).zip(&texts).for_each(|(id, text)| index.add(id, Print::of(text)));
    let check = |index: &Index, text: &str, expect: Option<(u64, Kinship)>| {
        assert_eq!(index.find(&Print::of(text)), expect, "{text:?}");
    };
    check(&index, POST, Some((10, Kinship::Exact)));
    check(&index, &format!("{POST} tonight!"), Some((11, Kinship::Exact)));
    check(&index, &format!("{POST} today"), Some((10, Kinship::Near)));
    check(&index, &long(0, 190), Some((12, Kinship::Near)));
    check(&index, "Good morning!", Some((13, Kinship::Exact)));
    check(&index, "something else altogether is said here", None);
    assert!(index.remove(10));
    assert!(!index.remove(10));
    check(&index, POST, Some((11, Kinship::Near)));
    index.add(11, Print::of("good evening"));
    check(&index, POST, None);
    assert_eq!(index.len(), 3);
}

#[test]
fn an_index_grows_and_shrinks() {
    let mut index = Index::new();
    let print = |i: u64| Print::of(&long(i as u32 * 7, 20));
    (0..5000).for_each(|i| index.add(i, print(i)));
    assert!((0..5000).all(|i| index.find(&print(i)) == Some((i, Kinship::Exact))));
    assert!((0..5000).filter(|i| i % 3 > 0).all(|i| index.remove(i)));
    for i in 0..5000 {
        let found = index.find(&print(i)).filter(|(_, kinship)| *kinship == Kinship::Exact);
        assert_eq!(found, (i % 3 == 0).then_some((i, Kinship::Exact)));
    }
    let before = index.bytes();
    (0..3000).filter(|i| i % 3 > 0).for_each(|i| index.add(i, print(i)));
    assert_eq!(index.bytes(), before, "the room of what was taken out is used again");
}

#[test]
fn a_flood_of_one_text_costs_no_more() {
    let mut index = Index::new();
    for i in 0..3000 {
        index.add(i, Print::of(&format!("{POST} and {}", long(i as u32, 2))));
        index.add(10_000 + i, Print::of(POST));
    }
    let found = index.find(&Print::of(&format!("{POST} once more")));
    assert!(found.is_some_and(|(_, kinship)| kinship.is_copy()), "{found:?}");
    assert!((0..3000).all(|i| index.remove(i) && index.remove(10_000 + i)));
    assert!(index.is_empty());
    assert_eq!(index.find(&Print::of(POST)), None);
}

#[test]
fn hostile_texts() {
    let texts = [
        "a".repeat(10_000_000),
        "ab ".repeat(3_000_000),
        "\u{200b}\u{200d}\u{feff}\u{202e}".repeat(1000),
        "😀👩‍💻".repeat(1000),
        "مرحبا بالعالم ".repeat(1000),
        "é\u{301}\u{301}".repeat(100_000),
        String::from_utf8_lossy(&[0xff, 0xfe, 0x00, 0x41].repeat(1000)).into_owned(),
        "( ) – ".repeat(100),
    ];
    let mut index = Index::new();
    for (i, text) in (0..).zip(&texts) {
        let print = Print::of(text);
        for other in &texts {
            let _ = compare(&print, &Print::of(other));
        }
        index.add(i, print);
        let _ = index.find(&print);
    }
}

proptest! {
    #[test]
    fn any_text_is_its_own_copy(text in "\\PC{0,200}") {
        let print = Print::of(&text);
        let expect = if print.words() > 0 { Kinship::Exact } else { Kinship::None };
        prop_assert_eq!(compare(&print, &print), expect);
    }

    #[test]
    fn any_bytes_are_compared(a in prop::array::uniform28(0_u16..), b in prop::array::uniform28(0_u16..)) {
        let print = |row: &[u16]| {
            let bytes: Vec<u8> = row.iter().flat_map(|word| word.to_le_bytes()).collect();
            Print::from_bytes(&bytes).unwrap()
        };
        let _ = compare(&print(&a), &print(&b));
        let mut index = Index::new();
        index.add(1, print(&a));
        let _ = index.find(&print(&b));
        prop_assert!(index.remove(1));
    }
}
