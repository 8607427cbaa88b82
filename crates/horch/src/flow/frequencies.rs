//! How many posts have which word, kept over a restart: the matcher lists a query under its rarest
//! words.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use query::Frequencies;

use super::{House, State};

/// How often what was observed is kept.
const KEEP: Duration = Duration::from_secs(600);

fn path(folder: &Path) -> PathBuf {
    folder.join("frequencies.bin")
}

/// What was kept in the data folder; nothing where there is nothing that can be read.
#[must_use]
pub fn read(folder: &Path) -> Frequencies {
    let bytes = std::fs::read(path(folder)).unwrap_or_default();
    Frequencies::from_bytes(&bytes).unwrap_or_default()
}

/// Keeps them in the data folder.
///
/// # Errors
/// The file cannot be written.
pub fn write(folder: &Path, frequencies: &Frequencies) -> io::Result<()> {
    let fresh = folder.join("frequencies.new");
    std::fs::write(&fresh, frequencies.to_bytes())?;
    std::fs::rename(fresh, path(folder))
}

/// Keeps them from time to time, and when the process ends.
pub async fn keep(house: House, state: Arc<State>, folder: PathBuf) {
    loop {
        let goes_on = house.pause(KEEP).await;
        let frequencies = state.frequencies();
        if frequencies.posts() > 0
            && let Err(error) = write(&folder, &frequencies)
        {
            tracing::warn!(%error, "observed frequencies could not be kept");
        }
        if !goes_on {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_observed_outlives_the_process() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()), Frequencies::default());
        let recorded = r#"{"id":1,"platform":"x","author":"a","published":"2015-02-16T00:00:00Z","text":"late trains"}"#;
        let file = folder.path().join("posts.jsonl");
        std::fs::write(&file, recorded).unwrap();
        let now = domain::Time(2);
        let mut posts = crate::recorded::Recording::open(&file, &Default::default(), now).unwrap();
        let post = posts.next().unwrap().post.unwrap();
        let mut frequencies = Frequencies::new();
        frequencies.observe(&query::Document::of(&post));
        write(folder.path(), &frequencies).unwrap();
        assert_eq!((read(folder.path()).posts(), read(folder.path())), (1, frequencies));
        std::fs::write(path(folder.path()), "damaged").unwrap();
        assert_eq!(read(folder.path()), Frequencies::default());
    }
}
