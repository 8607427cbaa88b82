//! The flow as a whole: watches come, change and go while posts run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use channels::Clock;
use domain::{
    AlertRules, Batch, Channel, Engagement, Observation, Platform, Post, Source, Time, Watch,
    WatchId,
};
use query::{Document, Scratch};
use store::{Archive, ArchiveOptions, NewWatch, Store};
use tempfile::TempDir;
use tokio::sync::watch as signal;
use tokio_util::sync::CancellationToken;

use super::fill::{Filler, Jobs};
use super::{Flow, House, State, Telling, archive, watches};

const WORDS: [&str; 10] =
    ["train", "late", "bridge", "festival", "river", "crew", "lost", "found", "ümlaut", "grand"];

pub(super) fn post(n: u64, site: &str, text: &str) -> Post {
    let now = Clock::wall().now();
    Post {
        platform: Platform::WEB,
        native_id: n.to_string(),
        url: format!("https://{site}/{n}"),
        channel: Channel::Blog,
        source: Source { key: site.into(), ..Source::default() },
        author: None,
        title: String::new(),
        lead: String::new(),
        body: text.into(),
        lang: Some("en".into()),
        published: now,
        received: now,
        links: vec![],
        hashtags: vec![],
        mentions: vec![],
        relation: None,
        engagement: Engagement::default(),
        media: vec![],
    }
}

fn batch(posts: impl IntoIterator<Item = Post>) -> Batch {
    let observations = posts.into_iter().map(|post| Observation::Seen(Box::new(post))).collect();
    Batch { observations, ..Batch::default() }
}

/// Small numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % n
    }

    fn text(&mut self) -> String {
        let words: Vec<&str> = (0..2 + self.below(6)).map(|_| WORDS[self.below(10)]).collect();
        words.join(" ")
    }

    fn query(&mut self) -> String {
        let (a, b, c) = (WORDS[self.below(10)], WORDS[self.below(10)], WORDS[self.below(10)]);
        match self.below(5) {
            0 => a.to_owned(),
            1 => format!("{a} AND {b} NOT {c}"),
            2 => format!("({a} OR {b}) AND {c}"),
            3 => format!("\"{a} {b}\""),
            _ => format!("{}* {b}", &a[..2]),
        }
    }
}

struct Rig {
    _folder: TempDir,
    house: House,
    flow: Flow,
    state: Arc<State>,
    jobs: Jobs,
    filler: Filler,
    sent: AtomicU64,
}

impl Rig {
    async fn new(folder: TempDir) -> Rig {
        let store = Store::open(folder.path()).await.unwrap();
        let house =
            House { store: store.clone(), clock: Clock::wall(), stop: CancellationToken::new() };
        let options =
            ArchiveOptions { folder: folder.path().join("archive"), days: 30, max_bytes: 1 << 40 };
        let archive = Archive::open(&store, options).await.unwrap();
        let state = Arc::new(State::default());
        let (rules, book, unfilled) = watches::load(&store, &state).await.unwrap();
        let clock = house.clock;
        let flow = Flow::start(store, clock, rules, Telling::Nothing, Arc::clone(&state));
        let jobs = Jobs::default();
        jobs.add(unfilled);
        let rules = Arc::clone(&flow.rules);
        let filler = Filler {
            archive: archive.clone(),
            house: house.clone(),
            rules: Arc::clone(&rules),
            state: Arc::clone(&state),
            settled: flow.settled.clone(),
            jobs: jobs.clone(),
        };
        let (interests, _) = signal::channel(Arc::default());
        let keeping =
            watches::keep(house.clone(), book, rules, Arc::clone(&state), jobs.clone(), interests);
        tokio::spawn(keeping);
        let counters = Arc::clone(&flow.counters);
        tokio::spawn(archive::keep(house.clone(), archive, counters));
        Rig { _folder: folder, house, flow, state, jobs, filler, sent: AtomicU64::new(0) }
    }

    fn store(&self) -> &Store {
        &self.house.store
    }

    async fn add(&self, name: &str, query: &str) -> Watch {
        let rules = AlertRules::default();
        self.store().add_watch(name, query, rules, Time(0)).await.unwrap()
    }

    async fn until(&self, what: &str, holds: impl Fn() -> bool) {
        for _ in 0..3_000 {
            if holds() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{what} did not come");
    }

    async fn until_matched(&self, watch: WatchId) {
        self.until("the rule", || self.flow.rules.load().get(watch).is_some()).await;
    }

    async fn until_filled(&self, count: usize) {
        for _ in 0..3_000 {
            let kept = self.store().watches_since(0).await.unwrap().changed;
            let filled = kept.iter().filter(|kept| kept.filled == kept.watch.version);
            if filled.count() == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("filling did not end");
    }

    async fn send(&self, posts: impl IntoIterator<Item = Post>) {
        let batch = batch(posts);
        self.sent.fetch_add(batch.observations.len() as u64, Ordering::Relaxed);
        self.flow.inlet.send(batch).await.unwrap();
    }

    async fn settle(&self) {
        self.until("the end of the queue", || {
            self.flow.counters.new.load(Ordering::Relaxed) == self.sent.load(Ordering::Relaxed)
        })
        .await;
    }

    async fn mentions(&self) -> BTreeMap<String, u64> {
        let counts = self.store().mentions_per_watch(None).await.unwrap();
        counts.into_iter().map(|(watch, count)| (watch.name, count)).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_added_while_posts_run_misses_none_and_doubles_none() {
    let rig = Rig::new(tempfile::tempdir().unwrap()).await;
    tokio::spawn(rig.filler.clone().run());
    let mut watch = None;
    for n in 0..200_u64 {
        rig.send((0..5).map(|i| post(n * 5 + i, "a.example", "a late train"))).await;
        if n == 80 {
            rig.settle().await;
            watch = Some(rig.add("trains", "train*").await);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let watch = watch.expect("added");
    rig.until_matched(watch.id).await;
    // Counts for the next post, at once.
    rig.send([post(5_000, "a.example", "one more train")]).await;
    rig.settle().await;
    rig.until_filled(1).await;
    assert_eq!(rig.mentions().await["trains"], 1_001);
    // The mark is set first; what is shown follows.
    rig.until("the end of filling", || rig.state.of(watch.id).filling.is_none()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_changes_counts_for_the_next_post() {
    let rig = Rig::new(tempfile::tempdir().unwrap()).await;
    let watch = rig.add("press", "train list:\"Trade press\"").await;
    let other = rig.add("about press", "late watch:\"press\"").await;
    let troubled = || [watch.id, other.id].map(|id| rig.state.of(id).trouble.is_some());
    rig.until("the trouble", || troubled() == [true, true]).await;
    let list = |site: &str| vec![site.to_owned()];
    rig.store().set_list("trade PRESS", &list("a.example"), Time(0)).await.unwrap();
    rig.until("the list", || troubled() == [false, false]).await;
    rig.send([post(1, "a.example", "train"), post(2, "b.example", "late train")]).await;
    rig.settle().await;
    rig.store().set_list("Trade press", &list("b.example"), Time(0)).await.unwrap();
    let probe = post(9, "b.example", "late train");
    rig.until("the new list", || {
        let rules = rig.flow.rules.load_full();
        let found = rules.matcher.watches(&Document::of(&probe), &mut Scratch::default());
        found == [watch.id, other.id]
    })
    .await;
    rig.send([post(3, "a.example", "late train"), post(4, "b.example", "late train")]).await;
    rig.settle().await;
    let counts = rig.mentions().await;
    assert_eq!((counts["press"], counts["about press"]), (2, 1));
    rig.store().remove_list("Trade press").await.unwrap();
    rig.until("the trouble", || troubled() == [true, true]).await;
    assert!(rig.flow.rules.load().is_empty());
}

#[tokio::test]
async fn changes_one_by_one_come_to_the_same_as_a_fresh_start() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let state = State::default();
    let (rules, mut book, _) = watches::load(&store, &state).await.unwrap();
    let rules = ArcSwap::from_pointee(rules);
    let mut dice = Dice(3);
    let mut known: Vec<Watch> = Vec::new();
    for round in 0..20 {
        let new: Vec<NewWatch> = (0..100)
            .map(|n| NewWatch {
                name: format!("watch {round} {n}"),
                query: dice.query(),
                alerts: AlertRules::default(),
            })
            .collect();
        known.extend(store.add_watches(&new, Time(0)).await.unwrap());
        for _ in 0..10 {
            let gone = known.swap_remove(dice.below(known.len()));
            store.remove_watch(gone.id).await.unwrap();
            let at = dice.below(known.len());
            let changed =
                Watch { query: dice.query(), paused: dice.below(4) == 0, ..known[at].clone() };
            known[at] = store.change_watch(&changed, Time(0)).await.unwrap();
        }
        if dice.below(2) == 0 {
            book.refresh(&store, &rules, &state).await.unwrap();
        }
    }
    book.refresh(&store, &rules, &state).await.unwrap();
    let (fresh, ..) = watches::load(&store, &State::default()).await.unwrap();
    let rules = rules.load();
    assert_eq!((rules.len(), rules.matcher.len()), (fresh.len(), fresh.len()));
    let (mut one, mut other) = (Scratch::default(), Scratch::default());
    let mut found = 0;
    for n in 0..200 {
        let post = post(n, "a.example", &dice.text());
        let document = Document::of(&post);
        let expect = fresh.matcher.matches(&document, &mut other);
        assert_eq!(rules.matcher.matches(&document, &mut one), expect, "{}", post.body);
        found += expect.len();
    }
    assert!(found > 1_000, "only {found}");
    for watch in &known {
        let version = (!watch.paused).then_some(watch.version);
        assert_eq!(rules.get(watch.id).map(|rule| rule.version), version);
    }
}

/// Posts in the store, and what watches over them must find.
async fn stored(rig: &Rig, watches: usize) -> BTreeMap<String, u64> {
    let mut dice = Dice(9);
    let posts: Vec<Post> = (0..3_000).map(|n| post(n, "a.example", &dice.text())).collect();
    for some in posts.chunks(100) {
        rig.send(some.to_vec()).await;
    }
    rig.settle().await;
    let mut expected = BTreeMap::new();
    let mut new = Vec::new();
    for n in 0..watches {
        let (name, text) = (format!("watch {n}"), dice.query());
        let query = query::parse(&text).unwrap();
        let matches = |post: &&Post| query::matches_one(&query, &Document::of(post)).is_some();
        expected.insert(name.clone(), posts.iter().filter(matches).count() as u64);
        new.push(NewWatch { name, query: text, alerts: AlertRules::default() });
    }
    rig.store().add_watches(&new, Time(0)).await.unwrap();
    expected
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_few_watches_are_filled_from_the_archive_exactly() {
    let rig = Rig::new(tempfile::tempdir().unwrap()).await;
    let expected = stored(&rig, 12).await;
    tokio::spawn(rig.filler.clone().run());
    rig.until_filled(12).await;
    assert_eq!(rig.mentions().await, expected);
    assert!(expected.values().sum::<u64>() > 1_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_goes_on_with_what_is_not_filled() {
    let rig = Rig::new(tempfile::tempdir().unwrap()).await;
    let expected = stored(&rig, 40).await;
    let filling = tokio::spawn(rig.filler.clone().run());
    loop {
        if rig.store().totals().await.unwrap().mentions > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    filling.abort();
    let _ = filling.await;
    let Rig { _folder: folder, house, flow, jobs, filler, .. } = rig;
    house.stop.cancel();
    drop((jobs, filler));
    flow.finish().await.unwrap();
    house.store.close().await;
    let rig = Rig::new(folder).await;
    tokio::spawn(rig.filler.clone().run());
    rig.until_filled(40).await;
    assert_eq!(rig.mentions().await, expected);
}
