//! A story as a PDF, set by Typst.
//!
//! The template is ours and fixed; what strangers wrote reaches it as JSON, as text and never as
//! markup. Nothing is read from the machine: template, data, drawing and typeface are in memory,
//! and there is no clock.

use std::sync::LazyLock;

use domain::Time;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp as Stamp};

/// What is set, in the template's language.
const TEMPLATE: &str = include_str!("../templates/story.typ");

struct Fonts {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    use dejavu::{sans, sans_condensed};
    let faces = [sans_condensed::regular(), sans_condensed::bold(), sans::regular(), sans::bold()];
    let fonts: Vec<Font> =
        faces.into_iter().flat_map(|face| Font::iter(Bytes::new(face))).collect();
    Fonts { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
});

/// Everything that Typst can see.
struct Desk {
    library: LazyHash<Library>,
    template: Source,
    files: [(FileId, Bytes); 2],
}

impl Desk {
    fn new(data: String, drawing: String) -> Option<Desk> {
        let id = |name: &str| {
            let path = VirtualPath::new(name).ok()?;
            Some(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
        };
        Some(Desk {
            library: LazyHash::new(Library::default()),
            template: Source::new(id("story.typ")?, TEMPLATE.to_owned()),
            files: [
                (id("paper.json")?, Bytes::from_string(data)),
                (id("ladder.svg")?, Bytes::from_string(drawing)),
            ],
        })
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(missing(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = self.files.iter().find(|(name, _)| *name == id);
        found.map(|(_, bytes)| bytes.clone()).ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}

/// Sets a page or more: `data` is what the template shows, as JSON, `drawing` the ladder as SVG,
/// `made` the moment that stands in the file.
///
/// # Errors
/// What Typst has against it: our own fault.
pub fn pdf(data: String, drawing: String, made: Time) -> Result<Vec<u8>, String> {
    let desk = Desk::new(data, drawing).ok_or("no names for the parts")?;
    let set = typst::compile::<PagedDocument>(&desk).output;
    let options = PdfOptions {
        creator: Smart::Custom(Some("Horch".to_owned())),
        timestamp: stamp(made),
        ..PdfOptions::default()
    };
    let made = set.and_then(|document| typst_pdf::pdf(&document, &options));
    // What Typst remembers for a next time is not worth its memory here.
    typst::comemo::evict(0);
    made.map_err(|errors| words(&errors))
}

fn words(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}

fn stamp(at: Time) -> Option<Stamp> {
    let at = Timestamp::from_millisecond(at.0).ok()?.to_zoned_datetime(TimeZone::UTC);
    let of = |n: i8| u8::try_from(n).ok();
    let datetime = Datetime::from_ymd_hms(
        i32::from(at.year()),
        of(at.month())?,
        of(at.day())?,
        of(at.hour())?,
        of(at.minute())?,
        of(at.second())?,
    );
    datetime.map(Stamp::new_utc)
}
