//! Charts, drawn by the server. Sizes stand in attributes, colours in the style sheet: the
//! content security policy allows no inline style.

use std::fmt::Write as _;

use domain::{HOUR, Time};
use store::Count;

const WIDTH: usize = 12;
const HEIGHT: u64 = 44;
const TALL: u64 = 120;

/// The last hours as bars, the oldest first: all mentions, the negative ones inside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    /// One entry an hour: all, negative.
    pub hours: Vec<(u64, u64)>,
}

impl Bars {
    /// Puts counts into `hours` hours that end with the hour of `now`.
    pub fn of(counts: &[Count], now: Time, hours: usize) -> Bars {
        let first = now.bucket(HOUR).plus(-(hours as i64 - 1) * HOUR);
        let mut bars = vec![(0, 0); hours];
        for count in counts {
            let slot = usize::try_from(count.at.since(first).div_euclid(HOUR)).ok();
            if let Some(bar) = slot.and_then(|i| bars.get_mut(i)) {
                bar.0 += count.all;
                bar.1 += count.negative;
            }
        }
        Bars { hours: bars }
    }

    /// All mentions.
    pub fn total(&self) -> u64 {
        self.hours.iter().map(|h| h.0).sum()
    }

    /// The negative ones among them.
    pub fn negative(&self) -> u64 {
        self.hours.iter().map(|h| h.1).sum()
    }

    /// The most in an hour.
    pub fn most(&self) -> u64 {
        self.hours.iter().map(|h| h.0).max().unwrap_or(0)
    }

    /// The drawing; `label` says the same in words. The label is escaped here.
    pub fn svg(&self, label: &str) -> String {
        let most = self.most().max(1);
        let width = self.hours.len() * WIDTH;
        let label = askama::filters::escape(label, askama::filters::Html)
            .map(|s| s.to_string())
            .unwrap_or_default();
        let mut svg = format!(
            "<svg class=\"bars\" role=\"img\" viewBox=\"0 0 {width} {HEIGHT}\" \
             preserveAspectRatio=\"none\" aria-label=\"{label}\">"
        );
        for (i, &(all, negative)) in self.hours.iter().enumerate() {
            let x = i * WIDTH + 1;
            bar(&mut svg, "all", x, all, most);
            bar(&mut svg, "negative", x, negative, most);
        }
        svg.push_str("</svg>");
        svg
    }
}

/// Counts per hour as bars, the oldest first; `label` says the same in words. Many bars stand
/// without gaps.
pub fn hours(counts: &[u64], label: &str) -> String {
    let most = counts.iter().max().copied().unwrap_or(0).max(1);
    let gap = usize::from(counts.len() <= 200);
    let step = if gap == 1 { 4 } else { 1 };
    let width = counts.len() * step;
    let label = askama::filters::escape(label, askama::filters::Html)
        .map(|s| s.to_string())
        .unwrap_or_default();
    let mut svg = format!(
        "<svg class=\"bars tall\" role=\"img\" viewBox=\"0 0 {width} {TALL}\" \
         preserveAspectRatio=\"none\" aria-label=\"{label}\">"
    );
    let _ = write!(
        svg,
        "<rect class=\"none\" x=\"0\" y=\"{}\" width=\"{width}\" height=\"1\"/>",
        TALL - 1
    );
    for (i, &n) in counts.iter().enumerate().filter(|(_, n)| **n > 0) {
        let height = (n * TALL / most).max(2);
        let (x, y, width) = (i * step, TALL - height, step - gap);
        let _ = write!(
            svg,
            "<rect class=\"all\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        );
    }
    svg.push_str("</svg>");
    svg
}

/// One bar; something is never drawn as nothing, an empty hour is a hairline.
fn bar(svg: &mut String, class: &str, x: usize, n: u64, most: u64) {
    let (class, height) = match (n, class) {
        (0, "all") => ("none", 1),
        (0, _) => return,
        (n, class) => (class, (n * HEIGHT / most).max(2)),
    };
    let (y, width) = (HEIGHT - height, WIDTH - 2);
    let _ = write!(
        svg,
        "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_fall_into_their_hours() {
        let now = Time(100 * HOUR + 5);
        let counts = [
            Count { at: Time(100 * HOUR), all: 8, negative: 1 },
            Count { at: Time(77 * HOUR), all: 2, negative: 2 },
            Count { at: Time(70 * HOUR), all: 9, negative: 9 },
        ];
        let bars = Bars::of(&counts, now, 24);
        assert_eq!((bars.hours[23], bars.hours[0]), ((8, 1), (2, 2)));
        assert_eq!((bars.total(), bars.negative(), bars.most()), (10, 3, 8));
    }

    #[test]
    fn hours_are_drawn_where_there_are_any() {
        let svg = hours(&[0, 5, 1_000], "a < b");
        assert_eq!(svg.matches("class=\"all\"").count(), 2);
        assert!(svg.contains("a &#60; b") && svg.contains("height=\"120\""), "{svg}");
        assert!(hours(&[1; 500], "").contains("viewBox=\"0 0 500 120\""));
        assert!(hours(&[], "").ends_with("</svg>"));
    }

    #[test]
    fn the_drawing_says_itself_in_words_and_escapes_them() {
        let svg = Bars { hours: vec![(1_000, 1), (0, 0)] }.svg("\"<b>");
        assert!(svg.contains("aria-label=\"&#34;&#60;b&#62;\""), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 3);
        assert!(svg.contains("height=\"2\""), "one in a thousand can still be seen: {svg}");
    }
}
