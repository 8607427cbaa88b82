//! `cargo xtask eval`: measures the models against labelled texts.

/// Runs the evaluation named by `args`.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    anyhow::bail!("unknown evaluation {args:?}")
}
