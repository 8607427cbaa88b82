//! Stories: what do people speak of, how far has it climbed, how grave is it?

use askama::Template;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::{DAY, Tier, Time, WatchId};
use serde_json::{Value, json};
use store::{StoryFilter, StoryOrder, StoryRow, StoryState};

use crate::app::App;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::ladder::{glyph, rung_name};
use crate::lang::Words;
use crate::pages::events;
use crate::pages::mentions::Choice;
use crate::show::{Clock, When, iso};
use crate::told::Severity;
use crate::visit::Visit;

const ROWS: u32 = 30;
/// Further than this nobody pages.
const MOST_PAGES: u32 = 1_000;
/// Rows that an answer for programs holds at most.
const MOST: u32 = 200;
/// Watches that the filter offers.
const OFFERED: usize = 200;
/// Bytes of a headline.
const HEADLINE: usize = 140;

/// Which stories, as it stands in the address.
pub struct Wanted {
    /// What the store is asked.
    pub filter: StoryFilter,
    /// In which order.
    pub order: StoryOrder,
    /// From 0.
    pub page: u32,
    /// Only those that grew within a day.
    pub grew: bool,
}

impl Wanted {
    /// Reads `order=newest|biggest|gravest&watch=1&rung=trade&severity=3&grew=1&page=2`; what means
    /// nothing is left out.
    pub fn read(query: &Pairs, now: Time) -> Wanted {
        let grew = query.has("grew");
        let severity = query.get("severity").parse().ok().filter(|n| (2..=5).contains(n));
        Wanted {
            filter: StoryFilter {
                watch: query.get("watch").parse().ok().map(WatchId),
                rung: Tier::named(query.get("rung")).filter(|tier| *tier > Tier::Private),
                severity,
                least: None,
                since: grew.then(|| now.plus(-DAY)),
            },
            order: match query.get("order") {
                "biggest" => StoryOrder::Biggest,
                "gravest" => StoryOrder::Gravest,
                _ => StoryOrder::Newest,
            },
            page: query.get("page").parse::<u32>().unwrap_or(0).min(MOST_PAGES),
            grew,
        }
    }

    /// The filter alone, without order and page.
    fn filters(&self) -> Pairs {
        let mut pairs = Pairs::default();
        let mut add = |name: &str, value: Option<String>| {
            pairs.0.extend(value.map(|value| (name.to_owned(), value)));
        };
        add("watch", self.filter.watch.map(|watch| watch.0.to_string()));
        add("rung", self.filter.rung.map(|rung| rung.as_str().to_owned()));
        add("severity", self.filter.severity.map(|severity| severity.to_string()));
        add("grew", self.grew.then(|| "1".to_owned()));
        pairs
    }

    fn address(&self, order: StoryOrder, page: u32) -> String {
        let mut pairs = self.filters();
        if order != StoryOrder::Newest {
            pairs.0.insert(0, ("order".into(), name_of_order(order).into()));
        }
        if page > 0 {
            pairs.0.push(("page".into(), page.to_string()));
        }
        let query = pairs.encode();
        if query.is_empty() { "/stories".into() } else { format!("/stories?{query}") }
    }
}

const fn name_of_order(order: StoryOrder) -> &'static str {
    match order {
        StoryOrder::Newest => "newest",
        StoryOrder::Biggest => "biggest",
        StoryOrder::Gravest => "gravest",
    }
}

/// A story in a list.
#[derive(Clone, Debug, Template)]
#[template(path = "story-row.html")]
pub struct StoryView {
    /// The reader's words.
    pub w: Words,
    /// Its number.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// The language of its headline, for readers aloud; empty when unknown.
    pub lang: String,
    /// Its most telling words, where they are not its name.
    pub phrase: String,
    /// Whose mentions are in it.
    pub watches: Vec<(WatchId, String)>,
    /// Posts, in words.
    pub posts: String,
    /// Copies among them, in words; empty without any.
    pub copies: String,
    /// The share of negative ones; empty without any.
    pub negative: String,
    /// Oldest post.
    pub first: When,
    /// Newest post.
    pub last: When,
    /// The highest rung as a small drawing.
    pub glyph: String,
    /// The highest rung in words.
    pub rung: String,
    /// How grave it is, if that is known.
    pub severity: Option<Severity>,
    /// A person said so.
    pub by_person: bool,
    /// Asleep, closed: in words; empty while it grows.
    pub state: String,
}

impl askama::filters::HtmlSafe for StoryView {}

impl StoryView {
    /// Shows a story.
    pub fn of(clock: &Clock, row: &StoryRow) -> StoryView {
        let w = clock.words;
        let name = name_of(w, row);
        let share = row.negative as f64 / row.posts.max(1) as f64;
        let titled = row.title.is_some();
        StoryView {
            w,
            id: row.id.0,
            lang: row
                .headline
                .as_ref()
                .filter(|_| !titled)
                .and_then(|post| post.lang.clone())
                .unwrap_or_default(),
            phrase: row.phrase.clone().filter(|phrase| *phrase != name).unwrap_or_default(),
            watches: row.watches.clone(),
            posts: w.n("story-posts", row.posts).into_owned(),
            copies: match row.copies {
                0 => String::new(),
                copies => w.n("story-copies", copies).into_owned(),
            },
            negative: match row.negative {
                0 => String::new(),
                _ => w.name("story-negative", &w.percent(share)).into_owned(),
            },
            first: clock.when(row.first),
            last: clock.when(row.last),
            glyph: glyph(row.rung),
            rung: rung_name(row.rung, clock),
            severity: row.severity().map(|severity| Severity::of(w, severity)),
            by_person: row.said.is_some(),
            state: match row.state {
                StoryState::Growing => String::new(),
                state => w.say(&format!("story-state-{}", state.as_str())).into_owned(),
            },
            name,
        }
    }
}

/// What a story is called: as a person named it, else by its headline's title or first words,
/// else by its most telling words.
pub fn name_of(w: Words, row: &StoryRow) -> String {
    let headline = row.headline.as_ref().map(|post| {
        let text = [&post.title, &post.lead, &post.body];
        let text = text.into_iter().find(|text| !text.trim().is_empty());
        text.map(|text| first_words(text)).unwrap_or_default()
    });
    let named = row.title.clone().or(headline).filter(|name| !name.is_empty());
    named
        .or_else(|| row.phrase.clone())
        .unwrap_or_else(|| w.n("story-number", row.id.0).into_owned())
}

/// The first words of a text in one line.
pub fn first_words(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.len() <= HEADLINE {
        return text;
    }
    let end = (0..=HEADLINE).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    let end = text[..end].rfind(' ').unwrap_or(end);
    format!("{} …", &text[..end])
}

/// An order to choose.
struct Tab {
    name: String,
    link: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "stories.html")]
struct StoriesPage {
    f: Frame,
    stories: Vec<StoryView>,
    tabs: Vec<Tab>,
    order: &'static str,
    watches: Vec<Choice>,
    rungs: Vec<Choice>,
    severities: Vec<Choice>,
    grew: bool,
    filtered: bool,
    newer: Option<String>,
    older: Option<String>,
}

/// `GET /stories`
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let wanted = Wanted::read(&query, app.now());
    let mut f = Frame::inside(&app, &visit, "stories", &query).await?;
    f.events = events::address(&app, events::STORIES).await?;
    let clock = app.clock(visit.lang);
    let skip = wanted.page * ROWS;
    let mut rows = app.store().stories(&wanted.filter, wanted.order, skip, ROWS + 1).await?;
    let more = rows.len() > ROWS as usize;
    rows.truncate(ROWS as usize);
    let orders = [StoryOrder::Newest, StoryOrder::Biggest, StoryOrder::Gravest];
    let tab = |order: StoryOrder| Tab {
        name: f.w.say(&format!("stories-{}", name_of_order(order))).into_owned(),
        link: wanted.address(order, 0),
        on: order == wanted.order,
    };
    page(&StoriesPage {
        tabs: orders.into_iter().map(tab).collect(),
        order: name_of_order(wanted.order),
        watches: watches(&app, &wanted).await?,
        rungs: rungs(&clock, &wanted),
        severities: severities(f.w, &wanted),
        grew: wanted.grew,
        filtered: !wanted.filters().0.is_empty(),
        newer: (wanted.page > 0).then(|| wanted.address(wanted.order, wanted.page - 1)),
        older: more.then(|| wanted.address(wanted.order, wanted.page + 1)),
        stories: rows.iter().map(|row| StoryView::of(&clock, row)).collect(),
        f,
    })
}

/// All watches where they are few, else the one that is asked for and the busiest.
async fn watches(app: &App, wanted: &Wanted) -> Result<Vec<Choice>, Fail> {
    let store = app.store();
    let watches = if store.count_watches("").await? <= OFFERED as u64 {
        store.watches().await?
    } else {
        let mut busy = store.busy_watches(app.now().plus(-DAY), app.now(), 1).await?;
        busy.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let asked = wanted.filter.watch.into_iter();
        let ids: Vec<WatchId> = asked.chain(busy.into_iter().map(|(id, _)| id)).collect();
        store.watches_of(&ids[..ids.len().min(OFFERED)]).await?
    };
    let choice = |watch: domain::Watch| Choice {
        value: watch.id.0.to_string(),
        on: wanted.filter.watch == Some(watch.id),
        name: watch.name,
    };
    Ok(watches.into_iter().map(choice).collect())
}

fn rungs(clock: &Clock, wanted: &Wanted) -> Vec<Choice> {
    let rungs = Tier::ALL.into_iter().filter(|tier| *tier > Tier::Private);
    let choice = |tier: Tier| Choice {
        value: tier.as_str().to_owned(),
        name: rung_name(Some(tier), clock),
        on: wanted.filter.rung == Some(tier),
    };
    rungs.map(choice).collect()
}

fn severities(w: Words, wanted: &Wanted) -> Vec<Choice> {
    let choice = |number: u8| Choice {
        value: number.to_string(),
        name: format!("{number} · {}", w.say(&format!("severity-{number}"))),
        on: wanted.filter.severity == Some(number),
    };
    (2..=5).map(choice).collect()
}

/// `GET /api/stories?…filter&limit=50`
pub async fn api(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let wanted = Wanted::read(&query, app.now());
    let limit = query.get("limit").parse().unwrap_or(50).clamp(1, MOST);
    let skip = wanted.page.saturating_mul(limit);
    let rows = app.store().stories(&wanted.filter, wanted.order, skip, limit).await?;
    let next = (rows.len() == limit as usize).then(|| wanted.page + 1);
    let w = visit.words();
    let stories: Vec<Value> = rows.iter().map(|row| record(w, row)).collect();
    Ok(Json(json!({ "stories": stories, "next": next })).into_response())
}

/// A story for programs.
pub fn record(w: Words, row: &StoryRow) -> Value {
    let watches: Vec<Value> =
        row.watches.iter().map(|(id, name)| json!({ "number": id.0, "name": name })).collect();
    let said = row.said.as_ref().map(|said| {
        json!({
            "severity": said.severity, "by": said.by, "at": iso(said.at), "note": said.note,
        })
    });
    json!({
        "number": row.id.0, "name": name_of(w, row), "title": row.title, "phrase": row.phrase,
        "state": row.state.as_str(), "first": iso(row.first), "last": iso(row.last),
        "posts": row.posts, "copies": row.copies, "negative": row.negative,
        "rung": row.rung, "severity": row.severity(), "assessment": row.assessment,
        "said": said, "watches": watches,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_goes_round_and_nonsense_is_left_out() {
        let read = |text: &str| Wanted::read(&Pairs::parse(text.as_bytes()), Time(2 * DAY));
        let text = "order=gravest&watch=3&rung=trade&severity=4&grew=1&page=2";
        let wanted = read(text);
        assert_eq!(wanted.filter.since, Some(Time(DAY)));
        assert_eq!(wanted.address(wanted.order, wanted.page), format!("/stories?{text}"));
        let wanted = read("order=x&watch=x&rung=own&severity=9&page=x");
        assert_eq!(wanted.filter, StoryFilter::default());
        assert_eq!(wanted.address(wanted.order, 0), "/stories");
    }

    #[test]
    fn headlines_are_cut_between_words() {
        assert_eq!(first_words("  a\n b "), "a b");
        let long = first_words(&"Größe ".repeat(60));
        assert!(long.len() <= HEADLINE + 4 && long.ends_with("Größe …"), "{long}");
    }
}
