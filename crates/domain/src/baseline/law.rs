//! The negative binomial law: a Poisson law whose mean itself varies.

/// Counts with a mean and variance mean + dispersion × mean².
#[derive(Clone, Copy, Debug)]
pub(super) struct NegativeBinomial {
    mean: f64,
    /// 1 ÷ dispersion.
    shape: f64,
}

/// Beyond so many terms a tail is not summed: it is below what any rule asks for.
const TERMS: u64 = 1_000_000;

impl NegativeBinomial {
    /// The law; `mean` and `dispersion` are at least tiny.
    pub(super) fn new(mean: f64, dispersion: f64) -> NegativeBinomial {
        NegativeBinomial { mean: mean.max(1e-9), shape: 1.0 / dispersion.max(1e-6) }
    }

    /// Probability of `n` or more.
    pub(super) fn at_least(self, n: u64) -> f64 {
        match n {
            0 => 1.0,
            _ if n > TERMS => 0.0,
            _ => (1.0 - self.at_most(n - 1)).max(0.0),
        }
    }

    /// Probability of `n` or fewer.
    pub(super) fn at_most(self, n: u64) -> f64 {
        let (mean, shape) = (self.mean, self.shape);
        // In logarithms: the first term underflows for large means.
        let mut log_term = -shape * (mean / shape).ln_1p();
        let ratio = (mean / (mean + shape)).ln();
        let mut head = 0.0;
        for k in 0..=n.min(TERMS) {
            head += log_term.exp();
            log_term += ((k as f64 + shape) / (k as f64 + 1.0)).ln() + ratio;
        }
        head.min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_the_books() {
        let check = |mean: f64, dispersion: f64, n: u64, expect: f64| {
            let said = NegativeBinomial::new(mean, dispersion).at_most(n);
            assert!((said - expect).abs() < 1e-4, "{mean} {dispersion} {n}: {said}");
        };
        // Dispersion 1 is the geometric law: P(N ≤ n) = 1 − (mean ÷ (1 + mean))ⁿ⁺¹.
        check(1.0, 1.0, 0, 0.5);
        check(3.0, 1.0, 4, 1.0 - 0.75_f64.powi(5));
        // Next to none is the Poisson law.
        check(1.0, 1e-6, 0, (-1.0_f64).exp());
        check(900.0, 1e-6, 1_200, 1.0);
    }

    #[test]
    fn both_tails_overlap_in_one_count() {
        let law = NegativeBinomial::new(7.0, 0.3);
        let one = law.at_most(5) - law.at_most(4);
        assert!((law.at_most(5) + law.at_least(5) - 1.0 - one).abs() < 1e-12);
        assert_eq!(law.at_least(0), 1.0);
    }
}
