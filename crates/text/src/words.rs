//! A text's words, found once and read by everybody: matcher, language, tone, fingerprints.
//!
//! Words are those of UAX 29 with these decisions of our own:
//! - `#tag`, `@name` (also `@user@server.example`, `@handle.bsky.social`), `$TICKER`, addresses
//!   (`https://…`, `www.…`) and emoji are single tokens.
//! - `.` and `:` between letters part words (UAX 29 keeps them together): `amazon.de` is `amazon`
//!   and `de`, and a missing space after a full stop hides nothing. `3.14` stays one.
//! - Hyphens part words: `S-Bahn` is `s` and `bahn`. An underscore joins inside a word and is
//!   trimmed at its ends.
//! - A token is found under several *keys*. Every token under its folded form, accents kept
//!   ([`Words::lower`]); also without accents (`müller` → `muller`) and in German spelling
//!   (`mueller`). A tag, a name and a ticker also under the bare word (`#windows` → `windows`,
//!   `@windows` → `windows`; the reverse is not so), a name with a server also under its first
//!   part (`@jane@social.example` → `@jane`, `jane`). `microsoft's` also under `microsoft`,
//!   `l'avion` under `avion`, `👍🏽` under `👍`.
//!
//! ```
//! use text::words::Words;
//!
//! let mut words = Words::new();
//! words.push("Größe zählt. #Windows");
//! let keys: Vec<Vec<&str>> = words.tokens().iter().map(|t| words.keys(t).collect()).collect();
//! assert_eq!(keys[0], ["größe", "grosse", "groesse"]);
//! assert_eq!(keys[2], ["#windows", "windows"]);
//! assert_ne!(words.tokens()[1].sentence, words.tokens()[2].sentence);
//! ```

mod fold;
mod letters;
mod scan;

pub use fold::{fold, fold_german, fold_plain};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A word or number.
    Word,
    /// `#tag`.
    Hashtag,
    /// `@name`.
    Mention,
    /// `$TICKER`.
    Ticker,
    /// An address.
    Url,
    /// An emoji, all its parts together.
    Emoji,
}

/// A stretch of [`Words`]' key text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Key {
    start: u32,
    end: u32,
}

/// Under which shorter form a token is found too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Short {
    /// None.
    Whole,
    /// Without its sign; a name also without its server.
    Sign,
    /// Without `'s`.
    Possessive,
    /// Without `l'`.
    Elision,
}

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// First byte in the text it was found in.
    pub start: u32,
    /// The byte after the last one; both on character boundaries.
    pub end: u32,
    /// What it is.
    pub kind: Kind,
    /// The number of its sentence, counted over everything pushed; no two texts share one.
    pub sentence: u32,
    /// The number of its paragraph, likewise.
    pub paragraph: u32,
    lower: Key,
    plain: Key,
    german: Key,
    short: Short,
}

/// The tokens of one text or several, and their keys, in buffers that are kept over [`clear`].
///
/// [`clear`]: Words::clear
#[derive(Clone, Debug, Default)]
pub struct Words {
    tokens: Vec<Token>,
    text: String,
    sentences: u32,
    paragraphs: u32,
}

impl Words {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Words {
        Words::default()
    }

    /// Nothing yet, with room for the words of a text of `bytes` bytes.
    #[must_use]
    pub fn for_text(bytes: usize) -> Words {
        Words {
            tokens: Vec::with_capacity(bytes / 5 + 4),
            text: String::with_capacity(bytes + bytes / 8 + 16),
            ..Words::default()
        }
    }

    /// Forgets everything but the memory.
    pub fn clear(&mut self) {
        self.tokens.clear();
        self.text.clear();
        self.sentences = 0;
        self.paragraphs = 0;
    }

    /// Finds the words of a text, after those that are there. What lies beyond 4 GiB of text and
    /// keys is not read.
    pub fn push(&mut self, text: &str) {
        scan::scan(self, text, true);
    }

    /// Finds the words of an address or identifier: nothing in it is a tag, a name or an address.
    pub fn push_address(&mut self, text: &str) {
        scan::scan(self, text, false);
    }

    /// Every token, in order of the texts.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The folded form, accents kept; with its sign (`#windows`).
    #[must_use]
    pub fn lower(&self, token: &Token) -> &str {
        self.key(token.lower)
    }

    /// The folded form without accents (`muller`).
    #[must_use]
    pub fn plain(&self, token: &Token) -> &str {
        self.key(token.plain)
    }

    /// The folded form without accents in German spelling (`mueller`).
    #[must_use]
    pub fn german(&self, token: &Token) -> &str {
        self.key(token.german)
    }

    /// The folded form, accents kept, without sign, server, `'s` and `l'`: the word itself.
    #[must_use]
    pub fn word(&self, token: &Token) -> &str {
        shorten(token, self.lower(token)).0.unwrap_or(self.lower(token))
    }

    /// Every key it is found under, each once; the folded form first.
    pub fn keys(&self, token: &Token) -> impl Iterator<Item = &str> {
        let lower = self.lower(token);
        let plain = (token.plain != token.lower).then(|| self.plain(token));
        let german = (token.german != token.lower && token.german != token.plain)
            .then(|| self.german(token));
        let forms = [Some(lower), plain, german];
        let shorts = match token.short {
            Short::Whole => [(None, None); 3],
            _ => forms.map(|form| form.map_or((None, None), |form| shorten(token, form))),
        };
        let shorts = shorts.into_iter().flat_map(|(word, name)| [name, word]).flatten();
        forms.into_iter().flatten().chain(shorts)
    }

    /// Calls `each` with every one of its [`Words::keys`]; nearly every token has but one.
    #[inline]
    pub fn each_key<'a>(&'a self, token: &Token, mut each: impl FnMut(&'a str)) {
        if token.short == Short::Whole && token.plain == token.lower && token.german == token.lower
        {
            each(self.lower(token));
        } else {
            self.keys(token).for_each(each);
        }
    }

    #[inline]
    fn key(&self, key: Key) -> &str {
        self.text.get(key.start as usize..key.end as usize).unwrap_or_default()
    }
}

/// A form's shorter form, and for names with a server the name with its sign.
fn shorten<'a>(token: &Token, form: &'a str) -> (Option<&'a str>, Option<&'a str>) {
    match token.short {
        Short::Whole => (None, None),
        Short::Sign => {
            let bare = form.get(1..).unwrap_or_default();
            match bare.find(['@', '.']) {
                Some(end) if token.kind == Kind::Mention => (bare.get(..end), form.get(..=end)),
                _ => (Some(bare), None),
            }
        }
        Short::Possessive => (form.strip_suffix("'s"), None),
        Short::Elision => (form.split_once('\'').map(|(_, word)| word), None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Words {
        let mut words = Words::new();
        words.push(text);
        words
    }

    /// Every token as `lower` or, where it has more keys, `lower=key=key`.
    fn check(text: &str, expect: &str) {
        let words = words(text);
        let all: Vec<String> = words
            .tokens()
            .iter()
            .map(|token| words.keys(token).collect::<Vec<_>>().join("="))
            .collect();
        assert_eq!(all.join(" "), expect, "{text:?}");
    }

    #[test]
    fn words_of_many_kinds() {
        check("Hello, World!", "hello world");
        check("S-Bahn-Chaos", "s bahn chaos");
        check("AC/DC", "ac dc");
        check("Größe", "größe=grosse=groesse");
        check("GROẞE STRASSE", "große=grosse strasse");
        check("Müller", "müller=muller=mueller");
        check("Mu\u{308}ller", "müller=muller=mueller");
        check("café", "café=cafe");
        check("don’t don't", "don't don't");
        check("neʼnm neʼʼb 1ʼa 1ʼ2 ne_ʼb", "ne'nm ne b 1 a 1'2 ne b");
        check("#neʼnm #neŉ", "#ne=ne nm #ne=ne ŉ");
        check("Microsoft's iPhone’s", "microsoft's=microsoft iphone's=iphone");
        check("l'avion qu’elle", "l'avion=avion qu'elle=elle");
        check("3.14 1,000 12:30 v2", "3.14 1,000 12 30 v2");
        check("amazon.de U.S. end.Next", "amazon de u s end next");
        check("foo_bar _foo_", "foo_bar foo");
        check("ﬁne Ａ", "fine a");
        check("新聞 ニュース", "新 聞 ニュース");
        check("Straße.Übel", "straße=strasse übel=ubel=uebel");
        check("ΟΔΟΣ α\u{387}β", "οδοσ α β");
        check("йод ёж", "йод ёж=еж");
        check("", "");
        check("… — !", "");
    }

    #[test]
    fn tags_names_tickers() {
        check("#Windows", "#windows=windows");
        check("#Größe", "#größe=#grosse=#groesse=größe=grosse=groesse");
        check("(#a_b)", "#a_b=a_b");
        check("a#b", "a b");
        check("@Jane", "@jane=jane");
        check("@jane@social.example", "@jane@social.example=@jane=jane");
        check("@jane.bsky.social.", "@jane.bsky.social=@jane=jane");
        check("jane@mail.example", "jane mail example");
        check("$AAPL $5 US$ $AAPL5", "$aapl=aapl 5 us aapl5");
        check("# @ $", "");
        check("##x", "#x=x");
        check("#\u{5b0} #\u{5d0}\u{5b0}", "#\u{5d0}\u{5b0}=#\u{5d0}=\u{5d0}\u{5b0}=\u{5d0}");
    }

    #[test]
    fn addresses() {
        check("see https://a.example/b?c=D).", "see https://a.example/b?c=d");
        check("(http://a.example/x_(y))", "http://a.example/x_(y)");
        check("www.a.example/x, ok", "www.a.example/x ok");
        check("https:// www. http", "https www http");
    }

    #[test]
    fn emoji() {
        check("gut👍🏽!", "gut 👍🏽=👍");
        check("❤️❤", "❤ ❤");
        check("👩‍💻🇩🇪", "👩‍💻 🇩🇪");
    }

    #[test]
    fn addresses_as_words() {
        let mut words = Words::new();
        words.push_address("https://www.a.example/@jane/#x");
        let keys: Vec<&str> = words.tokens().iter().map(|t| words.lower(t)).collect();
        assert_eq!(keys, ["https", "www", "a", "example", "jane", "x"]);
    }

    /// One number a token: its sentence.
    fn sentences(text: &str, expect: &[u32]) {
        let found: Vec<u32> = words(text).tokens().iter().map(|t| t.sentence).collect();
        assert_eq!(found, expect, "{text:?}");
    }

    #[test]
    fn sentences_and_paragraphs() {
        sentences("One two. Three! Four", &[0, 0, 1, 2]);
        sentences("Dr. Who am 3. Oktober, z. B. hier", &[0; 8]);
        sentences("version 2. nothing", &[0, 0, 0]);
        sentences("one\ntwo", &[0, 1]);
        sentences("Er kam. „Gut“, sagte sie.", &[0, 0, 1, 1, 1]);
        let words = words("a\nb\n \nc");
        let found: Vec<u32> = words.tokens().iter().map(|t| t.paragraph).collect();
        assert_eq!(found, [0, 0, 1]);
    }

    #[test]
    fn texts_share_no_sentence() {
        let mut words = words("one");
        words.push("two");
        assert_ne!(words.tokens()[0].sentence, words.tokens()[1].sentence);
        assert_ne!(words.tokens()[0].paragraph, words.tokens()[1].paragraph);
    }

    fn holds_together(text: &str) {
        let words = words(text);
        let mut last = 0;
        for token in words.tokens() {
            let (start, end) = (token.start as usize, token.end as usize);
            assert!(last <= start && start < end, "{text:?} {token:?}");
            assert!(text.get(start..end).is_some(), "{text:?} {token:?}");
            let mut keys: Vec<&str> = words.keys(token).collect();
            assert!(keys.iter().all(|k| !k.is_empty()), "{text:?} {keys:?}");
            let many = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), many, "{text:?} {keys:?}");
            last = end;
        }
    }

    /// No sign between, before or behind letters makes a key that is read as other keys.
    #[test]
    fn every_sign_leaves_keys_that_are_words() {
        let mut again = Words::new();
        for c in '\u{80}'..='\u{ffff}' {
            for text in [format!("a{c}b"), format!("1{c}1"), format!("𖫐{c}A")] {
                let all = words(&text);
                for token in all.tokens() {
                    let lower = all.lower(token);
                    again.clear();
                    again.push(lower);
                    let read: Vec<&str> = again.tokens().iter().map(|t| again.lower(t)).collect();
                    assert_eq!(read, [lower], "{text:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,60}") {
            holds_together(&text);
        }

        #[test]
        fn never_panics_on_what_posts_are_made_of(
            text in "([a-cSs'’.:_,;#@$ \n/-]|http://|www\\.|ß|ü|u\u{308}|👍|🏽|\u{200d}|\u{fe0f}|ニ|新|\u{301}|1){0,40}",
        ) {
            holds_together(&text);
        }

        /// The fast path for ASCII and common letters finds what UAX 29 finds.
        #[test]
        fn both_paths_agree(text in "([a-c1'.,:;_ /-]|[’‘üÉßıİŉйЖ×、\u{301}\u{308}ー½ª]){0,30}") {
            let fast = words(&text);
            let mut slow = Words::new();
            scan::scan_slowly(&mut slow, &text);
            prop_assert_eq!(fast.tokens(), slow.tokens());
            prop_assert_eq!(fast.text, slow.text);
        }

        /// A key written down is read as that key: queries are printed by their keys.
        #[test]
        fn a_key_is_a_word(text in "([ab1]|['’ʼŉ_#.ü]|u\u{308}| ){0,12}") {
            let all = words(&text);
            for token in all.tokens() {
                let lower = all.lower(token);
                let again = words(lower);
                let read: Vec<&str> = again.tokens().iter().map(|t| again.lower(t)).collect();
                prop_assert_eq!(read, [lower], "{:?}", text);
            }
        }

        /// A key means the same wherever it stands: folding it again changes nothing.
        #[test]
        fn folding_is_stable(text in "\\PC{0,30}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
