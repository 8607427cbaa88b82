//! The fake blogs and news sites: RSS, Atom and JSON Feed with ETag and Last-Modified, and the
//! pages behind them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use domain::Time;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::answer::{Content, rfc2822, rfc3339};
use super::state::State;
use crate::post::{FakePost, Format, Place, Published, Site};

#[derive(Default)]
pub(crate) struct Feeds {
    sites: BTreeMap<String, Kept>,
}

struct Kept {
    site: Site,
    items: Vec<usize>,
    /// Items before this one are forgotten.
    first: usize,
    rendered: Option<Document>,
}

/// A feed as it is sent.
#[derive(Clone)]
pub(crate) struct Document {
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
    pub(crate) etag: String,
    pub(crate) modified: Time,
}

/// The line of the `web` connector's setting `feeds` that names this site.
pub(crate) fn setting_line(site: &Site) -> String {
    format!(
        "http://{}{} | {} | {} | {} | {}",
        site.host,
        site.path(),
        site.name,
        site.lang,
        site.tier.as_str(),
        site.channel.as_str()
    )
}

impl Feeds {
    pub(crate) fn add(&mut self, site: Site) {
        match self.sites.get_mut(&site.host) {
            Some(kept) => {
                kept.site = site;
                kept.rendered = None;
            }
            None => {
                let kept = Kept { site: site.clone(), items: vec![], first: 0, rendered: None };
                self.sites.insert(site.host, kept);
            }
        }
    }

    pub(crate) fn sites(&self) -> impl Iterator<Item = &Site> {
        self.sites.values().map(|kept| &kept.site)
    }

    pub(crate) fn knows(&self, host: &str) -> bool {
        self.sites.contains_key(host)
    }

    pub(crate) fn address(
        &mut self,
        host: &str,
        post: &FakePost,
        index: usize,
    ) -> (String, String) {
        if !self.knows(host) {
            self.add(Site::blog(host));
        }
        if let Some(kept) = self.sites.get_mut(host) {
            kept.items.push(index);
            kept.rendered = None;
        }
        let url = format!("https://{host}/{}-{index}", slug(&post.title));
        // Two sites may both count their posts from 1: Horch puts the site before a feed's id.
        (format!("{host}#{url}"), url)
    }

    pub(crate) fn changed(&mut self, host: &str) {
        if let Some(kept) = self.sites.get_mut(host) {
            kept.rendered = None;
        }
    }

    pub(crate) fn forget_past(&mut self, host: &str) {
        if let Some(kept) = self.sites.get_mut(host) {
            kept.first = kept.items.len();
            kept.rendered = None;
        }
    }

    fn keep(&mut self, host: &str, document: &Document) {
        if let Some(kept) = self.sites.get_mut(host) {
            kept.rendered = Some(document.clone());
        }
    }
}

/// The feed of a host as it is now; `None` where `path` is not its feed.
pub(crate) fn feed(
    state: &mut State,
    host: &str,
    path: &str,
    content: &Content,
) -> Option<Document> {
    let kept = state.feeds.sites.get(host).filter(|kept| kept.site.path() == path)?;
    if let Some(document) = kept.rendered.as_ref().filter(|_| content.is_plain()) {
        return Some(document.clone());
    }
    let newest_first = kept.items.get(kept.first..).unwrap_or_default().iter().rev();
    let mut items: Vec<&Published> = newest_first
        .filter_map(|index| state.get(*index))
        .filter(|item| item.stands())
        .take(kept.site.window)
        .collect();
    if content.doubles {
        items = items.iter().flat_map(|item| [*item, *item]).collect();
    }
    let document = render(&kept.site, &items, content);
    if content.is_plain() {
        state.feeds.keep(host, &document);
    }
    Some(document)
}

/// The page behind an item: its text as an article, in simple HTML.
pub(crate) fn page(state: &State, host: &str, path: &str) -> Option<String> {
    let id = format!("{host}#https://{host}{path}");
    let item = state.get(state.find(&Place::feed(host), &id)?).filter(|item| item.stands())?;
    let mut html = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         </head><body><article><h1>{title}</h1>",
        item.post.lang,
        title = escape(&item.post.title),
    );
    html.push_str(&paragraphs(&item.post.text));
    html.push_str("</article></body></html>");
    Some(html)
}

fn render(site: &Site, items: &[&Published], content: &Content) -> Document {
    let modified = items.iter().map(|i| i.edited.unwrap_or(i.taken)).max().unwrap_or(Time(0));
    let (content_type, text) = match site.format {
        Format::Rss => ("application/rss+xml", rss(site, items, content)),
        Format::Atom => ("application/atom+xml", atom(site, items, content)),
        Format::Json => ("application/feed+json", json_feed(site, items, content)),
    };
    let body = content.bytes(text);
    let etag = format!("\"{}\"", &super::answer::hex(&Sha256::digest(&body))[..20]);
    Document { content_type, body, etag, modified }
}

fn rss(site: &Site, items: &[&Published], content: &Content) -> String {
    // Nothing is said about the encoding: that is where undeclared latin-1 hurts.
    let mut xml = format!(
        "<?xml version=\"1.0\"?>\n<rss version=\"2.0\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel>\
         <title>{}</title><link>https://{}/</link><description/><language>{}</language>\n",
        escape(&site.name),
        site.host,
        site.lang
    );
    for item in items {
        let _ = writeln!(
            xml,
            "<item><title>{}</title><link>{url}</link><guid isPermaLink=\"true\">{url}</guid>\
             <pubDate>{}</pubDate><dc:creator>{}</dc:creator>\
             <description>{}</description><content:encoded>{}</content:encoded></item>",
            escape(&item.post.title),
            rfc2822(item.published.plus(content.skew)),
            escape(&item.post.voice.name),
            escape(lead(&item.post.text)),
            escape(&paragraphs(&item.post.text)),
            url = item.url,
        );
    }
    xml.push_str("</channel></rss>\n");
    xml
}

fn atom(site: &Site, items: &[&Published], content: &Content) -> String {
    let newest = items.iter().map(|i| i.edited.unwrap_or(i.published)).max().unwrap_or(Time(0));
    let mut xml = format!(
        "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\
         <title>{}</title><id>https://{host}/</id><link href=\"https://{host}/\"/>\
         <updated>{}</updated>\n",
        site.lang,
        escape(&site.name),
        rfc3339(newest.plus(content.skew)),
        host = site.host,
    );
    for item in items {
        let published = item.published.plus(content.skew);
        let updated = item.edited.map_or(published, |t| t.plus(content.skew));
        let _ = writeln!(
            xml,
            "<entry><title>{}</title><id>{url}</id><link rel=\"alternate\" href=\"{url}\"/>\
             <published>{}</published><updated>{}</updated><author><name>{}</name></author>\
             <summary>{}</summary><content type=\"html\">{}</content></entry>",
            escape(&item.post.title),
            rfc3339(published),
            rfc3339(updated),
            escape(&item.post.voice.name),
            escape(lead(&item.post.text)),
            escape(&paragraphs(&item.post.text)),
            url = item.url,
        );
    }
    xml.push_str("</feed>\n");
    xml
}

fn json_feed(site: &Site, items: &[&Published], content: &Content) -> String {
    let entry = |item: &&Published| {
        json!({
            "id": item.url,
            "url": item.url,
            "title": item.post.title,
            "summary": lead(&item.post.text),
            "content_html": paragraphs(&item.post.text),
            "date_published": rfc3339(item.published.plus(content.skew)),
            "date_modified": item.edited.map(|t| rfc3339(t.plus(content.skew))),
            "language": item.post.lang,
            "authors": [{"name": item.post.voice.name}],
        })
    };
    json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.name,
        "home_page_url": format!("https://{}/", site.host),
        "language": site.lang,
        "items": items.iter().map(entry).collect::<Vec<_>>(),
    })
    .to_string()
}

fn lead(text: &str) -> &str {
    text.split("\n\n").next().unwrap_or_default()
}

fn paragraphs(text: &str) -> String {
    text.split("\n\n").map(|p| format!("<p>{}</p>", escape(p))).collect()
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars().take(60) {
        match c {
            'ä' | 'Ä' => slug.push_str("ae"),
            'ö' | 'Ö' => slug.push_str("oe"),
            'ü' | 'Ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "post".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_readable() {
        for (title, expect) in [
            ("Drei Nächte ohne Heizung!", "drei-naechte-ohne-heizung"),
            ("???", "post"),
            ("Größe & Maß", "groesse-mass"),
        ] {
            assert_eq!(slug(title), expect);
        }
    }
}
