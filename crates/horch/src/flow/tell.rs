//! The outbox: takes deliveries that are due and hands them to notifiers until somebody took
//! them. Every delivery was a row before; without a receipt it is sent again, and receivers drop
//! what they have seen by the alert's id.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{SECOND, retry_after};
use notify::{NOTIFIERS, Notifier, NotifyError, NotifyOptions};
use store::DeliveryRow;
use tokio::sync::Semaphore;

use super::House;
use super::message::message;

/// Messages under way at once.
const AT_ONCE: usize = 16;
/// Longest time between two looks for what is due, without a change to wake it.
const LOOK_EVERY: Duration = Duration::from_millis(1_000);
/// Limit for one message.
const LIMIT: Duration = Duration::from_secs(30);

/// What telling needs to know.
#[derive(Clone)]
pub struct Telling {
    /// The address links begin with.
    pub public_url: String,
    /// What notifiers may reach.
    pub options: NotifyOptions,
}

/// The notifier of a way.
///
/// # Errors
/// Its settings are wrong, or there is no notifier of that name.
pub fn notifier(way: &domain::Way, options: &NotifyOptions) -> Result<Box<dyn Notifier>, NotifyError> {
    let entry = NOTIFIERS.iter().find(|entry| entry.info.name == way.notifier).ok_or_else(|| {
        NotifyError::Refused(format!("there is no way of the kind {:?}", way.notifier))
    })?;
    let settings = serde_json::from_str(&way.settings)
        .map_err(|_| NotifyError::Refused("the settings of this way are damaged".to_owned()))?;
    (entry.build)(&settings, options)
}

/// Delivers until the process ends.
pub async fn run(house: House, telling: Telling) {
    let telling = Arc::new(telling);
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let under_way = Arc::new(Mutex::new(HashSet::new()));
    let mut changes = house.store.changes();
    loop {
        match house.store.due(house.clock.now(), AT_ONCE as u32 * 4).await {
            Ok(due) => {
                for delivery in due {
                    begin(&house, &telling, &slots, &under_way, delivery).await;
                }
            }
            Err(error) => tracing::warn!(%error, "due deliveries could not be read"),
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { break },
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = house.stop.cancelled() => break,
        }
    }
    // What is under way may end, so that its receipt is kept.
    let _ = tokio::time::timeout(LIMIT, slots.acquire_many(AT_ONCE as u32)).await;
}

type UnderWay = Arc<Mutex<HashSet<i64>>>;

/// Starts a delivery as soon as there is a slot, unless it is under way already.
async fn begin(
    house: &House,
    telling: &Arc<Telling>,
    slots: &Arc<Semaphore>,
    under_way: &UnderWay,
    delivery: DeliveryRow,
) {
    let number = delivery.number;
    if !under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(number) {
        return;
    }
    let Ok(slot) = Arc::clone(slots).acquire_owned().await else { return };
    let (house, telling, under_way) = (house.clone(), Arc::clone(telling), Arc::clone(under_way));
    tokio::spawn(async move {
        if let Err(error) = deliver(&house, &telling, &delivery).await {
            tracing::error!(%error, delivery = number, "what became of a delivery could not be kept");
        }
        under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        drop(slot);
    });
}

async fn deliver(house: &House, telling: &Telling, delivery: &DeliveryRow) -> store::Result<()> {
    let number = delivery.number;
    let now = house.clock.now();
    let Some(message) = message(&delivery.alert, &delivery.way.lang, &telling.public_url, now) else {
        return house.store.delivery_failed(number, "the post was deleted before", None, now).await;
    };
    let outcome = match notifier(&delivery.way, &telling.options) {
        Ok(notifier) => match tokio::time::timeout(LIMIT, notifier.send(&message)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(NotifyError::Later {
                reason: format!("no answer within {} s", LIMIT.as_secs()),
                after: None,
            }),
        },
        Err(error) => Err(error),
    };
    let now = house.clock.now();
    match outcome {
        Ok(receipt) => house.store.delivered(number, &receipt, now).await,
        Err(error) => {
            tracing::warn!(way = delivery.way.name, %error, "a message was not taken");
            let wait = match &error {
                NotifyError::Later { after, .. } => retry_after(delivery.tries + 1)
                    .map(|ms| ms.max(after.unwrap_or(0).min(86_400) as i64 * SECOND)),
                NotifyError::Refused(_) | NotifyError::Setting(..) => None,
            };
            let next = wait.map(|ms| now.plus(ms));
            house.store.delivery_failed(number, &error.to_string(), next, now).await
        }
    }
}
