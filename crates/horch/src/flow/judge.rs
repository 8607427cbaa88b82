//! From what connectors hand over to what the store keeps: normalise, match, judge.

use domain::{
    Batch, DAY, NewMention, Observation, Platform, Post, PostId, SourceId, Time, WatchId, alert_for,
};
use query::{Document, Frequencies, Scratch};
use store::{Ingest, JudgedMention, JudgedPost};

use super::rules::{Rule, Rules};
use super::state::State;

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
        let sentiment = document.sentiment();
        let tell = self.telling.wants(&post, now);
        let mentions = matches
            .into_iter()
            .filter_map(|found| {
                let Rule { version, alerts } = rules.get(found.watch)?;
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
