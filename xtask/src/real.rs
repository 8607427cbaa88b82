//! `cargo xtask test --real`
pub fn check_tools() -> anyhow::Result<()> {
    Ok(())
}
pub fn run() -> anyhow::Result<()> {
    Ok(())
}
