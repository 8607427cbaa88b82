//! Words in the reader's language: two Fluent bundles, made once, compiled in.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

type Bundle = FluentBundle<FluentResource>;

const EN: [&str; 6] = [
    include_str!("../locales/en/frame.ftl"),
    include_str!("../locales/en/screens.ftl"),
    include_str!("../locales/en/learning.ftl"),
    include_str!("../locales/en/search.ftl"),
    include_str!("../locales/en/settings.ftl"),
    include_str!("../locales/en/stories.ftl"),
];
const DE: [&str; 6] = [
    include_str!("../locales/de/frame.ftl"),
    include_str!("../locales/de/screens.ftl"),
    include_str!("../locales/de/learning.ftl"),
    include_str!("../locales/de/search.ftl"),
    include_str!("../locales/de/settings.ftl"),
    include_str!("../locales/de/stories.ftl"),
];

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Lang::En, &EN));
static GERMAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Lang::De, &DE));

/// A language of the screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// English.
    En,
    /// German.
    De,
}

impl Lang {
    /// Every language, in the order of the arrays in [`domain::PartInfo`].
    pub const ALL: [Lang; 2] = [Lang::En, Lang::De];

    /// `en` or `de`.
    pub fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::De => "de",
        }
    }

    /// The language of that code, if it is one of ours.
    pub fn named(code: &str) -> Option<Lang> {
        Lang::ALL.into_iter().find(|l| l.code() == code)
    }

    /// The best of ours for an `Accept-Language` header; English when none fits.
    pub fn accepted(header: &str) -> Lang {
        let mut best = (0.0, Lang::En);
        for entry in header.split(',').take(20) {
            let mut parts = entry.split(';');
            let tag = parts.next().unwrap_or("").trim().to_ascii_lowercase();
            let weight = parts
                .find_map(|p| p.trim().strip_prefix("q=").map(str::parse::<f32>))
                .map_or(1.0, |q| q.unwrap_or(0.0));
            let lang = Lang::named(tag.split('-').next().unwrap_or(""));
            if let Some(lang) = lang.filter(|_| weight > best.0) {
                best = (weight, lang);
            }
        }
        best.1
    }

    /// Picks from a pair English, German.
    pub fn of<'a>(self, pair: &[&'a str; 2]) -> &'a str {
        match self {
            Lang::En => pair[0],
            Lang::De => pair[1],
        }
    }

    fn bundle(self) -> &'static Bundle {
        match self {
            Lang::En => &ENGLISH,
            Lang::De => &GERMAN,
        }
    }
}

fn bundle(lang: Lang, sources: &[&str]) -> Bundle {
    let id = lang.code().parse().expect("our two codes are language tags");
    let mut bundle = Bundle::new_concurrent(vec![id]);
    // Isolation marks would stand in titles, attributes and exports.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match lang {
        Lang::En => |value, _| grouped(value, ','),
        Lang::De => |value, _| grouped(value, '.'),
    }));
    for source in sources {
        let resource = FluentResource::try_new((*source).to_owned())
            .expect("the locale files are read by a test");
        bundle.add_resource(resource).expect("no key is given twice, which a test checks");
    }
    bundle
}

fn grouped(value: &FluentValue<'_>, mark: char) -> Option<String> {
    let FluentValue::Number(FluentNumber { value, .. }) = value else { return None };
    (value.fract() == 0.0).then(|| group(*value as i64, mark))
}

/// A whole number with its thousands grouped.
fn group(n: i64, mark: char) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        out.push('−');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

/// A count that templates hand over, owned or borrowed.
pub trait Count {
    /// The count, capped at what the screens can show.
    fn count(&self) -> i64;
}

macro_rules! counts {
    ($($t:ty)*) => {$(impl Count for $t {
        fn count(&self) -> i64 { i64::try_from(*self).unwrap_or(i64::MAX) }
    })*};
}
counts!(u32 u64 usize i64 i32);

impl<C: Count + ?Sized> Count for &C {
    fn count(&self) -> i64 {
        (**self).count()
    }
}

/// The words of one language.
#[derive(Clone, Copy, Debug)]
pub struct Words(pub Lang);

impl Words {
    /// The text under a key.
    pub fn say(&self, key: &str) -> Cow<'static, str> {
        self.with(key, None)
    }

    /// The text under a key that counts: its variable is `$n`.
    pub fn n(&self, key: &str, n: impl Count) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        args.set("n", n.count());
        self.with(key, Some(&args))
    }

    /// The text under a key that names something: its variable is `$name`.
    pub fn name(&self, key: &str, name: &str) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        args.set("name", name.to_owned());
        self.with(key, Some(&args))
    }

    /// The text under a key with any variables.
    pub fn with(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        let bundle = self.0.bundle();
        let Some(pattern) = bundle.get_message(key).and_then(|m| m.value()) else {
            tracing::error!(key, lang = self.0.code(), "a text is missing");
            return format!("⟦{key}⟧").into();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors);
        if !errors.is_empty() {
            tracing::error!(key, lang = self.0.code(), ?errors, "a text lacks a variable");
        }
        Cow::Owned(text.into_owned())
    }

    /// The text under `prefix-name`, or `name` itself where there is none (platforms that a
    /// recorded file named).
    pub fn or(&self, prefix: &str, name: &str) -> Cow<'static, str> {
        let key = format!("{prefix}-{name}");
        if self.0.bundle().has_message(&key) { self.say(&key) } else { name.to_owned().into() }
    }

    /// A whole number as people of the language write it.
    pub fn number(&self, n: impl Count) -> String {
        group(n.count(), if self.0 == Lang::De { '.' } else { ',' })
    }

    /// A share (0 to 1) in per cent, whole; rounded, but never up to all of it.
    pub fn percent(&self, share: f64) -> String {
        let whole = (share.clamp(0.0, 1.0) * 100.0).round();
        let share = if share < 1.0 { whole.min(99.0) } else { whole };
        // A no-break space in German, none in English, as each language sets it.
        if self.0 == Lang::De { format!("{share}\u{a0}%") } else { format!("{share}%") }
    }

    /// A number with one decimal where it has any.
    pub fn decimal_or_whole(&self, n: f64) -> String {
        if n.fract() == 0.0 { self.number(n as i64) } else { self.decimal(n) }
    }

    /// A size as people read it: `812 kB`, `1.4 GB` (thousands, not 1,024s).
    pub fn bytes(&self, n: u64) -> String {
        let (size, unit) = match n {
            ..1_000 => return format!("{n}\u{a0}B"),
            1_000..1_000_000 => (n as f64 / 1e3, "kB"),
            1_000_000..1_000_000_000 => (n as f64 / 1e6, "MB"),
            _ => (n as f64 / 1e9, "GB"),
        };
        let size = if size < 10.0 { self.decimal(size) } else { self.number(size.round() as i64) };
        format!("{size}\u{a0}{unit}")
    }

    /// A number with one decimal.
    pub fn decimal(&self, n: f64) -> String {
        let text = format!("{n:.1}");
        if self.0 == Lang::De { text.replace('.', ",") } else { text }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use fluent_bundle::FluentResource;

    use super::*;

    /// Every key of a language with the variables it uses.
    fn keys(sources: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
        let mut keys = BTreeMap::new();
        for source in sources {
            FluentResource::try_new((*source).to_owned()).expect("a readable file");
            let mut key = String::new();
            for line in source.lines().filter(|l| !l.starts_with('#')) {
                if let Some((name, _)) =
                    line.split_once(" =").filter(|_| !line.starts_with([' ', '}', '*', '[']))
                {
                    key = name.to_owned();
                    assert!(keys.insert(key.clone(), BTreeSet::new()).is_none(), "{key} twice");
                }
                let vars = line.split('$').skip(1).map(|rest| {
                    rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap().to_owned()
                });
                keys.entry(key.clone()).or_default().extend(vars);
            }
        }
        keys
    }

    #[test]
    fn both_languages_have_the_same_keys_and_variables() {
        let (en, de) = (keys(&EN), keys(&DE));
        let missing = |a: &BTreeMap<String, _>, b: &BTreeMap<String, _>| -> Vec<String> {
            a.keys().filter(|k| !b.contains_key(*k)).cloned().collect()
        };
        assert_eq!(missing(&en, &de), Vec::<String>::new(), "missing in German");
        assert_eq!(missing(&de, &en), Vec::<String>::new(), "missing in English");
        for (key, vars) in &en {
            assert_eq!(vars, &de[key], "variables of {key}");
        }
    }

    #[test]
    fn every_name_of_the_domain_has_words() {
        for lang in Lang::ALL {
            let words = Words(lang);
            let keys = domain::Channel::ALL
                .iter()
                .map(|c| format!("channel-{}", c.as_str()))
                .chain(domain::Tone::ALL.iter().map(|t| format!("tone-{}", t.as_str())))
                .chain(domain::Kind::ALL.iter().map(|k| format!("kind-{}", k.as_str())))
                .chain(domain::Tier::ALL.iter().map(|t| format!("tier-{}", t.as_str())))
                .chain(domain::GapReason::ALL.iter().map(|g| format!("gap-{}", g.as_str())))
                .chain(
                    ["starting", "well", "limping", "down", "off"]
                        .map(|c| format!("condition-{c}")),
                )
                .chain(["waiting", "delivered", "failed"].map(|s| format!("delivery-{s}")));
            for key in keys {
                assert!(!words.say(&key).contains('⟦'), "{key} in {}", lang.code());
            }
        }
    }

    #[test]
    fn the_best_accepted_language_wins() {
        for (header, expect) in [
            ("de-DE,de;q=0.9,en;q=0.8", Lang::De),
            ("fr, en;q=0.5, de;q=0.7", Lang::De),
            ("en-GB", Lang::En),
            ("fr", Lang::En),
            ("", Lang::En),
            ("de;q=0", Lang::En),
        ] {
            assert_eq!(Lang::accepted(header), expect, "{header}");
        }
    }

    #[test]
    fn numbers_are_written_as_people_write_them() {
        assert_eq!(Words(Lang::De).number(1_234_567_u64), "1.234.567");
        assert_eq!(Words(Lang::En).number(-1234_i64), "−1,234");
        assert_eq!(Words(Lang::En).percent(0.999), "99%", "never rounded up to all");
        assert_eq!(Words(Lang::De).decimal(4.25), "4,2");
        assert_eq!(Words(Lang::De).bytes(1_440_000_000), "1,4\u{a0}GB");
        assert_eq!(Words(Lang::En).bytes(812_300), "812\u{a0}kB");
        assert_eq!(Words(Lang::En).bytes(7), "7\u{a0}B");
    }
}
