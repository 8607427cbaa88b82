//! What was computed lately: a post's tone, its meaning for stories, and the lessons that people give
//! are read from the same text, some of them again and again; and texts have most of their pieces in
//! common.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Values by what they were made of. When the younger of two generations is full, the older one
/// goes; what is asked for stays in the younger.
#[derive(Debug)]
pub(super) struct Recent<K, V>(Mutex<Generations<K, V>>);

#[derive(Debug)]
struct Generations<K, V> {
    most: usize,
    young: HashMap<K, Arc<V>>,
    old: HashMap<K, Arc<V>>,
}

impl<K: Eq + Hash, V> Recent<K, V> {
    /// Keeps so many values of each generation.
    pub fn new(most: usize) -> Recent<K, V> {
        Recent(Mutex::new(Generations { most, young: HashMap::new(), old: HashMap::new() }))
    }

    /// The value of this, which `make` makes where it is not known. Two who ask at once may both
    /// make it: nobody waits for somebody else.
    pub fn of(&self, key: K, make: impl FnOnce(&K) -> V) -> Arc<V> {
        if let Some(known) = self.lock().known(&key) {
            return known;
        }
        let value = Arc::new(make(&key));
        self.lock().keep(key, Arc::clone(&value));
        value
    }

    /// The same of many; `make` gets those that are not known, each once, and makes as many values.
    pub fn all(&self, keys: &[K], make: impl FnOnce(&[K]) -> Vec<V>) -> Vec<Arc<V>>
    where
        K: Copy + Ord,
    {
        let mut found: Vec<Option<Arc<V>>> = {
            let mut both = self.lock();
            keys.iter().map(|key| both.known(key)).collect()
        };
        let missing = keys.iter().zip(&found).filter(|(_, found)| found.is_none());
        let mut unknown: Vec<K> = missing.map(|(key, _)| *key).collect();
        if !unknown.is_empty() {
            unknown.sort_unstable();
            unknown.dedup();
            let made: Vec<Arc<V>> = make(&unknown).into_iter().map(Arc::new).collect();
            for (key, found) in keys.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
                *found = unknown.binary_search(key).ok().map(|at| Arc::clone(&made[at]));
            }
            let mut both = self.lock();
            unknown.into_iter().zip(made).for_each(|(key, value)| both.keep(key, value));
        }
        found.into_iter().flatten().collect()
    }

    /// A value is whole before it is kept, so a holder that failed left nothing half done.
    fn lock(&self) -> std::sync::MutexGuard<'_, Generations<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V> Generations<K, V> {
    fn known(&mut self, key: &K) -> Option<Arc<V>> {
        if let Some(value) = self.young.get(key) {
            return Some(Arc::clone(value));
        }
        let (key, value) = self.old.remove_entry(key)?;
        self.keep(key, Arc::clone(&value));
        Some(value)
    }

    fn keep(&mut self, key: K, value: Arc<V>) {
        if self.young.len() >= self.most {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_not_made_again_until_it_is_old() {
        const MOST: u32 = 64;
        let recent = Recent::new(MOST as usize);
        let mut made = 0;
        let mut ask = |number: u32| {
            let known = recent.of(number, |number| {
                made += 1;
                number + 1_000
            });
            assert_eq!(*known, number + 1_000);
            made
        };
        assert_eq!((ask(1), ask(1), ask(2)), (1, 1, 2));
        (3..=MOST).for_each(|number| _ = ask(number));
        assert_eq!(ask(1), MOST);
        // The first of the next generation; what is asked for moves along, the rest goes with the next.
        assert_eq!((ask(MOST + 1), ask(1)), (MOST + 1, MOST + 1));
        let mut last = 0;
        (MOST + 2..2 * MOST + 2).for_each(|number| last = ask(number));
        assert_eq!((ask(1), ask(2)), (last, last + 1));
    }

    #[test]
    fn of_many_only_the_unknown_are_made_each_once() {
        let recent = Recent::new(3);
        let ask = |keys: &[u32], expected: &[u32]| {
            let mut asked = Vec::new();
            let values = recent.all(keys, |unknown| {
                asked = unknown.to_vec();
                unknown.iter().map(|key| key * 10).collect()
            });
            assert_eq!(asked, expected);
            let values: Vec<u32> = values.iter().map(|value| **value).collect();
            assert_eq!(values, keys.iter().map(|key| key * 10).collect::<Vec<_>>());
        };
        ask(&[], &[]);
        ask(&[5, 2, 5], &[2, 5]);
        ask(&[2, 9, 5, 9, 1], &[1, 9]);
        // More than are kept.
        ask(&[1, 2, 3, 4, 5, 6, 7, 8, 9], &[3, 4, 6, 7, 8]);
    }
}
