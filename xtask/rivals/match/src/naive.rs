//! The queries read literally, one by one, over words in a map: what every match is held against.

use std::collections::{HashMap, HashSet};

use domain::Post;
use text::words::{Words, fold};

use crate::data::{Asked, Literal};

/// A literal cut into words once.
enum Cut {
    Phrase(Vec<String>),
    Near(Vec<String>, Vec<String>, u32),
    Prefix(String),
}

/// Queries cut into words once.
pub struct Naive(Vec<(Vec<Vec<Cut>>, Vec<Cut>)>);

/// A post's words: where each key stands.
struct Text(HashMap<String, Vec<u32>>);

impl Naive {
    pub fn new(queries: &[Asked]) -> Naive {
        let all = |literals: &Vec<Literal>| literals.iter().map(cut).collect();
        let cut = queries.iter().map(|a| (a.all.iter().map(all).collect(), all(&a.not)));
        Naive(cut.collect())
    }

    /// Which post matches which query.
    pub fn pairs(&self, posts: &[Post]) -> HashSet<(usize, usize)> {
        let mut pairs = HashSet::new();
        for (n, post) in posts.iter().enumerate() {
            let text = Text::of(post);
            for (q, (all, not)) in self.0.iter().enumerate() {
                let any = |group: &Vec<Cut>| group.iter().any(|cut| text.has(cut));
                if all.iter().all(any) && !not.iter().any(|cut| text.has(cut)) {
                    pairs.insert((n, q));
                }
            }
        }
        pairs
    }
}

fn cut(literal: &Literal) -> Cut {
    match literal {
        Literal::Term(word) => Cut::Phrase(words(word)),
        Literal::Phrase(all) => Cut::Phrase(words(&all.join(" "))),
        Literal::Near(a, b, gap) => Cut::Near(words(a), words(b), *gap),
        Literal::Prefix(start) => Cut::Prefix(fold(start)),
    }
}

fn words(text: &str) -> Vec<String> {
    let mut words = Words::new();
    words.push(text);
    words.tokens().iter().map(|token| words.lower(token).to_owned()).collect()
}

impl Text {
    fn of(post: &Post) -> Text {
        let mut words = Words::new();
        words.push(&post.body);
        let mut text = Text(HashMap::new());
        for (n, token) in words.tokens().iter().enumerate() {
            for key in words.keys(token) {
                text.0.entry(key.to_owned()).or_default().push(n as u32);
            }
        }
        text
    }

    /// First and last token of every place where the words stand one after another.
    fn places(&self, phrase: &[String]) -> Vec<(u32, u32)> {
        let Some((first, rest)) = phrase.split_first() else { return Vec::new() };
        let at = |word: &String, n| self.0.get(word).is_some_and(|all| all.contains(&n));
        let all = self.0.get(first).into_iter().flatten();
        all.filter(|start| rest.iter().zip(*start + 1..).all(|(word, n)| at(word, n)))
            .map(|start| (*start, *start + rest.len() as u32))
            .collect()
    }

    fn has(&self, cut: &Cut) -> bool {
        match cut {
            Cut::Phrase(words) => !self.places(words).is_empty(),
            Cut::Prefix(start) => self.0.keys().any(|key| key.starts_with(start)),
            Cut::Near(a, b, gap) => {
                let (a, b) = (self.places(a), self.places(b));
                let behind = |x: &(u32, u32), y: &(u32, u32)| y.0 > x.1 && y.0 - x.1 - 1 <= *gap;
                a.iter().any(|a| b.iter().any(|b| behind(a, b) || behind(b, a)))
            }
        }
    }
}
