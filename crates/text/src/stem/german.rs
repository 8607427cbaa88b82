//! German: verbs by tables, endings by Snowball.

use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};
use rustc_hash::{FxHashMap, FxHashSet};

use super::rows;

/// What may stand before a verb; of two that fit, the longer is tried first.
const PREFIXES: &[&str] = &[
    "gegenueber",
    "zusammen",
    "entgegen",
    "auseinander",
    "gefangen",
    "hervor",
    "heraus",
    "hinaus",
    "herein",
    "hinein",
    "herunter",
    "hinunter",
    "zurueck",
    "vorbei",
    "voraus",
    "wieder",
    "wider",
    "hinter",
    "unter",
    "nieder",
    "durch",
    "teil",
    "statt",
    "stand",
    "fern",
    "fest",
    "frei",
    "hoch",
    "bloss",
    "bereit",
    "weiter",
    "ueber",
    "miss",
    "nach",
    "fort",
    "heim",
    "bei",
    "hinzu",
    "emp",
    "ent",
    "ver",
    "zer",
    "auf",
    "aus",
    "ein",
    "her",
    "hin",
    "los",
    "mit",
    "vor",
    "weg",
    "dar",
    "wahr",
    "kennen",
    "veran",
    "verab",
    "vorent",
    "beauf",
    "beein",
    "ab",
    "an",
    "be",
    "da",
    "er",
    "um",
    "zu",
];

/// Endings of regular forms. Of a verb's noun: none.
const ENDINGS: &[&str] = &[
    "", "e", "n", "en", "st", "est", "t", "et", "te", "ete", "ten", "eten", "test", "etest", "tet",
    "etet", "end", "ende", "enden", "endem", "ender", "endes",
];
/// Endings of a declined participle, after `t` or `en`.
const DECLINED: &[&str] = &["", "e", "em", "en", "er", "es"];

/// Past forms that are nouns (`schloss`, `sprachen`), or are once a prefix is before them
/// (`aufgaben`, `zustand`).
const NOUNS: &[&str] = &["sprachen", "banden", "haut"];
const NOUNS_AFTER_PREFIX: &[&str] = &[
    "gaben", "lagen", "nahmen", "stand", "stieg", "schied", "tritt", "lag", "trag", "halt", "trat",
    "raten",
];

/// Form → what it is a form of, both in the spelling of [`spelled`].
struct Tables {
    forms: FxHashMap<String, String>,
    /// Participles without `ge`.
    participles: FxHashMap<String, String>,
    nouns: FxHashMap<String, String>,
    regular: FxHashSet<&'static str>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::read);

pub(super) fn stem(word: &str) -> String {
    let spelled = spelled(word);
    if let Some(noun) = TABLES.nouns.get(&spelled) {
        return ending_off(noun);
    }
    if let Some(verb) = TABLES.verb(&spelled) {
        return plain(&verb);
    }
    ending_off(&spelled)
}

/// The spelling of the tables: `ae` for `ä`, `ss` for `ß`.
fn spelled(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            c if c.is_ascii() => out.push(c),
            _ => return crate::words::fold_german(word),
        }
    }
    out
}

/// Without dots: `ae` becomes `a`. `ue` after a vowel or `q` is no umlaut (`neue`, `quelle`).
fn plain(spelled: &str) -> String {
    let mut out = String::with_capacity(spelled.len());
    let mut before = ' ';
    for c in spelled.chars() {
        let umlaut = match before {
            'a' | 'o' => c == 'e',
            'u' => c == 'e' && !out[..out.len() - 1].ends_with(['a', 'e', 'o', 'u', 'q']),
            _ => false,
        };
        if !umlaut {
            out.push(c);
        }
        before = c;
    }
    out
}

/// By Snowball, after what it does not know: `ergebnisse`, `ministerinnen`.
fn ending_off(spelled: &str) -> String {
    let mut word = plain(spelled);
    for end in ["nisses", "nissen", "nisse"] {
        if word.ends_with(end) {
            word.truncate(word.len() - end.len() + "nis".len());
        }
    }
    if word.len() > "innen".len() + 2 && word.ends_with("innen") {
        word.truncate(word.len() - "nen".len());
    }
    if has_plural_s(&word) {
        word.truncate(word.len() - 1);
    }
    Stemmer::new(Algorithm::German).stem(&word).into_owned()
}

/// `autos`, `handys`, `kameras`; `arbeitslos` and `chaos` are no plurals.
fn has_plural_s(word: &str) -> bool {
    const SINGULAR: &[&str] = &["los", "chaos", "kosmos", "mythos", "atlas", "ethos", "gratis"];
    let vowel = word.ends_with("os") || word.ends_with("ys") || word.ends_with("as");
    vowel && word.len() > 4 && !SINGULAR.iter().any(|end| word.ends_with(end))
}

impl Tables {
    fn read() -> Tables {
        let mut tables = Tables {
            forms: FxHashMap::default(),
            participles: FxHashMap::default(),
            nouns: FxHashMap::default(),
            regular: rows(include_str!("../../models/verbs.txt")).collect(),
        };
        for row in rows(include_str!("nouns.txt")) {
            let mut words = row.split(' ').map(spelled);
            let base = words.next().unwrap_or_default();
            tables.nouns.extend(words.map(|form| (form, base.clone())));
        }
        rows(include_str!("strong.txt")).for_each(|row| tables.add(row));
        tables
    }

    /// Adds the forms of a row `infinitive; second person; past; participle: whole forms`.
    fn add(&mut self, row: &str) {
        let (row, whole) = row.split_once(':').unwrap_or((row, ""));
        let mut fields = row.split(';').map(|field| spelled(field.trim()));
        let mut field = || fields.next().filter(|f| f != "-");
        let Some(infinitive) = field() else { return };
        let stem = infinitive.strip_suffix("en").unwrap_or(&infinitive).to_owned();
        let mut forms: Vec<String> = vec![infinitive.clone()];
        if infinitive.ends_with("en") {
            let ends = ENDINGS.iter().filter(|e| !e.is_empty() && !is_past(e) && fits(&stem, e));
            forms.extend(ends.map(|end| format!("{stem}{end}")));
        }
        if let Some(second) = field() {
            forms.extend(["st", "t"].map(|end| format!("{second}{end}")));
        }
        if let Some(past) = field() {
            forms.extend(["", "st", "est", "en", "t", "et"].map(|end| format!("{past}{end}")));
        }
        forms.extend(whole.split_whitespace().map(spelled));
        if let Some(participle) = field() {
            let declined = DECLINED.iter().map(|end| format!("{participle}{end}"));
            self.participles.extend(declined.map(|form| (form, stem.clone())));
        }
        for form in forms.into_iter().filter(|f| f.len() > 2 && !NOUNS.contains(&f.as_str())) {
            self.forms.entry(form).or_insert_with(|| stem.clone());
        }
    }

    /// The stem of a verb's form, its prefix before it.
    fn verb(&self, word: &str) -> Option<String> {
        if let Some(stem) = self.bare_verb(word) {
            return Some(stem.to_owned());
        }
        PREFIXES.iter().find_map(|prefix| {
            let rest = word.strip_prefix(prefix).filter(|rest| rest.len() > 2)?;
            let stem = self.after_prefix(rest)?;
            Some(format!("{prefix}{stem}"))
        })
    }

    fn bare_verb<'t>(&'t self, word: &'t str) -> Option<&'t str> {
        let strong = self.forms.get(word).map(String::as_str);
        strong
            .or_else(|| self.participle(word))
            .or_else(|| self.regular(word))
            .or_else(|| ieren(word))
    }

    /// With `ge` before it.
    fn participle<'t>(&'t self, word: &'t str) -> Option<&'t str> {
        let rest = word.strip_prefix("ge")?;
        let strong = self.participles.get(rest).map(String::as_str);
        strong.or_else(|| self.regular_participle(rest))
    }

    fn after_prefix<'t>(&'t self, rest: &'t str) -> Option<&'t str> {
        if NOUNS_AFTER_PREFIX.contains(&rest) {
            return None;
        }
        let without_ge = self.participles.get(rest).map(String::as_str);
        let strong = self.forms.get(rest).map(String::as_str).or(without_ge);
        let with_zu = || {
            let rest = rest.strip_prefix("zu")?;
            let strong = self.forms.get(rest).map(String::as_str);
            strong.or_else(|| self.regular(rest)).or_else(|| ieren(rest))
        };
        strong
            .or_else(|| self.participle(rest))
            .or_else(|| self.regular(rest))
            .or_else(with_zu)
            .or_else(|| self.regular_participle(rest).filter(|_| rest.len() > 4))
    }

    fn regular<'t>(&self, word: &'t str) -> Option<&'t str> {
        ENDINGS.iter().find_map(|end| {
            let stem = word.strip_suffix(end)?;
            (self.regular.contains(stem) && fits(stem, end) && !is_noun(word)).then_some(stem)
        })
    }

    /// A participle whose `ge` is gone: `macht`, `arbeitete`.
    fn regular_participle<'t>(&self, rest: &'t str) -> Option<&'t str> {
        DECLINED.iter().find_map(|end| {
            let stem = rest.strip_suffix(end)?.strip_suffix('t')?;
            let stem = match stem.strip_suffix('e') {
                Some(short) if self.regular.contains(short) => short,
                _ => stem,
            };
            self.regular.contains(stem).then_some(stem)
        })
    }
}

/// `n` follows `er` and `el` alone; a stem on `t` or `d` needs an `e` before `t` and `st`.
fn fits(stem: &str, end: &str) -> bool {
    // Not of `schwer`, whose only vowel it is.
    let before = stem.strip_suffix("er").or_else(|| stem.strip_suffix("el"));
    let liquid = before.is_some_and(|before| before.contains(['a', 'e', 'i', 'o', 'u']));
    let dental = stem.ends_with(['t', 'd']);
    match end {
        "n" => liquid,
        "en" => !liquid,
        _ if end.starts_with("et") || end == "est" => dental || stem.ends_with(['m', 'n']),
        _ => !(dental && end.starts_with(['t', 's'])),
    }
}

/// Endings of the regular past.
fn is_past(end: &str) -> bool {
    end.starts_with("te") || end.starts_with("ete")
}

/// Nouns that look like a regular verb's form.
fn is_noun(word: &str) -> bool {
    const NOUNS: &[&str] = &[
        "markt", "recht", "braut", "spalte", "leute", "beste", "besten", "weste", "westen",
        "karte", "karten", "kosten", "liste", "worte", "posten", "post", "kraut", "pest", "gast",
        "dienst", "planet", "ticket", "mitte", "gelte", "raeumte", "altes", "nest", "wurst",
        "kunst", "ernst", "einst", "sonst", "selbst", "rest", "test", "herbst",
    ];
    NOUNS.contains(&word)
}

/// `kritisierte` → `kritisier`.
fn ieren(word: &str) -> Option<&str> {
    let (start, end) = word.rsplit_once("ier")?;
    let known = (!end.is_empty() && ENDINGS.contains(&end))
        || end.strip_prefix('t').is_some_and(|end| DECLINED.contains(&end));
    (start.len() > 2 && known).then(|| &word[..start.len() + "ier".len()])
}
