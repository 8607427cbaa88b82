//! Under which words a query is listed.
//!
//! A query is listed under words one of which every matching post has: those of its rarest
//! required clause. Beside each stands a second word that must be there too (the guard), so that
//! most posts with the first word never reach the query. Phrases are listed under two words that
//! stand one after another.

use super::dictionary::{Book, Id};
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
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listing {
    pub anchor: Anchor,
    /// This word must be there too.
    pub guard: Option<Id>,
    /// Anchor and guard are all the code asks for.
    pub exact: bool,
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

/// The ways to `code` that the fewest posts come. `None` where a post may match without any word.
pub(crate) fn anchors(code: &Code, book: &Book) -> Option<Anchors> {
    match code {
        Code::Word(id) => Some(one(book, *id, true)),
        Code::Form { ids, .. } => every(ids.iter().map(|id| Some(one(book, *id, true)))),
        Code::Phrase(words) => phrase(words, book),
        Code::Raw { words, .. } => phrase(words, book).map(inexact),
        Code::Slop { words, .. } => rarest(words.iter().flatten().map(|id| one(book, *id, false))),
        Code::Window { words, .. } => guarded(
            rarest(words.iter().map(|id| one(book, *id, false)))?,
            words.iter().copied(),
            book,
        ),
        Code::And(all) => and(all, book),
        Code::Or(all) => every(all.iter().map(|code| anchors(code, book))),
        Code::Near { sides, .. } | Code::Same { sides, .. } => {
            let best = rarest(sides.iter().filter_map(|code| anchors(code, book)))?;
            guarded(inexact(best), sides.iter().filter_map(|side| required(side, book)), book)
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

/// How likely a post is to have a branch; only the order counts.
pub(crate) fn share(code: &Code, book: &Book) -> f32 {
    anchors(code, book).map_or(1.0, |anchors| anchors.share)
}

fn one(book: &Book, id: Id, exact: bool) -> Anchors {
    let listing = Listing { anchor: Anchor::One(id), guard: None, exact };
    Anchors { share: book.share(id), listings: vec![listing] }
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
    let others = words.iter().enumerate().filter(|(i, _)| *i != at && *i != at + 1);
    let guard = others
        .filter_map(|(_, id)| *id)
        .map(|id| (book.share(id), id))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    let listing = Listing {
        anchor: Anchor::Two(first, second),
        guard: guard.map(|(_, id)| id),
        exact: words.len() == 2,
    };
    Some(Anchors { share, listings: vec![listing] })
}

fn and(all: &[Code], book: &Book) -> Option<Anchors> {
    let ways = all.iter().enumerate().filter_map(|(at, code)| Some((at, anchors(code, book)?)));
    let (at, best) = ways.min_by(|a, b| a.1.share.total_cmp(&b.1.share))?;
    let mut others = all.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, code)| code);
    if let (Some(Code::Word(guard)), None) = (others.next(), others.next()) {
        // Two words, or alternatives and a word: the guard is the other half.
        let listings = best.listings.into_iter().map(|listing| Listing {
            guard: listing.guard.or(Some(*guard)),
            exact: listing.exact && listing.guard.is_none(),
            ..listing
        });
        return Some(Anchors { share: best.share, listings: listings.collect() });
    }
    let others = all.iter().enumerate().filter(|(i, _)| *i != at);
    guarded(inexact(best), others.filter_map(|(_, code)| required(code, book)), book)
}

/// A word that every post has that the code holds for; the rarest one known.
fn required(code: &Code, book: &Book) -> Option<Id> {
    let rare = |ids: &mut dyn Iterator<Item = Id>| {
        ids.map(|id| (book.share(id), id)).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, id)| id)
    };
    match code {
        Code::Word(id) => Some(*id),
        Code::Phrase(words) | Code::Slop { words, .. } | Code::Raw { words, .. } => {
            rare(&mut words.iter().flatten().copied())
        }
        Code::Window { words, .. } => rare(&mut words.iter().copied()),
        Code::And(all) => rare(&mut all.iter().filter_map(|code| required(code, book))),
        Code::Near { sides, .. } | Code::Same { sides, .. } => {
            rare(&mut sides.iter().filter_map(|code| required(code, book)))
        }
        Code::NotNear { sides, .. } => required(&sides[0], book),
        Code::MinCount { inner, .. } | Code::In(_, inner) | Code::Edge { inner, .. } => {
            required(inner, book)
        }
        _ => None,
    }
}

/// Gives every listing without a guard the rarest of these words that is not its anchor.
fn guarded(mut anchors: Anchors, words: impl Iterator<Item = Id>, book: &Book) -> Option<Anchors> {
    let mut words: Vec<(f32, Id)> = words.map(|id| (book.share(id), id)).collect();
    words.sort_by(|a, b| a.0.total_cmp(&b.0));
    for listing in anchors.listings.iter_mut().filter(|listing| listing.guard.is_none()) {
        let other = words.iter().find(|(_, id)| match listing.anchor {
            Anchor::One(anchor) => *id != anchor,
            Anchor::Two(first, second) => *id != first && *id != second,
        });
        listing.guard = other.map(|(_, id)| *id);
    }
    Some(anchors)
}

fn inexact(mut anchors: Anchors) -> Anchors {
    anchors.listings.iter_mut().for_each(|listing| listing.exact = false);
    anchors
}

fn rarest(all: impl Iterator<Item = Anchors>) -> Option<Anchors> {
    all.min_by(|a, b| a.share.total_cmp(&b.share))
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
