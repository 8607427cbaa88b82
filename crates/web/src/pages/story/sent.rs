//! The ladder as it goes by mail: a picture, and in words what it shows.

use domain::forecast::Calibration;
use domain::story::StoryId;
use domain::{Picture, Time};
use fluent_bundle::FluentArgs;
use jiff::tz::TimeZone;
use store::{CrossingRow, Dot, Store, StoryRow};

use super::foreseen::{self, Foreseen};
use super::picture::{self, Scene};
use crate::WebError;
use crate::ladder::{Size, draw, fan_words, rung_name};
use crate::lang::{Lang, Words};
use crate::pages::stories::name_of;
use crate::paint;
use crate::show::Clock;

/// Pixels for each unit of the drawing: sharp on screens that count twice.
const SCALE: f32 = 2.0;
/// Largest picture, in bytes; a larger one is painted with fewer pixels.
const LARGEST: usize = 200_000;

/// The ladder of a story as a picture for a mail, from what is stored now; `None` where the story is
/// gone or cannot be drawn. `learnt` is what the house's own finished stories taught the forecast,
/// `lang` is `de` or `en`, links begin with `base`. What computes runs on a thread of its own.
///
/// # Errors
/// The store does not answer.
pub async fn ladder_for_mail(
    store: &Store,
    learnt: &Calibration,
    story: StoryId,
    now: Time,
    lang: &str,
    base: &str,
) -> Result<Option<Picture>, WebError> {
    let Some(row) = store.story(story).await? else { return Ok(None) };
    let words = Words(Lang::named(lang).unwrap_or(Lang::En));
    let clock = Clock { now, zone: TimeZone::system(), words };
    let crossings = store.crossings(row.id).await?;
    let dots = picture::dots(store, &row).await?;
    let seen = foreseen::of(store, learnt, &clock, &row).await?;
    let scene = Scene::of(store, &row, now, &crossings, seen.fan.clone(), &dots).await?;
    let drawn = scene.picture(Size::Mail);
    let alt = in_words(&clock, &row, &crossings, &dots, &seen);
    let link = format!("{}/stories/{}", base.trim_end_matches('/'), row.id.0);
    let painting = tokio::task::spawn_blocking(move || painted(&draw(&drawn, Size::Mail, &clock)));
    let Ok(Some(paint::Painted { png, width, height })) = painting.await else { return Ok(None) };
    Ok(Some(Picture { png, width, height, alt, link }))
}

/// Painted sharply, or less so where that would be too large for a mail.
fn painted(svg: &str) -> Option<paint::Painted> {
    let small = |painted: &paint::Painted| painted.png.len() <= LARGEST;
    let sharp = paint::png(svg, SCALE).filter(small);
    sharp.or_else(|| paint::png(svg, 1.0).filter(small))
}

/// Everything the drawing shows, in sentences: how much, who began, how far it came and when, what
/// is foreseen.
pub fn in_words(
    clock: &Clock,
    row: &StoryRow,
    crossings: &[CrossingRow],
    dots: &[Dot],
    seen: &Foreseen,
) -> String {
    let w = clock.words;
    let mut args = FluentArgs::new();
    args.set("name", name_of(w, row));
    args.set("n", row.posts);
    args.set("from", clock.minute(row.first));
    args.set("until", clock.minute(row.last));
    args.set("rung", rung_name(row.rung, clock));
    let mut sentences = vec![w.with("ladder-said", Some(&args)).into_owned()];
    // Of a large story only the newest posts were read.
    if let Some(first) = dots.first().filter(|_| row.posts <= dots.len() as u64) {
        let rung = first.tier.map(|_| format!(" ({})", rung_name(first.tier, clock)));
        let who = format!("{}{}", first.name, rung.unwrap_or_default());
        sentences.push(w.name("ladder-said-first", &who).into_owned());
    }
    for crossing in crossings.iter().filter(|crossing| crossing.after > 0) {
        let mut args = FluentArgs::new();
        args.set("after", clock.after(crossing.after));
        args.set("rung", w.say(&format!("reached-{}", crossing.tier.as_str())));
        let source = crossing.source.as_ref().map(|source| source.display_name().to_owned());
        args.set("who", source.unwrap_or_else(|| w.say("crossing-gone").into_owned()));
        sentences.push(w.with("ladder-said-crossed", Some(&args)).into_owned());
    }
    sentences.extend(match (&seen.fan, &seen.none) {
        (Some(fan), _) => Some(fan_words(fan, clock)),
        (None, none) => none.clone(),
    });
    sentences.join(" ")
}
