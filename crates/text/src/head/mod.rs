//! What a house learns of its own: a small model on top of the shipped one, taught by what its
//! people said of posts.
//!
//! A head takes the shipped model's three scores and the text's hashed features (those of
//! [`features::tone`](crate::features::tone)) and judges anew: multinomial logistic regression that
//! starts as the shipped model and is pulled back to it, so that few lessons change little (the
//! prior of Chelba and Acero 2004, "Adaptation of Maximum Entropy Capitalizer"). A watch's head
//! learns from the whole house's lessons too, which count less than its own.
//!
//! [`learn`] makes a head and says by cross-validation what it brought, on lessons that the judge
//! of each had not seen. Bytes of a head are a few ten thousand; they hold no text.
//!
//! ```
//! use domain::Tone;
//! use text::head::{self, Lesson};
//!
//! let said = [("die Bahn kommt pünktlich", Tone::Positive), ("Zug fällt aus", Tone::Negative)];
//! let lessons: Vec<Lesson<'_>> =
//!     (0..40).map(|i| Lesson { text: said[i % 2].0, tone: said[i % 2].1 }).collect();
//! let learnt = head::learn(&lessons, &[]).expect("enough lessons of two kinds");
//! assert_eq!(text::sentiment::top(&learnt.head.shares("Zug fällt aus").unwrap()).tone, Tone::Negative);
//! assert!(learnt.check.after.right >= learnt.check.before.right);
//! ```

mod check;
mod teach;

use domain::Tone;

pub use check::{Check, Point, Score};

use crate::model::{Broken, Model, probabilities};
use crate::{features, sentiment};

/// A head has 2^BITS rows.
const BITS: u32 = 14;

/// The first bytes of a head's file.
const MAGIC: [u8; 8] = *b"HORCHEAD";

/// Bytes before the weight file: magic, then the nine numbers of [`Head::base`].
const HEADER: usize = 8 + 9 * 4;

/// The classes of a head.
const NAMES: [&str; 3] = ["negative", "neutral", "positive"];

/// Fewer lessons than this teach nothing.
pub const LEAST_LESSONS: usize = 20;

/// What a person said of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lesson<'a> {
    /// The whole text.
    pub text: &'a str,
    /// How it sounds.
    pub tone: Tone,
}

/// A small model on top of the shipped one.
#[derive(Clone, Debug)]
pub struct Head {
    /// What each score of the shipped model counts for each score here.
    base: [[f32; 3]; 3],
    model: Model<'static>,
}

/// A new head, and what it brought.
#[derive(Clone, Debug)]
pub struct Learnt {
    /// The head, taught by all lessons.
    pub head: Head,
    /// What judges taught by other lessons made of each.
    pub check: Check,
}

/// Of more lessons the newest this many teach.
pub const MOST_LESSONS: usize = 5_000;

/// Of more lessons of others the newest this many teach.
pub const MOST_OF_OTHERS: usize = 1_000;

/// Teaches a head by `own` lessons, and a little by those of `others`: a watch's by its own and
/// the rest of the house's, the house's by all, with no others. `None`: fewer than
/// [`LEAST_LESSONS`] of its own, or all of one tone. Lessons come oldest first; those without
/// anything to read, and all but the newest [`MOST_LESSONS`], teach nothing.
///
/// The same lessons in the same order give the same head.
#[must_use]
pub fn learn(own: &[Lesson<'_>], others: &[Lesson<'_>]) -> Option<Learnt> {
    let own = rows(own, MOST_LESSONS, 1.0);
    let first = own.first()?.tone;
    if own.len() < LEAST_LESSONS || own.iter().all(|row| row.tone == first) {
        return None;
    }
    let others = rows(others, MOST_OF_OTHERS, OTHERS_COUNT);
    let (check, temperature) = check::cross_validate(&own, &others);
    let all: Vec<&teach::Row> = others.iter().chain(&own).collect();
    Some(Learnt { head: teach::teach(&all).head(temperature, &all), check })
}

/// What a lesson of others counts beside one's own.
const OTHERS_COUNT: f32 = 0.25;

/// The newest lessons, read.
fn rows(lessons: &[Lesson<'_>], most: usize, weight: f32) -> Vec<teach::Row> {
    let newest = &lessons[lessons.len().saturating_sub(most)..];
    newest.iter().filter_map(|lesson| teach::Row::of(lesson, weight)).collect()
}

impl Head {
    /// Probability of negative, neutral and positive. `None` for a text without anything to read.
    #[must_use]
    pub fn shares(&self, text: &str) -> Option<[f32; 3]> {
        let normal = features::normalise(text);
        let scores = self.scores(&normal)?;
        probabilities(&scores, self.model.temperature).try_into().ok()
    }

    /// Scores before the temperature.
    fn scores(&self, normal: &str) -> Option<[f32; 3]> {
        let shipped = sentiment::scores(normal)?;
        let mut sums = self.model.sums();
        features::each_of_tone(normal, &mut sums);
        let own = sums.scores();
        Some(std::array::from_fn(|tone| mixed(&self.base[tone], &shipped) + own[tone]))
    }

    /// As bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::from(MAGIC);
        bytes.extend(self.base.iter().flatten().flat_map(|number| number.to_le_bytes()));
        bytes.extend(self.model.file());
        bytes
    }

    /// A head from its bytes.
    ///
    /// # Errors
    /// [`Broken`] says what is wrong with them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Head, Broken> {
        let (header, file) = bytes.split_at_checked(HEADER).ok_or(Broken::Length)?;
        if header[..8] != MAGIC {
            return Err(Broken::Magic);
        }
        let mut numbers = header[8..]
            .chunks_exact(4)
            .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
        let mut base = [[0.0; 3]; 3];
        for number in base.iter_mut().flatten() {
            *number = numbers.next().filter(|n| n.is_finite()).ok_or(Broken::Header)?;
        }
        let model = Model::read(file)?;
        if model.names.len() != 3 {
            return Err(Broken::Header);
        }
        Ok(Head { base, model: model.owned(NAMES.to_vec()) })
    }
}

fn mixed(weights: &[f32; 3], scores: &[f32; 3]) -> f32 {
    weights.iter().zip(scores).map(|(w, s)| w * s).sum()
}

#[cfg(test)]
mod tests;
