//! What people do: filter, export, write queries, set up channels and ways.

use domain::{Tone, WatchId};
use http::StatusCode;
use serde_json::{Value, json};
use store::{Ingest, MentionFilter, Page};

use crate::browser::{Browser, NOW};
use crate::seed;

#[tokio::test]
async fn now_shows_alerts_mentions_volume_and_what_is_not_heard() {
    let mut browser = Browser::seeded().await;
    let page = browser.get("/").await;
    page.has("2 of 6 streams are not heard").has("42 mentions in the last hour, 4.2 are usual");
    page.has("<svg class=\"bars\" role=\"img\"").has("<mark>Falkenrot</mark>").has("412 followers");
    let told = browser.store.mentions(&MentionFilter::default(), Page::Newest, 5).await.unwrap();
    assert!(told.iter().all(|m| m.told == Some(NOW)), "who stands on an open page is told");
    let open = browser.store.alerts(true, Page::Newest, 100).await.unwrap();
    let path = format!("/alerts/{}/acknowledge", open[0].id);
    browser.send(&path, &[]).await.leads_to("/");
    let left = browser.store.alerts(true, Page::Newest, 100).await.unwrap();
    assert_eq!(left.len(), open.len() - 1);
    let done = browser.store.alert(open[0].id).await.unwrap().unwrap();
    assert_eq!(done.acknowledged, Some(("somebody at this machine".into(), NOW)));
    let up_to = left[1].number.to_string();
    browser.send("/alerts/acknowledge", &[("up-to", &up_to)]).await.leads_to("/");
    let left = browser.store.alerts(true, Page::Newest, 100).await.unwrap();
    assert_eq!(left.len(), 1, "what came after the page was made stays open");
}

/// The mentions in a page.
fn entries(html: &str) -> Vec<&str> {
    let after = html.split("<li class=\"mention ").skip(1);
    after.map(|rest| rest.split("</li>").next().unwrap()).collect()
}

/// The numbers in ids such as `m12`.
fn ids(html: &str, kind: char) -> Vec<i64> {
    let mark = format!(" id=\"{kind}");
    let after = html.split(mark.as_str()).skip(1);
    after.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
}

#[tokio::test]
async fn one_post_found_by_two_watches_stands_once_and_is_acknowledged_at_once() {
    let mut browser = Browser::seeded().await;
    let open = browser.store.alerts(true, Page::Newest, 100).await.unwrap();
    let post = |a: &store::AlertRow| a.mention.as_ref().map(|m| m.post.id());
    let twins: Vec<_> =
        open.iter().filter(|a| a.mention.is_some() && post(a) == post(&open[1])).collect();
    assert_eq!(twins.len(), 2, "both watches tell it");
    let page = browser.get("/").await;
    let alert =
        page.text.split("<li class=\"alert ").find(|a| a.contains(&twins[0].id.to_string()));
    let alert = alert.unwrap().split("</li>").next().unwrap();
    assert_eq!(alert.matches("class=\"chip\"").count(), 2, "{alert}");
    assert!(alert.contains("<mark>Falkenrot</mark>") && alert.contains("<mark>Aurelia 3</mark>"));
    let sent: Vec<(&str, &str)> = alert
        .split("name=\"id\" value=\"")
        .skip(1)
        .map(|rest| ("id", rest.split('"').next().unwrap()))
        .collect();
    assert_eq!(sent.len(), 2);
    let path = format!("/alerts/{}/acknowledge", twins[0].id);
    browser.send(&path, &sent).await.leads_to("/");
    let left = browser.store.alerts(true, Page::Newest, 100).await.unwrap();
    assert_eq!(left.len(), open.len() - 2);
    browser.send(&path, &[("id", "nonsense")]).await.leads_to("/");
}

#[tokio::test]
async fn an_uncertain_tone_looks_uncertain() {
    let mut browser = Browser::seeded().await;
    let watches = browser.store.watches().await.unwrap();
    let check =
        [(Tone::Negative, 0.49, true), (Tone::Negative, 0.5, false), (Tone::Neutral, 0.4, true)];
    for (n, (tone, sure, unsure)) in check.into_iter().enumerate() {
        let post = seed::plain_post(&format!("tone-{n}"), "falkenrot", NOW);
        let posts = vec![seed::judge(post, Some((tone, sure)), &watches)];
        browser.store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
        let rows =
            browser.store.mentions(&MentionFilter::default(), Page::Newest, 1).await.unwrap();
        let page = browser.get("/mentions").await;
        let entry = entries(&page.text)[0].to_owned();
        let word = format!(" {}{} <small", tone.as_str(), if unsure { "?" } else { "" });
        assert!(entry.contains(&word), "{entry}");
        assert_eq!(entry.contains("unsure"), unsure, "{entry}");
        let page = browser.get(&format!("/mentions/{}", rows[0].number)).await;
        assert_eq!(page.text.contains("below 50% no alert is raised"), unsure);
    }
}

#[tokio::test]
async fn filters_stand_in_the_address() {
    let mut browser = Browser::seeded().await;
    // What two watches found in one post stands once, under both their names.
    let shown = |text: &str| text.matches("<li class=\"mention ").count();
    let named = |text: &str| {
        entries(text).iter().map(|e| e.matches("class=\"chip\"").count()).sum::<usize>()
    };
    for (filter, expect) in [
        ("tone=negative&platform=web&tier=leading", 2),
        ("platform=web&channel=blog", 2),
        ("lang=fr", 2),
        ("words=hotline", 2),
        ("words=HOTLINE&watch=1&watch=2", 2),
        ("since=2020-01-01&until=2020-01-02", 0),
        ("tone=nonsense&lang=fr", 2),
    ] {
        let page = browser.get(&format!("/mentions?{filter}")).await;
        assert_eq!(shown(&page.text), expect / 2, "{filter}");
        assert_eq!(named(&page.text), expect, "{filter}");
        let count: Vec<Value> =
            json_lines(&mut browser, &format!("/mentions.jsonl?{filter}")).await;
        assert_eq!(count.len(), expect, "{filter}");
    }
    let page = browser.get("/mentions?tone=negative&words=a%26b").await;
    page.has("value=\"negative\" checked").has("value=\"a&#38;b\"").has("No mention fits");
    page.has("href=\"/mentions.csv?tone=negative&#38;words=a%26b\"");
    page.has("href=\"/mentions?words=a%26b\"").has("alerts=no");
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_double() {
    let mut browser = Browser::seeded().await;
    let all = browser.store.count_mentions(&MentionFilter::default()).await.unwrap();
    let mut numbers = Vec::new();
    let mut path = "/mentions".to_owned();
    loop {
        let page = browser.get(&path).await;
        let mut here: Vec<i64> = entries(&page.text).iter().flat_map(|e| ids(e, 'm')).collect();
        here.sort_unstable_by(|a, b| b.cmp(a));
        numbers.extend(here);
        let Some((_, next)) = page.text.split_once("rel=\"next\" href=\"") else { break };
        path = next.split('"').next().unwrap().replace("&#38;", "&");
    }
    assert_eq!(numbers.len() as u64, all);
    assert!(numbers.is_sorted_by(|a, b| a > b));
}

#[tokio::test]
async fn a_mention_shows_all_that_is_known() {
    let mut browser = Browser::seeded().await;
    let rows = browser.store.mentions(&MentionFilter::default(), Page::Newest, 100).await.unwrap();
    let edited = rows.iter().find(|m| m.versions > 1).unwrap();
    let page = browser.get(&format!("/mentions/{}", edited.number)).await;
    page.has("<ins>bestätigt inzwischen den Fehler und ").has("Versions of the post (2)");
    page.has("Published").has("Received").has("Matched").has("4.7\u{a0}s").has("Likes");
    page.has("probability of 88%").has("Also matched").has("https://langsam.example/studie");
    page.has("javascript:alert(1)").lacks("href=\"javascript");
    for path in ["/mentions/999999", "/mentions/x", "/mentions/-1"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

async fn json_lines(browser: &mut Browser, path: &str) -> Vec<Value> {
    let page = browser.get(path).await;
    page.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn exports_are_whole_and_harmless() {
    let mut browser = Browser::seeded().await;
    let watches = browser.store.watches().await.unwrap();
    let mut posts = Vec::new();
    for n in 0..1_200 {
        let body = format!("=HYPERLINK(\"https://evil.example/{n}\") falkenrot");
        let post = seed::plain_post(&format!("bulk-{n}"), &body, NOW);
        posts.push(seed::judge(post, Some((Tone::Neutral, 0.5)), &watches[1..2]));
    }
    browser.store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
    let all = browser.store.count_mentions(&MentionFilter::default()).await.unwrap() as usize;
    let csv = browser.get("/mentions.csv").await;
    assert!(csv.header("content-disposition").contains("mentions.csv"));
    csv.has("\u{feff}number,watch,")
        .has("\"'=HYPERLINK(\"\"https://evil.example/7\"\") falkenrot\"");
    csv.lacks(",=HYPERLINK").lacks(",\"=HYPERLINK");
    assert_eq!(csv.text.matches("\r\n").count(), all + 1);
    let lines = json_lines(&mut browser, "/mentions.jsonl").await;
    assert_eq!(lines.len(), all);
    assert_eq!(lines[0]["watch"], "Falkenrot");
    let api: Value =
        serde_json::from_str(&browser.get("/api/mentions?limit=3").await.text).unwrap();
    let next = api["next"].as_i64().unwrap();
    assert_eq!(api["mentions"].as_array().unwrap().len(), 3);
    let path = format!("/api/mentions?limit=1&before={next}");
    let api: Value = serde_json::from_str(&browser.get(&path).await.text).unwrap();
    assert!(api["mentions"][0]["number"].as_i64().unwrap() < next);
    let api: Value = serde_json::from_str(&browser.get("/api/watches").await.text).unwrap();
    assert_eq!(api[1]["name"], "Falkenrot");
}

#[tokio::test]
async fn the_preview_points_at_errors_and_shows_matches() {
    let mut browser = Browser::seeded().await;
    browser.get("/watches/new").await;
    for (query, parts) in [
        (
            "falkenrot hotline",
            &["<strong>1</strong>", "<mark>Falkenrot</mark>", "<mark>Hotline</mark>"][..],
        ),
        (
            "falkenrot AND (hotline",
            &["class=\"note bad\"", "falkenrot AND <u>(</u>", "never closed"],
        ),
        ("falkenrot AND", &["class=\"note bad\""]),
        ("a OR b AND c", &["class=\"note warn\"", "AND binds before OR"]),
        ("xyzzy", &["<strong>0</strong>", "None of the recent posts"]),
        ("", &["appears here"]),
        ("<b>\"", &["class=\"note bad\"", "&#60;b&#62;"]),
    ] {
        let page = browser.send("/watches/preview", &[("query", query)]).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        page.lacks("<html").lacks("<b>\"");
        for part in parts {
            page.has(part);
        }
    }
    browser.speak("de");
    let page = browser.send("/watches/preview", &[("query", "(a")]).await;
    page.has("Diese Klammer wird nie geschlossen");
    // The same without a script.
    browser.get("/watches/new").await;
    let form = [("name", "N"), ("query", "falkenrot"), ("preview", "1"), ("rise", "1")];
    let page = browser.send("/watches", &form).await;
    page.has("<mark>Falkenrot</mark>").has("value=\"N\"").has("name=\"rise\" value=\"1\" checked");
    page.lacks("name=\"negative\" value=\"1\" checked");
    assert_eq!(browser.store.watches().await.unwrap().len(), 4, "looking saves nothing");
}

#[tokio::test]
async fn watches_are_made_changed_paused_and_removed() {
    let mut browser = Browser::seeded().await;
    browser.get("/watches/new").await;
    let long = "x".repeat(81);
    for (name, query, said) in [
        ("", "a", "between 1 and 80"),
        (long.as_str(), "a", "between 1 and 80"),
        ("ok", "(a", "cannot be saved"),
        ("FALKENROT", "a", "already"),
    ] {
        let page = browser.send("/watches", &[("name", name), ("query", query)]).await;
        page.has(said).has("role=\"alert\"");
    }
    let form = [("name", "Kaffee"), ("query", "kaffee"), ("every", "1"), ("paused", "1")];
    browser.send("/watches", &form).await.leads_to("/watches?done=watch-saved");
    browser.get("/watches?done=watch-saved").await.has("The watch is saved.").has("Kaffee");
    let made = browser.store.watch_named("kaffee").await.unwrap().unwrap();
    assert!(made.alerts.every && !made.alerts.negative && made.paused);
    let path = format!("/watches/{}", made.id.0);
    browser.send(&format!("{path}/pause"), &[]).await.leads_to("/watches");
    let form = [("name", "Kaffee"), ("query", "kaffee OR tee"), ("negative", "1")];
    browser.send(&path, &form).await.leads_to("/watches?done=watch-saved");
    let made = browser.store.watch(made.id).await.unwrap().unwrap();
    assert_eq!((made.version, made.paused, made.alerts.negative), (2, false, true));
    browser.get(&path).await.has("<code>kaffee</code>").has("Version 2");
    browser.get(&format!("{path}/remove")).await.has("Remove the watch “Kaffee”?");
    browser.send(&format!("{path}/remove"), &[]).await.leads_to("/watches?done=watch-removed");
    assert_eq!(browser.store.watch(made.id).await.unwrap(), None);
    assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/watches/zero").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn channels_say_what_is_heard_and_take_settings() {
    let mut browser = Browser::seeded().await;
    let page = browser.get("/channels").await;
    page.has("heard with trouble").has("not heard").has("503 Service Unavailable").has("off");
    page.has("2 of 3 streams are heard well.").has("14 errors since").has("1,234,567");
    page.has("could not be reached").has("Known within 5 minutes").has("100%");
    let form = [
        ("on", "1"),
        ("f-servers", "a.example\r\nb.example"),
        ("f-token", "t0ken"),
        ("f-every", "60"),
    ];
    browser.send("/channels/mastodon", &form).await.leads_to("/channels?done=saved");
    let saved = |text: Option<String>| serde_json::from_str::<Value>(&text.unwrap()).unwrap();
    let kept = saved(browser.store.setting("connector.mastodon").await.unwrap());
    let expect =
        json!({"on": true, "servers": "a.example\nb.example", "token": "t0ken", "every": 60});
    assert_eq!(kept, expect);
    browser
        .get("/channels")
        .await
        .lacks("t0ken")
        .has("saved; leave empty to keep it")
        .has("b.example");
    let form = [("f-servers", "refused"), ("f-every", "60"), ("on", "1")];
    browser
        .send("/channels/mastodon", &form)
        .await
        .has("no such server")
        .has(">refused</textarea>");
    let form = [("f-every", "3"), ("on", "1")];
    browser.send("/channels/mastodon", &form).await.has("whole number in the allowed range");
    assert_eq!(saved(browser.store.setting("connector.mastodon").await.unwrap()), expect);
    browser.send("/channels/mastodon", &[("f-every", "60")]).await.leads_to("/channels?done=saved");
    let kept = saved(browser.store.setting("connector.mastodon").await.unwrap());
    assert_eq!((&kept["on"], &kept["token"]), (&json!(false), &json!("t0ken")));
    assert_eq!(browser.send("/channels/nobody", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn ways_are_tried_before_they_are_trusted() {
    let mut browser = Browser::seeded().await;
    browser.get("/settings").await.lacks("s3cret-value").has("202 Accepted").has("Redaktion");
    browser.get("/settings/ways/1").await.lacks("s3cret-value").has("https://hook.example/x");
    browser.get("/settings/ways/new?notifier=webhook").await.has("Send a test");
    let form = |url, more: &[(&'static str, &'static str)]| {
        let mut form =
            vec![("notifier", "webhook"), ("name", "Neu"), ("f-url", url), ("lang", "de")];
        form.extend(more);
        form
    };
    let send = async |browser: &mut Browser, form: Vec<(&str, &str)>| {
        browser.send("/settings/ways", &form).await
    };
    send(&mut browser, form("", &[])).await.has("must be filled in");
    send(&mut browser, form("https://refused.example", &[])).await.has("this host is private");
    send(&mut browser, form("https://broken.example", &[("try", "1")]))
        .await
        .has("503 Service Unavailable &#60;b&#62;");
    send(&mut browser, form("https://ok.example", &[("try", "1")]))
        .await
        .has("200 OK")
        .has("https://ok.example");
    assert_eq!(browser.store.ways().await.unwrap().len(), 2, "a test saves nothing");
    let more = [("watch", "1"), ("watch", "2"), ("f-secret", "k3y")];
    send(&mut browser, form("https://ok.example", &more))
        .await
        .leads_to("/settings?done=way-saved");
    let way = browser.store.ways().await.unwrap().into_iter().find(|w| w.name == "Neu").unwrap();
    assert_eq!((way.watches.as_slice(), way.lang.as_str()), (&[WatchId(1), WatchId(2)][..], "de"));
    let path = format!("/settings/ways/{}", way.id);
    browser.get(&path).await.lacks("k3y");
    let change =
        [("name", "Alt"), ("f-url", "https://new.example"), ("paused", "1"), ("lang", "en")];
    browser.send(&path, &change).await.leads_to("/settings?done=way-saved");
    let way = browser.store.ways().await.unwrap().into_iter().find(|w| w.id == way.id).unwrap();
    let settings: Value = serde_json::from_str(&way.settings).unwrap();
    assert_eq!(settings, json!({"url": "https://new.example", "secret": "k3y"}));
    assert!(way.paused && way.watches.is_empty() && way.lang == "en");
    browser.send(&format!("{path}/remove"), &[]).await.leads_to("/settings?done=way-removed");
    assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
    let page = browser.get("/settings/ways/new?notifier=pigeon").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_empty_horch_says_what_to_do() {
    let mut browser = Browser::new(|o| o.open = true).await;
    browser
        .get("/")
        .await
        .has("Nobody told Horch")
        .has("The channels are starting")
        .has("No open alerts.");
    browser.get("/mentions").await.has("Nothing has been heard yet");
    browser.get("/channels").await.has("No gaps are known").has("No mention to measure yet");
    browser.get("/settings").await.has("Nothing has been sent yet");
}

#[tokio::test]
async fn a_person_says_how_a_mention_sounds_and_takes_it_back() {
    let mut browser = Browser::seeded().await;
    let all = browser.store.mentions(&MentionFilter::default(), Page::Newest, 50).await.unwrap();
    let row = all.iter().find(|row| {
        row.sentiment.is_some_and(|s| s.tone == Tone::Negative) && row.verdict.is_none()
    });
    let number = row.unwrap().number;
    let address = format!("/mentions/{number}");
    let tone = format!("{address}/tone");
    let after = format!("{address}?done=tone");
    browser.get(&address).await.has("A machine judged it, no person.").has("id=\"tone\"");
    browser.send(&tone, &[("tone", "positive")]).await.leads_to(&after);
    let page = browser.get(&after).await;
    page.has("by somebody at this machine; the machine had said: negative")
        .has("by a person")
        .has("aria-pressed=\"true\"");
    page.lacks("A machine judged it").has("Noted.");
    let said = browser.store.mention(number).await.unwrap().unwrap();
    assert_eq!(said.sentiment.map(|s| s.tone), Some(Tone::Positive));
    assert_eq!(said.verdict.unwrap().by, "somebody at this machine");
    browser.send(&tone, &[("tone", "")]).await.leads_to(&after);
    browser.get(&address).await.has("A machine judged it, no person.");
    for (path, value) in [(tone.as_str(), "angry"), ("/mentions/99999/tone", "neutral")] {
        assert_eq!(browser.send(path, &[("tone", value)]).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_words_that_made_a_tone_are_marked() {
    let mut browser = Browser::seeded().await;
    let watches = browser.store.watches().await.unwrap();
    let mut post = seed::plain_post("made", "falkenrot is the worst company, simply awful", NOW);
    post.lang = Some("en".into());
    let posts = vec![seed::judge(post, Some((Tone::Negative, 0.9)), &watches)];
    let done = browser.store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
    let page = browser.get(&format!("/mentions/{}", done.mentions[0])).await;
    page.has("<em class=\"made\">worst</em>").has("Without these words");
}

#[tokio::test]
async fn what_was_learnt_is_shown_and_chosen() {
    let mut browser = Browser::seeded().await;
    browser.get("/learning").await.has("Nobody has said anything yet. 20 more are needed");
    let score = |right: f32| json!({ "right": right, "recall": right, "loss": 1.0 });
    let check = |better: bool| {
        json!({
            "lessons": 120, "tones": [60, 20, 40], "confirmed": 12, "before": score(0.61),
            "after": score(0.74), "better": better,
            "points": [{ "lessons": 50, "score": score(0.68) }],
        })
        .to_string()
    };
    let mut ids = Vec::new();
    for (watch, better) in [(None, true), (None, false), (Some(WatchId(1)), true)] {
        let subject = store::Subject::tone(watch);
        let check = check(better);
        let head = store::NewHead { subject, made: NOW, revision: 1, check, bytes: vec![] };
        ids.push(browser.store.add_head(&head).await.unwrap());
    }
    let page = browser.get("/learning").await;
    page.has("The whole house").has("Not in use").has("with 50 verdicts").has("68%").has("74%");
    page.has("Only 10% of the verdicts confirm the machine").has("The newest version judges.");
    let first = ids[0].to_string();
    browser
        .send("/learning", &[("watch", ""), ("choice", &first)])
        .await
        .leads_to("/learning?done=learning");
    browser.get("/learning").await.has("A version that somebody chose judges.");
    let told: Value = serde_json::from_str(&browser.get("/api/learning").await.text).unwrap();
    let used: Vec<&Value> =
        told["versions"].as_array().unwrap().iter().filter(|v| v["in_use"] == true).collect();
    assert_eq!(used.len(), 2);
    assert_eq!(used[1]["version"], ids[0]);
    browser.send("/learning", &[("watch", "1"), ("choice", "none")]).await;
    browser
        .get("/learning")
        .await
        .has("Switched off by choice.")
        .lacks("The newest version judges.");
    for sent in [[("watch", "x"), ("choice", "none")], [("watch", ""), ("choice", "99")]] {
        assert_eq!(browser.send("/learning", &sent).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_flood_that_was_read_in_haste_is_told() {
    let mut browser = Browser::seeded().await;
    browser.get("/").await.lacks("had a quick look only");
    let watches = browser.store.watches().await.unwrap();
    let posts = (0..100).map(|n| {
        let post = seed::plain_post(&format!("flood-{n}"), "falkenrot", NOW);
        let mut judged = seed::judge(post, Some((Tone::Neutral, 0.6)), &watches);
        judged.mentions.iter_mut().for_each(|judged| judged.mention.quick = true);
        judged
    });
    let ingest = Ingest { posts: posts.collect(), ..Ingest::default() };
    let done = browser.store.ingest(&ingest, NOW).await.unwrap();
    browser.get("/").await.has("100 mentions had a quick look only");
    browser.get(&format!("/mentions/{}", done.mentions[0])).await.has("It had a quick look only");
}
