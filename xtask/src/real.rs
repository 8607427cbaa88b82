//! `cargo xtask test --real`: one story through real servers on loopback (a Bluesky network, a
//! Mastodon server, nginx, a mail server), told to a mailbox and a webhook, and looked at in a
//! real browser. See `tests/real/README.md`.

mod publish;
mod servers;
mod sink;
mod story;
mod tools;

pub use tools::check as check_tools;

/// Runs the story and the browser's round.
///
/// # Errors
/// A server does not start, or something that should reach people did not, or not as it should.
pub fn run() -> anyhow::Result<()> {
    tools::check()?;
    // Whoever builds an HTTP client needs a provider for TLS, even to speak plain HTTP.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Runtime::new()?.block_on(story::tell())
}
