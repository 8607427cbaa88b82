//! A row before a message, a receipt before "told", nobody twice.

use domain::{AlertId, AlertReason, DeliveryState, HOUR, NewAlert, Rise, WatchId};
use store::{Page, StoreError};

use super::{NOW, add_watch, batch, judged, opened, post, way};

#[tokio::test]
async fn an_alert_goes_by_every_way_that_carries_its_watch() {
    let (_folder, store) = opened().await;
    let (a, b) = (add_watch(&store, "a").await, add_watch(&store, "b").await);
    let all = store.add_way(&way("all", &[])).await.unwrap();
    let only_b = store.add_way(&way("only b", &[&b])).await.unwrap();
    let mut paused = way("paused", &[]);
    paused.paused = true;
    store.add_way(&paused).await.unwrap();
    store.ingest(&batch(vec![judged(post("1", "x"), &[&a, &b])]), NOW).await.unwrap();
    let due = store.due(NOW, 9).await.unwrap();
    let found: Vec<_> = due.iter().map(|d| (d.alert.watch, d.way.id, d.state, d.tries)).collect();
    let waiting = DeliveryState::Waiting;
    assert_eq!(
        found,
        [(a.id, all.id, waiting, 0), (b.id, all.id, waiting, 0), (b.id, only_b.id, waiting, 0)]
    );
    assert_eq!(due[0].way, all);
    assert_eq!(due[0].alert.mention.as_ref().unwrap().post, post("1", "x"));
    assert!(store.due(NOW.plus(-1), 9).await.unwrap().is_empty(), "not before it was raised");
    store.change_way(&domain::Way { paused: true, ..all }).await.unwrap();
    assert_eq!(store.due(NOW, 9).await.unwrap().len(), 1, "a paused way waits");
}

#[tokio::test]
async fn a_receipt_marks_delivery_alert_and_mention() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let first = store.add_way(&way("first", &[])).await.unwrap();
    store.add_way(&way("second", &[])).await.unwrap();
    store.ingest(&batch(vec![judged(post("1", "x"), &[&watch])]), NOW).await.unwrap();
    store.delivery_failed(1, "429 Too Many Requests", Some(NOW.plus(50)), NOW).await.unwrap();
    assert_eq!(store.due(NOW.plus(49), 9).await.unwrap().len(), 1);
    assert_eq!(store.mention(1).await.unwrap().unwrap().told, None);
    store.delivered(1, "200 OK", NOW.plus(60)).await.unwrap();
    store.delivered(1, "again", NOW.plus(70)).await.unwrap();
    store.delivery_failed(1, "late error", None, NOW.plus(80)).await.unwrap();
    store.delivery_failed(2, &"gone ".repeat(1_000), None, NOW.plus(90)).await.unwrap();
    let log = store.deliveries(None, Page::Newest, 9).await.unwrap();
    let found: Vec<_> =
        log.iter().map(|d| (d.number, d.state, d.tries, d.delivered, d.answer.len())).collect();
    assert_eq!(
        found,
        [
            (2, DeliveryState::Failed, 1, None, 500),
            (1, DeliveryState::Delivered, 2, Some(NOW.plus(60)), "200 OK".len())
        ]
    );
    assert_eq!(log[1].alert.told, Some(NOW.plus(60)));
    assert_eq!(store.mention(1).await.unwrap().unwrap().told, Some(NOW.plus(60)));
    assert!(store.due(NOW.plus(HOUR), 9).await.unwrap().is_empty());
    assert_eq!(store.deliveries(Some(first.id), Page::After(0), 9).await.unwrap().len(), 1);
    store.delivered(99, "of a post deleted meanwhile", NOW).await.unwrap();
}

#[tokio::test]
async fn a_rise_is_raised_once() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    store.add_way(&way("all", &[])).await.unwrap();
    store.ingest(&batch(vec![judged(post("1", "x"), &[])]), NOW).await.unwrap();
    let alert = NewAlert {
        id: AlertId::of(watch.id, AlertReason::Rise, "hour"),
        watch: watch.id,
        reason: AlertReason::Rise,
        post: Some(post("1", "x").id()),
        rise: Some(Rise { seen: 40, expected: 4.5 }),
        story: None,
        raised: NOW,
    };
    assert!(store.raise(&alert).await.unwrap());
    assert!(!store.raise(&alert).await.unwrap());
    let row = store.alert(alert.id).await.unwrap().unwrap();
    assert_eq!(
        (row.rise, row.mention.is_none(), row.reason),
        (alert.rise, true, AlertReason::Rise)
    );
    assert_eq!(store.due(NOW, 9).await.unwrap().len(), 1);
    // The newest post of a rise is not what it speaks of.
    let deleted = store::Ingest { deleted: vec![post("1", "x").id()], ..Default::default() };
    store.ingest(&deleted, NOW).await.unwrap();
    assert_eq!(store.due(NOW, 9).await.unwrap().len(), 1);
    let orphan = NewAlert { watch: WatchId(9), id: AlertId([1; 16]), ..alert };
    assert!(matches!(store.raise(&orphan).await, Err(StoreError::Missing(_))));
    assert_eq!(store.alert(orphan.id).await.unwrap(), None);
}

#[tokio::test]
async fn the_first_to_take_note_is_kept() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let posts = ["1", "2", "3"].map(|id| judged(post(id, "x"), &[&watch])).to_vec();
    store.ingest(&batch(posts), NOW).await.unwrap();
    let alerts = store.alerts(true, Page::After(0), 9).await.unwrap();
    assert_eq!(alerts.iter().map(|a| a.number).collect::<Vec<_>>(), [1, 2, 3]);
    store.acknowledge(alerts[0].id, "ada", NOW).await.unwrap();
    store.acknowledge(alerts[0].id, "bob", NOW.plus(5)).await.unwrap();
    assert_eq!(store.acknowledge_all(2, "bob", NOW).await.unwrap(), 1);
    let all = store.alerts(false, Page::After(0), 9).await.unwrap();
    let who: Vec<_> = all.iter().map(|a| a.acknowledged.clone().map(|(who, _)| who)).collect();
    assert_eq!(who, [Some("ada".into()), Some("bob".into()), None]);
    let open = store.alerts(true, Page::Before(99), 9).await.unwrap();
    assert_eq!((open.len(), open[0].number), (1, 3));
    assert_eq!(store.totals().await.unwrap().open_alerts, 1);
    assert_eq!(store.open_alerts().await.unwrap(), 1);
    let missing = store.acknowledge(AlertId([0; 16]), "x", NOW).await;
    assert!(matches!(missing, Err(StoreError::Missing(_))));
}

#[tokio::test]
async fn ways_are_kept_and_never_named_in_errors() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let first = store.add_way(&way("a", &[&watch])).await.unwrap();
    let second = store.add_way(&way("b", &[])).await.unwrap();
    assert_eq!(store.ways().await.unwrap(), [first.clone(), second.clone()]);
    store.ingest(&batch(vec![judged(post("1", "x"), &[&watch])]), NOW).await.unwrap();
    store.remove_way(second.id).await.unwrap();
    assert_eq!(store.deliveries(None, Page::Newest, 9).await.unwrap().len(), 1);
    let error = store.change_way(&second).await.unwrap_err();
    assert!(matches!(error, StoreError::Missing(_)));
    assert!(!format!("{error:?} {error}").contains("hush"));
    assert!(matches!(store.remove_way(second.id).await, Err(StoreError::Missing(_))));
    // Without its only watch a way must not begin to carry everything.
    store.remove_watch(watch.id).await.unwrap();
    assert_eq!(store.ways().await.unwrap(), [first]);
    let third = store.add_way(&second).await.unwrap();
    assert_eq!(third.id, 3, "numbers are never given twice");
}
