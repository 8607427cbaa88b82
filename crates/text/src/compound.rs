//! The parts of German compounds: `bahnhofsuhr` → `bahnhof`, `uhr`.

/// The parts of a folded German compound in order, linking letters removed; nothing for a word
/// that is none.
#[must_use]
pub fn parts(word: &str) -> Vec<&str> {
    let _ = word;
    Vec::new()
}
