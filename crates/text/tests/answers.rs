//! What the shipped models answer, and that nothing makes them fail.

use domain::Tone;
use proptest::prelude::*;
use text::model::{MAGIC, Model, VERSION};
use text::{features, language, sentiment};

#[test]
fn languages_are_told() {
    let check = |text: &str, expect: &str| {
        let guess = language::detect(text).unwrap_or_else(|| panic!("unknown: {text:?}"));
        assert_eq!(guess.lang, expect, "{text:?}");
        assert!((0.0..=1.0).contains(&guess.probability), "{text:?}");
    };
    check("Der Zug hat schon wieder eine Stunde Verspätung", "de");
    check("RT @jemand: Vielen Dank für die schnelle Hilfe! #service https://a.example", "de");
    check("Grüezi mitenand, i ha gester es guets Znacht gha", "de");
    check("Worst airline ever, lost my bag again!", "en");
    check("the meeting has been moved to monday", "en");
    check("El tren llega tarde otra vez", "es");
    check("Où est la gare, s'il vous plaît?", "fr");
    check("Il treno è in ritardo anche oggi", "it");
    check("O comboio está atrasado outra vez, que vergonha", "pt");
    check("To jest polskie zdanie o pogodzie", "pl");
    check("Det här är en svensk mening", "sv");
    check("Скажите, когда откроется магазин", "ru");
    check("مرحبا كيف حالك اليوم", "ar");
    check("Hai bhai kya haal hai aap ka", "hi");
    check("आज मौसम बहुत अच्छा है", "hi");
    check("Καλημέρα σας", "el");
    check("שלום לכולם", "he");
    check("สวัสดีครับ", "th");
    check("안녕하세요 여러분", "ko");
    check("今日はいい天気ですね", "ja");
    check("今天天气很好", "zh");
}

#[test]
fn what_cannot_be_told_is_unknown() {
    let check = |text: &str| assert_eq!(language::detect(text), None, "{text:?}");
    check("");
    check(" \n\t");
    check("ok");
    check("12:30 — 4,5 %");
    check("😀😡🚀");
    check("https://www.beispiel.example/der-zug-hat-verspaetung");
    check("@horch #bahn #verspätung");
    check("\u{200b}\u{200d}\u{202e}");
}

#[test]
fn a_language_never_learnt_is_mostly_unknown() {
    let lines = include_str!("strangers.tsv").lines();
    let texts: Vec<&str> = lines.filter_map(|l| l.split_once('\t')).map(|(_, t)| t).collect();
    let taken: Vec<&str> =
        texts.iter().copied().filter(|text| language::detect(text).is_some()).collect();
    assert_eq!(texts.len(), 48);
    assert!(taken.len() * 4 <= texts.len(), "more than a quarter: {taken:#?}");
}

#[test]
fn letters_that_a_language_does_not_write_make_it_unknown() {
    let check = |text: &str, expect: Option<&str>| {
        assert_eq!(language::detect(text).map(|guess| guess.lang), expect, "{text:?}");
    };
    check("Herr Şahin sagte, dass der Zug nach München heute nicht fährt", Some("de"));
    check("سلام، امروز هوا چقدر خوب است و ما به پارک می‌رویم", None);
    check("آج موسم بہت اچھا ہے اور ہم باہر جا رہے ہیں", None);
    check("Наш ўрад сёння зноў абмяркоўваў гэтую праблему і нічога не вырашыў", None);
}

#[test]
fn clear_tones_are_told() {
    let check = |lang: &str, text: &str, expect: Tone| {
        let judged = sentiment::judge(text, Some(lang)).unwrap_or_else(|| panic!("{text:?}"));
        assert_eq!(judged.tone, expect, "{text:?} {judged:?}");
        assert!((0.33..=1.0).contains(&judged.confidence), "{text:?} {judged:?}");
    };
    check("de", "Absolut schlecht, das Produkt kam kaputt an, niemand antwortet.", Tone::Negative);
    check("de", "Ich hasse diesen Laden, nur Lügen und Betrug.", Tone::Negative);
    check("de", "Die App stürzt ständig ab, ich bin total enttäuscht 😡", Tone::Negative);
    check("de", "Schlimm, was da passiert ist. Traurig.", Tone::Negative);
    check("de", "Vielen Dank für die tolle Hilfe, ihr seid super!", Tone::Positive);
    check("de", "Das war ein wunderschöner Abend, danke an alle ❤️", Tone::Positive);
    check("de", "Ich freue mich riesig auf das neue Album, großartig!", Tone::Positive);
    check("de", "Am Dienstag spielt Bremen gegen Köln.", Tone::Neutral);
    check("de", "Betroffen sind rund 3000 Fahrzeuge, teilte das Unternehmen mit.", Tone::Neutral);
    check("en", "Worst airline ever, lost my bag again!", Tone::Negative);
    check("en", "This is terrible, my order never arrived and support ignores me", Tone::Negative);
    check("en", "so disappointed, what a horrible experience", Tone::Negative);
    check("en", "I love this phone, best purchase of the year!", Tone::Positive);
    check("en", "Thank you so much, the staff was amazing and so friendly", Tone::Positive);
    check("en", "What a great day with wonderful people :)", Tone::Positive);
    check("en", "The meeting starts on Monday at 9 am in London.", Tone::Neutral);
}

#[test]
fn a_tone_is_judged_in_known_languages_only() {
    let text = "Worst airline ever, lost my bag again!";
    let check = |lang: Option<&str>, known: bool| {
        assert_eq!(sentiment::judge(text, lang).is_some(), known, "{lang:?}");
    };
    check(None, true);
    check(Some("en"), true);
    check(Some("en-GB"), true);
    check(Some("EN_us"), true);
    check(Some("de"), true);
    check(Some("fr"), false);
    check(Some("ende"), false);
    check(Some(""), false);
    check(Some("ü"), false);
    assert_eq!(sentiment::judge("", Some("de")), None);
    assert_eq!(sentiment::judge("😡😡😡", None), None);
    assert!(sentiment::judge("😡😡😡", Some("de")).is_some());
    assert_eq!(sentiment::judge("¿Dónde está mi maleta?", None), None);
}

#[test]
fn names_and_links_do_not_change_a_tone() {
    let one = sentiment::judge("@airline thanks for nothing https://a.example/1", Some("en"));
    let two = sentiment::judge("@somebody_else thanks for nothing http://b.example", Some("en"));
    assert_eq!(one, two);
}

#[test]
fn of_a_long_text_the_beginning_is_read() {
    let start = "Das ist wirklich schlecht und traurig. ".repeat(300);
    assert!(start.len() > features::READ_BYTES);
    let long = start.clone() + &"This is wonderful, thank you! 😍 ".repeat(10 << 20 >> 5);
    assert!(long.len() > 10 << 20);
    assert_eq!(language::detect(&long), language::detect(&start));
    assert_eq!(sentiment::judge(&long, None), sentiment::judge(&start, None));
    let one_word = "ä".repeat(5 << 20);
    assert!(features::normalise(&one_word).len() <= features::READ_BYTES);
    let _ = language::detect(&one_word);
    assert!(sentiment::judge(&one_word, Some("de")).is_some());
}

#[test]
fn the_weight_files_are_whole() {
    let check = |file: &[u8], classes: usize, bits: u32, at_most: usize| {
        assert_eq!(file[..8], MAGIC);
        assert_eq!(file[8..12], VERSION.to_le_bytes());
        let model = Model::read(file).expect("magic, version, sizes and checksum are right");
        assert_eq!((model.names.len(), model.bits), (classes, bits));
        assert!((0.3..3.0).contains(&model.temperature), "{}", model.temperature);
        assert!(file.len() <= at_most, "{} bytes", file.len());
        let mut broken = file.to_vec();
        let middle = broken.len() / 2;
        broken[middle] ^= 1;
        assert!(Model::read(&broken).is_err(), "a changed weight is noticed");
    };
    check(include_bytes!("../models/language.bin"), 18, 16, 1_300_000);
    check(include_bytes!("../models/sentiment.bin"), 3, 19, 2 << 20);
    let tones = Model::read(include_bytes!("../models/sentiment.bin")).expect("whole").names;
    assert_eq!(tones, Tone::ALL.map(Tone::as_str), "the scores are in the order of the tones");
}

#[test]
fn every_class_is_a_language_code() {
    let mut count = 0;
    for lang in language::known() {
        assert_eq!(lang.len(), 2, "{lang}");
        count += 1;
    }
    assert_eq!(count, 17);
}

proptest! {
    #[test]
    fn no_text_makes_them_fail_or_waver(text in "\\PC*", lang in proptest::option::of("\\PC{0,6}")) {
        let guess = language::detect(&text);
        prop_assert_eq!(guess, language::detect(&text));
        prop_assert!(guess.is_none_or(|g| g.probability > 0.0 && g.probability <= 1.0));
        let judged = sentiment::judge(&text, lang.as_deref());
        prop_assert_eq!(judged, sentiment::judge(&text, lang.as_deref()));
        if let Some(shares) = sentiment::shares(&text) {
            let sum: f32 = shares.iter().sum();
            prop_assert!((sum - 1.0).abs() < 0.01, "{:?}", shares);
        }
    }

    #[test]
    fn nor_do_control_characters_and_marks(chars in proptest::collection::vec(any::<char>(), 0..400)) {
        let text: String = chars.into_iter().collect();
        let _ = (language::detect(&text), sentiment::shares(&text));
        let normal = features::normalise(&text);
        prop_assert!(!normal.starts_with(' ') && !normal.ends_with(' '));
    }
}
