//! Near misses: posts that fail in a single branch. Each branch in turn is turned round, and the
//! archive is asked who holds everything else.

use domain::Post;
use query::Node;
use store::{Archive, Ask};

use crate::ask::Asked;

/// Branches turned round at most.
const BRANCHES: usize = 8;
/// Posts of one branch, and of all.
const EACH: usize = 2;
const ALL: usize = 6;

/// A sample of near misses, the newest first, each with the branch it fails in.
///
/// # Errors
/// The archive does not answer.
pub async fn near_misses(archive: &Archive, asked: &Asked) -> store::Result<Vec<(Post, Node)>> {
    let mut found: Vec<(Post, Node)> = Vec::new();
    for (relaxed, missed) in relaxations(&asked.query.ast).into_iter().take(BRANCHES) {
        let relaxed = Asked::of_node(relaxed);
        let ask = Ask { limit: EACH, ..Ask::default() };
        let near = archive.search(&relaxed.query.ast, ask, relaxed.decide()).await?;
        for post in near.posts {
            if !found.iter().any(|(known, _)| known.id() == post.id()) {
                found.push((post, missed.clone()));
            }
        }
    }
    found.sort_by_key(|(post, _)| std::cmp::Reverse(post.published));
    found.truncate(ALL);
    Ok(found)
}

/// Queries for posts that hold all of a query but one branch, with that branch.
fn relaxations(node: &Node) -> Vec<(Node, Node)> {
    let not = |node: &Node| match node {
        Node::Not(inner) => (**inner).clone(),
        other => Node::Not(Box::new(other.clone())),
    };
    match node {
        Node::And(all) => {
            let without = |i: usize| {
                let rest = all.iter().enumerate().filter(|(j, _)| *j != i);
                let mut rest: Vec<Node> = rest.map(|(_, node)| node.clone()).collect();
                // What is left must still bring up posts by its words.
                if rest.iter().all(Node::is_open) {
                    return None;
                }
                rest.push(not(&all[i]));
                Some((Node::and(rest), all[i].clone()))
            };
            let mut out: Vec<_> = (0..all.len()).filter_map(without).collect();
            // A post that has the words of a phrase or a distance, only not so close.
            for (i, part) in all.iter().enumerate() {
                for (loose, missed) in relaxations(part) {
                    let mut rest = all.clone();
                    rest[i] = loose;
                    out.push((Node::and(rest), missed));
                }
            }
            out
        }
        Node::Near { a, b, .. }
        | Node::SameSentence { a, b, .. }
        | Node::SameParagraph { a, b, .. } => {
            vec![(Node::and(vec![(**a).clone(), (**b).clone(), not(node)]), node.clone())]
        }
        Node::NotNear { a, .. } => {
            vec![(Node::and(vec![(**a).clone(), not(node)]), node.clone())]
        }
        Node::Phrase(slots)
        | Node::Slop { words: slots, .. }
        | Node::Window { words: slots, .. } => {
            let word = |slot: &query::Slot| match slot {
                query::Slot::Word(word) => Some(Node::Term(word.clone())),
                query::Slot::Prefix(start) => Some(Node::Prefix(start.clone())),
                _ => None,
            };
            let mut words: Vec<Node> = slots.iter().filter_map(word).collect();
            words.push(not(node));
            vec![(Node::and(words), node.clone())]
        }
        Node::AtLeast { n, of } if *n > 1 => {
            let fewer = Node::AtLeast { n: n - 1, of: of.clone() };
            vec![(Node::and(vec![fewer, not(node)]), node.clone())]
        }
        Node::Field { name, expr } => {
            let wrap = |node: Node| Node::Field { name: *name, expr: Box::new(node) };
            relaxations(expr).into_iter().map(|(a, b)| (wrap(a), wrap(b))).collect()
        }
        Node::Highlight { expr, .. } | Node::Saved { of: Some(expr), .. } => relaxations(expr),
        _ => Vec::new(),
    }
}
