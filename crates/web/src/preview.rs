//! What a query would have caught: the same matcher that runs live, over the recent posts.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use askama::Template;
use domain::{Part, Post};
use query::{Document, Hit};

use crate::app::App;
use crate::fail::Fail;
use crate::lang::{Lang, Words};
use crate::show::{Clock, Piece, When, link, pieces};

/// Posts looked through.
const POSTS: u32 = 2_000;
/// Matches shown.
const SHOWN: usize = 8;
/// Recent posts are fetched anew after this long: people type faster than posts change.
const FRESH: Duration = Duration::from_secs(2);

/// The recent posts, kept for a moment.
#[derive(Default)]
pub struct Recent(Mutex<Option<(Instant, Arc<Vec<Post>>)>>);

impl Recent {
    async fn posts(&self, app: &App) -> Result<Arc<Vec<Post>>, Fail> {
        let lock = || self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, posts)) = lock().as_ref().filter(|(at, _)| at.elapsed() < FRESH) {
            return Ok(posts.clone());
        }
        let posts = Arc::new(app.store().recent_posts(None, POSTS).await?);
        *lock() = Some((Instant::now(), posts.clone()));
        Ok(posts)
    }
}

/// What is to be said about a query, pointing at its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// In words.
    pub message: String,
    /// The line of the query that it is about, before the place.
    pub before: String,
    /// The place; empty at the end of the text.
    pub place: String,
    /// The line after the place.
    pub after: String,
    /// The number of the line, from 1; 0 when the query has only one.
    pub line: usize,
}

/// A post that the query matches.
#[derive(Clone, Debug)]
pub struct Caught {
    /// Who said it.
    pub who: String,
    /// The platform's name.
    pub platform: String,
    /// When it was published.
    pub when: When,
    /// The headline.
    pub title: Vec<Piece>,
    /// The text.
    pub body: Vec<Piece>,
    /// Why it matched.
    pub why: String,
    /// The post itself.
    pub url: Option<String>,
}

/// The answer to "what would this query catch?". Drawn into the editor, by the page itself or by
/// the script while somebody types.
#[derive(Template)]
#[template(path = "preview.html")]
pub struct Preview {
    /// The reader's words.
    pub w: Words,
    /// Nothing was typed yet.
    pub empty: bool,
    /// Why it cannot be read.
    pub error: Option<Note>,
    /// What may surprise.
    pub warnings: Vec<Note>,
    /// How the query is read, line by line, with the depth of each line.
    pub reading: Vec<(usize, String)>,
    /// Posts that match.
    pub matched: usize,
    /// Posts looked through.
    pub of: usize,
    /// How far back they reach.
    pub since: Option<When>,
    /// The newest matches.
    pub caught: Vec<Caught>,
}

impl askama::filters::HtmlSafe for Preview {}

/// Asks the recent posts.
pub async fn preview(app: &App, lang: Lang, text: &str) -> Result<Preview, Fail> {
    let words = Words(lang);
    let mut preview = Preview {
        w: words,
        empty: text.trim().is_empty(),
        error: None,
        warnings: Vec::new(),
        reading: Vec::new(),
        matched: 0,
        of: 0,
        since: None,
        caught: Vec::new(),
    };
    if preview.empty {
        return Ok(preview);
    }
    let query = match query::parse(text) {
        Ok(query) => query,
        Err(error) => {
            preview.error = Some(note(text, error.at.clone(), error.message(tongue(lang))));
            return Ok(preview);
        }
    };
    preview.warnings =
        query.warnings.iter().map(|w| note(text, w.at.clone(), w.message(tongue(lang)))).collect();
    read_aloud(&query::explain(&query, tongue(lang)), 0, &mut preview.reading);
    let posts = app.0.recent.posts(app).await?;
    let clock = app.clock(lang);
    preview.of = posts.len();
    preview.since = posts.iter().map(|p| p.received).min().map(|t| clock.when(t));
    let look = move || {
        let mut matched = 0;
        let mut caught = Vec::new();
        for post in posts.iter() {
            let Some(hit) = query::matches_one(&query, &Document::of(post)) else { continue };
            matched += 1;
            if caught.len() < SHOWN {
                caught.push(show(&clock, post, &hit));
            }
        }
        (matched, caught)
    };
    let (matched, caught) =
        tokio::task::spawn_blocking(look).await.map_err(|e| Fail::Store(e.to_string()))?;
    preview.matched = matched;
    preview.caught = caught;
    Ok(preview)
}

/// Lines of a reading shown at most.
const LINES: usize = 60;

fn read_aloud(node: &query::Explanation, depth: usize, lines: &mut Vec<(usize, String)>) {
    if lines.len() < LINES {
        lines.push((depth.min(6), node.words.clone()));
        node.children.iter().for_each(|child| read_aloud(child, depth + 1, lines));
    }
}

/// Why a query cannot be saved, if so.
pub fn error(lang: Lang, text: &str) -> Option<Note> {
    let error = query::parse(text).err()?;
    Some(note(text, error.at.clone(), error.message(tongue(lang))))
}

/// The language of the query crate's messages.
fn tongue(lang: Lang) -> query::Lang {
    match lang {
        Lang::En => query::Lang::En,
        Lang::De => query::Lang::De,
    }
}

fn show(clock: &Clock, post: &Post, hit: &Hit) -> Caught {
    let body =
        if post.body.is_empty() { (&post.lead, Part::Lead) } else { (&post.body, Part::Body) };
    Caught {
        who: post.source.display_name().to_owned(),
        platform: clock.words.or("platform", post.platform.as_str()).into_owned(),
        when: clock.when(post.published),
        title: pieces(&post.title, &hit.spans, Part::Title, 200),
        body: pieces(body.0, &hit.spans, body.1, 280),
        why: hit.why.clone(),
        url: link(&post.url),
    }
}

/// Points at a place in a text that may have several lines.
fn note(text: &str, at: std::ops::Range<usize>, message: String) -> Note {
    let floor = |i: usize| (0..=i.min(text.len())).rev().find(|&i| text.is_char_boundary(i));
    let start = floor(at.start).unwrap_or(0);
    let end = floor(at.end).unwrap_or(start).max(start);
    let from = text[..start].rfind('\n').map_or(0, |i| i + 1);
    let to = text[start..].find('\n').map_or(text.len(), |i| start + i);
    let end = end.min(to);
    let line = text[..start].matches('\n').count() + 1;
    Note {
        message,
        before: tail(&text[from..start], 60),
        place: head(&text[start..end], 80),
        after: head(&text[end..to], 60),
        line: if text.contains('\n') { line } else { 0 },
    }
}

fn head(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

fn tail(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    format!("…{}", text.chars().skip(count - most).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_points_at_its_place() {
        let check = |text: &str, at, expect: (&str, &str, &str, usize)| {
            let n = note(text, at, String::new());
            assert_eq!((&*n.before, &*n.place, &*n.after, n.line), expect, "{text}");
        };
        check("a AND (b", 6..7, ("a AND ", "(", "b", 0));
        check("a\nb OR\nc", 4..6, ("b ", "OR", "", 2));
        check("über", 5..5, ("über", "", "", 0));
        check("über", 1..99, ("", "über", "", 0));
        let long = "x".repeat(300);
        let n = note(&long, 200..201, String::new());
        assert_eq!((n.before.chars().count(), n.after.chars().count()), (61, 61));
    }
}
