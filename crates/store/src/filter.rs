//! From a [`MentionFilter`] to SQL that stays fast: which index leads, and words in any case.

use sqlx::query_builder::QueryBuilder;
use sqlx::{Encode, Sqlite, SqliteConnection, Type};

use crate::{MentionFilter, Result};

/// A restriction met by fewer mentions than this leads: they are all looked at.
const FEW: i64 = 10_000;
/// Longer search words are cut here (characters): patterns have a limit in SQLite.
const WORDS_AT_MOST: usize = 1_000;

/// What the caller wants of the matching mentions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The first few by number.
    Page,
    /// All of them.
    All,
}

/// How the mentions are walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lead {
    /// As SQLite thinks best.
    Planner,
    /// By number, looking at each.
    Number,
    /// By an index.
    Watch,
    Platform,
    Channel,
    Lang,
    Tier,
    Source,
    Published,
}

impl Lead {
    /// What follows `FROM mentions m`. SQLite keeps no figures of how rare a value is without
    /// ANALYZE, and a page wants another walk than a count: so the index is named.
    pub(crate) const fn hint(self) -> &'static str {
        match self {
            Lead::Planner => "",
            Lead::Number => " NOT INDEXED",
            Lead::Watch => " INDEXED BY mentions_watch",
            Lead::Platform => " INDEXED BY mentions_platform",
            Lead::Channel => " INDEXED BY mentions_channel",
            Lead::Lang => " INDEXED BY mentions_lang",
            Lead::Tier => " INDEXED BY mentions_tier",
            Lead::Source => " INDEXED BY mentions_source",
            Lead::Published => " INDEXED BY mentions_published",
        }
    }
}

/// Chooses the rarest restriction where one is rare, by looking.
pub(crate) async fn lead(
    conn: &mut SqliteConnection,
    filter: &MentionFilter,
    need: Need,
) -> Result<Lead> {
    if filter.post.is_some() || filter.story.is_some() {
        return Ok(Lead::Planner);
    }
    let mut candidates = Vec::new();
    for (restricted, lead) in [
        (filter.source.is_some(), Lead::Source),
        (!filter.watches.is_empty(), Lead::Watch),
        (!filter.platforms.is_empty(), Lead::Platform),
        (!filter.channels.is_empty(), Lead::Channel),
        (!filter.langs.is_empty(), Lead::Lang),
        (!filter.tiers.is_empty(), Lead::Tier),
        (filter.since.is_some() || filter.until.is_some(), Lead::Published),
    ] {
        if restricted {
            candidates.push(lead);
        }
    }
    let alone = candidates.len() == 1
        && filter.tones.is_empty()
        && filter.kinds.is_empty()
        && filter.without.is_empty()
        && filter.copies.is_none()
        && filter.words.is_none();
    if candidates.is_empty() || (alone && need == Need::All) {
        return Ok(Lead::Planner);
    }
    let mut rarest = (FEW, None);
    for &candidate in &candidates {
        let count = look(conn, filter, candidate, rarest.0).await?;
        if count < rarest.0 {
            rarest = (count, Some(candidate));
        }
    }
    Ok(match rarest.1 {
        Some(lead) => lead,
        // One watch's or source's mentions lie in the order of their numbers.
        None if filter.source.is_some() => Lead::Source,
        None if filter.watches.len() == 1 => Lead::Watch,
        None if need == Need::All && !filter.watches.is_empty() => Lead::Watch,
        None => Lead::Number,
    })
}

/// How many mentions meet one restriction, as far as `most`.
async fn look(
    conn: &mut SqliteConnection,
    filter: &MentionFilter,
    lead: Lead,
    most: i64,
) -> Result<i64> {
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT count(*) FROM (SELECT 1 FROM mentions m");
    sql.push(lead.hint()).push(" WHERE TRUE");
    match lead {
        Lead::Watch => watches(&mut sql, filter),
        Lead::Platform => platforms(&mut sql, filter),
        Lead::Channel => channels(&mut sql, filter),
        Lead::Lang => langs(&mut sql, filter),
        Lead::Tier => tiers(&mut sql, filter),
        Lead::Source => source(&mut sql, filter),
        Lead::Published => published(&mut sql, filter),
        Lead::Planner | Lead::Number => {}
    }
    sql.push(" LIMIT ").push_bind(most).push(")");
    Ok(sql.build_query_scalar().persistent(false).fetch_one(conn).await?)
}

/// Appends ` WHERE …` for `mentions m`.
pub(crate) fn push(sql: &mut QueryBuilder<Sqlite>, filter: &MentionFilter) {
    sql.push(" WHERE TRUE");
    watches(sql, filter);
    platforms(sql, filter);
    channels(sql, filter);
    langs(sql, filter);
    one_of(sql, "m.tone", filter.tones.iter().map(|tone| tone.as_str()));
    if !filter.kinds.is_empty() {
        sql.push(" AND m.kinds & ").push_bind(i64::from(filter.kinds.bits())).push(" <> 0");
    }
    if !filter.without.is_empty() {
        sql.push(" AND m.kinds & ").push_bind(i64::from(filter.without.bits())).push(" = 0");
    }
    tiers(sql, filter);
    source(sql, filter);
    published(sql, filter);
    if let Some(post) = filter.post {
        sql.push(" AND m.post = (SELECT id FROM posts WHERE hash = ");
        sql.push_bind(post.0.to_vec()).push(")");
    }
    if let Some(story) = filter.story {
        sql.push(" AND m.post IN (SELECT post FROM story_posts WHERE story = ");
        sql.push_bind(story.0);
        // Said here too, so that of a large story only that stretch is looked at.
        if let Some(since) = filter.since {
            sql.push(" AND at >= ").push_bind(since.0);
        }
        if let Some(until) = filter.until {
            sql.push(" AND at < ").push_bind(until.0);
        }
        sql.push(")");
    }
    if let Some(copies) = filter.copies {
        sql.push(if copies { " AND m.post IN" } else { " AND m.post NOT IN" });
        sql.push(" (SELECT post FROM story_posts WHERE copy_of IS NOT NULL)");
    }
    if let Some(words) = &filter.words {
        push_words(sql, words);
    }
}

fn watches(sql: &mut QueryBuilder<Sqlite>, filter: &MentionFilter) {
    one_of(sql, "m.watch", filter.watches.iter().map(|watch| watch.0));
}

fn platforms(sql: &mut QueryBuilder<Sqlite>, filter: &MentionFilter) {
    one_of(sql, "m.platform", filter.platforms.iter().map(|platform| platform.as_str()));
}

fn channels(sql: &mut QueryBuilder<Sqlite>, filter: &MentionFilter) {
    one_of(sql, "m.channel", filter.channels.iter().map(|channel| channel.as_str()));
}

fn langs(sql: &mut QueryBuilder<Sqlite>, filter: &MentionFilter) {
    one_of(sql, "m.lang", filter.langs.iter().map(String::as_str));
}

fn tiers(sql: &mut QueryBuilder<Sqlite>, filter: &MentionFilter) {
    one_of(sql, "m.tier", filter.tiers.iter().map(|tier| tier.as_str()));
}

fn source(sql: &mut QueryBuilder<Sqlite>, filter: &MentionFilter) {
    if let Some(source) = filter.source {
        sql.push(" AND m.source = (SELECT id FROM sources WHERE hash = ");
        sql.push_bind(source.0.to_vec()).push(")");
    }
}

fn published(sql: &mut QueryBuilder<Sqlite>, filter: &MentionFilter) {
    if let Some(since) = filter.since {
        sql.push(" AND m.published >= ").push_bind(since.0);
    }
    if let Some(until) = filter.until {
        sql.push(" AND m.published < ").push_bind(until.0);
    }
}

pub(crate) fn one_of<'a, T>(
    sql: &mut QueryBuilder<Sqlite>,
    column: &str,
    values: impl Iterator<Item = T>,
) where
    T: Encode<'a, Sqlite> + Type<Sqlite>,
{
    let mut values = values.peekable();
    if values.peek().is_none() {
        return;
    }
    sql.push(" AND ").push(column).push(" IN (");
    let mut list = sql.separated(", ");
    for value in values {
        list.push_bind(value);
    }
    sql.push(")");
}

/// LIKE folds ASCII letters alone and is quick; where the words hold other letters, `_` stands
/// for them there and GLOB, which knows all letters but no case, says which ones are meant.
fn push_words(sql: &mut QueryBuilder<Sqlite>, words: &str) {
    let words: String = words.chars().filter(|&c| c != '\0').take(WORDS_AT_MOST).collect();
    if words.is_empty() {
        return;
    }
    let like = like_pattern(&words);
    sql.push(" AND EXISTS (SELECT 1 FROM posts p WHERE p.id = m.post AND (FALSE");
    for column in ["p.body", "p.title", "p.lead"] {
        sql.push(" OR (").push(column).push(" LIKE ").push_bind(like.clone()).push(r" ESCAPE '\'");
        if !words.is_ascii() {
            sql.push(" AND ").push(column).push(" GLOB ").push_bind(glob_pattern(&words));
        }
        sql.push(")");
    }
    sql.push("))");
}

fn like_pattern(words: &str) -> String {
    let mut pattern = String::from("%");
    for c in words.chars() {
        match c {
            '%' | '_' | '\\' => pattern.extend(['\\', c]),
            c if c.is_ascii() => pattern.push(c),
            _ => pattern.push('_'),
        }
    }
    pattern.push('%');
    pattern
}

fn glob_pattern(words: &str) -> String {
    let mut pattern = String::from("*");
    for c in words.chars() {
        let (lower, upper) = (lower(c), upper(c));
        match c {
            '*' | '?' | '[' => pattern.extend(['[', c, ']']),
            _ if lower == upper => pattern.push(c),
            _ => pattern.extend(['[', lower, upper, ']']),
        }
    }
    pattern.push('*');
    pattern
}

/// The small letter, where it is one character and no ASCII letter hides behind a foreign one.
fn lower(c: char) -> char {
    single(c, c.to_lowercase())
}

fn upper(c: char) -> char {
    if c == 'ß' { 'ẞ' } else { single(c, c.to_uppercase()) }
}

fn single(c: char, mut folded: impl Iterator<Item = char>) -> char {
    match (folded.next(), folded.next()) {
        (Some(other), None) if other.is_ascii() == c.is_ascii() => other,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_people_type() {
        for (words, like, glob) in [
            ("Bahn", "%Bahn%", "*[bB][aA][hH][nN]*"),
            ("50%_\\", r"%50\%\_\\%", "*50%_\\*"),
            ("Über", "%_ber%", "*[üÜ][bB][eE][rR]*"),
            ("ß", "%_%", "*[ßẞ]*"),
            ("[a]*?", "%[a]*?%", "*[[][aA]][*][?]*"),
            ("İ\u{212a}", "%__%", "*İ\u{212a}*"),
        ] {
            assert_eq!((like_pattern(words).as_str(), glob_pattern(words).as_str()), (like, glob));
        }
    }
}
