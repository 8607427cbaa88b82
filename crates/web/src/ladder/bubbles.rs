//! Posts put together by rung and stretch of time.

use std::fmt::Write as _;

use fluent_bundle::FluentArgs;

use super::scale::Scale;
use super::{Bubble, escaped, round};
use crate::show::Clock;

/// Draws them, in the order of time. The area is the number of posts; that of the inner
/// disc are the negative ones.
pub fn draw(svg: &mut String, scale: &Scale, bubbles: &[Bubble], clock: &Clock) {
    let most = bubbles.iter().map(|bubble| bubble.posts).max().unwrap_or(1).max(1);
    // Neighbours touch, where both are large; none leaves its rung.
    let step = (scale.now - scale.left - 28.0) / f64::from(scale.size.slots());
    let largest = (step / 2.0 + 1.0).min(scale.lane / 2.0 - 3.0);
    let mut sorted: Vec<&Bubble> = bubbles.iter().collect();
    sorted.sort_by_key(|bubble| bubble.from);
    for bubble in sorted {
        let middle = bubble.from.plus(bubble.until.since(bubble.from) / 2);
        let (x, y) = (round(scale.x(middle)), round(scale.middle(bubble.tier)));
        // What is there is never drawn as nothing.
        let r = round((largest * (bubble.posts as f64 / most as f64).sqrt()).max(2.5));
        let words = escaped(&words(bubble, clock));
        let _ = write!(
            svg,
            "<a class=\"bubble\" href=\"{}\" aria-label=\"{words}\"><title>{words}</title>",
            escaped(&bubble.link)
        );
        circles(svg, x, y, r, bubble.negative as f64 / bubble.posts.max(1) as f64);
        svg.push_str("</a>");
    }
}

fn circles(svg: &mut String, x: f64, y: f64, r: f64, share: f64) {
    let _ = write!(
        svg,
        "<circle class=\"all\" fill=\"#9fb4ba\" stroke=\"#4d6a72\" cx=\"{x}\" cy=\"{y}\" \
         r=\"{r}\"/>"
    );
    if share > 0.0 {
        let inner = round(r * share.sqrt());
        let _ = write!(
            svg,
            "<circle class=\"negative\" fill=\"#a8291c\" cx=\"{x}\" cy=\"{y}\" r=\"{inner}\"/>"
        );
    }
}

/// A bubble of which a third is negative, to explain it.
pub fn legend(svg: &mut String, x: f64, y: f64) {
    svg.push_str("<g class=\"bubble\">");
    circles(svg, x, y, 8.0, 0.33);
    svg.push_str("</g>");
}

/// A bubble in words: `12 posts, 3 negative, 14:00 to 14:20, leading media`.
pub fn words(bubble: &Bubble, clock: &Clock) -> String {
    let mut args = FluentArgs::new();
    args.set("n", bubble.posts);
    args.set("negative", bubble.negative);
    args.set("from", clock.minute(bubble.from));
    args.set("until", clock.minute(bubble.until));
    args.set("rung", super::rung_name(bubble.tier, clock));
    clock.words.with("ladder-bubble", Some(&args)).into_owned()
}
