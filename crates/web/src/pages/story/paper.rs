//! A story on paper: `GET /stories/{id}.pdf`.

use axum::body::Body;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::story::StoryId;
use fluent_bundle::FluentArgs;
use http::{HeaderValue, header};
use serde::Serialize;
use store::{Dot, StoryRow};
use tokio::sync::Semaphore;

use super::foreseen::Foreseen;
use super::picture::{self, Scene};
use super::sent::in_words;
use super::{Crossing, OfKind, VoiceView, foreseen};
use crate::app::App;
use crate::fail::Fail;
use crate::ladder::{Size, draw};
use crate::pages::stories::{StoryView, name_of};
use crate::show::{Clock, Piece};
use crate::typeset;
use crate::views::MentionView;
use crate::visit::Visit;

/// Posts listed as those that weigh most.
const LEADING: usize = 12;
/// Characters of an address that are printed.
const ADDRESS: usize = 160;

/// One paper is set at a time: it takes a core for a second.
static PRESS: Semaphore = Semaphore::const_new(1);

#[derive(Serialize)]
struct Paper {
    lang: &'static str,
    title: String,
    /// What this is, above the title.
    kicker: String,
    /// Facts below the title.
    lines: Vec<String>,
    sections: Vec<Section>,
    foot: String,
}

#[derive(Serialize)]
struct Section {
    title: String,
    parts: Vec<Part>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Part {
    Text {
        text: String,
    },
    Faint {
        text: String,
    },
    Strong {
        text: String,
    },
    List {
        items: Vec<String>,
    },
    /// `wide` is the column that takes what is left of the width, if any does.
    Table {
        head: Vec<String>,
        right: Vec<bool>,
        wide: Option<usize>,
        rows: Vec<Vec<String>>,
    },
    Posts {
        posts: Vec<Post>,
    },
    Ladder {
        alt: String,
    },
}

#[derive(Serialize)]
struct Post {
    /// Its identity.
    #[serde(skip)]
    id: String,
    who: String,
    about: String,
    title: String,
    text: String,
    lang: String,
    /// Where it leads; empty without an address.
    url: String,
    /// The address as it is printed, with places to break it.
    shown: String,
}

/// The story as a PDF, in the reader's language.
pub async fn show(app: &App, visit: &Visit, id: StoryId) -> Result<Response, Fail> {
    let row = app.store().story(id).await?.ok_or(Fail::NotFound)?;
    if row.id != id {
        return Ok(Redirect::to(&format!("/stories/{}.pdf", row.id.0)).into_response());
    }
    let clock = app.clock(visit.lang);
    let (paper, drawing) = written(app, &clock, &row).await?;
    let data = serde_json::to_string(&paper).map_err(|e| Fail::Store(format!("a paper: {e}")))?;
    let press = tokio::time::timeout(crate::app::TURN, PRESS.acquire());
    let Ok(Ok(turn)) = press.await else { return Err(Fail::Busy) };
    let made = clock.now;
    let setting = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        typeset::pdf(data, drawing, made)
    });
    let ours = |error: String| Fail::Store(format!("a paper could not be set: {error}"));
    let pdf = setting.await.map_err(|error| ours(error.to_string()))?.map_err(ours)?;
    let mut response = Response::new(Body::from(pdf));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    let name = format!("inline; filename=\"horch-{}.pdf\"", row.id.0);
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// What stands on it, and the drawing.
async fn written(app: &App, clock: &Clock, row: &StoryRow) -> Result<(Paper, String), Fail> {
    let (store, w) = (app.store(), clock.words);
    let rows = store.crossings(row.id).await?;
    let dots = picture::dots(store, row).await?;
    let seen = foreseen::of(store, &app.0.options.hooks.calibration(), clock, row).await?;
    let scene = Scene::of(store, row, clock.now, &rows, seen.fan.clone(), &dots).await?;
    let alt = in_words(clock, row, &rows, &dots, &seen);
    let who = store.voices(row.id, super::VOICES).await?;
    let crossings = super::crossings(app, clock, rows).await?;
    let said = |key: &str| w.say(key).into_owned();
    let ladder = Section { title: said("ladder"), parts: vec![Part::Ladder { alt }] };
    let mut sections = vec![ladder];
    sections.extend(began(app, clock, row, &dots).await?);
    sections.push(assessed(clock, row));
    sections.push(crossed(clock, &crossings));
    sections.push(foretold(clock, &seen));
    sections.push(voices(clock, &super::voices(clock, who.loudest)));
    sections.extend(super::kinds(app, clock, row.id, &dots).await?.into_iter().map(of_kind));
    sections.extend(leading(app, clock, &dots, &shown(&sections)).await?);
    let base = app.0.options.public_url.trim_end_matches('/');
    let sources = w.n("story-sources", who.sources).into_owned();
    let reach = who.reach.map(|n| w.n("story-reach", n).into_owned());
    let paper = Paper {
        lang: w.0.code(),
        title: clean(&name_of(w, row)),
        kicker: w.n("paper-kicker", row.id.0).into_owned(),
        lines: lines(clock, row, sources, reach),
        sections: sections.into_iter().filter(|section| !section.parts.is_empty()).collect(),
        foot: format!("{} · {base}/stories/{}", super::made(clock), row.id.0),
    };
    Ok((paper, draw(&scene.picture(Size::Wide), Size::Wide, clock)))
}

/// How grave, how far, how much, since when.
fn lines(clock: &Clock, row: &StoryRow, sources: String, reach: Option<String>) -> Vec<String> {
    let (w, view) = (clock.words, StoryView::of(clock, row));
    let severity = view.severity.map(|x| format!("{} {}", x.sign, x.word));
    let state = match view.state.is_empty() {
        true => w.say("story-state-growing").into_owned(),
        false => view.state,
    };
    let rung = format!("{}: {}", w.say("story-highest"), view.rung);
    let mut args = FluentArgs::new();
    args.set("from", clock.minute(row.first));
    args.set("until", clock.minute(row.last));
    let span = w.with("paper-span", Some(&args)).into_owned();
    let much = [Some(view.posts), Some(sources), reach, known(view.copies), known(view.negative)];
    let watches: Vec<&str> = row.watches.iter().map(|(_, name)| name.as_str()).collect();
    let join = |parts: Vec<String>| parts.join(" · ");
    vec![
        join([severity, Some(rung), Some(state)].into_iter().flatten().collect()),
        join(much.into_iter().flatten().collect()),
        join(vec![span, clean(&w.name("paper-watches", &watches.join(", ")))]),
    ]
}

fn known(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// The first post, and the one that speaks for it.
async fn began(
    app: &App,
    clock: &Clock,
    row: &StoryRow,
    dots: &[Dot],
) -> Result<Option<Section>, Fail> {
    let w = clock.words;
    let mut parts = Vec::new();
    let whole = row.posts <= dots.len() as u64;
    let first = dots.first().filter(|_| whole).map(|dot| dot.mention);
    let headline = super::headline(app, clock, row).await?;
    if let Some(number) = first
        && let Some(mention) = app.store().mention(number).await?
    {
        let view = MentionView::of(clock, &mention);
        let same = headline.as_ref().is_some_and(|headline| headline.post == view.post);
        parts.push(Part::Posts { posts: vec![post(view)] });
        if same {
            return Ok(Some(Section { title: w.say("paper-began").into_owned(), parts }));
        }
    }
    if let Some(headline) = headline {
        parts.push(Part::Strong { text: w.say("story-headline").into_owned() });
        parts.push(Part::Posts { posts: vec![post(headline)] });
    }
    let title = w.say(if whole { "paper-began" } else { "story-what" }).into_owned();
    Ok((!parts.is_empty()).then_some(Section { title, parts }))
}

fn crossed(clock: &Clock, crossings: &[Crossing]) -> Section {
    let w = clock.words;
    let said = |key: &str| w.say(key).into_owned();
    let row = |crossing: &Crossing| {
        let through = crossing.source.as_ref().map(|source| clean(&source.name));
        vec![
            crossing.rung.clone(),
            through.unwrap_or_else(|| said("crossing-gone")),
            crossing.full.clone(),
            crossing.after.clone(),
        ]
    };
    let parts = if crossings.is_empty() {
        vec![Part::Text { text: said("crossings-none") }]
    } else {
        vec![Part::Table {
            head: ["story-rung", "crossing-through", "story-when", "crossing-when"]
                .map(said)
                .to_vec(),
            right: vec![false; 4],
            wide: Some(1),
            rows: crossings.iter().map(row).collect(),
        }]
    };
    Section { title: said("crossings"), parts }
}

fn foretold(clock: &Clock, seen: &Foreseen) -> Section {
    let w = clock.words;
    let said = |key: &str| w.say(key).into_owned();
    let mut parts = Vec::new();
    match &seen.none {
        Some(none) => parts.push(Part::Text { text: none.clone() }),
        None => {
            if let Some(made) = &seen.made {
                let text = format!("{} {}", w.say("forecast-made"), made.full);
                parts.push(Part::Faint { text });
            }
            parts.push(Part::Table {
                head: ["forecast-after", "forecast-expected", "forecast-interval"].map(said).into(),
                right: vec![false, true, true],
                wide: None,
                rows: seen
                    .sizes
                    .iter()
                    .map(|x| {
                        vec![x.after.clone(), x.expected.clone(), format!("{}–{}", x.low, x.high)]
                    })
                    .collect(),
            });
            parts.extend(list(seen.basis.clone()));
            if let Some(chance) = &seen.chance {
                parts.push(Part::Strong { text: said("chance-title") });
                let day = w.name("chance-day", &chance.day);
                parts.push(Part::Text {
                    text: format!("{day} {}", w.name("chance-week", &chance.week)),
                });
                parts.extend(list(chance.factors.clone()));
            }
        }
    }
    parts.push(Part::Faint { text: said("paper-method") });
    Section { title: said("forecast"), parts }
}

fn list(items: Vec<String>) -> Option<Part> {
    (!items.is_empty()).then_some(Part::List { items })
}

/// What people and the machine say of severity.
fn assessed(clock: &Clock, row: &StoryRow) -> Section {
    let w = clock.words;
    let said = |key: &str| w.say(key).into_owned();
    let mut parts = Vec::new();
    if let Some(person) = &row.said {
        let mut args = FluentArgs::new();
        args.set("name", clean(&person.by));
        args.set("at", clock.minute(person.at));
        args.set("severity", w.say(&format!("severity-{}", person.severity.clamp(1, 5))));
        parts.push(Part::Strong { text: w.with("paper-said", Some(&args)).into_owned() });
        parts.extend(known(clean(&person.note)).map(|text| Part::Text { text }));
    }
    match super::assessed(clock, row) {
        Some(told) => {
            let text = format!(
                "{} {} {}",
                w.say("assess-machine"),
                told.severity.sign,
                told.severity.word
            );
            parts.push(Part::Strong { text });
            let reasons = told.points.iter().map(|p| format!("{} ({})", p.text, p.points));
            parts.extend(list(reasons.collect()));
            parts.push(Part::Text { text: format!("{}: {}", w.say("desk"), told.desk) });
            parts
                .push(Part::Text { text: format!("{}: {}", w.say("engagement"), told.engagement) });
        }
        None => parts.push(Part::Text { text: said("assess-none") }),
    }
    Section { title: said("assessment"), parts }
}

fn voices(clock: &Clock, voices: &[VoiceView]) -> Section {
    let w = clock.words;
    let said = |key: &str| w.say(key).into_owned();
    let or = |text: &str| known(text.to_owned()).unwrap_or_else(|| said("fact-tier-unknown"));
    let row = |voice: &VoiceView| {
        vec![
            clean(&format!("{} ({})", voice.source.name, voice.platform)),
            or(&voice.source.tier),
            or(&voice.source.followers),
            voice.posts.clone(),
            voice.first.full.clone(),
        ]
    };
    let head = ["fact-source", "story-rung", "voice-reach", "nav-mentions", "voice-first"];
    let table = Part::Table {
        head: head.map(said).to_vec(),
        right: vec![false, false, true, true, true],
        wide: Some(0),
        rows: voices.iter().map(row).collect(),
    };
    Section { title: said("voices"), parts: vec![table] }
}

fn of_kind(of: OfKind) -> Section {
    let posts = of.mentions.into_iter().map(post).collect();
    Section { title: of.title, parts: vec![Part::Posts { posts }] }
}

/// Posts that stand on the paper already.
fn shown(sections: &[Section]) -> Vec<String> {
    let parts = sections.iter().flat_map(|section| &section.parts);
    let posts = parts.filter_map(|part| match part {
        Part::Posts { posts } => Some(posts),
        _ => None,
    });
    posts.flatten().map(|post| post.id.clone()).collect()
}

/// The posts that weigh most of those not shown yet: higher rungs first, then more followers; in the
/// order of time.
async fn leading(
    app: &App,
    clock: &Clock,
    dots: &[Dot],
    shown: &[String],
) -> Result<Option<Section>, Fail> {
    let mut by_weight: Vec<&Dot> = dots.iter().filter(|dot| dot.copy_of.is_none()).collect();
    by_weight.sort_by_key(|dot| std::cmp::Reverse((dot.tier, dot.followers.unwrap_or(0))));
    let mut chosen = Vec::new();
    for dot in by_weight.into_iter().take(LEADING + shown.len()) {
        let mention = app.store().mention(dot.mention).await?;
        let post = mention.map(|row| post(MentionView::of(clock, &row)));
        chosen.extend(post.filter(|post| !shown.contains(&post.id)).map(|post| (dot, post)));
    }
    chosen.truncate(LEADING);
    chosen.sort_by_key(|(dot, _)| (dot.at, dot.row));
    let posts: Vec<Post> = chosen.into_iter().map(|(_, post)| post).collect();
    let title = clock.words.say("paper-leading").into_owned();
    Ok((!posts.is_empty()).then(|| Section { title, parts: vec![Part::Posts { posts }] }))
}

fn post(view: MentionView) -> Post {
    let text = |pieces: &[Piece]| {
        let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        clean(&text)
    };
    let tone = format!("{} {}", view.tone.sign, view.tone.word);
    let about = [view.platform_name, view.source.tier, view.when.full, tone];
    let about: Vec<String> = about.into_iter().filter_map(known).collect();
    let url = view.url.unwrap_or_default();
    Post {
        id: view.post,
        who: clean(&view.source.name),
        about: clean(&about.join(" · ")),
        title: text(&view.title),
        text: text(&view.body),
        lang: Some(view.lang).filter(|lang| is_code(lang)).unwrap_or_default(),
        shown: printed(&url),
        url,
    }
}

/// A language's code as Typst takes it.
fn is_code(lang: &str) -> bool {
    matches!(lang.len(), 2 | 3) && lang.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// An address as it is printed: it may break behind its signs.
fn printed(url: &str) -> String {
    let mut shown: String = url
        .chars()
        .take(ADDRESS)
        .flat_map(|c| {
            let breaks = matches!(c, '/' | '?' | '&' | '=' | '-' | '_' | '.' | '%');
            [Some(c), breaks.then_some('\u{200b}')].into_iter().flatten()
        })
        .collect();
    if url.chars().count() > ADDRESS {
        shown.push('…');
    }
    shown
}

/// Text from outside on paper: in one piece, without control characters and what turns the reading
/// direction around.
fn clean(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let turns =
        |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let joined = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    joined.chars().filter(|c| !turns(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_tamed() {
        for (text, expect) in [
            (" a\n\nb\u{0}c ", "a b c"),
            ("x\u{202e}y", "xy"),
            ("#pagebreak() $x$", "#pagebreak() $x$"),
        ] {
            assert_eq!(clean(text), expect);
        }
        assert_eq!(printed("https://a.b/c"), "https:/\u{200b}/\u{200b}a.\u{200b}b/\u{200b}c");
        assert!(printed(&"a".repeat(999)).ends_with('…'));
        for (lang, expect) in
            [("de", true), ("gsw", true), ("", false), ("DE", false), ("de-AT", false)]
        {
            assert_eq!(is_code(lang), expect, "{lang}");
        }
    }
}
