//! Filters, pages and counts.

use domain::{Channel, DAY, HOUR, Platform, PostId, SourceId, Tier, Time, Tone, WatchId};
use store::{Count, MentionFilter, Page, StoreError};

use super::{NOW, add_watch, batch, judged, mention, opened, post};

/// 40 mentions of 2 watches on 20 posts with all kinds of properties.
async fn filled() -> (tempfile::TempDir, store::Store) {
    let (folder, store) = opened().await;
    let watches = [add_watch(&store, "a").await, add_watch(&store, "b").await];
    let mut posts = Vec::new();
    for n in 0..20_i64 {
        let mut post = post(&n.to_string(), if n == 3 { "Die BAHN fährt" } else { "nichts" });
        post.platform = if n % 2 == 0 { Platform::BLUESKY } else { Platform::WEB };
        post.channel = if n % 4 == 0 { Channel::News } else { Channel::Blog };
        post.lang = [None, Some("de".into()), Some("fr".into())][(n % 3) as usize].clone();
        post.source.key = format!("source {}", n % 5);
        post.source.tier = (n % 5 == 0).then_some(Tier::Leading);
        post.published = NOW.plus(n * HOUR - 19 * HOUR);
        post.received = post.published.plus(1_000);
        let mut entry = judged(post, &[&watches[0], &watches[1]]);
        entry.mentions[1].mention.sentiment = None;
        posts.push(entry);
    }
    store.ingest(&batch(posts), NOW).await.unwrap();
    (folder, store)
}

#[tokio::test]
async fn every_filter_restricts_pages_counts_and_charts_alike() {
    let (_folder, store) = filled().await;
    let all = store.mentions(&MentionFilter::default(), Page::Newest, 100).await.unwrap();
    assert_eq!(all.len(), 40);
    let f = MentionFilter::default;
    type Rule = fn(&store::MentionRow) -> bool;
    let source = SourceId::of(&Platform::BLUESKY, "source 0");
    let cases: Vec<(MentionFilter, usize, Rule)> = vec![
        (MentionFilter { watches: vec![WatchId(2)], ..f() }, 20, |r| r.watch == WatchId(2)),
        (MentionFilter { watches: vec![WatchId(1), WatchId(2)], ..f() }, 40, |_| true),
        (MentionFilter { platforms: vec![Platform::WEB], ..f() }, 20, |r| {
            r.post.platform == Platform::WEB
        }),
        (MentionFilter { channels: vec![Channel::News, Channel::Mail], ..f() }, 10, |r| {
            r.post.channel == Channel::News
        }),
        (MentionFilter { langs: vec!["de".into(), "fr".into()], ..f() }, 26, |r| {
            r.post.lang.is_some()
        }),
        (MentionFilter { tones: vec![Tone::Negative], ..f() }, 20, |r| r.sentiment.is_some()),
        (MentionFilter { tiers: vec![Tier::Leading], ..f() }, 8, |r| r.post.source.tier.is_some()),
        (MentionFilter { source: Some(source), ..f() }, 4, |r| {
            r.post.source.key == "source 0" && r.post.platform == Platform::BLUESKY
        }),
        (MentionFilter { post: Some(all[0].post.id()), ..f() }, 2, |r| r.post.native_id == "19"),
        (MentionFilter { post: Some(PostId([0; 16])), ..f() }, 0, |_| false),
        (MentionFilter { words: Some("bahn FÄHRT".into()), ..f() }, 2, |r| {
            r.post.native_id == "3"
        }),
        (MentionFilter { since: Some(NOW.plus(-2 * HOUR)), ..f() }, 6, |r| {
            r.post.published >= NOW.plus(-2 * HOUR)
        }),
        (MentionFilter { until: Some(NOW.plus(-2 * HOUR)), ..f() }, 34, |r| {
            r.post.published < NOW.plus(-2 * HOUR)
        }),
        (
            MentionFilter {
                watches: vec![WatchId(1)],
                platforms: vec![Platform::BLUESKY],
                channels: vec![Channel::News],
                langs: vec!["de".into()],
                tones: vec![Tone::Negative],
                since: Some(Time(0)),
                until: Some(NOW.plus(DAY)),
                ..f()
            },
            2,
            |r| {
                r.watch == WatchId(1)
                    && r.post.channel == Channel::News
                    && r.post.lang.as_deref() == Some("de")
            },
        ),
    ];
    for (filter, expected, rule) in cases {
        let rows = store.mentions(&filter, Page::Newest, 100).await.unwrap();
        let by_hand: Vec<_> = all.iter().filter(|row| rule(row)).cloned().collect();
        assert_eq!(rows.len(), expected, "{filter:?}");
        assert_eq!(rows, by_hand, "{filter:?}");
        assert_eq!(store.count_mentions(&filter).await.unwrap(), expected as u64, "{filter:?}");
        let chart = store.timeline(&filter, HOUR).await.unwrap();
        assert_eq!(chart.iter().map(|c| c.all).sum::<u64>(), expected as u64, "{filter:?}");
        let negative = rows.iter().filter(|row| row.sentiment.is_some()).count();
        assert_eq!(chart.iter().map(|c| c.negative).sum::<u64>(), negative as u64, "{filter:?}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_both_ways() {
    let (_folder, store) = filled().await;
    let filter = MentionFilter { watches: vec![WatchId(1)], ..MentionFilter::default() };
    let numbers = |rows: Vec<store::MentionRow>| rows.iter().map(|r| r.number).collect::<Vec<_>>();
    let newest = numbers(store.mentions(&filter, Page::Newest, 3).await.unwrap());
    assert_eq!(newest, [39, 37, 35]);
    assert_eq!(numbers(store.mentions(&filter, Page::Before(35), 2).await.unwrap()), [33, 31]);
    assert_eq!(numbers(store.mentions(&filter, Page::After(33), 2).await.unwrap()), [35, 37]);
    assert_eq!(numbers(store.mentions(&filter, Page::After(39), 2).await.unwrap()), [0; 0]);
    assert_eq!(store.mention(1).await.unwrap().unwrap().number, 1);
    assert_eq!(store.mention(99).await.unwrap(), None);
}

#[tokio::test]
async fn words_are_found_in_any_case_and_letter_by_letter() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let texts = [
        "Die ÜBERFÜLLTE Straße in Zürich",
        "100% [sic] a_b *star* what?",
        "über-all, Überall",
        "МОСКВА и Ёлка",
        "plain a-b text \\ back",
        "K\u{212a}elvin İstanbul",
    ];
    let posts = texts.iter().enumerate().map(|(n, text)| {
        let mut post = post(&n.to_string(), "");
        match n % 3 {
            0 => post.title = (*text).into(),
            1 => post.lead = (*text).into(),
            _ => post.body = (*text).into(),
        }
        judged(post, &[&watch])
    });
    store.ingest(&batch(posts.collect()), NOW).await.unwrap();
    for (words, expected) in [
        ("überfüllte", &[0][..]),
        ("STRASSE", &[]),
        ("strAßE in z", &[0]),
        ("zÜrIcH", &[0]),
        ("ürich", &[0]),
        ("arich", &[]),
        ("über", &[0, 2]),
        ("100%", &[1]),
        ("a_b", &[1]),
        ("A-B", &[4]),
        ("[SIC]", &[1]),
        ("*star*", &[1]),
        ("what?", &[1]),
        ("\\", &[4]),
        ("москва", &[3]),
        ("ёл", &[3]),
        ("kel", &[]),
        ("KK", &[]),
        ("istanbul", &[]),
        ("stanbul", &[5]),
        ("", &[0, 1, 2, 3, 4, 5]),
        ("'; DROP TABLE posts; --", &[]),
    ] {
        let filter = MentionFilter { words: Some(words.into()), ..MentionFilter::default() };
        let rows = store.mentions(&filter, Page::After(0), 99).await.unwrap();
        let found: Vec<usize> = rows.iter().map(|r| r.post.native_id.parse().unwrap()).collect();
        assert_eq!(found, expected, "{words:?}");
        assert_eq!(store.count_mentions(&filter).await.unwrap(), expected.len() as u64);
    }
    let long = MentionFilter { words: Some("ä".repeat(100_000)), ..MentionFilter::default() };
    assert_eq!(store.count_mentions(&long).await.unwrap(), 0);
}

#[tokio::test]
async fn charts_hold_times_before_1970() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let posts = [-1, 0, HOUR - 1, -HOUR - 1].map(|at| {
        let mut post = post(&at.to_string(), "x");
        post.published = Time(at);
        judged(post, &[&watch])
    });
    store.ingest(&batch(posts.to_vec()), NOW).await.unwrap();
    let chart = store.timeline(&MentionFilter::default(), HOUR).await.unwrap();
    let expected = [(-2, 1), (-1, 1), (0, 2)].map(|(hour, all)| Count {
        at: Time(hour * HOUR),
        all,
        negative: all,
    });
    assert_eq!(chart, expected);
}

#[tokio::test]
async fn hours_are_counted_back_from_now() {
    let (_folder, store) = opened().await;
    let rules = domain::AlertRules::default();
    let watch = store.add_watch("w", "q", rules, NOW.plus(-5 * HOUR - 1)).await.unwrap();
    let posts = [0, HOUR - 1, HOUR, 4 * HOUR, 5 * HOUR].map(|ago| {
        let mut entry = judged(post(&ago.to_string(), "x"), &[&watch]);
        entry.post.published = NOW.plus(-ago);
        entry
    });
    store.ingest(&batch(posts.to_vec()), NOW).await.unwrap();
    assert_eq!(store.hourly(watch.id, NOW, 48).await.unwrap(), [2, 1, 0, 0, 1]);
    assert_eq!(store.hourly(watch.id, NOW, 2).await.unwrap(), [2, 1]);
    assert_eq!(store.hourly(watch.id, NOW, 0).await.unwrap(), [0; 0]);
    let missing = store.hourly(WatchId(9), NOW, 2).await;
    assert!(matches!(missing, Err(StoreError::Missing(_))));
}

#[tokio::test]
async fn the_past_is_filled_in_without_alerts() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let other = add_watch(&store, "other").await;
    let known = post("1", "a");
    store.ingest(&batch(vec![judged(known.clone(), &[&other])]), NOW).await.unwrap();
    let past = [
        (known.id(), mention(watch.id)),
        (known.id(), mention(watch.id)),
        (known.id(), mention(other.id)),
        (known.id(), mention(WatchId(99))),
        (PostId([7; 16]), mention(watch.id)),
    ];
    assert_eq!(store.backfill(&past, NOW).await.unwrap(), 1);
    assert_eq!(store.backfill(&past, NOW).await.unwrap(), 0);
    assert_eq!(store.alerts(false, Page::Newest, 9).await.unwrap().len(), 1, "the other's");
    let counts: Vec<_> = store.mentions_per_watch(None).await.unwrap();
    let counts: Vec<_> = counts.iter().map(|(w, n)| (w.name.as_str(), *n)).collect();
    assert_eq!(counts, [("other", 1), ("w", 1)]);
    let none = store.mentions_per_watch(Some(NOW)).await.unwrap();
    assert_eq!(none.iter().map(|(_, n)| n).sum::<u64>(), 0, "published before");
    let ledger = store.latency(Time(0)).await.unwrap();
    assert_eq!(ledger[0].1.mentions, 1, "the ledger counts what was heard live");
}

#[tokio::test]
async fn the_ledger_leaves_archives_out() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let mut archive = post("1", "a");
    archive.published = archive.received.plus(-DAY - 1);
    let mut live = post("2", "b");
    live.published = live.received.plus(-DAY);
    let web = {
        let mut web = post("3", "c");
        web.platform = Platform::WEB;
        web.published = NOW.plus(-4_000);
        web
    };
    let posts = [archive, live, web].map(|p| judged(p, &[&watch])).to_vec();
    store.ingest(&batch(posts), NOW).await.unwrap();
    store.told(&[3], NOW.plus(1_000)).await.unwrap();
    store.told(&[3], NOW.plus(9_000)).await.unwrap();
    let ledger = store.latency(NOW).await.unwrap();
    assert_eq!(ledger.len(), 2);
    assert_eq!((ledger[0].0.as_str(), ledger[0].1.mentions), ("mastodon", 1));
    let web = ledger[1].1;
    assert_eq!(
        (web.median_ms, web.told_median_ms, web.within_five_minutes),
        (4_000, Some(5_000), 1.0)
    );
    assert_eq!(store.latency(NOW.plus(1)).await.unwrap(), []);
}
