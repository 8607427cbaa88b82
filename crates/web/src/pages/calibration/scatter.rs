//! Forecast against outcome, both on logarithmic scales: what lies on the line was right.

use std::fmt::Write as _;

use store::Foretold;

use crate::show::Clock;

/// Width and height of the drawing.
const SIZE: f64 = 420.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 30.0;
const FOOT: f64 = 44.0;
/// Points drawn, the newest.
const MOST: usize = 1_000;

/// Draws it; empty where nothing is over yet.
pub fn draw(over: &[Foretold], clock: &Clock) -> String {
    let points: Vec<(f64, f64)> = over
        .iter()
        .take(MOST)
        .filter_map(|told| Some((told.expected.max(1.0), (told.came? as f64).max(1.0))))
        .collect();
    let most = points.iter().fold(1.0_f64, |most, (x, y)| most.max(*x).max(*y));
    if points.is_empty() {
        return String::new();
    }
    let top = most.log10().ceil().max(1.0);
    let side = SIZE - LEFT - RIGHT;
    let x = |n: f64| round(LEFT + side * n.log10() / top);
    let y = |n: f64| round(SIZE - FOOT - (SIZE - FOOT - RIGHT) * n.log10() / top);
    let w = clock.words;
    let label = w.n("calibration-label", points.len());
    let mut svg = format!(
        "<svg class=\"scatter\" role=\"img\" viewBox=\"0 0 {SIZE} {SIZE}\" font-size=\"12\" \
         font-family=\"system-ui, sans-serif\" aria-label=\"{label}\">"
    );
    for power in 0..=top as i32 {
        let n = 10_f64.powi(power);
        let (a, b, name) = (x(n), y(n), w.number(n as i64));
        let _ = write!(
            svg,
            "<path class=\"rung\" stroke=\"#dfe3e4\" fill=\"none\" d=\"M{a} {}V{}M{} {b}H{}\"/>\
             <text fill=\"#1b2124\" x=\"{a}\" y=\"{}\" text-anchor=\"middle\">{name}</text>\
             <text fill=\"#1b2124\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{name}</text>",
            y(1.0),
            RIGHT,
            LEFT,
            SIZE - RIGHT,
            SIZE - FOOT + 16.0,
            LEFT - 6.0,
            b + 4.0,
        );
    }
    let end = 10_f64.powf(top);
    let _ = write!(
        svg,
        "<path class=\"expected\" stroke=\"#0b5c6b\" stroke-width=\"1.5\" fill=\"none\" \
         d=\"M{} {}L{} {}\"/>",
        x(1.0),
        y(1.0),
        x(end),
        y(end)
    );
    for (expected, came) in points {
        let _ = write!(
            svg,
            "<circle class=\"point\" fill=\"#0b5c6b\" fill-opacity=\"0.45\" cx=\"{}\" cy=\"{}\" \
             r=\"3.5\"/>",
            x(expected),
            y(came)
        );
    }
    let (middle, foot) = (round(LEFT + side / 2.0), SIZE - 8.0);
    let _ = write!(
        svg,
        "<text fill=\"#1b2124\" x=\"{middle}\" y=\"{foot}\" text-anchor=\"middle\">{}</text>\
         <text fill=\"#1b2124\" x=\"{}\" y=\"{}\">{}</text></svg>",
        w.say("calibration-x"),
        LEFT + 8.0,
        RIGHT + 14.0,
        w.say("calibration-y"),
    );
    svg
}

fn round(n: f64) -> f64 {
    (n * 10.0).round() / 10.0
}
