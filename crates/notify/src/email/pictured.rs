//! The mail with a picture: plain text, or the same as modest HTML with the picture in it.
//!
//! No script, nothing fetched from anywhere, and no colour of text or ground: mail programs choose
//! those, light or dark. The picture has its own white ground. Where it is not shown, its words are.

use std::fmt::Write as _;

use domain::{Message, Picture};
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Body, MultiPart, SinglePart};

use crate::text::Parts;

/// The body: alternatives, the simple one first. `cid` names the picture within the mail.
pub fn body(
    message: &Message,
    picture: &Picture,
    plain: String,
    lang: &str,
    cid: &str,
) -> MultiPart {
    // No part may have a line that begins with two dashes and this: every line of text and HTML
    // begins with words of ours, and base64 has no dashes.
    let alert: String = message.alert.chars().filter(char::is_ascii_alphanumeric).collect();
    let boundary = |what: &str| format!("=_horch_{what}_{alert}");
    let png = Attachment::new_inline_with_name(cid.to_owned(), "ladder.png".to_owned());
    let image = ContentType::parse("image/png").expect("a content type");
    let shown = MultiPart::related()
        .boundary(boundary("r"))
        .singlepart(SinglePart::html(html(&Parts::of(message, lang), picture, lang, cid)))
        .singlepart(png.body(Body::new(picture.png.clone()), image));
    MultiPart::alternative()
        .boundary(boundary("a"))
        .singlepart(SinglePart::plain(plain))
        .multipart(shown)
}

fn html(parts: &Parts, picture: &Picture, lang: &str, cid: &str) -> String {
    let lang = if lang.starts_with("de") { "de" } else { "en" };
    let headline = escaped(&parts.headline);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title>{headline}</title>\n</head>\n\
         <body style=\"margin:0;padding:16px;font-family:system-ui,-apple-system,'Segoe UI',Roboto,\
         Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5\">\n\
         <div style=\"max-width:600px\">\n\
         <h1 style=\"margin:0 0 12px;font-size:20px;line-height:1.3\">{headline}</h1>\n"
    );
    let _ = writeln!(
        html,
        "<p style=\"margin:0 0 16px\"><a href=\"{}\"><img src=\"cid:{}\" width=\"{}\" height=\"{}\" \
         alt=\"{}\" style=\"display:block;width:100%;max-width:{}px;height:auto;border:0;\
         border-radius:6px;background:#ffffff\"></a></p>",
        escaped(&picture.link),
        escaped(cid),
        picture.width,
        picture.height,
        escaped(&picture.alt),
        picture.width,
    );
    quotation(&mut html, parts);
    links(&mut html, parts);
    facts(&mut html, parts);
    html.push_str("</div>\n</body>\n</html>\n");
    html
}

fn quotation(html: &mut String, parts: &Parts) {
    if parts.quoted.is_empty() {
        return;
    }
    let lines: Vec<String> = parts.quoted.iter().map(|line| escaped(line)).collect();
    let _ = writeln!(
        html,
        "<blockquote dir=\"auto\" style=\"margin:0 0 16px;padding:0 0 0 12px;\
         border-left:3px solid #8a9a9f\">{}</blockquote>",
        lines.join("<br>")
    );
}

fn links(html: &mut String, parts: &Parts) {
    let links = parts.links.iter();
    let link = |(label, url): &(&str, String)| match safe(url) {
        true => format!("<a href=\"{}\">{}</a>", escaped(url), escaped(label)),
        false => format!("{}: {}", escaped(label), escaped(url)),
    };
    let links: Vec<String> = links.map(link).collect();
    let _ = writeln!(html, "<p style=\"margin:0 0 16px\">{}</p>", links.join(" &nbsp;·&nbsp; "));
}

fn facts(html: &mut String, parts: &Parts) {
    html.push_str(
        "<table role=\"presentation\" style=\"border-collapse:collapse;font-size:14px\">\n",
    );
    for (label, value) in &parts.facts {
        let _ = writeln!(
            html,
            "<tr><td style=\"padding:2px 16px 2px 0;vertical-align:top;white-space:nowrap\">{}</td>\
             <td style=\"padding:2px 0;vertical-align:top\" dir=\"auto\">{}</td></tr>",
            escaped(label),
            escaped(value)
        );
    }
    html.push_str("</table>\n");
}

/// Only web addresses become links: strangers wrote that of the post.
fn safe(url: &str) -> bool {
    let lower = url.trim_start().to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://")
}

/// Text from outside as it may stand between tags and in attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
