//! From a feed's entry to a post: one shape, plain text, nothing said twice.

use domain::{
    Channel, Engagement, Media, MediaKind, Platform, Post, PostId, Source, Tier, Time, host_of,
};
use feed_rs::model::{Entry, Link};
use url::Url;

use super::html::{self, Plain};

/// Longest texts, in bytes.
const TITLE: usize = 1_000;
const LEAD: usize = 8_000;
const BODY: usize = 200_000;
/// A description longer than this is the text itself, in characters.
const DESCRIPTION: usize = 1_000;
/// More of these are not kept.
const HASHTAGS: usize = 20;

/// Who speaks in a feed, and what is known of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Voice {
    /// The source's key: the site's domain.
    pub site: String,
    /// The name people read.
    pub name: String,
    /// The site's page.
    pub home: String,
    /// ISO 3166 country.
    pub country: Option<String>,
    /// The language where the feed declares none.
    pub lang: Option<String>,
    /// The language the feed declares.
    pub declared: Option<String>,
    pub tier: Option<Tier>,
    pub channel: Option<Channel>,
    /// Ids in this feed are not unique: addresses are used instead.
    pub weak_ids: bool,
}

/// Makes a post of an entry.
///
/// # Errors
/// Why there is nothing to make one of.
pub(crate) fn post(
    entry: Entry,
    voice: &Voice,
    feed: &Url,
    received: Time,
) -> Result<Post, &'static str> {
    let url = address(&entry, feed);
    let base = Url::parse(&url).ok();
    let base = base.as_ref().or(Some(feed));
    let title = entry.title.as_ref().map(|t| html::headline(&t.content)).unwrap_or_default();
    let summary = entry.summary.as_ref().map(|text| {
        let marked = text.content_type.as_str().contains("html");
        plain(&text.content, marked, base)
    });
    let content = entry.content.as_ref().and_then(|content| {
        let marked = content.content_type.as_str().contains("html");
        content.body.as_deref().map(|body| plain(body, marked, base))
    });
    let (summary, content) = (summary.unwrap_or_default(), content.unwrap_or_default());
    let (lead, body) = share(&title, &summary.text, &content.text);
    if title.is_empty() && lead.is_empty() && body.is_empty() {
        return Err("an item without title and text");
    }
    let links = links(&summary, &content, &entry, &url);
    let media = media(&entry, summary.media, content.media);
    let moment = entry.published.or(entry.updated).map(|t| Time(t.timestamp_millis()));
    let mut post = Post {
        platform: Platform::WEB,
        native_id: native_id(&entry, &url, voice, &title),
        url,
        channel: voice.channel.unwrap_or(Channel::Blog),
        source: source(voice),
        author: author(&entry, &voice.name),
        title: short(title, TITLE),
        lead: short(lead, LEAD),
        body: short(body, BODY),
        lang: None,
        published: moment.unwrap_or(received).min(received),
        received,
        links,
        hashtags: hashtags(&entry),
        mentions: Vec::new(),
        relation: None,
        engagement: Engagement::default(),
        media,
    };
    post.lang = language(&post, entry.language.as_deref(), voice);
    Ok(post)
}

/// The key under which the platform knows an entry of that id.
pub(crate) fn native_id_of(site: &str, id: &str) -> String {
    // Two sites may both count their posts from 1.
    let whole = format!("{site}#{id}");
    if whole.len() <= 400 {
        whole
    } else {
        format!("{site}#{}", PostId::of(&Platform::WEB, &whole))
    }
}

fn native_id(entry: &Entry, url: &str, voice: &Voice, title: &str) -> String {
    let id = entry.id.trim();
    let id = match (id.is_empty() || voice.weak_ids, url.is_empty()) {
        (false, _) => id.to_owned(),
        (true, false) => url.to_owned(),
        (true, true) => {
            let text = entry.summary.as_ref().map_or("", |text| text.content.as_str());
            PostId::of(&Platform::WEB, &format!("{title}\n{text}")).to_string()
        }
    };
    native_id_of(&voice.site, &id)
}

fn source(voice: &Voice) -> Source {
    Source {
        key: voice.site.clone(),
        name: voice.name.clone(),
        url: if voice.home.is_empty() {
            format!("https://{}/", voice.site)
        } else {
            voice.home.clone()
        },
        tier: Some(voice.tier.unwrap_or(Tier::Private)),
        country: voice.country.clone(),
        ..Source::default()
    }
}

/// The address a person opens.
pub(crate) fn address(entry: &Entry, feed: &Url) -> String {
    let is_page = |link: &&Link| {
        let rel = link.rel.as_deref().unwrap_or("alternate");
        let kind = link.media_type.as_deref().unwrap_or("html");
        rel == "alternate" && kind.contains("html") && link.target.is_none()
    };
    let page = entry.links.iter().filter(is_page);
    let found = page.filter_map(|link| html::absolute(&link.href, Some(feed))).next();
    let by_id =
        || entry.id.trim().starts_with("http").then(|| html::absolute(&entry.id, None)).flatten();
    found.or_else(by_id).unwrap_or_default()
}

fn plain(text: &str, marked: bool, base: Option<&Url>) -> Plain {
    // What calls itself plain is often marked up all the same.
    let looks = || ["</", "<p>", "<br", "<img"].iter().any(|tag| text.contains(tag));
    if marked || looks() {
        let mut plain = html::read(text, base);
        plain.text = without_footer(plain.text);
        return plain;
    }
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let paragraphs = lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
    let text: Vec<String> = paragraphs.map(|lines| lines.join("\n")).collect();
    Plain { text: text.join("\n\n"), ..Plain::default() }
}

/// Blog software signs every text in its reader's feed; the signature is not part of it.
fn without_footer(mut text: String) -> String {
    const FOOTERS: [(&str, &str); 2] =
        [("The post ", " appeared first on "), ("Der Beitrag ", " erschien zuerst auf ")];
    let start = text.rfind("\n\n").map_or(0, |at| at + 2);
    let last = &text[start..];
    let is_footer = |(head, middle): &(&str, &str)| last.starts_with(head) && last.contains(middle);
    if last.len() < 1_000 && FOOTERS.iter().any(is_footer) {
        text.truncate(start);
        let kept = text.trim_end().len();
        text.truncate(kept);
    }
    text
}

/// Shares the texts out to lead and body without saying anything twice.
fn share(title: &str, summary: &str, content: &str) -> (String, String) {
    let (lead, body) = match (summary.is_empty(), content.is_empty()) {
        (_, false) => (summary, content),
        (false, true) if summary.chars().nth(DESCRIPTION).is_some() => ("", summary),
        _ => (summary, ""),
    };
    let lead = if starts_with(body, lead) || same(lead, title) { "" } else { lead };
    let body = if same(body, title) || same(body, lead) { "" } else { body };
    (lead.to_owned(), body.to_owned())
}

/// The letters and digits of a text, folded.
fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

fn same(a: &str, b: &str) -> bool {
    letters(a).eq(letters(b))
}

/// Whether `text` starts with `teaser`, which may have been shortened.
fn starts_with(text: &str, teaser: &str) -> bool {
    let endings =
        ["[…]", "[...]", "…", "...", "Weiterlesen", "weiterlesen", "Continue reading", "Read more"];
    let mut teaser = teaser.trim_end();
    while let Some(shorter) = endings.iter().find_map(|ending| teaser.strip_suffix(ending)) {
        teaser = shorter.trim_end();
    }
    if teaser.is_empty() {
        return true;
    }
    let mut text = letters(text);
    letters(teaser).all(|letter| text.next() == Some(letter))
}

fn links(summary: &Plain, content: &Plain, entry: &Entry, own: &str) -> Vec<String> {
    let related =
        entry.links.iter().filter(|link| matches!(link.rel.as_deref(), Some("related" | "via")));
    let related = related.filter_map(|link| html::absolute(&link.href, None));
    let mut links: Vec<String> = Vec::new();
    for link in content.links.iter().chain(&summary.links).cloned().chain(related) {
        if link != own && !links.contains(&link) {
            links.push(link);
        }
    }
    links
}

fn media(entry: &Entry, summary: Vec<Media>, content: Vec<Media>) -> Vec<Media> {
    let kind_of = |name: &str| match name.split('/').next() {
        Some("image") => Some(MediaKind::Image),
        Some("video") => Some(MediaKind::Video),
        Some("audio") => Some(MediaKind::Audio),
        _ => None,
    };
    let plain = |kind, url: &str, alt: &str| {
        Some(Media { kind, url: html::absolute(url, None)?, alt: alt.to_owned() })
    };
    let objects = entry.media.iter().flat_map(|object| {
        let alt = object.description.as_ref().map_or("", |text| text.content.as_str());
        let contents = object.content.iter().filter_map(move |content| {
            let url = content.url.as_ref()?;
            let kind = content.content_type.as_ref().and_then(|kind| kind_of(kind.as_str()));
            plain(kind.unwrap_or(MediaKind::Image), url.as_str(), alt)
        });
        let thumbnails = object.thumbnails.iter();
        contents.chain(thumbnails.filter_map(move |t| plain(MediaKind::Image, &t.image.uri, alt)))
    });
    let attached = entry.links.iter().filter_map(|link| {
        plain(
            kind_of(link.media_type.as_deref()?)?,
            &link.href,
            link.title.as_deref().unwrap_or(""),
        )
    });
    let mut media: Vec<Media> = Vec::new();
    for one in objects.chain(attached).chain(content).chain(summary) {
        if media.len() < 40 && !media.iter().any(|other| other.url == one.url) {
            media.push(one);
        }
    }
    media
}

fn author(entry: &Entry, source: &str) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    for name in entry.authors.iter().filter_map(|person| person.name.as_deref()) {
        let name = html::headline(name);
        let name = name.trim_matches(['(', ')', ' ']).to_owned();
        if !name.is_empty() && !name.contains('@') && !names.contains(&name) {
            names.push(name);
        }
    }
    let author = names.join(", ");
    (!author.is_empty() && author != source).then(|| short(author, 200))
}

/// Categories of one word are what microblogs call hashtags.
fn hashtags(entry: &Entry) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for category in &entry.categories {
        let label = category.label.as_deref().filter(|label| !label.is_empty());
        let tag = html::headline(label.unwrap_or(&category.term));
        let tag = tag.trim_start_matches('#');
        let one_word = !tag.is_empty()
            && tag.len() <= 60
            && tag.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        if one_word && tags.len() < HASHTAGS && !tags.iter().any(|other| other == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

/// The language as declared, else as known of the site, else as recognised. Blog software that
/// nobody configured declares English, so English is believed only where the text does not
/// plainly say otherwise.
fn language(post: &Post, entry: Option<&str>, voice: &Voice) -> Option<String> {
    let declared = entry.and_then(primary).or_else(|| voice.declared.as_deref().and_then(primary));
    let declared = declared.or_else(|| voice.lang.as_deref().and_then(primary));
    if declared.as_deref().is_some_and(|lang| lang != "en") {
        return declared;
    }
    let text = format!(
        "{}\n{}\n{}",
        post.title,
        post.lead,
        &post.body[..post.body.floor_char_boundary(400)]
    );
    let guess = text::language::detect(&text);
    match declared {
        None => guess.map(|guess| guess.lang.to_owned()),
        Some(english) => {
            let plainly = guess.filter(|guess| guess.probability >= 0.9 && text.len() >= 120);
            Some(plainly.map_or(english, |guess| guess.lang.to_owned()))
        }
    }
}

/// The primary language of a tag: `de` of `de-DE`.
pub(crate) fn primary(tag: &str) -> Option<String> {
    let primary = tag.trim().split(['-', '_', ',', ' ']).next()?.to_ascii_lowercase();
    let fits = (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase());
    fits.then_some(primary)
}

/// The domain that stands for a site, from an address: without `www.` and the like.
pub(crate) fn site_of(url: &str) -> String {
    let host = host_of(url).to_ascii_lowercase();
    let parts = ["feeds.", "feed.", "rss.", "newsfeed.", "newsfeeds.", "xml."];
    // Not below a bare registry domain: `rss.com` stays.
    let shorter = parts.iter().find_map(|part| host.strip_prefix(part)).filter(|h| h.contains('.'));
    shorter.map_or(host.clone(), str::to_owned)
}

fn short(mut text: String, longest: usize) -> String {
    text.truncate(text.floor_char_boundary(longest));
    text
}
