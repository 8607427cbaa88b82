//! Plain text from the small HTML that platforms send as a post's text.
//!
//! The HTML is cleaned once: everything but paragraphs, line breaks, lists, preformatted text
//! and links is dropped by `ammonia`, and what is left (well-formed by then) is written out as
//! text. Nothing of the markup survives.

use std::collections::HashMap;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// More HTML than this for one post is cut before it is read.
const LONGEST: usize = 256 << 10;

/// Text and links of a piece of HTML.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plain {
    /// Paragraphs are parted by an empty line.
    pub(crate) text: String,
    /// Addresses of pages linked to, in order, without doubles; links of mentions and hashtags
    /// are not among them.
    pub(crate) links: Vec<String>,
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(["p", "br", "a", "pre", "blockquote", "ul", "ol", "li", "div"].into())
        .clean_content_tags(["script", "style", "head", "title", "template"].into())
        .tag_attributes(HashMap::from([("a", ["href", "class", "rel"].into())]))
        .url_schemes(["http", "https"].into())
        .url_relative(UrlRelative::Deny)
        .link_rel(None);
    builder
});

/// Reads HTML as text.
pub(crate) fn plain(html: &str) -> Plain {
    let html = &html[..html.floor_char_boundary(LONGEST)];
    if !html.contains(['<', '&']) {
        return Plain { text: squeeze(html), links: Vec::new() };
    }
    let clean = CLEANER.clean(html).to_string();
    let mut writer = Writer::default();
    let mut rest = clean.as_str();
    while let Some(at) = rest.find('<') {
        writer.text(&rest[..at]);
        let tag = &rest[at + 1..];
        let end = end_of_tag(tag);
        writer.tag(&tag[..end]);
        rest = tag.get(end + 1..).unwrap_or("");
    }
    writer.text(rest);
    Plain { text: writer.text.trim().to_owned(), links: writer.links }
}

/// Where a tag's `>` stands; an attribute's value may hold one that does not count.
fn end_of_tag(tag: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in tag.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at,
            _ => {}
        }
    }
    tag.len()
}

#[derive(Default)]
struct Writer {
    text: String,
    links: Vec<String>,
    preformatted: bool,
}

impl Writer {
    fn text(&mut self, escaped: &str) {
        let text = unescape(escaped);
        if self.preformatted {
            self.text.push_str(&text);
            return;
        }
        for c in text.chars() {
            if !c.is_whitespace() {
                self.text.push(c);
            } else if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
                self.text.push(' ');
            }
        }
    }

    fn tag(&mut self, tag: &str) {
        let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap_or("");
        match name {
            "br" => self.break_lines(1),
            "li" if !self.text.ends_with('\n') => self.break_lines(1),
            "p" | "pre" | "blockquote" | "ul" | "ol" | "div" => self.break_lines(2),
            "a" if !tag.starts_with('/') => self.link(tag),
            _ => {}
        }
        if name == "pre" {
            self.preformatted = !tag.starts_with('/');
        }
    }

    fn break_lines(&mut self, wanted: usize) {
        let kept = self.text.trim_end_matches(' ').len();
        self.text.truncate(kept);
        if self.text.is_empty() {
            return;
        }
        let there = self.text.bytes().rev().take_while(|b| *b == b'\n').count();
        // A `<br>` always adds a line, up to one empty one; a block only makes sure of its own.
        let missing =
            if wanted == 1 { usize::from(there < 2) } else { wanted.saturating_sub(there) };
        self.text.extend(std::iter::repeat_n('\n', missing));
    }

    fn link(&mut self, tag: &str) {
        let class = attribute(tag, "class").unwrap_or_default();
        let rel = attribute(tag, "rel").unwrap_or_default();
        let of_platform = class.split(' ').any(|c| c == "mention" || c == "hashtag")
            || rel.split(' ').any(|r| r == "tag");
        let Some(href) = attribute(tag, "href").filter(|_| !of_platform) else { return };
        if !self.links.contains(&href) {
            self.links.push(href);
        }
    }
}

/// The value of an attribute, as `ammonia` writes it: `name="value"`.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = &tag[start..];
    Some(unescape(&value[..value.find('"')?]))
}

/// The five entities that a serialiser writes.
fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}

fn squeeze(text: &str) -> String {
    let mut writer = Writer::default();
    writer.text(text);
    writer.text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, text: &str, links: &[&str]) {
        let plain = plain(html);
        assert_eq!(plain.text, text, "{html}");
        assert_eq!(plain.links, links, "{html}");
    }

    #[test]
    fn paragraphs_lines_and_entities() {
        check("just  words\n", "just words", &[]);
        check("<p>One</p><p>Two<br>three<br/>four</p>", "One\n\nTwo\nthree\nfour", &[]);
        check("Aw<p>Tell you I&#x27;ll &amp; &lt;you&gt;", "Aw\n\nTell you I'll & <you>", &[]);
        check("<p>a &amp;lt; b</p>", "a &lt; b", &[]);
        check("<p>a<br><br><br>b</p>", "a\n\nb", &[]);
        check("x<pre><code>  a\n    b\n</code></pre>y", "x\n\n  a\n    b\n\ny", &[]);
        check("<ul><li>a</li><li>b</li></ul>", "a\nb", &[]);
    }

    #[test]
    fn links_are_collected_but_not_those_of_the_platform() {
        check(
            r#"<p><a href="https://a.example/x?y=1&amp;z=2" rel="nofollow"><span class="invisible">https://</span><span>a.example/x?y=1&amp;z=2</span></a></p>"#,
            "https://a.example/x?y=1&z=2",
            &["https://a.example/x?y=1&z=2"],
        );
        check(
            r##"<a href="https://s.example/tags/cats" class="mention hashtag" rel="tag">#<span>cats</span></a> <a class="u-url mention" href="https://s.example/@mia">@<span>mia</span></a>"##,
            "#cats @mia",
            &[],
        );
        check(r#"<a href="javascript:alert(1)">x</a> <a href="/y">y</a>"#, "x y", &[]);
        check(
            r#"<a href="https://a.example/>&quot;" class="x>y">z</a>"#,
            "z",
            &["https://a.example/>\""],
        );
    }

    #[test]
    fn nothing_of_scripts_and_broken_markup_is_left() {
        check("<script>alert(1)</script>ok<style>p{}</style>", "ok", &[]);
        check("a <b", "a", &[]);
        check("<p>unclosed <i>x <p>y", "unclosed x\n\ny", &[]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(html in "[ -~<>&\"/äé\n]{0,200}") {
            let plain = plain(&html);
            proptest::prop_assert!(!plain.text.contains("\n\n\n") || html.contains('\n'));
        }
    }
}
