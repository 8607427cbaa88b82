//! How a post speaks: of itself, to somebody, like a headline; and what that and its tone give for
//! each kind.

use domain::Kind;

use crate::words::{self, Token, Words};

/// Words that speak of the speaker.
const FIRST: [&str; 24] = [
    "i", "i'm", "i've", "i'll", "i'd", "me", "my", "mine", "we", "we're", "we've", "us", "our",
    "ich", "mir", "mich", "mein", "meine", "meinen", "wir", "uns", "unser", "unsere", "meiner",
];

/// Words that speak to somebody.
const SECOND: [&str; 26] = [
    "you", "your", "you're", "yours", "u", "ur", "ya", "y'all", "du", "dir", "dich", "dein",
    "deine", "ihr", "euch", "euer", "eure", "eurer", "eurem", "euren", "ihnen", "liebe", "lieber",
    "hallo", "hi", "please",
];

/// Common verbs of the third person.
const DEEDS: [&str; 30] = [
    "ist", "sind", "war", "waren", "hat", "haben", "hatte", "wird", "werden", "wurde", "wurden",
    "darf", "soll", "sollen", "will", "wollen", "kann", "muss", "is", "are", "was", "were", "has",
    "have", "had", "will", "would", "says", "ends", "takes",
];

/// Words that end like one.
const NO_DEEDS: [&str; 22] = [
    "nicht",
    "jetzt",
    "heute",
    "erst",
    "selbst",
    "sonst",
    "recht",
    "statt",
    "leicht",
    "schlecht",
    "vielleicht",
    "bereits",
    "dort",
    "laut",
    "weit",
    "echt",
    "direkt",
    "insgesamt",
    "bekannt",
    "überhaupt",
    "zuletzt",
    "zunächst",
];

/// Signs of a joke.
const LAUGHTER: [&str; 12] =
    ["lol", "haha", "hahaha", "lmao", "rofl", "xd", "hihi", "hehe", "😂", "🤣", "😜", "😅"];

/// Signs of an advertisement.
const SELLING: [&str; 16] = [
    "sale",
    "deal",
    "gratis",
    "gutschein",
    "rabatt",
    "angebot",
    "angebote",
    "ebay",
    "amazon",
    "schnaeppchen",
    "discount",
    "coupon",
    "giveaway",
    "gewinnspiel",
    "immobilie",
    "porno",
];

/// Words a question begins with.
const ASKING: [&str; 40] = [
    "what", "what's", "when", "where", "who", "which", "how", "why", "is", "are", "does", "do",
    "did", "has", "have", "can", "could", "will", "would", "any", "was", "wann", "wo", "wer",
    "wem", "welche", "welcher", "welches", "wie", "warum", "wieso", "weshalb", "ist", "sind",
    "hat", "habt", "kann", "könnt", "gibt", "fährt",
];

/// A question word counts among the first words of its sentence only.
const BEGINNING: usize = 4;

/// A text of more words is long.
const LONG: usize = 60;

/// A headline has so many words.
const HEADLINE: usize = 5;

/// What was seen of how a post speaks.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    words: usize,
    /// Speaks of the speaker.
    first: bool,
    /// Speaks to somebody.
    second: bool,
    link: bool,
    laughs: bool,
    sells: bool,
    exclaims: bool,
    /// Sentences that end with a question mark.
    asked: usize,
    /// One of these is the text's first or last sentence.
    asks_outside: bool,
    /// Of these, those that begin like a question.
    asking: usize,
    /// A number of two digits or more.
    counts: bool,
    /// A number with a percent sign.
    percent: bool,
    /// Somebody does something: a word that looks like a verb of the third person.
    acts: bool,
}

impl Look {
    pub fn at(text: &str, words: &Words, lang: &str) -> Look {
        let mut look = Look { exclaims: text.contains('!'), ..Look::default() };
        let tokens = words.tokens();
        for (at, token) in tokens.iter().enumerate() {
            let word = words.lower(token);
            look.words += usize::from(token.kind == words::Kind::Word);
            look.link |= token.kind == words::Kind::Url || word == "http";
            look.first |= FIRST.contains(&word);
            look.second |= SECOND.contains(&word) || polite(text, tokens, at, lang);
            look.second |= at == 0 && token.kind == words::Kind::Mention;
            look.laughs |= LAUGHTER.contains(&word);
            look.sells |= SELLING.contains(&word);
            look.acts |=
                at > 0 && is_deed(word, &text[token.start as usize..token.end as usize], lang);
            look.counts |= word.bytes().filter(u8::is_ascii_digit).count() >= 2;
            let behind = behind(text, tokens, at);
            look.percent |= word.ends_with(|c: char| c.is_ascii_digit())
                && behind.trim_start().starts_with('%');
            if behind.trim_start_matches(['"', '“', '”', ')', ' ']).starts_with('?') {
                look.asked += 1;
                look.asks_outside |= token.sentence == tokens[0].sentence;
                look.asks_outside |= token.sentence == tokens[tokens.len() - 1].sentence;
                look.asking += usize::from(begins_asking(words, at));
            }
        }
        look
    }

    /// No one speaks, nobody is spoken to: news, as a rule.
    fn is_news(&self) -> bool {
        !self.first && !self.second && self.asked == 0 && self.words >= HEADLINE && !self.sells
    }

    /// The points of a kind for tone and way of speaking; `cues` are those it has for its cues.
    pub fn points(&self, kind: Kind, cues: i32, shares: Option<&[f32; 3]>) -> i32 {
        let tone = Tone::of(shares);
        let yes = i32::from;
        match kind {
            Kind::Complaint => {
                tone.negative() + yes(self.second) + yes(cues > 0 && (self.first || self.second))
                    - 3 * yes(self.is_news() && self.link)
                    - 2 * yes(self.laughs)
            }
            // A good mood alone is none, nor is a kind word.
            Kind::Praise if cues < 3 && !tone.is_splendid() => -cues,
            Kind::Praise => {
                tone.positive() + yes(self.second)
                    - 2 * yes(self.is_news() && self.link)
                    - 3 * yes(self.sells)
            }
            Kind::Question => self.question(),
            Kind::Call => -yes(self.asked > 0) - yes(tone.is_bad() && self.first && !self.exclaims),
            Kind::Claim => self.claim(&tone),
            Kind::Crisis => -2 * yes(tone.is_good()) - 2 * yes(self.laughs) - 2 * yes(self.sells),
            Kind::Offtopic => 0,
            Kind::Abuse => {
                yes(self.second) + yes(tone.is_bad())
                    - 3 * yes(tone.is_good())
                    - 3 * yes(self.is_news() && self.link)
            }
        }
    }

    fn question(&self) -> i32 {
        // Without a mark only a plain request for help is one.
        let mark = if self.asked > 0 { 3 } else { 0 };
        let begin = if self.asking > 0 { 1 } else { 0 };
        let to_somebody = i32::from(self.asked > 0 && self.second);
        let advertised = 2 * i32::from(self.sells || (self.link && !self.first && !self.second));
        // Of a long text only what it begins or ends with is asked of the reader.
        let inside = 3 * i32::from(self.words > LONG && !self.asks_outside);
        mark + begin + to_somebody - advertised - inside
    }

    fn claim(&self, tone: &Tone) -> i32 {
        let yes = i32::from;
        let news = self.is_news();
        2 * yes(news)
            + yes(news && self.acts)
            + yes(news && self.link)
            + yes(news && self.counts)
            + yes(self.percent)
            - 2 * yes(self.first)
            - yes(self.second)
            - 2 * yes(self.asked > 0)
            - yes(self.exclaims)
            - 3 * yes(self.words < HEADLINE)
            - 3 * yes(self.sells)
            - yes(tone.is_good())
            - yes(self.laughs)
    }
}

/// What the shares of a tone give.
struct Tone {
    shares: Option<[f32; 3]>,
}

impl Tone {
    fn of(shares: Option<&[f32; 3]>) -> Tone {
        Tone { shares: shares.copied() }
    }

    fn negative(&self) -> i32 {
        self.shares.map_or(0, |[bad, _, good]| {
            step(bad) - 3 * i32::from(good >= 0.5) - i32::from(bad < 0.2)
        })
    }

    fn positive(&self) -> i32 {
        self.shares.map_or(0, |[bad, _, good]| {
            step(good) - 3 * i32::from(bad >= 0.5) - i32::from(good < 0.2)
        })
    }

    fn is_bad(&self) -> bool {
        self.shares.is_some_and(|[bad, ..]| bad >= 0.5)
    }

    fn is_splendid(&self) -> bool {
        self.shares.is_some_and(|[.., good]| good >= 0.8)
    }

    fn is_good(&self) -> bool {
        self.shares.is_some_and(|[.., good]| good >= 0.6)
    }
}

/// The more likely, the more points.
fn step(share: f32) -> i32 {
    i32::from(share >= 0.4) + i32::from(share >= 0.6) + i32::from(share >= 0.8)
}

/// Looks like a verb of the third person. Endings decide; what they take in wrongly is rare among
/// words that news begin with.
fn is_deed(word: &str, written: &str, lang: &str) -> bool {
    let small = written.starts_with(char::is_lowercase);
    match lang {
        "de" => {
            DEEDS.contains(&word)
                || small && word.len() > 4 && word.ends_with('t') && !NO_DEEDS.contains(&word)
        }
        _ => DEEDS.contains(&word) || word.len() > 4 && word.ends_with("ed"),
    }
}

/// German "Sie" and "Ihr" in the middle of a sentence.
fn polite(text: &str, tokens: &[Token], at: usize, lang: &str) -> bool {
    let token = &tokens[at];
    let inside = at > 0 && tokens[at - 1].sentence == token.sentence;
    let word = &text[token.start as usize..token.end as usize];
    lang == "de" && inside && matches!(word, "Sie" | "Ihnen" | "Ihr" | "Ihre" | "Ihrem" | "Ihren")
}

/// What stands between a token and the next.
fn behind<'t>(text: &'t str, tokens: &[Token], at: usize) -> &'t str {
    let end = tokens.get(at + 1).map_or(text.len(), |next| next.start as usize);
    text.get(tokens[at].end as usize..end).unwrap_or_default()
}

/// Whether a question word stands at the beginning of the sentence of that token, or behind a name
/// it is said to.
fn begins_asking(words: &Words, at: usize) -> bool {
    let tokens = words.tokens();
    let sentence = tokens[at].sentence;
    let first = tokens[..=at].partition_point(|token| token.sentence < sentence);
    let said = tokens[first..=at].iter().filter(|token| token.kind == words::Kind::Word);
    said.take(BEGINNING).any(|token| ASKING.contains(&words.lower(token)))
}
