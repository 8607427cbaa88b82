//! The texts that days are made of.

const TEXTS: &str = include_str!("../../stories/incidents.txt");

/// Incidents that begin with people.
pub(super) const TROUBLES: [&str; 7] =
    ["recall", "outage", "leak", "fire", "strike", "price", "food"];
/// News that begins in leading media.
pub(super) const NEWS: [&str; 3] = ["award", "results", "boss"];

/// What a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lang {
    De,
    En,
}

impl Lang {
    pub const fn code(self) -> &'static str {
        match self {
            Lang::De => "de",
            Lang::En => "en",
        }
    }

    pub const fn other(self) -> Lang {
        match self {
            Lang::De => Lang::En,
            Lang::En => Lang::De,
        }
    }
}

/// What people add.
pub(super) const fn asides(lang: Lang) -> &'static [&'static str] {
    match lang {
        Lang::De => &[
            "Unfassbar.",
            "Mal wieder typisch.",
            "Wer weiß mehr?",
            "😡",
            "Was ist da los?",
            "Kein Witz.",
            "Ehrlich jetzt?",
            "Ich bin raus.",
            "Bitte teilen!",
            "Hat jemand einen Tipp?",
            "Das geht gar nicht.",
            "🙄",
            "Na super.",
            "Weiß das schon jemand?",
        ],
        Lang::En => &[
            "Unbelievable.",
            "Typical.",
            "Anyone know more?",
            "😡",
            "What is going on?",
            "Not a joke.",
            "Seriously?",
            "I am out.",
            "Please share!",
            "Any advice?",
            "Not okay.",
            "🙄",
            "Great.",
            "Has anyone heard?",
        ],
    }
}

/// What is said about one thing that happens.
#[derive(Default)]
pub(super) struct Incident {
    pub people: Vec<&'static str>,
    pub headlines: Vec<&'static str>,
    pub sentences: Vec<&'static str>,
}

impl Incident {
    /// The incident of that name; an empty one where there is none.
    pub fn named(name: &str, lang: Lang) -> Incident {
        let head = format!("= {name} {}", lang.code());
        let mut incident = Incident::default();
        for line in TEXTS.lines().skip_while(|line| *line != head).skip(1) {
            match line.split_at_checked(2) {
                Some(("p ", text)) => incident.people.push(text),
                Some(("h ", text)) => incident.headlines.push(text),
                Some(("s ", text)) => incident.sentences.push(text),
                _ if line.starts_with('=') => break,
                _ => {}
            }
        }
        incident
    }
}
