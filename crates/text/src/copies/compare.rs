//! How two prints are related.

use super::Kinship;
use super::align::{Aligned, align};
use super::print::{HEAD, HEAD_WORDS, LEAST_WORDS, Print, SHORT, WHOLE, shingle};

/// A copy is to so many thousandths made of the other text; less is a quotation.
const COPY: usize = 600;
/// Nearly all of a text, in thousandths.
const MOST: usize = 800;
/// An edge of at most so many words that was replaced is a name and no frame.
const EDGE: usize = 3;

/// How `newer` is related to `older`. The order matters where one has more words of its own: of
/// a short text and a longer one with a comment, the longer one quotes, and the shorter one is
/// cut.
#[must_use]
pub fn compare(older: &Print, newer: &Print) -> Kinship {
    Newer::of(newer).compare(older)
}

/// A newer text, made ready for being compared with many older ones.
pub(super) struct Newer {
    pub(super) view: View,
    /// Of a short text: which codes its words have.
    has: [u64; 64],
}

impl Newer {
    pub(super) fn of(print: &Print) -> Newer {
        let view = View::of(print);
        let mut has = [0; 64];
        for &code in view.codes() {
            has[usize::from(code) / 64] |= 1 << (code % 64);
        }
        Newer { view, has }
    }

    /// How this text is related to an older one.
    pub(super) fn compare(&self, older: &Print) -> Kinship {
        let (newer, words) = (&self.view, older.words());
        if words == 0 || newer.words == 0 {
            return Kinship::None;
        }
        if older.exact() == newer.print.exact() && words == newer.words {
            return Kinship::Exact;
        }
        if words.min(newer.words) < LEAST_WORDS {
            return Kinship::None;
        }
        if newer.is_short() && words <= SHORT {
            let (codes, count) = older.codes();
            let codes = &codes[..count];
            return match self.may_align(codes) {
                true => newer.by_words(words, &align(codes, newer.codes())),
                false => Kinship::None,
            };
        }
        let older = View::of(older);
        newer.by_shingles(&older).unwrap_or_else(|| newer.by_head(&older))
    }

    /// Enough words are in both that aligning them is worth its time.
    fn may_align(&self, older: &[u16]) -> bool {
        let both = |code: &&u16| self.has[usize::from(**code) / 64] & (1 << (**code % 64)) != 0;
        let both = older.iter().filter(both).count();
        2 * both >= older.len().min(self.view.words)
    }
}

/// A print, unpacked.
#[derive(Clone, Debug)]
pub(super) struct View {
    print: Print,
    words: usize,
    codes: [u16; SHORT],
    /// All that are known, in rising order.
    shingles: [u32; SHORT],
    count: usize,
    /// The rank of each ([`Print::shingle`]).
    ranks: [u8; SHORT],
    /// Those of the beginning, of a longer text.
    head: [u32; HEAD],
    head_count: usize,
}

impl View {
    pub(super) fn of(print: &Print) -> View {
        let mut view = View {
            print: *print,
            words: print.words(),
            codes: print.codes().0,
            shingles: [0; SHORT],
            count: 0,
            ranks: [0; SHORT],
            head: [0; HEAD],
            head_count: 0,
        };
        if view.is_short() {
            let mut all = [(u32::MAX, 0_u8); SHORT];
            let two = view.codes[..view.words].windows(2);
            all.iter_mut().zip(two).zip(0..).for_each(|((to, two), rank)| {
                *to = (shingle(two[0], two[1]), rank);
            });
            all.sort_unstable();
            view.count = view.words.saturating_sub(1);
            for (i, (shingle, rank)) in all.into_iter().enumerate().take(view.count) {
                (view.shingles[i], view.ranks[i]) = (shingle, rank);
            }
        } else {
            let [whole, head] = print.sketches();
            view.count = fill(&mut view.shingles, whole);
            view.ranks.iter_mut().zip(0..).for_each(|(to, rank)| *to = rank);
            view.head_count = fill(&mut view.head, head);
        }
        view
    }

    /// Its shingles with their ranks, in the order in which it is best listed: of a short text
    /// the smallest of each quarter first, so that every part of it is listed; of a longer one
    /// the smallest of the whole and of the beginning in turn.
    pub(super) fn listing(&self) -> impl Iterator<Item = (u8, u32)> {
        let whole = self.ranks.into_iter().zip(self.shingles).take(self.count);
        let mut all: Vec<(usize, u8, u32)> = Vec::with_capacity(SHORT);
        let mut of_quarter = [0; 4];
        for (rank, shingle) in whole {
            let quarter = if self.is_short() { usize::from(rank) * 4 / self.count } else { 0 };
            all.push((of_quarter[quarter] * 2, rank, shingle));
            of_quarter[quarter] += 1;
        }
        let head = self.head().iter().zip(WHOLE as u8..).enumerate();
        all.extend(head.map(|(i, (&shingle, rank))| (i * 4 + 1, rank, shingle)));
        all.sort_unstable();
        all.into_iter().map(|(_, rank, shingle)| (rank, shingle))
    }

    /// All shingles that are known of it, in rising order.
    fn shingles(&self) -> &[u32] {
        &self.shingles[..self.count]
    }

    /// Those of its beginning, of a longer text.
    fn head(&self) -> &[u32] {
        &self.head[..self.head_count]
    }

    fn is_short(&self) -> bool {
        self.words <= SHORT
    }

    fn codes(&self) -> &[u16] {
        &self.codes[..if self.is_short() { self.words } else { 0 }]
    }

    /// Below this all its shingles are known.
    fn threshold(&self) -> u32 {
        match self.is_short() || self.count < WHOLE {
            true => u32::MAX,
            false => self.shingles[self.count - 1],
        }
    }

    fn by_words(&self, older: usize, found: &Aligned) -> Kinship {
        let name = |[a, b]: [usize; 2]| a.min(b) > 0 && a.max(b) <= EDGE;
        if found.numbers_changed
            || found.replaced > 0
            || name(found.front)
            || name(found.back)
            || found.matched < LEAST_WORDS
            || found.slips * 2 > found.matched
        {
            return Kinship::None;
        }
        shared(older, self.words, found.matched)
    }

    /// `None` when too few shingles of both are known.
    fn by_shingles(&self, older: &View) -> Option<Kinship> {
        let threshold = self.threshold().min(older.threshold());
        let both = Overlap::of(older.shingles(), self.shingles(), threshold);
        if both.common < 2 {
            return None;
        }
        let of_older = both.common * 1000 / both.first;
        let of_newer = both.common * 1000 / both.second;
        if self.numbers_changed(older, of_older.min(of_newer)) {
            return Some(Kinship::None);
        }
        let (least, of_least) = match older.words <= self.words {
            true => (older.words, of_older),
            false => (self.words, of_newer),
        };
        // The smaller text is in the larger one as a whole: then its size is known exactly.
        let common = match of_least >= MOST {
            true => least,
            false => (of_older * older.words + of_newer * self.words) / 2000,
        };
        (common >= LEAST_WORDS).then(|| shared(older.words, self.words, common.min(least)))
    }

    /// Both have as many words and numbers, or nearly all in common; but other numbers.
    fn numbers_changed(&self, older: &View, least_share: usize) -> bool {
        let [(count, values), (older_count, older_values)] =
            [self, older].map(|view| view.print.numbers());
        let same_size = self.words.abs_diff(older.words) <= 1 || least_share >= 900;
        count == older_count && values != older_values && same_size
    }

    /// The beginning of an older text is the newer one.
    fn by_head(&self, older: &View) -> Kinship {
        if older.is_short() || self.words > 2 * HEAD_WORDS {
            return Kinship::None;
        }
        let highest = older.head().last().copied().unwrap_or(0);
        let both = Overlap::of(older.head(), self.shingles(), highest.min(self.threshold()));
        if both.common < 2 {
            return Kinship::None;
        }
        match both.common * 1000 / both.second {
            MOST.. => Kinship::Shortened,
            _ => Kinship::Quoted,
        }
    }
}

/// By how many words the two have in common.
fn shared(older: usize, newer: usize, common: usize) -> Kinship {
    match (common * 1000 / older, common * 1000 / newer) {
        (MOST.., MOST..) => Kinship::Near,
        (_, MOST..) => Kinship::Shortened,
        (COPY.., COPY..) => Kinship::Framed,
        _ => Kinship::Quoted,
    }
}

fn fill(to: &mut [u32], from: impl Iterator<Item = u32>) -> usize {
    let mut count = 0;
    for (to, shingle) in to.iter_mut().zip(from) {
        *to = shingle;
        count += 1;
    }
    count
}

/// How many shingles up to a threshold are in one, in the other, and in both.
struct Overlap {
    first: usize,
    second: usize,
    common: usize,
}

impl Overlap {
    fn of(first: &[u32], second: &[u32], threshold: u32) -> Overlap {
        let below = |all: &[u32]| all.iter().take_while(|&&shingle| shingle <= threshold).count();
        let (first, second) = (&first[..below(first)], &second[..below(second)]);
        let (mut i, mut j, mut common) = (0, 0, 0);
        while i < first.len() && j < second.len() {
            match first[i].cmp(&second[j]) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => {
                    common += 1;
                    (i, j) = (i + 1, j + 1);
                }
            }
        }
        Overlap { first: first.len().max(1), second: second.len().max(1), common }
    }
}
