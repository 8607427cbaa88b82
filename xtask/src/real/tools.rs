//! What the real tests need besides Rust, and how to get it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::bail;

use crate::figures::root;

/// The folder of the scripts and their packages.
pub fn folder() -> PathBuf {
    root().join("tests/real")
}

/// The Python that has the packages.
pub fn python() -> PathBuf {
    folder().join(".venv/bin/python")
}

/// The browser.
pub fn chromium() -> PathBuf {
    std::env::var_os("CHROMIUM").map_or_else(|| "/usr/bin/chromium".into(), PathBuf::from)
}

/// Says everything that is missing at once.
///
/// # Errors
/// Something is missing.
pub fn check() -> anyhow::Result<()> {
    let answers = |program: &PathBuf, args: &[&str]| {
        let output = Command::new(program).args(args).current_dir(folder()).output();
        output.is_ok_and(|output| output.status.success())
    };
    let needs: [(bool, &str, &str); 5] = [
        (
            answers(
                &"node".into(),
                &["--eval", "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)"],
            ),
            "Node 20 or newer",
            "install it from your distribution or nodejs.org",
        ),
        (
            answers(&"node".into(), &["--eval", "new (require('better-sqlite3'))(':memory:')"]),
            "the Node packages",
            "cd tests/real && npm ci",
        ),
        (
            answers(&python(), &["-c", "import aiosmtpd, mastodon_mock"]),
            "the Python packages",
            "cd tests/real && python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
        ),
        (answers(&"nginx".into(), &["-v"]), "nginx", "apt-get install nginx-light"),
        (
            answers(&chromium(), &["--version"]),
            "Chromium",
            "apt-get install chromium, or set CHROMIUM",
        ),
    ];
    let missing: Vec<String> = needs
        .iter()
        .filter(|(there, ..)| !there)
        .map(|(_, what, how)| format!("  {what}: {how}"))
        .collect();
    if !missing.is_empty() {
        bail!("the real tests need more than is here:\n{}", missing.join("\n"));
    }
    Ok(())
}
