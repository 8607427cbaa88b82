//! Code written flat, a few words of 32 bits a query: what a candidate is first asked by.
//!
//! A node is one word `operation << 28 | length` (the length in words, itself included), then its
//! operands; a plain word of the query is its number alone (operation 0). Two bounds are read from
//! it without memory of its own: whether the post *may* match and whether it *must*. Where the
//! code is [`is_plain`] both are the answer; else what may match is unpacked and looked at closely.

use domain::{Part, Tone};
use text::words::Words;

use super::dictionary::{Id, NO_ID};
use super::occurrences::Occurrences;
use crate::ast::Bound;
use crate::code::{Code, Fact, edges};
use crate::document::Document;
use crate::fields::NumberField;

const SHIFT: u32 = 28;
const LENGTH: u32 = (1 << SHIFT) - 1;

const AND: u32 = 1;
const OR: u32 = 2;
const NOT: u32 = 3;
const PHRASE: u32 = 4;
const WINDOW: u32 = 5;
const NEAR: u32 = 6;
const NOT_NEAR: u32 = 7;
const SAME: u32 = 8;
const AT_LEAST: u32 = 9;
const MIN_COUNT: u32 = 10;
const RAW: u32 = 11;
const IN: u32 = 12;
const EDGE: u32 = 13;
const SLOP: u32 = 14;
const OTHER: u32 = 15;

/// What an [`OTHER`] node is.
const PATTERN: u32 = 0;
const STEM: u32 = 1;
const COMPOUND_PART: u32 = 2;
const RANGE: u32 = 3;
const TONE: u32 = 4;

/// Where the branches of `AND` begin.
const FIRST_BRANCH: u32 = 3;

/// Writes code. Behind the header of `AND` stands where the branch is that is most likely to fail,
/// so that it is asked first, and where the rarest is, which need not be asked where the word that
/// brought the post here proves it; `share` says how likely a post is to have a branch.
pub(crate) fn pack(code: &Code, share: &dyn Fn(&Code) -> f32, into: &mut Vec<u32>) {
    let start = into.len();
    let operation = match code {
        Code::Word(id) => {
            into.push(*id);
            return;
        }
        Code::And(all) => {
            into.extend([0, 0, 0]);
            let mut branches = Vec::with_capacity(all.len());
            for code in all {
                let likely = share(code);
                branches.push(((into.len() - start) as u32, likely, fails(code, likely, share)));
                pack(code, &|_| 1.0, into);
            }
            let rarest = branches.iter().min_by(|a, b| a.1.total_cmp(&b.1));
            let rarest = rarest.map_or(FIRST_BRANCH, |branch| branch.0);
            // It brought the post here: another one is to be asked.
            let others = branches.iter().filter(|branch| branch.0 != rarest);
            let first = others.max_by(|a, b| a.2.total_cmp(&b.2));
            let first = first.map_or(FIRST_BRANCH, |branch| branch.0);
            (into[start + 1], into[start + 2]) = (first, rarest);
            AND
        }
        Code::Or(all) => {
            into.push(0);
            all.iter().for_each(|code| pack(code, share, into));
            OR
        }
        Code::AtLeast { n, of } => {
            into.extend([0, *n as u32]);
            of.iter().for_each(|code| pack(code, share, into));
            AT_LEAST
        }
        Code::Not(inner) => {
            into.push(0);
            pack(inner, share, into);
            NOT
        }
        Code::MinCount { n, inner } => {
            into.extend([0, *n as u32]);
            pack(inner, share, into);
            MIN_COUNT
        }
        Code::In(part, inner) => {
            into.extend([0, *part as u32]);
            pack(inner, share, into);
            IN
        }
        Code::Edge { end, inner } => {
            into.extend([0, u32::from(*end)]);
            pack(inner, share, into);
            EDGE
        }
        Code::Near { gap, ordered, sides } => {
            into.extend([0, *gap, u32::from(*ordered)]);
            sides.iter().for_each(|code| pack(code, share, into));
            NEAR
        }
        Code::NotNear { gap, sides } => {
            into.extend([0, *gap]);
            sides.iter().for_each(|code| pack(code, share, into));
            NOT_NEAR
        }
        Code::Same { sentence, ordered, sides } => {
            into.extend([0, u32::from(*sentence) << 1 | u32::from(*ordered)]);
            sides.iter().for_each(|code| pack(code, share, into));
            SAME
        }
        Code::Phrase(words) => {
            into.push(0);
            into.extend(words.iter().map(|id| id.unwrap_or(NO_ID)));
            PHRASE
        }
        Code::Slop { slop, words } => {
            into.extend([0, *slop]);
            into.extend(words.iter().map(|id| id.unwrap_or(NO_ID)));
            SLOP
        }
        Code::Window { gap, words } => {
            into.extend([0, *gap]);
            into.extend(words.iter());
            WINDOW
        }
        Code::Raw { words, text, .. } => {
            into.extend([0, words.len() as u32]);
            into.extend(words.iter().map(|id| id.unwrap_or(NO_ID)));
            pack_text(text, into);
            RAW
        }
        Code::Pattern { id, head } => {
            into.extend([0, PATTERN, *id, head.unwrap_or(NO_ID)]);
            OTHER
        }
        Code::Form { part, word, ids } => {
            into.extend([0, if *part { COMPOUND_PART } else { STEM }, ids.len() as u32]);
            into.extend(ids.iter());
            pack_text(word, into);
            OTHER
        }
        Code::Fact(Fact::Tone(tone)) => {
            into.extend([0, TONE, *tone as u32]);
            OTHER
        }
        Code::Fact(Fact::Range { field, lo, hi }) => {
            into.extend([0, RANGE, *field as u32]);
            pack_bound(*lo, into);
            pack_bound(*hi, into);
            OTHER
        }
    };
    into[start] = operation << SHIFT | (into.len() - start) as u32 & LENGTH;
}

/// How likely a branch is to fail that a post is so likely to have.
fn fails(code: &Code, likely: f32, share: &dyn Fn(&Code) -> f32) -> f32 {
    match code {
        Code::Not(inner) => share(inner).min(1.0),
        _ => 1.0 - likely.min(1.0),
    }
}

/// The length in bytes, then four bytes a word.
fn pack_text(text: &str, into: &mut Vec<u32>) {
    into.push(text.len() as u32);
    for bytes in text.as_bytes().chunks(4) {
        let mut word = [0; 4];
        word[..bytes.len()].copy_from_slice(bytes);
        into.push(u32::from_le_bytes(word));
    }
}

fn unpack_text(words: &[u32]) -> String {
    let Some((length, words)) = words.split_first() else { return String::new() };
    let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    bytes.truncate(*length as usize);
    String::from_utf8(bytes).unwrap_or_default()
}

fn pack_bound(bound: Bound, into: &mut Vec<u32>) {
    let (kind, value) = match bound {
        Bound::Open => (0, 0),
        Bound::Incl(value) => (1, value),
        Bound::Excl(value) => (2, value),
    };
    into.extend([kind, value as u32, (value >> 32) as u32]);
}

fn unpack_bound(words: &[u32]) -> Bound {
    let [kind, low, high] = *words else { return Bound::Open };
    let value = (u64::from(high) << 32 | u64::from(low)) as i64;
    match kind {
        1 => Bound::Incl(value),
        2 => Bound::Excl(value),
        _ => Bound::Open,
    }
}

/// The nodes that stand one after another in `words`.
#[derive(Clone)]
struct Nodes<'a>(&'a [u32]);

impl<'a> Iterator for Nodes<'a> {
    type Item = &'a [u32];

    #[inline]
    fn next(&mut self) -> Option<&'a [u32]> {
        let first = *self.0.first()?;
        let length = if first >> SHIFT == 0 { 1 } else { (first & LENGTH) as usize };
        let (node, rest) = self.0.split_at_checked(length.max(1))?;
        self.0 = rest;
        Some(node)
    }
}

/// The branch of a program that brings it up: of `AND` the rarest one, else the whole.
pub(crate) fn rarest(program: &[u32]) -> &[u32] {
    match program {
        [first, _, at, ..] if first >> SHIFT == AND => {
            let branch = program.get(*at as usize..).unwrap_or_default();
            Nodes(branch).next().unwrap_or_default()
        }
        whole => whole,
    }
}

/// Where the alternatives of the rarest branch stand in a program.
pub(crate) fn alternatives(program: &[u32]) -> Vec<u32> {
    let branch = rarest(program);
    match branch.split_first() {
        Some((first, rest)) if first >> SHIFT == OR => {
            let start = program.get(2).filter(|_| branch.len() < program.len());
            let mut at = start.copied().unwrap_or(0) + 1;
            let each = Nodes(rest).map(|node| {
                at += node.len() as u32;
                at - node.len() as u32
            });
            each.collect()
        }
        _ => Vec::new(),
    }
}

/// The code that [`pack`] wrote.
pub(crate) fn unpack(node: &[u32]) -> Code {
    let Some((&first, rest)) = node.split_first() else { return Code::never() };
    let slots = |ids: &[u32]| ids.iter().map(|id| (*id != NO_ID).then_some(*id)).collect();
    let all = |words: &[u32]| Nodes(words).map(unpack).collect::<Box<[Code]>>();
    let one = |words: &[u32]| Box::new(Nodes(words).next().map_or_else(Code::never, unpack));
    let sides = |words: &[u32]| {
        let mut nodes = Nodes(words).map(unpack);
        let mut side = || nodes.next().unwrap_or_else(Code::never);
        Box::new([side(), side()])
    };
    match (first >> SHIFT, rest) {
        (0, _) => Code::Word(first),
        (AND, [_, _, rest @ ..]) => Code::And(all(rest)),
        (OR, rest) => Code::Or(all(rest)),
        (AT_LEAST, [n, rest @ ..]) => Code::AtLeast { n: *n as usize, of: all(rest) },
        (NOT, rest) => Code::Not(one(rest)),
        (MIN_COUNT, [n, rest @ ..]) => Code::MinCount { n: *n as usize, inner: one(rest) },
        (IN, [part, rest @ ..]) => {
            let parts = [Part::Title, Part::Lead, Part::Body];
            let part = parts.into_iter().find(|p| *p as u32 == *part).unwrap_or(Part::Body);
            Code::In(part, one(rest))
        }
        (EDGE, [end, rest @ ..]) => Code::Edge { end: *end != 0, inner: one(rest) },
        (NEAR, [gap, ordered, rest @ ..]) => {
            Code::Near { gap: *gap, ordered: *ordered != 0, sides: sides(rest) }
        }
        (NOT_NEAR, [gap, rest @ ..]) => Code::NotNear { gap: *gap, sides: sides(rest) },
        (SAME, [how, rest @ ..]) => {
            Code::Same { sentence: how & 2 != 0, ordered: how & 1 != 0, sides: sides(rest) }
        }
        (PHRASE, rest) => Code::Phrase(slots(rest)),
        (SLOP, [slop, rest @ ..]) => Code::Slop { slop: *slop, words: slots(rest) },
        (WINDOW, [gap, rest @ ..]) => Code::Window { gap: *gap, words: rest.into() },
        (RAW, [n, rest @ ..]) => {
            let (ids, text) = rest.split_at((*n as usize).min(rest.len()));
            let text = unpack_text(text);
            let mut words = Words::new();
            words.push(&text);
            let edges = edges(&words, &text);
            Code::Raw { words: slots(ids), text: text.into(), edges }
        }
        (OTHER, rest) => unpack_other(rest),
        _ => Code::never(),
    }
}

/// What holds of a plain program that matched: alternatives that do not hold are left out, and
/// what must not be there. A long query is told in the time of what it found.
pub(crate) fn unpack_holding(node: &[u32], quick: &Quick<'_>) -> Code {
    let denies = |node: &&[u32]| node.first().is_some_and(|first| first >> SHIFT == NOT);
    let holding = |nodes: &[u32], only: &dyn Fn(&&[u32]) -> bool| {
        Nodes(nodes).filter(only).map(|node| unpack_holding(node, quick)).collect()
    };
    match node.split_first() {
        Some((first, [_, _, rest @ ..])) if first >> SHIFT == AND => {
            Code::And(holding(rest, &|node| !denies(node)))
        }
        Some((first, rest)) if first >> SHIFT == OR => {
            Code::Or(holding(rest, &|node| quick.may(node)))
        }
        _ => unpack(node),
    }
}

fn unpack_other(rest: &[u32]) -> Code {
    match rest {
        [PATTERN, id, head] => Code::Pattern { id: *id, head: (*head != NO_ID).then_some(*head) },
        [kind @ (STEM | COMPOUND_PART), n, rest @ ..] => {
            let (ids, word) = rest.split_at((*n as usize).min(rest.len()));
            let part = *kind == COMPOUND_PART;
            Code::Form { part, word: unpack_text(word).into(), ids: ids.into() }
        }
        [TONE, tone] => {
            let tones = [Tone::Negative, Tone::Neutral, Tone::Positive];
            let tone = tones.into_iter().find(|t| *t as u32 == *tone).unwrap_or(Tone::Neutral);
            Code::Fact(Fact::Tone(tone))
        }
        [RANGE, field, bounds @ ..] => {
            let field = NumberField::ALL.into_iter().find(|f| *f as u32 == *field);
            let (lo, hi) = bounds.split_at(bounds.len().min(3));
            Code::Fact(Fact::Range {
                field: field.unwrap_or(NumberField::Reach),
                lo: unpack_bound(lo),
                hi: unpack_bound(hi),
            })
        }
        _ => Code::never(),
    }
}

/// Whether [`Quick`] alone tells if the code holds.
pub(crate) fn is_plain(code: &Code) -> bool {
    match code {
        Code::Word(_) | Code::Phrase(_) => true,
        Code::Form { .. } => true,
        Code::And(all) | Code::Or(all) | Code::AtLeast { of: all, .. } => all.iter().all(is_plain),
        Code::Not(inner) => is_plain(inner),
        Code::Near { sides, .. } => sides.iter().all(|side| matches!(side, Code::Word(_))),
        _ => false,
    }
}

/// Which bound is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bounds {
    /// The upper one: may it hold?
    Most,
    /// The lower one: must it hold?
    Least,
    /// The upper one, within a part: a word that stands somewhere need not stand there, so
    /// nothing must hold.
    MostWithin,
    /// The lower one, within a part.
    Nothing,
}

impl Bounds {
    fn of_not(self) -> Bounds {
        match self {
            Bounds::Most => Bounds::Least,
            Bounds::Least => Bounds::Most,
            Bounds::MostWithin => Bounds::Nothing,
            Bounds::Nothing => Bounds::MostWithin,
        }
    }

    fn is_most(self) -> bool {
        matches!(self, Bounds::Most | Bounds::MostWithin)
    }
}

/// Reads programs against one post.
pub(crate) struct Quick<'a> {
    pub document: &'a Document<'a>,
    pub words: &'a Occurrences,
}

impl Quick<'_> {
    /// Whether the post may match; exactly whether it does where the program is plain.
    #[inline]
    pub fn may(&self, program: &[u32]) -> bool {
        self.bound(program, Bounds::Most)
    }

    fn bound(&self, node: &[u32], most: Bounds) -> bool {
        let Some((&first, rest)) = node.split_first() else { return false };
        if most == Bounds::Nothing {
            return false;
        }
        match first >> SHIFT {
            0 => self.words.has(first),
            AND => self.and(node, most),
            OR => self.any(rest, most),
            NOT => !Nodes(rest).all(|node| self.bound(node, most.of_not())),
            PHRASE => self.phrase(rest),
            NEAR => self.near(rest, most),
            AT_LEAST => {
                let n = rest.first().copied().unwrap_or(0) as usize;
                let nodes = Nodes(rest.get(1..).unwrap_or_default());
                nodes.filter(|node| self.bound(node, most)).take(n).count() >= n
            }
            _ => self.rare(first >> SHIFT, rest, most),
        }
    }

    /// Whether what stands at a place of the program may hold.
    pub fn may_at(&self, program: &[u32], place: u32) -> bool {
        let node = Nodes(program.get(place as usize..).unwrap_or_default()).next();
        node.is_some_and(|node| self.may(node))
    }

    /// The same as [`Quick::may`] where the rarest branch is known to hold.
    pub fn may_but_rarest(&self, program: &[u32]) -> bool {
        let [first, _, at, ..] = program else { return true };
        if first >> SHIFT != AND {
            return true;
        }
        let before = program.get(FIRST_BRANCH as usize..*at as usize).unwrap_or_default();
        let behind = *at as usize + rarest(program).len();
        let behind = program.get(behind..).unwrap_or_default();
        let most = Bounds::Most;
        self.at_first(program, most) && self.all(before, most) && self.all(behind, most)
    }

    fn and(&self, node: &[u32], most: Bounds) -> bool {
        let branches = node.get(FIRST_BRANCH as usize..).unwrap_or_default();
        self.at_first(node, most) && self.all(branches, most)
    }

    /// Whether the branch of `AND` holds that is most likely to fail.
    fn at_first(&self, node: &[u32], most: Bounds) -> bool {
        let at = node.get(1).copied().unwrap_or(FIRST_BRANCH);
        let mut branches = Nodes(node.get(at as usize..).unwrap_or_default());
        branches.next().is_none_or(|node| self.bound(node, most))
    }

    fn all(&self, nodes: &[u32], most: Bounds) -> bool {
        Nodes(nodes).all(|node| self.bound(node, most))
    }

    /// Most alternatives are words, asked for here without a detour.
    fn any(&self, mut nodes: &[u32], most: Bounds) -> bool {
        while let [first, rest @ ..] = nodes {
            if first >> SHIFT == 0 {
                if self.words.has(*first) {
                    return true;
                }
                nodes = rest;
                continue;
            }
            let mut left = Nodes(nodes);
            if left.next().is_some_and(|node| self.bound(node, most)) {
                return true;
            }
            nodes = left.0;
        }
        false
    }

    fn phrase(&self, words: &[u32]) -> bool {
        let known = |id: &u32| *id == NO_ID || self.words.has(*id);
        if !words.iter().all(known) {
            return false;
        }
        let Some(lead) = words.iter().position(|id| *id != NO_ID) else { return false };
        self.words.every(words[lead]).any(|token| {
            let Some(start) = token.checked_sub(lead as u32) else { return false };
            let end = start + words.len() as u32 - 1;
            words
                .iter()
                .enumerate()
                .skip(lead + 1)
                .all(|(i, id)| *id == NO_ID || self.words.is_at(*id, start + i as u32))
                && self.document.is_one_run(start, end)
        })
    }

    fn near(&self, rest: &[u32], most: Bounds) -> bool {
        let [gap, ordered, sides @ ..] = rest else { return false };
        match sides {
            [a, b] if a >> SHIFT == 0 && b >> SHIFT == 0 => {
                self.words.has(*a)
                    && self.words.has(*b)
                    && (self.follows(*a, *b, *gap) || *ordered == 0 && self.follows(*b, *a, *gap))
            }
            _ => most.is_most() && Nodes(sides).all(|node| self.bound(node, Bounds::MostWithin)),
        }
    }

    /// Whether `b` stands behind `a` with at most `gap` words between.
    fn follows(&self, a: Id, b: Id, gap: u32) -> bool {
        self.words.every(a).any(|first| {
            let mut behind = self.words.every(b).skip_while(|second| *second <= first);
            behind.next().is_some_and(|second| {
                second - first - 1 <= gap && self.document.is_one_run(first, second)
            })
        })
    }

    fn rare(&self, operation: u32, rest: &[u32], most: Bounds) -> bool {
        let all = |ids: &[u32]| ids.iter().all(|id| *id == NO_ID || self.words.has(*id));
        if operation == OTHER {
            return match rest {
                [STEM | COMPOUND_PART, n, ids @ ..] => {
                    ids.iter().take(*n as usize).any(|id| self.words.has(*id))
                }
                [PATTERN, _, head] if *head != NO_ID => most.is_most() && self.words.has(*head),
                _ => most.is_most(),
            };
        }
        if !most.is_most() {
            return false;
        }
        let after = |n: usize| rest.get(n..).unwrap_or_default();
        let inner = |n: usize| Nodes(after(n)).all(|node| self.bound(node, Bounds::MostWithin));
        match operation {
            WINDOW | SLOP => all(after(1)),
            RAW => {
                let n = rest.first().copied().unwrap_or(0) as usize;
                all(after(1).get(..n).unwrap_or_default())
            }
            NOT_NEAR => {
                Nodes(after(1)).next().is_none_or(|node| self.bound(node, Bounds::MostWithin))
            }
            SAME | MIN_COUNT | IN | EDGE => inner(1),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let word = Code::Word;
        let all = vec![
            word(7),
            Code::And(Box::new([word(1), Code::Not(Box::new(word(2)))])),
            Code::Or(Box::new([word(1), Code::Phrase(Box::new([Some(1), None, Some(3)]))])),
            Code::AtLeast { n: 2, of: Box::new([word(1), word(2), word(3)]) },
            Code::Near { gap: 5, ordered: true, sides: Box::new([word(1), Code::never()]) },
            Code::NotNear { gap: 0, sides: Box::new([word(1), word(2)]) },
            Code::Same { sentence: true, ordered: false, sides: Box::new([word(1), word(2)]) },
            Code::MinCount { n: 3, inner: Box::new(word(9)) },
            Code::Window { gap: 4, words: Box::new([1, 2]) },
            Code::Slop { slop: 2, words: Box::new([Some(1), Some(2)]) },
            Code::Raw { words: Box::new([Some(4)]), text: "(Größe)!".into(), edges: (1, 2) },
            Code::In(Part::Lead, Box::new(word(3))),
            Code::Edge { end: true, inner: Box::new(word(3)) },
            Code::Pattern { id: 5, head: None },
            Code::Pattern { id: 5, head: Some(6) },
            Code::Form { part: true, word: "bahn".into(), ids: Box::new([1, 2]) },
            Code::Fact(Fact::Tone(Tone::Negative)),
            Code::Fact(Fact::Range {
                field: NumberField::Published,
                lo: Bound::Excl(-1_700_000_000_000),
                hi: Bound::Open,
            }),
        ];
        let both = Code::And(all.clone().into());
        for code in all.into_iter().chain([both]) {
            let mut program = Vec::new();
            pack(&code, &|_| 0.5, &mut program);
            assert_eq!(unpack(&program), code);
        }
    }
}
