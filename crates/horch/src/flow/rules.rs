//! What posts are held against. A change is made by the one writer and then published as a whole:
//! versions share nearly everything, and whoever reads never waits.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{AlertRules, Watch, WatchId};
use query::{Frequencies, Matcher, Query, Snapshot};

use super::heads::Heads;

/// Watches in one block; a change copies one block and the list of blocks.
const BLOCK: i64 = 256;

/// What is matched: all watches that are not paused, and their matcher; a version that never
/// changes.
#[derive(Clone, Default)]
pub struct Rules {
    /// The matcher over all of them.
    pub matcher: Snapshot,
    /// What the house has learnt.
    pub heads: Arc<Heads>,
    blocks: BTreeMap<i64, Arc<Block>>,
    count: usize,
}

/// Neighbours by number, ascending.
type Block = Vec<(WatchId, Rule)>;

/// What judging a match needs to know of its watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The version of its query.
    pub version: u32,
    /// When it tells somebody.
    pub alerts: AlertRules,
}

/// Writes rules.
#[derive(Default)]
pub struct Writer {
    matcher: Matcher,
    rules: Rules,
}

impl Writer {
    /// No rules yet; the matcher chooses words by these frequencies.
    #[must_use]
    pub fn new(frequencies: Frequencies) -> Writer {
        Writer { matcher: Matcher::with(frequencies), rules: Rules::default() }
    }

    /// Adds a watch with its query, everything that this refers to looked up, in place of what the
    /// watch had.
    pub fn insert(&mut self, watch: &Watch, query: &Query) {
        self.matcher.insert(watch.id, query);
        self.set(watch);
    }

    /// Sets what is known of a watch whose query stayed as it was.
    pub fn set(&mut self, watch: &Watch) {
        let rule = Rule { version: watch.version, alerts: watch.alerts };
        let blocks = &mut self.rules.blocks;
        let block = Arc::make_mut(blocks.entry(watch.id.0.div_euclid(BLOCK)).or_default());
        match block.binary_search_by_key(&watch.id, |(id, _)| *id) {
            Ok(at) => block[at].1 = rule,
            Err(at) => {
                block.insert(at, (watch.id, rule));
                self.rules.count += 1;
            }
        }
    }

    /// Sets what the house has learnt.
    pub fn set_heads(&mut self, heads: Arc<Heads>) {
        self.rules.heads = heads;
    }

    /// What the house has learnt.
    #[must_use]
    pub fn heads(&self) -> &Arc<Heads> {
        &self.rules.heads
    }

    /// Removes a watch; `false` when there was none.
    pub fn remove(&mut self, watch: WatchId) -> bool {
        self.matcher.remove(watch);
        let number = watch.0.div_euclid(BLOCK);
        let Some(block) = self.rules.blocks.get_mut(&number) else { return false };
        let Ok(at) = block.binary_search_by_key(&watch, |(id, _)| *id) else { return false };
        Arc::make_mut(block).remove(at);
        self.rules.count -= 1;
        if block.is_empty() {
            self.rules.blocks.remove(&number);
        }
        true
    }

    /// What is known of a watch.
    #[must_use]
    pub fn get(&self, watch: WatchId) -> Option<Rule> {
        self.rules.get(watch)
    }

    /// The rules as they are now.
    #[must_use]
    pub fn publish(&self) -> Rules {
        Rules { matcher: self.matcher.snapshot(), ..self.rules.clone() }
    }
}

impl Rules {
    /// What is known of a watch that is matched.
    #[must_use]
    pub fn get(&self, watch: WatchId) -> Option<Rule> {
        let block = self.blocks.get(&watch.0.div_euclid(BLOCK))?;
        let at = block.binary_search_by_key(&watch, |(id, _)| *id).ok()?;
        Some(block[at].1)
    }

    /// How many watches are matched.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Nothing is matched.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::Time;

    use super::*;

    fn watch(id: i64, query: &str) -> Watch {
        Watch {
            id: WatchId(id),
            name: format!("watch {id}"),
            query: query.to_owned(),
            version: 1,
            alerts: AlertRules::default(),
            paused: false,
            created: Time(0),
            changed: Time(0),
        }
    }

    #[test]
    fn rules_are_kept_by_number_and_published_ones_never_change() {
        let mut writer = Writer::default();
        let mut plain: BTreeMap<WatchId, u32> = BTreeMap::new();
        let query = query::parse("word").unwrap();
        let mut seed = 5_u64;
        for round in 0..4_000_u32 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let id = WatchId((seed >> 33) as i64 % 900 - 100);
            let before = writer.publish();
            let known = before.get(id);
            if seed & (1 << 40) == 0 {
                writer.insert(&Watch { version: round, ..watch(id.0, "word") }, &query);
                plain.insert(id, round);
            } else {
                assert_eq!(writer.remove(id), plain.remove(&id).is_some());
            }
            assert_eq!(before.get(id), known);
            assert_eq!(writer.get(id).map(|rule| rule.version), plain.get(&id).copied());
            let rules = writer.publish();
            assert_eq!((rules.len(), rules.matcher.len()), (plain.len(), plain.len()));
        }
        let rules = writer.publish();
        for (id, version) in plain {
            assert_eq!(rules.get(id).map(|rule| rule.version), Some(version));
        }
    }
}
