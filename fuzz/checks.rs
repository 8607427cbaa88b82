//! What has to hold for any input: called by the fuzz targets, and on every input of the corpus by
//! the tests of the crate `query`. A check that fails panics.

use domain::{Channel, Engagement, Part, Platform, Post, Source, Time, WatchId};
use query::import::{Dialect, import};
use query::{At, Document, Lang, Matcher, Query, Scratch, explain, matches_one};
use text::copies::{Index, Kinship, Print, compare};
use text::names::names;
use text::{kinds, language, sentiment};

/// Longer inputs tell nothing that shorter ones do not.
const MOST_BYTES: usize = 4_096;

fn query_text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok().filter(|text| text.len() <= MOST_BYTES)
}

fn stands_in(at: &At, text: &str) -> bool {
    text.get(at.clone()).is_some()
}

/// A query, or what somebody took for one: it is read or refused at a place in it, and what was
/// read is printed so that it is read the same.
pub fn parse(data: &[u8]) {
    let Some(text) = query_text(data) else { return };
    for read in [query::parse, query::parse_lenient] {
        match read(text) {
            Ok(query) => {
                prints_back(&query);
                assert!(query.warnings.iter().all(|warning| stands_in(&warning.at, text)));
                let _ = explain(&query, Lang::En);
                let _ = matches_one(&query, &Document::of(&post("", "", text)));
            }
            Err(error) => {
                assert!(stands_in(&error.at, text), "{error:?}");
                let _ = error.to_string();
            }
        }
    }
}

/// The name of a dialect on a line of its own, then a query in it.
pub fn import_(data: &[u8]) {
    let Some((name, text)) = query_text(data).and_then(|text| text.split_once('\n')) else {
        return;
    };
    let Some(dialect) = Dialect::named(name) else { return };
    match import(dialect, text) {
        Ok(read) => {
            prints_back(&read.query);
            let again = query::parse(&read.native).expect("native text is native");
            assert_eq!(again.ast, read.query.ast, "{:?}", read.native);
            assert!(read.notes.iter().all(|note| stands_in(&note.at, text)), "{:?}", read.notes);
        }
        Err(error) => assert!(stands_in(&error.at, text), "{error:?}"),
    }
}

/// Queries, a line each; a line `=`; title, lead and body of a post, a line each. All queries
/// together say what each of them says alone, also after some were taken out and put back.
pub fn matches(data: &[u8]) {
    let Some((queries, said)) = query_text(data).and_then(|text| text.split_once("\n=\n")) else {
        return;
    };
    let queries: Vec<Query> =
        queries.lines().take(16).filter_map(|line| query::parse_lenient(line).ok()).collect();
    let mut lines = said.splitn(3, '\n');
    let mut next = || lines.next().unwrap_or_default();
    let post = post(next(), next(), next());
    let document = Document::of(&post);

    let mut matcher = Matcher::new();
    for (watch, query) in (0..).zip(&queries) {
        matcher.insert(WatchId(watch), query);
    }
    let mut scratch = Scratch::default();
    let all = matcher.matches(&document, &mut scratch);
    for (watch, query) in (0..).zip(&queries) {
        let alone = matches_one(query, &document);
        let here = all.iter().find(|found| found.watch == WatchId(watch)).map(|found| &found.hit);
        assert_eq!(here, alone.as_ref(), "{query}");
    }
    for span in all.iter().flat_map(|found| &found.hit.spans) {
        let part = match span.part {
            Part::Title => &post.title,
            Part::Lead => &post.lead,
            Part::Body => &post.body,
        };
        assert!(span.start < span.end, "{span:?}");
        assert!(part.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
    }

    let before = matcher.snapshot();
    for (watch, _) in (0..).zip(&queries).filter(|(watch, _)| watch % 2 == 0) {
        assert!(matcher.remove(WatchId(watch)));
    }
    let odd: Vec<_> = all.iter().filter(|found| found.watch.0 % 2 == 1).cloned().collect();
    assert_eq!(matcher.matches(&document, &mut scratch), odd);
    assert_eq!(before.matches(&document, &mut scratch), all);
    for (watch, query) in (0..).zip(&queries).filter(|(watch, _)| watch % 2 == 0) {
        matcher.insert(WatchId(watch), query);
    }
    assert_eq!(matcher.matches(&document, &mut scratch), all);
}

/// A text of any bytes, and behind a line `=` another one: what is said of it holds together.
pub fn says(data: &[u8]) {
    let data = &data[..data.len().min(MOST_BYTES)];
    let whole = String::from_utf8_lossy(data);
    let (older, newer) = whole.split_once("\n=\n").unwrap_or((&whole, ""));
    let prints = [older, newer].map(Print::of);
    for print in &prints {
        assert_eq!(Print::from_bytes(&print.to_bytes()), Some(*print));
        let itself = if print.words() > 0 { Kinship::Exact } else { Kinship::None };
        assert_eq!(compare(print, print), itself);
    }
    let mut index = Index::new();
    index.add(1, prints[0]);
    let kinship = compare(&prints[0], &prints[1]);
    if let Some((id, found)) = index.find(&prints[1]) {
        assert_eq!((id, found), (1, kinship));
    }
    assert!(index.remove(1) && index.find(&prints[0]).is_none());
    for text in [older, newer] {
        let guess = language::detect(text).map_or("", |guess| guess.lang);
        if let Some(shares) = sentiment::shares(text) {
            assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{shares:?}");
        }
        for lang in ["de", "en", guess] {
            let mut end = 0;
            for name in names(text, lang) {
                assert!(end <= name.range.start && name.range.start < name.range.end, "{name:?}");
                assert!(text.get(name.range.clone()).is_some(), "{name:?}");
                end = name.range.end;
            }
            for found in kinds::find(text, lang, sentiment::shares(text).as_ref()) {
                assert!(found.points >= kinds::ENOUGH, "{found:?}");
                assert!(found.cues.iter().all(|cue| text.get(cue.clone()).is_some()), "{found:?}");
            }
        }
    }
}

fn prints_back(query: &Query) {
    let printed = query.to_string();
    match query::parse(&printed) {
        Ok(again) => assert_eq!(again.ast, query.ast, "{printed:?}"),
        Err(error) => panic!("{printed:?}: {error}"),
    }
}

fn post(title: &str, lead: &str, body: &str) -> Post {
    Post {
        platform: Platform::BLUESKY,
        native_id: "1".into(),
        url: "https://social.example/@jane/1".into(),
        channel: Channel::Microblog,
        source: Source::default(),
        author: None,
        title: title.into(),
        lead: lead.into(),
        body: body.into(),
        lang: Some("en".into()),
        published: Time(0),
        received: Time(0),
        links: vec![],
        hashtags: vec![],
        mentions: vec![],
        relation: None,
        engagement: Engagement::default(),
        media: vec![],
    }
}
