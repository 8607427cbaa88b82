//! The clock connectors and the flow live by: the wall's, or one that runs faster in a demo.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use domain::Time;

/// Tells the time and sleeps. Copies share the same time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Wall,
    /// Virtual time starts at `origin` when `started` was and runs `speed` times faster until it
    /// meets the wall clock; from then on both are the same.
    Fast {
        origin: Time,
        started: Instant,
        speed: f64,
    },
}

impl Clock {
    /// The wall clock.
    #[must_use]
    pub const fn wall() -> Clock {
        Clock { kind: Kind::Wall }
    }

    /// A clock that shows `origin` now and runs `speed` times (1 to 100,000) faster than the wall
    /// until it catches up with it.
    #[must_use]
    pub fn fast(origin: Time, speed: f64) -> Clock {
        let speed = speed.clamp(1.0, 100_000.0);
        Clock { kind: Kind::Fast { origin, started: Instant::now(), speed } }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Time {
        match self.kind {
            Kind::Wall => wall_now(),
            Kind::Fast { origin, started, speed } => {
                let virtual_ms = started.elapsed().as_secs_f64() * 1_000.0 * speed;
                let fast = origin.plus(virtual_ms as i64);
                fast.min(wall_now().max(origin))
            }
        }
    }

    /// How many times faster than the wall it runs.
    #[must_use]
    pub fn speed(&self) -> f64 {
        match self.kind {
            Kind::Wall => 1.0,
            Kind::Fast { speed, .. } if self.now() < wall_now() => speed,
            Kind::Fast { .. } => 1.0,
        }
    }

    /// Sleeps for `duration` of this clock's time (at least a millisecond of the wall's).
    pub async fn sleep(&self, duration: Duration) {
        let real = duration.div_f64(self.speed()).max(Duration::from_millis(1));
        tokio::time::sleep(real).await;
    }
}

fn wall_now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
