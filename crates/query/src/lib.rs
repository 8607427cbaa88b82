//! The query language and the matcher for standing queries.
//!
//! - [`parse`] reads a query into a tree ([`Node`]) or says where and why it cannot
//!   ([`QueryError`], in words and as data); `Display` prints the tree fully bracketed, and what it
//!   prints parses back to the same tree; [`explain`] says it in words.
//! - [`Document::of`] tokenises a post once.
//! - [`Matcher`] holds any number of queries and tells which of them a document matches, where, and
//!   why. [`matches_one`] asks a single query.
//!
//! ```
//! use domain::{Channel, Engagement, Platform, Post, Source, Time, WatchId};
//! use query::{Document, Matcher, Scratch};
//!
//! let post = Post {
//!     platform: Platform::MASTODON,
//!     native_id: "1".into(),
//!     url: "https://social.example/@jane/1".into(),
//!     channel: Channel::Microblog,
//!     source: Source::default(),
//!     author: None,
//!     title: String::new(),
//!     lead: String::new(),
//!     body: "My #Windows 7 crashed again, grrr".into(),
//!     lang: Some("en".into()),
//!     published: Time(0),
//!     received: Time(0),
//!     links: vec![],
//!     hashtags: vec!["Windows".into()],
//!     mentions: vec![],
//!     relation: None,
//!     engagement: Engagement::default(),
//!     media: vec![],
//! };
//! let mut matcher = Matcher::new();
//! let query = query::parse("\"windows 7\" crash* -lang:de").expect("a good query");
//! matcher.insert(WatchId(1), &query);
//!
//! let mut scratch = Scratch::default();
//! let matches = matcher.matches(&Document::of(&post), &mut scratch);
//! assert_eq!(matches[0].watch, WatchId(1));
//! assert_eq!(matches[0].hit.why, "\"windows 7\" · crash*");
//! assert_eq!(matches[0].hit.spans.len(), 2);
//!
//! let error = query::parse("windows AND (crash OR").expect_err("a bracket is open");
//! assert_eq!(error.at, 19..21);
//! ```
//!
//! # The language, as far as it is evaluated
//! Words match whole words of title, lead, body, hashtags and names the post addresses, case aside;
//! never addresses (`url:` and `link:` do). Which forms a word is found under is told in
//! [`text::words`]: unaccented words match with and without accents and umlauts (`muller`, `mueller`
//! and `müller` all find *Müller*, `strasse` finds *Straße*), accented ones only themselves; a bare
//! word finds the tag, the name and the ticker, never the other way round; `S-Bahn` and `AC/DC`
//! are phrases of two words.
//!
//! | written | asks for |
//! |---|---|
//! | `a b`, `a AND b`, `a && b`, `+a +b` | both |
//! | `a OR b`, `a \|\| b` | one of them |
//! | `-a`, `!a`, `NOT a`, `AND NOT a` | not; never alone |
//! | `"a b"`, `"a pre*"`, `"a * b"` | words one after another; curly quotes count |
//! | `"a b c"~5` | all in any order, at most 5 other words among them |
//! | `a NEAR/5 b`, `ONEAR/5`, `NOTNEAR/5` | at most 5 words between; in this order; none so close |
//! | `a SENTENCE b`, `PARAGRAPH`, `OSENTENCE`, `OPARAGRAPH` | in one sentence, paragraph; in order |
//! | `pre*` | words that begin so |
//! | `#tag`, `@name`, `$TICKER`, emoji, `https://…` | that alone |
//! | `{AC/DC}` | exactly these characters |
//! | `2 OF (a, b, c)`, `COUNT(a) >= 3` | at least so many of them; at least so often |
//! | `title: lead: body:` | within a part of the text |
//! | `author: source: url: link: hashtag: mention:` | words of these fields |
//! | `site: lang: country: channel: platform: tier: id:` | whole values |
//! | `is:reply repost quote verified own`, `has:image video link` | properties |
//! | `field:(a OR b)`, `field: a` | distributes; a space is allowed |
//! | `<<< … >>>` | a comment |
//!
//! NOT binds before NEAR and its kin, these before AND, AND before OR; a mix of AND and OR without
//! brackets is read so, with a warning. Near something, `AND` is spread: `(a AND b) NEAR/3 c` asks
//! for `a` near `c` and `b` near `c`. Distances never reach over the end of a part.
//! The rest of the language is refused with [`ErrorCode::NotYet`] at its place.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod ast;
mod code;
mod document;
mod error;
mod eval;
mod explain;
mod fields;
mod german;
mod guard;
pub mod import;
mod keys;
mod leaf;
mod lex;
mod like;
mod list;
mod matcher;
mod parse;
mod print;
mod range;
mod resolve;

pub use ast::{At, Bound, Node, Query, Reference, SavedKind, Slot};
pub use document::{Document, Facts};
pub use error::{ErrorCode, Lang, QueryError, Warning, WarningCode};
pub use explain::{Cost, Explanation, explain};
pub use fields::{FieldName, NumberField, Property};
pub use keys::{
    IndexKey, index_key, index_key_of_property, index_keys_of_part, index_keys_of_stem,
};
pub use list::any_source;
pub use matcher::{
    CostClass, Frequencies, Hit, Live, MAX_SPANS, Match, Matcher, QueryCost, Scratch, Snapshot,
    matches_one,
};
pub use parse::{MAX_BYTES, MAX_NESTING, MAX_TERMS, parse, parse_lenient};
pub use resolve::resolve;
