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
    /// meets the wall clock; from then on both are the same. Its first `opening` milliseconds run
    /// at `opening_speed`.
    Fast {
        origin: Time,
        started: Instant,
        opening: f64,
        opening_speed: f64,
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
        Clock::with_opening(origin, 0, speed, speed)
    }

    /// A fast clock whose first `opening` milliseconds run at a speed of their own.
    #[must_use]
    pub fn with_opening(origin: Time, opening: i64, opening_speed: f64, speed: f64) -> Clock {
        let bounded = |speed: f64| speed.clamp(1.0, 100_000.0);
        Clock {
            kind: Kind::Fast {
                origin,
                started: Instant::now(),
                opening: opening.max(0) as f64,
                opening_speed: bounded(opening_speed),
                speed: bounded(speed),
            },
        }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Time {
        match self.kind {
            Kind::Wall => wall_now(),
            Kind::Fast { origin, started, opening, opening_speed, speed } => {
                let real_ms = started.elapsed().as_secs_f64() * 1_000.0;
                let opened_ms = (real_ms * opening_speed).min(opening);
                let after_ms = (real_ms - opening / opening_speed).max(0.0) * speed;
                let fast = origin.plus((opened_ms + after_ms) as i64);
                fast.min(wall_now().max(origin))
            }
        }
    }

    /// How many times faster than the wall it runs.
    #[must_use]
    pub fn speed(&self) -> f64 {
        match self.kind {
            Kind::Wall => 1.0,
            Kind::Fast { origin, opening, opening_speed, speed, .. } => {
                let now = self.now();
                if now >= wall_now() {
                    1.0
                } else if (now.since(origin) as f64) < opening {
                    opening_speed
                } else {
                    speed
                }
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fast_clock_opens_at_its_own_speed_and_stops_at_the_wall() {
        let origin = wall_now().plus(-2 * domain::DAY);
        let opening = Clock::with_opening(origin, domain::DAY, 1_200.0, 60.0);
        assert_eq!((opening.speed(), opening.now().since(origin) < domain::HOUR), (1_200.0, true));
        let opened = Clock::with_opening(origin, 1, 100_000.0, 60.0);
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(opened.speed(), 60.0);
        assert!(opened.now().since(origin) < domain::HOUR);
        let caught_up = Clock::fast(wall_now().plus(-1), 100_000.0);
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(caught_up.speed(), 1.0);
        assert!(caught_up.now() <= wall_now());
    }
}
