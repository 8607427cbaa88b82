//! Every input of the fuzzers' corpus, checked as they check it.

use std::path::Path;

#[path = "../../../../fuzz/checks.rs"]
mod checks;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut inputs = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let data = std::fs::read(&path).unwrap();
        let checked = std::panic::catch_unwind(|| check(&data));
        assert!(checked.is_ok(), "{}", path.display());
        inputs += 1;
    }
    assert!(inputs > 20, "{inputs} inputs in {}", folder.display());
}

#[test]
fn parse() {
    replay("parse", checks::parse);
}

#[test]
fn import() {
    replay("import", checks::import_);
}

#[test]
fn matches() {
    replay("matches", checks::matches);
}

#[test]
fn says() {
    replay("says", checks::says);
}
