//! Measures of quality.

use text::sentiment;

use crate::train::data::tone_class;

/// What was said and what is true of one text.
pub struct Judged {
    /// Probability of negative, neutral, positive.
    pub shares: [f32; 3],
    /// The right class.
    pub truth: usize,
}

impl Judged {
    /// The class that the product names.
    pub fn class(&self) -> usize {
        tone_class(sentiment::top(&self.shares).tone.as_str())
    }

    /// The probability that the product states with it.
    pub fn confidence(&self) -> f32 {
        sentiment::top(&self.shares).confidence
    }

    /// Whether the class is right.
    pub fn right(&self) -> bool {
        self.class() == self.truth
    }
}

/// Counts of truth against answer over three classes.
#[derive(Default)]
pub struct Confusion([[usize; 3]; 3]);

impl Confusion {
    /// Counts one answer.
    pub fn add(&mut self, truth: usize, answer: usize) {
        self.0[truth][answer] += 1;
    }

    /// Mean recall of the classes that occur.
    pub fn macro_recall(&self) -> f64 {
        self.mean(|class| ratio(self.0[class][class], self.of(class)))
    }

    /// Mean F1 of the classes that occur.
    pub fn macro_f1(&self) -> f64 {
        let said = |class: usize| -> usize { self.0.iter().map(|row| row[class]).sum() };
        self.mean(|class| ratio(2 * self.0[class][class], self.of(class) + said(class)))
    }

    /// Share of right answers.
    pub fn accuracy(&self) -> f64 {
        let right = (0..3).map(|class| self.0[class][class]).sum();
        ratio(right, (0..3).map(|class| self.of(class)).sum())
    }

    fn of(&self, class: usize) -> usize {
        self.0[class].iter().sum()
    }

    fn mean(&self, value: impl Fn(usize) -> f64) -> f64 {
        let classes: Vec<usize> = (0..3).filter(|&class| self.of(class) > 0).collect();
        classes.iter().map(|&class| value(class)).sum::<f64>() / classes.len().max(1) as f64
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Area under the ROC curve: how often a true one scores above a false one; ties count half.
pub fn auc(scored: &[(f32, bool)]) -> f64 {
    let mut sorted: Vec<&(f32, bool)> = scored.iter().collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let trues = scored.iter().filter(|(_, t)| *t).count();
    let falses = scored.len() - trues;
    let (mut below, mut area) = (0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
        let up = tied.iter().filter(|(_, t)| *t).count();
        let down = tied.len() - up;
        area += up as f64 * (below as f64 + down as f64 / 2.0);
        below += down;
    }
    area / (trues * falses).max(1) as f64
}

/// One row of a reliability table.
pub struct Bin {
    /// The answers stated with a probability from here to a tenth above.
    pub from: f64,
    /// How many.
    pub texts: usize,
    /// The mean of what was stated.
    pub said: f64,
    /// The share that was right.
    pub right: f64,
}

impl Bin {
    /// The share that was right as a bar; `|` stands where the bar should end.
    pub fn drawn(&self) -> String {
        let place = |share: f64| (share * BAR as f64).round() as usize;
        let sign = |at: usize| match at {
            at if at == place(self.said) => '|',
            at if at < place(self.right) => '#',
            _ => ' ',
        };
        (0..=BAR).map(sign).collect()
    }
}

/// Signs of a whole bar.
const BAR: usize = 40;

/// Answers by stated probability, in tenths; empty tenths are left out.
pub fn reliability(sure: &[(f32, bool)]) -> Vec<Bin> {
    let bin = |from: usize| {
        let inside: Vec<&(f32, bool)> =
            sure.iter().filter(|(p, _)| ((p * 10.0) as usize).min(9) == from).collect();
        let texts = inside.len();
        let said: f64 = inside.iter().map(|(p, _)| f64::from(*p)).sum();
        let right = inside.iter().filter(|(_, right)| *right).count();
        let said = if texts == 0 { 0.0 } else { said / texts as f64 };
        Bin { from: from as f64 / 10.0, texts, said, right: ratio(right, texts) }
    };
    (0..10).map(bin).filter(|bin| bin.texts > 0).collect()
}

/// Expected calibration error over tenths (Naeini, Cooper and Hauskrecht 2015).
pub fn calibration_error(sure: &[(f32, bool)]) -> f64 {
    let part = |bin: &Bin| bin.texts as f64 * (bin.said - bin.right).abs();
    reliability(sure).iter().map(part).sum::<f64>() / sure.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_the_share_of_pairs_in_order() {
        let check = |scored: &[(f32, bool)], expect: f64| assert_eq!(auc(scored), expect);
        check(&[(0.9, true), (0.1, false)], 1.0);
        check(&[(0.1, true), (0.9, false)], 0.0);
        check(&[(0.5, true), (0.5, false)], 0.5);
        check(&[(0.9, true), (0.5, false), (0.4, true), (0.1, false)], 0.75);
    }

    #[test]
    fn a_bar_ends_at_its_mark_where_what_was_said_holds() {
        let drawn = |said, right| Bin { from: 0.0, texts: 1, said, right }.drawn();
        assert_eq!(drawn(0.5, 0.5).trim_end(), format!("{}|", "#".repeat(20)));
        assert_eq!(drawn(0.5, 0.25).trim_end(), format!("{}{}|", "#".repeat(10), " ".repeat(10)));
        assert_eq!(drawn(0.25, 0.5).trim_end(), format!("{}|{}", "#".repeat(10), "#".repeat(9)));
        assert_eq!(drawn(1.0, 1.0), format!("{}|", "#".repeat(40)));
    }

    #[test]
    fn recall_and_f1_are_means_over_classes() {
        let mut confusion = Confusion::default();
        for (truth, answer) in [(0, 0), (0, 0), (0, 2), (0, 0), (2, 2), (2, 0)] {
            confusion.add(truth, answer);
        }
        assert_eq!(confusion.macro_recall(), (0.75 + 0.5) / 2.0);
        assert_eq!(confusion.accuracy(), 4.0 / 6.0);
        assert_eq!(confusion.macro_f1(), (6.0 / 8.0 + 2.0 / 4.0) / 2.0);
    }

    #[test]
    fn who_says_eighty_and_is_right_in_eighty_is_calibrated() {
        let sure: Vec<(f32, bool)> = (0..10).map(|i| (0.8, i < 8)).collect();
        assert!(calibration_error(&sure) < 1e-6);
        let vain: Vec<(f32, bool)> = (0..10).map(|i| (0.95, i < 5)).collect();
        assert!((calibration_error(&vain) - 0.45).abs() < 1e-6);
    }
}
