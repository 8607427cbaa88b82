//! Drawings as PNG, for readers that show no SVG: mail programs.
//!
//! The typeface comes with the program, so that the same drawing looks the same on every machine.
//! What it does not have stays out of the picture, and nothing fails for that.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{Options, Tree};

use crate::ladder::FONT;

/// Largest side of a picture, in pixels.
const LARGEST: f32 = 4_000.0;

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    for face in [dejavu::sans::regular(), dejavu::sans::bold()] {
        fonts.load_font_source(Source::Binary(Arc::new(face)));
    }
    fonts.set_sans_serif_family(FONT);
    Arc::new(fonts)
});

/// A picture.
pub struct Painted {
    /// As PNG.
    pub png: Vec<u8>,
    /// Width of the drawing, in its own units.
    pub width: u32,
    /// Height of the drawing, in its own units.
    pub height: u32,
}

/// Paints a drawing on white, with so many pixels for each of its units. `None` where it is no SVG
/// or too large. Takes some milliseconds of computing: nothing for the async runtime's threads.
pub fn png(svg: &str, scale: f32) -> Option<Painted> {
    let fonts = Arc::clone(&FONTS);
    let options = Options { fontdb: fonts, font_family: FONT.into(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).ok()?;
    let (width, height) = (tree.size().width(), tree.size().height());
    if width.max(height) * scale > LARGEST {
        return None;
    }
    let pixels = |side: f32| (side * scale).ceil() as u32;
    let mut pixmap = Pixmap::new(pixels(width), pixels(height))?;
    pixmap.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let png = pixmap.encode_png().ok()?;
    Some(Painted { png, width: width.ceil() as u32, height: height.ceil() as u32 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many pixels of a line of text are not white.
    fn ink(text: &str) -> usize {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 200 40\" \
             font-family=\"system-ui, {FONT}, sans-serif\" font-size=\"20\">\
             <text x=\"5\" y=\"25\">{text}</text></svg>"
        );
        let painted = png(&svg, 2.0).expect("a picture");
        assert_eq!((painted.width, painted.height), (200, 40));
        let pixmap = Pixmap::decode_png(&painted.png).expect("a PNG");
        assert_eq!((pixmap.width(), pixmap.height()), (400, 80));
        pixmap.pixels().iter().filter(|pixel| pixel.red() < 128).count()
    }

    #[test]
    fn words_of_many_scripts_are_painted() {
        assert_eq!(ink(""), 0);
        for text in ["Leading media", "Größe: Äußerung", "Ведущие СМИ", "→ ●▼▲ 3\u{a0}h"]
        {
            assert!(ink(text) > 100, "{text}");
        }
    }

    #[test]
    fn what_no_typeface_has_hurts_nothing() {
        for text in ["日本語", "🙂", "\u{202e}\u{feff}", "\u{10ffff}"] {
            let _ = ink(text);
        }
        assert!(png("no drawing", 1.0).is_none());
        assert!(
            png("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9999\"/>", 1.0)
                .is_none()
        );
    }
}
