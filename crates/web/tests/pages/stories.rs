//! Stories on the screens: list, page, ladder, mends, calibration.

use std::collections::BTreeMap;

use domain::assessment::{Assessment, Desk, Engagement, Reason};
use domain::story::{Because, StoryId};
use domain::{AlertReason, DAY, HOUR, MINUTE, Tier, Tone};
use http::StatusCode;
use store::{
    Foretold, Growth, Ingest, MentionFilter, Named, Page, Placing, StoryFilter, StoryOrder, ToPlace,
};

use crate::browser::{Browser, NOW};
use crate::seed;

/// A house with two stories: leaking machines (ten voices up to leading media), and noise.
pub struct House {
    pub browser: Browser,
    pub leak: StoryId,
    pub noise: StoryId,
}

/// Mentions that are to be placed, each post once, oldest first.
async fn waiting(browser: &Browser) -> Vec<ToPlace> {
    let mut all = browser.store.to_place(0, 10_000).await.unwrap();
    all.sort_by_key(|one| (one.post.published, one.row, one.watch.0));
    all
}

/// A story of the posts whose identities begin so.
pub async fn story_of(browser: &Browser, beginning: &str) -> StoryId {
    let id = browser.store.reserve_stories(1).await.unwrap();
    let placed = waiting(browser)
        .await
        .into_iter()
        .filter(|one| one.post.native_id.starts_with(beginning))
        .map(|one| Placing {
            row: one.row,
            watch: one.watch,
            story: id,
            copy_of: None,
            because: Because::Known,
            tell: false,
        })
        .collect();
    browser.store.grow(&Growth { placed, ..Growth::default() }, NOW).await.unwrap();
    id
}

fn is_noise(one: &ToPlace) -> bool {
    one.post.native_id.starts_with("noise")
}

impl House {
    pub async fn new() -> House {
        let browser = Browser::seeded().await;
        let leak = browser.store.reserve_stories(2).await.unwrap();
        let noise = StoryId(leak.0 + 1);
        let all = waiting(&browser).await;
        let first: BTreeMap<bool, i64> =
            all.iter().rev().map(|one| (is_noise(one), one.row)).collect();
        let placed = all
            .iter()
            .map(|one| {
                let before = first[&is_noise(one)];
                let because = match one.post.source.key.as_str() {
                    _ if one.row == before => Because::First,
                    "kuechentechnik.example" => Because::Link(before),
                    _ if is_noise(one) => Because::Copy(before),
                    _ => Because::Words(before),
                };
                Placing {
                    row: one.row,
                    watch: one.watch,
                    story: if is_noise(one) { noise } else { leak },
                    copy_of: (is_noise(one) && one.row != before).then_some(before),
                    because,
                    tell: true,
                }
            })
            .collect();
        let trade = all.iter().find(|one| one.post.source.tier == Some(Tier::Trade)).unwrap().row;
        let named = vec![
            Named { story: leak, headline: Some(trade), phrase: Some("undichte Düse".into()) },
            Named { story: noise, headline: None, phrase: Some("im Angebot".into()) },
        ];
        let growth = Growth { placed, named, ..Growth::default() };
        browser.store.grow(&growth, NOW).await.unwrap();
        let told = Assessment {
            severity: 4,
            reasons: vec![
                (Reason::Rung { tier: Tier::Leading }, 4),
                (Reason::Tone { percent: 50 }, 1),
                (Reason::FewVoices { sources: 2 }, -1),
            ],
            desk: Desk::Communication,
            engagement: Engagement::Converse,
        };
        browser.store.assess_stories(&[(leak, told)], &[]).await.unwrap();
        House { browser, leak, noise }
    }

    fn page(&self, story: StoryId) -> String {
        format!("/stories/{}", story.0)
    }

    async fn rows(&self, story: StoryId) -> Vec<i64> {
        let dots = self.browser.store.dots(story, 1_000).await.unwrap();
        dots.iter().map(|dot| dot.row).collect()
    }
}

/// Numbers of the stories on a page, in their order.
fn listed(html: &str) -> Vec<i64> {
    let rows = html.split("<li class=\"storyrow\" id=\"s").skip(1);
    rows.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
}

/// One of the two drawings.
fn drawing<'h>(html: &'h str, class: &str) -> &'h str {
    let rest = html.split(&format!("class=\"ladder {class}\"")).nth(1).unwrap();
    rest.split("</svg>").next().unwrap()
}

#[tokio::test]
async fn the_list_shows_orders_and_filters_stories() {
    let House { mut browser, leak, noise } = House::new().await;
    let both = |a: StoryId, b: StoryId| vec![a.0, b.0];
    for (query, expect) in [
        ("", both(leak, noise)),
        ("?order=biggest", both(noise, leak)),
        ("?order=gravest", both(leak, noise)),
        ("?rung=leading", vec![leak.0]),
        ("?rung=trade&severity=4", vec![leak.0]),
        ("?severity=5", vec![]),
        ("?watch=2", both(leak, noise)),
        ("?watch=4", vec![]),
        ("?grew=1", both(leak, noise)),
        ("?page=1", vec![]),
    ] {
        assert_eq!(listed(&browser.get(&format!("/stories{query}")).await.text), expect, "{query}");
    }
    let page = browser.get("/stories").await;
    page.has("Falkenrot prüft Berichte über undichte Aurelia 3").has("undichte Düse");
    page.has("10 posts").has("grave").has("●●●●○").has("Leading media").has("39 of them copies");
    browser.get("/stories?severity=5").await.has("No story fits this filter.");
}

#[tokio::test]
async fn an_empty_house_explains_itself() {
    let mut browser = Browser::seeded().await;
    browser.get("/stories").await.has("No stories yet").lacks("storyrow");
    browser.get("/calibration").await.has("No forecast is over yet").lacks("<table");
    browser.get("/").await.has("id=\"growing\" data-refresh hidden");
    for path in ["/stories/1", "/stories/x", "/stories/-1", "/api/stories/1"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let api: serde_json::Value =
        serde_json::from_str(&browser.get("/api/stories").await.text).unwrap();
    assert_eq!(api["stories"], serde_json::json!([]));
}

#[tokio::test]
async fn the_ladder_has_every_post_and_every_rung() {
    let mut house = House::new().await;
    for (story, posts) in [(house.leak, 10), (house.noise, 40)] {
        let page = house.browser.get(&house.page(story)).await;
        for class in ["wide", "narrow"] {
            let svg = drawing(&page.text, class);
            assert_eq!(svg.matches("<a class=\"dot ").count(), posts, "{class}");
            assert_eq!(svg.matches("class=\"name\"").count(), 7);
            assert!(!svg.contains(" style="));
        }
        assert_eq!(page.text.matches("<ol class=\"marks\">").count(), 1);
    }
    let page = house.browser.get(&house.page(house.leak)).await;
    let svg = drawing(&page.text, "wide");
    assert!(svg.contains("→ leading media after 15\u{a0}h"), "{svg}");
    assert!(svg.contains("class=\"band\""), "ten posts are enough for a forecast");
    assert!(svg.contains("The Evening Example · negative · Leading media"));
    page.has("after 15\u{a0}h").has("began there").has("The Evening Example");
}

#[tokio::test]
async fn the_ladder_goes_by_mail_as_a_picture_with_its_words() {
    let house = House::new().await;
    let learnt = domain::forecast::Calibration::default();
    for (lang, words) in [
        (
            "de",
            ["Leiter des Themas „Falkenrot prüft", "10 Beiträge vom", "Höchste Stufe: Leitmedien."],
        ),
        ("en", ["Ladder of the story “Falkenrot prüft", "10 posts from", "It began with"]),
    ] {
        let store = &house.browser.store;
        let made = web::ladder_for_mail(store, &learnt, house.leak, NOW, lang, "http://h/").await;
        let picture = made.unwrap().unwrap();
        for word in words.into_iter().chain(["The Evening Example", "15\u{a0}h"]) {
            assert!(picture.alt.contains(word), "{word} is missing in {}", picture.alt);
        }
        assert!(!picture.alt.contains(['⟦', '{']), "{}", picture.alt);
        assert_eq!((picture.width, picture.link.as_str()), (600, "http://h/stories/1"));
        assert!(picture.png.len() < 200_000, "{}", picture.png.len());
        let pixmap = resvg::tiny_skia::Pixmap::decode_png(&picture.png).unwrap();
        assert_eq!((pixmap.width(), pixmap.height()), (1_200, 2 * picture.height));
        let red = pixmap.pixels().iter().filter(|p| p.red() > 150 && p.green() < 60).count();
        assert!(red > 100, "negative posts are there");
    }
    let none =
        web::ladder_for_mail(&house.browser.store, &learnt, StoryId(99), NOW, "de", "").await;
    assert!(none.unwrap().is_none());
}

#[tokio::test]
async fn paper_is_made_where_it_was_built_in() {
    let mut house = House::new().await;
    let page = house.browser.get(&house.page(house.leak)).await;
    page.has("<span class=\"onpaper\"> · As of");
    let link = "<a href=\"/stories/1.pdf\">PDF</a>";
    if cfg!(feature = "pdf") {
        page.has(link);
    } else {
        page.lacks(link);
        let none = house.browser.get("/stories/1.pdf").await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
        none.has("This Horch was built without PDF.");
    }
    assert_eq!(house.browser.get("/stories/99.pdf").await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.browser.get("/stories/x.pdf").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_large_story_is_drawn_in_bubbles_that_hold_every_post() {
    let mut house = House::new().await;
    let watches = house.browser.store.watches().await.unwrap();
    let posts = (0..700)
        .map(|n| {
            let at = NOW.plus(-n * MINUTE);
            let tone = (n % 4 == 0).then_some((Tone::Negative, 0.9));
            seed::judge(seed::plain_post(&format!("many-{n}"), "falkenrot", at), tone, &watches)
        })
        .collect();
    house.browser.store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
    let id = story_of(&house.browser, "many").await;
    let page = house.browser.get(&house.page(id)).await;
    for class in ["wide", "narrow"] {
        let svg = drawing(&page.text, class);
        assert_eq!(svg.matches("<a class=\"dot ").count(), 0);
        let (mut posts, mut negative) = (0, 0);
        let mut links = Vec::new();
        for bubble in svg.split("<a class=\"bubble\" href=\"").skip(1) {
            links.push(bubble.split('"').next().unwrap().replace("&#38;", "&"));
            let words = bubble.split("<title>").nth(1).unwrap();
            let number = |text: &str| text.split(' ').next().unwrap().parse::<u64>().unwrap_or(1);
            posts += number(words);
            negative += number(words.split(", ").nth(1).unwrap());
        }
        assert_eq!((posts, negative), (700, 175), "{class}");
        // Every post stands behind exactly one bubble.
        let mut behind = 0;
        for link in links {
            let page = house.browser.get(&link.replace("/mentions", "/api/mentions")).await;
            let answer: serde_json::Value = serde_json::from_str(&page.text).unwrap();
            behind += answer["mentions"].as_array().unwrap().len();
        }
        assert_eq!(behind, 700, "{class}");
    }
}

#[tokio::test]
async fn the_page_says_what_is_known() {
    let mut house = House::new().await;
    let page = house.browser.get(&house.page(house.leak)).await;
    page.has("It stands on the rung: Leading media.").has("+4").has("−1");
    page.has("50% of the posts whose tone is known sound negative.").has("Press office");
    page.has("Converse: take part").has("Posts expected").has("docs/accuracy.md");
    page.has("proven").has("unproven").has("linked").has("like words");
    page.has("10 sources").has("Questions asked").has("/mentions?story=1&#38;kind=question");
    page.lacks("since you last looked");
    house.browser.get(&house.page(house.leak)).await.lacks("since you last looked");
    for (ago, news) in [(MINUTE, "One new post since"), (HOUR, "4 new posts since")] {
        let who = "somebody at this machine";
        house.browser.store.see_story(house.leak, who, NOW.plus(-ago)).await.unwrap();
        house.browser.get(&house.page(house.leak)).await.has(news);
    }
    let page = house.browser.get(&house.page(house.noise)).await;
    page.has("Not assessed yet.").has("same text").has("it is known on which rung");
    // What mentions and alerts say of it.
    let page = house.browser.get("/mentions?story=1").await;
    page.has("Story: <bdi>undichte");
    assert_eq!(page.text.matches("<li class=\"mention ").count(), 10);
    let page = house.browser.get("/mentions?story=2&words=angebot").await;
    page.has("Story: Falkenrot im Angebot").has("name=\"story\" value=\"2\"");
    let now = house.browser.get("/?alerts=all").await;
    now.has("Stories that grow").has("The story has reached leading media");
    now.has("through The Evening Example").has("<a href=\"/stories/1\">To the story</a>");
    let alerts = house.browser.store.alerts(true, Page::Newest, 100).await.unwrap();
    assert!(alerts.iter().any(|alert| alert.reason == AlertReason::Crossing));
}

#[tokio::test]
async fn both_languages_say_it() {
    let mut house = House::new().await;
    house.browser.speak("de");
    for path in ["/stories", "/stories/1", "/stories/2", "/calibration", "/stories?grew=1", "/"] {
        let page = house.browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        page.has("<html lang=\"de\">").has("Themen").lacks("⟦").lacks("{$").lacks(" style=");
        let mut ids: Vec<&str> = page.text.split(" id=\"").skip(1).collect();
        ids.iter_mut().for_each(|rest| *rest = rest.split('"').next().unwrap());
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "an id stands twice on {path}");
    }
    let page = house.browser.get("/stories/1").await;
    page.has("→ Leitmedien nach 15\u{a0}h").has("Einschätzung").has("Sprünge").has("schwer");
    page.has("Es steht auf der Stufe: Leitmedien.").has("Pressestelle").has("belegt");
}

#[tokio::test]
async fn people_name_judge_and_mend_stories() {
    let mut house = House::new().await;
    let (leak, noise) = (house.leak, house.noise);
    let page = house.page(leak);
    house.browser.get(&page).await;
    let b = &mut house.browser;
    let to = |what: &str| format!("{page}?done=story-{what}");
    b.send(&format!("{page}/name"), &[("title", " Düsen <1> ")]).await.leads_to(&to("named"));
    b.get(&page).await.has("<h1 dir=\"auto\">Düsen &#60;1&#62;</h1>");
    let severity = format!("{page}/severity");
    let said = [("severity", "5"), ("note", "Kinder & <b>")];
    b.send(&severity, &said).await.leads_to(&to("severity"));
    let shown = b.get(&page).await;
    shown.has("Kinder &#38; &#60;b&#62;").has("crisis").has("grave").has("said somebody at this");
    let row = b.store.story(leak).await.unwrap().unwrap();
    assert_eq!((row.severity(), row.assessment.unwrap().severity), (Some(5), 4));
    assert_eq!(b.send(&severity, &[("severity", "6")]).await.status, StatusCode::NOT_FOUND);
    b.send(&severity, &[("severity", "")]).await.leads_to(&to("severity"));
    assert_eq!(b.store.story(leak).await.unwrap().unwrap().said, None);

    let mend = format!("{page}/mend");
    b.send(&mend, &[("what", "close")]).await.leads_to(&to("closed"));
    b.get(&page).await.has("Open again").has("Closed: it takes nothing more.");
    b.send(&mend, &[("what", "open")]).await.leads_to(&to("opened"));
    let other = noise.0.to_string();
    b.send(&mend, &[("what", "apart"), ("pick", &other)]).await.leads_to(&to("apart"));
    let rows = house.rows(leak).await;
    let b = &mut house.browser;
    let (one, two) = (rows[0].to_string(), rows[1].to_string());
    let take = [("what", "take"), ("post", &one), ("post", &two), ("pick", ""), ("other", "")];
    b.send(&mend, &take).await.leads_to(&to("taken"));
    let take = [("what", "take"), ("post", &rows[2].to_string()), ("other", &other)];
    b.send(&mend, &take).await.leads_to(&to("taken"));
    let shown = b.get(&page).await;
    shown.has("took 2 posts out into a new story").has("moved one post to another story");
    shown.has("said that this is not the same").has("closed this story").has("opened this story");
    let rows = b.store.stories(&StoryFilter::default(), StoryOrder::Biggest, 0, 9).await.unwrap();
    let sizes: Vec<u64> = rows.iter().map(|row| row.posts).collect();
    assert_eq!(sizes, [41, 7, 2]);

    let into = format!("/stories/{}", noise.0);
    let path = format!("{into}/mend");
    let merge = [("what", "merge"), ("other", &leak.0.to_string()), ("pick", "999")];
    b.send(&path, &merge).await.leads_to(&to("merged"));
    let old = b.get(&into).await;
    assert_eq!(old.status, StatusCode::SEE_OTHER);
    old.leads_to(&page);
    b.get(&format!("/mentions?story={}", noise.0)).await.has("Story: Düsen");
    b.get(&page).await.has("merged this story with another one").has("48 posts");
}

#[tokio::test]
async fn what_is_not_there_or_not_proven_changes_nothing() {
    let mut house = House::new().await;
    let page = house.page(house.leak);
    house.browser.get(&page).await;
    let own = house.leak.0.to_string();
    let row = house.rows(house.noise).await[0].to_string();
    let b = &mut house.browser;
    let mend = format!("{page}/mend");
    for form in [
        vec![("what", "merge"), ("other", "999")],
        vec![("what", "merge"), ("other", "x")],
        vec![("what", "merge")],
        vec![("what", "merge"), ("other", &own)],
        vec![("what", "apart"), ("other", "999")],
        vec![("what", "take"), ("post", "999999")],
        vec![("what", "take"), ("post", &row)],
        vec![("what", "take")],
        vec![("what", "dance")],
    ] {
        assert_eq!(b.send(&mend, &form).await.status, StatusCode::NOT_FOUND, "{form:?}");
    }
    for path in ["/stories/999/mend", "/stories/999/name", "/stories/999/severity"] {
        let form = [("what", "close"), ("title", "x"), ("severity", "3")];
        assert_eq!(b.send(path, &form).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(b.send_bare(path, &form).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(b.store.mends_since(0).await.unwrap(), []);
}

#[tokio::test]
async fn what_strangers_write_stays_text_in_stories_too() {
    let mut house = House::new().await;
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let b = &mut house.browser;
    let watches = b.store.watches().await.unwrap();
    let mut posts = Vec::new();
    for n in 0..2 {
        let mut post = seed::plain_post(&format!("evil-{n}"), &format!("falkenrot {evil}"), NOW);
        post.title = evil.into();
        post.source.name = evil.into();
        post.source.tier = Some(Tier::Leading);
        posts.push(seed::judge(post, Some((Tone::Negative, 0.9)), &watches));
    }
    b.store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
    let id = b.store.reserve_stories(1).await.unwrap();
    let mut rows = b.store.to_place(0, 10_000).await.unwrap();
    rows.retain(|one| one.post.native_id.starts_with("evil"));
    let placing = |one: &ToPlace| Placing {
        row: one.row,
        watch: one.watch,
        story: id,
        copy_of: None,
        because: Because::Copy(rows[0].row),
        tell: true,
    };
    let named = vec![Named { story: id, headline: Some(rows[0].row), phrase: Some(evil.into()) }];
    let growth = Growth { placed: rows.iter().map(placing).collect(), named, ..Growth::default() };
    b.store.grow(&growth, NOW).await.unwrap();
    let page = format!("/stories/{}", id.0);
    b.get(&page).await;
    let form = [("severity", "2"), ("note", evil)];
    b.send(&format!("{page}/severity"), &form).await;
    for title in ["", evil] {
        b.send(&format!("{page}/name"), &[("title", title)]).await;
        for path in
            [page.as_str(), "/stories", "/", "/mentions", &format!("/mentions?story={}", id.0)]
        {
            let shown = b.get(path).await;
            assert_eq!(shown.status, StatusCode::OK, "{path}");
            assert_eq!(shown.text.matches("<script").count(), 1, "{path}");
            shown.lacks("<img").has("&#60;script&#62;alert(1)");
        }
    }
}

/// A forecast of a story that is over.
fn foretold(story: StoryId, horizon: i64, expected: f64, crossing: f64) -> Foretold {
    Foretold {
        story,
        mark: 60,
        made: NOW.plus(-9 * DAY),
        posts: 10,
        horizon,
        low: expected / 2.0,
        expected,
        high: expected * 2.0,
        crossing: Some(crossing),
        shipped: [expected / 2.0, expected, expected * 2.0, crossing],
        came: None,
        crossed: None,
    }
}

#[tokio::test]
async fn calibration_holds_forecasts_against_what_came() {
    let mut house = House::new().await;
    let week = 7 * DAY / MINUTE;
    let mut told = vec![
        foretold(house.leak, 60, 10.0, 0.1),
        foretold(house.leak, week, 20.0, 0.1),
        foretold(house.noise, week, 1_000.0, 0.9),
    ];
    house.browser.store.assess_stories(&[], &told).await.unwrap();
    house.browser.get("/calibration").await.has("No forecast is over yet");
    for (told, came) in told.iter_mut().zip([10, 30, 40]) {
        told.came = Some(came);
        told.crossed = Some(came == 30);
    }
    house.browser.store.forecasts_came(&told).await.unwrap();
    let page = house.browser.get("/calibration").await;
    page.has("class=\"scatter\"").has("3 forecasts against what came");
    assert_eq!(page.text.matches("class=\"point\"").count(), 3);
    page.has(
        "1\u{a0}h</th><td class=\"num\">1</td><td class=\"num\">0%</td><td class=\"num\">100%",
    );
    page.has("7\u{a0}d</th><td class=\"num\">2</td>").has("50%</td>");
    page.has("5%–20%</th><td class=\"num\">1</td><td class=\"num\">10%</td><td class=\"num\">100%");
    page.has("80%–100%</th><td class=\"num\">1</td><td class=\"num\">90%</td><td class=\"num\">0%");
}

#[tokio::test]
async fn copies_are_marked_in_the_list_and_can_be_left_out() {
    let House { mut browser, .. } = House::new().await;
    let all = browser.get("/mentions").await.text;
    assert!(all.contains(">copy of an earlier post</a>"), "{all}");
    let alone = browser.get("/mentions?copies=only").await.text;
    let marks = |html: &str| html.matches(">copy of an earlier post</a>").count();
    assert_eq!(marks(&alone), alone.matches("<li class=\"mention ").count());
    let without = browser.get("/mentions?copies=no").await.text;
    assert_eq!(marks(&without), 0);
    assert!(without.contains("Copies: without copies"));
    let row = alone.split("<li class=\"mention ").nth(1).unwrap();
    let mention = row.split("id=\"m").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let page = browser.get(&format!("/mentions/{mention}")).await.text;
    assert!(page.contains("This text was there before, in another post."));
    let lines = browser.get("/mentions.jsonl?copies=only").await.text;
    let line: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(line["copy"], true);
}

#[tokio::test]
async fn programs_read_stories() {
    let mut house = House::new().await;
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let all = read(&house.browser.get("/api/stories?order=gravest&limit=1").await.text);
    assert_eq!(all["stories"].as_array().unwrap().len(), 1);
    assert_eq!(all["next"], 1);
    let story = &all["stories"][0];
    assert_eq!((story["number"].as_i64(), story["posts"].as_i64()), (Some(house.leak.0), Some(10)));
    assert_eq!((story["severity"].as_i64(), story["rung"].as_str()), (Some(4), Some("leading")));
    assert!(story["first"].as_str().unwrap().ends_with('Z'));
    let filtered = read(&house.browser.get("/api/stories?severity=5").await.text);
    assert_eq!(filtered["stories"], serde_json::json!([]));
    let one = read(&house.browser.get("/api/stories/1").await.text);
    assert_eq!(one["crossings"][1]["rung"], "leading");
    assert_eq!(one["crossings"][1]["after_ms"], 15 * HOUR);
    assert_eq!(one["crossings"][1]["source"], "The Evening Example");
    assert!(one["forecast"]["Seen"]["horizons"].as_array().is_some_and(|all| all.len() == 4));
}

#[tokio::test]
async fn an_open_list_hears_of_stories_and_tells_no_mention() {
    let mut house = House::new().await;
    let page = house.browser.get("/stories").await;
    let address = page.text.split("data-events=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut stream =
        crate::live::Stream::of(house.browser.open(&address.replace("&#38;", "&")).await);
    assert_eq!(stream.next().await, None);
    house.browser.store.name_story(house.leak, "Düsen").await.unwrap();
    assert_eq!(stream.next().await.unwrap().kind, "changed");
    let watches = house.browser.store.watches().await.unwrap();
    let post = seed::judge(seed::plain_post("quiet", "falkenrot", NOW), None, &watches);
    let ingest = Ingest { posts: vec![post], ..Ingest::default() };
    house.browser.store.ingest(&ingest, NOW).await.unwrap();
    assert_eq!(stream.next().await, None, "a mention alone is no news here");
    let newest =
        house.browser.store.mentions(&MentionFilter::default(), Page::Newest, 1).await.unwrap();
    assert_eq!(newest[0].told, None);
}
