//! Every connector and notifier speaks both languages.

use domain::PartInfo;

/// Every part there is.
pub fn all() -> Vec<PartInfo> {
    let connectors = channels::CONNECTORS.iter().map(|entry| entry.info);
    connectors.chain(notify::NOTIFIERS.iter().map(|entry| entry.info)).collect()
}

/// Parts that lack a name or a label, and names used twice.
pub fn check(parts: &[PartInfo]) -> Vec<String> {
    let mut broken = Vec::new();
    let empty = |labels: &[&str; 2]| labels.iter().any(|label| label.trim().is_empty());
    for (at, part) in parts.iter().enumerate() {
        let name = part.name;
        if name.is_empty() || parts[..at].iter().any(|other| other.name == name) {
            broken.push(format!("labels: the name {name:?} is empty or taken"));
        }
        if part.title.is_empty() || empty(&part.about) {
            broken.push(format!("labels: {name} does not say what it is in both languages"));
        }
        for field in part.fields.iter().filter(|field| empty(&field.label)) {
            broken.push(format!("labels: {name}.{} lacks a label", field.name));
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Field, FieldKind};

    const fn part(about: [&'static str; 2], fields: &'static [Field]) -> PartInfo {
        let (keyless, on_by_default) = (true, false);
        PartInfo { name: "a", title: "A", about, keyless, on_by_default, fields, docs: "" }
    }

    const fn field(label: [&'static str; 2]) -> Field {
        Field { name: "f", kind: FieldKind::Text, default: "", required: false, label }
    }

    #[test]
    fn a_missing_label_is_noticed() {
        const WHOLE: &[Field] = &[field(["one", "eins"])];
        const HALF: &[Field] = &[field(["one", ""])];
        assert_eq!(check(&[part(["x", "y"], WHOLE)]).len(), 0);
        assert_eq!(check(&[part(["x", "y"], HALF)]).len(), 1);
        assert_eq!(check(&[part(["", "y"], WHOLE)]).len(), 1);
        assert_eq!(check(&[part(["x", "y"], WHOLE), part(["x", "y"], WHOLE)]).len(), 1);
    }

    #[test]
    fn there_are_parts_to_check() {
        assert!(all().iter().any(|part| part.name == "webhook"));
    }
}
