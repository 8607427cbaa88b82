//! Where things stand: time to x, rung to y, and the times that the axis names.

use domain::{DAY, HOUR, MINUTE, Tier, Time};
use jiff::Timestamp;

use super::{Picture, RUNGS, Size};
use crate::show::Clock;

/// Steps of the axis of time in milliseconds.
const STEPS: [i64; 16] = [
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    60 * DAY,
    365 * DAY,
];

/// The measures of one drawing, in units of its view box.
pub struct Scale {
    pub size: Size,
    pub width: f64,
    pub font: f64,
    /// Where rungs begin.
    pub left: f64,
    /// Where rungs end.
    pub right: f64,
    /// Where now is; what stands right of it is forecast.
    pub now: f64,
    /// Height of a rung.
    pub lane: f64,
    head: f64,
    from: Time,
    span: f64,
}

impl Scale {
    /// The measures for a picture.
    pub fn of(picture: &Picture, size: Size) -> Scale {
        let (width, font, left, lane, fan) = match size {
            Size::Wide => (960.0, 13.0, 132.0, 46.0, 230.0),
            Size::Mail => (600.0, 15.0, 0.0, 54.0, 180.0),
            Size::Narrow => (380.0, 12.0, 0.0, 54.0, 118.0),
        };
        let right = width - 8.0;
        let now = if picture.fan.is_some() { right - fan } else { right };
        Scale {
            size,
            width,
            font,
            left,
            right,
            now,
            lane,
            head: 24.0,
            from: picture.from,
            span: picture.until.since(picture.from).max(1) as f64,
        }
    }

    /// Where a moment stands; nothing stands outside the rungs.
    pub fn x(&self, at: Time) -> f64 {
        let (from, to) = (self.left + 14.0, self.now - 14.0);
        from + (to - from) * (at.since(self.from) as f64 / self.span).clamp(0.0, 1.0)
    }

    /// The upper end of the rung that is `i`-th from the top.
    pub fn top(&self, i: usize) -> f64 {
        self.head + self.lane * i as f64
    }

    /// The middle of a rung. Names stand above the dots where the drawing is narrow.
    pub fn middle(&self, tier: Option<Tier>) -> f64 {
        let i = RUNGS.iter().position(|rung| *rung == tier).unwrap_or(RUNGS.len() - 1);
        self.top(i) + self.lane / 2.0
    }

    /// The lower end of all rungs.
    pub fn bottom(&self) -> f64 {
        self.top(RUNGS.len())
    }

    /// The height of the drawing, legend included.
    pub fn height(&self) -> f64 {
        self.bottom()
            + match self.size {
                Size::Wide => 56.0,
                Size::Mail => 82.0,
                Size::Narrow => 74.0,
            }
    }
}

/// Round times on the axis, at most eight (three where it is narrow), with their names: the hour,
/// or the day where it begins.
pub fn times(picture: &Picture, scale: &Scale, clock: &Clock) -> Vec<(Time, String)> {
    let most = if scale.size == Size::Wide { 8 } else { 3 };
    let most = if picture.fan.is_some() { most * 3 / 4 } else { most };
    let span = picture.until.since(picture.from);
    let step = STEPS.into_iter().find(|step| span / step <= most).unwrap_or(STEPS[15]);
    let offset = Timestamp::from_millisecond(picture.from.0)
        .map_or(0, |at| i64::from(clock.zone.to_offset(at).seconds()) * 1_000);
    let mut at = (picture.from.0 + offset).div_euclid(step) * step + step - offset;
    let mut times = Vec::new();
    // Now has its own name, which needs room.
    let last = if picture.fan.is_some() { scale.now - 38.0 } else { scale.right };
    while at <= picture.until.0 && times.len() < 12 && scale.x(Time(at)) <= last {
        let name = if (at + offset).rem_euclid(DAY) == 0 {
            clock.short_day(Time(at))
        } else {
            clock.hour(Time(at))
        };
        times.push((Time(at), name));
        at += step;
    }
    times
}
