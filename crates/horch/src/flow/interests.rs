//! What people listen for, as far as connectors can use it: the hashtags that queries name, and
//! their plain words, because who writes about a thing tags it with its name.

use std::collections::{BTreeMap, HashMap};

use channels::Interests;
use domain::WatchId;
use query::{Node, Query};

/// Tags that connectors are asked to follow at most: every tag costs every server a question.
const TAGS: usize = 24;
/// Watches whose words are counted at most; among more, the tags asked for would no longer change.
const WATCHES: usize = 10_000;
/// Words counted of one watch.
const WORDS: usize = 64;

/// Counts what watches name, and forgets it with them.
#[derive(Debug, Default)]
pub struct Wishes {
    /// How many watches name a word as a tag, and how many plainly.
    words: BTreeMap<String, [u32; 2]>,
    watches: HashMap<WatchId, Vec<(String, usize)>>,
}

impl Wishes {
    /// Counts a watch, in place of what it named before.
    pub fn add(&mut self, watch: WatchId, query: &Query) {
        self.remove(watch);
        if self.watches.len() >= WATCHES {
            return;
        }
        let mut named: Vec<(String, usize)> =
            query.hashtags().into_iter().map(|tag| (tag, 0)).collect();
        let mut plain = Vec::new();
        plain_words(&query.ast, &mut plain);
        named.extend(plain.into_iter().map(|word| (word, 1)));
        named.sort_unstable();
        named.dedup();
        named.truncate(WORDS);
        for (word, kind) in &named {
            self.words.entry(word.clone()).or_default()[*kind] += 1;
        }
        self.watches.insert(watch, named);
    }

    /// Forgets a watch.
    pub fn remove(&mut self, watch: WatchId) {
        for (word, kind) in self.watches.remove(&watch).unwrap_or_default() {
            if let Some(counts) = self.words.get_mut(&word) {
                counts[kind] -= 1;
                if *counts == [0, 0] {
                    self.words.remove(&word);
                }
            }
        }
    }

    /// At most 24 tags: those named as tags first, then what most watches name.
    #[must_use]
    pub fn interests(&self) -> Interests {
        let mut all: Vec<(&String, [u32; 2])> =
            self.words.iter().map(|(word, counts)| (word, *counts)).collect();
        let rank = |(word, [tags, plain]): &(&String, [u32; 2])| {
            (std::cmp::Reverse(*tags), std::cmp::Reverse(*plain), (*word).clone())
        };
        if all.len() > TAGS {
            all.select_nth_unstable_by_key(TAGS, rank);
            all.truncate(TAGS);
        }
        let mut hashtags: Vec<String> = all.into_iter().map(|(word, _)| word.clone()).collect();
        hashtags.sort();
        Interests { hashtags }
    }
}

/// Words that a query asks for wherever they stand, in default fields only.
fn plain_words(node: &Node, words: &mut Vec<String>) {
    match node {
        Node::Term(word)
            if word.chars().count() >= 3 && word.chars().all(char::is_alphanumeric) =>
        {
            words.push(word.clone());
        }
        Node::Or(nodes) | Node::And(nodes) => {
            nodes.iter().for_each(|node| plain_words(node, words));
        }
        Node::Highlight { expr, .. } | Node::Saved { of: Some(expr), .. } => {
            plain_words(expr, words);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_tags_are_followed_and_forgotten() {
        let mut wishes = Wishes::default();
        let mut check = |changes: &[(i64, &str)], expect: &[&str]| {
            for (id, text) in changes {
                match query::parse(text) {
                    Ok(query) => wishes.add(WatchId(*id), &query),
                    Err(_) => wishes.remove(WatchId(*id)),
                }
            }
            assert_eq!(wishes.interests().hashtags, expect, "{changes:?}");
        };
        check(
            &[(1, "lumo OR #LumoOne"), (2, "(heizung AND lumo) -#werbung site:a.example")],
            &["heizung", "lumo", "lumoone"],
        );
        check(&[(1, "other")], &["heizung", "lumo", "other"]);
        check(&[(2, "")], &["other"]);
        check(&[(1, "")], &[]);
    }

    #[test]
    fn what_most_people_name_comes_first() {
        let mut wishes = Wishes::default();
        for id in 0..40 {
            let query = query::parse(&format!("word{id} OR common")).unwrap();
            wishes.add(WatchId(id), &query);
        }
        wishes.add(WatchId(99), &query::parse("#rare").unwrap());
        let tags = wishes.interests().hashtags;
        assert_eq!(tags.len(), TAGS);
        assert!(tags.contains(&"common".to_owned()) && tags.contains(&"rare".to_owned()));
    }
}
