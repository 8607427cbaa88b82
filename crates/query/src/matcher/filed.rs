//! The programs of all queries, by slot.

use std::sync::Arc;

use domain::WatchId;

use super::spine::{Spine, make_room};

/// Queries in a block.
const BLOCK: usize = 64;

#[derive(Clone, Copy, Debug)]
struct Line {
    watch: WatchId,
    start: u32,
    /// The length, and whether the program is plain.
    length: u32,
}

const PLAIN: u32 = 1 << 31;

impl Line {
    const FREE: Line = Line { watch: WatchId(i64::MIN), start: 0, length: 0 };

    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + (self.length & !PLAIN)) as usize
    }
}

/// The programs by slot; see [`super::program`]. Blocks of where they stand, and of themselves,
/// one behind the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filed {
    lines: Spine<[Line; BLOCK]>,
    words: Spine<[u32]>,
}

/// What only the writer of a block knows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gauge {
    /// Words that are used, the gaps among them included.
    used: usize,
    /// Words in gaps.
    gaps: usize,
}

impl Filed {
    /// Slots there are, free ones included, rounded up to a block.
    pub fn len(&self) -> usize {
        self.lines.len() * BLOCK
    }

    #[inline]
    fn line(&self, slot: u32) -> Option<Line> {
        Some(self.lines.get(slot as usize / BLOCK)?[slot as usize % BLOCK])
    }

    #[inline]
    fn read(&self, slot: u32, line: Line) -> &[u32] {
        let words = self.words.get(slot as usize / BLOCK);
        words.and_then(|words| words.get(line.range())).unwrap_or_default()
    }

    #[inline]
    pub fn program(&self, slot: u32) -> &[u32] {
        self.program_of(slot).1
    }

    /// Whether a program is plain, and the program.
    #[inline]
    pub fn program_of(&self, slot: u32) -> (bool, &[u32]) {
        let Some(line) = self.line(slot) else { return (false, &[]) };
        (line.length & PLAIN != 0, self.read(slot, line))
    }

    pub fn is_used(&self, slot: u32) -> bool {
        self.line(slot).is_some_and(|line| line.watch != Line::FREE.watch)
    }

    pub fn watch(&self, slot: u32) -> WatchId {
        self.line(slot).map_or(Line::FREE.watch, |line| line.watch)
    }

    pub fn set(
        &mut self,
        gauges: &mut Vec<Gauge>,
        slot: u32,
        watch: WatchId,
        (plain, program): (bool, &[u32]),
    ) {
        let block = slot as usize / BLOCK;
        while self.lines.len() <= block {
            self.lines.push(Arc::new([Line::FREE; BLOCK]));
            self.words.push([].into());
            gauges.push(Gauge::default());
        }
        let start = gauges[block].used;
        let end = start + program.len();
        gauges[block].used = end;
        let Some(words) = self.words.shared_mut(block) else { return };
        make_room(words, start, program.len());
        Arc::make_mut(words)[start..end].copy_from_slice(program);
        let plain = if plain { PLAIN } else { 0 };
        let line = Line { watch, start: start as u32, length: program.len() as u32 | plain };
        if let Some(lines) = self.lines.get_mut(block) {
            lines[slot as usize % BLOCK] = line;
        }
    }

    pub fn clear(&mut self, gauges: &mut [Gauge], slot: u32) {
        let block = slot as usize / BLOCK;
        let Some(lines) = self.lines.get_mut(block) else { return };
        let line = std::mem::replace(&mut lines[slot as usize % BLOCK], Line::FREE);
        let gauge = &mut gauges[block];
        gauge.gaps += line.range().len();
        let Some(words) = self.words.shared_mut(block).filter(|_| gauge.gaps > gauge.used / 2)
        else {
            return;
        };
        let mut kept = Vec::with_capacity(gauge.used - gauge.gaps);
        for line in lines {
            let old = line.range();
            line.start = kept.len() as u32;
            kept.extend_from_slice(&words[old]);
        }
        *gauge = Gauge { used: kept.len(), gaps: 0 };
        *words = kept.into();
    }
}
