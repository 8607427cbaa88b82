//! The outbox: takes deliveries that are due and hands them to notifiers until somebody took
//! them. Every delivery was a row before; without a receipt it is sent again, and receivers drop
//! what they have seen by the alert's id.
//!
//! People are not flooded: what becomes due for a person's way (mail, ntfy) within 20 s of
//! the last message to it waits, and goes out as one message. The first one goes at once. Systems
//! (webhooks) get every alert by itself.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::story::StoryId;
use domain::{Message, Picture, SECOND, Time, Way, retry_after};
use notify::{NotifyError, NotifyOptions};
use store::DeliveryRow;
use tokio::sync::Semaphore;

use super::House;
use super::message::{digest, message};
use super::state::State;

/// Messages under way at once.
const AT_ONCE: usize = 16;
/// Deliveries looked at in one turn.
const TURN: u32 = 500;
/// Longest time between two looks for what is due, without a change to wake it.
const LOOK_EVERY: Duration = Duration::from_millis(1_000);
/// Limit for one message.
const LIMIT: Duration = Duration::from_secs(30);
/// Longest wait for a message's picture, its turn included; then the message goes out without.
const PICTURE: Duration = Duration::from_secs(3);
/// Least time between two messages to one person's way.
const GATHER: Duration = Duration::from_secs(20);

/// What telling needs to know.
#[derive(Clone)]
pub struct Telling {
    /// The address links begin with.
    pub public_url: String,
    /// What notifiers may reach.
    pub options: NotifyOptions,
    /// What the house's own stories taught the forecast.
    pub state: Arc<State>,
    /// Pictures are made one at a time.
    pub painting: Arc<Semaphore>,
}

/// Delivers until the process ends.
pub async fn run(house: House, telling: Telling) {
    let mut outbox = Outbox {
        house: house.clone(),
        telling: Arc::new(telling),
        slots: Arc::new(Semaphore::new(AT_ONCE)),
        under_way: Arc::default(),
        last: HashMap::new(),
    };
    let mut changes = house.store.changes_beside_mentions();
    loop {
        // What ends while the store is read may still be read as due: it is left to the next turn.
        let busy = outbox.busy();
        match house.store.due(house.clock.now(), TURN).await {
            Ok(due) => outbox.turn(due, &busy).await,
            Err(error) => tracing::warn!(%error, "due deliveries could not be read"),
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { break },
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = house.stop.cancelled() => break,
        }
    }
    // What is under way may end, so that its receipt is kept.
    let _ = tokio::time::timeout(LIMIT, outbox.slots.acquire_many(AT_ONCE as u32)).await;
}

struct Outbox {
    house: House,
    telling: Arc<Telling>,
    slots: Arc<Semaphore>,
    /// Deliveries that were handed over and have no outcome yet.
    under_way: Arc<Mutex<HashSet<i64>>>,
    /// When each person's way was last used.
    last: HashMap<i64, Instant>,
}

impl Outbox {
    /// Deliveries under way.
    fn busy(&self) -> HashSet<i64> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Hands over what is due and was not under way when it was looked for.
    async fn turn(&mut self, due: Vec<DeliveryRow>, busy: &HashSet<i64>) {
        let mut for_people: BTreeMap<i64, Vec<DeliveryRow>> = BTreeMap::new();
        for delivery in due {
            if delivery.way.notifier == "webhook" {
                self.begin(vec![delivery], busy).await;
            } else {
                for_people.entry(delivery.way.id).or_default().push(delivery);
            }
        }
        for (way, deliveries) in for_people {
            if self.last.get(&way).is_some_and(|last| last.elapsed() < GATHER) {
                continue;
            }
            if self.begin(deliveries, busy).await {
                self.last.insert(way, Instant::now());
            }
        }
    }

    /// Hands deliveries of one way over as one message, unless one of them is under way, or was.
    async fn begin(&self, deliveries: Vec<DeliveryRow>, busy: &HashSet<i64>) -> bool {
        let numbers: Vec<i64> = deliveries.iter().map(|delivery| delivery.number).collect();
        {
            let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
            if numbers.iter().any(|number| under_way.contains(number) || busy.contains(number)) {
                return false;
            }
            under_way.extend(&numbers);
        }
        let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else { return false };
        let (house, telling) = (self.house.clone(), Arc::clone(&self.telling));
        let under_way = Arc::clone(&self.under_way);
        tokio::spawn(async move {
            if let Err(error) = deliver(&house, &telling, deliveries).await {
                tracing::error!(%error, "what became of a delivery could not be kept");
            }
            let mut under_way = under_way.lock().unwrap_or_else(PoisonError::into_inner);
            numbers.iter().for_each(|number| {
                under_way.remove(number);
            });
            drop(slot);
        });
        true
    }
}

/// Sends one message for these deliveries of one way and keeps what became of it.
async fn deliver(house: &House, telling: &Telling, rows: Vec<DeliveryRow>) -> store::Result<()> {
    let now = house.clock.now();
    let (mut told, mut messages) = (Vec::new(), Vec::new());
    for row in rows {
        match message(&row.alert, &row.way.lang, &telling.public_url, now) {
            Some(message) => {
                told.push(row);
                messages.push(message);
            }
            None => {
                let gone = "the post was deleted before";
                house.store.delivery_failed(row.number, gone, None, now).await?;
            }
        }
    }
    let Some(first) = told.first() else { return Ok(()) };
    let message = digest(messages, &first.way.lang, &telling.public_url);
    let outcome = match message {
        Some(message) => send(house, telling, &first.way, message, story_of(&told)).await,
        None => return Ok(()),
    };
    if let Err(error) = &outcome {
        tracing::warn!(way = first.way.name, %error, "a message was not taken");
    }
    let now = house.clock.now();
    for row in &told {
        match &outcome {
            Ok(receipt) => house.store.delivered(row.number, receipt, now).await?,
            Err(error) => {
                let next = next_try(error, row.tries, now);
                house.store.delivery_failed(row.number, &error.to_string(), next, now).await?;
            }
        }
    }
    Ok(())
}

/// The story whose ladder goes with a message: one that crossed, or that of the only mention.
fn story_of(told: &[DeliveryRow]) -> Option<StoryId> {
    let crossed = told.iter().find_map(|row| row.alert.story);
    let only = match told {
        [row] => row.alert.mention.as_ref().and_then(|mention| mention.story.as_ref()),
        _ => None,
    };
    crossed.or_else(|| only.map(|(story, _)| *story))
}

async fn send(
    house: &House,
    telling: &Telling,
    way: &Way,
    mut message: Message,
    story: Option<StoryId>,
) -> Result<String, NotifyError> {
    let notifier = notify::build(way, &telling.options)?;
    if let Some(story) = story.filter(|_| notifier.shows_pictures()) {
        message.picture = picture(house, telling, way, story).await;
    }
    match tokio::time::timeout(LIMIT, notifier.send(&message)).await {
        Ok(outcome) => outcome,
        Err(_) => {
            let reason = format!("no answer within {} s", LIMIT.as_secs());
            Err(NotifyError::Later { reason, after: None })
        }
    }
}

/// The ladder of a story, if it can be made in time: no message fails or waits long for a picture.
async fn picture(house: &House, telling: &Telling, way: &Way, story: StoryId) -> Option<Picture> {
    let learnt = telling.state.calibration();
    let (now, base) = (house.clock.now(), &telling.public_url);
    let making = async {
        let _turn = telling.painting.acquire().await.ok()?;
        let made = web::ladder_for_mail(&house.store, &learnt, story, now, &way.lang, base).await;
        made.inspect_err(|error| tracing::warn!(%error, "a story's ladder could not be read"))
            .ok()?
    };
    let made = tokio::time::timeout(PICTURE, making).await;
    made.inspect_err(|_| tracing::warn!(story = story.0, "a mail goes out without its ladder"))
        .unwrap_or_default()
}

/// When a delivery that failed is tried again; `None` when trying again is pointless.
fn next_try(error: &NotifyError, tries: u32, now: Time) -> Option<Time> {
    let NotifyError::Later { after, .. } = error else { return None };
    let asked = i64::try_from(after.unwrap_or(0)).unwrap_or(0).min(86_400) * SECOND;
    retry_after(tries + 1).map(|ms| now.plus(ms.max(asked)))
}

#[cfg(test)]
mod tests {
    use domain::{AlertId, AlertReason, DeliveryState, WatchId};
    use store::AlertRow;

    use super::*;

    fn delivery(number: i64, notifier: &str) -> DeliveryRow {
        let way = Way {
            id: number,
            notifier: notifier.to_owned(),
            name: String::new(),
            settings: "{}".to_owned(),
            watches: vec![],
            lang: "en".to_owned(),
            paused: false,
        };
        let alert = AlertRow {
            number: 1,
            id: AlertId([0; 16]),
            watch: WatchId(1),
            watch_name: String::new(),
            reason: AlertReason::Negative,
            mention: None,
            rise: None,
            story: None,
            raised: Time(0),
            told: None,
            acknowledged: None,
        };
        let (state, answer) = (DeliveryState::Waiting, String::new());
        let (next_try, delivered) = (Time(0), None);
        DeliveryRow { number, alert, way, state, tries: 0, next_try, delivered, answer }
    }

    /// A receipt that comes after the store was read must not let the same go out again.
    #[tokio::test]
    async fn what_was_under_way_when_the_store_was_read_is_left_to_the_next_turn() {
        let folder = tempfile::tempdir().unwrap();
        let store = store::Store::open(folder.path()).await.unwrap();
        let stop = tokio_util::sync::CancellationToken::new();
        let telling = Telling {
            public_url: String::new(),
            options: NotifyOptions::default(),
            state: Arc::new(State::new(Default::default())),
            painting: Arc::new(Semaphore::new(1)),
        };
        let mut outbox = Outbox {
            house: House { store, clock: channels::Clock::wall(), stop },
            telling: Arc::new(telling),
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            under_way: Arc::default(),
            last: HashMap::new(),
        };
        let due = vec![delivery(1, "webhook"), delivery(2, "email"), delivery(3, "webhook")];
        outbox.turn(due.clone(), &HashSet::from([1, 2])).await;
        assert_eq!(outbox.busy(), HashSet::from([3]));
        outbox.turn(due, &HashSet::new()).await;
        assert_eq!(outbox.busy(), HashSet::from([1, 2, 3]));
    }

    #[test]
    fn retries_wait_as_long_as_the_other_side_asks() {
        let later = |after| NotifyError::Later { reason: String::new(), after };
        assert_eq!(next_try(&later(None), 0, Time(0)), Some(Time(5_000)));
        assert_eq!(next_try(&later(Some(120)), 0, Time(0)), Some(Time(120_000)));
        assert_eq!(next_try(&later(None), 11, Time(0)), None);
        assert_eq!(next_try(&NotifyError::Refused(String::new()), 0, Time(0)), None);
    }
}
