//! Stories: placed, merged, mended, told.

use domain::story::{Because, Merged, StoryId};
use domain::{AlertReason, HOUR, Kind, Kinds, MINUTE, NewMention, Post, Tier, Time, Tone, WatchId};
use store::{
    Growth, Ingest, JudgedMention, JudgedPost, Mend, MentionFilter, Page, Placing, Store,
    StoreError, StoryFilter, StoryOrder, StoryState,
};

use crate::{NOW, mention, opened, post};

/// A post of a source on that tier, published so many minutes after the first.
fn said(id: &str, tier: Option<Tier>, minutes: i64) -> Post {
    let mut post = post(id, id);
    post.source.key = format!("source of {id}");
    post.source.tier = tier;
    post.published = NOW.plus(minutes * MINUTE - HOUR * 10);
    post
}

async fn add_watch(store: &Store, name: &str) -> WatchId {
    crate::add_watch(store, name).await.id
}

/// Stores posts that each of the watches found, and gives their rows.
async fn heard(store: &Store, watches: &[WatchId], posts: Vec<Post>) -> Vec<i64> {
    let before = store.to_place(0, 10_000).await.unwrap().len();
    let found = |watch: &WatchId| JudgedMention {
        mention: NewMention { sentiment: None, ..mention(*watch) },
        alert: None,
    };
    let posts: Vec<JudgedPost> = posts
        .into_iter()
        .map(|post| JudgedPost { post, mentions: watches.iter().map(found).collect() })
        .collect();
    store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
    let mut rows: Vec<i64> =
        store.to_place(0, 10_000).await.unwrap()[before..].iter().map(|m| m.row).collect();
    rows.dedup();
    rows
}

fn placing(row: i64, watch: WatchId, story: i64) -> Placing {
    Placing {
        row,
        watch,
        story: StoryId(story),
        copy_of: None,
        because: Because::First,
        tell: true,
    }
}

async fn place(store: &Store, placed: Vec<Placing>) -> usize {
    let growth = Growth { placed, ..Growth::default() };
    store.grow(&growth, NOW).await.unwrap().len()
}

async fn counts(store: &Store, story: i64) -> (u64, u64, Option<Tier>) {
    let row = store.story(StoryId(story)).await.unwrap().unwrap();
    (row.posts, row.negative, row.rung)
}

/// The rungs reached, with minutes after the first post.
async fn climbed(store: &Store, story: i64) -> Vec<(Tier, i64)> {
    let crossings = store.crossings(StoryId(story)).await.unwrap();
    crossings.iter().map(|c| (c.tier, c.after / MINUTE)).collect()
}

#[tokio::test]
async fn a_story_counts_what_is_in_it_and_forgets_what_is_gone() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let posts = vec![said("a", Some(Tier::Private), 0), said("b", None, 5), said("c", None, 9)];
    let ids: Vec<_> = posts.iter().map(Post::id).collect();
    let rows = heard(&store, &[watch], posts).await;
    place(&store, rows.iter().map(|row| placing(*row, watch, 1)).collect()).await;
    assert_eq!(counts(&store, 1).await, (3, 0, Some(Tier::Private)));
    let numbers: Vec<i64> = store
        .mentions(&MentionFilter::default(), Page::After(0), 9)
        .await
        .unwrap()
        .iter()
        .map(|m| m.number)
        .collect();
    store.say_tone(numbers[1], Tone::Negative, "ann", NOW).await.unwrap();
    assert_eq!(counts(&store, 1).await, (3, 1, Some(Tier::Private)));
    let deleted = Ingest { deleted: vec![ids[1]], ..Ingest::default() };
    store.ingest(&deleted, NOW).await.unwrap();
    assert_eq!(counts(&store, 1).await, (2, 0, Some(Tier::Private)));
    let filter = MentionFilter { story: Some(StoryId(1)), ..MentionFilter::default() };
    assert_eq!(store.mentions(&filter, Page::Newest, 9).await.unwrap().len(), 2);
    assert_eq!(store.dots(StoryId(1), 9).await.unwrap().len(), 2);
    // The same again changes nothing.
    place(&store, rows.iter().map(|row| placing(*row, watch, 7)).collect()).await;
    assert_eq!(counts(&store, 1).await.0, 2);
    store.remove_watch(watch).await.unwrap();
    assert_eq!(counts(&store, 1).await.0, 0);
    assert_eq!(store.stories(&StoryFilter::default(), StoryOrder::Newest, 0, 9).await.unwrap(), []);
}

#[tokio::test]
async fn the_crossing_into_leading_media_is_told_once_to_every_watch_in_it() {
    let (_folder, store) = opened().await;
    let (a, b) = (add_watch(&store, "a").await, add_watch(&store, "b").await);
    let low = heard(&store, &[a], vec![said("low", Some(Tier::Private), 0)]).await;
    let high = heard(&store, &[b], vec![said("high", Some(Tier::Leading), 90)]).await;
    let later = heard(&store, &[b], vec![said("later", Some(Tier::Leading), 95)]).await;
    assert_eq!(place(&store, vec![placing(low[0], a, 1)]).await, 0);
    assert_eq!(climbed(&store, 1).await, [(Tier::Private, 0)]);
    assert_eq!(place(&store, vec![placing(high[0], b, 1)]).await, 2);
    assert_eq!(place(&store, vec![placing(later[0], b, 1)]).await, 0);
    assert_eq!(climbed(&store, 1).await, [(Tier::Private, 0), (Tier::Leading, 90)]);
    let alerts = store.alerts(true, Page::Newest, 9).await.unwrap();
    for alert in &alerts {
        assert_eq!((alert.reason, alert.story), (AlertReason::Crossing, Some(StoryId(1))));
        // Whichever watch found it, the post that crossed is shown.
        let mention = alert.mention.as_ref().unwrap();
        assert_eq!(mention.post.native_id, "high");
    }
    assert_eq!(alerts.iter().map(|alert| alert.watch).collect::<Vec<_>>(), [b, a]);
    // An earlier appearance that comes late mends the moment, and tells nobody again.
    let early = heard(&store, &[b], vec![said("early", Some(Tier::Leading), 30)]).await;
    assert_eq!(place(&store, vec![placing(early[0], b, 1)]).await, 0);
}

#[tokio::test]
async fn what_began_in_leading_media_or_is_old_is_not_told() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let began = heard(&store, &[watch], vec![said("n", Some(Tier::Leading), 0)]).await;
    let echo = heard(&store, &[watch], vec![said("p", Some(Tier::Private), 5)]).await;
    assert_eq!(place(&store, vec![placing(began[0], watch, 1)]).await, 0);
    assert_eq!(place(&store, vec![placing(echo[0], watch, 1)]).await, 0);
    assert_eq!(climbed(&store, 1).await, [(Tier::Leading, 0)]);
    let old = vec![said("q", Some(Tier::Private), 0), said("r", Some(Tier::Leading), 5)];
    let old = heard(&store, &[watch], old).await;
    let quiet = |row| Placing { tell: false, ..placing(row, watch, 2) };
    assert_eq!(place(&store, old.into_iter().map(quiet).collect()).await, 0);
    assert_eq!(climbed(&store, 2).await, [(Tier::Private, 0), (Tier::Leading, 5)]);
    let mut silent = store.watch(watch).await.unwrap().unwrap();
    silent.alerts.crossing = false;
    store.change_watch(&silent, NOW).await.unwrap();
    let asked_not = vec![said("s", Some(Tier::Private), 0), said("t", Some(Tier::Leading), 5)];
    let rows = heard(&store, &[watch], asked_not).await;
    assert_eq!(place(&store, rows.iter().map(|row| placing(*row, watch, 3)).collect()).await, 0);
}

#[tokio::test]
async fn a_story_whose_posts_were_forgotten_is_forgotten() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let old = Post { received: NOW.plus(-HOUR), ..said("old", Some(Tier::Private), 0) };
    let new = Post { received: NOW, ..said("new", Some(Tier::Private), 595) };
    let rows = heard(&store, &[watch], vec![old, new]).await;
    place(&store, vec![placing(rows[0], watch, 1), placing(rows[1], watch, 2)]).await;
    let retention = store::Retention {
        unmatched_before: Time(0),
        unmatched_at_most: 1_000,
        mentions_before: NOW.plus(-HOUR / 2),
    };
    store.sweep(retention).await.unwrap();
    assert_eq!(store.story(StoryId(1)).await.unwrap(), None);
    assert_eq!(climbed(&store, 1).await, []);
    assert_eq!(counts(&store, 2).await.0, 1);
}

#[tokio::test]
async fn who_stands_nobody_knows_where_stands_below_and_own_voices_begin_nothing() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    for (story, first, told) in [(1, None, 1), (2, Some(Tier::Own), 0)] {
        let id = format!("first {story}");
        let posts = vec![said(&id, first, 0), said(&format!("m{story}"), Some(Tier::Leading), 20)];
        let rows = heard(&store, &[watch], posts).await;
        let placed = rows.iter().map(|row| placing(*row, watch, story)).collect();
        assert_eq!(place(&store, placed).await, told, "{first:?}");
    }
    assert_eq!(climbed(&store, 1).await, [(Tier::Leading, 20)]);
    assert_eq!(climbed(&store, 2).await, [(Tier::Leading, 0)]);
}

#[tokio::test]
async fn merged_stories_are_one_and_old_numbers_lead_there() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let low = heard(&store, &[watch], vec![said("a", Some(Tier::Private), 0)]).await;
    let high = heard(&store, &[watch], vec![said("b", Some(Tier::Leading), 60)]).await;
    let third = heard(&store, &[watch], vec![said("c", None, 70)]).await;
    let placed =
        vec![placing(low[0], watch, 1), placing(high[0], watch, 2), placing(third[0], watch, 3)];
    assert_eq!(place(&store, placed).await, 0);
    let merged = |from, into| Merged { from: StoryId(from), into: StoryId(into) };
    let growth = Growth { merged: vec![merged(3, 2), merged(2, 1)], ..Growth::default() };
    store.grow(&growth, NOW).await.unwrap();
    for old in [1, 2, 3] {
        assert_eq!(store.story(StoryId(old)).await.unwrap().unwrap().id, StoryId(1));
    }
    assert_eq!(counts(&store, 1).await, (3, 0, Some(Tier::Leading)));
    assert_eq!(climbed(&store, 1).await, [(Tier::Private, 0), (Tier::Leading, 60)]);
    // What the grower places in a story that is gone comes to where it went.
    let more = heard(&store, &[watch], vec![said("d", None, 80)]).await;
    place(&store, vec![placing(more[0], watch, 3)]).await;
    assert_eq!(counts(&store, 1).await.0, 4);
}

#[tokio::test]
async fn people_mend_stories_and_it_is_written_down() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let posts = ["a", "b", "c", "d"].map(|id| said(id, Some(Tier::Private), 0)).to_vec();
    let rows = heard(&store, &[watch], posts).await;
    store.reserve_stories(10).await.unwrap();
    let stories = [1, 1, 1, 2];
    place(
        &store,
        rows.iter().zip(stories).map(|(row, story)| placing(*row, watch, story)).collect(),
    )
    .await;
    let new = store.move_posts(StoryId(1), &rows[1..3], None, "ann", NOW).await.unwrap();
    assert_eq!(new, StoryId(11), "reserved numbers are not given again");
    assert_eq!(counts(&store, 1).await.0, 1);
    assert_eq!(counts(&store, new.0).await.0, 2);
    store.move_posts(new, &rows[1..2], Some(StoryId(2)), "ann", NOW).await.unwrap();
    store.keep_apart(StoryId(1), new, "bo", NOW).await.unwrap();
    assert_eq!(store.merge_stories(new, StoryId(2), "ann", NOW).await.unwrap(), StoryId(2));
    assert_eq!(counts(&store, 2).await.0, 3);
    assert!(store.close_story(StoryId(2), true, "ann", NOW).await.unwrap());
    assert!(!store.close_story(new, true, "ann", NOW).await.unwrap(), "it is closed");
    let state = store.story(new).await.unwrap().unwrap().state;
    assert_eq!(state, StoryState::Closed);
    let mends = store.mends_since(0).await.unwrap();
    let done: Vec<(Mend, i64, Option<i64>, usize)> =
        mends.iter().map(|m| (m.what, m.story.0, m.other.map(|o| o.0), m.posts.len())).collect();
    assert_eq!(
        done,
        [
            (Mend::Split, 1, Some(11), 2),
            (Mend::Move, 11, Some(2), 1),
            (Mend::Apart, 1, Some(11), 0),
            (Mend::Merge, 2, Some(11), 0),
            (Mend::Close, 2, None, 0),
        ]
    );
    for missing in [
        store.merge_stories(StoryId(1), StoryId(1), "ann", NOW).await,
        store.merge_stories(StoryId(1), StoryId(99), "ann", NOW).await,
        store.move_posts(StoryId(1), &[rows[3]], None, "ann", NOW).await,
        store.move_posts(StoryId(1), &rows[..1], Some(StoryId(1)), "ann", NOW).await,
    ] {
        assert!(matches!(missing, Err(StoreError::Missing(_))), "{missing:?}");
    }
}

#[tokio::test]
async fn both_severities_are_kept_and_the_persons_counts() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let posts = ["a", "b"].map(|id| said(id, Some(Tier::Private), 0)).to_vec();
    let rows = heard(&store, &[watch], posts).await;
    place(&store, rows.iter().map(|row| placing(*row, watch, 1)).collect()).await;
    let facts = domain::assessment::Facts { posts: 2, ..Default::default() };
    let told = domain::assessment::assess(&facts);
    store.assess_stories(&[(StoryId(1), told.clone())], &[]).await.unwrap();
    store.say_severity(StoryId(1), Some(4), " a lawyer called ", "ann", NOW).await.unwrap();
    let row = store.story(StoryId(1)).await.unwrap().unwrap();
    assert_eq!((row.severity(), row.assessment.as_ref()), (Some(4), Some(&told)));
    assert_eq!(row.said.unwrap().note, "a lawyer called");
    let grave = StoryFilter { severity: Some(4), ..StoryFilter::default() };
    assert_eq!(store.stories(&grave, StoryOrder::Gravest, 0, 9).await.unwrap().len(), 1);
    store.say_severity(StoryId(1), None, "", "ann", NOW).await.unwrap();
    assert_eq!(store.story(StoryId(1)).await.unwrap().unwrap().severity(), Some(told.severity));
    assert_eq!(store.stories(&grave, StoryOrder::Gravest, 0, 9).await.unwrap().len(), 0);
}

#[tokio::test]
async fn lists_bins_and_voices_answer_for_what_is_asked() {
    let (_folder, store) = opened().await;
    let (a, b) = (add_watch(&store, "a").await, add_watch(&store, "b").await);
    let tiers = [Tier::Private, Tier::Private, Tier::Trade];
    let posts = (0..3).map(|i| said(&format!("p{i}"), Some(tiers[i]), 10 * i as i64)).collect();
    let rows = heard(&store, &[a], posts).await;
    place(&store, rows.iter().map(|row| placing(*row, a, 1)).collect()).await;
    let others = heard(&store, &[b], vec![said("x", None, 50), said("y", None, 51)]).await;
    place(&store, others.iter().map(|row| placing(*row, b, 2)).collect()).await;
    let list = |filter: StoryFilter, order| {
        let store = store.clone();
        async move {
            let rows = store.stories(&filter, order, 0, 9).await.unwrap();
            rows.iter().map(|row| row.id.0).collect::<Vec<_>>()
        }
    };
    let all = StoryFilter::default();
    assert_eq!(list(all.clone(), StoryOrder::Newest).await, [2, 1]);
    assert_eq!(list(all.clone(), StoryOrder::Biggest).await, [1, 2]);
    assert_eq!(list(StoryFilter { watch: Some(b), ..all.clone() }, StoryOrder::Newest).await, [2]);
    assert_eq!(
        list(StoryFilter { rung: Some(Tier::Trade), ..all.clone() }, StoryOrder::Newest).await,
        [1]
    );
    assert_eq!(list(StoryFilter { least: Some(3), ..all }, StoryOrder::Newest).await, [1]);
    let row = store.story(StoryId(1)).await.unwrap().unwrap();
    assert_eq!(row.watches, [(a, "a".to_owned())]);
    assert_eq!(row.headline.unwrap().native_id, "p0");
    let bins = store.bins(StoryId(1), row.first, row.last, 2).await.unwrap();
    let bins: Vec<_> = bins.iter().map(|bin| (bin.tier, bin.slot, bin.posts)).collect();
    assert_eq!(
        bins,
        [(Some(Tier::Private), 0, 1), (Some(Tier::Private), 1, 1), (Some(Tier::Trade), 1, 1)]
    );
    let voices = store.voices(StoryId(1), 9).await.unwrap();
    assert_eq!(voices.loudest[0].source.tier, Some(Tier::Trade));
    assert_eq!((voices.loudest.len(), voices.sources), (3, 3));
    let one = store.voices(StoryId(1), 1).await.unwrap();
    assert_eq!((one.loudest, one.sources), (voices.loudest[..1].to_vec(), 3));
    let sums = store.story_sums(StoryId(1)).await.unwrap();
    assert_eq!((sums.sources, sums.unknown), (3, 0));
    assert_eq!(store.heard(StoryId(1), 9).await.unwrap().len(), 3);
    assert_eq!(store.story_seen(StoryId(1), "ann").await.unwrap(), None);
    store.see_story(StoryId(1), "ann", Time(5)).await.unwrap();
    assert_eq!(store.story_seen(StoryId(1), "ann").await.unwrap(), Some(Time(5)));
}

#[tokio::test]
async fn an_appearance_is_of_every_kind_that_a_mention_of_it_is() {
    let (_folder, store) = opened().await;
    let (a, b) = (add_watch(&store, "a").await, add_watch(&store, "b").await);
    let found = |watch: WatchId, kind: Kind| JudgedMention {
        mention: NewMention { kinds: Kinds::NONE.with(kind), ..mention(watch) },
        alert: None,
    };
    let mentions = vec![found(a, Kind::Question), found(b, Kind::Claim)];
    let asked = JudgedPost { post: said("p0", None, 0), mentions };
    let plain = JudgedPost { post: said("p1", None, 1), mentions: Vec::new() };
    let posts = vec![asked, plain];
    store.ingest(&Ingest { posts, ..Ingest::default() }, NOW).await.unwrap();
    let rows = heard(&store, &[a], vec![said("p2", None, 2)]).await;
    let placed = [1, rows[0]].map(|row| placing(row, a, 1)).to_vec();
    place(&store, placed).await;
    let dots = store.dots(StoryId(1), 9).await.unwrap();
    let kinds: Vec<_> = dots.iter().map(|dot| (dot.mention, dot.kinds)).collect();
    let both = Kinds::NONE.with(Kind::Question).with(Kind::Claim);
    assert_eq!(kinds, [(1, both), (3, mention(a).kinds)]);
}

#[tokio::test]
async fn what_was_foretold_meets_what_came() {
    let (_folder, store) = opened().await;
    let told = |horizon| store::Foretold {
        story: StoryId(1),
        mark: 60,
        made: NOW,
        posts: 5,
        horizon,
        low: 6.0,
        expected: 8.0,
        high: 12.0,
        crossing: Some(0.2),
        shipped: [6.0, 8.0, 12.0, 0.2],
        came: None,
        crossed: None,
    };
    store.assess_stories(&[], &[told(60), told(360)]).await.unwrap();
    store.assess_stories(&[], &[told(60)]).await.unwrap();
    let later = NOW.plus(2 * HOUR);
    let over = store.foretold_and_over(later, 9).await.unwrap();
    assert_eq!(over, [told(60)]);
    let came = store::Foretold { came: Some(9), crossed: Some(false), ..over[0].clone() };
    store.forecasts_came(std::slice::from_ref(&came)).await.unwrap();
    assert_eq!(store.foretold_and_over(later, 9).await.unwrap(), []);
    assert_eq!(store.foretold(None, 9).await.unwrap(), [came]);
    assert_eq!(store.foretold(Some(StoryId(1)), 9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn copies_are_known_and_can_be_left_out() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let posts = vec![said("first", None, 0), said("copy", None, 5), said("other", None, 9)];
    let first = posts[0].id();
    let rows = heard(&store, &[watch], posts).await;
    let mut placed: Vec<Placing> = rows.iter().map(|row| placing(*row, watch, 1)).collect();
    placed[1].copy_of = Some(rows[0]);
    place(&store, placed).await;
    let found = async |copies: Option<bool>| {
        let filter = MentionFilter { copies, ..MentionFilter::default() };
        let rows = store.mentions(&filter, Page::After(0), 9).await.unwrap();
        assert_eq!(store.count_mentions(&filter).await.unwrap(), rows.len() as u64);
        rows
    };
    let names = |rows: &[store::MentionRow]| -> Vec<String> {
        rows.iter().map(|row| row.post.native_id.clone()).collect()
    };
    let all = found(None).await;
    let said: Vec<_> = all.iter().map(|row| (row.copy, row.original)).collect();
    assert_eq!(said, [(false, None), (true, Some(all[0].number)), (false, None)]);
    assert_eq!(names(&found(Some(false)).await), ["first", "other"]);
    assert_eq!(names(&found(Some(true)).await), ["copy"]);
    // Without the post it was copied from, it still is a copy.
    store.ingest(&Ingest { deleted: vec![first], ..Ingest::default() }, NOW).await.unwrap();
    let left = found(None).await;
    assert_eq!((left[0].copy, left[0].original), (true, None));
}
