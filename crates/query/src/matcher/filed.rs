//! The programs of all queries, by slot.

use domain::WatchId;

use super::spine::Spine;

/// Queries in a block.
const BLOCK: usize = 64;

/// A block of programs, one behind the other.
#[derive(Clone, Debug, Default)]
struct Block {
    queries: Vec<Line>,
    words: Vec<u32>,
    garbage: usize,
}

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

/// The programs by slot; see [`super::program`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Filed {
    blocks: Spine<Block>,
}

impl Filed {
    /// Slots there are, free ones included, rounded up to a block.
    pub fn len(&self) -> usize {
        self.blocks.len() * BLOCK
    }

    #[inline]
    fn line(&self, slot: u32) -> Option<(&Block, Line)> {
        let block = self.blocks.get(slot as usize / BLOCK)?;
        Some((block, *block.queries.get(slot as usize % BLOCK)?))
    }

    #[inline]
    pub fn program(&self, slot: u32) -> &[u32] {
        self.line(slot).and_then(|(block, line)| block.words.get(line.range())).unwrap_or_default()
    }

    /// Whether a program is plain, and the program.
    #[inline]
    pub fn program_of(&self, slot: u32) -> (bool, &[u32]) {
        let Some((block, line)) = self.line(slot) else { return (false, &[]) };
        (line.length & PLAIN != 0, block.words.get(line.range()).unwrap_or_default())
    }

    pub fn is_used(&self, slot: u32) -> bool {
        self.line(slot).is_some_and(|(_, line)| line.watch != Line::FREE.watch)
    }

    pub fn watch(&self, slot: u32) -> WatchId {
        self.line(slot).map_or(Line::FREE.watch, |(_, line)| line.watch)
    }

    pub fn set(&mut self, slot: u32, watch: WatchId, plain: bool, program: &[u32]) {
        while self.blocks.len() <= slot as usize / BLOCK {
            self.blocks.push(Block::default());
        }
        let Some(block) = self.blocks.get_mut(slot as usize / BLOCK) else { return };
        let at = slot as usize % BLOCK;
        while block.queries.len() <= at {
            block.queries.push(Line::FREE);
        }
        let start = block.words.len() as u32;
        block.words.extend_from_slice(program);
        let plain = if plain { PLAIN } else { 0 };
        block.queries[at] = Line { watch, start, length: program.len() as u32 | plain };
    }

    pub fn clear(&mut self, slot: u32) {
        let Some(block) = self.blocks.get_mut(slot as usize / BLOCK) else { return };
        let Some(line) = block.queries.get_mut(slot as usize % BLOCK) else { return };
        block.garbage += line.range().len();
        *line = Line::FREE;
        if block.garbage > block.words.len() / 2 {
            let mut words = Vec::with_capacity(block.words.len() - block.garbage);
            for line in &mut block.queries {
                let old = line.range();
                line.start = words.len() as u32;
                words.extend_from_slice(&block.words[old]);
            }
            block.words = words;
            block.garbage = 0;
        }
    }
}
