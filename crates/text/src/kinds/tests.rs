use super::*;

/// Kinds of a text whose tone is not known.
fn check(text: &str, lang: &str, expect: &[Kind]) {
    let found = find(text, lang, None);
    let kinds: Vec<Kind> = found.iter().map(|found| found.kind).collect();
    assert_eq!(kinds, expect, "{text:?}: {found:?}");
    for cue in found.iter().flat_map(|found| &found.cues) {
        assert!(text.get(cue.clone()).is_some(), "{text:?}: {cue:?}");
    }
}

#[test]
fn posts_are_of_kinds() {
    check("Please sign the petition against the closing!", "en", &[Kind::Call]);
    check("Weiß jemand, ob der Laden heute offen hat?", "de", &[Kind::Question]);
    check("Good morning everyone", "en", &[]);
    check("Guten Morgen zusammen", "de", &[]);
    check("Angeblich schließt das Werk im Frühjahr", "de", &[Kind::Claim]);
}

#[test]
fn a_language_that_was_not_measured_has_none() {
    check("Pourquoi le train ne part pas ?", "fr", &[]);
}

#[test]
fn hostile_texts_have_no_kinds() {
    for lang in LANGUAGES {
        for text in ["", "???", "😡😡😡", "\u{200b}\u{200d}", "שלום", "http://x.example/?a=b?"]
        {
            check(text, lang, &[]);
        }
        let long = "idiot ".repeat(200_000);
        assert!(find(&long, lang, None).len() <= Kind::ALL.len());
    }
}

#[test]
fn the_same_without_reasons() {
    let text = "Worst service ever, can you help?";
    let kinds: Kinds = find(text, "en", None).iter().map(|found| found.kind).collect();
    assert_eq!(of(text, "en", None), kinds);
}
