//! New, known, edited, deleted.

use domain::{
    CursorMove, Engagement, GapReason, GapReport, Media, MediaKind, Platform, PostId, Relation,
    RelationKind, Source, SourceId, Tier, Time,
};
use store::{Ingest, Ingested, MentionFilter, NewWatch, Page};

use super::{NOW, add_watch, batch, judged, opened, post, way};

#[tokio::test]
async fn a_post_comes_back_as_it_was() {
    let (_folder, store) = opened().await;
    let mut whole = post("1", "Zürich ünd 🚂\n\nabsatz");
    whole.title = "Title".into();
    whole.lead = "Lead".into();
    whole.author = Some("Ada".into());
    whole.links = vec!["https://a.example/?b='\"%".into()];
    whole.hashtags = vec!["tag".into()];
    whole.mentions = vec!["bob".into()];
    whole.relation = Some(Relation { kind: RelationKind::Quote, to: "0".into() });
    whole.engagement =
        Engagement { likes: Some(3), views: Some(u64::from(u32::MAX)), ..Default::default() };
    whole.media = vec![Media {
        kind: MediaKind::Image,
        url: "https://a.example/i".into(),
        alt: "alt".into(),
    }];
    whole.source = Source {
        key: "k".into(),
        name: "Name".into(),
        handle: "handle".into(),
        url: "https://a.example".into(),
        tier: Some(Tier::Trade),
        followers: Some(7),
        country: Some("DE".into()),
        verified: Some(true),
        bot: Some(false),
    };
    store.ingest(&batch(vec![judged(whole.clone(), &[])]), NOW).await.unwrap();
    assert_eq!(store.post(whole.id()).await.unwrap(), Some(whole.clone()));
    assert_eq!(store.recent_posts(None, 10).await.unwrap(), vec![whole]);
    assert_eq!(store.post(PostId([0; 16])).await.unwrap(), None);
    assert_eq!(store.last_ingest().await.unwrap(), Some(NOW));
}

#[tokio::test]
async fn hearing_again_refreshes_counts_and_nothing_else() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let first = post("1", "text");
    store.ingest(&batch(vec![judged(first.clone(), &[])]), NOW).await.unwrap();
    let mut again = first.clone();
    again.engagement.likes = Some(9);
    again.received = NOW.plus(5_000);
    again.url = "https://elsewhere.example".into();
    let done = store
        .ingest(&batch(vec![judged(again.clone(), &[&watch]), judged(again, &[&watch])]), NOW)
        .await
        .unwrap();
    assert_eq!(done, Ingested { known: 2, ..Ingested::default() });
    let mut expected = first.clone();
    expected.engagement.likes = Some(9);
    assert_eq!(store.post(first.id()).await.unwrap(), Some(expected.clone()));
    // Counts that the platform stops giving stay.
    store.ingest(&batch(vec![judged(first.clone(), &[])]), NOW).await.unwrap();
    assert_eq!(store.post(first.id()).await.unwrap(), Some(expected));
    assert_eq!(store.totals().await.unwrap().mentions, 0);
}

#[tokio::test]
async fn an_edit_keeps_the_old_version_and_matches_anew() {
    let (_folder, store) = opened().await;
    let (stays, goes, comes) = (
        add_watch(&store, "stays").await,
        add_watch(&store, "goes").await,
        add_watch(&store, "comes").await,
    );
    store.add_way(&way("all", &[])).await.unwrap();
    let old = post("1", "one");
    let done =
        store.ingest(&batch(vec![judged(old.clone(), &[&stays, &goes])]), NOW).await.unwrap();
    assert_eq!(
        (done.new, done.mentions.as_slice(), done.alerts.as_slice()),
        (1, &[1, 2][..], &[1, 2][..])
    );
    store.told(&[1], NOW.plus(7)).await.unwrap();

    let mut new = post("1", "another text");
    new.received = NOW.plus(60_000);
    let mut entry = judged(new.clone(), &[&stays, &comes]);
    entry.mentions[0].mention.spans.clear();
    entry.mentions[0].mention.sentiment = None;
    let done = store.ingest(&batch(vec![entry]), NOW.plus(60_000)).await.unwrap();
    assert_eq!(
        (done.edited, done.mentions.as_slice(), done.alerts.as_slice()),
        (1, &[3][..], &[3][..])
    );

    let mut kept = new.clone();
    kept.received = old.received;
    let versions = store.post_versions(old.id()).await.unwrap();
    assert_eq!(versions, vec![(old.received, old.clone()), (new.received, kept.clone())]);
    let rows = store.mentions(&MentionFilter::default(), Page::After(0), 9).await.unwrap();
    let found: Vec<_> = rows.iter().map(|r| (r.number, r.watch, r.told, r.versions)).collect();
    assert_eq!(found, [(1, stays.id, Some(NOW.plus(7)), 2), (3, comes.id, None, 2)]);
    assert_eq!((rows[0].spans.len(), rows[0].sentiment, &rows[0].post), (0, None, &kept));
    // The message about the mention that went is not sent; nobody hears of it twice.
    let due: Vec<i64> =
        store.due(NOW.plus(1), 9).await.unwrap().iter().map(|d| d.alert.number).collect();
    assert_eq!(due, [1, 3]);
    assert_eq!(store.alerts(false, Page::Newest, 9).await.unwrap()[1].mention, None);

    // The old text, told late by an overlap, changes nothing.
    let done = store.ingest(&batch(vec![judged(old.clone(), &[&goes])]), NOW).await.unwrap();
    assert_eq!(done, Ingested { known: 1, ..Ingested::default() });
    assert_eq!(store.post(old.id()).await.unwrap(), Some(kept));
    // A third text matches the lost watch again: the mention is new, its alert is not.
    let third = judged(post("1", "third"), &[&goes]);
    let done = store.ingest(&batch(vec![third]), NOW).await.unwrap();
    assert_eq!((done.edited, done.mentions.as_slice(), done.alerts.len()), (1, &[4][..], 0));
    assert_eq!(store.post_versions(old.id()).await.unwrap().len(), 3);
}

#[tokio::test]
async fn edits_within_one_batch_follow_each_other() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let texts = ["a", "b", "a", "c", "c"];
    let posts = texts.iter().map(|text| judged(post("1", text), &[&watch])).collect();
    let done = store.ingest(&batch(posts), NOW).await.unwrap();
    assert_eq!((done.new, done.edited, done.known, done.mentions.len()), (1, 2, 2, 1));
    let versions = store.post_versions(post("1", "").id()).await.unwrap();
    let texts: Vec<_> = versions.iter().map(|(_, post)| post.body.as_str()).collect();
    assert_eq!(texts, ["a", "b", "c"]);
}

#[tokio::test]
async fn a_page_that_changes_at_every_visit_keeps_a_bounded_past() {
    let (_folder, store) = opened().await;
    for n in 0..70 {
        store.ingest(&batch(vec![judged(post("1", &n.to_string()), &[])]), NOW).await.unwrap();
    }
    let versions = store.post_versions(post("1", "").id()).await.unwrap();
    assert_eq!(versions.len(), 50);
    assert_eq!((versions[0].1.body.as_str(), versions[49].1.body.as_str()), ("0", "69"));
}

#[tokio::test]
async fn a_paused_watch_keeps_its_mention_over_an_edit() {
    let (_folder, store) = opened().await;
    let mut watch = add_watch(&store, "w").await;
    store.ingest(&batch(vec![judged(post("1", "a"), &[&watch])]), NOW).await.unwrap();
    watch.paused = true;
    store.change_watch(&watch, NOW).await.unwrap();
    store.ingest(&batch(vec![judged(post("1", "b"), &[])]), NOW).await.unwrap();
    let row = store.mention(1).await.unwrap().unwrap();
    assert_eq!((row.post.body.as_str(), row.spans.len()), ("b", 0));
}

#[tokio::test]
async fn a_deletion_takes_everything_and_lasts() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    store.add_way(&way("all", &[])).await.unwrap();
    let gone = post("1", "a");
    store.ingest(&batch(vec![judged(gone.clone(), &[&watch])]), NOW).await.unwrap();
    store.ingest(&batch(vec![judged(post("1", "b"), &[&watch])]), NOW).await.unwrap();
    let unheard = post("2", "never heard");
    let deleted = Ingest { deleted: vec![gone.id(), unheard.id()], ..Ingest::default() };
    let before = *store.changes().borrow();
    let done = store.ingest(&deleted, NOW).await.unwrap();
    assert_eq!(done, Ingested { deleted: 1, ..Ingested::default() });
    assert!(store.changes().borrow().revision > before.revision);
    for again in [gone.clone(), unheard] {
        let done = store.ingest(&batch(vec![judged(again.clone(), &[&watch])]), NOW).await.unwrap();
        assert_eq!(done, Ingested { known: 1, ..Ingested::default() });
        assert_eq!(store.post(again.id()).await.unwrap(), None);
        assert!(store.post_versions(again.id()).await.unwrap().is_empty());
    }
    let totals = store.totals().await.unwrap();
    assert_eq!((totals.posts, totals.mentions), (0, 0));
    assert!(store.due(NOW.plus(9_999), 9).await.unwrap().is_empty(), "no message about it");
    let alerts = store.alerts(false, Page::Newest, 9).await.unwrap();
    assert_eq!((alerts.len(), &alerts[0].mention), (1, &None));
}

#[tokio::test]
async fn what_the_same_batch_deletes_is_never_told() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let short = post("1", "a");
    let ingest = Ingest {
        posts: vec![judged(short.clone(), &[&watch])],
        deleted: vec![short.id()],
        ..Ingest::default()
    };
    let done = store.ingest(&ingest, NOW).await.unwrap();
    assert_eq!(done, Ingested { known: 1, ..Ingested::default() });
    assert_eq!(store.alerts(false, Page::Newest, 9).await.unwrap(), []);
}

#[tokio::test]
async fn a_source_goes_with_its_posts_until_it_speaks_again() {
    let (_folder, store) = opened().await;
    let other = {
        let mut other = post("3", "other");
        other.source.key = "other".into();
        other
    };
    let mine = [post("1", "a"), post("2", "b")];
    let posts = [&mine[0], &mine[1], &other].map(|p| judged(p.clone(), &[])).to_vec();
    store.ingest(&batch(posts), NOW).await.unwrap();
    let source = SourceId::of(&Platform::MASTODON, &mine[0].source.key);
    let ingest = Ingest { deleted_sources: vec![source], ..Ingest::default() };
    assert_eq!(store.ingest(&ingest, NOW).await.unwrap().deleted, 2);
    assert_eq!(store.recent_posts(None, 9).await.unwrap(), vec![other]);
    // Neither a known nor an unknown post of the time before comes back; a new one is heard.
    let mut late = post("5", "new");
    late.published = NOW.plus(1);
    late.received = NOW.plus(2);
    let posts = [mine[0].clone(), post("4", "c"), late].map(|p| judged(p, &[])).to_vec();
    let done = store.ingest(&batch(posts), NOW.plus(3)).await.unwrap();
    assert_eq!((done.known, done.new), (2, 1));
}

#[tokio::test]
async fn profiles_add_what_is_newly_known() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let mut known = post("1", "a");
    known.source.followers = Some(5);
    let key = known.source.key.clone();
    store.ingest(&batch(vec![judged(known.clone(), &[&watch])]), NOW).await.unwrap();
    let nameless = store.nameless_sources(&Platform::MASTODON, 9).await.unwrap();
    assert_eq!(nameless, std::slice::from_ref(&key));
    let told =
        Source { key: key.clone(), name: "Ada".into(), tier: Some(Tier::Own), ..Source::default() };
    let stranger = Source { key: "nobody".into(), name: "Nobody".into(), ..Source::default() };
    let profiles = vec![(Platform::MASTODON, told), (Platform::MASTODON, stranger)];
    store.ingest(&Ingest { profiles, ..Ingest::default() }, NOW).await.unwrap();
    known.source.name = "Ada".into();
    known.source.tier = Some(Tier::Own);
    assert_eq!(store.post(known.id()).await.unwrap(), Some(known));
    assert!(store.nameless_sources(&Platform::MASTODON, 9).await.unwrap().is_empty());
    let own = MentionFilter { tiers: vec![Tier::Own], ..MentionFilter::default() };
    assert_eq!(store.count_mentions(&own).await.unwrap(), 1, "the filter follows the profile");
}

#[tokio::test]
async fn recent_posts_are_paged_without_loss() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let posts: Vec<_> = (0..25)
        .map(|n| {
            let mut post = post(&n.to_string(), "x");
            post.received = NOW.plus(n / 5);
            let watches: &[_] = if n % 3 == 0 { &[&watch] } else { &[] };
            judged(post, watches)
        })
        .collect();
    store.ingest(&batch(posts), NOW).await.unwrap();
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = store.recent_posts(before, 4).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some((last.received, last.id()));
        seen.extend(page.iter().map(|post| (post.received, post.id())));
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.is_sorted_by(|a, b| a > b), "newest first, none twice");
}

#[tokio::test]
async fn cursors_and_gaps_move_with_the_batch() {
    let (_folder, store) = opened().await;
    let cursor =
        |stream: &str, value: &str| CursorMove { stream: stream.into(), value: value.into() };
    let gap = GapReport {
        stream: "web".into(),
        from: Time(1),
        until: None,
        reason: GapReason::Stopped,
        detail: "d".into(),
        made_up: false,
    };
    let ended = GapReport { until: Some(Time(2)), made_up: true, ..gap.clone() };
    let later = GapReport { from: Time(3), ..gap.clone() };
    let cursors = ["web", "web/https://a.example", "web0", "webx/a", "WEB/b"]
        .map(|s| cursor(s, "1"))
        .to_vec();
    let ingest = Ingest { cursors, gaps: vec![gap.clone()], ..Ingest::default() };
    store.ingest(&ingest, NOW).await.unwrap();
    let ingest = Ingest {
        cursors: vec![cursor("web", "2"), cursor("web", "3")],
        gaps: vec![later.clone(), gap, ended.clone()],
        ..Ingest::default()
    };
    store.ingest(&ingest, NOW).await.unwrap();
    let expected = [cursor("web", "3"), cursor("web/https://a.example", "1")];
    assert_eq!(store.cursors("web").await.unwrap(), expected);
    assert_eq!(store.gaps(9).await.unwrap(), [later, ended]);
}

#[tokio::test]
async fn absurd_numbers_do_no_harm() {
    let (_folder, store) = opened().await;
    let watch = add_watch(&store, "w").await;
    let mut absurd = post("1", "a");
    absurd.published = Time(i64::MIN);
    absurd.received = Time(i64::MAX);
    absurd.engagement.likes = Some(u64::MAX);
    let mut entry = judged(absurd.clone(), &[&watch, &watch]);
    entry.mentions[0].mention.sentiment.as_mut().unwrap().confidence = f32::NAN;
    let done = store.ingest(&batch(vec![entry]), NOW).await.unwrap();
    assert_eq!(done.mentions, [1], "a watch that matched twice is one mention");
    let filter = MentionFilter::default();
    assert_eq!(store.mentions(&filter, Page::Newest, 9).await.unwrap().len(), 1);
    assert_eq!(store.timeline(&filter, domain::HOUR).await.unwrap().len(), 1);
    let likes = store.post(absurd.id()).await.unwrap().unwrap().engagement.likes;
    assert_eq!(likes, Some(i64::MAX.unsigned_abs()));
}

#[tokio::test]
async fn a_batch_may_be_larger_than_a_question_to_the_file() {
    let (_folder, store) = opened().await;
    let new =
        |n: usize| NewWatch { name: n.to_string(), query: "q".into(), alerts: <_>::default() };
    let watches = store.add_watches(&(0..600).map(new).collect::<Vec<_>>(), NOW).await.unwrap();
    store.remove_watch(watches[8].id).await.unwrap();
    let posts = (0..1_300).map(|n| {
        let mut post = post(&n.to_string(), &format!("body {n}"));
        post.source.key = format!("k{}", n % 700);
        judged(post, &[&watches[n % 600]])
    });
    let all = batch(posts.collect());
    let first = store.ingest(&all, NOW).await.unwrap();
    // Three posts in 1,300 are of the watch that is gone.
    assert_eq!((first.new, first.known, first.mentions.len()), (1_300, 0, 1_297));
    let again = store.ingest(&all, NOW).await.unwrap();
    assert_eq!((again.new, again.known, again.mentions.len()), (0, 1_300, 0));
    let platform = Platform::MASTODON;
    let deletion = Ingest {
        deleted: vec![PostId::of(&platform, "3"), PostId::of(&platform, "1299")],
        deleted_sources: vec![SourceId::of(&platform, "k650")],
        ..Ingest::default()
    };
    // Source 650 wrote one post alone: 1350 would be the next.
    assert_eq!(store.ingest(&deletion, NOW).await.unwrap().deleted, 3);
    let after = store.ingest(&all, NOW).await.unwrap();
    assert_eq!((after.new, after.known), (0, 1_300), "what was deleted stays away");
    assert_eq!(store.totals().await.unwrap().posts, 1_297);
}
