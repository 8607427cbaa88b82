//! Source lists and saved queries: what many queries share, under a name.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use query::SavedKind;
use store::Store;

use crate::app::App;
use crate::ask;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::lang::Words;
use crate::pages::done;
use crate::pages::remove::RemovePage;
use crate::pages::watches::LONGEST_NAME;
use crate::said::Check;
use crate::show::When;
use crate::visit::{Sent, Visit};

/// Entries of a list at most.
const ENTRIES: usize = 5_000;
/// Watches and saved queries named as users of one at most.
const USERS: usize = 20;

/// Which of the two an address speaks of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    List,
    Query,
}

impl Kind {
    fn named(name: &str) -> Result<Kind, Fail> {
        match name {
            "list" => Ok(Kind::List),
            "query" => Ok(Kind::Query),
            _ => Err(Fail::NotFound),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Kind::List => "list",
            Kind::Query => "query",
        }
    }

    fn saved(self) -> SavedKind {
        match self {
            Kind::List => SavedKind::List,
            Kind::Query => SavedKind::Query,
        }
    }
}

/// Who refers to a name.
struct User {
    name: String,
    address: String,
}

struct Line {
    name: String,
    address: String,
    text: String,
    changed: When,
    users: Vec<User>,
}

#[derive(Template)]
#[template(path = "saved.html")]
struct SavedPage {
    f: Frame,
    lists: Vec<Line>,
    queries: Vec<Line>,
}

fn address(kind: Kind, path: &str, name: &str) -> String {
    let query = Pairs(vec![("name".into(), name.into())]).encode();
    format!("/saved/{}{path}?{query}", kind.as_str())
}

/// `GET /saved`
pub async fn all(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let mut f = Frame::inside(&app, &visit, "watches", &query).await?;
    f.title = f.w.say("title-saved").into_owned();
    let (store, clock) = (app.store(), app.clock(visit.lang));
    let (mut lists, mut queries) = (Vec::new(), Vec::new());
    for list in store.lists().await? {
        lists.push(Line {
            users: users(store, Kind::List, &list.name).await?,
            address: address(Kind::List, "", &list.name),
            text: f.w.n("list-count", list.entries.len()).into_owned(),
            changed: clock.when(list.changed),
            name: list.name,
        });
    }
    for saved in store.saved_queries().await? {
        queries.push(Line {
            users: users(store, Kind::Query, &saved.name).await?,
            address: address(Kind::Query, "", &saved.name),
            text: saved.query,
            changed: clock.when(saved.changed),
            name: saved.name,
        });
    }
    page(&SavedPage { lists, queries, f })
}

/// Watches and saved queries that refer to this name.
async fn users(store: &Store, kind: Kind, name: &str) -> Result<Vec<User>, Fail> {
    let mut users = Vec::new();
    for saved in store.saved_queries().await? {
        if ask::refers(&saved.query, kind.saved(), name) {
            let address = address(Kind::Query, "", &saved.name);
            users.push(User { name: saved.name, address });
        }
    }
    for watch in store.watches_like(name, None, 500).await? {
        if ask::refers(&watch.query, kind.saved(), name) {
            users.push(User { name: watch.name, address: format!("/watches/{}", watch.id.0) });
        }
    }
    users.truncate(USERS);
    Ok(users)
}

/// What stands in the editor.
#[derive(Default)]
struct Draft {
    /// The name it has so far; empty for a new one.
    was: String,
    name: String,
    text: String,
}

#[derive(Template)]
#[template(path = "saved-one.html")]
struct OnePage {
    f: Frame,
    kind: &'static str,
    list: bool,
    draft: Draft,
    check: Check,
    problem: Option<String>,
    users: Vec<User>,
    remove: String,
    most: usize,
}

/// `GET /saved/{kind}?name=…`; without a name a new one.
pub async fn edit(
    State(app): State<App>,
    visit: Visit,
    axum::extract::Path(kind): axum::extract::Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let kind = Kind::named(&kind)?;
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let name = query.get("name");
    let mut draft = Draft { was: name.to_owned(), name: name.to_owned(), ..Draft::default() };
    if !name.is_empty() {
        draft.text = text_of(app.store(), kind, name).await?.ok_or(Fail::NotFound)?;
    }
    one(&app, &visit, kind, draft, None).await
}

async fn text_of(store: &Store, kind: Kind, name: &str) -> Result<Option<String>, Fail> {
    Ok(match kind {
        Kind::List => store.list(name).await?.map(|list| list.entries.join("\n")),
        Kind::Query => store.saved_query(name).await?.map(|saved| saved.query),
    })
}

async fn one(
    app: &App,
    visit: &Visit,
    kind: Kind,
    draft: Draft,
    problem: Option<String>,
) -> Result<Response, Fail> {
    let mut f = Frame::inside(app, visit, "watches", &Pairs::default()).await?;
    let new = draft.was.is_empty();
    f.title = match (kind, new) {
        (Kind::List, true) => f.w.say("list-new").into_owned(),
        (Kind::Query, true) => f.w.say("query-new").into_owned(),
        (Kind::List, false) => f.w.name("title-list", &draft.was).into_owned(),
        (Kind::Query, false) => f.w.name("title-query", &draft.was).into_owned(),
    };
    let check = match kind {
        Kind::Query if !draft.text.is_empty() => check(app, visit, &draft).await?,
        _ => Check::silent(visit.lang),
    };
    let users = match new {
        true => Vec::new(),
        false => users(app.store(), kind, &draft.was).await?,
    };
    page(&OnePage {
        kind: kind.as_str(),
        list: kind == Kind::List,
        remove: address(kind, "/remove", &draft.was),
        most: LONGEST_NAME,
        check,
        users,
        problem,
        draft,
        f,
    })
}

/// What is to be said about a saved query; a circle through itself is an error too.
async fn check(app: &App, visit: &Visit, draft: &Draft) -> Result<Check, Fail> {
    let name = if draft.name.is_empty() { &draft.was } else { &draft.name };
    let read = ask::read_as(app.store(), &draft.text, SavedKind::Query, name).await?;
    Ok(match read {
        Ok(query) => Check::of(visit.lang, &draft.text, &query),
        Err(error) => Check::refused(visit.lang, &draft.text, &error),
    })
}

/// `POST /saved/{kind}`
pub async fn save(
    State(app): State<App>,
    axum::extract::Path(kind): axum::extract::Path<String>,
    sent: Sent,
) -> Result<Response, Fail> {
    let kind = Kind::named(&kind)?;
    let text = |name: &str| sent.form.get(name).replace("\r\n", "\n");
    let draft = Draft { was: text("was"), name: text("name"), text: text("text") };
    let (visit, w) = (&sent.visit, sent.visit.words());
    if let Some(problem) = problem(&app, visit, w, kind, &draft).await? {
        return one(&app, visit, kind, draft, Some(problem)).await;
    }
    let (store, now) = (app.store(), app.now());
    match kind {
        Kind::List => {
            let entries: Vec<String> = draft.text.lines().map(str::to_owned).collect();
            store.set_list(&draft.name, &entries, now).await?;
        }
        Kind::Query => {
            store.set_saved_query(&draft.name, &draft.text, now).await?;
        }
    }
    if !draft.was.is_empty() && !ask::same_name(&draft.was, &draft.name) {
        drop_one(store, kind, &draft.was).await?;
    }
    Ok(done("/saved", if kind == Kind::List { "list-saved" } else { "query-saved" }))
}

async fn problem(
    app: &App,
    visit: &Visit,
    w: Words,
    kind: Kind,
    draft: &Draft,
) -> Result<Option<String>, Fail> {
    if draft.name.is_empty() || draft.name.chars().count() > LONGEST_NAME {
        return Ok(Some(w.n("watch-name-bad", LONGEST_NAME).into_owned()));
    }
    let renamed = !ask::same_name(&draft.was, &draft.name);
    if renamed && text_of(app.store(), kind, &draft.name).await?.is_some() {
        return Ok(Some(w.name("saved-name-taken", &draft.name).into_owned()));
    }
    let entries = draft.text.lines().filter(|line| !line.trim().is_empty()).count();
    Ok(match kind {
        Kind::List if entries == 0 || entries > ENTRIES => {
            Some(w.n("saved-entries-bad", ENTRIES).into_owned())
        }
        Kind::List => None,
        Kind::Query => {
            let refused = check(app, visit, draft).await?.error.is_some() || entries == 0;
            refused.then(|| w.say("watch-query-bad").into_owned())
        }
    })
}

async fn drop_one(store: &Store, kind: Kind, name: &str) -> Result<(), Fail> {
    match kind {
        Kind::List => store.remove_list(name).await?,
        Kind::Query => store.remove_saved_query(name).await?,
    }
    Ok(())
}

/// `GET /saved/{kind}/remove?name=…`: asks first.
pub async fn ask_remove(
    State(app): State<App>,
    visit: Visit,
    axum::extract::Path(kind): axum::extract::Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let kind = Kind::named(&kind)?;
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let name = query.get("name");
    text_of(app.store(), kind, name).await?.ok_or(Fail::NotFound)?;
    let mut f = Frame::inside(&app, &visit, "watches", &Pairs::default()).await?;
    f.title = f.w.name("saved-remove-title", name).into_owned();
    let users: Vec<String> =
        users(app.store(), kind, name).await?.into_iter().map(|user| user.name).collect();
    let text = match users.is_empty() {
        true => f.w.say("saved-remove-free").into_owned(),
        false => f.w.name("saved-remove-text", &users.join(", ")).into_owned(),
    };
    page(&RemovePage {
        text,
        action: address(kind, "/remove", name),
        back: address(kind, "", name),
        f,
    })
}

/// `POST /saved/{kind}/remove?name=…`
pub async fn remove(
    State(app): State<App>,
    axum::extract::Path(kind): axum::extract::Path<String>,
    RawQuery(query): RawQuery,
    _sent: Sent,
) -> Result<Response, Fail> {
    let kind = Kind::named(&kind)?;
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    drop_one(app.store(), kind, query.get("name")).await?;
    Ok(done("/saved", if kind == Kind::List { "list-removed" } else { "query-removed" }))
}
