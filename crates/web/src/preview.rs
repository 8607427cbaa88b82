//! What a query would have caught: the same matcher that runs live, over the recent posts.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use askama::Template;
use domain::Post;

use crate::app::App;
use crate::ask::Asked;
use crate::fail::Fail;
use crate::found::FoundView;
use crate::lang::{Lang, Words};
use crate::said::Check;
use crate::show::When;

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

/// The answer to "what would this query catch?". Drawn into the editor, by the page itself or by
/// the script while somebody types.
#[derive(Template)]
#[template(path = "preview.html")]
pub struct Preview {
    /// The reader's words.
    pub w: Words,
    /// Nothing was typed yet.
    pub empty: bool,
    /// What is to be said about it.
    pub check: Check,
    /// Posts that match.
    pub matched: usize,
    /// Posts looked through.
    pub of: usize,
    /// How far back they reach.
    pub since: Option<When>,
    /// The newest matches.
    pub caught: Vec<FoundView>,
}

impl askama::filters::HtmlSafe for Preview {}

/// Asks the recent posts.
pub async fn preview(app: &App, lang: Lang, text: &str) -> Result<Preview, Fail> {
    let mut preview = Preview {
        w: Words(lang),
        empty: text.trim().is_empty(),
        check: Check::silent(lang),
        matched: 0,
        of: 0,
        since: None,
        caught: Vec::new(),
    };
    if preview.empty {
        return Ok(preview);
    }
    let asked = match Asked::read(app.store(), text).await? {
        Ok(asked) => asked,
        Err(error) => {
            preview.check = Check::refused(lang, text, &error);
            return Ok(preview);
        }
    };
    preview.check = Check::of(lang, text, &asked.query);
    let posts = app.0.recent.posts(app).await?;
    let clock = app.clock(lang);
    preview.of = posts.len();
    preview.since = posts.iter().map(|p| p.received).min().map(|t| clock.when(t));
    let look = move || {
        let mut matched = 0;
        let mut caught = Vec::new();
        for post in posts.iter() {
            let Some(hit) = asked.hit(post) else { continue };
            matched += 1;
            if caught.len() < SHOWN {
                caught.push(FoundView::of(&clock, post, Some(&hit)));
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
