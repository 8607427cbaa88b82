//! What every page owes its reader: headers, both languages, phones, escaped words.

use domain::{AlertRules, Tone};
use http::StatusCode;
use store::Ingest;

use crate::browser::{Browser, NOW};
use crate::seed;

/// Every page inside, with a mention that was edited.
async fn pages(browser: &mut Browser) -> Vec<String> {
    let mentions =
        browser.store.mentions(&Default::default(), store::Page::Newest, 100).await.unwrap();
    let edited = mentions.iter().find(|m| m.versions > 1).unwrap().number;
    let mut pages: Vec<String> = [
        "/",
        "/?alerts=all",
        "/mentions",
        "/mentions?tone=negative&platform=web&channel=blog&lang=de&tier=private&watch=1&words=x&since=2026-01-01&until=2027-01-01",
        "/watches",
        "/watches/new",
        "/watches/new?query=a+OR+b+c",
        "/watches/new?query=(",
        "/watches/1",
        "/watches/1/remove",
        "/search",
        "/search?q=falkenrot&hours=1&since=2026-01-01",
        "/search?q=(",
        "/watches?order=cost&words=falken",
        "/watches/import",
        "/watches/4/versions?effect=1",
        "/saved",
        "/saved/list",
        "/saved/query",
        "/stories",
        "/stories?order=gravest&watch=1&rung=trade&severity=3&grew=1&page=1",
        "/calibration",
        "/channels",
        "/settings",
        "/settings/ways/new?notifier=ntfy",
        "/settings/ways/1",
        "/settings/ways/1/remove",
        "/set-up/words",
        "/nowhere",
    ]
    .map(str::to_owned)
    .to_vec();
    pages.extend(mentions.iter().take(12).map(|m| format!("/mentions/{}", m.number)));
    pages.push(format!("/mentions/{edited}"));
    pages
}

#[tokio::test]
async fn every_page_speaks_both_languages_and_is_guarded() {
    let mut browser = Browser::seeded().await;
    for (lang, word) in [("en", "Horch"), ("de", "Horch")] {
        browser.speak(lang);
        for path in pages(&mut browser).await {
            let page = browser.get(&path).await;
            let expect = if path == "/nowhere" { StatusCode::NOT_FOUND } else { StatusCode::OK };
            assert_eq!(page.status, expect, "{path}");
            page.has(word).has(&format!("<html lang=\"{lang}\">")).lacks("⟦").lacks("{$");
            page.has("name=\"viewport\" content=\"width=device-width, initial-scale=1");
            page.lacks(" style=").lacks("<style").lacks("onclick=").lacks("\"javascript:");
            assert_eq!(page.text.matches("<script").count(), 1, "{path}");
            assert_eq!(page.text.matches("<h1").count(), 1, "{path}");
            let policy = page.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{path}");
            assert!(!policy.contains("unsafe"), "{policy}");
            assert_eq!(page.header("x-content-type-options"), "nosniff");
            assert_eq!(page.header("referrer-policy"), "no-referrer");
            assert_eq!(page.header("cache-control"), "no-store");
            for tag in page.text.split("<a ").skip(1).filter(|t| t.contains("target=\"_blank\"")) {
                let tag = tag.split('>').next().unwrap();
                assert!(tag.contains("rel=\"noopener noreferrer\""), "{tag}");
                assert!(tag.contains("href=\"http"), "{tag}");
            }
            unique_ids(&path, &page.text);
        }
    }
}

fn unique_ids(path: &str, html: &str) {
    let mut seen = std::collections::BTreeSet::new();
    for rest in html.split(" id=\"").skip(1) {
        let id = rest.split('"').next().unwrap();
        assert!(seen.insert(id), "{id} stands twice on {path}");
    }
}

#[tokio::test]
async fn guarded_even_where_nothing_is_shown() {
    let mut browser = Browser::new(|_| {}).await;
    for path in ["/health", "/sign-in", "/robots.txt", "/assets/none.js", "/set-up", "/a/b/c"] {
        let page = browser.get(path).await;
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(!page.header("content-type").is_empty(), "{path}");
    }
    assert_eq!(browser.get("/health").await.text, "ok\n");
}

#[tokio::test]
async fn assets_are_kept_for_long_under_their_hash() {
    let mut browser = Browser::seeded().await;
    let page = browser.get("/").await;
    for (kind, end) in
        [("text/css", ".css\""), ("text/javascript", ".js\""), ("image/svg+xml", ".svg\"")]
    {
        let before = page.text.split(end).next().unwrap();
        let path = format!(
            "{}{}",
            &before[before.rfind("/assets/").unwrap()..],
            end.trim_end_matches('"')
        );
        let asset = browser.get(&path).await;
        assert_eq!(asset.status, StatusCode::OK, "{path}");
        assert!(asset.header("content-type").starts_with(kind));
        assert!(asset.header("cache-control").contains("immutable"));
        assert!(!asset.text.is_empty());
    }
}

#[tokio::test]
async fn what_strangers_write_stays_text() {
    let mut browser = Browser::seeded().await;
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let name = "<b>W</b>\"&'";
    let rules = AlertRules { every: true, ..AlertRules::default() };
    let watch = browser.store.add_watch(name, "script OR alert", rules, NOW).await.unwrap();
    let mut post = seed::plain_post("evil", evil, NOW);
    post.title = evil.into();
    post.url = "javascript:alert(1)".into();
    post.source.name = evil.into();
    post.source.handle = "\"><svg onload=alert(1)>".into();
    post.source.url = "data:text/html,<script>1</script>".into();
    post.links = vec!["javascript:alert(1)".into(), "https://ok.example/\"><script>".into()];
    post.lang = Some("x\" onmouseover=\"alert(1)".into());
    let posts = vec![seed::judge(post, Some((Tone::Negative, 0.9)), std::slice::from_ref(&watch))];
    browser.store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
    let rows = browser.store.mentions(&Default::default(), store::Page::Newest, 1).await.unwrap();
    let mut health = domain::Health::starting("web/<script>alert(1)</script>", NOW);
    health.detail = evil.into();
    browser.store.save_health(&[health]).await.unwrap();
    let id = watch.id.0;
    for path in [
        "/".to_owned(),
        "/mentions".to_owned(),
        format!("/mentions/{}", rows[0].number),
        "/mentions?words=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&tone=%3Cscript%3E".to_owned(),
        "/watches".to_owned(),
        format!("/watches/{id}"),
        format!("/watches/{id}/remove"),
        "/watches/new?query=%3Cscript%3Ealert(1)%3C/script%3E+(".to_owned(),
        "/watches/new?query=script".to_owned(),
        "/search?q=script".to_owned(),
        "/search?q=%3Cscript%3Ealert(1)%3C/script%3E+(&since=%22%3E%3Cscript%3E".to_owned(),
        "/saved/list?name=%3Cscript%3E".to_owned(),
        "/channels".to_owned(),
        "/settings?done=%3Cscript%3E".to_owned(),
        "/sign-in?next=%22%3E%3Cscript%3E".to_owned(),
        "/%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
    ] {
        let page = browser.get(&path).await;
        assert_eq!(
            page.text.matches("<script").count(),
            usize::from(!page.text.is_empty()),
            "{path}"
        );
        page.lacks("<img").lacks("<svg onload").lacks("<b>W").lacks("href=\"javascript");
        page.lacks("href=\"data:").lacks(" onmouseover=\"alert");
    }
    let page = browser.get("/mentions").await;
    page.has("&#60;<mark>script</mark>&#62;<mark>alert</mark>(1)");
}

#[tokio::test]
async fn the_language_follows_the_reader() {
    let mut browser = Browser::seeded().await;
    browser.speak("fr, de;q=0.8");
    browser.get("/").await.has("Offene Alarme");
    browser.get("/settings").await;
    browser.send("/settings/language", &[("lang", "en")]).await.leads_to("/settings?done=saved");
    browser.get("/").await.has("Open alerts");
    browser.get("/settings?done=saved").await.has("Saved.");
    browser.get("/mentions?lang=de").await.has("<html lang=\"en\">");
    let mut outside = browser.stranger();
    outside.get("/sign-in?language=de").await.has("<html lang=\"de\">");
    outside.get("/sign-in").await.has("<html lang=\"de\">");
}

#[tokio::test]
async fn pages_travel_compressed_and_the_event_stream_does_not() {
    let mut browser = Browser::seeded().await;
    browser.headers.push(("accept-encoding", "gzip, deflate".into()));
    for (path, encoding) in
        [("/", "gzip"), ("/mentions", "gzip"), ("/mentions.csv", "gzip"), ("/events", "")]
    {
        let response = browser.open(path).await;
        let found = response.headers().get("content-encoding").map_or("", |h| h.to_str().unwrap());
        assert_eq!((response.status(), found), (StatusCode::OK, encoding), "{path}");
    }
    browser.headers.clear();
    assert_eq!(browser.get("/").await.header("content-encoding"), "");
}
