//! Which recent stories have a term: an inverted index of bounded lists.

use super::hash::Map;

/// So many stories are listed under a term, those that had it last.
const MOST: usize = 64;

/// Stories by term.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists(Map<u32, Vec<u32>>);

impl Lists {
    /// A story got a post with this term: it is the last in the term's list.
    pub fn touch(&mut self, term: u32, story: u32) {
        let list = self.0.entry(term).or_default();
        match list.iter().rposition(|other| *other == story) {
            Some(place) => list[place..].rotate_left(1),
            None => {
                if list.len() == MOST {
                    list.remove(0);
                }
                list.push(story);
            }
        }
    }

    /// The stories of a term. Some may have been forgotten since, and their place may have been
    /// given to others: whoever asks must look.
    pub fn of(&self, term: u32) -> &[u32] {
        self.0.get(&term).map_or(&[], Vec::as_slice)
    }

    /// A story has gone.
    pub fn drop(&mut self, term: u32, story: u32) {
        if let Some(list) = self.0.get_mut(&term) {
            list.retain(|other| *other != story);
            if list.is_empty() {
                self.0.remove(&term);
            }
        }
    }

    /// Bytes of memory that it has asked for, about.
    pub fn bytes(&self) -> usize {
        let lists: usize = self.0.values().map(|list| list.capacity() * size_of::<u32>()).sum();
        lists + self.0.capacity() * (size_of::<(u32, Vec<u32>)>() + 1)
    }
}
