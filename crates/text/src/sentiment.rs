//! How a text sounds: negative, neutral or positive, and how sure that is.
//!
//! A linear model over hashed words, word pairs, negated words and character n-grams, trained by
//! `cargo xtask train sentiment` on posts that people labelled; `docs/model-cards/sentiment.md`
//! states its data, quality and limits (irony above all).

use std::sync::LazyLock;

use domain::{Sentiment, Tone};

use crate::encoder::{self, Embedding, Encoder};
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

/// A second linear model, of fewer posts: too weak to be shown alone, of use beside the encoder.
static MORE: LazyLock<Model<'static>> = LazyLock::new(|| {
    Model::read(include_bytes!("../models/sentiment-more.bin"))
        .expect("the weights are part of the program and a test reads them")
});

/// The languages of the second linear model.
pub const MORE_LANGUAGES: &[&str] = &["ar", "es", "fr", "it", "pt"];

/// Which linear model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linear {
    /// That of [`LANGUAGES`].
    First,
    /// That of [`MORE_LANGUAGES`].
    More,
}

impl Linear {
    /// The model of a language.
    #[must_use]
    pub fn of(lang: &str) -> Option<Linear> {
        let first = LANGUAGES.contains(&lang).then_some(Linear::First);
        first.or_else(|| MORE_LANGUAGES.contains(&lang).then_some(Linear::More))
    }

    /// Its scores of negative, neutral and positive before the temperature; `None` for a text
    /// without features.
    #[must_use]
    pub fn scores(self, text: &str) -> Option<[f32; 3]> {
        let model = if self == Linear::First { &MODEL } else { &MORE };
        let normal = features::normalise(text);
        if normal.is_empty() {
            return None;
        }
        let mut sums = model.sums();
        features::each_of_tone(&normal, &mut sums);
        sums.scores().try_into().ok()
    }
}

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
    let lang = spoken(text, lang)?;
    read(Care::Quick, text, &lang).map(|reading| top(&reading.shares))
}

/// How closely a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// By the linear model alone, in some 20 µs.
    Quick,
    /// By the encoder and a linear model together, in about a millisecond.
    Close,
}

impl Care {
    /// The languages in which a text is judged.
    #[must_use]
    pub const fn languages(self) -> &'static [&'static str] {
        match self {
            Care::Quick => LANGUAGES,
            Care::Close => encoder::LANGUAGES,
        }
    }
}

/// What the shipped models read in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Probability of negative, neutral and positive.
    pub shares: [f32; 3],
    /// What it means, where it was read closely.
    pub embedding: Option<Embedding>,
}

/// Reads a text in that language (its primary code, see [`spoken`]). `None`: it is not one of
/// [`Care::languages`], or there is nothing to read.
#[must_use]
pub fn read(care: Care, text: &str, lang: &str) -> Option<Reading> {
    if !care.languages().contains(&lang) {
        return None;
    }
    match care {
        Care::Quick => shares(text).map(|shares| Reading { shares, embedding: None }),
        Care::Close => {
            let read = encoder::recall(text);
            let shares = both(&read.scores?, text, lang);
            Some(Reading { shares, embedding: Some(read.embedding.clone()) })
        }
    }
}

/// The shares of a text by what a house has learnt, or else by the shipped models.
#[must_use]
pub fn shares_by(care: Care, head: Option<&Head>, text: &str, lang: &str) -> Option<[f32; 3]> {
    let reading = read(care, text, lang)?;
    Some(head.map_or(reading.shares, |head| head.shares(&reading, text)))
}

/// Judges many texts with the encoder and a linear model beside it: better than [`judge`], in the
/// languages of [`encoder::LANGUAGES`], for about a millisecond a text.
/// `langs` are the stated languages, in the order of the texts; where there are fewer, the language
/// is detected. `None` as in [`judge`].
///
/// ```
/// use domain::Tone;
///
/// let texts = ["Che bella giornata, sono felicissima!", "Qué horror, el peor servicio del mundo"];
/// let judged = text::sentiment::judge_many(&texts, &[Some("it"), Some("es")]);
/// assert_eq!(judged[0].unwrap().tone, Tone::Positive);
/// assert_eq!(judged[1].unwrap().tone, Tone::Negative);
/// ```
#[must_use]
pub fn judge_many(texts: &[&str], langs: &[Option<&str>]) -> Vec<Option<Sentiment>> {
    let stated = langs.iter().copied().chain(std::iter::repeat(None));
    let judge = |(text, lang): (&&str, Option<&str>)| {
        let reading = read(Care::Close, text, &spoken(text, lang)?)?;
        Some(top(&reading.shares))
    };
    texts.iter().zip(stated).map(judge).collect()
}

/// Probabilities of negative, neutral and positive by the encoder's scores of a text and, where the
/// language has one, a linear model.
#[must_use]
pub fn both(own: &[f32; 3], text: &str, lang: &str) -> [f32; 3] {
    let encoder = Encoder::shared();
    match Linear::of(lang).and_then(|linear| linear.scores(text)) {
        Some(linear) => encoder.together(own, &linear, lang),
        None => encoder.alone(own),
    }
}

/// Probability of negative, neutral and positive by the shipped model, whatever the language:
/// for evaluation, and for sums over many posts. `None` for a text without features.
#[must_use]
pub fn shares(text: &str) -> Option<[f32; 3]> {
    probabilities(&Linear::First.scores(text)?, MODEL.temperature).try_into().ok()
}

/// The most likely tone of three probabilities; of equals the more neutral.
#[must_use]
pub fn top(shares: &[f32; 3]) -> Sentiment {
    let order = [1, 0, 2];
    let best = order.into_iter().fold(1, |top, i| if shares[i] > shares[top] { i } else { top });
    Sentiment { tone: Tone::ALL[best], confidence: shares[best] }
}

/// The language that is stated (its primary code, in lower case) or else detected.
#[must_use]
pub fn spoken(text: &str, lang: Option<&str>) -> Option<String> {
    match lang {
        Some(stated) => Some(primary(stated)),
        None => Some(language::detect(text)?.lang.to_owned()),
    }
}

/// `de` of `de-AT`.
fn primary(stated: &str) -> String {
    let end = stated.find(['-', '_']).unwrap_or(stated.len());
    stated[..end].trim().to_ascii_lowercase()
}
