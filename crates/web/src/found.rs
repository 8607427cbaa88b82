//! A post in a list of posts that were found, not yet (or never) a mention of a watch.

use askama::Template;
use domain::{Part, Platform, Post};
use query::Hit;

use crate::lang::Words;
use crate::show::{Clock, Piece, When, link, pieces};

/// Bytes of a headline and of a text shown.
const TITLE: usize = 240;
const EXCERPT: usize = 420;

/// See the module.
#[derive(Clone, Debug, Template)]
#[template(path = "found.html")]
pub struct FoundView {
    /// The reader's words.
    pub w: Words,
    /// The post's identity.
    pub id: String,
    /// Who said it.
    pub who: String,
    /// The platform's name.
    pub platform: String,
    /// The site, where it says more than the platform.
    pub site: String,
    /// The rung; empty when unknown.
    pub tier: String,
    /// When it was published.
    pub when: When,
    /// The language of the text; empty when unknown.
    pub lang: String,
    /// The headline.
    pub title: Vec<Piece>,
    /// The text.
    pub body: Vec<Piece>,
    /// Why it matched.
    pub why: String,
    /// What it lacks to match.
    pub missed: String,
    /// The post itself.
    pub url: Option<String>,
    /// It stands in a form that can be asked which branches hold.
    pub askable: bool,
}

impl askama::filters::HtmlSafe for FoundView {}

impl FoundView {
    /// Shows a post; what hit is marked.
    pub fn of(clock: &Clock, post: &Post, hit: Option<&Hit>) -> FoundView {
        let spans = hit.map_or(&[][..], |hit| &hit.spans);
        let hit_in = |part| spans.iter().any(|span| span.part == part);
        let lead = post.body.is_empty() || (hit_in(Part::Lead) && !hit_in(Part::Body));
        let (text, part) = if lead && !post.lead.is_empty() {
            (&post.lead, Part::Lead)
        } else {
            (&post.body, Part::Body)
        };
        let w = clock.words;
        let tier = post.source.tier.map(|t| w.say(&format!("tier-{}", t.as_str())).into_owned());
        let on_the_web = post.platform == Platform::WEB;
        FoundView {
            w,
            id: post.id().to_string(),
            who: post.source.display_name().to_owned(),
            platform: w.or("platform", post.platform.as_str()).into_owned(),
            site: if on_the_web { post.site().to_owned() } else { String::new() },
            tier: tier.unwrap_or_default(),
            when: clock.when(post.published),
            lang: post.lang.clone().unwrap_or_default(),
            title: pieces(&post.title, spans, Part::Title, TITLE),
            body: pieces(text, spans, part, EXCERPT),
            why: hit.map(|hit| hit.why.clone()).unwrap_or_default(),
            missed: String::new(),
            url: link(&post.url),
            askable: false,
        }
    }
}
