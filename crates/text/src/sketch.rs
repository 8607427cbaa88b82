//! Sketches: what of a post decides which story it belongs to.
//!
//! Of headline, lead and the beginning of the text: the stems of words that tell something, pairs
//! of them in a row, numbers, tags, and of words with a capital their sounds, which are the same in
//! Latin, Cyrillic and Arabic letters. Languages without a stemmer are cut to the beginning of the
//! word. What a feed puts behind a headline (`… - The Times`) is left out.

mod phrase;
mod soften;
mod sound;
mod stop;
#[cfg(test)]
mod tests;

use domain::story::{MOST_LINKS, MOST_TERMS, Passing, Sketch, Term, TermKind};
use domain::{Post, RelationKind};

use crate::copies::Print;
use crate::encoder::Embedding;
use crate::stem::stem;
use crate::words::{Kind, Token, Words};

pub use phrase::phrase;
pub use soften::{found_by, soften};

/// Languages whose meanings are read: those that the encoder learnt from, and their neighbours in
/// the same alphabets.
const ENCODED: &[&str] = &["ar", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "sl", "hr", "cs"];

/// What a word of the headline counts, in 64ths.
const HEAD: u32 = 64;
/// A word of the lead.
const LEAD: u32 = 40;
/// A word of the text, where it has a headline.
const BODY: u32 = 24;
/// So many words of the text are read.
const BODY_WORDS: usize = 120;
/// Copies are known of texts of so many words and more.
const COPY_WORDS: usize = 5;

/// The sketch of a post in a language (ISO 639-1; what the post declares, where `None`), with its
/// meaning where that was read.
#[must_use]
pub fn of(post: &Post, lang: Option<&str>, meaning: Option<&Embedding>) -> Sketch {
    let lang = lang.or(post.lang.as_deref()).unwrap_or_default();
    let mut terms = Terms { list: Vec::with_capacity(128), lang };
    let head = without_outlet(&post.title);
    let mut length = terms.read(head, HEAD, usize::MAX);
    terms.read(&post.lead, if head.is_empty() { HEAD } else { LEAD }, BODY_WORDS);
    let body = if head.is_empty() { HEAD } else { BODY };
    let words = terms.read(&post.body, body, BODY_WORDS);
    if head.is_empty() {
        length = words;
    }
    for tag in &post.hashtags {
        terms.list.push((hash(&crate::words::fold(tag)), TermKind::Tag, HEAD));
    }
    let (links, passes) = (links(post), passes(post));
    let print = Print::of(&post.text());
    Sketch {
        terms: terms.finish(),
        links,
        lang: Sketch::lang_of(lang),
        copy: if print.words() >= COPY_WORDS { print.exact() } else { 0 },
        own: own(post.platform.as_str(), &post.native_id),
        passes,
        tier: post.source.tier,
        length: length.min(255) as u8,
        meaning: meaning.filter(|_| ENCODED.contains(&lang)).map(meant),
    }
}

/// Terms being gathered: key, kind, weight.
struct Terms<'l> {
    list: Vec<(u32, TermKind, u32)>,
    lang: &'l str,
}

impl Terms<'_> {
    /// Reads at most `most` words of a text, each of this weight; how many there were.
    fn read(&mut self, text: &str, weight: u32, most: usize) -> usize {
        if text.is_empty() {
            return 0;
        }
        let mut words = Words::for_text(text.len());
        words.push(text);
        let title_case = title_case(text, &words);
        let mut last: Option<u32> = None;
        let mut sentence = u32::MAX;
        for token in words.tokens().iter().take(most) {
            let first = token.sentence != sentence;
            sentence = token.sentence;
            last = self.token(text, &words, token, weight, last, first || title_case);
        }
        words.tokens().len().min(most)
    }

    /// One word; its key, where it is one that tells something.
    fn token(
        &mut self,
        text: &str,
        words: &Words,
        token: &Token,
        weight: u32,
        last: Option<u32>,
        plain_capital: bool,
    ) -> Option<u32> {
        let word = words.word(token);
        let flat = bare(words.plain(token));
        match token.kind {
            Kind::Url | Kind::Emoji => return None,
            Kind::Hashtag | Kind::Mention | Kind::Ticker => {
                self.list.push((hash(flat), TermKind::Tag, weight));
                return Some(hash(flat));
            }
            Kind::Word => {}
        }
        if flat.bytes().any(|b| b.is_ascii_digit()) {
            self.list.push((hash(flat), TermKind::Number, weight));
            return Some(hash(flat));
        }
        if stop::is_stop(flat) || flat.len() < 2 {
            return None;
        }
        let key = hash(&root(word, self.lang));
        let capital = text
            .get(token.start as usize..)
            .and_then(|rest| rest.chars().next())
            .is_some_and(char::is_uppercase);
        let name = capital && !plain_capital;
        self.list.push((key, if name { TermKind::Name } else { TermKind::Word }, weight));
        if (capital || self.lang == "ar")
            && let Some(sound) = sound::of(flat)
        {
            self.list.push((hash(&sound), TermKind::Sound, weight));
        }
        if let Some(last) = last {
            let pair = last.rotate_left(7).wrapping_mul(0x9e37_79b1) ^ key;
            self.list.push((pair, TermKind::Pair, weight));
        }
        Some(key)
    }

    /// Each key once, the heaviest only.
    fn finish(mut self) -> Box<[Term]> {
        self.list.sort_unstable();
        let mut terms: Vec<Term> = Vec::with_capacity(self.list.len());
        for (key, kind, weight) in self.list {
            match terms.last_mut() {
                Some(term) if term.key == key => {
                    let more = u32::from(term.weight) + weight / 2;
                    term.weight = more.clamp(1, 128) as u8;
                    term.kind = term.kind.max(kind);
                }
                _ => terms.push(Term { key, kind, weight: weight.clamp(1, 128) as u8 }),
            }
        }
        if terms.len() > MOST_TERMS {
            terms.sort_by_key(|term| (std::cmp::Reverse(term.weight), term.kind, term.key));
            terms.truncate(MOST_TERMS);
            terms.sort_by_key(|term| term.key);
        }
        terms.into()
    }
}

/// The form under which a word's inflections meet, without accents: the stem where the language
/// has a stemmer, else the beginning of the word.
fn root(word: &str, lang: &str) -> String {
    if crate::stem::LANGUAGES.contains(&lang) {
        return crate::words::fold_plain(&stem(word, lang));
    }
    let plain = crate::words::fold_plain(word);
    let letters = plain.chars().count();
    let keep = match letters {
        0..=4 => letters,
        5..=6 => letters - 1,
        _ => (letters - 2).min(6),
    };
    plain.chars().take(keep).collect()
}

/// A text most of whose longer words have a capital: capitals tell no names there.
fn title_case(text: &str, words: &Words) -> bool {
    let (mut capitals, mut all) = (0, 0);
    for token in words.tokens() {
        let Some(word) = text.get(token.start as usize..token.end as usize) else { continue };
        if word.chars().count() >= 4 {
            all += 1;
            capitals += usize::from(word.starts_with(char::is_uppercase));
        }
    }
    capitals * 10 >= all * 7
}

/// A headline without the outlet's name that feeds put behind it (`… - The Times`, `… | Poli`).
fn without_outlet(title: &str) -> &str {
    let mut rest = title;
    for mark in [" | ", " - ", " – ", " — "] {
        if let Some((front, outlet)) = rest.rsplit_once(mark)
            && outlet.split_whitespace().count() <= 4
            && front.split_whitespace().count() >= 4
        {
            rest = front;
        }
    }
    rest
}

fn bare(word: &str) -> &str {
    let word = word.strip_suffix("'s").unwrap_or(word);
    let word = word.split_once('\'').filter(|(l, _)| l.len() <= 2).map_or(word, |(_, w)| w);
    word.trim_start_matches(['#', '@', '$'])
}

/// FNV-1a over a word, mixed, in 32 bits.
fn hash(word: &str) -> u32 {
    (hash64(&[word]) >> 32) as u32
}

fn hash64(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^ (hash >> 27)
}

fn own(platform: &str, native_id: &str) -> u64 {
    hash64(&[platform, native_id])
}

fn passes(post: &Post) -> Option<(Passing, u64)> {
    let relation = post.relation.as_ref()?;
    let how = match relation.kind {
        RelationKind::Repost => Passing::Repost,
        RelationKind::Quote => Passing::Quote,
        RelationKind::Reply => Passing::Reply,
    };
    Some((how, own(post.platform.as_str(), &relation.to)))
}

/// The post's own address and those it links to, without those of a whole site.
fn links(post: &Post) -> Box<[u64]> {
    let all = std::iter::once(post.url.as_str()).chain(post.links.iter().map(String::as_str));
    let mut links: Vec<u64> = all.filter_map(page).collect();
    links.truncate(MOST_LINKS);
    links.sort_unstable();
    links.dedup();
    links.into()
}

/// The hash of an address's host and path, and of what names the page in the query; `None` for a
/// site's front page.
fn page(url: &str) -> Option<u64> {
    let host = domain::host_of(url);
    let (_, rest) = url.split_once("://")?;
    let path = rest.split_once('/')?.1;
    let path = path.split('#').next().unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let named: Vec<&str> = query
        .split('&')
        .filter(|part| {
            ["id=", "v=", "p=", "story=", "article="].iter().any(|key| part.starts_with(key))
        })
        .collect();
    let path = path.trim_end_matches('/');
    if path.is_empty() && named.is_empty() {
        return None;
    }
    Some(hash64(&[host, path, &named.join("&")]))
}

/// A meaning in signed bytes, all in one scale.
fn meant(meaning: &Embedding) -> Box<[i8]> {
    meaning.0.iter().map(|value| (value * 512.0).round().clamp(-127.0, 127.0) as i8).collect()
}
