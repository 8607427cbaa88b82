//! What people did to a story, and the posts that can be taken out of it.

use std::collections::HashMap;

use domain::story::StoryId;
use fluent_bundle::FluentArgs;
use store::{Dot, Mend, MendRow, MentionFilter, Page};

use crate::app::App;
use crate::fail::Fail;
use crate::pages::stories::first_words;
use crate::show::{Clock, When};

/// Posts offered, the newest.
const OFFERED: usize = 60;
/// Mentions read for their texts.
const READ: u32 = 200;

/// A post that can be taken out.
pub struct Takeable {
    /// The post's row.
    pub row: i64,
    /// Who speaks.
    pub who: String,
    /// What is said, its first words.
    pub text: String,
    /// When.
    pub when: When,
}

/// Something that was done.
pub struct Done {
    /// In words.
    pub text: String,
    /// The other story.
    pub other: Option<i64>,
    /// When.
    pub when: When,
}

/// The newest posts, newest first.
pub async fn takeable(
    app: &App,
    clock: &Clock,
    id: StoryId,
    dots: &[Dot],
) -> Result<Vec<Takeable>, Fail> {
    if dots.len() < 2 {
        return Ok(Vec::new());
    }
    // No farther back than what is offered.
    let since = dots.iter().rev().take(OFFERED).next_back().map(|dot| dot.at);
    let filter = MentionFilter { story: Some(id), since, ..MentionFilter::default() };
    let rows = app.store().mentions(&filter, Page::Newest, READ).await?;
    let texts: HashMap<i64, String> =
        rows.iter().map(|row| (row.number, first_words(row.post.text().trim()))).collect();
    let newest = dots.iter().rev().take(OFFERED);
    let takeable = newest.map(|dot| Takeable {
        row: dot.row,
        who: dot.name.clone(),
        text: texts.get(&dot.mention).cloned().unwrap_or_default(),
        when: clock.when(dot.at),
    });
    Ok(takeable.collect())
}

/// What was done, newest first.
pub fn history(clock: &Clock, rows: Vec<MendRow>, id: StoryId) -> Vec<Done> {
    let done = |row: MendRow| {
        // Seen from the story that posts came into.
        let turned = row.other == Some(id);
        let key = match (row.what, turned) {
            (Mend::Split | Mend::Move, true) => "mend-came",
            (Mend::Merge, true) => "mend-went",
            (what, _) => match what {
                Mend::Merge => "mend-merge",
                Mend::Split => "mend-split",
                Mend::Move => "mend-move",
                Mend::Apart => "mend-apart",
                Mend::Close => "mend-close",
                Mend::Open => "mend-open",
            },
        };
        let other = if turned { Some(row.story) } else { row.other };
        let mut args = FluentArgs::new();
        args.set("name", row.by.as_str());
        args.set("n", row.posts.len() as u64);
        args.set("other", other.map_or(0, |other| other.0).to_string());
        Done {
            text: clock.words.with(key, Some(&args)).into_owned(),
            other: other.map(|other| other.0),
            when: clock.when(row.at),
        }
    };
    rows.into_iter().map(done).collect()
}
