//! Mentions as files, streamed page by page: `/mentions.csv`, `/mentions.jsonl`.

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use futures_util::stream::unfold;
use http::{HeaderValue, header};
use serde::Serialize;
use store::{MentionRow, Page, StoreError};

use crate::app::App;
use crate::fail::Fail;
use crate::filter::Wanted;
use crate::form::Pairs;
use crate::records::csv_cell;
use crate::show::iso;

const ROWS: u32 = 500;

/// A mention as machines read it. Times are RFC 3339 in UTC.
#[derive(Debug, Serialize)]
pub struct Record<'m> {
    number: i64,
    watch: &'m str,
    watch_version: u32,
    platform: &'m str,
    channel: &'m str,
    url: &'m str,
    native_id: &'m str,
    source: &'m str,
    source_key: &'m str,
    source_handle: &'m str,
    tier: Option<&'static str>,
    followers: Option<u64>,
    author: Option<&'m str>,
    lang: Option<&'m str>,
    tone: Option<&'static str>,
    kinds: Vec<&'static str>,
    confidence: Option<f32>,
    why: &'m str,
    title: &'m str,
    lead: &'m str,
    body: &'m str,
    published: String,
    received: String,
    matched: String,
    told: Option<String>,
    versions: u32,
    story: Option<i64>,
    copy: bool,
}

impl<'m> Record<'m> {
    /// The record of a mention.
    pub fn of(row: &'m MentionRow) -> Record<'m> {
        let (post, source) = (&row.post, &row.post.source);
        Record {
            number: row.number,
            watch: &row.watch_name,
            watch_version: row.watch_version,
            platform: post.platform.as_str(),
            channel: post.channel.as_str(),
            url: &post.url,
            native_id: &post.native_id,
            source: source.display_name(),
            source_key: &source.key,
            source_handle: &source.handle,
            tier: source.tier.map(|t| t.as_str()),
            followers: source.followers,
            author: post.author.as_deref(),
            lang: post.lang.as_deref(),
            tone: row.sentiment.map(|s| s.tone.as_str()),
            kinds: row.kinds.iter().map(domain::Kind::as_str).collect(),
            confidence: row.sentiment.map(|s| s.confidence),
            why: &row.why,
            title: &post.title,
            lead: &post.lead,
            body: &post.body,
            published: iso(post.published),
            received: iso(post.received),
            matched: iso(row.matched),
            told: row.told.map(iso),
            versions: row.versions,
            story: row.story.as_ref().map(|(story, _)| story.0),
            copy: row.copy,
        }
    }

    fn cells(&self) -> [String; 28] {
        let text = |t: Option<&str>| t.unwrap_or_default().to_owned();
        [
            self.number.to_string(),
            self.watch.to_owned(),
            self.watch_version.to_string(),
            self.platform.to_owned(),
            self.channel.to_owned(),
            self.url.to_owned(),
            self.native_id.to_owned(),
            self.source.to_owned(),
            self.source_key.to_owned(),
            self.source_handle.to_owned(),
            text(self.tier),
            self.followers.map(|n| n.to_string()).unwrap_or_default(),
            text(self.author),
            text(self.lang),
            text(self.tone),
            self.kinds.join(" "),
            self.confidence.map(|c| c.to_string()).unwrap_or_default(),
            self.why.to_owned(),
            self.title.to_owned(),
            self.lead.to_owned(),
            self.body.to_owned(),
            self.published.clone(),
            self.received.clone(),
            self.matched.clone(),
            text(self.told.as_deref()),
            self.versions.to_string(),
            self.story.map(|story| story.to_string()).unwrap_or_default(),
            self.copy.to_string(),
        ]
    }
}

/// The first line of the CSV file: the names of the JSON members, in their order.
const HEAD: &str = "number,watch,watch_version,platform,channel,url,native_id,source,source_key,\
    source_handle,tier,followers,author,lang,tone,kinds,confidence,why,title,lead,body,published,\
    received,matched,told,versions,story,copy\r\n";

#[derive(Clone, Copy)]
enum Format {
    Csv,
    Lines,
}

/// `GET /mentions.csv?…filter`
pub async fn csv(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, Fail> {
    Ok(file(app, query, Format::Csv))
}

/// `GET /mentions.jsonl?…filter`
pub async fn jsonl(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, Fail> {
    Ok(file(app, query, Format::Lines))
}

fn file(app: App, query: Option<String>, format: Format) -> Response {
    let query = Pairs::parse(query.unwrap_or_default().as_bytes());
    let filter = Wanted::read(&query, &app.0.zone).filter;
    let (kind, name, head) = match format {
        // The mark tells Excel that this is UTF-8.
        Format::Csv => ("text/csv; charset=utf-8", "mentions.csv", format!("\u{feff}{HEAD}")),
        Format::Lines => ("application/jsonl; charset=utf-8", "mentions.jsonl", String::new()),
    };
    let pages = unfold(Some((Page::Newest, head)), move |state| {
        let (app, filter) = (app.clone(), filter.clone());
        async move {
            let (from, mut text) = state?;
            let rows = match app.store().mentions(&filter, from, ROWS).await {
                Ok(rows) => rows,
                Err(error) => return Some((Err(error), None)),
            };
            rows.iter().for_each(|row| write(&mut text, row, format));
            let full = rows.len() == ROWS as usize;
            let next =
                rows.last().filter(|_| full).map(|r| (Page::Before(r.number), String::new()));
            Some((Ok::<_, StoreError>(Bytes::from(text)), next))
        }
    });
    let mut response = Response::new(Body::from_stream(pages));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

fn write(text: &mut String, row: &MentionRow, format: Format) {
    let record = Record::of(row);
    match format {
        Format::Lines => {
            text.push_str(&serde_json::to_string(&record).unwrap_or_default());
            text.push('\n');
        }
        Format::Csv => {
            let cells = record.cells().map(|c| csv_cell(&c));
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_cannot_become_formulas() {
        for (value, expect) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("  @SUM(A1)", "\"'  @SUM(A1)\""),
            ("-2", "\"'-2\""),
            ("\tx", "\"'\tx\""),
            ("a\nb", "\"a\nb\""),
        ] {
            assert_eq!(csv_cell(value), expect);
        }
    }

    #[test]
    fn the_head_names_every_cell() {
        assert_eq!(HEAD.trim().split(',').count(), 28);
    }
}
