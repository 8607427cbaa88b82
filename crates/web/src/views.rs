//! Mentions and alerts as fragments: one rendering for the page and for the event that brings
//! them live.

use askama::Template;
use domain::alert::NEGATIVE_FROM;
use domain::story::StoryId;
use domain::{AlertReason, Kind, Kinds, Part, Post, Sentiment, Source, SourceId, Tone};
use fluent_bundle::FluentArgs;
use store::{AlertRow, MentionRow};

use crate::lang::Words;
use crate::show::{Clock, Piece, When, link, pieces};

/// Bytes of a post's text in a list, and in an alert.
const EXCERPT: usize = 420;
const BRIEF: usize = 240;

/// A tone: a sign and a word, so that colour is never alone.
#[derive(Clone, Debug)]
pub struct ToneView {
    /// `negative`, `neutral`, `positive`, `unknown`.
    pub class: &'static str,
    /// The sign.
    pub sign: &'static str,
    /// The word.
    pub word: String,
    /// The model's confidence in per cent, or that a person said so; empty when unknown.
    pub sure: String,
    /// What that says.
    pub meaning: String,
    /// The model holds it more likely that this tone is wrong: no alert is raised for it.
    pub unsure: bool,
}

impl ToneView {
    /// Shows a mention's tone; what a person said has no probability.
    pub fn of_mention(words: Words, row: &MentionRow) -> ToneView {
        let mut view = ToneView::of(words, row.sentiment);
        if row.verdict.is_some() {
            view.sure = words.say("tone-by-person").into_owned();
            view.meaning = words.say("tone-person-outranks").into_owned();
        }
        view
    }

    /// Shows a judged tone, or that no model judges the language.
    pub fn of(words: Words, sentiment: Option<Sentiment>) -> ToneView {
        let Some(sentiment) = sentiment else {
            let word = words.say("tone-unknown").into_owned();
            let (class, sure) = ("unknown", String::new());
            return ToneView {
                class,
                sign: "?",
                word,
                sure,
                meaning: String::new(),
                unsure: false,
            };
        };
        let class = sentiment.tone.as_str();
        let word = words.say(&format!("tone-{class}"));
        let unsure = sentiment.confidence < NEGATIVE_FROM;
        ToneView {
            class,
            sign: if unsure { hollow(sentiment.tone) } else { sign(sentiment.tone) },
            word: if unsure { words.name("tone-unsure", &word).into_owned() } else { word.into() },
            sure: words.percent(f64::from(sentiment.confidence)),
            meaning: words.say("confidence").into_owned(),
            unsure,
        }
    }
}

/// One thing a mention is.
#[derive(Clone, Debug)]
pub struct KindView {
    /// The name in addresses.
    pub name: &'static str,
    /// The word for it.
    pub word: String,
    /// How often it is right when the machine says so; or that a person says so.
    pub meaning: String,
}

/// The kinds of a mention, each with what is known of how right that is.
pub fn kinds_shown(words: Words, row: &MentionRow) -> Vec<KindView> {
    let lang = row.post.lang.as_deref().unwrap_or_default();
    let view = |kind: Kind| KindView {
        name: kind.as_str(),
        word: words.say(&format!("kind-{}", kind.as_str())).into_owned(),
        meaning: match (&row.kind_verdict, text::kinds::measured(kind, lang)) {
            (Some(_), _) => words.say("tone-by-person").into_owned(),
            (None, Some((right, _))) => words.n("kind-right", u64::from(right)).into_owned(),
            (None, None) if kind.is_of_one_watch() => words.say("kind-learnt").into_owned(),
            (None, None) => words.say("kind-unmeasured").into_owned(),
        },
    };
    row.kinds.iter().map(view).collect()
}

/// Kinds in words, with commas; or that it is none of them.
pub fn kinds_named(words: Words, kinds: Kinds) -> String {
    if kinds.is_empty() {
        return words.say("kind-none").into_owned();
    }
    let word = |kind: Kind| words.say(&format!("kind-{}", kind.as_str()));
    kinds.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// The sign of a tone.
pub fn sign(tone: Tone) -> &'static str {
    match tone {
        Tone::Negative => "▼",
        Tone::Neutral => "●",
        Tone::Positive => "▲",
    }
}

fn hollow(tone: Tone) -> &'static str {
    match tone {
        Tone::Negative => "▽",
        Tone::Neutral => "○",
        Tone::Positive => "△",
    }
}

/// Another watch that found the same post.
#[derive(Clone, Debug)]
pub struct Also {
    /// The mention's or the alert's number.
    pub number: i64,
    /// The alert's identity; empty for a mention.
    pub id: String,
    /// The watch's number.
    pub watch: i64,
    /// The watch's name.
    pub name: String,
}

/// Who speaks.
#[derive(Clone, Debug)]
pub struct SourceView {
    /// Its id, for filters.
    pub id: String,
    /// The name people read.
    pub name: String,
    /// `@handle` where it says more than the name.
    pub handle: String,
    /// The rung; empty when unknown.
    pub tier: String,
    /// Followers in words; empty when unknown.
    pub followers: String,
    /// The byline.
    pub author: String,
}

impl SourceView {
    /// Shows a post's source.
    pub fn of(words: Words, post: &Post) -> SourceView {
        SourceView {
            author: post.author.clone().unwrap_or_default(),
            ..SourceView::of_source(words, &post.platform, &post.source)
        }
    }

    /// Shows a source.
    pub fn of_source(words: Words, platform: &domain::Platform, source: &Source) -> SourceView {
        let name = source.display_name().to_owned();
        let handle = if source.handle.is_empty() || source.handle == name {
            String::new()
        } else {
            format!("@{}", source.handle)
        };
        let tier = source.tier.map(|t| words.say(&format!("tier-{}", t.as_str())).into_owned());
        let followers = source.followers.map(|n| words.n("followers", n).into_owned());
        SourceView {
            id: SourceId::of(platform, &source.key).to_string(),
            name,
            handle,
            tier: tier.unwrap_or_default(),
            followers: followers.unwrap_or_default(),
            author: String::new(),
        }
    }
}

/// A mention in a list.
#[derive(Clone, Debug, Template)]
#[template(path = "mention-row.html")]
pub struct MentionView {
    /// The reader's words.
    pub w: Words,
    /// Its number.
    pub number: i64,
    /// The post's identity: what several watches found stands once.
    pub post: String,
    /// The watch's number.
    pub watch: i64,
    /// The watch's name.
    pub watch_name: String,
    /// Other watches that found the same post.
    pub also: Vec<Also>,
    /// The tone.
    pub tone: ToneView,
    /// Its kinds: name for addresses, word, and how often it is right.
    pub kinds: Vec<KindView>,
    /// Who speaks.
    pub source: SourceView,
    /// The platform's name for people.
    pub platform_name: String,
    /// The channel's name for people.
    pub channel: String,
    /// The site, where it says more than the platform.
    pub site: String,
    /// The language of the text, for readers aloud; empty when unknown.
    pub lang: String,
    /// Published.
    pub when: When,
    /// From published to matched.
    pub known_after: String,
    /// The headline.
    pub title: Vec<Piece>,
    /// The text.
    pub body: Vec<Piece>,
    /// Why it matched.
    pub why: String,
    /// Reply, repost or quote, in words.
    pub relation: String,
    /// Versions kept; 1 when it was never edited.
    pub versions: u32,
    /// The post itself.
    pub url: Option<String>,
    /// Its story where others are in it too: number and name.
    pub story: Option<(i64, String)>,
    /// Its text was there before.
    pub copy: bool,
    /// The mention where it was, if it can be shown.
    pub original: Option<i64>,
}

impl askama::filters::HtmlSafe for MentionView {}

impl MentionView {
    /// Shows a mention.
    pub fn of(clock: &Clock, row: &MentionRow) -> MentionView {
        MentionView::cut(clock, row, EXCERPT)
    }

    /// Shows mentions as a list in which each post stands once, with the marks and the names of
    /// all watches that found it.
    pub fn list(clock: &Clock, rows: &[MentionRow]) -> Vec<MentionView> {
        fold(rows, |row| Some(row.post.id()))
            .into_iter()
            .map(|same| MentionView::united(clock, &same, EXCERPT))
            .collect()
    }

    /// Shows mentions of one post as one.
    fn united(clock: &Clock, same: &[&MentionRow], excerpt: usize) -> MentionView {
        let mut row = same[0].clone();
        for other in &same[1..] {
            row.spans.extend_from_slice(&other.spans);
            if !other.why.is_empty() && !row.why.split(" · ").any(|why| why == other.why) {
                let between = if row.why.is_empty() { "" } else { " · " };
                row.why = format!("{}{between}{}", row.why, other.why);
            }
        }
        row.spans.sort_by_key(|span| (span.start, span.end));
        let also = |m: &&MentionRow| Also {
            number: m.number,
            id: String::new(),
            watch: m.watch.0,
            name: m.watch_name.clone(),
        };
        let also = same[1..].iter().map(also).collect();
        MentionView { also, ..MentionView::cut(clock, &row, excerpt) }
    }

    fn cut(clock: &Clock, row: &MentionRow, excerpt: usize) -> MentionView {
        let (words, post) = (clock.words, &row.post);
        let after = |at: domain::Time| clock.took(at.since(post.published));
        let (text, part) = match (post.body.is_empty(), lead_hit(row)) {
            (false, false) => (&post.body, Part::Body),
            _ => (&post.lead, Part::Lead),
        };
        let site = post.site();
        let relation = post.relation.as_ref().map(|r| relation_key(r.kind));
        MentionView {
            w: words,
            number: row.number,
            post: post.id().to_string(),
            watch: row.watch.0,
            watch_name: row.watch_name.clone(),
            also: Vec::new(),
            tone: ToneView::of_mention(words, row),
            kinds: kinds_shown(words, row),
            source: SourceView::of(words, post),
            platform_name: words.or("platform", post.platform.as_str()).into_owned(),
            channel: words.say(&format!("channel-{}", post.channel.as_str())).into_owned(),
            site: if post.platform == domain::Platform::WEB {
                site.to_owned()
            } else {
                String::new()
            },
            lang: post.lang.clone().unwrap_or_default(),
            when: clock.when(post.published),
            known_after: after(row.matched),
            title: pieces(&post.title, &row.spans, Part::Title, 240),
            body: pieces(text, &row.spans, part, excerpt),
            why: row.why.clone(),
            relation: relation.map(|key| words.say(key).into_owned()).unwrap_or_default(),
            versions: row.versions,
            url: link(&post.url),
            story: story(words, row.story.as_ref()),
            copy: row.copy,
            original: row.original,
        }
    }
}

/// A story's number and name.
fn story(words: Words, story: Option<&(StoryId, Option<String>)>) -> Option<(i64, String)> {
    let (id, name) = story?;
    let name = name.clone().unwrap_or_else(|| words.n("story-number", id.0).into_owned());
    Some((id.0, name))
}

/// Puts rows of the same key together where the first of them stands; rows without a key stay
/// alone.
fn fold<T, K: PartialEq>(rows: &[T], key: impl Fn(&T) -> Option<K>) -> Vec<Vec<&T>> {
    let mut folded: Vec<(Option<K>, Vec<&T>)> = Vec::new();
    for row in rows {
        let key = key(row);
        match folded.iter_mut().find(|(k, _)| key.is_some() && *k == key) {
            Some((_, same)) => same.push(row),
            None => folded.push((key, vec![row])),
        }
    }
    folded.into_iter().map(|(_, same)| same).collect()
}

/// The locale key of a relation.
pub fn relation_key(kind: domain::RelationKind) -> &'static str {
    match kind {
        domain::RelationKind::Reply => "relation-reply",
        domain::RelationKind::Repost => "relation-repost",
        domain::RelationKind::Quote => "relation-quote",
    }
}

/// The words stand in the lead and nowhere in the text: show the lead.
fn lead_hit(row: &MentionRow) -> bool {
    let in_part = |part| row.spans.iter().any(|s| s.part == part);
    in_part(Part::Lead) && !in_part(Part::Body)
}

/// An alert in a list.
#[derive(Clone, Debug, Template)]
#[template(path = "alert-row.html")]
pub struct AlertView {
    /// The reader's words.
    pub w: Words,
    /// The proof for its form; empty where nothing can be sent.
    pub proof: String,
    /// Its number.
    pub number: i64,
    /// Its identity.
    pub id: String,
    /// `mention`, `negative`, `rise`.
    pub reason: &'static str,
    /// The sign of the reason.
    pub sign: &'static str,
    /// What happened.
    pub headline: String,
    /// The watch's number.
    pub watch: i64,
    /// The watch's name.
    pub watch_name: String,
    /// Alerts of other watches about the same post, for the same reason.
    pub also: Vec<Also>,
    /// When it was raised.
    pub raised: When,
    /// What it speaks of.
    pub mention: Option<MentionView>,
    /// For a crossing: its story.
    pub story: Option<i64>,
    /// For a crossing: through whom; empty where that post is gone.
    pub through: String,
    /// Who acknowledged it, and when, in words.
    pub acknowledged: Option<String>,
}

impl askama::filters::HtmlSafe for AlertView {}

impl AlertView {
    /// Shows alerts as a list in which each post stands once for each reason.
    pub fn list(clock: &Clock, rows: &[AlertRow], proof: &str) -> Vec<AlertView> {
        let key = |row: &AlertRow| Some((row.mention.as_ref()?.post.id(), row.reason));
        fold(rows, key).into_iter().map(|same| AlertView::united(clock, &same, proof)).collect()
    }

    fn united(clock: &Clock, same: &[&AlertRow], proof: &str) -> AlertView {
        let (row, words) = (same[0], clock.words);
        let mentions: Vec<&MentionRow> = same.iter().filter_map(|a| a.mention.as_ref()).collect();
        let also = |a: &&AlertRow| Also {
            number: a.number,
            id: a.id.to_string(),
            watch: a.watch.0,
            name: a.watch_name.clone(),
        };
        AlertView {
            w: words,
            proof: proof.to_owned(),
            number: row.number,
            id: row.id.to_string(),
            reason: row.reason.as_str(),
            sign: match row.reason {
                AlertReason::Mention => "●",
                AlertReason::Negative => "▼",
                AlertReason::Rise => "↗",
                AlertReason::Dip => "↘",
                AlertReason::Crossing => "⇈",
            },
            headline: headline(words, row),
            watch: row.watch.0,
            watch_name: row.watch_name.clone(),
            also: same[1..].iter().map(also).collect(),
            raised: clock.when(row.raised),
            story: row.story.map(|story| story.0),
            through: match (row.story, mentions.first()) {
                (Some(_), Some(first)) => {
                    words.name("alert-through", first.post.source.display_name()).into_owned()
                }
                _ => String::new(),
            },
            mention: (!mentions.is_empty()).then(|| MentionView::united(clock, &mentions, BRIEF)),
            acknowledged: row.acknowledged.as_ref().map(|(who, at)| {
                let mut args = FluentArgs::new();
                args.set("name", who.clone());
                args.set("age", clock.age(*at));
                words.with("alert-acknowledged", Some(&args)).into_owned()
            }),
        }
    }
}

fn headline(words: Words, row: &AlertRow) -> String {
    if let Some(rise) = row.rise {
        let mut args = FluentArgs::new();
        args.set("n", rise.seen);
        args.set("expected", words.decimal(rise.expected));
        let key = match row.reason {
            AlertReason::Dip => "alert-dip",
            _ if rise.expected > 0.0 => "alert-rise",
            _ => "alert-rise-new",
        };
        return words.with(key, Some(&args)).into_owned();
    }
    words.say(&format!("alert-{}", row.reason.as_str())).into_owned()
}
