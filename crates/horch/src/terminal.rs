//! What is printed for people: mentions, one or two lines each. Colour goes only to terminals.

use anstyle::{AnsiColor, Style};
use domain::{Post, Time, Tone};
use query::Hit;
use store::{MentionRow, StoryRow};

use crate::flow::message::{age, tone_word};

/// Longest text printed of a post, in characters.
const EXCERPT: usize = 220;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// Prints a mention: time, platform, source, tone, text, why it matched, age.
pub fn print_mention(row: &MentionRow, now: Time) {
    let post = &row.post;
    let tone = match row.sentiment {
        Some(sentiment) => {
            let (sign, colour) = sign(sentiment.tone);
            let style = Style::new().fg_color(Some(colour.into()));
            let word = tone_word(sentiment.tone, false);
            format!("{style}{sign} {word}{style:#}")
        }
        None => format!("{DIM}? tone unknown{DIM:#}"),
    };
    let place = if post.site().is_empty() { String::new() } else { format!(" {}", post.site()) };
    anstream::println!(
        "{DIM}{}{DIM:#}  {}{place}  {BOLD}{}{BOLD:#}  {tone}  {DIM}{} old · matched {}{DIM:#}",
        clock_time(post.published),
        post.platform,
        safe(post.source.display_name()),
        age(now.since(post.published), false),
        safe(&row.why),
    );
    anstream::println!("    {}", excerpt(post));
    if !post.url.is_empty() {
        anstream::println!("    {DIM}{}{DIM:#}", safe(&post.url));
    }
}

/// Prints a story for people: what it is called, how large and how grave it is.
pub fn print_story(row: &StoryRow, now: Time) {
    let name = row.title.clone().or_else(|| row.headline.as_ref().map(excerpt));
    let name = name.or_else(|| row.phrase.clone()).unwrap_or_default();
    let severity = row.severity().map_or_else(String::new, |n| format!("severity {n} · "));
    let rung = row.rung.map_or_else(String::new, |tier| format!("{} · ", tier.as_str()));
    let watches: Vec<&str> = row.watches.iter().map(|(_, name)| name.as_str()).collect();
    anstream::println!("{:>6}  {BOLD}{}{BOLD:#}", row.id.0, safe(&name));
    anstream::println!(
        "        {severity}{rung}{} posts, {} copies, {} negative · newest {} old  {DIM}{}{DIM:#}",
        row.posts,
        row.copies,
        row.negative,
        age(now.since(row.last), false),
        safe(&watches.join(", ")),
    );
}

fn sign(tone: Tone) -> (char, AnsiColor) {
    match tone {
        Tone::Negative => ('−', AnsiColor::Red),
        Tone::Neutral => ('○', AnsiColor::Blue),
        Tone::Positive => ('+', AnsiColor::Green),
    }
}

/// Prints a post that was found: time, platform, source, text, why it matched.
pub fn print_post(post: &Post, hit: Option<&Hit>) {
    let why = hit.map_or_else(String::new, |hit| format!("  matched {}", safe(&hit.why)));
    anstream::println!(
        "{DIM}{}{DIM:#}  {}  {BOLD}{}{BOLD:#}{DIM}{why}{DIM:#}",
        clock_time(post.published),
        post.platform,
        safe(post.source.display_name()),
    );
    anstream::println!("    {}", excerpt(post));
    if !post.url.is_empty() {
        anstream::println!("    {DIM}{}{DIM:#}", safe(&post.url));
    }
}

fn excerpt(post: &Post) -> String {
    let text = if post.body.is_empty() { &post.lead } else { &post.body };
    let whole = match (post.title.is_empty(), text.is_empty()) {
        (true, _) => text.clone(),
        (false, true) => post.title.clone(),
        (false, false) => format!("{} — {text}", post.title),
    };
    let line = safe(&whole);
    if line.chars().count() <= EXCERPT {
        return line;
    }
    let mut short: String = line.chars().take(EXCERPT).collect();
    short.push('…');
    short
}

/// One line without control characters: a post must not steer the terminal.
#[must_use]
pub fn safe(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| {
            !c.is_control() && !matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
        .collect();
    spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The day in the system's time zone: `2026-11-24`.
#[must_use]
pub fn day(at: Time) -> String {
    match jiff::Timestamp::from_millisecond(at.0) {
        Ok(at) => {
            at.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d").to_string()
        }
        Err(_) => "?".to_owned(),
    }
}

/// Day and time in the system's time zone.
#[must_use]
pub fn clock_time(at: Time) -> String {
    match jiff::Timestamp::from_millisecond(at.0) {
        Ok(at) => at
            .to_zoned_datetime(jiff::tz::TimeZone::system())
            .strftime("%d %b %H:%M:%S")
            .to_string(),
        Err(_) => "?".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_do_not_steer_the_terminal() {
        assert_eq!(safe("a\u{1b}[31m\n b\u{202e}c\u{7}"), "a[31m bc");
    }
}
