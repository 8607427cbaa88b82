//! A post, tokenised once.

use std::sync::OnceLock;

use domain::{Channel, MediaKind, Part, Post, RelationKind, Sentiment, Span, Tier};
use text::words::{Kind, Token, Words};

use crate::ast::Bound;
use crate::code::Fact;
use crate::fields::{FieldName, NumberField, Property};

/// A post as the matcher sees it: tokenised once, whatever the number of watches.
///
/// Its words are those of title, lead and body, then hashtags and names it addresses that the
/// platform tells apart from the text. Words without a field are looked for in all of these, never
/// in addresses. Fields of their own (`author:`, `url:` …) are tokenised when a query first asks.
#[derive(Debug)]
pub struct Document<'p> {
    post: &'p Post,
    words: Words,
    /// How many tokens there are up to the end of title, lead and body.
    ends: [u32; 3],
    fields: OnceLock<Fields>,
    facts: Facts,
    sentiment: OnceLock<Option<Sentiment>>,
}

/// What the house knows of a post beside the post itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The relevance of its source, 0 to 100.
    pub relevance: Option<u8>,
    /// The stars it gives, 0 to 5.
    pub rating: Option<u8>,
    /// What people tagged it with.
    pub tags: Vec<String>,
    /// A person has looked at it.
    pub reviewed: bool,
    /// It was deleted where it was published.
    pub deleted: bool,
}

/// The words of the fields that are no part of the text.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub words: Words,
    /// Whose words they are and where they end; one entry a value.
    pub runs: Vec<(FieldName, u32)>,
}

impl<'p> Document<'p> {
    /// Tokenises a post.
    #[must_use]
    pub fn of(post: &'p Post) -> Document<'p> {
        Document::with(post, Facts::default())
    }

    /// Tokenises a post of which the house knows more.
    #[must_use]
    pub fn with(post: &'p Post, facts: Facts) -> Document<'p> {
        let bytes = post.title.len() + post.lead.len() + post.body.len();
        let mut words = Words::for_text(bytes);
        let mut ends = [0; 3];
        for (end, text) in ends.iter_mut().zip([&post.title, &post.lead, &post.body]) {
            words.push(text);
            *end = count(&words);
        }
        let mut document = Document {
            post,
            words,
            ends,
            fields: OnceLock::new(),
            facts,
            sentiment: OnceLock::new(),
        };
        document.add_signs(Kind::Hashtag, '#', &post.hashtags);
        document.add_signs(Kind::Mention, '@', &post.mentions);
        document
    }

    /// The post it was made of.
    #[must_use]
    pub fn post(&self) -> &'p Post {
        self.post
    }

    /// The tone of the whole post, judged when first asked for. `None`: its language is not known.
    #[must_use]
    pub fn sentiment(&self) -> Option<Sentiment> {
        *self
            .sentiment
            .get_or_init(|| text::sentiment::judge(&self.post.text(), self.post.lang.as_deref()))
    }

    /// From -1 (surely negative) to 1 (surely positive), in thousandths.
    fn score(&self) -> Option<i64> {
        self.sentiment()?;
        let [negative, _, positive] = text::sentiment::shares(&self.post.text())?;
        Some(((positive - negative) * 1_000.0).round() as i64)
    }

    /// The post's language without its region.
    pub(crate) fn lang(&self) -> Option<&'p str> {
        self.post.lang.as_deref().and_then(|lang| lang.split(['-', '_']).next())
    }

    /// The words of title, lead and body, in this order, then tags and names told beside them.
    /// A token's bytes are those of its part; see [`Document::part`].
    #[must_use]
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The part that the token with this number stands in; `None` for tags and names that stand
    /// beside the text.
    #[must_use]
    pub fn part(&self, token: usize) -> Option<Part> {
        let index = self.ends.iter().position(|end| token < *end as usize)?;
        Some([Part::Title, Part::Lead, Part::Body][index])
    }

    /// Tags or names that the platform told and the text does not show.
    fn add_signs(&mut self, kind: Kind, sign: char, names: &[String]) {
        for name in names {
            let shown = self.words.tokens().iter().any(|token| {
                token.kind == kind && {
                    let lower = self.words.lower(token);
                    lower.get(1..).is_some_and(|lower| lower.eq_ignore_ascii_case(name))
                }
            });
            if !shown {
                self.words.push(&format!("{sign}{name}"));
            }
        }
    }

    /// The text of a part.
    pub(crate) fn text(&self, part: Part) -> &'p str {
        match part {
            Part::Title => &self.post.title,
            Part::Lead => &self.post.lead,
            Part::Body => &self.post.body,
        }
    }

    /// The numbers of a part's tokens.
    pub(crate) fn range(&self, part: Part) -> (u32, u32) {
        match part {
            Part::Title => (0, self.ends[0]),
            Part::Lead => (self.ends[0], self.ends[1]),
            Part::Body => (self.ends[1], self.ends[2]),
        }
    }

    pub(crate) fn token(&self, number: u32) -> Option<&Token> {
        self.words.tokens().get(number as usize)
    }

    /// Where the tokens `first` to `last` stand in the text.
    pub(crate) fn span(&self, first: u32, last: u32) -> Option<Span> {
        let part = self.part(first as usize)?;
        let (start, end) = (self.token(first)?.start, self.token(last)?.end);
        (self.part(last as usize) == Some(part)).then_some(Span { part, start, end })
    }

    /// Whether the tokens `first` and `last` (not before it) stand in one run of words. Tokens of
    /// fields are numbered after those of the text.
    pub(crate) fn is_one_run(&self, first: u32, last: u32) -> bool {
        if first == last {
            return true;
        }
        if let Some(end) = self.ends.iter().find(|end| first < **end) {
            return last < *end;
        }
        let text = count(&self.words);
        let Some(first) = first.checked_sub(text) else { return false };
        let runs = &self.fields().runs;
        let run = runs.partition_point(|(_, end)| *end <= first);
        runs.get(run).is_some_and(|(_, end)| last - text < *end)
    }

    pub(crate) fn fields(&self) -> &Fields {
        self.fields.get_or_init(|| {
            let mut fields = Fields::default();
            let source = &self.post.source;
            for name in [FieldName::Author, FieldName::Source] {
                let byline = self.post.author.as_deref().filter(|_| name == FieldName::Author);
                fields.add(name, byline.unwrap_or_default(), Words::push);
                fields.add(name, &source.name, Words::push);
                if !source.handle.is_empty() {
                    fields.add(name, &format!("@{}", source.handle), Words::push);
                    fields.add(name, &source.handle, Words::push_address);
                }
            }
            fields.add(FieldName::Source, &source.key, Words::push_address);
            fields.add(FieldName::Url, &self.post.url, Words::push_address);
            for link in &self.post.links {
                fields.add(FieldName::Link, link, Words::push_address);
            }
            fields
        })
    }

    /// Calls `each` with every value of a field that holds whole values.
    pub(crate) fn values(&self, field: FieldName, each: &mut dyn FnMut(&str)) {
        let post = self.post;
        match field {
            FieldName::Lang => {
                self.lang().into_iter().for_each(|lang| each(&lang.to_ascii_lowercase()));
            }
            FieldName::Country => {
                post.source.country.iter().for_each(|code| each(&code.to_ascii_lowercase()));
            }
            FieldName::Channel => each(post.channel.as_str()),
            FieldName::Platform => each(post.platform.as_str()),
            FieldName::Tier => post.source.tier.iter().for_each(|tier| each(tier.as_str())),
            FieldName::Id => {
                each(&post.native_id);
                let ours = post.id().to_string();
                if ours != post.native_id {
                    each(&ours);
                }
            }
            FieldName::Site => {
                let host = post.site().to_lowercase();
                let mut rest = host.as_str();
                while !rest.is_empty() {
                    each(rest);
                    rest = rest.split_once('.').map_or("", |(_, rest)| rest);
                }
            }
            FieldName::Community => self.community(each),
            FieldName::Tag => {
                self.facts.tags.iter().for_each(|tag| each(&text::words::fold(tag)));
            }
            _ => {}
        }
    }

    /// The community a post was said in, as far as its address tells: the group of platforms that
    /// have groups (`/r/name`, `/c/name`, `/groups/name`, `/forum/name`), else the server, for
    /// forums and communities.
    fn community(&self, each: &mut dyn FnMut(&str)) {
        let url = self.post.url.to_lowercase();
        let path = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let mut parts = path.split(['/', '?', '#']);
        let server = parts.next().unwrap_or_default().to_owned();
        while let Some(part) = parts.next() {
            if matches!(part, "r" | "c" | "m" | "group" | "groups" | "forum" | "forums")
                && let Some(name) = parts.next().filter(|name| !name.is_empty())
            {
                each(name);
                break;
            }
        }
        if matches!(self.post.channel, Channel::Forum | Channel::Social | Channel::Microblog) {
            each(&server);
        }
    }

    /// A number of the post, in thousandths; times in milliseconds.
    fn number(&self, field: NumberField) -> Option<i64> {
        // What a platform tells may be beyond all measure: it stays beyond every bound.
        let thousandths = |n: u64| i64::try_from(n).unwrap_or(i64::MAX).saturating_mul(1_000);
        let post = self.post;
        match field {
            NumberField::Reach => post.engagement.views.or(post.source.followers).map(thousandths),
            NumberField::Followers => post.source.followers.map(thousandths),
            NumberField::Relevance => self.facts.relevance.map(|n| i64::from(n) * 1_000),
            NumberField::Rating => self.facts.rating.map(|n| i64::from(n) * 1_000),
            NumberField::Engagement => {
                let counts = post.engagement;
                let all = [counts.likes, counts.reposts, counts.replies];
                let known = all.iter().any(Option::is_some);
                let sum = all.iter().flatten().fold(0_u64, |sum, n| sum.saturating_add(*n));
                known.then(|| thousandths(sum))
            }
            NumberField::Sentiment => self.score(),
            NumberField::Published => Some(post.published.0),
            NumberField::MinuteOfDay => {
                Some(post.published.0.div_euclid(60_000).rem_euclid(1_440) * 1_000)
            }
        }
    }

    pub(crate) fn has_fact(&self, fact: Fact) -> bool {
        match fact {
            Fact::Tone(tone) => self.sentiment().is_some_and(|judged| judged.tone == tone),
            Fact::Range { field, lo, hi } => self.number(field).is_some_and(|number| {
                (match lo {
                    Bound::Open => true,
                    Bound::Incl(lo) => number >= lo,
                    Bound::Excl(lo) => number > lo,
                }) && (match hi {
                    Bound::Open => true,
                    Bound::Incl(hi) => number <= hi,
                    Bound::Excl(hi) => number < hi,
                })
            }),
        }
    }

    /// Whether it asks something: a question mark at the end of a word.
    fn asks(&self) -> bool {
        let parts = [&self.post.title, &self.post.lead, &self.post.body];
        parts.iter().any(|text| {
            let mut before = ' ';
            text.split_whitespace().filter(|word| !word.contains("://")).any(|word| {
                word.chars().any(|c| {
                    let last = std::mem::replace(&mut before, c);
                    matches!(c, '?' | '？' | '؟' | '⁇' | '⁈') && !last.is_whitespace()
                })
            })
        })
    }

    pub(crate) fn is(&self, property: Property) -> bool {
        let post = self.post;
        let relation = post.relation.as_ref().map(|relation| relation.kind);
        let carries = |kind| post.media.iter().any(|media| media.kind == kind);
        match property {
            Property::Reply => relation == Some(RelationKind::Reply),
            Property::Repost => relation == Some(RelationKind::Repost),
            Property::Quote => relation == Some(RelationKind::Quote),
            Property::Verified => post.source.verified == Some(true),
            Property::Own => post.channel == Channel::Own || post.source.tier == Some(Tier::Own),
            Property::Image => carries(MediaKind::Image),
            Property::Video => carries(MediaKind::Video),
            Property::Link => !post.links.is_empty(),
            Property::Comment => {
                relation == Some(RelationKind::Reply) && post.channel != Channel::Microblog
            }
            Property::Question => self.asks(),
            Property::Reviewed => self.facts.reviewed,
            Property::Deleted => self.facts.deleted,
        }
    }
}

impl Fields {
    fn add(&mut self, field: FieldName, text: &str, push: fn(&mut Words, &str)) {
        push(&mut self.words, text);
        self.runs.push((field, count(&self.words)));
    }
}

fn count(words: &Words) -> u32 {
    u32::try_from(words.tokens().len()).unwrap_or(u32::MAX)
}
