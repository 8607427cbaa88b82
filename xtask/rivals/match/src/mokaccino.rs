//! mokaccino 0.9.1, a percolator for exact values and prefixes.
//!
//! It knows no text: words are values of one field, runs of two and three words of another. NEAR
//! it cannot say. Alone in its group it is asked for both words wherever they stand, else for the
//! first word alone (the rest would multiply its clauses), which is less work than the real thing.

use ::mokaccino::prelude::{CNFQueryable, Document, Percolator, Query};
use domain::Post;
use text::words::Words;

use crate::data::{Asked, Literal};
use crate::measure::{Rate, cpu_seconds, with_bytes};

/// A percolator over queries and what it took.
pub struct Built {
    percolator: Percolator,
    /// Queries a second.
    pub rate: f64,
    /// Bytes a query.
    pub bytes: f64,
}

/// Builds it, with its own advice on its settings taken.
pub fn build(queries: &[Asked]) -> Built {
    let began = cpu_seconds();
    let (percolator, bytes) = with_bytes(|| {
        let mut percolator = Percolator::default();
        for asked in queries {
            percolator.add_query(query(asked));
        }
        percolator
    });
    let rate = queries.len() as f64 / (cpu_seconds() - began);
    let bytes = bytes / queries.len() as f64;
    Built { percolator: percolator.optimized(), rate, bytes }
}

impl Built {
    /// Posts a second within so many seconds, text preparation included.
    pub fn rate(&self, posts: &[Post], seconds: f64) -> f64 {
        let mut rate = Rate::within(seconds);
        for post in posts.iter().cycle() {
            std::hint::black_box(self.percolator.percolate(&document(post)).count());
            if rate.one_more() {
                break;
            }
        }
        rate.per_second()
    }

    /// Which post matches which query.
    pub fn pairs(&self, posts: &[Post]) -> Vec<(usize, usize)> {
        let found = |(n, post)| {
            let document = document(post);
            let found: Vec<u32> = self.percolator.percolate(&document).collect();
            found.into_iter().map(move |query| (n, query as usize))
        };
        posts.iter().enumerate().flat_map(found).collect()
    }
}

fn query(asked: &Asked) -> Query {
    let group = |group: &Vec<Literal>| match group.as_slice() {
        [Literal::Near(a, b, _)] => term(a) & term(b),
        group => Query::from_or(group.iter().map(literal).collect()),
    };
    let nots = asked.not.iter().map(|not| Query::negation(literal(not)));
    Query::from_and(asked.all.iter().map(group).chain(nots).collect())
}

fn literal(literal: &Literal) -> Query {
    match literal {
        Literal::Term(word) | Literal::Near(word, ..) => term(word),
        Literal::Phrase(words) => "run".has_value(words.join(" ")),
        Literal::Prefix(start) => "word".has_prefix(start.as_str()),
    }
}

fn term(word: &str) -> Query {
    "word".has_value(word)
}

fn document(post: &Post) -> Document {
    let mut words = Words::for_text(post.body.len());
    words.push(&post.body);
    let tokens: Vec<&str> = words.tokens().iter().map(|token| words.word(token)).collect();
    let mut all: Vec<&str> = words.tokens().iter().flat_map(|token| words.keys(token)).collect();
    all.sort_unstable();
    all.dedup();
    let mut document = Document::default();
    for word in all {
        document.with_value_mut("word", word);
    }
    for length in [2, 3] {
        for run in tokens.windows(length) {
            document.with_value_mut("run", run.join(" "));
        }
    }
    document
}
