//! Watches: what do we listen for, and how much of our work does each of them take? A page at a
//! time: there may be a hundred thousand.

use std::cmp::Reverse;
use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::{AlertRules, DAY, Watch, WatchId};

use crate::app::App;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::lang::Words;
use crate::pages::done;
use crate::pages::remove::RemovePage;
use crate::visit::{Sent, Visit};

/// Longest name, in characters.
pub const LONGEST_NAME: usize = 80;
/// Watches on a page.
const ROWS: u32 = 50;
/// Up to so many watches are put in any order whole; of more only those with something to order
/// them by.
const MANY: u32 = 1_000;

/// A choice in a list.
pub struct Choice {
    /// Its value in the address.
    pub value: &'static str,
    /// Its name for people.
    pub name: String,
    /// It is chosen.
    pub on: bool,
}

struct Line {
    watch: Watch,
    day: String,
    all: String,
    alerts: String,
    share: String,
    trouble: String,
}

#[derive(Template)]
#[template(path = "watches.html")]
struct WatchesPage {
    f: Frame,
    lines: Vec<Line>,
    count: u64,
    words: String,
    orders: Vec<Choice>,
    costs: bool,
    first: Option<String>,
    next: Option<String>,
    any: bool,
    troubled: usize,
}

/// `GET /watches?words=…&order=name|mentions|cost&after=NAME` or `&page=N`
pub async fn list(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let f = Frame::inside(&app, &visit, "watches", &query).await?;
    let (store, hooks) = (app.store(), &app.0.options.hooks);
    let words: String = query.get("words").chars().take(200).collect();
    let order = Order::named(query.get("order"));
    let count = store.count_watches(&words).await?;
    let address = |more: Option<(&str, String)>| {
        let mut pairs = Vec::new();
        if !words.is_empty() {
            pairs.push(("words".to_owned(), words.clone()));
        }
        if order != Order::Name {
            pairs.push(("order".to_owned(), order.as_str().to_owned()));
        }
        pairs.extend(more.map(|(name, value)| (name.to_owned(), value)));
        format!("/watches?{}", Pairs(pairs).encode())
    };
    let (watches, next, is_first) = match order {
        Order::Name => {
            let after = Some(query.get("after")).filter(|after| !after.is_empty());
            let mut watches = store.watches_like(&words, after, ROWS + 1).await?;
            let more = watches.len() > ROWS as usize;
            watches.truncate(ROWS as usize);
            let next = watches.last().filter(|_| more).map(|w| ("after", w.name.clone()));
            (watches, next, after.is_none())
        }
        _ => {
            let number: usize = query.get("page").parse().unwrap_or(0);
            let all = ordered(&app, order, &words, count).await?;
            let from = number.saturating_mul(ROWS as usize).min(all.len());
            let to = (from + ROWS as usize).min(all.len());
            let next = (to < all.len()).then(|| ("page", (number + 1).to_string()));
            (all[from..to].to_vec(), next, from == 0)
        }
    };
    let mut lines = Vec::new();
    for watch in watches {
        lines.push(line(&app, f.w, visit.lang, watch).await?);
    }
    let orders = Order::ALL.map(|o| Choice {
        value: o.as_str(),
        name: f.w.say(&format!("watch-sort-{}", o.as_str())).into_owned(),
        on: o == order,
    });
    page(&WatchesPage {
        costs: lines.iter().any(|l| !l.share.is_empty()),
        troubled: hooks.troubled().len(),
        first: (!is_first).then(|| address(None)),
        next: next.map(|next| address(Some(next))),
        any: count > 0 || store.count_watches("").await? > 0,
        orders: orders.into(),
        count,
        words: words.clone(),
        lines,
        f,
    })
}

/// The order of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Name,
    Mentions,
    Cost,
}

impl Order {
    const ALL: [Order; 3] = [Order::Name, Order::Mentions, Order::Cost];

    fn as_str(self) -> &'static str {
        match self {
            Order::Name => "name",
            Order::Mentions => "mentions",
            Order::Cost => "cost",
        }
    }

    fn named(name: &str) -> Order {
        Order::ALL.into_iter().find(|o| o.as_str() == name).unwrap_or(Order::Name)
    }
}

/// Watches by mentions of the last day or by cost. Where they are many, those without either
/// are left out.
async fn ordered(app: &App, order: Order, words: &str, count: u64) -> Result<Vec<Watch>, Fail> {
    let (store, now) = (app.store(), app.now());
    let ranked: Vec<WatchId> = match order {
        Order::Cost => app.0.options.hooks.costliest(MANY as usize),
        _ => {
            let mut busy = store.busy_watches(now.plus(-DAY), now, 1).await?;
            busy.sort_by_key(|(_, n)| Reverse(*n));
            busy.truncate(MANY as usize);
            busy.into_iter().map(|(id, _)| id).collect()
        }
    };
    if count > u64::from(MANY) {
        let mut watches = store.watches_of(&ranked).await?;
        let wanted = words.to_lowercase();
        watches.retain(|w| {
            w.name.to_lowercase().contains(&wanted) || w.query.to_lowercase().contains(&wanted)
        });
        return Ok(watches);
    }
    let place: HashMap<WatchId, usize> =
        ranked.iter().enumerate().map(|(i, id)| (*id, i)).collect();
    let mut watches = store.watches_like(words, None, MANY).await?;
    watches.sort_by_key(|w| place.get(&w.id).copied().unwrap_or(usize::MAX));
    Ok(watches)
}

async fn line(app: &App, w: Words, lang: crate::lang::Lang, watch: Watch) -> Result<Line, Fail> {
    let state = app.0.options.hooks.watch_state(watch.id);
    let store = app.store();
    let day = store.mentions_up_to(watch.id, Some(app.now().plus(-DAY))).await?;
    let all = store.mentions_up_to(watch.id, None).await?;
    let trouble = match state.trouble {
        Some((german, english)) => lang.of(&[&english, &german]).to_owned(),
        None => match query::parse(&watch.query) {
            Ok(_) => String::new(),
            Err(error) => error.message(crate::said::tongue(lang)),
        },
    };
    Ok(Line {
        day: capped(w, day),
        all: capped(w, all),
        alerts: rules(w, watch.alerts),
        share: state.share.map(|share| share_words(w, share)).unwrap_or_default(),
        trouble,
        watch,
    })
}

/// A share of the time, in words that never round something to nothing.
pub fn share_words(w: Words, share: f64) -> String {
    let percent = match share {
        0.0 => w.percent(0.0),
        s if s < 0.01 => format!("< {}", w.percent(0.01)),
        s => w.percent(s),
    };
    w.name("watch-share", &percent).into_owned()
}

fn capped(w: Words, n: u64) -> String {
    let most = store::MOST_COUNTED;
    if n > most { format!("> {}", w.number(most)) } else { w.number(n) }
}

/// The alert rules in words.
fn rules(w: Words, rules: AlertRules) -> String {
    let on = [
        (rules.every, "rule-every-short"),
        (rules.negative, "rule-negative-short"),
        (rules.rise, "rule-rise-short"),
        (rules.crossing, "rule-crossing-short"),
    ];
    let words: Vec<_> = on.iter().filter(|(on, _)| *on).map(|(_, key)| w.say(key)).collect();
    if words.is_empty() { w.say("rule-none-short").into_owned() } else { words.join(", ") }
}

/// The watch of that number in an address.
pub async fn find(app: &App, id: &str) -> Result<Watch, Fail> {
    let id = id.parse().map(WatchId).map_err(|_| Fail::NotFound)?;
    app.store().watch(id).await?.ok_or(Fail::NotFound)
}

/// `POST /watches/{id}/pause`: paused becomes listening, and back.
pub async fn pause(
    State(app): State<App>,
    Path(id): Path<String>,
    _sent: Sent,
) -> Result<Response, Fail> {
    let mut watch = find(&app, &id).await?;
    watch.paused = !watch.paused;
    app.store().change_watch(&watch, app.now()).await?;
    Ok(Redirect::to("/watches").into_response())
}

/// `GET /watches/{id}/remove`: asks first.
pub async fn ask_remove(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Fail> {
    let watch = find(&app, &id).await?;
    let mut f = Frame::inside(&app, &visit, "watches", &Pairs::default()).await?;
    f.title = f.w.name("watch-remove-title", &watch.name).into_owned();
    let of_watch = store::MentionFilter { watches: vec![watch.id], ..Default::default() };
    let mentions = app.store().count_mentions(&of_watch).await?;
    let template = RemovePage {
        text: f.w.n("watch-remove-text", mentions).into_owned(),
        action: format!("/watches/{}/remove", watch.id.0),
        back: format!("/watches/{}", watch.id.0),
        f,
    };
    page(&template)
}

/// `POST /watches/{id}/remove`
pub async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    _sent: Sent,
) -> Result<Response, Fail> {
    app.store().remove_watch(find(&app, &id).await?.id).await?;
    Ok(done("/watches", "watch-removed"))
}
