//! Learning: what people say of tones and kinds teaches a small model for the house, and one for every watch
//! with enough of its own, within seconds.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::{Duration, Instant};

use domain::{Kind, WatchId};
use store::{NewHead, StoreError, Subject};
use text::head::{self, LEAST_LESSONS, Learnt, MOST_LESSONS};
use text::sentiment::{self, Care};

use super::House;

/// Verdicts given in quick succession are learnt from together.
const GATHER: Duration = Duration::from_secs(1);
/// Learning takes at most one part of this many of the time.
const SHARE: u32 = 10;
/// After a failure.
const RETRY: Duration = Duration::from_secs(30);

/// Learns whenever something was said, until the process ends.
pub async fn keep(house: House) {
    let mut changes = house.store.changes_beside_mentions();
    let mut learnt_from = 0;
    loop {
        let began = Instant::now();
        let pause = match learn_once(&house, &mut learnt_from).await {
            Ok(()) => GATHER.max(began.elapsed() * SHARE),
            Err(error) => {
                tracing::warn!(%error, "nothing could be learnt and it is tried again");
                RETRY
            }
        };
        if !house.pause(pause).await {
            return;
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = house.stop.cancelled() => return,
        }
    }
}

/// Learns from what was said since `learnt_from`, and since the versions that are stored.
///
/// # Errors
/// The store does not answer.
pub async fn learn_once(house: &House, learnt_from: &mut i64) -> store::Result<()> {
    let store = &house.store;
    let (tone, kind) = (store.last_verdict().await?, store.last_kind_verdict().await?);
    let last = tone.max(kind);
    if last <= *learnt_from {
        return Ok(());
    }
    let mut known: HashMap<Subject, i64> = HashMap::new();
    for row in store.heads().await? {
        let newest = known.entry(row.subject).or_default();
        *newest = row.revision.max(*newest);
    }
    tones(house, &known, tone).await?;
    kinds(house, &known, kind).await?;
    *learnt_from = last;
    Ok(())
}

/// Learns how mentions sound.
async fn tones(house: &House, known: &HashMap<Subject, i64>, last: i64) -> store::Result<()> {
    let store = &house.store;
    let all = lessons(store, None).await?;
    let counts = store.verdicts_per_watch().await?;
    let said = all.iter().map(|lesson| (lesson.watch, lesson.revision));
    for watch in due(None, known, last, &counts, said) {
        let own = if watch.is_some() { lessons(store, watch).await? } else { all.clone() };
        let others = of_others(&all, watch, |lesson| lesson.watch);
        // Alone in the house, a watch has nothing to tell apart from it.
        if watch.is_none() || !others.is_empty() {
            let learn = move || head::learn(&as_read(&own), &as_read(&others));
            add(house, Subject::tone(watch), last, learn).await?;
        }
    }
    Ok(())
}

/// Learns which mentions are of each kind.
async fn kinds(house: &House, known: &HashMap<Subject, i64>, last: i64) -> store::Result<()> {
    let store = &house.store;
    let all = kind_lessons(store, None).await?;
    let counts = store.kind_verdicts_per_watch().await?;
    let mut of_watches: HashMap<WatchId, Vec<store::KindLesson>> = HashMap::new();
    for kind in Kind::ALL {
        let teach = teaching(kind, &all);
        let said = teach.iter().map(|lesson| (lesson.watch, lesson.revision));
        for watch in due(Some(kind), known, last, &counts, said) {
            let alone = kind.is_of_one_watch();
            let own = match watch {
                None if alone => continue,
                None => teach.clone(),
                Some(watch) => match of_watches.entry(watch) {
                    Entry::Occupied(own) => teaching(kind, own.get()),
                    Entry::Vacant(none) => {
                        teaching(kind, none.insert(kind_lessons(store, Some(watch)).await?))
                    }
                },
            };
            let others = if alone { vec![] } else { of_others(&teach, watch, |l| l.watch) };
            if alone || watch.is_none() || !others.is_empty() {
                let learn = move || head::learn_kind(kind, &kinds_read(&own), &kinds_read(&others));
                add(house, Subject { watch, kind: Some(kind) }, last, learn).await?;
            }
        }
    }
    Ok(())
}

/// The lessons that teach a kind. Whoever says that a mention is off topic says nothing else of it.
fn teaching(kind: Kind, lessons: &[store::KindLesson]) -> Vec<store::KindLesson> {
    let teaches =
        |lesson: &&store::KindLesson| kind == Kind::Offtopic || !lesson.kinds.has(Kind::Offtopic);
    lessons.iter().filter(teaches).cloned().collect()
}

/// For whom there is something new to learn: the house first (`None`; what was taken back is news to
/// it), then watches with enough lessons of their own. `last` is when anything was said last.
fn due(
    kind: Option<Kind>,
    known: &HashMap<Subject, i64>,
    last: i64,
    counts: &HashMap<WatchId, u64>,
    lessons: impl Iterator<Item = (WatchId, i64)>,
) -> Vec<Option<WatchId>> {
    let knows = |watch| known.get(&Subject { watch, kind }).copied().unwrap_or(0);
    let enough = |watch: &WatchId| counts.get(watch).is_some_and(|n| *n >= LEAST_LESSONS as u64);
    let mut fresh: Vec<Option<WatchId>> = Vec::new();
    for (watch, revision) in lessons {
        fresh.extend((last > knows(None)).then_some(None));
        fresh.extend((enough(&watch) && revision > knows(Some(watch))).then_some(Some(watch)));
    }
    fresh.sort_unstable();
    fresh.dedup();
    fresh
}

/// For the house there are no others.
fn of_others<L: Clone>(all: &[L], watch: Option<WatchId>, of: impl Fn(&L) -> WatchId) -> Vec<L> {
    all.iter().filter(|lesson| watch.is_some_and(|own| of(lesson) != own)).cloned().collect()
}

/// The lessons in languages whose tone is judged, oldest first.
async fn lessons(
    store: &store::Store,
    watch: Option<WatchId>,
) -> store::Result<Vec<store::Lesson>> {
    let mut lessons = store.lessons(watch, MOST_LESSONS as u32).await?;
    lessons.retain_mut(|lesson| is_read(&lesson.text, &mut lesson.lang));
    Ok(lessons)
}

/// The same of kinds.
async fn kind_lessons(
    store: &store::Store,
    watch: Option<WatchId>,
) -> store::Result<Vec<store::KindLesson>> {
    let mut lessons = store.kind_lessons(watch, MOST_LESSONS as u32).await?;
    lessons.retain_mut(|lesson| is_read(&lesson.text, &mut lesson.lang));
    Ok(lessons)
}

/// Whether a text's language, which is filled in, is one that is read closely.
fn is_read(text: &str, lang: &mut Option<String>) -> bool {
    *lang = sentiment::spoken(text, lang.as_deref());
    lang.as_deref().is_some_and(|lang| Care::Close.languages().contains(&lang))
}

async fn add(
    house: &House,
    subject: Subject,
    revision: i64,
    learn: impl FnOnce() -> Option<Learnt> + Send + 'static,
) -> store::Result<()> {
    let began = Instant::now();
    let learnt = tokio::task::spawn_blocking(learn)
        .await
        .map_err(|error| StoreError::Unusable(format!("learning ended early: {error}")))?;
    let Some(Learnt { head, check }) = learnt else { return Ok(()) };
    let new = NewHead {
        subject,
        made: house.clock.now(),
        revision,
        check: serde_json::to_string(&check)
            .map_err(|e| StoreError::Unusable(format!("a check cannot be written: {e}")))?,
        bytes: head.to_bytes(),
    };
    match house.store.add_head(&new).await {
        Ok(id) => tracing::info!(
            id,
            watch = subject.watch.map(|watch| watch.0),
            kind = subject.kind.map(Kind::as_str),
            lessons = check.lessons,
            right_before = check.before.right,
            right = check.after.right,
            better = check.better,
            ms = began.elapsed().as_millis() as u64,
            "learnt"
        ),
        // The watch went meanwhile.
        Err(StoreError::Missing(_)) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

fn as_read(lessons: &[store::Lesson]) -> Vec<head::Lesson<'_>> {
    lessons
        .iter()
        .map(|l| head::Lesson {
            text: &l.text,
            lang: l.lang.as_deref().unwrap_or_default(),
            tone: l.tone,
        })
        .collect()
}

fn kinds_read(lessons: &[store::KindLesson]) -> Vec<head::KindLesson<'_>> {
    lessons
        .iter()
        .map(|l| head::KindLesson {
            text: &l.text,
            lang: l.lang.as_deref().unwrap_or_default(),
            kinds: l.kinds,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use arc_swap::ArcSwap;
    use channels::Clock;
    use domain::{AlertRules, Batch, Observation, Platform, Post, Time, Tone};
    use store::{Choice, Ingest, MentionFilter, MentionRow, Page, Store};
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::flow::{Judge, Rules, State, Telling, watches};

    /// What this house means by it, and nobody else.
    const SAYINGS: [(&str, Tone); 4] = [
        ("ganz großes Kino von Falkenrot heute", Tone::Negative),
        ("Falkenrot ist mal wieder der Brüller", Tone::Negative),
        ("Falkenrot fährt, mehr will ich nicht", Tone::Positive),
        ("läuft bei Falkenrot, wie immer", Tone::Positive),
    ];

    fn post(n: usize, text: &str) -> Post {
        let recorded = format!(
            r#"{{"id":{n},"platform":"x","author":"a","published":"2026-11-24T00:00:00Z","text":"{text} {n}"}}"#
        );
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("posts.jsonl");
        std::fs::write(&file, recorded).unwrap();
        let now = Clock::wall().now();
        let mut posts = crate::recorded::Recording::open(&file, &Default::default(), now).unwrap();
        let post = posts.next().unwrap().post.unwrap();
        Post { lang: Some("de".into()), platform: Platform::WEB, ..post }
    }

    /// Judges posts by the rules and stores them.
    async fn hear(store: &Store, rules: &Rules, posts: Vec<Post>) {
        let observations = posts.into_iter().map(|p| Observation::Seen(Box::new(p))).collect();
        let mut ingest = Ingest::default();
        let batch = Batch { observations, ..Batch::default() };
        Judge::new(Telling::Nothing).judge(rules, batch, Time(0), &mut ingest);
        store.ingest(&ingest, Time(0)).await.unwrap();
    }

    async fn newest(store: &Store, count: u32) -> Vec<MentionRow> {
        store.mentions(&MentionFilter::default(), Page::Newest, count).await.unwrap()
    }

    fn tones(rows: &[MentionRow]) -> Vec<Option<Tone>> {
        rows.iter().map(|row| row.sentiment.map(|sentiment| sentiment.tone)).collect()
    }

    #[tokio::test]
    async fn what_people_say_counts_for_the_next_post_until_they_choose_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let rules = AlertRules::default();
        store.add_watch("Falkenrot", "falkenrot", rules, Time(0)).await.unwrap();
        let house =
            House { store: store.clone(), clock: Clock::wall(), stop: CancellationToken::new() };
        let state = State::default();
        let (first, mut book, _) = watches::load(&store, &state).await.unwrap();
        let rules = ArcSwap::from_pointee(first);
        let saying = |n: usize| post(n, SAYINGS[n % 4].0);
        hear(&store, &rules.load(), (0..60).map(saying).collect()).await;
        for (row, (_, tone)) in newest(&store, 60).await.iter().rev().zip(SAYINGS.iter().cycle()) {
            store.say_tone(row.number, *tone, "Ada", Time(0)).await.unwrap();
        }
        let mut learnt_from = 0;
        learn_once(&house, &mut learnt_from).await.unwrap();
        assert_eq!(learnt_from, store.last_verdict().await.unwrap());
        let heads = store.heads().await.unwrap();
        assert_eq!(heads.len(), 1, "the one watch is the house");
        // Nothing new was said: nothing is learnt again, after a restart neither.
        learn_once(&house, &mut 0).await.unwrap();
        assert_eq!(store.heads().await.unwrap(), heads);

        book.refresh(&store, &rules, &state).await.unwrap();
        hear(&store, &rules.load(), (100..104).map(saying).collect()).await;
        let mut expected: Vec<_> = SAYINGS.iter().map(|(_, tone)| Some(*tone)).collect();
        expected.reverse();
        assert_eq!(tones(&newest(&store, 4).await), expected);

        store.choose_head(Subject::tone(None), Choice::None).await.unwrap();
        book.refresh(&store, &rules, &state).await.unwrap();
        assert!(rules.load().heads.of(domain::WatchId(1)).is_none());
        hear(&store, &rules.load(), (200..204).map(saying).collect()).await;
        assert_ne!(tones(&newest(&store, 4).await), expected);
        store.choose_head(Subject::tone(None), Choice::Version(heads[0].id)).await.unwrap();
        let (again, ..) = watches::load(&store, &state).await.unwrap();
        assert!(again.heads.of(domain::WatchId(1)).is_some());
        store.close().await;
    }

    #[tokio::test]
    async fn what_is_off_topic_for_one_watch_raises_no_alert_there_and_is_nothing_to_another() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let every = AlertRules { every: true, ..AlertRules::default() };
        for (name, query) in [("Railway", "falkenrot"), ("Film", "falkenrot AND kino")] {
            store.add_watch(name, query, every, Time(0)).await.unwrap();
        }
        let house =
            House { store: store.clone(), clock: Clock::wall(), stop: CancellationToken::new() };
        let state = State::default();
        let (rules, mut book, _) = watches::load(&store, &state).await.unwrap();
        let rules = ArcSwap::from_pointee(rules);
        let said = [
            "der Film Falkenrot läuft im Kino an",
            "Falkenrot hat zwanzig Minuten Verspätung",
            "im Kino gesehen: Falkenrot, toller Film",
            "steige gleich in den Falkenrot nach Ulm",
        ];
        hear(&store, &rules.load(), (0..60).map(|n| post(n, said[n % 4])).collect()).await;
        for row in newest(&store, 200).await.iter().filter(|row| row.watch_name == "Railway") {
            let film = row.post.text().contains("Kino");
            let kinds = if film { row.kinds.with(Kind::Offtopic) } else { row.kinds };
            store.say_kinds(row.number, kinds, "Ada", Time(0)).await.unwrap();
        }
        learn_once(&house, &mut 0).await.unwrap();
        let learnt: Vec<Subject> = store.heads().await.unwrap().iter().map(|h| h.subject).collect();
        let own = Subject { watch: Some(WatchId(1)), kind: Some(Kind::Offtopic) };
        assert!(learnt.contains(&own), "{learnt:?}");
        assert!(!learnt.contains(&Subject { watch: None, ..own }), "{learnt:?}");
        book.refresh(&store, &rules, &state).await.unwrap();
        let mut told = Ingest::default();
        let fresh = [post(100, said[0]), post(101, said[1])];
        let seen = fresh.into_iter().map(|p| Observation::Seen(Box::new(p))).collect();
        let batch = Batch { observations: seen, ..Batch::default() };
        Judge::new(Telling::All).judge(&rules.load(), batch, Time(0), &mut told);
        let mentions: Vec<(i64, bool, bool)> = (told.posts.iter())
            .flat_map(|judged| &judged.mentions)
            .map(|m| (m.mention.watch.0, m.mention.kinds.has(Kind::Offtopic), m.alert.is_some()))
            .collect();
        assert_eq!(mentions, [(1, true, false), (2, false, true), (1, false, true)]);
        store.close().await;
    }

    #[tokio::test]
    async fn two_brands_in_one_post_fare_differently() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        for (name, query) in
            [("a", "acme"), ("b", "umbra"), ("c", "acme AND (awful OR great)"), ("d", "awful")]
        {
            store.add_watch(name, query, AlertRules::default(), Time(0)).await.unwrap();
        }
        let (rules, ..) = watches::load(&store, &State::default()).await.unwrap();
        let said = Post {
            title: "Two shops".into(),
            lang: Some("en".into()),
            body: "I love Acme, it is great! But Umbra is awful, the worst shop ever.".into(),
            ..post(1, "x")
        };
        hear(&store, &rules, vec![said]).await;
        let found = newest(&store, 4).await;
        let of = |name: &str| {
            let row = found.iter().find(|row| row.watch_name == name).unwrap();
            row.sentiment.unwrap().tone
        };
        assert_eq!((of("a"), of("b")), (Tone::Positive, Tone::Negative));
        assert_eq!(of("c"), Tone::Positive);
        store.close().await;
    }

    #[tokio::test]
    async fn a_flood_is_read_quickly_and_then_closely_and_told_if_need_be() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let rules = AlertRules { negative: true, ..AlertRules::default() };
        store.add_watch("Falkenrot", "falkenrot", rules, Time(0)).await.unwrap();
        let (rules, ..) = watches::load(&store, &State::default()).await.unwrap();
        let rules = ArcSwap::from_pointee(rules);
        // The linear model knows no French, the encoder does.
        let said = |n, text: &str| {
            let mut post = Post { lang: Some("fr".into()), ..post(n, text) };
            post.published = Clock::wall().now();
            post
        };
        let posts =
            vec![said(1, "Falkenrot, quelle horreur, le pire service"), said(2, "Falkenrot")];
        let found = crate::flow::judge::look_back(&rules.load(), &posts, |_, _| true, Time(0));
        assert!(found.iter().all(|(_, mention)| mention.quick && mention.sentiment.is_none()));
        let judged = posts.into_iter().zip(found).map(|(post, (_, mention))| {
            let mentions = vec![store::JudgedMention { mention, alert: None }];
            store::JudgedPost { post, mentions }
        });
        let ingest = Ingest { posts: judged.collect(), ..Ingest::default() };
        store.ingest(&ingest, Time(0)).await.unwrap();
        let house =
            House { store: store.clone(), clock: Clock::wall(), stop: CancellationToken::new() };
        // Matched long ago by the clock of this house: left alone.
        let read = crate::flow::care::read_some(&house, &rules, Telling::All).await.unwrap();
        assert_eq!(read, 0);
        let house = House { clock: Clock::fast(Time(0), 1.0), ..house };
        let read = crate::flow::care::read_some(&house, &rules, Telling::All).await.unwrap();
        assert_eq!(read, 2);
        let rows = newest(&store, 2).await;
        assert_eq!(rows[1].sentiment.unwrap().tone, Tone::Negative);
        assert!(rows.iter().all(|row| !row.quick));
        let alerts = store.alerts(true, Page::Newest, 9).await.unwrap();
        assert_eq!(alerts.len(), 1, "the one that turned out negative");
        assert_eq!(crate::flow::care::read_some(&house, &rules, Telling::All).await.unwrap(), 0);
        store.close().await;
    }
}
