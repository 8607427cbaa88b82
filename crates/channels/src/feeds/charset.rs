//! From bytes to characters. What a feed says of its own charset is often wrong; what its bytes
//! say counts more.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The guesser reads this much; more does not make it wiser.
const GUESS_BYTES: usize = 64 << 10;

/// Reads bytes as text. In this order count: a byte order mark, the shape of UTF-16, being valid
/// UTF-8 with characters beyond ASCII, the XML declaration, the `Content-Type`, UTF-8 with a few
/// broken places, a guess.
pub(crate) fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Cow<'a, str> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[length..]).0;
    }
    if let Some(encoding) = utf16_shape(bytes) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    let declared = || declared(bytes).or_else(|| content_type.and_then(charset_of));
    if let Ok(text) = std::str::from_utf8(bytes) {
        // ISO-2022-JP hides its characters in ASCII bytes after an escape.
        if bytes.contains(&0x1b) && declared() == Some(ISO_2022_JP) {
            return ISO_2022_JP.decode_without_bom_handling(bytes).0;
        }
        return Cow::Borrowed(text);
    }
    match declared() {
        // UTF-16 that does not look like it is something else.
        Some(encoding) if ![UTF_8, UTF_16BE, UTF_16LE].contains(&encoding) => {
            encoding.decode_without_bom_handling(bytes).0
        }
        _ => mostly_utf8(bytes).map_or_else(|| guess(bytes), Cow::Owned),
    }
}

/// `<` with a zero byte beside it.
fn utf16_shape(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes.get(..4)? {
        [b'<' | b'{', 0, _, 0] => Some(UTF_16LE),
        [0, b'<' | b'{', 0, _] => Some(UTF_16BE),
        _ => None,
    }
}

/// The `encoding` of an XML declaration near the start.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(1024)];
    let start = memchr::memmem::find(head, b"<?xml")?;
    let end = start + memchr::memmem::find(&head[start..], b"?>")?;
    let declaration = std::str::from_utf8(&head[start..end]).ok()?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Encoding::for_label(value[1..].split(quote).next()?.as_bytes())
}

fn charset_of(content_type: &str) -> Option<&'static Encoding> {
    let parameters = content_type.split(';').skip(1);
    let named = parameters.filter_map(|p| p.split_once('='));
    let mut charset = named.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    Encoding::for_label(charset.next()?.1.trim().trim_matches(['"', '\'']).as_bytes())
}

/// UTF-8 with a few broken places, which are read as Windows-1252; `None` where most of what is
/// beyond ASCII is not UTF-8.
fn mostly_utf8(bytes: &[u8]) -> Option<String> {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().bytes().filter(|b| *b >= 0xc0).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    if good <= 2 * bad {
        return None;
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    Some(text)
}

fn guess(bytes: &[u8]) -> Cow<'_, str> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(GUESS_BYTES)], true);
    detector.guess(None, Utf8Detection::Deny).decode_without_bom_handling(bytes).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], content_type: Option<&str>, expect: &str) {
        assert_eq!(decode(bytes, content_type), expect);
    }

    #[test]
    fn what_the_bytes_say_counts_more_than_what_is_said_of_them() {
        check("\u{feff}<a>ü</a>".as_bytes(), Some("text/xml; charset=iso-8859-1"), "<a>ü</a>");
        check(
            "<?xml encoding='iso-8859-1'?>Größe".as_bytes(),
            None,
            "<?xml encoding='iso-8859-1'?>Größe",
        );
        check(b"<\0a\0>\0\xfc\0", None, "<a>ü");
        check(b"\xfe\xff\0<\0a\0>", None, "<a>");
    }

    #[test]
    fn declared_charsets() {
        check(
            b"<?xml version='1.0' encoding = \"ISO-8859-15\"?>\xa4",
            None,
            "<?xml version='1.0' encoding = \"ISO-8859-15\"?>€",
        );
        check(b"caf\xe9", Some("text/xml; charset=\"latin1\""), "café");
        check(b"\xc3\xe4", Some("text/xml;CHARSET=windows-1251"), "Гд");
        let japanese = b"<?xml encoding=\"iso-2022-jp\"?>\x1b$B$\"\x1b(B";
        check(japanese, None, "<?xml encoding=\"iso-2022-jp\"?>あ");
    }

    #[test]
    fn undeclared_latin_1_is_guessed() {
        let text = "Die Größe der Bäume überrascht die Förster in München".to_owned();
        let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
        check(&latin, None, &text);
        check(&latin, Some("text/xml; charset=utf-8"), &text);
        check(
            b"\x93Quoted\x94 \x96 \x80 100, \xfcber M\xfcnchen",
            None,
            "“Quoted” – € 100, über München",
        );
    }

    #[test]
    fn a_broken_place_does_not_spoil_the_rest() {
        let bytes = ["Größe, Bäume, Förster ".as_bytes(), b"\xfc", " über".as_bytes()].concat();
        check(&bytes, None, "Größe, Bäume, Förster ü über");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>, kind: Option<String>) {
            decode(&bytes, kind.as_deref());
        }
    }
}
