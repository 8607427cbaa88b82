//! A fake internet that misbehaves on demand.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod fault;
mod internet;
mod post;
mod random;
mod story;

pub use fault::{Fault, Lasts, Route};
pub use internet::{
    Arrival, BLUESKY_API_HOST, FakeInternet, HACKERNEWS_HOST, JETSTREAM_HOST, MASTODON_HOSTS,
    MASTODON_TOKEN, Request,
};
pub use post::{FakePost, Format, Place, Published, Site, Voice};
pub use random::Random;
pub use story::{Event, Played, Story, StoryError, Truth, What, play};
