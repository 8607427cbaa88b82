//! The repository's own files: no traces of a machine, no file too long to read, an overview
//! before every crate.

use super::File;

/// Longer files are split by meaning.
const LINES: usize = 600;
const READ_BY_PEOPLE: &[&str] = &["rs", "js", "mjs", "css", "html", "py", "sh", "svg"];

/// Files that may be longer, and why.
const LONG: &[(&str, &str)] = &[];

/// Traces of the machine something was made on. Written in halves, lest this file finds itself.
const MACHINES: &[[&str; 2]] = &[
    ["/ho", "me/"],
    ["/ro", "ot/"],
    ["/wo", "rk/"],
    ["/Use", "rs/"],
    ["/tm", "p/"],
    ["C:\\", "Users"],
];

/// Where packages are fetched from is the business of whoever builds, not of the repository.
const REGISTRIES: &[[&str; 2]] = &[
    ["registry.", "npmjs.org"],
    ["registry.", "yarnpkg.com"],
    ["files.", "pythonhosted.org"],
    ["pypi.", "org/simple"],
    ["index.", "crates.io"],
    ["static.", "crates.io"],
    ["--index", "-url"],
    ["--find", "-links"],
];

/// Crates that others build upon: their overview says how.
const WITH_EXAMPLE: &[&str] = &[
    "crates/domain",
    "crates/text",
    "crates/query",
    "crates/channels",
    "crates/store",
    "crates/notify",
    "world",
];

/// Traces of machines and registries, and files that are too long.
pub fn check(files: &[File]) -> Vec<String> {
    let mut broken = Vec::new();
    for file in files {
        for [a, b] in MACHINES.iter().chain(REGISTRIES) {
            let trace = format!("{a}{b}");
            let lines = file.text.lines().enumerate();
            let hits = lines.filter(|(_, line)| holds(line, &trace));
            broken
                .extend(hits.map(|(n, _)| format!("files: {}:{} names {trace}", file.path, n + 1)));
        }
    }
    broken.extend(sizes(files, LONG));
    broken
}

/// Whether the trace stands there as a path of its own: `https://a.example/home/` is none.
fn holds(line: &str, trace: &str) -> bool {
    line.match_indices(trace).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !trace.starts_with('/')
            || before.is_none_or(|c| !c.is_alphanumeric() && !"_-.}/".contains(c))
    })
}

fn sizes(files: &[File], long: &[(&str, &str)]) -> Vec<String> {
    let mut broken = Vec::new();
    for file in files {
        let extension = file.path.rsplit('.').next().unwrap_or_default();
        let lines = file.text.lines().count();
        let named = long.iter().any(|(path, _)| *path == file.path);
        if READ_BY_PEOPLE.contains(&extension) && lines > LINES && !named {
            broken.push(format!("files: {} has {lines} lines, {LINES} are allowed", file.path));
        }
    }
    for (path, _) in long {
        let needed =
            files.iter().any(|file| file.path == *path && file.text.lines().count() > LINES);
        if !needed {
            broken.push(format!("files: {path} no longer needs its exception"));
        }
    }
    broken
}

/// Crates whose `lib.rs` does not open with an overview, or whose overview shows no example.
pub fn overviews(files: &[File]) -> Vec<String> {
    let mut broken = Vec::new();
    for name in WITH_EXAMPLE {
        let path = format!("{name}/src/lib.rs");
        let Some(file) = files.iter().find(|file| file.path == path) else {
            broken.push(format!("overview: {path} is missing"));
            continue;
        };
        let overview: Vec<&str> =
            file.text.lines().take_while(|line| line.starts_with("//!")).collect();
        if overview.is_empty() {
            broken.push(format!("overview: {path} does not open with one"));
        } else if !overview.iter().any(|line| line.starts_with("//! ```")) {
            broken.push(format!("overview: {path} shows no example"));
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.into(), text: text.into() }
    }

    #[test]
    fn a_machines_path_is_noticed() {
        let check_line = |line: &str, expect: usize| {
            let broken = check(&[file("a.md", line)]);
            assert_eq!(broken.len(), expect, "{line}: {broken:?}");
        };
        check_line(&["see /ho", "me/anna/x"].concat(), 1);
        check_line(&["path=\"/ro", "ot/.cargo\""].concat(), 1);
        check_line(&["https://a.example/ho", "me/x"].concat(), 0);
        check_line(&["\"resolved\": \"https://registry.", "npmjs.org/a\""].concat(), 1);
        check_line("nothing of that kind", 0);
    }

    #[test]
    fn a_long_file_is_noticed() {
        let long = "x\n".repeat(LINES + 1);
        assert_eq!(sizes(&[file("a.rs", &long)], &[]).len(), 1);
        assert_eq!(sizes(&[file("a.rs", &long)], &[("a.rs", "one table")]).len(), 0);
        assert_eq!(sizes(&[file("a.lock", &long)], &[]).len(), 0);
        assert_eq!(sizes(&[file("a.rs", "x")], &[("a.rs", "one table")]).len(), 1);
    }

    #[test]
    fn a_missing_overview_is_noticed() {
        let whole = |text: &str| -> Vec<File> {
            WITH_EXAMPLE.iter().map(|name| file(&format!("{name}/src/lib.rs"), text)).collect()
        };
        assert_eq!(overviews(&whole("//! What.\n//! ```\n//! f();\n//! ```\n")).len(), 0);
        assert_eq!(overviews(&whole("//! What.\nmod a;\n")).len(), WITH_EXAMPLE.len());
        assert_eq!(overviews(&whole("mod a;\n")).len(), WITH_EXAMPLE.len());
        assert_eq!(overviews(&[]).len(), WITH_EXAMPLE.len());
    }
}
