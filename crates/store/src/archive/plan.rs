//! From the tree of a query to what the index can answer: always everything that matches, sometimes
//! more.

use std::ops::Bound as Edge;

use query::{
    Bound, FieldName, Node, NumberField, Slot, index_key, index_key_of_property,
    index_keys_of_part, index_keys_of_raw, index_keys_of_stem,
};
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, EmptyQuery, FuzzyTermQuery, InvertedIndexRangeQuery, Occur,
    PhraseQuery, Query, RangeQuery, RegexQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::near::{Near, Shape};
use super::schema::{Fields, RUN_GAP, cut, plain, short_id};
use super::without::Without;

/// What the index proposes for a query.
pub(crate) struct Plan {
    /// Holds for every post that matches. `None`: for every post.
    pub query: Option<Box<dyn Query>>,
    /// Holds for those alone.
    pub exact: bool,
}

impl Plan {
    /// What the index is asked.
    pub fn question(&self) -> Box<dyn Query> {
        self.query.as_ref().map_or_else(|| Box::new(AllQuery) as Box<dyn Query>, |q| q.box_clone())
    }

    fn exact(query: impl Query) -> Plan {
        Plan { query: Some(Box::new(query)), exact: true }
    }

    fn every() -> Plan {
        Plan { query: None, exact: false }
    }

    fn never() -> Plan {
        Plan::exact(EmptyQuery)
    }

    fn inexact(self) -> Plan {
        Plan { exact: false, ..self }
    }

    fn exact_if(self, exact: bool) -> Plan {
        Plan { exact: self.exact && exact, ..self }
    }
}

/// Plans a resolved tree.
pub(crate) fn plan(fields: &Fields, node: &Node) -> Plan {
    Planner { fields, field: None, nested: false }.node(node).unwrap_or_else(Plan::never)
}

#[derive(Clone, Copy)]
struct Planner<'f> {
    fields: &'f Fields,
    field: Option<FieldName>,
    /// A field within a field.
    nested: bool,
}

impl Planner<'_> {
    /// `None`: it cannot be evaluated and is left out of what stands around it.
    fn node(self, node: &Node) -> Option<Plan> {
        // Words of the body stand beside those of the other parts, and what a field means within
        // another one the matcher knows: there is more than is meant.
        let wide = self.nested || self.field == Some(FieldName::Body);
        Some(self.plan(node)?.exact_if(!wide))
    }

    fn plan(self, node: &Node) -> Option<Plan> {
        Some(match node {
            Node::Term(word) => self.term(word),
            Node::Value(value) => self.value(value),
            Node::Prefix(start) => self.prefix(start),
            Node::Wildcard(pattern) => self.shape(&wildcard(pattern)),
            Node::Regex(expression) => self.shape(expression),
            Node::Fuzzy { word, edits } => self.fuzzy(word, *edits),
            Node::Stem(word) => self.any(index_keys_of_stem(word)).inexact(),
            Node::CompoundPart(word) => self.any(index_keys_of_part(word)).inexact(),
            Node::Phrase(slots) => self.phrase(slots),
            Node::Slop { words, .. } => self.all_slots(words).inexact(),
            Node::Window { gap, words } => self.window(*gap, words),
            Node::Raw(text) => self.raw(text),
            Node::And(all) => all_of(self.each(all)?),
            Node::Or(all) => one_of(self.each(all)?),
            Node::AtLeast { n, of } => at_least(*n as usize, self.each(of)?),
            Node::Not(inner) => not(self.node(inner)?),
            Node::Near { gap, ordered, a, b } => self.near(*gap, *ordered, a, b)?,
            Node::NotNear { a, b, .. } => {
                self.node(b)?;
                self.node(a)?.inexact()
            }
            Node::SameSentence { a, b, .. } | Node::SameParagraph { a, b, .. } => {
                all_of(vec![self.node(a)?, self.node(b)?]).inexact()
            }
            Node::MinCount { n, expr } => self.node(expr)?.exact_if(*n <= 1),
            Node::Starts(inner) | Node::Ends(inner) => self.node(inner)?.inexact(),
            Node::Field { name, expr } => self.within(*name, expr)?,
            Node::Is(property) => {
                let key = index_key_of_property(*property);
                // Facts the house knows beside the post are none of the index.
                match *property {
                    query::Property::Reviewed | query::Property::Deleted => Plan::every(),
                    _ => self.key(self.fields.values, &key).exact_if(self.field.is_none()),
                }
            }
            Node::Range { field: NumberField::Published, lo, hi } if self.field.is_none() => {
                self.published(*lo, *hi)
            }
            Node::Range { .. } => Plan::every(),
            Node::Highlight { expr, .. } | Node::Saved { of: Some(expr), .. } => self.node(expr)?,
            Node::Saved { of: None, .. } => Plan::never(),
            Node::NotEvaluable(_) => return None,
        })
    }

    fn each(self, nodes: &[Node]) -> Option<Vec<Plan>> {
        let plans: Vec<Plan> = nodes.iter().filter_map(|node| self.node(node)).collect();
        (!plans.is_empty()).then_some(plans)
    }

    fn within(self, name: FieldName, expr: &Node) -> Option<Plan> {
        Planner { field: Some(name), nested: self.field.is_some(), ..self }.node(expr)
    }

    /// Whether the field that is asked holds whole values.
    fn holds_values(self) -> bool {
        use FieldName as F;
        matches!(
            self.field,
            Some(
                F::Site
                    | F::Lang
                    | F::Country
                    | F::Channel
                    | F::Platform
                    | F::Tier
                    | F::Id
                    | F::Community
                    | F::Tag
                    | F::Sentiment
            )
        )
    }

    fn term(self, word: &str) -> Plan {
        if self.holds_values() {
            return self.value(word);
        }
        self.key(self.fields.words, &index_key(self.field, word))
    }

    fn value(self, value: &str) -> Plan {
        match self.field {
            Some(FieldName::Tag | FieldName::Sentiment) => Plan::every(),
            None => Plan::every(),
            Some(_) if !self.holds_values() => {
                // The matcher asks words and values alike.
                self.key(self.fields.words, &index_key(self.field, value))
            }
            Some(_) => {
                let key = index_key(self.field, value);
                match short_id(&key) {
                    Some(short) => self.key(self.fields.values, &short).inexact(),
                    None => self.key(self.fields.values, &key),
                }
            }
        }
    }

    fn key(self, field: Field, key: &str) -> Plan {
        let (term, whole) = term(field, key);
        Plan::exact(TermQuery::new(term, IndexRecordOption::Basic)).exact_if(whole)
    }

    fn any(self, keys: Vec<String>) -> Plan {
        // Forms are those of words of the text; the part is looked at by the matcher.
        let field = self.fields.words;
        one_of(keys.iter().map(|key| self.key(field, key)).collect())
    }

    fn prefix(self, start: &str) -> Plan {
        if self.field == Some(FieldName::Id) {
            return Plan::every();
        }
        let field = if self.holds_values() { self.fields.values } else { self.fields.words };
        self.prefix_in(field, &index_key(self.field, start))
    }

    fn prefix_in(self, field: Field, start: &str) -> Plan {
        let (low, whole) = term(field, start);
        if start.is_empty() {
            return Plan::every();
        }
        let high = after(low.serialized_value_bytes()).map_or(Edge::Unbounded, |bytes| {
            let mut high = Term::from_field_text(field, "");
            high.append_bytes(&bytes);
            Edge::Excluded(high)
        });
        Plan::exact(InvertedIndexRangeQuery::new(Edge::Included(low), high)).exact_if(whole)
    }

    /// Shapes are looked for in the words of the text, so marks need not be thought of: the matcher
    /// looks at the part.
    fn shape(self, expression: &str) -> Plan {
        match RegexQuery::from_pattern(expression, self.fields.words) {
            Ok(query) => Plan::exact(query).inexact(),
            Err(_) => Plan::every(),
        }
    }

    fn fuzzy(self, word: &str, edits: u8) -> Plan {
        let (term, whole) = term(self.fields.words, word);
        if !whole || edits > 2 {
            return Plan::every();
        }
        Plan::exact(FuzzyTermQuery::new(term, edits, true)).inexact()
    }

    fn slot(self, slot: &Slot) -> Option<Plan> {
        match slot {
            Slot::Word(word) => Some(self.term(word)),
            Slot::Prefix(start) => Some(self.prefix(start)),
            Slot::Gap => None,
        }
    }

    fn all_slots(self, slots: &[Slot]) -> Plan {
        let plans: Vec<Plan> = slots.iter().filter_map(|slot| self.slot(slot)).collect();
        if plans.is_empty() { Plan::every() } else { all_of(plans) }
    }

    fn phrase(self, slots: &[Slot]) -> Plan {
        let words = words_of(slots);
        if self.holds_values() || slots.len() >= RUN_GAP || words.len() < 2 {
            return self.all_slots(slots).exact_if(slots.len() == 1);
        }
        let mut whole = true;
        let terms: Vec<(usize, Term)> = words
            .iter()
            .map(|(place, word)| {
                let (term, is_whole) = term(self.fields.words, &index_key(self.field, word));
                whole &= is_whole;
                (*place, term)
            })
            .collect();
        let phrase = Plan::exact(PhraseQuery::new_with_offset(terms)).exact_if(whole);
        let beginnings: Vec<Plan> = slots
            .iter()
            .filter(|slot| matches!(slot, Slot::Prefix(_)))
            .filter_map(|slot| self.slot(slot))
            .collect();
        // A gap at an edge asks for a word there.
        let open = [slots.first(), slots.last()].contains(&Some(&Slot::Gap));
        if beginnings.is_empty() {
            return phrase.exact_if(!open);
        }
        all_of(beginnings.into_iter().chain([phrase]).collect()).inexact()
    }

    fn raw(self, text: &str) -> Plan {
        let slots: Vec<Slot> = index_keys_of_raw(text).into_iter().map(Slot::Word).collect();
        self.phrase(&slots).inexact()
    }

    fn window(self, gap: u32, words: &[Slot]) -> Plan {
        let sides: Option<Vec<Vec<Term>>> = words
            .iter()
            .map(|slot| match slot {
                Slot::Word(word) => self.place(word).map(|term| vec![term]),
                _ => None,
            })
            .collect();
        let wide = || self.all_slots(words).inexact();
        let Some(sides) = sides else { return wide() };
        match sides.len() {
            2 => self.placed(Shape::Near, gap, sides).unwrap_or_else(wide),
            // Each word must have a place of its own; the matcher looks at that.
            3.. => self.placed(Shape::Window, gap, sides).map_or_else(wide, Plan::inexact),
            _ => wide(),
        }
    }

    fn near(self, gap: u32, ordered: bool, a: &Node, b: &Node) -> Option<Plan> {
        let wide = all_of(vec![self.node(a)?, self.node(b)?]).inexact();
        let shape = if ordered { Shape::Ordered } else { Shape::Near };
        let sides = (|| Some(vec![self.alternatives(a)?, self.alternatives(b)?]))();
        Some(sides.and_then(|sides| self.placed(shape, gap, sides)).unwrap_or(wide))
    }

    /// Places decide, where the index knows them all.
    fn placed(self, shape: Shape, gap: u32, sides: Vec<Vec<Term>>) -> Option<Plan> {
        if (gap as usize) + sides.len() >= RUN_GAP {
            return None;
        }
        Some(Plan::exact(Near { shape, gap, sides, field: self.fields.words }))
    }

    /// A word, or one of some.
    fn alternatives(self, node: &Node) -> Option<Vec<Term>> {
        match node {
            Node::Term(word) => self.place(word).map(|term| vec![term]),
            Node::Or(all) => all.iter().map(|node| self.alternatives(node)).try_fold(
                Vec::new(),
                |mut terms, more| {
                    terms.extend(more?);
                    Some(terms)
                },
            ),
            Node::Highlight { expr, .. } => self.alternatives(expr),
            _ => None,
        }
    }

    fn place(self, word: &str) -> Option<Term> {
        if self.holds_values() {
            return None;
        }
        let (term, whole) = term(self.fields.words, &index_key(self.field, word));
        whole.then_some(term)
    }

    fn published(self, lo: Bound, hi: Bound) -> Plan {
        let edge = |bound| match bound {
            Bound::Open => Edge::Unbounded,
            Bound::Incl(at) => Edge::Included(Term::from_field_i64(self.fields.published, at)),
            Bound::Excl(at) => Edge::Excluded(Term::from_field_i64(self.fields.published, at)),
        };
        if (lo, hi) == (Bound::Open, Bound::Open) {
            return Plan { query: None, exact: true };
        }
        Plan::exact(RangeQuery::new(edge(lo), edge(hi)))
    }
}

/// A key's term, and whether it is the whole key.
fn term(field: Field, key: &str) -> (Term, bool) {
    let (key, whole) = cut(key);
    let clean = !key.contains(|c| plain(c) != c);
    let key: String = key.chars().map(plain).collect();
    (Term::from_field_text(field, &key), whole && clean)
}

/// Words with their places.
fn words_of(slots: &[Slot]) -> Vec<(usize, &str)> {
    slots
        .iter()
        .enumerate()
        .filter_map(|(place, slot)| match slot {
            Slot::Word(word) => Some((place, word.as_str())),
            _ => None,
        })
        .collect()
}

/// The smallest bytes after everything that begins with these.
fn after(start: &[u8]) -> Option<Vec<u8>> {
    let last = start.iter().rposition(|byte| *byte != 0xff)?;
    let mut high = start[..=last].to_vec();
    high[last] += 1;
    Some(high)
}

/// A pattern of `*` and `?` as an expression over whole words.
fn wildcard(pattern: &str) -> String {
    let mut expression = String::with_capacity(pattern.len() * 2);
    for c in pattern.chars() {
        match c {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            c if c.is_ascii_punctuation() && !matches!(c, '<' | '>') => {
                expression.push('\\');
                expression.push(c);
            }
            c => expression.push(c),
        }
    }
    expression
}

fn not(inner: Plan) -> Plan {
    match (inner.query, inner.exact) {
        (None, true) => Plan::never(),
        (Some(query), true) => {
            Plan::exact(Without { base: Box::new(AllQuery), excluded: vec![query] })
        }
        (_, false) => Plan::every(),
    }
}

fn all_of(plans: Vec<Plan>) -> Plan {
    let exact = plans.iter().all(|plan| plan.exact);
    let mut asked: Vec<Box<dyn Query>> = Vec::with_capacity(plans.len());
    let mut excluded = Vec::new();
    for query in plans.into_iter().filter_map(|plan| plan.query) {
        // `a AND NOT b` is asked as such, not as `a AND (everything but b)`.
        match query.downcast_ref::<Without>() {
            Some(without) if without.base.is::<AllQuery>() => {
                excluded.extend(without.clone().excluded);
            }
            _ => asked.push(query),
        }
    }
    let base: Option<Box<dyn Query>> = match asked.len() {
        0 if excluded.is_empty() => return Plan { query: None, exact },
        0 => Some(Box::new(AllQuery)),
        1 => asked.pop(),
        _ => Some(Box::new(BooleanQuery::intersection(asked))),
    };
    let query = base.map(|base| match excluded.is_empty() {
        true => base,
        false => Box::new(Without { base, excluded }),
    });
    Plan { query, exact }
}

fn one_of(plans: Vec<Plan>) -> Plan {
    at_least(1, plans)
}

fn at_least(n: usize, plans: Vec<Plan>) -> Plan {
    let n = n.min(plans.len());
    let exact = plans.iter().all(|plan| plan.exact);
    // What every post fulfils, or may fulfil, counts as fulfilled.
    let (open, asked): (Vec<Plan>, Vec<Plan>) =
        plans.into_iter().partition(|plan| plan.query.is_none());
    let n = n.saturating_sub(open.len());
    if n == 0 {
        return Plan { query: None, exact };
    }
    let clauses: Vec<(Occur, Box<dyn Query>)> =
        asked.into_iter().filter_map(|plan| Some((Occur::Should, plan.query?))).collect();
    let query = BooleanQuery::with_minimum_required_clauses(clauses, n);
    Plan { query: Some(Box::new(query)), exact }
}
