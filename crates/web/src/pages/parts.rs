//! Settings forms that grow from the table of parts.

use askama::Template;
use domain::{FieldKind, PartInfo};
use serde_json::{Map, Value};

use crate::form::Pairs;
use crate::lang::{Lang, Words};

/// Longest setting, in bytes: long lists of feeds fit.
const LONGEST: usize = 200_000;

/// One field of a form.
#[derive(Clone, Debug, Template)]
#[template(path = "input.html")]
pub struct Input {
    /// The reader's words.
    pub w: Words,
    /// Its name in the form.
    pub name: String,
    /// Its label.
    pub label: String,
    /// `text`, `lines`, `url`, `secret`, `number`, `switch`.
    pub kind: &'static str,
    /// What stands in it; a secret is never shown.
    pub value: String,
    /// It must be filled in.
    pub required: bool,
    /// Smallest and largest number.
    pub range: (i64, i64),
    /// A secret that is kept.
    pub kept: bool,
    /// What counts when it is left empty.
    pub default: &'static str,
}

impl askama::filters::HtmlSafe for Input {}

/// The fields of a part, filled with what is saved.
pub fn inputs(info: &PartInfo, saved: &Value, lang: Lang) -> Vec<Input> {
    let input = |field: &domain::Field| {
        let (kind, range) = match field.kind {
            FieldKind::Text => ("text", (0, 0)),
            FieldKind::Lines => ("lines", (0, 0)),
            FieldKind::Url => ("url", (0, 0)),
            FieldKind::Secret => ("secret", (0, 0)),
            FieldKind::Number { min, max } => ("number", (min, max)),
            FieldKind::Switch => ("switch", (0, 0)),
        };
        let set = saved.get(field.name).filter(|v| !v.is_null());
        let secret = matches!(field.kind, FieldKind::Secret);
        let value = set.map_or_else(|| field.default.to_owned(), written);
        Input {
            w: Words(lang),
            name: format!("f-{}", field.name),
            label: lang.of(&field.label).to_owned(),
            kind,
            kept: secret && !value.is_empty(),
            value: if secret { String::new() } else { value },
            required: field.required,
            range,
            default: field.default,
        }
    };
    info.fields.iter().map(input).collect()
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(written).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    }
}

/// What a form says, over what is saved: an empty secret keeps the saved one. Members that the
/// form does not know stay.
///
/// # Errors
/// A label and the key of what is wrong.
pub fn read(
    info: &PartInfo,
    form: &Pairs,
    saved: &Value,
    lang: Lang,
) -> Result<Map<String, Value>, (String, &'static str)> {
    let mut out = saved.as_object().cloned().unwrap_or_default();
    for field in info.fields {
        let label = || lang.of(&field.label).to_owned();
        let name = format!("f-{}", field.name);
        let text = form.get(&name).replace("\r\n", "\n");
        if text.len() > LONGEST {
            return Err((label(), "field-long"));
        }
        let value = match field.kind {
            FieldKind::Switch => Value::Bool(!text.is_empty()),
            FieldKind::Secret if form.has(&format!("{name}-forget")) => Value::Null,
            FieldKind::Secret if text.is_empty() => {
                out.get(field.name).cloned().unwrap_or(Value::Null)
            }
            _ if text.is_empty() => Value::Null,
            FieldKind::Number { min, max } => match text.parse::<i64>() {
                Ok(n) if (min..=max).contains(&n) => Value::from(n),
                _ => return Err((label(), "field-number")),
            },
            FieldKind::Text | FieldKind::Lines | FieldKind::Url | FieldKind::Secret => {
                Value::String(text)
            }
        };
        if value.is_null() && field.required && field.default.is_empty() {
            return Err((label(), "field-required"));
        }
        match value {
            Value::Null => out.remove(field.name),
            value => out.insert(field.name.to_owned(), value),
        };
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use domain::Field;
    use serde_json::json;

    use super::*;

    const INFO: PartInfo = PartInfo {
        name: "x",
        title: "X",
        about: ["", ""],
        keyless: true,
        on_by_default: true,
        fields: &[
            field("url", FieldKind::Url, true),
            field("token", FieldKind::Secret, false),
            field("port", FieldKind::Number { min: 1, max: 9 }, false),
            field("tls", FieldKind::Switch, false),
        ],
        docs: "",
    };

    const fn field(name: &'static str, kind: FieldKind, required: bool) -> Field {
        Field { name, kind, default: "", required, label: ["l", "L"] }
    }

    fn check(form: &str, saved: &Value) -> Result<Value, &'static str> {
        read(&INFO, &Pairs::parse(form.as_bytes()), saved, Lang::En)
            .map(Value::Object)
            .map_err(|(_, key)| key)
    }

    #[test]
    fn a_form_goes_over_what_is_saved() {
        let saved = json!({"url": "http://old", "token": "s3cret", "on": true});
        assert_eq!(
            check("f-url=http://new&f-port=3&f-tls=1", &saved),
            Ok(json!({"url": "http://new", "token": "s3cret", "port": 3, "tls": true, "on": true}))
        );
        assert_eq!(
            check("f-url=u&f-token-forget=1", &saved),
            Ok(json!({"url": "u", "tls": false, "on": true}))
        );
        assert_eq!(check("f-url=", &json!({})), Err("field-required"));
        assert_eq!(check("f-url=u&f-port=10", &json!({})), Err("field-number"));
    }

    #[test]
    fn secrets_are_never_shown() {
        let shown = inputs(&INFO, &json!({"token": "s3cret", "url": "u"}), Lang::De);
        assert!(shown.iter().all(|i| !i.render().unwrap().contains("s3cret")));
        assert!(shown[1].kept && shown[0].value == "u");
    }
}
