//! The encoder says what its training framework says, always the same, and nothing makes it fail.

use std::time::Instant;

use domain::Tone;
use proptest::prelude::*;
use text::encoder::{Embedding, Encoder, MOST_PIECES, Reading, WIDE};
use text::sentiment;

/// Per text what `tools/train/encoder/export.py` computed with the same weights in PyTorch: pieces,
/// scores in 1/10,000, embedding in 1/100,000.
const PARITY: &str = include_str!("encoder/parity.tsv");

const FILE: &[u8] = include_bytes!("../models/encoder.bin");

fn one(text: &str) -> Reading {
    Encoder::shared().read(&[text]).remove(0)
}

fn numbers<T: std::str::FromStr>(cell: &str) -> Vec<T> {
    cell.split(' ').filter_map(|number| number.parse().ok()).collect()
}

#[test]
fn the_training_framework_says_the_same() {
    let mut least = 1f32;
    for line in PARITY.lines() {
        let [text, pieces, scores, embedding] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four cells: {line:?}");
        };
        assert_eq!(Encoder::shared().pieces(text), numbers::<u32>(pieces), "{text:?}");
        let read = one(text);
        let expect = Embedding(numbers(embedding).into_iter().map(|n: f32| n / 1e5).collect());
        least = least.min(read.embedding.likeness(&expect) / expect.likeness(&expect).sqrt());
        let scores = numbers::<f32>(scores);
        for (own, expect) in read.scores.unwrap_or_default().iter().zip(scores) {
            let known = read.scores.is_some();
            assert!(!known || (own - expect / 1e4).abs() < 0.02, "{text:?} {own} {expect}");
        }
    }
    assert_eq!(PARITY.lines().count(), 43);
    assert!(least >= 0.9999, "cosine {least}");
    eprintln!("least cosine {least}");
}

#[test]
fn the_shipped_file_is_whole() {
    assert_eq!(text::encoder::verify(FILE), Ok(()));
    assert!(FILE.len() <= 32_000_000, "{}", FILE.len());
}

#[test]
fn what_is_alike_lies_near() {
    let check = |text: &str, near: &str, far: &str| {
        let read = Encoder::shared().embed(&[text, near, far]);
        let (near, far) = (read[0].likeness(&read[1]), read[0].likeness(&read[2]));
        assert!(near > far + 0.1, "{text:?}: {near} {far}");
    };
    check("Der Zug hat Verspätung", "The train is late", "Der Kuchen ist fertig");
    check("Le ministre démissionne", "Der Minister tritt zurück", "Le chat dort");
    check("Recall of 500 cars", "Rückruf von 500 Autos", "The weather is fine");
    check("Поезд опаздывает", "The train is late", "Пирог готов");
}

#[test]
fn tones_are_told_in_seven_languages() {
    let check = |text: &str, lang: &str, expect: Tone| {
        let judged = sentiment::judge_many(&[text], &[Some(lang)]).remove(0);
        assert_eq!(judged.map(|j| j.tone), Some(expect), "{text:?} {judged:?}");
    };
    check("Schon wieder kaputt, was für ein Mist 😡", "de-AT", Tone::Negative);
    check("Vielen lieben Dank, das ist großartig!", "de", Tone::Positive);
    check("Worst airline ever, lost my bag again!", "en", Tone::Negative);
    check("Quel service lamentable, je suis déçue", "fr", Tone::Negative);
    check("Che bella giornata, sono felicissima!", "it", Tone::Positive);
    check("¡Me encanta, muchísimas gracias!", "es_MX", Tone::Positive);
    check("Que porcaria de atendimento, nunca mais", "pt", Tone::Negative);
    check("شكرا لكم على هذا العمل الرائع", "ar", Tone::Positive);
    let unknown = sentiment::judge_many(&["To jest okropne", "", "😀"], &[Some("pl"), Some("de")]);
    assert_eq!(unknown[..2], [None, None]);
}

#[test]
fn many_are_judged_as_one_by_one_is() {
    let lines: Vec<&str> = PARITY.lines().filter_map(|line| line.split('\t').next()).collect();
    let together = Encoder::shared().read(&lines);
    for (text, read) in lines.iter().zip(&together) {
        assert_eq!(one(text), *read, "{text:?}");
    }
    assert_eq!(
        Encoder::shared().tone(&lines).iter().flatten().count(),
        together.iter().filter(|read| read.scores.is_some()).count()
    );
}

#[test]
fn what_was_read_before_changes_no_answer() {
    for text in PARITY.lines().filter_map(|line| line.split('\t').next()) {
        let fresh = Encoder::of(FILE).expect("the shipped file is whole");
        assert_eq!(fresh.read(&[text]).remove(0), one(text), "{text:?}");
        assert_eq!(fresh.read(&[text]).remove(0), one(text), "{text:?}");
    }
}

#[test]
fn what_says_nothing_is_unknown() {
    let check = |text: &str| assert_eq!(one(text).scores, None, "{text:?}");
    check("");
    check(" \n\t\u{200b}");
    check("\u{10ffff}");
    check("这是一个测试");
}

#[test]
fn odd_texts_are_read() {
    let check = |text: &str| {
        let pieces = Encoder::shared().pieces(text).len();
        assert!((2..=MOST_PIECES).contains(&pieces), "{pieces}");
        let Embedding(numbers) = one(text).embedding;
        assert_eq!(numbers.len(), WIDE);
        assert!((numbers.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-4);
    };
    check("");
    check("😀😡🚀👍🏽👩‍👩‍👧");
    check("مرحبا \u{202e}abc\u{202c} שלום");
    check("\u{200b}\u{200d}\u{feff}");
    check(&"ä".repeat(5_000_000));
    check(&"wort ".repeat(2_000_000));
    check(&"a".repeat(10_000_000));
    check(&" ".repeat(10_000_000));
}

#[test]
fn a_long_text_costs_no_more_than_its_beginning() {
    let long = "Der Zug ist schon wieder zu spät. ".repeat(300_000);
    let start = Instant::now();
    assert_eq!(one(&long), one(&long[..8192]));
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_makes_it_fail(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let text = String::from_utf8_lossy(&bytes);
        let read = one(&text);
        prop_assert_eq!(read.embedding.0.len(), WIDE);
        prop_assert!(read.embedding.0.iter().all(|x| x.is_finite()));
        if let Some(shares) = Encoder::shared().tone(&[&text])[0] {
            prop_assert!((shares.iter().sum::<f32>() - 1.0).abs() < 0.003);
        }
    }

    #[test]
    fn no_weight_file_makes_it_fail(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Encoder::of(&bytes).is_err());
    }
}
