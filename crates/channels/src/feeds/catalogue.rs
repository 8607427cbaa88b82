//! Which feeds are listened to: the starter catalogue and the operator's own lines.

use std::collections::HashMap;

use domain::{Channel, Tier};
use url::Url;

use super::post::{primary, site_of};

/// The starter catalogue: facts about feeds, see `catalogue/README.md`.
static STARTER: &str = include_str!("../../catalogue/feeds.tsv");

/// The catalogue's columns, in order.
pub const COLUMNS: [&str; 8] =
    ["feed", "domain", "name", "country", "language", "tier", "channel", "topic"];

/// One feed and what is known of its site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedSpec {
    /// Absolute address.
    pub url: String,
    /// The site's domain: the key of its source.
    pub site: String,
    /// The name people read; empty where the feed's own title counts.
    pub name: String,
    /// ISO 3166 alpha-2, upper case.
    pub country: Option<String>,
    /// Primary language where the feed declares none.
    pub lang: Option<String>,
    /// The rung; `None` is private.
    pub tier: Option<Tier>,
    /// The kind of place; `None` is a blog.
    pub channel: Option<Channel>,
    /// What it writes about, in one word; empty for everything.
    pub topic: String,
    /// The operator named it.
    pub own: bool,
}

/// The starter catalogue, in the order of its file.
#[must_use]
pub fn starter() -> Vec<FeedSpec> {
    STARTER.lines().skip(1).filter_map(row).collect()
}

fn row(line: &str) -> Option<FeedSpec> {
    let mut fields = line.split('\t');
    let mut next = || fields.next().map(str::trim);
    let known = |field: &str| (!field.is_empty()).then(|| field.to_owned());
    Some(FeedSpec {
        url: next()?.to_owned(),
        site: next()?.to_owned(),
        name: next()?.to_owned(),
        country: next().and_then(known),
        lang: next().and_then(known),
        tier: Tier::named(next()?),
        channel: Channel::named(next()?),
        topic: next()?.to_owned(),
        own: false,
    })
}

/// The feeds to listen to: the operator's lines first, then the catalogue's in the wished
/// languages, the higher rungs first. A line outranks the catalogue's row of the same address.
///
/// A site that nobody described is taken for a private blog; one that the catalogue knows keeps
/// the catalogue's rung for the operator's lines too.
///
/// # Errors
/// Which line is wrong, and what would be right.
pub fn specs(lines: &[&str], catalogue: bool, languages: &str) -> Result<Vec<FeedSpec>, String> {
    let starter = starter();
    let mut specs: Vec<FeedSpec> = Vec::new();
    for (at, text) in lines.iter().enumerate() {
        let spec = line(text, &starter).map_err(|wrong| format!("line {}: {wrong}", at + 1))?;
        specs.push(spec);
    }
    if catalogue {
        let wished: Vec<String> = languages
            .split([',', ' ', ';'])
            .filter(|tag| !tag.is_empty())
            .map(|tag| primary(tag).ok_or_else(|| format!("{tag} is no language, like de or en")))
            .collect::<Result<_, _>>()?;
        let fits = |spec: &FeedSpec| {
            wished.is_empty() || spec.lang.as_ref().is_some_and(|lang| wished.contains(lang))
        };
        let mut wanted: Vec<FeedSpec> = starter.into_iter().filter(fits).collect();
        wanted.sort_by_key(|spec| (std::cmp::Reverse(spec.tier), super::read::hash_of(&spec.url)));
        specs.extend(wanted);
    }
    let mut seen = std::collections::HashSet::new();
    specs.retain(|spec| seen.insert(spec.url.clone()));
    Ok(specs)
}

/// `address | name | lang | tier | channel`, all but the address may be left out.
fn line(text: &str, starter: &[FeedSpec]) -> Result<FeedSpec, String> {
    let mut fields = text.split('|').map(str::trim);
    let address = fields.next().unwrap_or_default();
    let with_scheme =
        if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
    let url = Url::parse(&with_scheme).ok().filter(|url| {
        let named =
            url.host_str().is_some_and(|host| host.contains(['.', ':']) || url.port().is_some());
        matches!(url.scheme(), "http" | "https") && (named || address.contains("://"))
    });
    let mut url =
        url.ok_or_else(|| format!("{address} is no address, like https://blog.example/feed"))?;
    url.set_fragment(None);
    let url = String::from(url);
    let known = starter.iter().find(|spec| spec.url == url);
    let site = known.map_or_else(|| site_of(&url), |spec| spec.site.clone());
    let known = known.or_else(|| starter.iter().find(|spec| spec.site == site));
    let mut spec = known.cloned().unwrap_or_default();
    (spec.url, spec.site, spec.own) = (url, site, true);
    let mut next = || fields.next().filter(|field| !field.is_empty());
    if let Some(name) = next() {
        spec.name = name.to_owned();
    }
    if let Some(lang) = next() {
        spec.lang = Some(primary(lang).ok_or_else(|| format!("{lang} is no language, like de"))?);
    }
    if let Some(tier) = next() {
        let names: HashMap<&str, Tier> =
            Tier::ALL.iter().map(|tier| (tier.as_str(), *tier)).collect();
        let wrong = || format!("{tier} is no tier: {}", Tier::ALL.map(Tier::as_str).join(", "));
        spec.tier = Some(*names.get(tier.to_lowercase().as_str()).ok_or_else(wrong)?);
    }
    if let Some(channel) = next() {
        let wrong =
            || format!("{channel} is no channel: {}", Channel::ALL.map(Channel::as_str).join(", "));
        spec.channel = Some(Channel::named(channel).ok_or_else(wrong)?);
    }
    Ok(spec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_operator() {
        let lines = [
            "https://blog.example/feed#x",
            "other.example/rss | Other | de-DE | trade | news",
            "https://blog.example/feed | double",
        ];
        let specs = specs(&lines, false, "de").unwrap();
        assert_eq!(specs.len(), 2);
        assert_eq!(specs[0].url, "https://blog.example/feed");
        assert_eq!((specs[0].site.as_str(), specs[0].tier), ("blog.example", None));
        assert_eq!(specs[1].url, "https://other.example/rss");
        assert_eq!(specs[1].lang.as_deref(), Some("de"));
        assert_eq!((specs[1].tier, specs[1].channel), (Some(Tier::Trade), Some(Channel::News)));
    }

    #[test]
    fn wrong_lines_are_named() {
        for (line, wrong) in [
            ("ftp://blog.example", "no address"),
            ("word", "no address"),
            ("blog.example | x | deutsch", "no language"),
            ("blog.example | x | de | top", "no tier"),
            ("blog.example | x | de | trade | radio", "no channel"),
        ] {
            let error = specs(&["a.example", line], false, "de").unwrap_err();
            assert!(error.starts_with("line 2: ") && error.contains(wrong), "{error}");
        }
        assert!(specs(&[], true, "de,english").is_err());
    }

    #[test]
    fn the_catalogue_is_whole() {
        let all = starter();
        let mut before = "";
        for spec in &all {
            assert!(spec.url.as_str() > before, "sorted, without doubles: {}", spec.url);
            before = &spec.url;
            assert!(
                Url::parse(&spec.url).is_ok_and(|url| url.as_str() == spec.url),
                "{}",
                spec.url
            );
            assert!(!spec.site.is_empty() && !spec.name.is_empty(), "{}", spec.url);
            assert!(spec.tier.is_some() && spec.channel.is_some(), "{}", spec.url);
            assert!(spec.country.as_ref().is_none_or(|c| c.len() == 2), "{}", spec.url);
        }
        let german = specs(&[], true, "de").unwrap();
        assert!(german.iter().all(|spec| spec.lang.as_deref() == Some("de")));
        assert!(german.len() > 100, "{}", german.len());
        assert_eq!(german[0].tier, Some(Tier::Leading), "the highest rungs are heard first");
        assert_eq!(specs(&[], true, "de, en").unwrap().len(), all.len());
    }
}
