//! What a text says: its words, its language, its tone.
//!
//! Pure: no clock, no file, no network, no randomness; the models are part of the program, and
//! the same text gives the same answer everywhere. Long texts are read in part, so that the cost
//! of one is bounded.
//!
//! - [`language`] names the language of a short text, or says that it cannot.
//! - [`sentiment`] judges the tone, with a calibrated probability, in the languages whose quality
//!   was measured.
//! - [`head`] learns a house's own judgement of tones from what its people say.
//! - [`kinds`] says what a post is: complaint, question, praise, call, claim, crisis, abuse.
//! - [`target`] finds what of a post speaks of one name among several, [`why`] the words that made
//!   a judgement.
//! - [`encoder`] reads meaning and tone with a neural network, for a hundred times the work.
//! - [`words`] cuts texts into words, [`stem`] takes their endings away, [`compound`] takes German
//!   compounds apart.
//! - [`copies`] finds texts that are one text: passed on, retyped, cut, framed anew, quoted.
//! - [`names`] finds people, organisations, places, products, and numbers with units.
//! - [`features`] and [`model`] are what both models are made of; training (`cargo xtask train`)
//!   and use share them, so that they cannot differ. [`learn`] is what all teaching shares.
//!
//! ```
//! use domain::Tone;
//!
//! let post = "@user Schlecht, schon wieder kaputt, ich bin so traurig 😡 https://a.example";
//! let guess = text::language::detect(post).expect("long enough");
//! assert_eq!(guess.lang, "de");
//! let judged = text::sentiment::judge(post, Some(guess.lang)).expect("German is known");
//! assert_eq!(judged.tone, Tone::Negative);
//! assert!(judged.confidence > 0.6);
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod compound;
pub mod copies;
pub mod encoder;
pub mod features;
pub mod head;
pub mod kinds;
pub mod language;
pub mod learn;
pub mod model;
pub mod names;
pub mod script;
pub mod sentiment;
pub mod sketch;
pub mod stem;
pub mod target;
pub mod why;
pub mod words;
