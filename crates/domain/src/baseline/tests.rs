//! False alarms are counted on streams whose law is known, by a generator of fixed seed.

use super::*;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn even(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn poisson(&mut self, mean: f64) -> u32 {
        let (limit, mut product, mut n) = ((-mean).exp(), self.even(), 0);
        while product > limit {
            product *= self.even();
            n += 1;
        }
        n
    }

    /// Negative binomial with dispersion 1 ÷ `shape`: a Poisson law with a Gamma mean.
    fn bursty(&mut self, mean: f64, shape: u32) -> u32 {
        let gamma: f64 = (0..shape).map(|_| -(1.0 - self.even()).ln()).sum();
        self.poisson(mean * gamma / f64::from(shape))
    }
}

/// Busy on weekdays from eight to eight, quiet at night and on the weekend.
fn weekly(hour: i64) -> f64 {
    let cell = of_week(hour);
    let day = if (8..20).contains(&(cell % 24)) { 2.0 } else { 0.2 };
    if cell / 24 >= 5 { day * 0.4 } else { day }
}

const LEARN: i64 = 3 * WEEK as i64;
const YEAR: i64 = 52 * WEEK as i64;

/// Alarms in a year, looked for at a quarter, half and the end of every hour; the last eight
/// weeks are learnt anew every week.
fn alarms(seed: u64, mut next: impl FnMut(&mut Dice, i64) -> u32) -> usize {
    let mut dice = Dice(seed);
    let mut past: Vec<(i64, u32)> = (0..LEARN).map(|h| (h, next(&mut dice, h))).collect();
    let mut baseline = Baseline::of(&past);
    let mut told = 0;
    for hour in LEARN..LEARN + YEAR {
        if hour % WEEK as i64 == 0 {
            baseline = Baseline::of(&past[past.len().saturating_sub(8 * WEEK)..]);
        }
        let n = next(&mut dice, hour);
        let mut within: Vec<f64> = (0..n).map(|_| dice.even()).collect();
        within.sort_by(f64::total_cmp);
        told += usize::from([0.25, 0.5, 1.0].iter().any(|&part| {
            let seen = within.partition_point(|&t| t <= part) as u64;
            baseline.judge(hour, seen, part).is_some()
        }));
        past.push((hour, n));
    }
    told
}

#[test]
fn at_most_one_false_alarm_a_month() {
    let check = |name: &str, next: &dyn Fn(&mut Dice, i64) -> u32| {
        for seed in 1..=2 {
            let told = alarms(seed, next);
            assert!(told <= 12, "{name}, seed {seed}: {told} alarms in a year");
        }
    };
    check("rare", &|d, _| d.poisson(0.2));
    check("Poisson 3", &|d, _| d.poisson(3.0));
    check("Poisson 40", &|d, _| d.poisson(40.0));
    check("bursty 2", &|d, _| d.bursty(2.0, 2));
    check("bursty 20", &|d, _| d.bursty(20.0, 3));
    check("weekly", &|d, h| d.poisson(5.0 * weekly(h)));
    check("weekly and bursty", &|d, h| d.bursty(10.0 * weekly(h), 3));
    check("busy weekly", &|d, h| d.poisson(100.0 * weekly(h)));
    check("growing", &|d, h| d.poisson(5.0 + h as f64 / 500.0));
}

#[test]
fn floods_and_silences_are_told() {
    let mut dice = Dice(7);
    let past: Vec<(i64, u32)> = (0..LEARN).map(|h| (h, dice.poisson(20.0 * weekly(h)))).collect();
    let baseline = Baseline::of(&past);
    // Hour 4 × 24 after a Thursday is a Monday.
    let monday = LEARN + 4 * 24;
    let check = |hour: i64, seen: u64, part: f64, expect: &str| {
        let told = match baseline.judge(hour, seen, part) {
            None => "",
            Some(Unusual::Burst(_)) => "burst",
            Some(Unusual::Dip(_)) => "dip",
        };
        assert_eq!(told, expect, "{hour} {seen} {part}");
    };
    check(monday + 10, 42, 1.0, "");
    check(monday + 10, 120, 1.0, "burst");
    check(monday + 10, 60, 0.25, "burst");
    check(monday + 3, 42, 1.0, "burst");
    check(monday + 10, 2, 1.0, "dip");
    check(monday + 10, 2, 0.2, "");
    check(monday + 3, 0, 1.0, "");
    check(monday + 3, 3, 0.01, "");
    check(monday + 3, 3, f64::NAN, "");
}

#[test]
fn a_past_flood_does_not_hide_the_next() {
    let mut past: Vec<(i64, u32)> = (0..LEARN).map(|h| (h, 4 + (h % 3) as u32)).collect();
    for day in &mut past[200..206] {
        day.1 = 400;
    }
    let baseline = Baseline::of(&past);
    assert!(baseline.judge(LEARN, 40, 1.0).is_some());
    assert!(baseline.expected(LEARN + 200).is_some_and(|mean| mean < 15.0));
}

#[test]
fn without_history_only_the_absolute_rule_speaks() {
    let check = |hours: i64, seen: u64, expect: Option<Rule>| {
        let past: Vec<(i64, u32)> = (0..hours).map(|h| (h, 1)).collect();
        let told = Baseline::of(&past).judge(hours, seen, 1.0).map(|u| match u {
            Unusual::Burst(f) | Unusual::Dip(f) => f.rule,
        });
        assert_eq!(told, expect, "{hours} hours, {seen} seen");
    };
    check(0, 49, None);
    check(0, 50, Some(Rule::Absolute));
    check(5, 0, None);
    check(23, 60, Some(Rule::Absolute));
    check(48, 60, Some(Rule::Tail));
    check(48, 7, None);
    check(400, 3, None);
}

#[test]
fn hours_nobody_listened_are_not_empty_ones() {
    let every: Vec<(i64, u32)> = (0..LEARN).map(|h| (h, 30)).collect();
    let gaps: Vec<(i64, u32)> = every.iter().copied().filter(|c| c.0 % 100 < 60).collect();
    let expected = Baseline::of(&gaps).expected(5).unwrap_or(0.0);
    assert!((expected - 30.0).abs() < 1.0, "{expected}");
    let mut mixed = gaps.clone();
    mixed.reverse();
    assert_eq!(Baseline::of(&mixed), Baseline::of(&gaps));
}
