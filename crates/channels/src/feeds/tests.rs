//! Samples of sick feeds, each named after its sickness, and the round of visits against small
//! servers on loopback.

use std::fmt::Write;
use std::path::Path;

use domain::{Post, Time};
use url::Url;

use super::post::{Voice, post};
use super::read::{Document, Unreadable, read};

mod round;

/// 23 November 2026, noon in Greenwich.
pub(super) const NOON: Time = Time(1_795_435_200_000);

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/feeds").join(name);
    std::fs::read(path).unwrap()
}

fn document(name: &str) -> Result<Document, Unreadable> {
    let url = Url::parse("https://garten.example/feed/").unwrap();
    read(&sample(name), Some("application/xml"), &url, |_| false)
}

fn posts(name: &str) -> (Vec<Post>, Document) {
    let url = Url::parse("https://garten.example/feed/").unwrap();
    let mut document = document(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    let voice = Voice {
        site: "garten.example".into(),
        name: document.title.clone(),
        declared: document.lang.clone(),
        ..Voice::default()
    };
    let mut posts = Vec::new();
    for (_, entry) in std::mem::take(&mut document.fresh) {
        match post(entry, &voice, &url, NOON) {
            Ok(post) => posts.push(post),
            Err(reason) => document.broken.push(reason.to_owned()),
        }
    }
    (posts, document)
}

/// One line a post: `id @time lang "title" lead ¶ body <address>`, then what was dropped.
fn check(name: &str, expect: &[&str]) {
    let (posts, document) = posts(name);
    let mut lines: Vec<String> = Vec::new();
    for post in posts {
        let mut line = String::new();
        let id = post.native_id.split_once('#').unwrap().1;
        let time = jiff::Timestamp::from_millisecond(post.published.0).unwrap();
        let lang = post.lang.as_deref().unwrap_or("?");
        write!(line, "{id} @{time} {lang} \"{}\"", post.title).unwrap();
        for (sign, text) in [("", &post.lead), ("¶ ", &post.body)] {
            if !text.is_empty() {
                write!(line, " {sign}{}", text.replace('\n', "|")).unwrap();
            }
        }
        lines.push(line);
    }
    lines.extend(document.broken.iter().map(|reason| format!("broken: {reason}")));
    assert_eq!(lines, expect, "{name}");
}

/// Checks the headlines only.
fn check_titles(name: &str, expect: &[&str]) {
    let titles: Vec<String> = posts(name).0.into_iter().map(|post| post.title).collect();
    assert_eq!(titles, expect, "{name}");
}

#[test]
fn healthy_feeds() {
    check(
        "healthy.rss",
        &[
            "1 @2026-11-23T10:00:00Z de \"Beitrag 1\" Rosen im Herbst.",
            "2 @2026-11-23T10:00:00Z de \"Beitrag 2\"",
        ],
    );
    check(
        "healthy.atom",
        &["tag:shed.example,2026:1 @2026-11-23T09:30:00Z en \"Saws & files\" \
           How to keep them sharp. ¶ Oil them.||See oil."],
    );
    check(
        "healthy.json",
        &[
            "7 @2026-11-23T10:00:00Z en \"Boiling over\" ¶ Again & again.",
            "8 @2026-11-23T10:05:00Z en \"\" ¶ No headline here.",
        ],
    );
    check(
        "rss-1.0.rdf",
        &["https://alt.example/1 @2026-11-23T10:00:00Z de \"Noch da\" Seit 2001."],
    );
    check(
        "rss-0.91.rss",
        &["https://old.example/1 @2026-11-23T12:00:00Z en \"Still here\" Since 1999."],
    );
}

#[test]
fn who_and_what_else() {
    let (rss, document) = posts("healthy.rss");
    assert_eq!(rss[0].author.as_deref(), Some("Mia Muster"));
    assert_eq!(rss[0].hashtags, ["Rosen"]);
    assert_eq!(rss[0].url, "https://garten.example/1");
    assert_eq!(document.home.as_deref(), Some("https://garten.example/"));
    let (atom, _) = posts("healthy.atom");
    assert_eq!(atom[0].links, ["https://oil.example/"]);
    assert_eq!(atom[0].media[0].url, "https://shed.example/1.mp3");
    assert_eq!(atom[0].author.as_deref(), Some("Kim Carver"));
    let (json, _) = posts("healthy.json");
    assert_eq!(
        (json[0].author.as_deref(), &json[0].hashtags[..]),
        (Some("Sam Steam"), &["tea".to_owned()][..])
    );
}

#[test]
fn charsets() {
    check_titles("latin-1-undeclared.rss", &["Größe zählt"]);
    check_titles("windows-1252-called-utf-8.rss", &["Über Gärten"]);
    check_titles("utf-16.rss", &["Zwei Bytes für ü"]);
    check_titles("utf-8-called-latin-1.rss", &["Doch UTF-8: äöü"]);
    check_titles("control-characters.rss", &["Vertikal und Null"]);
    assert_eq!(
        posts("windows-1252-called-utf-8.rss").0[0].lead,
        "“Früher war alles grüner” – 5 €, sagt der Gärtner in Köln."
    );
}

#[test]
fn broken_xml() {
    check(
        "raw-ampersand.rss",
        &[
            "1 @2026-11-23T10:00:00Z de \"Müller & Söhne\" Kraut & Rüben, a < b",
            "2 @2026-11-23T10:00:00Z de \"Beitrag 2\"",
        ],
    );
    assert_eq!(posts("raw-ampersand.rss").0[1].url, "https://garten.example/2?a=1&b=2");
    check("leading-junk.rss", &["1 @2026-11-23T10:00:00Z de \"Beitrag 1\""]);
    check(
        "html-entities.rss",
        &["1 @2026-11-23T10:00:00Z de \"Grüße\" „Schön“ – sagt sie… &unbekannt;"],
    );
    check("cdata.rss", &["1 @2026-11-23T10:00:00Z de \"Tom & Jerry\" A & B||C"]);
    check(
        "raw-html.rss",
        &["1 @2026-11-23T10:00:00Z de \"Ein schiefes Wort\" Erster|Satz||Zweiter & letzter"],
    );
    check(
        "unclosed-tags.rss",
        &["1 @2026-11-23T12:00:00Z de \"Eins\"", "2 @2026-11-23T12:00:00Z de \"Zwei\""],
    );
    check_titles("strange-root.rss", &["Beitrag 1"]);
    let (undeclared, _) = posts("undeclared-prefixes.rss");
    assert_eq!(
        (undeclared[0].body.as_str(), undeclared[0].author.as_deref()),
        ("Ganzer Text.", Some("Mia Muster"))
    );
}

#[test]
fn a_cut_off_end_costs_the_last_item_only() {
    let reason = "broken: the end of the feed was cut off";
    check(
        "cut-off-in-item.rss",
        &[
            "1 @2026-11-23T10:00:00Z de \"Beitrag 1\"",
            "2 @2026-11-23T10:00:00Z de \"Beitrag 2\"",
            reason,
        ],
    );
    check("cut-off-in-cdata.rss", &["1 @2026-11-23T10:00:00Z de \"Beitrag 1\"", reason]);
}

#[test]
fn dates() {
    let times: Vec<i64> = posts("dates.rss").0.iter().map(|post| post.published.0).collect();
    let ten = NOON.0 - 7_200_000;
    // Nonsense and the far future are "when it was heard".
    assert_eq!(times, [ten, ten, 1_784_887_200_000, ten, ten, ten, NOON.0, NOON.0]);
}

#[test]
fn identities() {
    let (posts, document) = posts("no-guid.rss");
    assert_eq!(posts[0].native_id, "garten.example#https://garten.example/x");
    assert!(posts[1].native_id.len() > 40 && posts[1].url.is_empty());
    assert_eq!(document.broken, ["an item without title and text"]);
}

#[test]
fn texts_are_cleaned_once_and_said_once() {
    check(
        "double-escaped.rss",
        &["1 @2026-11-23T10:00:00Z de \"Obst & Gemüse neu\" Erstens.||Zweitens."],
    );
    check(
        "said-twice.rss",
        &["1 @2026-11-23T10:00:00Z de \"Beitrag 1\" ¶ Die Rosen blühen noch im November, \
           und das bei Frost und Schnee."],
    );
    let (relative, _) = posts("relative-links.rss");
    assert_eq!(relative[0].url, "https://garten.example/beitrag/1");
    assert_eq!(relative[0].links, ["https://garten.example/impressum"]);
    assert_eq!(relative[0].media[0].url, "https://garten.example/bild.jpg");
    assert_eq!(posts("english-by-default.rss").0[0].lang.as_deref(), Some("de"));
}

#[test]
fn entities_are_not_expanded() {
    let (bomb, _) = posts("entity-bomb.rss");
    assert_eq!(bomb[0].lead, "&j;&j;");
    check_titles("external-entity.rss", &["vor &x; nach"]);
}

#[test]
fn one_item_that_the_parser_refuses_does_not_cost_the_others() {
    let (posts, document) = posts("atom-odd-types.atom");
    assert_eq!((posts.len(), posts[0].title.as_str()), (1, "Kept"));
    assert_eq!(document.broken.len(), 1);
    let (posts, _) = self::posts("author-trips-parser.rss");
    assert_eq!(posts.last().unwrap().title, "Beitrag 2");
}

#[test]
fn deletions_are_told() {
    let (posts, document) = posts("tombstone.atom");
    assert_eq!(
        (posts.len(), &document.deleted[..]),
        (1, &["tag:gone.example,2026:1".to_owned()][..])
    );
}

#[test]
fn what_is_no_feed_is_told() {
    let page = document("a-page.html").unwrap_err();
    assert_eq!(page, Unreadable::Page(Some("https://garten.example/feed.xml".into())));
    assert!(matches!(document("empty.rss").unwrap_err(), Unreadable::Nonsense(_)));
}

#[test]
fn every_sample_is_read_in_part_without_a_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/feeds");
    let url = Url::parse("https://garten.example/feed/").unwrap();
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for end in (0..bytes.len()).step_by(7) {
            let _ = read(&bytes[..end], None, &url, |_| false);
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_met(bytes: Vec<u8>, at in 0_usize..600, kind: Option<String>) {
        let url = Url::parse("https://garten.example/feed/").unwrap();
        let _ = read(&bytes, kind.as_deref(), &url, |_| false);
        // The same bytes in the middle of a healthy feed.
        let mut feed = sample("healthy.rss");
        let at = at.min(feed.len());
        feed.splice(at..at, bytes);
        if let Ok(document) = read(&feed, kind.as_deref(), &url, |_| false) {
            let voice = Voice::default();
            for (_, entry) in document.fresh {
                let _ = post(entry, &voice, &url, NOON);
            }
        }
    }
}
