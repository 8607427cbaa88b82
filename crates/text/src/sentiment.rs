//! How a text sounds: negative, neutral or positive, and how sure that is.
//!
//! A linear model over hashed words, word pairs, negated words and character n-grams, trained by
//! `cargo xtask train sentiment` on posts that people labelled; `docs/model-cards/sentiment.md`
//! states its data, quality and limits (irony above all).

use std::sync::LazyLock;

use domain::{Sentiment, Tone};

use crate::features;
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
    let known = match lang {
        Some(stated) => primary(stated),
        None => language::detect(text)?.lang.to_owned(),
    };
    if !LANGUAGES.contains(&known.as_str()) {
        return None;
    }
    shares(text).map(|shares| top(&shares))
}

/// Probability of negative, neutral and positive by the shipped model, whatever the language:
/// for evaluation, and for sums over many posts. `None` for a text without features.
#[must_use]
pub fn shares(text: &str) -> Option<[f32; 3]> {
    let bag = features::tone(&features::normalise(text));
    if bag.is_empty() {
        return None;
    }
    probabilities(&MODEL.scores(&bag), MODEL.temperature).try_into().ok()
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
