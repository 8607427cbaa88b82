//! What a post is: a complaint, a question, praise … It may be several, or none of these.

use serde::{Deserialize, Serialize};

/// One thing a post may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Dissatisfaction with something that somebody answers for.
    Complaint,
    /// Asks for an answer or for help.
    Question,
    /// Satisfaction with, or thanks for, something that somebody answers for.
    Praise,
    /// Calls on others at large to do something: sign, share, come, stay away.
    Call,
    /// A claim of fact about others that can be checked, or hearsay.
    Claim,
    /// Danger to people, a recall, a leak, a crime, an insolvency.
    Crisis,
    /// An insult or a threat against people.
    Abuse,
    /// The words are there, but it speaks of something else than the watch is about. The machine
    /// says so only where people taught it.
    Offtopic,
}

impl Kind {
    /// How many there are.
    pub const COUNT: usize = 8;

    /// Every kind.
    pub const ALL: [Kind; Kind::COUNT] = [
        Kind::Complaint,
        Kind::Question,
        Kind::Praise,
        Kind::Call,
        Kind::Claim,
        Kind::Crisis,
        Kind::Abuse,
        Kind::Offtopic,
    ];

    /// The name used in queries, addresses and exports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Complaint => "complaint",
            Kind::Question => "question",
            Kind::Praise => "praise",
            Kind::Call => "call",
            Kind::Claim => "claim",
            Kind::Crisis => "crisis",
            Kind::Abuse => "abuse",
            Kind::Offtopic => "offtopic",
        }
    }

    /// Whether what one watch's mentions teach of it says nothing of another's: what is off topic
    /// for one may be just what the other is about.
    #[must_use]
    pub const fn is_of_one_watch(self) -> bool {
        matches!(self, Kind::Offtopic)
    }

    /// The kind of that name, case aside.
    #[must_use]
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(name))
    }
}

/// Several kinds at once, as one number for the database: bit `n` is [`Kind::ALL`]`[n]`.
///
/// ```
/// use domain::{Kind, Kinds};
///
/// let kinds: Kinds = [Kind::Question, Kind::Complaint].into_iter().collect();
/// assert!(kinds.has(Kind::Question) && !kinds.has(Kind::Praise));
/// assert_eq!(kinds.iter().collect::<Vec<_>>(), [Kind::Complaint, Kind::Question]);
/// assert_eq!(Kinds::of_bits(kinds.bits()), kinds);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "u8", into = "u8")]
pub struct Kinds(u8);

impl Kinds {
    /// None of them.
    pub const NONE: Kinds = Kinds(0);

    /// Those of a number from the database.
    #[must_use]
    pub const fn of_bits(bits: u8) -> Kinds {
        // One bit each: there is no other.
        const { assert!(Kind::COUNT == u8::BITS as usize) };
        Kinds(bits)
    }

    /// As a number.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether it is among them.
    #[must_use]
    pub const fn has(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// These and that one.
    #[must_use]
    pub const fn with(self, kind: Kind) -> Kinds {
        Kinds(self.0 | (1 << kind as u8))
    }

    /// These but not that one.
    #[must_use]
    pub const fn without(self, kind: Kind) -> Kinds {
        Kinds(self.0 & !(1 << kind as u8))
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each, in the order of [`Kind::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(move |kind| self.has(*kind))
    }
}

impl From<u8> for Kinds {
    fn from(bits: u8) -> Kinds {
        Kinds::of_bits(bits)
    }
}

impl From<Kinds> for u8 {
    fn from(kinds: Kinds) -> u8 {
        kinds.0
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Kinds {
        kinds.into_iter().fold(Kinds::NONE, Kinds::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_bits_come_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.as_str()), Some(kind));
            let one = Kinds::NONE.with(kind);
            assert_eq!(Kinds::of_bits(one.bits()), one);
            assert!(one.without(kind).is_empty());
        }
        assert_eq!(Kinds::of_bits(0xff).iter().count(), Kind::ALL.len());
        assert_eq!(Kind::named("Praise"), Some(Kind::Praise));
        assert_eq!(Kind::named("else"), None);
    }
}
