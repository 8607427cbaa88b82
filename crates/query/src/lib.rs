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
//! # The language
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
//! | `"a b c"~5`, `"a b c"~~5` | all in any order, at most 5 other words among them; moved by at most 5 places in all |
//! | `"a b c"/2`, `2 OF (a, b, c)`, `COUNT(a) >= 3` | at least so many of them; at least so often |
//! | `a NEAR/5 b`, `ONEAR/5`, `NOTNEAR/5` | at most 5 words between; in this order; none so close |
//! | `a SENTENCE b`, `PARAGRAPH`, `OSENTENCE`, `OPARAGRAPH` | in one sentence, paragraph; in order |
//! | `STARTS(a)`, `ENDS(a)` | at the beginning, the end of a part or field |
//! | `pre*`, `mid?dle`, `*suffix`, `word~1`, `/expr/` | words by their shape |
//! | `stem:laufen`, `part:bahn` | inflected forms; also inside a German compound |
//! | `#tag`, `@name`, `$TICKER`, emoji, `https://…` | that alone |
//! | `{AC/DC}` | exactly these characters |
//! | `title: lead: body:` | within a part of the text |
//! | `author: source: url: link: hashtag: mention:` | words of these fields |
//! | `site: lang: country: channel: platform: tier: community: tag: id: sentiment:` | whole values |
//! | `reach: followers: engagement: relevance: rating: sentiment: published: minuteofday:` | numbers: `>=5`, `[1 TO 9}` |
//! | `is:reply repost quote comment question verified own reviewed deleted`, `has:image video link` | properties |
//! | `query:"Name" watch:"Name" list:"Name"` | what is saved under a name, see [`resolve`] |
//! | `field:(a OR b)`, `field: a` | distributes; a space is allowed |
//! | `(a OR b)^9`, `<<< … >>>` | weight when shown; a comment |
//!
//! NOT binds before NEAR and its kin, these before AND, AND before OR; a mix of AND and OR without
//! brackets is read so, with a warning. Near something, `AND` is spread: `(a AND b) NEAR/3 c` asks
//! for `a` near `c` and `b` near `c`. Distances never reach over the end of a part.
//!
//! A query must name something that can be looked up (a word, a phrase, a beginning, a field such
//! as `lang:`): `*suffix`, `word~1`, `/expr/`, numbers and tone only narrow it down, else the error
//! is [`ErrorCode::NeedsWord`]. What no post here can answer (`gender:`) is left out with a warning.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod ast;
mod code;
mod diff;
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
mod why;

pub use ast::{At, Bound, Node, Query, Reference, SavedKind, Slot};
pub use diff::{Change, Kind as ChangeKind, diff};
pub use document::{Document, Facts};
pub use error::{ErrorCode, Lang, QueryError, Warning, WarningCode};
pub use explain::{Cost, Explanation, explain};
pub use fields::{FieldName, NumberField, Property};
pub use keys::{
    IndexKey, index_key, index_key_of_property, index_keys_of_part, index_keys_of_raw,
    index_keys_of_stem,
};
pub use list::any_source;
pub use matcher::{
    CostClass, Frequencies, Hit, Live, MAX_SPANS, Match, Matcher, QueryCost, Scratch, Snapshot,
    matches_one,
};
pub use parse::{MAX_BYTES, MAX_NESTING, MAX_TERMS, parse, parse_lenient};
pub use resolve::{references, resolve};
pub use why::{Branch, explain_hit, why_not};
