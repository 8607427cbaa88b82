use domain::story::{Grower, MOST_TERMS, Passing, Sketch, StoryId, TermKind};
use domain::{Channel, Engagement, Platform, Post, Relation, RelationKind, Source, Time};

use super::*;

fn post(title: &str, body: &str) -> Post {
    Post {
        platform: Platform::WEB,
        native_id: title.into(),
        url: "https://news.example/a".into(),
        channel: Channel::News,
        source: Source::default(),
        author: None,
        title: title.into(),
        lead: String::new(),
        body: body.into(),
        lang: None,
        published: Time(0),
        received: Time(0),
        links: vec![],
        hashtags: vec![],
        mentions: vec![],
        relation: None,
        engagement: Engagement::default(),
        media: vec![],
    }
}

fn sketch(title: &str, lang: &str) -> Sketch {
    of(&post(title, ""), Some(lang), None)
}

/// How many terms of a kind two titles share.
fn shared(a: (&str, &str), b: (&str, &str), kind: TermKind) -> usize {
    let (a, b) = (sketch(a.0, a.1), sketch(b.0, b.1));
    let other = |key: u32| b.terms.iter().any(|term| term.key == key);
    a.terms.iter().filter(|term| term.kind == kind && other(term.key)).count()
}

#[test]
fn words_meet_in_their_stems() {
    let check = |a, b, lang, expect| {
        let words = shared((a, lang), (b, lang), TermKind::Word)
            + shared((a, lang), (b, lang), TermKind::Name);
        assert_eq!(words, expect, "{a} / {b}");
    };
    check("die brände wüten", "ein brand wütete", "de", 2);
    check("чемпиона олимпиады", "чемпиону олимпиаде", "ru", 2);
    check("zlata medalja", "zlato medaljo", "sl", 2);
    check("der und die", "der und die", "de", 0);
    check("fire - The Daily Planet", "storm - The Daily Planet", "en", 2);
    let outlet = "Fire destroys the old town hall - The Daily Planet";
    check(outlet, "Storm hits the new harbour bridge - The Daily Planet", "en", 0);
}

#[test]
fn names_sound_alike_in_every_alphabet() {
    let check = |a, b, expect| assert_eq!(sound::of(a) == sound::of(b), expect, "{a} {b}");
    check("белодед", "bilodid", true);
    check("رينر", "riner", true);
    check("путин", "putin", true);
    check("riner", "rinder", false);
    assert_eq!(sound::of("io"), None);
    assert_eq!(sound::of("東京都庁"), None);
    let pair = [("Судья отстранил Белодед", "ru"), ("La judoka Bilodid gana", "es")];
    assert_eq!(shared(pair[0], pair[1], TermKind::Sound), 1);
}

#[test]
fn addresses_name_pages() {
    let check = |a: &str, b: &str, expect| {
        assert_eq!(page(a).is_some() && page(a) == page(b), expect, "{a} {b}");
    };
    check("https://www.a.example/x/", "http://a.example/x?utm_source=b#c", true);
    check("https://a.example/watch?v=1", "https://a.example/watch?v=2", false);
    check("https://a.example/", "https://a.example/", false);
    check("not an address", "not an address", false);
}

#[test]
fn relations_point_to_the_post_itself() {
    let first = post("First", "");
    let mut second = post("Second", "");
    second.relation = Some(Relation { kind: RelationKind::Quote, to: "First".into() });
    let own = of(&first, None, None).own;
    assert_eq!(of(&second, None, None).passes, Some((Passing::Quote, own)));
}

#[test]
fn sketches_are_bounded_and_in_order() {
    let long: String = (0..2000).map(|i| format!("Word{i} ")).collect();
    for text in ["", "x", &long, "🎉 https://a.example", "東京で地震 2021"] {
        let sketch = of(&post(text, &long), Some("en"), None);
        assert!(sketch.terms.len() <= MOST_TERMS);
        assert!(sketch.terms.windows(2).all(|pair| pair[0].key < pair[1].key), "{text:.20}");
        assert!(sketch.terms.iter().all(|term| term.weight > 0));
    }
}

#[test]
fn a_story_is_called_by_its_words() {
    let titles = [
        "Typhoon Nepartak nears Tokyo",
        "Rowing moved as typhoon Nepartak approaches",
        "What we know about typhoon Nepartak",
    ];
    let mut grower = Grower::new(StoryId(1));
    for other in 0..30 {
        let title = format!("Quite another headline number{other} of subject{other}");
        grower.place(100 + other, 1, Time(0), sketch(&title, "en"));
    }
    let first = grower.place(0, 1, Time(0), sketch(titles[0], "en")).story;
    for (title, id) in titles.iter().zip(0..).skip(1) {
        assert_eq!(grower.place(id, 1, Time(0), sketch(title, "en")).story, first, "{title}");
    }
    let terms = grower.terms(first, 20);
    assert_eq!(phrase(&titles, "en", &terms).as_deref(), Some("Typhoon Nepartak"));
    assert_eq!(phrase(&["nothing of it"], "en", &terms), None);
}

#[test]
fn what_a_watch_listens_for_weighs_less() {
    let whole = sketch("Falkenrot recalls kettles in Leeds", "en");
    let check = |words: &[&str], expect: usize| {
        let mut softened = whole.clone();
        soften(&mut softened, words, "en");
        let lighter = |i: &usize| softened.terms[*i].weight < whole.terms[*i].weight;
        assert_eq!((0..whole.terms.len()).filter(lighter).count(), expect, "{words:?}");
        assert_eq!(softened.terms.len(), whole.terms.len());
        assert!(softened.terms.iter().all(|term| term.weight > 0));
    };
    // The word, and how it sounds.
    check(&["Falkenrot"], 2);
    check(&["falkenrot"], 1);
    check(&["recall"], 1);
    check(&[], 0);
    check(&["Bristol"], 0);
}

#[test]
fn what_a_narrow_watch_finds_has_that_in_common() {
    let watched = |title: &str, watch: i64| {
        let mut sketch = sketch(title, "en");
        found_by(&mut sketch, watch);
        found_by(&mut sketch, watch);
        assert!(sketch.terms.is_sorted_by_key(|term| term.key));
        sketch
    };
    let (a, b, c) = (watched("Cold at five", 7), watched("No heat here", 7), watched("Five", 8));
    let common = |a: &Sketch, b: &Sketch| {
        a.terms.iter().filter(|term| b.terms.iter().any(|other| other.key == term.key)).count()
    };
    assert_eq!((common(&a, &b), common(&b, &c)), (1, 0));
    assert_eq!(a.terms.len(), sketch("Cold at five", "en").terms.len() + 1);
}
