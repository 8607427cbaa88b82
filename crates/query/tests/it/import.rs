//! What queries of other tools match once they are read: the makers' own documented examples, and
//! what their documentation says about them.

mod limits;

use domain::{Channel, Media, MediaKind, Post, Relation, RelationKind};
use query::import::{Dialect, NoteKind, import};
use query::{Document, ErrorCode, Lang, matches_one, parse};

use crate::post;

fn read(dialect: Dialect, text: &str) -> query::import::Imported {
    let read = import(dialect, text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let again = parse(&read.native).unwrap_or_else(|error| panic!("{}: {error}", read.native));
    assert_eq!(again.ast, read.query.ast, "{text}");
    for note in &read.notes {
        assert!(text.get(note.at.clone()).is_some(), "{text}: {note:?}");
        assert_ne!(note.text(Lang::De), note.text(Lang::En), "{text}");
    }
    read
}

/// What differs, where something does.
fn differs(dialect: Dialect, text: &str, post: &Post, expect: bool) -> Option<String> {
    let read = match import(dialect, text) {
        Ok(_) => read(dialect, text),
        Err(error) => return Some(format!("{text}: {error}")),
    };
    let found = matches_one(&read.query, &Document::of(post)).is_some();
    let body = &post.body;
    (found != expect).then(|| format!("{text} → {} on {body:?}: {found}", read.native))
}

fn check_post(dialect: Dialect, text: &str, post: &Post, expect: bool) {
    assert_eq!(differs(dialect, text, post, expect), None);
}

fn check(dialect: Dialect, cases: &[(&str, &str, bool)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, body, expect)| differs(dialect, text, &post(body), *expect))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What is written, and what it becomes.
fn becomes(dialect: Dialect, cases: &[(&str, &str, &[NoteKind])]) {
    let mut wrong = Vec::new();
    for (text, native, notes) in cases {
        match import(dialect, text) {
            Ok(_) => {
                let read = read(dialect, text);
                let kinds: Vec<NoteKind> = read.notes.iter().map(|note| note.kind).collect();
                if read.native != *native || kinds != *notes {
                    wrong.push(format!("{text} → {} {:?}", read.native, read.notes));
                }
            }
            Err(error) => wrong.push(format!("{text}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The wrong place is marked `⟦so⟧`.
fn refused(dialect: Dialect, cases: &[(&str, ErrorCode)]) {
    let mut wrong = Vec::new();
    for (marked, code) in cases {
        let start = marked.find('⟦').unwrap();
        let text = marked.replace('⟦', "");
        let end = text.find('⟧').unwrap();
        let text = text.replace('⟧', "");
        match import(dialect, &text) {
            Ok(read) => wrong.push(format!("{text} → {}", read.native)),
            Err(error) if (error.code, error.at.clone()) == (*code, start..end) => {}
            Err(error) => wrong.push(format!("{text}: {:?} at {:?}", error.code, error.at)),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

use NoteKind::{Changed, Converted, Lost};

#[test]
fn brandwatch() {
    let d = Dialect::Brandwatch;
    check(
        d,
        &[
            ("\"apple juice\"", "I drink apple juice", true),
            ("\"apple juice\"", "juice of an apple", false),
            ("\"apple juice\"~5", "juice of one red apple", true),
            ("\"apple juice\"~5", "apple one two three four five juice", true),
            ("\"apple juice\"~5", "apple one two three four five six juice", false),
            ("(apple OR orange) NEAR/5 (smartphone OR phone)", "phone from apple", true),
            ("(apple OR orange) NEAR/5 (smartphone OR phone)", "a b c phone d apple", true),
            ("(apple OR orange) NEAR/5 (smartphone OR phone)", "phone a b c d e f apple", false),
            ("logitech NEAR/2f keyboard", "logitech keyboard", true),
            ("logitech NEAR/2f keyboard", "Logitech Bluetooth Keyboard", true),
            ("logitech NEAR/2f keyboard", "Logitech Solar Keyboard", true),
            ("logitech NEAR/2f keyboard", "keyboard by logitech", false),
            ("logitech NEAR/2f keyboard", "logitech a b c keyboard", false),
            ("Summer NEAR/1f (Holiday OR Vacation)", "my summer sun holiday", true),
            ("Summer NEAR/1f (Holiday OR Vacation)", "a summer beach holiday", true),
            ("Summer NEAR/1f (Holiday OR Vacation)", "holiday in summer", false),
            ("(Christmas OR Xmas) NEAR/0f (“Mince Pie” OR Pudding)", "Xmas Mince Pie", true),
            ("(Christmas OR Xmas) NEAR/0f (“Mince Pie” OR Pudding)", "Christmas Pudding", true),
            ("(Christmas OR Xmas) NEAR/0f (“Mince Pie” OR Pudding)", "Pudding Christmas", false),
            (
                "((Christmas OR Xmas) NEAR/2 (Gift OR Present)) NEAR/2 (wife OR “girl friend”)",
                "a christmas gift for my wife",
                true,
            ),
            ("raw:Google+", "I use Google+ daily", true),
            ("raw:Google+", "I use Google daily", false),
            ("{BBC}", "the BBC said", true),
            ("{BBC}", "the bbc said", false),
            ("apple OR pear NOT pie", "a pear", true),
            ("apple OR pear NOT pie", "apple pie", false),
            ("apple OR pear NOT pie", "pear pie", false),
            ("complain*", "complaints", true),
            ("apple <<< the brand >>> AND phone", "apple phone", true),
            ("(cake birthday)~2", "birthday with cake", true),
        ],
    );
    becomes(
        d,
        &[
            ("logitech NEAR/2f keyboard", "logitech ONEAR/2 keyboard", &[Converted]),
            ("a OR b NOT c", "(a OR b) AND NOT c", &[Converted]),
            ("a NOT b NOT c", "a AND NOT b AND NOT c", &[]),
            ("author:name AND a", "author:name AND a", &[]),
            ("url:msn.com/news AND a", "url:\"msn com news\" AND a", &[]),
            ("links:msn.com", "link:\"msn com\"", &[]),
            ("site:twitter.com AND \"apple juice\"", "site:twitter.com AND \"apple juice\"", &[]),
            ("authorFollowers:[200 TO 2000] AND a", "followers:[200 TO 2000] AND a", &[]),
            ("authorFollowers:[200-2000] AND a", "followers:[200 TO 2000] AND a", &[]),
            ("engagementType:REPLY AND a", "is:reply AND a", &[]),
            ("engagementType:(REPLY OR QUOTE) a", "(is:reply OR is:quote) AND a", &[]),
            ("subreddit:android AND a", "community:android AND a", &[]),
            ("weblogTitle:news AND a", "source:news AND a", &[]),
            ("topLevelDomain:de AND a", "site:de AND a", &[]),
            ("language:en AND a", "lang:en AND a", &[]),
            ("country:\"United Kingdom\" AND a", "country:gb AND a", &[]),
            ("minuteOfDay:[540 TO 1020] AND a", "minuteofday:[540 TO 1020] AND a", &[]),
            ("rating:[1 TO 2] AND a", "rating:[1 TO 2] AND a", &[]),
            ("authorGender:F AND a", "condition:\"authorgender:F\" AND a", &[Lost]),
            ("city:(berlin OR bonn) a", "condition:\"city: berlin OR bonn\" AND a", &[Lost]),
        ],
    );
    refused(
        d,
        &[
            ("a ⟦NEAR/x⟧ b", ErrorCode::BadNumber),
            ("a AND ⟦(⟧b", ErrorCode::UnclosedBracket),
            ("⟦nosuch⟧:a", ErrorCode::UnknownField),
            ("⟦NOT a⟧", ErrorCode::OnlyNegative),
            ("⟦authorGender:F⟧", ErrorCode::NotEvaluable),
            ("a AND ⟦OR⟧ b", ErrorCode::MissingOperand),
            ("⟦⟧", ErrorCode::Empty),
        ],
    );
}

#[test]
fn talkwalker() {
    let d = Dialect::Talkwalker;
    check(
        d,
        &[
            ("BMW AND bike", "my bmw bike", true),
            ("BMW AND bike", "my bmw", false),
            ("BMW AND NOT bike", "my bmw", true),
            ("BMW AND NOT bike", "bmw bike", false),
            ("chocolate -swiss", "belgian chocolate", true),
            ("chocolate -swiss", "swiss chocolate", false),
            ("BMW OR bike", "a bike", true),
            ("“BMW series”", "the BMW series", true),
            ("“BMW series”", "series of BMW", false),
            ("BMW AND (motorcycle OR car)", "BMW car", true),
            ("BMW AND (motorcycle OR car)", "BMW bus", false),
            ("Luxemb*", "Luxembourg", true),
            ("Luxemb*", "Luxemburgish", true),
            ("hou?e", "my house", true),
            ("hou?e", "houe", false),
            ("roam~1 AND sea", "foam sea", true),
            ("a NEAR/2 b", "a x b", true),
            ("a NEAR/2 b", "a x y b", false),
            ("a ONEAR/1 b", "a b", true),
            ("a ONEAR/1 b", "b a", false),
            ("a NEAR b", "a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 b", true),
            ("a NEAR b", "a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 b", false),
            ("\"a b\"~2", "b x a", true),
            ("\"a b\"~2", "b x y a", false),
            ("a SENTENCE b", "A is b.", true),
            ("a SENTENCE b", "A is. B is.", false),
            ("a OSENTENCE b", "B then a.", false),
            ("e-mail~", "send an email", true),
            ("e-mail~", "send an e mail", true),
            ("e-mail~", "send mail", false),
            ("++\"C++\"", "I like C++", true),
            ("++\"Apple\"", "an apple", false),
            ("+\"apple\"", "an Apple", true),
            ("+\"C#\"", "c# it is", true),
            ("+\"C#\"", "a c it is", false),
            ("bmw\naudi", "an audi", true),
            ("bmw\naudi\n-bike", "audi bike", false),
            ("bmw\naudi\nexclude: bike OR bus", "audi bus", false),
        ],
    );
    becomes(
        d,
        &[
            ("a NEAR/3 b", "a NEAR/2 b", &[Converted]),
            ("a ONEAR b", "a ONEAR/14 b", &[Converted]),
            ("\"a b c\"~5", "\"a b c\"~3", &[Converted]),
            ("a b OR c", "(a AND b) OR c", &[]),
            ("sourcetype:BLOG a", "channel:blog AND a", &[]),
            ("domainurl:\"bild.de\" a", "site:bild.de AND a", &[]),
            ("lang:(de OR en) a", "lang:(de OR en) AND a", &[]),
            ("sourcecountry:lu a", "country:lu AND a", &[]),
            ("is:retweet a", "is:repost AND a", &[]),
            ("contains:image a", "has:image AND a", &[]),
            ("reach:>1000 a", "reach:{1000 TO *] AND a", &[]),
            ("gender:female a", "condition:\"gender:female\" AND a", &[Lost]),
            ("wifi~ a", "wifi AND a", &[Changed]),
            ("title:(a NEAR/2 b) c", "title:(a NEAR/1 b) AND c", &[Converted]),
        ],
    );
    refused(
        d,
        &[
            ("a ⟦NEAR/5x⟧ b", ErrorCode::BadNumber),
            ("a AND ⟦\"⟧b", ErrorCode::UnclosedQuote),
            ("⟦sourcetypes⟧:x a", ErrorCode::UnknownField),
            ("a⟦)⟧", ErrorCode::StrayBracket),
        ],
    );
}

#[test]
fn meltwater() {
    let d = Dialect::Meltwater;
    let apple = "apple AND (watch OR iwatch) NOT (\"apple sauce\" OR \"apple juice\" OR \"apple orchard*\")";
    check(
        d,
        &[
            ("Apple AND watch", "apple watch", true),
            ("Apple OR iPhone", "an iphone", true),
            ("Apple NOT “apple juice”", "an apple", true),
            ("Apple NOT “apple juice”", "apple juice", false),
            ("Apple NEAR watch", "watch 1 2 3 4 apple", true),
            ("Apple NEAR watch", "watch 1 2 3 4 5 apple", false),
            ("Apple NEAR/10 watch", "watch 1 2 3 4 5 6 7 8 9 10 apple", true),
            ("Apple NEAR/10 watch", "watch 1 2 3 4 5 6 7 8 9 10 11 apple", false),
            ("Apple ONEAR watch", "apple 1 2 3 4 watch", true),
            ("Apple ONEAR watch", "watch 1 apple", false),
            ("Apple ONEAR/10 watch", "apple 1 2 3 4 5 6 7 8 9 10 watch", true),
            (apple, "my apple iwatch", true),
            (apple, "apple watch in the apple orchards", false),
            (apple, "apple sauce watch", false),
            ("\"apple orchard*\"", "apple orchards", true),
            ("(\"sailboat\" or \"boat\") AND \"racing\"", "boat racing", true),
            ("(\"sailboat\" or \"boat\") AND \"racing\"", "sailboat", false),
            ("internat*", "international", true),
        ],
    );
    becomes(
        d,
        &[
            ("a NEAR b", "a NEAR/4 b", &[Converted]),
            ("a ONEAR/10 b", "a ONEAR/10 b", &[]),
            (
                "apple AND (watch OR iwatch)^9 NOT juice",
                "apple AND (watch OR iwatch)^9 AND NOT juice",
                &[Converted],
            ),
            ("watch OR iphone^10", "watch OR (iphone)^10", &[Converted]),
            ("ingress:apple", "lead:apple", &[]),
            ("title:(apple AND watch)", "title:(apple AND watch)", &[]),
            ("sourceCountry:Germany a", "country:de AND a", &[]),
            ("bio:doctor a", "condition:\"bio:doctor\" AND a", &[Lost]),
            ("a NOT b OR c", "(a AND NOT b) OR c", &[]),
        ],
    );
    refused(
        d,
        &[
            ("a AND ⟦(⟧b OR c", ErrorCode::UnclosedBracket),
            ("a ⟦NEAR/⟧ b", ErrorCode::BadNumber),
            ("a ⟦OR⟧", ErrorCode::MissingOperand),
        ],
    );
}

#[test]
fn lucene() {
    let d = Dialect::Lucene;
    check(
        d,
        &[
            ("quick brown", "brown", true),
            ("quick brown", "fox", false),
            ("quick brown +fox -news", "a fox", true),
            ("quick brown +fox -news", "quick brown", false),
            ("quick brown +fox -news", "fox news", false),
            ("((quick AND fox) OR (brown AND fox) OR fox) AND NOT news", "fox", true),
            ("((quick AND fox) OR (brown AND fox) OR fox) AND NOT news", "fox news", false),
            ("\"jakarta apache\" NOT \"Apache Lucene\"", "jakarta apache", true),
            ("\"jakarta apache\" jakarta", "jakarta", true),
            ("\"jakarta apache\" AND \"Apache Lucene\"", "jakarta apache lucene", true),
            ("+jakarta lucene", "jakarta", true),
            ("+jakarta lucene", "lucene", false),
            ("(jakarta OR apache) AND website", "apache website", true),
            ("(jakarta OR apache) AND website", "apache", false),
            ("\"fox quick\"~5", "quick brown fox", true),
            ("\"fox quick\"~1", "quick fox", false),
            ("\"fox quick\"~2", "quick fox", true),
            ("\"jakarta apache\"~10", "jakarta one two three apache", true),
            ("te?t x*", "xylophone", true),
            ("qu?ck AND fox", "quick fox", true),
            ("te*t AND fox", "test fox", true),
            ("/joh?n(ath[oa]n)/ AND smith", "johnathan smith", true),
            ("/joh?n(ath[oa]n)/ AND smith", "john smith", false),
            ("quikc~ AND brwn~ AND fox", "quick brown fox", true),
            ("quikc~1 AND fox", "quick fox", true),
            ("title:apple", "apple", false),
            ("\\(1\\+1\\)", "it is (1+1)", true),
        ],
    );
    becomes(
        d,
        &[
            ("a b c", "a OR b OR c", &[]),
            ("a AND b OR c", "a AND b", &[Lost]),
            ("+a b", "a", &[Lost]),
            ("a -b", "a AND NOT b", &[]),
            ("a !b", "a AND NOT b", &[]),
            ("a && b", "a AND b", &[]),
            ("\"a b\"~3", "\"a b\"~~3", &[Converted]),
            ("title:(quick OR brown)", "title:(quick OR brown)", &[]),
            ("author:\"John Smith\"", "author:\"john smith\"", &[]),
            (
                "+a +date:[2012-01-01 TO 2012-12-31]",
                "a AND published:[2012-01-01 TO 2013-01-01}",
                &[],
            ),
            ("+a +date:{* TO 2012-01-01}", "a AND published:[* TO 2012-01-01}", &[]),
            ("+a +followers:>=10", "a AND followers:[10 TO *]", &[]),
            ("+a +_exists_:title", "a AND condition:\"_exists_:title\"", &[Lost]),
            ("quick^2 fox", "(quick)^2 OR fox", &[Converted]),
            ("\"john smith\"^2", "(\"john smith\")^2", &[Converted]),
        ],
    );
    refused(
        d,
        &[
            ("a AND ⟦(⟧b", ErrorCode::UnclosedBracket),
            ("⟦nosuch⟧:b", ErrorCode::UnknownField),
            ("⟦*⟧", ErrorCode::NoWord),
            ("a ⟦AND⟧", ErrorCode::MissingOperand),
            ("⟦-a⟧", ErrorCode::OnlyNegative),
            ("⟦roam~3⟧", ErrorCode::BadNumber),
        ],
    );
}

#[test]
fn x() {
    let d = Dialect::X;
    check(
        d,
        &[
            ("snow day #NoSchool", "Snow day! #NoSchool", true),
            ("snow day #NoSchool", "snow day noschool", false),
            ("grumpy OR cat OR #meme", "my cat", true),
            ("cat #meme -grumpy", "cat #meme", true),
            ("cat #meme -grumpy", "grumpy cat #meme", false),
            ("(grumpy cat) OR (#meme has:images)", "grumpy cat", true),
            ("skiing -snow -day -noschool", "skiing", true),
            ("apple OR iphone ipad", "apple", true),
            ("apple OR iphone ipad", "ipad", false),
            ("(apple OR iphone) ipad", "apple", false),
            ("ipad iphone OR android", "android", true),
            ("\"X data\"", "some x data", true),
            ("\"tweet data\"~2", "tweet of your data", true),
            ("\"tweet data\"~2", "tweet a b c data", false),
            ("diacrítica", "diacritica", false),
            ("diacrítica", "diacrítica", true),
            ("cat", "CAT", true),
            ("@jane", "hi @jane", true),
            ("$AAPL", "$aapl", true),
        ],
    );
    let mut reply = post("cat news");
    reply.source.handle = "jane".into();
    reply.mentions = vec!["roe".into()];
    reply.links = vec!["https://example.com/page".into()];
    reply.relation = Some(Relation { kind: RelationKind::Reply, to: "x".into() });
    reply.media = vec![Media { kind: MediaKind::Video, url: String::new(), alt: String::new() }];
    for (text, expect) in [
        ("cat from:jane", true),
        ("cat from:@jane", true),
        ("cat from:john", false),
        ("cat to:roe", true),
        ("cat url:\"example.com\"", true),
        ("cat lang:en", true),
        ("cat lang:de", false),
        ("cat is:reply", true),
        ("cat -is:retweet", true),
        ("cat is:quote", false),
        ("cat has:links", true),
        ("cat has:images", false),
        ("cat has:media", true),
        ("cat (has:images OR has:videos)", true),
    ] {
        check_post(d, text, &reply, expect);
    }
    becomes(
        d,
        &[
            ("apple OR iphone ipad", "apple OR (iphone AND ipad)", &[]),
            ("cat is:retweet", "cat AND is:repost", &[]),
            ("cat conversation_id:12", "cat AND condition:\"conversation_id:12\"", &[Lost]),
            ("cat has:geo", "cat AND condition:\"geo\"", &[Lost]),
            ("cat from:2244994945", "cat AND author:@2244994945", &[Changed]),
            ("cat followers_count:1000", "cat AND followers:[1000 TO 1000]", &[]),
        ],
    );
    refused(
        d,
        &[
            ("⟦-cat⟧", ErrorCode::OnlyNegative),
            ("cat ⟦OR⟧", ErrorCode::MissingOperand),
            ("cat ⟦(⟧dog", ErrorCode::UnclosedBracket),
        ],
    );
}

#[test]
fn manticore() {
    let d = Dialect::Manticore;
    check(
        d,
        &[
            ("hello world", "hello my world", true),
            ("hello world", "hello", false),
            ("hello | world", "world", true),
            ("cat | dog | mouse", "mouse", true),
            ("looking for cat | dog", "looking for a dog", true),
            ("looking for cat | dog", "a dog", false),
            ("hello -world", "hello", true),
            ("hello !world", "hello world", false),
            ("hello MAYBE world", "hello", true),
            ("hello MAYBE world", "world", false),
            ("\"hello world\"~10", "world a b hello", true),
            ("\"cat dog mouse\"~5", "cat aaa dog bbb mouse", true),
            ("\"cat dog mouse\"~5", "cat aaa aaa dog bbb bbb mouse", true),
            ("\"cat dog mouse\"~5", "cat a a a dog b b b mouse", false),
            ("\"the world is a wonderful place\"/3", "world a place", true),
            ("\"the world is a wonderful place\"/3", "wonderful place", false),
            ("\"a b c d\"/0.5", "d b", true),
            ("\"a b c d\"/0.5", "d", false),
            ("aaa << bbb << ccc", "aaa x bbb y ccc", true),
            ("aaa << bbb << ccc", "bbb aaa ccc", false),
            ("raining =cats and =dogs", "raining cats and dogs", true),
            ("^hello world$", "hello my world", true),
            ("^hello world$", "say hello world", false),
            ("^hello world$", "hello world now", false),
            ("hello NEAR/3 world NEAR/4 \"my test\"", "hello a b world c d my test", true),
            ("hello NEAR/3 world", "hello a b world", true),
            ("hello NEAR/3 world", "hello a b c world", false),
            ("Church NOTNEAR/3 street", "church", true),
            ("Church NOTNEAR/3 street", "church on street", false),
            ("Church NOTNEAR/3 street", "church a b c street", true),
            ("all SENTENCE words SENTENCE \"in one sentence\"", "All words in one sentence.", true),
            ("all SENTENCE words", "All. Words.", false),
            ("Bill PARAGRAPH \"Steve Jobs\"", "Bill met.\nSteve Jobs came.", true),
            ("Bill PARAGRAPH \"Steve Jobs\"", "Bill.\n\nSteve Jobs.", false),
            ("nation* hello", "nationals hello", true),
            ("hello (world | moon)", "hello moon", true),
        ],
    );
    let mut titled = post("world");
    titled.title = "hello".into();
    for (text, expect) in [
        ("@title hello @body world", true),
        ("@title world", false),
        ("@(title,body) world", true),
        ("@!title world", true),
        ("@!title hello", false),
        ("@* hello", true),
        ("@body[50] world", true),
    ] {
        check_post(d, text, &titled, expect);
    }
    becomes(
        d,
        &[
            ("a b | c", "a AND (b OR c)", &[]),
            ("a NEAR/3 b", "a NEAR/2 b", &[Converted]),
            ("a << b", "a ONEAR/1000 b", &[Changed]),
            ("\"a b\"~10", "\"a b\"~9", &[Converted]),
            ("^a b$", "STARTS(a) AND ENDS(b)", &[]),
            ("@title a @body b", "title:a AND body:b", &[]),
            ("@body[50] a", "body:a", &[Lost]),
            ("a MAYBE b", "a", &[Lost]),
            ("a^1.5 b", "(a)^1.5 AND b", &[Converted]),
            ("ZONE:h1 a", "condition:\"zone:h1\" AND a", &[Lost]),
        ],
    );
    refused(
        d,
        &[
            ("a ⟦|⟧", ErrorCode::MissingOperand),
            ("⟦@nosuch⟧ a", ErrorCode::UnknownField),
            ("⟦-a⟧", ErrorCode::OnlyNegative),
            ("a ⟦(⟧b", ErrorCode::UnclosedBracket),
        ],
    );
}

#[test]
fn nothing_panics_and_places_are_in_the_text() {
    let pieces = [
        "a", "ä", "\"b c\"", "\"", "(", ")", "AND", "OR", "NOT", "NEAR/3", "NEAR", "|", "-", "+",
        "~2", "^2", "/3", "title:", "@title", "{x}", "{", "/re/", "\\", "[1 TO 2]", "lang:de",
        "date:[", "<<<", ">>>", "MAYBE", "<<", "$", "*", "?", "\n", "👍", "%", ":", "is:x",
    ];
    let mut seed = 7_u64;
    for _ in 0..6_000 {
        let mut text = String::new();
        for _ in 0..8 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(seed >> 33) as usize % pieces.len()]);
            if seed >> 62 != 0 {
                text.push(' ');
            }
        }
        for dialect in Dialect::ALL {
            match import(dialect, &text) {
                Ok(read) => {
                    assert_eq!(parse(&read.native).unwrap().ast, read.query.ast, "{text}");
                    assert!(read.notes.iter().all(|note| text.get(note.at.clone()).is_some()));
                }
                Err(error) => assert!(text.get(error.at).is_some(), "{dialect:?} {text:?}"),
            }
        }
    }
}

#[test]
fn dialects_have_names() {
    for dialect in Dialect::ALL {
        assert_eq!(Dialect::named(dialect.as_str()), Some(dialect));
    }
    assert_eq!(Dialect::named("native"), None);
    let mut article = post("x");
    article.channel = Channel::News;
    check_post(Dialect::Talkwalker, "sourcetype:ONLINENEWS x", &article, true);
}
