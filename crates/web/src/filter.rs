//! Which mentions: the filter as it stands in the address, so that every view can be linked.

use domain::story::StoryId;
use domain::{Channel, Kind, Kinds, Platform, SourceId, Tier, Tone, WatchId};
use jiff::tz::TimeZone;
use store::MentionFilter;

use crate::form::Pairs;
use crate::show::moment;

/// Longest text looked for, in characters.
const LONGEST_WORDS: usize = 200;

/// A filter as it was asked for: names that mean nothing are dropped, the rest is kept in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// What the store is asked.
    pub filter: MentionFilter,
    /// The same as pairs for addresses and forms, cleaned.
    pub pairs: Pairs,
}

impl Wanted {
    /// Reads `watch=1&platform=bluesky&channel=blog&lang=de&tone=negative&kind=question&tier=leading
    /// &without=offtopic&source=HEX&story=7&copies=no&words=…&since=2026-11-24&until=2026-11-24T12:00`.
    pub fn read(query: &Pairs, zone: &TimeZone) -> Wanted {
        let mut wanted = Wanted::default();
        for (name, value) in &query.0 {
            let value = value.trim();
            if !value.is_empty() && wanted.filter_add(name, value, zone) {
                wanted.pairs.0.push((name.clone(), value.to_owned()));
            }
        }
        wanted
    }

    fn filter_add(&mut self, name: &str, value: &str, zone: &TimeZone) -> bool {
        let filter = &mut self.filter;
        match name {
            "watch" => add(&mut filter.watches, value.parse().ok().map(WatchId)),
            "platform" => add(&mut filter.platforms, Some(Platform::named(value))),
            "channel" => add(&mut filter.channels, Channel::named(value)),
            "lang" => add(&mut filter.langs, lang(value)),
            "tone" => add(&mut filter.tones, Tone::named(value)),
            "kind" => add_kind(&mut filter.kinds, value),
            "without" => add_kind(&mut filter.without, value),
            "tier" => add(&mut filter.tiers, Tier::named(value)),
            "story" => set(&mut filter.story, value.parse().ok().map(StoryId)),
            "copies" => set(&mut filter.copies, copies(value)),
            "source" => set(&mut filter.source, SourceId::parse(value)),
            "words" => set(&mut filter.words, Some(value.chars().take(LONGEST_WORDS).collect())),
            "since" => set(&mut filter.since, moment(value, zone, false)),
            "until" => set(&mut filter.until, moment(value, zone, true)),
            _ => false,
        }
    }

    /// Whether this value of this name is asked for.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.pairs.0.iter().any(|(n, v)| n == name && v.eq_ignore_ascii_case(value))
    }

    /// `path?filter`, with more pairs behind.
    pub fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut pairs = self.pairs.clone();
        pairs.0.extend(more.iter().map(|&(n, v)| (n.to_owned(), v.to_owned())));
        let query = pairs.encode();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The address without one of its pairs.
    pub fn without(&self, path: &str, index: usize) -> String {
        let mut less = self.clone();
        less.pairs.0.remove(index);
        less.address(path, &[])
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, value: Option<T>) -> bool {
    match value {
        Some(value) if list.len() < 100 && !list.contains(&value) => {
            list.push(value);
            true
        }
        _ => false,
    }
}

fn add_kind(kinds: &mut Kinds, value: &str) -> bool {
    let before = *kinds;
    *kinds = Kind::named(value).map_or(before, |kind| before.with(kind));
    *kinds != before
}

fn set<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
    if slot.is_some() || value.is_none() {
        return false;
    }
    *slot = value;
    true
}

/// `only` copies, or `no` copies.
fn copies(value: &str) -> Option<bool> {
    match value {
        "only" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn lang(code: &str) -> Option<String> {
    let fits = (2..=8).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then(|| code.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_goes_round_through_the_address() {
        let text = "watch=3&watch=4&platform=bluesky&channel=blog&lang=de&tone=negative\
                    &tier=leading&copies=no&words=50%25+Rabatt&since=2026-11-01&until=2026-11-02";
        let wanted = Wanted::read(&Pairs::parse(text.as_bytes()), &TimeZone::UTC);
        assert_eq!(wanted.filter.watches, [WatchId(3), WatchId(4)]);
        assert_eq!(wanted.filter.copies, Some(false));
        assert_eq!(wanted.filter.words.as_deref(), Some("50% Rabatt"));
        let (since, until) = (wanted.filter.since.unwrap(), wanted.filter.until.unwrap());
        assert_eq!(until.since(since), 2 * domain::DAY, "until 2 November includes that day");
        let address = wanted.address("/mentions", &[]);
        assert_eq!(address, format!("/mentions?{text}"));
        let again = Pairs::parse(address.split_once('?').unwrap().1.as_bytes());
        assert_eq!(Wanted::read(&again, &TimeZone::UTC), wanted);
        assert_eq!(wanted.without("/m", 0).matches("watch=").count(), 1);
    }

    #[test]
    fn nonsense_is_dropped() {
        let text = "watch=x&channel=nowhere&lang=de-%3Cb%3E&tone=&source=zz&since=soon&page=2&x=y";
        let wanted = Wanted::read(&Pairs::parse(text.as_bytes()), &TimeZone::UTC);
        assert!(wanted.pairs.0.is_empty(), "{wanted:?}");
        assert_eq!(wanted.filter, MentionFilter::default());
        assert_eq!(wanted.address("/mentions", &[]), "/mentions");
    }
}
