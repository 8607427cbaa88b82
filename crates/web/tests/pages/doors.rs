//! Who gets in: setting up, signing in, proofs, the open door.

use domain::{AlertRules, Time};
use http::StatusCode;

use crate::browser::{Browser, NOW};

const NAME: &str = "Ada";
const PASSWORD: &str = "a long enough one";

/// Sets up by the one-time link.
async fn set_up(browser: &mut Browser) {
    let link =
        web::setup_link(&browser.store, "http://localhost:7400", NOW).await.unwrap().unwrap();
    let path = link.strip_prefix("http://localhost:7400").unwrap().to_owned();
    browser.get(&path).await.leads_to("/set-up");
    browser.get("/set-up").await.has("type=\"password\"");
    let form = [("lang", "de"), ("name", NAME), ("password", PASSWORD)];
    browser.send("/set-up", &form).await.leads_to("/set-up/words");
}

#[tokio::test]
async fn the_first_visit_sets_up_and_ends_on_now() {
    let mut browser = Browser::new(|_| {}).await;
    browser.get("/").await.leads_to("/sign-in");
    browser.get("/sign-in").await.has("one-time link").lacks("type=\"password\"");
    set_up(&mut browser).await;
    let post = crate::seed::plain_post("1", "Falkenrot ist toll", NOW);
    let posts = vec![crate::seed::judge(post, None, &[])];
    let ingest = store::Ingest { posts, ..Default::default() };
    browser.store.ingest(&ingest, NOW).await.unwrap();
    browser.get("/set-up/words").await.has("Worauf sollen wir horchen?");
    let form = [("query", "falkenrot"), ("preview", "1")];
    browser
        .send("/set-up/words", &form)
        .await
        .has("<mark>Falkenrot</mark>")
        .has("<strong>1</strong>");
    let bad = browser.send("/set-up/words", &[("query", "(falkenrot")]).await;
    bad.has("So lässt sich die Abfrage nicht speichern");
    browser.send("/set-up/words", &[("query", "falkenrot")]).await.leads_to("/");
    browser.get("/").await.has("Offene Alarme").has("Abmelden");
    let watches = browser.store.watches().await.unwrap();
    assert_eq!((watches[0].name.as_str(), watches[0].alerts), ("falkenrot", AlertRules::default()));
}

#[tokio::test]
async fn nobody_sets_up_without_the_link_or_twice() {
    let mut browser = Browser::new(|_| {}).await;
    let form = [("lang", "en"), ("name", NAME), ("password", PASSWORD)];
    assert_eq!(browser.get("/set-up").await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get("/set-up/wrong-token").await.status, StatusCode::FORBIDDEN);
    browser.get("/sign-in").await;
    assert_eq!(browser.send("/set-up", &form).await.status, StatusCode::FORBIDDEN);
    let first = web::setup_link(&browser.store, "http://x", NOW).await.unwrap().unwrap();
    let kept = browser.store.setting("secret.setup").await.unwrap().unwrap();
    assert!(!first.contains(&kept), "only a fingerprint is kept");
    let second = web::setup_link(&browser.store, "http://x", NOW).await.unwrap().unwrap();
    let old = first.strip_prefix("http://x").unwrap();
    assert_eq!(browser.get(old).await.status, StatusCode::FORBIDDEN, "a new link ends the old one");
    let mut late = browser.stranger();
    late.get(second.strip_prefix("http://x").unwrap()).await.leads_to("/set-up");
    late.get("/set-up").await;
    late.send("/set-up", &[("name", NAME), ("password", "short")]).await.has("at least 10");
    set_up(&mut browser).await;
    assert_eq!(late.send("/set-up", &form).await.status, StatusCode::FORBIDDEN);
    assert_eq!(web::setup_link(&browser.store, "http://x", NOW).await.unwrap(), None);
    assert_eq!(browser.store.users().await.unwrap().len(), 1);
}

#[tokio::test]
async fn signing_in_and_out() {
    let mut owner = Browser::new(|_| {}).await;
    set_up(&mut owner).await;
    let mut browser = owner.stranger();
    browser
        .get("/mentions?tone=negative")
        .await
        .leads_to("/sign-in?next=%2Fmentions%3Ftone%3Dnegative");
    let wrong = browser.sign_in(NAME, "not the password").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let nobody = browser.sign_in("Nobody", PASSWORD).await;
    let said = |page: &str| {
        page.split("role=\"alert\">").nth(1).unwrap().split("</p>").next().unwrap().to_owned()
    };
    assert_eq!(said(&wrong.text), said(&nobody.text), "names are not betrayed");
    browser.get("/sign-in").await;
    let form = [("name", "ADA"), ("password", PASSWORD), ("next", "//evil.example")];
    browser.send("/sign-in", &form).await.leads_to("/");
    browser.get("/").await.has("Abmelden");
    let token = browser.cookies["horch-session-7400"].clone();
    browser.send("/sign-out", &[]).await.leads_to("/sign-in");
    browser.cookies.insert("horch-session-7400".into(), token);
    browser.get("/").await.leads_to("/sign-in");
}

#[tokio::test]
async fn guessing_is_slow_per_name_and_per_peer() {
    let mut owner = Browser::new(|_| {}).await;
    set_up(&mut owner).await;
    let mut browser = owner.stranger();
    for n in 0..10 {
        let page = browser.sign_in(NAME, &format!("guess number {n}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "try {n}");
    }
    // From anywhere, even with the right password.
    browser.peer.set_ip([192, 0, 2, 8].into());
    assert_eq!(browser.sign_in(NAME, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(browser.sign_in("ada", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    for n in 0..28 {
        browser.sign_in(&format!("other{n}"), "guess number x").await;
    }
    assert_eq!(browser.sign_in("another", "guess").await.status, StatusCode::TOO_MANY_REQUESTS);
    browser.peer.set_ip([192, 0, 2, 9].into());
    let page = browser.sign_in("another", "guess").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "other peers are not hit");
}

#[tokio::test]
async fn a_new_password_ends_other_sessions() {
    let mut browser = Browser::new(|_| {}).await;
    set_up(&mut browser).await;
    let mut other = browser.stranger();
    other.sign_in(NAME, PASSWORD).await.leads_to("/");
    browser.get("/settings").await;
    let wrong = [("old", "not it at all"), ("new", "another long one")];
    browser.send("/settings/password", &wrong).await.has("bisherige Passwort stimmt nicht");
    let right = [("old", PASSWORD), ("new", "another long one")];
    browser.send("/settings/password", &right).await.leads_to("/settings?done=password");
    browser.get("/settings?done=password").await.has("Das Passwort ist geändert");
    other.get("/").await.leads_to("/sign-in");
}

#[tokio::test]
async fn nothing_changes_without_a_proof() {
    let mut browser = Browser::seeded().await;
    browser.get("/watches/new").await;
    let form = [("name", "New"), ("query", "new")];
    for proof in ["", "AAAA", &"A".repeat(64)] {
        let mut all = vec![("proof", proof)];
        all.extend(form);
        let page = browser.send_bare("/watches", &all).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{proof:?}");
    }
    let mut stranger = browser.stranger();
    stranger.peer = browser.peer;
    stranger.get("/").await;
    stranger.proof = browser.proof.clone();
    assert_eq!(stranger.send("/watches", &form).await.status, StatusCode::FORBIDDEN);
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        browser.headers = vec![(name, value.to_owned())];
        let page = browser.send("/watches", &form).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(browser.store.watches().await.unwrap().len(), 4);
    browser.headers =
        vec![("origin", "http://localhost:7400".into()), ("sec-fetch-site", "same-origin".into())];
    browser.send("/watches", &form).await.leads_to("/watches?done=watch-saved");
}

#[tokio::test]
async fn every_form_asks_for_a_proof() {
    let mut browser = Browser::seeded().await;
    for path in [
        "/alerts/acknowledge",
        "/alerts/00000000000000000000000000000000/acknowledge",
        "/watches",
        "/watches/1",
        "/watches/1/pause",
        "/watches/1/remove",
        "/watches/preview",
        "/channels/web",
        "/settings/language",
        "/settings/password",
        "/settings/ways",
        "/settings/ways/1",
        "/settings/ways/1/remove",
        "/set-up",
        "/set-up/words",
        "/sign-in",
        "/sign-out",
    ] {
        let page = browser.send_bare(path, &[("name", "x")]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        page.has("<!doctype html>");
    }
}

#[tokio::test]
async fn the_open_door_is_open_at_this_machine_only() {
    let mut browser = Browser::seeded().await;
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    browser.host = "rebound.example:7400".into();
    browser.get("/").await.leads_to("/sign-in");
    browser.host = "localhost:7400".into();
    browser.headers = vec![("x-forwarded-for", "127.0.0.1".into())];
    browser.get("/").await.leads_to("/sign-in");
    browser.headers.clear();
    browser.peer.set_ip([192, 0, 2, 1].into());
    browser.get("/").await.leads_to("/sign-in");
    assert_eq!(browser.get("/events").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.get("/api/mentions").await.status, StatusCode::UNAUTHORIZED);
    browser.get("/mentions.csv").await.leads_to("/sign-in");
}

#[tokio::test]
async fn a_demonstration_is_seen_by_all_and_changed_at_its_machine() {
    let mut browser = Browser::new(|o| {
        o.demo = Some(60.0);
        o.open = true;
        o.public_url = "https://demo.example".into();
    })
    .await;
    crate::seed::fill(&browser.store, NOW).await;
    browser.get("/watches/new").await.has("60 times as fast").has("data-speed=\"60\"");
    let form = [("name", "New"), ("query", "new")];
    browser.send("/watches", &form).await.leads_to("/watches?done=watch-saved");
    let mut guest = browser.stranger();
    guest.host = "demo.example".into();
    assert_eq!(guest.get("/watches/new").await.status, StatusCode::OK);
    let page = guest.send("/watches", &[("name", "Other"), ("query", "x")]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn cookies_are_secure_where_people_come_by_https() {
    let mut browser = Browser::new(|o| o.public_url = "https://horch.example".into()).await;
    let page = browser.get("/sign-in").await;
    let cookie = page.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-horch-visit-443=") && cookie.contains("; Secure"),
        "{cookie}"
    );
    assert!(page.header("strict-transport-security").starts_with("max-age="));
    for bad in ["ftp://x", "horch", ""] {
        let options = web::Options {
            public_url: bad.into(),
            ..crate::seed::options(&browser.store, &browser.archive, Time(0))
        };
        assert!(web::router(options).await.is_err(), "{bad:?}");
    }
}

#[tokio::test]
async fn a_form_too_large_is_refused_in_words() {
    let mut browser = Browser::seeded().await;
    browser.get("/watches/new").await;
    let long = "x".repeat(300 * 1024);
    let page = browser.send("/watches", &[("name", "n"), ("query", &long)]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    page.has("64 KiB");
}
