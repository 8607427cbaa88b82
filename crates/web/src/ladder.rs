//! The ladder: how far a story has climbed. Time runs right, rungs are tiers, every mention is a
//! dot (larger with more followers; colour and shape by tone; hollow where the text was there
//! before), first appearances on higher rungs are marked, and to the right of now the forecast
//! opens as a fan with a scale of its own.
//!
//! The drawing is made from data alone and means the same without a style sheet: colours stand in
//! attributes, which the page's style sheet overrides in the dark. Every dot is a link, in the
//! order of time.

mod bubbles;
mod dots;
mod fan;
mod scale;

pub use bubbles::words as bubble_words;
pub use dots::words as dot_words;
pub use fan::sentence as fan_words;

use std::fmt::Write as _;

use domain::{Tier, Time, Tone};
use fluent_bundle::FluentArgs;

use crate::show::Clock;
use scale::Scale;

/// The typeface of drawings outside browsers: it comes with the program, see `paint`.
pub const FONT: &str = "DejaVu Sans";

/// Posts up to which each one is a dot; more are put together by rung and stretch of time.
const SINGLE: u64 = 400;
/// The same where it is narrow.
pub const SINGLE_NARROW: u64 = 120;

/// Rungs from the top; `None` are sources whose tier is not known.
pub const RUNGS: [Option<Tier>; 7] = [
    Some(Tier::Leading),
    Some(Tier::Trade),
    Some(Tier::Professional),
    Some(Tier::Community),
    Some(Tier::Private),
    Some(Tier::Own),
    None,
];

/// For which width a drawing is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Desks and paper.
    Wide,
    /// Mail, read at a desk or on a phone: the words are large for the width.
    Mail,
    /// Phones.
    Narrow,
}

impl Size {
    /// Stretches of time that bubbles are made of.
    pub const fn slots(self) -> u32 {
        match self {
            Size::Wide => 32,
            Size::Mail | Size::Narrow => 16,
        }
    }

    /// Posts up to which each one is a dot.
    pub const fn single(self) -> u64 {
        match self {
            Size::Wide => SINGLE,
            Size::Mail | Size::Narrow => SINGLE_NARROW,
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Size::Wide => "wide",
            Size::Mail => "mail",
            Size::Narrow => "narrow",
        }
    }
}

/// What is drawn.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The left end.
    pub from: Time,
    /// Now, or the newest post of a story that has ended; later than `from`.
    pub until: Time,
    /// Posts in all.
    pub posts: u64,
    /// What stands on the rungs.
    pub marks: Marks,
    /// First appearances on higher rungs.
    pub crossings: Vec<Crossed>,
    /// The forecast.
    pub fan: Option<Fan>,
}

/// What stands on the rungs.
#[derive(Clone, Debug)]
pub enum Marks {
    /// Each post.
    Dots(Vec<Dot>),
    /// Posts by rung and stretch of time.
    Bubbles(Vec<Bubble>),
}

/// One post.
#[derive(Clone, Debug)]
pub struct Dot {
    /// When it was published.
    pub at: Time,
    /// The rung.
    pub tier: Option<Tier>,
    /// The tone.
    pub tone: Option<Tone>,
    /// Followers of its source.
    pub followers: Option<u64>,
    /// The text was there before.
    pub copy: bool,
    /// Who speaks.
    pub name: String,
    /// Where it leads.
    pub link: String,
}

/// Posts on one rung within one stretch of time.
#[derive(Clone, Debug)]
pub struct Bubble {
    /// The stretch: from here.
    pub from: Time,
    /// To here.
    pub until: Time,
    /// The rung.
    pub tier: Option<Tier>,
    /// Posts.
    pub posts: u64,
    /// Negative ones among them.
    pub negative: u64,
    /// Where it leads.
    pub link: String,
}

/// A first appearance on a higher rung.
#[derive(Clone, Copy, Debug)]
pub struct Crossed {
    /// The rung.
    pub tier: Tier,
    /// When.
    pub at: Time,
    /// Milliseconds after the first post; 0: the story began there.
    pub after: i64,
}

/// The forecast: sizes to come.
#[derive(Clone, Debug)]
pub struct Fan {
    /// Posts now.
    pub size: u64,
    /// Sizes later, the nearest first.
    pub steps: Vec<Step>,
    /// Probability that leading media take it up within a week, 0 to 1.
    pub crossing: Option<f32>,
}

/// One size to come.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Milliseconds from now.
    pub after: i64,
    /// Eight of ten stories end between this …
    pub low: u64,
    /// The most likely size.
    pub expected: u64,
    /// … and this.
    pub high: u64,
}

/// Draws it.
#[must_use]
pub fn draw(picture: &Picture, size: Size, clock: &Clock) -> String {
    let scale = Scale::of(picture, size);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ladder {}\" role=\"group\" \
         viewBox=\"0 0 {} {}\" font-family=\"system-ui, {FONT}, sans-serif\" font-size=\"{}\" \
         aria-label=\"{}\">",
        size.class(),
        scale.width,
        scale.height(),
        scale.font,
        escaped(&label(picture, clock)),
    );
    rungs(&mut svg, &scale, clock);
    times(&mut svg, &scale, picture, clock);
    if let Some(fan) = &picture.fan {
        fan::draw(&mut svg, &scale, fan, clock);
    }
    ticks(&mut svg, &scale, picture);
    match &picture.marks {
        Marks::Dots(dots) => dots::draw(&mut svg, &scale, dots, clock),
        Marks::Bubbles(bubbles) => bubbles::draw(&mut svg, &scale, bubbles, clock),
    }
    crossings(&mut svg, &scale, picture, clock);
    legend(&mut svg, &scale, picture, clock);
    svg.push_str("</svg>");
    svg
}

/// The highest rung as a small sign: so many rungs of six are full.
#[must_use]
pub fn glyph(tier: Option<Tier>) -> String {
    let full = tier.map_or(0, |tier| tier as usize + 1);
    let mut svg = String::from("<svg class=\"rungs\" viewBox=\"0 0 18 18\" aria-hidden=\"true\">");
    for rung in 0..6 {
        let class = if rung < full { "full" } else { "bare" };
        let fill = if rung < full { "#0b5c6b" } else { "#dfe3e4" };
        let y = 15 - rung * 3;
        let _ = write!(
            svg,
            "<rect class=\"{class}\" fill=\"{fill}\" x=\"1\" y=\"{y}\" width=\"16\" height=\"2\"/>"
        );
    }
    svg.push_str("</svg>");
    svg
}

/// The drawing in one sentence.
fn label(picture: &Picture, clock: &Clock) -> String {
    let mut args = FluentArgs::new();
    args.set("n", picture.posts);
    args.set("from", clock.minute(picture.from));
    args.set("until", clock.minute(picture.until));
    let highest = picture.crossings.iter().map(|crossed| crossed.tier).max();
    args.set("rung", rung_name(highest, clock));
    clock.words.with("ladder-label", Some(&args)).into_owned()
}

/// A rung in words.
#[must_use]
pub fn rung_name(tier: Option<Tier>, clock: &Clock) -> String {
    clock.words.say(&format!("rung-{}", tier.map_or("unknown", Tier::as_str))).into_owned()
}

fn rungs(svg: &mut String, scale: &Scale, clock: &Clock) {
    let right = scale.right;
    for (i, tier) in RUNGS.into_iter().enumerate() {
        let (top, bottom) = (scale.top(i), scale.top(i + 1));
        if tier == Some(Tier::Leading) {
            let _ = write!(
                svg,
                "<rect class=\"lane\" fill=\"#e4f0f2\" x=\"{}\" y=\"{top}\" width=\"{}\" \
                 height=\"{}\"/>",
                scale.left,
                right - scale.left,
                scale.lane
            );
        }
        let _ = write!(
            svg,
            "<line class=\"rung\" stroke=\"#dfe3e4\" x1=\"{}\" x2=\"{right}\" y1=\"{bottom}\" \
             y2=\"{bottom}\"/>",
            scale.left
        );
        let (x, y, anchor) = match scale.size {
            Size::Wide => (scale.left - 10.0, scale.middle(tier) + 4.5, "end"),
            Size::Mail | Size::Narrow => (scale.font - 10.0, top + scale.font - 1.0, "start"),
        };
        text(svg, "name", x, y, anchor, &rung_name(tier, clock));
    }
}

/// The axis of time.
fn times(svg: &mut String, scale: &Scale, picture: &Picture, clock: &Clock) {
    let y = scale.bottom();
    for (at, name) in scale::times(picture, scale, clock) {
        let x = round(scale.x(at));
        let _ = write!(
            svg,
            "<line class=\"tick\" stroke=\"#dfe3e4\" x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{}\"/>",
            scale.top(0),
            y + 5.0
        );
        text(svg, "time", x, y + 18.0, "middle", &name);
    }
}

/// The marks of first appearances, below the dots.
fn ticks(svg: &mut String, scale: &Scale, picture: &Picture) {
    for crossed in &picture.crossings {
        let x = round(scale.x(crossed.at));
        let middle = scale.middle(Some(crossed.tier));
        // In a mail words stand in a line above the dots, which the mark leaves alone.
        let above = if scale.size == Size::Mail { scale.font + 2.0 } else { 0.0 };
        let (y1, y2) = (round(middle - scale.lane / 2.0 + above), round(middle + scale.lane / 2.0));
        let _ = write!(
            svg,
            "<line class=\"crossed\" stroke=\"#0b5c6b\" stroke-width=\"2\" x1=\"{x}\" x2=\"{x}\" \
             y1=\"{y1}\" y2=\"{y2}\"/>"
        );
    }
}

/// Their words, above the dots.
fn crossings(svg: &mut String, scale: &Scale, picture: &Picture, clock: &Clock) {
    for crossed in picture.crossings.iter() {
        let x = scale.x(crossed.at);
        let y = scale.middle(Some(crossed.tier)) - scale.lane / 2.0;
        let words = match crossed.after {
            // In a mail the name of the rung stands before it.
            ..=0 if scale.size == Size::Mail => format!("· {}", clock.words.say("ladder-began")),
            ..=0 => clock.words.say("ladder-began").into_owned(),
            after => {
                let mut args = FluentArgs::new();
                let key = format!("reached-{}", crossed.tier.as_str());
                args.set("rung", clock.words.say(&key));
                args.set("after", clock.after(after));
                clock.words.with("ladder-crossed", Some(&args)).into_owned()
            }
        };
        // Whatever has no room to the right stands to the left; names of rungs stand there too on
        // a narrow drawing.
        let left = x > (scale.left + scale.now) / 2.0;
        let (beside, anchor) = if left { (x - 5.0, "end") } else { (x + 5.0, "start") };
        let line = match scale.size {
            Size::Wide => 11.0,
            Size::Narrow => 22.0,
            Size::Mail => scale.font - 1.0,
        };
        let x = match scale.size {
            Size::Mail => {
                behind(scale, &rung_name(Some(crossed.tier), clock), &words, beside, left)
            }
            Size::Wide | Size::Narrow => beside,
        };
        text(svg, "crossing", x, y + line, anchor, &words);
    }
}

/// Where words begin (or end, where they stand to the left of their place) so that they stand behind
/// the name of their rung, in the same line.
fn behind(scale: &Scale, name: &str, words: &str, place: f64, left: bool) -> f64 {
    let wide = |text: &str| 0.62 * scale.font * text.chars().count() as f64;
    let free = scale.font - 10.0 + wide(name);
    place.max(if left { free + wide(words) } else { free })
}

/// What shapes say.
fn legend(svg: &mut String, scale: &Scale, picture: &Picture, clock: &Clock) {
    let y = scale.bottom() + 40.0;
    let mut x = if scale.size == Size::Wide { scale.left } else { 8.0 };
    let w = clock.words;
    if let Marks::Bubbles(_) = picture.marks {
        bubbles::legend(svg, x + 6.0, y);
        text(svg, "key", x + 20.0, y + 4.5, "start", &w.say("ladder-key-bubble"));
        return;
    }
    let keys = [
        (Some(Tone::Negative), false, "tone-negative"),
        (Some(Tone::Neutral), false, "tone-neutral"),
        (Some(Tone::Positive), false, "tone-positive"),
        (None, false, "tone-unknown"),
        (Some(Tone::Neutral), true, "ladder-key-copy"),
    ];
    let mut line = 0.0;
    for (tone, copy, key) in keys {
        let word = w.say(key);
        let wide = 30.0 + 0.6 * scale.font * word.chars().count() as f64;
        if x + wide > scale.width {
            (x, line) = (8.0, line + scale.font + 6.0);
        }
        let _ = write!(svg, "<g class=\"{}\">", dots::class(tone, copy));
        dots::shape(svg, x + 6.0, y + line, 5.0, tone, copy);
        svg.push_str("</g>");
        text(svg, "key", x + 16.0, y + line + 4.5, "start", &word);
        x += wide;
    }
    if scale.size == Size::Wide {
        text(svg, "key", x, y + line + 4.5, "start", &w.say("ladder-key-size"));
    }
}

/// Words in the drawing, readable over lines and dots.
fn text(svg: &mut String, class: &str, x: f64, y: f64, anchor: &str, words: &str) {
    let _ = write!(
        svg,
        "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\" fill=\"#1b2124\" \
         stroke=\"#ffffff\" stroke-width=\"3\" paint-order=\"stroke\" aria-hidden=\"true\">{}</text>",
        round(x),
        round(y),
        escaped(words)
    );
}

/// A place in the drawing, to a tenth.
fn round(n: f64) -> f64 {
    (n * 10.0).round() / 10.0
}

/// Text from outside, as it may stand in an attribute or between tags: also where XML is read
/// strictly, which knows no control characters.
fn escaped(text: &str) -> String {
    let known = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    let text: String = text.chars().map(|c| if known(c) { c } else { ' ' }).collect();
    askama::filters::escape(text.as_str(), askama::filters::Html)
        .map(|text| text.to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
