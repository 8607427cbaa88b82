//! What a post is: a complaint, a question, praise, a call, a claim, a crisis, abuse; or off topic.
//!
//! A post gets points for a kind from cues (words and turns of phrase in `kinds/cues.tsv`, written
//! for this program), from its tone, and from how it speaks: in the first person, to somebody, like
//! a headline. From [`ENOUGH`] points on it is of that kind; of several kinds at once, or of none.
//! No weights are trained: every cue that counted can be shown. The points follow the cue-and-rule
//! tradition of opinion mining (Turney 2002; Taboada and others 2011). `cargo xtask eval kinds`
//! measures precision and recall of each kind, [`measured`] tells them wherever a kind is shown,
//! and what people say of kinds teaches a head for each ([`head::learn_kind`]). That a post is off
//! topic has no cues: a watch's people alone can say what it is about, and its head learns it of them.
//!
//! [`head::learn_kind`]: crate::head::learn_kind
//!
//! ```
//! use domain::Kind;
//! use text::kinds;
//!
//! let post = "@acme Still waiting for my refund. Can you help?";
//! let found = kinds::find(post, "en", Some(&[0.8, 0.15, 0.05]));
//! let kinds: Vec<Kind> = found.iter().map(|found| found.kind).collect();
//! assert_eq!(kinds, [Kind::Complaint, Kind::Question]);
//! assert_eq!(&post[found[0].cues[0].clone()], "Still waiting");
//! ```

mod cues;
mod look;

use std::ops::Range;

use domain::{Kind, Kinds};

use crate::features;
use crate::head::Head;
use crate::sentiment::Reading;
use crate::words::Words;
use look::Look;

/// Languages whose kinds are measured.
pub const LANGUAGES: &[&str] = &["de", "en"];

/// From so many points on, a post is of a kind.
pub const ENOUGH: i32 = 4;

/// From this probability on ([`likely_by`]) a post is surely of a kind: of railway feedback told so
/// to be off topic, `cargo xtask eval learning` finds 95 of 100 rightly told.
pub const SURELY: f32 = 0.75;

/// Of strong cues (three points or more) so many count.
const STRONG_CUES: usize = 2;
/// Of weak ones, so many.
const WEAK_CUES: usize = 2;

/// That a post is of a kind, or how near to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Of which.
    pub kind: Kind,
    /// Points, [`ENOUGH`] or more.
    pub points: i32,
    /// The cues that counted, as bytes of the text, in order and without overlaps. None where tone
    /// and way of speaking were enough.
    pub cues: Vec<Range<usize>>,
}

/// The kinds of a post in that language (`de`, `en`; any other has none), in the order of
/// [`Kind::ALL`]. `shares` are the probabilities of negative, neutral and positive
/// ([`sentiment::read`](crate::sentiment::read)), if known. Of a long text the first
/// [`features::READ_BYTES`] are read.
#[must_use]
pub fn find(text: &str, lang: &str, shares: Option<&[f32; 3]>) -> Vec<Found> {
    let mut all = weigh(text, lang, shares);
    all.retain(|found| found.points >= ENOUGH);
    all
}

/// The same without reasons.
#[must_use]
pub fn of(text: &str, lang: &str, shares: Option<&[f32; 3]>) -> Kinds {
    find(text, lang, shares).into_iter().map(|found| found.kind).collect()
}

/// The kinds of a text as read, by what a house has learnt of each kind, or else by points.
#[must_use]
pub fn by<'h>(
    heads: &dyn Fn(Kind) -> Option<&'h Head>,
    text: &str,
    lang: &str,
    reading: Option<&Reading>,
) -> Kinds {
    let shares = reading.map(|reading| &reading.shares);
    let points = points(text, lang, shares);
    let is = |kind: &Kind| match (heads(*kind), reading) {
        (Some(head), Some(reading)) => {
            head.likely(before(*kind, points[*kind as usize]), reading, text) > 0.5
        }
        _ => points[*kind as usize] >= ENOUGH,
    };
    Kind::ALL.into_iter().filter(is).collect()
}

/// How likely a text, as read, is of a kind to what a house has learnt of it, 0 to 1.
#[must_use]
pub fn likely_by(head: &Head, kind: Kind, text: &str, lang: &str, reading: &Reading) -> f32 {
    let points = points(text, lang, Some(&reading.shares));
    head.likely(before(kind, points[kind as usize]), reading, text)
}

/// The points of every kind, in the order of [`Kind::ALL`]; none in a language without cues.
pub(crate) fn points(text: &str, lang: &str, shares: Option<&[f32; 3]>) -> [i32; Kind::COUNT] {
    let mut points = [0; Kind::COUNT];
    for found in weigh(text, lang, shares) {
        points[found.kind as usize] = found.points;
    }
    points
}

/// How likely a text is of a kind before anything was learnt: what a house learns starts here. No
/// points tell what is off topic; watches that teach it have much of it.
pub(crate) fn before(kind: Kind, points: i32) -> f32 {
    const OFF_TOPIC: f32 = 0.2;
    if kind == Kind::Offtopic { OFF_TOPIC } else { likely(points) }
}

/// How likely a kind is by its points: about even at [`ENOUGH`], a fifth of it two points below.
fn likely(points: i32) -> f32 {
    const LIKELY: [f32; 9] = [0.02, 0.04, 0.1, 0.25, 0.6, 0.8, 0.9, 0.95, 0.97];
    LIKELY[usize::try_from(points).unwrap_or(0).min(LIKELY.len() - 1)]
}

/// Every kind with its points and the cues that counted.
fn weigh(text: &str, lang: &str, shares: Option<&[f32; 3]>) -> Vec<Found> {
    if !LANGUAGES.contains(&lang) {
        return Vec::new();
    }
    let text = features::head(text);
    let mut words = Words::for_text(text.len());
    words.push(text);
    let look = Look::at(text, &words, lang);
    let hits = cues::hits(&words, lang);
    let weigh = |kind: Kind| {
        let own: Vec<&cues::Hit> = hits.iter().filter(|hit| hit.kind == kind).collect();
        let (points, counted) = counted(&own);
        let points = points + look.points(kind, points, shares);
        let cues = counted.iter().map(|hit| range(&words, hit)).collect();
        Found { kind, points, cues }
    };
    Kind::ALL.into_iter().map(weigh).collect()
}

/// How often a kind was right when it was told, and how many posts of it were found, in per cent:
/// `eval kinds` on posts that were not looked at when the cues were written; abuse on its two large
/// sets. `None`: not measured in that language.
#[must_use]
pub fn measured(kind: Kind, lang: &str) -> Option<(u8, u8)> {
    let by_kind: [(u8, u8); 7] = match lang {
        "de" => [(83, 62), (68, 88), (62, 100), (100, 100), (86, 80), (90, 100), (56, 9)],
        "en" => [(94, 71), (74, 100), (82, 92), (100, 80), (100, 75), (75, 100), (79, 40)],
        _ => return None,
    };
    by_kind.get(kind as usize).copied()
}

/// What the strongest cues give together, and which they are, in the order of the text.
fn counted<'h>(hits: &[&'h cues::Hit]) -> (i32, Vec<&'h cues::Hit>) {
    let mut order: Vec<&cues::Hit> = hits.to_vec();
    // What a longer phrase says otherwise is none: "good morning" is no praise.
    order.retain(|hit| !hits.iter().any(|other| other.points == 0 && other.overlaps(hit)));
    order.sort_by_key(|hit| (-hit.points, hit.first));
    let mut kept: Vec<&cues::Hit> = Vec::new();
    let (mut strong, mut weak) = (0, 0);
    for hit in order {
        let room = if hit.points >= 3 { &mut strong } else { &mut weak };
        let most = if hit.points >= 3 { STRONG_CUES } else { WEAK_CUES };
        if *room < most && !kept.iter().any(|one| one.overlaps(hit)) {
            *room += 1;
            kept.push(hit);
        }
    }
    kept.sort_by_key(|hit| hit.first);
    (kept.iter().map(|hit| hit.points).sum(), kept)
}

fn range(words: &Words, hit: &cues::Hit) -> Range<usize> {
    let tokens = words.tokens();
    tokens[hit.first].start as usize..tokens[hit.last].end as usize
}

#[cfg(test)]
mod tests;
