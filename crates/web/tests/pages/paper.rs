//! A story as a PDF.

use domain::Tier;
use domain::story::StoryId;
use http::StatusCode;
use store::Ingest;

use crate::browser::{Browser, NOW};
use crate::seed;
use crate::stories::{self, House};

/// The pages of a PDF, which must be whole, in this language, and tagged.
fn whole(pdf: &[u8], lang: &str) {
    assert!(pdf.starts_with(b"%PDF-1."), "{:?}", &pdf[..20]);
    assert!(pdf.trim_ascii_end().ends_with(b"%%EOF"));
    let text = String::from_utf8_lossy(pdf);
    let catalog = text.split("/Type/Catalog").nth(1).unwrap().split("endobj").next().unwrap();
    for part in [&format!("/Lang({lang})"), "/MarkInfo<</Marked true", "/StructTreeRoot"] {
        assert!(catalog.contains(part), "{part} is missing in {catalog}");
    }
}

#[tokio::test]
async fn a_story_is_set_in_both_languages() {
    let mut house = House::new().await;
    for lang in ["de", "en"] {
        house.browser.speak(lang);
        for path in ["/stories/1.pdf", "/stories/2.pdf"] {
            whole(&house.browser.bytes(path).await, lang);
        }
    }
    let answer = house.browser.open("/stories/1.pdf").await;
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert_eq!(answer.headers()["content-disposition"], "inline; filename=\"horch-1.pdf\"");
    // As the page: not for strangers.
    let stranger = house.browser.stranger().open("/stories/1.pdf").await;
    assert_ne!(stranger.status(), StatusCode::OK);
}

/// Each of these would end the setting, or change the page, if it were read as markup.
const HOSTILE: [&str; 8] = [
    "#panic(\"falkenrot\")",
    "falkenrot #read(\"/etc/passwd\") #image(\"x.svg\")",
    "falkenrot $x^2 *b _i `r [c <l> @ref \\ // /* ~ -- ...",
    "falkenrot \") #panic(\"x",
    "falkenrot \\u{0}\u{0}\u{7}\u{202e}\u{feff}\u{10ffff} 日本語 🙂 العربية",
    "falkenrot </text></svg><script>alert(1)</script>",
    "falkenrot\n= heading\n#pagebreak()\n",
    "= falkenrot",
];

/// A story of these texts, each also as a title and a name.
async fn story_of(browser: &Browser, texts: &[String]) -> StoryId {
    let watches = browser.store.watches().await.unwrap();
    let posts = texts.iter().enumerate().map(|(i, text)| {
        let mut post = seed::plain_post(&format!("hostile-{i}"), text, NOW);
        post.title.clone_from(text);
        post.url = format!("https://a.example/{}?q=\"<#>", "long-".repeat(80));
        post.lang = Some(if i % 2 == 0 { "ar" } else { "#x\"" }.to_owned());
        (post.source.key, post.source.name) = (format!("source-{i}"), text.clone());
        post.source.tier = Some(Tier::ALL[i % Tier::ALL.len()]);
        seed::judge(post, None, &watches)
    });
    let posts = posts.collect();
    browser.store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
    stories::story_of(browser, "hostile").await
}

#[tokio::test]
async fn what_strangers_wrote_stays_text() {
    let browser = Browser::seeded().await;
    let texts: Vec<String> = HOSTILE.iter().map(|text| (*text).to_owned()).collect();
    let id = story_of(&browser, &texts).await;
    for text in HOSTILE {
        browser.store.name_story(id, text).await.unwrap();
        whole(&browser.bytes(&format!("/stories/{}.pdf", id.0)).await, "en");
    }
}

#[tokio::test]
async fn a_large_story_stays_a_few_pages() {
    let browser = Browser::seeded().await;
    let texts: Vec<String> =
        (0..600).map(|n| format!("falkenrot {n} {}", "so ".repeat(400))).collect();
    let id = story_of(&browser, &texts).await;
    let pdf = browser.bytes(&format!("/stories/{}.pdf", id.0)).await;
    whole(&pdf, "en");
    assert!(pdf.len() < 1_000_000, "{}", pdf.len());
}
