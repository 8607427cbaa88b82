//! `cargo xtask eval crossing`: whether a story's crossing into leading media is told, in time and only
//! then, on made-up days ([`world::saga`]) that go through the store and the follower as real ones do.

use std::time::Instant;

use channels::Clock;
use domain::{
    AlertReason, AlertRules, Channel, DAY, Engagement, HOUR, Kinds, NewMention, Platform, Post,
    Source, Tier, Time, Watch,
};
use horch::flow::judge::Telling;
use horch::flow::stories::Follower;
use store::{Ingest, JudgedMention, JudgedPost, Page, Store};
use world::saga::{self, Day, Told};

use super::Figures;

/// Milliseconds between two looks of the follower in the day's own time; a running house looks sooner.
const LOOK: i64 = 30_000;

/// The first day. Days before it were looked at when settings were chosen.
const FIRST: u64 = 1_000;

/// What came of one day.
#[derive(Default)]
struct Outcome {
    crossings: usize,
    told: usize,
    late: usize,
    wrong: usize,
    /// Of the stories that truly crossed: seconds from the post to the alert, in the day's own time and
    /// with what the work itself took.
    delays: Vec<f64>,
    posts: usize,
    seconds: f64,
    /// Pairs of posts: of one story and put in one, of one story, put in one.
    pairs: [f64; 3],
}

/// Prints and keeps the figures.
pub(super) fn crossing(seeds: u64, figures: &mut Figures) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut all = Outcome::default();
    for seed in FIRST..FIRST + seeds {
        let outcome = runtime.block_on(live(&saga::day(seed)))?;
        if std::env::var_os("HORCH_EVAL_WRONG").is_some() {
            println!(
                "day {seed}: {} of {} crossings told, {} wrong",
                outcome.told, outcome.crossings, outcome.wrong
            );
        }
        all.crossings += outcome.crossings;
        all.told += outcome.told;
        all.late += outcome.late;
        all.wrong += outcome.wrong;
        all.delays.extend(outcome.delays);
        all.posts += outcome.posts;
        all.seconds += outcome.seconds;
        all.pairs.iter_mut().zip(outcome.pairs).for_each(|(sum, part)| *sum += part);
    }
    let days = seeds.max(1) as f64;
    let recall = (all.told - all.late) as f64 / all.crossings.max(1) as f64;
    let slowest = all.delays.iter().copied().fold(0.0, f64::max);
    let [both, truly, put] = all.pairs;
    println!("# Crossings on {seeds} made-up days, {} posts\n", all.posts);
    println!("crossings into leading media      {}", all.crossings);
    println!("told within a minute              {}", all.told - all.late);
    println!("told later                        {}", all.late);
    println!(
        "told where there was none         {} ({:.2} a day)",
        all.wrong,
        all.wrong as f64 / days
    );
    println!("slowest                           {slowest:.1} s");
    println!(
        "pairs of posts in one story: precision {:.3}, recall {:.3}",
        both / put,
        both / truly
    );
    println!("{:.0} posts a second with the store\n", all.posts as f64 / all.seconds);
    figures.at_least("crossings told within a minute", recall, "share", 0.95);
    figures.at_most("false crossings", all.wrong as f64 / days, "a day", 1.0);
    figures.at_most("slowest crossing", slowest, "s", 60.0);
    figures.told("pairs of posts in one story, precision", both / put, "share");
    figures.told("pairs of posts in one story, recall", both / truly, "share");
    Ok(())
}

/// Lives through a day.
async fn live(day: &Day) -> anyhow::Result<Outcome> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path()).await?;
    let start = Clock::wall().now().plus(-DAY);
    let rules = AlertRules { every: false, negative: false, rise: false, crossing: true };
    let mut watches = Vec::new();
    for company in [&day.company, &day.rival] {
        let query = format!("\"{company}\"");
        watches.push(store.add_watch(company, &query, rules, start.plus(-30 * DAY)).await?);
    }
    let mut follower = Follower::begin(&store).await?;
    let (mut outcome, mut next, mut seen, mut now) = (Outcome::default(), 0, 0, 0);
    let mut told: Vec<(usize, f64)> = Vec::new();
    while next < day.posts.len() {
        now = (now + LOOK).max(day.posts[next].at_ms / LOOK * LOOK + LOOK);
        let until = day.posts[next..].partition_point(|post| post.at_ms <= now) + next;
        let posts = (next..until).map(|i| judged(&day.posts[i], i, &watches, start)).collect();
        let time = start.plus(now);
        store.ingest(&Ingest { posts, ..Ingest::default() }, time).await?;
        let began = Instant::now();
        while follower.grow(&store, time, Telling::Younger(DAY)).await? > 0 {}
        let took = began.elapsed().as_secs_f64();
        outcome.seconds += took;
        for alert in store.alerts(false, Page::After(seen), 1_000).await? {
            seen = alert.number;
            let mention = alert.mention.filter(|_| alert.reason == AlertReason::Crossing);
            if let Some(mention) = mention {
                let i: usize = mention.post.native_id.parse()?;
                told.push((i, (now - day.posts[i].at_ms) as f64 / 1_000.0 + took));
            }
        }
        next = until;
    }
    outcome.posts = day.posts.len();
    count(day, &told, &mut outcome);
    outcome.pairs = pairs(day, &store).await?;
    store.close().await;
    Ok(outcome)
}

/// An alert is right where its post is the first of its story in leading media, and the story was told
/// lower down before; once.
fn count(day: &Day, told: &[(usize, f64)], outcome: &mut Outcome) {
    let crossings = day.crossings();
    outcome.crossings = crossings.len();
    let mut right = vec![false; crossings.len()];
    for (post, delay) in told {
        match crossings.iter().position(|(_, first)| first == post) {
            Some(at) if !right[at] => {
                right[at] = true;
                outcome.told += 1;
                outcome.late += usize::from(*delay > 60.0);
                outcome.delays.push(*delay);
            }
            _ => {
                outcome.wrong += 1;
                if std::env::var_os("HORCH_EVAL_WRONG").is_some() {
                    let post = &day.posts[*post];
                    println!("  wrong: story {:?}: {} | {}", post.story, post.title, post.text);
                }
            }
        }
    }
}

/// Pairs of posts that are of one story and were put in one, that are of one, that were put in one.
async fn pairs(day: &Day, store: &Store) -> anyhow::Result<[f64; 3]> {
    let mut placed: Vec<(Option<usize>, i64)> = Vec::new();
    for known in store.remembered(0, u32::MAX).await? {
        let i: usize = known.post.native_id.parse()?;
        placed.push((day.posts[i].story, known.story.0));
    }
    let mut sums = [0.0; 3];
    for (i, a) in placed.iter().enumerate() {
        for b in &placed[i + 1..] {
            let (truly, put) = (a.0.is_some() && a.0 == b.0, a.1 == b.1);
            sums[0] += f64::from(u8::from(truly && put));
            sums[1] += f64::from(u8::from(truly));
            sums[2] += f64::from(u8::from(put));
        }
    }
    Ok(sums)
}

fn judged(told: &Told, number: usize, watches: &[Watch], start: Time) -> JudgedPost {
    let at = start.plus(told.at_ms);
    let private = told.tier == Tier::Private;
    let post = Post {
        platform: if private { Platform::BLUESKY } else { Platform::WEB },
        native_id: number.to_string(),
        url: format!("https://{}.example/{number}", told.who.replace(' ', "-").to_lowercase()),
        channel: if private { Channel::Microblog } else { Channel::News },
        source: Source {
            key: told.who.clone(),
            name: told.who.clone(),
            tier: Some(told.tier),
            followers: Some(told.followers),
            ..Source::default()
        },
        author: None,
        title: told.title.clone(),
        lead: String::new(),
        body: told.text.clone(),
        lang: Some(told.lang.to_owned()),
        published: at,
        received: at.plus(HOUR / 3_600),
        links: vec![],
        hashtags: vec![],
        mentions: vec![],
        relation: None,
        engagement: Engagement::default(),
        media: vec![],
    };
    let document = query::Document::of(&post);
    let found = |watch: &Watch| {
        let hit = query::matches_one(&query::parse(&watch.query).ok()?, &document)?;
        let mention = NewMention {
            watch: watch.id,
            watch_version: 1,
            spans: hit.spans,
            why: hit.why,
            sentiment: None,
            kinds: Kinds::NONE,
            quick: false,
            matched: at,
        };
        Some(JudgedMention { mention, alert: None })
    };
    let mentions = watches.iter().filter_map(found).collect();
    JudgedPost { post, mentions }
}
