//! Figures: a table for people and the same in `target/figures/NAME.json` for machines.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;
use serde_json::json;

/// What a figure has to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
    /// Told beside the others, without a goal.
    None,
}

/// One measured figure.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Its name.
    pub name: String,
    /// What was measured.
    pub value: f64,
    /// In which unit.
    pub unit: &'static str,
    /// What it has to be.
    pub goal: Goal,
}

impl Figure {
    /// A figure.
    pub fn new(name: impl Into<String>, value: f64, unit: &'static str, goal: Goal) -> Figure {
        Figure { name: name.into(), value, unit, goal }
    }

    /// Whether it holds; always, without a goal.
    pub fn holds(&self) -> bool {
        match self.goal {
            Goal::AtLeast(least) => self.value >= least,
            Goal::AtMost(most) => self.value <= most,
            Goal::None => true,
        }
    }

    fn goal_text(&self) -> String {
        match self.goal {
            Goal::AtLeast(least) => format!("≥ {least}"),
            Goal::AtMost(most) => format!("≤ {most}"),
            Goal::None => String::new(),
        }
    }
}

/// The repository's root, wherever the command was called from.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Prints the table and writes `target/figures/NAME.json`.
///
/// # Errors
/// The file cannot be written.
#[allow(clippy::print_stdout)]
pub fn tell(name: &str, figures: &[Figure]) -> anyhow::Result<()> {
    println!("{:<44} {:>14} {:<16} {:>10}  holds", "figure", "value", "unit", "goal");
    for figure in figures {
        let holds = if figure.goal == Goal::None {
            ""
        } else if figure.holds() {
            "yes"
        } else {
            "NO"
        };
        println!(
            "{:<44} {:>14.3} {:<16} {:>10}  {holds}",
            figure.name,
            figure.value,
            figure.unit,
            figure.goal_text()
        );
    }
    let table: BTreeMap<&str, serde_json::Value> = figures
        .iter()
        .map(|figure| {
            let goal = match figure.goal {
                Goal::None => serde_json::Value::Null,
                _ => figure.goal_text().into(),
            };
            let entry = json!({
                "value": figure.value, "unit": figure.unit, "goal": goal, "holds": figure.holds(),
            });
            (figure.name.as_str(), entry)
        })
        .collect();
    let folder = root().join("target/figures");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{name}.json"));
    std::fs::write(&path, serde_json::to_string_pretty(&table)?)
        .with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_hold_or_do_not() {
        let check = |value, goal, expect| {
            assert_eq!(Figure::new("x", value, "", goal).holds(), expect, "{value} {goal:?}");
        };
        check(1.0, Goal::AtLeast(1.0), true);
        check(0.9, Goal::AtLeast(1.0), false);
        check(1.1, Goal::AtMost(1.0), false);
        check(9.9, Goal::None, true);
    }
}
