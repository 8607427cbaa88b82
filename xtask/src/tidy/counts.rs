//! No page counts all that a house holds but the one that is about it: counting ten million
//! mentions takes longer than most pages.

use super::File;

/// What counts every post and every mention.
const COUNT: &str = ".totals()";

/// Pages that are about it.
const MAY: &[&str] = &["crates/web/src/pages/settings.rs"];

/// Which pages count besides.
pub fn check(files: &[File]) -> Vec<String> {
    let pages = files.iter().filter(|file| file.path.starts_with("crates/web/src/"));
    let counts = |file: &&File| !MAY.contains(&file.path.as_str()) && file.text.contains(COUNT);
    let told = |file: &File| format!("counts: {} asks for all totals", file.path);
    pages.filter(counts).map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_counts_is_noticed() {
        let check = |path: &str, expect: usize| {
            let text = "let open = app.store().totals().await?.open_alerts;".into();
            assert_eq!(check(&[File { path: path.into(), text }]).len(), expect, "{path}");
        };
        check("crates/web/src/frame.rs", 1);
        check("crates/web/src/pages/settings.rs", 0);
        check("crates/horch/src/commands/doctor.rs", 0);
    }
}
