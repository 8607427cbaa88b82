//! How a text sounds: negative, neutral or positive, and how sure that is.
//!
//! A linear model over hashed words, word pairs, negated words and character n-grams, trained by
//! `cargo xtask train sentiment` on posts that people labelled; `docs/model-cards/sentiment.md`
//! states its data, quality and limits (irony above all).

use std::sync::LazyLock;

use domain::{Sentiment, Tone};

use crate::features;
use crate::head::Head;
use crate::language;
use crate::model::{Model, probabilities};

/// Languages whose measured quality is good enough to be shown, see `docs/accuracy.md`.
pub const LANGUAGES: &[&str] = &["de", "en"];

/// The weights, see `docs/model-cards/sentiment.md`.
pub(crate) static WEIGHTS: &[u8] = include_bytes!("../models/sentiment.bin");

static MODEL: LazyLock<Model<'static>> = LazyLock::new(|| {
    Model::read(WEIGHTS).expect("the weights are part of the program and a test reads them")
});

/// Judges the tone of `text`. `lang` is its language where the source states it (`de`, `de-AT`,
/// `en_US`, case aside); without it the language is [`language::detect`]ed. `None` means unknown:
/// the language is not one of [`LANGUAGES`] or could not be told, or the text says nothing. Of a
/// long text the first [`features::READ_BYTES`] are read. Never fails, whatever the text.
///
/// The probability is calibrated on posts of which each tone is a third.
///
/// ```
/// use domain::Tone;
///
/// let judged = text::sentiment::judge("Worst airline ever, lost my bag again!", None).unwrap();
/// assert_eq!(judged.tone, Tone::Negative);
/// assert_eq!(text::sentiment::judge("こんにちは", None), None);
/// ```
#[must_use]
pub fn judge(text: &str, lang: Option<&str>) -> Option<Sentiment> {
    judge_by(None, text, lang)
}

/// As [`judge`], by what a house has learnt.
#[must_use]
pub fn judge_by(head: Option<&Head>, text: &str, lang: Option<&str>) -> Option<Sentiment> {
    judges(text, lang).then(|| shares_by(head, text)).flatten().map(|shares| top(&shares))
}

/// Whether the tone of a text is judged: in that language, or the one it is told to be in.
#[must_use]
pub fn judges(text: &str, lang: Option<&str>) -> bool {
    let known = match lang {
        Some(stated) => primary(stated),
        None => match language::detect(text) {
            Some(guess) => guess.lang.to_owned(),
            None => return false,
        },
    };
    LANGUAGES.contains(&known.as_str())
}

/// As [`shares`], by what a house has learnt.
#[must_use]
pub fn shares_by(head: Option<&Head>, text: &str) -> Option<[f32; 3]> {
    match head {
        Some(head) => head.shares(text),
        None => shares(text),
    }
}

/// Probability of negative, neutral and positive by the shipped model, whatever the language:
/// for evaluation, and for sums over many posts. `None` for a text without features.
#[must_use]
pub fn shares(text: &str) -> Option<[f32; 3]> {
    let scores = scores(&features::normalise(text))?;
    probabilities(&scores, 1.0).try_into().ok()
}

/// Log-odds of the three tones of a [`features::normalise`]d text, at the model's temperature.
pub(crate) fn scores(normal: &str) -> Option<[f32; 3]> {
    if normal.is_empty() {
        return None;
    }
    let mut sums = MODEL.sums();
    features::each_of_tone(normal, &mut sums);
    let scores: [f32; 3] = sums.scores().try_into().ok()?;
    Some(scores.map(|score| score / MODEL.temperature))
}

/// The most likely tone of three probabilities; of equals the more neutral.
#[must_use]
pub fn top(shares: &[f32; 3]) -> Sentiment {
    let order = [1, 0, 2];
    let best = order.into_iter().fold(1, |top, i| if shares[i] > shares[top] { i } else { top });
    Sentiment { tone: Tone::ALL[best], confidence: shares[best] }
}

/// `de` of `de-AT`.
fn primary(stated: &str) -> String {
    let end = stated.find(['-', '_']).unwrap_or(stated.len());
    stated[..end].trim().to_ascii_lowercase()
}
