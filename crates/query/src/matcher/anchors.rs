//! Under which words a query is listed.
//!
//! A query is listed under words one of which every matching post has: those of its rarest
//! required clause. Beside each stands a second word that must be there too (the guard) and, as a
//! [`Filter`], what else the query needs, so that most posts with the first word never reach the
//! query. Phrases are listed under two words that stand one after another.

use smallvec::{SmallVec, smallvec};

use super::dictionary::{Book, Id};
use super::postings::{Filter, MAX_FILTER, add_clause};
use crate::code::Code;

/// What brings a query up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// A word.
    One(Id),
    /// Two words, one right after the other.
    Two(Id, Id),
}

/// One way to a query.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    pub anchor: Anchor,
    /// This word must be there too.
    pub guard: Option<Id>,
    /// What else must be there, roughly.
    pub filter: Filter,
    /// Anchor and guard are all the code asks for.
    pub exact: bool,
    /// What is left to be looked at otherwise: of a whole query, see [`ways`].
    pub left: Left,
}

/// What is left to be looked at of a query that was brought up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// Everything.
    All,
    /// One alternative of the rarest branch, and the other branches: before [`ways`] are listed its
    /// number, then where it stands in the program.
    Alternative(u32),
    /// The other branches: word and guard prove the rarest.
    Rest,
    /// Nothing: word and guard are all that is asked for.
    Nothing,
}

impl Listing {
    fn new(anchor: Anchor, exact: bool) -> Listing {
        Listing { anchor, guard: None, filter: Filter::new(), exact, left: Left::All }
    }
}

/// All ways to a query.
#[derive(Clone, Debug)]
pub(crate) struct Anchors {
    /// How likely a post is to come one of them; the order counts.
    pub share: f32,
    pub listings: Vec<Listing>,
}

/// How much likelier than by chance two words of a phrase stand side by side.
const COLLOCATION: f32 = 30.0;

/// The ways to a whole query that the fewest posts come, and what each of them leaves to be looked
/// at; see [`anchors`].
pub(crate) fn ways(code: &Code, book: &Book) -> Option<Anchors> {
    let mut ways = match code {
        Code::And(all) => and(all, book, true)?,
        code => anchors(code, book)?,
    };
    for listing in &mut ways.listings {
        match listing.left {
            _ if listing.exact => listing.left = Left::Nothing,
            Left::Alternative(_) if !matches!(code, Code::Or(_) | Code::And(_)) => {
                listing.left = Left::All;
            }
            _ => {}
        }
    }
    Some(ways)
}

/// The ways to `code` that the fewest posts come. `None` where a post may match without any word.
pub(crate) fn anchors(code: &Code, book: &Book) -> Option<Anchors> {
    match code {
        Code::Word(id) => Some(one(book, *id, true)),
        Code::Form { ids, .. } => every(ids.iter().map(|id| Some(one(book, *id, true)))),
        Code::Phrase(words) => phrase(words, book),
        Code::Raw { words, .. } => phrase(words, book).map(inexact),
        Code::Slop { words, .. } => rarest(words.iter().flatten().map(|id| one(book, *id, false))),
        Code::Window { words, .. } => {
            let best = rarest(words.iter().map(|id| one(book, *id, false)))?;
            Some(guarded(best, needs(code, book)))
        }
        Code::And(all) => and(all, book, false),
        Code::Or(all) => alternatives(all, book),
        Code::Near { sides, .. } | Code::Same { sides, .. } => {
            let (at, best) = rarest_of(&**sides, book)?;
            Some(guarded(inexact(best), needs(&sides[1 - at], book)))
        }
        Code::NotNear { sides, .. } => anchors(&sides[0], book).map(inexact),
        Code::AtLeast { n, of } => {
            let mut all: Vec<Option<Anchors>> = of.iter().map(|code| anchors(code, book)).collect();
            let share = |a: &Option<Anchors>| a.as_ref().map_or(f32::MAX, |a| a.share);
            all.sort_by(|a, b| share(a).total_cmp(&share(b)));
            // Who has n of k has at least one of any k - n + 1.
            let enough = (of.len() + 1).saturating_sub(*n);
            every(all.into_iter().take(enough)).map(inexact)
        }
        Code::MinCount { inner, .. } | Code::In(_, inner) | Code::Edge { inner, .. } => {
            anchors(inner, book).map(inexact)
        }
        Code::Pattern { head, .. } => head.map(|head| one(book, head, false)),
        Code::Not(inner) => denied(inner, book),
        Code::Fact(_) => None,
    }
}

/// The ways to what does not hold: of two denials, of a denied alternative or requirement.
fn denied(code: &Code, book: &Book) -> Option<Anchors> {
    match code {
        Code::Not(inner) => anchors(inner, book).map(inexact),
        Code::Or(all) => rarest(all.iter().filter_map(|code| denied(code, book))),
        Code::And(all) => every(all.iter().map(|code| denied(code, book))),
        _ => None,
    }
}

/// How likely a post is to have a branch; only the order counts. What no word brings up comes last.
pub(crate) fn share(code: &Code, book: &Book) -> f32 {
    match code {
        Code::Word(id) => book.share(*id),
        // The sum of its alternatives, without their ways.
        Code::Or(all) => all.iter().fold(0.0, |sum, code| sum + share(code, book)),
        code => anchors(code, book).map_or(f32::INFINITY, |anchors| anchors.share),
    }
}

fn one(book: &Book, id: Id, exact: bool) -> Anchors {
    Anchors { share: book.share(id), listings: vec![Listing::new(Anchor::One(id), exact)] }
}

/// The rarest pair of neighbours; the rarest word where no two are neighbours.
fn phrase(words: &[Option<Id>], book: &Book) -> Option<Anchors> {
    let pairs = words.windows(2).enumerate().filter_map(|(at, pair)| {
        let [Some(first), Some(second)] = *pair else { return None };
        let (a, b) = (book.share(first), book.share(second));
        let share = a.min(b) * (a.max(b) * COLLOCATION).min(1.0);
        Some((share, at, first, second))
    });
    let Some((share, at, first, second)) = pairs.min_by(|a, b| a.0.total_cmp(&b.0)) else {
        return rarest(words.iter().flatten().map(|id| one(book, *id, false)));
    };
    let listing = Listing::new(Anchor::Two(first, second), words.len() == 2);
    let best = Anchors { share, listings: vec![listing] };
    let others = words.iter().enumerate().filter(|(i, _)| *i != at && *i != at + 1);
    let needs = others.filter_map(|(_, id)| *id).map(|id| Need::of(id, book)).collect();
    Some(guarded(best, needs))
}

/// `whole`: these are the branches of a whole query.
fn and(all: &[Code], book: &Book, whole: bool) -> Option<Anchors> {
    let (at, mut best) = rarest_of(all, book)?;
    let others = || all.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, code)| code);
    for listing in &mut best.listings {
        listing.left = match listing.left {
            _ if whole && listing.exact => Left::Rest,
            left @ Left::Alternative(_) if whole && matches!(all[at], Code::Or(_)) => left,
            _ => Left::All,
        };
    }
    let needed = others().flat_map(|code| needs(code, book)).collect();
    // Two words, or alternatives and a word: the guard is the other half.
    let mut rest = others();
    if let (Some(Code::Word(_)), None) = (rest.next(), rest.next()) {
        for listing in &mut best.listings {
            listing.exact &= listing.guard.is_none();
        }
        return Some(guarded(best, needed));
    }
    Some(guarded(inexact(best), needed))
}

/// Words of which a post must have one.
struct Need {
    /// How likely a post is to have one.
    share: f32,
    ids: SmallVec<[Id; 8]>,
}

type Needs = SmallVec<[Need; 4]>;

impl Need {
    fn of(id: Id, book: &Book) -> Need {
        Need { share: book.share(id), ids: smallvec![id] }
    }
}

/// What every post has that the code holds for.
fn needs(code: &Code, book: &Book) -> Needs {
    let each = |ids: &mut dyn Iterator<Item = Id>| ids.map(|id| Need::of(id, book)).collect();
    let one = |ids: &mut dyn Iterator<Item = Option<Id>>| -> Needs {
        let Some(ids) = ids.take(MAX_FILTER + 1).collect::<Option<SmallVec<[Id; 8]>>>() else {
            return Needs::new();
        };
        smallvec![Need { share: ids.iter().map(|id| book.share(*id)).sum(), ids }]
    };
    match code {
        Code::Word(id) => smallvec![Need::of(*id, book)],
        Code::Phrase(words) | Code::Slop { words, .. } | Code::Raw { words, .. } => {
            each(&mut words.iter().flatten().copied())
        }
        Code::Window { words, .. } => each(&mut words.iter().copied()),
        Code::Form { ids, .. } => one(&mut ids.iter().copied().map(Some)),
        Code::And(all) => all.iter().flat_map(|code| needs(code, book)).collect(),
        Code::Or(all) => one(&mut all.iter().map(|code| required(code, book))),
        Code::AtLeast { n: 1.., of } => one(&mut of.iter().map(|code| required(code, book))),
        Code::Near { sides, .. } | Code::Same { sides, .. } => {
            sides.iter().flat_map(|code| needs(code, book)).collect()
        }
        Code::NotNear { sides, .. } => needs(&sides[0], book),
        Code::MinCount { n: 1.., inner } | Code::In(_, inner) | Code::Edge { inner, .. } => {
            needs(inner, book)
        }
        _ => Needs::new(),
    }
}

/// A word that every post has that the code holds for; the rarest one known.
fn required(code: &Code, book: &Book) -> Option<Id> {
    if let Code::Word(id) = code {
        return Some(*id);
    }
    let needs = needs(code, book);
    let alone = needs.iter().filter(|need| need.ids.len() == 1);
    alone.min_by(|a, b| a.share.total_cmp(&b.share)).map(|need| need.ids[0])
}

/// Gives every listing without a guard the rarest word needed that is not its anchor, and every
/// listing what else is needed.
fn guarded(mut anchors: Anchors, mut needs: Needs) -> Anchors {
    needs.retain(|need| need.ids.len() <= MAX_FILTER && !need.ids.is_empty());
    needs.sort_by(|a, b| a.share.total_cmp(&b.share));
    for listing in &mut anchors.listings {
        let is_anchor = |id: Id| match listing.anchor {
            Anchor::One(anchor) => id == anchor,
            Anchor::Two(first, second) => id == first || id == second,
        };
        for need in needs.iter().filter(|need| !need.ids.iter().any(|id| is_anchor(*id))) {
            match *need.ids {
                [id] if listing.guard.is_none_or(|guard| guard == id) => listing.guard = Some(id),
                _ => add_clause(&mut listing.filter, &need.ids),
            }
        }
    }
    anchors
}

fn inexact(mut anchors: Anchors) -> Anchors {
    anchors.listings.iter_mut().for_each(|listing| listing.exact = false);
    anchors
}

fn rarest(all: impl Iterator<Item = Anchors>) -> Option<Anchors> {
    all.min_by(|a, b| a.share.total_cmp(&b.share))
}

/// The number of the branch that the fewest posts have, and its ways. Words and alternatives of
/// words are listed only there; whatever is nested is looked at once, or each level would double
/// the work.
fn rarest_of(all: &[Code], book: &Book) -> Option<(usize, Anchors)> {
    let seen = all.iter().enumerate().filter_map(|(at, code)| match is_flat(code) {
        true => Some((share(code, book), at, None)),
        false => anchors(code, book).map(|ways| (ways.share, at, Some(ways))),
    });
    let (_, at, ways) = seen.min_by(|a, b| a.0.total_cmp(&b.0))?;
    Some((at, ways.or_else(|| anchors(&all[at], book))?))
}

/// A word, or alternatives that are words.
fn is_flat(code: &Code) -> bool {
    match code {
        Code::Word(_) => true,
        Code::Or(all) => all.iter().all(|code| matches!(code, Code::Word(_))),
        _ => false,
    }
}

/// The ways to every alternative, which they tell.
fn alternatives(all: &[Code], book: &Book) -> Option<Anchors> {
    let mut whole = Anchors { share: 0.0, listings: Vec::with_capacity(all.len()) };
    for (n, code) in all.iter().enumerate() {
        let left = Left::Alternative(n as u32);
        if let Code::Word(id) = code {
            whole.share += book.share(*id);
            whole.listings.push(Listing { left, ..Listing::new(Anchor::One(*id), true) });
            continue;
        }
        let ways = anchors(code, book)?;
        whole.share += ways.share;
        whole.listings.extend(ways.listings.into_iter().map(|way| Listing { left, ..way }));
    }
    Some(whole)
}

fn every(all: impl Iterator<Item = Option<Anchors>>) -> Option<Anchors> {
    let mut whole = Anchors { share: 0.0, listings: Vec::new() };
    for anchors in all {
        let anchors = anchors?;
        whole.share += anchors.share;
        whole.listings.extend(anchors.listings);
    }
    Some(whole)
}
