//! What Horch has learnt from people's verdicts: what it brought, which version judges; and the
//! verdicts themselves.

use std::collections::HashMap;

use askama::Template;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::{Kind, Kinds, Tone, WatchId};
use fluent_bundle::FluentArgs;
use serde_json::json;
use store::{Choice, HeadRow, StoreError, Subject};
use text::head::{Check, LEAST_LESSONS, Score};

use crate::app::App;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::lang::Words;
use crate::learning::{check_of, choice, in_use};
use crate::pages::done;
use crate::show::{Clock, When, iso};
use crate::visit::{Sent, Visit};

/// Versions shown of the house and of each watch.
const SHOWN: usize = 10;
/// Where fewer of the verdicts are confirmations, a word of warning is due.
const LEAST_CONFIRMED: f64 = 0.2;

/// What so many verdicts bring.
struct Point {
    name: String,
    right: String,
    recall: String,
    /// Share right in per cent, for the bar.
    bar: u32,
}

struct Version {
    id: i64,
    when: When,
    lessons: String,
    before: String,
    after: String,
    better: bool,
    used: bool,
}

/// The house, or a watch.
struct Scope {
    /// The watch's number; empty for the house.
    watch: String,
    /// The kind that mentions are or are not of; empty for tones.
    kind: &'static str,
    title: String,
    state: String,
    used: bool,
    points: Vec<Point>,
    warning: Option<String>,
    versions: Vec<Version>,
    chosen: &'static str,
    /// What judges without any version.
    without: String,
}

#[derive(Template)]
#[template(path = "learning.html")]
struct LearningPage {
    f: Frame,
    said: String,
    missing: Option<String>,
    scopes: Vec<Scope>,
}

/// `GET /learning`
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let mut f = Frame::inside(&app, &visit, "settings", &query).await?;
    f.title = f.w.say("title-learning").into_owned();
    let store = app.store();
    let tones: u64 = store.verdicts_per_watch().await?.values().sum();
    let verdicts = tones + store.kind_verdicts_per_watch().await?.values().sum::<u64>();
    let least = LEAST_LESSONS as u64;
    let missing =
        (verdicts < least).then(|| f.w.n("learning-missing", least - verdicts).into_owned());
    let scopes = scopes(&app, &app.clock(visit.lang)).await?;
    page(&LearningPage { said: f.w.n("learning-said", verdicts).into_owned(), missing, scopes, f })
}

/// The house first, then watches by name.
async fn scopes(app: &App, clock: &Clock) -> Result<Vec<Scope>, Fail> {
    let store = app.store();
    let (rows, choices) = (store.heads().await?, store.head_choices().await?);
    let used = in_use(&rows, &choices);
    let choices: HashMap<Subject, Choice> = choices.into_iter().collect();
    let mut each: HashMap<Subject, Vec<&HeadRow>> = HashMap::new();
    rows.iter().for_each(|row| each.entry(row.subject).or_default().push(row));
    let ids: Vec<WatchId> = each.keys().filter_map(|subject| subject.watch).collect();
    let mut watches = store.watches_of(&ids).await?;
    watches.sort_by_key(|watch| watch.name.to_lowercase());
    let named = watches.into_iter().map(|watch| (Some(watch.id), watch.name));
    let house = (None, clock.words.say("learning-house").into_owned());
    let scope = |(subject, title): (Subject, String)| {
        let choice = choices.get(&subject).copied().unwrap_or(Choice::Newest);
        let rows = each.get(&subject)?;
        Some(scope(clock, subject, title, rows, used.get(&subject).copied(), choice))
    };
    let subjects = |(watch, title): (Option<WatchId>, String)| {
        let kinds = std::iter::once(None).chain(Kind::ALL.into_iter().map(Some));
        kinds.map(move |kind| (Subject { watch, kind }, title.clone()))
    };
    Ok(std::iter::once(house).chain(named).flat_map(subjects).filter_map(scope).collect())
}

fn scope(
    clock: &Clock,
    subject: Subject,
    title: String,
    rows: &[&HeadRow],
    used: Option<i64>,
    choice: Choice,
) -> Scope {
    let w = clock.words;
    let newest = rows.first().and_then(|row| check_of(row));
    let state = match (used, choice) {
        (Some(_), Choice::Newest) => "learning-newest-used",
        (Some(_), _) => "learning-version-used",
        (None, Choice::None) => "learning-none-chosen",
        (None, _) => "learning-not-better",
    };
    let without = match subject {
        Subject { kind: Some(kind), .. } if kind.is_of_one_watch() => "learning-use-nothing",
        Subject { watch: Some(_), .. } => "learning-use-house",
        Subject { watch: None, .. } => "learning-use-shipped",
    };
    Scope {
        watch: subject.watch.map(|watch| watch.0.to_string()).unwrap_or_default(),
        kind: subject.kind.map_or("", Kind::as_str),
        title: match subject.kind {
            None => title,
            Some(kind) => format!("{title} · {}", w.say(&format!("kind-{}", kind.as_str()))),
        },
        state: w.say(state).into_owned(),
        used: used.is_some(),
        points: newest.as_ref().map(|check| points(w, check)).unwrap_or_default(),
        warning: newest.as_ref().and_then(|check| warning(w, check)),
        versions: rows.iter().take(SHOWN).filter_map(|row| version(clock, row, used)).collect(),
        chosen: match choice {
            Choice::Newest => "newest",
            Choice::None => "none",
            Choice::Version(_) => "version",
        },
        without: w.say(without).into_owned(),
    }
}

fn points(w: Words, check: &Check) -> Vec<Point> {
    let point = |name: String, score: &Score| Point {
        name,
        right: w.percent(f64::from(score.right)),
        recall: w.percent(f64::from(score.recall)),
        bar: (score.right * 100.0).round() as u32,
    };
    let mut points = vec![point(w.say("learning-before").into_owned(), &check.before)];
    let fewer = check.points.iter().filter(|point| point.lessons < check.lessons);
    points.extend(fewer.map(|p| point(w.n("learning-with", p.lessons).into_owned(), &p.score)));
    points.push(point(w.n("learning-with", check.lessons).into_owned(), &check.after));
    points
}

/// People mostly speak up where the machine errs: a model that hears of errors alone errs the other
/// way.
fn warning(w: Words, check: &Check) -> Option<String> {
    let share = check.confirmed as f64 / check.lessons.max(1) as f64;
    (share < LEAST_CONFIRMED).then(|| w.name("learning-one-sided", &w.percent(share)).into_owned())
}

fn version(clock: &Clock, row: &HeadRow, used: Option<i64>) -> Option<Version> {
    let check = check_of(row)?;
    let w = clock.words;
    Some(Version {
        id: row.id,
        when: clock.when(row.made),
        lessons: w.number(check.lessons as u64),
        before: w.percent(f64::from(check.before.right)),
        after: w.percent(f64::from(check.after.right)),
        better: check.better,
        used: used == Some(row.id),
    })
}

/// `POST /learning`: `watch=N` or none for the house, `kind=KIND` or none for tones,
/// `choice=newest|none|NUMBER`.
pub async fn choose(State(app): State<App>, sent: Sent) -> Result<Response, Fail> {
    let watch = match sent.form.get("watch") {
        "" => None,
        number => Some(WatchId(number.parse().map_err(|_| Fail::NotFound)?)),
    };
    let choice = choice(sent.form.get("choice")).ok_or(Fail::NotFound)?;
    let kind = match sent.form.get("kind") {
        "" => None,
        name => Some(Kind::named(name).ok_or(Fail::NotFound)?),
    };
    match app.store().choose_head(Subject { watch, kind }, choice).await {
        Err(StoreError::Missing(_)) => Err(Fail::NotFound),
        chosen => {
            chosen?;
            Ok(done("/learning", "learning"))
        }
    }
}

/// `POST /mentions/{number}/tone`: `tone=negative|neutral|positive`, or empty to take back what
/// was said.
pub async fn say(
    State(app): State<App>,
    Path(number): Path<String>,
    sent: Sent,
) -> Result<Response, Fail> {
    let number: i64 = number.parse().map_err(|_| Fail::NotFound)?;
    let by = sent.visit.who();
    let (store, now) = (app.store(), app.now());
    let said = match sent.form.get("tone") {
        "" => store.take_tone_back(number, &by, now).await,
        name => {
            let tone = Tone::named(name).ok_or(Fail::NotFound)?;
            store.say_tone(number, tone, &by, now).await
        }
    };
    match said {
        Err(StoreError::Missing(_)) => Err(Fail::NotFound),
        said => {
            said?;
            Ok(done(&format!("/mentions/{number}"), "tone"))
        }
    }
}

/// `POST /mentions/{number}/kinds`: `kind=…` for each kind it is, all others it is not;
/// `back=1` takes back what was said.
pub async fn say_kinds(
    State(app): State<App>,
    Path(number): Path<String>,
    sent: Sent,
) -> Result<Response, Fail> {
    let number: i64 = number.parse().map_err(|_| Fail::NotFound)?;
    let by = sent.visit.who();
    let (store, now) = (app.store(), app.now());
    let said = if sent.form.get("back").is_empty() {
        let kinds: Kinds = sent.form.all("kind").filter_map(Kind::named).collect();
        store.say_kinds(number, kinds, &by, now).await
    } else {
        store.take_kinds_back(number, &by, now).await
    };
    match said {
        Err(StoreError::Missing(_)) => Err(Fail::NotFound),
        said => {
            said?;
            Ok(done(&format!("/mentions/{number}"), "tone"))
        }
    }
}

/// `GET /api/learning`
pub async fn api(State(app): State<App>) -> Result<Response, Fail> {
    let store = app.store();
    let (rows, choices) = (store.heads().await?, store.head_choices().await?);
    let used = in_use(&rows, &choices);
    let versions: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({
                "version": row.id, "watch": row.subject.watch.map(|watch| watch.0),
                "kind": row.subject.kind, "made": iso(row.made),
                "in_use": used.get(&row.subject) == Some(&row.id), "check": check_of(row),
            })
        })
        .collect();
    let tones: u64 = store.verdicts_per_watch().await?.values().sum();
    let verdicts = tones + store.kind_verdicts_per_watch().await?.values().sum::<u64>();
    Ok(Json(json!({ "verdicts": verdicts, "versions": versions })).into_response())
}

/// Who said what a mention is, and when, in words.
pub fn kinds_said(clock: &Clock, verdict: &store::KindVerdict) -> String {
    let w = clock.words;
    let mut args = FluentArgs::new();
    args.set("name", verdict.by.as_str());
    args.set("age", clock.age(verdict.at));
    args.set("was", crate::views::kinds_named(w, verdict.was));
    w.with("tone-said", Some(&args)).into_owned()
}

/// Who said how a mention sounds, and when, in words.
pub fn said(clock: &Clock, verdict: &store::Verdict) -> String {
    let w = clock.words;
    let mut args = FluentArgs::new();
    args.set("name", verdict.by.as_str());
    args.set("age", clock.age(verdict.at));
    let was = verdict.was.map_or("unknown", |was| was.tone.as_str());
    args.set("was", w.say(&format!("tone-{was}")));
    w.with("tone-said", Some(&args)).into_owned()
}
