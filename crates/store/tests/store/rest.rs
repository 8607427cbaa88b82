//! People, settings, health, retention, changes, and files that are not ours.

use domain::{Condition, DAY, Health, Time};
use store::{Change, MentionFilter, Page, Retention, Store, StoreError};

use super::{NOW, add_watch, batch, judged, opened, post, way};

#[tokio::test]
async fn people_sign_in_until_their_session_ends() {
    let (_folder, store) = opened().await;
    let mut ada = store.add_user("Ada", "$argon2id$hush", "de").await.unwrap();
    assert!(!format!("{ada:?}").contains("hush"));
    assert!(matches!(store.add_user("aDA ", "x", "en").await, Err(StoreError::Taken(_))));
    ada.lang = "en".into();
    store.change_user(&ada).await.unwrap();
    assert_eq!(store.user_named("ADA").await.unwrap(), Some(ada.clone()));
    assert_eq!(store.users().await.unwrap(), [ada.clone()]);
    let (one, two) = ([1; 32], [2; 32]);
    store.add_session(&one, ada.id, NOW.plus(10)).await.unwrap();
    store.add_session(&two, ada.id, NOW.plus(10)).await.unwrap();
    assert_eq!(store.session(&one, NOW.plus(9)).await.unwrap(), Some(ada.clone()));
    assert_eq!(store.session(&one, NOW.plus(10)).await.unwrap(), None);
    store.end_session(&one).await.unwrap();
    assert_eq!(store.session(&one, NOW).await.unwrap(), None);
    store.end_sessions(ada.id).await.unwrap();
    assert_eq!(store.session(&two, NOW).await.unwrap(), None);
    ada.id = 9;
    assert!(matches!(store.change_user(&ada).await, Err(StoreError::Missing(_))));
    assert!(matches!(store.add_session(&one, 9, NOW).await, Err(StoreError::Missing(_))));
}

#[tokio::test]
async fn settings_are_set_once_or_anew() {
    let (_folder, store) = opened().await;
    assert_eq!(store.setting("general").await.unwrap(), None);
    assert_eq!(store.setting_or("secret.csrf", "1").await.unwrap(), "1");
    assert_eq!(store.setting_or("secret.csrf", "2").await.unwrap(), "1");
    store.set_setting("secret.csrf", "3").await.unwrap();
    assert_eq!(store.setting("secret.csrf").await.unwrap().as_deref(), Some("3"));
}

#[tokio::test]
async fn the_last_word_about_a_stream_is_kept() {
    let (_folder, store) = opened().await;
    let start = Health::starting("web", NOW);
    let well = Health {
        condition: Condition::Well,
        detail: "ok".into(),
        last_ok: Some(NOW),
        heard: 3,
        errors: 4,
        ..start.clone()
    };
    let other = Health::starting("bluesky", NOW);
    store.save_health(&[start, other.clone(), well.clone()]).await.unwrap();
    assert_eq!(store.health().await.unwrap(), [other, well.clone()]);
    store.forget_health("bluesky").await.unwrap();
    assert_eq!(store.health().await.unwrap(), [well]);
}

#[tokio::test]
async fn changes_wake_this_process_and_others() {
    let (folder, store) = opened().await;
    let other = Store::open(folder.path()).await.unwrap();
    let mut changes = store.changes();
    let watch = add_watch(&other, "w").await;
    other.add_way(&way("all", &[])).await.unwrap();
    assert!(!changes.has_changed().unwrap());
    store.look_for_changes().await.unwrap();
    assert_eq!(*changes.borrow_and_update(), Change { settings: 2, ..Change::default() });
    store.look_for_changes().await.unwrap();
    assert!(!changes.has_changed().unwrap(), "nothing new is no change");
    store.ingest(&batch(vec![judged(post("1", "a"), &[&watch])]), NOW).await.unwrap();
    let seen = *changes.borrow_and_update();
    assert_eq!(seen, Change { mention: 1, alert: 1, settings: 2, ..Change::default() });
    store.ingest(&batch(vec![judged(post("1", "b"), &[&watch])]), NOW).await.unwrap();
    assert_eq!(changes.borrow_and_update().revision, 1);
}

#[tokio::test]
async fn retention_forgets_by_age_and_by_count() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    store.add_way(&way("all", &[])).await.unwrap();
    let posts: Vec<_> = (0..1_300)
        .map(|n| {
            let mut post = post(&n.to_string(), "x");
            post.source.key = format!("source {n}");
            post.received = NOW.plus(n);
            let watches: &[_] = if n % 100 == 0 { &[&watch] } else { &[] };
            judged(post, watches)
        })
        .collect();
    store.ingest(&batch(posts.clone()), NOW).await.unwrap();
    let retention = Retention {
        unmatched_before: NOW.plus(100),
        unmatched_at_most: 500,
        mentions_before: NOW.plus(350),
    };
    // 99 unmatched ones are too old, 688 too many; 4 mentions are too old.
    assert_eq!(store.sweep(retention).await.unwrap(), 99 + 688 + 4);
    assert_eq!(store.sweep(retention).await.unwrap(), 0);
    let totals = store.totals().await.unwrap();
    assert_eq!((totals.posts, totals.mentions, totals.open_alerts), (509, 9, 13));
    let oldest = store.mentions(&MentionFilter::default(), Page::After(0), 1).await.unwrap();
    assert_eq!(oldest[0].post.native_id, "400");
    assert_eq!(store.due(NOW.plus(DAY), 99).await.unwrap().len(), 9, "no message without content");
    // A feed that still holds a forgotten item does not tell it again.
    let again = store.ingest(&batch(vec![posts[0].clone()]), NOW).await.unwrap();
    assert_eq!((again.new, again.mentions.len(), again.alerts.len()), (1, 1, 0));
}

#[tokio::test]
async fn deletions_are_remembered_for_a_month() {
    let (_folder, store) = opened().await;
    let gone = post("1", "a");
    let deleted = store::Ingest { deleted: vec![gone.id()], ..Default::default() };
    store.ingest(&deleted, NOW).await.unwrap();
    let keep =
        Retention { unmatched_before: Time(0), unmatched_at_most: 1_000, mentions_before: Time(0) };
    for (days, new) in [(29, 0), (31, 1)] {
        let tick = batch(vec![judged(post("2", &days.to_string()), &[])]);
        store.ingest(&tick, NOW.plus(days * DAY)).await.unwrap();
        store.sweep(keep).await.unwrap();
        let again = batch(vec![judged(gone.clone(), &[])]);
        assert_eq!(store.ingest(&again, NOW.plus(days * DAY)).await.unwrap().new, new, "{days}");
    }
}

#[tokio::test]
async fn two_handles_write_at_once() {
    let (folder, one) = opened().await;
    let two = Store::open(folder.path()).await.unwrap();
    let watch = add_watch(&one, "w").await;
    let ingest = async |store: &Store, name: &str| {
        for n in 0..30 {
            let posts = (0..10).map(|k| judged(post(&format!("{name} {n} {k}"), "x"), &[&watch]));
            store.ingest(&batch(posts.collect()), NOW).await.unwrap();
        }
    };
    let watches = async {
        for n in 0..30 {
            add_watch(&two, &format!("watch {n}")).await;
        }
    };
    tokio::join!(ingest(&one, "one"), ingest(&two, "two"), ingest(&one, "three"), watches);
    let totals = two.totals().await.unwrap();
    assert_eq!((totals.posts, totals.mentions, totals.open_alerts), (900, 900, 900));
    assert_eq!(one.watches().await.unwrap().len(), 31);
}

#[tokio::test]
async fn a_caller_that_gives_up_leaves_nothing_open() {
    let (_folder, store) = opened().await;
    for n in 0..20_u64 {
        let posts = (0..50).map(|k| judged(post(&format!("{n} {k}"), "x"), &[])).collect();
        let ingest = batch(posts);
        let patience = std::time::Duration::from_micros(200 * n);
        let _ = tokio::time::timeout(patience, store.ingest(&ingest, NOW)).await;
    }
    let totals = store.totals().await.unwrap();
    assert_eq!(totals.posts % 50, 0, "whole batches or nothing");
    let last = batch(vec![judged(post("last", "x"), &[])]);
    assert_eq!(store.ingest(&last, NOW).await.unwrap().new, 1);
}

#[tokio::test]
async fn files_that_are_not_ours_are_refused_with_words() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("horch.db"), "x".repeat(10_000)).unwrap();
    let error = Store::open(folder.path()).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Unusable(words) if words.contains("no database")),
        "{error:?}"
    );

    let (folder, store) = opened().await;
    store.close().await;
    newer(folder.path()).await;
    let error = Store::open(folder.path()).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Unusable(words) if words.contains("newer Horch")),
        "{error:?}"
    );

    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Store::open(file.path()).await.unwrap_err();
    assert!(matches!(error, StoreError::Unusable(_)), "{error:?}");
}

/// Marks the file as a later version would.
async fn newer(folder: &std::path::Path) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("horch.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'later', TRUE, x'00', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
}

#[tokio::test]
async fn damage_is_told_apart_from_trouble() {
    let (folder, store) = opened().await;
    let posts = (0..500).map(|n| judged(post(&n.to_string(), &"text ".repeat(50)), &[]));
    store.ingest(&batch(posts.collect()), NOW).await.unwrap();
    store.close().await;
    let path = folder.path().join("horch.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 3;
    bytes[middle..].fill(0x55);
    std::fs::write(&path, bytes).unwrap();
    let result = match Store::open(folder.path()).await {
        Ok(store) => store.recent_posts(None, 500).await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(matches!(result, Err(StoreError::Unusable(_))), "{result:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, store) = opened().await;
    add_watch(&store, "w").await;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
}
