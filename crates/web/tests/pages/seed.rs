//! A small made-up world: a coffee machine, its maker, and people who talk about it.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    AlertRules, Channel, Condition, Engagement, Field, FieldKind, GapReason, GapReport, HOUR,
    Health, MINUTE, NewAlert, NewMention, PartInfo, Platform, Post, Relation, RelationKind, Rise,
    SECOND, Sentiment, Source, Tier, Time, Tone, Watch, Way,
};
use store::{Archive, ArchiveOptions, Ingest, JudgedMention, JudgedPost, Store};
use web::{Hooks, Options};

/// The part of the house that the screens talk to, as far as tests need it.
pub struct House;

#[async_trait]
impl Hooks for House {
    async fn try_way(&self, way: &Way) -> Result<String, String> {
        if way.settings.contains("broken") {
            return Err("503 Service Unavailable <b>".into());
        }
        Ok("200 OK".into())
    }

    fn check_way(&self, way: &Way) -> Result<(), String> {
        if way.settings.contains("refused") {
            Err("url: this host is private".into())
        } else {
            Ok(())
        }
    }

    fn check_connector(&self, _: &str, settings: &serde_json::Value) -> Result<(), String> {
        let text = settings.to_string();
        if text.contains("refused") { Err("servers: no such server".into()) } else { Ok(()) }
    }
}

const fn field(name: &'static str, kind: FieldKind, label: [&'static str; 2]) -> Field {
    Field { name, kind, default: "", required: false, label }
}

/// Connectors as `channels` would list them.
pub const CONNECTORS: [PartInfo; 4] = [
    PartInfo {
        name: "web",
        title: "Feeds",
        about: ["Reads RSS, Atom and JSON feeds.", "Liest RSS-, Atom- und JSON-Feeds."],
        keyless: true,
        on_by_default: true,
        fields: &[field("feeds", FieldKind::Lines, ["Feeds, one a line", "Feeds, einer je Zeile"])],
        docs: "https://docs.example/feeds",
    },
    PartInfo {
        name: "bluesky",
        title: "Bluesky",
        about: ["Hears every public post.", "Hört jeden öffentlichen Beitrag."],
        keyless: true,
        on_by_default: true,
        fields: &[],
        docs: "https://docs.example/bluesky",
    },
    PartInfo {
        name: "mastodon",
        title: "Mastodon",
        about: ["Reads public timelines.", "Liest öffentliche Zeitleisten."],
        keyless: true,
        on_by_default: true,
        fields: &[
            field("servers", FieldKind::Lines, ["Servers, one a line", "Server, einer je Zeile"]),
            field("token", FieldKind::Secret, ["Access token", "Zugangsschlüssel"]),
            Field {
                name: "every",
                kind: FieldKind::Number { min: 5, max: 600 },
                default: "30",
                required: true,
                label: ["Seconds between visits", "Sekunden zwischen zwei Abrufen"],
            },
        ],
        docs: "https://docs.example/mastodon",
    },
    PartInfo {
        name: "hackernews",
        title: "Hacker News",
        about: ["Reads new items and comments.", "Liest neue Einträge und Kommentare."],
        keyless: true,
        on_by_default: false,
        fields: &[],
        docs: "",
    },
];

/// Notifiers as `notify` would list them.
pub const NOTIFIERS: [PartInfo; 2] = [
    PartInfo {
        name: "ntfy",
        title: "ntfy",
        about: ["Pushes to the phone.", "Schickt Meldungen aufs Telefon."],
        keyless: true,
        on_by_default: false,
        fields: &[Field {
            name: "topic",
            kind: FieldKind::Text,
            default: "",
            required: true,
            label: ["Topic", "Thema"],
        }],
        docs: "https://docs.example/ntfy",
    },
    PartInfo {
        name: "webhook",
        title: "Webhook",
        about: ["Posts signed JSON.", "Schickt signiertes JSON."],
        keyless: true,
        on_by_default: false,
        fields: &[
            Field {
                name: "url",
                kind: FieldKind::Url,
                default: "",
                required: true,
                label: ["Address", "Adresse"],
            },
            field("secret", FieldKind::Secret, ["Signing key", "Signaturschlüssel"]),
        ],
        docs: "",
    },
];

/// An archive beside a store in the same folder.
pub async fn archive(store: &Store, folder: &std::path::Path) -> Archive {
    let folder = folder.join("archive");
    let options = ArchiveOptions { folder, days: 30, max_bytes: 1 << 30 };
    Archive::open(store, options).await.unwrap()
}

/// Lets the archive take in everything that was stored.
pub async fn catch_up(archive: &Archive, now: Time) {
    while archive.catch_up(now).await.unwrap().behind > 0 {}
}

/// Options for a store, at a time that stands still.
pub fn options(store: &Store, archive: &Archive, now: Time) -> Options {
    Options {
        archive: archive.clone(),
        store: store.clone(),
        now: Arc::new(move || now),
        connectors: CONNECTORS.to_vec(),
        notifiers: NOTIFIERS.to_vec(),
        public_url: "http://localhost:7400".into(),
        demo: None,
        open: false,
        hooks: Arc::new(House),
    }
}

/// Who says what, how long ago.
struct Said {
    ago: i64,
    platform: Platform,
    channel: Channel,
    who: (&'static str, &'static str),
    tier: Option<Tier>,
    followers: Option<u64>,
    title: &'static str,
    body: &'static str,
    lang: &'static str,
    tone: Option<(Tone, f32)>,
}

fn said() -> Vec<Said> {
    let blue = |ago, who, followers, body, lang, tone| Said {
        ago,
        platform: Platform::BLUESKY,
        channel: Channel::Microblog,
        who,
        tier: Some(Tier::Private),
        followers: Some(followers),
        title: "",
        body,
        lang,
        tone,
    };
    let news = |ago, who, tier, title, body, lang, tone| Said {
        ago,
        platform: Platform::WEB,
        channel: if tier == Tier::Private { Channel::Blog } else { Channel::News },
        who,
        tier: Some(tier),
        followers: None,
        title,
        body,
        lang,
        tone,
    };
    let (bad, calm, good) = (Tone::Negative, Tone::Neutral, Tone::Positive);
    vec![
        blue(
            18 * SECOND,
            ("Mira Beispiel", "mira.example"),
            412,
            "Die Aurelia 3 von Falkenrot tropft schon wieder. Dritter Austausch, und die Hotline legt einfach auf. Nie wieder!",
            "de",
            Some((bad, 0.97)),
        ),
        blue(
            3 * MINUTE,
            ("Jonas", "jonas.example"),
            88,
            "Hat hier jemand Erfahrung mit der #aurelia3? Überlege noch.",
            "de",
            Some((calm, 0.71)),
        ),
        news(
            14 * MINUTE,
            ("Röstblog", "roestblog.example"),
            Tier::Private,
            "Aurelia 3 im Dauertest: schöner Schein, undichte Düse",
            "Nach vier Wochen steht fest: Der Kaffee ist hervorragend, die Verarbeitung nicht. Bei zwei von drei Geräten wurde die Düse der Aurelia 3 undicht, Wasser lief auf die Platine. Falkenrot schweigt bisher zu unseren Fragen, obwohl die Serie schon ausgeliefert wird und mehrere Leserinnen und Leser dasselbe berichten.",
            "de",
            Some((bad, 0.88)),
        ),
        blue(
            41 * MINUTE,
            ("coffee & code", "coffeecode.example"),
            15_230,
            "Okay, the Aurelia 3 makes the best flat white I ever had at home. Falkenrot nailed it.",
            "en",
            Some((good, 0.94)),
        ),
        news(
            95 * MINUTE,
            ("Küchentechnik heute", "kuechentechnik.example"),
            Tier::Trade,
            "Falkenrot prüft Berichte über undichte Aurelia 3",
            "Der Hersteller Falkenrot untersucht nach eigenen Angaben Hinweise auf undichte Düsen bei der Aurelia 3. Ein Rückruf der Kaffeemaschine sei derzeit nicht geplant.",
            "de",
            Some((calm, 0.63)),
        ),
        blue(
            3 * HOUR,
            ("Le Café", "lecafe.example"),
            2_010,
            "La nouvelle Aurelia 3 de Falkenrot est en vente.",
            "fr",
            None,
        ),
        news(
            5 * HOUR,
            ("The Evening Example", "evening.example"),
            Tier::Leading,
            "Falkenrot shares slip after complaints about leaking Aurelia 3",
            "Shares in the appliance maker fell four per cent after customers reported leaking machines.",
            "en",
            Some((bad, 0.81)),
        ),
        blue(
            9 * HOUR,
            ("Ben", "ben.example"),
            31,
            "Falkenrot hat mir nach einem Anruf sofort eine neue Dichtung geschickt. Top Service.",
            "de",
            Some((good, 0.91)),
        ),
        blue(
            13 * HOUR,
            ("Tini", "tini.example"),
            240,
            "Wer hat noch eine undichte Aurelia 3? Falkenrot sagt, ich sei die Einzige.",
            "de",
            Some((bad, 0.76)),
        ),
        blue(
            20 * HOUR,
            ("Anna", "anna.example"),
            1_020,
            "Falkenrot Aurelia 3 ist angekommen, ich freu mich!",
            "de",
            Some((good, 0.9)),
        ),
    ]
}

fn post(said: &Said, now: Time) -> Post {
    let published = now.plus(-said.ago);
    let handle = said.who.1.to_owned();
    let id = format!("{}-{}", said.who.1, said.ago);
    Post {
        platform: said.platform.clone(),
        native_id: id.clone(),
        url: format!("https://{}/{id}", said.who.1),
        channel: said.channel,
        source: Source {
            key: handle.clone(),
            name: said.who.0.to_owned(),
            handle: if said.platform == Platform::WEB { String::new() } else { handle },
            url: format!("https://{}/", said.who.1),
            tier: said.tier,
            followers: said.followers,
            country: (said.lang == "de").then(|| "DE".to_owned()),
            ..Source::default()
        },
        author: None,
        title: said.title.to_owned(),
        lead: String::new(),
        body: said.body.to_owned(),
        lang: Some(said.lang.to_owned()),
        published,
        received: published.plus(4 * SECOND),
        links: Vec::new(),
        hashtags: if said.body.contains("#aurelia3") { vec!["aurelia3".into()] } else { vec![] },
        mentions: Vec::new(),
        relation: None,
        engagement: Engagement { likes: Some(12), replies: Some(3), ..Engagement::default() },
        media: Vec::new(),
    }
}

/// Any post, for tests that write their own.
pub fn plain_post(id: &str, body: &str, at: Time) -> Post {
    let said = Said {
        ago: 0,
        platform: Platform::BLUESKY,
        channel: Channel::Microblog,
        who: ("Somebody", "somebody.example"),
        tier: None,
        followers: None,
        title: "",
        body: "",
        lang: "en",
        tone: None,
    };
    Post { native_id: id.to_owned(), body: body.to_owned(), ..post(&said, at) }
}

/// A post as the flow would judge it under these watches.
pub fn judge(post: Post, tone: Option<(Tone, f32)>, watches: &[Watch]) -> JudgedPost {
    let matched = post.received.plus(700);
    let sentiment = tone.map(|(tone, confidence)| Sentiment { tone, confidence });
    let lang = post.lang.clone().unwrap_or_default();
    let kinds = text::kinds::by(&|_| None, &post.text(), &lang, None);
    let mention = |watch: &Watch| {
        let query = query::parse(&watch.query).unwrap();
        let hit = query::matches_one(&query, &query::Document::of(&post))?;
        let mention = NewMention {
            watch: watch.id,
            watch_version: watch.version,
            spans: hit.spans,
            why: hit.why,
            sentiment,
            kinds,
            quick: false,
            matched,
        };
        let alert = domain::alert_for(watch.alerts, &mention, post.id());
        Some(JudgedMention { mention, alert })
    };
    let mentions = watches.iter().filter(|w| !w.paused).filter_map(mention).collect();
    JudgedPost { mentions, post }
}

/// Fills a store with everything that the screens can show.
pub async fn fill(store: &Store, now: Time) {
    let rules = AlertRules::default();
    let past = now.plus(-30 * HOUR);
    store.add_watch("Falkenrot", "falkenrot", rules, past).await.unwrap();
    let every = AlertRules { every: true, ..rules };
    store.add_watch("Aurelia 3", "\"aurelia 3\" OR #aurelia3", every, past).await.unwrap();
    let recall = "(rückruf OR recall) NEAR/8 (kaffeemaschine OR falkenrot)";
    store.add_watch("Rückruf", recall, rules, past).await.unwrap();
    let mut quiet = store.add_watch("Messe & Presse", "#kaffeemesse", rules, past).await.unwrap();
    quiet.paused = true;
    quiet.query = "#kaffeemesse OR \"kaffee messe\"".into();
    store.change_watch(&quiet, past.plus(HOUR)).await.unwrap();
    let way = Way {
        id: 0,
        notifier: "webhook".into(),
        name: "Redaktion".into(),
        settings: r#"{"url":"https://hook.example/x","secret":"s3cret-value"}"#.into(),
        watches: vec![],
        lang: "de".into(),
        paused: false,
    };
    let way = store.add_way(&way).await.unwrap();
    let phone = Way { name: "Telefon".into(), notifier: "ntfy".into(), paused: true, ..way };
    store.add_way(&phone).await.unwrap();

    let watches = store.watches().await.unwrap();
    let mut posts: Vec<JudgedPost> =
        said().iter().rev().map(|s| judge(post(s, now), s.tone, &watches)).collect();
    for n in 0..40_i64 {
        let ago = n * 31 * MINUTE + (n % 7) * 11 * MINUTE;
        let body = ["Falkenrot im Angebot", "falkenrot aurelia 3 again", "Danke, Falkenrot."];
        let id = format!("noise-{n}");
        let tone = (n % 3 == 1).then_some((Tone::Negative, 0.66));
        let quiet: Vec<Watch> = watches
            .iter()
            .map(|w| Watch {
                alerts: AlertRules { every: false, negative: false, rise: false, crossing: false },
                ..w.clone()
            })
            .collect();
        let noise = plain_post(&id, body[n as usize % 3], now.plus(-ago - 6 * HOUR));
        posts.insert(0, judge(noise, tone.or(Some((Tone::Neutral, 0.58))), &quiet));
    }
    posts.sort_by_key(|p| p.post.published);
    let gap = |stream: &str, from, until, reason, detail: &str, made_up| GapReport {
        stream: stream.into(),
        from,
        until,
        reason,
        detail: detail.into(),
        made_up,
    };
    let gaps = vec![
        gap(
            "web/https://langsam.example/feed",
            now.plus(-2 * HOUR),
            None,
            GapReason::Unreachable,
            "503 Service Unavailable",
            false,
        ),
        gap(
            "bluesky",
            now.plus(-9 * HOUR),
            Some(now.plus(-9 * HOUR + 12 * MINUTE)),
            GapReason::Stopped,
            "",
            true,
        ),
    ];
    let ingest = Ingest { posts, gaps, ..Ingest::default() };
    store.ingest(&ingest, now.plus(-10 * SECOND)).await.unwrap();

    // One post is edited, one is an answer.
    let blog = &said()[2];
    let mut edited = post(blog, now);
    edited.body = edited.body.replace(
        "Falkenrot schweigt bisher",
        "Falkenrot bestätigt inzwischen den Fehler und schweigt nur",
    );
    edited.relation =
        Some(Relation { kind: RelationKind::Reply, to: "https://roestblog.example/1".into() });
    edited.links = vec!["https://langsam.example/studie".into(), "javascript:alert(1)".into()];
    let posts = vec![judge(edited, blog.tone, &watches)];
    store.ingest(&Ingest { posts, ..Ingest::default() }, now.plus(-5 * SECOND)).await.unwrap();

    rise(store, &watches[0], now).await;
    for due in store.due(now, 3).await.unwrap() {
        store.delivered(due.number, "202 Accepted", now.plus(-9 * SECOND)).await.unwrap();
    }
    for due in store.due(now, 1).await.unwrap() {
        let next = Some(now.plus(40 * SECOND));
        store.delivery_failed(due.number, "503 Service Unavailable", next, now).await.unwrap();
    }
    health(store, now).await;
}

async fn rise(store: &Store, watch: &Watch, now: Time) {
    let reason = domain::AlertReason::Rise;
    let alert = NewAlert {
        id: domain::AlertId::of(watch.id, reason, "an hour"),
        watch: watch.id,
        reason,
        post: None,
        rise: Some(Rise { seen: 42, expected: 4.2 }),
        story: None,
        raised: now.plus(-2 * MINUTE),
    };
    assert!(store.raise(&alert).await.unwrap());
}

async fn health(store: &Store, now: Time) {
    let well = |stream: &str, heard| Health {
        condition: Condition::Well,
        detail: String::new(),
        last_ok: Some(now.plus(-3 * SECOND)),
        newest_post: Some(now.plus(-9 * SECOND)),
        heard,
        ..Health::starting(stream, now)
    };
    let down = Health {
        condition: Condition::Down,
        detail: "503 Service Unavailable".into(),
        last_ok: Some(now.plus(-2 * HOUR)),
        newest_post: Some(now.plus(-5 * HOUR)),
        next_try: Some(now.plus(90 * SECOND)),
        errors: 14,
        broken: 2,
        ..well("web/https://langsam.example/feed", 31)
    };
    let slow = Health {
        condition: Condition::Limping,
        detail: "429 Too Many Requests".into(),
        next_try: Some(now.plus(60 * SECOND)),
        errors: 1,
        ..well("mastodon/sozial.example", 5_120)
    };
    let health = [
        well("bluesky", 1_234_567),
        well("mastodon/chaos.example", 48_200),
        slow,
        well("web/https://roestblog.example/feed.xml", 210),
        well("web/https://evening.example/rss", 1_904),
        down,
    ];
    store.save_health(&health).await.unwrap();
}
