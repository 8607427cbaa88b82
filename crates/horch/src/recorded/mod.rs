//! Recorded posts: JSON Lines and CSV, gzip or not, as Horch and other tools export them.
//!
//! A line that cannot be read is an item with its number and reason, never an end. Lines are
//! bounded ([`LINE_LIMIT`]); the file is never held in memory.

mod columns;
mod csv;
mod json;
mod post;
mod when;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, bail};
use domain::{Post, Time};

pub use columns::{Entry, Mapping};

/// Longest line (or CSV record) that is read, in bytes; a longer one is a broken line.
pub const LINE_LIMIT: usize = 1 << 20;

/// One line of a file.
#[derive(Debug)]
pub struct Item {
    /// Its number, from 1.
    pub line: u64,
    /// The post, or why there is none.
    pub post: Result<Post, String>,
}

/// A file of recorded posts: iterate over it.
pub struct Recording {
    items: Box<dyn Iterator<Item = Item> + Send>,
    /// Size of the file in bytes.
    pub size: u64,
    read: Arc<AtomicU64>,
}

impl Recording {
    /// Opens a file; `mapping` says which column or member holds what, over what is recognised by
    /// itself; posts without a time of their own are published `now`.
    ///
    /// # Errors
    /// The file cannot be read, or its kind is not recognised: says what was tried.
    pub fn open(path: &Path, mapping: &Mapping, now: Time) -> anyhow::Result<Recording> {
        let file =
            File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
        let size = file.metadata().map_or(0, |m| m.len());
        let read = Arc::new(AtomicU64::new(0));
        let counted = Counted { inner: file, read: Arc::clone(&read) };
        let mut bytes = unpack(BufReader::with_capacity(1 << 16, counted))?;
        let head = bytes.fill_buf().with_context(|| format!("{}", path.display()))?.to_vec();
        let name = path.to_string_lossy().to_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name).to_owned();
        let items: Box<dyn Iterator<Item = Item> + Send> = match kind(&name, &head) {
            Some(Kind::Json) => Box::new(json::lines(bytes, mapping.clone(), now)),
            Some(Kind::Csv) => Box::new(csv::records(bytes, &head, mapping.clone(), now)?),
            None => bail!(
                "{}: neither JSON Lines (one object a line) nor CSV was recognised; name the file \
                 .jsonl or .csv",
                path.display()
            ),
        };
        Ok(Recording { items, size, read })
    }

    /// A counter of bytes of the file read so far, to be looked at from elsewhere.
    #[must_use]
    pub fn progress(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }
}

impl Iterator for Recording {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        self.items.next()
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Json,
    Csv,
}

fn kind(name: &str, head: &[u8]) -> Option<Kind> {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let first = text.iter().find(|b| !b.is_ascii_whitespace());
    if [".jsonl", ".ndjson", ".json"].iter().any(|end| name.ends_with(end)) {
        return Some(Kind::Json);
    }
    if [".csv", ".tsv", ".txt"].iter().any(|end| name.ends_with(end)) && first != Some(&b'{') {
        return Some(Kind::Csv);
    }
    (first == Some(&b'{')).then_some(Kind::Json)
}

/// Unpacks gzip (told by its magic bytes, whatever the name says), several members too.
fn unpack(mut bytes: impl BufRead + Send + 'static) -> anyhow::Result<Box<dyn BufRead + Send>> {
    let packed = bytes.fill_buf()?.starts_with(&[0x1F, 0x8B]);
    Ok(if packed {
        Box::new(BufReader::with_capacity(1 << 16, flate2::bufread::MultiGzDecoder::new(bytes)))
    } else {
        Box::new(bytes)
    })
}

struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(into)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Reads a line of at most `limit` bytes into `line`, without its end. A longer line is skipped
/// to its end and told by `Ok(Some(false))`; `Ok(None)` is the end of the file.
fn read_line(
    from: &mut dyn BufRead,
    line: &mut Vec<u8>,
    limit: usize,
) -> std::io::Result<Option<bool>> {
    line.clear();
    let mut fits = true;
    let mut any = false;
    loop {
        let chunk = from.fill_buf()?;
        if chunk.is_empty() {
            return Ok(any.then_some(fits));
        }
        any = true;
        let end = chunk.iter().position(|&b| b == b'\n');
        let taken = end.unwrap_or(chunk.len());
        if fits && line.len() + taken <= limit {
            line.extend_from_slice(&chunk[..taken]);
        } else {
            fits = false;
            line.clear();
        }
        from.consume(end.map_or(taken, |at| at + 1));
        if end.is_some() {
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            return Ok(Some(fits));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(name: &str, content: &[u8], mapping: &Mapping) -> Vec<Item> {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("file");
        Recording::open(&path, mapping, Time(1_800_000_000_000)).expect("opens").collect()
    }

    fn bodies(items: &[Item]) -> Vec<String> {
        let body = |item: &Item| match &item.post {
            Ok(post) => post.body.clone(),
            Err(reason) => format!("line {}: {reason}", item.line),
        };
        items.iter().map(body).collect()
    }

    #[test]
    fn json_lines_plain_and_packed_and_broken() {
        let text =
            b"{\"id\":1,\"text\":\"a\"}\n\nnonsense\n{\"id\":2,\"text\":\"b\"}\n[1]\n{\"id\":3}";
        let plain = read("x.jsonl", text, &Mapping::default());
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(text).expect("memory");
        let packed = read("x.jsonl.gz", &gz.finish().expect("memory"), &Mapping::default());
        assert_eq!(bodies(&plain), bodies(&packed));
        let told = bodies(&plain);
        assert_eq!((told[0].as_str(), told[2].as_str()), ("a", "b"));
        assert!(told[1].starts_with("line 3: no JSON object"), "{told:?}");
        assert!(told[3].starts_with("line 5:"), "{told:?}");
        assert!(told[4].starts_with("line 6: no text"), "{told:?}");
    }

    #[test]
    fn csv_of_other_tools() {
        let brandwatch = "Report:,x\n\nDate,Url,Title,Full Text,Author,Page Type,Language\n\
            2026-11-01 10:00:00,https://a.example/1,T,\"two\nlines\",ann,blog,en\n";
        let items = read("b.csv", brandwatch.as_bytes(), &Mapping::default());
        let post = items[0].post.as_ref().expect("post");
        assert_eq!(post.body, "two\nlines");
        assert_eq!(post.url, "https://a.example/1");
        assert_eq!(post.lang.as_deref(), Some("en"));
        assert_eq!(post.published, Time(1_793_527_200_000));

        let german = "Datum;Text;Autor\n01.11.2026 11:30;Grüße;jens\n";
        let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(german);
        let items = read("g.csv", &latin, &Mapping::default());
        assert_eq!(bodies(&items), ["Grüße"]);

        let mut utf16 = vec![0xFF, 0xFE];
        let tabs = "Date\tHit Sentence\n2026-11-01\tä\n";
        utf16.extend(tabs.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(bodies(&read("m.csv", &utf16, &Mapping::default())), ["ä"]);
    }

    #[test]
    fn a_mapping_names_unknown_columns() {
        let mapping: Mapping = ["body=Was".parse(), "published=Wann".parse()]
            .into_iter()
            .collect::<Result<Vec<_>, _>>()
            .expect("mappings")
            .into();
        let items = read("x.csv", b"Wann,Was\n2026-11-01,hallo\n", &mapping);
        assert_eq!(bodies(&items), ["hallo"]);
    }

    #[test]
    fn endless_lines_are_bounded() {
        let mut text = vec![b'x'; LINE_LIMIT + 10];
        text.extend_from_slice(b"\n{\"id\":1,\"text\":\"a\"}\n");
        let told = bodies(&read("x.jsonl", &text, &Mapping::default()));
        assert!(told[0].contains("longer than"), "{}", told[0]);
        assert_eq!(told[1], "a");
    }

    #[test]
    fn nothing_recognised_is_said() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("x.bin");
        std::fs::write(&path, b"\x00\x01").expect("file");
        let error = Recording::open(&path, &Mapping::default(), Time(0)).err().expect("error");
        assert!(error.to_string().contains("neither JSON Lines"), "{error}");
    }
}
