//! Reads a connector's settings: a JSON object whose members may be missing.

use serde_json::Value;
use url::Url;

use crate::connector::ConnectorError;

/// The text of a setting, trimmed; the default where it is missing or empty.
pub(crate) fn text<'a>(settings: &'a Value, field: &str, default: &'a str) -> &'a str {
    let set = settings.get(field).and_then(Value::as_str).map(str::trim);
    set.filter(|text| !text.is_empty()).unwrap_or(default)
}

/// The lines of a setting (one text, or an array of texts), trimmed, without empty ones and
/// comments (`# …`).
pub(crate) fn lines<'a>(settings: &'a Value, field: &str, default: &'a str) -> Vec<&'a str> {
    let texts: Vec<&str> = match settings.get(field) {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text],
        _ => vec![default],
    };
    let lines = texts.into_iter().flat_map(str::lines).map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// A whole number within a range.
///
/// # Errors
/// It is no number or out of range.
pub(crate) fn number(
    settings: &Value,
    field: &'static str,
    range: std::ops::RangeInclusive<i64>,
    default: i64,
) -> Result<i64, ConnectorError> {
    let number = match settings.get(field) {
        None | Some(Value::Null) => Some(default),
        Some(Value::String(text)) if text.trim().is_empty() => Some(default),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(other) => other.as_i64(),
    };
    number.filter(|n| range.contains(n)).ok_or_else(|| ConnectorError::Setting {
        field,
        reason: format!("a whole number from {} to {} is needed", range.start(), range.end()),
    })
}

/// Yes or no.
pub(crate) fn switch(settings: &Value, field: &str, default: bool) -> bool {
    match settings.get(field) {
        Some(Value::Bool(on)) => *on,
        Some(Value::String(text)) => match text.trim() {
            "true" | "on" | "yes" | "1" => true,
            "" => default,
            _ => false,
        },
        _ => default,
    }
}

/// An absolute address with one of these schemes, without a trailing slash in its path.
///
/// # Errors
/// It is none.
pub(crate) fn url(
    settings: &Value,
    field: &'static str,
    schemes: &[&str],
    default: &str,
) -> Result<Url, ConnectorError> {
    let wrong = || ConnectorError::Setting {
        field,
        reason: format!("an address that starts with {}:// is needed", schemes.join(":// or ")),
    };
    let mut url = Url::parse(text(settings, field, default)).map_err(|_| wrong())?;
    if !schemes.contains(&url.scheme()) || url.host_str().is_none_or(str::is_empty) {
        return Err(wrong());
    }
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// `base` with `path` (starting with `/`) appended to its own path.
pub(crate) fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn missing_settings_take_their_defaults() {
        let none = json!({});
        assert_eq!(text(&none, "a", "b"), "b");
        assert_eq!(lines(&none, "a", "b\n\n# no\nc"), ["b", "c"]);
        assert_eq!(number(&none, "a", 1..=5, 3).unwrap(), 3);
        assert!(switch(&none, "a", true));
        let url = url(&none, "a", &["https"], "https://a.example/b/").unwrap();
        assert_eq!(join(&url, "/c").as_str(), "https://a.example/b/c");
    }

    #[test]
    fn wrong_settings_are_told_by_name() {
        let wrong = json!({"n": 9, "u": "ftp://a.example", "t": "5", "l": ["x", "y\nz"]});
        assert!(number(&wrong, "n", 1..=5, 3).unwrap_err().to_string().contains("setting n"));
        assert!(url(&wrong, "u", &["http", "https"], "").is_err());
        assert_eq!(number(&wrong, "t", 1..=5, 3).unwrap(), 5);
        assert_eq!(lines(&wrong, "l", ""), ["x", "y", "z"]);
    }
}
