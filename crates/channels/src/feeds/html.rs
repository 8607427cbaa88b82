//! Plain text from the HTML of feeds, in one pass and without a tree: paragraphs, links and
//! media. Nothing of the markup survives, however broken it is.

use domain::{Media, MediaKind};
use url::Url;

use super::entities::reference;

/// Of one text more than this is not read, in bytes.
const LONGEST: usize = 512 << 10;
/// More links than this are not kept.
const LINKS: usize = 200;
/// More pictures than this are not kept.
const MEDIA: usize = 40;

/// What a piece of HTML says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plain {
    /// Paragraphs are parted by an empty line.
    pub text: String,
    /// Absolute addresses of pages linked to, in order, without doubles.
    pub links: Vec<String>,
    /// Pictures, films and sounds.
    pub media: Vec<Media>,
}

/// Reads HTML; relative addresses count from `base`.
pub(crate) fn read(html: &str, base: Option<&Url>) -> Plain {
    let html = &html[..html.floor_char_boundary(LONGEST)];
    // Some feeds escape once too often: all markup is then text.
    if !html.contains('<') && looks_escaped(html) {
        let mut once = String::with_capacity(html.len());
        unescape(html, &mut once);
        return Reader::new(base).read(&once);
    }
    Reader::new(base).read(html)
}

/// Reads a headline: one line, with markup only where it is meant as such (`Vec<T>` stays).
pub(crate) fn headline(text: &str) -> String {
    let mut line = text.to_owned();
    // Twice, because headlines are often escaped once too often.
    for _ in 0..2 {
        if !line.contains(['<', '&']) {
            break;
        }
        let mut reader = Reader::new(None);
        reader.only_inline = true;
        line = reader.read(&line).text;
    }
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The value of an attribute inside a tag (`a href="x"`), unescaped.
pub(crate) fn attribute(tag: &str, name: &str) -> Option<String> {
    let bytes = tag.as_bytes();
    let mut from = 0;
    loop {
        let at = from + find_ignoring_case(&bytes[from..], name.as_bytes())?;
        from = at + name.len();
        let starts = at > 0 && bytes[at - 1].is_ascii_whitespace();
        let rest = tag[from..].trim_start();
        let Some(value) = rest.strip_prefix('=').filter(|_| starts) else { continue };
        let value = value.trim_start();
        let value = match value.chars().next()? {
            quote @ ('"' | '\'') => value[1..].split(quote).next()?,
            _ => value.split([' ', '\t', '\n', '\r', '>']).next()?,
        };
        let mut text = String::with_capacity(value.len());
        unescape(value, &mut text);
        return Some(text.trim().to_owned());
    }
}

fn find_ignoring_case(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle))
}

fn looks_escaped(text: &str) -> bool {
    ["&lt;p", "&lt;/", "&lt;br", "&lt;a ", "&lt;div", "&lt;img", "&lt;span"]
        .iter()
        .any(|start| text.contains(start))
}

/// Writes `text` with its references resolved.
fn unescape(text: &str, to: &mut String) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        to.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, length) = reference(rest).unwrap_or((Some('&'), 1));
        to.extend(c);
        rest = &rest[length..];
    }
    to.push_str(rest);
}

/// How the text is broken at a tag.
enum Break {
    /// One more line.
    Line,
    /// A line of its own.
    Row,
    /// A paragraph of its own.
    Paragraph,
}

struct Reader<'a> {
    base: Option<&'a Url>,
    plain: Plain,
    /// Inside `<pre>`: line breaks count.
    preformatted: usize,
    /// Only tags that stand in headlines are tags.
    only_inline: bool,
}

impl<'a> Reader<'a> {
    fn new(base: Option<&'a Url>) -> Reader<'a> {
        Reader { base, plain: Plain::default(), preformatted: 0, only_inline: false }
    }

    fn read(mut self, html: &str) -> Plain {
        self.plain.text.reserve(html.len() / 2);
        let mut rest = html;
        while let Some(at) = memchr::memchr2(b'<', b'&', rest.as_bytes()) {
            self.text(&rest[..at]);
            rest = &rest[at..];
            rest = if rest.starts_with('&') { self.reference(rest) } else { self.markup(rest) };
        }
        self.text(rest);
        let kept = self.plain.text.trim_end().len();
        self.plain.text.truncate(kept);
        self.plain
    }

    fn reference<'t>(&mut self, rest: &'t str) -> &'t str {
        let (c, length) = reference(rest).unwrap_or((Some('&'), 1));
        if let Some(c) = c {
            self.text(c.encode_utf8(&mut [0; 4]));
        }
        &rest[length..]
    }

    /// Reads what starts with `<` and returns what follows it.
    fn markup<'t>(&mut self, rest: &'t str) -> &'t str {
        let after = |end: &str| rest.find(end).map_or("", |at| &rest[at + end.len()..]);
        if rest.starts_with("<!--") {
            return after("-->");
        }
        let Some(name) = tag_name(rest) else {
            // A stray `<`: `a < b`, `<3`.
            self.text("<");
            return &rest[1..];
        };
        if let Some(inner) = rest.strip_prefix("<![CDATA[") {
            let end = inner.find("]]>").unwrap_or(inner.len());
            self.text(&inner[..end]);
            return inner.get(end + 3..).unwrap_or("");
        }
        if self.only_inline && !is_inline(name) {
            self.text("<");
            return &rest[1..];
        }
        let end = tag_end(rest);
        let tag = &rest[1..end];
        let next = rest.get(end + 1..).unwrap_or("");
        self.tag(name, tag);
        let skipped = ["script", "style", "head", "template", "noscript", "svg", "object"];
        match skipped.iter().find(|skipped| skipped.eq_ignore_ascii_case(name)) {
            Some(_) if !tag.starts_with('/') && !tag.ends_with('/') => skip_to_close(next, name),
            _ => next,
        }
    }

    /// Adds text; runs of blanks are one blank.
    fn text(&mut self, text: &str) {
        let to = &mut self.plain.text;
        if self.preformatted > 0 {
            to.push_str(text);
            return;
        }
        let mut words = text.split(|c: char| c.is_whitespace() || is_invisible(c));
        if let Some(first) = words.next() {
            to.push_str(first);
        }
        for word in words {
            if !to.is_empty() && !to.ends_with([' ', '\n']) {
                to.push(' ');
            }
            to.push_str(word);
        }
    }

    fn tag(&mut self, name: &str, tag: &str) {
        let opens = !tag.starts_with('/');
        let is = |names: &[&str]| names.iter().any(|n| n.eq_ignore_ascii_case(name));
        if is(&["a"]) {
            if opens {
                self.link(tag);
            }
        } else if is(&["br"]) {
            self.break_lines(Break::Line);
        } else if is(&["li", "tr", "dt", "dd"]) {
            self.break_lines(Break::Row);
        } else if is(&["td", "th"]) {
            self.text(" ");
        } else if is(&["img"]) {
            self.media(MediaKind::Image, tag, &["src", "data-src"]);
        } else if is(&["video"]) {
            self.media(MediaKind::Video, tag, &["src"]);
        } else if is(&["audio"]) {
            self.media(MediaKind::Audio, tag, &["src"]);
        } else if is(BLOCKS) {
            self.break_lines(Break::Paragraph);
            if is(&["pre"]) {
                self.preformatted =
                    if opens { self.preformatted + 1 } else { self.preformatted.saturating_sub(1) };
            }
        }
    }

    fn break_lines(&mut self, wanted: Break) {
        let to = &mut self.plain.text;
        let kept = to.trim_end_matches(' ').len();
        to.truncate(kept);
        if to.is_empty() {
            return;
        }
        let there = to.bytes().rev().take_while(|b| *b == b'\n').count();
        let missing = match wanted {
            // A second `<br>` parts paragraphs.
            Break::Line => usize::from(there < 2),
            Break::Row => 1_usize.saturating_sub(there),
            Break::Paragraph => 2_usize.saturating_sub(there),
        };
        to.extend(std::iter::repeat_n('\n', missing));
    }

    fn link(&mut self, tag: &str) {
        if self.plain.links.len() >= LINKS {
            return;
        }
        let link = attribute(tag, "href").and_then(|href| absolute(&href, self.base));
        if let Some(link) = link.filter(|link| !self.plain.links.contains(link)) {
            self.plain.links.push(link);
        }
    }

    fn media(&mut self, kind: MediaKind, tag: &str, names: &[&str]) {
        // Counting pixels are no pictures.
        let tiny = ["width", "height"]
            .iter()
            .any(|side| attribute(tag, side).is_some_and(|size| size == "1" || size == "0"));
        if tiny || self.plain.media.len() >= MEDIA {
            return;
        }
        let urls = names.iter().filter_map(|name| attribute(tag, name));
        let Some(url) = urls.filter_map(|url| absolute(&url, self.base)).next() else { return };
        if !self.plain.media.iter().any(|media| media.url == url) {
            let alt = attribute(tag, "alt").unwrap_or_default();
            self.plain.media.push(Media { kind, url, alt });
        }
    }
}

const BLOCKS: &[&str] = &[
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "dl",
    "table",
    "blockquote",
    "pre",
    "section",
    "article",
    "header",
    "footer",
    "aside",
    "figure",
    "figcaption",
    "hr",
    "form",
    "address",
    "main",
    "nav",
    "details",
    "summary",
];

const INLINE: &[&str] = &[
    "a", "b", "i", "u", "s", "em", "strong", "small", "big", "span", "font", "br", "sub", "sup",
    "mark", "code", "cite", "q", "abbr", "wbr", "img", "del", "ins", "tt", "p", "div", "nobr",
    "h1", "h2", "h3", "h4",
];

fn is_inline(name: &str) -> bool {
    INLINE.iter().any(|inline| inline.eq_ignore_ascii_case(name))
}

/// Soft hyphens, zero-width blanks and marks that only steer the layout.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}') || (c.is_control() && c != '\n')
}

/// The name of the tag that `rest` starts with; `None` where `<` starts no tag.
fn tag_name(rest: &str) -> Option<&str> {
    let name = rest[1..].strip_prefix('/').unwrap_or(&rest[1..]);
    if name.starts_with(['!', '?']) {
        return Some(&name[..1]);
    }
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != ':' && c != '-');
    let name = &name[..end.unwrap_or(name.len())];
    name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(name)
}

/// Where the tag's `>` stands, or the end of the text. A `>` in a quoted value does not count,
/// unless the quote is never closed.
fn tag_end(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate().skip(1).take(16 << 10) {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') if bytes[..at].trim_ascii_end().ends_with(b"=") => {
                quote = Some(*byte);
            }
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }
    memchr::memchr(b'>', bytes).unwrap_or(bytes.len())
}

/// What follows the closing tag of `name`; nothing where there is none.
fn skip_to_close<'t>(text: &'t str, name: &str) -> &'t str {
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest.as_bytes(), b"</") {
        rest = &rest[at..];
        if tag_name(rest).is_some_and(|closed| closed.eq_ignore_ascii_case(name)) {
            return rest.get(tag_end(rest) + 1..).unwrap_or("");
        }
        rest = &rest[2..];
    }
    ""
}

/// An http(s) address made absolute.
pub(crate) fn absolute(address: &str, base: Option<&Url>) -> Option<String> {
    let address = address.trim();
    if address.is_empty() || address.starts_with('#') || address.len() > 4_096 {
        return None;
    }
    let url = match Url::parse(address) {
        Err(url::ParseError::RelativeUrlWithoutBase) => base?.join(address).ok()?,
        other => other.ok()?,
    };
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, text: &str) {
        assert_eq!(read(html, None).text, text, "{html}");
    }

    #[test]
    fn paragraphs() {
        check("just   words\n", "just words");
        check("<p>One</p>\n<p>Two<br>three<br/><br />four</p>", "One\n\nTwo\nthree\n\nfour");
        check("<div>a<ul><li>b<li>c</ul>d</div>", "a\n\nb\nc\n\nd");
        check("<h2>Titel</h2>Text", "Titel\n\nText");
        check("a<b>b</b>c <i>d</i>", "abc d");
        check("<pre>a\n  b</pre>c", "a\n  b\n\nc");
        check("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc");
    }

    #[test]
    fn references_and_stray_signs() {
        check("Gr&uuml;&szlig;e &amp; K&#252;sse&nbsp;&hellip;", "Grüße & Küsse …");
        check("AT&T &bogus; a < b <3", "AT&T &bogus; a < b <3");
        check("&amp;lt;b&amp;gt;", "&lt;b&gt;");
        check("zero\u{200b}width", "zero width");
    }

    #[test]
    fn what_is_no_text_is_left_out() {
        check("a<script>if (a</b) alert(1)</script>b<style>p{}</style>c", "abc");
        check("a<!-- <p>x</p> -->b<!doctype x>c<?php x ?>d", "abcd");
        check("a<SCRIPT>never closed", "a");
        check("a <b", "a");
        check("a <img alt=\"x > y\" src=x>b", "a b");
        check("<img onerror='alert(1)' src=x>", "");
        check("<![CDATA[a & b]]>", "a & b");
        check("<a href=\"never closed>text</a> more", "text more");
    }

    #[test]
    fn markup_escaped_once_too_often() {
        check("&lt;p&gt;Hello &amp;amp; you&lt;/p&gt;&lt;p&gt;Bye&lt;/p&gt;", "Hello & you\n\nBye");
    }

    #[test]
    fn links_and_media() {
        let base = Url::parse("https://blog.example/a/").unwrap();
        let html = r##"<a href="b?x=1&amp;y=2">b</a> <a class=x href='https://c.example/'>c</a>
            <a href="b?x=1&amp;y=2">again</a> <a href="javascript:x()">no</a> <a href="#n">no</a>
            <img src="/p.jpg" alt="A &quot;dog&quot;"><img src=t.gif width="1" height=1>
            <video src="v.mp4"></video>"##;
        let plain = read(html, Some(&base));
        assert_eq!(plain.links, ["https://blog.example/a/b?x=1&y=2", "https://c.example/"]);
        let media: Vec<_> = plain.media.iter().map(|m| (m.url.as_str(), m.alt.as_str())).collect();
        assert_eq!(
            media,
            [("https://blog.example/p.jpg", "A \"dog\""), ("https://blog.example/a/v.mp4", "")]
        );
    }

    #[test]
    fn headlines() {
        for (text, expect) in [
            ("A &amp; B", "A & B"),
            ("A &amp;amp; B", "A & B"),
            ("<b>Bold</b>\n claim", "Bold claim"),
            ("&lt;i&gt;Titanic&lt;/i&gt; sinks", "Titanic sinks"),
            ("Why Vec<T> beats <T>", "Why Vec<T> beats <T>"),
            ("a < b", "a < b"),
        ] {
            assert_eq!(headline(text), expect, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(html in "[<>/&;#=\"'!a-e \n\u{fc}-]{0,200}", other in ".{0,100}") {
            read(&html, None);
            read(&other, None);
            headline(&html);
        }
    }
}
