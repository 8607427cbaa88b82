//! The forecast, to the right of now: posts in all, on a scale of its own.

use std::fmt::Write as _;

use fluent_bundle::FluentArgs;

use super::scale::Scale;
use super::{Fan, Size, escaped, round, text};
use crate::show::Clock;

/// Draws the band from low to high and the expected line. Sizes stand on a logarithmic scale from
/// the size now up to the largest one, horizons at equal distances.
pub fn draw(svg: &mut String, scale: &Scale, fan: &Fan, clock: &Clock) {
    let Some(last) = fan.steps.last() else { return };
    let most = fan.steps.iter().map(|step| step.high).max().unwrap_or(fan.size);
    let (low, high) = (log(fan.size), log(most.max(fan.size.max(1) + 1)));
    let (top, bottom) =
        (scale.top(0) + if fan.crossing.is_some() { 46.0 } else { 26.0 }, scale.bottom() - 10.0);
    let y =
        |n: u64| round(bottom - (bottom - top) * ((log(n) - low) / (high - low)).clamp(0.0, 1.0));
    let end = scale.right - 44.0;
    let step = (end - scale.now) / fan.steps.len() as f64;
    let x = |i: usize| round(scale.now + step * (i + 1) as f64);
    let _ = write!(
        svg,
        "<g role=\"img\" aria-label=\"{}\"><rect class=\"future\" fill=\"#f6f7f7\" x=\"{}\" \
         y=\"{}\" width=\"{}\" height=\"{}\"/>",
        escaped(&words(fan, clock)),
        scale.now,
        scale.top(0),
        round(scale.right - scale.now),
        round(scale.bottom() - scale.top(0)),
    );
    let start = format!("{} {}", scale.now, y(fan.size));
    let line = |size: &dyn Fn(&super::Step) -> u64| -> Vec<String> {
        let points = fan.steps.iter().enumerate();
        points.map(|(i, step)| format!("{} {}", x(i), y(size(step)))).collect()
    };
    let (highs, mut lows) = (line(&|step| step.high), line(&|step| step.low));
    lows.reverse();
    let _ = write!(
        svg,
        "<path class=\"band\" fill=\"#0b5c6b\" fill-opacity=\"0.2\" d=\"M{start}L{}L{}z\"/>\
         <path class=\"expected\" fill=\"none\" stroke=\"#0b5c6b\" stroke-width=\"2\" \
         stroke-dasharray=\"5 3\" d=\"M{start}L{}\"/>\
         <line class=\"now\" stroke=\"#1b2124\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>",
        highs.join("L"),
        lows.join("L"),
        line(&|step| step.expected).join("L"),
        scale.now,
        scale.now,
        scale.top(0) - 4.0,
        scale.bottom() + 5.0,
    );
    svg.push_str("</g>");
    names(svg, scale, fan, clock, &x);
    let mut above = f64::MAX;
    for (n, class) in [(last.low, "end"), (last.expected, "end strong"), (last.high, "end")] {
        // Numbers that would stand on one another move up.
        let at = (y(n) + 4.0).min(above - 15.0);
        above = at;
        text(svg, class, end + 5.0, at, "start", &short(n, clock));
    }
}

fn names(svg: &mut String, scale: &Scale, fan: &Fan, clock: &Clock, x: &dyn Fn(usize) -> f64) {
    let w = clock.words;
    let wide = scale.size == Size::Wide;
    let y = scale.bottom() + 18.0;
    let title = if wide { "ladder-forecast" } else { "ladder-forecast-short" };
    text(svg, "forecast", scale.right, scale.top(0) - 8.0, "end", &w.say(title));
    for (i, step) in fan.steps.iter().enumerate() {
        let name = format!("+{}", clock.horizon(step.after));
        // A narrow drawing has room for the last one alone.
        if i + 1 == fan.steps.len() {
            text(svg, "time", scale.right, y, "end", &name);
        } else if wide {
            text(svg, "time", x(i), y, "middle", &name);
        }
    }
    text(svg, "time now", scale.now, y, "middle", &w.say("ladder-now"));
    if let Some(crossing) = fan.crossing.filter(|_| wide) {
        let words = w.name("ladder-crossing", &w.percent(f64::from(crossing)));
        text(svg, "chance", scale.now + 8.0, scale.top(0) + 16.0, "start", &words);
    }
}

/// The forecast in words, for those who do not see it.
fn words(fan: &Fan, clock: &Clock) -> String {
    let say = |step: &super::Step| {
        let mut args = FluentArgs::new();
        args.set("after", clock.after(step.after));
        args.set("n", step.expected);
        args.set("low", step.low);
        args.set("high", step.high);
        clock.words.with("ladder-step", Some(&args)).into_owned()
    };
    let steps: Vec<String> = fan.steps.iter().map(say).collect();
    format!("{}: {}", clock.words.say("forecast"), steps.join("; "))
}

/// The same as a sentence, with the probability that leading media take it up.
pub fn sentence(fan: &Fan, clock: &Clock) -> String {
    let w = clock.words;
    let chance = |p: f32| w.name("ladder-crossing", &w.percent(f64::from(p))).into_owned();
    let parts: Vec<String> =
        std::iter::once(words(fan, clock)).chain(fan.crossing.map(chance)).collect();
    format!("{}.", parts.join("; "))
}

fn log(n: u64) -> f64 {
    (n.max(1) as f64).ln()
}

fn short(n: u64, clock: &Clock) -> String {
    match n {
        ..10_000 => clock.words.number(n),
        10_000..1_000_000 => format!("{}k", clock.words.number(n / 1_000)),
        _ => format!("{}M", clock.words.decimal_or_whole(n as f64 / 1e6)),
    }
}
