//! What is looked up: listed names, and words that go with names or are none.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Kind;

/// A listed name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed {
    pub kind: Kind,
    /// The usual name.
    pub normal: &'static str,
    /// It is a word too, and a place only behind a preposition.
    pub doubtful: bool,
}

static NAMES: LazyLock<FxHashMap<&'static str, Listed>> = LazyLock::new(|| {
    let mut all = FxHashMap::default();
    let rows = |table: &'static str| table.lines().filter(|line| !line.starts_with('#'));
    for row in rows(include_str!("places.tsv")) {
        add(&mut all, row, Kind::Place);
    }
    for row in rows(include_str!("known.tsv")) {
        let (kind, names) = row.split_once('\t').unwrap_or_default();
        let kind = if kind == "product" { Kind::Product } else { Kind::Organisation };
        add(&mut all, names, kind);
    }
    all
});

fn add(all: &mut FxHashMap<&'static str, Listed>, row: &'static str, kind: Kind) {
    let normal = row.split('\t').next().unwrap_or_default();
    // A form marked doubtful is doubtful, also where it is the usual name.
    for form in row.split('\t').rev() {
        let doubtful = form.starts_with('?');
        let form = form.trim_start_matches('?');
        let known = all.get(form).is_some_and(|listed: &Listed| listed.doubtful);
        all.insert(form, Listed { kind, normal, doubtful: doubtful || known });
    }
}

static GIVEN: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("given.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).collect()
});

/// A listed name by its exact form.
pub(super) fn listed(form: &str) -> Option<Listed> {
    NAMES.get(form).copied()
}

/// A common given name.
pub(super) fn is_given(word: &str) -> bool {
    GIVEN.contains(word)
}

/// Given names that are words too: alone they say nothing.
pub(super) const GIVEN_WORDS: &[&str] = &[
    "Will", "Mark", "Bill", "Max", "Grant", "Rosa", "Iris", "Tiger", "Lady", "Carmen", "Regina",
    "Till", "Kim", "Robin", "Francis", "Victor", "Victoria", "Prince", "Diana", "Leo", "Georg",
];

/// Stands before a person's name. Lower case; the ending of a German compound counts too.
pub(super) const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "dr",
    "prof",
    "sir",
    "president",
    "chancellor",
    "minister",
    "senator",
    "governor",
    "mayor",
    "judge",
    "pope",
    "king",
    "queen",
    "prince",
    "princess",
    "ceo",
    "coach",
    "secretary",
    "spokesman",
    "spokeswoman",
    "director",
    "professor",
    "captain",
    "rep",
    "sen",
    "gov",
    "herr",
    "herrn",
    "frau",
    "präsident",
    "präsidentin",
    "kanzler",
    "kanzlerin",
    "ministerin",
    "minister",
    "senatorin",
    "chef",
    "chefin",
    "trainer",
    "trainerin",
    "sprecher",
    "sprecherin",
    "papst",
    "könig",
    "königin",
    "bürgermeister",
    "bürgermeisterin",
    "vorsitzende",
    "vorsitzender",
    "sänger",
    "sängerin",
    "schauspieler",
    "schauspielerin",
    "autor",
    "autorin",
    "professorin",
    "direktor",
    "direktorin",
    "singer",
    "actor",
    "actress",
    "author",
    "striker",
    "stürmer",
    "torwart",
    "physiker",
    "physikerin",
];

/// Ends the name of a company.
pub(super) const COMPANY_FORMS: &[&str] = &[
    "AG", "GmbH", "SE", "KG", "OHG", "KGaA", "Inc", "Corp", "Ltd", "LLC", "PLC", "plc", "Group",
    "Holding", "Holdings", "Gruppe", "Konzern", "Co", "eG", "gGmbH", "SA", "SpA", "NV", "AB",
];

/// Ends the name of an organisation in English.
pub(super) const ORGANISATION_ENDS: &[&str] = &[
    "University",
    "Bank",
    "Airlines",
    "Airways",
    "Motors",
    "Institute",
    "Council",
    "Commission",
    "Committee",
    "Association",
    "Police",
    "Court",
    "Agency",
    "Party",
    "Hospital",
    "Museum",
    "Times",
    "Tribune",
    "Journal",
    "United",
    "Foundation",
    "Ministry",
    "Union",
    "Records",
    "Studios",
    "Energy",
    "Insurance",
    "Rovers",
    "College",
    "Society",
    "Authority",
    "Department",
    "News",
];

/// Begins the name of an organisation; a place, or `of` or `für` and a word, follow.
pub(super) const ORGANISATION_HEADS: &[&str] = &[
    "University",
    "Bank",
    "Ministry",
    "Department",
    "Institute",
    "Council",
    "Universität",
    "Uni",
    "Hochschule",
    "Bundesamt",
    "Landgericht",
    "Amtsgericht",
    "Oberlandesgericht",
    "Stadtwerke",
    "Polizei",
    "Institut",
    "Bundesministerium",
    "Landesamt",
    "FC",
    "SC",
    "SV",
    "VfB",
    "VfL",
    "TSV",
    "Eintracht",
    "Borussia",
    "Hertha",
    "Werder",
    "Technische",
    "Verbraucherzentrale",
    "Flughafen",
    "Messe",
    "Sparkasse",
    "Volksbank",
    "Klinikum",
    "Universitätsklinikum",
    "Staatsanwaltschaft",
];

/// Behind these a capital is a place, if it is no other name.
pub(super) const PLACE_BEFORE: &[&str] =
    &["in", "near", "aus", "nach", "bei", "from", "raum", "stadt", "outside", "across", "around"];

/// Words with a capital that are no names: weekdays, months, languages and peoples, and what
/// stands at the beginning of sentences.
pub(super) fn is_no_name(word: &str) -> bool {
    static WORDS: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
        let lines = include_str!("no_names.txt").lines().filter(|line| !line.starts_with('#'));
        lines.flat_map(str::split_whitespace).collect()
    });
    WORDS.contains(word)
}
