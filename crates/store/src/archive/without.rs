//! Posts of one question that are none of others.
//!
//! The index library's own exclusion may ask a phrase for a document it has passed already, which a
//! phrase does not allow (tantivy 0.27).

use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError};

/// What `base` finds and none of `excluded` does.
#[derive(Debug)]
pub(crate) struct Without {
    pub base: Box<dyn Query>,
    pub excluded: Vec<Box<dyn Query>>,
}

impl Clone for Without {
    fn clone(&self) -> Without {
        Without {
            base: self.base.box_clone(),
            excluded: self.excluded.iter().map(|query| query.box_clone()).collect(),
        }
    }
}

impl Query for Without {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let excluded: tantivy::Result<_> =
            self.excluded.iter().map(|query| query.weight(scoring)).collect();
        Ok(Box::new(WithoutWeight { base: self.base.weight(scoring)?, excluded: excluded? }))
    }
}

struct WithoutWeight {
    base: Box<dyn Weight>,
    excluded: Vec<Box<dyn Weight>>,
}

impl Weight for WithoutWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let excluded: tantivy::Result<_> =
            self.excluded.iter().map(|weight| weight.scorer(reader, boost)).collect();
        let base = self.base.scorer(reader, boost)?;
        let mut scorer = WithoutScorer { base, excluded: excluded? };
        scorer.pass_excluded();
        Ok(Box::new(scorer))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("an exclusion has no score".into()))
    }
}

struct WithoutScorer {
    base: Box<dyn Scorer>,
    excluded: Vec<Box<dyn Scorer>>,
}

impl WithoutScorer {
    fn pass_excluded(&mut self) -> DocId {
        let mut doc = self.base.doc();
        while doc < TERMINATED {
            let is_excluded = self.excluded.iter_mut().any(|scorer| {
                let at = if scorer.doc() < doc { scorer.seek(doc) } else { scorer.doc() };
                at == doc
            });
            if !is_excluded {
                break;
            }
            doc = self.base.advance();
        }
        doc
    }
}

impl DocSet for WithoutScorer {
    fn advance(&mut self) -> DocId {
        self.base.advance();
        self.pass_excluded()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.base.doc() < target {
            self.base.seek(target);
        }
        self.pass_excluded()
    }

    fn doc(&self) -> DocId {
        self.base.doc()
    }

    fn size_hint(&self) -> u32 {
        self.base.size_hint()
    }
}

impl Scorer for WithoutScorer {
    fn score(&mut self) -> Score {
        1.0
    }
}
