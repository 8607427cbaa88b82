//! Which watches listen for the same subject: those that find the same posts.
//!
//! A grower that is told the subject of a post keeps what is said of a rival apart from the same said of
//! us, and does not part what a broad watch and a narrow one find.

use std::collections::{BTreeMap, HashMap};

use domain::WatchId;

/// Of the posts of the smaller watch so large a part must be found by the other one, too.
const SHARED: f64 = 0.3;
/// And so many of them.
const LEAST: u64 = 2;
/// So many pairs are counted; the first that came.
const MOST_PAIRS: usize = 100_000;
/// With more pairs than this they are worked out anew only now and then.
const MANY_PAIRS: usize = 2_000;
const NOW_AND_THEN: u32 = 100;

/// What is known of watches that find posts together.
#[derive(Debug, Default)]
pub(super) struct Subjects {
    alone: BTreeMap<WatchId, u64>,
    together: BTreeMap<(WatchId, WatchId), u64>,
    /// Every watch that shares its subject with a smaller number.
    same: HashMap<WatchId, WatchId>,
    asked: u32,
}

impl Subjects {
    /// So many posts were found by this watch.
    pub fn count(&mut self, watch: WatchId, posts: u64) {
        *self.alone.entry(watch).or_default() += posts;
    }

    /// So many posts were found by both.
    pub fn count_both(&mut self, a: WatchId, b: WatchId, posts: u64) {
        let pair = (a.min(b), a.max(b));
        if self.together.len() < MOST_PAIRS || self.together.contains_key(&pair) {
            *self.together.entry(pair).or_default() += posts;
        }
    }

    /// Works out anew which watches share a subject, if there are few or it is time.
    pub fn settle_now_and_then(&mut self) {
        self.asked = self.asked.wrapping_add(1);
        if self.together.len() <= MANY_PAIRS || self.asked.is_multiple_of(NOW_AND_THEN) {
            self.settle();
        }
    }

    /// Works out anew which watches share a subject.
    pub fn settle(&mut self) {
        self.same.clear();
        for (&(a, b), &both) in &self.together {
            let of = |watch| self.alone.get(&watch).copied().unwrap_or(0);
            if both >= LEAST && both as f64 >= SHARED * of(a).min(of(b)) as f64 {
                let (a, b) = (find(&self.same, a), find(&self.same, b));
                if a != b {
                    self.same.insert(a.max(b), a.min(b));
                }
            }
        }
    }

    /// Whether a watch finds less than half of what another watch of its subject finds: then that it
    /// found a post says more than its subject.
    pub fn is_narrow(&self, watch: WatchId) -> bool {
        let subject = self.of(watch);
        let of = |watch: &WatchId| self.alone.get(watch).copied().unwrap_or(0);
        let mut others = self.same.keys().chain([&subject]).filter(|w| self.of(**w) == subject);
        others.any(|other| of(other) > 2 * of(&watch))
    }

    /// The subject of a watch: the smallest number among the watches that share it.
    pub fn of(&self, watch: WatchId) -> WatchId {
        find(&self.same, watch)
    }
}

fn find(same: &HashMap<WatchId, WatchId>, mut watch: WatchId) -> WatchId {
    while let Some(smaller) = same.get(&watch) {
        watch = *smaller;
    }
    watch
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watches_that_find_the_same_posts_share_a_subject() {
        let [brand, night, rival, topic] = [4, 2, 3, 1].map(WatchId);
        let mut subjects = Subjects::default();
        for (watch, posts) in [(brand, 100), (night, 10), (rival, 80), (topic, 1_000)] {
            subjects.count(watch, posts);
        }
        subjects.count_both(night, brand, 10);
        subjects.count_both(brand, rival, 5);
        subjects.count_both(rival, topic, 1);
        subjects.settle();
        let of = |watch| subjects.of(watch);
        assert_eq!([of(brand), of(night), of(rival), of(topic)], [night, night, rival, topic]);
        let narrow = [brand, night, rival, topic].map(|watch| subjects.is_narrow(watch));
        assert_eq!(narrow, [false, true, false, false]);
        subjects.count_both(night, topic, 6);
        subjects.settle();
        assert_eq!(
            [brand, night, rival, topic].map(|w| subjects.of(w)),
            [topic, topic, rival, topic]
        );
    }
}
