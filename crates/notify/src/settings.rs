//! Reads a way's settings. Forms hand over text only, files may hold numbers and lists: both
//! are understood.

use serde_json::Value;

use crate::NotifyError;

pub(crate) struct Settings<'a>(pub &'a Value);

impl Settings<'_> {
    /// The setting as one trimmed line; empty where it is missing.
    pub fn text(&self, name: &str) -> String {
        match self.0.get(name) {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    /// The setting; an error where it is missing.
    pub fn required(&self, name: &'static str) -> Result<String, NotifyError> {
        let text = self.text(name);
        if text.is_empty() {
            return Err(NotifyError::Setting(name, "is missing".into()));
        }
        Ok(text)
    }

    /// One entry a line, or a JSON list; empty entries left out.
    pub fn lines(&self, name: &str) -> Vec<String> {
        let raw: Vec<&str> = match self.0.get(name) {
            Some(Value::String(text)) => text.lines().collect(),
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        raw.into_iter().map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect()
    }

    /// A TCP port.
    pub fn port(&self, name: &'static str, default: u16) -> Result<u16, NotifyError> {
        let text = self.text(name);
        if text.is_empty() {
            return Ok(default);
        }
        text.parse()
            .ok()
            .filter(|&port| port > 0)
            .ok_or_else(|| NotifyError::Setting(name, format!("{text:?} is no port (1 to 65535)")))
    }

    /// The receiver's language; English where none is named.
    pub fn lang(&self) -> String {
        let lang = self.text("lang");
        if lang.is_empty() { "en".to_owned() } else { lang }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms_and_files_are_both_read() {
        let value = json!({"a": " x ", "n": 25, "l": "one\n\n two ", "m": ["one", "", "two"]});
        let settings = Settings(&value);
        assert_eq!(settings.text("a"), "x");
        assert_eq!(settings.port("n", 1), Ok(25));
        assert_eq!(settings.port("none", 7), Ok(7));
        assert_eq!(settings.lines("l"), settings.lines("m"));
        assert!(settings.required("none").is_err());
        assert!(Settings(&json!({"n": "0"})).port("n", 1).is_err());
        assert!(Settings(&json!({"n": "70000"})).port("n", 1).is_err());
    }
}
