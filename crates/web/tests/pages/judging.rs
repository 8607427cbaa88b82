//! What people say a mention is.

use domain::{Kind, Kinds};
use http::StatusCode;
use store::Ingest;

use crate::browser::{Browser, NOW};
use crate::seed;

/// A browser, and the address of a mention that asks where to find a refund.
async fn with_a_question() -> (Browser, String) {
    let browser = Browser::seeded().await;
    let watches = browser.store.watches().await.unwrap();
    let said = "falkenrot, how do I get my refund? Does anyone know?";
    let mut post = seed::plain_post("asked", said, NOW);
    post.lang = Some("en".into());
    let posts = vec![seed::judge(post, None, &watches)];
    let done = browser.store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
    (browser, format!("/mentions/{}", done.mentions[0]))
}

#[tokio::test]
async fn a_person_says_what_a_mention_is() {
    let (mut browser, address) = with_a_question().await;
    let (kinds, after) = (format!("{address}/kinds"), format!("{address}?done=tone"));
    let number = address.rsplit('/').next().unwrap().parse().unwrap();
    let page = browser.get(&address).await;
    page.has("value=\"question\" checked").lacks("value=\"complaint\" checked");
    page.has("<em class=\"made\" dir=\"auto\">Does anyone</em>")
        .has("Of 100 told so, about 74 are.");

    browser.send(&kinds, &[("kind", "complaint"), ("kind", "claim")]).await.leads_to(&after);
    let row = browser.store.mention(number).await.unwrap().unwrap();
    assert_eq!(row.kinds, Kinds::from_iter([Kind::Complaint, Kind::Claim]));
    let page = browser.get(&address).await;
    page.has("by somebody at this machine; the machine had said: question");
    page.has("value=\"complaint\" checked").lacks("value=\"question\" checked");
    page.lacks("Of 100 told so");

    browser.send(&kinds, &[("back", "1")]).await.leads_to(&after);
    browser.get(&address).await.has("value=\"question\" checked");
    // Nothing ticked is an answer too.
    browser.send(&kinds, &[]).await.leads_to(&after);
    assert!(browser.store.mention(number).await.unwrap().unwrap().kinds.is_empty());
    let missing = browser.send("/mentions/99999/kinds", &[("kind", "claim")]).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn mentions_are_listed_by_what_they_are() {
    let (mut browser, address) = with_a_question().await;
    let link = format!("href=\"{address}\"");
    browser.get("/mentions?kind=question").await.has(&link).has("href=\"/mentions?kind=question\"");
    browser.get("/mentions?kind=call").await.lacks(&link);
    let told = browser.get("/mentions.jsonl?kind=question").await;
    assert!(told.text.contains("\"kinds\":[\"question\"]"), "{}", told.text);
}

#[tokio::test]
async fn what_is_not_meant_is_said_with_one_press_and_can_be_left_out() {
    let (mut browser, address) = with_a_question().await;
    let (kinds, link) = (format!("{address}/kinds"), format!("href=\"{address}\""));
    let press = "name=\"kind\" value=\"offtopic\">Off topic for this watch";
    browser.get(&address).await.has(press);
    browser.send(&kinds, &[("kind", "offtopic")]).await;
    let page = browser.get(&address).await;
    page.has("value=\"offtopic\" checked").lacks(press);
    browser.get("/mentions").await.has(&link).has(">off topic</a>");
    browser.get("/mentions?kind=offtopic").await.has(&link);
    browser.get("/mentions?without=offtopic").await.lacks(&link).has("Without: off topic");
}

#[tokio::test]
async fn what_was_learnt_of_a_kind_has_a_place_of_its_own() {
    let mut browser = Browser::seeded().await;
    let score = serde_json::json!({ "right": 0.9, "recall": 0.9, "loss": 0.3 });
    let check = serde_json::json!({
        "lessons": 40, "tones": [20, 0, 20], "confirmed": 10, "before": score, "after": score,
        "better": true, "points": [],
    })
    .to_string();
    let subject = store::Subject { watch: None, kind: Some(Kind::Praise) };
    let head = store::NewHead { subject, made: NOW, revision: 1, check, bytes: vec![] };
    let id = browser.store.add_head(&head).await.unwrap();
    browser.get("/learning").await.has("praise").has("The newest version judges.");
    let choice = [("watch", ""), ("kind", "praise"), ("choice", "none")];
    browser.send("/learning", &choice).await.leads_to("/learning?done=learning");
    browser.get("/learning").await.has("Switched off by choice.");
    let told = browser.get("/api/learning").await;
    assert!(told.text.contains(&format!("\"version\":{id}")), "{}", told.text);
    assert!(told.text.contains("\"kind\":\"praise\""), "{}", told.text);
}
