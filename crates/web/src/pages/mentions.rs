//! Mentions: who says what, and why did it match?

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::{Channel, Kind, Platform, Tier, Tone, Watch};
use store::{MentionRow, Page, StoryRow};

use crate::app::App;
use crate::fail::Fail;
use crate::filter::Wanted;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::lang::Words;
use crate::pages::events;
use crate::pages::stories::name_of;
use crate::views::{MentionView, sign};
use crate::visit::Visit;

const ROWS: u32 = 50;
/// Watches that the filter offers.
const OFFERED: usize = 60;

/// One box to tick.
pub struct Choice {
    /// Its value in the address.
    pub value: String,
    /// Its name for people.
    pub name: String,
    /// It is ticked.
    pub on: bool,
}

/// Boxes that belong together.
pub struct Group {
    /// The name in the address.
    pub name: &'static str,
    /// The heading.
    pub title: String,
    /// The boxes.
    pub choices: Vec<Choice>,
}

/// A part of the filter that is on, with the address that takes it away.
pub struct Active {
    /// In words.
    pub text: String,
    /// The address without it.
    pub without: String,
}

#[derive(Template)]
#[template(path = "mentions.html")]
struct MentionsPage {
    f: Frame,
    mentions: Vec<MentionView>,
    count: u64,
    groups: Vec<Group>,
    active: Vec<Active>,
    words: String,
    since: String,
    until: String,
    source: String,
    story: String,
    csv: String,
    jsonl: String,
    newest: Option<String>,
    older: Option<String>,
}

/// `GET /mentions?…filter&before=N`
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let mut wanted = Wanted::read(&query, &app.0.zone);
    let before: Option<i64> = query.get("before").parse().ok();
    let store = app.store();
    let story = match wanted.filter.story {
        Some(story) => store.story(story).await?,
        None => None,
    };
    // A story that became part of another one is meant as that.
    wanted.filter.story = story.as_ref().map(|story| story.id).or(wanted.filter.story);
    let mut f = Frame::inside(&app, &visit, "mentions", &query).await?;
    if before.is_none() {
        let mut pairs = wanted.pairs.clone();
        pairs.0.push(("alerts".into(), "no".into()));
        f.events = events::address(&app, &pairs.encode()).await?;
    }
    let from = before.map_or(Page::Newest, Page::Before);
    let mut rows = store.mentions(&wanted.filter, from, ROWS + 1).await?;
    let more = rows.len() > ROWS as usize;
    rows.truncate(ROWS as usize);
    let last = rows.last().map(|m| m.number.to_string()).unwrap_or_default();
    let clock = app.clock(visit.lang);
    let watches = offered(&app, &wanted).await?;
    let source = wanted.filter.source.and_then(|_| rows.first());
    let template = MentionsPage {
        count: store.count_mentions(&wanted.filter).await?,
        groups: groups(&app, f.w, &wanted, &watches, &rows),
        active: active(f.w, &wanted, &watches, source, story.as_ref()),
        story: wanted.pairs.get("story").to_owned(),
        words: wanted.pairs.get("words").to_owned(),
        since: wanted.pairs.get("since").to_owned(),
        until: wanted.pairs.get("until").to_owned(),
        source: wanted.pairs.get("source").to_owned(),
        csv: wanted.address("/mentions.csv", &[]),
        jsonl: wanted.address("/mentions.jsonl", &[]),
        newest: before.map(|_| wanted.address("/mentions", &[])),
        older: more.then(|| wanted.address("/mentions", &[("before", &last)])),
        mentions: MentionView::list(&clock, &rows),
        f,
    };
    let response = page(&template)?;
    let untold: Vec<i64> = rows.iter().filter(|m| m.told.is_none()).map(|m| m.number).collect();
    app.told(&untold).await;
    Ok(response)
}

/// The watches worth offering: all where they are few, else those asked for and the busiest.
async fn offered(app: &App, wanted: &Wanted) -> Result<Vec<Watch>, Fail> {
    let store = app.store();
    if store.count_watches("").await? <= OFFERED as u64 {
        return Ok(store.watches().await?);
    }
    let mut busy = store.busy_watches(app.now().plus(-domain::DAY), app.now(), 1).await?;
    busy.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let mut ids = wanted.filter.watches.clone();
    ids.extend(busy.into_iter().map(|(id, _)| id).filter(|id| !wanted.filter.watches.contains(id)));
    ids.truncate(OFFERED);
    Ok(store.watches_of(&ids).await?)
}

fn groups(
    app: &App,
    w: Words,
    wanted: &Wanted,
    watches: &[Watch],
    rows: &[MentionRow],
) -> Vec<Group> {
    let group = |name: &'static str, values: Vec<(String, String)>| Group {
        name,
        title: w.say(&format!("filter-{name}")).into_owned(),
        choices: values
            .into_iter()
            .map(|(value, text)| Choice { on: wanted.has(name, &value), value, name: text })
            .collect(),
    };
    let named = |prefix: &str, name: &str| (name.to_owned(), w.or(prefix, name).into_owned());
    let watches = watches.iter().map(|x| (x.id.0.to_string(), x.name.clone())).collect();
    let tones = Tone::ALL.iter().map(|t| {
        let (value, word) = named("tone", t.as_str());
        (value, format!("{} {word}", sign(*t)))
    });
    let platforms = platforms(app, wanted, rows);
    let langs = langs(wanted, rows);
    vec![
        group("watch", watches),
        group("tone", tones.collect()),
        group("kind", Kind::ALL.iter().map(|k| named("kind", k.as_str())).collect()),
        group("without", vec![named("kind", Kind::Offtopic.as_str())]),
        group("platform", platforms.iter().map(|p| named("platform", p)).collect()),
        group("channel", Channel::ALL.iter().map(|c| named("channel", c.as_str())).collect()),
        group("tier", Tier::ALL.iter().map(|t| named("tier", t.as_str())).collect()),
        group("lang", langs.iter().map(|l| named("lang", l)).collect()),
        group("copies", ["no", "only"].iter().map(|c| named("copies", c)).collect()),
    ]
}

/// Platforms worth offering: those we can read, those asked for, those on the page.
fn platforms(app: &App, wanted: &Wanted, rows: &[MentionRow]) -> Vec<String> {
    let ours = [Platform::WEB, Platform::BLUESKY, Platform::MASTODON, Platform::HACKERNEWS];
    let ours = ours.iter().map(|p| p.as_str().to_owned());
    let read = app.0.options.connectors.iter().map(|c| c.name.to_owned());
    let asked = wanted.pairs.all("platform").map(|p| Platform::named(p).as_str().to_owned());
    let shown = rows.iter().map(|r| r.post.platform.as_str().to_owned());
    unique(ours.chain(read).chain(asked).chain(shown))
}

fn langs(wanted: &Wanted, rows: &[MentionRow]) -> Vec<String> {
    let ours = ["de", "en"].map(str::to_owned).into_iter();
    let asked = wanted.filter.langs.iter().cloned();
    unique(ours.chain(asked).chain(rows.iter().filter_map(|r| r.post.lang.clone())))
}

fn unique(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for value in values {
        if !out.contains(&value) && out.len() < 40 {
            out.push(value);
        }
    }
    out
}

fn active(
    w: Words,
    wanted: &Wanted,
    watches: &[Watch],
    source: Option<&MentionRow>,
    story: Option<&StoryRow>,
) -> Vec<Active> {
    let say = |(i, (name, value)): (usize, &(String, String))| {
        let shown = match name.as_str() {
            "watch" => watches
                .iter()
                .find(|x| x.id.0.to_string() == *value)
                .map_or_else(|| value.clone(), |x| x.name.clone()),
            "source" => {
                source.map_or_else(|| value.clone(), |m| m.post.source.display_name().to_owned())
            }
            "story" => story.map_or_else(|| value.clone(), |story| name_of(w, story)),
            "words" => format!("“{value}”"),
            "since" | "until" => value.clone(),
            "without" => w.or("kind", value).into_owned(),
            name => w.or(name, value).into_owned(),
        };
        let title = w.say(&format!("filter-{name}"));
        Active { text: format!("{title}: {shown}"), without: wanted.without("/mentions", i) }
    };
    wanted.pairs.0.iter().enumerate().map(say).collect()
}
