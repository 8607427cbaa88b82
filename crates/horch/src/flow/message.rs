//! What a message says, in the receiver's language: what, who, where, why it matched, how old it
//! was when told.

use domain::{AlertReason, Message, Time, Tone};
use store::AlertRow;

/// Longest excerpt, in characters.
const EXCERPT: usize = 500;
/// Alerts listed in one message; the rest is counted.
const LISTED: usize = 20;

/// The message for an alert; `None` when its post was deleted meanwhile (then nobody is told).
#[must_use]
pub fn message(alert: &AlertRow, lang: &str, public_url: &str, now: Time) -> Option<Message> {
    let german = lang == "de";
    let base = public_url.trim_end_matches('/');
    let mut message = Message {
        alert: alert.id.to_string(),
        reason: alert.reason,
        watch: alert.watch_name.clone(),
        headline: String::new(),
        excerpt: String::new(),
        who: String::new(),
        place: String::new(),
        why: String::new(),
        tone: None,
        lang: None,
        published: alert.raised,
        matched: alert.raised,
        told: now,
        age: String::new(),
        post_url: String::new(),
        horch_url: format!("{base}/mentions?watch={}", alert.watch.0),
        rise: alert.rise,
        picture: None,
    };
    if let Some(rise) = alert.rise {
        message.headline = match alert.reason {
            AlertReason::Dip => dip_headline(&alert.watch_name, rise, german),
            _ => rise_headline(&alert.watch_name, rise, german),
        };
        message.age = age(now.since(alert.raised), german);
        return Some(message);
    }
    let mention = alert.mention.as_ref()?;
    let post = &mention.post;
    let who = post.source.display_name().to_owned();
    message.headline = headline(alert.reason, &alert.watch_name, &who, german);
    message.excerpt =
        excerpt(&post.title, if post.body.is_empty() { &post.lead } else { &post.body });
    message.place = match post.site() {
        "" => post.platform.to_string(),
        site => format!("{} · {site}", post.platform),
    };
    message.who = who;
    message.why = mention.why.clone();
    message.tone = mention.sentiment.map(|s| s.tone);
    message.lang = post.lang.clone();
    message.published = post.published;
    message.matched = mention.matched;
    message.age = age(now.since(post.published), german);
    message.post_url = post.url.clone();
    message.horch_url = match alert.story {
        Some(story) => format!("{base}/stories/{}", story.0),
        None => format!("{base}/mentions/{}", mention.number),
    };
    Some(message)
}

/// One message for several alerts of one way: the only one as it is, several as a list. `None`
/// for none.
#[must_use]
pub fn digest(mut messages: Vec<Message>, lang: &str, public_url: &str) -> Option<Message> {
    if messages.len() < 2 {
        return messages.pop();
    }
    let german = lang == "de";
    let mut watches: Vec<(String, usize)> = Vec::new();
    for message in &messages {
        match watches.iter_mut().find(|(name, _)| *name == message.watch) {
            Some((_, count)) => *count += 1,
            None => watches.push((message.watch.clone(), 1)),
        }
    }
    let counted: Vec<String> = watches.iter().map(|(name, n)| format!("{name} ({n})")).collect();
    let lines: Vec<String> = messages.iter().take(LISTED).map(line).collect();
    let more = messages.len().saturating_sub(LISTED);
    let mut excerpt = lines.join("\n\n");
    if more > 0 {
        excerpt.push_str(&if german {
            format!("\n\n… und {more} weitere")
        } else {
            format!("\n\n… and {more} more")
        });
    }
    let many = messages.len();
    let first = messages.swap_remove(0);
    Some(Message {
        headline: if german {
            format!("{many} neue Alarme: {}", counted.join(", "))
        } else {
            format!("{many} new alerts: {}", counted.join(", "))
        },
        watch: watches.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", "),
        excerpt,
        who: String::new(),
        place: String::new(),
        why: String::new(),
        tone: None,
        lang: None,
        post_url: String::new(),
        horch_url: format!("{}/", public_url.trim_end_matches('/')),
        rise: None,
        ..first
    })
}

/// One alert in a list: what happened, the beginning of the text, where to read on.
fn line(message: &Message) -> String {
    let text: String = message.excerpt.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = text.chars().take(140).collect();
    let place =
        if message.place.is_empty() { String::new() } else { format!(" ({})", message.place) };
    let mut line = format!("• {}{place}", message.headline);
    for part in [short.as_str(), message.horch_url.as_str()] {
        if !part.is_empty() {
            line.push_str("\n  ");
            line.push_str(part);
        }
    }
    line
}

fn headline(reason: AlertReason, watch: &str, who: &str, german: bool) -> String {
    match (reason, german) {
        (AlertReason::Negative, true) => format!("Negativ über {watch}: {who}"),
        (AlertReason::Negative, false) => format!("Negative about {watch}: {who}"),
        (AlertReason::Crossing, true) => format!("{watch} in den Leitmedien: {who}"),
        (AlertReason::Crossing, false) => format!("{watch} has reached leading media: {who}"),
        (_, true) => format!("Neue Erwähnung von {watch}: {who}"),
        (_, false) => format!("New mention of {watch}: {who}"),
    }
}

fn dip_headline(watch: &str, dip: domain::Rise, german: bool) -> String {
    let expected = format!("{:.1}", dip.expected);
    if german {
        let expected = expected.replace('.', ",");
        format!(
            "Stille bei {watch}: {} Erwähnungen in einer Stunde, üblich sind {expected}",
            dip.seen
        )
    } else {
        format!("Silence about {watch}: {} mentions in one hour, {expected} are usual", dip.seen)
    }
}

fn rise_headline(watch: &str, rise: domain::Rise, german: bool) -> String {
    let expected = format!("{:.1}", rise.expected);
    if rise.expected <= 0.0 {
        return if german {
            format!(
                "Viel zu {watch}: {} Erwähnungen in einer Stunde, noch ohne Vergleich",
                rise.seen
            )
        } else {
            format!(
                "Much about {watch}: {} mentions in one hour, nothing to compare with yet",
                rise.seen
            )
        };
    }
    if german {
        let expected = expected.replace('.', ",");
        format!(
            "Anstieg bei {watch}: {} Erwähnungen in einer Stunde, üblich sind {expected}",
            rise.seen
        )
    } else {
        format!("Rise for {watch}: {} mentions in one hour, {expected} are usual", rise.seen)
    }
}

fn excerpt(title: &str, text: &str) -> String {
    let whole = if title.is_empty() { text.to_owned() } else { format!("{title}\n\n{text}") };
    let whole = whole.trim();
    if whole.chars().count() <= EXCERPT {
        return whole.to_owned();
    }
    let mut short: String = whole.chars().take(EXCERPT - 1).collect();
    short.push('…');
    short
}

/// A length of time in words, with the two figures that matter: `12 s`, `4 min`, `3 h`, `2 days`.
#[must_use]
pub fn age(ms: i64, german: bool) -> String {
    let s = ms.max(0) / domain::SECOND;
    match s {
        0..60 => format!("{s} s"),
        60..3_600 => format!("{} min", s / 60),
        3_600..172_800 => format!("{} h", s / 3_600),
        _ if german => format!("{} Tage", s / 86_400),
        _ => format!("{} days", s / 86_400),
    }
}

/// A tone as a word.
#[must_use]
pub fn tone_word(tone: Tone, german: bool) -> &'static str {
    match (tone, german) {
        (Tone::Negative, true) => "negativ",
        (Tone::Neutral, true) => "neutral",
        (Tone::Positive, true) => "positiv",
        (Tone::Negative, false) => "negative",
        (Tone::Neutral, false) => "neutral",
        (Tone::Positive, false) => "positive",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_in_words() {
        for (ms, english, german) in [
            (-5, "0 s", "0 s"),
            (59_999, "59 s", "59 s"),
            (60_000, "1 min", "1 min"),
            (7_200_000, "2 h", "2 h"),
            (3 * domain::DAY, "3 days", "3 Tage"),
        ] {
            assert_eq!(age(ms, false), english);
            assert_eq!(age(ms, true), german);
        }
    }

    #[test]
    fn several_alerts_become_one_message() {
        let message = |n: i64, watch: &str| Message {
            alert: format!("{n:032}"),
            reason: AlertReason::Negative,
            watch: watch.to_owned(),
            headline: format!("Negative about {watch}: ann"),
            excerpt: format!("text {n}"),
            who: "ann".to_owned(),
            place: "bluesky".to_owned(),
            why: "x".to_owned(),
            tone: Some(Tone::Negative),
            lang: None,
            published: Time(n),
            matched: Time(n),
            told: Time(n),
            age: "1 s".to_owned(),
            post_url: "https://a.example/".to_owned(),
            horch_url: format!("http://h/mentions/{n}"),
            rise: None,
            picture: None,
        };
        assert_eq!(digest(Vec::new(), "en", "http://h"), None);
        let one = message(1, "Lumo");
        assert_eq!(digest(vec![one.clone()], "en", "http://h"), Some(one));
        let many = (0..30).map(|n| message(n, if n % 3 == 0 { "Heat" } else { "Lumo" })).collect();
        let told = digest(many, "de", "http://h").expect("a message");
        assert_eq!(told.headline, "30 neue Alarme: Heat (10), Lumo (20)");
        assert_eq!(told.alert, format!("{:032}", 0), "the first alert's identity");
        assert!(
            told.excerpt.contains("http://h/mentions/19") && told.excerpt.contains("10 weitere")
        );
        assert!(!told.excerpt.contains("mentions/20"));
    }

    #[test]
    fn excerpts_are_cut_between_characters() {
        let long = "ä".repeat(600);
        let short = excerpt("", &long);
        assert_eq!(short.chars().count(), EXCERPT);
        assert!(short.ends_with('…'));
        assert_eq!(excerpt("T", "b"), "T\n\nb");
    }
}
