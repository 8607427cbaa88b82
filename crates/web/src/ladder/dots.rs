//! Each post as a dot.

use std::fmt::Write as _;

use domain::Tone;

use super::scale::Scale;
use super::{Dot, RUNGS, Size, escaped, round, rung_name};
use crate::show::Clock;

/// A dot finds its place among so many before it on the same rung.
const LOOK_BACK: usize = 40;

/// Draws them, in the order of time; those at one moment stand above and below each other.
pub fn draw(svg: &mut String, scale: &Scale, dots: &[Dot], clock: &Clock) {
    let mut sorted: Vec<&Dot> = dots.iter().collect();
    sorted.sort_by_key(|dot| dot.at);
    let mut standing: [Vec<[f64; 3]>; RUNGS.len()] = std::array::from_fn(|_| Vec::new());
    for dot in sorted {
        let rung = RUNGS.iter().position(|rung| *rung == dot.tier).unwrap_or(RUNGS.len() - 1);
        let (x, r) = (scale.x(dot.at), radius(dot.followers, scale.size));
        let room = scale.lane / 2.0 - r - 1.0;
        let off = place(&standing[rung], x, r, room);
        standing[rung].push([x, off, r]);
        let y = scale.middle(dot.tier) + off;
        let words = escaped(&words(dot, clock));
        let _ = write!(
            svg,
            "<a class=\"dot {}\" href=\"{}\" aria-label=\"{words}\"><title>{words}</title>",
            class(dot.tone, dot.copy),
            escaped(&dot.link)
        );
        shape(svg, x, y, r, dot.tone, dot.copy);
        svg.push_str("</a>");
    }
}

/// A dot in words: when, who, how it sounds, where it stands.
pub fn words(dot: &Dot, clock: &Clock) -> String {
    let w = clock.words;
    let tone = dot.tone.map_or("unknown", Tone::as_str);
    let mut words = vec![
        clock.minute(dot.at),
        dot.name.clone(),
        w.say(&format!("tone-{tone}")).into_owned(),
        rung_name(dot.tier, clock),
    ];
    words.extend(dot.followers.map(|n| w.n("followers", n).into_owned()));
    if dot.copy {
        words.push(w.say("ladder-copy").into_owned());
    }
    words.join(" · ")
}

/// Four sizes: to 1,000 followers (or not known), 10,000, 100,000, and beyond.
fn radius(followers: Option<u64>, size: Size) -> f64 {
    let wide = match followers.unwrap_or(0) {
        0..1_000 => 4.5,
        1_000..10_000 => 6.0,
        10_000..100_000 => 8.0,
        _ => 10.5,
    };
    if size == Size::Wide { wide } else { wide * 0.9 }
}

/// How far from the middle of its rung there is room; the middle where there is none.
fn place(standing: &[[f64; 3]], x: f64, r: f64, room: f64) -> f64 {
    let near = &standing[standing.len().saturating_sub(LOOK_BACK)..];
    let free = |off: &f64| near.iter().all(|[ox, oy, or]| (ox - x).hypot(oy - off) >= or + r + 0.5);
    let steps = (0..=(room / 3.0) as i32).flat_map(|i| [f64::from(3 * i), f64::from(-3 * i)]);
    // Without room they overlap in one of a few places, so that a crowd looks like one.
    let crowded = [0.0, room / 2.0, -room / 2.0, room, -room][standing.len() % 5];
    let mut steps = steps;
    steps.find(free).unwrap_or(crowded)
}

/// The class of a dot.
pub fn class(tone: Option<Tone>, copy: bool) -> String {
    let tone = tone.map_or("unknown", Tone::as_str);
    format!("{tone}{}", if copy { " copy" } else { "" })
}

/// Down for negative, up for positive, round for neutral, square where the tone is not known.
pub fn shape(svg: &mut String, x: f64, y: f64, r: f64, tone: Option<Tone>, copy: bool) {
    let colour = match tone {
        Some(Tone::Negative) => "#a8291c",
        Some(Tone::Positive) => "#1f6b3a",
        Some(Tone::Neutral) => "#4d6a72",
        None => "#7d8a8f",
    };
    let fill = if copy { "#ffffff" } else { colour };
    let [x, y, r] = [x, y, r].map(round);
    let half = round(r * 0.85);
    let paint = format!("fill=\"{fill}\" stroke=\"{colour}\" stroke-width=\"1.5\"");
    let _ = match tone {
        Some(Tone::Neutral) => {
            write!(svg, "<circle {paint} cx=\"{x}\" cy=\"{y}\" r=\"{half}\"/>")
        }
        Some(Tone::Negative) => {
            write!(
                svg,
                "<path {paint} d=\"M{x} {}l-{r} -{}h{}z\"/>",
                round(y + r),
                round(r * 1.8),
                round(2.0 * r)
            )
        }
        Some(Tone::Positive) => {
            write!(
                svg,
                "<path {paint} d=\"M{x} {}l{r} {}h-{}z\"/>",
                round(y - r),
                round(r * 1.8),
                round(2.0 * r)
            )
        }
        None => write!(
            svg,
            "<rect {paint} x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
            round(x - half),
            round(y - half),
            round(2.0 * half),
            round(2.0 * half)
        ),
    };
}
