//! Two short texts, aligned word by word.

use super::print::{NUMBER, SHORT};

/// What two rows of words have in common, and how they differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Aligned {
    /// Words found in both, in order.
    pub matched: usize,
    /// Of them, words that differ by a letter or two.
    pub slips: usize,
    /// Words in place of which others stand, between matched ones.
    pub replaced: usize,
    /// Words before the first matched one in either text.
    pub front: [usize; 2],
    /// Words behind the last matched one in either text.
    pub back: [usize; 2],
    /// Where numbers stand in one, other numbers stand in the other.
    pub numbers_changed: bool,
}

const SAME: u16 = 4;
const SLIP: u16 = 3;

/// Aligns two rows of at most [`SHORT`] word codes, so that most words match.
pub(super) fn align(a: &[u16], b: &[u16]) -> Aligned {
    let mut best = [[0_u16; SHORT + 1]; SHORT + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let score = alike(a[i], b[j]);
            let through = if score > 0 { best[i + 1][j + 1] + score } else { 0 };
            best[i][j] = through.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let mut found = Aligned::default();
    let (mut i, mut j) = (0, 0);
    let (mut gap_a, mut gap_b) = (0, 0);
    while i < a.len() && j < b.len() {
        let score = alike(a[i], b[j]);
        if score > 0 && best[i][j] == best[i + 1][j + 1] + score {
            found.gap(&a[gap_a..i], &b[gap_b..j], false);
            found.matched += 1;
            found.slips += usize::from(score == SLIP);
            (i, j) = (i + 1, j + 1);
            (gap_a, gap_b) = (i, j);
        } else if best[i][j] == best[i + 1][j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found.gap(&a[gap_a..], &b[gap_b..], true);
    found
}

impl Aligned {
    fn gap(&mut self, a: &[u16], b: &[u16], last: bool) {
        let sizes = [a.len(), b.len()];
        if last {
            self.back = sizes;
        } else if self.matched == 0 {
            self.front = sizes;
        } else {
            self.replaced += a.len().min(b.len());
        }
        let has_number = |codes: &[u16]| codes.iter().any(|code| code & NUMBER != 0);
        self.numbers_changed |= has_number(a) && has_number(b);
    }
}

/// How well two words match; 0 when they do not.
#[inline]
fn alike(a: u16, b: u16) -> u16 {
    let differ = a ^ b;
    if differ == 0 {
        return SAME;
    }
    // Without its lowest bit, and that again: more than two letters differ.
    let rest = differ & (differ - 1);
    if rest & rest.wrapping_sub(1) != 0 || (a | b) & NUMBER != 0 {
        return 0;
    }
    let letters = a.count_ones().max(b.count_ones());
    let least = if rest == 0 { 2 } else { 4 };
    if letters >= least { SLIP } else { 0 }
}
