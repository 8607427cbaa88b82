//! What is known of a post by the watches that found it: words that all posts of a watch have say little
//! of which story a post belongs to; that a narrow watch found it says much.

use domain::story::{MOST_TERMS, Sketch, Term, TermKind};

use super::{HEAD, Terms, hash};

/// What is left of the weight of a word that the watch listens for.
const LEFT: f32 = 0.25;

/// Takes weight from the terms of these words, by which a watch found the post.
pub fn soften(sketch: &mut Sketch, words: &[&str], lang: &str) {
    let mut terms = Terms { list: Vec::new(), lang };
    for word in words {
        terms.read(word, HEAD, 8);
    }
    let keys = terms.finish();
    for term in &mut sketch.terms {
        if keys.binary_search_by_key(&term.key, |known| known.key).is_ok() {
            term.weight = ((f32::from(term.weight) * LEFT) as u8).max(1);
        }
    }
}

/// Adds the term that a narrow watch found the post: as much as two words of the headline.
pub fn found_by(sketch: &mut Sketch, watch: i64) {
    let term =
        Term { key: hash(&format!("watch {watch}")), kind: TermKind::Tag, weight: 2 * HEAD as u8 };
    if let Err(place) = sketch.terms.binary_search_by_key(&term.key, |known| known.key)
        && sketch.terms.len() < MOST_TERMS
    {
        let mut terms = std::mem::take(&mut sketch.terms).into_vec();
        terms.insert(place, term);
        sketch.terms = terms.into();
    }
}
