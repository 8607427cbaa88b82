//! What the running house knows beyond what is stored, for screens: fillings, troubles, costs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::forecast::Calibration;
use domain::{WatchId, WatchState};
use query::Frequencies;

use super::fill::Progress;

/// Shared by the flow's tasks and the screens.
#[derive(Debug, Default)]
pub struct State {
    watches: Mutex<HashMap<WatchId, Known>>,
    steps: Mutex<Steps>,
    frequencies: Mutex<Frequencies>,
    calibration: Mutex<Option<Calibration>>,
}

#[derive(Debug, Default)]
struct Known {
    filling: Option<Arc<Progress>>,
    found: u64,
    trouble: Option<(String, String)>,
}

#[derive(Debug, Default)]
struct Steps {
    all: u64,
    each: HashMap<WatchId, u64>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// Nothing is known but how many posts have which word.
    #[must_use]
    pub fn new(frequencies: Frequencies) -> State {
        State { frequencies: Mutex::new(frequencies), ..State::default() }
    }

    /// How many posts have which word, as observed.
    #[must_use]
    pub fn frequencies(&self) -> Frequencies {
        locked(&self.frequencies).clone()
    }

    /// Sets how many posts have which word.
    pub fn set_frequencies(&self, frequencies: Frequencies) {
        *locked(&self.frequencies) = frequencies;
    }

    /// What the house's own finished stories taught the forecast.
    #[must_use]
    pub fn calibration(&self) -> Calibration {
        locked(&self.calibration).unwrap_or_else(Calibration::news)
    }

    /// Sets what they taught.
    pub fn set_calibration(&self, calibration: Calibration) {
        *locked(&self.calibration) = Some(calibration);
    }

    /// What is known of a watch.
    #[must_use]
    pub fn of(&self, watch: WatchId) -> WatchState {
        let (filling, trouble) = match locked(&self.watches).get(&watch) {
            Some(known) => {
                let filling = known.filling.as_ref().map(|progress| progress.with(known.found));
                (filling, known.trouble.clone())
            }
            None => (None, None),
        };
        WatchState { filling, trouble, share: self.share(watch) }
    }

    /// The watches that cannot be matched, with the reasons in German and in English.
    #[must_use]
    pub fn troubles(&self) -> Vec<(WatchId, (String, String))> {
        let watches = locked(&self.watches);
        watches.iter().filter_map(|(id, known)| Some((*id, known.trouble.clone()?))).collect()
    }

    /// Sets how far a watch is filled; `None` when that is done.
    pub fn set_filling(&self, watch: WatchId, filling: Option<Arc<Progress>>) {
        self.change(watch, |known| {
            known.filling = filling;
            known.found = 0;
        });
    }

    /// Counts a mention found while a watch is filled.
    pub fn add_found(&self, watch: WatchId) {
        if let Some(known) = locked(&self.watches).get_mut(&watch) {
            known.found += 1;
        }
    }

    /// Sets why a watch is not matched; `None` when it is.
    pub fn set_trouble(&self, watch: WatchId, trouble: Option<(String, String)>) {
        self.change(watch, |known| known.trouble = trouble);
    }

    fn change(&self, watch: WatchId, change: impl FnOnce(&mut Known)) {
        let mut watches = locked(&self.watches);
        let known = watches.entry(watch).or_default();
        change(known);
        if known.filling.is_none() && known.trouble.is_none() {
            watches.remove(&watch);
        }
    }

    /// Forgets a watch that is gone.
    pub fn forget(&self, watch: WatchId) {
        locked(&self.watches).remove(&watch);
        locked(&self.steps).each.remove(&watch);
    }

    /// Adds steps that matching took.
    pub fn add_steps(&self, steps: impl IntoIterator<Item = (WatchId, u64)>) {
        let mut known = locked(&self.steps);
        for (watch, steps) in steps {
            known.all += steps;
            *known.each.entry(watch).or_default() += steps;
        }
    }

    /// The `most` watches that take most of the work, with their shares (0 to 1), largest first.
    #[must_use]
    pub fn costliest(&self, most: usize) -> Vec<(WatchId, f64)> {
        let steps = locked(&self.steps);
        let mut each: Vec<(WatchId, u64)> = steps.each.iter().map(|(id, n)| (*id, *n)).collect();
        each.sort_unstable_by_key(|(id, n)| (std::cmp::Reverse(*n), *id));
        each.truncate(most);
        each.into_iter().map(|(id, n)| (id, n as f64 / steps.all.max(1) as f64)).collect()
    }

    fn share(&self, watch: WatchId) -> Option<f64> {
        let steps = locked(&self.steps);
        let of_watch = steps.each.get(&watch).copied().unwrap_or(0);
        (steps.all > 0).then(|| of_watch as f64 / steps.all as f64)
    }
}

#[cfg(test)]
mod tests {
    use domain::Filling;

    use super::*;

    #[test]
    fn what_is_known_of_a_watch_comes_and_goes() {
        let state = State::default();
        let (a, b) = (WatchId(1), WatchId(2));
        assert_eq!(state.of(a), WatchState::default());
        state.set_filling(a, Some(Arc::default()));
        state.add_found(a);
        let filling = Filling { found: 1, looked_at: 0, of: 0 };
        state.set_trouble(b, Some(("weg".into(), "gone".into())));
        assert_eq!(state.of(a).filling, Some(filling));
        assert_eq!(state.troubles(), [(b, ("weg".into(), "gone".into()))]);
        state.add_steps([(a, 3), (b, 1)]);
        assert_eq!((state.of(a).share, state.of(WatchId(3)).share), (Some(0.75), Some(0.0)));
        assert_eq!(state.costliest(1), [(a, 0.75)]);
        state.set_filling(a, None);
        state.forget(b);
        assert_eq!(state.of(a).filling, None);
        assert!(state.troubles().is_empty() && locked(&state.watches).is_empty());
    }
}
