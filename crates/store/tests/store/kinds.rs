//! What posts are, and what people said of it.

use domain::{AlertRules, Kind, Kinds, NewMention, WatchId};
use store::{Ingest, MentionFilter, MentionRow, Page, Store, StoreError};

use crate::{NOW, mention, opened, post};

fn kinds(list: &[Kind]) -> Kinds {
    list.iter().copied().collect()
}

async fn watch(store: &Store) -> WatchId {
    store.add_watch("a", "word", AlertRules::default(), NOW).await.unwrap().id
}

async fn put(store: &Store, id: &str, body: &str, watch: WatchId, kinds: Kinds) {
    let mention = NewMention { kinds, ..mention(watch) };
    let mentions = vec![store::JudgedMention { mention, alert: None }];
    let posts = vec![store::JudgedPost { post: post(id, body), mentions }];
    store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
}

async fn rows(store: &Store) -> Vec<MentionRow> {
    store.mentions(&MentionFilter::default(), Page::After(0), 100).await.unwrap()
}

#[tokio::test]
async fn what_people_say_outranks_the_machine_until_it_is_taken_back() {
    let (_folder, store) = opened().await;
    let a = watch(&store).await;
    let (told, said) = (kinds(&[Kind::Question]), kinds(&[Kind::Complaint, Kind::Question]));
    put(&store, "1", "word", a, told).await;
    let before = rows(&store).await;
    assert_eq!((before[0].kinds, &before[0].kind_verdict), (told, &None));
    let number = before[0].number;
    assert!(store.say_kinds(number, said, "Ada", NOW).await.unwrap());
    assert!(!store.say_kinds(number, said, "Ada", NOW).await.unwrap());
    // Heard again, or judged anew with an unchanged text, it stays.
    put(&store, "1", "word", a, told).await;
    store.backfill(&[(post("1", "word").id(), mention(a))], NOW).await.unwrap();
    let row = rows(&store).await.remove(0);
    let verdict = row.kind_verdict.unwrap();
    assert_eq!((row.kinds, verdict.by.as_str(), verdict.was), (said, "Ada", told));
    assert_eq!(store.kind_lessons(Some(a), 9).await.unwrap()[0].kinds, said);
    assert_eq!(store.kind_verdicts_per_watch().await.unwrap()[&a], 1);
    store.say_kinds(number, Kinds::NONE, "Ben", NOW).await.unwrap();
    assert_eq!(rows(&store).await[0].kind_verdict.as_ref().unwrap().was, told);
    assert!(store.take_kinds_back(number, "Ben", NOW).await.unwrap());
    assert!(!store.take_kinds_back(number, "Ben", NOW).await.unwrap());
    assert_eq!(rows(&store).await, before);
    assert_eq!(store.kind_lessons(None, 9).await.unwrap(), []);
    assert!(store.last_kind_verdict().await.unwrap() > 0, "taking back is news too");
    let gone = store.say_kinds(999, said, "Ada", NOW).await;
    assert!(matches!(gone, Err(StoreError::Missing(_))));
}

#[tokio::test]
async fn an_edit_voids_what_was_said() {
    let (_folder, store) = opened().await;
    let a = watch(&store).await;
    put(&store, "1", "word", a, Kinds::NONE).await;
    store.say_kinds(rows(&store).await[0].number, kinds(&[Kind::Abuse]), "Ada", NOW).await.unwrap();
    put(&store, "1", "word, edited", a, kinds(&[Kind::Praise])).await;
    let row = rows(&store).await.remove(0);
    assert_eq!((row.kinds, row.kind_verdict), (kinds(&[Kind::Praise]), None));
    assert_eq!(store.kind_lessons(None, 9).await.unwrap(), []);
}

#[tokio::test]
async fn mentions_are_found_by_their_kinds() {
    let (_folder, store) = opened().await;
    let a = watch(&store).await;
    put(&store, "1", "word one", a, kinds(&[Kind::Question])).await;
    put(&store, "2", "word two", a, kinds(&[Kind::Complaint, Kind::Question])).await;
    put(&store, "3", "word three", a, Kinds::NONE).await;
    let count = async |list: &[Kind]| {
        let filter = MentionFilter { kinds: kinds(list), ..MentionFilter::default() };
        store.count_mentions(&filter).await.unwrap()
    };
    let without = MentionFilter { without: kinds(&[Kind::Complaint]), ..MentionFilter::default() };
    assert_eq!(store.count_mentions(&without).await.unwrap(), 2);
    assert_eq!(count(&[Kind::Question]).await, 2);
    assert_eq!(count(&[Kind::Complaint, Kind::Praise]).await, 1);
    assert_eq!(count(&[Kind::Praise]).await, 0);
    assert_eq!(count(&[]).await, 3);
}
