//! One story: how far has it climbed, will it cross, what may it lead to, what is said?

mod acts;
mod foreseen;
mod mends;
#[cfg(feature = "pdf")]
mod paper;
mod paths;
mod picture;
mod sent;

use askama::Template;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::story::StoryId;
use domain::{Kind, Kinds, MINUTE, Tier};
use fluent_bundle::FluentArgs;
use serde_json::json;
use store::{CrossingRow, MentionFilter, Page, StoryFilter, StoryOrder, StoryRow, StoryState};

pub use acts::{mend, name, severity};
pub use sent::ladder_for_mail;

use crate::app::App;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::ladder::{glyph, rung_name};
use crate::pages::events;
use crate::pages::stories::{StoryView, first_words, name_of, record};
use crate::show::{Clock, When, iso};
use crate::told::{Point, Severity, points};
use crate::views::{MentionView, SourceView};
use crate::visit::Visit;

use foreseen::Foreseen;
use mends::{Done, Takeable};
use paths::Taken;
use picture::{Drawn, Scene};

/// Voices shown.
const VOICES: u32 = 12;
/// Claims and questions shown of each kind.
const FEW: u32 = 3;
/// Stories offered for merging.
const RECENT: u32 = 20;
/// A look is noted at most once in this time.
const LOOK: i64 = MINUTE;

/// A first appearance on a higher rung.
struct Crossing {
    glyph: String,
    rung: String,
    when: When,
    full: String,
    /// After the first post, in words; or that it began there.
    after: String,
    source: Option<SourceView>,
    /// The mention of the post in which it appeared, while it is there.
    mention: Option<i64>,
    leading: bool,
}

/// Who speaks.
struct VoiceView {
    source: SourceView,
    glyph: String,
    platform: String,
    posts: String,
    first: When,
}

/// Mentions of one kind.
struct OfKind {
    title: String,
    link: String,
    mentions: Vec<MentionView>,
}

/// What the machine and what a person says of severity.
struct Assessed {
    severity: Severity,
    points: Vec<Point>,
    desk: String,
    engagement: String,
}

/// What a person said.
struct SaidView {
    severity: Severity,
    by: String,
    note: String,
}

/// What came since somebody's last look.
struct News {
    text: String,
    link: Option<String>,
}

#[derive(Template)]
#[template(path = "story.html")]
struct StoryPage {
    f: Frame,
    s: StoryView,
    /// The name a person gave it.
    title: String,
    closed: bool,
    sources: String,
    reach: String,
    drawn: Drawn,
    crossings: Vec<Crossing>,
    foreseen: Foreseen,
    assessed: Option<Assessed>,
    said: Option<SaidView>,
    choices: Vec<Severity>,
    chosen: u8,
    headline: Option<MentionView>,
    voices: Vec<VoiceView>,
    kinds: Vec<OfKind>,
    news: Option<News>,
    paths: Vec<Taken>,
    /// Only the newest posts' paths are shown.
    paths_cut: bool,
    recent: Vec<(i64, String)>,
    takeable: Vec<Takeable>,
    history: Vec<Done>,
    /// When the page was made, for paper.
    made: String,
    /// The story can be had as a PDF.
    pdf: bool,
}

/// When this was made, for paper, with the distance of its time from UTC.
fn made(clock: &Clock) -> String {
    let at = format!("{} ({})", clock.minute(clock.now), clock.utc());
    clock.words.name("paper-made", &at).into_owned()
}

/// The number in an address.
fn number(text: &str) -> Result<StoryId, Fail> {
    text.parse().map(StoryId).map_err(|_| Fail::NotFound)
}

#[cfg(feature = "pdf")]
use paper::show as on_paper;

/// Without the feature `pdf` there is no paper, and the answer says so.
#[cfg(not(feature = "pdf"))]
async fn on_paper(_: &App, _: &Visit, _: StoryId) -> Result<Response, Fail> {
    Err(Fail::NoPdf)
}

/// `GET /stories/{id}`, and `GET /stories/{id}.pdf` for paper; a story that became part of another one leads there.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    if let Some(id) = id.strip_suffix(".pdf") {
        return on_paper(&app, &visit, number(id)?).await;
    }
    let id = number(&id)?;
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let store = app.store();
    let row = store.story(id).await?.ok_or(Fail::NotFound)?;
    if row.id != id {
        return Ok(Redirect::to(&format!("/stories/{}", row.id.0)).into_response());
    }
    let mut f = Frame::inside(&app, &visit, "stories", &query).await?;
    f.title = f.w.name("title-story", &name_of(f.w, &row)).into_owned();
    f.events = events::address(&app, events::STORIES).await?;
    let clock = app.clock(visit.lang);
    let rows = store.crossings(id).await?;
    let learnt = app.0.options.hooks.calibration();
    // What reads a large story whole is asked at once.
    let (foreseen, dots, bins, who) = tokio::try_join!(
        foreseen::of(store, &learnt, &clock, &row),
        picture::dots(store, &row),
        picture::bins(store, &row, clock.now),
        store.voices(id, VOICES),
    )?;
    let scene = Scene::made(&row, clock.now, &rows, foreseen.fan.clone(), &dots, bins);
    let drawn = picture::drawn(&scene, &clock);
    let news = news(&app, &clock, &visit, id).await?;
    let template = StoryPage {
        title: row.title.clone().unwrap_or_default(),
        closed: row.state == StoryState::Closed,
        sources: f.w.n("story-sources", who.sources).into_owned(),
        reach: who.reach.map(|n| f.w.n("story-reach", n).into_owned()).unwrap_or_default(),
        crossings: crossings(&app, &clock, rows).await?,
        assessed: assessed(&clock, &row),
        said: said(&clock, &row),
        choices: (1..=5).map(|n| Severity::of(f.w, n)).collect(),
        chosen: row.said.as_ref().map_or(0, |said| said.severity),
        headline: headline(&app, &clock, &row).await?,
        voices: voices(&clock, who.loudest),
        kinds: kinds(&app, &clock, id, &dots).await?,
        news,
        paths: paths::of(&clock, &dots),
        paths_cut: row.posts > dots.len() as u64,
        recent: recent(&app, &clock, id).await?,
        takeable: mends::takeable(&app, &clock, id, &dots).await?,
        history: mends::history(&clock, store.mends_of(id).await?, id),
        s: StoryView::of(&clock, &row),
        drawn,
        foreseen,
        made: made(&clock),
        pdf: cfg!(feature = "pdf"),
        f,
    };
    page(&template)
}

async fn crossings(
    app: &App,
    clock: &Clock,
    rows: Vec<CrossingRow>,
) -> Result<Vec<Crossing>, Fail> {
    let mut crossings = Vec::with_capacity(rows.len());
    for row in rows {
        let w = clock.words;
        let of_post = |post| MentionFilter { post: Some(post), ..MentionFilter::default() };
        let mention = match row.post {
            Some((_, post)) => app.store().mentions(&of_post(post), Page::Newest, 1).await?.pop(),
            None => None,
        };
        crossings.push(Crossing {
            glyph: glyph(Some(row.tier)),
            rung: rung_name(Some(row.tier), clock),
            when: clock.when(row.at),
            full: clock.full(row.at),
            after: match row.after {
                ..=0 => w.say("crossing-began").into_owned(),
                after => w.name("crossing-after", &clock.after(after)).into_owned(),
            },
            source: mention.as_ref().map(|mention| SourceView::of(w, &mention.post)),
            mention: mention.map(|mention| mention.number),
            leading: row.tier == Tier::Leading && row.after > 0,
        });
    }
    Ok(crossings)
}

fn assessed(clock: &Clock, row: &StoryRow) -> Option<Assessed> {
    let (w, told) = (clock.words, row.assessment.as_ref()?);
    let named = |prefix: &str, value: serde_json::Value| {
        w.or(prefix, value.as_str().unwrap_or_default()).into_owned()
    };
    Some(Assessed {
        severity: Severity::of(w, told.severity),
        points: points(w, told),
        desk: named("desk", json!(told.desk)),
        engagement: named("engagement", json!(told.engagement)),
    })
}

fn said(clock: &Clock, row: &StoryRow) -> Option<SaidView> {
    let said = row.said.as_ref()?;
    let mut args = FluentArgs::new();
    args.set("name", said.by.as_str());
    args.set("age", clock.age(said.at));
    Some(SaidView {
        severity: Severity::of(clock.words, said.severity),
        by: clock.words.with("story-said", Some(&args)).into_owned(),
        note: said.note.clone(),
    })
}

/// The post that speaks for it, as a mention.
async fn headline(app: &App, clock: &Clock, row: &StoryRow) -> Result<Option<MentionView>, Fail> {
    let Some(post) = &row.headline else { return Ok(None) };
    let filter = MentionFilter { post: Some(post.id()), ..MentionFilter::default() };
    let rows = app.store().mentions(&filter, Page::Newest, 10).await?;
    Ok(views(clock, &rows).into_iter().next())
}

/// Mentions on their own story's page.
fn views(clock: &Clock, rows: &[store::MentionRow]) -> Vec<MentionView> {
    let own = |view| MentionView { story: None, ..view };
    MentionView::list(clock, rows).into_iter().map(own).collect()
}

fn voices(clock: &Clock, loudest: Vec<store::Voice>) -> Vec<VoiceView> {
    let w = clock.words;
    let view = |voice: store::Voice| VoiceView {
        glyph: glyph(voice.source.tier),
        platform: w.or("platform", voice.platform.as_str()).into_owned(),
        posts: w.n("story-posts", voice.posts).into_owned(),
        first: clock.when(voice.first),
        source: SourceView::of_source(w, &voice.platform, &voice.source),
    };
    loudest.into_iter().map(view).collect()
}

/// A few of the claims made and of the questions asked; of a large story the newest posts are
/// looked at.
async fn kinds(
    app: &App,
    clock: &Clock,
    id: StoryId,
    dots: &[store::Dot],
) -> Result<Vec<OfKind>, Fail> {
    let mut all = Vec::new();
    for kind in [Kind::Claim, Kind::Question] {
        // No farther back than the last one that is shown: what is not of the kind is not read.
        let of_kind = dots.iter().rev().filter(|dot| dot.kinds.has(kind));
        let Some(oldest) = of_kind.take(FEW as usize).last() else { continue };
        let filter = MentionFilter {
            story: Some(id),
            kinds: Kinds::default().with(kind),
            since: Some(oldest.at),
            ..MentionFilter::default()
        };
        let rows = app.store().mentions(&filter, Page::Newest, FEW).await?;
        if !rows.is_empty() {
            let name = kind.as_str();
            all.push(OfKind {
                title: clock.words.say(&format!("story-{name}s")).into_owned(),
                link: format!("/mentions?story={}&kind={name}", id.0),
                mentions: views(clock, &rows),
            });
        }
    }
    Ok(all)
}

/// What came since this person's last look, which is now.
async fn news(app: &App, clock: &Clock, visit: &Visit, id: StoryId) -> Result<Option<News>, Fail> {
    let (store, who) = (app.store(), visit.who());
    let seen = store.story_seen(id, &who).await?;
    let again = seen.is_none_or(|seen| clock.now.since(seen) >= LOOK);
    if again {
        store.see_story(id, &who, clock.now).await?;
    }
    let Some(seen) = seen else { return Ok(None) };
    let came = store.story_posts_between(id, seen.plus(1), clock.now).await?;
    // Whoever comes back at once knows that nothing is new.
    if came == 0 && !again {
        return Ok(None);
    }
    let mut args = FluentArgs::new();
    args.set("n", came);
    args.set("age", clock.age(seen));
    let since = Pairs(vec![("story".into(), id.0.to_string()), ("since".into(), iso(seen))]);
    Ok(Some(News {
        text: clock.words.with("story-news", Some(&args)).into_owned(),
        link: (came > 0).then(|| format!("/mentions?{}", since.encode())),
    }))
}

/// Other stories, to choose from.
async fn recent(app: &App, clock: &Clock, id: StoryId) -> Result<Vec<(i64, String)>, Fail> {
    let newest = StoryFilter::default();
    let mut rows = app.store().stories(&newest, StoryOrder::Newest, 0, RECENT + 1).await?;
    rows.retain(|row| row.id != id);
    let named = |row: &StoryRow| {
        let name = first_words(&name_of(clock.words, row));
        let short: String = name.chars().take(70).collect();
        (row.id.0, short)
    };
    Ok(rows.iter().map(named).collect())
}

/// `GET /api/stories/{id}`
pub async fn api(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Fail> {
    let id = number(&id)?;
    let row = app.store().story(id).await?.ok_or(Fail::NotFound)?;
    let clock = app.clock(visit.lang);
    let crossings: Vec<_> = app
        .store()
        .crossings(row.id)
        .await?
        .into_iter()
        .map(|crossing| {
            json!({
                "rung": crossing.tier, "at": iso(crossing.at), "after_ms": crossing.after,
                "source": crossing.source.map(|source| source.display_name().to_owned()),
            })
        })
        .collect();
    let outlook =
        foreseen::outlook(app.store(), &app.0.options.hooks.calibration(), &clock, &row).await?;
    let mut answer = record(visit.words(), &row);
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("crossings".into(), json!(crossings));
        fields.insert("forecast".into(), json!(outlook));
    }
    Ok(Json(answer).into_response())
}
