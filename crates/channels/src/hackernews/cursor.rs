//! Where listening stands: the last item asked for, and those to be asked for again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The cursor; written as a number while nothing waits, else as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// Every item up to this one was asked for.
    pub(super) at: u64,
    /// Items that were not there yet, and how often they were asked for.
    #[serde(default)]
    pub(super) again: BTreeMap<u64, u32>,
}

impl Cursor {
    /// Reads what [`Cursor::write`] wrote.
    pub(super) fn read(text: &str) -> Option<Cursor> {
        let text = text.trim();
        let number = text.parse().ok().map(|at| Cursor { at, again: BTreeMap::new() });
        number.or_else(|| serde_json::from_str(text).ok())
    }

    pub(super) fn write(&self) -> String {
        let number = self.at.to_string();
        if self.again.is_empty() {
            return number;
        }
        serde_json::to_string(self).unwrap_or(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_as_they_were_written() {
        for cursor in [
            Cursor { at: 7, again: BTreeMap::new() },
            Cursor { at: 7, again: [(3, 1), (5, 2)].into() },
        ] {
            assert_eq!(Cursor::read(&cursor.write()), Some(cursor));
        }
        assert_eq!(Cursor::read("12").map(|c| c.at), Some(12));
        assert_eq!(Cursor::read("nonsense"), None);
    }
}
