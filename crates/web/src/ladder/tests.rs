use domain::{HOUR, MINUTE};
use jiff::tz::TimeZone;

use super::*;
use crate::lang::{Lang, Words};

const START: Time = Time(1_795_500_000_000);

fn clock(lang: Lang) -> Clock {
    Clock { now: START.plus(5 * HOUR), zone: TimeZone::UTC, words: Words(lang) }
}

fn dot(minute: i64, tier: Option<Tier>, tone: Option<Tone>, name: &str) -> Dot {
    Dot {
        at: START.plus(minute * MINUTE),
        tier,
        tone,
        followers: Some(500),
        copy: minute % 2 == 1,
        name: name.into(),
        link: format!("/mentions/{minute}"),
    }
}

fn picture(marks: Marks, posts: u64) -> Picture {
    Picture {
        from: START,
        until: START.plus(5 * HOUR),
        posts,
        marks,
        crossings: vec![
            Crossed { tier: Tier::Private, at: START, after: 0 },
            Crossed { tier: Tier::Leading, at: START.plus(3 * HOUR), after: 3 * HOUR },
        ],
        fan: Some(Fan {
            size: posts,
            steps: [(1, 1, 2, 3), (6, 2, 4, 8), (24, 3, 9, 90), (168, 3, 20, 700)]
                .map(|(h, low, expected, high)| Step {
                    after: h * HOUR,
                    low: posts + low,
                    expected: posts + expected,
                    high: posts + high,
                })
                .to_vec(),
            crossing: Some(0.23),
        }),
    }
}

fn four() -> Marks {
    Marks::Dots(vec![
        dot(200, Some(Tier::Leading), Some(Tone::Negative), "The \"Evening\" <b>"),
        dot(0, Some(Tier::Private), Some(Tone::Negative), "Mira"),
        dot(1, None, None, "Nobody"),
        dot(61, Some(Tier::Own), Some(Tone::Positive), "Us"),
    ])
}

/// The numbers behind a mark such as ` cx="`.
fn numbers(svg: &str, mark: &str) -> Vec<f64> {
    svg.split(mark).skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
}

#[test]
fn every_post_is_a_link_in_the_order_of_time() {
    for size in [Size::Wide, Size::Mail, Size::Narrow] {
        let svg = draw(&picture(four(), 4), size, &clock(Lang::En));
        let links: Vec<&str> = svg
            .split("<a class=\"dot ")
            .skip(1)
            .map(|rest| rest.split("href=\"").nth(1).unwrap().split('"').next().unwrap())
            .collect();
        assert_eq!(links, ["/mentions/0", "/mentions/1", "/mentions/61", "/mentions/200"]);
        assert!(svg.contains("The &#34;Evening&#34; &#60;b&#62;") && !svg.contains("<b>"), "{svg}");
        assert_eq!(svg.matches("<title>").count(), 4);
        assert!(!svg.contains("style") && !svg.contains(" id=") && !svg.contains("NaN"), "{svg}");
        assert!(svg.starts_with("<svg ") && svg.contains("role=\"group\""));
    }
}

#[test]
fn any_name_can_be_painted() {
    for name in ["a\u{0}b\u{7}\u{1f}", "]]>&<\"'", "\u{fffe}\u{ffff}\u{10ffff}", "日本 🙂"] {
        let marks = Marks::Dots(vec![dot(0, None, None, name)]);
        let svg = draw(&picture(marks, 1), Size::Mail, &clock(Lang::De));
        assert!(crate::paint::png(&svg, 1.0).is_some(), "{name:?}");
    }
}

#[test]
fn rungs_crossings_and_the_forecast_say_themselves() {
    for (lang, words) in [
        (Lang::En, ["Leading media", "Not known", "→ leading media after 3\u{a0}h", "began here"]),
        (Lang::De, ["Leitmedien", "Nicht bekannt", "→ Leitmedien nach 3\u{a0}h", "begann hier"]),
    ] {
        let svg = draw(&picture(four(), 4), Size::Wide, &clock(lang));
        for word in words.into_iter().chain(["23"]) {
            assert!(svg.contains(word), "{word} is missing in {svg}");
        }
        assert_eq!(svg.matches("class=\"name\"").count(), RUNGS.len());
        assert_eq!(svg.matches("class=\"crossed\"").count(), 2);
        assert!(svg.contains("class=\"band\"") && svg.contains("704"), "{svg}");
    }
    let without = Picture { fan: None, ..picture(four(), 4) };
    assert!(!draw(&without, Size::Wide, &clock(Lang::En)).contains("band"));
}

#[test]
fn higher_rungs_stand_higher_and_later_posts_further_right() {
    let marks = Marks::Dots(
        RUNGS
            .into_iter()
            .rev()
            .enumerate()
            .map(|(i, tier)| dot(2 * i as i64, tier, Some(Tone::Neutral), "x"))
            .collect(),
    );
    let svg = draw(&picture(marks, 7), Size::Wide, &clock(Lang::En));
    let dots = svg.split("<a class=\"dot ").skip(1).collect::<String>();
    let (x, y) = (numbers(&dots, " cx=\""), numbers(&dots, " cy=\""));
    // The last two circles are the legend's.
    assert!(x[..7].windows(2).all(|pair| pair[0] < pair[1]), "{x:?}");
    assert!(y[..7].windows(2).all(|pair| pair[0] > pair[1]), "{y:?}");
}

#[test]
fn a_crowd_at_one_moment_stays_on_its_rung() {
    let crowd = (0..300).map(|_| dot(60, Some(Tier::Trade), Some(Tone::Neutral), "x")).collect();
    let picture = Picture { fan: None, ..picture(Marks::Dots(crowd), 300) };
    let svg = draw(&picture, Size::Wide, &clock(Lang::En));
    let dots = svg.split("<a class=\"dot ").skip(1).collect::<String>();
    let y = numbers(&dots, " cy=\"");
    let (low, high) = (24.0 + 46.0, 24.0 + 2.0 * 46.0);
    assert!(y[..300].iter().all(|y| (low..high).contains(y)), "{y:?}");
    let places: std::collections::BTreeSet<i64> = y.iter().map(|y| *y as i64).collect();
    assert!(places.len() > 4, "they do not hide one another");
}

#[test]
fn bubbles_show_their_number_and_share() {
    let bubble = |posts, negative, hour| Bubble {
        from: START.plus(hour * HOUR),
        until: START.plus((hour + 1) * HOUR),
        tier: Some(Tier::Private),
        posts,
        negative,
        link: format!("/mentions?story=1&since={hour}"),
    };
    let marks = Marks::Bubbles(vec![bubble(400, 0, 1), bubble(100_000, 25_000, 0)]);
    let svg = draw(&picture(marks, 100_400), Size::Wide, &clock(Lang::En));
    assert!(svg.contains("100,000 posts, 25,000 negative"), "{svg}");
    assert!(svg.contains("story=1&#38;since=0"), "{svg}");
    let all = numbers(&svg, " r=\"");
    // The large one comes first in time; a quarter of its area is negative.
    assert!((all[1] - all[0] / 2.0).abs() < 0.2 && all[2] < all[0] / 2.0, "{all:?}");
    assert_eq!(svg.matches("class=\"negative\"").count(), 2, "one and the legend");
}

#[test]
fn an_empty_story_and_one_moment_can_be_drawn() {
    for marks in [Marks::Dots(vec![]), Marks::Bubbles(vec![]), four()] {
        let mut picture = picture(marks, 0);
        picture.until = picture.from;
        if let Some(fan) = &mut picture.fan {
            fan.steps.iter_mut().for_each(|step| (step.low, step.expected, step.high) = (0, 0, 0));
        }
        let svg = draw(&picture, Size::Narrow, &clock(Lang::De));
        assert!(svg.ends_with("</svg>") && !svg.contains("NaN") && !svg.contains("inf\""), "{svg}");
    }
}

#[test]
fn the_glyph_has_as_many_full_rungs_as_the_tier_is_high() {
    for (tier, full) in [(None, 0), (Some(Tier::Own), 1), (Some(Tier::Leading), 6)] {
        assert_eq!(glyph(tier).matches("class=\"full\"").count(), full, "{tier:?}");
    }
}
