//! What people do to a story: name it, judge it, mend it.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::story::StoryId;

use super::number;
use crate::app::App;
use crate::fail::Fail;
use crate::pages::done;
use crate::visit::Sent;

/// Longest name and note, in characters.
const LONGEST_NAME: usize = 120;
const LONGEST_NOTE: usize = 1_000;

fn back(id: StoryId, what: &str) -> Response {
    done(&format!("/stories/{}", id.0), what)
}

/// `POST /stories/{id}/name`: `title=…`; an empty one takes the name back.
pub async fn name(
    State(app): State<App>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Fail> {
    let id = number(&id)?;
    let title: String = sent.form.get("title").chars().take(LONGEST_NAME).collect();
    app.store().name_story(id, &title).await?;
    Ok(back(id, "story-named"))
}

/// `POST /stories/{id}/severity`: `severity=1…5` and `note=…`; an empty severity takes back what
/// was said.
pub async fn severity(
    State(app): State<App>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Fail> {
    let id = number(&id)?;
    let severity = match sent.form.get("severity") {
        "" => None,
        said => {
            let said = said.parse().ok().filter(|said| (1..=5).contains(said));
            Some(said.ok_or(Fail::NotFound)?)
        }
    };
    let note: String = sent.form.get("note").chars().take(LONGEST_NOTE).collect();
    let (by, now) = (sent.visit.who(), app.now());
    app.store().say_severity(id, severity, &note, &by, now).await?;
    Ok(back(id, "story-severity"))
}

/// `POST /stories/{id}/mend`: `what=merge|apart` with `other=N` or `pick=N`, `what=take` with
/// `post=ROW` for each post and `other` or `pick` (none: a new story), `what=close|open`.
pub async fn mend(
    State(app): State<App>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Fail> {
    let (id, form) = (number(&id)?, &sent.form);
    let (store, by, now) = (app.store(), sent.visit.who(), app.now());
    // A number that was typed outranks the list.
    let other = match (form.get("other"), form.get("pick")) {
        ("", "") => None,
        ("", picked) => Some(number(picked)?),
        (typed, _) => Some(number(typed)?),
    };
    match form.get("what") {
        "merge" => {
            let into = store.merge_stories(id, other.ok_or(Fail::NotFound)?, &by, now).await?;
            Ok(back(into, "story-merged"))
        }
        "apart" => {
            store.keep_apart(id, other.ok_or(Fail::NotFound)?, &by, now).await?;
            Ok(back(id, "story-apart"))
        }
        "take" => {
            let posts: Vec<i64> = form.all("post").filter_map(|row| row.parse().ok()).collect();
            store.move_posts(id, &posts, other, &by, now).await?;
            Ok(back(id, "story-taken"))
        }
        what @ ("close" | "open") => {
            store.close_story(id, what == "close", &by, now).await?;
            Ok(back(id, if what == "close" { "story-closed" } else { "story-opened" }))
        }
        _ => Err(Fail::NotFound),
    }
}
