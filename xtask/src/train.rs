//! `cargo xtask train`: rebuilds the weight files.

/// Trains the model named by `args`.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    anyhow::bail!("unknown model {args:?}")
}
