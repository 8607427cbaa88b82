//! Random stories of hearing, editing, deleting and hearing again (with repeats and in any
//! order) end as a simple model in memory says.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Platform, PostId, SourceId, Time, Watch, WatchId};
use proptest::prelude::*;
use store::{Ingest, JudgedPost, MentionFilter, Page, Store};

use super::{NOW, add_watch, judged, opened, post, way};

const POSTS: u8 = 4;
const WATCHES: u8 = 3;

#[derive(Clone, Debug)]
struct Heard {
    post: u8,
    text: u8,
    likes: Option<u8>,
    /// Bit n: watch n matches.
    watches: u8,
}

#[derive(Clone, Debug)]
enum Step {
    Batch { heard: Vec<Heard>, deleted: Vec<u8>, source: Option<u8> },
    Tell,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let heard = (0..POSTS, 0..4_u8, proptest::option::of(0..3_u8), 0..1_u8 << WATCHES)
        .prop_map(|(post, text, likes, watches)| Heard { post, text, likes, watches });
    let batch = (
        proptest::collection::vec(heard, 0..6),
        proptest::collection::vec(0..POSTS, 0..2),
        proptest::option::weighted(0.1, 0..2_u8),
        any::<bool>(),
    )
        .prop_map(|(heard, deleted, source, deletes)| Step::Batch {
            heard,
            deleted: if deletes { deleted } else { Vec::new() },
            source,
        });
    proptest::collection::vec(prop_oneof![6 => batch, 1 => Just(Step::Tell)], 1..8)
}

/// A mention: which one it is (each new one is another), and whether it was told.
#[derive(Clone, Debug, PartialEq)]
struct ModelMention {
    birth: u64,
    told: bool,
}

#[derive(Clone, Debug, Default)]
struct ModelPost {
    texts: Vec<u8>,
    likes: Option<u8>,
    mentions: BTreeMap<u8, ModelMention>,
}

#[derive(Default)]
struct Model {
    posts: BTreeMap<u8, ModelPost>,
    buried: BTreeSet<u8>,
    buried_sources: BTreeSet<u8>,
    /// (post, watch) of every alert ever raised, and of those whose message still waits.
    alerts: BTreeSet<(u8, u8)>,
    waiting: BTreeSet<(u8, u8)>,
    births: u64,
}

#[derive(Debug, Default, PartialEq)]
struct Counts {
    new: u64,
    known: u64,
    edited: u64,
    deleted: u64,
    mentions: usize,
    alerts: usize,
}

impl Model {
    fn batch(&mut self, heard: &[Heard], deleted: &[u8], source: Option<u8>) -> Counts {
        let mut counts = Counts::default();
        let born = self.births;
        let dead: BTreeSet<u8> = deleted
            .iter()
            .copied()
            .chain((0..POSTS).filter(|post| source == Some(post % 2)))
            .collect();
        // Alerts are raised when the batch ends: for what still stands then.
        let mut calls = BTreeSet::new();
        for heard in heard {
            if dead.contains(&heard.post) {
                counts.known += 1;
            } else {
                self.hear(heard, &mut counts, &mut calls);
            }
        }
        for call in calls {
            if self.alerts.insert(call) {
                self.waiting.insert(call);
                counts.alerts += 1;
            }
        }
        for post in &dead {
            counts.deleted += u64::from(self.posts.remove(post).is_some());
            self.waiting.retain(|(of, _)| of != post);
        }
        // A source's deletion buries the posts known of it, and what it wrote before.
        self.buried.extend(deleted);
        self.buried_sources.extend(source);
        let standing = self.posts.values().flat_map(|post| post.mentions.values());
        counts.mentions = standing.filter(|mention| mention.birth >= born).count();
        counts
    }

    fn hear(&mut self, heard: &Heard, counts: &mut Counts, calls: &mut BTreeSet<(u8, u8)>) {
        let id = heard.post;
        let matching: Vec<u8> = (0..WATCHES).filter(|w| heard.watches & 1 << w != 0).collect();
        let buried = self.buried.contains(&id) || self.buried_sources.contains(&(id % 2));
        let Some(post) = self.posts.get_mut(&id) else {
            if buried {
                counts.known += 1;
                return;
            }
            counts.new += 1;
            let mut post =
                ModelPost { texts: vec![heard.text], likes: heard.likes, ..Default::default() };
            for watch in matching {
                post.mentions.insert(watch, ModelMention { birth: self.births, told: false });
                self.births += 1;
                calls.insert((id, watch));
            }
            self.posts.insert(id, post);
            return;
        };
        if post.texts.last() == Some(&heard.text) {
            counts.known += 1;
            post.likes = heard.likes.or(post.likes);
            return;
        }
        if post.texts.contains(&heard.text) {
            counts.known += 1;
            return;
        }
        counts.edited += 1;
        post.texts.push(heard.text);
        post.likes = heard.likes.or(post.likes);
        let old = std::mem::take(&mut post.mentions);
        for watch in old.keys().filter(|watch| !matching.contains(watch)) {
            self.waiting.remove(&(id, *watch));
            calls.remove(&(id, *watch));
        }
        for watch in matching {
            let mention = old.get(&watch).cloned().unwrap_or_else(|| {
                calls.insert((id, watch));
                self.births += 1;
                ModelMention { birth: self.births - 1, told: false }
            });
            post.mentions.insert(watch, mention);
        }
    }
}

fn post_of(heard: &Heard) -> domain::Post {
    let mut post = post(&heard.post.to_string(), &format!("text {}", heard.text));
    post.source.key = (heard.post % 2).to_string();
    post.engagement.likes = heard.likes.map(u64::from);
    post
}

fn id_of(post: u8) -> PostId {
    PostId::of(&Platform::MASTODON, &post.to_string())
}

async fn run(steps: Vec<Step>) {
    let (_folder, store) = opened().await;
    let mut watches = Vec::new();
    for n in 0..WATCHES {
        watches.push(add_watch(&store, &format!("watch {n}")).await);
    }
    store.add_way(&way("all", &[])).await.unwrap();
    let mut model = Model::default();
    let mut numbers = BTreeMap::new();
    for step in steps {
        match step {
            Step::Tell => {
                let rows = store.mentions(&MentionFilter::default(), Page::After(0), 999).await;
                let all: Vec<i64> = rows.unwrap().iter().map(|row| row.number).collect();
                store.told(&all, NOW).await.unwrap();
                let mentions = model.posts.values_mut().flat_map(|post| post.mentions.values_mut());
                mentions.for_each(|mention| mention.told = true);
            }
            Step::Batch { heard, deleted, source } => {
                let expected = model.batch(&heard, &deleted, source);
                let ingest = Ingest {
                    posts: heard.iter().map(|heard| judge(heard, &watches)).collect(),
                    deleted: deleted.iter().map(|post| id_of(*post)).collect(),
                    deleted_sources: source
                        .iter()
                        .map(|key| SourceId::of(&Platform::MASTODON, &key.to_string()))
                        .collect(),
                    ..Ingest::default()
                };
                let done = store.ingest(&ingest, NOW).await.unwrap();
                let found = Counts {
                    new: done.new,
                    known: done.known,
                    edited: done.edited,
                    deleted: done.deleted,
                    mentions: done.mentions.len(),
                    alerts: done.alerts.len(),
                };
                assert_eq!(found, expected, "{heard:?} {deleted:?} {source:?}");
            }
        }
        compare(&store, &model, &mut numbers).await;
    }
}

fn judge(heard: &Heard, watches: &[Watch]) -> JudgedPost {
    let matching: Vec<&Watch> = (0_u8..)
        .zip(watches)
        .filter(|(n, _)| heard.watches & 1 << n != 0)
        .map(|(_, watch)| watch)
        .collect();
    let mut judged = judged(post_of(heard), &matching);
    for entry in &mut judged.mentions {
        entry.mention.why = format!("text {}", heard.text);
    }
    judged
}

/// `numbers` remembers which number each mention has: it must keep it.
async fn compare(store: &Store, model: &Model, numbers: &mut BTreeMap<u64, i64>) {
    for id in 0..POSTS {
        let found = store.post(id_of(id)).await.unwrap();
        let expected = model.posts.get(&id);
        assert_eq!(found.is_some(), expected.is_some(), "post {id}");
        let (Some(found), Some(expected)) = (found, expected) else { continue };
        assert_eq!(found.engagement.likes, expected.likes.map(u64::from), "likes of {id}");
        let versions = store.post_versions(id_of(id)).await.unwrap();
        let texts: Vec<String> = versions.into_iter().map(|(_, post)| post.body).collect();
        let expected: Vec<String> = expected.texts.iter().map(|n| format!("text {n}")).collect();
        assert_eq!(texts, expected, "versions of {id}");
    }
    let rows = store.mentions(&MentionFilter::default(), Page::After(0), 999).await.unwrap();
    let mut found = BTreeMap::new();
    for row in &rows {
        let key = (row.post.native_id.parse::<u8>().unwrap(), row.watch);
        assert_eq!(row.why, row.post.body, "matched anew");
        found.insert(key, (row.number, row.told.is_some()));
    }
    assert_eq!(found.len(), rows.len(), "a post is mentioned once by a watch");
    let mut expected = 0;
    for (id, post) in &model.posts {
        for (watch, mention) in &post.mentions {
            expected += 1;
            let key = (*id, WatchId(i64::from(*watch) + 1));
            let Some((number, told)) = found.get(&key) else { panic!("{key:?} is not mentioned") };
            assert_eq!(*told, mention.told, "{key:?} told");
            assert_eq!(numbers.entry(mention.birth).or_insert(*number), number, "{key:?} number");
        }
    }
    assert_eq!(rows.len(), expected, "mentions");
    let given: BTreeSet<&i64> = numbers.values().collect();
    assert_eq!(given.len(), numbers.len(), "a number is never given twice");
    let alerts = store.alerts(false, Page::Newest, 999).await.unwrap();
    assert_eq!(alerts.len(), model.alerts.len(), "alerts");
    let due = store.due(Time(i64::MAX), 999).await.unwrap();
    let waiting: BTreeSet<_> = due
        .iter()
        .map(|d| {
            let mention = d.alert.mention.as_ref().expect("no message without content");
            (mention.post.native_id.parse::<u8>().unwrap(), (d.alert.watch.0 - 1) as u8)
        })
        .collect();
    assert_eq!(waiting, model.waiting, "messages that wait");
    let totals = store.totals().await.unwrap();
    assert_eq!((totals.posts, totals.mentions), (model.posts.len() as u64, expected as u64));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn stories_end_as_the_model_says(steps in steps()) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(steps));
    }
}
