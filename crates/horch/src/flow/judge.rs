//! From what connectors hand over to what the store keeps: normalise, match, judge.

use std::cell::OnceCell;
use std::ops::Range;

use domain::{
    Batch, DAY, Kind, Kinds, NewMention, Observation, Platform, Post, PostId, Sentiment, SourceId,
    Span, Time, WatchId, alert_for,
};
use query::{Document, Frequencies, Scratch};
use store::{Ingest, JudgedMention, JudgedPost};
use text::kinds;
use text::sentiment::{self, Care, Reading};

use super::care::Patience;
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
    /// Whether this post raises any at that time.
    #[must_use]
    pub fn wants(self, post: &Post, now: Time) -> bool {
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
    patience: Patience,
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
        Judge {
            scratch: Scratch::default(),
            telling,
            seen: 0,
            frequencies,
            patience: Patience::new(),
        }
    }

    /// Hands over what was observed since the last time: what matching cost each watch, and how
    /// many posts have which word. Call it with the rules that judged last.
    pub fn tell(&mut self, rules: &Rules, state: &State) {
        state.add_steps(rules.matcher.take_costs(&mut self.scratch));
        state.set_frequencies(self.frequencies.clone());
    }

    /// So many posts wait: in a flood each gets a quick look only.
    pub fn see(&mut self, waiting: u64) {
        self.patience.see(waiting);
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
        let found: Vec<Found<'_>> = matches
            .iter()
            .map(|found| Found { watch: found.watch, spans: &found.hit.spans })
            .collect();
        let care = self.patience.take();
        let tones = Tones::of(&post, &rules.heads, &found, care);
        let quick = tones.are_quick();
        let judged: Vec<_> = (0..found.len())
            .map(|i| {
                let kinds = tones.kinds(i);
                (tones.towards(i), kinds, tones.is_beside_the_point(i, kinds))
            })
            .collect();
        let tell = self.telling.wants(&post, now);
        let mentions = matches
            .into_iter()
            .zip(judged)
            .filter_map(|(found, (sentiment, kinds, beside))| {
                let Rule { version, alerts } = rules.get(found.watch)?;
                let mention = NewMention {
                    watch: found.watch,
                    watch_version: version,
                    spans: found.hit.spans,
                    why: found.hit.why,
                    sentiment,
                    kinds,
                    quick,
                    matched: now,
                };
                let alert = if tell && !beside { alert_for(alerts, &mention, id) } else { None };
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

/// A watch, and what it found in a post.
pub struct Found<'p> {
    /// The watch.
    pub watch: WatchId,
    /// The words that matched.
    pub spans: &'p [Span],
}

/// How a post sounds towards each of the watches that found it.
pub struct Tones<'p> {
    heads: &'p Heads,
    found: &'p [Found<'p>],
    text: String,
    /// Where each part begins in the text.
    starts: [usize; 3],
    /// `None`: it cannot be told.
    lang: Option<String>,
    care: Care,
    /// What the whole text says.
    whole: OnceCell<Option<Reading>>,
}

impl<'p> Tones<'p> {
    /// Reads a post with that care.
    #[must_use]
    pub fn of(post: &Post, heads: &'p Heads, found: &'p [Found<'p>], care: Care) -> Tones<'p> {
        let text = post.text();
        let lang = sentiment::spoken(&text, post.lang.as_deref());
        Tones { heads, found, text, starts: post.starts(), lang, care, whole: OnceCell::new() }
    }

    /// A closer look would say more.
    #[must_use]
    pub fn are_quick(&self) -> bool {
        let read =
            |care: Care| self.lang.as_deref().is_some_and(|lang| care.languages().contains(&lang));
        self.care == Care::Quick && read(Care::Close)
    }

    /// Where the post speaks of several watches' names, each is judged by what speaks of it.
    #[must_use]
    pub fn towards(&self, i: usize) -> Option<Sentiment> {
        let lang = self.lang.as_deref()?;
        let head = self.heads.of(self.found[i].watch).map(|head| &**head);
        let shares = match self.own(i) {
            Some(own) => sentiment::shares_by(self.care, head, &own, lang)?,
            None => {
                let read = || sentiment::read(self.care, &self.text, lang);
                let reading = self.whole.get_or_init(read).as_ref()?;
                head.map_or(reading.shares, |head| head.shares(reading, &self.text))
            }
        };
        Some(sentiment::top(&shares))
    }

    /// What the post is to that watch.
    #[must_use]
    pub fn kinds(&self, i: usize) -> Kinds {
        let Some(lang) = self.lang.as_deref() else { return Kinds::NONE };
        let read = || sentiment::read(self.care, &self.text, lang);
        let reading = self.whole.get_or_init(read).as_ref();
        let watch = self.found[i].watch;
        let heads = |kind: Kind| self.heads.of_kind(watch, kind).map(|head| &**head);
        kinds::by(&heads, &self.text, lang, reading)
    }

    /// Whether the post, of these kinds to that watch, is so surely off topic that it raises no
    /// alert there. A doubtful one does: one alert too many costs less than one too few.
    #[must_use]
    pub fn is_beside_the_point(&self, i: usize, kinds: Kinds) -> bool {
        let likely = || {
            let head = self.heads.of_kind(self.found[i].watch, Kind::Offtopic)?;
            let (lang, reading) = (self.lang.as_deref()?, self.whole.get()?.as_ref()?);
            Some(kinds::likely_by(head, Kind::Offtopic, &self.text, lang, reading))
        };
        kinds.has(Kind::Offtopic) && likely().is_some_and(|likely| likely >= kinds::SURELY)
    }

    /// What of the text speaks of one watch's names alone, if others' are there and can be told
    /// apart.
    fn own(&self, i: usize) -> Option<String> {
        if self.found.len() < 2 {
            return None;
        }
        let places = |found: &Found<'_>| -> Vec<Range<usize>> {
            found.spans.iter().map(|span| self.place(*span)).collect()
        };
        let own = places(&self.found[i]);
        let overlaps = |place: &Range<usize>| {
            own.iter().any(|own| own.start < place.end && place.start < own.end)
        };
        // A watch that found one of the same words speaks of the same thing.
        let others: Vec<Range<usize>> = (self.found.iter().enumerate())
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

/// The tone of a whole post, read closely, by the shipped models.
#[must_use]
pub fn tone(post: &Post) -> Option<Sentiment> {
    let text = post.text();
    let lang = sentiment::spoken(&text, post.lang.as_deref())?;
    sentiment::shares_by(Care::Close, None, &text, &lang).map(|shares| sentiment::top(&shares))
}

/// What a whole post is, read closely, by the shipped rules.
#[must_use]
pub fn kinds(post: &Post) -> Kinds {
    let text = post.text();
    let Some(lang) = sentiment::spoken(&text, post.lang.as_deref()) else { return Kinds::NONE };
    let reading = sentiment::read(Care::Close, &text, &lang);
    kinds::by(&|_| None, &text, &lang, reading.as_ref())
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
    let mut judge = Judge { patience: Patience::none(), ..Judge::new(Telling::Nothing) };
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
