//! Many standing queries against one post.
//!
//! Each query is listed under the words one of which every matching post has (its anchors). A post
//! brings up the queries listed under its words; each of these is then looked at closely.

use std::sync::Arc;

use domain::{Span, WatchId};
use rustc_hash::FxHashMap;
use text::words::Words;

use crate::ast::{Node, Query};
use crate::code::{Code, Compiler};
use crate::dictionary::{Dictionary, Id};
use crate::document::Document;
use crate::eval::{Eval, Occurrences};
use crate::fields::{FieldName, Holds, PROPERTY_MARK, Property};

/// A watch that a post matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The watch.
    pub watch: WatchId,
    /// What matched, and why.
    pub hit: Hit,
}

/// What matched in a post, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hit {
    /// The words that matched: sorted, without overlaps, at most [`MAX_SPANS`]. Empty where only
    /// fields hit.
    pub spans: Vec<Span>,
    /// Which branches hit, short, as a person reads it: `"windows 7" · crash*`.
    pub why: String,
}

/// The most spans that a [`Hit`] lists.
pub const MAX_SPANS: usize = 32;

/// Memory that matching needs and keeps; one a thread, for any matcher.
#[derive(Debug, Default)]
pub struct Scratch {
    words: Occurrences,
    /// The round in which a query was looked at, by its slot.
    seen: Vec<u32>,
    key: String,
}

/// Standing queries, ready to be asked which of them a post matches.
///
/// Matching takes `&self`: threads share a matcher, each with its own [`Scratch`]. A copy costs a
/// fraction of building one, so a change is made on a copy that then takes the place of the old.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    dictionary: Dictionary,
    /// The slots of the queries listed under each word.
    postings: Vec<Vec<u32>>,
    entries: Vec<Option<Arc<Entry>>>,
    free: Vec<u32>,
    slots: FxHashMap<WatchId, u32>,
    /// Slots of queries that no word brings up.
    always: Vec<u32>,
}

#[derive(Debug)]
struct Entry {
    watch: WatchId,
    ast: Node,
    code: Code,
    /// Every word the code names, as often as it names it.
    ids: Vec<Id>,
    /// The words it is listed under; none: looked at for every post.
    anchors: Vec<Id>,
}

impl Matcher {
    /// No query in it.
    #[must_use]
    pub fn new() -> Matcher {
        Matcher::default()
    }

    /// Adds a query, in place of the one the watch had.
    pub fn insert(&mut self, watch: WatchId, query: &Query) {
        self.remove(watch);
        let mut compiler = Compiler::new(&mut self.dictionary);
        let code = compiler.compile(&query.ast);
        let ids = std::mem::take(&mut compiler.ids);
        let mut anchors =
            code.anchors(&self.dictionary).map(|(_, anchors)| anchors).unwrap_or_default();
        anchors.sort_unstable();
        anchors.dedup();
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                self.entries.push(None);
                (self.entries.len() - 1) as u32
            }
        };
        self.postings.resize_with(self.dictionary.len(), Vec::new);
        for anchor in &anchors {
            self.postings[*anchor as usize].push(slot);
        }
        if anchors.is_empty() {
            self.always.push(slot);
        }
        self.slots.insert(watch, slot);
        let entry = Entry { watch, ast: query.ast.clone(), code, ids, anchors };
        self.entries[slot as usize] = Some(Arc::new(entry));
    }

    /// Removes a watch's query; `false` when there was none.
    pub fn remove(&mut self, watch: WatchId) -> bool {
        let Some(slot) = self.slots.remove(&watch) else { return false };
        let Some(entry) = self.entries[slot as usize].take() else { return false };
        for anchor in &entry.anchors {
            self.postings[*anchor as usize].retain(|other| *other != slot);
        }
        self.always.retain(|other| *other != slot);
        for id in &entry.ids {
            self.dictionary.remove(*id);
        }
        self.free.push(slot);
        true
    }

    /// The number of queries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// No query in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The watches that a post matches, by ascending id.
    #[must_use]
    pub fn matches(&self, document: &Document<'_>, scratch: &mut Scratch) -> Vec<Match> {
        self.scan(document, scratch);
        scratch.seen.resize(scratch.seen.len().max(self.entries.len()), 0);
        let round = scratch.words.round();
        let eval = Eval { document, words: &scratch.words };
        let mut matches = Vec::new();
        let listed = scratch.words.found().iter().flat_map(|id| &self.postings[*id as usize]);
        for &slot in listed.chain(&self.always) {
            let seen = &mut scratch.seen[slot as usize];
            if *seen == round {
                continue;
            }
            *seen = round;
            let Some(entry) = &self.entries[slot as usize] else { continue };
            if eval.holds(&entry.code) {
                let hit = eval.hit(&entry.ast, &entry.code);
                matches.push(Match { watch: entry.watch, hit });
            }
        }
        matches.sort_unstable_by_key(|found| found.watch);
        matches
    }

    /// Notes which known words a post has, and where.
    fn scan(&self, document: &Document<'_>, scratch: &mut Scratch) {
        let Scratch { words: found, seen, key } = scratch;
        if found.begin(self.dictionary.len()) {
            seen.fill(0);
        }
        let words = document.words();
        for (number, token) in words.tokens().iter().enumerate() {
            words.each_key(token, |key| {
                self.dictionary.find(key, |id| found.add(id, number as u32));
            });
        }
        let mut number = words.tokens().len() as u32;
        let asks = |field| self.dictionary.asks_for(Some(field));
        if FieldName::ALL.into_iter().any(|f| is_worded(f) && asks(f)) {
            let fields = document.fields();
            let mut first = 0;
            for (field, end) in &fields.runs {
                if asks(*field) {
                    let run = first as usize..*end as usize;
                    self.scan_field(&fields.words, run, *field, number, found, key);
                }
                first = *end;
            }
            number += first;
        }
        for field in FieldName::ALL {
            if field.holds() == Holds::Values && asks(field) {
                document.values(field, &mut |value| {
                    key.clear();
                    key.push(field.mark());
                    key.push_str(value);
                    self.dictionary.find(key, |id| found.add(id, number));
                });
            }
        }
        if self.dictionary.asks_for(None) {
            for property in Property::ALL.into_iter().filter(|p| document.is(*p)) {
                key.clear();
                key.push(PROPERTY_MARK);
                key.push_str(property.as_str());
                self.dictionary.find(key, |id| found.add(id, number));
            }
        }
    }

    fn scan_field(
        &self,
        words: &Words,
        run: std::ops::Range<usize>,
        field: FieldName,
        before: u32,
        found: &mut Occurrences,
        marked: &mut String,
    ) {
        for (i, token) in words.tokens()[run.clone()].iter().enumerate() {
            for key in words.keys(token) {
                marked.clear();
                marked.push(field.mark());
                marked.push_str(key);
                self.dictionary.find(marked, |id| found.add(id, before + (run.start + i) as u32));
            }
        }
    }
}

fn is_worded(field: FieldName) -> bool {
    matches!(field.holds(), Holds::Words | Holds::Address)
}

/// Whether a query matches a post, and where; asks no index.
#[must_use]
pub fn matches_one(query: &Query, document: &Document<'_>) -> Option<Hit> {
    let mut matcher = Matcher::new();
    let mut scratch = Scratch::default();
    let code = Compiler::new(&mut matcher.dictionary).compile(&query.ast);
    matcher.scan(document, &mut scratch);
    let eval = Eval { document, words: &scratch.words };
    eval.holds(&code).then(|| eval.hit(&query.ast, &code))
}
