//! `horch serve`: everything, for real.

use anyhow::Result;

use super::{asked_to_end, open_store};
use crate::config::Config;
use crate::house::{self, Plan};

/// Starts everything, prints where the screens are, and listens until asked to end.
///
/// # Errors
/// See [`house::start`] and [`house::Running::end_after`].
pub async fn run(config: &Config) -> Result<()> {
    let lock = house::lock(config)?;
    let store = open_store(config).await?;
    let running = house::start(config, store.clone(), Plan::real(config), lock).await?;
    anstream::println!("Horch listens. Screens: {}", running.public_url);
    let now = running.house.clock.now();
    if let Some(link) = web::setup_link(&store, &running.public_url, now).await? {
        anstream::println!("Set up here (this link works once): {link}");
    }
    running.end_after(asked_to_end()).await?;
    anstream::println!("Horch ended; everything heard is kept.");
    Ok(())
}
