//! Looking closely: whether code holds for a post, and where.

use domain::{Part, Span};

use crate::ast::Node;
use crate::code::Code;
use crate::document::Document;
use crate::fields::{FieldName, Holds};
use crate::matcher::dictionary::Id;
use crate::matcher::occurrences::Occurrences;
use crate::matcher::{Hit, MAX_SPANS};

/// The most places of one branch that are kept: what a post of ten thousand equal words costs.
const MAX_PLACES: usize = 4_096;
/// Longest `why` in bytes, about.
const MAX_WHY: usize = 200;

/// Token numbers from the first up to but without the last.
type Range = (u32, u32);
const EVERYWHERE: Range = (0, u32::MAX);

/// First and last token of a match.
type Place = (u32, u32);

pub(crate) struct Eval<'a> {
    pub document: &'a Document<'a>,
    pub words: &'a Occurrences,
}

impl Eval<'_> {
    /// Whether the post matches.
    pub fn holds(&self, code: &Code) -> bool {
        self.holds_in(code, EVERYWHERE)
    }

    fn holds_in(&self, code: &Code, range: Range) -> bool {
        match code {
            Code::Word(id) if range == EVERYWHERE => self.words.has(*id),
            Code::Word(id) => self.words.at(*id, range).next().is_some(),
            Code::And(all) => all.iter().all(|code| self.holds_in(code, range)),
            Code::Or(all) => all.iter().any(|code| self.holds_in(code, range)),
            Code::Not(inner) => !self.holds_in(inner, range),
            Code::AtLeast { n, of } => {
                of.iter().filter(|code| self.holds_in(code, range)).take(*n).count() >= *n
            }
            Code::In(part, inner) => self.holds_in(inner, self.document.range(*part)),
            Code::MinCount { n, inner } => self.places(inner, range).len() >= *n,
            Code::Near { sides, .. } | Code::Same { sides, .. } => {
                sides.iter().all(|side| self.holds_in(side, range))
                    && !self.places(code, range).is_empty()
            }
            Code::Phrase(words) | Code::Raw { words, .. } => {
                words.iter().flatten().all(|id| self.words.has(*id))
                    && !self.places(code, range).is_empty()
            }
            Code::Window { words, .. } => {
                words.iter().all(|id| self.words.has(*id)) && !self.places(code, range).is_empty()
            }
            Code::Slop { words, .. } => {
                words.iter().flatten().all(|id| self.words.has(*id))
                    && !self.places(code, range).is_empty()
            }
            Code::NotNear { .. } | Code::Pattern { .. } | Code::Form { .. } | Code::Edge { .. } => {
                !self.places(code, range).is_empty()
            }
            Code::Fact(fact) => self.document.has_fact(*fact),
        }
    }

    /// Where code matches, ascending and each place once. Places of `And` are those of all its
    /// branches: near, it is spread over them.
    fn places(&self, code: &Code, range: Range) -> Vec<Place> {
        let mut places = match code {
            Code::Word(id) | Code::Pattern { id, .. } => {
                self.words.at(*id, range).map(|token| (token, token)).collect()
            }
            Code::Form { ids, .. } => {
                ids.iter().flat_map(|id| self.words.at(*id, range)).map(|t| (t, t)).collect()
            }
            Code::Slop { slop, words } => self.sloppy(*slop, words, range),
            Code::Edge { end, inner } => {
                let mut places = self.places(inner, range);
                places.retain(|place| self.is_at_edge(*place, *end));
                places
            }
            Code::Phrase(words) => self.phrase(words, range),
            Code::Raw { words, text, edges } => {
                let mut places = self.phrase(words, range);
                places.retain(|place| self.is_raw(*place, text, *edges));
                places
            }
            Code::Window { gap, words } => self.windows(*gap, words, range),
            Code::Or(all) => all.iter().flat_map(|code| self.places(code, range)).collect(),
            Code::And(all) => {
                let each: Vec<Vec<Place>> =
                    all.iter().map(|code| self.places(code, range)).collect();
                match each.iter().any(Vec::is_empty) {
                    true => Vec::new(),
                    false => each.concat(),
                }
            }
            Code::Near { gap, ordered, sides } => {
                let reaches = |last: u32, first: u32| {
                    first - last - 1 <= *gap && self.document.is_one_run(last, first)
                };
                self.pairs(sides, range, *ordered, &reaches, &|_, _| true)
            }
            Code::Same { sentence, ordered, sides } => {
                let unit = |token| self.unit(token, *sentence);
                let reaches = |last, first| unit(first).is_some() && unit(first) == unit(last);
                let fits = |a: Place, b: Place| unit(a.0) == unit(b.1);
                self.pairs(sides, range, *ordered, &reaches, &fits)
            }
            Code::NotNear { gap, sides } => self.not_near(*gap, sides, range),
            Code::In(part, inner) => self.places(inner, self.document.range(*part)),
            Code::Not(_) | Code::AtLeast { .. } | Code::MinCount { .. } | Code::Fact(_) => {
                Vec::new()
            }
        };
        places.sort_unstable();
        places.dedup();
        places.truncate(MAX_PLACES);
        places
    }

    fn phrase(&self, words: &[Option<Id>], range: Range) -> Vec<Place> {
        let mut at: Vec<(u32, Vec<u32>)> = words
            .iter()
            .enumerate()
            .filter_map(|(i, id)| Some((i as u32, self.words.at((*id)?, range).collect())))
            .collect();
        // The rarest word leads.
        at.sort_by_key(|(_, tokens)| tokens.len());
        let Some(((lead, tokens), others)) = at.split_first() else { return Vec::new() };
        let mut places = Vec::new();
        for token in tokens {
            let Some(start) = token.checked_sub(*lead) else { continue };
            let end = start + words.len() as u32 - 1;
            let whole = start >= range.0 && end < range.1 && self.document.is_one_run(start, end);
            let fits = || others.iter().all(|(i, at)| at.binary_search(&(start + i)).is_ok());
            if whole && fits() {
                places.push((start, end));
            }
        }
        places
    }

    /// Whether the text at a place, with the signs around it, is exactly `text`.
    fn is_raw(&self, (first, last): Place, text: &str, (before, after): (usize, usize)) -> bool {
        let Some(span) = self.document.span(first, last) else { return false };
        let whole = self.document.text(span.part);
        let start = (span.start as usize).saturating_sub(before);
        let end = (span.end as usize + after).min(whole.len());
        let joins = |c: char| c.is_alphanumeric() || c == '_';
        let at_word_end = |from: usize| {
            let to = from + text.len();
            let glued = |inner: Option<char>, outer: Option<char>| {
                inner.is_some_and(joins) && outer.is_some_and(joins)
            };
            !glued(text.chars().next(), whole[..from].chars().next_back())
                && !glued(text.chars().next_back(), whole[to..].chars().next())
        };
        (start..=end)
            .take_while(|from| from + text.len() <= end)
            .any(|from| whole.get(from..from + text.len()) == Some(text) && at_word_end(from))
    }

    /// All words in any order within so few others, each at a token of its own.
    fn windows(&self, gap: u32, words: &[Id], range: Range) -> Vec<Place> {
        let wide = gap.saturating_add(words.len() as u32);
        let at: Vec<Vec<u32>> =
            words.iter().map(|id| self.words.at(*id, range).collect()).collect();
        let mut starts = at.concat();
        starts.sort_unstable();
        starts.dedup();
        let mut places = Vec::new();
        for start in starts {
            let near = |tokens: &Vec<u32>| -> Vec<u32> {
                let from = tokens.partition_point(|token| *token < start);
                let here = tokens[from..].iter().copied();
                here.take_while(|t| t - start < wide && self.document.is_one_run(start, *t))
                    .collect()
            };
            let near: Vec<Vec<u32>> = at.iter().map(near).collect();
            places.extend(arranged(&near));
            if places.len() >= MAX_PLACES {
                break;
            }
        }
        places
    }

    /// Words of a phrase that may be moved: where each word stands, counted from its place in the
    /// phrase, may differ by at most `slop`.
    fn sloppy(&self, slop: u32, words: &[Option<Id>], range: Range) -> Vec<Place> {
        // Where the phrase would begin, counted from far before the first token.
        let far = words.len() as u32;
        let mut at: Vec<Vec<(u32, u32)>> = Vec::new();
        for (i, id) in words.iter().enumerate() {
            let Some(id) = id else { continue };
            let begins = |token: u32| token + far - i as u32;
            at.push(self.words.at(*id, range).map(|token| (begins(token), token)).collect());
        }
        let mut starts: Vec<(u32, u32)> = at.concat();
        starts.sort_unstable();
        let mut places = Vec::new();
        for (start, lead) in starts {
            let end = start.saturating_add(slop);
            let is_here = |token: u32| self.document.is_one_run(token.min(lead), token.max(lead));
            let near: Vec<Vec<u32>> = at
                .iter()
                .map(|tokens| {
                    let from = tokens.partition_point(|(begin, _)| *begin < start);
                    let near = tokens[from..].iter().take_while(|(begin, _)| *begin <= end);
                    near.map(|(_, token)| *token).filter(|token| is_here(*token)).collect()
                })
                .collect();
            places.extend(arranged(&near));
            if places.len() >= MAX_PLACES {
                break;
            }
        }
        places
    }

    /// Whether a place stands at the beginning, or the end, of its part or field.
    fn is_at_edge(&self, (first, last): Place, end: bool) -> bool {
        match end {
            true => !self.document.is_one_run(last, last + 1),
            false => first == 0 || !self.document.is_one_run(first - 1, first),
        }
    }

    /// Places that hold one of each side and do not overlap, in either order unless `ordered`.
    /// A side that asks for several things must find each of them.
    fn pairs(
        &self,
        sides: &[Code; 2],
        range: Range,
        ordered: bool,
        reaches: &dyn Fn(u32, u32) -> bool,
        fits: &dyn Fn(Place, Place) -> bool,
    ) -> Vec<Place> {
        let mut all = Vec::new();
        for a in spread(&sides[0]) {
            let a = self.places(a, range);
            for b in spread(&sides[1]) {
                let b = self.places(b, range);
                let before = all.len();
                follow(&a, &b, reaches, fits, &mut all);
                if !ordered {
                    follow(&b, &a, reaches, fits, &mut all);
                }
                if all.len() == before {
                    return Vec::new();
                }
            }
        }
        all
    }

    fn not_near(&self, gap: u32, sides: &[Code; 2], range: Range) -> Vec<Place> {
        let b: Vec<Vec<Place>> =
            spread(&sides[1]).iter().map(|code| self.places(code, range)).collect();
        let close = |a: Place, b: Place| {
            let (first, second) = if a.0 <= b.0 { (a, b) } else { (b, a) };
            second.0 <= first.1
                || (second.0 - first.1 - 1 <= gap && self.document.is_one_run(first.1, second.0))
        };
        let mut all = Vec::new();
        for code in spread(&sides[0]) {
            let mut places = self.places(code, range);
            places.retain(|a| !b.iter().all(|side| side.iter().any(|b| close(*a, *b))));
            if places.is_empty() {
                return places;
            }
            all.extend(places);
        }
        all
    }

    /// The sentence or paragraph of a token of the text.
    fn unit(&self, token: u32, sentence: bool) -> Option<u32> {
        self.document.token(token).map(|t| if sentence { t.sentence } else { t.paragraph })
    }

    /// What matched, and why.
    pub fn hit(&self, ast: &Node, code: &Code) -> Hit {
        self.told(ast, code).unwrap_or_else(|| {
            let mut found = Found::default();
            found.say(None, ast);
            found.hit()
        })
    }

    /// What matched, and why; `None` where no single branch tells.
    pub fn told(&self, ast: &Node, code: &Code) -> Option<Hit> {
        let mut found = Found::default();
        self.collect(ast, code, None, EVERYWHERE, None, &mut found);
        (!found.said.is_empty()).then(|| found.hit())
    }

    /// Notes the words of every branch that holds; `within`, only those at these places.
    fn collect(
        &self,
        ast: &Node,
        code: &Code,
        field: Option<FieldName>,
        range: Range,
        within: Option<&[Place]>,
        found: &mut Found,
    ) {
        match (ast, code) {
            (Node::Not(node), Code::Not(code)) => {
                if let (Node::Not(node), Code::Not(code)) = (&**node, &**code) {
                    self.collect(node, code, field, range, within, found);
                }
            }
            (Node::Field { name, expr }, Code::In(part, inner)) => {
                self.collect(expr, inner, Some(*name), self.document.range(*part), within, found);
            }
            (Node::Field { name, expr }, _) => {
                self.collect(expr, code, Some(*name), range, within, found);
            }
            (Node::And(nodes), Code::And(codes)) => {
                for (node, code) in nodes.iter().zip(codes) {
                    self.collect(node, code, field, range, within, found);
                }
            }
            (Node::Or(nodes), Code::Or(codes))
            | (Node::AtLeast { of: nodes, .. }, Code::AtLeast { of: codes, .. }) => {
                for (node, code) in nodes.iter().zip(codes) {
                    if self.holds_in(code, range) {
                        self.collect(node, code, field, range, within, found);
                    }
                }
            }
            (
                Node::Near { a, b, .. }
                | Node::SameSentence { a, b, .. }
                | Node::SameParagraph { a, b, .. },
                Code::Near { sides, .. } | Code::Same { sides, .. },
            ) => {
                let places = inside(self.places(code, range), within);
                if places.is_empty() {
                    return;
                }
                found.say(field, ast);
                let told = std::mem::replace(&mut found.silent, true);
                self.collect(a, &sides[0], field, range, Some(&places), found);
                self.collect(b, &sides[1], field, range, Some(&places), found);
                found.silent = told;
            }
            (Node::NotNear { a, .. }, Code::NotNear { sides, .. }) => {
                let places = inside(self.places(code, range), within);
                if !places.is_empty() {
                    self.collect(a, &sides[0], field, range, Some(&places), found);
                }
            }
            (Node::MinCount { expr, .. }, Code::MinCount { inner, .. }) => {
                found.say(field, ast);
                let told = std::mem::replace(&mut found.silent, true);
                self.collect(expr, inner, field, range, within, found);
                found.silent = told;
            }
            (_, Code::Fact(fact)) => {
                if self.document.has_fact(*fact) {
                    found.say(field, ast);
                }
            }
            _ => self.collect_leaf(ast, code, field, range, within, found),
        }
    }

    fn collect_leaf(
        &self,
        ast: &Node,
        code: &Code,
        field: Option<FieldName>,
        range: Range,
        within: Option<&[Place]>,
        found: &mut Found,
    ) {
        let places = inside(self.places(code, range), within);
        if places.is_empty() {
            return;
        }
        found.say(field, ast);
        let beside_text = field.is_some_and(|f| !matches!(f.holds(), Holds::Text | Holds::Sign(_)));
        if beside_text || matches!(ast, Node::Is(_)) {
            return;
        }
        for (first, last) in places {
            match code {
                Code::Slop { words, .. } => {
                    let words = words.iter().flatten();
                    for token in words.flat_map(|id| self.words.at(*id, (first, last + 1))) {
                        found.spans.extend(self.document.span(token, token));
                    }
                }
                Code::Window { words, .. } => {
                    for token in words.iter().flat_map(|id| self.words.at(*id, (first, last + 1))) {
                        found.spans.extend(self.document.span(token, token));
                    }
                }
                _ => found.spans.extend(self.document.span(first, last)),
            }
        }
    }
}

/// What a side near something asks for: each branch of `And` for itself.
fn spread(code: &Code) -> &[Code] {
    match code {
        Code::And(all) => all,
        other => std::slice::from_ref(other),
    }
}

/// Every pair in which `second` follows `first` and that fits. Where the end of one does not reach
/// the beginning of the other, nothing later is reached either.
fn follow(
    first: &[Place],
    second: &[Place],
    reaches: &dyn Fn(u32, u32) -> bool,
    fits: &dyn Fn(Place, Place) -> bool,
    all: &mut Vec<Place>,
) {
    let most = all.len() + MAX_PLACES;
    for a in first {
        let from = second.partition_point(|b| b.0 <= a.1);
        for b in second[from..].iter().take_while(|b| reaches(a.1, b.0)) {
            if fits(*a, *b) {
                all.push((a.0, b.1));
            }
            if all.len() >= most {
                return;
            }
        }
    }
}

/// The place of all words, each at a token of its own among those it may have; `None` where they
/// do not all find one.
fn arranged(at: &[Vec<u32>]) -> Option<Place> {
    if at.iter().any(Vec::is_empty) {
        return None;
    }
    let mut taken: Vec<Option<u32>> = vec![None; at.len()];
    if !(0..at.len()).all(|w| assign(w, at, &mut taken, &mut Vec::new())) {
        return None;
    }
    Some((*taken.iter().flatten().min()?, *taken.iter().flatten().max()?))
}

/// Gives word `w` a token of its own, moving others aside (Kuhn's augmenting paths).
fn assign(w: usize, at: &[Vec<u32>], taken: &mut [Option<u32>], tried: &mut Vec<u32>) -> bool {
    for &token in &at[w] {
        if tried.contains(&token) {
            continue;
        }
        tried.push(token);
        let owner = taken.iter().position(|t| *t == Some(token));
        if owner.is_none_or(|owner| assign(owner, at, taken, tried)) {
            taken[w] = Some(token);
            return true;
        }
    }
    false
}

/// The places that lie within one of `within`.
fn inside(mut places: Vec<Place>, within: Option<&[Place]>) -> Vec<Place> {
    if let Some(within) = within {
        places.retain(|(first, last)| within.iter().any(|(from, to)| from <= first && last <= to));
    }
    places
}

#[derive(Default)]
struct Found {
    spans: Vec<Span>,
    said: Vec<String>,
    /// The branch above has said it already.
    silent: bool,
}

impl Found {
    fn say(&mut self, field: Option<FieldName>, node: &Node) {
        if self.silent {
            return;
        }
        let words = match field {
            Some(field) => format!("{}:{node}", field.as_str()),
            None => node.to_string(),
        };
        if !self.said.contains(&words) {
            self.said.push(words);
        }
    }

    fn hit(mut self) -> Hit {
        self.spans.sort_unstable_by_key(|span| (order(span.part), span.start, span.end));
        let mut spans: Vec<Span> = Vec::with_capacity(self.spans.len().min(MAX_SPANS));
        for span in self.spans {
            let full = spans.len() == MAX_SPANS;
            match spans.last_mut() {
                Some(last) if last.part == span.part && span.start < last.end => {
                    last.end = last.end.max(span.end);
                }
                _ if full => break,
                _ => spans.push(span),
            }
        }
        let mut why = String::new();
        for words in &self.said {
            let dot = if why.is_empty() { "" } else { " · " };
            if !why.is_empty() && why.len() + words.len() > MAX_WHY {
                why.push_str(" · …");
                break;
            }
            why.push_str(dot);
            match words.char_indices().find(|(at, _)| *at >= MAX_WHY) {
                Some((cut, _)) => {
                    why.push_str(&words[..cut]);
                    why.push('…');
                }
                None => why.push_str(words),
            }
        }
        Hit { spans, why }
    }
}

fn order(part: Part) -> u8 {
    match part {
        Part::Title => 0,
        Part::Lead => 1,
        Part::Body => 2,
    }
}
