//! Headlines whose stories are known.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use domain::{Channel, Engagement, Platform, Post, Source, Time};

/// One headline.
#[derive(Clone)]
pub struct Headline {
    /// Its text.
    pub title: String,
    /// Its address; empty where the set has none.
    pub url: String,
    /// Its language, ISO 639-1.
    pub lang: &'static str,
    /// When it was published; of the UCI set when it was fetched.
    pub at: Time,
    /// Its true story.
    pub truth: i64,
}

/// A stream of headlines, in the order of their times.
pub struct Set {
    /// The language, `mixed` or `uci`.
    pub name: &'static str,
    /// The stream.
    pub headlines: Vec<Headline>,
}

/// How the Olympics set calls its languages.
const LANGUAGES: [(&str, &str); 7] = [
    ("spa", "es"),
    ("por", "pt"),
    ("fra", "fr"),
    ("rus", "ru"),
    ("slv", "sl"),
    ("ara", "ar"),
    ("zho", "zh"),
];

/// Each language of the Olympics set with a hundred headlines and more, all of them mixed, and
/// the UCI set; and the last one by itself.
pub fn load(folder: &Path) -> anyhow::Result<(Vec<Set>, Set)> {
    let olympics = olympics(folder)?;
    let mut sets = Vec::new();
    for (_, lang) in LANGUAGES {
        let of_lang = olympics.iter().filter(|headline| headline.lang == lang);
        let headlines: Vec<Headline> = of_lang.cloned().collect();
        if headlines.len() >= 100 {
            sets.push(Set { name: lang, headlines });
        }
    }
    sets.push(Set { name: "mixed", headlines: olympics });
    let uci = uci(folder)?;
    sets.push(Set { name: "uci", headlines: uci.clone() });
    Ok((sets, Set { name: "uci", headlines: uci }))
}

fn olympics(folder: &Path) -> anyhow::Result<Vec<Headline>> {
    let path = folder.join("stories/olympics2021.tsv");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let mut numbers = Numbers::default();
    let mut headlines = Vec::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let &[_, time, lang, cluster, _, title] = cells.as_slice() else { continue };
        let Some((_, lang)) = LANGUAGES.iter().find(|(long, _)| *long == lang) else { continue };
        let time: jiff::civil::DateTime = time.parse().with_context(|| time.to_owned())?;
        let at = jiff::tz::TimeZone::UTC.to_timestamp(time)?.as_millisecond();
        headlines.push(Headline {
            title: unquoted(title),
            url: String::new(),
            lang,
            at: Time(at),
            truth: numbers.of(cluster),
        });
    }
    headlines.sort_by_key(|headline| headline.at);
    Ok(headlines)
}

fn uci(folder: &Path) -> anyhow::Result<Vec<Headline>> {
    let mut reader = csv::Reader::from_path(folder.join("stories/uci_news_head.csv"))?;
    let mut numbers = Numbers::default();
    let mut headlines = Vec::new();
    // The last line is cut in its middle.
    for row in reader.records().filter_map(Result::ok) {
        let Some(Ok(at)) = row.get(7).map(str::parse) else { continue };
        headlines.push(Headline {
            title: row[1].to_owned(),
            url: row[2].to_owned(),
            lang: "en",
            at: Time(at),
            truth: numbers.of(&row[5]),
        });
    }
    headlines.sort_by_key(|headline| headline.at);
    Ok(headlines)
}

/// A title that its table put into quotation marks.
fn unquoted(title: &str) -> String {
    let inner = title.strip_prefix('"').and_then(|title| title.strip_suffix('"'));
    inner.map_or_else(|| title.to_owned(), |inner| inner.replace("\"\"", "\""))
}

/// A number for each name.
#[derive(Default)]
struct Numbers(BTreeMap<String, i64>);

impl Numbers {
    fn of(&mut self, name: &str) -> i64 {
        let next = self.0.len() as i64;
        *self.0.entry(name.to_owned()).or_insert(next)
    }
}

impl Headline {
    /// The post that a feed would have brought.
    pub fn post(&self, number: i64) -> Post {
        Post {
            platform: Platform::WEB,
            native_id: number.to_string(),
            url: self.url.clone(),
            channel: Channel::News,
            source: Source::default(),
            author: None,
            title: self.title.clone(),
            lead: String::new(),
            body: String::new(),
            lang: Some(self.lang.to_owned()),
            published: self.at,
            received: self.at,
            links: vec![],
            hashtags: vec![],
            mentions: vec![],
            relation: None,
            engagement: Engagement::default(),
            media: vec![],
        }
    }
}
