//! What teaching a head and training a shipped model (`cargo xtask train`) share.

/// Shuffles by Fisher and Yates, with numbers by SplitMix64 from `seed` on: the same every time.
pub fn shuffle(order: &mut [usize], seed: &mut u64) {
    for i in (1..order.len()).rev() {
        *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = *seed;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^= x >> 31;
        order.swap(i, (x % (i as u64 + 1)) as usize);
    }
}

/// The temperature between `low` and `high` with the least `loss`, to within `close`, by
/// golden-section search (temperature scaling, Guo et al. 2017).
///
/// ```
/// let found = text::learn::temperature(0.1, 10.0, 1e-3, |t| f64::from(t - 2.0).powi(2));
/// assert!((found - 2.0).abs() < 1e-3);
/// ```
pub fn temperature(mut low: f32, mut high: f32, close: f32, loss: impl Fn(f32) -> f64) -> f32 {
    let ratio = (5f32.sqrt() - 1.0) / 2.0;
    while high - low > close {
        let (left, right) = (high - ratio * (high - low), low + ratio * (high - low));
        if loss(left) < loss(right) { high = right } else { low = left }
    }
    (low + high) / 2.0
}
