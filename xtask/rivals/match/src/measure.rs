//! Clocks and scales.

use std::time::{Duration, Instant};

/// Seconds this thread was on a core.
pub fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|n| n.parse::<f64>().ok()).map_or(0.0, |n| n / 1e9)
}

/// Bytes of memory this process holds.
pub fn memory_bytes() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|n| n.parse::<f64>().ok());
    pages.unwrap_or(0.0) * 4096.0
}

/// How often something was done until a time was over.
pub struct Rate {
    end: Instant,
    began: f64,
    done: u64,
}

impl Rate {
    pub fn within(seconds: f64) -> Rate {
        let end = Instant::now() + Duration::from_secs_f64(seconds);
        Rate { end, began: cpu_seconds(), done: 0 }
    }

    /// Counts one; whether the time is over.
    pub fn one_more(&mut self) -> bool {
        self.done += 1;
        Instant::now() >= self.end
    }

    /// By the time on a core.
    pub fn per_second(&self) -> f64 {
        self.done as f64 / (cpu_seconds() - self.began)
    }
}
