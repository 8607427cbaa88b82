//! Watches and their versions.

use domain::{AlertRules, WatchId};
use store::{MentionFilter, Page, StoreError};

use super::{NOW, add_watch, batch, judged, opened, post};

#[tokio::test]
async fn names_are_unique_case_aside() {
    let (_folder, store) = opened().await;
    let b = add_watch(&store, "Übermut").await;
    let a = add_watch(&store, "apfel").await;
    assert_eq!(store.watches().await.unwrap(), [a.clone(), b.clone()]);
    assert_eq!(store.watch_named(" üBERMUT").await.unwrap(), Some(b.clone()));
    assert_eq!(store.watch_named("none").await.unwrap(), None);
    let rules = AlertRules::default();
    let taken = store.add_watch("ÜBERMUT", "q", rules, NOW).await.unwrap_err();
    assert!(matches!(taken, StoreError::Taken(name) if name == "ÜBERMUT"));
    let renamed = domain::Watch { name: "APFEL".into(), ..b };
    assert!(matches!(store.change_watch(&renamed, NOW).await, Err(StoreError::Taken(_))));
    let renamed = domain::Watch { name: "Apfel".into(), ..a };
    assert_eq!(store.change_watch(&renamed, NOW).await.unwrap().name, "Apfel");
}

#[tokio::test]
async fn a_changed_query_is_a_new_version() {
    let (_folder, store) = opened().await;
    let old = add_watch(&store, "w").await;
    let mut watch = old.clone();
    watch.paused = true;
    watch.created = NOW.plus(99);
    let paused = store.change_watch(&watch, NOW.plus(1)).await.unwrap();
    assert_eq!((paused.version, paused.created, paused.changed), (1, old.created, NOW.plus(1)));
    watch.query = "other".into();
    assert_eq!(store.change_watch(&watch, NOW.plus(2)).await.unwrap().version, 2);
    let found = store.watch(old.id).await.unwrap().unwrap();
    assert_eq!((found.query.as_str(), found.paused), ("other", true));
    let versions = store.watch_versions(old.id).await.unwrap();
    assert_eq!(versions, [(1, "query".into(), old.changed), (2, "other".into(), NOW.plus(2))]);
    let missing = domain::Watch { id: WatchId(9), ..watch };
    assert!(matches!(store.change_watch(&missing, NOW).await, Err(StoreError::Missing(_))));
}

#[tokio::test]
async fn a_removed_watch_takes_its_mentions_and_alerts() {
    let (_folder, store) = opened().await;
    let (gone, stays) = (add_watch(&store, "gone").await, add_watch(&store, "stays").await);
    let mut posts: Vec<_> =
        (0..2_100).map(|n| judged(post(&n.to_string(), "x"), &[&gone])).collect();
    posts.push(judged(post("both", "x"), &[&gone, &stays]));
    store.ingest(&batch(posts), NOW).await.unwrap();
    store.remove_watch(gone.id).await.unwrap();
    assert!(matches!(store.remove_watch(gone.id).await, Err(StoreError::Missing(_))));
    let rows = store.mentions(&MentionFilter::default(), Page::Newest, 9).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.watch).collect::<Vec<_>>(), [stays.id]);
    assert_eq!(store.alerts(false, Page::Newest, 9).await.unwrap().len(), 1);
    // Its posts count as unmatched now, and later mentions of it are left out.
    let late = judged(post("late", "x"), &[&gone, &stays]);
    let done = store.ingest(&batch(vec![late]), NOW).await.unwrap();
    assert_eq!((done.mentions.len(), done.alerts.len()), (1, 1));
    let again = add_watch(&store, "gone").await;
    assert_eq!(again.id, WatchId(3), "numbers are never given twice");
    let retention = store::Retention {
        unmatched_before: domain::Time(0),
        unmatched_at_most: 10,
        mentions_before: domain::Time(0),
    };
    assert_eq!(store.sweep(retention).await.unwrap(), 2_090);
    assert_eq!(store.totals().await.unwrap().posts, 12);
}

#[tokio::test]
async fn changes_are_told_one_by_one() {
    let (_folder, store) = opened().await;
    let new = |name: &str| store::NewWatch {
        name: name.into(),
        query: "q".into(),
        alerts: AlertRules::default(),
    };
    let many: Vec<_> = (0..1_050).map(|n| new(&format!("w{n}"))).collect();
    let added = store.add_watches(&many, NOW).await.unwrap();
    assert_eq!((added.len(), added[0].id, added[1_049].id), (1_050, WatchId(1), WatchId(1_050)));
    let all = store.watches_since(0).await.unwrap();
    assert_eq!((all.changed.len(), all.gone.len()), (1_050, 0));
    assert_eq!(all.settings, store.changes().borrow().settings);
    let nothing = store.watches_since(all.settings).await.unwrap();
    assert_eq!((nothing.changed.len(), nothing.gone.len()), (0, 0));

    let paused = domain::Watch { paused: true, ..added[3].clone() };
    store.change_watch(&paused, NOW).await.unwrap();
    store.remove_watch(added[4].id).await.unwrap();
    let some = store.watches_since(all.settings).await.unwrap();
    assert_eq!(some.changed.iter().map(|kept| &kept.watch).collect::<Vec<_>>(), [&paused]);
    assert_eq!(some.gone, [added[4].id]);

    store.mark_filled(&[(added[3].id, 1)], some.settings).await.unwrap();
    assert_eq!(store.changes().borrow().settings, some.settings, "nobody is woken");
    let kept = &store.watches_since(0).await.unwrap().changed[3];
    assert_eq!((kept.filled, kept.filled_at), (1, some.settings));

    for twice in [vec![new("a"), new("A")], vec![new("b"), new("W7")]] {
        let taken = store.add_watches(&twice, NOW).await.unwrap_err();
        assert!(matches!(taken, StoreError::Taken(name) if name == "A" || name == "W7"));
    }
    assert_eq!(store.watch_named("b").await.unwrap(), None, "nothing by halves");
}

#[tokio::test]
async fn names_of_queries_and_lists_are_unique_case_aside() {
    let (_folder, store) = opened().await;
    let before = store.changes().borrow().settings;
    store.set_saved_query("Rail", "train*", NOW).await.unwrap();
    let saved = store.set_saved_query(" RAIL ", "rail", NOW.plus(1)).await.unwrap();
    assert_eq!((saved.name.as_str(), saved.query.as_str()), ("RAIL", "rail"));
    assert_eq!(store.saved_query("rail").await.unwrap(), Some(saved.clone()));
    assert_eq!(store.saved_queries().await.unwrap(), [saved]);
    let entries = [" a.example ", "", "A.example\nThe Voice"].map(str::to_owned);
    let list = store.set_list("Übersicht", &entries, NOW).await.unwrap();
    assert_eq!(list.entries, ["a.example", "The Voice"]);
    assert_eq!(store.list("übersicht").await.unwrap(), Some(list.clone()));
    assert_eq!(store.lists().await.unwrap(), std::slice::from_ref(&list));
    assert_eq!(list.revision, before + 3);
    store.remove_list("ÜBERSICHT").await.unwrap();
    store.remove_saved_query("rail").await.unwrap();
    assert_eq!(store.changes().borrow().settings, before + 5);
    assert!(matches!(store.remove_list("x").await, Err(StoreError::Missing(_))));
    assert!(matches!(store.remove_saved_query("x").await, Err(StoreError::Missing(_))));
}
