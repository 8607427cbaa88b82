//! A fake internet that misbehaves on demand, told stories with known truth, an oracle and crash
//! points: for tests, benches and `horch demo`. Everything stays on loopback; every name is
//! invented.
//!
//! - [`FakeInternet`] answers for many hosts on one port: feeds (RSS, Atom, JSON Feed), Bluesky's
//!   Jetstream and profiles, Mastodon servers, Hacker News, and sinks for messages. It remembers
//!   the truth: what was published where and when, edited, deleted.
//! - [`Fault`]s strike a [`Route`] for a while or a number of requests.
//! - [`Story`] is told by [`play`] on a clock; [`Story::demo`] is the one of `horch demo`.
//! - [`saga`] makes up days of stories that climb or do not, with their truth.
//! - [`oracle`] holds the truth against what was heard; [`crash`] kills processes the hard way.
//!
//! ```
//! use world::{FakeInternet, FakePost, Fault, Lasts, Place, Route, Site, oracle};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let internet = FakeInternet::start().await?;
//! internet.add_site(Site::blog("blog.example"));
//! let blog = Place::feed("blog.example");
//! let post = FakePost::new("kim", "It is cold in here.").titled("Brr");
//! internet.publish(&blog, post);
//!
//! // The next request to the blog is answered with 429; then it is well again.
//! internet.fault(Route::of(&blog), Fault::too_many(60), Lasts::Requests(1));
//!
//! // What the connectors need to listen to this internet and to nothing else:
//! let http = internet.http_options();
//! let settings = internet.connector_settings();
//! assert!(http.resolve.contains_key("blog.example"));
//! assert_eq!(settings.len(), 4);
//!
//! // Nobody has listened yet, and the oracle says so.
//! let verdict = oracle::judge(&internet.published(), []);
//! assert_eq!(verdict.missing.len(), 1);
//! # Ok(())
//! # }
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod crash;
mod fault;
mod internet;
pub mod oracle;
mod post;
mod random;
pub mod saga;
mod story;

pub use fault::{Fault, Lasts, Route};
pub use internet::{
    Arrival, BLUESKY_API_HOST, FakeInternet, HACKERNEWS_HOST, JETSTREAM_HOST, MASTODON_HOSTS,
    MASTODON_TOKEN, Request,
};
pub use post::{FakePost, Format, Place, Published, Site, Voice};
pub use random::Random;
pub use story::{Event, Played, Story, StoryError, Truth, What, play};
