//! Made-up days of made-up companies, for evaluating what becomes of stories: incidents that climb from
//! private voices to leading media or do not, agency text in many frames, news that begins in leading
//! media, another company's trouble that sounds the same (false friends), floods, and chatter.
//!
//! The same seed gives the same day. Texts are in `stories/incidents.txt`.
//!
//! ```
//! let day = world::saga::day(7);
//! assert_eq!(day, world::saga::day(7));
//! assert!(day.posts.is_sorted_by_key(|post| post.at_ms));
//! assert_eq!(day.crossings().len(), 2);
//! ```

mod texts;

use domain::Tier;

use crate::random::Random;
use texts::{Incident, Lang};

/// Companies; each day has two.
const COMPANIES: [&str; 16] = [
    "Falkenrot",
    "Gradiola",
    "Lumora",
    "Quellwerk",
    "Nordlicht AG",
    "Silberbach",
    "Tavano",
    "Ostmark Energie",
    "Birkner",
    "Velotax",
    "Kantara",
    "Hollberg",
    "Miravel",
    "Zentrio",
    "Auenland Molkerei",
    "Pexelon",
];
const TOWNS: [&str; 16] = [
    "Lindau", "Kassel", "Bamberg", "Rostock", "Leeds", "Aarhus", "Graz", "Bern", "Dresden", "York",
    "Trier", "Linz", "Erfurt", "Bristol", "Ulm", "Jena",
];
const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

/// A post of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Milliseconds after the day began.
    pub at_ms: i64,
    /// The headline; empty for people.
    pub title: String,
    /// The text.
    pub text: String,
    /// ISO 639-1.
    pub lang: &'static str,
    /// Who speaks: one name, one source.
    pub who: String,
    /// Their rung.
    pub tier: Tier,
    /// Their followers.
    pub followers: u64,
    /// Which story it truly belongs to; `None`: to none.
    pub story: Option<usize>,
}

/// A day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The company that the watch listens for.
    pub company: String,
    /// The other one, which the watch also hears of.
    pub rival: String,
    /// Everything that is said, in order of time.
    pub posts: Vec<Told>,
}

impl Day {
    /// The true crossings: story, and the place in [`Day::posts`] of the first post in leading media of
    /// a story that was told lower down before.
    #[must_use]
    pub fn crossings(&self) -> Vec<(usize, usize)> {
        let stories =
            self.posts.iter().filter_map(|post| post.story).max().map_or(0, |most| most + 1);
        let crossing = |story: usize| {
            let own = || (0..self.posts.len()).filter(move |i| self.posts[*i].story == Some(story));
            let first = own().find(|i| self.posts[*i].tier == Tier::Leading)?;
            let below = own().any(|i| self.posts[i].at_ms < self.posts[first].at_ms);
            below.then_some((story, first))
        };
        (0..stories).filter_map(crossing).collect()
    }
}

/// How far an incident climbs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Climb {
    /// Private voices, perhaps a community.
    Stays,
    /// Up to trade media.
    Trade,
    /// Into leading media.
    Leading,
    /// Begins in leading media and is talked about.
    Above,
}

/// The day of this seed.
#[must_use]
pub fn day(seed: u64) -> Day {
    let mut random = Random::new(seed.wrapping_mul(0x9e37_79b9).wrapping_add(1));
    let ours = random.below(COMPANIES.len());
    let rival = (ours + 1 + random.below(COMPANIES.len() - 1)) % COMPANIES.len();
    let lang = if random.below(2) == 0 { Lang::De } else { Lang::En };
    let mut teller = Teller { random, lang, posts: Vec::new(), stories: 0, voices: 0 };
    let troubles = teller.some(&texts::TROUBLES, 5);
    let climbs = [Climb::Leading, Climb::Leading, Climb::Trade, Climb::Stays, Climb::Stays];
    let flood = teller.random.below(3) == 0;
    for (i, (incident, climb)) in troubles.iter().zip(climbs).enumerate() {
        teller.incident(incident, COMPANIES[ours], climb, flood && i == 0);
    }
    // The same trouble elsewhere: a false friend, right when ours is still small.
    teller.incident(troubles[3], COMPANIES[rival], Climb::Above, false);
    let news = teller.some(&texts::NEWS, 2);
    for incident in news {
        teller.incident(incident, COMPANIES[ours], Climb::Above, false);
    }
    teller.chatter(COMPANIES[ours], 60);
    let mut posts = teller.posts;
    posts.sort_by(|a, b| a.at_ms.cmp(&b.at_ms).then(a.who.cmp(&b.who)));
    Day { company: COMPANIES[ours].to_owned(), rival: COMPANIES[rival].to_owned(), posts }
}

struct Teller {
    random: Random,
    lang: Lang,
    posts: Vec<Told>,
    stories: usize,
    voices: usize,
}

/// What an incident is about.
struct Facts<'a> {
    company: &'a str,
    town: &'static str,
    many: String,
    few: String,
}

impl Teller {
    fn some<'a>(&mut self, from: &'a [&'static str], count: usize) -> Vec<&'a str> {
        let mut left: Vec<&str> = from.to_vec();
        (0..count.min(from.len())).map(|_| left.remove(self.random.below(left.len()))).collect()
    }

    fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = usize::try_from((to - from).max(1)).unwrap_or(1);
        from + i64::try_from(self.random.below(span)).unwrap_or(0)
    }

    /// In one day of three a post is in the other language.
    fn lang(&mut self) -> Lang {
        if self.random.below(12) == 0 { self.lang.other() } else { self.lang }
    }

    fn incident(&mut self, name: &str, company: &str, climb: Climb, flood: bool) {
        let story = self.stories;
        self.stories += 1;
        let facts = Facts {
            company,
            town: TOWNS[self.random.below(TOWNS.len())],
            many: format!("{}", (2 + self.random.below(95)) * 1_000),
            few: format!("{}", 2 + self.random.below(28)),
        };
        let start = self.between(HOUR, 14 * HOUR);
        if climb == Climb::Above {
            let count = 2 + self.random.below(4);
            self.media(name, &facts, story, start, Tier::Leading, count);
            let echo = self.random.below(6);
            self.people(name, &facts, story, (start + 5 * MINUTE, start + 4 * HOUR), echo);
            return;
        }
        let (voices, length) = (4 + self.random.below(16), self.between(HOUR, 5 * HOUR));
        self.people(name, &facts, story, (start, start + length), voices);
        if flood {
            let from = start + length;
            self.people(name, &facts, story, (from, from + 20 * MINUTE), 300);
        }
        let mut at = start + length;
        for (tier, most) in
            [(Tier::Community, 4), (Tier::Professional, 3), (Tier::Trade, 4), (Tier::Leading, 5)]
        {
            let high = match climb {
                Climb::Stays => Tier::Community,
                Climb::Trade => Tier::Trade,
                Climb::Leading | Climb::Above => Tier::Leading,
            };
            if tier > high {
                break;
            }
            // A rung may be left out on the way, but not the last.
            if tier != high && self.random.below(4) == 0 {
                continue;
            }
            let count = 1 + self.random.below(most);
            self.media(name, &facts, story, at, tier, count);
            at += self.between(10 * MINUTE, 90 * MINUTE);
        }
        let late = self.random.below(12);
        self.people(name, &facts, story, (at, at + 3 * HOUR), late);
    }

    fn people(
        &mut self,
        name: &str,
        facts: &Facts<'_>,
        story: usize,
        when: (i64, i64),
        count: usize,
    ) {
        for _ in 0..count {
            let lang = self.lang();
            let incident = Incident::named(name, lang);
            let text = self.fill(self.pick(&incident.people), facts, lang);
            let text = self.own_words(text, lang);
            let at_ms = self.between(when.0, when.1);
            let who = self.voice("voice");
            let followers = 10 + self.random.below(900) as u64;
            self.posts.push(Told {
                at_ms,
                title: String::new(),
                text,
                lang: lang.code(),
                who,
                tier: Tier::Private,
                followers,
                story: Some(story),
            });
        }
    }

    /// Articles; half of them are the same agency text in other frames.
    fn media(
        &mut self,
        name: &str,
        facts: &Facts<'_>,
        story: usize,
        start: i64,
        tier: Tier,
        count: usize,
    ) {
        let lang = self.lang;
        let incident = Incident::named(name, lang);
        let agency_title = self.fill(self.pick(&incident.headlines), facts, lang);
        let agency: Vec<String> =
            incident.sentences.iter().map(|s| self.fill(s, facts, lang)).collect();
        let agency = format!("{} {}", agency_title.clone() + ".", agency.join(" "));
        for i in 0..count {
            let at_ms = start + if i == 0 { 0 } else { self.between(MINUTE, 40 * MINUTE) };
            let own = self.random.below(2) == 0;
            let title = if own {
                self.fill(self.pick(&incident.headlines), facts, lang)
            } else {
                agency_title.clone()
            };
            let text = if own {
                self.fill(self.pick(&incident.sentences), facts, lang)
            } else {
                agency.clone()
            };
            let (kind, followers) = match tier {
                Tier::Leading => ("Tagblatt", 400_000),
                Tier::Trade => ("Branchendienst", 20_000),
                Tier::Professional => ("Analyse", 8_000),
                _ => ("Forum", 2_000),
            };
            let who = self.voice(kind);
            self.posts.push(Told {
                at_ms,
                title,
                text,
                lang: lang.code(),
                who,
                tier,
                followers,
                story: Some(story),
            });
        }
    }

    fn chatter(&mut self, company: &str, count: usize) {
        for _ in 0..count {
            let lang = self.lang();
            let incident = Incident::named("chatter", lang);
            let facts = Facts {
                company,
                town: TOWNS[self.random.below(TOWNS.len())],
                many: String::new(),
                few: String::new(),
            };
            let text = self.fill(self.pick(&incident.people), &facts, lang);
            let text = self.own_words(text, lang);
            let at_ms = self.between(0, 20 * HOUR);
            let who = self.voice("voice");
            let (tier, followers) = (Tier::Private, 10 + self.random.below(900) as u64);
            self.posts.push(Told {
                at_ms,
                title: String::new(),
                text,
                lang: lang.code(),
                who,
                tier,
                followers,
                story: None,
            });
        }
    }

    fn voice(&mut self, kind: &str) -> String {
        self.voices += 1;
        format!("{kind} {}", self.voices)
    }

    fn pick(&self, lines: &[&'static str]) -> &'static str {
        let mut random = self.random.clone();
        lines.get(random.below(lines.len())).copied().unwrap_or_default()
    }

    fn fill(&mut self, line: &str, facts: &Facts<'_>, _lang: Lang) -> String {
        self.random.next_u64();
        line.replace("{b}", facts.company)
            .replace("{o}", facts.town)
            .replace("{n}", &facts.many)
            .replace("{r}", &facts.few)
    }

    /// People add something of their own, before or after.
    fn own_words(&mut self, text: String, lang: Lang) -> String {
        let asides = texts::asides(lang);
        match self.random.below(4) {
            0 => text,
            1 => format!("{} {text}", asides[self.random.below(asides.len())]),
            _ => format!("{text} {}", asides[self.random.below(asides.len())]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_differ_and_hold_what_they_promise() {
        let days: Vec<Day> = (0..20).map(day).collect();
        for day in &days {
            let crossings = day.crossings();
            assert_eq!(crossings.len(), 2, "{}", day.company);
            assert!(
                day.posts.iter().all(|post| !post.text.contains('{') && !post.title.contains('{'))
            );
            let began_above = (0..8).filter(|story| {
                day.posts
                    .iter()
                    .find(|post| post.story == Some(*story))
                    .is_some_and(|post| post.tier == Tier::Leading)
            });
            assert_eq!(began_above.count(), 3);
            let copies = day.posts.iter().filter(|a| {
                day.posts.iter().any(|b| a.who != b.who && !a.title.is_empty() && a.text == b.text)
            });
            assert!(copies.count() > 1, "agency text is in several frames");
        }
        assert!(days.windows(2).all(|two| two[0] != two[1]));
        assert!(days.iter().any(|day| day.posts.len() > 350), "a flood");
    }
}
