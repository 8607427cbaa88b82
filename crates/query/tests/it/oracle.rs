//! The meaning of a query, spelled out as simply as it can be: no index, no numbers for words.
//! What the matcher says must be the same.

use query::{Node, Slot};
use text::words::Words;

/// A text as a list of words with their keys, sentence and paragraph.
pub struct Text {
    words: Vec<(Vec<String>, u32, u32)>,
}

/// First and last word.
type Place = (usize, usize);

impl Text {
    pub fn of(body: &str) -> Text {
        let mut words = Words::new();
        words.push(body);
        let all = words.tokens().iter();
        let all =
            all.map(|t| (words.keys(t).map(str::to_owned).collect(), t.sentence, t.paragraph));
        Text { words: all.collect() }
    }

    pub fn matches(&self, node: &Node) -> bool {
        match node {
            Node::And(all) => all.iter().all(|n| self.matches(n)),
            Node::Or(all) => all.iter().any(|n| self.matches(n)),
            Node::Not(inner) => !self.matches(inner),
            Node::AtLeast { n, of } => {
                of.iter().filter(|node| self.matches(node)).count() >= *n as usize
            }
            Node::MinCount { n, expr } => self.places(expr).len() >= *n as usize,
            other => !self.places(other).is_empty(),
        }
    }

    fn fits(&self, slot: &Slot, at: usize) -> bool {
        let Some((keys, ..)) = self.words.get(at) else { return false };
        match slot {
            Slot::Word(word) => keys.contains(word),
            Slot::Prefix(start) => keys.iter().any(|key| key.starts_with(start)),
            Slot::Gap => true,
        }
    }

    fn all_places(&self) -> impl Iterator<Item = Place> {
        let n = self.words.len();
        (0..n).flat_map(move |first| (first..n).map(move |last| (first, last)))
    }

    fn places(&self, node: &Node) -> Vec<Place> {
        let phrase = |slots: &[Slot]| -> Vec<Place> {
            let fits = |(first, last): &Place| {
                last - first + 1 == slots.len()
                    && slots.iter().enumerate().all(|(i, slot)| self.fits(slot, first + i))
            };
            self.all_places().filter(fits).collect()
        };
        let mut places = match node {
            Node::Term(word) => phrase(&[Slot::Word(word.clone())]),
            Node::Prefix(start) => phrase(&[Slot::Prefix(start.clone())]),
            Node::Phrase(slots) => phrase(slots),
            Node::Window { gap, words } => {
                let wide = words.len() + *gap as usize;
                let ok = |(first, last): &Place| {
                    last - first < wide && self.arranged(words, *first, *last, &mut Vec::new())
                };
                self.all_places().filter(ok).collect()
            }
            Node::Or(all) => all.iter().flat_map(|n| self.places(n)).collect(),
            Node::And(all) => {
                let each: Vec<Vec<Place>> = all.iter().map(|n| self.places(n)).collect();
                if each.iter().any(Vec::is_empty) { vec![] } else { each.concat() }
            }
            Node::Near { gap, ordered, a, b } => {
                self.pairs(a, b, *ordered, |x, y| y.0 - x.1 - 1 <= *gap as usize)
            }
            Node::SameSentence { ordered, a, b } => {
                self.pairs(a, b, *ordered, |x, y| self.words[x.0].1 == self.words[y.1].1)
            }
            Node::SameParagraph { ordered, a, b } => {
                self.pairs(a, b, *ordered, |x, y| self.words[x.0].2 == self.words[y.1].2)
            }
            Node::NotNear { gap, a, b } => {
                let close = |x: Place, y: Place| {
                    x.0 <= y.1 + 1 + *gap as usize && y.0 <= x.1 + 1 + *gap as usize
                };
                let free = |x: &Place| {
                    !parts(b).iter().all(|b| self.places(b).iter().any(|y| close(*x, *y)))
                };
                let each: Vec<Vec<Place>> = parts(a)
                    .iter()
                    .map(|a| self.places(a).into_iter().filter(free).collect())
                    .collect();
                if each.iter().any(Vec::is_empty) { vec![] } else { each.concat() }
            }
            other => panic!("{other} has no place"),
        };
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Whether every word finds a place of its own between `first` and `last`.
    fn arranged(&self, words: &[Slot], first: usize, last: usize, used: &mut Vec<usize>) -> bool {
        let Some((word, rest)) = words.split_first() else { return true };
        (first..=last).any(|at| {
            if used.contains(&at) || !self.fits(word, at) {
                return false;
            }
            used.push(at);
            let ok = self.arranged(rest, first, last, used);
            used.pop();
            ok
        })
    }

    fn pairs(
        &self,
        a: &Node,
        b: &Node,
        ordered: bool,
        close: impl Fn(Place, Place) -> bool,
    ) -> Vec<Place> {
        let mut all = Vec::new();
        for a in parts(a) {
            for b in parts(b) {
                let mut some = Vec::new();
                for x in self.places(a) {
                    for y in self.places(b) {
                        if x.1 < y.0 && close(x, y) {
                            some.push((x.0, y.1));
                        }
                        if !ordered && y.1 < x.0 && close(y, x) {
                            some.push((y.0, x.1));
                        }
                    }
                }
                if some.is_empty() {
                    return some;
                }
                all.extend(some);
            }
        }
        all
    }
}

fn parts(node: &Node) -> Vec<&Node> {
    match node {
        Node::And(all) => all.iter().collect(),
        other => vec![other],
    }
}
