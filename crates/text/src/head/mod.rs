//! What a house learns of its own: a small model on top of the shipped one, taught by what its
//! people said of posts.
//!
//! A head takes the shipped judgement of a text, its hashed features (those of
//! [`features::tone`]) and, where it was read closely, its meaning, and judges
//! anew: multinomial logistic regression that starts as the shipped judge and is pulled back to it, so
//! that few lessons change little (the prior of Chelba and Acero 2004, "Adaptation of Maximum Entropy
//! Capitalizer"). For texts read quickly and closely it has a layer each. A watch's head learns from
//! the whole house's lessons too, which count less than its own.
//!
//! [`learn`] makes a head and says by cross-validation what it brought, on lessons that the judge
//! of each had not seen. A head takes some ten to four hundred kilobytes; it holds no text.
//!
//! ```
//! use domain::Tone;
//! use text::head::{self, Lesson};
//! use text::sentiment::{self, Care};
//!
//! let said = [("die Bahn kommt pünktlich", Tone::Positive), ("Zug fällt aus", Tone::Negative)];
//! let lessons: Vec<Lesson<'_>> =
//!     (0..40).map(|i| Lesson { text: said[i % 2].0, lang: "de", tone: said[i % 2].1 }).collect();
//! let learnt = head::learn(&lessons, &[]).expect("enough lessons of two kinds");
//! let shares = sentiment::shares_by(Care::Quick, Some(&learnt.head), "Zug fällt aus", "de");
//! assert_eq!(sentiment::top(&shares.unwrap()).tone, Tone::Negative);
//! assert!(learnt.check.after.right >= learnt.check.before.right);
//! ```

mod check;
mod layer;
mod teach;

use domain::{Kind, Kinds, Tone};

pub use check::{Check, Point, Score};

use layer::Layer;
use teach::Row;

use crate::features;
use crate::model::Broken;
use crate::sentiment::Reading;

/// A head has 2^bits rows, as many as its lessons have features, within these bounds. With a quarter
/// of the most, German railway feedback after 1,895 lessons is told rightly .740 of the time instead
/// of .753; with four times as many .754.
const BITS: std::ops::RangeInclusive<u32> = 10..=16;

/// The first bytes of a head's file.
const MAGIC: [u8; 8] = *b"HORCHEAD";

/// The classes of a head.
const NAMES: [&str; 3] = ["negative", "neutral", "positive"];

/// Fewer lessons than this teach nothing.
pub const LEAST_LESSONS: usize = 20;

/// What a person said of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lesson<'a> {
    /// The whole text.
    pub text: &'a str,
    /// Its language, see [`spoken`](crate::sentiment::spoken).
    pub lang: &'a str,
    /// How it sounds.
    pub tone: Tone,
}

/// What a person said a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindLesson<'a> {
    /// The whole text.
    pub text: &'a str,
    /// Its language, see [`spoken`](crate::sentiment::spoken).
    pub lang: &'a str,
    /// What it is; all other kinds it is not.
    pub kinds: Kinds,
}

/// A small model on top of the shipped ones.
#[derive(Clone, Debug)]
pub struct Head {
    quick: Layer,
    close: Layer,
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
    learn_from(rows(own, MOST_LESSONS, 1.0), rows(others, MOST_OF_OTHERS, OTHERS_COUNT))
}

/// Teaches a head to tell texts of one kind from others, in the same way and with the same answers;
/// it starts as the points of [`kinds`](crate::kinds) do. Its classes "negative" and "positive" mean
/// "not of that kind" and "of that kind"; see [`likely_by`](crate::kinds::likely_by).
#[must_use]
pub fn learn_kind(kind: Kind, own: &[KindLesson<'_>], others: &[KindLesson<'_>]) -> Option<Learnt> {
    let rows = |lessons: &[KindLesson<'_>], most: usize, weight| -> Vec<Row> {
        let newest = &lessons[lessons.len().saturating_sub(most)..];
        newest.iter().filter_map(|lesson| Row::of_kind(kind, lesson, weight)).collect()
    };
    learn_from(rows(own, MOST_LESSONS, 1.0), rows(others, MOST_OF_OTHERS, OTHERS_COUNT))
}

fn learn_from(own: Vec<Row>, others: Vec<Row>) -> Option<Learnt> {
    let first = own.first()?.tone;
    if own.len() < LEAST_LESSONS || own.iter().all(|row| row.tone == first) {
        return None;
    }
    let (check, temperature) = check::cross_validate(&own, &others);
    let all = || others.iter().chain(&own);
    let layer = |rows: &[&Row], temperature| teach::teach(rows).layer(temperature, rows);
    let close = layer(&all().collect::<Vec<_>>(), temperature);
    // The same lessons as a quick look would have read them.
    let quick: Vec<Row> = all().map(Row::quickly).collect();
    let quick = layer(&quick.iter().collect::<Vec<_>>(), temperature);
    Some(Learnt { head: Head { quick, close }, check })
}

/// What a lesson of others counts beside one's own.
const OTHERS_COUNT: f32 = 0.25;

/// No and yes as the outer of three shares.
fn either(likely: f32) -> [f32; 3] {
    [1.0 - likely, 0.0, likely]
}

/// The newest lessons, read.
fn rows(lessons: &[Lesson<'_>], most: usize, weight: f32) -> Vec<Row> {
    let newest = &lessons[lessons.len().saturating_sub(most)..];
    newest.iter().filter_map(|lesson| Row::of(lesson, weight)).collect()
}

impl Head {
    /// Probability of negative, neutral and positive of a text, as read.
    #[must_use]
    pub fn shares(&self, reading: &Reading, text: &str) -> [f32; 3] {
        let layer = if reading.embedding.is_some() { &self.close } else { &self.quick };
        layer.shares(reading, &features::normalise(text))
    }

    /// How likely a text, as read, is of the kind this head learnt, 0 to 1; `likely` is the same
    /// without the head. See [`kinds::likely_by`](crate::kinds::likely_by).
    pub(crate) fn likely(&self, likely: f32, reading: &Reading, text: &str) -> f32 {
        let shipped = Reading { shares: either(likely), embedding: reading.embedding.clone() };
        let [not, _, is] = self.shares(&shipped, text);
        is / (is + not).max(f32::MIN_POSITIVE)
    }

    /// As bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::from(MAGIC);
        for layer in [&self.quick, &self.close] {
            let layer = layer.to_bytes();
            bytes.extend((layer.len() as u32).to_le_bytes());
            bytes.extend(layer);
        }
        bytes
    }

    /// A head from its bytes.
    ///
    /// # Errors
    /// [`Broken`] says what is wrong with them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Head, Broken> {
        let rest = bytes.strip_prefix(&MAGIC).ok_or(Broken::Magic)?;
        let next = |bytes: &'_ [u8]| -> Result<(Layer, usize), Broken> {
            let (len, rest) = bytes.split_first_chunk::<4>().ok_or(Broken::Length)?;
            let len = u32::from_le_bytes(*len) as usize;
            let layer = rest.get(..len).ok_or(Broken::Length)?;
            Ok((Layer::from_bytes(layer)?, 4 + len))
        };
        let (quick, read) = next(rest)?;
        let (close, more) = next(&rest[read..])?;
        if read + more != rest.len() {
            return Err(Broken::Length);
        }
        Ok(Head { quick, close })
    }
}

#[cfg(test)]
mod tests;
