//! Reads a told story. Its form is explained in the first lines of `stories/gradiola.txt`.

use std::collections::HashMap;

use domain::{Channel, DAY, HOUR, MINUTE, Tier, Tone};

use super::{Event, Story, StoryError, Truth, What, matching, tier_of};
use crate::post::{FakePost, Format, Place, Site, Voice};

/// Lines with their numbers.
pub(super) struct Lines<'a> {
    lines: std::iter::Peekable<std::iter::Enumerate<std::str::Lines<'a>>>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Lines<'a> {
        Lines { lines: text.lines().enumerate().peekable() }
    }

    /// The next line that says something, and its number.
    pub(super) fn next_entry(&mut self) -> Option<(usize, &'a str)> {
        self.lines.by_ref().map(|(index, line)| (index + 1, line.trim_end())).find(|(_, line)| {
            !line.is_empty() && (!line.starts_with('#') || line.starts_with("##"))
        })
    }

    /// Everything up to the next header or section.
    fn text(&mut self) -> String {
        let mut text = String::new();
        while let Some((_, line)) = self.lines.next_if(|(_, line)| !is_header(line)) {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text.trim().to_owned()
    }
}

fn is_header(line: &str) -> bool {
    let mut chars = line.chars();
    matches!(chars.next(), Some('+' | '~' | '-'))
        && chars.next().is_some_and(|c| c.is_ascii_digit())
        || line.starts_with("= ")
}

pub(super) fn wrong(line: usize, reason: impl Into<String>) -> StoryError {
    StoryError { line, reason: reason.into() }
}

/// Milliseconds from 06:00 on day 1 to `DAY` and `HH:MM`.
pub(super) fn moment(line: usize, day: &str, time: &str) -> Result<i64, StoryError> {
    let read = || {
        let day: i64 = day.parse().ok()?;
        let (hour, minute) = time.split_once(':')?;
        let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
        let at = (day - 1) * DAY + (hour - 6) * HOUR + minute * MINUTE;
        ((0..24).contains(&hour) && (0..60).contains(&minute) && at >= 0).then_some(at)
    };
    read().ok_or_else(|| wrong(line, format!("{day} {time} is no moment after 1 06:00")))
}

pub(super) fn read(text: &str) -> Result<Story, StoryError> {
    let mut story = Story { sites: Vec::new(), events: Vec::new() };
    let mut voices: HashMap<String, Voice> = HashMap::new();
    let mut keys: HashMap<String, Place> = HashMap::new();
    let mut later: Vec<(usize, Event)> = Vec::new();
    let mut section = "";
    let mut lines = Lines::new(text);
    while let Some((number, line)) = lines.next_entry() {
        if let Some(name) = line.strip_prefix("= ") {
            section = name.trim();
            continue;
        }
        match section {
            "sites" => story.sites.push(site(number, line)?),
            "voices" => {
                let voice = voice(number, line)?;
                voices.insert(voice.handle.clone(), voice);
            }
            "posts" if line.starts_with('+') => {
                let text = lines.text();
                let event = post(number, line, &text, &voices, &story.sites)?;
                if !event.key.is_empty() {
                    keys.insert(event.key.clone(), event.place.clone());
                }
                story.events.push(event);
            }
            "posts" => later.push((number, change(number, line, &lines.text())?)),
            _ => return Err(wrong(number, format!("nothing is known of a section {section:?}"))),
        }
    }
    for (number, mut event) in later {
        let place = keys.get(&event.key);
        event.place = place.cloned().ok_or_else(|| wrong(number, "no post has this key"))?;
        event.truth.tier = tier_of(&event.place, &story.sites);
        story.events.push(event);
    }
    Ok(story)
}

fn site(number: usize, line: &str) -> Result<Site, StoryError> {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let [host, name, lang, tier, channel, format] = fields[..] else {
        return Err(wrong(number, "a site has six fields"));
    };
    let format = match format {
        "rss" => Format::Rss,
        "atom" => Format::Atom,
        "json" => Format::Json,
        _ => return Err(wrong(number, "the format is rss, atom or json")),
    };
    Ok(Site {
        host: host.to_owned(),
        name: name.to_owned(),
        lang: lang.to_owned(),
        tier: Tier::named(tier).ok_or_else(|| wrong(number, "no such tier"))?,
        channel: Channel::named(channel).ok_or_else(|| wrong(number, "no such channel"))?,
        format,
        window: 30,
    })
}

fn voice(number: usize, line: &str) -> Result<Voice, StoryError> {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let [handle, name, _place, followers] = fields[..] else {
        return Err(wrong(number, "a voice has four fields"));
    };
    let followers = followers.parse().map_err(|_| wrong(number, "followers are a number"))?;
    Ok(Voice { handle: handle.to_owned(), name: name.to_owned(), followers, bot: false })
}

/// Words of a header; a name in quotes is one word.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.iter_mut().last().map_or((), |word| word.push(c)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

pub(super) fn place(name: &str, sites: &[Site]) -> Place {
    match name {
        "bluesky" => Place::Bluesky,
        "hn" => Place::HackerNews,
        host if sites.iter().any(|site| site.host == host) => Place::feed(host),
        host => Place::mastodon(host),
    }
}

pub(super) fn tone(number: usize, name: &str) -> Result<Option<Tone>, StoryError> {
    match name {
        "off" => Ok(None),
        name => Tone::named(name).map(Some).ok_or_else(|| wrong(number, "no such tone")),
    }
}

fn post(
    number: usize,
    header: &str,
    text: &str,
    voices: &HashMap<String, Voice>,
    sites: &[Site],
) -> Result<Event, StoryError> {
    let header = words(header.trim_start_matches('+'));
    let [day, time, place_name, handle, lang, tone_name, options @ ..] = &header[..] else {
        return Err(wrong(number, "a post's header has at least six words"));
    };
    let (title, text) = match text.strip_prefix("## ") {
        Some(rest) => rest.split_once('\n').unwrap_or((rest, "")),
        None => ("", text),
    };
    let option = |name: &str| {
        let value = options.iter().find_map(|o| o.strip_prefix(name)?.strip_prefix('='));
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let place = place(place_name, sites);
    let post = FakePost {
        voice: voices.get(handle).cloned().unwrap_or_else(|| Voice::new(handle, &named(handle))),
        title: title.to_owned(),
        text: text.trim().to_owned(),
        lang: lang.clone(),
        links: option("link").into_iter().collect(),
        reply_to: option("re"),
        published: None,
    };
    if post.text.is_empty() && post.links.is_empty() {
        return Err(wrong(number, "a post without text"));
    }
    let truth = Truth {
        watches: matching(&post.title, &post.text),
        tone: tone(number, tone_name)?,
        tier: tier_of(&place, sites),
    };
    Ok(Event {
        at_ms: moment(number, day, time)?,
        place,
        what: What::Publish(post),
        truth,
        key: option("id").unwrap_or_default(),
    })
}

/// `oskar_ofenrohr` as a name: `Oskar Ofenrohr`.
fn named(handle: &str) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
        first + chars.as_str()
    };
    handle.split('_').map(capital).collect::<Vec<_>>().join(" ")
}

fn change(number: usize, header: &str, text: &str) -> Result<Event, StoryError> {
    let header_words = words(&header[1..]);
    let [day, time, key] = &header_words[..] else {
        return Err(wrong(number, "an edit or deletion has three words"));
    };
    let (what, watches) = if header.starts_with('~') {
        (What::Edit(text.to_owned()), matching("", text))
    } else {
        (What::Delete, Vec::new())
    };
    Ok(Event {
        at_ms: moment(number, day, time)?,
        place: Place::Bluesky,
        what,
        truth: Truth { watches, tone: None, tier: Tier::Private },
        key: key.clone(),
    })
}
