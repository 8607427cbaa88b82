//! Numbers that come from outside: where several write stories, one of them gives the numbers.

use super::StoryId;
use super::grower::Grower;

impl Grower {
    /// The next new story has this number, or a higher one that is free.
    pub fn number_from(&mut self, first: StoryId) {
        self.next = self.next.max(first.0);
    }

    /// The number that the next new story has.
    #[must_use]
    pub fn next_number(&self) -> StoryId {
        StoryId(self.next)
    }

    /// What [`Grower::not_same`] said before a restart; it taught then, and does not teach again.
    pub fn still_not_same(&mut self, a: StoryId, b: StoryId) {
        if let Some((a, b)) = self.two(a, b) {
            self.keep_apart(a, b);
        }
    }

    /// Takes back [`Grower::never_again`]: the story takes posts again.
    pub fn open_again(&mut self, story: StoryId) {
        if let Some(&slot) = self.by_id.get(&story.0)
            && std::mem::take(&mut self.stories[slot as usize].closed)
        {
            self.stories[slot as usize].asleep = false;
            self.list(slot);
        }
    }

    /// Like [`Grower::split`], with a number that was given elsewhere; whether anything changed.
    pub fn split_as(&mut self, story: StoryId, posts: &[i64], number: StoryId) -> bool {
        let next = std::mem::replace(&mut self.next, number.0);
        let new = self.split(story, posts);
        self.next = next.max(number.0 + 1);
        new == number
    }
}

#[cfg(test)]
mod tests {
    use crate::story::{Grower, Sketch, StoryId, Term, TermKind};
    use crate::time::Time;

    #[test]
    fn numbers_come_from_outside_and_are_never_given_twice() {
        let mut grower = Grower::new(StoryId(5));
        let sketch = |key: u32, own: u64| Sketch {
            terms: vec![Term { key, kind: TermKind::Word, weight: 64 }].into(),
            own,
            ..Sketch::default()
        };
        assert_eq!(grower.place(1, 1, Time(0), sketch(1, 11)).story, StoryId(5));
        grower.remember(2, 1, Time(0), sketch(1, 12), StoryId(5));
        grower.number_from(StoryId(3));
        assert_eq!(grower.next_number(), StoryId(6));
        grower.number_from(StoryId(100));
        assert!(grower.split_as(StoryId(5), &[2], StoryId(40)));
        assert_eq!(grower.story_of(2), Some(StoryId(40)));
        assert_eq!(grower.next_number(), StoryId(100));
        assert!(!grower.split_as(StoryId(5), &[99], StoryId(41)));
        assert_eq!(grower.place(3, 1, Time(0), sketch(9, 13)).story, StoryId(100));
    }
}
