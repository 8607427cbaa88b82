//! Makes XML that a strict parser takes out of what feeds really send, in one pass.
//!
//! What is mended: anything before the root element (blanks, byte marks, a document type with
//! its entities, which are never expanded), raw `&` and `<`, HTML's named entities, control
//! characters, markup left raw in texts, tags that are never closed or never opened, prefixes
//! without a declaration, wrong versions and namespaces of the root, and an end that was cut
//! off: the items before the cut are kept.

use std::fmt::Write;

use memchr::memmem;

use super::entities::reference;
use super::html::attribute;

/// Elements nested deeper than this are left out.
const DEPTH: usize = 64;

/// Prefixes that feeds use without declaring them.
const PREFIXES: &[(&str, &str)] = &[
    ("content", "http://purl.org/rss/1.0/modules/content/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("media", "http://search.yahoo.com/mrss/"),
    ("atom", "http://www.w3.org/2005/Atom"),
    ("itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"),
    ("wfw", "http://wellformedweb.org/CommentAPI/"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
];

/// Elements that hold text; markup in them belongs to the text.
const TEXTS: &[&str] =
    &["title", "description", "content:encoded", "summary", "content", "media:description"];

/// Elements without elements inside: the next one's start says that their end was forgotten.
const LEAVES: &[&str] = &["link", "guid", "pubDate", "category", "dc:date", "dc:creator"];

/// A feed's XML, mended.
#[derive(Debug, Default)]
pub(crate) struct Mended {
    /// Strict XML in UTF-8 without a declaration.
    pub xml: String,
    /// The end was missing and the last item with it.
    pub cut: bool,
    /// Ids of entries that the feed says were deleted (RFC 6721).
    pub deleted: Vec<String>,
    /// Where each item stands in `xml`, in order.
    pub items: Vec<std::ops::Range<usize>>,
}

/// Mends a document; `None` where it holds no root element of a feed.
pub(crate) fn mend(text: &str) -> Option<Mended> {
    let root = find_root(text)?;
    let clean = without_controls(&text[root.start..]);
    let mut mender = Mender::default();
    let rest = mender.root(&clean, root.kind)?;
    mender.body(rest);
    Some(mender.end())
}

/// What the root element says the document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rss,
    Rdf,
    Atom,
}

struct Root {
    start: usize,
    kind: Kind,
}

/// The first tag that can be a feed's root; comments and the document type are skipped over
/// without being understood.
fn find_root(text: &str) -> Option<Root> {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = memchr::memchr(b'<', bytes.get(from..)?) {
        let start = from + at;
        let rest = &text[start..];
        let skip = |end: &str| rest.find(end).map(|at| start + at + end.len());
        if rest.starts_with("<!--") {
            from = skip("-->")?;
            continue;
        }
        let kind = match tag_name(rest).to_ascii_lowercase().as_str() {
            "rss" => Some(Kind::Rss),
            "rdf:rdf" | "rdf" => Some(Kind::Rdf),
            "feed" | "atom:feed" => Some(Kind::Atom),
            "html" => return None,
            _ => None,
        };
        if let Some(kind) = kind {
            return Some(Root { start, kind });
        }
        from = start + 1;
    }
    None
}

/// Control characters are forbidden in XML, even as references.
fn without_controls(text: &str) -> std::borrow::Cow<'_, str> {
    let forbidden = |b: u8| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r');
    if !text.bytes().any(forbidden) {
        return text.into();
    }
    text.chars().filter(|c| !u8::try_from(*c).is_ok_and(forbidden)).collect::<String>().into()
}

/// The name of the tag that `rest` starts with (`<name` or `</name`); empty where it is none.
fn tag_name(rest: &str) -> &str {
    let name = rest[1..].strip_prefix('/').unwrap_or(&rest[1..]);
    let end = name.bytes().position(|b| !(b.is_ascii_alphanumeric() || b":_-.".contains(&b)));
    let name = &name[..end.unwrap_or(name.len())];
    if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') { name } else { "" }
}

/// Where the tag that `rest` starts with ends (after its `>`), and whether its quotes are closed;
/// `None` where it never ends.
fn tag_end(rest: &str) -> Option<(usize, bool)> {
    let bytes = rest.as_bytes();
    let mut at = 1;
    let mut quote = None;
    while let Some(next) = memchr::memchr3(b'>', b'"', b'\'', bytes.get(at..)?) {
        let byte = bytes[at + next];
        at += next + 1;
        match quote {
            None if byte == b'>' => return Some((at, true)),
            None => quote = Some(byte),
            Some(open) if open == byte => quote = None,
            // A quote that was never closed: the next tag would be swallowed.
            Some(_) if byte == b'>' && bytes.get(at..)?.trim_ascii_start().starts_with(b"<") => {
                return Some((at, false));
            }
            Some(_) => {}
        }
    }
    None
}

#[derive(Default)]
struct Mender {
    mended: Mended,
    /// Open elements' names.
    open: Vec<String>,
    /// Length of the output before the item that is open now.
    item: Option<usize>,
}

impl Mender {
    /// Writes the root's start tag anew and returns what follows it.
    fn root<'t>(&mut self, text: &'t str, kind: Kind) -> Option<&'t str> {
        let (end, _) = tag_end(text)?;
        let tag = &text[..end];
        let out = &mut self.mended.xml;
        out.reserve(text.len() + text.len() / 16 + 512);
        let name = match kind {
            Kind::Rss => {
                let version = attribute(tag, "version").unwrap_or_default();
                let old = matches!(version.as_str(), "0.91" | "0.92");
                // No default namespace: RSS 2.0 has none, and inventions hide the elements.
                let _ = write!(out, "<rss version=\"{}\"", if old { &version } else { "2.0" });
                "rss"
            }
            Kind::Rdf => {
                out.push_str("<rdf:RDF xmlns=\"http://purl.org/rss/1.0/\"");
                "rdf:RDF"
            }
            Kind::Atom => {
                out.push_str("<feed xmlns=\"http://www.w3.org/2005/Atom\"");
                "feed"
            }
        };
        for attribute_name in ["xml:base", "xml:lang"] {
            if let Some(value) = attribute(tag, attribute_name) {
                let _ = write!(out, " {attribute_name}=\"{}\"", escape(&value));
            }
        }
        for (prefix, namespace) in PREFIXES {
            let own = attribute(tag, &format!("xmlns:{prefix}"));
            let namespace = own.as_deref().unwrap_or(namespace);
            let _ = write!(out, " xmlns:{prefix}=\"{}\"", escape(namespace));
        }
        out.push('>');
        if !tag.ends_with("/>") {
            self.open.push(name.to_owned());
        } else {
            let _ = write!(out, "</{name}>");
        }
        Some(&text[end..])
    }

    fn body(&mut self, text: &str) {
        let mut rest = text;
        while !self.open.is_empty() {
            let Some(at) = memchr::memchr2(b'<', b'&', rest.as_bytes()) else {
                self.mended.xml.push_str(rest);
                return;
            };
            self.mended.xml.push_str(&rest[..at]);
            rest = &rest[at..];
            let next = if rest.starts_with('&') {
                let length = write_reference(rest, &mut self.mended.xml);
                Some(&rest[length..])
            } else {
                self.markup(rest)
            };
            match next {
                Some(next) => rest = next,
                None => return,
            }
        }
    }

    /// Takes what starts with `<`; `None` where the document was cut off in it.
    fn markup<'t>(&mut self, rest: &'t str) -> Option<&'t str> {
        if rest.starts_with("<![CDATA[") {
            let end = memmem::find(rest.as_bytes(), b"]]>")? + 3;
            self.mended.xml.push_str(&rest[..end]);
            return Some(&rest[end..]);
        }
        if rest.starts_with("<!--") {
            return Some(&rest[memmem::find(rest.as_bytes(), b"-->")? + 3..]);
        }
        if rest.starts_with("<!") || rest.starts_with("<?") {
            return Some(&rest[memchr::memchr(b'>', rest.as_bytes())? + 1..]);
        }
        let name = tag_name(rest);
        if name.is_empty() {
            self.mended.xml.push_str("&lt;");
            return Some(&rest[1..]);
        }
        let (end, sound) = tag_end(rest)?;
        let (tag, next) = rest.split_at(end);
        if tag.starts_with("</") {
            self.close(name);
            return Some(next);
        }
        let after = &tag[1 + name.len()..];
        let closed =
            after == ">" || after == "/>" || after.starts_with(|c: char| c.is_ascii_whitespace());
        if !closed || tag[1..].contains('<') {
            self.mended.xml.push_str("&lt;");
            return Some(&rest[1..]);
        }
        if sound {
            self.start(name, tag, next)
        } else {
            self.start(name, &format!("<{name}>"), next)
        }
    }

    /// Takes a start tag.
    fn start<'t>(&mut self, name: &str, tag: &str, next: &'t str) -> Option<&'t str> {
        if matches!(name, "item" | "entry") {
            // An item never stands in another one: the last one was not closed.
            while self.item.is_some() {
                self.close_top();
            }
            self.item = Some(self.mended.xml.len());
        }
        if self.open.last().is_some_and(|open| LEAVES.contains(&open.as_str())) {
            self.close_top();
        }
        if name.ends_with("deleted-entry") {
            self.mended.deleted.extend(attribute(tag, "ref"));
        }
        if self.open.len() >= DEPTH {
            return Some(next);
        }
        write_tag(tag, &mut self.mended.xml);
        if tag.ends_with("/>") {
            self.end_item(name);
            return Some(next);
        }
        self.open.push(name.to_owned());
        let xhtml = attribute(tag, "type").is_some_and(|kind| kind.contains("xml"));
        if TEXTS.contains(&name) && !xhtml {
            let (length, raw) = text_length(next, name)?;
            if raw {
                self.mended.xml.push_str(&escape(&without_cdata(&next[..length])));
                return Some(&next[length..]);
            }
        }
        Some(next)
    }

    /// Takes an end tag: what is still open inside is closed first; without a start tag it is
    /// left out.
    fn close(&mut self, name: &str) {
        let same = |open: &String| *open == name || open.eq_ignore_ascii_case(name);
        let Some(at) = self.open.iter().rposition(same) else { return };
        while self.open.len() > at {
            self.close_top();
        }
    }

    fn close_top(&mut self) {
        let Some(name) = self.open.pop() else { return };
        let _ = write!(self.mended.xml, "</{name}>");
        self.end_item(&name);
    }

    /// Keeps where an item stood that ended just now.
    fn end_item(&mut self, name: &str) {
        if matches!(name, "item" | "entry")
            && let Some(start) = self.item.take()
        {
            self.mended.items.push(start..self.mended.xml.len());
        }
    }

    /// Closes what is open; an item that was cut off is left out.
    fn end(mut self) -> Mended {
        self.mended.cut = !self.open.is_empty();
        if let Some(before) = self.item.take() {
            self.mended.xml.truncate(before);
            let inner =
                self.open.iter().rposition(|open| matches!(open.as_str(), "item" | "entry"));
            self.open.truncate(inner.unwrap_or(self.open.len()));
        }
        while !self.open.is_empty() {
            self.close_top();
        }
        self.mended
    }
}

/// How long the text of the element `name` is, up to its end tag, and whether raw markup stands
/// in it. `None` where the end was cut off.
fn text_length(text: &str, name: &str) -> Option<(usize, bool)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut raw = false;
    loop {
        at += memchr::memchr(b'<', bytes.get(at..)?)?;
        let rest = &text[at..];
        if rest.starts_with("<![CDATA[") {
            at += memmem::find(rest.as_bytes(), b"]]>")? + 3;
            continue;
        }
        let tag = tag_name(rest);
        if rest.starts_with("</") && tag == name {
            return Some((at, raw));
        }
        // The end tag is missing, and the item's end comes first.
        if rest.starts_with("</") && matches!(tag, "item" | "entry" | "channel" | "feed") {
            return Some((at, raw));
        }
        raw |= !tag.is_empty();
        at += 1;
    }
}

/// CDATA sections replaced by what they hold.
fn without_cdata(text: &str) -> String {
    text.replace("<![CDATA[", "").replace("]]>", "")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Copies a start tag with its references mended.
fn write_tag(tag: &str, out: &mut String) {
    let mut rest = tag;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = write_reference(rest, out);
        rest = &rest[length..];
    }
    out.push_str(rest);
}

/// Writes what the `&` that `rest` starts with means in strict XML; returns how much of `rest`
/// it took.
fn write_reference(rest: &str, out: &mut String) -> usize {
    for plain in ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"] {
        if rest.starts_with(plain) {
            out.push_str(plain);
            return plain.len();
        }
    }
    match reference(rest) {
        Some((Some(c @ ('&' | '<' | '>' | '"')), length)) => {
            let _ = write!(out, "&#{};", u32::from(c));
            length
        }
        Some((c, length)) => {
            out.extend(c);
            length
        }
        None => {
            out.push_str("&amp;");
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks what becomes of the inside of a channel.
    fn check(inside: &str, expect: &str) {
        let mended = mend(&format!("<rss version=\"2.0\"><channel>{inside}</channel></rss>"));
        let xml = mended.unwrap().xml;
        let start = xml.find("<channel>").unwrap() + 9;
        assert_eq!(&xml[start..xml.len() - 16], expect, "{inside}");
    }

    #[test]
    fn signs() {
        check("<title>A & B &amp; C</title>", "<title>A &amp; B &amp; C</title>");
        check("<title>&uuml;&nbsp;&lol9;&#0;</title>", "<title>ü\u{a0}&amp;lol9;</title>");
        check("<link>x?a=1&b=2</link>", "<link>x?a=1&amp;b=2</link>");
        check("<enclosure url=\"x?a=1&b=2\"/>", "<enclosure url=\"x?a=1&amp;b=2\"/>");
        check("<title>a < b <3</title>", "<title>a &lt; b &lt;3</title>");
        check("<title>a\u{1}\u{b}b</title>", "<title>ab</title>");
        check("<title><![CDATA[a & <b>]]></title>", "<title><![CDATA[a & <b>]]></title>");
        check("&#60;&#x26;&quot;", "&#60;&#38;&quot;");
    }

    #[test]
    fn tags() {
        check("<title>A <b>bold</b> word</title>", "<title>A &lt;b&gt;bold&lt;/b&gt; word</title>");
        check(
            "<item><description><p>x<br>y & z</description></item>",
            "<item><description>&lt;p&gt;x&lt;br&gt;y &amp; z</description></item>",
        );
        check("<a><b></a></c>", "<a><b></b></a>");
        check(
            "<item><link>x<item><link>y</link></item>",
            "<item><link>x</link></item><item><link>y</link></item>",
        );
        check("<!-- a --><?php x ?><!x>y", "y");
    }

    #[test]
    fn a_cut_keeps_the_whole_items() {
        let whole = "<rss><channel><item><link>1</link></item>";
        for cut in
            ["", "<item>", "<item><link>2", "<item><link>2</li", "<item><title><![CDATA[x", "<ite"]
        {
            let mended = mend(&format!("{whole}{cut}")).unwrap();
            assert!(
                mended.xml.ends_with("<item><link>1</link></item></channel></rss>"),
                "{cut}: {}",
                mended.xml
            );
            assert!(mended.cut);
        }
    }

    #[test]
    fn what_stands_before_the_root_is_left_out() {
        let bomb = "\n<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'><!ENTITY c '&a;&a;'>]><!-- <rss> --><rss></rss>";
        assert!(mend(bomb).unwrap().xml.starts_with("<rss version=\"2.0\""));
        for none in ["", "<", "<html><rss></rss></html>", "no <b>feed</b>", "<!-- <rss>", "<rss"] {
            assert!(mend(none).is_none(), "{none}");
        }
    }

    #[test]
    fn tombstones() {
        let mended =
            mend("<feed><at:deleted-entry ref=\"tag:a,1\" when=\"2026\"/></feed>").unwrap();
        assert_eq!(mended.deleted, ["tag:a,1"]);
    }

    proptest::proptest! {
        #[test]
        fn anything_becomes_strict_xml(body in "(<(item|/item|title|/title|b|/b|!\\[CDATA\\[|a x=\"|!--)>?|\\]\\]>|[&;<>\"a-c# \u{fc}]){0,40}") {
            let mended = mend(&format!("<rss><channel>{body}")).unwrap();
            let mut reader = quick_xml::Reader::from_str(&mended.xml);
            loop {
                match reader.read_event() {
                    Ok(quick_xml::events::Event::Eof) => break,
                    Ok(_) => {}
                    Err(error) => proptest::prop_assert!(false, "{error}: {}", mended.xml),
                }
            }
        }
    }
}
