//! Two versions of a watch's query: what changed, in words and in what they find.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use fluent_bundle::FluentArgs;
use query::ChangeKind;
use store::Ask;

use crate::app::App;
use crate::ask::Asked;
use crate::branches::only_in;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::found::FoundView;
use crate::frame::{Frame, page};
use crate::lang::Words;
use crate::pages::search::{hours_of, search};
use crate::pages::watches::find;
use crate::said::{Check, tongue};
use crate::show::{Changed, changes};
use crate::visit::Visit;

/// Posts shown that a version gains or loses.
const SHOWN: usize = 5;

struct Version {
    number: u32,
    label: String,
}

/// One change in words.
struct Change {
    class: &'static str,
    sign: &'static str,
    text: String,
}

impl Change {
    fn of(kind: ChangeKind, text: String) -> Change {
        let class = match kind {
            ChangeKind::Added => "new",
            ChangeKind::Removed => "gone",
            ChangeKind::Changed => "changed",
        };
        Change { class, sign: kind.sign(), text }
    }
}

#[derive(Template)]
#[template(path = "versions.html")]
struct VersionsPage {
    f: Frame,
    id: i64,
    name: String,
    versions: Vec<Version>,
    old: u32,
    new: u32,
    changes: Vec<Changed>,
    words: Vec<Change>,
    effect: Option<Effect>,
    effect_address: String,
    effect_page: String,
}

struct Side {
    sign: &'static str,
    title: String,
    count: String,
    posts: Vec<FoundView>,
}

#[derive(Template)]
#[template(path = "effect.html")]
struct Effect {
    said: Option<Check>,
    sides: Vec<Side>,
}

impl askama::filters::HtmlSafe for Effect {}

/// The two versions that an address names: the last two when it names none.
async fn two(
    app: &App,
    id: &str,
    query: &Pairs,
) -> Result<(domain::Watch, Vec<(u32, String, domain::Time)>, usize, usize), Fail> {
    let watch = find(app, id).await?;
    let versions = app.store().watch_versions(watch.id).await?;
    let place = |name: &str| {
        let number: u32 = query.get(name).parse().ok()?;
        versions.iter().position(|(version, ..)| *version == number)
    };
    let last = versions.len().checked_sub(1).ok_or(Fail::NotFound)?;
    let new = place("new").unwrap_or(last);
    let old = place("old").unwrap_or(new.saturating_sub(1));
    Ok((watch, versions, old, new))
}

/// `GET /watches/{id}/versions?old=1&new=2`, with `effect=1` with what it gains and loses, which
/// the script fetches behind the page.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let (watch, versions, old, new) = two(&app, &id, &query).await?;
    let mut f = Frame::inside(&app, &visit, "watches", &query).await?;
    f.title = f.w.name("title-versions", &watch.name).into_owned();
    let clock = app.clock(visit.lang);
    let (from, to) = (&versions[old], &versions[new]);
    let address = |path: &str, more: &str| {
        format!("/watches/{}/{path}?old={}&new={}{more}", watch.id.0, from.0, to.0)
    };
    let effect = match query.has("effect") {
        true => Some(compared(&app, &visit, &from.1, &to.1).await?),
        false => None,
    };
    let template = VersionsPage {
        changes: changes(&from.1, &to.1),
        words: in_words(&visit, &from.1, &to.1),
        effect,
        effect_address: address("effect", ""),
        effect_page: address("versions", "&effect=1"),
        id: watch.id.0,
        old: from.0,
        new: to.0,
        versions: (versions.iter().rev())
            .map(|(number, _, at)| Version {
                number: *number,
                label: format!("{} · {}", f.w.n("version", *number), clock.full(*at)),
            })
            .collect(),
        name: watch.name,
        f,
    };
    page(&template)
}

/// What changed, branch by branch.
fn in_words(visit: &Visit, old: &str, new: &str) -> Vec<Change> {
    let (Ok(old), Ok(new)) = (query::parse(old), query::parse(new)) else { return Vec::new() };
    let changes = query::diff(&old, &new, tongue(visit.lang));
    changes.into_iter().map(|change| Change::of(change.kind, change.words)).collect()
}

/// `GET /watches/{id}/effect?old=1&new=2`
pub async fn effect(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let (_, versions, old, new) = two(&app, &id, &query).await?;
    page(&compared(&app, &visit, &versions[old].1, &versions[new].1).await?)
}

/// What the archive gains and loses from the old query to the new.
async fn compared(app: &App, visit: &Visit, old: &str, new: &str) -> Result<Effect, Fail> {
    let (w, clock) = (visit.words(), app.clock(visit.lang));
    let mut both = Vec::new();
    for text in [old, new] {
        match Asked::read(app.store(), text).await? {
            Ok(asked) => both.push(asked),
            Err(error) => {
                let said = Some(Check::refused(visit.lang, text, &error));
                return Ok(Effect { said, sides: Vec::new() });
            }
        }
    }
    let mut sides = Vec::new();
    for (sign, key, keeps, drops) in
        [("+", "diff-gained", &both[1], &both[0]), ("−", "diff-lost", &both[0], &both[1])]
    {
        let only = only_in(keeps, drops);
        let (_, _, hours) = hours_of(app, &only, None, None).await?;
        let found = search(app, &only, Ask { limit: SHOWN, ..Ask::default() }).await?;
        sides.push(Side {
            sign,
            title: w.say(key).into_owned(),
            count: count(w, &hours),
            posts: (found.posts.iter())
                .map(|post| FoundView::of(&clock, post, only.hit(post).as_ref()))
                .collect(),
        });
    }
    Ok(Effect { said: None, sides })
}

/// So many posts, and how far that can be trusted.
fn count(w: Words, hours: &store::Hours) -> String {
    let total = hours.total();
    if total == 0 {
        return w.say("diff-none").into_owned();
    }
    let (number, how) = match hours.how {
        store::Counted::Estimated { looked_at, .. } => {
            (w.name("about", &w.number(total)), w.n("hours-estimated", looked_at))
        }
        _ => (w.number(total).into(), w.say("hours-exact")),
    };
    let mut args = FluentArgs::new();
    args.set("n", total);
    format!("{number} {}, {how}", w.with("hours-posts", Some(&args)))
}
