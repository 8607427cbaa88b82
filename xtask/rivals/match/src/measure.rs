//! Clocks and scales.

use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::time::{Duration, Instant};

use mimalloc::MiMalloc;

/// Seconds this thread was on a core.
pub fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|n| n.parse::<f64>().ok()).map_or(0.0, |n| n / 1e9)
}

/// The product's allocator, which counts while memory is measured.
struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static LIVE: AtomicI64 = AtomicI64::new(0);

impl Counting {
    fn count(bytes: usize, sign: i64) {
        if COUNTS.load(Relaxed) {
            LIVE.fetch_add(sign * bytes as i64, Relaxed);
        }
    }
}

// SAFETY: every call goes to `MiMalloc` as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Counting::count(layout.size(), 1);
        // SAFETY: as above.
        unsafe { MiMalloc.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        Counting::count(layout.size(), -1);
        // SAFETY: as above.
        unsafe { MiMalloc.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Counting::count(layout.size(), -1);
        Counting::count(size, 1);
        // SAFETY: as above.
        unsafe { MiMalloc.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `build` gives, and by how many bytes more are allocated after it than before.
pub fn with_bytes<T>(build: impl FnOnce() -> T) -> (T, f64) {
    LIVE.store(0, Relaxed);
    COUNTS.store(true, Relaxed);
    let built = build();
    COUNTS.store(false, Relaxed);
    (built, LIVE.load(Relaxed) as f64)
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
