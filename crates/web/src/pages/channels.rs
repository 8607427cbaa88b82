//! Channels: do we hear everything?

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use domain::{Condition, DAY, GapReport, Health, Latency, PartInfo, Platform, Time};
use fluent_bundle::FluentArgs;
use serde_json::Value;

use crate::app::App;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::holdings::ArchiveView;
use crate::pages::done;
use crate::pages::parts::{Input, inputs, read};
use crate::show::{Clock, When, link};
use crate::visit::{Sent, Visit};

/// Streams shown per connector, those that are not well first.
const STREAMS: usize = 200;
const GAPS: u32 = 50;
/// The latency ledger looks back this far.
const LEDGER_DAYS: i64 = 7;

/// A stream's last word.
pub struct StreamView {
    name: String,
    condition: &'static str,
    sign: &'static str,
    text: String,
    detail: String,
    newest: Option<When>,
    last_ok: Option<When>,
    next_try: Option<When>,
    heard: u64,
    broken: u64,
    errors: u32,
}

/// One connector with its streams.
pub struct ConnectorView {
    name: String,
    title: String,
    about: String,
    docs: Option<String>,
    keyless: bool,
    /// What the form was made of; `None` for streams no connector of ours brings.
    inputs: Option<Vec<Input>>,
    on: bool,
    condition: &'static str,
    sign: &'static str,
    text: String,
    summary: String,
    heard: u64,
    broken: u64,
    newest: Option<When>,
    last_ok: Option<When>,
    streams: Vec<StreamView>,
    more: usize,
    /// Its form is open because something in it is wrong.
    open: bool,
}

/// A line of the latency ledger.
pub struct LedgerLine {
    platform: String,
    mentions: u64,
    share: String,
    median: String,
    p99: String,
    told: Option<String>,
}

/// A line of the gap ledger.
pub struct GapView {
    stream: String,
    from: When,
    from_full: String,
    until: Option<When>,
    long: String,
    reason: String,
    detail: String,
    made_up: bool,
}

#[derive(Template)]
#[template(path = "channels.html")]
struct ChannelsPage {
    f: Frame,
    connectors: Vec<ConnectorView>,
    ledger: Vec<LedgerLine>,
    gaps: Vec<GapView>,
    days: i64,
    problem: Option<String>,
    archive: ArchiveView,
}

/// `GET /channels`
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    channels(&app, &visit, &query, None).await
}

/// What was wrong with a form that was sent.
struct Wrong<'a> {
    connector: &'a str,
    settings: Value,
    problem: String,
}

async fn channels(
    app: &App,
    visit: &Visit,
    query: &Pairs,
    wrong: Option<Wrong<'_>>,
) -> Result<Response, Fail> {
    let store = app.store();
    let f = Frame::inside(app, visit, "channels", query).await?;
    let clock = app.clock(visit.lang);
    let health = store.health().await?;
    let mut connectors = Vec::new();
    for info in &app.0.options.connectors {
        let typed = wrong.as_ref().filter(|w| w.connector == info.name);
        let settings = match typed {
            Some(wrong) => wrong.settings.clone(),
            None => settings(app, info.name).await?,
        };
        let mut view = connector(&clock, info.name, streams_of(&health, info.name));
        view.title = info.title.to_owned();
        view.about = visit.lang.of(&info.about).to_owned();
        view.docs = link(info.docs);
        view.keyless = info.keyless;
        view.on = is_on(info, &settings);
        view.inputs = Some(inputs(info, &settings, visit.lang));
        view.open = typed.is_some();
        if !view.on {
            (view.condition, view.sign, view.text) = condition(&clock, Condition::Off);
        }
        connectors.push(view);
    }
    let known = |h: &&Health| {
        !app.0.options.connectors.iter().any(|info| connector_of(&h.stream) == info.name)
    };
    let mut others: Vec<&str> =
        health.iter().filter(known).map(|h| connector_of(&h.stream)).collect();
    others.dedup();
    for name in others {
        connectors.push(connector(&clock, name, streams_of(&health, name)));
    }
    let since = clock.now.plus(-LEDGER_DAYS * DAY);
    let ledger = store.latency(since).await?;
    let gaps = store.gaps(GAPS).await?;
    let template = ChannelsPage {
        archive: ArchiveView::of(&clock, &app.archive().status().await?),
        connectors,
        ledger: ledger.iter().map(|(p, l)| ledger_line(&clock, p, l)).collect(),
        gaps: gaps.into_iter().map(|g| gap(&clock, g)).collect(),
        days: LEDGER_DAYS,
        problem: wrong.map(|w| w.problem),
        f,
    };
    page(&template)
}

/// A stream is named `connector` or `connector/part`.
fn connector_of(stream: &str) -> &str {
    stream.split('/').next().unwrap_or(stream)
}

fn streams_of<'h>(health: &'h [Health], connector: &str) -> Vec<&'h Health> {
    health.iter().filter(|h| connector_of(&h.stream) == connector).collect()
}

fn is_on(info: &PartInfo, settings: &Value) -> bool {
    settings.get("on").and_then(Value::as_bool).unwrap_or(info.on_by_default)
}

/// Whether any connector is switched on, heard or not.
pub async fn any_on(app: &App) -> Result<bool, Fail> {
    for info in &app.0.options.connectors {
        if is_on(info, &settings(app, info.name).await?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A connector's settings as saved.
async fn settings(app: &App, name: &str) -> Result<Value, Fail> {
    let text = app.store().setting(&format!("connector.{name}")).await?;
    Ok(text.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or(Value::Null))
}

/// The worse, the higher.
fn badness(condition: Condition) -> u8 {
    match condition {
        Condition::Off => 0,
        Condition::Well => 1,
        Condition::Starting => 2,
        Condition::Limping => 3,
        Condition::Down => 4,
    }
}

fn condition(clock: &Clock, condition: Condition) -> (&'static str, &'static str, String) {
    let sign = match condition {
        Condition::Starting => "…",
        Condition::Well => "✓",
        Condition::Limping => "!",
        Condition::Down => "✕",
        Condition::Off => "–",
    };
    let name = condition.as_str();
    (name, sign, clock.words.say(&format!("condition-{name}")).into_owned())
}

fn connector(clock: &Clock, name: &str, mut streams: Vec<&Health>) -> ConnectorView {
    streams.sort_by_key(|h| (std::cmp::Reverse(badness(h.condition)), h.stream.clone()));
    let on = streams.iter().filter(|h| h.condition != Condition::Off).count();
    let well = streams.iter().filter(|h| h.condition == Condition::Well).count();
    // With many feeds one broken blog does not make the platform deaf.
    let overall = match streams.first().map(|h| h.condition) {
        None => Condition::Starting,
        Some(Condition::Down) if well > 0 => Condition::Limping,
        Some(worst) => worst,
    };
    let (class, sign, text) = condition(clock, overall);
    let mut args = FluentArgs::new();
    args.set("well", well as i64);
    args.set("n", on as i64);
    let newest = streams.iter().filter_map(|h| h.newest_post).max();
    ConnectorView {
        name: name.to_owned(),
        title: clock.words.or("platform", name).into_owned(),
        about: String::new(),
        docs: None,
        keyless: true,
        inputs: None,
        on: true,
        condition: class,
        sign,
        text,
        summary: if on > 1 {
            clock.words.with("streams-well", Some(&args)).into_owned()
        } else {
            String::new()
        },
        heard: streams.iter().map(|h| h.heard).sum(),
        broken: streams.iter().map(|h| h.broken).sum(),
        newest: newest.map(|t| clock.when(t)),
        last_ok: streams.iter().filter_map(|h| h.last_ok).max().map(|t| clock.when(t)),
        more: streams.len().saturating_sub(STREAMS),
        streams: streams.iter().take(STREAMS).map(|h| stream(clock, name, h)).collect(),
        open: false,
    }
}

fn stream(clock: &Clock, connector: &str, health: &Health) -> StreamView {
    let part = health.stream.strip_prefix(connector).unwrap_or(&health.stream);
    let name = part.strip_prefix('/').filter(|p| !p.is_empty()).unwrap_or(&health.stream);
    let (class, sign, text) = condition(clock, health.condition);
    let when = |t: Option<Time>| t.map(|t| clock.when(t));
    StreamView {
        name: name.to_owned(),
        condition: class,
        sign,
        text,
        detail: health.detail.clone(),
        newest: when(health.newest_post),
        last_ok: when(health.last_ok),
        next_try: when(health.next_try.filter(|t| t.0 > clock.now.0)),
        heard: health.heard,
        broken: health.broken,
        errors: health.errors,
    }
}

fn ledger_line(clock: &Clock, platform: &Platform, latency: &Latency) -> LedgerLine {
    LedgerLine {
        platform: clock.words.or("platform", platform.as_str()).into_owned(),
        mentions: latency.mentions,
        share: clock.words.percent(latency.within_five_minutes),
        median: clock.took(latency.median_ms),
        p99: clock.took(latency.p99_ms),
        told: latency.told_median_ms.map(|ms| clock.took(ms)),
    }
}

fn gap(clock: &Clock, gap: GapReport) -> GapView {
    GapView {
        from: clock.when(gap.from),
        from_full: clock.full(gap.from),
        until: gap.until.map(|t| clock.when(t)),
        long: clock.took(gap.until.unwrap_or(clock.now).since(gap.from)),
        reason: clock.words.say(&format!("gap-{}", gap.reason.as_str())).into_owned(),
        detail: gap.detail,
        made_up: gap.made_up,
        stream: gap.stream,
    }
}

/// `POST /channels/{connector}`
pub async fn change(
    State(app): State<App>,
    Path(name): Path<String>,
    sent: Sent,
) -> Result<Response, Fail> {
    let found: Option<PartInfo> =
        app.0.options.connectors.iter().find(|info| info.name == name).copied();
    let info = found.ok_or(Fail::NotFound)?;
    let (visit, form) = (&sent.visit, &sent.form);
    let saved = settings(&app, info.name).await?;
    let wrong =
        |settings: Value, problem: String| Wrong { connector: info.name, settings, problem };
    let mut map = match read(&info, form, &saved, visit.lang) {
        Ok(map) => map,
        Err((label, key)) => {
            let problem = format!("{}: {}", info.title, visit.words().name(key, &label));
            let wrong = wrong(typed(&info, form), problem);
            return channels(&app, visit, &Pairs::default(), Some(wrong)).await;
        }
    };
    map.insert("on".into(), Value::Bool(form.has("on")));
    let settings = Value::Object(map);
    // What is switched off need not be complete.
    if form.has("on")
        && let Err(reason) = app.0.options.hooks.check_connector(info.name, &settings)
    {
        let problem = format!("{}: {reason}", info.title);
        let wrong = wrong(settings, problem);
        return channels(&app, visit, &Pairs::default(), Some(wrong)).await;
    }
    app.store().set_setting(&format!("connector.{}", info.name), &settings.to_string()).await?;
    Ok(done("/channels", "saved"))
}

/// What was typed, so that nobody types it twice.
pub fn typed(info: &PartInfo, form: &Pairs) -> Value {
    let on = ("on".to_owned(), Value::Bool(form.has("on")));
    let fields = info.fields.iter().map(|field| {
        let text = form.get(&format!("f-{}", field.name)).to_owned();
        let switch = matches!(field.kind, domain::FieldKind::Switch);
        let value = if switch { Value::Bool(!text.is_empty()) } else { Value::String(text) };
        (field.name.to_owned(), value)
    });
    Value::Object(fields.chain([on]).collect())
}
