//! Whole-number products of rows: exact, so that every machine says the same in whatever order it
//! adds.
//!
//! The one place in this crate with `unsafe`: these products are nearly all that a text costs, and
//! with AVX2, where the processor has it, they take a tenth of the time (58 against 6 thousand million
//! products a second on one core).

#![allow(unsafe_code)]

/// Rows of the left side that are worked on at once.
const ROWS: usize = 4;

/// Numbers that are worked on in one step; every row of weights is a multiple of it long.
pub(super) const STEP: usize = 32;

/// `out[r * outputs + o]` = Σ `left[r * stride + k]` · `weights[o * width + k]` over the `width`
/// numbers of a row of weights, signed bytes. `out` says how many rows there are. No sum may leave 32 bits:
/// what is on the left lies within ±[`super::layers::TOP`], and a row has at most 1,280 weights.
pub(super) fn products(left: &[i16], stride: usize, weights: &[u8], width: usize, out: &mut [i32]) {
    assert!(width > 0 && width.is_multiple_of(STEP) && weights.len().is_multiple_of(width));
    let outputs = weights.len() / width;
    assert!(outputs > 0 && outputs.is_multiple_of(2) && out.len().is_multiple_of(outputs));
    let rows = out.len() / outputs;
    assert!(rows == 0 || left.len() >= (rows - 1) * stride + width);
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        unsafe { avx2::products(left, stride, weights, width, out) };
        return;
    }
    portable(left, stride, weights, width, out);
}

/// The same in plain code.
fn portable(left: &[i16], stride: usize, weights: &[u8], width: usize, out: &mut [i32]) {
    let outputs = weights.len() / width;
    for (r, out) in out.chunks_exact_mut(outputs).enumerate() {
        let row = &left[r * stride..r * stride + width];
        for (out, weights) in out.iter_mut().zip(weights.chunks_exact(width)) {
            *out = row.iter().zip(weights).map(|(a, b)| i32::from(*a) * i32::from(*b as i8)).sum();
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::{ROWS, STEP};

    /// As [`super::products`], whose checks have been made.
    #[target_feature(enable = "avx2")]
    pub(super) fn products(
        left: &[i16],
        stride: usize,
        weights: &[u8],
        width: usize,
        out: &mut [i32],
    ) {
        let outputs = weights.len() / width;
        let rows = out.len() / outputs;
        // Two rows of weights stay near while all rows of the left side pass.
        for (pair, two) in weights.chunks_exact(2 * width).enumerate() {
            let mut tell = |r: usize, sums: &[[i32; 2]]| {
                for (i, sums) in sums.iter().enumerate() {
                    let at = (r + i) * outputs + 2 * pair;
                    out[at..at + 2].copy_from_slice(sums);
                }
            };
            let left = Left { numbers: left, stride };
            let mut r = 0;
            while r + ROWS <= rows {
                tell(r, &block_of::<ROWS>(&left, r, two, width));
                r += ROWS;
            }
            match rows - r {
                1 => tell(r, &block_of::<1>(&left, r, two, width)),
                2 => tell(r, &block_of::<2>(&left, r, two, width)),
                3 => tell(r, &block_of::<3>(&left, r, two, width)),
                _ => {}
            }
        }
    }

    /// The left side: where one row of it begins after the other.
    struct Left<'a> {
        numbers: &'a [i16],
        stride: usize,
    }

    /// The products of so many rows of the left side, from that one on, with each of two rows of
    /// weights.
    #[target_feature(enable = "avx2")]
    fn block_of<const N: usize>(
        left: &Left<'_>,
        first: usize,
        two: &[u8],
        width: usize,
    ) -> [[i32; 2]; N] {
        let begins: [usize; N] = std::array::from_fn(|i| (first + i) * left.stride);
        let left = left.numbers;
        assert!(begins.iter().all(|begin| begin + width <= left.len()) && 2 * width <= two.len());
        let mut sums = [[_mm256_setzero_si256(); 2]; N];
        for step in 0..width / STEP {
            for at in [step * STEP, step * STEP + STEP / 2] {
                // SAFETY: `at` and half a step behind it is at most `width`, and so much is left of
                // each row, as asserted.
                let (a, b) = unsafe {
                    (
                        _mm_loadu_si128(two.as_ptr().add(at).cast()),
                        _mm_loadu_si128(two.as_ptr().add(width + at).cast()),
                    )
                };
                let (a, b) = (_mm256_cvtepi8_epi16(a), _mm256_cvtepi8_epi16(b));
                for (begin, sums) in begins.iter().zip(&mut sums) {
                    // SAFETY: as above.
                    let x = unsafe { _mm256_loadu_si256(left.as_ptr().add(begin + at).cast()) };
                    sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(x, a));
                    sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(x, b));
                }
            }
        }
        sums.map(|[one, other]| totals(one, other))
    }

    /// The sums of the lanes of a row's products with two rows of weights.
    #[target_feature(enable = "avx2")]
    fn totals(one: __m256i, other: __m256i) -> [i32; 2] {
        let pairs = _mm256_hadd_epi32(one, other);
        let four = _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
        let two = _mm_hadd_epi32(four, four);
        [_mm_cvtsi128_si32(two), _mm_extract_epi32(two, 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without a pattern, the largest allowed among them.
    fn numbers(n: usize, top: i64) -> impl Iterator<Item = i64> {
        (0..n as i64).map(move |i| match i % 97 {
            0 => top,
            1 => -top,
            _ => (i * 7919 + i * i % 613) % (2 * top + 1) - top,
        })
    }

    #[test]
    fn both_ways_give_the_same_numbers() {
        for (rows, stride, width, outputs) in
            [(1, 512, 512, 4), (2, 256, 768, 6), (7, 256, 1280, 2), (5, 32, 32, 8), (0, 32, 32, 2)]
        {
            let left: Vec<i16> = numbers(rows * stride + width, 8191).map(|n| n as i16).collect();
            let weights: Vec<u8> = numbers(width * outputs, 127).map(|n| n as i8 as u8).collect();
            let mut fast = vec![0; rows * outputs];
            let mut plain = fast.clone();
            products(&left, stride, &weights, width, &mut fast);
            portable(&left, stride, &weights, width, &mut plain);
            assert_eq!(fast, plain, "{rows} {width}");
        }
    }

    #[test]
    fn the_largest_sums_fit() {
        let mut out = [0, 0];
        products(&[8191; 1280], 1280, &[127; 2560], 1280, &mut out);
        assert_eq!(out, [8191 * 127 * 1280; 2]);
    }
}
