//! The meaning of a query, spelled out as simply as it can be from what is said of every node: no
//! index, no numbers for words. What the matcher says must be the same.

use domain::{Channel, MediaKind, Part, Post, RelationKind, Tier};
use query::{Bound, Facts, FieldName, Node, NumberField, Property, Slot};
use text::words::{Kind, Words};

struct Word {
    keys: Vec<String>,
    /// The word itself, where it may be inflected or compound.
    word: Option<String>,
    sentence: u32,
    paragraph: u32,
    /// Words stand one after another only within a run: a part, a tag beside the text, a value.
    run: usize,
    part: Option<Part>,
    start: usize,
    end: usize,
}

/// A post as somebody would read it who has all the time in the world.
pub struct Said<'p> {
    post: &'p Post,
    facts: Facts,
    text: Vec<Word>,
    fields: Vec<(FieldName, Vec<Word>)>,
}

/// First and last word.
type Place = (usize, usize);

/// The words that a part of a query looks at, and the sign that keys have before them.
#[derive(Clone)]
struct View<'a> {
    words: Vec<&'a Word>,
    sign: &'static str,
    values: Option<FieldName>,
}

/// Whether a query holds for a post.
pub fn holds(node: &Node, post: &Post, facts: &Facts) -> bool {
    Said::of(post, facts).matches(node)
}

fn list(words: &Words, run: usize, part: Option<Part>) -> Vec<Word> {
    let all = words.tokens().iter().map(|token| Word {
        keys: words.keys(token).map(str::to_owned).collect(),
        word: matches!(token.kind, Kind::Word | Kind::Hashtag)
            .then(|| words.word(token).to_owned()),
        sentence: token.sentence + run as u32 * 1_000_000,
        paragraph: token.paragraph + run as u32 * 1_000_000,
        run,
        part,
        start: token.start as usize,
        end: token.end as usize,
    });
    all.collect()
}

fn words(text: &str) -> Words {
    let mut words = Words::new();
    words.push(text);
    words
}

fn address(text: &str) -> Words {
    let mut words = Words::new();
    words.push_address(text);
    words
}

impl<'p> Said<'p> {
    pub fn of(post: &'p Post, facts: &Facts) -> Said<'p> {
        let mut text = Vec::new();
        let parts =
            [(Part::Title, &post.title), (Part::Lead, &post.lead), (Part::Body, &post.body)];
        for (run, (part, of)) in parts.into_iter().enumerate() {
            text.extend(list(&words(of), run, Some(part)));
        }
        let mut run = 3;
        for (sign, names) in [('#', &post.hashtags), ('@', &post.mentions)] {
            for name in names {
                let sought = format!("{sign}{name}").to_lowercase();
                if !text.iter().any(|word| word.keys[0] == sought) {
                    text.extend(list(&words(&format!("{sign}{name}")), run, None));
                    run += 1;
                }
            }
        }
        let mut fields = Vec::new();
        let mut add = |name, words: Words| {
            fields.push((name, list(&words, run, None)));
            run += 1;
        };
        let source = &post.source;
        add(FieldName::Author, words(post.author.as_deref().unwrap_or_default()));
        for name in [FieldName::Author, FieldName::Source] {
            add(name, words(&source.name));
            if !source.handle.is_empty() {
                add(name, words(&format!("@{}", source.handle)));
                add(name, address(&source.handle));
            }
        }
        add(FieldName::Source, address(&source.key));
        add(FieldName::Url, address(&post.url));
        post.links.iter().for_each(|link| add(FieldName::Link, address(link)));
        Said { post, facts: facts.clone(), text, fields }
    }

    pub fn matches(&self, node: &Node) -> bool {
        let view = View { words: self.text.iter().collect(), sign: "", values: None };
        self.says(node, &view).unwrap_or(false)
    }

    /// `None`: it can neither hold nor fail.
    fn says(&self, node: &Node, view: &View<'_>) -> Option<bool> {
        let each = |all: &[Node]| -> Option<Vec<bool>> {
            let said: Vec<bool> = all.iter().filter_map(|n| self.says(n, view)).collect();
            (!said.is_empty()).then_some(said)
        };
        Some(match node {
            Node::And(all) => each(all)?.into_iter().all(|holds| holds),
            Node::Or(all) => each(all)?.into_iter().any(|holds| holds),
            Node::AtLeast { n, of } => {
                let said = each(of)?;
                said.iter().filter(|holds| **holds).count() >= (*n as usize).min(said.len())
            }
            Node::Not(inner) => !self.says(inner, view)?,
            Node::MinCount { n, expr } => self.places(expr, view).len() >= *n as usize,
            Node::Highlight { expr, .. } => self.says(expr, view)?,
            Node::Saved { of, .. } => match of {
                Some(of) => self.says(of, view)?,
                None => false,
            },
            Node::NotEvaluable(_) => return None,
            Node::Is(property) => self.is(*property),
            Node::Range { field, lo, hi } => self.number(*field).is_some_and(|number| {
                (match *lo {
                    Bound::Open => true,
                    Bound::Incl(lo) => lo <= number,
                    Bound::Excl(lo) => lo < number,
                }) && match *hi {
                    Bound::Open => true,
                    Bound::Incl(hi) => number <= hi,
                    Bound::Excl(hi) => number < hi,
                }
            }),
            Node::Value(value) => self.values(view.values?).contains(value),
            Node::Field { name, expr } => self.says(expr, &self.view(*name))?,
            other => !self.places(other, view).is_empty(),
        })
    }

    fn view(&self, field: FieldName) -> View<'_> {
        let part = |part| self.text.iter().filter(|w| w.part == Some(part)).collect();
        let own = || {
            let runs = self.fields.iter().filter(|(name, _)| *name == field);
            runs.flat_map(|(_, words)| words).collect()
        };
        let (words, sign) = match field {
            FieldName::Title => (part(Part::Title), ""),
            FieldName::Lead => (part(Part::Lead), ""),
            FieldName::Body => (part(Part::Body), ""),
            FieldName::Hashtag => (self.text.iter().collect(), "#"),
            FieldName::Mention => (self.text.iter().collect(), "@"),
            _ => (own(), ""),
        };
        View { words, sign, values: Some(field) }
    }

    fn values(&self, field: FieldName) -> Vec<String> {
        let post = self.post;
        match field {
            FieldName::Lang => self.lang().into_iter().collect(),
            FieldName::Country => post.source.country.iter().map(|c| c.to_lowercase()).collect(),
            FieldName::Channel => vec![post.channel.as_str().to_owned()],
            FieldName::Platform => vec![post.platform.as_str().to_owned()],
            FieldName::Tier => post.source.tier.iter().map(|t| t.as_str().to_owned()).collect(),
            FieldName::Id => vec![post.native_id.clone(), post.id().to_string()],
            FieldName::Site => {
                let host = post.site().to_lowercase();
                let labels: Vec<&str> = host.split('.').collect();
                (0..labels.len()).map(|from| labels[from..].join(".")).collect()
            }
            FieldName::Community => {
                let url = post.url.to_lowercase();
                let rest = url.split("://").last().unwrap_or_default().to_owned();
                let steps: Vec<&str> = rest.split(['/', '?', '#']).collect();
                let groups = ["r", "c", "m", "group", "groups", "forum", "forums"];
                let at = steps.iter().skip(1).position(|step| groups.contains(step));
                let group = at.and_then(|at| steps.get(at + 2)).filter(|name| !name.is_empty());
                let has_server =
                    [Channel::Forum, Channel::Social, Channel::Microblog].contains(&post.channel);
                let server = steps.first().filter(|_| has_server);
                group.into_iter().chain(server).map(|s| (*s).to_owned()).collect()
            }
            FieldName::Tag => self.facts.tags.iter().map(|t| text::words::fold(t)).collect(),
            FieldName::Sentiment => {
                self.sentiment().map(|s| s.tone.as_str().to_owned()).into_iter().collect()
            }
            _ => vec![],
        }
    }

    fn lang(&self) -> Option<String> {
        Some(self.post.lang.as_ref()?.split(['-', '_']).next()?.to_lowercase())
    }

    fn whole(&self) -> String {
        let mut whole = String::new();
        for part in [&self.post.title, &self.post.lead, &self.post.body] {
            if !whole.is_empty() && !part.is_empty() {
                whole.push_str("\n\n");
            }
            whole.push_str(part);
        }
        whole
    }

    fn sentiment(&self) -> Option<domain::Sentiment> {
        text::sentiment::judge(&self.whole(), self.post.lang.as_deref())
    }

    fn number(&self, field: NumberField) -> Option<i64> {
        let post = self.post;
        let followers = post.source.followers;
        let counts = post.engagement;
        let whole = |n: u128| i64::try_from(n * 1_000).unwrap_or(i64::MAX);
        match field {
            NumberField::Reach => counts.views.or(followers).map(|n| whole(n.into())),
            NumberField::Followers => followers.map(|n| whole(n.into())),
            NumberField::Relevance => self.facts.relevance.map(|n| whole(n.into())),
            NumberField::Rating => self.facts.rating.map(|n| whole(n.into())),
            NumberField::Engagement => {
                let known = [counts.likes, counts.reposts, counts.replies];
                let known: Vec<u128> = known.into_iter().flatten().map(u128::from).collect();
                (!known.is_empty()).then(|| whole(known.iter().sum()))
            }
            NumberField::Sentiment => {
                self.sentiment()?;
                let [negative, _, positive] = text::sentiment::shares(&self.whole())?;
                Some(((positive - negative) * 1_000.0).round() as i64)
            }
            NumberField::Published => Some(post.published.0),
            NumberField::MinuteOfDay => {
                let day = 24 * 60 * 60 * 1_000;
                Some(((post.published.0 % day + day) % day) / 60_000 * 1_000)
            }
        }
    }

    fn is(&self, property: Property) -> bool {
        let post = self.post;
        let relates = |kind| post.relation.as_ref().is_some_and(|r| r.kind == kind);
        match property {
            Property::Reply => relates(RelationKind::Reply),
            Property::Repost => relates(RelationKind::Repost),
            Property::Quote => relates(RelationKind::Quote),
            Property::Verified => post.source.verified.unwrap_or(false),
            Property::Own => post.channel == Channel::Own || post.source.tier == Some(Tier::Own),
            Property::Image => post.media.iter().any(|m| m.kind == MediaKind::Image),
            Property::Video => post.media.iter().any(|m| m.kind == MediaKind::Video),
            Property::Link => !post.links.is_empty(),
            Property::Comment => relates(RelationKind::Reply) && post.channel != Channel::Microblog,
            // A mark behind something said; those in addresses ask nothing.
            Property::Question => [&post.title, &post.lead, &post.body].iter().any(|part| {
                let said: Vec<&str> =
                    part.split_whitespace().filter(|chunk| !chunk.contains("://")).collect();
                said.concat().chars().skip(1).any(|c| "?？؟⁇⁈".contains(c))
            }),
            Property::Reviewed => self.facts.reviewed,
            Property::Deleted => self.facts.deleted,
        }
    }

    /// Where a node stands among the words of a view, each place once.
    fn places(&self, node: &Node, view: &View<'_>) -> Vec<Place> {
        let words = &view.words;
        let single = |fits: &dyn Fn(&Word) -> bool| -> Vec<Place> {
            (0..words.len()).filter(|at| fits(words[*at])).map(|at| (at, at)).collect()
        };
        let mut places = match node {
            Node::Term(word) => single(&|w| view.fits(&Slot::Word(word.clone()), w)),
            Node::Prefix(start) => single(&|w| view.fits(&Slot::Prefix(start.clone()), w)),
            Node::Wildcard(pattern) => {
                let pattern: Vec<char> = pattern.chars().collect();
                single(&|w| {
                    w.keys.iter().any(|k| wild(&pattern, &k.chars().collect::<Vec<char>>()))
                })
            }
            Node::Fuzzy { word, edits } => single(&|w| {
                w.keys.iter().any(|key| edits_between(word, key) <= usize::from(*edits))
            }),
            Node::Regex(expression) => {
                let regex = regex::RegexBuilder::new(&format!(r"\A(?:{expression})\z"))
                    .case_insensitive(true)
                    .build()
                    .unwrap();
                single(&|w| w.keys.iter().any(|key| regex.is_match(key)))
            }
            Node::Stem(word) => single(&|w| w.word.as_ref().is_some_and(|w| self.akin(w, word))),
            Node::CompoundPart(word) => {
                let stem = text::stem::stem(word, "de");
                single(&|w| {
                    let parts = w.word.as_deref().map(text::compound::parts).unwrap_or_default();
                    w.keys.contains(word)
                        || parts.iter().any(|part| text::stem::stem(part, "de") == stem)
                })
            }
            Node::Phrase(slots) => view.phrase(slots),
            Node::Raw(raw) => self.raw(raw, view),
            Node::Window { gap, words: asked } => {
                let wide = asked.len() + *gap as usize;
                let room = |first: usize, last: usize| last - first < wide;
                view.arrangements(asked, &|at| {
                    room(*at.iter().min()?, *at.iter().max()?).then_some(())
                })
            }
            Node::Slop { slop, words: asked } => view.arrangements(asked, &|at| {
                let begins = || at.iter().enumerate().map(|(i, at)| *at as i64 - i as i64);
                (begins().max()? - begins().min()? <= i64::from(*slop)).then_some(())
            }),
            Node::Starts(inner) => {
                let is_first = |at: usize| at == 0 || words[at - 1].run != words[at].run;
                let inner = self.places(inner, view);
                inner.into_iter().filter(|(first, _)| is_first(*first)).collect()
            }
            Node::Ends(inner) => {
                let is_last =
                    |at: usize| words.get(at + 1).is_none_or(|next| next.run != words[at].run);
                let inner = self.places(inner, view);
                inner.into_iter().filter(|(_, last)| is_last(*last)).collect()
            }
            Node::Highlight { expr, .. } | Node::Saved { of: Some(expr), .. } => {
                self.places(expr, view)
            }
            Node::Saved { of: None, .. } => vec![],
            Node::Or(all) => all.iter().flat_map(|n| self.places(n, view)).collect(),
            Node::And(all) => {
                let each: Vec<Vec<Place>> = all.iter().map(|n| self.places(n, view)).collect();
                if each.iter().any(Vec::is_empty) { vec![] } else { each.concat() }
            }
            Node::Near { gap, ordered, a, b } => self.pairs(a, b, view, *ordered, |x, y| {
                words[x.1].run == words[y.0].run && y.0 - x.1 - 1 <= *gap as usize
            }),
            Node::SameSentence { ordered, a, b } => {
                self.pairs(a, b, view, *ordered, |x, y| words[x.0].sentence == words[y.1].sentence)
            }
            Node::SameParagraph { ordered, a, b } => self
                .pairs(a, b, view, *ordered, |x, y| words[x.0].paragraph == words[y.1].paragraph),
            Node::NotNear { gap, a, b } => {
                let close = |x: Place, y: Place| {
                    words[x.0].run == words[y.0].run
                        && x.0 <= y.1 + 1 + *gap as usize
                        && y.0 <= x.1 + 1 + *gap as usize
                };
                let beside: Vec<Vec<Place>> =
                    branches(b).iter().map(|b| self.places(b, view)).collect();
                let free =
                    |x: &Place| !beside.iter().all(|side| side.iter().any(|y| close(*x, *y)));
                let each: Vec<Vec<Place>> = branches(a)
                    .iter()
                    .map(|a| self.places(a, view).into_iter().filter(free).collect())
                    .collect();
                if each.iter().any(Vec::is_empty) { vec![] } else { each.concat() }
            }
            other => panic!("{other} has no place"),
        };
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Whether two words are forms of one: in the post's language, or in any where it has none.
    fn akin(&self, a: &str, b: &str) -> bool {
        let lang = self.lang();
        let mut langs = text::stem::LANGUAGES.iter();
        a == b
            || langs.any(|known| {
                lang.as_ref().is_none_or(|lang| lang == known)
                    && text::stem::stem(a, known) == text::stem::stem(b, known)
            })
    }

    /// Exactly these characters, not in the middle of a word, where their words are words.
    fn raw(&self, raw: &str, view: &View<'_>) -> Vec<Place> {
        let own = words(raw);
        let tokens = own.tokens();
        let slots: Vec<Slot> = tokens.iter().map(|t| Slot::Word(own.lower(t).to_owned())).collect();
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return vec![] };
        let before = first.start as usize;
        let after = raw.len() - last.end as usize;
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let stands = |(first, last): &Place| {
            let (first, last) = (view.words[*first], view.words[*last]);
            let text = match first.part {
                Some(Part::Title) => &self.post.title,
                Some(Part::Lead) => &self.post.lead,
                Some(Part::Body) => &self.post.body,
                None => return false,
            };
            (0..text.len()).any(|at| {
                let Some(rest) = text.get(at..) else { return false };
                let within = at + before >= first.start && at + raw.len() <= last.end + after;
                within
                    && rest.starts_with(raw)
                    && !(joins(raw.chars().next()) && joins(text[..at].chars().next_back()))
                    && !(joins(raw.chars().next_back()) && joins(rest[raw.len()..].chars().next()))
            })
        };
        view.phrase(&slots).into_iter().filter(stands).collect()
    }

    fn pairs(
        &self,
        a: &Node,
        b: &Node,
        view: &View<'_>,
        ordered: bool,
        close: impl Fn(Place, Place) -> bool,
    ) -> Vec<Place> {
        let mut all = Vec::new();
        for a in branches(a) {
            for b in branches(b) {
                let mut some = Vec::new();
                let others = self.places(b, view);
                for x in self.places(a, view) {
                    for &y in &others {
                        if x.1 < y.0 && close(x, y) {
                            some.push((x.0, y.1));
                        }
                        if !ordered && y.1 < x.0 && close(y, x) {
                            some.push((y.0, x.1));
                        }
                    }
                }
                if some.is_empty() {
                    return some;
                }
                all.extend(some);
            }
        }
        all
    }
}

impl View<'_> {
    fn fits(&self, slot: &Slot, word: &Word) -> bool {
        match slot {
            Slot::Word(key) => word.keys.contains(&format!("{}{key}", self.sign)),
            Slot::Prefix(start) => {
                let start = format!("{}{start}", self.sign);
                word.keys.iter().any(|key| key.starts_with(&start))
            }
            Slot::Gap => true,
        }
    }

    fn phrase(&self, slots: &[Slot]) -> Vec<Place> {
        let places = self.words.windows(slots.len()).enumerate().filter(|(_, words)| {
            words.iter().all(|word| word.run == words[0].run)
                && slots.iter().zip(*words).all(|(slot, word)| self.fits(slot, word))
        });
        places.map(|(first, _)| (first, first + slots.len() - 1)).collect()
    }

    /// Every way to give each slot a word of its own in one run that is `good`.
    fn arrangements(&self, slots: &[Slot], good: &dyn Fn(&[usize]) -> Option<()>) -> Vec<Place> {
        let mut ways: Vec<Vec<usize>> = vec![vec![]];
        for slot in slots {
            let mut longer = Vec::new();
            for way in &ways {
                for (at, word) in self.words.iter().enumerate() {
                    let same = way.first().is_none_or(|first| self.words[*first].run == word.run);
                    if same && !way.contains(&at) && self.fits(slot, word) {
                        longer.push([&way[..], &[at]].concat());
                    }
                }
            }
            ways = longer;
        }
        let place = |way: &Vec<usize>| Some((*way.iter().min()?, *way.iter().max()?));
        ways.iter().filter(|way| good(way).is_some()).filter_map(place).collect()
    }
}

fn wild(pattern: &[char], word: &[char]) -> bool {
    match (pattern.split_first(), word.split_first()) {
        (None, rest) => rest.is_none(),
        (Some(('*', after)), _) => (0..=word.len()).any(|skip| wild(after, &word[skip..])),
        (Some((sign, after)), Some((letter, rest))) => {
            (*sign == '?' || sign == letter) && wild(after, rest)
        }
        (Some(_), None) => false,
    }
}

/// Letters put in, left out, changed, or two neighbours swapped; no stretch edited twice.
fn edits_between(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            let mut ways = Vec::new();
            if i == 0 && j == 0 {
                ways.push(0);
            }
            if i > 0 {
                ways.push(table[i - 1][j] + 1);
            }
            if j > 0 {
                ways.push(table[i][j - 1] + 1);
            }
            if i > 0 && j > 0 {
                ways.push(table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]));
            }
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                ways.push(table[i - 2][j - 2] + 1);
            }
            table[i][j] = ways.into_iter().min().unwrap();
        }
    }
    table[a.len()][b.len()]
}

fn branches(node: &Node) -> Vec<&Node> {
    match node {
        Node::And(all) => all.iter().collect(),
        Node::Highlight { expr, .. } | Node::Saved { of: Some(expr), .. } => branches(expr),
        other => vec![other],
    }
}
