//! Search, trying queries, lists and saved queries, many watches, questions of programs.

use domain::{AlertRules, Filling, WatchState};
use http::StatusCode;
use serde_json::{Value, json};
use store::{Ingest, NewWatch};

use crate::browser::{Browser, NOW};
use crate::seed;

fn marks(html: &str) -> usize {
    html.matches("<mark>").count()
}

#[tokio::test]
async fn search_finds_everything_heard_newest_first() {
    let mut browser = Browser::seeded().await;
    browser.get("/search").await.has("The archive").has("50 posts since").lacks("found-h");
    let page = browser.get("/search?q=falkenrot+AND+(undicht*+OR+leaking)").await;
    let (first, last) = (page.text.find("Röstblog").unwrap(), page.text.find("Tini").unwrap());
    assert!(first < last && marks(&page.text) > 6);
    page.has("data-load=\"/search/hours?q=falkenrot").has("posts that the index proposed");
    page.has("/watches/new?query=falkenrot+AND").has("/search.parquet?q=falkenrot");
    let hours = browser.get("/search/hours?q=falkenrot+AND+(undicht*+OR+leaking)").await;
    hours.has("<strong>4</strong> posts").has("exact").has("class=\"bars tall\"").lacks("<html");
    browser
        .get("/search?q=falkenrot&hours=1")
        .await
        .has("class=\"bars tall\"")
        .has("Count per day");
    browser.get("/search?q=falkenrot&until=2020-01-01").await.has("No post in the archive matches");
    browser.get("/search?q=nothinglikeit").await.has("No post in the archive matches");
}

#[tokio::test]
async fn pages_of_a_search_follow_each_other() {
    let mut browser = Browser::seeded().await;
    let (mut path, mut seen) = ("/search?q=falkenrot".to_owned(), 0);
    for _ in 0..10 {
        let page = browser.get(&path).await;
        seen += page.text.matches("<li class=\"mention\">").count();
        let Some((_, next)) = page.text.split_once("rel=\"next\" href=\"") else { break };
        path = next.split('"').next().unwrap().replace("&#38;", "&");
    }
    assert_eq!(seen, 49, "every post once");
    let bad = browser.get("/search?q=falkenrot&before=nonsense").await;
    assert_eq!(bad.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_deleted_is_not_found() {
    let mut browser = Browser::seeded().await;
    browser.get("/search?q=hotline").await.has("Mira Beispiel");
    let found: Value = json_of(&mut browser, "/api/search?q=hotline").await;
    let id = domain::PostId::parse(found["posts"][0]["id"].as_str().unwrap()).unwrap();
    let ingest = Ingest { deleted: vec![id], ..Ingest::default() };
    browser.store.ingest(&ingest, NOW).await.unwrap();
    // Before the index knows it, and after.
    browser.get("/search?q=hotline").await.has("No post in the archive matches");
    seed::catch_up(&browser.archive, NOW).await;
    browser.get("/search?q=hotline").await.has("No post in the archive matches");
    browser.get("/search.jsonl?q=hotline").await.lacks("hotline");
}

#[tokio::test]
async fn errors_stand_under_the_field_at_their_place() {
    let mut browser = Browser::seeded().await;
    let page = browser.get("/search?q=falkenrot+AND+(undicht").await;
    page.has("never closed").has("<u>(</u>").has("aria-invalid").lacks("found-h");
    browser.get("/watches/new").await;
    browser.send("/search/check", &[("query", "a AND (b")]).await.has("<u>(</u>").lacks("<html");
    let said = browser.send("/search/check", &[("query", "a OR b c")]).await;
    said.has("How Horch reads the query").has("class=\"cost");
    browser.send("/search/check", &[("query", "")]).await.lacks("note");
    let long = format!("/search?q={}", "a+".repeat(5_000));
    assert_eq!(browser.get(&long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_search_becomes_a_file_in_three_formats() {
    let mut browser = Browser::seeded().await;
    let post = seed::plain_post("formula", "=cmd() falkenrot", NOW);
    let posts = vec![seed::judge(post, None, &[])];
    browser.store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
    seed::catch_up(&browser.archive, NOW).await;
    let csv = browser.get("/search.csv?q=falkenrot").await;
    csv.has("\u{feff}id,platform,").has("\"'=cmd() falkenrot\"");
    assert_eq!(csv.text.matches("\r\n").count(), 51);
    let lines = browser.get("/search.jsonl?q=falkenrot").await;
    assert_eq!(lines.text.lines().count(), 50);
    let parquet = browser.bytes("/search.parquet?q=falkenrot").await;
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    assert_eq!(browser.get("/search.csv?q=(").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_query_is_tried_before_it_is_saved() {
    let mut browser = Browser::seeded().await;
    browser.get("/watches/1").await;
    let form = [("name", "Falkenrot"), ("query", "falkenrot AND undicht*")];
    let with = |name, value| [form[0], form[1], (name, value)];
    let tested = browser.send("/watches/test", &form).await;
    tested.has("Newest matches").has("Near misses").has("misses:").has("Which branches?");
    browser.send("/watches/1", &with("test", "1")).await.has("Near misses").has("<html");
    let address = "https://mira.example/mira.example-18000";
    let why = browser.send("/watches/why", &with("post", address)).await;
    why.has("This post does not match").has("<code>undicht*</code>").has("Branch by branch");
    why.has("does not hold: ").has("holds: ");
    browser
        .send("/watches/1", &[form[0], form[1], ("why", ""), ("post", address)])
        .await
        .has("This post does not match");
    browser
        .send("/watches/why", &with("post", "https://nowhere.example/"))
        .await
        .has("No post with this address is kept");
    browser.send("/watches/test", &[("query", "(")]).await.has("never closed");
    assert_eq!(browser.store.watch(domain::WatchId(1)).await.unwrap().unwrap().query, "falkenrot");
}

#[tokio::test]
async fn queries_of_other_tools_are_taken_over() {
    let mut browser = Browser::seeded().await;
    browser.get("/watches/new").await.has("<option value=\"brandwatch\"");
    let form = [("dialect", "brandwatch"), ("query", "lamp NEAR/3 (fire OR burns)")];
    let page = browser.send("/watches/translate", &form).await;
    page.has("Original").has("As Horch understands it").has("name=\"take\"");
    let form = [("dialect", "brandwatch"), ("foreign", "(lamp"), ("translate", "1"), ("name", "L")];
    browser.send("/watches", &form).await.has("never closed").has("value=\"L\"");
    let page = browser.send("/watches", &[("take", "lamp AND fire"), ("name", "L")]).await;
    page.has(">lamp AND fire</textarea>");
}

#[tokio::test]
async fn versions_are_compared_in_words_and_in_effect() {
    let mut browser = Browser::seeded().await;
    let mut watch = browser.store.watch(domain::WatchId(1)).await.unwrap().unwrap();
    watch.query = "falkenrot AND undicht*".into();
    browser.store.change_watch(&watch, NOW).await.unwrap();
    browser.get("/watches/1").await.has("href=\"/watches/1/versions\"");
    let page = browser.get("/watches/1/versions").await;
    page.has("<ins>").has("undicht").has("data-load=\"/watches/1/effect?old=1&#38;new=2\"");
    let effect = browser.get("/watches/1/effect?old=1&new=2").await;
    effect.has("Gained").has("Lost").has("no post").lacks("<html");
    browser.get("/watches/1/versions?effect=1").await.has("Lost");
    assert_eq!(browser.get("/watches/99/versions").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn lists_and_saved_queries_stand_for_what_they_say() {
    let mut browser = Browser::seeded().await;
    browser.get("/saved").await.has("No list yet").has("No saved query yet");
    browser.get("/saved/list").await;
    let list = [("name", "Fachpresse"), ("text", "kuechentechnik.example\n\nroestblog.example")];
    browser.send("/saved/list", &list).await.leads_to("/saved?done=list-saved");
    browser.send("/saved/list", &list).await.has("There is one called");
    browser
        .send("/saved/list", &[("name", "Leer"), ("text", " ")])
        .await
        .has("at least one source");
    let page = browser.get("/search?q=list:%22fachpresse%22+AND+falkenrot").await;
    page.has("Röstblog").has("Küchentechnik heute").lacks("Mira Beispiel");
    let query = [("name", "Mängel"), ("text", "undicht* OR leaking")];
    browser.get("/saved/query").await;
    browser.send("/saved/query", &query).await.leads_to("/saved?done=query-saved");
    browser.get("/search?q=query:%22M%C3%A4ngel%22").await.has("Tini");
    let circle = [("was", "Mängel"), ("name", "Mängel"), ("text", "a OR query:\"Mängel\"")];
    browser.send("/saved/query", &circle).await.has("cannot be saved");
    let unknown = [("name", "X"), ("text", "query:\"gibt es nicht\"")];
    browser.send("/saved/query", &unknown).await.has("cannot be saved");
    let rules = AlertRules::default();
    browser.store.add_watch("Presse", "list:\"Fachpresse\" leck", rules, NOW).await.unwrap();
    browser.get("/saved").await.has("Presse").has("2 sources");
    browser.get("/saved/list?name=Fachpresse").await.has("kuechentechnik.example\nroestblog");
    let renamed = [("was", "Fachpresse"), ("name", "Presse"), ("text", "roestblog.example")];
    browser.send("/saved/list", &renamed).await.leads_to("/saved?done=list-saved");
    assert_eq!(browser.get("/saved/list?name=Fachpresse").await.status, StatusCode::NOT_FOUND);
    browser.get("/saved/query/remove?name=M%C3%A4ngel").await.has("Nothing refers to it");
    browser
        .send("/saved/query/remove?name=M%C3%A4ngel", &[])
        .await
        .leads_to("/saved?done=query-removed");
    assert_eq!(browser.get("/saved/nonsense").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn many_watches_come_in_pages_and_from_files() {
    let mut browser = Browser::seeded().await;
    let new = |n: usize| NewWatch {
        name: format!("Marke {n:04}"),
        query: format!("marke{n} OR produkt{n}"),
        alerts: AlertRules::default(),
    };
    let many: Vec<NewWatch> = (0..1_500).map(new).collect();
    browser.store.add_watches(&many, NOW).await.unwrap();
    let page = browser.get("/watches").await;
    page.has("1,504 watches");
    assert_eq!(page.text.matches("<tr").count(), 51);
    let next = page.text.split_once("rel=\"next\" href=\"").unwrap().1.split('"').next().unwrap();
    browser.get(&next.replace("&#38;", "&")).await.has("Marke 0095").has("First page");
    browser.get("/watches?words=produkt1234").await.has("one watch").has("Marke 1234");
    let page = browser.get("/watches?order=mentions").await;
    assert!(page.text.find(">Falkenrot<").unwrap() < page.text.find(">Aurelia 3<").unwrap());
    browser.get("/mentions").await.lacks("Marke 0100");
    browser.get("/watches/import").await;
    let lines = "Lampe\tlampe AND brand\n# Hinweis\nofen\nKaputt\t(ofen\nLampe\tnoch einmal";
    let form = [("dialect", "native"), ("lines", lines), ("negative", "1")];
    let checked = [form[0], form[1], ("check", "1")];
    browser.send("/watches/import", &checked).await.has("2 lines can be added").has("Line 4");
    let page = browser.send("/watches/import", &form).await;
    page.has("2 watches were added").has("2 lines were refused").has("<u>(</u>");
    let lamp = browser.store.watch_named("lampe").await.unwrap().unwrap();
    assert!(lamp.alerts.negative && !lamp.alerts.rise);
    assert!(browser.store.watch_named("ofen").await.unwrap().is_some());
}

#[tokio::test]
async fn a_file_of_queries_is_read_from_the_form() {
    let mut browser = Browser::seeded().await;
    browser.get("/watches/import").await;
    let proof = browser.proof.clone();
    let part = |head: &str, text: &str| {
        format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n")
    };
    let body = [
        part("name=\"proof\"", &proof),
        part("name=\"dialect\"", "native"),
        part("name=\"file\"; filename=\"q.tsv\"", "Herd\therd AND brand"),
        "--x--\r\n".to_owned(),
    ]
    .concat();
    browser.headers.push(("content-type", "multipart/form-data; boundary=x".into()));
    browser.post("/watches/import", body.clone()).await.has("One watch was added");
    assert!(browser.store.watch_named("Herd").await.unwrap().is_some());
    let forged = browser.post("/watches/import", body.replace(&proof, "forged")).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
}

/// A house that fills the first watch and cannot match the second.
struct Busy;

#[async_trait::async_trait]
impl web::Hooks for Busy {
    async fn try_way(&self, _: &domain::Way) -> Result<String, String> {
        Ok(String::new())
    }

    fn check_way(&self, _: &domain::Way) -> Result<(), String> {
        Ok(())
    }

    fn check_connector(&self, _: &str, _: &Value) -> Result<(), String> {
        Ok(())
    }

    fn watch_state(&self, watch: domain::WatchId) -> WatchState {
        match watch.0 {
            1 => WatchState {
                filling: Some(Filling { found: 31, looked_at: 12_400, of: 80_000 }),
                share: Some(0.004),
                trouble: None,
            },
            2 => WatchState {
                trouble: Some(("Liste fehlt".into(), "the list is gone".into())),
                share: Some(0.25),
                filling: None,
            },
            _ => WatchState::default(),
        }
    }

    fn costliest(&self, _: usize) -> Vec<domain::WatchId> {
        vec![domain::WatchId(3), domain::WatchId(1)]
    }

    fn troubled(&self) -> Vec<domain::WatchId> {
        vec![domain::WatchId(2)]
    }
}

#[tokio::test]
async fn filling_trouble_and_work_are_shown() {
    let mut browser = Browser::new(|o| {
        o.open = true;
        o.hooks = std::sync::Arc::new(Busy);
    })
    .await;
    seed::fill(&browser.store, NOW).await;
    let page = browser.get("/watches?order=cost").await;
    page.has("25% of the time").has("&#60; 1% of the time").has("the list is gone");
    page.has("one watch is not matched");
    assert!(page.text.find(">Rückruf<").unwrap() < page.text.find(">Falkenrot<").unwrap());
    browser.get("/watches/1").await.has("data-load=\"/watches/1/filling\"");
    let filling = browser.get("/watches/1/filling").await;
    filling.has("12,400 of 80,000 posts looked at, 31 found").has("<progress");
    assert_eq!(filling.header("x-again"), "2");
    assert_eq!(browser.get("/watches/3/filling").await.text, "");
}

async fn json_of(browser: &mut Browser, path: &str) -> Value {
    serde_json::from_str(&browser.get(path).await.text).unwrap()
}

#[tokio::test]
async fn programs_ask_in_json() {
    let mut browser = Browser::seeded().await;
    let found = json_of(&mut browser, "/api/search?q=falkenrot&limit=20").await;
    assert_eq!(found["posts"].as_array().unwrap().len(), 20);
    let next = found["next"].as_str().unwrap().to_owned();
    let path = format!("/api/search?q=falkenrot&limit=500&before={next}");
    assert_eq!(json_of(&mut browser, &path).await["posts"].as_array().unwrap().len(), 29);
    let hours = json_of(&mut browser, "/api/search/hours?q=falkenrot").await;
    assert_eq!((&hours["posts"], &hours["exact"]), (&json!(49), &json!(true)));

    browser.headers.push(("content-type", "application/json".into()));
    let mut ask = async |path: &str, body: Value| {
        let page = browser.post(path, body.to_string()).await;
        (page.status, serde_json::from_str::<Value>(&page.text).unwrap_or_default())
    };
    let (status, said) = ask("/api/query/parse", json!({ "query": "a OR b" })).await;
    assert_eq!((status, &said["native"]), (StatusCode::OK, &json!("a OR b")));
    let (status, said) = ask("/api/query/parse", json!({ "query": "(a" })).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(said["error"]["at"], json!([0, 1]));
    let post = "https://mira.example/mira.example-18000";
    let both = json!({ "query": "falkenrot AND undicht*", "post": post });
    let (_, said) = ask("/api/query/explain", both.clone()).await;
    assert_eq!((&said["matches"], &said["branches"][1]["holds"]), (&json!(false), &json!(true)));
    let (_, said) = ask("/api/query/why-not", both).await;
    assert_eq!(said["failed"], json!(["undicht*"]));
    let foreign = json!({ "query": "lamp AND fire", "dialect": "meltwater" });
    let (status, said) = ask("/api/query/import", foreign).await;
    assert_eq!((status, said["native"].is_string()), (StatusCode::OK, true));
    let (status, _) = ask("/api/query/import", json!({ "query": "a", "dialect": "x-ray" })).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let two = json!({ "old": "falkenrot AND undicht*", "new": "falkenrot" });
    let (_, said) = ask("/api/query/diff", two).await;
    assert!(said["gained"]["posts"].as_u64().unwrap() > 30 && said["lost"]["posts"] == 0);
    assert_eq!(said["changes"][0]["kind"], "removed");
    assert_eq!(said["changes"][0]["before"], "undicht*");
    let (status, _) = ask("/api/query/diff", json!({ "old": "a" })).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);

    browser.headers.clear();
    let form = browser.post("/api/query/parse", "query=a".into()).await;
    assert_eq!(form.status, StatusCode::FORBIDDEN, "only JSON, which no foreign page can send");
    let mut outside = browser.stranger();
    assert_eq!(outside.get("/api/search?q=a").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(outside.get("/search?q=a").await.status, StatusCode::SEE_OTHER);
}
