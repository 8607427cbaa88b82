//! Who took it from whom, as far as that is known.

use std::collections::HashMap;

use domain::story::Because;
use store::Dot;

use crate::show::{Clock, When};

/// Paths shown.
const MOST: usize = 15;

/// One post that came from another.
pub struct Taken {
    /// Who took it.
    pub who: String,
    /// Their mention.
    pub link: String,
    /// How, in words.
    pub how: String,
    /// From whom; empty where that post is not among those shown.
    pub from: String,
    /// The mention it came from.
    pub from_link: Option<String>,
    /// A link, a quote or the same text shows it; likeness alone does not.
    pub proven: bool,
    /// When.
    pub when: When,
}

/// Paths between appearances: proven ones first in the choice, then those that weigh most; shown in
/// the order of time.
pub fn of(clock: &Clock, dots: &[Dot]) -> Vec<Taken> {
    let by_row: HashMap<i64, &Dot> = dots.iter().map(|dot| (dot.row, dot)).collect();
    let mut taken: Vec<(&Dot, i64, &'static str, bool)> = dots
        .iter()
        .filter_map(|dot| {
            let (from, key, proven) = told(dot.because)?;
            Some((dot, from, key, proven))
        })
        .collect();
    taken.sort_by_key(|(dot, _, _, proven)| {
        std::cmp::Reverse((*proven, dot.tier, dot.followers.unwrap_or(0)))
    });
    taken.truncate(MOST);
    taken.sort_by_key(|(dot, ..)| (dot.at, dot.row));
    taken
        .into_iter()
        .map(|(dot, from, key, proven)| {
            let source = by_row.get(&from);
            Taken {
                who: dot.name.clone(),
                link: format!("/mentions/{}", dot.mention),
                how: clock.words.say(key).into_owned(),
                from: source.map(|dot| dot.name.clone()).unwrap_or_default(),
                from_link: source.map(|dot| format!("/mentions/{}", dot.mention)),
                proven,
                when: clock.when(dot.at),
            }
        })
        .collect()
}

/// From which post, how, and whether that is proven.
fn told(because: Because) -> Option<(i64, &'static str, bool)> {
    match because {
        Because::First | Because::Known => None,
        Because::Copy(row) => Some((row, "path-copy", true)),
        Because::Repost(row) => Some((row, "path-repost", true)),
        Because::Quote(row) => Some((row, "path-quote", true)),
        Because::Reply(row) => Some((row, "path-reply", true)),
        Because::Link(row) => Some((row, "path-link", true)),
        Because::Words(row) => Some((row, "path-words", false)),
        Because::Meaning(row) => Some((row, "path-meaning", false)),
    }
}
