//! The operator's settings: one list from which flags, environment, `horch.toml`, documents and
//! tests grow.
//!
//! Precedence: flag, environment (`HORCH_PORT`), `horch.toml` in the data folder (or `--config`),
//! default. Everything people change while Horch runs (watches, ways, feeds) lives in the store
//! instead and is changed on the screens.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Arg, ArgMatches};

/// What a setting holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// `true` or `false`.
    Switch,
    /// A whole number in this range.
    Number(u64, u64),
    /// Entries parted by commas (an array in `horch.toml`).
    List,
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name: `--name`, `HORCH_NAME`, `name = …`.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What counts when nobody says otherwise.
    pub default: &'static str,
    /// What it does, one or two sentences.
    pub help: &'static str,
}

/// Every setting, in the order `--help` and the documents list them.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "address",
        kind: Kind::Text,
        default: "127.0.0.1",
        help: "Address the screens are served on. 0.0.0.0 opens them to the network: put a \
               reverse proxy with TLS in front.",
    },
    Setting {
        name: "port",
        kind: Kind::Number(0, 65_535),
        default: "7400",
        help: "Port the screens are served on; 0 takes a free one.",
    },
    Setting {
        name: "public-url",
        kind: Kind::Text,
        default: "",
        help: "Address people reach Horch at, for links in messages (https://horch.example). \
               Empty: built from address and port.",
    },
    Setting {
        name: "allow-private",
        kind: Kind::Switch,
        default: "false",
        help: "Let feeds, servers and webhooks lie in private networks. Off: nothing fetched by \
               address may reach them.",
    },
    Setting {
        name: "allow-hosts",
        kind: Kind::List,
        default: "",
        help: "host:port pairs that may be reached although they lie in a private network.",
    },
    Setting {
        name: "keep-unmatched-hours",
        kind: Kind::Number(1, 24 * 365),
        default: "720",
        help: "Hours that posts no watch matched are kept: Search, previews and new watches look \
               back into them.",
    },
    Setting {
        name: "keep-unmatched-posts",
        kind: Kind::Number(1_000, 100_000_000),
        default: "20000000",
        help: "At most so many posts that no watch matched are kept.",
    },
    Setting {
        name: "keep-mentions-days",
        kind: Kind::Number(1, 36_500),
        default: "730",
        help: "Days that mentions are kept.",
    },
    Setting {
        name: "archive-days",
        kind: Kind::Number(1, 3_650),
        default: "30",
        help: "Days that everything heard stays in the archive, where Search and new watches look.",
    },
    Setting {
        name: "archive-gigabytes",
        kind: Kind::Number(1, 100_000),
        default: "50",
        help: "At most so much disk for the archive; the oldest days go first.",
    },
    Setting {
        name: "alert-within-hours",
        kind: Kind::Number(1, 24 * 365),
        default: "24",
        help: "Only posts younger than this raise an alert: what an archive or a feed's first \
               visit brings up is no news.",
    },
    Setting {
        name: "log",
        kind: Kind::Text,
        default: "warn",
        help: "What is logged to standard error: error, warn, info, debug, or a filter such as \
               horch=debug,channels=info.",
    },
];

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    values: BTreeMap<&'static str, String>,
}

impl Config {
    /// Reads flags, environment and file, in that order of weight.
    ///
    /// # Errors
    /// A value that does not fit, or a file with an unknown name: says which, where, what fits.
    pub fn load(matches: &ArgMatches) -> anyhow::Result<Config> {
        let data = matches
            .get_one::<PathBuf>("data")
            .cloned()
            .unwrap_or_else(|| PathBuf::from("horch-data"));
        let file = match matches.get_one::<PathBuf>("config") {
            Some(path) => Some(path.clone()),
            None => Some(data.join("horch.toml")).filter(|path| path.exists()),
        };
        let from_file = file.as_deref().map(read_file).transpose()?.unwrap_or_default();
        Config::assemble(data, |name| {
            matches.get_one::<String>(name).cloned().or_else(|| from_file.get(name).cloned())
        })
    }

    /// Settings as given by `value`, defaults elsewhere.
    ///
    /// # Errors
    /// A value that does not fit.
    pub fn assemble(
        data: PathBuf,
        value: impl Fn(&str) -> Option<String>,
    ) -> anyhow::Result<Config> {
        let mut values = BTreeMap::new();
        for setting in SETTINGS {
            let text = value(setting.name).unwrap_or_else(|| setting.default.to_owned());
            check(setting, &text)?;
            values.insert(setting.name, text);
        }
        Ok(Config { data, values })
    }

    /// Defaults over this data folder.
    #[must_use]
    pub fn defaults(data: PathBuf) -> Config {
        Config { data, values: SETTINGS.iter().map(|s| (s.name, s.default.to_owned())).collect() }
    }

    /// The same settings with one changed.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Config {
        self.values.insert(name, value.to_owned());
        self
    }

    /// A text.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// A switch.
    #[must_use]
    pub fn switch(&self, name: &str) -> bool {
        self.text(name) == "true"
    }

    /// A number.
    #[must_use]
    pub fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or(0)
    }

    /// A list.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<String> {
        self.text(name)
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// The flags that grow from [`SETTINGS`], for every command.
pub fn flags() -> Vec<Arg> {
    let data = Arg::new("data")
        .long("data")
        .env("HORCH_DATA")
        .value_name("DIR")
        .value_parser(clap::value_parser!(PathBuf))
        .global(true)
        .help("Folder that holds everything Horch must remember [default: horch-data]");
    let config = Arg::new("config")
        .long("config")
        .env("HORCH_CONFIG")
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .global(true)
        .help("Settings file [default: horch.toml in the data folder]");
    let settings = SETTINGS.iter().map(|setting| {
        let shown = if setting.default.is_empty() { "none" } else { setting.default };
        Arg::new(setting.name)
            .long(setting.name)
            .env(env_name(setting.name))
            .value_name(match setting.kind {
                Kind::Text => "TEXT",
                Kind::Switch => "true|false",
                Kind::Number(..) => "N",
                Kind::List => "A,B",
            })
            .global(true)
            .help_heading("Settings")
            .help(format!("{} [default: {shown}]", setting.help))
    });
    [data, config].into_iter().chain(settings).collect()
}

fn env_name(name: &str) -> String {
    format!("HORCH_{}", name.to_uppercase().replace('-', "_"))
}

fn check(setting: &Setting, text: &str) -> anyhow::Result<()> {
    let name = setting.name;
    match setting.kind {
        Kind::Text | Kind::List => Ok(()),
        Kind::Switch if text == "true" || text == "false" => Ok(()),
        Kind::Switch => bail!("setting {name}: {text:?} is neither true nor false"),
        Kind::Number(min, max) => match text.parse::<u64>() {
            Ok(n) if (min..=max).contains(&n) => Ok(()),
            _ => bail!("setting {name}: {text:?} is not a whole number from {min} to {max}"),
        },
    }
}

fn read_file(path: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the settings file {} cannot be read", path.display()))?;
    parse_toml(&text).with_context(|| format!("in the settings file {}", path.display()))
}

fn parse_toml(text: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let table: toml::Table = text.parse()?;
    let mut values = BTreeMap::new();
    for (key, value) in table {
        if !SETTINGS.iter().any(|s| s.name == key) {
            let known: Vec<&str> = SETTINGS.iter().map(|s| s.name).collect();
            bail!("there is no setting {key:?}; known are {}", known.join(", "));
        }
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(n) => n.to_string(),
            toml::Value::Boolean(on) => on.to_string(),
            toml::Value::Array(entries) => {
                let entries: Option<Vec<&str>> = entries.iter().map(toml::Value::as_str).collect();
                entries.with_context(|| format!("setting {key}: entries must be texts"))?.join(",")
            }
            _ => bail!("setting {key}: a text, a number, true or false, or a list is expected"),
        };
        values.insert(key, text);
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_fits_its_kind() {
        for setting in SETTINGS {
            check(setting, setting.default).expect(setting.name);
        }
    }

    #[test]
    fn the_file_says_what_is_wrong() {
        let check = |toml: &str, expect: &str| {
            let said = parse_toml(toml).map_or_else(|e| format!("{e:#}"), |v| format!("{v:?}"));
            assert!(said.contains(expect), "{toml:?} says {said:?}, not {expect:?}");
        };
        check("port = 80", "\"port\": \"80\"");
        check("allow-hosts = [\"a:1\", \"b:2\"]", "a:1,b:2");
        check("prot = 80", "there is no setting \"prot\"");
        check("port = 1.5", "setting port");
        check("port = ", "TOML");
    }

    #[test]
    fn values_are_checked() {
        let load = |name: &'static str, value: &'static str| {
            Config::assemble(PathBuf::new(), |n| (n == name).then(|| value.to_owned()))
        };
        assert!(load("port", "70000").is_err());
        assert!(load("allow-private", "yes").is_err());
        assert_eq!(load("port", "0").expect("free port").number("port"), 0);
    }

    #[test]
    fn the_document_lists_every_setting() {
        let document = include_str!("../../../docs/settings.md");
        for setting in SETTINGS {
            assert!(document.contains(&format!("`{}`", setting.name)), "{}", setting.name);
            assert!(document.contains(&env_name(setting.name)), "{}", setting.name);
        }
    }
}
