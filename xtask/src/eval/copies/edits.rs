//! Edits that are planted into texts.

use super::Half;

/// A text of the data.
#[derive(Clone, Debug)]
pub struct Text {
    /// Where it is from.
    pub set: &'static str,
    /// What it says.
    pub text: String,
    /// The story it is of, where people said so.
    story: Option<String>,
}

impl Text {
    /// A text of a set.
    pub fn new(set: &'static str, text: String) -> Text {
        Text { set, text: text.split_whitespace().collect::<Vec<_>>().join(" "), story: None }
    }

    /// The same, of a story.
    pub fn of_story(self, story: &str) -> Text {
        Text { story: Some(story.to_owned()), ..self }
    }

    /// Its words.
    pub fn words(&self) -> Vec<&str> {
        self.text.split(' ').collect()
    }

    /// In which half it is.
    pub fn half(&self) -> Half {
        let sum = self.text.bytes().fold(7, |sum: u64, byte| mix(sum ^ u64::from(byte)));
        if sum % 2 == 0 { Half::Tuning } else { Half::Told }
    }
}

/// What an edited text should be taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expect {
    /// A copy.
    Copy,
    /// A quotation; not found is no error, since it is no copy.
    Quoted,
    /// No relative.
    Other,
}

/// An edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edit {
    /// Passed on with `RT`, a link, another case, a hashtag.
    PassedOn,
    /// A letter wrong every ten words.
    Retyped,
    /// The end cut off.
    Cut,
    /// A fifth taken out of the middle.
    Dropped,
    /// The first 18 to 40 words alone.
    Teaser,
    /// A place line, a call or a closing added.
    Framed,
    /// A headline in another language before it.
    Headline,
    /// The first sentence or so said in other words.
    OtherLead,
    /// Other lead and other closing.
    OtherFrame,
    /// Quoted with a comment of one's own.
    QuotedWhole,
    /// A short part quoted in a text of one's own.
    QuotedPart,
    /// One number is another.
    OtherNumber,
    /// One or two names are others.
    OtherNames,
    /// Another headline on the same event.
    SameEvent,
    /// The first half of the text of another.
    OtherText,
}

/// Openings and closings of posts.
const OPENINGS: &[&str] = &[
    "BERLIN (agency) - ",
    "+++ Breaking: ",
    "LONDON (wire) – ",
    "Just in: ",
    "JUST ANNOUNCED | ",
    "Eilmeldung: ",
];
const CLOSINGS: &[&str] = &[
    " Read more here",
    " – full story below",
    " Mehr dazu",
    " #news #update",
    " via the newsroom",
    "",
];

impl Edit {
    /// All of them.
    pub const ALL: [Edit; 15] = [
        Edit::PassedOn,
        Edit::Retyped,
        Edit::Cut,
        Edit::Dropped,
        Edit::Teaser,
        Edit::Framed,
        Edit::Headline,
        Edit::OtherLead,
        Edit::OtherFrame,
        Edit::QuotedWhole,
        Edit::QuotedPart,
        Edit::OtherNumber,
        Edit::OtherNames,
        Edit::SameEvent,
        Edit::OtherText,
    ];

    /// What it should be taken for.
    pub fn expect(self) -> Expect {
        match self {
            Edit::QuotedWhole | Edit::QuotedPart => Expect::Quoted,
            Edit::OtherNumber | Edit::OtherNames | Edit::SameEvent | Edit::OtherText => {
                Expect::Other
            }
            _ => Expect::Copy,
        }
    }

    /// What `docs/accuracy.md` says cannot be told; it is told apart and not counted.
    pub fn is_known_limit(self, long: bool) -> bool {
        self == Edit::OtherNames && long
    }

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Edit::PassedOn => "passed on (RT, link, case)",
            Edit::Retyped => "retyped, slips",
            Edit::Cut => "end cut off",
            Edit::Dropped => "a fifth taken out",
            Edit::Teaser => "first 18 to 40 words alone",
            Edit::Framed => "place line, call, closing",
            Edit::Headline => "foreign headline before it",
            Edit::OtherLead => "other lead",
            Edit::OtherFrame => "other lead and closing",
            Edit::QuotedWhole => "whole, with own comment",
            Edit::QuotedPart => "15 to 25 words, in own text",
            Edit::OtherNumber => "one number changed",
            Edit::OtherNames => "one or two names changed",
            Edit::SameEvent => "same event, other words",
            Edit::OtherText => "other text",
        }
    }

    /// The text with this edit; `None` where it does not suit.
    pub fn plant(self, text: &Text, all: &[&Text], dice: &mut Dice) -> Option<String> {
        let words = text.words();
        let long = text.set == "article";
        let count = words.len();
        let other = |dice: &mut Dice, words: usize| foreign(text, all, dice, words);
        Some(match self {
            Edit::PassedOn => passed_on(&words, dice),
            Edit::Retyped => retyped(&words, dice)?,
            Edit::Cut => {
                let kept = count * (if long { 30 } else { 50 } + dice.below(35)) / 100;
                format!("{}…", words[..kept.max(6)].join(" "))
            }
            Edit::Dropped if count >= 20 => {
                let from = count / 4 + dice.below(count / 3);
                [&words[..from], &words[from + count / 5..]].concat().join(" ")
            }
            Edit::Teaser if long => words[..18 + dice.below(23)].join(" "),
            Edit::Framed => {
                let opening = OPENINGS[dice.below(OPENINGS.len())];
                let closing = CLOSINGS[dice.below(CLOSINGS.len())];
                format!("{opening}{}{closing}", text.text)
            }
            Edit::Headline if count >= 18 => {
                let before = 6 + dice.below(4);
                format!("{}\n\n{}", other(dice, before)?, text.text)
            }
            Edit::OtherLead if long => {
                let (off, new) = (15 + dice.below(16), 15 + dice.below(16));
                format!("{} {}", other(dice, new)?, words[off..].join(" "))
            }
            Edit::OtherFrame if long => {
                let (lead, closing) = (other(dice, 20)?, other(dice, 15)?);
                let off = 10 + dice.below(11);
                format!("ROM (wire) - {lead} {} {closing}", words[off..count - off].join(" "))
            }
            Edit::QuotedWhole if !long => {
                let own = count * (80 + dice.below(80)) / 100;
                format!("{} “{}”", other(dice, own)?, text.text)
            }
            Edit::QuotedPart if long => {
                let (from, length) = (dice.below(count - 30), 15 + dice.below(11));
                let own = length + dice.below(length);
                format!("{} “{}”", other(dice, own)?, words[from..from + length].join(" "))
            }
            Edit::OtherNumber => other_number(&words, dice)?,
            Edit::OtherNames if !long => other_names(text, all, dice)?,
            Edit::SameEvent => same_event(text, all, dice)?,
            Edit::OtherText => other(dice, count / 2)?,
            _ => return None,
        })
    }
}

/// The first words of a text of another set that is in no index, of several if one is too short.
fn foreign(text: &Text, all: &[&Text], dice: &mut Dice, count: usize) -> Option<String> {
    let mut taken: Vec<&str> = Vec::new();
    for _ in 0..200 {
        let other = all[dice.below(all.len())];
        let suits = match text.set {
            "german" => other.set == "headline",
            "article" => other.set == "german",
            _ => other.set == "german" || other.set == "post",
        };
        if suits && other.text != text.text {
            taken.extend(other.words());
        }
        if taken.len() >= count {
            return Some(taken[..count].join(" "));
        }
    }
    None
}

fn passed_on(words: &[&str], dice: &mut Dice) -> String {
    let tagged = dice.below(words.len());
    let words = words.iter().enumerate().map(|(i, word)| match i == tagged {
        true if word.chars().all(char::is_alphabetic) => format!("#{word}"),
        _ => (*word).to_owned(),
    });
    let text = words.collect::<Vec<_>>().join(if dice.below(2) == 0 { " " } else { "  " });
    let text = if dice.below(2) == 0 { text.to_uppercase() } else { text };
    format!("RT @jane: {text} https://a.example/{}", dice.below(1000))
}

/// Letters swapped, left out, doubled or struck beside, every ten words and once at least, in
/// words of four letters and more.
fn retyped(words: &[&str], dice: &mut Dice) -> Option<String> {
    let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let plain = |word: &String| word.len() >= 4 && word.bytes().all(|b| b.is_ascii_alphabetic());
    let suited: Vec<usize> = (0..words.len()).filter(|&i| plain(&words[i])).collect();
    if suited.len() < 3 {
        return None;
    }
    for _ in 0..(words.len() / 10).max(1) {
        let word = &mut words[suited[dice.below(suited.len())]];
        let mut letters: Vec<char> = word.chars().collect();
        if letters.len() < 4 {
            continue;
        }
        let at = 1 + dice.below(letters.len() - 2);
        match dice.below(100) {
            0..40 => letters.swap(at, at + 1),
            40..65 => drop(letters.remove(at)),
            65..80 => letters.insert(at, letters[at]),
            _ => letters[at] = char::from(b"qwertzuiopasdfghjklyxcvbnm"[dice.below(26)]),
        }
        *word = letters.into_iter().collect();
    }
    Some(words.join(" "))
}

fn other_number(words: &[&str], dice: &mut Dice) -> Option<String> {
    let is_number = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_digit())
            && word.bytes().filter(u8::is_ascii_digit).count() < 6
    };
    let numbers: Vec<usize> = (0..words.len()).filter(|&i| is_number(words[i])).collect();
    let at = *numbers.get(dice.below(numbers.len().max(1)))?;
    let step = 1 + dice.below(8) as u8;
    let turn = |c: char| match c {
        '0'..='9' => char::from(b'0' + (c as u8 - b'0' + step) % 10),
        _ => c,
    };
    let changed: String = words[at].chars().map(turn).collect();
    let row = words.iter().enumerate().map(|(i, word)| if i == at { &changed } else { *word });
    Some(row.collect::<Vec<_>>().join(" "))
}

/// One or two names, words with a capital inside a text, are those of others.
fn other_names(text: &Text, all: &[&Text], dice: &mut Dice) -> Option<String> {
    let names = |words: &[&str]| -> Vec<usize> {
        (1..words.len()).filter(|&i| is_name(words[i])).collect()
    };
    let mut words: Vec<String> = text.words().iter().map(|word| (*word).to_owned()).collect();
    let here = names(&text.words());
    if here.is_empty() || here.len() * 2 > words.len() && text.set != "headline" {
        return None;
    }
    for _ in 0..1 + dice.below(2) {
        let at = here[dice.below(here.len())];
        let other = (0..50).find_map(|_| {
            let other = all[dice.below(all.len())];
            let there = names(&other.words());
            let name = other.words()[*there.get(dice.below(there.len().max(1)))?].to_owned();
            (other.set == text.set && !text.text.contains(&name)).then_some(name)
        })?;
        words[at] = other;
    }
    Some(words.join(" "))
}

fn is_name(word: &str) -> bool {
    word.len() >= 4
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word[1..].bytes().all(|b| b.is_ascii_lowercase())
}

/// Another headline of the same story with at most four tenths of the words in common.
fn same_event(text: &Text, all: &[&Text], dice: &mut Dice) -> Option<String> {
    text.story.as_ref()?;
    let from = dice.below(all.len());
    let words = text.words();
    let others = all[from..].iter().chain(&all[..from]).filter(|other| other.story == text.story);
    let different = |other: &&&Text| {
        let theirs = other.words();
        let both = words.iter().filter(|word| theirs.contains(word)).count();
        both * 10 <= words.len().min(theirs.len()) * 4
    };
    others.clone().find(different).map(|other| other.text.clone())
}

/// Numbers that look random and are always the same.
pub struct Dice(u64);

impl Dice {
    /// Thrown from this seed.
    pub fn new(seed: u64) -> Dice {
        Dice(mix(seed))
    }

    /// A number below another one, which is above 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mix(self.0) % end as u64) as usize
    }
}

fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
