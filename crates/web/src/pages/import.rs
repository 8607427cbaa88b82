//! Many queries at once: a file of another tool becomes watches.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::AlertRules;
use store::NewWatch;

use crate::app::App;
use crate::bulk::{self, Dialect, Taken};
use crate::fail::Fail;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::lang::{Lang, Words};
use crate::pages::watches::Choice;
use crate::said::{Check, tongue};
use crate::visit::{SentFile, Visit};

/// Lines shown that were refused, and lines shown with notes.
const SHOWN: usize = 50;

/// A line that needs to be looked at.
struct Shown {
    number: String,
    name: String,
    check: Option<Check>,
    text: String,
}

#[derive(Default)]
struct Report {
    done: String,
    refused: Vec<Shown>,
    refused_words: String,
    more_refused: usize,
    noted: Vec<Shown>,
    noted_words: String,
    more_noted: usize,
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    f: Frame,
    dialects: Vec<Choice>,
    lines: String,
    problem: Option<String>,
    report: Option<Report>,
}

/// `GET /watches/import`
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Fail> {
    form(&app, &visit, "native", String::new(), None, None).await
}

async fn form(
    app: &App,
    visit: &Visit,
    dialect: &str,
    lines: String,
    problem: Option<String>,
    report: Option<Report>,
) -> Result<Response, Fail> {
    let mut f = Frame::inside(app, visit, "watches", &Pairs::default()).await?;
    f.title = f.w.say("title-watch-import").into_owned();
    let choice = |d: Dialect| Choice {
        value: d.as_str(),
        name: d.title().to_owned(),
        on: d.as_str() == dialect,
    };
    let dialects = Dialect::all().map(choice).collect();
    page(&ImportPage { dialects, lines, problem, report, f })
}

/// `POST /watches/import`: the button "Only check" adds nothing.
pub async fn add(State(app): State<App>, sent: SentFile) -> Result<Response, Fail> {
    let SentFile { visit, form: sent, file } = sent;
    let w = visit.words();
    let pasted = sent.get("lines").to_owned();
    let text = if file.trim().is_empty() { pasted.clone() } else { file };
    let name = sent.get("dialect").to_owned();
    if text.trim().is_empty() {
        let problem = w.say("watch-import-empty").into_owned();
        return form(&app, &visit, &name, pasted, Some(problem), None).await;
    }
    let dialect = Dialect::named(&name).unwrap_or(Dialect::Native);
    let watches = app.store().watches().await?;
    let taken = Taken::of(watches.iter().map(|watch| watch.name.as_str()));
    let lang = visit.lang;
    let alerts = AlertRules {
        every: sent.has("every"),
        negative: sent.has("negative"),
        rise: sent.has("rise"),
        crossing: sent.has("crossing"),
    };
    let read = move || sort_out(lang, &text, dialect, taken, alerts);
    let (new, mut report) =
        tokio::task::spawn_blocking(read).await.map_err(|e| Fail::Store(e.to_string()))?;
    if sent.has("check") {
        report.done = w.n("watch-import-checked", new.len()).into_owned();
    } else {
        let added = app.store().add_watches(&new, app.now()).await?;
        report.done = w.n("watch-import-result", added.len()).into_owned();
    }
    let lines = if sent.has("check") { pasted } else { String::new() };
    form(&app, &visit, &name, lines, None, Some(report)).await
}

fn sort_out(
    lang: Lang,
    text: &str,
    dialect: Dialect,
    mut taken: Taken,
    alerts: AlertRules,
) -> (Vec<NewWatch>, Report) {
    let w = Words(lang);
    let (mut new, mut refused, mut noted) = (Vec::new(), Vec::new(), Vec::new());
    for line in bulk::lines(text, dialect) {
        let number = w.n("line-number", line.number).into_owned();
        let shown = |check: Option<Check>, text: String| Shown {
            number: number.clone(),
            name: line.name.clone(),
            check,
            text,
        };
        match line.query {
            Err(error) => {
                refused.push(shown(Some(Check::refused(lang, &line.text, &error)), String::new()));
            }
            Ok(_) if !taken.give(&line.name) => {
                let text = w.name("watch-name-taken", &line.name).into_owned();
                refused.push(shown(None, text));
            }
            Ok(imported) => {
                if !imported.notes.is_empty() {
                    let notes: Vec<&str> =
                        imported.notes.iter().map(|n| n.text(tongue(lang))).collect();
                    noted.push(shown(None, notes.join(" ")));
                }
                let query = match dialect {
                    Dialect::Native => line.text,
                    Dialect::Of(_) => imported.native,
                };
                new.push(NewWatch { name: line.name, query, alerts });
            }
        }
    }
    let report = Report {
        done: String::new(),
        refused_words: w.n("watch-import-refused", refused.len()).into_owned(),
        more_refused: refused.len().saturating_sub(SHOWN),
        noted_words: w.n("watch-import-noted", noted.len()).into_owned(),
        more_noted: noted.len().saturating_sub(SHOWN),
        refused: refused.into_iter().take(SHOWN).collect(),
        noted: noted.into_iter().take(SHOWN).collect(),
    };
    (new, report)
}
