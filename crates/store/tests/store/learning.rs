//! Verdicts and what is learnt from them.

use domain::{AlertRules, Kind, Kinds, NewMention, Sentiment, Tone, WatchId};
use store::{
    Choice, Ingest, MentionFilter, MentionRow, NewHead, Page, ReadAgain, Store, StoreError, Subject,
};

use crate::{NOW, mention, opened, post};

async fn watch(store: &Store, name: &str) -> WatchId {
    store.add_watch(name, "word", AlertRules::default(), NOW).await.unwrap().id
}

async fn put(store: &Store, id: &str, body: &str, watches: &[WatchId]) {
    let mentions = watches
        .iter()
        .map(|watch| store::JudgedMention { mention: mention(*watch), alert: None })
        .collect();
    let posts = vec![store::JudgedPost { post: post(id, body), mentions }];
    store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
}

async fn rows(store: &Store) -> Vec<MentionRow> {
    store.mentions(&MentionFilter::default(), Page::After(0), 100).await.unwrap()
}

fn tone(row: &MentionRow) -> Option<Tone> {
    row.sentiment.map(|sentiment| sentiment.tone)
}

#[tokio::test]
async fn a_verdict_outranks_the_machine_until_it_is_taken_back() {
    let (_folder, store) = opened().await;
    let (a, b) = (watch(&store, "a").await, watch(&store, "b").await);
    put(&store, "1", "word one", &[a, b]).await;
    let before = rows(&store).await;
    assert!(store.say_tone(before[0].number, Tone::Positive, "Ada", NOW).await.unwrap());
    assert!(!store.say_tone(before[0].number, Tone::Positive, "Ada", NOW).await.unwrap());
    let said = rows(&store).await;
    assert_eq!((tone(&said[0]), tone(&said[1])), (Some(Tone::Positive), Some(Tone::Negative)));
    let verdict = said[0].verdict.clone().unwrap();
    assert_eq!((verdict.by.as_str(), verdict.at), ("Ada", NOW));
    assert_eq!(verdict.was, before[0].sentiment);
    assert_eq!(said[1].verdict, None);
    let positive = MentionFilter { tones: vec![Tone::Positive], ..MentionFilter::default() };
    assert_eq!(store.count_mentions(&positive).await.unwrap(), 1);
    // Said anew, the machine's word is still the machine's.
    store.say_tone(before[0].number, Tone::Neutral, "Ben", NOW.plus(5)).await.unwrap();
    let verdict = rows(&store).await[0].verdict.clone().unwrap();
    assert_eq!((verdict.by.as_str(), verdict.was), ("Ben", before[0].sentiment));
    assert!(store.take_tone_back(before[0].number, "Ben", NOW).await.unwrap());
    assert!(!store.take_tone_back(before[0].number, "Ben", NOW).await.unwrap());
    assert_eq!(rows(&store).await, before);
    assert_eq!(store.lessons(None, 10).await.unwrap(), []);
    let gone = store.say_tone(999, Tone::Neutral, "Ada", NOW).await;
    assert!(matches!(gone, Err(StoreError::Missing(_))));
}

#[tokio::test]
async fn lessons_come_oldest_first_and_go_with_their_posts() {
    let (_folder, store) = opened().await;
    let (a, b) = (watch(&store, "a").await, watch(&store, "b").await);
    for n in 1..=3 {
        put(&store, &n.to_string(), &format!("word {n}"), &[a, b]).await;
    }
    assert_eq!(store.last_verdict().await.unwrap(), 0);
    for row in rows(&store).await {
        let tone = if row.watch == a { Tone::Positive } else { Tone::Negative };
        store.say_tone(row.number, tone, "Ada", NOW).await.unwrap();
    }
    let texts = |lessons: &[store::Lesson]| -> Vec<String> {
        lessons.iter().map(|lesson| lesson.text.clone()).collect()
    };
    let own = store.lessons(Some(a), 10).await.unwrap();
    assert_eq!(texts(&own), ["word 1", "word 2", "word 3"]);
    assert!(own.iter().all(|l| l.tone == Tone::Positive && l.was == Some(Tone::Negative)));
    assert_eq!(texts(&store.lessons(None, 2).await.unwrap()), ["word 3", "word 3"]);
    let last = store.lessons(None, 10).await.unwrap().last().unwrap().revision;
    assert_eq!(store.last_verdict().await.unwrap(), last);
    assert_eq!(store.verdicts_per_watch().await.unwrap()[&a], 3);

    let deleted = vec![post("1", "").id()];
    store.ingest(&Ingest { deleted, ..Ingest::default() }, NOW).await.unwrap();
    // An edit voids what was said of the text before.
    put(&store, "2", "another word", &[a, b]).await;
    assert_eq!(texts(&store.lessons(Some(a), 10).await.unwrap()), ["word 3"]);
    let edited = rows(&store).await.into_iter().find(|row| row.post.native_id == "2").unwrap();
    assert_eq!((tone(&edited), edited.verdict), (Some(Tone::Negative), None));
    store.remove_watch(a).await.unwrap();
    assert_eq!(texts(&store.lessons(None, 10).await.unwrap()), ["word 3"]);
}

#[tokio::test]
async fn a_post_heard_or_filled_in_again_keeps_its_verdict() {
    let (_folder, store) = opened().await;
    let a = watch(&store, "a").await;
    put(&store, "1", "word", &[a]).await;
    let number = rows(&store).await[0].number;
    store.say_tone(number, Tone::Positive, "Ada", NOW).await.unwrap();
    put(&store, "1", "word", &[a]).await;
    assert_eq!(tone(&rows(&store).await[0]), Some(Tone::Positive));
    // The watch loses the post with an edit, and finds its first wording again.
    put(&store, "1", "nothing", &[]).await;
    put(&store, "1", "word!", &[]).await;
    assert_eq!(rows(&store).await, []);
    put(&store, "2", "word", &[a]).await;
    let number = rows(&store).await[0].number;
    store.say_tone(number, Tone::Neutral, "Ada", NOW).await.unwrap();
    store.backfill(&[(post("2", "word").id(), mention(a))], NOW).await.unwrap();
    assert_eq!(tone(&rows(&store).await[0]), Some(Tone::Neutral));
}

fn head(watch: Option<WatchId>, n: u8) -> NewHead {
    let subject = Subject::tone(watch);
    NewHead { subject, made: NOW, revision: n.into(), check: "{}".into(), bytes: vec![n; 9] }
}

#[tokio::test]
async fn versions_are_kept_and_one_is_chosen() {
    let (_folder, store) = opened().await;
    let a = watch(&store, "a").await;
    let first = store.add_head(&head(None, 1)).await.unwrap();
    store.choose_head(Subject::tone(None), Choice::Version(first)).await.unwrap();
    let own = store.add_head(&head(Some(a), 2)).await.unwrap();
    for n in 0..30 {
        store.add_head(&head(None, n)).await.unwrap();
    }
    let heads = store.heads().await.unwrap();
    let house: Vec<i64> =
        heads.iter().filter(|h| h.subject.watch.is_none()).map(|h| h.id).collect();
    assert_eq!((house.len(), house.last()), (21, Some(&first)), "the chosen one stays");
    assert!(house.is_sorted_by(|a, b| a > b));
    assert_eq!(store.head_bytes(own).await.unwrap(), Some(vec![2; 9]));
    assert_eq!(
        store.head_choices().await.unwrap(),
        [(Subject::tone(None), Choice::Version(first))]
    );
    store.choose_head(Subject::tone(Some(a)), Choice::None).await.unwrap();
    store.choose_head(Subject::tone(None), Choice::Newest).await.unwrap();
    assert_eq!(store.head_choices().await.unwrap(), [(Subject::tone(Some(a)), Choice::None)]);
    for (watch, id) in [(None, own), (Some(a), first), (None, 999)] {
        let missing = store.choose_head(Subject::tone(watch), Choice::Version(id)).await;
        assert!(matches!(missing, Err(StoreError::Missing(_))));
    }
    store.remove_watch(a).await.unwrap();
    assert!(store.heads().await.unwrap().iter().all(|head| head.subject.watch.is_none()));
    assert_eq!(store.head_choices().await.unwrap(), []);
    assert!(matches!(store.add_head(&head(Some(a), 3)).await, Err(StoreError::Missing(_))));
}

#[tokio::test]
async fn what_was_judged_in_haste_is_judged_again_unless_somebody_spoke_or_the_text_changed() {
    let (_folder, store) = opened().await;
    let a = watch(&store, "a").await;
    for n in 1..=4 {
        let quick = NewMention { quick: n > 1, ..mention(a) };
        let mentions = vec![store::JudgedMention { mention: quick, alert: None }];
        let posts = vec![store::JudgedPost { post: post(&n.to_string(), "word"), mentions }];
        store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
    }
    let unread = store.unread(10, NOW).await.unwrap();
    let ids = |rows: &[MentionRow]| -> Vec<String> {
        rows.iter().map(|row| row.post.native_id.clone()).collect()
    };
    assert_eq!(ids(&unread), ["4", "3", "2"]);
    assert_eq!(ids(&store.unread(1, NOW).await.unwrap()), ["4"]);
    assert_eq!(store.unread(10, NOW.plus(1)).await.unwrap(), [], "too old");
    assert_eq!(store.count_unread(2, NOW).await.unwrap(), 2);
    store.say_tone(unread[0].number, Tone::Neutral, "Ada", NOW).await.unwrap();
    let edited = NewMention { quick: true, ..mention(a) };
    let mentions = vec![store::JudgedMention { mention: edited, alert: None }];
    let posts = vec![store::JudgedPost { post: post("3", "words"), mentions }];
    store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
    let positive = Some(Sentiment { tone: Tone::Positive, confidence: 0.5 });
    let read: Vec<ReadAgain> = unread
        .iter()
        .map(|row| ReadAgain {
            mention: row.number,
            versions: row.versions,
            sentiment: positive,
            kinds: Kinds::NONE.with(Kind::Praise),
        })
        .collect();
    store.read_again(&read).await.unwrap();
    let tones: Vec<Option<Tone>> = rows(&store).await.iter().map(tone).collect();
    let (negative, neutral) = (Some(Tone::Negative), Some(Tone::Neutral));
    assert_eq!(tones, [negative, Some(Tone::Positive), negative, neutral]);
    assert_eq!(ids(&store.unread(10, NOW).await.unwrap()), ["3"], "its new text is read later");
}
