//! What fields of other tools ask for here.

use crate::ast::Node;
use crate::fields::{FieldName, NumberField};

/// Theirs (lower case) and ours.
pub(super) type Names = &'static [(&'static str, &'static str)];

/// What a field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The same field.
    Field(FieldName),
    /// A field of values that are called otherwise there.
    Named(FieldName, Names),
    /// A number.
    Number(NumberField),
    /// Properties; ours in native spelling.
    Property(Names),
    /// The text as a whole.
    Text,
    /// Nothing here can answer it.
    Lost,
}

/// ISO 639 for the names that tools write out.
pub(super) const LANGUAGES: Names = &[
    ("german", "de"),
    ("english", "en"),
    ("french", "fr"),
    ("spanish", "es"),
    ("italian", "it"),
    ("dutch", "nl"),
    ("portuguese", "pt"),
    ("turkish", "tr"),
    ("polish", "pl"),
    ("russian", "ru"),
    ("arabic", "ar"),
    ("japanese", "ja"),
    ("chinese", "zh"),
    ("korean", "ko"),
    ("swedish", "sv"),
    ("danish", "da"),
    ("norwegian", "no"),
    ("finnish", "fi"),
];

/// ISO 3166 for the names and codes of three letters that tools write.
pub(super) const COUNTRIES: Names = &[
    ("germany", "de"),
    ("deu", "de"),
    ("ger", "de"),
    ("austria", "at"),
    ("aut", "at"),
    ("switzerland", "ch"),
    ("che", "ch"),
    ("united kingdom", "gb"),
    ("uk", "gb"),
    ("gbr", "gb"),
    ("united states", "us"),
    ("united states of america", "us"),
    ("usa", "us"),
    ("france", "fr"),
    ("fra", "fr"),
    ("italy", "it"),
    ("ita", "it"),
    ("spain", "es"),
    ("esp", "es"),
    ("netherlands", "nl"),
    ("nld", "nl"),
    ("belgium", "be"),
    ("bel", "be"),
    ("poland", "pl"),
    ("pol", "pl"),
    ("canada", "ca"),
    ("can", "ca"),
    ("japan", "jp"),
    ("jpn", "jp"),
    ("luxembourg", "lu"),
    ("lux", "lu"),
    ("ireland", "ie"),
    ("irl", "ie"),
    ("australia", "au"),
    ("aus", "au"),
    ("sweden", "se"),
    ("swe", "se"),
];

/// Kinds of places.
pub(super) const CHANNELS: Names = &[
    ("news", "news"),
    ("onlinenews", "news"),
    ("magazine", "news"),
    ("online_news", "news"),
    ("onlinenews_magazine", "news"),
    ("onlinenews_newspaper", "news"),
    ("onlinenews_agency", "news"),
    ("onlinenews_other", "news"),
    ("onlinenews_tvradio", "news"),
    ("blog", "blog"),
    ("blogs", "blog"),
    ("blog_other", "blog"),
    ("forum", "forum"),
    ("forums", "forum"),
    ("messageboard", "forum"),
    ("message_boards", "forum"),
    ("socialmedia_messageboard", "forum"),
    ("twitter", "microblog"),
    ("microblog", "microblog"),
    ("socialmedia_twitter", "microblog"),
    ("facebook", "social"),
    ("social", "social"),
    ("socialmedia", "social"),
    ("socialmedia_facebook", "social"),
    ("instagram", "photovideo"),
    ("youtube", "photovideo"),
    ("video", "photovideo"),
    ("photo", "photovideo"),
    ("image", "photovideo"),
    ("socialmedia_instagram", "photovideo"),
    ("socialmedia_youtube", "photovideo"),
];

/// A tree within a field. What cannot be answered stays beside it.
pub(super) fn within(name: FieldName, node: Node) -> Node {
    match node {
        Node::NotEvaluable(_) => node,
        Node::Or(all) if all.iter().any(|n| matches!(n, Node::NotEvaluable(_))) => {
            Node::or(all.into_iter().map(|node| within(name, node)).collect())
        }
        Node::And(all) if all.iter().any(|n| matches!(n, Node::NotEvaluable(_))) => {
            Node::and(all.into_iter().map(|node| within(name, node)).collect())
        }
        Node::Not(inner) if matches!(*inner, Node::NotEvaluable(_)) => Node::Not(inner),
        other => Node::Field { name, expr: Box::new(other) },
    }
}

/// Bounds in native spelling; `[a-b]` and `a-b` are bounds too.
pub(super) fn bounds(number: NumberField, value: &str) -> String {
    let name = number.as_str();
    let inner = value.trim().trim_start_matches('[').trim_end_matches(']');
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((from, to)) = inner.split_once('-')
        && digits(from.trim())
        && digits(to.trim())
    {
        return format!("{name}:[{} TO {}]", from.trim(), to.trim());
    }
    format!("{name}:{}", value.trim())
}
