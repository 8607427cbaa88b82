//! Which language a short text is written in, with "unknown" as an answer.
//!
//! Where a script decides (Greek, Hebrew, Thai, Korean, kana …) the letters are counted. Texts
//! in Latin, Cyrillic and Arabic letters are told apart by a linear model over hashed character
//! n-grams and words, trained by `cargo xtask train language`. It knows few languages: words with
//! letters that the guessed one does not write, and a class learnt from made-up texts, keep it
//! from taking every other language for one of them. The model card in
//! `docs/model-cards/language.md` states its data, quality and limits.

use std::sync::LazyLock;

use crate::features;
use crate::model::{Model, probabilities};
use crate::script::{self, Mix, Script};

/// A recognised language.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guess {
    /// ISO 639-1 code in lower case, such as `de` or `en`. Bosnian, Croatian and Serbian in
    /// Latin letters, which a short post seldom tells apart, are `sh`; Hindi is `hi` in both
    /// scripts.
    pub lang: &'static str,
    /// How likely the guess is right, 0 to 1.
    pub probability: f32,
}

/// Class of the model for what is none of its languages, learnt from made-up texts.
pub const OTHER: &str = "other";

/// Languages of the model in Cyrillic letters.
const CYRILLIC: &[&str] = &["bg", "ru"];

/// Languages of the model in Arabic letters.
const ARABIC: &[&str] = &["ar"];

/// The letters each language writes besides a to z, without foreign words and names; а to я (with
/// й) in Cyrillic, the letters of Arabic itself in Arabic letters.
const LETTERS: &[(&str, &str)] = &[
    ("ar", ""),
    ("bg", ""),
    ("de", "äöüß"),
    ("en", ""),
    ("es", "áéíñóúü"),
    ("fr", "àâæçèéêëîïôœùûüÿ"),
    ("hi", ""),
    ("hu", "áéíóöőúüű"),
    ("it", "àèéìîòóù"),
    ("pl", "ąćęłńóśźż"),
    ("pt", "àáâãçéêíóôõúü"),
    ("ru", "ё"),
    ("sh", "čćđšž"),
    ("sk", "áäčďéíĺľňóôŕšťúýž"),
    ("sl", "čšž"),
    ("sq", "çë"),
    ("sv", "åäöé"),
];

/// A guess is dropped when so many words, and more than one in [`FOREIGN_SHARE`], have letters
/// that the language does not write.
const FOREIGN_WORDS: usize = 2;

/// See [`FOREIGN_WORDS`].
const FOREIGN_SHARE: usize = 8;

/// A guess less likely than this is "unknown".
const LEAST_PROBABILITY: f32 = 0.5;

/// Fewer letters than this are "unknown" where the script alone does not decide.
const LEAST_LETTERS: usize = 4;

/// The weights, see `docs/model-cards/language.md`.
pub(crate) static WEIGHTS: &[u8] = include_bytes!("../models/language.bin");

static MODEL: LazyLock<Model<'static>> = LazyLock::new(|| {
    Model::read(WEIGHTS).expect("the weights are part of the program and a test reads them")
});

/// Names the language of `text`, or `None` when it cannot be told: too few letters, no language
/// clearly ahead, or one the model does not know. Links, user names and hashtags are left out.
/// Of a long text the first [`features::READ_BYTES`] are read. Never fails, whatever the text.
///
/// ```
/// let guess = text::language::detect("Der Zug hat schon wieder eine Stunde Verspätung").unwrap();
/// assert_eq!(guess.lang, "de");
/// assert!(guess.probability > 0.9);
/// assert_eq!(text::language::detect("😀 https://a.example/de"), None);
/// ```
#[must_use]
pub fn detect(text: &str) -> Option<Guess> {
    let bare = features::bare(text);
    let mix = script::of(&bare)?;
    match mix.script {
        Script::Of(lang) => by_script(lang, mix),
        Script::Latin | Script::Cyrillic | Script::Arabic => by_model(&bare, mix),
    }
}

/// Every language [`detect`] may answer by its model (script rules add more).
pub fn known() -> impl Iterator<Item = &'static str> {
    MODEL.names.iter().copied().filter(|name| *name != OTHER)
}

/// Whether the model's class may be meant by a text in that script: a language is written in one,
/// [`OTHER`] in Latin and Cyrillic letters.
#[must_use]
pub fn may_be(class: &str, script: Script) -> bool {
    if class == OTHER { script != Script::Arabic } else { script_of(class) == script }
}

fn script_of(class: &str) -> Script {
    if CYRILLIC.contains(&class) {
        Script::Cyrillic
    } else if ARABIC.contains(&class) {
        Script::Arabic
    } else {
        Script::Latin
    }
}

fn by_script(lang: &'static str, mix: Mix) -> Option<Guess> {
    // Marathi, Nepali and others share Devanagari; the other scripts leave less doubt.
    let certainty = if lang == "hi" { 0.85 } else { 0.99 };
    let probability = certainty * mix.share;
    (mix.letters >= 2 && probability >= LEAST_PROBABILITY).then_some(Guess { lang, probability })
}

fn by_model(bare: &str, mix: Mix) -> Option<Guess> {
    if mix.letters < LEAST_LETTERS {
        return None;
    }
    let (lang, probability) = best(bare, mix.script);
    let told = lang != OTHER && probability >= LEAST_PROBABILITY && !is_foreign(bare, lang);
    told.then_some(Guess { lang, probability })
}

/// Whether too many words of a text have letters that the language does not write.
fn is_foreign(bare: &str, lang: &str) -> bool {
    if bare.is_ascii() {
        return false;
    }
    let own = LETTERS.iter().find(|(code, _)| *code == lang).map_or("", |(_, letters)| letters);
    let is_own = |c: char| match c {
        'a'..='z' | 'а'..='я' | '\u{620}'..='\u{652}' => true,
        c => !c.is_alphabetic() || own.contains(c),
    };
    let words = bare.split(' ').count();
    let foreign = bare.split(' ').filter(|word| !word.chars().all(is_own)).count();
    foreign >= FOREIGN_WORDS && foreign * FOREIGN_SHARE > words
}

/// The likeliest class in that script, [`OTHER`] included, and its probability.
fn best(bare: &str, script: Script) -> (&'static str, f32) {
    let model = &*MODEL;
    let mut sums = model.sums();
    features::each_of_language(bare, &mut sums);
    let mut scores = sums.scores();
    for (name, score) in model.names.iter().zip(&mut scores) {
        if !may_be(name, script) {
            *score = f32::NEG_INFINITY;
        }
    }
    let shares = probabilities(&scores, model.temperature);
    let (best, probability) = shares
        .iter()
        .copied()
        .enumerate()
        .fold((0, 0.0), |top, next| if next.1 > top.1 { next } else { top });
    (model.names[best], probability)
}
