//! The everyday life around a told story: many small posts made from lines, words and a seed.

use std::collections::{HashMap, HashSet};

use domain::{DAY, HOUR, Tone};

use super::parse::{Lines, moment, tone, wrong};
use super::{Event, StoryError, Truth, What, matching, tier_of};
use crate::post::{FakePost, Place, Site, Voice};
use crate::random::Random;

/// How much is said in each hour of the day, from midnight on.
const RHYTHM: [u32; 24] =
    [6, 4, 2, 1, 1, 3, 9, 16, 18, 15, 13, 13, 18, 15, 12, 12, 14, 17, 20, 22, 24, 20, 15, 10];

const SERVERS: [&str; 2] = crate::internet::MASTODON_HOSTS;

struct Maker<'a> {
    random: Random,
    words: HashMap<&'a str, Vec<&'a str>>,
    names: HashMap<&'a str, Vec<&'a str>>,
    said: HashSet<String>,
    sites: &'a [Site],
    events: Vec<Event>,
    forum_thread: Option<String>,
}

/// A group of lines to choose from.
struct Group<'a> {
    line: usize,
    forum: bool,
    lang: &'a str,
    tone: Option<Tone>,
    from: i64,
    to: i64,
    count: usize,
    lines: Vec<&'a str>,
}

pub(super) fn around(text: &str, sites: &[Site], seed: u64) -> Result<Vec<Event>, StoryError> {
    let mut maker = Maker {
        random: Random::new(seed),
        words: HashMap::new(),
        names: HashMap::new(),
        said: HashSet::new(),
        sites,
        events: Vec::new(),
        forum_thread: None,
    };
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut section: Vec<&str> = Vec::new();
    let mut lines = Lines::new(text);
    while let Some((number, line)) = lines.next_entry() {
        if let Some(header) = line.strip_prefix("= ") {
            section = header.split_whitespace().collect();
            if let ["say" | "forum", _, lang, tone_name, from, to, count] = section[..] {
                groups.push(Group {
                    line: number,
                    forum: section[0] == "forum",
                    lang,
                    tone: tone(number, tone_name)?,
                    from: split_moment(number, from)?,
                    to: split_moment(number, to)?,
                    count: count.parse().map_err(|_| wrong(number, "the count is a number"))?,
                    lines: Vec::new(),
                });
            }
            continue;
        }
        match section[..] {
            ["words", name] => maker.words.entry(name).or_default().extend(choices(line)),
            ["names", lang] => maker.names.entry(lang).or_default().extend(choices(line)),
            ["headlines", host, lang] => maker.headline(number, host, lang, line)?,
            ["say" | "forum", ..] => match groups.last_mut() {
                Some(group) => group.lines.push(line),
                None => return Err(wrong(number, "a header has seven words")),
            },
            _ => return Err(wrong(number, "a line outside of any section")),
        }
    }
    for group in &groups {
        maker.say(group)?;
    }
    Ok(maker.events)
}

fn choices(line: &str) -> impl Iterator<Item = &str> {
    line.split('|').map(str::trim).filter(|choice| !choice.is_empty())
}

fn split_moment(number: usize, text: &str) -> Result<i64, StoryError> {
    let (day, time) = text.split_once('-').ok_or_else(|| wrong(number, "no DAY-HH:MM"))?;
    moment(number, day, time)
}

impl<'a> Maker<'a> {
    fn headline(
        &mut self,
        number: usize,
        host: &str,
        lang: &str,
        line: &str,
    ) -> Result<(), StoryError> {
        let (title, text) =
            line.split_once(" :: ").ok_or_else(|| wrong(number, "no headline :: text"))?;
        let at_ms = self.moment(0, 2 * DAY);
        let post = FakePost {
            voice: Voice::new("redaktion", "Redaktion"),
            title: title.to_owned(),
            text: text.to_owned(),
            lang: lang.to_owned(),
            ..FakePost::default()
        };
        self.push(at_ms, Place::feed(host), post, None, String::new());
        Ok(())
    }

    fn say(&mut self, group: &Group<'a>) -> Result<(), StoryError> {
        let mut left: Vec<&str> = Vec::new();
        let mut moments: Vec<i64> =
            (0..group.count).map(|_| self.moment(group.from, group.to)).collect();
        moments.sort_unstable();
        for at_ms in moments {
            // Every line is used before one is used again; no text is said twice.
            let mut text = String::new();
            for _ in 0..200 {
                if left.is_empty() {
                    left.clone_from(&group.lines);
                }
                if left.is_empty() {
                    return Err(wrong(group.line, "no line to choose from"));
                }
                let line = left.swap_remove(self.random.below(left.len()));
                text = self.filled(line);
                if self.said.insert(text.clone()) {
                    break;
                }
            }
            self.say_one(group, at_ms, text)?;
        }
        Ok(())
    }

    fn say_one(&mut self, group: &Group<'_>, at_ms: i64, text: String) -> Result<(), StoryError> {
        let names = self.names.get(group.lang).filter(|names| !names.is_empty());
        let names = names.ok_or_else(|| wrong(group.line, "nobody speaks this language"))?;
        let name = names[self.random.below(names.len())];
        let mut post = FakePost {
            voice: Voice::new(&handle(name), name),
            text,
            lang: group.lang.to_owned(),
            ..FakePost::default()
        };
        if group.forum {
            let key = format!("forum-{at_ms}-{}", self.events.len());
            if self.forum_thread.is_none() || self.random.below(5) == 0 {
                post.title = post.text.split(['.', '?', '!']).next().unwrap_or_default().to_owned();
                self.forum_thread = Some(key.clone());
            } else {
                post.reply_to.clone_from(&self.forum_thread);
            }
            self.push(at_ms, Place::HackerNews, post, group.tone, key);
            return Ok(());
        }
        let place = match self.random.below(10) {
            0..=5 => Place::Bluesky,
            6 | 7 => Place::mastodon(SERVERS[0]),
            _ => Place::mastodon(SERVERS[1]),
        };
        self.push(at_ms, place, post, group.tone, String::new());
        Ok(())
    }

    fn push(&mut self, at_ms: i64, place: Place, post: FakePost, tone: Option<Tone>, key: String) {
        let truth = Truth {
            watches: matching(&post.title, &post.text),
            tone,
            tier: tier_of(&place, self.sites),
        };
        self.events.push(Event { at_ms, place, what: What::Publish(post), truth, key });
    }

    /// A moment in a stretch, as people keep their day.
    fn moment(&mut self, from: i64, to: i64) -> i64 {
        let top = RHYTHM.iter().max().copied().unwrap_or(1) as usize;
        let span = usize::try_from(to - from).unwrap_or(0).max(1);
        loop {
            let at = from + i64::try_from(self.random.below(span)).unwrap_or(0);
            let hour = usize::try_from((at + 6 * HOUR) / HOUR % 24).unwrap_or(0);
            if self.random.below(top) < RHYTHM[hour] as usize {
                return at;
            }
        }
    }

    fn filled(&mut self, line: &str) -> String {
        let mut text = String::new();
        let mut rest = line;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            text.push_str(before);
            if let Some(words) = self.words.get(name) {
                text.push_str(words[self.random.below(words.len())]);
            }
            rest = after;
        }
        text.push_str(rest);
        let mut chars = text.chars();
        let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
        first + chars.as_str()
    }
}

/// `Rita Regenrinne` as a handle: `rita_regenrinne`.
fn handle(name: &str) -> String {
    let plain = name.to_lowercase().replace('ä', "ae").replace('ö', "oe").replace('ü', "ue");
    plain.replace('ß', "ss").replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}
