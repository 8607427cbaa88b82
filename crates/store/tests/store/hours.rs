//! Counts that are kept by the hour say what counting one by one says.

use std::collections::BTreeMap;

use domain::{DAY, HOUR, MINUTE, PostId, Sentiment, Time, Tone, WatchId};
use store::{Count, JudgedPost, MentionFilter, MentionRow, Page, Retention, Store};

use super::archive_random::Random;
use super::{NOW, add_watch, batch, judged, opened, post};

/// Moments at and around full hours, now and before 1970.
fn moments() -> Vec<Time> {
    let around = |hour: i64| [-MINUTE, -1, 0, 1, MINUTE].map(|by| Time(hour * HOUR + by));
    [-30, -1, 0, 1, 2, 5, 26, 27].into_iter().flat_map(around).collect()
}

/// Each way to count asked for every stretch between such moments, against the list itself.
async fn agree(store: &Store, random: &mut Random) {
    let all = store.mentions(&MentionFilter::default(), Page::After(0), 99_999).await.unwrap();
    assert_eq!(store.totals().await.unwrap().mentions, all.len() as u64);
    let moments = moments();
    for _ in 0..5 {
        let mut moment = || random.chance(80).then(|| random.of(&moments));
        let (since, until) = (moment(), moment());
        let watches = [vec![], vec![WatchId(1)], vec![WatchId(1), WatchId(3)]];
        let tones = [vec![], vec![Tone::Negative], vec![Tone::Neutral]];
        let filter = MentionFilter {
            since,
            until,
            watches: random.of(&watches),
            tones: random.of(&tones),
            ..MentionFilter::default()
        };
        let tone = |row: &MentionRow| row.sentiment.map(|sentiment| sentiment.tone);
        let wanted = |row: &&MentionRow| {
            since.is_none_or(|since| row.post.published >= since)
                && until.is_none_or(|until| row.post.published < until)
        };
        let asked: Vec<&MentionRow> = (all.iter().filter(wanted))
            .filter(|row| filter.watches.is_empty() || filter.watches.contains(&row.watch))
            .filter(|row| filter.tones.is_empty() || tone(row) == Some(filter.tones[0]))
            .collect();
        assert_eq!(store.count_mentions(&filter).await.unwrap(), asked.len() as u64, "{filter:?}");
        for width in [HOUR, 3 * HOUR, DAY, MINUTE] {
            let mut expected: BTreeMap<i64, Count> = BTreeMap::new();
            for row in &asked {
                let at = row.post.published.0.div_euclid(width) * width;
                let empty = Count { at: Time(at), all: 0, negative: 0 };
                let count = expected.entry(at).or_insert(empty);
                count.all += 1;
                count.negative += u64::from(tone(row) == Some(Tone::Negative));
            }
            let told = store.timeline(&filter, width).await.unwrap();
            assert_eq!(told, expected.into_values().collect::<Vec<_>>(), "{filter:?} {width}");
        }
        let mut of_watch: BTreeMap<WatchId, u64> = BTreeMap::new();
        let from = since.unwrap_or(Time(i64::MIN));
        for row in all.iter().filter(|row| row.post.published >= from) {
            *of_watch.entry(row.watch).or_default() += 1;
        }
        let told = store.mentions_per_watch(since).await.unwrap();
        let told = told.into_iter().map(|(watch, n)| (watch.id, n)).filter(|(_, n)| *n > 0);
        assert_eq!(told.collect::<BTreeMap<_, _>>(), of_watch, "{since:?}");
        let (Some(since), Some(until)) = (since, until) else { continue };
        let busy = store.busy_watches(since.plus(-1), until.plus(-1), 1).await.unwrap();
        let within = all.iter().filter(wanted).map(|row| row.watch);
        let mut of_watch: BTreeMap<WatchId, u64> = BTreeMap::new();
        within.for_each(|watch| *of_watch.entry(watch).or_default() += 1);
        assert_eq!(busy.into_iter().collect::<BTreeMap<_, _>>(), of_watch, "{filter:?}");
    }
}

#[tokio::test]
async fn what_is_counted_by_the_hour_is_what_is_there() {
    let (_folder, store) = opened().await;
    let mut watches = Vec::new();
    for n in 1..=3 {
        watches.push(add_watch(&store, &format!("watch {n}")).await);
    }
    let mut random = Random(3);
    let moments = moments();
    let some = |random: &mut Random, id: u64, text: u64| -> JudgedPost {
        let mut post = post(&id.to_string(), &format!("text {text}"));
        post.published = random.of(&moments);
        post.received = post.published;
        let found: Vec<_> = watches.iter().filter(|_| random.chance(60)).collect();
        let mut judged = judged(post, &found);
        for entry in &mut judged.mentions {
            let tone = random.of(&[Tone::Negative, Tone::Neutral, Tone::Positive]);
            let said = Sentiment { tone, confidence: 0.9 };
            entry.mention.sentiment = random.chance(80).then_some(said);
        }
        judged
    };
    for round in 0..4 {
        // Fresh posts, and some heard again, edited or not.
        let posts = (0..2_000).map(|n| {
            let id = if n % 3 == 0 { random.below(2_000) } else { round * 2_000 + n };
            let text = random.below(4);
            some(&mut random, id, text)
        });
        let mut ingest = batch(posts.collect());
        for _ in 0..90 {
            let id = random.below(6_000).to_string();
            ingest.deleted.push(PostId::of(&domain::Platform::MASTODON, &id));
        }
        store.ingest(&ingest, NOW).await.unwrap();
        let rows = store.mentions(&MentionFilter::default(), Page::Newest, 999).await.unwrap();
        for row in rows.iter().step_by(4) {
            let tone = random.of(&[Tone::Negative, Tone::Neutral]);
            store.say_tone(row.number, tone, "Ada", NOW).await.unwrap();
            if random.chance(30) {
                store.take_tone_back(row.number, "Ada", NOW).await.unwrap();
            }
        }
        agree(&store, &mut random).await;
    }
    store.remove_watch(watches[1].id).await.unwrap();
    agree(&store, &mut random).await;
    let retention = Retention {
        unmatched_before: Time(i64::MIN),
        unmatched_at_most: 99_999,
        mentions_before: Time(HOUR + 1),
    };
    assert!(store.sweep(retention).await.unwrap() > 0);
    agree(&store, &mut random).await;
}
