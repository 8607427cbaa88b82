//! Posts as files: CSV, JSON Lines and Parquet from one table of columns, written a piece at a
//! time so that any number of posts needs the same memory.
//!
//! ```
//! use web::records::{Format, Records};
//!
//! let mut records = Records::begin(Format::Csv)?;
//! let file = records.finish()?;
//! assert!(String::from_utf8_lossy(&file).starts_with("\u{feff}id,platform,channel,url,"));
//! # Ok::<(), std::io::Error>(())
//! ```

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Post, Time};
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::show::iso;

/// Posts in one row group of a Parquet file: what is held in memory at most.
const GROUP: usize = 2_000;

/// A format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated, UTF-8 with a mark, CRLF; what a spreadsheet would run as a formula gets
    /// an apostrophe in front.
    Csv,
    /// One JSON object a line.
    Lines,
    /// Apache Parquet, Snappy-compressed.
    Parquet,
}

impl Format {
    /// Every format, in the order screens list them.
    pub const ALL: [Format; 3] = [Format::Csv, Format::Lines, Format::Parquet];

    /// The ending of a file's name: `csv`, `jsonl`, `parquet`.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Lines => "jsonl",
            Format::Parquet => "parquet",
        }
    }

    /// The format of files with this ending.
    #[must_use]
    pub fn named(ending: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|f| f.ending().eq_ignore_ascii_case(ending))
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::Lines => "application/jsonl; charset=utf-8",
            Format::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// What stands in one cell.
enum Cell {
    Text(String),
    Maybe(Option<String>),
    Number(Option<u64>),
    Moment(Time),
}

/// What a column holds, in Parquet's words.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    Moment,
}

/// One column: its name, what it holds, and where it comes from.
type Column = (&'static str, Kind, fn(&Post) -> Cell);

fn text(value: &str) -> Cell {
    Cell::Text(value.to_owned())
}

/// Every column of every format, in order. Times are UTC; lists are parted by spaces.
const COLUMNS: [Column; 24] = [
    ("id", Kind::Text, |p| Cell::Text(p.id().to_string())),
    ("platform", Kind::Text, |p| text(p.platform.as_str())),
    ("channel", Kind::Text, |p| text(p.channel.as_str())),
    ("url", Kind::Text, |p| text(&p.url)),
    ("native_id", Kind::Text, |p| text(&p.native_id)),
    ("source", Kind::Text, |p| text(p.source.display_name())),
    ("source_key", Kind::Text, |p| text(&p.source.key)),
    ("source_handle", Kind::Text, |p| text(&p.source.handle)),
    ("tier", Kind::Text, |p| Cell::Maybe(p.source.tier.map(|t| t.as_str().to_owned()))),
    ("followers", Kind::Number, |p| Cell::Number(p.source.followers)),
    ("country", Kind::Text, |p| Cell::Maybe(p.source.country.clone())),
    ("author", Kind::Text, |p| Cell::Maybe(p.author.clone())),
    ("lang", Kind::Text, |p| Cell::Maybe(p.lang.clone())),
    ("title", Kind::Text, |p| text(&p.title)),
    ("lead", Kind::Text, |p| text(&p.lead)),
    ("body", Kind::Text, |p| text(&p.body)),
    ("hashtags", Kind::Text, |p| Cell::Text(p.hashtags.join(" "))),
    ("links", Kind::Text, |p| Cell::Text(p.links.join(" "))),
    ("likes", Kind::Number, |p| Cell::Number(p.engagement.likes)),
    ("reposts", Kind::Number, |p| Cell::Number(p.engagement.reposts)),
    ("replies", Kind::Number, |p| Cell::Number(p.engagement.replies)),
    ("views", Kind::Number, |p| Cell::Number(p.engagement.views)),
    ("published", Kind::Moment, |p| Cell::Moment(p.published)),
    ("received", Kind::Moment, |p| Cell::Moment(p.received)),
];

/// A post as one JSON object on one line, without the line's end: a line of the JSON Lines file.
#[must_use]
pub fn json_line(post: &Post) -> String {
    let mut line = String::from("{");
    for (i, (name, _, value)) in COLUMNS.iter().enumerate() {
        if i > 0 {
            line.push(',');
        }
        let value = match value(post) {
            Cell::Text(text) => serde_json::Value::String(text),
            Cell::Maybe(text) => text.map_or(serde_json::Value::Null, Into::into),
            Cell::Number(n) => n.map_or(serde_json::Value::Null, Into::into),
            Cell::Moment(at) => serde_json::Value::String(iso(at)),
        };
        line.push_str(&format!("\"{name}\":{value}"));
    }
    line.push('}');
    line
}

fn csv_line(post: &Post) -> String {
    let written = |(_, _, value): &Column| match value(post) {
        Cell::Text(text) => csv_cell(&text),
        Cell::Maybe(text) => csv_cell(&text.unwrap_or_default()),
        Cell::Number(n) => n.map(|n| n.to_string()).unwrap_or_default(),
        Cell::Moment(at) => iso(at),
    };
    let mut line = COLUMNS.iter().map(written).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

/// A cell, quoted where needed. What a spreadsheet would run as a formula gets an apostrophe in
/// front: posts are written by strangers.
pub(crate) fn csv_cell(value: &str) -> String {
    let formula = value.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || value.starts_with(['\t', '\r', '\n']);
    let value = if formula { format!("'{value}") } else { value.to_owned() };
    if value.contains(['"', ',', ';', '\n', '\r', '\t']) || formula {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value
    }
}

/// A file in the making.
pub struct Records {
    ready: Vec<u8>,
    table: Option<Table>,
    format: Format,
}

impl Records {
    /// Begins a file.
    ///
    /// # Errors
    /// The head of a Parquet file could not be made.
    pub fn begin(format: Format) -> io::Result<Records> {
        let mut records = Records { ready: Vec::new(), table: None, format };
        match format {
            Format::Csv => {
                let names: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
                // The mark tells Excel that this is UTF-8.
                records.ready = format!("\u{feff}{}\r\n", names.join(",")).into_bytes();
            }
            Format::Lines => {}
            Format::Parquet => records.table = Some(Table::begin()?),
        }
        Ok(records)
    }

    /// Adds a post.
    ///
    /// # Errors
    /// A row group of a Parquet file could not be written.
    pub fn add(&mut self, post: Post) -> io::Result<()> {
        match (&mut self.table, self.format) {
            (Some(table), _) => table.add(post)?,
            (None, Format::Lines) => {
                self.ready.extend_from_slice(json_line(&post).as_bytes());
                self.ready.push(b'\n');
            }
            (None, _) => self.ready.extend_from_slice(csv_line(&post).as_bytes()),
        }
        Ok(())
    }

    /// The bytes that are ready to be sent; empty when there are none yet.
    pub fn take(&mut self) -> Vec<u8> {
        match &self.table {
            Some(table) => table.sink.take(),
            None => std::mem::take(&mut self.ready),
        }
    }

    /// Ends the file: its last bytes.
    ///
    /// # Errors
    /// The end of a Parquet file could not be written.
    pub fn finish(&mut self) -> io::Result<Vec<u8>> {
        if let Some(table) = &mut self.table {
            table.write_group()?;
            table.writer.finish().map_err(io::Error::other)?;
        }
        Ok(self.take())
    }
}

/// Where Parquet writes; emptied while the file grows.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Table {
    sink: Sink,
    writer: SerializedFileWriter<Sink>,
    waiting: Vec<Post>,
}

impl Table {
    fn begin() -> io::Result<Table> {
        let mut schema = String::from("message post {\n");
        for (name, kind, _) in COLUMNS {
            let column = match kind {
                Kind::Text => format!("optional binary {name} (utf8);\n"),
                Kind::Number => format!("optional int64 {name};\n"),
                Kind::Moment => format!("optional int64 {name} (timestamp(millis,true));\n"),
            };
            schema.push_str(&column);
        }
        schema.push('}');
        let schema = Arc::new(parse_message_type(&schema).map_err(io::Error::other)?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("horch ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let sink = Sink::default();
        let writer = SerializedFileWriter::new(sink.clone(), schema, Arc::new(properties))
            .map_err(io::Error::other)?;
        Ok(Table { sink, writer, waiting: Vec::new() })
    }

    fn add(&mut self, post: Post) -> io::Result<()> {
        self.waiting.push(post);
        if self.waiting.len() >= GROUP { self.write_group() } else { Ok(()) }
    }

    fn write_group(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let posts = std::mem::take(&mut self.waiting);
        let mut group = self.writer.next_row_group().map_err(io::Error::other)?;
        for column in &COLUMNS {
            let Some(mut writer) = group.next_column().map_err(io::Error::other)? else { break };
            write_column(&mut writer, column, &posts).map_err(io::Error::other)?;
            writer.close().map_err(io::Error::other)?;
        }
        group.close().map(drop).map_err(io::Error::other)
    }
}

fn write_column(
    writer: &mut parquet::file::writer::SerializedColumnWriter<'_>,
    (_, kind, value): &Column,
    posts: &[Post],
) -> parquet::errors::Result<usize> {
    // One level a row: 1 where there is a value, 0 where there is none.
    let mut levels = Vec::with_capacity(posts.len());
    let (mut texts, mut numbers) = (Vec::new(), Vec::new());
    for post in posts {
        let there = match value(post) {
            Cell::Text(text) | Cell::Maybe(Some(text)) => {
                texts.push(ByteArray::from(text.into_bytes()));
                true
            }
            Cell::Number(Some(n)) => {
                numbers.push(i64::try_from(n).unwrap_or(i64::MAX));
                true
            }
            Cell::Moment(at) => {
                numbers.push(at.0);
                true
            }
            Cell::Maybe(None) | Cell::Number(None) => false,
        };
        levels.push(i16::from(there));
    }
    match kind {
        Kind::Text => writer.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), None),
        Kind::Number | Kind::Moment => {
            writer.typed::<Int64Type>().write_batch(&numbers, Some(&levels), None)
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Channel, Engagement, Platform, Source};
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::RowAccessor as _;

    use super::*;

    fn post(n: u64) -> Post {
        Post {
            platform: Platform::WEB,
            native_id: n.to_string(),
            url: "https://a.example/1".into(),
            channel: Channel::Blog,
            source: Source { followers: n.is_multiple_of(2).then_some(n), ..Source::default() },
            author: None,
            title: "=1+1".into(),
            lead: String::new(),
            body: format!("Müller, \"{n}\""),
            lang: Some("de".into()),
            published: Time(n as i64),
            received: Time(7),
            links: vec![],
            hashtags: vec!["a".into(), "b".into()],
            mentions: vec![],
            relation: None,
            engagement: Engagement::default(),
            media: vec![],
        }
    }

    /// A file of so many posts, and the largest piece it was sent in.
    fn file(format: Format, posts: u64) -> (Vec<u8>, usize) {
        let mut records = Records::begin(format).unwrap();
        let (mut all, mut largest) = (records.take(), 0);
        for n in 0..posts {
            records.add(post(n)).unwrap();
            let piece = records.take();
            largest = largest.max(piece.len());
            all.extend(piece);
        }
        all.extend(records.finish().unwrap());
        (all, largest)
    }

    #[test]
    fn csv_cells_cannot_become_formulas() {
        let (csv, _) = file(Format::Csv, 2);
        let csv = String::from_utf8(csv).unwrap();
        assert_eq!(csv.lines().count(), 3);
        assert!(csv.contains(",\"'=1+1\",,\"Müller, \"\"1\"\"\",a b,"), "{csv}");
    }

    #[test]
    fn lines_hold_the_same_columns() {
        let (lines, _) = file(Format::Lines, 2);
        let lines = String::from_utf8(lines).unwrap();
        let (csv, _) = file(Format::Csv, 0);
        let names =
            String::from_utf8(csv).unwrap().trim_start_matches('\u{feff}').trim().to_owned();
        for line in lines.lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(value["hashtags"], "a b");
            assert!(names.split(',').all(|name| value.get(name).is_some()), "{line}");
        }
    }

    #[test]
    fn parquet_comes_in_pieces_and_can_be_read() {
        let (bytes, largest) = file(Format::Parquet, 5_000);
        assert!(largest < bytes.len() / 2, "no piece holds the whole file");
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        assert_eq!(reader.metadata().num_row_groups(), 3);
        let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 5_000);
        let column = |name: &str| COLUMNS.iter().position(|(n, ..)| *n == name).unwrap();
        assert_eq!(rows[41].get_string(column("body")).unwrap(), "Müller, \"41\"");
        assert_eq!(rows[42].get_long(column("followers")).unwrap(), 42);
        assert!(rows[41].get_long(column("followers")).is_err(), "no value is no zero");
        assert_eq!(rows[4_999].get_timestamp_millis(column("published")).unwrap(), 4_999);
    }
}
