//! The words that queries name, numbered; each is known as long as a query names it.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::fields::{FieldName, Holds, PROPERTY_MARK};

/// The number of a word or beginning.
pub(crate) type Id = u32;

#[derive(Clone, Debug, Default)]
pub(crate) struct Dictionary {
    words: FxHashMap<Arc<str>, Id>,
    prefixes: FxHashMap<Arc<str>, Id>,
    /// One bit for each pair of first bytes that beginnings have; most words have none of them.
    heads: Vec<u64>,
    /// The lengths in bytes that beginnings have, ascending, and how many have each.
    lengths: Vec<(usize, u32)>,
    entries: Vec<Entry>,
    free: Vec<Id>,
    /// How many words belong to the field or property with this mark.
    marks: [u32; 32],
}

#[derive(Clone, Debug)]
struct Entry {
    key: Arc<str>,
    prefix: bool,
    uses: u32,
    share: f32,
}

impl Dictionary {
    /// How many numbers are given out, free ones included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The number of a key; counts one more use of it.
    pub fn add(&mut self, key: &str, prefix: bool) -> Id {
        let map = if prefix { &self.prefixes } else { &self.words };
        if let Some(&id) = map.get(key) {
            self.entries[id as usize].uses += 1;
            return id;
        }
        let key: Arc<str> = key.into();
        let entry = Entry { key: key.clone(), prefix, uses: 1, share: share(&key, prefix) };
        let id = match self.free.pop() {
            Some(id) => {
                self.entries[id as usize] = entry;
                id
            }
            None => {
                self.entries.push(entry);
                (self.entries.len() - 1) as Id
            }
        };
        if let Some(mark) = mark(&key) {
            self.marks[mark] += 1;
        }
        if prefix {
            self.note_head(&key);
            match self.lengths.binary_search_by_key(&key.len(), |(length, _)| *length) {
                Ok(at) => self.lengths[at].1 += 1,
                Err(at) => self.lengths.insert(at, (key.len(), 1)),
            }
            self.prefixes.insert(key, id);
        } else {
            self.words.insert(key, id);
        }
        id
    }

    /// One use less; the number is free again after the last one.
    pub fn remove(&mut self, id: Id) {
        let entry = &mut self.entries[id as usize];
        entry.uses = entry.uses.saturating_sub(1);
        if entry.uses > 0 {
            return;
        }
        let (key, prefix) = (entry.key.clone(), entry.prefix);
        if let Some(mark) = mark(&key) {
            self.marks[mark] -= 1;
        }
        if prefix {
            self.prefixes.remove(&key);
            if let Ok(at) = self.lengths.binary_search_by_key(&key.len(), |(length, _)| *length) {
                self.lengths[at].1 -= 1;
                if self.lengths[at].1 == 0 {
                    self.lengths.remove(at);
                }
            }
        } else {
            self.words.remove(&key);
        }
        self.free.push(id);
    }

    /// Calls `each` with every number that `key` stands for: its own and its beginnings'.
    #[inline]
    pub fn find(&self, key: &str, mut each: impl FnMut(Id)) {
        if let Some(&id) = self.words.get(key) {
            each(id);
        }
        if !self.may_begin(key) {
            return;
        }
        for (length, _) in &self.lengths {
            let Some(start) = key.get(..*length) else {
                if *length > key.len() {
                    break;
                }
                continue;
            };
            if let Some(&id) = self.prefixes.get(start) {
                each(id);
            }
        }
    }

    /// Bits are never taken back: they only spare looking, and a word needs looking up anyway.
    fn note_head(&mut self, start: &str) {
        self.heads.resize(HEADS, 0);
        let bytes = start.as_bytes();
        let Some(&first) = bytes.first() else {
            self.heads.fill(u64::MAX);
            return;
        };
        let seconds = bytes.get(1).map_or(0..=255, |&second| second..=second);
        for second in seconds {
            let (word, bit) = head(first, second);
            self.heads[word] |= bit;
        }
    }

    #[inline]
    fn may_begin(&self, key: &str) -> bool {
        let bytes = key.as_bytes();
        let (word, bit) = head(
            bytes.first().copied().unwrap_or_default(),
            bytes.get(1).copied().unwrap_or_default(),
        );
        self.heads.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Some query asks for this field, or, without one, for properties.
    pub fn asks_for(&self, field: Option<FieldName>) -> bool {
        let mark = field.map_or(PROPERTY_MARK, FieldName::mark);
        self.marks[mark as usize & 31] > 0
    }

    /// The guessed share of posts that have it.
    pub fn share(&self, id: Id) -> f32 {
        self.entries[id as usize].share
    }
}

/// Words of 64 bits that all pairs of bytes need.
const HEADS: usize = 256 * 256 / 64;

#[inline]
fn head(first: u8, second: u8) -> (usize, u64) {
    let pair = usize::from(first) << 8 | usize::from(second);
    (pair / 64, 1 << (pair % 64))
}

fn mark(key: &str) -> Option<usize> {
    let first = *key.as_bytes().first()?;
    (first < 32).then_some(first as usize)
}

/// The commonest words of German and English.
const COMMON: &str = " a about ab aber all als also am an and are as at auch auf aus be bei bin but \
    by can da das dass dem den der des die do du ein eine einen er es for from für get got had has \
    have he his how i ich if ihr im in is ist it its ja just kein like man me mehr mein mich mit my \
    nach nicht no noch not now nur of on one or our out s sich sie sind so than that the their them \
    there they this to too u um und uns up von vor war was we wenn werden what when who wie will wir \
    with would you your zu zum zur ";

/// A guess at the share of posts that have a key. Only the order counts: it chooses which words
/// of a query bring a post to it.
fn share(key: &str, prefix: bool) -> f32 {
    if key.starts_with(PROPERTY_MARK) {
        return 0.3;
    }
    if let Some(mark) = mark(key)
        && let Some(field) = FieldName::ALL.into_iter().find(|f| f.mark() as usize == mark)
    {
        return match field {
            FieldName::Id => 1e-6,
            FieldName::Site if key.contains('.') => 1e-3,
            field if field.holds() == Holds::Values => 0.4,
            _ => word_share(&key[1..], prefix) + 1e-3,
        };
    }
    match key.strip_prefix(['#', '@', '$']) {
        Some(bare) => word_share(bare, prefix) / 5.0,
        None => word_share(key, prefix),
    }
}

fn word_share(word: &str, prefix: bool) -> f32 {
    let is_common = word.len() < 8
        && COMMON.match_indices(word).any(|(i, w)| {
            i > 0 && COMMON[..i].ends_with(' ') && COMMON[i + w.len()..].starts_with(' ')
        });
    let share = match word.chars().count() {
        _ if is_common && !prefix => 0.4,
        0 | 1 => 0.15,
        2 => 0.06,
        3 => 0.03,
        4 => 0.016,
        5 => 0.008,
        6 => 0.004,
        7 => 0.002,
        8 | 9 => 0.001,
        _ => 0.0005,
    };
    if prefix { share * 4.0 } else { share }
}
