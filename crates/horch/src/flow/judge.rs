//! From what connectors hand over to what the store keeps: normalise, match, judge.

use std::ops::Range;

use domain::{
    Batch, DAY, NewMention, Observation, Platform, Post, PostId, Sentiment, SourceId, Span, Time,
    WatchId, alert_for,
};
use query::{Document, Frequencies, Match, Scratch};
use store::{Ingest, JudgedMention, JudgedPost};
use text::head::Head;

use super::heads::Heads;
use super::rules::{Rule, Rules};
use super::state::State;

/// Watches beyond these that matched the same post are not asked for their names.
const MOST_RIVALS: usize = 16;

/// Of so many posts one is counted among those observed.
const OBSERVE: u64 = 64;

/// Which mentions raise alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Those whose post is younger than this many milliseconds when it is matched.
    Younger(i64),
    /// All, whatever their age (`horch replay --tell`).
    All,
    /// None (`horch replay`).
    Nothing,
}

impl Telling {
    fn wants(self, post: &Post, now: Time) -> bool {
        match self {
            Telling::Younger(age) => now.since(post.published) < age,
            Telling::All => true,
            Telling::Nothing => false,
        }
    }
}

/// Judges batches into what one transaction stores.
pub struct Judge {
    scratch: Scratch,
    telling: Telling,
    seen: u64,
    frequencies: Frequencies,
}

impl Judge {
    /// A judge with its own scratch space.
    #[must_use]
    pub fn new(telling: Telling) -> Judge {
        Judge::with(telling, Frequencies::new())
    }

    /// A judge that goes on observing how many posts have which word.
    #[must_use]
    pub fn with(telling: Telling, frequencies: Frequencies) -> Judge {
        Judge { scratch: Scratch::default(), telling, seen: 0, frequencies }
    }

    /// Hands over what was observed since the last time: what matching cost each watch, and how
    /// many posts have which word. Call it with the rules that judged last.
    pub fn tell(&mut self, rules: &Rules, state: &State) {
        state.add_steps(rules.matcher.take_costs(&mut self.scratch));
        state.set_frequencies(self.frequencies.clone());
    }

    /// Adds a batch to what is to be stored.
    pub fn judge(&mut self, rules: &Rules, batch: Batch, now: Time, into: &mut Ingest) {
        for observation in batch.observations {
            match observation {
                Observation::Seen(post) => {
                    let judged = self.post(rules, *post, now);
                    into.posts.push(judged);
                }
                Observation::Deleted { platform, native_id } => {
                    let id = PostId::of(&platform, &native_id);
                    // Within one transaction posts are stored before deletions are carried out.
                    into.deleted.push(id);
                }
                Observation::SourceDeleted { platform, key } => {
                    into.deleted_sources.push(SourceId::of(&platform, &key));
                }
                Observation::Profile { platform, source } => {
                    into.profiles.push((platform, *source));
                }
            }
        }
        into.cursors.extend(batch.cursors);
        into.gaps.extend(batch.gaps);
    }

    fn post(&mut self, rules: &Rules, mut post: Post, now: Time) -> JudgedPost {
        normalise(&mut post);
        let document = Document::of(&post);
        if self.seen.is_multiple_of(OBSERVE) {
            self.frequencies.observe(&document);
        }
        self.seen += 1;
        let matches = rules.matcher.matches(&document, &mut self.scratch);
        if matches.is_empty() {
            return JudgedPost { post, mentions: Vec::new() };
        }
        let id = post.id();
        let tones = Tones::of(&document, &rules.heads, &matches);
        let tell = self.telling.wants(&post, now);
        let mentions = matches
            .iter()
            .enumerate()
            .filter_map(|(i, found)| {
                let Rule { version, alerts } = rules.get(found.watch)?;
                let sentiment = tones.towards(i);
                let found = found.clone();
                let mention = NewMention {
                    watch: found.watch,
                    watch_version: version,
                    spans: found.hit.spans,
                    why: found.hit.why,
                    sentiment,
                    matched: now,
                };
                let alert = if tell { alert_for(alerts, &mention, id) } else { None };
                Some(JudgedMention { mention, alert })
            })
            .collect();
        JudgedPost { post, mentions }
    }
}

/// Mends what connectors may leave open: the language, and times that cannot be.
pub fn normalise(post: &mut Post) {
    // Platforms' clocks may run ahead a little; a post is never younger than its arrival.
    post.published = post.published.min(post.received);
    if post.published.0 < -100 * 365 * DAY {
        post.published = post.received;
    }
    if post.lang.is_none() {
        post.lang = text::language::detect(&post.text()).map(|guess| guess.lang.to_owned());
    }
    if let Some(lang) = &post.lang {
        let primary = lang.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
        post.lang = (primary.len() == 2 || primary.len() == 3).then_some(primary);
    }
}

/// How a post sounds towards each of the watches that matched it.
struct Tones<'p> {
    document: &'p Document<'p>,
    heads: &'p Heads,
    matches: &'p [Match],
    text: String,
    /// Where each part begins in the text.
    starts: [usize; 3],
    judged: bool,
}

impl<'p> Tones<'p> {
    fn of(document: &'p Document<'p>, heads: &'p Heads, matches: &'p [Match]) -> Tones<'p> {
        let post = document.post();
        let text = post.text();
        let behind = |part: &str| if part.is_empty() { 0 } else { part.len() + 2 };
        let lead = behind(&post.title);
        let starts = [0, lead, lead + behind(&post.lead)];
        let judged = text::sentiment::judges(&text, post.lang.as_deref());
        Tones { document, heads, matches, text, starts, judged }
    }

    /// Where the post speaks of several watches' names, each is judged by what speaks of it.
    fn towards(&self, i: usize) -> Option<Sentiment> {
        if !self.judged {
            return None;
        }
        let judge = |text: &str, head: Option<&Head>| {
            text::sentiment::shares_by(head, text).map(|shares| text::sentiment::top(&shares))
        };
        let head = self.heads.of(self.matches[i].watch).map(|head| &**head);
        match (self.own(i), head) {
            (Some(own), head) => judge(&own, head),
            (None, Some(head)) => judge(&self.text, Some(head)),
            (None, None) => self.document.sentiment(),
        }
    }

    /// What of the text speaks of one watch's names alone, if others' are there and can be told
    /// apart.
    fn own(&self, i: usize) -> Option<String> {
        if self.matches.len() < 2 {
            return None;
        }
        let places = |found: &Match| -> Vec<Range<usize>> {
            found.hit.spans.iter().map(|span| self.place(*span)).collect()
        };
        let own = places(&self.matches[i]);
        let overlaps = |place: &Range<usize>| {
            own.iter().any(|own| own.start < place.end && place.start < own.end)
        };
        // A watch that found one of the same words speaks of the same thing.
        let others: Vec<Range<usize>> = (self.matches.iter().enumerate())
            .filter(|(other, _)| *other != i)
            .take(MOST_RIVALS)
            .map(|(_, found)| places(found))
            .filter(|places| !places.iter().any(overlaps))
            .flatten()
            .collect();
        text::target::own(&self.text, &own, &others)
    }

    fn place(&self, span: Span) -> Range<usize> {
        let start = self.starts[span.part as usize];
        start + span.start as usize..start + span.end as usize
    }
}

/// The tone of a whole post.
#[must_use]
pub fn tone(post: &Post) -> Option<domain::Sentiment> {
    Document::of(post).sentiment()
}

/// The mentions that watches find among posts already stored, those alone that `wanted` names
/// with this version.
#[must_use]
pub fn look_back(
    rules: &Rules,
    posts: &[Post],
    wanted: impl Fn(WatchId, u32) -> bool,
    now: Time,
) -> Vec<(PostId, NewMention)> {
    let mut judge = Judge::new(Telling::Nothing);
    let mut found = Vec::new();
    for post in posts {
        let judged = judge.post(rules, post.clone(), now);
        let id = judged.post.id();
        let mentions = judged.mentions.into_iter().map(|judged| judged.mention);
        found.extend(
            mentions
                .filter(|mention| wanted(mention.watch, mention.watch_version))
                .map(|mention| (id, mention)),
        );
    }
    found
}

/// The platform part of a stream's name, which is the connector's name.
#[must_use]
pub fn connector_of(stream: &str) -> &str {
    stream.split('/').next().unwrap_or(stream)
}

/// The platform that a connector of this name reads.
#[must_use]
pub fn platform_of(connector: &str) -> Platform {
    Platform::named(connector)
}
