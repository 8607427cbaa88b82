//! A list that many versions share: a copy costs a few counters, a change copies one block and
//! the branch it hangs on, and only where another version still holds them.

use std::sync::Arc;

/// Blocks that hang on one branch.
const BRANCH: usize = 64;

type Branch<T> = [Option<Arc<T>>; BRANCH];

/// A list of blocks, two levels deep. A lone owner changes it in place. Nothing stands between
/// branch and block: what a reader looks up is one look into memory away.
#[derive(Debug)]
pub(crate) struct Spine<T: ?Sized> {
    branches: Vec<Arc<Branch<T>>>,
    len: usize,
}

impl<T: ?Sized> Clone for Spine<T> {
    fn clone(&self) -> Spine<T> {
        Spine { branches: self.branches.clone(), len: self.len }
    }
}

impl<T: ?Sized> Default for Spine<T> {
    fn default() -> Spine<T> {
        Spine { branches: Vec::new(), len: 0 }
    }
}

impl<T: ?Sized> Spine<T> {
    pub fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub fn get(&self, at: usize) -> Option<&T> {
        self.branches.get(at / BRANCH)?[at % BRANCH].as_deref()
    }

    /// The block, to be replaced or made its own.
    pub fn shared_mut(&mut self, at: usize) -> Option<&mut Arc<T>> {
        Arc::make_mut(self.branches.get_mut(at / BRANCH)?)[at % BRANCH].as_mut()
    }

    pub fn push(&mut self, block: Arc<T>) {
        if self.len.is_multiple_of(BRANCH) {
            self.branches.push(Arc::new([const { None }; BRANCH]));
        }
        if let Some(branch) = self.branches.last_mut() {
            Arc::make_mut(branch)[self.len % BRANCH] = Some(block);
            self.len += 1;
        }
    }
}

impl<T: Clone> Spine<T> {
    /// The block to be changed: its own from now on.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        self.shared_mut(at).map(Arc::make_mut)
    }
}

/// Makes room for `more` words behind the first `used` ones of a block, and some for those to come.
pub(crate) fn make_room(words: &mut Arc<[u32]>, used: usize, more: usize) {
    if used + more <= words.len() {
        return;
    }
    let mut bigger = Vec::with_capacity((used + more).max(words.len() + words.len() / 4));
    bigger.extend_from_slice(&words[..used]);
    bigger.resize(bigger.capacity(), 0);
    *words = bigger.into();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_does_not_see_later_changes() {
        let mut spine = Spine::default();
        (0..200).for_each(|n| spine.push(Arc::new(n)));
        let before = spine.clone();
        *spine.get_mut(130).unwrap() = 7;
        spine.push(Arc::new(200));
        assert_eq!((before.get(130), before.get(200), before.len()), (Some(&130), None, 200));
        assert_eq!((spine.get(130), spine.get(200), spine.len()), (Some(&7), Some(&200), 201));
        assert!(Arc::ptr_eq(&before.branches[0], &spine.branches[0]));
    }
}
