//! Words at most so far apart, told by the places in the index alone.

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

/// How the sides must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One of each of two sides, at different places.
    Near,
    /// The same, the first side first.
    Ordered,
    /// One of each side within a stretch; a place may stand for several sides.
    Window,
}

/// Posts where the sides stand close to each other.
#[derive(Clone, Debug)]
pub(crate) struct Near {
    pub shape: Shape,
    /// Most other words: between the two, or in the stretch.
    pub gap: u32,
    /// Each side: one of these words.
    pub sides: Vec<Vec<Term>>,
    pub field: Field,
}

impl Query for Near {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(NearWeight(self.clone())))
    }
}

struct NearWeight(Near);

impl Weight for NearWeight {
    fn scorer(&self, reader: &SegmentReader, _: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let index = reader.inverted_index(self.0.field)?;
        let mut sides = Vec::with_capacity(self.0.sides.len());
        for (number, terms) in self.0.sides.iter().enumerate() {
            let mut words = Vec::with_capacity(terms.len());
            for term in terms {
                let option = IndexRecordOption::WithFreqsAndPositions;
                words.extend(index.read_postings(term, option)?);
            }
            if words.is_empty() {
                return Ok(Box::new(EmptyScorer));
            }
            sides.push(Side { number, words, places: Vec::new() });
        }
        // The rarest side leads.
        sides.sort_by_key(|side| side.words.iter().map(SegmentPostings::size_hint).sum::<u32>());
        let mut scorer = NearScorer { shape: self.0.shape, gap: self.0.gap, sides, doc: 0 };
        scorer.find(0);
        Ok(Box::new(scorer))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("nearness has no score".into()))
    }
}

/// One of some words.
struct Side {
    number: usize,
    words: Vec<SegmentPostings>,
    /// Where they stand in the document looked at, ascending.
    places: Vec<u32>,
}

impl Side {
    /// The first document not before `target`.
    fn seek(&mut self, target: DocId) -> DocId {
        let mut first = TERMINATED;
        for word in &mut self.words {
            let doc = if word.doc() < target { word.seek(target) } else { word.doc() };
            first = first.min(doc);
        }
        first
    }

    fn read(&mut self, doc: DocId) {
        self.places.clear();
        for word in self.words.iter_mut().filter(|word| word.doc() == doc) {
            word.append_positions_with_offset(0, &mut self.places);
        }
        self.places.sort_unstable();
        self.places.dedup();
    }
}

struct NearScorer {
    shape: Shape,
    gap: u32,
    sides: Vec<Side>,
    doc: DocId,
}

impl NearScorer {
    /// Goes to the first document not before `target` that fits.
    fn find(&mut self, mut target: DocId) -> DocId {
        loop {
            let mut doc = target;
            // All sides agree on a document.
            let mut agree = 0;
            let mut turn = 0;
            while agree < self.sides.len() && doc < TERMINATED {
                let found = self.sides[turn].seek(doc);
                agree = if found == doc { agree + 1 } else { 1 };
                doc = found;
                turn = (turn + 1) % self.sides.len();
            }
            if doc >= TERMINATED {
                self.doc = TERMINATED;
                return TERMINATED;
            }
            self.sides.iter_mut().for_each(|side| side.read(doc));
            if self.fits() {
                self.doc = doc;
                return doc;
            }
            target = doc + 1;
        }
    }

    fn fits(&self) -> bool {
        match (self.shape, self.sides.as_slice()) {
            (Shape::Window, sides) => is_window(sides, self.gap + sides.len() as u32),
            (shape, [a, b]) => {
                let (first, second) = if a.number < b.number { (a, b) } else { (b, a) };
                let reach = self.gap + 1;
                follows(&first.places, &second.places, reach)
                    || (shape == Shape::Near && follows(&second.places, &first.places, reach))
            }
            _ => false,
        }
    }
}

/// Whether one of `b` stands after one of `a`, at most `reach` places on.
fn follows(a: &[u32], b: &[u32], reach: u32) -> bool {
    a.iter().any(|place| {
        let next = b.partition_point(|other| other <= place);
        b.get(next).is_some_and(|other| other - place <= reach)
    })
}

/// Whether one of each side stands within `wide` places.
fn is_window(sides: &[Side], wide: u32) -> bool {
    sides.iter().flat_map(|side| &side.places).any(|start| {
        sides.iter().all(|side| {
            let next = side.places.partition_point(|place| place < start);
            side.places.get(next).is_some_and(|place| place - start < wide)
        })
    })
}

impl DocSet for NearScorer {
    fn advance(&mut self) -> DocId {
        if self.doc >= TERMINATED { TERMINATED } else { self.find(self.doc + 1) }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc >= target { self.doc } else { self.find(target) }
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.sides.first().map_or(0, |side| side.words.iter().map(DocSet::size_hint).sum())
    }
}

impl Scorer for NearScorer {
    fn score(&mut self) -> Score {
        1.0
    }
}
