//! The daily rhythm of an audience, and what a fading story may still get until a moment.
//!
//! People sleep: the same story gets a tenth of its posts an hour at four in the morning. The
//! table is the rhythm of reposts by local hour, fitted to reposts cascades as rate = age × hour
//! (alternating Poisson fits), with mean one. Age fades as in SEISMIC (Zhao et al., KDD 2015): flat
//! for half an hour, then a power law, with a cut after some days.

/// Posts at each local hour relative to the day's mean (mean 1). Fitted, `docs/accuracy.md`.
const ACTIVITY: [f64; 24] = [
    0.92, 0.29, 0.31, 0.13, 0.21, 0.21, 0.63, 1.22, 1.59, 1.67, 1.53, 1.23, 1.49, 1.28, 1.05, 1.07,
    1.01, 1.09, 0.90, 1.23, 0.85, 1.45, 1.06, 1.55,
];

/// The age in hours at which attention has halved.
const FADE: f64 = 0.5;

/// The age in hours at which the power law is cut to its 1/e.
const CUT: f64 = 72.0;

/// Steps of the numerical integral, equally wide in the logarithm of age.
const STEPS: u32 = 48;

/// The audience's clock: the local hour (0 ≤ h < 24) at which a story began, where it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayClock {
    start: Option<f64>,
}

impl DayClock {
    /// A clock of a story that began at local hour `start`; `None` knows no rhythm.
    #[must_use]
    pub fn new(start: Option<f64>) -> DayClock {
        DayClock { start: start.map(|h| h.rem_euclid(24.0)) }
    }

    /// Whether the local hour is known.
    #[must_use]
    pub const fn known(self) -> bool {
        self.start.is_some()
    }

    /// The local hour at `age` hours.
    #[must_use]
    pub fn hour(self, age: f64) -> Option<f64> {
        self.start.map(|h| (h + age).rem_euclid(24.0))
    }

    /// Activity at `age` hours relative to the day's mean; 1 where the hour is unknown.
    #[must_use]
    pub fn activity(self, age: f64) -> f64 {
        self.hour(age).map_or(1.0, |h| ACTIVITY[(h as usize).min(23)])
    }

    /// Mean activity between two ages in hours (`from` < `to`).
    #[must_use]
    pub fn mean(self, from: f64, to: f64) -> f64 {
        let steps = 16;
        let width = (to - from) / f64::from(steps);
        (0..steps).map(|i| self.activity(from + (f64::from(i) + 0.5) * width)).sum::<f64>()
            / f64::from(steps)
    }

    /// What a story of typical fading gets between two ages in hours, in arbitrary units.
    #[must_use]
    pub fn expected(self, from: f64, to: f64) -> f64 {
        let (a, b) = (from.max(0.0).ln_1p(), to.max(0.0).ln_1p());
        let width = (b - a) / f64::from(STEPS);
        (0..STEPS)
            .map(|i| {
                let left = (a + f64::from(i) * width).exp_m1();
                let right = (a + f64::from(i + 1) * width).exp_m1();
                let age = (left + right) / 2.0;
                let fade = (-age / CUT).exp() / (1.0 + age / FADE);
                fade * self.activity(age) * (right - left)
            })
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nights_bring_less_than_days() {
        let check = |start: f64, from: f64, to: f64| DayClock::new(Some(start)).expected(from, to);
        assert!(check(23.0, 1.0, 6.0) < 0.6 * check(8.0, 1.0, 6.0));
        let (day, whole) = (check(11.0, 0.0, 12.0), check(11.0, 0.0, 24.0));
        assert!(day < whole, "{day} {whole}");
    }

    #[test]
    fn an_unknown_hour_is_an_average_one() {
        let clock = DayClock::new(None);
        assert_eq!((clock.activity(3.0), clock.hour(3.0)), (1.0, None));
        assert!((ACTIVITY.iter().sum::<f64>() / 24.0 - 1.0).abs() < 0.02);
    }
}
