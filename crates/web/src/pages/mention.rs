//! One mention with everything that is known of it.

use std::ops::Range;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use domain::alert::NEGATIVE_FROM;
use domain::{Kind, Part, Post, Sentiment, Time, Tone};
use store::MentionRow;
use text::names::{Kind as NameKind, names};
use text::sentiment::{self, Care};
use text::why::{self, Influence};

use crate::app::App;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::frame::{Frame, page};
use crate::lang::Words;
use crate::pages::learning;
use crate::show::{Changed, Clock, Piece, When, changes, link, pieces, with_reasons};
use crate::views::{MentionView, sign};
use crate::visit::Visit;

/// Versions shown at most, the newest.
const VERSIONS: usize = 20;

/// Names of a text shown at most.
const NAMES: usize = 40;

/// One of the four moments.
pub struct Moment {
    /// Its name.
    pub name: String,
    /// When, if it came.
    pub when: Option<When>,
    /// The full moment.
    pub full: String,
    /// After publication.
    pub after: String,
}

/// A fact with its name.
pub struct Fact {
    /// Its name.
    pub name: String,
    /// In words.
    pub value: String,
    /// Where it leads.
    pub link: Option<String>,
}

/// One version of the post.
pub struct Version {
    /// Counts from 1.
    pub number: usize,
    /// When it was heard.
    pub when: When,
    /// What differs from the version before; the whole text for the first.
    pub changes: Vec<Changed>,
}

#[derive(Template)]
#[template(path = "mention.html")]
struct MentionPage {
    f: Frame,
    m: MentionView,
    lead: Vec<Piece>,
    body: Vec<Piece>,
    moments: Vec<Moment>,
    facts: Vec<Fact>,
    links: Vec<Fact>,
    names: Vec<Named>,
    versions: Vec<Version>,
    watch_version: u32,
    query: String,
    others: Vec<MentionRow>,
    /// Who said how it sounds.
    said: Option<String>,
    /// The words that made the machine's judgement.
    made: Vec<String>,
    /// What is said of the tone where no person spoke.
    machine: String,
    tones: Vec<ToneChoice>,
    /// Who said what it is.
    kinds_said: Option<String>,
    kinds: Vec<KindChoice>,
    /// It is said to be off topic.
    off_topic: bool,
}

/// A kind that a person can say a mention is.
struct KindChoice {
    value: &'static str,
    word: String,
    /// What it means.
    about: String,
    on: bool,
    /// How often the machine is right about it, where it says so.
    right: Option<String>,
    /// The words that made it.
    made: Vec<String>,
}

/// A tone that a person can give a mention.
struct ToneChoice {
    value: &'static str,
    sign: &'static str,
    word: String,
    on: bool,
}

/// `GET /mentions/{number}`
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let number: i64 = number.parse().map_err(|_| Fail::NotFound)?;
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let store = app.store();
    let row = store.mention(number).await?.ok_or(Fail::NotFound)?;
    let mut f = Frame::inside(&app, &visit, "mentions", &query).await?;
    f.title = f.w.name("title-mention", row.post.source.display_name()).into_owned();
    let clock = app.clock(visit.lang);
    let mut m = MentionView::of(&clock, &row);
    let versions = store.watch_versions(row.watch).await?;
    let asked = versions.iter().find(|(version, ..)| *version == row.watch_version);
    let post = row.post.id();
    let of_post = store::MentionFilter { post: Some(post), ..Default::default() };
    let mut others = store.mentions(&of_post, store::Page::Newest, 50).await?;
    others.retain(|o| o.number != number);
    let reasons = Reasons::of(&app, &row);
    let whole = |text: &str, part| {
        with_reasons(pieces(text, &row.spans, part, usize::MAX), reasons.of_part(part))
    };
    m.title = whole(&row.post.title, Part::Title);
    let template = MentionPage {
        said: row.verdict.as_ref().map(|verdict| learning::said(&clock, verdict)),
        made: reasons.words.clone(),
        machine: machine(f.w, &row, m.tone.unsure),
        tones: tones(f.w, &row),
        kinds_said: row.kind_verdict.as_ref().map(|said| learning::kinds_said(&clock, said)),
        kinds: kind_choices(&app, f.w, &row),
        off_topic: row.kinds.has(Kind::Offtopic),
        lead: whole(&row.post.lead, Part::Lead),
        body: whole(&row.post.body, Part::Body),
        moments: moments(&clock, &row),
        facts: facts(f.w, &row),
        links: links(f.w, &row.post),
        names: named(f.w, &row.post),
        versions: compare(&clock, store.post_versions(post).await?),
        watch_version: row.watch_version,
        query: asked.map(|(_, query, _)| query.clone()).unwrap_or_default(),
        others,
        m,
        f,
    };
    let response = page(&template)?;
    if row.told.is_none() {
        app.told(&[number]).await;
    }
    Ok(response)
}

/// The words that made the machine's tone, part by part.
#[derive(Default)]
struct Reasons {
    parts: [Vec<Range<usize>>; 3],
    words: Vec<String>,
}

impl Reasons {
    /// As the judge would say today; none where a person said how the mention sounds, where the
    /// judge itself is in doubt, or has learnt otherwise since.
    fn of(app: &App, row: &MentionRow) -> Reasons {
        let mut reasons = Reasons::default();
        let sure = |told: &Sentiment| row.verdict.is_none() && told.confidence >= NEGATIVE_FROM;
        let Some(told) = row.sentiment.filter(sure) else { return reasons };
        let head = app.0.options.hooks.head(row.watch);
        let text = row.post.text();
        let Some(lang) = sentiment::spoken(&text, row.post.lang.as_deref()) else { return reasons };
        let care = if row.quick { Care::Quick } else { Care::Close };
        let judge = |text: &str| sentiment::shares_by(care, head.as_deref(), text, &lang);
        if judge(&text).is_none_or(|shares| sentiment::top(&shares).tone != told.tone) {
            return reasons;
        }
        let starts = row.post.starts();
        for Influence { range, .. } in why::influences(&text, &judge) {
            reasons.words.push(text[range.clone()].to_owned());
            // A word stands in the last part that begins before it; where an empty part begins,
            // the next one does too.
            if let Some(part) = starts.iter().rposition(|start| *start <= range.start) {
                reasons.parts[part].push(range.start - starts[part]..range.end - starts[part]);
            }
        }
        reasons.parts.iter_mut().for_each(|part| part.sort_by_key(|range| range.start));
        reasons
    }

    fn of_part(&self, part: Part) -> &[Range<usize>] {
        &self.parts[part as usize]
    }
}

fn tones(w: Words, row: &MentionRow) -> Vec<ToneChoice> {
    let said = row.verdict.as_ref().and(row.sentiment).map(|sentiment| sentiment.tone);
    Tone::ALL
        .into_iter()
        .map(|tone| ToneChoice {
            value: tone.as_str(),
            sign: sign(tone),
            word: w.say(&format!("tone-{}", tone.as_str())).into_owned(),
            on: said == Some(tone),
        })
        .collect()
}

/// Every kind; those that the machine told with the words that made them.
fn kind_choices(app: &App, w: Words, row: &MentionRow) -> Vec<KindChoice> {
    let text = row.post.text();
    let lang = sentiment::spoken(&text, row.post.lang.as_deref()).unwrap_or_default();
    let by_machine = row.kind_verdict.is_none();
    let found = if by_machine && !row.kinds.is_empty() {
        let care = if row.quick { Care::Quick } else { Care::Close };
        let reading = sentiment::read(care, &text, &lang);
        text::kinds::find(&text, &lang, reading.as_ref().map(|reading| &reading.shares))
    } else {
        Vec::new()
    };
    let learnt = |kind: Kind| app.0.options.hooks.kind_head(row.watch, kind);
    let choice = |kind: Kind| {
        let on = row.kinds.has(kind);
        let told = on && by_machine;
        let right = match text::kinds::measured(kind, &lang) {
            _ if kind.is_of_one_watch() || learnt(kind) => w.say("kind-learnt").into_owned(),
            Some((right, _)) => w.n("kind-right", u64::from(right)).into_owned(),
            None => w.say("kind-unmeasured").into_owned(),
        };
        let cues = found.iter().filter(|found| told && found.kind == kind);
        KindChoice {
            value: kind.as_str(),
            word: w.say(&format!("kind-{}", kind.as_str())).into_owned(),
            about: w.say(&format!("kind-{}-about", kind.as_str())).into_owned(),
            on,
            right: told.then_some(right),
            made: cues.flat_map(|f| &f.cues).map(|cue| text[cue.clone()].to_owned()).collect(),
        }
    };
    Kind::ALL.into_iter().map(choice).collect()
}

/// What the machine says of its judgement.
fn machine(w: Words, row: &MentionRow, unsure: bool) -> String {
    let Some(told) = row.sentiment else { return w.say("tone-unknown-why").into_owned() };
    let sure = w.percent(f64::from(told.confidence));
    let words = w.name(if unsure { "tone-why-unsure" } else { "tone-why" }, &sure);
    let haste = if row.quick { w.say("tone-quick") } else { "".into() };
    format!("{words} {haste}").trim_end().to_owned()
}

fn moments(clock: &Clock, row: &MentionRow) -> Vec<Moment> {
    let published = row.post.published;
    let moment = |name: &str, at: Option<Time>| Moment {
        name: clock.words.say(name).into_owned(),
        when: at.map(|at| clock.when(at)),
        full: at.map(|at| clock.full(at)).unwrap_or_default(),
        after: at.map(|at| clock.took(at.since(published))).unwrap_or_default(),
    };
    vec![
        moment("moment-published", Some(published)),
        moment("moment-received", Some(row.post.received)),
        moment("moment-matched", Some(row.matched)),
        moment("moment-told", row.told),
    ]
}

fn facts(w: Words, row: &MentionRow) -> Vec<Fact> {
    let (post, source) = (&row.post, &row.post.source);
    let mut facts = Vec::new();
    let mut fact = |key: &str, value: String, link: Option<String>| {
        if !value.is_empty() {
            facts.push(Fact { name: w.say(key).into_owned(), value, link });
        }
    };
    let number = |n: Option<u64>| n.map(|n| w.number(n)).unwrap_or_default();
    let yes_no = |b: Option<bool>| match b {
        Some(true) => w.say("yes").into_owned(),
        Some(false) => w.say("no").into_owned(),
        None => String::new(),
    };
    let tier = source.tier.map_or("fact-tier-unknown".into(), |t| format!("tier-{}", t.as_str()));
    fact("fact-source", source.display_name().to_owned(), link(&source.url));
    fact("fact-author", post.author.clone().unwrap_or_default(), None);
    fact("fact-key", source.key.clone(), None);
    fact("fact-tier", w.say(&tier).into_owned(), None);
    fact("fact-followers", number(source.followers), None);
    fact("fact-country", source.country.clone().unwrap_or_default(), None);
    fact("fact-verified", yes_no(source.verified), None);
    fact("fact-bot", yes_no(source.bot), None);
    fact("fact-platform", w.or("platform", post.platform.as_str()).into_owned(), None);
    fact("fact-channel", w.say(&format!("channel-{}", post.channel.as_str())).into_owned(), None);
    fact("fact-site", post.site().to_owned(), None);
    let lang = post.lang.as_deref().map(|l| w.or("lang", l).into_owned());
    fact("fact-lang", lang.unwrap_or_default(), None);
    if let Some(relation) = &post.relation {
        let key = crate::views::relation_key(relation.kind);
        fact(key, relation.to.clone(), link(&relation.to));
    }
    fact("fact-likes", number(post.engagement.likes), None);
    fact("fact-reposts", number(post.engagement.reposts), None);
    fact("fact-replies", number(post.engagement.replies), None);
    fact("fact-views", number(post.engagement.views), None);
    fact("fact-hashtags", post.hashtags.iter().map(|t| format!("#{t} ")).collect(), None);
    fact("fact-native", post.native_id.clone(), None);
    facts
}

/// A name that the text speaks of.
struct Named {
    /// As it is written.
    name: String,
    /// Of what, in words; a guess is said to be one.
    what: String,
    /// Mentions that hold it.
    link: String,
}

/// The names in a text, each once.
fn named(w: Words, post: &Post) -> Vec<Named> {
    let text = post.text();
    let mut named: Vec<Named> = Vec::new();
    for found in names(&text, post.lang.as_deref().unwrap_or_default()) {
        let name = text.get(found.range.clone()).unwrap_or_default();
        let kind = match found.kind {
            NameKind::Person => "name-person",
            NameKind::Organisation => "name-organisation",
            NameKind::Place => "name-place",
            NameKind::Product => "name-product",
            NameKind::Number => "name-number",
            // Shown where they stand, and told by the platform.
            NameKind::Account | NameKind::Topic => continue,
            NameKind::Unknown => "name-unknown",
        };
        if named.len() == NAMES || named.iter().any(|other| other.name == name) {
            continue;
        }
        let sure = found.sure || found.kind == NameKind::Unknown;
        let what = w.say(kind);
        let what = if sure { what.into_owned() } else { w.name("name-guess", &what).into_owned() };
        let words = Pairs(vec![("words".into(), name.to_owned())]).encode();
        named.push(Named { name: name.to_owned(), what, link: format!("/mentions?{words}") });
    }
    named
}

fn links(w: Words, post: &Post) -> Vec<Fact> {
    let fact = |name: String, url: &str| Fact { name, value: url.to_owned(), link: link(url) };
    let media = post.media.iter().map(|m| {
        let kind = match m.kind {
            domain::MediaKind::Image => "media-image",
            domain::MediaKind::Video => "media-video",
            domain::MediaKind::Audio => "media-audio",
        };
        let kind = w.say(kind);
        let name = if m.alt.is_empty() { kind.into_owned() } else { format!("{kind}: {}", m.alt) };
        fact(name, &m.url)
    });
    let link = w.say("fact-link");
    post.links
        .iter()
        .map(|url| fact(link.clone().into_owned(), url))
        .chain(media)
        .take(40)
        .collect()
}

fn compare(clock: &Clock, versions: Vec<(Time, Post)>) -> Vec<Version> {
    let mut before = String::new();
    let mut shown: Vec<Version> = Vec::new();
    for (i, (at, post)) in versions.iter().enumerate() {
        let now = post.text();
        let changes = match i {
            0 => vec![Changed { text: now.clone(), kind: "same" }],
            _ => changes(&before, &now),
        };
        shown.push(Version { number: i + 1, when: clock.when(*at), changes });
        before = now;
    }
    shown.reverse();
    shown.truncate(VERSIONS);
    shown
}
