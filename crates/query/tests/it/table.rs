//! What matches what, case by case.

use domain::{Channel, Media, MediaKind, Part, Post, Relation, RelationKind, Tier, WatchId};
use query::{Document, Hit, Lang, Matcher, Scratch, WarningCode, matches_one, parse};

use crate::post;

/// The hit, which matcher and single query must tell alike.
fn hit(query: &str, post: &Post) -> Option<Hit> {
    let query = parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let document = Document::of(post);
    let alone = matches_one(&query, &document);
    let mut matcher = Matcher::new();
    matcher.insert(WatchId(1), &query);
    let found = matcher.matches(&document, &mut Scratch::default());
    assert_eq!(found.into_iter().next().map(|found| found.hit), alone, "{query}");
    alone
}

fn check_post(query: &str, post: &Post, expect: bool) {
    assert_eq!(hit(query, post).is_some(), expect, "{query} on {:?}", post.body);
}

fn check(query: &str, body: &str, expect: bool) {
    check_post(query, &post(body), expect);
}

#[test]
fn words_and_operators() {
    for (query, body, expect) in [
        ("windows", "My Windows crashed", true),
        ("WINDOWS", "my windows", true),
        ("window", "my windows", false),
        ("windows crash", "crash of windows", true),
        ("windows crash", "windows", false),
        ("windows AND crash", "crash windows", true),
        ("windows && crash", "crash windows", true),
        ("windows&&crash", "windows", false),
        ("windows OR linux", "linux", true),
        ("windows || linux", "linux", true),
        ("windows OR linux", "macos", false),
        ("windows -linux", "windows", true),
        ("windows -linux", "windows linux", false),
        ("windows NOT linux", "windows linux", false),
        ("windows AND NOT linux", "windows", true),
        ("windows !linux", "windows linux", false),
        ("windows NOT NOT linux", "windows linux", true),
        ("+windows +linux", "windows", false),
        ("+windows +linux", "windows linux", true),
        ("windows -(linux OR macos)", "windows macos", false),
        ("a OR b c", "a", true),
        ("a OR b c", "b", false),
        ("(a OR b) c", "a", false),
        ("a b OR c d", "c d", true),
        ("a, b", "b a", true),
        ("rock and roll", "rock and roll", true),
        ("rock and roll", "rock roll", false),
        ("Not", "große Not", true),
        ("don't", "DON’T panic", true),
        ("AT&T", "At & t", true),
        ("3.14", "pi is 3.14", true),
        ("3", "pi is 3.14", false),
        ("S-Bahn", "die S-Bahn fährt", true),
        ("S-Bahn", "die S Bahn fährt", true),
        ("Bahn", "die S-Bahn fährt", true),
        ("S-Bahn", "Bahn S", false),
        ("microsoft", "Microsoft's plan", true),
        ("microsoft", "Microsofts Plan", false),
        ("avion", "l’avion est là", true),
        ("<<< the brand >>> windows", "windows", true),
        ("windows <<< not a OR b >>>", "windows", true),
        ("新聞", "今日の新聞です", true),
        ("新聞", "聞新", false),
        ("ニュース", "最新ニュース", true),
    ] {
        check(query, body, expect);
    }
}

#[test]
fn accents_and_umlauts() {
    for (query, body, expect) in [
        ("cafe", "Café", true),
        ("cafe", "cafe", true),
        ("café", "cafe", false),
        ("café", "CAFÉ", true),
        ("café", "cafe\u{301}", true),
        ("cafe\u{301}", "café", true),
        ("mueller", "Müller", true),
        ("muller", "Müller", true),
        ("mueller", "Mueller", true),
        ("müller", "Müller", true),
        ("müller", "Mueller", false),
        ("müller", "Muller", false),
        ("muller", "Mueller", false),
        ("strasse", "Straße", true),
        ("STRASSE", "Straße", true),
        ("strasse", "Strasse", true),
        ("straße", "Straße", true),
        ("straße", "STRAẞE", true),
        ("grosse", "Größe", true),
        ("groesse", "Größe", true),
        ("größe", "Große", false),
        ("mul*", "Müllerei", true),
        ("muell*", "Müllerei", true),
        ("mül*", "Mullerei", false),
        ("\"hans mueller\"", "Hans Müller", true),
        ("#uber", "#über", true),
        ("uber", "#über", true),
        ("елка", "Ёлка", true),
        ("ёлка", "елка", false),
        ("ﬁne", "fine", true),
    ] {
        check(query, body, expect);
    }
}

#[test]
fn phrases() {
    for (query, body, expect) in [
        ("\"windows 7\"", "windows 7", true),
        ("\"windows 7\"", "Windows-7!", true),
        ("\"windows 7\"", "7 windows", false),
        ("\"windows 7\"", "windows or 7", false),
        ("“windows 7”", "windows 7", true),
        ("„windows 7“", "windows 7", true),
        ("«windows 7»", "windows", false),
        ("\"windows cra*\"", "windows crashed", true),
        ("\"windows cra*\"", "windows is crashed", false),
        ("\"win* crash\"", "windows crash", true),
        ("\"a * c\"", "a b c", true),
        ("\"a * c\"", "a c", false),
        ("\"a * c\"", "a b b c", false),
        ("\"a * * c\"", "a b b c", true),
        ("\"a *\"", "a", false),
        ("\"a *\"", "a b", true),
        ("\"* a\"", "a b", false),
        ("\"* a\"", "b a", true),
        ("\"windows\"", "windows", true),
        ("\"#windows 7\"", "#windows 7", true),
        ("\"#windows 7\"", "windows 7", false),
        ("\"windows 7\"", "#windows 7", true),
        ("\"Dolce & Gabbana\"", "Dolce and Gabbana", false),
        ("\"Dolce & Gabbana\"", "dolce gabbana", true),
        ("\"was nun?\"", "was nun", true),
        ("\"a a b\"", "a a a b", true),
        ("\"a b c\"~2", "c x a y b", true),
        ("\"a b c\"~1", "c x a y b", false),
        ("\"a b\"~0", "b a", true),
        ("\"a a\"~3", "a", false),
        ("\"a a\"~3", "a x a", true),
        ("\"win* windows\"~3", "windows", false),
        ("\"win* windows\"~3", "winner windows", true),
        ("\"and\"", "and", true),
    ] {
        check(query, body, expect);
    }
}

#[test]
fn distances() {
    for (query, body, expect) in [
        ("a NEAR/0 b", "b a", true),
        ("a NEAR/0 b", "a x b", false),
        ("a NEAR/1 b", "a x b", true),
        ("a NEAR/1 b", "b x a", true),
        ("a NEAR/1 b", "a x x b", false),
        ("a ONEAR/1 b", "a x b", true),
        ("a ONEAR/1 b", "b x a", false),
        ("a NEAR/5 a", "a", false),
        ("a NEAR/5 a", "a a", true),
        ("\"a b\" NEAR/1 c", "a b x c", true),
        ("\"a b\" NEAR/1 c", "c x a b", true),
        ("\"a b\" NEAR/1 b", "a b", false),
        ("(a OR b) NEAR/1 (c OR d)", "b d", true),
        ("(a AND b) NEAR/1 c", "a c x x x x b", false),
        ("(a AND b) NEAR/1 c", "a c b", true),
        ("a NEAR/1 b NEAR/1 c", "a b c", true),
        ("a NEAR/1 b NEAR/1 c", "a b x x c", false),
        ("(a NEAR/5 b) NEAR/0 c", "a b x b c", true),
        ("win* NEAR/2 crash*", "windows has crashed", true),
        ("-x a NEAR/1 b", "a b", true),
        ("a NOTNEAR/1 b", "a x b", false),
        ("a NOTNEAR/1 b", "a x x b", true),
        ("a NOTNEAR/1 b", "a b x x x a", true),
        ("a NOTNEAR/1 b", "b", false),
        ("windows NOTNEAR/0 \"windows 7\"", "windows 7", false),
        ("windows NOTNEAR/0 \"windows 7\"", "windows 7 and windows", true),
        ("a NOTNEAR/1 (b AND c)", "a b", true),
        ("a NOTNEAR/1 (b AND c)", "b a c", false),
        ("a SENTENCE b", "A is b. C", true),
        ("a SENTENCE b", "A is. B is", false),
        ("a OSENTENCE b", "b then a", false),
        ("a OSENTENCE b", "a then b", true),
        ("a PARAGRAPH b", "a is. Now b\n\nc", true),
        ("a PARAGRAPH b", "a is\n\nb", false),
        ("a OPARAGRAPH b", "b. A", false),
        ("a OR b NEAR/1 c", "a", true),
        ("a b NEAR/1 c", "b c", false),
    ] {
        check(query, body, expect);
    }
}

#[test]
fn beginnings_signs_and_counts() {
    for (query, body, expect) in [
        ("crash*", "crashed", true),
        ("crash**", "crashed", true),
        ("crash***", "cras", false),
        ("crash*", "crash", true),
        ("crash*", "cras", false),
        ("S-Bah*", "S-Bahnhof", true),
        ("foo_*", "foo_bar", true),
        ("foo_*", "foobar", false),
        ("#windows", "#Windows", true),
        ("#windows", "windows", false),
        ("windows", "#windows", true),
        ("#win*", "#windows", true),
        ("#win*", "windows", false),
        ("@jane", "@jane hi", true),
        ("@jane", "jane", false),
        ("jane", "@jane hi", true),
        ("@jane", "@jane@social.example", true),
        ("@jane@social.example", "@jane@social.example", true),
        ("@jane@social.example", "@jane@other.example", false),
        ("@jane.bsky.social", "@jane.bsky.social", true),
        ("@jane", "@janet", false),
        ("$AAPL", "$aapl up", true),
        ("$AAPL", "aapl up", false),
        ("aapl", "$AAPL", true),
        ("👍", "gut 👍🏽", true),
        ("👍🏽", "gut 👍", false),
        ("❤", "❤️", true),
        ("https://a.example/b", "see https://a.example/b.", true),
        ("example", "see https://a.example/b", false),
        ("amazon", "amazon.de", true),
        ("amazon.de", "bei amazon.de", true),
        ("{AC/DC}", "AC/DC live", true),
        ("{AC/DC}", "ac/dc live", false),
        ("{AC/DC}", "AC DC live", false),
        ("{C++}", "I like C++!", true),
        ("{C++}", "I like C.", false),
        ("{.NET}", "on .NET now", true),
        ("{.NET}", "on NET now", false),
        ("{Windows}", "#Windows", true),
        ("{Windows}", "Windows's", true),
        ("{Win}", "Windows", false),
        ("2 OF (a, b, c)", "a c", true),
        ("2 OF (a, b, c)", "c", false),
        ("2 OF (a b, c, -d)", "c", true),
        ("3 OF (a, b OR x, \"c d\")", "x a c d", true),
        ("COUNT(a) >= 2", "a b a", true),
        ("COUNT(a) >= 3", "a b a", false),
        ("COUNT(a OR b)>=3", "a b a", true),
        ("COUNT(\"a b\") >= 2", "a b a b", true),
    ] {
        check(query, body, expect);
    }
}

/// A news article with every field filled.
fn article() -> Post {
    let mut post = post("The S-Bahn stood still.\n\nJane Roe was there.");
    post.url = "https://www.news.example.org/local/2026/Train-Chaos.html".into();
    post.title = "Chaos im Berufsverkehr".into();
    post.lead = "Signal fault".into();
    post.channel = Channel::News;
    post.lang = Some("de-AT".into());
    post.author = Some("Jörg Example".into());
    post.source.name = "Morning News".into();
    post.source.handle = "news.example.org".into();
    post.source.key = "did:plc:xyz".into();
    post.source.country = Some("AT".into());
    post.source.tier = Some(Tier::Leading);
    post.source.verified = Some(true);
    post.links = vec!["https://rail.example/a".into(), "https://b.example/status".into()];
    post.hashtags = vec!["Verspätung".into()];
    post.mentions = vec!["rail@social.example".into()];
    post.relation = Some(Relation { kind: RelationKind::Quote, to: "x".into() });
    post.media = vec![Media { kind: MediaKind::Image, url: String::new(), alt: String::new() }];
    post
}

#[test]
fn fields() {
    let article = article();
    let ours = format!("id:{}", article.id());
    for (query, expect) in [
        ("title:chaos", true),
        ("title: chaos", true),
        ("TITLE:chaos", true),
        ("body:chaos", false),
        ("title:(chaos OR fault)", true),
        ("title:(chaos fault)", false),
        ("title:(chaos -fault)", true),
        ("title:\"chaos im\"", true),
        ("title:(chaos NEAR/1 berufsverkehr)", true),
        ("chaos NEAR/5 signal", false),
        ("\"berufsverkehr signal\"", false),
        ("lead:sig*", true),
        ("body:{S-Bahn}", true),
        ("title:{S-Bahn}", false),
        ("-title:chaos lang:de", false),
        ("author:example", true),
        ("author:\"jorg example\"", true),
        ("author:jörg", true),
        ("author:(jane OR morning)", true),
        ("author:\"example morning\"", false),
        ("author:@news.example.org", true),
        ("author:news.example.org", true),
        ("source:morning", true),
        ("source:\"did:plc:xyz\"", true),
        ("source:jorg", false),
        ("url:chaos", true),
        ("url:train-chaos.html", true),
        ("url:https://www.news.example.org/local/*", true),
        ("url:\"local 2026\"", true),
        ("link:rail.example", true),
        ("link:(status a)", true),
        ("link:\"a https\"", false),
        ("hashtag:verspatung", true),
        ("hashtag:#Verspätung", true),
        ("hashtag:vers*", true),
        ("hashtag:(x OR verspaetung)", true),
        ("#verspätung", true),
        ("verspätung", true),
        ("mention:rail", true),
        ("mention:@rail@social.example", true),
        ("@rail", true),
        ("rail", true),
        ("site:news.example.org", true),
        ("2 OF (site:news.example.org, zzz, site:example.org)", true),
        ("2 OF (site:news.example.org, zzz, site:example.com)", false),
        ("site:example.org", true),
        ("site:www.example.org", true),
        ("site:https://example.org/", true),
        ("site:ample.org", false),
        ("site:(b.example OR example.org)", true),
        ("lang:de", true),
        ("lang:DE-ch", true),
        ("lang:(en OR de)", true),
        ("lang:en", false),
        ("-lang:en channel:news", true),
        ("country:at", true),
        ("country:(de OR AT)", true),
        ("country:de", false),
        ("channel:news", true),
        ("channel:(-blog) lang:de", true),
        ("channel:blog", false),
        ("platform:bluesky", true),
        ("platform:web", false),
        ("tier:leading", true),
        ("tier:own", false),
        ("id:at://did:plc:abc/app.bsky.feed.post/1", true),
        (ours.as_str(), true),
        ("id:2", false),
        ("is:quote", true),
        ("is:reply", false),
        ("is:(reply OR quote)", true),
        ("is:verified -is:own", true),
        ("has:image", true),
        ("has:video", false),
        ("has:link chaos", true),
        ("chaos OR is:reply", true),
        ("lang:de -chaos", false),
        ("lang:de -bus", true),
    ] {
        check_post(query, &article, expect);
    }
}

#[test]
fn a_platforms_tags_count_once() {
    let mut post = post("#Wow what");
    post.hashtags = vec!["wow".into(), "more".into()];
    check_post("COUNT(#wow) >= 2", &post, false);
    check_post("#more", &post, true);
    check_post("\"what more\"", &post, false);
}

/// The matched words, marked `[so]`, and why.
fn marked(query: &str, post: &Post, expect: &str, why: &str) {
    let hit = hit(query, post).unwrap();
    let mut out = String::new();
    for (part, text) in
        [(Part::Title, &post.title), (Part::Lead, &post.lead), (Part::Body, &post.body)]
    {
        let mut at = 0;
        for span in hit.spans.iter().filter(|span| span.part == part) {
            let (start, end) = (span.start as usize, span.end as usize);
            out.push_str(&format!("{}[{}]", &text[at..start], &text[start..end]));
            at = end;
        }
        out.push_str(&text[at..]);
    }
    assert_eq!((out.as_str(), hit.why.as_str()), (expect, why), "{query}");
}

#[test]
fn what_matched_and_why() {
    let text = post("Größe: Windows 7 crashed, windows crashes.");
    for (query, expect, why) in [
        ("grosse", "[Größe]: Windows 7 crashed, windows crashes.", "grosse"),
        (
            "\"windows 7\" crash*",
            "Größe: [Windows 7] [crashed], windows [crashes].",
            "\"windows 7\" · crash*",
        ),
        (
            "windows OR \"windows 7\"",
            "Größe: [Windows 7] crashed, [windows] crashes.",
            "windows · \"windows 7\"",
        ),
        ("linux OR (7 -bsd)", "Größe: Windows [7] crashed, windows crashes.", "7"),
        (
            "windows NEAR/0 crashes",
            "Größe: Windows 7 crashed, [windows] [crashes].",
            "windows NEAR/0 crashes",
        ),
        ("windows NOTNEAR/0 7", "Größe: Windows 7 crashed, [windows] crashes.", "windows"),
        ("\"7 grosse\"~1", "[Größe]: Windows [7] crashed, windows crashes.", "\"7 grosse\"~1"),
        ("lang:en -linux", "Größe: Windows 7 crashed, windows crashes.", "lang:en"),
        ("body:7", "Größe: Windows [7] crashed, windows crashes.", "body:7"),
    ] {
        marked(query, &text, expect, why);
    }
    let many = post(&"a b ".repeat(100));
    assert_eq!(hit("a", &many).unwrap().spans.len(), query::MAX_SPANS);
}

#[test]
fn readings_and_their_warnings() {
    let check = |text: &str, reading: &str, codes: &[WarningCode]| {
        let query = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(query.to_string(), reading, "{text}");
        let found: Vec<WarningCode> = query.warnings.iter().map(|w| w.code).collect();
        assert_eq!(found, codes, "{text}");
        assert!(query.warnings.iter().all(|w| text.get(w.at.clone()).is_some()));
        assert!(query.warnings.iter().all(|w| w.message(Lang::De) != w.message(Lang::En)));
    };
    check("a OR b c", "a OR (b AND c)", &[WarningCode::MixedAndOr]);
    check("a AND b OR c", "(a AND b) OR c", &[WarningCode::MixedAndOr]);
    check("(a AND b) OR c", "(a AND b) OR c", &[]);
    check("a OR b -c", "a OR (b AND NOT c)", &[WarningCode::MixedAndOr]);
    check("NOT a b", "NOT a AND b", &[]);
    check("a NEAR/3 b OR c", "(a NEAR/3 b) OR c", &[]);
    check("rock and roll", "rock AND \"and\" AND roll", &[WarningCode::LowerCaseWord]);
    check("a near/5 b", "a AND \"near 5\" AND b", &[WarningCode::LowerCaseWord]);
    check("C++ code", "c AND code", &[WarningCode::SignsDropped]);
    check("lang:pt-BR", "lang:pt", &[WarningCode::LangNarrowed]);
    check("((a))  ( b )", "a AND b", &[]);
    check("site:WWW.Example.org", "site:example.org", &[]);
    check("a <<< b >>> c", "a AND c", &[]);
    let lenient = query::parse_lenient("rock and not roll or a near/2 b").unwrap();
    assert_eq!(lenient.to_string(), "(rock AND NOT roll) OR (a NEAR/2 b)");
    assert_eq!(lenient.warnings.len(), 5);
}
