use super::*;
use crate::time::{DAY, HOUR};

/// A sketch of words parted by spaces: `=n` is its own number, `>n` passes on, `&n` links, `#n`
/// is its text's hash.
fn sketch(text: &str) -> Sketch {
    let mut sketch = Sketch { lang: Sketch::lang_of("en"), ..Sketch::default() };
    let (mut terms, mut links) = (Vec::new(), Vec::new());
    for word in text.split_whitespace() {
        let number = |rest: &str| rest.parse().unwrap_or(0);
        match (word.get(..1), word.get(1..).map(number)) {
            (Some("="), Some(own)) => sketch.own = own,
            (Some(">"), Some(to)) => sketch.passes = Some((Passing::Repost, to)),
            (Some("&"), Some(link)) => links.push(link),
            (Some("#"), Some(copy)) => sketch.copy = copy,
            _ => {
                let key = word
                    .bytes()
                    .fold(7_u32, |key, byte| (key ^ u32::from(byte)).wrapping_mul(0x0100_0193));
                terms.push(Term { key, kind: TermKind::Word, weight: 64 });
            }
        }
    }
    terms.sort_by_key(|term| term.key);
    terms.dedup_by_key(|term| term.key);
    sketch.terms = terms.into();
    sketch.links = links.into();
    sketch
}

/// Places posts an hour apart; the number of each one's story at the end.
fn grow(posts: &[&str]) -> (Grower, Vec<i64>) {
    let mut grower = Grower::new(StoryId(1));
    for (post, text) in (0..).zip(posts) {
        grower.place(post, 1, Time(post * HOUR), sketch(text));
    }
    let ids = stories(&grower, posts.len());
    (grower, ids)
}

fn stories(grower: &Grower, posts: usize) -> Vec<i64> {
    (0..posts as i64).map(|post| grower.story_of(post).map_or(0, |story| story.0)).collect()
}

const FIRE: &str = "fire burns warehouse harbour";
const VOTE: &str = "parliament votes budget reform";

#[test]
fn posts_join_what_they_are_like() {
    let check = |posts: &[&str], expect: &[i64]| assert_eq!(grow(posts).1, expect, "{posts:?}");
    check(&[FIRE, VOTE, FIRE, VOTE], &[1, 2, 1, 2]);
    check(&[FIRE, "fire warehouse harbour smoke"], &[1, 1]);
    check(&[FIRE, "harbour concert draws thousands tonight"], &[1, 2]);
    check(&["", ""], &[1, 2]);
}

#[test]
fn some_evidence_decides_at_once() {
    let check = |first: &str, second: &str, because: Because, copy: Option<i64>| {
        let mut grower = Grower::new(StoryId(5));
        grower.place(10, 1, Time(0), sketch(first));
        let placed = grower.place(11, 1, Time(20 * DAY), sketch(second));
        assert_eq!((placed.story, placed.because), (StoryId(5), because), "{second}");
        assert_eq!((placed.born, placed.copy_of), (false, copy), "{second}");
    };
    check("a b =1", "c d >1", Because::Repost(10), None);
    check("a b &9", "c d &9", Because::Link(10), None);
    check("a b #3", "a b #3", Because::Copy(10), Some(10));
    let mut grower = Grower::new(StoryId(1));
    assert_eq!(grower.place(1, 1, Time(0), sketch(FIRE)).because, Because::First);
    let placed = grower.place(2, 1, Time(0), sketch(FIRE));
    assert!(matches!(placed.because, Because::Words(1)), "{placed:?}");
    assert_eq!(grower.place(2, 1, Time(0), sketch(VOTE)).because, Because::Known);
}

/// Two stories that a third kind of posts brings together.
const BRIDGE: [&str; 6] = [
    "storm floods coast",
    "dam breaks valley",
    "storm floods coast dam breaks",
    "storm coast dam valley breaks",
    "floods dam valley storm coast",
    "storm floods coast dam breaks valley",
];

#[test]
fn stories_that_become_alike_are_one() {
    let mut grower = Grower::new(StoryId(1));
    let mut merged = Vec::new();
    for (post, text) in (0..).zip(BRIDGE) {
        merged.extend(grower.place(post, 1, Time(post * HOUR), sketch(text)).merged);
    }
    assert_eq!(merged, [Merged { from: StoryId(2), into: StoryId(1) }]);
    assert_eq!(stories(&grower, 6), [1; 6]);
    assert_eq!(grower.now(StoryId(2)), Some(StoryId(1)));
    assert_eq!(grower.posts(StoryId(2)), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn what_people_said_is_not_undone() {
    let (mut grower, ids) = grow(&BRIDGE[..2]);
    assert_eq!(ids, [1, 2]);
    grower.not_same(StoryId(1), StoryId(2));
    for (post, text) in (2..).zip(&BRIDGE[2..]) {
        assert_eq!(grower.place(post, 1, Time(post * HOUR), sketch(text)).merged, []);
    }
    assert_eq!(stories(&grower, 2), [1, 2]);

    let merged = grower.merge(StoryId(2), StoryId(1));
    assert_eq!(merged, Some(Merged { from: StoryId(2), into: StoryId(1) }));
    assert_eq!(stories(&grower, 6), [1; 6]);
    assert_eq!(grower.merge(StoryId(2), StoryId(1)), None);

    let new = grower.split(StoryId(1), &[1, 99]);
    assert_eq!((new, stories(&grower, 2)), (StoryId(3), vec![1, 3]));
    for (post, text) in (10..).zip(BRIDGE) {
        assert_eq!(grower.place(post, 1, Time(6 * HOUR), sketch(text)).merged, []);
    }
    assert_eq!(grower.split(StoryId(3), &[99]), StoryId(3));
}

#[test]
fn posts_are_moved_and_forgotten() {
    let (mut grower, _) = grow(&[FIRE, VOTE, FIRE]);
    assert!(grower.move_post(2, StoryId(2)));
    assert!(!grower.move_post(2, StoryId(2)) && !grower.move_post(9, StoryId(2)));
    assert_eq!(stories(&grower, 3), [1, 2, 2]);
    assert!(grower.move_post(0, StoryId(2)));
    assert_eq!((grower.now(StoryId(1)), grower.len()), (None, (3, 1)));
    for post in [0, 1, 2, 2] {
        grower.forget(post);
    }
    assert!(grower.is_empty());
    assert_eq!(grower.len(), (0, 0));
    assert_eq!(grower.place(7, 1, Time(DAY), sketch(FIRE)).story, StoryId(3));
}

#[test]
fn a_closed_story_takes_nothing() {
    let (mut grower, _) = grow(&["fire burns warehouse harbour =1 #4 &6"]);
    grower.never_again(StoryId(1));
    for (post, text) in (5..).zip([FIRE, "x >1", "y #4", "z &6"]) {
        let story = grower.place(post, 1, Time(HOUR), sketch(text)).story;
        assert_ne!(story, StoryId(1), "{text}");
    }
}

#[test]
fn corrections_teach_their_watch_within_bounds() {
    let (mut grower, _) = grow(&[FIRE, FIRE]);
    for _ in 0..100 {
        let new = grower.split(StoryId(1), &[1]);
        assert!(grower.merge(StoryId(1), new).is_some());
    }
    let lesson = grower.lessons().of(1);
    assert!(lesson.taught == 200 && (-0.04..=0.15).contains(&lesson.bar), "{lesson:?}");
    assert_eq!(grower.lessons().of(2), Lesson::default());

    let close = "fire burns shop village school roof tower square";
    let story = |grower: &mut Grower| grower.place(50, 1, Time(HOUR), sketch(close)).story;
    let (mut plain, _) = grow(&[FIRE, VOTE]);
    assert_eq!(story(&mut plain), StoryId(1));
    let strict = Lesson { taught: 5, bar: 0.15, patience: 1.0 };
    let strict = Lessons([(1, strict)].into());
    let mut taught = grow(&[FIRE, VOTE]).0.with_lessons(strict);
    assert_eq!(story(&mut taught), StoryId(3));
}

#[test]
fn what_another_watch_finds_must_be_more_alike() {
    let close = "fire burns shop village school roof tower square";
    for (watch, expect) in [(1, 1), (7, 3)] {
        let (mut grower, _) = grow(&[FIRE, VOTE]);
        let story = grower.place(50, watch, Time(HOUR), sketch(close)).story;
        assert_eq!(story, StoryId(expect), "found by watch {watch}");
    }
    let (mut grower, _) = grow(&[FIRE, VOTE]);
    assert_eq!(grower.place(50, 7, Time(HOUR), sketch(FIRE)).story, StoryId(1));
}

#[test]
fn a_correction_moves_the_judgement_its_way() {
    let check = |same: bool, likeness: f32, expect: std::cmp::Ordering| {
        let mut lesson = Lesson::default();
        lesson.learn(same, likeness, 0.1, 0.2);
        assert_eq!(lesson.bar.total_cmp(&0.0), expect, "{same} {likeness}");
    };
    check(true, 0.1, std::cmp::Ordering::Less);
    check(false, 0.5, std::cmp::Ordering::Greater);
    check(true, 0.9, std::cmp::Ordering::Equal);
    check(false, 0.0, std::cmp::Ordering::Equal);
}

#[test]
fn quiet_stories_sleep_and_are_forgotten() {
    let (mut grower, _) = grow(&["fire burns warehouse harbour =1"]);
    assert_eq!(grower.asleep(Time(DAY)), []);
    assert_eq!(grower.asleep(Time(8 * DAY)), [StoryId(1)]);
    assert_eq!(grower.place(1, 1, Time(8 * DAY), sketch(FIRE)).story, StoryId(2));
    assert_eq!(grower.place(2, 1, Time(8 * DAY), sketch("x >1")).story, StoryId(1));
    let awake = grower.place(3, 1, Time(8 * DAY), sketch(FIRE));
    assert_eq!(grower.asleep(Time(9 * DAY)), [], "{awake:?}");
    grower.place(4, 1, Time(60 * DAY), sketch(VOTE));
    assert_eq!((grower.len(), grower.now(StoryId(1))), ((1, 1), None));
}

/// Made-up posts: many stories of a few words each, drifting.
fn made_up(count: i64) -> Vec<String> {
    let mut state = 9_u64;
    let mut dice = |sides: u64| {
        state = hash::mix(state.wrapping_add(0x9e37_79b9_7f4a_7c15));
        state % sides
    };
    let post = |post: i64| {
        let story = post / 40 + dice(6) as i64;
        let words: Vec<String> = (0..6).map(|_| format!("s{story}w{}", dice(9))).collect();
        format!("{} c{} c{}", words.join(" "), dice(12), dice(12))
    };
    (0..count).map(post).collect()
}

#[test]
fn a_restart_changes_no_answer() {
    let posts = made_up(600);
    let mut lived = Grower::new(StoryId(1));
    for (post, text) in (0..).zip(&posts) {
        lived.place(post, 1, Time(post * HOUR / 4), sketch(text));
    }
    let mut again = Grower::new(StoryId(1));
    for (post, text) in (0..).zip(&posts) {
        let story = lived.story_of(post).expect("placed within a week");
        again.remember(post, 1, Time(post * HOUR / 4), sketch(text), story);
    }
    assert_eq!(again.len(), lived.len());
    let more = made_up(800);
    // Numbers of stories that were merged away before are not used again by either.
    let first = lived.next.max(again.next);
    (lived.next, again.next) = (first, first);
    let mut same = 0;
    for (post, text) in (600..800).zip(&more[600..]) {
        let at = Time(post * HOUR / 4);
        let answers = [&mut lived, &mut again].map(|g| g.place(post, 1, at, sketch(text)));
        same += usize::from(answers[0].story == answers[1].story);
    }
    assert!(same >= 198, "{same} of 200");
}

#[test]
fn the_same_calls_give_the_same_answers() {
    let posts = made_up(400);
    let posts: Vec<&str> = posts.iter().map(String::as_str).collect();
    assert_eq!(grow(&posts).1, grow(&posts).1);
}

#[test]
fn memory_is_given_back() {
    let mut grower = Grower::new(StoryId(1));
    let mut most = 0;
    for (post, text) in (0..).zip(made_up(4000)) {
        grower.place(post, 1, Time(post * HOUR), sketch(&text));
        most = most.max(grower.len().0);
    }
    assert!(most < 31 * 24 + 200, "{most} posts remembered");
    assert!(grower.members.len() < 1000 && grower.bytes() < 2_000_000);
}

#[test]
fn a_headline_tells_its_story() {
    let mut grower = Grower::new(StoryId(1));
    let mut place = |post, text: &str, lang, tier| {
        let mut sketch = sketch(text);
        (sketch.lang, sketch.tier, sketch.length) = (Sketch::lang_of(lang), tier, 8);
        grower.place(post, 1, Time(0), sketch).story
    };
    let story = place(1, "fire burns warehouse harbour live ticker update &1", "en", None);
    place(2, "fire burns warehouse harbour &1", "en", None);
    place(3, "fire burns warehouse harbour &1", "en", Some(crate::Tier::Leading));
    place(4, "feuer hafen &1", "de", None);
    let check = |lang, expect| assert_eq!(grower.headline(story, lang), expect, "{lang:?}");
    check(None, Some(3));
    check(Some("en"), Some(3));
    check(Some("de"), Some(4));
    check(Some("fr"), Some(3));
    assert_eq!(grower.headline(StoryId(77), None), None);
    let terms = grower.terms(story, 3);
    assert!(terms.len() == 3 && terms[0].1 >= terms[2].1 && terms[0].1 <= 1.0, "{terms:?}");
}
