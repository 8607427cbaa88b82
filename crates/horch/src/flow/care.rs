//! How closely matched posts are read: closely while there is time for it, in a flood by a quick
//! look, and closely again as soon as the flood is over.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use domain::{DAY, Kinds, NewMention, PostId, Sentiment, alert_for};
use store::{MentionFilter, MentionRow, Page, ReadAgain};
use text::sentiment::Care;

use super::heads::Heads;
use super::judge::{Found, Telling, Tones};
use super::{Counters, House, Rules};

/// Mentions read closely a second on their way in, at most: some tenth of a processor.
const PER_SECOND: f64 = 100.0;
/// As many may come at once.
const AT_ONCE: f64 = 200.0;
/// Posts waiting in the flow from which on a quick look has to do.
const PRESSURE: u64 = 20;

/// Posts a second from which on nothing is read again: it would take the judge's processor.
const FLOOD: f64 = 1_000.0;

/// Mentions read again at once.
const STEP: u32 = 64;
/// Between two looks when nothing waits, and while posts wait in the flow.
const LOOK: Duration = Duration::from_millis(500);
/// What was judged in haste longer ago than this stays as it is.
const OLDEST: i64 = DAY;

/// Says how closely the next post may be read.
#[derive(Debug)]
pub struct Patience {
    left: f64,
    last: Instant,
    hurried: bool,
}

impl Patience {
    /// Reads closely while few mentions come.
    #[must_use]
    pub fn new() -> Patience {
        Patience { left: AT_ONCE, last: Instant::now(), hurried: false }
    }

    /// Never reads closely: there are many posts, and somebody waits.
    #[must_use]
    pub fn none() -> Patience {
        Patience { left: 0.0, last: Instant::now(), hurried: true }
    }

    /// So many posts wait behind the next ones.
    pub fn see(&mut self, waiting: u64) {
        self.hurried = waiting >= PRESSURE;
    }

    /// How closely the next mention may be read.
    pub fn take(&mut self) -> Care {
        let now = Instant::now();
        let since = now.duration_since(self.last).as_secs_f64();
        self.last = now;
        self.left = (self.left + since * PER_SECOND).min(AT_ONCE);
        if self.hurried || self.left < 1.0 {
            return Care::Quick;
        }
        self.left -= 1.0;
        Care::Close
    }
}

impl Default for Patience {
    fn default() -> Patience {
        Patience::new()
    }
}

/// Reads again what was judged in haste, newest first, until the process ends.
pub async fn keep(
    house: House,
    rules: Arc<ArcSwap<Rules>>,
    counters: Arc<Counters>,
    telling: Telling,
) {
    let (mut looked, mut stored, mut flood) = (Instant::now(), 0, false);
    loop {
        if looked.elapsed() >= LOOK {
            let new = counters.new.load(Ordering::Relaxed);
            let rate = new.saturating_sub(stored) as f64 / looked.elapsed().as_secs_f64();
            (looked, stored, flood) = (Instant::now(), new, rate > FLOOD);
        }
        let busy = flood || counters.waiting.load(Ordering::Relaxed) >= PRESSURE;
        let read = if busy { Ok(0) } else { read_some(&house, &rules, telling).await };
        let more = match read {
            Ok(count) => count == STEP as usize,
            Err(error) => {
                tracing::warn!(%error, "what was judged in haste cannot be read again yet");
                false
            }
        };
        if !more && !house.pause(LOOK).await || house.stop.is_cancelled() {
            return;
        }
    }
}

/// Reads a few mentions again; returns how many.
///
/// # Errors
/// The store does not answer.
pub async fn read_some(
    house: &House,
    rules: &ArcSwap<Rules>,
    telling: Telling,
) -> store::Result<usize> {
    let (store, now) = (&house.store, house.clock.now());
    let rows = store.unread(STEP, now.plus(-OLDEST)).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    // Whom else a post speaks of, its other mentions tell.
    let mut seen: HashSet<PostId> = HashSet::new();
    let mut posts: Vec<Vec<MentionRow>> = Vec::new();
    for id in rows.iter().map(|row| row.post.id()) {
        if seen.insert(id) {
            let filter = MentionFilter { post: Some(id), ..MentionFilter::default() };
            posts.push(store.mentions(&filter, Page::After(0), 500).await?);
        }
    }
    let heads = Arc::clone(&rules.load().heads);
    let reading = move || -> Vec<_> {
        posts.into_iter().flat_map(|rows| read_closely(&heads, rows)).collect()
    };
    let read = store::behind("care", reading).await?;
    let told: Vec<ReadAgain> = read
        .iter()
        .map(|(row, judged)| ReadAgain {
            mention: row.number,
            versions: row.versions,
            sentiment: judged.sentiment,
            kinds: judged.kinds,
        })
        .collect();
    store.read_again(&told).await?;
    let rules = rules.load();
    for (row, Judged { sentiment, kinds, beside }) in read {
        let Some(rule) = rules.get(row.watch) else { continue };
        // Whom it would tell has been there: a person judged it.
        let judged = row.verdict.is_some() || row.kind_verdict.is_some();
        if judged || beside || !telling.wants(&row.post, now) {
            continue;
        }
        let id = row.post.id();
        let mention = NewMention {
            watch: row.watch,
            watch_version: row.watch_version,
            spans: row.spans,
            why: row.why,
            sentiment,
            kinds,
            quick: false,
            matched: row.matched,
        };
        // Raised before: nothing happens.
        if let Some(alert) = alert_for(rule.alerts, &mention, id) {
            store.raise(&alert).await?;
        }
    }
    Ok(rows.len())
}

/// What a mention is.
struct Judged {
    sentiment: Option<Sentiment>,
    kinds: Kinds,
    /// It is surely off topic.
    beside: bool,
}

/// The mentions of one post that had a quick look only, judged.
fn read_closely(heads: &Heads, rows: Vec<MentionRow>) -> Vec<(MentionRow, Judged)> {
    let Some(post) = rows.first().map(|row| &row.post) else { return Vec::new() };
    let found: Vec<Found<'_>> =
        rows.iter().map(|row| Found { watch: row.watch, spans: &row.spans }).collect();
    let tones = Tones::of(post, heads, &found, Care::Close);
    let judge = |(i, row): (usize, &MentionRow)| {
        row.quick.then(|| {
            let kinds = tones.kinds(i);
            let beside = tones.is_beside_the_point(i, kinds);
            Judged { sentiment: tones.towards(i), kinds, beside }
        })
    };
    let judged: Vec<Option<Judged>> = rows.iter().enumerate().map(judge).collect();
    rows.into_iter().zip(judged).filter_map(|(row, judged)| Some((row, judged?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_read_quickly() {
        let mut patience = Patience::new();
        let close = (0..1_000).filter(|_| patience.take() == Care::Close).count();
        assert!((AT_ONCE as usize..AT_ONCE as usize + 50).contains(&close), "{close}");
        let mut patience = Patience::new();
        patience.see(PRESSURE);
        assert_eq!(patience.take(), Care::Quick);
        patience.see(0);
        assert_eq!(patience.take(), Care::Close);
        assert_eq!(Patience::none().take(), Care::Quick);
    }
}
