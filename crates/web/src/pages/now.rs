//! Now: what must I know this minute?

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::{AlertId, Condition, DAY, HOUR, Health, Time, Watch};
use fluent_bundle::FluentArgs;
use store::{AlertRow, MentionFilter, MentionRow, Page, StoryFilter, StoryOrder};

use crate::app::App;
use crate::chart::Bars;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::lang::Words;
use crate::pages::channels::any_on;
use crate::pages::events;
use crate::pages::stories::StoryView;
use crate::show::Clock;
use crate::views::{AlertView, MentionView};
use crate::visit::{Sent, Visit};

/// Alerts shown before somebody asks for all; those about one post stand together.
const ALERTS: u32 = 10;
const ALL_ALERTS: u32 = 200;
const MENTIONS: u32 = 25;
const STORIES: u32 = 5;
/// Watches whose volume is drawn: the loudest of the day.
const CHARTS: usize = 12;
const HOURS: usize = 24;
/// Up to so many watches are counted one and all.
const MANY: usize = 500;

/// A watch's last day.
pub struct Volume {
    /// The watch's number.
    pub watch: i64,
    /// Its name.
    pub name: String,
    /// Mentions of the day.
    pub total: u64,
    /// The negative ones among them.
    pub negative: u64,
    /// The chart, as SVG.
    pub chart: String,
}

/// How well we hear, in one line.
pub struct Heard {
    /// Everything is heard.
    pub well: bool,
    /// The line.
    pub text: String,
}

#[derive(Template)]
#[template(path = "now.html")]
struct NowPage {
    f: Frame,
    alerts: Vec<AlertView>,
    more_alerts: u64,
    most_alerts: u32,
    up_to: i64,
    mentions: Vec<MentionView>,
    stories: Vec<StoryView>,
    volumes: Vec<Volume>,
    more_watches: usize,
    heard: Heard,
    /// Mentions judged in haste that are to be read again, where they are many.
    haste: Option<String>,
    any_watch: bool,
}

/// Mentions judged in haste from which on it is said.
const MANY_UNREAD: u64 = 100;
/// They are counted up to this.
const MOST_UNREAD: u32 = 10_000;

/// `GET /`
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let store = app.store();
    let mut f = Frame::inside(&app, &visit, "now", &query).await?;
    f.events = events::address(&app, "").await?;
    let clock = app.clock(visit.lang);
    let most_alerts = if query.get("alerts") == "all" { ALL_ALERTS } else { ALERTS };
    let alerts = store.alerts(true, Page::Newest, most_alerts).await?;
    let mentions = store.mentions(&MentionFilter::default(), Page::Newest, MENTIONS).await?;
    let (volumes, more_watches, any_watch) = volumes(&app, &clock).await?;
    let template = NowPage {
        more_alerts: f.open_alerts.saturating_sub(alerts.len() as u64),
        most_alerts,
        up_to: alerts.first().map_or(0, |a| a.number),
        alerts: AlertView::list(&clock, &alerts, &f.proof),
        mentions: MentionView::list(&clock, &mentions),
        stories: stories(&app, &clock).await?,
        volumes,
        more_watches,
        haste: haste(&app, clock.words).await?,
        heard: heard(clock.words, &store.health().await?, any_on(&app).await?),
        any_watch,
        f,
    };
    let response = page(&template)?;
    app.told(&untold(&alerts, &mentions)).await;
    Ok(response)
}

/// The gravest of the stories that grew within a day.
async fn stories(app: &App, clock: &Clock) -> Result<Vec<StoryView>, Fail> {
    let filter = StoryFilter { since: Some(clock.now.plus(-DAY)), ..StoryFilter::default() };
    let rows = app.store().stories(&filter, StoryOrder::Gravest, 0, STORIES).await?;
    Ok(rows.iter().map(|row| StoryView::of(clock, row)).collect())
}

/// In a flood mentions get a quick look only, and a closer one afterwards: that is said.
async fn haste(app: &App, w: Words) -> Result<Option<String>, Fail> {
    let unread = app.store().count_unread(MOST_UNREAD, app.now().plus(-DAY)).await?;
    Ok((unread >= MANY_UNREAD).then(|| w.n("haste", unread).into_owned()))
}

/// Numbers of mentions that stand on the page now and that nobody had been told of.
fn untold(alerts: &[AlertRow], mentions: &[MentionRow]) -> Vec<i64> {
    let shown = alerts.iter().filter_map(|a| a.mention.as_ref()).chain(mentions);
    let mut numbers: Vec<i64> = shown.filter(|m| m.told.is_none()).map(|m| m.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

async fn volumes(app: &App, clock: &Clock) -> Result<(Vec<Volume>, usize, bool), Fail> {
    let since = clock.now.bucket(HOUR).plus(HOUR - DAY);
    let (watches, more, any) = busiest(app, since, clock.now).await?;
    let mut volumes = Vec::new();
    for watch in watches {
        let filter = MentionFilter {
            watches: vec![watch.id],
            since: Some(since),
            ..MentionFilter::default()
        };
        let bars = Bars::of(&app.store().timeline(&filter, HOUR).await?, clock.now, HOURS);
        volumes.push(Volume {
            watch: watch.id.0,
            total: bars.total(),
            negative: bars.negative(),
            chart: bars.svg(&label(clock.words, &watch.name, &bars)),
            name: watch.name,
        });
    }
    Ok((volumes, more, any))
}

/// The watches with most mentions since then, how many others there are, and whether there are
/// any at all.
async fn busiest(app: &App, since: Time, now: Time) -> Result<(Vec<Watch>, usize, bool), Fail> {
    let store = app.store();
    let all = usize::try_from(store.count_watches("").await?).unwrap_or(usize::MAX);
    if all > MANY {
        // Nobody looks through so many: only those of which something is said are counted.
        let mut busy = store.busy_watches(since, now, 1).await?;
        busy.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let ids: Vec<_> = busy.into_iter().take(CHARTS).map(|(id, _)| id).collect();
        let watches = store.watches_of(&ids).await?;
        return Ok((watches, all.saturating_sub(ids.len()), true));
    }
    let mut watches = store.mentions_per_watch(Some(since)).await?;
    watches.retain(|(watch, n)| !watch.paused || *n > 0);
    watches.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let more = watches.len().saturating_sub(CHARTS);
    let shown = watches.into_iter().take(CHARTS).map(|(watch, _)| watch).collect();
    Ok((shown, more, all > 0))
}

/// The chart in words.
fn label(words: Words, name: &str, bars: &Bars) -> String {
    let mut args = FluentArgs::new();
    args.set("name", name.to_owned());
    args.set("n", bars.total());
    args.set("negative", bars.negative());
    args.set("most", bars.most());
    words.with("volume-label", Some(&args)).into_owned()
}

/// Whether every stream is heard, in one line.
fn heard(words: Words, health: &[Health], any_on: bool) -> Heard {
    let ill = health
        .iter()
        .filter(|h| matches!(h.condition, Condition::Limping | Condition::Down))
        .count();
    let on = health.iter().filter(|h| h.condition != Condition::Off).count();
    let text = match (ill, on) {
        (_, 0) if any_on => words.say("heard-starting").into_owned(),
        (_, 0) => words.say("heard-nothing").into_owned(),
        (0, _) => words.n("heard-all", on).into_owned(),
        _ => {
            let mut args = FluentArgs::new();
            args.set("n", ill as i64);
            args.set("all", on as i64);
            words.with("heard-not-all", Some(&args)).into_owned()
        }
    };
    Heard { well: ill == 0 && on > 0, text }
}

/// `POST /alerts/{id}/acknowledge`
pub async fn acknowledge(
    State(app): State<App>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Fail> {
    let id = AlertId::parse(&id).ok_or(Fail::NotFound)?;
    // Alerts of several watches about one post stand together and go together.
    let mut ids: Vec<AlertId> = sent.form.all("id").filter_map(AlertId::parse).collect();
    ids.retain(|other| *other != id);
    ids.truncate(ALL_ALERTS as usize);
    for id in std::iter::once(id).chain(ids) {
        app.store().acknowledge(id, &sent.visit.who(), app.now()).await?;
    }
    Ok(Redirect::to("/").into_response())
}

/// `POST /alerts/acknowledge`: all that stood on the page, none that came since.
pub async fn acknowledge_all(State(app): State<App>, sent: Sent) -> Result<Response, Fail> {
    let up_to: i64 = sent.form.get("up-to").parse().map_err(|_| Fail::NotFound)?;
    app.store().acknowledge_all(up_to, &sent.visit.who(), app.now()).await?;
    Ok(Redirect::to("/").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;

    #[test]
    fn the_line_never_pretends() {
        let stream = |condition| Health { condition, ..Health::starting("web/x", Time(0)) };
        let check = |conditions: &[Condition], well: bool| {
            let health: Vec<Health> = conditions.iter().map(|&c| stream(c)).collect();
            for lang in Lang::ALL {
                assert_eq!(heard(Words(lang), &health, true).well, well, "{conditions:?}");
            }
        };
        check(&[Condition::Well, Condition::Off], true);
        check(&[Condition::Well, Condition::Limping], false);
        check(&[Condition::Down], false);
        check(&[Condition::Off], false);
        check(&[], false);
        let said = |any_on| heard(Words(Lang::En), &[], any_on).text;
        assert!(said(false).starts_with("No channel is on"), "{}", said(false));
        assert!(said(true).starts_with("The channels are starting"), "{}", said(true));
    }
}
