//! JSON Lines: one object a line.

use std::io::BufRead;

use domain::{Post, Time};
use serde_json::{Map, Value};

use super::columns::{Field, Mapping, fold};
use super::{Item, LINE_LIMIT, post, read_line};

/// The lines of a file; empty ones are passed over.
pub fn lines(
    mut from: Box<dyn BufRead + Send>,
    mapping: Mapping,
    now: Time,
) -> impl Iterator<Item = Item> + Send {
    let mut number = 0;
    let mut buffer = Vec::new();
    let mut ended = false;
    std::iter::from_fn(move || {
        while !ended {
            number += 1;
            let line = number;
            match read_line(&mut *from, &mut buffer, LINE_LIMIT) {
                Ok(None) => ended = true,
                Ok(Some(false)) => {
                    let reason = format!("longer than {LINE_LIMIT} bytes");
                    return Some(Item { line, post: Err(reason) });
                }
                Ok(Some(true)) => {
                    let text = buffer.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&buffer);
                    if !text.iter().all(u8::is_ascii_whitespace) {
                        return Some(Item { line, post: read(text, &mapping, now) });
                    }
                }
                Err(error) => {
                    ended = true;
                    let reason = format!("the file cannot be read on: {error}");
                    return Some(Item { line, post: Err(reason) });
                }
            }
        }
        None
    })
}

fn read(line: &[u8], mapping: &Mapping, now: Time) -> Result<Post, String> {
    // Horch's own export holds whole posts; everything else goes through the names of fields.
    if let Ok(own) = serde_json::from_slice::<Post>(line) {
        return Ok(Post { received: now, published: own.published.min(now), ..own });
    }
    let value: Value =
        serde_json::from_slice(line).map_err(|error| format!("no JSON object: {error}"))?;
    let Value::Object(object) = value else {
        return Err("no JSON object: it is another JSON value".to_owned());
    };
    let names = Names::of(&object);
    post::build(|field| mapping.find(field, |name| names.get(name, field)), now)
}

/// Members by folded name; nested objects are looked into one level deep (`user.name`,
/// `public_metrics.like_count`).
struct Names<'a> {
    members: Vec<(String, &'a Value)>,
}

impl<'a> Names<'a> {
    fn of(object: &'a Map<String, Value>) -> Names<'a> {
        let mut members: Vec<(String, &Value)> = Vec::with_capacity(object.len());
        for (name, value) in object {
            members.push((fold(name), value));
        }
        for (outer, value) in object {
            if let Value::Object(inner) = value {
                members.extend(inner.iter().map(|(name, v)| (fold(&format!("{outer}{name}")), v)));
            }
        }
        Names { members }
    }

    fn get(&self, name: &str, field: Field) -> Option<String> {
        let name = fold(name);
        let value = self.members.iter().find(|(known, _)| *known == name).map(|(_, v)| *v)?;
        text(value, field)
    }
}

fn text(value: &Value, field: Field) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(on) => Some(on.to_string()),
        Value::Array(entries) => {
            let entries: Vec<String> = entries.iter().filter_map(|v| text(v, field)).collect();
            Some(entries.join(" "))
        }
        // Who speaks is often an object of its own.
        Value::Object(object) if field == Field::Author => {
            ["handle", "acct", "username", "screen_name", "name"]
                .iter()
                .find_map(|name| object.get(*name)?.as_str().map(str::to_owned))
        }
        Value::Object(object) if field == Field::Source => {
            object.get("name").and_then(Value::as_str).map(str::to_owned)
        }
        Value::Null | Value::Object(_) => None,
    }
}
