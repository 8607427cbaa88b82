//! A message as plain text in the receiver's language. Strangers wrote parts of it, so nothing
//! in it may look like a line of ours: single lines lose their breaks, an excerpt is quoted.

use domain::{AlertReason, Message, Tone};

/// Longest headline that is sent, in characters.
pub(crate) const HEADLINE: usize = 200;

struct Words {
    who: &'static str,
    place: &'static str,
    why: &'static str,
    watch: &'static str,
    tone: &'static str,
    tones: [&'static str; 3],
    age: &'static str,
    published: &'static str,
    hour: &'static str,
    seen: &'static str,
    expected: &'static str,
    post: &'static str,
    horch: &'static str,
    story: &'static str,
}

const ENGLISH: Words = Words {
    who: "Who",
    place: "Where",
    why: "Why it matched",
    watch: "Watch",
    tone: "Tone",
    tones: ["negative", "neutral", "positive"],
    age: "Age when told",
    published: "published",
    hour: "Hour from",
    seen: "Mentions seen",
    expected: "expected",
    post: "Read the post",
    horch: "Open in Horch",
    story: "To the story",
};

const GERMAN: Words = Words {
    who: "Wer",
    place: "Wo",
    why: "Warum es passt",
    watch: "Suche",
    tone: "Ton",
    tones: ["negativ", "neutral", "positiv"],
    age: "Alter bei der Meldung",
    published: "veröffentlicht",
    hour: "Stunde ab",
    seen: "Erwähnungen gesehen",
    expected: "erwartet",
    post: "Zum Beitrag",
    horch: "In Horch öffnen",
    story: "Zum Thema",
};

fn words(lang: &str) -> &'static Words {
    if lang.get(..2).is_some_and(|l| l.eq_ignore_ascii_case("de")) { &GERMAN } else { &ENGLISH }
}

/// What the link to the post and the link to Horch are called.
pub(crate) fn link_labels(lang: &str) -> [&'static str; 2] {
    [words(lang).post, words(lang).horch]
}

/// The message as plain text for people: what, who, where, why it matched, how old it was when
/// told, and links to the post and to Horch. `lang` is `de`; everything else means English.
/// Lines end with `\n`; what the message does not know is left out.
///
/// ```
/// # use domain::{AlertReason, Message, Time, Tone};
/// let message = Message {
///     alert: "00".repeat(16),
///     reason: AlertReason::Negative,
///     watch: "Windows 7".into(),
///     headline: "Negativ über Windows 7".into(),
///     excerpt: "Schon wieder ein Absturz".into(),
///     who: "Hobbyblog".into(),
///     place: "RSS".into(),
///     why: "\"windows 7\"".into(),
///     tone: Some(Tone::Negative),
///     lang: Some("de".into()),
///     published: Time(0),
///     matched: Time(9_000),
///     told: Time(12_000),
///     age: "12 s".into(),
///     post_url: "https://hobby.example/1".into(),
///     horch_url: "http://localhost:7400/mentions/1".into(),
///     rise: None,
///     picture: None,
/// };
/// let text = notify::render(&message, "de");
/// assert!(text.contains("\nWer: Hobbyblog\n"));
/// assert!(text.contains("\n> Schon wieder ein Absturz\n"));
/// assert!(text.contains("Alter bei der Meldung: 12 s (veröffentlicht 1970-01-01 00:00:00 UTC)"));
/// ```
#[must_use]
pub fn render(message: &Message, lang: &str) -> String {
    let parts = Parts::of(message, lang);
    let mut text = format!("{}\n\n", parts.headline);
    for (label, value) in &parts.facts {
        text.push_str(&format!("{label}: {value}\n"));
    }
    let quoted: String = parts.quoted.iter().map(|line| format!("> {line}\n")).collect();
    for block in [quoted, parts.picture.map(|words| format!("{words}\n")).unwrap_or_default()] {
        if !block.is_empty() {
            text.push('\n');
            text.push_str(&block);
        }
    }
    text.push('\n');
    for (label, url) in &parts.links {
        text.push_str(&format!("{label}: {url}\n"));
    }
    text
}

/// What a message says, piece by piece, each on one line; what it does not know is left out.
pub(crate) struct Parts {
    /// What happened.
    pub headline: String,
    /// Who, where, why: label and value.
    pub facts: Vec<(&'static str, String)>,
    /// The excerpt, line by line.
    pub quoted: Vec<String>,
    /// What the picture shows, in words.
    pub picture: Option<String>,
    /// Label and address.
    pub links: Vec<(&'static str, String)>,
}

impl Parts {
    pub(crate) fn of(message: &Message, lang: &str) -> Parts {
        let words = words(lang);
        let known = |(label, value): (&'static str, &String)| {
            let value = one_line(value, 2_000);
            (!value.is_empty()).then_some((label, value))
        };
        let picture = message.picture.as_ref();
        let story = picture.map(|picture| &picture.link).filter(|link| **link != message.horch_url);
        let links = [
            Some((words.post, &message.post_url)),
            Some((words.horch, &message.horch_url)),
            story.map(|link| (words.story, link)),
        ];
        let lines = message.excerpt.lines().map(|line| one_line(line, 2_000));
        Parts {
            headline: one_line(&message.headline, HEADLINE),
            facts: facts(message, lang),
            quoted: lines.filter(|line| !line.is_empty()).collect(),
            picture: picture.map(|picture| one_line(&picture.alt, 4_000)),
            links: links.into_iter().flatten().filter_map(known).collect(),
        }
    }
}

fn facts(message: &Message, lang: &str) -> Vec<(&'static str, String)> {
    let words = words(lang);
    let mut facts = Vec::new();
    let mut fact = |label: &'static str, value: &str| {
        let value = one_line(value, 2_000);
        if !value.is_empty() {
            facts.push((label, value));
        }
    };
    fact(words.who, &message.who);
    fact(words.place, &message.place);
    fact(words.why, &message.why);
    fact(words.watch, &message.watch);
    if let Some(tone) = message.tone {
        let at = Tone::ALL.iter().position(|t| *t == tone).unwrap_or(1);
        fact(words.tone, words.tones[at]);
    }
    if let Some(rise) = message.rise {
        let expected = format!("{:.1}", rise.expected);
        let expected = if lang.starts_with("de") { expected.replace('.', ",") } else { expected };
        fact(words.seen, &format!("{} ({}: {expected})", rise.seen, words.expected));
    }
    let published = moment(message.published);
    if matches!(message.reason, AlertReason::Rise | AlertReason::Dip) {
        fact(words.hour, &published);
    } else {
        fact(words.age, &format!("{} ({} {published})", message.age, words.published));
    }
    facts
}

/// A moment as people in any country read it, without doubt about the zone.
fn moment(time: domain::Time) -> String {
    jiff::Timestamp::from_millisecond(time.0)
        .map(|t| t.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
        .unwrap_or_default()
}

/// `text` on one line, at most `limit` characters: line breaks and control characters become
/// spaces, invisible characters that turn the reading direction around disappear.
#[must_use]
pub fn one_line(text: &str, limit: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    let mut gap = false;
    for c in text.chars() {
        if matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') {
            continue;
        }
        if c.is_whitespace() || c.is_control() {
            gap = !line.is_empty();
            continue;
        }
        if length + usize::from(gap) >= limit {
            if length == limit {
                line.pop();
            }
            line.push('…');
            break;
        }
        if gap {
            line.push(' ');
            length += 1;
            gap = false;
        }
        line.push(c);
        length += 1;
    }
    line
}

/// `text` cut to at most `limit` bytes on a character boundary.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_cannot_start_a_line() {
        let check = |text: &str, limit: usize, expect: &str| {
            assert_eq!(one_line(text, limit), expect, "{text:?}");
        };
        check("a\r\nBcc: everybody@evil.example", 200, "a Bcc: everybody@evil.example");
        check("  a \u{2028}b\u{85}c\0d ", 200, "a b c d");
        check("abc\u{202e}def", 200, "abcdef");
        check("abcdef", 6, "abcdef");
        check("abcdefg", 6, "abcde…");
        check("ab cd", 3, "ab…");
        check("äöü äöü", 4, "äöü…");
        check("", 4, "");
    }

    #[test]
    fn cuts_lie_between_characters() {
        assert_eq!(cut("aä", 2), "a");
        assert_eq!(cut("aä", 3), "aä");
        assert_eq!(cut("a", 9), "a");
    }
}
