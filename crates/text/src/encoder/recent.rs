//! What was read lately: a post's tone, its meaning for stories, and the lessons that people give
//! are read from the same text, some of them again and again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Reading;

/// So many readings of each generation, of some 2.5 KB.
const GENERATION: usize = 4096;

/// Readings by the pieces of their texts. When the younger of two generations is full, the older one
/// goes; what is asked for stays in the younger.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Box<[u32]>, Arc<Reading>>,
    old: HashMap<Box<[u32]>, Arc<Reading>>,
}

impl Recent {
    /// The reading of these pieces, which `read` makes where it is not known. Two who ask at once may
    /// both read: nobody waits for a reading of somebody else.
    pub fn of(&self, pieces: Vec<u32>, read: impl FnOnce(&[u32]) -> Reading) -> Arc<Reading> {
        if let Some(known) = self.known(&pieces) {
            return known;
        }
        let reading = Arc::new(read(&pieces));
        self.lock().keep(pieces.into(), Arc::clone(&reading));
        reading
    }

    fn known(&self, pieces: &[u32]) -> Option<Arc<Reading>> {
        let mut both = self.lock();
        if let Some(reading) = both.young.get(pieces) {
            return Some(Arc::clone(reading));
        }
        let (pieces, reading) = both.old.remove_entry(pieces)?;
        both.keep(pieces, Arc::clone(&reading));
        Some(reading)
    }

    /// A reading is whole before it is kept, so a holder that failed left nothing half done.
    fn lock(&self) -> std::sync::MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn keep(&mut self, pieces: Box<[u32]>, reading: Arc<Reading>) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(pieces, reading);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::Embedding;

    fn reading(number: u32) -> Reading {
        Reading { embedding: Embedding(vec![number as f32]), scores: None }
    }

    #[test]
    fn what_was_read_is_not_read_again_until_it_is_old() {
        let recent = Recent::default();
        let mut read = 0;
        let mut ask = |number: u32| {
            let known = recent.of(vec![number], |_| {
                read += 1;
                reading(number)
            });
            assert_eq!(*known, reading(number));
            read
        };
        assert_eq!((ask(1), ask(1), ask(2)), (1, 1, 2));
        let full = GENERATION as u32;
        (3..=full).for_each(|number| _ = ask(number));
        assert_eq!(ask(1), full);
        // The first of the next generation; what is asked for moves along, the rest goes with the next.
        assert_eq!((ask(full + 1), ask(1)), (full + 1, full + 1));
        let mut last = 0;
        (full + 2..2 * full + 2).for_each(|number| last = ask(number));
        assert_eq!((ask(1), ask(2)), (last, last + 1));
    }
}
