//! The binary's inside: configuration, commands, and the flow that wires everything.
//!
//! `main.rs` only reads the command line and calls [`commands::run`]; benches and tests call the
//! same functions.
//!
//! ```no_run
//! # async fn run() -> anyhow::Result<()> {
//! use horch::config::Config;
//! use horch::house::{self, Plan};
//!
//! let config = Config::defaults("horch-data".into()).with("port", "0");
//! let lock = house::lock(&config)?;
//! let store = store::Store::open(&config.data).await?;
//! let running = house::start(&config, store, Plan::real(&config), lock).await?;
//! println!("open {}", running.public_url);
//! running.end_after(async { let _ = tokio::signal::ctrl_c().await; }).await
//! # }
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod cli;
pub mod commands;
pub mod config;
pub mod flow;
pub mod house;
pub mod recorded;
pub mod terminal;
