//! `cargo xtask catalogue --data DIR` builds the starter catalogue of feeds,
//! `crates/channels/catalogue/feeds.tsv`, out of public lists of outlets. The README beside the
//! file names the lists, their licences and the rules; this is the same in code.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use channels::feeds::catalogue::COLUMNS;
use url::Url;

use tables::{ENDINGS, LEADING, MAIN_FEEDS, NOT_OWN, SHARED, TOPICS};

mod tables;

/// German-language outlets may have so many feeds in the catalogue, others this many.
const FEEDS_DE: usize = 6;
const FEEDS_EN: usize = 1;
/// Leading media may have so many.
const FEEDS_LEADING: usize = 4;
/// English outlets below this quality, or below the rank without a quality, are left out.
const QUALITY_EN: f64 = 0.75;
const RANK_EN: u64 = 25_000;
/// Outlets below this quality are left out in any language, unless they are leading media.
const QUALITY: f64 = 0.45;

/// One feed as a list tells it.
#[derive(Clone, Debug, Default)]
struct Row {
    feed: String,
    domain: String,
    name: String,
    country: String,
    lang: String,
    topic: String,
    rank: Option<u64>,
    /// A topic's list names it, and nobody calls it an outlet.
    writer: bool,
}

/// Builds the catalogue. `--data DIR` names the folder of the lists.
///
/// # Errors
/// A list is missing or cannot be read; the catalogue cannot be written.
#[allow(clippy::print_stdout)]
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let [flag, folder] = args else { bail!("say: cargo xtask catalogue --data DIR") };
    if flag != "--data" {
        bail!("say: cargo xtask catalogue --data DIR");
    }
    let mut folder = PathBuf::from(folder);
    if folder.join("outlets").is_dir() {
        folder.push("outlets");
    }
    let quality = qualities(&folder)?;
    let houses = houses(&folder)?;
    let mut rows = main_feeds();
    rows.extend(newscatcher(&folder)?);
    rows.extend(opml(&folder)?);
    rows.extend(kite(&folder, &rows)?);
    let rows = choose(describe(rows, &houses), &quality);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/channels/catalogue/feeds.tsv");
    let table = write(&rows, &houses);
    std::fs::write(&path, table)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    let german = rows.iter().filter(|row| row.lang == "de").count();
    println!("{} feeds, {german} of them German", rows.len());
    Ok(())
}

fn main_feeds() -> Vec<Row> {
    let row = |&(feed, topic, lang): &(&str, &str, &str)| {
        let (feed, domain) = feed_and_domain(feed)?;
        Some(Row {
            feed,
            domain,
            topic: topic.into(),
            lang: lang.into(),
            rank: Some(1),
            ..Row::default()
        })
    };
    MAIN_FEEDS.iter().filter_map(row).collect()
}

fn qualities(folder: &Path) -> anyhow::Result<HashMap<String, f64>> {
    let mut reader = csv::Reader::from_path(folder.join("domain_quality_pc1.csv"))
        .context("domain_quality_pc1.csv cannot be read")?;
    let rows = reader.deserialize::<(String, f64)>();
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What is known of media houses: name, country, type, by domain.
struct House {
    name: String,
    country: String,
    kind: String,
}

fn houses(folder: &Path) -> anyhow::Result<HashMap<String, House>> {
    let text = std::fs::read_to_string(folder.join("media_data.json"))
        .context("media_data.json cannot be read")?;
    let list: Vec<serde_json::Value> = serde_json::from_str(&text)?;
    let mut houses = HashMap::new();
    for house in &list {
        let text = |name: &str| house[name].as_str().unwrap_or_default().trim().to_owned();
        // Where a house has several, the domains are sisters and the name is the house's.
        let domains = house["domains"].as_array().map(Vec::as_slice).unwrap_or_default();
        for domain in domains.iter().filter_map(|domain| domain.as_str()) {
            let name = if domains.len() == 1 { text("organization") } else { String::new() };
            let country = country_code(&text("country")).to_owned();
            houses.insert(domain.to_owned(), House { name, country, kind: text("typology") });
        }
    }
    Ok(houses)
}

fn newscatcher(folder: &Path) -> anyhow::Result<Vec<Row>> {
    let mut reader = csv::Reader::from_path(folder.join("newscatcher_sites.csv"))
        .context("newscatcher_sites.csv cannot be read")?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let [domain, lang, topic, _main, country, feed, rank] =
            std::array::from_fn(|at| record.get(at).unwrap_or_default());
        if !matches!(lang, "de" | "en") {
            continue;
        }
        let Some((feed, own)) = feed_and_domain(feed) else { continue };
        // The list keeps editions apart by path (`site.example/de`); a source is a domain.
        let listed = domain.split('/').next().unwrap_or(domain);
        let domain = if listed.contains('.') { registered(listed) } else { own };
        let country = if country.len() == 2 { country.to_owned() } else { String::new() };
        let rank = rank.parse().ok();
        rows.push(Row {
            feed,
            domain,
            country,
            lang: lang.into(),
            topic: topic.into(),
            rank,
            ..Row::default()
        });
    }
    Ok(rows)
}

fn opml(folder: &Path) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (file, country, lang) in [
        ("Germany", "DE", "de"),
        ("United Kingdom", "GB", "en"),
        ("United States", "US", "en"),
        ("Ireland", "IE", "en"),
        ("Australia", "AU", "en"),
        ("Canada", "CA", "en"),
    ] {
        let path = folder.join(format!("opml/countries/with_category/{file}.opml"));
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        for outline in text.split("<outline").skip(1) {
            let Some((feed, domain)) =
                attribute(outline, "xmlUrl").and_then(|feed| feed_and_domain(&feed))
            else {
                continue;
            };
            // An English service in a German list.
            let lang = if feed.contains("-en-") { "en" } else { lang };
            let name = title_name(&attribute(outline, "title").unwrap_or_default());
            rows.push(Row {
                feed,
                domain,
                name,
                country: country.into(),
                lang: lang.into(),
                topic: "news".into(),
                rank: Some(RANK_EN),
                ..Row::default()
            });
        }
    }
    Ok(rows)
}

fn kite(folder: &Path, others: &[Row]) -> anyhow::Result<Vec<Row>> {
    let text = std::fs::read_to_string(folder.join("kite_feeds.json"))
        .context("kite_feeds.json cannot be read")?;
    let topics: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text)?;
    let outlets: HashMap<&str, &str> =
        others.iter().map(|row| (row.domain.as_str(), row.lang.as_str())).collect();
    let mut rows = Vec::new();
    for (name, topic) in &topics {
        let german = topic["source_language"] == "de";
        let english = TOPICS.iter().find(|(topic, _)| topic == name);
        let (lang, word, writer) = match (german, english) {
            (true, _) => (
                "de",
                if name.starts_with("Health") {
                    "health"
                } else if name == "Smart Home" {
                    "tech"
                } else {
                    "news"
                },
                name == "Smart Home",
            ),
            (_, Some((_, word))) => ("en", *word, *word != "news"),
            _ => continue,
        };
        let country = match name.as_str() {
            "Austria" => "AT",
            "Switzerland (DE)" => "CH",
            _ if name.contains("Germany") => "DE",
            _ => "",
        };
        let feeds = topic["feeds"].as_array().map(Vec::as_slice).unwrap_or_default();
        for feed in feeds.iter().filter_map(|feed| feed.as_str()) {
            let Some((feed, domain)) = feed_and_domain(feed) else { continue };
            // Lists about a German place hold a few English feeds.
            let known = outlets.get(domain.as_str()).copied();
            let lang_of_place = german && known != Some("en") && speaks_german(&domain, &feed);
            if german && !lang_of_place {
                continue;
            }
            let writer = writer && known.is_none();
            // A feed in a list about a place is not of that place only because it is there.
            let country = if lang_of_place { country } else { "" };
            rows.push(Row {
                feed,
                domain,
                country: country.into(),
                lang: lang.into(),
                topic: word.into(),
                writer,
                ..Row::default()
            });
        }
    }
    Ok(rows)
}

fn speaks_german(domain: &str, feed: &str) -> bool {
    const ENDS: &[&str] = &[
        ".de",
        ".at",
        ".ch",
        ".bayern",
        ".berlin",
        ".hamburg",
        ".li",
        ".koeln",
        ".wien",
        ".saarland",
        ".nrw",
    ];
    let english = feed.contains("/en/") || feed.contains("lang=en") || feed.contains("thelocal");
    let french = feed.contains("/fr/")
        || feed.contains("/it/")
        || [".rts.ch", "rsi.ch", "swissinfo.ch", "letemps.ch", "24heures.ch", "tdg.ch"]
            .iter()
            .any(|d| feed.contains(d));
    !english && !french && ENDS.iter().any(|end| domain.ends_with(end))
}

/// Fills in what one list knows and another does not.
fn describe(mut rows: Vec<Row>, houses: &HashMap<String, House>) -> Vec<Row> {
    let mut names: HashMap<String, String> = HashMap::new();
    let mut ranks: HashMap<String, u64> = HashMap::new();
    for row in &rows {
        if !row.name.is_empty() {
            names.entry(row.domain.clone()).or_insert_with(|| row.name.clone());
        }
        if let Some(rank) = row.rank {
            let best = ranks.entry(row.domain.clone()).or_insert(rank);
            *best = rank.min(*best);
        }
    }
    for row in &mut rows {
        let house = houses.get(&row.domain);
        let leading = LEADING
            .iter()
            .find(|(domain, _)| *domain == row.domain)
            .map(|(_, name)| (*name).to_owned());
        let known = house.map(|house| house.name.clone()).filter(|name| !name.is_empty());
        row.name = leading
            .or(known)
            .or_else(|| names.get(&row.domain).cloned())
            .unwrap_or_else(|| row.domain.clone());
        row.rank = ranks.get(&row.domain).copied();
        let of_house =
            house.map(|house| house.country.clone()).filter(|country| !country.is_empty());
        let by_end = country_of_end(&row.domain);
        row.country = of_house.or(by_end).unwrap_or_else(|| row.country.clone());
    }
    rows
}

/// One row per feed, the best outlets, and not too many feeds of one.
fn choose(rows: Vec<Row>, quality: &HashMap<String, f64>) -> Vec<Row> {
    let mut by_domain: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| is_wanted(row, quality)) {
        by_domain.entry(row.domain.clone()).or_default().push(row);
    }
    let mut chosen: BTreeMap<String, Row> = BTreeMap::new();
    for (domain, mut rows) in by_domain {
        // The main feed first: the one named by hand, then news, then the shortest address.
        let by_hand = |row: &Row| MAIN_FEEDS.iter().any(|(feed, ..)| *feed == row.feed);
        rows.sort_by_key(|row| {
            (!by_hand(row), row.topic != "news", row.feed.len(), row.feed.clone())
        });
        let mut addresses = std::collections::HashSet::new();
        rows.retain(|row| addresses.insert(bare(&row.feed).to_owned()));
        let most = if is_leading(&domain) {
            FEEDS_LEADING
        } else if rows.iter().any(|row| row.lang == "de") {
            FEEDS_DE
        } else {
            FEEDS_EN
        };
        chosen.extend(rows.into_iter().take(most).map(|row| (row.feed.clone(), row)));
    }
    chosen.into_values().collect()
}

fn is_wanted(row: &Row, quality: &HashMap<String, f64>) -> bool {
    let quality = quality.get(&row.domain).copied();
    if is_leading(&row.domain) {
        return true;
    }
    if quality.is_some_and(|quality| quality < QUALITY) {
        return false;
    }
    row.lang == "de"
        || quality.map_or_else(
            || row.writer || row.rank.is_some_and(|rank| rank <= RANK_EN),
            |quality| quality >= QUALITY_EN,
        )
}

fn is_leading(domain: &str) -> bool {
    LEADING.iter().any(|(leading, _)| *leading == domain)
}

/// The address without what may differ between two spellings of it.
fn bare(feed: &str) -> &str {
    let feed = feed.trim_start_matches("https://").trim_start_matches("http://");
    feed.trim_start_matches("www.").trim_end_matches('/')
}

fn write(rows: &[Row], houses: &HashMap<String, House>) -> String {
    let mut table = COLUMNS.join("\t");
    table.push('\n');
    for row in rows {
        let tier = tier(row, houses.get(&row.domain));
        let channel = channel(row);
        let fields =
            [&row.feed, &row.domain, &row.name, &row.country, &row.lang, tier, channel, &row.topic];
        let clean = fields.map(|field| field.replace(['\t', '\n', '\r'], " "));
        table.push_str(&clean.join("\t"));
        table.push('\n');
    }
    table
}

/// Leading: the list above. Professional: writers for a living, companies and authorities.
/// Trade: every other outlet.
fn tier(row: &Row, house: Option<&House>) -> &'static str {
    let authority = [".gov", ".gov.uk", ".gv.at", ".gov.au", ".govt.nz"]
        .iter()
        .any(|end| row.domain.ends_with(end))
        || ["admin.ch", "bund.de", "bundesregierung.de"].contains(&row.domain.as_str());
    let company = house.is_some_and(|house| house.kind == "Private Enterprise");
    if is_leading(&row.domain) {
        "leading"
    } else if row.writer || authority || company || channel(row) == "blog" {
        "professional"
    } else {
        "trade"
    }
}

fn channel(row: &Row) -> &'static str {
    let host = Url::parse(&row.feed)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default();
    let blog = host.starts_with("blog.")
        || row.domain.contains("blog")
        || row.feed.contains("/blog")
        || SHARED.iter().any(|shared| host.ends_with(shared));
    if blog && !is_leading(&row.domain) { "blog" } else { "news" }
}

/// A feed's normal address and the domain it belongs to.
fn feed_and_domain(feed: &str) -> Option<(String, String)> {
    let mut url = Url::parse(feed.trim()).ok()?;
    url.set_fragment(None);
    let host = url.host_str()?.to_owned();
    let not_own = NOT_OWN.iter().any(|not| host == *not || host.ends_with(&format!(".{not}")));
    let plain = matches!(url.scheme(), "http" | "https")
        && host.contains('.')
        && host.parse::<std::net::Ipv4Addr>().is_err();
    (plain && !not_own).then(|| (String::from(url), registered(&host)))
}

/// The part of a host name that somebody registered.
fn registered(host: &str) -> String {
    let host = host.trim_start_matches("www.");
    if host.ends_with("bbci.co.uk") {
        return "bbc.co.uk".to_owned();
    }
    if SHARED.iter().any(|shared| host.ends_with(&format!(".{shared}"))) {
        return host.to_owned();
    }
    let labels: Vec<&str> = host.rsplit('.').collect();
    let wide =
        labels.len() > 2 && ENDINGS.contains(&format!("{}.{}", labels[1], labels[0]).as_str());
    let kept = if wide { 3 } else { 2 };
    let mut kept: Vec<&str> = labels.into_iter().take(kept).collect();
    kept.reverse();
    kept.join(".")
}

/// The outlet's name in a feed's title: "Aktuell - FAZ.NET" says both; the part that looks like
/// a name is the shorter one beside a dash or bar.
fn title_name(title: &str) -> String {
    let generic = |part: &str| {
        let words = [
            "news",
            "latest",
            "top stories",
            "home",
            "aktuell",
            "world",
            "nachrichten",
            "rss",
            "headlines",
            "stories",
            "international",
        ];
        let part = part.to_lowercase();
        words
            .iter()
            .any(|word| part == *word || part.ends_with(&format!(" {word}")) && part.len() < 16)
    };
    let mut parts = vec![title];
    for separator in [" | ", " - ", " – ", " > ", " » ", ": "] {
        parts = parts.into_iter().flat_map(|part| part.split(separator)).collect();
    }
    let names: Vec<&str> = parts
        .iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty() && !generic(part))
        .collect();
    let name = names.iter().min_by_key(|name| name.len()).copied().unwrap_or(title).trim();
    if name.chars().count() > 40 { String::new() } else { name.to_owned() }
}

/// The value of an attribute of an OPML outline.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = tag[start..].split('"').next()?;
    let plain = [
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    Some(plain.iter().fold(value.to_owned(), |text, (from, to)| text.replace(from, to)))
}

fn country_code(name: &str) -> &'static str {
    match name {
        "Germany" => "DE",
        "Austria" => "AT",
        "Switzerland" => "CH",
        "United Kingdom" => "GB",
        "United States" => "US",
        "Ireland" => "IE",
        "Australia" => "AU",
        "Canada" => "CA",
        "New Zealand" => "NZ",
        "India" => "IN",
        "Qatar" => "QA",
        "France" => "FR",
        "Luxembourg" => "LU",
        "South Africa" => "ZA",
        _ => "",
    }
}

/// The country whose ending a domain has.
fn country_of_end(domain: &str) -> Option<String> {
    let code = match domain.rsplit('.').next()? {
        "de" | "bayern" | "berlin" | "hamburg" | "koeln" | "saarland" | "nrw" => "DE",
        "at" | "wien" => "AT",
        "ch" => "CH",
        "li" => "LI",
        "lu" => "LU",
        "uk" => "GB",
        "ie" => "IE",
        "au" => "AU",
        "ca" => "CA",
        "nz" => "NZ",
        "za" => "ZA",
        "in" => "IN",
        "us" => "US",
        _ => return None,
    };
    Some(code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_and_names() {
        for (host, expect) in [
            ("www.news.example.co.uk", "example.co.uk"),
            ("rss.orf.at", "orf.at"),
            ("mia.substack.com", "mia.substack.com"),
            ("feeds.bbci.co.uk", "bbc.co.uk"),
        ] {
            assert_eq!(registered(host), expect);
        }
        for (title, expect) in [
            ("Aktuell - FAZ.NET", "FAZ.NET"),
            ("ZEIT ONLINE | Nachrichten, Hintergründe und Debatten", "ZEIT ONLINE"),
            ("FOCUS Online", "FOCUS Online"),
        ] {
            assert_eq!(title_name(title), expect);
        }
    }

    #[test]
    fn tiers() {
        let row = |domain: &str, topic: &str| Row {
            feed: format!("https://{domain}/feed"),
            domain: domain.into(),
            topic: topic.into(),
            ..Row::default()
        };
        assert_eq!(tier(&row("spiegel.de", "sport"), None), "leading");
        assert_eq!(tier(&row("paper.example", "news"), None), "trade");
        assert_eq!(tier(&row("city.gov", "news"), None), "professional");
        assert_eq!(tier(&row("blog.example", "tech"), None), "professional");
    }
}
