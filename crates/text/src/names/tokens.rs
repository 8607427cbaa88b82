//! A text's words as names need them: with their capitals, joined where hyphens join them.

use crate::words::{Kind, Words};

/// A word, or several with hyphens between.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit<'t> {
    pub start: usize,
    /// Without an English `'s`.
    pub end: usize,
    pub text: &'t str,
    /// What stands between the unit before and this one.
    pub link: &'t str,
    /// It begins a sentence, or stands behind a colon or an opening quotation mark.
    pub first: bool,
    pub sentence: u32,
}

impl<'t> Unit<'t> {
    /// Begins with a capital, or has one inside (`iPhone`).
    pub fn capital(&self) -> bool {
        self.text.starts_with(char::is_uppercase) || self.inner_capital()
    }

    /// Has a capital behind a small letter: `iPhone`, `PlayStation`; not `LehrerInnen`.
    pub fn inner_capital(&self) -> bool {
        let mut small = false;
        !self.text.contains('-')
            && !self.text.contains("Innen")
            && self.text.chars().any(|c| {
                let inner = small && c.is_uppercase();
                small = c.is_lowercase();
                inner
            })
    }

    /// Two to five capitals and nothing else.
    pub fn acronym(&self) -> bool {
        (2..=5).contains(&self.text.chars().count()) && self.text.chars().all(char::is_uppercase)
    }

    /// Capitals and digits: `A320`, `S24`.
    pub fn model(&self) -> bool {
        let has = |what: fn(char) -> bool| self.text.contains(what);
        self.text.starts_with(char::is_uppercase)
            && has(char::is_numeric)
            && !self.text.contains(char::is_lowercase)
    }

    pub fn number(&self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_digit())
    }

    pub fn initial(&self) -> bool {
        let mut chars = self.text.chars();
        chars.next().is_some_and(char::is_uppercase) && chars.next().is_none()
    }

    pub fn lower(&self) -> String {
        self.text.to_lowercase()
    }
}

/// The units of a text, and its accounts and topics as bytes.
pub(super) struct Units<'t> {
    pub all: Vec<Unit<'t>>,
    pub signed: Vec<(Kind, usize, usize)>,
}

impl<'t> Units<'t> {
    pub fn of(text: &'t str) -> Units<'t> {
        let mut words = Words::for_text(text.len());
        words.push(text);
        let mut units = Units { all: Vec::new(), signed: Vec::new() };
        for token in words.tokens() {
            let (start, end) = (token.start as usize, token.end as usize);
            match token.kind {
                Kind::Word => units.word(text, start, end, token.sentence),
                Kind::Mention | Kind::Hashtag => units.signed.push((token.kind, start, end)),
                Kind::Ticker | Kind::Url | Kind::Emoji => {}
            }
        }
        units
    }

    fn word(&mut self, text: &'t str, start: usize, end: usize, sentence: u32) {
        let word = &text[start..end];
        let bare = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
        let end = start + bare.len();
        let before = self.all.last().map_or(0, |unit| unit.end);
        let link = &text[before..start];
        if let Some(last) = self.all.last_mut()
            && link == "-"
            && last.end - last.start < 40
        {
            last.end = end;
            last.text = &text[last.start..end];
            return;
        }
        let opened =
            link.trim_end_matches(['*', '_', ' ']).ends_with([':', '"', '„', '“', '|', '•']);
        let first = opened || self.all.last().is_none_or(|last| last.sentence != sentence);
        self.all.push(Unit { start, end, text: bare, link, first, sentence });
    }
}
