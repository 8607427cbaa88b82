//! What stories may lead to: assessed when they grow, foretold at certain ages, held against what came.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use domain::assessment::{Facts, assess};
use domain::forecast::{
    Appearance, Calibration, Crossed, Forecast, HORIZONS, History, Horizon, Outcome, Outlook,
    forecast,
};
use domain::story::StoryId;
use domain::{HOUR, MINUTE, Tier, Time, WatchId};
use store::{Foretold, Store, StoryFilter, StoryOrder, StoryRow};

use super::House;

/// A story is assessed again after so long at the earliest.
const AGAIN: Duration = Duration::from_secs(5);
/// Stories assessed in one look.
const MOST: usize = 20;
/// A story of fewer posts is assessed only where its rung says so.
const LEAST_POSTS: u64 = 3;
/// Appearances that a forecast rests on.
const MOST_HEARD: u32 = 20_000;
/// Ages at which the future of a story is foretold, in minutes.
const MARKS: [i64; 3] = [60, 360, 1_440];
/// How often stories of such an age are looked for, and outcomes.
const LOOK: Duration = Duration::from_secs(30);
/// How long what is usual for a watch is believed.
const USUAL_FOR: Duration = Duration::from_secs(600);
/// Hours of the past that say what is usual.
const PAST_HOURS: u32 = 14 * 24;
/// Finished forecasts that the house learns from.
const LEARNT_FROM: u32 = 4_000;

/// What is to be assessed, and what the house has learnt of its own forecasts.
pub(super) struct Foresight {
    waiting: BTreeMap<StoryId, Instant>,
    done: HashMap<StoryId, Instant>,
    usual: HashMap<WatchId, (f64, Instant)>,
    looked: Instant,
    pub calibration: Calibration,
}

impl Foresight {
    pub async fn begin(store: &Store) -> store::Result<Foresight> {
        Ok(Foresight {
            waiting: BTreeMap::new(),
            done: HashMap::new(),
            usual: HashMap::new(),
            looked: Instant::now(),
            calibration: calibration(store).await?,
        })
    }

    /// These have grown.
    pub fn touch(&mut self, stories: BTreeSet<StoryId>) {
        for story in stories {
            self.waiting.entry(story).or_insert_with(Instant::now);
        }
    }

    /// Assesses some of what has grown, and what is due.
    pub async fn look(&mut self, house: &House) -> store::Result<()> {
        let mut due: Vec<(Instant, StoryId)> = (self.waiting.iter())
            .filter(|(story, _)| self.done.get(story).is_none_or(|at| at.elapsed() >= AGAIN))
            .map(|(story, since)| (*since, *story))
            .collect();
        due.sort_unstable();
        due.truncate(MOST);
        let mut told = Vec::new();
        for (_, story) in due {
            self.waiting.remove(&story);
            let Some(row) = house.store.story(story).await? else { continue };
            if row.posts < LEAST_POSTS && row.rung < Some(Tier::Trade) {
                continue;
            }
            self.done.insert(row.id, Instant::now());
            let now = house.clock.now();
            let facts = self.facts(house, &row, now).await?;
            told.push((row.id, assess(&facts)));
        }
        house.store.assess_stories(&told, &[]).await?;
        if self.looked.elapsed() >= LOOK.div_f64(house.clock.speed().clamp(1.0, 15.0)) {
            self.looked = Instant::now();
            self.done.retain(|_, at| at.elapsed() < AGAIN);
            self.look_now(house, house.clock.now()).await?;
        }
        Ok(())
    }

    /// Foretells what is due at that time, and looks at what came of older forecasts.
    pub async fn look_now(&mut self, house: &House, now: Time) -> store::Result<()> {
        self.foretell(house, now).await?;
        if look_back(&house.store, now).await? {
            self.calibration = calibration(&house.store).await?;
        }
        Ok(())
    }

    async fn facts(&mut self, house: &House, row: &StoryRow, now: Time) -> store::Result<Facts> {
        let store = &house.store;
        let sums = store.story_sums(row.id).await?;
        let mut usual = 0.0;
        for (watch, _) in &row.watches {
            usual += self.usual_of(store, *watch, now).await?;
        }
        let seen = self.outlook(store, row, now).await?;
        let growth = |seen: &Forecast| (seen.horizons[2].expected - seen.size) as f64;
        Ok(Facts {
            posts: row.posts,
            copies: row.copies,
            sources: sums.sources,
            unknown: sums.unknown,
            reach: sums.reach,
            highest: row.rung,
            judged: sums.judged,
            negative: sums.negative,
            kinds: sums.kinds,
            hour: store.story_posts_between(row.id, now.plus(-HOUR), now).await?,
            usual: Some(usual),
            expected: seen.as_ref().map(growth),
            crossing: seen
                .as_ref()
                .and_then(|seen| Some(f64::from(seen.crossing.as_ref()?.within_week))),
            similar: store.similar_severities(row.id).await?,
        })
    }

    /// Mentions an hour that a watch usually has.
    async fn usual_of(&mut self, store: &Store, watch: WatchId, now: Time) -> store::Result<f64> {
        if let Some((usual, at)) = self.usual.get(&watch)
            && at.elapsed() < USUAL_FOR
        {
            return Ok(*usual);
        }
        let hours = match store.hourly(watch, now, PAST_HOURS).await {
            Ok(hours) => hours,
            Err(store::StoreError::Missing(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        // The hour that is running is what is judged, and not the measure.
        let past = hours.get(1..).unwrap_or_default();
        let usual = past.iter().sum::<u64>() as f64 / past.len().max(1) as f64;
        self.usual.insert(watch, (usual, Instant::now()));
        Ok(usual)
    }

    async fn outlook(
        &self,
        store: &Store,
        row: &StoryRow,
        now: Time,
    ) -> store::Result<Option<Forecast>> {
        let heard = store.heard(row.id, MOST_HEARD).await?;
        Ok(foresee(&heard, row.first, now, &self.calibration))
    }

    /// Foretells the stories that have just come to a certain age.
    async fn foretell(&self, house: &House, now: Time) -> store::Result<()> {
        let store = &house.store;
        let oldest = MARKS[MARKS.len() - 1] * MINUTE;
        let filter = StoryFilter {
            least: Some(domain::forecast::MIN_POSTS as u64),
            since: Some(now.plus(-oldest)),
            ..StoryFilter::default()
        };
        let mut foretold = Vec::new();
        for row in store.stories(&filter, StoryOrder::Newest, 0, 500).await? {
            let age = now.since(row.first) / MINUTE;
            // Who comes late, after a standstill say, is not compared with who came in time.
            let Some(mark) = MARKS.into_iter().find(|mark| (*mark..mark * 5 / 4).contains(&age))
            else {
                continue;
            };
            let known = store.foretold(Some(row.id), 20).await?;
            if known.iter().any(|told| told.mark == mark) {
                continue;
            }
            if let Some(seen) = self.outlook(store, &row, now).await? {
                foretold.extend(lines(row.id, mark, now, &seen));
            }
        }
        store.assess_stories(&[], &foretold).await
    }
}

/// A forecast from what was heard; `None` while it is too early to say.
fn foresee(
    heard: &[Appearance],
    first: Time,
    now: Time,
    calibration: &Calibration,
) -> Option<Forecast> {
    let history = History { first, appearances: heard, zone: None };
    match forecast(&history, now, calibration) {
        Outlook::Seen(seen) => Some(seen),
        Outlook::TooEarly(_) => None,
    }
}

/// One line for each horizon. The crossing is told for a day and for a week.
fn lines(story: StoryId, mark: i64, now: Time, seen: &Forecast) -> Vec<Foretold> {
    let line = |i: usize| {
        let (told, shipped) = (seen.horizons[i], seen.shipped[i]);
        let crossing = seen.crossing.as_ref().and_then(|crossing| match i {
            2 => Some((f64::from(crossing.within_day), f64::from(crossing.shipped[0]))),
            3 => Some((f64::from(crossing.within_week), f64::from(crossing.shipped[1]))),
            _ => None,
        });
        Foretold {
            story,
            mark,
            made: now,
            posts: seen.size,
            horizon: HORIZONS[i] / MINUTE,
            low: told.low as f64,
            expected: told.expected as f64,
            high: told.high as f64,
            crossing: crossing.map(|(told, _)| told),
            shipped: [
                shipped.low as f64,
                shipped.expected as f64,
                shipped.high as f64,
                crossing.map_or(0.0, |(_, shipped)| shipped),
            ],
            came: None,
            crossed: None,
        }
    };
    (0..HORIZONS.len()).map(line).collect()
}

/// Holds what was foretold against what came; whether there was any.
async fn look_back(store: &Store, now: Time) -> store::Result<bool> {
    let mut over = store.foretold_and_over(now, 200).await?;
    for told in &mut over {
        let end = told.made.plus(told.horizon * MINUTE);
        let Some(row) = store.story(told.story).await? else {
            (told.came, told.crossed) = (Some(0), Some(false));
            continue;
        };
        told.came = Some(store.story_posts_between(row.id, Time(i64::MIN), end).await?);
        let crossings = store.crossings(row.id).await?;
        let crossed = crossings.iter().any(|c| c.tier == Tier::Leading && c.at <= end);
        told.crossed = Some(crossed);
    }
    store.forecasts_came(&over).await?;
    Ok(!over.is_empty())
}

/// What the house's own finished forecasts teach.
async fn calibration(store: &Store) -> store::Result<Calibration> {
    let told = store.foretold(None, LEARNT_FROM).await?;
    Ok(Calibration::news().taught(&outcomes(&told)))
}

/// Finished forecasts as a calibration learns from them.
#[must_use]
pub fn outcomes(told: &[Foretold]) -> Vec<Outcome> {
    // A day's and a week's crossing of one forecast are one lesson.
    let mut days: HashMap<(StoryId, i64), (f32, bool)> = HashMap::new();
    let day = HORIZONS[2] / MINUTE;
    for one in told.iter().filter(|one| one.horizon == day && one.crossing.is_some()) {
        let crossed = one.crossed.unwrap_or_default();
        days.insert((one.story, one.mark), (one.shipped[3] as f32, crossed));
    }
    let outcome = |one: &Foretold| {
        let horizon = HORIZONS.iter().position(|after| after / MINUTE == one.horizon)?;
        let [low, expected, high, crossing] = one.shipped;
        let week = (horizon == 3 && one.crossing.is_some())
            .then(|| days.get(&(one.story, one.mark)))
            .flatten();
        let crossed = week.map(|(said, came)| Crossed {
            said: [*said, crossing as f32],
            came: [*came, one.crossed.unwrap_or_default()],
        });
        let count = |value: f64| value.max(0.0) as u64;
        let said = Horizon {
            after: HORIZONS[horizon],
            low: count(low),
            expected: count(expected),
            high: count(high),
        };
        Some(Outcome { horizon, size: one.posts, said, came: one.came?, crossed })
    };
    told.iter().filter_map(outcome).collect()
}
