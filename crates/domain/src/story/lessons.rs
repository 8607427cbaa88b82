//! What people's corrections teach, for each watch by itself.
//!
//! A pair that was judged has two features: how like the two are, and what the time between them
//! costs. The judgement is `likeness - patience · price ≥ bar`; a correction that it got wrong, or
//! right by little, moves both numbers a step towards the right answer (the perceptron with
//! margin, Krauth & Mézard 1987), within bounds. The same corrections in the same order teach the
//! same everywhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The bar is moved by at most this, down and up: people see and join what was parted more often
/// than they part what was joined, so that what they say would lower it without end.
const BOUNDS: [f32; 2] = [-0.04, 0.15];
/// A judgement should be right by this.
const MARGIN: f32 = 0.03;
/// The first step goes this part of the way; later ones are smaller.
const RATE: f32 = 0.1;
/// So many lessons halve the step.
const SETTLED: f32 = 10.0;

/// What one watch was taught.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lesson {
    /// How many corrections were about it.
    pub taught: u32,
    /// How much more likeness is asked for than by default, -0.04 to 0.15.
    pub bar: f32,
    /// What the default price of time is multiplied by, 0.2 to 2.
    pub patience: f32,
}

impl Default for Lesson {
    fn default() -> Lesson {
        Lesson { taught: 0, bar: 0.0, patience: 1.0 }
    }
}

impl Lesson {
    /// A person said whether two are the same whose likeness and price of time were these.
    pub(super) fn learn(&mut self, same: bool, likeness: f32, price: f32, bar: f32) {
        self.taught = self.taught.saturating_add(1);
        let over = likeness - self.patience * price - bar - self.bar;
        let wrong = MARGIN - if same { over } else { -over };
        if wrong <= 0.0 {
            return;
        }
        let rate = RATE / (1.0 + self.taught as f32 / SETTLED);
        // Of a pair that is nothing alike, a person knows what no setting will teach.
        let step = rate * wrong.min(0.1) * if same { -1.0 } else { 1.0 };
        self.bar = (self.bar + step).clamp(BOUNDS[0], BOUNDS[1]);
        self.patience = (self.patience + 4.0 * step * price.min(0.5)).clamp(0.2, 2.0);
    }
}

/// What was taught, by watch: plain data, to be kept and given back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lessons(pub BTreeMap<i64, Lesson>);

impl Lessons {
    /// What a watch was taught; the default for one that was taught nothing.
    #[must_use]
    pub fn of(&self, watch: i64) -> Lesson {
        self.0.get(&watch).copied().unwrap_or_default()
    }
}
