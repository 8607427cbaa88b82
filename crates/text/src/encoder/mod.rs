//! The second tier: a neural encoder of short texts in some ten languages, run in plain Rust. It
//! gives a text's meaning as a direction (for comparing posts, stories and questions) and its tone.
//!
//! It is the Universal Sentence Encoder, multilingual, version 3 (Yang et al. 2019; convolutions
//! over n-grams, then dense layers), its vocabulary cut to Latin, Cyrillic and Arabic letters, emoji
//! added, fine-tuned on posts that people labelled, quantised; `tools/train/encoder` makes the weights,
//! `docs/model-cards/encoder.md` states their data, quality and limits.
//!
//! A text costs about a millisecond, some hundred times what [`crate::sentiment::judge`] takes, so
//! it is for matched posts. Nothing is loaded before the first use, and then only some 400 KiB are
//! unpacked: the tables stay in the program's own bytes, of which the system reads what is used. What
//! a piece says whatever stands beside it is kept for the next text, 28 MiB at most.
//! Products are of whole numbers and sums in a fixed order, so that every machine says the same.

mod alone;
mod dot;
mod layers;
mod recent;
mod tokens;
mod weights;

use std::sync::{Arc, LazyLock};

use alone::Lately;
use layers::Room;
use recent::Recent;
pub use tokens::MOST_PIECES;
use tokens::Vocabulary;
use weights::Weights;
pub use weights::{Broken, MAGIC, VERSION, WIDE, verify};

/// Languages in which posts with tone were learnt from.
pub const LEARNT: &[&str] = &["ar", "de", "en", "es", "fr", "it", "pt"];

/// Languages whose tone was measured as good enough to be shown (macro-F1 of .60 and more on texts
/// that were not learnt), see `docs/accuracy.md`.
pub const LANGUAGES: &[&str] = &["ar", "de", "en", "es", "fr", "it", "pt"];

/// The weights, see `docs/model-cards/encoder.md`.
static WEIGHTS: &[u8] = include_bytes!("../../models/encoder.bin");

static SHARED: LazyLock<Encoder<'static>> = LazyLock::new(|| {
    Encoder::of(WEIGHTS).expect("the weights are part of the program and a test reads them")
});

/// So many readings of each generation, of some 2.5 KB.
const READINGS: usize = 4096;

static LATELY: LazyLock<Recent<Vec<u32>, Reading>> = LazyLock::new(|| Recent::new(READINGS));

/// What the encoder that is part of the program reads in a text; what was read lately is not read
/// again.
#[must_use]
pub fn recall(text: &str) -> Arc<Reading> {
    let encoder = Encoder::shared();
    LATELY.of(encoder.pieces(text), |pieces| encoder.of_pieces(pieces, &mut Room::default()))
}

/// An encoder and the weights that it reads from.
#[derive(Clone, Debug)]
pub struct Encoder<'a> {
    weights: Weights<'a>,
    vocabulary: Vocabulary,
    lately: Arc<Lately>,
}

/// The meaning of a text as a direction: [`WIDE`] numbers, the sum of their squares 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding(pub Vec<f32>);

impl Embedding {
    /// How alike two meanings are: the cosine of the angle between them, -1 to 1.
    #[must_use]
    pub fn likeness(&self, other: &Embedding) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }
}

/// All that is read from one text.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Its meaning.
    pub embedding: Embedding,
    /// Scores of negative, neutral and positive: log-odds before the temperature. `None` where
    /// nothing can be read: no piece of the vocabulary occurs.
    pub scores: Option<[f32; 3]>,
}

impl Encoder<'static> {
    /// The encoder that is part of the program, made ready at the first call.
    #[must_use]
    pub fn shared() -> &'static Encoder<'static> {
        &SHARED
    }
}

impl<'a> Encoder<'a> {
    /// The encoder of a weight file, for evaluation; its checksum is left to [`verify`].
    ///
    /// # Errors
    /// [`Broken`] says what is wrong with the file.
    pub fn of(file: &'a [u8]) -> Result<Encoder<'a>, Broken> {
        let weights = Weights::read(file)?;
        let vocabulary = Vocabulary::of(&weights);
        Ok(Encoder { weights, vocabulary, lately: Arc::default() })
    }

    /// The meanings of `texts`, one each. Of each the first [`MOST_PIECES`] pieces are read, some
    /// 100 words; a text of which nothing can be read has the meaning of an empty one.
    #[must_use]
    pub fn embed(&self, texts: &[&str]) -> Vec<Embedding> {
        self.read(texts).into_iter().map(|reading| reading.embedding).collect()
    }

    /// The probabilities of negative, neutral and positive of each text, calibrated, in
    /// thousandths, whatever its language (see [`LANGUAGES`] for what that is worth). `None` where
    /// nothing can be read.
    ///
    /// ```
    /// use text::encoder::Encoder;
    ///
    /// let texts = ["Quel service lamentable, je suis déçue", "¡Me encanta!", ""];
    /// let tones = Encoder::shared().tone(&texts);
    /// assert!(tones[0].unwrap()[0] > 0.5 && tones[1].unwrap()[2] > 0.5);
    /// assert_eq!(tones[2], None);
    /// ```
    #[must_use]
    pub fn tone(&self, texts: &[&str]) -> Vec<Option<[f32; 3]>> {
        self.read(texts).iter().map(|reading| Some(self.alone(&reading.scores?))).collect()
    }

    /// Meaning and tone at once: what [`Self::embed`] and [`Self::tone`] cost each.
    #[must_use]
    pub fn read(&self, texts: &[&str]) -> Vec<Reading> {
        let mut room = Room::default();
        texts.iter().map(|text| self.of_pieces(&self.pieces(text), &mut room)).collect()
    }

    fn of_pieces(&self, pieces: &[u32], room: &mut Room) -> Reading {
        let read = layers::read(&self.weights, &self.lately, pieces, room);
        let known = pieces.iter().any(|piece| self.says_something(*piece));
        Reading { embedding: Embedding(read.embedding), scores: known.then_some(read.scores) }
    }

    /// Whether a piece is more than begin, end, a space, or unknown: none of these has letters
    /// besides the space.
    fn says_something(&self, piece: u32) -> bool {
        !matches!(self.weights.piece(piece as usize), b"" | b" ")
    }

    /// Probabilities of the encoder's scores alone, in thousandths.
    #[must_use]
    pub fn alone(&self, scores: &[f32; 3]) -> [f32; 3] {
        shares(scores.map(|score| score / self.weights.temperature))
    }

    /// Probabilities of the encoder's and a linear model's scores together, in thousandths. Which
    /// weight each has depends on how much of the language the linear model has learnt.
    #[must_use]
    pub fn together(&self, scores: &[f32; 3], linear: &[f32; 3], lang: &str) -> [f32; 3] {
        let [english, german, others] = self.weights.both;
        let [own, other] = match lang {
            "en" => english,
            "de" => german,
            _ => others,
        };
        shares(std::array::from_fn(|i| own * scores[i] + other * linear[i]))
    }

    /// The numbers of a text's pieces in the vocabulary, begin and end included.
    #[must_use]
    pub fn pieces(&self, text: &str) -> Vec<u32> {
        self.vocabulary.pieces(&self.weights, text)
    }
}

/// Softmax, in thousandths.
fn shares(scores: [f32; 3]) -> [f32; 3] {
    let top = scores[0].max(scores[1]).max(scores[2]);
    let powers = scores.map(|score| layers::exp(score - top));
    let sum = powers[0] + powers[1] + powers[2];
    powers.map(|power| (power / sum * 1000.0).round() / 1000.0)
}
