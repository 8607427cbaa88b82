//! CSV: comma, semicolon or tab; a preamble before the header is passed over.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use anyhow::bail;
use domain::Time;

use super::columns::{Field, Mapping};
use super::{Item, LINE_LIMIT, post};

/// Rows looked at for the header: some tools put a report's name and filters before it.
const PREAMBLE: usize = 25;

/// The records of a file. `head` is its beginning, not yet consumed.
///
/// # Errors
/// No header row names a text and anything else: says which names are known.
pub fn records(
    from: Box<dyn BufRead + Send>,
    head: &[u8],
    mapping: Mapping,
    now: Time,
) -> anyhow::Result<impl Iterator<Item = Item> + Send + use<>> {
    let from: Box<dyn Read + Send> = match encoding_rs::Encoding::for_bom(head) {
        Some((encoding, _)) if encoding != encoding_rs::UTF_8 => {
            Box::new(Decoded::new(from, encoding.new_decoder_with_bom_removal()))
        }
        _ => from,
    };
    let delimiter = delimiter(head);
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(from);
    let mut record = ::csv::ByteRecord::new();
    let mut columns: BTreeMap<Field, usize> = BTreeMap::new();
    for _ in 0..PREAMBLE {
        if !reader.read_byte_record(&mut record)? {
            break;
        }
        let header: Vec<String> =
            record.iter().map(|cell| decode(cell).trim().to_owned()).collect();
        let found = mapping.columns(&header);
        let has_text = [Field::Body, Field::Title].iter().any(|field| found.contains_key(field));
        if has_text && (found.len() >= 2 || header.len() == 1) {
            columns = found;
            break;
        }
    }
    if columns.is_empty() {
        bail!(
            "no header row was recognised in the first {PREAMBLE} rows; say which column holds \
             the text and the time: --map body=COLUMN --map published=COLUMN"
        );
    }
    let mut ended = false;
    Ok(std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let line = reader.position().line();
        match reader.read_byte_record(&mut record) {
            Ok(false) => None,
            Ok(true) if record.as_slice().len() > LINE_LIMIT => {
                let reason = format!("longer than {LINE_LIMIT} bytes");
                Some(Item { line, post: Err(reason) })
            }
            Ok(true) => {
                let line = record.position().map_or(line, ::csv::Position::line);
                let cell = |field| columns.get(&field).and_then(|at| record.get(*at)).map(decode);
                Some(Item { line, post: post::build(cell, now) })
            }
            Err(error) => {
                ended = error.is_io_error();
                Some(Item { line, post: Err(format!("no CSV record: {error}")) })
            }
        }
    }))
}

/// UTF-8, else windows-1252 (what spreadsheets on German desktops write).
fn decode(cell: &[u8]) -> String {
    let cell = cell.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(cell);
    match std::str::from_utf8(cell) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(cell).0.into_owned(),
    }
}

/// The delimiter that stands most often in the head, quotes aside.
fn delimiter(head: &[u8]) -> u8 {
    let mut counts = [(b'\t', 0_usize), (b';', 0), (b',', 0)];
    let mut quoted = false;
    for &byte in head {
        quoted ^= byte == b'"';
        if let Some((_, n)) = counts.iter_mut().find(|(d, _)| *d == byte && !quoted) {
            *n += 1;
        }
    }
    counts.into_iter().max_by_key(|(_, n)| *n).map_or(b',', |(delimiter, _)| delimiter)
}

/// A reader that turns another encoding into UTF-8 as it goes.
struct Decoded<R> {
    from: R,
    decoder: encoding_rs::Decoder,
    ready: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: BufRead> Decoded<R> {
    fn new(from: R, decoder: encoding_rs::Decoder) -> Decoded<R> {
        Decoded { from, decoder, ready: Vec::new(), given: 0, ended: false }
    }

    fn refill(&mut self) -> std::io::Result<()> {
        self.given = 0;
        self.ready.resize(32 << 10, 0);
        let chunk = self.from.fill_buf()?;
        let last = chunk.is_empty();
        let (_, read, written, _) = self.decoder.decode_to_utf8(chunk, &mut self.ready, last);
        self.from.consume(read);
        self.ready.truncate(written);
        self.ended = last;
        Ok(())
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.given == self.ready.len() && !self.ended {
            self.refill()?;
        }
        let n = into.len().min(self.ready.len() - self.given);
        into[..n].copy_from_slice(&self.ready[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}
